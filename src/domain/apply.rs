//! How a plan takes up an edit: locks are asked first, then every change is made, or none.

use std::collections::BTreeSet;

use super::computed::ColumnChange;
use super::edit::{Change, Edit, EditError, Effects};
use super::hierarchy::{Group, MOST_LEVELS};
use super::ids::{AccountId, GroupId, MeasureId, TerritoryId, UnitId};
use super::plan::Plan;

/// Whether [`apply`] holds an edit against locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locks {
    /// A new edit: what is locked may not change.
    Obey,
    /// Undo and redo: the edit was allowed when it was made.
    Pass,
}

/// Makes the changes of an edit, all or none.
pub fn apply(plan: &mut Plan, edit: &Edit, locks: Locks) -> Result<Effects, EditError> {
    if edit.is_empty() {
        return Err(EditError::Nothing);
    }
    if locks == Locks::Obey {
        check_locks(plan, edit)?;
    }
    let mut effects = Effects::default();
    for (done, change) in edit.changes.iter().enumerate() {
        if let Err(error) = apply_change(plan, change, &mut effects) {
            for change in edit.changes[..done].iter().rev() {
                // Taking back what was just made cannot fail.
                let _ = apply_change(plan, &change.clone().inverse(), &mut Effects::default());
            }
            return Err(error);
        }
    }
    effects.units.sort_unstable();
    effects.units.dedup();
    effects.accounts.sort_unstable();
    effects.accounts.dedup();
    effects.territories.sort_unstable();
    effects.territories.dedup();
    Ok(effects)
}

fn check_locks(plan: &Plan, edit: &Edit) -> Result<(), EditError> {
    let (mut locked_units, mut locked_accounts) = (0, 0);
    let group_is_free = |id: Option<GroupId>| match plan.hierarchy.upwards(id).find(|(_, group)| group.locked) {
        Some((_, group)) => Err(EditError::GroupLocked(group.name.clone())),
        None => Ok(()),
    };
    let is_free = |id: TerritoryId| match plan.territory(id) {
        Some(territory) if territory.locked => Err(EditError::TerritoryLocked(territory.name.clone())),
        Some(territory) => group_is_free(territory.parent),
        None => Ok(()),
    };
    // Locking an account names it and freeing it may end that, without changing whose it is.
    let mut relocked: BTreeSet<AccountId> = edit.changes.iter().filter_map(Change::relocked).collect();
    // What is no longer there cannot be kept.
    relocked.extend(edit.accounts_patch().iter().flat_map(|patch| patch.rows.removed.iter().copied().map(AccountId)));
    // A number that stands for another unit afterwards is freed and given anew; that is no move.
    let renewed: BTreeSet<UnitId> =
        edit.units_patch().iter().flat_map(|patch| patch.owners.iter().flatten().map(|(unit, _)| *unit)).collect();
    for change in &edit.changes {
        match change {
            Change::Assign { unit, .. } if renewed.contains(unit) => {}
            Change::Assign { unit, old, new } => {
                locked_units += usize::from(plan.locked_units.contains(unit));
                is_free(*old)?;
                is_free(*new)?;
            }
            Change::Override { account, .. } if relocked.contains(account) => {}
            Change::Override { account, old, new } => {
                locked_accounts += usize::from(plan.locked_accounts.contains(account));
                is_free(old.unwrap_or_default())?;
                is_free(new.unwrap_or_default())?;
            }
            Change::Territory { id, new: None, .. } => is_free(*id)?,
            Change::Territory { old, new: Some(new), .. } => {
                let before = old.as_ref().and_then(|territory| territory.parent);
                if before != new.parent {
                    group_is_free(before)?;
                    group_is_free(new.parent)?;
                }
            }
            Change::Group { old, new, .. } => {
                let (before, after) = (old.as_ref().and_then(|g| g.parent), new.as_ref().and_then(|g| g.parent));
                if before != after || new.is_none() || old.is_none() {
                    group_is_free(before)?;
                    group_is_free(after)?;
                }
                if let (Some(old), None) = (old, new)
                    && old.locked
                {
                    return Err(EditError::GroupLocked(old.name.clone()));
                }
            }
            Change::LockUnit { .. }
            | Change::LockAccount { .. }
            | Change::Levels { .. }
            | Change::Adjacency { .. }
            | Change::Units(_)
            | Change::Accounts(_)
            | Change::Cells(_)
            | Change::Places(_)
            | Change::Column(_)
            | Change::Segments { .. }
            | Change::Layer(_) => {}
        }
    }
    match (locked_units, locked_accounts) {
        (0, 0) => Ok(()),
        (0, accounts) => Err(EditError::AccountsLocked(accounts)),
        (units, _) => Err(EditError::UnitsLocked(units)),
    }
}

fn apply_change(plan: &mut Plan, change: &Change, effects: &mut Effects) -> Result<(), EditError> {
    let exists = |plan: &Plan, id: TerritoryId| id.is_unassigned() || plan.territory(id).is_some();
    match change {
        &Change::Assign { unit, old, new } => {
            if !exists(plan, new) {
                return Err(EditError::Unknown);
            }
            let slot = plan.assignment.get_mut(unit.index()).ok_or(EditError::Unknown)?;
            if *slot != old {
                return Err(EditError::Stale);
            }
            *slot = new;
            effects.units.push(unit);
            effects.territories.extend([old, new]);
        }
        &Change::Override { account, old, new } => {
            if !exists(plan, new.unwrap_or_default()) {
                return Err(EditError::Unknown);
            }
            if plan.overrides.get(&account).copied() != old {
                return Err(EditError::Stale);
            }
            match new {
                Some(id) => plan.overrides.insert(account, id),
                None => plan.overrides.remove(&account),
            };
            effects.accounts.push(account);
            effects.territories.extend([old, new].into_iter().flatten());
        }
        Change::Territory { id, old, new } => {
            if id.is_unassigned() {
                return Err(EditError::Unknown);
            }
            if plan.territory(*id) != old.as_deref() {
                return Err(EditError::Stale);
            }
            if let Some(new) = new
                && new.parent.is_some_and(|parent| plan.hierarchy.group(parent).is_none())
            {
                return Err(EditError::Unknown);
            }
            effects.hierarchy_edited |= old.as_ref().and_then(|t| t.parent) != new.as_ref().and_then(|t| t.parent);
            if new.is_none() && (plan.assignment.contains(id) || plan.overrides.values().any(|owner| owner == id)) {
                return Err(EditError::NotEmpty);
            }
            if id.index() >= plan.territories.len() {
                if id.0 == u16::MAX {
                    return Err(EditError::TooManyTerritories);
                }
                plan.territories.resize(id.index() + 1, None);
            }
            plan.territories[id.index()] = new.as_deref().cloned();
            // A plan is the same plan whatever was added and removed on the way: no empty slots at the end.
            while plan.territories.len() > 1 && plan.territories.last().is_some_and(Option::is_none) {
                plan.territories.pop();
            }
            effects.territories.push(*id);
            effects.territories_edited = true;
        }
        &Change::LockUnit { unit, old, new } => {
            if unit.index() >= plan.assignment.len() {
                return Err(EditError::Unknown);
            }
            if plan.locked_units.contains(&unit) != old {
                return Err(EditError::Stale);
            }
            if new {
                plan.locked_units.insert(unit);
            } else {
                plan.locked_units.remove(&unit);
            }
            effects.units.push(unit);
        }
        &Change::LockAccount { account, old, new } => {
            if plan.locked_accounts.contains(&account) != old {
                return Err(EditError::Stale);
            }
            if new {
                plan.locked_accounts.insert(account);
            } else {
                plan.locked_accounts.remove(&account);
            }
            effects.accounts.push(account);
        }
        Change::Levels { old, new } => {
            if plan.hierarchy.levels != *old {
                return Err(EditError::Stale);
            }
            if new.len() > MOST_LEVELS {
                return Err(EditError::TooManyGroups);
            }
            if plan.hierarchy.iter().any(|(_, group)| usize::from(group.level) >= new.len()) {
                return Err(EditError::WrongLevel);
            }
            plan.hierarchy.levels.clone_from(new);
            effects.hierarchy_edited = true;
        }
        Change::Group { id, old, new } => {
            apply_group(plan, *id, old.as_deref(), new.as_deref())?;
            effects.hierarchy_edited = true;
        }
        &Change::Adjacency { units, old, new } => {
            if units[0] >= units[1] || units[1].index() >= plan.assignment.len() {
                return Err(EditError::Unknown);
            }
            if plan.adjacency.get(&units).copied() != old {
                return Err(EditError::Stale);
            }
            match new {
                Some(adjacency) => plan.adjacency.insert(units, adjacency),
                None => plan.adjacency.remove(&units),
            };
            effects.units.extend(units);
            effects.adjacency_edited = true;
        }
        Change::Units(patch) => {
            let [before, after] = patch.counts.map(|count| count as usize);
            if plan.assignment.len() != before {
                return Err(EditError::Stale);
            }
            let gone = |unit: UnitId| unit.index() >= after;
            let held = plan.assignment.get(after..).unwrap_or_default().iter().any(|owner| !owner.is_unassigned());
            if held || plan.locked_units.iter().copied().any(gone) || plan.adjacency.keys().any(|pair| gone(pair[1])) {
                return Err(EditError::Stale);
            }
            plan.assignment.resize(after, TerritoryId::UNASSIGNED);
            effects.units.extend(patch.touched());
            effects.adjacency_edited = true;
            effects.units_replaced = true;
        }
        Change::Accounts(patch) => {
            let accounts = patch.accounts_moved();
            let measures = patch.measures_moved();
            let moved = |account: &AccountId| accounts.get(account.index()).copied().flatten();
            let stay = plan.overrides.keys().chain(&plan.locked_accounts).all(|account| moved(account).is_some());
            let targets = plan.territories.iter().flatten().flat_map(|territory| territory.targets.keys());
            let known = |measure: &MeasureId| measures.get(measure.index()).copied().flatten();
            if !stay || !targets.into_iter().all(|measure| known(measure).is_some()) {
                return Err(EditError::Stale);
            }
            let overrides = std::mem::take(&mut plan.overrides);
            plan.overrides = overrides.iter().filter_map(|(account, owner)| Some((moved(account)?, *owner))).collect();
            plan.locked_accounts = plan.locked_accounts.iter().filter_map(moved).collect();
            for territory in plan.territories.iter_mut().flatten() {
                let targets = std::mem::take(&mut territory.targets);
                let targets = targets.iter().filter_map(|(measure, target)| Some((known(measure)?, *target)));
                territory.targets = targets.collect();
            }
            effects.accounts_replaced = true;
        }
        Change::Cells(_) => effects.cells_edited = true,
        Change::Places(places) => {
            effects.accounts.extend(places.rows.iter().map(|&row| AccountId(row)));
            effects.places_edited = true;
        }
        Change::Column(change) => {
            effects.columns_edited = true;
            move_targets(plan, change);
        }
        Change::Segments { .. } => effects.segments_edited = true,
        Change::Layer(_) => effects.layers_edited = true,
    }
    Ok(())
}

fn apply_group(plan: &mut Plan, id: GroupId, old: Option<&Group>, new: Option<&Group>) -> Result<(), EditError> {
    let hierarchy = &mut plan.hierarchy;
    if id == GroupId::default() {
        return Err(EditError::Unknown);
    }
    if hierarchy.group(id) != old {
        return Err(EditError::Stale);
    }
    match new {
        None => {
            let in_it = |parent: Option<GroupId>| parent == Some(id);
            let holds_territories = plan.territories.iter().flatten().any(|territory| in_it(territory.parent));
            if holds_territories || hierarchy.iter().any(|(_, group)| in_it(group.parent)) {
                return Err(EditError::GroupNotEmpty);
            }
        }
        Some(_) if id.0 == u16::MAX => return Err(EditError::TooManyGroups),
        Some(group) if !hierarchy.fits(group) || !hierarchy.holds(id, group.level) => {
            return Err(EditError::WrongLevel);
        }
        Some(_) => {}
    }
    *hierarchy.slot(id) = new.cloned();
    hierarchy.trim();
    Ok(())
}

/// Targets are kept by the numbers of measures, which change when one comes or goes.
fn move_targets(plan: &mut Plan, change: &ColumnChange) {
    let removed = change.removed_measure();
    if removed.is_none() && change.added_measure().is_none() {
        return;
    }
    for territory in plan.territories.iter_mut().flatten() {
        let targets = std::mem::take(&mut territory.targets).into_iter();
        territory.targets =
            targets.filter(|&(id, _)| Some(id) != removed).map(|(id, target)| (change.moved(id), target)).collect();
    }
}
