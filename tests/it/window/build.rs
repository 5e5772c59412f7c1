//! Auto-build from the window: a proposal that is compared, taken or left.

use std::sync::Arc;

use bailiwick::action::{Action, Command};
use bailiwick::domain::edit::{Edit, Locks, apply};
use bailiwick::domain::metrics::Totals;
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::{Goal, Project};
use bailiwick::domain::shape::PlanMetrics;
use bailiwick::jobs::spec::{BuildOrder, Effort, Territories};
use bailiwick::session::proposal::{Balance, Broken, Choice, Figures, Proposal};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::steps;
use crate::harness::AppHarness;

/// Four units against twenty.
const UNEVEN: &str = "AAAAAB\nAAAAAB\nAAAAAB\nAAAAAB\n";

fn with_proposal() -> AppHarness {
    let mut app = AppHarness::grid(UNEVEN);
    app.key_with(Modifiers::COMMAND, Key::B);
    app.press_button("Build");
    assert!(app.session().proposal.is_some(), "{:?}", app.messages());
    app
}

#[test]
fn a_proposal_is_shown_and_changes_nothing() {
    let app = with_proposal();
    assert_eq!(app.picture(6), UNEVEN);
    assert_eq!(steps(&app), 0);
    // Balanced within the 10 % of the goal, in the figures on screen.
    assert!((app.shown_load("A") - 12.0).abs() <= 1.2, "{}", app.shown_load("A"));
    assert_eq!(app.shown_load("A") + app.shown_load("B"), 24.0);
    assert!(app.shows("Proposal"));
}

#[test]
fn an_accepted_proposal_is_one_step() {
    let mut app = with_proposal();
    let before = app.session().plan().clone();
    let proposed = app.session().shown_plan().clone();
    app.key_with(Modifiers::COMMAND, Key::Enter);
    assert!(app.session().proposal.is_none());
    assert_eq!(app.session().plan(), &proposed);
    assert_eq!(steps(&app), 1);
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &before);
    let mut app = app.reopen();
    app.key_with(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    assert_eq!(app.session().plan(), &proposed, "it can be made again after closing");
}

#[test]
fn a_discarded_proposal_leaves_nothing_behind() {
    let mut app = with_proposal();
    app.press_button("Discard");
    assert!(app.session().proposal.is_none());
    assert_eq!(app.picture(6), UNEVEN);
    assert_eq!(app.shown_load("A"), 20.0);
    assert_eq!(app.session().history.steps().len(), 0);
}

#[test]
fn a_key_does_not_throw_a_proposal_away() {
    let mut app = with_proposal();
    app.click_unit("0");
    let (active, measure) = (app.session().active, app.session().goal());
    assert!(!active.is_unassigned() && measure.is_some());
    let shown = app.session().shown_plan().clone();
    app.key(Key::Delete);
    app.key(Key::Backspace);
    app.key(Key::A);
    for key in [Key::L, Key::T, Key::Z, Key::Y] {
        app.key_with(Modifiers::COMMAND, key);
    }
    app.key(Key::B);
    app.drag_over(&["0", "1", "2"]);
    app.window().state_mut().push(Action::Run(Command::RemoveTerritory));
    app.window().state_mut().push(Action::Run(Command::LockTerritory));
    app.window().state_mut().push(Action::JumpTo(0));
    app.settle();
    assert!(app.session().proposal.is_some());
    assert_eq!(app.session().shown_plan(), &shown);
    assert_eq!((app.picture(6).as_str(), steps(&app)), (UNEVEN, 0));
    assert!(app.was_told("Accept or discard the proposal first"), "{:?}", app.messages());
    let window = app.window();
    let mut buttons = window.query_all_by_role_and_label(Role::Button, "Unassign");
    assert!(buttons.all(|button| button.accesskit_node().is_disabled()));
}

#[test]
fn a_stroke_over_a_proposal_shows_nothing_that_will_not_be() {
    let mut app = with_proposal();
    app.click_unit("0");
    app.key(Key::B);
    let shown = app.session().shown_plan().clone();
    let way = app.way_over(&["0", "1", "2", "8"]);
    app.begin_drag(&way);
    assert_eq!(app.session().shown_plan(), &shown);
    app.end_drag(way[3]);
    app.key(Key::P);
    for unit in ["0", "5", "23"] {
        app.click_unit(unit);
    }
    for _ in 0..60 {
        app.step();
    }
    assert!(!app.wants_repaint(), "a boundary at rest lets the window rest");
    assert_eq!(app.session().shown_plan(), &shown);
}

#[test]
fn a_plan_that_cannot_be_bettered_but_breaks_rules_is_shown() {
    // Three units cannot be halved.
    let mut app = AppHarness::grid("AAB\n");
    let goals = app.session().project.goals.iter().map(|goal| Goal { tolerance: 0.05, ..*goal }).collect();
    let order = BuildOrder {
        territories: Territories::Current,
        goals,
        mix: false,
        contiguous: true,
        by_capacity: false,
        max_distance_km: None,
        moved_limit: None,
        effort: Effort::Quick,
        seed: 1,
    };
    app.window().state_mut().push(Action::Build(order));
    app.settle();
    let proposal = app.session().proposal.as_ref().expect("it is shown");
    let choice = proposal.choice();
    assert!(choice.edit.is_empty() && !choice.broken.is_empty(), "{:?} {:?}", choice.edit, choice.broken);
    assert!(app.shows("do not hold") || app.shows("does not hold"));
    app.key_with(Modifiers::COMMAND, Key::Enter);
    assert!(app.session().proposal.is_none());
    assert!(app.was_told("Nothing had to change"), "{:?}", app.messages());
    assert_eq!((app.picture(3).as_str(), steps(&app)), ("AAB\n", 0));
    assert_eq!(app.session().project.goals[0].tolerance, 0.05, "what was asked for is what is balanced now");
}

#[test]
fn enter_means_the_button_that_has_the_keyboard() {
    let mut app = AppHarness::grid(UNEVEN);
    app.key_with(Modifiers::COMMAND, Key::B);
    app.window().get_by_role_and_label(Role::Button, "Cancel").focus();
    app.step();
    app.key(Key::Enter);
    assert!(app.session().proposal.is_none() && app.session().live.is_none(), "{:?}", app.messages());
    assert!(!app.shows("Build territories"), "the dialog is closed");
    // Without anything that has the keyboard it builds.
    app.key_with(Modifiers::COMMAND, Key::B);
    app.key(Key::Enter);
    assert!(app.session().proposal.is_some(), "{:?}", app.messages());
}

#[test]
fn the_dialog_does_not_improve_territories_that_are_gone() {
    let mut app = AppHarness::grid("AAAB\nAABB\n");
    app.key_with(Modifiers::COMMAND, Key::B);
    app.press_button("Cancel");
    for name in ["A", "B"] {
        let id = app.territory(name);
        app.window().state_mut().push(Action::SelectTerritory(Some(id)));
        app.window().state_mut().push(Action::Run(Command::RemoveTerritory));
        app.settle();
    }
    app.key_with(Modifiers::COMMAND, Key::B);
    app.press_button("Build");
    assert_eq!(app.session().proposal.as_ref().map(|proposal| proposal.choice().plan.territory_count()), Some(2));
}

#[test]
fn what_is_locked_stays_where_it_is() {
    let mut app = AppHarness::grid(UNEVEN);
    app.click_unit("4");
    app.click_with(Modifiers::SHIFT, app.place_of("10"));
    app.key_with(Modifiers::COMMAND, Key::L);
    app.key_with(Modifiers::COMMAND, Key::B);
    app.press_button("Build");
    app.key_with(Modifiers::COMMAND, Key::Enter);
    assert_eq!(steps(&app), 2, "{:?}", app.messages());
    let a = app.territory("A");
    assert_eq!([app.unit("4"), app.unit("10")].map(|unit| app.session().plan().territory_of(unit)), [a, a]);
    assert!((app.shown_load("A") - 12.0).abs() <= 1.2, "{}", app.picture(6));
}

/// A choice in which these units of A are B's.
fn choice(app: &AppHarness, units: &[&str], figures: Figures, broken: Vec<Broken>) -> Choice {
    let session = app.session();
    let mut edit = Edit::assign(session.plan(), units.iter().map(|code| app.unit(code)), app.territory("B"));
    edit.label = format!("Built with {} moved", units.len());
    let mut plan = Arc::clone(&session.project.plan);
    apply(Arc::make_mut(&mut plan), &edit, Locks::Obey).expect("the edit can be made");
    let totals = Totals::count(Arc::clone(session.totals.table()), &plan);
    let project = Project { plan: Arc::clone(&plan), ..session.project.clone() };
    let metrics = PlanMetrics::measure(&project, &totals, &Progress::new()).expect("nobody cancels");
    Choice { edit, plan, totals, metrics: Arc::new(metrics), figures, broken }
}

fn figures(travel_km: f64, deviation: f64, moved: f64) -> Figures {
    let balances = vec![Balance { measure: "load".to_owned(), deviation, tolerance: 0.1 }];
    Figures { travel_km, balances, border_km: 44.0, moved: Some(moved), broken: 0 }
}

/// Three plans to choose from; the last one leaves A too large and says so.
fn with_alternatives() -> AppHarness {
    let mut app = AppHarness::grid(UNEVEN);
    let column = |first: u32| -> Vec<String> { (0..4).map(|row| (first + 6 * row).to_string()).collect() };
    let (fourth, third) = (column(4), column(3));
    let one: Vec<&str> = fourth.iter().map(String::as_str).collect();
    let two: Vec<&str> = one.iter().copied().chain(third.iter().map(String::as_str)).collect();
    let broken = Broken {
        words: "A has too much".to_owned(),
        territory: Some(app.territory("A")),
        units: vec![app.unit("0"), app.unit("6")],
    };
    let best = choice(&app, &two, figures(22.5, 0.0, 0.4), Vec::new());
    let others = vec![
        choice(&app, &one[..2], figures(19.5, 0.3, 0.1), Vec::new()),
        choice(&app, &one, Figures { broken: 1, ..figures(21.25, 0.2, 0.2) }, vec![broken]),
    ];
    let goals = app.session().project.goals.clone();
    app.window().state_mut().propose(Proposal::new(best, others, goals));
    app.settle();
    app
}

fn choose(app: &mut AppHarness, row: &str) {
    app.window().get_by_label_contains(row).click();
    app.settle();
}

#[test]
fn alternatives_are_listed_with_what_they_are_good_at() {
    let app = with_alternatives();
    for row in [
        "Plan 1, First choice: mean travel 22.5 km, largest deviation 0.0 %, 40.0 % moves",
        "Plan 2, Least travel: mean travel 19.5 km, largest deviation 30.0 %, 10.0 % moves",
        "Plan 3, Plan 3: mean travel 21.2 km, largest deviation 20.0 %, 20.0 % moves",
    ] {
        assert!(app.shows(row), "{row}");
    }
}

#[test]
fn an_alternative_is_on_the_map_at_once_and_accepted_as_one_step() {
    let mut app = with_alternatives();
    assert_eq!(app.shown_load("A"), 12.0);
    choose(&mut app, "Plan 3,");
    assert_eq!(app.shown_load("A"), 16.0);
    assert_eq!(app.picture(6), UNEVEN, "the plan itself is as it was");
    assert!(app.session().metrics().is_some_and(|(_, current)| current), "its slow figures come with it");
    app.key_with(Modifiers::COMMAND, Key::Enter);
    assert_eq!(app.picture(6), "AAAABB\nAAAABB\nAAAABB\nAAAABB\n");
    assert_eq!(steps(&app), 1);
    assert!(app.was_told("Built with 4 moved"), "{:?}", app.messages());
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.picture(6), UNEVEN);
}

#[test]
fn looking_at_alternatives_changes_nothing() {
    let mut app = with_alternatives();
    for row in ["Plan 2,", "Plan 3,", "Plan 1,"] {
        choose(&mut app, row);
    }
    assert_eq!(app.session().proposal.as_ref().map(Proposal::chosen), Some(0));
    app.key(Key::Escape);
    assert!(app.session().proposal.is_none());
    assert_eq!((app.picture(6).as_str(), steps(&app)), (UNEVEN, 0));
}

#[test]
fn a_rule_that_does_not_hold_can_be_seen_on_the_map() {
    let mut app = with_alternatives();
    assert!(app.shows("Every rule holds"));
    choose(&mut app, "Plan 3,");
    assert!(app.shows("1 rule does not hold"));
    assert!(app.shows("A has too much"));
    app.press_button("Show rule 1 on the map");
    assert_eq!(super::selected(&app), ["0", "6"]);
    assert_eq!(app.session().active, app.territory("A"));
    let (middle, camera) = (app.app().map().camera().rect.center(), app.app().map().camera());
    let shown = camera.rect.shrink(20.0);
    assert!(shown.contains(app.place_of("0")) && shown.contains(app.place_of("6")));
    assert!(app.place_of("0").distance(middle) < app.place_of("5").distance(middle), "the map went there");
}

#[test]
fn the_review_shows_every_term_beside_that_of_the_plan() {
    let app = with_proposal();
    let proposal = app.session().proposal.as_ref().expect("a proposal");
    let before = proposal.before.expect("there was a plan");
    assert!(before.travel_km > 0.0 && before.border_km > 0.0);
    for words in ["now", "proposed", "Mean travel", "Borders", "Load that moves", "Cells moved", "built in"] {
        assert!(app.shows(words), "{words}");
    }
    assert!(app.shows("more travel than the least possible for these centres"));
}

#[test]
fn the_dialog_remembers_its_wishes() {
    let mut app = AppHarness::grid(UNEVEN);
    app.key_with(Modifiers::COMMAND, Key::B);
    app.press_button("Thorough");
    assert!(app.shows("Ten times the search of Normal"));
    app.window().get_by_role_and_label(Role::CheckBox, "Move at most").click();
    app.settle();
    app.press_button("Cancel");
    assert!(!app.shows("Ten times the search of Normal"));
    app.key_with(Modifiers::COMMAND, Key::B);
    assert!(app.shows("Ten times the search of Normal"));
    let toggled = app.window().get_by_role_and_label(Role::CheckBox, "Move at most").accesskit_node().toggled();
    assert_eq!(toggled, Some(egui::accesskit::Toggled::True));
}
