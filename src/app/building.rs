//! Auto-build: started, followed while it works, stopped, and its proposal taken or left.

use egui::Context;

use super::App;
use crate::domain::ids::TerritoryId;
use crate::jobs::building::{self, Inbox};
use crate::jobs::spec::{BuildOrder, JobKind};
use crate::session::proposal::{LiveBuild, Proposal};
use crate::work::explain::Reasons;

impl App {
    pub(super) fn start_build(&mut self, ctx: &Context, order: BuildOrder) {
        self.jobs.cancel(JobKind::Suggest);
        let Some(session) = self.session.as_mut() else { return };
        session.drop_trials();
        session.preview = None;
        session.active = TerritoryId::UNASSIGNED;
        session.active_group = None;
        session.view.show_inspector = true;
        let (project, generation) = (session.project.clone(), session.generation);
        session.live = Some(LiveBuild::new(generation, ctx.input(|input| input.time)));
        // A build that is still being stopped has an inbox of its own, which nobody looks into any more.
        self.best_plans = Inbox::default();
        let (inbox, wake) = (self.best_plans.clone(), self.jobs.wake());
        self.jobs.start(JobKind::Build, move |progress| {
            building::build(&project, generation, &order, &inbox, &*wake, progress)
        });
    }

    /// The map shows the plan as it was at once; the engine ends a moment later.
    pub(super) fn stop_build(&mut self) {
        self.jobs.cancel(JobKind::Build);
        if let Some(timing) = &mut self.timing {
            timing.build_cancelled();
        }
        self.end_live_view();
    }

    pub(super) fn end_live_view(&mut self) {
        if let Some(session) = self.session.as_mut().filter(|session| session.live.is_some()) {
            session.drop_trials();
        }
    }

    /// Takes the best plan so far, and stops what has become useless.
    pub(super) fn follow_build(&mut self, ctx: &Context) {
        let live = self.session.as_mut().and_then(|session| session.live.as_mut());
        let Some(live) = live else {
            if self.jobs.is_wanted(JobKind::Build) {
                self.jobs.cancel(JobKind::Build);
                self.ui.notices.refused(ctx, "The plan changed, so building was stopped; build again");
            }
            return;
        };
        if let Some(best) = self.best_plans.take() {
            live.take(best);
        }
    }

    pub(super) fn take_proposal(&mut self, ctx: &Context, generation: u64, proposal: Proposal, reasons: Vec<Reasons>) {
        let Some(session) = self.session.as_ref() else { return };
        if session.generation != generation {
            self.ui.notices.refused(ctx, "The plan changed while territories were built; build again");
        } else if proposal.choices().iter().all(|choice| choice.edit.is_empty() && choice.broken.is_empty()) {
            self.ui.notices.done(ctx, "The plan is as good as the engine could make it; nothing to change");
        } else {
            self.propose(proposal);
            self.explain_with(reasons);
        }
    }

    /// Shows a proposal for the open plan: on the map at once, and in the inspector to be taken or left.
    pub fn propose(&mut self, proposal: Proposal) {
        self.explain_with(Vec::new());
        let Some(session) = self.session.as_mut() else { return };
        session.drop_trials();
        session.preview = None;
        session.proposal = Some(proposal);
        session.view.show_inspector = true;
        session.active = TerritoryId::UNASSIGNED;
        session.active_group = None;
    }

    /// Makes the chosen plan of the proposal the plan: one undo step.
    pub(super) fn accept_proposal(&mut self, ctx: &Context) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(proposal) = &session.proposal else { return };
        let (edit, goals) = (proposal.choice().edit.clone(), proposal.goals.clone());
        if let Some(why) = session.read_only_words() {
            self.ui.notices.refused(ctx, why.to_owned());
        } else if edit.is_empty() {
            session.drop_trials();
            self.set_goals(goals);
            self.ui.notices.done(ctx, "Nothing had to change: the plan is what was proposed");
        } else if self.apply_and_save(ctx, edit, true) {
            self.set_goals(goals);
        }
    }
}
