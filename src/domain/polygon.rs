//! Polygons as values: what importers hand to the topology, and what comes back out of it for one unit or territory.

use super::sphere::{Bounds, LonLat, signed_ring_area_km2};

/// A closed line; the first place is not repeated at the end.
pub type Ring = Vec<LonLat>;

/// One outer ring, counter-clockwise, and the holes in it, clockwise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Polygon {
    pub outer: Ring,
    pub holes: Vec<Ring>,
}

/// The shape of a unit or territory: any number of polygons.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    pub polygons: Vec<Polygon>,
}

impl Polygon {
    pub fn area_km2(&self) -> f64 {
        let holes: f64 = self.holes.iter().map(|hole| signed_ring_area_km2(hole).abs()).sum();
        (signed_ring_area_km2(&self.outer).abs() - holes).max(0.0)
    }

    /// Whether the place lies inside (even-odd rule in degrees).
    pub fn contains(&self, place: LonLat) -> bool {
        ring_contains(&self.outer, place) && !self.holes.iter().any(|hole| ring_contains(hole, place))
    }

    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

impl Shape {
    pub fn is_empty(&self) -> bool {
        self.polygons.is_empty()
    }

    pub fn area_km2(&self) -> f64 {
        self.polygons.iter().map(Polygon::area_km2).sum()
    }

    pub fn contains(&self, place: LonLat) -> bool {
        self.polygons.iter().any(|polygon| polygon.contains(place))
    }

    /// The box around it; an empty box at 0, 0 for an empty shape.
    pub fn bounds(&self) -> Bounds {
        Bounds::of(self.polygons.iter().flat_map(|polygon| polygon.outer.iter().copied()))
            .unwrap_or(Bounds { min: LonLat::default(), max: LonLat::default() })
    }

    /// A point well inside the largest polygon: the middle of the longest piece inside it along a few level lines.
    pub fn label_point(&self) -> LonLat {
        let mut largest: Option<(&Polygon, f64)> = None;
        for polygon in &self.polygons {
            let area = polygon.area_km2();
            if largest.is_none_or(|(_, best)| area > best) {
                largest = Some((polygon, area));
            }
        }
        let Some((polygon, _)) = largest else { return LonLat::default() };
        let Some(bounds) = Bounds::of(polygon.outer.iter().copied()) else { return LonLat::default() };
        let mut best = (bounds.centre(), -1.0);
        for share in [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8] {
            // The level is moved off round numbers so that it rarely runs through a vertex.
            let lat = bounds.min.lat + (bounds.max.lat - bounds.min.lat) * (share + 0.000_137);
            // A line off the middle must be clearly longer to win.
            let weight = 1.0 - (share - 0.5_f64).abs();
            for pair in crossings(polygon, lat).chunks_exact(2) {
                let length = (pair[1] - pair[0]) * weight;
                if length > best.1 {
                    best = (LonLat::new((pair[0] + pair[1]) / 2.0, lat), length);
                }
            }
        }
        best.0
    }
}

/// Longitudes at which the rings cross a latitude, ascending.
fn crossings(polygon: &Polygon, lat: f64) -> Vec<f64> {
    let mut found = Vec::new();
    for ring in polygon.rings() {
        for (i, a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            if (a.lat > lat) != (b.lat > lat) {
                found.push(a.lon + (lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon));
            }
        }
    }
    found.sort_by(f64::total_cmp);
    found
}

/// Whether the place lies inside the ring (even-odd rule in degrees).
pub fn ring_contains(ring: &[LonLat], place: LonLat) -> bool {
    let mut inside = false;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        if (a.lat > place.lat) != (b.lat > place.lat)
            && place.lon < a.lon + (place.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
        {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_point_of_a_horseshoe_lies_inside_it() {
        let outer = [(0.0, 0.0), (3.0, 0.0), (3.0, 3.0), (2.0, 3.0), (2.0, 1.0), (1.0, 1.0), (1.0, 3.0), (0.0, 3.0)];
        let shape = Shape {
            polygons: vec![Polygon {
                outer: outer.iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect(),
                holes: vec![],
            }],
        };
        assert!(shape.contains(shape.label_point()));
        assert!(!shape.contains(LonLat::new(1.5, 2.0)));
    }
}
