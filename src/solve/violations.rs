//! Rules that do not hold in a plan: which, by how much, and in words.

use super::connect::pieces;
use super::explain::Names;
use super::explain_words::told_apart;
use super::instance::{Instance, NONE, ROUNDING};
use super::problem::Problem;
use super::report::{goal, mean_target};

/// The kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A territory has no unit.
    Empty,
    /// More load than the tolerance allows.
    TooMuch,
    /// Less load than the tolerance allows.
    TooLittle,
    /// A territory does not hang together.
    Pieces,
    /// Units farther from the centre than allowed.
    TooFar,
    /// More has another owner than today than may move. It is about the whole plan.
    Moved,
    /// Two units that must be in different territories are in one.
    Apart,
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub rule: Rule,
    pub territory: u16,
    /// The measure, for rules about loads.
    pub measure: Option<usize>,
    /// The unit that alone is the cause, where there is one; for units that must be apart, the first of them.
    pub unit: Option<u32>,
    /// The second of two units that must be apart.
    pub other: Option<u32>,
    /// What was found and what is allowed: shares of the target, pieces, kilometres, units of which one may be there.
    pub found: f64,
    pub allowed: f64,
    /// The same in the measure's own figures, where the territory has a limit of its own.
    pub amounts: Option<[f64; 2]>,
}

impl Violation {
    pub(super) fn new(rule: Rule, territory: u16, found: f64, allowed: f64) -> Self {
        Self { rule, territory, measure: None, unit: None, other: None, found, allowed, amounts: None }
    }

    /// The rule in words.
    pub fn words(&self, names: &Names) -> String {
        let territory = (names.territory)(self.territory);
        let measure = self.measure.map(|measure| (names.measure)(measure));
        let unit = |unit: Option<u32>| unit.map_or_else(String::new, |unit| (names.unit)(unit));
        match self.rule {
            Rule::Empty => format!("{territory} has no {}", names.kind[1]),
            Rule::TooMuch | Rule::TooLittle => {
                let is_much = self.rule == Rule::TooMuch;
                let name = measure.unwrap_or_default();
                let mut words = match (self.amounts, self.measure) {
                    (Some(amounts), Some(measure)) => {
                        let [found, allowed] = amounts.map(|amount| (names.amount)(measure, amount));
                        let side = if is_much { "most" } else { "least" };
                        format!("{territory} has {found} of {name}, {allowed} is the {side} it may have")
                    }
                    _ => {
                        let [found, allowed] = told_apart(self.found, self.allowed, 1, signed_percent);
                        format!("{territory}: {name} is {found} off its target, {allowed} is allowed")
                    }
                };
                if self.unit.is_some() && is_much {
                    words += &format!("; {} alone is more than the limit", unit(self.unit));
                }
                words
            }
            Rule::Pieces => format!("{territory} is in {} pieces", self.found),
            Rule::TooFar => {
                let length = |km: f64, digits: usize| names.lengths.words(km, digits);
                let [found, allowed] = told_apart(self.found, self.allowed, 0, length);
                format!("{territory} reaches {found} from its centre, {allowed} is allowed")
            }
            Rule::Moved => {
                let what = measure.unwrap_or_else(|| names.kind[1].to_owned());
                let [found, allowed] = told_apart(self.found, self.allowed, 1, percent);
                format!("{found} of {what} would get another owner, {allowed} may")
            }
            Rule::Apart => {
                format!("{territory} has both {} and {}, which must be apart", unit(self.unit), unit(self.other))
            }
        }
    }
}

fn percent(share: f64, digits: usize) -> String {
    format!("{:.digits$} %", 100.0 * share)
}

fn signed_percent(share: f64, digits: usize) -> String {
    format!("{:+.digits$} %", 100.0 * share).replace('-', "−")
}

/// Every rule that a plan breaks.
pub(super) fn violations(problem: &Problem, instance: &Instance, owner: &[u16]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let name = |territory: usize| instance.territory_names[territory];
    let mut sizes = vec![0; instance.territories()];
    for &owner in owner.iter().filter(|&&owner| owner != NONE) {
        sizes[owner as usize] += 1;
    }
    for (territory, _) in sizes.iter().enumerate().filter(|entry| *entry.1 == 0) {
        let territory = name(territory);
        violations.push(Violation::new(Rule::Empty, territory, 0.0, 1.0));
    }
    violations.extend(outside_limits(problem, instance, owner));
    if instance.contiguous {
        let (piece, count) = pieces(&instance.graph, owner);
        let mut seen = vec![false; count];
        let mut counts = vec![0; instance.territories()];
        for (&piece, &owner) in piece.iter().zip(owner) {
            if owner != NONE && !std::mem::replace(&mut seen[piece as usize], true) {
                counts[owner as usize] += 1;
            }
        }
        for (territory, &count) in counts.iter().enumerate().filter(|entry| *entry.1 > 1) {
            let (territory, found) = (name(territory), f64::from(count));
            violations.push(Violation::new(Rule::Pieces, territory, found, 1.0));
        }
    }
    if let Some(allowed) = problem.max_distance_km {
        let centres = instance.centres(owner, &[]);
        let mut farthest = vec![0.0f64; instance.territories()];
        for (unit, &owner) in owner.iter().enumerate().filter(|entry| *entry.1 != NONE) {
            let km = instance.km(unit, owner as usize, &centres[owner as usize]);
            farthest[owner as usize] = farthest[owner as usize].max(km);
        }
        for (territory, &found) in farthest.iter().enumerate().filter(|entry| *entry.1 > allowed) {
            let territory = name(territory);
            violations.push(Violation::new(Rule::TooFar, territory, found, allowed));
        }
    }
    violations.extend(moved_too_much(problem, instance, owner));
    violations.extend(not_apart(instance, owner));
    violations
}

/// The loads that are outside what a territory may have: limits of its own, or the tolerance around its target.
fn outside_limits(problem: &Problem, instance: &Instance, owner: &[u16]) -> Vec<Violation> {
    let m = instance.measures;
    let loads = instance.loads_of(owner);
    let mut violations = Vec::new();
    for (measure, measure_goal) in problem.goals.iter().enumerate() {
        let mean = mean_target(problem, instance, measure);
        let heaviest = heaviest_units(instance, owner, measure);
        for (territory, heaviest) in heaviest.into_iter().enumerate() {
            let at = territory * m + measure;
            let goal = goal(problem, instance, territory);
            let (load, target) = (loads[at] + instance.named[at], goal.targets[measure] / mean);
            // Without a target, shares are of the mean one.
            let base = if target > 0.0 { target } else { 1.0 };
            let found = (load - target) / base;
            let (least, most) = match goal.limits.get(measure).copied().flatten() {
                Some(limits) => {
                    let [least, most] = [limits.least * (1.0 - ROUNDING), limits.most * (1.0 + ROUNDING)];
                    ((least / mean - target) / base, (most / mean - target) / base)
                }
                None if target > 0.0 => (-measure_goal.tolerance, measure_goal.tolerance),
                None => continue,
            };
            let slack = 2.0 * ROUNDING;
            let (rule, allowed) = match found {
                found if found > most + slack => (Rule::TooMuch, most),
                found if found < least - slack => (Rule::TooLittle, least),
                _ => continue,
            };
            let is_too_heavy = |unit: &usize| instance.unit_loads(*unit)[measure] > instance.high[at];
            let heavy = heaviest.filter(|unit| rule == Rule::TooMuch && is_too_heavy(unit));
            let limit = goal.limits.get(measure).copied().flatten();
            let named = goal.named.get(measure).copied().unwrap_or(0.0);
            let amounts = limit.map(|limit| {
                let allowed = if rule == Rule::TooMuch { limit.most } else { limit.least };
                [loads[at] * mean + named, allowed]
            });
            violations.push(Violation {
                measure: Some(measure),
                unit: heavy.map(|unit| instance.unit_names[unit]),
                amounts,
                ..Violation::new(rule, instance.territory_names[territory], found, allowed)
            });
        }
    }
    violations
}

/// Per territory the unit with the most of a measure, the first of equals.
fn heaviest_units(instance: &Instance, owner: &[u16], measure: usize) -> Vec<Option<usize>> {
    let load = |unit: usize| instance.unit_loads(unit)[measure];
    let mut heaviest: Vec<Option<usize>> = vec![None; instance.territories()];
    for (unit, &owner) in owner.iter().enumerate() {
        if let Some(best) = heaviest.get_mut(owner as usize)
            && best.is_none_or(|best| load(unit) > load(best))
        {
            *best = Some(unit);
        }
    }
    heaviest
}

/// The caps on moves that are exceeded. Shares are of what has an owner today.
fn moved_too_much(problem: &Problem, instance: &Instance, owner: &[u16]) -> Vec<Violation> {
    let limits = problem.moved_limits.iter().zip(&instance.moved);
    let exceeded = limits.filter(|(_, cap)| instance.moved_amount(cap, owner) > cap.most * (1.0 + 1e-9) + 1e-9);
    exceeded
        .map(|(limit, cap)| {
            let territory = instance.territory_names.first().copied().unwrap_or(0);
            let found = instance.moved_amount(cap, owner) / cap.all.max(1e-300);
            Violation { measure: limit.measure, ..Violation::new(Rule::Moved, territory, found, limit.share) }
        })
        .collect()
}

/// The pairs of units that must be apart and are not, each once.
fn not_apart(instance: &Instance, owner: &[u16]) -> Vec<Violation> {
    let pairs = instance.apart.iter().enumerate().flat_map(|(unit, others)| {
        others.iter().map(move |&other| (unit, other as usize)).filter(|(unit, other)| unit < other)
    });
    let joined = pairs.filter(|&(unit, other)| owner[unit] == owner[other] && owner[unit] != NONE);
    joined
        .map(|(unit, other)| Violation {
            unit: Some(instance.unit_names[unit]),
            other: Some(instance.unit_names[other]),
            ..Violation::new(Rule::Apart, instance.territory_names[owner[unit] as usize], 2.0, 1.0)
        })
        .collect()
}
