//! What to write, in which format, and where.

use std::path::PathBuf;

use egui::{TextEdit, Ui};

use super::widgets::{dialog, primary_button};
use crate::action::Action;
use crate::jobs::spec::{ExportOrder, ExportWhat};
use crate::session::Session;
use crate::theme::{self, Tokens};

pub struct State {
    open: bool,
    what: ExportWhat,
    ending: &'static str,
    folder: PathBuf,
    path: String,
    /// The path was typed or chosen by hand and is not made up anew.
    typed: bool,
    /// The path that was looked for, and whether a file is there.
    checked: String,
    exists: bool,
    /// Set when the system's file dialog shall be opened for this name.
    pub browse: Option<PathBuf>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            open: false,
            what: ExportWhat::Territories,
            ending: "shp",
            folder: PathBuf::new(),
            path: String::new(),
            typed: false,
            checked: String::new(),
            exists: false,
            browse: None,
        }
    }
}

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn open(&mut self, session: &Session) {
        self.open = true;
        self.folder = session.path.as_ref().and_then(|path| path.parent()).map(PathBuf::from).unwrap_or_default();
        self.typed = false;
    }

    /// The answer of the system's file dialog.
    pub fn set_path(&mut self, path: PathBuf) {
        self.path = path.display().to_string();
        self.typed = true;
    }

    fn suggest(&mut self, session: &Session) {
        let plan: String = session
            .plan()
            .name
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect();
        let what = self.what.words().to_lowercase();
        let name = format!("{}_{what}.{}", plan.trim_matches('_'), self.ending);
        self.path = self.folder.join(name).display().to_string();
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let response = dialog(ui, "export dialog").show(ui.ctx(), |ui| {
        ui.set_width(470.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong("Export").size(theme::TITLE));
        ui.horizontal(|ui| {
            for what in ExportWhat::ALL {
                if ui.selectable_label(state.what == what, what.words()).clicked() {
                    state.what = what;
                    if !what.formats().iter().any(|(ending, _)| *ending == state.ending) {
                        state.ending = what.formats()[0].0;
                    }
                    state.typed = false;
                }
            }
        });
        ui.horizontal(|ui| {
            for &(ending, name) in state.what.formats() {
                if ui.radio(state.ending == ending, format!("{name} (.{ending})")).clicked() {
                    state.ending = ending;
                    state.typed = false;
                }
            }
        });
        let explanation = match state.what {
            ExportWhat::Territories => "One area per territory with rep, loads, targets and shape figures; neighbours share their border exactly",
            ExportWhat::Units => "Every unit with its territory, rep and figures",
            ExportWhat::Accounts => "Every account with its territory and rep, all columns kept",
            ExportWhat::Metrics => "One row per territory: loads, targets, deviations, shape and travel",
        };
        ui.label(theme::note(ui, explanation));
        if !state.typed {
            state.suggest(session);
        }
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut state.path).desired_width(ui.available_width() - 96.0);
            if ui.add(edit).accessible_name("Path to write to").changed() {
                state.typed = true;
            }
            if ui.button("Browse…").clicked() {
                state.browse = Some(PathBuf::from(&state.path));
            }
        });
        if state.checked != state.path {
            state.checked.clone_from(&state.path);
            state.exists = std::path::Path::new(state.path.trim()).exists();
        }
        if state.exists {
            let warning = Tokens::of(ui).warning;
            ui.label(egui::RichText::new("There is such a file already; it will be replaced").color(warning));
        }
        ui.horizontal(|ui| {
            let usable = !state.path.trim().is_empty();
            if primary_button(ui, usable, "Export").clicked() {
                actions.push(Action::Export(ExportOrder { what: state.what, path: PathBuf::from(state.path.trim()) }));
                state.open = false;
            }
            if ui.button("Cancel").clicked() {
                state.open = false;
            }
        });
    });
    if response.should_close() {
        state.open = false;
    }
}
