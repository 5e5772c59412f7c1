//! Which rows a wish is about.

use std::collections::BTreeSet;

use super::Source;
use super::order::Scope;
use crate::domain::ids::{AccountId, GroupId, TerritoryId, UnitId};

/// The rows of every table, in their order.
pub(super) struct Rows {
    pub units: Vec<UnitId>,
    pub accounts: Vec<AccountId>,
    pub territories: Vec<TerritoryId>,
    /// Whether that is everything there is.
    pub all: bool,
}

impl Rows {
    pub fn of(source: Source, scope: &Scope) -> Self {
        let project = source.project;
        let plan = &*project.plan;
        let unit_of = |account: AccountId| project.accounts.units.get(account.index()).copied().flatten();
        let owner_of = |account: AccountId| plan.owner_of(account, unit_of(account));
        let existing = |wanted: &BTreeSet<TerritoryId>| {
            plan.territories().map(|(id, _)| id).filter(|id| wanted.contains(id)).collect::<Vec<_>>()
        };
        match scope {
            Scope::Everything => Self {
                units: project.units.ids().collect(),
                accounts: project.accounts.ids().collect(),
                territories: plan.territories().map(|(id, _)| id).collect(),
                all: true,
            },
            Scope::Territories(wanted) => {
                let wanted: BTreeSet<TerritoryId> = wanted.iter().copied().collect();
                let owned = |unit: &UnitId| wanted.contains(&plan.territory_of(*unit));
                Self {
                    units: project.units.ids().filter(owned).collect(),
                    accounts: project.accounts.ids().filter(|&account| wanted.contains(&owner_of(account))).collect(),
                    territories: existing(&wanted),
                    all: false,
                }
            }
            Scope::Units(wanted) => {
                let units: Vec<UnitId> =
                    wanted.iter().copied().filter(|unit| unit.index() < project.units.len()).collect();
                let inside: BTreeSet<UnitId> = units.iter().copied().collect();
                let within = |account: &AccountId| unit_of(*account).is_some_and(|unit| inside.contains(&unit));
                Self {
                    territories: existing(&units.iter().map(|&unit| plan.territory_of(unit)).collect()),
                    accounts: project.accounts.ids().filter(within).collect(),
                    units,
                    all: false,
                }
            }
            Scope::Accounts(wanted) => {
                let accounts: Vec<AccountId> =
                    wanted.iter().copied().filter(|account| account.index() < project.accounts.len()).collect();
                let units: BTreeSet<UnitId> = accounts.iter().filter_map(|&account| unit_of(account)).collect();
                Self {
                    territories: existing(&accounts.iter().map(|&account| owner_of(account)).collect()),
                    units: units.into_iter().collect(),
                    accounts,
                    all: false,
                }
            }
        }
    }

    /// The groups of a level, those alone that hold one of the territories unless everything is wanted.
    pub fn groups(&self, source: Source, level: usize) -> Vec<GroupId> {
        let plan = &*source.project.plan;
        let held: BTreeSet<GroupId> = self.territories.iter().filter_map(|&id| plan.group_of(id, level)).collect();
        let on_level = plan.hierarchy().on_level(level).map(|(id, _)| id);
        on_level.filter(|id| self.all || held.contains(id)).collect()
    }
}
