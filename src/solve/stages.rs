//! The stages one after the other: from seeds to a plan with its bound and alternatives.

use rayon::prelude::*;

use super::allocate::{self, Relaxed};
use super::clock::Stages;
use super::improve::{self, Annealing, Start};
use super::instance::{Instance, counted};
use super::{Found, Run, SolveError, alternatives, bound, coarsen, divide, rebalance, relocate, repair, seed};
use crate::domain::progress::{Cancelled, Phase};
use crate::domain::random::Random;

/// Searches with the units put together that must end in one territory.
pub(super) fn search(instance: &Instance, run: &Run) -> Result<Found, SolveError> {
    if run.problem.together.is_empty() {
        return search_units(instance, run);
    }
    let node_of = coarsen::joined(instance, &run.problem.together);
    let joined = instance.merged(&node_of);
    if joined.units() < joined.territories() {
        let (units, territories) = (joined.units(), joined.territories());
        return Err(SolveError::Infeasible(format!(
            "{} cannot be made of {} of units that must stay together",
            counted(territories, "territory"),
            counted(units, "group")
        )));
    }
    let apart = |owner: &[u16]| node_of.iter().map(|&node| owner[node as usize]).collect::<Vec<u16>>();
    let found = search_units(&joined, run)?;
    let owner = apart(&found.owner);
    // Distances to the units themselves are others than those to the middles of groups.
    let bound_km = bound::fixed_centres(instance, &owner, &[], run.progress)?;
    let alternatives = found.alternatives.iter().map(|owner| apart(owner)).collect();
    Ok(Found { owner, bound_km, alternatives, ..found })
}

pub(super) fn search_units(instance: &Instance, run: &Run) -> Result<Found, SolveError> {
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
    let found = if instance.units() > run.coarsening.above {
        multilevel(instance, steps, &random, run, &mut stages)?
    } else {
        let relaxed = relaxed(instance, steps, finalists(instance).max(entrants(steps)), &random, run, &mut stages)?;
        best_finish(instance, relaxed, steps, &random, run, &mut stages)?
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
    // Those that are still to be raced are worth a lap's effort each.
    let steps = if relaxed.len() > finalists(instance) { steps / LAP } else { steps };
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
    steps: usize,
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
    let may_divide = instance.measures > 1 && seed::is_free(instance);
    if may_divide && finalists(instance) == 1 && is_far_off(instance, &whole, steps, random, run)? {
        stages.end("improve");
        let divided = divided(instance, steps, random, run)?;
        stages.end("divide");
        return Ok(divided);
    }
    let whole = race(instance, whole, steps, random, run)?;
    let annealing = Annealing::whole(instance, steps);
    run.progress.begin(Phase::Improving, improve::rounds(instance, annealing) * whole.len() as u64)?;
    let results: Result<Vec<Start>, Cancelled> = whole
        .into_par_iter()
        .enumerate()
        .map(|(nth, start)| {
            let instance = &instance.with_prices(&start.prices);
            improve::improve(instance, start, annealing, &random.fork(nth as u64), run)
        })
        .collect();
    let mut results = results?;
    let price =
        results.first().map_or(1.0, |start| improve::RULES_FIRST * allocate::excess_price(instance, &start.owner));
    let fits = |start: &Start| instance.total_excess(&start.owner) == 0.0;
    if may_divide && !results.iter().any(fits) && !run.is_over() {
        stages.end("improve");
        results.push(divided(instance, steps, random, run)?);
        stages.end("divide");
    }
    let values: Vec<f64> = results.iter().map(|start| instance.value(&start.owner, price)).collect();
    let best = (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    stages.end("improve");
    Ok(results.into_iter().nth(best).unwrap_or_default())
}

/// Where there are more plans than can be annealed at length: anneals each for a while and keeps those that come out best. How good a
/// relaxed plan is does not tell how good it becomes.
fn race(
    instance: &Instance,
    starts: Vec<Start>,
    steps: usize,
    random: &Random,
    run: &Run,
) -> Result<Vec<Start>, Cancelled> {
    let keep = finalists(instance);
    if starts.len() <= keep {
        return Ok(starts);
    }
    let annealing = Annealing::whole(instance, steps / LAP);
    run.progress.begin(Phase::Improving, improve::rounds(instance, annealing) * starts.len() as u64)?;
    let price =
        starts.first().map_or(1.0, |start| improve::RULES_FIRST * allocate::excess_price(instance, &start.owner));
    let raced: Result<Vec<(f64, Start)>, Cancelled> = starts
        .into_par_iter()
        .enumerate()
        .map(|(nth, start)| {
            let priced = instance.with_prices(&start.prices);
            let lap = improve::anneal_rounds(&priced, start.clone(), annealing, &random.fork(500 + nth as u64), run)?;
            Ok((instance.value(&lap.owner, price), start))
        })
        .collect();
    let mut raced = raced?;
    raced.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(raced.into_iter().take(keep).map(|entry| entry.1).collect())
}

/// Whether a lap leaves so much load outside the limits that shifting borders will not do: then the steps are better spent on a start
/// that divides all measures.
fn is_far_off(
    instance: &Instance,
    starts: &[Start],
    steps: usize,
    random: &Random,
    run: &Run,
) -> Result<bool, Cancelled> {
    let Some(start) = starts.first() else { return Ok(false) };
    let annealing = Annealing::whole(instance, steps / LAP);
    run.progress.begin(Phase::Improving, improve::rounds(instance, annealing))?;
    let priced = instance.with_prices(&start.prices);
    let lap = improve::anneal_rounds(&priced, start.clone(), annealing, &random.fork(400), run)?;
    Ok(instance.total_excess(&lap.owner) > FAR_OFF * instance.territories() as f64)
}

/// Part of a target that is outside the limits per territory.
const FAR_OFF: f64 = 0.02;

/// A plan from a start that divides all measures at once: for loads that no shift of borders brings within their limits.
fn divided(instance: &Instance, steps: usize, random: &Random, run: &Run) -> Result<Start, Cancelled> {
    let annealing = Annealing::divided(instance, steps);
    run.progress.begin(Phase::Improving, improve::rounds(instance, annealing))?;
    let owner = divide::divide(instance, &mut random.fork(31), run.progress)?;
    let start = Start { owner, prices: vec![0.0; instance.target.len()] };
    improve::improve(instance, start, annealing, &random.fork(32), run)
}

/// With stage 2: everything on a map of merged units, then the borders at full detail.
fn multilevel(
    instance: &Instance,
    steps: usize,
    random: &Random,
    run: &Run,
    stages: &mut Stages,
) -> Result<Start, Cancelled> {
    let node_of = coarsen::nodes(instance, run.coarsening.nodes.max(COARSE_EACH * instance.territories()));
    let coarse = instance.merged(&node_of);
    stages.end("coarsen");
    let found = relaxed(&coarse, steps, 1, random, run, stages)?;
    // Prices are counted against mean weights.
    let ratio = instance.units() as f64 / coarse.units() as f64;
    let fine_prices = |prices: &[f64]| prices.iter().map(|price| price * ratio).collect::<Vec<f64>>();
    let fine = Annealing::fine(steps, ratio);
    let best = best_finish(&coarse, found, steps, random, run, stages)?;
    let owner: Vec<u16> = node_of.iter().map(|&node| best.owner[node as usize]).collect();
    let start = Start { owner, prices: fine_prices(&best.prices) };
    run.progress.begin(Phase::Improving, improve::rounds(instance, fine))?;
    let found = improve::improve(&instance.with_prices(&start.prices), start, fine, &random.fork(77), run)?;
    stages.end("refine");
    Ok(found)
}

/// When units are put together first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coarsening {
    /// Above so many units ...
    pub above: usize,
    /// ... to about so many nodes.
    pub nodes: usize,
}

impl Default for Coarsening {
    fn default() -> Self {
        Self { above: 40_000, nodes: 12_000 }
    }
}

/// Nodes are at least as many as give every territory so many.
const COARSE_EACH: usize = 60;

/// How many of the balanced seeds are raced against each other where there are steps enough for it.
fn entrants(steps: usize) -> usize {
    if steps >= 5_000 { 6 } else { 1 }
}

/// A race takes one of so many parts of the steps, per plan.
const LAP: usize = 10;

/// How many of the balanced seeds are carried to the end: several where that is cheap.
fn finalists(instance: &Instance) -> usize {
    (12_000 / instance.units().max(1)).clamp(1, 4)
}
