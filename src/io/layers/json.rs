//! What GeoJSON and TopoJSON have in common: the document, and lists of places that tolerate what is wrong in them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::found::{Columns, Found, Wish};
use super::parts::{Part, PartKind};
use super::text_of_json::{Properties, Text};
use super::{geojson, topojson};
use crate::domain::progress::Progress;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::Diagnostic;

/// Either kind of document, before it is known which. Unknown members are skipped.
#[derive(Deserialize)]
pub(super) struct Document {
    #[serde(rename = "type", default)]
    pub kind: Value,
    /// GeoJSON.
    #[serde(default)]
    pub features: Vec<geojson::Feature>,
    #[serde(default)]
    pub crs: Value,
    /// TopoJSON.
    #[serde(default)]
    pub objects: BTreeMap<String, topojson::Object>,
    #[serde(default)]
    pub arcs: Vec<Coordinates>,
    #[serde(default)]
    pub transform: Option<topojson::Transform>,
}

/// Reads either kind of document.
pub(super) fn read(
    file: &str,
    bytes: &[u8],
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    check_size(file, bytes)?;
    if is_sequence(bytes) {
        return geojson::read_sequence(file, bytes, wish, progress, diagnostics);
    }
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(UserError::new(format!("Could not read {file}"))
            .because("it is not GeoJSON or TopoJSON")
            .hint("export the layer as GeoJSON"));
    }
    let document: Document = serde_json::from_slice(bytes).map_err(|error| {
        let failed = UserError::new(format!("Could not read {file}"));
        if error.is_eof() {
            failed.because(format!("the file is cut off ({error})")).hint("copy or download it again")
        } else {
            failed.because(format!("it is not GeoJSON or TopoJSON ({error})")).hint("check the file at that line")
        }
    })?;
    match document.kind.as_str() {
        Some("FeatureCollection") => geojson::read(file, document, wish, progress, diagnostics),
        Some("Topology") => topojson::read(file, document, wish, progress, diagnostics),
        other => Err(UserError::new(format!("Could not read {file}"))
            .because(format!("expected a FeatureCollection or a Topology, found {}", other.unwrap_or("neither")))
            .hint("export the layer as GeoJSON")),
    }
}

/// Features one after the other instead of one document: after a record separator, or a whole one in the first line.
fn is_sequence(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "type", default)]
        kind: Value,
    }
    if bytes.first() == Some(&0x1E) {
        return true;
    }
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    let line = bytes[start..].split(|&byte| byte == b'\n').next().unwrap_or_default();
    // A single feature without a list around it is a sequence of one, in however many lines it is written.
    let whole = || serde_json::from_slice::<Kind>(bytes).ok();
    let first =
        serde_json::from_slice::<Kind>(line).ok().or_else(|| if bytes.len() < 1 << 20 { whole() } else { None });
    first.is_some_and(|first| first.kind.as_str() == Some("Feature"))
}

/// Refuses a document that would take much more memory than it is large: lists of empty lists, features without anything. Maps have
/// numbers in them.
fn check_size(file: &str, bytes: &[u8]) -> Result<(), UserError> {
    // What a number, a list of lists and an object come to when they are read.
    const NUMBER: u64 = 24;
    const LIST: u64 = 100;
    const OBJECT: u64 = 150;
    // So much is always allowed, so many times the size of the file at most, and so much never.
    const ALWAYS: u64 = 64 << 20;
    const TIMES: u64 = 10;
    const NEVER: u64 = 6 << 30;
    let (mut memory, mut after_bracket) = (0_u64, false);
    for byte in bytes {
        match byte {
            b',' => memory += NUMBER,
            b'{' => memory += OBJECT,
            b'[' | b']' if after_bracket => memory += LIST,
            _ => {}
        }
        after_bracket = *byte == b'[' || after_bracket && byte.is_ascii_whitespace();
    }
    if memory > (ALWAYS + TIMES * bytes.len() as u64).min(NEVER) {
        return Err(UserError::new(format!("Could not read {file}"))
            .because("it has too many lists and objects with little in them to be a map")
            .hint("simplify the layer, or export it as GeoPackage or shapefile"));
    }
    Ok(())
}

/// The objects of a TopoJSON file; nothing of GeoJSON, which holds one layer.
pub(super) fn parts(bytes: &[u8]) -> Vec<Part> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Large files of one layer are not read twice.
    if check_size("", bytes).is_err() || !bytes.windows(8).any(|word| word == b"Topology") {
        return Vec::new();
    }
    let Ok(document) = serde_json::from_slice::<Document>(bytes) else { return Vec::new() };
    let part = |(name, object): (&String, &topojson::Object)| Part {
        name: name.clone(),
        kind: if topojson::polygon_count(object) > 0 { PartKind::Areas } else { PartKind::Points },
        features: Some(topojson::feature_count(object) as u64),
    };
    document.objects.iter().map(part).collect()
}

/// Lists of lists of places as they stand in the file. What does not belong there becomes `Bad` and loses its feature alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Coordinates {
    Number(f64),
    Place(LonLat),
    List(Vec<Coordinates>),
    Bad,
}

impl Coordinates {
    /// A line of places.
    pub fn line(&self) -> Option<Vec<LonLat>> {
        let place = |item: &Self| if let Self::Place(place) = item { Some(*place) } else { None };
        self.list()?.iter().map(place).collect()
    }

    pub fn list(&self) -> Option<&[Coordinates]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }
}

impl<'de> Deserialize<'de> for Coordinates {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CoordinatesVisitor)
    }
}

struct CoordinatesVisitor;

impl<'de> Visitor<'de> for CoordinatesVisitor {
    type Value = Coordinates;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of coordinates")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Coordinates, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = sequence.next_element::<Coordinates>()? {
            match (list.as_slice(), item) {
                ([Coordinates::Number(lon)], Coordinates::Number(lat)) => {
                    // A place; a height and a time may follow.
                    let place = LonLat::new(*lon, lat);
                    let mut bad = false;
                    while let Some(item) = sequence.next_element::<Coordinates>()? {
                        bad |= !matches!(item, Coordinates::Number(_));
                    }
                    return Ok(if bad { Coordinates::Bad } else { Coordinates::Place(place) });
                }
                (_, item) => list.push(item),
            }
        }
        if list.iter().any(|item| matches!(item, Coordinates::Number(_))) {
            return Ok(Coordinates::Bad);
        }
        // A list of one takes room for four.
        list.shrink_to_fit();
        Ok(Coordinates::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Coordinates, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Coordinates::Bad)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Coordinates, E> {
        Ok(Coordinates::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Coordinates, E> {
        Ok(Coordinates::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Coordinates, E> {
        Ok(Coordinates::Number(number as f64))
    }

    fn visit_str<E>(self, _: &str) -> Result<Coordinates, E> {
        Ok(Coordinates::Bad)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Coordinates, E> {
        Ok(Coordinates::Bad)
    }

    fn visit_unit<E>(self) -> Result<Coordinates, E> {
        Ok(Coordinates::Bad)
    }
}

/// The properties of a feature as a row. `id` is the feature's own, a column "id" unless there is a property of that name.
pub(super) fn push_row(columns: &mut Columns, id: &Text, properties: &Properties, file: &str) -> Result<(), UserError> {
    // Of two values of one name the last counts, as everywhere with JSON.
    for (name, value) in &properties.0 {
        columns.set_last(name, value.clone());
    }
    if !id.0.is_empty() {
        columns.set("id", id.0.clone());
    }
    columns.end_row(file)
}
