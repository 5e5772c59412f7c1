//! Layers and alignments in, through the dialogs: what the file says, what is chosen, what is asked before anything is changed.

use bailiwick::action::{Action, Command};
use bailiwick::domain::ids::TerritoryId;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::{HALVES, steps};
use crate::harness::AppHarness;

/// Four squares in two states, each with ten people.
fn squares() -> String {
    let features = [("43001", "OH"), ("43002", "OH"), ("44001", "OH"), ("46001", "IN")];
    let feature = |(index, (code, state)): (usize, &(&str, &str))| {
        let [west, east] = [index as f64 - 90.0, index as f64 - 89.0];
        format!(
            r#"{{"type":"Feature","properties":{{"zip":"{code}","state":"{state}","population":10}},"geometry":{{"type":"Polygon",
            "coordinates":[[[{west},39],[{east},39],[{east},40],[{west},40],[{west},39]]]}}}}"#
        )
    };
    let features: Vec<String> = features.iter().enumerate().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn pick(app: &mut AppHarness, words: &str) {
    app.window().get_by_role_and_label(Role::RadioButton, words).scroll_to_me();
    app.settle();
    app.window().get_by_role_and_label(Role::RadioButton, words).click();
    app.settle();
}

fn owner(app: &AppHarness, code: &str) -> String {
    let plan = app.session().plan();
    match plan.territory_of(app.unit(code)) {
        TerritoryId::UNASSIGNED => String::new(),
        id => plan.territory_name(id).to_owned(),
    }
}

#[test]
fn areas_that_are_dropped_can_be_dissolved() {
    let mut app = AppHarness::grid(HALVES);
    app.write("areas.geojson", &squares());
    app.act(Action::Take(app.path("areas.geojson")));
    assert!(app.shows("Import units") && app.shows("4 areas, each a ZIP area"));
    assert!(app.shows("coordinates: not said, read as longitude and latitude"));
    app.choose("Dissolve by", "state");
    assert!(app.shows("dissolved into 2, each a state"));
    app.choose("Dissolve by", "zip");
    app.choose("Characters that count", "first 3 characters");
    assert!(app.shows("dissolved into 3, each a 3-digit ZIP area"));
    app.press_button("Import");
    let units = &app.session().project.units;
    assert_eq!((units.codes.join(" "), units.kind.as_str()), ("430 440 460".to_owned(), "3-digit ZIP area"));
    let population = app.session().project.find_measure("population").expect("it is a measure");
    let values = &app.session().project.measures[population.index()].values;
    assert_eq!(*values, [20.0, 10.0, 10.0]);
}

#[test]
fn points_that_are_dropped_are_accounts() {
    let mut app = AppHarness::grid(HALVES);
    let point = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ID":"A","Name":"Oak","Revenue":5},
        "geometry":{"type":"Point","coordinates":[-89.95,39.95]}}]}"#;
    app.write("places.json", point);
    app.act(Action::Take(app.path("places.json")));
    assert!(app.shows("Import accounts") && app.shows("1 row"));
    app.press_button("Import");
    let accounts = &app.session().project.accounts;
    assert_eq!(accounts.names, ["Oak"]);
    assert_eq!(accounts.units[0], Some(app.unit("0")));
}

#[test]
fn a_layer_and_a_coordinate_system_are_chosen_in_the_dialog() {
    let mut app = AppHarness::grid(HALVES);
    let topology = r#"{"type":"Topology","arcs":[[[0,0],[50000,0]],[[50000,0],[50000,50000],[0,50000],[0,0]],
        [[50000,0],[90000,0],[90000,50000],[50000,50000]],[[50000,50000],[50000,0]]],"objects":{
        "halves":{"type":"GeometryCollection","geometries":[{"type":"Polygon","id":"L","arcs":[[0,1]]},{"type":"Polygon","id":"R","arcs":[[2,3]]}]},
        "left":{"type":"GeometryCollection","geometries":[{"type":"Polygon","id":"L","arcs":[[0,1]]}]}}}"#;
    app.write("metres.topojson", topology);
    app.act(Action::Take(app.path("metres.topojson")));
    assert!(app.shows("are not degrees"));
    app.fill_in("EPSG number of the coordinate system", "3857");
    app.key(Key::Tab);
    app.settle();
    assert!(app.shows("2 areas, each a") && app.shows("coordinates: EPSG:3857"));
    app.choose("Layer", "left");
    assert!(app.shows("1 area, each a"));
    app.press_button("Import");
    let units = &app.session().project.units;
    assert_eq!(units.len(), 1);
    assert!((units.bounds[0].max.lon - 0.449).abs() < 0.001, "{:?}", units.bounds);
}

#[test]
fn what_a_file_of_territories_leaves_open_is_asked_before_anything_is_changed() {
    let mut app = AppHarness::grid_choosing(HALVES, &["new.csv"]);
    app.write("new.csv", "unit,territory,revenue\n0,West,10\n0,A,90\n1,South,5\n99,A,1\n");
    app.run(Command::ImportAlignment);
    app.press_button("Browse…");
    let before = steps(&app);
    app.press_button("Import");
    for words in [
        "1 code given to several territories",
        "1 row with codes that the project does not have",
        "2 territories that the plan does not have",
        "22 units with a territory that the file does not name",
        "1 of 1 would change territory",
    ] {
        assert!(app.shows(words), "{words}");
    }
    assert_eq!(steps(&app), before);
    // Back to the columns and forth again.
    app.press_button("Back");
    assert!(app.shows("Taken as"));
    app.press_button("Import");
    pick(&mut app, "Take the first row");
    pick(&mut app, "Unassign them");
    app.press_button("Import");
    assert_eq!(steps(&app), before + 1);
    assert_eq!([owner(&app, "0"), owner(&app, "1"), owner(&app, "2")], ["West", "South", ""]);
    app.run(Command::Undo);
    assert_eq!([owner(&app, "0"), owner(&app, "1"), owner(&app, "2")], ["A", "A", "A"]);
}

#[test]
fn unknown_codes_can_stop_the_import_and_sums_decide() {
    let mut app = AppHarness::grid_choosing(HALVES, &["new.csv"]);
    app.write("new.csv", "unit,territory,revenue\n0,West,10\n0,A,90\n0,West,1\n99,A,1\n");
    app.run(Command::ImportAlignment);
    app.press_button("Browse…");
    app.press_button("Import");
    pick(&mut app, "Stop the import");
    assert!(app.shows("Unknown codes stop the import"));
    pick(&mut app, "Leave them out");
    pick(&mut app, "Take the territory with the largest sum of");
    app.press_button("Import");
    assert_eq!(owner(&app, "0"), "A");
}

#[test]
fn any_number_of_levels_comes_in_from_one_sheet() {
    let mut app = AppHarness::grid_choosing(HALVES, &["levels.csv"]);
    let row = |code: usize| format!("{code},{},D,R,Z,Earth\n", if code % 6 < 3 { "A" } else { "B" });
    let rows: String = (0..24).map(row).collect();
    app.write("levels.csv", &format!("unit,territory,district,region,zone,planet\n{rows}"));
    app.run(Command::ImportAlignment);
    app.press_button("Browse…");
    app.choose("zone is taken as", "level 3 (above region)");
    app.choose("planet is taken as", "level 4");
    app.press_button("Import");
    let plan = app.session().plan();
    assert_eq!(plan.hierarchy().levels(), ["District", "Region", "Zone", "Planet"]);
    assert_eq!(plan.hierarchy().on_level(3).count(), 1);
}
