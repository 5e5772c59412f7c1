//! The functions that jobs run: orders of the window to the work both front ends share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::spec::{
    ExportOrder, Found, ImportOrder, ImportPreview, ImportWhat, ListOrder, PeekOrder, PresetWish, PreviewColumn, Role,
};
use super::{ImportedData, JobOutput, OpenedProject, preview};
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
use crate::io::accounts::AccountMapping;
use crate::io::alignment::AlignmentMapping;
use crate::io::diagnostic::{Diagnostic, Place, Severity};
use crate::io::guess::Reason;
use crate::io::layers::{self, LayerMapping};
use crate::io::reps::RepMapping;
use crate::io::table;
use crate::io::unit_columns::UnitColumnsMapping;
use crate::render::geometry::UnitGeometry;
use crate::render::points::AccountPlaces;
use crate::session::view::View;
use crate::session::{Indices, Session};
use crate::store::{self, Access, Existing, Opened, Wanted};
use crate::work::columns::{AccountColumns, AlignmentColumns, Choice, RepColumns, UnitColumns, UnitTableColumns};
use crate::work::duplicates::{DISMISSED_SETTING, dismissed};
use crate::work::refresh::as_in_project;
use crate::work::{self, ChangeKind, presets};

/// Rows looked at before an import.
const PREVIEW_ROWS: usize = 400;
/// Values shown per column.
const SAMPLES: usize = 4;

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

/// Looks at a file before it is imported: its columns, what they would be taken as, and their first values.
pub fn peek(project: Option<&Project>, data_folder: &Path, order: &PeekOrder, progress: &Progress) -> JobOutput {
    finish(look(project, data_folder, order, progress).map(JobOutput::Peeked).map_err(Some))
}

fn look(
    project: Option<&Project>,
    data_folder: &Path,
    order: &PeekOrder,
    progress: &Progress,
) -> Result<ImportPreview, UserError> {
    let (path, what) = (preview::plain_path(&order.path), order.what);
    let path = path.as_path();
    let mut read = order.read.clone();
    let (mut found, mut problems) = (Found::default(), Vec::new());
    let (presets, mut unreadable) = presets::list(data_folder);
    let named = match &order.preset {
        PresetWish::Named(name) => presets.iter().find(|preset| preset.name == *name && preset.what == what.key()),
        PresetWish::Fitting | PresetWish::Guess | PresetWish::Project => None,
    };
    let mut chosen = named;
    if let Some(preset) = chosen {
        read = preview::with_preset(&read, preset);
    }
    let (names, samples, mut notes): (Vec<String>, Vec<Vec<String>>, Vec<String>);
    let (roles, reasons): (Vec<(Role, Vec<String>)>, Vec<Reason>);
    if what == ImportWhat::Units {
        let layer = layers::read_layer(path, progress)?.value;
        let mapping = LayerMapping::guess(&layer);
        names = layer.columns.iter().map(|column| column.name.clone()).collect();
        let first =
            |values: &[String]| values.iter().filter(|value| !value.is_empty()).take(SAMPLES).cloned().collect();
        samples = layer.columns.iter().map(|column| first(&column.values)).collect();
        let approximate = if mapping.approximate { ", approximate" } else { "" };
        notes = vec![format!("{} areas, each a {}{approximate}", layer.shapes.len(), mapping.kind)];
        roles = vec![
            (Role::Code, mapping.code.into_iter().collect()),
            (Role::Name, mapping.name.into_iter().collect()),
            (Role::Measure, mapping.measures),
            (Role::Attribute, mapping.attributes),
        ];
        reasons = mapping.reasons;
    } else {
        let Imported { value: mut table, mut diagnostics } = table::preview(path, &read, PREVIEW_ROWS, progress)?;
        if order.preset == PresetWish::Fitting {
            chosen = presets::fitting(&presets, what.key(), &table.columns);
            if let Some(preset) = chosen {
                // Its marks and orders count, too; how the columns were found stays as it is.
                read = preview::with_preset(&read, preset);
                Imported { value: table, diagnostics } = table::preview(path, &read, PREVIEW_ROWS, progress)?;
            }
        }
        names = table.columns.clone();
        let first = |column: usize| {
            table.column(column).filter(|value| !value.trim().is_empty()).take(SAMPLES).map(str::to_owned).collect()
        };
        samples = (0..names.len()).map(first).collect();
        notes = vec![table.format.words(), preview::rows_words(path, &table)];
        let known = project.filter(|_| order.preset == PresetWish::Project);
        (roles, reasons) = match known {
            Some(project) => account_roles(newer_mapping(project, &table)),
            None => table_roles(project, &table, what),
        };
        found = preview::found(&table);
        problems = preview::problems(&table, what, diagnostics);
    }
    unreadable.truncate(3);
    notes.extend(unreadable.iter().map(ToString::to_string));
    notes.retain(|note| !note.is_empty());
    let columns = names
        .into_iter()
        .zip(samples)
        .map(|(name, samples)| {
            let role = roles.iter().find(|(_, columns)| columns.contains(&name)).map_or(Role::Skip, |(role, _)| *role);
            let why =
                reasons.iter().find(|reason| reason.column == name).map_or(String::new(), |reason| reason.why.clone());
            PreviewColumn { name, role, why, samples }
        })
        .collect::<Vec<PreviewColumn>>();
    let columns = match chosen {
        Some(preset) => preview::with_roles(columns, preset, what),
        None => columns,
    };
    let preset = chosen.map(|preset| preset.name.clone());
    let names = presets.iter().filter(|preset| preset.what == what.key());
    let presets = names.map(|preset| preset.name.clone()).collect();
    Ok(ImportPreview { path: order.path.clone(), what, columns, notes, read, found, problems, presets, preset })
}

fn table_roles(
    project: Option<&Project>,
    table: &table::Table,
    what: ImportWhat,
) -> (Vec<(Role, Vec<String>)>, Vec<Reason>) {
    let one = |column: Option<String>| column.into_iter().collect::<Vec<_>>();
    match what {
        ImportWhat::Accounts => account_roles(AccountMapping::guess(table)),
        ImportWhat::Alignment => {
            let empty = Project::default();
            let mapping = AlignmentMapping::guess(table, project.unwrap_or(&empty));
            let roles = vec![
                (Role::Unit, one(mapping.unit)),
                (Role::Territory, vec![mapping.territory]),
                (Role::Rep, one(mapping.rep)),
                (Role::District, mapping.levels.iter().take(1).cloned().collect()),
                (Role::Region, mapping.levels.iter().skip(1).take(1).cloned().collect()),
            ];
            (roles, mapping.reasons)
        }
        ImportWhat::Columns => {
            let empty = Project::default();
            let mapping = UnitColumnsMapping::guess(table, project.unwrap_or(&empty));
            let roles = vec![
                (Role::Unit, one(mapping.code)),
                (Role::Measure, mapping.measures),
                (Role::Attribute, mapping.attributes),
            ];
            (roles, mapping.reasons)
        }
        ImportWhat::Reps | ImportWhat::Units => {
            let mapping = RepMapping::guess(table);
            let roles = vec![
                (Role::Code, one(mapping.code)),
                (Role::Name, one(mapping.name)),
                (Role::Longitude, one(mapping.lon)),
                (Role::Latitude, one(mapping.lat)),
                (Role::PostalCode, one(mapping.postal)),
                (Role::Town, one(mapping.town)),
                (Role::Capacity, one(mapping.capacity_hours)),
                (Role::Skills, one(mapping.skills)),
            ];
            (roles, mapping.reasons)
        }
    }
}

fn account_roles(mapping: AccountMapping) -> (Vec<(Role, Vec<String>)>, Vec<Reason>) {
    let one = |column: Option<String>| column.into_iter().collect::<Vec<_>>();
    let roles = vec![
        (Role::Code, one(mapping.id)),
        (Role::Name, one(mapping.name)),
        (Role::Longitude, one(mapping.lon)),
        (Role::Latitude, one(mapping.lat)),
        (Role::PostalCode, one(mapping.postal)),
        (Role::Town, one(mapping.town)),
        (Role::State, one(mapping.state)),
        (Role::Country, one(mapping.country)),
        (Role::Street, one(mapping.street)),
        (Role::Measure, mapping.measures),
        (Role::Attribute, mapping.attributes),
    ];
    (roles, mapping.reasons)
}

/// What the columns of a newer file of accounts are, as far as the project knows.
fn newer_mapping(project: &Project, table: &table::Table) -> AccountMapping {
    let mut mapping = AccountMapping::guess(table);
    as_in_project(project, &AccountColumns::default(), table, &mut mapping);
    mapping
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
        ..UnitColumns::default()
    }
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
        ImportWhat::Alignment => {
            let columns = AlignmentColumns {
                unit: single(Role::Unit),
                territory: single(Role::Territory),
                rep: single(Role::Rep),
                levels: many(Role::District).map(|mut levels| {
                    levels.extend(many(Role::Region).into_iter().flatten());
                    levels
                }),
                account: if order.roles.is_empty() { Choice::Guess } else { Choice::None },
                read: order.read.clone(),
            };
            work::import::import_alignment(project, path, &columns, progress)
        }
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
