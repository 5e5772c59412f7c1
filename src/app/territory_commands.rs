//! Commands on territories, neighbours and locks: what they are about, and what becomes of it.

use egui::Context;

use super::App;
use crate::action::{Action, Command};
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::plan::Adjacency;
use crate::domain::topology::Neighbours;
use crate::jobs::spec::{JobKind, TerritoryOrder, Version};
use crate::jobs::suggesting;
use crate::session::suggestion::Suggestion;
use crate::words;
use crate::work::territory::{self, Board, Refused};

impl App {
    /// What a command is about: the active territory, the selected units.
    pub(super) fn order(&mut self, command: Command) {
        let Some(session) = self.session.as_ref() else { return };
        let active = session.active;
        let order = match command {
            Command::SplitTerritory => TerritoryOrder::Split { territory: active, parts: 2 },
            Command::MergeTerritories => {
                TerritoryOrder::Merge { into: active, others: session.selected_territories().into_iter().collect() }
            }
            Command::DissolveTerritory => TerritoryOrder::Dissolve(active),
            Command::AbsorbEnclaves => TerritoryOrder::AbsorbEnclaves(active),
            Command::FillHoles => TerritoryOrder::FillHoles((!active.is_unassigned()).then_some(active)),
            Command::SmoothBorder => TerritoryOrder::Smooth(active),
            Command::RecolourAll => TerritoryOrder::Recolour,
            Command::SwapUnits => match session.selected_pair() {
                Some([a, b]) => TerritoryOrder::Swap(a, b),
                None => return,
            },
            _ => return,
        };
        self.actions.push(Action::Suggest(order));
    }

    pub(super) fn suggest(&mut self, order: TerritoryOrder) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, totals, version) = (session.project.clone(), session.totals.clone(), session.version());
        let goal = session.goal();
        self.jobs.start(JobKind::Suggest, move |progress| {
            suggesting::suggest(&project, &totals, goal, version, order, progress)
        });
    }

    pub(super) fn take_suggestion(&mut self, ctx: &Context, version: Version, answer: Result<Box<Suggestion>, String>) {
        let Some(session) = self.session.as_mut() else { return };
        // Another project was opened, or the engine was asked for something meanwhile.
        if session.data_generation != version.data_generation || session.live.is_some() || session.proposal.is_some() {
            return;
        }
        match answer {
            Ok(_) if session.version() != version => {
                self.ui.notices.refused(ctx, "The plan changed in between; give the command again");
            }
            Ok(suggestion) => {
                session.suggest(*suggestion);
                session.view.show_inspector = true;
            }
            Err(why) => self.ui.notices.refused(ctx, why),
        }
    }

    /// One undo step.
    pub(super) fn accept_suggestion(&mut self, ctx: &Context) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(suggestion) = session.suggestion.take() else { return };
        session.show_current = false;
        match suggestion.cut {
            Some(cut) => self.make_cut(ctx, suggestion.edit, *cut),
            None => self.make(ctx, suggestion.edit, true),
        }
    }

    /// Made at once: it is one key, and one key takes it back.
    pub(super) fn repair(&mut self, ctx: &Context, only: Option<TerritoryId>) {
        let Some(session) = self.session.as_mut() else { return };
        session.preview = None;
        let board = Board::new(&session.project, &session.totals, session.goal());
        match territory::repair(&board, only) {
            Ok(done) => {
                self.try_make(ctx, done.edit, true);
                match &done.notes[..] {
                    [] => {}
                    [note] => self.ui.notices.refused(ctx, note.clone()),
                    [first, others @ ..] => {
                        let others = words::counted(others.len() as i128, "other piece");
                        self.ui.notices.refused(ctx, format!("{first}, and {others}"));
                    }
                }
            }
            Err(Refused::Because(why)) => self.ui.notices.refused(ctx, why),
            Err(Refused::Cancelled) => {}
        }
    }

    /// Joins or parts the two selected units, whichever way the plan has to say that.
    pub(super) fn change_neighbours(&mut self, ctx: &Context, join: bool) {
        let Some(session) = self.session.as_mut() else { return };
        let Some(units @ [a, b]) = session.selected_pair() else { return };
        let drawn = Neighbours::as_drawn(&session.project.units.topology).are_neighbours(a, b);
        let now = session.neighbours().are_neighbours(a, b);
        if now == join {
            let words = if join { "These two are neighbours already" } else { "These two are no neighbours" };
            self.ui.notices.refused(ctx, words);
            return;
        }
        // Where the map says what is wanted there is nothing to say.
        let adjacency = match (join, drawn) {
            (true, true) | (false, false) => None,
            (true, false) => Some(Adjacency::Bridge),
            (false, true) => Some(Adjacency::Barrier),
        };
        session.view.show_links = true;
        self.actions.push(Action::SetAdjacency { units, adjacency });
    }

    pub(super) fn set_adjacency(&mut self, ctx: &Context, [a, b]: [UnitId; 2], adjacency: Option<Adjacency>) {
        let Some(session) = self.session.as_ref() else { return };
        let mut edit = Edit::set_adjacency(session.plan(), a, b, adjacency);
        let code = |unit: UnitId| session.project.units.codes.get(unit.index()).map_or("", String::as_str);
        let drawn = Neighbours::as_drawn(&session.project.units.topology).are_neighbours(a, b);
        let joins = adjacency.map_or(drawn, |adjacency| adjacency == Adjacency::Bridge);
        edit.label = if joins {
            format!("Joined {} and {} as neighbours", code(a), code(b))
        } else {
            format!("Parted {} and {} as neighbours", code(a), code(b))
        };
        self.make(ctx, edit, true);
    }

    /// The selected account, else the accounts in the selected units: locked unless all of them are.
    pub(super) fn lock_accounts(&mut self, ctx: &Context) {
        let Some(session) = self.session.as_ref() else { return };
        let (plan, homes) = (session.plan(), &session.project.accounts.units);
        let accounts: Vec<AccountId> = match session.selection.account {
            Some(_) => session.selection.accounts.iter().copied().collect(),
            None => {
                let selected = |unit: &Option<UnitId>| unit.is_some_and(|unit| session.selection.units.contains(&unit));
                session.project.accounts.ids().filter(|account| selected(&homes[account.index()])).collect()
            }
        };
        let unlock = accounts.iter().all(|account| plan.locked_accounts().contains(account));
        let home = |account: AccountId| homes.get(account.index()).copied().flatten();
        let mut edit = Edit::lock_accounts(plan, accounts.iter().copied(), home, !unlock);
        let verb = if unlock { "Unlocked" } else { "Locked" };
        edit.label = match accounts[..] {
            [] => {
                self.ui.notices.refused(ctx, "There are no accounts in the selected units");
                return;
            }
            [one] => format!("{verb} account {}", session.project.accounts.names[one.index()]),
            _ => {
                let changed = |change: &&Change| matches!(change, Change::LockAccount { .. });
                format!("{verb} {}", words::counted(edit.changes.iter().filter(changed).count() as i128, "account"))
            }
        };
        self.make(ctx, edit, true);
    }
}
