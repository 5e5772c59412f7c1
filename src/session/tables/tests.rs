use super::field::{Field, Source};
use super::order::{Test, order};
use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Measure, TextColumn};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::fixture;
use crate::domain::ids::{MeasureId, UnitId};
use crate::domain::metrics::LoadTable;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::sphere::LonLat;

/// Six accounts in two units of A and two of B, the last one nowhere.
fn project() -> Project {
    let mut project = fixture::project("AABB");
    let names = ["beta", "Alpha", "gamma", "alpha", "", "Émile"];
    let units = [Some(0), Some(3), Some(1), Some(2), Some(0), None];
    let accounts = Accounts {
        codes: (0..6).map(|index| format!("C{index}")).collect(),
        names: names.map(str::to_owned).to_vec(),
        places: vec![LonLat::new(f64::NAN, f64::NAN); 6],
        placements: vec![Placement::Unplaced; 6],
        precisions_km: Vec::new(),
        units: units.map(|unit| unit.map(UnitId)).to_vec(),
        attributes: vec![TextColumn::new("Segment", &["pub", "Bar", "", "bar", "pub", "Pub"])],
    };
    project.accounts = std::sync::Arc::new(accounts);
    let revenue = vec![5.0, f64::NAN, -3.0, 0.5, 5.0, f64::NAN];
    Arc::make_mut(&mut project.measures).push(Measure::sum("Revenue", "$", Subject::Accounts, revenue));
    project
}

fn rows(project: &Project, wish: &Wish) -> Vec<u32> {
    let loads = LoadTable::new(project);
    let source = Source { project, plan: &project.plan, loads: &loads, subject: wish.subject };
    order(source, wish, &Progress::new()).expect("nobody cancels")
}

fn sorted(project: &Project, by: Field, descending: bool) -> Vec<u32> {
    rows(project, &Wish { sort: Some((by, descending)), ..Wish::all(Subject::Accounts) })
}

const REVENUE: Field = Field::Measure(MeasureId(1));

#[test]
fn rows_without_a_value_come_last_both_ways_and_equal_ones_stay_in_order() {
    let project = project();
    assert_eq!(sorted(&project, REVENUE, false), [2, 3, 0, 4, 1, 5]);
    assert_eq!(sorted(&project, REVENUE, true), [0, 4, 3, 2, 1, 5]);
    assert_eq!(sorted(&project, Field::Name, false), [1, 3, 0, 2, 5, 4]);
    assert_eq!(sorted(&project, Field::Name, true), [5, 2, 0, 1, 3, 4]);
    assert_eq!(sorted(&project, Field::Attribute(0), false), [1, 3, 0, 4, 5, 2]);
    assert_eq!(sorted(&project, Field::Territory, true), [1, 3, 0, 2, 4, 5]);
}

#[test]
fn words_are_looked_for_in_every_column_of_words() {
    let project = project();
    let found = |words: &[&str]| {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        rows(&project, &Wish { words, ..Wish::all(Subject::Accounts) })
    };
    assert_eq!(found(&["alp"]), [1, 3]);
    assert_eq!(found(&["bar", "c3"]), [3]);
    assert_eq!(found(&["émi"]), [5]);
    assert_eq!(found(&["unassigned"]), [5]);
}

#[test]
fn tests_of_a_column_are_about_words_ranges_and_what_is_missing() {
    let project = project();
    let found =
        |field: Field, test: Test| rows(&project, &Wish { tests: vec![(field, test)], ..Wish::all(Subject::Accounts) });
    assert_eq!(found(Field::Attribute(0), Test::Is("bar".into())), [1, 3]);
    assert_eq!(found(Field::Attribute(0), Test::IsNot("pub".into())), [1, 2, 3]);
    assert_eq!(found(Field::Attribute(0), Test::Empty), [2]);
    assert_eq!(found(REVENUE, Test::Between(Some(0.5), None)), [0, 3, 4]);
    assert_eq!(found(REVENUE, Test::Between(None, Some(0.0))), [2]);
    assert_eq!(found(REVENUE, Test::Empty), [1, 5]);
    assert_eq!(found(Field::Territory, Test::Contains("b".into())), [1, 3]);
}

#[test]
fn named_locked_unassigned_and_selected_rows_can_be_shown_alone() {
    let mut project = project();
    let mut edit = Edit::new("");
    let b = project.plan.find_territory("B");
    edit.changes.push(Change::Override { account: AccountId(0), old: None, new: b });
    edit.changes.push(Change::LockAccount { account: AccountId(4), old: false, new: true });
    apply(Arc::make_mut(&mut project.plan), &edit, Locks::Obey).expect("nothing is locked yet");
    let all = Wish::all(Subject::Accounts);
    assert_eq!(rows(&project, &Wish { named: true, ..all.clone() }), [0]);
    assert_eq!(rows(&project, &Wish { locked: true, ..all.clone() }), [4]);
    assert_eq!(rows(&project, &Wish { unassigned: true, ..all.clone() }), [5]);
    let mut selection = Selection::default();
    selection.units.insert(UnitId(0));
    selection.accounts.insert(AccountId(2));
    assert_eq!(rows(&project, &Wish { only: Some(Arc::new(selection)), ..all }), [0, 2, 4]);
}

#[test]
fn a_unit_shows_the_sum_over_its_accounts() {
    let project = project();
    let wish = Wish { sort: Some((REVENUE, true)), ..Wish::all(Subject::Units) };
    assert_eq!(rows(&project, &wish), [0, 2, 3, 1]);
}

#[test]
fn what_is_cancelled_ends() {
    let project = project();
    let progress = Progress::new();
    progress.cancel();
    let loads = LoadTable::new(&project);
    let source = Source { project: &project, plan: &project.plan, loads: &loads, subject: Subject::Accounts };
    assert!(order(source, &Wish::all(Subject::Accounts), &progress).is_err());
}
