//! What shall be balanced, as it is written on the command line: `NAME` or `NAME:TOLERANCE`.

use super::Result;
use crate::domain::project::{Goal, Project};
use crate::error::UserError;
use crate::solve::MovedAtMost;

/// What `--help` says about it.
pub const HELP: &str = "A measure to balance, with its tolerance: 5% or 5 is ±5 %, 0.05 is the same as a share";

/// The tolerance of a measure that is named without one.
const DEFAULT_TOLERANCE: f64 = 0.10;

/// Reads the goals that were named; the project's own where none was.
pub fn read(named: &[String], project: &Project) -> Result<Vec<Goal>> {
    if named.is_empty() {
        let goals = project.goals.clone();
        return Ok(if goals.is_empty() { project.main_goal().into_iter().collect() } else { goals });
    }
    let mut goals: Vec<Goal> = Vec::new();
    for text in named {
        let goal = read_one(text, project)?;
        if goals.iter().any(|other| other.measure == goal.measure) {
            return Err(UserError::new(format!("The measure of \"{text}\" is named twice"))
                .hint("Name each measure once, with its tolerance"));
        }
        goals.push(goal);
    }
    Ok(goals)
}

fn read_one(text: &str, project: &Project) -> Result<Goal> {
    // A measure may have a colon in its name.
    let (name, tolerance) = match (project.find_measure(text), text.rsplit_once(':')) {
        (None, Some((name, tolerance))) => (name, tolerance_of(tolerance)?),
        _ => (text, DEFAULT_TOLERANCE),
    };
    let Some(measure) = project.find_measure(name) else {
        let summed = project.measures.iter().filter(|measure| measure.is_summed());
        let names: Vec<String> = summed.map(|measure| format!("\"{}\"", measure.name)).collect();
        let hint = if names.is_empty() {
            "Import units or accounts with a column of numbers first".to_owned()
        } else {
            format!("Its measures are {}", names.join(", "))
        };
        return Err(UserError::new(format!("The project has no measure \"{}\"", name.trim())).hint(hint));
    };
    if !project.measure(measure).is_some_and(crate::domain::columns::Measure::is_summed) {
        return Err(UserError::new(format!("\"{}\" cannot be balanced", name.trim()))
            .because("it is a mean, which cannot be added up over a territory")
            .hint("Balance what it is a mean of"));
    }
    Ok(Goal { measure, tolerance, weight: 1.0 })
}

/// Reads limits on what may move: `10%` of the units, `Revenue:10%` of a measure.
pub fn moved(named: &[String], project: &Project) -> Result<Vec<MovedAtMost>> {
    let one = |text: &String| {
        let (measure, share) = match text.rsplit_once(':') {
            Some((name, share)) => (Some(read_one(name, project)?.measure), share),
            None => (None, text.as_str()),
        };
        Ok(MovedAtMost { measure, share: moved_share(share)? })
    };
    named.iter().map(one).collect()
}

/// `5%` and `5` are five percent, `0.05` is the same as a share: numbers below 1 without a percent sign are shares.
pub fn tolerance_of(text: &str) -> Result<f64> {
    let wrong = |why: &str| {
        UserError::new(format!("\"{text}\" is not a tolerance"))
            .because(why)
            .hint("Write 5% or 5 for ±5 %, or 0.05 as a share")
    };
    let share = share_of(text).ok_or_else(|| wrong("expected a number"))?;
    if !(share > 0.0 && share <= 10.0) {
        return Err(wrong("expected more than 0 and at most 1000 %"));
    }
    Ok(share)
}

/// The most that may move, from nothing to everything; percent and shares as in a tolerance.
pub fn moved_share(text: &str) -> Result<f64> {
    let wrong = |why: &str| {
        UserError::new(format!("\"{}\" is not a share that may move", text.trim()))
            .because(why)
            .hint("Write 10% or 10 for 10 %, 0.1 as a share, or 0% for nothing")
    };
    let share = share_of(text).ok_or_else(|| wrong("expected a number"))?;
    if !(0.0..=1.0).contains(&share) {
        return Err(wrong("expected 0 % to 100 %"));
    }
    Ok(share)
}

fn share_of(text: &str) -> Option<f64> {
    let text = text.trim();
    let (digits, is_percent) = match text.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), true),
        None => (text, false),
    };
    let number: f64 = digits.parse().ok()?;
    Some(if is_percent || number >= 1.0 { number / 100.0 } else { number })
}

#[cfg(test)]
mod tests {
    use super::{moved_share, tolerance_of};

    #[test]
    fn what_may_move_is_a_share_of_the_whole() {
        for (text, expected) in
            [("0", 0.0), ("0%", 0.0), ("0.0 %", 0.0), ("10%", 0.1), ("10", 0.1), ("0.1", 0.1), ("100", 1.0)]
        {
            assert!((moved_share(text).unwrap() - expected).abs() < 1e-12, "{text}");
        }
        for text in ["", "%", "abc", "-1", "101%", "150", "nan", "inf"] {
            let error = moved_share(text).unwrap_err();
            assert!(error.what.contains("may move") && !error.hint.contains('±'), "{text}");
        }
    }

    #[test]
    fn a_tolerance_is_a_percentage_or_a_share() {
        for (text, expected) in
            [("5%", 0.05), ("5", 0.05), ("0.05", 0.05), (" 2.5 % ", 0.025), ("1", 0.01), ("0.5%", 0.005), ("0.5", 0.5)]
        {
            assert!((tolerance_of(text).unwrap() - expected).abs() < 1e-12, "{text}");
        }
        for text in ["", "%", "five", "0", "-5", "nan", "inf", "2000"] {
            assert!(tolerance_of(text).is_err(), "{text}");
        }
    }
}
