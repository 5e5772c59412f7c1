//! What can be saved of a damaged project: every row that can still be read goes into a new file, gaps are filled so that the rest fits
//! together, and whatever is missing is said. The damaged file itself is not touched.

mod forms;
mod found;
mod mend;
mod pages;
mod record;
mod salvage;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::connection::{self, APPLICATION_ID, journal_path};
use super::copy::{Target, TargetLock};
use super::failure::{Trouble, damaged, explain, is_damage, reason_of, short_name};
use super::migrate;
use crate::error::UserError;
use found::Found;
use pages::Pages;
use salvage::Lost;

/// No project has more bytes; a header that says so lies.
const MOST_BYTES: u64 = 64 << 30;
/// No larger file is searched for a project without its beginning.
const MOST_SEARCHED: u64 = 4 << 30;

/// Opens what can be saved as a private copy. `damage` is why the file cannot be opened as it is. Gives what is missing, in words.
pub fn open(path: &Path, damage: &UserError) -> Result<(Target, Vec<String>), UserError> {
    let what = format!("Could not open {}", short_name(path));
    let path = connection::resolve(path, &what)?;
    if let Err(error) = connection::check_identity(&path)
        && !is_damage(&error)
    {
        return Err(error);
    }
    connection::check_journal(&path)?;
    match saved_of(&path) {
        Ok((connection, missing)) => {
            let why = format!("It is damaged: {}. What could be saved is shown", reason_of(damage));
            Ok((Target { connection, path, lock: TargetLock::ReadOnly { why } }, missing))
        }
        Err(Trouble::Sql(error)) => Err(UserError { hint: NOTHING.to_owned(), ..explain(what, &error) }),
        Err(Trouble::Damaged(why)) => {
            let why = format!("{}; {why}", reason_of(damage));
            Err(UserError { hint: NOTHING.to_owned(), ..damaged(what, &why) })
        }
    }
}

const NOTHING: &str = "Nothing could be saved. Restore the file from a backup, or try: sqlite3 FILE .recover";

/// A sound project with what can be read of a file, and what is missing.
fn saved_of(path: &Path) -> Result<(Connection, Vec<String>), Trouble> {
    let copy = Copy::of(path).map_err(|error| error.to_string())?;
    // Without its first page a file is none that SQLite would open.
    let source = open_damaged(&copy.file()).or_else(|_| Connection::open_in_memory())?;
    let mut missing = copy.missing.clone();
    let target = Connection::open("")?;
    connection::set_up(&target)?;
    target.pragma_update(None, "foreign_keys", false)?;
    target.pragma_update(None, "application_id", APPLICATION_ID)?;
    target.pragma_update(None, "user_version", migrate::VERSION)?;
    target.execute_batch("BEGIN")?;
    target.execute_batch(include_str!("../schema.sql"))?;
    let lost = salvage::all(&source, &target, &mut missing)?;
    let pages = Pages::open(&copy.file()).map_err(|error| error.to_string())?;
    let found = found::fill(&pages, &target, &lost.in_part.union(&lost.unlisted).cloned().collect())?;
    tell_found(&source, &lost, &found, &mut missing);
    let rows: i64 = target.query_row(
        "SELECT (SELECT count(*) FROM unit) + (SELECT count(*) FROM account) + (SELECT count(*) FROM assignment)",
        [],
        |row| row.get(0),
    )?;
    if rows == 0 && lost.unlisted.contains("project") {
        return Err(Trouble::Damaged(
            "neither the list of its tables nor the tables themselves can be read".to_owned(),
        ));
    }
    mend::all(&target, &mut missing)?;
    target.execute_batch("COMMIT")?;
    target.pragma_update(None, "foreign_keys", true)?;
    if missing.is_empty() {
        missing.push("No table or row is known to be missing".to_owned());
    }
    Ok((target, missing))
}

/// What was found though the list of tables does not lead there, and what was not.
fn tell_found(source: &Connection, lost: &Lost, found: &Found, missing: &mut Vec<String>) {
    let in_words = |names: &[&String]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    for (table, rows) in found.rows.iter().filter(|(table, rows)| **rows > 0 && lost.in_part.contains(*table)) {
        missing.push(format!("{rows} more rows of the table \"{table}\" were found on pages that nothing leads to"));
    }
    // An older file does not have all tables; where it cannot say how old it is, it may have had any.
    let version = source.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0)).unwrap_or(0);
    let expected = |table: &&String| version <= 0 || migrate::has_table(version, table);
    let (back, gone): (Vec<&String>, Vec<&String>) =
        lost.unlisted.iter().filter(expected).partition(|table| found.rows.contains_key(*table));
    let listed: rusqlite::Result<i64> =
        source.query_row("SELECT count(DISTINCT name || sql) FROM sqlite_schema WHERE type = 'table'", [], |row| {
            row.get(0)
        });
    if back.is_empty() && listed.is_ok_and(|tables| tables > 0) {
        missing.extend(gone.iter().map(|name| format!("The table \"{name}\" is missing")));
        return;
    }
    missing.push(format!("The list of tables is damaged; {} tables were found without it", back.len()));
    let by_form: Vec<&String> = back.into_iter().filter(|table| found.by_form.contains(*table)).collect();
    if !by_form.is_empty() {
        missing.push(format!("These were told by the form of their rows alone: {}", in_words(&by_form)));
    }
    missing.extend(found.guesses.iter().cloned());
    if !gone.is_empty() {
        missing.push(format!("Of these tables nothing was found, they may have been empty: {}", in_words(&gone)));
    }
}

/// Why a file that does not begin like a project may be one all the same: its beginning is lost. `None` where nothing speaks for it.
pub fn lost_beginning(path: &Path) -> Option<&'static str> {
    let is_named_so = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("bwk"));
    if !is_named_so || path.metadata().ok()?.len() > MOST_SEARCHED {
        return None;
    }
    if is_blank(path).ok()? {
        return Some("it holds nothing but zeros");
    }
    let is_project = found::is_project(&Pages::open(path).ok()?).ok()?;
    is_project.then_some("its first page is lost")
}

/// Whether a file has zeros alone: what some file systems leave after a power cut.
fn is_blank(path: &Path) -> std::io::Result<bool> {
    let (mut file, mut bytes) = (File::open(path)?, vec![0; 1 << 16]);
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(true),
            read if bytes[..read].iter().any(|&byte| byte != 0) => return Ok(false),
            _ => {}
        }
    }
}

/// SQLite is told to go on where the list of tables looks wrong: it reads a private copy, and runs no code from it.
fn open_damaged(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(path, flags)?;
    source.pragma_update(None, "writable_schema", true)?;
    // Takes back what a crash left half written. Where the list of tables cannot be read to its end this fails, and what follows goes on
    // with the tables before that.
    let _ = source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    connection::set_up(&source)?;
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    source.pragma_update(None, "writable_schema", true)?;
    Ok(source)
}

/// A text as SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
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
        if file.read_exact(&mut header).is_err() || !header.starts_with(pages::BEGINNING) {
            return Ok(());
        }
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
