//! Auto-build from the window: a proposal that is compared, taken or left.

use egui::{Key, Modifiers};

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
