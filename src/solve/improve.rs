//! Stage 5: moves at the borders, by annealing ([`super::anneal`]) in rounds.
//!
//! The map is cut into regions of whole territories that are annealed side by side; the cut is another one in every round. Prices of
//! loads go on from those of the relaxed plan and follow what is outside the limits after each round: an augmented Lagrangian
//! (Hestenes 1969, Powell 1969). They carry surplus over many borders, which a penalty alone does not, and can be weak where they
//! fit, which leaves the moves free.

use rayon::prelude::*;

use super::Run;
use super::allocate::{excess_price, radii};
use super::anneal::{Quench, anneal};
use super::geometry::{distance_km, dot, normalised, plane_at};
use super::instance::{Centre, Instance, MovedCap, NONE};
use super::part::subgraph;
use super::redivide::{self, Terms};
use crate::domain::progress::Cancelled;
use crate::domain::random::Random;

/// How often the surroundings of what does not fit are tried again.
const ATTEMPTS: usize = 16;
/// The price of excess when plans are compared: a rule that is kept comes before all travel.
pub(super) const RULES_FIRST: f64 = 1000.0;
/// Part of the range between the limits that is left free while moving.
const MARGIN: f64 = 0.002;
/// First and last temperature as parts of the mean distance from a centre.
const HOT: f64 = 0.08;
const COLD: f64 = 0.001;
/// How far the price of a load follows what is outside the limits in one round, in prices of excess.
const FOLLOW: f64 = 0.5;
/// The price of excess in the last round, in those of [`excess_price`].
const LAST_PRICE: f64 = 10.0;

/// How long to anneal, and how hot at first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Annealing {
    /// The temperature falls from round to round.
    pub rounds: usize,
    /// First temperature as part of the mean distance from a centre.
    pub hot: f64,
    /// Steps per unit in all rounds together.
    pub steps_per_unit: f64,
    /// The price of excess at first, in those of [`excess_price`]; at last it is ten.
    pub price: f64,
    /// How far the price of a load follows what is outside the limits in one round, in the prices of excess of that round.
    pub follow: f64,
    /// What the strain of loads costs, in prices of excess.
    pub strain: f64,
    /// How often pairs of territories are divided anew after each round.
    pub redivisions: u64,
}

impl Annealing {
    /// From a plan whose borders are still rough. A small problem costs little and has few units to find its way by: it gets up to
    /// ten times as many steps.
    pub fn whole(instance: &Instance, steps: usize) -> Self {
        let more = (SMALL / instance.units().max(1) as f64).clamp(1.0, 10.0);
        Self {
            rounds: 40,
            hot: HOT,
            steps_per_unit: more * steps as f64,
            price: 1.0,
            follow: FOLLOW,
            strain: 0.0,
            redivisions: 0,
        }
    }

    /// From a plan that divides several measures well ([`super::divide`]) and has its shape still to find. On 33,300 ZIP points with
    /// three measures the strain and the redivisions left a fifth of the excess that remains without them, in the same time.
    pub fn divided(instance: &Instance, steps: usize) -> Self {
        let whole = Self::whole(instance, steps);
        Self {
            rounds: 80,
            hot: 0.6 * HOT,
            steps_per_unit: 1.5 * whole.steps_per_unit,
            price: 3.0,
            follow: 1.0,
            strain: 20.0,
            redivisions: 2,
        }
    }

    /// Of a plan that shall stay near the one of today: there is no need to melt it first.
    pub fn gentle(instance: &Instance, steps: usize) -> Self {
        Self { hot: 0.1 * HOT, ..Self::whole(instance, steps) }
    }

    /// Of the single units after their nodes, each of which had `ratio` units.
    pub fn fine(steps: usize, ratio: f64) -> Self {
        Self {
            rounds: 12,
            hot: 0.2 * HOT,
            steps_per_unit: 0.4 * steps as f64 / ratio.max(1.0),
            price: 1.0,
            follow: FOLLOW,
            strain: 0.0,
            redivisions: 0,
        }
    }
}

/// Problems of fewer units than this are small.
const SMALL: f64 = 1000.0;

/// The steps of progress that one plan takes.
pub(super) fn rounds(instance: &Instance, annealing: Annealing) -> u64 {
    (annealing.rounds * instance.units()) as u64
}

/// A plan to be improved and the prices of its loads, per territory and measure in weighted kilometres per load.
#[derive(Debug, Clone, Default)]
pub(super) struct Start {
    pub owner: Vec<u16>,
    pub prices: Vec<f64>,
}

/// Anneals a plan and returns the best that was met at the end of a round, with the prices at the end.
pub(super) fn improve(
    instance: &Instance,
    start: Start,
    annealing: Annealing,
    random: &Random,
    run: &Run,
) -> Result<Start, Cancelled> {
    let price = excess_price(instance, &start.owner);
    let Start { owner, prices } = anneal_rounds(instance, start, annealing, random, run)?;
    let owner = mend(instance, owner, &prices, price, annealing.strain, random, run)?;
    Ok(Start { owner, prices })
}

/// The rounds alone, without mending what is outside the limits at the end.
pub(super) fn anneal_rounds(
    instance: &Instance,
    start: Start,
    annealing: Annealing,
    random: &Random,
    run: &Run,
) -> Result<Start, Cancelled> {
    if instance.territories() < 2 {
        return Ok(start);
    }
    let Start { mut owner, mut prices } = start;
    let Annealing { rounds, hot, steps_per_unit, .. } = annealing;
    let price = excess_price(instance, &owner);
    let mean_radius = {
        let radii = radii(instance, &owner, &instance.centres(&owner, &[]));
        radii.iter().sum::<f64>() / radii.len() as f64
    };
    let mut best = (instance.value(&owner, RULES_FIRST * price), owner.clone());
    for round in 0..rounds {
        if run.is_over() {
            break;
        }
        let share = round as f64 / (rounds - 1).max(1) as f64;
        let quench = Quench {
            temperature: if share > 0.95 { 0.0 } else { hot * mean_radius * (COLD / hot).powf(share / 0.95) },
            price: price * annealing.price * (LAST_PRICE / annealing.price).powf(share),
            steps_per_unit: steps_per_unit / rounds as f64,
            strain: annealing.strain,
        };
        let round_random = random.fork(9_000_000 + round as u64);
        let regions = regions(instance, &owner, &mut round_random.fork(u64::MAX));
        let results: Result<Vec<_>, Cancelled> = regions
            .into_par_iter()
            .enumerate()
            .map(|(nth, region)| {
                let random = round_random.fork(nth as u64);
                anneal_region(instance, &owner, region, quench, &prices, random, run)
            })
            .collect();
        for (units, owners) in results? {
            for (unit, territory) in units.into_iter().zip(owners) {
                owner[unit as usize] = territory;
            }
        }
        for nth in 0..annealing.redivisions {
            let terms = Terms { prices: &prices, excess: quench.price, strain: quench.strain };
            redivide::pairs(instance, &mut owner, terms, &round_random.fork(1_000_000 + nth), run)?;
        }
        let step = annealing.follow * price * annealing.price.powf(1.0 - share);
        follow(instance, &owner, step, &mut prices);
        let value = instance.value(&owner, RULES_FIRST * price);
        if value < best.0 {
            best = (value, owner.clone());
            run.show(instance, &owner);
        }
    }
    Ok(Start { owner: best.1, prices })
}

/// Raises the prices where loads are above their limits and lowers them where they are below; what fits comes back to nothing.
fn follow(instance: &Instance, owner: &[u16], step: f64, prices: &mut [f64]) {
    for (at, load) in instance.loads_of(owner).into_iter().enumerate() {
        let above = (prices[at].max(0.0) + step * (load - instance.high[at])).max(0.0);
        let below = ((-prices[at]).max(0.0) + step * (instance.low[at] - load)).max(0.0);
        prices[at] = above - below;
    }
}

/// Where loads are outside their limits still: anneals the territory and those around it again, warmer and with ever more of
/// them, until everything fits or the attempts are used up.
fn mend(
    instance: &Instance,
    mut owner: Vec<u16>,
    prices: &[f64],
    price: f64,
    strain: f64,
    random: &Random,
    run: &Run,
) -> Result<Vec<u16>, Cancelled> {
    let mut value = instance.value(&owner, RULES_FIRST * price);
    for attempt in 0..ATTEMPTS {
        let groups = groups_to_mend(instance, &owner, 4 + attempt / 2);
        if groups.is_empty() || run.is_over() {
            break;
        }
        let radii = radii(instance, &owner, &instance.centres(&owner, &[]));
        let results: Result<Vec<_>, Cancelled> = groups
            .into_par_iter()
            .enumerate()
            .map(|(nth, region)| {
                let radius = region.iter().map(|&t| radii[t as usize]).sum::<f64>() / region.len() as f64;
                let random = random.fork(20_000_000 + (1000 * attempt + nth) as u64);
                let mut mended = owner.clone();
                let mut prices = prices.to_vec();
                for round in 0..8 {
                    let temperature = if round == 7 { 0.0 } else { HOT * radius * 0.5f64.powi(round) };
                    let quench = Quench { temperature, price: 20.0 * price, steps_per_unit: 60.0, strain };
                    let random = random.fork(round as u64);
                    let (units, owners) =
                        anneal_region(instance, &mended, region.clone(), quench, &prices, random, run)?;
                    for (unit, territory) in units.into_iter().zip(owners) {
                        mended[unit as usize] = territory;
                    }
                    follow(instance, &mended, FOLLOW * price, &mut prices);
                }
                Ok((region, mended))
            })
            .collect();
        for (region, mended) in results? {
            let mut next = owner.clone();
            for (unit, territory) in next.iter_mut().enumerate().filter(|entry| region.contains(entry.1)) {
                *territory = mended[unit];
            }
            run.check()?;
            let with_region = instance.value(&next, RULES_FIRST * price);
            if with_region < value {
                (owner, value) = (next, with_region);
                run.show(instance, &owner);
            }
        }
    }
    Ok(owner)
}

/// Disjoint groups of so many near territories around those that are outside their limits, the worst first.
fn groups_to_mend(instance: &Instance, owner: &[u16], size: usize) -> Vec<Vec<u16>> {
    let m = instance.measures;
    let loads = instance.loads_of(owner);
    let excess = |territory: usize| instance.excess(territory, &loads[territory * m..(territory + 1) * m]);
    let too_far = instance.too_far_by_territory(owner);
    let mut worst: Vec<(f64, usize)> = (0..instance.territories())
        .map(|territory| (excess(territory) + too_far[territory], territory))
        .filter(|entry| entry.0 > 0.0)
        .collect();
    worst.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let centres = instance.centres(owner, &[]);
    let mut free = vec![true; instance.territories()];
    let mut groups = Vec::new();
    for (_, first) in worst {
        if !free[first] {
            continue;
        }
        let km = |other: u16| distance_km(centres[first].at, centres[other as usize].at);
        let mut group: Vec<u16> = (0..centres.len() as u16).filter(|&other| free[other as usize]).collect();
        group.sort_by(|&a, &b| km(a).total_cmp(&km(b)).then(a.cmp(&b)));
        group.truncate(size);
        if group.len() < 2 {
            continue;
        }
        for &territory in &group {
            free[territory as usize] = false;
        }
        groups.push(group);
    }
    groups
}

/// Groups of territories, from a random bisection of their centres: about a dozen each, so that few borders lie between them.
fn regions(instance: &Instance, owner: &[u16], random: &mut Random) -> Vec<Vec<u16>> {
    let centres = instance.centres(owner, &[]);
    let mut regions = vec![(0..instance.territories() as u16).collect::<Vec<u16>>()];
    // The largest power of two that leaves a dozen for each.
    let wanted = 1 << (instance.territories() / 12).clamp(1, 32).ilog2();
    while regions.len() < wanted {
        regions = regions.into_iter().flat_map(|region| halves(region, &centres, random)).collect();
    }
    for region in &mut regions {
        region.sort_unstable();
    }
    regions
}

fn halves(mut region: Vec<u16>, centres: &[Centre], random: &mut Random) -> [Vec<u16>; 2] {
    let mut sum = [0.0; 3];
    for &territory in &region {
        for (sum, x) in sum.iter_mut().zip(centres[territory as usize].at) {
            *sum += x;
        }
    }
    let [east, north] = plane_at(normalised(sum).unwrap_or([1.0, 0.0, 0.0]));
    let (sin, cos) = (std::f64::consts::TAU * random.unit()).sin_cos();
    let along = |territory: u16| {
        let at = centres[territory as usize].at;
        cos * dot(at, east) + sin * dot(at, north)
    };
    region.sort_by(|&a, &b| along(a).total_cmp(&along(b)).then(a.cmp(&b)));
    let right = region.split_off(region.len() / 2);
    [region, right]
}

fn anneal_region(
    instance: &Instance,
    owner: &[u16],
    region: Vec<u16>,
    quench: Quench,
    prices: &[f64],
    mut random: Random,
    run: &Run,
) -> Result<(Vec<u32>, Vec<u16>), Cancelled> {
    let mut to_part = vec![NONE; instance.territories()];
    for (index, &territory) in region.iter().enumerate() {
        to_part[territory as usize] = index as u16;
    }
    let inside = |owner: u16| owner != NONE && to_part[owner as usize] != NONE;
    let units: Vec<u32> = (0..owner.len() as u32).filter(|&unit| inside(owner[unit as usize])).collect();
    let mut part = instance.part(&units, &region);
    part.contiguous = instance.contiguous;
    part.graph = subgraph(&instance.graph, instance.units(), &units);
    part.moved = caps_of_region(instance, owner, &units, &part);
    for (low, high) in part.low.iter_mut().zip(&mut part.high) {
        let margin = MARGIN * (*high - *low);
        (*low, *high) = (*low + margin, *high - margin);
    }
    let m = instance.measures;
    let prices = region.iter().flat_map(|&t| &prices[t as usize * m..(t as usize + 1) * m]).copied().collect();
    let owners = units.iter().map(|&unit| to_part[owner[unit as usize] as usize]).collect();
    let owners = anneal(&part, owners, prices, quench, &mut random, run.progress)?;
    run.progress.tick(units.len() as u64)?;
    let owners = owners.into_iter().map(|territory| region[territory as usize]).collect();
    Ok((units, owners))
}

/// What may move within a region while others move things too: what has moved there, and its part of what is left; less of what has
/// moved in proportion where it is too much already.
fn caps_of_region(instance: &Instance, owner: &[u16], units: &[u32], part: &Instance) -> Vec<MovedCap> {
    let share = units.len() as f64 / instance.units().max(1) as f64;
    let of_region = |cap: &MovedCap| {
        // A unit whose territory of today lies outside the region counts whatever is done with it here.
        let amount =
            |(at, &unit): (usize, &u32)| if part.current[at] == NONE { 0.0 } else { cap.amounts[unit as usize] };
        let amounts: Vec<f64> = units.iter().enumerate().map(amount).collect();
        let moved = |&(at, &unit): &(usize, &u32)| {
            part.current[at] != NONE && owner[unit as usize] != instance.current[unit as usize]
        };
        let here: f64 = units.iter().enumerate().filter(moved).map(|(at, _)| amounts[at]).sum();
        let all = instance.moved_amount(cap, owner);
        let most = if all > cap.most { here - (all - cap.most).min(here) } else { here + share * (cap.most - all) };
        MovedCap { amounts, most, all: cap.all }
    };
    instance.moved.iter().map(of_region).collect()
}
