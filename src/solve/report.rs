//! What comes out: the assignment, each term of what was minimised, and every rule that could not be kept, with figures.

use std::time::Duration;

use super::connect::pieces;
use super::instance::{Instance, NONE, ROUNDING};
use super::problem::{Problem, TerritoryGoal};
use super::watch::Snapshot;
use super::{Found, alternatives};

/// A plan proposed by the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Per unit its territory, `None` for excluded units.
    pub assignment: Vec<Option<u16>>,
    pub terms: Terms,
    /// The rules that do not hold; empty when all do.
    pub violations: Vec<Violation>,
    pub bound: Option<Bound>,
    /// Other plans that were met on the way, none of them worse than another one in travel, balance and disruption at once; the
    /// plan itself is not among them. At most six.
    pub alternatives: Vec<Alternative>,
    /// The stages in their order and what each took.
    pub stages: Vec<(&'static str, Duration)>,
    /// The time limit ended the search; another run may give another plan.
    pub cut_short: bool,
}

/// Another plan that is better in one respect and worse in another.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Per unit its territory, `None` for excluded units.
    pub assignment: Vec<Option<u16>>,
    pub terms: Terms,
    pub violations: Vec<Violation>,
}

/// The terms of the objective in their own units. Travel and balance are of the territories that are not locked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Terms {
    /// Mean great-circle distance to the territory's centre (weighted centroid or home) per unit of travel weight.
    pub travel_km: f64,
    /// Per measure the largest absolute deviation from a target, as a share.
    pub imbalance: Vec<f64>,
    /// Length of all borders between territories, locked ones too.
    pub border_km: f64,
    /// Share of the first measure's load (of the units, without measures) that has another owner than today, of what has one and
    /// may get another ([`Problem::moved_share`]); `None` without a plan of today.
    pub disruption: Option<f64>,
}

/// What plans a bound speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BoundKind {
    /// Those with the same centres.
    #[default]
    FixedCentres,
    /// Those whose centres are at units of theirs.
    CentresAtUnits,
    /// All.
    CentresAnywhere,
}

impl BoundKind {
    /// Which plans those are, to follow "the least possible".
    pub fn words(self) -> &'static str {
        match self {
            Self::FixedCentres => "for these centres",
            Self::CentresAtUnits => "with centres at any units",
            Self::CentresAnywhere => "with centres anywhere",
        }
    }
}

/// A proven lower bound of the travel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    pub kind: BoundKind,
    /// No plan of this kind within the limits travels less than this mean distance.
    pub travel_km: f64,
    /// (value − bound) / bound. `None` for a plan outside the limits, of which the bound does not speak: it may travel less.
    pub gap: Option<f64>,
}

impl Bound {
    /// What it says of the travel of a plan with these violations, in kilometres.
    pub(super) fn new(kind: BoundKind, travel_km: f64, plan_km: f64, violations: &[Violation]) -> Self {
        let is_outside = violations.iter().any(|violation| matches!(violation.rule, Rule::TooMuch | Rule::TooLittle));
        Self { kind, travel_km, gap: (!is_outside).then(|| (plan_km - travel_km) / travel_km) }
    }

    /// What is proven, in words; `least` is the travel with its unit.
    pub fn words(&self, least: &str) -> String {
        let kind = self.kind.words();
        match self.gap {
            Some(gap) => {
                format!("At most {:.1} % above the least possible {kind} ({least})", 100.0 * gap.max(0.0))
            }
            None => format!("Plans within the limits travel at least {least} {kind}"),
        }
    }
}

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
    /// The unit that alone is the cause, where there is one.
    pub unit: Option<u32>,
    /// What was found and what is allowed: shares of the target, pieces, kilometres.
    pub found: f64,
    pub allowed: f64,
}

impl Violation {
    /// The rule in words; `territory`, `measure` and `unit` are the names to use.
    pub fn words(&self, territory: &str, measure: &str, unit: &str) -> String {
        let (found, allowed) = (100.0 * self.found, 100.0 * self.allowed);
        let mut words = match self.rule {
            Rule::Empty => format!("{territory} has no units"),
            Rule::TooMuch => {
                format!("{territory}: {measure} is {found:+.1} % off its target, {allowed:+.1} % is allowed")
            }
            Rule::TooLittle => {
                format!("{territory}: {measure} is {found:+.1} % off its target, {allowed:+.1} % is allowed")
            }
            Rule::Pieces => format!("{territory} is in {} pieces", self.found),
            Rule::TooFar => {
                format!("{territory} reaches {:.0} km from its centre, {:.0} km is allowed", self.found, self.allowed)
            }
            Rule::Moved => {
                let what = if measure.is_empty() { "units" } else { measure };
                return format!("{found:.1} % of {what} has another owner than today, {allowed:.1} % may move");
            }
            Rule::Apart => return format!("{unit} must not be in the same territory as {:.0} other", self.found),
        };
        if self.unit.is_some() && matches!(self.rule, Rule::TooMuch) {
            words += &format!("; {unit} alone is more than the limit");
        }
        words
    }
}

/// A plan on the way, for whoever looks on.
pub(super) fn snapshot(problem: &Problem, instance: &Instance, owner: &[u16]) -> Snapshot {
    let assignment = assignment(problem, instance, owner);
    let terms = terms(problem, instance, owner, &assignment);
    Snapshot { terms, violations: violations(problem, instance, owner).len(), assignment }
}

/// The plan in the numbering of the problem.
fn assignment(problem: &Problem, instance: &Instance, owner: &[u16]) -> Vec<Option<u16>> {
    let mut assignment: Vec<Option<u16>> = vec![None; problem.places.len()];
    for (unit, fixed) in problem.fixed.iter().enumerate() {
        assignment[unit] = *fixed;
    }
    for (name, unit) in instance.names() {
        let owner = owner[unit as usize];
        assignment[name as usize] = (owner != NONE).then(|| instance.territory_names[owner as usize]);
    }
    assignment
}

fn alternative(problem: &Problem, instance: &Instance, owner: &[u16]) -> Alternative {
    let assignment = assignment(problem, instance, owner);
    let terms = terms(problem, instance, owner, &assignment);
    Alternative { terms, violations: violations(problem, instance, owner), assignment }
}

/// Puts the result into the numbering of the problem, measures it and holds it against the rules.
pub(super) fn proposal(problem: &Problem, instance: &Instance, found: Found, cut_short: bool) -> Proposal {
    let assignment = assignment(problem, instance, &found.owner);
    let terms = terms(problem, instance, &found.owner, &assignment);
    let violations = violations(problem, instance, &found.owner);
    let bound = found.bound_km.filter(|&km| km > 0.0);
    let bound = bound.map(|km| Bound::new(BoundKind::FixedCentres, km, terms.travel_km, &violations));
    let alternatives = found.alternatives.iter().map(|owner| alternative(problem, instance, owner)).collect();
    let alternatives = alternatives::choose(&terms, &violations, &assignment, alternatives);
    Proposal { assignment, terms, violations, bound, alternatives, stages: found.stages, cut_short }
}

fn terms(problem: &Problem, instance: &Instance, owner: &[u16], assignment: &[Option<u16>]) -> Terms {
    let centres = instance.centres(owner, &[]);
    let weight: f64 = instance.weights.iter().sum();
    let travel_km = if weight > 0.0 { instance.travel(owner, &centres) / weight } else { 0.0 };
    let imbalance = (0..instance.measures)
        .map(|measure| {
            let deviations = deviations(problem, instance, owner, measure);
            deviations.map(|(_, deviation)| deviation.abs()).fold(0.0, f64::max)
        })
        .collect();
    let mut border_km = 0.0;
    for unit in 0..problem.places.len() {
        for (other, km) in problem.graph.borders(unit) {
            if other as usize > unit && assignment[other as usize] != assignment[unit] {
                border_km += f64::from(km);
            }
        }
    }
    let disruption = problem.moved_share(assignment, (!problem.loads.is_empty()).then_some(0));
    Terms { travel_km, imbalance, border_km, disruption }
}

/// Per territory the deviation of a measure from its target, where there is one, with what the territory has by name.
fn deviations<'a>(
    problem: &'a Problem,
    instance: &'a Instance,
    owner: &[u16],
    measure: usize,
) -> impl Iterator<Item = (usize, f64)> + 'a {
    let loads = instance.loads_of(owner);
    let mean = mean_target(problem, instance, measure);
    (0..instance.territories()).filter_map(move |territory| {
        let at = territory * instance.measures + measure;
        let target = goal(problem, instance, territory).targets[measure] / mean;
        (target > 0.0).then(|| (territory, (loads[at] + instance.named[at] - target) / target))
    })
}

/// What a territory of the instance shall be.
fn goal<'a>(problem: &'a Problem, instance: &Instance, territory: usize) -> &'a TerritoryGoal {
    &problem.territories[instance.territory_names[territory] as usize]
}

/// What a load of 1 in the instance is in the measure's own figures.
fn mean_target(problem: &Problem, instance: &Instance, measure: usize) -> f64 {
    let targets = (0..instance.territories()).map(|territory| goal(problem, instance, territory).targets[measure]);
    targets.sum::<f64>() / instance.territories().max(1) as f64
}

fn violations(problem: &Problem, instance: &Instance, owner: &[u16]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let name = |territory: usize| instance.territory_names[territory];
    let mut sizes = vec![0; instance.territories()];
    for &owner in owner.iter().filter(|&&owner| owner != NONE) {
        sizes[owner as usize] += 1;
    }
    for (territory, _) in sizes.iter().enumerate().filter(|entry| *entry.1 == 0) {
        let territory = name(territory);
        violations.push(Violation {
            rule: Rule::Empty,
            territory,
            measure: None,
            unit: None,
            found: 0.0,
            allowed: 1.0,
        });
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
            violations.push(Violation {
                rule: Rule::Pieces,
                territory,
                measure: None,
                unit: None,
                found,
                allowed: 1.0,
            });
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
            violations.push(Violation { rule: Rule::TooFar, territory, measure: None, unit: None, found, allowed });
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
        for territory in 0..instance.territories() {
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
            let heavy = heaviest[territory].filter(|unit| rule == Rule::TooMuch && is_too_heavy(unit));
            violations.push(Violation {
                rule,
                territory: instance.territory_names[territory],
                measure: Some(measure),
                unit: heavy.map(|unit| instance.unit_names[unit]),
                found,
                allowed,
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
        .map(|(limit, cap)| Violation {
            rule: Rule::Moved,
            territory: instance.territory_names.first().copied().unwrap_or(0),
            measure: limit.measure,
            unit: None,
            found: instance.moved_amount(cap, owner) / cap.all.max(1e-300),
            allowed: limit.share,
        })
        .collect()
}

fn not_apart(instance: &Instance, owner: &[u16]) -> Vec<Violation> {
    let joined = |(unit, others): (usize, &Vec<u32>)| {
        let joined =
            others.iter().filter(|&&other| owner[other as usize] == owner[unit] && owner[unit] != NONE).count();
        (joined > 0).then(|| Violation {
            rule: Rule::Apart,
            territory: instance.territory_names[owner[unit] as usize],
            measure: None,
            unit: Some(instance.unit_names[unit]),
            found: joined as f64,
            allowed: 0.0,
        })
    };
    instance.apart.iter().enumerate().filter_map(joined).collect()
}
