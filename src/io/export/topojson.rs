//! TopoJSON (specification 1.0): each piece of border once, from the shared arcs of the project itself.

use std::collections::BTreeMap;

use super::geojson::{push_box, push_properties, push_quoted};
use super::part::{Geometry, Part};
use super::places::push_number;
use crate::domain::ids::ArcId;
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::LonLat;
use crate::domain::topology::{ArcPolygon, Topology};
use crate::error::UserError;
use crate::io::antimeridian::bounding_box;
use crate::io::cancelled;

/// One object per table. With a number of decimals coordinates are whole numbers on that grid, each as its difference to the one before.
pub(super) fn write(parts: &[Part], decimals: Option<u8>, progress: &Progress) -> Result<Vec<u8>, UserError> {
    let rows: usize = parts.iter().map(|part| part.sheet.rows).sum();
    progress.begin(Phase::Writing, rows as u64).map_err(cancelled)?;
    let used = Used::of(parts);
    let mut out = String::from("{\"type\":\"Topology\",");
    if let Some(around) = bounding_box(parts.iter().filter_map(Part::bounds)) {
        push_box(&mut out, around);
        out.push(',');
    }
    if let Some(decimals) = decimals {
        let step = format!("1e-{decimals}");
        out.push_str(&format!("\"transform\":{{\"scale\":[{step},{step}],\"translate\":[0,0]}},"));
    }
    out.push_str("\"objects\":{");
    for (index, part) in parts.iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        push_quoted(&mut out, &part.name);
        out.push_str(":{\"type\":\"GeometryCollection\",\"geometries\":[");
        for (index, row) in part.map_rows().enumerate() {
            progress.tick(1).map_err(cancelled)?;
            out.push_str(if index > 0 { ",\n{" } else { "\n{" });
            match &part.geometry {
                Geometry::Areas { topology, rows } => push_area(&mut out, &rows[row], used.numbers(topology)),
                _ => push_point(&mut out, part.place(row), decimals),
            }
            out.push_str(",\"properties\":{");
            push_properties(&mut out, &part.sheet.columns, row);
            out.push_str("}}");
        }
        out.push_str("\n]}");
    }
    out.push_str("\n},\"arcs\":[");
    let arcs = used.topologies.iter().flat_map(|(topology, numbers)| numbers.keys().map(|&arc| topology.arc(arc)));
    for (index, places) in arcs.enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        push_arc(&mut out, places, decimals);
    }
    out.push_str("\n]}\n");
    Ok(out.into_bytes())
}

/// Per arc that is used its number in the file.
type Numbers = BTreeMap<ArcId, i32>;

/// The arcs that are used, those of each topology after those of the one before: layers beside the units have their own.
struct Used<'a> {
    topologies: Vec<(&'a Topology, Numbers)>,
    none: Numbers,
}

impl<'a> Used<'a> {
    fn of(parts: &[Part<'a>]) -> Self {
        let mut topologies: Vec<(&'a Topology, Numbers)> = Vec::new();
        for part in parts {
            let Geometry::Areas { topology, rows } = &part.geometry else { continue };
            let known = topologies.iter().position(|(known, _)| std::ptr::eq(*known, *topology));
            let at = known.unwrap_or_else(|| {
                topologies.push((topology, Numbers::new()));
                topologies.len() - 1
            });
            for arc_use in rows.iter().flatten().flat_map(ArcPolygon::rings).flatten() {
                topologies[at].1.insert(arc_use.split().0, 0);
            }
        }
        let places = topologies.iter_mut().flat_map(|(_, numbers)| numbers.values_mut());
        places.zip(0..).for_each(|(place, number)| *place = number);
        Self { topologies, none: Numbers::new() }
    }

    fn numbers(&self, topology: &Topology) -> &Numbers {
        let found = self.topologies.iter().find(|(known, _)| std::ptr::eq(*known, topology));
        found.map_or(&self.none, |(_, numbers)| numbers)
    }
}

fn push_area(out: &mut String, polygons: &[ArcPolygon], numbers: &Numbers) {
    if let [polygon] = polygons {
        out.push_str("\"type\":\"Polygon\",\"arcs\":");
        push_rings(out, polygon, numbers);
        return;
    }
    out.push_str("\"type\":\"MultiPolygon\",\"arcs\":[");
    for (index, polygon) in polygons.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_rings(out, polygon, numbers);
    }
    out.push(']');
}

fn push_rings(out: &mut String, polygon: &ArcPolygon, numbers: &Numbers) {
    for (index, ring) in polygon.rings().enumerate() {
        out.push_str(if index > 0 { "],[" } else { "[[" });
        for (index, arc_use) in ring.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            let (arc, backwards) = arc_use.split();
            let number = numbers.get(&arc).copied().unwrap_or_default();
            out.push_str(&if backwards { !number } else { number }.to_string());
        }
    }
    out.push_str("]]");
}

fn push_point(out: &mut String, place: Option<LonLat>, decimals: Option<u8>) {
    match place {
        None => out.push_str("\"type\":null"),
        Some(place) => {
            out.push_str("\"type\":\"Point\",\"coordinates\":");
            push_pair(out, on_grid(place, decimals));
        }
    }
}

fn push_arc(out: &mut String, places: &[LonLat], decimals: Option<u8>) {
    let mut before: Option<[f64; 2]> = None;
    let mut written = 0;
    out.push('[');
    for (index, &place) in places.iter().enumerate() {
        let now = on_grid(place, decimals);
        // Places that fall together on the grid are one; an arc has two at least.
        let last = index + 1 == places.len();
        if before == Some(now) && !(last && written < 2) {
            continue;
        }
        if written > 0 {
            out.push(',');
        }
        match before.filter(|_| decimals.is_some()) {
            Some(before) => push_pair(out, [now[0] - before[0], now[1] - before[1]]),
            None => push_pair(out, now),
        }
        before = Some(now);
        written += 1;
    }
    out.push(']');
}

/// Whole numbers of the last decimal, or degrees.
fn on_grid(place: LonLat, decimals: Option<u8>) -> [f64; 2] {
    match decimals {
        Some(decimals) => {
            let scale = 10_f64.powi(i32::from(decimals));
            [place.lon, place.lat].map(|degrees| (degrees * scale).round() + 0.0)
        }
        None => [place.lon, place.lat],
    }
}

fn push_pair(out: &mut String, [x, y]: [f64; 2]) {
    out.push('[');
    push_number(out, x);
    out.push(',');
    push_number(out, y);
    out.push(']');
}
