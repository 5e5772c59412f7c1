//! The journal as a log: who changed what, and when, in every plan, newest last.

use rusqlite::Connection;

use super::cells::{Read, integer, list, text};

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogLine {
    pub id: i64,
    /// The plan that it is about, as it is called now; its number where it is deleted.
    pub plan: String,
    /// UTC, as "2026-12-01T09:30:00.000Z".
    pub at: String,
    pub who: String,
    /// "edit", "undo", "redo", "import", "plan" or "comment".
    pub kind: String,
    pub label: String,
    /// Of undo and redo, the line that they are about.
    pub of: Option<i64>,
    /// It can be taken back, or made again: it is in the undo history of its plan.
    pub in_history: bool,
    /// It is in force: made, and not taken back since.
    pub in_force: bool,
}

/// All lines of the file.
pub fn read(connection: &Connection) -> Read<Vec<LogLine>> {
    let sql = "SELECT journal.id, coalesce(plan.name, 'plan ' || journal.plan), journal.at, journal.who, journal.kind, journal.label,
                      coalesce(journal.of, 0), journal.step IS NOT NULL, journal.step IS NOT NULL AND journal.step < plan.applied
               FROM journal LEFT JOIN plan ON plan.id = journal.plan ORDER BY journal.id";
    list(connection, sql, |row| {
        Ok(LogLine {
            id: integer(row, 0),
            plan: text(row, 1),
            at: text(row, 2),
            who: text(row, 3),
            kind: text(row, 4),
            label: text(row, 5),
            of: Some(integer(row, 6)).filter(|of| *of > 0),
            in_history: integer(row, 7) != 0,
            in_force: integer(row, 8) != 0,
        })
    })
}
