//! `export`: several tables, levels, columns, and what a format loses before it does.

use super::Folder;

/// Two territories in two districts of one region.
fn with_levels() -> Folder {
    let folder = Folder::with_grid();
    let row = |unit| if unit < 18 { "A,North,West" } else { "B,South,West" }.to_owned();
    folder.align("Territory,District,Region", row);
    folder
}

#[test]
fn one_command_writes_everything_into_one_file() {
    let folder = with_levels();
    for file in ["all.gpkg", "all.kmz", "all.topojson", "all.xlsx"] {
        let (result, code) = folder.json(&format!("export plan.bwk {file} --what territories,units,groups,accounts"));
        assert_eq!((code, result["written"].as_bool()), (0, Some(true)));
        assert_eq!(result["what"], serde_json::json!(["territories", "units", "District", "Region", "accounts"]));
        assert_eq!(result["files"], serde_json::json!([file]));
    }
    let (result, _) = folder.json("export plan.bwk all.csv --what territories,groups --level region");
    assert_eq!(result["files"], serde_json::json!(["all_territories.csv", "all_region.csv"]));
    let text = String::from_utf8(folder.read("all_region.csv")).expect("it is a text");
    assert!(text.starts_with("Region,rep,") && text.contains("West"), "{text}");
}

#[test]
fn an_alignment_goes_out_and_comes_back() {
    let folder = with_levels();
    folder.ok("export plan.bwk units.csv --what units --columns code,territory,District,Region");
    let before = folder.json("metrics plan.bwk --level District").0["groups"].clone();
    folder.ok("new other.bwk");
    folder.ok("import units other.bwk grid.geojson");
    folder.ok("import alignment other.bwk units.csv");
    assert_eq!(folder.json("metrics other.bwk --level District").0["groups"], before);
    // And the areas themselves.
    for file in ["units.geojson", "units.topojson", "units.shp"] {
        folder.ok(&format!("export plan.bwk {file} --what units"));
        folder.ok("new third.bwk");
        folder.ok(&format!("import units third.bwk {file}"));
        folder.ok("import alignment third.bwk units.csv");
        assert_eq!(folder.json("metrics third.bwk --level District").0["groups"], before, "{file}");
        std::fs::remove_file(folder.path("third.bwk")).expect("it is there");
    }
}

#[test]
fn what_is_lost_is_said_before_and_strict_writes_nothing() {
    let folder = with_levels();
    let (result, code) = folder.json("export plan.bwk t.shp --what territories --check");
    assert_eq!((code, result["written"].as_bool()), (0, Some(false)));
    let losses = result["losses"].as_array().expect("a list");
    let names = losses.iter().find(|loss| loss["message"].as_str().is_some_and(|words| words.contains("ten letters")));
    assert_eq!(names.expect("it is told")["by_nature"].as_bool(), Some(false));
    assert!(!folder.path("t.shp").exists());
    let strict = folder.run("export plan.bwk t.shp --what territories --strict");
    assert_eq!(strict.code, 1, "{}", strict.stderr);
    assert!(strict.stdout.contains("Nothing was written") && !folder.path("t.shp").exists(), "{}", strict.stdout);
    // That a table has no shapes is no reason to refuse it.
    let strict = folder.ok("export plan.bwk t.csv --what territories --strict");
    assert!(strict.contains("note: CSV holds no shapes") && strict.contains("Wrote t.csv"), "{strict}");
}

#[test]
fn wishes_that_cannot_be_are_refused() {
    let folder = with_levels();
    folder.refused("export plan.bwk m.kml --what metrics", &["metrics cannot be written as \".kml\"", ".xlsx"]);
    folder.refused("export plan.bwk m.doc --what units", &["\".doc\"", ".gpkg"]);
    folder.refused("export plan.bwk u.csv --what units --columns code,Sales", &["no column \"Sales\"", "POP"]);
    folder.refused("export plan.bwk u.csv --what units --territories A,Z", &["no territory \"Z\""]);
    folder.refused("export plan.bwk u.csv --what units --level Region", &["groups"]);
    folder.refused("export plan.bwk u.csv --what groups --level Nation", &["no level \"Nation\"", "District, Region"]);
    folder.refused("export plan.bwk u.kml --what units --decimals 2", &["5 to 15"]);
    Folder::with_grid().refused("export plan.bwk u.csv --what groups", &["no levels above territories"]);
    folder.ok("export plan.bwk u.csv --what units --territories A");
    let text = String::from_utf8(folder.read("u.csv")).expect("it is a text");
    assert_eq!(text.lines().count(), 19);
}
