//! Shapefiles (ESRI Shapefile Technical Description, 1998). Records are cut out here, so that a header that lies about sizes can
//! neither allocate memory nor lose the records after it; the library reads what is inside them.

use std::io::Cursor;
use std::path::Path;

use shapefile::{PolygonRing, ReadableShape};

use super::dbf;
use super::found::{Features, Found, Wanted, Wish};
use super::projection::Projection;
use crate::domain::polygon::Ring;
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{cancelled, count_of, files};

const HEADER_BYTES: usize = 100;

/// The parts of a shapefile.
pub(super) struct Parts {
    /// The name of the .shp file.
    pub file: String,
    pub shp: Vec<u8>,
    pub dbf: Vec<u8>,
    pub prj: Option<String>,
    pub cpg: Option<String>,
}

/// Reads the shapefile that `path` is a part of.
pub(super) fn read(
    path: &Path,
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let part = |ending: &str| {
        let missing = || {
            let name = files::name_of(&path.with_extension(ending));
            let role = if ending == "shp" { "holds the shapes" } else { "holds the codes and names" };
            UserError::new(format!("Could not read {}", files::name_of(path)))
                .because(format!("{name} is missing beside it, which {role}"))
                .hint("a shapefile is several files of the same name: copy all of them into one folder")
        };
        files::sibling(path, ending).ok_or_else(missing)
    };
    if !path.is_file() {
        // Says that there is no such file.
        files::read_all(path, files::MAX_LAYER_BYTES)?;
    }
    let (shp, dbf) = (part("shp")?, part("dbf")?);
    // An empty or unreadable .prj file says as little as none.
    let text = |ending: &str| {
        let bytes = files::read_all(&files::sibling(path, ending)?, 1 << 20).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let parts = Parts {
        file: files::name_of(&shp),
        shp: files::read_all(&shp, files::MAX_LAYER_BYTES)?,
        dbf: files::read_all(&dbf, files::MAX_LAYER_BYTES)?,
        prj: text("prj"),
        cpg: text("cpg"),
    };
    from_parts(parts, wish, progress, diagnostics)
}

/// Reads a shapefile whose parts are in memory.
pub(super) fn from_parts(
    parts: Parts,
    wish: Wish<'_>,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let file = parts.file;
    let projection = wish.projection(&file, diagnostics, |diagnostics| match &parts.prj {
        Some(wkt) => Projection::from_wkt(&file, wkt, diagnostics),
        None => Ok(Projection::Unknown),
    })?;
    let encoding = wish.options.encoding.as_deref().or(parts.cpg.as_deref());
    let dbf_name = files::name_of(&Path::new(&file).with_extension("dbf"));
    let mut table = dbf::read(&dbf_name, &parts.dbf, encoding, diagnostics)?;
    let features = Features::new(&file, wish.wanted, projection);
    let mut found = read_shapes(&parts.shp, wish.wanted, features, &file, progress, diagnostics)?;
    let shapes = &mut found.layer.shapes;
    if shapes.len() != table.deleted.len() {
        let rows = count_of(table.deleted.len(), "row");
        let message = format!("{} in the .shp file, {rows} in the .dbf file", count_of(shapes.len(), "shape"));
        diagnostics.push(
            Diagnostic::warning(Place::file(&file), message)
                .hint("only the pairs are taken; the files may be of different versions"),
        );
        let pairs = shapes.len().min(table.deleted.len());
        shapes.truncate(pairs);
        found.points.truncate(pairs);
        table.deleted.truncate(pairs);
        for column in &mut table.columns {
            column.values.truncate(pairs);
        }
    }
    let deleted = table.deleted.iter().filter(|&&deleted| deleted).count();
    if deleted > 0 {
        let keep = |index: &mut usize| {
            *index += 1;
            !table.deleted[*index - 1]
        };
        let mut index = 0;
        shapes.retain(|_| keep(&mut index));
        let mut index = 0;
        found.points.retain(|_| keep(&mut index));
        for column in &mut table.columns {
            let mut index = 0;
            column.values.retain(|_| keep(&mut index));
        }
        let message = format!("{} marked as deleted", count_of(deleted, "row"));
        diagnostics.push(Diagnostic::note(Place::file(&file), message).hint("left out"));
    }
    found.layer.columns = table.columns;
    Ok(found)
}

/// The shapes of a .shp file in the order of their records; empty ones where a record could not be used.
fn read_shapes(
    bytes: &[u8],
    wanted: Wanted,
    mut features: Features,
    file: &str,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Found, UserError> {
    let refused = |why: &str, hint: &str| UserError::new(format!("Could not read {file}")).because(why).hint(hint);
    let number = |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    let big = |at: usize| number(at).map(i32::from_be_bytes);
    if bytes.len() < HEADER_BYTES || big(0) != Some(9994) {
        return Err(refused("it is not a shapefile", "copy or download the file again"));
    }
    let kind = kind(bytes).unwrap_or(0);
    let is_points = matches!(kind, 1 | 8 | 11 | 18 | 21 | 28);
    let is_wanted = matches!(kind, 0 | 5 | 15 | 25) || (is_points && wanted == Wanted::Points);
    if !is_wanted {
        let words = match kind {
            1 | 11 | 21 => "points",
            3 | 13 | 23 => "lines",
            8 | 18 | 28 => "groups of points",
            _ => "shapes of another kind",
        };
        return Err(refused(&format!("it holds {words}, not polygons"), "choose a layer of polygons"));
    }
    let promised = big(24).map_or(0, |words| i64::from(words) * 2);
    if promised != bytes.len() as i64 {
        diagnostics.push(
            Diagnostic::warning(
                Place::file(file),
                format!("the header promises {promised} bytes, the file has {}", bytes.len()),
            )
            .hint("all whole records are read"),
        );
    }
    progress.begin(Phase::Reading, bytes.len() as u64).map_err(cancelled)?;
    let mut at = HEADER_BYTES;
    while at + 8 <= bytes.len() {
        let record = features.len() + 1;
        let place = Place::file(file).item(format!("record {record}"));
        let words = big(at + 4).unwrap_or(-1);
        let length = usize::try_from(words).unwrap_or(0) * 2;
        if words < 2 {
            diagnostics.push(
                Diagnostic::error(place, format!("expected the length of a record, found {words}"))
                    .hint("the file is damaged here; the records after it are lost"),
            );
            break;
        }
        let Some(content) = bytes.get(at + 8..at + 8 + length) else {
            diagnostics.push(
                Diagnostic::error(place, "the file ends in the middle of this record")
                    .hint("the file is cut off; copy or download it again"),
            );
            break;
        };
        at += 8 + length;
        progress.tick(8 + length as u64).map_err(cancelled)?;
        features.begin(Some(format!("record {record}")));
        let read = match points(content) {
            Some(points) if is_points => {
                points.into_iter().try_for_each(|point| features.point(point, diagnostics))?;
                Ok(())
            }
            _ => match read_record(content) {
                Ok(rings) => {
                    features.rings(rings, diagnostics)?;
                    Ok(())
                }
                Err(why) => Err(why),
            },
        };
        if let Err(why) = read {
            diagnostics.push(Diagnostic::error(place, why).hint("the record is left out"));
        }
        features.end(diagnostics)?;
    }
    Ok(features.finish(Vec::new(), diagnostics))
}

/// What kind of shapes a .shp file holds, by its first 36 bytes.
pub(super) fn kind(bytes: &[u8]) -> Option<i32> {
    bytes.get(32..36).and_then(|four| four.try_into().ok()).map(i32::from_le_bytes)
}

/// Polygons, with or without heights and measures.
pub(super) fn is_polygon(kind: i32) -> bool {
    matches!(kind, 5 | 15 | 25)
}

/// The points of a record; `None` where it is damaged or holds something else.
fn points(content: &[u8]) -> Option<Vec<LonLat>> {
    let int = |at: usize| content.get(at..at + 4).and_then(|four| four.try_into().ok()).map(i32::from_le_bytes);
    let float = |at: usize| content.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map(f64::from_le_bytes);
    let place = |at: usize| Some(LonLat::new(float(at)?, float(at + 8)?));
    match int(0)? {
        1 | 11 | 21 => Some(vec![place(4)?]),
        8 | 18 | 28 => {
            let count = usize::try_from(int(36)?).ok()?;
            content.get(40..40 + count.checked_mul(16)?)?;
            (0..count).map(|index| place(40 + index * 16)).collect()
        }
        _ => None,
    }
}

/// The rings of a record, in the file's coordinates.
fn read_record(content: &[u8]) -> Result<Vec<Ring>, String> {
    let int = |at: usize| content.get(at..at + 4).and_then(|four| four.try_into().ok()).map(i32::from_le_bytes);
    let kind = int(0);
    if kind == Some(0) {
        return Err("the record has no shape".into());
    }
    if !matches!(kind, Some(5 | 15 | 25)) {
        return Err("the record holds no polygon".into());
    }
    // Sizes are held against the record before the library makes room for them.
    let (Some(parts), Some(points)) = (int(36), int(40)) else { return Err("the record is too short".into()) };
    let (parts, points) = (i64::from(parts), i64::from(points));
    let needed = 44 + parts * 4 + points * 16;
    if parts < 0 || points < 0 || needed > content.len() as i64 {
        return Err(format!("the record says it has {points} vertices in {parts} rings, which do not fit into it"));
    }
    let mut start = 0;
    for part in 0..parts as usize {
        let next = int(44 + part * 4).map_or(-1, i64::from);
        if next < start || next > points {
            return Err("the rings of the record are out of order".into());
        }
        start = next;
    }
    let size = i32::try_from(content.len()).map_err(|_| "the record is too long")?;
    let shape = shapefile::Shape::read_from(&mut Cursor::new(content), size)
        .map_err(|error| format!("the record cannot be read: {error}"))?;
    fn rings<P>(list: Vec<PolygonRing<P>>, place: impl Fn(&P) -> LonLat) -> Vec<Ring> {
        list.into_iter().map(|ring| ring.into_inner().iter().map(&place).collect()).collect()
    }
    Ok(match shape {
        shapefile::Shape::Polygon(polygon) => rings(polygon.into_inner(), |p| LonLat::new(p.x, p.y)),
        shapefile::Shape::PolygonM(polygon) => rings(polygon.into_inner(), |p| LonLat::new(p.x, p.y)),
        shapefile::Shape::PolygonZ(polygon) => rings(polygon.into_inner(), |p| LonLat::new(p.x, p.y)),
        _ => return Err("the record holds no polygon".into()),
    })
}
