//! Excel workbook (.xlsx): a sheet per table, codes as text, numbers as numbers, dates as dates, never a formula.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError};

use super::csv;
use super::loss::{Losses, fits_xml};
use super::part::Part;
use super::sheet::{Column, Kind, Values, date, free_name};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::cancelled;

/// What a sheet can hold, the header's row included.
const MAX_ROWS: usize = 1_048_576;
const MAX_COLUMNS: usize = 16_384;
/// In characters, which Excel counts as 16-bit units.
const MAX_TEXT: usize = 32_767;
const MAX_NAME: usize = 31;

pub(super) fn losses(part: &Part, losses: &mut Losses) {
    let rows = part.sheet.rows;
    if rows + 1 > MAX_ROWS {
        let sheets = rows.div_ceil(MAX_ROWS - 1);
        losses.lost(format!("more rows than a sheet can hold; they go on over {sheets} sheets"));
    }
    let name = sheet_name(&part.name, &[]);
    if name.to_lowercase() != part.name.to_lowercase() {
        losses
            .lost(format!("the sheet is called \"{name}\": names have 26 letters at most, and no [ ] : * ? / \\ or '"));
    }
    let left_out: Vec<&str> = part.sheet.columns.iter().skip(MAX_COLUMNS).map(|column| column.name.as_str()).collect();
    if !left_out.is_empty() {
        losses.lost(format!("columns beyond what a sheet can hold left out: {}", left_out.join(", ")));
    }
    for column in &part.sheet.columns {
        let long: Vec<usize> = (0..rows).filter(|&row| column.text(row).encode_utf16().count() > MAX_TEXT).collect();
        losses.in_rows(&long, "text", &column.name, "cut to 32,767 characters");
        // Whoever opens a CSV in a spreadsheet and saves it has such texts, and means them without.
        let marked =
            |row: &usize| column.text(*row).starts_with('\'') && csv::harmless(column.text(*row)) != column.text(*row);
        let marked: Vec<usize> = (0..rows).filter(marked).collect();
        losses.in_rows(
            &marked,
            "text",
            &column.name,
            "from which an import takes the apostrophe before what looks like a formula",
        );
    }
}

/// One sheet per table; rows that do not fit go on to further sheets.
pub(super) fn write(parts: &[Part], progress: &Progress) -> Result<Vec<u8>, UserError> {
    let rows: usize = parts.iter().map(|part| part.sheet.rows).sum();
    progress.begin(Phase::Writing, rows as u64).map_err(cancelled)?;
    let failed = |error: XlsxError| UserError::new("Could not make the workbook").because(error);
    let mut workbook = Workbook::new();
    // No time of today: the same project gives the same bytes.
    let made = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        let mut from = 0;
        loop {
            let to = part.sheet.rows.min(from + MAX_ROWS - 1);
            let name = sheet_name(&part.name, &names);
            let sheet = workbook.add_worksheet();
            sheet.set_name(&name).map_err(failed)?;
            names.push(name);
            fill(sheet, part, from..to, progress)?.map_err(failed)?;
            from = to;
            if from >= part.sheet.rows {
                break;
            }
        }
    }
    workbook.save_to_buffer().map_err(failed)
}

/// The inner result is the library's, the outer one is that of somebody who cancelled.
fn fill(
    sheet: &mut Worksheet,
    part: &Part,
    rows: std::ops::Range<usize>,
    progress: &Progress,
) -> Result<Result<(), XlsxError>, UserError> {
    let bold = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let columns: Vec<(&Column, Kind)> =
        part.sheet.columns.iter().take(MAX_COLUMNS).map(|column| (column, column.kind())).collect();
    let head = || -> Result<(), XlsxError> {
        for (at, (column, kind)) in columns.iter().enumerate() {
            let at = at as u16;
            sheet.write_string_with_format(0, at, plain(&column.name).as_ref(), &bold)?;
            sheet.set_column_width(at, width(column, *kind, rows.clone()))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        if let (Some(last), false) = (columns.len().checked_sub(1), rows.is_empty()) {
            let last_row = rows.len() as u32;
            sheet.autofilter(0, 0, last_row, last as u16)?;
            // Codes are texts on purpose; Excel need not mark each of them.
            sheet.ignore_error_range(1, 0, last_row, last as u16, IgnoreError::NumberStoredAsText)?;
        }
        Ok(())
    };
    let mut head = head;
    if let Err(error) = head() {
        return Ok(Err(error));
    }
    for (line, row) in rows.enumerate() {
        progress.tick(1).map_err(cancelled)?;
        let line = line as u32 + 1;
        for (at, (column, kind)) in columns.iter().enumerate() {
            if let Err(error) = cell(sheet, line, at as u16, column, *kind, row, &day) {
                return Ok(Err(error));
            }
        }
    }
    Ok(Ok(()))
}

fn cell(
    sheet: &mut Worksheet,
    line: u32,
    at: u16,
    column: &Column,
    kind: Kind,
    row: usize,
    day: &Format,
) -> Result<(), XlsxError> {
    match &column.values {
        Values::Numbers(_) => {
            if let Some(number) = column.number(row) {
                sheet.write_number(line, at, number)?;
            }
        }
        Values::Texts(_) => {
            let text = column.text(row);
            match date(text).filter(|_| kind == Kind::Date) {
                Some(date) => {
                    let day_of = ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8)?;
                    sheet.write_datetime_with_format(line, at, &day_of, day)?;
                }
                None if text.is_empty() => {}
                None => {
                    sheet.write_string(line, at, plain(text).as_ref())?;
                }
            }
        }
    }
    Ok(())
}

/// As wide as its header and first rows need, within reason.
fn width(column: &Column, kind: Kind, rows: std::ops::Range<usize>) -> f64 {
    const LOOKED_AT: usize = 200;
    let cell = |row: usize| match kind {
        Kind::Whole | Kind::Number => column.number(row).map_or(0, |number| number.to_string().len()),
        Kind::Text | Kind::Date => column.text(row).chars().count(),
    };
    let widest = rows.take(LOOKED_AT).map(cell).max().unwrap_or(0).max(column.name.chars().count());
    (widest as f64 + 2.0).clamp(8.0, 48.0)
}

/// Without what XML cannot carry, and no longer than a cell.
fn plain(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_TEXT && text.chars().all(fits_xml) {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= MAX_TEXT
    };
    Cow::Owned(text.chars().filter(|&c| fits_xml(c)).take_while(fits).collect())
}

/// A name that Excel takes: 31 characters at most, none of `[ ] : * ? / \`, no apostrophe at an end, none twice.
fn sheet_name(name: &str, taken: &[String]) -> String {
    let allowed = |c: char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') && !c.is_control();
    let clean: String = name.chars().map(|c| if allowed(c) { c } else { ' ' }).collect();
    let clean = clean.trim();
    // Excel keeps this one for itself.
    let clean = if clean.is_empty() || clean.eq_ignore_ascii_case("history") { "Sheet" } else { clean };
    let mut first = clean.chars();
    let capital: String =
        first.next().into_iter().flat_map(char::to_uppercase).chain(first).take(MAX_NAME - 5).collect();
    free_name(capital.trim_end(), |name| taken.iter().any(|known| known.to_lowercase() == name.to_lowercase()))
}
