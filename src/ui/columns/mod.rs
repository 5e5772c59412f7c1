//! "Columns…": the columns that a formula computes, listed, made and altered. A window over the map, not a dialog: the rows with an
//! error can be looked at meanwhile.

mod editor;
mod formula_field;
mod list;
mod look;
mod picker;
mod tiers;

use egui::{Rect, Ui};

use super::tool_window;
use crate::action::Action;
use crate::domain::columns::Subject;
use crate::session::Session;
use crate::session::columns::{FormulaDraft, FormulaLook};
use editor::Editor;

#[derive(Default)]
pub struct State {
    open: bool,
    page: Page,
    /// What could not be done, and why.
    refused: Option<String>,
    /// Set when somebody shall look at what a formula gives.
    pub look: Option<FormulaDraft>,
}

#[derive(Default)]
enum Page {
    #[default]
    List,
    Editor(Box<Editor>),
    /// Asks before the column of that name is removed.
    Removing(Subject, String),
}

const WIDTH: f32 = 760.0;

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Shows the page there was: a formula that was being typed is still there.
    pub fn open(&mut self) {
        self.open = true;
    }

    /// Begins a new column.
    pub fn begin(&mut self, subject: Subject) {
        self.show_page(Page::Editor(Box::new(Editor::new(subject))));
    }

    /// Begins to alter a column.
    pub fn edit(&mut self, session: &Session, subject: Subject, name: &str) {
        if let Some(column) = session.project.computed_column(subject, name) {
            self.show_page(Page::Editor(Box::new(Editor::of(&session.project, column))));
        }
    }

    pub fn ask_remove(&mut self, subject: Subject, name: String) {
        self.show_page(Page::Removing(subject, name));
    }

    pub fn set_look(&mut self, look: FormulaLook) {
        if let Page::Editor(editor) = &mut self.page {
            editor.set_look(look);
        }
    }

    /// What was asked for could not be done.
    pub fn refuse(&mut self, why: String) {
        if let Page::Editor(editor) = &mut self.page {
            editor.waiting = false;
        }
        self.refused = Some(why);
    }

    /// What was asked for is done.
    pub fn done(&mut self) {
        self.show_page(Page::List);
    }

    fn show_page(&mut self, page: Page) {
        (self.open, self.page, self.refused) = (true, page, None);
    }
}

pub fn show(ui: &mut Ui, session: &Session, room: Rect, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let open = tool_window::show(ui, "Columns", WIDTH, room, |ui| {
        let next = match &mut state.page {
            Page::List => list::show(ui, session, actions),
            Page::Editor(editor) => editor::show(ui, session, editor, &state.refused, &mut state.look, actions),
            Page::Removing(subject, name) => list::ask_remove(ui, session, *subject, name, &state.refused, actions),
        };
        match next {
            Next::Stay => {}
            Next::Close => state.open = false,
            Next::List => state.show_page(Page::List),
            Next::Again => state.refused = None,
        }
    });
    state.open &= open;
}

/// What becomes of the page.
enum Next {
    Stay,
    /// What was refused is no longer so.
    Again,
    List,
    Close,
}

fn subject_words(session: &Session, subject: Subject) -> String {
    match subject {
        Subject::Accounts => "accounts".to_owned(),
        Subject::Units => session.project.units.kind_of_many(),
    }
}
