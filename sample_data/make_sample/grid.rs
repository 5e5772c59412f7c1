//! Places on a grid of a millionth of a degree (about 10 cm), so that "the same vertex" is a comparison of integers.

use bailiwick::domain::sphere::LonLat;

/// Grid steps per degree.
pub const STEPS: f64 = 1e6;

/// A place on the grid: longitude and latitude in millionths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GridPoint {
    pub x: i64,
    pub y: i64,
}

/// A closed line; the first point is not repeated at the end.
pub type GridRing = Vec<GridPoint>;

impl GridPoint {
    pub fn from_place(place: LonLat) -> Self {
        Self { x: (place.lon * STEPS).round() as i64, y: (place.lat * STEPS).round() as i64 }
    }

    pub fn place(self) -> LonLat {
        LonLat::new(self.x as f64 / STEPS, self.y as f64 / STEPS)
    }

    /// Distance in steps, squared.
    pub fn distance2(self, other: Self) -> i64 {
        (self.x - other.x).pow(2) + (self.y - other.y).pow(2)
    }
}

/// Twice the area of a ring in square steps, exact; positive when it runs counter-clockwise.
pub fn twice_area(ring: &[GridPoint]) -> i128 {
    let mut sum = 0;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        sum += i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y);
    }
    sum
}

/// Whether a point lies inside a ring (even-odd rule).
pub fn ring_contains(ring: &[GridPoint], point: GridPoint) -> bool {
    let mut inside = false;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        if (a.y > point.y) != (b.y > point.y) {
            let side = (b.x - a.x) as i128 * (point.y - a.y) as i128 - (b.y - a.y) as i128 * (point.x - a.x) as i128;
            if (side > 0) == (b.y > a.y) {
                inside = !inside;
            }
        }
    }
    inside
}

/// Whether a point lies inside the outer ring and in no hole.
pub fn part_contains(part: &[GridRing], point: GridPoint) -> bool {
    part.iter().filter(|ring| ring_contains(ring, point)).count() % 2 == 1
}
