//! Sheets of OpenDocument workbooks, read event by event: rows and cells that are repeated a million times cost nothing.
//!
//! Source: OASIS Open Document Format for Office Applications 1.3, part 3, section 9 (tables).

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::build::MAX_CELLS;
use super::rows::{Row, RowTaker};
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::archive::{Archive, Limits};
use crate::io::grouped;

/// The part of the archive that holds the sheets.
pub(super) fn content(file: &str, bytes: &[u8], progress: &Progress) -> Result<Vec<u8>, UserError> {
    let mut unsaid = Vec::new();
    let mut archive = Archive::from_bytes(file, bytes, Limits::WORKBOOK, &mut unsaid)?;
    if let Some(manifest) = archive.find("META-INF/manifest.xml").cloned() {
        let manifest = archive.read(&manifest, progress)?;
        if manifest.windows(15).any(|window| window == b"encryption-data") {
            return Err(super::refused(file, "password"));
        }
    }
    let Some(entry) = archive.find("content.xml").cloned() else {
        return Err(super::damaged(file, "there is no content.xml in it"));
    };
    archive.read(&entry, progress)
}

/// The names of the sheets.
pub(super) fn sheets(file: &str, content: &[u8]) -> Result<Vec<String>, UserError> {
    let mut names = Vec::new();
    let mut reader = reader(content);
    loop {
        match reader.read_event().map_err(|error| super::damaged(file, &error.to_string()))? {
            Event::Start(start) if start.name().as_ref() == "table:table" => {
                names.extend(attribute(&start, "table:name"));
            }
            Event::Eof => return Ok(names),
            _ => {}
        }
    }
}

/// Hands over the rows of a sheet that have cells.
pub(super) fn rows(
    file: &str,
    content: &[u8],
    sheet: &str,
    progress: &Progress,
    taker: &mut dyn RowTaker,
) -> Result<(), UserError> {
    let failed = |error: quick_xml::Error| super::damaged(file, &error.to_string());
    let mut reader = reader(content);
    loop {
        match reader.read_event().map_err(failed)? {
            Event::Start(start)
                if start.name().as_ref() == "table:table"
                    && attribute(&start, "table:name").as_deref() == Some(sheet) =>
            {
                break;
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
    let mut row = Row::default();
    let mut line = 0_u32;
    // Tables lie in cells too.
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(failed)? {
            Event::Start(start) => match start.name().as_ref() {
                "table:table" => depth += 1,
                "table:table-row" if depth == 0 => {
                    let repeated = repeats(&start, "table:number-rows-repeated");
                    read_row(&mut reader, &mut row).map_err(failed)?;
                    let is_empty = row.is_empty();
                    if !is_empty && row.len().saturating_mul(repeated as usize) > MAX_CELLS {
                        return Err(UserError::new(format!("Could not read {file}"))
                            .because(format!("sheet \"{sheet}\" has one row {} times", grouped(repeated as usize)))
                            .hint("delete the rows that are filled down to the end of the sheet"));
                    }
                    // The same text a million times over is filled down by somebody's mistake; the table's limit ends it.
                    for copy in 0..if is_empty { 1 } else { repeated } {
                        let copy_of = (!is_empty && copy + 1 < repeated).then(|| row.copy());
                        if !row.hand_over(line + copy + 1, progress, taker)? {
                            return Ok(());
                        }
                        if let Some(cells) = copy_of {
                            row.restore(cells);
                        }
                    }
                    line = line.saturating_add(repeated);
                    row.set_line(line);
                }
                _ => {}
            },
            Event::End(end) if end.name().as_ref() == "table:table" => {
                if depth == 0 {
                    return Ok(());
                }
                depth -= 1;
            }
            Event::Eof => return Err(super::damaged(file, "it is cut off")),
            _ => {}
        }
    }
}

/// Reads the cells until the row ends.
fn read_row(reader: &mut Reader<&[u8]>, row: &mut Row) -> Result<(), quick_xml::Error> {
    let mut column = 0_u32;
    loop {
        match reader.read_event()? {
            Event::Start(start) if matches!(start.name().as_ref(), "table:table-cell" | "table:covered-table-cell") => {
                let repeated = repeats(&start, "table:number-columns-repeated");
                let value = Value::of(&start);
                let is_covered = start.name().as_ref() == "table:covered-table-cell";
                let shown = read_text(reader)?;
                let text = value.text(shown);
                if !text.is_empty() && !is_covered {
                    // A text that is repeated beyond all columns ends at the last.
                    for copy in 0..repeated.min(20_000) {
                        row.set(column.saturating_add(copy), |cell, _| cell.push_str(&text));
                    }
                }
                column = column.saturating_add(repeated);
            }
            Event::End(end) if end.name().as_ref() == "table:table-row" => return Ok(()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The paragraphs of a cell, without its notes.
fn read_text(reader: &mut Reader<&[u8]>) -> Result<String, quick_xml::Error> {
    let mut text = String::new();
    let (mut depth, mut note, mut paragraphs) = (0_usize, 0_usize, 0_usize);
    loop {
        match reader.read_event()? {
            Event::Start(start) => {
                depth += 1;
                match start.name().as_ref() {
                    "office:annotation" => note = depth,
                    "text:p" if note == 0 => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                    }
                    "text:s" if note == 0 => {
                        let count = attribute(&start, "text:c").and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                        text.extend(std::iter::repeat_n(' ', count.min(1000)));
                    }
                    "text:tab" if note == 0 => text.push('\t'),
                    "text:line-break" if note == 0 => text.push('\n'),
                    _ => {}
                }
            }
            Event::Text(piece) if note == 0 && paragraphs > 0 => text.push_str(&piece.xml10_content()),
            Event::CData(piece) if note == 0 && paragraphs > 0 => text.push_str(piece.as_ref()),
            Event::GeneralRef(reference) if note == 0 && paragraphs > 0 => {
                if let Ok(Some(character)) = reference.resolve_char_ref() {
                    text.push(character);
                } else if let Some(known) = quick_xml::escape::resolve_predefined_entity(reference.as_ref()) {
                    text.push_str(known);
                }
            }
            Event::End(_) => {
                if depth == 0 {
                    return Ok(text);
                }
                if depth == note {
                    note = 0;
                }
                depth -= 1;
            }
            Event::Eof => return Ok(text),
            _ => {}
        }
    }
}

/// What a cell holds besides what it shows.
enum Value {
    Shown,
    Number(String),
    Percent(f64),
    Date(String),
    Bool(bool),
}

impl Value {
    fn of(start: &BytesStart<'_>) -> Self {
        let value = || attribute(start, "office:value");
        match attribute(start, "office:value-type").as_deref() {
            Some("float" | "currency") => value().map_or(Self::Shown, Self::Number),
            Some("percentage") => value().and_then(|text| text.parse().ok()).map_or(Self::Shown, Self::Percent),
            Some("date") => attribute(start, "office:date-value").map_or(Self::Shown, Self::Date),
            Some("boolean") => {
                attribute(start, "office:boolean-value").map_or(Self::Shown, |value| Self::Bool(value == "true"))
            }
            _ => Self::Shown,
        }
    }

    fn text(self, shown: String) -> String {
        match self {
            Self::Shown => shown,
            Self::Number(value) => {
                // A postal code that is shown with its zeros is a code.
                let is_code =
                    shown.len() > 1 && shown.starts_with('0') && shown.bytes().all(|byte| byte.is_ascii_digit());
                if is_code && shown.trim_start_matches('0') == value.trim_start_matches('0') {
                    return shown;
                }
                match value.parse::<f64>() {
                    Ok(number) if number.is_finite() => number.to_string(),
                    _ => shown,
                }
            }
            Self::Percent(number) if number.is_finite() && number.abs() < 1e9 => {
                format!("{}%", (number * 1e14).round() / 1e12)
            }
            Self::Percent(_) => shown,
            Self::Date(date) => date.strip_suffix("T00:00:00").unwrap_or(&date).to_owned(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
        }
    }
}

fn repeats(start: &BytesStart<'_>, name: &str) -> u32 {
    attribute(start, name).and_then(|count| count.parse().ok()).unwrap_or(1).clamp(1, 1 << 20)
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = start.try_get_attribute(name).ok()??;
    attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

fn reader(content: &[u8]) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(content);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    reader
}
