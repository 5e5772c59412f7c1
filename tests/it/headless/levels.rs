//! Levels above territories: read from an alignment, added up, written out.

use serde_json::Value;

use super::{Folder, messages};

/// Two units each; A and B in North, C in South, both in West; D in no district.
const ALIGNMENT: &str = "ZIP,Territory,District,Region\n\
    43000,A,North,West\n43001,A,North,West\n43002,B,North,West\n43003,B,North,\n\
    43004,C,South,West\n43005,C,South,West\n43006,D,,\n43007,D,,\n";

fn with_levels() -> Folder {
    let folder = Folder::with_grid();
    folder.write("today.csv", ALIGNMENT);
    folder.ok("import alignment plan.bwk today.csv");
    folder
}

fn names(value: &Value, field: &str) -> Vec<String> {
    let list = value.as_array().expect("a list").iter();
    list.map(|entry| entry[field].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn an_alignment_makes_districts_and_regions_in_one_step() {
    let folder = with_levels();
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!(names(&info["levels"], "name"), ["District", "Region"]);
    assert_eq!((info["levels"][0]["groups"].as_u64(), info["levels"][1]["groups"].as_u64()), (Some(2), Some(1)));
    assert!(folder.ok("info plan.bwk").contains("District: 2, Region: 1"));
    folder.ok("undo plan.bwk");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!((info["levels"].as_array().map(Vec::len), info["territories"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn the_figures_of_a_level_are_those_of_its_territories_together() {
    let folder = with_levels();
    for level in ["District", "district", "1"] {
        let (metrics, _) = folder.json(&format!("metrics plan.bwk --level {level}"));
        assert_eq!(metrics["level"], "District");
        let groups = metrics["groups"].as_array().expect("a list");
        assert_eq!(names(&metrics["groups"], "name"), ["North", "South", "-"]);
        assert_eq!(groups[0]["above"][0], "West");
        let units: Vec<u64> = groups.iter().map(|group| group["units"].as_u64().expect("a number")).collect();
        assert_eq!(units, [4, 2, 2]);
        let load = &groups[0]["loads"][0];
        assert_eq!((load["load"].as_f64(), load["target"].as_f64()), (Some(400.0), Some(1800.0)));
    }
    let (metrics, _) = folder.json("metrics plan.bwk --level 2");
    assert_eq!(metrics["groups"][0]["units"].as_u64(), Some(6));
    let text = folder.ok("metrics plan.bwk --level Region");
    assert!(text.contains("West") && text.contains("(in no region)"), "{text}");
    folder.refused("metrics plan.bwk --level Nation", &["There is no level \"Nation\"", "District, Region"]);
    Folder::with_grid().refused("metrics plan.bwk --level 1", &["no levels above territories"]);
}

#[test]
fn what_is_exported_names_the_groups_and_is_read_back() {
    let folder = with_levels();
    folder.ok("export plan.bwk territories.csv --what territories");
    let text = String::from_utf8(folder.read("territories.csv")).expect("UTF-8");
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|header| header.contains("District,Region")), "{text}");
    assert!(lines.next().is_some_and(|row| row.contains("North,West")), "{text}");
    folder.ok("export plan.bwk units.csv --what units");
    let other = Folder::with_grid();
    other.write("units.csv", folder.read("units.csv"));
    other.ok("import alignment plan.bwk units.csv");
    let level = |folder: &Folder| folder.json("metrics plan.bwk --level 1").0["groups"].clone();
    assert_eq!(level(&other), level(&folder));
    // The same file again changes nothing.
    let (again, _) = other.json("import alignment plan.bwk units.csv");
    assert!(!messages(&again, "the plan is like the file already").is_empty(), "{again:#}");
}

#[test]
fn other_columns_are_levels_when_they_are_named_and_contradictions_are_told() {
    let folder = Folder::with_grid();
    folder.write("today.csv", "ZIP,Territory,Team,Country\n43000,A,Red,X\n43001,A,Blue,X\n43002,B,Blue,Y\n");
    let (imported, _) = folder.json("import alignment plan.bwk today.csv --level Team --level Country");
    let told = |words: &str| !messages(&imported, words).is_empty();
    assert!(told("\"A\" is in \"Blue\" here and in \"Red\" before"), "{imported:#}");
    assert!(told("\"Blue\" is in \"Y\" here and in \"X\" before"), "{imported:#}");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!(names(&info["levels"], "name"), ["Team", "Country"]);
    // Without being named they are nothing.
    let folder = Folder::with_grid();
    folder.write("today.csv", "ZIP,Territory,Team\n43000,A,Red\n");
    folder.ok("import alignment plan.bwk today.csv");
    assert_eq!(folder.json("info plan.bwk").0["levels"].as_array().map(Vec::len), Some(0));
    // A district alone is the territory.
    let folder = Folder::with_grid();
    folder.write("today.csv", "ZIP,District\n43000,A\n");
    folder.ok("import alignment plan.bwk today.csv");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!((info["levels"].as_array().map(Vec::len), info["territories"].as_u64()), (Some(0), Some(1)));
}
