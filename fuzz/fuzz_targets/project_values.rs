//! A sound project file with arbitrary values in it: the input is a list of cells and what they hold.
#![no_main]

use std::sync::OnceLock;

use bailiwick::domain::edit::{Edit, Locks, apply};
use bailiwick::domain::ids::{TerritoryId, UnitId};
use bailiwick::domain::cells::apply_to_project;
use bailiwick::store::{Existing, Wanted, create, open_or_rescue};
use bailiwick_fuzz::{file, folder, part, project};
use libfuzzer_sys::fuzz_target;
use rusqlite::types::Value;

/// The file, and its cells: table and column.
struct Template {
    bytes: Vec<u8>,
    cells: Vec<(String, String)>,
}

fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let path = folder().join("template.bwk");
        let project = project();
        let store = create(&path, project, Existing::Replace).expect("a project can be made");
        let mut plan = (*project.plan).clone();
        for unit in 4..9 {
            let edit = Edit::assign(&plan, [UnitId(unit)], TerritoryId(1));
            apply(&mut plan, &edit, Locks::Pass).expect("the edit fits");
            store.apply(&edit);
        }
        store.flush().expect("the project can be written");
        drop(store);
        let connection = rusqlite::Connection::open(&path).expect("the file opens");
        let sql = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2";
        let mut query = connection.prepare(sql).expect("the schema can be read");
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("the schema can be read");
        let cells = rows.filter_map(Result::ok).collect();
        Template { bytes: std::fs::read(&path).expect("the file is there"), cells }
    })
}

/// A value of any type: the first byte says which.
fn value(bytes: &[u8]) -> Value {
    let Some((&kind, rest)) = bytes.split_first() else { return Value::Null };
    let number = || std::array::from_fn::<u8, 8, _>(|at| rest.get(at).copied().unwrap_or(0));
    match kind % 5 {
        0 => Value::Null,
        1 => Value::Integer(i64::from_le_bytes(number())),
        2 => Value::Real(f64::from_le_bytes(number())),
        3 => Value::Text(String::from_utf8_lossy(rest).into_owned()),
        _ => Value::Blob(rest.to_vec()),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let template = template();
    let path = file("input.bwk", &template.bytes);
    let connection = rusqlite::Connection::open(&path).expect("the template opens");
    let _ = connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA journal_mode = OFF; BEGIN");
    let mut bytes = bytes;
    for _ in 0..8 {
        let Some((&[table, row], rest)) = bytes.split_first_chunk::<2>() else { break };
        bytes = rest;
        let (name, column) = &template.cells[usize::from(table) % template.cells.len()];
        let value = value(part(&mut bytes));
        // All rows that hold one of the values there are, so that keys change together and apart.
        let _ = match row {
            u8::MAX => connection.execute(&format!("DELETE FROM \"{name}\""), []),
            _ => connection.execute(
                &format!(
                    "UPDATE OR IGNORE \"{name}\" SET \"{column}\" = ?1 WHERE \"{column}\" IS (SELECT DISTINCT \"{column}\"
                     FROM \"{name}\" LIMIT 1 OFFSET {row} % (SELECT 1 + count(DISTINCT \"{column}\") FROM \"{name}\"))"
                ),
                [value],
            ),
        };
    }
    let _ = connection.execute_batch("COMMIT");
    drop(connection);
    let Ok((store, opened)) = open_or_rescue(&path, Wanted::ReadWrite) else { return };
    let mut project = opened.project;
    let mut history = opened.history;
    // Whatever steps the file says there are: they are taken back as the window would.
    while let Some(edit) = history.undo_step().cloned() {
        if apply_to_project(&mut project, &edit.inverse(), Locks::Pass).is_err() {
            break;
        }
        store.undo(&edit);
        history.mark_undone();
    }
    // What the window draws of it.
    let outlines = project.units.topology.outlines(project.plan.assignment(), project.plan.territory_slots());
    let _ = project.units.ids().map(|unit| project.units.topology.shape(unit).area_km2()).sum::<f64>() + outlines.len() as f64;
    let _ = store.flush();
    drop(store);
    let _ = open_or_rescue(&path, Wanted::ReadOnly);
});
