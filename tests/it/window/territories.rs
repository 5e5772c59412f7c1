//! Making and changing territories.

use bailiwick::action::{Action, Command};
use egui::{Key, Modifiers};

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

const NAME: &str = "Name of the territory";

#[test]
fn a_new_territory_takes_the_selection_and_asks_for_its_name() {
    let mut app = AppHarness::grid(HALVES);
    let before = app.session().plan().clone();
    app.click_unit("0");
    app.click_with(Modifiers::SHIFT, app.place_of("6"));
    app.key_with(Modifiers::COMMAND, Key::T);
    app.fill_in(NAME, "North");
    app.key(Key::Enter);
    assert_eq!(app.picture(6), "NAABBB\nNAABBB\nAAABBB\nAAABBB\n");
    let north = app.territory("North");
    assert_eq!(app.session().active, north);
    assert_eq!(app.shown_load("North"), 2.0);
    let colours: Vec<[u8; 3]> = app.session().plan().territories().map(|(_, territory)| territory.colour).collect();
    assert_ne!(colours[0], colours[2]);
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan().territory_name(north), "Territory 1");
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &before);
    assert_eq!(app.session().active, Default::default(), "what is gone is not active");
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("0");
    app.key(Key::F2);
    app.fill_in(NAME, "b");
    app.key(Key::Enter);
    assert!(app.was_told("There is a territory called b already"), "{:?}", app.messages());
    assert_eq!(app.picture(6), HALVES);
    assert_eq!(steps(&app), 0);
}

#[test]
fn escape_leaves_the_name_as_it_was() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("0");
    app.key(Key::F2);
    app.fill_in(NAME, "Someone else");
    app.key(Key::Escape);
    assert_eq!(app.picture(6), HALVES);
    assert_eq!(steps(&app), 0);
    assert_eq!(selected(&app), ["0"], "only one step back");
}

#[test]
fn a_colour_can_be_changed_and_taken_back() {
    let mut app = AppHarness::grid(HALVES);
    let a = app.territory("A");
    app.window().state_mut().push(Action::RecolourTerritory { id: a, colour: [10, 120, 200] });
    app.settle();
    let colour = |app: &AppHarness| app.session().plan().territory(a).map(|territory| territory.colour);
    assert_eq!(colour(&app), Some([10, 120, 200]));
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(colour(&app), Some([0, 0, 0]));
}

#[test]
fn a_removed_territory_leaves_its_units_to_nobody() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("0");
    app.press_button("Remove");
    assert_eq!(app.picture(6), "---BBB\n---BBB\n---BBB\n---BBB\n");
    assert!(app.shows("12 cells unassigned"));
    assert_eq!(steps(&app), 1);
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.picture(6), HALVES);
}

#[test]
fn the_table_and_the_map_show_the_same_territory() {
    let mut app = AppHarness::grid(HALVES);
    app.click_list_item("Territory B");
    assert_eq!(app.session().active, app.territory("B"));
    app.window().state_mut().push(Action::Run(Command::SelectUnitsOfTerritory));
    app.settle();
    assert_eq!(selected(&app).len(), 12);
    app.click_list_item("Territory A");
    assert_eq!(app.session().active, app.territory("A"));
}
