//! What comes out: the assignment, each term of what was minimised, and every rule that could not be kept, with figures.

use std::time::Duration;

use super::instance::{Instance, NONE};
use super::problem::{Problem, TerritoryGoal};
use super::violations::{Rule, Violation, violations};
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
pub(super) fn goal<'a>(problem: &'a Problem, instance: &Instance, territory: usize) -> &'a TerritoryGoal {
    &problem.territories[instance.territory_names[territory] as usize]
}

/// What a load of 1 in the instance is in the measure's own figures.
pub(super) fn mean_target(problem: &Problem, instance: &Instance, measure: usize) -> f64 {
    let targets = (0..instance.territories()).map(|territory| goal(problem, instance, territory).targets[measure]);
    targets.sum::<f64>() / instance.territories().max(1) as f64
}
