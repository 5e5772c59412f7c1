//! The engine: a problem in, a proposal out, one file per stage. Knows the domain alone and can be used as a library.
//!
//! Stages: [`seed`] places the first centres, [`allocate`] balances loads by prices while the centres move, `relocate` solves
//! groups of adjacent territories again, [`repair`] makes every territory whole and fit its limits, [`improve`] moves borders,
//! and [`bound`] proves how far from the best the result can be. A plan that shall stay near the one of today takes the way of
//! `rebalance` instead.
//!
//! What comes out depends on the problem, the seed and the number of steps alone: not on the clock, nor on the number of threads.

mod allocate;
mod anneal;
mod border;
mod bound;
mod connect;
mod contested;
mod evaluate;
pub mod from_plan;
mod geometry;
mod improve;
mod instance;
mod into_edit;
mod labels;
mod median;
mod medians;
mod part;
mod prices;
mod problem;
mod rebalance;
mod relocate;
mod repair;
mod report;
mod seed;
mod watch;

use std::time::{Duration, Instant};

use rayon::prelude::*;

pub use from_plan::{BuildError, BuildRequest, Wanted, build};
pub use into_edit::{Built, TerritoryPlan};
pub use problem::{Centring, Graph, Limits, MeasureGoal, MovedLimit, Problem, TerritoryGoal};
pub use report::{Alternative, Bound, Proposal, Rule, Terms, Violation};
pub use watch::{Snapshot, Watch};

use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::random::Random;
use allocate::Relaxed;
use instance::Instance;

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
    /// So many steps per unit in the last stage, and the other stages in proportion. `Normal` is 1,000.
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

/// Solves a problem. The proposal is a partition of the units that are not excluded, obeys every fixed unit, and names each rule
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
    let run = Run { problem, options, clock: Clock::start(options.time_limit), progress, watch };
    let instance = Instance::new(problem)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.clamp(1, 64))
        .build()
        .map_err(|error| SolveError::Unusable(format!("Could not start the engine's threads: {error}")))?;
    let found = pool.install(|| search(&instance, &run))?;
    Ok(report::proposal(problem, &instance, found, run.clock.cut_short()))
}

/// What the stages found, in the instance's own numbering.
pub(crate) struct Found {
    pub owner: Vec<u16>,
    pub bound_km: Option<f64>,
    pub stages: Vec<(&'static str, Duration)>,
}

/// What goes with a run through all its stages.
pub(crate) struct Run<'a> {
    problem: &'a Problem,
    options: &'a Options,
    clock: Clock,
    progress: &'a Progress,
    watch: &'a Watch,
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

fn search(instance: &Instance, run: &Run) -> Result<Found, SolveError> {
    let (options, progress) = (run.options, run.progress);
    let random = Random::new(options.seed);
    let steps = options.effort.steps_per_unit();
    let mut stages = Stages::new();
    if instance.territories() == 0 {
        return Ok(Found { owner: Vec::new(), bound_km: None, stages: stages.done });
    }
    if instance.start_from_current {
        return rebalance::rebalance(instance, run);
    }
    let starts = relocate::starts(instance, steps);
    progress.begin(Phase::Seeding, starts as u64)?;
    let seeds = seed::seeds(instance, starts, &random, progress)?;
    stages.end("seed");

    progress.begin(Phase::Balancing, 0)?;
    let relaxed = allocate::best_of(instance, seeds, finalists(instance), run)?;
    stages.end("balance");
    let relaxed: Result<Vec<Relaxed>, Cancelled> = relaxed
        .into_par_iter()
        .enumerate()
        .map(|(nth, mut relaxed)| {
            relocate::improve(instance, &mut relaxed, steps, &random.fork(nth as u64), run)?;
            Ok(relaxed)
        })
        .collect();
    let relaxed = relaxed?;
    stages.end("relocate");

    progress.begin(Phase::Repairing, 0)?;
    let whole: Vec<Vec<u16>> = relaxed
        .par_iter()
        .map(|relaxed| {
            let mut owner = relaxed.owner.clone();
            repair::make_whole(instance, relaxed, &mut owner);
            owner
        })
        .collect();
    stages.end("repair");

    let annealing = improve::rounds(instance) * whole.len() as u64;
    progress.begin(Phase::Improving, annealing)?;
    let results: Result<Vec<Vec<u16>>, Cancelled> = whole
        .into_par_iter()
        .enumerate()
        .map(|(nth, owner)| {
            let instance = &instance.with_prices(&relaxed[nth].prices);
            let start = improve::Start { owner, prices: relaxed[nth].prices.clone() };
            improve::improve(instance, start, steps, &random.fork(nth as u64), run)
        })
        .collect();
    let results = results?;
    let price = results.first().map_or(1.0, |owner| improve::RULES_FIRST * allocate::excess_price(instance, owner));
    let values: Vec<f64> = results.iter().map(|owner| instance.value(owner, price)).collect();
    let best = (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    let owner = results.into_iter().nth(best).unwrap_or_default();
    stages.end("improve");
    let prices = relaxed.get(best).map_or(&[][..], |relaxed| &relaxed.prices);
    let bound_km = bound::fixed_centres(instance, &owner, prices, progress)?;
    stages.end("bound");
    Ok(Found { owner, bound_km, stages: stages.done })
}

/// How many of the balanced seeds are carried to the end: several where that is cheap.
fn finalists(instance: &Instance) -> usize {
    (12_000 / instance.units().max(1)).clamp(1, 4)
}

/// The time limit. It only cuts off: no decision of the search looks at it otherwise.
pub(crate) struct Clock {
    end: Option<Instant>,
    cut: std::sync::atomic::AtomicBool,
}

impl Clock {
    fn start(limit: Option<Duration>) -> Self {
        let end = limit.and_then(|limit| Instant::now().checked_add(limit));
        Self { end, cut: std::sync::atomic::AtomicBool::new(false) }
    }

    /// Whether the limit has passed; from then on the proposal counts as cut short.
    pub(crate) fn is_over(&self) -> bool {
        let over = self.end.is_some_and(|end| Instant::now() >= end);
        if over {
            self.cut.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        over
    }

    fn cut_short(&self) -> bool {
        self.cut.load(std::sync::atomic::Ordering::Relaxed)
    }
}

struct Stages {
    since: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    fn new() -> Self {
        Self { since: Instant::now(), done: Vec::new() }
    }

    fn end(&mut self, name: &'static str) {
        self.done.push((name, self.since.elapsed()));
        self.since = Instant::now();
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod from_plan_tests;

#[cfg(test)]
mod rebalance_tests;
