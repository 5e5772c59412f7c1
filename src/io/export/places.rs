//! Coordinates as decimal text.

use std::borrow::Cow;
use std::fmt::Write;

use crate::domain::polygon::{Polygon, Ring, Shape};
use crate::domain::sphere::LonLat;

/// The shortest text that reads back as the same number.
pub(super) fn push_number(out: &mut String, number: f64) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}

/// A coordinate with so many decimals; as it is without any wish.
pub(super) fn rounded_coordinate(value: f64, decimals: Option<u8>) -> f64 {
    match decimals {
        Some(decimals) => {
            let scale = 10_f64.powi(i32::from(decimals));
            (value * scale).round() / scale + 0.0
        }
        None => value,
    }
}

pub(super) fn rounded_place(place: LonLat, decimals: Option<u8>) -> LonLat {
    LonLat::new(rounded_coordinate(place.lon, decimals), rounded_coordinate(place.lat, decimals))
}

/// The shape on the grid of the last decimal. A vertex goes to the same place for both its neighbours, so that borders stay shared;
/// vertices that fall together become one, and rings that fall flat are left out.
pub(super) fn rounded_shape(shape: Cow<'_, Shape>, decimals: Option<u8>) -> Cow<'_, Shape> {
    if decimals.is_none() {
        return shape;
    }
    let ring = |ring: &Ring| {
        let mut rounded: Ring = ring.iter().map(|&place| rounded_place(place, decimals)).collect();
        rounded.dedup();
        while rounded.len() > 1 && rounded.first() == rounded.last() {
            rounded.pop();
        }
        (rounded.len() > 2).then_some(rounded)
    };
    let polygon = |polygon: &Polygon| {
        Some(Polygon { outer: ring(&polygon.outer)?, holes: polygon.holes.iter().filter_map(ring).collect() })
    };
    Cow::Owned(Shape { polygons: shape.polygons.iter().filter_map(polygon).collect() })
}
