//! Shapefile: .shp, .shx, .dbf, .prj and .cpg (ESRI Shapefile Technical Description, 1998).

use std::collections::HashSet;
use std::io::Cursor;
use std::path::Path;

use dbase::{FieldName, FieldWriter, TableWriterBuilder, WritableRecord};
use shapefile::{Point, PolygonRing, ShapeWriter};

use super::csv;
use super::sheet::{Column, Sheet, Values};
use crate::domain::polygon::{Ring, Shape};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::{cancelled, count_of, files};

const WGS_84: &str = "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],\
                      PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";
/// The longest text of a field, in bytes.
const MAX_TEXT: usize = 254;
/// dBASE III knows 255 fields; rows longer than this do not open everywhere.
const MAX_FIELDS: usize = 250;
const MAX_ROW: usize = 60_000;

/// The files' endings and contents, the .shp first.
pub(super) fn write(
    sheet: &Sheet,
    shapes: &[Shape],
    path: &Path,
    progress: &Progress,
    notes: &mut Vec<String>,
) -> Result<Vec<(&'static str, Vec<u8>)>, UserError> {
    let failed = |why: String| UserError::new(format!("Could not write {}", files::name_of(path))).because(why);
    progress.begin(Phase::Writing, shapes.len() as u64).map_err(cancelled)?;
    let vertices: usize =
        shapes.iter().flat_map(|shape| &shape.polygons).flat_map(|p| p.rings()).map(|r| r.len() + 1).sum();
    if vertices * 16 > (1 << 31) - (1 << 26) {
        return Err(failed("the shapes are larger than a shapefile can be (2 GB)".into()).hint("write GeoJSON instead"));
    }
    let rows: Vec<usize> = (0..shapes.len()).filter(|&row| !shapes[row].is_empty()).collect();
    let (mut shp, mut shx) = (Vec::new(), Vec::new());
    {
        let mut writer = ShapeWriter::with_shx(Cursor::new(&mut shp), Cursor::new(&mut shx));
        for &row in &rows {
            progress.tick(1).map_err(cancelled)?;
            writer.write_shape(&polygon(&shapes[row])).map_err(|error| failed(error.to_string()))?;
        }
        writer.finalize().map_err(|error| failed(error.to_string()))?;
    }
    if rows.is_empty() {
        return Err(failed("there is no shape to write".into()).hint("assign units to territories first"));
    }
    let dbf = table(sheet, &rows, notes).map_err(|error| failed(error.to_string()))?;
    Ok(vec![("shp", shp), ("shx", shx), ("dbf", dbf), ("prj", WGS_84.as_bytes().to_vec()), ("cpg", b"UTF-8".to_vec())])
}

/// Outer rings clockwise, holes the other way: the library turns them.
fn polygon(shape: &Shape) -> shapefile::Polygon {
    let points = |ring: &Ring| ring.iter().chain(ring.first()).map(|place| Point::new(place.lon, place.lat)).collect();
    let mut rings = Vec::new();
    for polygon in &shape.polygons {
        rings.push(PolygonRing::Outer(points(&polygon.outer)));
        rings.extend(polygon.holes.iter().map(|hole| PolygonRing::Inner(points(hole))));
    }
    shapefile::Polygon::with_rings(rings)
}

/// A column as the .dbf file has it.
struct Field<'a> {
    column: &'a Column,
    name: String,
    length: u8,
    decimals: u8,
}

struct Row<'a> {
    fields: &'a [Field<'a>],
    row: usize,
}

impl WritableRecord for Row<'_> {
    fn write_using<W: std::io::Write>(&self, writer: &mut FieldWriter<'_, W>) -> Result<(), dbase::FieldError> {
        for field in self.fields {
            match &field.column.values {
                Values::Texts(texts) => {
                    writer.write_next_field_value(&cut(texts.get(self.row).map_or("", String::as_str)))?;
                }
                Values::Numbers(numbers) => {
                    let number = numbers.get(self.row).copied().filter(|number| number.is_finite());
                    writer.write_next_field_value(&number)?;
                }
            }
        }
        Ok(())
    }
}

fn table(sheet: &Sheet, rows: &[usize], notes: &mut Vec<String>) -> Result<Vec<u8>, dbase::Error> {
    let fields = fields(sheet, rows, notes);
    let mut builder = TableWriterBuilder::new();
    for field in &fields {
        let Ok(name) = FieldName::try_from(field.name.as_str()) else { continue };
        builder = match field.column.values {
            Values::Texts(_) => builder.add_character_field(name, field.length),
            Values::Numbers(_) => builder.add_numeric_field(name, field.length, field.decimals),
        };
    }
    let mut bytes = Vec::new();
    {
        let mut writer = builder.build_with_dest(Cursor::new(&mut bytes));
        for &row in rows {
            writer.write_record(&Row { fields: &fields, row })?;
        }
        writer.finalize()?;
    }
    // Year, month and day of the last change: always the same, so that the same project gives the same bytes.
    if let Some(date) = bytes.get_mut(1..4) {
        date.copy_from_slice(&[100, 1, 1]);
    }
    Ok(bytes)
}

/// The fields with their widths, their short names noted.
fn fields<'a>(sheet: &'a Sheet, rows: &[usize], notes: &mut Vec<String>) -> Vec<Field<'a>> {
    let mut taken = HashSet::new();
    let mut fields: Vec<Field> = Vec::new();
    let mut row_length = 1;
    let mut left_out = Vec::new();
    let mut shortened = Vec::new();
    for column in &sheet.columns {
        let (length, decimals) = match &column.values {
            Values::Texts(texts) => {
                let longest = rows.iter().filter_map(|&row| texts.get(row)).map(String::len).max().unwrap_or(0);
                let cut = rows.iter().filter_map(|&row| texts.get(row)).filter(|text| text.len() > MAX_TEXT).count();
                if cut > 0 {
                    notes.push(format!("{} in \"{}\" cut to {MAX_TEXT} bytes", count_of(cut, "text"), column.name));
                }
                (longest.clamp(1, MAX_TEXT), 0)
            }
            Values::Numbers(numbers) => width(rows.iter().filter_map(|&row| numbers.get(row)).copied()),
        };
        if fields.len() == MAX_FIELDS || row_length + length > MAX_ROW {
            left_out.push(column.name.clone());
            continue;
        }
        row_length += length;
        let name = short_name(&column.name, column.short_ending, &mut taken);
        if name != column.name {
            shortened.push(format!("{name} is \"{}\"", column.name));
        }
        fields.push(Field { column, name, length: length as u8, decimals: decimals as u8 });
    }
    if !shortened.is_empty() {
        notes.push(format!("field names have ten letters at most: {}", shortened.join(", ")));
    }
    if !left_out.is_empty() {
        notes.push(format!("columns beyond what a .dbf file can hold left out: {}", left_out.join(", ")));
    }
    fields
}

/// The length and the decimals that hold all numbers as exactly as the field allows.
fn width(numbers: impl Iterator<Item = f64>) -> (usize, usize) {
    const MAX_DECIMALS: usize = 15;
    let (mut whole, mut decimals) = (1, 0);
    for number in numbers.filter(|number| number.is_finite()) {
        let text = csv::number(number);
        let (before, after) = text.split_once('.').unwrap_or((&text, ""));
        // Rounding to fewer decimals may carry into a digit more.
        whole = whole.max(before.len() + usize::from(after.len() > MAX_DECIMALS));
        decimals = decimals.max(after.len().min(MAX_DECIMALS));
    }
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

/// At most [`MAX_TEXT`] bytes, cut between characters.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
