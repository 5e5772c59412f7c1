//! GeoPackage (OGC 12-128r17, version 1.3): an SQLite file with a table per layer and an R-tree over its shapes.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, OpenFlags, params, params_from_iter};

use super::loss::Losses;
use super::part::{Geometry, Part};
use super::sheet::{Column, Kind, Values, free_name};
use super::wkb;
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::Bounds;
use crate::error::UserError;
use crate::io::cancelled;

/// "GPKG" as a number, and the version as 1.3.0.
const APPLICATION_ID: i32 = 0x4750_4b47;
const USER_VERSION: i32 = 10_300;
/// WGS 84 in degrees, longitude first.
const SRS: i32 = 4326;
/// What SQLite takes in one table; a key and a shape need one each.
const MAX_COLUMNS: usize = 1_998;
/// No time of today: the same project gives the same bytes.
const LAST_CHANGE: &str = "2000-01-01T00:00:00.000Z";

const TABLES: &str = r#"
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
"#;

/// The triggers of the R-tree extension (annex F.3), for programs that change the layer afterwards. `{t}`, `{c}`, `{i}` and `{r}` are
/// the quoted names of table, shape, key and tree; `{n}` is what the triggers' names begin with.
const TRIGGERS: &str = r#"
CREATE TRIGGER {n}_insert" AFTER INSERT ON {t} WHEN (NEW.{c} NOT NULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN INSERT OR REPLACE INTO {r} VALUES (NEW.{i}, ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c})); END;
CREATE TRIGGER {n}_update1" AFTER UPDATE OF {c} ON {t} WHEN OLD.{i} = NEW.{i} AND (NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN INSERT OR REPLACE INTO {r} VALUES (NEW.{i}, ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c})); END;
CREATE TRIGGER {n}_update2" AFTER UPDATE OF {c} ON {t} WHEN OLD.{i} = NEW.{i} AND (NEW.{c} ISNULL OR ST_IsEmpty(NEW.{c}))
BEGIN DELETE FROM {r} WHERE id = OLD.{i}; END;
CREATE TRIGGER {n}_update3" AFTER UPDATE ON {t} WHEN OLD.{i} != NEW.{i} AND (NEW.{c} NOTNULL AND NOT ST_IsEmpty(NEW.{c}))
BEGIN DELETE FROM {r} WHERE id = OLD.{i}; INSERT OR REPLACE INTO {r} VALUES (NEW.{i}, ST_MinX(NEW.{c}), ST_MaxX(NEW.{c}), ST_MinY(NEW.{c}), ST_MaxY(NEW.{c})); END;
CREATE TRIGGER {n}_update4" AFTER UPDATE ON {t} WHEN OLD.{i} != NEW.{i} AND (NEW.{c} ISNULL OR ST_IsEmpty(NEW.{c}))
BEGIN DELETE FROM {r} WHERE id IN (OLD.{i}, NEW.{i}); END;
CREATE TRIGGER {n}_delete" AFTER DELETE ON {t} WHEN old.{c} NOT NULL
BEGIN DELETE FROM {r} WHERE id = OLD.{i}; END;
"#;

pub(super) fn losses(part: &Part, losses: &mut Losses) {
    let left_out: Vec<&str> = part.sheet.columns.iter().skip(MAX_COLUMNS).map(|column| column.name.as_str()).collect();
    if !left_out.is_empty() {
        losses.lost(format!("columns beyond what a table can hold left out: {}", left_out.join(", ")));
    }
    let names = Names::of(part, &mut BTreeSet::new());
    if names.table != part.name {
        losses.lost(format!("the layer is called \"{}\"", names.table));
    }
    for (column, name) in part.sheet.columns.iter().zip(&names.columns) {
        if column.name != *name {
            losses.lost(format!("the column \"{}\" is called \"{name}\"", shown(&column.name)));
        }
    }
}

/// Writes the tables into an empty file.
pub(super) fn write(parts: &[Part], path: &Path, progress: &Progress) -> Result<(), UserError> {
    let rows: usize = parts.iter().map(|part| part.sheet.rows).sum();
    progress.begin(Phase::Writing, rows as u64).map_err(cancelled)?;
    let failed = |error: rusqlite::Error| {
        let failed = UserError::new("Could not write the GeoPackage");
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => {
                failed.because("the disk is full").hint("free some space or choose another disk")
            }
            _ => failed.because(error),
        }
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    // The file is nobody's until it is complete: what makes it safe against a crash in between only costs time.
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").map_err(failed)?;
    let ids = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {USER_VERSION};");
    connection.execute_batch(&ids).map_err(failed)?;
    let transaction = connection.transaction().map_err(failed)?;
    transaction.execute_batch(TABLES).map_err(failed)?;
    let mut taken = BTreeSet::new();
    for part in parts {
        let names = Names::of(part, &mut taken);
        create(&transaction, part, &names).map_err(failed)?;
        fill(&transaction, part, &names, progress)?.map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    connection.close().map_err(|(_, error)| failed(error))
}

/// What a table and its columns are called.
struct Names {
    table: String,
    key: String,
    shape: String,
    columns: Vec<String>,
}

impl Names {
    fn of(part: &Part, taken: &mut BTreeSet<String>) -> Self {
        let table = table_name(&part.name, taken);
        let mut used: BTreeSet<String> = ["fid", "geom"].map(str::to_owned).into();
        let mut columns = Vec::new();
        for column in part.sheet.columns.iter().take(MAX_COLUMNS) {
            let plain = shown(&column.name);
            let plain = if plain.is_empty() { "column".to_owned() } else { plain };
            let name = free_name(&plain, |name| used.contains(&name.to_lowercase()));
            used.insert(name.to_lowercase());
            columns.push(name);
        }
        Self { table, key: "fid".into(), shape: "geom".into(), columns }
    }
}

/// A name without control characters.
fn shown(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// A free name that neither SQLite nor GeoPackage keeps for itself.
fn table_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    const MOST: usize = 60;
    let plain: String = shown(name).chars().take(MOST).collect();
    let kept = ["sqlite_", "gpkg_", "rtree_"].iter().any(|start| plain.to_lowercase().starts_with(start));
    let plain = if plain.is_empty() || kept { format!("layer {plain}") } else { plain };
    let free = free_name(plain.trim(), |name| taken.contains(&name.to_lowercase()));
    taken.insert(free.to_lowercase());
    free
}

/// A name as SQL takes it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn geometry_type(part: &Part) -> Option<&'static str> {
    match part.geometry {
        Geometry::None => None,
        Geometry::Points(..) => Some("POINT"),
        Geometry::Areas { .. } => Some("MULTIPOLYGON"),
    }
}

fn create(connection: &Connection, part: &Part, names: &Names) -> rusqlite::Result<()> {
    let mut sql = format!(
        "CREATE TABLE {} ({} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
        quoted(&names.table),
        quoted(&names.key)
    );
    let kind = geometry_type(part);
    if let Some(kind) = kind {
        sql.push_str(&format!(", {} {kind}", quoted(&names.shape)));
    }
    for (column, name) in part.sheet.columns.iter().zip(&names.columns) {
        let kind = match column.kind() {
            Kind::Text => "TEXT",
            Kind::Date => "DATE",
            Kind::Whole => "INTEGER",
            Kind::Number => "REAL",
        };
        sql.push_str(&format!(", {} {kind}", quoted(name)));
    }
    sql.push(')');
    connection.execute_batch(&sql)?;
    let bounds = part.bounds();
    let bound = |of: fn(Bounds) -> f64| bounds.map(of);
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?1, ?2, ?1, '', ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            names.table,
            if kind.is_some() { "features" } else { "attributes" },
            LAST_CHANGE,
            bound(|b| b.min.lon),
            bound(|b| b.min.lat),
            bound(|b| b.max.lon),
            bound(|b| b.max.lat),
            kind.map(|_| SRS),
        ],
    )?;
    if let Some(kind) = kind {
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, ?2, ?3, ?4, 0, 0)",
            params![names.table, names.shape, kind, SRS],
        )?;
    }
    Ok(())
}

/// The inner result is SQLite's, the outer one is that of somebody who cancelled.
fn fill(
    connection: &Connection,
    part: &Part,
    names: &Names,
    progress: &Progress,
) -> Result<rusqlite::Result<()>, UserError> {
    let run = || -> rusqlite::Result<Result<(), UserError>> {
        let tree = tree_name(part, names);
        if let Some(tree) = &tree {
            connection.execute_batch(&format!(
                "CREATE VIRTUAL TABLE {} USING rtree(id, minx, maxx, miny, maxy)",
                quoted(tree)
            ))?;
        }
        let shape = geometry_type(part).map(|_| quoted(&names.shape));
        let columns: Vec<String> = shape.into_iter().chain(names.columns.iter().map(|name| quoted(name))).collect();
        let places = vec!["?"; columns.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({places})", quoted(&names.table), columns.join(", "));
        let mut insert = connection.prepare(&sql)?;
        let mut index = match &tree {
            Some(tree) => Some(connection.prepare(&format!("INSERT INTO {} VALUES (?, ?, ?, ?, ?)", quoted(tree)))?),
            None => None,
        };
        for (row, key) in part.map_rows().zip(1_i64..) {
            if let Err(stopped) = progress.tick(1) {
                return Ok(Err(cancelled(stopped)));
            }
            let mut bounds = None;
            let mut blob = Vec::new();
            match &part.geometry {
                Geometry::None => {}
                Geometry::Points(..) => {
                    if let Some(place) = part.place(row) {
                        bounds = Some(Bounds { min: place, max: place });
                        blob = wkb::point(place, SRS);
                    }
                }
                Geometry::Areas { .. } => {
                    let shape = part.shape(row);
                    bounds = Some(shape.bounds());
                    blob = wkb::multi_polygon(&shape, SRS);
                }
            }
            let blob = geometry_type(part).map(|_| if blob.is_empty() { Cell::Nothing } else { Cell::Blob(&blob) });
            let cells = part.sheet.columns.iter().take(names.columns.len()).map(|column| cell(column, row));
            insert.execute(params_from_iter(blob.into_iter().chain(cells)))?;
            if let (Some(index), Some(bounds)) = (&mut index, bounds) {
                index.execute(params![key, bounds.min.lon, bounds.max.lon, bounds.min.lat, bounds.max.lat])?;
            }
        }
        if let Some(tree) = &tree {
            let triggers = TRIGGERS
                .replace("{n}", &quoted(tree)[..quoted(tree).len() - 1])
                .replace("{r}", &quoted(tree))
                .replace("{t}", &quoted(&names.table))
                .replace("{c}", &quoted(&names.shape))
                .replace("{i}", &quoted(&names.key));
            connection.execute_batch(&triggers)?;
            connection.execute(
                "INSERT INTO gpkg_extensions VALUES (?1, ?2, 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
                params![names.table, names.shape],
            )?;
        }
        Ok(Ok(()))
    };
    match run() {
        Ok(Ok(())) => Ok(Ok(())),
        Ok(Err(stopped)) => Err(stopped),
        Err(error) => Ok(Err(error)),
    }
}

fn tree_name(part: &Part, names: &Names) -> Option<String> {
    geometry_type(part).map(|_| format!("rtree_{}_{}", names.table, names.shape))
}

/// A value on its way into the file.
enum Cell<'a> {
    Nothing,
    Blob(&'a [u8]),
    Text(&'a str),
    Whole(i64),
    Number(f64),
}

impl rusqlite::ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Nothing => ToSqlOutput::Owned(Value::Null),
            Self::Blob(bytes) => (*bytes).into(),
            // A zero ends a text for many readers.
            Self::Text(text) if text.contains('\0') => text.replace('\0', "").into(),
            Self::Text(text) => (*text).into(),
            Self::Whole(number) => (*number).into(),
            Self::Number(number) => (*number).into(),
        })
    }
}

fn cell<'a>(column: &'a Column, row: usize) -> Cell<'a> {
    match &column.values {
        Values::Texts(_) => match column.text(row) {
            "" => Cell::Nothing,
            text => Cell::Text(text),
        },
        // SQLite itself makes whole numbers of those in a column for them.
        Values::Numbers(_) => column.number(row).map_or(Cell::Nothing, |number| {
            if number.fract() == 0.0 && number.abs() < 9e15 { Cell::Whole(number as i64) } else { Cell::Number(number) }
        }),
    }
}
