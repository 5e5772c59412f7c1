//! Delimited text: encoding, delimiter and header row are found out where nobody said them.

use super::build::Builder;
use super::format::{Source, TableFormat};
use super::{Table, encoding, layout, sniff};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::options::ReadOptions;
use crate::io::{Imported, cancelled, count_of};

/// Rows by which the layout is judged.
const JUDGED: usize = 60;

/// Reads a table from the bytes of a text. `complete` tells whether they are the whole file.
pub(super) fn parse(
    file: &str,
    bytes: Vec<u8>,
    options: &ReadOptions,
    complete: bool,
    max_rows: usize,
    progress: &Progress,
) -> Result<Imported<Table>, UserError> {
    let mut diagnostics = Vec::new();
    let decoded = encoding::decode(file, bytes, options.encoding.as_deref(), complete, &mut diagnostics)?;
    let (delimiter, text) = sniff::delimiter(&decoded.text, options.delimiter);
    if text.trim_matches(|c: char| c.is_whitespace() || c == char::from(delimiter)).is_empty() {
        return Err(UserError::new(format!("Could not read {file}"))
            .because("there is nothing in it but blank lines")
            .hint("export it again"));
    }
    let skipped_lines = u64::from(text.len() < decoded.text.len());
    let start = match options.header_row {
        Some(0) => Start { row: 1, has_header: false },
        Some(row) => Start { row, has_header: true },
        None => find_start(text, delimiter, skipped_lines),
    };
    if options.header_row.is_none() && start.row > 1 + skipped_lines {
        let above = start.row - 1 - skipped_lines;
        let s = if above == 1 { "" } else { "s" };
        diagnostics.push(
            Diagnostic::note(Place::file(file), format!("{above} row{s} above the table"))
                .hint(format!("left out; the table begins in row {}", start.row)),
        );
    }
    let format = TableFormat::of(Source::Text { encoding: decoded.encoding, delimiter }, start.row).with(options);
    let mut builder = Builder::new(file, format);
    builder.reserve(text.len());
    progress.begin(Phase::Reading, text.len() as u64).map_err(cancelled)?;
    let mut records = Records::new(text, delimiter, skipped_lines);
    let mut record = csv::StringRecord::new();
    let mut reached = 0;
    while let Some(found) = records.next(&mut record).map_err(|why| {
        // The text is valid UTF-8 and any number of fields is allowed, so this is a failure of reading itself.
        UserError::new(format!("Could not read {file}")).because(why)
    })? {
        if !complete && records.reader.is_done() {
            // The file was cut here for the preview.
            builder.set_incomplete();
            break;
        }
        if found.number < start.row {
            continue;
        }
        let field = |index: usize| record.get(index).unwrap_or("");
        if !builder.has_columns() {
            let is_header = start.has_header;
            if is_header && options.header_row.is_some_and(|wanted| found.number != wanted) {
                return Err(no_such_row(file, start.row, "it is blank"));
            }
            builder.header(found.number, record.len(), field, is_header, &mut diagnostics)?;
            if is_header {
                continue;
            }
        }
        if builder.len() == max_rows {
            builder.set_incomplete();
            break;
        }
        if found.lines > 200 {
            let place = Place::file(file).row(found.number);
            diagnostics.push(
                Diagnostic::warning(place, format!("a row of this table has {} line breaks in its cells", found.lines))
                    .hint("a quotation mark before it is probably not closed; rows may have been swallowed"),
            );
        }
        builder.push(found.number, record.len(), field, &mut diagnostics)?;
        let position = records.reader.position().byte();
        if position - reached > 1 << 16 {
            progress.tick(position - reached).map_err(cancelled)?;
            reached = position;
        }
    }
    if !builder.has_columns() {
        let rows = records.last;
        return Err(no_such_row(file, start.row, &format!("the file has {}", count_of(rows as usize, "row"))));
    }
    if !complete {
        builder.set_incomplete();
    }
    Ok(Imported::new(builder.finish(&mut diagnostics), diagnostics))
}

fn no_such_row(file: &str, row: u64, why: &str) -> UserError {
    UserError::new(format!("Row {row} of {file} is no header")).because(why).hint("choose another header row")
}

/// Where the table begins, as a spreadsheet counts its rows.
struct Start {
    row: u64,
    has_header: bool,
}

fn find_start(text: &str, delimiter: u8, skipped_lines: u64) -> Start {
    let mut records = Records::new(sniff::start_of(text), delimiter, skipped_lines);
    let mut record = csv::StringRecord::new();
    let (mut rows, mut numbers) = (Vec::new(), Vec::new());
    while rows.len() < JUDGED
        && let Ok(Some(found)) = records.next(&mut record)
    {
        let row: Vec<String> = record.iter().map(str::to_owned).collect();
        if row.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(row);
            numbers.push(found.number);
        }
    }
    let layout = layout::find(&rows);
    Start { row: numbers.get(layout.first).copied().unwrap_or(1), has_header: layout.has_header }
}

/// Records with their numbers as a spreadsheet shows them: line breaks inside cells are no rows.
struct Records<'a> {
    reader: csv::Reader<&'a [u8]>,
    skipped_lines: u64,
    newlines_in_cells: u64,
    last: u64,
}

struct Found {
    number: u64,
    /// Line breaks inside the record's cells.
    lines: u64,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, delimiter: u8, skipped_lines: u64) -> Self {
        Self { reader: sniff::reader(text, delimiter), skipped_lines, newlines_in_cells: 0, last: 0 }
    }

    fn next(&mut self, record: &mut csv::StringRecord) -> Result<Option<Found>, csv::Error> {
        if !self.reader.read_record(record)? {
            return Ok(None);
        }
        let lines = record.as_slice().bytes().filter(|&byte| byte == b'\n').count() as u64;
        self.newlines_in_cells += lines;
        // Each record ends with one line break, so the line after it is known.
        let line = self.reader.position().line() + self.skipped_lines;
        self.last = line.saturating_sub(1 + self.newlines_in_cells);
        Ok(Some(Found { number: self.last, lines }))
    }
}
