//! Outside formats: what comes in, what goes out, and what is said about it.
//!
//! Every file is taken for hostile: sizes are limited, encodings guessed, rows that cannot be used are listed as diagnostics and
//! the good ones load. A [`UserError`] means that nothing could be taken from the file at all.

pub mod accounts;
pub mod alignment;
mod antimeridian;
pub mod archive;
pub mod dates;
pub mod diagnostic;
pub mod export;
pub mod files;
pub mod gazetteer;
pub mod guess;
pub mod layers;
pub mod lines;
pub mod numbers;
pub mod online;
pub mod options;
mod own;
pub mod points;
pub mod postal;
pub mod reps;
pub mod table;
pub mod unit_codes;
pub mod unit_columns;

use crate::domain::progress::Cancelled;
use crate::error::UserError;
use diagnostic::Diagnostic;

/// A value that was read, and what was noticed while reading it. Bad rows are diagnostics, not failures.
#[derive(Debug, Clone)]
pub struct Imported<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Imported<T> {
    pub fn new(value: T, diagnostics: Vec<Diagnostic>) -> Self {
        Self { value, diagnostics }
    }
}

/// Cancelled work comes back as an error like any other; whoever cancelled knows from the progress that there is nothing to show.
pub(crate) fn cancelled(_: Cancelled) -> UserError {
    UserError::new("Cancelled")
}

/// "1 row", "1,204 rows": a count as people write it, with a noun that takes an s.
pub(crate) fn count_of(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(count))
}

pub(crate) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A folder of data that is not part of the project, for tests on real files: in `BAILIWICK_TEST_DATA`, or in `shared/data` beside one of
/// the folders that the project lies in. Says so when it is absent.
#[cfg(test)]
pub(crate) fn outside_data(folder: &str) -> Option<std::path::PathBuf> {
    let named = std::env::var_os("BAILIWICK_TEST_DATA").map(std::path::PathBuf::from);
    let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join("shared/data"));
    let found = named.into_iter().chain(beside).map(|data| data.join(folder)).find(|path| path.exists());
    if found.is_none() {
        println!("skipped: {folder} is not there (set BAILIWICK_TEST_DATA)");
    }
    found
}
