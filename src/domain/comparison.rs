//! Two plans of one project held against each other: territory by territory, and what changes hands.

use std::collections::BTreeMap;

use super::columns::Subject;
use super::ids::{AccountId, MeasureId, RepId, TerritoryId, UnitId};
use super::metrics::{self, Totals};
use super::plan::Plan;
use super::project::Project;
use super::shape::PlanMetrics;

/// Which territory of one plan is which of another. Unassigned is itself.
#[derive(Debug, Clone, Default)]
pub struct Pairing {
    /// By number, unassigned included.
    after_of: Vec<Option<TerritoryId>>,
    before_of: Vec<Option<TerritoryId>>,
}

impl Pairing {
    /// Territories of one name are one. Of the others, those of one number are one where they share a unit: they were renamed.
    pub fn new(before: &Plan, after: &Plan) -> Self {
        let mut pairing =
            Self { after_of: vec![None; before.territory_slots()], before_of: vec![None; after.territory_slots()] };
        pairing.join(TerritoryId::UNASSIGNED, TerritoryId::UNASSIGNED);
        let by_name: BTreeMap<String, TerritoryId> =
            after.territories().map(|(id, territory)| (key(&territory.name), id)).collect();
        for (id, territory) in before.territories() {
            // The same number and name, before another territory that happens to be called so too.
            let same = after.territory(id).filter(|other| key(&other.name) == key(&territory.name)).map(|_| id);
            if let Some(other) = same.or_else(|| by_name.get(&key(&territory.name)).copied()) {
                pairing.join(id, other);
            }
        }
        let mut shared: BTreeMap<TerritoryId, usize> = BTreeMap::new();
        for (&owner, &other) in before.assignment().iter().zip(after.assignment()) {
            if owner == other {
                *shared.entry(owner).or_default() += 1;
            }
        }
        for (id, _) in before.territories() {
            if after.territory(id).is_some() && shared.contains_key(&id) {
                pairing.join(id, id);
            }
        }
        pairing
    }

    fn join(&mut self, before: TerritoryId, after: TerritoryId) {
        if self.after(before).is_none() && self.before(after).is_none() {
            self.after_of[before.index()] = Some(after);
            self.before_of[after.index()] = Some(before);
        }
    }

    /// The territory after that is this one before; `None` for one that is gone.
    pub fn after(&self, before: TerritoryId) -> Option<TerritoryId> {
        self.after_of.get(before.index()).copied().flatten()
    }

    /// The territory before that is this one after; `None` for one that is new.
    pub fn before(&self, after: TerritoryId) -> Option<TerritoryId> {
        self.before_of.get(after.index()).copied().flatten()
    }

    /// Whether what was here and is there has changed its territory.
    pub fn moved(&self, before: TerritoryId, after: TerritoryId) -> bool {
        self.after(before) != Some(after)
    }
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// How much changes hands. What was nobody's before is counted as taken up, not as moved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Disruption {
    /// Units that had a territory before and have another now, or none.
    pub units: usize,
    /// Units that had a territory before.
    pub owned_units: usize,
    pub accounts: usize,
    pub owned_accounts: usize,
    /// Accounts whose rep is another, whether their territory is or not; having had one before.
    pub accounts_with_other_rep: usize,
    /// Units and accounts that had no territory before and have one now.
    pub units_taken_up: usize,
    pub accounts_taken_up: usize,
    /// Per measure compared: what moved, and what had a territory before. Of measures of units the units count, else the accounts.
    pub values: Vec<[f64; 2]>,
}

impl Disruption {
    /// The share of units that move, 0 where none had an owner.
    pub fn unit_share(&self) -> f64 {
        share(self.units as f64, self.owned_units as f64)
    }

    pub fn account_share(&self) -> f64 {
        share(self.accounts as f64, self.owned_accounts as f64)
    }

    /// Of the measure at this place among those compared.
    pub fn value_share(&self, at: usize) -> f64 {
        self.values.get(at).map_or(0.0, |&[moved, owned]| share(moved, owned))
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// A territory of either plan, or of both.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// `None`: it is not in that plan. Unassigned is in both.
    pub territory: [Option<TerritoryId>; 2],
    pub units: [u32; 2],
    pub accounts: [u32; 2],
    /// Per measure compared.
    pub loads: Vec<[f64; 2]>,
    pub deviations: Vec<[Option<f64>; 2]>,
    pub units_gained: u32,
    pub units_lost: u32,
    pub accounts_gained: u32,
    pub accounts_lost: u32,
    /// Per measure compared: what comes and what goes.
    pub gained: Vec<f64>,
    pub lost: Vec<f64>,
    /// Mean great-circle distance to the centre, km; `None` where it is not known.
    pub travel_km: [Option<f64>; 2],
    /// Polsby–Popper.
    pub compactness: [Option<f64>; 2],
}

impl Row {
    /// Nothing of it is another than before.
    pub fn is_same(&self) -> bool {
        self.units_gained + self.units_lost + self.accounts_gained + self.accounts_lost == 0
            && self.territory[0].is_some() == self.territory[1].is_some()
    }
}

/// What two plans differ in. The first of two figures is always that of the plan before.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// The measures that are compared: all that can be summed.
    pub measures: Vec<MeasureId>,
    /// Territories of the plan before in its order, new ones, and what is unassigned.
    pub rows: Vec<Row>,
    pub disruption: Disruption,
    /// Per measure: the largest absolute deviation of a territory from its target.
    pub balance: Vec<[Option<f64>; 2]>,
    /// Mean travel of the plan, km.
    pub travel_km: [Option<f64>; 2],
}

/// A plan with its totals, and its slow figures where they are known.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub plan: &'a Plan,
    pub totals: &'a Totals,
    pub metrics: Option<&'a PlanMetrics>,
}

/// Holds `after` against `before`, both over the units and accounts of `project` (whose own plan does not count).
pub fn compare(project: &Project, before: Side, after: Side) -> Comparison {
    let sides = [before, after];
    let pairing = Pairing::new(before.plan, after.plan);
    let measures: Vec<MeasureId> = (0..project.measures.len()).map(MeasureId::from_index).collect();
    let measures: Vec<MeasureId> =
        measures.into_iter().filter(|&id| project.measure(id).is_some_and(|measure| measure.is_summed())).collect();
    let mut rows = Vec::new();
    let mut of_before: BTreeMap<TerritoryId, usize> = BTreeMap::new();
    let mut of_after: BTreeMap<TerritoryId, usize> = BTreeMap::new();
    let gone = before.plan.territories().map(|(id, _)| [Some(id), pairing.after(id)]);
    let new = after.plan.territories().filter(|(id, _)| pairing.before(*id).is_none()).map(|(id, _)| [None, Some(id)]);
    let nobody = [Some(TerritoryId::UNASSIGNED); 2];
    for territory in gone.chain(new).chain([nobody]) {
        of_before.extend(territory[0].map(|id| (id, rows.len())));
        of_after.extend(territory[1].map(|id| (id, rows.len())));
        rows.push(row(&measures, sides, territory));
    }
    let mut moving =
        Moving { project, measures: &measures, rows, of_before, of_after, disruption: Disruption::default() };
    moving.disruption.values = vec![[0.0; 2]; measures.len()];
    moving.units(sides.map(|side| side.plan), &pairing);
    moving.accounts(sides.map(|side| side.plan), &pairing);
    let Moving { rows, disruption, .. } = moving;
    let balance = |id: MeasureId| sides.map(|side| metrics::balance(side.plan, side.totals, id));
    Comparison {
        balance: measures.iter().map(|&id| balance(id)).collect(),
        travel_km: sides.map(|side| side.metrics.map(|metrics| metrics.travel_mean_km)),
        rows,
        disruption,
        measures,
    }
}

fn row(measures: &[MeasureId], sides: [Side; 2], territory: [Option<TerritoryId>; 2]) -> Row {
    let of = |at: usize| territory[at].map(|id| (sides[at], id));
    let both = [of(0), of(1)];
    let slow = both.map(|side| side.and_then(|(side, id)| side.metrics?.territory(id)));
    Row {
        territory,
        units: both.map(|side| side.map_or(0, |(side, id)| side.totals.unit_count(id))),
        accounts: both.map(|side| side.map_or(0, |(side, id)| side.totals.account_count(id))),
        loads: measures
            .iter()
            .map(|&measure| both.map(|side| side.map_or(0.0, |(side, id)| side.totals.load(measure, id))))
            .collect(),
        deviations: measures
            .iter()
            .map(|&measure| {
                both.map(|side| side.and_then(|(at, id)| metrics::deviation(at.plan, at.totals, measure, id)))
            })
            .collect(),
        gained: vec![0.0; measures.len()],
        lost: vec![0.0; measures.len()],
        travel_km: slow.map(|of| of.map(|of| of.travel_mean_km).filter(|km| km.is_finite())),
        compactness: slow.map(|of| of.map(|of| of.polsby_popper).filter(|value| value.is_finite())),
        ..Row::default()
    }
}

/// How many units and accounts change hands, without their values: quick enough for every stroke.
pub fn disruption(project: &Project, before: &Plan, after: &Plan) -> Disruption {
    let sides = [before, after];
    let pairing = Pairing::new(before, after);
    let mut moving = Moving {
        project,
        measures: &[],
        rows: Vec::new(),
        of_before: BTreeMap::new(),
        of_after: BTreeMap::new(),
        disruption: Disruption::default(),
    };
    moving.units(sides, &pairing);
    moving.accounts(sides, &pairing);
    moving.disruption
}

/// Counts what changes its territory.
struct Moving<'a> {
    project: &'a Project,
    measures: &'a [MeasureId],
    rows: Vec<Row>,
    of_before: BTreeMap<TerritoryId, usize>,
    of_after: BTreeMap<TerritoryId, usize>,
    disruption: Disruption,
}

impl Moving<'_> {
    fn units(&mut self, [before, after]: [&Plan; 2], pairing: &Pairing) {
        for index in 0..self.project.units.len() {
            let unit = UnitId::from_index(index);
            let (from, to) = (before.territory_of(unit), after.territory_of(unit));
            let owned = !from.is_unassigned();
            self.disruption.owned_units += usize::from(owned);
            let moved = pairing.moved(from, to);
            self.values(Subject::Units, index, owned, moved.then_some([from, to]));
            if !moved {
                continue;
            }
            match owned {
                true => self.disruption.units += 1,
                false => self.disruption.units_taken_up += 1,
            }
            if let Some(row) = self.of_before.get(&from) {
                self.rows[*row].units_lost += 1;
            }
            if let Some(row) = self.of_after.get(&to) {
                self.rows[*row].units_gained += 1;
            }
        }
    }

    fn accounts(&mut self, [before, after]: [&Plan; 2], pairing: &Pairing) {
        let reps = |plan: &Plan, id: TerritoryId| -> Option<RepId> { plan.territory(id)?.rep };
        for (index, &unit) in self.project.accounts.units.iter().enumerate() {
            let account = AccountId::from_index(index);
            let (from, to) = (before.owner_of(account, unit), after.owner_of(account, unit));
            let owned = !from.is_unassigned();
            self.disruption.owned_accounts += usize::from(owned);
            let rep = reps(before, from);
            self.disruption.accounts_with_other_rep += usize::from(rep.is_some() && rep != reps(after, to));
            let moved = pairing.moved(from, to);
            self.values(Subject::Accounts, index, owned, moved.then_some([from, to]));
            if !moved {
                continue;
            }
            match owned {
                true => self.disruption.accounts += 1,
                false => self.disruption.accounts_taken_up += 1,
            }
            if let Some(row) = self.of_before.get(&from) {
                self.rows[*row].accounts_lost += 1;
            }
            if let Some(row) = self.of_after.get(&to) {
                self.rows[*row].accounts_gained += 1;
            }
        }
    }

    /// The values of a unit or account, in the sums that they belong to.
    fn values(&mut self, subject: Subject, index: usize, owned: bool, moved: Option<[TerritoryId; 2]>) {
        for (at, measure) in self.measures.iter().enumerate() {
            let Some(measure) = self.project.measure(*measure).filter(|measure| measure.subject == subject) else {
                continue;
            };
            let value = measure.values.get(index).copied().filter(|value| value.is_finite()).unwrap_or(0.0);
            let sums = &mut self.disruption.values[at];
            sums[1] += if owned { value } else { 0.0 };
            let Some([from, to]) = moved else { continue };
            sums[0] += if owned { value } else { 0.0 };
            if let Some(row) = self.of_before.get(&from) {
                self.rows[*row].lost[at] += value;
            }
            if let Some(row) = self.of_after.get(&to) {
                self.rows[*row].gained[at] += value;
            }
        }
    }
}

#[cfg(test)]
mod tests;
