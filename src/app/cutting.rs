//! Cuts: worked out by a job, shown, made, taken back. Steps that change the units take a moment, so they are jobs too.

use egui::Context;

use super::App;
use crate::domain::edit::Edit;
use crate::domain::ids::TerritoryId;
use crate::io::diagnostic::{Diagnostic, Place, Severity};
use crate::jobs::cutting;
use crate::jobs::spec::{CutWish, JobKind, Version};
use crate::session::data::NewData;
use crate::session::suggestion::CutPreview;
use crate::session::view::Scope;
use crate::work::records;

impl App {
    pub(super) fn cut(&mut self, ctx: &Context, wish: CutWish) {
        let Some(session) = self.session.as_mut() else { return };
        session.preview = None;
        if let Some(why) = session.fixed() {
            self.ui.notices.refused(ctx, why.to_owned());
            return;
        }
        let only = match session.scope() {
            Scope::Everything => None,
            Scope::Unassigned => Some(TerritoryId::UNASSIGNED),
            Scope::Only(id) => Some(id),
        };
        let (project, version) = (session.project.clone(), session.version());
        self.jobs.start(JobKind::Suggest, move |progress| cutting::suggest(&project, wish, only, version, progress));
    }

    /// One undo step.
    pub(super) fn make_cut(&mut self, ctx: &Context, edit: Edit, cut: CutPreview) {
        let Some(session) = self.session.as_mut() else { return };
        if edit.units_patch().is_none() {
            // Nothing but whole units.
            self.make(ctx, edit, true);
        } else {
            if let Some(why) = session.fixed() {
                self.ui.notices.refused(ctx, why.to_owned());
                return;
            }
            let label = edit.label.clone();
            if let Err(error) = session.apply_with(edit, cut.data) {
                self.ui.notices.refused(ctx, format!("{label}: not done, {error}"));
                return;
            }
            self.jobs.cancel(JobKind::Measure);
            if let (Some(store), Some(step)) = (&self.store, session.history.undo_step()) {
                store.apply(step);
                let step = step.clone();
                self.note_cut(&step, true);
            }
            self.ui.notices.done(ctx, format!("{label}; what became of each is in Problems"));
        }
        if let Some(session) = self.session.as_mut()
            && !cut.select.is_empty()
        {
            session.selection.units = cut.select.into_iter().collect();
        }
    }

    /// Whether the step that undo or redo would make is one that takes a job; begins that job.
    pub(super) fn begin_step(&mut self, back: bool) -> bool {
        let Some(session) = self.session.as_ref() else { return false };
        let history = &session.history;
        if self.jobs.is_wanted(JobKind::Step) {
            let wanted = self.steps_wanted.unwrap_or(history.applied());
            let next = if back { wanted.saturating_sub(1) } else { (wanted + 1).min(history.steps().len()) };
            self.steps_wanted = Some(next);
            return true;
        }
        self.steps_wanted = None;
        let step = if back { history.undo_step() } else { history.redo_step() };
        let Some(step) = step.filter(|step| step.replaces_data()).cloned() else { return false };
        self.steps_wanted = Some(if back { history.applied() - 1 } else { history.applied() + 1 });
        let (project, version) = (session.project.clone(), session.version());
        self.jobs.start(JobKind::Step, move |_| cutting::step(&project, &step, back, version));
        true
    }

    pub(super) fn take_step(
        &mut self,
        ctx: &Context,
        version: Version,
        back: bool,
        data: Result<Box<NewData>, String>,
    ) {
        let wanted = self.steps_wanted.take();
        let Some(session) = self.session.as_mut() else { return };
        if session.version() != version {
            let what = if back { "undo" } else { "redo" };
            self.ui.notices.refused(ctx, format!("The plan changed in between; {what} again"));
            return;
        }
        let step = match data {
            Ok(data) => session.step_with(back, *data),
            Err(why) => {
                self.ui.notices.refused(ctx, format!("Not possible: {why}"));
                return;
            }
        };
        let Some(step) = step else {
            self.ui.notices.refused(ctx, "Not possible: the data have changed in between");
            return;
        };
        self.jobs.cancel(JobKind::Measure);
        if step.accounts_patch().is_some() {
            self.forget_columns();
        }
        if let Some(store) = &self.store {
            if back {
                store.undo(&step);
            } else {
                store.redo(&step);
            }
        }
        self.note_cut(&step, !back);
        let words = if back { "Undone" } else { "Made again" };
        self.ui.notices.done(ctx, format!("{words}: {}", step.label));
        if let Some(count) = wanted {
            self.jump_to(ctx, count);
        }
    }

    /// Puts what a cut did among the problems, or takes it out again.
    fn note_cut(&mut self, step: &Edit, made: bool) {
        let (Some(session), Some(patch)) = (self.session.as_mut(), step.units_patch()) else { return };
        session.diagnostics.retain(|known| known.place.file != step.label);
        if made {
            let place = Place { file: step.label.clone(), ..Place::default() };
            let note = |[item, message]: &[String; 2]| Diagnostic {
                severity: Severity::Note,
                place: place.clone().item(item),
                message: message.clone(),
                hint: String::new(),
            };
            session.diagnostics.extend(patch.notes.iter().map(note));
        }
        if let (Some(store), None) = (&self.store, &session.read_only) {
            store.put_problems(session.diagnostics.iter().map(records::saved_problem).collect());
        }
    }
}
