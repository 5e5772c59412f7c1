//! Lists that others act upon, from a project: what a CRM loads, what reps hand over. Both front ends look first and write then, with the
//! same wish.

mod alignment;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::compare::{self, Reference};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::export::crm::{self, Known, Loader, ids};
use crate::io::export::order::{List, ListWish, Listed, ListedFile, Salesforce};
use crate::io::options::ReadOptions;
use crate::io::{Imported, count_of, table};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub files: Vec<PathBuf>,
    pub listed: Listed,
}

/// What the lists would hold. `path` is the project's file, where its other plans are. Nothing is written.
///
/// # Errors
/// A reference, a table of Ids or a column that cannot be used; wishes that cannot be.
pub fn look(
    project: &Project,
    path: Option<&Path>,
    wish: &ListWish,
    progress: &Progress,
) -> Result<Imported<Listed>, UserError> {
    let made = make(project, path, wish, progress)?;
    Ok(Imported::new(made.listed(project, wish), made.diagnostics))
}

/// Writes a hand-over list to the file `out`, or the files of a CRM into the folder `out`.
///
/// # Errors
/// As [`look`], and a place that cannot be written to.
pub fn write(
    project: &Project,
    path: Option<&Path>,
    wish: &ListWish,
    out: &Path,
    progress: &Progress,
) -> Result<Imported<Written>, UserError> {
    let made = make(project, path, wish, progress)?;
    let mut listed = made.listed(project, wish);
    let files = match (&made.loader, &made.reference, &wish.list) {
        (Some(loader), _, _) => {
            let left = loader.left_behind(out);
            if !left.is_empty() {
                listed.notes.push(format!(
                    "Files of an earlier run are in the folder too, do not load them: {}",
                    left.join(", ")
                ));
            }
            loader.write(out, progress)?
        }
        (None, Some(reference), List::Handover { measures }) => {
            let measures = compare::measures_named(project, measures)?;
            let report = compare::write_handover(project, reference, &measures, out, progress)?;
            listed.notes.extend(report.notes);
            report.files
        }
        _ => Vec::new(),
    };
    Ok(Imported::new(Written { files, listed }, made.diagnostics))
}

struct Made {
    reference: Option<Reference>,
    /// None for a hand-over list.
    loader: Option<Loader>,
    diagnostics: Vec<Diagnostic>,
}

fn make(project: &Project, path: Option<&Path>, wish: &ListWish, progress: &Progress) -> Result<Made, UserError> {
    if project.accounts.is_empty() {
        return Err(UserError::new("Could not make the list")
            .because("the project has no accounts")
            .hint("import accounts first"));
    }
    let mut diagnostics = Vec::new();
    let reference = match &wish.against {
        Some(against) => {
            let read = compare::reference(project, path, against, progress)?;
            diagnostics.extend(read.diagnostics);
            Some(read.value)
        }
        None => None,
    };
    let loader = match &wish.list {
        List::Handover { measures } => {
            compare::measures_named(project, measures)?;
            if reference.is_none() {
                return Err(UserError::new("Could not make the hand-over list")
                    .because("nothing is said that the plan is to be compared with")
                    .hint("name another plan, a file of today's owners, or the column that holds them"));
            }
            None
        }
        List::Salesforce(salesforce) => {
            check(salesforce)?;
            let known = known(&wish.known, progress, &mut diagnostics)?;
            let alignment = alignment::alignment(project, wish, reference.as_ref(), &known, &mut diagnostics)?;
            Some(crm::salesforce(&alignment, &known, salesforce))
        }
        List::HubSpot(hubspot) => {
            if hubspot.property.trim().is_empty() {
                return Err(UserError::new("Could not make the files for HubSpot")
                    .because("the property that holds the territory has no name"));
            }
            let known = known(&wish.known, progress, &mut diagnostics)?;
            let alignment = alignment::alignment(project, wish, reference.as_ref(), &known, &mut diagnostics)?;
            Some(crm::hubspot(&alignment, &known, hubspot))
        }
    };
    Ok(Made { reference, loader, diagnostics })
}

impl Made {
    fn listed(&self, project: &Project, wish: &ListWish) -> Listed {
        let mut listed = match (&self.loader, &self.reference) {
            (Some(loader), _) => loader.listed(),
            (None, Some(reference)) => {
                let rows = reference.moves(project).filter(|moved| moved.territory || moved.rep).count();
                let file = ListedFile { name: String::new(), operation: "", object: "hand-over list", rows };
                Listed { files: vec![file], ..Listed::default() }
            }
            _ => Listed::default(),
        };
        if let Some(reference) = self.reference.as_ref().filter(|_| wish.list.is_folder())
            && !reference.names_territories()
        {
            let name = &reference.name;
            listed.notes.push(format!(
                "Nothing is said of territories in {name}: accounts count as moved where their rep changes"
            ));
        }
        listed
    }
}

/// What exports of the CRM say is there.
fn known(paths: &[PathBuf], progress: &Progress, diagnostics: &mut Vec<Diagnostic>) -> Result<Known, UserError> {
    let mut known = Known::default();
    for path in paths {
        let read = table::read(path, &ReadOptions::default(), progress)?;
        let found = known.add(&read.value)?;
        diagnostics.extend(read.diagnostics);
        diagnostics.push(Diagnostic::note(Place::file(&read.value.file), found));
    }
    Ok(known)
}

/// Refuses what Salesforce would refuse for every row.
fn check(wish: &Salesforce) -> Result<(), UserError> {
    let failed = |why: String| UserError::new("Could not make the files for Salesforce").because(why);
    for (what, id) in [("territory model", &wish.model), ("territory type", &wish.territory_type)] {
        if !id.is_empty() && !ids::is_id(id) {
            return Err(failed(format!("\"{id}\" is not the Id of a {what}"))
                .hint("an Id has 15 or 18 letters and digits, and capitals matter"));
        }
    }
    if !["", "Read", "Edit", "All"].contains(&wish.account_access.as_str()) {
        return Err(
            failed(format!("\"{}\" is no access to accounts", wish.account_access)).hint("it is Read, Edit or All")
        );
    }
    let field = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !wish.key.chars().all(field) || wish.key.starts_with(|c: char| !c.is_ascii_alphabetic()) {
        return Err(failed(format!("\"{}\" is not the name of a field", wish.key))
            .hint("a field of your own ends in __c: Key__c"));
    }
    Ok(())
}

/// "3 accounts in no territory left out".
fn left_out(count: usize) -> String {
    format!("{} in no territory left out", count_of(count, "account"))
}
