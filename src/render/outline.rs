//! The line around a set of units.

use super::geometry::{Segment, UnitGeometry};
use super::gpu::{Batch, Gpu};
use crate::domain::ids::{ArcId, UnitId};

/// A set of units and the batches of its edge, built when first drawn at a level of detail.
#[derive(Default)]
pub(super) struct Outline {
    /// Ascending, each once.
    units: Vec<UnitId>,
    /// Ascending by chunk.
    arcs: Vec<(u32, ArcId)>,
    built: Option<(usize, Vec<(usize, Batch)>)>,
}

impl Outline {
    pub fn set_units(&mut self, geometry: &UnitGeometry, units: &[UnitId]) {
        if self.units == units {
            return;
        }
        let mut units = units.to_vec();
        units.sort_unstable();
        units.dedup();
        units.retain(|unit| unit.index() < geometry.unit_count());
        if self.units == units {
            return;
        }
        self.arcs = edge_arcs(geometry, &units);
        self.units = units;
        self.built = None;
    }

    /// The batches per chunk.
    pub fn batches(&mut self, gpu: &Gpu, geometry: &UnitGeometry, level: usize) -> &[(usize, Batch)] {
        if self.built.as_ref().is_none_or(|(built, _)| *built != level) {
            let batches = self.arcs.chunk_by(|a, b| a.0 == b.0).map(|arcs| {
                let chunk = arcs[0].0 as usize;
                let mut segments: Vec<Segment> = Vec::new();
                for (_, arc) in arcs {
                    if let Ok(position) = geometry.chunks[chunk].arcs.binary_search(arc) {
                        geometry.push_segments(chunk, level, position, &mut segments);
                    }
                }
                (chunk, gpu.batch(&segments, None))
            });
            self.built = Some((level, batches.collect()));
        }
        self.built.as_ref().map_or(&[], |(_, batches)| batches)
    }
}

/// The arcs with exactly one side among the units (sorted), with their chunks.
fn edge_arcs(geometry: &UnitGeometry, units: &[UnitId]) -> Vec<(u32, ArcId)> {
    let is_inside = |unit: u32| units.binary_search(&UnitId(unit)).is_ok();
    let mut arcs: Vec<(u32, ArcId)> = Vec::new();
    for &unit in units {
        for &arc in geometry.arcs_of(unit) {
            let [left, right] = geometry.sides(arc);
            if is_inside(left) != is_inside(right) {
                arcs.push((geometry.arc_chunk[arc.index()], arc));
            }
        }
    }
    arcs.sort_unstable();
    arcs
}
