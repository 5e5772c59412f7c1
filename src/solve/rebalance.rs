//! Balancing anew from the plan of today: territories stay where they are, and only what has to move does.
//!
//! It has a price that a unit leaves its territory, in kilometres of its travel. The prices of the territories ([`super::allocate`])
//! rise above it only where loads are outside their limits, so what moves is close to the least that has to. Where the limits
//! cannot be met like this, the price of moving falls step by step; the last resort is a plan from nothing, whose territories
//! then take the names of those they overlap most.

use rayon::prelude::*;

use super::allocate::{Relaxed, Schedule, balance, excess_price};
use super::clock::Stages;
use super::improve::{Annealing, Start};
use super::instance::{Instance, NONE};
use super::stages::search_units;
use super::{Found, Run, alternatives, bound, improve, labels, repair, seed};
use crate::domain::progress::{Cancelled, Phase};
use crate::domain::random::Random;

/// The parts of the price of moving that are tried one after the other, until everything fits.
const EASING: [f64; 5] = [1.0, 0.4, 0.1, 0.03, 0.0];
/// Where it is limited how much may move: ever dearer, the first one that fits counts ...
const DEARER: [f64; 3] = [1.0, 5.0, 25.0];
/// ... else on from the best of these, with more freedom again.
const FREER: [f64; 2] = [5.0, 1.0];
/// Up to so many units the first attempts are made side by side.
const SIDE_BY_SIDE: usize = 12_000;

/// Finds a plan near the current one.
pub(super) fn rebalance(instance: &Instance, run: &Run) -> Result<Found, super::SolveError> {
    let (options, progress) = (run.options, run.progress);
    let random = Random::new(options.seed);
    let mut stages = Stages::new();
    progress.begin(Phase::Seeding, 1)?;
    let centres = seed::centres_of_today(instance, &random);
    progress.tick(1)?;
    let today = Relaxed {
        owner: present(instance),
        prices: vec![0.0; instance.target.len()],
        value: 0.0,
        centres: instance.centres(&present(instance), &centres),
    };
    let near = |part: f64| Instance { stay_worth_km: part * instance.stay_worth_km, ..instance.clone() };
    let capped = !instance.moved.is_empty();
    let first: &[f64] = if capped { &DEARER } else { &EASING[..1] };
    let mut best: Option<(f64, Start)> = None;
    let mut keep = |found: Start| {
        let broken = instance.broken(&found.owner);
        if best.as_ref().is_none_or(|best| broken < best.0) {
            best = Some((broken, found));
        }
        best.clone()
    };
    let mut so_far = None;
    // A large map keeps all threads busy with one attempt; of a small one several are made side by side.
    let at_once = if instance.units() > SIDE_BY_SIDE { 1 } else { first.len() };
    let first: Vec<(f64, Random)> = first.iter().zip(1..).map(|(&part, nth)| (part, random.fork(nth))).collect();
    for attempts in first.chunks(at_once) {
        if so_far.as_ref().is_some_and(|best: &(f64, Start)| best.0 == 0.0 || run.is_over()) {
            break;
        }
        let attempts: Vec<(Instance, &Random)> = attempts.iter().map(|(part, random)| (near(*part), random)).collect();
        for found in stay_near(&attempts, &today, run)? {
            so_far = keep(found);
        }
    }
    let rest: &[f64] = if capped { &FREER } else { &EASING[1..] };
    for (nth, &part) in rest.iter().enumerate() {
        let Some((broken, best)) = &so_far else { break };
        if *broken == 0.0 || run.is_over() || instance.stay_worth_km == 0.0 {
            break;
        }
        let attempt = [(near(part), &random.fork(100 + nth as u64))];
        // On from the best so far, where what moves counts.
        let found = if capped { anneal(&attempt, vec![best.clone()], run)? } else { stay_near(&attempt, &today, run)? };
        for found in found {
            so_far = keep(found);
        }
    }
    stages.end("stay near");
    let (broken, mut found) =
        so_far.unwrap_or_else(|| (0.0, Start { owner: today.owner.clone(), prices: today.prices.clone() }));
    // A plan from nothing moves far more than any cap allows.
    if broken > 0.0 && !capped && !run.is_over() {
        let anew = Instance { start_from_current: false, stay_worth_km: 0.0, ..instance.clone() };
        let mut owner = search_units(&anew, run)?.owner;
        labels::match_current(instance, &mut owner);
        if instance.broken(&owner) == 0.0 {
            found = Start { owner, prices: today.prices };
        }
        stages.end("anew");
    }
    progress.begin(Phase::Proving, 0)?;
    let bound_km = bound::fixed_centres(instance, &found.owner, &found.prices, progress)?;
    stages.end("bound");
    let alternatives = alternatives::around(instance, &found, options.effort.steps_per_unit(), &random, run)?;
    stages.end("alternatives");
    Ok(Found { owner: found.owner, bound_km, alternatives, stages: stages.done })
}

/// Today's assignment, with what is fixed where it must be.
fn present(instance: &Instance) -> Vec<u16> {
    let owner = |unit: usize| if instance.fixed[unit] == NONE { instance.current[unit] } else { instance.fixed[unit] };
    (0..instance.units()).map(owner).collect()
}

/// Attempts side by side, each with its own worth of staying.
fn stay_near(attempts: &[(Instance, &Random)], today: &Relaxed, run: &Run) -> Result<Vec<Start>, Cancelled> {
    run.progress.begin(Phase::Balancing, 0)?;
    let starts: Result<Vec<Start>, Cancelled> =
        attempts.par_iter().map(|(instance, _)| relaxed_near(instance, today, run)).collect();
    anneal(attempts, starts?, run)
}

fn relaxed_near(instance: &Instance, today: &Relaxed, run: &Run) -> Result<Start, Cancelled> {
    let mut owner = today.owner.clone();
    repair::make_whole(instance, today, &mut owner);
    let prices = today.prices.clone();
    if instance.total_excess(&owner) == 0.0 {
        return Ok(Start { owner, prices });
    }
    let price = excess_price(instance, &owner);
    let schedule = Schedule { iterations: 60, settle: 5 };
    let relaxed = balance(instance, today.centres.clone(), prices, price, schedule, run)?;
    owner.clone_from(&relaxed.owner);
    repair::make_whole(instance, &relaxed, &mut owner);
    Ok(Start { owner, prices: relaxed.prices })
}

fn anneal(attempts: &[(Instance, &Random)], starts: Vec<Start>, run: &Run) -> Result<Vec<Start>, Cancelled> {
    let steps = run.options.effort.steps_per_unit();
    let annealing = |instance: &Instance| Annealing::gentle(instance, steps);
    let work = attempts.iter().map(|(instance, _)| improve::rounds(instance, annealing(instance))).sum();
    run.progress.begin(Phase::Improving, work)?;
    let attempts = attempts.par_iter().zip(starts);
    let improve = |((instance, random), start): (&(Instance, &Random), Start)| {
        improve::improve(&instance.with_prices(&start.prices), start, annealing(instance), random, run)
    };
    attempts.map(improve).collect()
}
