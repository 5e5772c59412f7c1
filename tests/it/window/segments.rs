//! "Segments…": named sets of accounts, counted while they are made, and used on the map, in tables, exports and formulas.

use bailiwick::action::{Action, Command};
use bailiwick::domain::columns::Subject;
use bailiwick::jobs::spec::{ExportOrder, ExportWish, Scope, What};
use bailiwick::session::colouring::Dots;
use bailiwick::session::dots::DotColours;
use bailiwick::session::view::BottomTab;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::columns::{add as add_column, project};
use super::steps;
use crate::harness::AppHarness;

fn window() -> AppHarness {
    let mut app = AppHarness::of(project());
    app.act(Action::SetTab(BottomTab::Accounts));
    app
}

/// Makes a segment of one condition as a person does.
fn add(app: &mut AppHarness, name: &str, column: &str, comparison: &str, value: &str) {
    app.run(Command::Segments);
    app.press_button("New segment…");
    app.fill_in("Name of the segment", name);
    app.choose("Column of condition 1", column);
    app.choose("Comparison of condition 1", comparison);
    app.fill_in("Value of condition 1", value);
    app.press_button("Add segment");
}

fn count(app: &AppHarness, at: usize) -> usize {
    app.session().members(at).expect("it is counted").count
}

#[test]
fn accounts_are_selected_by_filter_in_a_segment_or_outside() {
    let mut app = window();
    app.run(Command::SelectByFilter);
    app.window().get_by_role_and_label(Role::RadioButton, "Accounts").click();
    app.settle();
    assert!(app.shows("There is none yet"));
    app.press_button("Make a segment…");
    app.press_button("Close");
    add(&mut app, "Large", "Annual Revenue", "is at least", "40");
    app.press_button("Close");
    app.run(Command::SelectByFilter);
    app.window().get_by_role_and_label(Role::RadioButton, "Accounts").click();
    app.settle();
    assert!(app.shows("4 accounts found"));
    app.choose("In or not in the segment", "not in segment");
    app.press_button("Select them");
    let inside = app.session().members(0).expect("it is counted").belongs.clone();
    let selected = &app.session().selection.accounts;
    assert_eq!(selected.len(), 4);
    assert!(selected.iter().all(|account| !inside[account.index()]));
}

#[test]
fn a_segment_is_made_of_conditions_with_counts_and_is_a_step() {
    let mut app = window();
    app.run(Command::Segments);
    app.press_button("New segment…");
    app.fill_in("Name of the segment", "Key accounts");
    app.choose("Column of condition 1", "Annual Revenue");
    app.fill_in("Value of condition 1", "40");
    assert!(app.shows("4 of 8 accounts (50"), "{:?}", app.messages());
    app.press_button("Add a condition");
    app.choose("Column of condition 2", "Segment");
    app.fill_in("Value of condition 2", "INN");
    assert!(app.shows("2 of 8 accounts"));
    // Arms and Grill: 40 + 80 of 310, in B and A.
    assert!(app.shows("of Annual Revenue (38.7 %)"));
    assert!(app.shows("A, 1, 20") && app.shows("B, 1, 33"));
    app.press_button("Add segment");
    assert_eq!((count(&app, 0), steps(&app)), (2, 1));
    assert!(app.was_told("Added the segment Key accounts"));
    app.run(Command::Undo);
    assert!(app.session().project.segments.is_empty());
    app.run(Command::Redo);
    let app = app.reopen();
    assert_eq!(count(&app, 0), 2);
}

#[test]
fn groups_and_formulas_say_the_same() {
    let mut app = window();
    app.run(Command::Segments);
    app.press_button("New segment…");
    app.fill_in("Name of the segment", "Some");
    app.choose("Column of condition 1", "Visits");
    app.fill_in("Value of condition 1", "2");
    app.press_button("Add a group");
    app.choose("Column of condition 2", "Segment");
    app.fill_in("Value of condition 2", "bar");
    assert!(app.shows("2 of 8 accounts"));
    app.window().get_by_role_and_label(egui::accesskit::Role::RadioButton, "Formula").click();
    app.settle();
    assert!(app.shows("2 of 8 accounts"));
    app.press_button("Add segment");
    let segment = &app.session().project.segments[0];
    assert!(
        matches!(&segment.rule, bailiwick::domain::segments::Rule::Formula(formula) if formula.contains("[Segment]"))
    );
}

#[test]
fn its_accounts_are_selected_coloured_and_shown_alone() {
    let mut app = window();
    add(&mut app, "Large", "Annual Revenue", "is at least", "60");
    add(&mut app, "Pubs", "Segment", "is", "pub");
    app.press_button("Select Pubs");
    let chosen: Vec<u32> = app.session().selection.accounts.iter().map(|account| account.0).collect();
    assert_eq!(chosen, [0, 2, 5]);
    app.tick("Colour accounts by segment");
    assert_eq!(app.session().view.colouring.dots, Dots::Segments);
    // Bistro is in both: the first in the list counts.
    let names = |app: &AppHarness| match DotColours::of(app.session()) {
        DotColours::Words { categories, .. } => categories.words,
        other => panic!("{other:?}"),
    };
    assert_eq!(names(&app), [("Large".to_owned(), 3), ("Pubs".to_owned(), 2)]);
    app.press_button("Move Pubs up");
    assert_eq!(names(&app), [("Pubs".to_owned(), 3), ("Large".to_owned(), 2)]);
    app.press_button("Close");
    app.choose("Segment is", "Large");
    assert_eq!(*app.session().tables.of(Subject::Accounts).rows, [5, 6, 7]);
    // The rows follow what the segment is.
    let revenue = bailiwick::domain::cells::CellColumn::Measure(bailiwick::domain::ids::MeasureId(1));
    let value = bailiwick::domain::cells::Cell::Number(Some(99.0));
    app.act(Action::Table(bailiwick::session::tables::TableAction::SetCells {
        subject: Subject::Accounts,
        column: revenue,
        rows: vec![0],
        value,
    }));
    assert_eq!(*app.session().tables.of(Subject::Accounts).rows, [0, 5, 6, 7]);
    assert_eq!(count(&app, 1), 4);
}

#[test]
fn exports_take_its_accounts_and_a_column_for_each_segment() {
    let mut app = window();
    add(&mut app, "Large", "Annual Revenue", "is at least", "60");
    app.press_button("Close");
    app.run(Command::Export);
    app.tick("Territories");
    app.tick("Accounts");
    app.choose("Rows", "Segment Large: 3 accounts");
    app.tick("A column per segment");
    app.window().get_by_role_and_label(egui::accesskit::Role::RadioButton, "CSV (.csv)").click();
    app.settle();
    let path = app.path("large.csv").display().to_string();
    app.fill_in("Path to write to", &path);
    app.press_button("Export");
    let text = std::fs::read_to_string(app.path("large.csv")).expect("it was written");
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.lines().next().is_some_and(|header| header.ends_with(",Large")), "{text}");
    let wish = ExportWish {
        what: vec![What::Accounts],
        scope: Scope::Everything,
        columns: ["code", "Large"].map(str::to_owned).to_vec(),
        segments: true,
        ..ExportWish::default()
    };
    app.act(Action::Export(ExportOrder { wish, path: app.path("all.csv") }));
    let text = std::fs::read_to_string(app.path("all.csv")).expect("it was written").replace('\r', "");
    assert!(text.starts_with("code,Large\nC0,no\nC1,no\n") && text.contains("C7,yes"), "{text}");
}

#[test]
fn a_formula_can_ask_for_it_and_then_it_is_not_removed() {
    let mut app = window();
    add(&mut app, "Large", "Annual Revenue", "is at least", "60");
    app.press_button("Close");
    add_column(&mut app, "Weight", "if(in_segment(\"Large\"), 2, 1)");
    app.press_button("Close");
    let weights = |app: &AppHarness| {
        let project = &app.session().project;
        project.measures[project.find_measure("Weight").expect("there").index()].values.clone()
    };
    assert_eq!(weights(&app), [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
    app.run(Command::Segments);
    app.press_button("Remove Large");
    assert!(app.shows("the column \"Weight\" needs it"));
    app.press_button("Edit Large…");
    app.fill_in("Value of condition 1", "80");
    app.fill_in("Name of the segment", "Largest");
    app.press_button("Save segment");
    assert_eq!(weights(&app), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
    assert_eq!(app.session().project.computed[0].formula, "if(in_segment(\"Largest\"), 2, 1)");
    app.run(Command::Undo);
    assert_eq!(weights(&app)[5], 2.0);
}

#[test]
fn a_segment_that_is_not_complete_says_what_is_missing_and_escape_keeps_it() {
    let mut app = window();
    app.run(Command::Segments);
    app.press_button("New segment…");
    assert!(app.shows("Choose a column"));
    app.fill_in("Name of the segment", "Half");
    app.key(Key::Escape);
    app.key(Key::Escape);
    assert!(!app.shows("Choose a column"));
    app.run(Command::Segments);
    assert!(app.shows("Choose a column"));
    assert_eq!(steps(&app), 0);
}
