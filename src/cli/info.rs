//! `bailiwick info`: what is in a project.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::output::{self, Message, Output, messages};
use super::validate::{GoalChecked, goals_checked};
use super::{Outcome, Result, project};
use crate::domain::columns::{Aggregate, Subject};
use crate::domain::ids::TerritoryId;
use crate::io::diagnostic::Diagnostic;
use crate::words;
use crate::work::{places, records};

/// Print what is in a project: units, accounts, measures, reps, plans, history, and what was noticed at import
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
}

#[derive(Serialize)]
struct Info {
    command: &'static str,
    plan: String,
    name: String,
    unit_kind: String,
    units: usize,
    units_approximate: bool,
    accounts: usize,
    accounts_placed: Vec<super::places::Count>,
    accounts_outside: usize,
    reps: usize,
    measures: Vec<MeasureInfo>,
    goals: Vec<GoalChecked>,
    plans: Vec<String>,
    open_plan: String,
    territories: usize,
    /// From the lowest up.
    levels: Vec<LevelInfo>,
    layers: Vec<super::layer::LayerInfo>,
    unassigned_units: usize,
    named_accounts: usize,
    can_undo: Option<String>,
    can_redo: Option<String>,
    steps: usize,
    /// Why the file cannot be opened for anything else; then this is what can be saved of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    damage: Option<String>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct LevelInfo {
    name: String,
    groups: usize,
}

#[derive(Serialize)]
struct MeasureInfo {
    name: String,
    unit: String,
    /// "units" or "accounts".
    of: &'static str,
    /// "sum" or "mean".
    aggregate: &'static str,
    /// Of a sum, over everything.
    total: Option<f64>,
    missing: usize,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (opened, damage) = project::open_even_damaged(&arguments.plan)?;
    let project = &opened.project;
    let plan = &*project.plan;
    let measures = project.measures.iter().map(|measure| MeasureInfo {
        name: measure.name.clone(),
        unit: measure.unit.clone(),
        of: if measure.subject == Subject::Units { "units" } else { "accounts" },
        aggregate: if measure.aggregate == Aggregate::Sum { "sum" } else { "mean" },
        total: measure
            .is_summed()
            .then(|| measure.values.iter().filter(|value| value.is_finite()).fold(0.0, |sum, value| sum + value)),
        missing: measure.values.iter().filter(|value| value.is_nan()).count(),
    });
    let hierarchy = plan.hierarchy();
    let levels = hierarchy
        .levels()
        .iter()
        .enumerate()
        .map(|(level, name)| LevelInfo { name: name.clone(), groups: hierarchy.on_level(level).count() });
    let mut diagnostics: Vec<Diagnostic> = opened.problems.iter().map(records::diagnostic).collect();
    diagnostics.extend(opened.notes.iter().map(|note| Diagnostic::warning(Default::default(), note)));
    let info = Info {
        command: "info",
        plan: arguments.plan.display().to_string(),
        name: project.name.clone(),
        unit_kind: project.units.kind.clone(),
        units: project.units.len(),
        units_approximate: project.units.approximate,
        accounts: project.accounts.len(),
        accounts_placed: super::places::counts(&project.accounts),
        accounts_outside: project.accounts.units.iter().filter(|unit| unit.is_none()).count(),
        reps: project.reps.len(),
        measures: measures.collect(),
        goals: goals_checked(project, &project.goals),
        plans: opened.plans.all.iter().map(|plan| plan.name.clone()).collect(),
        open_plan: opened.plans.name(opened.plans.active).to_owned(),
        territories: plan.territory_count(),
        levels: levels.collect(),
        layers: super::layer::infos(project),
        unassigned_units: plan.units_of(TerritoryId::UNASSIGNED).count(),
        named_accounts: plan.overrides().len(),
        can_undo: opened.history.undo_step().map(|edit| edit.label.clone()),
        can_redo: opened.history.redo_step().map(|edit| edit.label.clone()),
        steps: opened.history.applied(),
        damage,
        messages: messages(&diagnostics),
    };
    let mut text = String::new();
    let mut line = |what: &str, value: String| {
        let _ = writeln!(text, "{what:<14} {value}");
    };
    line("Project", info.name.clone());
    let approximate = if info.units_approximate { " (approximate shapes)" } else { "" };
    line("Units", format!("{}{approximate}", project.units.count_words(info.units)));
    line("Accounts", format!("{}, {} outside every unit", grouped(info.accounts), grouped(info.accounts_outside)));
    if !project.accounts.is_empty() {
        line("Placed", places::counted(&project.accounts));
    }
    line("Reps", grouped(info.reps));
    for measure in project.measures.iter().zip(&info.measures) {
        let (measure, info) = measure;
        let total = info.total.map_or("a mean".to_owned(), |total| words::figure(measure, total));
        line("Measure", format!("{} of {}: {total}", info.name, info.of));
    }
    for goal in &info.goals {
        line("Balanced", format!("{} within ±{}", goal.measure, words::percent(goal.tolerance)));
    }
    line("Plans", format!("{} (open: {})", info.plans.join(", "), info.open_plan));
    line(
        "Territories",
        format!("{}, {} unassigned", info.territories, project.units.count_words(info.unassigned_units)),
    );
    if !info.levels.is_empty() {
        let levels: Vec<String> = info.levels.iter().map(|level| format!("{}: {}", level.name, level.groups)).collect();
        line("Levels", format!("{} (from the lowest up)", levels.join(", ")));
    }
    for layer in project.layers.iter() {
        line("Layer", format!("{}: {}", layer.name, layer.areas.count_words(layer.areas.len())));
    }
    line("Steps", info.steps.to_string());
    if let Some(step) = &info.can_undo {
        line("Last step", step.clone());
    }
    if let Some(damage) = &info.damage {
        line("Damaged", damage.clone());
        line("", format!("bailiwick rescue {} NEW.bwk saves what is listed here", info.plan));
    }
    if output.all_messages || info.damage.is_some() {
        output.list(&diagnostics);
    } else if !diagnostics.is_empty() {
        let _ = writeln!(text, "{:<14} {} (--all-messages lists them)", "Messages", output::counts(&diagnostics));
    }
    output.print(&info, &text)?;
    Ok(if info.damage.is_some() { Outcome::Violated } else { Outcome::Done })
}

fn grouped(count: usize) -> String {
    words::count(count as i128)
}
