//! Shapefiles (ESRI Shapefile Technical Description, 1998). Records are cut out here, so that a header that lies about sizes can
//! neither allocate memory nor lose the records after it; the library reads what is inside them.

use std::io::Cursor;
use std::path::Path;

use shapefile::{PolygonRing, ReadableShape};

use super::projection::Projection;
use super::{Layer, MAX_PLACES, dbf, rings};
use crate::domain::polygon::{Ring, Shape};
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
pub(super) fn read(path: &Path, progress: &Progress, diagnostics: &mut Vec<Diagnostic>) -> Result<Layer, UserError> {
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
    from_parts(parts, progress, diagnostics)
}

/// Reads a shapefile whose parts are in memory.
pub(super) fn from_parts(
    parts: Parts,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Layer, UserError> {
    let file = parts.file;
    let projection = match &parts.prj {
        Some(wkt) => Projection::from_wkt(&file, wkt, diagnostics)?,
        None => Projection::Unknown,
    };
    let dbf_name = files::name_of(&Path::new(&file).with_extension("dbf"));
    let mut table = dbf::read(&dbf_name, &parts.dbf, parts.cpg.as_deref(), diagnostics)?;
    let mut shapes = read_shapes(&file, &parts.shp, &projection, progress, diagnostics)?;
    if shapes.len() != table.deleted.len() {
        let rows = count_of(table.deleted.len(), "row");
        let message = format!("{} in the .shp file, {rows} in the .dbf file", count_of(shapes.len(), "shape"));
        diagnostics.push(
            Diagnostic::warning(Place::file(&file), message)
                .hint("only the pairs are taken; the files may be of different versions"),
        );
        let pairs = shapes.len().min(table.deleted.len());
        shapes.truncate(pairs);
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
        for column in &mut table.columns {
            let mut index = 0;
            column.values.retain(|_| keep(&mut index));
        }
        let message = format!("{} marked as deleted", count_of(deleted, "row"));
        diagnostics.push(Diagnostic::note(Place::file(&file), message).hint("left out"));
    }
    Ok(Layer { file, shapes, columns: table.columns })
}

/// The shapes of a .shp file in the order of their records; empty ones where a record could not be used.
fn read_shapes(
    file: &str,
    bytes: &[u8],
    projection: &Projection,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Shape>, UserError> {
    let refused = |why: &str, hint: &str| UserError::new(format!("Could not read {file}")).because(why).hint(hint);
    let number = |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    let big = |at: usize| number(at).map(i32::from_be_bytes);
    if bytes.len() < HEADER_BYTES || big(0) != Some(9994) {
        return Err(refused("it is not a shapefile", "copy or download the file again"));
    }
    let kind = number(32).map_or(0, i32::from_le_bytes);
    if !matches!(kind, 0 | 5 | 15 | 25) {
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
    let mut shapes = Vec::new();
    let mut places = 0;
    let mut at = HEADER_BYTES;
    while at + 8 <= bytes.len() {
        let record = shapes.len() + 1;
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
        let shape = match read_record(content) {
            Ok(rings) => {
                places += rings.iter().map(Vec::len).sum::<usize>();
                assemble(rings, projection, &place, diagnostics)?
            }
            Err(why) => {
                diagnostics.push(Diagnostic::error(place, why).hint("the record is left out"));
                Shape::default()
            }
        };
        if places > MAX_PLACES {
            return Err(refused("it has more vertices than can be handled", "simplify the layer first"));
        }
        shapes.push(shape);
    }
    Ok(shapes)
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

fn assemble(
    found: Vec<Ring>,
    projection: &Projection,
    place: &Place,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Shape, UserError> {
    let mut usable = Vec::with_capacity(found.len());
    for ring in found {
        match projection.to_degrees(&place.file, ring)?.and_then(rings::clean) {
            Ok(ring) => usable.push(ring),
            Err(bad) => diagnostics.push(rings::diagnose(bad, place)),
        }
    }
    Ok(Shape { polygons: rings::polygons_by_direction(usable) })
}
