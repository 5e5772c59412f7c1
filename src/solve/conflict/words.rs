//! Conflicts in words.

use super::{Conflict, ConflictRule, Proof, Relief};
use crate::solve::explain::Names;
use crate::solve::problem::Problem;

impl ConflictRule {
    /// The rule as the user gave it.
    pub fn words(self, problem: &Problem, names: &Names) -> String {
        let unit = |unit: u32| (names.unit)(unit);
        let [one, many] = names.kind;
        let off = |measure: usize, side: &str, limit: &str| {
            let name = (names.measure)(measure);
            let has_own =
                |goal: &crate::solve::problem::TerritoryGoal| matches!(goal.limits.get(measure), Some(Some(_)));
            match problem.goals.get(measure) {
                Some(goal) if !problem.territories.iter().any(has_own) => {
                    format!("No territory is more than {} {side} its target of {name}", share(goal.tolerance))
                }
                _ => format!("No territory has {limit} {name} than its limit"),
            }
        };
        match self {
            Self::Count => match problem.territories.len() {
                1 => format!("1 territory, and it has a {one}"),
                count => format!("{count} territories, each with a {one} at least"),
            },
            Self::Most { measure } => off(measure, "above", "more"),
            Self::Least { measure } => off(measure, "below", "less"),
            Self::Contiguous => "Every territory is in one piece".into(),
            Self::MaxDistance => {
                let length = names.lengths.words(problem.max_distance_km.unwrap_or(f64::NAN), 1);
                format!("No {one} is farther than {length} from the centre of its territory")
            }
            Self::Homes => "The centres of the territories are the homes given".into(),
            Self::Fixed { unit: fixed } => {
                let to = problem.fixed.get(fixed as usize).copied().flatten();
                let to = to.map_or_else(|| "its territory".into(), |to| (names.territory)(to));
                format!("{} stays in {to}", unit(fixed))
            }
            Self::Together { group } => format!("{} are in one territory", list(&problem.together[group], names)),
            Self::Apart { pair } => {
                let [a, b] = problem.apart[pair];
                format!("{} and {} are in different territories", unit(a), unit(b))
            }
            Self::Moved { limit } => {
                let cap = problem.moved_limits[limit];
                let of = cap.measure.map_or_else(|| many.to_owned(), |measure| (names.measure)(measure));
                format!("No more than {} of {of} changes its territory", share(cap.share))
            }
        }
    }
}

impl Proof {
    /// Why the rules cannot hold together, in words and figures.
    pub fn words(&self, problem: &Problem, names: &Names) -> String {
        let [one, many] = names.kind;
        let count = |count: usize| format!("{count} {}", if count == 1 { one } else { many });
        let amount = |measure: usize, amount: f64| (names.amount)(measure, amount);
        match self {
            Self::TooFewUnits { units, territories } => {
                format!("{} cannot fill {territories} territories", count(*units))
            }
            Self::Total { measure, total, limit, territories } => {
                let side = if total > limit { "may have at most" } else { "must have at least" };
                let (total, limit) = (amount(*measure, *total), amount(*measure, *limit));
                let measure = (names.measure)(*measure);
                format!(
                    "There is {total} of {measure} in all, but the {territories} territories {side} {limit} together"
                )
            }
            Self::Heavy { units, territory, measure, load, most } => {
                let whose = territory.map_or_else(|| "a territory".into(), |territory| (names.territory)(territory));
                let has = if units.len() == 1 { "has" } else { "have" };
                let (load, most) = (amount(*measure, *load), amount(*measure, *most));
                let (units, measure) = (list(units, names), (names.measure)(*measure));
                format!("{units} {has} {load} of {measure}, but {whose} may have at most {most}")
            }
            Self::Torn { units } => {
                format!("{} must be together but are fixed to different territories", list(units, names))
            }
            Self::Joined { units } => {
                format!("{} must be apart but come to be in one territory", list(units, names))
            }
            Self::Parts { parts, territories } => {
                format!("The map is in {parts} parts that no border joins, and there are {territories} territories")
            }
            Self::Part { unit, units, at_least, at_most } => format!(
                "The part of the map around {} ({}) takes at least {at_least} territories by its load, and no more than {at_most}",
                (names.unit)(*unit),
                count(*units)
            ),
            Self::AllParts { at_least, territories, .. } if at_least > territories => {
                format!("The parts of the map take at least {at_least} territories, and there are {territories}")
            }
            Self::AllParts { at_most, territories, .. } => {
                format!("The parts of the map have load for at most {at_most} territories, and there are {territories}")
            }
            Self::Cut { territory, units } => format!(
                "{} are fixed to {} but cannot be joined without {many} of other territories",
                list(units, names),
                (names.territory)(*territory)
            ),
            Self::OutOfReach { unit, km } => {
                let length = names.lengths.words(*km, 1);
                format!("{} is {length} from the nearest home that it may belong to", (names.unit)(*unit))
            }
            Self::Deserted { territory, km } => {
                let length = names.lengths.words(*km, 1);
                format!("The nearest {one} to the home of {} is {length} away", (names.territory)(*territory))
            }
            Self::FarApart { units, km } => {
                let length = names.lengths.words(*km, 1);
                format!("{} are {length} from each other, too far for one centre between them", list(units, names))
            }
            Self::Scattered { units } => format!(
                "{} are so far from each other that each needs a centre of its own: {}",
                count(units.len()),
                list(units, names)
            ),
            Self::NoFlow { measure, missing } => {
                let (missing, measure) = (amount(*measure, *missing), (names.measure)(*measure));
                format!(
                    "However {measure} is shared out among the territories that may take it, {missing} is in the wrong place"
                )
            }
            Self::MustMove { limit, least, most } => {
                let measure = problem.moved_limits.get(*limit).and_then(|limit| limit.measure);
                let (least, of) = match measure {
                    Some(measure) => (amount(measure, *least), format!(" of {}", (names.measure)(measure))),
                    None => (count(least.round() as usize), String::new()),
                };
                let most = measure.map_or_else(|| trimmed(*most, 1), |measure| amount(measure, *most));
                format!("At least {least}{of} would have to change territory, and {most} may")
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
            Self::Territories { count: 1 } => "1 territory would be without this conflict".into(),
            Self::Territories { count } => format!("{count} territories would be without this conflict"),
            Self::Distance { at_least_km } => {
                format!("The largest distance would have to be at least {}", names.lengths.words_up(at_least_km))
            }
            Self::Share { limit, at_least } => {
                let measure = problem.moved_limits.get(limit).and_then(|limit| limit.measure);
                let of = measure.map_or_else(|| names.kind[1].to_owned(), |measure| (names.measure)(measure));
                format!("At least {} of {of} would have to be allowed to change territory", percent(at_least))
            }
            Self::GiveUp => match rule {
                ConflictRule::Fixed { unit } => format!("Unlock {}", (names.unit)(unit)),
                ConflictRule::Contiguous => "Let territories be in several pieces".into(),
                ConflictRule::Homes => "Choose other homes, or leave the centres free".into(),
                other => format!("Give up: {}", other.words(problem, names)),
            },
            Self::Unknown => "No change of one rule alone is known to be enough".into(),
        }
    }
}

/// A conflict in words, part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictWords {
    pub rules: Vec<String>,
    /// Why they cannot hold together.
    pub proof: String,
    /// What would have to give, rule by rule as far as it is known.
    pub reliefs: Vec<String>,
}

impl Conflict {
    pub fn words(&self, problem: &Problem, names: &Names) -> ConflictWords {
        let pairs = || self.rules.iter().zip(&self.relief);
        let known = pairs().filter(|pair| *pair.1 != Relief::Unknown);
        let mut reliefs: Vec<String> = known.map(|(rule, relief)| relief.words(*rule, problem, names)).collect();
        if reliefs.is_empty() {
            reliefs.extend(pairs().take(1).map(|(rule, relief)| relief.words(*rule, problem, names)));
        }
        let rules = self.rules.iter().map(|rule| rule.words(problem, names)).collect();
        ConflictWords { rules, proof: self.proof.words(problem, names), reliefs }
    }

    /// What to say when no plan was found and no conflict either.
    pub fn none_found() -> &'static str {
        "No rules were found that cannot hold together; whether a plan exists is not known"
    }
}

impl ConflictWords {
    /// What is said of the rules: "These rules cannot hold together".
    pub fn title(&self) -> &'static str {
        if self.rules.len() == 1 { "This rule cannot hold" } else { "These rules cannot hold together" }
    }

    /// What is said of the reliefs.
    pub fn relief_title(&self) -> &'static str {
        if self.reliefs.len() == 1 { "What would have to give" } else { "One of these would have to give" }
    }

    /// The rules, the proof, and what would have to give, each on a line.
    pub fn lines(&self) -> Vec<String> {
        let rules = format!("{}: {}", self.title(), self.rules.join("; "));
        vec![rules, self.proof.clone(), format!("{}: {}", self.relief_title(), self.reliefs.join("; "))]
    }
}

/// The first few units by their names.
fn list(units: &[u32], names: &Names) -> String {
    const MOST: usize = 6;
    let all: Vec<String> = units.iter().take(MOST).map(|&unit| (names.unit)(unit)).collect();
    match all.as_slice() {
        [rest @ .., last] if !rest.is_empty() && units.len() <= MOST => format!("{} and {last}", rest.join(", ")),
        _ if units.len() > MOST => format!("{} and others", all.join(", ")),
        _ => all.join(", "),
    }
}

fn share(share: f64) -> String {
    format!("{} %", (1000.0 * share).round() / 10.0)
}

/// A figure with as many decimals as it has, up to so many.
fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
