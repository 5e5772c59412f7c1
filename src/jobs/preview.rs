//! What is shown of a table before it is imported, besides the roles of its columns.

use std::path::{Path, PathBuf};

use super::spec::{Found, ImportWhat, PreviewColumn, Role};
use crate::domain::progress::Progress;
use crate::io::accounts::{self, AccountMapping};
use crate::io::dates;
use crate::io::diagnostic::{Diagnostic, Severity};
use crate::io::files::ending_of;
use crate::io::options::{DateOrder, DecimalMark, ReadOptions};
use crate::io::postal::PostalTable;
use crate::io::reps::{self, RepMapping};
use crate::io::table::{self, Source, Table};
use crate::words;
use crate::work::presets::Preset;

/// Problems that are shown; the others are counted.
const SHOWN: usize = 5;

/// The path of a file; `-` alone stands for standard input to the commands, which the window has none of.
pub(super) fn plain_path(path: &Path) -> PathBuf {
    if path == Path::new(table::STANDARD_INPUT) { Path::new(".").join(path) } else { path.to_owned() }
}

/// "1,204 rows", "about 120,000 rows".
pub(super) fn rows_words(path: &Path, table: &Table) -> String {
    let rows = table.len();
    if table.complete {
        return words::counted(rows as i128, "row");
    }
    let is_text = matches!(table.format.source, Source::Text { .. }) && ending_of(path) != "gz";
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if !is_text || rows == 0 || size == 0 {
        return format!("More than {}", words::counted(rows as i128, "row"));
    }
    // A separator after every cell.
    let per_row = (table.text_bytes() / rows + table.columns.len()).max(1) as u64;
    let rows = size / per_row;
    let rounding = 10_u64.pow(rows.max(1).ilog10().saturating_sub(1));
    format!("About {} rows", words::count(i128::from(rows / rounding * rounding)))
}

/// What was found out about how the table is written.
pub(super) fn found(table: &Table) -> Found {
    let (parts, part, delimiter, encoding) = match &table.format.source {
        Source::Text { encoding, delimiter } => {
            (Vec::new(), String::new(), Some(*delimiter), Some((*encoding).to_owned()))
        }
        Source::Workbook { sheet, sheets } => (sheets.clone(), sheet.clone(), None, None),
        Source::Layer { part, system } => {
            return Found { part: part.clone(), system: Some(system.clone()), ..Found::default() };
        }
    };
    let fallback = match table.default_mark() {
        DecimalMark::Comma => DateOrder::DayMonthYear,
        DecimalMark::Point => DateOrder::MonthDayYear,
    };
    let columns = 0..table.columns.len();
    let with_mark = |&column: &usize| {
        table.column(column).any(|cell| cell.contains(['.', ',']) && cell.bytes().any(|byte| byte.is_ascii_digit()))
    };
    let is_number = |&column: &usize| accounts::is_number_column(table, column);
    let mark = columns.clone().filter(with_mark).find(is_number).map(|column| table.decimal_mark(column));
    let orders = columns.filter_map(|column| dates::guess(table.column(column), fallback));
    let order =
        table.date_order().or_else(|| orders.map(|guess| guess.order).find(|&order| order != DateOrder::YearMonthDay));
    Found {
        parts: if parts.len() > 1 { parts } else { Vec::new() },
        part,
        header_row: Some(table.format.header_row),
        delimiter,
        encoding,
        decimal_mark: Some(mark.unwrap_or(table.default_mark())),
        date_order: order,
        system: None,
        kind: String::new(),
    }
}

/// What would be left out or is doubtful among the first rows.
pub(super) fn problems(table: &Table, what: ImportWhat, mut diagnostics: Vec<Diagnostic>) -> Vec<String> {
    let silent = Progress::new();
    let postal = PostalTable::embedded();
    // A failure comes again, with its words, when the import is begun.
    match what {
        ImportWhat::Accounts => {
            let mapping = AccountMapping::guess(table);
            let _ = accounts::from_table(table, &mapping, postal, &silent, &mut diagnostics);
        }
        ImportWhat::Reps => {
            let _ = reps::from_table(table, &RepMapping::guess(table), postal, &silent, &mut diagnostics);
        }
        ImportWhat::Units | ImportWhat::Alignment | ImportWhat::Columns | ImportWhat::Layer => {}
    }
    lines(diagnostics, table.len(), "row")
}

/// The worst of what was found, and how much more there is.
pub(super) fn lines(mut diagnostics: Vec<Diagnostic>, looked_at: usize, noun: &str) -> Vec<String> {
    diagnostics.retain(|diagnostic| diagnostic.severity != Severity::Note);
    diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
    let mut lines: Vec<String> = diagnostics.iter().take(SHOWN).map(without_file).collect();
    if diagnostics.len() > SHOWN {
        let more = diagnostics.len() - SHOWN;
        lines.push(format!("and {more} more among the first {}", words::counted(looked_at as i128, noun)));
    }
    lines
}

/// The dialog names the file already.
fn without_file(diagnostic: &Diagnostic) -> String {
    let mut diagnostic = diagnostic.clone();
    diagnostic.place.file.clear();
    diagnostic.to_string()
}

/// The options of a preset where nothing else is asked for.
pub(super) fn with_preset(read: &ReadOptions, preset: &Preset) -> ReadOptions {
    let base = preset.read.clone();
    ReadOptions {
        part: read.part.clone().or(base.part),
        header_row: read.header_row.or(base.header_row),
        delimiter: read.delimiter.or(base.delimiter),
        encoding: read.encoding.clone().or(base.encoding),
        decimal_mark: read.decimal_mark.or(base.decimal_mark),
        date_order: read.date_order.or(base.date_order),
        epsg: read.epsg.or(base.epsg),
        dissolve: read.dissolve.clone().or(base.dissolve),
        dissolve_prefix: read.dissolve_prefix.or(base.dissolve_prefix),
    }
}

/// The columns with the roles of a preset; those that it does not name are left out.
pub(super) fn with_roles(mut columns: Vec<PreviewColumn>, preset: &Preset, what: ImportWhat) -> Vec<PreviewColumn> {
    let mut levels = Role::LEVELS.into_iter();
    for column in &mut columns {
        let known = preset.columns.iter().find(|(name, _)| name.to_lowercase() == column.name.to_lowercase());
        column.role = match known.map(|(_, role)| role.as_str()) {
            Some("level") => levels.next().unwrap_or(Role::Skip),
            Some(key) => what.roles().iter().copied().find(|role| role.key() == key).unwrap_or(Role::Skip),
            None => Role::Skip,
        };
        column.why = match known {
            Some(_) => format!("the preset \"{}\" says so", preset.name),
            None => format!("the preset \"{}\" does not know the column", preset.name),
        };
    }
    columns
}
