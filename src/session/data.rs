//! Steps that replace units or accounts: their data are worked out by a job, and put in place together with the plan.

use std::sync::Arc;

use super::placing::Placing;
use super::tables::Tables;
use super::{Indices, Selection, Session, next_data_generation};
use crate::domain::edit::{Edit, EditError, Effects, Locks};
use crate::domain::metrics::Totals;
use crate::domain::project::Project;

/// Units, accounts and measures as they are after a step; the plan in it does not count.
#[derive(Clone)]
pub struct NewData {
    pub project: Project,
    pub indices: Indices,
}

impl std::fmt::Debug for NewData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "data with {} units", self.project.units.len())
    }
}

impl Session {
    /// Makes a change of units or accounts, with the data that it leads to.
    pub fn apply_with(&mut self, edit: Edit, data: NewData) -> Result<Effects, EditError> {
        let effects = self.change(&edit, Locks::Obey, Some(data))?;
        self.record(edit);
        Ok(effects)
    }

    /// Takes back the last step, or makes the next one again, where that changes units or accounts; returns the step as it was made.
    pub fn step_with(&mut self, back: bool, data: NewData) -> Option<Edit> {
        let step = if back { self.history.undo_step() } else { self.history.redo_step() }?.clone();
        let wanted = if back { step.inverse() } else { step.clone() };
        self.change(&wanted, Locks::Pass, Some(data)).ok()?;
        if back {
            self.history.mark_undone();
        } else {
            self.history.mark_redone();
        }
        Some(step)
    }

    /// After the plan has changed: the data that belong to it.
    pub(super) fn take_data(&mut self, data: NewData) {
        let NewData { project, indices } = data;
        let viewed = self.view.measure.and_then(|measure| self.project.measure(measure));
        self.view.measure = viewed.and_then(|measure| project.measure_like(measure));
        if !Arc::ptr_eq(&project.measures, &self.project.measures) {
            // Filters and columns are named by their numbers, which may be others now.
            self.tables = Tables::default();
        }
        self.project.units = project.units;
        self.project.accounts = project.accounts;
        self.project.measures = project.measures;
        self.project.goals = project.goals;
        self.view.measure = self.view.measure.or_else(|| self.project.main_goal().map(|goal| goal.measure));
        self.totals = Totals::count(Arc::clone(&indices.loads), &self.project.plan);
        self.unit_index = indices.units;
        self.account_index = indices.accounts;
        self.placing = Placing::default();
        // The numbers of units that were selected may be those of pieces, or of nothing.
        self.selection = Selection::default();
        self.measured = None;
        self.data_generation = next_data_generation();
    }

    /// Whether the tools that draw cut units along the line. At the level of districts whole territories are drawn, and nothing is cut
    /// where nothing can be changed.
    pub fn cuts(&self) -> bool {
        self.view.cut
            && self.paint_level().is_none()
            && self.read_only_words().is_none()
            && !self.project.units.is_empty()
    }
}
