//! Borders between territories: the arcs whose two sides are in different territories, as line batches per chunk, one for each class
//! of border: territory, district, region and whatever is above.

use super::geometry::{LEVELS, Segment, UnitGeometry};
use super::gpu::{Batch, Gpu};
use crate::domain::hierarchy::MOST_LEVELS;
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::topology::OUTSIDE;

/// Borders of territories, of the groups next to them, and of all groups above those.
pub(super) const CLASSES: usize = 3;

/// Per territory its group on every level; group 0 where there is none.
pub(super) type Above = [GroupId; MOST_LEVELS];

/// Remembers what each chunk's batches were built from, so that a change rebuilds only what it touches.
pub(super) struct TerritoryBorders {
    owners: Owners,
    /// Counts the changes of each chunk.
    versions: Vec<u64>,
    /// By level of detail, then chunk: the version the batches were built from.
    batches: Vec<Option<(u64, [Batch; CLASSES])>>,
}

/// Who owns each unit, and what stands above the owners.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Owners {
    pub assignment: Vec<TerritoryId>,
    pub above: Vec<Above>,
    /// Borders that this assignment has too are left out; empty for none.
    pub except: Vec<TerritoryId>,
}

impl Owners {
    fn above(&self, territory: TerritoryId) -> Above {
        self.above.get(territory.index()).copied().unwrap_or_default()
    }

    /// The class of the border between two units; `None` where there is no border to draw.
    fn class(&self, [left, right]: [u32; 2]) -> Option<usize> {
        let owner = |unit: u32| self.assignment.get(unit as usize).copied().unwrap_or_default();
        let (a, b) = (owner(left), owner(right));
        if a == b {
            return None;
        }
        if !self.except.is_empty() {
            let now = |unit: u32| self.except.get(unit as usize).copied().unwrap_or_default();
            if now(left) != now(right) {
                return None;
            }
        }
        // Towards a coast, or land that nobody owns, there is no other district.
        if left == OUTSIDE || right == OUTSIDE || a.is_unassigned() || b.is_unassigned() {
            return Some(0);
        }
        let (above_a, above_b) = (self.above(a), self.above(b));
        let highest = (0..MOST_LEVELS).rev().find(|&level| above_a[level] != above_b[level]);
        Some(highest.map_or(0, |level| (level + 1).min(CLASSES - 1)))
    }
}

impl TerritoryBorders {
    pub fn new(geometry: &UnitGeometry) -> Self {
        Self {
            owners: Owners {
                assignment: vec![TerritoryId::UNASSIGNED; geometry.unit_count()],
                above: Vec::new(),
                except: Vec::new(),
            },
            versions: vec![0; geometry.chunk_count()],
            batches: vec![None; geometry.chunk_count() * LEVELS],
        }
    }

    /// Takes over what differs. Entries beyond the number of units are ignored.
    pub fn set_assignment(&mut self, geometry: &UnitGeometry, assignment: &[TerritoryId], above: &[Above]) {
        let now = |id: TerritoryId| above.get(id.index()).copied().unwrap_or_default();
        for (index, &new) in assignment.iter().enumerate().take(geometry.unit_count()) {
            let old = self.owners.assignment[index];
            if old != new || self.owners.above(old) != now(new) {
                self.owners.assignment[index] = new;
                for arc in geometry.arcs_of(UnitId::from_index(index)) {
                    self.versions[geometry.arc_chunk[arc.index()] as usize] += 1;
                }
            }
        }
        self.owners.above.clear();
        self.owners.above.extend_from_slice(above);
    }

    /// Leaves out the borders that another assignment has too.
    pub fn set_except(&mut self, geometry: &UnitGeometry, assignment: &[TerritoryId]) {
        let count = geometry.unit_count();
        if self.owners.except.len() != count {
            self.owners.except = vec![TerritoryId::UNASSIGNED; count];
            self.versions.iter_mut().for_each(|version| *version += 1);
        }
        for (index, &new) in assignment.iter().enumerate().take(count) {
            if std::mem::replace(&mut self.owners.except[index], new) != new {
                for arc in geometry.arcs_of(UnitId::from_index(index)) {
                    self.versions[geometry.arc_chunk[arc.index()] as usize] += 1;
                }
            }
        }
    }

    /// Who owns each unit.
    pub fn assignment(&self) -> &[TerritoryId] {
        &self.owners.assignment
    }

    /// The batches of a chunk by class, rebuilt if the assignment changed in it.
    pub fn batches(
        &mut self,
        gpu: &Gpu,
        geometry: &UnitGeometry,
        level: usize,
        chunk: usize,
        rebuilt: &mut u64,
    ) -> &[Batch; CLASSES] {
        let version = self.versions[chunk];
        let slot = &mut self.batches[level * geometry.chunk_count() + chunk];
        if slot.as_ref().is_some_and(|(built, _)| *built != version) {
            *slot = None;
        }
        let (_, batches) = slot.get_or_insert_with(|| {
            *rebuilt += 1;
            let segments = border_segments(geometry, level, chunk, &self.owners);
            (version, segments.map(|segments| gpu.batch(&segments, None)))
        });
        batches
    }

    /// Per chunk how often it changed.
    #[cfg(test)]
    pub fn versions(&self) -> Vec<u64> {
        self.versions.clone()
    }
}

/// The pieces of a chunk's arcs between different territories, by class. The layer's edge is a border too where somebody owns the unit.
pub(super) fn border_segments(
    geometry: &UnitGeometry,
    level: usize,
    chunk: usize,
    owners: &Owners,
) -> [Vec<Segment>; CLASSES] {
    let mut segments: [Vec<Segment>; CLASSES] = Default::default();
    for (position, &arc) in geometry.chunks[chunk].arcs.iter().enumerate() {
        if let Some(class) = owners.class(geometry.sides(arc)) {
            geometry.push_segments(chunk, level, position, &mut segments[class]);
        }
    }
    segments
}
