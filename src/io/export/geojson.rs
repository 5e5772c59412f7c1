//! GeoJSON (RFC 7946): outer rings counter-clockwise, longitude and latitude, cut at the antimeridian, with a box, no `crs`.

use std::fmt::Write;

use super::loss::Losses;
use super::part::{Geometry, Part};
use super::places::{push_number, rounded_place, rounded_shape};
use super::sheet::{Column, Values};
use crate::domain::polygon::{Polygon, Ring, Shape};
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::{Bounds, LonLat};
use crate::error::UserError;
use crate::io::{antimeridian, cancelled};

pub(super) fn losses(part: &Part, losses: &mut Losses) {
    let cut = part.map_rows().filter(|&row| antimeridian::crosses(&part.shape(row))).count();
    if cut > 0 {
        losses.lost(format!("{} across the antimeridian cut there into parts", part.count_words(cut)));
    }
}

/// One feature per line, so that files can be compared.
pub(super) fn write(part: &Part, decimals: Option<u8>, progress: &Progress) -> Result<Vec<u8>, UserError> {
    progress.begin(Phase::Writing, part.sheet.rows as u64).map_err(cancelled)?;
    let mut boxes: Vec<Bounds> = Vec::new();
    let mut features = String::new();
    for row in part.map_rows() {
        progress.tick(1).map_err(cancelled)?;
        features.push_str(if features.is_empty() { "\n" } else { ",\n" });
        features.push_str("{\"type\":\"Feature\",\"properties\":{");
        push_properties(&mut features, &part.sheet.columns, row);
        features.push_str("},\"geometry\":");
        match &part.geometry {
            Geometry::Areas { .. } => {
                let whole = part.shape(row);
                let shape = rounded_shape(antimeridian::cut(&whole), decimals);
                boxes.extend(shape.polygons.iter().filter_map(|polygon| Bounds::of(polygon.outer.iter().copied())));
                push_shape(&mut features, &shape);
            }
            _ => match part.place(row) {
                Some(place) => {
                    let place = rounded_place(place, decimals);
                    boxes.push(Bounds { min: place, max: place });
                    features.push_str("{\"type\":\"Point\",\"coordinates\":");
                    push_place(&mut features, place);
                    features.push('}');
                }
                None => features.push_str("null"),
            },
        }
        features.push('}');
    }
    let mut out = format!("{{\"type\":\"FeatureCollection\",\"name\":{},", quoted(&part.name));
    if let Some(around) = antimeridian::bounding_box(boxes) {
        push_box(&mut out, around);
        out.push(',');
    }
    out.push_str("\"features\":[");
    out.push_str(&features);
    out.push_str("\n]}\n");
    Ok(out.into_bytes())
}

/// `"bbox":[west,south,east,north]`
pub(super) fn push_box(out: &mut String, around: [f64; 4]) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\"bbox\":[{},{},{},{}]", around[0], around[1], around[2], around[3]);
}

/// The members of an object with a row's values, without the braces.
pub(super) fn push_properties(out: &mut String, columns: &[Column], row: usize) {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_quoted(out, &column.name);
        out.push(':');
        match &column.values {
            Values::Texts(_) => push_quoted(out, column.text(row)),
            Values::Numbers(_) => match column.number(row) {
                Some(number) => push_number(out, number),
                None => out.push_str("null"),
            },
        }
    }
}

fn push_shape(out: &mut String, shape: &Shape) {
    match shape.polygons.as_slice() {
        // All of it is smaller than a step of the last decimal.
        [] => out.push_str("null"),
        [polygon] => {
            out.push_str("{\"type\":\"Polygon\",\"coordinates\":");
            push_polygon(out, polygon);
            out.push('}');
        }
        polygons => {
            out.push_str("{\"type\":\"MultiPolygon\",\"coordinates\":[");
            for (index, polygon) in polygons.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_polygon(out, polygon);
            }
            out.push_str("]}");
        }
    }
}

fn push_polygon(out: &mut String, polygon: &Polygon) {
    out.push('[');
    for (index, ring) in polygon.rings().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_ring(out, ring);
    }
    out.push(']');
}

fn push_ring(out: &mut String, ring: &Ring) {
    out.push('[');
    for (index, place) in ring.iter().chain(ring.first()).enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_place(out, *place);
    }
    out.push(']');
}

fn push_place(out: &mut String, place: LonLat) {
    out.push('[');
    push_number(out, place.lon);
    out.push(',');
    push_number(out, place.lat);
    out.push(']');
}

pub(super) fn push_quoted(out: &mut String, text: &str) {
    if text.chars().all(|c| c >= ' ' && c != '"' && c != '\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&quoted(text));
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
