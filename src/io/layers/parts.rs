//! What a file holds beside each other: layers of a GeoPackage, shapefiles in an archive, folders of a KML file, objects of a TopoJSON
//! file.

use std::path::Path;

use super::{files, geopackage, json, kml, shapefile, zipped};
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::table::list_of;

/// One of several layers in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub kind: PartKind,
    /// Where it is known without reading everything.
    pub features: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Areas,
    Points,
    Lines,
    /// Several kinds, or not known.
    Mixed,
}

impl PartKind {
    pub(super) fn may_be_areas(self) -> bool {
        matches!(self, Self::Areas | Self::Mixed)
    }
}

impl Part {
    /// "counties: 3,235 areas"
    pub fn words(&self) -> String {
        let noun = match self.kind {
            PartKind::Areas => "area",
            PartKind::Points => "point",
            PartKind::Lines => "line",
            PartKind::Mixed => "feature",
        };
        match self.features {
            Some(count) => format!("{}: {}", self.name, super::count_of(count as usize, noun)),
            None => self.name.clone(),
        }
    }
}

/// The parts of a file by which [`super::ReadOptions::part`] can choose. Empty for files that hold one layer alone.
///
/// # Errors
/// A file that cannot be read.
pub fn parts_of(path: &Path, progress: &Progress) -> Result<Vec<Part>, UserError> {
    let file = files::name_of(path);
    match super::ending(path).as_str() {
        "gpkg" => geopackage::GeoPackage::open(path, progress)?.parts(),
        "zip" => zipped::parts(path, progress),
        "kml" => Ok(kml::parts(&file, &files::read_all(path, files::MAX_LAYER_BYTES)?, progress)?),
        "kmz" => zipped::kmz_parts(path, progress),
        "json" | "geojson" | "topojson" => Ok(json::parts(&files::read_all(path, files::MAX_LAYER_BYTES)?)),
        _ => Ok(Vec::new()),
    }
}

/// Whether there are areas in a file; else it can only hold points. Looks at headers and words, not at every shape.
///
/// # Errors
/// A file that cannot be read.
pub fn holds_areas(path: &Path, progress: &Progress) -> Result<bool, UserError> {
    match super::ending(path).as_str() {
        "shp" | "dbf" | "shx" | "prj" | "cpg" => {
            let shapes = files::sibling(path, "shp").unwrap_or_else(|| path.to_owned());
            let (start, _) = files::read_start(&shapes, 100)?;
            Ok(shapefile::kind(&start).is_some_and(shapefile::is_polygon))
        }
        "gpkg" => {
            Ok(geopackage::GeoPackage::open(path, progress)?.parts()?.iter().any(|part| part.kind.may_be_areas()))
        }
        "zip" => zipped::holds_areas(path, progress),
        "kmz" => zipped::kmz_holds_areas(path, progress),
        _ => Ok(names_areas(&files::read_all(path, files::MAX_LAYER_BYTES)?)),
    }
}

/// Whether a text of JSON or KML has a polygon in it.
pub(super) fn names_areas(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let words = ["\"Polygon\"", "\"MultiPolygon\"", "\"Topology\"", "<Polygon", ":Polygon"];
    words.iter().any(|word| text.contains(word))
}

/// Says which of several was taken where the user said nothing.
pub(super) fn say_choice(file: &str, noun: &str, taken: &str, all: &[String], diagnostics: &mut Vec<Diagnostic>) {
    let others: Vec<&String> = all.iter().filter(|name| name.as_str() != taken).collect();
    if !others.is_empty() {
        diagnostics.push(
            Diagnostic::note(Place::file(file), format!("the {noun} \"{taken}\" is taken"))
                .hint(format!("others in the file are {}", list_of(&others))),
        );
    }
}

pub(super) fn no_such_part(file: &str, part: &str, all: &[String]) -> UserError {
    UserError::new(format!("Could not read \"{part}\" from {file}"))
        .because(format!("in the file are {}", list_of(all)))
        .hint("choose one of them")
}
