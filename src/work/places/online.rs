//! Accounts placed by a service on the network: what it is asked, and what is proposed of its answers. Nothing here sends anything.

use crate::domain::accounts::{Accounts, Placement};
use crate::domain::edit::Edit;
use crate::domain::ids::AccountId;
use crate::domain::places::AccountPlace;
use crate::domain::project::Project;
use crate::domain::spatial::UnitIndex;
use crate::io::online::{Question, Reply};
use crate::words;

use super::AddressColumns;

/// Accounts that are less precise than this are worth asking for online.
const IMPRECISE_KM: f64 = 1.0;

/// What an online service shall be asked: accounts with a street that have no place, or not a precise one. What has coordinates, or was
/// placed by a person or online before, stays.
pub fn questions(project: &Project) -> Vec<Question> {
    let accounts = &project.accounts;
    let imprecise = |account: &AccountId| {
        use Placement::{ByHand, Coordinates, Online};
        let row = account.index();
        !matches!(accounts.placements.get(row), Some(Coordinates | ByHand | Online))
            && accounts.precision_km(row).is_none_or(|km| km > IMPRECISE_KM)
    };
    questions_of(project, accounts.ids().filter(imprecise))
}

/// The same for these accounts, however they were placed.
pub fn questions_of(project: &Project, wanted: impl IntoIterator<Item = AccountId>) -> Vec<Question> {
    let columns = AddressColumns::of(&project.accounts);
    wanted.into_iter().filter_map(|account| columns.question(&project.accounts, account)).collect()
}

/// An answer beside what was known before.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    pub account: AccountId,
    pub reply: Reply,
    /// From the place that the account has, in kilometres; `None` where it has none, or there is no new one.
    pub distance_km: Option<f64>,
}

impl Proposed {
    /// The new place is farther from the old one than the old one's precision allows: worth a look.
    pub fn is_far(&self, accounts: &Accounts) -> bool {
        let precision = accounts.precision_km(self.account.index()).unwrap_or(0.0);
        self.distance_km.is_some_and(|km| km > 20.0 + 3.0 * precision)
    }
}

/// The answers of a service, compared with the places of before.
pub fn proposed(project: &Project, replies: Vec<(AccountId, Reply)>) -> Vec<Proposed> {
    let of = |(account, reply): (AccountId, Reply)| {
        let old = project.accounts.places.get(account.index()).copied().filter(|place| place.is_valid());
        let distance_km = match (&reply, old) {
            (Reply::Matched { place, .. }, Some(old)) => Some(place.distance_km(old)),
            _ => None,
        };
        Proposed { account, reply, distance_km }
    };
    replies.into_iter().map(of).collect()
}

/// The step that takes the matched ones.
pub fn take<'a>(project: &Project, index: &UnitIndex, proposed: impl IntoIterator<Item = &'a Proposed>) -> Edit {
    let place = |one: &Proposed| match &one.reply {
        Reply::Matched { place, precision_km, .. } => {
            let new = AccountPlace::at(*place, Placement::Online, *precision_km, |place| index.unit_at(place));
            Some((one.account, new))
        }
        Reply::Tie | Reply::None => None,
    };
    let mut edit = Edit::place_accounts(project, proposed.into_iter().filter_map(place));
    edit.label = format!("Placed {} by their address, online", words::counted(edit.size() as i128, "account"));
    edit
}
