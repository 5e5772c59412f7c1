//! Writes the two layers of areas as shapefiles.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use shapefile::dbase::{FieldName, FieldValue, Record, TableWriterBuilder};
use shapefile::{Point, Polygon, PolygonRing};

use crate::grid::GridRing;
use crate::source::Source;
use crate::zip_areas::ZipArea;

const WGS_84: &str = "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],\
                      PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";

/// A column of the attribute table: text of a width, or a number with digits.
enum Field {
    Text(&'static str, u8),
    Number(&'static str, u8, u8),
}

/// The counties of the country: the shapes of the source as they are, a table with population, households and income.
pub fn write_counties(source: &Source, path: &Path) -> Result<()> {
    use Field::{Number, Text};
    let fields = [
        Text("GEOID", 5),
        Text("NAME", 32),
        Text("NAMELSAD", 44),
        Text("STUSPS", 2),
        Text("STATE_NAME", 44),
        Number("AREA_KM2", 10, 1),
        Number("POP", 9, 0),
        Number("HOUSEHOLDS", 9, 0),
        Number("MED_INCOME", 7, 0),
    ];
    let rows: HashMap<_, _> = source.county_rows()?.into_iter().map(|row| (row.geoid.clone(), row)).collect();
    let mut records = Vec::new();
    for code in source.county_codes()? {
        let row = rows.get(&code).with_context(|| format!("County {code} is not in the county table"))?;
        let mut record = Record::default();
        put_text(&mut record, "GEOID", &row.geoid);
        put_text(&mut record, "NAME", &row.name);
        put_text(&mut record, "NAMELSAD", &row.full_name);
        put_text(&mut record, "STUSPS", &row.state);
        put_text(&mut record, "STATE_NAME", &row.state_name);
        put_number(&mut record, "AREA_KM2", Some(row.area_km2));
        put_number(&mut record, "POP", row.population);
        put_number(&mut record, "HOUSEHOLDS", row.households);
        put_number(&mut record, "MED_INCOME", row.income);
        records.push(record);
    }
    for ending in ["shp", "shx"] {
        fs::write(path.with_extension(ending), fs::read(source.county_shapefile().with_extension(ending))?)?;
    }
    let mut table = builder(&fields)?.build_with_file_dest(path.with_extension("dbf"))?;
    for record in &records {
        table.write_record(record)?;
    }
    table.finalize()?;
    drop(table);
    finish(path)
}

/// The approximate ZIP areas.
pub fn write_zip_areas(areas: &[ZipArea], path: &Path) -> Result<()> {
    use Field::{Number, Text};
    let fields = [
        Text("ZIP", 5),
        Text("NAME", 32),
        Text("STATE", 2),
        Text("COUNTY", 32),
        Number("POP", 8, 0),
        Number("HOUSEHOLDS", 8, 0),
        Number("MED_INCOME", 7, 0),
        Text("APPROX", 1),
    ];
    {
        let mut writer = shapefile::Writer::from_path(path, builder(&fields)?)?;
        for area in areas {
            let mut record = Record::default();
            put_text(&mut record, "ZIP", &area.zip.code);
            put_text(&mut record, "NAME", &area.zip.city);
            put_text(&mut record, "STATE", &area.zip.state);
            put_text(&mut record, "COUNTY", &area.county);
            put_number(&mut record, "POP", Some(area.zip.population));
            put_number(&mut record, "HOUSEHOLDS", Some(area.zip.households));
            put_number(&mut record, "MED_INCOME", area.zip.income);
            put_text(&mut record, "APPROX", "Y");
            let rings = area.shape.iter().flat_map(|part| {
                part.iter().enumerate().map(|(index, ring)| match index {
                    0 => PolygonRing::Outer(points(ring)),
                    _ => PolygonRing::Inner(points(ring)),
                })
            });
            writer.write_shape_and_record(&Polygon::with_rings(rings.collect()), &record)?;
        }
    }
    finish(path)
}

fn builder(fields: &[Field]) -> Result<TableWriterBuilder> {
    let name = |name: &str| FieldName::try_from(name).map_err(|_| anyhow::anyhow!("\"{name}\" is too long a name"));
    let mut builder = TableWriterBuilder::new();
    for field in fields {
        builder = match *field {
            Field::Text(text, width) => builder.add_character_field(name(text)?, width),
            Field::Number(text, width, digits) => builder.add_numeric_field(name(text)?, width, digits),
        };
    }
    Ok(builder)
}

fn put_text(record: &mut Record, name: &str, value: &str) {
    record.insert(name.to_owned(), FieldValue::Character((!value.is_empty()).then(|| value.to_owned())));
}

fn put_number(record: &mut Record, name: &str, value: Option<f64>) {
    record.insert(name.to_owned(), FieldValue::Numeric(value));
}

fn points(ring: &GridRing) -> Vec<Point> {
    ring.iter().chain(ring.first()).map(|p| p.place()).map(|p| Point::new(p.lon, p.lat)).collect()
}

/// The small files beside a shapefile; and the date in the table's header, which would be today's, is set to a fixed one, so that the
/// same input gives the same bytes.
fn finish(path: &Path) -> Result<()> {
    fs::write(path.with_extension("prj"), WGS_84)?;
    fs::write(path.with_extension("cpg"), "UTF-8")?;
    let table = path.with_extension("dbf");
    let mut bytes = fs::read(&table)?;
    if let Some(date) = bytes.get_mut(1..4) {
        date.copy_from_slice(&[126, 11, 1]);
    }
    fs::write(table, bytes)?;
    Ok(())
}
