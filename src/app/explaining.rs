//! Why the proposal that is open is as it is: asked for in the background, as soon as there is a proposal or another of its plans is chosen.

use std::sync::Arc;

use super::App;
use crate::jobs::explaining;
use crate::jobs::spec::JobKind;
use crate::session::explanation::{Clash, ClashWords, Explanation};
use crate::work::explain::Reasons;

/// What explains the proposal that is open.
#[derive(Default)]
pub(super) struct Explaining {
    /// Per plan of the proposal; empty for a proposal that cannot be explained.
    reasons: Vec<Reasons>,
    /// Counts the proposals, so that an answer about another one is known as such.
    number: u64,
    /// The plan that was asked about last.
    asked: Option<usize>,
}

impl App {
    /// Another proposal is open, or none.
    pub(super) fn explain_with(&mut self, reasons: Vec<Reasons>) {
        self.jobs.cancel(JobKind::Explain);
        self.jobs.cancel(JobKind::Conflict);
        self.explaining = Explaining { reasons, number: self.explaining.number + 1, asked: None };
    }

    pub(super) fn ask_for_reasons(&mut self) {
        let Some(proposal) = self.session.as_mut().and_then(|session| session.proposal.as_mut()) else {
            if !self.explaining.reasons.is_empty() {
                self.explain_with(Vec::new());
            }
            return;
        };
        let (choice, number) = (proposal.chosen(), self.explaining.number);
        let Some(reasons) = self.explaining.reasons.get(choice) else { return };
        if proposal.explanation().is_none() && self.explaining.asked != Some(choice) {
            self.explaining.asked = Some(choice);
            let reasons = reasons.clone();
            self.jobs.start(JobKind::Explain, move |progress| explaining::explain(&reasons, number, choice, progress));
        }
        if proposal.clash == Clash::Wanted {
            proposal.clash = Clash::Looking;
            // Which rules there are is the same for all plans of the proposal.
            let reasons = reasons.clone();
            self.jobs.start(JobKind::Conflict, move |progress| explaining::find_conflict(&reasons, number, progress));
        }
    }

    pub(super) fn take_explanation(&mut self, number: u64, choice: usize, explanation: Arc<Explanation>) {
        let proposal = self.session.as_mut().and_then(|session| session.proposal.as_mut());
        if let Some(proposal) = proposal.filter(|_| number == self.explaining.number) {
            proposal.explain(choice, explanation);
        }
    }

    pub(super) fn take_conflict(&mut self, number: u64, found: Option<ClashWords>) {
        if number == self.explaining.number {
            self.set_clash(found.map_or(Clash::NothingFound, Clash::Found));
        }
    }

    /// Looks for rules that cannot hold together, again after it was stopped.
    pub(super) fn look_for_conflict(&mut self) {
        self.set_clash(Clash::Wanted);
    }

    /// The panel says so at once; the work ends a moment later.
    pub(super) fn stop_looking_for_conflict(&mut self) {
        self.jobs.cancel(JobKind::Conflict);
        let looking = |clash: &Clash| matches!(clash, Clash::Looking | Clash::Wanted);
        let proposal = self.session.as_ref().and_then(|session| session.proposal.as_ref());
        if proposal.is_some_and(|proposal| looking(&proposal.clash)) {
            self.set_clash(Clash::Stopped);
        }
    }

    fn set_clash(&mut self, clash: Clash) {
        if let Some(proposal) = self.session.as_mut().and_then(|session| session.proposal.as_mut()) {
            proposal.clash = clash;
        }
    }
}
