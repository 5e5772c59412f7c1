//! Borders between territories: the arcs whose two sides are in different territories, as line batches per chunk.

use super::geometry::{LEVELS, Segment, UnitGeometry};
use super::gpu::{Batch, Gpu};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::topology::OUTSIDE;

/// Remembers what each chunk's batch was built from, so that a change rebuilds only what it touches.
pub(super) struct TerritoryBorders {
    assignment: Vec<TerritoryId>,
    /// Counts the changes of each chunk.
    versions: Vec<u64>,
    /// By level, then chunk: the version the batch was built from.
    batches: Vec<Option<(u64, Batch)>>,
}

impl TerritoryBorders {
    pub fn new(geometry: &UnitGeometry) -> Self {
        Self {
            assignment: vec![TerritoryId::UNASSIGNED; geometry.unit_count()],
            versions: vec![0; geometry.chunk_count()],
            batches: vec![None; geometry.chunk_count() * LEVELS],
        }
    }

    /// Takes over what differs. Entries beyond the number of units are ignored.
    pub fn set_assignment(&mut self, geometry: &UnitGeometry, assignment: &[TerritoryId]) {
        for (index, (old, &new)) in self.assignment.iter_mut().zip(assignment).enumerate() {
            if *old != new {
                *old = new;
                for arc in geometry.arcs_of(UnitId::from_index(index)) {
                    self.versions[geometry.arc_chunk[arc.index()] as usize] += 1;
                }
            }
        }
    }

    /// The batch of a chunk, rebuilt if the assignment changed in it.
    pub fn batch(
        &mut self,
        gpu: &Gpu,
        geometry: &UnitGeometry,
        level: usize,
        chunk: usize,
        rebuilt: &mut u64,
    ) -> &Batch {
        let version = self.versions[chunk];
        let slot = level * geometry.chunk_count() + chunk;
        if self.batches[slot].as_ref().is_none_or(|(built, _)| *built != version) {
            *rebuilt += 1;
            let segments = border_segments(geometry, level, chunk, &self.assignment);
            self.batches[slot] = Some((version, gpu.batch(&segments, None)));
        }
        let (_, batch) = self.batches[slot].get_or_insert_with(|| (version, gpu.batch::<Segment>(&[], None)));
        batch
    }

    /// Per chunk how often it changed.
    #[cfg(test)]
    pub fn versions(&self) -> Vec<u64> {
        self.versions.clone()
    }
}

/// The pieces of a chunk's arcs between different territories. The layer's edge is a border too where somebody owns the unit.
pub(super) fn border_segments(
    geometry: &UnitGeometry,
    level: usize,
    chunk: usize,
    assignment: &[TerritoryId],
) -> Vec<Segment> {
    let territory = |unit: u32| if unit == OUTSIDE { TerritoryId::UNASSIGNED } else { assignment[unit as usize] };
    let mut segments = Vec::new();
    for (position, &arc) in geometry.chunks[chunk].arcs.iter().enumerate() {
        let [left, right] = geometry.sides(arc).map(territory);
        if left != right {
            geometry.push_segments(chunk, level, position, &mut segments);
        }
    }
    segments
}
