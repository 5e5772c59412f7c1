//! `bailiwick layer`: layers of areas beside the units.

mod add;
mod held;
mod used;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, table};
use super::{Outcome, Result, project};
use crate::domain::edit::Edit;
use crate::domain::project::Project;
use crate::domain::reference::ReferenceLayer;
use crate::error::UserError;
use crate::store::Store;
use crate::words;
use crate::work::{formulas, layers};

/// Layers of areas beside the units: counties over ZIP areas, states, somebody else's regions
#[derive(Debug, Subcommand)]
pub enum Layer {
    Add(Box<add::Arguments>),
    List(OfPlan),
    Rename(Rename),
    Remove(OfLayer),
    Join(held::Join),
    Totals(held::Totals),
    Use(used::Arguments),
}

/// List the layers of a project
#[derive(Debug, clap::Args)]
pub struct OfPlan {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
}

/// Take a layer out of the project, as one undo step
#[derive(Debug, clap::Args)]
pub struct OfLayer {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The layer, by its name
    #[arg(value_name = "NAME")]
    name: String,
}

/// Give a layer another name, as one undo step
#[derive(Debug, clap::Args)]
pub struct Rename {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The layer, by its name
    #[arg(value_name = "NAME")]
    name: String,
    /// What it is called from now on
    #[arg(value_name = "NEW")]
    new: String,
}

/// A layer as JSON.
#[derive(Serialize)]
pub struct LayerInfo {
    name: String,
    kind: String,
    areas: usize,
    approximate: bool,
    attribution: String,
    visible: bool,
    measures: Vec<String>,
    attributes: Vec<String>,
}

#[derive(Serialize)]
struct Listed {
    command: &'static str,
    plan: String,
    layers: Vec<LayerInfo>,
}

#[derive(Serialize)]
struct Changed {
    command: &'static str,
    plan: String,
    /// Null when nothing had to be done.
    step: Option<String>,
    layers: Vec<String>,
}

pub fn run(layer: &Layer, output: &Output) -> Result<Outcome> {
    match layer {
        Layer::Add(arguments) => add::run(arguments, output),
        Layer::List(arguments) => list(arguments, output),
        Layer::Rename(arguments) => {
            let (store, opened) = project::open_to_write(&arguments.plan)?;
            let at = layers::find(&opened.project, &arguments.name)?;
            let edit = layers::rename(&opened.project, at, &arguments.new).map_err(|why| {
                UserError::new(format!("Could not rename the layer {}", opened.project.layers[at].name)).because(why)
            })?;
            changed("layer rename", &arguments.plan, &store, &opened.project, edit, output)
        }
        Layer::Remove(arguments) => {
            let (store, opened) = project::open_to_write(&arguments.plan)?;
            let edit = layers::remove(&opened.project, layers::find(&opened.project, &arguments.name)?);
            changed("layer remove", &arguments.plan, &store, &opened.project, edit, output)
        }
        Layer::Join(arguments) => held::join(arguments, output),
        Layer::Totals(arguments) => held::totals(arguments, output),
        Layer::Use(arguments) => used::run(arguments, output),
    }
}

/// The layers of a project as JSON.
pub fn infos(project: &Project) -> Vec<LayerInfo> {
    project.layers.iter().map(info).collect()
}

fn info(layer: &ReferenceLayer) -> LayerInfo {
    let areas = &*layer.areas;
    LayerInfo {
        name: layer.name.clone(),
        kind: areas.kind_of_one().to_owned(),
        areas: areas.len(),
        approximate: areas.approximate,
        attribution: areas.attribution.clone(),
        visible: layer.look.visible,
        measures: layer.measures.iter().map(|measure| measure.name.clone()).collect(),
        attributes: areas.attributes.iter().map(|column| column.name.clone()).collect(),
    }
}

fn list(arguments: &OfPlan, output: &Output) -> Result<Outcome> {
    let opened = project::open_to_read(&arguments.plan)?;
    let header = ["Layer", "Areas", "On the map", "Columns"].map(str::to_owned);
    let row = |layer: &ReferenceLayer| {
        let columns = layer.measures.len() + layer.areas.attributes.len();
        let visible = if layer.look.visible { "yes" } else { "no" };
        vec![
            layer.name.clone(),
            layer.areas.count_words(layer.areas.len()),
            visible.to_owned(),
            words::count(columns as i128),
        ]
    };
    let text = match opened.project.layers.as_slice() {
        [] => "The project has no layers beside its units\n".to_owned(),
        layers => table(&header, &layers.iter().map(row).collect::<Vec<_>>()),
    };
    let plan = arguments.plan.display().to_string();
    output.print(&Listed { command: "layer list", plan, layers: infos(&opened.project) }, &text)?;
    Ok(Outcome::Done)
}

fn changed(
    command: &'static str,
    plan: &Path,
    store: &Store,
    project: &Project,
    edit: Edit,
    output: &Output,
) -> Result<Outcome> {
    let (mut after, mut step) = (project.clone(), None);
    if !edit.is_empty() {
        let (made, edit) = formulas::commit(project, edit)?;
        store.apply(&edit);
        store.flush()?;
        (after, step) = (made, Some(edit.label));
    }
    let names = after.layers.iter().map(|layer| layer.name.clone()).collect();
    let text = step.as_ref().map_or("Nothing had to be done\n".to_owned(), |step| format!("{step}\n"));
    output.print(&Changed { command, plan: plan.display().to_string(), step, layers: names }, &text)?;
    Ok(Outcome::Done)
}
