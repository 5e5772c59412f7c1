//! The one way a plan changes. An edit holds old and new values; undo is the same edit with the two swapped, through the same
//! [`apply`], which tells what it touched. One gesture is one edit, one undo step and one transaction in the project file.

use super::ids::{AccountId, TerritoryId, UnitId};
use super::plan::{Plan, Territory};

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
    #[error("the plan has changed in between")]
    Stale,
    #[error("a unit, account or territory of the edit does not exist")]
    Unknown,
    #[error("the territory still holds units or named accounts")]
    NotEmpty,
    #[error("a plan can hold 65,535 territories, no more")]
    TooManyTerritories,
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
}

impl Change {
    fn inverse(self) -> Self {
        match self {
            Self::Assign { unit, old, new } => Self::Assign { unit, old: new, new: old },
            Self::Override { account, old, new } => Self::Override { account, old: new, new: old },
            Self::Territory { id, old, new } => Self::Territory { id, old: new, new: old },
            Self::LockUnit { unit, old, new } => Self::LockUnit { unit, old: new, new: old },
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
    let locked_territory = |id: TerritoryId| plan.territory(id).filter(|territory| territory.locked);
    let mut locked_units = 0;
    for change in &edit.changes {
        let touched: &[TerritoryId] = match change {
            Change::Assign { unit, old, new } => {
                locked_units += usize::from(plan.locked_units.contains(unit));
                &[*old, *new]
            }
            Change::Override { old, new, .. } => &[old.unwrap_or_default(), new.unwrap_or_default()],
            Change::Territory { id, new: None, .. } => &[*id],
            Change::Territory { .. } | Change::LockUnit { .. } => &[],
        };
        if let Some(territory) = touched.iter().find_map(|&id| locked_territory(id)) {
            return Err(EditError::TerritoryLocked(territory.name.clone()));
        }
    }
    if locked_units > 0 { Err(EditError::UnitsLocked(locked_units)) } else { Ok(()) }
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
    }
    Ok(())
}
