//! The tables of units and accounts: one with the map, sorted, filtered, edited.

use bailiwick::action::{Action, Command};
use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::columns::{Measure, Subject, TextColumn};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::{AccountId, MeasureId};
use bailiwick::domain::project::Project;
use bailiwick::domain::sphere::LonLat;
use bailiwick::session::view::BottomTab;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

use super::{HALVES, selected, steps};
use crate::harness::AppHarness;

/// Two halves with an account in each of the first eight units, and words and figures of each.
fn project() -> Project {
    let mut project = fixture::project(HALVES);
    let names = ["Deli", "=Bar", "Café", "Arms", "Diner", "Bistro", "Eatery", "Grill"];
    let places: Vec<LonLat> = project.units.centres[..8].to_vec();
    let accounts = Accounts {
        codes: (0..8).map(|index| format!("C{index}")).collect(),
        names: names.map(str::to_owned).to_vec(),
        places,
        placements: vec![Placement::Coordinates; 8],
        precisions_km: Vec::new(),
        units: (0..8).map(|unit| Some(bailiwick::domain::ids::UnitId(unit))).collect(),
        attributes: vec![TextColumn::new("Segment", &["pub", "bar", "pub", "inn", "bar", "pub", "", "inn"])],
    };
    project.accounts = Arc::new(accounts);
    let units = Arc::make_mut(&mut project.units);
    units.attributes.push(TextColumn::new("State", &vec!["Ohio"; 24]));
    let revenue = vec![10.0, 20.5, 30.0, 40.0, f64::NAN, 60.0, 70.0, 80.0];
    Arc::make_mut(&mut project.measures).push(Measure::sum("Revenue", "$", Subject::Accounts, revenue));
    project
}

fn window(tab: BottomTab) -> AppHarness {
    let mut app = AppHarness::of(project());
    app.act(Action::SetTab(tab));
    app.run(Command::ToggleInspector);
    app
}

fn chosen(app: &AppHarness) -> Vec<u32> {
    app.session().selection.accounts.iter().map(|account| account.0).collect()
}

/// The rows of the table, by the names of their accounts, top down.
fn rows(app: &AppHarness) -> Vec<String> {
    let names = &app.session().project.accounts.names;
    app.session().tables.of(Subject::Accounts).rows.iter().map(|&row| names[row as usize].clone()).collect()
}

/// The middle of a cell: of the row by its name, below the header by its words.
fn cell(app: &mut AppHarness, row: &str, header: &str) -> Pos2 {
    let y = app.row(row).y;
    let header = format!("Sort by {header}");
    let x = app.window().get_by_role_and_label(Role::Button, &header).rect().center().x;
    Pos2::new(x, y)
}

fn revenue(app: &AppHarness, territory: &str) -> f64 {
    app.session().totals.load(MeasureId(1), app.territory(territory))
}

#[test]
fn rows_and_map_have_one_selection() {
    let mut app = window(BottomTab::Units);
    app.click_list_item("Cell 0");
    assert_eq!(selected(&app), ["0"]);
    // Not at the edge between the first columns, which is there to be dragged.
    let at = app.row("Cell 2") - vec2(50.0, 0.0);
    app.click_with(Modifiers::SHIFT, at);
    assert_eq!(selected(&app), ["0", "1", "2"]);
    let at = app.row("Cell 1") - vec2(50.0, 0.0);
    app.click_with(Modifiers::COMMAND, at);
    assert_eq!(selected(&app), ["0", "2"]);
    // What is selected on the map is scrolled to.
    assert!(!app.has_row("Cell 23"));
    app.click_unit("23");
    assert!(app.has_row("Cell 23"));
    assert_eq!(steps(&app), 0);
}

#[test]
fn all_that_is_shown_is_selected_and_the_selected_can_be_shown_alone() {
    let mut app = window(BottomTab::Accounts);
    app.fill_in("Filter accounts", "PUB");
    assert_eq!(rows(&app), ["Deli", "Café", "Bistro"]);
    app.click_list_item("Account Café");
    app.key_with(Modifiers::COMMAND, Key::A);
    assert_eq!(chosen(&app), [0, 2, 5]);
    assert!(selected(&app).is_empty(), "no unit was meant");
    app.press_button("Clear the filter");
    assert_eq!(rows(&app).len(), 8);
    app.tick("Only selected");
    assert_eq!(rows(&app), ["Deli", "Café", "Bistro"]);
    // Accounts in selected units are among them.
    app.click_unit("3");
    assert_eq!(rows(&app), ["Arms"]);
}

#[test]
fn a_header_sorts_one_way_then_the_other_then_not_at_all() {
    let mut app = window(BottomTab::Accounts);
    app.press_button("Sort by Revenue");
    assert_eq!(rows(&app)[0], "Grill");
    assert_eq!(rows(&app)[7], "Diner", "what has no figure comes last");
    app.press_button("Sort by Revenue");
    assert_eq!((rows(&app)[0].as_str(), rows(&app)[7].as_str()), ("Deli", "Diner"));
    app.press_button("Sort by Revenue");
    assert_eq!(rows(&app)[1], "=Bar");
    app.press_button("Sort by Account");
    assert_eq!(rows(&app), ["=Bar", "Arms", "Bistro", "Café", "Deli", "Diner", "Eatery", "Grill"]);
}

#[test]
fn columns_are_filtered_by_words_ranges_and_gaps() {
    let mut app = window(BottomTab::Accounts);
    app.press_button("Filter Revenue");
    app.fill_in("Revenue from", "1,5");
    assert!(app.shows("Write a number such as 1,234.5"));
    app.fill_in("Revenue from", "30");
    app.fill_in("Revenue to", "70");
    app.key(Key::Enter);
    assert_eq!(rows(&app), ["Café", "Arms", "Bistro", "Eatery"]);
    app.press_button("Filter Segment");
    app.press_button("is not");
    app.fill_in("Segment is", "pub");
    app.key(Key::Enter);
    assert_eq!(rows(&app), ["Arms", "Eatery"]);
    app.press_button("2 column filters");
    assert_eq!(rows(&app).len(), 8);
    app.press_button("Filter Segment");
    app.press_button("empty");
    assert_eq!(rows(&app), ["Eatery"]);
}

#[test]
fn the_keyboard_walks_selects_and_copies_without_formulas() {
    let mut app = window(BottomTab::Accounts);
    app.click_list_item("Account Deli");
    app.key(Key::ArrowDown);
    assert_eq!(chosen(&app), [1]);
    app.key_with(Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(chosen(&app), [1, 2]);
    let copied = app.copy();
    let mut lines = copied.lines();
    let header: Vec<&str> = lines.next().expect("there is a header").split('\t').collect();
    assert_eq!(header[..3], ["ID", "Account", "Territory"]);
    assert!(header.contains(&"Revenue ($)"), "{header:?}");
    let bar: Vec<&str> = lines.next().expect("the first row").split('\t').collect();
    assert_eq!(bar[..3], ["C1", "'=Bar", "A"]);
    assert!(bar.contains(&"20.5") && copied.lines().count() == 3, "{copied}");
    app.key(Key::End);
    assert_eq!(chosen(&app), [7]);
    app.key(Key::Home);
    assert_eq!(chosen(&app), [0]);
    app.key(Key::PageDown);
    assert_ne!(chosen(&app), [0]);
}

#[test]
fn a_cell_is_edited_and_every_total_follows() {
    let mut app = window(BottomTab::Accounts);
    assert_eq!(revenue(&app, "A"), 10.0 + 20.5 + 30.0 + 70.0 + 80.0);
    let before = app.session().project.measures.clone();
    let at = cell(&mut app, "Account Café", "Revenue");
    app.double_click(at);
    app.type_text("1,5");
    assert!(app.shows("Write a number such as 1,234.5, or nothing"));
    app.key(Key::Enter);
    assert_eq!(steps(&app), 0, "it is no number");
    app.key_with(Modifiers::COMMAND, Key::A);
    app.type_text("1,030.25");
    app.key(Key::Enter);
    assert_eq!(revenue(&app, "A"), 10.0 + 20.5 + 1_030.25 + 70.0 + 80.0);
    assert_eq!(app.session().history.steps()[0].label, "Set Revenue to 1,030.25 for account Café");
    // The table has the keyboard again: undo is one key, and F2 edits the same cell.
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(format!("{:?}", app.session().project.measures), format!("{before:?}"));
    app.key(Key::F2);
    app.type_text("7");
    app.key(Key::Escape);
    assert_eq!((steps(&app), revenue(&app, "A")), (0, 210.5), "Escape leaves the cell as it was");
    app.key_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    let app = app.reopen();
    assert_eq!(app.session().project.measures[1].values[2], 1_030.25);
    assert_eq!(steps(&app), 1);
}

#[test]
fn words_of_a_unit_are_edited_and_codes_are_not() {
    let mut app = window(BottomTab::Units);
    let at = cell(&mut app, "Cell 2", "State");
    app.double_click(at);
    app.type_text("Iowa");
    app.key(Key::Enter);
    assert_eq!(app.session().project.units.attributes[0].get(2), "Iowa");
    let at = cell(&mut app, "Cell 2", "Cell");
    app.double_click(at);
    assert!(app.was_told("The code joins files to the project"), "{:?}", app.messages());
}

#[test]
fn many_rows_are_changed_in_one_step() {
    let mut app = window(BottomTab::Accounts);
    app.fill_in("Filter accounts", "pub");
    app.press_button("Change");
    app.press_button("Set a column…");
    app.choose("Column to set", "Segment");
    app.fill_in("New value", "tavern");
    app.press_button("Set for 3 accounts");
    assert_eq!(app.session().history.steps()[0].label, "Set Segment to tavern for 3 accounts");
    assert_eq!(app.session().project.accounts.attributes[0].words(), ["", "bar", "inn", "tavern"]);
    app.run(Command::Undo);
    assert_eq!(app.session().project.accounts.attributes[0].get(5), "pub");

    app.press_button("Change");
    app.press_button("Give to a territory…");
    app.fill_in("Find a territory", "B");
    app.key(Key::Enter);
    assert!(app.was_told("Gave 3 accounts to B as named accounts"), "{:?}", app.messages());
    assert_eq!(app.session().plan().overrides().len(), 3);
    assert_eq!(steps(&app), 1);
    app.press_button("Clear the filter");
    app.tick("Only named");
    assert_eq!(rows(&app), ["Deli", "Café", "Bistro"]);
    assert!(app.shows("Sort by Territory of the cell"), "the owner and the cell's territory stand side by side");
    app.click_list_item("Account Café");
    app.press_button("Change");
    app.press_button("1 selected");
    app.press_button("Lock");
    assert!(app.session().plan().locked_accounts().contains(&AccountId(2)));
    app.press_button("Change");
    app.press_button("3 shown");
    app.press_button("Give back to their cells");
    assert!(app.was_told("Left out 1 account because they are locked"), "{:?}", app.messages());
    assert_eq!(app.session().plan().overrides().len(), 1);
}

#[test]
fn units_are_assigned_from_their_table() {
    let mut app = window(BottomTab::Units);
    app.act(Action::SelectTerritory(Some(app.territory("B"))));
    app.click_list_item("Cell 0");
    app.press_button("Change");
    app.press_button("Assign to B");
    assert_eq!(app.picture(6), "BAABBB\nAAABBB\nAAABBB\nAAABBB\n");
}

#[test]
fn a_hidden_column_stays_hidden() {
    let mut app = window(BottomTab::Accounts);
    assert!(app.shows("Sort by Segment"));
    app.press_button("Columns");
    app.tick("Segment");
    app.key(Key::Escape);
    assert!(!app.shows("Sort by Segment"));
    let mut app = app.reopen();
    app.act(Action::SetTab(BottomTab::Accounts));
    assert!(!app.shows("Sort by Segment") && app.shows("Sort by Revenue"));
}

#[test]
fn a_click_on_the_map_selects_the_row() {
    let mut app = window(BottomTab::Accounts);
    let place = app.session().project.accounts.places[7];
    app.act(Action::ShowPlace { place, zoom: 9.0 });
    let at = app.app().map().camera().place_to_screen(place);
    app.hover(at);
    app.click(at);
    assert_eq!(chosen(&app), [7]);
    assert!(app.has_row("Account Grill"));
}

#[test]
fn history_goes_to_any_step_and_says_who_made_it() {
    let mut app = window(BottomTab::Units);
    for code in ["0", "1", "2"] {
        let units = vec![app.unit(code)];
        app.act(Action::Assign { units, to: app.territory("B") });
    }
    app.act(Action::SetTab(BottomTab::History));
    let made = app.session().history.made(2).expect("it is known who made it").clone();
    app.click_list_item("The plan as it was at first");
    assert_eq!((steps(&app), app.picture(6).as_str()), (0, HALVES));
    assert!(app.was_told("Took back 3 steps"), "{:?}", app.messages());
    let mut app = app.reopen();
    assert_eq!(app.session().history.made(2).map(|kept| &kept.who), Some(&made.who));
    assert!((app.session().history.made(2).expect("it is kept").at - made.at).abs() <= 60);
    app.act(Action::SetTab(BottomTab::History));
    app.act(Action::JumpTo(2));
    assert_eq!(app.picture(6), "BBABBB\nAAABBB\nAAABBB\nAAABBB\n");
}
