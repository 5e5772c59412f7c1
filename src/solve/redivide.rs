//! Pairs of adjacent territories divided anew, where several measures have to fit at once.
//!
//! A border that moves unit by unit cannot turn two territories that lie one around the other into two that lie side by side: half
//! way the outer one would be cut in two. Here the units of both are divided from nothing, along straight lines and along random
//! spanning trees (recombination: DeFord, Duchin & Solomon 2021), and the best division counts, by the same prices of loads
//! as in the annealing ([`super::improve`]) that comes before and after it.

use rayon::prelude::*;

use super::Run;
use super::divide::Moments;
use super::geometry::{dot, normalised, plane_at};
use super::instance::Instance;
use super::part::subgraph;
use crate::domain::progress::Cancelled;
use crate::domain::random::Random;
use crate::domain::sphere::EARTH_RADIUS_KM;

/// Directions and trees that are tried per pair.
const DIRECTIONS: usize = 12;
const TREES: usize = 12;
/// Of all divisions so many are looked at closely, those that look best by sums alone.
const LOOKED_AT: usize = 4;

/// What loads cost beyond their travel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    /// Per territory and measure, in weighted kilometres per load.
    pub prices: &'a [f64],
    /// Of a load outside its limits, in weighted kilometres per mean target.
    pub excess: f64,
    /// Of the strain of loads ([`Instance::strain`]), in prices of excess.
    pub strain: f64,
}

/// Divides pairs of adjacent territories anew, each territory in one pair at most, and keeps what is better. Only pairs with a
/// territory that presses against a limit are tried. Nothing is done where territories need not hang together, for there nothing is
/// walled in, nor where it is limited how much may move.
pub(super) fn pairs(
    instance: &Instance,
    owner: &mut [u16],
    terms: Terms,
    random: &Random,
    run: &Run,
) -> Result<(), Cancelled> {
    if !instance.contiguous || !instance.moved.is_empty() {
        return Ok(());
    }
    let pairs = matching(instance, owner, terms.prices, &mut random.fork(u64::MAX));
    let owned = instance.units_of(owner);
    let found: Result<Vec<_>, Cancelled> = pairs
        .into_par_iter()
        .enumerate()
        .map(|(nth, pair)| {
            run.check()?;
            Ok(Pair::new(instance, &owned, pair, terms).divided(&mut random.fork(nth as u64)))
        })
        .collect();
    for (unit, territory) in found?.into_iter().flatten() {
        owner[unit as usize] = territory;
    }
    Ok(())
}

/// Pairs of adjacent territories, each in one pair at most, of which one at least is at a limit.
fn matching(instance: &Instance, owner: &[u16], prices: &[f64], random: &mut Random) -> Vec<[u16; 2]> {
    let m = instance.measures;
    let loads = instance.loads_of(owner);
    let presses = |t: u16| {
        let range = t as usize * m..(t as usize + 1) * m;
        prices[range.clone()].iter().any(|&price| price != 0.0) || instance.excess(t as usize, &loads[range]) > 0.0
    };
    let mut adjacent = std::collections::BTreeSet::new();
    for (unit, &own) in owner.iter().enumerate() {
        for &other in instance.graph.neighbours(unit) {
            let other = owner[other as usize];
            if own < other && (presses(own) || presses(other)) {
                adjacent.insert([own, other]);
            }
        }
    }
    let mut adjacent: Vec<[u16; 2]> = adjacent.into_iter().collect();
    random.shuffle(&mut adjacent);
    let mut free = vec![true; instance.territories()];
    adjacent.retain(|pair| {
        let both = pair.iter().all(|&t| free[t as usize]);
        if both {
            pair.iter().for_each(|&t| free[t as usize] = false);
        }
        both
    });
    adjacent
}

/// The units of two territories as a problem of their own.
struct Pair {
    territories: [u16; 2],
    units: Vec<u32>,
    part: Instance,
    before: Vec<u16>,
    prices: Vec<f64>,
    excess: f64,
    strain: f64,
    flat: Vec<[f64; 2]>,
    whole: Sums,
}

/// What is on one side of a division.
#[derive(Debug, Clone, Default)]
struct Sums {
    moments: Moments,
    loads: Vec<f64>,
}

/// A division that looks good: what it costs by its sums, and per unit its side.
struct Division {
    cost: f64,
    owner: Vec<u16>,
}

impl Pair {
    fn new(instance: &Instance, owned: &[Vec<u32>], territories: [u16; 2], terms: Terms) -> Self {
        let m = instance.measures;
        let [a, b] = territories.map(|t| &owned[t as usize]);
        let mut both: Vec<(u32, u16)> =
            a.iter().map(|&unit| (unit, 0)).chain(b.iter().map(|&unit| (unit, 1))).collect();
        both.sort_unstable();
        let units: Vec<u32> = both.iter().map(|entry| entry.0).collect();
        let mut part = instance.part(&units, &territories);
        part.contiguous = true;
        part.graph = subgraph(&instance.graph, instance.units(), &units);
        let mut sum = [0.0; 3];
        for (point, &weight) in part.points.iter().zip(&part.pulls) {
            for (sum, x) in sum.iter_mut().zip(point) {
                *sum += weight * x;
            }
        }
        let [east, north] = plane_at(normalised(sum).unwrap_or([1.0, 0.0, 0.0]));
        let mut pair = Self {
            territories,
            before: both.iter().map(|entry| entry.1).collect(),
            prices: territories
                .iter()
                .flat_map(|&t| &terms.prices[t as usize * m..(t as usize + 1) * m])
                .copied()
                .collect(),
            excess: terms.excess,
            strain: terms.strain,
            flat: part.points.iter().map(|&point| [dot(point, east), dot(point, north)]).collect(),
            whole: Sums { moments: Moments::default(), loads: vec![0.0; m] },
            units,
            part,
        };
        let mut whole = pair.whole.clone();
        for unit in 0..pair.units.len() {
            whole.add(&pair, unit);
        }
        pair.whole = whole;
        pair
    }

    /// The new owners, where a division was found that is better than the one of before.
    fn divided(&self, random: &mut Random) -> Vec<(u32, u16)> {
        if self.units.len() < 4 {
            return Vec::new();
        }
        let mut found: Vec<Division> = Vec::new();
        let turn = random.unit();
        for nth in 0..DIRECTIONS {
            found.extend(self.along((nth as f64 + turn) * std::f64::consts::TAU / DIRECTIONS as f64));
        }
        for _ in 0..TREES {
            found.extend(self.by_tree(random));
        }
        found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        let mut best = (self.value(&self.before) - 1e-9, None);
        for division in found.iter().take(LOOKED_AT) {
            let value = self.value(&division.owner);
            if value < best.0 {
                best = (value, Some(&division.owner));
            }
        }
        let Some(owner) = best.1 else { return Vec::new() };
        self.units.iter().zip(owner).map(|(&unit, &side)| (unit, self.territories[side as usize])).collect()
    }

    /// Everything that is minimised, and what loads cost at their prices and by their strain.
    fn value(&self, owner: &[u16]) -> f64 {
        let loads = self.part.loads_of(owner);
        let beyond = |(territory, loads): (usize, &[f64])| {
            self.priced(territory, loads) + self.excess * self.strain * self.part.strain(territory, loads)
        };
        let beyond: f64 = loads.chunks(self.part.measures).enumerate().map(beyond).sum();
        self.part.value(owner, self.excess) + beyond
    }

    fn priced(&self, territory: usize, loads: &[f64]) -> f64 {
        super::allocate::priced(loads, &self.prices[territory * self.part.measures..])
    }

    /// About the same from the sums of one side, and which territory that side shall be.
    fn cost(&self, one: &Sums) -> (f64, u16) {
        let other: Vec<f64> = self.whole.loads.iter().zip(&one.loads).map(|(all, one)| all - one).collect();
        let travel = one.moments.travel() + self.whole.moments.less(&one.moments).travel();
        let loads = |territory: usize, loads: &[f64]| {
            let strained = self.part.excess(territory, loads) + self.strain * self.part.strain(territory, loads);
            self.excess * strained + self.priced(territory, loads)
        };
        let (straight, turned) = (loads(0, &one.loads) + loads(1, &other), loads(1, &one.loads) + loads(0, &other));
        (travel + straight.min(turned), u16::from(turned < straight))
    }

    /// The best division by a straight line of some direction, with its pieces given away.
    fn along(&self, angle: f64) -> Option<Division> {
        let (sin, cos) = angle.sin_cos();
        let mut order: Vec<(f64, u32)> =
            self.flat.iter().zip(0..).map(|([x, y], unit)| (cos * x + sin * y, unit)).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut sums = Sums { moments: Moments::default(), loads: vec![0.0; self.part.measures] };
        let mut best = (f64::INFINITY, 0, 0);
        for (nth, &(_, unit)) in order.iter().enumerate().take(order.len() - 1) {
            sums.add(self, unit as usize);
            let (cost, side) = self.cost(&sums);
            if cost < best.0 {
                best = (cost, side, nth);
            }
        }
        let (_, side, nth) = best;
        let mut owner = vec![1 - side; order.len()];
        for &(_, unit) in &order[..=nth] {
            owner[unit as usize] = side;
        }
        self.join_pieces(&mut owner);
        self.join_pieces(&mut owner);
        self.valued(owner)
    }

    /// All but the largest piece of each side go to the other side.
    fn join_pieces(&self, owner: &mut [u16]) {
        let (piece, count) = super::connect::pieces(&self.part.graph, owner);
        if count <= 2 {
            return;
        }
        let (mut sizes, mut sides) = (vec![0usize; count], vec![0u16; count]);
        for (&piece, &side) in piece.iter().zip(owner.iter()) {
            sizes[piece as usize] += 1;
            sides[piece as usize] = side;
        }
        let largest = |side: u16| (0..count).filter(|&p| sides[p] == side).max_by_key(|&p| (sizes[p], count - p));
        let largest = [largest(0), largest(1)];
        for (&piece, side) in piece.iter().zip(owner) {
            if largest[*side as usize] != Some(piece as usize) {
                *side = 1 - *side;
            }
        }
    }

    /// The division with its cost, unless a side is empty or in pieces.
    fn valued(&self, owner: Vec<u16>) -> Option<Division> {
        if super::connect::pieces(&self.part.graph, &owner).1 != 2 || owner.iter().all(|&side| side == owner[0]) {
            return None;
        }
        let mut one = Sums { moments: Moments::default(), loads: vec![0.0; self.part.measures] };
        for unit in (0..owner.len()).filter(|&unit| owner[unit] == 0) {
            one.add(self, unit);
        }
        let (cost, side) = self.cost(&one);
        let owner = if side == 0 { owner } else { owner.into_iter().map(|side| 1 - side).collect() };
        Some(Division { cost, owner })
    }

    /// The best division by taking one link out of a random spanning tree.
    fn by_tree(&self, random: &mut Random) -> Option<Division> {
        let count = self.units.len();
        let (parent, order) = self.tree(random)?;
        let mut sums: Vec<Sums> =
            vec![Sums { moments: Moments::default(), loads: vec![0.0; self.part.measures] }; count];
        let mut best = (f64::INFINITY, 0, 0);
        for &unit in order.iter().skip(1).rev() {
            let mut own = std::mem::take(&mut sums[unit as usize]);
            own.add(self, unit as usize);
            let (cost, side) = self.cost(&own);
            if cost < best.0 {
                best = (cost, side, unit);
            }
            sums[parent[unit as usize] as usize].join(&own);
        }
        let (cost, side, top) = best;
        let mut owner = vec![1 - side; count];
        for &unit in order.iter().skip(1) {
            if unit == top || owner[parent[unit as usize] as usize] == side {
                owner[unit as usize] = side;
            }
        }
        Some(Division { cost, owner })
    }

    /// A spanning tree that grows by a random link at a time: per unit its parent, and the units from the root on. `None` where
    /// the units do not hang together.
    fn tree(&self, random: &mut Random) -> Option<(Vec<u32>, Vec<u32>)> {
        let count = self.units.len();
        let root = random.below(count) as u32;
        let mut parent = vec![u32::MAX; count];
        let mut order = Vec::with_capacity(count);
        let mut links = vec![(root, root)];
        while !links.is_empty() {
            let (from, unit) = links.swap_remove(random.below(links.len()));
            if parent[unit as usize] != u32::MAX {
                continue;
            }
            parent[unit as usize] = from;
            order.push(unit);
            let open = self.part.graph.neighbours(unit as usize).iter();
            links.extend(open.filter(|&&other| parent[other as usize] == u32::MAX).map(|&other| (unit, other)));
        }
        (order.len() == count).then_some((parent, order))
    }
}

impl Sums {
    fn add(&mut self, pair: &Pair, unit: usize) {
        self.moments.add(pair.part.pulls[unit], pair.flat[unit]);
        for (sum, load) in self.loads.iter_mut().zip(pair.part.unit_loads(unit)) {
            *sum += load;
        }
    }

    fn join(&mut self, other: &Self) {
        self.moments.join(&other.moments);
        for (sum, load) in self.loads.iter_mut().zip(&other.loads) {
            *sum += load;
        }
    }
}

impl Moments {
    /// About the weighted kilometres to the middle: those of units spread evenly over a disc.
    fn travel(&self) -> f64 {
        0.94 * EARTH_RADIUS_KM * (self.spread() * self.weight()).max(0.0).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::progress::Progress;
    use crate::solve::connect::pieces;
    use crate::solve::tests::grid;
    use crate::solve::{Effort, MeasureGoal, Options, Problem, Watch, clock::Clock, stages::Coarsening};

    /// A city of 16 units in the middle of 256; both measures shall be shared out alike, and the outer territory lies around the
    /// inner one.
    fn walled_in() -> (Problem, Vec<u16>) {
        let inner = |unit: usize| (6..10).contains(&(unit % 16)) && (6..10).contains(&(unit / 16));
        let mut problem = grid(16, 16, 2, |unit| if inner(unit) { 15.0 } else { 1.0 });
        problem.loads.push(vec![1.0; 256]);
        problem.goals.push(MeasureGoal { name: "Codes".into(), tolerance: 0.25, ..problem.goals[0].clone() });
        for territory in &mut problem.territories {
            territory.targets.push(128.0);
        }
        (problem, (0..256).map(|unit| u16::from(!inner(unit))).collect())
    }

    fn divided(threads: usize, prices: &[f64]) -> (Instance, Vec<u16>) {
        let (problem, mut owner) = walled_in();
        let instance = Instance::new(&problem).unwrap();
        let options = Options { effort: Effort::Quick, threads, ..Options::default() };
        let (clock, progress, watch) = (Clock::start(None), Progress::new(), Watch::nobody());
        let run = Run {
            problem: &problem,
            options: &options,
            clock: &clock,
            progress: &progress,
            watch: &watch,
            coarsening: Coarsening::default(),
        };
        let terms = Terms { prices, excess: 1e6, strain: 20.0 };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pairs(&instance, &mut owner, terms, &Random::new(5), &run)).unwrap();
        (instance, owner)
    }

    #[test]
    fn a_city_within_its_surroundings_becomes_two_halves_of_both() {
        let (problem, before) = walled_in();
        let instance = Instance::new(&problem).unwrap();
        assert!(instance.total_excess(&before) > 1.0);
        let (instance, owner) = divided(2, &[0.0; 4]);
        assert_eq!(instance.total_excess(&owner), 0.0);
        assert_eq!(pieces(&instance.graph, &owner).1, 2);
        assert_eq!(divided(1, &[0.0; 4]).1, owner);
    }

    #[test]
    fn what_presses_against_no_limit_stays_as_it_is() {
        let (problem, _) = walled_in();
        let mut instance = Instance::new(&problem).unwrap();
        let halves: Vec<u16> = (0..256).map(|unit| u16::from(unit % 16 >= 8)).collect();
        assert_eq!(matching(&instance, &halves, &[0.0; 4], &mut Random::new(1)), Vec::<[u16; 2]>::new());
        instance.low = vec![1.2; 4];
        assert_eq!(matching(&instance, &halves, &[0.0; 4], &mut Random::new(1)), [[0, 1]]);
    }
}
