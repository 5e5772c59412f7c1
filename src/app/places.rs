//! Accounts put on the map by hand, and placed by their columns again.

use std::sync::Arc;

use egui::Context;

use super::App;
use crate::domain::doubts::{doubt_of, doubtful};
use crate::domain::ids::AccountId;
use crate::domain::sphere::LonLat;
use crate::jobs::placing;
use crate::jobs::spec::places::{Again, LookUp};
use crate::jobs::spec::{JobKind, Version};
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::session::view::BottomTab;
use crate::words;
use crate::work::places::by_hand;

impl App {
    pub(super) fn do_with_places(&mut self, ctx: &Context, action: PlacesAction) {
        match action {
            PlacesAction::Show(accounts) => {
                let Some(session) = self.session.as_mut() else { return };
                session.selection.account = accounts.first().copied();
                session.selection.accounts = accounts.into_iter().collect();
                self.show_places();
            }
            PlacesAction::Describe(accounts) => self.describe_accounts(accounts),
            PlacesAction::LookUp(wanted) => self.look_up_place(wanted),
            PlacesAction::Pick(accounts) => {
                let Some(session) = self.session.as_mut() else { return };
                if let (Some(_), Some(why)) = (&accounts, session.fixed()) {
                    self.ui.notices.refused(ctx, why.to_owned());
                    return;
                }
                session.placing.picking = accounts;
            }
            PlacesAction::Put { accounts, at } => {
                self.put_accounts(ctx, &accounts, (at.place, at.precision_km), &at.words);
            }
            PlacesAction::PutHere { place, precision_km } => {
                let accounts = self.session.as_mut().and_then(|session| session.placing.picking.take());
                self.put_accounts(ctx, &accounts.unwrap_or_default(), (place, precision_km), "");
            }
            PlacesAction::Skip(forward) => self.skip_account(forward),
            PlacesAction::WorkOutAgain => self.work_out_again(),
            PlacesAction::TakeAgain => {
                let again = self.session.as_mut().and_then(|session| session.placing.again.take());
                if let Some(again) = again {
                    self.make(ctx, again.edit, true);
                }
            }
            PlacesAction::DropAgain => {
                if let Some(session) = self.session.as_mut() {
                    session.placing.again = None;
                }
            }
            PlacesAction::SetOnline(settings) => self.set_online(settings),
            PlacesAction::PreviewOnline(order) => self.preview_online(*order),
            PlacesAction::AskOnline(scope) => self.ask_online(ctx, scope),
            PlacesAction::TakeAnswers(accounts) => self.take_answers_for(ctx, &accounts),
            PlacesAction::DropAnswers => {
                if let Some(session) = self.session.as_mut() {
                    session.placing.answers = None;
                }
            }
        }
    }

    /// The list of accounts without a good place, with one at hand.
    pub(super) fn show_places(&mut self) {
        let Some(session) = self.session.as_mut() else { return };
        session.view.tab = BottomTab::Places;
        session.view.show_table = true;
        if session.selection.accounts.is_empty() {
            let first = doubtful(&session.project).first().map(|&(account, _)| account);
            select(session, first);
        }
        self.ui.places.focus();
    }

    fn describe_accounts(&mut self, accounts: Vec<AccountId>) {
        let Some(session) = self.session.as_mut() else { return };
        let accounts = session.placing.begin_describing(&accounts);
        let (project, index) = (session.project.clone(), Arc::clone(&session.unit_index));
        let data = session.data_generation;
        self.jobs.start(JobKind::DescribePlaces, move |progress| {
            placing::describe(&project, &index, &accounts, data, progress)
        });
    }

    fn look_up_place(&mut self, wanted: LookUp) {
        let Some(session) = self.session.as_mut() else { return };
        if !session.placing.lacks(&wanted) {
            return;
        }
        session.placing.begin_looking_up(wanted.clone());
        let (project, index) = (session.project.clone(), Arc::clone(&session.unit_index));
        self.jobs.start(JobKind::LookUpPlace, move |_| placing::look_up(&project, &index, wanted));
    }

    fn put_accounts(&mut self, ctx: &Context, accounts: &[AccountId], at: (LonLat, f64), words: &str) {
        let Some(session) = self.session.as_ref() else { return };
        if accounts.is_empty() {
            return;
        }
        let needed_a_look = accounts.iter().any(|&account| doubt_of(&session.project, account).is_some());
        let next = next_in_list(session, accounts, true).filter(|_| needed_a_look && is_listing(session));
        let mut edit = by_hand(&session.project, &session.unit_index, accounts, at, words);
        if edit.is_empty() {
            self.ui.notices.refused(ctx, "It lies there already");
            return;
        }
        let outside = !session.project.units.is_empty() && session.unit_index.unit_at(at.0).is_none();
        if outside {
            edit.label = format!("{}, outside every {}", edit.label, session.project.units.kind_of_one());
        }
        if self.try_make(ctx, edit, true) {
            if let (Some(session), Some(next)) = (self.session.as_mut(), next) {
                select(session, Some(next));
            }
            self.ui.places.placed();
        }
    }

    fn skip_account(&mut self, forward: bool) {
        let Some(session) = self.session.as_mut() else { return };
        let at_hand: Vec<AccountId> = session.selection.accounts.iter().copied().collect();
        if let Some(next) = next_in_list(session, &at_hand, forward) {
            select(session, Some(next));
            self.ui.places.focus();
        }
    }

    fn work_out_again(&mut self) {
        let Some(session) = self.session.as_ref() else { return };
        let (project, index) = (session.project.clone(), Arc::clone(&session.unit_index));
        let version = session.version();
        self.jobs.start(JobKind::PlaceAgain, move |progress| placing::again(&project, &index, version, progress));
    }

    pub(super) fn take_again(&mut self, ctx: &Context, version: Version, again: Again) {
        let Some(session) = self.session.as_mut() else { return };
        if session.version() != version {
            self.ui.notices.refused(ctx, "The project changed meanwhile; place the accounts again");
        } else if again.edit.is_empty() {
            self.ui.notices.done(ctx, "Every account lies where its address says already");
        } else {
            session.placing.again = Some(again);
        }
    }

    /// After an import: "; 9 have no good place", and the way to them.
    pub(super) fn offer_placing(&mut self) {
        let Some(session) = self.session.as_ref() else { return };
        let count = doubtful(&session.project).len();
        if count > 0 {
            let verb = if count == 1 { "has" } else { "have" };
            let words = format!("{} {verb} no good place", words::counted(count as i128, "account"));
            self.ui.notices.offer(words, "Place them…", crate::action::Command::PlaceAccounts);
        }
    }
}

fn is_listing(session: &Session) -> bool {
    session.view.show_table && session.view.tab == BottomTab::Places
}

fn select(session: &mut Session, account: Option<AccountId>) {
    session.selection.account = account;
    session.selection.accounts = account.into_iter().collect();
}

/// The account of the list after (or before) these.
fn next_in_list(session: &Session, at_hand: &[AccountId], forward: bool) -> Option<AccountId> {
    let mut list: Vec<AccountId> = doubtful(&session.project).into_iter().map(|(account, _)| account).collect();
    if !forward {
        list.reverse();
    }
    let at = list.iter().rposition(|account| at_hand.contains(account)).map_or(0, |at| at + 1);
    let (before, after) = list.split_at(at);
    after.iter().chain(before).copied().find(|account| !at_hand.contains(account))
}
