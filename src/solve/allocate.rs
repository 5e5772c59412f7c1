//! Stage 3: balanced location–allocation (Hess & Samuels 1971) by prices.
//!
//! Every territory has a centre and, per measure, a price. A unit goes where distance and price together are least, which makes
//! the territories cells of an additively weighted Voronoi diagram (Brieden, Gritzmann & Klemm 2017): compact, and but for the
//! units on their borders whole. Prices move until the loads are within their limits ([`super::prices`]), centres follow their
//! units. What comes out is relaxed: about one unit per border still sits on the wrong side.

use rayon::prelude::*;

use super::Run;
use super::instance::{Centre, Instance, NONE};
use super::prices::{Descent, Links, harmonic_mean};
use super::seed::Seed;
use crate::domain::progress::{Cancelled, Progress};

/// A relaxed plan: centres, prices, and the assignment that follows from them.
#[derive(Debug, Clone)]
pub(super) struct Relaxed {
    pub owner: Vec<u16>,
    pub centres: Vec<Centre>,
    /// `[territory * measures + measure]`, in weighted kilometres per load.
    pub prices: Vec<f64>,
    /// [`Instance::value`] with the price of excess used throughout.
    pub value: f64,
}

/// How long to balance, and how freely the centres move.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    pub iterations: usize,
    /// The first iteration after which the centres follow their units.
    pub settle: usize,
}

/// What a load of one target outside the limits costs, in weighted kilometres: well above the price differences that balance a
/// plan, which are about the travel of one territory.
pub(super) fn excess_price(instance: &Instance, owner: &[u16]) -> f64 {
    let centres = instance.centres(owner, &[]);
    4.0 * (instance.travel(owner, &centres) + 1e-6) / instance.territories().max(1) as f64
}

/// Balances every seed and keeps the best `count`, best first.
pub(super) fn best_of(
    instance: &Instance,
    seeds: Vec<Seed>,
    count: usize,
    run: &Run,
) -> Result<Vec<Relaxed>, Cancelled> {
    let price = seeds.first().map_or(1.0, |seed| excess_price(instance, &seed.owner));
    let schedule = Schedule { iterations: 60, settle: 5 };
    let results: Result<Vec<Option<Relaxed>>, Cancelled> = seeds
        .into_par_iter()
        .enumerate()
        .map(|(nth, seed)| {
            // The first is never cut off, so there is always one.
            if nth > 0 && run.is_over() {
                return Ok(None);
            }
            let zero = vec![0.0; instance.target.len()];
            balance(instance, seed.centres, zero, price, schedule, run).map(Some)
        })
        .collect();
    let mut found: Vec<Relaxed> = results?.into_iter().flatten().collect();
    found.sort_by(|a, b| a.value.total_cmp(&b.value));
    found.truncate(count.max(1));
    Ok(found)
}

/// Alternates prices and centres from a start, and returns the best assignment met.
pub(super) fn balance(
    instance: &Instance,
    mut centres: Vec<Centre>,
    mut prices: Vec<f64>,
    price: f64,
    schedule: Schedule,
    run: &Run,
) -> Result<Relaxed, Cancelled> {
    let mut candidates = Candidates::default();
    let mut choices = vec![Choice::default(); instance.units()];
    let mut links = Links::default();
    let mut descent = Descent::new();
    let mut best: Option<Relaxed> = None;
    let mut owner: Vec<u16> = Vec::new();
    let mut since_move = 0;
    for iteration in 0..schedule.iterations {
        run.check()?;
        if candidates.are_stale(instance, iteration) {
            candidates.choose(instance, &centres, &prices, run.progress)?;
        } else {
            candidates.measure(instance, &centres);
        }
        choose(instance, &candidates, &prices, &mut choices);
        owner.clear();
        owner.extend(choices.iter().map(|choice| choice.best));
        let share = iteration as f64 / schedule.iterations as f64;
        let last = iteration + 1 == schedule.iterations;
        if last || share >= 0.5 {
            let value = instance.value(&owner, price);
            if best.as_ref().is_none_or(|best| value < best.value) {
                best = Some(Relaxed { owner: owner.clone(), centres: centres.clone(), prices: prices.clone(), value });
            }
        }
        if last {
            break;
        }
        let radii = radii(instance, &owner, &centres);
        let width = WIDE + (NARROW - WIDE) * share;
        let loads = smooth_loads(instance, &owner, &choices, &radii, width, &mut links);
        let off = descent.step(instance, &mut links, &loads, &reaches(instance, &radii), &mut prices);
        since_move += 1;
        // Centres wait until the loads fit, but not for ever.
        let calm = off <= CALM * prices.len() as f64;
        if iteration >= schedule.settle && (calm || since_move >= PATIENCE) {
            since_move = 0;
            descent.forget();
            let wanted = instance.centres(&owner, &centres);
            for ((centre, wanted), radius) in centres.iter_mut().zip(wanted).zip(radii) {
                centre.approach(wanted, STRIDE * radius, 0.5);
            }
        }
    }
    Ok(best.unwrap_or_else(|| {
        let value = instance.value(&owner, price);
        Relaxed { owner, centres, prices, value }
    }))
}

/// Units count for both sides of a border while the gap between the two is within this part of the radii: at first, at last.
const WIDE: f64 = 0.5;
const NARROW: f64 = 0.25;
/// Centres move when the loads are off by no more than this on average, or after so many steps of the prices.
const CALM: f64 = 0.03;
const PATIENCE: usize = 5;
/// How far a centre moves at once, in parts of its territory's radius.
const STRIDE: f64 = 0.15;

/// The loads with units near a border shared out between both sides, and the links that follow from the same units.
fn smooth_loads(
    instance: &Instance,
    owner: &[u16],
    choices: &[Choice],
    radii: &[f64],
    width: f64,
    links: &mut Links,
) -> Vec<f64> {
    let m = instance.measures;
    links.clear(instance);
    let mut loads = instance.loads_of(owner);
    if m == 0 {
        return loads;
    }
    for (unit, choice) in choices.iter().enumerate() {
        if choice.second == NONE {
            continue;
        }
        let reach = width * harmonic_mean(radii[choice.best as usize], radii[choice.second as usize]);
        let gap = choice.gap / instance.pulls[unit] / reach;
        let unit_loads = instance.unit_loads(unit);
        links.add(choice.best, choice.second, unit_loads, nearness(gap) / (reach * instance.pulls[unit]));
        if gap < 1.0 {
            let part = 0.5 * (1.0 - gap);
            let (from, to) = (choice.best as usize * m, choice.second as usize * m);
            for (measure, load) in unit_loads.iter().enumerate() {
                loads[from + measure] -= part * load;
                loads[to + measure] += part * load;
            }
        }
    }
    loads
}

/// Per price the change within which borders move by a part of their territory's radius: a price per load moves borders by
/// kilometres times weight per load.
pub(super) fn reaches(instance: &Instance, radii: &[f64]) -> Vec<f64> {
    let per_load = instance.units() as f64 / instance.territories().max(1) as f64;
    radii.iter().flat_map(|radius| std::iter::repeat_n(0.4 * radius * per_load, instance.measures)).collect()
}

/// How much a unit counts in the link between its best and its second territory, by its gap in parts of the reach: half within,
/// and beyond it just enough that all territories which meet are linked.
pub(super) fn nearness(gap: f64) -> f64 {
    if gap < 1.0 { 0.5 } else { 0.05 / (gap * gap * gap) }
}

/// Mean distance of each territory's units from its centre in kilometres; the mean of all for a territory without units.
pub(super) fn radii(instance: &Instance, owner: &[u16], centres: &[Centre]) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); instance.territories()];
    for (unit, &territory) in owner.iter().enumerate() {
        if territory != NONE {
            let at = &mut sums[territory as usize];
            let km = super::geometry::distance_km(instance.points[unit], centres[territory as usize].at);
            at.0 += instance.pulls[unit] * km;
            at.1 += instance.pulls[unit];
        }
    }
    let all = sums.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    let mean = if all.1 > 0.0 { all.0 / all.1 } else { 1.0 };
    sums.iter()
        .map(|&(km, weight)| if weight > 0.0 { (km / weight).max(0.05 * mean) } else { mean }.max(1e-6))
        .collect()
}

/// Where a unit goes, its next best, and how much worse that is (in weighted kilometres).
#[derive(Debug, Clone, Copy)]
struct Choice {
    best: u16,
    second: u16,
    gap: f64,
}

impl Default for Choice {
    fn default() -> Self {
        Self { best: NONE, second: NONE, gap: 0.0 }
    }
}

/// Per unit the territories that it may go to and their distances.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    per_unit: usize,
    territories: Vec<u16>,
    km: Vec<f32>,
}

/// So many territories are looked at per unit where there are many.
const CANDIDATES: usize = 14;

impl Candidates {
    fn are_stale(&self, instance: &Instance, iteration: usize) -> bool {
        let few = instance.territories() <= CANDIDATES;
        self.per_unit == 0 || !few && (matches!(iteration, 2 | 5 | 10 | 16 | 24) || iteration.is_multiple_of(16))
    }

    /// The best territories of every unit at the present centres and prices, out of all.
    pub fn choose(
        &mut self,
        instance: &Instance,
        centres: &[Centre],
        prices: &[f64],
        progress: &Progress,
    ) -> Result<(), Cancelled> {
        let (k, m) = (instance.territories(), instance.measures);
        self.per_unit = k.min(CANDIDATES);
        let per_unit = self.per_unit;
        self.territories.resize(instance.units() * per_unit, NONE);
        self.km.resize(instance.units() * per_unit, f32::INFINITY);
        let work = self.territories.par_chunks_mut(per_unit).zip(self.km.par_chunks_mut(per_unit)).enumerate();
        work.with_min_len(512).for_each(|(unit, (territories, kms))| {
            if progress.is_cancelled() {
                return;
            }
            if instance.fixed[unit] != NONE {
                let only = instance.fixed[unit];
                territories.fill(NONE);
                kms.fill(f32::INFINITY);
                territories[0] = only;
                kms[0] = instance.cost_km(unit, only as usize, &centres[only as usize]) as f32;
                return;
            }
            let loads = instance.priced_loads(unit);
            let pull = instance.pulls[unit];
            let mut values = [f64::INFINITY; CANDIDATES];
            let mut filled = 0;
            for (territory, centre) in centres.iter().enumerate() {
                let km = instance.cost_km(unit, territory, centre);
                let value = km + priced(loads, &prices[territory * m..]) / pull;
                if filled == per_unit && value >= values[filled - 1] {
                    continue;
                }
                let mut at = if filled < per_unit { filled } else { filled - 1 };
                while at > 0 && values[at - 1] > value {
                    values[at] = values[at - 1];
                    territories[at] = territories[at - 1];
                    kms[at] = kms[at - 1];
                    at -= 1;
                }
                (values[at], territories[at], kms[at]) = (value, territory as u16, km as f32);
                filled = (filled + 1).min(per_unit);
            }
        });
        progress.check()
    }

    /// The territories that a unit may go to, with their distances in kilometres.
    pub fn of(&self, unit: usize) -> impl Iterator<Item = (u16, f32)> + '_ {
        let range = unit * self.per_unit..(unit + 1) * self.per_unit;
        let pairs = self.territories[range.clone()].iter().zip(&self.km[range]);
        pairs.map(|(&territory, &km)| (territory, km)).take_while(|pair| pair.0 != NONE)
    }

    /// New distances to the same territories.
    fn measure(&mut self, instance: &Instance, centres: &[Centre]) {
        let per_unit = self.per_unit;
        let work = self.territories.par_chunks(per_unit).zip(self.km.par_chunks_mut(per_unit)).enumerate();
        work.with_min_len(2048).for_each(|(unit, (territories, kms))| {
            for (&territory, km) in territories.iter().zip(kms) {
                if territory != NONE {
                    *km = instance.cost_km(unit, territory as usize, &centres[territory as usize]) as f32;
                }
            }
        });
    }
}

fn choose(instance: &Instance, candidates: &Candidates, prices: &[f64], choices: &mut [Choice]) {
    let (per_unit, m) = (candidates.per_unit, instance.measures);
    choices.par_iter_mut().with_min_len(4096).enumerate().for_each(|(unit, choice)| {
        let range = unit * per_unit..(unit + 1) * per_unit;
        let loads = instance.priced_loads(unit);
        let pull = instance.pulls[unit];
        let (mut best, mut second) = ((f64::INFINITY, NONE), (f64::INFINITY, NONE));
        for (&territory, &km) in candidates.territories[range.clone()].iter().zip(&candidates.km[range]) {
            if territory == NONE {
                break;
            }
            let value = pull * f64::from(km) + priced(loads, &prices[territory as usize * m..]);
            if value < best.0 {
                second = best;
                best = (value, territory);
            } else if value < second.0 {
                second = (value, territory);
            }
        }
        *choice = Choice { best: best.1, second: second.1, gap: second.0 - best.0 };
    });
}

/// What a unit's loads cost at the prices that follow.
pub(super) fn priced(loads: &[f64], prices: &[f64]) -> f64 {
    loads.iter().zip(prices).map(|(load, price)| load * price).sum()
}
