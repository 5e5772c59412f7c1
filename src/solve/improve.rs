//! Stage 5: moves at the borders. Simulated annealing over single units and pairs (a unit goes over a border and another one back,
//! or on to a third territory), by numbers of steps alone. Territories hang together at every step.
//!
//! The map is cut into regions of whole territories that are annealed side by side; the cut is another one in every round.

use rayon::prelude::*;

use super::Run;
use super::allocate::{excess_price, radii};
use super::border::Border;
use super::connect::Connectivity;
use super::geometry::{distance_km, dot, normalised, plane_at};
use super::instance::{Centre, Instance, NONE};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::random::Random;

/// Rounds of annealing; the temperature falls from round to round.
const ROUNDS: usize = 40;
/// How often the surroundings of what does not fit are tried again.
const ATTEMPTS: usize = 16;
/// The price of excess when plans are compared: a rule that is kept comes before all travel.
pub(super) const RULES_FIRST: f64 = 1000.0;
/// Part of the range between the limits that is left free while moving.
const MARGIN: f64 = 0.01;
/// First and last temperature as parts of the mean distance from a centre.
const HOT: f64 = 0.08;
const COLD: f64 = 0.001;
/// The part of the heat for a plan that shall stay near the one of today.
const GENTLE: f64 = 0.1;

/// The steps of progress that one plan takes.
pub(super) fn rounds(instance: &Instance) -> u64 {
    (ROUNDS * instance.units()) as u64
}

/// Anneals a plan and returns the best that was met at the end of a round.
pub(super) fn improve(
    instance: &Instance,
    mut owner: Vec<u16>,
    steps: usize,
    random: &Random,
    run: &Run,
) -> Result<Vec<u16>, Cancelled> {
    if instance.territories() < 2 {
        return Ok(owner);
    }
    let price = excess_price(instance, &owner);
    let mean_radius = {
        let radii = radii(instance, &owner, &instance.centres(&owner, &[]));
        radii.iter().sum::<f64>() / radii.len() as f64
    };
    // Near the plan of today there is no need to melt it first.
    let hot = if instance.start_from_current { GENTLE * HOT } else { HOT };
    let mut best = (instance.value(&owner, RULES_FIRST * price), owner.clone());
    for round in 0..ROUNDS {
        if run.is_over() {
            break;
        }
        let share = round as f64 / (ROUNDS - 1) as f64;
        let quench = Quench {
            temperature: if share > 0.95 { 0.0 } else { hot * mean_radius * (COLD / hot).powf(share / 0.95) },
            price: price * 10f64.powf(share),
            steps_per_unit: steps as f64 / ROUNDS as f64,
        };
        let round_random = random.fork(9_000_000 + round as u64);
        let regions = regions(instance, &owner, &mut round_random.fork(u64::MAX));
        let results: Result<Vec<_>, Cancelled> = regions
            .into_par_iter()
            .enumerate()
            .map(|(nth, region)| {
                let random = round_random.fork(nth as u64);
                anneal_region(instance, &owner, region, quench, random, run)
            })
            .collect();
        for (units, owners) in results? {
            for (unit, territory) in units.into_iter().zip(owners) {
                owner[unit as usize] = territory;
            }
        }
        let value = instance.value(&owner, RULES_FIRST * price);
        if value < best.0 {
            best = (value, owner.clone());
            run.show(instance, &owner);
        }
    }
    mend(instance, best.1, price, random, run)
}

/// Where loads are outside their limits still: anneals the territory and those around it again, warmer and with ever more of
/// them, until everything fits or the attempts are used up.
fn mend(
    instance: &Instance,
    mut owner: Vec<u16>,
    price: f64,
    random: &Random,
    run: &Run,
) -> Result<Vec<u16>, Cancelled> {
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
                for round in 0..8 {
                    let temperature = if round == 7 { 0.0 } else { HOT * radius * 0.5f64.powi(round) };
                    let quench = Quench { temperature, price: 20.0 * price, steps_per_unit: 60.0 };
                    let random = random.fork(round as u64);
                    let (units, owners) = anneal_region(instance, &mended, region.clone(), quench, random, run)?;
                    for (unit, territory) in units.into_iter().zip(owners) {
                        mended[unit as usize] = territory;
                    }
                }
                Ok((region, mended))
            })
            .collect();
        for (region, mended) in results? {
            let mut next = owner.clone();
            for (unit, territory) in next.iter_mut().enumerate().filter(|entry| region.contains(entry.1)) {
                *territory = mended[unit];
            }
            if instance.value(&next, RULES_FIRST * price) < instance.value(&owner, RULES_FIRST * price) {
                owner = next;
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
    let mut worst: Vec<(f64, usize)> = (0..instance.territories())
        .map(|territory| (excess(territory), territory))
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

/// How a region is annealed.
#[derive(Debug, Clone, Copy)]
struct Quench {
    temperature: f64,
    price: f64,
    steps_per_unit: f64,
}

/// Groups of territories, from a random bisection of their centres: each at least a dozen, so that few borders lie between them.
fn regions(instance: &Instance, owner: &[u16], random: &mut Random) -> Vec<Vec<u16>> {
    let centres = instance.centres(owner, &[]);
    let mut regions = vec![(0..instance.territories() as u16).collect::<Vec<u16>>()];
    let wanted = (instance.territories() / 12).clamp(1, 8).next_power_of_two();
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
    part.graph = super::instance::subgraph(&instance.graph, instance.units(), &units);
    for (low, high) in part.low.iter_mut().zip(&mut part.high) {
        let margin = MARGIN * (*high - *low);
        (*low, *high) = (*low + margin, *high - margin);
    }
    let owners = units.iter().map(|&unit| to_part[owner[unit as usize] as usize]).collect();
    let mut search = Search::new(&part, owners, quench);
    search.run((quench.steps_per_unit * units.len() as f64) as usize, &mut random, run.progress)?;
    run.progress.tick(units.len() as u64)?;
    let owners = search.owner.into_iter().map(|territory| region[territory as usize]).collect();
    Ok((units, owners))
}

/// The state of an annealing run.
struct Search<'a> {
    instance: &'a Instance,
    quench: Quench,
    owner: Vec<u16>,
    sizes: Vec<u32>,
    loads: Vec<f64>,
    excess: Vec<f64>,
    centres: Vec<Centre>,
    border: Border,
    /// Per unit its nearest territories, where borders do not limit the moves.
    near: Vec<u16>,
    connectivity: Connectivity,
}

/// So many near territories are tried where there are no borders to follow.
const NEAR: usize = 5;

#[derive(Debug, Clone, Copy)]
struct Move {
    unit: usize,
    from: usize,
    to: usize,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, owner: Vec<u16>, quench: Quench) -> Self {
        let mut search = Self {
            instance,
            quench,
            sizes: vec![0; instance.territories()],
            loads: instance.loads_of(&owner),
            excess: vec![0.0; instance.territories()],
            centres: instance.centres(&owner, &[]),
            border: Border::default(),
            near: Vec::new(),
            connectivity: Connectivity::default(),
            owner,
        };
        for &territory in &search.owner {
            search.sizes[territory as usize] += 1;
        }
        for territory in 0..instance.territories() {
            search.excess[territory] = instance.excess(territory, search.loads_at(territory));
        }
        if instance.contiguous {
            search.border = Border::new(instance, &search.owner);
        } else {
            search.find_near();
        }
        search
    }

    fn run(&mut self, steps: usize, random: &mut Random, progress: &Progress) -> Result<(), Cancelled> {
        let refresh = self.instance.units().max(64);
        for step in 0..steps {
            if step % 4096 == 0 {
                progress.check()?;
            }
            if step % refresh == refresh - 1 {
                self.centres = self.instance.centres(&self.owner, &self.centres);
            }
            let Some(first) = self.propose(random) else { continue };
            if random.below(4) == 0 {
                self.try_pair(first, random);
            } else {
                self.try_single(first, random);
            }
        }
        Ok(())
    }

    fn loads_at(&self, territory: usize) -> &[f64] {
        &self.loads[territory * self.instance.measures..(territory + 1) * self.instance.measures]
    }

    fn propose(&self, random: &mut Random) -> Option<Move> {
        if self.instance.contiguous {
            let from = random.below(self.sizes.len());
            self.propose_from(from, random)
        } else {
            let unit = random.below(self.owner.len());
            self.propose_unit(unit, random)
        }
    }

    /// A unit of a territory over one of its borders.
    fn propose_from(&self, from: usize, random: &mut Random) -> Option<Move> {
        let list = &self.border.units[from];
        if list.is_empty() {
            return None;
        }
        self.propose_unit(list[random.below(list.len())] as usize, random)
    }

    fn propose_unit(&self, unit: usize, random: &mut Random) -> Option<Move> {
        let from = self.owner[unit] as usize;
        if self.sizes[from] <= 1 || self.instance.fixed[unit] != NONE {
            return None;
        }
        if self.instance.contiguous {
            let neighbours = self.instance.graph.neighbours(unit);
            let start = random.below(neighbours.len());
            for at in 0..neighbours.len() {
                let to = self.owner[neighbours[(start + at) % neighbours.len()] as usize] as usize;
                if to != from {
                    return Some(Move { unit, from, to });
                }
            }
            None
        } else {
            let per_unit = self.near.len() / self.owner.len();
            let to = self.near[unit * per_unit + random.below(per_unit)] as usize;
            (to != from).then_some(Move { unit, from, to })
        }
    }

    fn travel_change(&self, m: Move) -> f64 {
        let there = self.instance.cost_km(m.unit, m.to, &self.centres[m.to]);
        let here = self.instance.cost_km(m.unit, m.from, &self.centres[m.from]);
        self.instance.pulls[m.unit] * (there - here)
    }

    /// What the borders cost more after a move, which comes after another one or none.
    fn border_change(&self, m: Move, after: Option<Move>) -> f64 {
        if self.instance.border_price == 0.0 {
            return 0.0;
        }
        let mut change = 0.0;
        for (other, km) in self.instance.graph.borders(m.unit) {
            let owner = match after {
                Some(before) if before.unit == other as usize => before.to,
                _ => self.owner[other as usize] as usize,
            };
            if owner == m.from {
                change += f64::from(km);
            } else if owner == m.to {
                change -= f64::from(km);
            }
        }
        self.instance.border_price * change
    }

    fn accepts(&self, change: f64, random: &mut Random) -> bool {
        change <= 0.0 && (change < 0.0 || random.below(2) == 0)
            || self.quench.temperature > 0.0 && random.unit() < (-change / self.quench.temperature).exp()
    }

    fn try_single(&mut self, m: Move, random: &mut Random) {
        let loads = self.instance.unit_loads(m.unit);
        let excess = self.excess_with(m.from, loads, -1.0, &[], 0.0) + self.excess_with(m.to, loads, 1.0, &[], 0.0)
            - self.excess[m.from]
            - self.excess[m.to];
        let change = self.travel_change(m) + self.border_change(m, None) + self.quench.price * excess;
        if self.accepts(change, random) && self.may_leave(m.unit) {
            self.make(m);
        }
    }

    /// The move, and one of another unit out of the territory that it goes to.
    fn try_pair(&mut self, first: Move, random: &mut Random) {
        let second = if self.instance.contiguous {
            self.propose_from(first.to, random)
        } else {
            self.propose_unit(random.below(self.owner.len()), random)
        };
        let Some(second) = second.filter(|second| second.from == first.to && second.unit != first.unit) else {
            return;
        };
        let (a, b) = (self.instance.unit_loads(first.unit), self.instance.unit_loads(second.unit));
        let mut excess = self.excess_with(first.to, a, 1.0, b, -1.0) - self.excess[first.to];
        if second.to == first.from {
            excess += self.excess_with(first.from, a, -1.0, b, 1.0) - self.excess[first.from];
        } else {
            excess += self.excess_with(first.from, a, -1.0, &[], 0.0) - self.excess[first.from];
            excess += self.excess_with(second.to, b, 1.0, &[], 0.0) - self.excess[second.to];
        }
        let borders = self.border_change(first, None) + self.border_change(second, Some(first));
        let change = self.travel_change(first) + self.travel_change(second) + borders + self.quench.price * excess;
        if !self.accepts(change, random) || !self.may_leave(first.unit) {
            return;
        }
        self.make(first);
        let still = !self.instance.contiguous || self.touches(second.unit, second.to);
        if still && self.may_leave(second.unit) {
            self.make(second);
        } else {
            self.make(Move { unit: first.unit, from: first.to, to: first.from });
        }
    }

    /// The excess of a territory with one unit's loads added `times` and another's `more` times.
    fn excess_with(&self, territory: usize, loads: &[f64], times: f64, others: &[f64], more: f64) -> f64 {
        let at = territory * self.instance.measures;
        let mut sum = 0.0;
        for (measure, load) in loads.iter().enumerate() {
            let other = if others.is_empty() { 0.0 } else { others[measure] * more };
            let load = self.loads[at + measure] + load * times + other;
            let over = (load - self.instance.high[at + measure]).max(self.instance.low[at + measure] - load);
            if over > 0.0 {
                sum += over * self.instance.importance[measure];
            }
        }
        sum
    }

    fn may_leave(&mut self, unit: usize) -> bool {
        !self.instance.contiguous || self.connectivity.may_leave(&self.instance.graph, &self.owner, unit)
    }

    fn touches(&self, unit: usize, territory: usize) -> bool {
        self.instance.graph.neighbours(unit).iter().any(|&other| self.owner[other as usize] as usize == territory)
    }

    fn make(&mut self, m: Move) {
        let measures = self.instance.measures;
        for measure in 0..measures {
            let load = self.instance.loads[m.unit * measures + measure];
            self.loads[m.from * measures + measure] -= load;
            self.loads[m.to * measures + measure] += load;
        }
        self.sizes[m.from] -= 1;
        self.sizes[m.to] += 1;
        self.excess[m.from] = self.instance.excess(m.from, self.loads_at(m.from));
        self.excess[m.to] = self.instance.excess(m.to, self.loads_at(m.to));
        self.owner[m.unit] = m.to as u16;
        if self.instance.contiguous {
            self.border.follow(self.instance, &self.owner, m.unit, m.from, m.to);
        }
    }

    fn find_near(&mut self) {
        let k = self.instance.territories();
        let per_unit = NEAR.min(k);
        for unit in 0..self.owner.len() {
            let mut near: Vec<(f64, u16)> = (0..k)
                .map(|territory| {
                    (distance_km(self.instance.points[unit], self.centres[territory].at), territory as u16)
                })
                .collect();
            if per_unit < k {
                near.select_nth_unstable_by(per_unit - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            }
            near.truncate(per_unit);
            self.near.extend(near.into_iter().map(|entry| entry.1));
        }
    }
}
