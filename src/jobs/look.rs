//! A look at a file before it is imported: its columns, what they would be taken as, and their first values.

use std::path::Path;

use super::preview;
use super::spec::{Found, ImportPreview, ImportWhat, PeekOrder, PresetWish, PreviewColumn, Role};
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::Imported;
use crate::io::accounts::AccountMapping;
use crate::io::alignment::AlignmentMapping;
use crate::io::guess::Reason;
use crate::io::layers;
use crate::io::options::ReadOptions;
use crate::io::reps::RepMapping;
use crate::io::table::{self, Table};
use crate::io::unit_columns::UnitColumnsMapping;
use crate::words;
use crate::work::columns::{AccountColumns, UnitColumns};
use crate::work::presets::{self, Preset};
use crate::work::refresh::as_in_project;

/// Rows looked at before an import.
const PREVIEW_ROWS: usize = 400;
/// Values shown per column.
const SAMPLES: usize = 4;

/// What was seen of a file, before presets have their say.
struct Seen {
    names: Vec<String>,
    samples: Vec<Vec<String>>,
    roles: Vec<(Role, Vec<String>)>,
    reasons: Vec<Reason>,
    notes: Vec<String>,
    found: Found,
    problems: Vec<String>,
}

pub(super) fn look(
    project: Option<&Project>,
    data_folder: &Path,
    order: &PeekOrder,
    progress: &Progress,
) -> Result<ImportPreview, UserError> {
    let path = preview::plain_path(&order.path);
    let path = path.as_path();
    let what = match order.what {
        _ if !order.any => order.what,
        _ if layers::holds_areas(path, progress)? => ImportWhat::Units,
        _ => ImportWhat::Accounts,
    };
    let mut read = order.read.clone();
    let (presets, mut unreadable) = presets::list(data_folder);
    let mut chosen = match &order.preset {
        PresetWish::Named(name) => presets.iter().find(|preset| preset.name == *name && preset.what == what.key()),
        PresetWish::Fitting | PresetWish::Guess | PresetWish::Project => None,
    };
    if let Some(preset) = chosen {
        read = preview::with_preset(&read, preset);
    }
    let fitting = |names: &[String]| match order.preset {
        PresetWish::Fitting => presets::fitting(&presets, what.key(), names),
        PresetWish::Named(_) | PresetWish::Guess | PresetWish::Project => None,
    };
    let seen = if what.is_of_areas() {
        see_layer(path, &mut read, &mut chosen, fitting, progress)?
    } else {
        see_table(project, path, (what, &order.preset), &mut read, &mut chosen, fitting, progress)?
    };
    let Seen { names, samples, roles, reasons, mut notes, mut found, problems } = seen;
    if layers::is_layer(path) {
        let parts = layers::parts_of(path, progress)?;
        found.parts = if parts.len() > 1 { parts.into_iter().map(|part| part.name).collect() } else { Vec::new() };
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

/// Areas and their columns.
fn see_layer<'a>(
    path: &Path,
    read: &mut ReadOptions,
    chosen: &mut Option<&'a Preset>,
    fitting: impl Fn(&[String]) -> Option<&'a Preset>,
    progress: &Progress,
) -> Result<Seen, UserError> {
    let mut imported = layers::read_layer_with(path, read, progress)?;
    let names = |layer: &layers::Layer| layer.columns.iter().map(|column| column.name.clone()).collect::<Vec<String>>();
    if chosen.is_none()
        && let Some(preset) = fitting(&names(&imported.value))
    {
        *chosen = Some(preset);
        *read = preview::with_preset(read, preset);
        imported = layers::read_layer_with(path, read, progress)?;
    }
    let Imported { value: layer, diagnostics } = imported;
    let mapping = UnitColumns { read: read.clone(), ..UnitColumns::default() }.mapping(&layer)?;
    let first = |values: &[String]| values.iter().filter(|value| !value.is_empty()).take(SAMPLES).cloned().collect();
    let approximate = if mapping.approximate { ", approximate" } else { "" };
    let count = |count: usize, noun: &str| words::counted(count as i128, noun);
    let mut one = mapping.kind.clone();
    let areas = format!("{}, each a {}{approximate}", count(layer.len(), "area"), mapping.kind);
    let dissolved = mapping.dissolve.as_ref().map(|dissolve| {
        one = dissolve.kind(&mapping.kind);
        format!("dissolved into {}, each a {one}", words::count(dissolve.count(&layer) as i128))
    });
    let mut notes = vec![areas];
    notes.extend(dissolved);
    notes.push(format!("coordinates: {}", layer.system));
    let (part, system) = (layer.part.clone(), Some(layer.system.clone()));
    let found = Found { part, system, kind: one, ..Found::default() };
    Ok(Seen {
        names: names(&layer),
        samples: layer.columns.iter().map(|column| first(&column.values)).collect(),
        roles: vec![
            (Role::Code, mapping.code.into_iter().collect()),
            (Role::Name, mapping.name.into_iter().collect()),
            (Role::Measure, mapping.measures),
            (Role::Attribute, mapping.attributes),
        ],
        reasons: mapping.reasons,
        notes,
        found,
        problems: preview::lines(diagnostics, layer.len(), "area"),
    })
}

/// The first rows of a table.
fn see_table<'a>(
    project: Option<&Project>,
    path: &Path,
    (what, preset): (ImportWhat, &PresetWish),
    read: &mut ReadOptions,
    chosen: &mut Option<&'a Preset>,
    fitting: impl Fn(&[String]) -> Option<&'a Preset>,
    progress: &Progress,
) -> Result<Seen, UserError> {
    let Imported { value: mut table, mut diagnostics } = table::preview(path, read, PREVIEW_ROWS, progress)?;
    if chosen.is_none()
        && let Some(preset) = fitting(&table.columns)
    {
        // Its marks and orders count, too; how the columns were found stays as it is.
        *chosen = Some(preset);
        *read = preview::with_preset(read, preset);
        Imported { value: table, diagnostics } = table::preview(path, read, PREVIEW_ROWS, progress)?;
    }
    let names = table.columns.clone();
    let first = |column: usize| {
        table.column(column).filter(|value| !value.trim().is_empty()).take(SAMPLES).map(str::to_owned).collect()
    };
    let samples = (0..names.len()).map(first).collect();
    let notes = vec![table.format.words(), preview::rows_words(path, &table)];
    let known = project.filter(|_| *preset == PresetWish::Project);
    let (roles, reasons) = match known {
        Some(project) => account_roles(newer_mapping(project, &table)),
        None => table_roles(project, &table, what),
    };
    let found = preview::found(&table);
    let problems = preview::problems(&table, what, diagnostics);
    Ok(Seen { names, samples, roles, reasons, notes, found, problems })
}

fn table_roles(project: Option<&Project>, table: &Table, what: ImportWhat) -> (Vec<(Role, Vec<String>)>, Vec<Reason>) {
    let one = |column: Option<String>| column.into_iter().collect::<Vec<_>>();
    match what {
        ImportWhat::Accounts => account_roles(AccountMapping::guess(table)),
        ImportWhat::Alignment => {
            let empty = Project::default();
            let mapping = AlignmentMapping::guess(table, project.unwrap_or(&empty));
            let mut roles = vec![
                (Role::Unit, one(mapping.unit)),
                (Role::Account, one(mapping.account)),
                (Role::Territory, vec![mapping.territory]),
                (Role::Rep, one(mapping.rep)),
            ];
            roles.extend(Role::LEVELS.into_iter().zip(mapping.levels.into_iter().map(|level| vec![level])));
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
        ImportWhat::Reps | ImportWhat::Units | ImportWhat::Layer => {
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
fn newer_mapping(project: &Project, table: &Table) -> AccountMapping {
    let mut mapping = AccountMapping::guess(table);
    as_in_project(project, &AccountColumns::default(), table, &mut mapping);
    mapping
}
