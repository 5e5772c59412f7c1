//! What can be saved of a damaged project: every row that can still be read goes into a new file, gaps are filled so that the rest fits
//! together, and whatever is missing is said. The damaged file itself is not touched.

mod mend;
mod salvage;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::connection::{self, APPLICATION_ID, journal_path};
use super::copy::{Target, TargetLock};
use super::failure::{Trouble, damaged, explain, reason_of, short_name};
use super::migrate;
use crate::error::UserError;

/// No project has more bytes; a header that says so lies.
const MOST_BYTES: u64 = 64 << 30;

/// Opens what can be saved as a private copy. `damage` is why the file cannot be opened as it is. Gives what is missing, in words.
pub fn open(path: &Path, damage: &UserError) -> Result<(Target, Vec<String>), UserError> {
    let what = format!("Could not open {}", short_name(path));
    let path = connection::resolve(path, &what)?;
    connection::check_identity(&path)?;
    connection::check_journal(&path)?;
    let work = || -> Result<(Connection, Vec<String>), Trouble> {
        let copy = Copy::of(&path).map_err(|error| error.to_string())?;
        let source = open_damaged(&copy.file())?;
        let mut missing = copy.missing.clone();
        let target = Connection::open("")?;
        connection::set_up(&target)?;
        target.pragma_update(None, "foreign_keys", false)?;
        target.pragma_update(None, "application_id", APPLICATION_ID)?;
        target.pragma_update(None, "user_version", migrate::VERSION)?;
        target.execute_batch("BEGIN")?;
        target.execute_batch(include_str!("../schema.sql"))?;
        salvage::all(&source, &target, &mut missing)?;
        mend::all(&target, &mut missing)?;
        target.execute_batch("COMMIT")?;
        target.pragma_update(None, "foreign_keys", true)?;
        if missing.is_empty() {
            missing.push("No table or row is known to be missing".to_owned());
        }
        Ok((target, missing))
    };
    match work() {
        Ok((connection, missing)) => {
            let why = format!("It is damaged: {}. What could be saved is shown", reason_of(damage));
            Ok((Target { connection, path, lock: TargetLock::ReadOnly { why } }, missing))
        }
        Err(Trouble::Sql(error)) => Err(UserError { hint: NOTHING.to_owned(), ..explain(what, &error) }),
        Err(Trouble::Damaged(why)) => Err(UserError { hint: NOTHING.to_owned(), ..damaged(what, &why) }),
    }
}

const NOTHING: &str = "Nothing could be saved. Restore the file from a backup, or try: sqlite3 FILE .recover";

/// SQLite is told to go on where the list of tables looks wrong: it reads a private copy, and runs no code from it.
fn open_damaged(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(path, flags)?;
    connection::set_up(&source)?;
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    source.pragma_update(None, "writable_schema", true)?;
    Ok(source)
}

/// A copy of the damaged file in a folder of its own, which is removed in the end.
struct Copy {
    folder: PathBuf,
    missing: Vec<String>,
}

impl Copy {
    fn of(path: &Path) -> std::io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("bailiwick-rescue-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let mut copy = Self { folder, missing: Vec::new() };
        std::fs::copy(path, copy.file())?;
        let journal = journal_path(path);
        if journal.is_file() {
            // What a crash left half written is taken back in the copy too.
            std::fs::copy(&journal, journal_path(&copy.file()))?;
        }
        copy.fill_up()?;
        Ok(copy)
    }

    fn file(&self) -> PathBuf {
        self.folder.join("damaged.bwk")
    }

    /// SQLite opens no file that is shorter than its header says. With empty pages at the end it reads what is before them.
    fn fill_up(&mut self) -> std::io::Result<()> {
        let mut file = File::options().read(true).write(true).open(self.file())?;
        let mut header = [0; 32];
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut header)?;
        let page = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
            1 => 65_536,
            size => size,
        };
        let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
        let (expected, found) = (page * pages, file.metadata()?.len());
        if found < expected && expected <= MOST_BYTES {
            file.set_len(expected)?;
            self.missing.push(format!("The last {} of {expected} bytes of the file are missing", expected - found));
        }
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
