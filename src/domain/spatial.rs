//! Where is what: places to units, boxes and drawn polygons to units, places to accounts.

use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::accounts::Accounts;
use super::ids::{AccountId, ArcId, UnitId};
use super::polygon::ring_contains;
use super::sphere::{Bounds, LonLat};
use super::units::Units;

/// When a unit counts as inside a drawn boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Inside {
    #[default]
    Centre,
    /// More than half of its area.
    Mostly,
    /// Any place of it.
    Touched,
}

/// Finds units by place. Holds what it needs of the shapes, about 30 bytes per vertex.
#[derive(Debug, Default)]
pub struct UnitIndex {
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, UnitId>>,
    prepared: Vec<Prepared>,
    centres: Vec<LonLat>,
}

impl UnitIndex {
    pub fn new(units: &Units) -> Self {
        let with_shape: Vec<UnitId> = units.ids().filter(|&unit| units.topology.has_shape(unit)).collect();
        let boxes = with_shape.iter().map(|&unit| {
            let Bounds { min, max } = units.bounds[unit.index()];
            GeomWithData::new(Rectangle::from_corners([min.lon, min.lat], [max.lon, max.lat]), unit)
        });
        let boxes = RTree::bulk_load(boxes.collect());
        let prepared = (0..units.len()).into_par_iter().map(|unit| Prepared::new(units, UnitId::from_index(unit)));
        Self { boxes, prepared: prepared.collect(), centres: units.centres.clone() }
    }

    /// The unit at a place. On a border exactly one of the two units beside it answers; where units lie upon each other, the one
    /// with the smaller id.
    pub fn unit_at(&self, place: LonLat) -> Option<UnitId> {
        if !place.is_valid() {
            return None;
        }
        let at = AABB::from_point([place.lon, place.lat]);
        let candidates = self.boxes.locate_in_envelope_intersecting(&at).map(|candidate| candidate.data);
        candidates.filter(|unit| self.prepared[unit.index()].contains(place)).min()
    }

    /// All units at a place, ascending; more than one where they lie upon each other.
    pub fn units_at(&self, place: LonLat) -> Vec<UnitId> {
        let at = AABB::from_point([place.lon, place.lat]);
        let candidates = self.boxes.locate_in_envelope_intersecting(&at).map(|candidate| candidate.data);
        let mut found: Vec<UnitId> = candidates.filter(|unit| self.prepared[unit.index()].contains(place)).collect();
        found.sort_unstable();
        found
    }

    /// The units whose box meets the box, ascending.
    pub fn units_in(&self, bounds: Bounds) -> Vec<UnitId> {
        let mut found: Vec<UnitId> =
            self.boxes.locate_in_envelope_intersecting(&envelope(bounds)).map(|candidate| candidate.data).collect();
        found.sort_unstable();
        found
    }

    /// The units whose centre lies in the drawn polygon, ascending.
    pub fn centres_in_polygon(&self, polygon: &[LonLat]) -> Vec<UnitId> {
        Drawn::new(polygon)
            .map_or_else(Vec::new, |drawn| self.inside_drawn(&drawn, |unit, _| self.centre_is_in(unit, &drawn)))
    }

    /// The units that have any place in common with the drawn polygon, ascending. A polygon of one or two places works as a dot or
    /// a line.
    pub fn units_touching_polygon(&self, polygon: &[LonLat]) -> Vec<UnitId> {
        Drawn::new(polygon).map_or_else(Vec::new, |drawn| {
            self.inside_drawn(&drawn, |unit, near| {
                let prepared = &self.prepared[unit.index()];
                self.centre_is_in(unit, &drawn)
                    || near.iter().any(|&[start, _]| prepared.contains(start))
                    || prepared.crosses_any(near)
            })
        })
    }

    /// The units of which more than half lies in the drawn polygon, ascending.
    fn units_mostly_in_polygon(&self, polygon: &[LonLat]) -> Vec<UnitId> {
        Drawn::new(polygon).map_or_else(Vec::new, |drawn| {
            self.inside_drawn(&drawn, |unit, near| match near {
                // The drawn line stays clear of the unit's box: the unit is inside as a whole or not at all.
                [] => self.centre_is_in(unit, &drawn),
                _ => self.prepared[unit.index()].share_inside(&drawn) > 0.5,
            })
        })
    }

    /// The units inside a drawn polygon, ascending.
    pub fn units_inside(&self, polygon: &[LonLat], inside: Inside) -> Vec<UnitId> {
        match inside {
            Inside::Centre => self.centres_in_polygon(polygon),
            Inside::Touched => self.units_touching_polygon(polygon),
            Inside::Mostly => self.units_mostly_in_polygon(polygon),
        }
    }

    /// The units near a drawn polygon that `is_inside` wants, given the drawn edges that come near the unit's box.
    fn inside_drawn(&self, drawn: &Drawn, is_inside: impl Fn(UnitId, &[[LonLat; 2]]) -> bool) -> Vec<UnitId> {
        let mut found = self.units_in(drawn.ring.bounds);
        let mut near = Vec::new();
        found.retain(|&unit| {
            near.clear();
            let box_of_unit = envelope(self.prepared[unit.index()].bounds);
            let edges = drawn.edges.locate_in_envelope_intersecting(&box_of_unit);
            near.extend(edges.map(|edge| [edge.from, edge.to].map(|[x, y]| LonLat::new(x, y))));
            is_inside(unit, &near)
        });
        found
    }

    /// The units that a drawn line passes through, ascending.
    pub fn units_along(&self, line: &[LonLat]) -> Vec<UnitId> {
        // There and back is a ring with nothing in it.
        let there_and_back: Vec<LonLat> = line.iter().chain(line.iter().rev()).copied().collect();
        self.units_touching_polygon(&there_and_back)
    }

    fn centre_is_in(&self, unit: UnitId, drawn: &Drawn) -> bool {
        drawn.contains(self.centres[unit.index()])
    }
}

/// A drawn polygon, made ready for many questions.
struct Drawn {
    edges: RTree<rstar::primitives::Line<[f64; 2]>>,
    ring: Prepared,
}

impl Drawn {
    /// `None` without a place.
    fn new(polygon: &[LonLat]) -> Option<Self> {
        let polygon: Vec<LonLat> = polygon.iter().copied().filter(|p| p.lon.is_finite() && p.lat.is_finite()).collect();
        let bounds = Bounds::of(polygon.iter().copied())?;
        let pairs = || (0..polygon.len()).map(|i| [polygon[i], polygon[(i + 1) % polygon.len()]]);
        let line = |[a, b]: [LonLat; 2]| rstar::primitives::Line::new([a.lon, a.lat], [b.lon, b.lat]);
        let edges = pairs().map(|[a, b]| Edge { a: on_grid(a), b: on_grid(b) }).collect();
        Some(Self { edges: RTree::bulk_load(pairs().map(line).collect()), ring: Prepared::of_edges(bounds, edges) })
    }

    /// Where the line crosses itself, what it goes around twice is outside.
    fn contains(&self, place: LonLat) -> bool {
        if !self.ring.bounds.contains(place) {
            return false;
        }
        let [x, y] = [place.lon, place.lat].map(|v| v * STEPS_PER_DEGREE);
        crossings(self.ring.at_height(y), y).iter().filter(|&&crossing| crossing > x).count() % 2 == 1
    }
}

/// Finds accounts by place. Accounts without a place are not in it.
#[derive(Debug, Default)]
pub struct AccountIndex {
    places: RTree<GeomWithData<[f64; 2], AccountId>>,
}

impl AccountIndex {
    pub fn new(accounts: &Accounts) -> Self {
        let placed = accounts.places.iter().zip(accounts.ids()).filter(|(place, _)| place.is_valid());
        let places = placed.map(|(place, account)| GeomWithData::new([place.lon, place.lat], account));
        Self { places: RTree::bulk_load(places.collect()) }
    }

    /// The account nearest to a place, at most `radius_km` away; of equally near ones that with the smallest id.
    pub fn nearest(&self, place: LonLat, radius_km: f64) -> Option<AccountId> {
        const KM_PER_DEGREE: f64 = 111.19;
        let reach_lat = radius_km / KM_PER_DEGREE;
        let reach_lon = reach_lat / place.lat.to_radians().cos().max(1e-6);
        if !place.is_valid() || !reach_lon.is_finite() || radius_km < 0.0 {
            return None;
        }
        let around = AABB::from_corners(
            [place.lon - reach_lon, place.lat - reach_lat],
            [place.lon + reach_lon, place.lat + reach_lat],
        );
        let distances = self.places.locate_in_envelope(&around).map(|found| {
            let [lon, lat] = *found.geom();
            (place.distance_km(LonLat::new(lon, lat)), found.data)
        });
        let nearest = distances.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        nearest.filter(|&(distance, _)| distance <= radius_km).map(|(_, account)| account)
    }

    /// The accounts in a box, ascending.
    pub fn accounts_in(&self, bounds: Bounds) -> Vec<AccountId> {
        let mut found: Vec<AccountId> =
            self.places.locate_in_envelope(&envelope(bounds)).map(|found| found.data).collect();
        found.sort_unstable();
        found
    }

    /// The accounts in a drawn polygon, ascending.
    pub fn accounts_in_polygon(&self, polygon: &[LonLat]) -> Vec<AccountId> {
        let Some(bounds) = Bounds::of(polygon.iter().copied()) else { return Vec::new() };
        let inside = self.places.locate_in_envelope(&envelope(bounds)).filter(|found| {
            let [lon, lat] = *found.geom();
            ring_contains(polygon, LonLat::new(lon, lat))
        });
        let mut found: Vec<AccountId> = inside.map(|found| found.data).collect();
        found.sort_unstable();
        found
    }
}

fn envelope(bounds: Bounds) -> AABB<[f64; 2]> {
    AABB::from_corners([bounds.min.lon, bounds.min.lat], [bounds.max.lon, bounds.max.lat])
}

/// The edges of one unit, sorted into bands of latitude, so that a question reads only those at its height.
#[derive(Debug)]
struct Prepared {
    bounds: Bounds,
    /// Band b holds `edges[starts[b]..starts[b + 1]]`; an edge is in every band it passes through.
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

/// From a to b, with the inside on the left, in hundred-nanodegrees: the grid of the topology.
#[derive(Debug, Clone, Copy)]
struct Edge {
    a: [i32; 2],
    b: [i32; 2],
}

const STEPS_PER_DEGREE: f64 = 1e7;

fn on_grid(place: LonLat) -> [i32; 2] {
    [place.lon, place.lat].map(|degrees| (degrees * STEPS_PER_DEGREE).round() as i32)
}

impl Prepared {
    fn new(units: &Units, unit: UnitId) -> Self {
        let mut edges = Vec::new();
        for arc_use in units.topology.arcs_of(unit) {
            let (arc, backwards): (ArcId, bool) = arc_use.split();
            for pair in units.topology.arc(arc).windows(2) {
                let [a, b] = [pair[0], pair[1]].map(on_grid);
                edges.push(if backwards { Edge { a: b, b: a } } else { Edge { a, b } });
            }
        }
        Self::of_edges(units.bounds[unit.index()], edges)
    }

    fn of_edges(bounds: Bounds, edges: Vec<Edge>) -> Self {
        const EDGES_PER_BAND: usize = 16;
        // Long edges are in many bands; a few wide bands then do better than much memory.
        let mut bands = edges.len() / EDGES_PER_BAND + 1;
        loop {
            let sketch = Self { bounds, starts: vec![0; bands + 1], edges: Vec::new() };
            let entries: usize = edges.iter().map(|edge| sketch.bands_of(edge).count()).sum();
            if bands == 1 || entries <= 4 * edges.len() {
                return sketch.filled(&edges, entries);
            }
            bands /= 2;
        }
    }

    fn filled(mut self, edges: &[Edge], entries: usize) -> Self {
        for edge in edges {
            for band in self.bands_of(edge) {
                self.starts[band + 1] += 1;
            }
        }
        for band in 1..self.starts.len() {
            self.starts[band] += self.starts[band - 1];
        }
        let mut next = self.starts.clone();
        self.edges = vec![Edge { a: [0; 2], b: [0; 2] }; entries];
        for edge in edges {
            for band in self.bands_of(edge) {
                self.edges[next[band] as usize] = *edge;
                next[band] += 1;
            }
        }
        self
    }

    /// The band of a height on the grid.
    fn band(&self, y: f64) -> usize {
        let bands = self.starts.len() - 1;
        let [low, high] = [self.bounds.min.lat, self.bounds.max.lat].map(|lat| lat * STEPS_PER_DEGREE);
        let share = if high > low { (y - low) / (high - low) } else { 0.0 };
        ((share * bands as f64) as usize).min(bands - 1)
    }

    fn bands_of(&self, edge: &Edge) -> std::ops::RangeInclusive<usize> {
        let [low, high] = [edge.a[1].min(edge.b[1]), edge.a[1].max(edge.b[1])];
        self.band(f64::from(low))..=self.band(f64::from(high))
    }

    /// By winding number, so that parts of a unit that lie upon each other count as inside.
    fn contains(&self, place: LonLat) -> bool {
        let (x, y) = (place.lon * STEPS_PER_DEGREE, place.lat * STEPS_PER_DEGREE);
        let band = self.band(y);
        let mut winding = 0;
        for &Edge { a, b } in &self.edges[self.starts[band] as usize..self.starts[band + 1] as usize] {
            if (f64::from(a[1]) > y) != (f64::from(b[1]) > y) {
                // Computed from the lower end whichever way the edge runs, so that both its sides agree on which one it is.
                let (sign, [low, high]) = if a[1] < b[1] { (1, [a, b]) } else { (-1, [b, a]) };
                let [[low_x, low_y], [high_x, high_y]] = [low, high].map(|p| p.map(f64::from));
                if x < low_x + (y - low_y) / (high_y - low_y) * (high_x - low_x) {
                    winding += sign;
                }
            }
        }
        winding != 0
    }

    /// The edges that may cross a height on the grid.
    fn at_height(&self, y: f64) -> impl Iterator<Item = [[f64; 2]; 2]> {
        let band = self.band(y);
        let edges = &self.edges[self.starts[band] as usize..self.starts[band + 1] as usize];
        edges.iter().map(|edge| [edge.a, edge.b].map(|place| place.map(f64::from)))
    }

    /// The share of the unit's area that lies in a polygon, 0..=1, measured along a hundred parallels: good to about a percent.
    fn share_inside(&self, drawn: &Drawn) -> f64 {
        const LINES: usize = 100;
        let [low, high] = [self.bounds.min.lat, self.bounds.max.lat].map(|lat| lat * STEPS_PER_DEGREE);
        let (mut whole, mut inside) = (0.0, 0.0);
        for line in 0..LINES {
            let y = low + (high - low) * (line as f64 + 0.5) / LINES as f64;
            let own = crossings(self.at_height(y), y);
            let drawn = crossings(drawn.ring.at_height(y), y);
            for unit in own.chunks_exact(2) {
                whole += unit[1] - unit[0];
                let common = |other: &[f64]| (unit[1].min(other[1]) - unit[0].max(other[0])).max(0.0);
                inside += drawn.chunks_exact(2).map(common).sum::<f64>();
            }
        }
        if whole > 0.0 { inside / whole } else { 0.0 }
    }

    /// Whether an edge of the unit meets one of the lines.
    fn crosses_any(&self, lines: &[[LonLat; 2]]) -> bool {
        let position = |p: LonLat| [p.lon * STEPS_PER_DEGREE, p.lat * STEPS_PER_DEGREE];
        let lines = lines.iter().map(|line| line.map(position));
        lines
            .into_iter()
            .any(|line| self.edges.iter().any(|edge| meet(line, [edge.a, edge.b].map(|p| p.map(f64::from)))))
    }
}

/// Where edges cross a height, from west to east: between the first and the second is inside, and so on.
fn crossings(edges: impl Iterator<Item = [[f64; 2]; 2]>, y: f64) -> Vec<f64> {
    let crossing = edges.filter(|[a, b]| (a[1] > y) != (b[1] > y));
    let mut found: Vec<f64> = crossing.map(|[a, b]| a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])).collect();
    found.sort_by(f64::total_cmp);
    found
}

fn meet([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> bool {
    let turn = |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    let between = |p: f64, q: f64, r: f64, s: f64| p.min(q) <= r.max(s) && r.min(s) <= p.max(q);
    between(a[0], b[0], c[0], d[0])
        && between(a[1], b[1], c[1], d[1])
        && turn(a, b, c) * turn(a, b, d) <= 0.0
        && turn(c, d, a) * turn(c, d, b) <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::random::Random;
    use proptest::prelude::*;

    fn units(text: &str) -> Units {
        let topology = fixture::topology(text);
        let codes: Vec<String> = (0..topology.unit_count()).map(|unit| unit.to_string()).collect();
        Units::new("cell", codes.clone(), codes, topology).expect("codes are unique")
    }

    fn ids(units: &[UnitId]) -> Vec<u32> {
        units.iter().map(|unit| unit.0).collect()
    }

    #[test]
    fn a_place_in_an_enclave_is_not_in_the_unit_around_it() {
        let index = UnitIndex::new(&units("AAA\nABA\nAA."));
        assert_eq!(index.unit_at(LonLat::new(-89.85, 39.85)), Some(UnitId(1)));
        assert_eq!(index.unit_at(LonLat::new(-89.95, 39.85)), Some(UnitId(0)));
        assert_eq!(index.unit_at(LonLat::new(-89.75, 39.75)), None);
        assert_eq!(index.unit_at(LonLat::new(f64::NAN, 39.75)), None);
    }

    #[test]
    fn a_lasso_takes_units_by_centre_or_by_touch() {
        let index = UnitIndex::new(&units("ABC\nDEF\nGHI"));
        let at = |lon: f64, lat: f64| LonLat::new(-90.0 + lon, 39.7 + lat);
        let lasso = [at(0.08, 0.08), at(0.22, 0.08), at(0.22, 0.22), at(0.08, 0.22)];
        assert_eq!(ids(&index.centres_in_polygon(&lasso)), [4]);
        assert_eq!(ids(&index.units_touching_polygon(&lasso)), (0..9).collect::<Vec<u32>>());
        assert_eq!(ids(&index.units_touching_polygon(&[at(0.05, 0.05)])), [6]);
        assert_eq!(ids(&index.units_touching_polygon(&[at(0.05, 0.15), at(0.25, 0.15)])), [3, 4, 5]);
        assert_eq!(ids(&index.units_touching_polygon(&[at(0.12, 0.12), at(0.18, 0.12), at(0.15, 0.14)])), [4]);
        assert!(index.units_touching_polygon(&[]).is_empty());
    }

    #[test]
    fn the_nearest_account_lies_within_the_radius() {
        let nan = LonLat::new(f64::NAN, f64::NAN);
        let places = vec![nan, LonLat::new(-90.0, 40.0), LonLat::new(-90.0, 40.1), LonLat::new(-90.0, 40.1)];
        let codes: Vec<String> = (0..4).map(|code| code.to_string()).collect();
        let index = AccountIndex::new(&Accounts { codes, places, ..Accounts::default() });
        assert_eq!(index.nearest(LonLat::new(-90.0, 40.07), 4.0), Some(AccountId(2)));
        assert_eq!(index.nearest(LonLat::new(-90.0, 40.05), 1.0), None);
        let bounds = Bounds { min: LonLat::new(-91.0, 40.05), max: LonLat::new(-89.0, 41.0) };
        assert_eq!(index.accounts_in(bounds), [AccountId(2), AccountId(3)]);
    }

    proptest! {
        /// However a line is drawn, the quick answer is that of asking for every unit by itself.
        #[test]
        fn what_a_drawn_line_takes_is_what_each_unit_says(seed: u64) {
            let mut random = Random::new(seed);
            let units = units("AABC\nADDC\nEEFG\nHIIG");
            let index = UnitIndex::new(&units);
            let place = |random: &mut Random| LonLat::new(-90.1 + random.unit() * 0.6, 39.5 + random.unit() * 0.6);
            let polygon: Vec<LonLat> = (0..3 + random.below(6)).map(|_| place(&mut random)).collect();
            let drawn = Drawn::new(&polygon).unwrap();
            for _ in 0..50 {
                let place = place(&mut random);
                prop_assert_eq!(drawn.contains(place), ring_contains(&polygon, place));
            }
            let mostly = index.units_inside(&polygon, Inside::Mostly);
            for unit in units.ids() {
                let share = index.prepared[unit.index()].share_inside(&drawn);
                prop_assert_eq!(mostly.contains(&unit), share > 0.5, "unit {}: {}", unit.0, share);
            }
        }

        /// Places of a layer without gaps, its inner borders and corners included, are in exactly one unit, and the index and
        /// the shapes agree on which.
        #[test]
        fn every_place_is_in_one_unit(seed: u64) {
            let mut random = Random::new(seed);
            let text: Vec<String> = (0..6).map(|_| (0..6).map(|_| (b'A' + random.below(5) as u8) as char).collect()).collect();
            let units = units(&text.join("\n"));
            let index = UnitIndex::new(&units);
            for _ in 0..200 {
                // A multiple of 1/8 of a cell: often on a border or a corner.
                let step = |random: &mut Random| (1 + random.below(47)) as f64 / 80.0;
                let place = LonLat::new(-90.0 + step(&mut random), 39.4 + step(&mut random));
                let inside = units.ids().filter(|unit| index.prepared[unit.index()].contains(place)).count();
                prop_assert_eq!(inside, 1);
                let off = LonLat::new(place.lon + 0.003, place.lat + 0.004);
                let found = index.unit_at(off).map(|unit| units.topology.shape(unit).contains(off));
                prop_assert_eq!(found, Some(true));
            }
        }
    }
}
