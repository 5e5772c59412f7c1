//! "Segments…": named sets of accounts, listed, made and altered. A window over the map, not a dialog: what is counted can be looked at
//! on the map meanwhile.

mod builder;
mod conditions;
mod figures;
mod list;

use egui::{Rect, Ui};

use super::tool_window;
use crate::action::Action;
use crate::session::Session;
use crate::session::columns::{SegmentDraft, SegmentLook};
use builder::Builder;

#[derive(Default)]
pub struct State {
    open: bool,
    page: Page,
    /// What could not be done, and why.
    refused: Option<String>,
    /// Set when somebody shall count a segment.
    pub look: Option<SegmentDraft>,
}

#[derive(Default)]
enum Page {
    #[default]
    List,
    Builder(Box<Builder>),
}

const WIDTH: f32 = 640.0;

impl State {
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Shows the page there was: a segment that was being made is still there.
    pub fn open(&mut self) {
        self.open = true;
    }

    pub fn set_look(&mut self, look: SegmentLook) {
        if let Page::Builder(builder) = &mut self.page {
            builder.look = Some(look);
        }
    }

    /// What was asked for could not be done.
    pub fn refuse(&mut self, why: String) {
        if let Page::Builder(builder) = &mut self.page {
            builder.waiting = false;
        }
        self.refused = Some(why);
    }

    /// What was asked for is done.
    pub fn done(&mut self) {
        self.show_page(Page::List);
    }

    fn show_page(&mut self, page: Page) {
        (self.page, self.refused) = (page, None);
    }
}

pub fn show(ui: &mut Ui, session: &Session, room: Rect, state: &mut State, actions: &mut Vec<Action>) {
    if !state.open {
        return;
    }
    let open = tool_window::show(ui, "Segments", WIDTH, room, |ui| {
        let next = match &mut state.page {
            Page::List => list::show(ui, session, &state.refused, actions),
            Page::Builder(builder) => builder::show(ui, session, builder, &state.refused, &mut state.look, actions),
        };
        match next {
            Next::Stay => {}
            Next::Close => state.open = false,
            Next::Page(page) => state.show_page(page),
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
    Page(Page),
    Close,
}
