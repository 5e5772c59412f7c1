//! A newer file of accounts or units: what it changes, with a choice where there is one, before anything is applied.

mod accounts;
mod effect;
mod units;

use egui::{Align2, Area, Frame, Id, Margin, RichText, Stroke, Ui, vec2};

use super::list_view;
use super::widgets::{dialog, outline_marks, primary_button};
use crate::action::{Action, SelectHow};
use crate::jobs::spec::RefreshWish;
use crate::session::Session;
use crate::session::list::List;
use crate::session::refreshing::{Outcome, RefreshAction, Report};
use crate::theme::{self, Tokens};
use crate::words;

/// What the dialog holds besides its list, in points of height.
const BESIDE_LIST: f32 = 640.0;

#[derive(Default)]
pub struct State {
    report: Option<Report>,
    wish: RefreshWish,
    /// The choices whose effect was asked for.
    asked: Option<RefreshWish>,
    outcome: Option<Outcome>,
    error: String,
    list: list_view::State,
    /// The map is looked at meanwhile.
    hidden: bool,
    /// Set when the list shall be saved to a file.
    pub save: Option<List>,
}

impl State {
    pub fn open(&mut self, report: Report) {
        *self = Self { report: Some(report), ..Self::default() };
    }

    pub fn close(&mut self) {
        *self = Self::default();
    }

    /// It stands in front of everything else.
    pub fn is_open(&self) -> bool {
        self.report.is_some() && !self.hidden
    }

    /// What the choices do.
    pub fn set_outcome(&mut self, outcome: Outcome) {
        if self.asked.as_ref() == Some(&outcome.wish) {
            self.error.clear();
            self.outcome = Some(outcome);
        }
    }

    /// What the choices do could not be worked out.
    pub fn set_error(&mut self, error: String) {
        self.error = error;
    }

    /// What the choices at hand do, once that is known.
    fn current(&self) -> Option<&Outcome> {
        self.outcome.as_ref().filter(|outcome| outcome.wish == self.wish)
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    let Some(report) = state.report.take() else { return };
    if state.hidden {
        waiting(ui, session, state, &report, actions);
        state.report = Some(report);
        return;
    }
    if matches!(report, Report::Accounts(_)) && state.asked.as_ref() != Some(&state.wish) {
        state.asked = Some(state.wish.clone());
        actions.push(Action::Refresh(RefreshAction::WorkOut(state.wish.clone())));
    }
    let mut leave = false;
    let response = dialog(ui, "refresh dialog").show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect();
        ui.set_width((room.width() - 96.0).clamp(420.0, 940.0));
        ui.spacing_mut().item_spacing.y = 8.0;
        outline_marks(ui);
        match &report {
            Report::Accounts(report) => {
                ui.label(theme::strong(format!("Refresh accounts from {}", report.file)).size(theme::TITLE));
                accounts::show(ui, session, report, state);
            }
            Report::Units(report) => {
                ui.label(theme::strong(format!("Update boundaries from {}", report.file)).size(theme::TITLE));
                units::show(ui, session, report);
            }
        }
        ui.separator();
        let list = match &report {
            Report::Accounts(report) => &report.list,
            Report::Units(report) => &report.list,
        };
        list_view::show(ui, list, &mut state.list, BESIDE_LIST, &mut state.save, actions);
        ui.separator();
        leave = buttons(ui, session, state, &report, actions);
    });
    state.report = Some(report);
    if leave || response.should_close() {
        actions.push(Action::Refresh(RefreshAction::Leave));
    }
}

/// Returns whether the dialog is done with.
fn buttons(ui: &mut Ui, session: &Session, state: &mut State, report: &Report, actions: &mut Vec<Action>) -> bool {
    let tokens = Tokens::of(ui);
    let mut leave = false;
    ui.horizontal(|ui| {
        let (words, usable, note) = match report {
            Report::Accounts(_) => match state.current() {
                _ if !state.error.is_empty() => ("Refresh".to_owned(), false, state.error.clone()),
                None => ("Refresh".to_owned(), false, "Working out what this changes…".to_owned()),
                Some(outcome) if outcome.touched() == 0 && outcome.effect.accounts[0] == outcome.effect.accounts[1] => {
                    ("Refresh".to_owned(), false, "With these choices no account changes".to_owned())
                }
                Some(outcome) => {
                    let accounts = words::counted(outcome.touched() as i128, "account");
                    (
                        format!("Refresh {accounts}"),
                        true,
                        "One undo step. Territories, named accounts, locks and notes stay".to_owned(),
                    )
                }
            },
            Report::Units(report) if report.nothing => {
                ("Update".to_owned(), false, format!("The {} are like that already", report.kind))
            }
            Report::Units(report) => {
                let count = report.by_code + report.by_share + report.without;
                let words = format!("Update {}", session.project.units.count_words(count));
                (words, true, "One undo step. Territories, locks and named accounts stay".to_owned())
            }
        };
        if primary_button(ui, usable, &words).clicked() {
            actions.push(Action::Refresh(RefreshAction::Apply));
        }
        if ui.button("Cancel").clicked() {
            leave = true;
        }
        if let Report::Units(report) = report
            && !report.touched.is_empty()
        {
            let words = format!("Show {} on the map", session.project.units.count_words(report.touched.len()));
            let hover = "Selects those that go, and those that new ones are made of";
            if ui.button(words).on_hover_text(hover).clicked() {
                actions.push(Action::SelectUnits { units: report.touched.clone(), how: SelectHow::Replace });
                actions.push(Action::FitUnits(report.touched.clone()));
                state.hidden = true;
            }
        }
        let colour = if state.error.is_empty() { tokens.weak } else { tokens.error };
        ui.add(egui::Label::new(RichText::new(note).color(colour)).truncate());
    });
    leave
}

/// While the map is looked at: the way back.
fn waiting(ui: &Ui, session: &Session, state: &mut State, report: &Report, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let Report::Units(report) = report else {
        state.hidden = false;
        return;
    };
    let shadow = egui::Shadow { offset: [0, 4], blur: 16, spread: 0, color: tokens.shadow };
    Area::new(Id::unique("refresh waits")).anchor(Align2::CENTER_TOP, vec2(0.0, 56.0)).show(ui.ctx(), |ui| {
        let frame = Frame::new().fill(tokens.panel).stroke(Stroke::new(1.0, tokens.border)).corner_radius(6.0);
        frame.shadow(shadow).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
            ui.horizontal(|ui| {
                let change = session.project.units.count_words(report.touched.len());
                ui.label(format!("{change} that change are selected; nothing is applied yet"));
                if primary_button(ui, true, "Back to the report").clicked() {
                    state.hidden = false;
                }
                if ui.button("Cancel").clicked() {
                    actions.push(Action::Refresh(RefreshAction::Leave));
                }
            });
        });
    });
}

/// A large figure with what it counts below.
fn figure(ui: &mut Ui, value: &str, what: &str) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.label(theme::strong(value).size(theme::TITLE));
        ui.label(theme::note(ui, what));
    });
    ui.add_space(20.0);
}
