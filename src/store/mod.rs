//! The project file: one SQLite file is one project (docs/file-format.md). There is no Save: every change is queued here, written
//! by one thread, one transaction each, and acknowledged. Undo history, audit trail and recovery record are one journal.

mod accounts_patch;
mod blobs;
mod cell_blobs;
mod cells;
mod computed;
mod computed_blobs;
mod connection;
mod copy;
mod failure;
mod layer_blobs;
mod layers;
mod lock;
mod log;
mod migrate;
mod place_blobs;
mod plans;
mod read;
mod read_columns;
mod read_plan;
mod rescue;
mod tables;
#[cfg(test)]
mod tests;
mod units_patch;
mod write;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::domain::columns::Subject;
use crate::domain::edit::Edit;
use crate::domain::history::History;
use crate::domain::ids::TerritoryId;
use crate::domain::plan::Plan;
use crate::domain::plans::{Comment, PlanInfo, PlanStatus, Plans};
use crate::domain::project::{Goal, Project};
use crate::domain::reference::LayerLook;
use crate::domain::reps::Rep;
use crate::error::UserError;
use write::Write;
use writer::Writer;

pub use crate::domain::plans::PlanId;
pub use layers::UnitShare;
pub use log::LogLine;
pub use tables::MAX_COLUMNS;
pub use writer::{Answer, now, user_name};

/// The number of a queued write. Numbers grow; a write is on disk once [`WriterStatus::last_written`] has reached its number.
pub type Sequence = u64;

/// How the caller would like to open a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    ReadWrite,
    /// Works on a private copy of the file's content.
    ReadOnly,
}

/// How a project was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    ReadWrite,
    /// Changes can be made and undone, and written elsewhere with Save a copy as. `why` is a sentence for the user.
    ReadOnly {
        why: String,
    },
}

/// What is done when there is a file already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    Refuse,
    Replace,
}

/// Computed figures, as they are kept in the file. NaN stands for a missing value and is not kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SavedMetrics {
    /// Of the plan as a whole: name and value.
    pub plan: Vec<(String, f64)>,
    /// Of territories: whose, name and value.
    pub territories: Vec<(TerritoryId, String, f64)>,
}

/// Something noticed at import, kept until the next one. The parts are those of a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavedProblem {
    /// "error", "warning" or "note".
    pub severity: String,
    pub file: String,
    pub row: Option<u64>,
    pub column: String,
    pub item: String,
    pub message: String,
    pub hint: String,
}

/// A plan with what belongs to it.
#[derive(Debug, Clone, Default)]
pub struct OpenedPlan {
    pub plan: Plan,
    pub history: History,
    /// Counts edits, undos and redos of this plan; computed figures say for which generation they were computed.
    pub generation: u64,
    pub metrics: SavedMetrics,
    pub metrics_generation: u64,
    /// What could not be used, in words for the user; mostly empty.
    pub notes: Vec<String>,
}

/// The content of a project file.
#[derive(Debug)]
pub struct Opened {
    /// With the plan that was open last.
    pub project: Project,
    pub plans: Plans,
    pub history: History,
    /// See [`OpenedPlan::generation`].
    pub generation: u64,
    pub metrics: SavedMetrics,
    pub metrics_generation: u64,
    pub settings: BTreeMap<String, String>,
    pub problems: Vec<SavedProblem>,
    /// What of the file could not be used, in words for the user; mostly empty.
    pub notes: Vec<String>,
    pub access: Access,
    /// Why the file could not be opened as it is, where this is what could be saved of it.
    pub damage: Option<String>,
}

/// How far the writing is. Cheap to ask for in every frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WriterStatus {
    pub last_queued: Sequence,
    pub last_written: Sequence,
    /// Since when changes are not on disk, and why. They stay in memory; see [`Store::retry`] and [`Store::save_as`].
    pub failed_since: Option<(SystemTime, UserError)>,
    /// How often writing has failed since the project was opened; 0 while nothing fails.
    pub failures: u64,
}

impl WriterStatus {
    pub fn all_saved(&self) -> bool {
        self.last_written == self.last_queued
    }
}

/// An open project file. Dropping it writes what is queued, if it can be written, and closes the file; call [`Store::flush`]
/// before to learn whether it could.
#[derive(Debug)]
pub struct Store {
    writer: Writer,
    /// The plan that edits are about.
    plan: PlanId,
    next_plan: PlanId,
}

/// Makes a project file. It is written beside its place under another name and renamed when it is whole.
pub fn create(path: &Path, project: &Project, existing: Existing) -> Result<Store, UserError> {
    let target = copy::create(path, project, existing)?;
    Ok(Store { writer: Writer::start(target), plan: PlanId::FIRST, next_plan: PlanId(2) })
}

/// Opens a project file. Where it cannot be opened for writing (another window has it, its folder is read-only), it is opened
/// read-only and [`Opened::access`] says why.
pub fn open(path: &Path, wanted: Wanted) -> Result<(Store, Opened), UserError> {
    let target = copy::open(path, wanted)?;
    let opened = read::read_project(&target)?;
    connection::forget_pages(&target.connection);
    let next_plan = PlanId(opened.plans.all.iter().map(|plan| plan.id.0).max().unwrap_or(0).saturating_add(1));
    Ok((Store { writer: Writer::start(target), plan: opened.plans.active, next_plan }, opened))
}

/// Who changed what, and when, in every plan of a file, oldest first.
pub fn log(path: &Path) -> Result<Vec<LogLine>, UserError> {
    let target = copy::open(path, Wanted::ReadOnly)?;
    let what = format!("Could not read {}", failure::short_name(path));
    log::read(&target.connection).map_err(|trouble| trouble.into_user_error(what))
}

/// Opens what can be saved of a damaged project, as a private copy: [`Opened::access`] says that it is read-only and why,
/// [`Opened::notes`] what is missing. [`Store::save_as`] makes a sound file of it. `damage` is what [`open`] said.
pub fn rescue(path: &Path, damage: &UserError) -> Result<(Store, Opened), UserError> {
    let (target, missing) = rescue::open(path, damage)?;
    let mut opened = read::read_project(&target)?;
    opened.damage = Some(failure::reason_of(damage).to_owned());
    opened.notes = missing.into_iter().chain(opened.notes).collect();
    let next_plan = PlanId(opened.plans.all.iter().map(|plan| plan.id.0).max().unwrap_or(0).saturating_add(1));
    Ok((Store { writer: Writer::start(target), plan: opened.plans.active, next_plan }, opened))
}

/// As [`open`]; a damaged file is opened with what can be saved of it.
pub fn open_or_rescue(path: &Path, wanted: Wanted) -> Result<(Store, Opened), UserError> {
    open(path, wanted).or_else(|error| if failure::is_damage(&error) { rescue(path, &error) } else { Err(error) })
}

impl Store {
    /// Writes an edit that has been applied to the plan: its rows and its line in the journal.
    pub fn apply(&self, edit: &Edit) -> Sequence {
        self.queue(Write::Edit(edit.clone()))
    }

    /// The same for an edit that replaces units or accounts; `project` is what it leads to. Refused where the file could not hold it.
    pub fn apply_to_data(&self, project: &Project, edit: &Edit) -> Result<Sequence, UserError> {
        check_columns(project)?;
        Ok(self.apply(edit))
    }

    /// The last step in force, `edit`, has been undone.
    pub fn undo(&self, edit: &Edit) -> Sequence {
        self.queue(Write::Undo(edit.clone()))
    }

    /// The step `edit` has been made again.
    pub fn redo(&self, edit: &Edit) -> Sequence {
        self.queue(Write::Redo(edit.clone()))
    }

    /// Units were imported: writes the whole project and begins a new undo history (the caller's is to be emptied as well).
    /// `label` goes into the journal. Other plans keep their territories for units whose code is still there.
    pub fn put_units(&self, project: &Project, label: &str) -> Result<Sequence, UserError> {
        check_columns(project)?;
        Ok(self.queue(Write::Units { project: project.clone(), label: label.to_owned() }))
    }

    /// Accounts or measures were imported: writes everything but the units, and begins a new undo history as
    /// [`Store::put_units`] does.
    pub fn put_accounts(&self, project: &Project, label: &str) -> Result<Sequence, UserError> {
        check_columns(project)?;
        Ok(self.queue(Write::Accounts { project: project.clone(), label: label.to_owned() }))
    }

    /// Replaces the roster. Territories keep their rep by position.
    pub fn put_reps(&self, reps: &Arc<Vec<Rep>>) -> Sequence {
        self.queue(Write::Reps(Arc::clone(reps)))
    }

    pub fn put_goals(&self, goals: &[Goal]) -> Sequence {
        self.queue(Write::Goals(goals.to_vec()))
    }

    /// How the layer at this place is drawn.
    pub fn put_layer_look(&self, at: u16, look: LayerLook) -> Sequence {
        self.queue(Write::LayerLook { at, look })
    }

    /// In which areas of the layer at this place the units lie, for those who read the file.
    pub fn put_unit_shares(&self, at: u16, shares: Vec<UnitShare>) -> Sequence {
        self.queue(Write::UnitShares { at, shares })
    }

    pub fn put_project_name(&self, name: &str) -> Sequence {
        self.queue(Write::ProjectName(name.to_owned()))
    }

    /// Remembers a choice of the window; `None` forgets it.
    pub fn put_setting(&self, key: &str, value: Option<&str>) -> Sequence {
        self.queue(Write::Setting { key: key.to_owned(), value: value.map(str::to_owned) })
    }

    /// Replaces the computed figures of the active plan.
    pub fn put_metrics(&self, generation: u64, metrics: SavedMetrics) -> Sequence {
        self.queue(Write::Metrics { generation, metrics })
    }

    /// Replaces the list of problems.
    pub fn put_problems(&self, problems: Vec<SavedProblem>) -> Sequence {
        self.queue(Write::Problems(problems))
    }

    /// Adds a plan, a copy of another mostly, and says which id it has. `info` is what is kept of it besides; its id is not looked at. It
    /// does not become active, see [`Store::activate_plan`].
    pub fn create_plan(&mut self, plan: &Arc<Plan>, info: PlanInfo) -> PlanId {
        let id = self.next_plan;
        self.next_plan = PlanId(id.0.saturating_add(1));
        let info = PlanInfo { id, ..info };
        self.writer.queue(id, Write::NewPlan { plan: Arc::clone(plan), info });
        id
    }

    /// Reads another plan, after everything queued is written, and makes it the active one.
    pub fn switch_plan(&mut self, id: PlanId) -> Result<OpenedPlan, UserError> {
        let opened = self.writer.read_plan(id)?;
        self.activate_plan(id);
        Ok(opened)
    }

    /// From now on edits are about this plan, which the caller has.
    pub fn activate_plan(&mut self, id: PlanId) -> Sequence {
        self.plan = id;
        self.queue(Write::ActivatePlan)
    }

    /// Reads another plan, after everything queued is written. The active one stays what it is.
    pub fn read_plan(&self, id: PlanId) -> Result<OpenedPlan, UserError> {
        self.writer.read_plan(id)
    }

    /// The same without waiting: the answer can be waited for on another thread.
    pub fn begin_read_plan(&self, id: PlanId) -> Answer<OpenedPlan> {
        self.writer.begin_read_plan(id)
    }

    pub fn rename_plan(&self, id: PlanId, name: &str) -> Sequence {
        self.writer.queue(id, Write::RenamePlan(name.to_owned()))
    }

    pub fn describe_plan(&self, id: PlanId, description: &str) -> Sequence {
        self.writer.queue(id, Write::DescribePlan(description.to_owned()))
    }

    pub fn put_plan_status(&self, id: PlanId, status: PlanStatus) -> Sequence {
        self.writer.queue(id, Write::PlanStatus(status))
    }

    /// Others are held against this plan from now on.
    pub fn put_reference_plan(&self, id: PlanId) -> Sequence {
        self.writer.queue(id, Write::ReferencePlan)
    }

    /// Adds a comment, or puts it in place of the one of its id.
    pub fn put_comment(&self, comment: &Comment, label: &str) -> Sequence {
        self.writer.queue(comment.plan, Write::Comment { comment: comment.clone(), label: label.to_owned() })
    }

    pub fn delete_comment(&self, comment: &Comment) -> Sequence {
        self.writer.queue(comment.plan, Write::DeleteComment(comment.id))
    }

    /// Deletes a plan; its lines in the journal stay. The active plan cannot be deleted.
    pub fn delete_plan(&self, id: PlanId, name: &str) -> Result<Sequence, UserError> {
        if id == self.plan {
            return Err(UserError::new("Could not delete the scenario")
                .because("it is open")
                .hint("Open another scenario first"));
        }
        Ok(self.writer.queue(id, Write::DeletePlan { name: name.to_owned() }))
    }

    /// The plan that edits are about.
    pub fn active_plan(&self) -> PlanId {
        self.plan
    }

    pub fn status(&self) -> WriterStatus {
        self.writer.status()
    }

    /// The file; another one after [`Store::save_as`].
    pub fn path(&self) -> PathBuf {
        self.writer.path()
    }

    /// Whether what is queued can reach the file; changes with [`Store::save_as`].
    pub fn access(&self) -> Access {
        self.writer.access()
    }

    /// Tries again after a failure. It is also tried every few seconds by itself.
    pub fn retry(&self) {
        self.writer.retry();
    }

    /// Waits until everything queued so far is on disk, or a write has failed.
    pub fn flush(&self) -> Result<(), UserError> {
        self.writer.flush()
    }

    /// Writes the project to another file, whatever is queued included, and goes on in that file. A file that is there is replaced.
    /// This also rescues changes that could not be written to the old place.
    pub fn save_as(&self, path: &Path) -> Result<(), UserError> {
        self.begin_save_as(path).wait()
    }

    /// The same without waiting: the answer can be waited for on another thread. What is queued meanwhile goes to the new file.
    pub fn begin_save_as(&self, path: &Path) -> Answer<()> {
        self.writer.save_as(path)
    }

    /// Called by the writer's thread whenever [`Store::status`] has changed, so that the window can show it.
    pub fn set_notify(&self, notify: Box<dyn Fn() + Send>) {
        self.writer.set_notify(notify);
    }

    fn queue(&self, write: Write) -> Sequence {
        self.writer.queue(self.plan, write)
    }
}

/// More columns than a table of the file can have would be refused by every attempt to write them.
pub fn check_columns(project: &Project) -> Result<(), UserError> {
    for (subject, words, attributes) in [
        (Subject::Units, "units", project.units.attributes.len()),
        (Subject::Accounts, "accounts", project.accounts.attributes.len()),
    ] {
        let count = project.measures_of(subject).count() + attributes;
        if count > tables::MAX_COLUMNS {
            return Err(UserError::new("Could not save the imported columns")
                .because(format!("the {words} have {count} columns, a project can hold {}", tables::MAX_COLUMNS))
                .hint("Import fewer columns"));
        }
    }
    Ok(())
}
