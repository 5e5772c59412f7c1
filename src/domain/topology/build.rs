//! From polygons to shared arcs: clean the rings, meet at common vertices, cut at junctions, store each piece once.
//!
//! The cutting follows TopoJSON (Bostock 2012, "topojson-server": extract, cut, dedup): a vertex is a junction when two rings, or
//! two visits of one ring, do not go on to the same neighbours. Between junctions all rings run along together, so a piece is known
//! by its first edge alone.

use std::collections::HashMap;

use super::clean::{CleanRing, Cleaned, clean};
use super::junctions::insert_missing_vertices;
use super::links::{join_parts, over_the_antimeridian};
use super::repair::{Repair, repair};
use super::{ArcUse, OUTSIDE, Topology, TopologyArrays};
use crate::domain::ids::UnitId;
use crate::domain::polygon::Shape;
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::sphere::LonLat;

/// What was found and done while building.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BuildReport {
    /// Vertices that were not numbers or not on the globe; left out.
    pub unusable_vertices: usize,
    /// Vertices that repeated the one before them, or were the tip of a spike without width; left out.
    pub repeated_vertices: usize,
    /// Rings with fewer than three different vertices or without area; left out.
    pub dropped_rings: usize,
    /// Outer rings that ran clockwise, or holes that ran counter-clockwise; turned round.
    pub turned_rings: usize,
    /// Vertices of a neighbour that were missing on the border beside it; added.
    pub inserted_vertices: usize,
    /// Pieces of border that were claimed twice on the same side, so that units lie upon each other; each kept on its own.
    pub overlaps: usize,
    /// What is wrong with single units, by unit.
    pub findings: Vec<Finding>,
    /// Units whose shape was put right, by unit.
    pub repairs: Vec<Repair>,
    /// Parts of the layer that touch each other nowhere, before they were linked.
    pub parts: usize,
    /// The links made between them, by pair of units.
    pub links: Vec<Link>,
}

/// Something about one unit that its owner should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub unit: UnitId,
    pub reason: Reason,
}

/// Why a unit is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It had no shape at all; it is kept without one.
    Empty,
    /// Its shape had no usable ring; it is kept without one.
    NothingUsable,
    /// A part of its shape had too few vertices or no area and was left out.
    DroppedPart,
    /// It crosses itself so often, or is so large, that it could not be put right; it is kept as it is.
    SelfCrossing,
    /// It lies upon another unit along some of its border.
    Overlap,
}

/// Two units of parts that touch nowhere, made neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    pub units: [UnitId; 2],
    /// Between their nearest vertices, great circle; 0 where they touch in a corner.
    pub distance_km: f64,
}

/// Builds the topology of a layer: one unit per shape, in order. Coordinates are snapped to about a centimetre, and vertices closer
/// than about 0.1 m become one. O(n log n) in vertices; the same input gives the same arrays.
pub fn build(shapes: &[Shape], progress: &Progress) -> Result<(Topology, BuildReport), Cancelled> {
    const STAGES: u64 = 6;
    let units = shapes.len() as u64;
    progress.begin(Phase::FindingBorders, units * STAGES)?;
    let mut report = BuildReport::default();
    let mut cleaned = clean(shapes, progress, &mut report)?;
    report.inserted_vertices = insert_missing_vertices(&mut cleaned, progress)?;
    progress.tick(units)?;
    // A crossing that becomes a corner is one of the neighbours, too; and a corner moves a line by a hair. Look again, but not for ever.
    const ROUNDS: usize = 3;
    for _ in 0..ROUNDS {
        if !repair(&mut cleaned, progress, &mut report)? {
            break;
        }
        report.inserted_vertices += insert_missing_vertices(&mut cleaned, progress)?;
    }
    report.repairs.sort_by_key(|repair| repair.unit);
    progress.tick(units)?;
    let mut arrays = share_arcs(&cleaned, shapes.len(), progress, &mut report)?;
    progress.tick(units)?;
    let over = over_the_antimeridian(&arrays);
    (report.links, report.parts) = join_parts(&arrays, &over, progress)?;
    progress.tick(units)?;
    arrays.links = report.links.iter().map(|link| link.units.map(|unit| unit.0)).chain(over).collect();
    arrays.links.sort_unstable();
    report.findings.sort_unstable();
    report.findings.dedup();
    Ok((Topology::derive(arrays), report))
}

/// Cuts the rings at junctions and stores each piece once.
fn share_arcs(
    cleaned: &Cleaned,
    units: usize,
    progress: &Progress,
    report: &mut BuildReport,
) -> Result<TopologyArrays, Cancelled> {
    let junctions = find_junctions(cleaned);
    let mut arcs = Arcs::default();
    let mut arrays = TopologyArrays { unit_starts: Vec::with_capacity(units + 1), ..TopologyArrays::default() };
    let mut rings = cleaned.rings.iter().peekable();
    for unit in 0..units as u32 {
        if unit % 1024 == 0 {
            progress.check()?;
        }
        arrays.unit_starts.push(arrays.polygon_starts.len() as u32);
        while let Some(ring) = rings.next_if(|ring| ring.unit == unit) {
            if ring.outer {
                arrays.polygon_starts.push(arrays.ring_starts.len() as u32);
            }
            arrays.ring_starts.push(arrays.ring_arcs.len() as u32);
            arcs.cut(ring, &junctions, &mut arrays.ring_arcs);
        }
    }
    arrays.unit_starts.push(arrays.polygon_starts.len() as u32);
    arrays.polygon_starts.push(arrays.ring_starts.len() as u32);
    arrays.ring_starts.push(arrays.ring_arcs.len() as u32);
    arcs.starts.push(arcs.path.len() as u32);
    report.overlaps = arcs.overlapping.len();
    report
        .findings
        .extend(arcs.overlapping.iter().map(|&unit| Finding { unit: UnitId(unit), reason: Reason::Overlap }));
    arrays.points = arcs.path.iter().map(|&vertex| cleaned.place(vertex)).collect::<Vec<LonLat>>();
    arrays.arc_starts = arcs.starts;
    arrays.arc_left = arcs.left;
    arrays.arc_right = arcs.right;
    Ok(arrays)
}

/// Per vertex whether rings part there.
fn find_junctions(cleaned: &Cleaned) -> Vec<bool> {
    const UNSEEN: [u32; 2] = [u32::MAX; 2];
    let mut neighbours = vec![UNSEEN; cleaned.vertices.len()];
    let mut junctions = vec![false; cleaned.vertices.len()];
    for CleanRing { path, .. } in &cleaned.rings {
        let mut before = path[path.len() - 1];
        for (i, &vertex) in path.iter().enumerate() {
            let after = path[(i + 1) % path.len()];
            let pair = [before.min(after), before.max(after)];
            let seen = &mut neighbours[vertex as usize];
            if *seen == UNSEEN {
                *seen = pair;
            } else if *seen != pair {
                junctions[vertex as usize] = true;
            }
            before = vertex;
        }
    }
    junctions
}

/// The arcs found so far.
#[derive(Default)]
struct Arcs {
    path: Vec<u32>,
    starts: Vec<u32>,
    left: Vec<u32>,
    right: Vec<u32>,
    /// The first edge of an arc, seen from either end, to the arc's use from that end.
    by_first_edge: HashMap<[u32; 2], ArcUse>,
    /// Per piece that was claimed twice on one side the unit that came second.
    overlapping: Vec<u32>,
}

impl Arcs {
    /// Cuts a ring into arcs, new or known, and lists their uses.
    fn cut(&mut self, ring: &CleanRing, junctions: &[bool], uses: &mut Vec<ArcUse>) {
        let mut path = ring.path.clone();
        let junction = path.iter().position(|&vertex| junctions[vertex as usize]);
        // A ring without junctions is an island or fills a hole: it starts at its smallest vertex, the same for both sides.
        let start = junction.or_else(|| (0..path.len()).min_by_key(|&i| path[i])).unwrap_or(0);
        path.rotate_left(start);
        path.push(path[0]);
        let mut from = 0;
        for i in 1..path.len() {
            if i + 1 == path.len() || junctions[path[i] as usize] {
                uses.push(self.use_of(ring.unit, &path[from..=i]));
                from = i;
            }
        }
    }

    /// The use of the arc along `piece` with `unit` on its left.
    fn use_of(&mut self, unit: u32, piece: &[u32]) -> ArcUse {
        let first = [piece[0], piece[1]];
        let last = [piece[piece.len() - 1], piece[piece.len() - 2]];
        let known = self.by_first_edge.get(&first).copied();
        if let Some(arc_use) = known {
            let (arc, backwards) = arc_use.split();
            let side = if backwards { &mut self.right } else { &mut self.left };
            if side[arc.index()] == OUTSIDE {
                side[arc.index()] = unit;
                return arc_use;
            }
            self.overlapping.push(unit);
        }
        let arc = ArcUse(self.left.len() as i32);
        self.starts.push(self.path.len() as u32);
        self.path.extend_from_slice(piece);
        self.left.push(unit);
        self.right.push(OUTSIDE);
        if known.is_none() {
            self.by_first_edge.insert(first, arc);
            self.by_first_edge.insert(last, arc.reversed());
        }
        arc
    }
}
