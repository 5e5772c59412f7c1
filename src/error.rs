//! What a person reads when something could not be done: what failed, why, and what to do next.

use std::fmt;

/// An error in words for the user. Handled exactly once: shown in the window, or printed by the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// What could not be done, as a sentence without a full stop: "Could not open plan.bwk".
    pub what: String,
    /// Why, in the words of what was found and what was expected. May be empty.
    pub why: String,
    /// What to do next. May be empty.
    pub hint: String,
}

impl UserError {
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: String::new(), hint: String::new() }
    }

    #[must_use]
    pub fn because(mut self, why: impl fmt::Display) -> Self {
        self.why = why.to_string();
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.why.is_empty() {
            write!(f, ": {}", self.why)?;
        }
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for UserError {}
