//! Double accounts: side by side, decided by keyboard, merged as one step.

use bailiwick::action::{Action, Command};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::AccountId;
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::session::tables::TableAction;
use bailiwick::session::view::BottomTab;
use bailiwick::work::columns::AccountColumns;
use bailiwick::work::import::import_accounts;
use egui::Key;

use super::{HALVES, steps};
use crate::harness::AppHarness;

const ACCOUNTS: &str = "\
Account ID,Account Name,Latitude,Longitude,Phone,Segment,Revenue,Employees
A1,Crown Market,39.95,-89.95,614 555 0101,shop,100,4
A2,\"The Crown Market, Inc.\",39.9501,-89.95,(614) 555-0101,,20,9
B1,Bell Tavern,39.95,-89.45,614 555 0202,pub,50,2
B2,BELL TAVERN,39.9501,-89.4501,,pub,5,
C1,Duke Hotel,39.75,-89.65,614 555 0303,hotel,30,1
";

fn project() -> Project {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("accounts.csv");
    std::fs::write(&path, ACCOUNTS).expect("written");
    let columns = AccountColumns {
        measures: Some(vec!["Revenue".to_owned(), "Employees".to_owned()]),
        ..AccountColumns::default()
    };
    let read = import_accounts(&fixture::project(HALVES), &path, &columns, &Progress::new());
    read.expect("it can be imported").value.project
}

fn found() -> AppHarness {
    let mut app = AppHarness::of(project());
    app.run(Command::FindDoubles);
    app
}

fn codes(app: &AppHarness) -> Vec<&str> {
    app.session().project.accounts.codes.iter().map(String::as_str).collect()
}

fn value(app: &AppHarness, measure: &str, code: &str) -> f64 {
    let project = &app.session().project;
    let row = project.accounts.codes.iter().position(|known| known == code).expect("it is there");
    project.measure(project.find_measure(measure).expect("there")).expect("there").values[row]
}

#[test]
fn groups_are_shown_side_by_side_with_reasons() {
    let app = found();
    assert!(app.shows("2 groups: 4 of 5 accounts may be doubles"));
    assert!(app.shows("same phone") && app.shows("The Crown Market, Inc.") && app.shows("Keep A1"));
    assert_eq!(steps(&app), 0);
}

#[test]
fn enter_marks_and_one_button_merges_as_one_step() {
    let mut app = found();
    app.key(Key::Enter);
    app.key(Key::Enter);
    app.press_button("Merge 2 groups");
    assert!(app.was_told("Merged 2 accounts into 2"), "{:?}", app.messages());
    assert_eq!((steps(&app), codes(&app)), (1, vec!["A1", "B1", "C1"]));
    assert_eq!((value(&app, "Revenue", "A1"), value(&app, "Employees", "A1")), (120.0, 13.0));
    assert!(app.shows("No doubles found"));
    let mut app = app.reopen();
    assert_eq!(codes(&app).len(), 3);
    app.run(Command::Undo);
    assert_eq!((codes(&app).len(), value(&app, "Revenue", "A1")), (5, 100.0));
}

#[test]
fn notes_about_owners_go_and_come_with_their_step() {
    let mut app = AppHarness::of(project());
    let row = app.session().project.accounts.codes.iter().position(|code| code == "A2").expect("it is there");
    let (accounts, to) = (vec![AccountId::from_index(row)], Some(app.territory("B")));
    app.act(Action::Table(TableAction::Give { accounts, to }));
    app.run(Command::FindDoubles);
    // The one with an owner of its own is kept, unless somebody wants it otherwise.
    app.key(Key::ArrowLeft);
    app.key(Key::Enter);
    app.press_button("Merge 1 group");
    app.act(Action::SetTab(BottomTab::Problems));
    assert!(app.shows("A1 takes over the owner of A2: B"), "{:?}", app.messages());
    app.run(Command::Undo);
    app.settle();
    assert!(!app.shows("takes over the owner"));
    app.run(Command::Redo);
    app.settle();
    assert!(app.shows("A1 takes over the owner of A2: B"));
    app.run(Command::Undo);
    app.settle();
    app.run(Command::Undo);
    let (accounts, to) = (vec![AccountId(0)], Some(app.territory("A")));
    app.act(Action::Table(TableAction::Give { accounts, to }));
    assert!(!app.shows("takes over the owner"), "a step that cannot be made again has left nothing");
}

#[test]
fn arrows_choose_which_is_kept_and_a_rule_what_becomes_of_figures() {
    let mut app = found();
    app.choose("What becomes of Employees", "the largest");
    app.press_button("Merge");
    app.press_button("Merge 1 group");
    assert_eq!((value(&app, "Employees", "A1"), value(&app, "Revenue", "A1")), (9.0, 120.0));
    assert!(app.shows("1 group: 2 of 4 accounts may be doubles"), "the other group is still there");
    let mut app = found();
    app.key(Key::ArrowDown);
    app.key(Key::ArrowRight);
    app.key(Key::Enter);
    app.press_button("Merge 1 group");
    assert_eq!(codes(&app), ["A1", "A2", "B2", "C1"]);
}

#[test]
fn what_is_no_double_is_remembered() {
    let mut app = found();
    app.key(Key::N);
    assert_eq!(app.session().no_doubles.len(), 1);
    let mut app = app.reopen();
    app.run(Command::FindDoubles);
    assert!(app.shows("1 group: 2 of 5 accounts may be doubles"));
    app.key(Key::N);
    app.key(Key::ArrowUp);
    app.key(Key::N);
    assert_eq!(app.session().no_doubles.len(), 1, "pressed again it is forgotten");
}

#[test]
fn they_are_shown_on_the_map() {
    let mut app = found();
    app.press_button("Show on the map");
    assert_eq!(app.session().selection.accounts.len(), 2);
    app.key(Key::Escape);
    assert!(!app.shows("Double accounts"));
}
