//! Which ZIP area a place lies in.

use std::collections::HashMap;

use bailiwick::domain::sphere::LonLat;

use crate::grid::GridPoint;
use crate::zip_areas::ZipArea;

/// Side of the bins in grid steps: a tenth of a degree.
const BIN: i64 = 100_000;

/// ZIP areas by square of the plane.
pub struct Locator<'a> {
    pub areas: &'a [ZipArea],
    bins: HashMap<(i64, i64), Vec<usize>>,
}

impl<'a> Locator<'a> {
    pub fn new(areas: &'a [ZipArea]) -> Self {
        let mut bins = HashMap::<(i64, i64), Vec<usize>>::new();
        for (index, area) in areas.iter().enumerate() {
            for part in &area.shape {
                let xs = || part[0].iter().map(|p| p.x.div_euclid(BIN));
                let ys = || part[0].iter().map(|p| p.y.div_euclid(BIN));
                for x in xs().min().unwrap_or(0)..=xs().max().unwrap_or(-1) {
                    for y in ys().min().unwrap_or(0)..=ys().max().unwrap_or(-1) {
                        let bin = bins.entry((x, y)).or_default();
                        if bin.last() != Some(&index) {
                            bin.push(index);
                        }
                    }
                }
            }
        }
        Self { areas, bins }
    }

    /// The index of the area around a place.
    pub fn find(&self, place: LonLat) -> Option<usize> {
        let point = GridPoint::from_place(place);
        let bin = self.bins.get(&(point.x.div_euclid(BIN), point.y.div_euclid(BIN)))?;
        bin.iter().copied().find(|&index| self.areas[index].contains(point))
    }
}

/// The place so many kilometres east and north of another.
pub fn offset(place: LonLat, east_km: f64, north_km: f64) -> LonLat {
    let lat = place.lat + north_km / 111.195;
    LonLat::new(place.lon + east_km / (111.195 * lat.to_radians().cos()), lat)
}

/// The direction from one place to another in radians, 0 = east, counter-clockwise.
pub fn direction(from: LonLat, to: LonLat) -> f64 {
    (to.lat - from.lat).atan2((to.lon - from.lon) * from.lat.to_radians().cos())
}
