//! From a proposal to the edit that makes it the plan: territories that stay keep their names, colours and reps, and only what
//! differs is in the edit.

use std::collections::{BTreeMap, BTreeSet};

use super::explain;
use super::names::{Named, Names};
use super::problem::Problem;
use super::report::{Alternative, Proposal};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::progress::{Cancelled, Phase, Progress};
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

/// A plan on the way, with names and colours to show it in.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// Makes it the plan it is built from. Nobody does: it is there to be looked at.
    pub edit: Edit,
    assignment: Vec<Option<u16>>,
    names: Names,
}

impl TerritoryPlan {
    /// Turns a proposal into an edit of the project's plan, and each of its alternatives into another edit of the same plan.
    /// Territories in the same place have the same names and colours in all of them.
    pub fn into_built(
        self,
        project: &Project,
        problem: &Problem,
        proposal: Proposal,
        progress: &Progress,
    ) -> Result<(Built, Vec<Built>), Cancelled> {
        progress.begin(Phase::Comparing, 0)?;
        let names = self.names(project, problem, &proposal.assignment);
        let like = Named { assignment: &proposal.assignment, names: &names };
        let alternative = |alternative: &Alternative| {
            progress.check()?;
            let names = self.names_like(project, problem, &alternative.assignment, like, false);
            let proposal = Proposal {
                assignment: alternative.assignment.clone(),
                terms: alternative.terms.clone(),
                violations: alternative.violations.clone(),
                // The bound is for the centres of the proposal, the stages are those of the whole run.
                bound: None,
                alternatives: Vec::new(),
                stages: Vec::new(),
                cut_short: proposal.cut_short,
            };
            Ok(built(project, problem, proposal, names))
        };
        let alternatives = proposal.alternatives.iter().map(alternative).collect::<Result<Vec<Built>, Cancelled>>()?;
        Ok((built(project, problem, proposal, names), alternatives))
    }

    /// Gives a plan on the way names and colours: those of the sketch before it where it lies in the same place, so that
    /// nothing flickers.
    pub fn sketch(
        &self,
        project: &Project,
        problem: &Problem,
        assignment: Vec<Option<u16>>,
        before: Option<&Sketch>,
    ) -> Sketch {
        let names = match before {
            Some(before) => {
                let like = Named { assignment: &before.assignment, names: &before.names };
                self.names_like(project, problem, &assignment, like, true)
            }
            None => self.names(project, problem, &assignment),
        };
        Sketch { edit: edit(project, problem, &assignment, &names), assignment, names }
    }
}

fn built(project: &Project, problem: &Problem, proposal: Proposal, names: Names) -> Built {
    let edit = edit(project, problem, &proposal.assignment, &names);
    let name = |territory: u16| names.territories.get(usize::from(territory)).map_or("", |territory| &territory.name);
    let many = project.units.kind_of_many();
    let kind = project.units.kind_of_one();
    let called = explain::Names {
        unit: &|unit| project.units.codes.get(unit as usize).map_or_else(String::new, |code| format!("{kind} {code}")),
        territory: &|territory| name(territory).to_owned(),
        measure: &|measure| problem.goals.get(measure).map_or_else(String::new, |goal| goal.name.clone()),
        lengths: explain::Lengths::KM,
        amount: &|_, amount| format!("{amount:.1}"),
        kind: [kind, &many],
    };
    let violations = proposal.violations.iter().map(|violation| violation.words(&called)).collect();
    Built { findings: findings(problem, &proposal), violations, edit, proposal, territories: names.ids }
}

/// What makes an assignment the plan.
fn edit(project: &Project, problem: &Problem, assignment: &[Option<u16>], names: &Names) -> Edit {
    let plan = &*project.plan;
    let removed: BTreeSet<TerritoryId> = plan
        .territories()
        .filter(|(id, _)| !plan.is_territory_locked(*id) && !names.ids.contains(id))
        .map(|(id, _)| id)
        .collect();
    let mut edit = Edit::new(match names.ids.len() {
        1 => "Built 1 territory".to_owned(),
        count => format!("Built {count} territories"),
    });
    for (&id, territory) in names.ids.iter().zip(&names.territories) {
        let old = plan.territory(id);
        if old != Some(territory) {
            let old = old.cloned().map(Box::new);
            edit.changes.push(Change::Territory { id, old, new: Some(Box::new(territory.clone())) });
        }
    }
    for (index, owner) in assignment.iter().enumerate() {
        let unit = UnitId::from_index(index);
        let old = plan.territory_of(unit);
        let kept = problem.excluded.get(index).copied().unwrap_or(false);
        let new = match owner {
            Some(owner) => names.ids[usize::from(*owner)],
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
    edit
}

fn findings(problem: &Problem, proposal: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    let terms = &proposal.terms;
    for (goal, imbalance) in problem.goals.iter().zip(&terms.imbalance) {
        let allowed = (1000.0 * goal.tolerance).round() / 10.0;
        lines.push(format!("{}: largest deviation {:.1} %, ±{allowed} % allowed", goal.name, 100.0 * imbalance));
    }
    lines.push(format!("Mean distance to the centre: {:.1} km", terms.travel_km));
    if let Some(bound) = proposal.bound {
        lines.push(bound.words(&format!("{:.1} km", bound.travel_km)));
    }
    if let Some(disruption) = terms.disruption {
        lines.push(format!("{:.1} % of the load changes owner", 100.0 * disruption));
    }
    if proposal.cut_short {
        lines.push("Cut off by the time limit: another run may give another plan".to_owned());
    }
    lines
}
