//! Layers beside the units: added in the window of layers, on the map, as a column, as units.

use bailiwick::action::{Action, Command};
use bailiwick::domain::project::Project;
use bailiwick::jobs::spec::{ImportOrder, ImportWhat};
use bailiwick::session::reference::LayerAction;
use egui::Key;

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

/// Two counties over the halves, of which the west has two columns and the east four.
const COUNTIES: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"FIPS":"0","NAME":"West"},"geometry":{"type":"Polygon","coordinates":
      [[[-90,39.6],[-89.8,39.6],[-89.8,40],[-90,40],[-90,39.6]]]}},
    {"type":"Feature","properties":{"FIPS":"1","NAME":"East"},"geometry":{"type":"Polygon","coordinates":
      [[[-89.8,39.6],[-89.4,39.6],[-89.4,40],[-89.8,40],[-89.8,39.6]]]}}]}"#;

fn with_counties() -> AppHarness {
    let mut app = AppHarness::grid(HALVES);
    app.write("counties.geojson", COUNTIES);
    app.run(Command::Layers);
    app.press_button("Add a layer…");
    look_at(&mut app, "counties.geojson");
    app.press_button("Add layer");
    app.settle();
    app
}

fn look_at(app: &mut AppHarness, file: &str) {
    let path = app.path(file).display().to_string();
    app.fill_in("Path of the file", &path);
    app.press_button("Look at the file");
}

fn lines(app: &AppHarness) -> usize {
    app.app().map().layer_lines(app.session())
}

fn counties(app: &AppHarness) -> Vec<String> {
    let units = &app.session().project.units;
    let column = units.attributes.iter().find(|column| column.name == "County").expect("there is such a column");
    (0..6).map(|row| column.get(row).to_owned()).collect()
}

#[test]
fn a_file_becomes_a_layer_that_is_seen_hidden_renamed_removed_and_kept() {
    let mut app = AppHarness::grid(HALVES);
    assert_eq!(lines(&app), 0);
    app = with_counties();
    assert!(app.was_told("Added the layer Counties with 2 counties"), "{:?}", app.messages());
    // The border between the two, and the way around each.
    assert_eq!(lines(&app), 3);
    app.tick("Counties");
    assert_eq!((lines(&app), steps(&app)), (0, 1));
    app.tick("Counties");
    app.press_button("Rename Counties");
    app.fill_in("Name of the layer", "Kreise");
    app.key(Key::Enter);
    app.settle();
    assert_eq!(app.session().project.layers[0].name, "Kreise");
    let mut app = app.reopen();
    assert_eq!(lines(&app), 3, "it is drawn again when the project is opened");
    app.act(Action::Layers(LayerAction::Remove(0)));
    assert_eq!((lines(&app), app.session().project.layers.len()), (0, 0));
    for (count, name) in [(1, Some("Kreise")), (1, Some("Counties")), (0, None)] {
        app.run(Command::Undo);
        app.settle();
        let layers = &app.session().project.layers;
        assert_eq!((layers.len(), layers.first().map(|layer| layer.name.as_str())), (count, name));
    }
}

#[test]
fn what_areas_are_called_and_where_they_are_from_is_said_before_a_layer_is_added() {
    let mut app = with_counties();
    app.press_button("Add a layer…");
    look_at(&mut app, "counties.geojson");
    assert!(app.shows("2 areas, each a county") && app.shows("FIPS is taken as"));
    app.fill_in("Name of the layer", "counties");
    assert!(app.shows("There is a layer Counties already"));
    app.fill_in("Name of the layer", "Sales");
    app.fill_in("One area is a", "sales region");
    app.fill_in("Source", "Head office");
    app.press_button("Add layer");
    let layer = &app.session().project.layers[1];
    assert_eq!((layer.name.as_str(), layer.areas.count_words(2).as_str()), ("Sales", "2 sales regions"));
    assert_eq!(layer.areas.attribution, "Head office");
}

#[test]
fn figures_of_the_plan_are_counted_by_county() {
    let mut app = with_counties();
    app.press_button("Figures of the plan by county…");
    app.settle();
    assert!(app.shows("0, West, 8, 0, 1, 8") && app.shows("1, East, 16, 0, 2, 16"));
    app.fill_in("Find in the list", "west");
    assert!(!app.shows("1, East, 16"));
    app.press_button("Done");
    assert_eq!(steps(&app), 1, "looking changes nothing");
}

#[test]
fn units_know_their_county_and_all_of_a_county_are_selected() {
    let mut app = with_counties();
    app.press_button("Write as column: the county of each unit");
    app.settle();
    assert_eq!(counties(&app), ["West", "West", "East", "East", "East", "East"]);
    app.run(Command::Layers);
    app.click_unit("1");
    app.run(Command::SelectAlike);
    app.settle();
    assert_eq!(selected(&app), ["0", "1", "6", "7", "12", "13", "18", "19"]);
    assert!(app.was_told("of West"), "{:?}", app.messages());
    app.run(Command::Undo);
    assert!(app.session().project.units.attributes.is_empty());
}

#[test]
fn a_layer_is_used_as_units_after_it_was_told_what_that_changes() {
    let mut app = with_counties();
    app.press_button("Use Counties as units…");
    app.settle();
    assert!(app.shows("2 counties become the units; the 24 cells stay as the layer Cells"));
    app.press_button("Cancel");
    app.settle();
    assert_eq!((app.session().project.units.len(), steps(&app)), (24, 1));
    app.press_button("Use Counties as units…");
    app.settle();
    app.press_button("Use as units");
    app.settle();
    // Of the west all is A's, of the east a quarter.
    assert_eq!(app.picture(2), "AB\n");
    assert_eq!(
        (app.session().project.units.kind.as_str(), app.session().project.layers[0].name.as_str()),
        ("county", "Cells")
    );
    assert_eq!(lines(&app), app.session().project.layers[0].areas.topology.arc_count());
    app.run(Command::Undo);
    app.settle();
    assert_eq!(app.picture(6), HALVES);
    assert_eq!(app.session().project.layers[0].name, "Counties");
    app.run(Command::Redo);
    app.settle();
    let app = app.reopen();
    assert_eq!(app.picture(2), "AB\n");
}

#[test]
fn a_layer_is_seen_in_a_project_without_units() {
    let mut app = AppHarness::of(Project { name: "Empty".into(), ..Project::default() });
    app.write("counties.geojson", COUNTIES);
    app.run(Command::AddLayer);
    look_at(&mut app, "counties.geojson");
    app.press_button("Add layer");
    app.settle();
    assert_eq!(lines(&app), 3);
    let centre = app.session().view.camera.centre;
    assert!((centre.lon + 89.7).abs() < 0.1 && (centre.lat - 39.8).abs() < 0.1, "the map goes there: {centre:?}");
}

#[test]
fn a_file_that_is_no_layer_changes_nothing_and_says_why() {
    let mut app = AppHarness::grid(HALVES);
    app.write("none.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}");
    let order = ImportOrder::new(app.path("none.geojson"), ImportWhat::Layer, Vec::new());
    app.act(Action::Layers(LayerAction::Add(Box::new(order))));
    app.settle();
    assert!(app.session().project.layers.is_empty() && steps(&app) == 0);
    assert!(app.was_told("Could not read"), "{:?}", app.messages());
    app.run(Command::SelectAlike);
    assert!(app.was_told("Select a unit first"), "{:?}", app.messages());
}
