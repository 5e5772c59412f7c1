//! Accounts from a table.

#[cfg(test)]
mod exports_tests;
mod guess;
mod mapping;
mod placing;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

use rayon::prelude::*;

pub use mapping::AccountMapping;
use mapping::Columns;

use super::cancelled;
use super::dates;
use super::diagnostic::Diagnostic;
use super::numbers::{self, Cell, DecimalMark};
use super::postal::PostalTable;
use super::table::{Table, values};
use crate::domain::accounts::Accounts;
use crate::domain::columns::{Measure, Subject};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use placing::{Placer, Placing};

/// Accounts with their numeric columns. The accounts are not yet located in units: see `Accounts::locate`.
#[derive(Debug, Clone, Default)]
pub struct AccountTable {
    pub accounts: Accounts,
    /// One value per account in each.
    pub measures: Vec<Measure>,
}

/// Takes accounts from a table, with the columns of the mapping. Every row that is left out is listed with its reason.
///
/// # Errors
/// A mapped column that the table does not have, no usable row.
pub fn from_table(
    table: &Table,
    mapping: &AccountMapping,
    postal: &PostalTable,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<AccountTable, UserError> {
    let columns = mapping.resolve(table)?;
    let (rows, codes) = identify(table, &columns, diagnostics);
    if rows.is_empty() {
        return Err(UserError::new(format!("Could not import accounts from {}", table.file))
            .because("no row has a code of its own")
            .hint("choose another column for the code, or none"));
    }
    let mut accounts = Accounts { codes, ..Accounts::default() };
    let mut placer = Placer::new(table, &columns, postal);
    progress.begin(Phase::PlacingAccounts, rows.len() as u64).map_err(cancelled)?;
    for (index, &row) in rows.iter().enumerate() {
        if index % 1024 == 0 {
            progress.tick(if index == 0 { 0 } else { 1024 }).map_err(cancelled)?;
        }
        let code = accounts.codes[index].as_str();
        let name = columns.name.map_or("", |column| table.cell(row, column));
        accounts.names.push(if name.is_empty() { code.to_owned() } else { name.to_owned() });
        let Placing { place, placement, precision_km } = placer.place(row, code, diagnostics);
        accounts.places.push(place);
        accounts.placements.push(placement);
        accounts.precisions_km.push(precision_km);
        accounts.units.push(None);
    }
    placer.sum_up(diagnostics);
    // Columns do not depend on each other; they come back in their order.
    let read_measure = |&column: &usize| {
        let mut said = Vec::new();
        progress.check().map(|()| (values::numbers(table, column, &rows, Subject::Accounts, &mut said), said))
    };
    let read: Vec<_> = columns.measures.par_iter().map(read_measure).collect::<Result<_, _>>().map_err(cancelled)?;
    let mut measures = Vec::with_capacity(read.len());
    for (measure, mut said) in read {
        measures.push(measure);
        diagnostics.append(&mut said);
    }
    let orders = values::date_orders(table, &columns.attributes, &rows);
    let read_attribute = |(&column, order): (&usize, &Option<dates::Guess>)| {
        let mut said = Vec::new();
        progress.check().map(|()| (values::words(table, column, &rows, *order, &mut said), said))
    };
    let wanted = columns.attributes.par_iter().zip(&orders);
    let read: Vec<_> = wanted.map(read_attribute).collect::<Result<_, _>>().map_err(cancelled)?;
    for (attribute, mut said) in read {
        accounts.attributes.push(attribute);
        diagnostics.append(&mut said);
    }
    Ok(AccountTable { accounts, measures })
}

/// The rows that become accounts, and their codes: the first of each code, none without one.
fn identify(table: &Table, columns: &Columns, diagnostics: &mut Vec<Diagnostic>) -> (Vec<usize>, Vec<String>) {
    let mut rows = Vec::with_capacity(table.len());
    let mut codes = Vec::with_capacity(table.len());
    let mut first_rows: HashMap<&str, usize> = HashMap::with_capacity(table.len());
    for row in 0..table.len() {
        if let Some(column) = misplaced(table, columns, row) {
            let message = format!("found \"{}\" under this header", shortened(table.cell(row, column)));
            diagnostics.push(
                Diagnostic::error(table.cell_place(row, column), message).hint(
                    "a field is missing or too many, so the others stand under wrong headers; the row is left out",
                ),
            );
            continue;
        }
        let Some(id) = columns.id else {
            rows.push(row);
            codes.push(table.row_number(row).to_string());
            continue;
        };
        let code = table.cell(row, id);
        if code.is_empty() {
            diagnostics.push(
                Diagnostic::error(table.cell_place(row, id), "the account has no code").hint("the row is left out"),
            );
            continue;
        }
        if let Some(&first) = first_rows.get(code) {
            let message = format!("the code \"{code}\" is that of row {} already", table.row_number(first));
            diagnostics.push(
                Diagnostic::error(table.cell_place(row, id), message).hint("the first is kept, this row is left out"),
            );
            continue;
        }
        first_rows.insert(code, row);
        rows.push(row);
        codes.push(code.to_owned());
    }
    (rows, codes)
}

/// The first number column of a row that holds words because the row has a field too few or too many. Its other numbers are then
/// not to be trusted either.
fn misplaced(table: &Table, columns: &Columns, row: usize) -> Option<usize> {
    let mut numeric = columns.lon.iter().chain(&columns.lat).chain(&columns.measures).copied();
    let is_words = |column: &usize| {
        let text = table.cell(row, *column);
        [DecimalMark::Point, DecimalMark::Comma].iter().all(|&mark| numbers::read(text, mark) == Cell::Text)
    };
    if table.is_ragged(row) { numeric.find(is_words) } else { None }
}

/// Whether nearly all values of a column are numbers, as a look at its first rows tells.
pub fn is_number_column(table: &Table, column: usize) -> bool {
    let values = table.column(column).take(200);
    let mark = table.decimal_mark(column);
    let (mut filled, mut numeric) = (0, 0);
    for value in values.filter(|value| !numbers::is_missing(value)) {
        filled += 1;
        numeric += usize::from(matches!(numbers::read(value, mark), Cell::Number(_)));
    }
    filled > 0 && numeric * 5 >= filled * 4
}

/// A text for a message: long ones are cut.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let text = text.replace('\n', " ");
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}
