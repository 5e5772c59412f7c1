//! What lives on when data is replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::{carry, records};
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Aggregate, Measure, Subject};
use crate::domain::fixture;
use crate::domain::ids::{AccountId, MeasureId, TerritoryId, UnitId};
use crate::domain::plan::{Adjacency, Plan, PlanParts, Territory};
use crate::domain::progress::Progress;
use crate::domain::project::{Goal, Project};
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;
use crate::domain::topology;
use crate::domain::units::Units;
use crate::io::diagnostic::{Diagnostic, Place};

fn sum(name: &str, subject: Subject) -> Measure {
    Measure::sum(name, "", subject, Vec::new())
}

fn mean(name: &str, subject: Subject, weight: u16) -> Measure {
    Measure { aggregate: Aggregate::Mean { weight: Some(MeasureId(weight)) }, ..sum(name, subject) }
}

#[test]
fn the_whole_revenue_is_balanced_before_potential_before_a_month_of_revenue_before_anything() {
    use Subject::{Accounts as A, Units as U};
    let chosen = |measures: &[(&str, Subject)]| {
        let measures: Vec<Measure> = measures.iter().map(|&(name, subject)| sum(name, subject)).collect();
        carry::default_goals(&measures).first().map(|goal| measures[goal.measure.index()].name.clone())
    };
    let all = [("Population", U), ("Visits", A), ("Revenue 2024-11", A), ("Potential", A), ("AnnualRevenue", A)];
    assert_eq!(chosen(&all).as_deref(), Some("AnnualRevenue"));
    assert_eq!(chosen(&all[..4]).as_deref(), Some("Potential"));
    assert_eq!(chosen(&all[..3]).as_deref(), Some("Revenue 2024-11"));
    assert_eq!(chosen(&all[..2]).as_deref(), Some("Visits"));
    assert_eq!(chosen(&all[..1]).as_deref(), Some("Population"));
    assert!(carry::default_goals(&[mean("Revenue per visit", A, 0)]).is_empty());
}

/// A project with two units, two accounts, and targets, goals and weights that name measures of both.
fn project() -> Project {
    let mut project = fixture::project("AB");
    let territory = |name: &str, targets: &[(u16, f64)]| Territory {
        name: name.into(),
        targets: targets.iter().map(|&(id, target)| (MeasureId(id), target)).collect(),
        ..Territory::default()
    };
    let territories = BTreeMap::from([
        (TerritoryId(1), territory("A", &[(0, 5.0), (1, 6.0), (2, 7.0)])),
        (TerritoryId(2), territory("B", &[])),
    ]);
    let overrides = BTreeMap::from([(AccountId(1), TerritoryId(1))]);
    let assignment = vec![TerritoryId(1), TerritoryId(2)];
    let plan = Plan::from_parts(PlanParts { assignment, territories, overrides, ..PlanParts::default() });
    project.plan = Arc::new(plan.unwrap());
    project.measures = Arc::new(vec![
        sum("people", Subject::Units),
        mean("income", Subject::Units, 0),
        sum("revenue", Subject::Accounts),
        mean("price", Subject::Accounts, 2),
    ]);
    project.accounts = Arc::new(accounts(&["x", "y"]));
    project.goals = vec![Goal { measure: MeasureId(2), tolerance: 0.2, weight: 3.0 }];
    project
}

fn accounts(codes: &[&str]) -> Accounts {
    Accounts {
        codes: codes.iter().map(|&code| code.to_owned()).collect(),
        names: codes.iter().map(|&code| code.to_owned()).collect(),
        places: vec![LonLat::new(-89.95, 39.95); codes.len()],
        placements: vec![Placement::Coordinates; codes.len()],
        precisions_km: Vec::new(),
        units: vec![None; codes.len()],
        attributes: Vec::new(),
    }
}

#[test]
fn new_units_leave_the_measures_of_accounts_and_what_names_them() {
    let (old, mut noticed) = (project(), Vec::new());
    let new = vec![sum("area", Subject::Units), sum("people", Subject::Units), mean("age", Subject::Units, 1)];
    let units = Units::clone(&old.units);
    let project = carry::with_units(&old, units, new, &Place::file("u.shp"), &Progress::new(), &mut noticed).unwrap();
    let names: Vec<&str> = project.measures.iter().map(|measure| measure.name.as_str()).collect();
    assert_eq!(names, ["area", "people", "age", "revenue", "price"]);
    let weight = |index: usize| project.measures[index].aggregate;
    assert_eq!(weight(2), Aggregate::Mean { weight: Some(MeasureId(1)) });
    assert_eq!(weight(4), Aggregate::Mean { weight: Some(MeasureId(3)) });
    let targets = &project.plan.territory(TerritoryId(1)).unwrap().targets;
    assert_eq!(*targets, BTreeMap::from([(MeasureId(1), 5.0), (MeasureId(3), 7.0)]));
    assert_eq!(project.goals, [Goal { measure: MeasureId(3), tolerance: 0.2, weight: 3.0 }]);
    assert_eq!(project.plan.assignment(), old.plan.assignment());
    assert_eq!(project.plan.overrides(), old.plan.overrides());
    assert_eq!(project.accounts.units, [Some(UnitId(0)), Some(UnitId(0))]);
}

#[test]
fn new_accounts_keep_named_owners_by_code_and_a_lost_goal_is_told() {
    let (old, mut noticed) = (project(), Vec::new());
    let new = vec![sum("visits", Subject::Accounts), sum("people", Subject::Accounts)];
    let place = Place::file("a.csv");
    let project =
        carry::with_accounts(&old, accounts(&["y", "z"]), new, &place, &Progress::new(), &mut noticed).unwrap();
    let names: Vec<&str> = project.measures.iter().map(|measure| measure.name.as_str()).collect();
    assert_eq!(names, ["people", "income", "visits", "people (accounts)"]);
    assert_eq!(*project.plan.overrides(), BTreeMap::from([(AccountId(0), TerritoryId(1))]));
    let targets = &project.plan.territory(TerritoryId(1)).unwrap().targets;
    assert_eq!(*targets, BTreeMap::from([(MeasureId(0), 5.0), (MeasureId(1), 6.0)]));
    assert_eq!(project.goals, [Goal { measure: MeasureId(2), tolerance: 0.10, weight: 1.0 }]);
    let said = |text: &str| noticed.iter().any(|diagnostic| diagnostic.message.contains(text));
    assert!(said("\"revenue\" is no longer there") && said("\"visits\" is what shall be balanced"));
    assert!(said("another measure of that name"));
}

#[test]
fn a_saved_problem_is_the_one_that_was_noticed() {
    let place = Place::file("a.csv").row(7).column("Revenue").item("x");
    for diagnostic in [
        Diagnostic::error(place.clone(), "bad").hint("left out"),
        Diagnostic::warning(place, "odd"),
        Diagnostic::note(Place::default(), "so"),
    ] {
        assert_eq!(records::diagnostic(&records::saved_problem(&diagnostic)), diagnostic);
    }
}

proptest! {
    /// Whatever the order and the number of units in a new file, each keeps its territory and lock by its code.
    #[test]
    fn units_keep_owner_and_lock_by_code(seed: u64) {
        let mut random = Random::new(seed);
        let text: Vec<String> =
            (0..4).map(|_| (0..4).map(|_| ['-', 'A', 'B', 'C'][random.below(4)]).collect()).collect();
        let mut old = fixture::project(&text.join("\n"));
        let locked: BTreeSet<UnitId> = old.units.ids().filter(|_| random.below(3) == 0).collect();
        let territories = old.plan.territories().map(|(id, territory)| (id, territory.clone())).collect();
        let owners = old.plan.assignment().to_vec();
        let pair = [random.below(16), random.below(16)].map(UnitId::from_index);
        let adjacency = BTreeMap::from([([pair[0].min(pair[1]), pair[0].max(pair[1])], Adjacency::Bridge)]);
        let plan = Plan::from_parts(PlanParts {
            assignment: owners,
            territories,
            locked_units: locked,
            adjacency: if pair[0] == pair[1] { BTreeMap::new() } else { adjacency },
            ..PlanParts::default()
        });
        old.plan = Arc::new(plan.map_err(TestCaseError::fail)?);
        let mut cells: Vec<usize> = (0..20).collect();
        random.shuffle(&mut cells);
        cells.truncate(4 + random.below(16));
        let shapes: Vec<_> = cells.iter().map(|cell| fixture::square(cell % 4, cell / 4)).collect();
        let (topology, _) = topology::build(&shapes, &Progress::new()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let codes: Vec<String> = cells.iter().map(ToString::to_string).collect();
        let units = Units::new("cell", codes.clone(), codes, topology).map_err(TestCaseError::fail)?;
        let new = carry::with_units(&old, units, Vec::new(), &Place::default(), &Progress::new(), &mut Vec::new())
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        for (index, &cell) in cells.iter().enumerate() {
            let (unit, before) = (UnitId::from_index(index), UnitId::from_index(cell));
            prop_assert_eq!(new.plan.territory_of(unit), old.plan.territory_of(before));
            prop_assert_eq!(new.plan.locked_units().contains(&unit), old.plan.locked_units().contains(&before));
        }
        prop_assert_eq!(new.plan.territory_count(), old.plan.territory_count());
        let place = |unit: UnitId| cells.iter().position(|&cell| cell == unit.index());
        let kept = old.plan.adjacency().keys().filter(|pair| pair.iter().all(|&unit| place(unit).is_some())).count();
        prop_assert_eq!(new.plan.adjacency().len(), kept);
    }
}
