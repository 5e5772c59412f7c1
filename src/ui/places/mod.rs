//! The tab of accounts without a good place: a list of them, and a form that puts those at hand on the map. Whoever is selected is at
//! hand, here and on the map.

mod again;
mod answers;
mod form;
mod list;

use egui::{Align, Frame, Layout, Margin, RichText, Ui, UiBuilder, vec2};

use super::widgets::empty_state;
use crate::action::{Action, Command};
use crate::domain::doubts::{Doubt, doubtful};
use crate::domain::ids::AccountId;
use crate::jobs::spec::places::LookUp;
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::theme::Tokens;
use crate::words;

/// What the tab remembers for itself.
#[derive(Default)]
pub struct State {
    doubts: Doubts,
    list: list::State,
    form: form::State,
    answers: answers::State,
    /// A question is on screen.
    asks: bool,
}

impl State {
    /// A dialog is open.
    pub fn is_open(&self) -> bool {
        self.asks
    }

    /// The field for the place gets the keyboard.
    pub fn focus(&mut self) {
        self.form.wants_focus = true;
    }

    /// What was typed is done.
    pub fn placed(&mut self) {
        self.form.begin();
    }
}

/// The accounts that a person should look at, looked for again only when something changed.
#[derive(Default)]
struct Doubts {
    found: Vec<(AccountId, Doubt)>,
    seen: Option<(u64, u64)>,
}

impl Doubts {
    fn of(&mut self, session: &Session) -> &[(AccountId, Doubt)] {
        let seen = (session.data_generation, session.places_generation);
        if self.seen != Some(seen) {
            self.found = doubtful(&session.project);
            self.seen = Some(seen);
        }
        &self.found
    }
}

/// How many accounts are in the list.
pub fn count(session: &Session, state: &mut State) -> usize {
    state.doubts.of(session).len()
}

/// What the number on the tab counts.
pub fn about(count: usize, kind: &str) -> String {
    match count {
        0 => "Where accounts are; every one has a good place".to_owned(),
        _ => format!(
            "{} without a good place: not placed, in the middle of a state or outside all {kind}. Put them on the map here",
            words::counted(count as i128, "account")
        ),
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    state.asks = again::show(ui, session, actions);
    if session.project.accounts.is_empty() {
        let icon = Command::PlaceAccounts.icon();
        empty_state(ui, icon, "No accounts yet", "Import accounts to see where they are", |ui| {
            if ui.button("Import accounts…").clicked() {
                actions.push(Action::Run(Command::ImportAccounts));
            }
        });
        return;
    }
    if let Some(answers) = &session.placing.answers {
        answers::show(ui, session, answers, &mut state.answers, actions);
        return;
    }
    toolbar(ui, session, state.doubts.of(session).len(), actions);
    let rect = ui.available_rect_before_wrap();
    let wide = (rect.width() * 0.36).clamp(260.0, 420.0);
    let (left, right) = rect.split_left_right_at_x(rect.right() - wide);
    let mut left = ui.new_child(UiBuilder::new().max_rect(left).id_salt("places list"));
    list::show(&mut left, session, state.doubts.of(session), &mut state.list, &mut state.form, actions);
    ui.painter().vline(right.left(), right.y_range(), egui::Stroke::new(1.0, Tokens::of(ui).separator));
    let mut right = ui.new_child(UiBuilder::new().max_rect(right).id_salt("places form"));
    Frame::new().inner_margin(Margin { left: 12, right: 12, top: 4, bottom: 4 }).show(&mut right, |ui| {
        form::show(ui, session, &mut state.form, actions);
    });
    ui.advance_cursor_after_rect(rect);
}

fn toolbar(ui: &mut Ui, session: &Session, count: usize, actions: &mut Vec<Action>) {
    Frame::new().inner_margin(Margin { left: 12, right: 12, top: 2, bottom: 4 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            let text = match count {
                0 => "Every account has a good place".to_owned(),
                _ => format!("{} without a good place", words::counted(count as i128, "account")),
            };
            ui.label(RichText::new(text).color(Tokens::of(ui).weak));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let fixed = session.fixed();
                let online = Command::LookUpOnline;
                let button = ui.add_enabled(fixed.is_none(), egui::Button::new(online.words()));
                let button = button.on_hover_text(online.about()).on_disabled_hover_text(fixed.unwrap_or_default());
                if button.clicked() {
                    actions.push(Action::Run(online));
                }
                let hover = "Place the accounts again that were placed by postal code or town, or not at all: after their columns were \
                             edited. Says before how many";
                let button = ui.add_enabled(fixed.is_none(), egui::Button::new("Place by address again…"));
                let button = button.on_hover_text(hover).on_disabled_hover_text(fixed.unwrap_or_default());
                if button.clicked() {
                    actions.push(Action::Places(PlacesAction::WorkOutAgain));
                }
            });
        });
    });
}

/// The accounts at hand: those that are selected.
fn at_hand(session: &Session) -> Vec<AccountId> {
    session.selection.accounts.iter().copied().collect()
}

/// What is looked up for a text: for the account that is looked at.
fn wanted(session: &Session, text: &str) -> LookUp {
    LookUp { text: text.trim().to_owned(), account: session.selection.account }
}

/// A line of the list or of answers, split into columns of these shares; with room between them.
fn columns<const N: usize>(rect: egui::Rect, shares: [f32; N]) -> [egui::Rect; N] {
    let whole: f32 = shares.iter().sum();
    let mut left = rect.left();
    shares.map(|share| {
        let width = rect.width() * share / whole;
        let column = egui::Rect::from_min_size(egui::pos2(left, rect.top()), vec2(width - 12.0, rect.height()));
        left += width;
        column
    })
}
