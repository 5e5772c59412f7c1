//! Units cut along files.

use serde_json::Value;

use super::{Folder, messages};

/// The west half of the grid belongs to West, the east half to East.
fn with_halves() -> Folder {
    let folder = Folder::with_grid();
    let side = |index: usize| if index % 6 < 3 { "West" } else { "East" };
    let rows: String = (0..36).map(|index| format!("{},{}\n", 43000 + index, side(index))).collect();
    folder.write("halves.csv", format!("ZIP,Territory\n{rows}"));
    folder.ok("import alignment plan.bwk halves.csv");
    // A quarter of the third column, and all that lies east of it.
    folder.write(
        "east.geojson",
        r#"{"type":"Polygon","coordinates":[[[-82.725,39.9],[-82.0,39.9],[-82.0,41.0],[-82.725,41.0],[-82.725,39.9]]]}"#,
    );
    folder.write("road.geojson", r#"{"type":"LineString","coordinates":[[-83.5,40.05],[-82.0,40.05]]}"#);
    folder
}

fn load_of(folder: &Folder, territory: &str) -> f64 {
    let (figures, _) = folder.json("metrics plan.bwk");
    let territories = figures["territories"].as_array().expect("a list");
    let found = territories.iter().find(|one| one["name"] == territory).expect("it is there");
    found["loads"].as_array().expect("a list").iter().find(|load| load["measure"] == "POP").expect("POP")["load"]
        .as_f64()
        .expect("a number")
}

#[test]
fn a_territory_ends_at_the_boundary_and_the_report_says_how() {
    let folder = with_halves();
    let (done, code) = folder.json("cut plan.bwk --boundary east.geojson --territory East");
    assert_eq!(code, 0);
    assert_eq!(done["step"], "Cut 6 ZIP areas and assigned the parts inside to East");
    let cuts = done["cut"].as_array().expect("a list");
    assert_eq!((cuts.len(), done["units"].as_u64()), (6, Some(42)));
    let first = &cuts[0];
    assert_eq!(first["unit"], "43002");
    assert_eq!((&first["pieces"][0]["code"], &first["pieces"][1]["code"]), (&"43002-a".into(), &"43002-b".into()));
    assert_eq!(first["pieces"][1]["territory"], "East");
    assert!((first["pieces"][1]["share"].as_f64().expect("a number") - 0.25).abs() < 1e-3);
    assert_eq!(first["measures"][0]["how"], "by area");
    assert_eq!(first["measures"][0]["values"], serde_json::json!([75.0, 25.0]));
    assert_eq!((load_of(&folder, "West"), load_of(&folder, "East")), (1650.0, 1950.0));
    folder.ok("validate plan.bwk --measure POP:10%");
    let (info, _) = folder.json("info plan.bwk --all-messages");
    assert_eq!(info["units"], 42);
    assert_eq!(messages(&info, "cut into 43002-a (75.0 % of the area").len(), 1);
    // Two territories that meet have the same vertices: nothing is left between them.
    folder.ok("export plan.bwk units.geojson --what units");
    let units: Value = serde_json::from_slice(&folder.read("units.geojson")).expect("JSON");
    assert_eq!(units["features"].as_array().expect("a list").len(), 42);
}

#[test]
fn a_cut_is_taken_back_and_made_again() {
    let folder = with_halves();
    folder.ok("cut plan.bwk --boundary east.geojson --territory East");
    folder.ok("cut plan.bwk --line road.geojson");
    assert_eq!(folder.json("info plan.bwk").0["units"], 42 + 7);
    folder.ok("undo plan.bwk");
    folder.ok("undo plan.bwk");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!(
        (&info["units"], info["can_redo"].as_str()),
        (&36.into(), Some("Cut 6 ZIP areas and assigned the parts inside to East"))
    );
    assert!(messages(&info, "cut into").is_empty(), "what was taken back is not told");
    assert_eq!((load_of(&folder, "West"), load_of(&folder, "East")), (1800.0, 1800.0));
    folder.ok("redo plan.bwk");
    assert_eq!((load_of(&folder, "West"), load_of(&folder, "East")), (1650.0, 1950.0));
    folder.ok("redo plan.bwk");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!(info["units"], 42 + 7);
    // The pieces of a piece.
    folder.ok("export plan.bwk units.csv --what units");
    let units = String::from_utf8(folder.read("units.csv")).expect("UTF-8");
    assert!(units.contains("43002-a1") && units.contains("43002-b2"), "{units}");
}

#[test]
fn what_cannot_be_cut_is_refused() {
    let folder = with_halves();
    folder.refused("cut plan.bwk --boundary east.geojson --territory North", &["no territory \"North\"", "West, East"]);
    folder.refused("cut plan.bwk --line east.geojson", &["no LineString"]);
    folder.refused("cut plan.bwk --boundary road.geojson", &["Could not read road.geojson", "LineString"]);
    folder.refused("cut plan.bwk", &["--boundary"]);
    folder.write("far.geojson", r#"{"type":"LineString","coordinates":[[10,50],[11,50]]}"#);
    folder.refused("cut plan.bwk --line far.geojson", &["The line crosses no ZIP area from side to side"]);
    assert_eq!(folder.json("info plan.bwk").0["units"], 36);
}
