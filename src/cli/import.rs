//! `bailiwick import`: units, accounts, today's territories, reps, columns of units.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::output::{Column, Message, Output, columns, messages};
use super::reading::{AccountArguments, LayerReading, Reading, named, or};
use super::{Outcome, Result, alignment, project};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::io::Imported;
use crate::io::files::{data_folder, name_of};
use crate::io::guess::Reason;
use crate::io::table::STANDARD_INPUT;
use crate::io::unit_columns::OnRepeat;
use crate::work::columns::{RepColumns, UnitColumns, UnitTableColumns};
use crate::work::formulas::with_faults;
use crate::work::import::{import_accounts, import_reps, import_units};
use crate::work::presets::{self, Preset};
use crate::work::unit_columns::import_unit_columns;
use crate::work::{Change, records};

/// Bring units, accounts, today's territories, reps or columns of units into a project; columns that are not named are guessed
#[derive(Debug, Subcommand)]
pub enum Import {
    Units(Box<Units>),
    Accounts(Box<Accounts>),
    Alignment(Box<alignment::Arguments>),
    Reps(Reps),
    Columns(Columns),
}

#[derive(Debug, Args)]
pub(super) struct Files {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The file to read
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Replace the units (ZIP areas, counties, …) by those of a shapefile, GeoPackage, GeoJSON, TopoJSON or KML, also in a .zip
///
/// Units whose code was in the project before keep their territory.
#[derive(Debug, Args)]
pub struct Units {
    #[command(flatten)]
    files: Files,
    /// The column with the unit's code
    #[arg(long, value_name = "FIELD")]
    code: Option<String>,
    /// The column with the unit's name
    #[arg(long, value_name = "FIELD")]
    name: Option<String>,
    /// A column of numbers; may be given several times, and then no other column is a measure
    #[arg(long, value_name = "FIELD")]
    measure: Vec<String>,
    /// What one unit is called, in the singular: "county"
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
    /// Where the shapes come from, for the map's attribution
    #[arg(long, value_name = "TEXT", default_value = "")]
    attribution: String,
    /// The shapes are approximations and shall be called that
    #[arg(long)]
    approximate: bool,
    #[command(flatten)]
    reading: LayerReading,
}

/// Replace the accounts by those of a table (CSV, TSV, XLSX, XLSB, XLS, ODS) or a layer (GeoJSON, GeoPackage, shapefile, KML, KMZ)
///
/// FILE may be - for standard input. Accounts without longitude and latitude are placed by their postal code.
#[derive(Debug, Args)]
pub struct Accounts {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    columns: AccountArguments,
}

/// Bring the roster of reps up to a table (CSV, XLSX, ODS, …): name, home, hours per year, skills
#[derive(Debug, Args)]
pub struct Reps {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    reading: Reading,
}

/// Add columns of units (population, income, …) from a table with a row per unit, or bring those that are there up to date
///
/// One undo step. Units that have no row keep what they have.
#[derive(Debug, Args)]
pub struct Columns {
    #[command(flatten)]
    files: Files,
    /// The column with the codes of units
    #[arg(long, value_name = "COL")]
    code: Option<String>,
    /// A column of numbers; may be given several times, and then no other column is a measure
    #[arg(long, value_name = "COL")]
    measure: Vec<String>,
    /// A column of words; may be given several times, and then no other column is an attribute
    #[arg(long, value_name = "COL")]
    attribute: Vec<String>,
    /// What becomes of codes that stand in several rows: leave-out, first, last or add-up
    #[arg(long, value_name = "CHOICE", default_value = "leave-out", value_parser = on_repeat)]
    on_repeat: OnRepeat,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    file: String,
    label: String,
    taken: usize,
    units: usize,
    accounts: usize,
    /// Accounts that were placed but lie outside every unit, and those that could not be placed.
    accounts_outside: usize,
    reps: usize,
    territories: usize,
    measures: Vec<String>,
    columns: Vec<Column>,
    #[serde(flatten)]
    alignment: Option<alignment::Told>,
    messages: Vec<Message>,
}

pub fn run(import: &Import, output: &Output) -> Result<Outcome> {
    match import {
        Import::Units(arguments) => {
            let preset = arguments.reading.preset()?;
            let base = preset.as_ref().map(Preset::unit_columns).unwrap_or_default();
            let columns = UnitColumns {
                code: or(&arguments.code, base.code),
                name: or(&arguments.name, base.name),
                measures: named(&arguments.measure).or(base.measures),
                attributes: base.attributes,
                kind: arguments.kind.clone(),
                attribution: arguments.attribution.clone(),
                approximate: arguments.approximate,
                read: arguments.reading.options(base.read),
            };
            let saving = arguments.reading.saving(&columns.read);
            into_project("import units", &arguments.files, saving, output, |project, path, progress| {
                import_units(project, path, &columns, progress)
            })
        }
        Import::Accounts(arguments) => {
            let (columns, saving) = arguments.columns.columns()?;
            into_project("import accounts", &arguments.files, saving, output, |project, path, progress| {
                import_accounts(project, path, &columns, progress)
            })
        }
        Import::Alignment(arguments) => alignment::run(arguments, output),
        Import::Reps(arguments) => {
            let preset = arguments.reading.preset("reps")?;
            let base = preset.as_ref().map_or_else(RepColumns::default, Preset::rep_columns);
            let columns = RepColumns { read: arguments.reading.options(base.read.clone()), ..base };
            let saving = arguments.reading.saving("reps", &columns.read);
            into_project("import reps", &arguments.files, saving, output, |project, path, progress| {
                import_reps(project, path, &columns, progress)
            })
        }
        Import::Columns(arguments) => {
            let preset = arguments.reading.preset("columns")?;
            let base = preset.as_ref().map(Preset::unit_table_columns).unwrap_or_default();
            let columns = UnitTableColumns {
                code: or(&arguments.code, base.code),
                measures: named(&arguments.measure).or(base.measures),
                attributes: named(&arguments.attribute).or(base.attributes),
                on_repeat: arguments.on_repeat,
                read: arguments.reading.options(base.read),
            };
            let saving = arguments.reading.saving("columns", &columns.read);
            into_project("import columns", &arguments.files, saving, output, |project, path, progress| {
                import_unit_columns(project, path, &columns, progress)
            })
        }
    }
}

fn into_project(
    command: &'static str,
    files: &Files,
    saving: Option<Preset>,
    output: &Output,
    import: impl FnOnce(&Project, &Path, &Progress) -> Result<Imported<Change>>,
) -> Result<Outcome> {
    let only_change =
        |project: &Project, path: &Path, progress: &Progress| Ok((import(project, path, progress)?, None));
    into_project_telling(command, files, saving, output, only_change)
}

/// As [`into_project`]; what an alignment left open is told, too.
pub(super) fn into_project_telling(
    command: &'static str,
    files: &Files,
    saving: Option<Preset>,
    output: &Output,
    import: impl FnOnce(&Project, &Path, &Progress) -> Result<(Imported<Change>, Option<alignment::Told>)>,
) -> Result<Outcome> {
    let (store, opened) = project::open_to_write(&files.plan)?;
    let (Imported { value: change, diagnostics }, told) =
        output.with_progress(|progress| import(&opened.project, &files.file, progress))?;
    let file = if files.file == Path::new(STANDARD_INPUT) { "standard input".to_owned() } else { name_of(&files.file) };
    if let Some(preset) = saving {
        let saved = Preset::of_reasons(&preset.name, &preset.what, &change.columns, &preset.read);
        presets::save(&data_folder(), &saved)?;
    }
    change.save(&store)?;
    let setting = records::file_setting(&change.kind);
    let previous = opened.settings.get(setting).map(String::as_str);
    let problems = records::saved_problems(&opened.problems, previous, &file, &diagnostics);
    store.put_problems(with_faults(problems, &change.project));
    store.put_setting(setting, Some(&file));
    store.flush()?;
    let project = &change.project;
    let done = Done {
        command,
        plan: files.plan.display().to_string(),
        file,
        label: change.label.clone(),
        taken: change.taken,
        units: project.units.len(),
        accounts: project.accounts.len(),
        accounts_outside: project.accounts.units.iter().filter(|unit| unit.is_none()).count(),
        reps: project.reps.len(),
        territories: project.plan.territory_count(),
        measures: project.measures.iter().map(|measure| measure.name.clone()).collect(),
        columns: columns(&change.columns),
        alignment: told,
        messages: messages(&diagnostics),
    };
    output.list(&diagnostics);
    let told = done.alignment.as_ref().map(alignment::Told::text).unwrap_or_default();
    output.print(&done, &format!("{}{told}", text(&change)))?;
    Ok(Outcome::Done)
}

/// The label, then what each column was taken for: measures and attributes, of which there may be many, in one line each.
fn text(change: &Change) -> String {
    let mut text = format!("{}\n", change.label);
    let is_list = |reason: &&Reason| matches!(reason.taken_as.as_str(), "measure" | "attribute");
    for reason in change.columns.iter().filter(|reason| !is_list(reason)) {
        let _ = writeln!(text, "  {reason}");
    }
    for role in ["measure", "attribute"] {
        let columns = change.columns.iter().filter(|reason| reason.taken_as == role);
        let names: Vec<&str> = columns.map(|reason| reason.column.as_str()).collect();
        if !names.is_empty() {
            let _ = writeln!(text, "  taken as {role}: {}", names.join(", "));
        }
    }
    text
}

fn on_repeat(word: &str) -> std::result::Result<OnRepeat, String> {
    OnRepeat::of_word(word).ok_or_else(|| "expected leave-out, first, last or add-up".to_owned())
}
