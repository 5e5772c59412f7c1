//! Keys and dropped files become actions.

use std::path::PathBuf;

use egui::{Context, Key};

use super::App;
use crate::action::{Action, Command};
use crate::io::files::ending_of;
use crate::jobs::spec::{ImportWhat, JobKind};
use crate::session::placing::PlacesAction;
use crate::session::view::Tool;
use crate::ui::import_dialog;

impl App {
    /// Keys and dropped files become actions.
    pub(super) fn take_input(&mut self, ctx: &Context) {
        let dropped: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        self.actions.extend(without_companions(dropped).into_iter().map(Action::Take));
        // A field that Escape takes the keyboard from has lost it already when this frame begins.
        let typing = ctx.egui_wants_keyboard_input() || self.typing;
        let modal = self.dialog_is_open() || self.leaving_words(ctx).is_some();
        if modal {
            return;
        }
        // A shortcut is met with more modifiers held than it names, too: those with Shift go first, or Ctrl+Shift+Z would undo.
        let session = self.session.as_ref();
        let mut shortcuts: Vec<_> =
            Command::ALL.iter().filter_map(|&command| Some((command, command.shortcut()?))).collect();
        shortcuts.sort_by_key(|(_, shortcut)| !shortcut.modifiers.shift);
        for (command, shortcut) in shortcuts {
            // Plain keys belong to a text field that has the keyboard; so do the field's own undo and select all.
            let plain = !shortcut.modifiers.command;
            let text_key = matches!(command, Command::Undo | Command::Redo | Command::SelectAll);
            if typing && (plain || text_key) {
                continue;
            }
            // Where nothing waits for a yes, the key is that of the column being made.
            let accepts = session.is_some_and(|session| session.proposal.is_some() || session.suggestion.is_some());
            if command == Command::AcceptProposal && self.ui.columns.is_open() && !accepts {
                continue;
            }
            if ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
                self.actions.push(Action::Run(command));
            }
        }
        // Cells of a spreadsheet, pasted where nobody types.
        if !typing && let Some(text) = import_dialog::take_pasted_table(ctx, false) {
            self.ui.import.pasted = Some((text, ImportWhat::Accounts));
        }
        let redo_as_y = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, Key::Y);
        if !typing && ctx.input_mut(|input| input.consume_shortcut(&redo_as_y)) {
            self.actions.push(Action::Run(Command::Redo));
        }
        if !typing && ctx.input(|input| input.key_pressed(Key::Backspace)) && !self.map.has_gesture() {
            self.actions.push(Action::Run(Command::UnassignSelection));
        }
        if !typing && ctx.input(|input| input.key_pressed(Key::Escape)) {
            self.back_out();
        }
    }

    /// Escape backs out one step: the gesture, placing by a click, the build under way, the proposal, the selection, the active territory,
    /// the tool.
    pub(super) fn back_out(&mut self) {
        let mut actions = Vec::new();
        let dropped = self.map.cancel_gesture(&mut actions);
        self.actions.append(&mut actions);
        let Some(session) = &self.session else { return };
        // These windows close themselves.
        let windows = [
            self.ui.colours.is_open(),
            self.ui.columns.is_open(),
            self.ui.segments.is_open(),
            self.ui.doubles.is_open(),
            self.ui.layers.is_open(),
        ];
        if dropped || windows.into_iter().any(|open| open) {
            return;
        }
        let next = if session.placing.picking.is_some() {
            Action::Places(PlacesAction::Pick(None))
        } else if session.live.is_some() {
            Action::Cancel(JobKind::Build)
        } else if session.proposal.is_some() || session.suggestion.is_some() {
            Action::Run(Command::RejectProposal)
        } else if session.selection.account.is_some() {
            Action::SelectAccount(None)
        } else if !session.selection.units.is_empty() {
            Action::Run(Command::ClearSelection)
        } else if session.view.tool != Tool::Select {
            Action::SetTool(Tool::Select)
        } else {
            Action::SelectTerritory(None)
        };
        self.actions.push(next);
    }
}

/// The files that stand for themselves: what lies beside a .shp file comes in with it.
fn without_companions(mut files: Vec<PathBuf>) -> Vec<PathBuf> {
    let shapes: Vec<PathBuf> =
        files.iter().filter(|path| ending_of(path) == "shp").map(|path| path.with_extension("")).collect();
    // Beside "counties.shp" lies "counties.dbf", and often "counties.shp.xml".
    let stem = |path: &PathBuf| {
        let plain = path.with_extension("");
        if ending_of(&plain) == "shp" { plain.with_extension("") } else { plain }
    };
    files.retain(|path| ending_of(path) == "shp" || !shapes.contains(&stem(path)));
    files
}
