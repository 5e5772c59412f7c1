//! What the rows of a table look like: how many values, of which types, and which may be missing. Taken from the schema itself.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::cells::{Read, integer, list, text};
use super::super::tables::{SqlNames, quoted};
use super::literal;
use super::pages::Kind;

/// Columns that rows of older schema versions lack: the first program that knew them added them behind, or made the table anew.
const LATER: [(&str, &[&str]); 6] = [
    ("account", &["precision_km"]),
    ("measure", &["formula", "as_of"]),
    ("attribute", &["formula", "as_of"]),
    ("territory", &["parent"]),
    ("project", &["reference_plan"]),
    ("plan", &["description", "parent", "status", "made_at", "made_by"]),
];

pub struct Form {
    pub table: String,
    pub kind: Kind,
    columns: Vec<Column>,
    later: &'static [&'static str],
    /// How many columns refer to other tables: the more, the more is known of it.
    pub references: usize,
}

struct Column {
    name: String,
    /// As declared: INTEGER, REAL, TEXT, BLOB, or empty for anything.
    declared: String,
    required: bool,
}

impl Form {
    /// The form of a table of this database.
    pub fn of(connection: &Connection, table: &str) -> Read<Self> {
        let named = literal(table);
        let columns = list(
            connection,
            &format!("SELECT name, type, \"notnull\" OR pk FROM pragma_table_info({named})"),
            |row| Ok(Column { name: text(row, 0), declared: text(row, 1), required: integer(row, 2) == 1 }),
        )?;
        let number = |sql: String| connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
        let without_numbers =
            number(format!("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = {named}"))?;
        let references = number(format!("SELECT count(*) FROM pragma_foreign_key_list({named})"))?;
        let later = LATER.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, later)| later);
        Ok(Self {
            table: table.to_owned(),
            kind: if without_numbers == 1 { Kind::Keys } else { Kind::Rows },
            columns,
            later,
            references: usize::try_from(references).unwrap_or(0),
        })
    }

    /// The columns that a row of so many values has.
    fn columns_of(&self, count: usize) -> Option<Vec<&Column>> {
        let is_older = count + self.later.len() == self.columns.len();
        let kept = |column: &&Column| !is_older || !self.later.contains(&column.name.as_str());
        let columns: Vec<&Column> = self.columns.iter().filter(kept).collect();
        (columns.len() == count).then_some(columns)
    }

    /// Whether a row can be one of this table, as far as types tell.
    pub fn takes(&self, row: &[Value]) -> bool {
        let Some(columns) = self.columns_of(row.len()) else { return false };
        columns.iter().zip(row).all(|(column, value)| match (value, column.declared.as_str()) {
            (Value::Null, _) => !column.required,
            (_, "") | (Value::Integer(_), "INTEGER") | (Value::Text(_), "TEXT") | (Value::Blob(_), "BLOB") => true,
            // SQLite writes a whole number in place of a real one that is as large.
            (Value::Integer(_) | Value::Real(_), "REAL") => true,
            _ => false,
        })
    }

    /// Puts a row into the table; whether it went in.
    pub fn put(&self, connection: &Connection, row: &[Value]) -> rusqlite::Result<bool> {
        let Some(columns) = self.columns_of(row.len()).filter(|_| self.takes(row)) else { return Ok(false) };
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT OR IGNORE INTO {} ({}) VALUES ({marks})", quoted(&self.table), names.join(", "));
        // There are few forms of a row, and the connection keeps their statements.
        let mut insert = connection.prepare_cached(&sql)?;
        Ok(insert.execute(params_from_iter(row))? > 0)
    }
}

/// The columns of a table of imported values as the list of columns says, in the order in which the table is made.
pub fn described_columns(connection: &Connection, subject: &str) -> Read<Vec<(String, &'static str)>> {
    let mut columns = Vec::new();
    let mut names = SqlNames::default();
    for (sql, kind) in [
        ("SELECT sql_name FROM measure WHERE subject = '{}' ORDER BY id", "REAL"),
        ("SELECT sql_name FROM attribute WHERE subject = '{}' ORDER BY position", "TEXT"),
    ] {
        let found = list(connection, &sql.replace("{}", subject), |row| Ok(text(row, 0)))?;
        columns.extend(found.iter().map(|name| (names.make(name), kind)));
    }
    Ok(columns)
}
