use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;

use super::fixture::{place, project, random_edit};
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::history::History;
use crate::domain::plan::Plan;
use crate::domain::random::Random;
use crate::store::{Existing, Store, Wanted, create, open};

/// A session in small: a plan and its history, every step of which goes to the file.
struct Desk {
    plan: Plan,
    history: History,
    generation: u64,
}

impl Desk {
    fn make(&mut self, store: &Store, edit: Edit) {
        if apply(&mut self.plan, &edit, Locks::Pass).is_ok() {
            store.apply(&edit);
            self.history.push(edit);
            self.generation += 1;
        }
    }

    fn undo(&mut self, store: &Store) -> bool {
        let Some(edit) = self.history.undo_step().cloned() else { return false };
        apply(&mut self.plan, &edit.inverse(), Locks::Pass).unwrap();
        store.undo(&edit);
        self.history.mark_undone();
        self.generation += 1;
        true
    }

    fn redo(&mut self, store: &Store) {
        let Some(edit) = self.history.redo_step().cloned() else { return };
        apply(&mut self.plan, &edit, Locks::Pass).unwrap();
        store.redo(&edit);
        self.history.mark_redone();
        self.generation += 1;
    }

    /// Closes the file and opens it: nothing must be different.
    fn reopen(&mut self, store: Store, path: &Path) -> Store {
        store.flush().unwrap();
        drop(store);
        let (store, opened) = open(path, Wanted::ReadWrite).unwrap();
        assert_eq!(*opened.project.plan, self.plan);
        assert_eq!(opened.history, self.history);
        assert_eq!(opened.generation, self.generation);
        assert_eq!(opened.notes, Vec::<String>::new());
        store
    }
}

/// The rows of everything a plan consists of, as text.
fn plan_rows(path: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    ["assignment", "override", "locked_unit", "territory", "target"]
        .into_iter()
        .map(|table| {
            let mut query = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
            let count = query.column_count();
            let row = |row: &rusqlite::Row| {
                let values = (0..count).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
                Ok(values.collect::<Vec<_>>().join("|"))
            };
            (table, query.query_map([], row).unwrap().map(Result::unwrap).collect())
        })
        .collect()
}

fn check(seed: u64, steps: usize) {
    let (_folder, path) = place();
    let project = project();
    let mut desk = Desk { plan: (*project.plan).clone(), history: History::default(), generation: 0 };
    let mut store = create(&path, &project, Existing::Refuse).unwrap();
    let before = plan_rows(&path);
    let mut random = Random::new(seed);
    for step in 0..steps {
        match random.below(10) {
            0 => drop(desk.undo(&store)),
            1 => desk.redo(&store),
            _ => desk.make(&store, random_edit(&desk.plan, project.accounts.len(), &mut random)),
        }
        if step % (steps / 3 + 1) == steps / 3 {
            store = desk.reopen(store, &path);
        }
    }
    store = desk.reopen(store, &path);
    let after = plan_rows(&path);
    while desk.undo(&store) {}
    store = desk.reopen(store, &path);
    assert_eq!(plan_rows(&path), before);
    assert_eq!(desk.plan, *project.plan);
    while desk.history.redo_step().is_some() {
        desk.redo(&store);
    }
    let undone = desk.reopen(store, &path);
    assert_eq!(plan_rows(&path).len(), after.len());
    drop(undone);
}

#[test]
fn a_thousand_edits_undone_leave_the_rows_of_the_beginning() {
    check(1, 1_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_and_redo_survive_closing(seed: u64, steps in 1_usize..60) {
        check(seed, steps);
    }
}

#[test]
fn the_journal_says_who_did_what_and_forgets_nothing() {
    let (_folder, path) = place();
    let project = project();
    let mut desk = Desk { plan: (*project.plan).clone(), history: History::default(), generation: 0 };
    let store = create(&path, &project, Existing::Refuse).unwrap();
    let assign = |plan: &Plan, to: u16, label: &str| {
        let mut edit = Edit::assign(plan, [crate::domain::ids::UnitId(0)], crate::domain::ids::TerritoryId(to));
        edit.label = label.into();
        edit
    };
    desk.make(&store, assign(&desk.plan, 3, "Assigned 1 ZIP area to South"));
    desk.undo(&store);
    desk.redo(&store);
    desk.undo(&store);
    desk.make(&store, assign(&desk.plan, 0, "Unassigned 1 ZIP area"));
    store.flush().unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let mut query = connection.prepare("SELECT kind, label, step, of, at, who FROM journal ORDER BY id").unwrap();
    let lines: Vec<_> = query
        .query_map([], |row| {
            let at: String = row.get(4)?;
            let who: String = row.get(5)?;
            assert!(at.starts_with("20") && at.ends_with('Z') && at.len() == 24 && !who.is_empty(), "{at} {who}");
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, Option<i64>>(2)?,
                row.get::<_, Option<i64>>(3)?,
            ))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let south = "Assigned 1 ZIP area to South";
    let line = |kind: &str, label: &str, step, of| (kind.to_owned(), label.to_owned(), step, of);
    assert_eq!(
        lines,
        [
            line("edit", south, None, None),
            line("undo", south, None, Some(1)),
            line("redo", south, None, Some(1)),
            line("undo", south, None, Some(1)),
            line("edit", "Unassigned 1 ZIP area", Some(0), None),
        ]
    );
}
