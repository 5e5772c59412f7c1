//! What to write, in which format, and where; what will be lost or missing is said before the button is pressed.

mod choices;
pub mod lists;
mod losses;
mod report;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use egui::{RichText, TextEdit, Ui};

use super::widgets::{BROWSE_WIDTH, dialog, outline_marks, primary_button, tab};
use crate::action::Action;
use crate::jobs::spec::{ExportOrder, ExportWish, Foreseen, Format, What};
use crate::session::Session;
use crate::theme::{self, Tokens};
use choices::Rows;
use lists::Kind;

const WIDTH: f32 = 580.0;

pub struct State {
    open: bool,
    /// The list that is shown; `None`: tables and maps.
    kind: Option<Kind>,
    pub lists: lists::State,
    what: BTreeSet<What>,
    format: Format,
    rows: Rows,
    decimals: Option<u8>,
    byte_order_mark: bool,
    /// A column per segment beside the accounts.
    segments: bool,
    /// Columns that are left out.
    without: BTreeSet<String>,
    folder: PathBuf,
    path: String,
    /// The path was typed or chosen by hand and is not made up anew.
    typed: bool,
    /// The path that was looked for, and what is there.
    checked: String,
    there: There,
    /// What the format will lose of what is chosen, for the wish and format it was asked for.
    foreseen: Option<(ExportWish, Format, Result<Foreseen, String>)>,
    asked: Option<(ExportWish, Format)>,
    /// Set when somebody shall look at what this would lose.
    pub check: Option<ExportOrder>,
    /// Set when the system's file dialog shall be opened for this name.
    pub browse: Option<PathBuf>,
}

/// What lies where the file shall be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum There {
    Nothing,
    File,
    Link,
}

impl Default for State {
    fn default() -> Self {
        Self {
            open: false,
            kind: None,
            lists: lists::State::default(),
            what: BTreeSet::from([What::Territories]),
            format: Format::GeoPackage,
            rows: Rows::All,
            decimals: None,
            byte_order_mark: true,
            segments: false,
            without: BTreeSet::new(),
            folder: PathBuf::new(),
            path: String::new(),
            typed: false,
            checked: String::new(),
            there: There::Nothing,
            foreseen: None,
            asked: None,
            check: None,
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
        self.lists.open(session);
        // The plan may have changed since it was looked at.
        (self.foreseen, self.asked) = (None, None);
        let levels = session.plan().hierarchy().levels().len();
        let layers = session.project.layers.len();
        self.what.retain(|what| match what {
            What::Groups(level) => usize::from(*level) < levels,
            What::Layer(at) => usize::from(*at) < layers,
            _ => true,
        });
        if !self.rows.is_there(session) {
            self.rows = Rows::All;
        }
    }

    /// The answer of the system's file dialog.
    pub fn set_path(&mut self, path: PathBuf) {
        self.path = path.display().to_string();
        self.take_typed();
    }

    /// What an export would lose, or why it cannot be.
    pub fn set_foreseen(&mut self, order: &ExportOrder, foreseen: Result<Foreseen, String>) {
        if let Some((wish, format)) = self.asked.take_if(|asked| asked.0 == order.wish) {
            self.foreseen = Some((wish, format, foreseen));
        }
    }

    /// A typed name tells the format by its ending.
    fn take_typed(&mut self) {
        self.typed = true;
        let named = Format::of(Path::new(self.path.trim()));
        if let Some(format) = named.filter(|format| self.what.iter().all(|what| format.takes(*what))) {
            self.format = format;
        }
    }

    fn suggest(&mut self, session: &Session) {
        let name = file_stem(session);
        let what = match (self.what.len(), self.what.first()) {
            (1, Some(&what)) => format!("_{}", choices::file_words(session, what)),
            _ => String::new(),
        };
        let name = format!("{name}{what}.{}", self.format.ending());
        self.path = self.folder.join(name).display().to_string();
    }

    fn wish(&self, session: &Session) -> ExportWish {
        let all = match &self.foreseen {
            Some((_, _, Ok(foreseen))) if !self.without.is_empty() => foreseen.columns.clone(),
            _ => Vec::new(),
        };
        ExportWish {
            what: self.what.iter().copied().collect(),
            scope: self.rows.scope(session),
            columns: all.into_iter().filter(|name| !self.without.contains(name)).collect(),
            decimals: self.decimals.filter(|_| self.format.has_decimals()),
            segments: self.segments && !session.project.segments.is_empty(),
            byte_order_mark: self.byte_order_mark && self.format == Format::Csv,
        }
    }

    /// Has somebody look at what would be lost, once for each wish.
    fn ask(&mut self, wish: &ExportWish) {
        let known = self.foreseen.as_ref().is_some_and(|(of, format, _)| of == wish && *format == self.format);
        let asked = self.asked.as_ref().is_some_and(|(of, format)| of == wish && *format == self.format);
        if known || asked || wish.what.is_empty() {
            return;
        }
        self.asked = Some((wish.clone(), self.format));
        let path = PathBuf::from(format!("export.{}", self.format.ending()));
        self.check = Some(ExportOrder { wish: wish.clone(), path });
    }
}

pub fn show(ui: &mut Ui, session: &Session, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let response = dialog(ui, "export dialog").show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong("Export").size(theme::TITLE));
        tabs(ui, session, state);
        outline_marks(ui);
        if let Some(kind) = state.kind {
            let folder = state.folder.clone();
            if lists::show(ui, session, &mut state.lists, kind, &folder, actions) {
                state.open = false;
            }
            return;
        }
        choices::show(ui, session, state);
        let wish = state.wish(session);
        state.ask(&wish);
        ui.separator();
        losses::show(ui, state, &wish);
        ui.separator();
        target(ui, session, state);
        ui.horizontal(|ui| {
            let refused = matches!(&state.foreseen, Some((of, _, Err(_))) if *of == wish);
            let usable = !state.path.trim().is_empty() && !wish.what.is_empty() && !refused;
            if primary_button(ui, usable, "Export").clicked() {
                actions.push(Action::Export(ExportOrder { wish, path: PathBuf::from(state.path.trim()) }));
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

/// Tables and maps, or one of the lists.
fn tabs(ui: &mut Ui, session: &Session, state: &mut State) {
    ui.horizontal(|ui| {
        let all = [
            (None, "Tables and maps"),
            (Some(Kind::Handover), "Hand-over list"),
            (Some(Kind::Salesforce), "For Salesforce"),
            (Some(Kind::HubSpot), "For HubSpot"),
        ];
        for (kind, words) in all {
            let usable = kind.is_none() || !session.project.accounts.is_empty();
            let add = |ui: &mut Ui| tab(ui, state.kind == kind, words);
            let response = ui.add_enabled_ui(usable, add).inner;
            if response.on_disabled_hover_text("There are no accounts yet").clicked() {
                state.kind = kind;
                // Looking for the one that was shown ends with looking for another.
                state.asked = None;
                state.lists.forget_asking();
            }
        }
    });
}

/// The plan's name as a file may be called.
fn file_stem(session: &Session) -> String {
    let letter = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = session.plan().name.chars().map(letter).collect();
    name.trim_matches('_').to_owned()
}

/// Where to.
fn target(ui: &mut Ui, session: &Session, state: &mut State) {
    if !state.typed {
        state.suggest(session);
    }
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(&mut state.path).desired_width(ui.available_width() - BROWSE_WIDTH);
        if ui.add(edit).accessible_name("Path to write to").changed() {
            state.take_typed();
        }
        if ui.button("Browse…").clicked() {
            state.browse = Some(PathBuf::from(&state.path));
        }
    });
    if state.checked != state.path {
        state.checked.clone_from(&state.path);
        let path = Path::new(state.path.trim());
        state.there = match (path.is_symlink(), path.exists()) {
            (true, _) => There::Link,
            (false, true) => There::File,
            (false, false) => There::Nothing,
        };
    }
    let warning = match state.there {
        There::Nothing => None,
        There::File => Some("There is such a file already; it will be replaced"),
        There::Link => Some("There is a link of that name; it will be replaced, and what it points to stays as it is"),
    };
    if let Some(words) = warning {
        ui.label(RichText::new(words).color(Tokens::of(ui).warning));
    }
    if state.what.len() > 1 && !state.format.holds_several() {
        ui.label(theme::note(ui, "Each table gets a file of its own, with its name at the end"));
    }
}
