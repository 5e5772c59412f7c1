//! What an online service answered, beside the places of today: each can be left out before all are taken in one step.

use std::collections::BTreeSet;

use egui::{Align, Align2, Checkbox, FontId, Frame, Layout, Margin, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};

use crate::action::Action;
use crate::domain::ids::AccountId;
use crate::jobs::spec::places::{Answer, Answers};
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::theme::{self, ROW_HEIGHT, Tokens};
use crate::ui::widgets::{cell_text, outline_marks, primary_button};
use crate::words;

const SHARES: [f32; 5] = [0.22, 0.18, 0.32, 0.12, 0.16];

#[derive(Default)]
pub struct State {
    /// The answers that shall not be taken, of the answers of this number.
    left_out: BTreeSet<AccountId>,
    of: u64,
}

pub fn show(ui: &mut Ui, session: &Session, answers: &Answers, state: &mut State, actions: &mut Vec<Action>) {
    if state.of != session.placing.answers_generation {
        // What is far from where the account was may be another place of that name.
        let far = answers.found.iter().filter(|answer| answer.far).map(|answer| answer.account);
        *state = State { left_out: far.collect(), of: session.placing.answers_generation };
    }
    let tokens = Tokens::of(ui);
    Frame::new().inner_margin(Margin { left: 12, right: 12, top: 2, bottom: 4 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.add(egui::Label::new(RichText::new(counted(answers)).color(tokens.weak)).truncate());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Discard").clicked() {
                    actions.push(Action::Places(PlacesAction::DropAnswers));
                }
                let taken: Vec<AccountId> = answers.found.iter().map(|answer| answer.account).collect();
                let taken: Vec<AccountId> =
                    taken.into_iter().filter(|account| !state.left_out.contains(account)).collect();
                let fixed = session.fixed();
                let words = format!("Take {}", words::counted(taken.len() as i128, "place"));
                let button = primary_button(ui, !taken.is_empty() && fixed.is_none(), &words);
                if button.on_disabled_hover_text(fixed.unwrap_or("Tick what shall be taken")).clicked() {
                    actions.push(Action::Places(PlacesAction::TakeAnswers(taken)));
                }
            });
        });
        if let Some(why) = &answers.stopped {
            let text = RichText::new(format!("Not asked to the end: {why}")).color(tokens.warning);
            ui.add(egui::Label::new(text).truncate()).on_hover_text(why);
        }
    });
    header(ui, answers, state);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink([false, false]).id_salt("answers").show_rows(
        ui,
        ROW_HEIGHT,
        answers.found.len(),
        |ui, range| {
            outline_marks(ui);
            for answer in &answers.found[range] {
                row(ui, session, answer, state, actions);
            }
        },
    );
}

/// "412 asked, 380 found, 12 could be several places, 20 not found. Source: …".
fn counted(answers: &Answers) -> String {
    let far = answers.found.iter().filter(|answer| answer.far).count();
    let count = |count: usize| words::count(count as i128);
    let mut parts = vec![format!("{} asked", count(answers.asked)), format!("{} found", count(answers.found.len()))];
    let more = [
        (answers.ties, "could be several places"),
        (answers.not_found, "not found"),
        (far, "far from the place of today, not ticked"),
    ];
    parts.extend(more.iter().filter(|(of, _)| *of > 0).map(|(of, words)| format!("{} {words}", count(*of))));
    format!("{} · Source: {}", parts.join(", "), answers.credit)
}

fn header(ui: &mut Ui, answers: &Answers, state: &mut State) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let tokens = Tokens::of(ui);
    let mut all = state.left_out.is_empty();
    let tick = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(20.0, rect.height()));
    let mut ticks = ui.new_child(egui::UiBuilder::new().max_rect(tick).id_salt("all answers"));
    outline_marks(&mut ticks);
    if ticks.add(Checkbox::without_text(&mut all)).accessible_name("Take all answers").changed() {
        let accounts = answers.found.iter().map(|answer| answer.account);
        state.left_out = if all { BTreeSet::new() } else { accounts.collect() };
    }
    let titles = ["Account", "Place of today", "Place that was found", "Distance", "Quality"];
    for (column, title) in super::columns(inner(rect), SHARES).into_iter().zip(titles) {
        let font = FontId::proportional(theme::SMALL);
        ui.painter().text(column.left_center(), Align2::LEFT_CENTER, title, font, tokens.weak);
    }
    let line = rect.bottom() - 0.5;
    let ends = [pos2(rect.left(), line), pos2(rect.right(), line)];
    ui.painter().line_segment(ends, egui::Stroke::new(1.0, tokens.separator));
}

/// What is left of a row beside its tick.
fn inner(rect: Rect) -> Rect {
    Rect::from_min_max(rect.min + vec2(40.0, 0.0), rect.max - vec2(12.0, 0.0))
}

fn row(ui: &mut Ui, session: &Session, answer: &Answer, state: &mut State, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let (accounts, index) = (&session.project.accounts, answer.account.index());
    let Some(name) = accounts.names.get(index) else { return };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let selected = session.selection.account == Some(answer.account);
    let spoken = format!("Answer for {name}");
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, selected, &spoken));
    if selected || response.hovered() {
        ui.painter().rect_filled(rect, 0.0, if selected { tokens.selected } else { tokens.hover });
    }
    let mut taken = !state.left_out.contains(&answer.account);
    let tick = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(20.0, rect.height()));
    let mut ticks = ui.new_child(egui::UiBuilder::new().max_rect(tick).id_salt(("answer", answer.account.0)));
    if ticks.add(Checkbox::without_text(&mut taken)).accessible_name(format!("Take the place of {name}")).changed() {
        if taken {
            state.left_out.remove(&answer.account);
        } else {
            state.left_out.insert(answer.account);
        }
    }
    let [at_name, at_old, at_new, at_distance, at_quality] = super::columns(inner(rect), SHARES);
    cell_text(ui, at_name, name, tokens.text, false, true);
    cell_text(ui, at_old, &words::placed_within(accounts, index), tokens.weak, false, false);
    let cut = cell_text(ui, at_new, &answer.candidate.words, tokens.text, false, false);
    let distance = answer.distance_km.map_or("new".to_owned(), words::kilometres);
    cell_text(ui, at_distance, &distance, if answer.far { tokens.warning } else { tokens.text }, false, false);
    let quality = words::within(answer.candidate.precision_km);
    let quality = if answer.far { format!("{quality}, far away") } else { quality };
    cell_text(ui, at_quality, &quality, if answer.far { tokens.warning } else { tokens.weak }, false, false);
    let response = if cut { response.on_hover_text(&answer.candidate.words) } else { response };
    if response.clicked() {
        actions.push(Action::SelectAccount(Some(answer.account)));
        actions.push(Action::ShowPlace { place: answer.candidate.place, zoom: 10.0 });
    }
}
