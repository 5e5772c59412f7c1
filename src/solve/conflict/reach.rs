//! Proofs by distance: units that no centre is near enough to.

use super::{Case, ConflictRule, Found, Proof, Rules};
use crate::solve::geometry::distance_km;

/// What distances may be off by, as a part of them.
const SLACK: f64 = 1e-6;

pub(super) fn prove(case: &Case, rules: &Rules, found: &mut Vec<Found>) {
    let Some(far) = case.problem.max_distance_km.filter(|_| rules.contains(&ConflictRule::MaxDistance)) else { return };
    if rules.contains(&ConflictRule::Homes) {
        homes(case, rules, far * (1.0 + SLACK), found);
    }
    if case.problem.travel_table.is_empty() {
        spread(case, rules, 2.0 * far * (1.0 + SLACK), found);
    }
}

/// Kilometres from a unit to the home of a territory, by their numbers among those that are free and open; `None` without a home.
pub(super) fn km_home(case: &Case, unit: usize, territory: usize) -> Option<f64> {
    let home = case.homes[territory]?;
    let all = case.problem.territories.len();
    let at = case.free[unit] as usize * all + case.open[territory] as usize;
    Some(match case.problem.travel_table.get(at) {
        Some(&km) => f64::from(km),
        None => distance_km(case.points[unit], home),
    })
}

fn homes(case: &Case, rules: &Rules, far: f64, found: &mut Vec<Found>) {
    let near = Rules::from([ConflictRule::MaxDistance, ConflictRule::Homes]);
    for (nth, &unit) in case.free.iter().enumerate() {
        let to = case.fixed_in(unit, rules).and_then(|territory| case.nth(territory));
        if let Some(km) = to.and_then(|territory| km_home(case, nth, territory)).filter(|&km| km > far) {
            let mut rules = near.clone();
            rules.insert(ConflictRule::Fixed { unit });
            found.push((Proof::OutOfReach { unit, km }, rules));
            break;
        }
    }
    if !rules.contains(&ConflictRule::Count) {
        return;
    }
    let mut tell = |proof: Proof| {
        let mut rules = near.clone();
        rules.insert(ConflictRule::Count);
        found.push((proof, rules));
    };
    let mut nearest = vec![f64::INFINITY; case.open.len()];
    for (nth, &unit) in case.free.iter().enumerate() {
        if case.progress.is_cancelled() {
            return;
        }
        let mut least = f64::INFINITY;
        for (territory, nearest) in nearest.iter_mut().enumerate() {
            let km = km_home(case, nth, territory).unwrap_or(0.0);
            *nearest = nearest.min(km);
            least = least.min(km);
        }
        if least > far && least.is_finite() {
            tell(Proof::OutOfReach { unit, km: least });
            return;
        }
    }
    if let Some(at) = nearest.iter().position(|&km| km > far && km.is_finite()) {
        tell(Proof::Deserted { territory: case.open[at], km: nearest[at] });
    }
}

/// Two units with the same centre are no farther apart than twice the largest distance.
fn spread(case: &Case, rules: &Rules, twice: f64, found: &mut Vec<Found>) {
    let km = |a: u32, b: u32| case.problem.places[a as usize].distance_km(case.problem.places[b as usize]);
    let mut first: Vec<Option<(u32, u32, f64)>> = vec![None; case.open.len()];
    for &unit in &case.free {
        let Some(nth) = case.fixed_in(unit, rules).and_then(|territory| case.nth(territory)) else { continue };
        first[nth] = match first[nth] {
            None => Some((unit, unit, 0.0)),
            Some((a, _, apart)) if km(a, unit) > apart => Some((a, unit, km(a, unit))),
            same => same,
        };
    }
    for &(a, b, apart) in first.iter().flatten().filter(|entry| entry.2 > twice) {
        let mut rules = Rules::from([a, b].map(|unit| ConflictRule::Fixed { unit }));
        rules.insert(ConflictRule::MaxDistance);
        found.push((Proof::FarApart { units: [a, b], km: apart }, rules));
    }
    for (group, units) in case.problem.together.iter().enumerate() {
        let free: Vec<u32> = units.iter().copied().filter(|unit| case.free.binary_search(unit).is_ok()).collect();
        let pairs = free.iter().flat_map(|&a| free.iter().map(move |&b| (a, b)));
        let wide = pairs.filter(|&(a, b)| a < b).find(|&(a, b)| km(a, b) > twice);
        if let Some((a, b)) = wide.filter(|_| rules.contains(&ConflictRule::Together { group })) {
            let rules = Rules::from([ConflictRule::MaxDistance, ConflictRule::Together { group }]);
            found.push((Proof::FarApart { units: [a, b], km: km(a, b) }, rules));
        }
    }
    if !rules.contains(&ConflictRule::Count) {
        return;
    }
    let mut scattered: Vec<u32> = Vec::new();
    for &unit in &case.free {
        if case.progress.is_cancelled() {
            return;
        }
        if scattered.iter().all(|&other| km(unit, other) > twice) {
            scattered.push(unit);
            if scattered.len() > case.open.len() {
                let rules = Rules::from([ConflictRule::MaxDistance, ConflictRule::Count]);
                found.push((Proof::Scattered { units: scattered }, rules));
                return;
            }
        }
    }
}
