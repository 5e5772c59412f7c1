//! What a problem's rules and terms come to for one territory, counted from the problem itself and its members: what explanations
//! and conflicts are made of.

use super::geometry::{Vector, distance_km, normalised};
use super::problem::{Centring, Limits, Problem};
use crate::domain::sphere::LonLat;

impl Problem {
    /// What a territory may carry of a measure in all; `None` where nothing is asked of it.
    pub(super) fn asked(&self, territory: usize, measure: usize) -> Option<Limits> {
        let goal = self.territories.get(territory)?;
        if let Some(limits) = goal.limits.get(measure).copied().flatten() {
            return Some(limits);
        }
        let target = goal.targets.get(measure).copied().filter(|&target| target > 0.0)?;
        let tolerance = self.goals.get(measure)?.tolerance;
        Some(Limits { least: (target * (1.0 - tolerance)).max(0.0), most: target * (1.0 + tolerance) })
    }

    /// What the units of a territory may carry of a measure. The most is below 0 where what it has by name is too much alone.
    pub(super) fn allowed(&self, territory: usize, measure: usize) -> Option<Limits> {
        let limits = self.asked(territory, measure)?;
        let named = self.named_load(territory, measure);
        Some(Limits { least: (limits.least - named).max(0.0), most: limits.most - named })
    }

    /// What a territory has besides its units.
    pub(super) fn named_load(&self, territory: usize, measure: usize) -> f64 {
        self.territories.get(territory).and_then(|goal| goal.named.get(measure)).copied().unwrap_or(0.0)
    }

    /// What moves are counted of: whether a unit has an owner today and may get another one.
    pub fn may_move(&self, unit: usize) -> bool {
        let current = self.current.as_ref().and_then(|current| current.get(unit).copied().flatten());
        current.is_some() && self.is_free(unit)
    }

    /// Which share of what may move has another owner in an assignment than today, counted by the load of a measure or by units.
    /// `None` without a plan of today; 0 where nothing in it has an owner.
    pub fn moved_share(&self, assignment: &[Option<u16>], measure: Option<usize>) -> Option<f64> {
        let current = self.current.as_ref()?;
        let loads = measure.and_then(|measure| self.loads.get(measure));
        let (mut moved, mut all) = (0.0, 0.0);
        for unit in (0..current.len()).filter(|&unit| self.may_move(unit)) {
            let amount = loads.map_or(1.0, |loads| loads[unit]);
            all += amount;
            if assignment.get(unit).copied().flatten() != current[unit] {
                moved += amount;
            }
        }
        Some(if all > 0.0 { moved / all } else { 0.0 })
    }

    /// Whether a territory takes part: locked ones have what is fixed to them and are held to no rule.
    pub(super) fn is_open(&self, territory: u16) -> bool {
        self.territories.get(territory as usize).is_some_and(|goal| !goal.locked)
    }

    /// Whether a unit is to be given to a territory that is not locked.
    pub(super) fn is_free(&self, unit: usize) -> bool {
        let fixed = self.fixed.get(unit).copied().flatten();
        self.excluded.get(unit) != Some(&true) && fixed.is_none_or(|territory| self.is_open(territory))
    }
}

/// Travel and reach of the members of a territory.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Reach {
    /// Sum of weight times kilometres.
    pub travel: f64,
    /// Kilometres to the farthest member.
    pub farthest: f64,
}

/// A territory of a plan, ready to be counted again with one unit more or less.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    pub units: Vec<u32>,
    pub reach: Reach,
    sum: Vector,
    /// Where every home is missing and centres are at units: per member the travel if it were the centre.
    as_centre: Vec<f64>,
}

/// A problem's places ready for counting.
pub(super) struct Recount<'a> {
    pub problem: &'a Problem,
    points: Vec<Vector>,
    homes: Vec<Option<Vector>>,
    least_weight: f64,
}

impl<'a> Recount<'a> {
    /// `problem` must have passed [`Problem::check`].
    pub fn new(problem: &'a Problem) -> Self {
        let free = || (0..problem.places.len()).filter(|&unit| problem.is_free(unit));
        let sum: f64 = free().map(|unit| problem.travel_weights[unit]).sum();
        Self {
            problem,
            points: problem.places.iter().map(|place| place.to_unit_vector()).collect(),
            homes: problem.territories.iter().map(|goal| goal.home.map(LonLat::to_unit_vector)).collect(),
            // Weights of nothing still have a middle; next to real weights they do not count.
            least_weight: (1e-9 * sum / free().count().max(1) as f64).max(f64::MIN_POSITIVE),
        }
    }

    /// The territories of an assignment.
    pub fn territories(&self, assignment: &[Option<u16>]) -> Vec<Members> {
        let mut all = vec![Members::default(); self.problem.territories.len()];
        for (unit, owner) in assignment.iter().enumerate() {
            if let Some(members) = owner.and_then(|owner| all.get_mut(owner as usize)) {
                members.units.push(unit as u32);
                for (sum, x) in members.sum.iter_mut().zip(self.points[unit]) {
                    *sum += self.pull(unit) * x;
                }
            }
        }
        for (territory, members) in all.iter_mut().enumerate() {
            if self.has_median(territory) {
                let cost = |&centre: &u32| {
                    self.travel_to(&members.units, None, territory, self.points[centre as usize]).travel
                };
                members.as_centre = members.units.iter().map(cost).collect();
            }
            members.reach = self.changed(members, territory, None, None);
        }
        all
    }

    fn pull(&self, unit: usize) -> f64 {
        self.problem.travel_weights[unit].max(self.least_weight)
    }

    fn has_median(&self, territory: usize) -> bool {
        self.problem.centre == Centring::Member && self.homes[territory].is_none()
    }

    /// Kilometres from a unit to a centre of a territory.
    fn km(&self, unit: usize, territory: usize, centre: Vector) -> f64 {
        match self.problem.travel_table.get(unit * self.problem.territories.len() + territory) {
            Some(&km) => f64::from(km),
            None => distance_km(self.points[unit], centre),
        }
    }

    /// The reach of a territory with a unit more and a unit less, counted anew around its new centre.
    pub fn changed(&self, members: &Members, territory: usize, less: Option<u32>, more: Option<u32>) -> Reach {
        let centre = self.centre(members, territory, less, more);
        let mut reach = self.travel_to(&members.units, less, territory, centre);
        if let Some(unit) = more {
            let km = self.km(unit as usize, territory, centre);
            reach.travel += self.problem.travel_weights[unit as usize] * km;
            reach.farthest = reach.farthest.max(km);
        }
        reach
    }

    fn travel_to(&self, units: &[u32], less: Option<u32>, territory: usize, centre: Vector) -> Reach {
        let mut reach = Reach::default();
        for &unit in units.iter().filter(|&&unit| Some(unit) != less) {
            let km = self.km(unit as usize, territory, centre);
            reach.travel += self.problem.travel_weights[unit as usize] * km;
            reach.farthest = reach.farthest.max(km);
        }
        reach
    }

    fn centre(&self, members: &Members, territory: usize, less: Option<u32>, more: Option<u32>) -> Vector {
        if let Some(home) = self.homes[territory] {
            return home;
        }
        if self.has_median(territory) {
            return self.median(members, territory, less, more);
        }
        let mut sum = members.sum;
        for (unit, sign) in [(less, -1.0), (more, 1.0)] {
            if let Some(unit) = unit {
                for (sum, x) in sum.iter_mut().zip(self.points[unit as usize]) {
                    *sum += sign * self.pull(unit as usize) * x;
                }
            }
        }
        normalised(sum).unwrap_or([1.0, 0.0, 0.0])
    }

    fn median(&self, members: &Members, territory: usize, less: Option<u32>, more: Option<u32>) -> Vector {
        let point = |unit: u32| self.points[unit as usize];
        let part = |unit: Option<u32>, centre: Vector| {
            unit.map_or(0.0, |unit| self.problem.travel_weights[unit as usize] * distance_km(point(unit), centre))
        };
        let mut best = (f64::INFINITY, [1.0, 0.0, 0.0]);
        for (&unit, cost) in members.units.iter().zip(&members.as_centre).filter(|entry| Some(*entry.0) != less) {
            let cost = cost - part(less, point(unit)) + part(more, point(unit));
            if cost < best.0 {
                best = (cost, point(unit));
            }
        }
        if let Some(unit) = more {
            let cost = self.travel_to(&members.units, less, territory, point(unit)).travel;
            if cost < best.0 {
                best = (cost, point(unit));
            }
        }
        best.1
    }
}
