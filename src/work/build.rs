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
use crate::words;

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
    violations.extend(too_far(&built));
    violations.extend(moved_too_much(&change.project, &problem, &built));
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

/// What the engine says of the largest distance, which is a rule of the build and not of the plan.
fn too_far(built: &Built) -> impl Iterator<Item = Violation> {
    let said = built.proposal.violations.iter().zip(&built.violations);
    said.filter(|(violation, _)| violation.rule == solve::Rule::TooFar).map(|(violation, words)| Violation {
        rule: Rule::TooFar,
        territory: built.territories.get(usize::from(violation.territory)).copied(),
        measure: None,
        units: violation.unit.into_iter().map(UnitId).collect(),
        found: violation.found,
        allowed: violation.allowed,
        words: words.clone(),
    })
}

/// The limits on what may move, held against what does.
fn moved_too_much(project: &Project, problem: &Problem, built: &Built) -> Vec<Violation> {
    let Some(current) = &problem.current else { return Vec::new() };
    let owned = || (0..current.len()).filter(|&unit| current[unit].is_some());
    let broken = problem.moved_limits.iter().filter_map(|limit| {
        let loads = limit.measure.and_then(|measure| problem.loads.get(measure));
        let amount = |unit: usize| loads.map_or(1.0, |loads| loads[unit]);
        let all: f64 = owned().map(amount).sum();
        let movers = || owned().filter(|&unit| built.proposal.assignment[unit] != current[unit]);
        let found = movers().map(amount).sum::<f64>() / if all > 0.0 { all } else { 1.0 };
        // A hair's breadth for sums in another order.
        if found <= limit.share + 1e-9 {
            return None;
        }
        let name = match limit.measure.and_then(|measure| problem.goals.get(measure)) {
            Some(goal) => goal.name.clone(),
            None => project.units.count_words(owned().count()),
        };
        let goal = limit.measure.and_then(|measure| project.goals.get(measure));
        Some(Violation {
            rule: Rule::MovedTooMuch,
            territory: None,
            measure: goal.map(|goal| goal.measure),
            units: movers().take(MOST_UNITS).map(UnitId::from_index).collect(),
            found,
            allowed: limit.share,
            words: format!(
                "{} of {name} would move, {} is allowed",
                words::percent(found),
                words::percent(limit.share)
            ),
        })
    });
    broken.collect()
}
