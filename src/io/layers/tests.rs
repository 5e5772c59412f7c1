use std::path::{Path, PathBuf};

use super::*;
use crate::domain::columns::Aggregate;
use crate::domain::ids::MeasureId;
use crate::domain::sphere::{LonLat, signed_ring_area_km2};

const LAKES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"001","name":"Müritz","people":1200.5},"geometry":{"type":"Polygon","coordinates":[
[[-83,40],[-82.5,40],[-82.5,40.5],[-83,40.5],[-83,40]],[[-82.9,40.1],[-82.9,40.2],[-82.8,40.2],[-82.8,40.1],[-82.9,40.1]]]}},
{"type":"Feature","properties":{"code":"002","name":"Über","people":null},"geometry":{"type":"MultiPolygon","coordinates":[
[[[-82.5,40],[-82,40],[-82,40.5],[-82.5,40.5],[-82.5,40]]],
[[[-82.9,40.1],[-82.8,40.1],[-82.8,40.2],[-82.9,40.2],[-82.9,40.1]]]]}},
{"type":"Feature","properties":{"code":"003","name":"No shape","people":5},"geometry":null}]}"#;

fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)
}

fn read_text(name: &str, text: &str) -> Result<Imported<Layer>, UserError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    read_layer(&path, &Progress::new())
}

/// A copy of the lakes in Web Mercator, some of its parts changed or left out.
fn damaged(change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Result<Imported<Layer>, UserError> {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
        let bytes = std::fs::read(data(&format!("lakes_web_mercator.{ending}"))).unwrap();
        if let Some(bytes) = change(ending, bytes) {
            std::fs::write(folder.path().join(format!("lakes.{ending}")), bytes).unwrap();
        }
    }
    read_layer(&folder.path().join("lakes.shp"), &Progress::new())
}

fn words(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(ToString::to_string).collect()
}

fn column<'a>(layer: &'a Layer, name: &str) -> Vec<&'a str> {
    layer.require(name).unwrap().values.iter().map(String::as_str).collect()
}

/// The farthest place of one layer from its counterpart in another, in metres, and that they have the same structure.
fn farthest_m(a: &Layer, b: &Layer) -> f64 {
    assert_eq!(a.shapes.len(), b.shapes.len());
    let mut farthest = 0.0_f64;
    for (a, b) in a.shapes.iter().zip(&b.shapes) {
        assert_eq!(a.polygons.len(), b.polygons.len());
        for (a, b) in a.polygons.iter().zip(&b.polygons) {
            assert_eq!(a.holes.len(), b.holes.len());
            for (a, b) in a.rings().zip(b.rings()) {
                assert_eq!(a.len(), b.len());
                for place in a {
                    let nearest = b.iter().map(|other| place.distance_km(*other)).fold(f64::MAX, f64::min);
                    farthest = farthest.max(nearest * 1000.0);
                }
            }
        }
    }
    farthest
}

#[test]
fn shapefiles_in_other_coordinate_systems_come_out_in_degrees() {
    let plain = read_text("lakes.geojson", LAKES).unwrap().value;
    for (file, metres) in
        [("lakes_web_mercator.shp", 0.01), ("lakes_state_plane_feet.shp", 0.01), ("lakes_nad27.shp", 60.0)]
    {
        let read = read_layer(&data(file), &Progress::new()).unwrap();
        let off = farthest_m(&plain, &read.value);
        assert!(off < metres, "{file}: {off} m");
        assert_eq!(column(&read.value, "code"), ["001", "002", "003"], "{file}");
        assert_eq!(column(&read.value, "name"), ["Müritz", "Über", "No shape"], "{file}");
        assert_eq!(column(&read.value, "people"), ["1200.5", "", "5"], "{file}");
        let said = words(&read.diagnostics);
        assert!(
            said.contains(&format!("{file}, record 3: the record has no shape — the record is left out")),
            "{said:?}"
        );
        assert_eq!(said.iter().any(|line| line.contains("older datum")), file == "lakes_nad27.shp", "{said:?}");
    }
}

#[test]
fn rings_turn_the_way_the_program_holds_them() {
    let layer = read_layer(&data("lakes_web_mercator.shp"), &Progress::new()).unwrap().value;
    let with_hole = &layer.shapes[0].polygons[0];
    assert!(signed_ring_area_km2(&with_hole.outer) > 0.0);
    assert!(signed_ring_area_km2(&with_hole.holes[0]) < 0.0);
    assert!(!layer.shapes[0].contains(LonLat::new(-82.85, 40.15)));
    assert!(layer.shapes[1].contains(LonLat::new(-82.85, 40.15)));
}

#[test]
fn a_shapefile_without_its_table_says_which_file_is_missing() {
    let error = damaged(|ending, bytes| (ending != "dbf").then_some(bytes)).unwrap_err();
    assert!(error.why.contains("lakes.dbf is missing"), "{error}");
    assert!(error.hint.contains("copy all of them"), "{error}");
}

#[test]
fn a_shapefile_without_prj_must_hold_degrees() {
    let error = damaged(|ending, bytes| (ending != "prj").then_some(bytes)).unwrap_err();
    assert!(error.hint.contains(".prj"), "{error}");
    let error = damaged(|ending, bytes| Some(if ending == "prj" { b"nonsense".to_vec() } else { bytes })).unwrap_err();
    assert!(error.why.contains(".prj"), "{error}");
    let unknown = br#"PROJCS["Moon",GEOGCS["M",DATUM["M",SPHEROID["M",1,1]]],PROJECTION["Bogus"],UNIT["Meter",1.0]]"#;
    let error = damaged(|ending, bytes| Some(if ending == "prj" { unknown.to_vec() } else { bytes })).unwrap_err();
    assert!(error.why.contains("\"Moon\" cannot be converted"), "{error}");
}

#[test]
fn a_truncated_shapefile_keeps_its_whole_records() {
    let read = damaged(|ending, mut bytes| {
        if ending == "shp" {
            bytes.truncate(400);
        }
        Some(bytes)
    })
    .unwrap();
    assert_eq!(read.value.len(), 1);
    assert_eq!(column(&read.value, "code"), ["001"]);
    let said = words(&read.diagnostics);
    assert!(said.iter().any(|line| line.contains("record 2: the file ends in the middle of this record")), "{said:?}");
    let none = damaged(|ending, bytes| Some(if ending == "shp" { bytes[..60].to_vec() } else { bytes }));
    assert!(none.unwrap_err().why.contains("not a shapefile"));
}

#[test]
fn sizes_that_lie_neither_allocate_nor_lose_the_other_records() {
    // The first record says it has two thousand million vertices; the header that the file is two gigabytes long.
    let read = damaged(|ending, mut bytes| {
        if ending == "shp" {
            bytes[148..152].copy_from_slice(&i32::MAX.to_le_bytes());
            bytes[24..28].copy_from_slice(&i32::MAX.to_be_bytes());
        }
        Some(bytes)
    })
    .unwrap();
    assert!(read.value.shapes[0].is_empty());
    assert!(!read.value.shapes[1].is_empty());
    // A table that promises four thousand million rows, with a date that does not exist.
    let read = damaged(|ending, mut bytes| {
        if ending == "dbf" {
            bytes[1..4].copy_from_slice(&[255, 99, 99]);
            bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        }
        Some(bytes)
    })
    .unwrap();
    assert_eq!(column(&read.value, "code"), ["001", "002", "003"]);
    assert!(words(&read.diagnostics).iter().any(|line| line.contains("there are 3")));
}

#[test]
fn every_byte_can_be_wrong_without_a_panic() {
    let bytes_of = |ending: &str| std::fs::read(data(&format!("lakes_web_mercator.{ending}"))).unwrap();
    let whole = ["shp", "dbf", "prj"].map(bytes_of);
    let read = |part: usize, bytes: &[u8]| {
        let mut parts = whole.clone();
        parts[part] = bytes.to_vec();
        let [shp, dbf, prj] = parts;
        let prj = Some(String::from_utf8_lossy(&prj).into_owned());
        let parts = shapefile::Parts { file: "lakes.shp".into(), shp, dbf, prj, cpg: None };
        let wish = found::Wish { wanted: found::Wanted::Areas, options: &ReadOptions::default() };
        let _ = shapefile::from_parts(parts, wish, &Progress::new(), &mut Vec::new());
    };
    for (part, bytes) in whole.iter().enumerate() {
        for at in 0..bytes.len() {
            for value in [0x00, 0x7F, 0xFF] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                read(part, &bytes);
            }
            read(part, &bytes[..at]);
        }
    }
}

#[test]
fn deleted_rows_take_their_shapes_with_them() {
    let read = damaged(|ending, mut bytes| {
        if ending == "dbf" {
            let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            bytes[header] = b'*';
        }
        Some(bytes)
    })
    .unwrap();
    assert_eq!(column(&read.value, "code"), ["002", "003"]);
    assert_eq!(read.value.shapes[0].polygons.len(), 2);
}

#[test]
fn geojson_keeps_what_is_good() {
    let text = r#"{"type":"FeatureCollection","bbox":[0,0,9,9],"features":[
        {"type":"Feature","id":7,"properties":{"a":"x","n":1.50},"geometry":{"type":"Polygon","coordinates":[[[0,0,5],[1,0,5],[1,1,5],[0,0,5]]]}},
        {"type":"Feature","properties":{"b":true},"geometry":{"type":"Point","coordinates":[1,2]}},
        {"type":"Feature","properties":null,"geometry":null},
        {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],["x",0],[1,1]]]}},
        {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,200],[0,0]]]}},
        {"type":"Feature","properties":{"a":"y"},"geometry":{"type":"GeometryCollection","geometries":[
            {"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]],[[0.1,0.1]]]},{"type":"LineString","coordinates":[[0,0],[1,1]]}]}}]}"#;
    let error = read_text("a.geojson", text).unwrap_err();
    assert!(error.why.contains("(0, 200) are not degrees"), "{error}");
    let read = read_text("a.geojson", &text.replace(",[0,200]", "")).unwrap();
    let filled: Vec<usize> = read.value.shapes.iter().map(|shape| shape.polygons.len()).collect();
    assert_eq!(filled, [1, 0, 0, 0, 1, 1]);
    assert_eq!(column(&read.value, "id"), ["7", "", "", "", "", ""]);
    assert_eq!(column(&read.value, "a"), ["x", "", "", "", "", "y"]);
    assert_eq!(column(&read.value, "n"), ["1.5", "", "", "", "", ""]);
    assert!(
        signed_ring_area_km2(&read.value.shapes[5].polygons[0].outer) > 0.0,
        "a ring written the wrong way is turned"
    );
    assert_eq!(
        words(&read.diagnostics),
        [
            "a.geojson, feature 2: expected a Polygon or MultiPolygon, found Point — it is left out",
            "a.geojson, feature 3: the feature has no geometry — it is left out",
            "a.geojson, feature 4: the coordinates of a polygon are not lists of longitude and latitude — the polygon is left out",
            "a.geojson, feature 6: a ring has fewer than three different places — the ring is left out",
            "a.geojson, feature 6: expected a Polygon or MultiPolygon, found LineString — it is left out",
        ]
    );
}

#[test]
fn geojson_that_is_none_is_refused_with_the_line() {
    let check = |text: &str, expected: &str| {
        let error = read_text("a.json", text).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("{\"type\":\"FeatureCollection\",\"features\":[", "cut off");
    check("{\"type\":\"FeatureCollection\",\n\"features\":[}", "line 2");
    check("{\"type\":\"Point\",\"coordinates\":[1,2]}", "found Point");
    check("[]", "not GeoJSON");
    check(&"[".repeat(100_000), "not GeoJSON");
    check(
        &format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"geometry\":{{\"coordinates\":{}",
            "[".repeat(100_000)
        ),
        "recursion",
    );
    check("{\"type\":\"FeatureCollection\",\"features\":[]}", "no polygon");
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::9"}},"#;
    check(&LAKES.replacen("\"features\"", &format!("{crs}\"features\""), 1), "EPSG:9 is not known");
    check("x", "not GeoJSON");
}

#[test]
fn topojson_decodes_shared_and_reversed_arcs() {
    // Two squares that share the arc 0; steps of a quarter degree from (10, 50).
    let text = r#"{"type":"Topology","transform":{"scale":[0.25,0.25],"translate":[10,50]},"objects":{
        "outline":{"type":"GeometryCollection","geometries":[{"type":"Polygon","arcs":[[1,2]]}]},
        "squares":{"type":"GeometryCollection","geometries":[
          {"type":"Polygon","id":"a","properties":{"name":"West"},"arcs":[[0,1]]},
          {"type":"MultiPolygon","id":"b","properties":{"name":"East"},"arcs":[[[-1,2]]]},
          {"type":"Polygon","id":"c","arcs":[[99]]},
          {"type":null,"id":"d"}]}},
        "arcs":[[[4,0],[0,4]],[[4,4],[-4,0],[0,-4],[4,0]],[[4,0],[4,0],[0,4],[-4,0]]]}"#;
    let read = read_text("t.topojson", text).unwrap();
    assert_eq!(column(&read.value, "id"), ["a", "b", "c", "d"]);
    assert!(read.value.shapes[0].contains(LonLat::new(10.5, 50.5)));
    assert!(read.value.shapes[1].contains(LonLat::new(11.5, 50.5)));
    let said = words(&read.diagnostics);
    assert!(said[0].starts_with("t.topojson: the object \"squares\" with 3 polygons is taken"), "{said:?}");
    assert!(said.iter().any(|line| line.contains("feature 3: a ring names arcs that are not in the file")), "{said:?}");
}

#[test]
fn columns_of_a_layer_are_guessed() {
    let layer = read_text("counties.geojson", &LAKES.replace("\"code\"", "\"GEOID\"").replace("people", "POP_EST"))
        .unwrap()
        .value;
    let mapping = LayerMapping::guess(&layer);
    assert_eq!((mapping.code.as_deref(), mapping.name.as_deref()), (Some("GEOID"), Some("name")));
    assert_eq!((mapping.measures.as_slice(), mapping.kind.as_str()), (&["POP_EST".to_owned()][..], "county"));
    assert!(!mapping.approximate);
    assert!(
        mapping.words().contains(&"\"GEOID\" is taken as unit code: its name says so and all values differ".to_owned())
    );
    let zips = read_text("approx_zips.geojson", &LAKES.replace("\"code\"", "\"ZCTA5CE20\"")).unwrap().value;
    let mapping = LayerMapping::guess(&zips);
    assert_eq!((mapping.kind.as_str(), mapping.approximate), ("ZIP area", true));
}

fn squares(rows: &[(&str, &str, f64)]) -> String {
    let feature = |(code, more, lon): &(&str, &str, f64)| {
        let (east, south, north) = (lon + 1.0, 40.0, 41.0);
        format!(
            r#"{{"properties":{{"code":{code}{more}}},"geometry":{{"type":"Polygon","coordinates":[[[{lon},{south}],[{east},{south}],[{east},{north}],[{lon},{north}],[{lon},{south}]]]}}}}"#
        )
    };
    let features: Vec<String> = rows.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

#[test]
fn units_of_one_code_are_merged_and_units_without_are_listed() {
    let text = squares(&[
        ("\"01\"", r#","population":10,"households":4,"median_income":50"#, 0.0),
        ("\"02\"", r#","population":"many","households":6,"median_income":70"#, 1.0),
        ("\"01\"", r#","population":10,"households":4,"median_income":50"#, 3.0),
        ("null", "", 5.0),
    ]);
    let layer = read_text("units.geojson", &text).unwrap().value;
    let mut mapping = LayerMapping::guess(&layer);
    assert_eq!(mapping.code.as_deref(), Some("code"));
    mapping.take_measure("population");
    let built = build_units(&layer, &mapping, &Progress::new()).unwrap();
    let (units, measures) = built.value;
    assert_eq!(units.codes, ["01", "02"]);
    assert_eq!(units.topology.shape(units.find("01").unwrap()).polygons.len(), 2);
    assert!(units.topology.neighbours(units.find("01").unwrap()).iter().any(|neighbour| neighbour.border_km > 100.0));
    let find = |name: &str| measures.iter().position(|measure| measure.name == name).unwrap();
    let income = &measures[find("median_income")];
    assert_eq!(income.aggregate, Aggregate::Mean { weight: Some(MeasureId::from_index(find("households"))) });
    assert_eq!(income.unit, "$");
    assert!(measures[find("population")].values[1].is_nan());
    let said = words(&built.diagnostics);
    for expected in [
        "units.geojson, feature 4: the unit has no code — it is left out",
        "units.geojson, 01: 2 shapes have this code — they are parts of one unit; its figures are those of the first",
        "units.geojson, column \"population\", 02: expected a number, found \"many\" — unit kept without population",
    ] {
        assert!(said.contains(&expected.to_owned()), "{said:?}");
    }
}

#[test]
fn a_polygon_that_crosses_itself_is_repaired_and_said() {
    let text = r#"{"type":"FeatureCollection","features":[
        {"properties":{"code":"bow"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,1],[0,0]]]}},
        {"properties":{"code":"far"},"geometry":{"type":"Polygon","coordinates":[[[5,0],[6,0],[6,1],[5,0]]]}}]}"#;
    let layer = read_text("units.geojson", text).unwrap().value;
    let built = build_units(&layer, &LayerMapping::guess(&layer), &Progress::new()).unwrap();
    assert_eq!(built.value.0.len(), 2);
    let said = words(&built.diagnostics);
    let expected =
        "units.geojson, bow: the border crosses itself, near 0.66667, 0.66667 — repaired: 2 parts instead of 1, ";
    assert!(said.iter().any(|line| line.starts_with(expected)), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("units.geojson: 1 shape repaired")), "{said:?}");
    assert!(said.iter().any(|line| line.contains("2 groups that do not touch")), "{said:?}");
}

#[test]
fn the_county_layer_reads_the_same_from_every_format() {
    let Some(folder) = crate::io::outside_data("ship/us") else { return };
    let progress = Progress::new();
    let shapefile = read_layer(&folder.join("counties_5m_shp/us_counties_2023_5m.shp"), &progress).unwrap();
    let geojson = read_layer(&folder.join("us_counties_2023_5m.geojson"), &progress).unwrap();
    assert!(shapefile.diagnostics.is_empty(), "{:?}", words(&shapefile.diagnostics));
    assert_eq!((shapefile.value.len(), geojson.value.len()), (3235, 3235));
    assert_eq!(column(&shapefile.value, "GEOID"), column(&geojson.value, "GEOID"));
    let mapping = LayerMapping::guess(&shapefile.value);
    assert_eq!((mapping.code.as_deref(), mapping.kind.as_str()), (Some("GEOID"), "county"));
    assert_eq!(mapping.measures, ["POP_EST"]);
    let (units, measures) = build_units(&shapefile.value, &mapping, &progress).unwrap().value;
    assert_eq!(units.len(), 3235);
    assert!(measures[0].values.iter().sum::<f64>() > 3e8);
    let topojson = read_layer(&folder.join("us-atlas-2023_counties-10m.topojson"), &progress).unwrap();
    assert_eq!(topojson.value.len(), 3233);
    let mapping = LayerMapping::guess(&topojson.value);
    assert_eq!((mapping.code.as_deref(), mapping.kind.as_str()), (Some("id"), "county"));
}

#[test]
fn counties_dissolve_into_states_that_add_up() {
    let Some(folder) = crate::io::outside_data("ship/us") else { return };
    let progress = Progress::new();
    let layer = read_layer(&folder.join("counties_5m_shp/us_counties_2023_5m.shp"), &progress).unwrap().value;
    let plain = LayerMapping::guess(&layer);
    let counties = build(&layer, &plain, &progress).unwrap().value;
    let dissolve = Some(Dissolve { column: "STUSPS".into(), characters: None });
    let states = build(&layer, &LayerMapping { dissolve, ..plain }, &progress).unwrap().value;
    assert_eq!((states.units.len(), states.units.kind.as_str()), (56, "state"));
    let area = |units: &crate::domain::units::Units| units.areas_km2.iter().sum::<f64>();
    assert!((area(&states.units) / area(&counties.units) - 1.0).abs() < 1e-9);
    let people = |measures: &[crate::domain::columns::Measure]| {
        measures[0].values.iter().filter(|value| value.is_finite()).sum::<f64>()
    };
    assert_eq!(people(&states.measures), people(&counties.measures));
    assert_eq!((counties.repaired, states.repaired), (0, 0));
}
