//! The least cost of a territory around any place on the globe: branch and bound on cells.
//!
//! The globe is a cube blown up; a cell is a square of one of its faces, so its sides are parts of great circles. Seen from the
//! middle of a cell, the distance to a unit rises at least as its tangent says, because distances on the sphere are convex up to a
//! quarter of the way around. With tangents instead of distances the least cost of a territory is concave in the place, so over a
//! cell it is least at a corner. The error is quadratic in the size of the cell, where that of the triangle inequality is linear
//! (Hansen, Jaumard & Krau 1995 bound cells of the plane by the latter).

use rayon::prelude::*;

use super::sites::{Range, Sites};
use super::value::{Item, fill};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::sphere::EARTH_RADIUS_KM;
use crate::solve::geometry::{Vector, distance_km, dot, minus, normalised};

/// What the search over the globe proved.
#[derive(Debug)]
pub(super) struct Least {
    /// No place has a lower value.
    pub value: f64,
    /// Places with values below the best that was known, at most a dozen from each part of the globe.
    pub places: Vec<Vector>,
}

/// A square of a face of the cube: two angles from -45 to 45 degrees.
#[derive(Debug, Clone, Copy)]
struct Cell {
    face: u8,
    from: [f64; 2],
    size: f64,
}

impl Cell {
    fn point(self, part: [f64; 2]) -> Vector {
        let [a, b] = [0, 1].map(|axis| (self.from[axis] + part[axis] * self.size).tan());
        let at = match self.face {
            0 => [1.0, a, b],
            1 => [-1.0, a, b],
            2 => [a, 1.0, b],
            3 => [a, -1.0, b],
            4 => [a, b, 1.0],
            _ => [a, b, -1.0],
        };
        normalised(at).unwrap_or([1.0, 0.0, 0.0])
    }

    fn quarters(self) -> [Self; 4] {
        let size = self.size / 2.0;
        [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]].map(|[a, b]| {
            let from = [self.from[0] + a * size, self.from[1] + b * size];
            Self { from, size, ..self }
        })
    }
}

/// Halvings of a face before its parts are searched side by side, and at most.
const SIDE_BY_SIDE: usize = 5;
const DEEPEST: usize = 24;

/// Places that one part of the globe may give.
const PLACES: usize = 12;

/// How far the tangents hold, in kilometres: a little less than a quarter of the way around.
const CONVEX_KM: f64 = 9_900.0;

/// What stays the same in the search over the globe.
pub(super) struct Globe<'a> {
    pub sites: &'a Sites,
    pub multipliers: &'a [f64],
    /// A load that is missing costs no more than this.
    pub extension: f64,
    /// The best value that is known of any place.
    pub best: f64,
    /// How far below the best value the proof may stay.
    pub margin: f64,
}

impl Globe<'_> {
    /// Proves a lower bound of the value over the whole globe.
    pub fn least(&self, progress: &Progress) -> Result<Least, Cancelled> {
        let quarter = std::f64::consts::FRAC_PI_4;
        let mut cells: Vec<Cell> = (0..6).map(|face| Cell { face, from: [-quarter; 2], size: 2.0 * quarter }).collect();
        for _ in 0..SIDE_BY_SIDE {
            cells = cells.into_iter().flat_map(Cell::quarters).collect();
        }
        let everyone: Vec<u32> = (0..self.sites.len() as u32).filter(|&unit| self.is_of_use(unit as usize)).collect();
        let searched: Vec<Search> = cells
            .into_par_iter()
            .with_max_len(1)
            .map(|cell| {
                let mut search = Search {
                    hope: self.best - self.margin,
                    found: self.best,
                    places: Vec::new(),
                    items: Vec::new(),
                    seen: Vec::new(),
                };
                self.search(cell, SIDE_BY_SIDE, &everyone, &mut search, progress);
                search
            })
            .collect();
        progress.check()?;
        let value = searched.iter().map(|search| search.hope).fold(f64::INFINITY, f64::min);
        Ok(Least { value, places: searched.into_iter().flat_map(|search| search.places).collect() })
    }

    fn is_of_use(&self, unit: usize) -> bool {
        self.sites.weights[unit] > 0.0
    }

    /// Lowers `search.hope` until no place of the cell is below it.
    fn search(&self, cell: Cell, depth: usize, units: &[u32], search: &mut Search, progress: &Progress) {
        if progress.is_cancelled() {
            return;
        }
        let sites = self.sites;
        let middle = cell.point([0.5, 0.5]);
        let corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]].map(|part| cell.point(part));
        // A hair more, for rounding.
        let radius_km = corners.map(|corner| distance_km(middle, corner)).into_iter().fold(0.0, f64::max) * 1.000_001;
        // Where great circles are straight: the corners as seen from the middle, in kilometres.
        let corners = corners.map(|corner| {
            let along = dot(corner, middle).max(1e-9);
            minus(corner.map(|x| x / along), middle).map(|x| x * EARTH_RADIUS_KM * 1.000_001)
        });
        let farthest = corners.map(|corner| dot(corner, corner).sqrt()).into_iter().fold(0.0, f64::max);
        search.seen.clear();
        for &unit in units {
            let index = unit as usize;
            let km = distance_km(sites.points[index], middle);
            let reach = (self.multipliers[index] + self.extension * sites.loads[index]) / sites.weights[index];
            if km - farthest < reach {
                search.seen.push((unit, km));
            }
        }
        let (value, _) = self.fill(search, |_, _, km| km);
        if value < search.found && search.places.len() < PLACES {
            search.found = value;
            search.places.push(middle);
        }
        search.hope = search.hope.min(value - self.margin);
        if depth >= DEEPEST {
            // Cells of a metre: the triangle inequality loses nothing that counts.
            let (least, _) = self.fill(search, |_, _, km| (km - radius_km).max(0.0));
            search.hope = search.hope.min(least);
            return;
        }
        let mut least = f64::INFINITY;
        for corner in corners {
            let (value, _) = self.fill(search, |point, _, km| {
                if km < 0.5 * farthest || km + radius_km > CONVEX_KM {
                    return (km - radius_km).max(0.0);
                }
                let towards = minus(point, middle.map(|x| x * dot(point, middle)));
                let length = dot(towards, towards).sqrt().max(1e-12);
                km - dot(towards, corner) / length
            });
            least = least.min(value);
            if least < search.hope {
                break;
            }
        }
        if least >= search.hope {
            return;
        }
        let units: Vec<u32> = search.seen.iter().map(|&(unit, _)| unit).collect();
        for quarter in cell.quarters() {
            self.search(quarter, depth + 1, &units, search, progress);
        }
    }

    /// The value of a territory with these distances to the units that are seen.
    fn fill(&self, search: &mut Search, distance: impl Fn(Vector, u32, f64) -> f64) -> (f64, bool) {
        let Search { items, seen, .. } = search;
        items.clear();
        for &(unit, km) in seen.iter() {
            let index = unit as usize;
            let km = distance(self.sites.points[index], unit, km);
            let cost = self.sites.weights[index] * km - self.multipliers[index];
            let load = self.sites.loads[index];
            if cost < 0.0 || cost < self.extension * load {
                items.push(Item { unit, cost, load });
            }
        }
        let Range { least, most } = self.sites.limits;
        let (filled, ..) = fill(items, Range { least, most }, self.sites.loose_load, self.extension);
        (filled.value, filled.short)
    }
}

/// The search of one part of the globe.
struct Search {
    /// Cells that are proven not to be below it are not looked at closer.
    hope: f64,
    found: f64,
    places: Vec<Vector>,
    items: Vec<Item>,
    seen: Vec<(u32, f64)>,
}
