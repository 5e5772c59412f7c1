//! Holding scenarios against each other: a job works out what differs, anew after every change.

use std::path::PathBuf;

use egui::Context;

use super::App;
use crate::domain::comparison::Comparison;
use crate::jobs::spec::JobKind;
use crate::jobs::tasks;
use crate::session::comparing::{CompareAction, Compared, Comparing};
use crate::session::view::BottomTab;

impl App {
    pub(super) fn compare_scenarios(&mut self, ctx: &Context) {
        let Some(session) = self.session.as_mut() else { return };
        if session.comparing.is_none() {
            let Some(with) = session.usual_comparison() else {
                self.ui.notices.refused(ctx, "Make a second scenario first");
                return;
            };
            session.comparing = Some(Comparing { with, view: session.view.compare, result: None });
        }
        session.view.tab = BottomTab::Compare;
        session.view.show_table = true;
    }

    pub(super) fn do_compare(&mut self, action: CompareAction) {
        let Some(session) = self.session.as_mut() else { return };
        match action {
            CompareAction::With(with) => {
                let view = session.view.compare;
                session.comparing = Some(Comparing { with, view, result: None });
                session.view.tab = BottomTab::Compare;
                session.view.show_table = true;
            }
            CompareAction::Show(view) => {
                session.view.compare = view;
                if let Some(comparing) = session.comparing.as_mut() {
                    comparing.view = view;
                }
            }
            CompareAction::End => {
                session.comparing = None;
                self.comparing = None;
            }
        }
    }

    /// Of the scenario as it is now, against the one that it is held against.
    pub(super) fn write_handover(&mut self, ctx: &Context, path: PathBuf) {
        let Some(session) = self.session.as_ref() else { return };
        let Some(before) = session.plan_before().cloned() else {
            self.ui.notices.refused(ctx, "Compare the scenario with another one first");
            return;
        };
        let (project, data) = (session.project.clone(), session.data_generation);
        self.jobs
            .start(JobKind::Export, move |progress| tasks::write_handover(&project, &before, data, &path, progress));
    }

    /// Works out what differs, unless that is known or under way.
    pub(super) fn ask_for_comparison(&mut self) {
        let Some(session) = self.session.as_mut() else { return };
        let plans = &session.scenarios.plans;
        let Some(comparing) = &session.comparing else { return };
        // The other one was opened, or deleted.
        if comparing.with == plans.active || plans.get(comparing.with).is_none() {
            let view = comparing.view;
            session.comparing = session.usual_comparison().map(|with| Comparing { with, view, result: None });
            return;
        }
        let Some(wanted) = session.to_compare() else { return };
        let known = comparing.result.as_ref().is_some_and(|(of, _)| *of == wanted);
        if known || self.comparing.as_ref() == Some(&wanted) {
            return;
        }
        self.comparing = Some(wanted.clone());
        let project = session.project.clone();
        self.jobs
            .start(JobKind::CompareScenarios, move |progress| tasks::compare_scenarios(&project, wanted, progress));
    }

    pub(super) fn take_comparison(&mut self, of: Compared, found: Comparison) {
        let Some(session) = self.session.as_mut() else { return };
        // One of an older plan is better than none; it is dimmed.
        let with = session.plan_before().is_some_and(|plan| std::sync::Arc::ptr_eq(plan, &of.before));
        if let Some(comparing) = session.comparing.as_mut().filter(|_| with) {
            comparing.result = Some((of, std::sync::Arc::new(found)));
        }
    }
}
