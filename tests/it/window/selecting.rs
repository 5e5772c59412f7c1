//! Radius, line, grow, shrink, filter and search; and what limits all tools.

use bailiwick::action::{Action, Command};
use bailiwick::domain::spatial::Inside;
use bailiwick::session::view::{Scope, Tool};
use egui::{Key, Modifiers, vec2};

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

#[test]
fn a_radius_selects_what_lies_within_the_distance() {
    let mut app = AppHarness::grid(HALVES);
    app.press_key_of(Command::ToolRadius);
    assert_eq!(app.session().view.tool, Tool::Radius);
    // A little farther than the neighbours' centres, which lie nearer from west to east than from north to south.
    let (from, south) = (app.place_of("7"), app.place_of("13"));
    let way = [from, from + (south - from) * 1.1];
    app.begin_drag(&way);
    assert!(app.app().map().has_gesture());
    app.end_drag(way[1]);
    assert_eq!(selected(&app), ["1", "6", "7", "8", "13"]);
    assert_eq!(steps(&app), 0);
}

#[test]
fn a_line_selects_what_it_passes_through() {
    let mut app = AppHarness::grid(HALVES);
    app.press_key_of(Command::ToolLine);
    app.drag_over(&["0", "3", "15"]);
    assert_eq!(selected(&app), ["0", "1", "2", "3", "9", "15"]);
}

#[test]
fn a_selection_grows_and_shrinks_by_neighbours() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("7");
    app.press_key_of(Command::GrowSelection);
    assert_eq!(selected(&app), ["1", "6", "7", "8", "13"]);
    app.press_key_of(Command::ShrinkSelection);
    assert_eq!(selected(&app), ["7"]);
}

#[test]
fn what_counts_as_inside_can_be_chosen() {
    let mut app = AppHarness::grid(HALVES);
    app.key(Key::R);
    // From a quarter of the way into unit 0 to a tenth into unit 14: the centres of 0, 1, 6 and 7 are inside, and 7 as a whole.
    let cell = app.place_of("7") - app.place_of("0");
    let (from, to) = (app.place_of("0") - cell * 0.1, app.place_of("7") + cell * 0.6);
    let mut with = |inside: Inside| {
        app.window().state_mut().push(Action::SetInside(inside));
        app.settle();
        app.drag(&[from, to]);
        selected(&app).join(" ")
    };
    assert_eq!(with(Inside::Centre), "0 1 6 7");
    assert_eq!(with(Inside::Touched), "0 1 2 6 7 8 12 13 14");
    // Of unit 0 little more than a third lies inside, of 1 and 6 six tenths.
    assert_eq!(with(Inside::Mostly), "1 6 7");
}

#[test]
fn only_from_a_territory_limits_every_tool() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.window().state_mut().push(Action::Run(Command::OnlyTerritory));
    app.settle();
    assert_eq!(app.session().scope(), Scope::Only(app.territory("B")));
    app.key(Key::R);
    assert!(app.shows("Only from B"));
    let around = |app: &AppHarness| [app.place_of("1") - vec2(20.0, 20.0), app.place_of("10") + vec2(20.0, 20.0)];
    let corners = around(&app);
    app.drag(&corners);
    assert_eq!(selected(&app), ["3", "4", "9", "10"]);
    app.press_key_of(Command::ToolLine);
    app.drag_over(&["0", "5"]);
    assert_eq!(selected(&app), ["3", "4", "5"]);
    app.press_key_of(Command::GrowSelection);
    assert_eq!(selected(&app), ["3", "4", "5", "9", "10", "11"]);
    app.press_key_of(Command::SelectAll);
    assert_eq!(selected(&app).len(), 12);
    // The brush takes nothing of A, though B would.
    app.key(Key::B);
    app.drag_over(&["0", "1", "2"]);
    assert_eq!((app.picture(6).as_str(), steps(&app)), (HALVES, 0));
    app.window().state_mut().push(Action::Run(Command::OnlyTerritory));
    app.settle();
    assert_eq!(app.session().scope(), Scope::Everything);
    app.drag_over(&["0", "1", "2"]);
    assert_eq!(app.picture(6), "BBBBBB\nAAABBB\nAAABBB\nAAABBB\n");
}

#[test]
fn only_unassigned_leaves_what_has_a_territory() {
    let mut app = AppHarness::grid("AA--BB\nAA--BB\n");
    app.click_unit("0");
    app.key(Key::B);
    app.window().state_mut().push(Action::SetScope(Scope::Unassigned));
    app.settle();
    app.drag_over(&["1", "2", "3", "4"]);
    assert_eq!(app.picture(6), "AAAABB\nAA--BB\n");
}

#[test]
fn a_filter_selects_by_a_column() {
    let mut app = AppHarness::grid(HALVES);
    app.press_key_of(Command::SelectByFilter);
    app.fill_in("Value", "1");
    assert!(app.shows("24 cells found"));
    app.fill_in("Value", "none");
    assert!(app.shows("Write a number"));
    app.fill_in("Value", "2");
    assert!(app.shows("0 cells found"));
    app.fill_in("Value", "1");
    app.press_button("Select them");
    assert_eq!(selected(&app).len(), 24);
    assert_eq!(steps(&app), 0);
}

#[test]
fn a_click_without_moving_takes_what_the_map_shows_now() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("7");
    assert_eq!(selected(&app), ["7"]);
    let at = app.place_of("7");
    // The map goes one cell to the side beneath the pointer.
    let step = app.place_of("8") - at;
    app.act(Action::Pan { dx: -step.x, dy: 0.0 });
    app.settle();
    app.click(at);
    assert_eq!(selected(&app), ["8"]);
}

#[test]
fn everything_that_a_search_found_can_be_selected() {
    let mut app = AppHarness::grid(HALVES);
    app.press_key_of(Command::Search);
    app.type_text("2");
    app.press_button("Select all 5 cells found");
    assert_eq!(selected(&app), ["2", "20", "21", "22", "23"]);
}

#[test]
fn brackets_change_the_size_of_the_brush() {
    let mut app = AppHarness::grid(HALVES);
    app.key(Key::B);
    let before = app.session().view.brush_radius;
    app.key(Key::CloseBracket);
    assert!(app.session().view.brush_radius > before);
    app.key(Key::OpenBracket);
    assert!((app.session().view.brush_radius - before).abs() < 1e-3);
}

#[test]
fn two_units_are_joined_and_parted_and_it_is_taken_back() {
    let mut app = AppHarness::grid("A.B\nA.B\n");
    let before = app.session().plan().clone();
    app.click_unit("0");
    app.click_with(Modifiers::SHIFT, app.place_of("2"));
    app.press_button("Part");
    assert!(app.was_told("Parted 0 and 2 as neighbours"), "{:?}", app.messages());
    assert!(app.session().view.show_links);
    assert!(app.shows("A is in 2 pieces: cell 2 is cut off"), "the warning follows");
    app.press_button("Take back: 0 and 2 parted");
    assert_eq!(app.session().plan(), &before);
    app.click_unit("1");
    app.click_with(Modifiers::SHIFT, app.place_of("2"));
    assert!(!app.session().neighbours().are_neighbours(app.unit("1"), app.unit("2")));
    app.press_button("Join as neighbours");
    assert!(app.session().neighbours().are_neighbours(app.unit("1"), app.unit("2")));
    assert_eq!(steps(&app), 3);
}
