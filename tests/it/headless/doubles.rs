//! `duplicates`: listed with reasons, merged as one step, remembered as no doubles.

use super::Folder;

const ACCOUNTS: &str = "\
Account ID,Account Name,Latitude,Longitude,Phone,Segment,Revenue,Employees
A1,Crown Market,40.05,-82.95,614 555 0101,shop,100,4
A2,\"The Crown Market, Inc.\",40.0501,-82.95,(614) 555-0101,,20,9
B1,Bell Tavern,40.05,-82.45,614 555 0202,pub,50,2
B2,BELL TAVERN,40.0501,-82.4501,,pub,5,
C1,Duke Hotel,40.25,-82.65,614 555 0303,hotel,30,1
";

fn project() -> Folder {
    let folder = Folder::with_grid();
    let side = |index: usize| if index % 6 < 3 { "West" } else { "East" };
    let rows: String = (0..36).map(|index| format!("{},{}\n", 43000 + index, side(index))).collect();
    folder.write("halves.csv", format!("ZIP,Territory\n{rows}"));
    folder.ok("import alignment plan.bwk halves.csv");
    folder.write("accounts.csv", ACCOUNTS);
    folder.ok("import accounts plan.bwk accounts.csv --measure Revenue --measure Employees");
    folder.write("named.csv", "Account,Territory\nB2,West\n");
    folder.ok("import alignment plan.bwk named.csv --account Account");
    folder
}

fn accounts(folder: &Folder) -> String {
    folder.ok("export plan.bwk all.csv --what accounts");
    String::from_utf8(folder.read("all.csv")).expect("text")
}

#[test]
fn groups_are_listed_with_scores_and_reasons_and_nothing_changes() {
    let folder = project();
    let before = folder.read("plan.bwk");
    let (told, code) = folder.json("duplicates plan.bwk --out doubles.csv");
    assert_eq!(code, 0);
    let groups = told["groups"].as_array().expect("a list");
    assert_eq!(groups.len(), 2, "{groups:?}");
    let group = groups.iter().find(|group| group["accounts"][0]["account"] == "A1").expect("the markets");
    assert!(group["score"].as_f64().is_some_and(|score| score > 0.8));
    assert_eq!(group["pairs"][0]["same_phone"], true);
    assert!(group["pairs"][0]["why"].as_str().is_some_and(|why| why.contains("same phone")));
    let taverns = groups.iter().find(|group| group["accounts"][0]["account"] == "B1").expect("the taverns");
    assert_eq!(taverns["keep"], "B2", "the one with an owner of its own");
    assert_eq!(folder.read("plan.bwk"), before);
    let list = String::from_utf8(folder.read("doubles.csv")).expect("text");
    assert_eq!(list.lines().count(), 5, "{list}");
    assert!(folder.ok("duplicates plan.bwk").contains("4 of 5 accounts are probably doubles, in 2 groups"));
}

#[test]
fn a_merge_is_one_step_with_a_rule_per_column() {
    let folder = project();
    let before = accounts(&folder);
    let (done, _) = folder.json("duplicates plan.bwk --merge A1,A2 --keep A1 --measure Employees:largest");
    assert_eq!((done["kept"].as_u64(), done["merged"].as_u64()), (Some(1), Some(1)));
    assert_eq!(done["step"], "Merged 1 account into Crown Market");
    let after = accounts(&folder);
    let line = after.lines().find(|line| line.starts_with("A1")).expect("it stays");
    assert!(line.contains("120") && line.contains(",9"), "{line}");
    assert!(!after.contains("A2"));
    folder.ok("undo plan.bwk");
    assert_eq!(accounts(&folder), before);
}

#[test]
fn all_groups_are_merged_and_owners_go_over() {
    let folder = project();
    let (done, _) = folder.json("duplicates plan.bwk --merge-all --keep B1");
    assert_eq!((done["kept"].as_u64(), done["merged"].as_u64()), (Some(2), Some(2)));
    assert_eq!(done["notes"][0], "B1 takes over the owner of B2: West");
    let (info, _) = folder.json("info plan.bwk");
    assert_eq!((info["accounts"].as_u64(), info["named_accounts"].as_u64()), (Some(3), Some(1)));
    assert_eq!(folder.json("duplicates plan.bwk").0["groups"].as_array().map(Vec::len), Some(0));
    folder.ok("undo plan.bwk");
    assert_eq!(folder.json("info plan.bwk").0["accounts"], 5);
}

#[test]
fn what_was_said_to_be_no_double_is_remembered() {
    let folder = project();
    let (told, _) = folder.json("duplicates plan.bwk --dismiss A2,A1");
    assert_eq!((told["dismissed"].as_u64(), told["groups"].as_array().map(Vec::len)), (Some(1), Some(1)));
    assert_eq!(folder.json("duplicates plan.bwk").0["groups"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_cannot_be_merged_is_refused() {
    let folder = project();
    folder.refused("duplicates plan.bwk --merge 9", &["no group \"9\"", "2 groups"]);
    folder.refused("duplicates plan.bwk --merge A1,X9", &["no account \"X9\""]);
    folder.refused("duplicates plan.bwk --merge A1,", &["no account \"\""]);
    folder.refused("duplicates plan.bwk --merge 1 --keep C1", &["C1", "none of the groups"]);
    folder.refused("duplicates plan.bwk --merge 1 --measure Colour:sum", &["no measure \"Colour\""]);
    folder.refused("duplicates plan.bwk --least 2", &["from 0 to 1"]);
}
