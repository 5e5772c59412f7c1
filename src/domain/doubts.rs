//! Accounts whose place a person should look at.

use super::accounts::Placement;
use super::ids::AccountId;
use super::project::Project;

/// Why a person should look at the place of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    Unplaced,
    /// It lies in the middle of its state.
    Middle,
    /// It lies outside every unit.
    Outside,
}

impl Doubt {
    pub fn words(self) -> &'static str {
        match self {
            Self::Unplaced => "not on the map",
            Self::Middle => "in the middle of its state",
            Self::Outside => "outside every area",
        }
    }
}

/// What is doubtful about the place of an account; `None` where nothing is.
pub fn doubt_of(project: &Project, account: AccountId) -> Option<Doubt> {
    let (accounts, row) = (&project.accounts, account.index());
    match accounts.placements.get(row)? {
        Placement::Unplaced => Some(Doubt::Unplaced),
        Placement::Region => Some(Doubt::Middle),
        _ if !project.units.is_empty() && accounts.units.get(row).copied().flatten().is_none() => Some(Doubt::Outside),
        _ => None,
    }
}

/// The accounts without a place, then those in the middle of their state, then those outside every unit; in each in the order of the table.
pub fn doubtful(project: &Project) -> Vec<(AccountId, Doubt)> {
    let doubt = |account: AccountId| doubt_of(project, account).map(|doubt| (account, doubt));
    let mut found: Vec<(AccountId, Doubt)> = project.accounts.ids().filter_map(doubt).collect();
    found.sort_by_key(|&(account, doubt)| (doubt, account));
    found
}
