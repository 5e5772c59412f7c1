//! `bailiwick bench engine`: quality, bound, time and memory of the engine, on instances that anybody can make.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Serialize;

use super::case::{Case, Folders};
use super::once::{self, Row};
use super::suites::Suite;
use super::{instances, print, text};
use crate::cli::output::Output;
use crate::cli::search::{effort, seconds, threads};
use crate::cli::{Outcome, Result, goals};
use crate::error::UserError;
use crate::io::files::Writing;
use crate::solve::Effort;

/// Measure the engine: quality, bound, time and memory on instances that anybody can make
///
/// Every run is a process of its own, so that its memory is its own too. Travel is the mean great-circle distance per unit of the
/// first load to the weighted centroid; all figures are counted from the plan, not taken from the engine.
#[derive(Debug, clap::Args)]
#[command(after_long_help = instances::HELP)]
pub struct Arguments {
    /// What to run; see the list below
    #[arg(value_name = "INSTANCE", required_unless_present = "suite")]
    instances: Vec<String>,
    /// A list of cases with its own limits and goals
    #[arg(long, value_name = "SUITE", conflicts_with = "instances")]
    suite: Option<Suite>,
    /// Only the cases of the suite whose name contains this
    #[arg(long, value_name = "TEXT", requires = "suite")]
    only: Option<String>,
    /// So many seeds, one after the other; the table shows medians
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN)]
    seeds: NonZeroUsize,
    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How much to search: quick, normal, thorough, or a number of steps per unit; normal, or what the suite says
    #[arg(long, value_name = "EFFORT", value_parser = effort)]
    effort: Option<Effort>,
    /// Cut every search off after this time; what the suite says otherwise
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time: Option<Duration>,
    /// Threads to use
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Instead of the instance's own number of territories
    #[arg(long, value_name = "K")]
    territories: Option<NonZeroUsize>,
    /// How many of the instance's loads are balanced
    #[arg(long, value_name = "N")]
    measures: Option<NonZeroUsize>,
    /// The tolerance of each load, separated by commas; ±5 % without
    #[arg(long, value_name = "TOLERANCE", value_delimiter = ',')]
    tolerance: Vec<String>,
    /// Start from a plan about 30 % out of balance, and move at most so much of the first load
    #[arg(long, value_name = "PERCENT")]
    max_moved: Option<String>,
    /// The folder of the instances county50 and zip200 [default: BAILIWICK_BENCH_DATA, or BAILIWICK_TEST_DATA]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The folder of the sample files [default: sample_data, here or above the program]
    #[arg(long, value_name = "FOLDER")]
    sample: Option<PathBuf>,
    /// The least total known of a p-median problem, to compare with
    #[arg(long, value_name = "TOTAL", value_parser = crate::cli::search::positive)]
    best: Option<f64>,
    /// Write the instances as text to this folder instead of running them
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
    /// Run one case with one seed, in this process
    #[arg(long, hide = true)]
    once: bool,
}

#[derive(Serialize)]
struct Benched {
    command: &'static str,
    suite: Option<String>,
    cases: Vec<print::Summary>,
    runs: Vec<Row>,
}

#[derive(Serialize)]
struct Written {
    command: &'static str,
    files: Vec<String>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let cases = cases(arguments)?;
    let folders = folders(arguments);
    let threads = threads(arguments.threads);
    if let Some(folder) = &arguments.write {
        return write(&cases, &folders, folder, output);
    }
    if arguments.once {
        let case = cases.first().ok_or_else(|| UserError::new("There is no case to run"))?;
        let row = once::run(case, arguments.seed, threads, &folders)?;
        let text = format!("{row:#?}\n");
        output.print(&row, &text)?;
        return Ok(Outcome::Done);
    }
    let seeds = arguments.seed..arguments.seed.saturating_add(arguments.seeds.get() as u64);
    let mut runs: Vec<Row> = Vec::new();
    let mut summaries = Vec::new();
    for case in &cases {
        let mut rows = Vec::new();
        for seed in seeds.clone() {
            let mut row = in_a_process(case, seed, threads, &folders)?;
            if let Some(best) = arguments.best {
                row.best = Some(best);
                row.over_best = row.total.map(|total| total / best - 1.0);
            }
            if row.error.is_none() {
                say(&print::line(&row));
            }
            let failed = row.error.is_some();
            rows.push(row);
            if failed {
                break;
            }
        }
        summaries.push(print::Summary::of(case, &rows));
        runs.extend(rows);
    }
    if let (true, Some(error)) =
        (runs.iter().all(|row| row.error.is_some()), runs.first().and_then(|row| row.error.clone()))
    {
        return Err(UserError::new("Nothing could be measured").because(error).hint("bailiwick bench engine --help"));
    }
    runs.iter().filter(|row| row.error.is_some()).for_each(|row| say(&print::line(row)));
    let is_growth = arguments.suite == Some(Suite::Growth);
    let text = print::table(&summaries, is_growth);
    let suite = arguments.suite.map(|suite| format!("{suite:?}").to_lowercase());
    output.print(&Benched { command: "bench engine", suite, cases: summaries, runs }, &text)?;
    Ok(Outcome::Done)
}

/// What is to be run, with what the command line says of all of it.
fn cases(arguments: &Arguments) -> Result<Vec<Case>> {
    let mut cases = match arguments.suite {
        Some(suite) => suite.cases(),
        None => arguments.instances.iter().map(|name| Case::of(name)).collect(),
    };
    if let Some(text) = &arguments.only {
        cases.retain(|case| case.name().contains(text.as_str()));
        if cases.is_empty() {
            return Err(UserError::new(format!("No case of the suite has \"{text}\" in its name")));
        }
    }
    let tolerances: Vec<f64> =
        arguments.tolerance.iter().map(|text| goals::tolerance_of(text)).collect::<Result<_>>()?;
    let max_moved = arguments.max_moved.as_deref().map(goals::moved_share).transpose()?;
    for case in &mut cases {
        case.effort = arguments.effort.unwrap_or(case.effort);
        case.time = arguments.time.or(case.time);
        case.territories = arguments.territories.map(NonZeroUsize::get).or(case.territories);
        case.measures = arguments.measures.map_or(case.measures, NonZeroUsize::get);
        case.max_moved = max_moved.or(case.max_moved);
        if !tolerances.is_empty() {
            case.tolerances.clone_from(&tolerances);
        }
    }
    Ok(cases)
}

fn folders(arguments: &Arguments) -> Folders {
    let from_environment =
        || ["BAILIWICK_BENCH_DATA", "BAILIWICK_TEST_DATA"].into_iter().find_map(std::env::var_os).map(PathBuf::from);
    Folders {
        data: arguments.data.clone().or_else(from_environment),
        sample: super::sample_folder(arguments.sample.as_deref()),
    }
}

/// Runs a case in a process of its own. What goes wrong there is the row's error.
fn in_a_process(case: &Case, seed: u64, threads: usize, folders: &Folders) -> Result<Row> {
    let failed = |why: String| Row { instance: case.name(), seed, error: Some(why), ..Row::default() };
    let program =
        std::env::current_exe().map_err(|error| UserError::new("Could not find the program itself").because(error))?;
    let done = Command::new(program).args(case.arguments(seed, threads, folders)).output();
    let done = match done {
        Ok(done) => done,
        Err(error) => return Ok(failed(format!("the process could not be started: {error}"))),
    };
    if let Ok(row) = serde_json::from_slice::<Row>(&done.stdout) {
        return Ok(row);
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let first = said.lines().next().unwrap_or("").trim_start_matches("error: ").to_owned();
    Ok(failed(if first.is_empty() { format!("the process ended with {}", done.status) } else { first }))
}

fn write(cases: &[Case], folders: &Folders, folder: &Path, output: &Output) -> Result<Outcome> {
    let mut writing = Writing::new();
    // A suite asks several things of one instance.
    let names: BTreeSet<&str> = cases.iter().map(|case| case.instance.as_str()).collect();
    for name in names {
        let instance = instances::make(name, folders)?;
        let stem: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        writing.add(&folder.join(format!("{stem}.txt")), text::write(&instance).as_bytes())?;
    }
    let files: Vec<String> = writing.finish()?.iter().map(|file| file.display().to_string()).collect();
    let text: String = files.iter().map(|file| format!("Wrote {file}\n")).collect();
    output.print(&Written { command: "bench engine", files }, &text)?;
    Ok(Outcome::Done)
}

/// What is done so far, for whoever waits.
fn say(line: &str) {
    // Where standard error is closed nobody waits.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
