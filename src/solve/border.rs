//! Which units lie on a border, kept current with every move.

use super::instance::Instance;

/// The units with a neighbour in another territory, listed by territory and kept current in O(neighbours) per move.
#[derive(Debug, Default)]
pub(super) struct Border {
    pub units: Vec<Vec<u32>>,
    /// Per unit its position in the list of its territory, or `u32::MAX`.
    position: Vec<u32>,
    /// Per unit the number of neighbours in other territories.
    foreign: Vec<u32>,
}

impl Border {
    pub fn new(instance: &Instance, owner: &[u16]) -> Self {
        let count = owner.len();
        let mut border = Self {
            units: vec![Vec::new(); instance.territories()],
            position: vec![u32::MAX; count],
            foreign: vec![0; count],
        };
        for unit in 0..count {
            let foreign = |&&other: &&u32| owner[other as usize] != owner[unit];
            border.foreign[unit] = instance.graph.neighbours(unit).iter().filter(foreign).count() as u32;
            if border.foreign[unit] > 0 {
                border.insert(unit, owner[unit]);
            }
        }
        border
    }

    /// After the move of a unit from one territory to another: `owner` is the one after it.
    pub fn follow(&mut self, instance: &Instance, owner: &[u16], unit: usize, from: usize, to: usize) {
        if self.position[unit] != u32::MAX {
            self.remove(unit, from as u16);
        }
        let mut foreign = 0;
        for &other in instance.graph.neighbours(unit) {
            let at = other as usize;
            let territory = owner[at] as usize;
            if territory == to {
                self.foreign[at] -= 1;
                if self.foreign[at] == 0 {
                    self.remove(at, owner[at]);
                }
            } else {
                foreign += 1;
                if territory == from {
                    self.foreign[at] += 1;
                    if self.foreign[at] == 1 {
                        self.insert(at, owner[at]);
                    }
                }
            }
        }
        self.foreign[unit] = foreign;
        if foreign > 0 {
            self.insert(unit, to as u16);
        }
    }

    fn insert(&mut self, unit: usize, territory: u16) {
        let list = &mut self.units[territory as usize];
        self.position[unit] = list.len() as u32;
        list.push(unit as u32);
    }

    fn remove(&mut self, unit: usize, territory: u16) {
        let list = &mut self.units[territory as usize];
        let at = self.position[unit] as usize;
        list.swap_remove(at);
        if let Some(&moved) = list.get(at) {
            self.position[moved as usize] = at as u32;
        }
        self.position[unit] = u32::MAX;
    }
}

#[cfg(test)]
impl Border {
    /// Whether it is what a fresh count gives, lists in any order.
    pub fn is_true(&self, instance: &Instance, owner: &[u16]) -> bool {
        let sorted = |border: &Self| -> Vec<Vec<u32>> {
            let sorted = |list: &Vec<u32>| {
                let mut list = list.clone();
                list.sort_unstable();
                list
            };
            border.units.iter().map(sorted).collect()
        };
        let fresh = Self::new(instance, owner);
        let is_at = |unit: usize| match self.position[unit] {
            u32::MAX => self.foreign[unit] == 0,
            at => self.units[owner[unit] as usize].get(at as usize) == Some(&(unit as u32)),
        };
        sorted(self) == sorted(&fresh) && self.foreign == fresh.foreign && (0..owner.len()).all(is_at)
    }
}
