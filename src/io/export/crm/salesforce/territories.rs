//! Territory2: which territories there are by what Ids, and what has to be made or put elsewhere.

use std::collections::HashMap;

use super::{Maker, ids};
use crate::io::count_of;
use crate::io::export::crm::developer_names::{DeveloperNames, LONGEST};
use crate::io::export::crm::{Alignment, Known, Loader, Rows, known};
use crate::io::export::csv;
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
        let header = self.header();
        let mut levels: Vec<(Option<&str>, Rows)> = Vec::new();
        let mut changed = Rows::new(["Id".to_owned(), "Name".into(), self.column("ParentTerritory2")]);
        for (at, node) in self.alignment.nodes.iter().enumerate() {
            if let Some(there) = self.territories.known[at] {
                let (name, moved) = (one_line(node.name, LONGEST), self.moved_to(at, there));
                if moved.is_some() || (there.name != name && !there.name.is_empty()) {
                    // An empty cell leaves the parent as it is.
                    changed.push([self.id(&there.id), name, moved.unwrap_or_default()]);
                }
                continue;
            }
            // Where nobody said what is there, what the reference has is taken to be there.
            if !self.known.has_territories && self.alignment.only_changes && node.was_there {
                continue;
            }
            if let Some(parent) = node.parent.filter(|&parent| self.territories.reference(parent).is_none()) {
                let above = self.alignment.nodes[parent].name;
                let why = format!(
                    "\"{above}\" above it has no Id yet: load that one first, then write again with its file of successes"
                );
                loader.missing(if node.level.is_some() { "group" } else { "territory" }, "", node.name, why);
                continue;
            }
            let row = self.new_territory(at);
            match levels.iter_mut().find(|(level, _)| *level == node.level) {
                Some((_, rows)) => rows.push(row),
                None => {
                    let mut rows = Rows::new(header.clone());
                    rows.push(row);
                    levels.push((node.level, rows));
                }
            }
        }
        self.say(&levels, loader);
        for (level, rows) in levels {
            let ending = level.map_or_else(String::new, |level| format!("_{}", DeveloperNames::default().make(level)));
            self.files.push(("insert", "Territory2", ending, rows));
        }
        self.file("update", "Territory2", changed);
    }

    /// The columns of new territories: those that nothing is said in are left out.
    fn header(&self) -> Vec<String> {
        let mut header = ["Name", "DeveloperName", "Territory2ModelId", "Territory2TypeId"].map(str::to_owned).to_vec();
        if self.has_parents() {
            header.push(self.column("ParentTerritory2"));
        }
        if !self.wish.account_access.is_empty() {
            header.push("AccountAccessLevel".into());
        }
        if !self.wish.key.is_empty() {
            header.push(self.wish.key.clone());
        }
        if self.has_notes() {
            header.push("Description".into());
        }
        header
    }

    /// The row of a new territory, as [`Self::header`] has it.
    fn new_territory(&self, at: usize) -> Vec<String> {
        let node = &self.alignment.nodes[at];
        let developer_name = &self.territories.developer_names[at];
        let mut row = vec![
            one_line(node.name, LONGEST),
            developer_name.clone(),
            self.id(&self.wish.model),
            self.id(&self.wish.territory_type),
        ];
        if self.has_parents() {
            let parent = node.parent.and_then(|parent| self.territories.reference(parent));
            row.push(parent.map(|id| self.reference_text(id)).unwrap_or_default());
        }
        if !self.wish.account_access.is_empty() {
            row.push(self.wish.account_access.clone());
        }
        if !self.wish.key.is_empty() {
            row.push(developer_name.clone());
        }
        if self.has_notes() {
            row.push(one_line(node.note, LONGEST_NOTE));
        }
        row
    }

    fn has_parents(&self) -> bool {
        self.alignment.nodes.iter().any(|node| node.parent.is_some())
    }

    fn has_notes(&self) -> bool {
        self.alignment.nodes.iter().any(|node| !node.note.is_empty())
    }

    /// The parent that a territory comes to stand in, where it is known to have another one.
    fn moved_to(&self, at: usize, there: &known::Territory) -> Option<String> {
        let parent = self.alignment.nodes[at].parent?;
        let now = there.parent.as_ref()?;
        let above = self.territories.known[parent].map(|above| ids::key(&above.id));
        let id = self.territories.reference(parent).filter(|_| above != Some(ids::key(now)))?;
        Some(self.reference_text(id))
    }

    /// What to know of the new territories.
    fn say(&self, levels: &[(Option<&str>, Rows)], loader: &mut Loader) {
        let names = || levels.iter().flat_map(|(_, rows)| &rows.rows).filter_map(|row| row.first());
        if names().next().is_none() {
            return;
        }
        let ids = [("Territory2ModelId", &self.wish.model), ("Territory2TypeId", &self.wish.territory_type)];
        let open: Vec<&str> = ids.into_iter().filter(|(_, id)| id.is_empty()).map(|(name, _)| name).collect();
        if !open.is_empty() {
            let open = open.join(" and ");
            loader.notes.push(format!("{open} of new territories: not given, fill it in before loading"));
        }
        let cut = self.alignment.nodes.iter().filter(|node| node.name.trim().chars().count() > LONGEST).count();
        let long_notes =
            self.alignment.nodes.iter().filter(|node| node.note.trim().chars().count() > LONGEST_NOTE).count();
        if long_notes > 0 {
            let notes = count_of(long_notes, "note");
            loader.notes.push(format!("{notes} of territories longer than 1,000 characters: cut"));
        }
        let formulas = names().filter(|name| csv::harmless(name) != **name).count();
        for (count, words) in [
            (cut, "longer than 80 characters: cut"),
            (formulas, "like a formula for a spreadsheet: an apostrophe before it"),
        ] {
            if count > 0 {
                loader.notes.push(format!("{} of territories {words}", count_of(count, "name")));
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
