//! Units cut along a drawn line. The pieces share their borders with each other and with the units around, vertex by vertex, because
//! the cut is made in the topology: arcs that the line crosses are parted there for both their sides, and the line itself becomes
//! arcs between the pieces. So there can be no gap and no overlap, and units that the line does not touch keep every bit.

mod assemble;
mod faces;
mod fixed;
mod overlay;
mod pieces;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::ids::UnitId;
use super::polygon::ring_contains;
use super::progress::{Phase, Progress};
use super::sphere::LonLat;
use super::topology::TopologyPatch;
use super::units::Units;
use faces::{Border, Cell, Step};
use fixed::{Edge, Point, Where, locate};
use overlay::Overlay;

pub use pieces::Smallest;

/// What is cut along.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Of a closed one the first place need not be repeated. Rings inside rings are holes.
    pub lines: Vec<Vec<LonLat>>,
    /// A boundary, with an inside; else a line that parts what it crosses.
    pub closed: bool,
}

impl Drawn {
    /// Whether a place is inside the boundary: even-odd, so that a loop of a line that crosses itself is outside.
    pub fn contains(&self, place: LonLat) -> bool {
        self.closed && self.lines.iter().filter(|ring| ring_contains(ring, place)).count() % 2 == 1
    }
}

/// The new units and the topology with them.
#[derive(Debug, Clone, Default)]
pub struct Cut {
    pub patch: TopologyPatch,
    /// By unit.
    pub cuts: Vec<CutUnit>,
    /// Units that the line crosses and that stay whole, by unit.
    pub whole: Vec<(UnitId, WhyWhole)>,
    /// Units that are not cut and lie inside the boundary, by at least half where they had to stay whole; by unit.
    pub inside: Vec<UnitId>,
}

/// A unit and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CutUnit {
    pub unit: UnitId,
    /// Two or more. The first has the unit's number; those outside come before those inside.
    pub pieces: Vec<Piece>,
    /// The largest share of the area that was too small to be cut off, 0 for none.
    pub sliver: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    pub unit: UnitId,
    /// Of the area; the shares of all pieces are 1 together.
    pub share: f64,
    pub inside: bool,
}

/// Why a unit was not cut though the line crosses it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WhyWhole {
    /// Only so large a share would have been cut off.
    Sliver(f64),
    /// It may not be cut.
    Kept,
    /// The line crosses itself there so often that it has no sides.
    Tangled,
}

/// Why nothing was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Cancelled,
    /// The line has too few places.
    TooShort,
    /// The line has too many places.
    TooLong,
    /// The line crosses itself and the borders too often.
    Tangled,
}

/// More places of a line would take minutes.
pub const MOST_PLACES: usize = 200_000;

/// Cuts the units that `may_cut`. O(n log n) in the vertices near the line; the same input gives the same units.
///
/// # Errors
/// The line is no line, or the work was cancelled.
pub fn cut(
    units: &Units,
    drawn: &Drawn,
    may_cut: &dyn Fn(UnitId) -> bool,
    smallest: Smallest,
    progress: &Progress,
) -> Result<Cut, Refused> {
    let places: usize = drawn.lines.iter().map(Vec::len).sum();
    if places > MOST_PLACES {
        return Err(Refused::TooLong);
    }
    let Some(bounds) = overlay::bounds_of(&drawn.lines) else { return Err(Refused::TooShort) };
    let candidates: Vec<UnitId> = units
        .ids()
        .filter(|&unit| units.topology.has_shape(unit) && units.bounds[unit.index()].intersects(bounds))
        .collect();
    progress.begin(Phase::Cutting, candidates.len() as u64 * 2).map_err(|_| Refused::Cancelled)?;
    let mut overlay = Overlay::new(units, &candidates, &drawn.lines, drawn.closed);
    if overlay.paths.is_empty() {
        return Err(Refused::TooShort);
    }
    overlay.meet(progress)?;
    let borders: BTreeMap<UnitId, Vec<Border>> =
        candidates.iter().map(|&unit| (unit, borders_of(units, unit, &overlay))).collect();
    let crossed = edges_by_unit(units, &overlay, &borders, progress)?;
    let mut cut = Cut::default();
    let mut cells: Vec<(UnitId, Cell, pieces::Division)> = Vec::new();
    let place = |point: Point| overlay.place(point);
    // The line as it was joined to the borders: no face lies on both sides of it.
    let line: Vec<Edge> =
        overlay.paths.iter().flat_map(|path| path.windows(2).map(|pair| [pair[0], pair[1]])).collect();
    let is_inside = |place: LonLat| {
        let point = fixed::on_grid(place)?;
        match locate(line.iter().copied(), point, point) {
            Where::In => Some(true),
            Where::On => None,
            Where::Out => Some(false),
        }
    };
    for (unit, borders) in borders {
        progress.tick(1).map_err(|_| Refused::Cancelled)?;
        let edges = crossed.get(&unit).map_or(&[][..], Vec::as_slice);
        let parts = units.topology.rings_of(unit).len();
        if edges.is_empty() && (parts == 1 || !drawn.closed) {
            if drawn.closed && is_inside(units.centres[unit.index()]) == Some(true) {
                cut.inside.push(unit);
            }
            continue;
        }
        let cell = Cell::new(borders, edges, &place);
        let inside: Option<&dyn Fn(LonLat) -> Option<bool>> = if drawn.closed { Some(&is_inside) } else { None };
        let Some(division) = pieces::divide(&cell, inside, smallest, &place) else {
            cut.whole.push((unit, WhyWhole::Tangled));
            continue;
        };
        let parted = division.pieces.len() > 1;
        if parted && may_cut(unit) {
            cells.push((unit, cell, division));
            continue;
        }
        match (parted, division.sliver > 0.0) {
            (true, _) => cut.whole.push((unit, WhyWhole::Kept)),
            (false, true) => cut.whole.push((unit, WhyWhole::Sliver(division.sliver))),
            // The line ends in it, or runs along its border.
            (false, false) => {}
        }
        if !parted && division.mostly_inside {
            cut.inside.push(unit);
        }
    }
    assemble::assemble(units, &overlay, &cells, &mut cut);
    Ok(cut)
}

/// The rings of a unit with the vertices that were added.
fn borders_of(units: &Units, unit: UnitId, overlay: &Overlay) -> Vec<Border> {
    let rings = units.topology.rings_of(unit).into_iter().flatten();
    let border = |ring: Vec<super::topology::ArcUse>| {
        let mut border = Border::new();
        for arc_use in ring {
            let (arc, backwards) = arc_use.split();
            let Some(path) = overlay.arcs.get(&arc.0) else { continue };
            let last = path.len() - 1;
            for at in 0..last {
                let (from, to) = if backwards { (last - at, last - at - 1) } else { (at, at + 1) };
                border.push((path[from].at, Step { arc: arc.0, from: from as u32, to: to as u32 }));
            }
        }
        border
    };
    rings.map(border).collect()
}

/// The edges of the line that run inside each unit, not along its border.
fn edges_by_unit(
    units: &Units,
    overlay: &Overlay,
    borders: &BTreeMap<UnitId, Vec<Border>>,
    progress: &Progress,
) -> Result<BTreeMap<UnitId, Vec<Edge>>, Refused> {
    let sorted = |a: Point, b: Point| if a < b { [a, b] } else { [b, a] };
    let arc_edges: HashSet<Edge> =
        overlay.arcs.values().flat_map(|path| path.windows(2).map(|pair| sorted(pair[0].at, pair[1].at))).collect();
    let on_arcs: HashSet<Point> = overlay.arcs.values().flatten().map(|vertex| vertex.at).collect();
    let mut edges_of: HashMap<UnitId, Vec<Edge>> = HashMap::new();
    let mut unit_at = |a: Point, b: Point| {
        let (low, high) = (overlay.place(a), overlay.place(b));
        let middle = LonLat::new((low.lon + high.lon) / 2.0, (low.lat + high.lat) / 2.0);
        let near = borders.keys().copied().filter(|unit| units.bounds[unit.index()].grown(1e-6).contains(middle));
        near.into_iter().find(|unit| {
            let edges = edges_of.entry(*unit).or_insert_with(|| {
                let rings = borders[unit].iter().map(|border| border.iter().map(|step| step.0).collect::<Vec<_>>());
                rings.flat_map(|ring| fixed::ring_edges(&ring).collect::<Vec<_>>()).collect()
            });
            locate(edges.iter().copied(), a, b) == Where::In
        })
    };
    let mut found: BTreeMap<UnitId, BTreeSet<Edge>> = BTreeMap::new();
    for path in &overlay.paths {
        let mut unit: Option<UnitId> = None;
        for (nth, pair) in path.windows(2).enumerate() {
            if nth % 256 == 0 {
                progress.check().map_err(|_| Refused::Cancelled)?;
            }
            let edge = sorted(pair[0], pair[1]);
            if arc_edges.contains(&edge) {
                continue;
            }
            // Between vertices of borders the line stays in one unit.
            if nth == 0 || on_arcs.contains(&pair[0]) {
                unit = unit_at(pair[0], pair[1]);
            }
            if let Some(unit) = unit {
                found.entry(unit).or_default().insert(edge);
            }
        }
    }
    Ok(found.into_iter().map(|(unit, edges)| (unit, edges.into_iter().collect())).collect())
}
