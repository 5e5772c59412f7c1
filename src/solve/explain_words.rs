//! Explanations in words.

use super::explain::{Binding, Move, Names};
use super::problem::Problem;

impl Move {
    /// What the move does and why it is made, in words; the terms that it changes, then the reason.
    pub fn words(&self, problem: &Problem, names: &Names) -> String {
        let (unit, from, to) = ((names.unit)(self.unit), (names.territory)(self.from), (names.territory)(self.to));
        let mut words = format!("{unit} goes from {from} to {to}: mean travel {}", signed_length(self.travel_km));
        if self.border_km.abs() >= 0.05 {
            words += &format!(", border {:+.1} km", self.border_km);
        }
        for (measure, change) in self.balance.iter().enumerate() {
            let [a, b, c, d] = [change.from[0], change.from[1], change.to[0], change.to[1]].map(|x| 100.0 * x);
            let measure = (names.measure)(measure);
            words += &format!(
                ", {measure} of {from} from {a:+.1} % to {b:+.1} % off its target and of {to} from {c:+.1} % to {d:+.1} %"
            );
        }
        words += ". ";
        words + &self.reason(problem, names)
    }

    /// Why the unit is not put back, in words.
    pub fn reason(&self, problem: &Problem, names: &Names) -> String {
        let (from, to) = ((names.territory)(self.from), (names.territory)(self.to));
        let load = |territory: u16, measure: usize, found: f64, allowed: f64| {
            let (name, measure_name) = ((names.territory)(territory), (names.measure)(measure));
            if problem.territories.get(territory as usize).is_some_and(|goal| goal.targets[measure] > 0.0) {
                let (found, allowed) = (100.0 * found, 100.0 * allowed);
                format!(
                    "Put back, {measure_name} of {name} would be {found:+.1} % off its target; {allowed:+.1} % is allowed"
                )
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
            Some(Binding::TooFar { territory, found_km, allowed_km }) => format!(
                "Put back, {} would reach {found_km:.0} km from its centre; {allowed_km:.0} km is allowed",
                (names.territory)(territory)
            ),
            Some(Binding::Together { other }) => format!("It must be together with {}", (names.unit)(other)),
            Some(Binding::Apart { other }) => format!("It must not be together with {}", (names.unit)(other)),
        }
    }
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
}
