//! Rings that cross themselves.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Bound;

use rayon::prelude::*;

use super::clean::Cleaned;
use crate::domain::ids::UnitId;
use crate::domain::progress::{Cancelled, Progress};

/// The units with a ring that crosses itself, ascending. Touching itself is no crossing.
pub(super) fn self_crossing_units(cleaned: &Cleaned, progress: &Progress) -> Result<Vec<UnitId>, Cancelled> {
    let found: Vec<Option<UnitId>> = cleaned
        .rings
        .par_iter()
        .map(|ring| {
            let positions: Vec<[i64; 2]> =
                ring.path.iter().map(|&vertex| cleaned.vertices[vertex as usize].map(i64::from)).collect();
            crosses_itself(&positions, progress).then_some(UnitId(ring.unit))
        })
        .collect();
    progress.check()?;
    let mut units: Vec<UnitId> = found.into_iter().flatten().collect();
    units.dedup();
    Ok(units)
}

/// An edge, its ends in the order of the sweep.
type Edge = [[i64; 2]; 2];

/// So many open edges are looked through one by one; a sound border seldom has as many.
const FEW: usize = 48;

/// Sweeps along the longer side of the ring's box, so that few edges are open at a time. Stops at the first crossing.
fn crosses_itself(ring: &[[i64; 2]], progress: &Progress) -> bool {
    let extent = |axis: usize| {
        let values = ring.iter().map(|p| p[axis]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    let axis = usize::from(extent(1) > extent(0));
    let turned = |p: [i64; 2]| if axis == 0 { p } else { [p[1], p[0]] };
    let mut edges: Vec<Edge> = (0..ring.len())
        .map(|i| {
            let (a, b) = (turned(ring[i]), turned(ring[(i + 1) % ring.len()]));
            [a.min(b), a.max(b)]
        })
        .collect();
    edges.sort_unstable();
    let mut open: Vec<Edge> = Vec::new();
    for &edge in &edges {
        if progress.is_cancelled() {
            return false;
        }
        open.retain(|other| other[1][0] >= edge[0][0]);
        if open.iter().any(|other| cross(*other, edge)) {
            return true;
        }
        open.push(edge);
        if open.len() > FEW {
            return has_crossing(&edges, progress);
        }
    }
    false
}

/// Whether any two of the edges cross, in O(n log n) however many are open at a time (Shamos & Hoey 1976): open edges are kept in their
/// order across the sweep, and only those that are next to each other are looked at. Edges that cross are next to each other before they do.
fn has_crossing(edges: &[Edge], progress: &Progress) -> bool {
    // Where one edge ends and another begins the end comes first: what was between two others is gone then.
    let mut events: Vec<([i64; 2], bool, u32)> = Vec::with_capacity(edges.len() * 2);
    for (number, edge) in (0..).zip(edges) {
        events.push((edge[0], true, number));
        events.push((edge[1], false, number));
    }
    events.sort_unstable();
    let mut open: BTreeSet<Open> = BTreeSet::new();
    for (nth, (_, begins, number)) in events.into_iter().enumerate() {
        if nth % 4096 == 0 && progress.is_cancelled() {
            return false;
        }
        let edge = Open { edge: edges[number as usize], number };
        if !begins {
            open.remove(&edge);
        }
        let below = open.range(..edge).next_back();
        let above = open.range((Bound::Excluded(edge), Bound::Unbounded)).next();
        let crosses = |a: Option<&Open>, b: Option<&Open>| a.zip(b).is_some_and(|(a, b)| cross(a.edge, b.edge));
        let found =
            if begins { crosses(below, Some(&edge)) || crosses(Some(&edge), above) } else { crosses(below, above) };
        if found {
            return true;
        }
        if begins {
            open.insert(edge);
        }
    }
    false
}

/// An edge that the sweep has reached and not left; lower ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    edge: Edge,
    number: u32,
}

impl Ord for Open {
    /// By the side of the longer open edge on which the other begins, and where it begins on it, goes on.
    fn cmp(&self, other: &Self) -> Ordering {
        let ([a, b], [c, d]) = (self.edge, other.edge);
        let side = if a <= c {
            let turn = turn(a, b, c);
            if turn == 0 { self::turn(a, b, d) } else { turn }
        } else {
            let turn = turn(c, d, a);
            -(if turn == 0 { self::turn(c, d, b) } else { turn })
        };
        // Positive: the other lies above.
        0.cmp(&side).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether two edges cross at a point inside both. Exact.
fn cross([a, b]: Edge, [c, d]: Edge) -> bool {
    turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
}

/// The sign of the turn a → b → c: 1 to the left, −1 to the right, 0 straight on.
fn turn(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i32 {
    let left = i128::from(b[0] - a[0]) * i128::from(c[1] - a[1]);
    let right = i128::from(b[1] - a[1]) * i128::from(c[0] - a[0]);
    left.cmp(&right) as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    /// A comb of a hundred thousand teeth, slanted so that the box of each tooth lies over all others.
    #[test]
    fn a_comb_takes_no_time() {
        let teeth = 100_000_i64;
        let mut ring: Vec<[i64; 2]> = Vec::new();
        for tooth in 0..teeth {
            let x = tooth * 4;
            ring.extend([[x, 0], [x + 10_000_000, 10_000_000], [x + 2, 0]]);
        }
        ring.extend([[teeth * 4, -10], [0, -10]]);
        let start = std::time::Instant::now();
        assert!(!crosses_itself(&ring, &Progress::new()));
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
        ring[150_001][1] += 20;
        ring[150_001][0] += 30;
        assert!(crosses_itself(&ring, &Progress::new()));
    }
}
