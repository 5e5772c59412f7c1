//! Computed columns: added, altered, removed, each as one edit; and what is to be said of them.

mod checks;
mod problems;
mod renaming;

use std::sync::Arc;

use crate::domain::cells::{CellColumn, apply_to_project};
use crate::domain::columns::Subject;
use crate::domain::computed::{self, Column, ColumnChange, Computed, ComputedColumn};
pub use crate::domain::computed::{ColumnOrder, How};
use crate::domain::edit::{Change, Edit, Locks};
use crate::domain::ids::MeasureId;
use crate::domain::plan::Territory;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::store::MAX_COLUMNS;
use crate::words;
use checks::{Refused, check_name, make, make_instead_of};
pub use problems::{diagnostics, grouped, refreshed, with_faults};
use renaming::rename_in_others;
pub(super) use renaming::rename_segment;

/// Adds a computed column.
///
/// # Errors
/// The name is taken or the formula is wrong.
pub fn add(project: &Project, order: &ColumnOrder) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not add the column \"{}\"", order.name.trim()));
    let name = check_name(project, order.subject, &order.name, None).map_err(|why| why.into_error(failed()))?;
    let columns = project.measures_of(order.subject).count() + project.attributes(order.subject).len();
    if columns >= MAX_COLUMNS {
        return Err(failed().because(format!("there are {columns} columns, and a project can hold no more")));
    }
    let made = make(project, order, &name).map_err(|why| why.into_error(failed()))?;
    let at = new_place(project, order.subject, &made.column);
    let change = ColumnChange { subject: order.subject, at, old: None, new: Some(Box::new(made)), goal: None };
    let mut edit = Edit::new(format!("Added the computed column {name}"));
    edit.changes.push(Change::Column(Arc::new(change)));
    Ok(edit)
}

/// Gives a computed column another formula, name, or way of adding up. Formulas and segments that name it follow a new name. An edit
/// without changes says that nothing had to be done.
///
/// # Errors
/// There is no such column, the name is taken, the formula is wrong, or others need the column as it was.
pub fn alter(project: &Project, subject: Subject, name: &str, order: &ColumnOrder) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not change the column \"{name}\""));
    let column = find(project, subject, name)?;
    let place = place(project, column)?;
    let new_name =
        check_name(project, subject, &order.name, Some(&column.name)).map_err(|why| why.into_error(failed()))?;
    let old = state(project, column, place).ok_or_else(failed)?;
    let order = ColumnOrder { subject, ..order.clone() };
    let made = make_instead_of(project, &order, &new_name, Some(column)).map_err(|why| why.into_error(failed()))?;
    let mut edit = Edit::new(if new_name == column.name {
        format!("Changed the computed column {}", column.name)
    } else {
        format!("Renamed the computed column {} to {new_name}", column.name)
    });
    if made == old {
        return Ok(edit);
    }
    let same_kind = matches!(
        (&made.column, &old.column),
        (Column::Number(_), Column::Number(_)) | (Column::Text(_), Column::Text(_))
    );
    if same_kind {
        let change =
            ColumnChange { subject, at: place, old: Some(Box::new(old)), new: Some(Box::new(made)), goal: None };
        edit.changes.push(Change::Column(Arc::new(change)));
        if new_name != column.name {
            rename_in_others(project, column, &new_name, &mut edit);
        }
        return Ok(edit);
    }
    // Numbers and words stand in different places.
    let removal = remove(project, subject, name)?;
    edit.changes.extend(removal.changes);
    let mut without = project.clone();
    apply_to_project(&mut without, &edit, Locks::Pass).map_err(|error| failed().because(error))?;
    let at = new_place(&without, subject, &made.column);
    let change = ColumnChange { subject, at, old: None, new: Some(Box::new(made)), goal: None };
    edit.changes.push(Change::Column(Arc::new(change)));
    Ok(edit)
}

/// Removes a computed column. Targets and the goal of a measure go with it, and come back with undo.
///
/// # Errors
/// There is no such column, or others need it.
pub fn remove(project: &Project, subject: Subject, name: &str) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not remove the column \"{name}\""));
    let column = find(project, subject, name)?;
    let at = place(project, column)?;
    let needing = computed::dependents(project, column).needing;
    if !needing.is_empty() {
        return Err(failed()
            .because(format!("{} {} it", needing.join(", "), if needing.len() == 1 { "needs" } else { "need" }))
            .hint("Change or remove that first"));
    }
    let old = state(project, column, at).ok_or_else(failed)?;
    let mut edit = Edit::new(format!("Removed the computed column {}", column.name));
    let mut goal = None;
    if let CellColumn::Measure(id) = at {
        for (territory, properties) in project.plan.territories() {
            if properties.targets.contains_key(&id) {
                let mut targets = properties.targets.clone();
                targets.remove(&id);
                edit.changes.push(Change::Territory {
                    id: territory,
                    old: Some(Box::new(properties.clone())),
                    new: Some(Box::new(Territory { targets, ..properties.clone() })),
                });
            }
        }
        let goals = project.goals.iter().zip(0_u8..);
        goal = goals.clone().find(|(goal, _)| goal.measure == id).map(|(goal, place)| (place, *goal));
    }
    let change = ColumnChange { subject, at, old: Some(Box::new(old)), new: None, goal };
    edit.changes.push(Change::Column(Arc::new(change)));
    Ok(edit)
}

/// What goes with a column that is removed, in words; empty where nothing does.
pub fn lost_with(edit: &Edit) -> Vec<String> {
    let mut lost = Vec::new();
    let removed = edit.changes.iter().find_map(|change| match change {
        Change::Column(change) if change.new.is_none() => Some(change),
        _ => None,
    });
    let Some(change) = removed else { return lost };
    let name = change.old.as_ref().map_or("", |old| old.column.name());
    if change.goal.is_some() {
        lost.push(format!("{name} is no longer balanced"));
    }
    let targets = edit.changes.iter().filter(|change| matches!(change, Change::Territory { .. })).count();
    if targets > 0 {
        lost.push(format!("{} lost their target of {name}", words::counted_territories(targets)));
    }
    lost
}

/// The edit with what follows from it, and the project after it: what a command does with an edit of data.
///
/// # Errors
/// The edit does not fit the project.
pub fn commit(project: &Project, edit: Edit) -> Result<(Project, Edit), UserError> {
    let failed = || UserError::new(format!("{}: not done", edit.label));
    let edit = computed::followed(project, edit.clone()).map_err(|error| failed().because(error))?;
    let mut after = project.clone();
    apply_to_project(&mut after, &edit, Locks::Obey).map_err(|error| failed().because(error))?;
    Ok((after, edit))
}

/// A name as a new column can have it.
///
/// # Errors
/// Why it cannot be taken, in words.
pub fn usable_name(project: &Project, subject: Subject, name: &str) -> Result<String, String> {
    check_name(project, subject, name, None).map_err(|refused| match refused {
        Refused::Name(why) => why,
        Refused::Formula(_, error) => error.to_string(),
    })
}

/// The computed column of that name, whatever its capitals.
///
/// # Errors
/// There is none.
pub fn find<'a>(project: &'a Project, subject: Subject, name: &str) -> Result<&'a Computed, UserError> {
    let folded = name.trim().to_lowercase();
    let mut all = project.computed.iter().filter(|column| column.subject == subject);
    all.find(|column| column.name.to_lowercase() == folded).ok_or_else(|| {
        let error = UserError::new(format!("There is no computed column \"{}\"", name.trim()));
        let names: Vec<&str> = project
            .computed
            .iter()
            .filter(|column| column.subject == subject)
            .map(|column| column.name.as_str())
            .collect();
        match crate::domain::formula::near(name, names.iter().copied()) {
            Some(near) => error.hint(format!("Did you mean \"{near}\"?")),
            None if names.is_empty() => error.because("none has been added yet"),
            None => error.hint(format!("There are {}", names.join(", "))),
        }
    })
}

fn place(project: &Project, column: &Computed) -> Result<CellColumn, UserError> {
    let gone = || UserError::new(format!("The column \"{}\" is not there any more", column.name));
    project.place_of(column).ok_or_else(gone)
}

fn new_place(project: &Project, subject: Subject, column: &Column) -> CellColumn {
    match column {
        Column::Number(_) => CellColumn::Measure(MeasureId::from_index(project.measures.len())),
        Column::Text(_) => CellColumn::Attribute(u16::try_from(project.attributes(subject).len()).unwrap_or(u16::MAX)),
    }
}

/// A computed column as it is.
pub fn state(project: &Project, column: &Computed, at: CellColumn) -> Option<ComputedColumn> {
    let values = match at {
        CellColumn::Measure(id) => Column::Number(project.measure(id)?.clone()),
        CellColumn::Attribute(at) => Column::Text(project.attributes(column.subject).get(usize::from(at))?.clone()),
        CellColumn::Name => return None,
    };
    Some(ComputedColumn { formula: column.formula.clone(), as_of: column.as_of.clone(), column: values })
}
