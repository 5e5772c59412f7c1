//! A project in the terms of a CRM: territories with what stands above them, reps, accounts with their Ids, and what of it changes.

use std::collections::{HashMap, HashSet};

use super::left_out;
use crate::domain::columns::TextColumn;
use crate::domain::ids::{GroupId, RepId, TerritoryId};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::export::crm::{Account, Alignment, Known, Node, Person, ids};
use crate::io::export::order::{List, ListWish};
use crate::io::guess;
use crate::io::table::list_of;
use crate::work::compare::{Reference, rep_of};

pub(super) fn alignment<'a>(
    project: &'a Project,
    wish: &ListWish,
    reference: Option<&'a Reference>,
    known: &Known,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Alignment<'a>, UserError> {
    let (nodes, of_territory) = nodes(project, reference);
    let salesforce = matches!(wish.list, List::Salesforce(_));
    let ids = id_column(project, wish, salesforce, diagnostics)?;
    let owners = if salesforce { owner_column(project) } else { None };
    let accounts = &project.accounts;
    let everything = |row: usize, territory: TerritoryId| Account {
        code: &accounts.codes[row],
        name: &accounts.names[row],
        id: ids.map_or("", |ids| ids.get(row)),
        owner_id: owners.map_or("", |owners| owners.get(row)),
        node: of_territory.get(&territory).copied(),
        moves: !territory.is_unassigned() || known.has_account_links,
        changes_rep: !territory.is_unassigned(),
        before: None,
    };
    let accounts: Vec<Account> = match reference {
        Some(reference) => reference
            .moves(project)
            .map(|moved| Account {
                moves: if reference.names_territories() { moved.territory } else { moved.rep },
                changes_rep: moved.rep,
                before: reference.holder(&moved).and_then(|holder| holder.territory.as_deref()),
                ..everything(moved.account.index(), moved.after)
            })
            .collect(),
        None => {
            let owner = |row: usize| {
                let unit = accounts.units.get(row).copied().flatten();
                project.plan.owner_of(crate::domain::ids::AccountId::from_index(row), unit)
            };
            let all: Vec<Account> = (0..accounts.len()).map(|row| everything(row, owner(row))).collect();
            let nowhere = all.iter().filter(|account| account.node.is_none()).count();
            if nowhere > 0 {
                diagnostics.push(Diagnostic::note(Place::default(), left_out(nowhere)));
            }
            all
        }
    };
    let people = project.reps.iter().map(|rep| Person { code: &rep.code, name: &rep.name }).collect();
    Ok(Alignment { nodes, people, accounts, only_changes: reference.is_some() })
}

/// The groups from the highest level down, then the territories, and where each of these is in the list.
fn nodes<'a>(project: &'a Project, reference: Option<&'a Reference>) -> (Vec<Node<'a>>, HashMap<TerritoryId, usize>) {
    let plan = &*project.plan;
    let hierarchy = plan.hierarchy();
    let small = |name: &str| name.trim().to_lowercase();
    let groups: HashSet<&str> =
        reference.into_iter().flat_map(|reference| &reference.groups).map(String::as_str).collect();
    let mut before: HashMap<String, Option<Vec<Person>>> = HashMap::new();
    for holder in reference.into_iter().flat_map(|reference| &reference.holders) {
        let Some(territory) = &holder.territory else { continue };
        let reps = before.entry(small(territory)).or_default();
        let Some(rep) = &holder.rep else { continue };
        let reps = reps.get_or_insert_default();
        let known = rep.known.and_then(|rep| project.reps.get(rep.index()));
        let person =
            known.map_or(Person { code: "", name: &rep.name }, |rep| Person { code: &rep.code, name: &rep.name });
        if !rep.name.is_empty() && !reps.contains(&person) {
            reps.push(person);
        }
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut of_group: HashMap<GroupId, usize> = HashMap::new();
    let person = |rep: Option<RepId>| rep.map(RepId::index).filter(|&rep| rep < project.reps.len());
    for (level, level_name) in hierarchy.levels().iter().enumerate().rev() {
        for (id, group) in hierarchy.on_level(level) {
            of_group.insert(id, nodes.len());
            nodes.push(Node {
                name: &group.name,
                level: Some(level_name),
                parent: group.parent.and_then(|parent| of_group.get(&parent).copied()),
                person: person(group.rep),
                note: &group.note,
                was_there: groups.contains(small(&group.name).as_str()),
                before: None,
            });
        }
    }
    let mut of_territory = HashMap::new();
    for (id, territory) in plan.territories() {
        of_territory.insert(id, nodes.len());
        let said = before.get(&small(&territory.name));
        nodes.push(Node {
            name: &territory.name,
            level: None,
            parent: territory.parent.and_then(|parent| of_group.get(&parent).copied()),
            person: person(rep_of(project, id)),
            note: &territory.note,
            was_there: said.is_some(),
            before: said.cloned().flatten(),
        });
    }
    (nodes, of_territory)
}

/// The Ids of accounts by row.
#[derive(Clone, Copy)]
enum Ids<'a> {
    Codes(&'a [String]),
    Column(&'a TextColumn),
}

impl<'a> Ids<'a> {
    fn get(self, row: usize) -> &'a str {
        match self {
            Self::Codes(codes) => codes.get(row).map_or("", String::as_str),
            Self::Column(column) => column.get(row),
        }
    }

    /// The share of the values that are there of which something is the case.
    fn share(self, rows: usize, is: impl Fn(&str) -> bool) -> f64 {
        let filled = || (0..rows).map(|row| self.get(row)).filter(|text| !text.is_empty());
        let all = filled().count();
        if all == 0 { 0.0 } else { filled().filter(|text| is(text)).count() as f64 / all as f64 }
    }
}

/// The word by which the codes of accounts are meant.
const CODE: &str = "code";

fn id_column<'a>(
    project: &'a Project,
    wish: &ListWish,
    salesforce: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<Ids<'a>>, UserError> {
    let accounts = &project.accounts;
    let columns = || accounts.attributes.iter();
    if let Some(name) = &wish.id_column {
        let small = name.trim().to_lowercase();
        if let Some(column) = columns().find(|column| column.name.to_lowercase() == small) {
            return Ok(Some(Ids::Column(column)));
        }
        if small == CODE {
            return Ok(Some(Ids::Codes(&accounts.codes)));
        }
        let names: Vec<&str> = [CODE].into_iter().chain(columns().map(|column| column.name.as_str())).collect();
        return Err(UserError::new(format!("Accounts have no column \"{name}\""))
            .because(format!("their columns of words are {}", list_of(&names)))
            .hint("check the name of the column"));
    }
    let all = [(CODE, Ids::Codes(&accounts.codes))]
        .into_iter()
        .chain(columns().map(|column| (column.name.as_str(), Ids::Column(column))));
    let is_id =
        |text: &str| ids::is_id_of(ids::ACCOUNT, text) || (text.starts_with(ids::ACCOUNT) && ids::is_spoiled(text));
    let is_number =
        |text: &str| text.len() >= 5 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    const NAMES: [&str; 4] = ["hubspot id", "hubspot record id", "hs object id", "record id"];
    let fit = |name: &str, ids: Ids| match salesforce {
        true => ids.share(accounts.len(), is_id),
        // Any column of numbers could be one of Record IDs: the name decides, and for the codes, whose name is not known, their look.
        false if guess::fit(name, &NAMES) > 0 || name == CODE => ids.share(accounts.len(), is_number),
        false => 0.0,
    };
    let mut best: Option<(f64, &str, Ids)> = None;
    for (name, ids) in all {
        let fit = fit(name, ids) + if name == CODE { 0.0 } else { f64::EPSILON };
        if fit > 0.5 && best.is_none_or(|(most, _, _)| fit > most) {
            best = Some((fit, name, ids));
        }
    }
    match best {
        Some((_, name, ids)) => {
            let what = if salesforce { "Salesforce Ids" } else { "Record IDs" };
            let column =
                if name == CODE { "the codes of accounts".to_owned() } else { format!("the column \"{name}\"") };
            diagnostics.push(Diagnostic::note(Place::default(), format!("{what} are taken from {column}")));
            Ok(Some(ids))
        }
        None => {
            let message = if salesforce {
                "no column of accounts holds Salesforce Ids (001…)"
            } else {
                "no column of accounts holds Record IDs"
            };
            diagnostics
                .push(Diagnostic::warning(Place::default(), message).hint("name it, or import it with the accounts"));
            Ok(None)
        }
    }
}

/// The column that holds the Ids of the users who own accounts today.
fn owner_column(project: &Project) -> Option<&TextColumn> {
    let accounts = &project.accounts;
    let is_owner = |column: &&TextColumn| guess::has_word(&column.name, &["owner", "ownerid"]);
    let is_user =
        |column: &&TextColumn| Ids::Column(column).share(accounts.len(), |text| ids::is_id_of(ids::USER, text)) > 0.5;
    accounts.attributes.iter().filter(is_owner).find(is_user)
}
