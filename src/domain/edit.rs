//! The one way a plan changes. An edit holds old and new values; undo is the same edit with the two swapped, through the same
//! [`apply`], which tells what it touched. One gesture is one edit, one undo step and one transaction in the project file.

use std::sync::Arc;

use super::accounts_patch::AccountsPatch;
pub use super::apply::{Locks, apply};
use super::cells::Cells;
use super::computed::ColumnChange;
use super::hierarchy::{Group, MOST_LEVELS};
use super::ids::{AccountId, GroupId, TerritoryId, UnitId};
use super::places::Places;
use super::plan::{Adjacency, Plan, Territory};
use super::project::Project;
use super::reference::LayerChange;
use super::segments::Segment;
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
    /// Where accounts are. The plan stays, as above.
    Places(Arc<Places>),
    /// Accounts were replaced by others, or their columns. What hangs on accounts that stay follows; on those that go nothing may hang
    /// any more, see [`Edit::replace_accounts`]. The project's data follow by [`AccountsPatch::apply`].
    Accounts(Arc<AccountsPatch>),
    /// Adds, removes or alters a column as a whole, computed or not. The project's data follow as those of cells do.
    Column(Arc<ColumnChange>),
    /// The segments of accounts, all of them.
    Segments {
        old: Arc<Vec<Segment>>,
        new: Arc<Vec<Segment>>,
    },
    /// Adds, removes, replaces or renames a layer beside the units. The plan stays, as above.
    Layer(Arc<LayerChange>),
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
    /// There are other accounts or measures than before.
    pub accounts_replaced: bool,
    /// Values of imported columns are others.
    pub cells_edited: bool,
    /// Accounts are somewhere else.
    pub places_edited: bool,
    /// A column was added, removed or altered as a whole.
    pub columns_edited: bool,
    pub segments_edited: bool,
    /// Layers beside the units were added, removed, replaced or renamed.
    pub layers_edited: bool,
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
    #[error("\"{0}\" is computed; change its formula instead")]
    Computed(String),
    #[error("\"{0}\" needs it")]
    InUse(String),
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

    /// What the edit does to the accounts themselves.
    pub fn accounts_patch(&self) -> Option<&Arc<AccountsPatch>> {
        self.changes.iter().find_map(|change| match change {
            Change::Accounts(patch) => Some(patch),
            _ => None,
        })
    }

    /// Whether units or accounts are others afterwards, see [`Self::data_after`].
    pub fn replaces_data(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::Units(_) | Change::Accounts(_)))
    }

    /// The project with the units and accounts as they are after the edit is made (`back`: taken back); its plan is left as it is.
    /// `None` for an edit that replaces neither.
    ///
    /// # Errors
    /// The project is not the one that the edit was made for.
    pub fn data_after(&self, project: &Project, back: bool) -> Option<Result<Project, String>> {
        let replaces = |change: &&Change| matches!(change, Change::Units(_) | Change::Accounts(_));
        let mut changes: Vec<&Change> = self.changes.iter().filter(replaces).collect();
        if back {
            changes.reverse();
        }
        let mut data: Option<Result<Project, String>> = None;
        for change in changes {
            let before = match &data {
                Some(Ok(project)) => project,
                Some(Err(_)) => break,
                None => project,
            };
            let after = match change {
                Change::Units(patch) if back => patch.inverse().apply(before),
                Change::Units(patch) => patch.apply(before),
                Change::Accounts(patch) if back => patch.inverse().apply(before),
                Change::Accounts(patch) => patch.apply(before),
                _ => continue,
            };
            data = Some(after);
        }
        data
    }

    /// How many values it changes; of what takes more memory, as many as take it.
    pub fn size(&self) -> usize {
        let size = |change: &Change| match change {
            Change::Cells(cells) => cells.rows.len(),
            Change::Places(places) => places.rows.len(),
            Change::Accounts(patch) => 1 + patch.bytes() / 24,
            Change::Layer(change) => 1 + change.bytes() / 24,
            _ => 1,
        };
        self.changes.iter().map(size).sum()
    }
}

impl Change {
    /// The account whose lock it changes.
    pub(super) fn relocked(&self) -> Option<AccountId> {
        match self {
            &Self::LockAccount { account, .. } => Some(account),
            _ => None,
        }
    }

    /// It changes the project's data beside the plan.
    pub fn is_of_data(&self) -> bool {
        matches!(self, Self::Cells(_) | Self::Places(_) | Self::Column(_) | Self::Segments { .. } | Self::Layer(_))
    }

    pub(super) fn inverse(self) -> Self {
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
            Self::Places(places) => Self::Places(Arc::new(places.inverse())),
            Self::Accounts(patch) => Self::Accounts(Arc::new(patch.inverse())),
            Self::Column(change) => Self::Column(Arc::new(change.inverse())),
            Self::Segments { old, new } => Self::Segments { old: new, new: old },
            Self::Layer(change) => Self::Layer(Arc::new(change.inverse())),
        }
    }
}
