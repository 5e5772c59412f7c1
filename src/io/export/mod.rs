//! What goes out: territories, groups, units, accounts, layers and figures as shapefile, GeoJSON, GeoPackage, KML, TopoJSON, CSV or workbook.
//!
//! Same project, same bytes. Shapes come from the shared arcs, so neighbouring territories have exactly the same vertices along
//! their border. Files appear whole or not at all. What a format will lose is known before it is written: [`losses`].

mod assignment;
pub mod crm;
mod csv;
mod fields;
mod geojson;
mod geopackage;
mod kml;
pub mod loss;
mod moves;
pub mod order;
mod part;
mod parts;
mod places;
mod rows;
mod shapefile;
mod sheet;
mod tables;
#[cfg(test)]
mod tests;
mod text_rows;
mod topojson;
mod wkb;
mod xlsx;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use assignment::{Assigned, write_assignment};
pub use csv::{harmless, number};
pub use loss::{Foreseen, Loss};
pub use moves::{MoveTable, check_moves_file, write_moves};
pub use order::{DECIMALS, Format, Scope, What, Wish};
pub use part::{Folders, Geometry, Part};
pub use sheet::{Column, Sheet, Values};
pub use text_rows::write_rows;

use super::cancelled;
use super::files::{self, Writing};
use crate::domain::metrics::Totals;
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use loss::Losses;

/// Where it comes from: a project and the figures of its plan.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    pub project: &'a Project,
    /// Of the project's plan.
    pub totals: &'a Totals,
    /// Of the project's plan; needed for territories and their figures alone.
    pub metrics: &'a PlanMetrics,
}

/// What was written, and what a person should know about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// All files, the one that was asked for first.
    pub files: Vec<PathBuf>,
    /// What is not in them as it is in the project.
    pub losses: Vec<Loss>,
    /// What else to know: a link that was replaced.
    pub notes: Vec<String>,
}

/// What a format will lose of what is wanted. Nothing is written.
///
/// # Errors
/// Wishes that cannot be: see [`export`].
pub fn losses(wish: &Wish, format: Format, source: Source) -> Result<Foreseen, UserError> {
    check(wish, format, source)?;
    let mut parts = parts::parts(source, wish);
    let mut columns: Vec<String> = Vec::new();
    for column in parts.iter().flat_map(|part| &part.sheet.columns) {
        if !columns.contains(&column.name) {
            columns.push(column.name.clone());
        }
    }
    keep(&mut parts, wish)?;
    fits(&parts, format)?;
    Ok(Foreseen { columns, losses: losses_of(&parts, wish, format) })
}

/// Writes to `path`, in the format of its ending. Of a format that holds one table each further one gets a file of its own, with its
/// name at the end.
///
/// CSV is UTF-8 with a header. Cells of text columns that begin with `=`, `+`, `-`, `@`, a tab or a line break get an apostrophe
/// before them, so that no spreadsheet takes them for a formula; reading such a file back takes it away again.
///
/// A file that is there is replaced. A symbolic link is replaced too; what it points to stays as it is.
///
/// # Errors
/// An ending that does not fit, a column that is not there, a place that cannot be written to, a full disk. No half file is left.
pub fn export(wish: &Wish, source: Source, path: &Path, progress: &Progress) -> Result<ExportReport, UserError> {
    progress.begin(Phase::Writing, 0).map_err(cancelled)?;
    let format = format_of(wish, path)?;
    check(wish, format, source).map_err(|error| about(error, path))?;
    let mut parts = parts::parts(source, wish);
    keep(&mut parts, wish).map_err(|error| about(error, path))?;
    progress.check().map_err(cancelled)?;
    let losses = losses_of(&parts, wish, format);
    let mut report = write_parts(&parts, wish, path, progress)?;
    report.losses = losses;
    Ok(report)
}

/// Writes tables that somebody else made: lists to hand over. The report has no losses.
///
/// # Errors
/// As [`export`].
pub fn write_parts(parts: &[Part], wish: &Wish, path: &Path, progress: &Progress) -> Result<ExportReport, UserError> {
    let format = format_of(wish, path)?;
    fits(parts, format).map_err(|error| about(error, path))?;
    let mut writing = Writing::new();
    if format.holds_several() {
        match format {
            Format::GeoPackage => {
                let unfinished = writing.reserve(path)?;
                geopackage::write(parts, &unfinished, progress).map_err(|error| about(error, path))?;
            }
            Format::Kml | Format::Kmz => {
                let kml = kml::write(parts, &stem(path), wish.decimals, progress)?;
                let packed = |kml: &[u8]| {
                    kml::pack(kml).map_err(|error| {
                        UserError::new(format!("Could not write {}", files::name_of(path))).because(error)
                    })
                };
                writing.add(path, &if format == Format::Kmz { packed(&kml)? } else { kml })?;
            }
            Format::TopoJson => writing.add(path, &topojson::write(parts, wish.decimals, progress)?)?,
            _ => writing.add(path, &xlsx::write(parts, progress).map_err(|error| about(error, path))?)?,
        }
    } else {
        for (part, path) in parts.iter().zip(paths_of(parts, path)) {
            match format {
                Format::Shapefile => {
                    for (ending, contents) in shapefile::write(part, &path, progress)? {
                        writing.add(&path.with_extension(ending), &contents)?;
                    }
                }
                Format::GeoJson => writing.add(&path, &geojson::write(part, wish.decimals, progress)?)?,
                _ => {
                    let table = csv::write(&part.sheet, &path)?;
                    let mark = if wish.byte_order_mark { csv::BYTE_ORDER_MARK } else { &[] };
                    writing.add(&path, &[mark, &table].concat())?;
                }
            }
        }
    }
    progress.check().map_err(cancelled)?;
    let links = writing.links();
    let files = writing.finish()?;
    let notes = links.iter().map(|link| {
        format!("{} was a symbolic link; it is a file now, and what it pointed to is as it was", files::name_of(link))
    });
    Ok(ExportReport { notes: notes.collect(), files, losses: Vec::new() })
}

/// Refuses what the format cannot hold at all.
fn fits(parts: &[Part], format: Format) -> Result<(), UserError> {
    match format {
        Format::Shapefile => parts.iter().try_for_each(shapefile::check),
        _ => Ok(()),
    }
}

/// The format that a path's ending names.
///
/// # Errors
/// An ending that is none, or that of a format that cannot hold what is wanted; the hint lists those that can.
pub fn format_of(wish: &Wish, path: &Path) -> Result<Format, UserError> {
    let takes = |format: &Format| wish.what.iter().all(|&what| format.takes(what));
    if let Some(format) = Format::of(path).filter(takes) {
        return Ok(format);
    }
    let refused =
        Format::of(path).map_or(wish.what.first(), |format| wish.what.iter().find(|what| !format.takes(**what)));
    let endings: Vec<String> =
        Format::ALL.iter().filter(|format| takes(format)).map(|format| format!(".{}", format.ending())).collect();
    Err(UserError::new(format!("Could not write {}", files::name_of(path)))
        .because(format!(
            "{} cannot be written as \".{}\"",
            refused.map_or("tables", |what| what.words()),
            files::ending_of(path)
        ))
        .hint(format!("let the name end in {}", endings.join(" or "))))
}

fn check(wish: &Wish, format: Format, source: Source) -> Result<(), UserError> {
    let wrong = |why: String| Err(UserError::new("Could not export").because(why));
    if wish.what.is_empty() {
        return wrong("nothing to write was chosen".into());
    }
    let levels = source.project.plan.hierarchy().levels();
    for (position, what) in wish.what.iter().enumerate() {
        if wish.what[..position].contains(what) {
            return wrong(format!("{} were asked for twice", what.words()));
        }
        if !format.takes(*what) {
            return wrong(format!("{} holds no {}", format.words(), what.words()));
        }
        if let What::Groups(level) = what
            && usize::from(*level) >= levels.len()
        {
            return wrong(format!("the plan has no level {} above territories", level + 1));
        }
        if let What::Layer(at) = what
            && usize::from(*at) >= source.project.layers.len()
        {
            return wrong(format!("the project has no layer {} beside the units", at + 1));
        }
    }
    match wish.decimals.filter(|decimals| !DECIMALS.contains(decimals)) {
        Some(decimals) => {
            wrong(format!("coordinates can have {} to {} decimals, not {decimals}", DECIMALS.start(), DECIMALS.end()))
        }
        None => Ok(()),
    }
}

/// Leaves the columns that are wanted.
fn keep(parts: &mut [Part], wish: &Wish) -> Result<(), UserError> {
    let all: BTreeMap<String, String> = parts
        .iter()
        .flat_map(|part| &part.sheet.columns)
        .map(|column| (column.name.to_lowercase(), column.name.clone()))
        .collect();
    let wanted: BTreeSet<String> = wish.columns.iter().map(|name| name.trim().to_lowercase()).collect();
    if let Some(unknown) = wish.columns.iter().find(|name| !all.contains_key(&name.trim().to_lowercase())) {
        let names: Vec<&str> = all.values().map(String::as_str).collect();
        return Err(UserError::new("Could not export")
            .because(format!("there is no column \"{unknown}\""))
            .hint(format!("the columns are {}", super::table::list_of(&names))));
    }
    for part in parts {
        part.sheet.keep(&wanted);
        if part.sheet.columns.is_empty() {
            return Err(UserError::new("Could not export")
                .because(format!("none of the chosen columns is in {}", part.name))
                .hint("choose a column of each table"));
        }
    }
    Ok(())
}

/// What is the same for several tables is said once, with their names.
fn losses_of(parts: &[Part], wish: &Wish, format: Format) -> Vec<Loss> {
    let mut all: Vec<Loss> = Vec::new();
    for part in parts {
        // Where there is one table only, nobody needs to be told which.
        let mut found = Losses::of(if parts.len() > 1 { &part.name } else { "" });
        loss::common(part, format, wish.decimals, &mut found);
        match format {
            Format::Shapefile => shapefile::losses(part, &mut found),
            Format::GeoJson | Format::Kml | Format::Kmz => geojson::losses(part, &mut found),
            Format::GeoPackage => geopackage::losses(part, &mut found),
            Format::Xlsx => xlsx::losses(part, &mut found),
            Format::TopoJson | Format::Csv => {}
        }
        for loss in found.list {
            match all.iter_mut().find(|known| known.message == loss.message) {
                Some(known) => known.part = format!("{}, {}", known.part, loss.part),
                None => all.push(loss),
            }
        }
    }
    all
}

/// The path, or one for each of several tables: "plan.csv" becomes "plan_units.csv".
fn paths_of(parts: &[Part], path: &Path) -> Vec<PathBuf> {
    if parts.len() == 1 {
        return vec![path.to_owned()];
    }
    let mut taken = BTreeSet::new();
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
    let names = parts.iter().map(|part| {
        let name = sheet::free_name(&in_a_file_name(&part.name), |name| taken.contains(&name.to_lowercase()));
        taken.insert(name.to_lowercase());
        path.with_file_name(format!("{}_{name}.{ending}", stem(path)))
    });
    names.collect()
}

/// Letters and digits of any language, everything else as underscores: no separators, no dots, nothing a system keeps for itself.
fn in_a_file_name(name: &str) -> String {
    const MOST: usize = 40;
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).take(MOST).collect();
    let plain = plain.trim_matches('_').to_lowercase();
    if plain.is_empty() { "table".into() } else { plain }
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// An error that names the file.
fn about(error: UserError, path: &Path) -> UserError {
    UserError { what: format!("Could not write {}", files::name_of(path)), ..error }
}
