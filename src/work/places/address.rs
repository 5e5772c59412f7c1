//! Accounts placed by the words of their address, offline: what their columns say, what they may mean, and placing them again.

use rayon::prelude::*;

use crate::domain::accounts::{Accounts, Placement};
use crate::domain::edit::Edit;
use crate::domain::ids::AccountId;
use crate::domain::places::AccountPlace;
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::project::Project;
use crate::domain::spatial::UnitIndex;
use crate::io::gazetteer::address::Address;
use crate::io::gazetteer::{CountryId, Found, Gazetteer};
use crate::io::guess;
use crate::io::numbers;
use crate::io::online::Question;
use crate::io::postal::PostalTable;
use crate::words;

/// Columns of the accounts that say where they are, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressColumns {
    street: Option<usize>,
    town: Option<usize>,
    state: Option<usize>,
    postal: Option<usize>,
    country: Option<usize>,
}

impl AddressColumns {
    pub fn of(accounts: &Accounts) -> Self {
        let mut taken: Vec<usize> = Vec::new();
        let mut find = |patterns: &[&str]| {
            let fit = |column: &usize| guess::fit(&accounts.attributes[*column].name, patterns);
            let free = (0..accounts.attributes.len()).filter(|column| !taken.contains(column) && fit(column) > 0);
            // Of equally good ones the first.
            let best = free.max_by_key(|column| (fit(column), usize::MAX - column));
            taken.extend(best);
            best
        };
        Self {
            postal: find(&[
                "billing postal code",
                "postal code",
                "zip code",
                "zip",
                "zipcode",
                "postcode",
                "plz",
                "pstlz!",
                "post code",
            ]),
            town: find(&["billing city", "city", "town", "ort!", "ort01!", "municipality", "locality"]),
            state: find(&["billing state", "state", "state province", "province", "bundesland", "regio!", "region!"]),
            country: find(&["billing country", "country", "land!", "land1!", "country region"]),
            street: find(&[
                "billing street",
                "street address",
                "street",
                "address 1",
                "address line 1",
                "address1",
                "address!",
                "stras!",
                "straße",
                "strasse",
                "street 1",
            ]),
        }
    }

    /// The address of an account in one line.
    pub fn line(&self, accounts: &Accounts, account: AccountId) -> String {
        let text = |column: Option<usize>| text(accounts, column, account);
        let town = [text(self.postal), text(self.town)].join(" ");
        let parts = [text(self.street), town.trim().to_owned(), text(self.state), text(self.country)];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// The parts that place it without a network.
    pub fn address<'a>(&self, accounts: &'a Accounts, account: AccountId) -> Address<'a> {
        let text = |column| word(accounts, column, account);
        Address {
            postal: text(self.postal),
            town: text(self.town),
            state: text(self.state),
            country: text(self.country),
        }
    }

    /// What an online service is asked for an account; `None` without a street.
    pub(super) fn question(&self, accounts: &Accounts, account: AccountId) -> Option<Question> {
        let text = |column: Option<usize>| text(accounts, column, account);
        let street = text(self.street);
        (!street.is_empty()).then(|| Question {
            account,
            street,
            town: text(self.town),
            state: text(self.state),
            postal: text(self.postal),
            country: text(self.country),
        })
    }
}

fn word(accounts: &Accounts, column: Option<usize>, account: AccountId) -> &str {
    let column = column.and_then(|column| accounts.attributes.get(column));
    let text = column.map_or("", |column| column.get(account.index())).trim();
    if numbers::is_missing(text) { "" } else { text }
}

fn text(accounts: &Accounts, column: Option<usize>, account: AccountId) -> String {
    word(accounts, column, account).to_owned()
}

/// An account with its address in one line and what that may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    pub account: AccountId,
    pub address: String,
    /// The likeliest other place than that of today.
    pub suggestion: Option<Found>,
}

/// Addresses of accounts, each with the likeliest place of the gazetteer.
///
/// # Errors
/// The user cancelled.
pub fn describe(
    project: &Project,
    index: &UnitIndex,
    wanted: &[AccountId],
    progress: &Progress,
) -> Result<Vec<Described>, Cancelled> {
    let accounts = &project.accounts;
    let columns = AddressColumns::of(accounts);
    let country = usual_country(accounts, &columns);
    let one = |&account: &AccountId| -> Result<Described, Cancelled> {
        progress.check()?;
        let address = columns.address(accounts, account);
        let old = accounts.places.get(account.index()).copied().unwrap_or_default();
        let has_units = !project.units.is_empty();
        let fits = |found: &Found| {
            // Where it is already is no suggestion, nor is another place outside of everything.
            let is_new = !old.is_valid() || found.place.distance_km(old) > 0.01;
            is_new && (!has_units || index.unit_at(found.place).is_some())
        };
        let suggestion = likely(&address, country).into_iter().find(fits);
        Ok(Described { account, address: columns.line(accounts, account), suggestion })
    };
    wanted.par_iter().map(one).collect()
}

/// What an address may mean, the likeliest first.
fn likely(address: &Address, country: CountryId) -> Vec<Found> {
    let all = Gazetteer::embedded();
    let placed = all.place_address(address, country, PostalTable::embedded()).place.ok();
    let (rough, good): (Vec<Found>, Vec<Found>) =
        placed.into_iter().partition(|found| found.placement == Placement::Region);
    let mut found = good;
    if found.is_empty() && !address.town.is_empty() {
        found.extend(all.suggest(address.town, &home_of(address)));
    }
    found.extend(rough);
    found
}

/// "OH, United States": where to look for a town first.
fn home_of(address: &Address) -> String {
    let parts = [address.state, address.country].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

/// The places that a text can mean that is being typed for an account, the likeliest first: those in an area of the project before others,
/// and those in the account's state before those.
pub fn candidates(project: &Project, index: &UnitIndex, account: Option<AccountId>, text: &str) -> Vec<Found> {
    let accounts = &project.accounts;
    let columns = AddressColumns::of(accounts);
    let home = account.map_or(String::new(), |account| home_of(&columns.address(accounts, account)));
    let mut found = Gazetteer::embedded().suggest(text, &home);
    found.sort_by_key(|found| index.unit_at(found.place).is_none());
    found
}

fn usual_country(accounts: &Accounts, columns: &AddressColumns) -> CountryId {
    Gazetteer::embedded().usual_country(accounts.ids().map(|account| columns.address(accounts, account)))
}

/// A step that places accounts by their columns again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Again {
    pub edit: Edit,
    /// How many of them had no place.
    pub fresh: usize,
}

impl Again {
    /// "12 accounts would be placed again by their address, 9 of them had no place".
    pub fn words(&self) -> String {
        let count = self.edit.size();
        let many = words::counted(count as i128, "account");
        match self.fresh {
            0 => format!("{many} would come to lie elsewhere"),
            fresh if fresh == count => format!("{many} without a place would get one"),
            fresh => {
                format!("{many} would come to lie elsewhere, {} of them had no place", words::count(fresh as i128))
            }
        }
    }
}

/// Places the accounts again that were placed by words, or not at all: after their columns were edited, or by a newer program. What has
/// coordinates, or was placed by hand or online, stays, and so does what would become less precise in kind.
///
/// # Errors
/// The user cancelled.
pub fn again(project: &Project, index: &UnitIndex, progress: &Progress) -> Result<Again, Cancelled> {
    use Placement::{PostalCode, Region, Town, Unplaced};
    let (accounts, all, states) = (&project.accounts, Gazetteer::embedded(), PostalTable::embedded());
    let columns = AddressColumns::of(accounts);
    let country = usual_country(accounts, &columns);
    let by_words = |account: &AccountId| {
        matches!(accounts.placements.get(account.index()), Some(PostalCode | Town | Region | Unplaced))
    };
    let placed = |account: AccountId| -> Result<Option<(AccountId, AccountPlace)>, Cancelled> {
        progress.check()?;
        let found = all.place_address(&columns.address(accounts, account), country, states).place.ok();
        let old = accounts.placements.get(account.index());
        let found = found.filter(|found| found.placement != Region || matches!(old, Some(Region | Unplaced)));
        let place = |found: Found| {
            AccountPlace::at(found.place, found.placement, found.precision_km, |place| index.unit_at(place))
        };
        Ok(found.map(|found| (account, place(found))))
    };
    let wanted: Vec<AccountId> = accounts.ids().filter(by_words).collect();
    let found: Vec<_> = wanted.into_par_iter().map(placed).collect::<Result<_, Cancelled>>()?;
    let mut edit = Edit::place_accounts(project, found.into_iter().flatten());
    edit.label = format!("Placed {} by their address", words::counted(edit.size() as i128, "account"));
    let had_none = |row: &&u32| accounts.placements.get(**row as usize) == Some(&Unplaced);
    let fresh = edit.places().flat_map(|places| &places.rows).filter(had_none).count();
    Ok(Again { edit, fresh })
}
