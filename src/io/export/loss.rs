//! What a format will lose, said before anything is written.

use std::fmt;

use super::order::Format;
use super::part::{Geometry, Part};
use super::sheet::{Column, Values};
use crate::io::count_of;

/// Something that will not be in the file as it is in the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The table it is about: "units". Empty for all of them.
    pub part: String,
    pub message: String,
    /// Every file of this format lacks it, whatever is in it: a table has no shapes.
    pub by_nature: bool,
}

/// What is known of an export before it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// The columns there are, chosen or not, each once.
    pub columns: Vec<String>,
    pub losses: Vec<Loss>,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.part.is_empty() {
            write!(f, "{}: ", self.part)?;
        }
        f.write_str(&self.message)
    }
}

/// Losses of one table as they are found.
#[derive(Debug, Default)]
pub(super) struct Losses {
    part: String,
    pub list: Vec<Loss>,
}

impl Losses {
    pub fn of(part: &str) -> Self {
        Self { part: part.to_owned(), list: Vec::new() }
    }

    pub fn lost(&mut self, message: impl Into<String>) {
        self.list.push(Loss { part: self.part.clone(), message: message.into(), by_nature: false });
    }

    pub fn by_nature(&mut self, message: impl Into<String>) {
        self.list.push(Loss { part: self.part.clone(), message: message.into(), by_nature: true });
    }

    /// So many of something in a column, with the first rows it happens in: `3 texts in "Remarks" cut to 254 bytes (rows 2, 7, 9)`.
    pub fn in_rows(&mut self, rows: &[usize], noun: &str, column: &str, what: &str) {
        if !rows.is_empty() {
            self.lost(format!("{} in \"{column}\" {what} ({})", count_of(rows.len(), noun), first_rows(rows)));
        }
    }
}

/// "row 2", "rows 2, 7, 9 and more"; 1 is the first row of data.
fn first_rows(rows: &[usize]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = rows.iter().take(SHOWN).map(|row| (row + 1).to_string()).collect();
    let s = if rows.len() == 1 { "" } else { "s" };
    let more = if rows.len() > SHOWN { " and more" } else { "" };
    format!("row{s} {}{more}", shown.join(", "))
}

/// What any format of this sort loses of a table.
pub(super) fn common(part: &Part, format: Format, decimals: Option<u8>, losses: &mut Losses) {
    let rows = part.sheet.rows;
    match &part.geometry {
        Geometry::Areas { .. } if !format.is_map() => {
            losses.by_nature(format!("{} holds no shapes; the borders are left out", format.words()));
        }
        Geometry::Areas { .. } => {
            let empty = (0..rows).filter(|&row| !part.has_place(row)).count();
            if empty > 0 {
                losses.lost(format!("{} without a shape left out", part.count_words(empty)));
            }
            if part.approximate {
                losses.lost("the shapes of the units are approximations");
            }
        }
        Geometry::Points(..) if format == Format::Shapefile => {
            let unplaced = (0..rows).filter(|&row| !part.has_place(row)).count();
            if unplaced > 0 {
                losses.lost(format!("{} without a place left out", part.count_words(unplaced)));
            }
        }
        _ => {}
    }
    if let Some(left_out) = &part.left_out
        && format.is_map()
    {
        losses.lost(left_out.clone());
    }
    if format.is_map() && !matches!(format, Format::Kml | Format::Kmz) && !part.colours.is_empty() {
        let kept = part.sheet.columns.iter().any(|column| column.name == "colour");
        let place = if kept { "are a column, not a style" } else { "of territories are left out" };
        losses.by_nature(format!("{} holds no styles; colours {place}", format.words()));
    }
    let has_coordinates = matches!(part.geometry, Geometry::Areas { .. } | Geometry::Points(..));
    if let Some(decimals) = decimals.filter(|_| format.has_decimals() && has_coordinates) {
        losses.lost(format!("coordinates rounded to {decimals} decimals ({})", grain(decimals)));
    }
    let banned: fn(char) -> bool = match format {
        Format::Kml | Format::Kmz | Format::Xlsx => |c| !fits_xml(c),
        Format::Shapefile | Format::GeoPackage | Format::Csv => |c| c == '\0',
        _ => |_| false,
    };
    for Column { name, values, .. } in &part.sheet.columns {
        if let Values::Texts(texts) = values {
            let held: Vec<usize> =
                (0..rows).filter(|&row| texts.get(row).is_some_and(|t| t.contains(banned))).collect();
            losses.in_rows(&held, "text", name, "without characters that the format cannot hold");
        }
    }
}

/// What a step of the last decimal of a degree is on the ground.
fn grain(decimals: u8) -> &'static str {
    match decimals {
        0..=5 => "about 1 m",
        6 => "about 0.1 m",
        7 => "about 1 cm",
        8 => "about 1 mm",
        _ => "less than 1 mm",
    }
}

/// Whether XML 1.0 can carry the character (section 2.2).
pub(super) fn fits_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
