use super::*;
use crate::domain::fixture;
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::progress::Progress;

fn built(shapes: &[Shape]) -> (Topology, BuildReport) {
    let (topology, report) = build(shapes, &Progress::new()).expect("nobody cancelled");
    // Whatever is built must be accepted when it is read back.
    let read = Topology::from_arrays(topology.arrays().clone()).expect("its own arrays are valid");
    assert_eq!(read.arrays(), topology.arrays());
    (topology, report)
}

fn polygon(rings: &[&[(f64, f64)]]) -> Polygon {
    let mut rings = rings.iter().map(|ring| ring.iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect());
    Polygon { outer: rings.next().unwrap_or_default(), holes: rings.collect() }
}

fn shape(ring: &[(f64, f64)]) -> Shape {
    Shape { polygons: vec![polygon(&[ring])] }
}

fn units(topology: &Topology, unit: u32) -> Vec<u32> {
    topology.neighbours(UnitId(unit)).iter().map(|neighbour| neighbour.unit.0).collect()
}

#[test]
fn neighbours_of_different_size_share_their_borders() {
    let (topology, report) = built(&fixture::layer("AAB\nAAC"));
    assert_eq!(report.inserted_vertices, 1);
    assert_eq!([units(&topology, 0), units(&topology, 1), units(&topology, 2)], [vec![1, 2], vec![0, 2], vec![0, 1]]);
    assert!((topology.neighbours(UnitId(0))[0].border_km - 11.12).abs() < 0.01);
    assert_eq!(topology.arc_count(), 6);
}

#[test]
fn an_enclave_and_the_hole_around_it_are_one_arc() {
    let (topology, _) = built(&fixture::layer("AAA\nABA\nAAA"));
    assert_eq!(topology.arc_count(), 2);
    assert_eq!(units(&topology, 1), [0]);
    assert_eq!(topology.shape(UnitId(0)).polygons[0].holes.len(), 1);
    let both = topology.outline(|_| true);
    assert_eq!((both.polygons.len(), both.polygons[0].holes.len()), (1, 0));
}

#[test]
fn islands_are_linked_to_the_nearest_unit_and_corners_are_too() {
    let (topology, report) = built(&fixture::layer("AB...C\n..D..."));
    assert_eq!(report.parts, 3);
    let links: Vec<[u32; 2]> = report.links.iter().map(|link| link.units.map(|unit| unit.0)).collect();
    assert_eq!(links, [[1, 3], [2, 3]]);
    assert_eq!(report.links[0].distance_km, 0.0);
    assert!((report.links[1].distance_km - 17.0).abs() < 0.2, "{:?}", report.links);
    assert!(topology.neighbours(UnitId(2))[0].linked);
    assert_eq!(topology.components(&[TerritoryId(1); 4], 2), [0, 1]);
}

#[test]
fn pieces_of_an_outline_that_touch_in_a_corner_are_separate_polygons() {
    let (topology, _) = built(&fixture::layer("AB\nCD"));
    let outline = topology.outline(|unit| unit == UnitId(0) || unit == UnitId(3));
    assert_eq!(outline.polygons.len(), 2);
    assert!(outline.polygons.iter().all(|polygon| polygon.outer.len() == 4 && polygon.holes.is_empty()));
}

#[test]
fn a_hole_that_touches_the_outer_ring_in_a_corner_is_a_hole() {
    let (topology, _) = built(&fixture::layer("AABC\nADEF\nGHIJ"));
    let out = [UnitId(1), UnitId(3)];
    let outline = topology.outline(|unit| !out.contains(&unit));
    assert_eq!(outline.polygons.len(), 1, "{outline:?}");
    assert_eq!(outline.polygons[0].holes.len(), 1, "{outline:?}");
}

#[test]
fn units_upon_each_other_are_kept_and_counted() {
    let square = fixture::square(0, 0);
    let (topology, report) = built(&[square.clone(), square.clone(), fixture::square(1, 0)]);
    assert_eq!(report.overlaps, 2);
    assert!(report.findings.contains(&Finding { unit: UnitId(1), reason: Reason::Overlap }));
    for unit in 0..2 {
        assert!((topology.shape(UnitId(unit)).area_km2() - square.area_km2()).abs() < 1e-6);
    }
}

#[test]
fn what_is_no_ring_is_left_out_and_said() {
    let nan = f64::NAN;
    let (topology, report) = built(&[
        shape(&[(0.0, 0.0), (0.0, 1.0), (nan, 3.0), (1.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]),
        shape(&[(5.0, 5.0), (6.0, 5.0), (5.0, 5.0)]),
        Shape::default(),
        shape(&[(3.0, 0.0), (4.0, 1.0), (4.0, 0.0), (3.0, 1.0), (3.2, 0.3)]),
        shape(&[(1e300, 0.0), (4.0, f64::INFINITY), (4.0, -91.0)]),
    ]);
    assert_eq!((report.unusable_vertices, report.repeated_vertices), (4, 1));
    assert_eq!((report.dropped_rings, report.turned_rings), (2, 2));
    let reasons: Vec<(u32, Reason)> = report.findings.iter().map(|finding| (finding.unit.0, finding.reason)).collect();
    assert_eq!(
        reasons,
        [
            (1, Reason::NothingUsable),
            (1, Reason::DroppedPart),
            (2, Reason::Empty),
            (3, Reason::SelfCrossing),
            (4, Reason::NothingUsable),
            (4, Reason::DroppedPart),
        ]
    );
    assert_eq!(topology.unit_count(), 5);
    assert!(topology.shape(UnitId(1)).is_empty());
    assert!(!topology.has_shape(UnitId(2)));
    assert_eq!(topology.shape(UnitId(0)).polygons[0].outer.len(), 4);
}
