//! The chosen scenario: what can be done with it, what it is for, what was said about it.

use egui::{Align, Button, ComboBox, Frame, Layout, Margin, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::dialog::Dialog;
use crate::action::Action;
use crate::domain::plans::{Comment, LONGEST_TEXT, PlanId, PlanStatus};
use crate::session::Session;
use crate::session::scenarios::ScenarioAction;
use crate::theme::{self, Tokens};
use crate::ui::history::ago;
use crate::ui::widgets::{icon_button, primary_button};

#[derive(Default)]
pub struct State {
    /// A description being typed, and of what.
    description: Option<(PlanId, String)>,
    comment: String,
    /// A new comment is about the active territory.
    about_territory: bool,
}

pub fn show(
    ui: &mut Ui,
    session: &Session,
    id: PlanId,
    state: &mut State,
    dialog: &mut Option<Dialog>,
    actions: &mut Vec<Action>,
) {
    let plans = &session.scenarios.plans;
    let Some(plan) = plans.get(id) else { return };
    let can_write = session.read_only.is_none();
    let mut push = |action| actions.push(Action::Scenarios(action));
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 12, right: 12, top: 6, bottom: 8 }).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            ui.horizontal(|ui| {
                ui.add(egui::Label::new(theme::strong(&plan.name)).truncate());
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if id != plans.active && primary_button(ui, true, "Open").clicked() {
                        push(ScenarioAction::Open(id));
                    }
                });
            });
            let made =
                plan.parent.and_then(|parent| plans.get(parent)).map(|parent| format!("Copied from {}", parent.name));
            let by = plan.made_at.map(|at| format!("{} {}", plan.made_by, ago(crate::session::now() - at)));
            let origin: Vec<String> = made.into_iter().chain(by).collect();
            if !origin.is_empty() {
                ui.label(theme::small(origin.join(", ")).color(Tokens::of(ui).weak));
            }
            ui.horizontal_wrapped(|ui| {
                ui.add_enabled_ui(can_write, |ui| {
                    let combo =
                        ComboBox::from_id_salt("scenario status").selected_text(plan.status.words()).width(96.0);
                    let response = combo.show_ui(ui, |ui| {
                        for status in PlanStatus::ALL {
                            if ui.selectable_label(status == plan.status, status.words()).clicked() {
                                push(ScenarioAction::SetStatus { id, status });
                            }
                        }
                    });
                    response.response.on_hover_text("How far it is decided; an approved scenario cannot be changed");
                    if ui.button("New from this…").on_hover_text("Copy it under another name").clicked() {
                        *dialog = Some(Dialog::copy(session, id));
                    }
                    if ui.button("Rename…").clicked() {
                        *dialog = Some(Dialog::rename(session, id));
                    }
                    let is_reference = id == plans.reference();
                    let reference = ui.add_enabled(!is_reference, Button::new("Use as reference"));
                    let reference = reference.on_hover_text("Scenarios are compared with it");
                    if reference.on_disabled_hover_text("It is the reference").clicked() {
                        push(ScenarioAction::SetReference(id));
                    }
                    let keeps = plans.keeps(id);
                    let delete = ui.add_enabled(keeps.is_none(), Button::new("Delete…"));
                    if delete
                        .on_disabled_hover_text(format!("It cannot be deleted: {}", keeps.unwrap_or_default()))
                        .clicked()
                    {
                        *dialog = Some(Dialog::Delete(id));
                    }
                });
            });
            describe(ui, plan.id, &plan.description, can_write, state, &mut push);
            ui.separator();
            comments(ui, session, id, can_write, state, &mut push);
        });
    });
}

fn describe(
    ui: &mut Ui,
    id: PlanId,
    saved: &str,
    can_write: bool,
    state: &mut State,
    push: &mut impl FnMut(ScenarioAction),
) {
    let draft = state.description.get_or_insert_with(|| (id, saved.to_owned()));
    if draft.0 != id {
        // What was typed about another one is kept.
        let (id_before, text) = std::mem::replace(draft, (id, saved.to_owned()));
        push(ScenarioAction::Describe { id: id_before, description: text });
    }
    let edit = TextEdit::multiline(&mut draft.1)
        .desired_rows(2)
        .desired_width(f32::INFINITY)
        .char_limit(LONGEST_TEXT)
        .hint_text("What is it for?");
    let response = ui.add_enabled(can_write, edit).accessible_name("Description");
    if response.lost_focus() && draft.1.trim() != saved {
        push(ScenarioAction::Describe { id, description: draft.1.clone() });
    }
    if !response.has_focus() && !response.lost_focus() {
        state.description = None;
    }
}

fn comments(
    ui: &mut Ui,
    session: &Session,
    id: PlanId,
    can_write: bool,
    state: &mut State,
    push: &mut impl FnMut(ScenarioAction),
) {
    let plans = &session.scenarios.plans;
    for comment in plans.comments_on(id) {
        comment_row(ui, session, comment, can_write, push);
    }
    let edit = TextEdit::multiline(&mut state.comment)
        .desired_rows(1)
        .desired_width(f32::INFINITY)
        .char_limit(LONGEST_TEXT)
        .hint_text("Add a comment");
    ui.add_enabled(can_write, edit).accessible_name("New comment");
    let territory = (id == plans.active && !session.active.is_unassigned()).then_some(session.active);
    ui.horizontal(|ui| {
        if let Some(territory) = territory {
            let words = format!("About {}", session.plan().territory_name(territory));
            ui.checkbox(&mut state.about_territory, words);
        }
        let usable = can_write && !state.comment.trim().is_empty();
        if ui.add_enabled(usable, Button::new("Comment")).clicked() {
            let territory = territory.filter(|_| state.about_territory);
            push(ScenarioAction::Comment { on: id, territory, text: std::mem::take(&mut state.comment) });
        }
    });
}

fn comment_row(
    ui: &mut Ui,
    session: &Session,
    comment: &Comment,
    can_write: bool,
    push: &mut impl FnMut(ScenarioAction),
) {
    let tokens = Tokens::of(ui);
    let about = comment.territory.map(|id| {
        let plan = session.plan_of(comment.plan);
        plan.and_then(|plan| plan.territory(id))
            .map_or("a territory that is gone".to_owned(), |territory| territory.name.clone())
    });
    ui.horizontal(|ui| {
        let when = comment.at.map(|at| ago(crate::session::now() - at));
        let said: Vec<String> =
            std::iter::once(comment.who.clone()).chain(when).chain(about.map(|name| format!("on {name}"))).collect();
        ui.label(theme::small(said.join(", ")).color(tokens.weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_enabled_ui(can_write, |ui| {
                if icon_button(ui, egui_material_icons::icons::ICON_DELETE, "Delete this comment", 14.0).clicked() {
                    push(ScenarioAction::DeleteComment(comment.id));
                }
                let (icon, name) = match comment.done {
                    false => (egui_material_icons::icons::ICON_CHECK, "Settle this comment"),
                    true => (egui_material_icons::icons::ICON_UNDO, "Take this comment up again"),
                };
                if icon_button(ui, icon, name, 14.0).clicked() {
                    push(ScenarioAction::SettleComment { id: comment.id, done: !comment.done });
                }
            });
        });
    });
    let text = RichText::new(&comment.text).color(if comment.done { tokens.weak } else { tokens.text });
    ui.label(if comment.done { text.strikethrough() } else { text });
}
