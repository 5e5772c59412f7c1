//! A newer file held against the project: what is told of it before anything is applied, and what a person wants of it.

use super::list::List;
use crate::domain::effect::Effect;
use crate::domain::ids::UnitId;
use crate::jobs::spec::{ImportOrder, RefreshWish};

/// Something to do with a newer file.
#[derive(Debug, Clone)]
pub enum RefreshAction {
    /// Holds a file against the accounts or the units.
    Compare(Box<ImportOrder>),
    /// Works out what these choices do.
    WorkOut(RefreshWish),
    /// Makes the step that was worked out.
    Apply,
    /// Forgets the file.
    Leave,
}

/// What a report tells.
#[derive(Debug, Clone)]
pub enum Report {
    Accounts(AccountsReport),
    Units(UnitsReport),
}

/// A newer file of accounts.
#[derive(Debug, Clone)]
pub struct AccountsReport {
    pub file: String,
    pub new: usize,
    pub changed: usize,
    pub vanished: usize,
    /// Of the vanished ones, those with an owner of their own or a lock.
    pub vanished_named: usize,
    pub unchanged: usize,
    pub columns: Vec<ColumnLine>,
    pub list: List,
}

/// A column as it is in the project and in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnLine {
    pub name: String,
    /// What one is: "$"; of a measure.
    pub unit: String,
    pub whose: Whose,
    /// Accounts of both whose values differ.
    pub changed: usize,
    /// Of a measure, the sum over all accounts of the project, and over all of the file.
    pub sums: Option<[f64; 2]>,
}

/// Who has a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Both,
    File,
    Project,
}

/// What choices about a newer file do.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub wish: RefreshWish,
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    pub effect: Effect,
    pub notes: Vec<String>,
}

impl Outcome {
    /// Accounts that are others afterwards.
    pub fn touched(&self) -> usize {
        self.added + self.changed + self.removed
    }
}

/// A newer vintage of units.
#[derive(Debug, Clone)]
pub struct UnitsReport {
    pub file: String,
    /// What the units are called, in the plural.
    pub kind: String,
    pub by_code: usize,
    pub by_share: usize,
    pub without: usize,
    pub vanished: usize,
    /// Accounts that come to lie in another unit.
    pub other_unit: usize,
    /// Accounts that come to another owner, and their value.
    pub moved: usize,
    pub moved_value: Option<f64>,
    /// Sentences about columns.
    pub facts: Vec<String>,
    pub effect: Effect,
    /// Units of the project that are no longer there, and those that new ones are made of.
    pub touched: Vec<UnitId>,
    pub list: List,
    /// The units are like that already.
    pub nothing: bool,
}
