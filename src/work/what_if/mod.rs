//! What a manager asks: a rep leaves, another joins, one works less, a district is divided, regions become one, there shall be more
//! territories. Each is one edit of the plan, to be made in a scenario of its own.

mod groups;
mod reps;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::build::{BuildError, Building, build};
use super::check::Rule;
use super::rebalance::EASED;
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::ids::{RepId, UnitId};
use crate::domain::metrics::{LoadTable, Totals, balance};
use crate::domain::plan::Plan;
use crate::domain::progress::Progress;
use crate::domain::project::{Goal, Project};
use crate::domain::sphere::centroid;
use crate::error::UserError;
use crate::solve::{BuildRequest, MovedAtMost, Options, Wanted};

pub use crate::domain::what_if::Question;

/// How the rest may change.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// What is to be balanced; where there is none, every unit counts 1.
    pub goals: Vec<Goal>,
    /// At most this share of the first goal may change hands besides what has to, 0..=1; 0: nothing.
    pub others_move: f64,
}

/// What would become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the scenario is called: "Ann leaves".
    pub name: String,
    /// What was asked, in a sentence.
    pub description: String,
    /// One undo step.
    pub edit: Edit,
    /// What to know before it is decided: a sentence each.
    pub notes: Vec<String>,
}

/// Works out an answer. The same question, plan and options give the same answer.
///
/// # Errors
/// A question that cannot be answered of this plan, or cancelled.
pub fn answer(
    project: &Project,
    question: &Question,
    wish: &Wish,
    options: &Options,
    progress: &Progress,
) -> Result<Answer, BuildError> {
    let asked = Asked { project, wish, options, progress };
    match question {
        Question::RepLeaves(rep) => asked.rep_leaves(*rep),
        Question::RepJoins { rep, name, home } => asked.rep_joins(*rep, name, *home),
        Question::PartTime { rep, share } => asked.part_time(*rep, *share),
        Question::GrowTo(count) => asked.grow_to(*count),
        Question::SplitGroup(group) => asked.split_group(*group),
        Question::MergeGroups { into, others } => asked.merge_groups(*into, others),
    }
}

struct Asked<'a> {
    project: &'a Project,
    wish: &'a Wish,
    options: &'a Options,
    progress: &'a Progress,
}

impl Asked<'_> {
    fn plan(&self) -> &Plan {
        &self.project.plan
    }

    fn rep_name(&self, rep: RepId) -> Result<&str, BuildError> {
        let rep = self.project.reps.get(rep.index());
        rep.map(|rep| rep.name.as_str()).ok_or_else(|| refused("there is no such rep"))
    }

    /// The project as it is after an edit of the plan.
    fn after(&self, edit: &Edit) -> Result<Project, BuildError> {
        let mut plan = Plan::clone(self.plan());
        if !edit.is_empty() {
            apply(&mut plan, edit, Locks::Pass).map_err(|error| refused(error.to_string()))?;
        }
        Ok(Project { plan: Arc::new(plan), ..self.project.clone() })
    }

    /// Balances the territories of a plan anew from where they are. `frozen`: these stay in any case, and so does the core of every
    /// territory, so that none jumps to another end of the map. Where others may move, the limit
    /// counts what moves besides units that nobody has.
    fn balanced(&self, project: &Project, frozen: Vec<UnitId>, limited: bool) -> Result<Building, BuildError> {
        let frozen: Vec<UnitId> = frozen.into_iter().chain(cores(project, self.wish.goals.first())).collect();
        let measure = self.wish.goals.first().map(|goal| goal.measure);
        let limit = limited.then_some(MovedAtMost { measure, share: self.wish.others_move });
        let now = measure.and_then(|measure| balance(&project.plan, &self.totals(project), measure));
        let ask = |eased: f64| {
            let wider = |goal: &Goal| {
                let room = now.map_or(0.0, |now| (now - goal.tolerance).max(0.0));
                Goal { tolerance: goal.tolerance + eased * room, ..*goal }
            };
            let request = BuildRequest {
                territories: Wanted::Current,
                goals: self.wish.goals.iter().map(wider).collect(),
                mix: false,
                contiguous: true,
                by_capacity: false,
                max_distance_km: None,
                moved_limits: limit.into_iter().collect(),
                frozen: frozen.clone(),
            };
            build(project, &request, self.options, self.progress)
        };
        // The limit comes before the tolerance: where both cannot be kept, less balance is asked for until the limit holds.
        let mut building = ask(EASED[0])?;
        for &eased in &EASED[1..] {
            if !building.violations.iter().any(|violation| violation.rule == Rule::MovedTooMuch) {
                break;
            }
            building = ask(eased)?;
        }
        Ok(building)
    }

    fn totals(&self, project: &Project) -> Totals {
        Totals::count(Arc::new(LoadTable::new(project)), &project.plan)
    }
}

/// So much of what a territory has, around its middle, stays with it.
const CORE: f64 = 0.4;

/// The units nearest to the middle of each territory, until they carry their part of it.
fn cores(project: &Project, goal: Option<&Goal>) -> Vec<UnitId> {
    let plan = &*project.plan;
    let table = LoadTable::new(project);
    let load = |unit: UnitId| goal.map_or(1.0, |goal| table.unit_load(goal.measure, unit).max(0.0));
    let centres = &project.units.centres;
    let mut cores = Vec::new();
    for (id, _) in plan.territories() {
        let units: Vec<UnitId> = plan.units_of(id).filter(|unit| centres[unit.index()].is_valid()).collect();
        let whole: f64 = units.iter().map(|&unit| load(unit)).sum();
        let Some(middle) = centroid(units.iter().map(|&unit| (centres[unit.index()], load(unit)))) else { continue };
        let mut near: Vec<(f64, UnitId)> =
            units.into_iter().map(|unit| (centres[unit.index()].distance_km(middle), unit)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut taken = 0.0;
        for (_, unit) in near {
            if taken + load(unit) > CORE * whole {
                break;
            }
            taken += load(unit);
            cores.push(unit);
        }
    }
    cores
}

/// What the engine says of its answer, as notes: rules that do not hold in it.
fn notes_of(building: &Building) -> Vec<String> {
    const MOST: usize = 3;
    let broken = &building.violations;
    let mut notes: Vec<String> = broken.iter().take(MOST).map(|violation| violation.words.clone()).collect();
    if broken.len() > MOST {
        notes.push(format!("… and {} more rules that do not hold", broken.len() - MOST));
    }
    notes
}

/// The edit of the engine's answer.
fn edit_of(building: Building) -> Edit {
    match building.change.kind {
        super::ChangeKind::Plan(edit) | super::ChangeKind::Columns(edit) => edit,
        _ => Edit::default(),
    }
}

fn refused(why: impl Into<String>) -> BuildError {
    BuildError::Refused(UserError::new("Could not work it out").because(why.into()))
}
