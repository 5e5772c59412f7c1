//! GeoJSON (RFC 7946). Read here and not by a library, because one wrong feature must not lose the others.

use serde::Deserialize;
use serde_json::Value;

use super::found::{Columns, Features, Found, Wish};
use super::json::{self, Coordinates, Document};
use super::projection::Projection;
use super::text_of_json::{Properties, Text};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{cancelled, count_of};

/// A feature with whatever it has.
#[derive(Deserialize)]
pub(super) struct Feature {
    #[serde(default)]
    geometry: Option<Geometry>,
    #[serde(default)]
    properties: Properties,
    #[serde(default)]
    id: Text,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(rename = "type", default)]
    kind: Value,
    #[serde(default = "nothing")]
    coordinates: Coordinates,
    #[serde(default)]
    geometries: Vec<Geometry>,
}

fn nothing() -> Coordinates {
    Coordinates::Bad
}

pub(super) fn read(
    file: &str,
    document: Document,
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let name = document.crs.pointer("/properties/name").and_then(Value::as_str);
    let projection = wish.projection(file, diagnostics, |diagnostics| match name {
        Some(name) => Projection::from_crs_name(file, name, diagnostics),
        None => Ok(Projection::Unknown),
    })?;
    progress.begin(Phase::Reading, document.features.len() as u64).map_err(cancelled)?;
    let mut features = Features::new(file, wish.wanted, projection);
    let mut columns = Columns::default();
    for feature in document.features {
        progress.tick(1).map_err(cancelled)?;
        add(&feature, &mut features, &mut columns, diagnostics)?;
    }
    let columns = columns.finish(file, diagnostics);
    Ok(features.finish(columns, diagnostics))
}

/// Features one after the other without a list around them: one a line (GeoJSON Lines), or with record separators (RFC 8142).
pub(super) fn read_sequence(
    file: &str,
    text: &[u8],
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    /// So many lines that cannot be read are named one by one.
    const NAMED: usize = 50;
    let projection = wish.projection(file, diagnostics, |_| Ok(Projection::Unknown))?;
    progress.begin(Phase::Reading, text.len() as u64).map_err(cancelled)?;
    let mut features = Features::new(file, wish.wanted, projection);
    let mut columns = Columns::default();
    let mut bad = 0;
    let separator = if text.contains(&0x1E) { 0x1E } else { b'\n' };
    for (line, record) in text.split(|&byte| byte == separator).enumerate() {
        progress.tick(record.len() as u64 + 1).map_err(cancelled)?;
        if record.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Feature>(record) {
            Ok(feature) => add(&feature, &mut features, &mut columns, diagnostics)?,
            Err(error) => {
                bad += 1;
                if bad <= NAMED {
                    let place = Place::file(file).row(line as u64 + 1);
                    diagnostics.push(
                        Diagnostic::error(place, format!("expected a feature ({error})")).hint("the line is left out"),
                    );
                }
            }
        }
    }
    if bad > NAMED {
        let message = format!("{} in all could not be read", count_of(bad, "line"));
        diagnostics.push(Diagnostic::error(Place::file(file), message).hint("they are left out"));
    }
    let columns = columns.finish(file, diagnostics);
    Ok(features.finish(columns, diagnostics))
}

fn add(
    feature: &Feature,
    features: &mut Features,
    columns: &mut Columns,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), UserError> {
    features.begin(None);
    match &feature.geometry {
        None => diagnostics
            .push(Diagnostic::error(features.place().clone(), "the feature has no geometry").hint("it is left out")),
        Some(geometry) => collect(geometry, features, diagnostics)?,
    }
    features.end(diagnostics)?;
    json::push_row(columns, &feature.id, &feature.properties, &features.place().file)
}

fn collect(geometry: &Geometry, features: &mut Features, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
    let coordinates = &geometry.coordinates;
    match geometry.kind.as_str() {
        Some("Polygon") => add_polygon(coordinates, features, diagnostics)?,
        Some("MultiPolygon") => match coordinates.list() {
            Some(polygons) => {
                for polygon in polygons {
                    add_polygon(polygon, features, diagnostics)?;
                }
            }
            None => diagnostics.push(not_a_polygon(features)),
        },
        Some("Point") => match coordinates {
            Coordinates::Place(place) => features.point(*place, diagnostics)?,
            _ => diagnostics.push(
                Diagnostic::error(
                    features.place().clone(),
                    "the coordinates of a point are not longitude and latitude",
                )
                .hint("the point is left out"),
            ),
        },
        Some("MultiPoint") => {
            for place in coordinates.line().unwrap_or_default() {
                features.point(place, diagnostics)?;
            }
        }
        Some("GeometryCollection") => {
            for member in &geometry.geometries {
                collect(member, features, diagnostics)?;
            }
        }
        Some("LineString" | "MultiLineString") => features.other("LineString", diagnostics),
        Some(_) => features.other("a geometry of another kind", diagnostics),
        None => features.other("no type", diagnostics),
    }
    Ok(())
}

fn add_polygon(
    coordinates: &Coordinates,
    features: &mut Features,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), UserError> {
    let lines = coordinates.list().and_then(|rings| rings.iter().map(Coordinates::line).collect::<Option<Vec<_>>>());
    match lines {
        Some(lines) => features.polygon(lines, diagnostics),
        None => {
            diagnostics.push(not_a_polygon(features));
            Ok(())
        }
    }
}

fn not_a_polygon(features: &Features) -> Diagnostic {
    let message = "the coordinates of a polygon are not lists of longitude and latitude";
    Diagnostic::error(features.place().clone(), message).hint("the polygon is left out")
}
