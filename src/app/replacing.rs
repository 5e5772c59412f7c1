//! Newer files and double accounts: held against the project and worked out by jobs, told of in a dialog, made as one step.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Context;

use super::App;
use crate::action::Command;
use crate::domain::edit::Edit;
use crate::domain::ids::AccountId;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::jobs::replacing::{self, Compared, FoundDoubles, Merged, Replacement, WorkedOut};
use crate::jobs::spec::{ImportOrder, JobKind, MergeWish, RefreshWish};
use crate::session::doubles::DoublesAction;
use crate::session::refreshing::RefreshAction;
use crate::session::tables::How;
use crate::words;
use crate::work::duplicates::{DISMISSED_SETTING, LIKELY, dismissed_setting, pairs_of};
use crate::work::records;
use crate::work::refresh::Comparison;

/// The newer file that is looked at, and what there is to make of it.
#[derive(Default)]
pub(super) struct Newer {
    order: Option<ImportOrder>,
    comparison: Option<Arc<Comparison>>,
    ready: Option<(Option<RefreshWish>, Replacement)>,
    diagnostics: Vec<Diagnostic>,
    file: String,
}

impl App {
    pub(super) fn do_refresh(&mut self, ctx: &Context, action: RefreshAction) {
        match action {
            RefreshAction::Compare(order) => self.compare(*order),
            RefreshAction::WorkOut(wish) => self.work_out(wish),
            RefreshAction::Apply => self.apply_refresh(ctx),
            RefreshAction::Leave => self.leave_refresh(),
        }
    }

    /// Writes the list that was looked at when somebody asked for a file.
    pub(super) fn save_list(&mut self, path: PathBuf) {
        let (Some(list), Some(session)) = (self.list_to_save.take(), &self.session) else { return };
        let data = session.data_generation;
        self.jobs.start(JobKind::Export, move |progress| replacing::save_list(&list, &path, data, progress));
    }

    pub(super) fn leave_refresh(&mut self) {
        self.newer = Newer::default();
        self.ui.refreshing.close();
        self.jobs.cancel(JobKind::Replace);
    }

    fn compare(&mut self, order: ImportOrder) {
        let Some(session) = self.session.as_ref() else { return };
        self.newer = Newer::default();
        let (project, version) = (session.project.clone(), session.version());
        self.jobs.start(JobKind::Compare, move |progress| replacing::compare(&project, version, order, progress));
    }

    pub(super) fn take_compared(&mut self, ctx: &Context, compared: Compared) {
        let Some(session) = self.session.as_ref() else { return };
        if session.version() != compared.version {
            // A change of the plan or of values: the file is held against the project as it is by now.
            match compared.order.pasted {
                true => {
                    let words = "The project changed while the table was read; paste it again";
                    self.ui.notices.refused(ctx, words);
                }
                false => self.compare(compared.order),
            }
            return;
        }
        self.newer = Newer {
            order: Some(compared.order),
            comparison: compared.comparison,
            ready: compared.replacement.map(|replacement| (None, replacement)),
            diagnostics: compared.diagnostics,
            file: compared.file,
        };
        self.ui.refreshing.open(compared.report);
    }

    fn work_out(&mut self, wish: RefreshWish) {
        let (Some(session), Some(comparison)) = (self.session.as_ref(), self.newer.comparison.clone()) else { return };
        self.newer.ready = None;
        let (project, version) = (session.project.clone(), session.version());
        self.jobs.start(JobKind::Replace, move |progress| {
            replacing::refresh(&project, version, &comparison, wish, progress)
        });
    }

    pub(super) fn take_worked_out(&mut self, worked: WorkedOut) {
        let wish = worked.outcome.wish.clone();
        self.newer.ready = worked.replacement.map(|replacement| (Some(wish), replacement));
        self.ui.refreshing.set_outcome(worked.outcome);
    }

    /// One step.
    fn apply_refresh(&mut self, ctx: &Context) {
        let Some((wish, replacement)) = self.newer.ready.take() else { return };
        let units = wish.is_none();
        let label = replacement.edit.label.clone();
        let said = replacement.diagnostics.clone();
        if !self.make_replacement(ctx, replacement) {
            // The project changed while the dialog was open.
            if let Some(order) = self.newer.order.take().filter(|order| !order.pasted) {
                self.leave_refresh();
                self.compare(order);
            } else {
                self.leave_refresh();
            }
            return;
        }
        let newer = std::mem::take(&mut self.newer);
        self.leave_refresh();
        let setting = if units { "file of units" } else { "file of accounts" };
        let mut diagnostics = newer.diagnostics;
        if !units {
            diagnostics.extend(said);
        }
        if let Some(session) = self.session.as_mut() {
            session.note_import(setting, &newer.file, diagnostics);
            if let Some(store) = &self.store {
                store.put_setting(setting, Some(&newer.file));
                store.put_problems(session.diagnostics.iter().map(records::saved_problem).collect());
            }
        }
        self.ui.notices.done(ctx, label);
        if !units {
            self.count_doubles();
        }
    }

    /// Makes a step that a job worked out. What hangs on accounts may have changed since; newer units, accounts or values make it void.
    fn make_replacement(&mut self, ctx: &Context, replacement: Replacement) -> bool {
        let Some(session) = self.session.as_ref() else { return false };
        let Replacement { version, mut edit, data, .. } = replacement;
        if session.version() != version {
            self.ui.notices.refused(ctx, "The project changed meanwhile; look at the effect again");
            return false;
        }
        if let Some(why) = session.fixed() {
            self.ui.notices.refused(ctx, why.to_owned());
            return false;
        }
        if edit.label.is_empty() {
            edit = Edit { label: "Changed the accounts".to_owned(), ..edit };
        }
        self.make_replaced(ctx, edit, data)
    }

    pub(super) fn do_doubles(&mut self, ctx: &Context, action: DoublesAction) {
        match action {
            DoublesAction::Find { least } => self.find_doubles(true, least),
            DoublesAction::Merge(wish) => self.merge(wish),
            DoublesAction::Dismiss { accounts, dismissed } => self.dismiss(&accounts, dismissed),
            DoublesAction::Show(accounts) => self.show_accounts(ctx, accounts),
        }
    }

    /// After an import of accounts: whether some are there twice. Nobody waits for it.
    pub(super) fn count_doubles(&mut self) {
        let few = self.session.as_ref().is_some_and(|session| session.project.accounts.len() <= MOST_COUNTED);
        if few && !self.ui.doubles.is_open() {
            self.find_doubles(false, LIKELY);
        }
    }

    fn find_doubles(&mut self, asked: bool, least: f64) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, data) = (session.project.clone(), session.data_generation);
        let no_doubles = session.no_doubles.clone();
        self.jobs.start(JobKind::Duplicates, move |progress| {
            replacing::find_doubles(&project, data, asked, least, no_doubles, progress)
        });
    }

    pub(super) fn take_doubles(&mut self, ctx: &Context, found: FoundDoubles) {
        let is_current = self.session.as_ref().is_some_and(|session| session.data_generation == found.data_generation);
        if !found.asked {
            let count: usize = found.groups.iter().map(|group| group.accounts.len() - 1).sum();
            if is_current && count > 0 {
                let words = format!("{} among the accounts", words::counted(count as i128, "likely double"));
                self.ui.notices.done(ctx, words);
                let details = "The same customer may be there twice".to_owned();
                self.ui.notices.offer(details, "Look at them…", Command::FindDoubles);
            }
        } else if is_current {
            self.ui.doubles.set_groups(found.groups, found.data_generation);
        } else {
            self.ui.doubles.fail("The accounts changed meanwhile");
        }
    }

    fn merge(&mut self, wish: MergeWish) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, version) = (session.project.clone(), session.version());
        self.jobs.start(JobKind::Replace, move |progress| replacing::merge(&project, version, wish, progress));
    }

    pub(super) fn take_merged(&mut self, ctx: &Context, merged: Merged) {
        let Some(replacement) = merged.replacement else {
            self.ui.notices.refused(ctx, "There is nothing to merge");
            return;
        };
        let label = replacement.edit.label.clone();
        let patch = replacement.edit.accounts_patch().cloned();
        if !self.make_replacement(ctx, replacement) {
            return;
        }
        if let (Some(patch), Some(session)) = (patch, &self.session) {
            self.ui.doubles.follow(&patch.accounts_moved(), session.data_generation);
        }
        if merged.notes.is_empty() {
            self.ui.notices.done(ctx, label);
        } else if let Some(session) = self.session.as_mut() {
            session.diagnostics.retain(|known| known.place.file != label);
            let place = Place { file: label.clone(), ..Place::default() };
            session.diagnostics.extend(merged.notes.iter().map(|note| Diagnostic::note(place.clone(), note)));
            if let Some(store) = &self.store {
                store.put_problems(session.diagnostics.iter().map(records::saved_problem).collect());
            }
            let notes = words::counted(merged.notes.len() as i128, "note");
            self.ui.notices.done(ctx, format!("{label}; {notes} about owners in Problems"));
        }
    }

    fn dismiss(&mut self, accounts: &[AccountId], dismissed: bool) {
        let Some(session) = self.session.as_mut() else { return };
        for pair in pairs_of(&session.project, accounts) {
            if dismissed {
                session.no_doubles.insert(pair);
            } else {
                session.no_doubles.remove(&pair);
            }
        }
        if let (Some(store), None) = (&self.store, &session.read_only) {
            store.put_setting(DISMISSED_SETTING, dismissed_setting(&session.no_doubles).as_deref());
        }
    }

    /// Selects accounts, in the table too, and moves the map so that they are seen.
    fn show_accounts(&mut self, ctx: &Context, accounts: Vec<AccountId>) {
        use crate::action::Action;
        use crate::session::tables::TableAction;
        let Some(session) = self.session.as_ref() else { return };
        let places = accounts.iter().filter_map(|account| session.project.accounts.places.get(account.index()));
        let placed: Vec<_> = places.copied().filter(|place| place.is_valid()).collect();
        let lead = accounts.first().copied();
        match crate::domain::sphere::Bounds::of(placed.iter().copied()) {
            Some(bounds) if bounds.min != bounds.max && placed.len() > 1 && !is_small(bounds) => {
                if let Some(session) = self.session.as_mut() {
                    session.view.fit = Some(bounds);
                }
            }
            Some(bounds) => self.actions.push(Action::ShowPlace { place: bounds.min, zoom: 13.0 }),
            None => self.ui.notices.refused(ctx, "None of them has a place on the map"),
        }
        self.actions.push(Action::Table(TableAction::SelectAccounts { accounts, how: How::Replace, lead }));
    }

    /// What is made of the project left behind has no place in the next one.
    pub(super) fn forget_newer(&mut self) {
        self.newer = Newer::default();
        self.ui.refreshing = Default::default();
        self.ui.doubles = Default::default();
    }
}

/// Among more accounts doubles are not counted unasked.
const MOST_COUNTED: usize = 200_000;

/// Some streets across: a box too small to be fitted without losing sight of where it is.
fn is_small(bounds: crate::domain::sphere::Bounds) -> bool {
    (bounds.max.lon - bounds.min.lon).abs() < 0.02 && (bounds.max.lat - bounds.min.lat).abs() < 0.02
}
