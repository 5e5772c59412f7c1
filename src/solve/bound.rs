//! Stage 7a: a proof of how good a plan is for the centres it has.
//!
//! With centres fixed and units divisible, the cheapest assignment within the limits is a transport problem. Any prices give a
//! lower bound of it by Lagrangian duality: every unit at its cheapest, less what the prices make of the limits. No plan with
//! these centres, whole or not, travels less.

use rayon::prelude::*;

use super::allocate::{Candidates, priced};
use super::geometry::{dot, minus};
use super::instance::{Centre, Instance, NONE};
use super::prices::{Descent, Links, harmonic_mean};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::sphere::EARTH_RADIUS_KM;

/// Steps of the prices towards the best bound.
const STEPS: usize = 40;

/// The least mean kilometres per unit of weight at the centres of the plan, by the best prices found from those given. `None`
/// without weight. Rules beyond the limits of loads only make plans fewer, so the bound holds with them too.
///
/// While the prices move, only the candidates of each unit are looked at; what is returned is counted over all territories.
pub(super) fn fixed_centres(
    instance: &Instance,
    owner: &[u16],
    prices: &[f64],
    progress: &Progress,
) -> Result<Option<f64>, Cancelled> {
    // What the search pays beyond travel and loads would lead the prices astray.
    let instance =
        &Instance { prices: Vec::new(), stay_worth_km: 0.0, max_distance_km: f64::INFINITY, ..instance.clone() };
    let total: f64 = instance.weights.iter().sum();
    if total <= 0.0 || instance.territories() == 0 {
        return Ok(None);
    }
    let mut centres = instance.centres(owner, &[]);
    for centre in &mut centres {
        centre.gradient = [0.0; 3];
    }
    let m = instance.measures;
    let mut prices =
        if prices.len() == instance.target.len() { prices.to_vec() } else { vec![0.0; instance.target.len()] };
    if m == 0 {
        return Ok(Some(proof(instance, &centres, &prices, progress)? / total));
    }
    let radii = super::allocate::radii(instance, owner, &centres);
    let reach = super::allocate::reaches(instance, &radii);
    let mut candidates = Candidates::default();
    candidates.choose(instance, &centres, &prices, progress)?;
    let mut links = Links::default();
    let mut descent = Descent::new();
    let mut best = (f64::NEG_INFINITY, prices.clone());
    for step in 0..STEPS {
        progress.check()?;
        let choices = cheapest(instance, &candidates, &prices);
        let value = choices.iter().map(|choice| choice.cost).sum::<f64>() - of_limits(instance, &prices);
        if value > best.0 {
            best = (value, prices.clone());
        }
        let width = 0.3 * (1.0 - step as f64 / STEPS as f64) + 0.1;
        links.clear(instance);
        let mut loads = vec![0.0; prices.len()];
        for (unit, choice) in choices.iter().enumerate() {
            let unit_loads = instance.unit_loads(unit);
            for (sum, load) in loads[choice.best as usize * m..].iter_mut().zip(unit_loads) {
                *sum += load;
            }
            if choice.second != NONE {
                let reach = width * harmonic_mean(radii[choice.best as usize], radii[choice.second as usize]);
                let near = super::allocate::nearness(choice.gap / instance.pulls[unit] / reach);
                links.add(choice.best, choice.second, unit_loads, near / (reach * instance.pulls[unit]));
            }
        }
        descent.step(instance, &mut links, &loads, &reach, &mut prices);
    }
    Ok(Some(proof(instance, &centres, &best.1, progress)? / total))
}

/// What the prices make of the limits. The instance's are a hair inside the true ones; a proof takes them a hair outside.
fn of_limits(instance: &Instance, prices: &[f64]) -> f64 {
    let limit = |(at, &price): (usize, &f64)| {
        let (low, high, wanted) = (instance.low[at], instance.high[at], instance.target[at]);
        price * if price > 0.0 { high + HAIR * high.max(wanted) } else { low - HAIR * low.max(wanted) }
    };
    prices.iter().enumerate().map(limit).sum()
}

/// The value of the dual: every unit at its cheapest out of all territories that it may be in, less what the prices make of the
/// limits.
fn proof(instance: &Instance, centres: &[Centre], prices: &[f64], progress: &Progress) -> Result<f64, Cancelled> {
    let m = instance.measures;
    let least = |unit: usize| {
        let (loads, weight) = (instance.unit_loads(unit), instance.weights[unit]);
        let fee = |territory: usize| priced(loads, &prices[territory * m..]);
        let cost = |territory: usize| weight * instance.km(unit, territory, &centres[territory]) + fee(territory);
        if instance.fixed[unit] != NONE {
            return cost(instance.fixed[unit] as usize);
        }
        let mut least = f64::INFINITY;
        for (territory, centre) in centres.iter().enumerate() {
            // The straight line through the globe is shorter than the way around it, and quicker to measure.
            let at_least = if instance.table.is_empty() {
                let away = minus(instance.points[unit], centre.at);
                weight * EARTH_RADIUS_KM * dot(away, away).sqrt() + fee(territory)
            } else {
                f64::NEG_INFINITY
            };
            if at_least < least {
                least = least.min(cost(territory));
            }
        }
        least
    };
    // Chunk by chunk and in their order, so that the sum does not depend on the threads.
    let units: Vec<u32> = (0..instance.units() as u32).collect();
    let sums: Vec<f64> = units
        .par_chunks(4096)
        .map(|chunk| if progress.is_cancelled() { 0.0 } else { chunk.iter().map(|&unit| least(unit as usize)).sum() })
        .collect();
    progress.check()?;
    let (units, limits) = (sums.into_iter().sum::<f64>(), of_limits(instance, prices));
    Ok(units - limits - ROUNDING * (units.abs() + limits.abs()))
}

/// By what part of themselves limits are widened; more than what they are narrowed by in [`Instance`].
const HAIR: f64 = 2e-6;

/// What sums and distances may be wrong by, as a part of what is added up.
const ROUNDING: f64 = 2e-9;

struct Cheapest {
    /// The least cost with the true weight.
    cost: f64,
    best: u16,
    second: u16,
    gap: f64,
}

/// Every unit's cheapest territory out of its candidates.
fn cheapest(instance: &Instance, candidates: &Candidates, prices: &[f64]) -> Vec<Cheapest> {
    let m = instance.measures;
    (0..instance.units())
        .into_par_iter()
        .with_min_len(512)
        .map(|unit| {
            let loads = instance.unit_loads(unit);
            let weight = instance.weights[unit];
            let (mut best, mut second) = ((f64::INFINITY, NONE), (f64::INFINITY, NONE));
            for (territory, km) in candidates.of(unit) {
                let cost = weight * f64::from(km) + priced(loads, &prices[territory as usize * m..]);
                if cost < best.0 {
                    second = best;
                    best = (cost, territory);
                } else if cost < second.0 {
                    second = (cost, territory);
                }
            }
            Cheapest { cost: best.0, best: best.1, second: second.1, gap: second.0 - best.0 }
        })
        .collect()
}
