//! Rows of a sheet on their way into a table.

use super::super::build::{Builder, MAX_COLUMNS, clean};
use super::super::{Table, TableFormat, layout};
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{Imported, cancelled, count_of};

/// Rows by which the layout is judged.
const JUDGED: usize = 60;

/// Cells with an error that are listed one by one.
const MOST_LISTED: usize = 200;

/// Whoever wants rows.
pub(super) trait RowTaker {
    /// Takes a row that has at least one cell with text; returns whether more are wanted.
    fn take(&mut self, row: &Row) -> Result<bool, UserError>;
}

/// The row that is being read.
#[derive(Default)]
pub(super) struct Row {
    /// As the workbook counts, from 0.
    line: u32,
    text: String,
    /// Per column the end of its text.
    ends: Vec<u32>,
    /// Columns whose formula gave an error, and which.
    errors: Vec<(u32, &'static str)>,
    seen: u64,
}

impl Row {
    /// As a spreadsheet counts.
    pub fn number(&self) -> u64 {
        u64::from(self.line) + 1
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn cell(&self, column: usize) -> &str {
        let Some(&end) = self.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.text[start as usize..end as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.cell(column))
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether a cell of this line belongs to the row that is being read.
    pub fn belongs(&self, line: u32) -> bool {
        self.line == line
    }

    /// Writes a cell. Cells come from left to right; one that comes twice is taken once.
    pub fn set(&mut self, column: u32, write: impl FnOnce(&mut String, &mut Option<&'static str>)) {
        let position = column as usize;
        if position >= MAX_COLUMNS || position < self.ends.len() {
            return;
        }
        let before = self.text.len();
        let mut error = None;
        write(&mut self.text, &mut error);
        if let Some(error) = error {
            self.errors.push((column, error));
        }
        // Cells with nothing but a colour are none.
        if self.text.len() > before {
            self.ends.resize(position, before as u32);
            self.ends.push(self.text.len() as u32);
        }
    }

    pub fn set_line(&mut self, line: u32) {
        self.line = line;
    }

    /// The cells, for a row that comes several times.
    pub fn copy(&self) -> (String, Vec<u32>) {
        (self.text.clone(), self.ends.clone())
    }

    pub fn restore(&mut self, (text, ends): (String, Vec<u32>)) {
        (self.text, self.ends) = (text, ends);
    }

    /// Hands the row over and begins another. Returns whether more are wanted.
    pub fn hand_over(&mut self, next: u32, progress: &Progress, taker: &mut dyn RowTaker) -> Result<bool, UserError> {
        let more = if self.is_empty() && self.errors.is_empty() { true } else { taker.take(self)? };
        self.text.clear();
        self.ends.clear();
        self.errors.clear();
        self.line = next;
        self.seen += 1;
        if self.seen.is_multiple_of(1024) {
            progress.check().map_err(cancelled)?;
        }
        Ok(more)
    }
}

/// Makes a table of rows: the first of them tell where it begins.
pub(super) struct Feed {
    file: String,
    header_row: Option<u64>,
    max_rows: usize,
    builder: Builder,
    waiting: Vec<(u64, Vec<String>)>,
    /// Cells to the right of the table.
    outside: usize,
    errors: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Feed {
    pub fn new(
        file: &str,
        format: TableFormat,
        header_row: Option<u64>,
        max_rows: usize,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        let builder = Builder::new(file, format);
        Self {
            file: file.to_owned(),
            header_row,
            max_rows,
            builder,
            waiting: Vec::new(),
            outside: 0,
            errors: 0,
            diagnostics,
        }
    }

    pub fn finish(mut self, sheet: &str) -> Result<Imported<Table>, UserError> {
        self.begin()?;
        if !self.builder.has_columns() {
            return Err(match self.header_row {
                Some(row) if row > 0 => UserError::new(format!("Row {row} of {} is no header", self.file))
                    .because(format!("it is blank, or not on sheet \"{sheet}\""))
                    .hint("choose another header row"),
                _ => UserError::new(format!("Could not read {}", self.file))
                    .because(format!("sheet \"{sheet}\" is empty"))
                    .hint("choose another sheet"),
            });
        }
        if self.outside > 0 {
            let message = format!("{} to the right of the table", count_of(self.outside, "cell"));
            self.diagnostics.push(Diagnostic::warning(Place::file(&self.file), message).hint("left out"));
        }
        if self.errors > MOST_LISTED {
            let message = format!("{} hold an error, not all are listed", count_of(self.errors, "cell"));
            self.diagnostics.push(Diagnostic::warning(Place::file(&self.file), message).hint("taken as empty"));
        }
        let table = self.builder.finish(&mut self.diagnostics);
        Ok(Imported::new(table, self.diagnostics))
    }

    /// The first rows are there: finds the header, and takes what follows it.
    fn begin(&mut self) -> Result<(), UserError> {
        let waiting = std::mem::take(&mut self.waiting);
        if self.builder.has_columns() || waiting.is_empty() {
            return Ok(());
        }
        let rows: Vec<Vec<&str>> = waiting.iter().map(|(_, row)| row.iter().map(String::as_str).collect()).collect();
        let (first, has_header) = match self.header_row {
            Some(0) => (0, false),
            Some(_) => (0, true),
            None => {
                let layout = layout::find(&rows);
                (layout.first, layout.has_header)
            }
        };
        let number = waiting[first].0;
        if first > 0 {
            self.diagnostics.push(
                Diagnostic::note(Place::file(&self.file), format!("{} above the table", count_of(first, "row")))
                    .hint(format!("left out; the table begins in row {number}")),
            );
        }
        let width = if has_header { rows[first].len() } else { rows[first..].iter().map(Vec::len).max().unwrap_or(0) };
        let field = |column: usize| rows[first].get(column).copied().unwrap_or("");
        self.builder.header(number, width, field, has_header, &mut self.diagnostics)?;
        for (number, row) in waiting.iter().skip(first + usize::from(has_header)) {
            self.push(*number, row.len(), |column| row.get(column).map_or("", String::as_str))?;
        }
        Ok(())
    }

    fn push<'a>(&mut self, number: u64, count: usize, field: impl Fn(usize) -> &'a str) -> Result<bool, UserError> {
        if self.builder.len() == self.max_rows {
            self.builder.set_incomplete();
            return Ok(false);
        }
        let columns = self.builder.column_count();
        self.outside += (columns..count).filter(|&column| !field(column).trim().is_empty()).count();
        if (0..columns.min(count)).any(|column| !field(column).trim().is_empty()) {
            self.builder.push_cells(number, (0..columns.min(count)).map(|column| clean(field(column))))?;
        }
        Ok(true)
    }
}

impl RowTaker for Feed {
    fn take(&mut self, row: &Row) -> Result<bool, UserError> {
        if self.header_row.is_some_and(|wanted| row.number() < wanted) {
            return Ok(true);
        }
        for &(column, error) in &row.errors {
            self.errors += 1;
            if self.errors <= MOST_LISTED {
                let place = Place::file(&self.file).row(row.number()).column(self.builder.column_name(column as usize));
                self.diagnostics.push(
                    Diagnostic::warning(place, format!("the cell holds the error {error}")).hint("taken as empty"),
                );
            }
        }
        if self.builder.has_columns() {
            return self.push(row.number(), row.len(), |column| row.cell(column));
        }
        // The row that was named, and not the next that has cells.
        if self.header_row.is_some_and(|wanted| wanted > 0 && row.number() != wanted) && self.waiting.is_empty() {
            return Ok(false);
        }
        if !row.is_empty() {
            self.waiting.push((row.number(), row.iter().map(str::to_owned).collect()));
        }
        if self.waiting.len() == JUDGED || self.header_row.is_some() {
            self.begin()?;
        }
        Ok(true)
    }
}
