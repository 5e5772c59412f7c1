//! Formulas over the columns of accounts or units: `0.6 * revenue + 0.4 * potential`, `if([Annual Revenue] > 1e6, "A", "B")`.
//!
//! A formula is written as in a spreadsheet. [`Formula::parse`] reads its words, binds names to columns, and spells it as an expression of
//! the library rhai, which parses it and calls what is registered for each operator and function. What is registered works on
//! whole columns at once ([`Values`]), so a formula is walked through once, however many rows there are; and as the language has neither
//! loops nor definitions, every formula ends.
//!
//! A missing number makes the result missing, as does an error in a row; errors are listed by row.

mod columns;
mod dates;
mod engine;
mod error;
mod functions;
mod naming;
mod numbers;
mod operators;
mod ranking;
mod rewrite;
#[cfg(test)]
mod tests;
mod texts;
mod tiers;
mod tokens;
mod values;

pub use columns::{Columns, Source};
pub use dates::{day_number, iso_date};
pub use error::{Fault, FormulaError, near};
pub use functions::{FUNCTIONS, Function};
pub use naming::{Renamed, as_reference, as_text, renamed};
pub use rewrite::{ColumnUse, Formula};
pub use tiers::{Tiers, percents};
pub use values::{Data, Kind, Texts, Values};

/// The longest formula, in bytes.
pub const MAX_LENGTH: usize = 4_000;

/// The most words and signs of a formula.
pub const MAX_TOKENS: usize = 600;

/// The most brackets within brackets.
pub const MAX_DEPTH: usize = 40;

/// The longest text that a formula may make, in bytes.
pub const MAX_TEXT: usize = 4_000;
