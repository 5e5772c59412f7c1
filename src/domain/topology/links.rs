//! Joins the parts of a layer that touch nowhere, so that islands, and land over a strait, can belong to a territory.

use std::collections::BTreeSet;

use rayon::prelude::*;
use spade::{DelaunayTriangulation, HasPosition, Point2, Triangulation};

use super::build::Link;
use super::sets::DisjointSets;
use super::{OUTSIDE, TopologyArrays};
use crate::domain::ids::UnitId;
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::random::Random;
use crate::domain::sphere::{LonLat, centroid};

/// Units that have a stretch of the antimeridian in common, one with its border at +180° and the other at -180°: on the globe they are
/// neighbours, though nothing of their borders is shared. By pair of units.
pub(super) fn over_the_antimeridian(arrays: &TopologyArrays) -> Vec<[u32; 2]> {
    const TOUCH: f64 = 1e-6;
    let mut stretches: [Vec<(f64, f64, u32)>; 2] = [Vec::new(), Vec::new()];
    for arc in 0..arrays.arc_left.len() {
        let ((OUTSIDE, unit) | (unit, OUTSIDE)) = (arrays.arc_left[arc], arrays.arc_right[arc]) else { continue };
        let points = &arrays.points[arrays.arc_starts[arc] as usize..arrays.arc_starts[arc + 1] as usize];
        for pair in points.windows(2).filter(|pair| pair[0].lon.abs() == 180.0 && pair[0].lon == pair[1].lon) {
            let (low, high) = (pair[0].lat.min(pair[1].lat), pair[0].lat.max(pair[1].lat));
            stretches[usize::from(pair[0].lon > 0.0)].push((low, high, unit));
        }
    }
    for side in &mut stretches {
        side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    }
    let [west, east] = &stretches;
    let (mut at, mut other) = (0, 0);
    let mut pairs = BTreeSet::new();
    while let (Some(a), Some(b)) = (west.get(at), east.get(other)) {
        if a.2 != b.2 && a.1.min(b.1) - a.0.max(b.0) > TOUCH {
            pairs.insert([a.2.min(b.2), a.2.max(b.2)]);
        }
        if a.1 < b.1 { at += 1 } else { other += 1 }
    }
    // Those that share a border elsewhere are neighbours as it is.
    for (&left, &right) in arrays.arc_left.iter().zip(&arrays.arc_right) {
        pairs.remove(&[left.min(right), left.max(right)]);
    }
    pairs.into_iter().collect()
}

/// The shortest links that make one whole of all parts, by pair of units, and how many parts there were. Those that are `joined` already
/// count as one.
///
/// That is the minimum spanning tree of the parts, whose edges are edges of the Delaunay triangulation of the border vertices
/// (Preparata & Shamos 1985). Stereographic projection maps circles to circles, so the planar triangulation is the one of the
/// sphere. Kruskal's algorithm picks from it. Units without a shape stay alone.
pub(super) fn join_parts(
    arrays: &TopologyArrays,
    joined: &[[u32; 2]],
    progress: &Progress,
) -> Result<(Vec<Link>, usize), Cancelled> {
    let units = arrays.unit_starts.len().saturating_sub(1);
    let mut parts = DisjointSets::new(units);
    for (&left, &right) in arrays.arc_left.iter().zip(&arrays.arc_right) {
        if left != OUTSIDE && right != OUTSIDE {
            parts.join(left as usize, right as usize);
        }
    }
    for &[a, b] in joined {
        parts.join(a as usize, b as usize);
    }
    let with_shape = (0..units).filter(|&unit| arrays.unit_starts[unit] < arrays.unit_starts[unit + 1]);
    let count = with_shape.filter(|&unit| parts.root(unit) == unit).count();
    if count < 2 {
        return Ok((Vec::new(), count));
    }
    let vertices = border_vertices(arrays, &mut parts);
    progress.check()?;
    let mut edges = touching(&vertices);
    edges.extend(delaunay_edges(&vertices));
    edges.retain(|edge| parts.root(edge.units[0] as usize) != parts.root(edge.units[1] as usize));
    progress.check()?;
    edges.par_sort_unstable_by(|a, b| a.distance_km.total_cmp(&b.distance_km).then(a.units.cmp(&b.units)));
    let mut links: Vec<Link> = Vec::new();
    for edge in edges {
        if parts.join(edge.units[0] as usize, edge.units[1] as usize) {
            links.push(Link { units: edge.units.map(UnitId), distance_km: edge.distance_km });
        }
    }
    links.sort_unstable_by_key(|link| link.units);
    Ok((links, count))
}

/// Two units, smaller first, and how far they are apart.
struct Edge {
    units: [u32; 2],
    distance_km: f64,
}

impl Edge {
    fn new(a: &BorderVertex, b: &BorderVertex) -> Self {
        let units = [a.unit.min(b.unit), a.unit.max(b.unit)];
        Self { units, distance_km: a.place.distance_km(b.place) }
    }
}

/// A unit at a vertex of the layer's border, with its stereographic position.
struct BorderVertex {
    place: LonLat,
    position: Point2<f64>,
    unit: u32,
}

/// Sorted by position, then unit, each once. Of a part that meets the outside nowhere, as units upon each other can, all vertices count.
fn border_vertices(arrays: &TopologyArrays, parts: &mut DisjointSets) -> Vec<BorderVertex> {
    let mut places: Vec<(LonLat, u32)> = Vec::new();
    let points = |arc: usize| &arrays.points[arrays.arc_starts[arc] as usize..arrays.arc_starts[arc + 1] as usize];
    let mut meets_outside = vec![false; arrays.unit_starts.len()];
    for arc in 0..arrays.arc_left.len() {
        let unit = match (arrays.arc_left[arc], arrays.arc_right[arc]) {
            (OUTSIDE, unit) | (unit, OUTSIDE) => unit,
            _ => continue,
        };
        meets_outside[parts.root(unit as usize)] = true;
        places.extend(points(arc).iter().map(|&place| (place, unit)));
    }
    for arc in 0..arrays.arc_left.len() {
        let unit = arrays.arc_left[arc];
        if unit != OUTSIDE && !meets_outside[parts.root(unit as usize)] {
            places.extend(points(arc).iter().map(|&place| (place, unit)));
        }
    }
    let middle = centroid(places.iter().map(|&(place, _)| (place, 1.0))).unwrap_or_default();
    let mut vertices: Vec<BorderVertex> = places
        .into_par_iter()
        .map(|(place, unit)| BorderVertex { place, position: stereographic(middle, place), unit })
        .collect();
    let key = |vertex: &BorderVertex| (vertex.position.x, vertex.position.y, vertex.unit);
    vertices.par_sort_unstable_by(|a, b| {
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
    });
    vertices.dedup_by(|a, b| key(a) == key(b));
    vertices
}

/// On the plane that touches the globe in `middle`, seen from the point opposite.
fn stereographic(middle: LonLat, place: LonLat) -> Point2<f64> {
    let (lat0, lat) = (middle.lat.to_radians(), place.lat.to_radians());
    let turn = (place.lon - middle.lon).to_radians();
    let towards = lat0.sin() * lat.sin() + lat0.cos() * lat.cos() * turn.cos();
    let scale = 2.0 / (1.0 + towards).max(1e-9);
    // Sums of a number and zero turn -0 into 0; coarser than 1e-12 (micrometres) nothing is lost, and spade refuses denormals.
    let clean = |value: f64| (value * 1e12).round() / 1e12 + 0.0;
    let x = scale * lat.cos() * turn.sin();
    let y = scale * (lat0.cos() * lat.sin() - lat0.sin() * lat.cos() * turn.cos());
    Point2::new(clean(x), clean(y))
}

/// Units that share a corner.
fn touching(vertices: &[BorderVertex]) -> Vec<Edge> {
    let same = |a: &BorderVertex, b: &BorderVertex| a.position == b.position;
    vertices.windows(2).filter(|pair| same(&pair[0], &pair[1])).map(|pair| Edge::new(&pair[0], &pair[1])).collect()
}

/// So many sites may be added in the order that the library likes best, which takes the square of their number at worst.
const FEW: usize = 10_000;

/// Puts sites into an order in which a triangulation of them takes O(n log n) wherever they lie: chance decides in which round each is added,
/// of which every one has twice as many as that before it, and in a round each lies near the one before (Amenta, Choi & Rote 2003).
fn in_rounds<T>(sites: &mut [T], position: impl Fn(&T) -> [f64; 2]) {
    Random::new(1).shuffle(sites);
    let bound = |start: f64, better: fn(f64, f64) -> f64, axis: usize| {
        sites.iter().map(|site| position(site)[axis]).fold(start, better)
    };
    let low = [0, 1].map(|axis| bound(f64::INFINITY, f64::min, axis));
    let high = [0, 1].map(|axis| bound(f64::NEG_INFINITY, f64::max, axis));
    let side = (high[0] - low[0]).max(high[1] - low[1]).max(f64::MIN_POSITIVE);
    // Along a curve that goes through all of a quarter before it goes to the next: the digits of both numbers by turns.
    let along = |site: &T| {
        let cell = |axis: usize| ((position(site)[axis] - low[axis]) / side * 65_535.0) as u64;
        let spread = |cell: u64| (0..16).map(|digit| (cell >> digit & 1) << (2 * digit)).sum::<u64>();
        spread(cell(0)) | spread(cell(1)) << 1
    };
    let (mut from, mut size) = (0, 1000);
    while from < sites.len() {
        let to = (from + size).min(sites.len());
        sites[from..to].sort_by_cached_key(&along);
        (from, size) = (to, size * 2);
    }
}

fn delaunay_edges(vertices: &[BorderVertex]) -> Vec<Edge> {
    struct Site {
        position: Point2<f64>,
        vertex: usize,
    }
    impl HasPosition for Site {
        type Scalar = f64;
        fn position(&self) -> Point2<f64> {
            self.position
        }
    }
    let mut sites: Vec<Site> =
        (0..vertices.len()).map(|i| Site { position: vertices[i].position, vertex: i }).collect();
    sites.dedup_by(|a, b| a.position == b.position);
    // It fails for coordinates that are not finite or tiny, which the grid rules out; then the parts stay as they are.
    let triangulation = if sites.len() <= FEW {
        DelaunayTriangulation::<Site>::bulk_load(sites)
    } else {
        let mut triangulation = DelaunayTriangulation::<Site>::new();
        in_rounds(&mut sites, |site| [site.position.x, site.position.y]);
        sites.into_iter().try_for_each(|site| triangulation.insert(site).map(|_| ())).map(|()| triangulation)
    };
    let Ok(triangulation) = triangulation else { return Vec::new() };
    let edges = triangulation.undirected_edges();
    edges
        .map(|edge| {
            let [a, b] = edge.vertices();
            Edge::new(&vertices[a.data().vertex], &vertices[b.data().vertex])
        })
        .collect()
}
