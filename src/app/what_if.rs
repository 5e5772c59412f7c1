//! A manager's question: worked out by a job, kept as a scenario of its own, held against the one that it was asked of.

use std::sync::Arc;

use egui::Context;

use super::App;
use crate::domain::edit::Edit;
use crate::jobs::spec::{JobKind, Version, WhatIfOrder};
use crate::jobs::what_if;
use crate::session::comparing::CompareAction;
use crate::ui::what_if::answered;

impl App {
    pub(super) fn ask_what_if(&mut self, order: WhatIfOrder) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, version) = (session.project.clone(), session.version());
        self.jobs.start(JobKind::WhatIf, move |progress| what_if::ask(&project, version, order, progress));
    }

    pub(super) fn take_what_if(
        &mut self,
        ctx: &Context,
        version: Version,
        name: &str,
        description: String,
        edit: Edit,
        notes: &[String],
    ) {
        let Some(session) = self.session.as_ref() else { return };
        if session.version() != version {
            self.ui.notices.refused(ctx, "The scenario changed in between; ask again");
            return;
        }
        let parent = session.scenarios.plans.active;
        let name = session.scenarios.plans.free_name(name);
        let said = answered(&description, notes);
        let plan = Arc::clone(&session.project.plan);
        if !self.open_copy(ctx, parent, &plan, &name, &description) {
            return;
        }
        let Some(session) = self.session.as_mut() else { return };
        let label = edit.label.clone();
        if let Err(error) = session.apply_worked_out(edit) {
            self.ui.notices.refused(ctx, format!("{label}: not done, {error}"));
            return;
        }
        if let (Some(store), Some(step)) = (&self.store, session.history.undo_step()) {
            store.apply(step);
        }
        self.do_compare(CompareAction::With(parent));
        self.ui.notices.done(ctx, said);
    }
}
