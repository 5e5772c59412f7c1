//! `bailiwick undo` and `bailiwick redo`: the history is in the file.

use std::path::PathBuf;

use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result, project};
use crate::domain::cells::apply_to_project;
use crate::domain::edit::{Change, Locks};
use crate::error::UserError;
use crate::work::cut::{data_after, problems_after};
use crate::work::formulas::with_faults;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
}

#[derive(Serialize)]
struct Stepped {
    command: &'static str,
    plan: String,
    step: String,
    can_undo: usize,
    can_redo: usize,
}

pub fn undo(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    step(arguments, output, true)
}

pub fn redo(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    step(arguments, output, false)
}

fn step(arguments: &Arguments, output: &Output, back: bool) -> Result<Outcome> {
    let (store, mut opened) = project::open_to_write(&arguments.plan)?;
    let (command, found) =
        if back { ("undo", opened.history.undo_step()) } else { ("redo", opened.history.redo_step()) };
    let Some(edit) = found.cloned() else {
        let why = if back { "no step was made since the last import" } else { "no step was taken back" };
        return Err(UserError::new(format!("There is nothing to {command}")).because(why));
    };
    let wanted = if back { edit.inverse() } else { edit.clone() };
    if let Some(Err(why)) = data_after(&opened.project, &edit, back) {
        return Err(UserError::new(format!("Could not {command} \"{}\"", edit.label)).because(why));
    }
    apply_to_project(&mut opened.project, &wanted, Locks::Pass)
        .map_err(|error| UserError::new(format!("Could not {command} \"{}\"", edit.label)).because(error))?;
    if back {
        store.undo(&edit);
        opened.history.mark_undone();
    } else {
        store.redo(&edit);
        opened.history.mark_redone();
    }
    let problems = std::mem::take(&mut opened.problems);
    if edit.units_patch().is_some() {
        store.put_problems(problems_after(problems, &edit, back));
    } else if edit.changes.iter().any(Change::is_of_data) {
        store.put_problems(with_faults(problems, &opened.project));
    }
    store.flush()?;
    let stepped = Stepped {
        command,
        plan: arguments.plan.display().to_string(),
        step: edit.label,
        can_undo: opened.history.applied(),
        can_redo: opened.history.steps().len() - opened.history.applied(),
    };
    let done = if back { "Undone" } else { "Made again" };
    output.print(&stepped, &format!("{done}: {}\n", stepped.step))?;
    Ok(Outcome::Done)
}
