//! What is kept of plans besides their content: rows of `plan` and `comment`.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result, params};

use super::cells::{Read, integer, list, text};
use crate::domain::ids::TerritoryId;
use crate::domain::plans::{Comment, PlanId, PlanInfo, PlanStatus, Plans};

/// All plans of the project; of what refers to a plan that is not there, nothing is taken.
pub fn read(connection: &Connection) -> Read<Plans> {
    let sql = "SELECT id, name, description, parent, status, unixepoch(made_at), made_by FROM plan ORDER BY id";
    let all = list(connection, sql, |row| {
        Ok(PlanInfo {
            id: PlanId(integer(row, 0)),
            name: text(row, 1),
            description: text(row, 2),
            parent: number(row.get_ref(3)?).map(PlanId),
            status: PlanStatus::from_word(&text(row, 4)).unwrap_or_default(),
            made_at: number(row.get_ref(5)?),
            made_by: text(row, 6),
        })
    })?;
    let first = all.first().ok_or_else(|| "there is no plan in it".to_owned())?.id;
    let (active, chosen_reference) =
        connection.query_row("SELECT active_plan, reference_plan FROM project", [], |row| {
            Ok((PlanId(integer(row, 0)), number(row.get_ref(1)?).map(PlanId)))
        })?;
    let sql = "SELECT id, plan, territory, unixepoch(at), who, text, done FROM comment ORDER BY id";
    let comments = list(connection, sql, |row| {
        Ok(Comment {
            id: integer(row, 0),
            plan: PlanId(integer(row, 1)),
            territory: number(row.get_ref(2)?).and_then(|id| u16::try_from(id).ok()).map(TerritoryId),
            at: number(row.get_ref(3)?),
            who: text(row, 4),
            text: text(row, 5),
            done: integer(row, 6) != 0,
        })
    })?;
    let known = |id: PlanId| all.iter().any(|plan| plan.id == id);
    Ok(Plans {
        active: if known(active) { active } else { first },
        chosen_reference: chosen_reference.filter(|&id| known(id)),
        comments: comments.into_iter().filter(|comment| known(comment.plan)).collect(),
        all,
    })
}

/// What is said of a plan besides its name and content.
pub fn put_info(connection: &Connection, plan: PlanId, info: &PlanInfo) -> Result<()> {
    connection.execute(
        "UPDATE plan SET description = ?2, parent = ?3, status = ?4, made_at = strftime('%Y-%m-%dT%H:%M:%SZ', ?5, 'unixepoch'),
         made_by = ?6 WHERE id = ?1",
        params![
            plan.0,
            info.description,
            info.parent.map(|parent| parent.0),
            info.status.word(),
            info.made_at,
            info.made_by
        ],
    )?;
    Ok(())
}

pub fn put_comment(connection: &Connection, comment: &Comment) -> Result<()> {
    connection.execute(
        "REPLACE INTO comment VALUES (?1, ?2, ?3, strftime('%Y-%m-%dT%H:%M:%SZ', ?4, 'unixepoch'), ?5, ?6, ?7)",
        params![
            comment.id,
            comment.plan.0,
            comment.territory.map(|territory| territory.0),
            comment.at.unwrap_or_default(),
            comment.who,
            comment.text,
            comment.done
        ],
    )?;
    Ok(())
}

/// Takes a plan out, with its content and what was said about it. Those that were copied from it come from where it came from.
pub fn delete(connection: &Connection, plan: PlanId) -> Result<()> {
    connection
        .execute("UPDATE plan SET parent = (SELECT parent FROM plan WHERE id = ?1) WHERE parent = ?1", [plan.0])?;
    connection.execute("UPDATE project SET reference_plan = NULL WHERE reference_plan = ?1", [plan.0])?;
    connection.execute("DELETE FROM comment WHERE plan = ?1", [plan.0])?;
    connection.execute("DELETE FROM plan WHERE id = ?1", [plan.0])?;
    connection.execute("UPDATE journal SET step = NULL WHERE plan = ?1", [plan.0])?;
    Ok(())
}

fn number(value: ValueRef) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        _ => None,
    }
}
