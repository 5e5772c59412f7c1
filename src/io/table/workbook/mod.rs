//! Sheets of workbooks: XLSX, XLSM, XLSB and XLS through calamine, ODS by our own reader. Cells become texts without loss; every sheet is
//! read row by row, so that a lone cell in the last corner of a sheet costs nothing.

mod cells;
mod ods;
mod rows;
#[cfg(test)]
mod tests;
mod xls;

use std::io::Cursor;
use std::panic::AssertUnwindSafe;

use calamine::{Reader, SheetType, SheetVisible, Xlsb, Xlsx};

use super::format::{Source, TableFormat};
use super::{Table, layout, list_of};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::archive::{self, Archive, Limits};
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::options::ReadOptions;
use crate::io::{Imported, cancelled};
use cells::Style;
use rows::{Feed, Row, RowTaker};

/// The kinds of workbooks, told by what is in the file and not by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xlsb,
    Ods,
    Xls,
}

/// What kind of workbook the bytes are; `None` when they are none.
///
/// # Errors
/// An archive that cannot be opened.
pub(super) fn kind_of(file: &str, bytes: &[u8]) -> Result<Option<Kind>, UserError> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Ok(Some(Kind::Xls));
    }
    if !archive::is_zip(bytes) {
        return Ok(None);
    }
    let archive = Archive::from_bytes(file, bytes, Limits::WORKBOOK, &mut Vec::new())?;
    let has = |wanted: &str| archive.find(wanted).is_some();
    Ok(if has("content.xml") && has("mimetype") {
        Some(Kind::Ods)
    } else if archive.entries().iter().any(|entry| entry.file_name() == "workbook.bin") {
        Some(Kind::Xlsb)
    } else {
        has("[Content_Types].xml").then_some(Kind::Xlsx)
    })
}

/// Reads the sheet that the options name, or else the first one with a table in it.
///
/// # Errors
/// A workbook that is damaged, encrypted, made to do harm or has no such sheet.
pub(super) fn read(
    file: &str,
    bytes: Vec<u8>,
    kind: Kind,
    options: &ReadOptions,
    max_rows: usize,
    progress: &Progress,
) -> Result<Imported<Table>, UserError> {
    progress.begin(Phase::Reading, 0).map_err(cancelled)?;
    match kind {
        Kind::Xlsx => {
            archive::check_workbook(file, &bytes, progress)?;
            cells::check_string_count(file, &bytes, progress)?;
        }
        Kind::Xlsb | Kind::Ods => archive::check_workbook(file, &bytes, progress)?,
        Kind::Xls => xls::check(file, &bytes)?,
    }
    // The library is well kept, but a file made to do so may still find a way to make it panic.
    let attempt = AssertUnwindSafe(|| read_checked(file, bytes, kind, options, max_rows, progress));
    std::panic::catch_unwind(attempt).unwrap_or_else(|_| Err(damaged(file, "its parts contradict each other")))
}

fn read_checked(
    file: &str,
    bytes: Vec<u8>,
    kind: Kind,
    options: &ReadOptions,
    max_rows: usize,
    progress: &Progress,
) -> Result<Imported<Table>, UserError> {
    let mut book = Book::open(file, bytes, kind, progress)?;
    let sheets = book.sheets.clone();
    let sheet = match &options.part {
        Some(wanted) => named_sheet(file, &sheets, wanted)?,
        None => first_table(&mut book, progress)?,
    };
    let Some(sheet) = sheet.or_else(|| sheets.first().cloned()) else {
        return Err(UserError::new(format!("Could not read {file}"))
            .because("the workbook has no sheet with cells")
            .hint("charts and pictures cannot be imported"));
    };
    let mut diagnostics = Vec::new();
    if options.part.is_none() && sheets.len() > 1 {
        let others: Vec<&String> = sheets.iter().filter(|other| **other != sheet).collect();
        diagnostics.push(
            Diagnostic::note(Place::file(file), format!("sheet \"{sheet}\" is read"))
                .hint(format!("the others are {}", list_of(&others))),
        );
    }
    let format = TableFormat::of(Source::Workbook { sheet: sheet.clone(), sheets }, 0).with(options);
    let mut feed = Feed::new(file, format, options.header_row, max_rows, diagnostics);
    book.rows(&sheet, progress, &mut feed)?;
    feed.finish(&sheet)
}

fn named_sheet(file: &str, sheets: &[String], wanted: &str) -> Result<Option<String>, UserError> {
    let wanted = wanted.trim();
    let found = sheets.iter().find(|name| *name == wanted);
    let found = found.or_else(|| sheets.iter().find(|name| name.trim().to_lowercase() == wanted.to_lowercase()));
    match found {
        Some(name) => Ok(Some(name.clone())),
        None => Err(UserError::new(format!("{file} has no sheet \"{wanted}\""))
            .because(format!("its sheets are {}", list_of(sheets)))
            .hint("check the name of the sheet")),
    }
}

/// The first sheet that begins with at least two rows of two columns: covers and notes come before the data.
fn first_table(book: &mut Book, progress: &Progress) -> Result<Option<String>, UserError> {
    if book.sheets.len() < 2 {
        return Ok(None);
    }
    for sheet in book.sheets.clone() {
        let mut start = Start { rows: Vec::new() };
        // A damaged sheet is no reason not to read another.
        let _ = book.rows(&sheet, progress, &mut start);
        let begins = layout::find(&start.rows).first;
        let wide = |row: &&Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count() > 1;
        if start.rows[begins.min(start.rows.len())..].iter().filter(wide).count() > 1 {
            return Ok(Some(sheet));
        }
    }
    Ok(None)
}

/// The first rows of a sheet.
struct Start {
    rows: Vec<Vec<String>>,
}

impl RowTaker for Start {
    fn take(&mut self, row: &Row) -> Result<bool, UserError> {
        self.rows.push(row.iter().take(50).map(str::to_owned).collect());
        Ok(self.rows.len() < 30)
    }
}

struct Book {
    file: String,
    /// Those with cells that are shown.
    sheets: Vec<String>,
    content: Content,
}

enum Content {
    Xlsx(Box<Xlsx<Cursor<Vec<u8>>>>),
    Xlsb(Box<Xlsb<Cursor<Vec<u8>>>>),
    Xls(Box<calamine::Xls<Cursor<Vec<u8>>>>),
    Ods(Vec<u8>),
}

impl Book {
    fn open(file: &str, bytes: Vec<u8>, kind: Kind, progress: &Progress) -> Result<Self, UserError> {
        let (content, sheets) = match kind {
            Kind::Xlsx => {
                let book = Xlsx::new(Cursor::new(bytes)).map_err(|error| refused(file, &error.to_string()))?;
                let sheets = shown(book.sheets_metadata());
                (Content::Xlsx(Box::new(book)), sheets)
            }
            Kind::Xlsb => {
                let book = Xlsb::new(Cursor::new(bytes)).map_err(|error| refused(file, &error.to_string()))?;
                let sheets = shown(book.sheets_metadata());
                (Content::Xlsb(Box::new(book)), sheets)
            }
            Kind::Xls => {
                let book = calamine::Xls::new(Cursor::new(bytes)).map_err(|error| refused(file, &error.to_string()))?;
                let sheets = shown(book.sheets_metadata());
                (Content::Xls(Box::new(book)), sheets)
            }
            Kind::Ods => {
                let content = ods::content(file, &bytes, progress)?;
                let sheets = ods::sheets(file, &content)?;
                (Content::Ods(content), sheets)
            }
        };
        Ok(Self { file: file.to_owned(), sheets, content })
    }

    /// Hands over the rows of a sheet that have cells, top to bottom, until the taker has enough.
    fn rows(&mut self, sheet: &str, progress: &Progress, taker: &mut dyn RowTaker) -> Result<(), UserError> {
        let file = self.file.clone();
        let failed = |error: &dyn std::fmt::Display| damaged(&file, &format!("sheet \"{sheet}\": {error}"));
        let mut row = Row::default();
        match &mut self.content {
            Content::Xlsx(book) => {
                let mut reader = book.worksheet_cells_reader(sheet).map_err(|error| failed(&error))?;
                let styles: Vec<Style> = reader.styles().iter().map(Style::of).collect();
                while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|error| failed(&error))? {
                    let (line, column) = cell.get_position();
                    if !row.belongs(line) && !row.hand_over(line, progress, taker)? {
                        return Ok(());
                    }
                    let style = styles.get(style).unwrap_or(&Style::Plain);
                    row.set(column, |text, errors| cells::write(cell.get_value(), style, text, errors));
                }
            }
            Content::Xlsb(book) => {
                let mut reader = book.worksheet_cells_reader(sheet).map_err(|error| failed(&error))?;
                while let Some(cell) = reader.next_cell().map_err(|error| failed(&error))? {
                    let (line, column) = cell.get_position();
                    if !row.belongs(line) && !row.hand_over(line, progress, taker)? {
                        return Ok(());
                    }
                    row.set(column, |text, errors| cells::write(cell.get_value(), &Style::Plain, text, errors));
                }
            }
            Content::Xls(book) => {
                let range = book.worksheet_range(sheet).map_err(|error| failed(&error))?;
                let (top, left) = range.start().unwrap_or_default();
                for (line, column, value) in range.used_cells() {
                    let line = top + line as u32;
                    if !row.belongs(line) && !row.hand_over(line, progress, taker)? {
                        return Ok(());
                    }
                    let value = cells::borrowed(value);
                    row.set(left + column as u32, |text, errors| cells::write(&value, &Style::Plain, text, errors));
                }
            }
            Content::Ods(content) => return ods::rows(&file, content, sheet, progress, taker),
        }
        row.hand_over(u32::MAX, progress, taker)?;
        Ok(())
    }
}

/// Sheets with cells that are shown; all with cells when none is.
fn shown(sheets: &[calamine::Sheet]) -> Vec<String> {
    let with_cells = || sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let shown: Vec<String> =
        with_cells().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone()).collect();
    if shown.is_empty() { with_cells().map(|sheet| sheet.name.clone()).collect() } else { shown }
}

fn refused(file: &str, error: &str) -> UserError {
    if error.to_lowercase().contains("password") {
        return UserError::new(format!("Could not read {file}"))
            .because("the workbook is protected by a password")
            .hint("save it without the password");
    }
    damaged(file, error)
}

fn damaged(file: &str, why: &str) -> UserError {
    UserError::new(format!("Could not read {file}"))
        .because(format!("the workbook is damaged ({why})"))
        .hint("open it in a spreadsheet program and save it again")
}
