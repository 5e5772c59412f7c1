//! Drawn lines from outside: the lines of a GeoJSON file.

use std::path::Path;

use serde_json::Value;

use super::files;
use crate::domain::sphere::LonLat;
use crate::error::UserError;

/// A line along which somebody wants to cut is no layer: the 200,000 corners that it may have take a third of this.
const MAX_BYTES: u64 = 16 << 20;

/// All lines of a GeoJSON file (RFC 7946): `LineString` and `MultiLineString`, alone, in features and in collections. Longitude and
/// latitude in degrees.
///
/// # Errors
/// A file that cannot be read, that is no JSON, or that has no usable line.
pub fn read_lines(path: &Path) -> Result<Vec<Vec<LonLat>>, UserError> {
    let file = files::name_of(path);
    let failed = || UserError::new(format!("Could not read lines from {file}"));
    let bytes = files::read_all(path, MAX_BYTES)?;
    let document: Value = serde_json::from_slice(&bytes).map_err(|error| failed().because(error))?;
    let mut lines = Vec::new();
    collect(&document, &mut lines);
    if lines.is_empty() {
        return Err(failed()
            .because("there is no LineString or MultiLineString in it with two places or more")
            .hint("a boundary of polygons is read with --boundary"));
    }
    Ok(lines)
}

/// The rings of a boundary: of a GeoJSON file that is a single geometry or feature, as a drawing tool or a clipboard gives it. `None` for
/// any other file, which is a layer.
pub fn read_single_boundary(path: &Path) -> Result<Option<Vec<Vec<LonLat>>>, UserError> {
    if !matches!(files::ending_of(path).as_str(), "geojson" | "json") {
        return Ok(None);
    }
    let (bytes, is_all) = files::read_start(path, MAX_BYTES)?;
    if !is_all {
        return Ok(None);
    }
    let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { return Ok(None) };
    let geometry = document.get("geometry").unwrap_or(&document);
    let polygons: Vec<&Value> = match geometry.get("type").and_then(Value::as_str) {
        Some("Polygon") => geometry.get("coordinates").into_iter().collect(),
        Some("MultiPolygon") => geometry.get("coordinates").and_then(Value::as_array).into_iter().flatten().collect(),
        _ => return Ok(None),
    };
    let rings = polygons.into_iter().filter_map(Value::as_array).flatten();
    let rings = rings.map(|ring| line(ring).filter(|ring| ring.len() > 2)).collect::<Option<Vec<Vec<LonLat>>>>();
    match rings.filter(|rings| !rings.is_empty()) {
        Some(rings) => Ok(Some(rings)),
        None => Err(UserError::new(format!("Could not read a boundary from {}", files::name_of(path)))
            .because("a ring of it is no list of three places or more, each a longitude and a latitude")),
    }
}

fn collect(value: &Value, lines: &mut Vec<Vec<LonLat>>) {
    let members = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
    match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => members("features").for_each(|feature| collect(feature, lines)),
        Some("GeometryCollection") => members("geometries").for_each(|geometry| collect(geometry, lines)),
        Some("Feature") => value.get("geometry").into_iter().for_each(|geometry| collect(geometry, lines)),
        Some("LineString") => lines.extend(value.get("coordinates").and_then(line)),
        Some("MultiLineString") => lines.extend(members("coordinates").filter_map(line)),
        _ => {}
    }
}

/// `None` when it has fewer than two places, or one that is none.
fn line(coordinates: &Value) -> Option<Vec<LonLat>> {
    let place = |place: &Value| {
        let degrees = |at: usize| place.get(at)?.as_f64();
        Some(LonLat::new(degrees(0)?, degrees(1)?)).filter(|place| place.is_valid())
    };
    let line = coordinates.as_array()?.iter().map(place).collect::<Option<Vec<LonLat>>>()?;
    (line.len() > 1).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_wherever_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines.geojson");
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":{"type":"LineString","coordinates":[[-83,40],[-82,40.5]]}},
            {"type":"Feature","geometry":null},
            {"type":"GeometryCollection","geometries":[{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6]],[[7,800],[1,1]]]}]}]}"#;
        std::fs::write(&path, text).expect("written");
        let lines = read_lines(&path).expect("there are lines");
        assert_eq!(
            lines,
            [
                vec![LonLat::new(-83.0, 40.0), LonLat::new(-82.0, 40.5)],
                vec![LonLat::new(1.0, 2.0), LonLat::new(3.0, 4.0)],
            ]
        );
        assert_eq!(read_single_boundary(&path), Ok(None));
        std::fs::write(&path, r#"{"type":"Point","coordinates":[1,2]}"#).expect("written");
        assert!(read_lines(&path).is_err());
        assert_eq!(read_single_boundary(&path), Ok(None));
        let polygon = r#"{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}"#;
        std::fs::write(&path, polygon).expect("written");
        assert_eq!(read_single_boundary(&path).expect("one ring").map(|rings| rings[0].len()), Some(4));
        std::fs::write(&path, polygon.replace("[1,0]", "[1,\"x\"]")).expect("written");
        assert!(read_single_boundary(&path).is_err());
    }
}
