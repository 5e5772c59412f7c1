//! Layers of points as tables, for accounts.

use std::path::Path;

use super::found::{Wanted, Wish};
use super::{ReadOptions, ending, read_any};
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::table::{Source, Table};
use crate::io::{Imported, count_of};

/// Whether the file is one that [`points_table`] and [`super::read_layer`] read, by its ending.
pub fn is_layer(path: &Path) -> bool {
    const ENDINGS: [&str; 11] =
        ["shp", "gpkg", "geojson", "json", "topojson", "geojsonl", "geojsons", "ndjson", "jsonl", "kml", "kmz"];
    let ending = ending(path);
    ENDINGS.contains(&ending.as_str()) || ending == "zip"
}

/// Reads a layer of points as a table: its columns, then the longitude and latitude in degrees (WGS 84). Of a polygon a point inside it
/// is taken. Features without a place are kept, with both left empty.
///
/// # Errors
/// A file that cannot be read, no point and no polygon at all.
pub fn points_table(path: &Path, options: &ReadOptions, progress: &Progress) -> Result<Imported<Table>, UserError> {
    let mut diagnostics = Vec::new();
    let found = read_any(path, Wish { wanted: Wanted::Points, options }, progress, &mut diagnostics)?;
    let layer = found.layer;
    let mut inside = 0;
    let places: Vec<_> = found
        .points
        .iter()
        .zip(&layer.shapes)
        .map(|(point, shape)| {
            point.or_else(|| {
                inside += usize::from(!shape.is_empty());
                (!shape.is_empty()).then(|| shape.label_point())
            })
        })
        .collect();
    if places.iter().all(Option::is_none) {
        return Err(UserError::new(format!("Could not read points from {}", layer.file))
            .because("there is no point in it")
            .hint("choose a layer of points"));
    }
    if inside > 0 {
        let message = format!("{} instead of points", count_of(inside, "area"));
        diagnostics.push(
            Diagnostic::note(Place::file(&layer.file), message).hint("a point inside each area is taken as its place"),
        );
    }
    let taken = |name: &str| layer.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    // The places of the shapes count; columns of the same name may hold others.
    let free = |name: &str| if taken(name) { format!("{name} of the point") } else { name.to_owned() };
    let mut columns: Vec<String> = layer.columns.iter().map(|column| column.name.clone()).collect();
    columns.push(free("Longitude"));
    columns.push(free("Latitude"));
    let rows = (0..layer.shapes.len()).map(|row| {
        let cells = layer.columns.iter().map(move |column| column.values.get(row).cloned().unwrap_or_default());
        let place =
            places[row].map_or([String::new(), String::new()], |place| [place.lon.to_string(), place.lat.to_string()]);
        cells.chain(place).collect::<Vec<String>>()
    });
    let mut table = Table::from_rows(&layer.file, columns, rows)?;
    table.format.source = Source::Layer { part: layer.part.clone(), system: layer.system.clone() };
    table.format.decimal_mark = options.decimal_mark;
    table.format.date_order = options.date_order;
    Ok(Imported::new(table, diagnostics))
}
