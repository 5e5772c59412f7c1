//! Results of jobs into the session. What was made of an older state is dropped.

use egui::Context;

use super::App;
use super::asking::file_name;
use crate::io::diagnostic::{Diagnostic, Place, Severity};
use crate::jobs::spec::{ImportOrder, ImportWhat, JobKind};
use crate::jobs::{ImportedData, JobOutput, OpenedProject, tasks};
use crate::session::{Measured, recent};
use crate::work::records;

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
                JobOutput::Opened(opened) => self.take_project(ctx, *opened),
                JobOutput::Peeked(preview) => self.ui.import.set_preview(preview),
                JobOutput::Imported(data) => self.take_import(ctx, *data),
                JobOutput::Built { generation, proposal, reasons } => {
                    self.take_proposal(ctx, generation, *proposal, reasons);
                }
                JobOutput::Explained { proposal, choice, explanation } => {
                    self.take_explanation(proposal, choice, explanation);
                }
                JobOutput::LookedForConflict { proposal, found } => self.take_conflict(proposal, found),
                JobOutput::Exported { path, files, notes } => {
                    let words = if files == 1 { "Wrote".to_owned() } else { format!("Wrote {files} files:") };
                    self.ui.notices.done(ctx, format!("{words} {}", file_name(&path)));
                    if let Some(session) = self.session.as_mut() {
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
                JobOutput::Saved(path) => self.ui.notices.done(ctx, format!("Saved {}", file_name(&path))),
                JobOutput::Measured { generation, metrics } => {
                    if let Some(session) = self.session.as_mut() {
                        // Figures of an older plan are better than none; they are dimmed.
                        let newer = session.measured.as_ref().is_none_or(|known| known.generation < generation);
                        if newer && metrics_fit(session, generation) {
                            session.measured = Some(Measured { generation, metrics });
                            self.save_metrics(generation);
                        }
                    }
                }
                JobOutput::Geometry { data_generation, geometry } => {
                    if let Some(session) =
                        self.session.as_ref().filter(|session| session.data_generation == data_generation)
                    {
                        self.map.set_geometry(geometry, session);
                    }
                }
                JobOutput::Failed(error) if kind == JobKind::Peek => self.ui.import.set_error(error.to_string()),
                JobOutput::Failed(error) => self.ui.notices.failed(ctx, &error),
                JobOutput::Cancelled if kind.is_quiet() => {}
                JobOutput::Cancelled => self.ui.notices.done(ctx, format!("{}: cancelled", kind.words())),
            }
        }
    }

    fn take_project(&mut self, ctx: &Context, opened: OpenedProject) {
        self.save_settings();
        self.jobs.cancel(JobKind::Build);
        // The old store writes what it still has when it is dropped.
        let repaint = ctx.clone();
        opened.store.set_notify(Box::new(move || repaint.request_repaint()));
        self.store = Some(opened.store);
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
        self.ui.renaming = None;
        self.ui.build = Default::default();
    }

    fn take_import(&mut self, ctx: &Context, data: ImportedData) {
        let Some(session) = self.session.as_mut() else { return };
        if session.data_generation != data.data_generation {
            self.ui.notices.refused(ctx, "The project changed while the file was read; import it again");
            return;
        }
        let left_out = data.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        session.note_import(data.file_setting, &data.file, data.diagnostics);
        if let Some((project, indices)) = data.replaced {
            let history = if data.what == ImportWhat::Reps { session.history.clone() } else { Default::default() };
            session.replace_data(project, indices, history);
            session.view.fit = session.plan_bounds();
            if let Some(store) = &self.store {
                let queued = match data.what {
                    ImportWhat::Units => store.put_units(&session.project, &data.label).map(drop),
                    ImportWhat::Accounts => store.put_accounts(&session.project, &data.label).map(drop),
                    ImportWhat::Reps | ImportWhat::Alignment => {
                        store.put_reps(&session.project.reps);
                        Ok(())
                    }
                };
                store.put_goals(&session.project.goals);
                if let Err(error) = queued {
                    self.ui.notices.failed(ctx, &error);
                }
            }
        }
        if let Some(store) = &self.store {
            store.put_setting(data.file_setting, Some(&data.file));
            store.put_problems(session.diagnostics.iter().map(records::saved_problem).collect());
        }
        if let Some(edit) = data.edit {
            self.actions.push(crate::action::Action::Edit(edit));
        }
        if left_out > 0 {
            self.ui.notices.refused(ctx, format!("{}; {left_out} rows need a look, see Problems", data.label));
            self.show_problems();
        } else {
            self.ui.notices.done(ctx, data.label);
        }
    }

    pub(super) fn start_import(&mut self, order: ImportOrder) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, data_generation) = (session.project.clone(), session.data_generation);
        self.jobs.start(JobKind::Import, move |progress| tasks::import(&project, data_generation, &order, progress));
    }
}

/// Figures of another number of units would be nonsense.
fn metrics_fit(session: &crate::session::Session, generation: u64) -> bool {
    generation <= session.generation
}
