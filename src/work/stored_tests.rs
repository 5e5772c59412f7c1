//! Steps that replace accounts, in the file: taken back, every table is what it was, bit by bit.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use rusqlite::types::ValueRef;

use super::columns::AccountColumns;
use super::duplicates::{DuplicatesWish, MergeOrder, find, merge};
use super::formulas::{ColumnOrder, How, add, commit};
use super::import::import_accounts;
use super::refresh::{OnVanished, RefreshOrder, compare_file};
use crate::domain::columns::Subject;
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::fixture;
use crate::domain::ids::{AccountId, TerritoryId};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::store::{self, Existing, Wanted};

const NAMES: [&str; 6] = ["Anchor Tavern", "Bell & Sons", "Crown Market", "Duke Hotel", "Eagle Grill", "Fox Shop"];

/// A file of accounts; every third is a double of the one before it.
fn table(random: &mut Random, codes: impl Iterator<Item = usize>) -> String {
    let mut text = "Account ID,Account Name,Latitude,Longitude,Segment,Revenue,Potential\n".to_owned();
    for code in codes {
        let name = NAMES[(code - code / 3) % NAMES.len()];
        let lon = -89.95 + 0.1 * ((code - code / 3) % 4) as f64;
        let segment = ["pub", "shop", ""][random.below(3)];
        let revenue = ["", "100", "0.1", "7"][random.below(4)];
        text.push_str(&format!("{code:03},{name},39.95,{lon:.2},{segment},{revenue},{}\n", random.below(9)));
    }
    text
}

/// Four units of two territories with accounts, a named one, a locked one, a target, a goal and two computed columns.
fn project(random: &mut Random) -> Project {
    let accounts = table(random, 1..13);
    let mut project = with_file(&fixture::project("AABB"), &accounts);
    let mut edit =
        Edit::lock_accounts(&project.plan, [AccountId(3)], |account| project.accounts.units[account.index()], true);
    edit.changes.push(Change::Override { account: AccountId(1), old: None, new: Some(TerritoryId(2)) });
    apply(Arc::make_mut(&mut project.plan), &edit, Locks::Obey).expect("it can be made");
    for (name, formula) in [("Score", "0.6*[Revenue] + 0.4*[Potential]"), ("Tier", "if([Potential] > 4, \"A\", \"B\")")]
    {
        let order = ColumnOrder {
            subject: Subject::Accounts,
            name: name.into(),
            formula: formula.into(),
            as_of: String::new(),
            unit: String::new(),
            how: How::Sum,
        };
        let edit = add(&project, &order).expect("the formula is right");
        project = commit(&project, edit).expect("it can be added").0;
    }
    project
}

fn with_file(project: &Project, text: &str) -> Project {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("accounts.csv");
    std::fs::write(&path, text).expect("written");
    import_accounts(project, &path, &AccountColumns::default(), &Progress::new()).expect("read").value.project
}

/// Every value of every table, bit for bit; without the journal, which only grows, and the plans' counters of changes.
fn dump(path: &Path) -> BTreeMap<String, Vec<String>> {
    let connection = rusqlite::Connection::open(path).expect("it opens");
    let names = |sql: &str| -> Vec<String> {
        let mut query = connection.prepare(sql).expect("a query");
        query.query_map([], |row| row.get(0)).expect("rows").map(Result::unwrap).collect()
    };
    let rows = |table: &String| {
        let columns = names(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let kept = columns.iter().filter(|column| (table.as_str(), column.as_str()) != ("plan", "generation"));
        let kept: Vec<String> = kept.map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
        let mut query = connection.prepare(&format!("SELECT {} FROM \"{table}\"", kept.join(", "))).expect("a query");
        let row = |row: &rusqlite::Row| {
            let value = |at: usize| match row.get_ref(at).expect("a value") {
                ValueRef::Real(number) => format!("real {:016x}", number.to_bits()),
                other => format!("{other:?}"),
            };
            Ok((0..kept.len()).map(value).collect::<Vec<_>>().join("|"))
        };
        query.query_map([], row).expect("rows").map(Result::unwrap).collect()
    };
    let tables = names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'journal' ORDER BY name");
    tables.iter().map(|table| (table.clone(), rows(table))).collect()
}

/// Makes the step in a file and takes it back after opening the file again.
fn made_and_taken_back(before: &Project, after: &Project, edit: &Edit) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.bwk");
    drop(store::create(&path, before, Existing::Refuse).expect("a project can be made"));
    let begun = dump(&path);
    let (store, _) = store::open(&path, Wanted::ReadWrite).expect("it opens");
    store.apply_to_data(after, edit).expect("it fits the file");
    store.flush().expect("it is written");
    drop(store);
    let made = dump(&path);
    let (store, opened) = store::open(&path, Wanted::ReadWrite).expect("it opens");
    assert_eq!(picture(&opened.project), picture(after));
    let step = opened.history.undo_step().expect("a step").clone();
    store.undo(&step);
    store.flush().expect("it is written");
    drop(store);
    assert_eq!(dump(&path), begun);
    let (store, opened) = store::open(&path, Wanted::ReadWrite).expect("it opens");
    assert_eq!(picture(&opened.project), picture(before));
    store.redo(&step);
    store.flush().expect("it is written");
    drop(store);
    assert_eq!(dump(&path), made);
}

fn picture(project: &Project) -> String {
    let Project { accounts, measures, goals, plan, computed, segments, .. } = project;
    format!("{:?}", (accounts, measures, goals, plan, computed, segments))
}

/// Computed columns are those of a formula that was just worked out.
fn check_computed(project: &Project) {
    let (again, said) = super::formulas::refreshed(project.clone());
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(picture(&again), picture(project));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_refresh_is_taken_back_to_the_bit_and_the_same_file_changes_nothing(seed: u64) {
        let mut random = Random::new(seed);
        let project = project(&mut random);
        let codes: Vec<usize> = (1..17).filter(|&code| code == 1 || random.below(4) > 0).collect();
        let text = table(&mut random, codes.into_iter());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new.csv");
        std::fs::write(&path, text).expect("written");
        let compare = |project: &Project| {
            compare_file(project, &path, &AccountColumns::default(), &Progress::new()).expect("compared").value
        };
        let order = RefreshOrder {
            vanished: [OnVanished::Keep, OnVanished::KeepNamed, OnVanished::Remove][random.below(3)],
            keep_where_empty: random.below(2) == 0,
            ..RefreshOrder::default()
        };
        let done = compare(&project).refresh(&project, &order).expect("it can be made");
        check_computed(&done.project);
        if !done.edit.is_empty() {
            made_and_taken_back(&project, &done.project, &done.edit);
        }
        let again = compare(&done.project).refresh(&done.project, &order).expect("again");
        prop_assert!(again.edit.is_empty(), "the same file again: {:?}", again.edit.label);
    }

    #[test]
    fn a_merge_is_taken_back_to_the_bit(seed: u64) {
        let mut random = Random::new(seed);
        let project = project(&mut random);
        let groups = find(&project, &DuplicatesWish::default(), &Progress::new()).expect("not cancelled");
        prop_assert!(!groups.is_empty());
        let chosen = groups.iter().map(|group| {
            let keep = group.accounts[random.below(group.accounts.len())];
            (keep, group.accounts.iter().copied().filter(|&account| account != keep).collect())
        });
        let order = MergeOrder { groups: chosen.collect(), ..MergeOrder::default() };
        let done = merge(&project, &order).expect("it can be made");
        check_computed(&done.project);
        made_and_taken_back(&project, &done.project, &done.edit);
    }
}
