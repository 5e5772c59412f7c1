//! TopoJSON (specification 1.0): polygons made of shared arcs, usually as differences of whole numbers.

use serde::Deserialize;
use serde_json::Value;

use super::MAX_PLACES;
use super::found::{Columns, Features, Found, Wanted, Wish};
use super::json::{self, Coordinates, Document};
use super::projection::Projection;
use super::text_of_json::{Properties, Text};
use crate::domain::polygon::Ring;
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{cancelled, count_of};

/// A geometry or a collection of them.
#[derive(Deserialize)]
pub(super) struct Object {
    #[serde(rename = "type", default)]
    kind: Value,
    #[serde(default)]
    geometries: Vec<Object>,
    #[serde(default)]
    arcs: Value,
    #[serde(default)]
    coordinates: Value,
    #[serde(default)]
    properties: Properties,
    #[serde(default)]
    id: Text,
}

#[derive(Deserialize, Clone, Copy)]
pub(super) struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

pub(super) fn read(
    file: &str,
    document: Document,
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let arcs: Vec<Option<Vec<LonLat>>> = document.arcs.iter().map(|arc| decode(arc, document.transform)).collect();
    // States and the nation often stand beside the counties: the object with most polygons is the layer.
    // For accounts it is that with most points, if there are any.
    let wanted = |object: &Object| (count(object, &POINTS), polygon_count(object));
    let has_points = wish.wanted == Wanted::Points && document.objects.values().any(|object| wanted(object).0 > 0);
    let size = |object: &Object| if has_points { wanted(object).0 } else { wanted(object).1 };
    let mut counts: Vec<(usize, &str)> =
        document.objects.iter().map(|(name, object)| (size(object), name.as_str())).collect();
    counts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let names: Vec<String> = document.objects.keys().cloned().collect();
    let name = match &wish.options.part {
        Some(part) => {
            let is = |name: &&&str| **name == part || name.to_lowercase() == part.trim().to_lowercase();
            let found = counts.iter().map(|(_, name)| name).find(is);
            *found.ok_or_else(|| super::parts::no_such_part(file, part, &names))?
        }
        None => {
            let Some(&(count, name)) = counts.first().filter(|(count, _)| *count > 0) else {
                return Err(UserError::new(format!("Could not read units from {file}"))
                    .because("there is no polygon in it")
                    .hint("a layer of units consists of polygons"));
            };
            if counts.len() > 1 {
                let others: Vec<&str> = counts[1..].iter().map(|(_, name)| *name).collect();
                diagnostics.push(
                    Diagnostic::note(
                        Place::file(file),
                        format!(
                            "the object \"{name}\" with {} is taken",
                            count_of(count, if has_points { "point" } else { "polygon" })
                        ),
                    )
                    .hint(format!("others in the file are {}", crate::io::table::list_of(&others))),
                );
            }
            name
        }
    };
    let mut features = Vec::new();
    if let Some(object) = document.objects.get(name) {
        flatten(object, &mut features);
    }
    progress.begin(Phase::Reading, features.len() as u64).map_err(cancelled)?;
    let projection = wish.projection(file, diagnostics, |_| Ok(Projection::Unknown))?;
    let mut found = Features::new(file, wish.wanted, projection);
    let mut columns = Columns::default();
    for feature in features {
        progress.tick(1).map_err(cancelled)?;
        found.begin(None);
        match feature.kind.as_str() {
            Some("Point" | "MultiPoint") if wish.wanted == Wanted::Points => {
                for place in places(&feature.coordinates, document.transform) {
                    found.point(place, diagnostics)?;
                }
            }
            _ => read_feature(feature, &arcs, &mut found, diagnostics)?,
        }
        found.end(diagnostics)?;
        json::push_row(&mut columns, &feature.id, &feature.properties, file)?;
    }
    let columns = columns.finish(file, diagnostics);
    let mut found = found.finish(columns, diagnostics);
    name.clone_into(&mut found.layer.part);
    Ok(found)
}

/// An arc in degrees; `None` when it is not a line of places.
fn decode(arc: &Coordinates, transform: Option<Transform>) -> Option<Vec<LonLat>> {
    let mut line = arc.line()?;
    if let Some(Transform { scale, translate }) = transform {
        let (mut x, mut y) = (0.0, 0.0);
        for place in &mut line {
            x += place.lon;
            y += place.lat;
            *place = LonLat::new(x * scale[0] + translate[0], y * scale[1] + translate[1]);
        }
    }
    Some(line)
}

/// The place of a point or the places of several, each of which is written whole.
fn places(coordinates: &Value, transform: Option<Transform>) -> Vec<LonLat> {
    let Some(list) = coordinates.as_array() else { return Vec::new() };
    if let [Some(x), Some(y), ..] = list.iter().map(Value::as_f64).collect::<Vec<_>>().as_slice() {
        let Transform { scale, translate } = transform.unwrap_or(Transform { scale: [1.0; 2], translate: [0.0; 2] });
        return vec![LonLat::new(x * scale[0] + translate[0], y * scale[1] + translate[1])];
    }
    list.iter().filter(|inner| inner.is_array()).flat_map(|inner| places(inner, transform)).collect()
}

/// Polygons, or where there are none points.
pub(super) fn feature_count(object: &Object) -> usize {
    match polygon_count(object) {
        0 => count(object, &POINTS),
        polygons => polygons,
    }
}

const POINTS: [&str; 2] = ["Point", "MultiPoint"];

pub(super) fn polygon_count(object: &Object) -> usize {
    count(object, &["Polygon", "MultiPolygon"])
}

fn count(object: &Object, kinds: &[&str]) -> usize {
    match object.kind.as_str() {
        Some(kind) if kinds.contains(&kind) => 1,
        _ => object.geometries.iter().map(|inner| count(inner, kinds)).sum(),
    }
}

fn flatten<'a>(object: &'a Object, features: &mut Vec<&'a Object>) {
    if object.kind.as_str() == Some("GeometryCollection") {
        for member in &object.geometries {
            flatten(member, features);
        }
    } else {
        features.push(object);
    }
}

fn read_feature(
    feature: &Object,
    arcs: &[Option<Vec<LonLat>>],
    found: &mut Features,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), UserError> {
    let single;
    let polygons: &[Value] = match (feature.kind.as_str(), feature.arcs.as_array()) {
        (Some("Polygon"), Some(_)) => {
            single = [feature.arcs.clone()];
            &single
        }
        (Some("MultiPolygon"), Some(polygons)) => polygons,
        (kind, _) => {
            found.other(
                match kind {
                    Some("Point" | "MultiPoint") => "Point",
                    Some("LineString" | "MultiLineString") => "LineString",
                    _ => "no geometry",
                },
                diagnostics,
            );
            return Ok(());
        }
    };
    for polygon in polygons {
        let rings = polygon.as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(mut lines) = rings.iter().map(|uses| stitch(uses, arcs)).collect::<Option<Vec<Ring>>>() else {
            diagnostics.push(
                Diagnostic::error(found.place().clone(), "a ring names arcs that are not in the file")
                    .hint("the polygon is left out"),
            );
            continue;
        };
        // Quantisation flattens lakes that are smaller than its grid; that is no fault worth a word each.
        let mut index = 0;
        lines.retain(|line| {
            index += 1;
            index == 1 || !matches!(super::rings::clean(line.clone()), Err(super::rings::BadRing::TooShort))
        });
        found.polygon(lines, diagnostics)?;
    }
    Ok(())
}

/// The places along the arcs of a ring; a negative number walks the arc `!number` backwards.
fn stitch(uses: &Value, arcs: &[Option<Vec<LonLat>>]) -> Option<Ring> {
    let mut ring: Ring = Vec::new();
    for number in uses.as_array()? {
        let number = number.as_i64()?;
        let index = usize::try_from(if number < 0 { !number } else { number }).ok()?;
        let arc = arcs.get(index)?.as_ref()?;
        // Each arc begins where the one before ended.
        ring.pop();
        if number < 0 {
            ring.extend(arc.iter().rev())
        } else {
            ring.extend(arc)
        }
        if ring.len() > MAX_PLACES {
            return None;
        }
    }
    Some(ring)
}
