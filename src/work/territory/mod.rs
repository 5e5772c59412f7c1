//! Commands on whole territories: each a pure function that makes one edit of the plan, to be looked at before it is made. They obey
//! locks, never cut a territory that was whole unless they say so, and give the same answer every time.

mod balance;
mod dissolve;
mod enclosed;
mod merge;
mod recolour;
mod repair;
mod smooth;
mod split;
mod swap;
#[cfg(test)]
mod tests;

pub use dissolve::dissolve;
pub use enclosed::{absorb_enclaves, fill_holes};
pub use merge::merge;
pub use recolour::recolour;
pub use repair::repair;
pub use smooth::smooth;
pub use split::split;
pub use swap::swap;

use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::plan::Plan;
use crate::domain::project::{Goal, Project};
use crate::domain::topology::Neighbours;

/// What a command would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Done {
    /// One undo step; its label says what it does.
    pub edit: Edit,
    /// What was left out and why, and what to know before it is accepted: a sentence each.
    pub notes: Vec<String>,
}

/// Why nothing can be done, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    Cancelled,
    Because(String),
}

pub type Answer = Result<Done, Refused>;

fn refused(why: impl Into<String>) -> Refused {
    Refused::Because(why.into())
}

/// What the commands work on.
pub struct Board<'a> {
    pub project: &'a Project,
    /// Those of the project's plan.
    pub totals: &'a Totals,
    /// What is to stay balanced; without one every unit counts 1.
    pub goal: Option<Goal>,
    neighbours: Neighbours<'a>,
}

impl<'a> Board<'a> {
    pub fn new(project: &'a Project, totals: &'a Totals, goal: Option<Goal>) -> Self {
        let neighbours = Neighbours::of_plan(&project.units.topology, &project.plan);
        let goal = goal.filter(|goal| project.measure(goal.measure).is_some_and(|measure| measure.is_summed()));
        Self { project, totals, goal, neighbours }
    }

    fn plan(&self) -> &'a Plan {
        &self.project.plan
    }

    fn name(&self, id: TerritoryId) -> &'a str {
        self.plan().territory_name(id)
    }

    /// "4 ZIP areas".
    fn count(&self, units: usize) -> String {
        self.project.units.count_words(units)
    }

    /// "ZIP area 43210", "ZIP area 43210 and 3 others".
    fn call(&self, units: &[UnitId]) -> String {
        self.project.units.call(units)
    }

    /// Whether the territory is there and may change.
    fn is_free(&self, id: TerritoryId) -> bool {
        self.plan().territory(id).is_some() && !self.plan().is_territory_locked(id)
    }

    /// The territory must be there and may change.
    fn demand_free(&self, id: TerritoryId) -> Result<(), Refused> {
        if self.plan().territory(id).is_none() {
            return Err(refused("Choose a territory first"));
        }
        if self.plan().is_territory_locked(id) {
            return Err(refused(format!("{} is locked; unlock it to change it", self.name(id))));
        }
        Ok(())
    }

    /// Kilometres of border that a unit has with each territory (or with nobody's units), by id. A link counts as a little.
    fn borders(&self, unit: UnitId, owners: &[TerritoryId]) -> Vec<(TerritoryId, f64)> {
        const LINK_KM: f64 = 1e-6;
        let mut borders: Vec<(TerritoryId, f64)> = Vec::new();
        for neighbour in self.neighbours.of(unit) {
            let owner = owners[neighbour.unit.index()];
            match borders.binary_search_by_key(&owner, |border| border.0) {
                Ok(at) => borders[at].1 += neighbour.border_km.max(LINK_KM),
                Err(at) => borders.insert(at, (owner, neighbour.border_km.max(LINK_KM))),
            }
        }
        borders
    }

    /// Whether what is left of a unit's territory hangs together as well as before when the unit goes: all its neighbours there
    /// reach each other without it.
    fn can_go(&self, unit: UnitId, owners: &[TerritoryId]) -> bool {
        let owner = owners[unit.index()];
        let around = self.neighbours.of(unit).iter().map(|neighbour| neighbour.unit);
        let mut wanted: Vec<UnitId> = around.filter(|other| owners[other.index()] == owner).collect();
        let Some(start) = wanted.pop() else {
            // A piece of its own; the last unit stays, so that no territory is emptied by the way.
            return owners.iter().filter(|&&other| other == owner).count() > 1;
        };
        let mut seen = std::collections::BTreeSet::from([unit, start]);
        let mut reached = vec![start];
        let mut next = 0;
        while let Some(&at) = reached.get(next) {
            if wanted.iter().all(|wanted| seen.contains(wanted)) {
                return true;
            }
            next += 1;
            for neighbour in self.neighbours.of(at) {
                if owners[neighbour.unit.index()] == owner && seen.insert(neighbour.unit) {
                    reached.push(neighbour.unit);
                }
            }
        }
        wanted.iter().all(|wanted| seen.contains(wanted))
    }

    /// The changes that lead from the plan to these owners, by unit.
    fn assignments(&self, owners: &[TerritoryId]) -> Vec<Change> {
        let pairs = self.plan().assignment().iter().zip(owners).enumerate().filter(|(_, (old, new))| old != new);
        pairs.map(|(unit, (&old, &new))| Change::Assign { unit: UnitId::from_index(unit), old, new }).collect()
    }

    /// The territory goes, when nothing is left in it after these changes.
    fn remove_if_empty(&self, id: TerritoryId, changes: &mut Vec<Change>) -> bool {
        let plan = self.plan();
        let gone = changes.iter().filter(|change| matches!(change, Change::Assign { old, .. } if *old == id)).count();
        let freed =
            changes.iter().filter(|change| matches!(change, Change::Override { old: Some(old), .. } if *old == id));
        let named = plan.overrides().values().filter(|&&owner| owner == id).count();
        let empty = gone == plan.units_of(id).count() && freed.count() == named;
        if let (true, Some(old)) = (empty, plan.territory(id)) {
            changes.push(Change::Territory { id, old: Some(Box::new(old.clone())), new: None });
        }
        empty
    }
}
