//! Columns kept as words; dates among them in ISO form.

use std::borrow::Cow;

use rayon::prelude::*;

use super::{MOST_LISTED, shortened};
use crate::domain::columns::TextColumn;
use crate::io::count_of;
use crate::io::dates::{self, Guess};
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::numbers::{self, DecimalMark};
use crate::io::options::DateOrder;
use crate::io::table::Table;

/// Which of the columns are dates, and in which order they are written. What one column cannot tell another may.
pub(super) fn date_orders(table: &Table, columns: &[usize], rows: &[usize]) -> Vec<Option<Guess>> {
    if let Some(order) = table.date_order() {
        let guess = |&column: &usize| guess(table, column, rows, order).map(|_| Guess { order, ambiguous: false });
        return columns.par_iter().map(guess).collect();
    }
    // Who writes a decimal comma writes the day first.
    let fallback = match table.default_mark() {
        DecimalMark::Comma => DateOrder::DayMonthYear,
        DecimalMark::Point => DateOrder::MonthDayYear,
    };
    let mut found: Vec<Option<Guess>> =
        columns.par_iter().map(|&column| guess(table, column, rows, fallback)).collect();
    let told = found.iter().flatten().find(|guess| !guess.ambiguous && guess.order != DateOrder::YearMonthDay).copied();
    if let Some(told) = told {
        for guess in found.iter_mut().flatten().filter(|guess| guess.ambiguous) {
            *guess = told;
        }
    }
    found
}

fn guess(table: &Table, column: usize, rows: &[usize], fallback: DateOrder) -> Option<Guess> {
    dates::guess(rows.iter().map(|&row| table.cell(row, column)), fallback)
}

/// A column of words, or of dates where an order is given.
pub(super) fn read(
    table: &Table,
    column: usize,
    rows: &[usize],
    dates: Option<Guess>,
    diagnostics: &mut Vec<Diagnostic>,
) -> TextColumn {
    let name = &table.columns[column];
    let Some(guess) = dates else {
        let values: Vec<&str> = rows.iter().map(|&row| table.cell(row, column)).collect();
        return TextColumn::new(name, &values);
    };
    let mut problems = 0;
    let mut values: Vec<Cow<'_, str>> = Vec::with_capacity(rows.len());
    for &row in rows {
        let text = table.cell(row, column);
        if is_iso(text) {
            values.push(Cow::Borrowed(text));
        } else if dates::is_zero(text) {
            values.push(Cow::Borrowed(""));
        } else if let Some(date) = dates::read(text, guess.order) {
            values.push(Cow::Owned(date));
        } else {
            values.push(Cow::Borrowed(text));
            if numbers::is_missing(text) {
                continue;
            }
            problems += 1;
            if problems <= MOST_LISTED {
                let message = format!("expected a date, found \"{}\"", shortened(text));
                diagnostics
                    .push(Diagnostic::warning(table.cell_place(row, column), message).hint("kept as it is written"));
            }
        }
    }
    let place = Place::file(&table.file).column(name);
    if problems > MOST_LISTED {
        let more = count_of(problems - MOST_LISTED, "more value");
        diagnostics
            .push(Diagnostic::warning(place.clone(), format!("{more} that are no dates, not listed one by one")));
    }
    if guess.ambiguous {
        diagnostics.push(
            Diagnostic::warning(
                place,
                format!(
                    "no date tells whether the day or the month comes first; read as {}",
                    dates::order_words(guess.order)
                ),
            )
            .hint("say in which order dates are written if that is wrong"),
        );
    }
    let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    TextColumn::new(name, &values)
}

/// 2026-12-31, without looking at the calendar.
fn is_iso(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}
