//! `bailiwick layer use`: a layer becomes the units of the plan.

use std::path::PathBuf;

use serde::Serialize;

use super::super::output::{Message, Output, messages};
use super::super::{Outcome, Result, project};
use crate::work::layers::{self, use_as_units};

/// Use a layer as the units of the plan, by share of area; the units of before become a layer
///
/// Without --apply nothing is changed: what becomes of territories, accounts and figures is told. With it the units are swapped as one undo
/// step.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The layer, by its name
    #[arg(value_name = "NAME")]
    name: String,
    /// Swap the units
    #[arg(long)]
    apply: bool,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    layer: String,
    applied: bool,
    step: Option<String>,
    units_before: usize,
    units: usize,
    unit_kind: String,
    /// What the units of before are called as a layer.
    former_units: String,
    units_with_area: usize,
    units_where_nothing_was: Vec<String>,
    accounts_that_change_hands: usize,
    territories_without_units: Vec<String>,
    /// Columns of units whose values were divided by area.
    apportioned: Vec<String>,
    /// Columns of the layer that the project does not have.
    left_out: Vec<String>,
    messages: Vec<Message>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (store, opened) = if arguments.apply {
        let (store, opened) = project::open_to_write(&arguments.plan)?;
        (Some(store), opened)
    } else {
        (None, project::open_to_read(&arguments.plan)?)
    };
    let project = &opened.project;
    let at = layers::find(project, &arguments.name)?;
    let used = output.with_progress(|progress| use_as_units(project, at, progress))?;
    if let Some(store) = &store {
        store.apply(&used.update.edit);
        store.flush()?;
    }
    let mut text = used.facts(project).iter().map(|fact| format!("{fact}\n")).collect::<String>();
    text.push_str(&match arguments.apply {
        true => format!("{}\n", used.update.edit.label),
        false => "Nothing was changed; --apply swaps the units as one undo step\n".to_owned(),
    });
    let (report, after) = (&used.update.report, &used.update.project);
    let done = Done {
        command: "layer use",
        plan: arguments.plan.display().to_string(),
        layer: project.layers[at].name.clone(),
        applied: arguments.apply,
        step: arguments.apply.then(|| used.update.edit.label.clone()),
        units_before: project.units.len(),
        units: after.units.len(),
        unit_kind: after.units.kind.clone(),
        former_units: used.former.clone(),
        units_with_area: report.by_share.len(),
        units_where_nothing_was: report.without.clone(),
        accounts_that_change_hands: report.moves.len(),
        territories_without_units: used.emptied.clone(),
        apportioned: report.apportioned.clone(),
        left_out: report.left_out.clone(),
        messages: messages(&used.diagnostics),
    };
    output.list(&used.diagnostics);
    output.print(&done, &text)?;
    Ok(Outcome::Done)
}
