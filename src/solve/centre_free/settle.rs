//! Places between units that are cheaper than the units: from a unit to the middle of the territory it would take, and on from there.

use rayon::prelude::*;

use super::relax::Group;
use super::sites::Sites;
use super::value::{Multipliers, Near, fill, gather};
use crate::domain::progress::{Cancelled, Progress};
use crate::solve::geometry::{Vector, distance_km, normalised};

/// Moves of one place, at most, and the way in kilometres that is too short for another.
const MOVES: usize = 12;
const STILL_KM: f64 = 0.05;

/// For every group the place where a walk from its best unit ends (Weiszfeld's step towards the median, with the units taken anew
/// each time), unless that is the unit itself. `best` is the best place of every group.
pub(super) fn settle(
    sites: &Sites,
    multipliers: &Multipliers,
    groups: &[Group],
    best: &[Option<Vector>],
    progress: &Progress,
) -> Result<Vec<Vector>, Cancelled> {
    let settled: Vec<Option<Vector>> = groups
        .par_iter()
        .zip(best)
        .map_init(
            || (Near::default(), Vec::new()),
            |(near, items), (group, best)| {
                let start = best.filter(|_| !progress.is_cancelled())?;
                let mut at = start;
                for _ in 0..MOVES {
                    multipliers.near(sites, at, 0.0, group.extension, near);
                    gather(sites, multipliers, near, at, group.extension, items);
                    let (_, whole, part) = fill(items, sites.limits, sites.loose_load, group.extension);
                    let mut sum = [0.0; 3];
                    for (nth, item) in items.iter().take(whole + 1).enumerate() {
                        let unit = item.unit as usize;
                        let share = if nth < whole { 1.0 } else { part };
                        let pull = share * sites.weights[unit] / distance_km(sites.points[unit], at).max(0.1);
                        for (sum, x) in sum.iter_mut().zip(sites.points[unit]) {
                            *sum += pull * x;
                        }
                    }
                    let next = normalised(sum)?;
                    let moved = distance_km(at, next);
                    at = next;
                    if moved < STILL_KM {
                        break;
                    }
                }
                (distance_km(at, start) > STILL_KM).then_some(at)
            },
        )
        .collect();
    progress.check()?;
    Ok(settled.into_iter().flatten().collect())
}
