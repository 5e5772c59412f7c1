//! Shapefile: .shp, .shx, .dbf, .prj and .cpg (ESRI Shapefile Technical Description, 1998).

use std::io::Cursor;
use std::path::Path;

use dbase::{FieldName, FieldWriter, TableWriterBuilder, WritableRecord};
use shapefile::{Point, PolygonRing, ShapeWriter};

use super::csv;
use super::fields::{Field, cut, fields};
use super::loss::Losses;
use super::part::{Geometry, Part};
use super::sheet::{Sheet, Values};
use crate::domain::polygon::{Ring, Shape};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::{cancelled, files};

const WGS_84: &str = "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],\
                      PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";
/// No file of a shapefile can be larger; a little is kept back for headers.
const MAX_BYTES: usize = (1 << 31) - (1 << 26);

pub(super) fn losses(part: &Part, losses: &mut Losses) {
    fields(part, losses);
}

/// Refuses what cannot be a shapefile.
///
/// # Errors
/// There is nothing to write, or more than it can hold.
pub(super) fn check(part: &Part) -> Result<(), UserError> {
    let failed = |why: &str| UserError::new("Could not export").because(why);
    let rows = rows(part);
    if rows.is_empty() {
        return Err(failed("there is no shape to write").hint("assign units to territories first"));
    }
    let fields = fields(part, &mut Losses::default());
    let row_length: usize = 1 + fields.iter().map(|field| usize::from(field.length)).sum::<usize>();
    let shapes = match part.geometry {
        Geometry::Points(..) => rows.len() * POINT_BYTES,
        _ => rows.iter().map(|&row| polygon_bytes(part, row)).sum(),
    };
    if shapes.max(rows.len() * row_length) > MAX_BYTES {
        let why = format!("{} would be larger than a shapefile can be (2 GB)", part.name);
        return Err(failed(&why).hint("write a GeoPackage instead"));
    }
    Ok(())
}

/// A record with its header.
const POINT_BYTES: usize = 28;

/// A record with its header: its box, where each ring begins, and the rings with their first place again at the end.
fn polygon_bytes(part: &Part, row: usize) -> usize {
    let Geometry::Areas { rows, .. } = &part.geometry else { return 0 };
    let rings: usize = rows.get(row).into_iter().flatten().map(|polygon| polygon.rings().count()).sum();
    52 + 4 * rings + 16 * (part.vertices(row) + rings)
}

/// The rows that have a place: a shapefile's other rows could not be found on its map.
fn rows(part: &Part) -> Vec<usize> {
    part.map_rows().filter(|&row| part.has_place(row)).collect()
}

/// The files' endings and contents, the .shp first. Where names are shortened a list of them is the last.
pub(super) fn write(part: &Part, path: &Path, progress: &Progress) -> Result<Vec<(&'static str, Vec<u8>)>, UserError> {
    let failed = |why: String| UserError::new(format!("Could not write {}", files::name_of(path))).because(why);
    let rows = rows(part);
    progress.begin(Phase::Writing, rows.len() as u64).map_err(cancelled)?;
    let fields = fields(part, &mut Losses::default());
    let (mut shp, mut shx) = (Vec::new(), Vec::new());
    {
        let mut writer = ShapeWriter::with_shx(Cursor::new(&mut shp), Cursor::new(&mut shx));
        for &row in &rows {
            progress.tick(1).map_err(cancelled)?;
            let written = match (&part.geometry, part.place(row)) {
                (Geometry::Points(..), Some(place)) => writer.write_shape(&Point::new(place.lon, place.lat)),
                _ => writer.write_shape(&polygon(&part.shape(row))),
            };
            written.map_err(|error| failed(error.to_string()))?;
        }
        writer.finalize().map_err(|error| failed(error.to_string()))?;
    }
    let dbf = table(&fields, &rows).map_err(|error| failed(error.to_string()))?;
    let mut files =
        vec![("shp", shp), ("shx", shx), ("dbf", dbf), ("prj", WGS_84.as_bytes().to_vec()), ("cpg", b"UTF-8".to_vec())];
    if fields.iter().any(|field| field.name != field.column.name) {
        let mut names = Sheet::of(fields.len());
        names.texts("field", fields.iter().map(|field| field.name.as_str()));
        names.texts("column", fields.iter().map(|field| field.column.name.as_str()));
        files.push(("fields.csv", csv::write(&names, path)?));
    }
    Ok(files)
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

struct Row<'a> {
    fields: &'a [Field<'a>],
    row: usize,
}

impl WritableRecord for Row<'_> {
    fn write_using<W: std::io::Write>(&self, writer: &mut FieldWriter<'_, W>) -> Result<(), dbase::FieldError> {
        for field in self.fields {
            match &field.column.values {
                Values::Texts(_) => writer.write_next_field_value(&cut(field.column.text(self.row)).as_ref())?,
                Values::Numbers(_) => writer.write_next_field_value(&field.number(self.row))?,
            }
        }
        Ok(())
    }
}

fn table(fields: &[Field], rows: &[usize]) -> Result<Vec<u8>, dbase::Error> {
    let mut builder = TableWriterBuilder::new();
    for field in fields {
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
            writer.write_record(&Row { fields, row })?;
        }
        writer.finalize()?;
    }
    // Year, month and day of the last change: always the same, so that the same project gives the same bytes.
    if let Some(date) = bytes.get_mut(1..4) {
        date.copy_from_slice(&[100, 1, 1]);
    }
    Ok(bytes)
}
