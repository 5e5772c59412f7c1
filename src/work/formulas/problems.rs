//! What is to be said of computed columns: rows with an error, formulas that cannot be worked out.

use crate::domain::cells::apply_to_project;
use crate::domain::columns::Subject;
use crate::domain::computed::{self, Computed, Faulty};
use crate::domain::edit::{Change, Edit, Locks};
use crate::domain::formula::{Columns, FormulaError};
use crate::domain::project::Project;
use crate::io::diagnostic::{Diagnostic, Place, is_about_columns};
use crate::store::SavedProblem;
use crate::words;
use crate::work::records;

/// So many rows with an error are listed; the rest is counted.
const MOST_LISTED: usize = 1_000;

/// What is wrong in single rows of a computed column, or with all of it.
pub fn diagnostics(project: &Project, column: &Computed) -> Vec<Diagnostic> {
    let place = || place(column.subject, &column.name);
    let worked = match computed::work_out(project, column.subject, &column.formula, &column.as_of) {
        Ok(worked) => worked,
        Err(error) => return vec![failed_column(&place(), &column.formula, &error)],
    };
    let columns = Columns::of(project, column.subject);
    let faults = &worked.values.faults;
    let mut all: Vec<Diagnostic> = faults
        .iter()
        .take(MOST_LISTED)
        .map(|&(row, fault)| {
            Diagnostic::warning(place().row(u64::from(row) + 2).item(columns.code(row as usize)), fault.words())
                .hint("the value is missing")
        })
        .collect();
    if faults.len() > MOST_LISTED {
        let more = words::count((faults.len() - MOST_LISTED) as i128);
        all.push(
            Diagnostic::warning(place(), format!("{more} more rows have an error")).hint("their values are missing"),
        );
    }
    all
}

fn place(subject: Subject, name: &str) -> Place {
    Place::computed_column(name, if subject == Subject::Units { "units" } else { "accounts" })
}

fn failed_column(place: &Place, formula: &str, error: &FormulaError) -> Diagnostic {
    Diagnostic::error(place.clone(), format!("letter {}: {}", error.position(formula), error.message))
        .hint(if error.hint.is_empty() { "all its values are missing" } else { &error.hint })
}

/// The project with its computed columns worked out anew, after its data were replaced; and what is to be said of them.
pub fn refreshed(mut project: Project) -> (Project, Vec<Diagnostic>) {
    let (cells, _) = computed::recomputed(&project, &computed::Touched::Everything);
    let edit = Edit { label: String::new(), changes: cells.into_iter().map(Change::Cells).collect() };
    // What was worked out of the project fits it.
    let _ = edit.is_empty() || apply_to_project(&mut project, &edit, Locks::Pass).is_ok();
    let said = grouped(&project, &computed::faulty(&project));
    (project, said)
}

/// What is kept with the project: a line per column and kind of error, which names the first row.
pub fn grouped(project: &Project, faulty: &[Faulty]) -> Vec<Diagnostic> {
    let of = |faulty: &Faulty| {
        let place = place(faulty.subject, &faulty.name);
        if faulty.whole {
            return Diagnostic::error(place, format!("the formula is wrong: {}", faulty.what))
                .hint("all its values are missing");
        }
        let first = faulty.rows.first().map_or("", |&row| Columns::of(project, faulty.subject).code(row as usize));
        let rows = words::counted(faulty.rows.len() as i128, "row");
        Diagnostic::warning(place.item(first), format!("{rows}: {}", faulty.what)).hint("their values are missing")
    };
    faulty.iter().map(of).collect()
}

/// The problems that are kept with the project, with those of its computed columns as they are now.
pub fn with_faults(mut problems: Vec<SavedProblem>, project: &Project) -> Vec<SavedProblem> {
    problems.retain(|problem| !is_about_columns(&problem.file));
    problems.extend(grouped(project, &computed::faulty(project)).iter().map(records::saved_problem));
    problems
}
