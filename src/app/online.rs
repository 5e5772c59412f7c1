//! Addresses looked up by a service on the network: settings of this machine, the job, and what becomes of its answers.

use std::path::Path;

use egui::Context;

use super::App;
use crate::domain::ids::AccountId;
use crate::error::UserError;
use crate::io::online::Reply;
use crate::jobs::online;
use crate::jobs::spec::JobKind;
use crate::jobs::spec::places::{Answer, Answers, Geocoder, OnlineOrder, OnlineScope, OnlineSettings};
use crate::work::places::online::{Proposed, take};

/// In the data folder: a setting of the machine, not of a project, for another person's machine shall not send anything because of it.
const SETTINGS: &str = "online_geocoder.txt";

/// The settings of this machine; off where there are none, or none that can be read.
pub fn remembered(folder: &Path) -> OnlineSettings {
    let mut settings = OnlineSettings::default();
    let text = std::fs::read_to_string(folder.join(SETTINGS)).unwrap_or_default();
    for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
        match key {
            "on" => settings.on = value == "true",
            "geocoder" if value == "nominatim" => settings.geocoder = Geocoder::Nominatim,
            "url" => settings.url = value.to_owned(),
            "contact" => settings.contact = value.to_owned(),
            "pause_seconds" => {
                let seconds = value.parse().ok().filter(|seconds: &f64| (0.0..=3600.0).contains(seconds));
                settings.pause_seconds = seconds.unwrap_or(settings.pause_seconds);
            }
            _ => {}
        }
    }
    settings
}

/// Failing to remember is not worth a message: it is off then, the next time.
fn remember(folder: &Path, settings: &OnlineSettings) {
    let geocoder = if settings.geocoder == Geocoder::Nominatim { "nominatim" } else { "census" };
    let line = |text: &str| text.replace(['\r', '\n'], " ");
    // A key that stands after the question mark is a secret, and is kept nowhere.
    let url = settings.url.split('?').next().unwrap_or_default();
    let text = format!(
        "on={}\ngeocoder={geocoder}\nurl={}\ncontact={}\npause_seconds={}\n",
        settings.on,
        line(url),
        line(&settings.contact),
        settings.pause_seconds
    );
    let _ = std::fs::create_dir_all(folder);
    let _ = std::fs::write(folder.join(SETTINGS), text);
}

impl App {
    pub(super) fn set_online(&mut self, settings: OnlineSettings) {
        remember(&self.data_folder, &settings);
        if !settings.on {
            self.jobs.cancel(JobKind::Geocode);
        }
        self.ui.online.settings = settings;
    }

    pub(super) fn preview_online(&mut self, order: OnlineOrder) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, data) = (session.project.clone(), session.data_generation);
        self.jobs.start(JobKind::PreviewGeocode, move |_| online::preview(&project, data, order));
    }

    pub(super) fn ask_online(&mut self, ctx: &Context, scope: OnlineScope) {
        let Some(session) = self.session.as_ref() else { return };
        // Only the switch of this machine counts.
        let settings = self.ui.online.settings.clone();
        if !settings.on {
            let error = UserError::new("Nothing was sent").because("looking up addresses online is switched off");
            self.ui.notices.failed(ctx, &error.hint("Switch it on under File, Look up addresses online…"));
            return;
        }
        let (project, data) = (session.project.clone(), session.data_generation);
        let inbox = online::Inbox::default();
        self.online_answers = inbox.clone();
        let order = OnlineOrder { settings, scope };
        self.jobs.start(JobKind::Geocode, move |progress| online::ask(&project, data, &order, &inbox, progress));
    }

    pub(super) fn take_online_answers(&mut self, ctx: &Context, data_generation: u64, answers: Answers) {
        let Some(session) = self.session.as_mut() else { return };
        if session.data_generation != data_generation {
            self.ui.notices.refused(ctx, "The accounts changed while addresses were looked up; look them up again");
            return;
        }
        if answers.found.is_empty() {
            let none = format!("None of {} addresses was found", answers.asked);
            self.ui.notices.refused(ctx, answers.stopped.clone().unwrap_or(none));
            return;
        }
        session.placing.set_answers(answers);
        self.ui.online.close();
        self.show_places();
    }

    /// What was answered before the user cancelled can be taken all the same.
    pub(super) fn keep_online_answers(&mut self, ctx: &Context) {
        let replies = self.online_answers.take();
        let Some(session) = self.session.as_ref().filter(|_| !replies.is_empty()) else {
            self.ui.notices.done(ctx, format!("{}: cancelled", JobKind::Geocode.words()));
            return;
        };
        let stopped = Some("cancelled; the rest was not asked".to_owned());
        let answers = online::answers(&session.project, replies, self.ui.online.settings.geocoder, stopped);
        let data = session.data_generation;
        self.take_online_answers(ctx, data, answers);
    }

    pub(super) fn take_answers_for(&mut self, ctx: &Context, accounts: &[AccountId]) {
        let Some(session) = self.session.as_ref() else { return };
        let Some(answers) = &session.placing.answers else { return };
        let wanted = answers.found.iter().filter(|answer| accounts.contains(&answer.account));
        let proposed: Vec<Proposed> = wanted.map(proposed).collect();
        let edit = take(&session.project, &session.unit_index, &proposed);
        if edit.is_empty() || self.try_make(ctx, edit, true) {
            let Some(session) = self.session.as_mut() else { return };
            session.placing.answers = None;
        }
    }
}

fn proposed(answer: &Answer) -> Proposed {
    let candidate = &answer.candidate;
    Proposed {
        account: answer.account,
        reply: Reply::Matched {
            place: candidate.place,
            precision_km: candidate.precision_km,
            words: candidate.words.clone(),
        },
        distance_km: answer.distance_km,
    }
}
