//! Leaving a project: the window closes, or another project takes its place, once nothing of this one would be lost.

use egui::{Context, ViewportCommand};

use super::App;
use crate::jobs::OpenedProject;
use crate::jobs::spec::JobKind;
use crate::ui::leaving::{Leaving, Why};

/// What comes after the open project.
pub(super) enum Next {
    /// Nothing: the window closes.
    Nothing,
    Project(Box<OpenedProject>),
}

/// A wish to leave that waits for what must be done first.
pub(super) struct Wish {
    next: Next,
    /// In the window's seconds.
    since: f64,
}

/// What is done sooner needs no words.
const MOMENT: f64 = 0.3;

impl App {
    /// Leaves the open project as soon as nothing would be lost; asks where that cannot be waited for.
    pub(super) fn leave(&mut self, ctx: &Context, next: Next) {
        self.save_settings();
        match &mut self.leaving {
            // Whoever closes the window does not want another project any more.
            Some(Wish { next: Next::Nothing, .. }) => {
                if let Next::Project(opened) = next {
                    self.close(opened.store);
                }
            }
            // The newer wish counts.
            Some(wish) => {
                if let Next::Project(opened) = std::mem::replace(&mut wish.next, next) {
                    self.close(opened.store);
                }
            }
            None => self.leaving = Some(Wish { next, since: ctx.input(|input| input.time) }),
        }
        self.go_on_leaving(ctx);
    }

    /// Takes the system's wish to close the window, and keeps it open for as long as something would be lost.
    pub(super) fn follow_leaving(&mut self, ctx: &Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        if asked && !self.may_close {
            self.leave(ctx, Next::Nothing);
        } else {
            self.go_on_leaving(ctx);
        }
        match (asked, self.may_close) {
            (true, false) => ctx.send_viewport_cmd(ViewportCommand::CancelClose),
            (false, true) => ctx.send_viewport_cmd(ViewportCommand::Close),
            _ => {}
        }
    }

    fn go_on_leaving(&mut self, ctx: &Context) {
        let Some(wish) = &self.leaving else { return };
        match self.obstacle(&wish.next) {
            None => self.leave_now(ctx),
            Some(Why::Failed { .. }) => {}
            Some(_) => {
                // What is waited for asks for a frame when it is done; this one is for the words.
                let rest = MOMENT - (ctx.input(|input| input.time) - wish.since);
                if rest > 0.0 {
                    ctx.request_repaint_after(std::time::Duration::from_secs_f64(rest));
                }
            }
        }
    }

    /// Leaves whatever is lost with it.
    pub(super) fn leave_now(&mut self, ctx: &Context) {
        match self.leaving.take().map(|wish| wish.next) {
            None => {}
            Some(Next::Nothing) => {
                self.may_close = true;
                ctx.request_repaint();
            }
            Some(Next::Project(opened)) => self.enter(ctx, *opened),
        }
    }

    /// Stays in the open project after all.
    pub(super) fn stay(&mut self, ctx: &Context) {
        if let Some(Next::Project(opened)) = self.leaving.take().map(|wish| wish.next) {
            self.ui.notices.done(ctx, format!("{} was not opened", opened.session.project.name));
        }
    }

    /// The window does not close after all, because what it waited for has failed.
    pub(super) fn stay_open(&mut self) {
        self.leaving = self.leaving.take().filter(|wish| !matches!(wish.next, Next::Nothing));
    }

    /// What would be lost by leaving now.
    fn obstacle(&self, next: &Next) -> Option<Why> {
        // An import that is under way has no place in another project; opening one cancels it, and says so.
        let waited_for: &[JobKind] = match next {
            Next::Nothing => &[JobKind::SaveAs, JobKind::Export, JobKind::Import],
            Next::Project(_) => &[JobKind::SaveAs],
        };
        if let Some(&kind) = waited_for.iter().find(|kind| self.jobs.is_running(**kind)) {
            return Some(Why::Working(kind));
        }
        let store = self.store.as_ref().filter(|_| !self.is_read_only())?;
        let status = store.status();
        match status.failed_since {
            Some((_, error)) => Some(Why::Failed { error, tries: status.failures }),
            None => (!status.all_saved()).then_some(Why::Writing),
        }
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.read_only.is_some())
    }

    /// What the window says about it, once it takes longer than a moment.
    pub(super) fn leaving_words(&self, ctx: &Context) -> Option<Leaving> {
        let wish = self.leaving.as_ref()?;
        let why = self.obstacle(&wish.next)?;
        let waited = ctx.input(|input| input.time) - wish.since;
        if waited < MOMENT && !matches!(why, Why::Failed { .. }) {
            return None;
        }
        let other = match &wish.next {
            Next::Nothing => None,
            Next::Project(opened) => Some(opened.session.project.name.clone()),
        };
        Some(Leaving { other, why })
    }

    /// Whether the project is left in a moment, without a person.
    pub(super) fn leaves_soon(&self) -> bool {
        self.leaving.as_ref().is_some_and(|wish| !matches!(self.obstacle(&wish.next), Some(Why::Failed { .. })))
    }
}
