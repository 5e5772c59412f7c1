//! `bailiwick layer join` and `bailiwick layer totals`: a layer held against the units.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::super::output::{Output, table};
use super::super::{Outcome, Result, project};
use crate::domain::ids::MeasureId;
use crate::io::cancelled;
use crate::io::export::{number, write_rows};
use crate::words;
use crate::work::formulas;
use crate::work::layers::{self, AreaTotals, By, ColumnWish, Lying};

/// Write into a column of the units which area each lies in, as one undo step
///
/// Where a unit lies in several areas it is the one with most of it. Filters, colours, exports and segments use the column like any other.
#[derive(Debug, clap::Args)]
pub struct Join {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The layer, by its name
    #[arg(value_name = "NAME")]
    name: String,
    /// What the column is called; without it what the areas are: "County"
    #[arg(long, value_name = "TITLE")]
    column: Option<String>,
    /// Write the areas' codes into a second column
    #[arg(long)]
    codes: bool,
}

/// Print the plan's figures by area of a layer
#[derive(Debug, clap::Args)]
pub struct Totals {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The layer, by its name
    #[arg(value_name = "NAME")]
    name: String,
    /// How figures come to an area
    #[arg(long, value_enum, default_value_t = HowTotals::Share)]
    by: HowTotals,
    /// Write the table to this CSV file
    #[arg(long, value_name = "FILE.csv")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HowTotals {
    /// Of units by share of their surface, of accounts by where they are
    Share,
    /// Of a unit and its accounts to the area that has most of the unit
    Main,
}

#[derive(Serialize)]
struct Joined {
    command: &'static str,
    plan: String,
    /// Null when nothing had to be done.
    step: Option<String>,
    layer: String,
    columns: Vec<String>,
    units_inside: usize,
    units_in_several: usize,
    units_outside: usize,
}

#[derive(Serialize)]
struct Totalled {
    command: &'static str,
    plan: String,
    layer: String,
    by: &'static str,
    measures: Vec<String>,
    areas: Vec<AreaInfo>,
}

#[derive(Serialize)]
struct AreaInfo {
    /// Null for what lies in no area.
    code: Option<String>,
    name: Option<String>,
    units: usize,
    accounts: usize,
    territories: usize,
    /// In the order of `measures`; null where there is none.
    values: Vec<Option<f64>>,
}

pub fn join(arguments: &Join, output: &Output) -> Result<Outcome> {
    let (store, opened) = project::open_to_write(&arguments.plan)?;
    let project = &opened.project;
    let at = layers::find(project, &arguments.name)?;
    let layer = &project.layers[at];
    let lying =
        output.with_progress(|progress| Lying::new(&project.units, &layer.areas, progress)).map_err(cancelled)?;
    let wish = ColumnWish { title: arguments.column.clone(), codes: arguments.codes };
    let joined = layers::join(project, layer, &lying, &wish)?;
    let mut step = None;
    if !joined.edit.is_empty() {
        let (after, edit) = formulas::commit(project, joined.edit)?;
        crate::store::check_columns(&after)?;
        store.apply(&edit);
        step = Some(edit.label);
    }
    store.put_unit_shares(at as u16, lying.rows());
    store.flush()?;
    let [units_inside, units_in_several, units_outside] = joined.counts;
    let text = format!(
        "{}\n{} lie in one, {} of these in several, {} in none\n",
        step.as_deref().unwrap_or("The columns are like that already"),
        project.units.count_words(units_inside),
        words::count(units_in_several as i128),
        words::count(units_outside as i128),
    );
    let done = Joined {
        command: "layer join",
        plan: arguments.plan.display().to_string(),
        step,
        layer: layer.name.clone(),
        columns: joined.titles,
        units_inside,
        units_in_several,
        units_outside,
    };
    output.print(&done, &text)?;
    Ok(Outcome::Done)
}

pub fn totals(arguments: &Totals, output: &Output) -> Result<Outcome> {
    let opened = project::open_to_read(&arguments.plan)?;
    let project = &opened.project;
    let layer = &project.layers[layers::find(project, &arguments.name)?];
    let lying =
        output.with_progress(|progress| Lying::new(&project.units, &layer.areas, progress)).map_err(cancelled)?;
    let (by, word) = match arguments.by {
        HowTotals::Share => (By::Share, "share"),
        HowTotals::Main => (By::Main, "main"),
    };
    let rows = layers::totals(project, layer, &lying, by);
    let header = layers::totals_header(project);
    if let Some(path) = &arguments.out {
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        write_rows(path, &header, rows.iter().map(|row| layers::totals_cells(layer, row, |_, value| number(value))))?;
    }
    let figure = |id: MeasureId, value: f64| match project.measure(id).filter(|_| value.is_finite()) {
        Some(measure) => words::figure(measure, value),
        None => String::new(),
    };
    let mut text = table(&header, &rows.iter().map(|row| layers::totals_cells(layer, row, figure)).collect::<Vec<_>>());
    text.push_str(match by {
        By::Share => "Figures of units by share of their surface, of accounts by where they are\n",
        By::Main => "Figures of a unit and its accounts where most of the unit lies\n",
    });
    let area = |row: &AreaTotals| AreaInfo {
        code: row.area.map(|area| layer.areas.codes[area.index()].clone()),
        name: row.area.map(|area| layer.areas.names[area.index()].clone()),
        units: row.units,
        accounts: row.accounts,
        territories: row.territories,
        values: row.values.iter().map(|value| Some(*value).filter(|value| value.is_finite())).collect(),
    };
    let done = Totalled {
        command: "layer totals",
        plan: arguments.plan.display().to_string(),
        layer: layer.name.clone(),
        by: word,
        measures: project.measures.iter().map(|measure| measure.name.clone()).collect(),
        areas: rows.iter().map(area).collect(),
    };
    output.print(&done, &text)?;
    Ok(Outcome::Done)
}
