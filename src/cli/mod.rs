//! The headless program: the second front end of the same library, one file per subcommand. docs/headless.md describes it for
//! people who build it into a pipeline.
//!
//! Exit codes: 0 done, 1 a rule does not hold or no plan could be found, 2 bad usage or input.

mod alignment;
mod bench;
mod build;
mod column;
mod compare;
mod cut;
mod duplicates;
mod explain;
mod export;
mod geocode;
mod goals;
mod import;
mod info;
mod layer;
mod levels;
mod lists;
mod log;
mod metrics;
mod new;
mod output;
mod places;
mod project;
mod reading;
mod rebalance;
mod refresh;
mod rescue;
mod scenario;
mod search;
mod segment;
mod solve;
mod undo;
mod validate;
mod what_if;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::error::UserError;
use output::Output;

/// What the program was started for.
#[derive(Debug)]
pub enum Request {
    /// The window, with a project, a file to import, or neither.
    Window(Option<PathBuf>),
    Headless(Box<Headless>),
}

/// A headless command with its options.
#[derive(Debug)]
pub struct Headless {
    command: Command,
    output: Output,
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    /// A rule does not hold, no plan could be found, or the project that was described is damaged.
    Violated,
}

type Result<T> = std::result::Result<T, UserError>;

const EXAMPLE: &str = "\
The main job in five commands, on the files that come with the program:

  bailiwick new plan.bwk
  bailiwick import units plan.bwk sample_data/zip_areas.shp
  bailiwick import accounts plan.bwk sample_data/accounts.csv
  bailiwick build plan.bwk --territories 12 --measure \"Annual Revenue:5%\"
  bailiwick export plan.bwk territories.shp --what territories

Reps and today's territories, where there are any, come before the build:

  bailiwick import reps plan.bwk sample_data/reps.csv
  bailiwick import alignment plan.bwk sample_data/todays_territories.csv

Then look at the result, and take it back if it does not please:

  bailiwick metrics plan.bwk        bailiwick validate plan.bwk        bailiwick undo plan.bwk

The engine alone, on a table of points, with no project:

  bailiwick solve sample_data/accounts.csv --territories 12 --load \"Annual Revenue:5%\" --out territories.csv

Without a command the window opens: bailiwick, or bailiwick plan.bwk.

Every command takes --json: one JSON object on standard output, described in docs/headless.md.
Exit codes: 0 done; 1 a rule does not hold, or no plan could be found; 2 bad usage or input.";

const USAGE: &str = "bailiwick [FILE]            open the window, with a project or a file to import
       bailiwick <COMMAND> …       do a job without a window";

/// Plan sales territories on a map.
#[derive(Debug, Parser)]
#[command(name = "bailiwick", version, after_long_help = EXAMPLE, override_usage = USAGE)]
#[command(after_help = "The main job in five commands: bailiwick --help", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    start: Option<Start>,
    /// Print one JSON object on standard output instead of text
    #[arg(long, global = true)]
    json: bool,
    /// List all messages about the input instead of the first 20
    #[arg(long, global = true)]
    all_messages: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Arguments),
    #[command(subcommand)]
    Import(import::Import),
    Build(Box<build::Arguments>),
    Solve(Box<solve::Arguments>),
    Metrics(metrics::Arguments),
    Validate(validate::Arguments),
    Info(info::Arguments),
    Export(export::Arguments),
    #[command(subcommand)]
    Crm(Box<lists::Crm>),
    Handover(lists::Handover),
    #[command(subcommand)]
    Scenario(scenario::Scenario),
    Compare(compare::Arguments),
    #[command(subcommand)]
    WhatIf(Box<what_if::WhatIf>),
    Rebalance(Box<rebalance::Arguments>),
    Log(log::Arguments),
    Rescue(rescue::Arguments),
    Cut(cut::Arguments),
    Places(places::List),
    Place(places::Place),
    Geocode(geocode::Arguments),
    #[command(subcommand)]
    Refresh(refresh::Refresh),
    Duplicates(Box<duplicates::Arguments>),
    Column(Box<column::Arguments>),
    Segment(Box<segment::Arguments>),
    #[command(subcommand)]
    Layer(layer::Layer),
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Take the last step of the plan back
    Undo(undo::Arguments),
    /// Make the last step that was taken back again
    Redo(undo::Arguments),
}

#[derive(Debug, Subcommand)]
enum Start {
    #[command(flatten)]
    Headless(Box<Command>),
    /// A file for the window, or a command that does not exist.
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

/// Reads the command line. Ends the program with clap's own message for what it cannot understand, and for --help.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Request {
    let arguments = Arguments::parse_from(arguments);
    match arguments.start {
        None => Request::Window(None),
        Some(Start::Other(words)) => match words.as_slice() {
            [path] if !looks_like_a_command(Path::new(path)) => Request::Window(Some(path.into())),
            words => {
                let word = words.first().map(|word| word.to_string_lossy()).unwrap_or_default();
                let message = format!("there is no command and no file \"{word}\"");
                Arguments::command().error(ErrorKind::InvalidSubcommand, message).exit()
            }
        },
        Some(Start::Headless(command)) => {
            let output = Output { json: arguments.json, all_messages: arguments.all_messages };
            Request::Headless(Box::new(Headless { command: *command, output }))
        }
    }
}

/// Carries a command out, prints what it has to say, and gives the exit code.
pub fn run(headless: &Headless) -> ExitCode {
    let output = &headless.output;
    let done = match &headless.command {
        Command::New(arguments) => new::run(arguments, output),
        Command::Import(arguments) => import::run(arguments, output),
        Command::Build(arguments) => build::run(arguments, output),
        Command::Solve(arguments) => solve::run(arguments, output),
        Command::Metrics(arguments) => metrics::run(arguments, output),
        Command::Validate(arguments) => validate::run(arguments, output),
        Command::Info(arguments) => info::run(arguments, output),
        Command::Places(arguments) => places::list(arguments, output),
        Command::Place(arguments) => places::place(arguments, output),
        Command::Geocode(arguments) => geocode::run(arguments, output),
        Command::Export(arguments) => export::run(arguments, output),
        Command::Crm(crm) => lists::crm(crm, output),
        Command::Handover(arguments) => lists::handover(arguments, output),
        Command::Scenario(scenario) => scenario::run(scenario, output),
        Command::Compare(arguments) => compare::run(arguments, output),
        Command::WhatIf(what_if) => what_if::run(what_if, output),
        Command::Rebalance(arguments) => rebalance::run(arguments, output),
        Command::Log(arguments) => log::run(arguments, output),
        Command::Rescue(arguments) => rescue::run(arguments, output),
        Command::Cut(arguments) => cut::run(arguments, output),
        Command::Refresh(refresh) => refresh::run(refresh, output),
        Command::Duplicates(arguments) => duplicates::run(arguments, output),
        Command::Column(arguments) => column::run(arguments, output),
        Command::Segment(arguments) => segment::run(arguments, output),
        Command::Layer(layer) => layer::run(layer, output),
        Command::Bench(bench) => bench::run(bench, output),
        Command::Undo(arguments) => undo::undo(arguments, output),
        Command::Redo(arguments) => undo::redo(arguments, output),
    };
    match done {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Violated) => ExitCode::from(1),
        Err(error) => fail(&error, output.json),
    }
}

/// Prints an error the way every command does, and gives the exit code 2.
pub fn fail(error: &UserError, json: bool) -> ExitCode {
    output::print_error(error, json);
    ExitCode::from(2)
}

/// A single word that is not a file was meant as a command.
fn looks_like_a_command(path: &Path) -> bool {
    path.extension().is_none() && path.components().count() == 1 && !path.exists()
}
