//! Opening a file for work, and making whole files: each is written under another name, brought to disk, and renamed.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::connection::{self, APPLICATION_ID};
use super::failure::{damaged, explain, explain_io, short_name};
use super::lock::{LockFailure, ProjectLock, lock_path};
use super::{Existing, PlanId, Wanted, migrate, tables};
use crate::domain::project::Project;
use crate::error::UserError;

/// An open file: what the writer works on.
#[derive(Debug)]
pub struct Target {
    pub connection: Connection,
    pub path: PathBuf,
    pub lock: TargetLock,
}

#[derive(Debug)]
pub enum TargetLock {
    /// Ours to write. `file` tells whether it is still the one at the path.
    Writable { file: Option<FileIdentity>, _lock: ProjectLock },
    /// A private copy; `why` the file itself is not written.
    ReadOnly { why: String },
}

/// Opens, checks and, where it is older, migrates a file.
pub fn open(path: &Path, wanted: Wanted) -> Result<Target, UserError> {
    let what = format!("Could not open {}", short_name(path));
    let path = &connection::resolve(path, &what)?;
    let mut version = connection::check_identity(path)?;
    connection::check_journal(path)?;
    let lock = match wanted {
        Wanted::ReadOnly => Err("It was opened for reading only".to_owned()),
        Wanted::ReadWrite => take_lock(path),
    };
    let writable = lock.and_then(|lock| match is_writable(path) {
        Ok(()) => Ok(lock),
        Err(why) => Err(why),
    });
    let opened = match &writable {
        Ok(_) => connection::open_writable(path),
        Err(_) => connection::open_copy(path),
    };
    // Asked even where it could not be opened: SQLite would say no more than that it is malformed. By now a journal that a crash left
    // has given the file its length back.
    check_length(path, &what)?;
    let mut connection = opened.map_err(|error| explain(what.clone(), &error))?;
    connection::check_health(&connection, path)?;
    // A journal that was rolled back may have taken a migration back.
    version = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap_or(version);
    migrate::migrate(&mut connection, version, &migrate::STEPS).map_err(|error| explain(what, &error))?;
    let lock = match writable {
        Ok(lock) => TargetLock::Writable { file: FileIdentity::of(path), _lock: lock },
        Err(why) => TargetLock::ReadOnly { why },
    };
    Ok(Target { connection, path: path.clone(), lock })
}

/// Makes a file with a project in it and opens it.
pub fn create(path: &Path, project: &Project, existing: Existing) -> Result<Target, UserError> {
    let what = format!("Could not create {}", short_name(path));
    super::check_columns(project)?;
    let path = &connection::resolve(path, &what)?;
    if existing == Existing::Refuse && path.symlink_metadata().is_ok() {
        return Err(UserError::new(what)
            .because("there is a file of that name already")
            .hint("Choose another name, or say that it shall be replaced"));
    }
    replace(path, &what, |connection| {
        connection::set_up(connection)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", migrate::VERSION)?;
        let transaction = connection.transaction()?;
        tables::create(&transaction, project, PlanId::FIRST)?;
        transaction.commit()
    })
}

/// Puts a whole new file at `path`, in place of what is there, and opens it. `fill` gets an empty database. Until the file is whole
/// and on disk, the old one is untouched.
pub fn replace(
    path: &Path,
    what: &str,
    fill: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
) -> Result<Target, UserError> {
    if path.is_dir() {
        return Err(UserError::new(what).because("it is a folder").hint("Choose a file name, for example plan.bwk"));
    }
    let lock =
        take_lock(path).map_err(|why| UserError::new(what).because(why).hint("Choose another name or folder"))?;
    let temporary = Temporary(beside(path, &format!(".{}.tmp", std::process::id())));
    let _ = std::fs::remove_file(&temporary.0);
    let made = Connection::open(&temporary.0).and_then(|mut connection| {
        // Until the file is whole nobody needs a journal or every page on disk at once.
        connection.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        fill(&mut connection)?;
        connection.close().map_err(|(_, error)| error)
    });
    made.map_err(|error| explain(what.to_owned(), &error))?;
    let in_place = File::open(&temporary.0)
        .and_then(|file| file.sync_all())
        .and_then(|()| settle_journal(path))
        .and_then(|()| std::fs::rename(&temporary.0, path))
        .and_then(|()| sync_folder(path));
    in_place.map_err(|error| explain_io(what.to_owned(), &error))?;
    let connection = connection::open_writable(path).map_err(|error| explain(what.to_owned(), &error))?;
    let lock = TargetLock::Writable { file: FileIdentity::of(path), _lock: lock };
    Ok(Target { connection, path: path.to_owned(), lock })
}

/// Which file a path led to when it was opened. A file that was moved away or deleted can still be written on Unix, but nobody would
/// ever see what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    #[cfg(unix)]
    pub fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self { device: metadata.dev(), inode: metadata.ino() })
    }

    /// Elsewhere an open file can neither be moved nor deleted.
    #[cfg(not(unix))]
    pub fn of(_: &Path) -> Option<Self> {
        None
    }
}

fn take_lock(path: &Path) -> Result<ProjectLock, String> {
    let who = super::writer::user_name();
    ProjectLock::take(path, &who).map_err(|failure| match failure {
        LockFailure::Held(holder) if holder.is_empty() => "It is open in another window".to_owned(),
        LockFailure::Held(holder) => format!("It is open in another window (user {holder})"),
        LockFailure::NotPossible(why) => {
            format!("Its folder cannot be written: {} could not be made ({why})", short_name(&lock_path(path)))
        }
    })
}

fn is_writable(path: &Path) -> Result<(), String> {
    let opened = std::fs::OpenOptions::new().write(true).open(path);
    opened.map(drop).map_err(|error| format!("The file cannot be written ({error})"))
}

/// The header says how long a file should be.
fn check_length(path: &Path, what: &str) -> Result<(), UserError> {
    let found = std::fs::metadata(path).map(|metadata| metadata.len()).unwrap_or(0);
    let mut header = Vec::new();
    let read = File::open(path).and_then(|file| file.take(100).read_to_end(&mut header));
    read.map_err(|error| explain_io(what.to_owned(), &error))?;
    header.resize(100, 0);
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let expected = u64::from(number(28)) * page_size;
    // A program that does not know the number of pages leaves another mark there than that of its last change.
    if number(24) == number(92) && found < expected {
        return Err(damaged(what.to_owned(), &format!("it is cut off, {found} of {expected} bytes are there")));
    }
    Ok(())
}

/// A journal that a crash left beside the file to be replaced belongs to that file: left there, it would be rolled back into the new
/// one.
fn settle_journal(path: &Path) -> std::io::Result<()> {
    let journal = connection::journal_path(path);
    if journal.exists() {
        // Reading rolls it back, so that the old file is whole should we be stopped before the new one is in place.
        if connection::check_journal(path).is_ok()
            && let Ok(connection) = connection::open_writable(path)
        {
            let _ = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
        }
        if journal.exists() {
            std::fs::remove_file(&journal)?;
        }
    }
    Ok(())
}

/// Brings a rename to disk.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// `.~plan.bwk` and an ending, in the same folder.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".~");
    name.push(path.file_name().unwrap_or_default());
    name.push(ending);
    path.with_file_name(name)
}

/// A file that is removed unless it has been renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
