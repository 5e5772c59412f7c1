//! The slowest solver there is: every assignment of a tiny problem, one after the other. What it says of the best plan, and of
//! whether there is one, keeps the other stages honest, so it shares no code with them: it counts again from the problem.

use super::problem::{Centring, Problem};
use crate::domain::sphere::{LonLat, centroid};

/// The rules that are held against an assignment.
#[derive(Debug, Clone)]
pub struct Keep {
    /// Every territory has a unit. Where not, one without units is held to no rule.
    pub filled: bool,
    /// Per measure, or per unit, group, pair or limit of the problem.
    pub most: Vec<bool>,
    pub least: Vec<bool>,
    pub fixed: Vec<bool>,
    pub together: Vec<bool>,
    pub apart: Vec<bool>,
    pub moved: Vec<bool>,
    pub contiguous: bool,
    pub max_distance: bool,
}

impl Keep {
    pub fn everything(problem: &Problem) -> Self {
        Self {
            filled: true,
            most: vec![true; problem.goals.len()],
            least: vec![true; problem.goals.len()],
            fixed: vec![true; problem.places.len()],
            together: vec![true; problem.together.len()],
            apart: vec![true; problem.apart.len()],
            moved: vec![true; problem.moved_limits.len()],
            contiguous: true,
            max_distance: true,
        }
    }

    pub fn nothing(problem: &Problem) -> Self {
        Self {
            filled: false,
            most: vec![false; problem.goals.len()],
            least: vec![false; problem.goals.len()],
            fixed: vec![false; problem.places.len()],
            together: vec![false; problem.together.len()],
            apart: vec![false; problem.apart.len()],
            moved: vec![false; problem.moved_limits.len()],
            contiguous: false,
            max_distance: false,
        }
    }
}

/// Which centres travel is measured to where no home fixes them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Centres<'a> {
    /// As the problem says.
    AsAsked,
    /// The unit of the territory that is cheapest to reach.
    Members,
    /// The cheapest place on the globe, to within what an iteration finds: never less than the true one.
    Anywhere,
    /// These, one per territory.
    Given(&'a [LonLat]),
}

pub type Assignment = Vec<Option<u16>>;

/// Slack for sums in another order.
const SLACK: f64 = 1e-9;

/// The plan with the least mean distance of all that keep the rules; `None` when there is none.
pub fn best(problem: &Problem, keep: &Keep, centres: Centres) -> Option<(f64, Assignment)> {
    let mut best: Option<(f64, Assignment)> = None;
    every(problem, keep, |assignment| {
        if holds(problem, keep, assignment) {
            let km = mean_km(problem, assignment, centres);
            if best.as_ref().is_none_or(|best| km < best.0) {
                best = Some((km, assignment.to_vec()));
            }
        }
        false
    });
    best
}

/// Whether any plan keeps the rules.
pub fn is_possible(problem: &Problem, keep: &Keep) -> bool {
    every(problem, keep, |assignment| holds(problem, keep, assignment))
}

/// Goes through all assignments until `stop` says so; whether it did. Locked territories have what is fixed to them.
fn every(problem: &Problem, keep: &Keep, mut stop: impl FnMut(&[Option<u16>]) -> bool) -> bool {
    let units = problem.places.len();
    let open: Vec<u16> =
        (0..problem.territories.len() as u16).filter(|&t| !problem.territories[t as usize].locked).collect();
    let choices: Vec<Vec<Option<u16>>> = (0..units)
        .map(|unit| {
            let fixed = problem.fixed.get(unit).copied().flatten();
            let held = |t: u16| keep.fixed[unit] || problem.territories[t as usize].locked;
            match fixed {
                _ if problem.excluded.get(unit) == Some(&true) => vec![None],
                Some(t) if held(t) => vec![Some(t)],
                _ => open.iter().map(|&t| Some(t)).collect(),
            }
        })
        .collect();
    if choices.iter().any(Vec::is_empty) {
        return false;
    }
    let mut digits = vec![0; units];
    loop {
        let assignment: Assignment = digits.iter().zip(&choices).map(|(&digit, choice)| choice[digit]).collect();
        if stop(&assignment) {
            return true;
        }
        let Some(unit) = (0..units).find(|&unit| digits[unit] + 1 < choices[unit].len()) else { return false };
        digits[unit] += 1;
        digits[..unit].fill(0);
    }
}

/// Whether an assignment keeps the rules.
pub fn holds(problem: &Problem, keep: &Keep, assignment: &[Option<u16>]) -> bool {
    (0..problem.territories.len() as u16)
        .filter(|&t| !problem.territories[t as usize].locked)
        .all(|territory| territory_holds(problem, keep, assignment, territory))
        && problem.together.iter().zip(&keep.together).all(|(group, kept)| {
            let mut owners = group.iter().filter_map(|&unit| assignment[unit as usize]);
            let first = owners.next();
            !kept || owners.all(|owner| Some(owner) == first)
        })
        && problem.apart.iter().zip(&keep.apart).all(|(&[a, b], kept)| {
            let (a, b) = (assignment[a as usize], assignment[b as usize]);
            !kept || a.is_none() || a != b
        })
        && problem.moved_limits.iter().zip(&keep.moved).all(|(limit, kept)| {
            let Some(current) = &problem.current else { return true };
            let amount = |unit: usize| limit.measure.map_or(1.0, |measure| problem.loads[measure][unit]);
            let may_move = |unit: &usize| {
                let locked = problem.fixed[*unit].is_some_and(|t| problem.territories[t as usize].locked);
                current[*unit].is_some() && !locked && problem.excluded.get(*unit) != Some(&true)
            };
            let owned = (0..assignment.len()).filter(may_move);
            let all: f64 = owned.clone().map(amount).sum();
            let moved: f64 = owned.filter(|&unit| assignment[unit] != current[unit]).map(amount).sum();
            !kept || moved <= limit.share * all + SLACK * all
        })
}

fn territory_holds(problem: &Problem, keep: &Keep, assignment: &[Option<u16>], territory: u16) -> bool {
    let members = members(assignment, territory);
    if members.is_empty() {
        return !keep.filled;
    }
    let goal = &problem.territories[territory as usize];
    for (measure, measure_goal) in problem.goals.iter().enumerate() {
        let named = goal.named.get(measure).copied().unwrap_or(0.0);
        let load = named + members.iter().map(|&unit| problem.loads[measure][unit]).sum::<f64>();
        let target = goal.targets[measure];
        let (mut least, mut most) = (target * (1.0 - measure_goal.tolerance), target * (1.0 + measure_goal.tolerance));
        if let Some(limits) = goal.limits.get(measure).copied().flatten() {
            (least, most) = (limits.least, limits.most);
        } else if target == 0.0 {
            continue;
        }
        let slack = SLACK * target.max(least);
        if (keep.most[measure] && load > most + slack) || (keep.least[measure] && load < least - slack) {
            return false;
        }
    }
    if keep.contiguous && problem.contiguous && pieces(problem, &members) > 1 {
        return false;
    }
    let far = problem.max_distance_km.filter(|_| keep.max_distance);
    far.is_none_or(|far| {
        let at = centre(problem, &members, territory, Centres::AsAsked);
        members.iter().all(|&unit| km(problem, unit, territory, at) <= far * (1.0 + SLACK))
    })
}

fn members(assignment: &[Option<u16>], territory: u16) -> Vec<usize> {
    (0..assignment.len()).filter(|&unit| assignment[unit] == Some(territory)).collect()
}

/// How many pieces a set of units is in.
pub fn pieces(problem: &Problem, members: &[usize]) -> usize {
    let mut left = members.to_vec();
    let mut count = 0;
    while let Some(start) = left.pop() {
        count += 1;
        let mut queue = vec![start];
        while let Some(unit) = queue.pop() {
            let near = problem.graph.neighbours(unit);
            let (reached, rest) = left.iter().copied().partition(|&other| near.contains(&(other as u32)));
            left = rest;
            queue.extend::<Vec<usize>>(reached);
        }
    }
    count
}

fn km(problem: &Problem, unit: usize, territory: u16, centre: LonLat) -> f64 {
    let at = unit * problem.territories.len() + territory as usize;
    match problem.travel_table.get(at) {
        Some(&km) => f64::from(km),
        None => problem.places[unit].distance_km(centre),
    }
}

/// The centre of a territory that has units.
pub fn centre(problem: &Problem, members: &[usize], territory: u16, centres: Centres) -> LonLat {
    let goal = &problem.territories[territory as usize];
    if let Some(home) = goal.home {
        return home;
    }
    let cost = |at: LonLat| -> f64 {
        members.iter().map(|&unit| problem.travel_weights[unit] * problem.places[unit].distance_km(at)).sum()
    };
    let median = || {
        let best = members.iter().copied().min_by(|&a, &b| cost(problem.places[a]).total_cmp(&cost(problem.places[b])));
        problem.places[best.unwrap_or(0)]
    };
    // Weights of nothing still have a middle.
    let whole: f64 = problem.travel_weights.iter().sum::<f64>() / problem.places.len() as f64;
    let weight = |unit: usize| problem.travel_weights[unit].max(1e-9 * whole).max(f64::MIN_POSITIVE);
    let middle = || {
        centroid(members.iter().map(|&unit| (problem.places[unit], weight(unit)))).unwrap_or(problem.places[members[0]])
    };
    match (centres, problem.centre) {
        (Centres::Given(all), _) => all[territory as usize],
        (Centres::Members, _) | (Centres::AsAsked, Centring::Member) => median(),
        (Centres::AsAsked, Centring::Centroid) => middle(),
        (Centres::Anywhere, _) => {
            // Weiszfeld 1937 from the centroid, and the members themselves.
            let mut at = middle();
            for _ in 0..200 {
                let pulls = members.iter().map(|&unit| {
                    let place = problem.places[unit];
                    (place, problem.travel_weights[unit] / place.distance_km(at).max(1e-9))
                });
                at = centroid(pulls).unwrap_or(at);
            }
            let member = median();
            if cost(member) < cost(at) { member } else { at }
        }
    }
}

/// Mean distance per unit of travel weight over the territories that are not locked.
pub fn mean_km(problem: &Problem, assignment: &[Option<u16>], centres: Centres) -> f64 {
    let (mut travel, mut weight) = (0.0, 0.0);
    for (territory, goal) in problem.territories.iter().enumerate() {
        let members = members(assignment, territory as u16);
        if goal.locked || members.is_empty() {
            continue;
        }
        let at = centre(problem, &members, territory as u16, centres);
        for &unit in &members {
            travel += problem.travel_weights[unit] * km(problem, unit, territory as u16, at);
            weight += problem.travel_weights[unit];
        }
    }
    if weight > 0.0 { travel / weight } else { 0.0 }
}
