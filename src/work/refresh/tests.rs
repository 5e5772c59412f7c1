//! Refreshing by code: what is told, what is taken, what stays, and that it can be taken back.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::fixture;
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::random::Random;
use crate::work::ChangeKind;
use crate::work::import::import_accounts;

const OLD: &str = "\
Account ID,Account Name,Latitude,Longitude,Segment,Revenue
001,Anchor,39.95,-89.95,pub,100
002,Bell,39.95,-89.85,shop,50.5
003,Crown,39.95,-89.75,pub,
004,Duke,39.95,-89.65,hotel,7
005,Eagle,39.95,-89.65,pub,1
";

/// Four units in a row of territories A, A, B, B, and five accounts; 002 is a named account of B, 004 is locked.
fn project() -> Project {
    let mut project = with_file(&fixture::project("AABB"), OLD).0;
    let mut edit =
        Edit::lock_accounts(&project.plan, [AccountId(3)], |account| project.accounts.units[account.index()], true);
    let named = crate::domain::edit::Change::Override { account: AccountId(1), old: None, new: Some(TerritoryId(2)) };
    edit.changes.push(named);
    apply(std::sync::Arc::make_mut(&mut project.plan), &edit, Locks::Obey).expect("it can be made");
    project
}

fn with_file(project: &Project, text: &str) -> (Project, Edit) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("accounts.csv");
    std::fs::write(&path, text).expect("written");
    let change = import_accounts(project, &path, &AccountColumns::default(), &Progress::new()).expect("read").value;
    match change.kind {
        ChangeKind::ReplacedAccounts(edit) => (change.project, edit),
        _ => (change.project, Edit::default()),
    }
}

fn compared(project: &Project, text: &str) -> Comparison {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.csv");
    std::fs::write(&path, text).expect("written");
    compare_file(project, &path, &AccountColumns::default(), &Progress::new()).expect("compared").value
}

/// Everything that a project says, missing values included.
fn picture(project: &Project) -> String {
    format!("{:?}", (&project.accounts, &project.measures, &project.goals, &project.plan))
}

/// The step is made of the project that it was worked out for, gives the project that was promised, and can be taken back.
fn check(before: &Project, after: &Project, edit: &Edit) {
    let step = |project: &Project, back: bool| {
        let mut next = edit.data_after(project, back).expect("accounts change").expect("it fits");
        next.plan = project.plan.clone();
        let wanted = if back { edit.inverse() } else { edit.clone() };
        let locks = if back { Locks::Pass } else { Locks::Obey };
        apply(std::sync::Arc::make_mut(&mut next.plan), &wanted, locks).expect("the plan follows");
        next
    };
    let made = step(before, false);
    assert_eq!(picture(&made), picture(after));
    assert_eq!(picture(&step(&made, true)), picture(before));
    let recount = |project: &Project| Totals::count(LoadTable::new(project).into(), &project.plan);
    assert!(recount(&made) == recount(after));
}

const NEW: &str = "\
Account ID,Account Name,Latitude,Longitude,Segment,Revenue,Potential
006,Fox,39.95,-89.95,shop,30,9
003,Crown & Anchor,39.95,-89.75,pub,12,8
002,Bell,39.95,-89.75,,50.5,7
001,Anchor,39.95,-89.95,pub,110,6
";

#[test]
fn a_comparison_tells_what_is_new_changed_and_gone_and_changes_nothing() {
    let project = project();
    let comparison = compared(&project, NEW);
    assert_eq!(comparison.words(), "1 new, 3 changed, 2 no longer in the file, 0 unchanged");
    let changed: BTreeMap<&str, usize> =
        comparison.columns.iter().map(|c| (c.name.as_str(), c.changed.len())).collect();
    let expected = [("Name", 1), ("Place", 1), ("Revenue", 2), ("Potential", 0), ("Segment", 1)];
    assert_eq!(changed, expected.into());
    let revenue = comparison.columns.iter().find(|column| column.name == "Revenue").expect("compared");
    assert_eq!(revenue.sums, Some([158.5, 202.5]));
    assert!(comparison.columns.iter().any(|column| column.name == "Potential" && column.is_new()));
    let gone: Vec<(u32, bool, bool, f64)> =
        comparison.vanished.iter().map(|gone| (gone.account.0, gone.named, gone.locked, gone.value)).collect();
    assert_eq!(gone, [(3, true, true, 7.0), (4, false, false, 1.0)]);
    let rows: Vec<String> = differences(&comparison, &project).map(|row| row.join("|")).collect();
    assert_eq!(rows.len(), 8);
    assert!(rows.contains(&"changed|001|Anchor|Revenue|100|110|A||".to_owned()), "{rows:?}");
    assert!(rows.contains(&"changed|002|Bell|Segment|shop||B|yes|".to_owned()), "{rows:?}");
    assert!(rows.contains(&"not in the file|004|Duke||7||B|yes|yes".to_owned()), "{rows:?}");
    assert_eq!(rows.last().map(String::as_str), Some("new|006|Fox||||A||"));
}

#[test]
fn a_refresh_takes_what_was_chosen_and_overrides_and_locks_stay_with_their_accounts() {
    let project = project();
    let comparison = compared(&project, NEW);
    let order = RefreshOrder { vanished: OnVanished::KeepNamed, ..RefreshOrder::default() };
    let done = comparison.refresh(&project, &order).expect("it can be made");
    check(&project, &done.project, &done.edit);
    assert_eq!((done.added, done.changed, done.removed), (1, 3, 1));
    let accounts = &done.project.accounts;
    assert_eq!(accounts.codes, ["001", "002", "003", "004", "006"]);
    assert_eq!(accounts.names[2], "Crown & Anchor");
    let potential = done.project.find_measure("Potential").expect("a new measure");
    let values = &done.project.measures[potential.index()].values;
    assert!(values[3].is_nan() && values[4] == 9.0 && values[0] == 6.0);
    assert_eq!(accounts.units[1].map(|unit| unit.0), Some(2));
    assert_eq!(done.edit.label, "Refreshed accounts from new.csv: 1 new, 3 changed, 1 removed");

    let all = RefreshOrder { vanished: OnVanished::Remove, ..RefreshOrder::default() };
    let done = comparison.refresh(&project, &all).expect("a locked account that is gone does not hold it up");
    check(&project, &done.project, &done.edit);
    let plan = &done.project.plan;
    assert_eq!(plan.overrides().iter().collect::<Vec<_>>(), [(&AccountId(1), &TerritoryId(2))]);
    assert!(plan.locked_accounts().is_empty());
}

#[test]
fn columns_can_be_chosen_and_empty_cells_left_alone() {
    let project = project();
    let comparison = compared(&project, NEW);
    let order = RefreshOrder {
        take_new: false,
        columns: Some(vec!["segment".into(), "Revenue".into()]),
        keep_where_empty: true,
        ..RefreshOrder::default()
    };
    let done = comparison.refresh(&project, &order).expect("it can be made");
    check(&project, &done.project, &done.edit);
    let accounts = &done.project.accounts;
    assert_eq!((accounts.len(), accounts.attributes[0].get(1), accounts.names[2].as_str()), (5, "shop", "Crown"));
    assert_eq!(done.project.measures.len(), project.measures.len());
    let wrong = RefreshOrder { columns: Some(vec!["Colour".into()]), ..RefreshOrder::default() };
    let error = comparison.refresh(&project, &wrong).expect_err("there is no such column");
    assert!(error.to_string().contains("there is no column \"Colour\""), "{error}");
    let same = compared(&project, OLD).refresh(&project, &RefreshOrder::default()).expect("nothing to do");
    assert!(same.edit.is_empty());
}

#[test]
fn columns_that_the_file_does_not_have_stay_or_go_with_their_targets() {
    let mut project = project();
    let revenue = project.find_measure("Revenue").expect("there");
    let edit = Edit::alter(&project.plan, TerritoryId(1), "", |territory| {
        territory.targets.insert(revenue, 5.0);
    });
    apply(std::sync::Arc::make_mut(&mut project.plan), &edit, Locks::Obey).expect("it can be made");
    let text = "Account ID,Account Name,Potential\n001,Anchor,3\n";
    let comparison = compared(&project, text);
    let kept = comparison.refresh(&project, &RefreshOrder::default()).expect("it can be made");
    check(&project, &kept.project, &kept.edit);
    assert_eq!(kept.project.measures.len(), project.measures.len() + 1);
    let order = RefreshOrder { remove_columns: true, ..RefreshOrder::default() };
    let removed = comparison.refresh(&project, &order).expect("it can be made");
    check(&project, &removed.project, &removed.edit);
    assert!(removed.project.find_measure("Revenue").is_none());
    assert!(removed.project.plan.territory(TerritoryId(1)).is_some_and(|territory| territory.targets.is_empty()));
    // Without coordinates in the file, accounts stay where they are.
    assert_eq!(removed.project.accounts.units, project.accounts.units);
}

#[test]
fn a_file_of_other_codes_is_refused() {
    let project = project();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.csv");
    std::fs::write(&path, "Account ID,Revenue\nX1,3\n").expect("written");
    let error = compare_file(&project, &path, &AccountColumns::default(), &Progress::new()).expect_err("other codes");
    assert!(error.to_string().contains("none of its 1 account is in the project"), "{error}");
}

#[test]
fn an_import_over_accounts_is_one_step() {
    let project = project();
    let (after, edit) = with_file(&project, NEW);
    check(&project, &after, &edit);
    assert_eq!(after.accounts.codes, ["001", "002", "003", "006"]);
    assert_eq!(after.plan.overrides().get(&AccountId(1)), Some(&TerritoryId(2)));
    assert!(with_file(&project, OLD).1.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_file_can_be_taken_and_taken_back(seed: u64) {
        let mut random = Random::new(seed);
        let project = project();
        let mut codes: Vec<usize> = (1..9).filter(|_| random.below(3) > 0).collect();
        if !codes.iter().any(|&code| code < 6) {
            codes.push(1);
        }
        let swapped = random.below(codes.len());
        codes.swap(0, swapped);
        let with = |random: &mut Random| random.below(2) == 0;
        let (segment, revenue, place) = (with(&mut random), with(&mut random), with(&mut random));
        let mut text = "Account ID".to_owned();
        [(segment, ",Segment"), (revenue, ",Revenue,Visits"), (place, ",Latitude,Longitude")]
            .iter().filter(|(is, _)| *is).for_each(|(_, name)| text.push_str(name));
        text.push('\n');
        for code in codes {
            text.push_str(&format!("{code:03}"));
            if segment { text.push_str([",", ",pub", ",new"][random.below(3)]); }
            if revenue { text.push_str(&format!(",{},{}", ["", "100", "0.1"][random.below(3)], random.below(4))); }
            if place { text.push_str(&format!(",39.95,{:.2}", -89.95 + 0.1 * random.below(5) as f64)); }
            text.push('\n');
        }
        let comparison = compared(&project, &text);
        let order = RefreshOrder {
            take_new: with(&mut random),
            columns: None,
            keep_where_empty: with(&mut random),
            vanished: [OnVanished::Keep, OnVanished::KeepNamed, OnVanished::Remove][random.below(3)],
            remove_columns: with(&mut random),
        };
        let done = comparison.refresh(&project, &order).expect("it can be made");
        if !done.edit.is_empty() {
            check(&project, &done.project, &done.edit);
            let again = compared(&done.project, &text).refresh(&done.project, &order).expect("again");
            prop_assert!(again.edit.is_empty(), "a second refresh finds nothing to do: {:?}", again.edit.label);
        }
    }
}
