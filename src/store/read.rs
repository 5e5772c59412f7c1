//! From rows to the domain. A file may come from anywhere: every value is checked, and nothing here panics on it. What belongs to the
//! structure of the data must fit, or the file counts as damaged; a single value that cannot be used is left out and noted.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::blobs::decode_topology;
use super::cells::{Read, integer, list, real, text};
use super::computed;
use super::copy::{Target, TargetLock};
use super::failure::{Trouble, damaged, short_name};
use super::read_columns::{columns, measures};
use super::read_plan::{Sizes, plan};
use super::{Access, Opened, OpenedPlan, PlanId, SavedProblem, layers, plans};
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::Subject;
use crate::domain::ids::{MeasureId, UnitId};
use crate::domain::project::{Goal, Project};
use crate::domain::reps::Rep;
use crate::domain::sphere::{Bounds, LonLat};
use crate::domain::topology::Topology;
use crate::domain::units::Units;
use crate::error::UserError;

/// Everything, with the plan that was open last.
pub fn read_project(target: &Target) -> Result<Opened, UserError> {
    read_all(target).map_err(|trouble| in_words(target, trouble))
}

/// One plan of the project that has been opened.
pub fn read_plan(target: &Target, id: PlanId) -> Result<OpenedPlan, UserError> {
    let count = |table: &str| {
        let count =
            target.connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
        count.map(|count| usize::try_from(count).unwrap_or(0))
    };
    let sizes = || {
        Ok(Sizes {
            units: count("unit")?,
            accounts: count("account")?,
            reps: count("rep")?,
            measures: count("measure")?,
        })
    };
    sizes().and_then(|sizes| plan(&target.connection, id, sizes)).map_err(|trouble| in_words(target, trouble))
}

/// When something looks wrong, SQLite is asked to look at the whole file more closely.
fn in_words(target: &Target, trouble: Trouble) -> UserError {
    let what = format!("Could not open {}", short_name(&target.path));
    let verdict = target.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match verdict {
        Ok(verdict) if verdict != "ok" => damaged(what, verdict.lines().last().unwrap_or_default()),
        _ => trouble.into_user_error(what),
    }
}

fn read_all(target: &Target) -> Read<Opened> {
    let connection = &target.connection;
    check_tables(connection)?;
    let mut notes = Vec::new();
    let name = connection.query_row("SELECT name FROM project", [], |row| Ok(text(row, 0)))?;
    let mut units = units(connection)?;
    let mut accounts = accounts(connection, units.len(), &mut notes)?;
    let mut measures = measures(connection)?;
    units.attributes = columns(connection, Subject::Units, units.len(), &mut measures, &mut notes)?;
    accounts.attributes = columns(connection, Subject::Accounts, accounts.len(), &mut measures, &mut notes)?;
    let reps = reps(connection)?;
    let sizes = Sizes { units: units.len(), accounts: accounts.len(), reps: reps.len(), measures: measures.len() };
    let plans = plans::read(connection)?;
    let opened = plan(connection, plans.active, sizes)?;
    notes.extend(opened.notes);
    let project = Project {
        name,
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        reps: Arc::new(reps),
        goals: goals(connection, sizes.measures)?,
        plan: Arc::new(opened.plan),
        computed: Arc::new(computed::read(connection)?),
        segments: Arc::new(computed::read_segments(connection)?),
        layers: Arc::new(layers::read(connection)?),
    };
    Ok(Opened {
        project,
        plans,
        history: opened.history,
        generation: opened.generation,
        metrics: opened.metrics,
        metrics_generation: opened.metrics_generation,
        settings: list(connection, "SELECT key, value FROM setting", |row| Ok((text(row, 0), text(row, 1))))?
            .into_iter()
            .collect(),
        problems: problems(connection)?,
        notes,
        access: match &target.lock {
            TargetLock::Writable { .. } => Access::ReadWrite,
            TargetLock::ReadOnly { why } => Access::ReadOnly { why: why.clone() },
        },
        damage: None,
    })
}

/// Ordinary tables of the expected names, nothing that runs code when it is read.
fn check_tables(connection: &Connection) -> Read<()> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    let found: BTreeSet<String> = list(connection, sql, |row| Ok(text(row, 0)))?.into_iter().collect();
    let expected = "project setting unit topology account measure attribute unit_data account_data rep goal plan territory target \
                    assignment override locked_unit journal metric problem layer layer_area layer_topology comment";
    match expected.split_whitespace().find(|&name| !found.contains(name)) {
        Some(missing) => Err(Trouble::Damaged(format!("the table \"{missing}\" is missing"))),
        None => Ok(()),
    }
}

fn units(connection: &Connection) -> Read<Units> {
    let (kind, approximate, attribution) =
        connection.query_row("SELECT unit_kind, unit_approximate, unit_attribution FROM project", [], |row| {
            Ok((text(row, 0), integer(row, 1) != 0, text(row, 2)))
        })?;
    let mut blobs: Vec<(String, Vec<u8>)> = Vec::new();
    let mut query = connection.prepare("SELECT name, value FROM topology")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if let ValueRef::Blob(blob) = row.get_ref(1)? {
            blobs.push((text(row, 0), blob.to_vec()));
        }
    }
    let arrays = decode_topology(blobs.iter().map(|(name, blob)| (name.as_str(), blob.as_slice())))
        .map_err(|why| format!("the shapes cannot be read: {why}"))?;
    drop(blobs);
    let mut units = Units::default();
    (units.kind, units.approximate, units.attribution) = (kind, approximate, attribution);
    let mut query = connection
        .prepare("SELECT id, code, name, lon, lat, area_km2, west, south, east, north FROM unit ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let index = units.codes.len();
        let place = |at: usize| LonLat::new(real(row, at), real(row, at + 1));
        let (centre, area, bounds) = (place(3), real(row, 5), Bounds { min: place(6), max: place(8) });
        if integer(row, 0) != index as i64 {
            return Err(Trouble::Damaged(format!("unit {index} is missing")));
        }
        let finite =
            [bounds.min.lon, bounds.min.lat, bounds.max.lon, bounds.max.lat, area].iter().all(|n| n.is_finite());
        if !centre.is_valid() || !finite || area < 0.0 {
            return Err(Trouble::Damaged(format!(
                "the place or area of unit {} is not a number that can be",
                text(row, 1)
            )));
        }
        units.codes.push(text(row, 1));
        units.names.push(text(row, 2));
        units.centres.push(centre);
        units.areas_km2.push(area);
        units.bounds.push(bounds);
    }
    if units.is_empty() && arrays.unit_starts.len() <= 1 {
        return Ok(units);
    }
    let topology = Topology::from_arrays(arrays).map_err(|why| format!("the shapes do not fit together: {why}"))?;
    units
        .with_topology(topology)
        .map_err(|why| Trouble::Damaged(format!("units and shapes do not fit together: {why}")))
}

pub(super) fn accounts(connection: &Connection, unit_count: usize, notes: &mut Vec<String>) -> Read<Accounts> {
    let mut accounts = Accounts::default();
    let mut lost = 0;
    let mut query = connection
        .prepare("SELECT id, code, name, lon, lat, placement, unit, precision_km FROM account ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let index = accounts.codes.len();
        if integer(row, 0) != index as i64 {
            return Err(Trouble::Damaged(format!("account {index} is missing")));
        }
        let place = LonLat::new(real(row, 3), real(row, 4));
        let placement = match row.get_ref(5)? {
            ValueRef::Text(word) => str::from_utf8(word).ok().and_then(Placement::from_word),
            _ => None,
        }
        .unwrap_or(Placement::Unplaced);
        let placed = place.is_valid() && placement != Placement::Unplaced;
        lost += usize::from(!placed && placement != Placement::Unplaced);
        let unit = match row.get_ref(6)? {
            ValueRef::Integer(unit) => u32::try_from(unit).ok().map(UnitId).filter(|unit| unit.index() < unit_count),
            _ => None,
        };
        accounts.codes.push(text(row, 1));
        accounts.names.push(text(row, 2));
        accounts.places.push(if placed { place } else { LonLat::new(f64::NAN, f64::NAN) });
        accounts.placements.push(if placed { placement } else { Placement::Unplaced });
        accounts.precisions_km.push(if placed { real(row, 7) as f32 } else { f32::NAN });
        accounts.units.push(unit.filter(|_| placed));
    }
    if lost > 0 {
        notes.push(format!("{lost} accounts have no usable place in the file; they count as unplaced"));
    }
    Ok(accounts)
}

fn reps(connection: &Connection) -> Read<Vec<Rep>> {
    let sql =
        "SELECT code, name, home_lon, home_lat, home_town, capacity_hours, skills FROM rep ORDER BY id LIMIT 65535";
    list(connection, sql, |row| {
        let home = LonLat::new(real(row, 2), real(row, 3));
        Ok(Rep {
            code: text(row, 0),
            name: text(row, 1),
            home: home.is_valid().then_some(home),
            home_town: text(row, 4),
            capacity_hours: real(row, 5),
            skills: text(row, 6).lines().map(str::to_owned).collect(),
        })
    })
}

pub(super) fn goals(connection: &Connection, measures: usize) -> Read<Vec<Goal>> {
    let all = list(connection, "SELECT measure, tolerance, weight FROM goal ORDER BY position", |row| {
        Ok((integer(row, 0), real(row, 1), real(row, 2)))
    })?;
    let usable = |&(measure, tolerance, weight): &(i64, f64, f64)| {
        (0..measures as i64).contains(&measure) && tolerance >= 0.0 && weight > 0.0 && (tolerance + weight).is_finite()
    };
    let goal =
        |(measure, tolerance, weight)| Goal { measure: MeasureId::from_index(measure as usize), tolerance, weight };
    Ok(all.into_iter().filter(usable).map(goal).collect())
}

fn problems(connection: &Connection) -> Read<Vec<SavedProblem>> {
    let sql = "SELECT severity, file, row, \"column\", item, message, hint FROM problem ORDER BY id";
    list(connection, sql, |row| {
        Ok(SavedProblem {
            severity: text(row, 0),
            file: text(row, 1),
            row: u64::try_from(integer(row, 2)).ok(),
            column: text(row, 3),
            item: text(row, 4),
            message: text(row, 5),
            hint: text(row, 6),
        })
    })
}
