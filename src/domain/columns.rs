//! Columns of units and accounts: measures (numbers that can be summed and balanced) and attributes (words).

use std::collections::BTreeMap;

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

    /// From a list of different words in any order and, per row, a position in it. Positions beyond the list stand for the empty
    /// word. The same column as [`TextColumn::new`] makes of the words, without sorting all rows.
    pub fn from_words(name: impl Into<String>, list: &[String], rows: &[u32]) -> Self {
        let mut used = vec![false; list.len() + 1];
        for &row in rows {
            used[(row as usize).min(list.len())] = true;
        }
        let all = list.iter().map(String::as_str).chain([""]).zip(0..);
        let mut order: Vec<(&str, usize)> = all.filter(|&(_, at)| used[at]).collect();
        order.sort_unstable();
        let mut words: Vec<String> = Vec::with_capacity(order.len());
        let mut positions = vec![0; list.len() + 1];
        for (word, at) in order {
            if words.last().is_none_or(|last| last != word) {
                words.push(word.to_owned());
            }
            positions[at] = words.len() as u32 - 1;
        }
        let values = rows.iter().map(|&row| positions[(row as usize).min(list.len())]).collect();
        Self { name: name.into(), words, values }
    }

    /// Puts other words into some rows. The column is then the one that [`TextColumn::new`] makes of its values.
    pub fn set<'a>(&mut self, cells: impl IntoIterator<Item = (usize, &'a str)>) {
        let known = self.words.len() as u32;
        let mut fresh: Vec<&str> = Vec::new();
        let mut positions: BTreeMap<&str, u32> = BTreeMap::new();
        for (row, word) in cells {
            let Some(value) = self.values.get_mut(row) else { continue };
            *value = match self.words.binary_search_by(|known| known.as_str().cmp(word)) {
                Ok(at) => at as u32,
                Err(_) => *positions.entry(word).or_insert_with(|| {
                    fresh.push(word);
                    known + fresh.len() as u32 - 1
                }),
            };
        }
        let mut used = vec![false; self.words.len() + fresh.len()];
        self.values.iter().for_each(|&value| used[value as usize] = true);
        if fresh.is_empty() && used.iter().all(|&used| used) {
            return;
        }
        let all = std::mem::take(&mut self.words).into_iter().chain(fresh.into_iter().map(str::to_owned)).zip(0..);
        let mut kept: Vec<(String, usize)> = all.filter(|&(_, at)| used[at]).collect();
        kept.sort_unstable();
        let mut moved = vec![0; used.len()];
        kept.iter().zip(0..).for_each(|((_, at), to)| moved[*at] = to);
        self.words = kept.into_iter().map(|(word, _)| word).collect();
        self.values.iter_mut().for_each(|value| *value = moved[*value as usize]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_from_a_word_list_is_the_one_from_its_rows() {
        let list = ["pub", "bar", "unused", "shop"].map(str::to_owned);
        let column = TextColumn::from_words("Segment", &list, &[3, 0, 0, 9, 1]);
        assert_eq!(column, TextColumn::new("Segment", &["shop", "pub", "pub", "", "bar"]));
    }
}
