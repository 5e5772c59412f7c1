//! Every kind of reference, and what it makes of the same change.

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::fixture;
use crate::domain::ids::UnitId;
use crate::domain::plan::Plan;
use crate::domain::plans::PlanInfo;
use crate::domain::progress::Progress;
use crate::domain::reps::Rep;
use crate::domain::sphere::LonLat;
use crate::io::export::order::Against;
use crate::store::{Existing, create};

/// Two territories, A of Ann and B of Bo, with an account in each unit; the last lies nowhere.
fn project() -> Project {
    let mut project = fixture::project("AB\nAB");
    let units = project.units.len();
    let codes: Vec<String> = (0..=units).map(|at| format!("00{at}")).collect();
    project.accounts = Arc::new(Accounts {
        names: codes.iter().map(|code| format!("=Name {code}")).collect(),
        places: project.units.centres.iter().copied().chain([LonLat::new(f64::NAN, f64::NAN)]).collect(),
        placements: (0..=units)
            .map(|at| if at < units { Placement::Coordinates } else { Placement::Unplaced })
            .collect(),
        units: (0..=units).map(|at| (at < units).then(|| UnitId::from_index(at))).collect(),
        attributes: vec![
            TextColumn::new("Owner", &["Ann (ann@x.com)", "bo", "Ann", "R2", ""]),
            TextColumn::new("Sales area", &["A", "B", "A", "B", ""]),
        ],
        codes,
        ..Accounts::default()
    });
    let rep = |code: &str, name: &str| Rep { code: code.into(), name: name.into(), ..Rep::default() };
    project.reps = Arc::new(vec![rep("R1", "Ann"), rep("R2", "Bo")]);
    let mut measures = Vec::clone(&project.measures);
    measures.push(Measure::sum("Revenue", "$", Subject::Accounts, vec![1.0, 2.0, 4.0, 8.0, 16.0]));
    project.measures = Arc::new(measures);
    let mut edit = Edit::new("reps");
    for (id, territory) in project.plan.territories() {
        let rep = Some(RepId(u16::from(territory.name == "B")));
        let new = crate::domain::plan::Territory { rep, ..territory.clone() };
        edit.changes.push(Change::Territory { id, old: Some(Box::new(territory.clone())), new: Some(Box::new(new)) });
    }
    changed(&project, &edit)
}

fn changed(project: &Project, edit: &Edit) -> Project {
    let mut project = project.clone();
    apply(Arc::make_mut(&mut project.plan), edit, Locks::Obey).unwrap();
    project
}

/// The account in unit 1 comes to A with its unit, that in unit 0 to B by name.
fn realigned(project: &Project) -> Project {
    let (a, b) = (project.plan.find_territory("A").unwrap(), project.plan.find_territory("B").unwrap());
    let edit = Edit {
        label: String::new(),
        changes: vec![
            Change::Assign { unit: UnitId(1), old: b, new: a },
            Change::Override { account: AccountId(0), old: None, new: Some(b) },
        ],
    };
    changed(project, &edit)
}

fn moves(project: &Project, path: Option<&std::path::Path>, against: &Against) -> Vec<(u32, bool, bool)> {
    let reference = reference(project, path, against, &Progress::new()).unwrap().value;
    reference.moves(project).filter(|m| m.territory || m.rep).map(|m| (m.account.0, m.territory, m.rep)).collect()
}

#[test]
fn every_reference_finds_the_same_changes() {
    let before = project();
    let after = realigned(&before);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.bwk");
    let mut store = create(&path, &after, Existing::Refuse).unwrap();
    let mut baseline = Plan::clone(&before.plan);
    baseline.name = "Today, \"old\"".into();
    store.create_plan(&Arc::new(baseline), PlanInfo::default());
    store.flush().unwrap();
    let other = folder.path().join("other.bwk");
    drop(create(&other, &before, Existing::Refuse).unwrap());
    let write = |name: &str, text: &str| -> Against {
        let path: PathBuf = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Against::File(path)
    };
    let both = vec![(0, true, true), (1, true, true)];
    let reps = vec![(0, false, true), (1, false, true)];
    let territories = vec![(0, true, false), (1, true, false)];
    let codes = &after.units.codes;
    let by_unit =
        format!("Unit,Territory,Rep\n{},A,Ann\n{},B,R2\n{},A,Ann\n{},B,Bo\n", codes[0], codes[1], codes[2], codes[3]);
    for (against, expected) in [
        (Against::Plan("today, \"old\"".into()), &both),
        (Against::File(other), &both),
        (Against::Column("owner".into()), &reps),
        (Against::Column("Sales area".into()), &territories),
        (
            write(
                "accounts.csv",
                "code,territory,rep,rep_code\n000,A,Ann,R1\n001,B,Bo,R2\n002,A,Ann,R1\n003,B,Bo,R2\n004,,,\n",
            ),
            &both,
        ),
        (write("owners.csv", "Account,Owner\n000,Ann\n001,Bo\n002,Ann\n003,Bo\n004,\n"), &reps),
        (write("units.csv", &by_unit), &both),
    ] {
        assert_eq!(moves(&after, Some(&path), &against), *expected, "{against:?}");
        assert_eq!(moves(&before, Some(&path), &against), [], "{against:?}: nothing changes against itself");
    }
}

#[test]
fn a_reference_that_says_nothing_is_refused() {
    let project = project();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.bwk");
    drop(create(&path, &project, Existing::Refuse).unwrap());
    let file = folder.path().join("x.csv");
    std::fs::write(&file, "Town,Owner\nColumbus,Ann\n").unwrap();
    for (against, word) in [
        (Against::Plan("Nirvana".into()), "its plans are"),
        (Against::Column("Phone".into()), "\"Owner\""),
        (Against::File(file), "\"Town\" and \"Owner\""),
    ] {
        let error = reference(&project, Some(&path), &against, &Progress::new()).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn accounts_that_the_reference_does_not_know_are_new() {
    let project = project();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.csv");
    std::fs::write(&path, "Account,Territory,Rep\n000,A,Ann\n000,B,Bo\n009,A,Ann\n").unwrap();
    let read = reference(&project, None, &Against::File(path), &Progress::new()).unwrap();
    let said: Vec<String> = read.diagnostics.iter().map(ToString::to_string).collect();
    assert!(
        said[0].contains("1 row about codes") && said[1].contains("1 row against") && said[2].contains("4 accounts"),
        "{said:?}"
    );
    let moves: Vec<Move> = read.value.moves(&project).filter(|m| m.territory || m.rep).collect();
    assert_eq!(moves.iter().map(|moved| moved.account.0).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn the_list_says_from_whom_to_whom_what_and_why() {
    let before = project();
    let after = realigned(&before);
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.bwk");
    drop(create(&other, &before, Existing::Refuse).unwrap());
    let reference = reference(&after, None, &Against::File(other), &Progress::new()).unwrap().value;
    let out = folder.path().join("handover.csv");
    let measures = measures_named(&after, &["revenue".into()]).unwrap();
    write_handover(&after, &reference, &measures, &out, &Progress::new()).unwrap();
    let codes = &after.units.codes;
    let expected = format!(
        "\u{feff}account,name,unit,territory_before,territory_after,rep_before,rep_after,Revenue,reason\r\n\
         000,'=Name 000,{},A,B,Ann,Bo,1,named account of B\r\n\
         001,'=Name 001,{},B,A,Bo,Ann,2,{} {} is in A now\r\n",
        codes[0],
        codes[1],
        after.units.kind_of_one(),
        codes[1]
    );
    assert_eq!(std::fs::read_to_string(&out).unwrap(), expected);
    let [_, sums] = handover(&after, &reference, &measures);
    let texts: Vec<&str> = sums.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(texts, ["territory", "accounts lost", "Revenue lost", "accounts gained", "Revenue gained"]);
    let book = folder.path().join("handover.xlsx");
    assert_eq!(write_handover(&after, &reference, &measures, &book, &Progress::new()).unwrap().files, [book]);
    let error =
        write_handover(&after, &reference, &measures, &folder.path().join("x.shp"), &Progress::new()).unwrap_err();
    assert!(error.hint.contains(".xlsx"), "{error}");
    assert!(measures_named(&after, &["Height".into()]).unwrap_err().hint.contains("Revenue"));
}
