//! `bailiwick export`: the plan as files for others.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result, project};
use crate::io::export::What;
use crate::work::export::export;
use crate::work::segments;

/// Write territories, units, accounts or metrics to a file; the format is that of the file's ending
///
/// Territories and units: .shp (shapefile), .geojson, .csv. Accounts and metrics: .csv. A file that is there is replaced.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The file to write
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// What to write
    #[arg(long)]
    what: ExportWhat,
    /// Only the accounts of this segment; figures of territories count them alone
    #[arg(long, value_name = "NAME")]
    segment: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExportWhat {
    Territories,
    Units,
    Accounts,
    Metrics,
}

#[derive(Serialize)]
struct Exported {
    command: &'static str,
    plan: String,
    what: &'static str,
    files: Vec<String>,
    notes: Vec<String>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let mut opened = project::open_to_read(&arguments.plan)?;
    if let Some(name) = &arguments.segment {
        let segment = segments::find(&opened.project, name)?.clone();
        opened.project = segments::only(&opened.project, &segment)?;
    }
    let what = match arguments.what {
        ExportWhat::Territories => What::Territories,
        ExportWhat::Units => What::Units,
        ExportWhat::Accounts => What::Accounts,
        ExportWhat::Metrics => What::Metrics,
    };
    let report = output.with_progress(|progress| export(&opened.project, what, &arguments.out, progress))?;
    let exported = Exported {
        command: "export",
        plan: arguments.plan.display().to_string(),
        what: what.words(),
        files: report.files.iter().map(|file| file.display().to_string()).collect(),
        notes: report.notes,
    };
    let mut text = String::new();
    for file in &exported.files {
        let _ = writeln!(text, "Wrote {file}");
    }
    for note in &exported.notes {
        let _ = writeln!(text, "note: {note}");
    }
    output.print(&exported, &text)?;
    Ok(Outcome::Done)
}
