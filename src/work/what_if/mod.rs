//! What a manager asks: a rep leaves, another joins, one works less, a district is divided, regions become one, there shall be more
//! territories. Each is one edit of the plan, to be made in a scenario of its own.

mod groups;
mod reps;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::build::{BuildError, Building, build};
use crate::domain::edit::{Edit, Locks, apply};
use crate::domain::ids::{RepId, UnitId};
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::progress::Progress;
use crate::domain::project::{Goal, Project};
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

    /// Balances the territories of a plan anew from where they are. `frozen`: these stay in any case. Where others may move, the limit
    /// counts what moves besides units that nobody has.
    fn balanced(&self, project: &Project, frozen: Vec<UnitId>, limited: bool) -> Result<Building, BuildError> {
        let goals = self.wish.goals.clone();
        let measure = goals.first().map(|goal| goal.measure);
        let limit = limited.then_some(MovedAtMost { measure, share: self.wish.others_move });
        let request = BuildRequest {
            territories: Wanted::Current,
            goals,
            mix: false,
            contiguous: true,
            by_capacity: false,
            max_distance_km: None,
            moved_limits: limit.into_iter().collect(),
            frozen,
        };
        build(project, &request, self.options, self.progress)
    }

    fn totals(&self, project: &Project) -> Totals {
        Totals::count(Arc::new(LoadTable::new(project)), &project.plan)
    }
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
