//! Reading single values and lists of rows: whatever is in a cell, there is an answer.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::PlanId;
use super::failure::Trouble;

pub type Read<T> = Result<T, Trouble>;

pub fn list<T>(connection: &Connection, sql: &str, read: impl Fn(&Row) -> rusqlite::Result<T>) -> Read<Vec<T>> {
    let mut query = connection.prepare(sql)?;
    let rows = query.query_map([], |row| read(row))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn for_each(connection: &Connection, sql: &str, plan: PlanId, mut read: impl FnMut(&Row) -> Read<()>) -> Read<()> {
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([plan.0])?;
    while let Some(row) = rows.next()? {
        read(row)?;
    }
    Ok(())
}

/// A text of any encoding and type; empty for NULL.
pub fn text(row: &Row, column: usize) -> String {
    match row.get_ref(column) {
        Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Real(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A whole number; −1, which is no id, for anything else.
pub fn integer(row: &Row, column: usize) -> i64 {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => number,
        _ => -1,
    }
}

/// A number; NaN for anything else.
pub fn real(row: &Row, column: usize) -> f64 {
    match row.get_ref(column) {
        Ok(ValueRef::Real(number)) => number,
        Ok(ValueRef::Integer(number)) => number as f64,
        _ => f64::NAN,
    }
}

/// A position in a list of `count`.
pub fn index(row: &Row, column: usize, count: usize) -> Option<usize> {
    usize::try_from(integer(row, column)).ok().filter(|&index| index < count)
}
