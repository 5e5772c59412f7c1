//! How much of each unit lies in which unit of another layer. Polygons are intersected only where the border of the other passes by; a
//! unit that no border comes near lies inside as a whole, or not at all.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use geo::{Area as _, BooleanOps as _, Coord, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::domain::ids::{ArcId, UnitId};
use crate::domain::polygon::Shape;
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::spatial::UnitIndex;
use crate::domain::sphere::{Bounds, LonLat, signed_ring_area_km2};
use crate::domain::units::Units;

/// Less of a unit than this share is noise: outlines of two layers are never drawn quite alike.
pub const NOISE: f64 = 0.005;

/// A unit of the other layer and its share of the area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub unit: UnitId,
    pub share: f64,
}

/// Which units of two layers are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// Those with the same code: the layers are two vintages of one.
    ByCode,
    /// None: the layers are of different kinds, and one code means two things.
    Nothing,
}

/// What lies where.
#[derive(Debug, Default)]
pub struct Overlay {
    /// Per new unit the old one that it is.
    before: Vec<Option<UnitId>>,
    /// Per old unit the new one that it is.
    after: Vec<Option<UnitId>>,
    /// By new unit that was not there before: shares of its area that lie in old units, the largest first.
    new: BTreeMap<UnitId, Vec<Share>>,
    /// By old unit that is gone: shares of its area that new units have.
    old: BTreeMap<UnitId, Vec<Share>>,
    /// By old unit that stays: shares of its area that new units have which were not there before.
    carved: BTreeMap<UnitId, Vec<Share>>,
}

impl Overlay {
    /// # Errors
    /// It was cancelled.
    pub fn new(old: &Units, new: &Units, same: Same, progress: &Progress) -> Result<Self, Cancelled> {
        let twin = |code: &String, others: &Units| if same == Same::ByCode { others.find(code) } else { None };
        let mut overlay = Self {
            before: new.codes.iter().map(|code| twin(code, old)).collect(),
            after: old.codes.iter().map(|code| twin(code, new)).collect(),
            ..Self::default()
        };
        let without = |twins: &[Option<UnitId>]| -> Vec<UnitId> {
            (0..twins.len()).filter(|&unit| twins[unit].is_none()).map(UnitId::from_index).collect()
        };
        let (fresh, gone) = (without(&overlay.before), without(&overlay.after));
        let areas_of_gone = if gone.is_empty() { Vec::new() } else { areas(old, &gone, new, progress)? };
        let areas_of_fresh = if gone.len() == old.len() && !fresh.is_empty() {
            // What each has of the other is known already, from the other side.
            let mut turned = vec![Vec::new(); new.len()];
            for (unit, areas) in gone.iter().zip(&areas_of_gone) {
                areas.iter().for_each(|&(other, area)| turned[other.index()].push((*unit, area)));
            }
            fresh.iter().map(|unit| std::mem::take(&mut turned[unit.index()])).collect()
        } else if fresh.is_empty() {
            Vec::new()
        } else {
            areas(new, &fresh, old, progress)?
        };
        for (unit, areas) in fresh.iter().zip(areas_of_fresh) {
            for &(other, area) in &areas {
                let share = area / old.areas_km2[other.index()];
                if overlay.after(other).is_some() && share >= NOISE {
                    overlay.carved.entry(other).or_default().push(Share { unit: *unit, share: share.min(1.0) });
                }
            }
            overlay.new.insert(*unit, shares(areas, new.areas_km2[unit.index()]));
        }
        for (unit, areas) in gone.iter().zip(areas_of_gone) {
            overlay.old.insert(*unit, shares(areas, old.areas_km2[unit.index()]));
        }
        Ok(overlay)
    }

    pub fn new_count(&self) -> usize {
        self.before.len()
    }

    /// The old unit that a new one is.
    pub fn before(&self, new: UnitId) -> Option<UnitId> {
        self.before.get(new.index()).copied().flatten()
    }

    /// The new unit that an old one is.
    pub fn after(&self, old: UnitId) -> Option<UnitId> {
        self.after.get(old.index()).copied().flatten()
    }

    /// Old units that a new one which was not there before lies in, with their shares of its area; the largest first. Empty where there
    /// was none.
    pub fn of_new(&self, unit: UnitId) -> &[Share] {
        self.new.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// New units that have the area of an old one that is gone.
    pub fn of_old(&self, unit: UnitId) -> &[Share] {
        self.old.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// What new units took of an old one that stays.
    pub fn carved_of(&self, unit: UnitId) -> &[Share] {
        self.carved.get(&unit).map_or(&[], Vec::as_slice)
    }
}

/// Shares of an area without noise, the largest first.
pub fn shares(areas: Vec<(UnitId, f64)>, whole: f64) -> Vec<Share> {
    let mut shares: Vec<Share> = areas
        .into_iter()
        .map(|(unit, area)| Share { unit, share: (area / whole).min(1.0) })
        .filter(|share| share.share >= NOISE)
        .collect();
    // Halves are halves, whatever the last bits of their areas say.
    let rank = |share: &Share| (share.share * 1e9).round();
    shares.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then(a.unit.cmp(&b.unit)));
    shares
}

/// Per wanted unit the units of the other layer that it has a place in common with, by id, and the area in km² that they share.
///
/// # Errors
/// It was cancelled.
pub fn areas(
    units: &Units,
    wanted: &[UnitId],
    others: &Units,
    progress: &Progress,
) -> Result<Vec<Vec<(UnitId, f64)>>, Cancelled> {
    progress.begin(Phase::Comparing, wanted.len() as u64)?;
    let layer = Others::new(others);
    wanted
        .par_iter()
        .map(|&unit| {
            progress.tick(1)?;
            Ok(layer.shared_with(units, unit))
        })
        .collect()
}

/// The other layer, made ready for many questions.
struct Others<'a> {
    units: &'a Units,
    index: UnitIndex,
    arcs: RTree<GeomWithData<Rectangle<[f64; 2]>, ArcId>>,
    /// Made when first asked for.
    polygons: Vec<OnceLock<MultiPolygon>>,
}

impl<'a> Others<'a> {
    fn new(units: &'a Units) -> Self {
        let topology = &units.topology;
        let boxed = |arc: usize| {
            let arc = ArcId::from_index(arc);
            let Bounds { min, max } = Bounds::of(topology.arc(arc).iter().copied())?;
            Some(GeomWithData::new(Rectangle::from_corners([min.lon, min.lat], [max.lon, max.lat]), arc))
        };
        let arcs = RTree::bulk_load((0..topology.arc_count()).filter_map(boxed).collect());
        let polygons = (0..units.len()).map(|_| OnceLock::new()).collect();
        Self { units, index: UnitIndex::new(units), arcs, polygons }
    }

    fn shared_with(&self, units: &Units, unit: UnitId) -> Vec<(UnitId, f64)> {
        let bounds = units.bounds[unit.index()];
        let shape = units.topology.shape(unit);
        let Some(&place) = shape.polygons.first().and_then(|polygon| polygon.outer.first()) else { return Vec::new() };
        let passing = self.passing(bounds);
        let mut areas: Vec<(UnitId, f64)> = Vec::new();
        if !passing.is_empty() {
            let own = polygons(&shape);
            let room = widened(bounds);
            for &other in &passing {
                let whole = self.polygons[other.index()].get_or_init(|| polygons(&self.units.topology.shape(other)));
                let near = clipped(whole, room);
                if !near.0.is_empty() {
                    areas.push((other, area_km2(&own.intersection(&near))));
                }
            }
        }
        // Where no border of the other comes near, one place tells it of all.
        for other in self.index.units_at(place) {
            if passing.binary_search(&other).is_err() {
                areas.push((other, units.areas_km2[unit.index()]));
            }
        }
        areas.retain(|(_, area)| *area > 0.0);
        areas.sort_by_key(|(other, _)| *other);
        areas
    }

    /// The units whose border passes through a box, ascending.
    fn passing(&self, bounds: Bounds) -> Vec<UnitId> {
        let Bounds { min, max } = bounds;
        let envelope = AABB::from_corners([min.lon, min.lat], [max.lon, max.lat]);
        let topology = &self.units.topology;
        let meets = |pair: &[LonLat]| {
            let [a, b] = [pair[0], pair[1]];
            a.lon.min(b.lon) <= max.lon
                && a.lon.max(b.lon) >= min.lon
                && a.lat.min(b.lat) <= max.lat
                && a.lat.max(b.lat) >= min.lat
        };
        let near = self.arcs.locate_in_envelope_intersecting(&envelope).map(|found| found.data);
        let passing = near.filter(|&arc| topology.arc(arc).windows(2).any(meets));
        let mut units: Vec<UnitId> = passing.flat_map(|arc| topology.sides(arc)).flatten().collect();
        units.sort_unstable();
        units.dedup();
        units
    }
}

fn polygons(shape: &Shape) -> MultiPolygon {
    let ring = |ring: &Vec<LonLat>| -> LineString { ring.iter().map(|p| Coord { x: p.lon, y: p.lat }).collect() };
    let polygon = |polygon: &crate::domain::polygon::Polygon| {
        Polygon::new(ring(&polygon.outer), polygon.holes.iter().map(ring).collect())
    };
    MultiPolygon::new(shape.polygons.iter().map(polygon).collect())
}

/// A box somewhat larger, so that what is cut off along its edge cannot meet what lies in the box.
fn widened(Bounds { min, max }: Bounds) -> [f64; 4] {
    let margin = ((max.lon - min.lon) + (max.lat - min.lat)) * 0.05 + 1e-6;
    [min.lon - margin, min.lat - margin, max.lon + margin, max.lat + margin]
}

/// What of the polygons lies in a box [west, south, east, north]: a state is mostly far from a ZIP area at its border. Edges that run to
/// and fro along the edge of the box are left in; they enclose nothing.
fn clipped(polygons: &MultiPolygon, room: [f64; 4]) -> MultiPolygon {
    let clip = |polygon: &Polygon| {
        let outer = clipped_ring(polygon.exterior(), room)?;
        Some(Polygon::new(outer, polygon.interiors().iter().filter_map(|hole| clipped_ring(hole, room)).collect()))
    };
    MultiPolygon::new(polygons.iter().filter_map(clip).collect())
}

/// Sutherland and Hodgman: one edge of the box after the other.
fn clipped_ring(ring: &LineString, [west, south, east, north]: [f64; 4]) -> Option<LineString> {
    let mut places: Vec<Coord> = ring.0.clone();
    places.pop();
    for (axis, limit, keeps_above) in [(0, west, true), (0, east, false), (1, south, true), (1, north, false)] {
        let value = |place: Coord| if axis == 0 { place.x } else { place.y };
        let inside = |place: Coord| if keeps_above { value(place) >= limit } else { value(place) <= limit };
        let &last = places.last()?;
        let mut kept = Vec::with_capacity(places.len() + 4);
        let mut before = last;
        for &place in &places {
            if inside(before) != inside(place) {
                let share = (limit - value(before)) / (value(place) - value(before));
                let (x, y) = (before.x + share * (place.x - before.x), before.y + share * (place.y - before.y));
                kept.push(if axis == 0 { Coord { x: limit, y } } else { Coord { x, y: limit } });
            }
            if inside(place) {
                kept.push(place);
            }
            before = place;
        }
        places = kept;
    }
    let first = *places.first()?;
    places.push(first);
    (places.len() >= 4).then(|| LineString::new(places))
}

/// On the sphere.
fn area_km2(polygons: &MultiPolygon) -> f64 {
    if polygons.unsigned_area() <= 0.0 {
        return 0.0;
    }
    let ring = |ring: &LineString| {
        let places: Vec<LonLat> = ring.0.iter().map(|place| LonLat::new(place.x, place.y)).collect();
        signed_ring_area_km2(&places).abs()
    };
    let area = |polygon: &Polygon| ring(polygon.exterior()) - polygon.interiors().iter().map(ring).sum::<f64>();
    polygons.iter().map(area).sum::<f64>().max(0.0)
}
