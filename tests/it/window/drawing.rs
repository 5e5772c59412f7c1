//! The tools of the map, by mouse.

use egui::{Key, Modifiers, Pos2, Vec2, vec2};

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

#[test]
fn a_click_selects_the_unit_and_its_territory() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("9");
    assert_eq!(selected(&app), ["9"]);
    assert_eq!(app.session().active, app.territory("B"));
    app.click_with(Modifiers::SHIFT, app.place_of("8"));
    assert_eq!(selected(&app), ["8", "9"]);
    app.click_with(Modifiers::SHIFT, app.place_of("9"));
    assert_eq!(selected(&app), ["8"]);
    app.click_unit("0");
    assert_eq!(selected(&app), ["0"]);
    assert_eq!(app.session().active, app.territory("A"));
    assert_eq!(steps(&app), 0);
}

#[test]
fn a_stroke_of_the_brush_moves_figures_at_once_and_is_one_step() {
    let mut app = AppHarness::grid(HALVES);
    let before = app.session().plan().clone();
    app.click_unit("3");
    app.key(Key::B);
    let way = app.way_over(&["2", "8", "14"]);
    app.begin_drag(&way);
    assert_eq!(app.session().plan(), &before, "the plan changes when the stroke ends");
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (9.0, 15.0));
    app.end_drag(way[2]);
    assert_eq!(app.picture(6), "AABBBB\nAABBBB\nAABBBB\nAAABBB\n");
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (9.0, 15.0));
    assert!(app.session().preview.is_none());
    assert_eq!(steps(&app), 1);

    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &before);
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (12.0, 12.0));
    assert_eq!(steps(&app), 0);
    app.key_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(app.picture(6), "AABBBB\nAABBBB\nAABBBB\nAAABBB\n");
}

#[test]
fn without_an_active_territory_a_stroke_carries_on_the_one_it_begins_in() {
    let mut app = AppHarness::grid(HALVES);
    app.key(Key::B);
    app.drag_over(&["2", "3"]);
    assert_eq!(app.picture(6), "AAAABB\nAAABBB\nAAABBB\nAAABBB\n");
}

#[test]
fn escape_drops_the_stroke() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.key(Key::B);
    let way = app.way_over(&["2", "8"]);
    app.begin_drag(&way);
    app.key(Key::Escape);
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (12.0, 12.0));
    app.end_drag(way[1]);
    assert_eq!(app.picture(6), HALVES);
    assert_eq!(steps(&app), 0);
    assert_eq!(selected(&app), ["3"], "only one step back");
}

#[test]
fn a_locked_territory_takes_and_gives_nothing() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.press_button("Lock the territory");
    assert!(app.session().plan().territory(app.territory("B")).is_some_and(|territory| territory.locked));
    app.key(Key::B);
    // Into it.
    let way = app.way_over(&["2", "8"]);
    app.begin_drag(&way);
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (12.0, 12.0), "nothing is shown that will not be");
    app.end_drag(way[1]);
    assert_eq!(app.picture(6), HALVES);
    assert!(app.was_told("B is locked"), "{:?}", app.messages());
    // Out of it.
    app.key(Key::V);
    app.click_unit("2");
    app.key(Key::B);
    app.drag_over(&["2", "3", "9"]);
    assert_eq!(app.picture(6), HALVES);
    assert!(app.was_told("because they are locked"), "{:?}", app.messages());
    assert_eq!(steps(&app), 1, "the lock alone");
}

#[test]
fn a_rectangle_selects_what_has_its_centre_in_it() {
    let mut app = AppHarness::grid(HALVES);
    app.key(Key::R);
    let [from, _, to, _] = around(&app, "0", "7");
    app.drag(&[from, to]);
    assert_eq!(selected(&app), ["0", "1", "6", "7"]);
    assert_eq!(app.picture(6), HALVES);
}

#[test]
fn a_lasso_selects_what_has_its_centre_in_it() {
    let mut app = AppHarness::grid(HALVES);
    app.key(Key::L);
    app.drag(&around(&app, "8", "15"));
    assert_eq!(selected(&app), ["8", "9", "14", "15"]);
}

#[test]
fn a_drawn_boundary_gives_what_is_inside_to_the_active_territory() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.key(Key::P);
    for corner in around(&app, "2", "8") {
        app.click(corner);
    }
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (10.0, 14.0), "shown before it is closed");
    assert_eq!(app.picture(6), HALVES);
    app.key(Key::Enter);
    assert_eq!(app.picture(6), "AABBBB\nAABBBB\nAAABBB\nAAABBB\n");
    assert_eq!(steps(&app), 1);
}

#[test]
fn a_boundary_around_nothing_lets_the_window_rest() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.key(Key::P);
    let beside = app.place_of("17") + vec2(90.0, 0.0);
    for offset in [Vec2::ZERO, vec2(30.0, 0.0), vec2(30.0, 30.0)] {
        app.click(beside + offset);
    }
    assert!(app.app().map().has_gesture());
    app.step();
    assert!(!app.wants_repaint(), "{:?}", app.window().ctx.repaint_causes());
}

#[test]
fn the_wheel_zooms_to_the_pointer_and_a_drag_moves_the_map() {
    let mut app = AppHarness::grid(HALVES);
    let (zoom, there) = (app.session().view.camera.zoom, app.place_of("7"));
    app.window().event(egui::Event::PointerMoved(there));
    app.window().event(egui::Event::MouseWheel {
        source: egui::MouseWheelSource::Wheel,
        unit: egui::MouseWheelUnit::Line,
        delta: vec2(0.0, 2.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
    });
    app.settle();
    assert!(app.session().view.camera.zoom > zoom + 0.2, "{zoom} then {}", app.session().view.camera.zoom);
    assert!(app.place_of("7").distance(there) < 1.0, "what is under the pointer stays there");
    app.drag(&[there, there + vec2(60.0, 40.0)]);
    assert!((app.place_of("7") - there - vec2(60.0, 40.0)).length() < 2.0);
    assert_eq!(steps(&app), 0);
}

/// Corners a little outside of two units' centres, clockwise from the upper left.
fn around(app: &AppHarness, upper_left: &str, lower_right: &str) -> [Pos2; 4] {
    let (from, to) = (app.place_of(upper_left) - vec2(20.0, 20.0), app.place_of(lower_right) + vec2(20.0, 20.0));
    [from, Pos2::new(to.x, from.y), to, Pos2::new(from.x, to.y)]
}
