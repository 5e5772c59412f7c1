//! Which units could go elsewhere, where territories need not hang together: those for which another territory is about as good.

use super::allocate::priced;
use super::instance::{Centre, Instance, NONE};

/// Units with more than one territory in reach, listed by owner, each with the territories in its reach.
#[derive(Debug, Default)]
pub(super) struct Contested {
    lists: Vec<Vec<u32>>,
    /// Per unit its position in the list of its owner, or `u32::MAX`.
    position: Vec<u32>,
    /// Per unit where its territories begin in `near`; one more than there are units.
    starts: Vec<u32>,
    near: Vec<u16>,
    count: usize,
}

/// At most so many territories are in reach of a unit.
const MOST: usize = 6;
/// A territory is in reach when it is worse than the best by no more than so many temperatures ...
const TEMPERATURES: f64 = 8.0;
/// ... or this part of the mean distance from a centre, for what the limits may ask for.
const RADII: f64 = 0.15;

impl Contested {
    pub fn new(instance: &Instance, owner: &[u16], centres: &[Centre], multipliers: &[f64], temperature: f64) -> Self {
        let m = instance.measures;
        let radii = super::allocate::radii(instance, owner, centres);
        let mean_radius = radii.iter().sum::<f64>() / radii.len().max(1) as f64;
        let mut contested = Self {
            lists: vec![Vec::new(); instance.territories()],
            position: vec![u32::MAX; owner.len()],
            starts: vec![0],
            ..Self::default()
        };
        for (unit, &own) in owner.iter().enumerate() {
            let mut nearest = [(f64::INFINITY, NONE); MOST];
            if instance.fixed[unit] == NONE {
                let loads = instance.unit_loads(unit);
                for (territory, centre) in centres.iter().enumerate() {
                    let value = instance.cost_km(unit, territory, centre)
                        + priced(loads, &multipliers[territory * m..]) / instance.pulls[unit];
                    if value >= nearest[MOST - 1].0 {
                        continue;
                    }
                    let mut at = MOST - 1;
                    while at > 0 && nearest[at - 1].0 > value {
                        nearest[at] = nearest[at - 1];
                        at -= 1;
                    }
                    nearest[at] = (value, territory as u16);
                }
            }
            let reach = (TEMPERATURES * temperature / instance.pulls[unit]).max(RADII * mean_radius);
            let inside = nearest.iter().filter(|near| near.1 != NONE && near.0 <= nearest[0].0 + reach);
            let start = contested.near.len();
            contested.near.extend(inside.map(|near| near.1));
            let only_own = contested.near[start..].iter().all(|&territory| territory == own);
            if only_own {
                contested.near.truncate(start);
            } else {
                contested.insert(unit, own as usize);
                contested.count += 1;
            }
            contested.starts.push(contested.near.len() as u32);
        }
        contested
    }

    /// How many units are contested.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The contested units of a territory.
    pub fn units(&self, territory: usize) -> &[u32] {
        &self.lists[territory]
    }

    /// The territories that a contested unit could belong to; its owner may be among them.
    pub fn near(&self, unit: usize) -> &[u16] {
        &self.near[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }

    /// After the move of a unit.
    pub fn follow(&mut self, unit: usize, from: usize, to: usize) {
        let list = &mut self.lists[from];
        let at = self.position[unit] as usize;
        list.swap_remove(at);
        if let Some(&moved) = list.get(at) {
            self.position[moved as usize] = at as u32;
        }
        self.insert(unit, to);
    }

    fn insert(&mut self, unit: usize, territory: usize) {
        self.position[unit] = self.lists[territory].len() as u32;
        self.lists[territory].push(unit as u32);
    }
}

#[cfg(test)]
impl Contested {
    /// Whether every contested unit, and no other, is in the list of its owner, where its position says.
    pub fn is_true(&self, owner: &[u16]) -> bool {
        let is_at = |unit: usize| match self.position[unit] {
            u32::MAX => self.near(unit).is_empty(),
            at => self.lists[owner[unit] as usize].get(at as usize) == Some(&(unit as u32)),
        };
        (0..owner.len()).all(is_at) && self.lists.iter().map(Vec::len).sum::<usize>() == self.count
    }
}
