//! A file into a project: read it, map its columns, and join it to what is there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::columns::{AccountColumns, AlignmentColumns, RepColumns, UnitColumns};
use super::{Change, ChangeKind, carry, refresh};
use crate::domain::edit::{self, Change as PlanChange, Edit, Locks};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::domain::reps::Rep;
use crate::error::UserError;
use crate::io::alignment::{AlignmentMapping, Choices, Unclear};
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::Reason;
use crate::io::postal::PostalTable;
use crate::io::table::Table;
use crate::io::{Imported, accounts, alignment, layers, reps, table};
use crate::words;

/// Replaces the units by those of a layer. Accounts are located again; units whose code was there before keep their territory.
pub fn import_units(
    project: &Project,
    path: &Path,
    columns: &UnitColumns,
    progress: &Progress,
) -> Result<Imported<Change>, UserError> {
    let Imported { value: layer, mut diagnostics } = layers::read_layer_with(path, &columns.read, progress)?;
    let mapping = columns.mapping(&layer)?;
    let built = layers::build(&layer, &mapping, progress)?;
    let file = layer.file.clone();
    drop(layer);
    diagnostics.extend(built.diagnostics);
    let layers::Built { mut units, measures, repaired } = built.value;
    units.attribution.clone_from(&columns.attribution);
    let taken = units.len();
    let repaired = if repaired > 0 { format!(", {} repaired", words::count(repaired as i128)) } else { String::new() };
    let label = format!("Imported {} from {file}{repaired}", units.count_words(taken));
    let project = carry::with_units(project, units, measures, &Place::file(&file), progress, &mut diagnostics)?;
    let change = Change { project, label, kind: ChangeKind::Units, taken, columns: mapping.reasons };
    Ok(Imported::new(change, diagnostics))
}

/// Replaces the accounts and their measures by those of a table, as one undo step. Named accounts whose code is still there keep their
/// owner.
pub fn import_accounts(
    project: &Project,
    path: &Path,
    columns: &AccountColumns,
    progress: &Progress,
) -> Result<Imported<Change>, UserError> {
    let Imported { value: table, mut diagnostics } = table::read(path, &columns.read, progress)?;
    let mapping = columns.mapping(&table)?;
    let found = accounts::from_table(&table, &mapping, PostalTable::embedded(), progress, &mut diagnostics)?;
    let place = Place::file(&table.file);
    let unused: Vec<&String> = table.columns.iter().filter(|column| !mapping.uses(column)).collect();
    if !unused.is_empty() {
        let message =
            format!("{} {} left out", unused.len(), if unused.len() == 1 { "column is" } else { "columns are" });
        diagnostics.push(Diagnostic::note(place.clone(), message).hint(table::list_of(&unused)));
    }
    drop(table);
    let taken = found.accounts.len();
    let label = format!("Imported {} from {}", count(taken, "account"), place.file);
    let new = carry::with_accounts(project, found.accounts, found.measures, &place, progress, &mut diagnostics)?;
    let columns = mapping.reasons;
    if project.accounts.is_empty() && project.plan.territory_count() == 0 {
        // Nothing is replaced, and there is nothing to go back to.
        let change = Change { project: new, label, kind: ChangeKind::Accounts, taken, columns };
        return Ok(Imported::new(change, diagnostics));
    }
    let (project, edit) = refresh::replaced(project, new, label.clone())?;
    let change = Change { project, label, kind: ChangeKind::ReplacedAccounts(edit), taken, columns };
    Ok(Imported::new(change, diagnostics))
}

/// Takes today's territories from a table, as one undo step.
pub fn import_alignment(
    project: &Project,
    path: &Path,
    columns: &AlignmentColumns,
    progress: &Progress,
) -> Result<Imported<Change>, UserError> {
    read_alignment(project, path, columns, progress)?.into_change(project, columns, progress)
}

/// A table of today's territories, before anything is taken from it.
pub struct AlignmentTable {
    table: Table,
    mapping: AlignmentMapping,
    reasons: Vec<Reason>,
    diagnostics: Vec<Diagnostic>,
}

/// Reads the table of an alignment.
///
/// # Errors
/// A file that cannot be read as a table, a named column that it does not have.
pub fn read_alignment(
    project: &Project,
    path: &Path,
    columns: &AlignmentColumns,
    progress: &Progress,
) -> Result<AlignmentTable, UserError> {
    let Imported { value: table, diagnostics } = table::read(path, &columns.read, progress)?;
    let (mapping, reasons) = columns.mapping(&table, AlignmentMapping::guess(&table, project))?;
    Ok(AlignmentTable { table, mapping, reasons, diagnostics })
}

impl AlignmentTable {
    /// What it leaves open.
    ///
    /// # Errors
    /// No column for territories, units or accounts.
    pub fn unclear(&self, project: &Project, choices: &Choices, progress: &Progress) -> Result<Unclear, UserError> {
        alignment::unclear(&self.table, &self.mapping, choices.units_by_accounts, project, progress)
    }

    /// The project with it.
    ///
    /// # Errors
    /// No row fits the project, or one does not and that shall stop the import.
    pub fn into_change(
        self,
        project: &Project,
        columns: &AlignmentColumns,
        progress: &Progress,
    ) -> Result<Imported<Change>, UserError> {
        let Self { table, mapping, reasons, mut diagnostics } = self;
        let edit = alignment::from_table(&table, &mapping, &columns.choices, project, progress, &mut diagnostics)?;
        let is_assignment =
            |change: &&PlanChange| matches!(change, PlanChange::Assign { .. } | PlanChange::Override { .. });
        let taken = edit.changes.iter().filter(is_assignment).count();
        if edit.is_empty() {
            let note = Diagnostic::note(Place::file(&table.file), "the plan is like the file already");
            diagnostics.push(note.hint("nothing was changed"));
        }
        let failed = || format!("Could not import the alignment from {}", table.file);
        let change = Change { columns: reasons, taken, ..with_edit(project, edit, failed)? };
        Ok(Imported::new(change, diagnostics))
    }
}

/// Brings the roster up to a table: reps whose code is there already are replaced, others added. None is taken away, for
/// territories and earlier steps may name them.
pub fn import_reps(
    project: &Project,
    path: &Path,
    columns: &RepColumns,
    progress: &Progress,
) -> Result<Imported<Change>, UserError> {
    let Imported { value: table, mut diagnostics } = table::read(path, &columns.read, progress)?;
    let mapping = columns.mapping(&table)?;
    let found = reps::from_table(&table, &mapping, PostalTable::embedded(), progress, &mut diagnostics)?;
    let taken = found.len();
    let mut roster: Vec<Rep> = Vec::clone(&project.reps);
    let positions: HashMap<String, usize> =
        roster.iter().enumerate().map(|(index, rep)| (rep.code.clone(), index)).collect();
    let mut replaced = 0;
    for rep in found {
        match positions.get(&rep.code) {
            Some(&position) => {
                roster[position] = rep;
                replaced += 1;
            }
            None => roster.push(rep),
        }
    }
    if roster.len() > usize::from(u16::MAX) {
        return Err(UserError::new(format!("Could not import reps from {}", table.file))
            .because(format!("with them the project would have {} reps, it can hold 65,535", roster.len())));
    }
    let missing = project.reps.len() - replaced;
    if missing > 0 {
        let message = format!("{missing} {} of the project are not in the file", plural(missing, "rep"));
        diagnostics.push(Diagnostic::note(Place::file(&table.file), message).hint("they stay in the roster"));
    }
    let label = format!("Imported {} from {}", count(taken, "rep"), table.file);
    let project = Project { reps: Arc::new(roster), ..project.clone() };
    let change = Change { project, label, kind: ChangeKind::Reps, taken, columns: mapping.reasons };
    Ok(Imported::new(change, diagnostics))
}

/// The project after an edit of its plan.
pub(super) fn with_edit(project: &Project, edit: Edit, failed: impl FnOnce() -> String) -> Result<Change, UserError> {
    let mut project = project.clone();
    if !edit.is_empty() {
        edit::apply(Arc::make_mut(&mut project.plan), &edit, Locks::Obey)
            .map_err(|error| UserError::new(failed()).because(error))?;
    }
    let label = edit.label.clone();
    Ok(Change { project, label, kind: ChangeKind::Plan(edit), taken: 0, columns: Vec::new() })
}

/// "1 rep", "11,991 accounts".
fn count(count: usize, noun: &str) -> String {
    format!("{} {}", words::count(count as i128), plural(count, noun))
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
