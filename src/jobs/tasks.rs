//! The functions that jobs run: orders of the window to the work both front ends share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::spec::{ExportOrder, ImportOrder, ImportWhat, ListOrder, PeekOrder, Role};
use super::{ImportedData, JobOutput, OpenedProject, look, preview};
use crate::domain::accounts::Accounts;
use crate::domain::metrics::Totals;
use crate::domain::plan::Plan;
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::domain::topology::Neighbours;
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::Imported;
use crate::io::diagnostic::{Diagnostic, Place, Severity};
use crate::render::geometry::UnitGeometry;
use crate::render::points::AccountPlaces;
use crate::session::comparing::Compared;
use crate::session::scenarios::Scenarios;
use crate::session::view::View;
use crate::session::{Indices, Session};
use crate::store::{self, Access, Existing, Opened, Wanted};
use crate::work::columns::{AccountColumns, AlignmentColumns, Choice, RepColumns, UnitColumns, UnitTableColumns};
use crate::work::duplicates::{DISMISSED_SETTING, dismissed};
use crate::work::layers::LayerWish;
use crate::work::{self, ChangeKind};

/// Opens a project file.
pub fn open(path: &Path, progress: &Progress) -> JobOutput {
    finish(progress.begin(Phase::Reading, 0).map_err(|_| None).and_then(|()| {
        let (store, opened) = store::open_or_rescue(path, Wanted::ReadWrite).map_err(Some)?;
        Ok(JobOutput::Opened(Box::new(opened_project(path, store, opened))))
    }))
}

/// Makes an empty project file and opens it.
pub fn create(path: &Path, progress: &Progress) -> JobOutput {
    finish(progress.begin(Phase::Writing, 0).map_err(|_| None).and_then(|()| {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let project = Project { name, plan: Arc::new(Plan::empty("Plan", 0)), ..Project::default() };
        drop(store::create(path, &project, Existing::Refuse).map_err(Some)?);
        let (store, opened) = store::open(path, Wanted::ReadWrite).map_err(Some)?;
        Ok(JobOutput::Opened(Box::new(opened_project(path, store, opened))))
    }))
}

fn opened_project(path: &Path, store: store::Store, opened: Opened) -> OpenedProject {
    let indices = Indices::new(&opened.project);
    let mut session = Session::new(opened.project, opened.history, indices, opened.generation);
    session.path = Some(path.to_owned());
    session.scenarios = Scenarios::new(opened.plans);
    session.who = store::user_name();
    session.damaged = opened.damage.is_some();
    session.read_only = match opened.access {
        Access::ReadWrite => None,
        Access::ReadOnly { why } => Some(why),
    };
    let view = View::from_settings(&opened.settings);
    let (measure, fit) = (session.view.measure, session.view.fit);
    // A camera that was saved is where the user left off; otherwise everything is shown.
    session.view = View { measure, fit: if view.arrived { None } else { fit }, ..view };
    session.imported_files = opened
        .settings
        .iter()
        .filter(|(key, _)| key.starts_with("file of "))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    session.no_doubles = dismissed(opened.settings.get(DISMISSED_SETTING).map(String::as_str));
    session.diagnostics = opened.problems.iter().map(work::records::diagnostic).collect();
    session.diagnostics.extend(opened.notes.into_iter().map(|message| Diagnostic {
        severity: Severity::Warning,
        place: Place::default(),
        message,
        hint: String::new(),
    }));
    OpenedProject { store, session }
}

/// Holds two plans of a project against each other.
pub fn compare_scenarios(project: &Project, of: Compared, progress: &Progress) -> JobOutput {
    finish(
        work::scenarios::comparison(project, &of.before, &of.after, progress)
            .map(|found| JobOutput::ScenariosCompared { of: Box::new(of), found: Box::new(found) })
            .map_err(|_| None),
    )
}

/// Looks at a file before it is imported: its columns, what they would be taken as, and their first values.
pub fn peek(project: Option<&Project>, data_folder: &Path, order: &PeekOrder, progress: &Progress) -> JobOutput {
    finish(
        look::look(project, data_folder, order, progress)
            .map(|preview| JobOutput::Peeked(Box::new(preview)))
            .map_err(Some),
    )
}

/// The column that a role was given to.
fn single(order: &ImportOrder, role: Role) -> Choice {
    match order.roles.iter().find(|(_, taken)| *taken == role) {
        _ if order.roles.is_empty() => Choice::Guess,
        Some((column, _)) => Choice::Column(column.clone()),
        None => Choice::None,
    }
}

/// The columns that a role was given to; `None`: guess.
fn many(order: &ImportOrder, role: Role) -> Option<Vec<String>> {
    let columns = order.roles.iter().filter(|(_, taken)| *taken == role).map(|(column, _)| column.clone());
    (!order.roles.is_empty()).then(|| columns.collect::<Vec<_>>())
}

/// What was chosen for the columns of a table of accounts.
pub(super) fn account_columns(order: &ImportOrder) -> AccountColumns {
    let single = |role: Role| single(order, role);
    AccountColumns {
        id: single(Role::Code),
        name: single(Role::Name),
        lon: single(Role::Longitude),
        lat: single(Role::Latitude),
        postal: single(Role::PostalCode),
        town: single(Role::Town),
        state: single(Role::State),
        country: single(Role::Country),
        street: single(Role::Street),
        measures: many(order, Role::Measure),
        attributes: many(order, Role::Attribute).map(|mut attributes| {
            let places = order.roles.iter().filter(|(_, role)| role.is_place());
            attributes.extend(places.map(|(column, _)| column.clone()));
            attributes
        }),
        read: order.read.clone(),
    }
}

/// What was chosen for the columns of a layer of units.
pub(super) fn unit_columns(order: &ImportOrder) -> UnitColumns {
    UnitColumns {
        code: single(order, Role::Code),
        name: single(order, Role::Name),
        measures: many(order, Role::Measure),
        attributes: many(order, Role::Attribute),
        kind: typed(&order.areas.kind),
        attribution: order.areas.attribution.trim().to_owned(),
        read: order.read.clone(),
        ..UnitColumns::default()
    }
}

/// A file that shall become a layer.
pub(super) fn layer_wish(order: &ImportOrder) -> LayerWish {
    LayerWish { name: typed(&order.areas.name), columns: unit_columns(order), read: order.read.clone() }
}

/// What was typed, where anything was.
fn typed(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// What was chosen for the columns of an alignment.
fn alignment_columns(order: &ImportOrder) -> AlignmentColumns {
    let levels = || Role::LEVELS.into_iter().flat_map(|level| many(order, level).unwrap_or_default()).collect();
    AlignmentColumns {
        unit: single(order, Role::Unit),
        account: single(order, Role::Account),
        territory: single(order, Role::Territory),
        rep: single(order, Role::Rep),
        levels: (!order.roles.is_empty()).then(levels),
        choices: order.choices.clone(),
        read: order.read.clone(),
    }
}

/// What a file of territories leaves open, before it is imported.
pub fn check_alignment(project: &Project, order: ImportOrder, progress: &Progress) -> JobOutput {
    let columns = alignment_columns(&order);
    let path = preview::plain_path(&order.path);
    let unclear = work::import::read_alignment(project, &path, &columns, progress)
        .and_then(|table| table.unclear(project, &columns.choices, progress));
    if progress.check().is_err() {
        return JobOutput::Cancelled;
    }
    JobOutput::AlignmentChecked { order: Box::new(order), unclear: unclear.map_err(|error| error.to_string()) }
}

/// Imports a file into a copy of the project.
pub fn import(project: &Project, data_generation: u64, order: &ImportOrder, progress: &Progress) -> JobOutput {
    let (single, many) = (|role: Role| single(order, role), |role: Role| many(order, role));
    let path = &preview::plain_path(&order.path);
    let imported = match order.what {
        ImportWhat::Units => {
            let columns = unit_columns(order);
            work::import::import_units(project, path, &columns, progress)
        }
        ImportWhat::Accounts => {
            let columns = account_columns(order);
            work::import::import_accounts(project, path, &columns, progress)
        }
        ImportWhat::Alignment => work::import::import_alignment(project, path, &alignment_columns(order), progress),
        ImportWhat::Columns => {
            let columns = UnitTableColumns {
                code: single(Role::Unit),
                measures: many(Role::Measure),
                attributes: many(Role::Attribute),
                on_repeat: order.on_repeat,
                read: order.read.clone(),
            };
            work::unit_columns::import_unit_columns(project, path, &columns, progress)
        }
        ImportWhat::Layer => Err(UserError::new("Not imported").because("a layer lies beside what is imported")),
        ImportWhat::Reps => {
            let columns = RepColumns {
                code: single(Role::Code),
                name: single(Role::Name),
                lon: single(Role::Longitude),
                lat: single(Role::Latitude),
                postal: single(Role::PostalCode),
                town: single(Role::Town),
                capacity_hours: single(Role::Capacity),
                skills: single(Role::Skills),
                read: order.read.clone(),
            };
            work::import::import_reps(project, path, &columns, progress)
        }
    };
    if order.pasted {
        // It was written for this import alone; nobody looks for it where it is.
        let _ = std::fs::remove_file(path);
    }
    finish(imported.map_err(Some).map(|imported| {
        let change = imported.value;
        let file_setting = work::records::file_setting(&change.kind);
        let (replaced, edit) = match change.kind {
            ChangeKind::Plan(edit) | ChangeKind::Columns(edit) => (None, Some(edit)),
            ChangeKind::ReplacedAccounts(edit) if edit.is_empty() => (None, None),
            ChangeKind::ReplacedAccounts(edit) => {
                let indices = Indices::new(&change.project);
                (Some((change.project, indices)), Some(edit))
            }
            ChangeKind::Units | ChangeKind::Accounts | ChangeKind::Reps => {
                let indices = Indices::new(&change.project);
                (Some((change.project, indices)), None)
            }
        };
        JobOutput::Imported(Box::new(ImportedData {
            what: order.what,
            replaced,
            edit,
            label: change.label,
            diagnostics: imported.diagnostics,
            file: crate::io::files::name_of(path),
            file_setting,
            began: project.clone(),
            data_generation,
        }))
    }))
}

/// Writes files.
pub fn export(project: &Project, data_generation: u64, order: &ExportOrder, progress: &Progress) -> JobOutput {
    let written = work::export::export(project, &order.wish, &order.path, progress);
    finish(written.map_err(Some).map(|report| {
        let lost = report.losses.iter().filter(|loss| !loss.by_nature).map(ToString::to_string);
        JobOutput::Exported {
            path: report.files.first().unwrap_or(&order.path).clone(),
            files: report.files.len(),
            data_generation,
            notes: lost.chain(report.notes).collect(),
        }
    }))
}

/// What writing these files would lose.
pub fn check_export(project: &Project, order: ExportOrder, progress: &Progress) -> JobOutput {
    let foreseen = work::export::losses(project, &order.wish, &order.path, progress);
    if progress.check().is_err() {
        return JobOutput::Cancelled;
    }
    JobOutput::ExportChecked { foreseen: foreseen.map_err(|error| error.to_string()), order: Box::new(order) }
}

/// Writes what each rep gains and loses against a plan over the same units.
pub fn write_handover(
    project: &Project,
    before: &Arc<Plan>,
    data_generation: u64,
    path: &Path,
    progress: &Progress,
) -> JobOutput {
    let work = || {
        let reference = work::compare::of_plan_at_hand(project, before)?;
        let measures = work::compare::measures_named(project, &[])?;
        work::compare::write_handover(project, &reference, &measures, path, progress)
    };
    finish(work().map_err(Some).map(|report| JobOutput::Exported {
        path: path.to_owned(),
        files: report.files.len(),
        data_generation,
        notes: report.notes,
    }))
}

/// Writes a list that others act upon. `project_path` is where the project's other plans are.
pub fn write_list(
    project: &Project,
    project_path: Option<&Path>,
    data_generation: u64,
    order: &ListOrder,
    progress: &Progress,
) -> JobOutput {
    let written = work::lists::write(project, project_path, &order.wish, &order.path, progress);
    finish(written.map_err(Some).map(|Imported { value: written, diagnostics }| {
        let missing = written.listed.missing.iter().map(|missing| {
            let name = if missing.code.is_empty() {
                missing.name.clone()
            } else {
                format!("{} {}", missing.code, missing.name)
            };
            format!("Missing: {} {}: {}", missing.what, name.trim(), missing.why)
        });
        JobOutput::Exported {
            path: if order.wish.list.is_folder() {
                order.path.clone()
            } else {
                written.files.first().unwrap_or(&order.path).clone()
            },
            files: written.files.len(),
            data_generation,
            notes: missing
                .chain(written.listed.notes.iter().cloned())
                .chain(diagnostics.iter().map(ToString::to_string))
                .collect(),
        }
    }))
}

/// What such a list would hold.
pub fn look_at_list(
    project: &Project,
    project_path: Option<&Path>,
    order: ListOrder,
    progress: &Progress,
) -> JobOutput {
    let looked = work::lists::look(project, project_path, &order.wish, progress);
    if progress.check().is_err() {
        return JobOutput::Cancelled;
    }
    let looked = looked
        .map_err(|error| error.to_string())
        .map(|Imported { value, diagnostics }| (value, diagnostics.iter().map(ToString::to_string).collect()));
    JobOutput::ListLooked { order: Box::new(order), looked }
}

/// Waits for the project's writer, which makes the copy.
pub fn save_as(saving: store::Answer<()>, path: PathBuf, progress: &Progress) -> JobOutput {
    let begun = progress.begin(Phase::Writing, 0).map_err(|_| None);
    finish(begun.and_then(|()| saving.wait().map_err(Some)).map(|()| JobOutput::Saved(path)))
}

/// The slow figures of a plan.
pub fn measure(project: &Project, totals: &Totals, generation: u64, progress: &Progress) -> JobOutput {
    match PlanMetrics::measure(project, totals, progress) {
        Ok(metrics) => {
            let neighbours = Neighbours::of_plan(&project.units.topology, &project.plan);
            let cut_off = Arc::new(neighbours.cut_off(&project.plan));
            JobOutput::Measured { generation, metrics: Arc::new(metrics), cut_off }
        }
        Err(_) => JobOutput::Cancelled,
    }
}

/// Triangles and borders of the units, and the accounts in chunks.
pub fn geometry(units: &Units, accounts: &Accounts, data_generation: u64, progress: &Progress) -> JobOutput {
    match UnitGeometry::new(&units.topology, progress) {
        Ok(geometry) => {
            JobOutput::Geometry { data_generation, geometry, accounts: AccountPlaces::new(&accounts.places) }
        }
        Err(_) => JobOutput::Cancelled,
    }
}

pub(super) fn finish(result: Result<JobOutput, Option<UserError>>) -> JobOutput {
    match result {
        Ok(output) => output,
        Err(Some(error)) => JobOutput::Failed(error),
        Err(None) => JobOutput::Cancelled,
    }
}
