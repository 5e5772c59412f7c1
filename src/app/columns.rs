//! Computed columns and segments: looked at while they are typed, made, removed, and what their formulas come to.

use egui::Context;

use super::App;
use crate::action::Action;
use crate::domain::columns::Subject;
use crate::domain::edit::Edit;
use crate::domain::ids::AccountId;
use crate::error::UserError;
use crate::io::diagnostic::Diagnostic;
use crate::jobs::columns::{self, MakeWish};
use crate::jobs::spec::{JobKind, Version};
use crate::session::columns::{ColumnAction, Formulas, SegmentAction};
use crate::session::tables::{How, TableAction};
use crate::session::view::BottomTab;
use crate::work::{formulas, records};

impl App {
    pub(super) fn do_with_columns(&mut self, action: ColumnAction) {
        match action {
            ColumnAction::Show => self.ui.columns.open(),
            ColumnAction::New(subject) => self.ui.columns.begin(subject),
            ColumnAction::Edit(subject, name) => {
                let Some(session) = &self.session else { return };
                self.ui.columns.edit(session, subject, &name);
            }
            ColumnAction::AskRemove(subject, name) => self.ui.columns.ask_remove(subject, name),
            ColumnAction::Put { instead_of, order } => self.make_column(MakeWish::Column { instead_of, order: *order }),
            ColumnAction::Remove(subject, name) => self.make_column(MakeWish::RemoveColumn(subject, name)),
            ColumnAction::ShowRows(subject, rows) => self.show_rows(subject, rows),
        }
    }

    pub(super) fn do_with_segments(&mut self, ctx: &Context, action: SegmentAction) {
        match action {
            SegmentAction::Show => self.ui.segments.open(),
            SegmentAction::Put { instead_of, segment } => {
                self.make_column(MakeWish::Segment { instead_of, segment: *segment });
            }
            SegmentAction::Remove(name) => self.make_column(MakeWish::RemoveSegment(name)),
            SegmentAction::Move(name, to) => self.make_column(MakeWish::MoveSegment(name, to)),
            SegmentAction::Select(name) => self.select_segment(ctx, &name),
        }
    }

    fn make_column(&mut self, wish: MakeWish) {
        let Some(session) = &self.session else { return };
        let (project, version) = (session.project.clone(), session.version());
        self.jobs.start(JobKind::MakeColumn, move |_| columns::make(&project, version, wish));
    }

    /// What could not be made is said in the dialog that asked for it.
    pub(super) fn take_column(
        &mut self,
        ctx: &Context,
        version: Version,
        wish: &MakeWish,
        edit: Result<Edit, UserError>,
    ) {
        let Some(session) = &self.session else { return };
        let of_segment =
            matches!(wish, MakeWish::Segment { .. } | MakeWish::RemoveSegment(_) | MakeWish::MoveSegment(..));
        let refused = match edit {
            _ if session.version() != version => Some("The project changed meanwhile; try again".to_owned()),
            Err(error) => Some(error.to_string()),
            Ok(edit) => {
                let nothing = edit.is_empty();
                let fixed = session.fixed().map(str::to_owned);
                let made = nothing || (fixed.is_none() && self.try_make(ctx, edit, true));
                (!made).then(|| fixed.unwrap_or_else(|| "It could not be done".to_owned()))
            }
        };
        match (refused, of_segment) {
            (Some(why), true) => self.ui.segments.refuse(why),
            (Some(why), false) => self.ui.columns.refuse(why),
            (None, true) => self.ui.segments.done(),
            (None, false) => self.ui.columns.done(),
        }
    }

    /// Selects rows of a table, shows them there and the first one on the map.
    fn show_rows(&mut self, subject: Subject, rows: Vec<u32>) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(&first) = rows.first() else { return };
        session.view.show_table = true;
        match subject {
            Subject::Units => {
                session.view.tab = BottomTab::Units;
                let units: Vec<_> = rows.into_iter().map(crate::domain::ids::UnitId).collect();
                session.selection.units = units.iter().copied().collect();
                self.actions.push(Action::FitUnits(units));
            }
            Subject::Accounts => {
                session.view.tab = BottomTab::Accounts;
                let place = session.project.accounts.places.get(first as usize).copied();
                let accounts = rows.into_iter().map(AccountId).collect();
                let lead = Some(AccountId(first));
                self.actions.push(Action::Table(TableAction::SelectAccounts { accounts, how: How::Replace, lead }));
                if let Some(place) = place.filter(|place| place.is_valid()) {
                    self.actions.push(Action::ShowPlace { place, zoom: 9.0 });
                }
            }
        }
    }

    fn select_segment(&mut self, ctx: &Context, name: &str) {
        let Some(session) = self.session.as_mut() else { return };
        let at = session.project.segments.iter().position(|segment| segment.name == name);
        let Some(members) = at.and_then(|at| session.members(at)) else {
            self.ui.notices.refused(ctx, format!("{name} has not been counted yet"));
            return;
        };
        let chosen = (0..members.belongs.len()).filter(|&row| members.belongs[row]).map(AccountId::from_index);
        session.selection.accounts = chosen.collect();
        session.selection.account = session.selection.accounts.first().copied();
        session.view.show_accounts = true;
        session.view.tab = BottomTab::Accounts;
    }

    /// Dialogs leave what they want to look at.
    pub(super) fn look_at_formulas(&mut self) {
        let Some(session) = &self.session else { return };
        if let Some(draft) = self.ui.columns.look.take() {
            let project = session.project.clone();
            self.jobs.start(JobKind::LookAtFormula, move |_| columns::look_at_formula(&project, draft));
        }
        if let Some(draft) = self.ui.segments.look.take() {
            let (project, totals) = (session.project.clone(), session.totals.clone());
            self.jobs.start(JobKind::LookAtFormula, move |_| columns::look_at_segment(&project, &totals, draft));
        }
    }

    /// Has the formulas worked out after each change of values.
    pub(super) fn ask_for_formulas(&mut self) {
        let Some(session) = self.session.as_mut() else { return };
        if self.columns_seen != session.columns_generation {
            self.columns_seen = session.columns_generation;
            self.forget_columns();
        }
        let Some(session) = self.session.as_mut() else { return };
        let wanted = session.formulas_of();
        if session.formulas.made_of == Some(wanted) {
            return;
        }
        if session.project.computed.is_empty() && session.project.segments.is_empty() {
            self.take_formulas(Formulas { made_of: Some(wanted), ..Formulas::default() });
            return;
        }
        if self.formulas_asked != Some(wanted) {
            self.formulas_asked = Some(wanted);
            let project = session.project.clone();
            self.jobs.start(JobKind::Formulas, move |progress| columns::formulas(&project, wanted, progress));
        }
    }

    pub(super) fn take_formulas(&mut self, formulas: Formulas) {
        let Some(session) = self.session.as_mut() else { return };
        if formulas.made_of != Some(session.formulas_of()) {
            return;
        }
        let known: Vec<Diagnostic> = session.diagnostics.extract_if(.., |problem| problem.is_about_columns()).collect();
        let now = formulas::grouped(&session.project, &formulas.faulty);
        let other = known != now;
        session.diagnostics.extend(now);
        session.formulas = formulas;
        // They are kept in the file too, for those who look at it without a window.
        if let (true, None, Some(store)) = (other, &session.read_only, &self.store) {
            store.put_problems(session.diagnostics.iter().map(records::saved_problem).collect());
        }
    }
}
