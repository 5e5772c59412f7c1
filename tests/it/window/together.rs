//! Two things at once: whatever is done while a file is read or written, nothing is lost and nothing lands in the wrong place.

use std::fmt::Write as _;

use bailiwick::action::{Action, Command};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::TerritoryId;
use bailiwick::jobs::spec::{ExportOrder, ImportOrder, ImportWhat, Role, What};
use egui::accesskit::{self, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

/// The upper left unit taken from A.
const EDITED: &str = "-AABBB\nAAABBB\nAAABBB\nAAABBB\n";

fn import(app: &AppHarness, what: ImportWhat, file: &str) -> Action {
    Action::Import(Box::new(ImportOrder::new(app.path(file), what, Vec::new())))
}

fn unassign(app: &AppHarness, code: &str) -> Action {
    Action::Assign { units: vec![app.unit(code)], to: TerritoryId::UNASSIGNED }
}

/// Accounts along the first row of units, with a revenue.
fn accounts(count: usize) -> String {
    let mut text = "id,name,longitude,latitude,revenue\n".to_owned();
    for account in 0..count {
        let lon = -89.95 + (account % 6) as f64 * 0.1;
        let _ = writeln!(text, "{account},Shop {account},{lon:.2},39.95,{}", 100 + account % 50);
    }
    text
}

/// The units of [`HALVES`], with these columns of numbers.
fn units(columns: &[&str]) -> String {
    let unit = |unit: usize| {
        let ring = &fixture::square(unit % 6, unit / 6).polygons[0].outer;
        let ring = ring.iter().chain(ring.first()).map(|place| format!("[{:.1},{:.1}]", place.lon, place.lat));
        let ring: Vec<String> = ring.collect();
        let numbers: String = columns.iter().map(|name| format!(r#","{name}":{}"#, unit + 1)).collect();
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{unit}"{numbers}}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
            ring.join(",")
        )
    };
    let units: Vec<String> = (0..24).map(unit).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, units.join(","))
}

#[test]
fn an_edit_made_while_a_file_is_read_stays() {
    for what in [ImportWhat::Accounts, ImportWhat::Reps, ImportWhat::Units] {
        let mut app = AppHarness::grid(HALVES);
        app.write("accounts.csv", &accounts(50));
        app.write("reps.csv", "Code,Name\nR1,Ada\nR2,Bo\n");
        app.write("units.geojson", &units(&["load"]));
        let file = match what {
            ImportWhat::Accounts => "accounts.csv",
            ImportWhat::Reps => "reps.csv",
            _ => "units.geojson",
        };
        app.push([import(&app, what, file), unassign(&app, "0")]);
        app.settle();
        assert_eq!(app.picture(6), EDITED, "{what:?}: {:?}", app.messages());
        let project = &app.session().project;
        match what {
            ImportWhat::Accounts => assert_eq!(project.accounts.len(), 50),
            ImportWhat::Reps => assert_eq!(project.reps.len(), 2),
            _ => assert_ne!(project.units.kind, "cell", "the units are those of the file"),
        }
        if what == ImportWhat::Reps {
            app.key_with(Modifiers::COMMAND, Key::Z);
            assert_eq!(app.picture(6), HALVES, "it can still be undone");
            app.key_with(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
        }
        let app = app.reopen();
        assert_eq!(app.picture(6), EDITED, "{what:?}, in the file");
    }
}

#[test]
fn a_tolerance_set_while_accounts_are_read_stays() {
    let mut app = AppHarness::grid(HALVES);
    app.write("accounts.csv", &accounts(50));
    app.push([import(&app, ImportWhat::Accounts, "accounts.csv"), Action::SetTolerance(0.03)]);
    app.settle();
    let project = &app.session().project;
    let goal = project.goals[0];
    assert_eq!((project.measures[goal.measure.index()].name.as_str(), goal.tolerance), ("load", 0.03));
    assert_eq!(app.reopen().session().project.goals[0].tolerance, 0.03);
}

#[test]
fn territories_read_for_a_plan_that_changed_meanwhile_are_refused_in_one_message() {
    let mut app = AppHarness::grid(HALVES);
    let rows: String = (0..24).map(|unit| format!("{unit},North\n")).collect();
    app.write("alignment.csv", &format!("unit,territory\n{rows}"));
    app.push([import(&app, ImportWhat::Alignment, "alignment.csv"), unassign(&app, "0")]);
    app.settle();
    assert_eq!((app.picture(6).as_str(), steps(&app)), (EDITED, 1));
    let about_it: Vec<_> = app.messages().iter().filter(|told| told.contains("alignment.csv")).collect();
    assert!(about_it.len() == 1 && about_it[0].contains("not done"), "{:?}", app.messages());
}

#[test]
fn an_import_does_not_land_in_a_project_opened_meanwhile() {
    let mut app = AppHarness::grid(HALVES);
    app.make_project("other.bwk", "XXYY\n");
    // Reading it takes longer than opening the other project.
    app.write("accounts.csv", &accounts(60_000));
    app.push([import(&app, ImportWhat::Accounts, "accounts.csv"), Action::Open(app.path("other.bwk"))]);
    app.settle();
    assert_eq!(app.picture(4), "XXYY\n");
    assert!(app.session().project.accounts.is_empty());
    assert!(app.was_told("Importing: cancelled"), "{:?}", app.messages());
    app.push([Action::Open(app.path("plan.bwk"))]);
    app.settle();
    app.push([Action::Open(app.path("other.bwk"))]);
    app.settle();
    assert!(app.session().project.accounts.is_empty(), "nor in its file");
}

#[test]
fn two_exports_write_two_files() {
    let mut app = AppHarness::sample();
    let order = |what, path| Action::Export(ExportOrder::new(what, path));
    let (units, accounts) = (app.path("units.geojson"), app.path("accounts.csv"));
    app.push([order(What::Units, units.clone()), order(What::Accounts, accounts.clone())]);
    app.settle();
    assert!(units.is_file() && accounts.is_file());
    assert!(app.was_told("units.geojson") && app.was_told("accounts.csv"), "{:?}", app.messages());
    assert!(!app.was_told("cancelled"), "{:?}", app.messages());
}

#[test]
fn imports_are_done_one_after_the_other() {
    let mut app = AppHarness::grid(HALVES);
    app.write("units.geojson", &units(&["people"]));
    app.write("accounts.csv", &accounts(50));
    app.write("reps.csv", "Code,Name\nR1,Ada\n");
    app.push([
        import(&app, ImportWhat::Units, "units.geojson"),
        import(&app, ImportWhat::Accounts, "accounts.csv"),
        import(&app, ImportWhat::Reps, "reps.csv"),
    ]);
    app.settle();
    let app = app.reopen();
    let project = &app.session().project;
    assert!(project.find_measure("people").is_some(), "the units came");
    assert_eq!((project.accounts.len(), project.reps.len()), (50, 1));
    assert!(project.accounts.units.iter().all(Option::is_some), "the accounts are in the new units");
}

#[test]
fn a_project_for_reading_only_takes_no_file() {
    let first = AppHarness::grid(HALVES);
    let mut second = first.second_window();
    second.write("accounts.csv", &accounts(50));
    // Dropped on the window.
    second.push([Action::Take(second.path("accounts.csv"))]);
    second.settle();
    assert!(second.shows("The project is open for reading only"));
    let import_button = second.window().get_by_role_and_label(accesskit::Role::Button, "Import");
    assert!(import_button.accesskit_node().is_disabled());
    second.press_button("Cancel");
    second.push([import(&second, ImportWhat::Accounts, "accounts.csv")]);
    second.settle();
    assert!(second.was_told("accounts.csv: not imported"), "{:?}", second.messages());
    assert!(!second.was_told("Imported"), "{:?}", second.messages());
    assert!(second.session().project.accounts.is_empty());
}

#[test]
fn more_columns_than_a_project_can_hold_change_nothing() {
    let mut app = AppHarness::grid(HALVES);
    let names: String = (0..1_901).map(|column| format!(",m{column}")).collect();
    let zeros = ",1".repeat(1_901);
    app.write("wide.csv", &format!("id,longitude,latitude{names}\n1,-89.95,39.95{zeros}\n2,-89.85,39.95{zeros}\n"));
    let before = app.session().plan().clone();
    app.push([import(&app, ImportWhat::Accounts, "wide.csv")]);
    app.settle();
    assert!(app.was_told("Could not save the imported columns"), "{:?}", app.messages());
    assert!(!app.was_told("Imported"), "{:?}", app.messages());
    let project = &app.session().project;
    assert_eq!((project.accounts.len(), project.measures.len()), (0, 1));
    assert_eq!(app.session().plan(), &before);
}

#[test]
fn the_dialog_balances_the_same_measure_after_other_units_came() {
    let mut app = AppHarness::grid(HALVES);
    app.write("accounts.csv", &accounts(50));
    app.write("units.geojson", &units(&["people", "homes", "shops"]));
    app.push([import(&app, ImportWhat::Accounts, "accounts.csv")]);
    app.settle();
    let ticked = |app: &mut AppHarness, name: &str| {
        let node = app.window().get_by_role_and_label(accesskit::Role::CheckBox, name);
        node.accesskit_node().toggled() == Some(Toggled::True)
    };
    app.key_with(Modifiers::COMMAND, Key::B);
    if !ticked(&mut app, "revenue") {
        app.window().get_by_role_and_label(accesskit::Role::CheckBox, "revenue").click();
        app.settle();
    }
    app.press_button("Cancel");
    let viewed = app.session().project.find_measure("revenue");
    app.push([Action::SetMeasure(viewed.expect("it is there"))]);
    let measures = ["people", "homes", "shops"].map(|name| (name.to_owned(), Role::Measure));
    let roles = std::iter::once(("code".to_owned(), Role::Code)).chain(measures).collect();
    let (path, what) = (app.path("units.geojson"), ImportWhat::Units);
    app.push([Action::Import(Box::new(ImportOrder::new(path, what, roles)))]);
    app.settle();
    let session = app.session();
    assert_eq!(session.view.measure, session.project.find_measure("revenue"), "what is on the map is the same");
    assert_ne!(session.view.measure, viewed, "in another place");
    app.key_with(Modifiers::COMMAND, Key::B);
    for (name, chosen) in [("people", false), ("homes", false), ("shops", false), ("revenue", true)] {
        assert_eq!(ticked(&mut app, name), chosen, "{name}");
    }
}

#[test]
fn other_units_are_not_selected_because_the_old_ones_were() {
    let mut app = AppHarness::grid(HALVES);
    app.write("units.geojson", &units(&["people"]));
    app.click_unit("3");
    assert_eq!(selected(&app), ["3"]);
    app.push([import(&app, ImportWhat::Units, "units.geojson")]);
    app.settle();
    assert!(app.session().selection.units.is_empty());
}

#[test]
fn the_import_dialog_imports_the_file_of_its_path() {
    let mut app = AppHarness::grid(HALVES);
    app.write("one.csv", &accounts(10));
    app.write("two.csv", &accounts(20));
    app.push([Action::Run(Command::ImportAccounts)]);
    app.settle();
    let (one, two) = (app.path("one.csv").display().to_string(), app.path("two.csv").display().to_string());
    app.fill_in("Path of the file", &one);
    app.press_button("Look at the file");
    assert!(app.shows("First values"));
    app.fill_in("Path of the file", &two);
    assert!(!app.shows("First values"), "what was seen is of another file");
    app.press_button("Look at the file");
    app.press_button("Import");
    assert_eq!(app.session().project.accounts.len(), 20);
}
