//! Medians that follow while units move: exact for small territories, now and then for large ones.

use super::geometry::distance_km;
use super::instance::{Centre, Instance};
use super::median::median;

/// Up to so many units, what a move changes is counted with the medians that are best after it.
const EXACT: usize = 12;
/// Up to so many units, the median is found again after every move.
const FOLLOW: usize = 40;

/// The members of every territory and their median.
#[derive(Debug, Default)]
pub(super) struct Medians {
    members: Vec<Vec<u32>>,
    /// Per unit its position among the members of its territory.
    position: Vec<u32>,
    /// Per territory its median, and the weighted kilometres to it as last counted.
    medians: Vec<(u32, f64)>,
    /// Territories whose median was not found again since units moved.
    stale: Vec<bool>,
    scratch: Vec<u32>,
}

impl Medians {
    pub fn new(instance: &Instance, owner: &[u16]) -> Self {
        let members = instance.units_of(owner);
        let mut position = vec![0; owner.len()];
        for units in &members {
            for (at, &unit) in units.iter().enumerate() {
                position[unit as usize] = at as u32;
            }
        }
        let medians = members.iter().map(|units| median(instance, units).unwrap_or((u32::MAX, 0.0))).collect();
        Self { stale: vec![false; members.len()], members, position, medians, scratch: Vec::new() }
    }

    /// By how much the weighted kilometres of both territories change when a unit moves.
    pub fn change(&mut self, instance: &Instance, unit: usize, from: usize, to: usize) -> f64 {
        self.without(instance, unit, from) + self.with(instance, unit, to)
    }

    fn without(&mut self, instance: &Instance, unit: usize, from: usize) -> f64 {
        let (at, sum) = self.medians[from];
        if instance.homes[from].is_some() {
            return -self.rules(instance, unit, from) - instance.weights[unit] * self.km(instance, unit, from);
        }
        if self.members[from].len() > EXACT && at as usize != unit {
            return -instance.weights[unit] * self.km(instance, unit, from) - self.rules(instance, unit, from);
        }
        self.scratch.clear();
        self.scratch.extend(self.members[from].iter().filter(|&&other| other as usize != unit));
        self.scratch.sort_unstable();
        median(instance, &self.scratch).map_or(0.0, |found| found.1) - sum - self.rules(instance, unit, from)
    }

    fn with(&mut self, instance: &Instance, unit: usize, to: usize) -> f64 {
        if self.members[to].len() >= EXACT || instance.homes[to].is_some() {
            return instance.weights[unit] * self.km(instance, unit, to) + self.rules(instance, unit, to);
        }
        self.scratch.clear();
        self.scratch.extend(&self.members[to]);
        self.scratch.push(unit as u32);
        self.scratch.sort_unstable();
        median(instance, &self.scratch).map_or(0.0, |found| found.1) - self.medians[to].1
            + self.rules(instance, unit, to)
    }

    /// What a unit costs in a territory beyond its travel.
    fn rules(&self, instance: &Instance, unit: usize, territory: usize) -> f64 {
        let centre = self.centre(instance, territory);
        instance.pulls[unit] * (instance.cost_km(unit, territory, &centre) - instance.km(unit, territory, &centre))
    }

    fn centre(&self, instance: &Instance, territory: usize) -> Centre {
        let at = instance.homes[territory].unwrap_or_else(|| match self.medians[territory].0 {
            u32::MAX => [1.0, 0.0, 0.0],
            median => instance.points[median as usize],
        });
        Centre { at, gradient: [0.0; 3] }
    }

    fn km(&self, instance: &Instance, unit: usize, territory: usize) -> f64 {
        instance.km(unit, territory, &self.centre(instance, territory))
    }

    /// After the move of a unit.
    pub fn follow(&mut self, instance: &Instance, unit: usize, from: usize, to: usize) {
        let at = self.position[unit] as usize;
        self.members[from].swap_remove(at);
        if let Some(&moved) = self.members[from].get(at) {
            self.position[moved as usize] = at as u32;
        }
        self.position[unit] = self.members[to].len() as u32;
        self.members[to].push(unit as u32);
        for territory in [from, to] {
            if self.members[territory].len() <= FOLLOW || self.medians[territory].0 as usize == unit {
                self.find(instance, territory);
            } else {
                let at = instance.points[self.medians[territory].0 as usize];
                let km = instance.weights[unit] * distance_km(instance.points[unit], at);
                self.medians[territory].1 += if territory == to { km } else { -km };
                self.stale[territory] = true;
            }
        }
    }

    /// Finds the medians of the territories that have changed.
    pub fn refresh(&mut self, instance: &Instance) {
        for territory in 0..self.members.len() {
            if self.stale[territory] {
                self.find(instance, territory);
            }
        }
    }

    fn find(&mut self, instance: &Instance, territory: usize) {
        self.scratch.clear();
        self.scratch.extend(&self.members[territory]);
        // In the order of the units, so that of equal medians it is always the same.
        self.scratch.sort_unstable();
        if let Some(found) = median(instance, &self.scratch) {
            self.medians[territory] = found;
        }
        self.stale[territory] = false;
    }

    /// The centres that follow.
    pub fn write(&self, instance: &Instance, centres: &mut [Centre]) {
        for (territory, centre) in centres.iter_mut().enumerate() {
            *centre = self.centre(instance, territory);
        }
    }
}

#[cfg(test)]
impl Medians {
    /// Whether members, positions and, once refreshed, medians are what a fresh count gives.
    pub fn is_true(&mut self, instance: &Instance, owner: &[u16]) -> bool {
        self.refresh(instance);
        let fresh = Self::new(instance, owner);
        let sorted = |medians: &Self| -> Vec<Vec<u32>> {
            let sorted = |list: &Vec<u32>| {
                let mut list = list.clone();
                list.sort_unstable();
                list
            };
            medians.members.iter().map(sorted).collect()
        };
        let is_at =
            |unit: usize| self.members[owner[unit] as usize].get(self.position[unit] as usize) == Some(&(unit as u32));
        sorted(self) == sorted(&fresh) && self.medians == fresh.medians && (0..owner.len()).all(is_at)
    }

    /// The sizes of the territories.
    pub fn sizes(&self) -> Vec<usize> {
        self.members.iter().map(Vec::len).collect()
    }
}
