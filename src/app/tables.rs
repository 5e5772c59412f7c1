//! What is done in the tables of units and accounts: rows in order, selected, changed, copied.

use egui::Context;

use super::App;
use crate::action::Action;
use crate::domain::cells::{self, Cell, CellColumn};
use crate::domain::columns::Subject;
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::progress::Progress;
use crate::jobs::spec::JobKind;
use crate::jobs::{JobOutput, tables};
use crate::session::Session;
use crate::session::tables::field::Field;
use crate::session::tables::{How, TableAction, Wish, row_count};
use crate::words;

impl App {
    pub(super) fn do_in_table(&mut self, ctx: &Context, action: TableAction) {
        match action {
            TableAction::Order(wish) => self.order_rows(*wish),
            TableAction::SelectAccounts { accounts, how, lead } => self.select_accounts(accounts, how, lead),
            TableAction::SetCells { subject, column, rows, value } => {
                self.set_cells(ctx, subject, column, &rows, &value)
            }
            TableAction::Give { accounts, to } => self.give_accounts(ctx, &accounts, to),
            TableAction::Lock { subject: Subject::Units, rows, locked } => self.lock_units(ctx, &rows, locked),
            TableAction::Lock { subject: Subject::Accounts, rows, locked } => {
                self.set_account_locks(ctx, rows.into_iter().map(AccountId).collect(), locked);
            }
            TableAction::Copy { subject, rows, fields } => self.copy_rows(subject, rows, fields),
            TableAction::ToggleColumn { subject, key } => {
                let Some(session) = self.session.as_mut() else { return };
                let toggled = session.view.columns.entry(subject).or_default();
                if !toggled.remove(&key) {
                    toggled.insert(key);
                }
            }
        }
    }

    fn order_rows(&mut self, wish: Wish) {
        let Some(session) = self.session.as_mut() else { return };
        if !session.tables.lacks(&wish) {
            return;
        }
        let project = session.project.clone();
        let loads = std::sync::Arc::clone(session.totals.table());
        let rows = row_count(session, wish.subject);
        // What is only in the order of the file is there at once, however much it is.
        let columns = if wish.words.is_empty() { 1 } else { Field::all(&project, wish.subject).len() };
        let slow = wish.sort.is_some() || wish.filters();
        if slow && rows * columns > tables::AT_ONCE {
            session.tables.begin(wish.clone());
            self.jobs.start(JobKind::Order, move |progress| tables::rows(&project, &loads, wish, progress));
        } else if let JobOutput::Ordered { wish, rows } = tables::rows(&project, &loads, wish, &Progress::new()) {
            self.jobs.cancel(JobKind::Order);
            session.tables.set(*wish, rows);
        }
    }

    /// Rows that were wished for before something newer are dropped.
    pub(super) fn take_rows(&mut self, wish: Wish, rows: Vec<u32>) {
        let Some(session) = self.session.as_mut() else { return };
        if session.tables.is_wanted(&wish) {
            session.tables.set(wish, rows);
        }
    }

    fn select_accounts(&mut self, accounts: Vec<AccountId>, how: How, lead: Option<AccountId>) {
        let Some(session) = self.session.as_mut() else { return };
        let selection = &mut session.selection;
        match how {
            How::Replace => selection.accounts = accounts.into_iter().collect(),
            How::Add => selection.accounts.extend(accounts),
            How::Toggle => {
                for account in accounts {
                    if !selection.accounts.remove(&account) {
                        selection.accounts.insert(account);
                    }
                }
            }
        }
        selection.account = lead.or(selection.account).filter(|lead| selection.accounts.contains(lead));
        if selection.account.is_none() {
            selection.account = selection.accounts.first().copied();
        }
    }

    fn set_cells(&mut self, ctx: &Context, subject: Subject, column: CellColumn, rows: &[u32], value: &Cell) {
        let Some(session) = self.session.as_ref() else { return };
        let project = &session.project;
        let mut edit = Edit::set_cells(project, subject, column, rows, value);
        let name = cells::column_name(project, subject, column);
        let value = match value {
            Cell::Text(text) if text.is_empty() => "nothing".to_owned(),
            Cell::Text(text) => words::cut(text, 40),
            Cell::Number(None) => "nothing".to_owned(),
            Cell::Number(Some(number)) => words::plain(*number),
        };
        edit.label = format!("Set {name} to {value} for {}", counted(session, subject, edit.size(), rows));
        if edit.is_empty() {
            self.ui.notices.refused(ctx, format!("{name} is {value} there already"));
            return;
        }
        self.make(ctx, edit, rows.len() > 1);
    }

    fn give_accounts(&mut self, ctx: &Context, accounts: &[AccountId], to: Option<TerritoryId>) {
        let Some(session) = self.session.as_ref() else { return };
        let plan = session.plan();
        if let Some(id) = to.filter(|&id| plan.is_territory_locked(id)) {
            let name = plan.territory_name(id);
            self.ui.notices.refused(ctx, format!("{name} is locked; unlock it to change it"));
            return;
        }
        let mut edit = Edit::default();
        let mut left_out = 0;
        for &account in accounts {
            let old = plan.overrides().get(&account).copied();
            let kept =
                plan.locked_accounts().contains(&account) || old.is_some_and(|owner| plan.is_territory_locked(owner));
            match old == to {
                true => {}
                false if kept => left_out += 1,
                false => edit.changes.push(Change::Override { account, old, new: to }),
            }
        }
        let rows: Vec<u32> = accounts.iter().map(|account| account.0).collect();
        let many = counted(session, Subject::Accounts, edit.changes.len(), &rows);
        edit.label = match to {
            None => format!("Gave {many} back to their {}", session.project.units.kind_of_many()),
            Some(id) if id.is_unassigned() => format!("Took {many} out of every territory"),
            Some(id) => format!("Gave {many} to {} as named accounts", plan.territory_name(id)),
        };
        self.tell_left_out(ctx, left_out, "account");
        if edit.is_empty() {
            if left_out == 0 {
                self.ui.notices.refused(ctx, "They are there already");
            }
            return;
        }
        self.make(ctx, edit, true);
    }

    fn lock_units(&mut self, ctx: &Context, rows: &[u32], locked: bool) {
        let Some(session) = self.session.as_ref() else { return };
        let plan = session.plan();
        let mut edit = Edit::default();
        for unit in rows.iter().copied().map(UnitId) {
            let old = plan.locked_units().contains(&unit);
            if old != locked {
                edit.changes.push(Change::LockUnit { unit, old, new: locked });
            }
        }
        let verb = if locked { "Locked" } else { "Unlocked" };
        edit.label = format!("{verb} {}", counted(session, Subject::Units, edit.changes.len(), rows));
        self.make(ctx, edit, true);
    }

    fn set_account_locks(&mut self, ctx: &Context, accounts: Vec<AccountId>, locked: bool) {
        let Some(session) = self.session.as_ref() else { return };
        let homes = &session.project.accounts.units;
        let home = |account: AccountId| homes.get(account.index()).copied().flatten();
        let mut edit = Edit::lock_accounts(session.plan(), accounts.iter().copied(), home, locked);
        let count = edit.changes.iter().filter(|change| matches!(change, Change::LockAccount { .. })).count();
        let verb = if locked { "Locked" } else { "Unlocked" };
        let rows: Vec<u32> = accounts.iter().map(|account| account.0).collect();
        edit.label = format!("{verb} {}", counted(session, Subject::Accounts, count, &rows));
        self.make(ctx, edit, true);
    }

    fn tell_left_out(&mut self, ctx: &Context, count: usize, noun: &str) {
        if count > 0 {
            let words = words::counted(count as i128, noun);
            self.ui.notices.refused(ctx, format!("Left out {words} because they are locked"));
        }
    }

    fn copy_rows(&mut self, subject: Subject, rows: Vec<u32>, fields: Vec<Field>) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, loads) = (session.project.clone(), std::sync::Arc::clone(session.totals.table()));
        if rows.len() * fields.len() <= tables::AT_ONCE {
            let copied = tables::copied(&project, &loads, subject, &rows, &fields, &Progress::new());
            if let JobOutput::Copied { text, .. } = copied {
                self.actions.push(Action::Copy(text));
            }
            return;
        }
        let work = move |progress: &Progress| tables::copied(&project, &loads, subject, &rows, &fields, progress);
        self.jobs.start(JobKind::CopyRows, work);
    }
}

/// "214 accounts", "ZIP area 43210", "account Ada's Deli".
fn counted(session: &Session, subject: Subject, count: usize, rows: &[u32]) -> String {
    let units = &session.project.units;
    let one = rows.first().filter(|_| rows.len() == 1).map(|&row| row as usize);
    match (subject, one) {
        (Subject::Units, None) => units.count_words(count),
        (Subject::Units, Some(row)) => units.call(&[UnitId::from_index(row)]),
        (Subject::Accounts, None) => words::counted(count as i128, "account"),
        (Subject::Accounts, Some(row)) => {
            let name = session.project.accounts.names.get(row).map_or("", String::as_str);
            format!("account {}", words::cut(name, 40))
        }
    }
}
