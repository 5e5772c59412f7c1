//! Holds a plan against its rules: every unit has a territory, every territory has units, hangs together, and carries its share of
//! what is balanced.

use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::metrics::{self, Totals};
use crate::domain::project::{Goal, Project};
use crate::domain::topology::Neighbours;
use crate::words;

/// The kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    NoTerritories,
    UnassignedUnits,
    EmptyTerritory,
    /// The territory does not hang together.
    Pieces,
    /// More of a measure than the tolerance allows.
    TooMuch,
    /// Less of a measure than the tolerance allows.
    TooLittle,
    /// A unit is locked without a territory, so that nothing can ever give it one.
    LockedUnassigned,
    /// A unit lies farther from the territory's centre than was allowed to a build.
    TooFar,
    /// More changes its territory than was allowed to a build.
    MovedTooMuch,
}

impl Rule {
    /// One word for programs that read the result.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoTerritories => "no-territories",
            Self::UnassignedUnits => "unassigned-units",
            Self::EmptyTerritory => "empty-territory",
            Self::Pieces => "pieces",
            Self::TooMuch => "too-much",
            Self::TooLittle => "too-little",
            Self::LockedUnassigned => "locked-unassigned",
            Self::TooFar => "too-far",
            Self::MovedTooMuch => "moved-too-much",
        }
    }
}

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub rule: Rule,
    pub territory: Option<TerritoryId>,
    pub measure: Option<MeasureId>,
    /// Some of the units to look at: at most [`MOST_UNITS`].
    pub units: Vec<UnitId>,
    /// What was found and what is allowed: numbers of units or pieces, deviations as shares, kilometres.
    pub found: f64,
    pub allowed: f64,
    /// The rule with its figures, for people.
    pub words: String,
}

/// How many units a violation lists.
pub const MOST_UNITS: usize = 20;

/// Every rule that the project's plan breaks: about the whole plan first, then by territory.
pub fn violations(project: &Project, totals: &Totals, goals: &[Goal]) -> Vec<Violation> {
    let plan = &*project.plan;
    let mut broken = Vec::new();
    let whole = |rule, units: Vec<UnitId>, found: usize, words: String| Violation {
        rule,
        territory: None,
        measure: None,
        units: units.into_iter().take(MOST_UNITS).collect(),
        found: found as f64,
        allowed: 0.0,
        words,
    };
    if plan.territory_count() == 0 {
        let words = "the plan has no territories".to_owned();
        broken.push(Violation { allowed: 1.0, ..whole(Rule::NoTerritories, Vec::new(), 0, words) });
    }
    let unassigned: Vec<UnitId> = plan.units_of(TerritoryId::UNASSIGNED).collect();
    if !unassigned.is_empty() {
        let count = unassigned.len();
        let verb = if count == 1 { "belongs" } else { "belong" };
        let words = format!("{} {verb} to no territory", project.units.count_words(count));
        broken.push(whole(Rule::UnassignedUnits, unassigned.clone(), count, words));
    }
    let stuck: Vec<UnitId> = unassigned.into_iter().filter(|unit| plan.locked_units().contains(unit)).collect();
    if !stuck.is_empty() {
        let words = format!("{} without a territory, but locked", project.units.count_words(stuck.len()));
        broken.push(whole(Rule::LockedUnassigned, stuck.clone(), stuck.len(), words));
    }
    let neighbours = Neighbours::of_plan(&project.units.topology, plan);
    let pieces = neighbours.components(plan.assignment(), plan.territory_slots());
    for (id, territory) in plan.territories() {
        let locked = if plan.is_territory_locked(id) { " (locked)" } else { "" };
        let name = format!("{}{locked}", territory.name);
        let of_territory = |rule, measure, found: f64, allowed: f64, words: String| Violation {
            rule,
            territory: Some(id),
            measure,
            units: Vec::new(),
            found,
            allowed,
            words,
        };
        if totals.unit_count(id) == 0 {
            let words = format!("{name} has no {}", project.units.kind_of_many());
            broken.push(of_territory(Rule::EmptyTerritory, None, 0.0, 1.0, words));
        }
        let count = pieces.get(id.index()).copied().unwrap_or(0);
        if count > 1 {
            let smaller = smaller_pieces(&neighbours, project, id);
            let words = format!("{name} is in {count} pieces");
            let violation = of_territory(Rule::Pieces, None, f64::from(count), 1.0, words);
            broken.push(Violation { units: smaller, ..violation });
        }
        for goal in goals {
            let Some(measure) = project.measure(goal.measure) else { continue };
            let Some(deviation) = metrics::deviation(plan, totals, goal.measure, id) else { continue };
            // A hair's breadth for the rounding of the tolerance itself.
            if deviation.abs() <= goal.tolerance + 1e-9 {
                continue;
            }
            let (rule, sign) = if deviation > 0.0 { (Rule::TooMuch, 1.0) } else { (Rule::TooLittle, -1.0) };
            let [found, allowed] = told_apart(deviation, sign * goal.tolerance);
            let words = format!(
                "{name} has {} of {}, {found} off its target of {}; {allowed} is allowed",
                words::figure(measure, totals.load(goal.measure, id)),
                measure.name,
                words::figure(measure, metrics::target(plan, totals, goal.measure, id)),
            );
            broken.push(of_territory(rule, Some(goal.measure), deviation, sign * goal.tolerance, words));
        }
    }
    broken
}

/// Two percentages with as many digits as it takes to see that they differ.
fn told_apart(found: f64, allowed: f64) -> [String; 2] {
    let short = [found, allowed].map(words::signed_percent);
    if short[0] != short[1] {
        return short;
    }
    let with_digits =
        |digits: usize| [found, allowed].map(|share| format!("{:+.digits$} %", 100.0 * share).replace('-', "−"));
    (2..7).map(with_digits).find(|[found, allowed]| found != allowed).unwrap_or(short)
}

/// Units of all pieces but the largest: those that would have to move.
fn smaller_pieces(neighbours: &Neighbours, project: &Project, territory: TerritoryId) -> Vec<UnitId> {
    let pieces = neighbours.pieces_of(project.plan.assignment(), territory);
    let largest = (0..pieces.len()).max_by_key(|&piece| (pieces[piece].len(), std::cmp::Reverse(piece)));
    let smaller = pieces.into_iter().enumerate().filter(|(piece, _)| Some(*piece) != largest);
    smaller.flat_map(|(_, units)| units).take(MOST_UNITS).collect()
}

#[cfg(test)]
mod tests {
    use super::told_apart;

    #[test]
    fn a_deviation_just_beyond_the_tolerance_can_be_seen() {
        assert_eq!(told_apart(0.123, 0.05), ["+12.3 %", "+5.0 %"]);
        assert_eq!(told_apart(0.050008, 0.05), ["+5.001 %", "+5.000 %"]);
        assert_eq!(told_apart(-0.0504, -0.05), ["−5.04 %", "−5.00 %"]);
    }
}
