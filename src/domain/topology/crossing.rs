//! What is wrong with the rings of one unit: they cross, lie upon each other, or are holes of nothing.

use super::clean::{CleanRing, STEPS_PER_DEGREE};
use super::repair::polygons;
use super::sweep::{Edge, has_crossing, turn};
use crate::domain::progress::Progress;
use crate::domain::sphere::LonLat;

/// What was found. Only what is certain needs a repair; a unit that touches itself may be sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults {
    /// Two edges cross at a point inside both.
    pub crossing: bool,
    /// Two edges lie upon each other along some of their length: spikes, double rings, parts side by side.
    pub doubled: bool,
    /// A hole lies outside of its polygon, or in another hole.
    pub hole: bool,
    /// A part lies in another part.
    pub nested: bool,
    /// A ring comes by the same place again, or a corner lies on another edge.
    pub touching: bool,
    /// Where the first of them is.
    pub place: LonLat,
    /// So many crossings, or edges side by side, are no slip of the pen; putting them right could take for ever.
    pub(super) is_too_much: bool,
}

/// Crossings of one unit that are followed up.
const MOST_CROSSINGS: usize = 20_000;

/// So many open edges are looked through per edge in the mean; a sound border has far fewer.
const LOOKS_PER_EDGE: usize = 200;

impl Faults {
    pub(super) fn any(&self) -> bool {
        self.is_certain() || self.touching
    }

    pub(super) fn is_certain(&self) -> bool {
        self.crossing || self.doubled || self.hole || self.nested
    }

    /// The faults of both; the place of the first.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            crossing: self.crossing || other.crossing,
            doubled: self.doubled || other.doubled,
            hole: self.hole || other.hole,
            nested: self.nested || other.nested,
            touching: self.touching || other.touching,
            place: self.place,
            is_too_much: self.is_too_much || other.is_too_much,
        }
    }

    fn at(&mut self, position: [i64; 2]) {
        if !self.is_certain() {
            let [lon, lat] = position.map(|value| value as f64 / STEPS_PER_DEGREE);
            self.place = LonLat::new(lon, lat);
        }
    }
}

/// Looks through the rings of one unit.
pub(super) fn faults_of(rings: &[CleanRing], vertices: &[[i32; 2]], progress: &Progress) -> Faults {
    let paths: Vec<Vec<[i64; 2]>> = rings
        .iter()
        .map(|ring| ring.path.iter().map(|&vertex| vertices[vertex as usize].map(i64::from)).collect())
        .collect();
    let mut faults = Faults::default();
    look_at_edges(&paths, progress, &mut faults);
    look_at_holes(rings, &paths, &mut faults);
    look_at_parts(rings, &paths, &mut faults);
    faults
}

/// Whether a hole seems to lie outside of the ring.
pub(super) fn is_outside(hole: &CleanRing, outer: &CleanRing, vertices: &[[i32; 2]]) -> bool {
    let path = |ring: &CleanRing| -> Vec<[i64; 2]> {
        ring.path.iter().map(|&vertex| vertices[vertex as usize].map(i64::from)).collect()
    };
    !contains(&path(outer), middle(&path(hole)))
}

/// Sweeps along the longer side of the box, so that few edges are open at a time.
fn look_at_edges(paths: &[Vec<[i64; 2]>], progress: &Progress, faults: &mut Faults) {
    let extent = |axis: usize| {
        let values = paths.iter().flatten().map(|p| p[axis]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    let axis = usize::from(extent(1) > extent(0));
    let mut edges: Vec<Edge> = paths
        .iter()
        .flat_map(|path| {
            (0..path.len()).map(move |i| {
                let (a, b) = (path[i], path[(i + 1) % path.len()]);
                if a[axis] <= b[axis] { [a, b] } else { [b, a] }
            })
        })
        .collect();
    edges.sort_unstable_by_key(|edge| (edge[0][axis], edge[1][axis], *edge));
    // A place that edges begin or end at more than twice is passed again.
    let mut ends: Vec<[i64; 2]> = edges.iter().flatten().copied().collect();
    ends.sort_unstable();
    if let Some(run) = ends.chunk_by(|a, b| a == b).find(|run| run.len() > 2) {
        faults.at(run[0]);
        faults.touching = true;
    }
    let across = 1 - axis;
    let span = |edge: &Edge| (edge[0][across].min(edge[1][across]), edge[0][across].max(edge[1][across]));
    let mut open: Vec<(Edge, (i64, i64))> = Vec::new();
    let (mut crossings, mut looks) = (0, 10_000 + LOOKS_PER_EDGE * edges.len());
    for &edge in &edges {
        if progress.is_cancelled() {
            return;
        }
        let Some(left) = looks.checked_sub(open.len()) else {
            look_at_many(&edges, axis, progress, faults);
            return;
        };
        looks = left;
        let (low, high) = span(&edge);
        open.retain(|(other, _)| other[1][axis] >= edge[0][axis]);
        for (other, (other_low, other_high)) in &open {
            if *other_low > high || *other_high < low {
                continue;
            }
            match relation(*other, edge) {
                Relation::Apart => {}
                Relation::Touch => {
                    faults.at(edge[0]);
                    faults.touching = true;
                }
                Relation::Upon => {
                    faults.at(edge[0]);
                    faults.doubled = true;
                }
                Relation::Cross => {
                    faults.at(crossing_of(*other, edge));
                    faults.crossing = true;
                    crossings += 1;
                    if crossings > MOST_CROSSINGS {
                        faults.is_too_much = true;
                        return;
                    }
                }
            }
        }
        open.push((edge, (low, high)));
    }
}

/// Edges made to lie beside each other by the thousand: only whether any two cross, and whether one is there twice. What crosses like that is
/// not put right.
fn look_at_many(edges: &[Edge], axis: usize, progress: &Progress, faults: &mut Faults) {
    let turned = |[x, y]: [i64; 2]| if axis == 0 { [x, y] } else { [y, x] };
    let ends = |edge: &Edge| {
        let [a, b] = edge.map(turned);
        [a.min(b), a.max(b)]
    };
    let mut edges: Vec<Edge> = edges.iter().map(ends).collect();
    edges.sort_unstable();
    if let Some(pair) = edges.windows(2).find(|pair| pair[0] == pair[1]) {
        faults.at(turned(pair[0][0]));
        faults.doubled = true;
    }
    faults.crossing |= has_crossing(&edges, progress);
    faults.is_too_much = true;
}

/// How two edges of one unit lie to each other. Ends that meet are no matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Apart,
    /// A corner of one lies inside the other.
    Touch,
    /// Along some of their length.
    Upon,
    /// At a point inside both.
    Cross,
}

/// Exact.
fn relation([a, b]: Edge, [c, d]: Edge) -> Relation {
    let (c_side, d_side) = (turn(a, b, c), turn(a, b, d));
    if c_side * d_side > 0 {
        return Relation::Apart;
    }
    let (a_side, b_side) = (turn(c, d, a), turn(c, d, b));
    if a_side * b_side > 0 {
        return Relation::Apart;
    }
    if c_side == 0 && d_side == 0 {
        let axis = usize::from((b[1] - a[1]).abs() > (b[0] - a[0]).abs());
        let (first, second) =
            ((a[axis].min(b[axis]), a[axis].max(b[axis])), (c[axis].min(d[axis]), c[axis].max(d[axis])));
        let (low, high) = (first.0.max(second.0), first.1.min(second.1));
        return if low < high { Relation::Upon } else { Relation::Apart };
    }
    if c_side * d_side < 0 && a_side * b_side < 0 {
        return Relation::Cross;
    }
    let meet = a == c || a == d || b == c || b == d;
    if meet { Relation::Apart } else { Relation::Touch }
}

/// Where they cross, to the next step of the grid.
fn crossing_of([a, b]: Edge, [c, d]: Edge) -> [i64; 2] {
    let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(|value| value as f64);
    let [cx, cy, dx, dy] = [c[0], c[1], d[0], d[1]].map(|value| value as f64);
    let across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
    let along = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across;
    if along.is_finite() { [(ax + along * (bx - ax)) as i64, (ay + along * (by - ay)) as i64] } else { a }
}

/// Holes that are outside of their polygon, or in another hole.
fn look_at_holes(rings: &[CleanRing], paths: &[Vec<[i64; 2]>], faults: &mut Faults) {
    let mut first = 0;
    let mut work = work_for(paths);
    for polygon in polygons(rings) {
        let outer = &paths[first];
        let holes = &paths[first + 1..first + polygon.len()];
        first += polygon.len();
        let boxes: Vec<[i64; 4]> = holes.iter().map(|hole| bounds_of(hole)).collect();
        for (index, hole) in holes.iter().enumerate() {
            let Some(left) = work.checked_sub(outer.len() + holes.len()) else { return };
            work = left;
            let inside = middle(hole);
            let other = |other: usize| {
                other != index && lies_within(boxes[index], boxes[other]) && contains(&holes[other], inside)
            };
            if !contains(outer, inside) || (0..holes.len()).any(other) {
                faults.at(hole[0]);
                faults.hole = true;
            }
        }
    }
}

/// Parts that lie in another part, not in a hole of it. Parts that cross are found by their edges.
fn look_at_parts(rings: &[CleanRing], paths: &[Vec<[i64; 2]>], faults: &mut Faults) {
    let mut first = 0;
    let mut parts: Vec<(std::ops::Range<usize>, [i64; 4])> = Vec::new();
    for polygon in polygons(rings) {
        let range = first..first + polygon.len();
        first = range.end;
        let bounds = bounds_of(&paths[range.start]);
        parts.push((range, bounds));
    }
    if parts.len() < 2 {
        return;
    }
    parts.sort_by_key(|(range, bounds)| (bounds[0], std::cmp::Reverse(bounds[2]), range.start));
    let mut open: Vec<(std::ops::Range<usize>, [i64; 4])> = Vec::new();
    let mut work = work_for(paths);
    for (range, bounds) in parts {
        open.retain(|(_, other)| other[2] >= bounds[0]);
        let inside = middle(&paths[range.start]);
        for (other, _) in open.iter().filter(|(_, other)| lies_within(bounds, *other)) {
            let Some(left) = work.checked_sub(paths[other.start].len() + open.len()) else { return };
            work = left;
            let in_hole = || paths[other.start + 1..other.end].iter().any(|hole| contains(hole, inside));
            if contains(&paths[other.start], inside) && !in_hole() {
                faults.at(paths[range.start][0]);
                faults.nested = true;
            }
        }
        open.push((range, bounds));
    }
}

/// How much may be done to find out what lies in what; rings in rings without end are no map.
fn work_for(paths: &[Vec<[i64; 2]>]) -> usize {
    50_000_000 + 1000 * paths.iter().map(Vec::len).sum::<usize>()
}

fn bounds_of(path: &[[i64; 2]]) -> [i64; 4] {
    let none = [i64::MAX, i64::MAX, i64::MIN, i64::MIN];
    path.iter().fold(none, |b, p| [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])])
}

fn lies_within(inner: [i64; 4], outer: [i64; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
}

/// The middle of the first edge: corners may lie on another ring, an edge that does is found as one.
fn middle(path: &[[i64; 2]]) -> [f64; 2] {
    let (a, b) = (path[0], path[1 % path.len()]);
    [0, 1].map(|axis| (a[axis] as f64 + b[axis] as f64) / 2.0)
}

/// Even-odd rule.
fn contains(path: &[[i64; 2]], [x, y]: [f64; 2]) -> bool {
    let mut inside = false;
    for (i, a) in path.iter().enumerate() {
        let b = path[(i + 1) % path.len()];
        let [ax, ay, bx, by] = [a[0], a[1], b[0], b[1]].map(|value| value as f64);
        if (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax) {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sweep::cross;
    use super::*;

    fn crosses_itself(ring: &[[i64; 2]], progress: &Progress) -> bool {
        let mut faults = Faults::default();
        look_at_edges(&[ring.to_vec()], progress, &mut faults);
        faults.crossing
    }

    fn by_pairs(ring: &[[i64; 2]]) -> bool {
        let edge = |i: usize| [ring[i], ring[(i + 1) % ring.len()]];
        (0..ring.len()).any(|i| (0..i).any(|j| cross(edge(i), edge(j))))
    }

    fn by_order(ring: &[[i64; 2]]) -> bool {
        let edges: Vec<Edge> = (0..ring.len()).map(|i| [ring[i], ring[(i + 1) % ring.len()]]).collect();
        let mut edges: Vec<Edge> = edges.into_iter().map(|[a, b]| [a.min(b), a.max(b)]).collect();
        edges.sort_unstable();
        has_crossing(&edges, &Progress::new())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Corners on a coarse grid touch, overlap and cross in every way.
        #[test]
        fn the_sweep_finds_what_looking_at_all_pairs_finds(
            ring in prop::collection::vec((0_i64..7, 0_i64..7), 3..14)
        ) {
            let mut ring: Vec<[i64; 2]> = ring.into_iter().map(|(x, y)| [x, y]).collect();
            ring.dedup();
            prop_assume!(ring.len() > 2 && ring.first() != ring.last());
            prop_assert_eq!(by_order(&ring), by_pairs(&ring));
            prop_assert_eq!(crosses_itself(&ring, &Progress::new()), by_pairs(&ring));
        }

        /// Stars around a middle do not cross themselves, until two neighbours change places.
        #[test]
        fn large_rings_without_crossings_have_none(radii in prop::collection::vec(100_i64..1_000_000, 100..400), at in 0_usize..100) {
            let count = radii.len();
            let place = |(i, radius): (usize, &i64)| {
                let angle = std::f64::consts::TAU * i as f64 / count as f64;
                [(angle.cos() * *radius as f64 * 1000.0) as i64, (angle.sin() * *radius as f64 * 1000.0) as i64]
            };
            let mut ring: Vec<[i64; 2]> = radii.iter().enumerate().map(place).collect();
            prop_assert_eq!(by_order(&ring), by_pairs(&ring));
            ring.swap(at, (at + 7) % count);
            prop_assert_eq!(by_order(&ring), by_pairs(&ring));
            prop_assert_eq!(crosses_itself(&ring, &Progress::new()), by_pairs(&ring));
        }
    }

    /// A comb of thousands of teeth, slanted so that the box of each tooth lies over all others.
    #[test]
    fn a_comb_crosses_itself_where_a_tooth_is_bent() {
        let teeth = 10_000_i64;
        let mut ring: Vec<[i64; 2]> = Vec::new();
        for tooth in 0..teeth {
            let x = tooth * 4;
            ring.extend([[x, 0], [x + 10_000_000, 10_000_000], [x + 2, 0]]);
        }
        ring.extend([[teeth * 4, -10], [0, -10]]);
        assert!(!crosses_itself(&ring, &Progress::new()));
        ring[15_001][0] += 30;
        assert!(crosses_itself(&ring, &Progress::new()));
    }
}
