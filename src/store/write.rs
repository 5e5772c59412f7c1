//! What can be written, and each of them as rows. Everything here runs inside the writer's transaction.

use std::sync::Arc;
use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::blobs::encode_changes;
use super::tables::{self, owner, seconds};
use super::{PlanId, SavedMetrics, SavedProblem, UnitShare, accounts_patch, computed, layers, plans, units_patch};
use crate::domain::cells::{CellColumn, CellValues, Cells};
use crate::domain::edit::{Change, Edit};
use crate::domain::places::Places;
use crate::domain::plan::Plan;
use crate::domain::plans::{Comment, PlanInfo, PlanStatus};
use crate::domain::project::{Goal, Project};
use crate::domain::reference::LayerLook;
use crate::domain::reps::Rep;

/// One thing to write: all of it or nothing.
#[derive(Debug)]
pub enum Write {
    Edit(Edit),
    Undo(Edit),
    Redo(Edit),
    /// Units were replaced, and with them everything that refers to them.
    Units {
        project: Project,
        label: String,
    },
    /// Accounts were replaced, and the columns of both.
    Accounts {
        project: Project,
        label: String,
    },
    Reps(Arc<Vec<Rep>>),
    Goals(Vec<Goal>),
    ProjectName(String),
    LayerLook {
        at: u16,
        look: LayerLook,
    },
    UnitShares {
        at: u16,
        shares: Vec<UnitShare>,
    },
    Setting {
        key: String,
        value: Option<String>,
    },
    Metrics {
        generation: u64,
        metrics: SavedMetrics,
    },
    Problems(Vec<SavedProblem>),
    NewPlan {
        plan: Arc<Plan>,
        info: PlanInfo,
    },
    RenamePlan(String),
    DescribePlan(String),
    PlanStatus(PlanStatus),
    DeletePlan {
        name: String,
    },
    ActivatePlan,
    /// The plan becomes the one that others are held against.
    ReferencePlan,
    /// Adds a comment, or puts it in place of the one of that id; `label` for the journal.
    Comment {
        comment: Comment,
        label: String,
    },
    DeleteComment(i64),
    #[cfg(test)]
    Sql(String),
}

/// A write with its circumstances, as it waits for the writer.
#[derive(Debug)]
pub struct Entry {
    pub sequence: u64,
    /// The plan it is about.
    pub plan: PlanId,
    pub at: SystemTime,
    pub write: Write,
}

/// Makes the rows of an entry.
pub fn make_rows(connection: &Connection, entry: &Entry, who: &str) -> Result<()> {
    let plan = entry.plan;
    let journal = Journal { connection, plan, at: seconds(entry.at), who };
    match &entry.write {
        Write::Edit(edit) => {
            write_changes(connection, plan, edit)?;
            journal.step_made(edit)
        }
        Write::Undo(edit) => {
            write_changes(connection, plan, &edit.inverse())?;
            journal.step_undone(edit)
        }
        Write::Redo(edit) => {
            write_changes(connection, plan, edit)?;
            journal.step_redone(edit)
        }
        Write::Units { project, label } => {
            replace_units(connection, plan, project)?;
            journal.new_beginning(label)
        }
        Write::Accounts { project, label } => {
            replace_accounts(connection, plan, project)?;
            journal.new_beginning(label)
        }
        Write::Reps(reps) => tables::put_reps(connection, reps),
        Write::Goals(goals) => tables::put_goals(connection, goals),
        Write::ProjectName(name) => connection.execute("UPDATE project SET name = ?1", [name]).map(drop),
        Write::LayerLook { at, look } => layers::put_look(connection, *at, *look),
        Write::UnitShares { at, shares } => layers::put_shares(connection, *at, shares),
        Write::Setting { key, value: Some(value) } => {
            connection.execute("REPLACE INTO setting VALUES (?1, ?2)", [key, value]).map(drop)
        }
        Write::Setting { key, value: None } => {
            connection.execute("DELETE FROM setting WHERE key = ?1", [key]).map(drop)
        }
        Write::Metrics { generation, metrics } => put_metrics(connection, plan, *generation, metrics),
        Write::Problems(problems) => put_problems(connection, problems),
        Write::NewPlan { plan: content, info } => {
            tables::put_plan(connection, plan, content)?;
            plans::put_info(connection, plan, info)?;
            journal.note("plan", &format!("Made the scenario {}", info.name))
        }
        Write::RenamePlan(name) => {
            connection.execute("UPDATE plan SET name = ?2 WHERE id = ?1", params![plan.0, name])?;
            journal.note("plan", &format!("Renamed the scenario to {name}"))
        }
        Write::DescribePlan(description) => {
            connection.execute("UPDATE plan SET description = ?2 WHERE id = ?1", params![plan.0, description])?;
            journal.note("plan", "Described the scenario")
        }
        Write::PlanStatus(status) => {
            connection.execute("UPDATE plan SET status = ?2 WHERE id = ?1", params![plan.0, status.word()])?;
            journal.note("plan", &format!("Made the scenario {}", status.word()))
        }
        Write::DeletePlan { name } => {
            tables::clear_plan(connection, plan)?;
            plans::delete(connection, plan)?;
            journal.note("plan", &format!("Deleted the scenario {name}"))
        }
        Write::ActivatePlan => connection.execute("UPDATE project SET active_plan = ?1", [plan.0]).map(drop),
        Write::ReferencePlan => {
            connection.execute("UPDATE project SET reference_plan = ?1", [plan.0])?;
            journal.note("plan", "Others are compared with this scenario now")
        }
        Write::Comment { comment, label } => {
            plans::put_comment(connection, comment)?;
            journal.note("comment", label)
        }
        Write::DeleteComment(id) => {
            connection.execute("DELETE FROM comment WHERE id = ?1", [id])?;
            journal.note("comment", "Deleted a comment")
        }
        #[cfg(test)]
        Write::Sql(sql) => connection.execute_batch(sql),
    }
}

fn write_changes(connection: &Connection, plan: PlanId, edit: &Edit) -> Result<()> {
    let mut assign = connection.prepare_cached(
        "INSERT INTO assignment VALUES (?1, ?2, ?3) ON CONFLICT (plan, unit) DO UPDATE SET territory = excluded.territory",
    )?;
    for change in &edit.changes {
        match change {
            Change::Assign { unit, new, .. } => assign.execute(params![plan.0, unit.0, owner(*new)]).map(drop)?,
            Change::Override { account, new: Some(new), .. } => connection
                .prepare_cached("REPLACE INTO override VALUES (?1, ?2, ?3)")?
                .execute(params![plan.0, account.0, owner(*new)])
                .map(drop)?,
            Change::Override { account, new: None, .. } => connection
                .prepare_cached("DELETE FROM override WHERE plan = ?1 AND account = ?2")?
                .execute(params![plan.0, account.0])
                .map(drop)?,
            Change::Territory { id, new: Some(territory), .. } => {
                tables::put_territory(connection, plan, *id, territory)?;
            }
            Change::Territory { id, new: None, .. } => connection
                .prepare_cached("DELETE FROM territory WHERE plan = ?1 AND id = ?2")?
                .execute(params![plan.0, id.0])
                .map(drop)?,
            Change::LockUnit { unit, new, .. } => {
                let sql = match new {
                    true => "INSERT OR IGNORE INTO locked_unit VALUES (?1, ?2)",
                    false => "DELETE FROM locked_unit WHERE plan = ?1 AND unit = ?2",
                };
                connection.prepare_cached(sql)?.execute(params![plan.0, unit.0]).map(drop)?;
            }
            Change::LockAccount { account, new, .. } => {
                let sql = match new {
                    true => "INSERT OR IGNORE INTO locked_account VALUES (?1, ?2)",
                    false => "DELETE FROM locked_account WHERE plan = ?1 AND account = ?2",
                };
                connection.prepare_cached(sql)?.execute(params![plan.0, account.0]).map(drop)?;
            }
            Change::Levels { new, .. } => tables::put_levels(connection, plan, new)?,
            Change::Group { id, new: Some(group), .. } => tables::put_group(connection, plan, *id, group)?,
            Change::Group { id, new: None, .. } => connection
                .prepare_cached("DELETE FROM territory_group WHERE plan = ?1 AND id = ?2")?
                .execute(params![plan.0, id.0])
                .map(drop)?,
            Change::Adjacency { units, new, .. } => tables::put_adjacency(connection, plan, *units, *new)?,
            Change::Units(patch) => units_patch::write(connection, plan, patch)?,
            Change::Accounts(patch) => accounts_patch::write(connection, plan, patch)?,
            Change::Cells(cells) => put_cells(connection, cells)?,
            Change::Places(places) => put_places(connection, places)?,
            Change::Column(change) => computed::write(connection, change)?,
            Change::Segments { new, .. } => computed::put_segments(connection, new)?,
            Change::Layer(change) => layers::write(connection, change)?,
        }
    }
    Ok(())
}

/// Imported values stand in real columns: one statement for all rows of a change.
fn put_cells(connection: &Connection, cells: &Cells) -> Result<()> {
    let table = tables::subject_word(cells.subject);
    let sql_name = |sql: &str, at: u16| -> Result<Option<String>> {
        connection.prepare_cached(sql)?.query_row(params![table, at], |row| row.get(0)).optional()
    };
    let (table, column) = match cells.column {
        CellColumn::Name => (table.to_owned(), Some("name".to_owned())),
        CellColumn::Attribute(at) => (
            format!("{table}_data"),
            sql_name("SELECT sql_name FROM attribute WHERE subject = ?1 AND position = ?2", at)?,
        ),
        CellColumn::Measure(id) => {
            (format!("{table}_data"), sql_name("SELECT sql_name FROM measure WHERE subject = ?1 AND id = ?2", id.0)?)
        }
    };
    // A column that is not there must not stop everything behind it from being written.
    let Some(column) = column else { return Ok(()) };
    let sql = format!("UPDATE {table} SET {} = ?2 WHERE id = ?1", tables::quoted(&column));
    let mut put = connection.prepare_cached(&sql)?;
    match &cells.values {
        CellValues::Texts { new, .. } => {
            for (row, text) in cells.rows.iter().zip(new) {
                put.execute(params![row, text])?;
            }
        }
        CellValues::Numbers { new, .. } => {
            for (row, number) in cells.rows.iter().zip(new) {
                put.execute(params![row, number.and_then(tables::number)])?;
            }
        }
    }
    Ok(())
}

fn put_places(connection: &Connection, places: &Places) -> Result<()> {
    let mut put = connection.prepare_cached(
        "UPDATE account SET lon = ?2, lat = ?3, placement = ?4, precision_km = ?5, unit = ?6 WHERE id = ?1",
    )?;
    for (row, new) in places.rows.iter().zip(&places.new) {
        let place = Some(new.place).filter(|place| place.is_valid());
        let precision = place.and_then(|_| tables::precision(new.precision_km));
        let unit = new.unit.map(|unit| unit.0);
        put.execute(params![
            row,
            place.map(|at| at.lon),
            place.map(|at| at.lat),
            new.placement.word(),
            precision,
            unit
        ])?;
    }
    Ok(())
}

/// Other plans keep what they can: a unit with the same code stays in its territory.
fn replace_units(connection: &Connection, plan: PlanId, project: &Project) -> Result<()> {
    connection.execute_batch(
        "CREATE TEMP TABLE kept_assignment AS SELECT assignment.plan, unit.code, assignment.territory
           FROM assignment JOIN unit ON unit.id = assignment.unit WHERE assignment.territory IS NOT NULL;
         CREATE TEMP TABLE kept_lock AS SELECT locked_unit.plan, unit.code
           FROM locked_unit JOIN unit ON unit.id = locked_unit.unit;
         CREATE TEMP TABLE kept_adjacency AS SELECT adjacency.plan, first.code AS a, second.code AS b, adjacency.kind
           FROM adjacency JOIN unit AS first ON first.id = adjacency.a JOIN unit AS second ON second.id = adjacency.b;
         DELETE FROM assignment; DELETE FROM locked_unit; DELETE FROM adjacency; DELETE FROM unit_in_layer",
    )?;
    with_accounts_out(connection, plan, project, || {
        connection.execute("DELETE FROM unit", [])?;
        tables::put_units(connection, &project.units)
    })?;
    connection.execute_batch(&format!(
        "INSERT INTO assignment SELECT plan.id, unit.id, kept_assignment.territory FROM plan CROSS JOIN unit
           LEFT JOIN temp.kept_assignment ON kept_assignment.plan = plan.id AND kept_assignment.code = unit.code
           WHERE plan.id <> {plan};
         INSERT INTO locked_unit SELECT kept_lock.plan, unit.id FROM temp.kept_lock JOIN unit ON unit.code = kept_lock.code
           WHERE kept_lock.plan <> {plan};
         INSERT INTO adjacency SELECT kept_adjacency.plan, min(first.id, second.id), max(first.id, second.id), kept_adjacency.kind
           FROM temp.kept_adjacency JOIN unit AS first ON first.code = kept_adjacency.a
           JOIN unit AS second ON second.code = kept_adjacency.b WHERE kept_adjacency.plan <> {plan};
         DROP TABLE temp.kept_assignment; DROP TABLE temp.kept_lock; DROP TABLE temp.kept_adjacency",
        plan = plan.0
    ))
}

fn replace_accounts(connection: &Connection, plan: PlanId, project: &Project) -> Result<()> {
    with_accounts_out(connection, plan, project, || Ok(()))
}

/// Replaces accounts, columns, roster, goals and the present plan; `between` runs while there are no accounts. Other plans keep the
/// named accounts and targets whose code and measure are still there.
fn with_accounts_out(
    connection: &Connection,
    plan: PlanId,
    project: &Project,
    between: impl FnOnce() -> Result<()>,
) -> Result<()> {
    connection.execute_batch(
        "CREATE TEMP TABLE kept_override AS SELECT override.plan, account.code, override.territory
           FROM override JOIN account ON account.id = override.account;
         CREATE TEMP TABLE kept_account_lock AS SELECT locked_account.plan, account.code
           FROM locked_account JOIN account ON account.id = locked_account.account;
         CREATE TEMP TABLE kept_target AS SELECT target.plan, target.territory, measure.name, target.value
           FROM target JOIN measure ON measure.id = target.measure;
         DELETE FROM override; DELETE FROM locked_account; DELETE FROM target; DELETE FROM account",
    )?;
    between()?;
    tables::put_accounts(connection, &project.accounts)?;
    tables::put_columns(connection, project)?;
    connection.execute("UPDATE project SET name = ?1", [&project.name])?;
    tables::put_reps(connection, &project.reps)?;
    tables::put_goals(connection, &project.goals)?;
    computed::put_segments(connection, &project.segments)?;
    tables::put_plan(connection, plan, &project.plan)?;
    connection.execute_batch(&format!(
        "INSERT OR IGNORE INTO override SELECT kept_override.plan, account.id, kept_override.territory
           FROM temp.kept_override JOIN account ON account.code = kept_override.code WHERE kept_override.plan <> {plan};
         INSERT OR IGNORE INTO target SELECT kept_target.plan, kept_target.territory, measure.id, kept_target.value
           FROM temp.kept_target JOIN measure ON measure.name = kept_target.name WHERE kept_target.plan <> {plan};
         INSERT OR IGNORE INTO locked_account SELECT kept_account_lock.plan, account.id
           FROM temp.kept_account_lock JOIN account ON account.code = kept_account_lock.code
           WHERE kept_account_lock.plan <> {plan};
         DROP TABLE temp.kept_override; DROP TABLE temp.kept_account_lock; DROP TABLE temp.kept_target",
        plan = plan.0
    ))
}

fn put_metrics(connection: &Connection, plan: PlanId, generation: u64, metrics: &SavedMetrics) -> Result<()> {
    connection.execute("DELETE FROM metric WHERE plan = ?1", [plan.0])?;
    let generation = i64::try_from(generation).unwrap_or(i64::MAX);
    let mut insert = connection.prepare_cached("REPLACE INTO metric VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let whole = metrics.plan.iter().map(|(name, value)| (-1, name, *value));
    let each = metrics.territories.iter().map(|(id, name, value)| (i64::from(id.0), name, *value));
    for (territory, name, value) in whole.chain(each) {
        if let Some(value) = tables::number(value) {
            insert.execute(params![plan.0, territory, name, value, generation])?;
        }
    }
    Ok(())
}

fn put_problems(connection: &Connection, problems: &[SavedProblem]) -> Result<()> {
    connection.execute("DELETE FROM problem", [])?;
    let mut insert = connection.prepare("INSERT INTO problem VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    for (index, problem) in problems.iter().enumerate() {
        insert.execute(params![
            index as i64,
            problem.severity,
            problem.file,
            problem.row.map(|row| i64::try_from(row).unwrap_or(i64::MAX)),
            problem.column,
            problem.item,
            problem.message,
            problem.hint,
        ])?;
    }
    Ok(())
}

/// The journal of one plan: audit trail and undo history in one.
struct Journal<'a> {
    connection: &'a Connection,
    plan: PlanId,
    at: f64,
    who: &'a str,
}

impl Journal<'_> {
    /// A new step: what could be redone leaves the history and stays in the trail.
    fn step_made(&self, edit: &Edit) -> Result<()> {
        let applied = self.applied()?;
        self.connection
            .prepare_cached("UPDATE journal SET step = NULL WHERE plan = ?1 AND step >= ?2")?
            .execute(params![self.plan.0, applied])?;
        self.add("edit", &edit.label, Some(applied), None, Some(&encode_changes(&edit.changes)))?;
        self.move_to(applied + 1)
    }

    fn step_undone(&self, edit: &Edit) -> Result<()> {
        let before = (self.applied()? - 1).max(0);
        self.add("undo", &edit.label, None, self.row_of(before)?, None)?;
        self.move_to(before)
    }

    fn step_redone(&self, edit: &Edit) -> Result<()> {
        let applied = self.applied()?;
        self.add("redo", &edit.label, None, self.row_of(applied)?, None)?;
        self.move_to(applied + 1)
    }

    /// After an import earlier steps cannot be undone: they speak of units and accounts by position.
    fn new_beginning(&self, label: &str) -> Result<()> {
        self.connection.execute("UPDATE journal SET step = NULL WHERE step IS NOT NULL", [])?;
        self.connection.execute("UPDATE plan SET applied = 0, generation = generation + 1", [])?;
        self.note("import", label)
    }

    fn note(&self, kind: &str, label: &str) -> Result<()> {
        self.add(kind, label, None, None, None)
    }

    fn add(&self, kind: &str, label: &str, step: Option<i64>, of: Option<i64>, changes: Option<&[u8]>) -> Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO journal (plan, at, who, kind, label, step, of, changes)
                 VALUES (?1, strftime('%Y-%m-%dT%H:%M:%fZ', ?2, 'unixepoch'), ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![self.plan.0, self.at, self.who, kind, label, step, of, changes])
            .map(drop)
    }

    fn applied(&self) -> Result<i64> {
        let mut query = self.connection.prepare_cached("SELECT applied FROM plan WHERE id = ?1")?;
        query.query_row([self.plan.0], |row| row.get(0))
    }

    fn row_of(&self, step: i64) -> Result<Option<i64>> {
        let mut query = self.connection.prepare_cached("SELECT id FROM journal WHERE plan = ?1 AND step = ?2")?;
        query.query_row(params![self.plan.0, step], |row| row.get(0)).optional()
    }

    fn move_to(&self, applied: i64) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE plan SET applied = ?2, generation = generation + 1 WHERE id = ?1")?
            .execute(params![self.plan.0, applied])
            .map(drop)
    }
}
