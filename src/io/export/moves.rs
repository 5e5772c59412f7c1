//! Units that change their territory, with what each move does and why, as CSV.

use std::path::{Path, PathBuf};

use super::csv;
use super::sheet::{Sheet, rounded};
use crate::error::UserError;
use crate::io::files::{self, Writing};

/// What is written: one row per unit that moves.
#[derive(Debug, Default)]
pub struct MoveTable {
    pub codes: Vec<String>,
    pub names: Vec<String>,
    /// The territories of before and after; empty for none.
    pub from: Vec<String>,
    pub to: Vec<String>,
    /// What the move does, by the name of the column: NaN stays empty.
    pub numbers: Vec<(String, Vec<f64>)>,
    /// The rule that keeps the unit from being put back, in a word; empty for none.
    pub rules: Vec<String>,
    /// The same in a sentence.
    pub why: Vec<String>,
}

/// Refuses a file that [`write_moves`] could not write, before anything is worked on.
///
/// # Errors
/// Another ending than `.csv`.
pub fn check_moves_file(path: &Path) -> Result<(), UserError> {
    match files::ending_of(path) {
        ending if ending == "csv" => Ok(()),
        ending => Err(UserError::new(format!("Could not write {}", files::name_of(path)))
            .because(format!("moves cannot be written as \".{ending}\""))
            .hint("let the name end in .csv")),
    }
}

/// Writes the file; one that is there is replaced.
///
/// # Errors
/// Another ending than `.csv`, a file that cannot be written.
pub fn write_moves(moves: MoveTable, path: &Path) -> Result<PathBuf, UserError> {
    check_moves_file(path)?;
    let mut sheet = Sheet::of(moves.codes.len());
    sheet.texts("code", moves.codes);
    sheet.texts("name", moves.names);
    sheet.texts("from", moves.from);
    sheet.texts("to", moves.to);
    for (name, values) in moves.numbers {
        sheet.numbers(&name, "", rounded(values, 9));
    }
    sheet.texts("rule", moves.rules);
    sheet.texts("why", moves.why);
    let mut writing = Writing::new();
    writing.add(path, &csv::write(&sheet, path)?)?;
    writing.finish()?;
    Ok(path.to_owned())
}
