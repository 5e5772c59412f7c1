//! Where the table begins among the first rows of a file: titles above the header, the header itself, or none.

use crate::io::numbers::{self, Cell, DecimalMark};

/// What the first rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// The row, counted among those given, with which the table begins.
    pub first: usize,
    /// Whether that row holds the names of the columns.
    pub has_header: bool,
}

/// Finds the header among the first rows of a file.
pub(super) fn find<S: AsRef<str>>(rows: &[Vec<S>]) -> Layout {
    let first = titles(rows);
    Layout { first, has_header: has_header(&rows[first.min(rows.len())..]) }
}

/// How many rows before the table hold a title, a date, a filter: they have far fewer cells than the rows of the table.
fn titles<S: AsRef<str>>(rows: &[Vec<S>]) -> usize {
    let filled: Vec<usize> =
        rows.iter().map(|row| row.iter().filter(|cell| !cell.as_ref().trim().is_empty()).count()).collect();
    let mut sorted: Vec<usize> = filled.iter().copied().filter(|&count| count > 0).collect();
    sorted.sort_unstable();
    // What most rows have; rows of titles are few.
    let Some(&width) = sorted.get(sorted.len() / 2) else { return 0 };
    let is_title = |count: usize| width >= 2 && (count <= 1 || count * 2 < width);
    let titles = filled.iter().take_while(|&&count| is_title(count)).count();
    // A table all of whose first rows look like titles has none.
    if titles * 2 > rows.len() { 0 } else { titles }
}

/// Whether the first row is a header: its cells differ in kind from the cells below them.
fn has_header<S: AsRef<str>>(rows: &[Vec<S>]) -> bool {
    let Some((first, rest)) = rows.split_first() else { return true };
    let rest = &rest[..rest.len().min(40)];
    let is_number = |cell: &str| {
        matches!(numbers::read(cell, DecimalMark::Point), Cell::Number(_))
            || matches!(numbers::read(cell, DecimalMark::Comma), Cell::Number(_))
    };
    let (mut header, mut data) = (0, 0);
    // A year may well be the name of a column.
    let is_year = |cell: &str| cell.trim().parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year));
    for (column, cell) in first.iter().enumerate() {
        let cell = cell.as_ref();
        let below = rest.iter().filter_map(|row| row.get(column)).map(AsRef::as_ref);
        let (mut filled, mut numeric) = (0, 0);
        for value in below.filter(|value| !numbers::is_missing(value)) {
            filled += 1;
            numeric += usize::from(is_number(value));
        }
        if filled > 0 && numeric * 2 > filled && !cell.trim().is_empty() && !is_year(cell) {
            if is_number(cell) { data += 1 } else { header += 1 }
        }
    }
    if header + data == 0 {
        // Only texts: names are short, differ from each other and do not come again below.
        let cells: Vec<&str> = first.iter().map(|cell| cell.as_ref().trim()).filter(|cell| !cell.is_empty()).collect();
        let mut distinct = cells.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let numeric = cells.iter().any(|cell| is_number(cell) && !is_year(cell));
        return distinct.len() == cells.len() && !numeric;
    }
    header >= data
}
