//! Where what comes in is taken from: a file by its path, or the clipboard.

use std::path::PathBuf;

use egui::{TextEdit, Ui};

use super::{State, reading};
use crate::action::Action;
use crate::jobs::spec::{ImportWhat, JobKind};
use crate::ui::widgets::{BROWSE_WIDTH, take_focus};

/// Whether the clipboard shall be asked for its text, or has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pasting {
    #[default]
    No,
    Wanted,
    Asked,
}

/// Which file, or the clipboard.
pub(super) fn show(ui: &mut Ui, state: &mut State, what: ImportWhat, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let can_paste = !what.is_of_areas();
        let room = if can_paste { 62.0 + BROWSE_WIDTH } else { BROWSE_WIDTH };
        let hint = if state.is_pasted { "Pasted from the clipboard" } else { "Path of a file" };
        let edit = TextEdit::singleline(&mut state.path).hint_text(hint).desired_width(ui.available_width() - room);
        let response = ui.add(edit).accessible_name("Path of the file");
        take_focus(&response, &mut state.focused);
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if response.changed() {
            // What is shown, and what may be about to be, is of another file.
            state.preview = None;
            state.is_pasted = false;
            state.error.clear();
            if state.looking.take().is_some() {
                actions.push(Action::Cancel(JobKind::Peek));
            }
        }
        let path = PathBuf::from(state.path.trim());
        if enter && !path.as_os_str().is_empty() && state.looking.is_none() && state.preview.is_none() {
            state.look(path, what);
        }
        if ui.button("Browse…").clicked() {
            state.browse = Some(what);
        }
        if can_paste && ui.button("Paste").on_hover_text("Take cells that were copied in a spreadsheet").clicked() {
            state.pasting = Pasting::Wanted;
            ui.ctx().request_repaint();
        }
    });
}

/// Asks the clipboard where that is wanted, and takes what it gives.
pub(super) fn take_clipboard(ui: &Ui, state: &mut State, what: ImportWhat) {
    if what.is_of_areas() {
        return;
    }
    if let Some(text) = take_pasted_table(ui.ctx(), state.pasting == Pasting::Asked) {
        state.pasting = Pasting::No;
        if text.trim().is_empty() {
            state.error = "There is no text in the clipboard".to_owned();
        } else {
            state.pasted = Some((text, what));
        }
    }
    if state.pasting == Pasting::Wanted {
        state.pasting = Pasting::Asked;
        ui.ctx().send_viewport_cmd(egui::ViewportCommand::RequestPaste);
    }
}

/// Text from the clipboard that looks like a table of several cells, taken out of the frame's events. `any`: whatever it looks like.
pub fn take_pasted_table(ctx: &egui::Context, any: bool) -> Option<String> {
    ctx.input_mut(|input| {
        let is_table = |text: &str| any || text.trim_end().contains('\n') || text.contains('\t');
        let at = input.events.iter().position(|event| matches!(event, egui::Event::Paste(text) if is_table(text)))?;
        match input.events.remove(at) {
            egui::Event::Paste(text) => Some(text),
            _ => None,
        }
    })
}

/// A layer that does not say in what coordinate system it is can be read once someone else says it.
pub(super) fn another_try(ui: &mut Ui, state: &mut State) {
    let Some(order) = &state.failed else { return };
    // The message asks for the number where it could help.
    if state.preview.is_some() || !state.error.contains("EPSG") {
        return;
    }
    let mut order = order.clone();
    let before = order.read.epsg;
    ui.horizontal(|ui| reading::coordinates(ui, &mut state.reading, &mut order.read.epsg, "not known"));
    if order.read.epsg != before {
        state.look_again(order);
    }
}
