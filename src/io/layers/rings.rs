//! From rings as files hold them to polygons as the program holds them: closed without repeating the first place, outer rings
//! counter-clockwise, holes clockwise and with the polygon they lie in.

use crate::domain::polygon::{Polygon, Ring};
use crate::domain::sphere::LonLat;
use crate::io::diagnostic::{Diagnostic, Place};

/// Why a ring could not be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BadRing {
    /// Fewer than three different places.
    TooShort,
    /// Places that are not numbers or not on the globe.
    OffTheGlobe(f64, f64),
}

/// Checks a ring and takes away repeated places. Longitudes a hair beyond ±180 and latitudes beyond ±90 are rounding.
pub(super) fn clean(mut ring: Ring) -> Result<Ring, BadRing> {
    const HAIR: f64 = 1e-6;
    for place in &mut ring {
        let within = place.lon.abs() <= 180.0 + HAIR && place.lat.abs() <= 90.0 + HAIR;
        if !within {
            return Err(BadRing::OffTheGlobe(place.lon, place.lat));
        }
        // -0.0 and 0.0 are one place, and must be for the finding of shared borders.
        *place = LonLat::new(place.lon.clamp(-180.0, 180.0) + 0.0, place.lat.clamp(-90.0, 90.0) + 0.0);
    }
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    // A line there and back again has places but no area; a triangle needs three that differ.
    if ring.len() < 3 { Err(BadRing::TooShort) } else { Ok(ring) }
}

/// A polygon from an outer ring and holes whose roles are known, as in GeoJSON.
pub(super) fn polygon(outer: Ring, holes: Vec<Ring>) -> Polygon {
    Polygon { outer: turned(outer, true), holes: holes.into_iter().map(|hole| turned(hole, false)).collect() }
}

/// Polygons from rings whose roles follow from their direction, as in shapefiles: clockwise rings are outer ones, the others holes
/// of the smallest outer ring around them. A counter-clockwise ring inside none is an outer one written the wrong way.
pub(super) fn polygons_by_direction(rings: Vec<Ring>) -> Vec<Polygon> {
    let (mut outers, mut holes): (Vec<Ring>, Vec<Ring>) = (Vec::new(), Vec::new());
    for ring in rings {
        if signed_area(&ring) <= 0.0 { outers.push(ring) } else { holes.push(ring) }
    }
    let areas: Vec<f64> = outers.iter().map(|ring| signed_area(ring).abs()).collect();
    let boxes: Vec<[f64; 4]> = outers.iter().map(|ring| bounds(ring)).collect();
    let mut polygons: Vec<Polygon> = outers.into_iter().map(|outer| polygon(outer, Vec::new())).collect();
    let count = polygons.len();
    for hole in holes {
        let inside = bounds(&hole);
        let area = signed_area(&hole).abs();
        let mut best: Option<usize> = None;
        for index in 0..count {
            let around = boxes[index];
            let fits =
                around[0] <= inside[0] && around[1] <= inside[1] && around[2] >= inside[2] && around[3] >= inside[3];
            if fits
                && areas[index] >= area
                && best.is_none_or(|best| areas[index] < areas[best])
                && lies_in(&hole, &polygons[index])
            {
                best = Some(index);
            }
        }
        match best {
            Some(index) => polygons[index].holes.push(turned(hole, false)),
            None => polygons.push(polygon(hole, Vec::new())),
        }
    }
    polygons
}

/// The shoelace area in square degrees, positive counter-clockwise; taken from the first place so that small rings keep precision.
pub(super) fn signed_area(ring: &[LonLat]) -> f64 {
    let Some(origin) = ring.first() else { return 0.0 };
    let mut twice = 0.0;
    for pair in ring.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        twice += (a.lon - origin.lon) * (b.lat - origin.lat) - (b.lon - origin.lon) * (a.lat - origin.lat);
    }
    twice / 2.0
}

fn turned(mut ring: Ring, counter_clockwise: bool) -> Ring {
    if (signed_area(&ring) > 0.0) != counter_clockwise {
        // The first place stays the first, so that a ring that comes back is the same list.
        ring[1..].reverse();
    }
    ring
}

/// Whether a hole lies in a polygon. Its places may lie on the border, so the first that is clearly in or out decides.
fn lies_in(hole: &[LonLat], polygon: &Polygon) -> bool {
    let (mut inside, mut outside) = (0, 0);
    for (i, a) in hole.iter().enumerate().take(16) {
        let b = hole[(i + 1) % hole.len()];
        let middle = LonLat::new((a.lon + b.lon) / 2.0, (a.lat + b.lat) / 2.0);
        if polygon.contains(middle) { inside += 1 } else { outside += 1 }
    }
    inside >= outside
}

fn bounds(ring: &[LonLat]) -> [f64; 4] {
    ring.iter().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |b, place| {
        [b[0].min(place.lon), b[1].min(place.lat), b[2].max(place.lon), b[3].max(place.lat)]
    })
}

/// What is said about a ring that could not be used.
pub(super) fn diagnose(bad: BadRing, place: &Place) -> Diagnostic {
    match bad {
        BadRing::TooShort => Diagnostic::warning(place.clone(), "a ring has fewer than three different places")
            .hint("the ring is left out"),
        BadRing::OffTheGlobe(x, y) => {
            Diagnostic::error(place.clone(), format!("expected longitude and latitude, found {x}, {y}"))
                .hint("the ring is left out")
        }
    }
}
