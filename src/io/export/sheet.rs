//! The rows and columns that are written, whatever the format.

use super::Source;
use crate::domain::accounts::Placement;
use crate::domain::columns::{Measure, Subject};
use crate::domain::ids::{MeasureId, TerritoryId};
use crate::domain::metrics;
use crate::domain::shape::TerritoryMetrics;

/// A table to be written.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub columns: Vec<Column>,
    pub rows: usize,
}

#[derive(Debug)]
pub(super) struct Column {
    pub name: String,
    /// What a shortened name ends in, so that a measure's load, target and deviation stay apart.
    pub short_ending: &'static str,
    pub values: Values,
}

#[derive(Debug)]
pub(super) enum Values {
    Texts(Vec<String>),
    /// NaN where there is none.
    Numbers(Vec<f64>),
}

impl Sheet {
    pub fn of(rows: usize) -> Self {
        Self { columns: Vec::new(), rows }
    }

    pub fn texts(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        let name = self.free_name(name);
        let values = Values::Texts(values.into_iter().collect());
        self.columns.push(Column { name, short_ending: "", values });
    }

    pub fn numbers(&mut self, name: &str, short_ending: &'static str, values: impl IntoIterator<Item = f64>) {
        let name = self.free_name(name);
        let values = Values::Numbers(values.into_iter().collect());
        self.columns.push(Column { name, short_ending, values });
    }

    /// Column names are unique: imported attributes may be called "name" or "territory" too.
    fn free_name(&self, name: &str) -> String {
        let taken = |name: &str| self.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        let mut free = name.to_owned();
        let mut number = 2;
        while taken(&free) {
            free = format!("{name} ({number})");
            number += 1;
        }
        free
    }
}

pub(super) fn territories(source: Source) -> Sheet {
    let mut sheet = identified(source, false);
    let ids: Vec<TerritoryId> = source.project.plan.territories().map(|(id, _)| id).collect();
    loads(&mut sheet, source, &ids);
    let of = |id: TerritoryId| source.metrics.territories.iter().find(|entry| entry.territory == id);
    let shape = |figure: fn(&TerritoryMetrics) -> f64| {
        ids.iter().map(|&id| of(id).map_or(f64::NAN, figure)).collect::<Vec<_>>()
    };
    sheet.numbers("area_km2", "", rounded(shape(|t| t.area_km2), 4));
    sheet.numbers("compactness", "", rounded(shape(|t| t.polsby_popper), 6));
    sheet
}

pub(super) fn metrics(source: Source) -> Sheet {
    let mut sheet = identified(source, true);
    let mut ids: Vec<TerritoryId> = source.project.plan.territories().map(|(id, _)| id).collect();
    ids.push(TerritoryId::UNASSIGNED);
    loads(&mut sheet, source, &ids);
    let of = |id: TerritoryId| source.metrics.territories.iter().find(|entry| entry.territory == id);
    let shape = |figure: fn(&TerritoryMetrics) -> f64| {
        ids.iter().map(|&id| of(id).map_or(f64::NAN, figure)).collect::<Vec<_>>()
    };
    sheet.numbers("area_km2", "", rounded(shape(|t| t.area_km2), 4));
    sheet.numbers("perimeter_km", "", rounded(shape(|t| t.perimeter_km), 4));
    sheet.numbers("compactness_polsby_popper", "", rounded(shape(|t| t.polsby_popper), 6));
    sheet.numbers("compactness_reock", "", rounded(shape(|t| t.reock), 6));
    sheet.numbers("compactness_convex_hull", "", rounded(shape(|t| t.hull_ratio), 6));
    sheet.numbers("compactness_inertia", "", rounded(shape(|t| t.inertia), 6));
    sheet.numbers("pieces", "", shape(|t| f64::from(t.pieces)));
    sheet.numbers("centre_longitude", "", rounded(shape(|t| t.centre.map_or(f64::NAN, |c| c.lon)), 6));
    sheet.numbers("centre_latitude", "", rounded(shape(|t| t.centre.map_or(f64::NAN, |c| c.lat)), 6));
    sheet.numbers("mean_travel_km", "", rounded(shape(|t| t.travel_mean_km), 4));
    sheet.numbers("max_travel_km", "", rounded(shape(|t| t.travel_max_km), 4));
    sheet.numbers("mean_home_km", "", rounded(shape(|t| t.home_mean_km.unwrap_or(f64::NAN)), 4));
    sheet.numbers("max_home_km", "", rounded(shape(|t| t.home_max_km.unwrap_or(f64::NAN)), 4));
    sheet
}

pub(super) fn units(source: Source) -> Sheet {
    let project = source.project;
    let units = &project.units;
    let mut sheet = Sheet::of(units.len());
    sheet.texts("code", units.codes.iter().cloned());
    sheet.texts("name", units.names.iter().cloned());
    let owners: Vec<TerritoryId> = units.ids().map(|unit| project.plan.territory_of(unit)).collect();
    owned(&mut sheet, source, &owners);
    let table = source.totals.table();
    sheet.numbers("accounts", "", units.ids().map(|unit| f64::from(table.accounts_in(unit))));
    for (index, measure) in project.measures.iter().enumerate() {
        let id = MeasureId::from_index(index);
        let value = |row: usize| measure.values.get(row).copied().unwrap_or(f64::NAN);
        match measure.subject {
            Subject::Units => sheet.numbers(&measure.name, "", (0..units.len()).map(value)),
            Subject::Accounts => {
                let loads = units.ids().map(|unit| table.unit_load(id, unit)).collect();
                sheet.numbers(&measure.name, "", rounded(loads, 6));
            }
        }
    }
    sheet.numbers("area_km2", "", rounded(units.areas_km2.clone(), 4));
    for attribute in &units.attributes {
        sheet.texts(&attribute.name, (0..units.len()).map(|row| attribute.get(row).to_owned()));
    }
    if units.approximate {
        sheet.texts("approx", (0..units.len()).map(|_| "yes".to_owned()));
    }
    sheet
}

pub(super) fn accounts(source: Source) -> Sheet {
    let project = source.project;
    let accounts = &project.accounts;
    let mut sheet = Sheet::of(accounts.len());
    sheet.texts("code", accounts.codes.iter().cloned());
    sheet.texts("name", accounts.names.iter().cloned());
    sheet.numbers("longitude", "", accounts.places.iter().map(|place| place.lon));
    sheet.numbers("latitude", "", accounts.places.iter().map(|place| place.lat));
    let placed = accounts.placements.iter().map(|placement| match placement {
        Placement::Unplaced => "not placed",
        placed => placed.word(),
    });
    sheet.texts("placed_by", placed.map(str::to_owned));
    // Written as it is said: 8.7, not 8.699999809265137.
    let precision = |row: usize| accounts.precision_km(row).map_or(f64::NAN, |km| (km * 10.0).round() / 10.0);
    sheet.numbers("precision_km", "", (0..accounts.len()).map(precision));
    let unit_of = |row: usize| accounts.units.get(row).copied().flatten();
    let unit_codes = (0..accounts.len()).map(|row| unit_of(row).map_or("", |unit| &project.units.codes[unit.index()]));
    sheet.texts("unit", unit_codes.map(str::to_owned));
    let owners: Vec<TerritoryId> =
        accounts.ids().map(|account| project.plan.owner_of(account, unit_of(account.index()))).collect();
    owned(&mut sheet, source, &owners);
    let named = accounts.ids().map(|account| if project.plan.overrides().contains_key(&account) { "yes" } else { "" });
    sheet.texts("named_account", named.map(str::to_owned));
    for attribute in &accounts.attributes {
        sheet.texts(&attribute.name, (0..accounts.len()).map(|row| attribute.get(row).to_owned()));
    }
    for (_, measure) in project.measures_of(Subject::Accounts) {
        sheet.numbers(
            &measure.name,
            "",
            (0..accounts.len()).map(|row| measure.values.get(row).copied().unwrap_or(f64::NAN)),
        );
    }
    sheet
}

/// Name, rep, colour and counts of territories; at the end, if wanted, of what is unassigned.
fn identified(source: Source, with_unassigned: bool) -> Sheet {
    let project = source.project;
    let plan = &project.plan;
    let mut ids: Vec<TerritoryId> = plan.territories().map(|(id, _)| id).collect();
    if with_unassigned {
        ids.push(TerritoryId::UNASSIGNED);
    }
    let mut sheet = Sheet::of(ids.len());
    owned(&mut sheet, source, &ids);
    if with_unassigned
        && let Some(Values::Texts(names)) = sheet.columns.first_mut().map(|column| &mut column.values)
        && let Some(last) = names.last_mut()
    {
        *last = plan.territory_name(TerritoryId::UNASSIGNED).to_owned();
    }
    let colour = |id: &TerritoryId| {
        plan.territory(*id)
            .map_or_else(String::new, |t| format!("#{:02x}{:02x}{:02x}", t.colour[0], t.colour[1], t.colour[2]))
    };
    sheet.texts("colour", ids.iter().map(colour));
    let locked = |id: &TerritoryId| if plan.is_territory_locked(*id) { "yes" } else { "" };
    sheet.texts("locked", ids.iter().map(locked).map(str::to_owned));
    sheet.numbers("units", "", ids.iter().map(|&id| f64::from(source.totals.unit_count(id))));
    sheet.numbers("accounts", "", ids.iter().map(|&id| f64::from(source.totals.account_count(id))));
    sheet
}

/// Territory, rep and the groups above, one column per level, of the owners of rows; empty for what nobody owns.
fn owned(sheet: &mut Sheet, source: Source, owners: &[TerritoryId]) {
    let plan = &source.project.plan;
    let rep =
        |id: &TerritoryId| plan.territory(*id).and_then(|territory| source.project.reps.get(territory.rep?.index()));
    let name = |id: &TerritoryId| plan.territory(*id).map_or_else(String::new, |territory| territory.name.clone());
    sheet.texts("territory", owners.iter().map(name));
    sheet.texts("rep", owners.iter().map(|id| rep(id).map_or_else(String::new, |rep| rep.name.clone())));
    sheet.texts("rep_code", owners.iter().map(|id| rep(id).map_or_else(String::new, |rep| rep.code.clone())));
    for (level, name) in plan.hierarchy().levels().iter().enumerate() {
        let group = |id: &TerritoryId| plan.group_name(plan.group_of(*id, level)).to_owned();
        sheet.texts(name, owners.iter().map(group));
    }
}

/// Each measure's load; for what is balanced or has a target of its own also the target and the deviation from it in percent. Monthly
/// columns would otherwise drown the table.
fn loads(sheet: &mut Sheet, source: Source, ids: &[TerritoryId]) {
    let (plan, totals) = (&source.project.plan, source.totals);
    for (index, measure) in source.project.measures.iter().enumerate() {
        let id = MeasureId::from_index(index);
        let Measure { name, .. } = measure;
        sheet.numbers(name, "", rounded(ids.iter().map(|&territory| totals.load(id, territory)).collect(), 6));
        let has_goal = source.project.main_goal().into_iter().chain(source.project.goals.iter().copied());
        let balanced = has_goal.into_iter().any(|goal| goal.measure == id)
            || plan.territories().any(|(_, territory)| territory.targets.contains_key(&id));
        if !measure.is_summed() || !balanced {
            continue;
        }
        let target = |territory: TerritoryId| {
            if territory.is_unassigned() { f64::NAN } else { metrics::target(plan, totals, id, territory) }
        };
        let targets = ids.iter().map(|&territory| target(territory)).collect();
        sheet.numbers(&format!("{name} target"), "_TG", rounded(targets, 6));
        let deviation =
            |territory| metrics::deviation(plan, totals, id, territory).map_or(f64::NAN, |share| share * 100.0);
        let deviations = ids.iter().map(|&territory| deviation(territory)).collect();
        sheet.numbers(&format!("{name} deviation %"), "_DV", rounded(deviations, 4));
    }
}

/// Rounded to some decimals: what lies beyond them is noise of the summing.
pub(super) fn rounded(mut values: Vec<f64>, decimals: i32) -> Vec<f64> {
    let scale = 10_f64.powi(decimals);
    for value in &mut values {
        // Large values have no digits there to round away.
        if value.abs() < 1e9 {
            *value = (*value * scale).round() / scale + 0.0;
        }
    }
    values
}
