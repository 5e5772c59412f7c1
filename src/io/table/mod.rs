//! Delimited text files: what a spreadsheet or a CRM exports. Encoding, delimiter and header row are found out from the contents.

mod sniff;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::diagnostic::{Diagnostic, Place};
use super::{Imported, cancelled, count_of, files, numbers};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;

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

/// What was found out about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFormat {
    pub encoding: &'static str,
    /// Comma, semicolon, tab or pipe.
    pub delimiter: u8,
    pub has_header: bool,
}

impl TableFormat {
    /// "UTF-8, separated by semicolons, first row is the header".
    pub fn words(&self) -> String {
        let delimiter = match self.delimiter {
            b'\t' => "tabs",
            b';' => "semicolons",
            b'|' => "bars",
            _ => "commas",
        };
        let header = if self.has_header { "first row is the header" } else { "no header row" };
        format!("{}, separated by {delimiter}, {header}", self.encoding)
    }
}

/// Reads a whole table.
///
/// # Errors
/// A file that cannot be opened, is empty, too large, a folder, or not a text.
pub fn read(path: &Path, progress: &Progress) -> Result<Imported<Table>, UserError> {
    progress.begin(Phase::Reading, 0).map_err(cancelled)?;
    let bytes = files::read_all(path, files::MAX_TABLE_BYTES)?;
    parse(&files::name_of(path), &bytes, true, usize::MAX, progress)
}

/// Reads the header and the first rows, fast whatever the size of the file.
///
/// # Errors
/// As [`read`].
pub fn preview(path: &Path, rows: usize) -> Result<Imported<Table>, UserError> {
    let (bytes, complete) = files::read_start(path, PREVIEW_BYTES)?;
    parse(&files::name_of(path), &bytes, complete, rows, &Progress::new())
}

/// Reads a table from bytes. `complete` tells whether they are the whole file.
pub fn parse(
    file: &str,
    bytes: &[u8],
    complete: bool,
    max_rows: usize,
    progress: &Progress,
) -> Result<Imported<Table>, UserError> {
    let mut diagnostics = Vec::new();
    let decoded = sniff::decode(file, bytes, complete, &mut diagnostics)?;
    let text = decoded.text.as_str();
    let (delimiter, text) = sniff::delimiter(text);
    if text.trim_matches(|c: char| c.is_whitespace() || c == char::from(delimiter)).is_empty() {
        return Err(UserError::new(format!("Could not read {file}"))
            .because("there is nothing in it but blank lines")
            .hint("export it again"));
    }
    let skipped_lines = u64::from(text.len() < decoded.text.len());
    let has_header = sniff::has_header(text, delimiter);
    let mut table = Table {
        file: file.to_owned(),
        columns: Vec::new(),
        format: TableFormat { encoding: decoded.encoding, delimiter, has_header },
        complete,
        text: String::with_capacity(text.len()),
        ends: Vec::new(),
        row_numbers: Vec::new(),
        ragged: Vec::new(),
    };
    progress.begin(Phase::Reading, text.len() as u64).map_err(cancelled)?;
    let mut reader = sniff::reader(text, delimiter);
    let mut record = csv::StringRecord::new();
    let mut newlines_in_cells = 0;
    let mut position = 0;
    loop {
        let before = reader.position().byte();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                // The text is valid UTF-8 and any number of fields is allowed, so this is a failure of reading itself.
                return Err(UserError::new(format!("Could not read {file}")).because(error));
            }
        }
        if !complete && reader.is_done() {
            // The file was cut here for the preview.
            break;
        }
        let inside: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        newlines_in_cells += inside as u64;
        // Each record ends with one line break, so the line after it is known; those inside cells are not rows.
        let number = (reader.position().line() + skipped_lines).saturating_sub(1 + newlines_in_cells);
        let place = Place::file(file).row(number);
        if table.columns.is_empty() {
            table.columns = header(&record, has_header, place.clone(), &mut diagnostics);
            if has_header {
                continue;
            }
        }
        if table.len() == max_rows {
            table.complete = false;
            break;
        }
        if inside > 200 {
            diagnostics.push(
                Diagnostic::warning(place.clone(), format!("a cell of this row has {inside} lines"))
                    .hint("a quotation mark before it is probably not closed; rows may have been swallowed"),
            );
        }
        table.push(&record, place, &mut diagnostics);
        let after = reader.position().byte();
        position += after.saturating_sub(before);
        if position > 1 << 16 {
            progress.tick(position).map_err(cancelled)?;
            position = 0;
        }
    }
    if complete && table.is_empty() {
        diagnostics.push(Diagnostic::warning(Place::file(file), "the table has a header but no rows"));
    }
    Ok(Imported::new(table, diagnostics))
}

impl Table {
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

    /// The decimal mark of a column's numbers. Where they do not tell, files separated by semicolons are taken to come from a
    /// country that writes a comma.
    pub fn decimal_mark(&self, column: usize) -> numbers::DecimalMark {
        let default =
            if self.format.delimiter == b';' { numbers::DecimalMark::Comma } else { numbers::DecimalMark::Point };
        numbers::guess_mark(self.column(column), default)
    }

    /// Appends a record, filled up or cut to the number of columns. Rows without any text are left out.
    fn push(&mut self, record: &csv::StringRecord, place: Place, diagnostics: &mut Vec<Diagnostic>) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        let count = self.columns.len();
        let hint = if record.len() < count {
            Some("the missing ones are taken as empty")
        } else if record.iter().skip(count).any(|cell| !cell.trim().is_empty()) {
            Some("those beyond the header are left out; a text with the separator in it needs quotation marks")
        } else {
            None
        };
        if let Some(hint) = hint {
            self.ragged.push(self.len());
            let message = format!("{} where {count} are expected", count_of(record.len(), "field"));
            diagnostics.push(Diagnostic::warning(place.clone(), message).hint(hint));
        }
        for column in 0..count {
            self.text.push_str(clean(record.get(column).unwrap_or("")));
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
        self.row_numbers.push(place.row.unwrap_or(0));
    }
}

/// A cell without what spreadsheets wrap around it: spaces, `="00123"` for codes, an apostrophe before what looks like a formula.
fn clean(cell: &str) -> &str {
    let cell = cell.trim();
    if let Some(inner) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return inner.trim();
    }
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

/// Column names, each once and none empty.
fn header(
    record: &csv::StringRecord,
    has_header: bool,
    place: Place,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut names: Vec<String> = record
        .iter()
        .enumerate()
        .map(|(index, cell)| match clean(cell) {
            name if has_header && !name.is_empty() => name.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => format!("Column {}", index + 1),
        })
        .collect();
    // Exports often end each line with a separator.
    let last_with_name = record
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.trim().is_empty())
        .map(|(index, _)| index + 1)
        .last()
        .unwrap_or(0);
    if has_header {
        names.truncate(last_with_name.max(1));
    }
    let mut seen = std::collections::HashSet::new();
    for name in &mut names {
        if !seen.insert(name.clone()) {
            let old = name.clone();
            let mut copy = 2;
            while !seen.insert(format!("{old} ({copy})")) {
                copy += 1;
            }
            *name = format!("{old} ({copy})");
            diagnostics.push(
                Diagnostic::note(place.clone().column(&old), "two columns have this name")
                    .hint(format!("the second is called \"{name}\"")),
            );
        }
    }
    names
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
