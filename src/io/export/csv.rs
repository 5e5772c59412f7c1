//! Comma-separated text (RFC 4180), UTF-8, with a header.

use std::path::Path;

use super::sheet::{Sheet, Values};
use crate::error::UserError;
use crate::io::files;

/// By this Excel knows that a file is UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) fn write(sheet: &Sheet, path: &Path) -> Result<Vec<u8>, UserError> {
    let failed =
        |error: ::csv::Error| UserError::new(format!("Could not write {}", files::name_of(path))).because(error);
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(sheet.columns.iter().map(|column| harmless(&column.name))).map_err(failed)?;
    for row in 0..sheet.rows {
        for column in &sheet.columns {
            match &column.values {
                Values::Texts(_) => writer.write_field(harmless(column.text(row)).as_bytes()),
                Values::Numbers(_) => writer.write_field(column.number(row).map(number).unwrap_or_default()),
            }
            .map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| UserError::new(format!("Could not write {}", files::name_of(path))).because(error))
}

/// The shortest text that reads back as the same number; nothing for a missing one.
pub fn number(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { String::new() }
}

/// Texts that a spreadsheet would take for a formula get an apostrophe before them; those that have one already get another, so that
/// whoever takes one away has the text that was meant.
pub fn harmless(text: &str) -> String {
    const SIGNS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];
    // Spaces before an apostrophe are nothing to a reader.
    let inner = text.trim_start();
    let marked = if inner.starts_with('\'') { inner } else { text };
    let rest = marked.trim_start_matches('\'');
    let is_formula = rest.starts_with(SIGNS) && !rest.trim().is_empty();
    let harmless = if is_formula { format!("'{marked}") } else { text.to_owned() };
    // Many readers end a text, or the file, at a zero.
    if harmless.contains('\0') { harmless.replace('\0', "") } else { harmless }
}
