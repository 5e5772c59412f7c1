//! Computed columns and segments in the file: what an edit of them writes, and how they are read.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::cells::{Read, integer, list, real, text};
use super::tables::{self, SqlNames, quoted, subject_word};
use crate::domain::cells::CellColumn;
use crate::domain::columns::Subject;
use crate::domain::computed::{Column, ColumnChange, Computed, ComputedColumn};
use crate::domain::ids::MeasureId;
use crate::domain::project::Goal;
use crate::domain::segments::{Combine, Condition, Group, Operator, Rule, Segment};

/// Makes a change of a whole column in every table that speaks of it.
pub fn write(connection: &Connection, change: &ColumnChange) -> Result<()> {
    let table = subject_word(change.subject);
    let before = column_names(connection, table)?;
    if change.old.is_some() {
        delete_row(connection, table, change.at)?;
    }
    if change.old.is_none() != change.new.is_none() {
        shift(connection, table, change)?;
    }
    let mut filled = None;
    if let Some(new) = &change.new {
        let mut names = SqlNames::default();
        column_names(connection, table)?.iter().for_each(|(name, _)| names.take(name));
        let sql_name = names.make(new.column.name());
        insert_row(connection, table, change.at, new, &sql_name)?;
        filled = Some((sql_name, new));
    }
    let after = column_names(connection, table)?;
    if before != after {
        let kept: Vec<&(String, &str)> = after
            .iter()
            .filter(|column| before.contains(column) && filled.as_ref().is_none_or(|(name, _)| *name != column.0))
            .collect();
        rebuild(connection, table, &after, &kept)?;
    }
    match filled {
        Some((sql_name, new)) => fill(connection, table, &sql_name, &new.column),
        None => Ok(()),
    }
}

/// The columns of values, by their name in SQL and type: measures by number, then attributes by place.
fn column_names(connection: &Connection, table: &str) -> Result<Vec<(String, &'static str)>> {
    let mut names = Vec::new();
    for (sql, kind) in [
        ("SELECT sql_name FROM measure WHERE subject = ?1 ORDER BY id", "REAL"),
        ("SELECT sql_name FROM attribute WHERE subject = ?1 ORDER BY position", "TEXT"),
    ] {
        let mut query = connection.prepare_cached(sql)?;
        let rows = query.query_map([table], |row| row.get::<_, String>(0))?;
        for name in rows {
            names.push((name?, kind));
        }
    }
    Ok(names)
}

fn delete_row(connection: &Connection, table: &str, at: CellColumn) -> Result<()> {
    match at {
        CellColumn::Measure(id) => connection.execute("DELETE FROM measure WHERE id = ?1", [id.0]),
        CellColumn::Attribute(at) => {
            connection.execute("DELETE FROM attribute WHERE subject = ?1 AND position = ?2", params![table, at])
        }
        CellColumn::Name => Ok(0),
    }
    .map(drop)
}

fn insert_row(
    connection: &Connection,
    table: &str,
    at: CellColumn,
    column: &ComputedColumn,
    sql_name: &str,
) -> Result<()> {
    let [formula, as_of] = [&column.formula, &column.as_of].map(|text| (!column.formula.is_empty()).then_some(text));
    match (&column.column, at) {
        (Column::Number(measure), CellColumn::Measure(id)) => {
            let (aggregate, weight) = tables::aggregate_words(measure.aggregate);
            connection.execute(
                "INSERT INTO measure VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![id.0, measure.name, measure.unit, table, aggregate, weight, sql_name, formula, as_of],
            )
        }
        (Column::Text(words), CellColumn::Attribute(at)) => connection.execute(
            "INSERT INTO attribute VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![table, at, words.name, sql_name, formula, as_of],
        ),
        _ => Ok(0),
    }
    .map(drop)
}

/// Everything behind a column that comes or goes gets another number, and with it what refers to it. Numbers pass through negative ones,
/// because a number may not occur twice on the way.
fn shift(connection: &Connection, table: &str, change: &ColumnChange) -> Result<()> {
    let by = if change.new.is_some() { 1_i64 } else { -1 };
    let move_up = |sql_table: &str, column: &str, wanted: &str, from: u16| {
        let sql = format!("UPDATE {sql_table} SET {column} = -1 - ({column} + {by}) WHERE {column} >= {from} {wanted}");
        connection.execute(&sql, [])?;
        let sql = format!("UPDATE {sql_table} SET {column} = -1 - {column} WHERE {column} < 0 {wanted}");
        connection.execute(&sql, []).map(drop)
    };
    match change.at {
        CellColumn::Measure(id) => {
            if change.new.is_none() {
                connection.execute("DELETE FROM target WHERE measure = ?1", [id.0])?;
            }
            move_up("measure", "id", "", id.0)?;
            move_up("measure", "weight", "AND weight IS NOT NULL", id.0)?;
            move_up("target", "measure", "", id.0)?;
            let mut goals = goals(connection)?;
            change.follow_goals(&mut goals);
            tables::put_goals(connection, &goals)
        }
        CellColumn::Attribute(at) => move_up("attribute", "position", &format!("AND subject = '{table}'"), at),
        CellColumn::Name => Ok(()),
    }
}

fn goals(connection: &Connection) -> Result<Vec<Goal>> {
    let mut query = connection.prepare("SELECT measure, tolerance, weight FROM goal ORDER BY position")?;
    let rows = query.query_map([], |row| {
        Ok((
            u16::try_from(integer(row, 0)),
            Goal { measure: MeasureId(0), tolerance: real(row, 1), weight: real(row, 2) },
        ))
    })?;
    let mut goals = Vec::new();
    for row in rows {
        if let (Ok(measure), goal) = row? {
            goals.push(Goal { measure: MeasureId(measure), ..goal });
        }
    }
    Ok(goals)
}

/// Makes the wide table anew with other columns, in the order in which an import writes them.
fn rebuild(
    connection: &Connection,
    table: &str,
    columns: &[(String, &'static str)],
    kept: &[&(String, &str)],
) -> Result<()> {
    let names: String = kept.iter().map(|(name, _)| format!(", {}", quoted(name))).collect();
    connection.execute_batch(&format!(
        "CREATE TEMP TABLE kept_data AS SELECT id{names} FROM {table}_data;
         DROP VIEW IF EXISTS v_{table}; DROP TABLE {table}_data",
    ))?;
    let quoted_columns: Vec<(String, &str)> = columns.iter().map(|(name, kind)| (quoted(name), *kind)).collect();
    tables::create_data_table(connection, table, &quoted_columns)?;
    // A table without columns has no rows, as after an import.
    if !columns.is_empty() {
        connection.execute(
            &format!("INSERT INTO {table}_data (id{names}) SELECT id{names} FROM temp.kept_data ORDER BY id"),
            [],
        )?;
    }
    connection.execute_batch("DROP TABLE temp.kept_data")
}

fn fill(connection: &Connection, table: &str, sql_name: &str, column: &Column) -> Result<()> {
    let name = quoted(sql_name);
    let mut put = connection.prepare(&format!(
        "INSERT INTO {table}_data (id, {name}) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET {name} = excluded.{name}",
    ))?;
    for row in 0..column.len() {
        match column {
            Column::Number(measure) => put.execute(params![row as i64, tables::number(measure.values[row])])?,
            Column::Text(words) => put.execute(params![row as i64, words.get(row)])?,
        };
    }
    Ok(())
}

/// The segments, in place of those before.
pub fn put_segments(connection: &Connection, segments: &[Segment]) -> Result<()> {
    connection.execute_batch("DELETE FROM segment_condition; DELETE FROM segment_group; DELETE FROM segment")?;
    for (position, segment) in segments.iter().enumerate() {
        let (formula, group) = match &segment.rule {
            Rule::Formula(formula) => (Some(formula), None),
            Rule::Conditions(group) => (None, Some(group)),
        };
        connection.prepare_cached("INSERT INTO segment VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            position as i64,
            segment.name,
            formula,
            segment.as_of
        ])?;
        let within = group.iter().flat_map(|group| &group.groups);
        for (nth, group) in group.into_iter().chain(within).enumerate() {
            connection.prepare_cached("INSERT INTO segment_group VALUES (?1, ?2, ?3)")?.execute(params![
                position as i64,
                nth as i64,
                group.combine.word()
            ])?;
            for (place, condition) in group.conditions.iter().enumerate() {
                connection
                    .prepare_cached("INSERT INTO segment_condition VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
                    .execute(params![
                        position as i64,
                        nth as i64,
                        place as i64,
                        condition.column,
                        condition.operator.word(),
                        condition.value,
                        condition.until
                    ])?;
            }
        }
    }
    Ok(())
}

/// The formulas behind columns.
pub fn read(connection: &Connection) -> Read<Vec<Computed>> {
    let mut all = Vec::new();
    for (table, number) in [("measure", true), ("attribute", false)] {
        let sql = format!("SELECT subject, name, formula, coalesce(as_of, '') FROM {table} WHERE formula IS NOT NULL");
        all.extend(list(connection, &sql, |row| {
            let subject = if text(row, 0) == "unit" { Subject::Units } else { Subject::Accounts };
            Ok(Computed { subject, number, name: text(row, 1), formula: text(row, 2), as_of: text(row, 3) })
        })?);
    }
    all.sort();
    all.dedup_by(|later, first| later.subject == first.subject && later.name == first.name);
    Ok(all)
}

pub fn read_segments(connection: &Connection) -> Read<Vec<Segment>> {
    let sql = "SELECT segment, \"group\", combine FROM segment_group ORDER BY segment, \"group\"";
    let groups = list(connection, sql, |row| Ok((integer(row, 0), integer(row, 1), text(row, 2))))?;
    let mut by_place: BTreeMap<(i64, i64), Group> = BTreeMap::new();
    for (segment, group, combine) in groups {
        let combine = Combine::of_word(&combine).unwrap_or_default();
        by_place.insert((segment, group), Group { combine, ..Group::default() });
    }
    let sql = "SELECT segment, \"group\", \"column\", operator, value, until FROM segment_condition
               ORDER BY segment, \"group\", position";
    let conditions = list(connection, sql, |row| {
        let operator = Operator::of_word(&text(row, 3));
        let condition = Condition {
            column: text(row, 2),
            operator: operator.unwrap_or_default(),
            value: text(row, 4),
            until: text(row, 5),
        };
        Ok(((integer(row, 0), integer(row, 1)), operator.map(|_| condition)))
    })?;
    for (place, condition) in conditions {
        if let (Some(group), Some(condition)) = (by_place.get_mut(&place), condition) {
            group.conditions.push(condition);
        }
    }
    let rows = list(connection, "SELECT position, name, formula, as_of FROM segment ORDER BY position", |row| {
        let formula: Option<String> = row.get::<_, Option<String>>(2).optional().unwrap_or_default().flatten();
        Ok((integer(row, 0), text(row, 1), formula, text(row, 3)))
    })?;
    let segment = |(place, name, formula, as_of): (i64, String, Option<String>, String)| {
        let rule = match formula {
            Some(formula) => Rule::Formula(formula),
            None => {
                let mut whole = by_place.remove(&(place, 0)).unwrap_or_default();
                let within: Vec<(i64, i64)> =
                    by_place.range((place, 1)..=(place, i64::MAX)).map(|(at, _)| *at).collect();
                whole.groups = within.iter().filter_map(|at| by_place.remove(at)).collect();
                Rule::Conditions(whole)
            }
        };
        Segment { name, rule, as_of }
    };
    Ok(rows.into_iter().map(segment).collect())
}
