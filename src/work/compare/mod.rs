//! A plan held against what was before: which accounts change their territory or rep. What came before is another plan, a file, or what
//! the accounts themselves say.

mod handover;
mod page_html;
mod page_map;
pub mod pages;
mod people;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use handover::{handover, measures_named, write_handover};
pub use people::People;
pub use reading::{of_plan_at_hand, reference};

use crate::domain::ids::{AccountId, RepId, TerritoryId};
use crate::domain::plan::Plan;
use crate::domain::project::Project;

/// Who had what.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// In words: "the plan Baseline", "today.csv".
    pub name: String,
    pub holders: Vec<Holder>,
    /// Per account of the project a position in `holders`; `None` where the reference does not know it.
    pub of: Vec<Option<usize>>,
    /// The groups above territories that it names, in small letters.
    pub groups: Vec<String>,
    /// The plan that it is, over the same units; for maps.
    pub plan: Option<Arc<Plan>>,
}

/// A territory with its rep, as a reference says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Its name; empty for none, `None` where nothing is said of territories.
    pub territory: Option<String>,
    /// The rep; `None` where nothing is said of reps.
    pub rep: Option<RepWords>,
}

/// A rep of whom no more than these words may be known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RepWords {
    /// Empty for nobody.
    pub name: String,
    /// The one of the roster who is meant.
    pub known: Option<RepId>,
}

/// An account that has another territory or rep than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub account: AccountId,
    /// A position in [`Reference::holders`]; `None`: the reference does not know the account.
    pub before: Option<usize>,
    pub after: TerritoryId,
    pub territory: bool,
    pub rep: bool,
}

impl Reference {
    /// What is the case for every account: the territory that has it, and whether that and its rep are others than before.
    pub fn moves<'a>(&'a self, project: &'a Project) -> impl Iterator<Item = Move> + 'a {
        let plan = &project.plan;
        let names: BTreeMap<TerritoryId, String> =
            plan.territories().map(|(id, territory)| (id, territory.name.trim().to_lowercase())).collect();
        let holders: Vec<Option<String>> = self
            .holders
            .iter()
            .map(|holder| holder.territory.as_ref().map(|name| name.trim().to_lowercase()))
            .collect();
        project.accounts.ids().map(move |account| {
            let unit = project.accounts.units.get(account.index()).copied().flatten();
            let after = plan.owner_of(account, unit);
            let before = self.of.get(account.index()).copied().flatten();
            let name = names.get(&after).map_or("", String::as_str);
            let (territory, rep) = match before {
                // Nothing before and nothing now is no change.
                None => (!after.is_unassigned(), rep_of(project, after).is_some()),
                Some(at) => {
                    let territory = holders[at].as_ref().is_some_and(|before| before != name);
                    (territory, self.holders[at].rep.as_ref().is_some_and(|before| !is(project, before, after)))
                }
            };
            Move { account, before, after, territory, rep }
        })
    }

    pub fn holder(&self, moved: &Move) -> Option<&Holder> {
        self.holders.get(moved.before?)
    }

    /// Whether it says anything of territories.
    pub fn names_territories(&self) -> bool {
        self.holders.iter().any(|holder| holder.territory.is_some())
    }
}

/// The rep of a territory.
pub fn rep_of(project: &Project, territory: TerritoryId) -> Option<RepId> {
    project.plan.territory(territory)?.rep.filter(|rep| rep.index() < project.reps.len())
}

fn is(project: &Project, before: &RepWords, after: TerritoryId) -> bool {
    match rep_of(project, after) {
        None => before.name.trim().is_empty(),
        now => before.known == now,
    }
}
