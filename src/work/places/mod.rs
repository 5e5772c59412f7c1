//! Where accounts are: how many were placed how, and putting them right by hand, from a file, by their address again, or online.

pub mod address;
pub mod online;

use std::collections::HashMap;
use std::path::Path;

use crate::domain::accounts::{Accounts, Placement};
pub use crate::domain::doubts::doubtful;
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
use crate::io::options::ReadOptions;
use crate::io::table;
use crate::words;
pub use address::AddressColumns;

/// "1,204 by coordinates, 31 by postal code, 2 not placed".
pub fn counted(accounts: &Accounts) -> String {
    let words = |(placement, count): (Placement, usize)| {
        format!("{} {}", words::count(count as i128), words::placed(placement))
    };
    accounts.placement_counts().into_iter().map(words).collect::<Vec<_>>().join(", ")
}

/// The one place that a text means: the only one, or of several the only one that lies in an area of the project.
///
/// # Errors
/// None is known, or there are several, which are listed.
pub fn the_place(index: &UnitIndex, text: &str) -> Result<Found, UserError> {
    let mut found = Gazetteer::embedded().ask(text);
    let mut inside = (0..found.len()).filter(|&at| index.unit_at(found[at].place).is_some());
    if let (Some(only), None) = (inside.next(), inside.next()) {
        return Ok(found.swap_remove(only));
    }
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

/// Accounts put where a person says, as one step. `words` say where that is; without them it was shown on the map.
pub fn by_hand(
    project: &Project,
    index: &UnitIndex,
    accounts: &[AccountId],
    (place, precision_km): (LonLat, f64),
    words: &str,
) -> Edit {
    let new = AccountPlace::at(place, Placement::ByHand, precision_km, |place| index.unit_at(place));
    let mut edit = Edit::place_accounts(project, accounts.iter().map(|&account| (account, new)));
    let had_none = |account: &AccountId| project.accounts.placements.get(account.index()) == Some(&Placement::Unplaced);
    let verb = if accounts.iter().all(had_none) { "Placed" } else { "Moved" };
    let who = match accounts {
        [one] => words::cut(project.accounts.names.get(one.index()).map_or("", String::as_str), 40),
        many => words::counted(many.len() as i128, "account"),
    };
    edit.label = match words {
        "" => format!("{verb} {who} on the map"),
        words => format!("{verb} {who} {} {}", if verb == "Placed" { "at" } else { "to" }, words::cut(words, 60)),
    };
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
        match the_place(index, &typed) {
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

/// A place in degrees, as typed: "39.76, -84.19".
pub fn coordinates(text: &str) -> Option<LonLat> {
    ask::coordinates(text)
}
