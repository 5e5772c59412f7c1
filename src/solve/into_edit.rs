//! From a proposal to the edit that makes it the plan: territories that stay keep their names, colours and reps, and only what
//! differs is in the edit.

use std::collections::{BTreeMap, BTreeSet};

use super::labels::best_pairs;
use super::problem::Problem;
use super::report::Proposal;
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::palette::PALETTE;
use crate::domain::plan::{Plan, Territory};
use crate::domain::project::Project;

/// What the territories of a problem are in the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct TerritoryPlan {
    /// Per territory of the problem the one of the plan that it is, where that was decided beforehand.
    pub ids: Vec<Option<TerritoryId>>,
    pub reps: Vec<Option<RepId>>,
    /// Targets that shall be written into the plan, where they are not equal shares.
    pub targets: Option<Vec<BTreeMap<MeasureId, f64>>>,
    pub goals: Vec<MeasureId>,
}

/// Up to so many territories are paired so that all together share most; more by the largest pairs first.
const MOST_TO_PAIR_BEST: usize = 500;

/// A proposal with the edit that makes it the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// Empty when the plan is the proposal already. Applies to the plan it was built from.
    pub edit: Edit,
    /// What is to be said of the result, in lines.
    pub findings: Vec<String>,
    /// The rules that could not be kept, by the names of territories and measures.
    pub violations: Vec<String>,
    pub proposal: Proposal,
    /// Per territory of the problem its id in the plan.
    pub territories: Vec<TerritoryId>,
}

impl TerritoryPlan {
    /// Turns a proposal into an edit of the project's plan.
    pub fn into_built(self, project: &Project, problem: &Problem, proposal: Proposal) -> Built {
        let plan = &*project.plan;
        let ids = self.match_territories(plan, problem, &proposal);
        let after = self.territories(project, problem, &proposal, &ids);
        let removed: Vec<TerritoryId> = plan
            .territories()
            .filter(|(id, territory)| !territory.locked && !ids.contains(id))
            .map(|(id, _)| id)
            .collect();
        let mut edit = Edit::new(match ids.len() {
            1 => "Built 1 territory".to_owned(),
            count => format!("Built {count} territories"),
        });
        for (&id, territory) in ids.iter().zip(&after) {
            let old = plan.territory(id);
            if old != Some(territory) {
                let old = old.cloned().map(Box::new);
                edit.changes.push(Change::Territory { id, old, new: Some(Box::new(territory.clone())) });
            }
        }
        for (index, owner) in proposal.assignment.iter().enumerate() {
            let unit = UnitId::from_index(index);
            let old = plan.territory_of(unit);
            let kept = problem.excluded.get(index).copied().unwrap_or(false);
            let new = match owner {
                Some(owner) => ids[*owner as usize],
                // A unit that cannot be placed must leave a territory that goes.
                None if kept && !removed.contains(&old) => old,
                None => TerritoryId::UNASSIGNED,
            };
            if new != old {
                edit.changes.push(Change::Assign { unit, old, new });
            }
        }
        for id in removed {
            let old = plan.territory(id).cloned().map(Box::new);
            edit.changes.push(Change::Territory { id, old, new: None });
        }
        let name = |territory: u16| after.get(territory as usize).map_or("", |territory| &territory.name);
        let violations = proposal
            .violations
            .iter()
            .map(|violation| {
                let measure = violation.measure.and_then(|measure| problem.goals.get(measure));
                let unit = violation.unit.and_then(|unit| project.units.codes.get(unit as usize));
                let unit = unit.map_or_else(String::new, |code| format!("{} {code}", project.units.kind));
                violation.words(name(violation.territory), measure.map_or("", |goal| &goal.name), &unit)
            })
            .collect();
        Built { findings: findings(problem, &proposal), violations, edit, proposal, territories: ids }
    }

    /// The ids of the territories: those decided beforehand, then pairs of new and old by the most shared load, then new ids.
    fn match_territories(&self, plan: &Plan, problem: &Problem, proposal: &Proposal) -> Vec<TerritoryId> {
        let mut ids = self.ids.clone();
        let free: BTreeSet<TerritoryId> = plan
            .territories()
            .filter(|(id, territory)| !territory.locked && !ids.contains(&Some(*id)))
            .map(|(id, _)| id)
            .collect();
        let mut shared: BTreeMap<(usize, TerritoryId), f64> = BTreeMap::new();
        for (index, owner) in proposal.assignment.iter().enumerate() {
            let (Some(owner), old) = (*owner, plan.territory_of(UnitId::from_index(index))) else { continue };
            if ids[owner as usize].is_none() && free.contains(&old) {
                // Units without load count a little, so that empty regions find their owner too.
                let load = problem.travel_weights.get(index).copied().unwrap_or(0.0);
                *shared.entry((owner as usize, old)).or_default() += load + 1e-9;
            }
        }
        // A territory per rep is the rep's: another rep's territory is not turned into it.
        shared.retain(|&(owner, old), _| {
            self.reps[owner].is_none() || plan.territory(old).is_some_and(|territory| territory.rep.is_none())
        });
        let free: Vec<TerritoryId> = free.into_iter().collect();
        if ids.len().max(free.len()) <= MOST_TO_PAIR_BEST {
            let mut values = vec![vec![0.0; free.len()]; ids.len()];
            for (&(owner, old), &load) in &shared {
                if let Ok(at) = free.binary_search(&old) {
                    values[owner][at] = load;
                }
            }
            for (id, pair) in ids.iter_mut().zip(best_pairs(&values)) {
                *id = id.or(pair.map(|at| free[at]));
            }
        }
        let mut taken: BTreeSet<TerritoryId> = ids.iter().flatten().copied().collect();
        let mut pairs: Vec<((usize, TerritoryId), f64)> = shared.into_iter().collect();
        pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for ((owner, old), _) in pairs {
            if ids[owner].is_none() && taken.insert(old) {
                ids[owner] = Some(old);
            }
        }
        let mut next = plan.next_territory_id().index();
        ids.into_iter()
            .map(|id| {
                id.unwrap_or_else(|| {
                    next += 1;
                    TerritoryId((next - 1).min(u16::MAX as usize) as u16)
                })
            })
            .collect()
    }

    /// The territories as they shall be.
    fn territories(
        &self,
        project: &Project,
        problem: &Problem,
        proposal: &Proposal,
        ids: &[TerritoryId],
    ) -> Vec<Territory> {
        let plan = &*project.plan;
        let mut names: BTreeSet<String> =
            plan.territories().map(|(_, territory)| territory.name.to_lowercase()).collect();
        let mut colours = Colours::new(project, problem, proposal, ids);
        let mut number = 1;
        ids.iter()
            .enumerate()
            .map(|(index, &id)| {
                let rep = self.reps[index];
                let mut territory = plan.territory(id).cloned().unwrap_or_else(|| {
                    let person = rep.and_then(|rep| project.reps.get(rep.index())).map(|rep| rep.name.trim());
                    let name = person.filter(|name| !name.is_empty() && !names.contains(&name.to_lowercase()));
                    let name = name.map_or_else(|| next_name(&names, &mut number), str::to_owned);
                    names.insert(name.to_lowercase());
                    Territory { name, colour: colours.choose(index), ..Territory::default() }
                });
                territory.rep = rep.or(territory.rep);
                match &self.targets {
                    Some(targets) => {
                        territory.targets.extend(targets[index].iter().map(|(&measure, &target)| (measure, target)))
                    }
                    // What is shared out equally has no target of its own; what was kept has kept its own.
                    None if self.ids[index].is_none() => {
                        territory.targets.retain(|measure, _| !self.goals.contains(measure))
                    }
                    None => {}
                }
                territory
            })
            .collect()
    }
}

fn next_name(names: &BTreeSet<String>, number: &mut usize) -> String {
    loop {
        let name = format!("Territory {number}");
        *number += 1;
        if !names.contains(&name.to_lowercase()) {
            return name;
        }
    }
}

/// Colours for new territories, so that neighbours differ.
struct Colours {
    adjacent: Vec<BTreeSet<usize>>,
    /// Per territory of the problem its colour, once it has one.
    given: Vec<Option<[u8; 3]>>,
    /// Of locked territories, which are not part of the problem.
    others: Vec<[u8; 3]>,
}

impl Colours {
    fn new(project: &Project, problem: &Problem, proposal: &Proposal, ids: &[TerritoryId]) -> Self {
        let plan = &*project.plan;
        let mut adjacent = vec![BTreeSet::new(); ids.len()];
        for (unit, owner) in proposal.assignment.iter().enumerate() {
            let Some(owner) = *owner else { continue };
            for &other in problem.graph.neighbours(unit) {
                if let Some(other) = proposal.assignment[other as usize].filter(|&other| other != owner) {
                    adjacent[owner as usize].insert(other as usize);
                }
            }
        }
        let given = ids.iter().map(|&id| plan.territory(id).map(|territory| territory.colour)).collect();
        let others = plan.territories().filter(|(_, territory)| territory.locked).map(|(_, t)| t.colour).collect();
        Self { adjacent, given, others }
    }

    /// The colour that fewest neighbours have, and of those the one that is rarest on the map.
    fn choose(&mut self, territory: usize) -> [u8; 3] {
        let near = |colour: &[u8; 3]| {
            self.adjacent[territory].iter().filter(|&&other| self.given[other] == Some(*colour)).count()
        };
        let all =
            |colour: &[u8; 3]| self.given.iter().flatten().chain(&self.others).filter(|other| *other == colour).count();
        let colour = PALETTE.into_iter().min_by_key(|colour| (near(colour), all(colour))).unwrap_or(PALETTE[0]);
        self.given[territory] = Some(colour);
        colour
    }
}

fn findings(problem: &Problem, proposal: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    let terms = &proposal.terms;
    for (goal, imbalance) in problem.goals.iter().zip(&terms.imbalance) {
        lines.push(format!(
            "{}: largest deviation {:.1} %, ±{} % allowed",
            goal.name,
            100.0 * imbalance,
            (1000.0 * goal.tolerance).round() / 10.0
        ));
    }
    lines.push(format!("Mean distance to the centre: {:.1} km", terms.travel_km));
    if let Some(bound) = proposal.bound {
        lines.push(format!(
            "At most {:.1} % above the least possible {} ({:.1} km)",
            100.0 * bound.gap.max(0.0),
            bound.kind.words(),
            bound.travel_km
        ));
    }
    if let Some(disruption) = terms.disruption {
        lines.push(format!("{:.1} % of the load changes owner", 100.0 * disruption));
    }
    if proposal.cut_short {
        lines.push("Cut off by the time limit: another run may give another plan".to_owned());
    }
    lines
}
