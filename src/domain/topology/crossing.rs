//! Rings that cross themselves.

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

/// Sweeps along the longer side of the ring's box, so that few edges are open at a time. Stops at the first crossing.
fn crosses_itself(ring: &[[i64; 2]], progress: &Progress) -> bool {
    let extent = |axis: usize| {
        let values = ring.iter().map(|p| p[axis]);
        values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
    };
    let axis = usize::from(extent(1) > extent(0));
    let mut edges: Vec<[[i64; 2]; 2]> = (0..ring.len())
        .map(|i| {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            if a[axis] <= b[axis] { [a, b] } else { [b, a] }
        })
        .collect();
    edges.sort_unstable_by_key(|edge| (edge[0][axis], edge[1][axis]));
    let mut open: Vec<[[i64; 2]; 2]> = Vec::new();
    for edge in edges {
        if progress.is_cancelled() {
            return false;
        }
        open.retain(|other| other[1][axis] >= edge[0][axis]);
        if open.iter().any(|other| cross(*other, edge)) {
            return true;
        }
        open.push(edge);
    }
    false
}

/// Whether two edges cross at a point inside both. Exact.
fn cross([a, b]: [[i64; 2]; 2], [c, d]: [[i64; 2]; 2]) -> bool {
    turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
}

/// The sign of the turn a → b → c: 1 to the left, −1 to the right, 0 straight on.
fn turn(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i32 {
    let left = i128::from(b[0] - a[0]) * i128::from(c[1] - a[1]);
    let right = i128::from(b[1] - a[1]) * i128::from(c[0] - a[0]);
    left.cmp(&right) as i32
}
