//! Every bad input ends with a message that names place and remedy; good rows load, and nothing in the project is lost.

use bailiwick::store::{self, Wanted};

use super::{Folder, messages, sample};

#[test]
fn rows_that_cannot_be_used_are_listed_and_the_others_load() {
    let folder = Folder::with_grid();
    folder.write(
        "accounts.csv",
        "Account ID,Account Name,Latitude,Longitude,Revenue\n\
         1,Impossible,123,-82.95,10\n2,Words,40.05,-82.95,a lot\n3,Outside,10,10,30\n3,Twice,40.05,-82.95,40\n\
         ,Nameless,40.05,-82.95,50\n6,Good,40.05,-82.95,60\n7,Good,40.15,-82.95,70\n8,Good,40.25,-82.95,80\n",
    );
    let (result, code) = folder.json("import accounts plan.bwk accounts.csv --measure Revenue");
    assert_eq!(code, 0);
    assert_eq!((result["taken"].as_u64(), result["accounts_outside"].as_u64()), (Some(6), Some(2)));
    for (text, row, column) in [
        ("expected a latitude from -90 to 90, found 123", Some(2), "Latitude"),
        ("expected a number, found \"a lot\"", Some(3), "Revenue"),
        ("the code \"3\" is that of row 4 already", Some(5), "Account ID"),
        ("the account has no code", Some(6), "Account ID"),
    ] {
        let found = messages(&result, text);
        assert_eq!(found.len(), 1, "{text} in {result:#}");
        assert_eq!((found[0]["row"].as_u64(), found[0]["column"].as_str()), (row, Some(column)));
        assert!(found[0]["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{text}");
    }
    let outside = messages(&result, "the account lies outside every");
    assert_eq!((outside.len(), outside[0]["item"].as_str()), (1, Some("3")));
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!(info["accounts"], 6);
    let of_accounts = |result: &serde_json::Value| -> Vec<serde_json::Value> {
        let all = result["messages"].as_array().expect("a list").iter();
        all.filter(|message| message["file"] == "accounts.csv").cloned().collect()
    };
    assert_eq!(of_accounts(&info), of_accounts(&result));
}

#[test]
fn long_lists_of_messages_are_cut_on_a_terminal_only_when_not_asked_for() {
    let folder = Folder::with_grid();
    let row = |name: &str| format!("Account ID,Name,Latitude,Longitude,Revenue\n1,{name},40.05,-82.95,1\n");
    folder.write("near.csv", row("near"));
    let rows: String = (0..50).map(|row| format!("{row},far away,10,10,1\n")).collect();
    folder.write("far.csv", format!("Account ID,Name,Latitude,Longitude,Revenue\n{rows}"));
    let listed = |line: &str| folder.run(line).stderr.lines().filter(|line| line.starts_with("warning: ")).count();
    assert_eq!(listed("import accounts plan.bwk far.csv"), 20);
    assert_eq!(listed("import accounts plan.bwk far.csv --all-messages"), 50);
    assert!(folder.run("import accounts plan.bwk far.csv").stderr.contains("more (--all-messages lists them all)"));
    let warnings = || folder.json("info plan.bwk").0["messages"].to_string().matches("far.csv").count();
    assert!(warnings() >= 50);
    folder.ok("import accounts plan.bwk near.csv");
    assert_eq!(warnings(), 0, "what was wrong with the accounts that are gone is of no interest");
}

#[test]
fn files_that_cannot_be_read_say_why_and_change_nothing() {
    let folder = Folder::with_grid();
    let before = folder.ok("info plan.bwk");
    folder.write("empty.csv", "");
    folder.write("binary.csv", (0..4000u32).map(|i| (i * 7919 % 251) as u8).collect::<Vec<u8>>());
    folder.write("accounts.csv", "Account ID,Latitude,Longitude\n1,40.05,-82.95\n");
    folder.write("broken.geojson", r#"{"type":"FeatureCollection","features":[{"type":"Fea"#);
    folder.write("points.geojson", r#"{"type":"Point","coordinates":[1,2]}"#);
    std::fs::copy(sample("zip_areas.shp"), folder.path("alone.shp")).expect("the sample is there");
    folder.refused("import accounts plan.bwk empty.csv", &["empty.csv", "the file is empty", "hint: "]);
    folder.refused("import accounts plan.bwk binary.csv", &["binary.csv", "not a text file", "hint: "]);
    folder.refused("import accounts plan.bwk missing.csv", &["missing.csv", "no such file"]);
    folder.refused(
        "import accounts plan.bwk accounts.csv --id Number",
        &["no column \"Number\"", "\"Account ID\", \"Latitude\" and \"Longitude\""],
    );
    folder.refused("import units plan.bwk alone.shp", &["alone.shp", ".dbf is missing", "copy all of them"]);
    folder.refused("import units plan.bwk broken.geojson", &["broken.geojson"]);
    folder.refused("import units plan.bwk points.geojson", &["points.geojson", "expected a FeatureCollection"]);
    folder.refused("import units plan.bwk grid.geojson --code FIPS", &["no column \"FIPS\"", "\"ZIP\""]);
    folder.refused("import alignment plan.bwk accounts.csv", &["accounts.csv", "territory"]);
    assert_eq!(folder.ok("info plan.bwk"), before);
}

#[test]
fn a_polygon_that_crosses_itself_is_named() {
    let folder = Folder::new();
    let square = "[[2,0],[3,0],[3,1],[2,1],[2,0]]";
    let crossing = "[[0,0],[3,3],[3,0],[0,2],[0,0]]";
    let feature = |code: &str, ring: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#
        )
    };
    let features = [feature("twisted", crossing), feature("good", square)].join(",");
    folder.write("areas.geojson", format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#));
    folder.ok("new plan.bwk");
    let (result, code) = folder.json("import units plan.bwk areas.geojson");
    assert_eq!((code, result["units"].as_u64()), (0, Some(2)));
    let found = messages(&result, "crosses itself");
    assert_eq!((found.len(), found[0]["item"].as_str()), (1, Some("twisted")));
}

#[test]
fn files_that_are_no_project_are_refused() {
    let folder = Folder::with_grid();
    let whole = folder.read("plan.bwk");
    folder.write("half.bwk", &whole[..whole.len() / 2]);
    folder.write("text.bwk", "Dear Sir or Madam");
    folder.write("empty.bwk", "");
    for command in ["info", "validate", "metrics", "undo"] {
        // Of a damaged project "info" says what can be saved, see broken.rs.
        if command != "info" {
            folder.refused(&format!("{command} half.bwk"), &["half.bwk", "damaged", "backup"]);
        }
        folder.refused(&format!("{command} text.bwk"), &["text.bwk", "not a Bailiwick project"]);
        folder.refused(&format!("{command} empty.bwk"), &["empty.bwk"]);
        folder.refused(&format!("{command} missing.bwk"), &["missing.bwk", "no such file"]);
    }
    folder.refused("new plan.bwk", &["plan.bwk", "already"]);
    assert_eq!(folder.read("plan.bwk"), whole);
    folder.ok("new plan.bwk --replace");
    assert_ne!(folder.read("plan.bwk"), whole);
}

#[test]
fn a_project_that_is_open_elsewhere_can_be_read_but_not_changed() {
    let folder = Folder::with_grid();
    let (_store, _) = store::open(&folder.path("plan.bwk"), Wanted::ReadWrite).expect("the project opens");
    folder.refused("import units plan.bwk grid.geojson", &["plan.bwk", "hint: "]);
    folder.refused("undo plan.bwk", &["plan.bwk"]);
    assert_eq!(folder.json("info plan.bwk").0["units"], 36);
    folder.ok("export plan.bwk units.csv --what units");
}

/// /sys is a folder that nobody may write to, the administrator neither.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_named() {
    let folder = Folder::with_grid();
    folder.refused("new /sys/plan.bwk", &["plan.bwk", "hint: "]);
    folder.refused("export plan.bwk /sys/units.csv --what units", &["/sys", "may not write there", "another folder"]);
    folder.refused("export plan.bwk nowhere/units.csv --what units", &["folder does not exist"]);
}

#[test]
fn bad_usage_ends_with_2_and_says_what_is_meant() {
    let folder = Folder::with_grid();
    folder.refused("bild plan.bwk", &["no command", "bild"]);
    folder.refused("import accounts plan.bwk grid.geojson --lon x", &["--lat"]);
    folder.refused("export plan.bwk out.csv", &["--what"]);
    folder.refused("export plan.bwk out.doc --what territories", &["doc", ".shp", ".geojson", ".csv"]);
    folder.refused("validate plan.bwk --measure Revenue:5", &["no measure \"Revenue\"", "\"POP\""]);
    folder.refused("validate plan.bwk --measure POP:wide", &["\"wide\" is not a tolerance", "0.05"]);
    folder.refused("undo plan.bwk", &["nothing to undo"]);
    let (result, code) = folder.json("info missing.bwk");
    assert_eq!(code, 2);
    assert!(result["error"]["what"].as_str().is_some_and(|what| what.contains("missing.bwk")), "{result}");
}

#[test]
fn help_teaches_the_main_job() {
    let help = Folder::new().ok("--help");
    for command in
        ["new plan.bwk", "import units plan.bwk", "import accounts plan.bwk", "build plan.bwk", "export plan.bwk"]
    {
        assert!(help.contains(&format!("bailiwick {command}")), "{command} in\n{help}");
    }
    assert!(help.contains("2 bad usage or input"));
}
