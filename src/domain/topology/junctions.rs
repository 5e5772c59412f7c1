//! Where one ring has a vertex on the border and the ring beside it runs straight past, the vertex is added there, so that both
//! can share the pieces.

use std::collections::HashSet;

use rayon::prelude::*;
use rstar::primitives::GeomWithData;
use rstar::{AABB, Envelope, RTree, SelectionFunction};

use super::clean::{Cleaned, TOLERANCE};
use crate::domain::progress::{Cancelled, Progress};

/// Adds vertices of other rings that lie on an edge; returns how many. Only edges that have no partner can miss one, and only
/// vertices at such edges can be missing, so a clean layer costs one sort.
pub(super) fn insert_missing_vertices(cleaned: &mut Cleaned, progress: &Progress) -> Result<usize, Cancelled> {
    // An added vertex bends the edge by up to the tolerance, which can bring it to another vertex: look again, but not for ever.
    const ROUNDS: usize = 3;
    let mut inserted = 0;
    for _ in 0..ROUNDS {
        let missing = find_missing(cleaned, progress)?;
        if missing.is_empty() {
            break;
        }
        inserted += missing.len();
        insert(cleaned, &missing);
    }
    Ok(inserted)
}

/// A vertex that belongs between the vertices `position` and `position + 1` of a ring.
struct Missing {
    ring: u32,
    position: u32,
    /// Where along the edge, in 0..1.
    along: f64,
    vertex: u32,
}

fn find_missing(cleaned: &Cleaned, progress: &Progress) -> Result<Vec<Missing>, Cancelled> {
    let lonely = edges_without_partner(cleaned);
    progress.check()?;
    let mut candidate = vec![false; cleaned.vertices.len()];
    for &(ring, position) in &lonely {
        let path = &cleaned.rings[ring as usize].path;
        candidate[path[position as usize] as usize] = true;
        candidate[path[(position as usize + 1) % path.len()] as usize] = true;
    }
    let mut rings_of: Vec<(u32, u32)> = Vec::new();
    for (ring, clean) in cleaned.rings.iter().enumerate() {
        rings_of.extend(clean.path.iter().filter(|&&v| candidate[v as usize]).map(|&v| (v, ring as u32)));
    }
    rings_of.par_sort_unstable();
    let position = |vertex: u32| cleaned.vertices[vertex as usize].map(f64::from);
    let points = (0..candidate.len() as u32).filter(|&v| candidate[v as usize]);
    let tree = RTree::bulk_load(points.map(|v| GeomWithData::new(position(v), v)).collect());
    progress.check()?;
    let missing: Vec<Missing> = lonely
        .par_iter()
        .flat_map_iter(|&(ring, start)| {
            let path = &cleaned.rings[ring as usize].path;
            let [a, b] = [path[start as usize], path[(start as usize + 1) % path.len()]];
            let mut found: Vec<Missing> = Vec::new();
            if !progress.is_cancelled() {
                for other in tree.locate_with_selection_function(Along::new(position(a), position(b))) {
                    let vertex = other.data;
                    if let Some(along) = along_edge(position(a), position(b), *other.geom())
                        && rings_of.binary_search(&(vertex, ring)).is_err()
                    {
                        found.push(Missing { ring, position: start, along, vertex });
                    }
                }
                found.sort_by(|a, b| a.along.total_cmp(&b.along).then(a.vertex.cmp(&b.vertex)));
            }
            found
        })
        .collect();
    progress.check()?;
    Ok(missing)
}

/// Ring and position of the edges that only one ring uses, by ring and position.
fn edges_without_partner(cleaned: &Cleaned) -> Vec<(u32, u32)> {
    let mut edges: Vec<(u64, u32, u32)> = Vec::new();
    for (ring, clean) in cleaned.rings.iter().enumerate() {
        for (position, &a) in clean.path.iter().enumerate() {
            let b = clean.path[(position + 1) % clean.path.len()];
            let key = u64::from(a.min(b)) << 32 | u64::from(a.max(b));
            edges.push((key, ring as u32, position as u32));
        }
    }
    edges.par_sort_unstable();
    let mut lonely: Vec<(u32, u32)> =
        edges.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() == 1).map(|run| (run[0].1, run[0].2)).collect();
    lonely.par_sort_unstable();
    lonely
}

/// Looks for points near an edge where the edge itself runs and not in all of its box: a long slanted edge has half a layer in it.
struct Along {
    from: [f64; 2],
    to: [f64; 2],
    around: AABB<[f64; 2]>,
}

impl Along {
    fn new(from: [f64; 2], to: [f64; 2]) -> Self {
        let low = [from[0].min(to[0]) - TOLERANCE, from[1].min(to[1]) - TOLERANCE];
        let high = [from[0].max(to[0]) + TOLERANCE, from[1].max(to[1]) + TOLERANCE];
        Self { from, to, around: AABB::from_corners(low, high) }
    }

    /// Whether the edge, as wide as the tolerance, can meet the box.
    fn meets(&self, area: &AABB<[f64; 2]>) -> bool {
        if !self.around.intersects(area) {
            return false;
        }
        let (dx, dy) = (self.to[0] - self.from[0], self.to[1] - self.from[1]);
        let (low, high) = (area.lower(), area.upper());
        // All corners on one side of the line, farther than the tolerance: it passes by.
        let reach = TOLERANCE * dx.hypot(dy) * (1.0 + 1e-6);
        let side = |x: f64, y: f64| (y - self.from[1]) * dx - (x - self.from[0]) * dy;
        let corners = [side(low[0], low[1]), side(low[0], high[1]), side(high[0], low[1]), side(high[0], high[1])];
        !corners.iter().all(|&side| side > reach) && !corners.iter().all(|&side| side < -reach)
    }
}

type Vertex = GeomWithData<[f64; 2], u32>;

impl SelectionFunction<Vertex> for Along {
    fn should_unpack_parent(&self, area: &AABB<[f64; 2]>) -> bool {
        self.meets(area)
    }

    fn should_unpack_leaf(&self, leaf: &Vertex) -> bool {
        self.around.contains_point(leaf.geom())
    }
}

/// Where along the edge the point lies, if it lies on it: within the tolerance and between the ends.
fn along_edge(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> Option<f64> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (px, py) = (p[0] - a[0], p[1] - a[1]);
    let squared = dx * dx + dy * dy;
    let along = (px * dx + py * dy) / squared;
    let across = (px * dy - py * dx).abs() / squared.sqrt();
    (along > 0.0 && along < 1.0 && across <= TOLERANCE).then_some(along)
}

/// `missing` is sorted by ring, position and place along the edge.
fn insert(cleaned: &mut Cleaned, missing: &[Missing]) {
    for run in missing.chunk_by(|a, b| a.ring == b.ring) {
        let path = &mut cleaned.rings[run[0].ring as usize].path;
        let mut longer = Vec::with_capacity(path.len() + run.len());
        let mut additions = run.iter().peekable();
        let mut added = HashSet::new();
        for (position, &vertex) in path.iter().enumerate() {
            longer.push(vertex);
            while let Some(addition) = additions.next_if(|addition| addition.position as usize == position) {
                // Once per ring: a vertex near two edges of it belongs to the first.
                if added.insert(addition.vertex) {
                    longer.push(addition.vertex);
                }
            }
        }
        *path = longer;
    }
}
