//! What a change of a topology replaces: single arcs and rings of single units, old and new, so that it can be taken back to the last
//! bit. What is added stands at the end; everything else keeps its number.

use super::{ArcUse, Topology, TopologyArrays};
use crate::domain::ids::UnitId;
use crate::domain::sphere::LonLat;

/// An entry of a list that is replaced, added (`old` is none) or removed (`new` is none).
#[derive(Debug, Clone, PartialEq)]
pub struct Swap<T> {
    pub at: u32,
    pub old: Option<T>,
    pub new: Option<T>,
}

impl<T> Swap<T> {
    #[must_use]
    pub fn inverse(self) -> Self {
        Self { at: self.at, old: self.new, new: self.old }
    }
}

/// An arc with the units on its left and right.
#[derive(Debug, Clone, PartialEq)]
pub struct ArcRow {
    pub points: Vec<LonLat>,
    pub sides: [u32; 2],
}

/// Polygons, their rings, the arcs of a ring.
pub type UnitRings = Vec<Vec<Vec<ArcUse>>>;

/// Lists are sorted by position.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyPatch {
    pub arcs: Vec<Swap<ArcRow>>,
    pub units: Vec<Swap<UnitRings>>,
    pub old_links: Vec<[u32; 2]>,
    pub new_links: Vec<[u32; 2]>,
}

const STALE: &str = "the shapes have changed in between";

impl TopologyPatch {
    /// The patch that takes this one back.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            arcs: self.arcs.into_iter().map(Swap::inverse).collect(),
            units: self.units.into_iter().map(Swap::inverse).collect(),
            old_links: self.new_links,
            new_links: self.old_links,
        }
    }

    /// The topology after the change.
    ///
    /// # Errors
    /// What is replaced is not there, or what comes out does not fit together.
    pub fn apply(&self, topology: &Topology) -> Result<Topology, String> {
        Topology::from_arrays(self.apply_to_arrays(topology.arrays())?)
    }

    /// The same for the plain arrays, which are not checked but for what is replaced.
    pub fn apply_to_arrays(&self, old: &TopologyArrays) -> Result<TopologyArrays, String> {
        if old.links != self.old_links {
            return Err(STALE.into());
        }
        let mut new = TopologyArrays { links: self.new_links.clone(), ..TopologyArrays::default() };
        new.points.reserve(old.points.len());
        let arcs = old.arc_starts.len().saturating_sub(1);
        for entry in entries(&self.arcs, arcs)? {
            match entry {
                Entry::Kept(from, to) => {
                    let points = old.arc_starts[from] as usize..old.arc_starts[to] as usize;
                    let shift = new.points.len() as i64 - points.start as i64;
                    let starts = old.arc_starts[from..to].iter().map(|&start| (i64::from(start) + shift) as u32);
                    new.arc_starts.extend(starts);
                    new.points.extend_from_slice(&old.points[points]);
                    new.arc_left.extend_from_slice(&old.arc_left[from..to]);
                    new.arc_right.extend_from_slice(&old.arc_right[from..to]);
                }
                Entry::Swapped(swap) => {
                    if swap.old != arc_row(old, swap.at as usize) {
                        return Err(STALE.into());
                    }
                    if let Some(row) = &swap.new {
                        new.arc_starts.push(new.points.len() as u32);
                        new.points.extend_from_slice(&row.points);
                        new.arc_left.push(row.sides[0]);
                        new.arc_right.push(row.sides[1]);
                    }
                }
            }
        }
        new.arc_starts.push(new.points.len() as u32);
        let units = old.unit_starts.len().saturating_sub(1);
        for entry in entries(&self.units, units)? {
            match entry {
                Entry::Kept(from, to) => (from..to).for_each(|unit| push_unit(&mut new, rings_of(old, unit))),
                Entry::Swapped(swap) => {
                    let before = (swap.at as usize) < units;
                    if swap.old != before.then(|| unit_rings(old, swap.at as usize)) {
                        return Err(STALE.into());
                    }
                    if let Some(rings) = &swap.new {
                        push_unit(&mut new, rings.iter().map(|polygon| polygon.iter().map(Vec::as_slice)));
                    }
                }
            }
        }
        new.unit_starts.push(new.polygon_starts.len() as u32);
        new.polygon_starts.push(new.ring_starts.len() as u32);
        new.ring_starts.push(new.ring_arcs.len() as u32);
        Ok(new)
    }
}

impl Topology {
    /// The polygons of a unit as rings of arc uses.
    pub fn rings_of(&self, unit: UnitId) -> UnitRings {
        unit_rings(&self.arrays, unit.index())
    }
}

enum Entry<'a, T> {
    /// From one position to before another.
    Kept(usize, usize),
    Swapped(&'a Swap<T>),
}

/// The entries of a list in order. What is added must follow the list's end, and what is removed must be its end.
fn entries<T>(swaps: &[Swap<T>], count: usize) -> Result<Vec<Entry<'_, T>>, String> {
    let mut all = Vec::with_capacity(swaps.len() * 2 + 1);
    let mut next = 0;
    let mut removed = false;
    for swap in swaps {
        let at = swap.at as usize;
        if at < next || (removed && (swap.new.is_some() || at != next)) || (at >= count && at != next.max(count)) {
            return Err(STALE.into());
        }
        if at.min(count) > next {
            all.push(Entry::Kept(next, at.min(count)));
        }
        removed |= swap.new.is_none();
        all.push(Entry::Swapped(swap));
        next = at + 1;
    }
    if next < count {
        if removed {
            return Err(STALE.into());
        }
        all.push(Entry::Kept(next, count));
    }
    Ok(all)
}

pub(super) fn arc_row(arrays: &TopologyArrays, arc: usize) -> Option<ArcRow> {
    let (&start, &end) = (arrays.arc_starts.get(arc)?, arrays.arc_starts.get(arc + 1)?);
    let sides = [arrays.arc_left[arc], arrays.arc_right[arc]];
    Some(ArcRow { points: arrays.points[start as usize..end as usize].to_vec(), sides })
}

fn rings_of(arrays: &TopologyArrays, unit: usize) -> impl Iterator<Item = impl Iterator<Item = &[ArcUse]>> {
    let polygons = arrays.unit_starts[unit] as usize..arrays.unit_starts[unit + 1] as usize;
    polygons.map(|polygon| {
        let rings = arrays.polygon_starts[polygon] as usize..arrays.polygon_starts[polygon + 1] as usize;
        rings.map(|ring| &arrays.ring_arcs[arrays.ring_starts[ring] as usize..arrays.ring_starts[ring + 1] as usize])
    })
}

pub(super) fn unit_rings(arrays: &TopologyArrays, unit: usize) -> UnitRings {
    rings_of(arrays, unit).map(|polygon| polygon.map(<[ArcUse]>::to_vec).collect()).collect()
}

fn push_unit<'a>(arrays: &mut TopologyArrays, polygons: impl Iterator<Item = impl Iterator<Item = &'a [ArcUse]>>) {
    arrays.unit_starts.push(arrays.polygon_starts.len() as u32);
    for rings in polygons {
        arrays.polygon_starts.push(arrays.ring_starts.len() as u32);
        for ring in rings {
            arrays.ring_starts.push(arrays.ring_arcs.len() as u32);
            arrays.ring_arcs.extend_from_slice(ring);
        }
    }
}
