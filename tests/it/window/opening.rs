//! What opens, and what is there again after closing.

use std::time::Duration;

use bailiwick::session::recent::recent_projects;
use egui::{Key, Modifiers};

use super::{HALVES, steps};
use crate::harness::AppHarness;

#[test]
fn a_new_user_sees_the_sample_with_todays_territories() {
    let app = AppHarness::sample();
    let project = &app.session().project;
    assert!(project.units.len() > 3_000, "{} units", project.units.len());
    assert!(project.accounts.len() > 10_000, "{} accounts", project.accounts.len());
    assert_eq!(project.plan.territory_count(), 12);
    assert_eq!(project.reps.len(), 12);
    assert_eq!(app.session().read_only, None);
    // It is a copy in the user's own folder, and the program remembers it.
    assert_eq!(app.session().path, Some(app.path("sample.bwk")));
    assert_eq!(recent_projects(&app.path("")), [app.path("sample.bwk")]);
    assert!(app.app().map().has_geometry(app.session().data_generation));
    assert!(app.session().metrics().is_some_and(|(_, current)| current), "the slow figures are there");
    assert!(app.shows("approximate ZIP areas"));
}

#[test]
fn the_hint_of_the_first_run_comes_once() {
    let mut app = AppHarness::sample();
    assert!(app.shows("Got it"));
    app.press_button("Got it");
    assert!(!app.shows("Got it"));
    let app = app.reopen_sample();
    assert!(!app.shows("Got it"));
}

#[test]
fn undo_and_redo_survive_closing_the_window() {
    let mut app = AppHarness::grid(HALVES);
    let first = app.session().plan().clone();
    app.click_unit("3");
    app.key(Key::B);
    app.drag_over(&["2", "8"]);
    app.drag_over(&["14", "20"]);
    app.key_with(Modifiers::COMMAND, Key::Z);
    let one_stroke = app.session().plan().clone();

    let mut app = app.reopen();
    assert_eq!(app.session().plan(), &one_stroke);
    assert_eq!((steps(&app), app.session().history.steps().len()), (1, 2));
    app.key_with(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    assert_eq!(app.picture(6), "AABBBB\nAABBBB\nAABBBB\nAABBBB\n");
    app.key_with(Modifiers::COMMAND, Key::Z);
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &first);

    let app = app.reopen();
    assert_eq!(app.session().plan(), &first);
    assert_eq!((steps(&app), app.session().history.steps().len()), (0, 2));
}

#[test]
fn a_second_window_on_the_same_file_can_look_but_not_change() {
    let first = AppHarness::grid(HALVES);
    let mut second = first.second_window();
    let why = second.session().read_only.clone().expect("it is read-only");
    assert!(why.contains("another window"), "{why}");
    assert!(second.was_told("another window"), "{:?}", second.messages());
    assert!(second.shows("read only"));

    second.click_unit("3");
    second.key(Key::Delete);
    assert!(second.was_told("reading only"), "{:?}", second.messages());
    second.key(Key::B);
    second.drag_over(&["2", "8"]);
    assert_eq!(second.picture(6), HALVES);
    assert_eq!(steps(&second), 0);
    assert_eq!(first.session().read_only, None);
}

#[test]
fn the_place_looked_at_comes_back() {
    let mut app = AppHarness::grid(HALVES);
    app.key(Key::Plus);
    app.key(Key::ArrowRight);
    let camera = app.session().view.camera;
    let app = app.reopen();
    let again = app.session().view.camera;
    assert!((again.zoom - camera.zoom).abs() < 1e-3, "{camera:?} {again:?}");
    assert!((again.centre.lon - camera.centre.lon).abs() < 1e-4, "{camera:?} {again:?}");
}

#[test]
fn a_file_of_something_else_is_refused_with_its_name() {
    let app = AppHarness::file("letter.bwk", b"Dear Sir or Madam");
    assert!(app.app().session().is_none());
    assert!(app.was_told("letter.bwk"), "{:?}", app.messages());
    assert!(app.shows("Open the sample"), "the start page is there");
}

#[test]
fn an_idle_window_does_not_draw() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("3");
    app.key(Key::B);
    app.drag_over(&["2", "8"]);
    // Messages go, and the view's settings are written.
    for _ in 0..150 {
        app.step();
    }
    for _ in 0..5 {
        app.step();
        assert_eq!(app.repaint_delay(), Duration::MAX, "{:?}", app.window().ctx.repaint_causes());
    }
}

#[test]
fn a_damaged_project_shows_what_could_be_saved_and_can_be_saved_as_a_sound_one() {
    // Data after the list of tables, as in every project but the smallest.
    let mut project = bailiwick::domain::fixture::project(HALVES);
    let codes: Vec<String> = (0..3000).map(|number| format!("Account number {number}")).collect();
    project.accounts = std::sync::Arc::new(bailiwick::domain::accounts::Accounts {
        names: codes.clone(),
        places: vec![bailiwick::domain::sphere::LonLat::new(-89.95, 39.95); codes.len()],
        placements: vec![bailiwick::domain::accounts::Placement::Coordinates; codes.len()],
        units: vec![None; codes.len()],
        codes,
        ..Default::default()
    });
    let whole = std::fs::read(AppHarness::of(project).path("plan.bwk")).expect("the project is there");
    // The last tenth of the file is gone.
    let app = AppHarness::file("damaged.bwk", &whole[..whole.len() * 9 / 10]);
    let session = app.session();
    assert!(session.damaged && session.read_only.as_ref().is_some_and(|why| why.contains("damaged")));
    assert_eq!(session.project.units.len(), 24);
    assert!(app.shows("Opened read-only: it is damaged") && app.shows("Save a copy…") && app.shows("What is missing"));
    assert!(session.diagnostics.iter().any(|said| said.message.contains("bytes of the file are missing")));
}
