//! Whether edges cross, for however many of them.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Bound;

use crate::domain::progress::Progress;

/// An edge, its ends in the order of the sweep.
pub(super) type Edge = [[i64; 2]; 2];

/// Whether any two of the edges cross, in O(n log n) however many are open at a time (Shamos & Hoey 1976): open edges are kept in their
/// order across the sweep, and only those that are next to each other are looked at. Edges that cross are next to each other before they do.
pub(super) fn has_crossing(edges: &[Edge], progress: &Progress) -> bool {
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
pub(super) fn cross([a, b]: Edge, [c, d]: Edge) -> bool {
    turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
}

/// The sign of the turn a → b → c: 1 to the left, −1 to the right, 0 straight on.
pub(super) fn turn(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i32 {
    let left = i128::from(b[0] - a[0]) * i128::from(c[1] - a[1]);
    let right = i128::from(b[1] - a[1]) * i128::from(c[0] - a[0]);
    left.cmp(&right) as i32
}
