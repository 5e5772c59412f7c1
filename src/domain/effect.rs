//! What a step does to the territories, in numbers.

use std::sync::Arc;

use super::ids::{MeasureId, TerritoryId};
use super::metrics::{LoadTable, Totals};
use super::project::Project;

/// Accounts and value before and after.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effect {
    pub accounts: [usize; 2],
    /// The measure that is balanced first, before and after; `None` where there is none.
    pub measure: Option<[MeasureId; 2]>,
    /// The whole of it, accounts of nobody included.
    pub total: [f64; 2],
    /// Territories (and nobody) whose accounts or value change, the largest change of value first.
    pub territories: Vec<TerritoryEffect>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TerritoryEffect {
    pub territory: TerritoryId,
    pub accounts: [u32; 2],
    pub value: [f64; 2],
}

impl TerritoryEffect {
    pub fn change(&self) -> f64 {
        self.value[1] - self.value[0]
    }
}

/// Holds two states of a project against each other.
pub fn effect(before: &Project, after: &Project) -> Effect {
    let totals = [before, after].map(|project| Totals::count(Arc::new(LoadTable::new(project)), &project.plan));
    let goal = before.main_goal().map(|goal| goal.measure);
    let measure = goal.and_then(|id| Some([id, after.measure_like(before.measure(id)?)?]));
    let load = |at: usize, territory: TerritoryId| measure.map_or(0.0, |ids| totals[at].load(ids[at], territory));
    let everybody = after.plan.territories().map(|(id, _)| id).chain([TerritoryId::UNASSIGNED]);
    let mut territories: Vec<TerritoryEffect> = everybody
        .map(|territory| TerritoryEffect {
            territory,
            accounts: [0, 1].map(|at| totals[at].account_count(territory)),
            value: [0, 1].map(|at| load(at, territory)),
        })
        .filter(|effect| effect.accounts[0] != effect.accounts[1] || effect.value[0] != effect.value[1])
        .collect();
    territories.sort_by(|a, b| b.change().abs().total_cmp(&a.change().abs()).then(a.territory.cmp(&b.territory)));
    Effect {
        accounts: [before.accounts.len(), after.accounts.len()],
        measure,
        total: [0, 1].map(|at| measure.map_or(0.0, |ids| totals[at].total(ids[at]))),
        territories,
    }
}
