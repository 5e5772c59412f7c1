//! Shapes cut in pieces.

use geo::{BooleanOps, Coord, LineString, MultiPolygon, Rect};

use super::polygon::{Polygon, Shape};
use super::sphere::LonLat;

/// The pieces of a shape in the cells of a grid of so many degrees, western and southern ones first. Together they are the shape, but for
/// what rounding takes: some millimetres along the cuts.
pub fn cut_by_grid(shape: &Shape, step: f64) -> Vec<Shape> {
    if shape.is_empty() || !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let bounds = shape.bounds();
    let cells = |from: f64, to: f64| ((from / step).floor() as i64)..=((to / step).floor() as i64);
    let whole = to_geo(shape);
    let (columns, rows) = (cells(bounds.min.lon, bounds.max.lon), cells(bounds.min.lat, bounds.max.lat));
    if columns.clone().count() == 1 && rows.clone().count() == 1 {
        return vec![shape.clone()];
    }
    let mut pieces = Vec::new();
    for column in columns {
        // First the strip, so that each cell is cut out of little.
        let west = column as f64 * step;
        let strip = whole.intersection(&rectangle([west, bounds.min.lat - 1.0], [west + step, bounds.max.lat + 1.0]));
        for row in rows.clone() {
            let south = row as f64 * step;
            let piece = from_geo(&strip.intersection(&rectangle([west, south], [west + step, south + step])));
            if !piece.is_empty() {
                pieces.push(piece);
            }
        }
    }
    pieces
}

fn rectangle(least: [f64; 2], most: [f64; 2]) -> geo::Polygon {
    Rect::new(least, most).to_polygon()
}

fn to_geo(shape: &Shape) -> MultiPolygon {
    let ring =
        |ring: &[LonLat]| LineString::new(ring.iter().map(|place| Coord { x: place.lon, y: place.lat }).collect());
    let polygon = |polygon: &Polygon| {
        geo::Polygon::new(ring(&polygon.outer), polygon.holes.iter().map(|hole| ring(hole)).collect())
    };
    MultiPolygon::new(shape.polygons.iter().map(polygon).collect())
}

fn from_geo(shape: &MultiPolygon) -> Shape {
    let ring = |ring: &LineString| -> Vec<LonLat> {
        let places = ring.0.iter().map(|place| LonLat::new(place.x, place.y));
        // The first place is repeated at the end.
        places.take(ring.0.len().saturating_sub(1)).collect()
    };
    let polygons = shape.0.iter().map(|polygon| Polygon {
        outer: ring(polygon.exterior()),
        holes: polygon.interiors().iter().map(ring).collect(),
    });
    Shape { polygons: polygons.filter(|polygon| polygon.outer.len() > 2).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::ids::TerritoryId;
    use crate::domain::progress::Progress;
    use crate::domain::topology::{Neighbours, build};

    #[test]
    fn the_pieces_are_the_shape() {
        // A ring around a hole, and a part of its own; cells are a tenth of a degree.
        let shape = fixture::layer("AAAA.\nA..A.\nAAAA.\n....A").remove(0);
        for step in [0.07, 0.1, 0.15, 5.0] {
            let pieces = cut_by_grid(&shape, step);
            let area: f64 = pieces.iter().map(Shape::area_km2).sum();
            assert!((area / shape.area_km2() - 1.0).abs() < 1e-6, "{step}: {area}");
            for piece in &pieces {
                let bounds = piece.bounds();
                assert!(bounds.max.lon - bounds.min.lon < step + 1e-6 || pieces.len() == 1);
            }
        }
        assert!(cut_by_grid(&Shape::default(), 0.1).is_empty() && cut_by_grid(&shape, f64::NAN).is_empty());
    }

    #[test]
    fn pieces_of_neighbours_share_their_borders() {
        let layer = fixture::layer("AAB\nACB\nCCB");
        let pieces: Vec<Shape> = layer.iter().flat_map(|shape| cut_by_grid(shape, 0.073)).collect();
        let (topology, report) = build(&pieces, &Progress::new()).expect("nobody cancels");
        assert!(pieces.len() > 9 && report.findings.is_empty(), "{:?}", report.findings);
        let everything = vec![TerritoryId(1); pieces.len()];
        assert_eq!(Neighbours::as_drawn(&topology).components(&everything, 2)[1], 1);
        // No gaps and no overlaps: around everything there is one border, that of the square.
        let perimeter: f64 = topology.perimeters_km(&everything, 2)[1];
        let square = build(&fixture::layer("AAA\nAAA\nAAA"), &Progress::new()).expect("nobody cancels").0;
        let around = square.perimeters_km(&[TerritoryId(1)], 2)[1];
        assert!((perimeter / around - 1.0).abs() < 1e-6, "{perimeter} of {around}");
    }
}
