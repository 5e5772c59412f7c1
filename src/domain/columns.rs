//! Columns of units and accounts: measures (numbers that can be summed and balanced) and attributes (words).

use super::ids::MeasureId;

/// What a column belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Units,
    Accounts,
}

/// How the values of a measure become one figure for a territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// The sum; what can be balanced.
    Sum,
    /// The mean, weighted with a measure of the same subject (median income by households), or plain.
    Mean { weight: Option<MeasureId> },
}

/// A numeric column.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Unique within the project, as the user wrote it.
    pub name: String,
    /// What one is: "$", "people", "min". Empty for plain counts.
    pub unit: String,
    pub subject: Subject,
    pub aggregate: Aggregate,
    /// One value per unit or account; NaN where it is missing. Magnitudes stay below [`MAX_VALUE`].
    pub values: Vec<f64>,
}

/// The largest magnitude a value may have, so that exact sums (see `metrics`) cannot overflow.
pub const MAX_VALUE: f64 = 1e15;

impl Measure {
    /// A measure that is summed.
    pub fn sum(name: impl Into<String>, unit: impl Into<String>, subject: Subject, values: Vec<f64>) -> Self {
        Self { name: name.into(), unit: unit.into(), subject, aggregate: Aggregate::Sum, values }
    }

    pub fn is_summed(&self) -> bool {
        self.aggregate == Aggregate::Sum
    }
}

/// A column of words, stored as positions in a sorted list of the different ones: segments and states repeat, and sorting and
/// filtering by them is then a comparison of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextColumn {
    pub name: String,
    words: Vec<String>,
    values: Vec<u32>,
}

impl TextColumn {
    pub fn new<S: AsRef<str>>(name: impl Into<String>, values: &[S]) -> Self {
        let mut words: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        words.sort_unstable();
        words.dedup();
        let values =
            values.iter().map(|value| words.binary_search(&value.as_ref()).unwrap_or_default() as u32).collect();
        Self { name: name.into(), words: words.into_iter().map(str::to_owned).collect(), values }
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The word of a row; empty beyond the end.
    pub fn get(&self, row: usize) -> &str {
        self.values.get(row).map_or("", |&word| &self.words[word as usize])
    }

    /// The different words, sorted.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Per row the position in [`Self::words`].
    pub fn codes(&self) -> &[u32] {
        &self.values
    }
}
