//! A newer file of accounts or units: told before it is applied, taken by choice, one step.

use bailiwick::action::{Action, Command};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::{AccountId, TerritoryId};
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::jobs::spec::{ImportOrder, ImportWhat};
use bailiwick::session::refreshing::RefreshAction;
use bailiwick::work::columns::AccountColumns;
use bailiwick::work::import::import_accounts;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

const ACCOUNTS: &str = "\
Account ID,Account Name,Latitude,Longitude,Segment,Revenue
001,Anchor,39.95,-89.95,pub,100
002,Bell,39.95,-89.85,shop,50
003,Crown,39.95,-89.55,pub,70
004,Duke,39.95,-89.45,hotel,30
005,Eagle,39.95,-89.45,pub,10
";

/// 001 and 003 have other revenue, 002 another segment, 005 is gone, 006 is new.
const NEWER: &str = "\
Account ID,Account Name,Latitude,Longitude,Segment,Revenue
001,Anchor,39.95,-89.95,pub,110
002,Bell,39.95,-89.85,club,50
003,Crown,39.95,-89.55,pub,80
004,Duke,39.95,-89.45,hotel,30
006,Fox,39.95,-89.95,shop,25
";

/// Two territories, five accounts.
fn project() -> Project {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("accounts.csv");
    std::fs::write(&path, ACCOUNTS).expect("written");
    let project = Project { goals: Vec::new(), ..fixture::project(HALVES) };
    let read = import_accounts(&project, &path, &AccountColumns::default(), &Progress::new());
    read.expect("it can be imported").value.project
}

/// The window with the newer file held against the accounts.
fn compared(text: &str) -> AppHarness {
    let mut app = AppHarness::of(project());
    app.write("newer.csv", text);
    app.run(Command::RefreshAccounts);
    let path = app.path("newer.csv").display().to_string();
    app.fill_in("Path of the file", &path);
    app.press_button("Look at the file");
    app.press_button("Compare");
    app
}

fn revenue(app: &AppHarness) -> Vec<f64> {
    let project = &app.session().project;
    let measure = project.find_measure("Revenue").expect("there is revenue");
    project.measure(measure).expect("there is revenue").values.clone()
}

fn choose(app: &mut AppHarness, words: &str) {
    app.window().get_by_role_and_label(Role::RadioButton, words).click();
    app.settle();
}

#[test]
fn what_changes_is_shown_before_anything_is_applied() {
    let app = compared(NEWER);
    assert!(app.shows("Refresh accounts from newer.csv"));
    for words in ["no longer in the file", "unchanged", "Take 1 new account", "1 account no longer in the file"] {
        assert!(app.shows(words), "{words}");
    }
    assert!(app.shows("changed, 001, Anchor, Revenue, 100, 110"), "the list says what changes");
    assert!(app.shows("Refresh 4 accounts"));
    assert_eq!((steps(&app), revenue(&app)), (0, vec![100.0, 50.0, 70.0, 30.0, 10.0]));
}

#[test]
fn the_list_of_differences_is_searched_by_words() {
    let mut app = compared(NEWER);
    app.fill_in("Find in the list", "CROWN");
    assert!(app.shows("changed, 003, Crown, Revenue, 70, 80") && app.shows("1 of 5"));
    assert!(!app.shows("changed, 001, Anchor"));
    app.press_button("Copy");
    app.press_button("Show all rows");
    assert!(app.shows("changed, 001, Anchor, Revenue, 100, 110"));
    app.fill_in("Find in the list", "nobody");
    assert!(app.shows("No row has these words"));
}

#[test]
fn a_refresh_is_one_step_that_can_be_taken_back_after_reopening() {
    let mut app = compared(NEWER);
    app.press_button("Refresh 4 accounts");
    assert!(app.was_told("Refreshed accounts from newer.csv: 1 new, 3 changed"), "{:?}", app.messages());
    assert_eq!((steps(&app), revenue(&app)), (1, vec![110.0, 50.0, 80.0, 30.0, 10.0, 25.0]));
    let mut app = app.reopen();
    assert_eq!(revenue(&app), [110.0, 50.0, 80.0, 30.0, 10.0, 25.0]);
    app.run(Command::Undo);
    assert_eq!(revenue(&app), [100.0, 50.0, 70.0, 30.0, 10.0]);
    app.run(Command::Redo);
    assert_eq!(revenue(&app).len(), 6);
}

#[test]
fn choices_show_their_effect_and_are_followed() {
    let mut app = compared(NEWER);
    app.tick("Take 1 new account");
    assert!(app.shows("Refresh 3 accounts"));
    app.tick("Segment");
    assert!(app.shows("Refresh 2 accounts"));
    choose(&mut app, "Remove");
    assert!(app.shows("Refresh 3 accounts"));
    app.press_button("Refresh 3 accounts");
    let accounts = &app.session().project.accounts;
    assert_eq!(accounts.codes, ["001", "002", "003", "004"]);
    assert_eq!(accounts.attribute("Segment").expect("there").get(1), "shop");
    assert_eq!(revenue(&app), [110.0, 50.0, 80.0, 30.0]);
}

#[test]
fn leaving_the_dialog_changes_nothing() {
    let mut app = compared(NEWER);
    app.press_button("Cancel");
    assert!(!app.shows("Refresh accounts from"));
    assert_eq!((steps(&app), revenue(&app).len()), (0, 5));
    // The same file again says that nothing would change.
    let app = compared(ACCOUNTS);
    assert!(app.shows("With these choices no account changes") && app.shows("Nothing to list"));
}

#[test]
fn the_plan_may_change_while_the_file_is_read() {
    let mut app = AppHarness::of(project());
    app.write("newer.csv", NEWER);
    let order = ImportOrder::new(app.path("newer.csv"), ImportWhat::Accounts, Vec::new());
    let unit = app.unit("0");
    app.push([
        Action::Refresh(RefreshAction::Compare(Box::new(order))),
        Action::Assign { units: vec![unit], to: TerritoryId(2) },
    ]);
    app.settle();
    assert!(app.shows("Refresh accounts from newer.csv"));
    app.press_button("Refresh 4 accounts");
    assert_eq!((steps(&app), app.session().plan().territory_of(unit)), (2, TerritoryId(2)));
}

#[test]
fn named_accounts_stay_named() {
    let mut app = AppHarness::of(project());
    app.act(Action::SelectAccount(Some(AccountId(4))));
    app.run(Command::LockAccounts);
    app.write("newer.csv", NEWER);
    let order = ImportOrder::new(app.path("newer.csv"), ImportWhat::Accounts, Vec::new());
    app.act(Action::Refresh(RefreshAction::Compare(Box::new(order))));
    choose(&mut app, "Keep named and locked");
    app.press_button("Refresh 4 accounts");
    let plan = app.session().plan();
    assert!(plan.locked_accounts().contains(&AccountId(4)) && plan.overrides().contains_key(&AccountId(4)));
}

#[test]
fn the_list_is_saved_and_copied() {
    let mut app = compared(NEWER);
    app.press_button("Save as CSV…");
    // There is no file dialog here: the window asks for the path itself.
    let path = app.path("list.csv");
    app.fill_in("Path", &path.display().to_string());
    app.press_button("Save");
    assert!(app.was_told("Wrote list.csv"), "{:?}", app.messages());
    let text = std::fs::read_to_string(path).expect("it was written");
    assert!(text.starts_with("Status,Account,Name,Column") && text.contains("changed,001,Anchor,Revenue,100,110"));
    assert!(app.shows("Refresh 4 accounts"), "the report is still there");
}

#[test]
fn a_file_that_does_not_fit_says_why() {
    let app = compared("Account ID,Revenue\n1,5\n2,6\n");
    assert!(app.was_told("Could not refresh accounts from newer.csv"), "{:?}", app.messages());
    assert!(!app.shows("Refresh accounts from"));
}

/// Six units in place of the twelve of the two northern rows, each as high as two; the others as they were.
fn newer_units() -> String {
    let mut features = Vec::new();
    for (column, row) in (0..3).flat_map(|row| (0..6).map(move |column| (column, row))) {
        let (top, height) = if row == 0 { (0, 2) } else { (row + 1, 1) };
        let code = if row == 0 { format!("N{column}") } else { (top * 6 + column).to_string() };
        let corner = |right: usize, down: usize| {
            let place = fixture::project(HALVES).units.bounds[0];
            let (west, north) = (place.min.lon, place.max.lat);
            format!("[{:.6},{:.6}]", west + 0.1 * (column + right) as f64, north - 0.1 * (top + down) as f64)
        };
        let ring = [corner(0, height), corner(1, height), corner(1, 0), corner(0, 0), corner(0, height)].join(",");
        features.push(format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
        ));
    }
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

#[test]
fn newer_boundaries_are_shown_first_and_swapped_as_one_step() {
    let mut app = AppHarness::of(project());
    app.write("newer.geojson", &newer_units());
    app.run(Command::UpdateBoundaries);
    let path = app.path("newer.geojson").display().to_string();
    app.fill_in("Path of the file", &path);
    app.press_button("Look at the file");
    app.press_button("Compare");
    assert!(app.shows("Update boundaries from newer.geojson"), "{:?}", app.messages());
    for words in ["new, by share of area", "no longer there", "5 accounts lie in another unit"] {
        assert!(app.shows(words), "{words}");
    }
    app.press_button("Show 12 cells on the map");
    assert_eq!(selected(&app).len(), 12);
    app.press_button("Back to the report");
    app.press_button("Update 18 cells");
    assert_eq!((steps(&app), app.session().project.units.len()), (1, 18));
    let unit = app.unit("N0");
    assert_eq!(app.session().plan().territory_of(unit), TerritoryId(1));
    let mut app = app.reopen();
    assert_eq!(app.session().project.units.len(), 18);
    app.run(Command::Undo);
    assert_eq!((app.session().project.units.len(), app.picture(6)), (24, HALVES.to_owned()));
}
