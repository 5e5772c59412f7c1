//! What an alignment does not say clearly is listed, and becomes what was chosen.

use super::{Folder, messages};

/// East has 43000 and 43001, North has 43002.
fn assigned() -> Folder {
    let folder = Folder::with_grid();
    folder.write("today.csv", "ZIP,Territory\n43000,East\n43001,East\n43002,North\n");
    folder.ok("import alignment plan.bwk today.csv");
    folder.write(
        "new.csv",
        "ZIP,Territory,Revenue\n43000,West,10\n43000,East,90\n43000,West,20\n43001,South,5\n77777,East,5\n",
    );
    folder
}

fn owners(folder: &Folder) -> Vec<String> {
    folder.ok("export plan.bwk units.csv --what units");
    let text = String::from_utf8(folder.read("units.csv")).expect("text");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let at = header.iter().position(|name| *name == "territory").expect("the column is there");
    lines.take(3).map(|line| line.split(',').nth(at).unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_is_unclear_is_in_the_answer() {
    let folder = assigned();
    let (done, code) = folder.json("import alignment plan.bwk new.csv");
    assert_eq!(code, 0);
    let unclear = &done["unclear"];
    let conflict = serde_json::json!({"code": "43000", "of": "unit", "territories": [
        {"territory": "West", "rows": 2}, {"territory": "East", "rows": 1}]});
    assert_eq!(unclear["conflicts"], serde_json::json!([conflict]));
    assert_eq!(unclear["unknown"], serde_json::json!([{"code": "77777", "row": 6}]));
    assert_eq!(unclear["new_territories"].as_array().map(Vec::len), Some(2));
    assert_eq!(unclear["unnamed_units"], serde_json::json!(["43002"]));
    assert_eq!(done["choices"]["on_conflict"], "leave");
    assert_eq!(messages(&done, "given to \"East\" here and to \"West\" in row 2").len(), 1);
    assert_eq!(owners(&folder), ["East", "South", "North"]);
    let text = assigned().ok("import alignment plan.bwk new.csv");
    assert!(text.contains("1 code given to several territories (--on-conflict leave)"), "{text}");
    assert!(text.contains("2 territories that the plan did not have (--on-new-territory make)"), "{text}");
}

#[test]
fn every_option_does_what_it_says() {
    let after = |options: &str| {
        let folder = assigned();
        folder.ok(&format!("import alignment plan.bwk new.csv {options}"));
        owners(&folder).join(" ")
    };
    assert_eq!(after("--on-conflict first"), "West South North");
    assert_eq!(after("--on-conflict last"), "West South North");
    assert_eq!(after("--on-conflict most-rows"), "West South North");
    assert_eq!(after("--on-conflict most:Revenue"), "East South North");
    assert_eq!(after("--on-new-territory leave-out"), "East East North");
    assert_eq!(after("--unnamed-units unassign"), "East South ");
    let folder = assigned();
    folder.refused(
        "import alignment plan.bwk new.csv --on-unknown stop",
        &["1 code not in this project", "\"77777\" in row 6"],
    );
    assert_eq!(owners(&folder), ["East", "East", "North"]);
    folder.refused("import alignment plan.bwk new.csv --on-conflict newest", &["most-rows"]);
    folder.refused("import alignment plan.bwk new.csv --on-conflict most:Profit", &["Profit"]);
}

#[test]
fn a_crm_export_of_accounts_gives_units_to_the_majority_and_names_the_others() {
    let folder = Folder::with_grid();
    let places: String = (0..4).map(|n| format!("A{n},40.05,{:.2}\n", -82.95 + f64::from(n / 3) * 0.1)).collect();
    folder.write("accounts.csv", format!("Account ID,Latitude,Longitude\n{places}"));
    folder.ok("import accounts plan.bwk accounts.csv");
    let rows = "A0,43000,Ann\nA1,43000,Ann\nA2,43000,Bo\nA3,43001,Bo\n";
    folder.write("owners.csv", format!("Account ID,Billing Zip/Postal Code,Account Owner\n{rows}"));
    let (done, _) = folder.json("import alignment plan.bwk owners.csv");
    assert_eq!(done["unclear"]["units_by_majority"], 1, "{done}");
    assert_eq!(owners(&folder)[..2], ["Ann", "Bo"]);
    assert_eq!(folder.json("info plan.bwk").0["named_accounts"], 1);
    // The same of accounts alone, by where they lie.
    folder.ok("undo plan.bwk");
    folder.write("owners.csv", "Account ID,Account Owner\nA0,Ann\nA1,Ann\nA2,Bo\nA3,Bo\n");
    folder.ok("import alignment plan.bwk owners.csv --units-by-accounts");
    assert_eq!(owners(&folder)[..2], ["Ann", "Bo"]);
    assert_eq!(folder.json("info plan.bwk").0["named_accounts"], 1);
}
