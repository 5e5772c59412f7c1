//! Voronoi cells of the points in one county part, clipped to it.

use bailiwick::domain::sphere::LonLat;
use geo::{BooleanOps, Coord, LineString, MultiPolygon, Polygon};

use crate::grid::{GridPoint, GridRing};

/// Cuts a polygon (outer ring first, then holes) into the cells of its sites. Per site its polygons, each outer ring first
/// and counter-clockwise, holes clockwise.
pub fn cut(part: &[GridRing], sites: &[GridPoint]) -> Vec<Vec<Vec<GridRing>>> {
    // Cells are made around the part's first vertex, where floating-point numbers are precise to far below a grid step.
    let origin = part[0][0];
    let coord = |p: GridPoint| Coord { x: (p.x - origin.x) as f64, y: (p.y - origin.y) as f64 };
    let line = |ring: &GridRing| ring.iter().map(|&p| coord(p)).collect::<LineString<f64>>();
    let whole = MultiPolygon(vec![Polygon::new(line(&part[0]), part[1..].iter().map(line).collect())]);
    // A degree of longitude is shorter than one of latitude.
    let narrowing = LonLat { lon: 0.0, lat: part[0][0].place().lat }.lat.to_radians().cos();
    let bounds = box_around(&part[0].iter().map(|&p| coord(p)).collect::<Vec<_>>());
    let points: Vec<Coord> = sites.iter().map(|&p| coord(p)).collect();
    (0..sites.len())
        .map(|site| {
            let cell = cell(&points, site, &bounds, narrowing);
            if cell.len() < 3 {
                return Vec::new();
            }
            let clipped = whole.intersection(&Polygon::new(cell.into_iter().collect(), vec![]));
            clipped.into_iter().filter_map(|polygon| on_grid(&polygon, origin)).collect()
        })
        .collect()
}

/// The convex cell of a site: the box cut by the bisector with every other site.
fn cell(points: &[Coord], site: usize, bounds: &[Coord], narrowing: f64) -> Vec<Coord> {
    let here = points[site];
    let mut cell = bounds.to_vec();
    for (other, &there) in points.iter().enumerate() {
        if other == site {
            continue;
        }
        // Positive where `here` is nearer.
        let (wx, wy) = ((here.x - there.x) * narrowing * narrowing, here.y - there.y);
        let (mx, my) = ((here.x + there.x) / 2.0, (here.y + there.y) / 2.0);
        let side = |p: Coord| (p.x - mx) * wx + (p.y - my) * wy;
        let mut kept = Vec::with_capacity(cell.len() + 1);
        for (i, &a) in cell.iter().enumerate() {
            let b = cell[(i + 1) % cell.len()];
            let (sa, sb) = (side(a), side(b));
            if sa >= 0.0 {
                kept.push(a);
            }
            if (sa >= 0.0) != (sb >= 0.0) {
                let t = sa / (sa - sb);
                kept.push(Coord { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) });
            }
        }
        cell = kept;
        if cell.len() < 3 {
            break;
        }
    }
    cell
}

fn box_around(points: &[Coord]) -> Vec<Coord> {
    let far = 10_000.0;
    let min_x = points.iter().map(|p| p.x).fold(f64::INFINITY, f64::min) - far;
    let max_x = points.iter().map(|p| p.x).fold(f64::NEG_INFINITY, f64::max) + far;
    let min_y = points.iter().map(|p| p.y).fold(f64::INFINITY, f64::min) - far;
    let max_y = points.iter().map(|p| p.y).fold(f64::NEG_INFINITY, f64::max) + far;
    [(min_x, min_y), (max_x, min_y), (max_x, max_y), (min_x, max_y)].map(|(x, y)| Coord { x, y }).to_vec()
}

fn on_grid(polygon: &Polygon, origin: GridPoint) -> Option<Vec<GridRing>> {
    let mut rings = Vec::new();
    for (index, line) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
        let mut ring: GridRing = line
            .coords()
            .map(|c| GridPoint { x: c.x.round() as i64 + origin.x, y: c.y.round() as i64 + origin.y })
            .collect();
        ring.dedup();
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        let area = crate::grid::twice_area(&ring);
        if ring.len() < 3 || area == 0 {
            if index == 0 {
                return None;
            }
            continue;
        }
        if (area > 0) != (index == 0) {
            ring.reverse();
        }
        rings.push(ring);
    }
    Some(rings)
}
