//! Units as triangles and lines in world coordinates, made once per project: chunks of neighbouring units, each at several levels of
//! detail. Pure computation, heavy enough for a job; what becomes of it on the GPU is in `batches`.

use std::sync::Arc;

use geo::{Coord, LineString, TriangulateEarcut};
use rayon::prelude::*;

use super::camera::WorldBox;
use super::chunks::split_into_chunks;
use crate::domain::ids::{ArcId, UnitId};
use crate::domain::polygon::Shape;
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::sphere::{LonLat, to_mercator};
use crate::domain::topology::{ArcUse, OUTSIDE, Topology};

/// A chunk has at most this many units.
const CHUNK_UNITS: usize = 256;
/// The zooms up to which the simplified levels are good, coarsest first; the last level is the arcs as they are.
pub(super) const LEVEL_ZOOMS: [f64; 4] = [3.25, 5.0, 6.75, 8.5];
/// How far a simplified line may be from the true one, in points on the screen at the level's zoom.
pub(super) const LEVEL_ERROR: f64 = 0.45;

/// The triangles and lines of all units. Shared between the jobs and views that need it.
#[derive(Debug, Default)]
pub struct UnitGeometry {
    pub(super) unit_count: usize,
    pub(super) chunks: Vec<Chunk>,
    pub(super) arc_chunk: Vec<u32>,
    arc_sides: Vec<[u32; 2]>,
    unit_arc_starts: Vec<u32>,
    unit_arcs: Vec<ArcId>,
    typical_unit: f64,
}

/// Neighbouring units that are drawn together.
#[derive(Debug)]
pub(super) struct Chunk {
    pub origin: [f64; 2],
    pub bounds: WorldBox,
    /// Ascending; each arc is in the chunk of the unit on its left, or else on its right.
    pub arcs: Vec<ArcId>,
    pub levels: Vec<Level>,
}

/// A chunk's geometry at one level of detail; positions are relative to the chunk's origin.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub fills: Fills,
    line_points: Vec<[f32; 2]>,
    /// Per arc of the chunk its first point; one entry more than arcs.
    line_starts: Vec<u32>,
}

/// The triangles of a chunk's units.
#[derive(Debug, Default)]
pub(super) struct Fills {
    pub vertices: Vec<FillVertex>,
    pub indices: Vec<u32>,
}

#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct FillVertex {
    pub position: [f32; 2],
    pub unit: u32,
}

/// A straight piece of border with the units on its left and right; [`OUTSIDE`] where there is none.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Segment {
    pub from: [f32; 2],
    pub to: [f32; 2],
    pub sides: [u32; 2],
}

impl UnitGeometry {
    /// Triangulates all units (ear cutting, through the `geo` crate) at every level, in parallel by chunk.
    pub fn new(topology: &Topology, progress: &Progress) -> Result<Arc<Self>, Cancelled> {
        let arrays = topology.arrays();
        let unit_count = topology.unit_count();
        let (unit_arc_starts, unit_arcs) = arcs_by_unit(topology);
        let arcs_of = |unit: usize| &unit_arcs[unit_arc_starts[unit] as usize..unit_arc_starts[unit + 1] as usize];
        let boxes: Vec<WorldBox> = (0..unit_count)
            .into_par_iter()
            .map(|unit| {
                let mut bounds = WorldBox::EMPTY;
                for place in arcs_of(unit).iter().flat_map(|&arc| topology.arc(arc)) {
                    bounds.include(to_mercator(*place));
                }
                bounds
            })
            .collect();
        // Units without a shape have no middle and are in no chunk.
        let middles: Vec<[f64; 2]> = boxes.iter().map(WorldBox::centre).collect();
        let groups = split_into_chunks(&middles, CHUNK_UNITS);
        let mut unit_chunk = vec![0u32; unit_count];
        for (chunk, units) in groups.iter().enumerate() {
            for &unit in units {
                unit_chunk[unit as usize] = chunk as u32;
            }
        }
        let arc_sides: Vec<[u32; 2]> =
            arrays.arc_left.iter().zip(&arrays.arc_right).map(|(&left, &right)| [left, right]).collect();
        let arc_chunk: Vec<u32> = arc_sides
            .iter()
            .map(|sides| sides.iter().find(|&&unit| unit != OUTSIDE).map_or(0, |&unit| unit_chunk[unit as usize]))
            .collect();
        let mut chunk_arcs: Vec<Vec<ArcId>> = vec![Vec::new(); groups.len()];
        for (arc, &chunk) in arc_chunk.iter().enumerate() {
            if let Some(arcs) = chunk_arcs.get_mut(chunk as usize) {
                arcs.push(ArcId::from_index(arc));
            }
        }
        let mut chunks: Vec<Chunk> =
            groups.iter().zip(chunk_arcs).map(|(units, arcs)| Chunk::without_levels(units, arcs, &boxes)).collect();
        progress.begin(Phase::Measuring, (unit_count * LEVELS) as u64)?;
        for level in 0..LEVELS {
            let tolerance = LEVEL_ZOOMS.get(level).map(|zoom| LEVEL_ERROR / zoom.exp2());
            let lines = world_lines(topology, tolerance);
            chunks.par_iter_mut().zip(&groups).try_for_each(|(chunk, units)| {
                chunk.levels.push(make_level(topology, &lines, units, chunk));
                progress.tick(units.len() as u64)
            })?;
        }
        let typical_unit = typical_size(&boxes);
        let geometry = Self { unit_count, chunks, arc_chunk, arc_sides, unit_arc_starts, unit_arcs, typical_unit };
        Ok(Arc::new(geometry))
    }

    pub fn unit_count(&self) -> usize {
        self.unit_count
    }

    pub fn chunk_count(&self) -> usize {
        self.chunks.len()
    }

    /// The zoom at which a typical unit is `points` wide on the screen.
    pub fn zoom_for_unit_size(&self, points: f64) -> f64 {
        (points / self.typical_unit.max(1e-9)).log2()
    }

    /// The arcs around a unit.
    pub(super) fn arcs_of(&self, unit: UnitId) -> &[ArcId] {
        match self.unit_arc_starts.get(unit.index()..unit.index() + 2) {
            Some(range) => &self.unit_arcs[range[0] as usize..range[1] as usize],
            None => &[],
        }
    }

    pub(super) fn sides(&self, arc: ArcId) -> [u32; 2] {
        self.arc_sides[arc.index()]
    }

    /// The coarsest level that is still exact enough at a zoom.
    pub(super) fn level_for(zoom: f64) -> usize {
        LEVEL_ZOOMS.partition_point(|&good_to| good_to < zoom)
    }

    /// Appends the pieces of an arc of the chunk at `position` in its list of arcs.
    pub(super) fn push_segments(&self, chunk: usize, level: usize, position: usize, segments: &mut Vec<Segment>) {
        let chunk = &self.chunks[chunk];
        let level = &chunk.levels[level];
        let sides = self.sides(chunk.arcs[position]);
        let points = &level.line_points[level.line_starts[position] as usize..level.line_starts[position + 1] as usize];
        segments.extend(points.windows(2).map(|pair| Segment { from: pair[0], to: pair[1], sides }));
    }
}

pub(super) const LEVELS: usize = LEVEL_ZOOMS.len() + 1;

/// Per unit the arcs of its rings, each once, ascending.
fn arcs_by_unit(topology: &Topology) -> (Vec<u32>, Vec<ArcId>) {
    let arrays = topology.arrays();
    let mut starts = vec![0u32];
    let mut arcs = Vec::with_capacity(arrays.ring_arcs.len());
    for unit in 0..topology.unit_count() {
        let from = arcs.len();
        arcs.extend(topology.arcs_of(UnitId::from_index(unit)).iter().map(|arc_use| arc_use.split().0));
        arcs[from..].sort_unstable();
        // An arc may be in two rings of the unit.
        let mut own = arcs.split_off(from);
        own.dedup();
        arcs.append(&mut own);
        starts.push(arcs.len() as u32);
    }
    (starts, arcs)
}

/// Per polygon of a unit its rings as uses of arcs.
fn rings_of(topology: &Topology, unit: usize) -> Vec<Vec<&[ArcUse]>> {
    let arrays = topology.arrays();
    let range = |starts: &[u32], at: usize| starts[at] as usize..starts[at + 1] as usize;
    range(&arrays.unit_starts, unit)
        .map(|polygon| {
            range(&arrays.polygon_starts, polygon)
                .map(|ring| &arrays.ring_arcs[range(&arrays.ring_starts, ring)])
                .collect()
        })
        .collect()
}

impl Chunk {
    fn without_levels(units: &[u32], arcs: Vec<ArcId>, boxes: &[WorldBox]) -> Self {
        let mut bounds = WorldBox::EMPTY;
        for &unit in units {
            bounds.include(boxes[unit as usize].min);
            bounds.include(boxes[unit as usize].max);
        }
        Self { origin: bounds.centre(), bounds, arcs, levels: Vec::with_capacity(LEVELS) }
    }
}

/// Every arc in world coordinates, simplified to the tolerance.
pub(super) fn world_lines(topology: &Topology, tolerance: Option<f64>) -> Vec<Vec<[f64; 2]>> {
    let line = |arc: usize| match tolerance {
        Some(tolerance) => {
            topology.simplified(ArcId::from_index(arc), tolerance).into_iter().map(to_mercator).collect()
        }
        None => topology.arc(ArcId::from_index(arc)).iter().map(|&place| to_mercator(place)).collect(),
    };
    (0..topology.arc_count()).into_par_iter().map(line).collect()
}

fn make_level(topology: &Topology, lines: &[Vec<[f64; 2]>], units: &[u32], chunk: &Chunk) -> Level {
    let mut level = Level::default();
    level.line_starts.push(0);
    for &arc in &chunk.arcs {
        level.line_points.extend(lines[arc.index()].iter().map(|point| relative(*point, chunk.origin)));
        level.line_starts.push(level.line_points.len() as u32);
    }
    let mut fills = Fills::default();
    for &unit in units {
        for rings in rings_of(topology, unit as usize) {
            let mut rings = rings.into_iter().map(|uses| ring_points(lines, uses, chunk.origin));
            let Some(outer) = rings.next().filter(|ring| ring.0.len() >= 4) else { continue };
            let holes: Vec<LineString> = rings.filter(|ring| ring.0.len() >= 4).collect();
            let triangles = geo::Polygon::new(outer, holes).earcut_triangles_raw();
            let first = fills.vertices.len() as u32;
            let corner = |&[x, y]: &[f64; 2]| FillVertex { position: [x as f32, y as f32], unit };
            fills.vertices.extend(triangles.vertices.iter().map(corner));
            fills.indices.extend(triangles.triangle_indices.iter().map(|&index| first + index as u32));
        }
    }
    // They stay for as long as the project is open: no room that is not needed.
    level.line_points.shrink_to_fit();
    fills.vertices.shrink_to_fit();
    fills.indices.shrink_to_fit();
    level.fills = fills;
    level
}

/// A shape as triangles.
pub fn triangles_of(shape: &Shape) -> Vec<[LonLat; 3]> {
    let ring = |ring: &Vec<LonLat>| {
        let mut coords: Vec<Coord> = ring.iter().map(|place| Coord { x: place.lon, y: place.lat }).collect();
        coords.extend(coords.first().copied());
        LineString::new(coords)
    };
    let mut triangles = Vec::new();
    for polygon in &shape.polygons {
        let cut = geo::Polygon::new(ring(&polygon.outer), polygon.holes.iter().map(ring).collect());
        let raw = cut.earcut_triangles_raw();
        let corner =
            |index: usize| raw.vertices.get(index).map_or(LonLat::default(), |&[lon, lat]| LonLat::new(lon, lat));
        triangles.extend(raw.triangle_indices.chunks_exact(3).map(|corners| [0, 1, 2].map(|nth| corner(corners[nth]))));
    }
    triangles
}

/// The closed ring along a chain of arcs, relative to the origin, without repeated points.
fn ring_points(lines: &[Vec<[f64; 2]>], uses: &[ArcUse], origin: [f64; 2]) -> LineString {
    let mut ring: Vec<Coord> = Vec::new();
    let mut push = |point: &[f64; 2]| {
        let coord = Coord { x: point[0] - origin[0], y: point[1] - origin[1] };
        if ring.last() != Some(&coord) {
            ring.push(coord);
        }
    };
    for arc_use in uses {
        let (arc, backwards) = arc_use.split();
        if backwards {
            lines[arc.index()].iter().rev().for_each(&mut push);
        } else {
            lines[arc.index()].iter().for_each(&mut push);
        }
    }
    LineString::new(ring)
}

pub(super) fn relative(point: [f64; 2], origin: [f64; 2]) -> [f32; 2] {
    [(point[0] - origin[0]) as f32, (point[1] - origin[1]) as f32]
}

/// The median side of the units' boxes; a little too large a unit for any that is not a rectangle, which is as good.
pub(super) fn typical_size(boxes: &[WorldBox]) -> f64 {
    let side = |bounds: &WorldBox| ((bounds.max[0] - bounds.min[0]) * (bounds.max[1] - bounds.min[1])).sqrt();
    let mut sides: Vec<f64> = boxes.iter().map(side).filter(|side| side.is_finite()).collect();
    sides.sort_by(f64::total_cmp);
    sides.get(sides.len() / 2).copied().unwrap_or(1.0)
}
