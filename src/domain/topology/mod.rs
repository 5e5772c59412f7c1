//! Shared arcs: each piece of border is stored once and knows the unit on its left and on its right. From it come neighbours,
//! shared-border lengths, contiguity, outlines of territories without any polygon union, and simplification without gaps.

mod build;
mod clean;
mod crossing;
mod derive;
mod junctions;
mod links;
mod neighbours;
mod outline;
mod patch;
mod perimeters;
#[cfg(test)]
mod real_layers;
mod repair;
#[cfg(test)]
mod repair_tests;
mod sets;
mod simplify;
mod sweep;
#[cfg(test)]
mod tests;
mod vintage;

pub use build::{BuildReport, Finding, Link, Reason, build};
pub use crossing::Faults;
pub use neighbours::{CutOff, Neighbours};
pub use outline::ArcPolygon;
pub use patch::{ArcRow, Swap, TopologyPatch, UnitRings};
pub use repair::Repair;
pub(crate) use sets::DisjointSets;

use super::ids::{ArcId, TerritoryId, UnitId};
use super::sphere::LonLat;

/// No unit: the outside of the layer.
pub const OUTSIDE: u32 = u32::MAX;

/// One use of an arc in a ring: the arc's index, or its bitwise complement when it is walked backwards (as in TopoJSON).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArcUse(pub i32);

impl ArcUse {
    /// The arc, and whether it is walked backwards.
    pub fn split(self) -> (ArcId, bool) {
        if self.0 < 0 { (ArcId(!self.0 as u32), true) } else { (ArcId(self.0 as u32), false) }
    }

    /// The same arc, walked the other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self(!self.0)
    }
}

/// How two units are neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    pub unit: UnitId,
    /// Length of the shared border in kilometres; 0 for a link over water.
    pub border_km: f64,
    /// Not by a border but by a link that joins an island, or a part of the layer that touches nothing, to its nearest unit.
    pub linked: bool,
}

/// The plain arrays of a topology: what is saved. Lists of lists are flat with a list of starts that has one entry more.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyArrays {
    /// The places of all arcs, one arc after the other; both ends of an arc are stored with it.
    pub points: Vec<LonLat>,
    /// Per arc its first place in `points`; length arcs + 1.
    pub arc_starts: Vec<u32>,
    /// Per arc the unit on the left and on the right of its direction, or [`OUTSIDE`].
    pub arc_left: Vec<u32>,
    pub arc_right: Vec<u32>,
    /// The arcs of all rings, one ring after the other.
    pub ring_arcs: Vec<ArcUse>,
    /// Per ring its first entry in `ring_arcs`; length rings + 1.
    pub ring_starts: Vec<u32>,
    /// Per polygon its first ring (the outer one; holes follow); length polygons + 1.
    pub polygon_starts: Vec<u32>,
    /// Per unit its first polygon; length units + 1.
    pub unit_starts: Vec<u32>,
    /// Pairs of units that are neighbours without a border, smaller first, sorted.
    pub links: Vec<[u32; 2]>,
}

/// Units sharing arcs, with what follows from that.
#[derive(Debug, Clone, Default)]
pub struct Topology {
    arrays: TopologyArrays,
    arc_lengths_km: Vec<f64>,
    /// Per arc the numbers of the places where it starts and ends; equal places have equal numbers.
    arc_ends: Vec<[u32; 2]>,
    neighbour_starts: Vec<u32>,
    neighbours: Vec<Neighbour>,
}

impl Topology {
    pub fn unit_count(&self) -> usize {
        self.arrays.unit_starts.len().saturating_sub(1)
    }

    pub fn arc_count(&self) -> usize {
        self.arrays.arc_starts.len().saturating_sub(1)
    }

    /// The places along an arc, both ends included.
    pub fn arc(&self, arc: ArcId) -> &[LonLat] {
        let starts = &self.arrays.arc_starts;
        &self.arrays.points[starts[arc.index()] as usize..starts[arc.index() + 1] as usize]
    }

    /// The units on the left and on the right of an arc.
    pub fn sides(&self, arc: ArcId) -> [Option<UnitId>; 2] {
        let side = |unit: u32| (unit != OUTSIDE).then_some(UnitId(unit));
        [side(self.arrays.arc_left[arc.index()]), side(self.arrays.arc_right[arc.index()])]
    }

    pub fn arc_length_km(&self, arc: ArcId) -> f64 {
        self.arc_lengths_km[arc.index()]
    }

    /// The neighbours of a unit on the map, by id; links over water included. What a plan says about neighbours is in
    /// [`Neighbours`].
    pub fn neighbours(&self, unit: UnitId) -> &[Neighbour] {
        let starts = &self.neighbour_starts;
        &self.neighbours[starts[unit.index()] as usize..starts[unit.index() + 1] as usize]
    }

    /// The uses of arcs in all rings of a unit, with the unit on their left.
    pub fn arcs_of(&self, unit: UnitId) -> &[ArcUse] {
        let arrays = &self.arrays;
        let first_ring = |unit: usize| arrays.polygon_starts[arrays.unit_starts[unit] as usize] as usize;
        let first_arc = |unit: usize| arrays.ring_starts[first_ring(unit)] as usize;
        &arrays.ring_arcs[first_arc(unit.index())..first_arc(unit.index() + 1)]
    }

    /// Whether the unit has a shape.
    pub fn has_shape(&self, unit: UnitId) -> bool {
        self.arrays.unit_starts[unit.index()] < self.arrays.unit_starts[unit.index() + 1]
    }

    /// The territories on the left and on the right of an arc; `None` outside the layer.
    pub fn sides_in(&self, assignment: &[TerritoryId], arc: ArcId) -> [Option<TerritoryId>; 2] {
        self.sides(arc).map(|unit| Some(assignment.get(unit?.index()).copied().unwrap_or_default()))
    }

    /// The plain arrays, for saving.
    pub fn arrays(&self) -> &TopologyArrays {
        &self.arrays
    }
}
