//! Dialogs of scenarios: a copy, another name, and whether one shall really be deleted.

use egui::{Key, TextEdit, Ui};

use crate::action::Action;
use crate::domain::plans::{LONGEST_NAME, LONGEST_TEXT, PlanId};
use crate::session::Session;
use crate::session::scenarios::ScenarioAction;
use crate::theme::{self, Tokens};
use crate::ui::widgets::{dialog, primary_button, take_focus};

pub enum Dialog {
    Copy { of: PlanId, name: String, description: String, focused: bool },
    Rename { id: PlanId, name: String, focused: bool },
    Delete(PlanId),
}

impl Dialog {
    pub fn copy(session: &Session, of: PlanId) -> Self {
        let plans = &session.scenarios.plans;
        let letter = (0..26u8).map(|at| format!("What if {}", char::from(b'A' + at)));
        let free = letter.into_iter().find(|name| plans.find(name).is_none());
        let name = free.unwrap_or_else(|| plans.free_name("What if"));
        Self::Copy { of, name, description: String::new(), focused: false }
    }

    pub fn rename(session: &Session, id: PlanId) -> Self {
        Self::Rename { id, name: session.scenarios.plans.name(id).to_owned(), focused: false }
    }
}

/// Returns whether the dialog is done with.
pub fn show(ui: &Ui, session: &Session, state: &mut Dialog, actions: &mut Vec<Action>) -> bool {
    let mut close = false;
    let response = dialog(ui, "scenario dialog").show(ui.ctx(), |ui| {
        ui.set_width(400.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        close = match state {
            Dialog::Copy { of, name, description, focused } => {
                copy(ui, session, *of, name, description, focused, actions)
            }
            Dialog::Rename { id, name, focused } => rename(ui, session, *id, name, focused, actions),
            Dialog::Delete(id) => delete(ui, session, *id, actions),
        };
    });
    close || response.should_close()
}

fn copy(
    ui: &mut Ui,
    session: &Session,
    of: PlanId,
    name: &mut String,
    description: &mut String,
    focused: &mut bool,
    actions: &mut Vec<Action>,
) -> bool {
    let plans = &session.scenarios.plans;
    ui.label(theme::strong("New scenario").size(theme::TITLE));
    let of_words = format!("A copy of {}. What you change in it leaves {} as it is", plans.name(of), plans.name(of));
    ui.label(theme::note(ui, of_words));
    name_field(ui, name, focused);
    let edit = TextEdit::multiline(description).desired_rows(2).desired_width(f32::INFINITY).char_limit(LONGEST_TEXT);
    let described = ui.add(edit.hint_text("What is it for? May stay empty")).accessible_name("Description");
    let checked = plans.checked_name(None, name);
    refused(ui, name, checked.as_ref().err());
    let enter = ui.input(|input| input.key_pressed(Key::Enter) && input.modifiers.is_none());
    buttons(ui, "Make it", checked.is_ok(), enter && !described.has_focus(), || {
        let action = ScenarioAction::Copy { of, name: name.clone(), description: description.clone() };
        actions.push(Action::Scenarios(action));
    })
}

fn rename(
    ui: &mut Ui,
    session: &Session,
    id: PlanId,
    name: &mut String,
    focused: &mut bool,
    actions: &mut Vec<Action>,
) -> bool {
    let plans = &session.scenarios.plans;
    ui.label(theme::strong(format!("Rename {}", plans.name(id))).size(theme::TITLE));
    name_field(ui, name, focused);
    let checked = plans.checked_name(Some(id), name);
    refused(ui, name, checked.as_ref().err());
    let enter = ui.input(|input| input.key_pressed(Key::Enter));
    buttons(ui, "Rename", checked.is_ok(), enter, || {
        actions.push(Action::Scenarios(ScenarioAction::Rename { id, name: name.clone() }));
    })
}

fn delete(ui: &mut Ui, session: &Session, id: PlanId, actions: &mut Vec<Action>) -> bool {
    let plans = &session.scenarios.plans;
    ui.label(theme::strong(format!("Delete {}?", plans.name(id))).size(theme::TITLE));
    let copies = plans.all.iter().filter(|plan| plan.parent == Some(id)).count();
    let stay = if copies > 0 { ". Scenarios that were copied from it stay" } else { "" };
    ui.label(format!("This cannot be undone. What was done in it stays in the log of the file{stay}"));
    buttons(ui, "Delete", true, false, || actions.push(Action::Scenarios(ScenarioAction::Delete(id))))
}

fn name_field(ui: &mut Ui, name: &mut String, focused: &mut bool) {
    let edit = TextEdit::singleline(name).desired_width(f32::INFINITY).char_limit(LONGEST_NAME);
    let response = ui.add(edit).accessible_name("Name of the scenario");
    take_focus(&response, focused);
}

/// Why it cannot be called so; an empty field needs no words.
fn refused(ui: &mut Ui, name: &str, why: Option<&String>) {
    if let Some(why) = why.filter(|_| !name.trim().is_empty()) {
        ui.label(theme::small(crate::words::capital(why)).color(Tokens::of(ui).warning));
    }
}

fn buttons(ui: &mut Ui, words: &str, usable: bool, enter: bool, mut act: impl FnMut()) -> bool {
    let mut close = false;
    ui.horizontal(|ui| {
        if primary_button(ui, usable, words).clicked() || (enter && usable) {
            act();
            close = true;
        }
        close |= ui.button("Cancel").clicked();
    });
    close
}
