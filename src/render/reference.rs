//! Borders of a layer beside the units: lines in chunks at several levels of detail, in one colour, without triangles.

use std::sync::Arc;

use eframe::egui::Color32;
use rayon::prelude::*;

use super::camera::{Camera, WorldBox};
use super::chunks::split_into_chunks;
use super::geometry::{LEVEL_ERROR, LEVEL_ZOOMS, LEVELS, Segment, relative, typical_size, world_lines};
use super::gpu::{Batch, DrawList, Gpu, Kind, StyleSlot, components};
use crate::domain::ids::{ArcId, UnitId};
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::sphere::to_mercator;
use crate::domain::topology::{OUTSIDE, Topology};

/// A chunk has at most this many arcs.
const CHUNK_ARCS: usize = 1_024;
/// Areas that are narrower on the screen, in points, would cover the map with their borders; up to four times as wide they come up.
const LEAST_AREA: f64 = 12.0;

/// The borders of a layer, made once by a job and shared.
#[derive(Debug, Default)]
pub struct ReferenceLines {
    chunks: Vec<Chunk>,
    typical_area: f64,
}

#[derive(Debug)]
struct Chunk {
    origin: [f64; 2],
    bounds: WorldBox,
    levels: Vec<Level>,
}

/// Positions relative to the chunk's origin.
#[derive(Debug, Default)]
struct Level {
    points: Vec<[f32; 2]>,
    /// Per arc its first point; one entry more than arcs.
    starts: Vec<u32>,
}

/// How the borders of a layer are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReferenceLook {
    pub colour: Color32,
    /// In points.
    pub width: f32,
    /// Around the line, so that it is seen over any fill.
    pub casing: Color32,
}

/// What of a layer is on the GPU. Nothing is uploaded before it is seen.
pub struct ReferenceBatches {
    lines: Arc<ReferenceLines>,
    /// By level, then chunk.
    batches: Vec<Option<Batch>>,
    pub look: ReferenceLook,
}

impl ReferenceLines {
    /// # Errors
    /// It was cancelled.
    pub fn new(topology: &Topology, progress: &Progress) -> Result<Arc<Self>, Cancelled> {
        let bounds_of = |arc: usize| {
            let mut bounds = WorldBox::EMPTY;
            topology.arc(ArcId::from_index(arc)).iter().for_each(|place| bounds.include(to_mercator(*place)));
            bounds
        };
        let boxes: Vec<WorldBox> = (0..topology.arc_count()).into_par_iter().map(bounds_of).collect();
        let middles: Vec<[f64; 2]> = boxes.iter().map(WorldBox::centre).collect();
        let groups = split_into_chunks(&middles, CHUNK_ARCS);
        let around = |arcs: &Vec<u32>| {
            let mut bounds = WorldBox::EMPTY;
            for &arc in arcs {
                bounds.include(boxes[arc as usize].min);
                bounds.include(boxes[arc as usize].max);
            }
            Chunk { origin: bounds.centre(), bounds, levels: Vec::with_capacity(LEVELS) }
        };
        let mut chunks: Vec<Chunk> = groups.iter().map(around).collect();
        progress.begin(Phase::Measuring, (LEVELS * groups.len()) as u64)?;
        for level in 0..LEVELS {
            let tolerance = LEVEL_ZOOMS.get(level).map(|zoom| LEVEL_ERROR / zoom.exp2());
            let lines = world_lines(topology, tolerance);
            for (chunk, arcs) in chunks.iter_mut().zip(&groups) {
                let mut made = Level { points: Vec::new(), starts: vec![0] };
                for &arc in arcs {
                    made.points.extend(lines[arc as usize].iter().map(|point| relative(*point, chunk.origin)));
                    made.starts.push(made.points.len() as u32);
                }
                made.points.shrink_to_fit();
                chunk.levels.push(made);
                progress.tick(1)?;
            }
        }
        let area_box = |unit: usize| {
            let mut bounds = WorldBox::EMPTY;
            for arc_use in topology.arcs_of(UnitId::from_index(unit)) {
                let arc = &boxes[arc_use.split().0.index()];
                bounds.include(arc.min);
                bounds.include(arc.max);
            }
            bounds
        };
        let areas: Vec<WorldBox> = (0..topology.unit_count()).map(area_box).collect();
        Ok(Arc::new(Self { chunks, typical_area: typical_size(&areas) }))
    }

    /// How many borders there are.
    pub fn line_count(&self) -> usize {
        let lines = |chunk: &Chunk| chunk.levels.first().map_or(0, |level| level.starts.len() - 1);
        self.chunks.iter().map(lines).sum()
    }

    /// How much of the borders is seen at a zoom, 0..=1.
    pub fn opacity(&self, zoom: f64) -> f32 {
        let least = (LEAST_AREA / self.typical_area.max(1e-9)).log2();
        ((zoom - least) / 2.0).clamp(0.0, 1.0) as f32
    }

    fn segments(&self, chunk: usize, level: usize) -> Vec<Segment> {
        let level = &self.chunks[chunk].levels[level];
        let mut segments = Vec::with_capacity(level.points.len());
        for ends in level.starts.windows(2) {
            let points = &level.points[ends[0] as usize..ends[1] as usize];
            let sides = [OUTSIDE; 2];
            segments.extend(points.windows(2).map(|pair| Segment { from: pair[0], to: pair[1], sides }));
        }
        segments
    }
}

impl ReferenceBatches {
    pub fn new(lines: Arc<ReferenceLines>, look: ReferenceLook) -> Self {
        Self { batches: vec![None; lines.chunks.len() * LEVELS], lines, look }
    }

    /// The lines in view, among what else is drawn in this frame.
    pub(super) fn push(&mut self, gpu: &Gpu, list: &mut DrawList, camera: &Camera, level: usize) {
        let opacity = self.lines.opacity(camera.zoom);
        if opacity <= 0.0 {
            return;
        }
        let visible = camera.visible();
        let in_view: Vec<(usize, u32)> = (0..self.lines.chunks.len())
            .filter(|&chunk| self.lines.chunks[chunk].bounds.intersects(&visible))
            .map(|chunk| (chunk, list.chunk(camera, self.lines.chunks[chunk].origin)))
            .collect();
        let ReferenceLook { colour, width, casing } = self.look;
        for (colour, width, strength) in [(casing, width + 1.6, 0.55), (colour, width, 0.9)] {
            let style = list.style(&StyleSlot {
                colour: components(colour),
                width: width / 2.0,
                opacity: opacity * strength,
                rounded: 1.0,
                ..StyleSlot::default()
            });
            for &(chunk, slot) in &in_view {
                let at = level * self.lines.chunks.len() + chunk;
                let batch = self.batches[at].get_or_insert_with(|| gpu.batch(&self.lines.segments(chunk, level), None));
                list.push(Kind::Lines, batch, slot, style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;

    #[test]
    fn every_border_is_drawn_once_at_every_level() {
        let topology = fixture::topology("AABC\nADDC\nEEFG");
        let lines = ReferenceLines::new(&topology, &Progress::new()).unwrap();
        assert_eq!(lines.line_count(), topology.arc_count());
        let finest: usize = (0..lines.chunks.len()).map(|chunk| lines.segments(chunk, LEVELS - 1).len()).sum();
        let places: usize = (0..topology.arc_count()).map(|arc| topology.arc(ArcId::from_index(arc)).len() - 1).sum();
        assert_eq!(finest, places);
        // From afar the borders of areas that are smaller than a few points are left out.
        assert_eq!((lines.opacity(2.0), lines.opacity(12.0)), (0.0, 1.0));
        let empty = ReferenceLines::new(&Topology::default(), &Progress::new()).unwrap();
        assert_eq!(empty.line_count(), 0);
    }
}
