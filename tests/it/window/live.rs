//! Auto-build at work: its best plan on the map, its progress, and how it is stopped.

use std::time::{Duration, Instant};

use bailiwick::action::{Action, Command};
use bailiwick::domain::ids::TerritoryId;
use bailiwick::jobs::spec::{BuildOrder, Effort, Territories};
use egui::{Key, Modifiers};

use super::steps;
use crate::harness::AppHarness;

/// Work for long enough that a test can look on.
fn order(app: &AppHarness) -> BuildOrder {
    BuildOrder {
        territories: Territories::Count(12),
        goals: vec![app.session().goal().expect("the sample has a measure")],
        mix: false,
        contiguous: true,
        by_capacity: false,
        max_distance_km: None,
        moved_limit: None,
        effort: Effort::Thorough,
        seed: 1,
    }
}

/// The sample, and the engine has shown a plan.
fn at_work() -> AppHarness {
    let mut app = AppHarness::sample();
    app.press_button("Got it");
    let order = order(&app);
    app.window().state_mut().push(Action::Build(order));
    app.step();
    assert!(app.session().live.is_some());
    let begun = Instant::now();
    while app.session().live.as_ref().is_some_and(|live| live.best.is_none()) {
        assert!(begun.elapsed() < Duration::from_secs(120), "no plan was shown");
        std::thread::sleep(Duration::from_millis(10));
        app.step();
    }
    assert!(app.session().live.is_some(), "it was done before it showed a plan: {:?}", app.messages());
    app
}

fn stop(app: &mut AppHarness) {
    app.window().key_press_modifiers(Modifiers::NONE, Key::Escape);
    app.step();
}

#[test]
fn the_map_shows_the_best_plan_so_far_and_cancelling_brings_the_plan_back_at_once() {
    let mut app = AppHarness::sample();
    let before = app.session().plan().clone();
    let idle = app.app().map().work();
    drop(app);
    app = at_work();
    let shown = app.session().shown_plan();
    assert_ne!(shown, &before, "the map shows what the engine has");
    assert!(shown.assignment().iter().all(|owner| shown.territory(*owner).is_some() || owner.is_unassigned()));
    assert_eq!(app.session().plan(), &before, "the plan is as it was");
    for words in ["Building territories", "Best plan so far", "Mean travel", "Borders", "Rules broken"] {
        assert!(app.shows(words), "{words}");
    }
    let work = app.app().map().work();
    assert!(work.paint_rows > idle.paint_rows, "colours were sent");
    assert_eq!(work.static_chunks, idle.static_chunks, "no geometry was");

    stop(&mut app);
    assert!(app.session().live.is_none());
    assert_eq!(app.session().shown_plan(), &before);
    app.settle();
    assert!(app.was_told("cancelled"), "{:?}", app.messages());
    assert!(app.session().proposal.is_none());
    assert_eq!((app.session().plan(), steps(&app)), (&before, 0));
    // The message goes, and then nothing moves.
    for _ in 0..60 {
        app.step();
    }
    assert_eq!(app.repaint_delay(), Duration::MAX);
}

#[test]
fn a_territory_of_a_plan_on_the_way_is_not_active_afterwards() {
    let mut app = at_work();
    let id = app.session().shown_plan().territories().map(|(id, _)| id).last().expect("there are some");
    app.window().state_mut().push(Action::SelectTerritory(Some(id)));
    app.step();
    assert_eq!(app.session().active, id);
    stop(&mut app);
    let active = app.session().active;
    assert!(active == TerritoryId::UNASSIGNED || app.session().plan().territory(active).is_some());
    app.settle();
}

#[test]
fn a_change_of_the_plan_ends_a_build_that_has_become_useless() {
    let mut app = at_work();
    let unit = app.session().project.units.ids().next().expect("there are units");
    app.window().state_mut().push(Action::Run(Command::NewTerritory));
    app.window().state_mut().push(Action::Assign { units: vec![unit], to: TerritoryId::UNASSIGNED });
    app.step();
    assert!(app.session().live.is_none());
    app.settle();
    assert!(app.was_told("The plan changed, so building was stopped"), "{:?}", app.messages());
    assert!(app.session().proposal.is_none());
}

#[test]
fn another_order_takes_the_place_of_the_one_under_way() {
    let mut app = at_work();
    let order = BuildOrder { territories: Territories::Count(3), effort: Effort::Quick, ..order(&app) };
    app.window().state_mut().push(Action::Build(order));
    app.step();
    assert!(app.session().live.as_ref().is_some_and(|live| live.best.is_none()), "it begins anew");
    app.settle();
    let proposal = app.session().proposal.as_ref().expect("a proposal");
    assert_eq!(proposal.choice().plan.territory_count(), 3);
    assert!(app.session().live.is_none());
}

#[test]
fn an_order_that_fails_leaves_the_plan_on_the_map() {
    let mut app = AppHarness::grid(super::HALVES);
    let order = BuildOrder { goals: Vec::new(), ..order(&app) };
    app.window().state_mut().push(Action::Build(order));
    app.settle();
    assert!(app.was_told("Could not build territories"));
    assert!(app.session().live.is_none());
    assert_eq!(app.session().shown_plan(), app.session().plan());
}
