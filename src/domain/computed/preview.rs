//! What a formula gives, to look at before it is taken.

use super::{Column, work_out};
use crate::domain::categories::Categories;
use crate::domain::cells::Cell;
use crate::domain::columns::Subject;
use crate::domain::formula::{Columns, Fault, Formula, FormulaError, Kind, Source};
use crate::domain::project::Project;

/// So many rows are shown with what went into them.
const FIRST: usize = 5;
/// So many rows with an error are named.
const WORST: usize = 50;
/// So many of the commonest words are named.
const COMMONEST: usize = 6;

/// What a formula gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub kind: Kind,
    pub rows: usize,
    /// Rows without a value, errors included.
    pub missing: usize,
    pub errors: usize,
    /// The columns that it names.
    pub inputs: Vec<String>,
    /// The first rows that have a value.
    pub first: Vec<PreviewRow>,
    /// The first rows with an error, and what is wrong.
    pub worst: Vec<(u32, String, Fault)>,
    pub figures: Figures,
}

/// A row, with what the formula was given and what it made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PreviewRow {
    pub row: u32,
    pub code: String,
    /// One per column that the formula names.
    pub inputs: Vec<Cell>,
    pub value: Cell,
}

/// All values at a glance.
#[derive(Debug, Clone, PartialEq)]
pub enum Figures {
    Numbers {
        min: f64,
        mean: f64,
        max: f64,
        sum: f64,
    },
    Words {
        commonest: Vec<(String, usize)>,
        /// How many others there are.
        others: usize,
    },
    /// There is no value.
    Nothing,
}

/// What a formula gives.
///
/// # Errors
/// It is wrong.
pub fn preview(project: &Project, subject: Subject, formula: &str, as_of: &str) -> Result<Preview, FormulaError> {
    let columns = Columns::of(project, subject);
    let parsed = Formula::parse(formula, &columns, (!as_of.is_empty()).then_some(as_of))?;
    let worked = work_out(project, subject, formula, as_of)?;
    let values = &worked.values;
    let shown = Column::of_values(values, "", subject);
    let named: Vec<(String, Column)> = parsed
        .columns()
        .iter()
        .map(|used| {
            let title = match used.source {
                Source::Segment(_) => format!("in {}", used.name),
                _ => used.name.clone(),
            };
            let spread = columns.values(used.source).spread(values.len());
            (title, Column::of_values(&spread, "", subject))
        })
        .collect();
    let present = (0..values.len()).filter(|&row| !values.is_missing(row)).take(FIRST);
    let first = present.map(|row| PreviewRow {
        row: row as u32,
        code: columns.code(row).to_owned(),
        inputs: named.iter().map(|(_, column)| column.cell(row)).collect(),
        value: shown.cell(row),
    });
    let worst = values.faults.iter().take(WORST);
    Ok(Preview {
        kind: values.kind(),
        rows: values.len(),
        missing: worked.missing,
        errors: values.faults.len(),
        first: first.collect(),
        worst: worst.map(|&(row, fault)| (row, columns.code(row as usize).to_owned(), fault)).collect(),
        figures: figures(&shown),
        inputs: named.into_iter().map(|(title, _)| title).collect(),
    })
}

fn figures(column: &Column) -> Figures {
    match column {
        Column::Number(measure) => {
            let known = || measure.values.iter().copied().filter(|value| !value.is_nan());
            let count = known().count();
            if count == 0 {
                return Figures::Nothing;
            }
            let sum: f64 = known().sum();
            let min = known().fold(f64::INFINITY, f64::min);
            let max = known().fold(f64::NEG_INFINITY, f64::max);
            Figures::Numbers { min, mean: sum / count as f64, max, sum }
        }
        Column::Text(words) => {
            let categories = Categories::of(words, COMMONEST);
            if categories.words.is_empty() {
                return Figures::Nothing;
            }
            Figures::Words { commonest: categories.words, others: categories.other_words }
        }
    }
}
