//! What hangs on a computed column, and on a segment that formulas name.

use super::{Computed, sources};
use crate::domain::cells::CellColumn;
use crate::domain::columns::{Aggregate, Subject};
use crate::domain::formula::Source;
use crate::domain::project::Project;
use crate::domain::segments;

/// What hangs on a column, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependents {
    /// What would be wrong without it, so that it cannot be removed.
    pub needing: Vec<String>,
    /// It is balanced.
    pub goal: bool,
    /// How many territories have a target of it.
    pub targets: usize,
}

/// What hangs on a computed column.
pub fn dependents(project: &Project, column: &Computed) -> Dependents {
    let mut found = Dependents::default();
    let Some(at) = project.place_of(column) else { return found };
    found.needing = users(project, column.subject, at, Some(column));
    if let CellColumn::Measure(id) = at {
        let weighed =
            project.measures.iter().filter(|measure| measure.aggregate == Aggregate::Mean { weight: Some(id) });
        found.needing.extend(weighed.map(|measure| format!("the mean \"{}\"", measure.name)));
        found.goal = project.goals.iter().any(|goal| goal.measure == id);
        found.targets = project.plan.territories().filter(|(_, territory)| territory.targets.contains_key(&id)).count();
    }
    found
}

/// The computed columns and segments that name a column, in words.
pub fn users_of(project: &Project, subject: Subject, at: CellColumn) -> Vec<String> {
    users(project, subject, at, None)
}

fn users(project: &Project, subject: Subject, at: CellColumn, own: Option<&Computed>) -> Vec<String> {
    let source = Source::Cell(at);
    let others = project.computed.iter().filter(|other| other.subject == subject && Some(*other) != own);
    let naming = others.filter(|other| sources(project, subject, &other.formula, &other.as_of).contains(&source));
    let mut all: Vec<String> = naming.map(|other| format!("the column \"{}\"", other.name)).collect();
    if subject == Subject::Accounts {
        let needing = project.segments.iter().filter(|segment| segments::sources(project, segment).contains(&source));
        all.extend(needing.map(|segment| format!("the segment \"{}\"", segment.name)));
    }
    all
}

/// The computed columns that name a segment, by its place in the list.
pub fn users_of_segment(project: &Project, segment: usize) -> Vec<&Computed> {
    let names = |column: &&Computed| {
        let sources = sources(project, column.subject, &column.formula, &column.as_of);
        sources.iter().any(|source| matches!(source, Source::Segment(at) if usize::from(*at) == segment))
    };
    project.computed.iter().filter(|column| column.subject == Subject::Accounts).filter(names).collect()
}
