//! The export dialog: several tables at once, and what a format will lose before the button is pressed.

use bailiwick::action::{Action, Command};
use bailiwick::jobs::spec::{ImportOrder, ImportWhat};
use bailiwick::session::reference::LayerAction;
use egui::accesskit;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::harness::AppHarness;

fn open() -> AppHarness {
    let mut app = AppHarness::sample();
    app.push([Action::Run(Command::Export)]);
    app.settle();
    app
}

fn tick(app: &mut AppHarness, name: &str) {
    app.window().get_by_role_and_label(accesskit::Role::CheckBox, name).click();
    app.settle();
}

fn choose(app: &mut AppHarness, name: &str) {
    app.window().get_by_role_and_label(accesskit::Role::RadioButton, name).click();
    app.settle();
}

#[test]
fn what_a_format_loses_is_shown_before_it_does() {
    let mut app = open();
    assert!(app.shows("GeoPackage holds no styles"), "what is chosen at first");
    choose(&mut app, "Shapefile (.shp)");
    assert!(app.shows("Field names have ten letters at most"));
    choose(&mut app, "CSV (.csv)");
    assert!(app.shows("Nothing this format can hold is lost") && app.shows("CSV holds no shapes"));
    app.press_button("Cancel");
    assert!(!app.shows("CSV holds no shapes"));
}

#[test]
fn several_tables_go_into_one_file() {
    let mut app = open();
    tick(&mut app, "Accounts");
    tick(&mut app, "Figures");
    choose(&mut app, "Excel (.xlsx)");
    let path = app.path("everything.xlsx");
    app.fill_in("Path to write to", &path.display().to_string());
    app.press_button("Export");
    app.settle();
    assert!(app.was_told("Wrote everything.xlsx"), "{:?}", app.messages());
    assert!(path.is_file());
}

#[test]
fn figures_have_no_place_on_a_map() {
    let mut app = open();
    choose(&mut app, "KML (.kml)");
    tick(&mut app, "Figures");
    let radio = |app: &mut AppHarness, name: &str| {
        let node = app.window().get_by_role_and_label(accesskit::Role::RadioButton, name);
        node.accesskit_node().is_disabled()
    };
    assert!(radio(&mut app, "KML (.kml)") && radio(&mut app, "Shapefile (.shp)"));
    assert!(!radio(&mut app, "Excel (.xlsx)") && !radio(&mut app, "GeoPackage (.gpkg)"));
    tick(&mut app, "Territories");
    tick(&mut app, "Figures");
    assert!(app.shows("Choose what to write"));
    let button = app.window().get_by_role_and_label(accesskit::Role::Button, "Export");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn a_typed_name_tells_the_format() {
    let mut app = open();
    let path = app.path("mine.geojson");
    app.fill_in("Path to write to", &path.display().to_string());
    assert!(app.shows("GeoJSON holds no styles"));
    app.press_button("Export");
    app.settle();
    assert!(path.is_file());
}

#[test]
fn what_changes_hands_is_said_before_the_list_is_written() {
    let mut app = open();
    app.press_button("Hand-over list");
    app.settle();
    assert!(app.shows("change hands") || app.shows("changes hands"), "the sample's column of owners is compared with");
    let path = app.path("handover.xlsx");
    app.fill_in("List to write", &path.display().to_string());
    app.settle();
    app.press_button("Export list");
    app.settle();
    assert!(app.was_told("Wrote handover.xlsx"), "{:?}", app.messages());
    assert!(path.is_file());
}

#[test]
fn the_files_for_salesforce_say_what_is_missing_first() {
    let mut app = open();
    app.press_button("For Salesforce");
    app.settle();
    assert!(app.shows("no Salesforce Id"));
    app.fill_in("External Id field", "Key__c");
    app.settle();
    assert!(app.shows("Territory2: 12 to insert"), "without a reference that names territories all are new");
    let path = app.path("load");
    app.fill_in("Folder to write into", &path.display().to_string());
    app.settle();
    app.press_button("Export files");
    app.settle();
    assert!(path.join("1_insert_Territory2.csv").is_file() && path.join("missing.csv").is_file());
    assert!(app.session().diagnostics.iter().any(|said| said.message.contains("no Id of a user is known")));
}

#[test]
fn hubspot_wants_its_record_ids() {
    let mut app = open();
    app.press_button("For HubSpot");
    app.settle();
    assert!(app.shows("no Record ID"));
    app.press_button("Tables and maps");
    app.settle();
    assert!(app.shows("GeoPackage holds no styles"), "the other tabs are as they were");
}

#[test]
fn a_layer_beside_the_units_is_ticked_like_a_table() {
    let mut app = AppHarness::sample();
    app.write(
        "counties.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"FIPS":"007","NAME":"Adams"},
        "geometry":{"type":"Polygon","coordinates":[[[-84,40],[-83,40],[-83,41],[-84,41],[-84,40]]]}}]}"#,
    );
    let file = app.path("counties.geojson");
    let order = ImportOrder::new(file, ImportWhat::Layer, Vec::new());
    app.act(Action::Layers(LayerAction::Add(Box::new(order))));
    app.settle();
    let layer = app.session().project.layers[0].name.clone();
    app.push([Action::Run(Command::Export)]);
    app.settle();
    tick(&mut app, "Territories");
    tick(&mut app, &layer);
    assert!(app.shows("Nothing this format can hold is lost"));
    let path = app.path("layer.geojson");
    app.fill_in("Path to write to", &path.display().to_string());
    app.press_button("Export");
    app.settle();
    let text = std::fs::read_to_string(&path).expect("it was written");
    assert!(text.contains(r#""code":"007","name":"Adams""#), "{text}");
}

#[test]
fn the_plan_is_held_against_another_project() {
    let mut app = AppHarness::sample();
    let (own, before) = (app.session().path.clone().expect("it has a file"), app.path("before.bwk"));
    std::fs::copy(own, &before).expect("a copy");
    // All of a territory goes to another one.
    let (from, to) = (bailiwick::domain::ids::TerritoryId(1), bailiwick::domain::ids::TerritoryId(2));
    let project = &app.session().project;
    let units = project.units.ids().filter(|&unit| project.plan.territory_of(unit) == from).collect();
    app.act(Action::Assign { units, to });
    app.settle();
    app.push([Action::Run(Command::Export)]);
    app.settle();
    app.press_button("Hand-over list");
    app.settle();
    choose(&mut app, "Another project…");
    app.fill_in("Project to compare with", &before.display().to_string());
    app.settle();
    let path = app.path("handover.csv");
    app.fill_in("List to write", &path.display().to_string());
    app.settle();
    app.press_button("Export list");
    app.settle();
    assert!(app.was_told("Wrote handover.csv"), "{:?}", app.messages());
    let name = |id| app.session().plan().territory_name(id).to_owned();
    let rows = std::fs::read_to_string(&path).expect("it was written");
    assert!(rows.lines().count() > 10, "{rows}");
    assert!(rows.lines().skip(1).all(|row| row.contains(&name(from)) && row.contains(&name(to))), "{rows}");
}
