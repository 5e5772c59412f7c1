//! `bailiwick solve`: the engine alone, on a table of points, with no project.

mod report;
mod task;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use super::output::{Output, print_error};
use super::search::{Search, positive};
use super::{Outcome, Result, goals};
use crate::error::UserError;
use crate::solve::{BOUND_STEPS, SolveError, centre_free_bound, run as run_engine};
use task::Task;

/// Divide a table of points into territories with the engine alone: no project, a file in and a file out
///
/// Rows that cannot be used are listed and left out. Exit code 1 when a rule does not hold in the best plan found, or none can exist.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The table: CSV with a header, one row per point
    #[arg(value_name = "POINTS")]
    points: PathBuf,
    /// So many territories; with fixed centres as many as there are centres
    #[arg(long, value_name = "K")]
    territories: Option<NonZeroUsize>,
    /// The column that names the points; guessed when it is not named, else the row's number
    #[arg(long, value_name = "COL")]
    id: Option<String>,
    /// The column with longitudes in degrees; guessed when no position is named
    #[arg(long, value_name = "COL", requires = "lat")]
    lon: Option<String>,
    /// The column with latitudes in degrees
    #[arg(long, value_name = "COL", requires = "lon")]
    lat: Option<String>,
    /// The column with x on a plane, instead of longitudes; lengths are then in its unit
    #[arg(long, value_name = "COL", requires = "y", conflicts_with = "lon")]
    x: Option<String>,
    /// The column with y on a plane
    #[arg(long, value_name = "COL", requires = "x", conflicts_with = "lat")]
    y: Option<String>,
    /// A column to balance, with its tolerance: 5% or 5 is ±5 %, 0.05 is the same as a share; ±10 % without one
    #[arg(long, value_name = "COL[:TOLERANCE]")]
    load: Vec<String>,
    /// A territory has at most so much of a load and may have as little as comes out, instead of a tolerance
    #[arg(long, value_name = "[COL:]N")]
    max_load: Vec<String>,
    /// The column that says how much a point's distance counts, or 1 for all alike; the first load without it
    #[arg(long, value_name = "COL|1")]
    travel_weight: Option<String>,
    /// What a territory's centre is: its weighted centroid, the member nearest to all others (the median), or given by a table
    #[arg(long, value_name = "centroid|member|fixed:FILE", default_value = "centroid")]
    centre: String,
    /// Who is whose neighbour: cells of the points that meet (delaunay, or delaunay:LONGEST to part what is farther apart), a table
    /// of pairs of IDs, or nobody. With neighbours every territory hangs together
    #[arg(long, value_name = "delaunay[:LONGEST]|none|FILE", default_value = "delaunay")]
    neighbours: String,
    /// No point lies farther than this from its centre: kilometres, or the unit of x and y
    #[arg(long, value_name = "LENGTH", value_parser = positive)]
    max_distance: Option<f64>,
    /// How much short borders are worth: so much travel of a mean territory for as much border
    #[arg(long, value_name = "SHARE", value_parser = positive)]
    border_weight: Option<f64>,
    #[command(flatten)]
    search: Search,
    /// Prove how far every plan is from the best there can be, wherever its centres are; takes seconds to minutes
    #[arg(long)]
    prove: bool,
    /// Write each point's territory to this file: CSV, replaced when it is there
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let options = arguments.search.options();
    let task = output.with_progress(|progress| Task::read(arguments, progress))?;
    output.list(&task.diagnostics);
    let start = Instant::now();
    let found = output.with_progress(|progress| run_engine(&task.problem, &options, progress));
    let failed = || UserError::new(format!("Could not divide the points of {}", arguments.points.display()));
    let proposal = match found {
        Ok(proposal) => proposal,
        Err(SolveError::Cancelled) => return Err(UserError::new("Cancelled")),
        Err(SolveError::Unusable(why)) => {
            return Err(failed().because(why).hint("Correct the figures, or what is asked for"));
        }
        Err(SolveError::Infeasible(why)) => {
            print_error(&failed().because(why).hint("Ask for other territories, or for wider limits"), output.json);
            if !output.json {
                for line in report::conflict_lines(&task, output)? {
                    println!("{line}");
                }
            }
            return Ok(Outcome::Violated);
        }
    };
    let seconds = start.elapsed();
    let proven = if arguments.prove {
        let prove = |progress: &_| {
            centre_free_bound(&task.problem, &proposal, BOUND_STEPS, options.threads, progress, &mut |_| {})
        };
        output.with_progress(prove).map_err(|error| failed().because(error.to_string()))?
    } else {
        None
    };
    report::report(arguments, output, &task, &proposal, proven, seconds)
}

/// A load as it is named: the column, and the tolerance if there is one.
fn load_of(text: &str) -> (String, Option<f64>) {
    if let Some((name, tolerance)) = text.rsplit_once(':')
        && let Ok(tolerance) = goals::tolerance_of(tolerance)
    {
        return (name.trim().to_owned(), Some(tolerance));
    }
    (text.trim().to_owned(), None)
}
