//! The districts and regions that an alignment names beside its territories.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::same_name;
use crate::domain::edit::Change;
use crate::domain::hierarchy::{Group, Hierarchy, MOST_LEVELS};
use crate::domain::ids::GroupId;
use crate::domain::palette;
use crate::io::diagnostic::{Diagnostic, Place};

/// Collects the groups of a file, from the lowest column up. Groups that are there are found by level and name, others are made.
pub(super) struct Groups<'a> {
    known: &'a Hierarchy,
    levels: Vec<String>,
    /// Per column its level.
    level_of: Vec<u8>,
    ids: HashMap<(u8, String), GroupId>,
    /// What is made or altered.
    changed: BTreeMap<GroupId, Group>,
    /// Groups of which the file has said what they are in.
    said: BTreeSet<GroupId>,
    next: usize,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Groups<'a> {
    /// `columns` are the names of the columns from the lowest level up: they are levels of the same name, else in the same order, else
    /// new ones.
    pub fn new(known: &'a Hierarchy, columns: &[&str]) -> Self {
        let mut levels = known.levels().to_vec();
        let named: Option<Vec<usize>> =
            columns.iter().map(|column| levels.iter().position(|level| same_name(level, column.trim()))).collect();
        let ascending = |found: &Vec<usize>| found.windows(2).all(|pair| pair[0] < pair[1]);
        let level_of: Vec<usize> = match named.filter(ascending) {
            Some(found) => found,
            None => (0..columns.len().min(MOST_LEVELS)).collect(),
        };
        for (&level, column) in level_of.iter().zip(columns) {
            if level >= levels.len() {
                levels.push(level_name(column));
            }
        }
        let ids = known.iter().map(|(id, group)| ((group.level, group.name.to_lowercase()), id)).collect();
        Self {
            known,
            levels,
            level_of: level_of.into_iter().map(|level| level as u8).collect(),
            ids,
            changed: BTreeMap::new(),
            said: BTreeSet::new(),
            next: known.next_id().index(),
            diagnostics: Vec::new(),
        }
    }

    /// The lowest group that a row names, from the lowest column up; made, and put where the row says, when it has to be.
    pub fn of_row(&mut self, names: &[&str], place: impl Fn() -> Place) -> Option<GroupId> {
        let mut above = None;
        for (column, name) in names.iter().enumerate().take(self.level_of.len()).rev() {
            let name = name.trim();
            if name.is_empty() {
                continue;
            }
            let id = self.group(self.level_of[column], name)?;
            if let Some(parent) = above {
                self.put(id, parent, &place);
            }
            above = Some(id);
        }
        above
    }

    /// Levels first, then the groups, the highest first, so that every parent is there before its members.
    pub fn changes(self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.levels != self.known.levels() {
            changes.push(Change::Levels { old: self.known.levels().to_vec(), new: self.levels });
        }
        let mut groups: Vec<(GroupId, Group)> = self.changed.into_iter().collect();
        groups.sort_by_key(|(id, group)| (std::cmp::Reverse(group.level), *id));
        for (id, group) in groups {
            let old = self.known.group(id).cloned().map(Box::new);
            changes.push(Change::Group { id, old, new: Some(Box::new(group)) });
        }
        changes
    }

    pub fn name(&self, id: Option<GroupId>) -> &str {
        let group = id.and_then(|id| self.changed.get(&id).or_else(|| self.known.group(id)));
        group.map_or("", |group| &group.name)
    }

    fn group(&mut self, level: u8, name: &str) -> Option<GroupId> {
        let key = (level, name.to_lowercase());
        if let Some(&id) = self.ids.get(&key) {
            return Some(id);
        }
        let id = u16::try_from(self.next).ok().filter(|&id| id < u16::MAX).map(GroupId)?;
        self.next += 1;
        let on_level = self.known.on_level(usize::from(level)).map(|(_, group)| group.colour);
        let made = self.changed.values().filter(|group| group.level == level).map(|group| group.colour);
        let used: Vec<[u8; 3]> = on_level.chain(made).collect();
        let group = Group { name: name.to_owned(), level, colour: palette::least_used(&used), ..Group::default() };
        self.changed.insert(id, group);
        self.ids.insert(key, id);
        Some(id)
    }

    fn put(&mut self, id: GroupId, parent: GroupId, place: &impl Fn() -> Place) {
        let Some(group) = self.changed.get(&id).or_else(|| self.known.group(id)).cloned() else { return };
        let is_first = self.said.insert(id);
        if group.parent == Some(parent) {
            return;
        }
        if !is_first {
            let before = self.name(group.parent).to_owned();
            let message =
                format!("\"{}\" is in \"{}\" here and in \"{before}\" before", group.name, self.name(Some(parent)));
            self.diagnostics.push(Diagnostic::warning(place(), message).hint("the first is kept"));
            return;
        }
        if self.known.is_locked(group.parent) || self.known.is_locked(Some(parent)) {
            let message = format!("\"{}\" is kept where it is by a lock", group.name);
            self.diagnostics.push(Diagnostic::warning(place(), message).hint("unlock and import again"));
            return;
        }
        self.changed.insert(id, Group { parent: Some(parent), ..group });
    }
}

/// "sales_district" becomes "Sales district".
fn level_name(column: &str) -> String {
    let words = column.trim().replace(['_', '.'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(|| "Level".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}
