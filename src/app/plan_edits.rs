//! Changes of the plan: made, saved, told, taken back.

use egui::Context;

use super::App;
use crate::domain::edit::{Change, Edit, EditError};
use crate::domain::hierarchy::Member;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::palette;
use crate::domain::plan::Territory;
use crate::domain::project::Goal;
use crate::ui::inspector::Renaming;
use crate::words;

/// Data belong to the project, steps to a scenario.
const CHANGED_ELSEWHERE: &str = "the data have been changed in another scenario since";

impl App {
    pub(super) fn assign(&mut self, ctx: &Context, units: Vec<UnitId>, to: TerritoryId) {
        let Some(session) = self.session.as_mut() else { return };
        session.preview = None;
        if let Some(why) = session.fixed() {
            self.ui.notices.refused(ctx, why.to_owned());
            return;
        }
        let plan = session.plan();
        if plan.is_territory_locked(to) {
            let name = plan.territory_name(to);
            self.ui.notices.refused(ctx, format!("{name} is locked; unlock it to change it"));
            return;
        }
        let locked = units.iter().filter(|&&unit| plan.territory_of(unit) != to && plan.is_locked(unit)).count();
        let mut edit = Edit::assign(plan, units, to);
        let words = session.project.units.count_words(edit.changes.len());
        edit.label = if to.is_unassigned() {
            format!("Unassigned {words}")
        } else {
            format!("Assigned {words} to {}", plan.territory_name(to))
        };
        if locked > 0 {
            let left = session.project.units.count_words(locked);
            self.ui.notices.refused(ctx, format!("Left out {left} because they are locked"));
        }
        if !edit.is_empty() {
            self.make(ctx, edit, true);
        }
    }

    pub(super) fn new_territory(&mut self, ctx: &Context, units: Vec<UnitId>) {
        let Some(session) = self.session.as_mut() else { return };
        let plan = session.plan();
        let id = plan.next_territory_id();
        let name = (1..)
            .map(|number| format!("Territory {number}"))
            .find(|name| plan.find_territory(name).is_none())
            .unwrap_or_default();
        let used: Vec<[u8; 3]> = plan.territories().map(|(_, territory)| territory.colour).collect();
        let territory = Territory { name: name.clone(), colour: palette::least_used(&used), ..Territory::default() };
        let mut edit = Edit::new(String::new());
        edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
        let assign = Edit::assign(plan, units, id);
        edit.label = if assign.is_empty() {
            format!("Made {name}")
        } else {
            format!("Made {name} of {}", session.project.units.count_words(assign.changes.len()))
        };
        edit.changes.extend(assign.changes);
        if self.try_make(ctx, edit, true) {
            if let Some(session) = self.session.as_mut() {
                session.active = id;
                session.active_group = None;
                session.view.show_inspector = true;
                session.selection.units.clear();
            }
            self.ui.renaming = Some(Renaming { of: Member::Territory(id), name, focused: false });
        }
    }

    pub(super) fn make(&mut self, ctx: &Context, edit: Edit, tell: bool) {
        self.try_make(ctx, edit, tell);
    }

    /// Applies an edit, saves it, and says so. Returns whether it was made.
    pub(super) fn try_make(&mut self, ctx: &Context, edit: Edit, tell: bool) -> bool {
        let Some(session) = self.session.as_ref() else { return false };
        if let Some(why) = session.fixed() {
            self.ui.notices.refused(ctx, why.to_owned());
            return false;
        }
        self.apply_and_save(ctx, edit, tell)
    }

    /// The same, also while a proposal waits.
    pub(super) fn apply_and_save(&mut self, ctx: &Context, edit: Edit, tell: bool) -> bool {
        let Some(session) = self.session.as_mut() else { return false };
        if edit.is_empty() {
            return false;
        }
        let label = edit.label.clone();
        match session.apply(edit) {
            Ok(_) => {
                if let (Some(store), Some(step)) = (&self.store, session.history.undo_step()) {
                    store.apply(step);
                }
                if tell {
                    self.ui.notices.done(ctx, label);
                }
                true
            }
            Err(EditError::Nothing) => false,
            Err(error) => {
                self.ui.notices.refused(ctx, format!("{label}: not done, {error}"));
                false
            }
        }
    }

    pub(super) fn undo(&mut self, ctx: &Context) {
        if self.refuse_when_fixed(ctx) || self.begin_step(true) {
            return;
        }
        let Some(session) = self.session.as_mut() else { return };
        let wanted = session.history.undo_step().map(|step| step.label.clone());
        if let Some(step) = session.undo() {
            if let Some(store) = &self.store {
                store.undo(&step);
            }
            self.ui.notices.done(ctx, format!("Undone: {}", step.label));
        } else if let Some(label) = wanted {
            self.ui.notices.refused(ctx, format!("Could not take back \"{label}\": {CHANGED_ELSEWHERE}"));
        }
    }

    pub(super) fn redo(&mut self, ctx: &Context) {
        if self.refuse_when_fixed(ctx) || self.begin_step(false) {
            return;
        }
        let Some(session) = self.session.as_mut() else { return };
        let wanted = session.history.redo_step().map(|step| step.label.clone());
        if let Some(step) = session.redo() {
            if let Some(store) = &self.store {
                store.redo(&step);
            }
            self.ui.notices.done(ctx, format!("Made again: {}", step.label));
        } else if let Some(label) = wanted {
            self.ui.notices.refused(ctx, format!("Could not make \"{label}\" again: {CHANGED_ELSEWHERE}"));
        }
    }

    /// Says why the plan cannot be changed now, when it cannot.
    fn refuse_when_fixed(&mut self, ctx: &Context) -> bool {
        let why = self.session.as_ref().and_then(|session| session.fixed().map(str::to_owned));
        why.map(|why| self.ui.notices.refused(ctx, why)).is_some()
    }

    /// Takes steps back or makes them again until so many are in force; told in one message, however many there are.
    pub(super) fn jump_to(&mut self, ctx: &Context, count: usize) {
        if self.refuse_when_fixed(ctx) {
            return;
        }
        let Some(begun) = self.session.as_ref().map(|session| session.history.applied()) else { return };
        loop {
            let Some(applied) = self.session.as_ref().map(|session| session.history.applied()) else { return };
            let back = applied > count;
            if applied == count {
                break;
            }
            if self.begin_step(back) {
                // The others follow when the job is done that this one takes.
                self.steps_wanted = self.steps_wanted.map(|_| count);
                break;
            }
            let Some(session) = self.session.as_mut() else { return };
            let Some(step) = (if back { session.undo() } else { session.redo() }) else { break };
            if let Some(store) = &self.store {
                if back {
                    store.undo(&step)
                } else {
                    store.redo(&step)
                };
            }
        }
        let Some(session) = self.session.as_ref() else { return };
        let steps = words::counted(session.history.applied().abs_diff(begun) as i128, "step");
        match session.history.applied().cmp(&begun) {
            std::cmp::Ordering::Less => self.ui.notices.done(ctx, format!("Took back {steps}")),
            std::cmp::Ordering::Greater => self.ui.notices.done(ctx, format!("Made {steps} again")),
            std::cmp::Ordering::Equal => {}
        }
    }

    pub(super) fn set_tolerance(&mut self, tolerance: f64) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(mut goal) = session.goal() else { return };
        goal.tolerance = tolerance.clamp(0.001, 1.0);
        match session.project.goals.iter_mut().find(|known| known.measure == goal.measure) {
            Some(known) => *known = goal,
            None => session.project.goals.insert(0, goal),
        }
        if let (Some(store), None) = (&self.store, &session.read_only) {
            store.put_goals(&session.project.goals);
        }
    }

    pub(super) fn set_goals(&mut self, goals: Vec<Goal>) {
        let Some(session) = self.session.as_mut() else { return };
        session.project.goals = goals;
        if let (Some(store), None) = (&self.store, &session.read_only) {
            store.put_goals(&session.project.goals);
        }
    }
}
