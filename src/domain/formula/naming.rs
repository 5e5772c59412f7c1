//! How columns, segments and words are written in a formula, and formulas in which one of them is called otherwise.

use std::ops::Range;

use super::columns::{Columns, Source};
use super::error::FormulaError;
use super::rewrite::{ColumnUse, Formula};

/// A column's name as a formula may have it: in brackets.
pub fn as_reference(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

/// Words as a formula may have them: in quotation marks.
pub fn as_text(words: &str) -> String {
    format!("\"{}\"", words.replace('"', "\"\""))
}

/// What is called otherwise from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renamed {
    Column,
    Segment,
}

/// The formula with a column or a segment called otherwise. `columns` are those of before.
///
/// # Errors
/// The formula cannot be read.
pub fn renamed(
    text: &str,
    columns: &Columns,
    as_of: Option<&str>,
    what: Renamed,
    old: &str,
    new: &str,
) -> Result<String, FormulaError> {
    let formula = Formula::parse(text, columns, as_of)?;
    let is_it = |column: &&ColumnUse| {
        column.name == old && matches!(column.source, Source::Segment(_)) == (what == Renamed::Segment)
    };
    let mut places: Vec<Range<usize>> =
        formula.columns.iter().filter(is_it).flat_map(|column| column.at.clone()).collect();
    places.sort_by_key(|place| place.start);
    let mut out = text.to_owned();
    let spelled = match what {
        Renamed::Column => as_reference(new),
        Renamed::Segment => as_text(new),
    };
    for place in places.into_iter().rev() {
        out.replace_range(place, &spelled);
    }
    Ok(out)
}
