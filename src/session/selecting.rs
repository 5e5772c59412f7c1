//! What tools may take, and selections made from other selections.

use std::collections::BTreeSet;

use super::Session;
use super::view::Scope;
use crate::domain::ids::{TerritoryId, UnitId};

impl Session {
    /// Which units tools may take; a territory that is gone limits nothing.
    pub fn scope(&self) -> Scope {
        match self.view.scope {
            Scope::Only(id) if self.plan().territory(id).is_none() => Scope::Everything,
            scope => scope,
        }
    }

    /// Those of the units that tools may take.
    pub fn in_scope(&self, mut units: Vec<UnitId>) -> Vec<UnitId> {
        let owner = match self.scope() {
            Scope::Everything => return units,
            Scope::Unassigned => TerritoryId::UNASSIGNED,
            Scope::Only(id) => id,
        };
        units.retain(|&unit| self.plan().territory_of(unit) == owner);
        units
    }

    /// The selected units and their neighbours, as far as tools may take them.
    pub fn grown_selection(&self) -> BTreeSet<UnitId> {
        let (neighbours, units) = (self.neighbours(), &self.selection.units);
        let around: BTreeSet<UnitId> =
            units.iter().flat_map(|&unit| neighbours.of(unit)).map(|neighbour| neighbour.unit).collect();
        let around = self.in_scope(around.into_iter().filter(|unit| !units.contains(unit)).collect());
        units.iter().copied().chain(around).collect()
    }

    /// The selected units without those beside one that is not selected.
    pub fn shrunk_selection(&self) -> BTreeSet<UnitId> {
        let (neighbours, units) = (self.neighbours(), &self.selection.units);
        let inner = |unit: &UnitId| neighbours.of(*unit).iter().all(|neighbour| units.contains(&neighbour.unit));
        units.iter().copied().filter(inner).collect()
    }

    /// The territories of the selected units, by id.
    pub fn selected_territories(&self) -> BTreeSet<TerritoryId> {
        let owners = self.selection.units.iter().map(|&unit| self.plan().territory_of(unit));
        owners.filter(|id| !id.is_unassigned()).collect()
    }

    /// The two selected units, when there are two.
    pub fn selected_pair(&self) -> Option<[UnitId; 2]> {
        let mut units = self.selection.units.iter().copied();
        let pair = [units.next()?, units.next()?];
        units.next().is_none().then_some(pair)
    }
}
