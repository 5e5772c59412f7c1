//! Medians: the unit of a territory to which all of its units travel most cheaply.

use super::geometry::{Vector, distance_km, normalised};
use super::instance::Instance;

/// Up to so many units, every one is tried as median.
const TRY_ALL: usize = 48;
/// Of more units so many around the best free place are tried.
const TRY_NEAR: usize = 24;
/// Steps towards the best free place.
const STEPS: usize = 12;

/// The median of some units and the weighted kilometres to it; the first of several that are as good. `None` without units.
///
/// Of many units only those nearest to the best free place are tried. That place is found as Weiszfeld (1937) does: the mean of the
/// units, each weighted by its weight over its distance.
pub(super) fn median(instance: &Instance, units: &[u32]) -> Option<(u32, f64)> {
    if units.len() <= TRY_ALL {
        return best_of(instance, units, units.iter().copied());
    }
    let weight = |unit: u32| instance.weights[unit as usize].max(1e-9);
    // Units all around the globe have no mean: any place is as good to start from.
    let first = instance.points[*units.first()? as usize];
    let mut place = mean(instance, units, weight).unwrap_or(first);
    for _ in 0..STEPS {
        let near = |unit: u32| weight(unit) / distance_km(instance.points[unit as usize], place).max(1e-3);
        place = mean(instance, units, near).unwrap_or(place);
    }
    let mut near: Vec<(f64, u32)> =
        units.iter().map(|&unit| (distance_km(instance.points[unit as usize], place), unit)).collect();
    near.select_nth_unstable_by(TRY_NEAR - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    near.truncate(TRY_NEAR);
    near.sort_by_key(|entry| entry.1);
    best_of(instance, units, near.into_iter().map(|entry| entry.1))
}

fn mean(instance: &Instance, units: &[u32], weight: impl Fn(u32) -> f64) -> Option<Vector> {
    let mut sum = [0.0; 3];
    for &unit in units {
        let weight = weight(unit);
        for (sum, x) in sum.iter_mut().zip(instance.points[unit as usize]) {
            *sum += weight * x;
        }
    }
    normalised(sum)
}

fn best_of(instance: &Instance, units: &[u32], candidates: impl Iterator<Item = u32>) -> Option<(u32, f64)> {
    let mut best: Option<(u32, f64)> = None;
    for candidate in candidates {
        let at = instance.points[candidate as usize];
        let least = best.map_or(f64::INFINITY, |best| best.1);
        let mut sum = 0.0;
        for &unit in units {
            sum += instance.weights[unit as usize] * distance_km(instance.points[unit as usize], at);
            if sum >= least {
                break;
            }
        }
        if sum < least {
            best = Some((candidate, sum));
        }
    }
    best
}
