//! Rings as importers hand them over become rings of numbered vertices on a fine grid.

use std::collections::HashMap;

use super::build::{BuildReport, Finding, Reason};
use crate::domain::ids::UnitId;
use crate::domain::polygon::{Ring, Shape};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::sphere::LonLat;

/// Grid steps per degree: a step is about a centimetre.
pub(super) const STEPS_PER_DEGREE: f64 = 1e7;

/// Vertices closer than this become one, and a vertex this close to a border lies on it: about 0.1 m. Six decimals, as most
/// files have, put a vertex up to 0.7 of it beside the line it was on.
pub(super) const TOLERANCE: f64 = 10.0;

/// A ring of vertices: outer ones counter-clockwise, holes clockwise, first vertex not repeated, at least three vertices.
pub(super) struct CleanRing {
    pub unit: u32,
    /// Begins a polygon; the holes in it follow.
    pub outer: bool,
    pub path: Vec<u32>,
}

/// The usable rings of a layer, by unit.
pub(super) struct Cleaned {
    /// Positions in grid steps; all different.
    pub vertices: Vec<[i32; 2]>,
    pub rings: Vec<CleanRing>,
}

impl Cleaned {
    pub fn place(&self, vertex: u32) -> LonLat {
        let [x, y] = self.vertices[vertex as usize];
        LonLat::new(f64::from(x) / STEPS_PER_DEGREE, f64::from(y) / STEPS_PER_DEGREE)
    }
}

/// Drops what is no ring, merges vertices, orients. Ticks twice per shape.
pub(super) fn clean(shapes: &[Shape], progress: &Progress, report: &mut BuildReport) -> Result<Cleaned, Cancelled> {
    let mut merged = MergedVertices::default();
    for shape in shapes {
        for place in shape.polygons.iter().flat_map(|polygon| polygon.rings()).flatten() {
            if let Some(position) = on_grid(*place) {
                merged.add(position);
            }
        }
        progress.tick(1)?;
    }
    let mut rings = Vec::new();
    for (unit, shape) in shapes.iter().enumerate() {
        let unit = unit as u32;
        let mut finding = |reason| report_finding(&mut report.findings, unit, reason);
        let before = rings.len();
        if shape.is_empty() {
            finding(Reason::Empty);
        }
        for polygon in &shape.polygons {
            for (nth, ring) in polygon.rings().enumerate() {
                let outer = nth == 0;
                let (path, left_out) = number(ring, &merged);
                report.unusable_vertices += left_out;
                let count = path.len();
                let mut path = without_repeats(path);
                let twice = twice_area(&path, &merged.positions);
                if path.len() < 3 || (twice == 0 && is_flat(&path, &merged.positions)) {
                    report.dropped_rings += 1;
                    finding(Reason::DroppedPart);
                    if outer {
                        break;
                    }
                    continue;
                }
                report.repeated_vertices += count - path.len();
                if (twice > 0) != outer {
                    path.reverse();
                    report.turned_rings += 1;
                }
                rings.push(CleanRing { unit, outer, path });
            }
        }
        if rings.len() == before && !shape.is_empty() {
            finding(Reason::NothingUsable);
        }
        progress.tick(1)?;
    }
    Ok(Cleaned { vertices: merged.positions, rings })
}

fn report_finding(findings: &mut Vec<Finding>, unit: u32, reason: Reason) {
    findings.push(Finding { unit: UnitId(unit), reason });
}

/// The grid position; `None` for what is no place. Layers may run a little past the antimeridian.
fn on_grid(place: LonLat) -> Option<[i32; 2]> {
    let usable = (-200.0..=200.0).contains(&place.lon) && (-90.0..=90.0).contains(&place.lat);
    usable.then(|| [place.lon, place.lat].map(|degrees| (degrees * STEPS_PER_DEGREE).round() as i32))
}

/// The vertices of a ring without the closing one, and how many were not usable.
fn number(ring: &Ring, merged: &MergedVertices) -> (Vec<u32>, usize) {
    let mut path: Vec<u32> = ring.iter().filter_map(|&place| Some(merged.nearest(on_grid(place)?)?.0)).collect();
    let left_out = ring.len() - path.len();
    if path.len() > 1 && path.first() == path.last() {
        path.pop();
    }
    (path, left_out)
}

/// Takes out repeated vertices and spikes that go out and come back the same way.
pub(super) fn without_repeats(path: Vec<u32>) -> Vec<u32> {
    let mut kept: Vec<u32> = Vec::with_capacity(path.len());
    for vertex in path {
        if kept.len() >= 2 && kept[kept.len() - 2] == vertex {
            kept.pop();
        } else if kept.last() != Some(&vertex) {
            kept.push(vertex);
        }
    }
    // The same across the seam between last and first.
    let mut first = 0;
    while kept.len() - first >= 3 {
        let end = kept.len() - 1;
        if kept[end] == kept[first] || kept[end - 1] == kept[first] {
            kept.pop();
        } else if kept[end] == kept[first + 1] {
            first += 1;
        } else {
            break;
        }
    }
    kept.drain(..first);
    kept
}

/// Whether all vertices lie on one line. A ring without area that is not flat crosses itself.
fn is_flat(path: &[u32], positions: &[[i32; 2]]) -> bool {
    let position = |vertex: u32| positions[vertex as usize].map(i64::from);
    let [first, second] = [position(path[0]), position(path[1])];
    path[2..].iter().all(|&vertex| {
        let third = position(vertex);
        let across =
            |axis: usize| i128::from(second[axis] - first[axis]) * i128::from(third[1 - axis] - first[1 - axis]);
        across(0) == across(1)
    })
}

/// Twice the signed area in grid steps, exact; positive when counter-clockwise.
pub(super) fn twice_area(path: &[u32], positions: &[[i32; 2]]) -> i128 {
    let mut twice = 0;
    for (i, &a) in path.iter().enumerate() {
        let [ax, ay] = positions[a as usize].map(i64::from);
        let [bx, by] = positions[path[(i + 1) % path.len()] as usize].map(i64::from);
        twice += i128::from(ax * by) - i128::from(bx * ay);
    }
    twice
}

/// Vertices no two of which are closer than the tolerance. First all places are added, then each is looked up, so that equal
/// places find the same vertex wherever they occur.
#[derive(Default)]
struct MergedVertices {
    positions: Vec<[i32; 2]>,
    /// The vertex before it in the same cell, or `u32::MAX`.
    next: Vec<u32>,
    /// Per cell its newest vertex.
    cells: HashMap<[i32; 2], u32>,
}

impl MergedVertices {
    /// Much larger than the tolerance, so that most lookups read one cell, and small enough to hold few vertices.
    const CELL: i32 = 128;

    fn add(&mut self, position: [i32; 2]) {
        if self.nearest(position).is_none() {
            let vertex = self.positions.len() as u32;
            let cell = position.map(|value| value.div_euclid(Self::CELL));
            self.positions.push(position);
            self.next.push(self.cells.insert(cell, vertex).unwrap_or(u32::MAX));
        }
    }

    /// The nearest vertex within the tolerance with its squared distance, the older one of equals.
    fn nearest(&self, position: [i32; 2]) -> Option<(u32, i64)> {
        let reach = TOLERANCE as i32;
        let [low_x, low_y] = position.map(|value| (value - reach).div_euclid(Self::CELL));
        let [high_x, high_y] = position.map(|value| (value + reach).div_euclid(Self::CELL));
        let mut best: Option<(u32, i64)> = None;
        for cell_x in low_x..=high_x {
            for cell_y in low_y..=high_y {
                let mut vertex = self.cells.get(&[cell_x, cell_y]).copied().unwrap_or(u32::MAX);
                while vertex != u32::MAX {
                    let [x, y] = self.positions[vertex as usize];
                    let (dx, dy) = (i64::from(x) - i64::from(position[0]), i64::from(y) - i64::from(position[1]));
                    let found = (vertex, dx * dx + dy * dy);
                    if found.1 as f64 <= TOLERANCE * TOLERANCE
                        && best.is_none_or(|best| (found.1, found.0) < (best.1, best.0))
                    {
                        best = Some(found);
                    }
                    vertex = self.next[vertex as usize];
                }
            }
        }
        best
    }
}
