//! A problem as dense numbers: only the units and territories that are free to change, loads in parts of a target.

use super::SolveError;
use super::geometry::{Vector, distance_km, dot, minus, normalised};
use super::problem::{Graph, Problem};
use crate::domain::sphere::{EARTH_RADIUS_KM, LonLat};

/// No territory.
pub(super) const NONE: u16 = u16::MAX;

/// The working form of a problem, or of a group of its territories. Loads are divided by the mean target of their measure, so
/// that a load of 1 is about one territory whatever the measure.
#[derive(Debug, Clone, Default)]
pub(super) struct Instance {
    pub measures: usize,
    pub points: Vec<Vector>,
    /// Weight in travel and centres, divided by the mean weight.
    pub weights: Vec<f64>,
    /// Like `weights`, but nowhere zero, so that units without weight go to a near centre too.
    pub pulls: Vec<f64>,
    /// `[unit * measures + measure]`.
    pub loads: Vec<f64>,
    /// Like `loads`, but nowhere below the least weight: what prices act on, so that units without load lie on the same side of a
    /// border as the units with load around them.
    pub priced_loads: Vec<f64>,
    /// Per territory and measure the price that units pay for load they do not have, or empty.
    pub prices: Vec<f64>,
    /// What a kilometre of border costs, in weighted kilometres.
    pub border_price: f64,
    pub graph: Graph,
    pub contiguous: bool,
    /// Per unit the territory it must be in, or [`NONE`].
    pub fixed: Vec<u16>,
    /// Per unit the territory it is in today, or [`NONE`].
    pub current: Vec<u16>,
    pub stay_worth_km: f64,
    pub max_distance_km: f64,
    pub start_from_current: bool,
    /// `[territory * measures + measure]`: the least and the largest load allowed, and the wanted one.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    pub target: Vec<f64>,
    /// Per measure how much a deviation counts.
    pub importance: Vec<f64>,
    pub homes: Vec<Option<Vector>>,
    /// Where to start looking for centres that are not fixed.
    pub near: Vec<Option<Vector>>,
    /// Per unit and territory its number in the problem.
    pub unit_names: Vec<u32>,
    pub territory_names: Vec<u16>,
}

/// A centre, and how the mean distance of its members changes when it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Centre {
    pub at: Vector,
    /// A unit that joins moves the centroid towards itself, and so changes the distances of all others. To first order that is
    /// its weight times its offset from the centre times this gradient. Zero for a fixed home.
    pub gradient: Vector,
}

impl Centre {
    /// Moves towards another centre, at most so far, and takes on a part of its gradient.
    pub fn approach(&mut self, wanted: Self, most_km: f64, part: f64) {
        let km = distance_km(self.at, wanted.at);
        let share = if km > most_km { most_km / km } else { 1.0 };
        let along = |axis: usize| self.at[axis] + share * (wanted.at[axis] - self.at[axis]);
        self.at = normalised([along(0), along(1), along(2)]).unwrap_or(wanted.at);
        for (own, wanted) in self.gradient.iter_mut().zip(wanted.gradient) {
            *own += part * (wanted - *own);
        }
    }
}

impl Instance {
    pub fn new(problem: &Problem) -> Result<Self, SolveError> {
        problem.check()?;
        let measures = problem.goals.len();
        let free_territories: Vec<u16> = (0..problem.territories.len())
            .filter(|&territory| !problem.territories[territory].locked)
            .map(|territory| territory as u16)
            .collect();
        let mut to_territory = vec![NONE; problem.territories.len()];
        for (index, &territory) in free_territories.iter().enumerate() {
            to_territory[territory as usize] = index as u16;
        }
        let is_free = |unit: usize| {
            let fixed = problem.fixed.get(unit).copied().flatten();
            !problem.excluded.get(unit).copied().unwrap_or(false)
                && fixed.is_none_or(|territory| !problem.territories[territory as usize].locked)
        };
        let units: Vec<u32> = (0..problem.places.len()).filter(|&unit| is_free(unit)).map(|unit| unit as u32).collect();
        if units.len() < free_territories.len() {
            return Err(SolveError::Infeasible(format!(
                "{} territories cannot be made of {} units that are free: every territory needs at least one",
                free_territories.len(),
                units.len()
            )));
        }
        let place_of = |owner: Option<u16>| owner.map_or(NONE, |territory| to_territory[territory as usize]);
        let mut instance = Self {
            measures,
            contiguous: problem.contiguous,
            stay_worth_km: problem.stay_worth_km,
            max_distance_km: problem.max_distance_km.unwrap_or(f64::INFINITY),
            start_from_current: problem.start_from_current && problem.current.is_some(),
            graph: subgraph(&problem.graph, problem.places.len(), &units),
            ..Self::default()
        };
        let weights = units.iter().map(|&unit| problem.travel_weights[unit as usize]);
        let mean_weight = weights.clone().sum::<f64>() / units.len().max(1) as f64;
        let scale = |value: f64, by: f64| if by > 0.0 { value / by } else { 0.0 };
        instance.weights = weights.map(|weight| scale(weight, mean_weight)).collect();
        let least = problem.least_weight.max(LEAST_PULL);
        instance.pulls = instance.weights.iter().map(|&weight| weight.max(least)).collect();
        instance.border_price = problem.border_weight_km * units.len() as f64 / free_territories.len().max(1) as f64;
        instance.loads = vec![0.0; units.len() * measures];
        instance.priced_loads = instance.loads.clone();
        instance.target = vec![0.0; free_territories.len() * measures];
        for (measure, goal) in problem.goals.iter().enumerate() {
            let load = |unit: &u32| problem.loads[measure][*unit as usize];
            if !units.is_empty() && units.iter().all(|unit| load(unit) == 0.0) {
                let found = format!("{}: all loads are 0, there is nothing to balance", goal.name);
                return Err(SolveError::Unusable(found));
            }
            let targets =
                free_territories.iter().map(|&territory| problem.territories[territory as usize].targets[measure]);
            let mean_target = targets.clone().sum::<f64>() / free_territories.len().max(1) as f64;
            let usable = mean_target > 0.0 && mean_target.is_finite();
            if !free_territories.is_empty() && !usable {
                let found = format!("{}: the targets add up to {}, expected more than 0", goal.name, mean_target);
                return Err(SolveError::Unusable(found));
            }
            for (index, unit) in units.iter().enumerate() {
                instance.loads[index * measures + measure] = load(unit) / mean_target;
            }
            let least = problem.least_weight * units.iter().map(load).sum::<f64>() / units.len() as f64 / mean_target;
            for (index, unit) in units.iter().enumerate() {
                instance.priced_loads[index * measures + measure] = (load(unit) / mean_target).max(least);
            }
            for (index, target) in targets.enumerate() {
                instance.target[index * measures + measure] = target / mean_target;
            }
            instance.importance.push(goal.weight);
        }
        let tolerance = |index: usize| problem.goals[index % measures].tolerance;
        // A hair inside the limit, so that sums in another order do not step over it.
        let low = |(index, &target): (usize, &f64)| (target * (1.0 - tolerance(index) * (1.0 - 1e-6))).max(0.0);
        instance.low = instance.target.iter().enumerate().map(low).collect();
        let high = |(index, &target): (usize, &f64)| target * (1.0 + tolerance(index) * (1.0 - 1e-6));
        instance.high = instance.target.iter().enumerate().map(high).collect();
        instance.points = units.iter().map(|&unit| problem.places[unit as usize].to_unit_vector()).collect();
        instance.fixed =
            units.iter().map(|&unit| place_of(problem.fixed.get(unit as usize).copied().flatten())).collect();
        let current =
            |unit: u32| problem.current.as_ref().and_then(|owners| owners.get(unit as usize).copied().flatten());
        instance.current = units.iter().map(|&unit| place_of(current(unit))).collect();
        let goals = || free_territories.iter().map(|&territory| &problem.territories[territory as usize]);
        instance.homes = goals().map(|goal| goal.home.map(LonLat::to_unit_vector)).collect();
        instance.near = goals().map(|goal| goal.near.map(LonLat::to_unit_vector)).collect();
        instance.unit_names = units;
        instance.territory_names = free_territories;
        Ok(instance)
    }

    pub fn units(&self) -> usize {
        self.points.len()
    }

    pub fn territories(&self) -> usize {
        self.homes.len()
    }

    pub fn unit_loads(&self, unit: usize) -> &[f64] {
        &self.loads[unit * self.measures..(unit + 1) * self.measures]
    }

    /// The loads of a unit that prices act on.
    pub fn priced_loads(&self, unit: usize) -> &[f64] {
        &self.priced_loads[unit * self.measures..(unit + 1) * self.measures]
    }

    /// The same with prices on the load that units do not have.
    pub fn with_prices(&self, prices: &[f64]) -> Self {
        Self { prices: if self.priced_loads == self.loads { Vec::new() } else { prices.to_vec() }, ..self.clone() }
    }

    /// Kilometres that a unit costs in a territory with that centre, before prices and per unit of weight.
    pub fn cost_km(&self, unit: usize, territory: usize, centre: &Centre) -> f64 {
        let point = self.points[unit];
        let km = distance_km(point, centre.at);
        let mut cost = km + dot(centre.gradient, minus(point, centre.at));
        if km > self.max_distance_km {
            cost += TOO_FAR * (km - self.max_distance_km);
        }
        if self.stay_worth_km > 0.0 && self.current[unit] != NONE && self.current[unit] as usize != territory {
            cost += self.stay_worth_km;
        }
        if !self.prices.is_empty() {
            let prices = &self.prices[territory * self.measures..];
            let loads = self.priced_loads(unit).iter().zip(self.unit_loads(unit));
            cost += loads.zip(prices).map(|((priced, load), price)| (priced - load) * price).sum::<f64>()
                / self.pulls[unit];
        }
        cost
    }

    /// The centre of each territory: its home, else the weighted centroid of its units, else where it was before.
    pub fn centres(&self, owner: &[u16], before: &[Centre]) -> Vec<Centre> {
        let mut sums = vec![[0.0; 3]; self.territories()];
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                // Weights of nothing still have a middle; next to real weights they do not count.
                let weight = self.weights[unit].max(1e-9);
                for (sum, x) in sums[territory as usize].iter_mut().zip(self.points[unit]) {
                    *sum += weight * x;
                }
            }
        }
        let place = |territory: usize| {
            let before = before.get(territory).map(|centre| centre.at);
            self.homes[territory].or_else(|| normalised(sums[territory])).or(before).unwrap_or([1.0, 0.0, 0.0])
        };
        let mut centres: Vec<Centre> =
            (0..self.territories()).map(|territory| Centre { at: place(territory), gradient: [0.0; 3] }).collect();
        let mut totals = vec![0.0; self.territories()];
        for (unit, &territory) in owner.iter().enumerate() {
            if territory == NONE || self.homes[territory as usize].is_some() {
                continue;
            }
            let centre = &mut centres[territory as usize];
            let away = minus(centre.at, self.points[unit]);
            let chord = dot(away, away).sqrt();
            totals[territory as usize] += self.weights[unit];
            if chord > 1e-9 {
                for (sum, x) in centre.gradient.iter_mut().zip(away) {
                    *sum += self.weights[unit] * x / chord * EARTH_RADIUS_KM;
                }
            }
        }
        for (centre, &total) in centres.iter_mut().zip(&totals) {
            for x in &mut centre.gradient {
                *x = if total > 0.0 { *x / total } else { 0.0 };
            }
        }
        centres
    }

    /// `[territory * measures + measure]`.
    pub fn loads_of(&self, owner: &[u16]) -> Vec<f64> {
        let mut loads = vec![0.0; self.territories() * self.measures];
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                let at = territory as usize * self.measures;
                for (sum, load) in loads[at..].iter_mut().zip(self.unit_loads(unit)) {
                    *sum += load;
                }
            }
        }
        loads
    }

    /// How far the loads of one territory lie outside their limits, each deviation by the importance of its measure.
    pub fn excess(&self, territory: usize, loads: &[f64]) -> f64 {
        let at = territory * self.measures;
        let mut sum = 0.0;
        for (measure, &load) in loads.iter().enumerate() {
            let over = (load - self.high[at + measure]).max(self.low[at + measure] - load);
            if over > 0.0 {
                sum += over * self.importance[measure];
            }
        }
        sum
    }

    /// The sum of all excesses of an assignment.
    pub fn total_excess(&self, owner: &[u16]) -> f64 {
        if self.measures == 0 {
            return 0.0;
        }
        let loads = self.loads_of(owner);
        loads.chunks(self.measures).enumerate().map(|(territory, loads)| self.excess(territory, loads)).sum()
    }

    /// Weighted kilometres of an assignment to the centres given, by the true weights.
    pub fn travel(&self, owner: &[u16], centres: &[Centre]) -> f64 {
        let mut sum = 0.0;
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                sum += self.weights[unit] * distance_km(self.points[unit], centres[territory as usize].at);
            }
        }
        sum
    }

    /// What is minimised: travel to the assignment's own centres, its borders, what it costs to be too far off or moved, and `price` for
    /// every target's worth of load outside the limits.
    pub fn value(&self, owner: &[u16], price: f64) -> f64 {
        let mut centres = self.centres(owner, &[]);
        for centre in &mut centres {
            centre.gradient = [0.0; 3];
        }
        let mut sum = 0.0;
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                let territory = territory as usize;
                sum += self.pulls[unit] * self.cost_km(unit, territory, &centres[territory]);
            }
        }
        sum + self.border_price * self.border_km(owner) + price * self.total_excess(owner)
    }

    /// Length of all borders between territories; 0 where borders do not count.
    fn border_km(&self, owner: &[u16]) -> f64 {
        if self.border_price == 0.0 || self.graph.is_empty() {
            return 0.0;
        }
        let borders = |unit: usize| {
            let cut = self.graph.borders(unit).filter(move |&(other, _)| owner[other as usize] != owner[unit]);
            cut.map(|(_, km)| f64::from(km)).sum::<f64>()
        };
        0.5 * (0..owner.len()).map(borders).sum::<f64>()
    }

    /// The problem of some units and territories alone, in their own numbering. Units of `units` must be owned by these
    /// territories; what they are fixed to is kept.
    pub fn part(&self, units: &[u32], territories: &[u16]) -> Self {
        let mut to_territory = vec![NONE; self.territories()];
        for (index, &territory) in territories.iter().enumerate() {
            to_territory[territory as usize] = index as u16;
        }
        let renamed = |owner: u16| if owner == NONE { NONE } else { to_territory[owner as usize] };
        let m = self.measures;
        let per_territory = |list: &[f64]| -> Vec<f64> {
            territories.iter().flat_map(|&t| &list[t as usize * m..(t as usize + 1) * m]).copied().collect()
        };
        Self {
            measures: m,
            points: units.iter().map(|&unit| self.points[unit as usize]).collect(),
            weights: units.iter().map(|&unit| self.weights[unit as usize]).collect(),
            pulls: units.iter().map(|&unit| self.pulls[unit as usize]).collect(),
            loads: units.iter().flat_map(|&unit| self.unit_loads(unit as usize)).copied().collect(),
            priced_loads: units.iter().flat_map(|&unit| self.priced_loads(unit as usize)).copied().collect(),
            prices: if self.prices.is_empty() { Vec::new() } else { per_territory(&self.prices) },
            border_price: self.border_price,
            graph: Graph::default(),
            contiguous: false,
            fixed: units.iter().map(|&unit| renamed(self.fixed[unit as usize])).collect(),
            current: units.iter().map(|&unit| renamed(self.current[unit as usize])).collect(),
            stay_worth_km: self.stay_worth_km,
            max_distance_km: self.max_distance_km,
            start_from_current: false,
            low: per_territory(&self.low),
            high: per_territory(&self.high),
            target: per_territory(&self.target),
            importance: self.importance.clone(),
            homes: territories.iter().map(|&territory| self.homes[territory as usize]).collect(),
            near: vec![None; territories.len()],
            unit_names: units.to_vec(),
            territory_names: territories.to_vec(),
        }
    }
}

/// Part of the mean weight that a unit without weight gets when its territory is chosen.
const LEAST_PULL: f64 = 1e-4;

/// How many kilometres one kilometre beyond the largest distance costs.
const TOO_FAR: f64 = 20.0;

/// The neighbours among the units chosen, in their numbering.
pub(super) fn subgraph(graph: &Graph, count: usize, units: &[u32]) -> Graph {
    if graph.starts.is_empty() || units.len() == count {
        return graph.clone();
    }
    let mut to_unit = vec![u32::MAX; count];
    for (index, &unit) in units.iter().enumerate() {
        to_unit[unit as usize] = index as u32;
    }
    let mut part = Graph { starts: vec![0], ..Graph::default() };
    for &unit in units {
        for (other, km) in graph.borders(unit as usize) {
            if to_unit[other as usize] != u32::MAX {
                part.targets.push(to_unit[other as usize]);
                part.border_km.push(km);
            }
        }
        part.starts.push(part.targets.len() as u32);
    }
    part
}
