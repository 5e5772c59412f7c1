//! The job that works out what a command on territories would do.

use std::sync::Arc;

use super::JobOutput;
use super::spec::{TerritoryOrder, Version};
use crate::domain::edit::{Change, Locks, apply};
use crate::domain::ids::TerritoryId;
use crate::domain::metrics::Totals;
use crate::domain::progress::Progress;
use crate::domain::project::{Goal, Project};
use crate::session::suggestion::Suggestion;
use crate::work::territory::{self, Board, Refused};

/// Works it out; `totals` are those of the project's plan.
pub fn suggest(
    project: &Project,
    totals: &Totals,
    goal: Option<Goal>,
    version: Version,
    order: TerritoryOrder,
    progress: &Progress,
) -> JobOutput {
    let board = Board::new(project, totals, goal);
    let answer = match &order {
        TerritoryOrder::Split { territory, parts } => territory::split(&board, *territory, *parts, progress),
        TerritoryOrder::Merge { into, others } => territory::merge(&board, *into, others.iter().copied()),
        TerritoryOrder::Dissolve(id) => territory::dissolve(&board, *id),
        TerritoryOrder::AbsorbEnclaves(id) => territory::absorb_enclaves(&board, *id),
        TerritoryOrder::FillHoles(id) => territory::fill_holes(&board, *id),
        TerritoryOrder::Swap(a, b) => territory::swap(&board, *a, *b),
        TerritoryOrder::Smooth(id) => territory::smooth(&board, *id),
        TerritoryOrder::Recolour => territory::recolour(&board),
    };
    let done = match answer {
        Ok(done) => done,
        Err(Refused::Cancelled) => return JobOutput::Cancelled,
        Err(Refused::Because(why)) => return JobOutput::Suggested { version, answer: Err(why) },
    };
    let mut plan = Arc::clone(&project.plan);
    let answer = match apply(Arc::make_mut(&mut plan), &done.edit, Locks::Obey) {
        Ok(effects) => {
            let mut totals = totals.clone();
            totals.follow(&plan, &done.edit);
            let gains = done.edit.changes.iter().any(|change| matches!(change, Change::Assign { .. }));
            let touched: Vec<TerritoryId> =
                effects.territories.into_iter().filter(|id| gains && !id.is_unassigned()).collect();
            Ok(Box::new(Suggestion {
                order: Some(order),
                edit: done.edit,
                plan,
                totals,
                facts: Vec::new(),
                notes: done.notes,
                touched,
                cut: None,
            }))
        }
        Err(error) => Err(format!("{}: not done, {error}", done.edit.label)),
    };
    JobOutput::Suggested { version, answer }
}
