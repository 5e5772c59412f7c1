//! Stage 7a: a proof of how good a plan is for the centres it has.
//!
//! With centres fixed and units divisible, the cheapest assignment within the limits is a transport problem. Any prices give a
//! lower bound of it by Lagrangian duality: every unit at its cheapest, less what the prices make of the limits. No plan with
//! these centres, whole or not, travels less.

use rayon::prelude::*;

use super::allocate::priced;
use super::geometry::distance_km;
use super::instance::{Centre, Instance, NONE};
use super::prices::{Descent, Links, harmonic_mean};
use crate::domain::progress::{Cancelled, Progress};

/// Steps of the prices towards the best bound.
const STEPS: usize = 40;

/// The least mean kilometres per unit of weight at the centres of the plan, by the best prices found from those given. `None`
/// without weight, and where rules beyond the limits (a regard for the current plan, a largest distance) make it another problem.
pub(super) fn fixed_centres(
    instance: &Instance,
    owner: &[u16],
    prices: &[f64],
    progress: &Progress,
) -> Result<Option<f64>, Cancelled> {
    let total: f64 = instance.weights.iter().sum();
    if total <= 0.0 {
        return Ok(None);
    }
    let mut centres = instance.centres(owner, &[]);
    for centre in &mut centres {
        centre.gradient = [0.0; 3];
    }
    let m = instance.measures;
    let radii = super::allocate::radii(instance, owner, &centres);
    let reach = super::allocate::reaches(instance, &radii);
    let mut prices = prices.to_vec();
    let mut best = f64::NEG_INFINITY;
    let mut links = Links::default();
    let mut descent = Descent::new();
    for step in 0..STEPS {
        progress.check()?;
        let choices = cheapest(instance, &centres, &prices);
        let mut value: f64 = choices.iter().map(|choice| choice.cost).sum();
        for (at, &price) in prices.iter().enumerate() {
            value -= price * if price > 0.0 { instance.high[at] } else { instance.low[at] };
        }
        best = best.max(value / total);
        if m == 0 {
            break;
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
    Ok(Some(best))
}

struct Cheapest {
    /// The least cost with the true weight; what the bound adds up.
    cost: f64,
    best: u16,
    second: u16,
    gap: f64,
}

/// Every unit's cheapest territory out of all (a bound may leave none out) that it may be in.
fn cheapest(instance: &Instance, centres: &[Centre], prices: &[f64]) -> Vec<Cheapest> {
    let m = instance.measures;
    (0..instance.units())
        .into_par_iter()
        .with_min_len(512)
        .map(|unit| {
            let loads = instance.unit_loads(unit);
            let weight = instance.weights[unit];
            let cost = |territory: usize| {
                weight * distance_km(instance.points[unit], centres[territory].at)
                    + priced(loads, &prices[territory * m..])
            };
            if instance.fixed[unit] != NONE {
                let best = instance.fixed[unit];
                return Cheapest { cost: cost(best as usize), best, second: NONE, gap: 0.0 };
            }
            let (mut best, mut second) = ((f64::INFINITY, NONE), (f64::INFINITY, NONE));
            for territory in 0..centres.len() {
                let cost = cost(territory);
                if cost < best.0 {
                    second = best;
                    best = (cost, territory as u16);
                } else if cost < second.0 {
                    second = (cost, territory as u16);
                }
            }
            Cheapest { cost: best.0, best: best.1, second: second.1, gap: second.0 - best.0 }
        })
        .collect()
}
