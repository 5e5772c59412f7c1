//! Scenarios in the window: copied, opened, compared, decided.

use bailiwick::action::{Action, Command};
use bailiwick::domain::cells::{Cell, CellColumn};
use bailiwick::domain::columns::Subject;
use bailiwick::domain::ids::UnitId;
use bailiwick::domain::plans::PlanStatus;
use bailiwick::session::comparing::{CompareAction, CompareView};
use bailiwick::session::scenarios::ScenarioAction;
use bailiwick::session::tables::TableAction;
use egui::Key;

use super::steps;
use crate::harness::AppHarness;

const TWO: &str = "AAABBB\nAAABBB\n";

/// A copy of the first plan, open.
fn with_copy() -> AppHarness {
    let mut app = AppHarness::grid(TWO);
    app.press_key_of(Command::NewScenario);
    app.fill_in("Name of the scenario", "Ann leaves");
    app.key(Key::Enter);
    app.settle();
    app
}

fn names(app: &AppHarness) -> Vec<String> {
    app.session().scenarios.plans.all.iter().map(|plan| plan.name.clone()).collect()
}

#[test]
fn a_copy_is_made_and_opened_by_keyboard() {
    let app = with_copy();
    let plans = &app.session().scenarios.plans;
    assert_eq!(names(&app)[1], "Ann leaves");
    assert_eq!((plans.name(plans.active), plans.all[1].parent), ("Ann leaves", Some(plans.all[0].id)));
    assert_eq!(app.session().plan().name, "Ann leaves");
}

#[test]
fn what_is_drawn_in_one_scenario_stays_out_of_the_other_also_in_the_file() {
    let mut app = with_copy();
    let (first, second) = (app.session().scenarios.plans.all[0].id, app.session().scenarios.plans.all[1].id);
    let to = app.territory("B");
    app.act(Action::Assign { units: vec![UnitId(2), UnitId(8)], to });
    assert_eq!(app.shown_load("B"), 8.0);
    app.act(Action::Scenarios(ScenarioAction::Open(first)));
    assert_eq!(app.shown_load("B"), 6.0);
    assert_eq!(steps(&app), 0, "it has a history of its own");
    app.act(Action::Scenarios(ScenarioAction::Open(second)));
    assert_eq!((app.shown_load("B"), steps(&app)), (8.0, 1));
    app.run(Command::Undo);
    assert_eq!(app.shown_load("B"), 6.0);
    app.run(Command::Redo);
    let mut app = app.reopen();
    app.settle();
    assert_eq!(app.session().plan().name, "Ann leaves");
    assert_eq!((app.shown_load("B"), steps(&app)), (8.0, 1));
    app.act(Action::Scenarios(ScenarioAction::Open(first)));
    app.settle();
    assert_eq!((app.shown_load("B"), steps(&app)), (6.0, 0));
}

#[test]
fn an_approved_scenario_cannot_be_drawn_upon_until_it_is_a_draft_again() {
    let mut app = with_copy();
    let id = app.session().scenarios.plans.active;
    app.act(Action::Scenarios(ScenarioAction::SetStatus { id, status: PlanStatus::Approved }));
    let to = app.territory("B");
    app.act(Action::Assign { units: vec![UnitId(2)], to });
    assert_eq!(app.shown_load("B"), 6.0);
    assert!(app.was_told("approved"));
    app.press_button("Back to draft");
    app.act(Action::Assign { units: vec![UnitId(2)], to });
    assert_eq!(app.shown_load("B"), 7.0);
}

#[test]
fn a_comparison_follows_what_is_drawn() {
    let mut app = with_copy();
    app.press_key_of(Command::CompareScenarios);
    app.settle();
    let moved = |app: &AppHarness| {
        let (found, is_current) = app.session().compared().expect("two are compared");
        (found.disruption.units, is_current)
    };
    assert_eq!(moved(&app), (0, true));
    let to = app.territory("B");
    app.act(Action::Assign { units: vec![UnitId(2), UnitId(8)], to });
    app.settle();
    assert_eq!(moved(&app), (2, true));
    assert!(app.shows("2 cells (16.7 %)"), "the summary says it");
    app.act(Action::Compare(CompareAction::Show(CompareView::SideBySide)));
    app.settle();
    app.act(Action::Compare(CompareAction::End));
    assert!(app.session().comparing.is_none());
}

#[test]
fn comments_stay_with_their_scenario() {
    let mut app = with_copy();
    let on = app.session().scenarios.plans.active;
    let territory = Some(app.territory("A"));
    app.act(Action::Scenarios(ScenarioAction::Comment { on, territory, text: "Ask Ann first".into() }));
    app.run(Command::Scenarios);
    assert!(app.shows("Ask Ann first"));
    let mut app = app.reopen();
    app.settle();
    let comment = app.session().scenarios.plans.comments[0].clone();
    assert_eq!((comment.text.as_str(), comment.territory, comment.done), ("Ask Ann first", territory, false));
    app.act(Action::Scenarios(ScenarioAction::SettleComment { id: comment.id, done: true }));
    let app = app.reopen();
    assert!(app.session().scenarios.plans.comments[0].done);
}

#[test]
fn a_deleted_scenario_is_gone_and_the_open_one_cannot_be() {
    let mut app = with_copy();
    let (first, second) = (app.session().scenarios.plans.all[0].id, app.session().scenarios.plans.all[1].id);
    app.act(Action::Scenarios(ScenarioAction::Delete(second)));
    assert_eq!(names(&app).len(), 2);
    app.act(Action::Scenarios(ScenarioAction::Open(first)));
    app.act(Action::Scenarios(ScenarioAction::Delete(second)));
    assert_eq!(names(&app).len(), 1);
    let app = app.reopen();
    assert_eq!(names(&app).len(), 1);
}

#[test]
fn a_step_whose_data_another_scenario_has_changed_is_not_taken_back_in_silence() {
    let mut app = with_copy();
    let (first, second) = (app.session().scenarios.plans.all[0].id, app.session().scenarios.plans.all[1].id);
    let set = |app: &mut AppHarness, name: &str| {
        let value = Cell::Text(name.to_owned());
        let (subject, column, rows) = (Subject::Units, CellColumn::Name, vec![0]);
        app.act(Action::Table(TableAction::SetCells { subject, column, rows, value }));
    };
    set(&mut app, "Alpha");
    app.act(Action::Scenarios(ScenarioAction::Open(first)));
    set(&mut app, "Beta");
    app.act(Action::Scenarios(ScenarioAction::Open(second)));
    app.run(Command::Undo);
    assert!(app.was_told("changed in another scenario"), "{:?}", app.messages());
    assert_eq!(app.session().project.units.names[0], "Beta");
    app.act(Action::Scenarios(ScenarioAction::Open(first)));
    app.run(Command::Undo);
    app.act(Action::Scenarios(ScenarioAction::Open(second)));
    app.run(Command::Undo);
    assert_eq!(app.session().project.units.names[0], "0");
}
