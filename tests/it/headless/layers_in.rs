//! Layers of areas and points as they come: the part, the coordinate system, dissolved areas, shapes that are put right.

use super::{Folder, messages};

/// Two layers in one TopoJSON file: two squares, and the one that they make together.
const TOPOLOGY: &str = r#"{"type":"Topology","arcs":[[[0,0],[1,0]],[[1,0],[1,1],[0,1],[0,0]],[[1,0],[2,0],[2,1],[1,1]],[[1,1],[1,0]]],
"objects":{"halves":{"type":"GeometryCollection","geometries":[
{"type":"Polygon","id":"L","arcs":[[0,1]],"properties":{"people":3}},{"type":"Polygon","id":"R","arcs":[[2,3]],"properties":{"people":4}}]},
"left":{"type":"GeometryCollection","geometries":[{"type":"Polygon","id":"L","arcs":[[0,1]],"properties":{"people":3}}]}}}"#;

fn squares(features: &[(&str, &str, f64, f64)]) -> String {
    let feature = |(code, state, x, y): &(&str, &str, f64, f64)| {
        format!(
            r#"{{"type":"Feature","properties":{{"zip":"{code}","state":"{state}","population":10,"median_income":{x}}},
            "geometry":{{"type":"Polygon","coordinates":[[[{x},{y}],[{0},{y}],[{0},{1}],[{x},{1}],[{x},{y}]]]}}}}"#,
            x + 1.0,
            y + 1.0
        )
    };
    let features: Vec<String> = features.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

#[test]
fn a_part_of_a_file_is_chosen_by_its_name() {
    let folder = Folder::new();
    folder.write("map.topojson", TOPOLOGY);
    folder.ok("new plan.bwk");
    let (most, _) = folder.json("import units plan.bwk map.topojson");
    assert_eq!(most["units"], 2);
    let (left, _) = folder.json("import units plan.bwk map.topojson --layer left");
    assert_eq!(left["units"], 1);
    folder.refused("import units plan.bwk map.topojson --layer right", &["right", "\"halves\" and \"left\""]);
}

#[test]
fn a_coordinate_system_is_taken_by_its_number() {
    let folder = Folder::new();
    // Metres of Web Mercator, of which the file says nothing.
    let text = squares(&[("43001", "OH", -9_200_000.0, 4_900_000.0)]).replace("-9199999", "-9190000");
    folder.write("metres.geojson", text.replace("4900001", "4910000"));
    folder.ok("new plan.bwk");
    folder.refused("import units plan.bwk metres.geojson", &["not degrees", "EPSG number"]);
    folder.ok("import units plan.bwk metres.geojson --epsg 3857");
    folder.refused("import units plan.bwk metres.geojson --epsg 1", &["EPSG:1", "not known"]);
    folder.ok("export plan.bwk units.geojson --what units");
    let text = String::from_utf8(folder.read("units.geojson")).expect("text");
    assert!(text.contains("-82.6") && text.contains("40.2"), "{text}");
}

#[test]
fn areas_are_dissolved_by_a_column_or_by_the_first_digits() {
    let folder = Folder::new();
    let four =
        [("43001", "OH", 0.0, 0.0), ("43002", "OH", 1.0, 0.0), ("44001", "OH", 2.0, 0.0), ("46001", "IN", 3.0, 0.0)];
    folder.write("zips.geojson", squares(&four));
    folder.ok("new plan.bwk");
    let line = "import units plan.bwk zips.geojson --measure population --measure median_income";
    let (states, _) = folder.json(&format!("{line} --dissolve state --save-preset by~state"));
    assert_eq!(
        (states["units"].as_u64(), states["label"].as_str()),
        (Some(2), Some("Imported 2 states from zips.geojson"))
    );
    assert_eq!(messages(&states, "4 areas dissolved into 2").len(), 1);
    let figures = |column: &str| {
        folder.ok("export plan.bwk units.csv --what units");
        let text = String::from_utf8(folder.read("units.csv")).expect("text");
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let at = header.iter().position(|name| *name == column).expect("the column is there");
        lines.map(|line| line.split(',').nth(at).unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(figures("code"), ["IN", "OH"]);
    assert_eq!(figures("population"), ["10", "30"]);
    assert_eq!(figures("median_income"), ["3", "1"]);
    let (prefixes, _) = folder.json(&format!("{line} --dissolve-prefix 3"));
    assert_eq!(prefixes["label"], "Imported 3 3-digit ZIP areas from zips.geojson");
    assert_eq!(figures("code"), ["430", "440", "460"]);
    // What was kept as a preset does the same again.
    let (again, _) = folder.json("import units plan.bwk zips.geojson --preset by~state");
    assert_eq!(again["label"], states["label"]);
    assert_eq!(figures("population"), ["10", "30"]);
    folder.refused(&format!("{line} --dissolve colour"), &["colour", "\"zip\""]);
}

#[test]
fn a_newer_vintage_is_dissolved_as_the_units_were() {
    let folder = Folder::new();
    let old = [("43001", "OH", 0.0, 0.0), ("43002", "OH", 1.0, 0.0), ("46001", "IN", 2.0, 0.0)];
    folder.write("old.geojson", squares(&old));
    let new =
        [("43001", "OH", 0.0, 0.0), ("43009", "OH", 1.0, 0.0), ("46001", "IN", 2.0, 0.0), ("40001", "KY", 3.0, 0.0)];
    folder.write("new.geojson", squares(&new));
    folder.ok("new plan.bwk");
    folder.ok("import units plan.bwk old.geojson --dissolve state");
    let (update, _) = folder.json("refresh units plan.bwk new.geojson --dissolve state");
    assert_eq!((update["by_code"].as_u64(), update["vanished"].as_array().map(Vec::len)), (Some(2), Some(0)));
    assert_eq!(update["without"][0], "KY");
}

#[test]
fn shapes_that_are_none_are_put_right_and_told() {
    let folder = Folder::new();
    let bow_tie = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"code":"bow"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]}},
        {"type":"Feature","properties":{"code":"far"},"geometry":{"type":"Polygon","coordinates":[[[2,0],[4,0],[4,2],[2,2],[2,0]]]}}]}"#;
    folder.write("bow.geojson", bow_tie);
    folder.ok("new plan.bwk");
    let (done, _) = folder.json("import units plan.bwk bow.geojson");
    assert_eq!(done["label"], "Imported 2 units from bow.geojson, 1 repaired");
    let said = &messages(&done, "crosses itself")[0];
    assert_eq!(
        (said["item"].as_str(), said["message"].as_str()),
        (Some("bow"), Some("the border crosses itself, near 1.00000, 1.00000"))
    );
    assert!(said["hint"].as_str().is_some_and(|hint| hint.starts_with("repaired: 2 parts instead of 1")), "{said}");
}

#[test]
fn points_of_every_kind_of_layer_are_accounts() {
    let folder = Folder::with_grid();
    let points = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"ID":"A","Name":"Oak","Revenue":5},"geometry":{"type":"Point","coordinates":[-82.95,40.05]}},
        {"type":"Feature","properties":{"ID":"B","Name":"Elm","Revenue":7},"geometry":{"type":"Point","coordinates":[-82.45,40.05]}}]}"#;
    folder.write("points.geojson", points);
    let (first, _) = folder.json("import accounts plan.bwk points.geojson");
    assert_eq!((first["accounts"].as_u64(), first["accounts_outside"].as_u64()), (Some(2), Some(0)));
    for file in ["out.gpkg", "out.shp", "out.kml", "out.kmz", "out.geojson"] {
        folder.ok(&format!("export plan.bwk {file} --what accounts"));
        let (again, _) = folder.json(&format!("import accounts plan.bwk {file}"));
        assert_eq!((again["accounts"].as_u64(), again["accounts_outside"].as_u64()), (Some(2), Some(0)), "{file}");
        assert_eq!(again["taken"], 2, "{file}");
    }
    // One file with two layers, of which one has points.
    folder.ok("export plan.bwk both.gpkg --what accounts,units");
    let (chosen, _) = folder.json("import accounts plan.bwk both.gpkg --layer accounts");
    assert_eq!(chosen["accounts"], 2);
    folder.refused("import accounts plan.bwk both.gpkg --layer nothing", &["nothing", "accounts"]);
}
