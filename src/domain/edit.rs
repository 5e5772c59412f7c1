//! The one way a plan changes. An edit holds old and new values; undo is the same edit with the two swapped, through the same
//! [`apply`], which tells what it touched. One gesture is one edit, one undo step and one transaction in the project file.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cells::Cells;
use super::hierarchy::{Group, MOST_LEVELS};
use super::ids::{AccountId, GroupId, TerritoryId, UnitId};
use super::plan::{Adjacency, Plan, Territory};
use super::units_patch::UnitsPatch;

/// One value replaced by another.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Assign {
        unit: UnitId,
        old: TerritoryId,
        new: TerritoryId,
    },
    /// A named account; `None` means "as its unit".
    Override {
        account: AccountId,
        old: Option<TerritoryId>,
        new: Option<TerritoryId>,
    },
    /// Adds (`old` is none), removes (`new` is none) or alters a territory.
    Territory {
        id: TerritoryId,
        old: Option<Box<Territory>>,
        new: Option<Box<Territory>>,
    },
    LockUnit {
        unit: UnitId,
        old: bool,
        new: bool,
    },
    LockAccount {
        account: AccountId,
        old: bool,
        new: bool,
    },
    /// What the levels above territories are called, from the lowest up.
    Levels {
        old: Vec<String>,
        new: Vec<String>,
    },
    /// Adds (`old` is none), removes (`new` is none) or alters a district, region or other group.
    Group {
        id: GroupId,
        old: Option<Box<Group>>,
        new: Option<Box<Group>>,
    },
    /// What the user says about two units, the smaller first; `None` means "as on the map".
    Adjacency {
        units: [UnitId; 2],
        old: Option<Adjacency>,
        new: Option<Adjacency>,
    },
    /// Units were cut, or otherwise replaced by others. New ones belong to nobody until another change of the edit says so. The
    /// project's data follow by [`UnitsPatch::apply`].
    Units(Arc<UnitsPatch>),
    /// Values of an imported column. The plan stays; the project's data follow by [`super::cells::apply_to_project`].
    Cells(Arc<Cells>),
}

/// One undo step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edit {
    /// The words of the menu and the log: "Assigned 14 ZIP areas to East".
    pub label: String,
    /// In the order in which they are made.
    pub changes: Vec<Change>,
}

/// What an edit touched: sorted, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    pub units: Vec<UnitId>,
    pub accounts: Vec<AccountId>,
    /// Territories whose contents or properties changed.
    pub territories: Vec<TerritoryId>,
    /// A territory was added, removed or altered.
    pub territories_edited: bool,
    /// Levels or groups were added, removed or altered, or a territory went to another group.
    pub hierarchy_edited: bool,
    /// Units became neighbours, or ceased to be.
    pub adjacency_edited: bool,
    /// There are other units than before.
    pub units_replaced: bool,
    /// Values of imported columns are others.
    pub cells_edited: bool,
}

/// Why an edit was refused. The plan is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("the edit changes nothing")]
    Nothing,
    #[error("territory \"{0}\" is locked")]
    TerritoryLocked(String),
    #[error("{0} of the units are locked")]
    UnitsLocked(usize),
    #[error("{0} of the accounts are locked")]
    AccountsLocked(usize),
    #[error("\"{0}\" is locked")]
    GroupLocked(String),
    #[error("the plan has changed in between")]
    Stale,
    #[error("a unit, account, territory or level of the edit does not exist")]
    Unknown,
    #[error("a group can only hold what is on a lower level")]
    WrongLevel,
    #[error("the territory still holds units or named accounts")]
    NotEmpty,
    #[error("the group still holds territories or other groups")]
    GroupNotEmpty,
    #[error("a plan can hold 65,535 territories, no more")]
    TooManyTerritories,
    #[error("a plan can hold 65,535 groups on {MOST_LEVELS} levels, no more")]
    TooManyGroups,
}

impl Edit {
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), changes: Vec::new() }
    }

    /// The edit that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let changes = self.changes.iter().rev().cloned().map(Change::inverse).collect();
        Self { label: self.label.clone(), changes }
    }

    /// Gives units to a territory (or to nobody), leaving out those that are there already and those that are locked.
    pub fn assign(plan: &Plan, units: impl IntoIterator<Item = UnitId>, to: TerritoryId) -> Self {
        let mut edit = Self::default();
        for unit in units {
            let old = plan.territory_of(unit);
            if old != to && !plan.is_locked(unit) {
                edit.changes.push(Change::Assign { unit, old, new: to });
            }
        }
        edit
    }

    /// Replaces the properties of a territory.
    pub fn alter(plan: &Plan, id: TerritoryId, label: impl Into<String>, alter: impl FnOnce(&mut Territory)) -> Self {
        let mut edit = Self::new(label);
        if let Some(old) = plan.territory(id) {
            let mut new = old.clone();
            alter(&mut new);
            if new != *old {
                edit.changes.push(Change::Territory { id, old: Some(Box::new(old.clone())), new: Some(Box::new(new)) });
            }
        }
        edit
    }

    /// Keeps accounts with their owners, or frees them. One that belongs to its unit's territory becomes a named account of it first,
    /// so that it stays when the unit goes; freed before that, it follows its unit again. `unit_of` tells where accounts are.
    pub fn lock_accounts(
        plan: &Plan,
        accounts: impl IntoIterator<Item = AccountId>,
        unit_of: impl Fn(AccountId) -> Option<UnitId>,
        locked: bool,
    ) -> Self {
        let mut edit = Self::default();
        for account in accounts {
            let old = plan.locked_accounts.contains(&account);
            if old == locked {
                continue;
            }
            if locked && !plan.overrides.contains_key(&account) {
                let owner = plan.owner_of(account, unit_of(account));
                edit.changes.push(Change::Override { account, old: None, new: Some(owner) });
            }
            edit.changes.push(Change::LockAccount { account, old, new: locked });
            let named = plan.overrides.get(&account).copied();
            let of_unit = unit_of(account).map_or(TerritoryId::UNASSIGNED, |unit| plan.territory_of(unit));
            if !locked && named == Some(of_unit) {
                edit.changes.push(Change::Override { account, old: named, new: None });
            }
        }
        edit
    }

    /// Says something about two units that the map does not, or (`None`) takes it back.
    pub fn set_adjacency(plan: &Plan, a: UnitId, b: UnitId, new: Option<Adjacency>) -> Self {
        let mut edit = Self::default();
        let units = [a.min(b), a.max(b)];
        let old = plan.adjacency.get(&units).copied();
        if a != b && old != new {
            edit.changes.push(Change::Adjacency { units, old, new });
        }
        edit
    }

    /// Removes a territory; its units and named accounts become unassigned.
    pub fn remove(plan: &Plan, id: TerritoryId) -> Self {
        let mut edit = Self::new(format!("Removed territory {}", plan.territory_name(id)));
        let Some(old) = plan.territory(id) else { return edit };
        for unit in plan.units_of(id) {
            edit.changes.push(Change::Assign { unit, old: id, new: TerritoryId::UNASSIGNED });
        }
        for (&account, _) in plan.overrides.iter().filter(|&(_, &owner)| owner == id) {
            edit.changes.push(Change::Override { account, old: Some(id), new: None });
        }
        edit.changes.push(Change::Territory { id, old: Some(Box::new(old.clone())), new: None });
        edit
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What the edit does to the units themselves.
    pub fn units_patch(&self) -> Option<&Arc<UnitsPatch>> {
        self.changes.iter().find_map(|change| match change {
            Change::Units(patch) => Some(patch),
            _ => None,
        })
    }

    /// How many values it changes.
    pub fn size(&self) -> usize {
        self.changes.iter().map(|change| if let Change::Cells(cells) = change { cells.rows.len() } else { 1 }).sum()
    }
}

impl Change {
    /// The account whose lock it changes.
    fn relocked(&self) -> Option<AccountId> {
        match self {
            &Self::LockAccount { account, .. } => Some(account),
            _ => None,
        }
    }

    fn inverse(self) -> Self {
        match self {
            Self::Assign { unit, old, new } => Self::Assign { unit, old: new, new: old },
            Self::Override { account, old, new } => Self::Override { account, old: new, new: old },
            Self::Territory { id, old, new } => Self::Territory { id, old: new, new: old },
            Self::LockUnit { unit, old, new } => Self::LockUnit { unit, old: new, new: old },
            Self::LockAccount { account, old, new } => Self::LockAccount { account, old: new, new: old },
            Self::Levels { old, new } => Self::Levels { old: new, new: old },
            Self::Group { id, old, new } => Self::Group { id, old: new, new: old },
            Self::Adjacency { units, old, new } => Self::Adjacency { units, old: new, new: old },
            Self::Units(patch) => Self::Units(Arc::new(patch.inverse())),
            Self::Cells(cells) => Self::Cells(Arc::new(cells.inverse())),
        }
    }
}

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
    let relocked: BTreeSet<AccountId> = edit.changes.iter().filter_map(Change::relocked).collect();
    for change in &edit.changes {
        match change {
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
            | Change::Cells(_) => {}
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
        Change::Cells(_) => effects.cells_edited = true,
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
