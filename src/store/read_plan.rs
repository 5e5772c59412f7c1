//! A plan and its history, from rows to the domain.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::blobs::decode_changes;
use super::cells::{Read, for_each, index, integer, real, text};
use super::failure::Trouble;
use super::{OpenedPlan, PlanId};
use crate::domain::hierarchy::{Group, Hierarchy};
use crate::domain::history::{History, Made};
use crate::domain::ids::{AccountId, GroupId, MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::plan::{Adjacency, Plan, PlanParts, Territory};

/// How many there are of what a plan refers to.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub units: usize,
    pub accounts: usize,
    pub reps: usize,
    pub measures: usize,
}

/// So many changes of the undo history are taken into memory, counted from its end (24 bytes each); older steps stay in the file.
const MAX_CHANGES: usize = 2_000_000;

/// A plan with its history and figures.
pub fn plan(connection: &Connection, id: PlanId, sizes: Sizes) -> Read<OpenedPlan> {
    let (name, generation, applied) = connection
        .query_row("SELECT name, generation, applied FROM plan WHERE id = ?1", [id.0], |row| {
            Ok((text(row, 0), integer(row, 1), integer(row, 2)))
        })
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Trouble::Damaged(format!("there is no plan {}", id.0)),
            other => Trouble::Sql(other),
        })?;
    let territories = territories(connection, id, sizes)?;
    let mut assignment = vec![TerritoryId::UNASSIGNED; sizes.units];
    for_each(connection, "SELECT unit, territory FROM assignment WHERE plan = ?1", id, |row| {
        let unit = index(row, 0, sizes.units).ok_or_else(|| "a unit is assigned that does not exist".to_owned())?;
        assignment[unit] = owner(row, 1)?;
        Ok(())
    })?;
    let mut overrides = BTreeMap::new();
    for_each(connection, "SELECT account, territory FROM override WHERE plan = ?1", id, |row| {
        let account =
            index(row, 0, sizes.accounts).ok_or_else(|| "an account is assigned that does not exist".to_owned())?;
        overrides.insert(AccountId::from_index(account), owner(row, 1)?);
        Ok(())
    })?;
    let mut locked_units = BTreeSet::new();
    for_each(connection, "SELECT unit FROM locked_unit WHERE plan = ?1", id, |row| {
        let unit = index(row, 0, sizes.units).ok_or_else(|| "a unit is locked that does not exist".to_owned())?;
        locked_units.insert(UnitId::from_index(unit));
        Ok(())
    })?;
    let mut locked_accounts = BTreeSet::new();
    for_each(connection, "SELECT account FROM locked_account WHERE plan = ?1", id, |row| {
        let account =
            index(row, 0, sizes.accounts).ok_or_else(|| "an account is locked that does not exist".to_owned())?;
        locked_accounts.insert(AccountId::from_index(account));
        Ok(())
    })?;
    let hierarchy = hierarchy(connection, id, sizes)?;
    let adjacency = adjacency(connection, id, sizes)?;
    let parts =
        PlanParts { name, assignment, territories, overrides, locked_units, locked_accounts, hierarchy, adjacency };
    let plan = Plan::from_parts(parts).map_err(|why| format!("plan {} does not fit together: {why}", id.0))?;
    let mut opened = OpenedPlan { plan, generation: u64::try_from(generation).unwrap_or(0), ..OpenedPlan::default() };
    opened.history = history(connection, id, applied, &mut opened.notes)?;
    for_each(connection, "SELECT territory, name, value, generation FROM metric WHERE plan = ?1", id, |row| {
        opened.metrics_generation = u64::try_from(integer(row, 3)).unwrap_or(0);
        let value = real(row, 2);
        match u16::try_from(integer(row, 0)) {
            Ok(territory) => opened.metrics.territories.push((TerritoryId(territory), text(row, 1), value)),
            Err(_) => opened.metrics.plan.push((text(row, 1), value)),
        }
        Ok(())
    })?;
    Ok(opened)
}

fn territories(connection: &Connection, id: PlanId, sizes: Sizes) -> Read<BTreeMap<TerritoryId, Territory>> {
    let mut territories = BTreeMap::new();
    let sql = "SELECT id, name, colour, rep, locked, note, parent FROM territory WHERE plan = ?1";
    for_each(connection, sql, id, |row| {
        let territory = Territory {
            name: text(row, 1),
            colour: colour(&text(row, 2)),
            rep: index(row, 3, sizes.reps).map(RepId::from_index),
            parent: group(row, 6)?,
            targets: BTreeMap::new(),
            locked: integer(row, 4) != 0,
            note: text(row, 5),
        };
        let id = u16::try_from(integer(row, 0))
            .map_err(|_| format!("the territory {} has an impossible id", territory.name))?;
        territories.insert(TerritoryId(id), territory);
        Ok(())
    })?;
    for_each(connection, "SELECT territory, measure, value FROM target WHERE plan = ?1", id, |row| {
        let territory = u16::try_from(integer(row, 0)).ok().and_then(|id| territories.get_mut(&TerritoryId(id)));
        if let (Some(territory), Some(measure)) = (territory, index(row, 1, sizes.measures))
            && real(row, 2).is_finite()
        {
            territory.targets.insert(MeasureId::from_index(measure), real(row, 2));
        }
        Ok(())
    })?;
    Ok(territories)
}

fn hierarchy(connection: &Connection, id: PlanId, sizes: Sizes) -> Read<Hierarchy> {
    let mut levels = Vec::new();
    for_each(connection, "SELECT name FROM level WHERE plan = ?1 ORDER BY position", id, |row| {
        levels.push(text(row, 0));
        Ok(())
    })?;
    let mut groups = Vec::new();
    let sql = "SELECT id, level, name, parent, colour, rep, locked, note FROM territory_group WHERE plan = ?1";
    for_each(connection, sql, id, |row| {
        let name = text(row, 2);
        let level = u8::try_from(integer(row, 1)).map_err(|_| format!("the group {name} is on an impossible level"))?;
        let id = group(row, 0)?.unwrap_or_default();
        groups.push((
            id,
            Group {
                name,
                level,
                parent: group(row, 3)?,
                colour: colour(&text(row, 4)),
                rep: index(row, 5, sizes.reps).map(RepId::from_index),
                locked: integer(row, 6) != 0,
                note: text(row, 7),
            },
        ));
        Ok(())
    })?;
    Ok(Hierarchy::from_parts(levels, groups)?)
}

fn adjacency(connection: &Connection, id: PlanId, sizes: Sizes) -> Read<BTreeMap<[UnitId; 2], Adjacency>> {
    let mut adjacency = BTreeMap::new();
    for_each(connection, "SELECT a, b, kind FROM adjacency WHERE plan = ?1", id, |row| {
        let unit = |column| {
            let known = index(row, column, sizes.units).map(UnitId::from_index);
            known.ok_or_else(|| "units are neighbours that do not exist".to_owned())
        };
        let kind = if text(row, 2) == "barrier" { Adjacency::Barrier } else { Adjacency::Bridge };
        adjacency.insert([unit(0)?, unit(1)?], kind);
        Ok(())
    })?;
    Ok(adjacency)
}

/// The newest steps that can be read, and those that can be redone. A step that cannot be read ends the history there.
fn history(connection: &Connection, id: PlanId, applied: i64, notes: &mut Vec<String>) -> Read<History> {
    let mut edits = Vec::new();
    let mut made = Vec::new();
    let mut in_force = 0;
    let mut changes = 0;
    let mut next = None;
    let mut query = connection
        .prepare("SELECT step, label, changes, unixepoch(at), who FROM journal WHERE plan = ?1 AND step IS NOT NULL ORDER BY step DESC")?;
    let mut rows = query.query([id.0])?;
    while let Some(row) = rows.next()? {
        let step = integer(row, 0);
        let decoded = match row.get_ref(2)? {
            _ if next.is_some_and(|next| step + 1 != next) => Err("a step before it is missing".to_owned()),
            ValueRef::Blob(blob) => decode_changes(text(row, 1), blob),
            _ => Err("it is empty".to_owned()),
        };
        match decoded {
            Ok(edit) => {
                changes += edit.size();
                // The newest step is always taken: it is the one that undo is for.
                if changes > MAX_CHANGES && !edits.is_empty() {
                    if step < applied {
                        break;
                    }
                    // Of what can be redone the nearest steps are kept.
                    edits.clear();
                    made.clear();
                    changes = edit.size();
                }
                in_force += usize::from(step < applied);
                edits.push(edit);
                made.push(match row.get_ref(3)? {
                    ValueRef::Integer(at) => Some(Made { at, who: text(row, 4) }),
                    _ => None,
                });
                next = Some(step);
            }
            Err(why) => {
                notes.push(format!("The undo history cannot be read at step {}: {why}", step.saturating_add(1)));
                if step < applied {
                    break;
                }
                // What would be redone after it is of no use; what comes before it is.
                edits.clear();
                made.clear();
                next = Some(step);
            }
        }
    }
    edits.reverse();
    made.reverse();
    Ok(History::from_parts(edits, in_force).signed(made))
}

/// An owner; NULL is unassigned. Whether it exists is checked by `Plan::from_parts`.
fn owner(row: &Row, column: usize) -> Read<TerritoryId> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(TerritoryId::UNASSIGNED),
        ValueRef::Integer(id) if (1..=i64::from(u16::MAX)).contains(&id) => Ok(TerritoryId(id as u16)),
        _ => Err(Trouble::Damaged("a territory has an impossible id".to_owned())),
    }
}

/// The id of a group; NULL is none.
fn group(row: &Row, column: usize) -> Read<Option<GroupId>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(id) if (1..=i64::from(u16::MAX)).contains(&id) => Ok(Some(GroupId(id as u16))),
        _ => Err(Trouble::Damaged("a group has an impossible id".to_owned())),
    }
}

/// From "#rrggbb"; grey for anything else.
fn colour(text: &str) -> [u8; 3] {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(value) => [(value >> 16) as u8, (value >> 8) as u8, value as u8],
        None => [128; 3],
    }
}
