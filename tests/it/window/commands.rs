//! Commands on whole territories: shown with their totals, taken or left, one step.

use bailiwick::action::{Action, Command};
use bailiwick::domain::ids::TerritoryId;
use egui::{Key, Modifiers};

use super::{HALVES, steps};
use crate::harness::AppHarness;

fn run(app: &mut AppHarness, command: Command) {
    app.window().state_mut().push(Action::Run(command));
    app.settle();
}

#[test]
fn a_split_is_shown_with_its_totals_and_is_one_step() {
    let mut app = AppHarness::grid(HALVES);
    let before = app.session().plan().clone();
    app.click_unit("0");
    run(&mut app, Command::SplitTerritory);
    for words in ["Split A into 2 territories", "Shown on the map, not yet done", "A 2"] {
        assert!(app.shows(words), "{words}");
    }
    app.press_button("One part more");
    assert!(app.shows("Split A into 3 territories"));
    assert_eq!((app.session().plan(), steps(&app)), (&before, 0), "only shown");
    assert_eq!(app.session().shown_plan().territory_count(), 4);
    assert_eq!(app.shown_load("A"), 4.0);
    app.press_key_of(Command::AcceptProposal);
    assert_eq!((app.session().plan().territory_count(), steps(&app)), (4, 1));
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &before);
}

#[test]
fn escape_leaves_the_plan_as_it_is() {
    let mut app = AppHarness::grid(HALVES);
    app.click_unit("0");
    run(&mut app, Command::DissolveTerritory);
    assert!(app.shows("Dissolved A into its neighbour"));
    assert_eq!(app.shown_load("B"), 24.0);
    app.key(Key::Escape);
    assert!(app.session().suggestion.is_none());
    assert_eq!((app.picture(6).as_str(), steps(&app)), (HALVES, 0));
}

#[test]
fn each_command_does_what_it_says() {
    let cases: [(&str, Command, &[&str], &str, &str); 6] = [
        ("AABBCC\n", Command::MergeTerritories, &["0", "2"], "AAAACC\n", "Merged B into A"),
        ("AABBBBCC\n", Command::DissolveTerritory, &["3"], "AAAACCCC\n", "Dissolved B into 2 neighbours"),
        ("AAA\nA-A\nAAA\n", Command::FillHoles, &["0"], "AAA\nAAA\nAAA\n", "Filled a hole of A"),
        ("AAAB\nABAB\nAAAB\n", Command::AbsorbEnclaves, &["0"], "AAAB\nAAAB\nAAAB\n", "Gave an enclave to A"),
        ("AAB\nABB\n", Command::SwapUnits, &["1", "4"], "ABB\nAAB\n", "Swapped 1 and 4"),
        (
            "AAABBB\nAAAABB\nAABBBB\nAAABBB\n",
            Command::SmoothBorder,
            &["0"],
            "AAABBB\nAAABBB\nAAABBB\nAAABBB\n",
            "Smoothed the border of A",
        ),
    ];
    for (picture, command, clicks, after, words) in cases {
        let mut app = AppHarness::grid(picture);
        let width = picture.lines().next().map_or(0, str::len);
        app.click_unit(clicks[0]);
        for code in &clicks[1..] {
            app.click_with(Modifiers::SHIFT, app.place_of(code));
        }
        run(&mut app, command);
        assert!(app.shows(words), "{words}: {:?}", app.messages());
        assert_eq!((app.picture(width).as_str(), steps(&app)), (picture, 0), "only shown");
        app.press_button("Accept");
        assert_eq!((app.picture(width).as_str(), steps(&app)), (after, 1), "{words}");
    }
}

#[test]
fn neighbours_are_recoloured_apart() {
    let mut app = AppHarness::grid(HALVES);
    run(&mut app, Command::RecolourAll);
    app.press_button("Accept");
    let colour = |name: &str| app.session().plan().territory(app.territory(name)).map(|territory| territory.colour);
    assert_ne!(colour("A"), colour("B"));
}

#[test]
fn what_cannot_be_done_is_said() {
    let mut app = AppHarness::grid(HALVES);
    run(&mut app, Command::SplitTerritory);
    assert!(app.was_told("Choose a territory first"), "{:?}", app.messages());
    app.click_unit("0");
    run(&mut app, Command::MergeTerritories);
    assert!(app.was_told("Select units of the territories to merge"));
    run(&mut app, Command::FillHoles);
    assert!(app.was_told("no holes of A"));
    app.press_button("Lock the territory");
    run(&mut app, Command::SplitTerritory);
    assert!(app.was_told("A is locked"));
    assert!(app.session().suggestion.is_none());
}

#[test]
fn a_cut_off_piece_is_named_and_one_key_repairs_it() {
    let mut app = AppHarness::grid(HALVES);
    assert!(!app.shows("pieces:"));
    app.click_unit("0");
    app.key(Key::B);
    let way = app.way_over(&["5", "11"]);
    app.begin_drag(&way);
    assert!(app.shows("A is in 2 pieces: cell 5 and 1 other are cut off"), "while it is drawn");
    app.key(Key::Escape);
    app.end_drag(way[1]);
    assert!(!app.shows("is in 2 pieces"));
    app.drag_over(&["5", "11"]);
    assert!(app.shows("A is in 2 pieces: cell 5 and 1 other are cut off"));
    app.press_key_of(Command::RepairPieces);
    assert_eq!(app.picture(6), HALVES);
    assert!(!app.shows("is in 2 pieces"));
    assert!(app.was_told("Joined 2 cells that were cut off to B"), "{:?}", app.messages());
    assert_eq!(steps(&app), 2);
    app.key_with(Modifiers::COMMAND, Key::Z);
    app.press_button("Repair");
    assert_eq!(app.picture(6), HALVES);
}

#[test]
fn accounts_are_locked_to_their_territory() {
    let mut app = AppHarness::sample();
    app.press_button("Got it");
    let (account, unit) = {
        let accounts = &app.session().project.accounts;
        let found = accounts.ids().find_map(|account| Some((account, accounts.units[account.index()]?)));
        found.expect("the sample has accounts on the map")
    };
    let owner = app.session().plan().territory_of(unit);
    app.window().state_mut().push(Action::SelectAccount(Some(account)));
    app.settle();
    app.press_button("Lock account");
    assert!(app.session().plan().locked_accounts().contains(&account));
    let other = app.session().plan().territories().map(|(id, _)| id).find(|&id| id != owner).expect("there are twelve");
    app.window().state_mut().push(Action::Assign { units: vec![unit], to: other });
    app.settle();
    assert_eq!(app.session().plan().territory_of(unit), other);
    assert_eq!(app.session().plan().owner_of(account, Some(unit)), owner, "it stays");
    app.window().state_mut().push(Action::SelectAccount(Some(account)));
    app.settle();
    app.press_button("Unlock account");
    assert!(app.session().plan().locked_accounts().is_empty());
    assert_eq!(app.session().plan().owner_of(account, Some(unit)), owner, "it is named, for its unit went away");
    app.window().state_mut().push(Action::Assign { units: vec![unit], to: owner });
    app.settle();
    // Locked and unlocked where it is, it follows its unit as it did before.
    for button in ["Lock account", "Unlock account"] {
        app.window().state_mut().push(Action::SelectAccount(Some(account)));
        app.settle();
        app.press_button(button);
    }
    app.window().state_mut().push(Action::Assign { units: vec![unit], to: other });
    app.settle();
    assert_eq!(app.session().plan().owner_of(account, Some(unit)), other);
    assert_ne!(owner, TerritoryId::UNASSIGNED);
}
