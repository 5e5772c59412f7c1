//! Changes that follow from a seed alone, so that whoever knows how many were made knows what the project must hold.

use super::fixture::{assert_same, random_edit, stepped};
use super::thousand::any_edit;
use crate::domain::computed::followed;
use crate::domain::edit::Edit;
use crate::domain::history::History;
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::store::{Opened, Store};

/// Edits, undos and redos one after the other. Each counts one for the plan's generation.
pub struct Script {
    project: Project,
    history: History,
    random: Random,
    pub made: u64,
}

impl Script {
    pub fn new(project: &Project, seed: u64) -> Self {
        Self { project: project.clone(), history: History::default(), random: Random::new(seed), made: 0 }
    }

    /// Makes the next change, and queues it where there is a store.
    pub fn step(&mut self, store: Option<&Store>) {
        self.made += 1;
        let way = self.random.below(6);
        if way == 0
            && let Some(edit) = self.history.undo_step().cloned()
        {
            self.project = stepped(&self.project, &edit, true).unwrap();
            self.history.mark_undone();
            store.map(|store| store.undo(&edit));
            return;
        }
        if way == 1
            && let Some(edit) = self.history.redo_step().cloned()
        {
            self.project = stepped(&self.project, &edit, false).unwrap();
            self.history.mark_redone();
            store.map(|store| store.redo(&edit));
            return;
        }
        let edit = loop {
            // Most are what a person does all day; some change the data themselves: cells, places, columns, segments, accounts, units.
            let edit: Edit = match self.random.below(8) {
                0 => any_edit(&self.project, &mut self.random),
                _ => random_edit(&self.project.plan, self.project.accounts.len(), &mut self.random),
            };
            let Ok(edit) = followed(&self.project, edit) else { continue };
            if let Some(next) = stepped(&self.project, &edit, false) {
                self.project = next;
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
        assert_eq!(opened.project.plan, script.project.plan, "seed {seed} after {found} changes");
        assert_same(&opened.project, &script.project);
        assert_eq!(opened.history, script.history, "seed {seed} after {found} changes");
    }

    pub fn plan(&self) -> &Plan {
        &self.project.plan
    }
}
