//! A manager's questions in the window: from the menu to the printed hand-over.

use bailiwick::action::{Action, Command};
use bailiwick::jobs::spec::{Question, WhatIfOrder};
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use crate::harness::AppHarness;

#[test]
fn a_rep_leaves_from_the_menu_to_the_printed_hand_over() {
    let mut app = AppHarness::sample();
    let reps = app.session().project.reps.clone();
    let plan = app.session().plan().clone();
    let (territory, rep) =
        plan.territories().find_map(|(id, territory)| Some((id, territory.rep?))).expect("it has reps");
    let name = reps[rep.index()].name.clone();
    app.act(Action::SelectTerritory(Some(territory)));
    app.press_key_of(Command::WhatIf);
    app.press_button("Work it out");
    app.settle();
    let session = app.session();
    assert_eq!(session.plan().name, format!("{name} leaves"));
    assert!(session.plan().territories().all(|(_, territory)| territory.rep != Some(rep)));
    assert_eq!(session.history.applied(), 1, "one undo step");
    let (found, is_current) = session.compared().expect("it is held against the plan that it was asked of");
    assert!(is_current && found.disruption.accounts > 0);
    let moved = found.disruption.accounts;
    // What others pass on is limited.
    let gone = plan.units_of(territory).count();
    assert!(found.disruption.units >= gone);
    assert_eq!(session.plan().units_of(Default::default()).count(), plan.units_of(Default::default()).count());

    let file = app.path("pages.html");
    app.act(Action::WriteHandover(file.clone()));
    app.settle();
    let page = std::fs::read_to_string(&file).expect("it was written");
    assert!(page.contains("<svg") && page.contains(&format!("{name}</h2>")), "the rep has a page with a map");
    // Nothing is fetched from anywhere.
    let links = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!links.contains("http:") && !links.contains("https:") && !links.contains("<script"));
    assert!(page.contains("What changes hands"), "{moved} accounts move");

    app.run(Command::Undo);
    assert_eq!(app.session().plan().territory_count(), plan.territory_count());
}

#[test]
fn a_question_that_cannot_be_answered_makes_no_scenario() {
    let mut app = AppHarness::grid("AAB\nAAB\n");
    app.act(Action::AskWhatIf(Box::new(WhatIfOrder { question: Question::GrowTo(2), others_move: 0.0 })));
    app.settle();
    assert!(app.was_told("Could not work it out") && app.shows("2 territories already"));
    assert_eq!(app.session().scenarios.plans.all.len(), 1);
}

#[test]
fn the_dialog_says_what_is_missing() {
    let mut app = AppHarness::grid("AAB\nAAB\n");
    app.press_key_of(Command::WhatIf);
    assert!(app.shows("Choose a rep"));
    app.window().get_by_role_and_label(Role::RadioButton, "More territories").click();
    app.settle();
    app.press_button("Work it out");
    app.settle();
    assert_eq!(app.session().plan().territory_count(), 3);
    app.key(Key::Escape);
}
