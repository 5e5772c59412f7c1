//! What the window does by itself between frames: move the camera, measure, save settings, say how the saving goes.

use egui::Context;

use super::App;
use crate::jobs::spec::JobKind;
use crate::jobs::tasks;
use crate::session::view::Camera;
use crate::ui::status::{Saving, Status};
use crate::work::records;

/// Seconds that the view rests before its settings are written.
const SETTINGS_DELAY: f64 = 1.0;

impl App {
    pub(super) fn status(&self, ctx: &Context) -> Status {
        let read_only = self.session.as_ref().is_some_and(|session| session.read_only.is_some());
        let saving = match &self.store {
            _ if read_only => Saving::ReadOnly,
            None => Saving::Saved,
            Some(store) => {
                let status = store.status();
                match status.failed_since {
                    Some((_, error)) => Saving::Failed(format!(
                        "{error}. The changes are safe in memory; retry or save a copy elsewhere"
                    )),
                    None if status.last_written < status.last_queued => Saving::Writing,
                    None => Saving::Saved,
                }
            }
        };
        Status {
            jobs: self
                .jobs
                .running()
                .filter(|(kind, _)| !kind.is_quiet())
                .map(|(kind, progress)| (kind, progress.clone()))
                .collect(),
            saving,
            leaving: self.leaving_words(ctx),
            software_renderer: self.map.is_software(),
        }
    }

    /// What follows from this frame's changes.
    pub(super) fn follow_up(&mut self, ctx: &Context) {
        self.take_answers(ctx);
        self.move_camera(ctx);
        self.ask_for_geometry();
        self.ask_for_layers();
        self.ask_for_metrics();
        self.ask_for_plans();
        self.follow_scenarios();
        self.ask_for_comparison();
        self.ask_for_formulas();
        self.note_view(ctx);
        self.set_title(ctx);
        self.follow_build(ctx);
        self.ask_for_reasons();
        // What is built draws itself when there is something new; only its clock has to move.
        let rest = |kind| if kind == JobKind::Build { 250 } else { 100 };
        let visible = self.jobs.running().map(|(kind, _)| kind).filter(|kind| !kind.is_quiet());
        if let Some(rest) = visible.map(rest).min() {
            ctx.request_repaint_after(std::time::Duration::from_millis(rest));
        }
    }

    fn move_camera(&mut self, ctx: &Context) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(target) = session.view.target else { return };
        let seconds = f64::from(ctx.input(|input| input.stable_dt)).clamp(0.0, 0.1);
        let camera = &mut session.view.camera;
        // Nearly there after 150 ms; a machine too slow for the movement sees its end.
        let share = 1.0 - (-seconds / 0.045).exp();
        let mix = |from: f64, to: f64| from + (to - from) * share;
        let near = (target.zoom - camera.zoom).abs() < 0.005
            && (target.centre.lon - camera.centre.lon).abs() * camera.zoom.exp2() < 0.5
            && (target.centre.lat - camera.centre.lat).abs() * camera.zoom.exp2() < 0.5;
        if near || seconds > 0.09 {
            *camera = target;
            session.view.target = None;
        } else {
            *camera = Camera {
                centre: crate::domain::sphere::LonLat::new(
                    mix(camera.centre.lon, target.centre.lon),
                    mix(camera.centre.lat, target.centre.lat),
                ),
                zoom: mix(camera.zoom, target.zoom),
            };
        }
        ctx.request_repaint();
    }

    fn ask_for_geometry(&mut self) {
        let Some(session) = &self.session else { return };
        let generation = session.data_generation;
        if !self.map.has_geometry(generation) && self.geometry_asked != Some(generation) {
            self.geometry_asked = Some(generation);
            let project = session.project.clone();
            self.jobs.start(JobKind::Geometry, move |progress| {
                tasks::geometry(&project.units, &project.accounts, generation, progress)
            });
        }
    }

    fn ask_for_metrics(&mut self) {
        let Some(session) = &self.session else { return };
        let current = session.measured.as_ref().is_some_and(|measured| measured.generation == session.generation);
        if !current && self.measuring != Some(session.generation) {
            self.measuring = Some(session.generation);
            let (project, totals, generation) = (session.project.clone(), session.totals.clone(), session.generation);
            self.jobs.start(JobKind::Measure, move |progress| tasks::measure(&project, &totals, generation, progress));
        }
    }

    /// Writes the view's settings once they have rested.
    fn note_view(&mut self, ctx: &Context) {
        let Some(session) = &self.session else { return };
        let settings = session.view.to_settings();
        if settings == self.saved_settings {
            self.view_changed = None;
            return;
        }
        let now = ctx.input(|input| input.time);
        match self.view_changed {
            Some((since, ref seen)) if *seen == settings => {
                if now - since >= SETTINGS_DELAY {
                    self.save_settings();
                } else {
                    ctx.request_repaint_after(std::time::Duration::from_secs_f64(
                        SETTINGS_DELAY - (now - since) + 0.01,
                    ));
                }
            }
            _ => {
                self.view_changed = Some((now, settings));
                ctx.request_repaint_after(std::time::Duration::from_secs_f64(SETTINGS_DELAY + 0.01));
            }
        }
    }

    pub(super) fn save_settings(&mut self) {
        let (Some(session), Some(store)) = (&self.session, &self.store) else { return };
        if session.read_only.is_some() {
            return;
        }
        let settings = session.view.to_settings();
        for (key, value) in &settings {
            if self.saved_settings.get(key) != Some(value) {
                store.put_setting(key, Some(value));
            }
        }
        self.saved_settings = settings;
        self.view_changed = None;
    }

    fn set_title(&mut self, ctx: &Context) {
        let title = match &self.session {
            Some(session) if session.scenarios.plans.all.len() > 1 => {
                format!("{}, {} – Bailiwick", session.project.name, session.plan().name)
            }
            Some(session) => format!("{} – Bailiwick", session.project.name),
            None => "Bailiwick".to_owned(),
        };
        if self.title != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Sends the slow figures to the file, where anyone can read them with plain SQL.
    pub(super) fn save_metrics(&self, generation: u64) {
        let (Some(session), Some(store)) = (&self.session, &self.store) else { return };
        let Some(measured) = session.measured.as_ref().filter(|measured| measured.generation == generation) else {
            return;
        };
        if session.read_only.is_some() {
            return;
        }
        let saved = records::saved_metrics(&session.project, &measured.metrics);
        store.put_metrics(session.file_generation(generation), saved);
    }
}
