//! The rows and columns that are written, whatever the format.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// A table to be written. Texts may be borrowed from the project.
#[derive(Debug, Default, Clone)]
pub struct Sheet<'a> {
    pub columns: Vec<Column<'a>>,
    pub rows: usize,
}

#[derive(Debug, Clone)]
pub struct Column<'a> {
    pub name: String,
    /// What a shortened name ends in, so that a measure's load, target and deviation stay apart.
    pub short_ending: &'static str,
    pub values: Values<'a>,
}

#[derive(Debug, Clone)]
pub enum Values<'a> {
    Texts(Vec<Cow<'a, str>>),
    /// NaN where there is none.
    Numbers(Vec<f64>),
}

/// What the values of a column are, for formats that tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Texts of which all are dates as 2026-12-31, or empty.
    Date,
    /// Numbers of which all are whole and below 2⁵³.
    Whole,
    Number,
}

impl<'a> Sheet<'a> {
    pub fn of(rows: usize) -> Self {
        Self { columns: Vec::new(), rows }
    }

    /// A column of texts, one per row.
    pub fn texts<T: Into<Cow<'a, str>>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        let name = self.free_name(name);
        let values = Values::Texts(values.into_iter().map(Into::into).collect());
        self.columns.push(Column { name, short_ending: "", values });
    }

    /// A column of numbers, one per row; NaN for none.
    pub fn numbers(&mut self, name: &str, short_ending: &'static str, values: impl IntoIterator<Item = f64>) {
        let name = self.free_name(name);
        let values = Values::Numbers(values.into_iter().collect());
        self.columns.push(Column { name, short_ending, values });
    }

    /// Column names are unique: imported attributes may be called "name" or "territory" too.
    fn free_name(&self, name: &str) -> String {
        let taken = |name: &str| self.columns.iter().any(|column| column.name.to_lowercase() == name.to_lowercase());
        free_name(name, taken)
    }

    /// Leaves out the columns that are not named; none named leaves all.
    pub(super) fn keep(&mut self, names: &BTreeSet<String>) {
        if !names.is_empty() {
            self.columns.retain(|column| names.contains(&column.name.to_lowercase()));
        }
    }
}

/// The name, or "name (2)" and so on where it is taken.
pub(super) fn free_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while taken(&free) {
        free = format!("{name} ({number})");
        number += 1;
    }
    free
}

impl Column<'_> {
    /// The text of a row; empty where there is none, and for numbers.
    pub(super) fn text(&self, row: usize) -> &str {
        match &self.values {
            Values::Texts(texts) => texts.get(row).map_or("", AsRef::as_ref),
            Values::Numbers(_) => "",
        }
    }

    /// The number of a row, if there is one.
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        match &self.values {
            Values::Texts(_) => None,
            Values::Numbers(numbers) => numbers.get(row).copied().filter(|number| number.is_finite()),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match &self.values {
            Values::Texts(texts) => {
                let mut filled = texts.iter().filter(|text| !text.is_empty()).peekable();
                let dates = filled.peek().is_some() && filled.all(|text| date(text).is_some());
                if dates { Kind::Date } else { Kind::Text }
            }
            Values::Numbers(numbers) => {
                let whole = |number: &f64| number.fract() == 0.0 && number.abs() < EXACT;
                let all = numbers.iter().filter(|number| number.is_finite()).all(whole);
                if all { Kind::Whole } else { Kind::Number }
            }
        }
    }
}

/// A date as 2026-12-31, in the years a spreadsheet knows.
pub(super) fn date(text: &str) -> Option<jiff::civil::Date> {
    let bytes = text.as_bytes();
    let formed = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !formed {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    // Before March 1900 spreadsheets count a day that never was.
    let date = jiff::civil::Date::new(year, month as i8, day as i8).ok()?;
    (date >= jiff::civil::date(1900, 3, 1)).then_some(date)
}

/// Sums as far as they are exact: six decimals, and of small ones twelve, for shares of a thousandth have nothing but those.
pub(super) fn rounded_sums(values: Vec<f64>) -> Vec<f64> {
    const SMALL: f64 = 1e-2;
    values.into_iter().flat_map(|value| rounded(vec![value], if value.abs() < SMALL { 12 } else { 6 })).collect()
}

/// Rounded to some decimals: what lies beyond them is noise of the summing.
pub(super) fn rounded(mut values: Vec<f64>, decimals: i32) -> Vec<f64> {
    let scale = 10_f64.powi(decimals);
    for value in &mut values {
        // Large values have no digits there to round away.
        if value.abs() < 1e9 {
            *value = (*value * scale).round() / scale + 0.0;
        }
    }
    values
}
