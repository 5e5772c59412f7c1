//! How much of each new unit lies in which old one: polygons intersected for the units whose codes came or went, the others are the same.

use std::collections::BTreeMap;

use geo::{Area as _, BooleanOps as _, Coord, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use crate::domain::ids::UnitId;
use crate::domain::polygon::Shape;
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::spatial::UnitIndex;
use crate::domain::sphere::{LonLat, signed_ring_area_km2};
use crate::domain::units::Units;

/// Less of a unit than this share is noise: outlines of two vintages are never drawn quite alike.
pub const NOISE: f64 = 0.005;

/// A unit of the other vintage and its share of the area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub unit: UnitId,
    pub share: f64,
}

/// What lies where.
#[derive(Debug, Default)]
pub struct Overlay {
    /// By new unit without a code of before: shares of its area that lie in old units, the largest first.
    new: BTreeMap<UnitId, Vec<Share>>,
    /// By old unit whose code is gone: shares of its area that new units have.
    old: BTreeMap<UnitId, Vec<Share>>,
    /// By old unit whose code stays: shares of its area that new units without a code of before have.
    carved: BTreeMap<UnitId, Vec<Share>>,
}

impl Overlay {
    /// # Errors
    /// It was cancelled.
    pub fn new(old: &Units, new: &Units, progress: &Progress) -> Result<Self, Cancelled> {
        let fresh: Vec<UnitId> = new.ids().filter(|unit| old.find(&new.codes[unit.index()]).is_none()).collect();
        let gone: Vec<UnitId> = old.ids().filter(|unit| new.find(&old.codes[unit.index()]).is_none()).collect();
        progress.begin(Phase::Comparing, (fresh.len() + gone.len()) as u64)?;
        let mut overlay = Self::default();
        if !fresh.is_empty() {
            for (unit, areas) in fresh.iter().zip(areas(new, &fresh, old, progress)?) {
                let whole = new.areas_km2[unit.index()];
                for &(other, area) in &areas {
                    let kept = new.find(&old.codes[other.index()]).is_some();
                    let share = area / old.areas_km2[other.index()];
                    if kept && share >= NOISE {
                        overlay.carved.entry(other).or_default().push(Share { unit: *unit, share: share.min(1.0) });
                    }
                }
                overlay.new.insert(*unit, shares(areas, whole));
            }
        }
        if !gone.is_empty() {
            for (unit, areas) in gone.iter().zip(areas(old, &gone, new, progress)?) {
                overlay.old.insert(*unit, shares(areas, old.areas_km2[unit.index()]));
            }
        }
        Ok(overlay)
    }

    /// Old units that a new one without a code of before lies in, with their shares of its area; the largest first. Empty where there was
    /// none.
    pub fn of_new(&self, unit: UnitId) -> &[Share] {
        self.new.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// New units that have the area of an old one whose code is gone.
    pub fn of_old(&self, unit: UnitId) -> &[Share] {
        self.old.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// What new units took of an old one whose code stays.
    pub fn carved_of(&self, unit: UnitId) -> &[Share] {
        self.carved.get(&unit).map_or(&[], Vec::as_slice)
    }
}

/// Shares of an area without noise.
fn shares(areas: Vec<(UnitId, f64)>, whole: f64) -> Vec<Share> {
    let mut shares: Vec<Share> = areas
        .into_iter()
        .map(|(unit, area)| Share { unit, share: (area / whole).min(1.0) })
        .filter(|share| share.share >= NOISE)
        .collect();
    shares.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.unit.cmp(&b.unit)));
    shares
}

/// Per wanted unit the units of the other layer that it has a place in common with, and the area in km² that they share.
fn areas(
    units: &Units,
    wanted: &[UnitId],
    others: &Units,
    progress: &Progress,
) -> Result<Vec<Vec<(UnitId, f64)>>, Cancelled> {
    let index = UnitIndex::new(others);
    wanted
        .par_iter()
        .map(|&unit| {
            progress.tick(1)?;
            let shape = polygons(&units.topology.shape(unit));
            let near = index.units_in(units.bounds[unit.index()]);
            let shared = near.into_iter().map(|other| {
                let common = shape.intersection(&polygons(&others.topology.shape(other)));
                (other, area_km2(&common))
            });
            Ok(shared.filter(|(_, area)| *area > 0.0).collect())
        })
        .collect()
}

fn polygons(shape: &Shape) -> MultiPolygon {
    let ring = |ring: &Vec<LonLat>| -> LineString { ring.iter().map(|p| Coord { x: p.lon, y: p.lat }).collect() };
    let polygon = |polygon: &crate::domain::polygon::Polygon| {
        Polygon::new(ring(&polygon.outer), polygon.holes.iter().map(ring).collect())
    };
    MultiPolygon::new(shape.polygons.iter().map(polygon).collect())
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
