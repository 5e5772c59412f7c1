//! Where accounts are: how many were placed how, which have no good place, and putting them right.

use std::collections::HashMap;
use std::path::Path;

use crate::domain::accounts::{Accounts, Placement};
use crate::domain::edit::Edit;
use crate::domain::ids::AccountId;
use crate::domain::places::AccountPlace;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::spatial::UnitIndex;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::Imported;
use crate::io::diagnostic::Diagnostic;
use crate::io::gazetteer::{Found, Gazetteer, ask};
use crate::io::guess;
use crate::io::numbers;
use crate::io::online::{Question, Reply};
use crate::io::options::ReadOptions;
use crate::io::table;
use crate::words;

/// Accounts that are less precise than this are worth asking for online.
const IMPRECISE_KM: f64 = 1.0;

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

    /// What an online service is asked for an account; `None` without a street.
    fn question(&self, accounts: &Accounts, account: AccountId) -> Option<Question> {
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

fn text(accounts: &Accounts, column: Option<usize>, account: AccountId) -> String {
    let text =
        column.and_then(|column| accounts.attributes.get(column)).map_or("", |column| column.get(account.index()));
    if numbers::is_missing(text) { String::new() } else { text.trim().to_owned() }
}

/// Why a person should look at the place of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    Unplaced,
    /// It lies in the middle of its state.
    Middle,
    /// It lies outside every unit.
    Outside,
}

impl Doubt {
    pub fn words(self) -> &'static str {
        match self {
            Self::Unplaced => "not on the map",
            Self::Middle => "in the middle of its state",
            Self::Outside => "outside every area",
        }
    }
}

/// The accounts without a place, then those in the middle of their state, then those outside every unit; in each in the order of the table.
pub fn doubtful(project: &Project) -> Vec<(AccountId, Doubt)> {
    let accounts = &project.accounts;
    let has_units = !project.units.is_empty();
    let doubt = |account: AccountId| {
        let row = account.index();
        match accounts.placements.get(row)? {
            Placement::Unplaced => Some((account, Doubt::Unplaced)),
            Placement::Region => Some((account, Doubt::Middle)),
            _ if has_units && accounts.units.get(row).copied().flatten().is_none() => Some((account, Doubt::Outside)),
            _ => None,
        }
    };
    let mut found: Vec<(AccountId, Doubt)> = accounts.ids().filter_map(doubt).collect();
    found.sort_by_key(|&(account, doubt)| (doubt, account));
    found
}

/// "1,204 by coordinates, 31 by postal code, 2 not placed".
pub fn counted(accounts: &Accounts) -> String {
    let words = |(placement, count): (Placement, usize)| {
        let how = match placement {
            Placement::Coordinates => "by coordinates",
            Placement::ByHand => "by hand",
            Placement::Online => "by online geocoder",
            Placement::PostalCode => "by postal code",
            Placement::Town => "by town",
            Placement::Region => "in the middle of the state",
            Placement::Unplaced => "not placed",
        };
        format!("{} {how}", words::count(count as i128))
    };
    accounts.placement_counts().into_iter().map(words).collect::<Vec<_>>().join(", ")
}

/// The one place that a text means.
///
/// # Errors
/// None is known, or there are several, which are listed.
pub fn the_place(text: &str) -> Result<Found, UserError> {
    let mut found = Gazetteer::embedded().ask(text);
    let failed = || UserError::new(format!("Could not find the place \"{}\"", words::cut(text, 60)));
    match found.len() {
        0 => Err(failed()
            .because("no town or postal code of that name is known")
            .hint("Write a town with its state or country, a postal code, or latitude and longitude: 39.76, -84.19")),
        1 => Ok(found.remove(0)),
        _ => {
            let names: Vec<&str> = found.iter().map(|found| found.words.as_str()).collect();
            Err(failed().because(format!("it may be {}", names.join("; "))).hint("Add the state or the country"))
        }
    }
}

/// An account put where a person says, as one step.
pub fn by_hand(project: &Project, index: &UnitIndex, account: AccountId, place: LonLat, precision_km: f64) -> Edit {
    let new = AccountPlace::at(place, Placement::ByHand, precision_km, |place| index.unit_at(place));
    let mut edit = Edit::place_accounts(project, [(account, new)]);
    let name = project.accounts.names.get(account.index()).map_or("", String::as_str);
    let before = project.accounts.placements.get(account.index());
    let verb = if before == Some(&Placement::Unplaced) { "Placed" } else { "Moved" };
    edit.label = format!("{verb} account {}", words::cut(name, 40));
    edit
}

/// Places of many accounts from a table with the columns `account` (or `id`, `code`), and `lat` and `lon`, or `place`, or any of
/// `postal`, `town`, `state`, `country`. One step; rows that cannot be used are listed.
///
/// # Errors
/// A file that cannot be read as a table, or has none of these columns.
pub fn from_file(
    project: &Project,
    index: &UnitIndex,
    path: &Path,
    progress: &Progress,
) -> Result<Imported<Edit>, UserError> {
    let Imported { value: table, mut diagnostics } = table::read(path, &ReadOptions::default(), progress)?;
    let find = |names: &[&str]| {
        let best = (0..table.columns.len())
            .max_by_key(|&column| (guess::fit(&table.columns[column], names), usize::MAX - column));
        best.filter(|&column| guess::fit(&table.columns[column], names) > 0)
    };
    let failed = |why: &str| {
        UserError::new(format!("Could not place accounts from {}", table.file))
            .because(why)
            .hint("It needs the columns account, and lat and lon, or place, or postal, town, state and country")
    };
    let account = find(&["account!", "account id", "id!", "code!", "account code", "customer id", "account number"])
        .ok_or_else(|| failed("no column has the codes of accounts"))?;
    let (lat, lon) = (find(&["latitude", "lat", "y!"]), find(&["longitude", "lon", "lng", "x!"]));
    let place = find(&["place!", "location!"]);
    let parts: Vec<usize> = [
        find(&["postal code", "postal!", "zip", "zip code", "postcode", "plz"]),
        find(&["town", "city", "ort!"]),
        find(&["state", "province", "bundesland"]),
        find(&["country", "land!"]),
    ]
    .into_iter()
    .flatten()
    .collect();
    if (lat.is_none() || lon.is_none()) && place.is_none() && parts.is_empty() {
        return Err(failed("no column says where the accounts are"));
    }
    let codes = project.accounts.by_code();
    let mut wanted: HashMap<AccountId, AccountPlace> = HashMap::new();
    for row in 0..table.len() {
        let code = table.cell(row, account);
        let here = table.place(row).item(code);
        let Some(&account) = codes.get(code) else {
            let message = format!("there is no account \"{}\"", words::cut(code, 40));
            diagnostics.push(Diagnostic::error(here, message).hint("the row is left out"));
            continue;
        };
        let cell = |column: Option<usize>| {
            let text = column.map_or("", |column| table.cell(row, column));
            if numbers::is_missing(text) { "" } else { text }
        };
        let typed = match (cell(lat), cell(lon), cell(place)) {
            ("", "", "") => {
                let parts: Vec<&str> =
                    parts.iter().map(|&column| cell(Some(column))).filter(|part| !part.is_empty()).collect();
                parts.join(", ")
            }
            ("", "", place) => place.to_owned(),
            (lat, lon, _) => format!("{}; {}", lat.replace(',', "."), lon.replace(',', ".")),
        };
        match the_place(&typed) {
            Ok(found) => {
                let new = AccountPlace::at(found.place, Placement::ByHand, found.precision_km, |at| index.unit_at(at));
                wanted.insert(account, new);
            }
            Err(error) => diagnostics.push(
                Diagnostic::error(here, format!("\"{}\": {}", words::cut(&typed, 60), error.why))
                    .hint("the row is left out"),
            ),
        }
    }
    let mut edit = Edit::place_accounts(project, wanted);
    edit.label = format!("Placed {} from {}", words::counted(edit.size() as i128, "account"), table.file);
    Ok(Imported::new(edit, diagnostics))
}

/// What an online service shall be asked: accounts with a street that have no place, or not a precise one. What has coordinates, or was
/// placed by a person or online before, stays.
pub fn questions(project: &Project) -> Vec<Question> {
    let accounts = &project.accounts;
    let columns = AddressColumns::of(accounts);
    let imprecise = |account: &AccountId| {
        use Placement::{ByHand, Coordinates, Online};
        let row = account.index();
        !matches!(accounts.placements.get(row), Some(Coordinates | ByHand | Online))
            && accounts.precision_km(row).is_none_or(|km| km > IMPRECISE_KM)
    };
    accounts.ids().filter(imprecise).filter_map(|account| columns.question(accounts, account)).collect()
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
    edit.label = format!("Placed {} by their address", words::counted(edit.size() as i128, "account"));
    edit
}

/// Where a typed text may be; nothing for what is not known.
pub fn candidates(text: &str) -> Vec<Found> {
    Gazetteer::embedded().ask(text)
}

/// A place in degrees, as typed: "39.76, -84.19".
pub fn coordinates(text: &str) -> Option<LonLat> {
    ask::coordinates(text)
}
