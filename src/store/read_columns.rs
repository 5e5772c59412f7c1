//! Measures and attributes, from the wide tables to columns.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::cells::{Read, integer, list, text};
use super::failure::Trouble;
use super::tables::{quoted, subject_word};
use crate::domain::columns::{Aggregate, MAX_VALUE, Measure, Subject, TextColumn};
use crate::domain::ids::MeasureId;

/// The measures without their values.
pub fn measures(connection: &Connection) -> Read<Vec<Measure>> {
    let sql = "SELECT id, name, unit, subject, aggregate, weight FROM measure ORDER BY id";
    let mut measures: Vec<Measure> = Vec::new();
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if integer(row, 0) != measures.len() as i64 || measures.len() >= usize::from(u16::MAX) {
            return Err(Trouble::Damaged(format!("measure {} is missing", measures.len())));
        }
        let subject = if text(row, 3) == "unit" { Subject::Units } else { Subject::Accounts };
        let weight = match row.get_ref(5)? {
            ValueRef::Integer(weight) => u16::try_from(weight).ok().map(MeasureId),
            _ => None,
        };
        let aggregate = if text(row, 4) == "mean" { Aggregate::Mean { weight } } else { Aggregate::Sum };
        measures.push(Measure { name: text(row, 1), unit: text(row, 2), subject, aggregate, values: Vec::new() });
    }
    let subjects: Vec<Subject> = measures.iter().map(|measure| measure.subject).collect();
    for measure in &mut measures {
        if let Aggregate::Mean { weight } = &mut measure.aggregate {
            *weight = weight.filter(|weight| subjects.get(weight.index()) == Some(&measure.subject));
        }
    }
    Ok(measures)
}

/// Fills the values of the measures of a subject and reads its attributes: one pass over its wide table.
pub fn columns(
    connection: &Connection,
    subject: Subject,
    count: usize,
    measures: &mut [Measure],
    notes: &mut Vec<String>,
) -> Read<Vec<TextColumn>> {
    let table = subject_word(subject);
    let sql = format!("SELECT name FROM pragma_table_info('{table}_data')");
    let present: BTreeSet<String> = list(connection, &sql, |row| Ok(text(row, 0)))?.into_iter().collect();
    let known = |name: &str| {
        let missing = || Trouble::Damaged(format!("the column \"{name}\" of the table {table}_data is missing"));
        if present.contains(name) { Ok(quoted(name)) } else { Err(missing()) }
    };
    let sql = format!("SELECT id, sql_name FROM measure WHERE subject = '{table}' ORDER BY id");
    let mut selected = vec!["id".to_owned()];
    let mut numbers = Vec::new();
    for (id, name) in list(connection, &sql, |row| Ok((integer(row, 0), text(row, 1))))? {
        selected.push(known(&name)?);
        numbers.push((usize::try_from(id).unwrap_or(usize::MAX), vec![f64::NAN; count]));
    }
    let sql = format!("SELECT name, sql_name FROM attribute WHERE subject = '{table}' ORDER BY position");
    let mut words = Vec::new();
    for (name, sql_name) in list(connection, &sql, |row| Ok((text(row, 0), text(row, 1))))? {
        selected.push(known(&sql_name)?);
        words.push(Words { name, ..Words::default() });
    }
    let mut unusable = 0;
    if selected.len() > 1 {
        let mut query = connection.prepare(&format!("SELECT {} FROM {table}_data ORDER BY id", selected.join(", ")))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let Some(index) = usize::try_from(integer(row, 0)).ok().filter(|&index| index < count) else { continue };
            for (at, (_, values)) in numbers.iter_mut().enumerate() {
                match row.get_ref(at + 1)? {
                    ValueRef::Real(value) if value.abs() <= MAX_VALUE => values[index] = value,
                    ValueRef::Integer(value) if (value as f64).abs() <= MAX_VALUE => values[index] = value as f64,
                    ValueRef::Null => {}
                    _ => unusable += 1,
                }
            }
            let first = numbers.len() + 1;
            for (at, column) in words.iter_mut().enumerate() {
                if let ValueRef::Text(bytes) = row.get_ref(first + at)? {
                    column.put(index, bytes);
                }
            }
        }
    }
    if unusable > 0 {
        notes.push(format!("{unusable} values of {table} measures are no usable numbers; they count as missing"));
    }
    for (id, values) in numbers {
        if let Some(measure) = measures.get_mut(id) {
            measure.values = values;
        }
    }
    // Sorting the words of a column with a different one in every row takes a while.
    Ok(words.into_par_iter().map(|column| column.into_column(count)).collect())
}

/// A column of words while it is read: each different word once.
#[derive(Default)]
struct Words {
    name: String,
    words: HashMap<Vec<u8>, u32>,
    rows: Vec<u32>,
}

impl Words {
    fn put(&mut self, row: usize, bytes: &[u8]) {
        let next = self.words.len() as u32 + 1;
        let word = match self.words.get(bytes) {
            Some(&word) => word,
            None => *self.words.entry(bytes.to_vec()).or_insert(next),
        };
        self.rows.resize(self.rows.len().max(row + 1), 0);
        self.rows[row] = word;
    }

    fn into_column(mut self, count: usize) -> TextColumn {
        let mut words = vec![String::new(); self.words.len() + 1];
        for (bytes, word) in self.words {
            words[word as usize] =
                String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        }
        self.rows.resize(count, 0);
        TextColumn::from_words(self.name, &words, &self.rows)
    }
}
