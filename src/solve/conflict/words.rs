//! Conflicts in words.

use super::{Conflict, ConflictRule, Proof, Relief};
use crate::solve::explain::Names;
use crate::solve::problem::Problem;

impl ConflictRule {
    /// The rule as the user gave it.
    pub fn words(self, problem: &Problem, names: &Names) -> String {
        let unit = |unit: u32| (names.unit)(unit);
        let share = |share: f64| format!("{} %", (1000.0 * share).round() / 10.0);
        match self {
            Self::Count => format!("{} territories, none without units", problem.territories.len()),
            Self::Most { measure } => {
                format!("The most {} that a territory may have", (names.measure)(measure))
            }
            Self::Least { measure } => {
                format!("The least {} that a territory must have", (names.measure)(measure))
            }
            Self::Contiguous => "Territories hang together".into(),
            Self::MaxDistance => {
                format!("No unit farther than {:.0} km from its centre", problem.max_distance_km.unwrap_or(f64::NAN))
            }
            Self::Homes => "The homes of the territories".into(),
            Self::Fixed { unit: fixed } => {
                let to = problem.fixed.get(fixed as usize).copied().flatten();
                format!(
                    "{} stays in {}",
                    unit(fixed),
                    to.map_or_else(|| "its territory".into(), |to| (names.territory)(to))
                )
            }
            Self::Together { group } => {
                let all: Vec<String> = problem.together[group].iter().map(|&member| unit(member)).collect();
                format!("{} are together", all.join(", "))
            }
            Self::Apart { pair } => {
                let [a, b] = problem.apart[pair];
                format!("{} and {} are apart", unit(a), unit(b))
            }
            Self::Moved { limit } => {
                let cap = problem.moved_limits[limit];
                let of = cap.measure.map_or_else(|| "units".into(), |measure| (names.measure)(measure));
                format!("No more than {} of {of} moves", share(cap.share))
            }
        }
    }
}

impl Proof {
    /// Why the rules cannot hold together, in words and figures.
    pub fn words(&self, names: &Names) -> String {
        let list = |units: &[u32]| {
            let all: Vec<String> = units.iter().take(6).map(|&unit| (names.unit)(unit)).collect();
            all.join(", ") + if units.len() > 6 { " and others" } else { "" }
        };
        match self {
            Self::TooFewUnits { units, territories } => {
                format!("{units} units cannot fill {territories} territories")
            }
            Self::Total { measure, total, limit, territories } => {
                let side = if total > limit { "may have at most" } else { "must have at least" };
                let measure = (names.measure)(*measure);
                format!(
                    "There is {total:.6} {measure} in all, but {territories} territories {side} {limit:.6} together"
                )
            }
            Self::Heavy { units, territory, measure, load, most } => {
                let whose = territory.map_or_else(|| "a territory".into(), |territory| (names.territory)(territory));
                let has = if units.len() == 1 { "has" } else { "have" };
                let measure = (names.measure)(*measure);
                format!("{} {has} {load:.6} {measure}, but {whose} may have at most {most:.6}", list(units))
            }
            Self::Torn { units } => {
                format!("{} must be together but are fixed to different territories", list(units))
            }
            Self::Joined { units } => format!("{} must be apart but come to be in one territory", list(units)),
            Self::Parts { parts, territories } => {
                format!("The map is in {parts} parts that no border joins, and there are {territories} territories")
            }
            Self::Part { unit, units, at_least, at_most } => format!(
                "The part of the map around {} ({units} units) takes at least {at_least} territories by its load, and no more than {at_most}",
                (names.unit)(*unit)
            ),
            Self::AllParts { at_least, at_most, territories } if at_least > territories => {
                let _ = at_most;
                format!("The parts of the map take at least {at_least} territories, and there are {territories}")
            }
            Self::AllParts { at_most, territories, .. } => {
                format!("The parts of the map have load for at most {at_most} territories, and there are {territories}")
            }
            Self::Cut { territory, units } => format!(
                "{} are fixed to {} but cannot be joined without units of other territories",
                list(units),
                (names.territory)(*territory)
            ),
            Self::OutOfReach { unit, km } => {
                format!("{} is {km:.1} km from the nearest home that it may belong to", (names.unit)(*unit))
            }
            Self::Deserted { territory, km } => {
                format!("The nearest unit to the home of {} is {km:.1} km away", (names.territory)(*territory))
            }
            Self::FarApart { units, km } => {
                format!("{} are {km:.1} km from each other, too far for one centre between them", list(units))
            }
            Self::Scattered { units } => {
                format!(
                    "{} units are so far from each other that each needs a centre of its own: {}",
                    units.len(),
                    list(units)
                )
            }
            Self::NoFlow { measure, missing } => {
                let measure = (names.measure)(*measure);
                format!(
                    "However {measure} is shared out among the territories that may take it, {missing:.6} is in the wrong place"
                )
            }
            Self::MustMove { least, most, .. } => {
                format!("At least {least:.6} has to move, and {most:.6} may")
            }
            Self::Tried { plans } => format!("None of the {plans} possible plans keeps these rules"),
        }
    }
}

impl Relief {
    /// What would have to give, in words; `rule` is the rule it belongs to.
    pub fn words(self, rule: ConflictRule, problem: &Problem, names: &Names) -> String {
        let percent = |share: f64| format!("{} %", (100_000.0 * share).ceil() / 1000.0);
        match self {
            Self::Tolerance { measure, at_least } => {
                format!("The tolerance of {} would have to be at least {}", (names.measure)(measure), percent(at_least))
            }
            Self::Wider { measure, by } => {
                format!("The limits of {} would have to be wider by at least {}", (names.measure)(measure), percent(by))
            }
            Self::Territories { count } => format!("{count} territories would be without this conflict"),
            Self::Distance { at_least_km } => {
                format!("The largest distance would have to be at least {:.1} km", (10.0 * at_least_km).ceil() / 10.0)
            }
            Self::Share { at_least, .. } => format!("At least {} would have to be allowed to move", percent(at_least)),
            Self::GiveUp => match rule {
                ConflictRule::Fixed { unit } => format!("Unlock {}", (names.unit)(unit)),
                ConflictRule::Contiguous => {
                    "Let territories be in pieces, or join the parts of the map by a bridge".into()
                }
                ConflictRule::Homes => "Choose other homes, or leave the centres free".into(),
                other => format!("Give up: {}", other.words(problem, names)),
            },
            Self::Unknown => "No change of this rule alone is known to be enough".into(),
        }
    }
}

impl Conflict {
    /// The proof, then a line per rule with what it would have to give.
    pub fn words(&self, problem: &Problem, names: &Names) -> Vec<String> {
        let lines =
            self.rules.iter().zip(&self.relief).map(|(rule, relief)| {
                format!("{}. {}", rule.words(problem, names), relief.words(*rule, problem, names))
            });
        std::iter::once(self.proof.words(names)).chain(lines).collect()
    }

    /// What to say when no plan was found and no conflict either.
    pub fn none_found() -> &'static str {
        "No rules were found that cannot hold together; whether a plan exists is not known"
    }
}
