//! What the engine brings: its best plan so far while it works, and a proposal, with alternatives, that waits for a yes.

use std::sync::Arc;

use super::explanation::{Clash, Explanation};
use crate::domain::edit::Edit;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::plan::Plan;
use crate::domain::project::Goal;
use crate::domain::shape::PlanMetrics;

/// A result of the engine that waits for a yes.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The engine's best first, then its alternatives; at least one.
    choices: Vec<Choice>,
    chosen: usize,
    /// Per choice why units moved, once that is known.
    explanations: Vec<Option<Arc<Explanation>>>,
    /// Why rules do not hold in the engine's best.
    pub clash: Clash,
    /// What was asked to be balanced; becomes the project's when a choice is accepted.
    pub goals: Vec<Goal>,
    /// Travel and border of the plan as it is, measured as those of the choices.
    pub before: Option<Before>,
    /// What the proof says of the engine's best, in words; `None` without one.
    pub bound: Option<BoundWords>,
    /// How long the engine worked.
    pub seconds: f64,
    /// A time limit ended the search.
    pub cut_short: bool,
}

/// One of the plans to choose from.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The step that would make it the plan.
    pub edit: Edit,
    pub plan: Arc<Plan>,
    pub totals: Totals,
    /// Its slow figures.
    pub metrics: Arc<PlanMetrics>,
    pub figures: Figures,
    /// Rules it does not keep.
    pub broken: Vec<Broken>,
}

/// The terms of the objective, each in its own unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Mean great-circle distance to the territory's centre per unit of load.
    pub travel_km: f64,
    /// Per balanced measure the largest deviation from a target.
    pub balances: Vec<Balance>,
    /// Length of all borders between territories.
    pub border_km: f64,
    /// Share of the first measure's load that changes owner; `None` when nothing had one.
    pub moved: Option<f64>,
    /// How many rules do not hold.
    pub broken: usize,
}

/// How well one measure is balanced, in shares of the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    pub measure: String,
    pub deviation: f64,
    pub tolerance: f64,
}

/// Travel and border of the plan before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Before {
    pub travel_km: f64,
    pub border_km: f64,
}

/// A proof of how good a plan is.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundWords {
    /// (value − bound) / bound; `None` for a plan outside its limits.
    pub gap: Option<f64>,
    /// "At most 0.8 % more travel than the least possible for these centres".
    pub short: String,
    /// Which bound it is, and of what.
    pub long: String,
}

/// A rule that does not hold, and where to look.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub words: String,
    pub territory: Option<TerritoryId>,
    pub units: Vec<UnitId>,
}

impl Proposal {
    pub fn new(best: Choice, alternatives: Vec<Choice>, goals: Vec<Goal>) -> Self {
        let mut choices = vec![best];
        choices.extend(alternatives);
        Self {
            explanations: vec![None; choices.len()],
            choices,
            chosen: 0,
            clash: Clash::NotAsked,
            goals,
            before: None,
            bound: None,
            seconds: 0.0,
            cut_short: false,
        }
    }

    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The position of what is shown and would be accepted.
    pub fn chosen(&self) -> usize {
        self.chosen
    }

    /// What is shown and would be accepted.
    pub fn choice(&self) -> &Choice {
        &self.choices[self.chosen]
    }

    /// Shows another choice; a position beyond the last does nothing.
    pub fn choose(&mut self, position: usize) {
        if position < self.choices.len() {
            self.chosen = position;
        }
    }

    /// Why units moved in what is shown; `None` until it is known.
    pub fn explanation(&self) -> Option<&Explanation> {
        self.explanations.get(self.chosen)?.as_deref()
    }

    /// Why units moved in one of the choices is known now.
    pub fn explain(&mut self, position: usize, explanation: Arc<Explanation>) {
        if let Some(known) = self.explanations.get_mut(position) {
            *known = Some(explanation);
        }
    }
}

/// A build under way: what it has so far.
#[derive(Debug, Clone)]
pub struct LiveBuild {
    /// The plan it is built from; when that changes the work is in vain.
    pub generation: u64,
    /// When it began, in the window's seconds.
    pub begun: f64,
    /// The best plan so far.
    pub best: Option<BestPlan>,
    /// How the best plans came: oldest first.
    pub trace: Vec<TracePoint>,
    /// Counts the plans shown.
    pub shown: u64,
}

/// The best plan so far.
#[derive(Debug, Clone)]
pub struct BestPlan {
    pub plan: Arc<Plan>,
    pub totals: Totals,
    pub figures: Figures,
    /// Since the work began.
    pub seconds: f64,
}

/// A point of the curve of travel over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TracePoint {
    pub seconds: f64,
    pub travel_km: f64,
    /// Every rule held.
    pub keeps_rules: bool,
}

/// The curve has no more points than this; then every other one goes.
const MOST_POINTS: usize = 400;

impl LiveBuild {
    pub fn new(generation: u64, begun: f64) -> Self {
        Self { generation, begun, best: None, trace: Vec::new(), shown: 0 }
    }

    /// A better plan came.
    pub fn take(&mut self, best: BestPlan) {
        if self.trace.len() >= MOST_POINTS {
            let mut nth = 0;
            self.trace.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
        }
        let (seconds, travel_km) = (best.seconds, best.figures.travel_km);
        self.trace.push(TracePoint { seconds, travel_km, keeps_rules: best.figures.broken == 0 });
        self.best = Some(best);
        self.shown += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(travel_km: f64, seconds: f64) -> BestPlan {
        let figures = Figures { travel_km, ..Figures::default() };
        let totals = Totals::count(Arc::default(), &Plan::default());
        BestPlan { plan: Arc::default(), totals, figures, seconds }
    }

    #[test]
    fn a_long_curve_keeps_its_beginning_and_its_end_and_stays_short() {
        let mut live = LiveBuild::new(1, 0.0);
        for nth in 0..5_000 {
            live.take(best(5_000.0 - f64::from(nth), f64::from(nth)));
        }
        assert!(live.trace.len() <= MOST_POINTS);
        assert_eq!(live.trace[0].travel_km, 5_000.0);
        assert_eq!(live.trace.last().map(|point| point.travel_km), Some(1.0));
        assert!(live.trace.is_sorted_by(|a, b| a.seconds < b.seconds));
        assert_eq!(live.shown, 5_000);
    }
}
