//! GeoJSON (RFC 7946): outer rings counter-clockwise, longitude and latitude in full precision, no `crs`.

use std::fmt::Write;

use super::sheet::{Sheet, Values};
use crate::domain::polygon::{Polygon, Ring, Shape};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::cancelled;

/// One feature per line, so that files can be compared.
pub(super) fn write(sheet: &Sheet, shapes: &[Shape], name: &str, progress: &Progress) -> Result<Vec<u8>, UserError> {
    progress.begin(Phase::Writing, shapes.len() as u64).map_err(cancelled)?;
    let mut out = format!("{{\"type\":\"FeatureCollection\",\"name\":{},\"features\":[", quoted(name));
    let mut first = true;
    for (row, shape) in shapes.iter().enumerate() {
        progress.tick(1).map_err(cancelled)?;
        if shape.is_empty() {
            continue;
        }
        out.push_str(if first { "\n" } else { ",\n" });
        first = false;
        out.push_str("{\"type\":\"Feature\",\"properties\":{");
        for (index, column) in sheet.columns.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(&quoted(&column.name));
            out.push(':');
            match &column.values {
                Values::Texts(texts) => out.push_str(&quoted(texts.get(row).map_or("", String::as_str))),
                Values::Numbers(numbers) => match numbers.get(row) {
                    Some(number) if number.is_finite() => push_number(&mut out, *number),
                    _ => out.push_str("null"),
                },
            }
        }
        out.push_str("},\"geometry\":{\"type\":");
        if let [polygon] = shape.polygons.as_slice() {
            out.push_str("\"Polygon\",\"coordinates\":");
            push_polygon(&mut out, polygon);
        } else {
            out.push_str("\"MultiPolygon\",\"coordinates\":[");
            for (index, polygon) in shape.polygons.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_polygon(&mut out, polygon);
            }
            out.push(']');
        }
        out.push_str("}}");
    }
    out.push_str("\n]}\n");
    Ok(out.into_bytes())
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
        out.push('[');
        push_number(out, place.lon);
        out.push(',');
        push_number(out, place.lat);
        out.push(']');
    }
    out.push(']');
}

/// The shortest text that reads back as the same number.
fn push_number(out: &mut String, number: f64) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
