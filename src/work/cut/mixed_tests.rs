//! Cuts among steps of other kinds, through the file: closed and opened in between, all taken back, all made again.

use std::path::Path;

use proptest::prelude::*;

use super::tests::{picture, random_order, random_project, rows};
use super::*;
use crate::domain::cells::{Cell, CellColumn, apply_to_project};
use crate::domain::history::History;
use crate::domain::ids::MeasureId;
use crate::domain::random::Random;
use crate::store::{self, Existing, Store, Wanted};

struct Desk {
    project: Project,
    history: History,
    store: Store,
}

impl Desk {
    fn step(&mut self, edit: &Edit, back: bool) {
        let wanted = if back { edit.inverse() } else { edit.clone() };
        let mut next = match data_after(&self.project, edit, back) {
            Some(data) => data.expect("the units are those that the step was made for"),
            None => self.project.clone(),
        };
        next.plan = Arc::clone(&self.project.plan);
        apply_to_project(&mut next, &wanted, Locks::Pass).expect("the step fits");
        self.project = next;
    }

    fn make(&mut self, edit: Edit) {
        self.step(&edit, false);
        self.store.apply(&edit);
        self.history.push(edit);
    }

    fn undo(&mut self) -> bool {
        let Some(edit) = self.history.undo_step().cloned() else { return false };
        self.step(&edit, true);
        self.store.undo(&edit);
        self.history.mark_undone();
        true
    }

    fn redo(&mut self) -> bool {
        let Some(edit) = self.history.redo_step().cloned() else { return false };
        self.step(&edit, false);
        self.store.redo(&edit);
        self.history.mark_redone();
        true
    }

    /// Closes the file and goes on with what is read from it.
    fn reopen(self, path: &Path) -> Self {
        self.store.flush().expect("written");
        drop(self.store);
        let (store, opened) = store::open(path, Wanted::ReadWrite).expect("it can be opened");
        assert!(picture(&opened.project) == picture(&self.project), "the file has what was made");
        assert!(opened.history == self.history, "the journal has every step");
        Self { project: opened.project, history: opened.history, store }
    }
}

/// A step of any kind that may meet the pieces of a cut; `None` where the draw has nothing to do.
fn random_edit(project: &Project, random: &mut Random) -> Option<Edit> {
    let plan = &*project.plan;
    let unit = UnitId(random.below(project.units.len()) as u32);
    let rows = |random: &mut Random, count: usize| (0..3).map(|_| random.below(count) as u32).collect::<Vec<u32>>();
    let mut edit = match random.below(6) {
        0 | 1 => return cut(project, &random_order(project, random), &Progress::new()).ok().map(|done| done.edit),
        2 => {
            let rows = rows(random, project.units.len());
            let text = Cell::Text(format!("Name {}", random.below(9)));
            Edit::set_cells(project, Subject::Units, CellColumn::Name, &rows, &text)
        }
        3 => {
            let measure = MeasureId::from_index(random.below(project.measures.len()));
            let subject = project.measure(measure)?.subject;
            let count = if subject == Subject::Units { project.units.len() } else { project.accounts.len() };
            let rows = rows(random, count);
            let number = Cell::Number([None, Some(7.25), Some(0.1)][random.below(3)]);
            Edit::set_cells(project, subject, CellColumn::Measure(measure), &rows, &number)
        }
        4 => {
            let to: Vec<TerritoryId> = plan.territories().map(|(id, _)| id).collect();
            Edit::assign(plan, [unit], *to.get(random.below(to.len().max(1)))?)
        }
        _ => {
            let old = plan.locked_units().contains(&unit);
            Edit { label: String::new(), changes: vec![Change::LockUnit { unit, old, new: !old }] }
        }
    };
    edit.label = "A step".to_owned();
    (!edit.is_empty()).then_some(edit)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn cuts_among_other_steps_are_taken_back_to_the_first_byte(seed: u64) {
        let mut random = Random::new(seed);
        let project = random_project(&mut random);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.bwk");
        let store = store::create(&path, &project, Existing::Refuse).expect("it can be made");
        store.flush().expect("written");
        let (began, shown) = (rows(&path), picture(&project));
        let mut desk = Desk { project, history: History::default(), store };
        for _ in 0..14 {
            match random.below(8) {
                0 => drop(desk.undo()),
                1 => drop(desk.redo()),
                2 => desk = desk.reopen(&path),
                _ => {
                    if let Some(edit) = random_edit(&desk.project, &mut random) {
                        desk.make(edit);
                    }
                }
            }
        }
        while desk.redo() {}
        desk = desk.reopen(&path);
        let ended = rows(&path);
        while desk.undo() {}
        desk = desk.reopen(&path);
        prop_assert!(rows(&path) == began, "the file is as it was");
        prop_assert!(picture(&desk.project) == shown, "the project is as it was");
        while desk.redo() {}
        desk.store.flush().expect("written");
        prop_assert!(rows(&path) == ended, "the file has every step again");
    }
}
