//! Shapes that are none, and what becomes of them.

use proptest::prelude::*;

use super::*;
use crate::domain::polygon::{Polygon, Ring, Shape};
use crate::domain::progress::Progress;

fn ring(corners: &[(f64, f64)]) -> Ring {
    corners.iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect()
}

fn shape(polygons: &[&[&[(f64, f64)]]]) -> Shape {
    let polygon = |rings: &&[&[(f64, f64)]]| Polygon {
        outer: ring(rings[0]),
        holes: rings[1..].iter().map(|hole| ring(hole)).collect(),
    };
    Shape { polygons: polygons.iter().map(polygon).collect() }
}

/// The shape after repair, and what was said.
fn repaired(shape: Shape) -> (Shape, BuildReport) {
    let (topology, report) = build(&[shape], &Progress::new()).unwrap();
    let built = topology.shape(UnitId(0));
    assert_is_valid(&built);
    (built, report)
}

/// By the library's own rules: what GDAL and GEOS would say of it.
fn assert_is_valid(shape: &Shape) {
    use geo::Validation;
    let line = |ring: &Ring| geo::LineString::from_iter(ring.iter().map(|place| (place.lon, place.lat)));
    let polygon = |polygon: &Polygon| geo::Polygon::new(line(&polygon.outer), polygon.holes.iter().map(line).collect());
    let all = geo::MultiPolygon::new(shape.polygons.iter().map(polygon).collect());
    assert!(all.is_valid(), "{:?}: {all:?}", all.validation_errors());
}

/// In square degrees, by the shoelace formula.
fn area(shape: &Shape) -> f64 {
    let of = |ring: &Ring| {
        let next = |i: usize| ring[(i + 1) % ring.len()];
        ring.iter().enumerate().map(|(i, a)| a.lon * next(i).lat - next(i).lon * a.lat).sum::<f64>().abs() / 2.0
    };
    shape.polygons.iter().map(|polygon| of(&polygon.outer) - polygon.holes.iter().map(of).sum::<f64>()).sum()
}

#[test]
fn a_bow_tie_becomes_two_parts() {
    let (fixed, report) = repaired(shape(&[&[&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]]]));
    assert_eq!((fixed.polygons.len(), area(&fixed)), (2, 2.0));
    let repair = &report.repairs[0];
    assert!(repair.faults.crossing && !repair.faults.nested);
    assert_eq!((repair.place.lon, repair.place.lat), (1.0, 1.0));
    assert_eq!((repair.parts_before, repair.parts_after), (1, 2));
    assert!(repair.km2_after > 24_000.0 && repair.km2_before < 100.0, "{repair:?}");
}

#[test]
fn a_figure_eight_through_one_corner_becomes_two_parts() {
    let eight = [(0.0, 3.0), (1.0, 1.0), (2.0, 0.0), (2.0, 2.0), (1.0, 1.0), (0.0, 0.0)];
    let (fixed, report) = repaired(shape(&[&[&eight]]));
    assert_eq!((fixed.polygons.len(), area(&fixed)), (2, 2.5));
    assert!(report.repairs[0].faults.touching);
}

#[test]
fn what_only_touches_itself_is_left_as_it_is() {
    // A ring that goes around a hole and touches itself there.
    let pinched = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 4.0), (3.0, 2.0), (1.0, 2.0), (2.0, 4.0), (0.0, 4.0)];
    let (topology, report) = build(&[shape(&[&[&pinched]])], &Progress::new()).unwrap();
    assert_eq!(report.repairs, []);
    assert_eq!(area(&topology.shape(UnitId(0))), 14.0);
    // A hole that touches the outer ring, two parts that touch in a corner.
    let square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)];
    let hole = [(0.0, 0.0), (1.0, 2.0), (2.0, 1.0)];
    let other = [(4.0, 4.0), (5.0, 4.0), (5.0, 5.0)];
    let (_, report) = build(&[shape(&[&[&square, &hole], &[&other]])], &Progress::new()).unwrap();
    assert_eq!(report.repairs, []);
}

#[test]
fn a_spike_goes() {
    let spike = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (5.0, 2.0), (1.0, 2.0), (0.0, 2.0)];
    let (fixed, report) = repaired(shape(&[&[&spike]]));
    assert_eq!((fixed.polygons.len(), area(&fixed)), (1, 4.0));
    assert!(report.repairs[0].faults.doubled);
    assert!(fixed.polygons[0].outer.iter().all(|place| place.lon <= 2.0), "{fixed:?}");
}

#[test]
fn holes_outside_become_parts_and_holes_in_holes_go() {
    let square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)];
    let outside = [(6.0, 0.0), (7.0, 0.0), (7.0, 1.0), (6.0, 1.0)];
    let (fixed, report) = repaired(shape(&[&[&square, &outside]]));
    assert_eq!((fixed.polygons.len(), area(&fixed)), (2, 17.0));
    assert!(report.repairs[0].faults.hole);
    let hole = [(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0)];
    let inner = [(1.5, 1.5), (2.0, 1.5), (2.0, 2.0), (1.5, 2.0)];
    let (fixed, _) = repaired(shape(&[&[&square, &hole, &inner]]));
    assert_eq!((fixed.polygons[0].holes.len(), area(&fixed)), (1, 12.0));
    let across = [(3.0, 1.0), (5.0, 1.0), (5.0, 2.0), (3.0, 2.0)];
    let (fixed, report) = repaired(shape(&[&[&square, &across]]));
    assert_eq!(area(&fixed), 15.0);
    assert!(report.repairs[0].faults.crossing);
}

#[test]
fn parts_upon_parts_count_once() {
    let square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)];
    let over = [(3.0, 3.0), (6.0, 3.0), (6.0, 6.0), (3.0, 6.0)];
    let (fixed, report) = repaired(shape(&[&[&square], &[&over]]));
    assert_eq!((fixed.polygons.len(), area(&fixed)), (1, 24.0));
    assert!(report.repairs[0].faults.crossing);
    let within = [(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0)];
    let (fixed, report) = repaired(shape(&[&[&square], &[&within]]));
    assert_eq!((fixed.polygons.len(), area(&fixed)), (1, 16.0));
    assert!(report.repairs[0].faults.nested);
    let (fixed, report) = repaired(shape(&[&[&square], &[&square]]));
    assert_eq!((fixed.polygons.len(), area(&fixed)), (1, 16.0));
    assert!(report.repairs[0].faults.doubled);
    // A part in the hole of another is as it should be.
    let hole = [(1.0, 1.0), (3.0, 1.0), (3.0, 3.0), (1.0, 3.0)];
    let island = [(1.5, 1.5), (2.0, 1.5), (2.0, 2.0), (1.5, 2.0)];
    let (_, report) = build(&[shape(&[&[&square, &hole], &[&island]])], &Progress::new()).unwrap();
    assert_eq!(report.repairs, []);
}

#[test]
fn a_spiral_over_itself_is_the_ground_it_covers() {
    let spiral = [(0.0, 0.0), (6.0, 0.0), (6.0, 6.0), (1.0, 6.0), (1.0, 1.0), (7.0, 1.0), (7.0, 7.0), (0.0, 7.0)];
    let (fixed, report) = repaired(shape(&[&[&spiral]]));
    assert!(report.repairs[0].faults.crossing);
    assert!(area(&fixed) <= 49.0 && area(&fixed) > 40.0, "{}", area(&fixed));
}

#[test]
fn neighbours_of_what_is_repaired_keep_their_corners_and_share_its_border() {
    // The bow-tie's right side is the left side of the square beside it, with a corner in the middle.
    let bow = [(0.0, 0.0), (2.0, 2.0), (2.0, 1.0), (2.0, 0.0), (0.0, 2.0)];
    let square = [(2.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 2.0), (2.0, 1.0)];
    let (topology, report) = build(&[shape(&[&[&bow]]), shape(&[&[&square]])], &Progress::new()).unwrap();
    assert_eq!(report.repairs.len(), 1);
    let kept = topology.shape(UnitId(1));
    let mut corners: Vec<(f64, f64)> = kept.polygons[0].outer.iter().map(|place| (place.lon, place.lat)).collect();
    let mut expected = square.to_vec();
    corners.sort_by(|a, b| a.partial_cmp(b).unwrap());
    expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
    assert_eq!(corners, expected);
    assert_eq!(report.overlaps, 0);
    let border = topology.neighbours(UnitId(0)).iter().find(|neighbour| neighbour.unit == UnitId(1)).unwrap();
    assert!((border.border_km - 222.39).abs() < 0.1 && !border.linked, "{border:?}");
}

#[test]
fn a_crossing_on_a_shared_border_becomes_a_corner_of_both() {
    // The unit's border crosses its own right side, which is the neighbour's left side.
    let crossing = [(0.0, 0.0), (2.0, 0.0), (2.0, 4.0), (0.0, 4.0), (3.0, 2.0)];
    let beside = [(2.0, 0.0), (2.0, -2.0), (6.0, -2.0), (6.0, 6.0), (2.0, 6.0), (2.0, 4.0)];
    let (topology, report) = build(&[shape(&[&[&crossing]]), shape(&[&[&beside]])], &Progress::new()).unwrap();
    assert_eq!(report.repairs.len(), 1);
    assert_is_valid(&topology.shape(UnitId(0)));
    let shared = topology.neighbours(UnitId(0)).iter().find(|neighbour| neighbour.unit == UnitId(1)).unwrap();
    assert!(shared.border_km > 100.0, "{shared:?}");
}

proptest! {
    /// Whatever corners a ring has, what comes of it is valid, no larger than the box around it, and is left alone when it comes in again.
    #[test]
    fn any_ring_becomes_a_valid_shape(corners in prop::collection::vec((0_i32..40, 0_i32..40), 3..14)) {
        let corners: Vec<(f64, f64)> =
            corners.iter().map(|&(x, y)| (f64::from(x) / 10.0, f64::from(y) / 10.0)).collect();
        let (topology, report) = build(&[shape(&[&[&corners]])], &Progress::new()).unwrap();
        if topology.has_shape(UnitId(0)) {
            let fixed = topology.shape(UnitId(0));
            prop_assert!(area(&fixed) <= 16.0 + 1e-9);
            if !report.repairs.is_empty() {
                assert_is_valid(&fixed);
            }
            let (again, second) = build(std::slice::from_ref(&fixed), &Progress::new()).unwrap();
            prop_assert!(second.repairs.is_empty(), "{:?}", second.repairs);
            prop_assert!((area(&again.shape(UnitId(0))) - area(&fixed)).abs() < 1e-9);
        }
    }
}
