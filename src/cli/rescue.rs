//! `bailiwick rescue`: what can be saved of a damaged project, into a new file.

use std::path::PathBuf;

use serde::Serialize;

use super::output::{Message, Output, messages};
use super::{Outcome, Result};
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::files::name_of;
use crate::store::{self, Wanted};
use crate::words;

/// Save what can be read of a damaged project into a new file, and list what is missing
///
/// The damaged file is not touched.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The damaged project file
    #[arg(value_name = "DAMAGED")]
    damaged: PathBuf,
    /// The project file to make
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

#[derive(Serialize)]
struct Rescued {
    command: &'static str,
    damaged: String,
    new: String,
    units: usize,
    accounts: usize,
    territories: usize,
    messages: Vec<Message>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (damaged, new) = (&arguments.damaged, &arguments.new);
    if new.symlink_metadata().is_ok() {
        return Err(UserError::new(format!("Could not create {}", name_of(new)))
            .because("there is a file of that name already")
            .hint("Choose another name"));
    }
    let damage = match store::open(damaged, Wanted::ReadOnly) {
        Err(error) => error,
        Ok(_) => {
            return Err(UserError::new(format!("There is nothing to save from {}", name_of(damaged)))
                .because("the file is not damaged")
                .hint("Copy it as it is"));
        }
    };
    let (store, opened) = store::rescue(damaged, &damage)?;
    store.save_as(new)?;
    let project = &opened.project;
    let place = || Place::file(name_of(damaged));
    let missing: Vec<Diagnostic> = opened.notes.iter().map(|note| Diagnostic::warning(place(), note)).collect();
    let rescued = Rescued {
        command: "rescue",
        damaged: damaged.display().to_string(),
        new: new.display().to_string(),
        units: project.units.len(),
        accounts: project.accounts.len(),
        territories: project.plan.territory_count(),
        messages: messages(&missing),
    };
    output.list(&missing);
    let text = format!(
        "Saved {}, {} and {} as {}\n",
        project.units.count_words(rescued.units),
        words::counted(rescued.accounts as i128, "account"),
        words::counted(rescued.territories as i128, "territory"),
        rescued.new
    );
    output.print(&rescued, &text)?;
    Ok(Outcome::Done)
}
