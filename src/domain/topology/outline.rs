//! Outlines: the arcs whose two sides differ, stitched to rings. No polygon is ever united with another.

use std::collections::HashMap;
use std::f64::consts::TAU;

use rayon::prelude::*;

use super::{ArcUse, OUTSIDE, Topology};
use crate::domain::ids::{ArcId, TerritoryId, UnitId};
use crate::domain::polygon::{Polygon, Ring, Shape, ring_contains};
use crate::domain::sphere::{Bounds, LonLat};

/// A polygon as the arcs along its rings, with the inside on their left. A ring begins where its first arc does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArcPolygon {
    pub outer: Vec<ArcUse>,
    pub holes: Vec<Vec<ArcUse>>,
}

/// A polygon found on the way along arcs, in both forms.
struct Stitched {
    area: f64,
    polygon: Polygon,
    arcs: ArcPolygon,
}

impl ArcPolygon {
    pub fn rings(&self) -> impl Iterator<Item = &Vec<ArcUse>> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

impl Topology {
    /// The shape of a unit.
    pub fn shape(&self, unit: UnitId) -> Shape {
        let starts = &self.arrays.unit_starts;
        let range = |starts: &[u32], at: usize| starts[at] as usize..starts[at + 1] as usize;
        let polygon = |polygon: usize| {
            let mut rings = range(&self.arrays.polygon_starts, polygon)
                .map(|ring| self.ring(&self.arrays.ring_arcs[range(&self.arrays.ring_starts, ring)]));
            Polygon { outer: rings.next().unwrap_or_default(), holes: rings.collect() }
        };
        Shape { polygons: range(starts, unit.index()).map(polygon).collect() }
    }

    /// The outline of the units for which `belongs` holds, borders between them left out. Parts that touch in a corner are
    /// polygons of their own. O(arcs).
    pub fn outline(&self, belongs: impl Fn(UnitId) -> bool) -> Shape {
        let inside = |unit: u32| unit != OUTSIDE && belongs(UnitId(unit));
        let mut uses = Vec::new();
        for arc in 0..self.arc_count() {
            match (inside(self.arrays.arc_left[arc]), inside(self.arrays.arc_right[arc])) {
                (true, false) => uses.push(ArcUse(arc as i32)),
                (false, true) => uses.push(ArcUse(arc as i32).reversed()),
                _ => {}
            }
        }
        shape_of(self.stitch(&uses))
    }

    /// The outlines of all territories, by territory; the first is that of the unassigned units. Units whose territory is not
    /// below `slots` are left out. One pass over the arcs.
    pub fn outlines(&self, assignment: &[TerritoryId], slots: usize) -> Vec<Shape> {
        self.border_arcs(assignment, slots).par_iter().map(|uses| shape_of(self.stitch(uses))).collect()
    }

    /// The shapes that groups of units make together, by group: borders within a group are left out, so that no line stays between its
    /// units. Units whose group is not below `groups` are left out. One pass over the arcs.
    pub fn merged(&self, group_of: &[u32], groups: usize) -> Vec<Shape> {
        let group = |unit: UnitId| group_of.get(unit.index()).map_or(usize::MAX, |&group| group as usize);
        self.arcs_between(groups, group).par_iter().map(|uses| shape_of(self.stitch(uses))).collect()
    }

    /// The same outlines as the arcs they are made of.
    pub fn outline_arcs(&self, assignment: &[TerritoryId], slots: usize) -> Vec<Vec<ArcPolygon>> {
        let arcs = |uses: &Vec<ArcUse>| self.stitch(uses).into_iter().map(|stitched| stitched.arcs).collect();
        self.border_arcs(assignment, slots).par_iter().map(arcs).collect()
    }

    /// The shape of a unit as the arcs it is made of.
    pub fn arc_polygons(&self, unit: UnitId) -> Vec<ArcPolygon> {
        let arrays = &self.arrays;
        let range = |starts: &[u32], at: usize| starts[at] as usize..starts[at + 1] as usize;
        let ring = |ring: usize| arrays.ring_arcs[range(&arrays.ring_starts, ring)].to_vec();
        let polygon = |polygon: usize| {
            let mut rings = range(&arrays.polygon_starts, polygon).map(ring);
            ArcPolygon { outer: rings.next().unwrap_or_default(), holes: rings.collect() }
        };
        range(&arrays.unit_starts, unit.index()).map(polygon).collect()
    }

    /// The shape that polygons of arcs stand for.
    pub fn shape_along(&self, polygons: &[ArcPolygon]) -> Shape {
        let polygon = |polygon: &ArcPolygon| Polygon {
            outer: self.ring(&polygon.outer),
            holes: polygon.holes.iter().map(|hole| self.ring(hole)).collect(),
        };
        Shape { polygons: polygons.iter().map(polygon).collect() }
    }

    /// Per territory the arcs on its border, with the territory on their left.
    fn border_arcs(&self, assignment: &[TerritoryId], slots: usize) -> Vec<Vec<ArcUse>> {
        self.arcs_between(slots, |unit| assignment.get(unit.index()).copied().unwrap_or_default().index())
    }

    /// Per group of units the arcs on its border, with the group on their left.
    fn arcs_between(&self, groups: usize, group: impl Fn(UnitId) -> usize) -> Vec<Vec<ArcUse>> {
        let mut uses: Vec<Vec<ArcUse>> = vec![Vec::new(); groups];
        for arc in 0..self.arc_count() {
            let [left, right] = self.sides(ArcId::from_index(arc)).map(|unit| unit.map(&group));
            if left != right {
                let forward = ArcUse(arc as i32);
                for (group, arc_use) in [(left, forward), (right, forward.reversed())] {
                    if let Some(uses) = group.and_then(|group| uses.get_mut(group)) {
                        uses.push(arc_use);
                    }
                }
            }
        }
        uses
    }

    /// The ring along a chain of arcs.
    fn ring(&self, uses: &[ArcUse]) -> Ring {
        let mut ring = Ring::new();
        for arc_use in uses {
            let (arc, backwards) = arc_use.split();
            let places = self.arc(arc);
            let places = &places[usize::from(backwards)..places.len() - usize::from(!backwards)];
            if backwards {
                ring.extend(places.iter().rev());
            } else {
                ring.extend(places);
            }
        }
        ring
    }

    /// Rings, with the inside on the left, from arcs in any order.
    fn stitch(&self, uses: &[ArcUse]) -> Vec<Stitched> {
        let (mut outers, mut holes) = (Vec::new(), Vec::new());
        for uses in self.walks(uses) {
            for uses in self.simple_loops(uses) {
                let ring = self.ring(&uses);
                let area = twice_area(&ring);
                if area > 0.0 {
                    let polygon = Polygon { outer: ring, holes: Vec::new() };
                    outers.push(Stitched { area, polygon, arcs: ArcPolygon { outer: uses, holes: Vec::new() } });
                } else if area < 0.0 {
                    holes.push((ring, uses));
                }
            }
        }
        put_holes(&mut outers, holes);
        outers
    }

    /// Closed walks. Where several arcs leave a place, the leftmost goes on along the same piece of inside.
    fn walks(&self, uses: &[ArcUse]) -> Vec<Vec<ArcUse>> {
        let mut leaving: Vec<(u32, usize)> = (0..uses.len()).map(|i| (self.use_ends(uses[i])[0], i)).collect();
        leaving.sort_unstable();
        let mut used = vec![false; uses.len()];
        let mut walks = Vec::new();
        for first in 0..uses.len() {
            if used[first] {
                continue;
            }
            let mut walk = Vec::new();
            let mut current = first;
            loop {
                used[current] = true;
                walk.push(uses[current]);
                let place = self.use_ends(uses[current])[1];
                let from = leaving.partition_point(|&(start, _)| start < place);
                let options = leaving[from..].iter().take_while(|&&(start, _)| start == place).map(|&(_, i)| i);
                let options = options.filter(|&i| !used[i] || i == first);
                let turn = |i: usize| self.turn(uses[current], uses[i]);
                match options.min_by(|&a, &b| turn(a).total_cmp(&turn(b)).then(a.cmp(&b))) {
                    Some(next) if next == first => {
                        walks.push(walk);
                        break;
                    }
                    Some(next) => current = next,
                    // Cannot happen while every unit's rings are closed.
                    None => break,
                }
            }
        }
        walks
    }

    /// Clockwise angle from the way back along `arriving` to the way out along `leaving`, in 0..τ; going straight back is τ.
    fn turn(&self, arriving: ArcUse, leaving: ArcUse) -> f64 {
        let [start, towards] = self.first_step(leaving);
        let [_, back] = self.first_step(arriving.reversed());
        let angle = |to: LonLat| (to.lat - start.lat).atan2(to.lon - start.lon);
        let turn = (angle(back) - angle(towards)).rem_euclid(TAU);
        if turn > 0.0 { turn } else { TAU }
    }

    fn first_step(&self, arc_use: ArcUse) -> [LonLat; 2] {
        let (arc, backwards) = arc_use.split();
        let places = self.arc(arc);
        let last = places.len() - 1;
        if backwards { [places[last], places[last - 1]] } else { [places[0], places[1]] }
    }

    fn use_ends(&self, arc_use: ArcUse) -> [u32; 2] {
        let (arc, backwards) = arc_use.split();
        let [start, end] = self.arc_ends[arc.index()];
        if backwards { [end, start] } else { [start, end] }
    }

    /// Splits a walk where it passes through a place again: a hole that touches the outer ring becomes a ring of its own.
    fn simple_loops(&self, walk: Vec<ArcUse>) -> Vec<Vec<ArcUse>> {
        let mut loops = Vec::new();
        let mut open: Vec<ArcUse> = Vec::new();
        let mut passed: HashMap<u32, usize> = HashMap::new();
        for arc_use in walk {
            let start = self.use_ends(arc_use)[0];
            if let Some(&from) = passed.get(&start) {
                let closed = open.split_off(from);
                for &arc_use in &closed {
                    passed.remove(&self.use_ends(arc_use)[0]);
                }
                loops.push(closed);
            }
            passed.insert(start, open.len());
            open.push(arc_use);
        }
        loops.push(open);
        loops
    }
}

/// Twice the signed area in square degrees, positive when counter-clockwise.
fn twice_area(ring: &[LonLat]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let relative = |place: LonLat| (place.lon - origin.lon, place.lat - origin.lat);
    ring.windows(2)
        .map(|pair| {
            let ((ax, ay), (bx, by)) = (relative(pair[0]), relative(pair[1]));
            ax * by - bx * ay
        })
        .sum()
}

/// Each hole goes to the smallest outer ring around it.
fn put_holes(outers: &mut [Stitched], holes: Vec<(Ring, Vec<ArcUse>)>) {
    let boxes: Vec<Option<Bounds>> =
        outers.iter().map(|stitched| Bounds::of(stitched.polygon.outer.iter().copied())).collect();
    for (hole, uses) in holes {
        // A vertex of the hole may lie on the outer ring; the middle of an edge does not, or the edge would not be a border.
        let middle = LonLat::new((hole[0].lon + hole[1].lon) / 2.0, (hole[0].lat + hole[1].lat) / 2.0);
        let around = (0..outers.len())
            .filter(|&i| boxes[i].is_some_and(|bounds| bounds.contains(middle)))
            .filter(|&i| ring_contains(&outers[i].polygon.outer, middle))
            .min_by(|&a, &b| outers[a].area.total_cmp(&outers[b].area));
        if let Some(i) = around {
            outers[i].polygon.holes.push(hole);
            outers[i].arcs.holes.push(uses);
        }
    }
}

fn shape_of(stitched: Vec<Stitched>) -> Shape {
    Shape { polygons: stitched.into_iter().map(|stitched| stitched.polygon).collect() }
}
