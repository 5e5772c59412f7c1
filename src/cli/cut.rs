//! `bailiwick cut`: units cut along a boundary or a line from a file.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::output::Output;
use super::{Outcome, Result, project};
use crate::domain::cutting::{Drawn, Smallest};
use crate::domain::ids::TerritoryId;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::layers::read_layer;
use crate::io::lines::{read_lines, read_single_boundary};
use crate::work::cut::{self, CutOrder, CutReport, Report, SplitBy};
use crate::work::territory::Refused;

/// Cut units along a boundary or a line, so that a territory ends exactly there; one undo step
///
/// Every unit that the line really crosses becomes two units or more, each with its share of every column: by the accounts that lie in
/// it, else by area. With a territory, whatever lies inside the boundary goes to it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The polygons of this layer (GeoJSON, TopoJSON, GeoPackage, KML, shapefile) are the boundary
    #[arg(long, value_name = "FILE", required_unless_present = "line", conflicts_with = "line")]
    boundary: Option<PathBuf>,
    /// The lines of this GeoJSON are cut along
    #[arg(long, value_name = "FILE")]
    line: Option<PathBuf>,
    /// Give what lies inside the boundary to this territory
    #[arg(long, value_name = "NAME", conflicts_with = "line")]
    territory: Option<String>,
    /// By what the figures of a unit are divided
    #[arg(long, value_name = "WHAT", default_value = "accounts")]
    split_by: By,
    /// What is a smaller share of its unit, in percent, is not cut off
    #[arg(long, value_name = "PERCENT", default_value_t = 0.01)]
    smallest: f64,
    /// What is narrower on the whole, in metres, is not cut off
    #[arg(long, value_name = "METRES", default_value_t = 10.0)]
    narrowest: f64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    /// The accounts in the pieces; the area where there are none
    Accounts,
    /// The area
    Area,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    step: String,
    cut: Vec<CutUnit>,
    left_whole: Vec<Whole>,
    /// Whole units that went to the territory.
    given_whole: usize,
    /// Whole units inside that did not, because they are locked.
    locked_inside: usize,
    units: usize,
}

#[derive(Serialize)]
struct CutUnit {
    unit: String,
    pieces: Vec<Piece>,
    measures: Vec<Measure>,
    /// The largest share that was too small to be cut off.
    sliver: f64,
}

#[derive(Serialize)]
struct Piece {
    code: String,
    share: f64,
    inside: bool,
    accounts: usize,
    /// Null when it is unassigned.
    territory: Option<String>,
}

#[derive(Serialize)]
struct Measure {
    name: String,
    how: String,
    /// By piece; null where missing.
    values: Vec<Option<f64>>,
}

#[derive(Serialize)]
struct Whole {
    unit: String,
    why: String,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (store, opened) = project::open_to_write(&arguments.plan)?;
    let project = &opened.project;
    let order = order(arguments, project, output)?;
    let done = output.with_progress(|progress| cut::cut(project, &order, progress));
    let done = done.map_err(|refused| {
        let error = UserError::new("Could not cut");
        match refused {
            Refused::Cancelled => error.because("it was cancelled"),
            Refused::Because(why) => error.because(why),
        }
    })?;
    store.apply(&done.edit);
    let notes = done.edit.units_patch().map(|patch| patch.notes.clone()).unwrap_or_default();
    store.put_problems(cut::problems_after(opened.problems.clone(), &done.edit, false));
    store.flush()?;
    let mut text = format!("{}\n", done.edit.label);
    for [item, message] in &notes {
        let _ = writeln!(text, "{item}: {message}");
    }
    output.print(&result(arguments, &done.project, done.edit.label.clone(), &done.report), &text)?;
    Ok(Outcome::Done)
}

fn order(arguments: &Arguments, project: &Project, output: &Output) -> Result<CutOrder> {
    let drawn = match (&arguments.boundary, &arguments.line) {
        (Some(path), _) => {
            let lines = match read_single_boundary(path)? {
                Some(rings) => rings,
                None => {
                    let layer = output.with_progress(|progress| read_layer(path, progress))?;
                    output.list(&layer.diagnostics);
                    let polygons = layer.value.shapes.iter().flat_map(|shape| &shape.polygons);
                    polygons.flat_map(|polygon| polygon.rings().cloned()).collect()
                }
            };
            Drawn { lines, closed: true }
        }
        (None, Some(path)) => Drawn { lines: read_lines(path)?, closed: false },
        (None, None) => return Err(UserError::new("Name a boundary or a line to cut along")),
    };
    let to = arguments.territory.as_deref().map(|name| territory(project, name)).transpose()?;
    let positive = |value: f64, option: &str| {
        let usable = value.is_finite() && value >= 0.0;
        usable.then_some(value).ok_or_else(|| UserError::new(format!("{option} must be a number from 0 on")))
    };
    Ok(CutOrder {
        drawn,
        to,
        only: None,
        smallest: Smallest {
            share: (positive(arguments.smallest, "--smallest")? / 100.0).clamp(1e-6, 0.5),
            width_km: positive(arguments.narrowest, "--narrowest")? / 1000.0,
        },
        split_by: match arguments.split_by {
            By::Accounts => SplitBy::Accounts,
            By::Area => SplitBy::Area,
        },
    })
}

fn territory(project: &Project, name: &str) -> Result<TerritoryId> {
    project.plan.find_territory(name).ok_or_else(|| {
        let names: Vec<&str> = project.plan.territories().map(|(_, territory)| territory.name.as_str()).collect();
        let error = UserError::new(format!("There is no territory \"{name}\""));
        if names.is_empty() { error } else { error.hint(format!("there are {}", names.join(", "))) }
    })
}

fn result(arguments: &Arguments, project: &Project, step: String, report: &Report) -> Done {
    let owner = |id: TerritoryId| project.plan.territory(id).map(|territory| territory.name.clone());
    let cut = |cut: &CutReport| CutUnit {
        unit: cut.unit.clone(),
        pieces: cut
            .pieces
            .iter()
            .map(|piece| Piece {
                code: piece.code.clone(),
                share: piece.share,
                inside: piece.inside,
                accounts: piece.accounts,
                territory: owner(piece.territory),
            })
            .collect(),
        measures: cut
            .measures
            .iter()
            .map(|measure| Measure {
                name: measure.name.clone(),
                how: measure.how.clone(),
                values: measure.values.iter().map(|&value| value.is_finite().then_some(value)).collect(),
            })
            .collect(),
        sliver: cut.sliver,
    };
    Done {
        command: "cut",
        plan: arguments.plan.display().to_string(),
        step,
        cut: report.cuts.iter().map(cut).collect(),
        left_whole: report.whole.iter().map(|whole| Whole { unit: whole.unit.clone(), why: whole.words() }).collect(),
        given_whole: report.given_whole,
        locked_inside: report.locked_inside,
        units: project.units.len(),
    }
}
