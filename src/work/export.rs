//! A plan's figures, and its files.

use std::path::Path;
use std::sync::Arc;

use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::io::cancelled;
use crate::io::export::{self, ExportReport, Foreseen, Source, What, Wish};

/// The totals of a project's plan, counted from nothing.
pub fn totals(project: &Project) -> Totals {
    Totals::count(Arc::new(LoadTable::new(project)), &project.plan)
}

/// All figures of a project's plan, fast and slow.
pub fn measure(project: &Project, progress: &Progress) -> Result<(Totals, PlanMetrics), UserError> {
    let totals = totals(project);
    let metrics = PlanMetrics::measure(project, &totals, progress).map_err(cancelled)?;
    Ok((totals, metrics))
}

/// Measures the plan and writes a part of it to `path`, in the format of its ending.
///
/// # Errors
/// As [`export::export`].
pub fn export(project: &Project, wish: &Wish, path: &Path, progress: &Progress) -> Result<ExportReport, UserError> {
    export::format_of(wish, path)?;
    let (totals, metrics) = measure_for(project, wish, progress)?;
    export::export(wish, Source { project, totals: &totals, metrics: &metrics }, path, progress)
}

/// What a file of that name would lose of the plan. Nothing is written.
///
/// # Errors
/// As [`export::export`], as far as the wish is wrong.
pub fn losses(project: &Project, wish: &Wish, path: &Path, progress: &Progress) -> Result<Foreseen, UserError> {
    let format = export::format_of(wish, path)?;
    let (totals, metrics) = measure_for(project, wish, progress)?;
    export::losses(wish, format, Source { project, totals: &totals, metrics: &metrics })
}

/// The figures that the wish is about: the slow ones are in tables of territories alone.
fn measure_for(project: &Project, wish: &Wish, progress: &Progress) -> Result<(Totals, PlanMetrics), UserError> {
    if wish.what.iter().any(|what| matches!(what, What::Territories | What::Metrics)) {
        return measure(project, progress);
    }
    Ok((totals(project), PlanMetrics::default()))
}
