//! The fields of the .dbf file beside a shapefile: short names, widths, what does not fit (dBASE III).

use std::collections::HashSet;

use super::csv;
use super::loss::Losses;
use super::part::Part;
use super::sheet::{Column, Values};

/// The longest text of a field, in bytes.
pub(super) const MAX_TEXT: usize = 254;
/// dBASE III knows 255 fields; rows longer than this do not open everywhere.
const MAX_FIELDS: usize = 255;
const MAX_ROW: usize = 60_000;
/// The most digits of a number, its sign and point included, that are read everywhere.
const MAX_NUMBER: usize = 32;
const MAX_DECIMALS: usize = 15;
/// From here on a number has no digits to spare: it is left out rather than written wrong.
const TOO_LARGE: f64 = 1e20;

/// A column as the .dbf file has it.
pub(super) struct Field<'a> {
    pub column: &'a Column<'a>,
    pub name: String,
    pub length: u8,
    pub decimals: u8,
}

/// The columns as fields, and what they lose.
pub(super) fn fields<'a>(part: &'a Part, losses: &mut Losses) -> Vec<Field<'a>> {
    let rows: Vec<usize> = part.map_rows().collect();
    let mut taken = HashSet::new();
    let mut fields: Vec<Field> = Vec::new();
    let mut row_length = 1;
    let mut left_out = Vec::new();
    for column in &part.sheet.columns {
        let (length, decimals) = match &column.values {
            Values::Texts(_) => {
                (rows.iter().map(|&row| column.text(row).len()).max().unwrap_or(0).clamp(1, MAX_TEXT), 0)
            }
            Values::Numbers(_) => width(rows.iter().filter_map(|&row| column.number(row))),
        };
        if fields.len() == MAX_FIELDS || row_length + length > MAX_ROW {
            left_out.push(column.name.clone());
            continue;
        }
        row_length += length;
        let name = short_name(&column.name, column.short_ending, &mut taken);
        let field = Field { column, name, length: length as u8, decimals: decimals as u8 };
        field.report(&rows, losses);
        fields.push(field);
    }
    let shortened: Vec<String> = fields
        .iter()
        .filter(|field| field.name != field.column.name)
        .map(|field| format!("{} is \"{}\"", field.name, field.column.name))
        .collect();
    if !shortened.is_empty() {
        losses.lost(format!("field names have ten letters at most: {}", shortened.join(", ")));
    }
    if !left_out.is_empty() {
        losses.lost(format!("columns beyond what a .dbf file can hold left out: {}", left_out.join(", ")));
    }
    fields
}

impl Field<'_> {
    /// The number as it is written.
    pub fn number(&self, row: usize) -> Option<f64> {
        self.column.number(row).filter(|number| number.abs() < TOO_LARGE)
    }

    fn report(&self, rows: &[usize], losses: &mut Losses) {
        let name = &self.column.name;
        let found = |test: &dyn Fn(usize) -> bool| rows.iter().copied().filter(|&row| test(row)).collect::<Vec<_>>();
        match &self.column.values {
            Values::Texts(_) => {
                let long = found(&|row| self.column.text(row).len() > MAX_TEXT);
                losses.in_rows(&long, "text", name, &format!("cut to {MAX_TEXT} bytes"));
            }
            Values::Numbers(_) => {
                let large = found(&|row| self.column.number(row).is_some_and(|number| number.abs() >= TOO_LARGE));
                losses.in_rows(&large, "number", name, "too large for a field and left empty");
                let digits = usize::from(self.decimals);
                let differs = |number: f64| format!("{number:.digits$}").parse() != Ok(number);
                let rounded = found(&|row| self.number(row).is_some_and(differs));
                losses.in_rows(&rounded, "number", name, &format!("rounded to {digits} decimals"));
            }
        }
    }
}

/// The length and the decimals that hold all numbers as exactly as the field allows.
fn width(numbers: impl Iterator<Item = f64>) -> (usize, usize) {
    let (mut whole, mut decimals) = (1, 0);
    for number in numbers.filter(|number| number.abs() < TOO_LARGE) {
        let text = csv::number(number);
        let (before, after) = text.split_once('.').unwrap_or((&text, ""));
        // Rounding to fewer decimals may carry into a digit more.
        whole = whole.max(before.len() + usize::from(after.len() > MAX_DECIMALS));
        decimals = decimals.max(after.len().min(MAX_DECIMALS));
    }
    decimals = decimals.min(MAX_NUMBER - whole - 1);
    (whole + if decimals > 0 { decimals + 1 } else { 0 }, decimals)
}

/// At most ten letters, digits and underscores, not taken yet.
fn short_name(name: &str, ending: &str, taken: &mut HashSet<String>) -> String {
    const MOST: usize = 10;
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect::<String>()
        .split('_')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_");
    let plain = if plain.is_empty() { "field".to_owned() } else { plain };
    let fit = |ending: &str| {
        let stem = &plain[..plain.len().min(MOST - ending.len())];
        format!("{}{ending}", stem.trim_end_matches('_'))
    };
    let mut short = fit(ending);
    let mut number = 2;
    while !taken.insert(short.to_ascii_uppercase()) {
        short = fit(&format!("_{number}"));
        number += 1;
    }
    short
}

/// At most [`MAX_TEXT`] bytes, cut between characters; without zeros, which end a text for some programs.
pub(super) fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    if text.contains('\0') { text.replace('\0', "").into() } else { text.into() }
}
