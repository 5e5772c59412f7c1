//! The main job on the files that come with the program, from a spreadsheet to a shapefile.

use std::collections::BTreeMap;

use shapefile::dbase::FieldValue;

use super::{Folder, messages, sample};

/// A project of the sample's ZIP areas and accounts.
fn with_sample() -> Folder {
    let folder = Folder::new();
    folder.ok("new plan.bwk");
    folder.ok(&format!("import units plan.bwk {}", sample("zip_areas.shp")));
    folder.ok(&format!("import accounts plan.bwk {}", sample("accounts.csv")));
    folder
}

#[test]
fn five_commands_lead_from_the_sample_to_a_balanced_shapefile() {
    let folder = with_sample();
    let (built, code) = folder.json("build plan.bwk --territories 12 --measure Annual~Revenue:10% --effort quick");
    assert_eq!(code, 0, "{:#}", built["violations"]);
    assert_eq!((built["valid"].as_bool(), built["territory_count"].as_u64()), (Some(true), Some(12)));
    assert_eq!(folder.json("validate plan.bwk").1, 0);
    folder.ok("export plan.bwk territories.shp --what territories");

    let (metrics, _) = folder.json("metrics plan.bwk");
    let expected: BTreeMap<String, (f64, f64)> = metrics["territories"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|territory| {
            let name = territory["name"].as_str().expect("a name").to_owned();
            let number = |field: &str| territory[field].as_f64().expect("a number");
            (name, (number("units"), number("accounts")))
        })
        .collect();
    let mut reader = shapefile::Reader::from_path(folder.path("territories.shp")).expect("the shapefile can be read");
    let mut found = BTreeMap::new();
    for entry in reader.iter_shapes_and_records() {
        let (shape, record) = entry.expect("a record can be read");
        let number = |field: &str| match record.get(field) {
            Some(FieldValue::Numeric(Some(number))) => *number,
            other => panic!("{field} is {other:?}"),
        };
        let name = match record.get("territory") {
            Some(FieldValue::Character(Some(name))) => name.clone(),
            other => panic!("the territory's name is {other:?}"),
        };
        assert!(matches!(shape, shapefile::Shape::Polygon(_)));
        found.insert(name, (number("units"), number("accounts")));
    }
    assert_eq!(found, expected);
    for ending in ["shx", "prj", "cpg"] {
        assert!(folder.path("territories.shp").with_extension(ending).is_file(), "{ending}");
    }
}

/// Read back as units, the exported territories cover what the ZIP areas cover, and no two lie upon each other.
#[test]
fn exported_territories_have_no_gaps_and_no_overlaps() {
    let folder = with_sample();
    folder.ok("build plan.bwk --territories 9 --measure POP:10% --effort quick");
    let area = |project: &str| -> f64 {
        let (metrics, _) = folder.json(&format!("metrics {project}"));
        let territories = metrics["territories"].as_array().expect("a list").iter();
        territories.map(|territory| territory["area_km2"].as_f64().expect("a number")).sum()
    };
    for file in ["back.shp", "back.geojson"] {
        folder.ok(&format!("export plan.bwk {file} --what territories"));
        folder.ok("new back.bwk --replace");
        let (result, _) = folder.json(&format!("import units back.bwk {file} --code territory --measure POP"));
        assert_eq!((result["units"].as_u64(), result["territories"].as_u64()), (Some(9), Some(0)));
        for damage in ["lies upon", "overlap", "crosses itself", "left out"] {
            assert!(messages(&result, damage).is_empty(), "{file}: {:#}", result["messages"]);
        }
        // Each former territory is a territory of its own again, so that its area is measured.
        let names: Vec<String> = folder.json("metrics plan.bwk").0["territories"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|territory| territory["name"].as_str().expect("a name").to_owned())
            .collect();
        let rows: String = names.iter().map(|name| format!("{name},{name}\n")).collect();
        folder.write("same.csv", format!("Unit,Territory\n{rows}"));
        folder.ok("import alignment back.bwk same.csv --unit Unit --territory Territory");
        let (before, after) = (area("plan.bwk"), area("back.bwk"));
        assert!((before - after).abs() < 1e-6 * before, "{file}: {before} km² became {after} km²");
        let (first, _) = folder.json("metrics plan.bwk");
        let (second, _) = folder.json("metrics back.bwk");
        let population = |metrics: &serde_json::Value| metrics["measures"][0]["total"].as_f64().expect("a number");
        assert!((population(&first) - population(&second)).abs() < 0.5, "{file}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_with_any_number_of_threads() {
    let folder = with_sample();
    let project = folder.read("plan.bwk");
    let mut exports = Vec::new();
    for threads in [1, 2] {
        folder.write("again.bwk", &project);
        folder.run(&format!(
            "build again.bwk --territories 15 --measure Potential:8 --effort quick --seed 7 --threads {threads}"
        ));
        for (file, what) in
            [("t.shp", "territories"), ("t.geojson", "territories"), ("u.csv", "units"), ("m.csv", "metrics")]
        {
            folder.ok(&format!("export again.bwk {file} --what {what}"));
        }
        exports.push(["t.shp", "t.shx", "t.dbf", "t.geojson", "u.csv", "m.csv"].map(|file| folder.read(file)));
    }
    assert!(exports[0] == exports[1]);
    folder.write("again.bwk", &project);
    folder.run("build again.bwk --territories 15 --measure Potential:8 --effort quick --seed 8");
    folder.ok("export again.bwk u.csv --what units");
    assert!(exports[0][4] != folder.read("u.csv"), "another seed gives another plan");
}

#[test]
fn todays_territories_show_why_somebody_needs_the_program_and_a_build_helps() {
    let folder = with_sample();
    folder.ok(&format!("import reps plan.bwk {}", sample("reps.csv")));
    folder.ok(&format!("import alignment plan.bwk {}", sample("todays_territories.csv")));
    let balance = || {
        let (metrics, _) = folder.json("metrics plan.bwk");
        let measures = metrics["measures"].as_array().expect("a list");
        let revenue = measures.iter().find(|measure| measure["measure"] == "Annual Revenue").expect("it is there");
        revenue["balance"].as_f64().expect("a number")
    };
    let today = balance();
    assert!(today > 0.3, "{today}");
    let (before, code) = folder.json("validate plan.bwk");
    assert_eq!((code, before["goals"][0]["measure"].as_str()), (1, Some("Annual Revenue")));
    let (built, _) = folder.json("build plan.bwk --per-rep --measure Annual~Revenue:15% --effort quick");
    assert!(balance() <= 0.15 + 1e-9, "{:#}", built["violations"]);
    let reps = built["territories"].as_array().expect("a list").iter().filter(|territory| territory["rep"].is_string());
    assert_eq!(reps.count(), 12);
    folder.ok("undo plan.bwk");
    assert_eq!(balance(), today);
    // The goals are no part of the step: what was named is what the project goes on to balance.
    assert_eq!(folder.json("validate plan.bwk").0["goals"][0]["tolerance"], 0.15);
    let (after, _) = folder.json("validate plan.bwk --measure Annual~Revenue:10%");
    assert_eq!(after["violations"], before["violations"]);
}

#[test]
fn what_cannot_be_built_says_why_and_changes_nothing() {
    let folder = Folder::with_grid();
    let before = folder.ok("info plan.bwk");
    let impossible = folder.run("build plan.bwk --territories 37 --measure POP");
    assert_eq!(impossible.code, 1, "{}", impossible.stderr);
    assert!(impossible.stderr.contains("37 territories"), "{}", impossible.stderr);
    folder.refused("build plan.bwk --per-rep", &["rep"]);
    folder.refused("build plan.bwk --current", &["no territories"]);
    folder.refused("build plan.bwk", &["--territories"]);
    folder.refused("build plan.bwk --territories 0", &["0"]);
    folder.refused("build plan.bwk --territories 3 --per-rep", &["cannot be used with"]);
    folder.refused("build plan.bwk --territories 3 --measure POP --measure POP:5", &["twice"]);
    assert_eq!(folder.ok("info plan.bwk"), before);
    folder.ok("new empty.bwk");
    folder.refused("build empty.bwk --territories 3", &["no units"]);
}

/// 36 equal squares cannot be shared out evenly among 5: the best plan is kept, and each broken rule is told.
#[test]
fn what_may_move_is_read_as_a_share() {
    let folder = Folder::with_grid();
    folder.refused(
        "build plan.bwk --territories 3 --max-moved abc",
        &["\"abc\" is not a share that may move", "0% for nothing"],
    );
    folder.refused("build plan.bwk --territories 3 --max-moved 150%", &["\"150%\"", "0 % to 100 %"]);
    folder.ok("build plan.bwk --territories 3 --measure POP:50%");
    let (result, code) = folder.json("build plan.bwk --current --measure POP:50% --max-moved 0.0%");
    assert_eq!((code, result["written"].as_bool()), (0, Some(false)), "{result:#}");
    // Travel as the engine counts it, which the bound is of, and as the figures of any plan count it.
    assert!(result["proposal_travel_km"].is_number() && result["mean_travel_km"].is_number());
}

#[test]
fn undo_is_named_only_where_there_is_a_step_to_take_back() {
    let folder = Folder::with_grid();
    // 36 areas cannot be shared out evenly among 5.
    let first = folder.run("build plan.bwk --territories 5 --measure POP:0.1%");
    assert_eq!(first.code, 1, "{}{}", first.stdout, first.stderr);
    assert!(first.stdout.contains("(bailiwick undo takes the step back)"), "{}", first.stdout);
    // Sooner or later there is nothing to better any more.
    let again = (0..5).map(|_| folder.run("build plan.bwk --current --measure POP:0.1%"));
    let settled = again.into_iter().find(|ran| ran.stdout.contains("nothing was changed")).expect("it settles");
    assert_eq!(settled.code, 1);
    assert!(
        settled.stdout.contains("Rules that do not hold:") && !settled.stdout.contains("undo"),
        "{}",
        settled.stdout
    );
}

#[test]
fn a_rule_that_cannot_hold_ends_with_1_and_can_be_taken_back() {
    let folder = Folder::with_grid();
    let (built, code) = folder.json("build plan.bwk --territories 5 --measure POP:1%");
    assert_eq!((code, built["valid"].as_bool(), built["written"].as_bool()), (1, Some(false), Some(true)));
    let broken = built["violations"].as_array().expect("a list");
    assert!(broken.iter().all(|rule| matches!(rule["rule"].as_str(), Some("too-much" | "too-little"))), "{broken:?}");
    assert_eq!(folder.json("validate plan.bwk").0["violations"], built["violations"]);
    folder.ok("undo plan.bwk");
    assert_eq!(folder.json("info plan.bwk").0["territories"], 0);
}
