//! Which rows a table shows and in what order. A pure function of a snapshot and a wish, which can be cancelled.
//!
//! Words are compared once per different word of a column, not once per row, and rows are sorted by numbers made of their values. Rows
//! without a value come last, whichever way the column is sorted; what is equal stays in the order of the file.

use rayon::prelude::*;

use super::Wish;
use super::field::{Field, Source};
use crate::domain::columns::Subject;
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::progress::{Cancelled, Progress};

/// What a column has to be like.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// In lower case.
    Contains(String),
    Is(String),
    IsNot(String),
    /// From and to, both included; either may be open.
    Between(Option<f64>, Option<f64>),
    Empty,
    NotEmpty,
}

impl Test {
    fn of_text(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => contains(text, part),
            Self::Is(whole) => is(text, whole),
            Self::IsNot(whole) => !is(text, whole),
            Self::Empty => text.is_empty(),
            Self::NotEmpty => !text.is_empty(),
            Self::Between(..) => true,
        }
    }

    fn of_number(&self, number: f64) -> bool {
        match self {
            Self::Between(from, to) => from.is_none_or(|from| number >= from) && to.is_none_or(|to| number <= to),
            Self::Empty => number.is_nan(),
            Self::NotEmpty => !number.is_nan(),
            _ => true,
        }
    }
}

/// The rows of the wish.
pub fn order(source: Source, wish: &Wish, progress: &Progress) -> Result<Vec<u32>, Cancelled> {
    let count = source.codes().len();
    let mut checks: Vec<Check> = Vec::new();
    if let Some(only) = &wish.only {
        let homes = &source.project.accounts.units;
        let row_is_selected = |row: usize| match source.subject {
            Subject::Units => only.units.contains(&UnitId::from_index(row)),
            Subject::Accounts => {
                only.accounts.contains(&AccountId::from_index(row))
                    || homes[row].is_some_and(|unit| only.units.contains(&unit))
            }
        };
        checks.push(Check::Rows((0..count).into_par_iter().map(row_is_selected).collect()));
    }
    if wish.unassigned {
        checks.push(Check::Rows((0..count).map(|row| source.owner(row).is_unassigned()).collect()));
    }
    if wish.named {
        checks.push(Check::Rows((0..count).map(|row| source.is_named(row)).collect()));
    }
    if wish.locked {
        checks.push(Check::Rows((0..count).map(|row| source.is_locked(row)).collect()));
    }
    if let Some(name) = &wish.segment {
        let segment = source.project.segments.iter().find(|segment| segment.name == *name);
        // Nobody is in a segment that is gone or cannot be counted.
        let belongs = segment.and_then(|segment| segment.members(source.project).ok()).map(|members| members.belongs);
        checks.push(Check::Rows(belongs.unwrap_or_else(|| vec![false; count])));
    }
    progress.check()?;
    for (field, test) in &wish.tests {
        checks.push(check_of(source, *field, |text| test.of_text(text), |number| test.of_number(number)));
        progress.check()?;
    }
    let texts: Vec<Field> =
        Field::all(source.project, source.subject).into_iter().filter(|field| has_words(*field)).collect();
    let mut any: Vec<Vec<Check>> = Vec::new();
    for word in &wish.words {
        let mut found = Vec::new();
        for &field in &texts {
            found.push(check_of(source, field, |text| contains(text, word), |_| false));
            progress.check()?;
        }
        any.push(found);
    }
    let shown = |row: &usize| {
        checks.iter().all(|check| check.holds(source, *row))
            && any.iter().all(|checks| checks.iter().any(|check| check.holds(source, *row)))
    };
    let mut rows: Vec<u32> = if checks.is_empty() && any.is_empty() {
        (0..count as u32).collect()
    } else {
        (0..count).into_par_iter().filter(shown).map(|row| row as u32).collect()
    };
    progress.check()?;
    if let Some((field, descending)) = wish.sort {
        let keys = keys(source, field, &rows);
        progress.check()?;
        let directed = |key: u64| if descending && key != LAST { LAST - 1 - key } else { key };
        let mut keyed: Vec<(u64, u32)> = rows.iter().map(|&row| (directed(keys[row as usize]), row)).collect();
        keyed.par_sort_unstable();
        rows = keyed.into_iter().map(|(_, row)| row).collect();
    }
    progress.check()?;
    Ok(rows)
}

/// The columns that the box for words looks through.
fn has_words(field: Field) -> bool {
    matches!(field, Field::Code | Field::Name | Field::Territory | Field::Rep | Field::Unit | Field::Attribute(_))
}

/// A condition, looked up as far as that can be done once for many rows.
enum Check {
    Rows(Vec<bool>),
    /// By the position of the word in a column of words.
    Words(usize, Vec<bool>),
    /// By the owner of the row, or of its unit.
    Owners(Field, Vec<bool>),
}

impl Check {
    fn holds(&self, source: Source, row: usize) -> bool {
        match self {
            Self::Rows(rows) => rows[row],
            Self::Words(at, words) => source.attribute(*at).is_some_and(|column| words[column.codes()[row] as usize]),
            Self::Owners(Field::UnitTerritory, owners) => owners[source.home(row).index()],
            Self::Owners(_, owners) => owners[source.owner(row).index()],
        }
    }
}

fn check_of(
    source: Source,
    field: Field,
    text: impl Fn(&str) -> bool + Sync,
    number: impl Fn(f64) -> bool + Sync,
) -> Check {
    match field {
        Field::Attribute(at) => {
            let words = source.attribute(at).map_or(&[][..], |column| column.words());
            Check::Words(at, words.par_iter().map(|word| text(word)).collect())
        }
        Field::Territory | Field::UnitTerritory | Field::Rep => {
            let name = |id: TerritoryId| match field {
                Field::Rep => source.rep_name(id),
                _ => source.plan.territory_name(id),
            };
            let owners = (0..source.plan.territory_slots()).map(|id| text(name(TerritoryId::from_index(id))));
            Check::Owners(field, owners.collect())
        }
        field if field.is_number() => Check::Rows(
            (0..source.codes().len()).into_par_iter().map(|row| number(source.number(field, row))).collect(),
        ),
        field => {
            Check::Rows((0..source.codes().len()).into_par_iter().map(|row| text(source.text(field, row))).collect())
        }
    }
}

/// The key of rows without a value.
const LAST: u64 = u64::MAX;

/// By row a number that sorts as the column does; only those of `rows` count.
fn keys(source: Source, field: Field, rows: &[u32]) -> Vec<u64> {
    let count = source.codes().len();
    match field {
        Field::Attribute(at) => {
            let Some(column) = source.attribute(at) else { return vec![LAST; count] };
            let ranks = ranks(column.words());
            column.codes().iter().map(|&word| ranks[word as usize]).collect()
        }
        Field::Territory | Field::UnitTerritory | Field::Rep => {
            let ids = (0..source.plan.territory_slots()).map(TerritoryId::from_index);
            let name = |id: TerritoryId| match field {
                Field::Rep => source.rep_name(id),
                _ if id.is_unassigned() => "",
                _ => source.plan.territory_name(id),
            };
            let ranks = ranks(&ids.map(name).collect::<Vec<_>>());
            let of = |row: usize| if field == Field::UnitTerritory { source.home(row) } else { source.owner(row) };
            (0..count).map(|row| ranks[of(row).index()]).collect()
        }
        field if field.is_number() => {
            (0..count).into_par_iter().map(|row| number_key(source.number(field, row))).collect()
        }
        field => {
            let texts: Vec<&str> = rows.iter().map(|&row| source.text(field, row as usize)).collect();
            let mut keys = vec![LAST; count];
            rows.iter().zip(ranks(&texts)).for_each(|(&row, rank)| keys[row as usize] = rank);
            keys
        }
    }
}

/// Numbers that sort as the texts do, without regard to case; equal for equal texts.
fn ranks<S: AsRef<str> + Sync>(texts: &[S]) -> Vec<u64> {
    let folded: Vec<String> = texts.par_iter().map(|text| text.as_ref().to_lowercase()).collect();
    let mut sorted: Vec<u32> = (0..texts.len() as u32).collect();
    sorted.par_sort_unstable_by(|&a, &b| folded[a as usize].cmp(&folded[b as usize]));
    let mut ranks = vec![LAST; texts.len()];
    let mut rank = 0;
    for (position, &at) in sorted.iter().enumerate() {
        let at = at as usize;
        if position > 0 && folded[at] != folded[sorted[position - 1] as usize] {
            rank += 1;
        }
        if !folded[at].is_empty() {
            ranks[at] = rank;
        }
    }
    ranks
}

/// Whole numbers in the order of the numbers themselves.
fn number_key(value: f64) -> u64 {
    if value.is_nan() {
        return LAST;
    }
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 0 { bits | (1 << 63) } else { !bits }
}

/// Whether a text has a part, which is in lower case, whatever case the text has.
fn contains(text: &str, part: &str) -> bool {
    if !text.is_ascii() || !part.is_ascii() {
        return text.to_lowercase().contains(part);
    }
    let (text, part) = (text.as_bytes(), part.as_bytes());
    part.is_empty() || text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

fn is(text: &str, whole: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(whole) } else { text.to_lowercase() == whole.to_lowercase() }
}
