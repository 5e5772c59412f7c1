//! Proof by trying: for a problem so small that all plans can be looked at, the rules that each of them breaks. Rules cannot hold together
//! when every plan breaks one of them, so the smallest conflict is the smallest set that has a rule in common with every plan's
//! broken ones: a minimum hitting set (Reiter 1987), found by branching on the plan with the fewest.

use std::collections::BTreeSet;

use super::{Case, ConflictRule, Found, Proof, Rules};
use crate::solve::connect::pieces;
use crate::solve::instance::NONE;
use crate::solve::recount::Recount;

/// No more plans than this are tried.
const PLANS: usize = 60_000;

/// What may be off, as a part of it.
const SLACK: f64 = 1e-9;

/// The smallest set of these rules that no plan keeps, with the number of territories, which is given.
pub(super) fn prove(case: &Case, rules: &Rules) -> Option<Found> {
    if !rules.contains(&ConflictRule::Homes) && case.rules().contains(&ConflictRule::Homes) {
        let mut free = case.problem.clone();
        free.travel_table.clear();
        free.territories.iter_mut().for_each(|goal| goal.home = None);
        return prove(&Case::new(&free), rules);
    }
    let (units, territories) = (case.free.len(), case.open.len());
    let plans = u32::try_from(units).ok().and_then(|units| territories.checked_pow(units))?;
    let tried: Vec<ConflictRule> = rules.iter().copied().filter(|rule| *rule != ConflictRule::Homes).collect();
    if plans > PLANS || plans == 0 || tried.len() > 64 || !rules.contains(&ConflictRule::Count) {
        return None;
    }
    let trial = Trial { case, rules: tried, recount: Recount::new(case.problem) };
    let mut broken: BTreeSet<u64> = BTreeSet::new();
    let mut assignment: Vec<Option<u16>> = case.problem.fixed.clone();
    assignment.resize(case.problem.places.len(), None);
    for mut plan in 0..plans {
        for &unit in &case.free {
            assignment[unit as usize] = Some(case.open[plan % territories]);
            plan /= territories;
        }
        let mask = trial.broken(&assignment);
        if mask == 0 {
            return None;
        }
        broken.insert(mask);
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
    let count = trial.rules.iter().position(|rule| *rule == ConflictRule::Count).map_or(0, |nth| 1 << nth);
    let hit = (0..=trial.rules.len()).find_map(|size| hit_all(&least, count, size))?;
    let mut found: Rules =
        trial.rules.iter().enumerate().filter(|(nth, _)| hit >> nth & 1 == 1).map(|(_, rule)| *rule).collect();
    if found.contains(&ConflictRule::MaxDistance) && rules.contains(&ConflictRule::Homes) {
        found.insert(ConflictRule::Homes);
    }
    Some((Proof::Tried { plans }, found))
}

/// At most so many more bits that have one in common with every set.
fn hit_all(sets: &[u64], chosen: u64, left: usize) -> Option<u64> {
    let Some(open) = sets.iter().find(|set| *set & chosen == 0) else { return Some(chosen) };
    if left == 0 {
        return None;
    }
    (0..64).filter(|bit| open >> bit & 1 == 1).find_map(|bit| hit_all(sets, chosen | 1 << bit, left - 1))
}

struct Trial<'a> {
    case: &'a Case<'a>,
    rules: Vec<ConflictRule>,
    recount: Recount<'a>,
}

impl Trial<'_> {
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
