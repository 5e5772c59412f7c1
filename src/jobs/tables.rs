//! The rows of a table, and rows as text for a spreadsheet.

use std::sync::Arc;

use super::JobOutput;
use crate::domain::columns::Subject;
use crate::domain::metrics::LoadTable;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::io::export;
use crate::session::tables::Wish;
use crate::session::tables::field::{Field, Source};
use crate::session::tables::order::order;

/// So many values the window looks through in a frame by itself; more are a job.
pub const AT_ONCE: usize = 20_000;

/// Works out the rows of a wish.
pub fn rows(project: &Project, loads: &Arc<LoadTable>, wish: Wish, progress: &Progress) -> JobOutput {
    let source = Source { project, plan: &project.plan, loads, subject: wish.subject };
    match order(source, &wish, progress) {
        Ok(rows) => JobOutput::Ordered { wish: Box::new(wish), rows },
        Err(_) => JobOutput::Cancelled,
    }
}

/// Rows with a header, tabs between the columns, figures in full. Texts that a spreadsheet would take for a formula are guarded.
pub fn copied(
    project: &Project,
    loads: &Arc<LoadTable>,
    subject: Subject,
    rows: &[u32],
    fields: &[Field],
    progress: &Progress,
) -> JobOutput {
    let source = Source { project, plan: &project.plan, loads, subject };
    let flat = |text: &str| export::harmless(text).replace(['\t', '\r', '\n'], " ");
    let titles = fields.iter().map(|&field| match source.unit(field) {
        "" => flat(&source.title(field)),
        unit => flat(&format!("{} ({unit})", source.title(field))),
    });
    let mut text = titles.collect::<Vec<_>>().join("\t");
    for (at, &row) in rows.iter().enumerate() {
        if at % 1_000 == 0 && progress.check().is_err() {
            return JobOutput::Cancelled;
        }
        text.push('\n');
        for (position, &field) in fields.iter().enumerate() {
            if position > 0 {
                text.push('\t');
            }
            if field.is_number() {
                text.push_str(&export::number(source.number(field, row as usize)));
            } else {
                text.push_str(&flat(source.text(field, row as usize)));
            }
        }
    }
    JobOutput::Copied { text, rows: rows.len() }
}
