//! What was noticed while reading a file: place, what was found, what was expected, what to do.

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

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if !self.column.is_empty() {
            write!(f, ", column \"{}\"", self.column)?;
        }
        if !self.item.is_empty() {
            write!(f, ", {}", self.item)?;
        }
        Ok(())
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
