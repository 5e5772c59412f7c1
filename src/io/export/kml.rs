//! KML 2.2 (OGC 07-147r2) and KMZ: folders, styles in the colours of the plan, every column as extended data.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};

use super::csv;
use super::part::{Geometry, Part};
use super::places::{push_number, rounded_place, rounded_shape};
use super::sheet::Values;
use super::xml::push_escaped;
use crate::domain::polygon::{Polygon, Ring, Shape};
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::{antimeridian, cancelled};

/// How opaque fills are, of 255: the map below stays readable.
const FILL: u8 = 0x80;
/// What nobody owns.
const GREY: [u8; 3] = [128, 128, 128];

/// One folder per table, and in it those of the levels above.
pub(super) fn write(
    parts: &[Part],
    name: &str,
    decimals: Option<u8>,
    progress: &Progress,
) -> Result<Vec<u8>, UserError> {
    let rows: usize = parts.iter().map(|part| part.sheet.rows).sum();
    progress.begin(Phase::Writing, rows as u64).map_err(cancelled)?;
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document>\n",
    );
    push_element(&mut out, "name", name);
    push_styles(&mut out, parts);
    for part in parts {
        out.push_str("<Folder>\n");
        push_element(&mut out, "name", &part.name);
        let mut tree = Folder::default();
        for row in part.map_rows() {
            let path = part.folders.of.get(row).and_then(|&at| part.folders.paths.get(at));
            tree.at(path.map_or(&[], Vec::as_slice)).rows.push(row);
        }
        push_folder(&mut out, part, &tree, &mut Writing { decimals, first: true }, progress)?;
        out.push_str("</Folder>\n");
    }
    out.push_str("</Document>\n</kml>\n");
    Ok(out.into_bytes())
}

/// The same in an archive, as `doc.kml`.
pub(super) fn pack(kml: &[u8]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // No time of today: the same project gives the same bytes.
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    archive.start_file("doc.kml", options)?;
    archive.write_all(kml)?;
    Ok(archive.finish()?.into_inner())
}

/// Rows, and folders in the order in which they come.
#[derive(Default)]
struct Folder {
    rows: Vec<usize>,
    names: Vec<String>,
    by_name: BTreeMap<String, Folder>,
}

impl Folder {
    fn at(&mut self, path: &[String]) -> &mut Self {
        let [first, rest @ ..] = path else { return self };
        if !self.by_name.contains_key(first) {
            self.names.push(first.clone());
        }
        self.by_name.entry(first.clone()).or_default().at(rest)
    }
}

fn push_folder(
    out: &mut String,
    part: &Part,
    folder: &Folder,
    writing: &mut Writing,
    progress: &Progress,
) -> Result<(), UserError> {
    for name in &folder.names {
        if let Some(inner) = folder.by_name.get(name) {
            out.push_str("<Folder>\n");
            push_element(out, "name", name);
            push_folder(out, part, inner, writing, progress)?;
            out.push_str("</Folder>\n");
        }
    }
    for &row in &folder.rows {
        progress.tick(1).map_err(cancelled)?;
        push_placemark(out, part, row, writing);
    }
    Ok(())
}

/// How placemarks are written.
struct Writing {
    decimals: Option<u8>,
    /// The next one is the first of its table: it has an element for every column, so that none is lost and all keep their order. The
    /// others leave out what is empty.
    first: bool,
}

fn push_placemark(out: &mut String, part: &Part, row: usize, writing: &mut Writing) {
    let decimals = writing.decimals;
    let first = std::mem::take(&mut writing.first);
    out.push_str("<Placemark>");
    push_element(out, "name", part.label(row));
    if !part.colours.is_empty() {
        push_element(out, "styleUrl", &format!("#{}", style_name(part, row)));
    }
    out.push_str("<ExtendedData>");
    for column in &part.sheet.columns {
        let number;
        let text = match &column.values {
            Values::Texts(_) => column.text(row),
            Values::Numbers(_) => {
                number = column.number(row).map(csv::number).unwrap_or_default();
                &number
            }
        };
        if !text.is_empty() || first {
            out.push_str("<Data name=\"");
            push_escaped(out, &column.name);
            out.push_str("\"><value>");
            push_escaped(out, text);
            out.push_str("</value></Data>");
        }
    }
    out.push_str("</ExtendedData>");
    match (&part.geometry, part.place(row)) {
        (Geometry::Points(..), Some(place)) => {
            out.push_str("<Point><coordinates>");
            push_place(out, rounded_place(place, decimals));
            out.push_str("</coordinates></Point>");
        }
        (Geometry::Areas { .. }, _) => {
            let whole = part.shape(row);
            push_shape(out, &rounded_shape(antimeridian::cut(&whole), decimals));
        }
        _ => {}
    }
    out.push_str("</Placemark>\n");
}

/// A style per colour that occurs, for areas and for places.
fn push_styles(out: &mut String, parts: &[Part]) {
    let mut styles: BTreeSet<(bool, Option<[u8; 3]>)> = BTreeSet::new();
    for part in parts {
        let areas = matches!(part.geometry, Geometry::Areas { .. });
        styles.extend(part.colours.iter().map(|&colour| (areas, colour)));
    }
    for (areas, colour) in styles {
        let [red, green, blue] = colour.unwrap_or(GREY);
        let name = name_of_style(areas, colour);
        // Alpha first, then blue, green, red.
        if areas {
            let [r, g, b] = [red, green, blue].map(|part| (u16::from(part) * 7 / 10) as u8);
            out.push_str(&format!(
                "<Style id=\"{name}\"><LineStyle><color>ff{b:02x}{g:02x}{r:02x}</color><width>2</width></LineStyle>\
                 <PolyStyle><color>{FILL:02x}{blue:02x}{green:02x}{red:02x}</color></PolyStyle></Style>\n"
            ));
        } else {
            out.push_str(&format!(
                "<Style id=\"{name}\"><IconStyle><color>ff{blue:02x}{green:02x}{red:02x}</color><scale>0.6</scale></IconStyle>\
                 <LabelStyle><scale>0.7</scale></LabelStyle></Style>\n"
            ));
        }
    }
}

fn style_name(part: &Part, row: usize) -> String {
    name_of_style(matches!(part.geometry, Geometry::Areas { .. }), part.colours.get(row).copied().flatten())
}

fn name_of_style(areas: bool, colour: Option<[u8; 3]>) -> String {
    let kind = if areas { "area" } else { "place" };
    match colour {
        Some([red, green, blue]) => format!("{kind}-{red:02x}{green:02x}{blue:02x}"),
        None => format!("{kind}-unassigned"),
    }
}

fn push_shape(out: &mut String, shape: &Shape) {
    match shape.polygons.as_slice() {
        [] => {}
        [polygon] => push_polygon(out, polygon),
        polygons => {
            out.push_str("<MultiGeometry>");
            polygons.iter().for_each(|polygon| push_polygon(out, polygon));
            out.push_str("</MultiGeometry>");
        }
    }
}

fn push_polygon(out: &mut String, polygon: &Polygon) {
    out.push_str("<Polygon><outerBoundaryIs>");
    push_ring(out, &polygon.outer);
    out.push_str("</outerBoundaryIs>");
    for hole in &polygon.holes {
        out.push_str("<innerBoundaryIs>");
        push_ring(out, hole);
        out.push_str("</innerBoundaryIs>");
    }
    out.push_str("</Polygon>");
}

fn push_ring(out: &mut String, ring: &Ring) {
    out.push_str("<LinearRing><coordinates>");
    for (index, &place) in ring.iter().chain(ring.first()).enumerate() {
        if index > 0 {
            out.push(' ');
        }
        push_place(out, place);
    }
    out.push_str("</coordinates></LinearRing>");
}

fn push_place(out: &mut String, place: LonLat) {
    push_number(out, place.lon);
    out.push(',');
    push_number(out, place.lat);
}

fn push_element(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    push_escaped(out, text);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}
