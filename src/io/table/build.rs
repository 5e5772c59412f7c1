//! Putting a table together row by row, within limits.

use std::collections::{HashMap, HashSet};

use super::{Table, TableFormat};
use crate::error::UserError;
use crate::io::count_of;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::numbers::{self, Cell, DecimalMark};

/// As many columns as a sheet of a workbook can have.
pub(super) const MAX_COLUMNS: usize = 16_384;

/// So many cells are half a gigabyte of positions alone: a million rows of 120 columns.
pub(super) const MAX_CELLS: usize = if cfg!(test) { 2_000_000 } else { 120_000_000 };

/// Four times a long list of customers. Each row becomes an account, which takes some hundred bytes even when it is nearly empty.
const MAX_ROWS: usize = 4_000_000;

/// What the largest text can have; a workbook can name one long text in every cell.
const MAX_TEXT: usize = 768 << 20;

/// A longer text in a cell is cut: thirty times what a cell of a spreadsheet holds. A quotation mark that is not closed makes one cell of
/// the rest of a file.
const MAX_CELL: usize = 1 << 20;

/// Rows of the wrong length that are listed one by one.
const MOST_LISTED: usize = 1_000;

pub(super) struct Builder {
    table: Table,
    /// Rows of the wrong length that are not listed any more.
    unlisted: usize,
    /// Texts that are too long.
    cut: usize,
}

impl Builder {
    pub fn with_columns(file: &str, columns: Vec<String>, format: TableFormat) -> Self {
        let mut columns = columns;
        let mut unsaid = Vec::new();
        make_unique(&mut columns, &Place::default(), &mut unsaid);
        let table = Table {
            file: file.to_owned(),
            columns,
            format,
            complete: true,
            text: String::new(),
            ends: Vec::new(),
            row_numbers: Vec::new(),
            ragged: Vec::new(),
        };
        Self { table, unlisted: 0, cut: 0 }
    }

    pub fn new(file: &str, format: TableFormat) -> Self {
        Self::with_columns(file, Vec::new(), format)
    }

    /// Takes the names of the columns from the first of the rows, or gives them numbers.
    pub fn header<'a>(
        &mut self,
        number: u64,
        count: usize,
        field: impl Fn(usize) -> &'a str,
        is_header: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), UserError> {
        let place = Place::file(&self.table.file).row(number);
        if count > MAX_COLUMNS {
            return Err(self.too_large(&format!("it has {}", count_of(count, "column"))));
        }
        let mut names: Vec<String> = (0..count)
            .map(|index| match clean(field(index)) {
                name if is_header && !name.is_empty() => name.split_whitespace().collect::<Vec<_>>().join(" "),
                _ => format!("Column {}", index + 1),
            })
            .collect();
        if is_header {
            // Exports often end each line with a separator.
            let named = (0..count).rev().find(|&index| !field(index).trim().is_empty());
            names.truncate(named.map_or(1, |last| last + 1));
            self.table.format.header_row = number;
        } else {
            self.table.format.header_row = 0;
        }
        make_unique(&mut names, &place, diagnostics);
        self.table.columns = names;
        Ok(())
    }

    pub fn has_columns(&self) -> bool {
        !self.table.columns.is_empty()
    }

    pub fn column_count(&self) -> usize {
        self.table.columns.len()
    }

    /// The name of a column, or its number where the header is not known yet.
    pub fn column_name(&self, column: usize) -> String {
        self.table.columns.get(column).cloned().unwrap_or_else(|| format!("Column {}", column + 1))
    }

    pub fn len(&self) -> usize {
        self.table.len()
    }

    pub fn reserve(&mut self, bytes: usize) {
        self.table.text.reserve(bytes);
    }

    /// Appends a row, filled up or cut to the number of columns. Rows without any text are left out.
    pub fn push<'a>(
        &mut self,
        number: u64,
        count: usize,
        field: impl Fn(usize) -> &'a str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), UserError> {
        let columns = self.table.columns.len();
        if (0..count).all(|index| field(index).trim().is_empty()) {
            return Ok(());
        }
        let hint = if count < columns {
            Some("the missing ones are taken as empty")
        } else if (columns..count).any(|index| !field(index).trim().is_empty()) {
            Some("those beyond the header are left out; a text with the separator in it needs quotation marks")
        } else {
            None
        };
        if let Some(hint) = hint {
            if self.table.ragged.len() < MOST_LISTED {
                let message = format!("{} where {columns} are expected", count_of(count, "field"));
                let place = Place::file(&self.table.file).row(number);
                diagnostics.push(Diagnostic::warning(place, message).hint(hint));
            } else {
                self.unlisted += 1;
            }
            self.table.ragged.push(self.table.len());
        }
        self.append(number, (0..columns).map(|index| if index < count { field(index) } else { "" }))
    }

    /// Appends a row of cells whose number need not be right: too few are filled up, too many left out. They are taken as they are, but
    /// for blanks around them: what a spreadsheet wraps around a text is for [`clean`].
    pub fn push_cells<C: AsRef<str>>(
        &mut self,
        number: u64,
        mut cells: impl Iterator<Item = C>,
    ) -> Result<(), UserError> {
        for _ in 0..self.table.columns.len() {
            if let Some(cell) = cells.next() {
                self.push_text(cell.as_ref().trim());
            }
            self.end_cell();
        }
        self.end_row(number)
    }

    fn append<'a>(&mut self, number: u64, cells: impl Iterator<Item = &'a str>) -> Result<(), UserError> {
        for cell in cells {
            self.push_text(clean(cell));
            self.end_cell();
        }
        self.end_row(number)
    }

    fn push_text(&mut self, text: &str) {
        let end = text.floor_char_boundary(MAX_CELL);
        self.cut += usize::from(end < text.len());
        self.table.text.push_str(&text[..end]);
    }

    fn end_cell(&mut self) {
        self.table.ends.push(u32::try_from(self.table.text.len()).unwrap_or(u32::MAX));
    }

    fn end_row(&mut self, number: u64) -> Result<(), UserError> {
        self.table.row_numbers.push(number);
        if self.table.ends.len() > MAX_CELLS {
            return Err(self.too_large(&format!("it has more than {}", count_of(MAX_CELLS, "cell"))));
        }
        if self.table.text.len() > MAX_TEXT {
            return Err(self.too_large(&format!("its cells hold more than {} MB of text", MAX_TEXT >> 20)));
        }
        if self.table.row_numbers.len() > MAX_ROWS {
            return Err(self.too_large(&format!("it has more than {}", count_of(MAX_ROWS, "row"))));
        }
        Ok(())
    }

    fn too_large(&self, why: &str) -> UserError {
        UserError::new(format!("Could not read {}", self.table.file))
            .because(why)
            .hint("split it, or leave out the columns that are not needed")
    }

    /// There are more rows than those that were taken.
    pub fn set_incomplete(&mut self) {
        self.table.complete = false;
    }

    pub fn into_table(self) -> Table {
        self.table
    }

    /// The table without what exports put below it and columns that have neither a name nor values.
    pub fn finish(mut self, diagnostics: &mut Vec<Diagnostic>) -> Table {
        let file = self.table.file.clone();
        if self.unlisted > 0 {
            let more = count_of(self.unlisted, "more row");
            diagnostics.push(Diagnostic::warning(
                Place::file(&file),
                format!("{more} with more or fewer fields than the header, not listed one by one"),
            ));
        }
        if self.cut > 0 {
            let message = format!("{} longer than 1 MB", count_of(self.cut, "text"));
            diagnostics.push(
                Diagnostic::warning(Place::file(&file), message)
                    .hint("cut; a quotation mark that is not closed may have swallowed rows"),
            );
        }
        if self.table.complete {
            self.drop_footer(diagnostics);
            self.drop_total(diagnostics);
            if self.table.is_empty() {
                diagnostics.push(Diagnostic::warning(Place::file(&file), "the table has a header but no rows"));
            }
        }
        self.drop_unnamed_empty_columns();
        self.table
    }

    /// Lines of a single cell after a blank line at the end of a wide table: whose report it is and when it was made.
    fn drop_footer(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        const MOST: usize = 20;
        let table = &self.table;
        if table.columns.len() < 3 {
            return;
        }
        let filled =
            |row: usize| (0..table.columns.len()).filter(|&column| !table.cell(row, column).is_empty()).count();
        let lines = (0..table.len()).rev().take(MOST).take_while(|&row| filled(row) == 1).count();
        let first = table.len() - lines;
        let after_gap = (first..table.len())
            .find(|&row| row > 0 && table.row_number(row) > table.row_number(row - 1) + 1)
            .filter(|&row| row > 0 && filled(row - 1) > 0);
        let Some(start) = after_gap else { return };
        let place = table.place(start);
        let message = format!("{} below the table", count_of(table.len() - start, "line"));
        diagnostics.push(Diagnostic::note(place, message).hint("left out"));
        self.truncate(start);
    }

    /// A last row that begins with "Total" and has nothing but numbers besides would count everything twice.
    fn drop_total(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        const WORDS: [&str; 13] = [
            "total",
            "totals",
            "grand total",
            "grand totals",
            "sum",
            "summe",
            "gesamt",
            "gesamtsumme",
            "gesamtergebnis",
            "total général",
            "total general",
            "suma",
            "suma total",
        ];
        let table = &self.table;
        let Some(last) = table.len().checked_sub(1).filter(|&last| last > 0) else { return };
        let mut filled =
            (0..table.columns.len()).map(|column| table.cell(last, column)).filter(|cell| !cell.is_empty());
        let Some(first) = filled.next() else { return };
        let first = first.trim_end_matches(':').to_lowercase();
        let is_number = |cell: &str| {
            [DecimalMark::Point, DecimalMark::Comma]
                .iter()
                .any(|&mark| matches!(numbers::read(cell, mark), Cell::Number(_)))
        };
        let (mut numbers, mut words) = (0, 0);
        for cell in filled {
            if is_number(cell) { numbers += 1 } else { words += 1 }
        }
        if WORDS.contains(&first.as_str()) && numbers > 0 && words == 0 {
            let message = format!("the last row begins with \"{first}\" and holds sums");
            diagnostics.push(Diagnostic::warning(table.place(last), message).hint("the row is left out"));
            self.truncate(last);
        }
    }

    fn truncate(&mut self, rows: usize) {
        let table = &mut self.table;
        table.ends.truncate(rows * table.columns.len());
        table.text.truncate(table.ends.last().map_or(0, |&end| end as usize));
        table.row_numbers.truncate(rows);
        table.ragged.retain(|&row| row < rows);
    }

    fn drop_unnamed_empty_columns(&mut self) {
        let table = &self.table;
        if table.format.header_row == 0 || table.is_empty() {
            return;
        }
        let is_unnamed = |column: usize| table.columns[column] == format!("Column {}", column + 1);
        let is_kept = |&column: &usize| !is_unnamed(column) || table.column(column).any(|cell| !cell.is_empty());
        let kept: Vec<usize> = (0..table.columns.len()).filter(is_kept).collect();
        if kept.len() == table.columns.len() || kept.is_empty() {
            return;
        }
        // Empty cells have no text, so the text stays as it is.
        let width = table.columns.len();
        let ends = table.ends.chunks(width).flat_map(|row| kept.iter().map(|&column| row[column])).collect();
        let columns = kept.iter().map(|&column| table.columns[column].clone()).collect();
        self.table.ends = ends;
        self.table.columns = columns;
    }
}

/// A cell without what spreadsheets wrap around it: spaces, `="00123"` for codes, an apostrophe before what looks like a formula.
pub(super) fn clean(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.as_bytes().first() {
        Some(b'=') => match cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) => inner.trim(),
            None => cell,
        },
        Some(b'\'') => match cell.strip_prefix('\'') {
            Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\n']) => rest.trim(),
            _ => cell,
        },
        _ => cell,
    }
}

/// Gives names that come twice a number.
fn make_unique(names: &mut [String], place: &Place, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    // Where to go on counting: all columns can have one name.
    let mut copies: HashMap<String, usize> = HashMap::new();
    for name in names {
        if !seen.insert(name.clone()) {
            let old = name.clone();
            let copy = copies.entry(old.clone()).or_insert(2);
            while !seen.insert(format!("{old} ({copy})")) {
                *copy += 1;
            }
            *name = format!("{old} ({copy})");
            diagnostics.push(
                Diagnostic::note(place.clone().column(&old), "two columns have this name")
                    .hint(format!("the second is called \"{name}\"")),
            );
        }
    }
}
