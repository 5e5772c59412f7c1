//! Balancing anew from the plan of today: territories stay where they are, and only what has to move does.
//!
//! It has a price that a unit leaves its territory, in kilometres of its travel. The prices of the territories ([`super::allocate`])
//! rise above it only where loads are outside their limits, so what moves is close to the least that has to. Where the limits
//! cannot be met like this, the price of moving falls step by step; the last resort is a plan from nothing, whose territories
//! then take the names of those they overlap most.

use super::allocate::{Relaxed, Schedule, balance, excess_price};
use super::improve::Annealing;
use super::instance::{Instance, NONE};
use super::{Found, Run, Stages, alternatives, bound, improve, labels, repair, search, seed};
use crate::domain::progress::{Cancelled, Phase};
use crate::domain::random::Random;

/// The parts of the price of moving that are tried one after the other.
const EASING: [f64; 4] = [1.0, 0.4, 0.1, 0.0];
/// The same where it is limited how much may move: dearer first, so that what moves is what must.
const CAPPED: [f64; 6] = [1.0, 5.0, 25.0, 0.4, 0.1, 0.0];

/// Finds a plan near the current one.
pub(super) fn rebalance(instance: &Instance, run: &Run) -> Result<Found, super::SolveError> {
    let (options, progress) = (run.options, run.progress);
    let random = Random::new(options.seed);
    let mut stages = Stages::new();
    progress.begin(Phase::Seeding, 1)?;
    let centres =
        seed::seeds(instance, 1, &random, progress)?.into_iter().next().map_or(Vec::new(), |seed| seed.centres);
    let today = Relaxed {
        owner: present(instance),
        prices: vec![0.0; instance.target.len()],
        value: 0.0,
        centres: instance.centres(&present(instance), &centres),
    };
    let mut best: Option<(f64, Vec<u16>, Vec<f64>)> = None;
    let parts: &[f64] = if instance.moved.is_empty() { &EASING } else { &CAPPED };
    for (attempt, &part) in parts.iter().enumerate() {
        if best.is_some() && (run.is_over() || instance.stay_worth_km == 0.0) {
            break;
        }
        let near = Instance { stay_worth_km: part * instance.stay_worth_km, ..instance.clone() };
        let (owner, prices) = stay_near(&near, &today, &random.fork(attempt as u64), run)?;
        let excess = instance.broken(&owner);
        if best.as_ref().is_none_or(|best| excess < best.0) {
            best = Some((excess, owner, prices));
        }
        if excess == 0.0 {
            break;
        }
    }
    stages.end("stay near");
    let (excess, mut owner, mut prices) = best.unwrap_or_else(|| (0.0, today.owner.clone(), today.prices.clone()));
    if excess > 0.0 && !run.is_over() {
        let anew = Instance { start_from_current: false, stay_worth_km: 0.0, ..instance.clone() };
        let found = search(&anew, run)?;
        let mut anew = found.owner;
        labels::match_current(instance, &mut anew);
        if instance.broken(&anew) == 0.0 {
            owner = anew;
            prices = today.prices;
        }
        stages.end("anew");
    }
    progress.begin(Phase::Proving, 0)?;
    let bound_km = bound::fixed_centres(instance, &owner, &prices, progress)?;
    stages.end("bound");
    let start = improve::Start { owner, prices };
    let alternatives = alternatives::around(instance, &start, options.effort.steps_per_unit(), &random, run)?;
    stages.end("alternatives");
    Ok(Found { owner: start.owner, bound_km, alternatives, stages: stages.done })
}

/// Today's assignment, with what is fixed where it must be.
fn present(instance: &Instance) -> Vec<u16> {
    let owner = |unit: usize| if instance.fixed[unit] == NONE { instance.current[unit] } else { instance.fixed[unit] };
    (0..instance.units()).map(owner).collect()
}

fn stay_near(
    instance: &Instance,
    today: &Relaxed,
    random: &Random,
    run: &Run,
) -> Result<(Vec<u16>, Vec<f64>), Cancelled> {
    let mut whole = today.owner.clone();
    repair::make_whole(instance, today, &mut whole);
    let mut prices = today.prices.clone();
    if instance.total_excess(&whole) > 0.0 {
        run.progress.begin(Phase::Balancing, 0)?;
        let price = excess_price(instance, &whole);
        let schedule = Schedule { iterations: 60, settle: 5, choose_once: false };
        let relaxed = balance(instance, today.centres.clone(), prices, price, schedule, run)?;
        whole.clone_from(&relaxed.owner);
        run.progress.begin(Phase::Repairing, 0)?;
        repair::make_whole(instance, &relaxed, &mut whole);
        prices = relaxed.prices;
    }
    let annealing = Annealing::gentle(run.options.effort.steps_per_unit());
    run.progress.begin(Phase::Improving, improve::rounds(instance, annealing))?;
    let priced = instance.with_prices(&prices);
    let start = improve::Start { owner: whole, prices: prices.clone() };
    let owner = improve::improve(&priced, start, annealing, random, run)?.owner;
    Ok((owner, prices))
}
