//! The engine: a problem in, a proposal out, one file per stage. Knows the domain alone and can be used as a library.
//!
//! Stages: [`seed`] places the first centres, [`allocate`] balances loads by prices while the centres move, `relocate` solves
//! groups of adjacent territories again, [`repair`] makes every territory whole and fit its limits, [`improve`] moves borders,
//! and [`bound`] proves how far from the best the result can be for the centres it has, `centre_free` for any. `explain` says why
//! each unit moved, `conflict` which rules cannot hold together. A plan that shall stay near the one of today takes the way of
//! `rebalance` instead.
//!
//! What comes out depends on the problem, the seed and the number of steps alone: not on the clock, nor on the number of threads.

mod allocate;
mod alternatives;
mod anneal;
mod border;
mod bound;
mod centre_free;
mod coarsen;
mod conflict;
mod connect;
mod contested;
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
mod relocate;
mod repair;
mod report;
mod seed;
mod watch;

use std::time::{Duration, Instant};

use rayon::prelude::*;

pub use centre_free::{BOUND_STEPS, CentreFree, centre_free_bound};
pub use conflict::{Conflict, ConflictRule, ConflictWords, Proof, Relief, conflict};
pub use explain::{BalanceChange, Binding, Move, Names, explain};
pub use from_plan::{BuildError, BuildRequest, MovedAtMost, Wanted, build};
pub use into_edit::{Built, Sketch, TerritoryPlan};
pub use problem::{Centring, Graph, Limits, MeasureGoal, MovedLimit, Problem, TerritoryGoal};
pub use report::{Alternative, Bound, BoundKind, Proposal, Rule, Terms, Violation};
pub use watch::{Snapshot, Watch};

use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::random::Random;
use allocate::Relaxed;
use improve::{Annealing, Start};
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
    let found = pool.install(|| search_joined(&instance, &run))?;
    Ok(report::proposal(problem, &instance, found, run.clock.cut_short()))
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

/// Searches with the units put together that must end in one territory.
fn search_joined(instance: &Instance, run: &Run) -> Result<Found, SolveError> {
    if run.problem.together.is_empty() {
        return search(instance, run);
    }
    let node_of = coarsen::joined(instance, &run.problem.together);
    let joined = instance.merged(&node_of);
    if joined.units() < joined.territories() {
        let (units, territories) = (joined.units(), joined.territories());
        return Err(SolveError::Infeasible(format!(
            "{territories} territories cannot be made of {units} groups of units that must stay together"
        )));
    }
    let apart = |owner: &[u16]| node_of.iter().map(|&node| owner[node as usize]).collect::<Vec<u16>>();
    let found = search(&joined, run)?;
    let owner = apart(&found.owner);
    // Distances to the units themselves are others than those to the middles of groups.
    let bound_km = bound::fixed_centres(instance, &owner, &[], run.progress)?;
    let alternatives = found.alternatives.iter().map(|owner| apart(owner)).collect();
    Ok(Found { owner, bound_km, alternatives, ..found })
}

fn search(instance: &Instance, run: &Run) -> Result<Found, SolveError> {
    let (options, progress) = (run.options, run.progress);
    let random = Random::new(options.seed);
    let steps = options.effort.steps_per_unit();
    let mut stages = Stages::new();
    if instance.territories() == 0 {
        return Ok(Found { owner: Vec::new(), bound_km: None, alternatives: Vec::new(), stages: stages.done });
    }
    if instance.start_from_current {
        return rebalance::rebalance(instance, run);
    }
    let found = if instance.units() > COARSE_ABOVE {
        multilevel(instance, steps, &random, run, &mut stages)?
    } else {
        let relaxed = relaxed(instance, steps, finalists(instance), &random, run, &mut stages)?;
        best_finish(instance, relaxed, Annealing::whole(instance, steps), &random, run, &mut stages)?
    };
    progress.begin(Phase::Proving, 0)?;
    let bound_km = bound::fixed_centres(instance, &found.owner, &found.prices, progress)?;
    stages.end("bound");
    let alternatives = alternatives::around(instance, &found, steps, &random, run)?;
    stages.end("alternatives");
    Ok(Found { owner: found.owner, bound_km, alternatives, stages: stages.done })
}

/// Stages 1 and 3: balanced plans, best first, whose territories need not hang together yet.
fn relaxed(
    instance: &Instance,
    steps: usize,
    count: usize,
    random: &Random,
    run: &Run,
    stages: &mut Stages,
) -> Result<Vec<Relaxed>, Cancelled> {
    let starts = relocate::starts(instance, steps);
    run.progress.begin(Phase::Seeding, starts as u64)?;
    let seeds = seed::seeds(instance, starts, random, run.progress)?;
    stages.end("seed");
    if let Some(seed) = seeds.first() {
        run.show(instance, &seed.owner);
    }
    run.progress.begin(Phase::Balancing, 0)?;
    let relaxed = allocate::best_of(instance, seeds, count, run)?;
    stages.end("balance");
    if let Some(best) = relaxed.first() {
        run.show(instance, &best.owner);
    }
    run.progress.begin(Phase::Relocating, 0)?;
    let relaxed: Result<Vec<Relaxed>, Cancelled> = relaxed
        .into_par_iter()
        .enumerate()
        .map(|(nth, mut relaxed)| {
            relocate::improve(instance, &mut relaxed, steps, &random.fork(nth as u64), run)?;
            Ok(relaxed)
        })
        .collect();
    stages.end("relocate");
    relaxed
}

/// Stages 4 and 5: makes every plan whole, improves each and keeps the best.
fn best_finish(
    instance: &Instance,
    relaxed: Vec<Relaxed>,
    annealing: Annealing,
    random: &Random,
    run: &Run,
    stages: &mut Stages,
) -> Result<Start, Cancelled> {
    run.progress.begin(Phase::Repairing, 0)?;
    let whole: Vec<Start> = relaxed
        .into_par_iter()
        .map(|relaxed| {
            let mut owner = relaxed.owner.clone();
            repair::make_whole(instance, &relaxed, &mut owner);
            Start { owner, prices: relaxed.prices }
        })
        .collect();
    stages.end("repair");
    run.progress.begin(Phase::Improving, improve::rounds(instance, annealing) * whole.len() as u64)?;
    let results: Result<Vec<Start>, Cancelled> = whole
        .into_par_iter()
        .enumerate()
        .map(|(nth, start)| {
            let instance = &instance.with_prices(&start.prices);
            improve::improve(instance, start, annealing, &random.fork(nth as u64), run)
        })
        .collect();
    let results = results?;
    let price =
        results.first().map_or(1.0, |start| improve::RULES_FIRST * allocate::excess_price(instance, &start.owner));
    let values: Vec<f64> = results.iter().map(|start| instance.value(&start.owner, price)).collect();
    let best = (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    stages.end("improve");
    Ok(results.into_iter().nth(best).unwrap_or_default())
}

/// With stage 2: everything on a map of merged units, then the borders at full detail.
fn multilevel(
    instance: &Instance,
    steps: usize,
    random: &Random,
    run: &Run,
    stages: &mut Stages,
) -> Result<Start, Cancelled> {
    let node_of = coarsen::nodes(instance, COARSE.max(COARSE_EACH * instance.territories()));
    let coarse = instance.merged(&node_of);
    stages.end("coarsen");
    let found = relaxed(&coarse, steps, 1, random, run, stages)?;
    // Prices are counted against mean weights.
    let ratio = instance.units() as f64 / coarse.units() as f64;
    let fine_prices = |prices: &[f64]| prices.iter().map(|price| price * ratio).collect::<Vec<f64>>();
    let fine = Annealing::fine(steps, ratio);
    let best = best_finish(&coarse, found, Annealing::whole(&coarse, steps), random, run, stages)?;
    let owner: Vec<u16> = node_of.iter().map(|&node| best.owner[node as usize]).collect();
    let start = Start { owner, prices: fine_prices(&best.prices) };
    run.progress.begin(Phase::Improving, improve::rounds(instance, fine))?;
    let found = improve::improve(&instance.with_prices(&start.prices), start, fine, &random.fork(77), run)?;
    stages.end("refine");
    Ok(found)
}

/// More units than this are put together first ...
const COARSE_ABOVE: usize = 40_000;
/// ... to about so many nodes.
const COARSE: usize = 12_000;
/// Or as many as give every territory so many.
const COARSE_EACH: usize = 60;

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
