//! From rows to the domain. A file may come from anywhere: every value is checked, and nothing here panics on it. What belongs to the
//! structure of the data must fit, or the file counts as damaged; a single value that cannot be used is left out and noted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::blobs::{decode_changes, decode_topology};
use super::copy::{Target, TargetLock};
use super::failure::{Trouble, damaged, short_name};
use super::tables::{quoted, subject_word};
use super::{Access, Opened, OpenedPlan, PlanId, PlanInfo, SavedProblem};
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Aggregate, MAX_VALUE, Measure, Subject, TextColumn};
use crate::domain::history::History;
use crate::domain::ids::{AccountId, MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::plan::{Plan, Territory};
use crate::domain::project::{Goal, Project};
use crate::domain::reps::Rep;
use crate::domain::sphere::{Bounds, LonLat};
use crate::domain::topology::Topology;
use crate::domain::units::Units;
use crate::error::UserError;

type Read<T> = Result<T, Trouble>;

/// So many changes of the undo history are taken into memory, counted from its end (24 bytes each); older steps stay in the file.
const MAX_CHANGES: usize = 2_000_000;

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
    let verdict = target.connection.pragma_query_value(None, "integrity_check(1)", |row| row.get::<_, String>(0));
    match verdict {
        Ok(verdict) if verdict != "ok" => damaged(what, verdict.lines().last().unwrap_or_default()),
        _ => trouble.into_user_error(what),
    }
}

/// How many there are of what a plan refers to.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    units: usize,
    accounts: usize,
    reps: usize,
    measures: usize,
}

fn read_all(target: &Target) -> Read<Opened> {
    let connection = &target.connection;
    check_tables(connection)?;
    let mut notes = Vec::new();
    let (name, active) = connection
        .query_row("SELECT name, active_plan FROM project", [], |row| Ok((text(row, 0), PlanId(integer(row, 1)))))?;
    let mut units = units(connection)?;
    let mut accounts = accounts(connection, units.len(), &mut notes)?;
    let mut measures = measures(connection)?;
    units.attributes = columns(connection, Subject::Units, units.len(), &mut measures, &mut notes)?;
    accounts.attributes = columns(connection, Subject::Accounts, accounts.len(), &mut measures, &mut notes)?;
    let reps = reps(connection)?;
    let sizes = Sizes { units: units.len(), accounts: accounts.len(), reps: reps.len(), measures: measures.len() };
    let plans = list(connection, "SELECT id, name FROM plan ORDER BY id", |row| {
        Ok(PlanInfo { id: PlanId(integer(row, 0)), name: text(row, 1) })
    })?;
    let first = plans.first().ok_or_else(|| "there is no plan in it".to_owned())?;
    let plan_id = plans.iter().find(|plan| plan.id == active).unwrap_or(first).id;
    let opened = plan(connection, plan_id, sizes)?;
    notes.extend(opened.notes);
    let project = Project {
        name,
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        reps: Arc::new(reps),
        goals: goals(connection, sizes)?,
        plan: Arc::new(opened.plan),
    };
    Ok(Opened {
        project,
        plan_id,
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
    })
}

/// Ordinary tables of the expected names, nothing that runs code when it is read.
fn check_tables(connection: &Connection) -> Read<()> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    let found: BTreeSet<String> = list(connection, sql, |row| Ok(text(row, 0)))?.into_iter().collect();
    let expected = "project setting unit topology account measure attribute unit_data account_data rep goal plan territory target \
                    assignment override locked_unit journal metric problem";
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

fn accounts(connection: &Connection, unit_count: usize, notes: &mut Vec<String>) -> Read<Accounts> {
    let mut accounts = Accounts::default();
    let mut lost = 0;
    let mut query = connection.prepare("SELECT id, code, name, lon, lat, placement, unit FROM account ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let index = accounts.codes.len();
        if integer(row, 0) != index as i64 {
            return Err(Trouble::Damaged(format!("account {index} is missing")));
        }
        let place = LonLat::new(real(row, 3), real(row, 4));
        let placement = match row.get_ref(5)? {
            ValueRef::Text(b"coordinates") => Placement::Coordinates,
            ValueRef::Text(b"postal code") => Placement::PostalCode,
            _ => Placement::Unplaced,
        };
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
        accounts.units.push(unit.filter(|_| placed));
    }
    if lost > 0 {
        notes.push(format!("{lost} accounts have no usable place in the file; they count as unplaced"));
    }
    Ok(accounts)
}

/// The measures without their values.
fn measures(connection: &Connection) -> Read<Vec<Measure>> {
    let sql = "SELECT id, name, unit, subject, aggregate, weight FROM measure ORDER BY id";
    let mut measures: Vec<Measure> = Vec::new();
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if integer(row, 0) != measures.len() as i64 || measures.len() >= usize::from(u16::MAX) {
            return Err(Trouble::Damaged(format!("measure {} is missing", measures.len())));
        }
        let subject = if text(row, 3) == "unit" { Subject::Units } else { Subject::Accounts };
        let weight = match row.get_ref(5)? {
            ValueRef::Integer(weight) => u16::try_from(weight).ok().map(MeasureId),
            _ => None,
        };
        let aggregate = if text(row, 4) == "mean" { Aggregate::Mean { weight } } else { Aggregate::Sum };
        measures.push(Measure { name: text(row, 1), unit: text(row, 2), subject, aggregate, values: Vec::new() });
    }
    let subjects: Vec<Subject> = measures.iter().map(|measure| measure.subject).collect();
    for measure in &mut measures {
        if let Aggregate::Mean { weight } = &mut measure.aggregate {
            *weight = weight.filter(|weight| subjects.get(weight.index()) == Some(&measure.subject));
        }
    }
    Ok(measures)
}

/// Fills the values of the measures of a subject and reads its attributes: one pass over its wide table.
fn columns(
    connection: &Connection,
    subject: Subject,
    count: usize,
    measures: &mut [Measure],
    notes: &mut Vec<String>,
) -> Read<Vec<TextColumn>> {
    let table = subject_word(subject);
    let sql = format!("SELECT name FROM pragma_table_info('{table}_data')");
    let present: BTreeSet<String> = list(connection, &sql, |row| Ok(text(row, 0)))?.into_iter().collect();
    let known = |name: &str| {
        let missing = || Trouble::Damaged(format!("the column \"{name}\" of the table {table}_data is missing"));
        if present.contains(name) { Ok(quoted(name)) } else { Err(missing()) }
    };
    let sql = format!("SELECT id, sql_name FROM measure WHERE subject = '{table}' ORDER BY id");
    let mut selected = vec!["id".to_owned()];
    let mut numbers = Vec::new();
    for (id, name) in list(connection, &sql, |row| Ok((integer(row, 0), text(row, 1))))? {
        selected.push(known(&name)?);
        numbers.push((usize::try_from(id).unwrap_or(usize::MAX), vec![f64::NAN; count]));
    }
    let sql = format!("SELECT name, sql_name FROM attribute WHERE subject = '{table}' ORDER BY position");
    let mut words = Vec::new();
    for (name, sql_name) in list(connection, &sql, |row| Ok((text(row, 0), text(row, 1))))? {
        selected.push(known(&sql_name)?);
        words.push(Words { name, ..Words::default() });
    }
    let mut unusable = 0;
    if selected.len() > 1 {
        let mut query = connection.prepare(&format!("SELECT {} FROM {table}_data ORDER BY id", selected.join(", ")))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let Some(index) = usize::try_from(integer(row, 0)).ok().filter(|&index| index < count) else { continue };
            for (at, (_, values)) in numbers.iter_mut().enumerate() {
                match row.get_ref(at + 1)? {
                    ValueRef::Real(value) if value.abs() <= MAX_VALUE => values[index] = value,
                    ValueRef::Integer(value) if (value as f64).abs() <= MAX_VALUE => values[index] = value as f64,
                    ValueRef::Null => {}
                    _ => unusable += 1,
                }
            }
            let first = numbers.len() + 1;
            for (at, column) in words.iter_mut().enumerate() {
                if let ValueRef::Text(bytes) = row.get_ref(first + at)? {
                    column.put(index, bytes);
                }
            }
        }
    }
    if unusable > 0 {
        notes.push(format!("{unusable} values of {table} measures are no usable numbers; they count as missing"));
    }
    for (id, values) in numbers {
        if let Some(measure) = measures.get_mut(id) {
            measure.values = values;
        }
    }
    Ok(words.into_iter().map(|column| column.into_column(count)).collect())
}

/// A column of words while it is read: each different word once.
#[derive(Default)]
struct Words {
    name: String,
    words: HashMap<Vec<u8>, u32>,
    rows: Vec<u32>,
}

impl Words {
    fn put(&mut self, row: usize, bytes: &[u8]) {
        let next = self.words.len() as u32 + 1;
        let word = match self.words.get(bytes) {
            Some(&word) => word,
            None => *self.words.entry(bytes.to_vec()).or_insert(next),
        };
        self.rows.resize(self.rows.len().max(row + 1), 0);
        self.rows[row] = word;
    }

    fn into_column(mut self, count: usize) -> TextColumn {
        let mut words = vec![String::new(); self.words.len() + 1];
        for (bytes, word) in self.words {
            words[word as usize] =
                String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        }
        self.rows.resize(count, 0);
        TextColumn::from_words(self.name, &words, &self.rows)
    }
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

fn goals(connection: &Connection, sizes: Sizes) -> Read<Vec<Goal>> {
    let all = list(connection, "SELECT measure, tolerance, weight FROM goal ORDER BY position", |row| {
        Ok((integer(row, 0), real(row, 1), real(row, 2)))
    })?;
    let usable = |&(measure, tolerance, weight): &(i64, f64, f64)| {
        (0..sizes.measures as i64).contains(&measure)
            && tolerance >= 0.0
            && weight > 0.0
            && (tolerance + weight).is_finite()
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

fn plan(connection: &Connection, id: PlanId, sizes: Sizes) -> Read<OpenedPlan> {
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
    let plan = Plan::from_parts(name, assignment, territories, overrides, locked_units)
        .map_err(|why| format!("plan {} does not fit together: {why}", id.0))?;
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
    let sql = "SELECT id, name, colour, rep, locked, note FROM territory WHERE plan = ?1";
    for_each(connection, sql, id, |row| {
        let territory = Territory {
            name: text(row, 1),
            colour: colour(&text(row, 2)),
            rep: index(row, 3, sizes.reps).map(RepId::from_index),
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

/// The newest steps that can be read, and those that can be redone. A step that cannot be read ends the history there.
fn history(connection: &Connection, id: PlanId, applied: i64, notes: &mut Vec<String>) -> Read<History> {
    let mut edits = Vec::new();
    let mut in_force = 0;
    let mut changes = 0;
    let mut next = None;
    let mut query = connection
        .prepare("SELECT step, label, changes FROM journal WHERE plan = ?1 AND step IS NOT NULL ORDER BY step DESC")?;
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
                changes += edit.changes.len();
                if changes > MAX_CHANGES {
                    if step < applied {
                        break;
                    }
                    // Of what can be redone the nearest steps are kept.
                    edits.clear();
                    changes = edit.changes.len();
                }
                in_force += usize::from(step < applied);
                edits.push(edit);
                next = Some(step);
            }
            Err(why) => {
                notes.push(format!("The undo history cannot be read at step {}: {why}", step.saturating_add(1)));
                if step < applied {
                    break;
                }
                // What would be redone after it is of no use; what comes before it is.
                edits.clear();
                next = Some(step);
            }
        }
    }
    edits.reverse();
    Ok(History::from_parts(edits, in_force))
}

fn list<T>(connection: &Connection, sql: &str, read: impl Fn(&Row) -> rusqlite::Result<T>) -> Read<Vec<T>> {
    let mut query = connection.prepare(sql)?;
    let rows = query.query_map([], |row| read(row))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn for_each(connection: &Connection, sql: &str, plan: PlanId, mut read: impl FnMut(&Row) -> Read<()>) -> Read<()> {
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([plan.0])?;
    while let Some(row) = rows.next()? {
        read(row)?;
    }
    Ok(())
}

/// A text of any encoding and type; empty for NULL.
fn text(row: &Row, column: usize) -> String {
    match row.get_ref(column) {
        Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Real(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A whole number; −1, which is no id, for anything else.
fn integer(row: &Row, column: usize) -> i64 {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => number,
        _ => -1,
    }
}

/// A number; NaN for anything else.
fn real(row: &Row, column: usize) -> f64 {
    match row.get_ref(column) {
        Ok(ValueRef::Real(number)) => number,
        Ok(ValueRef::Integer(number)) => number as f64,
        _ => f64::NAN,
    }
}

/// A position in a list of `count`.
fn index(row: &Row, column: usize, count: usize) -> Option<usize> {
    usize::try_from(integer(row, column)).ok().filter(|&index| index < count)
}

/// An owner; NULL is unassigned. Whether it exists is checked by `Plan::from_parts`.
fn owner(row: &Row, column: usize) -> Read<TerritoryId> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(TerritoryId::UNASSIGNED),
        ValueRef::Integer(id) if (1..=i64::from(u16::MAX)).contains(&id) => Ok(TerritoryId(id as u16)),
        _ => Err(Trouble::Damaged("a territory has an impossible id".to_owned())),
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
