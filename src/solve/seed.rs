//! Stage 1: where the centres start. Randomised recursive bisection (as in Kalcsics, Nickel & Schröder 2005, with turned cut
//! lines), or what is given: homes, the current plan, fixed units.

use rayon::prelude::*;

use super::geometry::{distance_km, dot, minus, normalised, plane_at};
use super::instance::{Centre, Instance, NONE};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::random::Random;

/// A first assignment of every unit, not yet balanced or whole, and the centres it stands for.
#[derive(Debug, Clone)]
pub(super) struct Seed {
    pub owner: Vec<u16>,
    pub centres: Vec<Centre>,
}

/// `count` different seeds; one alone where everything is given.
pub(super) fn seeds(
    instance: &Instance,
    count: usize,
    random: &Random,
    progress: &Progress,
) -> Result<Vec<Seed>, Cancelled> {
    let anchors = anchors(instance);
    if let Some(places) = anchors.iter().copied().collect::<Option<Vec<[f64; 3]>>>() {
        let centres: Vec<Centre> = places.into_iter().map(|at| Centre { at, gradient: [0.0; 3] }).collect();
        let owner = nearest_centres(instance, &centres, progress)?;
        progress.tick(1)?;
        return Ok(vec![Seed { owner, centres }]);
    }
    (0..count as u64)
        .into_par_iter()
        .map(|start| {
            let seed = seed(instance, &anchors, &mut random.fork(1000 + start), progress)?;
            progress.tick(1)?;
            Ok(seed)
        })
        .collect()
}

/// Where the territories are that start from the plan of today or have a home; those without either are somewhere between.
pub(super) fn centres_of_today(instance: &Instance, random: &Random) -> Vec<Centre> {
    let anchors = anchors(instance);
    if anchors.iter().all(Option::is_some) {
        return anchors.into_iter().flatten().map(|at| Centre { at, gradient: [0.0; 3] }).collect();
    }
    let mut centres = instance.centres(&bisect(instance, &mut random.fork(1000)), &[]);
    place_anchors(&anchors, &mut centres);
    centres
}

fn seed(
    instance: &Instance,
    anchors: &[Option<[f64; 3]>],
    random: &mut Random,
    progress: &Progress,
) -> Result<Seed, Cancelled> {
    let mut owner = bisect(instance, random);
    let mut centres = instance.centres(&owner, &[]);
    if anchors.iter().any(Option::is_some) {
        place_anchors(anchors, &mut centres);
        owner = nearest_centres(instance, &centres, progress)?;
    }
    Ok(Seed { owner, centres })
}

/// Whether no territory has a place that it must be near.
pub(super) fn is_free(instance: &Instance) -> bool {
    anchors(instance).iter().all(Option::is_none)
}

/// Where a territory must be near: its home, its units of today when the search starts from them, or the units fixed to it.
fn anchors(instance: &Instance) -> Vec<Option<[f64; 3]>> {
    let start: Vec<u16> = (0..instance.units())
        .map(|unit| match (instance.fixed[unit], instance.start_from_current) {
            (NONE, true) => instance.current[unit],
            (fixed, _) => fixed,
        })
        .collect();
    let mut found = vec![false; instance.territories()];
    for &territory in start.iter().filter(|&&territory| territory != NONE) {
        found[territory as usize] = true;
    }
    let centres = instance.centres(&start, &[]);
    (0..instance.territories())
        .map(|territory| {
            let known = found[territory] || instance.homes[territory].is_some();
            if known { Some(centres[territory].at) } else { instance.near[territory] }
        })
        .collect()
}

/// Gives each anchored territory its anchor as centre and the others the centres farthest from the anchors: each anchor takes
/// the place of the nearest centre that is left, nearest pairs first.
fn place_anchors(anchors: &[Option<[f64; 3]>], centres: &mut [Centre]) {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (territory, anchor) in anchors.iter().enumerate() {
        if let Some(anchor) = *anchor {
            pairs.extend(
                centres.iter().enumerate().map(|(slot, centre)| (distance_km(anchor, centre.at), territory, slot)),
            );
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut slot_taken = vec![false; centres.len()];
    let mut placed = vec![false; centres.len()];
    for (_, territory, slot) in pairs {
        if !slot_taken[slot] && !placed[territory] {
            slot_taken[slot] = true;
            placed[territory] = true;
        }
    }
    let free: Vec<Centre> = (0..centres.len()).filter(|&slot| !slot_taken[slot]).map(|slot| centres[slot]).collect();
    let mut free = free.into_iter();
    for (territory, centre) in centres.iter_mut().enumerate() {
        *centre = match anchors[territory] {
            Some(at) => Centre { at, gradient: [0.0; 3] },
            None => free.next().unwrap_or(*centre),
        };
    }
}

/// Per unit the nearest centre, or what it is fixed to.
fn nearest_centres(instance: &Instance, centres: &[Centre], progress: &Progress) -> Result<Vec<u16>, Cancelled> {
    let nearest = |unit: usize| {
        if instance.fixed[unit] != NONE || progress.is_cancelled() {
            return instance.fixed[unit];
        }
        // Chords have the order of the distances.
        let chord = |centre: &Centre| {
            let away = minus(instance.points[unit], centre.at);
            dot(away, away)
        };
        let chords = centres.iter().map(chord).enumerate();
        chords.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(NONE, |(territory, _)| territory as u16)
    };
    let owner = (0..instance.units()).into_par_iter().with_min_len(1024).map(nearest).collect();
    progress.check()?;
    Ok(owner)
}

/// Cuts the units in two again and again, each time along a line turned at random, so that both sides get their share of the load.
pub(super) fn bisect(instance: &Instance, random: &mut Random) -> Vec<u16> {
    let mut owner = vec![NONE; instance.units()];
    let mut units: Vec<u32> = (0..instance.units() as u32).collect();
    // What each territory shall carry: the mean over the measures.
    let m = instance.measures;
    let mut shares: Vec<(u16, f64)> = (0..instance.territories())
        .map(|territory| {
            let targets = &instance.target[territory * m..(territory + 1) * m];
            (territory as u16, if m == 0 { 1.0 } else { targets.iter().sum::<f64>() / m as f64 })
        })
        .collect();
    if shares.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        random.shuffle(&mut shares);
    }
    let amount = |unit: u32| {
        let loads = instance.unit_loads(unit as usize);
        let load = if m == 0 { 1.0 } else { loads.iter().sum::<f64>() };
        // Units without load are shared out too.
        load + 1e-9
    };
    split(instance, &mut units, &shares, &amount, random, &mut owner);
    for (unit, owner) in owner.iter_mut().enumerate() {
        if instance.fixed[unit] != NONE {
            *owner = instance.fixed[unit];
        }
    }
    owner
}

fn split(
    instance: &Instance,
    units: &mut [u32],
    shares: &[(u16, f64)],
    amount: &dyn Fn(u32) -> f64,
    random: &mut Random,
    owner: &mut [u16],
) {
    if shares.len() <= 1 || units.is_empty() {
        for &unit in units.iter() {
            owner[unit as usize] = shares.first().map_or(NONE, |share| share.0);
        }
        return;
    }
    let odd_one = if shares.len() % 2 == 1 { random.below(2) } else { 0 };
    let (left, right) = shares.split_at(shares.len() / 2 + odd_one);
    let axis = cut_axis(instance, units, amount, random);
    let mut keyed: Vec<(f64, u32)> =
        units.iter().map(|&unit| (dot(instance.points[unit as usize], axis), unit)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let total: f64 = units.iter().map(|&unit| amount(unit)).sum();
    let sum = |shares: &[(u16, f64)]| shares.iter().map(|share| share.1).sum::<f64>();
    let part = sum(left) / (sum(left) + sum(right)).max(1e-300);
    let mut at = 0;
    let mut load = 0.0;
    while at < keyed.len() && load + amount(keyed[at].1) / 2.0 < part * total {
        load += amount(keyed[at].1);
        at += 1;
    }
    // Enough units on both sides for one in each territory.
    let at = at.max(left.len().min(keyed.len())).min(keyed.len().saturating_sub(right.len()));
    for (slot, &(_, unit)) in units.iter_mut().zip(&keyed) {
        *slot = unit;
    }
    let (first, second) = units.split_at_mut(at);
    split(instance, first, left, amount, random, owner);
    split(instance, second, right, amount, random, owner);
}

/// The direction in which the units reach farthest, turned by a normal angle.
fn cut_axis(instance: &Instance, units: &[u32], amount: &dyn Fn(u32) -> f64, random: &mut Random) -> [f64; 3] {
    let mut sum = [0.0; 3];
    let mut total = 0.0;
    for &unit in units {
        let weight = amount(unit);
        total += weight;
        for (sum, x) in sum.iter_mut().zip(instance.points[unit as usize]) {
            *sum += weight * x;
        }
    }
    let centre = normalised(sum).unwrap_or([1.0, 0.0, 0.0]);
    let [east, north] = plane_at(centre);
    let (x0, y0) = (dot(sum, east) / total, dot(sum, north) / total);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for &unit in units {
        let (point, weight) = (instance.points[unit as usize], amount(unit));
        let (x, y) = (dot(point, east) - x0, dot(point, north) - y0);
        xx += weight * x * x;
        xy += weight * x * y;
        yy += weight * y * y;
    }
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy) + TURN * random.normal();
    let (sin, cos) = angle.sin_cos();
    std::array::from_fn(|axis| cos * east[axis] + sin * north[axis])
}

/// Standard deviation of the turn of a cut line, in radians.
const TURN: f64 = 0.5;
