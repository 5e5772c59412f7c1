//! Is this file a project of ours, and how its connection is set up.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::failure::{damaged, explain, explain_io, short_name};
use super::{migrate, rescue};
use crate::error::UserError;

/// "BWLK": marks a SQLite file as a project (offset 68 of the file).
pub const APPLICATION_ID: i32 = 0x4257_4C4B;

/// The path with its folder resolved, so that two names of one file get one lock.
pub fn resolve(path: &Path, what: &str) -> Result<PathBuf, UserError> {
    if let Ok(resolved) = path.canonicalize() {
        return Ok(resolved);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = path.file_name() else {
        return Err(UserError::new(what)
            .because("the path has no file name")
            .hint("Name a file, for example plan.bwk"));
    };
    match folder.canonicalize() {
        Ok(folder) => Ok(folder.join(name)),
        Err(error) => Err(explain_io(format!("{what} in the folder {}", short_name(folder)), &error)),
    }
}

/// Checks the first hundred bytes: a project file of a version we know? Returns its schema version.
pub fn check_identity(path: &Path) -> Result<i32, UserError> {
    let what = format!("Could not open {}", short_name(path));
    let metadata = std::fs::metadata(path).map_err(|error| explain_io(what.clone(), &error))?;
    if !metadata.is_file() {
        let why = if metadata.is_dir() { "it is a folder" } else { "it is not an ordinary file" };
        return Err(UserError::new(what).because(why).hint("Choose a project file, its name ends in .bwk"));
    }
    if metadata.len() == 0 {
        return Err(UserError::new(what)
            .because("the file is empty")
            .hint("Restore it from a backup, or make a new project under another name"));
    }
    let mut header = Vec::new();
    let read = File::open(path).and_then(|file| file.take(100).read_to_end(&mut header));
    read.map_err(|error| explain_io(what.clone(), &error))?;
    if !header.starts_with(b"SQLite format 3\0") {
        if let Some(why) = rescue::lost_beginning(path) {
            return Err(damaged(what, why));
        }
        return Err(UserError::new(what)
            .because("it is not a Bailiwick project")
            .hint("To use a table or a boundary file, open a project and import the file into it"));
    }
    let number = |at: usize| header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
    let (Some(version), Some(application)) = (number(60), number(68)) else {
        return Err(damaged(what, "it is cut off in its first hundred bytes"));
    };
    if application != APPLICATION_ID {
        return Err(UserError::new(what)
            .because("it is a SQLite file of another program")
            .hint("Choose a project file, its name ends in .bwk"));
    }
    if version > migrate::VERSION {
        return Err(UserError::new(what)
            .because(format!(
                "a newer Bailiwick wrote it (file version {version}, this program knows {})",
                migrate::VERSION
            ))
            .hint("Update Bailiwick"));
    }
    if version < 1 {
        return Err(damaged(what, &format!("its version is {version}")));
    }
    Ok(version)
}

/// Opens the file for writing; a journal left by a crash is rolled back here.
pub fn open_writable(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | NO_MUTEX)?;
    set_up(&connection)?;
    // The rollback journal, not WAL: nothing is left beside the file, and it works on network folders.
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    // FULL would leave the removal of the journal, by which a transaction is committed, to the operating system: after a power cut the
    // journal could be back, and roll an acknowledged edit back. EXTRA brings the folder to disk too.
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    Ok(connection)
}

/// A private copy of the file as it is now, in a temporary file that disappears by itself: what a read-only window works on, so that
/// the one who writes is not held up, and changes made there do not mix into what was read here.
pub fn open_copy(path: &Path) -> rusqlite::Result<Connection> {
    let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | NO_MUTEX)?;
    set_up(&source)?;
    let mut copy = Connection::open("")?;
    copy_into(&source, &mut copy)?;
    set_up(&copy)?;
    Ok(copy)
}

/// Copies a whole database through SQLite's backup interface.
pub fn copy_into(source: &Connection, target: &mut Connection) -> rusqlite::Result<()> {
    let backup = Backup::new(source, target)?;
    // All pages in one step, so that nobody changes the source in between. Each try waits as long as `busy_timeout` says.
    for _ in 0..3 {
        if backup.step(-1)? == StepResult::Done {
            return Ok(());
        }
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None))
}

/// What every connection of ours has: foreign keys, and no trust in the file's own code.
pub fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.busy_timeout(std::time::Duration::from_secs(3))
}

/// What tells whether the content of the file is still what we left there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Another number as soon as any other connection has changed the file.
    version: i64,
    /// When the project was made, the last rows of what only an import replaces, and how many changes there were.
    mark: (String, [Option<i64>; 4]),
}

impl Content {
    pub fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let version = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        let mut query = connection.prepare_cached(
            "SELECT created_at, (SELECT max(id) FROM unit), (SELECT max(id) FROM account), (SELECT max(id) FROM journal),
             (SELECT sum(generation) FROM plan) FROM project",
        )?;
        let mark =
            query.query_row([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])))?;
        Ok(Self { version, mark })
    }

    /// Whether the file has this content still. A value that somebody has changed with other tools is no harm; other content is.
    pub fn is_in(&self, connection: &Connection) -> bool {
        let version = connection.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
        version.is_ok_and(|version| version == self.version)
            || Self::of(connection).is_ok_and(|found| found.mark == self.mark)
    }
}

/// A journal beside a file may name a "super-journal", which SQLite removes once the journal has been rolled back: whoever can put a
/// journal beside a project could so have any file of the user's removed. This program never writes one.
pub fn check_journal(path: &Path) -> Result<(), UserError> {
    const NAMES_A_SUPER_JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let journal = journal_path(path);
    let mut end = [0; 8];
    let read = File::open(&journal).and_then(|mut file| {
        file.seek(SeekFrom::End(-8))?;
        file.read_exact(&mut end)
    });
    if read.is_err() || end != NAMES_A_SUPER_JOURNAL {
        return Ok(());
    }
    Err(UserError::new(format!("Could not open {}", short_name(path)))
        .because(format!("the file {} beside it names another file to be removed", short_name(&journal)))
        .hint("This program does not write such files: move it away, and be careful with whatever came with it"))
}

/// Where SQLite keeps the old pages while a transaction is written.
pub fn journal_path(path: &Path) -> PathBuf {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    PathBuf::from(journal)
}

/// Gives back the memory of the pages that were read: a project that is open is read from its own arrays. Edits need few pages.
pub fn forget_pages(connection: &Connection) {
    // Without it more memory is held, and nothing else is different.
    let _ = connection.execute_batch("PRAGMA shrink_memory");
}

/// Finds a file that is cut off or whose pages are damaged. Reads the whole file once.
pub fn check_health(connection: &Connection, path: &Path) -> Result<(), UserError> {
    let what = format!("Could not open {}", short_name(path));
    // "integrity_check" compares every index with its table as well, which takes ten times as long; "quick_check" leaves that out.
    let verdict: rusqlite::Result<String> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match verdict {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(verdict) => Err(damaged(what, verdict.lines().last().unwrap_or_default())),
        Err(error) => Err(explain(what, &error)),
    }
}

/// One thread at a time uses a connection, so SQLite need not lock it.
const NO_MUTEX: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
