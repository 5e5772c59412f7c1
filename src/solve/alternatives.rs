//! Stage 6: other plans worth a look, each better than the proposal in one respect and worse in another.
//!
//! From the proposal, the borders are annealed again with tighter limits and, where there is a plan of today, with another worth of
//! staying; the rest is choosing: none worse than another in travel, balance and disruption at once, and no two alike.

use rayon::prelude::*;

use super::Run;
use super::improve::{self, Annealing, Start};
use super::instance::Instance;
use super::report::{Alternative, Terms};
use super::violations::Violation;
use super::watch::Watch;
use crate::domain::progress::{Cancelled, Phase};
use crate::domain::random::Random;

/// How many are kept at most.
const MOST: usize = 6;
/// Plans differ when this share of their units has another owner.
const DIFFER: f64 = 0.005;
/// Parts of the tolerances that are tried.
const TIGHTER: [f64; 3] = [0.6, 0.3, 0.1];
/// Multiples of the worth of staying that are tried where there is a plan of today.
const STAYING: [f64; 3] = [4.0, 0.25, 0.0];

/// Plans around the one found, in a fixed order; not all of them are worth to be shown.
pub(super) fn around(
    instance: &Instance,
    found: &Start,
    steps: usize,
    random: &Random,
    run: &Run,
) -> Result<Vec<Vec<u16>>, Cancelled> {
    let feasible = instance.broken(&found.owner) == 0.0;
    if instance.territories() < 2 || !feasible || run.is_over() || instance.units() > TOO_MANY {
        return Ok(Vec::new());
    }
    let mut variants: Vec<Instance> = Vec::new();
    if instance.measures > 0 {
        variants.extend(TIGHTER.map(|part| tightened(instance, part)));
    }
    if instance.stay_worth_km > 0.0 {
        variants.extend(
            STAYING.map(|times| Instance { stay_worth_km: times * instance.stay_worth_km, ..instance.clone() }),
        );
    }
    // None of these is the best plan so far for whoever looks on.
    let run = &Run { watch: &Watch::nobody(), ..*run };
    let annealing =
        Annealing { rounds: 8, hot: 0.02, steps_per_unit: 0.06 * steps as f64, ..Annealing::whole(instance, steps) };
    run.progress.begin(Phase::Comparing, improve::rounds(instance, annealing) * variants.len() as u64)?;
    variants
        .into_par_iter()
        .enumerate()
        .map(|(nth, variant)| {
            let variant = variant.with_prices(&found.prices);
            let random = random.fork(40_000_000 + nth as u64);
            improve::anneal_rounds(&variant, found.clone(), annealing, &random, run).map(|found| found.owner)
        })
        .collect()
}

/// No alternatives for more units: they would take as long as the plan itself.
const TOO_MANY: usize = 200_000;

/// The same with limits closer to the targets.
fn tightened(instance: &Instance, part: f64) -> Instance {
    let closer = |limits: &[f64]| -> Vec<f64> {
        let pairs = limits.iter().zip(&instance.target);
        pairs.map(|(limit, target)| target + part * (limit - target)).collect()
    };
    Instance { low: closer(&instance.low), high: closer(&instance.high), ..instance.clone() }
}

/// Those worth to be shown, by travel: none breaks more rules than the proposal, is worse than it or another one in everything, or
/// is nearly the same.
pub(super) fn choose(
    terms: &Terms,
    violations: &[Violation],
    assignment: &[Option<u16>],
    mut found: Vec<Alternative>,
) -> Vec<Alternative> {
    found.retain(|plan| plan.violations.len() <= violations.len());
    found.sort_by(|a, b| a.terms.travel_km.total_cmp(&b.terms.travel_km));
    let mut kept: Vec<Alternative> = Vec::new();
    for (nth, plan) in found.iter().enumerate() {
        let worse = is_worse(&plan.terms, terms)
            || found.iter().enumerate().any(|(other, better)| other != nth && is_worse(&plan.terms, &better.terms));
        let seen = kept.iter().map(|plan| &plan.assignment[..]).chain([assignment]);
        if !worse && seen.into_iter().all(|other| differ(&plan.assignment, other)) {
            kept.push(plan.clone());
        }
    }
    kept.truncate(MOST);
    kept
}

/// Whether a plan is nowhere better than another one and somewhere worse.
fn is_worse(plan: &Terms, other: &Terms) -> bool {
    let figures = |terms: &Terms| {
        let balance = terms.imbalance.iter().copied().fold(0.0, f64::max);
        [terms.travel_km, balance, terms.disruption.unwrap_or(0.0)]
    };
    let pairs = figures(plan).into_iter().zip(figures(other));
    pairs.clone().all(|(own, others)| own >= others) && pairs.into_iter().any(|(own, others)| own > others)
}

fn differ(a: &[Option<u16>], b: &[Option<u16>]) -> bool {
    let moved = a.iter().zip(b).filter(|(a, b)| a != b).count();
    moved as f64 > DIFFER * a.len() as f64
}
