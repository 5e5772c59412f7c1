//! Salesforce with Enterprise Territory Management: files for Data Loader, numbered in the order in which they are loaded. What needs an
//! Id that nobody knows is listed, or waits for a second run with the file of successes of the first.

mod links;
mod territories;

use std::collections::{HashMap, HashSet};

use super::{Account, Alignment, Known, LoadFile, Loader, Rows, ids};
use crate::io::count_of;
use crate::io::export::order::Salesforce;
use territories::Territories;

/// All files for what the plan says, or for what changes in it.
pub fn salesforce(alignment: &Alignment, known: &Known, wish: &Salesforce) -> Loader {
    let mut loader = Loader::default();
    let mut maker = Maker {
        alignment,
        known,
        wish,
        territories: Territories::new(alignment, known, wish),
        users: alignment.people.iter().map(|person| user_id(person.code, person.name, known)).collect(),
        files: Vec::new(),
    };
    maker.territories(&mut loader);
    let accounts = maker.accounts(&mut loader);
    maker.account_links(&accounts, &mut loader);
    maker.user_links(&mut loader);
    maker.owners(&accounts, &mut loader);
    let files = maker.files.into_iter().filter(|(_, _, _, rows)| !rows.rows.is_empty());
    for (number, (operation, object, ending, rows)) in (1..).zip(files) {
        let name = format!("{number}_{operation}_{object}{ending}.csv");
        loader.files.push(LoadFile { name, operation, object, sheet: rows.into_sheet() });
    }
    loader
}

struct Maker<'a> {
    alignment: &'a Alignment<'a>,
    known: &'a Known,
    wish: &'a Salesforce,
    territories: Territories<'a>,
    /// Per person the Id of the user, or why there is none.
    users: Vec<Result<&'a str, &'static str>>,
    /// Operation, object, what the name ends in.
    files: Vec<(&'static str, &'static str, String, Rows)>,
}

impl<'a> Maker<'a> {
    fn file(&mut self, operation: &'static str, object: &'static str, rows: Rows) {
        self.files.push((operation, object, String::new(), rows));
    }

    fn id(&self, id: &str) -> String {
        if self.wish.long_ids { ids::long(id).into_owned() } else { id.to_owned() }
    }

    /// The accounts that something is wanted of and that can be named. The others are listed.
    fn accounts(&self, loader: &mut Loader) -> Vec<&'a Account<'a>> {
        let mut first: HashMap<&str, &Account> = HashMap::new();
        let mut usable = Vec::new();
        let mut short = 0;
        for account in self.alignment.accounts.iter().filter(|account| account.moves || account.changes_rep) {
            let why = if account.id.is_empty() {
                "no Salesforce Id".to_owned()
            } else if ids::is_spoiled(account.id) {
                format!("the Id {} lost its capitals on the way (a spreadsheet?); export it again", shown(account.id))
            } else if !ids::is_id_of(ids::ACCOUNT, account.id) {
                format!("\"{}\" is not the Id of an account", shown(account.id))
            } else if let Some(other) = first.insert(ids::key(account.id), account) {
                format!("the same Id as {}", other.code)
            } else {
                short += usize::from(ids::is_short(account.id));
                usable.push(account);
                continue;
            };
            loader.missing("account", account.code, account.name, why);
        }
        if short > 0 && !self.wish.long_ids {
            let words = "Ids of accounts have 15 characters; Salesforce takes them as they are";
            loader.notes.push(if short == 1 {
                "1 Id of an account has 15 characters; Salesforce takes it as it is".into()
            } else {
                format!("{} {words}", crate::io::grouped(short))
            });
        }
        usable
    }

    /// Accounts whose rep changes.
    fn owners(&mut self, accounts: &[&Account], loader: &mut Loader) {
        let mut rows = Rows::new(["Id", "OwnerId"]);
        let mut nowhere = 0;
        let mut without_rep = vec![0_usize; self.alignment.nodes.len()];
        let mut without_user = vec![0_usize; self.alignment.people.len()];
        for account in accounts.iter().filter(|account| account.changes_rep) {
            let Some(node) = account.node else {
                nowhere += 1;
                continue;
            };
            let Some(person) = self.alignment.nodes[node].person else {
                without_rep[node] += 1;
                continue;
            };
            match self.users[person] {
                Ok(user) if ids::is_id(account.owner_id) && ids::key(user) == ids::key(account.owner_id) => {}
                Ok(user) => rows.push([self.id(account.id), self.id(user)]),
                Err(_) => without_user[person] += 1,
            }
        }
        for (node, count) in without_rep.iter().enumerate().filter(|(_, count)| **count > 0) {
            let why = format!("no rep: the owner stays for {}", count_of(*count, "account"));
            loader.missing("territory", "", self.alignment.nodes[node].name, why);
        }
        for (person, count) in without_user.iter().enumerate() {
            let (Err(why), leads) = (self.users[person], self.leads(person)) else { continue };
            if *count > 0 || leads {
                let waits = if *count > 0 {
                    format!(": the owner stays for {}", count_of(*count, "account"))
                } else {
                    String::new()
                };
                let named = self.alignment.people[person];
                loader.missing("rep", named.code, named.name, format!("{why}{waits}"));
            }
        }
        if nowhere > 0 {
            loader.notes.push(format!(
                "{} in no territory: the owner stays, for Salesforce knows no account without one",
                count_of(nowhere, "account")
            ));
        }
        self.file("update", "Account", rows);
    }

    /// Whether a rep was wanted as the user of a territory.
    fn leads(&self, person: usize) -> bool {
        let wanted = |node: &super::Node| node.person == Some(person) && self.wants_user(node);
        self.alignment.nodes.iter().any(wanted)
    }
}

/// What is told of something that stands where an Id is expected.
fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let cut: String = text.chars().take(MOST).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

fn user_id<'a>(code: &'a str, name: &str, known: &'a Known) -> Result<&'a str, &'static str> {
    if ids::is_id_of(ids::USER, code) {
        return Ok(code);
    }
    match known.user(code, name) {
        Some(user) if !user.active => Err("the user is not active"),
        Some(user) if !user.id.is_empty() => Ok(&user.id),
        _ => Err("no Id of a user is known (give an export of User)"),
    }
}

/// Names of records that are in a set, for lists of rows that each may be written once.
type Seen<'a> = HashSet<(&'a str, String)>;
