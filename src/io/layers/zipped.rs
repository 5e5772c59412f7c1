//! Layers in a ZIP archive: shapefiles as they are sent around, and the other formats; and KMZ, which is KML in an archive.

use std::path::Path;

use super::found::{Found, Wanted, Wish};
use super::parts::{self, Part, PartKind};
use super::{files, geopackage, json, kml, shapefile};
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::archive::{Archive, Entry, Limits};
use crate::io::diagnostic::{Diagnostic, Severity};

/// The endings of layers that are read from archives.
const ENDINGS: [&str; 10] =
    ["shp", "gpkg", "geojson", "json", "topojson", "geojsonl", "geojsons", "ndjson", "jsonl", "kml"];

/// Reads the layer that is wished for from an archive, else the one in it that promises most.
pub(super) fn read(
    path: &Path,
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let mut archive = Archive::open(path, Limits::LAYERS, diagnostics)?;
    let layers = layers(&archive);
    let names: Vec<String> = layers.iter().map(name_of).collect();
    // A name may be that of a layer in the archive, or of a part within its only file.
    let mut inner = wish;
    let plain;
    let chosen = match &wish.options.part {
        None => best(&mut archive, &layers, wish, progress, diagnostics)?,
        Some(part) => {
            let lower = part.trim().to_lowercase();
            let is = |entry: &&Entry| {
                [entry.name.as_str(), entry.stem(), entry.file_name(), &name_of(entry)]
                    .iter()
                    .any(|name| name.to_lowercase() == lower)
            };
            match (layers.iter().find(is), layers.as_slice()) {
                (Some(entry), _) => {
                    plain = super::ReadOptions { part: None, ..wish.options.clone() };
                    inner = Wish { options: &plain, ..wish };
                    entry.clone()
                }
                (None, [only]) => only.clone(),
                (None, _) => return Err(parts::no_such_part(&archive.file, part, &names)),
            }
        }
    };
    if wish.options.part.is_none() {
        parts::say_choice(&archive.file, "layer", &name_of(&chosen), &names, diagnostics);
    }
    let bytes = archive.read(&chosen, progress)?;
    let file = format!("{}/{}", archive.file, chosen.file_name());
    let mut found = match chosen.ending().as_str() {
        "shp" => shapefile::from_parts(beside(&mut archive, &chosen, bytes, progress)?, inner, progress, diagnostics),
        "gpkg" => geopackage::GeoPackage::from_bytes(&file, &bytes, progress)?.read(inner, progress, diagnostics),
        "kml" => kml::read(&file, &bytes, inner, progress, diagnostics),
        _ => json::read(&file, &bytes, inner, progress, diagnostics),
    }?;
    if layers.len() > 1 {
        found.layer.part = name_of(&chosen);
    }
    Ok(found)
}

/// Reads KMZ: the main file of the archive is "doc.kml", else the first one.
pub(super) fn read_kmz(
    path: &Path,
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let (file, bytes) = main_kml(path, progress, diagnostics)?;
    kml::read(&file, &bytes, wish, progress, diagnostics)
}

/// The layers of the archive; where one file alone is in it, its own.
pub(super) fn parts(path: &Path, progress: &Progress) -> Result<Vec<Part>, UserError> {
    let mut archive = Archive::open(path, Limits::LAYERS, &mut Vec::new())?;
    let found = layers(&archive);
    if let [only] = found.as_slice() {
        let file = format!("{}/{}", archive.file, only.file_name());
        return match only.ending().as_str() {
            "gpkg" => geopackage::GeoPackage::from_bytes(&file, &archive.read(only, progress)?, progress)?.parts(),
            "kml" => kml::parts(&file, &archive.read(only, progress)?, progress),
            "json" | "geojson" | "topojson" => Ok(json::parts(&archive.read(only, progress)?)),
            _ => Ok(Vec::new()),
        };
    }
    Ok(found.iter().map(|entry| Part { name: name_of(entry), kind: PartKind::Mixed, features: None }).collect())
}

/// Whether there are areas in one of the layers.
pub(super) fn holds_areas(path: &Path, progress: &Progress) -> Result<bool, UserError> {
    let mut archive = Archive::open(path, Limits::LAYERS, &mut Vec::new())?;
    for entry in layers(&archive) {
        let holds = match entry.ending().as_str() {
            "shp" => {
                let (start, _) = archive.read_start(&entry, 100, progress)?;
                shapefile::kind(&start).is_some_and(shapefile::is_polygon)
            }
            "gpkg" => {
                let bytes = archive.read(&entry, progress)?;
                let parts = geopackage::GeoPackage::from_bytes(&archive.file, &bytes, progress)?.parts()?;
                parts.iter().any(|part| part.kind.may_be_areas())
            }
            _ => parts::names_areas(&archive.read(&entry, progress)?),
        };
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn kmz_holds_areas(path: &Path, progress: &Progress) -> Result<bool, UserError> {
    let (_, bytes) = main_kml(path, progress, &mut Vec::new())?;
    Ok(parts::names_areas(&bytes))
}

pub(super) fn kmz_parts(path: &Path, progress: &Progress) -> Result<Vec<Part>, UserError> {
    let (file, bytes) = main_kml(path, progress, &mut Vec::new())?;
    kml::parts(&file, &bytes, progress)
}

fn main_kml(
    path: &Path,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(String, Vec<u8>), UserError> {
    let mut archive = Archive::open(path, Limits::LAYERS, diagnostics)?;
    let entries = archive.entries();
    let main = entries.iter().find(|entry| entry.name.eq_ignore_ascii_case("doc.kml"));
    let Some(main) = main.or_else(|| entries.iter().find(|entry| entry.ending() == "kml")).cloned() else {
        return Err(nothing_inside(&archive.file, "there is no .kml file in it", diagnostics));
    };
    let bytes = archive.read(&main, progress)?;
    Ok((archive.file, bytes))
}

fn layers(archive: &Archive<'_>) -> Vec<Entry> {
    archive.entries().iter().filter(|entry| ENDINGS.contains(&entry.ending().as_str())).cloned().collect()
}

/// The layer's name: the file's, without folders and ending.
fn name_of(entry: &Entry) -> String {
    entry.stem().rsplit('/').next().unwrap_or_default().to_owned()
}

/// The largest shapefile of the wanted kind, else the first other file.
fn best(
    archive: &mut Archive<'_>,
    layers: &[Entry],
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &[Diagnostic],
) -> Result<Entry, UserError> {
    if let [only] = layers {
        return Ok(only.clone());
    }
    let mut largest: Option<(u64, &Entry)> = None;
    for entry in layers.iter().filter(|entry| entry.ending() == "shp") {
        let (start, size) = archive.read_start(entry, 36, progress)?;
        let is_wanted = match shapefile::kind(&start) {
            Some(kind) if shapefile::is_polygon(kind) => true,
            Some(kind) => wish.wanted == Wanted::Points && matches!(kind % 10, 1 | 8),
            None => false,
        };
        if is_wanted && largest.is_none_or(|(best, _)| size > best) {
            largest = Some((size, entry));
        }
    }
    let found = largest.map(|(_, entry)| entry).or_else(|| layers.iter().find(|entry| entry.ending() != "shp"));
    match found.or_else(|| layers.first()) {
        Some(entry) => Ok(entry.clone()),
        None => {
            let why = "there is no layer in the archive: no .shp, .gpkg, .geojson, .topojson or .kml file";
            Err(nothing_inside(&archive.file, why, diagnostics))
        }
    }
}

/// The error names what was left out, for that is often the reason.
fn nothing_inside(file: &str, why: &str, diagnostics: &[Diagnostic]) -> UserError {
    let left_out = diagnostics.iter().find(|found| found.severity != Severity::Note);
    let left_out = left_out.or_else(|| diagnostics.first());
    let hint = left_out.map_or("choose another file".to_owned(), |found| {
        format!("left out was {}: {}", found.place.item, found.message)
    });
    UserError::new(format!("Could not read {file}")).because(why).hint(hint)
}

/// The parts of a shapefile that lie beside it in the archive.
fn beside(
    archive: &mut Archive<'_>,
    shp: &Entry,
    bytes: Vec<u8>,
    progress: &Progress,
) -> Result<shapefile::Parts, UserError> {
    let named = |ending: &str| format!("{}.{ending}", shp.stem());
    let dbf = archive.find(&named("dbf")).cloned().ok_or_else(|| {
        UserError::new(format!("Could not read {}", archive.file))
            .because(format!("{} is missing in the archive, which holds the codes and names", named("dbf")))
            .hint("pack all files of the shapefile into the archive")
    })?;
    let mut text = |ending: &str| {
        let entry = archive.find(&named(ending)).cloned()?;
        let (bytes, _) = archive.read_start(&entry, 1 << 20, progress).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let (prj, cpg) = (text("prj"), text("cpg"));
    let file = format!("{}/{}", archive.file, shp.file_name());
    Ok(shapefile::Parts {
        file: files::name_of(Path::new(&file)),
        shp: bytes,
        dbf: archive.read(&dbf, progress)?,
        prj,
        cpg,
    })
}
