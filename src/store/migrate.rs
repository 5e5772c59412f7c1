//! From the schema of an older file to the present one: one function per step of `user_version`.

use rusqlite::{Connection, Transaction};

/// The schema version that this program writes.
pub const VERSION: i32 = 1;

/// A change of the schema and of the rows in it.
pub type Step = fn(&Transaction) -> rusqlite::Result<()>;

/// `STEPS[n]` takes a file from version n + 1 to n + 2. There is always one fewer than [`VERSION`].
pub const STEPS: [Step; VERSION as usize - 1] = [];

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
