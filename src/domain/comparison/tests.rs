use std::sync::Arc;

use super::*;
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::fixture::{self, project_with_accounts as project};
use crate::domain::metrics::LoadTable;
use crate::domain::plan::Territory;
use crate::domain::random::Random;

const GRID: &str = "AAABBB\nAAABBB\nCCCDDD\n";

fn compared(project: &Project, before: &Plan, after: &Plan) -> Comparison {
    let table = Arc::new(LoadTable::new(project));
    let totals = [before, after].map(|plan| Totals::count(Arc::clone(&table), plan));
    let side = |at: usize, plan| Side { plan, totals: &totals[at], metrics: None };
    compare(project, side(0, before), side(1, after))
}

fn changed(plan: &Plan, edit: &Edit) -> Plan {
    let mut plan = plan.clone();
    apply(&mut plan, edit, Locks::Obey).unwrap();
    plan
}

#[test]
fn a_plan_is_the_same_as_its_copy() {
    let project = project(GRID);
    let copy = (*project.plan).clone();
    let comparison = compared(&project, &project.plan, &copy);
    assert!(comparison.rows.iter().all(Row::is_same));
    assert_eq!((comparison.disruption.units, comparison.disruption.accounts), (0, 0));
    assert_eq!(comparison.disruption.owned_units, 18);
}

#[test]
fn what_moves_is_lost_here_and_gained_there() {
    let project = project(GRID);
    let before = &project.plan;
    let after = changed(before, &Edit::assign(before, [UnitId(2), UnitId(8)], TerritoryId(2)));
    let comparison = compared(&project, before, &after);
    let [a, b] = [&comparison.rows[0], &comparison.rows[1]];
    assert_eq!((a.units, a.units_lost, a.units_gained), ([6, 4], 2, 0));
    assert_eq!((b.units, b.units_lost, b.units_gained), ([6, 8], 0, 2));
    // Revenue of the accounts 2 and 8.
    assert_eq!((a.lost[1], b.gained[1]), (10.0, 10.0));
    assert_eq!(comparison.disruption.unit_share(), 2.0 / 18.0);
    assert_eq!(comparison.disruption.values[1], [10.0, (0..18).sum::<u32>() as f64]);
}

#[test]
fn a_territory_that_was_renamed_is_the_same_and_one_that_was_made_anew_is_not() {
    let project = project(GRID);
    let before = &project.plan;
    let renamed = changed(
        before,
        &Edit::alter(before, TerritoryId(1), "Renamed", |territory| territory.name = "Elsewhere".into()),
    );
    let comparison = compared(&project, before, &renamed);
    assert_eq!(comparison.disruption.units, 0);
    // Two branches give the number 5 to different new territories.
    let with_new = |name: &str, unit: u32| {
        let territory = Territory { name: name.into(), ..Territory::default() };
        let mut edit = Edit::new("New");
        edit.changes.push(Change::Territory { id: TerritoryId(5), old: None, new: Some(Box::new(territory)) });
        edit.changes.extend(Edit::assign(before, [UnitId(unit)], TerritoryId(5)).changes);
        changed(before, &edit)
    };
    let (first, second) = (with_new("Harbour", 0), with_new("Airport", 5));
    let comparison = compared(&project, &first, &second);
    let kinds: Vec<_> = comparison.rows.iter().map(|row| row.territory.map(|id| id.map(|id| id.0))).collect();
    assert_eq!(kinds[4..], [[Some(5), None], [None, Some(5)], [Some(0), Some(0)]]);
    assert_eq!(comparison.disruption.units, 2);
}

#[test]
fn what_was_nobodys_is_taken_up_and_not_moved() {
    let project = project("AA--\n");
    let after = changed(&project.plan, &Edit::assign(&project.plan, [UnitId(2)], TerritoryId(1)));
    let disruption = compared(&project, &project.plan, &after).disruption;
    assert_eq!((disruption.units, disruption.units_taken_up, disruption.owned_units), (0, 1, 2));
    assert_eq!(disruption.unit_share(), 0.0);
    let back = compared(&project, &after, &project.plan).disruption;
    assert_eq!((back.units, back.owned_units), (1, 3));
}

#[test]
fn figures_equal_a_recount_from_nothing() {
    let mut random = Random::new(7);
    for _ in 0..60 {
        let mut picture = |letters: &[u8]| -> String {
            let mut row = || -> String { (0..8).map(|_| char::from(letters[random.below(letters.len())])).collect() };
            (0..5).map(|_| row() + "\n").collect()
        };
        let (first, second) = (picture(b"ABC-"), picture(b"ABCD-"));
        let project = project(&first);
        let (before, after) = ((*project.plan).clone(), fixture::plan(&second));
        let comparison = compared(&project, &before, &after);
        // By the letters of the pictures alone.
        let letters = |text: &str| -> Vec<char> { text.chars().filter(|letter| *letter != '\n').collect() };
        let (first, second) = (letters(&first), letters(&second));
        for row in &comparison.rows {
            let letter = row.territory[0].map(|id| before.territory_name(id).to_owned());
            let letter = letter.or(row.territory[1].map(|id| after.territory_name(id).to_owned())).unwrap();
            let letter = if letter == "Unassigned" { '-' } else { letter.chars().next().unwrap() };
            let count = |plan: &[char]| plan.iter().filter(|owner| **owner == letter).count() as u32;
            let value = |keep: &dyn Fn(usize) -> bool| (0..40).filter(|&at| keep(at)).map(|at| at as f64).sum::<f64>();
            assert_eq!(row.units, [count(&first), count(&second)]);
            assert_eq!(row.accounts, row.units);
            assert_eq!(row.loads[1], [value(&|at| first[at] == letter), value(&|at| second[at] == letter)]);
            assert_eq!(row.gained[1], value(&|at| first[at] != letter && second[at] == letter));
            assert_eq!(row.lost[1], value(&|at| first[at] == letter && second[at] != letter));
            let [was, is] = row.loads[1];
            assert_eq!(was - row.lost[1] + row.gained[1], is);
        }
        let moved = (0..40).filter(|&at| first[at] != '-' && first[at] != second[at]).count();
        assert_eq!(comparison.disruption.units, moved);
        assert_eq!(comparison.disruption.accounts, moved);
    }
}
