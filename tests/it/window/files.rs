//! Files in and out, through the dialogs.

use bailiwick::action::{Action, Command};
use bailiwick::io::diagnostic::Severity;
use bailiwick::session::view::BottomTab;
use egui::{Key, Modifiers};

use super::HALVES;
use crate::harness::AppHarness;

const ACCOUNTS: &str = "id,name,longitude,latitude,revenue
1,Oak Tavern,-89.95,39.95,1200
2,Elm Shop,-89.45,39.95,800
3,Nowhere Inn,-89.75,123,500
4,Fir Bar,-89.75,39.85,lots
5,Ash House,-89.65,39.85,300
1,Oak Tavern again,-89.65,39.75,900
6,Yew Yard,-89.55,39.75,450
";

#[test]
fn accounts_come_in_through_the_dialog_and_bad_rows_are_listed() {
    let mut app = AppHarness::grid_choosing(HALVES, &["accounts.csv"]);
    app.write("accounts.csv", ACCOUNTS);
    app.key_with(Modifiers::COMMAND, Key::I);
    app.press_button("Browse…");
    app.press_button("Import");
    let session = app.session();
    let accounts = &session.project.accounts;
    assert!(accounts.names.iter().any(|name| name == "Oak Tavern"), "{:?} {:?}", accounts.names, app.messages());
    // Every account is with the territory it lies in.
    let owner = |name: &str| {
        let account = accounts.ids().find(|id| accounts.names[id.index()] == name).expect("the account is there");
        session.plan().territory_name(session.plan().owner_of(account, accounts.units[account.index()])).to_owned()
    };
    assert_eq!([owner("Oak Tavern"), owner("Elm Shop"), owner("Fir Bar")], ["A", "B", "A"]);
    // The latitude that is none, the word where a number belongs, the code that is taken: each with its row.
    let listed = |row: u64, found: &str| {
        let about = |diagnostic: &&bailiwick::io::diagnostic::Diagnostic| {
            diagnostic.place.row == Some(row) && diagnostic.to_string().contains(found)
        };
        session.diagnostics.iter().find(about).map(|diagnostic| diagnostic.severity)
    };
    assert_eq!(listed(4, "latitude"), Some(Severity::Warning), "{:?}", session.diagnostics);
    assert_eq!(listed(5, "lots"), Some(Severity::Warning), "{:?}", session.diagnostics);
    assert_eq!(listed(7, "row 2"), Some(Severity::Error), "{:?}", session.diagnostics);
    assert_eq!(accounts.len(), 6);
    assert_eq!(session.view.tab, BottomTab::Problems, "what was left out is shown");
    assert!(app.shows("accounts.csv, row 7"));
}

#[test]
fn messages_about_one_file_stay_when_another_is_imported() {
    let mut app = AppHarness::grid_choosing(HALVES, &["accounts.csv", "reps.csv", "accounts.csv"]);
    app.write("accounts.csv", ACCOUNTS);
    app.write("reps.csv", "Code,Name\nR1,Ada\nR2,Bo\n");
    app.key_with(Modifiers::COMMAND, Key::I);
    app.press_button("Browse…");
    app.press_button("Import");
    let of_accounts = |app: &AppHarness| {
        app.session().diagnostics.iter().filter(|diagnostic| diagnostic.place.file == "accounts.csv").count()
    };
    let before = of_accounts(&app);
    assert!(before > 0);
    app.window().state_mut().push(Action::Run(Command::ImportReps));
    app.settle();
    app.press_button("Browse…");
    app.press_button("Import");
    assert!(app.session().project.reps.iter().any(|rep| rep.name == "Ada"), "{:?}", app.messages());
    assert_eq!(of_accounts(&app), before);
    // The same file once more: its messages are there once, not twice.
    app.key_with(Modifiers::COMMAND, Key::I);
    app.press_button("Browse…");
    app.press_button("Import");
    assert_eq!(of_accounts(&app), before);
}

#[test]
fn a_line_about_an_account_leads_to_it() {
    let mut app = AppHarness::grid_choosing(HALVES, &["accounts.csv"]);
    app.write("accounts.csv", &format!("{ACCOUNTS}7,Far Inn,-80,30,100\n"));
    app.key_with(Modifiers::COMMAND, Key::I);
    app.press_button("Browse…");
    app.press_button("Import");
    let line = app.session().diagnostics.iter().find(|line| line.message.contains("lies outside every cell"));
    let line = line.expect("there is a line about it").to_string();
    // The message about the import lies over the list until it goes; one that offers something stays longer.
    for _ in 0..160 {
        app.step();
    }
    app.press_button(&line);
    let session = app.session();
    let account = session.selection.account.expect("it is selected");
    assert_eq!(session.project.accounts.names[account.index()], "Far Inn");
    let centre = session.view.target.unwrap_or(session.view.camera).centre;
    assert!((centre.lon + 80.0).abs() < 0.1 && (centre.lat - 30.0).abs() < 0.1, "{centre:?}");
}

#[test]
fn imported_accounts_are_there_after_closing() {
    let mut app = AppHarness::grid_choosing(HALVES, &["accounts.csv"]);
    app.write("accounts.csv", ACCOUNTS);
    app.key_with(Modifiers::COMMAND, Key::I);
    app.press_button("Browse…");
    app.press_button("Import");
    let names = app.session().project.accounts.names.clone();
    let problems = app.session().diagnostics.len();
    let app = app.reopen();
    assert_eq!(app.session().project.accounts.names, names);
    assert_eq!(app.session().diagnostics.len(), problems);
}

#[test]
fn a_file_that_cannot_be_read_is_told_in_the_dialog() {
    let mut app = AppHarness::grid_choosing(HALVES, &["missing.csv"]);
    app.key_with(Modifiers::COMMAND, Key::I);
    app.press_button("Browse…");
    assert!(app.shows("missing.csv"));
    app.press_button("Cancel");
    assert!(app.session().project.accounts.is_empty());
}

#[test]
fn territories_go_out_as_a_shapefile() {
    let mut app = AppHarness::grid(HALVES);
    app.key_with(Modifiers::COMMAND, Key::E);
    let path = app.path("out.shp");
    app.fill_in("Path to write to", &path.display().to_string());
    app.press_button("Export");
    assert!(app.was_told("out.shp"), "{:?}", app.messages());
    for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
        assert!(path.with_extension(ending).is_file(), "{ending}");
    }
    let rows = shapefile::read(&path).expect("the shapefile can be read");
    let names: Vec<String> = rows
        .iter()
        .flat_map(|(_, record)| record.clone().into_iter())
        .filter_map(|(_, value)| match value {
            shapefile::dbase::FieldValue::Character(Some(text)) => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(rows.len(), 2);
    assert!(names.contains(&"A".to_owned()) && names.contains(&"B".to_owned()), "{names:?}");
}

#[test]
fn columns_of_units_come_in_as_one_step() {
    let mut app = AppHarness::grid_choosing(HALVES, &["census.csv"]);
    app.write("census.csv", "code,Households,County\n0,10,Adams\n1,20,Brown\n1,5,Brown\n");
    app.run(Command::ImportColumns);
    app.press_button("Browse…");
    app.choose("Codes in several rows", "add them up");
    app.press_button("Import");
    let total = |app: &AppHarness| {
        let measures = &app.session().project.measures;
        let found = measures.iter().find(|measure| measure.name == "Households");
        found.map(|measure| measure.values.iter().filter(|value| !value.is_nan()).sum::<f64>())
    };
    assert_eq!(total(&app), Some(35.0), "{:?}", app.messages());
    assert_eq!(app.session().project.units.attributes[0].get(1), "Brown");
    assert!(app.was_told("Imported 2 columns for 2 cells from census.csv"), "{:?}", app.messages());
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(total(&app), None, "undo takes the columns away");
    app.key_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    let app = app.reopen();
    assert_eq!(total(&app), Some(35.0), "the file has them");
}
