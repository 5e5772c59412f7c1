//! A layer used as the units of the plan: the units of before become a layer, and territories go over by share of area.

use std::sync::Arc;

use super::usable_name;
use crate::domain::columns::{Aggregate, Measure, Subject};
use crate::domain::edit::Change;
use crate::domain::ids::MeasureId;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::reference::{LayerChange, ReferenceLayer};
use crate::error::UserError;
use crate::io::diagnostic::Diagnostic;
use crate::words;
use crate::work::boundaries::{BoundaryUpdate, Same, update};

/// What becomes of the plan when a layer is used as units.
#[derive(Debug, Clone)]
pub struct LayerUsed {
    /// Project, step and report; nobody's owner is decided by a code.
    pub update: BoundaryUpdate,
    /// What the units of before are called as a layer.
    pub former: String,
    /// Territories that have no unit any more.
    pub emptied: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Works out what using a layer as units would change; [`LayerUsed::update`] holds it as one step.
///
/// # Errors
/// There is no such layer, the project has no units, nothing of the layer lies where they are.
pub fn use_as_units(project: &Project, at: usize, progress: &Progress) -> Result<LayerUsed, UserError> {
    let failed = || UserError::new("Could not use the layer as units");
    let Some(layer) = project.layers.get(at) else { return Err(failed().because("it is not there any more")) };
    if project.units.is_empty() {
        return Err(failed().because("the project has no units yet").hint("Import the file as units instead"));
    }
    let mut diagnostics = Vec::new();
    let data = (&*layer.areas, layer.measures.as_slice());
    let mut update = update(project, data, &layer.name, Same::Nothing, progress, &mut diagnostics)?;
    if update.report.by_share.is_empty() {
        return Err(failed().because(format!("nothing of {} lies where the project's units are", layer.name)));
    }
    let former = former_units(project, at);
    let name = former.name.clone();
    let change =
        LayerChange::Whole { at: at as u16, old: Some(Box::new(layer.clone())), new: Some(Box::new(former.clone())) };
    update.edit.changes.push(Change::Layer(Arc::new(change)));
    update.edit.label = format!(
        "Used {} as units: {} in place of {}",
        layer.name,
        layer.areas.count_words(layer.areas.len()),
        project.units.count_words(project.units.len())
    );
    Arc::make_mut(&mut update.project.layers)[at] = former;
    let after = &update.project.plan;
    let lost = |id| after.units_of(id).next().is_none() && project.plan.units_of(id).next().is_some();
    let emptied = project.plan.territories().filter(|(id, _)| lost(*id)).map(|(_, t)| t.name.clone()).collect();
    Ok(LayerUsed { update, former: name, emptied, diagnostics })
}

/// The units as a layer, with all their columns, so that nothing is missing when they are used again.
fn former_units(project: &Project, at: usize) -> ReferenceLayer {
    let name = words::capital(&project.units.kind_of_many());
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    let free = names.find(|name| usable_name(project, name, Some(at)).is_ok()).unwrap_or(name);
    let own: Vec<MeasureId> = project.measures_of(Subject::Units).map(|(id, _)| id).collect();
    let moved = |id: MeasureId| own.iter().position(|&known| known == id).map(MeasureId::from_index);
    let measures = project.measures_of(Subject::Units).map(|(_, measure)| {
        let aggregate = match measure.aggregate {
            Aggregate::Sum => Aggregate::Sum,
            Aggregate::Mean { weight } => Aggregate::Mean { weight: weight.and_then(moved) },
        };
        Measure { aggregate, ..measure.clone() }
    });
    ReferenceLayer {
        name: free,
        areas: Arc::clone(&project.units),
        measures: Arc::new(measures.collect()),
        look: project.layers.get(at).map(|layer| layer.look).unwrap_or_default(),
    }
}

impl LayerUsed {
    /// What changes, in short: for a person to decide by.
    pub fn facts(&self, project: &Project) -> Vec<String> {
        let (report, after) = (&self.update.report, &self.update.project);
        let mut facts = vec![
            format!(
                "{} become the units; the {} stay as the layer {}",
                after.units.count_words(after.units.len()),
                project.units.count_words(project.units.len()),
                self.former
            ),
            format!(
                "{} take their territory from what they mostly cover, {} lie where there was nothing",
                words::count(report.by_share.len() as i128),
                words::count(report.without.len() as i128)
            ),
        ];
        if !report.moves.is_empty() {
            facts.push(format!("{} change hands", words::counted(report.moves.len() as i128, "account")));
        }
        if !self.emptied.is_empty() {
            let verb = if self.emptied.len() == 1 { "is" } else { "are" };
            facts.push(format!(
                "{} {verb} left without units: {}",
                words::counted_territories(self.emptied.len()),
                crate::io::table::list_of(&self.emptied)
            ));
        }
        let locked = report.vanished.iter().filter(|gone| gone.locked).count();
        if locked > 0 {
            facts.push(format!("{} lose their lock", project.units.count_words(locked)));
        }
        if !report.apportioned.is_empty() {
            facts.push(format!("Divided by area: {}", crate::io::table::list_of(&report.apportioned)));
        }
        if !report.left_out.is_empty() {
            facts.push(format!("Not taken over from the layer: {}", crate::io::table::list_of(&report.left_out)));
        }
        facts
    }
}
