//! Formulas in the background: what those of the project come to, what one gives that is being typed, columns and segments made of them.

use std::sync::Arc;

use super::JobOutput;
use super::spec::Version;
use crate::domain::columns::Subject;
use crate::domain::computed::{self, ColumnOrder};
use crate::domain::ids::{AccountId, TerritoryId};
use crate::domain::metrics::Totals;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::segments::{Members, Segment};
use crate::session::columns::{
    FormulaDraft, FormulaLook, Formulas, SegmentDraft, SegmentFigures, SegmentLook, SegmentPart,
};
use crate::work::{formulas, segments};

/// A computed column or a segment that shall be made, altered or removed.
#[derive(Debug, Clone)]
pub enum MakeWish {
    Column { instead_of: Option<String>, order: ColumnOrder },
    RemoveColumn(Subject, String),
    Segment { instead_of: Option<String>, segment: Segment },
    RemoveSegment(String),
    MoveSegment(String, usize),
}

/// The rows with an error of every computed column, and the accounts of every segment.
pub fn formulas(project: &Project, made_of: (u64, u64), progress: &Progress) -> JobOutput {
    let faulty = Arc::new(computed::faulty(project));
    let mut all = Vec::with_capacity(project.segments.len());
    for segment in project.segments.iter() {
        if progress.check().is_err() {
            return JobOutput::Cancelled;
        }
        all.push(segment.members(project).map(Arc::new).map_err(|error| error.to_string()));
    }
    JobOutput::Formulas(Formulas { made_of: Some(made_of), faulty, segments: all })
}

/// What a formula gives that is being typed.
pub fn look_at_formula(project: &Project, of: FormulaDraft) -> JobOutput {
    let found = computed::preview(project, of.subject, &of.formula, &of.as_of);
    JobOutput::LookedAtFormula(Box::new(FormulaLook { of, found }))
}

/// How large a segment is that is being made.
pub fn look_at_segment(project: &Project, totals: &Totals, of: SegmentDraft) -> JobOutput {
    let found = of.segment.members(project).map(|members| figures(project, totals, &of, &members));
    let conditions = segments::counts(project, &of.segment);
    JobOutput::LookedAtSegment(Box::new(SegmentLook { of, found, conditions }))
}

fn figures(project: &Project, totals: &Totals, of: &SegmentDraft, members: &Members) -> SegmentFigures {
    let plan = &*project.plan;
    let measure = of.measure.and_then(|id| Some((id, project.measure(id)?)));
    let mut parts: Vec<(usize, f64)> = vec![(0, 0.0); plan.territory_slots()];
    let rows = (0..members.belongs.len()).filter(|&row| members.belongs[row]);
    let mut sum = 0.0;
    for row in rows {
        let home = project.accounts.units.get(row).copied().flatten();
        let part = &mut parts[plan.owner_of(AccountId::from_index(row), home).index()];
        part.0 += 1;
        let value = measure.and_then(|(_, measure)| measure.values.get(row).copied()).unwrap_or(0.0);
        if !value.is_nan() {
            part.1 += value;
            sum += value;
        }
    }
    let known = plan.territories().map(|(id, _)| id).chain([TerritoryId::UNASSIGNED]);
    let territories = known.map(|territory| SegmentPart {
        territory,
        accounts: parts[territory.index()].0,
        of: totals.account_count(territory) as usize,
        value: parts[territory.index()].1,
        of_value: measure.map_or(f64::NAN, |(id, _)| totals.load(id, territory)),
    });
    let territories = territories.filter(|part| !part.territory.is_unassigned() || part.of > 0).collect();
    SegmentFigures { accounts: members.count, errors: members.faults, value: sum, territories }
}

/// The step that makes a wish come true.
pub fn make(project: &Project, version: Version, wish: MakeWish) -> JobOutput {
    let edit = match &wish {
        MakeWish::Column { instead_of: None, order } => formulas::add(project, order),
        MakeWish::Column { instead_of: Some(name), order } => formulas::alter(project, order.subject, name, order),
        MakeWish::RemoveColumn(subject, name) => formulas::remove(project, *subject, name),
        MakeWish::Segment { instead_of, segment } => segments::put(project, segment, instead_of.as_deref()),
        MakeWish::RemoveSegment(name) => segments::remove(project, name),
        MakeWish::MoveSegment(name, to) => segments::shift(project, name, *to),
    };
    JobOutput::ColumnMade { version, wish: Box::new(wish), edit }
}
