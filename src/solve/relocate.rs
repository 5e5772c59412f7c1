//! Where the centres are is what most of the travel depends on. Groups of two to five adjacent territories are cut anew and
//! balanced alone, and what is better is kept. This works on the relaxed plan, where a trial costs a millisecond and no border
//! has to be followed.

use rayon::prelude::*;

use super::Run;
use super::allocate::{self, Relaxed, Schedule};
use super::geometry::distance_km;
use super::instance::Instance;
use super::seed;
use crate::domain::progress::Cancelled;
use crate::domain::random::Random;

/// How many seeds to balance from.
pub(super) fn starts(instance: &Instance, steps: usize) -> usize {
    let size = (instance.units() as f64 / 3_000.0).max(0.2);
    let count = (8.0 * (steps as f64 / 1_000.0).sqrt() / size).round() as usize;
    count.clamp(2, 24)
}

/// Tries groups in rounds. A round's groups do not share territories, so that they can be tried side by side.
pub(super) fn improve(
    instance: &Instance,
    relaxed: &mut Relaxed,
    steps: usize,
    random: &Random,
    run: &Run,
) -> Result<(), Cancelled> {
    let k = instance.territories();
    // Groups that are cut anew exchange their places: whoever improves today's territories wants each to stay where it is.
    if instance.start_from_current {
        return Ok(());
    }
    if k < 2 || instance.homes.iter().all(Option::is_some) || instance.units() < 4 {
        return Ok(());
    }
    let price = allocate::excess_price(instance, &relaxed.owner);
    relaxed.value = instance.value(&relaxed.owner, price);
    let rounds = (12.0 * (steps as f64 / 1_000.0).powf(0.8)).ceil() as usize + 1;
    for round in 0..rounds {
        if run.is_over() {
            break;
        }
        let mut round_random = random.fork(5_000_000 + round as u64);
        let groups = groups(relaxed, &mut round_random);
        let owned = owned_units(instance, &relaxed.owner);
        let trials: Result<Vec<Option<Trial>>, Cancelled> = groups
            .into_par_iter()
            .enumerate()
            .map(|(nth, group)| {
                let random = round_random.fork(nth as u64);
                try_group(instance, &owned, group, &relaxed.prices, price, &random, run)
            })
            .collect();
        let mut changed = false;
        for trial in trials?.into_iter().flatten() {
            changed = true;
            let m = instance.measures;
            for (&unit, &owner) in trial.units.iter().zip(&trial.relaxed.owner) {
                relaxed.owner[unit as usize] = trial.group[owner as usize];
            }
            for (index, &territory) in trial.group.iter().enumerate() {
                let t = territory as usize;
                relaxed.centres[t] = trial.relaxed.centres[index];
                relaxed.prices[t * m..(t + 1) * m].copy_from_slice(&trial.relaxed.prices[index * m..(index + 1) * m]);
            }
        }
        let last = round + 1 == rounds;
        if last || changed && round % 4 == 3 {
            // Let the whole map answer to what has changed in places.
            let schedule = Schedule { iterations: if last { 40 } else { 10 }, settle: 0 };
            let (centres, prices) = (relaxed.centres.clone(), relaxed.prices.clone());
            let settled = allocate::balance(instance, centres, prices, price, schedule, run)?;
            *relaxed = settled;
        }
        run.show(instance, &relaxed.owner);
        run.check()?;
    }
    Ok(())
}

struct Trial {
    group: Vec<u16>,
    units: Vec<u32>,
    relaxed: Relaxed,
}

fn try_group(
    instance: &Instance,
    owned: &[Vec<u32>],
    group: Vec<u16>,
    prices: &[f64],
    price: f64,
    random: &Random,
    run: &Run,
) -> Result<Option<Trial>, Cancelled> {
    let mut units: Vec<u32> = group.iter().flat_map(|&territory| &owned[territory as usize]).copied().collect();
    units.sort_unstable();
    if units.len() < 2 * group.len() {
        return Ok(None);
    }
    let part = instance.part(&units, &group);
    let mut to_part = vec![0; instance.territories()];
    for (index, &territory) in group.iter().enumerate() {
        to_part[territory as usize] = index as u16;
    }
    let mut before = vec![0; units.len()];
    for &territory in &group {
        for unit in &owned[territory as usize] {
            if let Ok(at) = units.binary_search(unit) {
                before[at] = to_part[territory as usize];
            }
        }
    }
    let value_before = part.value(&before, price);
    let owner = seed::bisect(&part, &mut random.clone());
    let mut centres = part.centres(&owner, &[]);
    for (centre, home) in centres.iter_mut().zip(&part.homes) {
        centre.at = home.unwrap_or(centre.at);
    }
    // All start from the group's mean price, and the mean is put back at the end: how the group stands to its surroundings stays.
    let m = instance.measures;
    let level: Vec<f64> = (0..m)
        .map(|measure| group.iter().map(|&t| prices[t as usize * m + measure]).sum::<f64>() / group.len() as f64)
        .collect();
    let start: Vec<f64> = group.iter().flat_map(|_| &level).copied().collect();
    let schedule = Schedule { iterations: 24, settle: 3 };
    let mut relaxed = allocate::balance(&part, centres, start, price, schedule, run)?;
    for (measure, level) in level.iter().enumerate() {
        let mean = relaxed.prices.iter().skip(measure).step_by(m).sum::<f64>() / group.len() as f64;
        relaxed.prices.iter_mut().skip(measure).step_by(m).for_each(|price| *price += level - mean);
    }
    Ok((relaxed.value < value_before * (1.0 - 1e-6)).then_some(Trial { group, units, relaxed }))
}

/// Disjoint groups of near territories, as many as fit.
fn groups(relaxed: &Relaxed, random: &mut Random) -> Vec<Vec<u16>> {
    let centres = &relaxed.centres;
    let mut order: Vec<u16> = (0..centres.len() as u16).collect();
    random.shuffle(&mut order);
    let mut free = vec![true; centres.len()];
    let mut groups = Vec::new();
    for &first in &order {
        if !free[first as usize] {
            continue;
        }
        let size = 2 + random.below(4);
        let mut near: Vec<(f64, u16)> = (0..centres.len() as u16)
            .filter(|&other| free[other as usize])
            .map(|other| (distance_km(centres[first as usize].at, centres[other as usize].at), other))
            .collect();
        let size = size.min(near.len());
        if size < 2 {
            continue;
        }
        near.select_nth_unstable_by(size - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.truncate(size);
        near.sort_by_key(|entry| entry.1);
        let group: Vec<u16> = near.into_iter().map(|entry| entry.1).collect();
        for &territory in &group {
            free[territory as usize] = false;
        }
        groups.push(group);
    }
    groups
}

fn owned_units(instance: &Instance, owner: &[u16]) -> Vec<Vec<u32>> {
    let mut owned = vec![Vec::new(); instance.territories()];
    for (unit, &territory) in owner.iter().enumerate() {
        if let Some(units) = owned.get_mut(territory as usize) {
            units.push(unit as u32);
        }
    }
    owned
}
