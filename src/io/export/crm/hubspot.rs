//! HubSpot: a file of companies with their owner and territory, as its import wants it.

use super::{Alignment, Known, LoadFile, Loader, Person, Rows};
use crate::io::export::csv;
use crate::io::export::order::HubSpot;
use crate::io::{count_of, grouped};

/// The most rows of a file, its header included, is 1,048,576; where there are more, several files are written.
const MOST_ROWS: usize = 1_048_575;
/// What may be imported in a day without a subscription.
const MOST_ROWS_FREE: usize = 500_000;
const MOST_BYTES_FREE: usize = 20 << 20;

/// One row per company whose owner or territory is wanted or changes.
pub fn hubspot(alignment: &Alignment, known: &Known, wish: &HubSpot) -> Loader {
    let mut loader = Loader::default();
    let header = || ["Record ID".to_owned(), "Company owner".to_owned(), wish.property.clone()];
    let emails: Vec<Result<String, String>> = alignment.people.iter().map(|person| email(person, known)).collect();
    let mut without_email = vec![0_usize; alignment.people.len()];
    let mut without_rep = vec![0_usize; alignment.nodes.len()];
    let (mut nowhere, mut bytes) = (0, 0);
    let mut files = vec![Rows::new(header())];
    for account in &alignment.accounts {
        if !account.moves && !account.changes_rep {
            continue;
        }
        if account.id.is_empty() {
            loader.missing("account", account.code, account.name, "no Record ID");
            continue;
        }
        let Some(node) = account.node else {
            // An empty cell leaves what is there.
            nowhere += 1;
            loader.missing(
                "account",
                account.code,
                account.name,
                "in no territory: an import cannot take the owner away",
            );
            continue;
        };
        let territory = &alignment.nodes[node];
        let owner = match territory.person {
            Some(person) => match &emails[person] {
                Ok(email) => email.as_str(),
                Err(_) => {
                    without_email[person] += 1;
                    ""
                }
            },
            None => {
                without_rep[node] += 1;
                ""
            }
        };
        if files.last().is_none_or(|rows| rows.rows.len() >= MOST_ROWS) {
            files.push(Rows::new(header()));
        }
        bytes += account.id.len() + owner.len() + territory.name.len() + 6;
        if let Some(rows) = files.last_mut() {
            rows.push([account.id, owner, territory.name]);
        }
    }
    for (person, count) in without_email.iter().enumerate().filter(|(_, count)| **count > 0) {
        let Person { code, name } = alignment.people[person];
        let why = emails[person].as_ref().err().map_or("", String::as_str);
        loader.missing("rep", code, name, format!("{why}: the owner stays for {}", count_of(*count, "account")));
    }
    for (node, count) in without_rep.iter().enumerate().filter(|(_, count)| **count > 0) {
        let why = format!("no rep: the owner stays for {}", count_of(*count, "account"));
        loader.missing("territory", "", alignment.nodes[node].name, why);
    }
    let rows: usize = files.iter().map(|file| file.rows.len()).sum();
    let several = files.len() > 1;
    for (nth, rows) in (1..).zip(files).filter(|(_, rows)| !rows.rows.is_empty()) {
        let name = if several { format!("companies_{nth}.csv") } else { "companies.csv".to_owned() };
        loader.files.push(LoadFile { name, operation: "update", object: "Companies", sheet: rows.into_sheet() });
    }
    if rows > 0 {
        loader.notes.push(format!(
            "Import it as companies that are there already, found by Record ID; HubSpot needs a property of companies called \"{}\"",
            wish.property
        ));
    }
    let formulas = alignment.nodes.iter().filter(|node| csv::harmless(node.name) != node.name).count();
    if formulas > 0 {
        let names = count_of(formulas, "name");
        loader.notes.push(format!("{names} of territories like a formula for a spreadsheet: an apostrophe before it"));
    }
    if several {
        loader.notes.push(format!("HubSpot takes {} rows in a file; the rest is in further files", grouped(MOST_ROWS)));
    }
    if rows > MOST_ROWS_FREE || bytes > MOST_BYTES_FREE {
        loader.notes.push(format!(
            "Without a subscription HubSpot takes files of 20 MB and {} rows a day; this has {} rows and about {} MB",
            grouped(MOST_ROWS_FREE),
            grouped(rows),
            bytes.div_ceil(1 << 20)
        ));
    }
    if nowhere > 0 {
        loader
            .notes
            .push(format!("{} in no territory: take the owner away in HubSpot itself", count_of(nowhere, "account")));
    }
    loader
}

/// The address by which HubSpot knows a rep, or why it is not known.
fn email(person: &Person, known: &Known) -> Result<String, String> {
    let is_email =
        |text: &str| text.split_once('@').is_some_and(|(name, place)| !name.is_empty() && place.contains('.'));
    match known.user(person.code, person.name) {
        Some(user) if !user.active => Err("the user is not active".into()),
        Some(user) if is_email(&user.email) => Ok(user.email.clone()),
        _ if is_email(person.code) => Ok(person.code.to_owned()),
        Some(_) => Err("the user has no email address".into()),
        None => Err("no email address is known (give an export of the users)".into()),
    }
}
