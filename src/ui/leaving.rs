//! The window is to close, or another project to open, while changes are not on disk or a file is being written.

use egui::{RichText, Ui};

use super::widgets::{dialog, primary_button, take_focus};
use crate::action::{Action, Command};
use crate::error::UserError;
use crate::jobs::spec::JobKind;
use crate::theme::{self, Tokens};

/// What waits, and for what.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// The project that will open; `None`: the window will close.
    pub other: Option<String>,
    pub why: Why,
}

/// What would be lost.
#[derive(Debug, Clone)]
pub enum Why {
    /// The work of a job.
    Working(JobKind),
    /// Changes that are being written.
    Writing,
    /// Changes that could not be written, so often.
    Failed { error: UserError, tries: u64 },
}

#[derive(Default)]
pub struct State {
    /// The first button has been given the keyboard.
    focused: bool,
}

pub fn show(ui: &mut Ui, leaving: Option<&Leaving>, state: &mut State, actions: &mut Vec<Action>) {
    let Some(leaving) = leaving else {
        state.focused = false;
        return;
    };
    let response = dialog(ui, "leaving").show(ui.ctx(), |ui| {
        ui.set_width(470.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        let after = match &leaving.other {
            Some(name) => format!("{name} opens as soon as that is done"),
            None => "The window closes as soon as that is done".to_owned(),
        };
        match &leaving.why {
            Why::Failed { error, tries } => failed(ui, leaving, error, *tries),
            Why::Writing => waiting(ui, "Writing the last changes", &after),
            Why::Working(kind) => waiting(ui, kind.words(), &after),
        }
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            if matches!(leaving.why, Why::Failed { .. }) {
                let again = primary_button(ui, true, "Try again");
                take_focus(&again, &mut state.focused);
                if again.clicked() {
                    actions.push(Action::RetrySaving);
                }
                if ui.button(Command::SaveAs.words()).on_hover_text("Write everything to another file").clicked() {
                    actions.push(Action::Run(Command::SaveAs));
                }
            }
            let anyway = if leaving.other.is_some() { "Open anyway" } else { "Close anyway" };
            if ui.button(anyway).on_hover_text("What is not written is lost").clicked() {
                actions.push(Action::Leave { anyway: true });
            }
            if ui.button("Cancel").clicked() {
                actions.push(Action::Leave { anyway: false });
            }
        });
    });
    if response.should_close() {
        actions.push(Action::Leave { anyway: false });
    }
}

fn waiting(ui: &mut Ui, doing: &str, after: &str) {
    ui.horizontal(|ui| {
        ui.add(egui::Spinner::new().size(18.0));
        ui.label(theme::strong(doing).size(theme::TITLE));
    });
    ui.label(after);
}

fn failed(ui: &mut Ui, leaving: &Leaving, error: &UserError, tries: u64) {
    let tokens = Tokens::of(ui);
    ui.label(theme::strong("The last changes are not on disk").size(theme::TITLE));
    ui.label(match &leaving.other {
        Some(name) => format!("They are in memory only, and would be lost when {name} opens"),
        None => "They are in memory only, and would be lost when the window closes".to_owned(),
    });
    ui.label(RichText::new(format!("{}: {}", error.what, error.why)).color(tokens.error));
    if !error.hint.is_empty() {
        ui.label(&error.hint);
    }
    let times = if tries == 1 { "once".to_owned() } else { format!("{tries} times") };
    ui.label(theme::note(ui, format!("Tried {times}; it is tried again every few seconds")));
}
