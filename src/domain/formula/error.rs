//! What is wrong with a formula, and what with single rows.

use std::fmt;
use std::ops::Range;

/// A formula that cannot be understood or does not fit the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaError {
    /// Where in the text, in bytes; empty at its end where something is missing.
    pub at: Range<usize>,
    /// What was found and what was expected.
    pub message: String,
    /// What to do. May be empty.
    pub hint: String,
}

impl FormulaError {
    pub fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), hint: String::new() }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The place as people count: the first letter is 1.
    pub fn position(&self, text: &str) -> usize {
        text.char_indices().take_while(|&(at, _)| at < self.at.start).count() + 1
    }
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for FormulaError {}

/// Why the value of a row cannot be worked out; it is missing then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    DivisionByZero,
    /// The root of a negative number, the logarithm of zero.
    Undefined,
    /// Beyond [`crate::domain::columns::MAX_VALUE`].
    TooLarge,
    /// A text where a number was expected.
    NoNumber,
    /// A text where a date was expected.
    NoDate,
    /// A place that is not on the globe.
    NoPlace,
    /// Beyond [`super::MAX_TEXT`].
    TooLong,
}

impl Fault {
    pub fn words(self) -> &'static str {
        match self {
            Self::DivisionByZero => "division by zero",
            Self::Undefined => "no number comes out, as with the root of a negative one",
            Self::TooLarge => "the result is larger than 1,000,000,000,000,000",
            Self::NoNumber => "expected a number, found other words",
            Self::NoDate => "expected a date like 2026-12-31",
            Self::NoPlace => "expected a longitude from -180 to 180 and a latitude from -90 to 90",
            Self::TooLong => "the text is longer than 4,000 bytes",
        }
    }
}

/// The name most like a word, where one is alike enough for a question.
pub fn near<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&word, &name.to_lowercase());
    let best = names.into_iter().map(|name| (likeness(name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|&(likeness, _)| likeness >= 0.75).map(|(_, name)| name)
}
