//! Any rows of text as CSV: lists of differences, reports.

use std::path::Path;

use super::csv::harmless;
use crate::error::UserError;
use crate::io::files::{self, Writing};

/// Writes a file with a header and rows; one that is there is replaced. Texts that a spreadsheet would take for formulas are made
/// harmless.
///
/// # Errors
/// It cannot be written.
pub fn write_rows(path: &Path, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<(), UserError> {
    let failed =
        |error: ::csv::Error| UserError::new(format!("Could not write {}", files::name_of(path))).because(error);
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        // Numbers are written as they are: a negative one is no formula.
        let cell = |text: &String| if text.parse::<f64>().is_ok() { text.clone() } else { harmless(text) };
        writer.write_record(row.iter().map(cell)).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| UserError::new(format!("Could not write {}", files::name_of(path))).because(error))?;
    let mut writing = Writing::new();
    writing.add(path, &bytes)?;
    writing.finish().map(drop)
}
