//! Shapes as GeoPackage stores them: a header with a box, then well-known binary (OGC 06-103r4), little endian.

use crate::domain::polygon::{Ring, Shape};
use crate::domain::sphere::{Bounds, LonLat};

const POINT: u32 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;
/// Of the header's flags: little endian; a box of two dimensions follows.
const LITTLE_ENDIAN: u8 = 1;
const WITH_BOX: u8 = 1 << 1;

pub(super) fn point(place: LonLat, srs: i32) -> Vec<u8> {
    let mut out = header(srs, None);
    push_kind(&mut out, POINT);
    push_place(&mut out, place);
    out
}

/// Always a collection, also of one polygon: a layer has one kind of shape.
pub(super) fn multi_polygon(shape: &Shape, srs: i32) -> Vec<u8> {
    let mut out = header(srs, Some(shape.bounds()));
    push_kind(&mut out, MULTI_POLYGON);
    push_count(&mut out, shape.polygons.len());
    for polygon in &shape.polygons {
        push_kind(&mut out, POLYGON);
        push_count(&mut out, 1 + polygon.holes.len());
        for ring in polygon.rings() {
            push_ring(&mut out, ring);
        }
    }
    out
}

fn header(srs: i32, bounds: Option<Bounds>) -> Vec<u8> {
    let flags = LITTLE_ENDIAN | if bounds.is_some() { WITH_BOX } else { 0 };
    let mut out = vec![b'G', b'P', 0, flags];
    out.extend(srs.to_le_bytes());
    if let Some(Bounds { min, max }) = bounds {
        for edge in [min.lon, max.lon, min.lat, max.lat] {
            out.extend(edge.to_le_bytes());
        }
    }
    out
}

fn push_kind(out: &mut Vec<u8>, kind: u32) {
    out.push(LITTLE_ENDIAN);
    out.extend(kind.to_le_bytes());
}

fn push_count(out: &mut Vec<u8>, count: usize) {
    out.extend((count as u32).to_le_bytes());
}

/// The first place comes again at the end.
fn push_ring(out: &mut Vec<u8>, ring: &Ring) {
    push_count(out, ring.len() + 1);
    ring.iter().chain(ring.first()).for_each(|&place| push_place(out, place));
}

fn push_place(out: &mut Vec<u8>, place: LonLat) {
    out.extend(place.lon.to_le_bytes());
    out.extend(place.lat.to_le_bytes());
}
