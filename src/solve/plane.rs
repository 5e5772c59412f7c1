//! Flat maps for an engine that works on the globe.
//!
//! A plane is a sphere seen from very near: a table of x and y becomes a patch of one ten-thousandth of a radian (some 640 m) around
//! longitude 0, latitude 0. On it, great-circle distances differ from straight ones by about one part in 10⁹, and double precision
//! still tells apart places a hundred-millionth of the patch from each other. Lengths are scaled on the way in and back on the way
//! out; nobody else needs to know.

use crate::domain::sphere::{EARTH_RADIUS_KM, LonLat};

/// How far the patch reaches, in radians.
const EXTENT: f64 = 1e-4;

/// Where the plane of a table lies on the globe, and its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    middle: [f64; 2],
    /// Radians per unit of x and y.
    scale: f64,
}

impl Plane {
    /// A plane that fits the points; one around 0, 0 where there are none, or all are in one place.
    pub fn around(points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        if !low.iter().chain(&high).all(|value| value.is_finite()) {
            return Self { middle: [0.0; 2], scale: EXTENT };
        }
        let extent = (high[0] - low[0]).max(high[1] - low[1]);
        let scale = if extent > 0.0 && extent.is_finite() { EXTENT / extent } else { EXTENT };
        Self { middle: [low[0] / 2.0 + high[0] / 2.0, low[1] / 2.0 + high[1] / 2.0], scale }
    }

    /// The place on the globe of a point of the plane.
    pub fn place(&self, [x, y]: [f64; 2]) -> LonLat {
        let turned = |value: f64, middle: f64| ((value - middle) * self.scale).to_degrees();
        LonLat::new(turned(x, self.middle[0]), turned(y, self.middle[1]))
    }

    /// The point of the plane at a place on the globe.
    pub fn point(&self, place: LonLat) -> [f64; 2] {
        let back = |degrees: f64, middle: f64| degrees.to_radians() / self.scale + middle;
        [back(place.lon, self.middle[0]), back(place.lat, self.middle[1])]
    }

    /// Kilometres on the globe for a length in the units of x and y.
    pub fn km(&self, length: f64) -> f64 {
        length * self.scale * EARTH_RADIUS_KM
    }

    /// A length in the units of x and y for kilometres on the globe.
    pub fn length(&self, km: f64) -> f64 {
        km / (self.scale * EARTH_RADIUS_KM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn distances_are_those_of_the_plane(
            points in proptest::collection::vec([-1e7..1e7_f64, -1e7..1e7_f64], 2..20),
            scale in -6..6_i32,
        ) {
            let points: Vec<[f64; 2]> = points.into_iter().map(|p| p.map(|value| value * 10f64.powi(scale))).collect();
            let plane = Plane::around(points.iter().copied());
            let extent = plane.length(EXTENT * EARTH_RADIUS_KM);
            for a in &points {
                prop_assert!(plane.place(*a).is_valid());
                let back = plane.point(plane.place(*a));
                prop_assert!((back[0] - a[0]).abs() <= 1e-9 * extent && (back[1] - a[1]).abs() <= 1e-9 * extent);
                for b in &points {
                    let straight = (a[0] - b[0]).hypot(a[1] - b[1]);
                    let round = plane.length(plane.place(*a).distance_km(plane.place(*b)));
                    prop_assert!((round - straight).abs() <= 3e-9 * extent, "{round} {straight}");
                }
            }
        }
    }

    #[test]
    fn planes_without_extent_are_planes_too() {
        for points in [vec![], vec![[7.0, 8.0]], vec![[7.0, 8.0]; 3]] {
            let plane = Plane::around(points.clone());
            assert_eq!(plane.length(plane.km(5.0)), 5.0);
            assert!(points.iter().all(|&point| plane.place(point) == LonLat::new(0.0, 0.0)));
        }
    }
}
