//! Tables of texts with a header, from whatever a spreadsheet or a CRM exports: delimited text, a workbook, a layer of points, a
//! clipboard. What is not said of a file is found out from its contents.

mod build;
mod encoding;
mod format;
mod layout;
mod sniff;
#[cfg(test)]
mod tests;
mod text;
pub(super) mod values;
mod workbook;

use std::path::Path;

pub use format::{Source, TableFormat, delimiter_words};

use super::diagnostic::Place;
use super::numbers::{self, DecimalMark};
use super::options::{DateOrder, ReadOptions};
use super::{Imported, archive, cancelled, files, layers};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;

/// The path that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// How much of a file a preview looks at.
const PREVIEW_BYTES: u64 = 1 << 20;

/// A table of texts with a header.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file's name, for messages.
    pub file: String,
    /// The names in the header, each once; "Column 3" where the header is empty or there is none.
    pub columns: Vec<String>,
    pub format: TableFormat,
    /// Whether all rows are here; a preview stops early.
    pub complete: bool,
    /// All cells, row by row, one after the other.
    text: String,
    /// Per cell its end in `text`.
    ends: Vec<u32>,
    /// Per row its number as a spreadsheet shows it.
    row_numbers: Vec<u64>,
    /// Rows that had fewer or more fields than the header, ascending.
    ragged: Vec<usize>,
}

/// Reads a whole table, from a file or, where the path is `-`, from standard input. Of a layer (GeoJSON, GeoPackage, shapefile, KML, …)
/// it is the features with their columns, longitude and latitude.
///
/// # Errors
/// A file that cannot be opened, is empty, too large, a folder, or no table; options that do not fit the file.
pub fn read(path: &Path, options: &ReadOptions, progress: &Progress) -> Result<Imported<Table>, UserError> {
    progress.begin(Phase::Reading, 0).map_err(cancelled)?;
    if path == Path::new(STANDARD_INPUT) {
        let bytes = files::read_standard_input(files::MAX_TABLE_BYTES)?;
        return from_bytes("standard input", bytes, options, progress);
    }
    if layers::is_layer(path) {
        return layers::points_table(path, options, progress);
    }
    let bytes = files::read_all(path, files::MAX_TABLE_BYTES)?;
    from_bytes(&files::name_of(path), bytes, options, progress)
}

/// Reads a table that is not in a file: what was pasted, or came from standard input. `file` is what messages call it.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(
    file: &str,
    bytes: Vec<u8>,
    options: &ReadOptions,
    progress: &Progress,
) -> Result<Imported<Table>, UserError> {
    match workbook::kind_of(file, &bytes)? {
        Some(kind) => workbook::read(file, bytes, kind, options, usize::MAX, progress),
        None => text::parse(file, bytes, options, true, usize::MAX, progress),
    }
}

/// Reads the header and the first rows, of a text fast whatever the size of the file; of a layer all.
///
/// # Errors
/// As [`read`].
pub fn preview(
    path: &Path,
    options: &ReadOptions,
    rows: usize,
    progress: &Progress,
) -> Result<Imported<Table>, UserError> {
    if layers::is_layer(path) {
        return layers::points_table(path, options, progress);
    }
    let file = files::name_of(path);
    let (mut bytes, complete) = files::read_start(path, PREVIEW_BYTES)?;
    // What an archive holds is listed at its end.
    let is_book = archive::is_zip(&bytes) || bytes.starts_with(b"\xD0\xCF\x11\xE0");
    if is_book {
        if !complete {
            bytes = files::read_all(path, files::MAX_TABLE_BYTES)?;
        }
        if let Some(kind) = workbook::kind_of(&file, &bytes)? {
            return workbook::read(&file, bytes, kind, options, rows, progress);
        }
    }
    text::parse(&file, bytes, options, complete || is_book, rows, progress)
}

/// Reads a table from the bytes of a text. `complete` tells whether they are the whole file.
///
/// # Errors
/// As [`read`].
pub fn parse(
    file: &str,
    bytes: &[u8],
    complete: bool,
    max_rows: usize,
    progress: &Progress,
) -> Result<Imported<Table>, UserError> {
    text::parse(file, bytes.to_vec(), &ReadOptions::default(), complete, max_rows, progress)
}

impl Table {
    /// A table of rows that come from something other than a text: the features of a layer, the lines of a database. Rows are
    /// numbered from 1; those that are too short are filled up, those too long cut. Names that come twice get a number.
    ///
    /// # Errors
    /// More columns or cells than a table can have.
    pub fn from_rows<R, C>(
        file: &str,
        columns: Vec<String>,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Self, UserError>
    where
        R: IntoIterator<Item = C>,
        C: AsRef<str>,
    {
        let source = Source::Layer { part: String::new(), system: String::new() };
        let mut builder = build::Builder::with_columns(file, columns, TableFormat::of(source, 0));
        for (number, row) in (1..).zip(rows) {
            builder.push_cells(number, row.into_iter())?;
        }
        Ok(builder.into_table())
    }

    pub fn len(&self) -> usize {
        self.row_numbers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.row_numbers.is_empty()
    }

    /// The text of a cell, trimmed; empty where there is none.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        if column >= self.columns.len() {
            return "";
        }
        let index = row * self.columns.len() + column;
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start as usize..end as usize]
    }

    /// The cells of a column, top to bottom.
    pub fn column(&self, column: usize) -> impl Iterator<Item = &str> + Clone {
        (0..self.len()).map(move |row| self.cell(row, column))
    }

    /// The row's number as a spreadsheet shows it: the header is row 1.
    pub fn row_number(&self, row: usize) -> u64 {
        self.row_numbers.get(row).copied().unwrap_or(0)
    }

    /// Whether the row had another number of fields than the header, so that they may stand under the wrong names.
    pub fn is_ragged(&self, row: usize) -> bool {
        self.ragged.binary_search(&row).is_ok()
    }

    pub fn place(&self, row: usize) -> Place {
        Place::file(&self.file).row(self.row_number(row))
    }

    pub fn cell_place(&self, row: usize, column: usize) -> Place {
        self.place(row).column(self.columns.get(column).map_or("", String::as_str))
    }

    /// The column of that name, exactly or else ignoring case.
    pub fn find(&self, name: &str) -> Option<usize> {
        let name = name.trim();
        self.columns
            .iter()
            .position(|column| column == name)
            .or_else(|| self.columns.iter().position(|column| column.to_lowercase() == name.to_lowercase()))
    }

    /// The column of that name, or an error that lists the names there are.
    pub fn require(&self, name: &str) -> Result<usize, UserError> {
        self.find(name).ok_or_else(|| {
            UserError::new(format!("{} has no column \"{name}\"", self.file))
                .because(format!("its columns are {}", list_of(&self.columns)))
                .hint("check the name of the column")
        })
    }

    /// As [`Self::require`] for a column that may be left open.
    pub fn require_if_named(&self, name: Option<&str>) -> Result<Option<usize>, UserError> {
        name.map(|name| self.require(name)).transpose()
    }

    /// The decimal mark of a column's numbers: the one that was said for the whole file, else what the column's values tell.
    pub fn decimal_mark(&self, column: usize) -> DecimalMark {
        let default = self.default_mark();
        self.format.decimal_mark.unwrap_or_else(|| numbers::guess_mark(self.column(column), default))
    }

    /// The decimal mark where the values do not tell: files separated by semicolons are taken to come from a country that writes
    /// a comma.
    pub fn default_mark(&self) -> DecimalMark {
        let semicolons = matches!(self.format.source, Source::Text { delimiter: b';', .. });
        self.format.decimal_mark.unwrap_or(if semicolons { DecimalMark::Comma } else { DecimalMark::Point })
    }

    /// Characters of all cells together, in UTF-8.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// The order of dates that was said for the whole file.
    pub fn date_order(&self) -> Option<DateOrder> {
        self.format.date_order
    }
}

/// `"A", "B" and "C"`; long lists are cut.
pub(crate) fn list_of<S: AsRef<str>>(names: &[S]) -> String {
    const MOST: usize = 40;
    let quoted: Vec<String> = names.iter().take(MOST).map(|name| format!("\"{}\"", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => "none".into(),
        _ if names.len() > MOST => format!("{} and {} more", quoted.join(", "), names.len() - MOST),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
