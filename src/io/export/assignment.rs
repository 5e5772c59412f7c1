//! Points with the territory each belongs to, as CSV.

use std::path::{Path, PathBuf};

use super::csv;
use super::sheet::{Sheet, rounded};
use crate::error::UserError;
use crate::io::files::{self, Writing};

/// What is written: one row per point.
#[derive(Debug, Default)]
pub struct Assigned<'a> {
    pub ids: &'a [String],
    /// The territory's name; empty for none.
    pub territories: Vec<String>,
    /// Further columns by name: NaN stays empty.
    pub numbers: Vec<(String, Vec<f64>)>,
}

/// Writes the file; one that is there is replaced.
///
/// # Errors
/// Another ending than `.csv`, a file that cannot be written.
pub fn write_assignment(assigned: Assigned, path: &Path) -> Result<PathBuf, UserError> {
    if files::ending_of(path) != "csv" {
        return Err(UserError::new(format!("Could not write {}", files::name_of(path)))
            .because(format!("assignments cannot be written as \".{}\"", files::ending_of(path)))
            .hint("let the name end in .csv"));
    }
    let mut sheet = Sheet::of(assigned.ids.len());
    sheet.texts("id", assigned.ids.iter().cloned());
    sheet.texts("territory", assigned.territories);
    for (name, values) in assigned.numbers {
        sheet.numbers(&name, "", rounded(values, 6));
    }
    let mut writing = Writing::new();
    writing.add(path, &csv::write(&sheet, path)?)?;
    writing.finish()?;
    Ok(path.to_owned())
}
