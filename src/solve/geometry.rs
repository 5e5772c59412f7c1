//! Distances and planes on the globe, on unit vectors: the engine measures billions of distances.

use crate::domain::sphere::EARTH_RADIUS_KM;

pub(super) type Vector = [f64; 3];

pub(super) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn minus(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// Great-circle distance of two unit vectors in kilometres, from the chord. The series is exact to 1e-9 for chords up to a half
/// (3,200 km) and saves the arcsine.
pub(super) fn distance_km(a: Vector, b: Vector) -> f64 {
    let d = minus(a, b);
    let square = dot(d, d);
    let chord = square.sqrt();
    if square < 0.25 {
        let series = 1.0
            + square
                * (1.0 / 24.0
                    + square
                        * (3.0 / 640.0
                            + square * (5.0 / 7168.0 + square * (35.0 / 294_912.0 + square * (63.0 / 2_883_584.0)))));
        EARTH_RADIUS_KM * chord * series
    } else {
        2.0 * EARTH_RADIUS_KM * (chord / 2.0).min(1.0).asin()
    }
}

/// The vector of length 1 in the same direction; `None` for one without direction.
pub(super) fn normalised(v: Vector) -> Option<Vector> {
    let length = dot(v, v).sqrt();
    (length > 1e-12).then(|| [v[0] / length, v[1] / length, v[2] / length])
}

/// East and north at a place: the axes of a flat map around it.
pub(super) fn plane_at(centre: Vector) -> [Vector; 2] {
    let east = normalised([-centre[1], centre[0], 0.0]).unwrap_or([1.0, 0.0, 0.0]);
    let north = [
        centre[1] * east[2] - centre[2] * east[1],
        centre[2] * east[0] - centre[0] * east[2],
        centre[0] * east[1] - centre[1] * east[0],
    ];
    [east, north]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sphere::LonLat;

    #[test]
    fn distances_from_chords_are_those_of_the_haversine_formula() {
        let from = LonLat::new(-84.0, 33.0);
        for (lon, lat) in [(-84.0, 33.000_01), (-80.0, 40.0), (-120.0, 47.0), (96.0, -33.0), (10.0, 50.0)] {
            let to = LonLat::new(lon, lat);
            let (fast, slow) = (distance_km(from.to_unit_vector(), to.to_unit_vector()), from.distance_km(to));
            assert!((fast - slow).abs() < 1e-6 * slow.max(1.0), "{fast} {slow}");
        }
    }
}
