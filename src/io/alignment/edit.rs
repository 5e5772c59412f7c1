//! One edit that brings a plan to an alignment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::groups::Groups;
use crate::domain::edit::{Change, Edit};
use crate::domain::ids::{AccountId, GroupId, RepId, TerritoryId, UnitId};
use crate::domain::plan::{Plan, Territory};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::count_of;
use crate::io::diagnostic::{Diagnostic, Place};

/// Collects what an alignment says, then makes the edit. Territories come first, then units, then named accounts.
pub(super) struct EditBuilder<'a> {
    project: &'a Project,
    file: &'a str,
    /// Existing and new territories by their names in small letters.
    ids: HashMap<String, TerritoryId>,
    added: Vec<(TerritoryId, Territory)>,
    /// New owners of existing territories.
    altered: BTreeMap<TerritoryId, Option<RepId>>,
    /// The first rep that the file names for a territory.
    reps: HashMap<TerritoryId, String>,
    by_rep: HashMap<String, RepId>,
    /// The group that the file first names for a territory.
    parents: BTreeMap<TerritoryId, GroupId>,
    /// Levels and groups that are made or altered.
    group_changes: Vec<Change>,
    units: BTreeMap<UnitId, TerritoryId>,
    accounts: BTreeMap<AccountId, TerritoryId>,
    diagnostics: Vec<Diagnostic>,
    too_many: bool,
}

impl<'a> EditBuilder<'a> {
    pub fn new(project: &'a Project, file: &'a str) -> Self {
        let plan = &project.plan;
        let ids = plan.territories().map(|(id, territory)| (key(&territory.name), id)).collect();
        let mut by_rep = HashMap::new();
        // Codes after names: a code says more clearly who is meant.
        for (index, rep) in project.reps.iter().enumerate() {
            by_rep.entry(key(&rep.name)).or_insert(RepId::from_index(index));
        }
        for (index, rep) in project.reps.iter().enumerate().filter(|(_, rep)| !rep.code.is_empty()) {
            by_rep.insert(key(&rep.code), RepId::from_index(index));
        }
        Self {
            project,
            file,
            ids,
            added: Vec::new(),
            altered: BTreeMap::new(),
            reps: HashMap::new(),
            by_rep,
            parents: BTreeMap::new(),
            group_changes: Vec::new(),
            units: BTreeMap::new(),
            accounts: BTreeMap::new(),
            diagnostics: Vec::new(),
            too_many: false,
        }
    }

    /// Makes sure that a territory of that name exists, with that rep.
    pub fn add_territory(&mut self, name: &str, rep: Option<&str>, place: impl Fn() -> Place) {
        let plan = &self.project.plan;
        let id = match self.ids.get(&key(name)) {
            Some(&id) => id,
            None => {
                let Some(id) = self.next_id() else {
                    self.too_many = true;
                    return;
                };
                let colour = colour(id.index() - 1);
                self.added.push((id, Territory { name: name.trim().to_owned(), colour, ..Territory::default() }));
                self.ids.insert(key(name), id);
                id
            }
        };
        let Some(rep) = rep.filter(|rep| !rep.is_empty()) else { return };
        if let Some(first) = self.reps.get(&id) {
            if key(first) != key(rep) && self.reps.contains_key(&id) {
                let message = format!("the territory \"{name}\" has the rep \"{rep}\" here and \"{first}\" before");
                self.diagnostics.push(Diagnostic::warning(place(), message).hint("the first is kept"));
            }
            return;
        }
        self.reps.insert(id, rep.to_owned());
        let Some(&found) = self.by_rep.get(&key(rep)) else {
            let message = format!("no rep is called \"{rep}\"");
            self.diagnostics.push(
                Diagnostic::warning(place(), message)
                    .hint(format!("\"{name}\" is made without a rep; import reps first")),
            );
            return;
        };
        match self.added.iter_mut().find(|(added, _)| *added == id) {
            Some((_, territory)) => territory.rep = Some(found),
            None if plan.territory(id).is_some_and(|territory| territory.rep != Some(found)) => {
                self.altered.insert(id, Some(found));
            }
            None => {}
        }
    }

    /// A territory stands in a group.
    pub fn put_territory(&mut self, territory: &str, group: GroupId, groups: &Groups, place: impl Fn() -> Place) {
        let Some(&id) = self.ids.get(&key(territory)) else { return };
        let first = *self.parents.entry(id).or_insert(group);
        if first != group {
            let (here, before) = (groups.name(Some(group)), groups.name(Some(first)));
            let message = format!("the territory \"{territory}\" is in \"{here}\" here and in \"{before}\" before");
            self.diagnostics.push(Diagnostic::warning(place(), message).hint("the first is kept"));
        }
    }

    /// The groups themselves, which come before the territories that stand in them.
    pub fn add_groups(&mut self, groups: Groups) {
        self.group_changes = groups.changes();
    }

    pub fn assign_unit(&mut self, unit: UnitId, territory: &str) {
        if let Some(&id) = self.ids.get(&key(territory)) {
            self.units.insert(unit, id);
        }
    }

    pub fn unassign_unit(&mut self, unit: UnitId) {
        self.units.insert(unit, TerritoryId::UNASSIGNED);
    }

    /// An account belongs to a territory: a named account where its unit does not.
    pub fn assign_account(&mut self, account: AccountId, territory: &str) {
        if let Some(&id) = self.ids.get(&key(territory)) {
            self.accounts.insert(account, id);
        }
    }

    pub fn finish(mut self, diagnostics: &mut Vec<Diagnostic>) -> Result<Edit, UserError> {
        if self.too_many {
            return Err(UserError::new(format!("Could not import the alignment from {}", self.file))
                .because("it names more territories than a plan can hold (65,535)")
                .hint("choose the column with the territories' names"));
        }
        let plan = &*self.project.plan;
        let mut edit = Edit::new(format!("Imported the alignment {}", self.file));
        edit.changes.append(&mut self.group_changes);
        for (id, mut territory) in std::mem::take(&mut self.added) {
            territory.parent = self.parents.remove(&id);
            let is_open = !plan.hierarchy().is_locked(territory.parent);
            territory.parent = territory.parent.filter(|_| is_open);
            edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
        }
        let mut locked_territories = 0;
        let altered: BTreeSet<TerritoryId> = self.altered.keys().chain(self.parents.keys()).copied().collect();
        for id in altered {
            let Some(old) = plan.territory(id) else { continue };
            let mut new = old.clone();
            if let Some(&rep) = self.altered.get(&id) {
                new.rep = rep;
            }
            if let Some(&parent) = self.parents.get(&id).filter(|&&parent| old.parent != Some(parent)) {
                if plan.hierarchy().is_locked(old.parent) || plan.hierarchy().is_locked(Some(parent)) {
                    locked_territories += 1;
                } else {
                    new.parent = Some(parent);
                }
            }
            if new != *old {
                edit.changes.push(Change::Territory { id, old: Some(Box::new(old.clone())), new: Some(Box::new(new)) });
            }
        }
        let mut locked = 0;
        let is_closed = |id: TerritoryId| plan.is_territory_locked(id);
        for (&unit, &new) in &self.units {
            let old = plan.territory_of(unit);
            if old == new {
                continue;
            }
            if plan.is_locked(unit) || is_closed(new) {
                locked += 1;
                continue;
            }
            edit.changes.push(Change::Assign { unit, old, new });
        }
        let mut locked_accounts = 0;
        for (&account, &new) in &self.accounts {
            let unit = self.project.accounts.units.get(account.index()).copied().flatten();
            let old = plan.overrides().get(&account).copied();
            let of_unit = unit.map_or(TerritoryId::UNASSIGNED, |unit| self.owner_after(plan, unit));
            // Nothing to name where the unit says the same.
            let new = (of_unit != new).then_some(new);
            if old == new {
                continue;
            }
            if plan.locked_accounts().contains(&account) || [old, new].into_iter().flatten().any(is_closed) {
                locked_accounts += 1;
                continue;
            }
            edit.changes.push(Change::Override { account, old, new });
        }
        let mut note = |count: usize, noun: &str| {
            if count > 0 {
                self.diagnostics.push(
                    Diagnostic::warning(Place::file(self.file), format!("{} locked", count_of(count, noun)))
                        .hint("left as they are; unlock them and import again"),
                );
            }
        };
        note(locked, "unit");
        note(locked_accounts, "account");
        if locked_territories > 0 {
            let words = format!("{} kept in their groups by locks", count_of(locked_territories, "territory"));
            self.diagnostics
                .push(Diagnostic::warning(Place::file(self.file), words).hint("unlock them and import again"));
        }
        diagnostics.append(&mut self.diagnostics);
        Ok(edit)
    }

    fn owner_after(&self, plan: &Plan, unit: UnitId) -> TerritoryId {
        self.units.get(&unit).copied().unwrap_or_else(|| plan.territory_of(unit))
    }

    fn next_id(&self) -> Option<TerritoryId> {
        let next = self.project.plan.territory_slots() + self.added.len();
        u16::try_from(next).ok().map(TerritoryId)
    }
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Colours for new territories, in turn: safe for colour-vision deficiency where neighbours differ by hue and lightness.
fn colour(index: usize) -> [u8; 3] {
    const COLOURS: [[u8; 3]; 12] = [
        [68, 119, 170],
        [238, 102, 119],
        [34, 136, 51],
        [204, 187, 68],
        [102, 204, 238],
        [170, 51, 119],
        [221, 170, 51],
        [0, 153, 136],
        [136, 34, 85],
        [153, 153, 51],
        [51, 34, 136],
        [204, 102, 119],
    ];
    COLOURS[index % COLOURS.len()]
}
