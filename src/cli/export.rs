//! `bailiwick export`: the plan as files for others.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result, levels, project};
use crate::domain::ids::TerritoryId;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::export::{Loss, Scope, What, Wish};
use crate::work::export::{export, losses};
use crate::work::{layers, segments};

/// Write territories, groups, units, accounts, layers or metrics to a file; the format is that of the file's ending
///
/// Maps: .shp (shapefile), .geojson, .gpkg (GeoPackage), .kml, .kmz, .topojson. Tables: .csv, .xlsx (Excel). GeoPackage, KML, TopoJSON and
/// Excel hold several tables in one file; of the other formats each gets a file of its own. A file that is there is replaced.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The file to write
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// What to write; several with commas between them
    #[arg(long, value_delimiter = ',', required = true)]
    what: Vec<ExportWhat>,
    /// The level of groups, by its name or number; without it all levels
    #[arg(long)]
    level: Vec<String>,
    /// The layer beside the units, by its name; may be given several times, without it all layers
    #[arg(long, value_name = "NAME")]
    layer: Vec<String>,
    /// Only these columns, by name
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,
    /// Only these territories, by name, with their units and accounts
    #[arg(long, value_delimiter = ',')]
    territories: Vec<String>,
    /// How many decimals coordinates have in GeoJSON, TopoJSON, KML and KMZ (5 to 15); without it as many as they need
    #[arg(long, value_name = "N")]
    decimals: Option<u8>,
    /// Begin a CSV with a byte order mark, by which Excel knows that it is UTF-8
    #[arg(long)]
    bom: bool,
    /// Say what the format would lose, and write nothing
    #[arg(long)]
    check: bool,
    /// Write nothing when the format would lose something it could hold otherwise
    #[arg(long)]
    strict: bool,
    /// Only the accounts of this segment; figures of territories count them alone
    #[arg(long, value_name = "NAME")]
    segment: Option<String>,
    /// A column per segment in the table of accounts, yes or no
    #[arg(long)]
    segment_columns: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportWhat {
    Territories,
    Groups,
    Units,
    Accounts,
    Layers,
    Metrics,
}

#[derive(Serialize)]
struct Exported {
    command: &'static str,
    plan: String,
    what: Vec<String>,
    written: bool,
    files: Vec<String>,
    losses: Vec<Lost>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Lost {
    table: String,
    message: String,
    by_nature: bool,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let mut opened = project::open_to_read(&arguments.plan)?;
    if let Some(name) = &arguments.segment {
        let segment = segments::find(&opened.project, name)?.clone();
        opened.project = segments::only(&opened.project, &segment)?;
    }
    let wish = wish(arguments, &opened.project)?;
    let mut exported = Exported {
        command: "export",
        plan: arguments.plan.display().to_string(),
        what: wish.what.iter().map(|&what| words(&opened.project, what)).collect(),
        written: false,
        files: Vec::new(),
        losses: Vec::new(),
        notes: Vec::new(),
    };
    let mut text = String::new();
    let mut outcome = Outcome::Done;
    if arguments.check || arguments.strict {
        let found = output.with_progress(|progress| losses(&opened.project, &wish, &arguments.out, progress))?.losses;
        let loses = found.iter().any(|loss| !loss.by_nature);
        if arguments.check || loses {
            say(&mut text, &found);
            if found.is_empty() {
                let _ = writeln!(text, "Nothing is lost");
            }
            if arguments.strict && loses {
                let _ = writeln!(text, "Nothing was written");
                outcome = Outcome::Violated;
            }
            exported.losses = found.into_iter().map(Lost::from).collect();
            output.print(&exported, &text)?;
            return Ok(outcome);
        }
    }
    let report = output.with_progress(|progress| export(&opened.project, &wish, &arguments.out, progress))?;
    say(&mut text, &report.losses);
    for note in &report.notes {
        let _ = writeln!(text, "note: {note}");
    }
    for file in &report.files {
        let _ = writeln!(text, "Wrote {}", file.display());
    }
    exported.written = true;
    exported.files = report.files.iter().map(|file| file.display().to_string()).collect();
    exported.losses = report.losses.into_iter().map(Lost::from).collect();
    exported.notes = report.notes;
    output.print(&exported, &text)?;
    Ok(outcome)
}

fn say(text: &mut String, losses: &[Loss]) {
    for loss in losses {
        let _ = writeln!(text, "note: {loss}");
    }
}

impl From<Loss> for Lost {
    fn from(loss: Loss) -> Self {
        Self { table: loss.part, message: loss.message, by_nature: loss.by_nature }
    }
}

fn wish(arguments: &Arguments, project: &Project) -> Result<Wish> {
    if !arguments.level.is_empty() && !arguments.what.contains(&ExportWhat::Groups) {
        return Err(UserError::new("A level was named").because("it is of groups alone").hint("add groups to --what"));
    }
    if !arguments.layer.is_empty() && !arguments.what.contains(&ExportWhat::Layers) {
        return Err(UserError::new("A layer was named").because("no layers are wanted").hint("add layers to --what"));
    }
    let mut what = Vec::new();
    for wanted in &arguments.what {
        match wanted {
            ExportWhat::Territories => what.push(What::Territories),
            ExportWhat::Units => what.push(What::Units),
            ExportWhat::Accounts => what.push(What::Accounts),
            ExportWhat::Metrics => what.push(What::Metrics),
            ExportWhat::Groups => what.extend(groups(arguments, project)?),
            ExportWhat::Layers => what.extend(wanted_layers(arguments, project)?),
        }
    }
    let mut wish = Wish {
        what,
        columns: arguments.columns.clone(),
        decimals: arguments.decimals,
        byte_order_mark: arguments.bom,
        segments: arguments.segment_columns,
        ..Wish::default()
    };
    if !arguments.territories.is_empty() {
        let ids = arguments.territories.iter().map(|name| territory(project, name));
        wish.scope = Scope::Territories(ids.collect::<Result<_>>()?);
    }
    Ok(wish)
}

fn groups(arguments: &Arguments, project: &Project) -> Result<Vec<What>> {
    let all = project.plan.hierarchy().levels().len();
    if arguments.level.is_empty() {
        if all == 0 {
            return Err(
                UserError::new("There are no groups to write").because("the plan has no levels above territories")
            );
        }
        return Ok((0..all).map(|level| What::Groups(level as u8)).collect());
    }
    arguments.level.iter().map(|level| Ok(What::Groups(levels::find(project, level)? as u8))).collect()
}

fn wanted_layers(arguments: &Arguments, project: &Project) -> Result<Vec<What>> {
    let all = project.layers.len();
    if arguments.layer.is_empty() {
        if all == 0 {
            return Err(UserError::new("There are no layers to write")
                .because("the project has none beside its units")
                .hint("add one with bailiwick layer add"));
        }
        return Ok((0..all).map(|at| What::Layer(at as u8)).collect());
    }
    arguments.layer.iter().map(|name| Ok(What::Layer(layers::find(project, name)? as u8))).collect()
}

fn territory(project: &Project, name: &str) -> Result<TerritoryId> {
    let found = project.plan.find_territory(name);
    found.ok_or_else(|| UserError::new(format!("There is no territory \"{}\"", name.trim())))
}

/// "units"; for groups the name of their level, for a layer its own.
fn words(project: &Project, what: What) -> String {
    match what {
        What::Groups(level) => project
            .plan
            .hierarchy()
            .levels()
            .get(usize::from(level))
            .cloned()
            .unwrap_or_else(|| what.words().to_owned()),
        What::Layer(at) => {
            project.layers.get(usize::from(at)).map_or_else(|| what.words().to_owned(), |layer| layer.name.clone())
        }
        _ => what.words().to_owned(),
    }
}
