//! Makes polygons that were cut one by one into a clean coverage: neighbours share exactly the same vertices, nothing overlaps, no gap
//! is left.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, ensure};

use crate::grid::{GridPoint, GridRing, ring_contains, twice_area};

/// Vertices closer than this (in grid steps) become one; edges that pass a vertex closer than this are led through it.
const SNAP: i64 = 3;

/// Side of the bins in which vertices are looked up, in grid steps.
const BIN: i64 = 20_000;

/// A directed piece of border.
pub type Edge = (GridPoint, GridPoint);

/// Gives all rings common vertices. `fixed` vertices stay where they are; others near them move onto them.
pub fn node<'a>(rings: impl Iterator<Item = &'a mut GridRing>, fixed: impl Iterator<Item = GridPoint>) {
    let mut rings: Vec<&mut GridRing> = rings.collect();
    let mut bins = Bins::default();
    let mut first: Vec<GridPoint> = fixed.collect();
    first.sort_unstable();
    let mut others: Vec<GridPoint> = rings.iter().flat_map(|ring| ring.iter().copied()).collect();
    others.sort_unstable();
    for point in first.into_iter().chain(others) {
        if bins.near(point).is_none() {
            bins.add(point);
        }
    }
    for ring in &mut rings {
        let snapped: GridRing = ring.iter().map(|&point| bins.near(point).unwrap_or(point)).collect();
        let mut noded = GridRing::with_capacity(snapped.len());
        for (i, &a) in snapped.iter().enumerate() {
            noded.push(a);
            noded.extend(bins.along(a, snapped[(i + 1) % snapped.len()]));
        }
        **ring = without_spikes(noded);
    }
}

/// All edges of the rings that have no counterpart in the opposite direction among them: the border of their union.
pub fn outline<'a>(rings: impl Iterator<Item = &'a GridRing>) -> Vec<Edge> {
    let mut edges = BTreeMap::<Edge, i32>::new();
    for edge in rings.flat_map(edges_of) {
        if edge.0 < edge.1 {
            *edges.entry(edge).or_default() += 1;
        } else {
            *edges.entry((edge.1, edge.0)).or_default() -= 1;
        }
    }
    edges
        .into_iter()
        .filter(|&(_, count)| count != 0)
        .map(|((a, b), count)| if count > 0 { (a, b) } else { (b, a) })
        .collect()
}

/// Joins directed edges (inside on the left) into polygons: outer rings counter-clockwise, each followed by its holes.
pub fn polygons(edges: &[Edge]) -> Vec<Vec<GridRing>> {
    let mut outgoing = BTreeMap::<GridPoint, Vec<GridPoint>>::new();
    for &(a, b) in edges {
        outgoing.entry(a).or_default().push(b);
    }
    let mut rings = Vec::new();
    while let Some((&start, _)) = outgoing.first_key_value() {
        let mut walk: GridRing = Vec::new();
        let mut seen = HashMap::new();
        let mut at = start;
        loop {
            // A place that the walk has visited before closes a ring of its own.
            if let Some(&since) = seen.get(&at) {
                let ring: GridRing = walk.split_off(since);
                for point in &ring {
                    seen.remove(point);
                }
                rings.push(ring);
            }
            let Some(targets) = outgoing.get_mut(&at) else { break };
            let next = targets.remove(leftmost(walk.last().copied(), at, targets));
            if targets.is_empty() {
                outgoing.remove(&at);
            }
            seen.insert(at, walk.len());
            walk.push(at);
            at = next;
        }
    }
    let (outers, holes): (Vec<GridRing>, Vec<GridRing>) = rings.into_iter().partition(|ring| twice_area(ring) > 0);
    let mut polygons: Vec<Vec<GridRing>> = outers.into_iter().map(|outer| vec![outer]).collect();
    for hole in holes {
        let home = polygons
            .iter_mut()
            .filter(|polygon| hole.iter().all(|p| ring_contains(&polygon[0], *p) || polygon[0].contains(p)))
            .min_by_key(|polygon| twice_area(&polygon[0]));
        if let Some(polygon) = home {
            polygon.push(hole);
        }
    }
    polygons
}

/// The edges of a ring, in its direction.
pub fn edges_of(ring: &GridRing) -> impl Iterator<Item = Edge> {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Fails unless every directed edge occurs once, all areas together are those of `whole`, and the border of the union is that of
/// `whole`: then nothing overlaps and nothing is missing.
pub fn check(shapes: &[Vec<Vec<GridRing>>], whole: &[Edge]) -> Result<()> {
    let rings = || shapes.iter().flatten().flatten();
    let mut edges: Vec<Edge> = rings().flat_map(edges_of).collect();
    let count = edges.len();
    edges.sort_unstable();
    edges.dedup();
    ensure!(edges.len() == count, "{} directed edges occur twice", count - edges.len());
    let border = outline(rings());
    ensure!(
        border == whole,
        "The border of the areas has {} edges, that of the counties {}",
        border.len(),
        whole.len()
    );
    let area: i128 = rings().map(|ring| twice_area(ring)).sum();
    let expected: i128 = polygons(whole).iter().flatten().map(|ring| twice_area(ring)).sum();
    ensure!(area == expected, "The areas sum to {area}, the counties to {expected}");
    Ok(())
}

/// Of the ways out of `at`, the one that turns most to the left when coming from `from`.
fn leftmost(from: Option<GridPoint>, at: GridPoint, targets: &[GridPoint]) -> usize {
    let Some(from) = from else { return 0 };
    let direction = |a: GridPoint, b: GridPoint| ((b.y - a.y) as f64).atan2((b.x - a.x) as f64);
    let incoming = direction(from, at);
    let turn = |target: GridPoint| {
        let turn = direction(at, target) - incoming;
        (turn + 3.0 * std::f64::consts::PI).rem_euclid(std::f64::consts::TAU)
    };
    (0..targets.len()).max_by(|&i, &j| turn(targets[i]).total_cmp(&turn(targets[j]))).unwrap_or(0)
}

/// Removes repeated vertices and there-and-back excursions.
fn without_spikes(ring: GridRing) -> GridRing {
    let mut clean = GridRing::with_capacity(ring.len());
    for point in ring {
        if clean.last() == Some(&point) {
            continue;
        }
        if clean.len() >= 2 && clean[clean.len() - 2] == point {
            clean.pop();
            continue;
        }
        clean.push(point);
    }
    while clean.len() > 2 && (clean[0] == clean[clean.len() - 1] || clean[1] == clean[clean.len() - 1]) {
        if clean[0] != clean[clean.len() - 1] {
            clean.remove(0);
        }
        clean.pop();
    }
    if clean.len() < 3 { GridRing::new() } else { clean }
}

/// Vertices by square of the plane.
#[derive(Default)]
struct Bins(HashMap<(i64, i64), Vec<GridPoint>>);

impl Bins {
    fn add(&mut self, point: GridPoint) {
        self.0.entry((point.x.div_euclid(BIN), point.y.div_euclid(BIN))).or_default().push(point);
    }

    /// The nearest known vertex within [`SNAP`].
    fn near(&self, point: GridPoint) -> Option<GridPoint> {
        self.within(point.x - SNAP, point.y - SNAP, point.x + SNAP, point.y + SNAP)
            .filter(|found| found.distance2(point) <= SNAP * SNAP)
            .min_by_key(|found| (found.distance2(point), *found))
    }

    /// The known vertices that an edge passes within [`SNAP`], in its direction, without its ends.
    fn along(&self, a: GridPoint, b: GridPoint) -> Vec<GridPoint> {
        let (dx, dy) = ((b.x - a.x) as f64, (b.y - a.y) as f64);
        let length2 = dx * dx + dy * dy;
        let box_of = |u: i64, v: i64| (u.min(v) - SNAP, u.max(v) + SNAP);
        let ((x0, x1), (y0, y1)) = (box_of(a.x, b.x), box_of(a.y, b.y));
        let mut found: Vec<(f64, GridPoint)> = self
            .within(x0, y0, x1, y1)
            .filter(|&p| p != a && p != b)
            .filter_map(|p| {
                let (px, py) = ((p.x - a.x) as f64, (p.y - a.y) as f64);
                let along = (px * dx + py * dy) / length2;
                let off2 = (px * dy - py * dx).powi(2) / length2;
                (along > 0.0 && along < 1.0 && off2 <= (SNAP * SNAP) as f64).then_some((along, p))
            })
            .collect();
        found.sort_by(|p, q| p.0.total_cmp(&q.0).then(p.1.cmp(&q.1)));
        found.into_iter().map(|(_, point)| point).collect()
    }

    fn within(&self, x0: i64, y0: i64, x1: i64, y1: i64) -> impl Iterator<Item = GridPoint> + '_ {
        (x0.div_euclid(BIN)..=x1.div_euclid(BIN))
            .flat_map(move |x| (y0.div_euclid(BIN)..=y1.div_euclid(BIN)).map(move |y| (x, y)))
            .filter_map(|bin| self.0.get(&bin))
            .flatten()
            .copied()
            .filter(move |p| (x0..=x1).contains(&p.x) && (y0..=y1).contains(&p.y))
    }
}
