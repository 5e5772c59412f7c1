//! What goes out: territories and units as shapefile, GeoJSON or CSV, accounts and metrics as CSV.
//!
//! Same project, same bytes. Shapes come from the shared arcs, so neighbouring territories have exactly the same vertices along
//! their border. Files appear whole or not at all.

mod assignment;
mod csv;
mod geojson;
mod moves;
mod rows;
mod shapefile;
mod sheet;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use assignment::{Assigned, write_assignment};
pub use csv::{harmless, number};
pub use moves::{MoveTable, check_moves_file, write_moves};
pub use rows::write_rows;

use super::files::{self, Writing};
use super::{cancelled, count_of};
use crate::domain::ids::TerritoryId;
use crate::domain::metrics::Totals;
use crate::domain::polygon::Shape;
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// One row per territory with its rep, loads, targets and shape.
    Territories,
    /// One row per unit with its territory and rep.
    Units,
    /// One row per account with its unit, territory and rep.
    Accounts,
    /// One row per territory with all its figures, and one for what is unassigned.
    Metrics,
}

/// Where it comes from: a project and the figures of its plan.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub project: &'a Project,
    /// Of the project's plan.
    pub totals: &'a Totals,
    /// Of the project's plan.
    pub metrics: &'a PlanMetrics,
}

/// What was written, and what a person should know about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// All files, the one that was asked for first.
    pub files: Vec<PathBuf>,
    /// Shortened names, cut texts, what is not in the file.
    pub notes: Vec<String>,
}

impl What {
    pub const ALL: [Self; 4] = [Self::Territories, Self::Units, Self::Accounts, Self::Metrics];

    /// "territories", as on the command line.
    pub fn words(self) -> &'static str {
        match self {
            Self::Territories => "territories",
            Self::Units => "units",
            Self::Accounts => "accounts",
            Self::Metrics => "metrics",
        }
    }

    /// The inverse of [`Self::words`].
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.words() == words)
    }

    /// The endings of the formats it can be written in, the usual one first.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Territories | Self::Units => &["shp", "geojson", "csv"],
            Self::Accounts | Self::Metrics => &["csv"],
        }
    }
}

/// Writes to `path`, in the format of its ending (`.shp`, `.geojson` or `.json`, `.csv`).
///
/// CSV is UTF-8 with a header. Cells of text columns that begin with `=`, `+`, `-`, `@`, a tab or a line break get an apostrophe
/// before them, so that no spreadsheet takes them for a formula; reading such a file back takes it away again.
///
/// # Errors
/// An ending that does not fit, a place that cannot be written to, a full disk. No half file is left.
pub fn export(what: What, source: Source, path: &Path, progress: &Progress) -> Result<ExportReport, UserError> {
    progress.begin(Phase::Writing, 0).map_err(cancelled)?;
    let ending = match files::ending_of(path) {
        ending if ending == "json" => "geojson".to_owned(),
        ending => ending,
    };
    if !what.endings().contains(&ending.as_str()) {
        let endings: Vec<String> = what.endings().iter().map(|ending| format!(".{ending}")).collect();
        return Err(UserError::new(format!("Could not write {}", files::name_of(path)))
            .because(format!("{} cannot be written as \".{ending}\"", what.words()))
            .hint(format!("let the name end in {}", endings.join(" or "))));
    }
    let mut notes = Vec::new();
    let sheet = match what {
        What::Territories => sheet::territories(source),
        What::Units => sheet::units(source),
        What::Accounts => sheet::accounts(source),
        What::Metrics => sheet::metrics(source),
    };
    progress.check().map_err(cancelled)?;
    let mut writing = Writing::new();
    if ending == "csv" {
        writing.add(path, &csv::write(&sheet, path)?)?;
    } else {
        let shapes = shapes(what, source, &mut notes);
        if source.project.units.approximate {
            notes.push("the shapes of the units are approximations".into());
        }
        if ending == "shp" {
            for (ending, contents) in shapefile::write(&sheet, &shapes, path, progress, &mut notes)? {
                writing.add(&path.with_extension(ending), &contents)?;
            }
        } else {
            writing.add(path, &geojson::write(&sheet, &shapes, what.words(), progress)?)?;
        }
    }
    progress.check().map_err(cancelled)?;
    Ok(ExportReport { files: writing.finish()?, notes })
}

/// One shape per row of the sheet; rows without one are not written.
fn shapes(what: What, source: Source, notes: &mut Vec<String>) -> Vec<Shape> {
    let shapes: Vec<Shape> = match what {
        What::Units => source.project.units.ids().map(|unit| source.project.units.topology.shape(unit)).collect(),
        _ => {
            let outline = |id: TerritoryId| source.metrics.outlines.get(id.index()).cloned().unwrap_or_default();
            source.project.plan.territories().map(|(id, _)| outline(id)).collect()
        }
    };
    let empty = shapes.iter().filter(|shape| shape.is_empty()).count();
    if empty > 0 {
        let noun = if what == What::Units { "unit" } else { "territorie" };
        let left_out = match (what, empty) {
            (What::Units, _) => count_of(empty, noun),
            (_, 1) => "1 territory".to_owned(),
            (_, count) => format!("{count} territories"),
        };
        notes.push(format!("{left_out} without a shape left out"));
    }
    let unassigned = source.totals.unit_count(TerritoryId::UNASSIGNED) as usize;
    if what == What::Territories && unassigned > 0 {
        notes.push(format!("{} in no territory left out", source.project.units.count_words(unassigned)));
    }
    shapes
}
