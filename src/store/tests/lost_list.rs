//! The list of tables is lost, with the first page or elsewhere: tables are found by what is left of it, and by the form of their rows.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::damaged::rescued;
use super::fixture::{accounts, assert_same, grid, place, project};
use super::script::Script;
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::AccountId;
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::store::{Existing, Opened, Wanted, create, open, open_or_rescue};

fn number(path: &Path, sql: &str) -> usize {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize
}

/// The pages of the list of tables, from 1.
fn list_pages(path: &Path) -> Vec<usize> {
    let connection = Connection::open(path).unwrap();
    let mut query =
        connection.prepare("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema' ORDER BY pageno").unwrap();
    query.query_map([], |row| row.get::<_, u32>(0)).unwrap().map(|page| page.unwrap() as usize).collect()
}

fn overwrite(path: &Path, pages: &[usize], page_size: usize, filling: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    for page in pages {
        let end = bytes.len().min(page * page_size);
        bytes[(page - 1) * page_size..end].fill(filling);
    }
    std::fs::write(path, bytes).unwrap();
}

/// The list of tables is overwritten as a whole, and what is rescued must be what was there.
#[track_caller]
fn check_without_list(path: &Path, expected: &Project, filling: u8, what: &str) -> Opened {
    let page_size = number(path, "PRAGMA page_size");
    overwrite(path, &list_pages(path), page_size, filling);
    let (opened, _) = rescued(path, what);
    assert_same(&opened.project, expected);
    opened
}

fn says(opened: &Opened, words: &str) -> bool {
    opened.notes.iter().any(|note| note.contains(words))
}

#[test]
fn without_its_first_page_a_project_is_whole_again() {
    for filling in [0x00, 0xA5, b' '] {
        let (_folder, path) = place();
        drop(create(&path, &project(), Existing::Refuse).unwrap());
        overwrite(&path, &[1], 4096, filling);
        let error = open(&path, Wanted::ReadWrite).unwrap_err();
        assert!(error.why.contains("its first page is lost"), "{error}");
        let (opened, _) = rescued(&path, "the first page");
        assert_same(&opened.project, &project());
        assert!(says(&opened, "The list of tables is damaged"), "{:?}", opened.notes);
        assert!(!says(&opened, "form of their rows") && !says(&opened, "guessed"), "{:?}", opened.notes);
    }
}

#[test]
fn without_the_list_tables_are_told_by_their_rows() {
    let (_folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    let opened = check_without_list(&path, &project(), 0, "the whole list");
    assert!(says(&opened, "by the form of their rows alone"), "{:?}", opened.notes);
    // The program makes its tables in one order: nothing is left to guess.
    assert!(!says(&opened, "guessed"), "{:?}", opened.notes);
}

#[test]
fn in_a_file_with_other_pages_what_is_guessed_is_said() {
    // One lock alone: nothing tells that of an account from that of a unit.
    let mut whole = project();
    let unlock = Change::LockAccount { account: AccountId(5), old: true, new: false };
    apply(Arc::make_mut(&mut whole.plan), &Edit { changes: vec![unlock], ..Edit::default() }, Locks::Pass).unwrap();
    for page_size in [512, 8192, 65_536] {
        let (_folder, path) = place();
        drop(create(&path, &whole, Existing::Refuse).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch(&format!("PRAGMA page_size = {page_size}; VACUUM")).unwrap();
        drop(connection);
        let opened = check_without_list(&path, &whole, 0, &format!("pages of {page_size}"));
        let guess = "To which table 1 row belongs was guessed: \"locked_unit\" or \"locked_account\"";
        assert!(page_size != 512 || says(&opened, guess), "{:?}", opened.notes);
    }
}

#[test]
fn rows_of_before_do_not_come_back() {
    for seed in 1..6 {
        let (_folder, path) = place();
        let store = create(&path, &project(), Existing::Refuse).unwrap();
        let mut script = Script::new(&project(), seed);
        for _ in 0..60 {
            script.step(Some(&store));
        }
        store.flush().unwrap();
        drop(store);
        let (store, opened) = open(&path, Wanted::ReadWrite).unwrap();
        let mut expected = opened.project;
        // Imports make tables of values anew, and leave free pages with the rows of before.
        Arc::make_mut(&mut expected.computed).retain(|column| column.subject == Subject::Units);
        for length in [3_000, 3] {
            let count = expected.accounts.len();
            let mut others = accounts(&expected.units, count, &mut Random::new(seed));
            others.attributes = vec![TextColumn::new("Channel", &vec!["pub".repeat(length); count])];
            expected.accounts = others.into();
            for (nth, measure) in Arc::make_mut(&mut expected.measures).iter_mut().enumerate() {
                if measure.subject == Subject::Accounts {
                    let values = (0..count).map(|row| (row * nth * length) as f64 / 3.0).collect();
                    *measure = Measure::sum(format!("Litres {nth}"), "l", Subject::Accounts, values);
                }
            }
            store.put_accounts(&expected, "Imported accounts").unwrap();
        }
        store.flush().unwrap();
        drop(store);
        let expected = open(&path, Wanted::ReadOnly).unwrap().1.project;
        assert!(number(&path, "PRAGMA freelist_count") > 0);
        check_without_list(&path, &expected, 0, &format!("seed {seed}"));
    }
}

#[test]
fn files_of_older_versions_are_found_too() {
    for (old, is_migrated) in [(1, true), (2, true), (1, false), (2, false)] {
        let (folder, path) = place();
        let bytes: &[u8] =
            if old == 1 { include_bytes!("old/version_1.bwk") } else { include_bytes!("old/version_2.bwk") };
        let sound = folder.path().join("sound.bwk");
        std::fs::write(&sound, bytes).unwrap();
        let (store, opened) = open(&sound, Wanted::ReadWrite).unwrap();
        drop(store);
        if is_migrated { std::fs::copy(&sound, &path).map(drop) } else { std::fs::write(&path, bytes) }.unwrap();
        let page_size = number(&path, "PRAGMA page_size");
        overwrite(&path, &list_pages(&path), page_size, 0);
        let (found, _) = rescued(&path, &format!("version {old}"));
        let mut expected = opened.project;
        if !is_migrated {
            // What a migration makes of the way accounts were placed is not in the file.
            let accounts = Arc::make_mut(&mut expected.accounts);
            accounts.precisions_km.fill(f32::NAN);
        }
        assert_same(&found.project, &expected);
    }
}

/// A project large enough for tables of several levels of pages.
fn large() -> Project {
    let mut units = grid(60, 50, 1);
    let states: Vec<String> = (0..units.len()).map(|unit| format!("State {}", unit % 7)).collect();
    units.attributes.push(TextColumn::new("State", &states));
    let mut accounts = accounts(&units, 6_000, &mut Random::new(5));
    let words: Vec<String> = (0..6_000).map(|nth| format!("{nth} {}", "word ".repeat(nth % 30))).collect();
    accounts.attributes.push(TextColumn::new("Notes", &words));
    let measures = vec![
        Measure::sum("Households", "", Subject::Units, (0..3_000).map(f64::from).collect()),
        Measure::sum("Revenue", "$", Subject::Accounts, (0..6_000).map(|nth| f64::from(nth) / 3.0).collect()),
    ];
    Project {
        plan: Plan::empty("Plan", units.len()).into(),
        units: units.into(),
        accounts: accounts.into(),
        measures: measures.into(),
        name: "Large".into(),
        ..Project::default()
    }
}

#[test]
fn a_lost_first_page_of_a_large_table_costs_no_rows() {
    for (table, with_list) in
        [("account", true), ("account_data", true), ("unit", true), ("unit_data", true), ("account_data", false)]
    {
        let (_folder, path) = place();
        drop(create(&path, &large(), Existing::Refuse).unwrap());
        let mut pages = if with_list { Vec::new() } else { list_pages(&path) };
        pages.push(number(&path, &format!("SELECT rootpage FROM sqlite_schema WHERE name = '{table}'")));
        overwrite(&path, &pages, 4096, 0xA5);
        let (opened, _) = rescued(&path, table);
        assert_same(&opened.project, &large());
        let words = format!("more rows of the table \"{table}\" were found on pages that nothing leads to");
        assert_eq!(says(&opened, &words), with_list, "{:?}", opened.notes);
    }
}

#[test]
fn without_the_first_64_kb_the_pages_behind_are_found() {
    let (_folder, path) = place();
    drop(create(&path, &large(), Existing::Refuse).unwrap());
    overwrite(&path, &(1..=16).collect::<Vec<_>>(), 4096, 0);
    let (opened, _) = rescued(&path, "64 kB");
    let (found, whole) = (&opened.project, large());
    assert_eq!(found.units.codes, whole.units.codes);
    assert_eq!(found.accounts.codes, whole.accounts.codes);
    let values =
        |project: &Project| project.find_measure("Revenue").map(|id| project.measures[id.index()].values.clone());
    assert_eq!(values(found), values(&whole), "{:?}", opened.notes);
}

#[test]
fn a_cut_off_project_without_a_piece_of_its_list_is_rescued() {
    let (_folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    // Small pages, and the list at the end of the file, as changes of it leave it.
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("PRAGMA page_size = 512; VACUUM").unwrap();
    drop(connection);
    let whole = std::fs::read(&path).unwrap();
    let mut units = 0;
    for share in 3..20 {
        std::fs::write(&path, &whole[..whole.len() * share / 20]).unwrap();
        match open_or_rescue(&path, Wanted::ReadOnly) {
            Ok(_) => units += usize::from(rescued(&path, &format!("{share} twentieths")).0.project.units.len() == 20),
            Err(error) => assert!(error.why.contains("cut off") && error.hint.contains("Nothing"), "{error}"),
        }
    }
    assert!(units >= 7, "{units} of 17 have their units");
}

#[test]
fn what_cannot_be_found_is_told_in_plain_words() {
    let (folder, path) = place();
    drop(create(&path, &project(), Existing::Refuse).unwrap());
    let length = std::fs::metadata(&path).unwrap().len() as usize;
    for (name, bytes, words) in [
        ("blank.bwk", vec![0; length], "it holds nothing but zeros"),
        ("noise.bwk", (0..length).map(|at| (at * 31 % 251) as u8).collect(), "it is not a Bailiwick project"),
        ("other.csv", vec![0; length], "it is not a Bailiwick project"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = open_or_rescue(&path, Wanted::ReadWrite).unwrap_err();
        assert!(error.why.contains(words) && !error.hint.is_empty(), "{name}: {error}");
    }
}

/// Pages full of rows that say they go on over all pages there are, in circles.
#[test]
fn rows_in_circles_are_given_up() {
    let (folder, pages) = (tempfile::tempdir().unwrap(), 600_u32);
    let mut bytes = vec![0; 4096];
    for number in 2..=pages {
        let mut page = vec![0; 4096];
        page[..4].copy_from_slice(&[13, 0, 0, 0]);
        page[4] = 100;
        page[5..7].copy_from_slice(&1000_u16.to_be_bytes());
        for cell in 0..100 {
            page[8 + cell * 2..10 + cell * 2].copy_from_slice(&1000_u16.to_be_bytes());
        }
        // 2,097,152 bytes, as the row with the number 1; what is not here begins on the next page.
        page[1000..1005].copy_from_slice(&[0x81, 0x80, 0x80, 0x00, 1]);
        for at in (1005..4092).step_by(4) {
            page[at..at + 4].copy_from_slice(&(number % pages + 1).to_be_bytes());
        }
        bytes.extend(page);
    }
    let path = folder.path().join("circles.bwk");
    std::fs::write(&path, bytes).unwrap();
    let began = std::time::Instant::now();
    assert!(open_or_rescue(&path, Wanted::ReadOnly).is_err());
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}
