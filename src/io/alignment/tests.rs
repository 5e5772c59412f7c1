use std::sync::Arc;

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::edit::{Change, EditError, Locks, apply};
use crate::domain::ids::MeasureId;
use crate::domain::plan::Plan;
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::reps::Rep;
use crate::domain::sphere::LonLat;
use crate::domain::topology;
use crate::domain::units::Units;

/// Four squares in a row with the codes 00001 to 00004; six accounts in the first three.
fn project() -> Project {
    let corners = |west: f64| [(west, 0.0), (west + 1.0, 0.0), (west + 1.0, 1.0), (west, 1.0)];
    let square = |index: i32| Polygon {
        outer: corners(f64::from(index)).iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect(),
        holes: Vec::new(),
    };
    let shapes: Vec<Shape> = (0..4).map(|index| Shape { polygons: vec![square(index)] }).collect();
    let (topology, _) = topology::build(&shapes, &Progress::new()).unwrap();
    let codes: Vec<String> = (1..=4).map(|code| format!("{code:05}")).collect();
    let units = Units::new("unit", codes.clone(), codes, topology).unwrap();
    let places = [0.5, 0.6, 0.7, 1.5, 1.6, 2.5].map(|lon| LonLat::new(lon, 0.5));
    let mut accounts = Accounts {
        codes: ["A1", "A2", "A3", "B1", "B2", "C1"].map(str::to_owned).to_vec(),
        names: vec!["x".into(); 6],
        places: places.to_vec(),
        placements: vec![Placement::Coordinates; 6],
        precisions_km: Vec::new(),
        attributes: vec![TextColumn::new("Owner", &["Ann", "Bo", "Bo", "Bo", "", "Cy"])],
        ..Accounts::default()
    };
    let shapes: Vec<Shape> = units.ids().map(|unit| units.topology.shape(unit)).collect();
    accounts.locate(|place| shapes.iter().position(|shape| shape.contains(place)).map(UnitId::from_index));
    let revenue = Measure::sum("Revenue", "$", Subject::Accounts, vec![100.0, 10.0, 20.0, 5.0, 5.0, f64::NAN]);
    let rep = |code: &str, name: &str| Rep { code: code.into(), name: name.into(), ..Rep::default() };
    Project {
        plan: Arc::new(Plan::empty("Plan", 4)),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(vec![revenue]),
        reps: Arc::new(vec![rep("R1", "Ann"), rep("R2", "Bo")]),
        ..Project::default()
    }
}

fn read(project: &Project, text: &str) -> Result<Imported<Edit>, UserError> {
    let table = table::parse("plan.csv", text.as_bytes(), true, usize::MAX, &Progress::new()).unwrap().value;
    let mut diagnostics = Vec::new();
    let mapping = AlignmentMapping::guess(&table, project);
    let edit = from_table(&table, &mapping, project, &Progress::new(), &mut diagnostics)?;
    Ok(Imported::new(edit, diagnostics))
}

fn applied(project: &Project, edit: &Edit) -> Plan {
    let mut plan = (*project.plan).clone();
    apply(&mut plan, edit, Locks::Obey).expect("the edit fits the plan");
    plan
}

/// The territories of the units, by name.
fn owners(plan: &Plan) -> Vec<&str> {
    plan.assignment().iter().map(|&id| plan.territory_name(id)).collect()
}

fn words(imported: &Imported<Edit>) -> Vec<String> {
    imported.diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn units_go_to_territories_that_are_made_with_colours_and_reps() {
    let project = project();
    let read = read(&project, "ZIP,Territory,Rep\n1,East,R1\n00002,east,Ann\n3,West,Zed\n").unwrap();
    let plan = applied(&project, &read.value);
    assert_eq!(owners(&plan), ["East", "East", "West", "Unassigned"]);
    let territory = |name: &str| plan.territory(plan.find_territory(name).unwrap()).unwrap();
    assert_eq!(territory("East").rep.map(|rep| project.reps[rep.index()].name.as_str()), Some("Ann"));
    assert_eq!(territory("West").rep, None);
    assert_ne!(territory("East").colour, territory("West").colour);
    assert_eq!(
        words(&read),
        [
            "plan.csv, column \"ZIP\": 2 codes had lost leading zeros — they are read with them",
            "plan.csv, row 3: the territory \"east\" has the rep \"Ann\" here and \"R1\" before — the first is kept",
            "plan.csv, row 4: no rep is called \"Zed\" — \"West\" is made without a rep; import reps first",
        ]
    );
}

#[test]
fn unknown_codes_and_conflicts_are_listed_and_change_nothing() {
    let project = project();
    let read =
        read(&project, "unit,territory\n00001,East\n00001,West\n00002,East\n00002,East\n99999,East\n00003,\n,East\n")
            .unwrap();
    assert_eq!(owners(&applied(&project, &read.value)), ["Unassigned", "East", "Unassigned", "Unassigned"]);
    assert_eq!(
        words(&read),
        [
            "plan.csv, row 6, column \"unit\": no unit has the code \"99999\" — the row is left out",
            "plan.csv, row 8, column \"unit\": the row has no code — the row is left out",
            "plan.csv, row 3, column \"territory\", 00001: given to \"West\" here and to \"East\" in row 2 — neither is taken; it \
             stays as it is",
            "plan.csv, column \"territory\": no territory is named in 1 row — what they are about stays as it is",
        ]
    );
}

#[test]
fn a_second_import_changes_nothing_and_locks_hold() {
    let mut project = project();
    let text = "unit,territory\n00001,East\n00002,East\n00003,West\n";
    let first = read(&project, text).unwrap();
    project.plan = Arc::new(applied(&project, &first.value));
    let second = read(&project, text).unwrap();
    assert!(second.value.is_empty());
    assert_eq!(apply(&mut (*project.plan).clone(), &second.value, Locks::Obey), Err(EditError::Nothing));
    let mut plan = (*project.plan).clone();
    let lock =
        Edit { label: String::new(), changes: vec![Change::LockUnit { unit: UnitId(2), old: false, new: true }] };
    apply(&mut plan, &lock, Locks::Obey).unwrap();
    project.plan = Arc::new(plan);
    let third = read(&project, "unit,territory\n00002,West\n00003,East\n").unwrap();
    assert_eq!(owners(&applied(&project, &third.value)), ["East", "West", "West", "Unassigned"]);
    assert_eq!(words(&third), ["plan.csv: 1 unit locked — left as they are; unlock them and import again"]);
}

#[test]
fn accounts_become_named_only_where_they_differ_from_their_unit() {
    let mut project = project();
    let units = read(&project, "unit,territory\n00001,East\n00002,West\n").unwrap();
    project.plan = Arc::new(applied(&project, &units.value));
    let named = read(&project, "Account,Territory\nA1,East\nA2,West\nB1,West\nZ9,West\n").unwrap();
    let plan = applied(&project, &named.value);
    let west = plan.find_territory("West").unwrap();
    assert_eq!(plan.overrides().iter().collect::<Vec<_>>(), [(&AccountId(1), &west)]);
    // Back with its unit: the name is taken away.
    project.plan = Arc::new(plan);
    let back = read(&project, "Account,Territory\nA2,East\n").unwrap();
    assert!(applied(&project, &back.value).overrides().is_empty());
}

#[test]
fn what_does_not_fit_the_project_is_refused_with_the_columns() {
    let project = project();
    let error = read(&project, "place,territory\nBerlin,East\n").unwrap_err();
    assert!(error.why.contains("no column holds codes"), "{error}");
    assert!(error.hint.contains("\"place\" and \"territory\""), "{error}");
    let error = read(&project, "unit,colour\n00001,red\n").unwrap_err();
    assert!(error.why.contains("no column is named as the territory"), "{error}");
}

#[test]
fn units_follow_the_owner_of_most_accounts_or_revenue() {
    let project = project();
    let by_count = alignment_from_account_owner(&project, "Owner", None).unwrap();
    let plan = applied(&project, &by_count.value);
    assert_eq!(owners(&plan), ["Bo", "Bo", "Cy", "Unassigned"]);
    let rep = plan.territory(plan.find_territory("Bo").unwrap()).unwrap().rep;
    assert_eq!(rep.map(|rep| project.reps[rep.index()].code.as_str()), Some("R2"));
    let by_revenue = alignment_from_account_owner(&project, "Owner", Some(MeasureId(0))).unwrap();
    assert_eq!(owners(&applied(&project, &by_revenue.value)), ["Ann", "Bo", "Cy", "Unassigned"]);
    assert_eq!(
        words(&by_revenue),
        [
            "column \"Owner\": 1 account without an owner",
            "column \"Owner\": 2 accounts in units that go to another owner",
        ]
    );
    assert!(alignment_from_account_owner(&project, "Boss", None).is_err());
}

#[test]
fn a_locked_account_stays_and_the_others_are_taken() {
    let mut project = project();
    let first = read(&project, "unit,territory\n00001,East\n00003,West\n").unwrap();
    let mut plan = applied(&project, &first.value);
    let lock = Edit::lock_accounts(&plan, [crate::domain::ids::AccountId(0)], |_| Some(UnitId(0)), true);
    apply(&mut plan, &lock, Locks::Obey).unwrap();
    project.plan = Arc::new(plan);
    let second = read(&project, "account,territory\nA1,West\nA2,West\n").unwrap();
    let plan = applied(&project, &second.value);
    let owner =
        |account: u32| plan.territory_name(plan.owner_of(crate::domain::ids::AccountId(account), Some(UnitId(0))));
    assert_eq!((owner(0), owner(1)), ("East", "West"));
    assert_eq!(words(&second), ["plan.csv: 1 account locked — left as they are; unlock them and import again"]);
}
