//! A path typed by hand: the other way in where the system has no file dialog.

use std::path::PathBuf;

use egui::{Key, TextEdit, Ui};

use super::widgets::{dialog, primary_button, take_focus};
use crate::action::Action;
use crate::theme::{self, Tokens};

/// What the path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Open,
    Create,
    SaveAs,
    /// A list that is looked at.
    SaveList,
    /// What each rep gains and loses.
    Handover,
}

impl Purpose {
    fn ending(self) -> &'static str {
        match self {
            Self::SaveList => "csv",
            Self::Handover => "html",
            Self::Open | Self::Create | Self::SaveAs => "bwk",
        }
    }
}

#[derive(Default)]
pub struct State {
    open: Option<Purpose>,
    path: String,
    /// A file of that name is there.
    exists: bool,
    focused: bool,
}

impl State {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub fn open(&mut self, purpose: Purpose, path: String) {
        let exists = std::path::Path::new(&path).exists();
        *self = Self { open: Some(purpose), path, exists, focused: false };
    }
}

pub fn show(ui: &mut Ui, state: &mut State, actions: &mut Vec<Action>) {
    let Some(purpose) = state.open else { return };
    let (title, button) = match purpose {
        Purpose::Open => ("Open a project", "Open"),
        Purpose::Create => ("New project", "Create"),
        Purpose::SaveAs => ("Save a copy as", "Save"),
        Purpose::SaveList => ("Save the list", "Save"),
        Purpose::Handover => ("Write the hand-over", "Write"),
    };
    let response = dialog(ui, "path dialog").show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong(title).size(theme::TITLE));
        let what = match purpose {
            Purpose::SaveList => "CSV file (.csv)",
            Purpose::Handover => "file: pages to print (.html), a list (.csv) or a workbook (.xlsx)",
            Purpose::Open | Purpose::Create | Purpose::SaveAs => "project file (.bwk)",
        };
        ui.label(theme::note(ui, format!("Path of the {what}")));
        let edit = ui.add(TextEdit::singleline(&mut state.path).desired_width(f32::INFINITY)).accessible_name("Path");
        take_focus(&edit, &mut state.focused);
        if edit.changed() {
            state.exists = std::path::Path::new(state.path.trim()).exists();
        }
        if state.exists && matches!(purpose, Purpose::SaveAs | Purpose::SaveList | Purpose::Handover) {
            let warning = Tokens::of(ui).warning;
            ui.label(egui::RichText::new("There is such a file already; it will be replaced").color(warning));
        }
        let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let usable = !state.path.trim().is_empty();
        ui.horizontal(|ui| {
            if (primary_button(ui, usable, button).clicked() || enter) && usable {
                let mut path = PathBuf::from(state.path.trim());
                if purpose != Purpose::Open && path.extension().is_none() {
                    path.set_extension(purpose.ending());
                }
                actions.push(match purpose {
                    Purpose::Open => Action::Open(path),
                    Purpose::Create => Action::Create(path),
                    Purpose::SaveAs => Action::SaveAs(path),
                    Purpose::SaveList => Action::SaveList(path),
                    Purpose::Handover => Action::WriteHandover(path),
                });
                state.open = None;
            }
            if ui.button("Cancel").clicked() {
                state.open = None;
            }
        });
    });
    if response.should_close() {
        state.open = None;
    }
}
