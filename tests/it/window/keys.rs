//! The keyboard: what the command table says is what happens.

use bailiwick::action::Command;
use bailiwick::session::Session;
use bailiwick::session::view::Tool;
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

#[test]
fn no_key_means_two_things() {
    let mut seen = std::collections::BTreeMap::new();
    for command in Command::ALL.iter().filter(|command| command.shortcut().is_some()) {
        if let Some(other) = seen.insert(command.key_words(), command) {
            panic!("{} is the key of {other:?} and {command:?}", command.key_words());
        }
    }
    assert!(seen.len() > 20);
}

#[test]
fn keys_do_what_the_command_table_says() {
    let mut app = AppHarness::grid(HALVES);
    type Check = fn(&Session) -> bool;
    let tools: [(Command, Check); 5] = [
        (Command::ToolRectangle, |session| session.view.tool == Tool::Rectangle),
        (Command::ToolLasso, |session| session.view.tool == Tool::Lasso),
        (Command::ToolBrush, |session| session.view.tool == Tool::Brush),
        (Command::ToolPolygon, |session| session.view.tool == Tool::Polygon),
        (Command::ToolSelect, |session| session.view.tool == Tool::Select),
    ];
    let plan: [(Command, Check); 9] = [
        (Command::SelectAll, |session| session.selection.units.len() == 24),
        (Command::AssignSelection, |session| session.totals.unit_count(session.active) == 24),
        (Command::UnassignSelection, |session| session.totals.unit_count(Default::default()) == 24),
        (Command::Undo, |session| session.totals.unit_count(session.active) == 24),
        (Command::Undo, |session| session.totals.unit_count(session.active) == 12),
        (Command::Redo, |session| session.totals.unit_count(session.active) == 24),
        (Command::LockUnits, |session| session.plan().locked_units().len() == 24),
        (Command::LockUnits, |session| session.plan().locked_units().is_empty()),
        (Command::NewTerritory, |session| session.plan().territory_count() == 3),
    ];
    let panels: [(Command, Check); 4] = [
        (Command::ToggleInspector, |session| !session.view.show_inspector),
        (Command::ToggleTable, |session| !session.view.show_table),
        (Command::ToggleInspector, |session| session.view.show_inspector),
        (Command::ToggleTable, |session| session.view.show_table),
    ];
    app.click_unit("3");
    for (command, done) in tools.into_iter().chain(panels).chain(plan) {
        app.press_key_of(command);
        assert!(done(app.session()), "{} with {}", command.words(), command.key_words());
    }
}

#[test]
fn plus_and_minus_zoom_and_f_shows_everything() {
    let mut app = AppHarness::grid(HALVES);
    let all = app.session().view.camera;
    app.press_key_of(Command::ZoomIn);
    assert!((app.session().view.camera.zoom - all.zoom - 1.0).abs() < 1e-6);
    app.press_key_of(Command::ZoomOut);
    app.press_key_of(Command::ZoomOut);
    assert!((app.session().view.camera.zoom - all.zoom + 1.0).abs() < 1e-6);
    app.press_key_of(Command::FitPlan);
    assert!((app.session().view.camera.zoom - all.zoom).abs() < 1e-6);
}

#[test]
fn escape_backs_out_one_step_at_a_time() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.key(Key::L);
    let way = app.way_over(&["0", "2", "8"]);
    app.begin_drag(&way);
    assert!(app.app().map().has_gesture());
    app.key(Key::Escape);
    assert!(!app.app().map().has_gesture(), "first the gesture");
    app.end_drag(way[2]);
    let active = app.territory("B");
    let state = |app: &AppHarness| (selected(app).len(), app.session().view.tool, app.session().active);
    assert_eq!(state(&app), (1, Tool::Lasso, active));
    app.key(Key::Escape);
    assert_eq!(state(&app), (0, Tool::Lasso, active));
    app.key(Key::Escape);
    assert_eq!(state(&app), (0, Tool::Select, active));
    app.key(Key::Escape);
    assert_eq!(state(&app), (0, Tool::Select, Default::default()));
}

#[test]
fn a_field_with_the_keyboard_keeps_its_letters() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.press_key_of(Command::Search);
    app.key(Key::B);
    app.key(Key::Delete);
    app.type_text("17");
    assert_eq!((app.session().view.tool, steps(&app)), (Tool::Select, 0));
    app.key(Key::Enter);
    assert_eq!(selected(&app), ["17"], "what was found is shown");
    app.press_key_of(Command::Search);
    app.type_text("17");
    app.key(Key::Escape);
    assert!(app.window().query_by_role_and_label(Role::TextInput, "Search or command").is_none());
    assert_eq!(selected(&app), ["17"], "only one step back");
}
