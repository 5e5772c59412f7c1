//! Builds territories: the engine's proposal as a change of the project, held against the plan's rules.

use std::sync::Arc;

use super::check::{self, Rule, Violation};
use super::explain::Reasons;
use super::import::with_edit;
use super::live::{self, BestSoFar, Task};
use super::{Change, check::MOST_UNITS};
use crate::domain::ids::{MeasureId, UnitId};
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::solve::{self, BuildRequest, Built, MeasureGoal, Options, Problem, Proposal, SolveError};
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
    /// What was balanced: a mix is one measure.
    pub goals: Vec<MeasureGoal>,
    /// The terms of the plan as it was; `None` when it had no territories.
    pub before: Option<Before>,
    /// Share of what is balanced first that has another owner now, of all that had one and could get another; `None` when nothing
    /// had an owner.
    pub moved: Option<f64>,
    /// What the engine solved.
    pub problem: Arc<Problem>,
    /// Why it is as it is, for whoever asks.
    pub reasons: Reasons,
    /// Other plans, better in one respect and worse in another; each without alternatives of its own.
    pub alternatives: Vec<Building>,
}

/// Terms of the plan before, in the engine's units and over the units that the engine may assign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Before {
    pub travel_km: f64,
    pub border_km: f64,
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

impl From<Cancelled> for BuildError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Builds territories for a project. Locked units and territories stay as they are.
pub fn build(
    project: &Project,
    request: &BuildRequest,
    options: &Options,
    progress: &Progress,
) -> Result<Building, BuildError> {
    build_with(project, request, progress, |task| solve::run(task.problem, options, progress))
}

/// The same; `show` is called from another thread with ever better plans.
pub fn build_shown(
    project: &Project,
    request: &BuildRequest,
    options: &Options,
    progress: &Progress,
    show: impl FnMut(BestSoFar) + Send,
) -> Result<Building, BuildError> {
    build_with(project, request, progress, |task| live::run(task, options, progress, show))
}

fn build_with(
    project: &Project,
    request: &BuildRequest,
    progress: &Progress,
    run: impl FnOnce(&Task) -> Result<Proposal, SolveError>,
) -> Result<Building, BuildError> {
    let loads = Arc::new(LoadTable::new(project));
    let totals = Totals::count(Arc::clone(&loads), &project.plan);
    let (problem, plan) = Problem::from_project(project, &totals, request)?;
    let failed = || UserError::new("Could not build territories");
    let proposal = match run(&Task { project, loads: &loads, problem: &problem, names: &plan }) {
        Ok(proposal) => proposal,
        Err(SolveError::Cancelled) => return Err(BuildError::Cancelled),
        Err(SolveError::Unusable(why)) => {
            return Err(failed().because(why).hint("Correct the figures, or balance another measure").into());
        }
        Err(SolveError::Infeasible(why)) => {
            return Err(BuildError::Infeasible(failed().because(why).hint("Ask for fewer, or unlock some units")));
        }
    };
    let problem = Arc::new(problem);
    let finish = |built: Built| finish(project, &totals, &problem, request, built);
    let (built, alternatives) = plan.into_built(project, &problem, proposal, progress)?;
    let alternatives = alternatives.into_iter().map(finish).collect::<Result<Vec<Building>, UserError>>()?;
    let building = finish(built)?;
    Ok(Building { alternatives, ..building })
}

/// Holds what was built against the rules, and against the plan before.
fn finish(
    project: &Project,
    before: &Totals,
    problem: &Arc<Problem>,
    request: &BuildRequest,
    built: Built,
) -> Result<Building, UserError> {
    let mut change = with_edit(project, built.edit.clone(), || "Could not take the engine's proposal".to_owned())?;
    change.taken = built.edit.changes.len();
    change.project.goals.clone_from(&request.goals);
    let totals = Totals::count(Arc::clone(before.table()), &change.project.plan);
    let is_mix = request.mix && request.goals.len() > 1;
    // In a mix it is the sum that keeps its tolerance, not each measure by itself.
    let goals = if is_mix { &[] } else { request.goals.as_slice() };
    let mut violations = check::violations(&change.project, &totals, goals);
    let main = request.goals.first().map(|goal| goal.measure);
    if is_mix {
        violations.extend(of_the_mix(&built, main));
    }
    violations.extend(too_far(&built));
    violations.extend(moved_too_much(&change.project, problem, &built));
    let moved = moved(project, problem, &change.project.plan);
    let reasons = Reasons::new(
        project.clone(),
        Arc::clone(&change.project.plan),
        Arc::clone(problem),
        &built.proposal.assignment,
        &built.territories,
        &request.goals,
    );
    let goals = problem.goals.clone();
    let before = (project.plan.territory_count() > 0).then(|| terms_before(project, problem));
    Ok(Building {
        change,
        totals,
        violations,
        built,
        goals,
        before,
        moved,
        problem: Arc::clone(problem),
        reasons,
        alternatives: Vec::new(),
    })
}

/// Travel and border of the project's plan, measured as the engine does.
fn terms_before(project: &Project, problem: &Problem) -> Before {
    let plan = &*project.plan;
    let owner = |unit: usize| {
        let owner = plan.territory_of(UnitId::from_index(unit));
        let out = owner.is_unassigned() || problem.excluded.get(unit).copied().unwrap_or(false);
        (!out).then_some(owner.0)
    };
    let units = problem.places.len();
    let mut border_km = 0.0;
    for unit in 0..units {
        let later = problem.graph.borders(unit).filter(|(other, _)| *other as usize > unit);
        border_km +=
            later.filter(|(other, _)| owner(*other as usize) != owner(unit)).map(|(_, km)| f64::from(km)).sum::<f64>();
    }
    Before { travel_km: problem.travel_km((0..units).map(owner)), border_km }
}

/// The share of what is balanced first, of all that has an owner in the project's plan and may get another, that has another in
/// `after`: what the engine calls disruption, for plans made from nothing too.
fn moved(project: &Project, problem: &Problem, after: &Plan) -> Option<f64> {
    let plan = &*project.plan;
    let may_move = |unit: &UnitId| {
        let out = problem.excluded.get(unit.index()).copied().unwrap_or(false);
        !out && !plan.territory_of(*unit).is_unassigned()
    };
    let (mut moved, mut all) = (0.0, 0.0);
    for unit in project.units.ids().filter(may_move) {
        let load = problem.loads.first().map_or(1.0, |loads| loads[unit.index()]);
        all += load;
        if after.territory_of(unit) != plan.territory_of(unit) {
            moved += load;
        }
    }
    (all > 0.0).then(|| moved / all)
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
    let owned = || (0..current.len()).filter(|&unit| problem.may_move(unit));
    let broken = problem.moved_limits.iter().filter_map(|limit| {
        let movers = || owned().filter(|&unit| built.proposal.assignment[unit] != current[unit]);
        let found = problem.moved_share(&built.proposal.assignment, limit.measure)?;
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
