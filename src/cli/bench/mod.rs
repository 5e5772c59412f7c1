//! `bailiwick bench`: measurements that anybody can repeat.

mod case;
mod engine;
mod generated;
mod instances;
mod once;
mod pmedian;
mod print;
mod shipped;
mod suites;
mod text;

use super::output::Output;
use super::{Outcome, Result};

/// Measure the program on this machine
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    Engine(Box<engine::Arguments>),
}

pub fn run(bench: &Bench, output: &Output) -> Result<Outcome> {
    match bench {
        Bench::Engine(arguments) => engine::run(arguments, output),
    }
}
