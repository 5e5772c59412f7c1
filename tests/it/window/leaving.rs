//! Closing the window, and opening another project, while something would be lost by it.

use bailiwick::action::Action;
use bailiwick::domain::ids::TerritoryId;
use bailiwick::jobs::spec::{ExportOrder, What};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::{HALVES, steps};
use crate::harness::AppHarness;

/// A change that is in memory only, because the file has gone from its place.
fn with_a_change_not_on_disk(files: &[&str]) -> AppHarness {
    let mut app = AppHarness::grid_choosing(HALVES, files);
    std::fs::rename(app.path("plan.bwk"), app.path("away")).expect("the file can be moved");
    app.click_unit("3");
    app.key(Key::Delete);
    while !app.shows("not on disk") {
        app.step();
    }
    app
}

/// Presses a button after which the window may close.
fn click(app: &mut AppHarness, words: &str) {
    app.window().get_by_role_and_label(Role::Button, words).click();
    app.step();
    app.step();
}

const ASKED: &str = "The last changes are not on disk";

#[test]
fn a_window_with_everything_on_disk_closes() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.key(Key::Delete);
    assert!(app.close());
    let app = app.reopen();
    assert_eq!(app.picture(6), "AAA-BB\nAAABBB\nAAABBB\nAAABBB\n");
}

#[test]
fn what_is_still_being_written_is_on_disk_when_the_window_has_closed() {
    let mut app = AppHarness::grid(HALVES);
    app.push([Action::Assign { units: vec![app.unit("3")], to: TerritoryId::UNASSIGNED }]);
    assert!(app.close());
    let written = std::fs::read(app.path("plan.bwk")).expect("the file can be read");
    std::fs::write(app.path("as it was.bwk"), written).expect("a file can be written");
    let app = app.reopen_on("as it was.bwk");
    assert_eq!(app.picture(6), "AAA-BB\nAAABBB\nAAABBB\nAAABBB\n");
}

#[test]
fn closing_with_changes_that_are_not_on_disk_asks_first() {
    let mut app = with_a_change_not_on_disk(&[]);
    assert!(!app.close());
    assert!(app.shows(ASKED) && app.shows("plan.bwk has been moved or deleted"));
    app.press_button("Cancel");
    assert!(!app.shows(ASKED));
    assert_eq!((app.picture(6).as_str(), steps(&app)), ("AAA-BB\nAAABBB\nAAABBB\nAAABBB\n", 1));
    // Quit from the menu asks as well, and Escape stays.
    app.key_with(Modifiers::COMMAND, Key::Q);
    assert!(app.shows(ASKED));
    app.key(Key::Escape);
    assert!(!app.shows(ASKED) && !app.closes());
}

#[test]
fn the_window_closes_once_trying_again_has_worked() {
    let mut app = with_a_change_not_on_disk(&[]);
    assert!(!app.close());
    std::fs::rename(app.path("away"), app.path("plan.bwk")).expect("the file can be moved");
    // The button has the keyboard.
    app.window().key_press_modifiers(Modifiers::NONE, Key::Enter);
    app.step();
    // Nothing is under way in the window meanwhile; the writer tells it.
    while !app.closes() {
        app.step();
    }
    let app = app.reopen();
    assert_eq!(app.picture(6), "AAA-BB\nAAABBB\nAAABBB\nAAABBB\n");
}

#[test]
fn the_window_closes_once_a_copy_is_saved_elsewhere() {
    let mut app = with_a_change_not_on_disk(&["copy.bwk"]);
    assert!(!app.close());
    click(&mut app, "Save a copy as…");
    assert!(app.closes(), "{:?}", app.messages());
    let copy = std::fs::read(app.path("copy.bwk")).expect("there is a copy");
    std::fs::write(app.path("again.bwk"), copy).expect("a file can be written");
    let app = app.reopen_on("again.bwk");
    assert_eq!(app.picture(6), "AAA-BB\nAAABBB\nAAABBB\nAAABBB\n");
}

#[test]
fn the_window_closes_at_once_when_the_changes_may_be_lost() {
    let mut app = with_a_change_not_on_disk(&[]);
    assert!(!app.close());
    click(&mut app, "Close anyway");
    assert!(app.closes());
}

#[test]
fn opening_another_project_asks_before_changes_are_lost() {
    let mut app = with_a_change_not_on_disk(&[]);
    app.make_project("other.bwk", "XXYY\n");
    app.push([Action::Open(app.path("other.bwk"))]);
    app.settle();
    assert!(app.shows(ASKED) && app.shows("would be lost when other.bwk opens"));
    app.press_button("Cancel");
    assert_eq!(app.picture(6), "AAA-BB\nAAABBB\nAAABBB\nAAABBB\n");
    assert!(app.was_told("other.bwk was not opened"), "{:?}", app.messages());
    app.push([Action::Open(app.path("other.bwk"))]);
    app.settle();
    app.press_button("Open anyway");
    assert_eq!(app.picture(4), "XXYY\n");
    assert_eq!(app.session().read_only, None, "the file was let go when it was not opened");
}

#[test]
fn a_project_left_behind_can_be_opened_again_at_once() {
    let mut app = AppHarness::grid(HALVES);
    app.make_project("other.bwk", "XXYY\n");
    app.click_unit("3");
    app.key(Key::Delete);
    for _ in 0..3 {
        app.push([Action::Open(app.path("other.bwk"))]);
        app.settle();
        assert_eq!((app.picture(4).as_str(), app.session().read_only.clone()), ("XXYY\n", None));
        app.push([Action::Open(app.path("plan.bwk"))]);
        app.settle();
        assert_eq!(app.session().read_only, None);
        assert_eq!(app.picture(6), "AAA-BB\nAAABBB\nAAABBB\nAAABBB\n");
    }
}

#[test]
fn closing_waits_for_a_file_that_is_being_written() {
    let mut app = AppHarness::sample();
    let path = app.path("units.geojson");
    app.push([Action::Export(ExportOrder::new(What::Units, path.clone()))]);
    assert!(app.close());
    assert!(path.is_file());
    assert!(app.was_told("Wrote units.geojson"), "{:?}", app.messages());
}

#[test]
fn the_window_stays_when_the_file_it_waited_for_could_not_be_written() {
    let mut app = AppHarness::grid(HALVES);
    let path = app.path("no such folder").join("units.csv");
    app.push([Action::Export(ExportOrder::new(What::Units, path))]);
    assert!(!app.close());
    assert!(app.was_told("Could not write units.csv"), "{:?}", app.messages());
    assert!(app.close(), "told once is enough");
}
