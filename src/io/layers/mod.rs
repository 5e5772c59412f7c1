//! Layers: polygons or points with columns, from shapefile, GeoPackage, GeoJSON, TopoJSON and KML, each also in an archive.

#[cfg(test)]
mod antimeridian_tests;
mod dbf;
mod dissolve;
#[cfg(test)]
mod dissolve_tests;
mod found;
mod geojson;
mod geopackage;
mod json;
mod kml;
mod mapping;
mod parts;
mod points;
mod projection;
mod report;
mod rings;
mod shapefile;
#[cfg(test)]
mod tests;
mod text_of_json;
mod topojson;
mod units;
mod wkb;
mod zipped;

use std::path::Path;

pub use dissolve::Dissolve;
pub use mapping::LayerMapping;
pub use parts::{Part, PartKind, holds_areas, parts_of};
pub use points::{is_layer, points_table};
pub use units::{Built, build, build_units};

use super::diagnostic::Diagnostic;
use super::options::ReadOptions;
use super::{Imported, cancelled, count_of, files, grouped};
use crate::domain::polygon::Shape;
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use found::{Found, Wanted, Wish};

/// More vertices than this are refused: about eight times the ZIP areas of the United States at full detail.
pub(crate) const MAX_PLACES: usize = 100_000_000;

/// Shapes and their columns as they stand in a file, in longitude and latitude (WGS 84).
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// The file's name, for messages.
    pub file: String,
    /// Outer rings counter-clockwise, holes clockwise. Empty where the file has no usable polygon.
    pub shapes: Vec<Shape>,
    /// Per shape one value in each.
    pub columns: Vec<RawColumn>,
    /// The coordinate system of the file, in words.
    pub system: String,
    /// Of a file with several layers the one that was read; empty where there is one alone.
    pub part: String,
}

/// A column as texts: whether "00123" is a number is for the mapping to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawColumn {
    pub name: String,
    /// Empty where there is no value.
    pub values: Vec<String>,
}

impl Layer {
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// The column of that name, exactly or else ignoring case.
    pub fn find(&self, name: &str) -> Option<&RawColumn> {
        let name = name.trim();
        self.columns
            .iter()
            .find(|column| column.name == name)
            .or_else(|| self.columns.iter().find(|column| column.name.to_lowercase() == name.to_lowercase()))
    }

    /// The column of that name, or an error that lists the names there are.
    pub fn require(&self, name: &str) -> Result<&RawColumn, UserError> {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        self.find(name).ok_or_else(|| {
            UserError::new(format!("{} has no column \"{name}\"", self.file))
                .because(format!("its columns are {}", super::table::list_of(&names)))
                .hint("check the name of the column")
        })
    }
}

/// Reads a layer of polygons; the format is told by the ending: `.shp`, `.gpkg`, `.geojson`, `.json`, `.topojson`, `.geojsonl`, `.kml`,
/// `.kmz`, or `.zip` with one of them in it; JSON also as `.gz`.
///
/// # Errors
/// A file that cannot be read, a missing part of a shapefile, an unknown coordinate system, no polygon at all.
pub fn read_layer(path: &Path, progress: &Progress) -> Result<Imported<Layer>, UserError> {
    read_layer_with(path, &ReadOptions::default(), progress)
}

/// As [`read_layer`], with the user's word on what is not found out from the file.
///
/// # Errors
/// As [`read_layer`]; a part that is not in the file.
pub fn read_layer_with(path: &Path, options: &ReadOptions, progress: &Progress) -> Result<Imported<Layer>, UserError> {
    let mut diagnostics = Vec::new();
    let layer = read_any(path, Wish { wanted: Wanted::Areas, options }, progress, &mut diagnostics)?.layer;
    if layer.shapes.iter().all(Shape::is_empty) {
        let why = diagnostics.iter().find(|d: &&Diagnostic| d.severity == super::diagnostic::Severity::Error);
        let why = why.map_or_else(|| "there is no polygon in it".to_owned(), |first| first.message.clone());
        return Err(UserError::new(format!("Could not read units from {}", layer.file))
            .because(why)
            .hint("a layer of units consists of polygons"));
    }
    Ok(Imported::new(layer, diagnostics))
}

fn read_any(
    path: &Path,
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    progress.begin(Phase::Reading, 0).map_err(cancelled)?;
    let file = files::name_of(path);
    match ending(path).as_str() {
        "shp" | "dbf" | "shx" | "prj" | "cpg" => shapefile::read(path, wish, progress, diagnostics),
        "geojson" | "json" | "topojson" | "geojsonl" | "geojsons" | "ndjson" | "jsonl" => {
            let bytes = files::read_all(path, files::MAX_LAYER_BYTES)?;
            json::read(&file, &bytes, wish, progress, diagnostics)
        }
        "gpkg" => geopackage::GeoPackage::open(path, progress)?.read(wish, progress, diagnostics),
        "kml" => {
            let bytes = files::read_all(path, files::MAX_LAYER_BYTES)?;
            kml::read(&file, &bytes, wish, progress, diagnostics)
        }
        "kmz" => zipped::read_kmz(path, wish, progress, diagnostics),
        "zip" => zipped::read(path, wish, progress, diagnostics),
        other => Err(UserError::new(format!("Could not read {file}"))
            .because(format!("layers are .shp, .gpkg, .geojson, .topojson, .kml, .kmz or .zip, not \".{other}\""))
            .hint("convert the file to one of them")),
    }
}

/// The ending that tells the format: of `counties.geojson.gz` it is "geojson".
fn ending(path: &Path) -> String {
    match files::ending_of(path).as_str() {
        "gz" => files::ending_of(&path.with_extension("")),
        other => other.to_owned(),
    }
}
