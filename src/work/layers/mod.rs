//! Layers of areas beside the units: read from a file, named, removed, held against the units, used as units.

mod column;
mod lying;
#[cfg(test)]
mod tests;
mod totals;
mod units;

use std::path::Path;
use std::sync::Arc;

use super::columns::UnitColumns;
use crate::domain::edit::{Change, Edit};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::reference::{LayerChange, LayerColour, LayerLook, MOST_LAYERS, ReferenceLayer};
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::guess::Reason;
use crate::io::options::ReadOptions;
use crate::io::{Imported, layers};
use crate::words;

pub use column::{ColumnWish, JoinedColumn, column_title, join};
pub use lying::Lying;
pub use totals::{AreaTotals, By, TOTALS_FIGURES_FROM, totals, totals_cells, totals_header};
pub use units::{LayerUsed, use_as_units};

/// Names of layers are no longer than this.
const LONGEST_NAME: usize = 80;

/// A file that shall become a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayerWish {
    /// `None`: what its areas are, in the plural.
    pub name: Option<String>,
    pub columns: UnitColumns,
    pub read: ReadOptions,
}

/// A layer that was read, and the step that adds it.
#[derive(Debug, Clone)]
pub struct LayerAdded {
    pub edit: Edit,
    pub layer: ReferenceLayer,
    /// Where it stands in the list.
    pub at: usize,
    /// What each column of the file was taken for, and why.
    pub columns: Vec<Reason>,
}

/// Reads a file as a layer beside the units.
///
/// # Errors
/// A file that cannot be read as areas, a name that is taken or cannot be.
pub fn add(
    project: &Project,
    path: &Path,
    wish: &LayerWish,
    progress: &Progress,
) -> Result<Imported<LayerAdded>, UserError> {
    let failed = || UserError::new(format!("Could not add {} as a layer", crate::io::files::name_of(path)));
    if project.layers.len() >= MOST_LAYERS {
        return Err(failed().because(format!("the project has {MOST_LAYERS} layers, and can have no more")));
    }
    let Imported { value: layer, mut diagnostics } = layers::read_layer_with(path, &wish.read, progress)?;
    // By what areas are dissolved is said with how the file is read.
    let mapping = UnitColumns { read: wish.read.clone(), ..wish.columns.clone() }.mapping(&layer)?;
    let built = layers::build_units(&layer, &mapping, progress)?;
    drop(layer);
    diagnostics.extend(built.diagnostics);
    let (mut areas, measures) = built.value;
    areas.attribution.clone_from(&wish.columns.attribution);
    let name = match &wish.name {
        Some(name) => usable_name(project, name, None).map_err(|why| failed().because(why))?,
        None => free_name(project, &areas),
    };
    // One that is drawn like the last is hard to tell from it.
    let colour = LayerColour::ALL[project.layers.len() % LayerColour::ALL.len()];
    let look = LayerLook { colour, ..LayerLook::default() };
    let layer = ReferenceLayer { name, areas: areas.into(), measures: measures.into(), look };
    let at = project.layers.len();
    let label = format!("Added the layer {} with {}", layer.name, layer.areas.count_words(layer.areas.len()));
    let change = LayerChange::Whole { at: at as u16, old: None, new: Some(Box::new(layer.clone())) };
    let edit = Edit { label, changes: vec![Change::Layer(Arc::new(change))] };
    Ok(Imported::new(LayerAdded { edit, layer, at, columns: mapping.reasons }, diagnostics))
}

/// Takes a layer out of the project.
pub fn remove(project: &Project, at: usize) -> Edit {
    let mut edit = Edit::default();
    if let (Some(layer), Ok(at)) = (project.layers.get(at), u16::try_from(at)) {
        edit.label = format!("Removed the layer {}", layer.name);
        let change = LayerChange::Whole { at, old: Some(Box::new(layer.clone())), new: None };
        edit.changes.push(Change::Layer(Arc::new(change)));
    }
    edit
}

/// Gives a layer another name; an edit without changes where it has it already.
///
/// # Errors
/// Why it cannot have it, in words.
pub fn rename(project: &Project, at: usize, name: &str) -> Result<Edit, String> {
    let (Some(layer), Ok(place)) = (project.layers.get(at), u16::try_from(at)) else {
        return Err("the layer is not there any more".to_owned());
    };
    let new = usable_name(project, name, Some(at))?;
    let mut edit = Edit::new(format!("Renamed the layer {} to {new}", layer.name));
    if new != layer.name {
        let change = LayerChange::Renamed { at: place, old: layer.name.clone(), new };
        edit.changes.push(Change::Layer(Arc::new(change)));
    }
    Ok(edit)
}

/// Where the layer of that name stands; capitals do not matter where only one fits.
///
/// # Errors
/// There is none; lists those there are.
pub fn find(project: &Project, name: &str) -> Result<usize, UserError> {
    let name = name.trim();
    let exact = project.layers.iter().position(|layer| layer.name == name);
    let alike = || project.layers.iter().position(|layer| layer.name.to_lowercase() == name.to_lowercase());
    exact.or_else(alike).ok_or_else(|| {
        let names: Vec<&str> = project.layers.iter().map(|layer| layer.name.as_str()).collect();
        let error = UserError::new(format!("There is no layer \"{name}\""));
        match names.as_slice() {
            [] => error.because("the project has no layers beside its units").hint("Add one from a file"),
            names => error.because(format!("its layers are {}", crate::io::table::list_of(names))),
        }
    })
}

/// A name as a layer can have it. `own`: the layer that it is for.
///
/// # Errors
/// Why it cannot be, in words.
pub fn usable_name(project: &Project, name: &str, own: Option<usize>) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("a layer needs a name".to_owned());
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(format!("its name is longer than {LONGEST_NAME} letters or has signs that cannot be seen"));
    }
    let folded = name.to_lowercase();
    let others = project.layers.iter().enumerate().filter(|(at, _)| Some(*at) != own);
    match others.map(|(_, layer)| &layer.name).find(|known| known.to_lowercase() == folded) {
        Some(known) => Err(format!("there is a layer {known} already")),
        None => Ok(name.to_owned()),
    }
}

/// What the areas are, in the plural, with a number where that is taken.
fn free_name(project: &Project, areas: &Units) -> String {
    let name = words::capital(&areas.kind_of_many());
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| usable_name(project, name, None).is_ok()).unwrap_or(name)
}
