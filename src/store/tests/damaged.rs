//! A damaged file: what can be saved is opened, what is missing is said, and a copy of it is sound.

use std::path::Path;

use rusqlite::Connection;

use super::fixture::{place, project};
use crate::domain::random::Random;
use crate::store::{Access, Existing, Opened, Store, Wanted, create, open, open_or_rescue};

fn project_file() -> (tempfile::TempDir, std::path::PathBuf, Vec<u8>) {
    let (folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    let whole = std::fs::read(&path).unwrap();
    (folder, path, whole)
}

/// Opens what can be saved, which must be read-only and say what is missing, and whose copy must be sound and hold the same.
#[track_caller]
pub fn rescued(path: &Path, what: &str) -> (Opened, Opened) {
    let error = open(path, Wanted::ReadWrite).unwrap_err();
    assert!(error.why.starts_with("the file is damaged") && error.hint.contains("bailiwick rescue"), "{what}: {error}");
    let before = std::fs::read(path).unwrap();
    let (store, opened): (Store, Opened) =
        open_or_rescue(path, Wanted::ReadWrite).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(
        matches!(&opened.access, Access::ReadOnly { why } if why.contains("damaged")),
        "{what}: {:?}",
        opened.access
    );
    assert!(opened.damage.is_some() && !opened.notes.is_empty(), "{what}");
    let copy = path.with_file_name("copy.bwk");
    store.save_as(&copy).unwrap();
    drop(store);
    assert_eq!(std::fs::read(path).unwrap(), before, "{what}: the damaged file was written");
    let connection = Connection::open(&copy).unwrap();
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "{what}");
    let sql = "SELECT coalesce(group_concat(\"table\" || ' to ' || parent), '') FROM pragma_foreign_key_check";
    let strays: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(strays, "", "{what}");
    drop(connection);
    let (_store, again) = open(&copy, Wanted::ReadWrite).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(again.access, Access::ReadWrite);
    super::fixture::assert_same(&again.project, &opened.project);
    (opened, again)
}

/// How many units have the code and the territory that they had.
fn units_kept(opened: &Opened) -> usize {
    let whole = project();
    let found = &opened.project;
    let owner = |project: &crate::domain::project::Project, code: &str| {
        let unit = project.units.find(code)?;
        Some(project.plan.territory_of(unit))
    };
    whole.units.codes.iter().filter(|code| owner(found, code).is_some_and(|id| Some(id) == owner(&whole, code))).count()
}

#[test]
fn any_one_page_lost_costs_only_what_was_on_it() {
    let (_folder, path, whole) = project_file();
    let (mut saved, mut kept) = (0, 0);
    for page in 0..whole.len() / 4096 {
        for filling in [0x00, 0xA5] {
            let mut bytes = whole.clone();
            bytes[page * 4096..(page + 1) * 4096].fill(filling);
            std::fs::write(&path, &bytes).unwrap();
            if open(&path, Wanted::ReadOnly).is_ok() {
                // A page that nothing uses, or one whose bytes nobody can tell from sound ones.
                continue;
            }
            let (opened, _) = rescued(&path, &format!("page {page}"));
            assert_eq!((opened.project.units.len(), opened.project.accounts.len()), (20, 60), "page {page}");
            kept += units_kept(&opened);
            saved += 1;
        }
    }
    println!("{saved} saved; {kept} of {} units kept", saved * 20);
    assert!(saved > 40, "{saved} saved");
    assert!(kept > saved * 20 * 9 / 10, "{kept} of {}", saved * 20);
}

#[test]
fn of_a_file_that_is_cut_off_the_front_is_saved() {
    let (_folder, path, whole) = project_file();
    let mut most = 0;
    for share in 4..20 {
        std::fs::write(&path, &whole[..whole.len() * share / 20]).unwrap();
        if open_or_rescue(&path, Wanted::ReadOnly).is_ok() {
            let (opened, _) = rescued(&path, &format!("{share} twentieths"));
            assert!(opened.notes[0].contains("bytes of the file are missing"), "{:?}", opened.notes);
            most = most.max(units_kept(&opened));
        }
    }
    assert_eq!(most, 20);
}

#[test]
fn a_table_that_is_gone_leaves_the_others() {
    let tables = "project setting unit topology account measure attribute unit_data account_data rep goal plan territory target \
                  assignment override locked_unit journal metric problem level territory_group locked_account adjacency";
    for table in tables.split_whitespace() {
        let (_folder, path, _) = project_file();
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; DROP TABLE \"{table}\"")).unwrap();
        drop(connection);
        if matches!(table, "level" | "territory_group" | "locked_account" | "adjacency")
            && open(&path, Wanted::ReadOnly).is_ok()
        {
            continue;
        }
        let (opened, _) = match open(&path, Wanted::ReadWrite) {
            Err(error) if error.why.starts_with("the file is damaged") => rescued(&path, table),
            // A view or key that names the table: SQLite's own words.
            Err(error) => panic!("{table}: {error}"),
            Ok(_) => panic!("{table} is not missed"),
        };
        assert!(
            opened.notes.iter().any(|note| note.contains(&format!("\"{table}\" is missing"))),
            "{:?}",
            opened.notes
        );
        assert_eq!(opened.project.units.len(), 20, "{table}");
        assert_eq!(opened.project.accounts.len(), 60, "{table}");
    }
}

#[test]
fn wrong_values_are_left_out_and_the_rest_is_saved() {
    let faults = [
        ("UPDATE assignment SET territory = 9 WHERE unit = 1", "called Lost territory"),
        ("INSERT INTO assignment VALUES (1, 99, 1)", "units or plans that do not exist"),
        ("INSERT INTO override VALUES (1, 1000, 1)", "accounts or plans that do not exist"),
        ("UPDATE assignment SET territory = 70000 WHERE unit = 1", "a territory that cannot be"),
        ("UPDATE assignment SET territory = 'x' WHERE unit = 1", "a territory that cannot be"),
        ("DELETE FROM unit WHERE id = 7", "1 of 20 units have lost their code"),
        ("DELETE FROM account WHERE id = 7", "1 of 60 accounts have lost their code"),
        ("DELETE FROM plan", "1 plans have lost their name"),
        ("UPDATE unit SET lon = 1e300 WHERE id = 7", "1 of 20 units had no usable place"),
        ("UPDATE unit SET area_km2 = -1 WHERE id = 7", "1 of 20 units had no usable place"),
        (
            "UPDATE topology SET value = substr(value, 1, length(value) - 3) WHERE name = 'arc_left'",
            "shapes of all units",
        ),
        ("DELETE FROM topology", "shapes of all units"),
        ("DELETE FROM measure WHERE id = 0", "damaged"),
        ("UPDATE territory_group SET parent = id", "lost the group above"),
        ("UPDATE territory_group SET level = 200", "on a level that cannot be"),
        ("DELETE FROM level", "have lost their name"),
        ("UPDATE territory SET parent = 77 WHERE id = 3", "damaged"),
        ("UPDATE unit SET id = id + 100000000000 WHERE id = 7", "1 of 20 units have lost"),
    ];
    for (sql, words) in faults {
        let (_folder, path, _) = project_file();
        let connection = Connection::open(&path).unwrap();
        let batch = format!("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {sql}");
        connection.execute_batch(&batch).unwrap_or_else(|error| panic!("{sql}: {error}"));
        drop(connection);
        let (opened, _) = rescued(&path, sql);
        let said = words == "damaged" || opened.notes.iter().any(|note| note.contains(words));
        assert!(said, "{sql}: {:?}", opened.notes);
        assert_eq!((opened.project.units.len(), opened.project.accounts.len()), (20, 60), "{sql}");
        assert!(units_kept(&opened) >= 18, "{sql}: {} kept", units_kept(&opened));
    }
}

/// Whatever bytes are changed: an answer, never a panic, and what is saved can be saved.
#[test]
fn damaged_bytes_are_rescued_or_refused() {
    let (_folder, path, whole) = project_file();
    let mut random = Random::new(23);
    let mut saved = 0;
    for round in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random.below(40) {
            let at = 100 + random.below(bytes.len() - 100);
            bytes[at] = random.next_u64() as u8;
        }
        std::fs::write(&path, &bytes).unwrap();
        if open(&path, Wanted::ReadOnly).is_err() && open_or_rescue(&path, Wanted::ReadOnly).is_ok() {
            rescued(&path, &format!("round {round}"));
            saved += 1;
        }
    }
    assert!(saved > 10, "{saved}");
}

#[test]
fn a_layer_that_cannot_be_read_is_left_out_and_the_others_stay() {
    let (_folder, path, _) = project_file();
    let connection = Connection::open(&path).unwrap();
    connection.execute("UPDATE layer_topology SET value = x'01' WHERE layer = 0 AND name = 'points'", []).unwrap();
    drop(connection);
    let (opened, _) = rescued(&path, "points of a layer");
    assert_eq!(opened.project.layers[..], project().layers[1..]);
    assert!(opened.notes.iter().any(|note| note.contains("\"Counties\" is missing")), "{:?}", opened.notes);
}
