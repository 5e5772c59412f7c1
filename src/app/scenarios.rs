//! Scenarios: copied, opened, described, decided. What is not at hand of them is read by a quiet job, one after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::Context;

use super::App;
use crate::domain::plan::Plan;
use crate::domain::plans::{Comment, LONGEST_TEXT, PlanId, PlanInfo, PlanStatus};
use crate::error::UserError;
use crate::jobs::JobOutput;
use crate::jobs::spec::JobKind;
use crate::session::now;
use crate::session::scenarios::{KeptPlan, ScenarioAction};
use crate::session::view::BottomTab;
use crate::store::OpenedPlan;
use crate::words;

/// What is under way.
#[derive(Default)]
pub struct Asked {
    /// The plans that could not be read of these data.
    failed: BTreeSet<(u64, PlanId)>,
    /// The one that shall be open as soon as it is at hand.
    wanted: Option<PlanId>,
}

impl App {
    pub(super) fn do_with_scenarios(&mut self, ctx: &Context, action: ScenarioAction) {
        match action {
            ScenarioAction::Copy { of, name, description } => self.copy_plan(ctx, of, &name, description),
            ScenarioAction::Open(id) => self.open_plan(ctx, id),
            ScenarioAction::Rename { id, name } => self.rename_plan(ctx, id, &name),
            ScenarioAction::Describe { id, description } => self.describe_plan(id, &description),
            ScenarioAction::SetStatus { id, status } => self.set_status(ctx, id, status),
            ScenarioAction::SetReference(id) => self.set_reference(ctx, id),
            ScenarioAction::Delete(id) => self.delete_plan(ctx, id),
            ScenarioAction::Comment { on, territory, text } => self.comment(on, territory, &text),
            ScenarioAction::SettleComment { id, done } => self.settle_comment(id, done),
            ScenarioAction::DeleteComment(id) => self.delete_comment(id),
        }
    }

    pub(super) fn show_scenarios(&mut self) {
        if let Some(session) = self.session.as_mut() {
            session.view.tab = BottomTab::Scenarios;
            session.view.show_table = true;
        }
    }

    /// The list of scenarios is on the screen: its figures are those of now.
    pub(super) fn follow_scenarios(&mut self) {
        if let Some(session) = self.session.as_mut()
            && session.view.tab == BottomTab::Scenarios
            && session.view.show_table
        {
            session.follow_figures();
        }
    }

    /// Reads what is not at hand of the other plans, so that switching and comparing need not wait for it.
    pub(super) fn ask_for_plans(&mut self) {
        let (Some(session), Some(store)) = (&self.session, &self.store) else { return };
        if session.scenarios.plans.all.len() < 2 || self.jobs.is_running(JobKind::ReadPlan) {
            return;
        }
        let data_generation = session.data_generation;
        let unread = |id: &PlanId| !self.scenarios.failed.contains(&(data_generation, *id));
        let wanted = self.scenarios.wanted.filter(|id| session.scenarios.missing().any(|missing| missing == *id));
        let Some(id) = wanted.filter(unread).or_else(|| session.scenarios.missing().find(unread)) else { return };
        let answer = store.begin_read_plan(id);
        self.jobs.start(JobKind::ReadPlan, move |_| JobOutput::PlanRead {
            id,
            data_generation,
            read: answer.wait().map(Box::new),
        });
    }

    pub(super) fn take_plan(
        &mut self,
        ctx: &Context,
        id: PlanId,
        data_generation: u64,
        read: Result<Box<OpenedPlan>, UserError>,
    ) {
        let Some(session) = self.session.as_mut().filter(|session| session.data_generation == data_generation) else {
            return;
        };
        match read {
            Ok(opened) => {
                let kept = KeptPlan::new(Arc::new(opened.plan), opened.history, opened.generation);
                session.scenarios.keep(id, kept);
            }
            Err(error) => {
                self.scenarios.failed.insert((data_generation, id));
                if self.scenarios.wanted == Some(id) {
                    self.scenarios.wanted = None;
                    self.ui.notices.failed(ctx, &error);
                }
            }
        }
        if self.scenarios.wanted == Some(id) {
            self.open_plan(ctx, id);
        }
    }

    pub(super) fn open_plan(&mut self, ctx: &Context, id: PlanId) {
        let Some(session) = self.session.as_mut() else { return };
        if id == session.scenarios.plans.active {
            self.scenarios.wanted = None;
            return;
        }
        if session.plan_of(id).is_none() {
            // It will be opened when it has been read; a failure before gets another try.
            self.scenarios.wanted = Some(id);
            self.scenarios.failed.remove(&(session.data_generation, id));
            return;
        }
        self.scenarios.wanted = None;
        if self.jobs.is_running(JobKind::Step) {
            self.ui.notices.refused(ctx, "Wait until the step is made");
            return;
        }
        if !session.switch_plan(id) {
            self.ui.notices.refused(ctx, "The scenario does not fit the units as they are now");
            return;
        }
        let words = format!("Opened {}", session.plan().name);
        // What is under way is about the plan that was open before.
        for kind in [JobKind::Measure, JobKind::Build, JobKind::Explain, JobKind::Conflict, JobKind::Suggest] {
            self.jobs.cancel(kind);
        }
        self.end_live_view();
        self.measuring = None;
        self.steps_wanted = None;
        (self.ui.renaming, self.ui.recolouring) = (None, None);
        self.ui.levels = Default::default();
        let read_only = self.is_read_only();
        if let Some(store) = self.store.as_mut().filter(|_| !read_only) {
            store.activate_plan(id);
        }
        self.ui.notices.done(ctx, words);
    }

    fn copy_plan(&mut self, ctx: &Context, of: PlanId, name: &str, description: String) {
        let read_only = self.is_read_only();
        let Some(session) = self.session.as_ref() else { return };
        if read_only {
            let why = session.read_only.clone().unwrap_or_default();
            self.ui.notices.refused(ctx, why);
            return;
        }
        let name = match session.scenarios.plans.checked_name(None, name) {
            Ok(name) => name,
            Err(why) => {
                self.ui.notices.refused(ctx, format!("The scenario was not made: {why}"));
                return;
            }
        };
        let Some(plan) = session.plan_of(of).cloned() else {
            self.ui.notices.refused(ctx, "The scenario to be copied is still being read; try again");
            return;
        };
        self.open_copy(ctx, of, &plan, &name, &description);
    }

    /// Keeps a plan as a scenario made of another one, and opens it. Returns whether it is open.
    pub(super) fn open_copy(
        &mut self,
        ctx: &Context,
        parent: PlanId,
        plan: &Plan,
        name: &str,
        description: &str,
    ) -> bool {
        let (Some(session), Some(store)) = (self.session.as_mut(), self.store.as_mut()) else { return false };
        let plan = Arc::new(plan.renamed(name));
        let info = PlanInfo::of_copy(parent, name, description, now(), &session.who);
        let id = store.create_plan(&plan, info.clone());
        session.add_plan(PlanInfo { id, ..info }, plan);
        self.open_plan(ctx, id);
        self.session.as_ref().is_some_and(|session| session.scenarios.plans.active == id)
    }

    fn rename_plan(&mut self, ctx: &Context, id: PlanId, name: &str) {
        let Some(session) = self.session.as_mut() else { return };
        match session.scenarios.plans.checked_name(Some(id), name) {
            Ok(name) => {
                session.rename_plan(id, &name);
                if let Some(store) = self.store_to_write() {
                    store.rename_plan(id, &name);
                }
            }
            Err(why) => self.ui.notices.refused(ctx, format!("The scenario was not renamed: {why}")),
        }
    }

    fn describe_plan(&mut self, id: PlanId, description: &str) {
        let Some(session) = self.session.as_mut() else { return };
        let description: String = description.trim().chars().take(LONGEST_TEXT).collect();
        let Some(plan) = session.scenarios.plans.get_mut(id) else { return };
        if plan.description == description {
            return;
        }
        plan.description.clone_from(&description);
        if let Some(store) = self.store_to_write() {
            store.describe_plan(id, &description);
        }
    }

    fn set_status(&mut self, ctx: &Context, id: PlanId, status: PlanStatus) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(plan) = session.scenarios.plans.get_mut(id) else { return };
        if plan.status == status {
            return;
        }
        plan.status = status;
        let words = match status {
            PlanStatus::Draft => format!("{} is a draft again", plan.name),
            PlanStatus::Proposed => format!("{} is proposed", plan.name),
            PlanStatus::Approved => format!("{} is approved: nobody changes it any more", plan.name),
        };
        if id == session.scenarios.plans.active && status == PlanStatus::Approved {
            session.preview = None;
            session.drop_trials();
        }
        if let Some(store) = self.store_to_write() {
            store.put_plan_status(id, status);
        }
        self.ui.notices.done(ctx, words);
    }

    fn set_reference(&mut self, ctx: &Context, id: PlanId) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(plan) = session.scenarios.plans.get(id) else { return };
        let words = format!("Scenarios are compared with {} now", plan.name);
        session.scenarios.plans.chosen_reference = Some(id);
        if let Some(store) = self.store_to_write() {
            store.put_reference_plan(id);
        }
        self.ui.notices.done(ctx, words);
    }

    fn delete_plan(&mut self, ctx: &Context, id: PlanId) {
        let Some(session) = self.session.as_mut() else { return };
        let name = session.scenarios.plans.name(id).to_owned();
        if let Some(why) = session.scenarios.plans.keeps(id) {
            self.ui.notices.refused(ctx, format!("{name} was not deleted: {why}"));
            return;
        }
        session.remove_plan(id);
        if let Some(store) = self.store_to_write()
            && let Err(error) = store.delete_plan(id, &name)
        {
            self.ui.notices.failed(ctx, &error);
            return;
        }
        self.ui.notices.done(ctx, format!("Deleted {name}"));
    }

    fn comment(&mut self, on: PlanId, territory: Option<crate::domain::ids::TerritoryId>, text: &str) {
        let Some(session) = self.session.as_mut() else { return };
        let text: String = text.trim().chars().take(LONGEST_TEXT).collect();
        if text.is_empty() {
            return;
        }
        let plans = &mut session.scenarios.plans;
        let id = plans.comments.iter().map(|comment| comment.id).max().unwrap_or(0) + 1;
        let label = format!("Commented: {}", words::cut(&text, 60));
        let comment = Comment { id, plan: on, territory, at: Some(now()), who: session.who.clone(), text, done: false };
        plans.comments.push(comment.clone());
        if let Some(store) = self.store_to_write() {
            store.put_comment(&comment, &label);
        }
    }

    fn settle_comment(&mut self, id: i64, done: bool) {
        let Some(session) = self.session.as_mut() else { return };
        let comments = &mut session.scenarios.plans.comments;
        let Some(comment) = comments.iter_mut().find(|comment| comment.id == id) else { return };
        comment.done = done;
        let comment = comment.clone();
        let verb = if done { "Settled" } else { "Took up again" };
        if let Some(store) = self.store_to_write() {
            store.put_comment(&comment, &format!("{verb}: {}", words::cut(&comment.text, 60)));
        }
    }

    fn delete_comment(&mut self, id: i64) {
        let Some(session) = self.session.as_mut() else { return };
        let comments = &mut session.scenarios.plans.comments;
        let Some(at) = comments.iter().position(|comment| comment.id == id) else { return };
        let comment = comments.remove(at);
        if let Some(store) = self.store_to_write() {
            store.delete_comment(&comment);
        }
    }

    /// The file, unless it is open for reading only.
    fn store_to_write(&self) -> Option<&crate::store::Store> {
        self.store.as_ref().filter(|_| !self.is_read_only())
    }
}
