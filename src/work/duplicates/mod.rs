//! Accounts that are probably the same customer twice: found by name, place and what else the columns say, shown with the reasons, merged
//! by choice as one step. Branches of a chain are not doubles: they lie at other places.

mod details;
mod find;
mod merge;
mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::domain::ids::AccountId;
use crate::domain::project::Project;

pub use find::find;
pub use merge::{MergeDone, MergeOrder, OnMerge, merge, pairs_of};

/// The setting of the project that holds the pairs of codes which are no doubles.
pub const DISMISSED_SETTING: &str = "accounts that are no doubles";

/// From this score on a pair is shown if nothing else is said.
pub const LIKELY: f64 = 0.8;

/// Two codes, the smaller first.
pub type CodePair = [String; 2];

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicatesWish {
    /// Pairs with a lower score are left out.
    pub least: f64,
    /// Pairs that somebody has said are no doubles.
    pub dismissed: BTreeSet<CodePair>,
}

impl Default for DuplicatesWish {
    fn default() -> Self {
        Self { least: LIKELY, dismissed: BTreeSet::new() }
    }
}

/// Accounts that are probably one.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// By id; two or more.
    pub accounts: Vec<AccountId>,
    /// The one that should stay: with an owner of its own before others, then the one of which most is known.
    pub keep: AccountId,
    /// The pairs that make the group, the best first.
    pub pairs: Vec<Pair>,
}

/// Two accounts and why they may be one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub accounts: [AccountId; 2],
    /// From 0 to 1.
    pub score: f64,
    pub parts: Parts,
}

/// What a score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// How alike the names are, from 0 to 1.
    pub name: f64,
    /// How far apart they lie; `None` where one has no place.
    pub km: Option<f64>,
    /// One of them at least lies at the point of its postal code only.
    pub rough: bool,
    /// Whether these are the same; `None` where one has none.
    pub phone: Option<bool>,
    pub website: Option<bool>,
    pub street: Option<bool>,
}

impl Group {
    /// The score of its best pair.
    pub fn score(&self) -> f64 {
        self.pairs.first().map_or(0.0, |pair| pair.score)
    }
}

impl Pair {
    /// "name 0.97, 12 m apart, same phone, other website".
    pub fn words(&self) -> String {
        let Parts { name, km, rough, phone, website, street } = self.parts;
        let mut words = vec![format!("name {name:.2}")];
        words.push(match km {
            None => "one without a place".to_owned(),
            Some(km) if rough && km < 0.02 => "same postal code".to_owned(),
            Some(km) if km < 1.0 => format!("{:.0} m apart", 1000.0 * km),
            Some(km) => format!("{km:.1} km apart"),
        });
        for (what, same) in [("phone", phone), ("website", website), ("street", street)] {
            if let Some(same) = same {
                words.push(format!("{} {what}", if same { "same" } else { "other" }));
            }
        }
        words.join(", ")
    }
}

/// Two accounts as they are remembered.
pub fn code_pair(project: &Project, accounts: [AccountId; 2]) -> CodePair {
    let mut codes = accounts.map(|account| project.accounts.codes.get(account.index()).cloned().unwrap_or_default());
    codes.sort_unstable();
    codes
}

/// The pairs of a project's setting; what cannot be read counts as nothing.
pub fn dismissed(setting: Option<&str>) -> BTreeSet<CodePair> {
    let pairs: Vec<CodePair> = setting.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    pairs
        .into_iter()
        .map(|mut pair| {
            pair.sort_unstable();
            pair
        })
        .collect()
}

/// The same as the setting; `None` where there is nothing to remember.
pub fn dismissed_setting(pairs: &BTreeSet<CodePair>) -> Option<String> {
    if pairs.is_empty() { None } else { serde_json::to_string(pairs).ok() }
}
