//! From pieces to the topology: arcs parted where the line meets them, new arcs along the line, new rings.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::faces::{Cell, Half, Ring, Step};
use super::fixed::Point;
use super::overlay::Overlay;
use super::pieces::Division;
use super::{Cut, CutUnit, Piece};
use crate::domain::ids::{ArcId, UnitId};
use crate::domain::sphere::LonLat;
use crate::domain::topology::{ArcRow, ArcUse, DisjointSets, OUTSIDE, Swap, TopologyPatch, UnitRings};
use crate::domain::units::Units;

/// Fills in the patch and the cut units.
pub(super) fn assemble(units: &Units, overlay: &Overlay, cells: &[(UnitId, Cell, Division)], cut: &mut Cut) {
    let topology = &units.topology;
    let mut next_unit = units.len() as u32;
    let mut arcs = Arcs::part(units, overlay, cells);
    // New rings of cut units, and which arcs are beside their pieces.
    let mut rings: BTreeMap<u32, UnitRings> = BTreeMap::new();
    for (unit, cell, division) in cells {
        let whole: f64 = division.pieces.iter().map(|piece| piece.area_km2).sum();
        let mut pieces = Vec::new();
        let mut lines: HashMap<usize, u32> = HashMap::new();
        for (nth, shape) in division.pieces.iter().enumerate() {
            let id = if nth == 0 {
                unit.0
            } else {
                next_unit += 1;
                next_unit - 1
            };
            pieces.push(Piece { unit: UnitId(id), share: shape.area_km2 / whole, inside: shape.inside });
            let mut polygons = UnitRings::new();
            for polygon in &shape.polygons {
                let uses = polygon.iter().map(|ring| arcs.uses(overlay, cell, ring, &mut lines));
                polygons.push(uses.collect());
            }
            for &arc_use in polygons.iter().flatten().flatten() {
                arcs.put_beside(arc_use, id);
            }
            rings.insert(id, polygons);
        }
        cut.cuts.push(CutUnit { unit: *unit, pieces, sliver: division.sliver });
    }
    let mut swaps = Vec::new();
    for (&at, polygons) in &rings {
        let old = ((at as usize) < units.len()).then(|| topology.rings_of(UnitId(at)));
        swaps.push(Swap { at, old, new: Some(polygons.clone()) });
    }
    // Units beside a parted arc that are not cut themselves.
    for unit in arcs.neighbours(units).into_iter().filter(|unit| !rings.contains_key(unit)) {
        let old = topology.rings_of(UnitId(unit));
        let parted = |ring: &Vec<ArcUse>| ring.iter().flat_map(|&arc_use| arcs.parts_of(arc_use)).collect();
        let new = old.iter().map(|polygon| polygon.iter().map(parted).collect()).collect();
        swaps.push(Swap { at: unit, old: Some(old), new: Some(new) });
    }
    swaps.sort_by_key(|swap| swap.at);
    let links = topology.arrays().links.clone();
    let new_links = arcs.links(units, &links, &cut.cuts, &rings);
    cut.patch = TopologyPatch { arcs: arcs.swaps(units), units: swaps, old_links: links, new_links };
}

/// The arcs as they become.
struct Arcs {
    /// Per parted arc the positions in the overlay's path where it is parted, and the arcs it becomes.
    parted: BTreeMap<u32, (Vec<u32>, Vec<u32>)>,
    /// Arcs that are new or no longer what they were.
    rows: BTreeMap<u32, ArcRow>,
    next: u32,
    /// Places and sides of arcs as they were, for those beside a piece.
    untouched: BTreeMap<u32, ArcRow>,
}

impl Arcs {
    /// Parts the arcs where the line ends on them.
    fn part(units: &Units, overlay: &Overlay, cells: &[(UnitId, Cell, Division)]) -> Self {
        let topology = &units.topology;
        let mut ends: HashSet<Point> = HashSet::new();
        for (_, cell, division) in cells {
            let rings = division.pieces.iter().flat_map(|piece| &piece.polygons).flatten();
            for (chain, _) in rings.flat_map(halves).filter(|half| !cell.chains[half.0].is_border()) {
                let path = &cell.chains[chain].path;
                ends.extend([path[0], path[path.len() - 1]]);
            }
        }
        let mut arcs = Self {
            parted: BTreeMap::new(),
            rows: BTreeMap::new(),
            next: topology.arc_count() as u32,
            untouched: BTreeMap::new(),
        };
        let arrays = topology.arrays();
        for (&arc, path) in &overlay.arcs {
            let sides = [arrays.arc_left[arc as usize], arrays.arc_right[arc as usize]];
            let inner = 1..path.len() - 1;
            let cuts: Vec<u32> = inner.filter(|&at| ends.contains(&path[at].at)).map(|at| at as u32).collect();
            let row = ArcRow { points: topology.arc(ArcId(arc)).to_vec(), sides };
            arcs.untouched.insert(arc, row);
            if cuts.is_empty() {
                continue;
            }
            let bounds: Vec<usize> =
                std::iter::once(0).chain(cuts.iter().map(|&at| at as usize)).chain([path.len() - 1]).collect();
            let mut ids = Vec::new();
            for (nth, pair) in bounds.windows(2).enumerate() {
                let vertices = (pair[0]..=pair[1]).filter(|&at| path[at].old || at == pair[0] || at == pair[1]);
                let points: Vec<LonLat> = vertices.map(|at| overlay.place(path[at].at)).collect();
                let id = if nth == 0 { arc } else { arcs.new_id() };
                arcs.rows.insert(id, ArcRow { points, sides });
                ids.push(id);
            }
            arcs.parted.insert(arc, (cuts, ids));
        }
        arcs
    }

    fn new_id(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// A ring of a piece as uses of arcs. `lines` remembers the arcs of the unit's stretches of the line.
    fn uses(&mut self, overlay: &Overlay, cell: &Cell, ring: &Ring, lines: &mut HashMap<usize, u32>) -> Vec<ArcUse> {
        let mut uses: Vec<ArcUse> = Vec::new();
        match ring {
            Ring::Loose(nth) => cell.borders[*nth].iter().for_each(|(_, step)| self.follow(*step, &mut uses)),
            Ring::Traced(halves) => {
                for &(chain, backwards) in halves {
                    let line = &cell.chains[chain];
                    if line.is_border() {
                        line.steps.iter().for_each(|step| self.follow(*step, &mut uses));
                        continue;
                    }
                    let id = *lines.entry(chain).or_insert_with(|| {
                        let points = line.path.iter().map(|&point| overlay.place(point)).collect();
                        let id = self.new_id();
                        self.rows.insert(id, ArcRow { points, sides: [OUTSIDE; 2] });
                        id
                    });
                    let arc_use = ArcUse(id as i32);
                    uses.push(if backwards { arc_use.reversed() } else { arc_use });
                }
            }
        }
        // A ring may begin in the middle of an arc.
        if uses.len() > 1 && uses.first() == uses.last() {
            uses.pop();
        }
        uses
    }

    /// Goes on along a border by one edge.
    fn follow(&self, step: Step, uses: &mut Vec<ArcUse>) {
        let edge = step.from.min(step.to);
        let id = match self.parted.get(&step.arc) {
            Some((cuts, ids)) => ids[cuts.partition_point(|&at| at <= edge)],
            None => step.arc,
        };
        let arc_use = ArcUse(id as i32);
        let arc_use = if step.to < step.from { arc_use.reversed() } else { arc_use };
        if uses.last() != Some(&arc_use) {
            uses.push(arc_use);
        }
    }

    /// The piece is on the left of the use.
    fn put_beside(&mut self, arc_use: ArcUse, unit: u32) {
        let (arc, backwards) = arc_use.split();
        let side = usize::from(backwards);
        if let Some(row) = self.rows.get_mut(&arc.0) {
            row.sides[side] = unit;
        } else if let Some(row) = self.untouched.get(&arc.0).filter(|row| row.sides[side] != unit) {
            let mut row = row.clone();
            row.sides[side] = unit;
            self.rows.insert(arc.0, row);
        }
    }

    fn parts_of(&self, arc_use: ArcUse) -> Vec<ArcUse> {
        let (arc, backwards) = arc_use.split();
        let Some((_, ids)) = self.parted.get(&arc.0) else { return vec![arc_use] };
        let parts = ids.iter().map(|&id| ArcUse(id as i32));
        if backwards { parts.rev().map(ArcUse::reversed).collect() } else { parts.collect() }
    }

    /// The units beside parted arcs, ascending.
    fn neighbours(&self, units: &Units) -> Vec<u32> {
        let sides = self.parted.keys().flat_map(|&arc| units.topology.sides(ArcId(arc)));
        let mut found: Vec<u32> = sides.flatten().map(|unit| unit.0).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn swaps(&self, units: &Units) -> Vec<Swap<ArcRow>> {
        let count = units.topology.arc_count();
        let old = |at: u32| ((at as usize) < count).then(|| self.untouched.get(&at).cloned()).flatten();
        self.rows.iter().map(|(&at, row)| Swap { at, old: old(at), new: Some(row.clone()) }).collect()
    }

    /// Links over water go to the nearest piece, and pieces that share no border are linked, as they hung together before.
    fn links(
        &self,
        units: &Units,
        old: &[[u32; 2]],
        cuts: &[CutUnit],
        rings: &BTreeMap<u32, UnitRings>,
    ) -> Vec<[u32; 2]> {
        let places = |unit: u32| -> Vec<LonLat> {
            let uses = rings.get(&unit).into_iter().flatten().flatten().flatten();
            uses.filter_map(|arc_use| self.row(arc_use.split().0.0))
                .flat_map(|row| row.points.iter().copied())
                .collect()
        };
        let nearest = |from: &[LonLat], pieces: &[Piece]| -> u32 {
            let far = |piece: &Piece| {
                let own = places(piece.unit.0);
                let pairs = own.iter().flat_map(|a| from.iter().map(|b| a.distance_km(*b)));
                pairs.fold(f64::INFINITY, f64::min)
            };
            let best = pieces.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
            best.map_or(0, |piece| piece.unit.0)
        };
        let by_unit: HashMap<u32, &CutUnit> = cuts.iter().map(|cut| (cut.unit.0, cut)).collect();
        let mut links = Vec::with_capacity(old.len());
        for &[a, b] in old {
            let mut pair = [a, b];
            for side in 0..2 {
                if let Some(cut) = by_unit.get(&[a, b][side]) {
                    let other = pair[1 - side];
                    let mut from = places(other);
                    if from.is_empty() {
                        let uses = units.topology.arcs_of(UnitId(other)).iter();
                        from = uses.flat_map(|arc_use| units.topology.arc(arc_use.split().0).iter().copied()).collect();
                    }
                    pair[side] = nearest(&from, &cut.pieces);
                }
            }
            links.push([pair[0].min(pair[1]), pair[0].max(pair[1])]);
        }
        for cut in cuts {
            let position = |unit: u32| cut.pieces.iter().position(|piece| piece.unit.0 == unit);
            let mut sets = DisjointSets::new(cut.pieces.len());
            for row in self.rows.values() {
                if let (Some(a), Some(b)) = (position(row.sides[0]), position(row.sides[1])) {
                    sets.join(a, b);
                }
            }
            for nth in 1..cut.pieces.len() {
                if sets.root(nth) != sets.root(0) {
                    let others: Vec<Piece> =
                        (0..nth).filter(|&other| sets.root(other) == sets.root(0)).map(|at| cut.pieces[at]).collect();
                    let other = nearest(&places(cut.pieces[nth].unit.0), &others);
                    let unit = cut.pieces[nth].unit.0;
                    links.push([unit.min(other), unit.max(other)]);
                    sets.join(nth, 0);
                }
            }
        }
        links.sort_unstable();
        links.dedup();
        links
    }

    fn row(&self, arc: u32) -> Option<&ArcRow> {
        self.rows.get(&arc).or_else(|| self.untouched.get(&arc))
    }
}

fn halves(ring: &Ring) -> impl Iterator<Item = Half> + '_ {
    let halves: &[Half] = match ring {
        Ring::Traced(halves) => halves,
        Ring::Loose(_) => &[],
    };
    halves.iter().copied()
}
