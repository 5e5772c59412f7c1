//! What giving way at one rule of a conflict would buy: how far it has to give before the proofs no longer hold.
//!
//! What is said is necessary, for until there a proof stands; it need not be enough, because other rules may be in conflict too.

use super::tiny::{self, Trial};
use super::{Case, ConflictRule, Rules, prove};
use crate::domain::progress::{Cancelled, Progress};
use crate::solve::problem::{Limits, Problem};

/// How far a rule has to give way for its conflict to be gone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Relief {
    /// The tolerance of a measure must be at least this share.
    Tolerance { measure: usize, at_least: f64 },
    /// The limits of a measure must be wider at least by this part of themselves.
    Wider { measure: usize, by: f64 },
    /// The nearest number of territories without this conflict.
    Territories { count: usize },
    /// The largest distance must be at least so many kilometres.
    Distance { at_least_km: f64 },
    /// At least this share must be allowed to move.
    Share { limit: usize, at_least: f64 },
    /// The rule has to be given up: to unlock the unit, dissolve the group or pair, move homes, or let territories be in pieces.
    GiveUp,
    /// Nothing this rule could give would do alone, or it is not known what.
    Unknown,
}

/// Halvings of the range in which a figure is looked for.
const HALVINGS: usize = 22;

/// How many territories more or fewer are tried: fewer for many units.
const NUMBERS: [usize; 2] = [6, 40];
const UNITS_TRIED: usize = 200_000;

pub(super) fn of(problem: &Problem, rules: &Rules, progress: &Progress) -> Result<Vec<Relief>, Cancelled> {
    let still = |problem: &Problem| -> Result<bool, Cancelled> {
        let case = Case::new(problem, progress);
        Ok(prove(&case, rules)?.is_some() || matches!(tiny::prove(&case, rules)?, Trial::Proven(_)))
    };
    rules.iter().map(|rule| for_rule(problem, rules, *rule, &still)).collect()
}

/// Whether the rules cannot hold together in a changed problem either.
type Still<'a> = &'a dyn Fn(&Problem) -> Result<bool, Cancelled>;

fn for_rule(problem: &Problem, rules: &Rules, rule: ConflictRule, still: Still) -> Result<Relief, Cancelled> {
    Ok(match rule {
        ConflictRule::Count => {
            number(problem, rules, still)?.map_or(Relief::Unknown, |count| Relief::Territories { count })
        }
        ConflictRule::Most { measure } | ConflictRule::Least { measure } => balance(problem, measure, still)?,
        ConflictRule::MaxDistance => {
            let Some(km) = problem.max_distance_km else { return Ok(Relief::Unknown) };
            let with = |km: f64| Problem { max_distance_km: Some(km), ..problem.clone() };
            let at_least = least([km, FARTHEST_KM.max(km)], &with, still)?;
            at_least.map_or(Relief::Unknown, |at_least_km| Relief::Distance { at_least_km })
        }
        ConflictRule::Moved { limit } => {
            let with = |share: f64| {
                let mut changed = problem.clone();
                changed.moved_limits[limit].share = share;
                changed
            };
            let share = least([problem.moved_limits[limit].share, 1.0], &with, still)?;
            share.map_or(Relief::Unknown, |at_least| Relief::Share { limit, at_least })
        }
        _ => Relief::GiveUp,
    })
}

/// No two places on the globe are farther apart.
const FARTHEST_KM: f64 = 20_100.0;

/// The least figure of a range without conflict, from below: ever longer steps, then halves. `None` when the end of the range has a
/// conflict too.
fn least([mut bad, end]: [f64; 2], with: &dyn Fn(f64) -> Problem, still: Still) -> Result<Option<f64>, Cancelled> {
    // First steps of a hundredth; on a plane lengths are small, and shares begin at nothing.
    let mut step = 0.01 * if bad > 0.0 { bad } else { 0.01 };
    let mut good = (bad + step).min(end);
    while still(&with(good))? {
        if good >= end {
            return Ok(None);
        }
        step *= 2.0;
        (bad, good) = (good, (good + step).min(end));
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (bad + good);
        if still(&with(middle))? { bad = middle } else { good = middle }
    }
    Ok(Some(bad))
}

fn balance(problem: &Problem, measure: usize, still: Still) -> Result<Relief, Cancelled> {
    let is_own = |goal: &crate::solve::problem::TerritoryGoal| goal.limits.get(measure).copied().flatten().is_some();
    if problem.territories.iter().any(is_own) {
        let with = |by: f64| {
            let mut changed = problem.clone();
            for territory in 0..problem.territories.len() {
                let Some(limits) = problem.asked(territory, measure) else { continue };
                let own = &mut changed.territories[territory].limits;
                own.resize(problem.goals.len(), None);
                let least = (limits.least * (1.0 - by)).max(0.0);
                own[measure] = Some(Limits { least, most: limits.most * (1.0 + by) });
            }
            changed
        };
        let by = least([0.0, 100.0], &with, still)?;
        return Ok(by.map_or(Relief::Unknown, |by| Relief::Wider { measure, by }));
    }
    let with = |tolerance: f64| {
        let mut changed = problem.clone();
        changed.goals[measure].tolerance = tolerance;
        changed
    };
    let targets = problem.territories.iter().map(|goal| goal.targets[measure]).filter(|&target| target > 0.0);
    let most = problem.loads[measure].iter().sum::<f64>() / targets.fold(f64::INFINITY, f64::min) + 1.0;
    let found = least([problem.goals[measure].tolerance, most], &with, still)?;
    Ok(found.map_or(Relief::Unknown, |at_least| Relief::Tolerance { measure, at_least }))
}

/// The nearest number of territories without the conflict, where they are all alike.
fn number(problem: &Problem, rules: &Rules, still: Still) -> Result<Option<usize>, Cancelled> {
    let Some((first, rest)) = problem.territories.split_first() else { return Ok(None) };
    let tied = rules.iter().any(|rule| matches!(rule, ConflictRule::Fixed { .. } | ConflictRule::Moved { .. }));
    let alike = rest.iter().all(|goal| goal == first) && !first.locked && first.home.is_none();
    if tied || !alike || !first.limits.is_empty() {
        return Ok(None);
    }
    let count = problem.territories.len();
    let with = |other: usize| {
        let mut goal = first.clone();
        goal.targets.iter_mut().for_each(|target| *target *= count as f64 / other as f64);
        let fixed = Vec::new();
        Problem { territories: vec![goal; other], fixed, current: None, moved_limits: Vec::new(), ..problem.clone() }
    };
    let tried = (UNITS_TRIED / problem.places.len().max(1)).clamp(NUMBERS[0], NUMBERS[1]);
    for step in 1..=tried {
        for other in [count.checked_sub(step), count.checked_add(step)].into_iter().flatten().filter(|&other| other > 0)
        {
            if !still(&with(other))? {
                return Ok(Some(other));
            }
        }
    }
    Ok(None)
}
