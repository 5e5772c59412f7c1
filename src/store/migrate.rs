//! From the schema of an older file to the present one: one function per step of `user_version`.

use rusqlite::{Connection, Transaction};

/// The schema version that this program writes.
pub const VERSION: i32 = 4;

/// The tables that came with each version after the first.
pub const ADDED: [(i32, &[&str]); VERSION as usize - 1] = [
    (2, &["level", "territory_group", "locked_account", "adjacency"]),
    (
        3,
        &[
            "segment",
            "segment_group",
            "segment_condition",
            "layer",
            "layer_area",
            "layer_topology",
            "layer_column",
            "layer_value",
            "unit_in_layer",
        ],
    ),
    (4, &["comment"]),
];

/// Whether files of a version have this table.
pub fn has_table(version: i32, table: &str) -> bool {
    !ADDED.iter().any(|(since, tables)| *since > version && tables.contains(&table))
}

/// A change of the schema and of the rows in it.
pub type Step = fn(&Transaction) -> rusqlite::Result<()>;

/// `STEPS[n]` takes a file from version n + 1 to n + 2. There is always one fewer than [`VERSION`].
pub const STEPS: [Step; VERSION as usize - 1] = [levels_above_territories, data_in_and_out, scenarios];

fn levels_above_territories(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("schema_2.sql"))
}

fn data_in_and_out(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("schema_3.sql"))
}

fn scenarios(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.execute_batch(include_str!("schema_4.sql"))
}

/// Makes all steps after version `from` in one transaction: a file is migrated or untouched. Foreign keys are checked at the end.
pub fn migrate(connection: &mut Connection, from: i32, steps: &[Step]) -> rusqlite::Result<()> {
    let done = usize::try_from(from - 1).unwrap_or(0);
    if done >= steps.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    for step in &steps[done..] {
        step(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", steps.len() as i32 + 1)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(connection: &Connection) -> i32 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    fn old_file() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('a'); PRAGMA user_version = 1")
            .unwrap();
        connection
    }

    fn add_colour(transaction: &Transaction) -> rusqlite::Result<()> {
        transaction.execute_batch("ALTER TABLE note ADD COLUMN colour TEXT; UPDATE note SET colour = 'red'")
    }

    fn double(transaction: &Transaction) -> rusqlite::Result<()> {
        transaction.execute_batch("INSERT INTO note SELECT text || text, colour FROM note")
    }

    fn fail(transaction: &Transaction) -> rusqlite::Result<()> {
        transaction.execute_batch("DROP TABLE note; SELECT * FROM nowhere")
    }

    #[test]
    fn steps_are_made_in_order_and_once() {
        let mut connection = old_file();
        migrate(&mut connection, 1, &[add_colour]).unwrap();
        assert_eq!(version(&connection), 2);
        migrate(&mut connection, 2, &[add_colour, double]).unwrap();
        assert_eq!(version(&connection), 3);
        migrate(&mut connection, 3, &[add_colour, double]).unwrap();
        let words: String =
            connection.query_row("SELECT group_concat(text || ' ' || colour) FROM note", [], |row| row.get(0)).unwrap();
        assert_eq!(words, "a red,aa red");
    }

    /// What there is, and with which columns.
    fn shape(connection: &Connection) -> Vec<(String, String, Vec<String>)> {
        let query = |sql: &str| -> Vec<(String, String)> {
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            rows.map(Result::unwrap).collect()
        };
        query("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name")
            .into_iter()
            .map(|(kind, name)| {
                let columns = query(&format!("SELECT name, type FROM pragma_table_info('{name}') ORDER BY name"));
                (kind, name, columns.into_iter().map(|(name, kind)| format!("{name} {kind}")).collect())
            })
            .collect()
    }

    #[test]
    fn an_old_file_comes_to_have_the_present_schema() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.bwk");
        std::fs::write(&path, include_bytes!("tests/old/version_1.bwk")).unwrap();
        let mut old = Connection::open(&path).unwrap();
        assert_eq!(version(&old), 1);
        migrate(&mut old, 1, &STEPS).unwrap();
        assert_eq!(version(&old), VERSION);
        let new = Connection::open_in_memory().unwrap();
        new.execute_batch(include_str!("schema.sql")).unwrap();
        let fixed: Vec<_> = shape(&new);
        // The tables of imported columns are made with every import.
        let made = ["unit_data", "account_data", "v_unit", "v_account"];
        let old: Vec<_> = shape(&old).into_iter().filter(|entry| !made.contains(&entry.1.as_str())).collect();
        assert_eq!(old, fixed);
    }

    #[test]
    fn it_is_known_which_tables_came_when() {
        let names = |connection: &Connection| -> Vec<String> {
            let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
            let mut query = connection.prepare(sql).unwrap();
            query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.bwk");
        let new = Connection::open_in_memory().unwrap();
        new.execute_batch(include_str!("schema.sql")).unwrap();
        for version in 1..=VERSION {
            std::fs::write(&path, include_bytes!("tests/old/version_1.bwk")).unwrap();
            let mut old = Connection::open(&path).unwrap();
            migrate(&mut old, 1, &STEPS[..version as usize - 1]).unwrap();
            let there = names(&old);
            for table in names(&new) {
                assert_eq!(there.contains(&table), has_table(version, &table), "{table} in version {version}");
            }
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_it_was() {
        let mut connection = old_file();
        assert!(migrate(&mut connection, 1, &[add_colour, fail]).is_err());
        assert_eq!(version(&connection), 1);
        let columns: i64 =
            connection.query_row("SELECT count(*) FROM pragma_table_info('note')", [], |row| row.get(0)).unwrap();
        assert_eq!(columns, 1);
    }
}
