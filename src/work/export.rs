//! A plan's figures, and its files.

use std::path::Path;
use std::sync::Arc;

use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::io::cancelled;
use crate::io::export::{ExportReport, Source, What};

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
pub fn export(project: &Project, what: What, path: &Path, progress: &Progress) -> Result<ExportReport, UserError> {
    let (totals, metrics) = measure(project, progress)?;
    let source = Source { project, totals: &totals, metrics: &metrics };
    crate::io::export::export(what, source, path, progress)
}
