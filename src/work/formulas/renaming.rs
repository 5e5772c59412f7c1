//! Formulas and segments follow when what they name is called otherwise.

use std::sync::Arc;

use super::state;
use crate::domain::columns::Subject;
use crate::domain::computed::{ColumnChange, Computed, ComputedColumn, users_of_segment};
use crate::domain::edit::{Change, Edit};
use crate::domain::formula::{Columns, Renamed, renamed};
use crate::domain::project::Project;
use crate::domain::segments::{Rule, Segment};

/// Formulas and segments that name a column get its new name.
pub(super) fn rename_in_others(project: &Project, column: &Computed, new_name: &str, edit: &mut Edit) {
    let columns = Columns::of(project, column.subject);
    let replaced = |formula: &str, as_of: &str| {
        let as_of = (!as_of.is_empty()).then_some(as_of);
        renamed(formula, &columns, as_of, Renamed::Column, &column.name, new_name).ok().filter(|new| new != formula)
    };
    for other in project.computed.iter().filter(|other| other.subject == column.subject && *other != column) {
        let formula = replaced(&other.formula, &other.as_of);
        edit.changes.extend(formula.and_then(|formula| with_formula(project, other, formula)));
    }
    if column.subject != Subject::Accounts {
        return;
    }
    let follow = |segment: &Segment| {
        let rule = match &segment.rule {
            Rule::Formula(formula) => {
                Rule::Formula(replaced(formula, &segment.as_of).unwrap_or_else(|| formula.clone()))
            }
            Rule::Conditions(group) => {
                let mut group = group.clone();
                for condition in group.all_mut() {
                    if columns.find(&condition.column).is_some_and(|(name, _)| name == column.name) {
                        new_name.clone_into(&mut condition.column);
                    }
                }
                Rule::Conditions(group)
            }
        };
        Segment { rule, ..segment.clone() }
    };
    let new: Vec<Segment> = project.segments.iter().map(follow).collect();
    if new != *project.segments {
        edit.changes.push(Change::Segments { old: Arc::clone(&project.segments), new: Arc::new(new) });
    }
}

/// Formulas that name a segment, by its place in the list, get its new name.
pub(in crate::work) fn rename_segment(project: &Project, segment: usize, new_name: &str, edit: &mut Edit) {
    let Some(old) = project.segments.get(segment) else { return };
    let columns = Columns::of(project, Subject::Accounts);
    for column in users_of_segment(project, segment) {
        let as_of = (!column.as_of.is_empty()).then_some(column.as_of.as_str());
        if let Ok(formula) = renamed(&column.formula, &columns, as_of, Renamed::Segment, &old.name, new_name) {
            edit.changes.extend(with_formula(project, column, formula));
        }
    }
}

/// The column with its formula spelled otherwise; its values stay.
fn with_formula(project: &Project, column: &Computed, formula: String) -> Option<Change> {
    let at = project.place_of(column)?;
    let old = state(project, column, at)?;
    let new = ComputedColumn { formula, ..old.clone() };
    let (old, new) = (Some(Box::new(old)), Some(Box::new(new)));
    Some(Change::Column(Arc::new(ColumnChange { subject: column.subject, at, old, new, goal: None })))
}
