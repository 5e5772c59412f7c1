//! A plan: one assignment of units to territories. Also called scenario on screen.

use std::collections::{BTreeMap, BTreeSet};

use super::ids::{AccountId, MeasureId, RepId, TerritoryId, UnitId};

/// A named set of units, owned by one rep.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Territory {
    pub name: String,
    /// Red, green, blue.
    pub colour: [u8; 3],
    pub rep: Option<RepId>,
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
    pub fn from_parts(
        name: String,
        assignment: Vec<TerritoryId>,
        territories: BTreeMap<TerritoryId, Territory>,
        overrides: BTreeMap<AccountId, TerritoryId>,
        locked_units: BTreeSet<UnitId>,
    ) -> Result<Self, String> {
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
        let slots = territories.keys().next_back().map_or(1, |id| id.index() + 1);
        let mut list = vec![None; slots];
        for (id, territory) in territories {
            list[id.index()] = Some(territory);
        }
        Ok(Self { name, assignment, territories: list, overrides, locked_units })
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

    /// Whether the unit, or the territory it is in, is locked.
    pub fn is_locked(&self, unit: UnitId) -> bool {
        self.locked_units.contains(&unit)
            || self.territory(self.territory_of(unit)).is_some_and(|territory| territory.locked)
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
