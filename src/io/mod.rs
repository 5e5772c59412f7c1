//! Outside formats: what comes in, what goes out, and what is said about it.

pub mod diagnostic;

use diagnostic::Diagnostic;

/// A value that was read, and what was noticed while reading it. Bad rows are diagnostics, not failures.
#[derive(Debug, Clone)]
pub struct Imported<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}
