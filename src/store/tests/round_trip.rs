use super::fixture::{assert_same, place, project};
use crate::domain::accounts::Placement;
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::hierarchy::Group;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::project::Project;
use crate::domain::reference::{LayerColour, LayerLook, LayerWidth};
use crate::store::{Access, Existing, PlanId, SavedMetrics, SavedProblem, UnitShare, Wanted, create, open};

#[test]
fn a_project_comes_back_as_it_was() {
    let (_folder, path) = place();
    let project = project();
    create(&path, &project, Existing::Refuse).unwrap();
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert_same(&opened.project, &project);
    assert_eq!((opened.access, opened.plans.active, opened.generation), (Access::ReadWrite, PlanId::FIRST, 0));
    assert_eq!(opened.notes, Vec::<String>::new());
}

#[test]
fn a_new_project_is_empty_and_opens() {
    let (_folder, path) = place();
    create(&path, &Project { name: "New".into(), ..Project::default() }, Existing::Refuse).unwrap();
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert_eq!(opened.project.name, "New");
    assert!(opened.project.units.is_empty() && opened.history.steps().is_empty());
}

#[test]
fn imported_data_takes_the_place_of_what_was_there() {
    let (_folder, path) = place();
    let project = project();
    // No import touches the layers beside the units.
    let empty = Project { name: "New".into(), layers: std::sync::Arc::clone(&project.layers), ..Project::default() };
    let store = create(&path, &empty, Existing::Refuse).unwrap();
    let mut without_accounts = project.clone();
    without_accounts.accounts = std::sync::Arc::default();
    without_accounts.plan = std::sync::Arc::new(crate::domain::plan::Plan::empty("Baseline", project.units.len()));
    store.put_units(&without_accounts, "Imported 20 ZIP areas").unwrap();
    store.put_accounts(&project, "Imported 60 accounts").unwrap();
    // Once more: rows that are there already are replaced.
    store.put_units(&project, "Imported 20 ZIP areas").unwrap();
    store.flush().unwrap();
    drop(store);
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert_same(&opened.project, &project);
}

#[test]
fn what_the_window_remembers_and_computes_comes_back() {
    let (_folder, path) = place();
    let store = create(&path, &project(), Existing::Refuse).unwrap();
    store.put_setting("camera", Some("-83.1 40.2 6.5"));
    store.put_setting("panel", Some("open"));
    store.put_setting("panel", None);
    let metrics = SavedMetrics {
        plan: vec![("gini".into(), 0.25)],
        territories: vec![(TerritoryId(0), "perimeter km".into(), 7.0), (TerritoryId(3), "reock".into(), 0.5)],
    };
    let mut with_missing = metrics.clone();
    with_missing.territories.push((TerritoryId(1), "reock".into(), f64::NAN));
    store.put_metrics(5, with_missing);
    let problem =
        SavedProblem { severity: "error".into(), row: Some(214), column: "Revenue".into(), ..Default::default() };
    store.put_problems(vec![problem.clone()]);
    store.put_project_name("Renamed");
    drop(store);
    let (_store, opened) = open(&path, Wanted::ReadOnly).unwrap();
    assert_eq!(opened.settings.into_iter().collect::<Vec<_>>(), [("camera".into(), "-83.1 40.2 6.5".into())]);
    assert_eq!((opened.metrics, opened.metrics_generation), (metrics, 5));
    assert_eq!(opened.problems, [problem]);
    assert_eq!(opened.project.name, "Renamed");
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_told() {
    let (_folder, path) = place();
    std::fs::write(&path, "precious").unwrap();
    let error = create(&path, &project(), Existing::Refuse).unwrap_err();
    assert!(error.why.contains("already"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    drop(create(&path, &project(), Existing::Replace).unwrap());
    open(&path, Wanted::ReadWrite).unwrap();
}

#[test]
fn nothing_is_left_beside_a_closed_project() {
    let (folder, path) = place();
    let store = create(&path, &project(), Existing::Refuse).unwrap();
    store.put_setting("a", Some("b"));
    store.flush().unwrap();
    drop(store);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["plan.bwk"]);
}

#[test]
fn a_file_of_the_first_version_opens_with_everything_in_it() {
    let (_folder, path) = place();
    std::fs::write(&path, include_bytes!("old/version_1.bwk")).unwrap();
    let (store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    let plan = &opened.project.plan;
    assert_eq!((opened.project.units.len(), opened.project.accounts.len()), (6, 8));
    let counts: Vec<usize> = plan.territories().map(|(id, _)| plan.units_of(id).count()).collect();
    assert_eq!(counts, [3, 3]);
    assert!(plan.hierarchy().levels().is_empty() && plan.adjacency().is_empty());
    // Its one step, written in the old layout, can be taken back and made again; what is new can be done.
    let mut changed = (**plan).clone();
    let step = opened.history.undo_step().unwrap().clone();
    apply(&mut changed, &step.inverse(), Locks::Pass).unwrap();
    assert_eq!(changed.territory_count(), 0);
    store.undo(&step);
    store.redo(&step);
    let mut edit = Edit::new("Made districts");
    edit.changes.push(Change::Levels { old: vec![], new: vec!["District".into()] });
    let (group, id) = Edit::add_group(plan, "", Group { name: "West".into(), ..Group::default() });
    edit.changes.extend(group.changes);
    edit.changes.extend(Edit::move_to_group(plan, [TerritoryId(1)], Some(id)).changes);
    store.apply(&edit);
    store.flush().unwrap();
    drop(store);
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    let plan = &opened.project.plan;
    assert_eq!(plan.territories_in(id).collect::<Vec<_>>(), [TerritoryId(1)]);
    assert_eq!(plan.hierarchy().levels(), ["District"]);
}

#[test]
fn a_file_of_the_second_version_keeps_places_and_named_accounts() {
    let (_folder, path) = place();
    std::fs::write(&path, include_bytes!("old/version_2.bwk")).unwrap();
    let (store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    let accounts = &opened.project.accounts;
    use Placement::{Coordinates, PostalCode, Unplaced};
    assert_eq!(accounts.placements, [Coordinates, PostalCode, Unplaced, Coordinates, PostalCode]);
    let precisions: Vec<_> = (0..5).map(|row| accounts.precision_km(row)).collect();
    assert_eq!(precisions, [Some(0.0), None, None, Some(0.0), None]);
    assert_eq!(accounts.units, [Some(UnitId(0)), Some(UnitId(4)), None, Some(UnitId(4)), None]);
    let named: Vec<_> = opened.project.plan.overrides().iter().map(|(account, owner)| (account.0, owner.0)).collect();
    assert_eq!(named, [(0, 2), (2, 1)]);
    // The tables that refer to accounts still do, and steps of before can be taken back.
    store.undo(opened.history.undo_step().unwrap());
    store.flush().unwrap();
    drop(store);
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert!(opened.project.plan.overrides().is_empty());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let broken: i64 =
        connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    assert_eq!(broken, 0);
}

#[test]
fn how_layers_are_drawn_and_where_units_lie_is_kept() {
    let (_folder, path) = place();
    let store = create(&path, &project(), Existing::Refuse).unwrap();
    let look = LayerLook { visible: true, colour: LayerColour::Green, width: LayerWidth::Thin };
    store.put_layer_look(1, look);
    let share = |unit, area, share, main| UnitShare { unit, area, share, main };
    store.put_unit_shares(0, vec![share(0, 1, 1.0, true)]);
    store.put_unit_shares(0, vec![share(0, 1, 0.75, true), share(0, 2, 0.25, false), share(3, 0, 1.0, true)]);
    // A layer that is gone by then is no failure.
    store.put_unit_shares(7, vec![share(0, 0, 1.0, true)]);
    store.put_layer_look(7, look);
    store.flush().unwrap();
    let rows = |sql: &str| -> Vec<String> {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let mut query = connection.prepare(sql).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    const SHARES: &str =
        "SELECT layer_name || ' ' || unit_code || ' ' || area_code || ' ' || share || ' ' || main FROM v_unit_in_layer";
    assert_eq!(
        rows(SHARES),
        ["Counties 00000 00001 0.75 1", "Counties 00000 00002 0.25 0", "Counties 00003 00000 1.0 1"]
    );
    assert_eq!(rows("SELECT code FROM v_layer_area WHERE layer_name = 'Counties' AND area = 5"), ["00005"]);
    store.put_units(&project(), "Imported 20 ZIP areas").unwrap();
    drop(store);
    assert!(rows(SHARES).is_empty(), "other units lie elsewhere");
    let (_store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    assert_eq!(opened.project.layers[1].look, look);
}
