//! "Columns…": columns that a formula computes, made and used like any other.

use std::collections::BTreeSet;
use std::sync::Arc;

use bailiwick::action::{Action, Command};
use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::columns::{Measure, Subject, TextColumn};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::{AccountId, MeasureId, UnitId};
use bailiwick::domain::project::{Goal, Project};
use bailiwick::io::alignment::alignment_from_account_owner;
use bailiwick::jobs::spec::{ExportOrder, ExportWish, What};
use bailiwick::session::colouring::{Areas, Colouring, DotSizes, Dots};
use bailiwick::session::columns::ColumnAction;
use bailiwick::session::dots::{DotColours, DotScale};
use bailiwick::session::shading::Shading;
use bailiwick::session::tables::TableAction;
use bailiwick::session::view::BottomTab;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{HALVES, steps};
use crate::harness::AppHarness;

/// Two halves with an account in each of the first eight units. "Diner" has no revenue, "Café" no visits.
pub fn project() -> Project {
    let mut project = fixture::project(HALVES);
    let names = ["Deli", "Bar", "Café", "Arms", "Diner", "Bistro", "Eatery", "Grill"];
    let accounts = Accounts {
        codes: (0..8).map(|index| format!("C{index}")).collect(),
        names: names.map(str::to_owned).to_vec(),
        places: project.units.centres[..8].to_vec(),
        placements: vec![Placement::Coordinates; 8],
        precisions_km: Vec::new(),
        units: (0..8).map(|unit| Some(UnitId(unit))).collect(),
        attributes: vec![TextColumn::new("Segment", &["pub", "bar", "pub", "inn", "bar", "pub", "", "inn"])],
    };
    project.accounts = Arc::new(accounts);
    let measures = Arc::make_mut(&mut project.measures);
    let revenue = vec![10.0, 20.0, 30.0, 40.0, f64::NAN, 60.0, 70.0, 80.0];
    measures.push(Measure::sum("Annual Revenue", "$", Subject::Accounts, revenue));
    let visits = vec![1.0, 2.0, 0.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    measures.push(Measure::sum("Visits", "", Subject::Accounts, visits));
    project.goals = vec![Goal { measure: MeasureId(0), tolerance: 0.1, weight: 1.0 }];
    project
}

fn window() -> AppHarness {
    let mut app = AppHarness::of(project());
    app.act(Action::SetTab(BottomTab::Accounts));
    app
}

/// Adds a column of accounts as a person does.
pub fn add(app: &mut AppHarness, name: &str, formula: &str) {
    app.run(Command::Columns);
    app.press_button("New column of accounts…");
    app.fill_in("Name of the column", name);
    write(app, formula);
    app.press_button("Add column");
}

#[test]
fn ctrl_enter_adds_the_column() {
    let mut app = AppHarness::of(project());
    app.run(Command::Columns);
    app.press_button("New column of accounts…");
    app.fill_in("Name of the column", "Half");
    write(&mut app, "[Annual Revenue] / 2");
    app.settle();
    app.key_with(Modifiers::COMMAND, Key::Enter);
    app.settle();
    assert!(app.session().project.find_measure("Half").is_some(), "{:?}", app.messages());
}

/// Replaces the formula in the editor.
fn write(app: &mut AppHarness, formula: &str) {
    app.window().get_by_label("Formula").focus();
    app.step();
    app.key_with(Modifiers::COMMAND, Key::A);
    app.type_text(formula);
}

fn values(app: &AppHarness, name: &str) -> Vec<f64> {
    let project = &app.session().project;
    let id = project.find_measure(name).unwrap_or_else(|| panic!("no measure {name}; {:?}", app.messages()));
    project.measures[id.index()].values.clone()
}

fn words(app: &AppHarness, name: &str) -> Vec<String> {
    let column = app.session().project.accounts.attribute(name).expect("there is the column");
    (0..column.len()).map(|row| column.get(row).to_owned()).collect()
}

fn load(app: &AppHarness, name: &str, territory: &str) -> f64 {
    let id = app.session().project.find_measure(name).expect("there is the measure");
    app.session().totals.load(id, app.territory(territory))
}

#[test]
fn a_column_is_made_altered_and_removed_and_each_is_a_step() {
    let mut app = window();
    add(&mut app, "Score", "2 * [Visits] + 1");
    assert_eq!(values(&app, "Score"), [3.0, 5.0, 1.0, 9.0, 11.0, 13.0, 15.0, 17.0]);
    assert!(app.was_told("Added the computed column Score"));
    assert_eq!((steps(&app), load(&app, "Score", "A")), (1, 3.0 + 5.0 + 1.0 + 15.0 + 17.0));
    app.press_button("Edit Score…");
    write(&mut app, "[Visits]");
    app.press_button("Save column");
    assert_eq!(values(&app, "Score")[7], 8.0);
    app.press_button("Remove Score…");
    app.press_button("Remove");
    assert!(app.session().project.find_measure("Score").is_none());
    for _ in 0..2 {
        app.run(Command::Undo);
    }
    assert_eq!(values(&app, "Score")[7], 17.0);
    let app = app.reopen();
    assert_eq!(values(&app, "Score")[7], 17.0);
    assert_eq!(app.session().project.computed[0].formula, "2 * [Visits] + 1");
}

#[test]
fn while_one_types_the_place_of_an_error_and_what_the_formula_gives_are_shown() {
    let mut app = window();
    app.act(Action::Columns(ColumnAction::New(Subject::Accounts)));
    app.fill_in("Name of the column", "Per visit");
    write(&mut app, "[Anual Revenue] / Visits");
    assert!(app.shows("Letter 1: the accounts have no column"));
    assert!(app.shows("Did you mean [Annual Revenue]?"));
    write(&mut app, "[Annual Revenue] / Visits");
    assert!(app.shows("Gives a number"));
    assert!(app.shows("6 of 8 rows have a value, 1 have an error") || app.shows("6 of 8 rows have a value"));
    assert!(app.shows("from 10 to 10"));
    // The row with an error is a click away, behind the window.
    app.window().get_by_label_contains("Café: division by zero").scroll_to_me();
    app.settle();
    app.window().get_by_label_contains("Café: division by zero").click();
    app.settle();
    assert_eq!(app.session().selection.accounts, BTreeSet::from([AccountId(2)]));
    // Nothing is lost by Escape: what was typed is there again.
    app.key(Key::Escape);
    app.key(Key::Escape);
    assert!(!app.shows("Gives a number"));
    app.run(Command::Columns);
    assert!(app.shows("Gives a number"));
    assert_eq!(steps(&app), 0);
}

#[test]
fn names_and_functions_are_completed_and_picked() {
    let mut app = window();
    app.act(Action::Columns(ColumnAction::New(Subject::Accounts)));
    app.fill_in("Name of the column", "N");
    app.window().get_by_label("Formula").focus();
    app.step();
    app.type_text("[");
    app.type_text("Ann");
    app.key(Key::Tab);
    app.type_text(" + ");
    app.fill_in("Find a column or function", "visits");
    app.press_button("Insert Visits");
    app.press_button("Add column");
    assert_eq!(app.session().project.computed[0].formula, "[Annual Revenue] + [Visits]");
}

#[test]
fn tiers_are_written_as_a_formula() {
    let mut app = window();
    app.act(Action::Columns(ColumnAction::New(Subject::Accounts)));
    app.fill_in("Name of the column", "Tier");
    app.press_button("Tiers…");
    app.choose("Column to divide into tiers", "Visits");
    app.press_button("Write the formula");
    app.press_button("Add column");
    assert_eq!(app.session().project.computed[0].formula, "tier([Visits], 80, 95)");
    assert_eq!(words(&app, "Tier"), ["C", "B", "C", "A", "A", "A", "A", "A"]);
}

#[test]
fn rows_with_an_error_are_problems_that_lead_to_them() {
    let mut app = window();
    add(&mut app, "Score", "[Annual Revenue] / [Visits]");
    app.key(Key::Escape);
    assert_eq!(app.session().formulas.faulty[0].rows, [2]);
    app.act(Action::SetTab(BottomTab::Problems));
    app.press_button("Score: 1 row, division by zero");
    assert_eq!(app.session().selection.accounts, BTreeSet::from([AccountId(2)]));
    assert_eq!(app.session().view.tab, BottomTab::Accounts);
    // Mended, and taken back.
    let visits = bailiwick::domain::cells::CellColumn::Measure(MeasureId(2));
    let value = bailiwick::domain::cells::Cell::Number(Some(3.0));
    app.act(Action::Table(TableAction::SetCells { subject: Subject::Accounts, column: visits, rows: vec![2], value }));
    assert!(app.session().formulas.faulty.is_empty());
    assert_eq!(values(&app, "Score")[2], 10.0);
    app.run(Command::Undo);
    assert_eq!(app.session().formulas.faulty.len(), 1);
}

#[test]
fn values_and_totals_follow_a_cell_at_once_and_computed_cells_are_not_edited() {
    let mut app = window();
    add(&mut app, "Double", "2 * coalesce([Annual Revenue], 0)");
    add(&mut app, "Large", "if([Double] > 100, \"yes\", \"no\")");
    let before = load(&app, "Double", "B");
    let revenue = bailiwick::domain::cells::CellColumn::Measure(MeasureId(1));
    let value = bailiwick::domain::cells::Cell::Number(Some(400.0));
    app.act(Action::Table(TableAction::SetCells { subject: Subject::Accounts, column: revenue, rows: vec![3], value }));
    assert_eq!(load(&app, "Double", "B"), before + 720.0);
    assert_eq!(words(&app, "Large")[3], "yes");
    assert_eq!(steps(&app), 3, "the cell and all that follows are one step");
    app.run(Command::Undo);
    assert_eq!((load(&app, "Double", "B"), words(&app, "Large")[3].as_str()), (before, "no"));
    let double = app.session().project.find_measure("Double").expect("there is the measure");
    let column = bailiwick::domain::cells::CellColumn::Measure(double);
    let value = bailiwick::domain::cells::Cell::Number(Some(1.0));
    app.act(Action::Table(TableAction::SetCells { subject: Subject::Accounts, column, rows: vec![0], value }));
    assert_eq!(values(&app, "Double")[0], 20.0);
}

#[test]
fn computed_columns_are_balanced_coloured_sized_and_filtered_by() {
    let mut app = window();
    add(&mut app, "Score", "10 * [Visits]");
    add(&mut app, "Tier", "tier([Score], 50, 90)");
    let score = app.session().project.find_measure("Score").expect("there is the measure");
    app.act(Action::SetMeasure(score));
    assert_eq!(app.session().goal().expect("a goal").measure, score);
    let colouring = Colouring {
        areas: Areas::Measure("Score".to_owned()),
        dots: Dots::Words("Tier".to_owned()),
        dot_sizes: DotSizes::Measure("Score".to_owned()),
        ..Colouring::default()
    };
    app.act(Action::SetColouring(Box::new(colouring)));
    assert!(matches!(Shading::of(app.session()), Shading::Classes(shaded) if shaded.name == "Score"));
    assert!(
        matches!(DotColours::of(app.session()), DotColours::Words { categories, .. } if categories.words.len() == 3)
    );
    assert_eq!(DotScale::of(app.session()).expect("sizes").measure, score);
    // Renamed, colours follow; removed before it, the measure in view keeps what it shows.
    app.press_button("Edit Tier…");
    app.fill_in("Name of the column", "Class");
    app.press_button("Save column");
    assert_eq!(app.session().view.colouring.dots, Dots::Words("Class".to_owned()));
    // Its sum over the accounts of an area is selected by.
    app.key(Key::Escape);
    app.run(Command::SelectByFilter);
    app.choose("Column", "Score");
    app.fill_in("Value", "60");
    app.press_button("Select them");
    assert_eq!(super::selected(&app), ["5", "6", "7"]);
    // Sorted in the table.
    app.press_button("Sort by Score");
    let rows = &app.session().tables.of(Subject::Accounts).rows;
    assert_eq!((rows[0], rows[7]), (7, 2));
}

#[test]
fn a_build_balances_a_computed_measure_and_its_dialog_offers_it() {
    let mut app = window();
    add(&mut app, "Score", "10 + [Visits]");
    app.key(Key::Escape);
    app.run(Command::AutoBuild);
    assert!(app.shows("Score"));
    app.key(Key::Escape);
    let score = app.session().project.find_measure("Score").expect("there is the measure");
    let order = bailiwick::jobs::spec::BuildOrder {
        territories: bailiwick::jobs::spec::Territories::Count(2),
        goals: vec![Goal { measure: score, tolerance: 0.5, weight: 1.0 }],
        mix: false,
        contiguous: true,
        by_capacity: false,
        max_distance_km: None,
        moved_limit: None,
        effort: bailiwick::jobs::spec::Effort::Quick,
        seed: 1,
    };
    app.act(Action::Build(order));
    app.run(Command::AcceptProposal);
    assert_eq!(app.session().project.goals[0].measure, score);
    // What hangs on it is said before it goes, and comes back with it.
    app.run(Command::Columns);
    app.press_button("Remove Score…");
    assert!(app.shows("It is no longer balanced"));
    app.press_button("Remove");
    assert!(app.session().project.goals.iter().all(|goal| goal.measure.index() < 3));
    app.run(Command::Undo);
    assert_eq!(app.session().project.goals[0].measure, score);
}

#[test]
fn a_column_that_others_need_is_not_removed() {
    let mut app = window();
    add(&mut app, "Score", "[Visits]");
    add(&mut app, "Rank", "rank([Score])");
    app.press_button("Remove Score…");
    assert!(app.shows("The column \"Rank\" needs it"));
    assert!(app.window().get_by_role_and_label(egui::accesskit::Role::Button, "Remove").accesskit_node().is_disabled());
}

#[test]
fn exports_hold_computed_columns_in_every_format() {
    let mut app = window();
    add(&mut app, "Score", "10 * [Visits]");
    for ending in ["csv", "xlsx", "geojson", "gpkg", "shp", "kml", "kmz", "topojson"] {
        let name = format!("out.{ending}");
        app.act(Action::Export(ExportOrder::new(What::Accounts, app.path(&name))));
        assert!(app.path(&name).exists(), "{name}: {:?}", app.messages());
    }
    let wish = ExportWish {
        what: vec![What::Accounts],
        columns: ["code", "Score"].map(str::to_owned).to_vec(),
        ..ExportWish::default()
    };
    app.act(Action::Export(ExportOrder { wish, path: app.path("few.csv") }));
    let text = std::fs::read_to_string(app.path("few.csv")).expect("it was written").replace('\r', "");
    assert!(text.starts_with("code,Score\nC0,10\nC1,20\nC2,0\n"), "{text}");
}

#[test]
fn an_alignment_from_owners_can_go_by_a_computed_measure_and_computed_owners() {
    let mut app = window();
    add(&mut app, "Score", "10 * [Visits]");
    add(&mut app, "Who", "if([Visits] > 3, \"East\", \"West\")");
    let project = &app.session().project;
    let found = alignment_from_account_owner(project, "Who", project.find_measure("Score")).expect("it fits");
    assert!(found.value.changes.len() >= 8);
}

#[test]
fn the_header_of_a_column_leads_to_its_formula() {
    let mut app = window();
    add(&mut app, "Score", "10 * [Visits]");
    app.press_button("Close");
    app.run(Command::ToggleInspector);
    app.press_button("Filter Score");
    app.press_button("Edit formula…");
    assert!(app.shows("Gives a number"));
    app.press_button("Cancel");
    app.press_button("Close");
    app.press_button("Filter Visits");
    assert!(!app.shows("Edit formula…"));
    app.press_button("New column…");
    assert!(app.shows("Add column"));
}

#[test]
fn filters_of_a_table_stay_when_a_column_is_added_and_go_when_numbers_move() {
    let mut app = window();
    app.press_button("Sort by Annual Revenue");
    add(&mut app, "Score", "[Visits]");
    assert_eq!(app.session().tables.of(Subject::Accounts).rows[0], 7);
    app.press_button("Sort by Score");
    app.press_button("Remove Score…");
    assert!(app.shows("The table is no longer sorted by it"));
    app.press_button("Remove");
    assert_eq!(app.session().tables.of(Subject::Accounts).rows[0], 0);
}

#[test]
fn today_is_a_date_that_stays_until_it_is_renewed() {
    let mut app = window();
    app.act(Action::Columns(ColumnAction::New(Subject::Accounts)));
    app.fill_in("Name of the column", "Days");
    write(&mut app, "days_between(date(\"2020-01-01\"), today())");
    assert!(app.shows("today() needs a date that stays the same"));
    app.fill_in("The date that today() means", "2020-01-31");
    app.press_button("Add column");
    assert_eq!(values(&app, "Days")[0], 30.0);
    app.press_button("Renew the date of Days");
    assert!(values(&app, "Days")[0] > 30.0);
    assert_eq!(app.session().project.computed.len(), 1);
}

#[test]
fn a_newer_import_is_worked_out_anew() {
    let mut app = window();
    add(&mut app, "Double", "2 * [Visits]");
    app.press_button("Close");
    app.write("accounts.csv", "ID,Name,Latitude,Longitude,Visits\nC0,Deli,0.05,0.05,21\n");
    let path = app.path("accounts.csv");
    let order = bailiwick::jobs::spec::ImportOrder::new(path, bailiwick::jobs::spec::ImportWhat::Accounts, Vec::new());
    app.act(Action::Import(Box::new(order)));
    assert_eq!(values(&app, "Double"), [42.0]);
}

#[test]
fn text_that_is_pasted_over_several_lines_is_one_formula() {
    let mut app = window();
    app.act(Action::Columns(ColumnAction::New(Subject::Accounts)));
    app.fill_in("Name of the column", "N");
    app.window().get_by_label("Formula").focus();
    app.step();
    app.window().event(Event::Paste("[Visits]\n + 1".to_owned()));
    app.settle();
    app.press_button("Add column");
    assert_eq!(values(&app, "N")[0], 2.0);
}
