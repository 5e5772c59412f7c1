//! Why a proposal is as it is: the list of moves, the explanation of a unit, rules that clash.

use bailiwick::action::Action;
use bailiwick::domain::ids::TerritoryId;
use bailiwick::jobs::spec::{BuildOrder, Effort, JobKind, Territories};
use bailiwick::session::explanation::{Clash, Explanation, MoveOrder, UnitMove};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::selected;
use crate::harness::AppHarness;

/// Four units against twenty.
const UNEVEN: &str = "AAAAAB\nAAAAAB\nAAAAAB\nAAAAAB\n";

fn order(app: &AppHarness) -> BuildOrder {
    BuildOrder {
        territories: Territories::Current,
        goals: vec![app.session().goal().expect("there is a measure")],
        mix: false,
        contiguous: true,
        by_capacity: false,
        max_distance_km: None,
        moved_limit: None,
        effort: Effort::Quick,
        seed: 1,
    }
}

fn build(app: &mut AppHarness, order: BuildOrder) {
    app.window().state_mut().push(Action::Build(order));
    app.settle();
    assert!(app.session().proposal.is_some(), "{:?}", app.messages());
}

fn with_proposal() -> AppHarness {
    let mut app = AppHarness::grid(UNEVEN);
    let order = order(&app);
    build(&mut app, order);
    app
}

fn explanation(app: &AppHarness) -> &Explanation {
    app.session().proposal.as_ref().expect("a proposal").explanation().expect("it is explained")
}

fn listed(app: &AppHarness, order: MoveOrder) -> Vec<UnitMove> {
    let found = explanation(app);
    (0..found.len()).filter_map(|position| found.nth(position, order)).cloned().collect()
}

/// What is said of the rows of the list, from the top.
fn rows(app: &mut AppHarness) -> Vec<String> {
    let rows = app.window().query_all_by_label_contains(": from A to B, worth ");
    rows.filter_map(|row| row.accesskit_node().label()).collect()
}

fn code(app: &AppHarness, found: &UnitMove) -> String {
    app.session().project.units.codes[found.unit.index()].clone()
}

#[test]
fn every_unit_that_moves_is_in_the_list_sorted_by_worth() {
    let mut app = with_proposal();
    let proposed = app.session().shown_plan().clone();
    let moved: Vec<_> = app
        .session()
        .project
        .units
        .ids()
        .filter(|&unit| proposed.territory_of(unit) != app.session().plan().territory_of(unit))
        .collect();
    let found = listed(&app, MoveOrder::BestFirst);
    let mut explained: Vec<_> = found.iter().map(|found| found.unit).collect();
    explained.sort();
    assert_eq!(explained, moved);
    let worth = |found: &UnitMove| found.effect.as_ref().expect("it is counted").worth_km;
    assert!(found.is_sorted_by(|a, b| worth(a) >= worth(b)));
    assert!(app.shows("Why did it move"));
    assert!(app.shows(&format!("{} cells; click one", found.len())));

    let starts = |rows: &[String], codes: &[String]| {
        let in_order = rows.iter().zip(codes).all(|(row, code)| row.starts_with(&format!("{code}: ")));
        assert!(!rows.is_empty() && in_order, "{rows:?} {codes:?}");
    };
    let codes: Vec<String> = found.iter().map(|found| code(&app, found)).collect();
    let shown = rows(&mut app);
    starts(&shown, &codes);
    assert!(shown.len() < codes.len() || codes.len() <= 8, "only what can be seen is drawn");
    app.press_button("Order of the moves: Best first");
    let codes: Vec<String> = listed(&app, MoveOrder::WorstFirst).iter().map(|found| code(&app, found)).collect();
    starts(&rows(&mut app), &codes);
}

#[test]
fn a_click_on_a_move_selects_its_unit_goes_there_and_says_why() {
    let mut app = with_proposal();
    let found = listed(&app, MoveOrder::BestFirst)[0].clone();
    let row = rows(&mut app)[0].clone();
    let code = code(&app, &found);
    let title = format!("Why {code} moved");
    assert!(!app.shows(&title));
    app.press_button(&row);
    assert_eq!(selected(&app), [code.as_str()]);
    let (middle, place) = (app.app().map().camera().rect.center(), app.place_of(&code));
    assert!(middle.distance(place) < 40.0, "the map went there: {middle} {place}");
    assert!(app.shows(&title));
    assert!(app.shows(&found.why), "{}", found.why);
    for words in ["Worth", "load off target: put back to proposed", "Load that moves"] {
        assert!(app.shows(words), "{words}");
    }
}

#[test]
fn a_unit_selected_on_the_map_is_explained_whether_it_moves_or_stays() {
    let mut app = with_proposal();
    let found = listed(&app, MoveOrder::BestFirst)[0].clone();
    app.click_unit(&code(&app, &found));
    assert_eq!(selected(&app).len(), 1);
    assert!(app.shows(&format!("Why {} moved", code(&app, &found))) && app.shows(&found.why));
    // The west column stays.
    app.click_unit("0");
    assert_eq!(selected(&app), ["0"]);
    assert!(!app.shows("Why 0 moved"));
    assert!(app.shows("0 stays in A in this proposal"));
    // Without a proposal there is nothing to explain.
    app.press_button("Discard");
    assert!(!app.shows("in this proposal") && !app.shows("Why did it move"));
}

#[test]
fn another_plan_of_the_proposal_has_its_own_explanation() {
    let mut app = AppHarness::sample();
    app.press_button("Got it");
    let order = BuildOrder { territories: Territories::Current, ..order(&app) };
    build(&mut app, order);
    let choices = app.session().proposal.as_ref().map_or(0, |proposal| proposal.choices().len());
    assert!(choices > 1, "the sample has alternatives");
    let first = explanation(&app).clone();
    app.window().state_mut().push(Action::ChooseAlternative(choices - 1));
    app.settle();
    let last = explanation(&app).clone();
    assert_ne!(first, last);
    // Each is about the plan that is shown.
    let plan = app.session().shown_plan().clone();
    for unit in app.session().project.units.ids() {
        let (today, then) = (app.session().plan().territory_of(unit), plan.territory_of(unit));
        let told = last.of(unit).map(|found| (found.from, found.to));
        let expected = (today != then && today != TerritoryId::UNASSIGNED).then_some((today, then));
        assert_eq!(told, expected);
    }
    app.window().state_mut().push(Action::ChooseAlternative(0));
    app.step();
    app.step();
    assert_eq!(explanation(&app), &first, "what is known is not asked for again");
}

#[test]
fn a_first_build_moves_nothing_and_explains_nothing() {
    let mut app = AppHarness::grid("------\n------\n");
    let order = BuildOrder { territories: Territories::Count(2), ..order(&app) };
    build(&mut app, order);
    assert!(explanation(&app).is_empty());
    assert!(!app.shows("Why did it move"));
}

fn clash(app: &AppHarness) -> &Clash {
    &app.session().proposal.as_ref().expect("a proposal").clash
}

/// A build within so few kilometres that no plan can keep to them.
fn too_near(app: &AppHarness) -> BuildOrder {
    BuildOrder { territories: Territories::Count(2), max_distance_km: Some(5.0), ..order(app) }
}

#[test]
fn rules_that_cannot_hold_together_are_named_with_what_would_have_to_give() {
    let mut app = AppHarness::grid(UNEVEN);
    let order = too_near(&app);
    build(&mut app, order);
    let Clash::Found(words) = clash(&app).clone() else { panic!("{:?}", clash(&app)) };
    assert!(app.shows("These rules cannot hold together"));
    let all = words.rules.iter().chain([&words.proof]).chain(&words.reliefs);
    for line in all {
        assert!(app.shows(line), "{line}");
    }
    assert!(words.rules.iter().any(|rule| rule.contains("farther than 5 km")), "{words:?}");
    assert!(words.reliefs.iter().any(|relief| relief.contains("The largest distance")), "{words:?}");
}

#[test]
fn a_proposal_that_keeps_every_rule_asks_for_no_conflict() {
    let app = with_proposal();
    assert_eq!(clash(&app), &Clash::NotAsked);
    assert!(!app.shows("cannot hold together"));
}

#[test]
fn the_search_for_a_conflict_can_be_stopped_and_begun_again() {
    let mut app = AppHarness::grid(UNEVEN);
    let order = too_near(&app);
    build(&mut app, order);
    let found = clash(&app).clone();
    // What is found already is not lost by stopping.
    app.window().state_mut().push(Action::Cancel(JobKind::Conflict));
    app.settle();
    assert_eq!(clash(&app), &found);
    app.window().state_mut().push(Action::LookForConflict);
    app.window().state_mut().push(Action::Cancel(JobKind::Conflict));
    app.settle();
    assert_eq!(clash(&app), &Clash::Stopped);
    app.press_button("Look for rules that cannot hold together");
    assert_eq!(clash(&app), &found);
}

#[test]
fn commands_are_found_by_other_words_than_their_name() {
    let mut app = AppHarness::grid(UNEVEN);
    app.key_with(Modifiers::COMMAND, Key::P);
    app.type_text("auto-build");
    assert!(app.window().query_by_role_and_label(Role::Button, "Build territories…").is_some());
    app.key(Key::Enter);
    assert!(app.shows("Effort"), "the dialog is open");
}
