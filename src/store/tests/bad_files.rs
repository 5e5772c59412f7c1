use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::fixture::{place, project};
use crate::domain::random::Random;
use crate::error::UserError;
use crate::store::{Existing, Wanted, create, open};

fn project_file() -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    (folder, path)
}

/// Opening must fail with these words, give a remedy, and leave no lock behind.
#[track_caller]
fn check(path: &Path, words: &str) -> UserError {
    let error = [Wanted::ReadOnly, Wanted::ReadWrite].map(|wanted| open(path, wanted).unwrap_err())[1].clone();
    assert!(error.why.contains(words), "{error}");
    assert!(error.what.starts_with("Could not open") && !error.hint.is_empty() && !error.why.ends_with('.'), "{error}");
    assert!(!crate::store::lock::lock_path(path).exists());
    error
}

fn change(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn what_is_no_project_is_refused_in_plain_words() {
    let (folder, path) = project_file();
    check(&folder.path().join("missing.bwk"), "no such file");
    check(folder.path(), "it is a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        folder.path().join(name)
    };
    check(&write("empty.bwk", b""), "the file is empty");
    check(&write("table.bwk", b"id,name\n1,a\n"), "not a Bailiwick project");
    check(&write("short.bwk", b"SQLite format 3\0abc"), "cut off");
    let other = folder.path().join("other.bwk");
    change(&other, "CREATE TABLE a (b); PRAGMA user_version = 1");
    check(&other, "another program");
    change(&path, "PRAGMA user_version = 77");
    let error = check(&path, "newer Bailiwick");
    assert!(error.hint.contains("Update"), "{error}");
    change(&path, "PRAGMA user_version = 0");
    check(&path, "damaged");
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let (_folder, path) = project_file();
    let whole = std::fs::read(&path).unwrap();
    for share in 1..20 {
        let left = whole.len() * share / 20;
        std::fs::write(&path, &whole[..left]).unwrap();
        check(&path, &format!("it is cut off, {left} of {} bytes are there", whole.len()));
    }
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    check(&path, "it is cut off, ");
}

/// Whatever bytes are changed: an answer, never a panic.
#[test]
fn damaged_bytes_never_bring_the_program_down() {
    let (_folder, path) = project_file();
    let whole = std::fs::read(&path).unwrap();
    let mut random = Random::new(11);
    let mut refused = 0;
    for _ in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random.below(20) {
            let at = 100 + random.below(bytes.len() - 100);
            bytes[at] = random.next_u64() as u8;
        }
        std::fs::write(&path, &bytes).unwrap();
        match open(&path, Wanted::ReadWrite) {
            Ok((_store, opened)) => assert!(opened.project.units.len() <= 20),
            Err(error) => {
                assert!(!error.why.is_empty() && !error.hint.is_empty(), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn rows_that_do_not_fit_together_are_refused() {
    let faults = [
        ("PRAGMA foreign_keys = OFF; UPDATE assignment SET territory = 9 WHERE unit = 1", "does not exist"),
        ("PRAGMA foreign_keys = OFF; INSERT INTO assignment VALUES (1, 99, 1)", "does not exist"),
        ("PRAGMA foreign_keys = OFF; INSERT INTO assignment VALUES (1, -5, 1)", "does not exist"),
        ("PRAGMA foreign_keys = OFF; INSERT INTO override VALUES (1, 1000, 1)", "does not exist"),
        ("PRAGMA foreign_keys = OFF; INSERT INTO locked_unit VALUES (1, 1000)", "does not exist"),
        ("PRAGMA foreign_keys = OFF; UPDATE assignment SET territory = 70000 WHERE unit = 1", "impossible id"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM unit WHERE id = 7", "missing"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM plan", "no plan"),
        ("UPDATE unit SET lon = 1e300 WHERE id = 7", "place or area"),
        ("UPDATE unit SET area_km2 = 'large' WHERE id = 7", "place or area"),
        ("UPDATE topology SET value = substr(value, 1, length(value) - 3) WHERE name = 'arc_left'", "arc_left"),
        ("UPDATE topology SET value = x'02040000' WHERE name = 'links'", "version 2"),
        ("UPDATE topology SET value = x'' WHERE name = 'points'", "cut off"),
        ("UPDATE topology SET value = x'01040000ffffffff' WHERE name = 'unit_starts'", "fit together"),
        ("DELETE FROM topology", "fit together"),
        ("DROP TABLE journal", "\"journal\" is missing"),
        ("DROP VIEW v_account; ALTER TABLE account_data DROP COLUMN \"Revenue\"", "\"Revenue\""),
        ("DELETE FROM measure WHERE id = 0", "missing"),
    ];
    for (sql, words) in faults {
        let (_folder, path) = project_file();
        change(&path, sql);
        let error = open(&path, Wanted::ReadWrite).unwrap_err();
        assert!(error.to_string().contains(words), "{sql}: {error}");
        assert!(error.why.starts_with("the file is damaged"), "{sql}: {error}");
    }
}

#[test]
fn single_values_that_cannot_be_used_are_left_out_and_noted() {
    let (_folder, path) = project_file();
    change(
        &path,
        "UPDATE account_data SET \"Revenue\" = 'lots' WHERE id = 0; UPDATE account_data SET \"Revenue\" = 9e999 WHERE id = 1;
         UPDATE account SET lat = 123 WHERE id = 2; UPDATE account SET name = CAST(x'ff41' AS TEXT) WHERE id = 3;
         UPDATE goal SET measure = 99; UPDATE territory SET colour = 'blue'; UPDATE rep SET capacity_hours = 'many';
         UPDATE target SET measure = 400",
    );
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    let project = &opened.project;
    let revenue = &project.measures[1].values;
    assert!(revenue[0].is_nan() && revenue[1].is_nan() && revenue[2].is_finite());
    assert!(!project.accounts.places[2].is_valid() && project.accounts.units[2].is_none());
    assert_eq!(project.accounts.names[3], "\u{fffd}A");
    assert!(project.goals.is_empty() && project.reps[0].capacity_hours.is_nan());
    assert_eq!(opened.notes.len(), 2, "{:?}", opened.notes);
}

#[test]
fn a_damaged_step_ends_the_history_and_the_plan_opens() {
    use crate::domain::edit::Edit;
    use crate::domain::ids::{TerritoryId, UnitId};
    let (_folder, path) = project_file();
    let (store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    let mut plan = (*opened.project.plan).clone();
    for unit in 12..17 {
        let edit = Edit::assign(&plan, [UnitId(unit)], TerritoryId(1));
        crate::domain::edit::apply(&mut plan, &edit, crate::domain::edit::Locks::Obey).unwrap();
        store.apply(&edit);
    }
    store.flush().unwrap();
    drop(store);
    for blob in ["x''", "x'0109'", "x'01ffffffff01'", "x'010100000009'", "NULL", "x'0100000000aa'"] {
        change(&path, &format!("UPDATE journal SET changes = {blob} WHERE step = 1"));
        let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
        assert_eq!((opened.history.steps().len(), opened.history.applied()), (3, 3));
        assert_eq!(*opened.project.plan, plan);
        assert_eq!(opened.notes.len(), 1, "{:?}", opened.notes);
    }
}

#[test]
fn code_in_a_file_is_not_run() {
    let (_folder, path) = project_file();
    change(&path, "CREATE TRIGGER evil AFTER INSERT ON journal BEGIN DELETE FROM account; END");
    let (store, _) = open(&path, Wanted::ReadWrite).unwrap();
    store.rename_plan(store.active_plan(), "Renamed");
    store.flush().unwrap();
    drop(store);
    assert_eq!(open(&path, Wanted::ReadWrite).unwrap().1.project.accounts.len(), 60);
    change(&path, "DROP TABLE problem; CREATE VIEW problem AS SELECT * FROM journal");
    check(&path, "\"problem\" is missing");
}

#[test]
fn one_flipped_byte_in_a_page_is_found_on_opening() {
    let (_folder, path) = project_file();
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    // The kind of page 2: there is no kind 0xEE.
    file.seek(SeekFrom::Start(4096)).unwrap();
    let mut kind = [0];
    file.read_exact(&mut kind).unwrap();
    assert!([2, 5, 10, 13].contains(&kind[0]), "{kind:?}");
    file.seek(SeekFrom::Start(4096)).unwrap();
    file.write_all(&[0xEE]).unwrap();
    check(&path, "damaged");
}
