//! The line at the bottom: what is unassigned, the balance, whether everything is on disk, and what is being worked on.

use egui::{Align, Layout, ProgressBar, RichText, Ui};

use super::leaving::Leaving;
use super::widgets::icon_button;
use crate::action::Action;
use crate::domain::ids::TerritoryId;
use crate::domain::metrics;
use crate::domain::progress::Progress;
use crate::jobs::spec::JobKind;
use crate::session::Session;
use crate::theme::Tokens;
use crate::words;

/// What the panels cannot see in the session: jobs and the writer.
#[derive(Default)]
pub struct Status {
    /// Running jobs with their progress, what a person would wait for first.
    pub jobs: Vec<(JobKind, Progress)>,
    pub saving: Saving,
    /// Leaving the project waits for something.
    pub leaving: Option<Leaving>,
    /// The map is drawn without a graphics card.
    pub software_renderer: bool,
}

/// Whether the changes are on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Saving {
    #[default]
    Saved,
    Writing,
    /// Since when changes are only in memory, and why.
    Failed(String),
    ReadOnly,
}

pub fn show(ui: &mut Ui, session: Option<&Session>, status: &Status, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(20.0);
        ui.spacing_mut().item_spacing.x = 6.0;
        if let Some(session) = session {
            left(ui, session, status, tokens, actions);
        } else {
            ui.label(RichText::new("No project open").color(tokens.weak));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (kind, progress) in status.jobs.iter().take(2) {
                let cancel = format!("Cancel {}", kind.words());
                if kind.can_be_cancelled()
                    && icon_button(ui, egui_material_icons::icons::ICON_CLOSE, &cancel, 14.0).clicked()
                {
                    actions.push(Action::Cancel(*kind));
                }
                match progress.fraction() {
                    Some(fraction) => {
                        let text = format!("{:.0} %", fraction * 100.0);
                        ui.add(ProgressBar::new(fraction).desired_width(110.0).text(text));
                    }
                    // What is built is on the map and in the inspector: a wheel that turns would only take its time.
                    None if *kind == JobKind::Build => {}
                    None => {
                        ui.add(egui::Spinner::new().size(14.0));
                    }
                }
                let doing = if progress.is_cancelled() { "Stopping" } else { progress.phase().words() };
                ui.label(format!("{} · {doing}", kind.words()));
            }
        });
    });
}

fn left(ui: &mut Ui, session: &Session, status: &Status, tokens: Tokens, actions: &mut Vec<Action>) {
    let dot = |ui: &mut Ui| {
        ui.label(RichText::new("·").color(tokens.weak));
    };
    let totals = session.shown_totals();
    let unassigned = totals.unit_count(TerritoryId::UNASSIGNED);
    let accounts = totals.account_count(TerritoryId::UNASSIGNED);
    let text = match (unassigned, accounts) {
        (0, 0) if session.project.units.is_empty() => "no units yet".to_owned(),
        (0, 0) => "everything assigned".to_owned(),
        (0, accounts) => format!("{} unassigned", words::counted(accounts, "account")),
        (units, accounts) => {
            let units = session.project.units.count_words(units as usize);
            if accounts > 0 {
                format!("{units} unassigned with {}", words::counted(accounts, "account"))
            } else {
                format!("{units} unassigned")
            }
        }
    };
    let colour = if unassigned + accounts > 0 { tokens.warning } else { tokens.weak };
    ui.label(RichText::new(text).color(colour));
    if let Some(goal) = session.goal()
        && let Some(balance) = metrics::balance(session.shown_plan(), totals, goal.measure)
        && let Some(measure) = session.project.measure(goal.measure)
    {
        dot(ui);
        let colour = tokens.deviation(balance, goal.tolerance);
        ui.label(RichText::new(format!("balance {}", words::percent(balance))).color(colour)).on_hover_text(format!(
            "The largest deviation of any territory from its target of {} (wanted: at most {})",
            measure.name,
            words::percent(goal.tolerance)
        ));
    }
    dot(ui);
    match &status.saving {
        Saving::Saved => ui.label(RichText::new("saved").color(tokens.weak)),
        Saving::Writing => ui.label(RichText::new("saving").color(tokens.weak)),
        Saving::ReadOnly => ui
            .label(RichText::new("read only").color(tokens.warning))
            .on_hover_text(session.read_only.as_deref().unwrap_or_default()),
        Saving::Failed(why) => {
            let response = ui.label(RichText::new("not on disk").color(tokens.error)).on_hover_text(why);
            if ui.small_button("Retry").clicked() {
                actions.push(Action::RetrySaving);
            }
            response
        }
    };
    dot(ui);
    let words = match session.metrics() {
        Some((_, true)) => "metrics current",
        Some((_, false)) => "metrics updating",
        None => "measuring",
    };
    ui.label(RichText::new(words).color(tokens.weak));
    if status.software_renderer {
        dot(ui);
        ui.label(RichText::new("software graphics").color(tokens.weak))
            .on_hover_text("No graphics card was found; the map is drawn by the processor, with less detail");
    }
    if session.project.units.approximate {
        dot(ui);
        ui.label(
            RichText::new(format!("approximate {}", session.project.units.count_words(2).trim_start_matches("2 ")))
                .color(tokens.weak),
        )
        .on_hover_text("The shapes of the areas are approximations; see sample_data/README.md");
    }
}
