//! What was noticed while reading a file: place, what was found, what was expected, what to do.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something was left out.
    Error,
    /// Everything was taken, but a person should look at it.
    Warning,
    /// A choice that was made for the user, a guess for instance.
    Note,
}

/// Where in the input. Empty parts are not known or do not apply.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Place {
    /// The file's name without its folders: messages are shared.
    pub file: String,
    /// 1 is the first row of data for a table's user, who counts the header as row 1: so the first data row is 2.
    pub row: Option<u64>,
    pub column: String,
    /// The unit, account or feature by its own code.
    pub item: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub place: Place,
    /// What was found and what was expected: `expected a number, found "n/a"`.
    pub message: String,
    /// What was done about it or what to do: "row kept without revenue".
    pub hint: String,
}

/// Files of problems begin like this where these are about a computed column.
const ABOUT_COLUMNS: &str = "computed column ";

/// Whether this stands for a computed column where others name a file.
pub fn is_about_columns(file: &str) -> bool {
    file.starts_with(ABOUT_COLUMNS)
}

impl Place {
    /// In a computed column of units or accounts, which stands for a file.
    pub fn computed_column(name: &str, subject: &str) -> Self {
        Self::file(format!("{ABOUT_COLUMNS}{name} of {subject}")).column(name)
    }

    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = column.into();
        self
    }

    #[must_use]
    pub fn item(mut self, item: impl Into<String>) -> Self {
        self.item = item.into();
        self
    }
}

impl Diagnostic {
    /// It is about a computed column, not about a file.
    pub fn is_about_columns(&self) -> bool {
        is_about_columns(&self.place.file)
    }

    pub fn error(place: Place, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, place, message)
    }

    pub fn warning(place: Place, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, place, message)
    }

    pub fn note(place: Place, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, place, message)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    fn new(severity: Severity, place: Place, message: impl Into<String>) -> Self {
        Self { severity, place, message: message.into(), hint: String::new() }
    }
}

/// How many diagnostics there are of each severity.
pub fn count(diagnostics: &[Diagnostic]) -> BTreeMap<Severity, usize> {
    let mut counts = BTreeMap::new();
    for diagnostic in diagnostics {
        *counts.entry(diagnostic.severity).or_default() += 1;
    }
    counts
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row.map(|row| format!("row {row}")).unwrap_or_default();
        let column = if self.column.is_empty() { String::new() } else { format!("column \"{}\"", self.column) };
        let parts = [&self.file, &row, &column, &self.item];
        let filled: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        f.write_str(&filled.join(", "))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, " — {}", self.hint)?;
        }
        Ok(())
    }
}
