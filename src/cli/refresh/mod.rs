//! `bailiwick refresh`: a newer file compared with the project, and taken as one step.

mod accounts;
mod units;

use clap::Subcommand;

use super::output::Output;
use super::{Outcome, Result};

/// Compare a newer file with the project and, with --apply, take it as one undo step
#[derive(Debug, Subcommand)]
pub enum Refresh {
    Accounts(Box<accounts::Arguments>),
    Units(Box<units::Arguments>),
}

pub fn run(refresh: &Refresh, output: &Output) -> Result<Outcome> {
    match refresh {
        Refresh::Accounts(arguments) => accounts::run(arguments, output),
        Refresh::Units(arguments) => units::run(arguments, output),
    }
}
