//! The tables of a project with their shapes, places, colours and folders.

use std::borrow::Cow;

use super::Source;
use super::order::{What, Wish};
use super::part::{Folders, Geometry, Part};
use super::rows::Rows;
use super::sheet::Sheet;
use super::tables;
use crate::domain::ids::{GroupId, TerritoryId};

/// The part of a project that a wish is about; one table for each of its kinds.
pub(super) fn parts<'a>(source: Source<'a>, wish: &Wish) -> Vec<Part<'a>> {
    let rows = Rows::of(source, &wish.scope);
    wish.what.iter().map(|&what| part(source, what, &rows, wish)).collect()
}

fn part<'a>(source: Source<'a>, what: What, rows: &Rows, wish: &Wish) -> Part<'a> {
    match what {
        What::Territories => territories(source, rows),
        What::Units => units(source, rows),
        What::Accounts => accounts(source, rows, wish.segments),
        What::Metrics => metrics(source, rows),
        What::Groups(level) => groups(source, rows, usize::from(level)),
        What::Layer(at) => layer(source, usize::from(at)),
    }
}

fn territories<'a>(source: Source<'a>, rows: &Rows) -> Part<'a> {
    let plan = &source.project.plan;
    let topology = &source.project.units.topology;
    let outlines = topology.outline_arcs(plan.assignment(), plan.territory_slots());
    let folders: Vec<Vec<String>> = rows.territories.iter().map(|&id| above(source, id)).collect();
    Part {
        name: What::Territories.words().into(),
        nouns: ["territory".into(), "territories".into()],
        geometry: Geometry::Areas {
            topology,
            rows: rows.territories.iter().map(|id| outlines.get(id.index()).cloned().unwrap_or_default()).collect(),
        },
        labels: rows.territories.iter().map(|&id| plan.territory_name(id).into()).collect(),
        colours: rows.territories.iter().map(|&id| plan.territory(id).map(|territory| territory.colour)).collect(),
        folders: Folders { of: (0..folders.len()).collect(), paths: folders },
        approximate: source.project.units.approximate,
        left_out: unassigned(source, rows),
        ..Part::table("", tables::territories(source, &rows.territories))
    }
}

fn units<'a>(source: Source<'a>, rows: &Rows) -> Part<'a> {
    let units = &*source.project.units;
    let plan = &source.project.plan;
    let owner = |index: usize| plan.territory_of(rows.units[index]);
    Part {
        name: What::Units.words().into(),
        nouns: [units.kind_of_one().to_owned(), units.kind_of_many()],
        geometry: Geometry::Areas {
            topology: &units.topology,
            rows: rows.units.iter().map(|&unit| units.topology.arc_polygons(unit)).collect(),
        },
        labels: rows.units.iter().map(|&unit| units.names[unit.index()].as_str().into()).collect(),
        colours: owned_colours(source, rows.units.len(), &owner),
        folders: owned_folders(source, rows.units.len(), &owner),
        approximate: units.approximate,
        ..Part::table("", tables::units(source, &rows.units))
    }
}

/// A layer beside the units as it was read: nobody owns its areas, so it has no colours and no folders.
fn layer<'a>(source: Source<'a>, at: usize) -> Part<'a> {
    let Some(layer) = source.project.layers.get(at) else { return Part::table("", Sheet::of(0)) };
    let areas = &*layer.areas;
    Part {
        nouns: [areas.kind_of_one().to_owned(), areas.kind_of_many()],
        geometry: Geometry::Areas {
            topology: &areas.topology,
            rows: areas.ids().map(|area| areas.topology.arc_polygons(area)).collect(),
        },
        labels: areas.names.iter().map(|name| name.as_str().into()).collect(),
        approximate: areas.approximate,
        ..Part::table(layer.name.as_str(), tables::layer(layer))
    }
}

fn accounts<'a>(source: Source<'a>, rows: &Rows, segments: bool) -> Part<'a> {
    let accounts = &*source.project.accounts;
    let plan = &source.project.plan;
    let owner = |index: usize| {
        let account = rows.accounts[index];
        plan.owner_of(account, accounts.units.get(account.index()).copied().flatten())
    };
    let name = |index: usize| -> Cow<'a, str> {
        let name = accounts.names.get(index).map_or("", String::as_str);
        if name.is_empty() { accounts.codes[index].as_str().into() } else { name.into() }
    };
    Part {
        name: What::Accounts.words().into(),
        nouns: ["account".into(), "accounts".into()],
        geometry: Geometry::Points(&accounts.places, rows.accounts.iter().map(|account| account.index()).collect()),
        labels: rows.accounts.iter().map(|account| name(account.index())).collect(),
        colours: owned_colours(source, rows.accounts.len(), &owner),
        folders: owned_folders(source, rows.accounts.len(), &owner),
        ..Part::table("", tables::accounts(source, &rows.accounts, segments))
    }
}

fn metrics<'a>(source: Source<'a>, rows: &Rows) -> Part<'a> {
    let mut ids = rows.territories.clone();
    if rows.all {
        ids.push(TerritoryId::UNASSIGNED);
    }
    Part {
        nouns: ["territory".into(), "territories".into()],
        ..Part::table(What::Metrics.words(), tables::metrics(source, &ids))
    }
}

fn groups<'a>(source: Source<'a>, rows: &Rows, level: usize) -> Part<'a> {
    let plan = &source.project.plan;
    let hierarchy = plan.hierarchy();
    let topology = &source.project.units.topology;
    let ids = rows.groups(source, level);
    // The same outlines as of territories, of an assignment to the groups.
    let group_of: Vec<TerritoryId> = (0..plan.territory_slots())
        .map(|slot| TerritoryId(plan.group_of(TerritoryId::from_index(slot), level).unwrap_or_default().0))
        .collect();
    let assignment: Vec<TerritoryId> = plan.assignment().iter().map(|id| group_of[id.index()]).collect();
    let slots = usize::from(hierarchy.next_id().0).max(1);
    let outlines = topology.outline_arcs(&assignment, slots);
    let perimeters = topology.perimeters_km(&assignment, slots);
    let name = hierarchy.levels().get(level).cloned().unwrap_or_default();
    let above = |id: &GroupId| names_above(source, hierarchy.group(*id).and_then(|group| group.parent));
    let loose = assignment.iter().filter(|id| id.is_unassigned()).count();
    let inside = inside_a_sentence(&name);
    Part {
        nouns: [inside.clone(), format!("groups of the level {name}")],
        geometry: Geometry::Areas {
            topology,
            rows: ids.iter().map(|id| outlines.get(id.index()).cloned().unwrap_or_default()).collect(),
        },
        labels: ids.iter().map(|&id| plan.group_name(Some(id)).into()).collect(),
        colours: ids.iter().map(|&id| hierarchy.group(id).map(|group| group.colour)).collect(),
        folders: Folders { of: (0..ids.len()).collect(), paths: ids.iter().map(above).collect() },
        approximate: source.project.units.approximate,
        left_out: (rows.all && loose > 0)
            .then(|| format!("{} in no {inside} left out", source.project.units.count_words(loose))),
        ..Part::table(name, tables::groups(source, level, &ids, &perimeters))
    }
}

/// "district" for "District"; names in capitals stay.
fn inside_a_sentence(level: &str) -> String {
    let mut letters = level.chars();
    match (letters.next(), level.chars().nth(1)) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => level.to_owned(),
    }
}

fn unassigned(source: Source, rows: &Rows) -> Option<String> {
    let count = source.totals.unit_count(TerritoryId::UNASSIGNED) as usize;
    (rows.all && count > 0).then(|| format!("{} in no territory left out", source.project.units.count_words(count)))
}

/// The colour of each row's owner.
fn owned_colours(source: Source, rows: usize, owner: &dyn Fn(usize) -> TerritoryId) -> Vec<Option<[u8; 3]>> {
    let plan = &source.project.plan;
    (0..rows).map(|row| plan.territory(owner(row)).map(|territory| territory.colour)).collect()
}

/// A folder per territory inside those of the groups above it.
fn owned_folders(source: Source, rows: usize, owner: &dyn Fn(usize) -> TerritoryId) -> Folders {
    let plan = &source.project.plan;
    let path = |slot: usize| {
        let id = TerritoryId::from_index(slot);
        let mut path = above(source, id);
        path.push(plan.territory_name(id).to_owned());
        path
    };
    Folders {
        paths: (0..plan.territory_slots()).map(path).collect(),
        of: (0..rows).map(|row| owner(row).index()).collect(),
    }
}

/// The groups above a territory, from the highest down.
fn above(source: Source, id: TerritoryId) -> Vec<String> {
    names_above(source, source.project.plan.territory(id).and_then(|territory| territory.parent))
}

fn names_above(source: Source, parent: Option<GroupId>) -> Vec<String> {
    let hierarchy = source.project.plan.hierarchy();
    let mut names: Vec<String> = hierarchy.upwards(parent).map(|(_, group)| group.name.clone()).collect();
    names.reverse();
    names
}
