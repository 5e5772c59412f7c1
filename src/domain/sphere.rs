//! Places on the globe: longitude and latitude in degrees (WGS 84), great-circle distances, areas, Web Mercator.

/// Mean earth radius in kilometres (IUGG).
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Kilometres in an international mile.
pub const KM_PER_MILE: f64 = 1.609_344;

/// A place in degrees, longitude first as in every format we read.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LonLat {
    pub lon: f64,
    pub lat: f64,
}

impl LonLat {
    pub const fn new(lon: f64, lat: f64) -> Self {
        Self { lon, lat }
    }

    /// Finite and inside the range of longitudes and latitudes.
    pub fn is_valid(self) -> bool {
        (-180.0..=180.0).contains(&self.lon) && (-90.0..=90.0).contains(&self.lat)
    }

    /// Great-circle distance in kilometres (haversine formula).
    pub fn distance_km(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((lat2 - lat1) / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + lat1.cos() * lat2.cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
    }

    /// The unit vector from the centre of the earth.
    pub fn to_unit_vector(self) -> [f64; 3] {
        let (lon, lat) = (self.lon.to_radians(), self.lat.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    }

    /// The place in the direction of a vector of any length; `None` for a vector without direction.
    pub fn from_vector([x, y, z]: [f64; 3]) -> Option<Self> {
        let length = (x * x + y * y + z * z).sqrt();
        (length > 1e-12).then(|| Self::new(y.atan2(x).to_degrees(), (z / length).asin().to_degrees()))
    }
}

/// The weighted mean place on the sphere: the mean of unit vectors, normalised. `None` without positive weight.
pub fn centroid(places: impl IntoIterator<Item = (LonLat, f64)>) -> Option<LonLat> {
    let mut sum = [0.0; 3];
    let mut any = false;
    for (place, weight) in places {
        if weight > 0.0 {
            let v = place.to_unit_vector();
            for axis in 0..3 {
                sum[axis] += v[axis] * weight;
            }
            any = true;
        }
    }
    if any { LonLat::from_vector(sum) } else { None }
}

/// Area of a ring in square kilometres, positive when it runs counter-clockwise. The ring may be closed or open.
/// Trapezoids on the authalic cylinder: exact for edges that are straight in longitude and sine of latitude.
pub fn signed_ring_area_km2(ring: &[LonLat]) -> f64 {
    let mut twice = 0.0;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        twice += (b.lon - a.lon).to_radians() * (a.lat.to_radians().sin() + b.lat.to_radians().sin());
    }
    -twice * 0.5 * EARTH_RADIUS_KM * EARTH_RADIUS_KM
}

/// Length of a line in kilometres.
pub fn length_km(line: &[LonLat]) -> f64 {
    line.windows(2).map(|pair| pair[0].distance_km(pair[1])).sum()
}

/// The latitude at which the square of Web Mercator ends.
pub const MERCATOR_MAX_LAT: f64 = 85.051_128_779_806_59;

/// Web Mercator position in a world of 256 × 256 (pixels at zoom 0), y down.
pub fn to_mercator(place: LonLat) -> [f64; 2] {
    let lat = place.lat.clamp(-MERCATOR_MAX_LAT, MERCATOR_MAX_LAT).to_radians();
    let x = (place.lon + 180.0) / 360.0 * 256.0;
    let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * 256.0;
    [x, y]
}

/// The inverse of [`to_mercator`].
pub fn from_mercator([x, y]: [f64; 2]) -> LonLat {
    let lon = x / 256.0 * 360.0 - 180.0;
    let lat = (std::f64::consts::PI * (1.0 - 2.0 * y / 256.0)).sinh().atan().to_degrees();
    LonLat::new(lon, lat)
}

/// A box in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub min: LonLat,
    pub max: LonLat,
}

impl Bounds {
    /// The smallest box around the places, `None` without any.
    pub fn of(places: impl IntoIterator<Item = LonLat>) -> Option<Self> {
        let mut places = places.into_iter().filter(|p| p.lon.is_finite() && p.lat.is_finite());
        let first = places.next()?;
        Some(places.fold(Self { min: first, max: first }, |b, p| b.including(p)))
    }

    pub fn including(self, p: LonLat) -> Self {
        Self {
            min: LonLat::new(self.min.lon.min(p.lon), self.min.lat.min(p.lat)),
            max: LonLat::new(self.max.lon.max(p.lon), self.max.lat.max(p.lat)),
        }
    }

    pub fn union(self, other: Self) -> Self {
        self.including(other.min).including(other.max)
    }

    pub fn contains(self, p: LonLat) -> bool {
        (self.min.lon..=self.max.lon).contains(&p.lon) && (self.min.lat..=self.max.lat).contains(&p.lat)
    }

    pub fn intersects(self, other: Self) -> bool {
        self.min.lon <= other.max.lon
            && other.min.lon <= self.max.lon
            && self.min.lat <= other.max.lat
            && other.min.lat <= self.max.lat
    }

    /// The box with so many degrees more on every side.
    pub fn grown(self, by: f64) -> Self {
        let moved = |place: LonLat, by: f64| LonLat::new(place.lon + by, place.lat + by);
        Self { min: moved(self.min, -by), max: moved(self.max, by) }
    }

    /// The box moved by so many degrees.
    pub fn moved(self, lon: f64, lat: f64) -> Self {
        let moved = |place: LonLat| LonLat::new(place.lon + lon, place.lat + lat);
        Self { min: moved(self.min), max: moved(self.max) }
    }

    pub fn centre(self) -> LonLat {
        LonLat::new((self.min.lon + self.max.lon) / 2.0, (self.min.lat + self.max.lat) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        let d = LonLat::new(-84.0, 40.0).distance_km(LonLat::new(-84.0, 41.0));
        assert!((d - 111.195).abs() < 0.01, "{d}");
    }

    #[test]
    fn ring_area_has_the_sign_of_its_turn() {
        let ring = [LonLat::new(0.0, 0.0), LonLat::new(1.0, 0.0), LonLat::new(1.0, 1.0), LonLat::new(0.0, 1.0)];
        let area = signed_ring_area_km2(&ring);
        assert!((area - 12_363.7).abs() < 5.0, "{area}");
        let mut back = ring;
        back.reverse();
        assert!((signed_ring_area_km2(&back) + area).abs() < 1e-6);
    }

    #[test]
    fn mercator_comes_back() {
        let p = LonLat::new(-83.2, 41.7);
        let q = from_mercator(to_mercator(p));
        assert!((p.lon - q.lon).abs() < 1e-9 && (p.lat - q.lat).abs() < 1e-9);
    }
}
