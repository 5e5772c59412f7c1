//! What the tables of a project hold: territories, their figures, groups, units, accounts.

use std::borrow::Cow;

use super::Source;
use super::sheet::{Sheet, rounded, rounded_sums};
use crate::domain::accounts::Placement;
use crate::domain::columns::Subject;
use crate::domain::ids::{AccountId, GroupId, MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::metrics;
use crate::domain::reference::ReferenceLayer;
use crate::domain::shape::TerritoryMetrics;

pub(super) fn territories<'a>(source: Source<'a>, ids: &[TerritoryId]) -> Sheet<'a> {
    let mut sheet = identified(source, ids);
    loads(&mut sheet, source, &ids.iter().map(|&id| vec![id]).collect::<Vec<_>>());
    let figures = figures_of(source, ids);
    sheet.numbers("area_km2", "", rounded(figures(|t| t.area_km2), 4));
    sheet.numbers("compactness", "", rounded(figures(|t| t.polsby_popper), 6));
    sheet
}

pub(super) fn metrics<'a>(source: Source<'a>, ids: &[TerritoryId]) -> Sheet<'a> {
    let mut sheet = identified(source, ids);
    loads(&mut sheet, source, &ids.iter().map(|&id| vec![id]).collect::<Vec<_>>());
    let figures = figures_of(source, ids);
    sheet.numbers("area_km2", "", rounded(figures(|t| t.area_km2), 4));
    sheet.numbers("perimeter_km", "", rounded(figures(|t| t.perimeter_km), 4));
    sheet.numbers("compactness_polsby_popper", "", rounded(figures(|t| t.polsby_popper), 6));
    sheet.numbers("compactness_reock", "", rounded(figures(|t| t.reock), 6));
    sheet.numbers("compactness_convex_hull", "", rounded(figures(|t| t.hull_ratio), 6));
    sheet.numbers("compactness_inertia", "", rounded(figures(|t| t.inertia), 6));
    sheet.numbers("pieces", "", figures(|t| f64::from(t.pieces)));
    sheet.numbers("centre_longitude", "", rounded(figures(|t| t.centre.map_or(f64::NAN, |c| c.lon)), 6));
    sheet.numbers("centre_latitude", "", rounded(figures(|t| t.centre.map_or(f64::NAN, |c| c.lat)), 6));
    sheet.numbers("mean_travel_km", "", rounded(figures(|t| t.travel_mean_km), 4));
    sheet.numbers("max_travel_km", "", rounded(figures(|t| t.travel_max_km), 4));
    sheet.numbers("mean_home_km", "", rounded(figures(|t| t.home_mean_km.unwrap_or(f64::NAN)), 4));
    sheet.numbers("max_home_km", "", rounded(figures(|t| t.home_max_km.unwrap_or(f64::NAN)), 4));
    sheet
}

/// The groups of a level with what their territories carry together. `perimeters_km` are of their outlines, by group.
pub(super) fn groups<'a>(source: Source<'a>, level: usize, ids: &[GroupId], perimeters_km: &[f64]) -> Sheet<'a> {
    let plan = &*source.project.plan;
    let hierarchy = plan.hierarchy();
    let mut sheet = Sheet::of(ids.len());
    let name_of = |level: usize| hierarchy.levels().get(level).map_or("group", String::as_str);
    sheet.texts(name_of(level), ids.iter().map(|&id| plan.group_name(Some(id))));
    let lead = |id: &GroupId| hierarchy.group(*id).and_then(|group| group.rep);
    reps(&mut sheet, source, ids.iter().map(lead));
    for higher in level + 1..hierarchy.levels().len() {
        sheet.texts(name_of(higher), ids.iter().map(|&id| plan.group_name(hierarchy.at_level(Some(id), higher))));
    }
    sheet.texts("colour", ids.iter().map(|&id| hierarchy.group(id).map_or_else(String::new, |g| hex(g.colour))));
    sheet.texts("locked", ids.iter().map(|&id| if hierarchy.is_locked(Some(id)) { "yes" } else { "" }));
    sheet.texts("note", ids.iter().map(|&id| hierarchy.group(id).map_or("", |group| group.note.as_str())));
    let inside: Vec<Vec<TerritoryId>> = ids.iter().map(|&id| plan.territories_in(id).collect()).collect();
    sheet.numbers("territories", "", inside.iter().map(|ids| ids.len() as f64));
    counts(&mut sheet, source, &inside);
    loads(&mut sheet, source, &inside);
    let mut areas = vec![0.0; ids.len()];
    let mut group_of = vec![None; plan.territory_slots()];
    for (row, ids) in inside.iter().enumerate() {
        ids.iter().for_each(|id| group_of[id.index()] = Some(row));
    }
    for (owner, area) in plan.assignment().iter().zip(&source.project.units.areas_km2) {
        if let Some(row) = group_of[owner.index()] {
            areas[row] += area;
        }
    }
    // Polsby & Popper 1991.
    let compact = |row: usize| {
        let perimeter = perimeters_km.get(ids[row].index()).copied().unwrap_or(f64::NAN);
        4.0 * std::f64::consts::PI * areas[row] / (perimeter * perimeter)
    };
    let compactness = (0..ids.len()).map(compact).collect();
    sheet.numbers("area_km2", "", rounded(areas.clone(), 4));
    sheet.numbers("compactness", "", rounded(compactness, 6));
    sheet
}

pub(super) fn units<'a>(source: Source<'a>, ids: &[UnitId]) -> Sheet<'a> {
    let project = source.project;
    let units = &project.units;
    let mut sheet = Sheet::of(ids.len());
    sheet.texts("code", ids.iter().map(|unit| units.codes[unit.index()].as_str()));
    sheet.texts("name", ids.iter().map(|unit| units.names[unit.index()].as_str()));
    let owners: Vec<TerritoryId> = ids.iter().map(|&unit| project.plan.territory_of(unit)).collect();
    owned(&mut sheet, source, &owners);
    let table = source.totals.table();
    sheet.numbers("accounts", "", ids.iter().map(|&unit| f64::from(table.accounts_in(unit))));
    for (index, measure) in project.measures.iter().enumerate() {
        let id = MeasureId::from_index(index);
        let value = |unit: &UnitId| measure.values.get(unit.index()).copied().unwrap_or(f64::NAN);
        match measure.subject {
            Subject::Units => sheet.numbers(&measure.name, "", ids.iter().map(value)),
            Subject::Accounts => {
                let loads = ids.iter().map(|&unit| table.unit_load(id, unit)).collect();
                sheet.numbers(&measure.name, "", rounded_sums(loads));
            }
        }
    }
    sheet.numbers("area_km2", "", rounded(ids.iter().map(|unit| units.areas_km2[unit.index()]).collect(), 4));
    for attribute in &units.attributes {
        sheet.texts(&attribute.name, ids.iter().map(|unit| attribute.get(unit.index())));
    }
    if units.approximate && units.attributes.iter().all(|attribute| !attribute.name.eq_ignore_ascii_case("approx")) {
        sheet.texts("approx", ids.iter().map(|_| "yes"));
    }
    sheet
}

/// The areas of a layer beside the units with the columns they came with, and nothing of the plan.
pub(super) fn layer(layer: &ReferenceLayer) -> Sheet<'_> {
    let areas = &*layer.areas;
    let mut sheet = Sheet::of(areas.len());
    sheet.texts("code", areas.codes.iter().map(String::as_str));
    sheet.texts("name", areas.names.iter().map(String::as_str));
    for measure in layer.measures.iter() {
        sheet.numbers(&measure.name, "", measure.values.iter().copied());
    }
    for attribute in &areas.attributes {
        sheet.texts(&attribute.name, areas.ids().map(|area| attribute.get(area.index())));
    }
    if areas.approximate && areas.attributes.iter().all(|attribute| !attribute.name.eq_ignore_ascii_case("approx")) {
        sheet.texts("approx", areas.ids().map(|_| "yes"));
    }
    sheet
}

pub(super) fn accounts<'a>(source: Source<'a>, ids: &[AccountId], segments: bool) -> Sheet<'a> {
    let project = source.project;
    let accounts = &project.accounts;
    let mut sheet = Sheet::of(ids.len());
    let rows = || ids.iter().map(|account| account.index());
    sheet.texts("code", rows().map(|row| accounts.codes[row].as_str()));
    sheet.texts("name", rows().map(|row| accounts.names[row].as_str()));
    sheet.numbers("longitude", "", rows().map(|row| accounts.places[row].lon));
    sheet.numbers("latitude", "", rows().map(|row| accounts.places[row].lat));
    sheet.texts("placed_by", rows().map(|row| placed_by(accounts.placements[row])));
    // Written as it is said: 8.7, not 8.699999809265137.
    let precision = |row: usize| accounts.precision_km(row).map_or(f64::NAN, |km| (km * 10.0).round() / 10.0);
    sheet.numbers("precision_km", "", rows().map(precision));
    let unit_of = |row: usize| accounts.units.get(row).copied().flatten();
    sheet.texts("unit", rows().map(|row| unit_of(row).map_or("", |unit| project.units.codes[unit.index()].as_str())));
    let owners: Vec<TerritoryId> =
        ids.iter().map(|&account| project.plan.owner_of(account, unit_of(account.index()))).collect();
    owned(&mut sheet, source, &owners);
    let named = |account: &AccountId| if project.plan.overrides().contains_key(account) { "yes" } else { "" };
    sheet.texts("named_account", ids.iter().map(named));
    for attribute in &accounts.attributes {
        sheet.texts(&attribute.name, rows().map(|row| attribute.get(row)));
    }
    for (_, measure) in project.measures_of(Subject::Accounts) {
        sheet.numbers(&measure.name, "", rows().map(|row| measure.values.get(row).copied().unwrap_or(f64::NAN)));
    }
    for segment in project.segments.iter().filter(|_| segments) {
        // Of a segment that cannot be counted nobody knows who is in it.
        let members = segment.members(project).ok();
        let belongs = |row: usize| match members.as_ref().map(|members| members.belongs[row]) {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        sheet.texts(&segment.name, rows().map(belongs));
    }
    sheet
}

fn placed_by(placement: Placement) -> &'static str {
    match placement {
        Placement::Unplaced => "not placed",
        placed => placed.word(),
    }
}

/// Name, rep, colour and counts of territories; what is unassigned has its name too.
fn identified<'a>(source: Source<'a>, ids: &[TerritoryId]) -> Sheet<'a> {
    let plan = &*source.project.plan;
    let mut sheet = Sheet::of(ids.len());
    sheet.texts("territory", ids.iter().map(|&id| plan.territory_name(id)));
    above(&mut sheet, source, ids);
    sheet.texts("colour", ids.iter().map(|&id| plan.territory(id).map_or_else(String::new, |t| hex(t.colour))));
    sheet.texts("locked", ids.iter().map(|&id| if plan.is_territory_locked(id) { "yes" } else { "" }));
    sheet.texts("note", ids.iter().map(|&id| plan.territory(id).map_or("", |territory| &territory.note)));
    counts(&mut sheet, source, &ids.iter().map(|&id| vec![id]).collect::<Vec<_>>());
    sheet
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Units and accounts of rows that are some territories together.
fn counts(sheet: &mut Sheet, source: Source, rows: &[Vec<TerritoryId>]) {
    let sum = |count: fn(Source, TerritoryId) -> u32| {
        rows.iter().map(move |ids| ids.iter().map(|&id| f64::from(count(source, id))).sum::<f64>()).collect::<Vec<_>>()
    };
    sheet.numbers("units", "", sum(|source, id| source.totals.unit_count(id)));
    sheet.numbers("accounts", "", sum(|source, id| source.totals.account_count(id)));
}

/// Territory, rep and the groups above of the owners of rows; empty for what nobody owns.
fn owned<'a>(sheet: &mut Sheet<'a>, source: Source<'a>, owners: &[TerritoryId]) {
    let plan = &*source.project.plan;
    sheet.texts("territory", owners.iter().map(|&id| plan.territory(id).map_or("", |territory| &territory.name)));
    above(sheet, source, owners);
}

/// The rep and the groups above, one column per level.
fn above<'a>(sheet: &mut Sheet<'a>, source: Source<'a>, owners: &[TerritoryId]) {
    let plan = &*source.project.plan;
    reps(sheet, source, owners.iter().map(|&id| plan.territory(id).and_then(|territory| territory.rep)));
    for (level, name) in plan.hierarchy().levels().iter().enumerate() {
        sheet.texts(name, owners.iter().map(|&id| plan.group_name(plan.group_of(id, level))));
    }
}

fn reps<'a>(sheet: &mut Sheet<'a>, source: Source<'a>, reps: impl Iterator<Item = Option<RepId>> + Clone) {
    let rep = |id: Option<RepId>| source.project.reps.get(id?.index());
    let name = |id| -> Cow<'a, str> { rep(id).map_or("", |rep| rep.name.as_str()).into() };
    let code = |id| -> Cow<'a, str> { rep(id).map_or("", |rep| rep.code.as_str()).into() };
    sheet.texts("rep", reps.clone().map(name));
    sheet.texts("rep_code", reps.map(code));
}

fn figures_of<'a>(
    source: Source<'a>,
    ids: &'a [TerritoryId],
) -> impl Fn(fn(&TerritoryMetrics) -> f64) -> Vec<f64> + 'a {
    move |figure| {
        let all = &source.metrics.territories;
        let of = |id: &TerritoryId| all.binary_search_by_key(id, |entry| entry.territory).ok().map(|at| &all[at]);
        ids.iter().map(|id| of(id).map_or(f64::NAN, figure)).collect()
    }
}

/// Each measure's load over the territories of a row; for what is balanced or has a target of its own also the target and the
/// deviation from it in percent. Monthly columns would otherwise drown the table.
fn loads(sheet: &mut Sheet, source: Source, rows: &[Vec<TerritoryId>]) {
    let (plan, totals) = (&*source.project.plan, source.totals);
    for (index, measure) in source.project.measures.iter().enumerate() {
        let id = MeasureId::from_index(index);
        let name = &measure.name;
        let loads = rows.iter().map(|ids| totals.load_of(id, ids.iter().copied())).collect();
        sheet.numbers(name, "", rounded_sums(loads));
        let mut goals = source.project.main_goal().into_iter().chain(source.project.goals.iter().copied());
        let balanced = goals.any(|goal| goal.measure == id)
            || plan.territories().any(|(_, territory)| territory.targets.contains_key(&id));
        if !measure.is_summed() || !balanced {
            continue;
        }
        let is_owned = |ids: &[TerritoryId]| ids.iter().all(|id| !id.is_unassigned());
        let target = |ids: &Vec<TerritoryId>| {
            if is_owned(ids) { metrics::target_of(plan, totals, id, ids.iter().copied()) } else { f64::NAN }
        };
        sheet.numbers(&format!("{name} target"), "_TG", rounded_sums(rows.iter().map(target).collect()));
        let deviation = |ids: &Vec<TerritoryId>| {
            let share = metrics::deviation_of(plan, totals, id, ids.iter().copied());
            share.map_or(f64::NAN, |share| share * 100.0)
        };
        sheet.numbers(&format!("{name} deviation %"), "_DV", rounded(rows.iter().map(deviation).collect(), 4));
    }
}
