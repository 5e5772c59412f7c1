//! A problem as dense numbers: only the units and territories that are free to change, loads in parts of a target.

use super::SolveError;
use super::geometry::{Vector, distance_km, normalised};
use super::part::subgraph;
use super::problem::{Centring, Graph, Problem};
use crate::domain::sphere::LonLat;

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
    /// Centres are the medians of their units instead of the centroids.
    pub medians: bool,
    /// `[unit * territories + territory]`: kilometres to use instead of great circles, or empty.
    pub table: Vec<f32>,
    /// What may move at most against the current assignment.
    pub moved: Vec<MovedCap>,
    /// Per unit those that must be in other territories; empty where there are none at all.
    pub apart: Vec<Vec<u32>>,
    /// Per measure what a load that is a whole target off costs within the limits too, in weighted kilometres.
    pub closeness: Vec<f64>,
    /// `[territory * measures + measure]`: the least and the largest load allowed, and the wanted one.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    pub target: Vec<f64>,
    /// What each territory has besides its units; limits and targets are of the rest.
    pub named: Vec<f64>,
    /// Per measure how much a deviation counts.
    pub importance: Vec<f64>,
    pub homes: Vec<Option<Vector>>,
    /// Where to start looking for centres that are not fixed.
    pub near: Vec<Option<Vector>>,
    /// Per unit and territory its number in the problem.
    pub unit_names: Vec<u32>,
    /// Where units were put together: each unit of the problem with its unit here. Empty where every unit is one of its own.
    pub members: Vec<(u32, u32)>,
    pub territory_names: Vec<u16>,
}

/// A limit on what changes its owner.
#[derive(Debug, Clone, Default)]
pub(super) struct MovedCap {
    /// What each unit counts, in parts of a mean territory; 0 for a unit without owner today.
    pub amounts: Vec<f64>,
    /// At most so much in all.
    pub most: f64,
    /// What has an owner today.
    pub all: f64,
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
        if free_territories.is_empty() && !units.is_empty() {
            return Err(SolveError::Infeasible(format!(
                "Every territory is locked, so that nothing can take the {} that {} free",
                counted(units.len(), "unit"),
                if units.len() == 1 { "is" } else { "are" }
            )));
        }
        if units.len() < free_territories.len() {
            return Err(SolveError::Infeasible(format!(
                "{} cannot be made of {}: every territory needs at least one",
                counted(free_territories.len(), "territory"),
                counted(units.len(), "free unit")
            )));
        }
        let place_of = |owner: Option<u16>| owner.map_or(NONE, |territory| to_territory[territory as usize]);
        let mut instance = Self {
            measures,
            contiguous: problem.contiguous,
            stay_worth_km: problem.stay_worth_km,
            max_distance_km: problem.max_distance_km.unwrap_or(f64::INFINITY),
            start_from_current: problem.start_from_current && problem.current.is_some(),
            medians: problem.centre == Centring::Member,
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
        instance.named = instance.target.clone();
        let mut mean_targets = Vec::new();
        for (measure, goal) in problem.goals.iter().enumerate() {
            let load = |unit: &u32| problem.loads[measure][*unit as usize];
            if !units.is_empty() && units.iter().all(|unit| load(unit) == 0.0) {
                let found = format!("{}: all loads are 0, there is nothing to balance", goal.name);
                return Err(SolveError::Unusable(found));
            }
            let goals = || free_territories.iter().map(|&territory| &problem.territories[territory as usize]);
            let targets = goals().map(|goal| goal.targets[measure]);
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
            for (index, goal) in goals().enumerate() {
                let (at, named) = (index * measures + measure, goal.named.get(measure).copied().unwrap_or(0.0));
                instance.named[at] = named / mean_target;
                instance.target[at] = (goal.targets[measure] - named).max(0.0) / mean_target;
            }
            instance.importance.push(goal.weight);
            let per_territory = units.len() as f64 / free_territories.len().max(1) as f64;
            instance.closeness.push(goal.closeness_km * per_territory);
            mean_targets.push(mean_target);
        }
        instance.set_limits(problem, &free_territories, &mean_targets);
        instance.points = units.iter().map(|&unit| problem.places[unit as usize].to_unit_vector()).collect();
        instance.fixed =
            units.iter().map(|&unit| place_of(problem.fixed.get(unit as usize).copied().flatten())).collect();
        let current =
            |unit: u32| problem.current.as_ref().and_then(|owners| owners.get(unit as usize).copied().flatten());
        instance.current = units.iter().map(|&unit| place_of(current(unit))).collect();
        let goals = || free_territories.iter().map(|&territory| &problem.territories[territory as usize]);
        instance.homes = goals().map(|goal| goal.home.map(LonLat::to_unit_vector)).collect();
        instance.near = goals().map(|goal| goal.near.map(LonLat::to_unit_vector)).collect();
        if !problem.travel_table.is_empty() {
            let all = problem.territories.len();
            let row = |unit: &u32| {
                let row = &problem.travel_table[*unit as usize * all..(*unit as usize + 1) * all];
                free_territories.iter().map(|&territory| row[territory as usize]).collect::<Vec<f32>>()
            };
            instance.table = units.iter().flat_map(row).collect();
        }
        instance.set_apart(problem, &units);
        instance.set_moved(problem, &units, &mean_targets);
        instance.unit_names = units;
        instance.territory_names = free_territories;
        Ok(instance)
    }

    fn set_limits(&mut self, problem: &Problem, territories: &[u16], mean_targets: &[f64]) {
        for at in 0..self.target.len() {
            let (measure, mean) = (at % self.measures, mean_targets[at % self.measures]);
            let goal = &problem.territories[territories[at / self.measures] as usize];
            let (target, tolerance) = (goal.targets[measure] / mean, problem.goals[measure].tolerance);
            // More than all there is bounds nothing, and sums with infinity would not be numbers.
            let all = problem.loads[measure].iter().sum::<f64>() / mean;
            let (low, high) = match goal.limits.get(measure).copied().flatten() {
                Some(limits) => (
                    limits.least / mean * (1.0 - ROUNDING),
                    (limits.most / mean * (1.0 + ROUNDING)).min(all + self.named[at]),
                ),
                // Nothing is asked.
                None if target == 0.0 => (0.0, all + self.named[at]),
                // A hair inside the limit, so that sums in another order do not step over it.
                None => {
                    let part = tolerance * (1.0 - 1e-6) + ROUNDING;
                    (target * (1.0 - part), target * (1.0 + part))
                }
            };
            // What it has by name is not for units to bring.
            let low = (low - self.named[at]).max(0.0);
            self.low.push(low);
            self.high.push((high - self.named[at]).max(low));
        }
    }

    fn set_apart(&mut self, problem: &Problem, units: &[u32]) {
        if problem.apart.is_empty() {
            return;
        }
        let mut to_unit = vec![u32::MAX; problem.places.len()];
        for (index, &unit) in units.iter().enumerate() {
            to_unit[unit as usize] = index as u32;
        }
        self.apart = vec![Vec::new(); units.len()];
        for &[a, b] in &problem.apart {
            let (a, b) = (to_unit[a as usize], to_unit[b as usize]);
            if a != u32::MAX && b != u32::MAX {
                self.apart[a as usize].push(b);
                self.apart[b as usize].push(a);
            }
        }
    }

    fn set_moved(&mut self, problem: &Problem, units: &[u32], mean_targets: &[f64]) {
        let Some(current) = &problem.current else { return };
        let per_territory = units.len() as f64 / self.territories().max(1) as f64;
        for limit in &problem.moved_limits {
            let amount = |unit: usize| match limit.measure {
                _ if !problem.may_move(unit) => 0.0,
                Some(measure) => problem.loads[measure][unit] / mean_targets[measure],
                None => 1.0 / per_territory,
            };
            let all: f64 = (0..current.len()).map(amount).sum();
            let amounts = units.iter().map(|&unit| amount(unit as usize)).collect();
            self.moved.push(MovedCap { amounts, most: limit.share * all * (1.0 - HAIR), all });
        }
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
}

/// "1 unit", "5 units", "2 territories".
pub(super) fn counted(count: usize, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {what}s"),
    }
}

/// Part of the mean weight that a unit without weight gets when its territory is chosen.
const LEAST_PULL: f64 = 1e-4;

/// Limits are kept by this part of themselves, so that sums in another order do not step over them.
const HAIR: f64 = 1e-9;

/// What sums may be off by, as part of a target: a load exactly at its limit is within it.
pub(super) const ROUNDING: f64 = 1e-11;
