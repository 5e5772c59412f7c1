//! What a newer file of accounts, and the merging of doubles, are asked for.

use std::collections::BTreeMap;

use crate::domain::ids::AccountId;

/// What of a newer file of accounts is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshWish {
    pub take_new: bool,
    /// Columns whose changes are taken; `None`: all.
    pub columns: Option<Vec<String>>,
    /// A value stays where the file has none.
    pub keep_where_empty: bool,
    pub vanished: Vanished,
    /// Columns that the file does not have are removed; else they stay.
    pub remove_columns: bool,
}

impl Default for RefreshWish {
    fn default() -> Self {
        Self { take_new: true, columns: None, keep_where_empty: false, vanished: Vanished::Keep, remove_columns: false }
    }
}

/// What is done with accounts that a newer file no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vanished {
    Keep,
    /// Those with an owner of their own or a lock stay.
    KeepNamed,
    Remove,
}

/// What becomes of the values of a measure when accounts are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeRule {
    Sum,
    Largest,
    /// That of the account that stays.
    Keep,
}

impl MergeRule {
    pub const ALL: [Self; 3] = [Self::Sum, Self::Largest, Self::Keep];

    pub fn words(self) -> &'static str {
        match self {
            Self::Sum => "added up",
            Self::Largest => "the largest",
            Self::Keep => "that of the kept one",
        }
    }
}

/// Accounts to be merged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MergeWish {
    /// The account that stays, and those that go into it.
    pub groups: Vec<(AccountId, Vec<AccountId>)>,
    /// By the measure's name; others are added up where that makes sense, else kept.
    pub rules: BTreeMap<String, MergeRule>,
}
