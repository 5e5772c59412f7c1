//! GeoPackage (OGC 12-128r18): an SQLite file with tables of features. A file from outside is code, too (views, triggers, virtual tables,
//! columns that are computed), so it is opened without the right to write or to load anything, and nothing but plain tables and what is
//! stored in them is read.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::found::{Columns, Features, Found, Wanted, Wish};
use super::parts::{Part, PartKind};
use super::projection::Projection;
use super::wkb::{self, Wrong};
use crate::domain::progress::{Phase, Progress};
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{cancelled, count_of, files};

/// Steps of SQLite's machine between two looks at whether the user cancelled.
const STEPS_PER_LOOK: i32 = 20_000;
/// Looks without a row in between after which a query is given up: some seconds of work that leads nowhere.
const LOOKS_PER_ROW: u64 = 20_000;
/// A longer text in a cell is cut.
const MAX_TEXT: usize = 1 << 20;

/// A table of features.
struct Table {
    name: String,
    identifier: String,
    column: String,
    kind: String,
    srs: i64,
}

/// An open file.
pub(super) struct GeoPackage {
    file: String,
    database: Connection,
    idle: Arc<AtomicU64>,
}

impl GeoPackage {
    /// Opens a file on disk.
    ///
    /// # Errors
    /// What is no SQLite file.
    pub fn open(path: &Path, progress: &Progress) -> Result<Self, UserError> {
        let (_, size) = files::open(path)?;
        let file = files::name_of(path);
        if size > files::MAX_LAYER_BYTES {
            return Err(files::too_large(path, files::MAX_LAYER_BYTES));
        }
        // Told that nobody changes the file, SQLite leaves no files beside it; but then it does not see what waits in a log beside it.
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let immutable = if Path::new(&log).exists() { "" } else { "&immutable=1" };
        let plain = path.to_string_lossy();
        let escaped: String = plain
            .chars()
            .map(|character| match character {
                '%' => "%25".to_owned(),
                '?' => "%3f".to_owned(),
                '#' => "%23".to_owned(),
                '\\' if cfg!(windows) => "/".to_owned(),
                other => other.to_string(),
            })
            .collect();
        let slash = if cfg!(windows) && !escaped.starts_with('/') { "/" } else { "" };
        let uri = format!("file:{slash}{escaped}?mode=ro{immutable}");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(uri, flags).map_err(|error| refused(&file, &error))?;
        Self::over(file, database, progress)
    }

    /// Opens a file in memory, from an archive.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_bytes(file: &str, bytes: &[u8], progress: &Progress) -> Result<Self, UserError> {
        let mut database = Connection::open_in_memory().map_err(|error| refused(file, &error))?;
        database.deserialize_read_exact("main", bytes, bytes.len(), true).map_err(|error| refused(file, &error))?;
        Self::over(file.to_owned(), database, progress)
    }

    fn over(file: String, mut database: Connection, progress: &Progress) -> Result<Self, UserError> {
        let idle = Arc::new(AtomicU64::new(0));
        let mut guard = || -> rusqlite::Result<()> {
            database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
            database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
            database.set_limit(Limit::SQLITE_LIMIT_LENGTH, 256 << 20)?;
            database.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20)?;
            database.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 100)?;
            database.set_limit(Limit::SQLITE_LIMIT_COMPOUND_SELECT, 10)?;
            database.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
            let (progress, looks) = (progress.clone(), Arc::clone(&idle));
            let stop = move || progress.is_cancelled() || looks.fetch_add(1, Ordering::Relaxed) > LOOKS_PER_ROW;
            database.progress_handler(STEPS_PER_LOOK, Some(stop))?;
            database.pragma_update(None, "query_only", true)?;
            database.pragma_update(None, "cell_size_check", true)
        };
        guard().map_err(|error| refused(&file, &error))?;
        Ok(Self { file, database, idle })
    }

    /// The tables of features.
    pub fn parts(&self) -> Result<Vec<Part>, UserError> {
        let mut parts = Vec::new();
        for table in self.tables()? {
            let kind = match table.kind.as_str() {
                "POLYGON" | "MULTIPOLYGON" | "CURVEPOLYGON" | "MULTISURFACE" => PartKind::Areas,
                "POINT" | "MULTIPOINT" => PartKind::Points,
                "LINESTRING" | "MULTILINESTRING" => PartKind::Lines,
                _ => PartKind::Mixed,
            };
            let features = self.count(&table).ok();
            parts.push(Part { name: table.name, kind, features });
        }
        Ok(parts)
    }

    /// Reads the layer that is wished for, else the one with most features of the kind that is wanted.
    pub fn read(
        &self,
        wish: Wish<'_>,
        progress: &Progress,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Found, UserError> {
        let table = self.choose(wish, diagnostics)?;
        let file = &self.file;
        let projection = wish.projection(file, diagnostics, |diagnostics| self.projection(table.srs, diagnostics))?;
        let rows = self.count(&table)?;
        progress.begin(Phase::Reading, rows).map_err(cancelled)?;
        let mut found = self.features(&table, wish.wanted, projection, progress, diagnostics)?;
        found.layer.part = table.name;
        Ok(found)
    }

    fn features(
        &self,
        table: &Table,
        wanted: Wanted,
        projection: Projection,
        progress: &Progress,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Found, UserError> {
        let failed = |error: rusqlite::Error| self.failed(&error, progress);
        let (stored, computed) = self.columns(&table.name)?;
        if !computed.is_empty() {
            let message = format!("{} computed by the file itself", count_of(computed.len(), "column"));
            diagnostics.push(
                Diagnostic::warning(Place::file(&self.file), message)
                    .hint(format!("formulas in files are not run; left out: {}", crate::io::table::list_of(&computed))),
            );
        }
        let stored: Vec<String> = stored.iter().map(|name| quoted(name)).collect();
        let query = format!("SELECT {} FROM {}", stored.join(", "), quoted(&table.name));
        let mut statement = self.database.prepare(&query).map_err(failed)?;
        let described: Vec<(String, String)> = statement
            .columns()
            .map(|column| (column.name().to_owned(), column.decl_type().unwrap_or_default().to_uppercase()))
            .collect();
        let geometry =
            described.iter().position(|(name, _)| name.eq_ignore_ascii_case(&table.column)).ok_or_else(|| {
                UserError::new(format!("Could not read {}", self.file))
                    .because(format!("the layer \"{}\" has no column \"{}\" with its shapes", table.name, table.column))
                    .hint("export the file again")
            })?;
        let (mut features, mut columns) = (Features::new(&self.file, wanted, projection), Columns::default());
        let (mut binary, mut cut, mut heights) = (0, 0, false);
        let mut rows = statement.query([]).map_err(failed)?;
        loop {
            self.idle.store(0, Ordering::Relaxed);
            progress.tick(1).map_err(cancelled)?;
            let Some(row) = rows.next().map_err(failed)? else { break };
            features.begin(None);
            for (index, (name, kind)) in described.iter().enumerate() {
                let value = row.get_ref(index).map_err(failed)?;
                if index == geometry {
                    match value {
                        ValueRef::Blob(blob) => match wkb::add_geopackage(blob, &mut features, diagnostics) {
                            Ok(more) => heights |= more,
                            Err(Wrong::Failed(error)) => return Err(error),
                            Err(Wrong::Geometry(why)) => diagnostics.push(
                                Diagnostic::error(features.place().clone(), why)
                                    .hint("the rest of the shape is left out"),
                            ),
                        },
                        _ => diagnostics.push(
                            Diagnostic::error(features.place().clone(), "the feature has no geometry")
                                .hint("it is left out"),
                        ),
                    }
                    continue;
                }
                // The number that programs give each row says nothing about it.
                if matches!(name.as_str(), "fid" | "ogc_fid" | "OGC_FID" | "FID") && kind == "INTEGER" {
                    continue;
                }
                let text = match value {
                    ValueRef::Null => String::new(),
                    ValueRef::Integer(number) if kind == "BOOLEAN" => if number == 0 { "false" } else { "true" }.into(),
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Real(number) => number.to_string(),
                    ValueRef::Text(text) => {
                        cut += usize::from(text.len() > MAX_TEXT);
                        String::from_utf8_lossy(&text[..text.len().min(MAX_TEXT)]).trim().to_owned()
                    }
                    ValueRef::Blob(_) => {
                        binary += 1;
                        String::new()
                    }
                };
                columns.set(name, text);
            }
            features.end(diagnostics)?;
            columns.end_row(&self.file)?;
        }
        let place = || Place::file(&self.file);
        if binary > 0 {
            let message = format!("{} with something else than a text or number", count_of(binary, "cell"));
            diagnostics.push(Diagnostic::note(place(), message).hint("taken as empty"));
        }
        if cut > 0 {
            diagnostics
                .push(Diagnostic::warning(place(), format!("{} longer than 1 MB", count_of(cut, "text"))).hint("cut"));
        }
        if heights {
            let message = "the shapes have heights or measures beside longitude and latitude";
            diagnostics.push(Diagnostic::note(place(), message).hint("left out, for the map is flat"));
        }
        let columns = columns.finish(&self.file, diagnostics);
        Ok(features.finish(columns, diagnostics))
    }

    /// The columns of a plain table that are stored, and those that are computed when they are read.
    ///
    /// # Errors
    /// It is no plain table: a query under a name (a view), or code that pretends to be a table.
    fn columns(&self, table: &str) -> Result<(Vec<String>, Vec<String>), UserError> {
        let read = || -> rusqlite::Result<(bool, Vec<String>, Vec<String>)> {
            // As SQLite itself writes it there; a virtual table is "CREATE VIRTUAL TABLE".
            let query =
                "SELECT count(*), sum(type = 'table' AND rootpage > 0 AND upper(substr(sql, 1, 13)) = 'CREATE TABLE ')
                FROM sqlite_schema WHERE lower(name) = lower(?1)";
            let counts = self
                .database
                .query_row(query, [table], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
            let mut statement = self.database.prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")?;
            let mut rows = statement.query([table])?;
            let (mut stored, mut computed) = (Vec::new(), Vec::new());
            while let Some(row) = rows.next()? {
                let list = if row.get::<_, i64>(1)? == 0 { &mut stored } else { &mut computed };
                list.push(row.get(0)?);
            }
            Ok((counts == (1, Some(1)), stored, computed))
        };
        let (is_plain, stored, computed) = read().map_err(|error| refused(&self.file, &error))?;
        if !is_plain || stored.is_empty() {
            return Err(UserError::new(format!("Could not read {}", self.file))
                .because(format!(
                    "\"{table}\" in it is no table, but a query or code under the name of one, which is not run"
                ))
                .hint("export the layer as a table of its own"));
        }
        Ok((stored, computed))
    }

    fn tables(&self) -> Result<Vec<Table>, UserError> {
        for table in ["gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"] {
            let count = "SELECT count(*) FROM sqlite_schema WHERE lower(name) = ?1";
            let count = self.database.query_row(count, [table], |row| row.get::<_, i64>(0));
            let count = count.map_err(|error| refused(&self.file, &error))?;
            if count > 0 && !self.columns(table)?.1.is_empty() {
                return Err(UserError::new(format!("Could not read {}", self.file))
                    .because(format!("its table \"{table}\" computes what it holds"))
                    .hint("do not use the file unless you know where it comes from"));
            }
        }
        let query =
            "SELECT c.table_name, coalesce(c.identifier, ''), g.column_name, upper(g.geometry_type_name), g.srs_id
            FROM gpkg_contents c JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name)
            WHERE c.data_type = 'features' ORDER BY c.rowid LIMIT 10000";
        let read = || -> rusqlite::Result<Vec<Table>> {
            let mut statement = self.database.prepare(query)?;
            let rows = statement.query_map([], |row| {
                Ok(Table {
                    name: row.get(0)?,
                    identifier: row.get(1)?,
                    column: row.get(2)?,
                    kind: row.get(3)?,
                    srs: row.get(4)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| match error {
            rusqlite::Error::SqliteFailure(_, Some(why)) if why.contains("no such table") => {
                UserError::new(format!("Could not read {}", self.file))
                    .because("it is a database, but no GeoPackage")
                    .hint("export the layer as GeoPackage or GeoJSON")
            }
            error => refused(&self.file, &error),
        })
    }

    fn choose(&self, wish: Wish<'_>, diagnostics: &mut Vec<Diagnostic>) -> Result<Table, UserError> {
        let mut tables = self.tables()?;
        let names: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
        if let Some(part) = &wish.options.part {
            let is = |name: &str| name == part || name.to_lowercase() == part.trim().to_lowercase();
            let found = tables
                .iter()
                .position(|table| is(&table.name))
                .or_else(|| tables.iter().position(|table| is(&table.identifier)));
            return found
                .map(|index| tables.swap_remove(index))
                .ok_or_else(|| super::parts::no_such_part(&self.file, part, &names));
        }
        let fits = |table: &Table| match table.kind.as_str() {
            "GEOMETRY" | "GEOMETRYCOLLECTION" => 1,
            "POLYGON" | "MULTIPOLYGON" | "CURVEPOLYGON" | "MULTISURFACE" => 2 + u8::from(wish.wanted == Wanted::Areas),
            "POINT" | "MULTIPOINT" if wish.wanted == Wanted::Points => 4,
            _ => 0,
        };
        let mut best: Option<(u8, u64, usize)> = None;
        for (index, table) in tables.iter().enumerate() {
            let found = (fits(table), self.count(table).unwrap_or(0), index);
            if best.is_none_or(|best| (found.0, found.1) > (best.0, best.1)) {
                best = Some(found);
            }
        }
        let Some((fits, _, index)) = best else {
            return Err(UserError::new(format!("Could not read {}", self.file))
                .because("there is no layer in it")
                .hint("export the layer again"));
        };
        if fits == 0 {
            let words = if wish.wanted == Wanted::Areas { "polygons" } else { "points" };
            return Err(UserError::new(format!("Could not read {}", self.file))
                .because(format!("none of its layers has {words}"))
                .hint("choose another file"));
        }
        super::parts::say_choice(&self.file, "layer", &names[index], &names, diagnostics);
        Ok(tables.swap_remove(index))
    }

    fn count(&self, table: &Table) -> Result<u64, UserError> {
        self.columns(&table.name)?;
        let query = format!("SELECT count(*) FROM {}", quoted(&table.name));
        let count = self.database.query_row(&query, [], |row| row.get::<_, i64>(0));
        count.map(|count| count.max(0) as u64).map_err(|error| refused(&self.file, &error))
    }

    fn projection(&self, srs: i64, diagnostics: &mut Vec<Diagnostic>) -> Result<Projection, UserError> {
        let query = "SELECT coalesce(organization, ''), coalesce(organization_coordsys_id, 0), coalesce(definition, '')
            FROM gpkg_spatial_ref_sys WHERE srs_id = ?1";
        let row = self.database.query_row(query, [srs], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
        });
        let (organization, code, definition) = row.unwrap_or_default();
        let code = u32::try_from(code).ok().filter(|_| organization.eq_ignore_ascii_case("EPSG"));
        if let Some(code) = code
            && let Ok(projection) = Projection::from_epsg(&self.file, code, diagnostics)
        {
            return Ok(projection);
        }
        if definition.is_empty() || definition.eq_ignore_ascii_case("undefined") {
            return Ok(Projection::Unknown);
        }
        Projection::from_wkt(&self.file, &definition, diagnostics)
    }

    fn failed(&self, error: &rusqlite::Error, progress: &Progress) -> UserError {
        if progress.is_cancelled() {
            return UserError::new("Cancelled");
        }
        refused(&self.file, error)
    }
}

fn refused(file: &str, error: &rusqlite::Error) -> UserError {
    use rusqlite::ErrorCode;
    let failed = UserError::new(format!("Could not read {file}"));
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            failed.because("it is no GeoPackage").hint("export the layer as GeoPackage or GeoJSON")
        }
        Some(ErrorCode::OperationInterrupted) => failed
            .because("a table in it works without end; files made to do harm are like that")
            .hint("do not use the file unless you know where it comes from"),
        Some(ErrorCode::DatabaseCorrupt) => failed.because("the file is damaged").hint("copy or download it again"),
        _ => failed.because(format!("the database says: {error}")).hint("export the layer again"),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
