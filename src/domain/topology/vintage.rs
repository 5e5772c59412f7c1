//! From one topology to another one as a patch: what both have keeps its number, so that little is left to be stored.

use std::collections::HashMap;

use super::patch::{ArcRow, Swap, TopologyPatch, UnitRings, arc_row, unit_rings};
use super::{ArcUse, OUTSIDE, TopologyArrays};
use crate::domain::sphere::LonLat;

impl TopologyPatch {
    /// The patch that makes `new` of `old`. `positions` says which number each unit of `new` gets; all numbers from 0 on are given. Arcs
    /// with the same places keep their number.
    pub fn between(old: &TopologyArrays, new: &TopologyArrays, positions: &[u32]) -> Self {
        let arc_positions = arc_positions(old, new);
        let unit = |unit: u32| if unit == OUTSIDE { OUTSIDE } else { positions[unit as usize] };
        let arc_use = |used: &ArcUse| {
            let (arc, reversed) = used.split();
            let renumbered = ArcUse(arc_positions[arc.index()] as i32);
            if reversed { renumbered.reversed() } else { renumbered }
        };
        let arcs: Vec<ArcRow> = in_place(&arc_positions, |arc| {
            let row = arc_row(new, arc).unwrap_or(ArcRow { points: Vec::new(), sides: [OUTSIDE; 2] });
            ArcRow { sides: row.sides.map(unit), points: row.points }
        });
        let rings: Vec<UnitRings> = in_place(positions, |unit| {
            let mut rings = unit_rings(new, unit);
            rings.iter_mut().flatten().flatten().for_each(|used| *used = arc_use(used));
            rings
        });
        let mut links: Vec<[u32; 2]> = new
            .links
            .iter()
            .map(|pair| {
                let [a, b] = pair.map(unit);
                [a.min(b), a.max(b)]
            })
            .collect();
        links.sort_unstable();
        let old_arcs = old.arc_starts.len().saturating_sub(1);
        let old_units = old.unit_starts.len().saturating_sub(1);
        Self {
            arcs: swaps(arcs, old_arcs, |arc| arc_row(old, arc)),
            units: swaps(rings, old_units, |unit| (unit < old_units).then(|| unit_rings(old, unit))),
            old_links: old.links.clone(),
            new_links: links,
        }
    }
}

/// The entries of a list at the positions that they get.
fn in_place<T>(positions: &[u32], entry: impl Fn(usize) -> T) -> Vec<T> {
    let mut order: Vec<usize> = (0..positions.len()).collect();
    order.sort_unstable_by_key(|&at| positions[at]);
    order.into_iter().map(entry).collect()
}

fn swaps<T: PartialEq>(new: Vec<T>, old_count: usize, old: impl Fn(usize) -> Option<T>) -> Vec<Swap<T>> {
    let count = new.len();
    let mut swaps = Vec::new();
    for (at, row) in new.into_iter().enumerate() {
        let before = old(at);
        if before.as_ref() != Some(&row) {
            swaps.push(Swap { at: at as u32, old: before, new: Some(row) });
        }
    }
    swaps.extend((count..old_count).map(|at| Swap { at: at as u32, old: old(at), new: None }));
    swaps
}

/// Which number each arc of the new topology gets.
fn arc_positions(old: &TopologyArrays, new: &TopologyArrays) -> Vec<u32> {
    let count = new.arc_starts.len().saturating_sub(1);
    let bits =
        |points: &[LonLat]| -> Vec<[u64; 2]> { points.iter().map(|p| [p.lon.to_bits(), p.lat.to_bits()]).collect() };
    let points = |arrays: &TopologyArrays, arc: usize| {
        bits(&arrays.points[arrays.arc_starts[arc] as usize..arrays.arc_starts[arc + 1] as usize])
    };
    // Arcs of one set of places are few, and the first of them is as good as another.
    let mut known: HashMap<Vec<[u64; 2]>, Vec<u32>> = HashMap::new();
    for arc in (0..old.arc_starts.len().saturating_sub(1).min(count)).rev() {
        known.entry(points(old, arc)).or_default().push(arc as u32);
    }
    let mut taken = vec![false; count];
    let mut positions = vec![None; count];
    for (arc, position) in positions.iter_mut().enumerate() {
        *position = known.get_mut(&points(new, arc)).and_then(Vec::pop);
        if let Some(at) = position {
            taken[*at as usize] = true;
        }
    }
    let mut free = (0..count as u32).filter(|&at| !taken[at as usize]);
    positions.into_iter().map(|position| position.or_else(|| free.next()).unwrap_or_default()).collect()
}
