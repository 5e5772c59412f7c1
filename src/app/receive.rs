//! Results of jobs into the session. What was made of an older state is dropped.

use egui::Context;

use super::App;
use super::asking::file_name;
use super::leaving::Next;
use crate::domain::edit::Edit;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place, Severity};
use crate::jobs::spec::{ImportOrder, ImportWhat, JobKind};
use crate::jobs::{ImportedData, JobOutput, OpenedProject, tasks};
use crate::session::data::NewData;
use crate::session::{Indices, Measured, recent};
use crate::store;
use crate::ui::import_dialog;
use crate::words;
use crate::work::{records, rejoin};

impl App {
    pub(super) fn receive(&mut self, ctx: &Context) {
        while let Some((kind, output)) = self.jobs.take() {
            ctx.request_repaint();
            if kind == JobKind::Build {
                self.end_live_view();
                if let Some(timing) = &mut self.timing {
                    timing.build_ended();
                }
            }
            if kind == JobKind::Conflict && matches!(output, JobOutput::Failed(_)) {
                self.stop_looking_for_conflict();
            }
            match output {
                JobOutput::Opened(opened) => self.leave(ctx, Next::Project(opened)),
                JobOutput::Peeked(preview) => self.ui.import.set_preview(*preview),
                JobOutput::AlignmentChecked { order, unclear } => self.ui.import.set_unclear(&order, unclear),
                JobOutput::Imported(data) => self.take_import(ctx, *data),
                JobOutput::Built { generation, proposal, reasons } => {
                    self.take_proposal(ctx, generation, *proposal, reasons);
                }
                JobOutput::Explained { proposal, choice, explanation } => {
                    self.take_explanation(proposal, choice, explanation);
                }
                JobOutput::LookedForConflict { proposal, found } => self.take_conflict(proposal, found),
                JobOutput::Exported { path, files, data_generation, notes } => {
                    let words = if files == 1 { "Wrote".to_owned() } else { format!("Wrote {files} files:") };
                    self.ui.notices.done(ctx, format!("{words} {}", file_name(&path)));
                    let session = self.session.as_mut();
                    if let Some(session) = session.filter(|session| session.data_generation == data_generation) {
                        let place = Place { file: file_name(&path), ..Place::default() };
                        session.diagnostics.retain(|known| known.place.file != place.file);
                        session.diagnostics.extend(notes.into_iter().map(|message| Diagnostic {
                            severity: Severity::Note,
                            place: place.clone(),
                            message,
                            hint: String::new(),
                        }));
                    }
                }
                JobOutput::ExportChecked { order, foreseen } => self.ui.export.set_foreseen(&order, foreseen),
                JobOutput::ListLooked { order, looked } => self.ui.export.lists.set_looked(&order.wish, looked),
                JobOutput::Saved(path) => self.take_saved(ctx, path),
                JobOutput::Measured { generation, metrics, cut_off } => {
                    if let Some(session) = self.session.as_mut() {
                        // Figures of an older plan are better than none; they are dimmed.
                        let newer = session.measured.as_ref().is_none_or(|known| known.generation < generation);
                        let of_this_plan = session.scenarios.since..=session.generation;
                        if newer && of_this_plan.contains(&generation) {
                            session.measured = Some(Measured { generation, metrics, cut_off });
                            self.save_metrics(generation);
                        }
                    }
                }
                JobOutput::PlanRead { id, data_generation, read } => self.take_plan(ctx, id, data_generation, read),
                JobOutput::WhatIf { version, name, description, edit, notes } => {
                    self.take_what_if(ctx, version, &name, description, *edit, &notes);
                }
                JobOutput::ScenariosCompared { of, found } => self.take_comparison(*of, *found),
                JobOutput::Suggested { version, answer } => self.take_suggestion(ctx, version, answer),
                JobOutput::Stepped { version, back, data } => self.take_step(ctx, version, back, data),
                JobOutput::Compared(compared) => self.take_compared(ctx, *compared),
                JobOutput::WorkedOut(worked) => self.take_worked_out(*worked),
                JobOutput::FoundDoubles(found) => self.take_doubles(ctx, *found),
                JobOutput::Merged(merged) => self.take_merged(ctx, *merged),
                JobOutput::Layer { version, done } => self.take_layer(ctx, version, done),
                JobOutput::LayerViews(views) => self.map.take_layers(views),
                JobOutput::Ordered { wish, rows } => self.take_rows(*wish, rows),
                JobOutput::Copied { text, rows } => {
                    ctx.copy_text(text);
                    self.ui.notices.done(ctx, format!("Copied {}", words::counted(rows as i128, "row")));
                }
                JobOutput::Geometry { data_generation, geometry, accounts } => {
                    if let Some(session) =
                        self.session.as_ref().filter(|session| session.data_generation == data_generation)
                    {
                        self.map.set_geometry(geometry, accounts, session);
                    }
                }
                JobOutput::PlacesDescribed { data_generation, described } => {
                    let session = self.session.as_mut();
                    if let Some(session) = session.filter(|session| session.data_generation == data_generation) {
                        session.placing.describe(described);
                    }
                }
                JobOutput::PlaceLookedUp { wanted, found } => {
                    if let Some(session) = self.session.as_mut() {
                        session.placing.set_found(wanted, found);
                    }
                }
                JobOutput::PlacedAgain { version, again } => self.take_again(ctx, version, again),
                JobOutput::GeocodePreviewed { data_generation, order, preview } => {
                    let session = self.session.as_mut();
                    if let Some(session) = session.filter(|session| session.data_generation == data_generation) {
                        session.placing.preview = Some((*order, preview));
                    }
                }
                JobOutput::Geocoded { data_generation, answers } => {
                    self.take_online_answers(ctx, data_generation, answers);
                }
                JobOutput::Formulas(formulas) => self.take_formulas(formulas),
                JobOutput::LookedAtFormula(look) => self.ui.columns.set_look(*look),
                JobOutput::LookedAtSegment(look) => self.ui.segments.set_look(*look),
                JobOutput::ColumnMade { version, wish, edit } => self.take_column(ctx, version, &wish, edit),
                JobOutput::Failed(error) if kind == JobKind::Peek => self.ui.import.set_error(error.to_string()),
                JobOutput::Failed(error) if kind == JobKind::Replace && self.ui.refreshing.is_open() => {
                    self.ui.refreshing.set_error(error.to_string());
                }
                JobOutput::Failed(error) => {
                    if kind == JobKind::Duplicates {
                        self.ui.doubles.fail("They could not be looked for");
                    }
                    self.ui.notices.failed(ctx, &error);
                    // Whoever waited for a file to be read or written wants to know that it was not.
                    if matches!(kind, JobKind::Import | JobKind::Export) {
                        self.stay_open();
                    }
                }
                JobOutput::Cancelled if kind.is_quiet() => {}
                JobOutput::Cancelled if kind == JobKind::Geocode => self.keep_online_answers(ctx),
                JobOutput::Cancelled => self.ui.notices.done(ctx, format!("{}: cancelled", kind.words())),
            }
            if kind == JobKind::Import {
                self.begin_next_import(ctx);
            }
        }
    }

    /// Makes another project the open one.
    pub(super) fn enter(&mut self, ctx: &Context, opened: OpenedProject) {
        // What is made of the project left behind has no place in this one.
        self.imports.clear();
        self.steps_wanted = None;
        self.online_answers = Default::default();
        self.forget_newer();
        for kind in [
            JobKind::Build,
            JobKind::Suggest,
            JobKind::Step,
            JobKind::Compare,
            JobKind::Duplicates,
            JobKind::Replace,
            JobKind::DescribePlaces,
            JobKind::LookUpPlace,
            JobKind::PlaceAgain,
            JobKind::PreviewGeocode,
            JobKind::Geocode,
            JobKind::Import,
            JobKind::Measure,
            JobKind::Geometry,
            JobKind::Layer,
            JobKind::LayerLines,
        ] {
            self.jobs.cancel(kind);
        }
        let repaint = ctx.clone();
        opened.store.set_notify(Box::new(move || repaint.request_repaint()));
        if let Some(store) = self.store.replace(opened.store) {
            self.close(store);
        }
        let session = opened.session;
        self.ui.notices.clear();
        if let Some(path) = &session.path {
            self.ui.recent = recent::remember(&self.data_folder, path);
        }
        if let Some(why) = &session.read_only {
            self.ui.notices.refused(ctx, why.clone());
        }
        self.saved_settings = session.view.to_settings();
        self.session = Some(session);
        self.measuring = None;
        self.geometry_asked = None;
        self.map.forget_geometry();
        // Dialogs speak of territories, levels and columns of the project left behind.
        (self.ui.renaming, self.ui.recolouring) = (None, None);
        self.ui.build = Default::default();
        self.ui.tables = Default::default();
        self.ui.levels = Default::default();
        self.ui.filter = Default::default();
        self.ui.export = Default::default();
        self.ui.why = Default::default();
        self.ui.places = Default::default();
        self.ui.online.close();
        self.ui.columns = Default::default();
        self.ui.segments = Default::default();
        self.formulas_asked = None;
        self.ui.layers = Default::default();
        self.ui.scenarios = Default::default();
        self.ui.what_if = Default::default();
        self.scenarios = Default::default();
        self.comparing = None;
        (self.layer_use, self.layers_asked) = (None, Vec::new());
    }

    fn take_import(&mut self, ctx: &Context, data: ImportedData) {
        let Some(session) = self.session.as_mut() else { return };
        let began = (&data.began.units, &data.began.accounts, &data.began.measures);
        let same_values = std::sync::Arc::ptr_eq(began.0, &session.project.units)
            && std::sync::Arc::ptr_eq(began.1, &session.project.accounts)
            && std::sync::Arc::ptr_eq(began.2, &session.project.measures);
        // A cell that was edited meanwhile would be lost, or come back by undo where it has no place.
        if session.data_generation != data.data_generation || (data.replaced.is_some() && !same_values) {
            self.ui.notices.refused(ctx, "The project changed while the file was read; import it again");
            return;
        }
        if let Some(why) = session.read_only_words() {
            self.ui.notices.refused(ctx, why.to_owned());
            return;
        }
        let what = data.what;
        let patch = data.edit.as_ref().and_then(|edit| edit.accounts_patch()).cloned();
        if let (Some((project, indices)), Some(patch)) = (&data.replaced, patch) {
            // What hangs on accounts may have changed while the file was read: the plan's part of the step is made anew.
            let goals = patch.goals_after(&session.project.goals);
            let edit = Edit::replace_accounts(&session.project.plan, patch, data.label.clone());
            let new = NewData { project: Project { goals, ..project.clone() }, indices: indices.clone() };
            if !self.make_replaced(ctx, edit, new) {
                return;
            }
        } else if let Some((project, indices)) = data.replaced {
            // The plan may have been changed while the file was read.
            let saved = rejoin::rejoin(&data.began, &session.project, project)
                .and_then(|project| self.replace_data(ctx, what, project, indices, &data.label));
            if let Err(error) = saved {
                self.ui.notices.failed(ctx, &error);
                return;
            }
        }
        if let Some(edit) = data.edit.filter(|edit| !edit.is_empty() && !edit.replaces_data())
            && !self.try_make(ctx, edit, false)
        {
            return;
        }
        let Some(session) = self.session.as_mut() else { return };
        let left_out = data.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        session.note_import(data.file_setting, &data.file, data.diagnostics);
        if let Some(store) = &self.store {
            store.put_setting(data.file_setting, Some(&data.file));
            store.put_problems(session.diagnostics.iter().map(records::saved_problem).collect());
        }
        if left_out > 0 {
            let rows = if left_out == 1 { "1 row needs".to_owned() } else { format!("{left_out} rows need") };
            self.ui.notices.refused(ctx, format!("{}; {rows} a look, see Problems", data.label));
            self.show_problems();
        } else {
            self.ui.notices.done(ctx, data.label);
        }
        if what == ImportWhat::Accounts || what == ImportWhat::Units {
            self.offer_placing();
        }
        if what == ImportWhat::Accounts {
            self.count_doubles();
        }
    }

    /// Puts new data in place of the old, in the file and on screen. What the file cannot hold is refused before anything changes.
    fn replace_data(
        &mut self,
        ctx: &Context,
        what: ImportWhat,
        project: Project,
        indices: Indices,
        label: &str,
    ) -> Result<(), UserError> {
        let Some(session) = self.session.as_mut() else { return Ok(()) };
        let of_reps = what == ImportWhat::Reps;
        if let Some(store) = &self.store {
            match what {
                ImportWhat::Units => store.put_units(&project, label)?,
                ImportWhat::Accounts => store.put_accounts(&project, label)?,
                ImportWhat::Reps | ImportWhat::Alignment | ImportWhat::Columns | ImportWhat::Layer => {
                    store.put_reps(&project.reps)
                }
            };
            store.put_goals(&project.goals);
        }
        if session.proposal.is_some() {
            self.ui.notices.refused(ctx, "The proposal was made of the data before; build again");
        }
        let history = if of_reps { session.history.clone() } else { Default::default() };
        session.replace_data(project, indices, history);
        session.view.fit = session.plan_bounds();
        // Figures of other units would be nonsense; new ones are measured in this frame.
        self.jobs.cancel(JobKind::Measure);
        if !of_reps {
            self.forget_columns();
        }
        Ok(())
    }

    /// After measures or columns have changed their places in the lists: what dialogs and tables remember names them by these.
    pub(super) fn forget_columns(&mut self) {
        if let Some(session) = self.session.as_ref() {
            self.ui.build.forget_measures(session);
        }
        self.ui.tables = Default::default();
    }

    /// Makes a step that replaces units or accounts, with the data that it leads to. Tells whether it was made.
    pub(super) fn make_replaced(&mut self, ctx: &Context, edit: Edit, data: NewData) -> bool {
        let Some(session) = self.session.as_mut() else { return false };
        if let Some(why) = session.read_only_words() {
            self.ui.notices.refused(ctx, why.to_owned());
            return false;
        }
        if session.proposal.is_some() {
            self.ui.notices.refused(ctx, "The proposal was made of the data before; build again");
        }
        let label = edit.label.clone();
        if let Some(Err(error)) = self.store.as_ref().map(|_| store::check_columns(&data.project)) {
            self.ui.notices.failed(ctx, &error);
            return false;
        }
        if let Err(error) = session.apply_with(edit, data) {
            self.ui.notices.refused(ctx, format!("{label}: not done, {error}"));
            return false;
        }
        self.jobs.cancel(JobKind::Measure);
        if let (Some(store), Some(step)) = (&self.store, session.history.undo_step()) {
            store.apply(step);
        }
        self.forget_columns();
        true
    }

    /// Begins an import, or lets it wait for the one under way.
    pub(super) fn start_import(&mut self, ctx: &Context, order: ImportOrder) {
        self.imports.push_back(order);
        if !self.jobs.is_running(JobKind::Import) {
            self.begin_next_import(ctx);
        }
    }

    fn begin_next_import(&mut self, ctx: &Context) {
        while let Some(order) = self.imports.pop_front() {
            if let Some(why) = import_dialog::refusal(self.session.as_ref(), order.what) {
                self.ui.notices.refused(ctx, format!("{}: not imported. {why}", file_name(&order.path)));
                continue;
            }
            let Some(session) = self.session.as_ref() else { return };
            let (project, data) = (session.project.clone(), session.data_generation);
            self.jobs.start(JobKind::Import, move |progress| tasks::import(&project, data, &order, progress));
            return;
        }
    }
}
