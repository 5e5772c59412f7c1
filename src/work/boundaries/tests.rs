//! A newer vintage: codes that stay keep everything, those that come get their territory by area, figures add up, and undo brings every
//! byte back.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::domain::accounts::Placement;
use crate::domain::columns::TextColumn;
use crate::domain::fixture;
use crate::domain::plan::Adjacency;
use crate::domain::polygon::Polygon;
use crate::domain::polygon::Shape;
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;
use crate::domain::topology;
use crate::store::{self, Existing, Wanted};

/// A rectangle of the grid of the fixture, in cells.
fn rectangle(left: f64, top: f64, width: f64, height: f64) -> Shape {
    let at = |x: f64, y: f64| LonLat::new(-90.0 + 0.1 * x, 40.0 - 0.1 * y);
    let outer = vec![at(left, top + height), at(left + width, top + height), at(left + width, top), at(left, top)];
    Shape { polygons: vec![Polygon { outer, holes: vec![] }] }
}

fn units(list: &[(&str, Shape)]) -> Units {
    let shapes: Vec<Shape> = list.iter().map(|(_, shape)| shape.clone()).collect();
    let (topology, _) = topology::build(&shapes, &Progress::new()).expect("not cancelled");
    let codes: Vec<String> = list.iter().map(|(code, _)| (*code).to_owned()).collect();
    Units::new("cell", codes.clone(), codes, topology).expect("they fit")
}

/// Two rows of four units; the west is A's, the east B's. An account in the middle of each.
fn project() -> Project {
    let mut project = fixture::project("AABB\nAABB");
    let units = Arc::make_mut(&mut project.units);
    units.attributes.push(TextColumn::new("State", &["Ohio", "Ohio", "Iowa", "Iowa", "Ohio", "Ohio", "Iowa", "Iowa"]));
    let measures = Arc::make_mut(&mut project.measures);
    measures[0].values = (0..8).map(|unit| f64::from(unit) + 0.5).collect();
    let mut income = Measure::sum("Income", "$", Subject::Units, (0..8).map(|unit| 0.1 * f64::from(unit)).collect());
    income.aggregate = crate::domain::columns::Aggregate::Mean { weight: Some(crate::domain::ids::MeasureId(0)) };
    measures.push(income);
    measures.push(Measure::sum("Revenue", "$", Subject::Accounts, (0..8).map(f64::from).collect()));
    let mut accounts = Accounts::default();
    for unit in project.units.ids() {
        accounts.codes.push(format!("C{}", unit.0));
        accounts.names.push(format!("Customer {}", unit.0));
        accounts.places.push(project.units.centres[unit.index()]);
        accounts.placements.push(Placement::Coordinates);
        accounts.units.push(Some(unit));
    }
    project.accounts = Arc::new(accounts);
    let pair = |a: u32, b: u32, kind| Change::Adjacency { units: [UnitId(a), UnitId(b)], old: None, new: Some(kind) };
    let changes = vec![
        Change::LockUnit { unit: UnitId(0), old: false, new: true },
        Change::LockUnit { unit: UnitId(7), old: false, new: true },
        pair(0, 7, Adjacency::Bridge),
        pair(1, 2, Adjacency::Barrier),
    ];
    apply(Arc::make_mut(&mut project.plan), &Edit { changes, ..Edit::default() }, Locks::Obey).expect("it can be made");
    project
}

/// Units 1, 2 and 6 become N1 (1 and half of 2) and N2 (half of 2, and 6); 3 is gone without anything in its place; X is new.
fn newer() -> Units {
    let mut n2 = rectangle(2.5, 0.0, 0.5, 1.0);
    n2.polygons[0].outer = {
        let at = |x: f64, y: f64| LonLat::new(-90.0 + 0.1 * x, 40.0 - 0.1 * y);
        vec![at(2.0, 2.0), at(3.0, 2.0), at(3.0, 0.0), at(2.5, 0.0), at(2.5, 1.0), at(2.0, 1.0)]
    };
    units(&[
        ("7", rectangle(3.0, 1.0, 1.0, 1.0)),
        ("X", rectangle(9.0, 0.0, 1.0, 1.0)),
        ("N2", n2),
        ("N1", rectangle(1.0, 0.0, 1.5, 1.0)),
        ("0", rectangle(0.0, 0.0, 1.0, 1.0)),
        ("4", rectangle(0.0, 1.0, 1.0, 1.0)),
        ("5", rectangle(1.0, 1.0, 1.0, 1.0)),
    ])
}

fn updated(project: &Project, units: &Units, measures: &[Measure]) -> BoundaryUpdate {
    update(project, (units, measures), "new.shp", Same::ByCode, &Progress::new(), &mut Vec::new())
        .expect("it can be made")
}

fn picture(project: &Project) -> String {
    let (units, accounts) = (&project.units, &project.accounts);
    format!(
        "{:?} {:?}",
        (&units.codes, &units.names, &units.centres, &units.areas_km2, &units.attributes, units.topology.arrays()),
        (&accounts.units, &project.measures, &project.plan)
    )
}

/// The step leads to what was promised and can be taken back, in memory and through the file.
fn check(project: &Project, update: &BoundaryUpdate) {
    let step = |from: &Project, back: bool| {
        let mut next = update.edit.data_after(from, back).expect("units change").expect("it fits");
        next.plan = Arc::clone(&from.plan);
        let wanted = if back { update.edit.inverse() } else { update.edit.clone() };
        let locks = if back { Locks::Pass } else { Locks::Obey };
        apply(Arc::make_mut(&mut next.plan), &wanted, locks).expect("the plan follows");
        next
    };
    let made = step(project, false);
    assert_eq!(picture(&made), picture(&update.project));
    assert_eq!(picture(&step(&made, true)), picture(project));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.bwk");
    let store = store::create(&path, project, Existing::Refuse).expect("it can be made");
    store.flush().expect("written");
    let began = crate::work::cut::tests::rows(&path);
    store.apply(&update.edit);
    store.flush().expect("written");
    drop(store);
    let read = |path: &Path| store::open(path, Wanted::ReadWrite).expect("it can be opened");
    let (store, opened) = read(&path);
    assert_eq!(picture(&opened.project), picture(&update.project));
    assert_eq!(opened.history.steps(), std::slice::from_ref(&update.edit));
    store.undo(&update.edit);
    store.flush().expect("written");
    assert!(crate::work::cut::tests::rows(&path) == began, "the file is as it was");
    drop(store);
    assert_eq!(picture(&read(&path).1.project), picture(project));
}

#[test]
fn codes_that_stay_keep_everything_and_the_others_are_told_by_area() {
    let project = project();
    let update = updated(&project, &newer(), &[]);
    check(&project, &update);
    let (report, after) = (&update.report, &update.project);
    assert_eq!(
        report.words(&project.units),
        "4 cells by code, 2 by share of area, 1 where there was none, 4 no longer there"
    );
    let name = |id: TerritoryId| after.plan.territory_name(id).to_owned();
    type Told = (String, Vec<(String, f64)>, String);
    let told: Vec<Told> = report
        .by_share
        .iter()
        .map(|new| {
            let of = new.of.iter().map(|(code, share)| (code.clone(), (share * 1000.0).round() / 1000.0)).collect();
            (new.code.clone(), of, name(new.owner))
        })
        .collect();
    let of = |list: &[(&str, f64)]| list.iter().map(|(code, share)| ((*code).to_owned(), *share)).collect::<Vec<_>>();
    assert_eq!(told[0], ("N1".to_owned(), of(&[("1", 0.667), ("2", 0.333)]), "A".to_owned()));
    assert_eq!(told[1], ("N2".to_owned(), of(&[("6", 0.667), ("2", 0.333)]), "B".to_owned()));
    assert_eq!(report.vanished.iter().map(|gone| gone.to.len()).collect::<Vec<_>>(), [1, 2, 0, 1]);
    let at = |code: &str| after.units.find(code).expect("it is there");
    let value = |code: &str, measure: usize| after.measures[measure].values[at(code).index()];
    assert!((value("N1", 0) - (1.5 + 1.25)).abs() < 1e-9 && (value("N2", 0) - (6.5 + 1.25)).abs() < 1e-9);
    assert_eq!((value("7", 0), value("7", 1)), (7.5, 0.1 * 7.0));
    assert!(value("X", 0).is_nan());
    assert_eq!(after.units.attributes[0].get(at("N2").index()), "Iowa");
    let plan = &after.plan;
    let locked: Vec<&str> = plan.locked_units().iter().map(|unit| after.units.codes[unit.index()].as_str()).collect();
    assert_eq!(locked.len(), 2);
    assert!(locked.contains(&"0") && locked.contains(&"7"));
    let bridge = [at("0").min(at("7")), at("0").max(at("7"))];
    assert_eq!(plan.adjacency().iter().collect::<Vec<_>>(), [(&bridge, &Adjacency::Bridge)]);
    // The account of unit 2 lies on the line between; the one of 3 has no unit any more.
    let gone = after.accounts.by_code()["C3"];
    assert_eq!(after.accounts.units[gone.index()], None);
    assert!(report.moves.iter().any(|moved| moved.account == gone && name(moved.from) == "B"));
    assert_eq!((report.apportioned.len(), report.left_out.len()), (3, 0));
}

#[test]
fn where_shares_are_equal_the_accounts_decide() {
    let mut project = project();
    let new = units(&[("both", rectangle(1.0, 0.0, 2.0, 1.0)), ("0", rectangle(0.0, 0.0, 1.0, 1.0))]);
    let update = updated(&project, &new, &[]);
    assert_eq!((update.report.by_share[0].owner, update.report.by_share[0].by_accounts), (TerritoryId(2), true));
    let measures = Arc::make_mut(&mut project.measures);
    measures[2].values[1] = 100.0;
    let mut by_revenue = project.clone();
    by_revenue.goals =
        vec![crate::domain::project::Goal { measure: crate::domain::ids::MeasureId(2), tolerance: 0.1, weight: 1.0 }];
    assert_eq!(updated(&by_revenue, &new, &[]).report.by_share[0].owner, TerritoryId(1));
}

#[test]
fn slivers_are_no_shares_and_the_same_layer_is_no_change() {
    let project = project();
    let same = updated(&project, &project.units, &project.measures[..2]);
    assert!(same.edit.is_empty());
    let shifted = units(&[("new", rectangle(0.004, 0.0, 1.0, 1.0))]);
    let update = updated(&project, &shifted, &[]);
    assert_eq!(update.report.by_share[0].of.len(), 1);
}

#[test]
fn measures_come_from_the_file_where_it_has_them() {
    let project = project();
    let new = newer();
    let load = Measure::sum("load", "", Subject::Units, (0..7).map(|unit| 10.0 + f64::from(unit)).collect());
    let other = Measure::sum("Other", "", Subject::Units, vec![1.0; 7]);
    let update = updated(&project, &new, &[load, other]);
    let at = update.project.units.find("N1").expect("it is there");
    assert_eq!(update.project.measures[0].values[at.index()], 13.0);
    assert_eq!((update.report.left_out.as_slice(), update.report.apportioned.len()), (&["Other".to_owned()][..], 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_vintage_is_taken_back_and_figures_add_up(seed: u64) {
        let mut random = Random::new(seed);
        let project = project();
        // Columns of units cut anew: each of the two rows at random places, codes of before or new ones in any order.
        let mut list: Vec<(String, Shape)> = Vec::new();
        let mut codes: Vec<usize> = (0..12).collect();
        random.shuffle(&mut codes);
        for row in 0..2 {
            let mut x = 0.0;
            while x < 4.0 {
                let width = (0.25 * (1 + random.below(7)) as f64).min(4.0 - x);
                let code = codes.pop().unwrap_or(99 + row);
                list.push((code.to_string(), rectangle(x, row as f64, width, 1.0)));
                x += width;
            }
        }
        list.sort_by(|a, b| a.0.cmp(&b.0));
        list.dedup_by(|a, b| a.0 == b.0);
        random.shuffle(&mut list);
        let list: Vec<(&str, Shape)> = list.iter().map(|(code, shape)| (code.as_str(), shape.clone())).collect();
        let update = updated(&project, &units(&list), &[]);
        if !update.edit.is_empty() {
            check(&project, &update);
        }
        let total = |project: &Project| project.measures[0].values.iter().filter(|v| v.is_finite()).sum::<f64>();
        // What lay where nothing lies any more may be lost, but nothing is made.
        prop_assert!(total(&update.project) <= total(&project) + 1e-9);
    }
}
