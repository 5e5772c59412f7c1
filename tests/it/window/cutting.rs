//! Units cut along what is drawn: shown, taken, taken back.

use bailiwick::action::{Action, Command};
use bailiwick::domain::ids::TerritoryId;
use bailiwick::session::view::BottomTab;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;

use super::{HALVES, steps};
use crate::harness::AppHarness;

/// A window with nothing over the map but what the tools need, and room around the units.
fn window() -> AppHarness {
    let mut app = AppHarness::grid(HALVES);
    app.run(Command::ToggleLegend);
    app.run(Command::ToggleTable);
    app
}

fn units(app: &AppHarness) -> usize {
    app.session().project.units.len()
}

fn owner(app: &AppHarness, code: &str) -> String {
    let plan = app.session().plan();
    plan.territory_name(plan.territory_of(app.unit(code))).to_owned()
}

/// Points that a cell is wide.
fn cell(app: &AppHarness) -> f32 {
    app.place_of("1").x - app.place_of("0").x
}

/// B is active, and the boundary takes more than half of its neighbours in the third column.
fn draw_boundary_into_a(app: &mut AppHarness) {
    app.click_unit("3");
    app.key(Key::P);
    app.window().get_by_role_and_label(Role::ComboBox, "Takes").click();
    app.settle();
    app.press_button("cut along the line");
    assert!(app.session().cuts());
    let size = cell(app);
    let (upper, lower) = (app.place_of("2"), app.place_of("23"));
    let (west, east) = (upper.x - 0.4 * size, lower.x + 0.3 * size);
    let (north, south) = (upper.y - 0.1 * size, lower.y + 0.3 * size);
    for corner in [(west, north), (east, north), (east, south), (west, south)] {
        app.click(Pos2::new(corner.0, corner.1));
    }
    app.key(Key::Enter);
    app.settle();
}

#[test]
fn a_boundary_cuts_units_and_is_one_step_that_can_be_taken_back_after_reopening() {
    let mut app = window();
    let before = app.session().plan().clone();
    let shapes = app.session().project.units.topology.arrays().clone();
    draw_boundary_into_a(&mut app);
    // Shown, not done. A unit's load of 1 goes to its larger part.
    assert!(app.shows("Shown on the map, not yet done"));
    assert!(app.shows("Cut 4 cells and assigned the parts inside to B"));
    assert!(app.shows("Figures of the cells are divided by area"));
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (8.0, 16.0));
    assert_eq!((units(&app), steps(&app)), (24, 0));
    assert_eq!(app.session().plan(), &before);

    app.press_button("Accept");
    assert_eq!((units(&app), steps(&app)), (28, 1));
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (8.0, 16.0));
    assert_eq!(["2-a", "2-b", "20-a", "20-b", "1"].map(|code| owner(&app, code)), ["A", "B", "A", "B", "A"]);
    let notes: Vec<&str> = app.session().diagnostics.iter().map(|note| note.place.item.as_str()).collect();
    assert_eq!(notes, ["2", "8", "14", "20"]);
    assert!(app.was_told("Cut 4 cells"), "{:?}", app.messages());

    app.key_with(Modifiers::COMMAND, Key::Z);
    app.settle();
    assert_eq!((units(&app), steps(&app)), (24, 0));
    assert_eq!(app.session().plan(), &before);
    assert_eq!(app.session().project.units.topology.arrays(), &shapes);
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (12.0, 12.0));
    assert!(app.session().diagnostics.is_empty());

    app.key_with(Modifiers::COMMAND, Key::Y);
    app.settle();
    assert_eq!((units(&app), owner(&app, "8-b")), (28, "B".to_owned()));
    // Painting goes on with the pieces.
    app.key(Key::V);
    app.click_unit("0");
    app.key(Key::B);
    app.click(app.place_of("2-b"));
    app.settle();
    assert_eq!((owner(&app, "2-b"), steps(&app)), ("A".to_owned(), 2));

    let mut app = app.reopen();
    app.settle();
    assert_eq!((units(&app), steps(&app)), (28, 2));
    assert_eq!(app.session().diagnostics.len(), 4, "what was done is in the file");
    app.key_with(Modifiers::COMMAND, Key::Z);
    app.key_with(Modifiers::COMMAND, Key::Z);
    app.settle();
    assert_eq!((units(&app), steps(&app)), (24, 0));
    assert_eq!(app.session().plan(), &before);
    assert_eq!(app.session().project.units.topology.arrays(), &shapes);
}

#[test]
fn a_cut_that_is_discarded_leaves_everything_as_it_is() {
    let mut app = window();
    draw_boundary_into_a(&mut app);
    app.press_button("Discard");
    assert_eq!((units(&app), steps(&app)), (24, 0));
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (12.0, 12.0));
    assert_eq!(app.picture(6), HALVES);
}

#[test]
fn a_line_parts_what_it_crosses_and_nothing_changes_hands() {
    let mut app = window();
    app.key(Key::K);
    app.act(Action::SetCut(true));
    let size = cell(&app);
    let (from, to) = (app.place_of("12"), app.place_of("17"));
    app.drag(&[from - vec2(0.8 * size, 0.0), from, to, to + vec2(0.8 * size, 0.0)]);
    app.settle();
    app.run(Command::AcceptProposal);
    assert_eq!((units(&app), steps(&app)), (30, 1));
    assert_eq!(["12-a", "12-b", "17-a", "17-b"].map(|code| owner(&app, code)), ["A", "A", "B", "B"]);
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (12.0, 12.0));
}

#[test]
fn a_lasso_cuts_and_selects_what_is_inside() {
    let mut app = window();
    app.key(Key::L);
    app.act(Action::SetCut(true));
    let size = cell(&app);
    let middle = app.place_of("8");
    let corner = |x: f32, y: f32| middle + vec2(x * size, y * size);
    app.drag(&[corner(-0.8, -0.8), corner(0.8, -0.8), corner(0.8, 0.8), corner(-0.8, 0.8)]);
    app.settle();
    app.run(Command::AcceptProposal);
    assert_eq!(units(&app), 32, "eight around are cut");
    let selected: Vec<&str> = {
        let session = app.session();
        session.selection.units.iter().map(|unit| session.project.units.codes[unit.index()].as_str()).collect()
    };
    assert_eq!(selected.len(), 9);
    assert!(selected.contains(&"8") && selected.contains(&"1-b"), "{selected:?}");
}

#[test]
fn the_history_is_gone_through_over_a_cut() {
    let mut app = window();
    app.click_unit("3");
    app.key(Key::B);
    app.click(app.place_of("2"));
    draw_boundary_into_a(&mut app);
    app.press_button("Accept");
    app.key(Key::V);
    app.click_unit("0");
    app.key(Key::B);
    app.click(app.place_of("8-b"));
    app.settle();
    // Unit 2 was B's already, and is not cut.
    assert_eq!((units(&app), steps(&app)), (27, 3));
    app.act(Action::JumpTo(0));
    app.settle();
    assert_eq!((units(&app), steps(&app)), (24, 0));
    assert_eq!(app.picture(6), HALVES);
    app.act(Action::JumpTo(3));
    app.settle();
    assert_eq!((units(&app), steps(&app)), (27, 3));
    assert_eq!(["2", "8-a", "8-b", "14-b"].map(|code| owner(&app, code)), ["B", "A", "A", "B"]);
}

#[test]
fn what_cannot_be_cut_is_said() {
    let mut app = window();
    app.key(Key::K);
    app.act(Action::SetCut(true));
    let at = app.place_of("8");
    app.drag(&[at, at + vec2(4.0, 0.0), at + vec2(9.0, 2.0)]);
    app.settle();
    assert!(app.was_told("The line crosses no cell from side to side"), "{:?}", app.messages());
    assert_eq!((units(&app), steps(&app)), (24, 0));
    // What is locked stays whole, and that is in the report.
    app.key(Key::V);
    app.click_unit("8");
    app.run(Command::LockUnits);
    draw_boundary_into_a(&mut app);
    assert!(app.shows("1 cell stays whole: locked"));
    app.press_button("Accept");
    assert_eq!(units(&app), 27);
    app.act(Action::SetTab(BottomTab::Problems));
    let kept = app.session().diagnostics.iter().find(|note| note.place.item == "8").expect("it is told");
    assert!(kept.message.contains("it is locked"), "{}", kept.message);
    assert_eq!(app.session().plan().territory_of(app.unit("8")), TerritoryId(1));
}
