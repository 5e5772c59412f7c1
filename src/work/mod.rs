//! What both front ends do with a project: import into it, build territories, check and export them. A function here takes a
//! [`Project`] and gives a changed copy back, with what was noticed on the way; nothing is written until [`Change::save`].

pub mod boundaries;
pub mod build;
pub mod carry;
pub mod check;
pub mod columns;
pub mod compare;
pub mod cut;
pub mod duplicates;
pub mod explain;
pub mod export;
pub mod formulas;
pub mod import;
pub mod layers;
pub mod lists;
pub mod live;
pub mod places;
pub mod presets;
pub mod rebalance;
pub mod records;
pub mod refresh;
pub mod rejoin;
pub mod scenarios;
pub mod segments;
#[cfg(test)]
mod stored_tests;
pub mod territory;
#[cfg(test)]
mod tests;
pub mod unit_columns;
pub mod what_if;

use crate::domain::edit::Edit;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::guess::Reason;
use crate::store::{Sequence, Store};

/// A changed project, not yet saved.
#[derive(Debug, Clone)]
pub struct Change {
    /// The project as it is afterwards.
    pub project: Project,
    /// The words of the journal and of the undo menu: "Imported 3651 ZIP areas from zip_areas.shp".
    pub label: String,
    pub kind: ChangeKind,
    /// Units, accounts, reps or units of an alignment that were taken.
    pub taken: usize,
    /// What each column of a file was taken for, and why.
    pub columns: Vec<Reason>,
}

/// What a change replaces, which says how it is saved.
#[derive(Debug, Clone, PartialEq)]
pub enum ChangeKind {
    /// Units and whatever hangs on them; the undo history begins anew.
    Units,
    /// The first accounts, with their measures; the undo history begins anew.
    Accounts,
    /// Accounts in place of others, as one undo step. An edit without changes says that they were like that already.
    ReplacedAccounts(Edit),
    /// The roster.
    Reps,
    /// Columns of the units, as one undo step. An edit without changes says that they were like that already.
    Columns(Edit),
    /// The plan alone, as one undo step. An edit without changes says that nothing had to be done.
    Plan(Edit),
}

impl ChangeKind {
    /// Whether steps made before can no longer be undone.
    pub fn ends_history(&self) -> bool {
        matches!(self, Self::Units | Self::Accounts)
    }
}

impl Change {
    /// Queues the change for writing. `None` when there is nothing to write.
    pub fn save(&self, store: &Store) -> Result<Option<Sequence>, UserError> {
        match &self.kind {
            ChangeKind::Units => store.put_units(&self.project, &self.label).map(Some),
            ChangeKind::Accounts => store.put_accounts(&self.project, &self.label).map(Some),
            ChangeKind::Reps => Ok(Some(store.put_reps(&self.project.reps))),
            ChangeKind::Plan(edit) | ChangeKind::Columns(edit) | ChangeKind::ReplacedAccounts(edit)
                if edit.is_empty() =>
            {
                Ok(None)
            }
            ChangeKind::ReplacedAccounts(edit) => store.apply_to_data(&self.project, edit).map(Some),
            ChangeKind::Columns(edit) => store.apply_to_data(&self.project, edit).map(Some),
            ChangeKind::Plan(edit) => Ok(Some(store.apply(edit))),
        }
    }
}
