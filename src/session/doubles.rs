//! Accounts that are probably the same customer twice, as the window shows them.

use crate::domain::ids::AccountId;
use crate::jobs::spec::MergeWish;

/// Something to do with double accounts.
#[derive(Debug, Clone)]
pub enum DoublesAction {
    /// Looks for them; pairs with a lower score are left out.
    Find { least: f64 },
    /// Makes one account of each group: one step.
    Merge(MergeWish),
    /// Remembers these as no doubles of each other, or (`false`) forgets that.
    Dismiss { accounts: Vec<AccountId>, dismissed: bool },
    /// Selects them and moves the map there.
    Show(Vec<AccountId>),
}

/// Accounts that are probably one.
#[derive(Debug, Clone, PartialEq)]
pub struct DoubleGroup {
    /// Two or more.
    pub accounts: Vec<AccountId>,
    /// The one that should stay.
    pub keep: AccountId,
    /// From 0 to 1, of its best pair.
    pub score: f64,
    /// What speaks for the best pair: "same phone, 12 m apart".
    pub why: String,
}

impl DoubleGroup {
    /// How sure it is.
    pub fn score_words(&self) -> &'static str {
        match self.score {
            score if score >= 0.95 => "Almost certainly one",
            score if score >= 0.88 => "Very likely one",
            _ => "Perhaps one",
        }
    }
}
