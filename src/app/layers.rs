//! Layers beside the units: what is done with them, and what of them the map draws.

use std::sync::Arc;

use egui::Context;

use super::App;
use crate::domain::units::Units;
use crate::io::diagnostic::Severity;
use crate::jobs::layers::{self as jobs_of_layers, LayerDone};
use crate::jobs::spec::{JobKind, Version};
use crate::session::reference::{LayerAction, LayerUse};
use crate::work::{layers, records};

impl App {
    pub(super) fn do_with_layers(&mut self, ctx: &Context, action: LayerAction) {
        let Some(session) = self.session.as_mut() else { return };
        match action {
            LayerAction::SetLook(at, look) => {
                let Some(layer) = Arc::make_mut(&mut session.project.layers).get_mut(at) else { return };
                layer.look = look;
                if let (Some(store), None, Ok(at)) = (&self.store, &session.read_only, u16::try_from(at)) {
                    store.put_layer_look(at, look);
                }
            }
            LayerAction::Rename(at, name) => match layers::rename(&session.project, at, &name) {
                Ok(edit) => self.make(ctx, edit, true),
                Err(why) => self.ui.notices.refused(ctx, format!("Not renamed: {why}")),
            },
            LayerAction::Remove(at) => {
                let edit = layers::remove(&session.project, at);
                self.make(ctx, edit, true);
            }
            LayerAction::Use(yes) => {
                if let Some(used) = self.layer_use.take().filter(|_| yes) {
                    self.use_layer(ctx, *used);
                }
            }
            LayerAction::SelectAlike(_) if session.selection.units.is_empty() => {
                self.ui.notices.refused(ctx, "Select a unit first: all units of its area follow");
            }
            action => {
                let changes = !matches!(action, LayerAction::SelectAlike(_) | LayerAction::Total(..));
                if let Some(why) = session.fixed().filter(|_| changes) {
                    self.ui.notices.refused(ctx, why.to_owned());
                    return;
                }
                let (project, version) = (session.project.clone(), session.version());
                let selected = session.selection.units.clone();
                self.jobs.start(JobKind::Layer, move |progress| {
                    jobs_of_layers::work(&project, &selected, version, &action, progress)
                });
            }
        }
    }

    pub(super) fn take_layer(&mut self, ctx: &Context, version: Version, done: LayerDone) {
        let Some(session) = self.session.as_mut() else { return };
        if session.data_generation != version.data_generation {
            self.ui.notices.refused(ctx, "The project changed in between; do it again");
            return;
        }
        match done {
            LayerDone::Step { edit, at, shares, file, diagnostics } => {
                let left_out = diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
                if edit.is_empty() {
                    self.ui.notices.done(ctx, "The column is like that already");
                } else if !self.try_make(ctx, edit, left_out == 0) {
                    return;
                }
                let Some(session) = self.session.as_mut() else { return };
                if session.project.units.is_empty() && session.project.accounts.is_empty() {
                    session.view.fit = session.plan_bounds();
                }
                if let (Some(store), None) = (&self.store, &session.read_only) {
                    store.put_unit_shares(at, shares);
                    if !diagnostics.is_empty() {
                        session.diagnostics.retain(|known| known.place.file != file);
                        session.diagnostics.extend(diagnostics);
                        store.put_problems(session.diagnostics.iter().map(records::saved_problem).collect());
                    }
                }
                if left_out > 0 {
                    let areas =
                        if left_out == 1 { "1 area needs".to_owned() } else { format!("{left_out} areas need") };
                    self.ui.notices.refused(ctx, format!("Added {file}; {areas} a look, see Problems"));
                    self.show_problems();
                }
            }
            LayerDone::Select { units, words } => {
                session.selection.units = units;
                self.ui.notices.done(ctx, words);
            }
            LayerDone::Totals(totals) => self.ui.layers.set_totals(totals),
            LayerDone::Use(used) => {
                self.ui.layers.ask(used.name.clone(), used.facts.clone());
                self.layer_use = Some(used);
            }
        }
    }

    fn use_layer(&mut self, ctx: &Context, used: LayerUse) {
        let Some(session) = self.session.as_ref() else { return };
        if let Some(why) = session.fixed() {
            self.ui.notices.refused(ctx, why.to_owned());
            return;
        }
        if session.version() != used.version {
            self.ui.notices.refused(ctx, "The plan changed in between; look at it again");
            return;
        }
        let label = used.edit.label.clone();
        if self.make_replaced(ctx, used.edit, used.data) {
            if let Some(session) = self.session.as_mut() {
                session.view.fit = session.plan_bounds();
            }
            self.ui.notices.done(ctx, label);
        }
    }

    /// Has what is drawn of layers made, where one is to be seen that was not before.
    pub(super) fn ask_for_layers(&mut self) {
        let Some(session) = &self.session else { return };
        if session.project.layers.is_empty() {
            return;
        }
        let missing: Vec<Arc<Units>> =
            session.shown_layers().filter(|areas| !self.map.has_layer(areas)).cloned().collect();
        let same =
            |a: &[Arc<Units>], b: &[Arc<Units>]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b));
        if missing.is_empty() || (self.jobs.is_wanted(JobKind::LayerLines) && same(&missing, &self.layers_asked)) {
            return;
        }
        self.layers_asked.clone_from(&missing);
        self.jobs.start(JobKind::LayerLines, move |progress| jobs_of_layers::views(missing, progress));
    }
}
