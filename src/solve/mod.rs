//! The engine: a problem in, a proposal out, one file per stage. Knows the domain alone and can be used as a library.
//!
//! Stages, put together in `stages`: [`seed`] places the first centres, [`allocate`] balances loads by prices while the centres move, `relocate` solves
//! groups of adjacent territories again, [`repair`] makes every territory whole and fit its limits, [`improve`] moves borders, from a start of [`divide`] too where several measures do not fit, with pairs of territories divided anew by [`redivide`],
//! and [`bound`] proves how far from the best the result can be for the centres it has, `centre_free` for any. `explain` says why
//! each unit moved, `conflict` which rules cannot hold together. A plan that shall stay near the one of today takes the way of
//! `rebalance` instead.
//!
//! What comes out depends on the problem, the seed and the number of steps alone: not on the clock, nor on the number of threads. On
//! another platform the last bit of an exponential or a sine may differ, and with it a plan.

mod allocate;
mod alternatives;
mod anneal;
mod border;
mod bound;
mod centre_free;
mod clock;
mod coarsen;
mod conflict;
mod connect;
mod contested;
mod divide;
mod evaluate;
mod explain;
mod explain_words;
pub mod figures;
pub mod from_plan;
mod geometry;
mod improve;
mod instance;
mod into_edit;
mod labels;
mod median;
mod medians;
mod names;
pub mod neighbours;
mod part;
pub mod plane;
mod prices;
mod problem;
mod rebalance;
mod recount;
mod redivide;
mod relocate;
mod repair;
mod report;
mod seed;
mod stages;
mod violations;
mod watch;

use std::time::Duration;

pub use centre_free::{BOUND_STEPS, CentreFree, centre_free_bound};
pub use conflict::{Conflict, ConflictRule, ConflictWords, Proof, Relief, conflict};
pub use explain::{BalanceChange, Binding, Lengths, Move, Names, explain};
pub use from_plan::{BuildRequest, MovedAtMost, Wanted};
pub use into_edit::{Built, Sketch, TerritoryPlan};
pub use problem::{Centring, Graph, Limits, MeasureGoal, MovedLimit, Problem, TerritoryGoal};
pub use report::{Alternative, Bound, BoundKind, Proposal, Terms};
pub use violations::{Rule, Violation};
pub use watch::{Snapshot, Watch};

use crate::domain::progress::{Cancelled, Progress};
use clock::Clock;
use instance::Instance;
use stages::Coarsening;

/// How the engine shall work: how long, with how many threads, from which random numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub seed: u64,
    pub effort: Effort,
    /// Threads to use, at least one. Changes the time, never the result.
    pub threads: usize,
    /// When to cut the search off. A plan that was cut off says so, for it then depends on the machine.
    pub time_limit: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, effort: Effort::Normal, threads: 2, time_limit: None }
    }
}

/// How much work to do, as numbers of steps, so that a busy machine gives the same plan later and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// For a look: about a fifth of `Normal`.
    Quick,
    /// Seconds for some ten thousand units.
    #[default]
    Normal,
    /// About ten times `Normal`.
    Thorough,
    /// So many steps per unit in the last stage, and the other stages in proportion. `Normal` is 1,000. Problems of under 1,000 units
    /// get up to ten times as many steps, and above 40,000 most steps are made with units put together.
    Steps(u32),
}

impl Effort {
    fn steps_per_unit(self) -> usize {
        match self {
            Self::Quick => 200,
            Self::Normal => 1_000,
            Self::Thorough => 10_000,
            Self::Steps(steps) => steps.clamp(1, 1_000_000) as usize,
        }
    }
}

/// Why there is no proposal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SolveError {
    #[error("cancelled")]
    Cancelled,
    /// The problem cannot be worked on as it is; the words say what was found and what was expected.
    #[error("{0}")]
    Unusable(String),
    /// No plan can exist; the words say why.
    #[error("{0}")]
    Infeasible(String),
}

impl From<Cancelled> for SolveError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Solves a problem. The proposal gives every unit that is not excluded to a territory, obeys every fixed unit, and names each rule
/// that it could not keep.
pub fn run(problem: &Problem, options: &Options, progress: &Progress) -> Result<Proposal, SolveError> {
    run_watched(problem, options, progress, &Watch::nobody())
}

/// The same for somebody who wants to see the best plan so far.
pub fn run_watched(
    problem: &Problem,
    options: &Options,
    progress: &Progress,
    watch: &Watch,
) -> Result<Proposal, SolveError> {
    let clock = Clock::start(options.time_limit);
    run_stages(&Run { problem, options, clock: &clock, progress, watch, coarsening: Coarsening::default() })
}

fn run_stages(run: &Run) -> Result<Proposal, SolveError> {
    let Run { problem, options, clock, .. } = *run;
    let instance = Instance::new(problem)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.clamp(1, 64))
        .build()
        .map_err(|error| SolveError::Unusable(format!("Could not start the engine's threads: {error}")))?;
    let found = pool.install(|| stages::search(&instance, run))?;
    let proposal = report::proposal(problem, &instance, found, clock.cut_short());
    match proposal.violations.is_empty() {
        true => Ok(proposal),
        false => Ok(of_all_plans(&instance, &proposal, run)?.unwrap_or(proposal)),
    }
}

/// The best plan that keeps every rule, where there are so few plans that all can be tried and the search has met none that does.
fn of_all_plans(instance: &Instance, met: &Proposal, run: &Run) -> Result<Option<Proposal>, Cancelled> {
    let Some(best) = conflict::best_of_all_plans(run.problem, run.progress)? else { return Ok(None) };
    let number = |name: u16| instance.territory_names.iter().position(|&other| other == name);
    let owner_of = |unit: &u32| best[*unit as usize].and_then(number).map_or(instance::NONE, |nth| nth as u16);
    let owner: Vec<u16> = instance.unit_names.iter().map(owner_of).collect();
    let bound_km = bound::fixed_centres(instance, &owner, &[], run.progress)?;
    let found = Found { owner, bound_km, alternatives: Vec::new(), stages: met.stages.clone() };
    let proposal = report::proposal(run.problem, instance, found, met.cut_short);
    Ok(proposal.violations.is_empty().then_some(proposal))
}

/// What the stages found, in the instance's own numbering.
pub(crate) struct Found {
    pub owner: Vec<u16>,
    pub bound_km: Option<f64>,
    /// Other plans worth a look.
    pub alternatives: Vec<Vec<u16>>,
    pub stages: Vec<(&'static str, Duration)>,
}

/// What goes with a run through all its stages.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    problem: &'a Problem,
    options: &'a Options,
    clock: &'a Clock,
    progress: &'a Progress,
    watch: &'a Watch,
    coarsening: Coarsening,
}

impl Run<'_> {
    /// Ends the work when it was cancelled.
    fn check(&self) -> Result<(), Cancelled> {
        self.progress.check()
    }

    /// Whether the time limit has passed.
    fn is_over(&self) -> bool {
        self.clock.is_over()
    }

    /// Shows a plan to whoever looks on: one of the whole instance, not of a part.
    fn show(&self, instance: &Instance, owner: &[u16]) {
        self.watch.offer(|| report::snapshot(self.problem, instance, owner));
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod divide_tests;

#[cfg(test)]
mod exhaustive;

#[cfg(test)]
mod explain_tests;

#[cfg(test)]
mod exhaustive_tests;

#[cfg(test)]
mod tiny;

#[cfg(test)]
mod from_plan_tests;

#[cfg(test)]
mod names_tests;

#[cfg(test)]
mod rebalance_tests;

#[cfg(test)]
mod rules_tests;

#[cfg(test)]
mod check_tests;

#[cfg(test)]
mod cancel_tests;
