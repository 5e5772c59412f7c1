//! Territory2: which territories there are by what Ids, and what has to be made or put elsewhere.

use std::collections::HashMap;

use super::{Maker, ids};
use crate::io::export::crm::developer_names::{DeveloperNames, LONGEST};
use crate::io::export::crm::{Alignment, Known, Loader, Rows, known};
use crate::io::export::order::Salesforce;

/// The longest Description.
const LONGEST_NOTE: usize = 1_000;

/// Per node of an alignment how Salesforce knows it.
pub(super) struct Territories<'a> {
    /// The territory that is there.
    pub known: Vec<Option<&'a known::Territory>>,
    pub developer_names: Vec<String>,
    /// Nodes by [`ids::key`] of their Ids.
    pub by_key: HashMap<&'a str, usize>,
    /// Nodes by their names in small letters.
    pub by_name: HashMap<String, usize>,
    /// By the external Id, not by the Id.
    key: bool,
}

impl<'a> Territories<'a> {
    /// What is there is found by its name where only one has it, else by the DeveloperName that it would get.
    pub fn new(alignment: &Alignment, known: &'a Known, wish: &Salesforce) -> Self {
        let mut names = DeveloperNames::default();
        let ours: Vec<String> = alignment.nodes.iter().map(|node| names.make(node.name)).collect();
        let small = |name: &str| name.trim().to_lowercase();
        let mut named: HashMap<String, Vec<&known::Territory>> = HashMap::new();
        for territory in &known.territories {
            named.entry(small(&territory.name)).or_default().push(territory);
        }
        let mut same: HashMap<String, usize> = HashMap::new();
        for node in &alignment.nodes {
            *same.entry(small(node.name)).or_default() += 1;
        }
        let found = alignment.nodes.iter().zip(&ours).map(|(node, ours)| {
            let name = small(node.name);
            match named.get(&name).map(Vec::as_slice) {
                Some([only]) if same.get(&name) == Some(&1) => Some(*only),
                _ => known.territories.iter().find(|there| there.developer_name.eq_ignore_ascii_case(ours)),
            }
        });
        let found: Vec<Option<&known::Territory>> = found.collect();
        let mut names = DeveloperNames::default();
        known.territories.iter().for_each(|there| names.take(&there.developer_name));
        let developer_names = found.iter().zip(&alignment.nodes).map(|(found, node)| match found {
            Some(there) if !there.developer_name.is_empty() => there.developer_name.clone(),
            _ => names.make(node.name),
        });
        // Groups come first, and a territory of the same name is the one that accounts are in.
        let by_name = alignment.nodes.iter().enumerate().map(|(node, named)| (small(named.name), node)).collect();
        Self {
            developer_names: developer_names.collect(),
            by_key: found
                .iter()
                .enumerate()
                .filter_map(|(node, there)| Some((ids::key(&(*there)?.id), node)))
                .collect(),
            by_name,
            known: found,
            key: !wish.key.is_empty(),
        }
    }

    /// What a row says to mean the territory: its Id, or its name in the field of the external Id.
    pub fn reference(&self, node: usize) -> Option<&str> {
        match self.known[node] {
            _ if self.key => Some(&self.developer_names[node]),
            Some(there) => Some(&there.id),
            None => None,
        }
    }
}

impl Maker<'_> {
    /// The column that names a territory: "Territory2Id", or "Territory2.Key__c".
    pub(super) fn column(&self, relation: &str) -> String {
        if self.wish.key.is_empty() { format!("{relation}Id") } else { format!("{relation}.{}", self.wish.key) }
    }

    /// A file of new territories per level, for a parent has to be there first, and one of those that come to stand elsewhere.
    pub(super) fn territories(&mut self, loader: &mut Loader) {
        let mut header =
            vec!["Name".to_owned(), "DeveloperName".into(), "Territory2ModelId".into(), "Territory2TypeId".into()];
        let parents = self.alignment.nodes.iter().any(|node| node.parent.is_some());
        if parents {
            header.push(self.column("ParentTerritory2"));
        }
        for (wanted, name) in [(&self.wish.account_access, "AccountAccessLevel"), (&self.wish.key, &self.wish.key)] {
            if !wanted.is_empty() {
                header.push(name.to_owned());
            }
        }
        let notes = self.alignment.nodes.iter().any(|node| !node.note.is_empty());
        if notes {
            header.push("Description".into());
        }
        let (mut levels, mut changed): (Vec<(Option<&str>, Rows)>, _) =
            (Vec::new(), Rows::new(["Id".to_owned(), "Name".into(), self.column("ParentTerritory2")]));
        let (mut inserted, mut cut, mut formulas) = (0, 0, 0);
        for (at, node) in self.alignment.nodes.iter().enumerate() {
            let name = one_line(node.name, LONGEST);
            let parent = node.parent.map(|parent| (parent, self.territories.reference(parent)));
            if let Some(there) = self.territories.known[at] {
                let above =
                    node.parent.and_then(|parent| self.territories.known[parent]).map(|above| ids::key(&above.id));
                let stands = |now: &String| above == Some(ids::key(now));
                let moved =
                    parent.and_then(|(_, id)| id).filter(|_| there.parent.as_ref().is_some_and(|now| !stands(now)));
                if moved.is_some() || (there.name != name && !there.name.is_empty()) {
                    // An empty cell leaves the parent as it is.
                    changed.push([
                        self.id(&there.id),
                        name,
                        moved.map(|id| self.reference_text(id)).unwrap_or_default(),
                    ]);
                }
                continue;
            }
            // Where nobody said what is there, what the reference has is taken to be there.
            if !self.known.has_territories && self.alignment.only_changes && node.was_there {
                continue;
            }
            if let Some((parent, None)) = parent {
                let above = self.alignment.nodes[parent].name;
                let why = format!(
                    "\"{above}\" above it has no Id yet: load that one first, then write again with its file of successes"
                );
                loader.missing(if node.level.is_some() { "group" } else { "territory" }, "", node.name, why);
                continue;
            }
            inserted += 1;
            cut += usize::from(node.name.trim().chars().count() > LONGEST);
            formulas += usize::from(super::super::csv::harmless(&name) != name);
            let mut row = vec![
                name,
                self.territories.developer_names[at].clone(),
                self.id(&self.wish.model),
                self.id(&self.wish.territory_type),
            ];
            if parents {
                row.push(parent.and_then(|(_, id)| id).map(|id| self.reference_text(id)).unwrap_or_default());
            }
            if !self.wish.account_access.is_empty() {
                row.push(self.wish.account_access.clone());
            }
            if !self.wish.key.is_empty() {
                row.push(self.territories.developer_names[at].clone());
            }
            if notes {
                row.push(one_line(node.note, LONGEST_NOTE));
            }
            match levels.iter_mut().find(|(level, _)| *level == node.level) {
                Some((_, rows)) => rows.push(row),
                None => {
                    let mut rows = Rows::new(header.clone());
                    rows.push(row);
                    levels.push((node.level, rows));
                }
            }
        }
        for (level, rows) in levels {
            let ending = level.map_or_else(String::new, |level| format!("_{}", DeveloperNames::default().make(level)));
            self.files.push(("insert", "Territory2", ending, rows));
        }
        self.file("update", "Territory2", changed);
        if inserted > 0 {
            let open: Vec<&str> =
                [("Territory2ModelId", &self.wish.model), ("Territory2TypeId", &self.wish.territory_type)]
                    .into_iter()
                    .filter(|(_, id)| id.is_empty())
                    .map(|(name, _)| name)
                    .collect();
            if !open.is_empty() {
                loader
                    .notes
                    .push(format!("{} of new territories: not given, fill it in before loading", open.join(" and ")));
            }
        }
        for (count, words) in [
            (cut, "longer than 80 characters: cut"),
            (formulas, "begin with a sign that spreadsheets take for a formula: an apostrophe stands before them"),
        ] {
            if count > 0 {
                loader.notes.push(format!("{} of territories {words}", crate::io::count_of(count, "name")));
            }
        }
    }

    /// As [`Territories::reference`] says it, with the length that Ids shall have.
    pub(super) fn reference_text(&self, reference: &str) -> String {
        if self.wish.key.is_empty() { self.id(reference) } else { reference.to_owned() }
    }
}

/// Without line breaks and tabs, at most so many characters.
fn one_line(text: &str, most: usize) -> String {
    let flat: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    flat.chars().take(most).collect()
}
