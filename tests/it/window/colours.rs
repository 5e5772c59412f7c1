//! What the colours say: the panel, the legend, and what a stroke does to them.

use bailiwick::action::{Action, Command};
use bailiwick::session::colouring::{Areas, Colouring, Dots, Heat};
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::HALVES;
use crate::harness::AppHarness;

/// The lines of the legend, from above, but for "Legend: ".
fn legend(app: &mut AppHarness) -> Vec<String> {
    let mut lines: Vec<(f32, String)> = Vec::new();
    for node in app.window().query_all_by_label_contains("Legend: ") {
        let node_itself = node.accesskit_node();
        // What is only read says it as its value.
        let label = node_itself.value().or(node_itself.label()).unwrap_or_default();
        lines.push((node.rect().top(), label.trim_start_matches("Legend: ").to_owned()));
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines.into_iter().map(|(_, words)| words).collect()
}

fn choose(app: &mut AppHarness, list: &str, entry: &str) {
    app.window().get_by_role_and_label(Role::ComboBox, list).click();
    app.settle();
    app.window().get_by_role_and_label(Role::Button, entry).click();
    app.settle();
}

#[test]
fn the_panel_colours_areas_by_a_measure_and_the_legend_says_how() {
    let mut app = AppHarness::grid(HALVES);
    assert_eq!(legend(&mut app), ["A", "B"]);
    app.press_key_of(Command::Colours);
    assert!(app.app().is_choosing_colours());
    choose(&mut app, "Colour areas by", "load");
    assert_eq!(app.session().view.colouring.areas, Areas::Measure("load".to_owned()));
    assert_eq!(legend(&mut app), ["1, 24"], "all areas have the same");
    app.key(Key::Escape);
    assert!(!app.app().is_choosing_colours(), "Escape closes it");
    let mut app = app.reopen();
    assert_eq!(app.session().view.colouring.areas, Areas::Measure("load".to_owned()), "it is kept with the project");
    assert_eq!(legend(&mut app), ["1, 24"]);
}

#[test]
fn over_and_under_target_moves_with_the_stroke() {
    let mut app = AppHarness::grid(HALVES);
    app.run(Command::ColourByTarget);
    let of = |app: &mut AppHarness, words: &str| {
        legend(app).into_iter().find(|line| line.starts_with(words)).unwrap_or_else(|| panic!("no line {words}"))
    };
    assert_eq!(of(&mut app, "Within"), "Within ±10.0 %, 2");
    app.click_unit("3");
    app.key(Key::B);
    let way = app.way_over(&["2", "8", "14"]);
    app.begin_drag(&way);
    assert_eq!(of(&mut app, "Within"), "Within ±10.0 %, 0", "before it ends");
    assert_eq!(of(&mut app, "+20.0 % to"), "+20.0 % to +30.0 %, 1");
    assert_eq!(of(&mut app, "−30.0 % to"), "−30.0 % to −20.0 %, 1");
    app.key(Key::Escape);
    assert_eq!(of(&mut app, "Within"), "Within ±10.0 %, 2");
    app.end_drag(way[2]);
    app.run(Command::ColourByTarget);
    assert_eq!(legend(&mut app), ["A", "B"], "the same command goes back");
}

#[test]
fn a_stroke_over_a_theme_sends_as_little_as_without() {
    let mut app = AppHarness::drawn_sample();
    let sample = app.session();
    let measure = sample.project.measures[0].name.clone();
    app.act(Action::SetColouring(Box::new(Colouring { areas: Areas::Measure(measure), ..Colouring::default() })));
    let session = app.session();
    let unit = session.project.units.ids().nth(session.project.units.len() / 2).expect("there are units");
    let plan = session.plan();
    let other = plan.territories().map(|(id, _)| id).find(|&id| id != plan.territory_of(unit)).expect("there are two");
    let before = app.app().map().work();
    app.act(Action::Assign { units: vec![unit], to: other });
    let after = app.app().map().work();
    assert_eq!(after.paint_rows, before.paint_rows, "the colours say the same as before");
    assert!((1..=4).contains(&(after.border_chunks - before.border_chunks)), "{before:?} {after:?}");
    assert_eq!(after.static_chunks, before.static_chunks);
}

#[test]
fn accounts_have_the_colours_of_their_categories_and_a_heat_map() {
    let mut app = AppHarness::sample();
    app.press_button("Got it");
    let column = app.session().project.accounts.attributes.iter().find(|column| column.words().len() < 12);
    let column = column.expect("the sample has a column of categories").clone();
    app.press_key_of(Command::Colours);
    choose(&mut app, "Colour accounts by", &column.name);
    assert_eq!(app.session().view.colouring.dots, Dots::Words(column.name.clone()));
    assert!(app.shows(&format!("Accounts: {}", column.name)));
    let lines = legend(&mut app);
    for word in column.words().iter().filter(|word| !word.is_empty()).take(3) {
        assert!(lines.iter().any(|line| line.starts_with(word.as_str())), "{word} in {lines:?}");
    }
    app.run(Command::ToggleHeat);
    assert_eq!(app.session().view.colouring.heat, Heat::Accounts);
    assert!(app.shows("Density of accounts"));
    app.press_button("Back to territories");
    assert_eq!(app.session().view.colouring, Colouring::default());
}
