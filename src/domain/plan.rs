//! A plan: one assignment of units to territories. Also called scenario on screen.

use std::collections::{BTreeMap, BTreeSet};

use super::hierarchy::{Hierarchy, Member};
use super::ids::{AccountId, GroupId, MeasureId, RepId, TerritoryId, UnitId};

/// A named set of units, owned by one rep.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Territory {
    pub name: String,
    /// Red, green, blue.
    pub colour: [u8; 3],
    pub rep: Option<RepId>,
    /// The district, or whatever stands above it.
    pub parent: Option<GroupId>,
    /// Wanted load per measure. Where none is set, the target is an equal share of the project's total.
    pub targets: BTreeMap<MeasureId, f64>,
    /// Neither hand nor solver may change what is in it.
    pub locked: bool,
    /// The user's words about it.
    pub note: String,
}

/// Which unit belongs to which territory. Every unit belongs to exactly one, `UNASSIGNED` included, so a plan is a partition by
/// construction. Changed by [`super::edit::apply`] alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub name: String,
    /// Per unit its territory. Every entry is `UNASSIGNED` or an existing territory.
    pub(super) assignment: Vec<TerritoryId>,
    /// Slot 0 is never used; a removed territory leaves an empty slot so that ids stay what they were.
    pub(super) territories: Vec<Option<Territory>>,
    /// Named accounts: owned by this territory whatever their unit's is. `UNASSIGNED` takes an account out of every territory.
    pub(super) overrides: BTreeMap<AccountId, TerritoryId>,
    pub(super) locked_units: BTreeSet<UnitId>,
    /// Accounts that keep their owner, or that they have none.
    pub(super) locked_accounts: BTreeSet<AccountId>,
    /// What stands above the territories.
    pub(super) hierarchy: Hierarchy,
    /// Where the user says something else about neighbours than the map, by pair of units, the smaller first.
    pub(super) adjacency: BTreeMap<[UnitId; 2], Adjacency>,
}

/// What the user says about two units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjacency {
    /// They are neighbours though no border is shared: a bridge, a ferry.
    Bridge,
    /// They are no neighbours though they share a border: a motorway, a river without a bridge.
    Barrier,
}

/// Saved parts of a plan.
#[derive(Debug, Clone, Default)]
pub struct PlanParts {
    pub name: String,
    pub assignment: Vec<TerritoryId>,
    pub territories: BTreeMap<TerritoryId, Territory>,
    pub overrides: BTreeMap<AccountId, TerritoryId>,
    pub locked_units: BTreeSet<UnitId>,
    pub locked_accounts: BTreeSet<AccountId>,
    pub hierarchy: Hierarchy,
    pub adjacency: BTreeMap<[UnitId; 2], Adjacency>,
}

impl Plan {
    /// A plan without territories.
    pub fn empty(name: impl Into<String>, unit_count: usize) -> Self {
        Self {
            name: name.into(),
            assignment: vec![TerritoryId::UNASSIGNED; unit_count],
            territories: vec![None],
            ..Self::default()
        }
    }

    /// A plan from saved parts. Refuses parts that do not fit together, saying which.
    pub fn from_parts(parts: PlanParts) -> Result<Self, String> {
        let PlanParts { name, assignment, territories, overrides, locked_units, locked_accounts, hierarchy, adjacency } =
            parts;
        if territories.contains_key(&TerritoryId::UNASSIGNED) {
            return Err("territory 0 is reserved for what is unassigned".into());
        }
        let known = |id: TerritoryId| id.is_unassigned() || territories.contains_key(&id);
        if let Some(unit) = assignment.iter().position(|&id| !known(id)) {
            return Err(format!("unit {unit} belongs to territory {}, which does not exist", assignment[unit].0));
        }
        if let Some((account, id)) = overrides.iter().find(|&(_, &id)| !known(id)) {
            return Err(format!("account {} belongs to territory {}, which does not exist", account.0, id.0));
        }
        if let Some(unit) = locked_units.iter().find(|unit| unit.index() >= assignment.len()) {
            return Err(format!("unit {} is locked but does not exist", unit.0));
        }
        let group_known = |territory: &Territory| territory.parent.is_none_or(|id| hierarchy.group(id).is_some());
        if let Some((id, _)) = territories.iter().find(|(_, territory)| !group_known(territory)) {
            return Err(format!("territory {} lies in a group that does not exist", id.0));
        }
        if let Some([a, b]) = adjacency.keys().find(|[a, b]| a >= b || b.index() >= assignment.len()) {
            return Err(format!("units {} and {} cannot be neighbours", a.0, b.0));
        }
        let slots = territories.keys().next_back().map_or(1, |id| id.index() + 1);
        let mut list = vec![None; slots];
        for (id, territory) in territories {
            list[id.index()] = Some(territory);
        }
        let territories = list;
        Ok(Self { name, assignment, territories, overrides, locked_units, locked_accounts, hierarchy, adjacency })
    }

    /// The same plan under another name.
    pub fn renamed(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self.clone() }
    }

    /// Per unit its territory.
    pub fn assignment(&self) -> &[TerritoryId] {
        &self.assignment
    }

    pub fn territory_of(&self, unit: UnitId) -> TerritoryId {
        self.assignment.get(unit.index()).copied().unwrap_or_default()
    }

    /// Who owns an account: its override if it has one, else its unit's territory, else nobody.
    pub fn owner_of(&self, account: AccountId, unit: Option<UnitId>) -> TerritoryId {
        match self.overrides.get(&account) {
            Some(&id) => id,
            None => unit.map_or(TerritoryId::UNASSIGNED, |unit| self.territory_of(unit)),
        }
    }

    pub fn territory(&self, id: TerritoryId) -> Option<&Territory> {
        self.territories.get(id.index())?.as_ref()
    }

    /// The name of a territory, "Unassigned" for what nobody owns.
    pub fn territory_name(&self, id: TerritoryId) -> &str {
        self.territory(id).map_or("Unassigned", |territory| &territory.name)
    }

    /// The existing territories, by id.
    pub fn territories(&self) -> impl Iterator<Item = (TerritoryId, &Territory)> {
        self.territories
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| Some((TerritoryId::from_index(index), slot.as_ref()?)))
    }

    pub fn territory_count(&self) -> usize {
        self.territories.iter().flatten().count()
    }

    /// One more than the largest id in use: the length of a table indexed by territory.
    pub fn territory_slots(&self) -> usize {
        self.territories.len().max(1)
    }

    /// An id for a new territory, never used in this plan before.
    pub fn next_territory_id(&self) -> TerritoryId {
        TerritoryId::from_index(self.territory_slots())
    }

    /// The territory of that name, ignoring case.
    pub fn find_territory(&self, name: &str) -> Option<TerritoryId> {
        let name = name.trim().to_lowercase();
        self.territories().find(|(_, territory)| territory.name.to_lowercase() == name).map(|(id, _)| id)
    }

    pub fn overrides(&self) -> &BTreeMap<AccountId, TerritoryId> {
        &self.overrides
    }

    pub fn locked_units(&self) -> &BTreeSet<UnitId> {
        &self.locked_units
    }

    pub fn locked_accounts(&self) -> &BTreeSet<AccountId> {
        &self.locked_accounts
    }

    /// What stands above the territories.
    pub fn hierarchy(&self) -> &Hierarchy {
        &self.hierarchy
    }

    /// What the user says about neighbours, by pair of units, the smaller first.
    pub fn adjacency(&self) -> &BTreeMap<[UnitId; 2], Adjacency> {
        &self.adjacency
    }

    /// Whether the unit, its territory or a group that holds it is locked.
    pub fn is_locked(&self, unit: UnitId) -> bool {
        self.locked_units.contains(&unit) || self.is_territory_locked(self.territory_of(unit))
    }

    /// Whether a territory or a group that holds it is locked.
    pub fn is_territory_locked(&self, id: TerritoryId) -> bool {
        self.territory(id).is_some_and(|territory| territory.locked || self.hierarchy.is_locked(territory.parent))
    }

    /// The group of a level that a territory lies in.
    pub fn group_of(&self, id: TerritoryId, level: usize) -> Option<GroupId> {
        self.hierarchy.at_level(self.territory(id)?.parent, level)
    }

    /// The territories in a group or in the groups below it, by id.
    pub fn territories_in(&self, group: GroupId) -> impl Iterator<Item = TerritoryId> {
        let inside = move |territory: &Territory| self.hierarchy.upwards(territory.parent).any(|(id, _)| id == group);
        self.territories().filter(move |(_, territory)| inside(territory)).map(|(id, _)| id)
    }

    /// The group that a territory or group stands in.
    pub fn parent_of(&self, member: Member) -> Option<GroupId> {
        match member {
            Member::Territory(id) => self.territory(id)?.parent,
            Member::Group(id) => self.hierarchy.group(id)?.parent,
        }
    }

    /// The name of a territory or group.
    pub fn member_name(&self, member: Member) -> &str {
        match member {
            Member::Territory(id) => self.territory_name(id),
            Member::Group(id) => self.group_name(Some(id)),
        }
    }

    /// The name of a group; empty for none.
    pub fn group_name(&self, id: Option<GroupId>) -> &str {
        id.and_then(|id| self.hierarchy.group(id)).map_or("", |group| &group.name)
    }

    /// What of a territory goes into a group of `level` when it is taken as a whole: the highest group below that level which holds
    /// it, else the territory alone.
    pub fn member_below(&self, id: TerritoryId, level: usize) -> Option<Member> {
        let above = self.hierarchy.upwards(self.territory(id)?.parent);
        let below = above.take_while(|(_, group)| usize::from(group.level) < level);
        Some(below.last().map_or(Member::Territory(id), |(group, _)| Member::Group(group)))
    }

    /// The locked group that keeps a member where it is.
    pub fn keeper_of(&self, member: Member) -> Option<&str> {
        let locked = self.hierarchy.upwards(self.parent_of(member)).find(|(_, group)| group.locked);
        locked.map(|(_, group)| group.name.as_str())
    }

    /// The units of a territory, ascending.
    pub fn units_of(&self, id: TerritoryId) -> impl Iterator<Item = UnitId> {
        self.assignment
            .iter()
            .enumerate()
            .filter(move |&(_, &owner)| owner == id)
            .map(|(index, _)| UnitId::from_index(index))
    }
}
