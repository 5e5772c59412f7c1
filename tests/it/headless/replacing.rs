//! Importing again: what was decided in the project lives on by code.

use super::{Folder, messages};

/// The west half of the grid belongs to West, the east half to East.
fn halves() -> String {
    let side = |index: usize| if index % 6 < 3 { "West" } else { "East" };
    let rows: String = (0..36).map(|index| format!("{},{}\n", 43000 + index, side(index))).collect();
    format!("ZIP,Territory\n{rows}")
}

fn with_halves() -> Folder {
    let folder = Folder::with_grid();
    folder.write("halves.csv", halves());
    folder.ok("import alignment plan.bwk halves.csv");
    folder
}

#[test]
fn an_alignment_is_one_step_that_can_be_undone_and_made_again() {
    let folder = with_halves();
    assert!(folder.ok("validate plan.bwk --measure POP:1%").contains("All rules hold: 2 territories"));
    folder.ok("undo plan.bwk");
    let (broken, code) = folder.json("validate plan.bwk");
    assert_eq!(code, 1);
    let rules: Vec<&str> =
        broken["violations"].as_array().expect("a list").iter().filter_map(|rule| rule["rule"].as_str()).collect();
    assert_eq!(rules, ["no-territories", "unassigned-units"]);
    let (redone, _) = folder.json("redo plan.bwk");
    assert_eq!((redone["can_undo"].as_u64(), redone["can_redo"].as_u64()), (Some(1), Some(0)));
    folder.ok("validate plan.bwk");
    let (again, _) = folder.json("import alignment plan.bwk halves.csv");
    assert_eq!(messages(&again, "like the file already").len(), 1);
    assert_eq!(folder.json("info plan.bwk").0["steps"], 1);
}

#[test]
fn every_broken_rule_is_told_with_its_figures() {
    let folder = Folder::with_grid();
    // Far is in two corners, Small has one unit, Large the rest but one.
    let owner = |index: usize| match index {
        0 | 35 => "Far",
        1 => "Small",
        2 => "",
        _ => "Large",
    };
    let rows: String = (0..36).map(|index| format!("{},{}\n", 43000 + index, owner(index))).collect();
    folder.write("odd.csv", format!("ZIP,Territory\n{rows}"));
    folder.ok("import alignment plan.bwk odd.csv");
    let (result, code) = folder.json("validate plan.bwk --measure POP:10%");
    assert_eq!((code, result["valid"].as_bool()), (1, Some(false)));
    let found: Vec<(String, String, f64)> = result["violations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|broken| {
            let text = |name: &str| broken[name].as_str().unwrap_or("").to_owned();
            (text("rule"), text("territory"), broken["found"].as_f64().expect("a number"))
        })
        .collect();
    // An equal share of 36 × 100 is 1,200.
    let expected = [
        ("unassigned-units", "", 1.0),
        ("pieces", "Far", 2.0),
        ("too-little", "Far", -1000.0 / 1200.0),
        ("too-little", "Small", -1100.0 / 1200.0),
        ("too-much", "Large", 2000.0 / 1200.0),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (rule, territory, figure) in expected {
        let is_it = |entry: &&(String, String, f64)| entry.0 == rule && entry.1 == territory;
        let entry = found.iter().find(is_it).unwrap_or_else(|| panic!("{rule} of {territory} in {found:?}"));
        assert!((entry.2 - figure).abs() < 1e-9, "{entry:?}");
    }
    assert_eq!(result["violations"][0]["units"][0], "43002");
}

#[test]
fn units_that_are_replaced_keep_their_territory_by_code() {
    let folder = with_halves();
    folder.write("more.geojson", super::grid(7));
    let (result, code) = folder.json("import units plan.bwk more.geojson --measure POP");
    assert_eq!(code, 0);
    assert_eq!(messages(&result, "36 of 36 that had a territory keep it").len(), 1);
    folder.ok("export plan.bwk units.csv --what units");
    let owners = columns(&folder, "units.csv", &["code", "territory"]);
    assert_eq!(owners.len(), 49);
    let expected = halves();
    for line in expected.lines().skip(1) {
        assert!(owners.contains(&line.to_owned()), "{line}");
    }
    assert_eq!(owners.iter().filter(|row| row.ends_with(',')).count(), 13);
    folder.refused("undo plan.bwk", &["nothing to undo", "since the last import"]);
}

#[test]
fn accounts_that_are_replaced_keep_their_named_owner_and_goals_follow() {
    let folder = with_halves();
    let accounts = |figures: [u32; 3]| {
        let [a, b, c] = figures;
        format!("Account ID,Latitude,Longitude,Revenue\nA,40.05,-82.95,{a}\nB,40.05,-82.45,{b}\nC,40.15,-82.95,{c}\n")
    };
    folder.write("accounts.csv", accounts([10, 20, 30]));
    folder.write("named.csv", "Account,Territory\nA,East\nB,East\nC,West\n");
    let (first, _) = folder.json("import accounts plan.bwk accounts.csv --measure Revenue");
    assert_eq!(messages(&first, "\"Revenue\" is what shall be balanced").len(), 1);
    folder.ok("import alignment plan.bwk named.csv --account Account");
    assert_eq!(folder.json("info plan.bwk").0["named_accounts"], 1);
    folder.write("accounts.csv", accounts([1, 2, 3]));
    let (second, _) = folder.json("import accounts plan.bwk accounts.csv --measure Revenue");
    assert_eq!(messages(&second, "1 of 1 named accounts").len(), 1);
    let (metrics, _) = folder.json("metrics plan.bwk");
    let load = |territory: &str| {
        let territories = metrics["territories"].as_array().expect("a list");
        let found = territories.iter().find(|entry| entry["name"] == territory).expect("it is there");
        let loads = found["loads"].as_array().expect("a list");
        loads.iter().find(|load| load["measure"] == "Revenue").and_then(|load| load["load"].as_f64())
    };
    assert_eq!((load("West"), load("East")), (Some(3.0), Some(3.0)));
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!(info["goals"][0]["measure"], "Revenue");
    let names: Vec<&str> =
        info["measures"].as_array().expect("a list").iter().filter_map(|measure| measure["name"].as_str()).collect();
    assert_eq!(names, ["POP", "Revenue"]);
}

#[test]
fn a_roster_is_brought_up_to_date_and_territories_keep_their_reps() {
    let folder = Folder::with_grid();
    folder.write("reps.csv", "Code,Name,Latitude,Longitude\nR1,Ada,40.3,-82.9\nR2,Ben,40.3,-82.5\n");
    folder.ok("import reps plan.bwk reps.csv");
    folder.write(
        "halves.csv",
        halves().replace("West", "West,R1").replace("East", "East,R2").replace("Territory", "Territory,Rep"),
    );
    folder.ok("import alignment plan.bwk halves.csv");
    folder.write("reps.csv", "Code,Name,Latitude,Longitude\nR3,Cem,40.1,-82.9\nR2,Benjamin,40.3,-82.5\n");
    let (result, _) = folder.json("import reps plan.bwk reps.csv");
    assert_eq!(result["reps"], 3);
    assert_eq!(messages(&result, "1 rep of the project").len(), 1);
    folder.ok("export plan.bwk metrics.csv --what metrics");
    let reps = columns(&folder, "metrics.csv", &["territory", "rep"]);
    assert!(reps.contains(&"West,Ada".to_owned()) && reps.contains(&"East,Benjamin".to_owned()), "{reps:?}");
}

/// Some columns of a CSV file, row by row, joined by commas.
fn columns(folder: &Folder, file: &str, names: &[&str]) -> Vec<String> {
    let mut reader = csv::Reader::from_path(folder.path(file)).expect("the export can be read");
    let header = reader.headers().expect("there is a header").clone();
    let places: Vec<usize> = names
        .iter()
        .map(|name| header.iter().position(|column| column == *name).unwrap_or_else(|| panic!("{name} in {header:?}")))
        .collect();
    let row = |record: csv::StringRecord| places.iter().map(|&at| &record[at]).collect::<Vec<_>>().join(",");
    reader.records().map(|record| row(record.expect("a row can be read"))).collect()
}
