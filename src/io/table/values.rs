//! Columns of a table as values: numbers, words, and dates among the words in ISO form.

use std::borrow::Cow;

use rayon::prelude::*;

use super::Table;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::io::accounts::shortened;
use crate::io::count_of;
use crate::io::dates::{self, Guess};
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::{self, Profile};
use crate::io::numbers::{self, Cell, DecimalMark};
use crate::io::options::DateOrder;

/// Values of one column that are listed one by one when they cannot be read.
const MOST_LISTED: usize = 1_000;

/// A column of numbers, a value for each of the rows. What cannot be read as a number is missing, and listed.
pub(in crate::io) fn numbers(
    table: &Table,
    column: usize,
    rows: &[usize],
    subject: Subject,
    diagnostics: &mut Vec<Diagnostic>,
) -> Measure {
    let name = &table.columns[column];
    let mark = table.decimal_mark(column);
    let mut values = Vec::with_capacity(rows.len());
    let mut problems = 0;
    for &row in rows {
        let text = table.cell(row, column);
        let problem = match numbers::read(text, mark) {
            Cell::Number(number) => {
                values.push(number);
                continue;
            }
            Cell::Missing => {
                values.push(f64::NAN);
                continue;
            }
            Cell::Text => format!("expected a number, found \"{}\"", shortened(text)),
            Cell::TooLarge => format!("the number \"{}\" is too large", shortened(text)),
        };
        values.push(f64::NAN);
        problems += 1;
        if problems <= MOST_LISTED {
            let place = table.cell_place(row, column);
            diagnostics.push(Diagnostic::warning(place, problem).hint(format!("row kept without {name}")));
        }
    }
    if problems > MOST_LISTED {
        let more = count_of(problems - MOST_LISTED, "more value");
        let place = Place::file(&table.file).column(name);
        diagnostics.push(
            Diagnostic::warning(place, format!("{more} that are no numbers, not listed one by one"))
                .hint("take the column as an attribute if it holds words"),
        );
    }
    let profile = Profile::of(table.column(column).take(1000), mark);
    let unit = guess::unit_of(name, &profile);
    let aggregate = if guess::is_mean(name, unit) { Aggregate::Mean { weight: None } } else { Aggregate::Sum };
    Measure { name: name.clone(), unit: unit.into(), subject, aggregate, values }
}

/// Which of the columns are dates, and in which order they are written. What one column cannot tell another may.
pub(in crate::io) fn date_orders(table: &Table, columns: &[usize], rows: &[usize]) -> Vec<Option<Guess>> {
    if let Some(order) = table.date_order() {
        let guess = |&column: &usize| date_order(table, column, rows, order).map(|_| Guess { order, ambiguous: false });
        return columns.par_iter().map(guess).collect();
    }
    // Who writes a decimal comma writes the day first.
    let fallback = match table.default_mark() {
        DecimalMark::Comma => DateOrder::DayMonthYear,
        DecimalMark::Point => DateOrder::MonthDayYear,
    };
    let mut found: Vec<Option<Guess>> =
        columns.par_iter().map(|&column| date_order(table, column, rows, fallback)).collect();
    let told = found.iter().flatten().find(|guess| !guess.ambiguous && guess.order != DateOrder::YearMonthDay).copied();
    if let Some(told) = told {
        for guess in found.iter_mut().flatten().filter(|guess| guess.ambiguous) {
            *guess = told;
        }
    }
    found
}

fn date_order(table: &Table, column: usize, rows: &[usize], fallback: DateOrder) -> Option<Guess> {
    dates::guess(rows.iter().map(|&row| table.cell(row, column)), fallback)
}

/// A column of words, or of dates where an order is given.
pub(in crate::io) fn words(
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
