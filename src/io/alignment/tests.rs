use std::sync::Arc;

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::edit::{Change, EditError, Locks, apply};
use crate::domain::ids::{AccountId, MeasureId, UnitId};
use crate::domain::plan::Plan;
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::reps::Rep;
use crate::domain::sphere::LonLat;
use crate::domain::topology;
use crate::domain::units::Units;
use crate::io::Imported;

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
    read_with(project, text, &Choices::default())
}

fn read_with(project: &Project, text: &str, choices: &Choices) -> Result<Imported<Edit>, UserError> {
    let table = table::parse("plan.csv", text.as_bytes(), true, usize::MAX, &Progress::new()).unwrap().value;
    let mut diagnostics = Vec::new();
    let mapping = AlignmentMapping::guess(&table, project);
    let edit = from_table(&table, &mapping, choices, project, &Progress::new(), &mut diagnostics)?;
    Ok(Imported::new(edit, diagnostics))
}

fn applied(project: &Project, edit: &Edit) -> Plan {
    let mut plan = (*project.plan).clone();
    if edit.is_empty() {
        return plan;
    }
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

fn open_questions(project: &Project, text: &str) -> Unclear {
    let table = table::parse("plan.csv", text.as_bytes(), true, usize::MAX, &Progress::new()).unwrap().value;
    unclear(&table, &AlignmentMapping::guess(&table, project), false, project, &Progress::new()).unwrap()
}

/// Today the first two units are East's, the third is North's.
fn assigned() -> Project {
    let mut project = project();
    let first = read(&project, "unit,territory\n00001,East\n00002,East\n00003,North\n").unwrap();
    project.plan = Arc::new(applied(&project, &first.value));
    project
}

const UNCLEAR: &str = "unit,territory,revenue
00001,West,10
00001,East,90
00001,West,20
00002,South,5
77777,East,5
88888,West,5
";

#[test]
fn what_is_unclear_is_counted_before_anything_is_decided() {
    let found = open_questions(&assigned(), UNCLEAR);
    assert_eq!(found.conflicts.len(), 1);
    assert_eq!((found.conflicts[0].code.as_str(), found.conflicts[0].is_account), ("00001", false));
    assert_eq!(found.conflicts[0].territories, [("West".to_owned(), 2), ("East".to_owned(), 1)]);
    let moves: Vec<(String, usize)> = found.conflict_moves.iter().map(|(way, count)| (way.word(), *count)).collect();
    let expected = [("leave", 0), ("first", 1), ("last", 1), ("most-rows", 1), ("most:revenue", 0)];
    assert_eq!(moves, expected.map(|(way, count)| (way.to_owned(), count)));
    assert_eq!(found.unknown, [("77777".to_owned(), 6), ("88888".to_owned(), 7)]);
    assert_eq!(found.new_territories, [("West".to_owned(), 2), ("South".to_owned(), 1)]);
    assert_eq!(found.unnamed_units, ["00003"]);
    assert!(found.asks() && found.has_territories);
    assert_eq!(found.clear, 1);
    let clear = open_questions(&project(), "unit,territory\n00001,East\n00002,West\n");
    assert!(!clear.asks(), "{clear:?}");
}

#[test]
fn every_choice_does_what_it_says() {
    let project = assigned();
    let with = |choices: &Choices| {
        let read = read_with(&project, UNCLEAR, choices).unwrap();
        let plan = applied(&project, &read.value);
        owners(&plan).join(" ")
    };
    let conflict = |conflict: OnConflict| with(&Choices { conflict, ..Choices::default() });
    assert_eq!(conflict(OnConflict::Leave), "East South North Unassigned");
    assert_eq!(conflict(OnConflict::FirstRow), "West South North Unassigned");
    assert_eq!(conflict(OnConflict::LastRow), "West South North Unassigned");
    assert_eq!(conflict(OnConflict::MostRows), "West South North Unassigned");
    assert_eq!(conflict(OnConflict::MostOf("Revenue".into())), "East South North Unassigned");
    let kept =
        Choices { new_territory: OnNewTerritory::LeaveOut, conflict: OnConflict::FirstRow, ..Choices::default() };
    // Without the rows of new territories there is no contradiction left.
    assert_eq!(with(&kept), "East East North Unassigned");
    let only_named = Choices { unnamed_units: UnnamedUnits::Unassign, ..Choices::default() };
    assert_eq!(with(&only_named), "East South Unassigned Unassigned");
    let stop = Choices { unknown: OnUnknown::Stop, ..Choices::default() };
    let error = read_with(&project, UNCLEAR, &stop).unwrap_err();
    assert!(error.why.contains("2 codes not in this project: \"77777\" in row 6, \"88888\" in row 7"), "{error}");
    let error =
        read_with(&project, UNCLEAR, &Choices { conflict: OnConflict::MostOf("profit".into()), ..Choices::default() });
    assert!(error.unwrap_err().to_string().contains("profit"));
}

#[test]
fn units_go_to_most_of_their_rows_and_accounts_that_differ_are_named() {
    let project = project();
    let text = "account,unit,territory,revenue
A1,00001,East,100
A2,00001,West,10
A3,00001,West,20
B1,00002,West,5
C1,00003,North,
";
    let by_rows = read(&project, text).unwrap();
    let plan = applied(&project, &by_rows.value);
    assert_eq!(owners(&plan), ["West", "West", "North", "Unassigned"]);
    let east = plan.find_territory("East").unwrap();
    assert_eq!(plan.overrides().iter().collect::<Vec<_>>(), [(&AccountId(0), &east)]);
    assert_eq!(
        words(&by_rows),
        [
            "plan.csv, column \"territory\": 1 unit with rows of several territories — each goes to the territory of most \
          of them; accounts that differ become named accounts"
        ]
    );
    let most = Choices { conflict: OnConflict::MostOf("revenue".into()), ..Choices::default() };
    let by_revenue = read_with(&project, text, &most).unwrap();
    let plan = applied(&project, &by_revenue.value);
    assert_eq!(owners(&plan), ["East", "West", "North", "Unassigned"]);
    assert_eq!(plan.overrides().len(), 2);
}

#[test]
fn units_follow_their_accounts_where_that_is_wished() {
    let project = project();
    let text = "account,territory\nA1,East\nA2,West\nA3,West\nB1,East\n";
    let alone = read(&project, text).unwrap();
    assert_eq!(owners(&applied(&project, &alone.value)), ["Unassigned"; 4]);
    let followed = Choices { units_by_accounts: true, ..Choices::default() };
    let plan = applied(&project, &read_with(&project, text, &followed).unwrap().value);
    assert_eq!(owners(&plan), ["West", "East", "Unassigned", "Unassigned"]);
    assert_eq!(plan.overrides().len(), 1);
}

#[test]
fn choices_are_words_of_commands() {
    for choice in [OnConflict::Leave, OnConflict::LastRow, OnConflict::MostOf("Net revenue".into())] {
        assert_eq!(OnConflict::of_word(&choice.word()), Some(choice));
    }
    assert_eq!(OnConflict::of_word("most:"), None);
    assert_eq!(OnConflict::of_word("newest"), None);
}

#[test]
fn columns_of_the_usual_systems_are_taken_right() {
    let project = project();
    // Header, a row, and what is to be found: unit, account, territory, rep, levels.
    let exports: [(&str, &str, [&str; 4], &[&str]); 8] = [
        (
            "Account: Account ID,Account: Account Name,Territory: Label,Account: Account Owner,Billing Zip/Postal Code",
            "A1,Oak,East,Ann,00001",
            ["Billing Zip/Postal Code", "Account: Account ID", "Territory: Label", "Account: Account Owner"],
            &[],
        ),
        (
            "OBJECTID,TERRITORY2ID,ASSOCIATIONCAUSE",
            "A1,0MI5e0000001,Territory2Manual",
            ["", "OBJECTID", "TERRITORY2ID", ""],
            &[],
        ),
        (
            "Record ID,Company name,Territory,Company owner,Postal Code",
            "A1,Oak,East,Ann,00001",
            ["Postal Code", "Record ID", "Territory", "Company owner"],
            &[],
        ),
        (
            "(Do Not Modify) Account,Account Number,Account Name,Territory,Owner,Address 1: ZIP/Postal Code",
            "1f3c,A1,Oak,East,Ann,00001",
            ["Address 1: ZIP/Postal Code", "Account Number", "Territory", "Owner"],
            &[],
        ),
        (
            "Customer,Postal Code,Sales District,Sales Region,Employee Responsible",
            "A1,00001,East,South,Ann",
            ["Postal Code", "Customer", "Sales District", "Employee Responsible"],
            &["Sales Region"],
        ),
        (
            "Kunde,Verkaufsbezirk,Vertriebsmitarbeiter",
            "A1,East,Ann",
            ["", "Kunde", "Verkaufsbezirk", "Vertriebsmitarbeiter"],
            &[],
        ),
        (
            "ZIP,Territory,Rep,District,Region",
            "1,East,Ann,North,Central",
            ["ZIP", "", "Territory", "Rep"],
            &["District", "Region"],
        ),
        ("Zip Code,Account Owner", "00001,Ann", ["Zip Code", "", "Account Owner", ""], &[]),
    ];
    for (header, row, [unit, account, territory, rep], levels) in exports {
        let text = format!("{header}\n{row}\n");
        let table = table::parse("export.csv", text.as_bytes(), true, usize::MAX, &Progress::new()).unwrap().value;
        let mapping = AlignmentMapping::guess(&table, &project);
        let found = [&mapping.unit, &mapping.account, &Some(mapping.territory.clone()), &mapping.rep]
            .map(|column| column.clone().unwrap_or_default());
        assert_eq!(found, [unit, account, territory, rep], "{header}: {:?}", mapping.words());
        assert_eq!(mapping.levels, levels, "{header}");
    }
}
