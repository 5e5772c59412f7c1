//! Builds territories: the engine's proposal as a change of the project, held against the plan's rules.

use super::check::{self, Rule, Violation};
use super::export::totals;
use super::import::with_edit;
use super::{Change, check::MOST_UNITS};
use crate::domain::ids::{MeasureId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::solve::{self, BuildRequest, Built, Options, Problem, SolveError};

/// Territories that were built, not yet saved.
#[derive(Debug, Clone)]
pub struct Building {
    /// The step that makes the proposal the plan, with the project as it is then; its goals are those that were asked for.
    pub change: Change,
    /// Of the plan in `change`.
    pub totals: Totals,
    /// The rules that do not hold in it.
    pub violations: Vec<Violation>,
    pub built: Built,
}

/// Why nothing was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildError {
    Cancelled,
    /// What was asked for cannot be worked on.
    Refused(UserError),
    /// No plan can exist that is like that.
    Infeasible(UserError),
}

impl From<UserError> for BuildError {
    fn from(error: UserError) -> Self {
        Self::Refused(error)
    }
}

/// Builds territories for a project. Locked units and territories stay as they are.
pub fn build(
    project: &Project,
    request: &BuildRequest,
    options: &Options,
    progress: &Progress,
) -> Result<Building, BuildError> {
    let (problem, plan) = Problem::from_project(project, &totals(project), request)?;
    let failed = || UserError::new("Could not build territories");
    let proposal = match solve::run(&problem, options, progress) {
        Ok(proposal) => proposal,
        Err(SolveError::Cancelled) => return Err(BuildError::Cancelled),
        Err(SolveError::Unusable(why)) => return Err(failed().because(why).into()),
        Err(SolveError::Infeasible(why)) => {
            return Err(BuildError::Infeasible(failed().because(why).hint("Ask for fewer, or unlock some units")));
        }
    };
    let built = plan.into_built(project, &problem, proposal);
    let mut change = with_edit(project, built.edit.clone(), || "Could not take the engine's proposal".to_owned())?;
    change.taken = built.edit.changes.len();
    change.project.goals.clone_from(&request.goals);
    let totals = totals(&change.project);
    let is_mix = request.mix && request.goals.len() > 1;
    // In a mix it is the sum that keeps its tolerance, not each measure by itself.
    let goals = if is_mix { &[] } else { request.goals.as_slice() };
    let mut violations = check::violations(&change.project, &totals, goals);
    if is_mix {
        violations.extend(of_the_mix(&built, request.goals.first().map(|goal| goal.measure)));
    }
    Ok(Building { change, totals, violations, built })
}

/// What the engine says of the loads of a mix, which is a column of its own.
fn of_the_mix(built: &Built, measure: Option<MeasureId>) -> Vec<Violation> {
    let said = built.proposal.violations.iter().zip(&built.violations);
    said.filter_map(|(violation, words)| {
        let rule = match violation.rule {
            solve::Rule::TooMuch => Rule::TooMuch,
            solve::Rule::TooLittle => Rule::TooLittle,
            _ => return None,
        };
        Some(Violation {
            rule,
            territory: built.territories.get(usize::from(violation.territory)).copied(),
            measure,
            units: violation.unit.into_iter().map(UnitId).take(MOST_UNITS).collect(),
            found: violation.found,
            allowed: violation.allowed,
            words: words.clone(),
        })
    })
    .collect()
}
