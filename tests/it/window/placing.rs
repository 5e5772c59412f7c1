//! Accounts without a good place: listed, placed by a typed place, by a click on the map, several at once, and by their address again.

use std::sync::Arc;

use bailiwick::action::{Action, Command};
use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::columns::{Measure, Subject, TextColumn};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::{AccountId, UnitId};
use bailiwick::domain::project::{Goal, Project};
use bailiwick::domain::sphere::LonLat;
use bailiwick::session::tables::TableAction;
use bailiwick::session::view::BottomTab;
use egui::{Key, Modifiers};

use super::{HALVES, steps};
use crate::harness::AppHarness;

/// One per account: name, street, town, state, where it is and how it got there.
type Row = (&'static str, &'static str, &'static str, &'static str, Option<(f64, f64)>, Placement);

/// The grid lies around Springfield, Illinois. One account has a place, two have none, one is in the middle of its state, one abroad.
const ROWS: [Row; 5] = [
    ("Depot", "1 Oak St", "New Berlin", "IL", Some((-89.91, 39.73)), Placement::Coordinates),
    ("Acme", "2 Main St", "Springfield", "", None, Placement::Unplaced),
    ("Bolt", "", "Sprngfield", "IL", None, Placement::Unplaced),
    ("Cask", "", "Nowhere Known", "IL", Some((-89.2, 40.07)), Placement::Region),
    ("Drum", "", "", "", Some((0.0, 51.0)), Placement::Coordinates),
];

pub fn project() -> Project {
    let mut project = fixture::project(HALVES);
    let mut accounts = Accounts::default();
    let unit_at = |place: LonLat| {
        let (column, row) = ((place.lon + 90.0) / 0.1, (40.0 - place.lat) / 0.1);
        let inside = (0.0..6.0).contains(&column) && (0.0..4.0).contains(&row);
        inside.then(|| UnitId::from_index(row as usize * 6 + column as usize))
    };
    for (nth, (name, _, _, _, place, placement)) in ROWS.into_iter().enumerate() {
        let place = place.map_or(LonLat::new(f64::NAN, f64::NAN), |(lon, lat)| LonLat::new(lon, lat));
        accounts.codes.push(format!("C{nth}"));
        accounts.names.push(name.to_owned());
        accounts.units.push(if place.is_valid() { unit_at(place) } else { None });
        accounts.places.push(place);
        accounts.placements.push(placement);
        accounts.precisions_km.push(match placement {
            Placement::Coordinates => 0.0,
            Placement::Region => 280.0,
            _ => f32::NAN,
        });
    }
    accounts.attributes = vec![
        TextColumn::new("Street", &ROWS.map(|row| row.1)),
        TextColumn::new("City", &ROWS.map(|row| row.2)),
        TextColumn::new("State", &ROWS.map(|row| row.3)),
    ];
    project.accounts = Arc::new(accounts);
    let revenue = Measure::sum("Revenue", "$", Subject::Accounts, vec![1.0, 10.0, 100.0, 1000.0, 10_000.0]);
    Arc::make_mut(&mut project.measures).push(revenue);
    let measure = project.find_measure("Revenue").expect("it was just made");
    project.goals = vec![Goal { measure, tolerance: 0.5, weight: 1.0 }];
    project
}

fn window() -> AppHarness {
    AppHarness::of(project())
}

/// The list, with the first account at hand.
fn listing() -> AppHarness {
    let mut app = window();
    app.run(Command::PlaceAccounts);
    app
}

fn at_hand(app: &AppHarness) -> Vec<&str> {
    let session = app.session();
    session.selection.accounts.iter().map(|account| session.project.accounts.names[account.index()].as_str()).collect()
}

fn placed_by(app: &AppHarness, account: u32) -> Placement {
    app.session().project.accounts.placements[AccountId(account).index()]
}

fn unit_of(app: &AppHarness, account: u32) -> Option<String> {
    let project = &app.session().project;
    project.accounts.units[account as usize].map(|unit| project.units.codes[unit.index()].clone())
}

fn last_step(app: &AppHarness) -> &str {
    app.session().history.undo_step().map_or("", |step| step.label.as_str())
}

/// Types a place into the field that has the keyboard, and presses Enter.
fn type_place(app: &mut AppHarness, text: &str) {
    app.type_text(text);
    app.key(Key::Enter);
    app.settle();
}

#[test]
fn the_list_has_every_doubtful_account_and_its_tab_says_how_many() {
    let mut app = listing();
    assert_eq!(app.session().view.tab, BottomTab::Places);
    assert!(app.shows("Places 4") && app.shows("4 accounts without a good place"));
    for row in
        ["Acme, not on the map", "Bolt, not on the map", "Cask, in the middle of its state", "Drum, outside every area"]
    {
        assert!(app.has_row(row), "{row}");
    }
    assert!(!app.has_row("Depot"));
    assert_eq!(at_hand(&app), ["Acme"]);
    // A slip of the pen has the town that was meant as its likely place.
    let known = app.session().placing.described(AccountId(2)).expect("its row is in sight").clone();
    assert_eq!(known.address, "Sprngfield, IL");
    assert!(known.suggestion.is_some_and(|likely| likely.words.starts_with("Springfield, IL")));
    app.act(Action::SetTab(BottomTab::Territories));
    app.act(Action::SetTab(BottomTab::Problems));
    app.press_button("Place them: 2 accounts could not be placed on the map, Acme for instance");
    assert_eq!((app.session().view.tab, at_hand(&app)), (BottomTab::Places, vec!["Acme"]));
}

#[test]
fn accounts_are_placed_one_after_the_other_with_the_keyboard_alone() {
    let mut app = listing();
    let before = app.session().project.accounts.clone();
    type_place(&mut app, "Springfield, IL");
    assert_eq!(last_step(&app), "Placed Acme at Springfield, IL, United States");
    assert_eq!((placed_by(&app, 1), app.shown_load("B")), (Placement::ByHand, 10.0));
    assert!(unit_of(&app, 1).is_some());
    // The next one follows, and Enter alone takes what its address means.
    assert_eq!(at_hand(&app), ["Bolt"]);
    app.key(Key::Enter);
    assert_eq!((last_step(&app), app.shown_load("B")), ("Placed Bolt at Springfield, IL, United States", 110.0));
    assert_eq!(at_hand(&app), ["Cask"]);
    app.key(Key::PageDown);
    assert_eq!(at_hand(&app), ["Drum"]);
    app.key(Key::PageUp);
    assert_eq!(at_hand(&app), ["Cask"]);
    type_place(&mut app, "39.65, -89.95");
    assert_eq!((last_step(&app), unit_of(&app, 3).as_deref()), ("Moved Cask to 39.65000, -89.95000", Some("18")));
    assert_eq!(app.shown_load("A"), 1001.0);
    assert_eq!(at_hand(&app), ["Drum"]);
    type_place(&mut app, "62703");
    assert_eq!((placed_by(&app, 4), steps(&app)), (Placement::ByHand, 4));
    assert!(app.shows("Every account has a good place"));
    for _ in 0..4 {
        app.run(Command::Undo);
    }
    assert_eq!(app.session().project.accounts.placements, before.placements);
    assert_eq!(app.session().project.accounts.units, before.units);
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (1.0, 0.0));
    app.run(Command::Redo);
    let app = app.reopen();
    assert_eq!((placed_by(&app, 1), steps(&app)), (Placement::ByHand, 1));
}

#[test]
fn a_name_that_several_towns_have_is_offered_with_their_states() {
    let mut app = listing();
    app.type_text("Springfield");
    let offered = |app: &AppHarness, words: &str| app.shows(words);
    assert!(offered(&app, "Springfield, MA, United States") && offered(&app, "Springfield, IL, United States"));
    // Down goes to another one.
    app.key(Key::ArrowDown);
    app.key(Key::Enter);
    assert!(last_step(&app).starts_with("Placed Acme at Springfield, "), "{}", last_step(&app));
    assert_eq!(steps(&app), 1);
    // Half a name is enough, and a state that is not typed to its end is none.
    app.type_text("Springf");
    assert!(app.shows("Springfield, IL, United States"), "Bolt's state comes first");
    app.key(Key::Enter);
    assert_eq!(last_step(&app), "Placed Bolt at Springfield, IL, United States");
    app.type_text("Qwertzuiop");
    assert!(app.shows("Nothing of that name is known"));
    app.key(Key::Enter);
    assert_eq!(steps(&app), 2);
}

#[test]
fn a_click_on_the_map_places_an_account_and_escape_leaves_that() {
    let mut app = listing();
    app.press_button("Click on the map");
    assert_eq!(app.session().placing.picking, Some(vec![AccountId(1)]));
    app.key(Key::Escape);
    assert_eq!((app.session().placing.picking.clone(), at_hand(&app)), (None, vec!["Acme"]));
    app.press_button("Click on the map");
    // Dragging moves the map and places nothing.
    let (from, to) = (app.place_of("8"), app.place_of("9"));
    app.drag(&[from, to]);
    assert_eq!(steps(&app), 0);
    app.click_unit("16");
    assert_eq!((last_step(&app), unit_of(&app, 1).as_deref()), ("Placed Acme on the map", Some("16")));
    assert_eq!((app.shown_load("B"), app.session().placing.picking.is_none()), (10.0, true));
    assert!(app.session().selection.units.is_empty(), "the click was not meant for the unit");
    let precision = app.session().project.accounts.precision_km(1).expect("a click has one");
    assert!(precision < 5.0, "{precision}");
    assert_eq!(at_hand(&app), ["Bolt"]);
    app.click_unit("16");
    assert_eq!(steps(&app), 1, "one click places once");
}

#[test]
fn several_accounts_go_to_one_place_in_one_step() {
    let mut app = listing();
    let at = app.row("Cask, in the middle of its state");
    app.click_with(Modifiers::SHIFT, app.row("Acme, not on the map"));
    app.click_with(Modifiers::SHIFT, at);
    assert_eq!(at_hand(&app), ["Acme", "Bolt", "Cask"]);
    assert!(app.shows("3 accounts selected"));
    type_place(&mut app, "Springfield, IL");
    assert_eq!((last_step(&app), steps(&app)), ("Moved 3 accounts to Springfield, IL, United States", 1));
    assert_eq!((app.shown_load("B"), at_hand(&app)), (1110.0, vec!["Drum"]));
}

#[test]
fn any_account_is_moved_from_the_inspector() {
    let mut app = window();
    app.act(Action::SelectAccount(Some(AccountId(0))));
    assert!(app.shows("by its coordinates"));
    app.press_button("Move this account…");
    assert_eq!((app.session().view.tab, at_hand(&app)), (BottomTab::Places, vec!["Depot"]));
    type_place(&mut app, "Riverton, IL");
    assert_eq!(last_step(&app), "Moved Depot to Riverton, IL, United States");
    assert_eq!((app.shown_load("A"), app.shown_load("B")), (0.0, 1.0));
    // It was in no doubt, so there is no next one.
    assert_eq!(at_hand(&app), ["Depot"]);
    assert!(app.shows("by hand, within"));
}

#[test]
fn accounts_are_placed_by_their_columns_again_after_it_was_said_how_many() {
    let mut app = listing();
    let city = bailiwick::domain::cells::CellColumn::Attribute(1);
    for (row, text) in [(2, "Springfield"), (3, "Riverton"), (4, "Riverton, IL")] {
        let value = bailiwick::domain::cells::Cell::Text(text.to_owned());
        app.act(Action::Table(bailiwick::session::tables::TableAction::SetCells {
            subject: Subject::Accounts,
            column: city,
            rows: vec![row],
            value,
        }));
    }
    let made = steps(&app);
    app.press_button("Place by address again…");
    assert!(app.shows("2 accounts would come to lie elsewhere, 1 of them had no place"));
    app.press_button("Cancel");
    assert_eq!(steps(&app), made);
    app.press_button("Place by address again…");
    app.press_button("Place 2 accounts");
    assert_eq!((last_step(&app), steps(&app)), ("Placed 2 accounts by their address", made + 1));
    assert_eq!((placed_by(&app, 2), placed_by(&app, 3)), (Placement::Town, Placement::Town));
    assert_eq!(placed_by(&app, 4), Placement::Coordinates, "what has coordinates stays");
    assert_eq!(app.shown_load("B"), 1100.0);
    app.press_button("Place by address again…");
    assert!(app.was_told("Every account lies where its address says already"), "{:?}", app.messages());
}

#[test]
fn an_import_that_leaves_accounts_without_a_place_shows_the_way_to_them() {
    let mut app = AppHarness::grid(HALVES);
    app.write("accounts.csv", "ID,Name,City,State,Revenue\n1,Ada,Springfield,IL,5\n2,Ben,Nowhereville,,7\n");
    app.act(Action::Take(app.path("accounts.csv")));
    app.press_button("Import");
    assert!(app.was_told("Imported 2 accounts"), "{:?}", app.messages());
    assert!(app.shows("1 account has no good place"));
    app.press_button("Place them…");
    assert_eq!((app.session().view.tab, at_hand(&app)), (BottomTab::Places, vec!["Ben"]));
}

#[test]
fn the_table_of_accounts_says_how_each_was_placed_and_how_precisely() {
    let mut app = window();
    // Room for the two columns.
    app.act(Action::SetTab(BottomTab::Accounts));
    for key in ["attribute Street", "attribute City", "attribute State", "placed", "precision"] {
        app.act(Action::Table(TableAction::ToggleColumn { subject: Subject::Accounts, key: key.to_owned() }));
    }
    app.press_button("Sort by Precision");
    let rows = app.session().tables.of(Subject::Accounts).rows.to_vec();
    assert_eq!(
        rows,
        [3, 0, 4, 1, 2],
        "figures begin with the largest: what is rough comes first, what is not known last"
    );
    let copied = {
        app.click_list_item("Account Cask");
        app.copy()
    };
    assert!(copied.contains("Placed by") && copied.contains("Precision (km)"), "{copied}");
    assert!(copied.contains("state") && copied.contains("280"), "{copied}");
}

#[test]
fn a_project_that_is_read_only_is_left_as_it_is() {
    let mut app = listing();
    let mut second = app.second_window();
    second.run(Command::PlaceAccounts);
    assert!(second.session().read_only.is_some());
    second.type_text("Springfield, IL");
    second.key(Key::Enter);
    assert_eq!(steps(&second), 0);
    type_place(&mut app, "Springfield, IL");
    assert_eq!(steps(&app), 1);
}
