//! Explanations in words.

use super::explain::{Binding, Move, Names};
use super::problem::Problem;

impl Move {
    /// What the move does and why it is made, in words; the terms that it changes, then the reason.
    pub fn words(&self, problem: &Problem, names: &Names) -> String {
        let (unit, from, to) = ((names.unit)(self.unit), (names.territory)(self.from), (names.territory)(self.to));
        let mut words = format!("{unit} goes from {from} to {to}: mean travel {:+.2} km", self.travel_km);
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
                format!("Put back, {measure_name} of {name} would be {found:.1}; {allowed:.1} is allowed")
            }
        };
        match self.binding {
            None if self.better_by_km > 0.0 => {
                format!(
                    "No rule asks for it: it is better by {:.2} km of mean travel, all terms counted",
                    self.better_by_km
                )
            }
            None => format!(
                "No rule asks for it, and alone it costs {:.2} km of mean travel: it goes with other moves",
                -self.better_by_km
            ),
            Some(Binding::Fixed) => format!("It is fixed to {to}"),
            Some(Binding::Locked) => format!("{from} is locked and takes nothing"),
            Some(Binding::Empty) => format!("Put back, {to} would have no units"),
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
