//! Explanations in words.

use super::explain::{Binding, Move, Names};
use super::problem::Problem;

impl Move {
    /// What the move does and why it is made, in words; the terms that it changes, then the reason.
    pub fn words(&self, problem: &Problem, names: &Names) -> String {
        let (unit, from, to) = ((names.unit)(self.unit), (names.territory)(self.from), (names.territory)(self.to));
        let mut words = format!("{unit} goes from {from} to {to}: mean travel {}", signed_length(self.travel_km));
        if self.border_km.abs() >= 0.000_01 {
            words += &format!(", border {}", signed_length(self.border_km));
        }
        for (measure, change) in self.balance.iter().enumerate() {
            let [a, b, c, d] =
                [change.from[0], change.from[1], change.to[0], change.to[1]].map(|share| off_target(share, 1));
            let measure = (names.measure)(measure);
            words += &format!(", {measure} of {from} from {a} to {b} off its target and of {to} from {c} to {d}");
        }
        words += ". ";
        words + self.reason(problem, names).as_str()
    }

    /// Why the unit is not put back, in words.
    pub fn reason(&self, problem: &Problem, names: &Names) -> String {
        let (from, to) = ((names.territory)(self.from), (names.territory)(self.to));
        let load = |territory: u16, measure: usize, found: f64, allowed: f64| {
            let (name, measure_name) = ((names.territory)(territory), (names.measure)(measure));
            if problem.territories.get(territory as usize).is_some_and(|goal| goal.targets[measure] > 0.0) {
                let [found, allowed] = told_apart(found, allowed, 1, off_target);
                format!("Put back, {measure_name} of {name} would be {found} off its target; {allowed} is allowed")
            } else {
                let [found, allowed] = [found, allowed].map(|amount| (names.amount)(measure, amount));
                format!("Put back, {measure_name} of {name} would be {found}; {allowed} is allowed")
            }
        };
        match self.binding {
            None if self.better_by_km > 0.0 => {
                let better = length(self.better_by_km);
                format!("No rule asks for it: it is better by {better} of mean travel, all terms counted")
            }
            None => {
                let worse = length(-self.better_by_km);
                format!("No rule asks for it, and alone it costs {worse} of mean travel: it goes with other moves")
            }
            Some(Binding::Fixed) => format!("It is fixed to {to}"),
            Some(Binding::Locked) => format!("{from} is locked and takes nothing"),
            Some(Binding::Empty) => format!("Put back, {to} would have no {}", names.kind[1]),
            Some(Binding::Pieces { territory }) => {
                format!("Put back, {} would be in pieces", (names.territory)(territory))
            }
            Some(Binding::TooMuch { territory, measure, found, allowed })
            | Some(Binding::TooLittle { territory, measure, found, allowed }) => {
                load(territory, measure, found, allowed)
            }
            Some(Binding::TooFar { territory, found_km, allowed_km }) => {
                let length = |km: f64, decimals: usize| names.lengths.words(km, decimals);
                let [found, allowed] = told_apart(found_km, allowed_km, 0, length);
                let name = (names.territory)(territory);
                format!("Put back, {name} would reach {found} from its centre; {allowed} is allowed")
            }
            Some(Binding::Together { other }) => format!("It must be together with {}", (names.unit)(other)),
            Some(Binding::Apart { other }) => format!("It must not be together with {}", (names.unit)(other)),
        }
    }
}

/// A deviation with its sign: "+4.1 %".
fn off_target(share: f64, decimals: usize) -> String {
    format!("{:+.decimals$} %", 100.0 * share).replace('-', "−")
}

/// What was found and what is allowed, with as many decimals as it takes to see that they differ.
pub(super) fn told_apart(
    found: f64,
    allowed: f64,
    decimals: usize,
    tell: impl Fn(f64, usize) -> String,
) -> [String; 2] {
    let with = |decimals: usize| [found, allowed].map(|value| tell(value, decimals));
    (decimals..decimals + 4).map(with).find(|[found, allowed]| found != allowed).unwrap_or_else(|| with(decimals))
}

/// A length of mean travel: one unit of many often changes it by metres. "2.4 km", "12 m", "0.04 m".
fn length(km: f64) -> String {
    match km.abs() {
        size if size >= 1.0 => format!("{km:.1} km"),
        size if size >= 0.01 => format!("{:.0} m", 1000.0 * km),
        size if size >= 0.000_095 => format!("{:.1} m", 1000.0 * km),
        size if size >= 0.000_005 => format!("{:.2} m", 1000.0 * km),
        _ => "0 m".to_owned(),
    }
}

fn signed_length(km: f64) -> String {
    let size = length(km.abs());
    if size == "0 m" { size } else { format!("{}{size}", if km < 0.0 { "−" } else { "+" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_changes_are_told_in_metres() {
        let told = [2.44, 0.0123, -0.0042, 0.000_04, 0.0, -1e-9].map(signed_length);
        assert_eq!(told, ["+2.4 km", "+12 m", "−4.2 m", "+0.04 m", "0 m", "0 m"]);
    }

    #[test]
    fn what_was_found_is_told_apart_from_what_is_allowed() {
        assert_eq!(told_apart(-0.1004, -0.1, 1, off_target), ["−10.04 %", "−10.00 %"]);
        assert_eq!(told_apart(0.3333, 0.1, 1, off_target), ["+33.3 %", "+10.0 %"]);
        assert_eq!(told_apart(0.1, 0.1, 1, off_target), ["+10.0 %", "+10.0 %"]);
    }
}
