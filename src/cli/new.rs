//! `bailiwick new`: an empty project.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result};
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::store::{self, Existing};

/// Make an empty project file
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file to make, for example plan.bwk
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The project's name; without it that of the file
    #[arg(long)]
    name: Option<String>,
    /// Replace a file of that name
    #[arg(long)]
    replace: bool,
}

#[derive(Serialize)]
struct Made<'a> {
    command: &'static str,
    plan: String,
    name: &'a str,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let stem = || arguments.plan.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let name = arguments.name.clone().unwrap_or_else(stem);
    let project = Project { name, plan: Arc::new(Plan::empty("Plan", 0)), ..Project::default() };
    let existing = if arguments.replace { Existing::Replace } else { Existing::Refuse };
    let store = store::create(&arguments.plan, &project, existing)?;
    store.flush()?;
    let made = Made { command: "new", plan: arguments.plan.display().to_string(), name: &project.name };
    output.print(&made, &format!("Made {}\n", made.plan))?;
    Ok(Outcome::Done)
}
