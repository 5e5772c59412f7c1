//! Real layers, dirty ones among them. They are not part of the repository: the environment variable BAILIWICK_TEST_DATA names the folder
//! that holds them; without it, or without a file, the test says what it skipped. With --nocapture it prints what it measured.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::*;
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::polygon::{Polygon, Ring, Shape};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::domain::shape::PlanMetrics;
use crate::domain::spatial::UnitIndex;
use crate::domain::units::Units;

#[test]
fn counties_become_a_topology() {
    check("ship/us/us_counties_2023_5m.geojson");
}

#[test]
fn zip_areas_of_the_country_become_a_topology() {
    check("test/us/us_zcta_2010.topojson.gz");
}

#[test]
fn zip_areas_of_a_state_become_a_topology() {
    check("test/us/zcta_states/zcta_OH.geojson");
    check("test/us/zcta_states/zcta_GA.geojson");
}

#[test]
fn countries_with_borders_that_do_not_match_become_a_topology() {
    check("ship/world/admin1_world.topojson.gz");
    check("test/world/ne_50m_countries.geojson");
    check("test/us/us_cbsa_2015_5m.topojson");
}

fn check(file: &str) {
    let Some(shapes) = read(file) else { return };
    let start = Instant::now();
    let (topology, report) = build(&shapes, &Progress::new()).expect("nobody cancelled");
    let built = start.elapsed();
    let start = Instant::now();
    let read_back = Topology::from_arrays(topology.arrays().clone()).expect("its own arrays are valid");
    let read_back = (start.elapsed(), read_back.arc_count()).0;
    assert_eq!(topology.arrays(), build(&shapes, &Progress::new()).expect("nobody cancelled").0.arrays());

    let mut sides = 0;
    for unit in (0..shapes.len()).map(UnitId::from_index) {
        let source = shapes[unit.index()].area_km2();
        let area = topology.shape(unit).area_km2();
        let length: f64 = topology.arcs_of(unit).iter().map(|arc| topology.arc_length_km(arc.split().0)).sum();
        // A tenth of a metre along the border.
        assert!((area - source).abs() <= 1e-4 * length + 1e-9, "{file} {unit:?}: {area} km² of {source}");
        for neighbour in topology.neighbours(unit) {
            let back = topology.neighbours(neighbour.unit).iter().find(|back| back.unit == unit);
            assert_eq!(back.map(|back| back.border_km), Some(neighbour.border_km));
        }
        sides += topology.neighbours(unit).len();
    }
    let everything = vec![TerritoryId(1); shapes.len()];
    assert!(Neighbours::as_drawn(&topology).components(&everything, 2)[1] <= 1);

    let assignment: Vec<TerritoryId> =
        (0..shapes.len()).map(|unit| TerritoryId((unit * 300 / shapes.len()) as u16)).collect();
    let start = Instant::now();
    let outlines = topology.outlines(&assignment, 300);
    let outlined = start.elapsed();
    let mut areas = vec![0.0; 300];
    for (unit, territory) in assignment.iter().enumerate() {
        areas[territory.index()] += topology.shape(UnitId::from_index(unit)).area_km2();
    }
    if report.overlaps == 0 {
        for (outline, area) in outlines.iter().zip(&areas) {
            assert!((outline.area_km2() - area).abs() <= 1e-6 * area + 1e-6, "{} {area}", outline.area_km2());
        }
    }

    let codes: Vec<String> = (0..shapes.len()).map(|unit| unit.to_string()).collect();
    let points = topology.arrays().points.len();
    let (arcs, places) =
        (topology.arc_count(), shapes.iter().flat_map(|s| &s.polygons).flat_map(Polygon::rings).map(Vec::len));
    let vertices: usize = places.sum();
    let start = Instant::now();
    let units = Units::new("unit", codes.clone(), codes, topology).expect("codes are unique");
    let (tabled, start) = (start.elapsed(), Instant::now());
    let index = UnitIndex::new(&units);
    let (indexed, mut random) = (start.elapsed(), Random::new(1));
    let near = |random: &mut Random| {
        let centre = units.centres[random.below(units.len())];
        LonLat::new(centre.lon + random.normal() * 0.05, centre.lat + random.normal() * 0.05)
    };
    let places: Vec<LonLat> = (0..100_000).map(|_| near(&mut random)).collect();
    let start = Instant::now();
    let found: Vec<Option<UnitId>> = places.iter().map(|&place| index.unit_at(place)).collect();
    let located = start.elapsed();
    for (&place, found) in places.iter().zip(&found).take(2_000) {
        if let Some(unit) = found {
            assert!(units.topology.shape(*unit).contains(place) || report.overlaps > 0, "{place:?} {unit:?}");
        }
    }
    let mut plan = Plan::empty("plan", units.len());
    for id in 1..300 {
        let mut add = Edit::new("add");
        add.changes.push(Change::Territory { id: TerritoryId(id), old: None, new: Some(Box::default()) });
        apply(&mut plan, &add, Locks::Obey).expect("a new territory");
    }
    for id in 1..300 {
        let members = (0..assignment.len()).filter(|&unit| assignment[unit] == TerritoryId(id)).map(UnitId::from_index);
        let assign = Edit::assign(&plan, members, TerritoryId(id));
        // A layer of fewer units leaves some territories empty.
        let _ = apply(&mut plan, &assign, Locks::Obey);
    }
    let project = Project { units: Arc::new(units), plan: Arc::new(plan), ..Project::default() };
    let totals = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
    let start = Instant::now();
    let metrics = PlanMetrics::measure(&project, &totals, &Progress::new()).expect("nobody cancelled");
    let measured = start.elapsed();
    assert_eq!(metrics.outlines, outlines);
    for territory in metrics.territories.iter().filter(|territory| territory.area_km2 > 0.0) {
        let figures = [territory.polsby_popper, territory.hull_ratio, territory.reock, territory.inertia];
        // Layers of the world have rings that jump over the antimeridian.
        let world = file.contains("world") || file.contains("counties");
        assert!(figures.iter().all(|figure| (0.0..=1.0).contains(figure) || world && figure.is_nan()), "{territory:?}");
    }
    println!(
        "{file}: {} units, {vertices} vertices -> {arcs} arcs, {points} places, {sides} neighbours\n  \
         build {built:?}, read back {read_back:?}, 300 outlines {outlined:?}, unit table {tabled:?}, index {indexed:?}, \
         100,000 places {located:?} ({} found), \
         slow figures {measured:?}",
        shapes.len(),
        found.iter().flatten().count(),
    );
    let longest = report.links.iter().max_by(|a, b| a.distance_km.total_cmp(&b.distance_km));
    println!("  {} findings, {} links, longest {longest:?}", report.findings.len(), report.links.len());
    println!("  {:?}", BuildReport { findings: vec![], links: vec![], ..report });
}

fn read(file: &str) -> Option<Vec<Shape>> {
    let Some(folder) = std::env::var_os("BAILIWICK_TEST_DATA") else {
        println!("skipped {file}: BAILIWICK_TEST_DATA is not set");
        return None;
    };
    let Ok(bytes) = std::fs::read(Path::new(&folder).join(file)) else {
        println!("skipped {file}: it is not in BAILIWICK_TEST_DATA");
        return None;
    };
    let mut text = String::new();
    if file.ends_with(".gz") {
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("a gzip file");
    } else {
        text = String::from_utf8(bytes).expect("UTF-8");
    }
    let json: Value = serde_json::from_str(&text).expect("JSON");
    Some(if json["type"] == "Topology" { topojson(&json) } else { geojson(&json) })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn shape(kind: &Value, coordinates: &Value, ring: impl Fn(&Value) -> Ring) -> Shape {
    let polygon = |rings: &Value| {
        let mut rings = list(rings).map(&ring);
        Polygon { outer: rings.next().unwrap_or_default(), holes: rings.collect() }
    };
    let polygons = match kind.as_str() {
        Some("Polygon") => vec![polygon(coordinates)],
        Some("MultiPolygon") => list(coordinates).map(polygon).collect(),
        _ => vec![],
    };
    Shape { polygons }
}

fn geojson(json: &Value) -> Vec<Shape> {
    let ring = |ring: &Value| list(ring).map(|place| LonLat::new(number(&place[0]), number(&place[1]))).collect();
    let features = list(&json["features"]).map(|feature| &feature["geometry"]);
    features.map(|geometry| shape(&geometry["type"], &geometry["coordinates"], ring)).collect()
}

fn topojson(json: &Value) -> Vec<Shape> {
    let transform = &json["transform"];
    let axis = |axis: usize, value: f64| match transform {
        Value::Null => value,
        _ => value * number(&transform["scale"][axis]) + number(&transform["translate"][axis]),
    };
    let arc = |arc: &Value| -> Vec<LonLat> {
        let mut at = [0.0; 2];
        let places = list(arc).map(|place| {
            let step = [number(&place[0]), number(&place[1])];
            at = if transform.is_null() { step } else { [at[0] + step[0], at[1] + step[1]] };
            LonLat::new(axis(0, at[0]), axis(1, at[1]))
        });
        places.collect()
    };
    let arcs: Vec<Vec<LonLat>> = list(&json["arcs"]).map(arc).collect();
    let ring = |ring: &Value| {
        let mut places = Ring::new();
        for index in list(ring).filter_map(Value::as_i64) {
            let arc = &arcs[if index < 0 { !index } else { index } as usize];
            if index < 0 {
                places.extend(arc.iter().rev());
            } else {
                places.extend(arc);
            }
        }
        places
    };
    // The largest object is the layer; others are what it was merged to.
    let objects = json["objects"].as_object().expect("objects").values();
    let layer = objects.max_by_key(|object| list(&object["geometries"]).count()).expect("a layer");
    list(&layer["geometries"]).map(|geometry| shape(&geometry["type"], &geometry["arcs"], ring)).collect()
}
