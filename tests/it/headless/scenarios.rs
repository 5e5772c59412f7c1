//! `scenario` and `compare`, by the real program: figures are recounted from the file with plain SQL.

use serde_json::Value;

use super::Folder;

/// Two territories of 18 units each, five accounts.
fn folder() -> Folder {
    let folder = Folder::with_grid();
    folder.align("Territory", |unit| if unit < 18 { "South" } else { "North" }.to_owned());
    folder.write(
        "accounts.csv",
        "Account ID,Name,Longitude,Latitude,Revenue\n\
         007,Ale,-82.95,40.05,100\n008,Bock,-82.85,40.05,200\n009,Cask,-82.95,40.35,400\n010,Dram,-82.85,40.55,800\n",
    );
    folder.ok("import accounts plan.bwk accounts.csv");
    folder
}

/// Gives the three most southern units of the northern half to South, in the open scenario.
fn shift(folder: &Folder) {
    folder.write("change.csv", "ZIP,Territory\n43018,South\n43019,South\n43020,South\n");
    folder.ok("import alignment plan.bwk change.csv");
}

fn names(printed: &Value) -> Vec<(&str, u64, bool)> {
    let scenarios = printed["scenarios"].as_array().expect("a list");
    let of = |plan: &Value| plan["open"].as_bool() == Some(true);
    scenarios
        .iter()
        .map(|plan| (plan["name"].as_str().expect("a name"), plan["depth"].as_u64().expect("a number"), of(plan)))
        .collect()
}

#[test]
fn a_copy_is_changed_without_its_original() {
    let folder = folder();
    let before = folder.json("metrics plan.bwk").0;
    folder.ok("scenario new plan.bwk What~if --description Three~units~go~south");
    shift(&folder);
    let (listed, code) = folder.json("scenario list plan.bwk");
    assert_eq!(code, 0);
    let baseline = listed["reference"].as_str().expect("a name").to_owned();
    assert_eq!(names(&listed), [(baseline.as_str(), 0, false), ("What if", 1, true)]);
    assert_eq!(listed["scenarios"][1]["description"], "Three units go south");
    let changed = folder.json("metrics plan.bwk").0;
    assert_ne!(before["territories"], changed["territories"]);
    folder.ok(&format!("scenario open plan.bwk {}", baseline.replace(' ', "~")));
    let again = folder.json("metrics plan.bwk").0;
    assert_eq!(before["territories"], again["territories"]);
    // Each has a history of its own.
    assert!(!folder.run("undo plan.bwk").stdout.contains("3"));
}

#[test]
fn the_comparison_equals_a_count_by_hand() {
    let folder = folder();
    folder.ok("scenario new plan.bwk What~if");
    shift(&folder);
    let (found, code) = folder.json("compare plan.bwk");
    assert_eq!(code, 0);
    assert_eq!(found["after"], "What if");
    assert_eq!(found["disruption"]["units_moved"], 3);
    assert_eq!(found["disruption"]["unit_share"], 3.0 / 36.0);
    // Cask lies in 43018.
    assert_eq!(found["disruption"]["accounts_moved"], 1);
    let revenue = &found["disruption"]["measures"][1];
    assert_eq!(
        (&revenue["measure"], &revenue["moved"], &revenue["of"]),
        (&"Revenue".into(), &400.0.into(), &1500.0.into())
    );
    let rows = found["territories"].as_array().expect("a list");
    let row = |name: &str| rows.iter().find(|row| row["territory"][0] == name).expect("it is there");
    assert_eq!(row("South")["units"], serde_json::json!([18, 21]));
    assert_eq!(row("North")["loads"][1]["load"], serde_json::json!([1200.0, 800.0]));
    assert_eq!(row("North")["loads"][1]["lost"], 400.0);
    // The same against itself, and the other way round.
    assert_eq!(folder.json("compare plan.bwk What~if --against What~if").0["territories"], serde_json::json!([]));
    let text = folder.ok("compare plan.bwk");
    assert!(text.contains("Units that move") && text.contains("+3"), "{text}");
}

#[test]
fn the_file_tells_the_same_in_sql() {
    let folder = folder();
    folder.ok("scenario new plan.bwk What~if");
    shift(&folder);
    let connection = rusqlite::Connection::open(folder.path("plan.bwk")).expect("it is a database");
    let moved: i64 = connection
        .query_row(
            "SELECT count(*) FROM assignment AS before JOIN assignment AS after ON after.unit = before.unit
             JOIN territory AS was ON was.plan = before.plan AND was.id = before.territory
             LEFT JOIN territory AS now ON now.plan = after.plan AND now.id = after.territory
             WHERE before.plan = 1 AND after.plan = 2 AND was.name IS NOT now.name",
            [],
            |row| row.get(0),
        )
        .expect("the query is sound");
    assert_eq!(moved, 3);
    let plans: Vec<(String, Option<String>, i64)> = connection
        .prepare("SELECT name, parent_name, is_open FROM v_plan ORDER BY plan")
        .and_then(|mut query| {
            query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()
        })
        .expect("the view is sound");
    assert_eq!(plans[1], ("What if".to_owned(), Some(plans[0].0.clone()), 1));
}

#[test]
fn the_log_says_who_changed_what_in_which_scenario() {
    let folder = folder();
    folder.ok("scenario new plan.bwk What~if");
    shift(&folder);
    folder.ok("undo plan.bwk");
    let (log, code) = folder.json("log plan.bwk --out log.csv");
    assert_eq!(code, 0);
    let lines = log["lines"].as_array().expect("a list");
    let of_kind = |kind: &str| lines.iter().rfind(|line| line["kind"] == kind).expect("there is one");
    let edit = of_kind("edit");
    assert_eq!((edit["scenario"].as_str(), edit["in_force"].as_bool()), (Some("What if"), Some(false)));
    assert_eq!(of_kind("undo")["of"], edit["id"]);
    assert!(of_kind("plan")["label"].as_str().is_some_and(|label| label.contains("What if")));
    let file = String::from_utf8(folder.read("log.csv")).expect("it is UTF-8");
    assert_eq!(file.lines().count(), lines.len() + 1);
    assert!(
        folder.json("log plan.bwk --scenario What~if --last 1").0["lines"]
            .as_array()
            .is_some_and(|lines| lines.len() == 1)
    );
}

#[test]
fn an_approved_scenario_is_not_changed() {
    let folder = folder();
    folder.ok("scenario new plan.bwk Final");
    folder.ok("scenario status plan.bwk Final approved");
    folder.write("change.csv", "ZIP,Territory\n43018,South\n");
    folder.refused("import alignment plan.bwk change.csv", &["Final is approved", "scenario new"]);
    folder.refused("build plan.bwk --territories 3", &["approved"]);
    folder.refused("scenario delete plan.bwk Final", &["it is open"]);
    folder.ok("scenario status plan.bwk Final draft");
    folder.ok("import alignment plan.bwk change.csv");
}

#[test]
fn what_cannot_be_is_refused_and_says_why() {
    let folder = folder();
    folder.ok("scenario new plan.bwk A --keep-open");
    folder.refused("scenario new plan.bwk a", &["there is a scenario \"A\" already"]);
    folder.refused("scenario open plan.bwk B", &["There is no scenario \"B\"", "A"]);
    folder.refused("compare plan.bwk B", &["There is no scenario \"B\""]);
    folder.refused("scenario comment plan.bwk A Good --territory East", &["There is no territory \"East\""]);
    folder.ok("scenario comment plan.bwk A Ask~Ann~first --territory South");
    let (listed, _) = folder.json("scenario list plan.bwk");
    assert_eq!(listed["scenarios"][1]["comments"][0]["text"], "Ask Ann first");
    folder.ok("scenario delete plan.bwk A");
    assert_eq!(folder.json("scenario list plan.bwk").0["scenarios"].as_array().map(Vec::len), Some(1));
}
