//! A file on its way in: which one, what its columns are taken as, and what its first rows look like.

use std::path::PathBuf;

use egui::{ComboBox, Frame, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::top_bar::disabled_reason;
use super::widgets::{cell_text, dialog, primary_button, take_focus};
use crate::action::{Action, Command};
use crate::jobs::spec::{ImportOrder, ImportPreview, ImportWhat, JobKind, Role};
use crate::session::Session;
use crate::theme::{self, Tokens};

#[derive(Default)]
pub struct State {
    what: Option<ImportWhat>,
    path: String,
    preview: Option<ImportPreview>,
    error: String,
    /// The file that is being looked at.
    looking: Option<PathBuf>,
    /// The path has been given the keyboard.
    focused: bool,
    /// Set when the system's file dialog shall be opened.
    pub browse: Option<ImportWhat>,
    /// Set when the file shall be looked at.
    pub peek: Option<(PathBuf, ImportWhat)>,
}

impl State {
    pub fn open(&mut self, what: ImportWhat) {
        *self = Self { what: Some(what), ..Self::default() };
    }

    /// A file was chosen: look at it.
    pub fn take(&mut self, path: PathBuf, what: ImportWhat) {
        *self = Self { what: Some(what), path: path.display().to_string(), ..Self::default() };
        self.look(path, what);
    }

    fn look(&mut self, path: PathBuf, what: ImportWhat) {
        self.error.clear();
        self.looking = Some(path.clone());
        self.peek = Some((path, what));
    }

    pub fn set_preview(&mut self, preview: ImportPreview) {
        // A file that took long may no longer be the one that is wanted.
        if self.what == Some(preview.what) && self.looking.as_ref() == Some(&preview.path) {
            self.looking = None;
            self.error.clear();
            self.preview = Some(preview);
        }
    }

    pub fn set_error(&mut self, error: String) {
        if self.looking.take().is_some() {
            self.preview = None;
            self.error = error;
        }
    }

    pub fn is_open(&self) -> bool {
        self.what.is_some()
    }
}

pub fn show(ui: &mut Ui, session: Option<&Session>, state: &mut State, actions: &mut Vec<Action>) {
    let Some(what) = state.what else { return };
    let tokens = Tokens::of(ui);
    let mut close = false;
    let response = dialog(ui, "import dialog").show(ui.ctx(), |ui| {
        let width = (ui.ctx().content_rect().width() - 120.0).clamp(420.0, 860.0);
        ui.set_width(if state.preview.is_some() { width } else { 520.0 });
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong(format!("Import {}", what.words())).size(theme::TITLE));
        ui.label(theme::note(ui, explanation(what)));
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut state.path).desired_width(ui.available_width() - 96.0);
            let response = ui.add(edit).accessible_name("Path of the file");
            take_focus(&response, &mut state.focused);
            let enter = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if response.changed() {
                // What is shown, and what may be about to be, is of another file.
                state.preview = None;
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
        });
        if !state.error.is_empty() {
            ui.label(RichText::new(&state.error).color(tokens.error));
        }
        if let Some(preview) = &mut state.preview {
            for note in &preview.notes {
                ui.label(theme::note(ui, note));
            }
            columns(ui, preview, tokens);
        }
        if state.looking.is_some() {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(14.0));
                ui.label(theme::note(ui, JobKind::Peek.words()));
            });
        }
        let problem = problem(session, state.preview.as_ref());
        ui.horizontal(|ui| {
            if let Some(preview) = &state.preview {
                let response = primary_button(ui, problem.is_none(), "Import");
                if response.on_disabled_hover_text(problem.clone().unwrap_or_default()).clicked() {
                    let roles = preview.columns.iter().map(|column| (column.name.clone(), column.role)).collect();
                    actions.push(Action::Import(Box::new(ImportOrder {
                        path: preview.path.clone(),
                        what: preview.what,
                        roles,
                    })));
                    close = true;
                }
            } else {
                let usable = !state.path.trim().is_empty() && state.looking.is_none();
                if primary_button(ui, usable, "Look at the file").clicked() {
                    state.look(PathBuf::from(state.path.trim()), what);
                }
            }
            if ui.button("Cancel").clicked() {
                close = true;
            }
            if let (Some(problem), true) = (problem, state.preview.is_some()) {
                ui.label(RichText::new(problem).color(tokens.warning));
            }
        });
    });
    if close || response.should_close() {
        if state.looking.is_some() {
            actions.push(Action::Cancel(JobKind::Peek));
        }
        *state = State::default();
    }
}

fn explanation(what: ImportWhat) -> &'static str {
    match what {
        ImportWhat::Units => {
            "The areas that territories are made of: a shapefile (.shp with its .dbf), GeoJSON or TopoJSON. They take the place of the units there are"
        }
        ImportWhat::Accounts => {
            "Customers and prospects from a CSV file, placed by coordinates or postal code. They take the place of the accounts there are"
        }
        ImportWhat::Alignment => {
            "Which unit belongs to which territory, and who owns it, from a CSV file. One undo step"
        }
        ImportWhat::Reps => "The roster from a CSV file: code, name, home, hours per year, skills",
    }
}

fn columns(ui: &mut Ui, preview: &mut ImportPreview, tokens: Tokens) {
    let roles = preview.what.roles();
    let samples_width = (ui.available_width() - NAME_WIDTH - 140.0 - 90.0).max(80.0);
    let height = (ui.ctx().content_rect().height() - 330.0).clamp(120.0, 420.0);
    Frame::new().stroke(egui::Stroke::new(1.0, tokens.separator)).corner_radius(4.0).show(ui, |ui| {
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]).show(
            ui,
            |ui| {
                egui::Grid::new("columns")
                    .num_columns(3)
                    .striped(true)
                    .spacing(vec2(16.0, 4.0))
                    .min_row_height(26.0)
                    .show(ui, |ui| {
                        ui.label(theme::note(ui, "   Column"));
                        ui.label(theme::note(ui, "Taken as"));
                        ui.label(theme::note(ui, "First values"));
                        ui.end_row();
                        let mut chosen = None;
                        for (index, column) in preview.columns.iter_mut().enumerate() {
                            let colour = if column.role == Role::Skip { tokens.weak } else { tokens.text };
                            text_cell(ui, NAME_WIDTH, &column.name, colour);
                            let response = ComboBox::from_id_salt(("role", index))
                                .selected_text(column.role.words())
                                .width(140.0)
                                .show_ui(ui, |ui| {
                                    for &role in roles {
                                        if ui.selectable_value(&mut column.role, role, role.words()).changed() {
                                            chosen = Some((index, role));
                                        }
                                    }
                                })
                                .response
                                .accessible_name(format!("{} is taken as", column.name));
                            if !column.why.is_empty() {
                                response.on_hover_text(&column.why);
                            }
                            let samples = column.samples.join("  ·  ");
                            text_cell(ui, samples_width, &samples, tokens.weak);
                            ui.end_row();
                        }
                        // A role that only one column can have leaves the column that had it.
                        if let Some((index, role)) = chosen
                            && role.is_single()
                        {
                            for (other, column) in preview.columns.iter_mut().enumerate() {
                                if other != index && column.role == role {
                                    column.role = Role::Skip;
                                }
                            }
                        }
                    });
            },
        );
    });
}

/// What a column's name has room for.
const NAME_WIDTH: f32 = 190.0;

fn text_cell(ui: &mut Ui, width: f32, text: &str, colour: egui::Color32) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), egui::Sense::hover());
    if cell_text(ui, rect.shrink2(vec2(6.0, 0.0)), text, colour, false, false) {
        response.on_hover_text(text);
    }
}

/// Why the import cannot begin; `None` when it can.
fn problem(session: Option<&Session>, preview: Option<&ImportPreview>) -> Option<String> {
    let preview = preview?;
    let has = |role: Role| preview.columns.iter().any(|column| column.role == role);
    let missing = match preview.what {
        ImportWhat::Accounts => {
            let placed = has(Role::PostalCode) || (has(Role::Longitude) && has(Role::Latitude));
            (!placed).then_some("Choose longitude and latitude, or the postal code")
        }
        ImportWhat::Alignment if !has(Role::Unit) => Some("Choose the column with the unit's code"),
        ImportWhat::Alignment if !has(Role::Territory) => Some("Choose the column with the territory"),
        ImportWhat::Reps if !has(Role::Name) && !has(Role::Code) => Some("Choose the column with the rep's name"),
        _ => None,
    };
    refusal(session, preview.what).or(missing).map(str::to_owned)
}

/// Why nothing of this kind can be imported now; `None` when it can.
pub fn refusal(session: Option<&Session>, what: ImportWhat) -> Option<&'static str> {
    if session.is_none() {
        return Some("Open or create a project first");
    }
    let command = match what {
        ImportWhat::Units => Command::ImportUnits,
        ImportWhat::Accounts => Command::ImportAccounts,
        ImportWhat::Alignment => Command::ImportAlignment,
        ImportWhat::Reps => Command::ImportReps,
    };
    disabled_reason(session, command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(path: &str, what: ImportWhat) -> ImportPreview {
        ImportPreview { path: PathBuf::from(path), what, columns: Vec::new(), notes: Vec::new() }
    }

    #[test]
    fn a_file_that_was_looked_at_late_does_not_turn_another_dialog_over() {
        let mut state = State::default();
        state.take(PathBuf::from("areas.shp"), ImportWhat::Units);
        state.open(ImportWhat::Accounts);
        state.set_preview(preview("areas.shp", ImportWhat::Units));
        assert!(state.preview.is_none() && state.what == Some(ImportWhat::Accounts));
        state.take(PathBuf::from("new.csv"), ImportWhat::Accounts);
        state.set_preview(preview("old.csv", ImportWhat::Accounts));
        assert!(state.preview.is_none());
        state.set_preview(preview("new.csv", ImportWhat::Accounts));
        assert!(state.preview.is_some());
        state.set_error("of the old file".to_owned());
        assert!(state.error.is_empty() && state.preview.is_some());
    }
}
