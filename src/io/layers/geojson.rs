//! GeoJSON (RFC 7946). Read here and not by a library, because one wrong feature must not lose the others.

use serde::Deserialize;
use serde_json::Value;

use super::json::{ColumnsBuilder, Coordinates, Document};
use super::projection::Projection;
use super::{Layer, MAX_PLACES, rings};
use crate::domain::polygon::Shape;
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::cancelled;
use crate::io::diagnostic::{Diagnostic, Place};

/// A feature with whatever it has.
#[derive(Deserialize)]
pub(super) struct Feature {
    #[serde(default)]
    geometry: Option<Geometry>,
    #[serde(default)]
    properties: Value,
    #[serde(default)]
    id: Value,
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
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Layer, UserError> {
    let projection = match document.crs.pointer("/properties/name").and_then(Value::as_str) {
        Some(name) => Projection::from_crs_name(file, name)?,
        None => Projection::Unknown,
    };
    progress.begin(Phase::Reading, document.features.len() as u64).map_err(cancelled)?;
    let mut layer = Layer { file: file.to_owned(), ..Layer::default() };
    let mut columns = ColumnsBuilder::default();
    let mut places = 0;
    for (index, feature) in document.features.into_iter().enumerate() {
        progress.tick(1).map_err(cancelled)?;
        let place = Place::file(file).item(format!("feature {}", index + 1));
        let mut shape = Shape::default();
        match &feature.geometry {
            None => diagnostics.push(Diagnostic::error(place, "the feature has no geometry").hint("it is left out")),
            Some(geometry) => collect(geometry, &projection, &place, &mut shape, diagnostics)?,
        }
        places += shape.polygons.iter().flat_map(|polygon| polygon.rings()).map(Vec::len).sum::<usize>();
        if places > MAX_PLACES {
            return Err(UserError::new(format!("Could not read {file}"))
                .because("it has more vertices than can be handled")
                .hint("simplify the layer first"));
        }
        layer.shapes.push(shape);
        columns.push(&feature.id, &feature.properties);
    }
    layer.columns = columns.finish();
    Ok(layer)
}

fn collect(
    geometry: &Geometry,
    projection: &Projection,
    place: &Place,
    shape: &mut Shape,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), UserError> {
    match geometry.kind.as_str() {
        Some("Polygon") => add_polygon(&geometry.coordinates, projection, place, shape, diagnostics)?,
        Some("MultiPolygon") => match geometry.coordinates.list() {
            Some(polygons) => {
                for polygon in polygons {
                    add_polygon(polygon, projection, place, shape, diagnostics)?;
                }
            }
            None => diagnostics.push(not_a_polygon(place)),
        },
        Some("GeometryCollection") => {
            for member in &geometry.geometries {
                collect(member, projection, place, shape, diagnostics)?;
            }
        }
        other => {
            let found = other.unwrap_or("no type");
            diagnostics.push(
                Diagnostic::error(place.clone(), format!("expected a Polygon or MultiPolygon, found {found}"))
                    .hint("it is left out"),
            );
        }
    }
    Ok(())
}

fn add_polygon(
    coordinates: &Coordinates,
    projection: &Projection,
    place: &Place,
    shape: &mut Shape,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), UserError> {
    let lines = coordinates.list().and_then(|rings| rings.iter().map(Coordinates::line).collect::<Option<Vec<_>>>());
    let Some(lines) = lines else {
        diagnostics.push(not_a_polygon(place));
        return Ok(());
    };
    let mut usable = Vec::with_capacity(lines.len());
    for (index, line) in lines.into_iter().enumerate() {
        match projection.to_degrees(&place.file, line)?.and_then(rings::clean) {
            Ok(ring) => usable.push(ring),
            Err(bad) => {
                diagnostics.push(rings::diagnose(bad, place));
                if index == 0 {
                    // Holes of nothing.
                    return Ok(());
                }
            }
        }
    }
    if !usable.is_empty() {
        let outer = usable.remove(0);
        shape.polygons.push(rings::polygon(outer, usable));
    }
    Ok(())
}

fn not_a_polygon(place: &Place) -> Diagnostic {
    Diagnostic::error(place.clone(), "the coordinates of a polygon are not lists of longitude and latitude")
        .hint("the polygon is left out")
}
