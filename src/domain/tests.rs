//! What plans, edits, history and totals promise together, held against random edits.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::accounts::{Accounts, Placement};
use super::columns::{Aggregate, Measure, Subject};
use super::edit::{Change, Edit, EditError, Effects, Locks, apply};
use super::fixture;
use super::hierarchy::Group;
use super::history::History;
use super::ids::{AccountId, MeasureId, RepId, TerritoryId, UnitId};
use super::metrics::{LoadTable, Totals, balance, deviation, target};
use super::plan::{Adjacency, Plan, PlanParts, Territory};
use super::project::Project;
use super::random::Random;
use super::sphere::LonLat;

/// Twelve units in three territories, accounts in and outside of them, sums and means of both.
fn random_project(random: &mut Random) -> Project {
    let mut project = fixture::project("AABB\nACCB\n-CC-");
    let (units, accounts) = (project.units.len(), random.below(30));
    // Awkward on purpose: tenths are not exact, magnitudes differ, some are missing or negative.
    let values = |random: &mut Random, count: usize| -> Vec<f64> {
        let value = |random: &mut Random| match random.below(6) {
            0 => f64::NAN,
            1 => -0.1 * random.below(100) as f64,
            2 => 1e12 * random.unit(),
            _ => 0.1 * random.below(1000) as f64,
        };
        (0..count).map(|_| value(random)).collect()
    };
    let mean = |name: &str, subject, weight, values| Measure {
        aggregate: Aggregate::Mean { weight },
        ..Measure::sum(name, "", subject, values)
    };
    project.measures = Arc::new(vec![
        Measure::sum("people", "", Subject::Units, values(random, units)),
        mean("income", Subject::Units, Some(MeasureId(0)), values(random, units)),
        Measure::sum("revenue", "$", Subject::Accounts, values(random, accounts)),
        mean("minutes", Subject::Accounts, None, values(random, accounts)),
    ]);
    let at = |random: &mut Random| (random.below(5) > 0).then(|| UnitId::from_index(random.below(units)));
    project.accounts = Arc::new(Accounts {
        codes: (0..accounts).map(|code| code.to_string()).collect(),
        names: vec![String::new(); accounts],
        places: vec![LonLat::default(); accounts],
        placements: vec![Placement::Coordinates; accounts],
        precisions_km: Vec::new(),
        units: (0..accounts).map(|_| at(random)).collect(),
        attributes: vec![],
    });
    project
}

/// Something that a user could do next; it may well be refused.
fn random_edit(plan: &Plan, accounts: usize, random: &mut Random) -> Edit {
    let ids: Vec<TerritoryId> =
        std::iter::once(TerritoryId::UNASSIGNED).chain(plan.territories().map(|(id, _)| id)).collect();
    let id = ids[random.below(ids.len())];
    let unit = |random: &mut Random| UnitId::from_index(random.below(plan.assignment().len()));
    let groups: Vec<_> = plan.hierarchy().iter().map(|(id, _)| id).collect();
    match random.below(14) {
        0 | 1 => Edit::assign(plan, (0..4).map(|_| unit(random)).collect::<std::collections::BTreeSet<_>>(), id),
        2 | 3 if accounts > 0 => {
            let account = AccountId::from_index(random.below(accounts));
            let old = plan.overrides().get(&account).copied();
            let new = (random.below(3) > 0).then_some(id);
            // Together with its unit, in one edit.
            let mut edit = Edit::assign(plan, [unit(random)], id);
            edit.changes.push(Change::Override { account, old, new });
            edit
        }
        4 => {
            let new = Some(Box::new(Territory { name: "new".into(), ..Territory::default() }));
            let id = plan.next_territory_id();
            let mut edit = Edit::new("new territory");
            edit.changes.push(Change::Territory { id, old: None, new });
            let unit = unit(random);
            edit.changes.push(Change::Assign { unit, old: plan.territory_of(unit), new: id });
            edit
        }
        5 => Edit::remove(plan, id),
        6 => {
            let unit = unit(random);
            let old = plan.locked_units().contains(&unit);
            let mut edit = Edit::new("lock");
            edit.changes.push(Change::LockUnit { unit, old, new: !old });
            edit
        }
        7 if accounts > 0 => {
            let account = AccountId::from_index(random.below(accounts));
            let locked = !plan.locked_accounts().contains(&account);
            Edit::lock_accounts(plan, [account], |_| Some(unit(&mut Random::new(3))), locked)
        }
        8 => {
            let mut new = plan.hierarchy().levels().to_vec();
            if random.below(3) == 0 {
                new.pop();
            } else {
                new.push("level".into());
            }
            let mut edit = Edit::new("levels");
            edit.changes.push(Change::Levels { old: plan.hierarchy().levels().to_vec(), new });
            edit
        }
        9 => {
            let parent = (!groups.is_empty() && random.below(2) == 0).then(|| groups[random.below(groups.len())]);
            let group =
                Group { level: random.below(3) as u8, parent, locked: random.below(5) == 0, ..Group::default() };
            Edit::add_group(plan, "group", group).0
        }
        10 if !groups.is_empty() => {
            let to = (random.below(4) > 0).then(|| groups[random.below(groups.len())]);
            Edit::move_to_group(plan, [id], to)
        }
        11 if !groups.is_empty() => {
            let (id, other) = (groups[random.below(groups.len())], groups[random.below(groups.len())]);
            match random.below(3) {
                0 => Edit::remove_group(plan, id),
                1 => Edit::alter_group(plan, id, "other level", |group| group.level = random.below(4) as u8),
                _ => Edit::alter_group(plan, id, "other parent", |group| group.parent = Some(other)),
            }
        }
        12 => {
            let new = [None, Some(Adjacency::Bridge), Some(Adjacency::Barrier)][random.below(3)];
            Edit::set_adjacency(plan, unit(random), unit(random), new)
        }
        _ => Edit::alter(plan, id, "altered", |territory| {
            territory.locked = random.below(4) == 0;
            territory.rep = Some(RepId(random.below(3) as u16));
            territory.targets.insert(MeasureId(0), random.unit() * 100.0);
        }),
    }
}

fn check_partition(plan: &Plan, totals: &Totals, accounts: usize) -> Result<(), TestCaseError> {
    let known = |id: TerritoryId| id.is_unassigned() || plan.territory(id).is_some();
    prop_assert!(plan.assignment().iter().copied().all(known));
    prop_assert!(plan.overrides().values().copied().all(known));
    let hierarchy = plan.hierarchy();
    for (_, group) in hierarchy.iter() {
        prop_assert!(usize::from(group.level) < hierarchy.levels().len());
        let above = group.parent.map(|id| hierarchy.group(id).map(|parent| parent.level));
        prop_assert!(above.is_none_or(|level| level > Some(group.level)), "{:?}", hierarchy);
    }
    prop_assert!(plan.territories().all(|(_, t)| t.parent.is_none_or(|id| hierarchy.group(id).is_some())));
    let slots = (0..plan.territory_slots()).map(TerritoryId::from_index);
    let mut units: Vec<UnitId> = slots.clone().flat_map(|id| plan.units_of(id)).collect();
    units.sort_unstable();
    prop_assert!(units.into_iter().eq((0..plan.assignment().len()).map(UnitId::from_index)));
    prop_assert_eq!(slots.clone().map(|id| totals.unit_count(id) as usize).sum::<usize>(), plan.assignment().len());
    prop_assert_eq!(slots.map(|id| totals.account_count(id) as usize).sum::<usize>(), accounts);
    Ok(())
}

/// Sums account by account and unit by unit, in the plainest way.
fn plain_load(project: &Project, plan: &Plan, measure: MeasureId, id: TerritoryId) -> f64 {
    let column = &project.measures[measure.index()];
    let owner = |row: usize| match column.subject {
        Subject::Units => plan.territory_of(UnitId::from_index(row)),
        Subject::Accounts => plan.owner_of(AccountId::from_index(row), project.accounts.units[row]),
    };
    let rows = (0..column.values.len()).filter(|&row| owner(row) == id && !column.values[row].is_nan());
    let (mut sum, mut weights) = (0.0, 0.0);
    for row in rows {
        let weight = match column.aggregate {
            Aggregate::Sum | Aggregate::Mean { weight: None } => 1.0,
            Aggregate::Mean { weight: Some(by) } => project.measures[by.index()].values[row].max(0.0),
        };
        sum += weight * column.values[row];
        weights += weight;
    }
    if column.is_summed() { sum } else { sum / weights }
}

proptest! {
    #[test]
    fn edits_keep_totals_exact_and_undo_brings_everything_back(seed: u64, steps in 1..40_usize) {
        let mut random = Random::new(seed);
        let project = random_project(&mut random);
        let accounts = project.accounts.len();
        let table = Arc::new(LoadTable::new(&project));
        let start = (*project.plan).clone();
        let mut plan = start.clone();
        let mut totals = Totals::count(Arc::clone(&table), &plan);
        let start_totals = totals.clone();
        let mut history = History::default();
        for _ in 0..steps {
            let edit = random_edit(&plan, accounts, &mut random);
            let before = plan.clone();
            match apply(&mut plan, &edit, Locks::Obey) {
                Ok(effects) => {
                    totals.follow(&plan, &edit);
                    history.push(edit);
                    let changed: Vec<UnitId> = fixture::differing(&before, &plan);
                    prop_assert!(changed.iter().all(|unit| effects.units.binary_search(unit).is_ok()));
                }
                Err(_) => prop_assert_eq!(&plan, &before),
            }
            prop_assert_eq!(&totals, &Totals::count(Arc::clone(&table), &plan));
            check_partition(&plan, &totals, accounts)?;
        }
        for id in (0..plan.territory_slots()).map(TerritoryId::from_index) {
            for measure in (0..4).map(MeasureId) {
                let (kept, plain) = (totals.load(measure, id), plain_load(&project, &plan, measure, id));
                // Coarse only because huge and tiny weights are mixed.
                let close = (kept - plain).abs() <= 1e-4 * plain.abs().max(1.0);
                prop_assert!(close || kept.is_nan() && plain.is_nan(), "{:?} {:?}: {} {}", id, measure, kept, plain);
            }
        }
        let end = (plan.clone(), totals.clone());
        while let Some(edit) = history.undo_step().map(Edit::inverse) {
            prop_assert!(apply(&mut plan, &edit, Locks::Pass).is_ok());
            totals.follow(&plan, &edit);
            history.mark_undone();
        }
        prop_assert_eq!((&plan, &totals), (&start, &start_totals));
        while let Some(edit) = history.redo_step().cloned() {
            prop_assert!(apply(&mut plan, &edit, Locks::Pass).is_ok());
            totals.follow(&plan, &edit);
            history.mark_redone();
        }
        prop_assert_eq!((plan, totals), end);
    }
}

#[test]
fn what_is_locked_stays() {
    let mut plan = fixture::plan("AAB");
    let lock = Edit::alter(&plan, TerritoryId(1), "lock", |territory| territory.locked = true);
    apply(&mut plan, &lock, Locks::Obey).expect("a territory can be locked");
    let before = plan.clone();
    let mut take = Edit::new("take");
    take.changes.push(Change::Assign { unit: UnitId(2), old: TerritoryId(2), new: TerritoryId::UNASSIGNED });
    take.changes.push(Change::Assign { unit: UnitId(0), old: TerritoryId(1), new: TerritoryId(2) });
    assert_eq!(apply(&mut plan, &take, Locks::Obey), Err(EditError::TerritoryLocked("A".into())));
    assert_eq!(plan, before);
    assert!(Edit::assign(&plan, [UnitId(0), UnitId(1)], TerritoryId(2)).is_empty());
    assert_eq!(
        apply(&mut plan, &Edit::remove(&before, TerritoryId(1)), Locks::Obey),
        Err(EditError::TerritoryLocked("A".into()))
    );
}

#[test]
fn an_edit_that_fails_half_way_changes_nothing() {
    let mut plan = fixture::plan("AAB");
    let before = plan.clone();
    let mut edit = Edit::assign(&plan, [UnitId(0), UnitId(1)], TerritoryId(2));
    edit.changes.push(Change::Assign { unit: UnitId(9), old: TerritoryId(1), new: TerritoryId(2) });
    assert_eq!(apply(&mut plan, &edit, Locks::Obey), Err(EditError::Unknown));
    edit.changes[2] = Change::Assign { unit: UnitId(2), old: TerritoryId(1), new: TerritoryId(2) };
    assert_eq!(apply(&mut plan, &edit, Locks::Obey), Err(EditError::Stale));
    edit.changes[2] = Change::Assign { unit: UnitId(2), old: TerritoryId(2), new: TerritoryId(7) };
    assert_eq!(apply(&mut plan, &edit, Locks::Obey), Err(EditError::Unknown));
    assert_eq!(plan, before);
}

#[test]
fn a_removed_territory_leaves_its_units_and_accounts_to_nobody() {
    let mut plan = fixture::plan("AAB");
    let mut name = Edit::new("name");
    name.changes.push(Change::Override { account: AccountId(4), old: None, new: Some(TerritoryId(1)) });
    apply(&mut plan, &name, Locks::Obey).expect("an account can be named");
    let mut bare = Edit::new("bare");
    let old = plan.territory(TerritoryId(1)).cloned().map(Box::new);
    bare.changes.push(Change::Territory { id: TerritoryId(1), old, new: None });
    assert_eq!(apply(&mut plan, &bare, Locks::Obey), Err(EditError::NotEmpty));
    let removal = Edit::remove(&plan, TerritoryId(1));
    let effects = apply(&mut plan, &removal, Locks::Obey).expect("it can be removed");
    let expected = Effects {
        units: vec![UnitId(0), UnitId(1)],
        accounts: vec![AccountId(4)],
        territories: vec![TerritoryId(0), TerritoryId(1)],
        territories_edited: true,
        ..Effects::default()
    };
    assert_eq!(effects, expected);
    assert_eq!(plan.assignment(), [TerritoryId(0), TerritoryId(0), TerritoryId(2)]);
    assert!(plan.overrides().is_empty() && plan.territory(TerritoryId(1)).is_none());
}

#[test]
fn a_new_step_ends_what_could_be_redone() {
    let mut history = History::default();
    for label in ["one", "two", "three"] {
        history.push(Edit::new(label));
    }
    history.mark_undone();
    history.mark_undone();
    assert_eq!(history.redo_step().map(|edit| edit.label.as_str()), Some("two"));
    history.push(Edit::new("other"));
    assert_eq!((history.redo_step(), history.applied()), (None, 2));
    assert_eq!(history.steps().iter().map(|edit| edit.label.as_str()).collect::<Vec<_>>(), ["one", "other"]);
}

#[test]
fn a_plan_of_parts_that_do_not_fit_is_refused() {
    let plan = |assignment: &[u16], locked: &[u32]| {
        Plan::from_parts(PlanParts {
            assignment: assignment.iter().map(|&id| TerritoryId(id)).collect(),
            territories: BTreeMap::from([(TerritoryId(3), Territory::default())]),
            locked_units: locked.iter().map(|&unit| UnitId(unit)).collect(),
            ..PlanParts::default()
        })
    };
    assert_eq!(plan(&[0, 3], &[1]).map(|plan| plan.territory_slots()), Ok(4));
    assert!(plan(&[0, 2], &[]).is_err_and(|why| why.contains("territory 2")));
    assert!(plan(&[0, 3], &[2]).is_err_and(|why| why.contains("unit 2")));
}

#[test]
fn targets_are_equal_shares_unless_set() {
    let project = fixture::project("AAAB");
    let totals = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
    let (load, a, b) = (MeasureId(0), TerritoryId(1), TerritoryId(2));
    assert_eq!(target(&project.plan, &totals, load, a), 2.0);
    assert_eq!(deviation(&project.plan, &totals, load, b), Some(-0.5));
    let mut plan = (*project.plan).clone();
    let edit = Edit::alter(&plan, a, "target", |territory| territory.targets = BTreeMap::from([(load, 4.0)]));
    apply(&mut plan, &edit, Locks::Obey).expect("a target can be set");
    assert_eq!(deviation(&plan, &totals, load, a), Some(-0.25));
    assert_eq!(balance(&plan, &totals, load), Some(0.5));
}

/// Makes an edit that must be possible.
fn make(plan: &mut Plan, edit: &Edit) {
    apply(plan, edit, Locks::Obey).expect("the edit is allowed");
}

#[test]
fn a_locked_district_keeps_its_territories() {
    let mut plan = fixture::plan("AABB");
    let mut edit = Edit::new("levels");
    edit.changes.push(Change::Levels { old: vec![], new: vec!["District".into(), "Region".into()] });
    make(&mut plan, &edit);
    let (edit, region) = Edit::add_group(&plan, "", Group { name: "East".into(), level: 1, ..Group::default() });
    make(&mut plan, &edit);
    let district = Group { name: "North".into(), parent: Some(region), ..Group::default() };
    let (edit, district) = Edit::add_group(&plan, "", district);
    make(&mut plan, &edit);
    let (a, b) = (TerritoryId(1), TerritoryId(2));
    let edit = Edit::move_to_group(&plan, [a], Some(district));
    make(&mut plan, &edit);
    assert_eq!((plan.group_of(a, 0), plan.group_of(a, 1), plan.group_of(b, 1)), (Some(district), Some(region), None));
    assert_eq!(plan.territories_in(region).collect::<Vec<_>>(), [a]);

    let lock = Edit::alter_group(&plan, region, "lock", |group| group.locked = true);
    make(&mut plan, &lock);
    assert!(plan.is_locked(UnitId(0)) && !plan.is_locked(UnitId(2)));
    assert!(Edit::assign(&plan, [UnitId(0)], b).is_empty());
    let refused = |plan: &mut Plan, edit: &Edit| apply(plan, edit, Locks::Obey);
    let mut into = Edit::new("into it");
    into.changes.push(Change::Assign { unit: UnitId(2), old: b, new: a });
    assert_eq!(refused(&mut plan, &into), Err(EditError::GroupLocked("East".into())));
    let out = Edit::move_to_group(&plan, [a], None);
    assert_eq!(refused(&mut plan, &out), Err(EditError::GroupLocked("East".into())));
    let gone = Edit::remove_group(&plan, district);
    assert_eq!(refused(&mut plan, &gone), Err(EditError::GroupLocked("East".into())));
    let unlock = Edit::alter_group(&plan, region, "unlock", |group| group.locked = false);
    make(&mut plan, &unlock);
    make(&mut plan, &gone);
    assert_eq!(plan.territory(a).and_then(|territory| territory.parent), Some(region));
}

#[test]
fn a_locked_account_keeps_its_owner() {
    let mut plan = fixture::plan("AB");
    let (a, b, account) = (TerritoryId(1), TerritoryId(2), AccountId(3));
    let unit_of = |_: AccountId| Some(UnitId(0));
    let edit = Edit::lock_accounts(&plan, [account], unit_of, true);
    make(&mut plan, &edit);
    let edit = Edit::assign(&plan, [UnitId(0)], b);
    make(&mut plan, &edit);
    assert_eq!(plan.owner_of(account, Some(UnitId(0))), a);
    let mut take = Edit::new("take");
    take.changes.push(Change::Override { account, old: Some(a), new: Some(b) });
    assert_eq!(apply(&mut plan, &take, Locks::Obey), Err(EditError::AccountsLocked(1)));
    let edit = Edit::lock_accounts(&plan, [account], unit_of, false);
    make(&mut plan, &edit);
    make(&mut plan, &take);
}

#[test]
fn a_district_carries_what_its_territories_carry() {
    let project = fixture::project("AAAB\nCCCC");
    let totals = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
    let load = MeasureId(0);
    assert_eq!(totals.load_of(load, [TerritoryId(1), TerritoryId(3)].into_iter()), 7.0);
    assert_eq!(totals.load_of(load, std::iter::empty()), 0.0);
}
