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

/// Checks a ring and takes away repeated places. Longitudes a hair beyond ±180 and latitudes beyond ±90 are rounding; longitudes up to a
/// turn are those of somebody who counts from 0 to 360, or goes on beyond the antimeridian.
pub(super) fn clean(mut ring: Ring) -> Result<Ring, BadRing> {
    const HAIR: f64 = 1e-6;
    for place in &mut ring {
        let within = place.lon.abs() <= 360.0 + HAIR && place.lat.abs() <= 90.0 + HAIR;
        if !within {
            return Err(BadRing::OffTheGlobe(place.lon, place.lat));
        }
        let is_rounding = place.lon.abs() <= 180.0 + HAIR;
        let lon = if is_rounding { place.lon.clamp(-180.0, 180.0) } else { place.lon };
        // -0.0 and 0.0 are one place, and must be for the finding of shared borders.
        *place = LonLat::new(lon + 0.0, place.lat.clamp(-90.0, 90.0) + 0.0);
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
///
/// `None` when it would take more than `work` looks at boxes and edges, which becomes less by what was taken: rings in rings in rings,
/// by the thousand, are no map.
pub(super) fn polygons_by_direction(rings: Vec<Ring>, work: &mut u64) -> Option<Vec<Polygon>> {
    let (mut outers, mut holes): (Vec<Ring>, Vec<Ring>) = (Vec::new(), Vec::new());
    for ring in rings {
        if signed_area(&ring) <= 0.0 { outers.push(ring) } else { holes.push(ring) }
    }
    // The smallest ones first, so that the first around a hole is the one. Those of one size stay in the file's order.
    let mut by_size: Vec<(f64, [f64; 4], usize)> =
        outers.iter().enumerate().map(|(index, ring)| (signed_area(ring).abs(), bounds(ring), index)).collect();
    by_size.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut insides: Vec<Option<Inside>> = outers.iter().map(|_| None).collect();
    let mut found: Vec<(usize, Ring)> = Vec::new();
    let mut alone: Vec<Ring> = Vec::new();
    for hole in holes {
        let (within, area) = (bounds(&hole), signed_area(&hole).abs());
        let mut around = None;
        for &(_, outside, index) in &by_size[by_size.partition_point(|(size, ..)| *size < area)..] {
            *work = work.checked_sub(1)?;
            let fits = outside[0] <= within[0]
                && outside[1] <= within[1]
                && outside[2] >= within[2]
                && outside[3] >= within[3];
            if fits {
                let inside = insides[index].get_or_insert_with(|| Inside::new(&outers[index]));
                if inside.holds(&hole, work)? {
                    around = Some(index);
                    break;
                }
            }
        }
        match around {
            Some(index) => found.push((index, hole)),
            None => alone.push(hole),
        }
    }
    drop(insides);
    let mut polygons: Vec<Polygon> = outers.into_iter().map(|outer| polygon(outer, Vec::new())).collect();
    for (index, hole) in found {
        polygons[index].holes.push(turned(hole, false));
    }
    polygons.extend(alone.into_iter().map(|ring| polygon(ring, Vec::new())));
    Some(polygons)
}

/// The edges of a ring by level bands, so that asking whether a place lies inside looks at those of one band.
struct Inside<'a> {
    ring: &'a [LonLat],
    low: f64,
    height: f64,
    bands: Vec<Vec<u32>>,
}

impl<'a> Inside<'a> {
    fn new(ring: &'a [LonLat]) -> Self {
        let [_, low, _, high] = bounds(ring);
        let edges = || (0..ring.len()).map(|i| (ring[i].lat, ring[(i + 1) % ring.len()].lat));
        let climbed: f64 = edges().map(|(a, b)| (a - b).abs()).sum();
        // So many that an edge is listed three times on the average.
        let most = 3.0 * ring.len() as f64 * (high - low) / climbed;
        let count = if most.is_finite() { most.clamp(1.0, 65_536.0) as usize } else { 1 };
        let height = (high - low) / count as f64;
        let mut inside = Self { ring, low, height, bands: vec![Vec::new(); count] };
        for (number, (a, b)) in (0..).zip(edges()) {
            for band in inside.band(a.min(b))..=inside.band(a.max(b)) {
                inside.bands[band].push(number);
            }
        }
        inside
    }

    fn band(&self, lat: f64) -> usize {
        let band = (lat - self.low) / self.height;
        // Not a number where all places have one latitude.
        if band > 0.0 { (band as usize).min(self.bands.len() - 1) } else { 0 }
    }

    /// Whether the place lies inside (even-odd rule in degrees).
    fn contains(&self, place: LonLat) -> bool {
        let mut inside = false;
        for &number in &self.bands[self.band(place.lat)] {
            let (a, b) = (self.ring[number as usize], self.ring[(number as usize + 1) % self.ring.len()]);
            if (a.lat > place.lat) != (b.lat > place.lat)
                && place.lon < a.lon + (place.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
            {
                inside = !inside;
            }
        }
        inside
    }

    /// Whether a hole lies in the ring. Its places may lie on the border, so most of its first edges decide. `None` when it takes too
    /// much work.
    fn holds(&self, hole: &[LonLat], work: &mut u64) -> Option<bool> {
        let (mut inside, mut outside) = (0, 0);
        for (i, a) in hole.iter().enumerate().take(16) {
            let b = hole[(i + 1) % hole.len()];
            let middle = LonLat::new((a.lon + b.lon) / 2.0, (a.lat + b.lat) / 2.0);
            *work = work.checked_sub(self.bands[self.band(middle.lat)].len() as u64)?;
            if self.contains(middle) { inside += 1 } else { outside += 1 }
        }
        Some(inside >= outside)
    }
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
            // 1e308 has 309 digits.
            let short = |number: f64| if number.abs() < 1e15 { number.to_string() } else { format!("{number:e}") };
            let message = format!("expected longitude and latitude, found {}, {}", short(x), short(y));
            Diagnostic::error(place.clone(), message).hint("the ring is left out")
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::polygon::ring_contains;

    fn square(x: f64, y: f64, size: f64, is_outer: bool) -> Ring {
        let ring = vec![
            LonLat::new(x, y),
            LonLat::new(x, y + size),
            LonLat::new(x + size, y + size),
            LonLat::new(x + size, y),
        ];
        if is_outer { ring } else { ring.into_iter().rev().collect() }
    }

    #[test]
    fn a_hole_belongs_to_the_smallest_ring_around_it() {
        let rings = vec![
            square(0.0, 0.0, 10.0, true),
            square(1.0, 1.0, 8.0, false),
            square(2.0, 2.0, 6.0, true),
            square(3.0, 3.0, 1.0, false),
            square(20.0, 0.0, 1.0, false),
        ];
        let polygons = polygons_by_direction(rings, &mut 1_000).expect("little work");
        let holes: Vec<usize> = polygons.iter().map(|polygon| polygon.holes.len()).collect();
        assert_eq!(holes, [1, 1, 0], "the last is alone, so it is no hole");
        assert_eq!(polygons[1].holes[0][0].lon, 4.0);
    }

    #[test]
    fn rings_in_rings_by_the_thousand_are_given_up() {
        let rings: Vec<Ring> = (0..20_000)
            .map(|i| square(f64::from(i) * 1e-5, f64::from(i) * 1e-5, 10.0 - f64::from(i) * 1e-4, i % 2 == 0))
            .collect();
        let mut work = 5_000;
        assert_eq!(polygons_by_direction(rings, &mut work), None);
    }

    proptest! {
        #[test]
        fn bands_know_what_is_inside(ring in prop::collection::vec((-9_i8..9, -9_i8..9), 3..40), x in -10_i8..10, y in -10_i8..10) {
            let ring: Ring = ring.into_iter().map(|(x, y)| LonLat::new(f64::from(x), f64::from(y))).collect();
            let place = LonLat::new(f64::from(x) + 0.25, f64::from(y) + 0.5);
            prop_assert_eq!(Inside::new(&ring).contains(place), ring_contains(&ring, place));
        }
    }
}
