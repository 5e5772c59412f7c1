//! Districts and regions: the tree, and drawing above the level of territories.

use bailiwick::action::{Action, Command};
use bailiwick::domain::edit::Edit;
use bailiwick::domain::hierarchy::Member;
use bailiwick::domain::ids::GroupId;
use egui::{Key, Modifiers, Pos2, vec2};

use super::steps;
use crate::harness::AppHarness;

/// Six territories of four units each.
const SIX: &str = "AABBCC\nAABBCC\nDDEEFF\nDDEEFF\n";

fn group(app: &AppHarness, level: usize, name: &str) -> GroupId {
    app.session().plan().hierarchy().find(level, name).unwrap_or_else(|| panic!("no group {name}"))
}

/// The names of the territories in a group, together.
fn inside(app: &AppHarness, level: usize, name: &str) -> String {
    let plan = app.session().plan();
    plan.territories_in(group(app, level, name)).map(|id| plan.territory_name(id).to_owned()).collect()
}

fn make(app: &mut AppHarness, level: u8, name: &str, parent: Option<GroupId>, territories: &str) {
    let members = territories.chars().map(|name| Member::Territory(app.territory(&name.to_string()))).collect();
    app.act(Action::NewGroup { level, parent, members });
    app.key(Key::Escape);
    let id = app.session().active_group.expect("the new group is active");
    app.act(Action::RenameGroup { id, name: name.to_owned() });
}

/// North with A and B, South with D, both in the region West; C, E and F in no district.
fn with_levels() -> AppHarness {
    let mut app = AppHarness::grid(SIX);
    let names = [(None, "District".to_owned()), (None, "Region".to_owned())];
    let edit = Edit::set_levels(app.session().plan(), &names);
    app.act(Action::Edit(edit));
    make(&mut app, 1, "West", None, "");
    let west = Some(group(&app, 1, "West"));
    make(&mut app, 0, "North", west, "AB");
    make(&mut app, 0, "South", west, "D");
    app.act(Action::SelectGroup(None));
    app.act(Action::SetTab(bailiwick::session::view::BottomTab::Territories));
    // Room for every row.
    app.run(Command::ToggleInspector);
    app
}

#[test]
fn the_first_district_makes_its_level_and_takes_the_active_territory() {
    let mut app = AppHarness::grid(SIX);
    let before = app.session().plan().clone();
    app.click_unit("0");
    app.press_key_of(Command::NewGroup);
    app.fill_in("Name of the district", "North");
    app.key(Key::Enter);
    assert_eq!(app.session().plan().hierarchy().levels(), ["District"]);
    assert_eq!(inside(&app, 0, "North"), "A");
    assert_eq!(app.session().active_group, Some(group(&app, 0, "North")));
    assert_eq!(steps(&app), 2, "made, and named");
    app.key_with(Modifiers::COMMAND, Key::Z);
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &before);
    assert_eq!(app.session().active_group, None, "what is gone is not active");
}

#[test]
fn the_table_is_a_tree_that_folds_and_stays_folded() {
    let mut app = with_levels();
    for row in ["Region West", "District North", "Territory A", "Territory D", "In no district"] {
        assert!(app.has_row(row), "{row}");
    }
    app.press_button("Fold District North");
    assert!(!app.has_row("Territory A") && app.has_row("Territory D") && app.has_row("Territory C"));
    app.press_button("Fold Region West");
    assert!(!app.has_row("District North") && app.has_row("Territory C"));
    let mut app = app.reopen();
    assert!(app.has_row("Region West") && !app.has_row("District North"));
    app.press_button("Unfold Region West");
    assert!(app.has_row("District North") && !app.has_row("Territory A"));
}

#[test]
fn a_row_that_has_the_keyboard_folds_and_is_renamed() {
    let mut app = with_levels();
    app.click_list_item("District North");
    app.focus_row("District North");
    app.key(Key::ArrowLeft);
    assert!(!app.has_row("Territory A"));
    app.key(Key::ArrowRight);
    assert!(app.has_row("Territory A"));
    app.key(Key::F2);
    app.fill_in("Name of the district", "Nord");
    app.key(Key::Enter);
    assert_eq!(inside(&app, 0, "Nord"), "AB");
}

#[test]
fn a_territory_is_dragged_into_another_district() {
    let mut app = with_levels();
    let before = app.session().plan().clone();
    let done = steps(&app);
    drag_row(&mut app, "Territory A", "District South");
    assert_eq!((inside(&app, 0, "North").as_str(), inside(&app, 0, "South").as_str()), ("B", "AD"));
    assert_eq!(steps(&app), done + 1);
    assert!(app.was_told("Moved A to South"), "{:?}", app.messages());
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &before);
    // Upon a territory it goes beside that one; upon the last part it is in no district.
    app.press_button("Fold District North");
    drag_row(&mut app, "Territory C", "Territory D");
    assert_eq!(inside(&app, 0, "South"), "CD");
    drag_row(&mut app, "Territory D", "In no district");
    assert_eq!(inside(&app, 0, "South"), "C");
}

#[test]
fn a_district_is_dragged_with_all_that_is_in_it() {
    let mut app = with_levels();
    make(&mut app, 1, "East", None, "");
    let done = steps(&app);
    drag_row(&mut app, "District North", "Region East");
    assert_eq!((inside(&app, 1, "East").as_str(), inside(&app, 1, "West").as_str()), ("AB", "D"));
    assert_eq!(steps(&app), done + 1);
    // Upon another district it goes into the region of that one.
    drag_row(&mut app, "District North", "District South");
    assert_eq!((inside(&app, 1, "East").as_str(), inside(&app, 1, "West").as_str()), ("", "ABD"));
    assert_eq!(inside(&app, 0, "North"), "AB");
}

#[test]
fn what_is_locked_takes_and_gives_no_territory() {
    let mut app = with_levels();
    app.act(Action::SelectGroup(Some(group(&app, 0, "North"))));
    app.run(Command::LockTerritory);
    let (before, done) = (app.session().plan().clone(), steps(&app));
    drag_row(&mut app, "Territory D", "District North");
    assert!(app.was_told("North is locked; unlock it to change it"), "{:?}", app.messages());
    drag_row(&mut app, "Territory A", "District South");
    assert!(app.was_told("North is locked; unlock it to move A out of it"), "{:?}", app.messages());
    assert_eq!((app.session().plan(), steps(&app)), (&before, done));
    // The brush of units obeys it too.
    app.act(Action::SelectTerritory(Some(app.territory("C"))));
    app.key(Key::B);
    app.drag_over(&["3", "2"]);
    assert_eq!(app.picture(6), SIX);
}

#[test]
fn the_dialog_of_levels_names_adds_and_removes() {
    let mut app = with_levels();
    app.run(Command::Levels);
    app.fill_in("Name of level 1", "Bezirk");
    app.press_button("Add a level above");
    app.fill_in("Name of level 3", "Nation");
    app.press_button("Save levels");
    assert_eq!(app.session().plan().hierarchy().levels(), ["Bezirk", "Region", "Nation"]);
    assert!(app.has_row("Bezirk North"));
    let done = steps(&app);
    app.run(Command::Levels);
    app.press_button("Remove level 3");
    app.press_button("Save levels");
    assert_eq!(app.session().plan().hierarchy().levels(), ["Bezirk", "Region"]);
    assert_eq!(steps(&app), done + 1);
}

#[test]
fn move_to_asks_for_the_group() {
    let mut app = with_levels();
    app.act(Action::SelectTerritory(Some(app.territory("F"))));
    app.press_key_of(Command::MoveToGroup);
    app.press_button("South · West");
    assert_eq!(inside(&app, 0, "South"), "DF");
}

#[test]
fn a_removed_district_leaves_its_territories_to_the_region() {
    let mut app = with_levels();
    app.act(Action::SelectGroup(Some(group(&app, 0, "North"))));
    app.run(Command::RemoveTerritory);
    assert_eq!(inside(&app, 1, "West"), "ABD");
    assert_eq!(app.session().plan().hierarchy().find(0, "North"), None);
    assert_eq!(app.session().active_group, None);
}

#[test]
fn the_brush_paints_whole_territories_into_the_active_district() {
    let mut app = with_levels();
    app.act(Action::SelectGroup(Some(group(&app, 0, "South"))));
    app.act(Action::SetPaintLevel(Some(0)));
    app.key(Key::B);
    let done = steps(&app);
    let before = app.session().plan().clone();
    let way = app.way_over(&["2", "4", "16"]);
    app.begin_drag(&way);
    assert_eq!(app.session().plan(), &before, "the plan changes when the stroke ends");
    let south = group(&app, 0, "South");
    let measure = app.session().goal().expect("there is a measure").measure;
    assert_eq!(app.session().group_figures(measure, south).0, 16.0, "D with B, C and F");
    app.end_drag(way[2]);
    assert_eq!((inside(&app, 0, "South").as_str(), inside(&app, 0, "North").as_str()), ("BCDF", "A"));
    assert_eq!(app.picture(6), SIX, "no unit changes its territory");
    assert_eq!(steps(&app), done + 1);
    app.key_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(app.session().plan(), &before);
    // A click is a stroke of one point.
    app.click_unit("4");
    assert_eq!(inside(&app, 0, "South"), "CD");
}

#[test]
fn a_stroke_goes_on_with_the_district_it_begins_in_and_escape_drops_it() {
    let mut app = with_levels();
    app.act(Action::SetPaintLevel(Some(0)));
    app.key(Key::B);
    let way = app.way_over(&["0", "12"]);
    app.begin_drag(&way);
    app.key(Key::Escape);
    app.end_drag(way[1]);
    assert_eq!(inside(&app, 0, "North"), "AB");
    app.drag(&way);
    assert_eq!(inside(&app, 0, "North"), "ABD");
    app.drag_over(&["4", "5"]);
    assert!(app.was_told("Choose a district first"), "{:?}", app.messages());
}

#[test]
fn a_lasso_takes_what_it_has_most_of_and_a_region_takes_whole_districts() {
    let mut app = with_levels();
    app.act(Action::SelectGroup(Some(group(&app, 0, "South"))));
    app.act(Action::SetPaintLevel(Some(0)));
    app.key(Key::L);
    // All of F, half of E.
    app.drag(&around(&app, "15", "23"));
    assert_eq!(inside(&app, 0, "South"), "DF");

    make(&mut app, 1, "East", None, "");
    app.act(Action::SetPaintLevel(Some(1)));
    app.key(Key::B);
    app.click_unit("2");
    assert_eq!((inside(&app, 1, "East").as_str(), inside(&app, 0, "North").as_str()), ("AB", "AB"));
}

#[test]
fn a_boundary_at_district_level_shows_what_it_takes() {
    let mut app = with_levels();
    app.act(Action::SelectGroup(Some(group(&app, 0, "South"))));
    app.act(Action::SetPaintLevel(Some(0)));
    app.key(Key::P);
    for corner in around(&app, "4", "11") {
        app.click(corner);
    }
    let shown = app.session().shown_plan().territories_in(group(&app, 0, "South")).count();
    assert_eq!((shown, inside(&app, 0, "South").as_str()), (2, "D"));
    app.step();
    assert!(!app.wants_repaint(), "a boundary at rest lets the window rest");
    app.key(Key::Enter);
    assert_eq!(inside(&app, 0, "South"), "CD");
}

#[test]
fn a_click_at_district_level_chooses_the_district() {
    let mut app = with_levels();
    app.act(Action::SetPaintLevel(Some(0)));
    app.click_unit("0");
    assert_eq!(app.session().active_group, Some(group(&app, 0, "North")));
    app.click_unit("4");
    assert_eq!((app.session().active_group, app.session().active), (None, app.territory("C")));
}

#[test]
fn the_map_is_coloured_by_the_level_that_was_chosen() {
    let mut app = with_levels();
    let (a, c) = (app.territory("A"), app.territory("C"));
    let own = app.session().map_colour(a);
    app.run(Command::NextColourLevel);
    let plan = app.session().plan();
    let north = plan.hierarchy().group(group(&app, 0, "North")).map(|group| group.colour);
    assert_eq!((app.session().map_colour(a), app.session().map_colour(c)), (north, None));
    let app = app.reopen();
    assert_eq!(app.session().map_colour(a), north);
    assert_ne!(own, north);
}

#[test]
fn escape_leaves_no_picture_of_a_rectangle_at_district_level() {
    let mut app = with_levels();
    app.act(Action::SelectGroup(Some(group(&app, 0, "South"))));
    app.act(Action::SetPaintLevel(Some(0)));
    app.key(Key::R);
    let [from, _, to, _] = around(&app, "4", "11");
    app.begin_drag(&[from, to]);
    assert!(app.session().preview.is_some(), "what would be taken is shown");
    app.key(Key::Escape);
    app.end_drag(to);
    assert!(app.session().preview.is_none());
    assert_eq!(inside(&app, 0, "South"), "D");
}

#[test]
fn a_line_at_district_level_takes_what_it_goes_through() {
    let mut app = with_levels();
    app.act(Action::SelectGroup(Some(group(&app, 0, "South"))));
    app.act(Action::SetPaintLevel(Some(0)));
    app.press_key_of(Command::ToolLine);
    app.drag_over(&["16", "17"]);
    assert_eq!(inside(&app, 0, "South"), "DF");
}

fn drag_row(app: &mut AppHarness, from: &str, to: &str) {
    let (from, to) = (app.row(from), app.row(to));
    app.drag(&[from, from + vec2(0.0, 8.0), to]);
}

/// Corners a little outside of two units' centres, clockwise from the upper left.
fn around(app: &AppHarness, upper_left: &str, lower_right: &str) -> [Pos2; 4] {
    let (from, to) = (app.place_of(upper_left) - vec2(20.0, 20.0), app.place_of(lower_right) + vec2(20.0, 20.0));
    [from, Pos2::new(to.x, from.y), to, Pos2::new(from.x, to.y)]
}
