//! Who is whose neighbour: what the map says, with what the user says about it. Pieces and neighbouring territories follow from it.
//! The one place that reads a plan's [`Adjacency`].

use std::collections::BTreeMap;

use super::sets::DisjointSets;
use super::{Neighbour, Topology};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::plan::{Adjacency, Plan};

/// The neighbours of all units. Where the user said nothing it is the topology itself, at no cost.
#[derive(Debug, Clone)]
pub struct Neighbours<'a> {
    topology: &'a Topology,
    /// The whole lists of the units that the user said something about.
    edited: BTreeMap<UnitId, Vec<Neighbour>>,
}

/// A territory that does not hang together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOff {
    pub territory: TerritoryId,
    /// How many pieces it is in; at least two.
    pub pieces: usize,
    /// The units of all pieces but the largest, the larger pieces first.
    pub units: Vec<UnitId>,
}

impl<'a> Neighbours<'a> {
    /// As the map says.
    pub fn as_drawn(topology: &'a Topology) -> Self {
        Self { topology, edited: BTreeMap::new() }
    }

    /// As the map says, with the plan's bridges and barriers.
    pub fn of_plan(topology: &'a Topology, plan: &Plan) -> Self {
        let mut neighbours = Self::as_drawn(topology);
        for (&[a, b], &adjacency) in plan.adjacency() {
            if b.index() < topology.unit_count() {
                neighbours.say(a, b, adjacency);
                neighbours.say(b, a, adjacency);
            }
        }
        neighbours
    }

    fn say(&mut self, unit: UnitId, other: UnitId, adjacency: Adjacency) {
        let topology = self.topology;
        let list = self.edited.entry(unit).or_insert_with(|| topology.neighbours(unit).to_vec());
        match (adjacency, list.binary_search_by_key(&other, |neighbour| neighbour.unit)) {
            (Adjacency::Barrier, Ok(position)) => drop(list.remove(position)),
            (Adjacency::Bridge, Err(position)) => {
                list.insert(position, Neighbour { unit: other, border_km: 0.0, linked: true });
            }
            (Adjacency::Barrier, Err(_)) | (Adjacency::Bridge, Ok(_)) => {}
        }
    }

    /// The neighbours of a unit, by id; links over water and bridges included.
    pub fn of(&self, unit: UnitId) -> &[Neighbour] {
        if self.edited.is_empty() {
            return self.topology.neighbours(unit);
        }
        self.edited.get(&unit).map_or_else(|| self.topology.neighbours(unit), Vec::as_slice)
    }

    pub fn are_neighbours(&self, a: UnitId, b: UnitId) -> bool {
        self.of(a).binary_search_by_key(&b, |neighbour| neighbour.unit).is_ok()
    }

    pub fn topology(&self) -> &'a Topology {
        self.topology
    }

    /// Per territory the number of connected pieces. Units without a shape are in no piece.
    pub fn components(&self, assignment: &[TerritoryId], slots: usize) -> Vec<u32> {
        let mut sets = self.sets(assignment);
        let mut pieces = vec![0; slots];
        for unit in self.with_shape() {
            let territory = assignment.get(unit.index()).copied().unwrap_or_default();
            if sets.root(unit.index()) == unit.index()
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
        let belongs = |unit: UnitId| assignment.get(unit.index()) == Some(&territory) && self.topology.has_shape(unit);
        let mut seen = vec![false; self.topology.unit_count()];
        let mut pieces = Vec::new();
        for unit in (0..self.topology.unit_count()).map(UnitId::from_index) {
            if seen[unit.index()] || !belongs(unit) {
                continue;
            }
            seen[unit.index()] = true;
            let mut piece = vec![unit];
            let mut next = 0;
            while let Some(&unit) = piece.get(next) {
                next += 1;
                for neighbour in self.of(unit) {
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

    /// The territories that do not hang together, by id.
    pub fn cut_off(&self, plan: &Plan) -> Vec<CutOff> {
        let counts = self.components(plan.assignment(), plan.territory_slots());
        let broken = plan.territories().filter(|(id, _)| counts[id.index()] > 1);
        broken.filter_map(|(territory, _)| self.cut_off_of(plan, territory)).collect()
    }

    /// What is cut off of one territory; `None` where it hangs together.
    pub fn cut_off_of(&self, plan: &Plan, territory: TerritoryId) -> Option<CutOff> {
        let pieces = self.pieces_of(plan.assignment(), territory);
        let found =
            CutOff { territory, pieces: pieces.len(), units: pieces.iter().skip(1).flatten().copied().collect() };
        (pieces.len() > 1).then_some(found)
    }

    /// Per territory the territories beside it, ascending. Unassigned units have no neighbours and are nobody's.
    pub fn territory_neighbours(&self, assignment: &[TerritoryId], slots: usize) -> Vec<Vec<TerritoryId>> {
        let mut lists: Vec<Vec<TerritoryId>> = vec![Vec::new(); slots];
        for (unit, &territory) in assignment.iter().enumerate().take(self.topology.unit_count()) {
            if territory.is_unassigned() {
                continue;
            }
            let Some(list) = lists.get_mut(territory.index()) else { continue };
            for neighbour in self.of(UnitId::from_index(unit)) {
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

    fn with_shape(&self) -> impl Iterator<Item = UnitId> {
        (0..self.topology.unit_count()).map(UnitId::from_index).filter(|&unit| self.topology.has_shape(unit))
    }

    /// Units that are connected within their territory.
    fn sets(&self, assignment: &[TerritoryId]) -> DisjointSets {
        let mut sets = DisjointSets::new(self.topology.unit_count());
        let territory = |unit: usize| assignment.get(unit).copied().unwrap_or_default();
        for unit in 0..self.topology.unit_count() {
            for neighbour in self.of(UnitId::from_index(unit)) {
                if territory(unit) == territory(neighbour.unit.index()) {
                    sets.join(unit, neighbour.unit.index());
                }
            }
        }
        sets
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::edit::{Edit, Locks, apply};
    use crate::domain::fixture;

    fn say(plan: &mut Plan, a: u32, b: u32, what: Adjacency) {
        let edit = Edit::set_adjacency(plan, UnitId(a), UnitId(b), Some(what));
        apply(plan, &edit, Locks::Obey).expect("the units exist");
    }

    #[test]
    fn a_barrier_cuts_a_territory_and_a_bridge_mends_it() {
        let project = fixture::project("AABB");
        let mut plan = (*project.plan).clone();
        let pieces = |plan: &Plan| Neighbours::of_plan(&project.units.topology, plan).components(plan.assignment(), 3);
        assert_eq!(pieces(&plan), [0, 1, 1]);
        say(&mut plan, 1, 0, Adjacency::Barrier);
        assert_eq!(pieces(&plan), [0, 2, 1]);
        let neighbours = Neighbours::of_plan(&project.units.topology, &plan);
        assert!(!neighbours.are_neighbours(UnitId(0), UnitId(1)) && neighbours.are_neighbours(UnitId(1), UnitId(2)));
        let cut_off = neighbours.cut_off(&plan);
        assert_eq!(cut_off, [CutOff { territory: TerritoryId(1), pieces: 2, units: vec![UnitId(1)] }]);

        let apart = fixture::project("ABA");
        let mut plan = (*apart.plan).clone();
        say(&mut plan, 0, 2, Adjacency::Bridge);
        let neighbours = Neighbours::of_plan(&apart.units.topology, &plan);
        assert!(neighbours.cut_off(&plan).is_empty());
        assert_eq!(
            neighbours.of(UnitId(0)).last().map(|n| (n.unit, n.border_km, n.linked)),
            Some((UnitId(2), 0.0, true))
        );
    }

    proptest! {
        #[test]
        fn neighbours_are_those_of_the_map_but_for_what_was_said(
            said in proptest::collection::vec((0u32..16, 0u32..16, any::<bool>()), 0..12),
        ) {
            let project = fixture::project("AAAA\nAABB\nABBB\nBBBB");
            let topology = &project.units.topology;
            let mut plan = (*project.plan).clone();
            for (a, b, bridge) in said {
                if a != b && plan.adjacency().get(&[UnitId(a.min(b)), UnitId(a.max(b))]).is_none() {
                    say(&mut plan, a, b, if bridge { Adjacency::Bridge } else { Adjacency::Barrier });
                }
            }
            let neighbours = Neighbours::of_plan(topology, &plan);
            let drawn = Neighbours::as_drawn(topology);
            for a in project.units.ids() {
                prop_assert!(neighbours.of(a).is_sorted_by(|x, y| x.unit < y.unit));
                for b in project.units.ids().filter(|&b| b != a) {
                    let expected = match plan.adjacency().get(&[a.min(b), a.max(b)]) {
                        Some(Adjacency::Bridge) => true,
                        Some(Adjacency::Barrier) => false,
                        None => drawn.are_neighbours(a, b),
                    };
                    prop_assert_eq!(neighbours.are_neighbours(a, b), expected);
                    prop_assert_eq!(neighbours.are_neighbours(b, a), expected);
                }
            }
            // Pieces counted in two ways.
            let counts = neighbours.components(plan.assignment(), 3);
            for id in [TerritoryId(1), TerritoryId(2)] {
                prop_assert_eq!(neighbours.pieces_of(plan.assignment(), id).len() as u32, counts[id.index()]);
            }
        }
    }
}
