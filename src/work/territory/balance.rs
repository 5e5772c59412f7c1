//! How full territories are while units go from one to another.

use super::Board;
use crate::domain::columns::Subject;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::metrics;

/// Loads and targets of the goal's measure; counts of units where there is no goal.
pub struct Balance {
    /// What goes with a unit: named accounts stay behind.
    unit_loads: Vec<f64>,
    loads: Vec<f64>,
    targets: Vec<f64>,
    tolerance: f64,
}

impl Balance {
    pub fn new(board: &Board) -> Self {
        let (plan, totals, units) = (board.plan(), board.totals, &board.project.units);
        let slots = (0..plan.territory_slots()).map(TerritoryId::from_index);
        let Some(goal) = board.goal else {
            let equal = units.len() as f64 / plan.territory_count().max(1) as f64;
            return Self {
                unit_loads: vec![1.0; units.len()],
                loads: slots.clone().map(|id| f64::from(totals.unit_count(id))).collect(),
                targets: slots.map(|_| equal).collect(),
                tolerance: 0.10,
            };
        };
        let mut unit_loads: Vec<f64> = units.ids().map(|unit| totals.table().unit_load(goal.measure, unit)).collect();
        let values = board.project.measure(goal.measure).filter(|measure| measure.subject == Subject::Accounts);
        for account in plan.overrides().keys().map(|account| account.index()) {
            let value = values.and_then(|measure| measure.values.get(account).copied()).filter(|v| v.is_finite());
            let unit = board.project.accounts.units.get(account).copied().flatten();
            if let (Some(value), Some(unit)) = (value, unit) {
                unit_loads[unit.index()] -= value;
            }
        }
        Self {
            unit_loads,
            loads: slots.clone().map(|id| totals.load(goal.measure, id)).collect(),
            targets: slots.map(|id| metrics::target(plan, totals, goal.measure, id)).collect(),
            tolerance: goal.tolerance,
        }
    }

    /// Load as a share of the target.
    pub fn fill(&self, id: TerritoryId) -> f64 {
        let target = self.targets[id.index()];
        if target > 0.0 { self.loads[id.index()] / target } else { self.loads[id.index()] }
    }

    pub fn carry(&mut self, unit: UnitId, from: TerritoryId, to: TerritoryId) {
        self.loads[from.index()] -= self.unit_loads[unit.index()];
        self.loads[to.index()] += self.unit_loads[unit.index()];
    }

    /// Whether neither territory leaves the tolerance by this, nor gets farther off when it is outside already.
    pub fn allows(&self, unit: UnitId, from: TerritoryId, to: TerritoryId) -> bool {
        let load = self.unit_loads[unit.index()];
        let off = |id: TerritoryId, change: f64| {
            let target = self.targets[id.index()];
            if target > 0.0 { ((self.loads[id.index()] + change - target) / target).abs() } else { 0.0 }
        };
        [(from, -load), (to, load)].into_iter().all(|(id, change)| {
            let (before, after) = (off(id, 0.0), off(id, change));
            after <= self.tolerance + 1e-9 || after <= before + 1e-12
        })
    }
}
