//! What docs/file-format.md promises to those who read a project with plain SQL.

use std::path::Path;

use super::fixture::{place, project};
use crate::domain::ids::TerritoryId;
use crate::store::{Existing, SavedMetrics, create};

/// The rows of a query, values joined by a bar.
#[track_caller]
fn check(path: &Path, sql: &str, expected: &[&str]) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut query = connection.prepare(sql).unwrap();
    let count = query.column_count();
    let rows = query.query_map([], |row| {
        let values = (0..count).map(|at| match row.get_ref(at).unwrap() {
            rusqlite::types::ValueRef::Null => "-".to_owned(),
            rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            rusqlite::types::ValueRef::Real(number) => number.to_string(),
            rusqlite::types::ValueRef::Blob(blob) => format!("{} bytes", blob.len()),
        });
        Ok(values.collect::<Vec<_>>().join("|"))
    });
    let rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, expected);
}

#[test]
fn views_tell_who_owns_what() {
    let (_folder, path) = place();
    let project = project();
    let store = create(&path, &project, Existing::Refuse).unwrap();
    check(
        &path,
        "SELECT plan_name, territory, name, colour, rep_name, locked, units FROM v_territory ORDER BY territory",
        &["Baseline|1|North|#01c811|Anna Árnadóttir|0|6", "Baseline|3|South|#03c811|Ben|1|6"],
    );
    check(
        &path,
        "SELECT territory_name, level_name, group_name FROM v_hierarchy ORDER BY territory, level",
        &["North|District|Lakes", "North|Région|North & West"],
    );
    check(&path, "SELECT a, b, kind FROM adjacency ORDER BY a", &["0|7|bridge", "1|2|barrier"]);
    check(
        &path,
        "SELECT code, territory_name, rep_code FROM v_unit_owner WHERE code IN ('00000', '00007', '00019') ORDER BY code",
        &["00000|North|007", "00007|South|8", "00019|-|-"],
    );
    check(
        &path,
        "SELECT code, territory_name, because FROM v_account_owner WHERE because = 'override' ORDER BY code",
        &["C-000004|South|override", "C-000005|-|override"],
    );
    // Every account once, with the owner that the program computes.
    let owners: Vec<String> = project
        .accounts
        .ids()
        .map(|id| {
            let owner = project.plan.owner_of(id, project.accounts.units[id.index()]);
            let name = if owner.is_unassigned() { "-" } else { project.plan.territory_name(owner) };
            format!("{}|{name}", project.accounts.codes[id.index()])
        })
        .collect();
    let owners: Vec<&str> = owners.iter().map(String::as_str).collect();
    check(&path, "SELECT code, territory_name FROM v_account_owner ORDER BY account", &owners);
    drop(store);
}

#[test]
fn columns_of_the_import_are_columns() {
    let (_folder, path) = place();
    let project = project();
    drop(create(&path, &project, Existing::Refuse).unwrap());
    check(
        &path,
        "SELECT name, sql_name FROM attribute WHERE subject = 'account' ORDER BY position",
        &[
            "Segment|Segment",
            "segment|segment 2",
            "Code|Code 2",
            "a \"quoted\"; DROP TABLE plan; --|a \"quoted\"; DROP TABLE plan; --",
        ],
    );
    let segment = project.accounts.attributes[0].get(3);
    let row = format!("C-000003|{}|{segment}|{segment}", project.measures[1].values[3]);
    check(&path, "SELECT code, \"Revenue\", \"Segment\", \"Code 2\" FROM v_account WHERE id = 3", &[&row]);
    check(&path, "SELECT code, \"Households\", \"Income\", \"State\" FROM v_unit WHERE id = 6", &["00006|12|-|Ohio"]);
}

#[test]
fn stored_metrics_say_whether_they_are_up_to_date() {
    let (_folder, path) = place();
    let project = project();
    let store = create(&path, &project, Existing::Refuse).unwrap();
    let metrics = SavedMetrics {
        plan: vec![("gini".into(), 0.5)],
        territories: vec![(TerritoryId(1), "reock".into(), 0.25), (TerritoryId(0), "units".into(), 8.0)],
    };
    store.put_metrics(0, metrics);
    store.flush().unwrap();
    let sql = "SELECT territory_name, metric, value, up_to_date FROM v_territory_metrics ORDER BY territory";
    check(&path, sql, &["Whole plan|gini|0.5|1", "Unassigned|units|8|1", "North|reock|0.25|1"]);
    let edit = crate::domain::edit::Edit::assign(&project.plan, [crate::domain::ids::UnitId(0)], TerritoryId(0));
    store.apply(&edit);
    store.flush().unwrap();
    check(&path, sql, &["Whole plan|gini|0.5|0", "Unassigned|units|8|0", "North|reock|0.25|0"]);
}

#[test]
fn the_file_is_marked_as_ours_and_is_sound() {
    let (_folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let pragma = |name: &str| -> String {
        let value: rusqlite::types::Value = connection.pragma_query_value(None, name, |row| row.get(0)).unwrap();
        format!("{value:?}")
    };
    assert_eq!(pragma("application_id"), format!("Integer({})", 0x4257_4C4B));
    assert_eq!(pragma("user_version"), "Integer(4)");
    assert_eq!(pragma("journal_mode"), "Text(\"delete\")");
    assert_eq!(pragma("integrity_check"), "Text(\"ok\")");
    check(&path, "SELECT count(*) FROM pragma_foreign_key_check", &["0"]);
    assert_eq!(&std::fs::read(&path).unwrap()[68..72], b"BWLK");
}

const PAGE: &str = include_str!("../../../docs/file-format.md");

#[test]
fn every_query_of_the_page_runs() {
    let (_folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(&format!("ATTACH '{}' AS plan", path.display())).unwrap();
    let blocks: Vec<&str> = PAGE.split("```sql").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let of_blocks = blocks.iter().flat_map(|block| block.split(';'));
    // The shell, Python and DuckDB are given theirs in quotes.
    let in_quotes = PAGE.split('"').filter(|text| text.starts_with("SELECT "));
    let statements: Vec<&str> =
        of_blocks.chain(in_quotes).map(str::trim).filter(|statement| !statement.is_empty()).collect();
    let (mut run, mut without_rows) = (0, Vec::new());
    for statement in statements {
        let mut query = connection.prepare(statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
        let mut rows = query.query([]).unwrap();
        let mut count = 0;
        while rows.next().unwrap_or_else(|error| panic!("{error}: {statement}")).is_some() {
            count += 1;
        }
        run += 1;
        without_rows.extend((count == 0).then_some(statement));
    }
    assert_eq!(run, 26, "queries are on the page");
    // A project that was just made has no stored figures, layers that were joined, second plan, settings, journal and problems.
    assert_eq!(without_rows.len(), 6, "{without_rows:#?}");
}

#[test]
fn the_page_names_every_table_view_and_column_of_a_view() {
    let (_folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let list = |sql: &str| -> Vec<String> {
        let mut query = connection.prepare(sql).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let names = list("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'");
    for name in names {
        assert!(PAGE.contains(&format!("`{name}`")), "{name} is not on the page");
        if matches!(name.as_str(), "v_unit" | "v_account") || !name.starts_with("v_") {
            continue;
        }
        let row = PAGE.lines().find(|line| line.starts_with(&format!("| `{name}`"))).unwrap();
        for column in list(&format!("SELECT name FROM pragma_table_info('{name}')")) {
            assert!(row.contains(&format!("`{column}`")), "{name}.{column} is not on the page");
        }
    }
}
