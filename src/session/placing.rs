//! Placing accounts by hand: what is known of the doubtful ones, what a typed text may mean, whom the next click on the map places, and
//! what waits for a yes.

use std::collections::{HashMap, HashSet};

use crate::domain::ids::AccountId;
use crate::domain::sphere::LonLat;
use crate::jobs::spec::places::{
    Again, Answers, Candidate, Described, LookUp, OnlineOrder, OnlinePreview, OnlineScope, OnlineSettings,
};

/// What is done about the places of accounts.
#[derive(Debug, Clone)]
pub enum PlacesAction {
    /// Shows the list with these accounts at hand.
    Show(Vec<AccountId>),
    /// Finds out addresses and suggestions for rows of the list.
    Describe(Vec<AccountId>),
    /// Finds out what a text may mean.
    LookUp(LookUp),
    /// Puts accounts at a place: one step.
    Put {
        accounts: Vec<AccountId>,
        at: Candidate,
    },
    /// The next click on the map places these accounts; `None` leaves that.
    Pick(Option<Vec<AccountId>>),
    /// The click: the place, and how far off it may be at this zoom.
    PutHere {
        place: LonLat,
        precision_km: f64,
    },
    /// Goes to the next account of the list, or (`false`) the one before.
    Skip(bool),
    /// Works out which accounts would be placed by their columns again.
    WorkOutAgain,
    TakeAgain,
    DropAgain,
    /// Settings of the online geocoder, to be remembered on this machine.
    SetOnline(OnlineSettings),
    /// Finds out what would be asked; sends nothing.
    PreviewOnline(Box<OnlineOrder>),
    /// Asks the service.
    AskOnline(OnlineScope),
    /// Takes the answers for these accounts: one step.
    TakeAnswers(Vec<AccountId>),
    DropAnswers,
}

/// What is known on the way.
#[derive(Debug, Clone, Default)]
pub struct Placing {
    described: HashMap<AccountId, Described>,
    /// Those that a job is at work on.
    asked: HashSet<AccountId>,
    /// The last text that was looked up, and what it may mean.
    found: Option<(LookUp, Vec<Candidate>)>,
    wanted: Option<LookUp>,
    /// Whom the next click on the map places.
    pub picking: Option<Vec<AccountId>>,
    pub again: Option<Again>,
    /// What would be asked online, and for which order.
    pub preview: Option<(OnlineOrder, OnlinePreview)>,
    pub answers: Option<Answers>,
    /// Counts the answers there were, so that ticks belong to theirs.
    pub answers_generation: u64,
}

impl Placing {
    pub fn described(&self, account: AccountId) -> Option<&Described> {
        self.described.get(&account)
    }

    /// Of these accounts those of which nothing is known, and nobody has asked for them.
    pub fn unknown(&self, accounts: impl Iterator<Item = AccountId>) -> Vec<AccountId> {
        accounts.filter(|account| !self.described.contains_key(account) && !self.asked.contains(account)).collect()
    }

    /// Returns all that have to be described, those of the job before included: the newer job takes its place.
    pub fn begin_describing(&mut self, accounts: &[AccountId]) -> Vec<AccountId> {
        self.asked.extend(accounts);
        let mut all: Vec<AccountId> = self.asked.iter().copied().collect();
        all.sort_unstable();
        all
    }

    pub fn describe(&mut self, described: Vec<Described>) {
        for one in described {
            self.asked.remove(&one.account);
            self.described.insert(one.account, one);
        }
    }

    /// Columns changed: addresses and suggestions are asked for anew, and what was made of them goes.
    pub fn forget_addresses(&mut self) {
        self.described.clear();
        self.asked.clear();
        (self.found, self.wanted, self.again, self.preview) = (None, None, None, None);
    }

    /// An account lies elsewhere: what was suggested for it may be where it is now.
    pub fn forget_places(&mut self, accounts: &[AccountId]) {
        for account in accounts {
            self.described.remove(account);
            self.asked.remove(account);
        }
        (self.again, self.preview) = (None, None);
    }

    /// What a text may mean, where that is known.
    pub fn found(&self, wanted: &LookUp) -> Option<&[Candidate]> {
        self.found.as_ref().filter(|(of, _)| of == wanted).map(|(_, found)| found.as_slice())
    }

    /// What the text before this one may mean, to be shown until more is known.
    pub fn found_last(&self) -> &[Candidate] {
        self.found.as_ref().map_or(&[], |(_, found)| found)
    }

    /// Whether a text has to be looked up.
    pub fn lacks(&self, wanted: &LookUp) -> bool {
        self.wanted.as_ref() != Some(wanted) && self.found(wanted).is_none()
    }

    pub fn begin_looking_up(&mut self, wanted: LookUp) {
        self.wanted = Some(wanted);
    }

    /// Answers to a text that was typed on since are dropped.
    pub fn set_found(&mut self, of: LookUp, found: Vec<Candidate>) {
        if self.wanted.as_ref() == Some(&of) {
            self.wanted = None;
            self.found = Some((of, found));
        }
    }

    pub fn set_answers(&mut self, answers: Answers) {
        self.answers_generation += 1;
        self.answers = Some(answers);
    }
}
