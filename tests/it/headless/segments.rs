//! `segment`: named sets of accounts, counted, exported, and named in formulas.

use super::Folder;
use super::columns::with_accounts;

fn count(folder: &Folder, rule: &str) -> u64 {
    let (result, code) = folder.json(&format!("segment plan.bwk count {rule}"));
    assert_eq!(code, 0, "{result}");
    result["segments"][0]["accounts"].as_u64().expect("a number")
}

#[test]
fn segments_are_counted_by_conditions_and_by_formulas() {
    let folder = with_accounts();
    assert_eq!(count(&folder, "--where Annual~Revenue~at-least~100"), 3);
    assert_eq!(count(&folder, "--where Annual~Revenue~at-least~100 --where Segment~one-of~pub,inn"), 2);
    assert_eq!(count(&folder, "--where Segment~is~bar --where Segment~is~inn --match any"), 2);
    assert_eq!(count(&folder, "--where Segment~is~bar --where Visits~is~5 --match none"), 2);
    assert_eq!(count(&folder, "--where Last~Visit~empty"), 1);
    assert_eq!(count(&folder, "--where Last~Visit~within-days~30 --as-of 2026-07-01"), 1);
    assert_eq!(count(&folder, "--formula [Annual~Revenue]>100~and~not~contains([Segment],\"inn\")"), 1);
    folder.refused("segment plan.bwk count --where Segments~is~bar", &["is no condition"]);
    folder.refused("segment plan.bwk count --formula [Annual~Revenue]+1", &["yes or no"]);
}

#[test]
fn a_segment_is_kept_listed_renamed_with_its_users_and_taken_back() {
    let folder = with_accounts();
    let (added, _) = folder.json("segment plan.bwk add --name Key --where Annual~Revenue~at-least~100");
    assert_eq!(added["segment"]["accounts"], 3);
    let sums = added["segment"]["sums"].as_array().expect("a list");
    assert_eq!(sums[0], serde_json::json!({ "measure": "Annual Revenue", "value": 950.0 }));
    folder.refused("segment plan.bwk add --name key --where Visits~is~5", &["\"Key\" already"]);
    let (listed, _) = folder.json("segment plan.bwk list");
    assert_eq!(listed["segments"][0]["conditions"], serde_json::json!([3]));
    folder.ok("undo plan.bwk");
    assert_eq!(folder.json("segment plan.bwk list").0["segments"], serde_json::json!([]));
    folder.ok("redo plan.bwk");
    assert_eq!(folder.json("segment plan.bwk list").0["segments"][0]["name"], "Key");
}

#[test]
fn exports_take_the_accounts_of_a_segment_or_a_column_for_each() {
    let folder = with_accounts();
    folder.ok("segment plan.bwk add --name Key --where Annual~Revenue~at-least~100");
    folder.ok("segment plan.bwk add --name Pubs --where Segment~is~pub");
    folder.ok("export plan.bwk key.csv --what accounts --columns code --segment key");
    let text = |name: &str| String::from_utf8(folder.read(name)).expect("a text").replace('\r', "");
    assert_eq!(text("key.csv"), "code\nC1\nC2\nC4\n");
    folder.ok("export plan.bwk all.csv --what accounts --columns code,Key,Pubs --segment-columns");
    assert_eq!(text("all.csv"), "code,Key,Pubs\nC1,yes,yes\nC2,yes,no\nC3,no,yes\nC4,yes,no\n");
    folder.refused("export plan.bwk x.csv --what accounts --segment Nobody", &["no segment \"Nobody\"", "Key"]);
}
