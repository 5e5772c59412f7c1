//! Why a plan that was built is as it is, with the names of the project: why each unit moved, and which rules cannot hold together.

use std::sync::Arc;

use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::plan::Plan;
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::project::{Goal, Project};
use crate::solve::{self, ConflictWords, Lengths, Move, Names, Problem, SolveError};
use crate::words;

/// A plan that was built, and all that it takes to explain it. Cheap to copy.
#[derive(Debug, Clone)]
pub struct Reasons {
    before: Project,
    after: Arc<Plan>,
    problem: Arc<Problem>,
    /// Per unit the territory of the problem that it went to.
    assignment: Arc<[Option<u16>]>,
    /// Per territory of the problem its id in the plan.
    territories: Arc<[TerritoryId]>,
    /// What was balanced, measure by measure; empty for a mix.
    goals: Arc<[Goal]>,
}

/// A unit that had a territory before and has another now, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    pub unit: UnitId,
    pub from: TerritoryId,
    /// [`TerritoryId::UNASSIGNED`] for none.
    pub to: TerritoryId,
    /// What the move does. `None` where it cannot be counted, because the territory of before is no longer there.
    pub effect: Option<Move>,
    /// Why it is not put back, in words.
    pub why: String,
}

impl Reasons {
    /// `before` is the project that was built from, `after` the plan that an assignment of the problem gave.
    pub fn new(
        before: Project,
        after: Arc<Plan>,
        problem: Arc<Problem>,
        assignment: &[Option<u16>],
        territories: &[TerritoryId],
        goals: &[Goal],
    ) -> Self {
        let goals = if goals.len() == problem.goals.len() { goals } else { &[] };
        Self {
            before,
            after,
            problem,
            assignment: assignment.into(),
            territories: territories.into(),
            goals: goals.into(),
        }
    }

    /// The project that was built from.
    pub fn before(&self) -> &Project {
        &self.before
    }

    /// The measures that were balanced; a mix is one.
    pub fn measures(&self) -> impl Iterator<Item = &solve::MeasureGoal> {
        self.problem.goals.iter()
    }

    /// Explains every unit that moved, in the order of the units. Units that nobody had before are left out.
    ///
    /// # Errors
    /// Cancellation.
    pub fn moves(&self, progress: &Progress) -> Result<Vec<Moved>, Cancelled> {
        let known = self.with_current();
        let problem = known.as_ref().unwrap_or(&self.problem);
        let effects = match solve::explain(problem, &self.assignment, progress) {
            Ok(effects) => effects,
            Err(SolveError::Cancelled) => return Err(Cancelled),
            // A problem that was solved is one that can be explained; without figures the moves are still there.
            Err(SolveError::Unusable(_) | SolveError::Infeasible(_)) => Vec::new(),
        };
        let mut effects = effects.into_iter().peekable();
        let before = &self.before.plan;
        let moved = |unit: &UnitId| {
            let from = before.territory_of(*unit);
            !from.is_unassigned() && from != self.after.territory_of(*unit)
        };
        let explain = |unit: UnitId| {
            while effects.peek().is_some_and(|effect| effect.unit < unit.0) {
                effects.next();
            }
            let (from, to) = (before.territory_of(unit), self.after.territory_of(unit));
            let effect = effects.next_if(|effect| effect.unit == unit.0);
            let why = match &effect {
                Some(effect) => self.with_names(|names| effect.reason(problem, names)),
                None if to.is_unassigned() => "It was left out of every territory".to_owned(),
                None => format!("{} is not in the new plan", before.territory_name(from)),
            };
            Moved { unit, from, to, effect, why }
        };
        Ok(self.before.units.ids().filter(moved).map(explain).collect())
    }

    /// Rules that provably cannot hold together, as few as were found, in words; `None` when none were. May take seconds.
    ///
    /// # Errors
    /// Cancellation.
    pub fn conflict(&self, progress: &Progress) -> Result<Option<ConflictWords>, Cancelled> {
        let conflict = solve::conflict(&self.problem, progress)?;
        Ok(conflict.map(|conflict| self.with_names(|names| conflict.words(&self.problem, names))))
    }

    /// Where territories are not those of the plan, the problem knows of no assignment of today. It is had from the plan, for the
    /// territories that live on in the new one.
    fn with_current(&self) -> Option<Problem> {
        if self.problem.current.is_some() {
            return None;
        }
        let number = |id: TerritoryId| self.territories.iter().position(|&other| other == id);
        let highest = self.territories.iter().map(|id| id.index() + 1).max().unwrap_or(0);
        let numbers: Vec<Option<u16>> =
            (0..highest).map(|id| number(TerritoryId(id as u16)).map(|number| number as u16)).collect();
        let owner = |unit: UnitId| numbers.get(self.before.plan.territory_of(unit).index()).copied().flatten();
        let current = self.before.units.ids().map(owner).collect();
        Some(Problem { current: Some(current), ..(*self.problem).clone() })
    }

    fn with_names<T>(&self, tell: impl FnOnce(&Names) -> T) -> T {
        let units = &self.before.units;
        let territory = |index: u16| {
            let id = self.territories.get(usize::from(index)).copied();
            id.map_or_else(String::new, |id| self.after.territory_name(id).to_owned())
        };
        let measure =
            |measure: usize| self.problem.goals.get(measure).map_or_else(String::new, |goal| goal.name.clone());
        let amount = |measure: usize, amount: f64| {
            let of = self.goals.get(measure).and_then(|goal| self.before.measure(goal.measure));
            // A mix has no figures of its own: it is a share of everything.
            of.map_or_else(|| words::percent(amount), |of| words::full_figure(of, amount))
        };
        let many = units.kind_of_many();
        tell(&Names {
            unit: &|unit| units.codes.get(unit as usize).cloned().unwrap_or_default(),
            territory: &territory,
            measure: &measure,
            lengths: Lengths::KM,
            amount: &amount,
            kind: [units.kind_of_one(), &many],
        })
    }
}
