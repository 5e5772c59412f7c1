//! KML (OGC 12-007r2), read as a stream. Placemarks become features, what is in ExtendedData becomes columns, folders are parts.
//! Entities of a document type are never expanded, and nothing that the file points at is fetched.

use std::borrow::Cow;
use std::collections::HashMap;

use encoding_rs::Encoding;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::found::{Columns, Features, Found, Wish};
use super::parts::{self, Part, PartKind};
use super::projection::Projection;
use crate::domain::polygon::Ring;
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{cancelled, count_of};

/// Elements in elements: a document of people has a dozen.
const MAX_DEPTH: usize = 200;
/// A longer text is cut; coordinates have their own limit.
const MAX_TEXT: usize = 1 << 20;

pub(super) fn read(
    file: &str,
    bytes: &[u8],
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let text = decode(file, bytes)?;
    // KML is longitude and latitude (WGS 84) by definition.
    let features = Features::new(file, wish.wanted, Projection::Degrees);
    let mut document = Document { wish_part: wish.options.part.clone(), ..Document::new(file, features) };
    document.read(&text, progress, diagnostics)?;
    let names: Vec<String> = document.folders.iter().map(|(name, ..)| name.clone()).collect();
    if let Some(part) = &wish.options.part
        && document.features.len() == 0
    {
        return Err(parts::no_such_part(file, part, &names));
    }
    document.report(diagnostics);
    let mut columns = document.columns.finish(file, diagnostics);
    // Which folder a placemark lies in tells something where there are several.
    if names.len() < 2 {
        columns.retain(|column| column.name != FOLDER);
    }
    Ok(document.features.finish(columns, diagnostics))
}

/// The folders with placemarks in them.
pub(super) fn parts(file: &str, bytes: &[u8], progress: &Progress) -> Result<Vec<Part>, UserError> {
    let text = decode(file, bytes)?;
    let mut document = Document::new(file, Features::new(file, super::found::Wanted::Points, Projection::Degrees));
    document.read(&text, progress, &mut Vec::new())?;
    let part = |(name, count): (String, u64)| Part { name, kind: PartKind::Mixed, features: Some(count) };
    Ok(document.folders.into_iter().map(part).collect())
}

const FOLDER: &str = "Folder";

struct Document {
    file: String,
    wish_part: Option<String>,
    features: Features,
    columns: Columns,
    /// The names of the elements that are open.
    open: Vec<String>,
    /// Where in `open` folders and documents are, and their names.
    containers: Vec<(usize, String)>,
    /// Folders with placemarks, and how many.
    folders: Vec<(String, u64)>,
    folder_numbers: HashMap<String, usize>,
    text: String,
    placemark: Option<Placemark>,
    links: usize,
    overlays: usize,
    unknown_entities: usize,
    has_document_type: bool,
}

/// What is read of a placemark before it ends.
#[derive(Default)]
struct Placemark {
    /// Depth of its element.
    depth: usize,
    id: String,
    values: Vec<(String, String)>,
    /// Name of the Data or SimpleData that is open.
    field: String,
    /// Outer ring and holes.
    polygons: Vec<(Option<Ring>, Vec<Ring>)>,
    points: Vec<LonLat>,
    lines: usize,
    others: usize,
    bad_coordinates: usize,
}

impl Document {
    fn new(file: &str, features: Features) -> Self {
        Self {
            file: file.to_owned(),
            wish_part: None,
            features,
            columns: Columns::default(),
            open: Vec::new(),
            containers: Vec::new(),
            folders: Vec::new(),
            folder_numbers: HashMap::new(),
            text: String::new(),
            placemark: None,
            links: 0,
            overlays: 0,
            unknown_entities: 0,
            has_document_type: false,
        }
    }

    fn read(&mut self, text: &str, progress: &Progress, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
        progress.begin(Phase::Reading, text.len() as u64).map_err(cancelled)?;
        let file = self.file.clone();
        let failed =
            |why: String, hint: &str| Err(UserError::new(format!("Could not read {file}")).because(why).hint(hint));
        let mut reader = Reader::from_str(text);
        let (mut is_kml, mut position) = (false, 0);
        loop {
            let here = reader.buffer_position();
            if here - position > 1 << 16 {
                progress.tick(here - position).map_err(cancelled)?;
                position = here;
            }
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let line = text.get(..here as usize).map_or(0, |before| before.matches('\n').count()) + 1;
                    return failed(format!("it is no valid KML (line {line}: {error})"), "export it again");
                }
            };
            match event {
                Event::Start(element) => {
                    if self.open.is_empty() {
                        is_kml = matches!(element.local_name().as_ref(), "kml" | "Document" | "Folder" | "Placemark");
                        if !is_kml {
                            return failed("it is XML, but no KML".into(), "export the layer as KML");
                        }
                    }
                    if self.open.len() >= MAX_DEPTH {
                        return failed(
                            format!("its elements are nested more than {MAX_DEPTH} deep"),
                            "export it again",
                        );
                    }
                    self.start(&element);
                }
                Event::Empty(element) => {
                    self.start(&element);
                    self.end(diagnostics)?;
                }
                Event::End(_) => self.end(diagnostics)?,
                Event::Text(part) => self.push_text(&part.xml10_content()),
                Event::CData(part) => self.push_text(&part.xml10_content()),
                Event::GeneralRef(reference) => {
                    let known = match reference.resolve_char_ref() {
                        Ok(Some(character)) => Some(character),
                        _ => match reference.xml10_content().as_ref() {
                            "amp" => Some('&'),
                            "lt" => Some('<'),
                            "gt" => Some('>'),
                            "quot" => Some('"'),
                            "apos" => Some('\''),
                            "nbsp" => Some(' '),
                            _ => None,
                        },
                    };
                    match known {
                        Some(character) => self.push_text(character.encode_utf8(&mut [0; 4])),
                        None => self.unknown_entities += 1,
                    }
                }
                Event::DocType(_) => self.has_document_type = true,
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        if !self.open.is_empty() {
            return failed("the file is cut off: its last elements are not closed".into(), "copy or download it again");
        }
        if !is_kml {
            return failed("it is no KML".into(), "export the layer as KML");
        }
        Ok(())
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        let name = element.local_name().as_ref().to_owned();
        let attribute = |name: &str| {
            let found =
                element.attributes().with_checks(false).flatten().find(|found| found.key.local_name().as_ref() == name);
            found.map(|found| found.value.into_owned()).unwrap_or_default()
        };
        self.open.push(name);
        self.text.clear();
        let name = self.open.last().map_or("", String::as_str);
        match (&mut self.placemark, name) {
            (None, "Placemark") => {
                self.placemark =
                    Some(Placemark { depth: self.open.len(), id: attribute("id"), ..Placemark::default() });
            }
            (None, "Folder" | "Document") => self.containers.push((self.open.len(), String::new())),
            (None, "NetworkLink") => self.links += 1,
            (None, "GroundOverlay" | "ScreenOverlay" | "PhotoOverlay") => self.overlays += 1,
            (Some(placemark), "Data" | "SimpleData") => placemark.field = plain(&attribute("name")),
            (Some(placemark), "Polygon") => placemark.polygons.push((None, Vec::new())),
            (Some(placemark), "LineString") => placemark.lines += 1,
            (Some(placemark), "Model" | "Track" | "MultiTrack") => placemark.others += 1,
            _ => {}
        }
    }

    fn push_text(&mut self, part: &str) {
        let is_coordinates = self.open.last().is_some_and(|name| name == "coordinates");
        if is_coordinates || self.text.len() + part.len() <= MAX_TEXT {
            self.text.push_str(part);
        }
    }

    fn end(&mut self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
        let depth = self.open.len();
        let Some(name) = self.open.pop() else { return Ok(()) };
        let text = std::mem::take(&mut self.text);
        let parent = self.open.last().map_or("", String::as_str);
        if let Some(placemark) = &mut self.placemark {
            if placemark.depth == depth {
                if let Some(placemark) = self.placemark.take() {
                    self.finish(placemark, diagnostics)?;
                }
                return Ok(());
            }
            match (name.as_str(), parent) {
                ("name" | "description" | "address" | "phoneNumber", "Placemark") => {
                    placemark.values.push((name, text.trim().to_owned()));
                }
                ("value", "Data") | ("SimpleData", _) => {
                    let field = std::mem::take(&mut placemark.field);
                    if !field.is_empty() {
                        placemark.values.push((field, text.trim().to_owned()));
                    }
                }
                ("coordinates", "LinearRing") => {
                    let (line, bad) = coordinates(&text);
                    placemark.bad_coordinates += bad;
                    let is_outer = self.open.iter().rev().nth(1).is_some_and(|name| name == "outerBoundaryIs");
                    let is_inner = self.open.iter().rev().nth(1).is_some_and(|name| name == "innerBoundaryIs");
                    match placemark.polygons.last_mut() {
                        Some((outer, _)) if is_outer => *outer = Some(line),
                        Some((_, holes)) if is_inner => holes.push(line),
                        // A ring of its own is a line.
                        _ => placemark.lines += 1,
                    }
                }
                ("coordinates", "Point") => {
                    let (places, bad) = coordinates(&text);
                    placemark.bad_coordinates += bad;
                    placemark.points.extend(places.first());
                }
                _ => {}
            }
        } else if name == "name"
            && let Some((at, container)) = self.containers.last_mut()
            && *at == depth - 1
        {
            *container = text.trim().to_owned();
        } else if self.containers.last().is_some_and(|(at, _)| *at == depth) {
            self.containers.pop();
        }
        Ok(())
    }

    fn finish(&mut self, placemark: Placemark, diagnostics: &mut Vec<Diagnostic>) -> Result<(), UserError> {
        let folder = self.containers.iter().rev().map(|(_, name)| name).find(|name| !name.is_empty());
        let folder = folder.cloned().unwrap_or_default();
        if let Some(part) = &self.wish_part {
            let part = part.trim().to_lowercase();
            let path = self.containers.iter().map(|(_, name)| name.to_lowercase()).collect::<Vec<_>>();
            if !path.contains(&part) && path.join("/") != part {
                return Ok(());
            }
        }
        if !folder.is_empty() {
            match self.folder_numbers.get(&folder) {
                Some(&known) => self.folders[known].1 += 1,
                None if self.folders.len() < 10_000 => {
                    self.folder_numbers.insert(folder.clone(), self.folders.len());
                    self.folders.push((folder.clone(), 1));
                }
                None => {}
            }
        }
        let named = placemark.values.iter().find(|(name, value)| name == "name" && !value.is_empty());
        self.features.begin(named.map(|(_, value)| crate::io::accounts::shortened(value).to_string()));
        if placemark.bad_coordinates > 0 {
            let message =
                format!("{} that are no longitude and latitude", count_of(placemark.bad_coordinates, "coordinate"));
            diagnostics.push(Diagnostic::warning(self.features.place().clone(), message).hint("left out"));
        }
        let is_nothing = placemark.polygons.is_empty() && placemark.points.is_empty();
        for (outer, holes) in placemark.polygons {
            self.features.polygon(outer.into_iter().chain(holes).collect(), diagnostics)?;
        }
        // The point of a placemark with areas is where its label stands.
        for point in placemark.points {
            self.features.point(point, diagnostics)?;
        }
        if is_nothing && placemark.lines > 0 {
            self.features.other("LineString", diagnostics);
        } else if is_nothing {
            self.features.other(if placemark.others > 0 { "a model or track" } else { "no geometry" }, diagnostics);
        }
        for (name, value) in placemark.values {
            self.columns.set(&name, value);
        }
        if !placemark.id.is_empty() {
            self.columns.set("id", plain(&placemark.id));
        }
        self.columns.set(FOLDER, folder);
        self.features.end(diagnostics)?;
        self.columns.end_row(&self.file)
    }

    /// What was left out as a whole.
    fn report(&self, diagnostics: &mut Vec<Diagnostic>) {
        let place = || Place::file(&self.file);
        if self.links > 0 {
            let message = format!("{} to other files", count_of(self.links, "network link"));
            diagnostics.push(Diagnostic::warning(place(), message).hint("not followed; what they show is left out"));
        }
        if self.overlays > 0 {
            let message = count_of(self.overlays, "picture");
            diagnostics.push(Diagnostic::note(place(), format!("{message} laid over the map")).hint("left out"));
        }
        if self.has_document_type || self.unknown_entities > 0 {
            let message = format!("{} of the file's own making", count_of(self.unknown_entities, "abbreviation"));
            diagnostics.push(Diagnostic::warning(place(), message).hint("not expanded; they are missing in the texts"));
        }
    }
}

/// Text of any encoding that XML may have.
fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, UserError> {
    let declared = || {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        let rest = start.split_once("encoding=")?.1;
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        Encoding::for_label(rest[1..].split(quote).next()?.as_bytes())
    };
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => declared().unwrap_or(encoding_rs::UTF_8),
    };
    let (text, used, bad) = encoding.decode(bytes);
    if bad && used == encoding_rs::UTF_8 && text.len() < bytes.len() / 2 {
        return Err(UserError::new(format!("Could not read {file}")).because("it is no text").hint("export it again"));
    }
    Ok(text)
}

/// An attribute's text without the five entities that XML knows.
fn plain(text: &str) -> String {
    if !text.contains('&') {
        return text.trim().to_owned();
    }
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    named.iter().fold(text.trim().to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Places as KML writes them, "lon,lat,height lon,lat,height", and how many of them are none. A blank after a comma is forgiven.
fn coordinates(text: &str) -> (Ring, usize) {
    let mut ring = Ring::new();
    let (mut numbers, mut bad) = ([0.0; 2], 0);
    let mut count = 0;
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|character: char| character == ',' || character.is_whitespace()).unwrap_or(rest.len());
        let number: Option<f64> = rest[..end].parse().ok().filter(|number: &f64| number.is_finite());
        match (number, count) {
            (Some(number), 0 | 1) => numbers[count] = number,
            (None, 0 | 1) => numbers[count] = f64::NAN,
            _ => {}
        }
        count += 1;
        rest = rest[end..].trim_start();
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
            if !rest.is_empty() {
                continue;
            }
        }
        if count >= 2 && !numbers[0].is_nan() && !numbers[1].is_nan() {
            ring.push(LonLat::new(numbers[0], numbers[1]));
        } else {
            bad += 1;
        }
        (numbers, count) = ([0.0; 2], 0);
    }
    (ring, bad)
}
