//! What follows from neighbours for a plan: connected pieces, perimeters, which territories touch.

use super::Topology;
use super::sets::DisjointSets;
use crate::domain::ids::{ArcId, TerritoryId, UnitId};

/// The neighbours of all units in flat lists: those of unit `u` are `targets[starts[u]..starts[u + 1]]`, ascending.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NeighbourGraph {
    /// Length units + 1.
    pub starts: Vec<u32>,
    pub targets: Vec<u32>,
    /// Beside each target the length of the shared border; 0 for links.
    pub border_km: Vec<f64>,
}

impl Topology {
    /// The neighbour graph, links included.
    pub fn neighbour_graph(&self) -> NeighbourGraph {
        NeighbourGraph {
            starts: if self.neighbour_starts.is_empty() { vec![0] } else { self.neighbour_starts.clone() },
            targets: self.neighbours.iter().map(|neighbour| neighbour.unit.0).collect(),
            border_km: self.neighbours.iter().map(|neighbour| neighbour.border_km).collect(),
        }
    }

    /// Per territory the number of connected pieces, links counting as connections. Units without a shape are in no piece.
    pub fn components(&self, assignment: &[TerritoryId], slots: usize) -> Vec<u32> {
        let mut sets = self.sets(assignment);
        let mut pieces = vec![0; slots];
        for unit in (0..self.unit_count()).filter(|&unit| self.has_shape(UnitId::from_index(unit))) {
            let territory = assignment.get(unit).copied().unwrap_or_default();
            if sets.root(unit) == unit
                && let Some(count) = pieces.get_mut(territory.index())
            {
                *count += 1;
            }
        }
        pieces
    }

    /// The connected pieces of a territory as lists of units, ascending: the piece with the most units first, of equal ones that
    /// with the smallest unit. Units without a shape are in no piece.
    pub fn pieces_of(&self, assignment: &[TerritoryId], territory: TerritoryId) -> Vec<Vec<UnitId>> {
        let belongs = |unit: UnitId| assignment.get(unit.index()) == Some(&territory) && self.has_shape(unit);
        let mut seen = vec![false; self.unit_count()];
        let mut pieces = Vec::new();
        for unit in (0..self.unit_count()).map(UnitId::from_index) {
            if seen[unit.index()] || !belongs(unit) {
                continue;
            }
            seen[unit.index()] = true;
            let mut piece = vec![unit];
            let mut next = 0;
            while let Some(&unit) = piece.get(next) {
                next += 1;
                for neighbour in self.neighbours(unit) {
                    if !seen[neighbour.unit.index()] && belongs(neighbour.unit) {
                        seen[neighbour.unit.index()] = true;
                        piece.push(neighbour.unit);
                    }
                }
            }
            piece.sort_unstable();
            pieces.push(piece);
        }
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        pieces
    }

    /// Per territory the length of its border in kilometres, coasts and holes included. One pass over the arcs.
    pub fn perimeters_km(&self, assignment: &[TerritoryId], slots: usize) -> Vec<f64> {
        let mut perimeters = vec![0.0; slots];
        for arc in (0..self.arc_count()).map(ArcId::from_index) {
            let [left, right] = self.sides_in(assignment, arc);
            if left != right {
                for territory in [left, right].into_iter().flatten() {
                    if let Some(perimeter) = perimeters.get_mut(territory.index()) {
                        *perimeter += self.arc_length_km(arc);
                    }
                }
            }
        }
        perimeters
    }

    /// Per territory the territories beside it, ascending, links included. Unassigned units have no neighbours and are nobody's.
    pub fn territory_neighbours(&self, assignment: &[TerritoryId], slots: usize) -> Vec<Vec<TerritoryId>> {
        let mut lists: Vec<Vec<TerritoryId>> = vec![Vec::new(); slots];
        for (unit, &territory) in assignment.iter().enumerate().take(self.unit_count()) {
            if territory.is_unassigned() {
                continue;
            }
            let Some(list) = lists.get_mut(territory.index()) else { continue };
            for neighbour in self.neighbours(UnitId::from_index(unit)) {
                let other = assignment.get(neighbour.unit.index()).copied().unwrap_or_default();
                if other != territory && !other.is_unassigned() && list.last() != Some(&other) {
                    list.push(other);
                }
            }
        }
        for list in &mut lists {
            list.sort_unstable();
            list.dedup();
        }
        lists
    }

    /// Units that are connected within their territory.
    fn sets(&self, assignment: &[TerritoryId]) -> DisjointSets {
        let mut sets = DisjointSets::new(self.unit_count());
        let territory = |unit: usize| assignment.get(unit).copied().unwrap_or_default();
        for unit in 0..self.unit_count() {
            for neighbour in self.neighbours(UnitId::from_index(unit)) {
                if territory(unit) == territory(neighbour.unit.index()) {
                    sets.join(unit, neighbour.unit.index());
                }
            }
        }
        sets
    }
}
