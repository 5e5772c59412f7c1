//! Readers of the formats that are as simple as can be, so that a test does not trust the writer's own code.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use quick_xml::events::Event;

use super::*;

/// A row with its shape as it stands in a file.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Row {
    pub values: BTreeMap<String, String>,
    pub shape: Shape,
    pub place: Option<LonLat>,
    /// The folders it lies in.
    pub folders: Vec<String>,
}

impl Row {
    pub fn get(&self, column: &str) -> &str {
        self.values.get(column).map_or("", String::as_str)
    }
}

/// The rows of a layer in whatever format, in the order of the file.
pub fn rows(path: &Path, layer: &str) -> Vec<Row> {
    match Format::of(path).unwrap() {
        Format::GeoPackage => geopackage(path, layer),
        Format::Kml => kml(&std::fs::read_to_string(path).unwrap(), layer),
        Format::Kmz => {
            let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
            let mut text = String::new();
            archive.by_name("doc.kml").unwrap().read_to_string(&mut text).unwrap();
            kml(&text, layer)
        }
        _ => {
            let read = read_layer(path, &Progress::new()).unwrap().value;
            (0..read.len())
                .map(|row| Row {
                    values: read
                        .columns
                        .iter()
                        .map(|column| (column.name.clone(), column.values[row].clone()))
                        .collect(),
                    shape: read.shapes[row].clone(),
                    ..Row::default()
                })
                .collect()
        }
    }
}

fn geopackage(path: &Path, table: &str) -> Vec<Row> {
    let file = rusqlite::Connection::open(path).unwrap();
    let mut query = file.prepare(&format!("SELECT * FROM \"{}\" ORDER BY 1", table.replace('"', "\"\""))).unwrap();
    let names: Vec<String> = query.column_names().map(str::to_owned).collect();
    let mut found = query.query([]).unwrap();
    let mut rows = Vec::new();
    while let Some(record) = found.next().unwrap() {
        let mut row = Row::default();
        for (at, name) in names.iter().enumerate() {
            match record.get::<_, rusqlite::types::Value>(at).unwrap() {
                rusqlite::types::Value::Blob(bytes) => blob(&bytes, &mut row),
                rusqlite::types::Value::Text(text) => drop(row.values.insert(name.clone(), text)),
                rusqlite::types::Value::Integer(number) => drop(row.values.insert(name.clone(), number.to_string())),
                rusqlite::types::Value::Real(number) => drop(row.values.insert(name.clone(), number.to_string())),
                rusqlite::types::Value::Null => {}
            }
        }
        rows.push(row);
    }
    rows
}

/// The header of a GeoPackage's shape and its well-known binary.
fn blob(bytes: &[u8], row: &mut Row) {
    assert_eq!(&bytes[..3], b"GP\0");
    assert_eq!(bytes[4..8], 4326_i32.to_le_bytes());
    let mut at = if bytes[3] & 0b1110 == 0 { 8 } else { 40 };
    let u32_at = |at: &mut usize| {
        *at += 4;
        u32::from_le_bytes(bytes[*at - 4..*at].try_into().unwrap())
    };
    let f64_at = |at: &mut usize| {
        *at += 8;
        f64::from_le_bytes(bytes[*at - 8..*at].try_into().unwrap())
    };
    at += 1;
    match u32_at(&mut at) {
        1 => row.place = Some(LonLat::new(f64_at(&mut at), f64_at(&mut at))),
        6 => {
            for _ in 0..u32_at(&mut at) {
                at += 1;
                assert_eq!(u32_at(&mut at), 3);
                let rings = u32_at(&mut at);
                let mut read = (0..rings).map(|_| {
                    let count = u32_at(&mut at);
                    let mut ring: Vec<LonLat> =
                        (0..count).map(|_| LonLat::new(f64_at(&mut at), f64_at(&mut at))).collect();
                    assert_eq!(ring.first(), ring.last());
                    ring.pop();
                    ring
                });
                let polygon = Polygon { outer: read.next().unwrap(), holes: read.collect() };
                row.shape.polygons.push(polygon);
            }
        }
        other => panic!("shape of kind {other}"),
    }
    assert_eq!(at, bytes.len());
}

fn kml(text: &str, layer: &str) -> Vec<Row> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut rows, mut path, mut folders) = (Vec::new(), Vec::<String>::new(), Vec::<String>::new());
    let (mut row, mut key, mut words) = (Row::default(), String::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                match name.as_str() {
                    "Folder" => folders.push(String::new()),
                    "Placemark" => row = Row { folders: folders.clone(), ..Row::default() },
                    "Data" => {
                        let value = start.attributes().next().unwrap().unwrap().value;
                        key = quick_xml::escape::unescape(&value).unwrap().into_owned();
                    }
                    "Polygon" => row.shape.polygons.push(Polygon::default()),
                    _ => {}
                }
                path.push(name);
                words.clear();
            }
            Event::Text(text) => words.push_str(&text),
            Event::GeneralRef(reference) => {
                let text = format!("&{};", &*reference);
                words.push_str(&quick_xml::escape::unescape(&text).unwrap());
            }
            Event::End(end) => {
                let name = end.name().as_ref().to_owned();
                path.pop();
                let inside = path.last().map_or("", String::as_str);
                match (name.as_str(), inside) {
                    ("name", "Folder") => *folders.last_mut().unwrap() = words.clone(),
                    ("value", _) => drop(row.values.insert(key.clone(), words.clone())),
                    ("coordinates", "Point") => row.place = coordinates(&words).first().copied(),
                    ("coordinates", _) => {
                        let mut ring = coordinates(&words);
                        assert_eq!(ring.first(), ring.last());
                        ring.pop();
                        let polygon = row.shape.polygons.last_mut().unwrap();
                        if path.iter().any(|name| name == "innerBoundaryIs") {
                            polygon.holes.push(ring);
                        } else {
                            polygon.outer = ring;
                        }
                    }
                    ("Placemark", _) => rows.push(std::mem::take(&mut row)),
                    ("Folder", _) => drop(folders.pop()),
                    _ => {}
                }
                words.clear();
            }
            _ => {}
        }
    }
    rows.into_iter().filter(|row: &Row| row.folders.first().is_some_and(|first| first == layer)).collect()
}

fn coordinates(text: &str) -> Vec<LonLat> {
    let pair = |text: &str| {
        let (lon, lat) = text.split_once(',').unwrap();
        LonLat::new(lon.parse().unwrap(), lat.parse().unwrap())
    };
    text.split_whitespace().map(pair).collect()
}
