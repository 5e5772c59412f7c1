//! A file on its way in: which one, how it is read, what its columns are taken as, and what its first rows look like.

mod areas;
mod columns;
mod presets;
mod reading;
mod ready;
mod source;
#[cfg(test)]
mod tests;
mod unclear;
mod words;

use std::path::PathBuf;

use egui::{RichText, ScrollArea, Ui};

pub use self::ready::refusal;
use self::source::Pasting;
pub use self::source::take_pasted_table;
use super::widgets::{dialog, primary_button};
use crate::action::Action;
use crate::io::options::ReadOptions;
use crate::jobs::spec::{
    AreaWords, Choices, ImportOrder, ImportPreview, ImportWhat, JobKind, OnRepeat, PeekOrder, PresetOrder, PresetWish,
    Role, Unclear,
};
use crate::session::Session;
use crate::session::reference::LayerAction;
use crate::session::refreshing::RefreshAction;
use crate::theme::{self, Tokens};

#[derive(Default)]
pub struct State {
    what: Option<ImportWhat>,
    /// The file is a newer one, to be held against the project.
    refreshes: bool,
    path: String,
    preview: Option<ImportPreview>,
    error: String,
    /// What is being looked at.
    looking: Option<PeekOrder>,
    /// What could not be looked at, for another try.
    failed: Option<PeekOrder>,
    /// The path has been given the keyboard.
    focused: bool,
    /// The clipboard shall be asked for its text, or has been.
    pasting: Pasting,
    /// The file holds what was pasted.
    is_pasted: bool,
    reading: reading::State,
    presets: presets::State,
    /// What becomes of codes of units that stand in several rows.
    on_repeat: OnRepeat,
    /// Of areas: what they are called, where they come from.
    areas: AreaWords,
    /// Units follow most of their accounts.
    units_by_accounts: bool,
    /// What a file of territories leaves open, once the columns are chosen.
    unclear: Option<unclear::Step>,
    /// Set when the system's file dialog shall be opened.
    pub browse: Option<ImportWhat>,
    /// Set when the file shall be looked at.
    pub peek: Option<PeekOrder>,
    /// Set when it shall be found out what a file of territories leaves open.
    pub check: Option<ImportOrder>,
    /// Set when a text from the clipboard shall be looked at.
    pub pasted: Option<(String, ImportWhat)>,
    /// Set when the columns shall be kept as a preset.
    pub save_preset: Option<PresetOrder>,
    pub delete_preset: Option<String>,
}

impl State {
    pub fn open(&mut self, what: ImportWhat) {
        *self = Self { what: Some(what), ..Self::default() };
    }

    /// The dialog, for a newer file of what there is.
    pub fn open_to_refresh(&mut self, what: ImportWhat) {
        self.open(what);
        self.refreshes = true;
    }

    /// The dialog, with what is in the clipboard.
    pub fn open_to_paste(&mut self, what: ImportWhat) {
        self.open(what);
        self.pasting = Pasting::Wanted;
    }

    /// A file was chosen: look at it.
    pub fn take(&mut self, path: PathBuf, what: ImportWhat) {
        // A file that is dropped here is what was asked for.
        let refreshes = self.refreshes && self.what == Some(what);
        *self = Self { what: Some(what), refreshes, path: path.display().to_string(), ..Self::default() };
        self.look(path, what);
    }

    /// A file of which only a look tells what is in it: areas become units, points accounts.
    pub fn take_any(&mut self, path: PathBuf) {
        // A file that is dropped here is what was asked for.
        if let Some(what) = self.what.filter(|&what| self.refreshes || what == ImportWhat::Layer) {
            return self.take(path, what);
        }
        let what = ImportWhat::Units;
        *self = Self { what: Some(what), path: path.display().to_string(), ..Self::default() };
        self.look_again(PeekOrder { path, what, read: ReadOptions::default(), preset: PresetWish::Fitting, any: true });
    }

    /// What was pasted is in a file: look at it.
    pub fn take_pasted(&mut self, path: PathBuf, what: ImportWhat) {
        self.take(path, what);
        self.path = String::new();
        self.is_pasted = true;
    }

    fn look(&mut self, path: PathBuf, what: ImportWhat) {
        let preset = if self.refreshes { PresetWish::Project } else { PresetWish::Fitting };
        self.look_again(PeekOrder { path, what, read: ReadOptions::default(), preset, any: false });
    }

    /// Looks with other options; what is shown stays until the answer is there.
    fn look_again(&mut self, mut order: PeekOrder) {
        if self.refreshes && !matches!(order.preset, PresetWish::Named(_)) {
            order.preset = PresetWish::Project;
        }
        self.error.clear();
        self.looking = Some(order.clone());
        self.peek = Some(order);
    }

    pub fn set_preview(&mut self, preview: ImportPreview) {
        // A file that took long may no longer be the one that is wanted.
        let is_wanted = |order: &PeekOrder| {
            order.path == preview.path && (order.any || order.what == preview.what) && self.what == Some(order.what)
        };
        if self.looking.as_ref().is_some_and(is_wanted) {
            self.what = Some(preview.what);
            self.looking = None;
            self.error.clear();
            self.preview = Some(preview);
        }
    }

    pub fn set_error(&mut self, error: String) {
        if let Some(order) = self.looking.take() {
            // With other options it may work; without a preview there would be nothing to choose them in.
            if order.read == ReadOptions::default() {
                self.preview = None;
            }
            self.error = error;
            self.failed = Some(order);
        }
    }

    /// What the file leaves open is known: it is asked, or there is nothing to ask.
    pub fn set_unclear(&mut self, order: &ImportOrder, found: Result<Unclear, String>) {
        let Some(step) = self.unclear.as_mut().filter(|step| step.order == *order) else { return };
        match found {
            Ok(found) => step.found = Some(found),
            Err(error) => {
                self.unclear = None;
                self.error = error;
            }
        }
    }

    pub fn is_open(&self) -> bool {
        self.what.is_some()
    }
}

pub fn show(ui: &mut Ui, session: Option<&Session>, state: &mut State, actions: &mut Vec<Action>) {
    let Some(what) = state.what else { return };
    let tokens = Tokens::of(ui);
    source::take_clipboard(ui, state, what);
    let mut close = false;
    let response = dialog(ui, "import dialog").show(ui.ctx(), |ui| {
        let width = (ui.ctx().content_rect().width() - 120.0).clamp(420.0, 860.0);
        ui.set_width(if state.preview.is_some() { width } else { 520.0 });
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong(words::title(what, state.refreshes)).size(theme::TITLE));
        if let Some(step) = &mut state.unclear {
            match unclear::show(ui, step) {
                unclear::Answer::None => {}
                unclear::Answer::Back => state.unclear = None,
                unclear::Answer::Cancel => close = true,
                unclear::Answer::Import => {
                    actions.push(Action::Import(Box::new(step.order.clone())));
                    close = true;
                }
            }
            return;
        }
        ui.label(theme::note(ui, if state.refreshes { words::newer(what) } else { words::explanation(what) }));
        source::show(ui, state, what, actions);
        if !state.error.is_empty() {
            ui.label(RichText::new(&state.error).color(tokens.error));
            source::another_try(ui, state);
        }
        preview(ui, session, state, tokens);
        if state.looking.is_some() {
            ui.horizontal(|ui| {
                ui.add(egui::Spinner::new().size(14.0));
                ui.label(theme::note(ui, JobKind::Peek.words()));
            });
        }
        close |= buttons(ui, session, state, what, actions);
    });
    if close || response.should_close() {
        if state.looking.is_some() || state.unclear.as_ref().is_some_and(|step| step.found.is_none()) {
            actions.push(Action::Cancel(JobKind::Peek));
        }
        *state = State { save_preset: state.save_preset.take(), ..State::default() };
    }
}

/// How the file is read, what its columns are, and what is wrong with its first rows.
fn preview(ui: &mut Ui, session: Option<&Session>, state: &mut State, tokens: Tokens) {
    let Some(preview) = &mut state.preview else { return };
    let findings: Vec<&str> = preview.notes.iter().map(String::as_str).collect();
    ui.label(theme::note(ui, findings.join("  ·  ")));
    let mut again = reading::show(ui, &mut state.reading, preview);
    again = again.or(presets::show(ui, &mut state.presets, preview, &mut state.save_preset, &mut state.delete_preset));
    if preview.what.is_of_areas() && !state.refreshes {
        areas::show(ui, session, preview, &mut state.areas);
    }
    columns::show(ui, preview, tokens);
    if preview.what == ImportWhat::Columns {
        repeats(ui, &mut state.on_repeat);
    }
    let has = |role: Role| preview.columns.iter().any(|column| column.role == role);
    if has(Role::Account) && !has(Role::Unit) {
        let words = "Units go to the territory of most of their accounts";
        let about = "Otherwise units stay as they are, and accounts that belong elsewhere become named accounts";
        ui.checkbox(&mut state.units_by_accounts, words).on_hover_text(about);
    }
    if !preview.problems.is_empty() {
        ScrollArea::vertical().id_salt("problems").max_height(84.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for problem in &preview.problems {
                let text = RichText::new(problem).color(tokens.warning).size(theme::BODY);
                ui.add(egui::Label::new(text).truncate()).on_hover_text(problem);
            }
        });
    }
    if let Some(order) = again {
        state.look_again(order);
    }
}

/// What becomes of codes that stand in several rows: never decided in silence.
fn repeats(ui: &mut Ui, on_repeat: &mut OnRepeat) {
    let words = |choice: OnRepeat| match choice {
        OnRepeat::LeaveOut => "leave them out and list them",
        OnRepeat::First => "the first row counts",
        OnRepeat::Last => "the last row counts",
        OnRepeat::AddUp => "add them up",
    };
    ui.horizontal(|ui| {
        let label = ui.label("Codes in several rows");
        egui::ComboBox::from_id_salt("codes in several rows")
            .selected_text(words(*on_repeat))
            .width(220.0)
            .show_ui(ui, |ui| {
                for choice in OnRepeat::ALL {
                    ui.selectable_value(on_repeat, choice, words(choice));
                }
            })
            .response
            .labelled_by(label.id);
    });
}

/// Returns whether the dialog is done.
fn buttons(
    ui: &mut Ui,
    session: Option<&Session>,
    state: &mut State,
    what: ImportWhat,
    actions: &mut Vec<Action>,
) -> bool {
    let tokens = Tokens::of(ui);
    let problem = ready::problem(session, state);
    let mut close = false;
    ui.horizontal(|ui| {
        if let Some(preview) = &state.preview {
            // What is shown is about to change.
            let asks_again = what == ImportWhat::Alignment;
            let ready = problem.is_none() && state.looking.is_none() && (state.error.is_empty() || asks_again);
            let verb = match what {
                _ if state.refreshes => "Compare",
                ImportWhat::Layer => "Add layer",
                _ => "Import",
            };
            let response = primary_button(ui, ready, verb);
            if response.on_disabled_hover_text(problem.clone().unwrap_or_default()).clicked() {
                let roles = preview.columns.iter().map(|column| (column.name.clone(), column.role)).collect();
                let order = ImportOrder {
                    path: preview.path.clone(),
                    what: preview.what,
                    roles,
                    read: preview.read.clone(),
                    on_repeat: state.on_repeat,
                    pasted: state.is_pasted,
                    areas: state.areas.clone(),
                    choices: Choices { units_by_accounts: state.units_by_accounts, ..Choices::default() },
                };
                if what == ImportWhat::Alignment {
                    state.error.clear();
                    state.check = Some(order.clone());
                    state.unclear = Some(unclear::Step::new(order));
                } else {
                    let order = Box::new(order);
                    actions.push(match what {
                        _ if state.refreshes => Action::Refresh(RefreshAction::Compare(order)),
                        ImportWhat::Layer => Action::Layers(LayerAction::Add(order)),
                        _ => Action::Import(order),
                    });
                    close = true;
                }
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
    close
}
