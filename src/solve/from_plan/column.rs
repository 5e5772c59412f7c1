//! What is balanced: figures per unit, and what each territory shall have of them.

use super::slots::Slot;
use super::{BuildRequest, Wanted};
use crate::domain::columns::Subject;
use crate::domain::ids::MeasureId;
use crate::domain::metrics::{Totals, target};
use crate::domain::project::{Goal, Project};

/// What is balanced: figures per unit, and what each territory shall have.
pub(super) struct Column {
    pub name: String,
    /// `None` for a mix.
    pub measure: Option<MeasureId>,
    pub tolerance: f64,
    pub loads: Vec<f64>,
    /// Per territory what it shall carry in all, and what of that it has through named accounts.
    pub targets: Vec<f64>,
    pub named: Vec<f64>,
}

impl Column {
    pub fn new(project: &Project, totals: &Totals, goal: &Goal, slots: &[Slot], request: &BuildRequest) -> Self {
        let plan = &*project.plan;
        let table = totals.table();
        let mut loads: Vec<f64> = project.units.ids().map(|unit| table.unit_load(goal.measure, unit)).collect();
        let mut named = vec![0.0; slots.len()];
        let values = project.measure(goal.measure).filter(|measure| measure.subject == Subject::Accounts);
        for (account, owner) in plan.overrides() {
            let value = values.and_then(|measure| measure.values.get(account.index()).copied());
            let Some(value) = value.filter(|value| value.is_finite()) else { continue };
            if let Some(unit) = project.accounts.units.get(account.index()).copied().flatten() {
                let load = &mut loads[unit.index()];
                *load -= value;
                // What is left of rounding is nothing, whatever was there before.
                if load.abs() < 1e-9 * value.abs().max(table.unit_load(goal.measure, unit).abs()) {
                    *load = 0.0;
                }
            }
            if let Some(slot) = slots.iter().position(|slot| slot.id == Some(*owner)) {
                named[slot] += value;
            }
        }
        let locked = plan.territories().filter(|&(id, _)| plan.is_territory_locked(id)).count();
        let equal = totals.total(goal.measure) / (slots.len() + locked).max(1) as f64;
        let own = |slot: &Slot| match slot.id {
            Some(id) if request.territories == Wanted::Current => target(plan, totals, goal.measure, id),
            _ => equal,
        };
        let mut targets: Vec<f64> = slots.iter().map(own).collect();
        if request.by_capacity {
            let hours = capacities(project, slots);
            let (sum, all) = (targets.iter().sum::<f64>(), hours.iter().sum::<f64>());
            for (target, hours) in targets.iter_mut().zip(hours) {
                *target = sum * hours / all;
            }
        }
        let name = project.measure(goal.measure).map_or_else(String::new, |measure| measure.name.clone());
        Self { name, measure: Some(goal.measure), tolerance: goal.tolerance, loads, targets, named }
    }

    /// One column of several, each as a share of its total and by its weight; kept within the narrowest tolerance.
    pub fn mixed(columns: &[Self], goals: &[Goal]) -> Self {
        let weights: f64 = goals.iter().map(|goal| goal.weight).sum();
        let parts: Vec<f64> = columns
            .iter()
            .zip(goals)
            .map(|(column, goal)| {
                let total = column.loads.iter().chain(&column.named).sum::<f64>();
                if total > 0.0 { goal.weight / weights / total } else { 0.0 }
            })
            .collect();
        let mix = |of: fn(&Self) -> &[f64]| -> Vec<f64> {
            let length = columns.first().map_or(0, |column| of(column).len());
            (0..length).map(|at| columns.iter().zip(&parts).map(|(column, part)| of(column)[at] * part).sum()).collect()
        };
        Self {
            name: columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(" + "),
            measure: None,
            tolerance: columns.iter().map(|column| column.tolerance).fold(f64::INFINITY, f64::min),
            loads: mix(|column| &column.loads),
            targets: mix(|column| &column.targets),
            named: mix(|column| &column.named),
        }
    }

    /// Targets add up to more than there is when something belongs to nobody, and to less when a locked territory has too little.
    /// They stay what the user sees as long as that leaves room within the tolerance; else they share out what is there.
    pub fn fit_targets(&mut self, free_load: f64) {
        let sum: f64 = self.targets.iter().sum();
        let there = free_load + self.named.iter().sum::<f64>();
        if sum > 0.0 && (there / sum - 1.0).abs() > 0.5 * self.tolerance {
            for target in &mut self.targets {
                *target *= there / sum;
            }
        }
    }
}

/// Hours per territory; the mean of the known ones where none are known.
fn capacities(project: &Project, slots: &[Slot]) -> Vec<f64> {
    let hours = |slot: &Slot| {
        let rep = project.reps.get(slot.rep?.index())?;
        (rep.capacity_hours.is_finite() && rep.capacity_hours > 0.0).then_some(rep.capacity_hours)
    };
    let known: Vec<f64> = slots.iter().filter_map(hours).collect();
    let mean = if known.is_empty() { 1.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
    slots.iter().map(|slot| hours(slot).unwrap_or(mean)).collect()
}
