//! Which plan the figures and the map show: the plan itself, or what is only being tried.

use super::suggestion::Suggestion;
use super::{PROPOSAL_WAITS, Session};
use crate::domain::metrics::Totals;
use crate::domain::plan::Plan;
use crate::domain::shape::PlanMetrics;
use crate::session::proposal::Proposal;

/// Which plan is shown: differs from the one before when that is another.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    generation: u64,
    data_generation: u64,
    preview: Option<u64>,
    choice: Option<usize>,
    live: Option<u64>,
    suggestion: Option<u64>,
}

impl Session {
    /// The plan that figures and map show: the gesture's, else the proposal's, else the engine's best so far, else the plan.
    pub fn shown_plan(&self) -> &Plan {
        self.tried().map_or(&self.project.plan, |(plan, _)| plan)
    }

    /// The totals of [`Self::shown_plan`].
    pub fn shown_totals(&self) -> &Totals {
        self.tried().map_or(&self.totals, |(_, totals)| totals)
    }

    fn tried(&self) -> Option<(&Plan, &Totals)> {
        if let Some(preview) = &self.preview {
            return Some((&preview.plan, &preview.totals));
        }
        if let Some(suggestion) = &self.suggestion {
            return (!self.show_current).then_some((&suggestion.plan, &suggestion.totals));
        }
        if let Some(proposal) = &self.proposal {
            let choice = proposal.choice();
            return (!self.show_current).then_some((&choice.plan, &choice.totals));
        }
        let best = self.live.as_ref()?.best.as_ref()?;
        Some((&best.plan, &best.totals))
    }

    /// Tells whether [`Self::shown_plan`] is another one than before.
    pub fn shown(&self) -> Shown {
        Shown {
            generation: self.generation,
            data_generation: self.data_generation,
            preview: self.preview.as_ref().map(|_| self.previews),
            choice: self.proposal.as_ref().filter(|_| !self.show_current).map(Proposal::chosen),
            live: self.live.as_ref().map(|live| live.shown),
            suggestion: self.suggestion.as_ref().filter(|_| !self.show_current).map(|_| self.suggestions),
        }
    }

    /// The figures and colours on screen are those of a proposal.
    pub fn shows_proposal(&self) -> bool {
        self.proposal.is_some() && !self.show_current
    }

    /// What is on screen is only being tried by the engine. A proposal must be taken or left before the plan can be changed; a change
    /// while a build is under way ends the build.
    pub fn shows_trial(&self) -> bool {
        self.proposal.is_some() || self.live.is_some() || self.suggestion.is_some()
    }

    /// Why the plan cannot be changed now, in words; `None` when it can.
    pub fn fixed(&self) -> Option<&str> {
        let waits = (self.proposal.is_some() || self.suggestion.is_some()).then_some(PROPOSAL_WAITS);
        self.read_only_words().or(waits)
    }

    /// Ends what the engine tries without taking it.
    pub fn drop_trials(&mut self) {
        self.proposal = None;
        self.suggestion = None;
        self.live = None;
        self.show_current = false;
        self.forget_missing();
    }

    /// Shows what a command would do, in place of whatever was only being tried.
    pub fn suggest(&mut self, suggestion: Suggestion) {
        self.drop_trials();
        self.preview = None;
        self.suggestions += 1;
        self.suggestion = Some(suggestion);
    }

    /// Slow figures of the plan, and whether they are of the plan as it is now.
    pub fn metrics(&self) -> Option<(&PlanMetrics, bool)> {
        if let (Some(proposal), None) = (self.proposal.as_ref().filter(|_| !self.show_current), &self.preview) {
            return Some((&proposal.choice().metrics, true));
        }
        let measured = self.measured.as_ref()?;
        let tried = self.live.is_some() || (self.suggestion.is_some() && !self.show_current);
        let shown = self.preview.is_none() && !self.shows_proposal() && !tried;
        Some((&measured.metrics, measured.generation == self.generation && shown))
    }
}
