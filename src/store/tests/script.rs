//! Changes that follow from a seed alone, so that whoever knows how many were made knows what the project must hold.

use super::fixture::random_edit;
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::history::History;
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::store::{Opened, Store};

/// Edits, undos and redos one after the other. Each counts one for the plan's generation.
pub struct Script {
    plan: Plan,
    history: History,
    random: Random,
    accounts: usize,
    pub made: u64,
}

impl Script {
    pub fn new(project: &Project, seed: u64) -> Self {
        let accounts = project.accounts.len();
        let plan = (*project.plan).clone();
        Self { plan, history: History::default(), random: Random::new(seed), accounts, made: 0 }
    }

    /// Makes the next change, and queues it where there is a store.
    pub fn step(&mut self, store: Option<&Store>) {
        self.made += 1;
        let way = self.random.below(6);
        if way == 0
            && let Some(edit) = self.history.undo_step().cloned()
        {
            apply(&mut self.plan, &edit.inverse(), Locks::Pass).unwrap();
            self.history.mark_undone();
            store.map(|store| store.undo(&edit));
            return;
        }
        if way == 1
            && let Some(edit) = self.history.redo_step().cloned()
        {
            apply(&mut self.plan, &edit, Locks::Pass).unwrap();
            self.history.mark_redone();
            store.map(|store| store.redo(&edit));
            return;
        }
        let edit = loop {
            let edit: Edit = random_edit(&self.plan, self.accounts, &mut self.random);
            if apply(&mut self.plan, &edit, Locks::Pass).is_ok() {
                break edit;
            }
        };
        store.map(|store| store.apply(&edit));
        self.history.push(edit);
    }

    /// What was read must be this script after as many changes as the file says, and at least `acknowledged` of them.
    #[track_caller]
    pub fn check(project: &Project, seed: u64, acknowledged: u64, opened: &Opened) {
        assert!(opened.notes.is_empty(), "{:?}", opened.notes);
        let found = opened.generation;
        assert!(found >= acknowledged, "seed {seed}: {acknowledged} were acknowledged, {found} are there");
        let mut script = Self::new(project, seed);
        while script.made < found {
            script.step(None);
        }
        assert_eq!(*opened.project.plan, script.plan, "seed {seed} after {found} changes");
        assert_eq!(opened.history, script.history, "seed {seed} after {found} changes");
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}
