//! What of a line really divides a unit: slivers go to the face they border on most, and faces become pieces.

use super::faces::{Cell, Face, Half, Ring};
use super::fixed::Point;
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::sphere::LonLat;
use crate::domain::topology::DisjointSets;

/// What is too small to be cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smallest {
    /// As a share of the unit's area.
    pub share: f64,
    /// Mean width in kilometres.
    pub width_km: f64,
}

impl Default for Smallest {
    /// A ten-thousandth of the unit, and ten metres.
    fn default() -> Self {
        Self { share: 1e-4, width_km: 0.01 }
    }
}

/// What a unit is divided into.
pub(super) struct Division {
    pub pieces: Vec<PieceShape>,
    /// The largest share that was too small to be cut off; 0 when nothing was.
    pub sliver: f64,
    /// Whether most of the unit lies inside; of an open line `false`.
    pub mostly_inside: bool,
}

/// A piece before it is a unit.
pub(super) struct PieceShape {
    /// Polygons of rings, outer ones first.
    pub polygons: Vec<Vec<Ring>>,
    pub area_km2: f64,
    pub inside: bool,
}

/// Divides a unit by all the lines in it. `is_inside` tells of a place whether it is inside what was drawn, `None` for one on the line;
/// without it (an open line) every connected part becomes a piece. `None` when the faces do not add up to the unit: lines too tangled.
pub(super) fn divide(
    cell: &Cell,
    is_inside: Option<&dyn Fn(LonLat) -> Option<bool>>,
    smallest: Smallest,
    place: &dyn Fn(Point) -> LonLat,
) -> Option<Division> {
    let faces = cell.faces(|_| true, place);
    let total: i128 = faces.iter().flat_map(|face| &face.points).map(|ring| super::fixed::twice_area(ring)).sum();
    if total != cell.twice_area() {
        return None;
    }
    let whole: f64 = faces.iter().map(|face| face.area_km2).sum();
    let labels: Vec<LonLat> = faces.iter().map(|face| label(face, place)).collect();
    let side = |face: usize| is_inside.is_some_and(|is_inside| side_of(&faces[face], labels[face], is_inside, place));
    let inside: Vec<bool> = (0..faces.len()).map(side).collect();
    let face_of = face_of_half(cell, &faces);
    let sides: Vec<(usize, [usize; 2])> = cell
        .lines()
        .filter_map(|chain| Some((chain, [*face_of.get(&(chain, false))?, *face_of.get(&(chain, true))?])))
        .collect();
    let mut merged = Merged::new(cell, &faces, &inside, &sides);
    let sliver = merged.without_slivers(whole, smallest);
    // Faces become pieces: by side of a boundary, one by one along an open line.
    let roots: Vec<usize> = (0..faces.len()).map(|face| merged.sets.root(face)).collect();
    let group_key = |face: usize| match is_inside {
        Some(_) => usize::from(merged.inside[roots[face]]),
        None => roots[face],
    };
    let mut keys: Vec<usize> = (0..faces.len()).map(group_key).collect();
    let crossed: Vec<bool> = (0..faces.len())
        .map(|face| sides.iter().any(|(_, pair)| pair.iter().any(|&side| roots[side] == roots[face])))
        .collect();
    if is_inside.is_none() {
        // An island that the line does not cross stays with the piece that is nearest.
        let nearest = |island: usize| {
            let others = (0..faces.len()).filter(|&face| crossed[face]);
            let far = |face: usize| {
                let points = faces[face].points.iter().flatten();
                points.map(|&point| place(point).distance_km(labels[island])).fold(f64::INFINITY, f64::min)
            };
            others.min_by(|&a, &b| far(a).total_cmp(&far(b)))
        };
        let homes: Vec<Option<usize>> = (0..faces.len()).map(|face| (!crossed[face]).then(|| nearest(face))?).collect();
        for (face, home) in homes.into_iter().enumerate() {
            if let Some(home) = home {
                keys[face] = roots[home];
            }
        }
    }
    let mut groups: Vec<usize> = keys.clone();
    groups.sort_unstable();
    groups.dedup();
    let area = |key: usize| (0..faces.len()).filter(|&face| keys[face] == key).map(|face| faces[face].area_km2).sum();
    let areas: Vec<f64> = groups.iter().map(|&key| area(key)).collect();
    let largest = (0..groups.len()).max_by(|&a, &b| areas[a].total_cmp(&areas[b])).unwrap_or(0);
    let mut sliver = sliver;
    for (nth, &key) in groups.iter().enumerate() {
        // All parts of a piece together may still be too little: an islet.
        if nth != largest && areas[nth] < smallest.share * whole {
            sliver = sliver.max(areas[nth] / whole);
            keys.iter_mut().filter(|own| **own == key).for_each(|own| *own = groups[largest]);
        }
    }
    let pieces = shapes(cell, &face_of, &faces, &sides, &keys, is_inside.is_some(), place);
    let inner: f64 = (0..faces.len()).filter(|&face| inside[face]).map(|face| faces[face].area_km2).sum();
    Some(Division { pieces, sliver, mostly_inside: inner * 2.0 > whole })
}

/// The pieces as shapes, with the stretches of the line between them alone: outside before inside, and the largest first.
fn shapes(
    cell: &Cell,
    face_of: &std::collections::HashMap<Half, usize>,
    old: &[Face],
    sides: &[(usize, [usize; 2])],
    keys: &[usize],
    closed: bool,
    place: &dyn Fn(Point) -> LonLat,
) -> Vec<PieceShape> {
    let divides = |chain: usize| sides.iter().any(|&(own, [left, right])| own == chain && keys[left] != keys[right]);
    let mut pieces: std::collections::BTreeMap<usize, PieceShape> = std::collections::BTreeMap::new();
    for face in cell.faces(divides, place) {
        let before = match &face.rings[0] {
            Ring::Traced(halves) => halves.iter().find_map(|half| face_of.get(half)).copied(),
            Ring::Loose(nth) => {
                old.iter().position(|face| matches!(face.rings[0], Ring::Loose(other) if other == *nth))
            }
        };
        let key = keys[before.unwrap_or(0)];
        let piece = pieces.entry(key).or_insert_with(|| PieceShape {
            polygons: Vec::new(),
            area_km2: 0.0,
            inside: closed && key == 1,
        });
        piece.area_km2 += face.area_km2;
        piece.polygons.push(face.rings);
    }
    let mut pieces: Vec<PieceShape> = pieces.into_values().collect();
    pieces.sort_by(|a, b| a.inside.cmp(&b.inside).then(b.area_km2.total_cmp(&a.area_km2)));
    pieces
}

fn face_of_half(cell: &Cell, faces: &[Face]) -> std::collections::HashMap<Half, usize> {
    let mut found = std::collections::HashMap::with_capacity(cell.chains.len() * 2);
    for (face, Face { rings, .. }) in faces.iter().enumerate() {
        for ring in rings {
            if let Ring::Traced(halves) = ring {
                found.extend(halves.iter().map(|&half| (half, face)));
            }
        }
    }
    found
}

/// Whether a face is inside. All of it is, or nothing; only a place on a line that leads nowhere says neither.
fn side_of(
    face: &Face,
    label: LonLat,
    is_inside: &dyn Fn(LonLat) -> Option<bool>,
    place: &dyn Fn(Point) -> LonLat,
) -> bool {
    const LEVELS: i64 = 29;
    let others = (1..LEVELS).flat_map(|level| {
        let heights = face.points[0].iter().map(|point| point[1]);
        let (low, high) = (heights.clone().min().unwrap_or(0), heights.max().unwrap_or(0));
        let height = low + (high - low) / LEVELS * level + 1;
        let edges = face.points.iter().flat_map(|ring| super::fixed::ring_edges(ring));
        let mut crossings: Vec<i64> = edges
            .filter(|[a, b]| (a[1] > height) != (b[1] > height))
            .map(|[a, b]| {
                let share = (height - a[1]) as f64 / (b[1] - a[1]) as f64;
                a[0] + ((b[0] - a[0]) as f64 * share) as i64
            })
            .collect();
        crossings.sort_unstable();
        crossings.chunks_exact(2).map(|pair| place([pair[0] + (pair[1] - pair[0]) / 3, height])).collect::<Vec<_>>()
    });
    std::iter::once(label).chain(others).find_map(is_inside).unwrap_or(false)
}

/// A place well inside a face.
fn label(face: &Face, place: &dyn Fn(Point) -> LonLat) -> LonLat {
    let mut rings = face.points.iter().map(|ring| ring.iter().map(|&point| place(point)).collect::<Vec<_>>());
    let polygon = Polygon { outer: rings.next().unwrap_or_default(), holes: rings.collect() };
    Shape { polygons: vec![polygon] }.label_point()
}

/// Faces joined over stretches of the line that do not count.
struct Merged<'a> {
    cell: &'a Cell,
    sides: &'a [(usize, [usize; 2])],
    sets: DisjointSets,
    /// Per root.
    areas: Vec<f64>,
    inside: Vec<bool>,
    /// Per face the length of its own border, without the line.
    border_km: Vec<f64>,
}

impl<'a> Merged<'a> {
    fn new(cell: &'a Cell, faces: &[Face], inside: &[bool], sides: &'a [(usize, [usize; 2])]) -> Self {
        let border = |ring: &Ring| match ring {
            Ring::Traced(halves) => {
                let own = halves.iter().filter(|half| cell.chains[half.0].is_border());
                own.map(|half| cell.chains[half.0].km).sum::<f64>()
            }
            // Not near the line: not what makes a sliver.
            Ring::Loose(_) => 0.0,
        };
        Self {
            cell,
            sides,
            sets: DisjointSets::new(faces.len()),
            areas: faces.iter().map(|face| face.area_km2).collect(),
            inside: inside.to_vec(),
            border_km: faces.iter().map(|face| face.rings.iter().map(border).sum()).collect(),
        }
    }

    /// Joins what is too small to a neighbour, the smallest first; returns the largest share that was too small.
    fn without_slivers(&mut self, whole: f64, smallest: Smallest) -> f64 {
        let mut sliver: f64 = 0.0;
        loop {
            // Lengths of line between different faces, by pair.
            let mut shared: std::collections::BTreeMap<[usize; 2], f64> = std::collections::BTreeMap::new();
            for &(chain, pair) in self.sides {
                let [a, b] = pair.map(|face| self.sets.root(face));
                if a != b {
                    *shared.entry([a.min(b), a.max(b)]).or_default() += self.cell.chains[chain].km;
                }
            }
            let mut around = vec![0.0; self.areas.len()];
            for face in 0..self.areas.len() {
                around[self.sets.root(face)] += self.border_km[face];
            }
            for (pair, km) in &shared {
                pair.iter().for_each(|&root| around[root] += km);
            }
            let tiny = |root: usize| {
                let width = 2.0 * self.areas[root] / around[root].max(1e-12);
                self.areas[root] < smallest.share * whole || width < smallest.width_km
            };
            let candidates = shared.keys().flatten().copied().filter(|&root| tiny(root));
            let Some(least) = candidates.min_by(|&a, &b| self.areas[a].total_cmp(&self.areas[b]).then(a.cmp(&b)))
            else {
                return sliver;
            };
            let beside = shared.iter().filter(|(pair, _)| pair.contains(&least));
            let Some((&[a, b], _)) = beside.max_by(|a, b| a.1.total_cmp(b.1)) else { return sliver };
            sliver = sliver.max(self.areas[a].min(self.areas[b]) / whole);
            let area = self.areas[a] + self.areas[b];
            let inside = if self.areas[a] >= self.areas[b] { self.inside[a] } else { self.inside[b] };
            self.sets.join(a, b);
            let root = self.sets.root(a);
            self.areas[root] = area;
            self.inside[root] = inside;
        }
    }
}
