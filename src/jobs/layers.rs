//! The jobs of layers beside the units: read one, hold it against the units, make what is drawn of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::spec::{ImportOrder, Version};
use super::{JobOutput, preview, tasks};
use crate::domain::edit::Edit;
use crate::domain::ids::{MeasureId, UnitId};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::reference::ReferenceLayer;
use crate::domain::spatial::UnitIndex;
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::cancelled;
use crate::io::diagnostic::Diagnostic;
use crate::io::export;
use crate::io::files::name_of;
use crate::render::reference::ReferenceLines;
use crate::session::Indices;
use crate::session::data::NewData;
use crate::session::list::List;
use crate::session::reference::{LayerAction, LayerTotals, LayerUse, LayerView, TotalsBy};
use crate::store::UnitShare;
use crate::words;
use crate::work::layers::{self, ColumnWish, Lying};

/// What came of an action.
pub enum LayerDone {
    /// A step to make, and in which areas of the layer at this place the units lie.
    Step { edit: Edit, at: u16, shares: Vec<UnitShare>, file: String, diagnostics: Vec<Diagnostic> },
    /// Units to select.
    Select { units: BTreeSet<UnitId>, words: String },
    /// Figures by area.
    Totals(LayerTotals),
    /// What using a layer would do.
    Use(Box<LayerUse>),
}

/// Carries an action out that takes longer than a frame. `selected`: the units that are.
pub fn work(
    project: &Project,
    selected: &BTreeSet<UnitId>,
    version: Version,
    action: &LayerAction,
    progress: &Progress,
) -> JobOutput {
    match done(project, selected, version, action, progress) {
        _ if progress.is_cancelled() => JobOutput::Cancelled,
        Ok(done) => JobOutput::Layer { version, done },
        Err(error) => JobOutput::Failed(error),
    }
}

fn done(
    project: &Project,
    selected: &BTreeSet<UnitId>,
    version: Version,
    action: &LayerAction,
    progress: &Progress,
) -> Result<LayerDone, UserError> {
    let layer = |at: usize| {
        let layer = project.layers.get(at);
        layer.ok_or_else(|| UserError::new("Not done").because("the layer is not there any more"))
    };
    let lying = |areas: &Units| Lying::new(&project.units, areas, progress).map_err(cancelled);
    match action {
        LayerAction::Add(order) => {
            let ImportOrder { path, .. } = &**order;
            let imported = layers::add(project, &preview::plain_path(path), &tasks::layer_wish(order), progress)?;
            let added = imported.value;
            let shares = lying(&added.layer.areas)?.rows();
            let (at, file) = (added.at as u16, name_of(path));
            Ok(LayerDone::Step { edit: added.edit, at, shares, file, diagnostics: imported.diagnostics })
        }
        LayerAction::WriteColumn(at) => {
            let layer = layer(*at)?;
            let lying = lying(&layer.areas)?;
            let edit = layers::join(project, layer, &lying, &ColumnWish::default())?.edit;
            let (at, shares) = (*at as u16, lying.rows());
            Ok(LayerDone::Step { edit, at, shares, file: String::new(), diagnostics: Vec::new() })
        }
        LayerAction::SelectAlike(at) => {
            let layer = layer(*at)?;
            let lying = lying(&layer.areas)?;
            let areas: BTreeSet<UnitId> = selected.iter().filter_map(|&unit| lying.main(unit)).collect();
            let units: BTreeSet<UnitId> = areas.iter().flat_map(|&area| lying.units_of(area)).collect();
            let names = match areas.iter().next() {
                Some(area) if areas.len() == 1 => layer.areas.names[area.index()].clone(),
                _ => layer.areas.count_words(areas.len()),
            };
            let words = format!("Selected {} of {names}", project.units.count_words(units.len()));
            Ok(LayerDone::Select { units, words })
        }
        LayerAction::Total(at, by) => {
            let (at, by, layer) = (*at, *by, layer(*at)?);
            let list = totals(project, layer, &lying(&layer.areas)?, by);
            Ok(LayerDone::Totals(LayerTotals { at, kind: layer.areas.kind_of_one().to_owned(), by, list }))
        }
        LayerAction::AskUse(at) => {
            let name = layer(*at)?.name.clone();
            let used = layers::use_as_units(project, *at, progress)?;
            let facts = used.facts(project);
            let update = used.update;
            let data = NewData { indices: Indices::new(&update.project), project: update.project };
            Ok(LayerDone::Use(Box::new(LayerUse { version, name, facts, edit: update.edit, data })))
        }
        LayerAction::SetLook(..) | LayerAction::Rename(..) | LayerAction::Remove(_) | LayerAction::Use(_) => {
            Err(UserError::new("Not done").because("that takes no job"))
        }
    }
}

fn totals(project: &Project, layer: &ReferenceLayer, lying: &Lying, by: TotalsBy) -> List {
    let by = match by {
        TotalsBy::Share => layers::By::Share,
        TotalsBy::Main => layers::By::Main,
    };
    let rows = layers::totals(project, layer, lying, by);
    let figure = |id: MeasureId, value: f64| match project.measure(id).filter(|_| value.is_finite()) {
        Some(measure) => words::figure(measure, value),
        None => String::new(),
    };
    let shown: Vec<Vec<String>> = rows.iter().map(|row| layers::totals_cells(layer, row, figure)).collect();
    let plain = rows.iter().map(|row| layers::totals_cells(layer, row, |_, value| export::number(value)));
    let plain: Vec<Vec<String>> = plain.collect();
    let header = layers::totals_header(project);
    let columns: Vec<&str> = header.iter().map(String::as_str).collect();
    let all = vec![(format!("All {}", layer.areas.count_words(rows.len())), 0..rows.len())];
    let cells = |rows: Vec<Vec<String>>| move |row: usize| rows.get(row).cloned().unwrap_or_default();
    List::new(&columns, all, cells(shown)).with_figures(layers::TOTALS_FIGURES_FROM, cells(plain))
}

/// Makes what is drawn of layers.
pub fn views(wanted: Vec<Arc<Units>>, progress: &Progress) -> JobOutput {
    let view = |areas: Arc<Units>| {
        let lines = ReferenceLines::new(&areas.topology, progress).ok()?;
        let index = Arc::new(UnitIndex::new(&areas));
        Some(LayerView { areas, lines, index })
    };
    let views: Option<Vec<LayerView>> = wanted.into_iter().map(view).collect();
    match views {
        Some(views) if !progress.is_cancelled() => JobOutput::LayerViews(views),
        _ => JobOutput::Cancelled,
    }
}
