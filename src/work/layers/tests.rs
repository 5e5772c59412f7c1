//! Layers beside the units: what lies where, columns and totals made of it, and a layer used as units.

use proptest::prelude::*;

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::cells::apply_to_project;
use crate::domain::columns::{Aggregate, Measure, Subject};
use crate::domain::edit::Locks;
use crate::domain::fixture;
use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;
use crate::domain::topology;
use crate::store::{self, Existing, Wanted};
use crate::work::boundaries::areas;

/// A rectangle of the grid of the fixture, in cells.
fn rectangle(left: f64, top: f64, width: f64, height: f64) -> Shape {
    let at = |x: f64, y: f64| LonLat::new(-90.0 + 0.1 * x, 40.0 - 0.1 * y);
    let outer = vec![at(left, top + height), at(left + width, top + height), at(left + width, top), at(left, top)];
    Shape { polygons: vec![Polygon { outer, holes: vec![] }] }
}

fn areas_of(kind: &str, list: &[(&str, &str, Shape)]) -> Units {
    let shapes: Vec<Shape> = list.iter().map(|(.., shape)| shape.clone()).collect();
    let (topology, _) = topology::build(&shapes, &Progress::new()).expect("not cancelled");
    let words = |nth: fn(&(&str, &str, Shape)) -> String| list.iter().map(nth).collect::<Vec<String>>();
    Units::new(kind, words(|area| area.0.to_owned()), words(|area| area.1.to_owned()), topology).expect("they fit")
}

/// Over two rows of four units: a county of two columns and a half, one of the rest but the last column, and one far away. Their codes are
/// those of units.
fn counties() -> ReferenceLayer {
    let list = [
        ("0", "Lake", rectangle(0.0, 0.0, 2.5, 2.0)),
        ("1", "Lake", rectangle(2.5, 0.0, 0.7, 2.0)),
        ("7", "Far", rectangle(20.0, 0.0, 1.0, 1.0)),
    ];
    let measures = vec![Measure::sum("Voters", "", Subject::Units, vec![10.0, 20.0, 30.0])];
    let areas = areas_of("county", &list);
    ReferenceLayer { name: "Counties".into(), areas: areas.into(), measures: measures.into(), look: Default::default() }
}

/// The west is A's, the east B's, with an account in the middle of each unit.
fn project() -> Project {
    let mut project = fixture::project("AABB\nAABB");
    let measures = Arc::make_mut(&mut project.measures);
    measures[0].values = (0..8).map(|unit| f64::from(unit) + 1.0).collect();
    let mut income = Measure::sum("Income", "$", Subject::Units, (0..8).map(|unit| 100.0 * f64::from(unit)).collect());
    income.aggregate = Aggregate::Mean { weight: Some(MeasureId(0)) };
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
    project.layers = Arc::new(vec![counties()]);
    project
}

fn lying(project: &Project) -> Lying {
    Lying::new(&project.units, &project.layers[0].areas, &Progress::new()).expect("not cancelled")
}

#[test]
fn a_unit_lies_where_most_of_it_is() {
    let project = project();
    let lying = lying(&project);
    let main: Vec<Option<u32>> = project.units.ids().map(|unit| lying.main(unit).map(|area| area.0)).collect();
    // Half of the third column lies in each; the first area wins. Of the last column a fifth lies in an area, the rest in none.
    assert_eq!(main, [Some(0), Some(0), Some(0), Some(1)].repeat(2));
    let shares = lying.shares(UnitId(2));
    assert_eq!(shares.iter().map(|share| share.unit.0).collect::<Vec<_>>(), [0, 1]);
    assert!(shares.iter().all(|share| (share.share - 0.5).abs() < 1e-3), "{shares:?}");
    assert!((lying.shares(UnitId(3))[0].share - 0.2).abs() < 1e-3);
    assert_eq!(lying.units_of(UnitId(1)), [UnitId(3), UnitId(7)]);
    assert_eq!(lying.counts(), [8, 2, 0]);
    assert_eq!(lying.rows().len(), 10);
}

#[test]
fn the_column_of_a_layer_is_a_step_that_is_taken_back() {
    let mut project = project();
    let (lying, layer) = (lying(&project), project.layers[0].clone());
    let wish = ColumnWish { title: None, codes: true };
    let joined = join(&project, &layer, &lying, &wish).unwrap();
    assert_eq!(joined.titles, ["County", "County code"]);
    let before = project.units.attributes.clone();
    apply_to_project(&mut project, &joined.edit, Locks::Obey).unwrap();
    let words = |project: &Project, at: usize| -> Vec<String> {
        (0..8).map(|row| project.units.attributes[at].get(row).to_owned()).collect()
    };
    // Two areas have one name, so the code says which.
    assert_eq!(words(&project, 0)[1..4], ["Lake (0)", "Lake (0)", "Lake (1)"]);
    assert_eq!(words(&project, 1)[1..4], ["0", "0", "1"]);
    assert!(project.computed.is_empty(), "it is like an imported column");
    assert_eq!(column_title(&project, &layer), "County");
    // Written again, nothing changes; after a cell was edited by hand, that cell alone.
    assert!(join(&project, &layer, &lying, &wish).unwrap().edit.is_empty());
    Arc::make_mut(&mut project.units).attributes[0].set([(0, "Elsewhere")]);
    // With something else in it the column may be somebody else's; it is named to be overwritten.
    assert_eq!(column_title(&project, &layer), "County (Counties)");
    let named = ColumnWish { title: Some("County".into()), ..wish };
    let again = join(&project, &layer, &lying, &named).unwrap().edit;
    apply_to_project(&mut project, &again, Locks::Obey).unwrap();
    assert_eq!(words(&project, 0)[0], "Lake (0)");
    apply_to_project(&mut project, &joined.edit.inverse(), Locks::Pass).unwrap();
    assert_eq!(project.units.attributes, before);
    // A measure is no column of words.
    let taken = join(&project, &layer, &lying, &ColumnWish { title: Some("load".into()), codes: false }).unwrap_err();
    assert!(taken.why.contains("already"), "{taken}");
}

#[test]
fn figures_by_area_add_up_to_those_of_the_project() {
    let project = project();
    let lying = lying(&project);
    let by_share = totals(&project, &project.layers[0], &lying, By::Share);
    let by_main = totals(&project, &project.layers[0], &lying, By::Main);
    for rows in [&by_share, &by_main] {
        let sum = |measure: usize| rows.iter().map(|row| row.values[measure]).filter(|v| v.is_finite()).sum::<f64>();
        assert!((sum(0) - 36.0).abs() < 1e-9 && (sum(2) - 28.0).abs() < 1e-9);
        assert_eq!(rows.iter().map(|row| row.units).sum::<usize>(), 8);
        assert_eq!(rows.iter().map(|row| row.accounts).sum::<usize>(), 8);
    }
    assert_eq!(by_main.iter().map(|row| row.area.map(|area| area.0)).collect::<Vec<_>>(), [Some(0), Some(1)]);
    assert_eq!((by_main[0].units, by_main[0].territories, by_main[1].territories), (6, 2, 1));
    // Units 2 and 6, of 3 and 7, are halves in each.
    assert!((by_share[0].values[0] - (1.0 + 2.0 + 5.0 + 6.0 + 5.0)).abs() < 1e-3, "{:?}", by_share[0]);
    // Accounts of the last column are in no area, however their unit counts.
    assert_eq!((by_share.len(), by_share[2].area, by_share[2].accounts, by_share[2].values[2]), (3, None, 2, 10.0));
    let mean = (0.0 * 1.0 + 100.0 * 2.0 + 200.0 * 3.0 + 400.0 * 5.0 + 500.0 * 6.0 + 600.0 * 7.0) / 24.0;
    assert!((by_main[0].values[1] - mean).abs() < 1e-9);
}

#[test]
fn names_are_unique_and_a_layer_is_found_by_its_name() {
    let project = project();
    assert_eq!(find(&project, " counties ").unwrap(), 0);
    assert!(find(&project, "States").unwrap_err().why.contains("Counties"));
    assert!(rename(&project, 0, "").is_err() && rename(&project, 3, "Kreise").is_err());
    assert!(rename(&project, 0, "Counties").unwrap().is_empty());
    assert_eq!(usable_name(&project, "COUNTIES", None), Err("there is a layer Counties already".to_owned()));
    assert_eq!(free_name(&project, &project.layers[0].areas), "Counties 2");
    let mut named = project.clone();
    apply_to_project(&mut named, &rename(&project, 0, "Kreise").unwrap(), Locks::Obey).unwrap();
    assert_eq!(named.layers[0].name, "Kreise");
    let removed = remove(&named, 0);
    apply_to_project(&mut named, &removed, Locks::Obey).unwrap();
    assert!(named.layers.is_empty());
}

#[test]
fn a_layer_becomes_the_units_and_the_units_a_layer_and_both_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.bwk");
    let project = project();
    let store = store::create(&path, &project, Existing::Refuse).unwrap();
    let used = use_as_units(&project, 0, &Progress::new()).unwrap();
    let after = &used.update.project;
    assert_eq!(
        (after.units.kind.as_str(), after.units.codes.as_slice()),
        ("county", counties().areas.codes.as_slice())
    );
    // No code counts: unit 0 and county 0 have nothing in common but that.
    let owner = |area: u32| after.plan.territory_name(after.plan.territory_of(UnitId(area))).to_owned();
    assert_eq!([0, 1, 2].map(owner), ["A", "B", "Unassigned"]);
    assert_eq!((used.update.report.by_code, used.update.report.by_share.len()), (0, 2));
    assert_eq!((used.former.as_str(), after.layers[0].areas.len()), ("Cells", 8));
    // All that lies in an area is divided; the means and sums of the layer of before come back with it.
    let sum: f64 = after.measures[0].values.iter().filter(|value| value.is_finite()).sum();
    assert!((sum - 36.0).abs() < 1e-9);
    store.apply(&used.update.edit);
    store.flush().unwrap();
    drop(store);
    let (store, opened) = store::open(&path, Wanted::ReadWrite).unwrap();
    assert_eq!(opened.project.units.kind, "county");
    assert_eq!(opened.project.layers, after.layers);
    assert_eq!(opened.project.plan.assignment(), after.plan.assignment());
    assert_eq!(opened.history.steps(), std::slice::from_ref(&used.update.edit));
    // There and back by the layer: the cells have their own figures again.
    let back = use_as_units(&opened.project, 0, &Progress::new()).unwrap().update.project;
    assert_eq!(back.measures[0].values, project.measures[0].values);
    assert_eq!((back.units.kind.as_str(), back.layers[0].name.as_str()), ("cell", "Counties"));
    assert_eq!(back.plan.territory_of(UnitId(0)), TerritoryId(1));
    store.undo(&used.update.edit);
    drop(store);
    let (_store, opened) = store::open(&path, Wanted::ReadWrite).unwrap();
    assert_eq!((opened.project.units.kind.as_str(), &opened.project.layers), ("cell", &project.layers));
    assert_eq!(opened.project.plan.assignment(), project.plan.assignment());
    assert_eq!(opened.project.measures, project.measures);
}

proptest! {
    /// What is found by looking at borders first is what intersecting everything with everything gives.
    #[test]
    fn quick_shares_are_those_of_all_pairs(seed: u64) {
        let mut random = Random::new(seed);
        let mut map = |side: usize, letters: usize| -> String {
            let row = |random: &mut Random| (0..side).map(|_| (b'A' + random.below(letters) as u8) as char).collect();
            (0..side).map(|_| row(&mut random)).collect::<Vec<String>>().join("\n")
        };
        let layer = |text: &str| {
            let topology = fixture::topology(text);
            let codes: Vec<String> = (0..topology.unit_count()).map(|unit| unit.to_string()).collect();
            Units::new("cell", codes.clone(), codes, topology).expect("codes are unique")
        };
        let (units, others) = (layer(&map(6, 9)), layer(&map(4, 3)));
        let wanted: Vec<UnitId> = units.ids().collect();
        let quick = areas(&units, &wanted, &others, &Progress::new()).unwrap();
        for (unit, quick) in wanted.iter().zip(&quick) {
            for other in others.ids() {
                // Cells of the fixture are squares: what two units share is a count of cells.
                let both = units.topology.shape(*unit);
                let cells = |shape: &Shape, x: usize, y: usize| {
                    shape.contains(LonLat::new(-90.0 + 0.1 * x as f64 + 0.05, 40.0 - 0.1 * y as f64 - 0.05))
                };
                let shape = others.topology.shape(other);
                let common = (0..36).filter(|at| {
                    cells(&both, at % 6, at / 6) && cells(&shape, at % 6, at / 6)
                });
                let expected: f64 = common.map(|at| fixture::square(at % 6, at / 6).area_km2()).sum();
                let found = quick.iter().find(|(area, _)| *area == other).map_or(0.0, |(_, area)| *area);
                prop_assert!((found - expected).abs() < 1e-4 * expected.max(1.0), "{} {}: {found} {expected}", unit.0, other.0);
            }
        }
    }
}
