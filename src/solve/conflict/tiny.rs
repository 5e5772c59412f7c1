//! Proof by trying: for a problem so small that all plans can be looked at, the rules that each of them breaks. Rules cannot hold together
//! when every plan breaks one of them, so the smallest conflict is the smallest set that has a rule in common with every plan's
//! broken ones: a minimum hitting set (Reiter 1987), found by branching on the plan with the fewest.

use std::collections::BTreeSet;

use super::{Case, ConflictRule, Found, Proof, Rules};
use crate::domain::progress::Cancelled;
use crate::solve::connect::pieces;
use crate::solve::instance::NONE;
use crate::solve::recount::Recount;

/// No more plans than this are tried.
const PLANS: usize = 60_000;

/// What may be off, as a part of it.
const SLACK: f64 = 1e-9;

/// What came of trying all plans.
pub(super) enum Trial {
    /// There are more than can be tried.
    TooMany,
    /// One of them keeps all the rules.
    Possible,
    /// None does: the smallest set of the rules that none keeps, with the number of territories, which is given.
    Proven(Found),
}

/// Tries all plans against these rules.
pub(super) fn prove(case: &Case, rules: &Rules) -> Result<Trial, Cancelled> {
    let Some(plans) = Plans::of(case, rules) else { return Ok(Trial::TooMany) };
    let has_homes = case.rules().contains(&ConflictRule::Homes);
    if !rules.contains(&ConflictRule::Homes) {
        return if has_homes { without_homes(case, rules) } else { smallest(case, rules, plans) };
    }
    let found = match smallest(case, rules, plans)? {
        Trial::Proven(found) => found,
        other => return Ok(other),
    };
    if !found.1.contains(&ConflictRule::Homes) {
        return Ok(Trial::Proven(found));
    }
    // The distance to the homes is part of it. Perhaps the distance alone is too short, or it can be done without both.
    let mut rest = rules.clone();
    rest.remove(&ConflictRule::Homes);
    let anywhere = without_homes(case, &rest)?;
    rest.remove(&ConflictRule::MaxDistance);
    let at_any_distance = smallest(case, &rest, plans)?;
    let others = [at_any_distance, anywhere].into_iter().filter_map(|trial| match trial {
        Trial::Proven(found) => Some(found),
        Trial::Possible | Trial::TooMany => None,
    });
    let least = others.chain([found]).min_by_key(|found| found.1.len());
    Ok(least.map_or(Trial::TooMany, Trial::Proven))
}

/// The same with centres where the units are.
fn without_homes(case: &Case, rules: &Rules) -> Result<Trial, Cancelled> {
    let mut free = case.problem.clone();
    free.travel_table.clear();
    free.territories.iter_mut().for_each(|goal| goal.home = None);
    prove(&Case::new(&free, case.progress), rules)
}

/// The plan with the least travel of all that keep every rule; `None` where there is none, or too many to try.
pub(super) fn best(case: &Case) -> Result<Option<Vec<Option<u16>>>, Cancelled> {
    let rules = case.rules();
    let Some(plans) = Plans::of(case, &rules) else { return Ok(None) };
    let judge = Judge::new(case, &rules);
    let mut best: Option<(f64, Vec<Option<u16>>)> = None;
    plans.each(case, |plan| {
        if judge.rules.iter().all(|rule| !judge.breaks(*rule, plan)) {
            let territories = judge.recount.territories(plan);
            let travel = case.open.iter().map(|&territory| territories[territory as usize].reach.travel).sum::<f64>();
            if best.as_ref().is_none_or(|best| travel < best.0) {
                best = Some((travel, plan.to_vec()));
            }
        }
        true
    })?;
    Ok(best.map(|best| best.1))
}

/// How many plans there are, where they can be tried.
#[derive(Clone, Copy)]
struct Plans(usize);

impl Plans {
    fn of(case: &Case, rules: &Rules) -> Option<Self> {
        let units = u32::try_from(case.free.len()).ok()?;
        let plans = case.open.len().checked_pow(units)?;
        // The rules of a plan are told by the bits of a number; homes are no rule that a plan breaks.
        let tried = rules.iter().filter(|rule| **rule != ConflictRule::Homes).count();
        (1..=PLANS)
            .contains(&plans)
            .then_some(Self(plans))
            .filter(|_| tried <= 64 && rules.contains(&ConflictRule::Count))
    }

    /// Calls with one plan after the other, until told to stop.
    fn each(self, case: &Case, mut look: impl FnMut(&[Option<u16>]) -> bool) -> Result<(), Cancelled> {
        let mut assignment: Vec<Option<u16>> = case.problem.fixed.clone();
        assignment.resize(case.problem.places.len(), None);
        for nth in 0..self.0 {
            if nth % 256 == 0 {
                case.progress.check()?;
            }
            let mut plan = nth;
            for &unit in &case.free {
                assignment[unit as usize] = Some(case.open[plan % case.open.len()]);
                plan /= case.open.len();
            }
            if !look(&assignment) {
                break;
            }
        }
        Ok(())
    }
}

/// The smallest set of these rules that no plan keeps. Where homes are among them, they go with the largest distance.
fn smallest(case: &Case, rules: &Rules, plans: Plans) -> Result<Trial, Cancelled> {
    let judge = Judge::new(case, rules);
    let mut broken: BTreeSet<u64> = BTreeSet::new();
    let mut possible = false;
    plans.each(case, |plan| {
        let mask = judge.broken(plan);
        possible = mask == 0;
        broken.insert(mask);
        !possible
    })?;
    if possible {
        return Ok(Trial::Possible);
    }
    let mut sets: Vec<u64> = broken.into_iter().collect();
    sets.sort_by_key(|set| (set.count_ones(), *set));
    let mut least: Vec<u64> = Vec::new();
    for set in sets {
        if least.iter().all(|other| other & set != *other) {
            least.push(set);
        }
    }
    // The number of territories is in it anyway.
    let count = judge.rules.iter().position(|rule| *rule == ConflictRule::Count).map_or(0, |nth| 1 << nth);
    let Some(hit) = (0..=judge.rules.len()).find_map(|size| hit_all(&least, count, size)) else {
        return Ok(Trial::TooMany);
    };
    let mut found: Rules =
        judge.rules.iter().enumerate().filter(|(nth, _)| hit >> nth & 1 == 1).map(|(_, rule)| *rule).collect();
    if found.contains(&ConflictRule::MaxDistance) && rules.contains(&ConflictRule::Homes) {
        found.insert(ConflictRule::Homes);
    }
    Ok(Trial::Proven((Proof::Tried { plans: plans.0 }, found)))
}

/// At most so many more bits that have one in common with every set.
fn hit_all(sets: &[u64], chosen: u64, left: usize) -> Option<u64> {
    let Some(open) = sets.iter().find(|set| *set & chosen == 0) else { return Some(chosen) };
    if left == 0 {
        return None;
    }
    (0..64).filter(|bit| open >> bit & 1 == 1).find_map(|bit| hit_all(sets, chosen | 1 << bit, left - 1))
}

struct Judge<'a> {
    case: &'a Case<'a>,
    rules: Vec<ConflictRule>,
    recount: Recount<'a>,
}

impl<'a> Judge<'a> {
    fn new(case: &'a Case<'a>, rules: &Rules) -> Self {
        let rules = rules.iter().copied().filter(|rule| *rule != ConflictRule::Homes).collect();
        Self { case, rules, recount: Recount::new(case.problem) }
    }

    /// The rules that a plan breaks, as bits.
    fn broken(&self, assignment: &[Option<u16>]) -> u64 {
        let mut mask = 0;
        for (nth, rule) in self.rules.iter().enumerate() {
            mask |= u64::from(self.breaks(*rule, assignment)) << nth;
        }
        mask
    }

    fn breaks(&self, rule: ConflictRule, assignment: &[Option<u16>]) -> bool {
        let (case, problem) = (self.case, self.case.problem);
        let owner = |unit: u32| assignment[unit as usize];
        match rule {
            ConflictRule::Count => {
                let has_units = |territory: &u16| assignment.contains(&Some(*territory));
                !case.open.iter().all(has_units)
            }
            ConflictRule::Most { measure } | ConflictRule::Least { measure } => {
                let mut loads = vec![0.0; problem.territories.len()];
                for &unit in &case.free {
                    if let Some(owner) = owner(unit) {
                        loads[owner as usize] += case.load(unit, measure);
                    }
                }
                let slack = case.slack(measure);
                let upper = matches!(rule, ConflictRule::Most { .. });
                case.open.iter().zip(&case.limits[measure]).any(|(&territory, limits)| {
                    let load = loads[territory as usize];
                    if upper { load > limits.most + slack } else { load < limits.least - slack }
                })
            }
            ConflictRule::Contiguous => {
                let open = |owner: &Option<u16>| owner.filter(|&owner| problem.is_open(owner)).unwrap_or(NONE);
                let owners: Vec<u16> = assignment.iter().map(open).collect();
                let used: BTreeSet<u16> = owners.iter().copied().filter(|&owner| owner != NONE).collect();
                pieces(&problem.graph, &owners).1 > used.len()
            }
            ConflictRule::MaxDistance => {
                let far = problem.max_distance_km.unwrap_or(f64::INFINITY) * (1.0 + SLACK);
                let territories = self.recount.territories(assignment);
                case.open.iter().any(|&territory| territories[territory as usize].reach.farthest > far)
            }
            ConflictRule::Homes => false,
            ConflictRule::Fixed { unit } => owner(unit) != case.fixed_to(unit),
            ConflictRule::Together { group } => {
                let mut owners = problem.together[group].iter().filter_map(|&unit| owner(unit));
                let first = owners.next();
                owners.any(|owner| Some(owner) != first)
            }
            ConflictRule::Apart { pair } => {
                let [a, b] = problem.apart[pair];
                owner(a).is_some() && owner(a) == owner(b)
            }
            ConflictRule::Moved { limit } => {
                let cap = problem.moved_limits[limit];
                let Some(current) = &problem.current else { return false };
                let amount = |unit: u32| cap.measure.map_or(1.0, |measure| case.load(unit, measure));
                let owned = (0..current.len() as u32).filter(|&unit| problem.may_move(unit as usize));
                let all: f64 = owned.map(amount).sum();
                let gone = |unit: &&u32| current[**unit as usize].is_some_and(|before| owner(**unit) != Some(before));
                let moved: f64 = case.free.iter().filter(gone).map(|&unit| amount(unit)).sum();
                moved > cap.share * all + SLACK * all
            }
        }
    }
}
