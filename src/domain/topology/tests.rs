use proptest::prelude::*;

use super::*;
use crate::domain::fixture;
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::progress::Progress;
use crate::domain::random::Random;

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
    assert_eq!(Neighbours::as_drawn(&topology).components(&[TerritoryId(1); 4], 2), [0, 1]);
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
fn a_hole_that_cuts_its_unit_in_two_by_its_corners_is_no_hole() {
    let (topology, _) = built(&fixture::layer("BAA\nABA\nAAB"));
    let outline = topology.outline(|unit| unit == UnitId(0));
    assert_eq!(outline.polygons.len(), 2, "{outline:?}");
    assert!(outline.polygons.iter().all(|polygon| polygon.holes.is_empty()), "{outline:?}");
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
            (4, Reason::NothingUsable),
            (4, Reason::DroppedPart),
        ]
    );
    assert_eq!(report.repairs.iter().map(|repair| repair.unit.0).collect::<Vec<_>>(), [3]);
    assert_eq!(topology.unit_count(), 5);
    assert!(topology.shape(UnitId(1)).is_empty());
    assert!(!topology.has_shape(UnitId(2)));
    assert_eq!(topology.shape(UnitId(0)).polygons[0].outer.len(), 4);
}

/// A layer of random blobs with T-junctions, holes, enclaves, gaps and parts that touch in corners, turned and sheared so that no
/// edge runs along the grid; beside it the area of each unit in square degrees.
fn random_layer(random: &mut Random) -> (Vec<Shape>, Vec<f64>) {
    let (width, height) = (2 + random.below(7), 2 + random.below(7));
    let letters: Vec<u8> =
        (0..width * height).map(|_| if random.below(9) == 0 { b'.' } else { b'A' + random.below(6) as u8 }).collect();
    let text: Vec<String> = letters.chunks(width).map(|row| String::from_utf8_lossy(row).into_owned()).collect();
    let mut shapes = fixture::layer(&text.join("\n"));
    let turn = random.unit() * std::f64::consts::TAU;
    let (sin, cos) = turn.sin_cos();
    let shear = random.unit();
    for place in places(&mut shapes) {
        let (x, y) = (place.lon + 90.0 + shear * (place.lat - 40.0), place.lat - 40.0);
        *place = LonLat::new(10.0 + cos * x - sin * y, 50.0 + sin * x + cos * y);
    }
    let mut counts = std::collections::BTreeMap::new();
    for letter in letters.into_iter().filter(|&letter| letter != b'.') {
        *counts.entry(letter).or_insert(0.0) += 0.01;
    }
    (shapes, counts.into_values().collect())
}

fn places(shapes: &mut [Shape]) -> impl Iterator<Item = &mut LonLat> {
    let polygons = shapes.iter_mut().flat_map(|shape| &mut shape.polygons);
    polygons.flat_map(|polygon| std::iter::once(&mut polygon.outer).chain(&mut polygon.holes)).flatten()
}

/// In square degrees.
fn flat_area(shape: &Shape) -> f64 {
    let ring = |ring: &Vec<LonLat>| {
        let next = ring.iter().cycle().skip(1);
        let cross = |(a, b): (&LonLat, &LonLat)| (a.lon - 10.0) * (b.lat - 50.0) - (b.lon - 10.0) * (a.lat - 50.0);
        ring.iter().zip(next).map(cross).sum::<f64>() / 2.0
    };
    shape.polygons.iter().flat_map(|polygon| polygon.rings()).map(ring).sum()
}

/// What must hold of any topology over units that do not lie upon each other.
fn check_partition(topology: &Topology, areas: &[f64], random: &mut Random) -> Result<(), TestCaseError> {
    for (unit, &area) in areas.iter().enumerate() {
        let found = flat_area(&topology.shape(UnitId::from_index(unit)));
        prop_assert!((found - area).abs() < 1e-5, "unit {}: {} of {}", unit, found, area);
    }
    for arc in (0..topology.arc_count()).map(ArcId::from_index) {
        let [left, right] = topology.sides(arc);
        prop_assert_ne!(left, right);
    }
    for unit in (0..areas.len()).map(UnitId::from_index) {
        for neighbour in topology.neighbours(unit) {
            prop_assert!(neighbour.unit != unit && (neighbour.linked || neighbour.border_km > 0.0));
            let back: Vec<&Neighbour> =
                topology.neighbours(neighbour.unit).iter().filter(|back| back.unit == unit).collect();
            prop_assert_eq!(back, [&Neighbour { unit, ..*neighbour }]);
        }
    }
    let assignment: Vec<TerritoryId> = areas.iter().map(|_| TerritoryId(random.below(3) as u16)).collect();
    let outlines = topology.outlines(&assignment, 3);
    let perimeters = topology.perimeters_km(&assignment, 3);
    let components = Neighbours::as_drawn(topology).components(&assignment, 3);
    for (id, outline) in (0..3).map(TerritoryId).zip(&outlines) {
        let belongs = |unit: UnitId| assignment[unit.index()] == id;
        prop_assert_eq!(outline, &topology.outline(belongs));
        let area: f64 = areas.iter().zip(&assignment).filter(|(_, owner)| **owner == id).map(|(area, _)| area).sum();
        prop_assert!((flat_area(outline) - area).abs() < 1e-5, "{} of {}: {:?}", flat_area(outline), area, outline);
        let mut around = 0.0;
        for ring in outline.polygons.iter().flat_map(|polygon| polygon.rings()) {
            let mut different: Vec<[u64; 2]> = ring.iter().map(|p| [p.lon.to_bits(), p.lat.to_bits()]).collect();
            different.sort_unstable();
            different.dedup();
            prop_assert_eq!(different.len(), ring.len(), "a ring passes through a place twice");
            let closed: Vec<LonLat> = ring.iter().chain(ring.first()).copied().collect();
            around += crate::domain::sphere::length_km(&closed);
        }
        prop_assert!((around - perimeters[id.index()]).abs() < 1e-6);
        let pieces = Neighbours::as_drawn(topology).pieces_of(&assignment, id);
        prop_assert_eq!(pieces.len() as u32, components[id.index()]);
        prop_assert_eq!(pieces.concat().len(), assignment.iter().filter(|&&owner| owner == id).count());
        prop_assert!(pieces.windows(2).all(|pair| pair[0].len() >= pair[1].len()));
    }
    prop_assert!(Neighbours::as_drawn(topology).components(&vec![TerritoryId(0); areas.len()], 1)[0] <= 1);
    Ok(())
}

fn check_rubbish(seed: u64) -> Result<(), TestCaseError> {
    let mut random = Random::new(seed);
    let ring = |random: &mut Random| -> Vec<LonLat> {
        (0..random.below(9)).map(|_| LonLat::new(random.below(4) as f64, random.below(4) as f64)).collect()
    };
    let polygon = |random: &mut Random| Polygon {
        outer: ring(random),
        holes: (0..random.below(2)).map(|_| ring(random)).collect(),
    };
    let shapes: Vec<Shape> = (0..random.below(12))
        .map(|_| Shape { polygons: (0..random.below(3)).map(|_| polygon(&mut random)).collect() })
        .collect();
    let (topology, report) = built(&shapes);
    prop_assert_eq!(&built(&shapes).1, &report);
    let assignment: Vec<TerritoryId> = shapes.iter().map(|_| TerritoryId(random.below(3) as u16)).collect();
    prop_assert_eq!(topology.outlines(&assignment, 3).len(), 3);
    let with_shape = (0..shapes.len()).filter(|&unit| topology.has_shape(UnitId::from_index(unit))).count();
    prop_assert_eq!(
        Neighbours::as_drawn(&topology).components(&vec![TerritoryId(0); shapes.len()], 1)[0],
        u32::from(with_shape > 0)
    );
    Ok(())
}

/// Here a unit lay wholly upon others and met the outside nowhere.
#[test]
fn a_unit_upon_others_is_joined_to_the_rest() {
    check_rubbish(4_791_935_595_501_234_181).expect("a topology that is one");
}

proptest! {
    #[test]
    fn a_layer_comes_back_with_its_areas_and_its_borders(seed: u64) {
        let mut random = Random::new(seed);
        let (shapes, areas) = random_layer(&mut random);
        let (topology, report) = built(&shapes);
        prop_assert_eq!(report.overlaps, 0);
        check_partition(&topology, &areas, &mut random)?;
    }

    /// Every unit's vertices are shifted on their own by a few centimetres: still the same neighbours.
    #[test]
    fn a_layer_that_does_not_quite_match_is_made_to(seed: u64) {
        let mut random = Random::new(seed);
        let (shapes, areas) = random_layer(&mut random);
        let mut shifted = shapes.clone();
        for place in places(&mut shifted) {
            place.lon += (random.unit() - 0.5) * 4e-7;
            place.lat += (random.unit() - 0.5) * 4e-7;
        }
        let (clean, _) = built(&shapes);
        let (topology, report) = built(&shifted);
        prop_assert_eq!(report.overlaps, 0);
        check_partition(&topology, &areas, &mut random)?;
        for unit in 0..areas.len() as u32 {
            prop_assert_eq!(units(&topology, unit), units(&clean, unit));
        }
    }

    /// Rings at random: units upon each other, crossing themselves and each other. Nothing is promised but an answer.
    #[test]
    fn rubbish_becomes_a_topology(seed: u64) {
        check_rubbish(seed)?;
    }

    /// A project file may hold anything: it is refused, or what was read can be asked everything.
    #[test]
    fn damaged_arrays_are_refused_or_harmless(seed: u64) {
        let mut random = Random::new(seed);
        let (topology, _) = built(&random_layer(&mut random).0);
        let mut arrays = topology.arrays().clone();
        let value = [0, 1, 2, 7, 1 << 20, u32::MAX - 1, u32::MAX][random.below(7)];
        let change = |list: &mut Vec<u32>, random: &mut Random| match random.below(4) {
            0 => list.push(value),
            1 => drop(list.pop()),
            _ if list.is_empty() => {}
            _ => { let at = random.below(list.len()); list[at] = value; }
        };
        match random.below(9) {
            0 => change(&mut arrays.arc_starts, &mut random),
            1 => change(&mut arrays.arc_left, &mut random),
            2 => change(&mut arrays.arc_right, &mut random),
            3 => change(&mut arrays.ring_starts, &mut random),
            4 => change(&mut arrays.polygon_starts, &mut random),
            5 => change(&mut arrays.unit_starts, &mut random),
            6 => arrays.links.push([value, value.wrapping_mul(2)]),
            7 => { let at = random.below(arrays.points.len().max(1)); if let Some(p) = arrays.points.get_mut(at) { p.lat = f64::NAN; } }
            _ => { let at = random.below(arrays.ring_arcs.len().max(1)); if let Some(a) = arrays.ring_arcs.get_mut(at) { *a = ArcUse(value as i32); } }
        }
        if let Ok(read) = Topology::from_arrays(arrays) {
            let assignment: Vec<TerritoryId> = (0..read.unit_count()).map(|_| TerritoryId(random.below(2) as u16)).collect();
            read.outlines(&assignment, 2);
            Neighbours::as_drawn(&read).pieces_of(&assignment, TerritoryId(1));
            (0..read.unit_count()).for_each(|unit| drop(read.shape(UnitId::from_index(unit))));
        }
    }

    /// Ends stay, nothing left out lies farther away than allowed, and closed arcs stay rings.
    #[test]
    fn simplified_arcs_stay_close(seed: u64, exponent in -4..3) {
        let mut random = Random::new(seed);
        let tolerance = 10_f64.powi(exponent);
        let steps = 5 + random.below(60);
        let circle = |i: usize| {
            let (sin, cos) = (i as f64 / steps as f64 * std::f64::consts::TAU).sin_cos();
            let radius = 10.0 + random.clone().fork(i as u64).unit() * 3.0;
            LonLat::new(radius * cos, radius * sin)
        };
        let island = Shape { polygons: vec![Polygon { outer: (0..steps).map(circle).collect(), holes: vec![] }] };
        let (topology, _) = built(&[island]);
        let simple = topology.simplified(ArcId(0), tolerance);
        prop_assert!(simple.len() >= 4 && simple.first() == simple.last());
        let project = |p: &LonLat| crate::domain::sphere::to_mercator(*p);
        let line: Vec<[f64; 2]> = simple.iter().map(project).collect();
        for place in topology.arc(ArcId(0)).iter().map(project) {
            let distances = line.windows(2).map(|pair| super::simplify::distance_to_segment(place, pair[0], pair[1]));
            prop_assert!(distances.fold(f64::INFINITY, f64::min) <= tolerance + 1e-9);
        }
    }
}
