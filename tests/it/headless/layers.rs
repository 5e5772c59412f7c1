//! Layers beside the units: added, held against the units, totalled, used as units, taken back.

use serde_json::Value;

use super::{Folder, sample};

/// Two counties over the grid, west and east of its third column, with codes that units have, too; and one far away.
fn counties() -> String {
    let county = |code: u32, name: &str, west: f64, east: f64| {
        let ring = format!("[[{west},40],[{east},40],[{east},40.6],[{west},40.6],[{west},40]]");
        format!(
            r#"{{"type":"Feature","properties":{{"FIPS":"{code}","NAME":"{name}","STATE":"Ohio"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    let all = [
        county(43000, "Adams", -83.0, -82.75),
        county(43001, "Brown", -82.75, -82.4),
        county(43002, "Clark", -70.0, -69.0),
    ];
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, all.join(","))
}

fn with_counties() -> Folder {
    let folder = Folder::with_grid();
    folder.write("counties.geojson", counties());
    folder.ok("layer add plan.bwk counties.geojson --code FIPS --kind county");
    folder
}

fn rows(folder: &Folder, sql: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(folder.path("plan.bwk")).expect("it is a project");
    let mut query = connection.prepare(sql).expect("the query is right");
    let rows = query.query_map([], |row| row.get(0)).expect("it has rows");
    rows.map(|row| row.expect("a text")).collect()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|layer| layer["name"].as_str()).collect()
}

#[test]
fn a_layer_is_added_listed_renamed_removed_and_all_of_it_taken_back() {
    let folder = Folder::with_grid();
    folder.write("counties.geojson", counties());
    let (added, _) = folder.json("layer add plan.bwk counties.geojson --code FIPS --kind county");
    assert_eq!(added["step"], "Added the layer Counties with 3 counties");
    assert_eq!((added["layer"]["areas"].as_u64(), added["units_inside"].as_u64()), (Some(3), Some(36)));
    // The line lies in the middle of the third column.
    assert_eq!((added["units_in_several"].as_u64(), added["units_outside"].as_u64()), (Some(6), Some(0)));
    let shares = "SELECT area_name || ' ' || round(share, 2) || ' ' || main FROM v_unit_in_layer WHERE unit_code = '43002' ORDER BY area";
    assert_eq!(rows(&folder, shares), ["Adams 0.5 1", "Brown 0.5 0"]);
    assert_eq!(rows(&folder, "SELECT name FROM v_layer_area ORDER BY code"), ["Adams", "Brown", "Clark"]);
    folder.refused("layer add plan.bwk counties.geojson --name COUNTIES", &["there is a layer Counties already"]);
    folder.ok("layer rename plan.bwk counties Old~counties");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!(names(&info["layers"]), ["Old counties"]);
    assert!(folder.ok("info plan.bwk").contains("Old counties: 3 counties"));
    folder.ok("layer remove plan.bwk Old~counties");
    assert!(folder.ok("layer list plan.bwk").contains("no layers"));
    folder.refused("layer remove plan.bwk Old~counties", &["There is no layer"]);
    for expected in [&["Old counties"][..], &["Counties"], &[]] {
        folder.ok("undo plan.bwk");
        assert_eq!(names(&folder.json("layer list plan.bwk").0["layers"]), expected);
    }
    folder.ok("redo plan.bwk");
    assert_eq!(names(&folder.json("layer list plan.bwk").0["layers"]), ["Counties"]);
}

#[test]
fn units_know_their_county_and_figures_add_up() {
    let folder = with_counties();
    let (joined, _) = folder.json("layer join plan.bwk counties --codes");
    assert_eq!(joined["columns"], serde_json::json!(["County", "County code"]));
    let county =
        "SELECT County || ' ' || \"County code\" FROM v_unit WHERE code IN ('43001', '43002', '43003') ORDER BY code";
    assert_eq!(rows(&folder, county), ["Adams 43000", "Adams 43000", "Brown 43001"]);
    let (again, _) = folder.json("layer join plan.bwk counties --codes");
    assert_eq!(again["step"], Value::Null);
    folder.ok("export plan.bwk units.csv --what units --columns code,County");
    assert!(String::from_utf8(folder.read("units.csv")).expect("it is UTF-8").contains("43001,Adams"));
    let values = |by: &str| -> Vec<f64> {
        let (totals, _) = folder.json(&format!("layer totals plan.bwk Counties --by {by} --out totals.csv"));
        let areas = totals["areas"].as_array().expect("a list");
        areas.iter().map(|area| area["values"][0].as_f64().expect("a number").round()).collect()
    };
    assert_eq!(values("main"), [1800.0, 1800.0]);
    assert_eq!(values("share"), [1500.0, 2100.0]);
    let table = String::from_utf8(folder.read("totals.csv")).expect("it is UTF-8");
    assert!(table.starts_with("Code,Name,ZIP areas,Accounts,Territories,POP\r\n43000,Adams,18,0,0,"), "{table}");
    folder.ok("undo plan.bwk");
    assert!(!folder.ok("export plan.bwk units.geojson --what units").is_empty());
    assert!(!String::from_utf8(folder.read("units.geojson")).expect("it is UTF-8").contains("County"));
}

#[test]
fn a_layer_used_as_units_takes_territories_by_area_and_comes_back_by_undo() {
    let folder = with_counties();
    let row = |code: u32| format!("{code},{}\n", if (code - 43000) % 6 < 2 { "West" } else { "East" });
    folder.write("today.csv", format!("ZIP,Territory\n{}", (43000..43036).map(row).collect::<String>()));
    folder.ok("import alignment plan.bwk today.csv");
    folder.ok("layer add plan.bwk counties.geojson --code FIPS --kind county --name Again");
    let (told, _) = folder.json("layer use plan.bwk Counties");
    assert_eq!((told["applied"].as_bool(), told["step"].is_null()), (Some(false), true));
    let (used, _) = folder.json("layer use plan.bwk Counties --apply");
    assert_eq!((used["units"].as_u64(), used["unit_kind"].as_str()), (Some(3), Some("county")));
    assert_eq!((used["former_units"].as_str(), used["units_with_area"].as_u64()), (Some("ZIP areas"), Some(2)));
    let owners = "SELECT code || ' ' || coalesce(territory_name, '-') FROM v_unit_owner ORDER BY code";
    assert_eq!(rows(&folder, owners), ["43000 West", "43001 East", "43002 -"]);
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!((info["unit_kind"].as_str(), names(&info["layers"])), (Some("county"), vec!["ZIP areas", "Again"]));
    folder.ok("undo plan.bwk");
    assert_eq!(rows(&folder, owners).len(), 36);
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!((info["unit_kind"].as_str(), names(&info["layers"])), (Some("ZIP area"), vec!["Counties", "Again"]));
}

/// The sample's own columns say which county each ZIP area was cut out of.
#[test]
fn the_sample_s_zip_areas_lie_in_the_counties_they_were_made_in() {
    let folder = Folder::new();
    folder.ok("new plan.bwk");
    folder.ok(&format!("import units plan.bwk {}", sample("zip_areas.shp")));
    folder.ok(&format!("layer add plan.bwk {}", sample("us_counties.shp")));
    // The ZIP areas have a column COUNTY already.
    let (joined, _) = folder.json("layer join plan.bwk Counties --column Lies~in");
    assert_eq!(joined["units_outside"].as_u64(), Some(0));
    let wrong = "SELECT code || ': ' || COUNTY || ' or ' || \"Lies in\" FROM v_unit
        WHERE \"Lies in\" NOT LIKE COUNTY || '%' AND COUNTY || ' County' <> \"Lies in\"";
    assert_eq!(rows(&folder, wrong), Vec::<String>::new());
}
