//! Values of all rows at once: what formulas calculate with.

use std::sync::Arc;

use rayon::prelude::*;

use super::error::Fault;
use crate::domain::columns::{MAX_VALUE, TextColumn};

/// Values of one kind, one per row, or a single one that holds for every row. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Values {
    pub data: Data,
    /// Rows whose value is missing because of an error, ascending.
    pub faults: Arc<Vec<(u32, Fault)>>,
}

#[derive(Debug, Clone)]
pub enum Data {
    /// NaN is missing.
    Numbers(Arc<Vec<f64>>),
    /// Days since 1970-01-01; NaN is missing.
    Dates(Arc<Vec<f64>>),
    Flags(Arc<Vec<Option<bool>>>),
    Texts(Arc<Texts>),
}

/// Texts, each different one once. The empty text is a missing one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    pub words: Vec<String>,
    /// Per row a position in `words`.
    pub codes: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Date,
    Flag,
    Text,
}

impl Kind {
    /// "a number", "words".
    pub fn words(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Flag => "yes or no",
            Self::Text => "words",
        }
    }
}

impl Values {
    pub fn new(data: Data) -> Self {
        Self { data, faults: Arc::default() }
    }

    pub fn numbers(values: Vec<f64>) -> Self {
        Self::new(Data::Numbers(Arc::new(values)))
    }

    pub fn dates(days: Vec<f64>) -> Self {
        Self::new(Data::Dates(Arc::new(days)))
    }

    pub fn flags(values: Vec<Option<bool>>) -> Self {
        Self::new(Data::Flags(Arc::new(values)))
    }

    pub fn texts(words: Vec<String>, codes: Vec<u32>) -> Self {
        Self::new(Data::Texts(Arc::new(Texts { words, codes })))
    }

    /// One text for every row.
    pub fn text(text: impl Into<String>) -> Self {
        Self::texts(vec![text.into()], vec![0])
    }

    #[must_use]
    pub fn with_faults(mut self, faults: Vec<(u32, Fault)>) -> Self {
        self.faults = Arc::new(faults);
        self
    }

    pub fn kind(&self) -> Kind {
        match self.data {
            Data::Numbers(_) => Kind::Number,
            Data::Dates(_) => Kind::Date,
            Data::Flags(_) => Kind::Flag,
            Data::Texts(_) => Kind::Text,
        }
    }

    /// How many values there are: 1 also where one value stands for every row.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Numbers(values) | Data::Dates(values) => values.len(),
            Data::Flags(values) => values.len(),
            Data::Texts(texts) => texts.codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_missing(&self, row: usize) -> bool {
        match &self.data {
            Data::Numbers(values) | Data::Dates(values) => at(values, row).is_none_or(f64::is_nan),
            Data::Flags(values) => at(values, row).flatten().is_none(),
            Data::Texts(texts) => texts.get(row).is_empty(),
        }
    }

    pub fn fault(&self, row: usize) -> Option<Fault> {
        let row = if self.len() == 1 { 0 } else { row };
        let at = self.faults.binary_search_by_key(&row, |&(row, _)| row as usize).ok()?;
        Some(self.faults[at].1)
    }

    /// With as many values as there are rows.
    #[must_use]
    pub fn spread(self, rows: usize) -> Self {
        if self.len() == rows {
            return self;
        }
        let faults = faults_of(&[&self], rows);
        let data = match self.data {
            Data::Numbers(values) => Data::Numbers(Arc::new(spread(&values, rows))),
            Data::Dates(values) => Data::Dates(Arc::new(spread(&values, rows))),
            Data::Flags(values) => Data::Flags(Arc::new(spread(&values, rows))),
            Data::Texts(texts) => {
                Data::Texts(Arc::new(Texts { codes: spread(&texts.codes, rows), words: texts.words.clone() }))
            }
        };
        Self { data, faults: Arc::new(faults) }
    }
}

impl Texts {
    pub fn of(column: &TextColumn) -> Self {
        Self { words: column.words().to_vec(), codes: column.codes().to_vec() }
    }

    /// From a text per row.
    pub fn from_rows(rows: &[String]) -> Self {
        let column = TextColumn::new("", rows);
        Self::of(&column)
    }

    pub fn get(&self, row: usize) -> &str {
        at(&self.codes, row).and_then(|code| self.words.get(code as usize)).map_or("", String::as_str)
    }
}

/// The value of a row, where a single value stands for every row.
pub fn at<T: Copy>(values: &[T], row: usize) -> Option<T> {
    if values.len() == 1 { values.first().copied() } else { values.get(row).copied() }
}

fn spread<T: Copy>(values: &[T], rows: usize) -> Vec<T> {
    (0..rows).filter_map(|row| at(values, row)).collect()
}

/// How many values come of columns that are taken together.
pub fn length(lengths: impl IntoIterator<Item = usize>) -> usize {
    lengths.into_iter().fold(1, |length, next| if length == 1 { next } else { length })
}

/// Rows too few to be worth another thread.
const CHUNK: usize = 16_384;

pub fn map1<A: Copy + Sync, T: Send>(values: &[A], f: impl Fn(A) -> T + Sync) -> Vec<T> {
    values.par_iter().with_min_len(CHUNK).map(|&value| f(value)).collect()
}

pub fn map2<A: Copy + Sync, B: Copy + Sync, T: Send>(a: &[A], b: &[B], f: impl Fn(A, B) -> T + Sync) -> Vec<T> {
    match (a, b) {
        (&[a], b) => map1(b, |b| f(a, b)),
        (a, &[b]) => map1(a, |a| f(a, b)),
        _ => a.par_iter().zip(b).with_min_len(CHUNK).map(|(&a, &b)| f(a, b)).collect(),
    }
}

/// The faults of several columns together, each row once.
pub fn faults_of(columns: &[&Values], rows: usize) -> Vec<(u32, Fault)> {
    let mut all: Vec<(u32, Fault)> = Vec::new();
    for column in columns {
        match column.faults.first() {
            Some(&(_, fault)) if column.len() == 1 && rows != 1 => all.extend((0..rows as u32).map(|row| (row, fault))),
            _ => all.extend(column.faults.iter()),
        }
    }
    all.sort_unstable();
    all.dedup_by_key(|entry| entry.0);
    all
}

/// Numbers row by row out of numbers. A missing one gives a missing one, an error too, and is noted.
pub fn calculate<F>(sides: [(&Values, &[f64]); 2], f: F) -> Values
where
    F: Fn(f64, f64) -> Result<f64, Fault> + Sync,
{
    let [(a, left), (b, right)] = sides;
    let checked = |x: f64, y: f64| {
        if x.is_nan() || y.is_nan() {
            return Ok(f64::NAN);
        }
        match f(x, y) {
            Ok(value) if value.is_nan() => Err(Fault::Undefined),
            Ok(value) if value.abs() > MAX_VALUE => Err(Fault::TooLarge),
            // The file knows no negative zero.
            other => other.map(|value| value + 0.0),
        }
    };
    let values = map2(left, right, |x, y| checked(x, y).unwrap_or(f64::NAN));
    let mut faults = faults_of(&[a, b], values.len());
    let before = faults.len();
    for (row, _) in values.iter().enumerate().filter(|(_, value)| value.is_nan()) {
        if let (Some(x), Some(y)) = (at(left, row), at(right, row))
            && let Err(fault) = checked(x, y)
        {
            faults.push((row as u32, fault));
        }
    }
    if before > 0 {
        faults.sort_unstable();
        faults.dedup_by_key(|entry| entry.0);
    }
    Values::numbers(values).with_faults(faults)
}

/// Numbers with one per row, where a single one stands for every row.
pub fn spread_numbers(values: &[f64], rows: usize) -> std::borrow::Cow<'_, [f64]> {
    match values {
        &[value] if rows != 1 => std::borrow::Cow::Owned(vec![value; rows]),
        values => std::borrow::Cow::Borrowed(values),
    }
}
