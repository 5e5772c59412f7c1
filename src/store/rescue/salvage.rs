//! Rows from a damaged file, as many as can be read.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, Result, params_from_iter};

use super::super::cells::{integer, list, text};
use super::super::failure::Trouble;
use super::super::tables::{MAX_COLUMNS, quoted};
use super::literal;

/// So many rows are looked up one by one behind a page that cannot be read.
const MOST_LOOKED_UP: i64 = 4_000_000;
/// So many are looked for where nothing tells how many there were.
const GUESSED: i64 = 200_000;

/// A table as it is to be filled.
struct Table {
    name: String,
    columns: Vec<String>,
    /// The column that counts its rows, where there is one.
    key: Option<String>,
}

/// Copies every table. What cannot be read is listed in `missing`; gives the tables of which it is so, and those that are not listed.
pub fn all(source: &Connection, target: &Connection, missing: &mut Vec<String>) -> std::result::Result<Lost, Trouble> {
    for subject in ["unit", "account"] {
        make_data_table(target, subject, &data_columns(source, &format!("{subject}_data")).unwrap_or_default())?;
    }
    let mut lost = Lost::default();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    for name in list(target, sql, |row| Ok(text(row, 0)))? {
        let table = table(target, &name)?;
        let there = columns_of(source, &name).unwrap_or_default();
        let common: Vec<&String> = table.columns.iter().filter(|column| there.contains(column)).collect();
        if common.is_empty() {
            lost.unlisted.insert(name);
            continue;
        }
        let copied = Copying { source, target, table: &table, common }.run()?;
        if let Some(why) = copied.trouble {
            let rows = if copied.rows == 1 { "1 row".to_owned() } else { format!("{} rows", copied.rows) };
            missing.push(format!("The table \"{name}\" is damaged ({why}); {rows} of it could be read"));
            lost.in_part.insert(name.clone());
        }
        if copied.refused > 0 {
            missing.push(format!("{} rows of the table \"{name}\" hold values that cannot be", copied.refused));
        }
    }
    Ok(lost)
}

/// Tables that are not as they should be.
#[derive(Default)]
pub struct Lost {
    /// They can be read in part.
    pub in_part: BTreeSet<String>,
    /// The list of tables does not name them.
    pub unlisted: BTreeSet<String>,
}

struct Copied {
    rows: usize,
    refused: usize,
    trouble: Option<String>,
}

struct Copying<'a> {
    source: &'a Connection,
    target: &'a Connection,
    table: &'a Table,
    common: Vec<&'a String>,
}

impl Copying<'_> {
    /// From the front until a page cannot be read, then from the end, then what is between row by row.
    fn run(&self) -> Result<Copied> {
        let mut copied = Copied { rows: 0, refused: 0, trouble: None };
        let Some(error) = self.scan("", &mut copied)? else { return Ok(copied) };
        copied.trouble = Some(error.to_string());
        match &self.table.key {
            Some(key) => self.around(&quoted(key), &mut copied)?,
            None if self.table.name == "assignment" => self.unit_by_unit(&mut copied)?,
            None => {}
        }
        Ok(copied)
    }

    /// The rows behind a page that cannot be read: from the end, then one by one what lies between.
    fn around(&self, key: &str, copied: &mut Copied) -> Result<()> {
        let table = quoted(&self.table.name);
        let known = |sql: String| self.target.query_row(&sql, [], |row| row.get::<_, Option<i64>>(0));
        let front = known(format!("SELECT max({key}) FROM {table}"))?.unwrap_or(-1);
        self.scan(&format!("ORDER BY {key} DESC"), copied)?;
        let back = known(format!("SELECT min({key}) FROM {table} WHERE {key} > {front}"))?;
        let back = back.unwrap_or_else(|| front.saturating_add(GUESSED)).min(front.saturating_add(MOST_LOOKED_UP));
        let one_by_one = (front.saturating_add(1)..back).map(|id| [id].to_vec());
        self.look_up(&format!("{key} = ?1"), one_by_one, copied)
    }

    /// Assignments have no key of one number, but there is one for every unit.
    fn unit_by_unit(&self, copied: &mut Copied) -> Result<()> {
        let last: Option<i64> = self.source.query_row("SELECT max(id) FROM unit", [], |row| row.get(0)).ok().flatten();
        let plans = list(self.source, "SELECT id FROM plan", |row| row.get(0)).unwrap_or_else(|_| vec![1]);
        let units = 0..=last.unwrap_or(GUESSED).min(MOST_LOOKED_UP);
        let pairs = plans.iter().flat_map(|&plan| units.clone().map(move |unit| vec![plan, unit]));
        self.look_up("plan = ?1 AND unit = ?2", pairs, copied)
    }

    fn look_up(&self, which: &str, keys: impl Iterator<Item = Vec<i64>>, copied: &mut Copied) -> Result<()> {
        let sql = format!("SELECT {} FROM {} NOT INDEXED WHERE {which}", self.selected(), quoted(&self.table.name));
        let mut insert = self.insert()?;
        let Ok(mut query) = self.source.prepare(&sql) else { return Ok(()) };
        for key in keys.take(MOST_LOOKED_UP as usize) {
            if let Ok(values) = query.query_row(params_from_iter(key), |row| values(row, self.common.len())) {
                self.put(&mut insert, values, copied)?;
            }
        }
        Ok(())
    }

    /// Copies rows until there are no more or one cannot be read; then says why.
    fn scan(&self, order: &str, copied: &mut Copied) -> Result<Option<rusqlite::Error>> {
        let sql = format!("SELECT {} FROM {} NOT INDEXED {order}", self.selected(), quoted(&self.table.name));
        let mut insert = self.insert()?;
        let mut query = match self.source.prepare(&sql) {
            Ok(query) => query,
            Err(error) => return Ok(Some(error)),
        };
        let mut rows = query.query([])?;
        loop {
            match rows.next() {
                Ok(Some(row)) => self.put(&mut insert, values(row, self.common.len())?, copied)?,
                Ok(None) => return Ok(None),
                Err(error) => return Ok(Some(error)),
            }
        }
    }

    /// Rows that are there already are left alone; those that the schema does not allow are counted.
    fn put(&self, insert: &mut rusqlite::Statement, values: Vec<Value>, copied: &mut Copied) -> Result<()> {
        let put = insert.execute(params_from_iter(values))?;
        copied.rows += put;
        copied.refused += usize::from(put == 0 && copied.trouble.is_none());
        Ok(())
    }

    fn selected(&self) -> String {
        self.common.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
    }

    fn insert(&self) -> Result<rusqlite::Statement<'_>> {
        let marks = vec!["?"; self.common.len()].join(", ");
        let sql = format!("INSERT OR IGNORE INTO {} ({}) VALUES ({marks})", quoted(&self.table.name), self.selected());
        self.target.prepare(&sql)
    }
}

fn values(row: &rusqlite::Row, count: usize) -> Result<Vec<Value>> {
    (0..count)
        .map(|at| {
            Ok(match row.get_ref(at)? {
                // A text that is no text any more is kept as far as it is one.
                rusqlite::types::ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
                _ => row.get(at)?,
            })
        })
        .collect()
}

fn table(target: &Connection, name: &str) -> std::result::Result<Table, Trouble> {
    let sql = format!("SELECT name, type, pk FROM pragma_table_info({})", literal(name));
    let columns = list(target, &sql, |row| Ok((text(row, 0), text(row, 1), integer(row, 2))))?;
    let keys: Vec<_> = columns.iter().filter(|(_, _, key)| *key > 0).collect();
    let key = match keys.as_slice() {
        [(name, kind, _)] if kind == "INTEGER" => Some(name.clone()),
        _ => None,
    };
    Ok(Table { name: name.to_owned(), columns: columns.into_iter().map(|(name, ..)| name).collect(), key })
}

/// The columns of a table; none where there is no such table.
pub fn columns_of(connection: &Connection, table: &str) -> std::result::Result<Vec<String>, Trouble> {
    let sql = format!("SELECT name FROM pragma_table_info({})", literal(table));
    let is_table = format!(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name = {}",
        literal(table)
    );
    let tables: i64 = connection.query_row(&is_table, [], |row| row.get(0))?;
    if tables == 1 { list(connection, &sql, |row| Ok(text(row, 0))) } else { Ok(Vec::new()) }
}

/// The columns of a table of imported values, by name and type.
pub fn data_columns(connection: &Connection, table: &str) -> std::result::Result<Vec<(String, &'static str)>, Trouble> {
    let sql = format!("SELECT name, type FROM pragma_table_info({}) WHERE name <> 'id'", literal(table));
    let kind = |kind: &str| if kind == "REAL" { "REAL" } else { "TEXT" };
    list(connection, &sql, |row| Ok((text(row, 0), kind(&text(row, 1)))))
}

/// Makes the table of imported values.
pub fn make_data_table(
    target: &Connection,
    subject: &str,
    columns: &[(String, &'static str)],
) -> std::result::Result<(), Trouble> {
    let definitions: String =
        columns.iter().take(MAX_COLUMNS).map(|(name, kind)| format!(", {} {kind}", quoted(name))).collect();
    target.execute_batch(&format!("CREATE TABLE {subject}_data (id INTEGER PRIMARY KEY{definitions})"))?;
    Ok(())
}
