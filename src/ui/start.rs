//! The window without a project.

use std::path::PathBuf;

use egui::{RichText, Ui};

use super::widgets::primary_button;
use crate::action::{Action, Command};
use crate::theme::{self, Tokens};

pub fn show(ui: &mut Ui, recent: &[PathBuf], actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.28).max(20.0));
        ui.label(theme::strong("Plan sales territories on a map").size(theme::TITLE));
        ui.label(
            RichText::new("Drop a project, a table of accounts or a layer of areas here, or begin with the sample")
                .color(tokens.weak),
        );
        ui.add_space(12.0);
        if primary_button(ui, true, "Open the sample").clicked() {
            actions.push(Action::Run(Command::OpenSample));
        }
        ui.add_space(4.0);
        if ui.button("Open a project…").clicked() {
            actions.push(Action::Run(Command::OpenProject));
        }
        if ui.button("New project…").clicked() {
            actions.push(Action::Run(Command::NewProject));
        }
        if !recent.is_empty() {
            ui.add_space(14.0);
            ui.label(theme::note(ui, "Opened lately"));
            for path in recent {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                if ui.link(name).on_hover_text(path.display().to_string()).clicked() {
                    actions.push(Action::Open(path.clone()));
                }
            }
        }
    });
}
