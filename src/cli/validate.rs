//! `bailiwick validate`: the plan held against its rules. Exit code 1 when one does not hold.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result, goals, project};
use crate::domain::project::{Goal, Project};
use crate::error::UserError;
use crate::words;
use crate::work::check::{self, Violation};
use crate::work::export::totals;

/// Hold the plan against its rules; exit code 1 when one does not hold
///
/// Every unit has a territory, every territory has units, is in one piece, and is within the tolerance of each goal.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    #[arg(long, value_name = "NAME[:TOLERANCE]", help = goals::HELP)]
    measure: Vec<String>,
}

#[derive(Serialize)]
struct Validated {
    command: &'static str,
    plan: String,
    valid: bool,
    goals: Vec<GoalChecked>,
    violations: Vec<Broken>,
}

/// A goal as JSON.
#[derive(Serialize)]
pub struct GoalChecked {
    pub measure: String,
    pub tolerance: f64,
}

/// A rule that does not hold, as JSON. `found` and `allowed` are counts, or shares for `too-much` and `too-little`.
#[derive(Serialize)]
pub struct Broken {
    rule: &'static str,
    territory: Option<String>,
    measure: Option<String>,
    units: Vec<String>,
    found: f64,
    allowed: f64,
    message: String,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let opened = project::open_to_read(&arguments.plan)?;
    let project = &opened.project;
    if project.units.is_empty() {
        return Err(UserError::new(format!("There is no plan to validate in {}", arguments.plan.display()))
            .because("the project has no units")
            .hint("Import them first: bailiwick import units PLAN FILE"));
    }
    let goals = goals::read(&arguments.measure, project)?;
    let violations = check::violations(project, &totals(project), &goals);
    let validated = Validated {
        command: "validate",
        plan: arguments.plan.display().to_string(),
        valid: violations.is_empty(),
        goals: goals_checked(project, &goals),
        violations: broken(project, &violations),
    };
    let mut text = String::new();
    for violation in &violations {
        let _ = writeln!(text, "{}", violation.words);
    }
    let balanced: Vec<String> = validated
        .goals
        .iter()
        .map(|goal| format!("{} within ±{}", goal.measure, words::percent(goal.tolerance)))
        .collect();
    let _ = match violations.len() {
        0 => writeln!(text, "All rules hold: {} territories, {}", project.plan.territory_count(), balanced.join(", ")),
        1 => writeln!(text, "1 rule does not hold"),
        count => writeln!(text, "{count} rules do not hold"),
    };
    output.print(&validated, &text)?;
    Ok(if violations.is_empty() { Outcome::Done } else { Outcome::Violated })
}

pub fn goals_checked(project: &Project, goals: &[Goal]) -> Vec<GoalChecked> {
    let name = |goal: &Goal| project.measure(goal.measure).map(|measure| measure.name.clone()).unwrap_or_default();
    goals.iter().map(|goal| GoalChecked { measure: name(goal), tolerance: goal.tolerance }).collect()
}

pub fn broken(project: &Project, violations: &[Violation]) -> Vec<Broken> {
    let broken = |violation: &Violation| Broken {
        rule: violation.rule.word(),
        territory: violation.territory.map(|id| project.plan.territory_name(id).to_owned()),
        measure: violation.measure.and_then(|id| project.measure(id)).map(|measure| measure.name.clone()),
        units: violation.units.iter().map(|unit| project.units.codes[unit.index()].clone()).collect(),
        found: violation.found,
        allowed: violation.allowed,
        message: violation.words.clone(),
    };
    violations.iter().map(broken).collect()
}
