//! Who is in which territory: accounts and users, to be added and taken away.

use super::{Maker, Seen, ids};
use crate::io::count_of;
use crate::io::export::crm::{Account, Loader, Node, Person, Rows};

const ACCOUNTS: &str = "ObjectTerritory2Association";
const USERS: &str = "UserTerritory2Association";

impl Maker<'_> {
    /// Accounts that come into a territory, and those that leave one.
    pub(super) fn account_links(&mut self, accounts: &[&Account], loader: &mut Loader) {
        let mut new = Rows::new(["ObjectId".to_owned(), self.column("Territory2"), "AssociationCause".into()]);
        let mut gone = Rows::new(["Id"]);
        let mut unnamed = Rows::new(["ObjectId", "Territory2Id", "Account", "Territory"]);
        let mut waiting = vec![0_usize; self.alignment.nodes.len()];
        let mut rules = 0;
        for account in accounts.iter().filter(|account| account.moves) {
            let links = self.known.account_links.get(ids::key(account.id)).map_or(&[][..], Vec::as_slice);
            let id_of = |node: usize| self.territories.known[node].map(|there| ids::key(&there.id));
            let wanted = account.node.and_then(id_of);
            if let Some(node) = account.node {
                match self.territories.reference(node) {
                    _ if links.iter().any(|link| Some(link.other.as_str()) == wanted) => {}
                    Some(territory) => {
                        new.push([self.id(account.id), self.reference_text(territory), "Territory2Manual".to_owned()]);
                    }
                    None => waiting[node] += 1,
                }
            }
            let before = account.before.filter(|name| !name.is_empty());
            if self.known.has_account_links {
                let former = before.and_then(|name| self.id_by_name(name)).map(ids::key);
                for link in links.iter().filter(|link| Some(link.other.as_str()) != wanted) {
                    // Territories that this plan does not know are another's business: a second model, an overlay.
                    let node =
                        self.territories.by_key.get(link.other.as_str()).map(|&node| &self.alignment.nodes[node]);
                    if node.is_none_or(|node| node.level.is_some()) && former != Some(link.other.as_str()) {
                        continue;
                    }
                    if link.by_rule {
                        rules += 1;
                    } else {
                        gone.push([self.id(&link.id)]);
                    }
                }
            } else if let Some(name) = before {
                let id = self.id_by_name(name).map(|id| self.id(id)).unwrap_or_default();
                unnamed.push([self.id(account.id), id, account.code.to_owned(), name.to_owned()]);
            }
        }
        for (node, count) in waiting.iter().enumerate().filter(|(_, count)| **count > 0) {
            let why = format!(
                "no Id yet, with {} in it: write again with the file of successes of its insert",
                count_of(*count, "account")
            );
            loader.missing("territory", "", self.alignment.nodes[node].name, why);
        }
        if rules > 0 {
            let words = "kept in a territory by an assignment rule: change the rule in Salesforce";
            loader.notes.push(format!("{} {words}", count_of(rules, "account")));
        }
        self.without_ids(ACCOUNTS, "accounts", &unnamed, loader);
        self.file("insert", ACCOUNTS, new);
        self.file("delete", ACCOUNTS, gone);
        self.file("find", ACCOUNTS, unnamed);
    }

    /// Reps of territories and leads of groups.
    pub(super) fn user_links(&mut self, loader: &mut Loader) {
        let role = !self.wish.role.is_empty();
        let mut header = vec!["UserId".to_owned(), self.column("Territory2")];
        if role {
            header.push("RoleInTerritory2".into());
        }
        let mut new = Rows::new(header);
        let mut gone = Rows::new(["Id"]);
        let mut unnamed = Rows::new(["UserId", "Territory2Id", "Rep", "Territory"]);
        let mut seen = Seen::new();
        for (at, node) in self.alignment.nodes.iter().enumerate() {
            let user = node.person.and_then(|person| self.users[person].ok());
            let id = self.territories.known[at].map(|there| there.id.as_str());
            let links = id.and_then(|id| self.known.user_links.get(ids::key(id))).map_or(&[][..], Vec::as_slice);
            if let (Some(user), Some(territory)) = (user, self.territories.reference(at)) {
                let there = links.iter().any(|link| link.other == ids::key(user));
                if self.wants_user(node) && !there && seen.insert((ids::key(user), territory.to_owned())) {
                    let mut row = vec![self.id(user), self.reference_text(territory)];
                    row.extend(role.then(|| self.wish.role.clone()));
                    new.push(row);
                }
            }
            let former = || node.before.iter().flatten().filter(|before| !self.is(node, before));
            if self.known.has_user_links {
                // Only reps are taken away: who else is in a territory is not in the plan.
                let mut reps: Vec<&str> = self.users.iter().filter_map(|user| user.ok()).map(ids::key).collect();
                reps.extend(
                    former()
                        .filter_map(|before| super::user_id(before.code, before.name, self.known).ok())
                        .map(ids::key),
                );
                let leaves = |other: &str| user.map(ids::key) != Some(other) && reps.contains(&other);
                let unsure = node.person.is_some() && user.is_none();
                for link in links.iter().filter(|link| !unsure && leaves(&link.other)) {
                    gone.push([self.id(&link.id)]);
                }
            } else {
                for before in former() {
                    let user = super::user_id(before.code, before.name, self.known).unwrap_or_default();
                    let territory = id.map(|id| self.id(id)).unwrap_or_default();
                    unnamed.push([self.id(user), territory, before.name.to_owned(), node.name.to_owned()]);
                }
            }
        }
        self.without_ids(USERS, "users", &unnamed, loader);
        self.file("insert", USERS, new);
        self.file("delete", USERS, gone);
        self.file("find", USERS, unnamed);
    }

    /// Whether the rep of a territory is to be put into it.
    pub(super) fn wants_user(&self, node: &Node) -> bool {
        let changes = || match &node.before {
            Some(before) => !before.iter().any(|before| self.is(node, before)),
            // Nothing is said of reps: those of territories that are new, or that the export of associations lacks.
            None => !node.was_there || self.known.has_user_links,
        };
        node.person.is_some() && (!self.alignment.only_changes || changes())
    }

    fn is(&self, node: &Node, before: &Person) -> bool {
        node.person.is_some_and(|person| {
            let now = &self.alignment.people[person];
            if now.code.is_empty() || before.code.is_empty() {
                now.name.to_lowercase() == before.name.to_lowercase()
            } else {
                now.code.to_lowercase() == before.code.to_lowercase()
            }
        })
    }

    fn id_by_name(&self, name: &str) -> Option<&str> {
        let small = name.trim().to_lowercase();
        let node = self.territories.by_name.get(&small).and_then(|&node| self.territories.known[node]);
        let there = node.or_else(|| self.known.territories.iter().find(|there| there.name.to_lowercase() == small));
        there.map(|there| there.id.as_str())
    }

    fn without_ids(&self, object: &str, noun: &str, unnamed: &Rows, loader: &mut Loader) {
        if !unnamed.rows.is_empty() {
            loader.notes.push(format!(
                "Data Loader deletes by Id, and none is known of {}: give an export of {object} (Id, {}, Territory2Id) to get a file of \
                 {noun} to take away",
                count_of(unnamed.rows.len(), "association"),
                if noun == "users" { "UserId" } else { "ObjectId" }
            ));
        }
    }
}
