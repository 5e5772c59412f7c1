//! Layers of units: polygons with columns, from shapefile, GeoJSON and TopoJSON.

mod dbf;
mod geojson;
mod json;
mod mapping;
mod projection;
mod rings;
mod shapefile;
#[cfg(test)]
mod tests;
mod topojson;
mod units;

use std::path::Path;

pub use mapping::LayerMapping;
pub use units::build_units;

use super::diagnostic::Diagnostic;
use super::{Imported, cancelled, files};
use crate::domain::polygon::Shape;
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;

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

/// Reads a layer; the format is told by the ending: `.shp`, `.geojson`, `.json`, `.topojson`, each JSON also as `.gz`.
///
/// # Errors
/// A file that cannot be read, a missing part of a shapefile, an unknown coordinate system, no polygon at all.
pub fn read_layer(path: &Path, progress: &Progress) -> Result<Imported<Layer>, UserError> {
    progress.begin(Phase::Reading, 0).map_err(cancelled)?;
    let file = files::name_of(path);
    let mut diagnostics = Vec::new();
    let ending = match files::ending_of(path).as_str() {
        "gz" => files::ending_of(&path.with_extension("")),
        other => other.to_owned(),
    };
    let layer = match ending.as_str() {
        "shp" | "dbf" | "shx" | "prj" | "cpg" => shapefile::read(path, progress, &mut diagnostics)?,
        "geojson" | "json" | "topojson" => {
            let bytes = files::read_all(path, files::MAX_LAYER_BYTES)?;
            json::read(&file, &bytes, progress, &mut diagnostics)?
        }
        "zip" => {
            return Err(UserError::new(format!("Could not read {file}"))
                .because("it is a ZIP archive")
                .hint("unpack it and choose the .shp or .geojson file inside"));
        }
        _ => {
            return Err(UserError::new(format!("Could not read {file}"))
                .because(format!("layers of units are .shp, .geojson, .json or .topojson, not \".{ending}\""))
                .hint("convert the file to one of them"));
        }
    };
    if layer.shapes.iter().all(Shape::is_empty) {
        let why = diagnostics.iter().find(|d: &&Diagnostic| d.severity == super::diagnostic::Severity::Error);
        let why = why.map_or_else(|| "there is no polygon in it".to_owned(), |first| first.message.clone());
        return Err(UserError::new(format!("Could not read units from {file}"))
            .because(why)
            .hint("a layer of units consists of polygons"));
    }
    Ok(Imported::new(layer, diagnostics))
}
