//! Whole tables: what creating a project and importing data write.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Result, params};

use super::blobs::encode_topology;
use super::{PlanId, computed, layers};
use crate::domain::accounts::Accounts;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::hierarchy::Group;
use crate::domain::ids::{GroupId, TerritoryId, UnitId};
use crate::domain::plan::{Adjacency, Plan, Territory};
use crate::domain::project::{Goal, Project};
use crate::domain::reps::Rep;
use crate::domain::units::Units;

/// SQLite allows 2,000 columns in a table.
pub const MAX_COLUMNS: usize = 1_900;

/// Everything, into an empty database.
pub fn create(connection: &Connection, project: &Project, plan: PlanId) -> Result<()> {
    connection.execute_batch(include_str!("schema.sql"))?;
    connection.execute(
        "INSERT INTO project VALUES (1, ?1, '', 0, '', ?2, strftime('%Y-%m-%dT%H:%M:%SZ', ?3, 'unixepoch'), ?4, NULL)",
        params![project.name, plan.0, seconds(SystemTime::now()), concat!("bailiwick ", env!("CARGO_PKG_VERSION"))],
    )?;
    put_units(connection, &project.units)?;
    put_accounts(connection, &project.accounts)?;
    put_columns(connection, project)?;
    put_reps(connection, &project.reps)?;
    put_goals(connection, &project.goals)?;
    computed::put_segments(connection, &project.segments)?;
    layers::put_all(connection, &project.layers)?;
    put_plan(connection, plan, &project.plan)
}

/// Seconds since 1970, for SQLite's `strftime`.
pub fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// Units and their shapes, into empty tables.
pub fn put_units(connection: &Connection, units: &Units) -> Result<()> {
    connection.execute(
        "UPDATE project SET unit_kind = ?1, unit_approximate = ?2, unit_attribution = ?3",
        params![units.kind, units.approximate, units.attribution],
    )?;
    let mut insert = connection.prepare("INSERT INTO unit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
    for index in 0..units.len() {
        let (centre, bounds) = (units.centres[index], units.bounds[index]);
        insert.execute(params![
            index as i64,
            units.codes[index],
            units.names[index],
            centre.lon,
            centre.lat,
            units.areas_km2[index],
            bounds.min.lon,
            bounds.min.lat,
            bounds.max.lon,
            bounds.max.lat,
        ])?;
    }
    connection.execute("DELETE FROM topology", [])?;
    for (name, blob) in encode_topology(units.topology.arrays()) {
        connection.execute("INSERT INTO topology VALUES (?1, ?2)", params![name, blob])?;
    }
    Ok(())
}

/// Accounts, into an empty table.
pub fn put_accounts(connection: &Connection, accounts: &Accounts) -> Result<()> {
    let mut insert = connection.prepare("INSERT INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    for index in 0..accounts.len() {
        let place = accounts.places[index];
        let (lon, lat) = if place.is_valid() { (Some(place.lon), Some(place.lat)) } else { (None, None) };
        let unit = accounts.units.get(index).copied().flatten();
        insert.execute(params![
            index as i64,
            accounts.codes[index],
            accounts.names[index],
            lon,
            lat,
            accounts.placements[index].word(),
            accounts.precisions_km.get(index).filter(|_| place.is_valid()).copied().and_then(precision),
            unit.map(|unit| unit.0),
        ])?;
    }
    Ok(())
}

/// Measures and attributes of units and accounts, in place of those that were there.
pub fn put_columns(connection: &Connection, project: &Project) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM measure; DELETE FROM attribute; DROP VIEW IF EXISTS v_unit; DROP VIEW IF EXISTS v_account;
         DROP TABLE IF EXISTS unit_data; DROP TABLE IF EXISTS account_data",
    )?;
    put_columns_of(connection, project, Subject::Units, &project.units.attributes, project.units.len())?;
    put_columns_of(connection, project, Subject::Accounts, &project.accounts.attributes, project.accounts.len())?;
    Ok(())
}

/// Measures and attributes of accounts alone, in place of those that were there; those of units stay.
pub fn put_account_columns(connection: &Connection, project: &Project) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM measure WHERE subject = 'account'; DELETE FROM attribute WHERE subject = 'account';
         DROP VIEW IF EXISTS v_account; DROP TABLE IF EXISTS account_data",
    )?;
    put_columns_of(connection, project, Subject::Accounts, &project.accounts.attributes, project.accounts.len())
}

pub fn put_reps(connection: &Connection, reps: &[Rep]) -> Result<()> {
    // Kept rows are altered in place, so that territories keep their rep.
    connection.execute("DELETE FROM rep WHERE id >= ?1", [reps.len() as i64])?;
    let mut put = connection.prepare(
        "INSERT INTO rep VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET
         code = excluded.code, name = excluded.name, home_lon = excluded.home_lon, home_lat = excluded.home_lat,
         home_town = excluded.home_town, capacity_hours = excluded.capacity_hours, skills = excluded.skills",
    )?;
    for (index, rep) in reps.iter().enumerate() {
        let home = rep.home.filter(|home| home.is_valid());
        put.execute(params![
            index as i64,
            rep.code,
            rep.name,
            home.map(|home| home.lon),
            home.map(|home| home.lat),
            rep.home_town,
            number(rep.capacity_hours),
            rep.skills.join("\n"),
        ])?;
    }
    Ok(())
}

pub fn put_goals(connection: &Connection, goals: &[Goal]) -> Result<()> {
    connection.execute("DELETE FROM goal", [])?;
    for (position, goal) in goals.iter().enumerate() {
        connection.execute(
            "INSERT INTO goal VALUES (?1, ?2, ?3, ?4)",
            params![
                position as i64,
                goal.measure.0,
                number(goal.tolerance).unwrap_or(0.1),
                number(goal.weight).unwrap_or(1.0)
            ],
        )?;
    }
    Ok(())
}

/// A plan with everything in it, in place of what it held before. Its history and generation stay.
pub fn put_plan(connection: &Connection, id: PlanId, plan: &Plan) -> Result<()> {
    connection.execute(
        "INSERT INTO plan (id, name) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        params![id.0, plan.name],
    )?;
    clear_plan(connection, id)?;
    put_levels(connection, id, plan.hierarchy().levels())?;
    for (group, properties) in plan.hierarchy().iter() {
        put_group(connection, id, group, properties)?;
    }
    for (territory, properties) in plan.territories() {
        put_territory(connection, id, territory, properties)?;
    }
    let mut insert = connection.prepare("INSERT INTO assignment VALUES (?1, ?2, ?3)")?;
    for (unit, &territory) in plan.assignment().iter().enumerate() {
        insert.execute(params![id.0, unit as i64, owner(territory)])?;
    }
    let mut insert = connection.prepare("INSERT INTO override VALUES (?1, ?2, ?3)")?;
    for (account, &territory) in plan.overrides() {
        insert.execute(params![id.0, account.0, owner(territory)])?;
    }
    let mut insert = connection.prepare("INSERT INTO locked_unit VALUES (?1, ?2)")?;
    for unit in plan.locked_units() {
        insert.execute(params![id.0, unit.0])?;
    }
    let mut insert = connection.prepare("INSERT INTO locked_account VALUES (?1, ?2)")?;
    for account in plan.locked_accounts() {
        insert.execute(params![id.0, account.0])?;
    }
    for (&units, &adjacency) in plan.adjacency() {
        put_adjacency(connection, id, units, Some(adjacency))?;
    }
    Ok(())
}

/// Takes everything out of a plan.
pub fn clear_plan(connection: &Connection, id: PlanId) -> Result<()> {
    let tables = [
        "assignment",
        "override",
        "locked_unit",
        "locked_account",
        "adjacency",
        "target",
        "territory",
        "territory_group",
        "level",
        "metric",
    ];
    for table in tables {
        connection.execute(&format!("DELETE FROM {table} WHERE plan = ?1"), [id.0])?;
    }
    Ok(())
}

/// Adds a territory or alters the one with that id.
pub fn put_territory(connection: &Connection, plan: PlanId, id: TerritoryId, territory: &Territory) -> Result<()> {
    let [red, green, blue] = territory.colour;
    let mut put = connection.prepare_cached(
        // A rep who is not in the roster is nobody: a wrong number must not stop everything behind it from being written.
        "INSERT INTO territory VALUES (?1, ?2, ?3, ?4, (SELECT id FROM rep WHERE id = ?5), ?6, ?7, ?8)
         ON CONFLICT (plan, id) DO UPDATE SET name = excluded.name, colour = excluded.colour, rep = excluded.rep,
         locked = excluded.locked, note = excluded.note, parent = excluded.parent",
    )?;
    put.execute(params![
        plan.0,
        id.0,
        territory.name,
        format!("#{red:02x}{green:02x}{blue:02x}"),
        territory.rep.map(|rep| rep.0),
        territory.locked,
        territory.note,
        territory.parent.map(|parent| parent.0),
    ])?;
    connection
        .prepare_cached("DELETE FROM target WHERE plan = ?1 AND territory = ?2")?
        .execute(params![plan.0, id.0])?;
    for (measure, &value) in &territory.targets {
        if let Some(value) = number(value) {
            connection
                .prepare_cached("INSERT INTO target VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![plan.0, id.0, measure.0, value])?;
        }
    }
    Ok(())
}

/// The names of the levels above territories, in place of those before.
pub fn put_levels(connection: &Connection, plan: PlanId, levels: &[String]) -> Result<()> {
    connection.execute("DELETE FROM level WHERE plan = ?1", [plan.0])?;
    for (position, name) in levels.iter().enumerate() {
        connection.execute("INSERT INTO level VALUES (?1, ?2, ?3)", params![plan.0, position as i64, name])?;
    }
    Ok(())
}

/// Adds a group or alters the one with that id.
pub fn put_group(connection: &Connection, plan: PlanId, id: GroupId, group: &Group) -> Result<()> {
    let [red, green, blue] = group.colour;
    let mut put = connection.prepare_cached(
        "INSERT INTO territory_group VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT id FROM rep WHERE id = ?7), ?8, ?9)
         ON CONFLICT (plan, id) DO UPDATE SET level = excluded.level, name = excluded.name, parent = excluded.parent,
         colour = excluded.colour, rep = excluded.rep, locked = excluded.locked, note = excluded.note",
    )?;
    put.execute(params![
        plan.0,
        id.0,
        group.level,
        group.name,
        group.parent.map(|parent| parent.0),
        format!("#{red:02x}{green:02x}{blue:02x}"),
        group.rep.map(|rep| rep.0),
        group.locked,
        group.note,
    ])
    .map(drop)
}

/// Writes what the user says about two units, or forgets it.
pub fn put_adjacency(connection: &Connection, plan: PlanId, units: [UnitId; 2], kind: Option<Adjacency>) -> Result<()> {
    let [a, b] = units;
    let word = match kind {
        Some(Adjacency::Bridge) => "bridge",
        Some(Adjacency::Barrier) => "barrier",
        None => {
            let sql = "DELETE FROM adjacency WHERE plan = ?1 AND a = ?2 AND b = ?3";
            return connection.prepare_cached(sql)?.execute(params![plan.0, a.0, b.0]).map(drop);
        }
    };
    let sql = "REPLACE INTO adjacency VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![plan.0, a.0, b.0, word]).map(drop)
}

/// How an owner stands in a row: unassigned is NULL.
pub fn owner(territory: TerritoryId) -> Option<u16> {
    (!territory.is_unassigned()).then_some(territory.0)
}

/// How a number stands in a row: a missing one is NULL.
pub fn number(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// An identifier as SQL.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// How a precision stands in a row: NULL where nobody knows it.
pub fn precision(km: f32) -> Option<f64> {
    (km.is_finite() && km >= 0.0).then(|| f64::from(km))
}

pub fn subject_word(subject: Subject) -> &'static str {
    match subject {
        Subject::Units => "unit",
        Subject::Accounts => "account",
    }
}

/// One table with a real column per measure and attribute: anyone can read it with plain SQL, and it loads as fast as blobs would
/// (docs/file-format.md has the measurement).
fn put_columns_of(
    connection: &Connection,
    project: &Project,
    subject: Subject,
    attributes: &[TextColumn],
    rows: usize,
) -> Result<()> {
    let table = subject_word(subject);
    let mut names = SqlNames::default();
    let mut numbers: Vec<&Measure> = Vec::new();
    let mut columns = Vec::new();
    let formula =
        |name: &str, number: bool| project.computed_column(subject, name).filter(|column| column.number == number);
    for (id, measure) in project.measures_of(subject) {
        let sql_name = names.make(&measure.name);
        let (aggregate, weight) = aggregate_words(measure.aggregate);
        connection.execute(
            "INSERT INTO measure VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                id.0,
                measure.name,
                measure.unit,
                table,
                aggregate,
                weight,
                sql_name,
                formula(&measure.name, true).map(|column| &column.formula),
                formula(&measure.name, true).map(|column| &column.as_of),
            ],
        )?;
        columns.push((quoted(&sql_name), "REAL"));
        numbers.push(measure);
    }
    for (position, attribute) in attributes.iter().enumerate() {
        let sql_name = names.make(&attribute.name);
        connection.execute(
            "INSERT INTO attribute VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                table,
                position as i64,
                attribute.name,
                sql_name,
                formula(&attribute.name, false).map(|column| &column.formula),
                formula(&attribute.name, false).map(|column| &column.as_of),
            ],
        )?;
        columns.push((quoted(&sql_name), "TEXT"));
    }
    create_data_table(connection, table, &columns)?;
    if columns.is_empty() {
        return Ok(());
    }
    let mut insert =
        connection.prepare(&format!("INSERT INTO {table}_data VALUES (?{})", ", ?".repeat(columns.len())))?;
    for row in 0..rows {
        insert.raw_bind_parameter(1, row as i64)?;
        let mut parameter = 1;
        for measure in &numbers {
            parameter += 1;
            insert.raw_bind_parameter(parameter, measure.values.get(row).copied().and_then(number))?;
        }
        for attribute in attributes {
            parameter += 1;
            insert.raw_bind_parameter(parameter, attribute.get(row))?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}

/// An empty table for the values of imported and computed columns, by name (as SQL) and type, and the view that shows them.
pub fn create_data_table(connection: &Connection, table: &str, columns: &[(String, &str)]) -> Result<()> {
    let definitions: String = columns.iter().map(|(name, kind)| format!(", {name} {kind}")).collect();
    let selected: String = columns.iter().map(|(name, _)| format!(", {table}_data.{name}")).collect();
    connection.execute_batch(&format!(
        "CREATE TABLE {table}_data (id INTEGER PRIMARY KEY{definitions});
         CREATE VIEW v_{table} AS SELECT {table}.*{selected} FROM {table} LEFT JOIN {table}_data ON {table}_data.id = {table}.id",
    ))
}

/// How an aggregate stands in a row, with the number of the measure that weights it.
pub fn aggregate_words(aggregate: Aggregate) -> (&'static str, Option<u16>) {
    match aggregate {
        Aggregate::Sum => ("sum", None),
        Aggregate::Mean { weight } => ("mean", weight.map(|weight| weight.0)),
    }
}

/// Names of SQL columns from what the user's file calls them: near to it, and unique as SQLite compares them.
pub struct SqlNames(HashSet<String>);

impl Default for SqlNames {
    fn default() -> Self {
        // The fixed columns of unit and account, which the views show beside these.
        let fixed = "id code name lon lat area_km2 west south east north placement precision_km unit";
        Self(fixed.split(' ').map(str::to_owned).collect())
    }
}

impl SqlNames {
    /// A name that is taken already.
    pub fn take(&mut self, name: &str) {
        self.0.insert(name.to_lowercase());
    }

    pub fn make(&mut self, name: &str) -> String {
        let cleaned: String = name.trim().chars().filter(|letter| !letter.is_control()).take(80).collect();
        let stem = if cleaned.is_empty() { "column".to_owned() } else { cleaned };
        let mut candidate = stem.clone();
        let mut number = 2;
        while !self.0.insert(candidate.to_lowercase()) {
            candidate = format!("{stem} {number}");
            number += 1;
        }
        candidate
    }
}
