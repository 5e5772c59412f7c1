//! Loads per territory, kept current with every change.
//!
//! Sums are exact: values are rounded once to a grid of 2⁻⁴⁰ and added as integers. So the order of additions does not matter,
//! totals kept up to date change by change equal a full recount to the last bit, and undo brings the same figures back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cells::CellColumn;
use super::columns::{Aggregate, Subject};
use super::edit::{Change, Edit};
use super::ids::{AccountId, MeasureId, TerritoryId, UnitId};
use super::plan::Plan;
use super::project::Project;

/// Per column the figures of every unit and account on the exact grid. Depends on the data alone, not on a plan; shared.
#[derive(Debug, Clone, Default)]
pub struct LoadTable {
    /// `[column][unit]`: unit columns, and account columns summed over the accounts in the unit.
    per_unit: Vec<Arc<Vec<i128>>>,
    /// `[column][account]`; empty for columns of units.
    per_account: Vec<Arc<Vec<i128>>>,
    /// Per measure its column and, for means, the column to divide by.
    measures: Vec<(usize, Option<usize>)>,
    /// Accounts per unit.
    accounts_in: Vec<u32>,
    unit_of: Vec<Option<UnitId>>,
    /// Per column the sum over accounts outside every unit.
    outside: Vec<i128>,
    accounts_outside: u32,
}

/// Totals of one plan: small (territories × measures), so that a copy for a preview costs microseconds.
#[derive(Debug, Clone)]
pub struct Totals {
    table: Arc<LoadTable>,
    /// `[column][territory]`.
    loads: Vec<Vec<i128>>,
    units: Vec<u32>,
    accounts: Vec<u32>,
}

impl PartialEq for Totals {
    fn eq(&self, other: &Self) -> bool {
        self.loads == other.loads && self.units == other.units && self.accounts == other.accounts
    }
}

impl LoadTable {
    pub fn new(project: &Project) -> Self {
        let units = project.units.len();
        let accounts = project.accounts.len();
        let mut table =
            Self { accounts_in: vec![0; units], unit_of: project.accounts.units.clone(), ..Self::default() };
        table.unit_of.resize(accounts, None);
        for unit in &table.unit_of {
            match unit {
                Some(unit) => table.accounts_in[unit.index()] += 1,
                None => table.accounts_outside += 1,
            }
        }
        for id in (0..project.measures.len()).map(MeasureId::from_index) {
            let (values, weights) = on_the_grid(project, id);
            let subject = project.measures[id.index()].subject;
            let column = table.new_column();
            table.fill(column, subject, values);
            let divisor = weights.map(|weights| {
                let divisor = table.new_column();
                table.fill(divisor, subject, weights);
                divisor
            });
            table.measures.push((column, divisor));
        }
        table
    }

    fn new_column(&mut self) -> usize {
        self.per_unit.push(Arc::default());
        self.per_account.push(Arc::default());
        self.outside.push(0);
        self.per_unit.len() - 1
    }

    fn fill(&mut self, column: usize, subject: Subject, values: Vec<i128>) {
        self.outside[column] = 0;
        if subject == Subject::Units {
            self.per_unit[column] = Arc::new(values);
            return;
        }
        let mut sums = vec![0; self.accounts_in.len()];
        for (unit, value) in self.unit_of.iter().zip(&values) {
            match unit {
                Some(unit) => sums[unit.index()] += value,
                None => self.outside[column] += value,
            }
        }
        self.per_unit[column] = Arc::new(sums);
        self.per_account[column] = Arc::new(values);
    }

    /// Fills the columns of a measure anew, and returns which they are.
    fn renew(&mut self, project: &Project, id: MeasureId) -> Vec<usize> {
        let (Some(&(column, divisor)), Some(measure)) = (self.measures.get(id.index()), project.measure(id)) else {
            return Vec::new();
        };
        let (values, weights) = on_the_grid(project, id);
        self.fill(column, measure.subject, values);
        if let (Some(divisor), Some(weights)) = (divisor, weights) {
            self.fill(divisor, measure.subject, weights);
        }
        [Some(column), divisor].into_iter().flatten().collect()
    }

    /// Accounts come to lie in other units.
    fn carry_accounts(&mut self, moves: &[(AccountId, Option<UnitId>, Option<UnitId>)]) {
        for &(account, before, after) in moves {
            match before {
                Some(unit) => self.accounts_in[unit.index()] -= 1,
                None => self.accounts_outside -= 1,
            }
            match after {
                Some(unit) => self.accounts_in[unit.index()] += 1,
                None => self.accounts_outside += 1,
            }
            self.unit_of[account.index()] = after;
        }
        for column in 0..self.per_unit.len() {
            // Columns of units have no figures of accounts.
            if self.per_account[column].is_empty() {
                continue;
            }
            let sums = Arc::make_mut(&mut self.per_unit[column]);
            for &(account, before, after) in moves {
                let value = self.per_account[column][account.index()];
                match before {
                    Some(unit) => sums[unit.index()] -= value,
                    None => self.outside[column] -= value,
                }
                match after {
                    Some(unit) => sums[unit.index()] += value,
                    None => self.outside[column] += value,
                }
            }
        }
    }

    /// A measure's figure for one unit, its accounts included; for a mean, the mean. NaN for a mean of nothing.
    pub fn unit_load(&self, measure: MeasureId, unit: UnitId) -> f64 {
        let Some(&(column, divisor)) = self.measures.get(measure.index()) else { return f64::NAN };
        figure(self.per_unit[column][unit.index()], divisor.map(|divisor| self.per_unit[divisor][unit.index()]))
    }

    /// The number of accounts in a unit.
    pub fn accounts_in(&self, unit: UnitId) -> u32 {
        self.accounts_in.get(unit.index()).copied().unwrap_or(0)
    }
}

/// The values of a measure on the grid; for a mean, values times weights, and the weights.
fn on_the_grid(project: &Project, id: MeasureId) -> (Vec<i128>, Option<Vec<i128>>) {
    let measure = &project.measures[id.index()];
    let rows = if measure.subject == Subject::Units { project.units.len() } else { project.accounts.len() };
    let value = |row: usize| measure.values.get(row).copied().unwrap_or(f64::NAN);
    match measure.aggregate {
        Aggregate::Sum => ((0..rows).map(|row| to_grid(value(row))).collect(), None),
        Aggregate::Mean { weight } => {
            let weights = weight.and_then(|id| project.measures.get(id.index()));
            let weight = |row: usize| match weights {
                _ if value(row).is_nan() => 0.0,
                Some(column) => column.values.get(row).copied().unwrap_or(0.0).max(0.0),
                None => 1.0,
            };
            let times = |row: usize| if weight(row) > 0.0 { weight(row) * value(row) } else { 0.0 };
            let scale = scale_for((0..rows).map(times));
            let values = (0..rows).map(|row| to_grid(times(row) * scale)).collect();
            (values, Some((0..rows).map(|row| to_grid(weight(row) * scale)).collect()))
        }
    }
}

impl Totals {
    /// Counts everything. O(units + accounts).
    pub fn count(table: Arc<LoadTable>, plan: &Plan) -> Self {
        let slots = plan.territory_slots();
        let mut totals = Self {
            loads: vec![vec![0; slots]; table.per_unit.len()],
            units: vec![0; slots],
            accounts: vec![0; slots],
            table: Arc::clone(&table),
        };
        for (loads, &outside) in totals.loads.iter_mut().zip(&table.outside) {
            loads[0] += outside;
        }
        totals.accounts[0] += table.accounts_outside;
        for (index, owner) in plan.assignment().iter().enumerate() {
            totals.units[owner.index()] += 1;
            totals.accounts[owner.index()] += table.accounts_in[index];
        }
        for (loads, values) in totals.loads.iter_mut().zip(&table.per_unit) {
            for (owner, value) in plan.assignment().iter().zip(values.iter()) {
                loads[owner.index()] += value;
            }
        }
        for (&account, &owner) in plan.overrides() {
            totals.move_account(account, totals.home_of(plan, account), owner);
        }
        totals
    }

    /// A unit changes owner, with all its accounts.
    fn carry_unit(&mut self, unit: UnitId, from: TerritoryId, to: TerritoryId) {
        self.grow(to);
        self.grow(from);
        self.units[from.index()] -= 1;
        self.units[to.index()] += 1;
        let accounts = self.table.accounts_in(unit);
        self.accounts[from.index()] -= accounts;
        self.accounts[to.index()] += accounts;
        let table = Arc::clone(&self.table);
        for (loads, values) in self.loads.iter_mut().zip(&table.per_unit) {
            loads[from.index()] -= values[unit.index()];
            loads[to.index()] += values[unit.index()];
        }
    }

    /// An account changes owner. O(measures).
    fn move_account(&mut self, account: AccountId, from: TerritoryId, to: TerritoryId) {
        if from == to || account.index() >= self.table.unit_of.len() {
            return;
        }
        self.grow(to);
        self.grow(from);
        self.accounts[from.index()] -= 1;
        self.accounts[to.index()] += 1;
        let table = Arc::clone(&self.table);
        for (loads, values) in self.loads.iter_mut().zip(&table.per_account) {
            if let Some(value) = values.get(account.index()) {
                loads[from.index()] -= value;
                loads[to.index()] += value;
            }
        }
    }

    /// Follows an edit that has been applied: `plan` is the plan after it. O(changes + named accounts).
    pub fn follow(&mut self, plan: &Plan, edit: &Edit) {
        // A unit or account may change more than once in an edit, units and named accounts in any order: what counts is how it was
        // before and is after.
        let mut units: Vec<(UnitId, TerritoryId, TerritoryId)> = Vec::new();
        let mut named: BTreeMap<AccountId, Option<TerritoryId>> = BTreeMap::new();
        for change in &edit.changes {
            match *change {
                Change::Assign { unit, old, new } => units.push((unit, old, new)),
                Change::Override { account, old, .. } => drop(named.entry(account).or_insert(old)),
                Change::Territory { id, .. } => self.grow(id),
                _ => {}
            }
        }
        units.sort_by_key(|moved| moved.0);
        units.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.2 = later.2;
            }
            same
        });
        for &(unit, from, to) in &units {
            self.carry_unit(unit, from, to);
        }
        let moved = |unit: UnitId| Some(&units[units.binary_search_by_key(&unit, |moved| moved.0).ok()?]);
        let unit_of = |table: &LoadTable, account: AccountId| table.unit_of.get(account.index()).copied().flatten();
        if !units.is_empty() {
            for (&account, &owner) in plan.overrides() {
                if unit_of(&self.table, account).and_then(moved).is_some() {
                    named.entry(account).or_insert(Some(owner));
                }
            }
        }
        for (account, before) in named {
            let unit = unit_of(&self.table, account);
            let home = unit.map_or(TerritoryId::UNASSIGNED, |unit| plan.territory_of(unit));
            let home_before = unit.and_then(moved).map_or(home, |&(_, from, _)| from);
            // It was carried along with its unit; give it back, then move it as it has moved.
            self.move_account(account, home, home_before);
            let after = plan.overrides().get(&account).copied();
            self.move_account(account, before.unwrap_or(home_before), after.unwrap_or(home));
        }
        let slots = plan.territory_slots();
        for loads in &mut self.loads {
            loads.resize(slots, 0);
        }
        self.units.resize(slots, 0);
        self.accounts.resize(slots, 0);
    }

    /// Follows the cells of an edit that has been applied: `project` is the project after it. Only the columns of the measures that
    /// changed, and of means weighted with them, are counted anew. O(rows) each.
    pub fn follow_cells(&mut self, project: &Project, edit: &Edit) {
        let changed: Vec<MeasureId> = edit
            .cells()
            .filter_map(|cells| if let CellColumn::Measure(id) = cells.column { Some(id) } else { None })
            .collect();
        let touched = |index: usize| {
            let id = MeasureId::from_index(index);
            let weight = match project.measures[index].aggregate {
                Aggregate::Mean { weight } => weight,
                Aggregate::Sum => None,
            };
            changed.contains(&id) || weight.is_some_and(|weight| changed.contains(&weight))
        };
        for index in (0..project.measures.len()).filter(|&index| !changed.is_empty() && touched(index)) {
            let table = Arc::make_mut(&mut self.table);
            for column in table.renew(project, MeasureId::from_index(index)) {
                self.count_column(&project.plan, column);
            }
        }
    }

    /// Follows the places of an edit that has been applied and that [`Self::follow`] was told of: `project` is the project after it.
    /// O(moved accounts × measures), and a copy of the columns where others hold the table as well.
    pub fn follow_places(&mut self, project: &Project, edit: &Edit) {
        let rows: BTreeSet<u32> = edit.places().flat_map(|places| places.rows.iter().copied()).collect();
        let mut moves = Vec::new();
        for account in rows.into_iter().map(AccountId) {
            let before = self.table.unit_of.get(account.index()).copied().flatten();
            let after = project.accounts.units.get(account.index()).copied().flatten();
            if before != after {
                moves.push((account, before, after));
            }
        }
        if moves.is_empty() {
            return;
        }
        let plan = &*project.plan;
        let owner = |unit: Option<UnitId>| unit.map_or(TerritoryId::UNASSIGNED, |unit| plan.territory_of(unit));
        Arc::make_mut(&mut self.table).carry_accounts(&moves);
        for (account, before, after) in moves {
            // A named account stays with its owner wherever it is.
            if !plan.overrides().contains_key(&account) {
                self.move_account(account, owner(before), owner(after));
            }
        }
    }

    fn count_column(&mut self, plan: &Plan, column: usize) {
        let table = Arc::clone(&self.table);
        let mut loads = vec![0; plan.territory_slots()];
        loads[0] += table.outside[column];
        for (owner, value) in plan.assignment().iter().zip(table.per_unit[column].iter()) {
            loads[owner.index()] += value;
        }
        for (&account, &owner) in plan.overrides() {
            if let Some(value) = table.per_account[column].get(account.index()) {
                loads[self.home_of(plan, account).index()] -= value;
                loads[owner.index()] += value;
            }
        }
        self.loads[column] = loads;
    }

    /// A measure's figure for a territory: the sum, or the mean (NaN when there is nothing to take it of).
    pub fn load(&self, measure: MeasureId, territory: TerritoryId) -> f64 {
        let Some(&(column, divisor)) = self.table.measures.get(measure.index()) else { return f64::NAN };
        let at = |column: usize| self.loads[column].get(territory.index()).copied().unwrap_or(0);
        figure(at(column), divisor.map(at))
    }

    /// A measure's figure over several territories: what a district carries.
    pub fn load_of(&self, measure: MeasureId, territories: impl Iterator<Item = TerritoryId> + Clone) -> f64 {
        let Some(&(column, divisor)) = self.table.measures.get(measure.index()) else { return f64::NAN };
        let at = |column: usize| {
            let loads = &self.loads[column];
            territories.clone().map(|id| loads.get(id.index()).copied().unwrap_or(0)).sum::<i128>()
        };
        figure(at(column), divisor.map(at))
    }

    /// A measure's figure over everything, unassigned included.
    pub fn total(&self, measure: MeasureId) -> f64 {
        let Some(&(column, divisor)) = self.table.measures.get(measure.index()) else { return f64::NAN };
        let sum = |column: usize| self.loads[column].iter().sum::<i128>();
        figure(sum(column), divisor.map(sum))
    }

    pub fn unit_count(&self, territory: TerritoryId) -> u32 {
        self.units.get(territory.index()).copied().unwrap_or(0)
    }

    pub fn account_count(&self, territory: TerritoryId) -> u32 {
        self.accounts.get(territory.index()).copied().unwrap_or(0)
    }

    /// The figures of units and accounts behind the totals.
    pub fn table(&self) -> &Arc<LoadTable> {
        &self.table
    }

    fn grow(&mut self, id: TerritoryId) {
        if id.index() >= self.units.len() {
            let slots = id.index() + 1;
            for loads in &mut self.loads {
                loads.resize(slots, 0);
            }
            self.units.resize(slots, 0);
            self.accounts.resize(slots, 0);
        }
    }

    fn home_of(&self, plan: &Plan, account: AccountId) -> TerritoryId {
        let unit = self.table.unit_of.get(account.index()).copied().flatten();
        unit.map_or(TerritoryId::UNASSIGNED, |unit| plan.territory_of(unit))
    }
}

/// What a territory should carry of a measure: its own target, else an equal share of the total.
pub fn target(plan: &Plan, totals: &Totals, measure: MeasureId, territory: TerritoryId) -> f64 {
    if territory.is_unassigned() {
        return 0.0;
    }
    let own = plan.territory(territory).and_then(|territory| territory.targets.get(&measure).copied());
    own.unwrap_or_else(|| totals.total(measure) / plan.territory_count().max(1) as f64)
}

/// (load − target) / target; `None` where the target is not positive.
pub fn deviation(plan: &Plan, totals: &Totals, measure: MeasureId, territory: TerritoryId) -> Option<f64> {
    let target = target(plan, totals, measure, territory);
    (target > 0.0).then(|| (totals.load(measure, territory) - target) / target)
}

/// What several territories should carry together: the sum of their targets.
pub fn target_of(
    plan: &Plan,
    totals: &Totals,
    measure: MeasureId,
    territories: impl Iterator<Item = TerritoryId>,
) -> f64 {
    territories.map(|id| target(plan, totals, measure, id)).sum()
}

/// (load − target) / target of several territories together; `None` where the target is not positive.
pub fn deviation_of(
    plan: &Plan,
    totals: &Totals,
    measure: MeasureId,
    territories: impl Iterator<Item = TerritoryId> + Clone,
) -> Option<f64> {
    let target = target_of(plan, totals, measure, territories.clone());
    (target > 0.0).then(|| (totals.load_of(measure, territories) - target) / target)
}

/// The plan's balance: the largest absolute deviation of a measure over all territories. `None` without territories or targets.
pub fn balance(plan: &Plan, totals: &Totals, measure: MeasureId) -> Option<f64> {
    plan.territories().filter_map(|(id, _)| deviation(plan, totals, measure, id)).map(f64::abs).max_by(f64::total_cmp)
}

const GRID: f64 = (1u64 << 40) as f64;

/// A hundred bits on the grid, which leave room for 2²⁷ rows.
const LARGEST: f64 = 1e18;

/// Missing and unusable values count as nothing; importers have listed them.
fn to_grid(value: f64) -> i128 {
    if value.is_finite() { (value.clamp(-LARGEST, LARGEST) * GRID).round() as i128 } else { 0 }
}

/// A power of two that brings products of value and weight, which may exceed `MAX_VALUE`, into the range of the grid. A mean does
/// not change when its sum and its weights are scaled alike.
fn scale_for(products: impl Iterator<Item = f64>) -> f64 {
    let largest =
        products.filter(|product| product.is_finite()).fold(0.0, |largest: f64, product| largest.max(product.abs()));
    let mut scale = 1.0;
    while largest * scale > LARGEST {
        scale /= 2.0;
    }
    scale
}

fn figure(sum: i128, divisor: Option<i128>) -> f64 {
    match divisor {
        None => sum as f64 / GRID,
        Some(0) => f64::NAN,
        Some(divisor) => sum as f64 / divisor as f64,
    }
}
