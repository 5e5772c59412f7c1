//! ZIP archives, opened so that none can do harm: nothing is unpacked to disk, and what is unpacked in memory is counted while it
//! is unpacked. What an archive says about its own sizes is never believed.
//!
//! What cannot be used (symbolic links, encrypted files, names that lead out of the archive, archives inside) is left out with a
//! diagnostic; what can only be meant to do harm is an error.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;
use zip::result::ZipError;

use super::cancelled;
use super::diagnostic::{Diagnostic, Place};
use super::files;
use crate::domain::progress::Progress;
use crate::error::UserError;

/// What an archive may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files and folders.
    pub entries: usize,
    /// Bytes of one file when unpacked.
    pub entry_bytes: u64,
    /// Bytes of all files that are unpacked.
    pub total_bytes: u64,
    /// How many times larger than packed a file may become; held only against files above [`SMALL_BYTES`].
    pub ratio: u64,
}

impl Limits {
    /// Of archives with layers in them.
    pub const LAYERS: Self = Self {
        entries: 10_000,
        entry_bytes: files::MAX_LAYER_BYTES,
        total_bytes: 2 * files::MAX_LAYER_BYTES,
        ratio: 250,
    };
    /// Of workbooks. Their sheets are text that repeats itself, so that they pack well.
    pub const WORKBOOK: Self = Self { entries: 20_000, entry_bytes: 2 << 30, total_bytes: 3 << 30, ratio: 400 };
}

/// A file that unpacks to less than this does no harm, however well it was packed.
pub const SMALL_BYTES: u64 = 16 << 20;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// With its folders, separated by slashes; never leads out of the archive.
    pub name: String,
    index: usize,
}

impl Entry {
    /// The name without its folders.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// The ending in lower case, without the dot.
    pub fn ending(&self) -> String {
        files::ending_of(Path::new(&self.name))
    }

    /// The name with its folders, without the ending.
    pub fn stem(&self) -> &str {
        let file = self.file_name();
        let dot = file.rfind('.').filter(|&dot| dot > 0).unwrap_or(file.len());
        &self.name[..self.name.len() - file.len() + dot]
    }
}

/// An open archive and the files in it that can be used.
pub struct Archive<'a> {
    /// The archive's name, for messages.
    pub file: String,
    zip: ZipArchive<Metered<'a>>,
    /// Bytes of the archive itself.
    size: u64,
    entries: Vec<Entry>,
    limits: Limits,
    unpacked: u64,
}

impl std::fmt::Debug for Archive<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("file", &self.file).field("entries", &self.entries).finish_non_exhaustive()
    }
}

impl<'a> Archive<'a> {
    /// Opens an archive on disk.
    ///
    /// # Errors
    /// What is no archive, is cut off, has too many entries, or two entries of one name.
    pub fn open(path: &Path, limits: Limits, diagnostics: &mut Vec<Diagnostic>) -> Result<Self, UserError> {
        let (file, size) = files::open(path)?;
        if size > files::MAX_LAYER_BYTES {
            return Err(files::too_large(path, files::MAX_LAYER_BYTES));
        }
        Self::over(&files::name_of(path), Box::new(BufReader::new(file)), size, limits, diagnostics)
    }

    /// Opens an archive in memory; `file` is its name in messages.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_bytes(
        file: &str,
        bytes: &'a [u8],
        limits: Limits,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, UserError> {
        Self::over(file, Box::new(Cursor::new(bytes)), bytes.len() as u64, limits, diagnostics)
    }

    fn over(
        file: &str,
        source: Box<dyn ReadAndSeek + 'a>,
        size: u64,
        limits: Limits,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Self, UserError> {
        // The list of entries is read into memory as a whole. It can be as large as the archive, so its bytes are counted; an entry
        // takes some hundred bytes there.
        let meter = Arc::new(AtomicU64::new((1 << 20) + limits.entries as u64 * 512));
        let zip = ZipArchive::new(Metered { source, left: Arc::clone(&meter) });
        if zip.is_err() && meter.load(Ordering::Relaxed) == 0 {
            return Err(too_many_entries(file, limits));
        }
        let mut zip = zip.map_err(|error| refused(file, &error))?;
        meter.store(u64::MAX, Ordering::Relaxed);
        if zip.len() > limits.entries {
            return Err(too_many_entries(file, limits));
        }
        if zip.has_duplicate_names() {
            return Err(UserError::new(format!("Could not read {file}"))
                .because("two files in the archive have the same name, so nobody can say which one is meant")
                .hint("unpack it and pack the right files again"));
        }
        let entries = list(file, &mut zip, diagnostics)?;
        Ok(Self { file: file.to_owned(), zip, size, entries, limits, unpacked: 0 })
    }

    /// The files that can be used, in the archive's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The file of that name, with its folders; exactly or else ignoring case.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let lower = name.to_lowercase();
        let exact = self.entries.iter().find(|entry| entry.name == name);
        exact.or_else(|| self.entries.iter().find(|entry| entry.name.to_lowercase() == lower))
    }

    /// Unpacks a file into memory.
    ///
    /// # Errors
    /// A damaged file, one that grows beyond the limits while it is unpacked, a compression that is not known.
    pub fn read(&mut self, entry: &Entry, progress: &Progress) -> Result<Vec<u8>, UserError> {
        let mut bytes = Vec::new();
        self.unpack(entry, progress, |piece| bytes.extend_from_slice(piece))?;
        Ok(bytes)
    }

    /// The first bytes of a file, and how large the archive says it is.
    ///
    /// # Errors
    /// A damaged file, a compression that is not known.
    pub fn read_start(&mut self, entry: &Entry, count: u64, progress: &Progress) -> Result<(Vec<u8>, u64), UserError> {
        progress.check().map_err(cancelled)?;
        let file = format!("{} in {}", entry.name, self.file);
        let packed = self.zip.by_index(entry.index).map_err(|error| refused(&file, &error))?;
        let (promised, mut bytes) = (packed.size(), Vec::new());
        packed.take(count).read_to_end(&mut bytes).map_err(|error| {
            UserError::new(format!("Could not read {file}")).because(error).hint("copy or download the archive again")
        })?;
        Ok((bytes, promised))
    }

    /// Unpacks every file without keeping any: afterwards it is known that nothing in the archive goes beyond the limits.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn check_all(&mut self, progress: &Progress) -> Result<(), UserError> {
        for entry in self.entries.clone() {
            self.unpack(&entry, progress, |_| {})?;
        }
        Ok(())
    }

    fn unpack(&mut self, entry: &Entry, progress: &Progress, mut take: impl FnMut(&[u8])) -> Result<(), UserError> {
        let file = format!("{} in {}", entry.name, self.file);
        let mut packed = self.zip.by_index(entry.index).map_err(|error| refused(&file, &error))?;
        // Whatever is said about it, no file is larger packed than the whole archive.
        let packed_size = packed.compressed_size().clamp(1, self.size.max(1));
        let mut size = 0_u64;
        let mut piece = vec![0; 1 << 16];
        loop {
            progress.check().map_err(cancelled)?;
            let count = packed.read(&mut piece).map_err(|error| {
                UserError::new(format!("Could not read {file}"))
                    .because(format!("it is damaged or cut off ({error})"))
                    .hint("copy or download the archive again")
            })?;
            if count == 0 {
                return Ok(());
            }
            size += count as u64;
            self.unpacked += count as u64;
            if size > self.limits.entry_bytes || self.unpacked > self.limits.total_bytes {
                let limit =
                    if size > self.limits.entry_bytes { self.limits.entry_bytes } else { self.limits.total_bytes };
                return Err(UserError::new(format!("Could not read {file}"))
                    .because(format!("unpacked it is larger than {} MB", limit >> 20))
                    .hint("split it into smaller files"));
            }
            if size > SMALL_BYTES && size / packed_size > self.limits.ratio {
                return Err(UserError::new(format!("Could not read {file}"))
                    .because(format!(
                        "it becomes more than {} times larger when it is unpacked; archives made to do harm are like that",
                        self.limits.ratio
                    ))
                    .hint("do not use the file unless you know where it comes from"));
            }
            take(&piece[..count]);
        }
    }
}

/// Whether the bytes begin like a ZIP archive.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Makes sure that a workbook (.xlsx, .xlsm, .xlsb, .ods), which is a ZIP archive, can be unpacked without harm, before it is handed to a
/// library that believes its sizes. `file` is its name in messages.
///
/// # Errors
/// What is no archive, an encrypted workbook, one that unpacks to more than [`Limits::WORKBOOK`] allows.
pub fn check_workbook(file: &str, bytes: &[u8], progress: &Progress) -> Result<(), UserError> {
    if !is_zip(bytes) {
        return Err(UserError::new(format!("Could not read {file}"))
            .because("it is not a workbook, whatever its ending says")
            .hint("open it in a spreadsheet program and save it as .xlsx"));
    }
    let mut diagnostics = Vec::new();
    let mut archive = Archive::from_bytes(file, bytes, Limits::WORKBOOK, &mut diagnostics)?;
    if let Some(found) = diagnostics.iter().find(|found| found.severity == super::diagnostic::Severity::Error) {
        return Err(UserError::new(format!("Could not read {file}"))
            .because(format!("{}: {}", found.place.item, found.message))
            .hint("save the workbook again without a password"));
    }
    archive.check_all(progress)
}

/// The usable files. What is left out and why becomes a diagnostic.
fn list(
    file: &str,
    zip: &mut ZipArchive<Metered<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Entry>, UserError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut spellings: HashMap<String, String> = HashMap::new();
    let mut backslashes = 0;
    for index in 0..zip.len() {
        let data = zip.by_index_data(index).map_err(|error| refused(file, &error))?;
        // Many programs write UTF-8 without saying so.
        let raw = match std::str::from_utf8(data.name_raw()) {
            Ok(name) => name.to_owned(),
            Err(_) => data
                .name()
                .map_or_else(|_| String::from_utf8_lossy(data.name_raw()).into_owned(), |name| name.into_owned()),
        };
        let name = raw.replace('\\', "/");
        // What macOS puts beside every file.
        if data.is_dir() || name.ends_with('/') || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
            continue;
        }
        let shown: String = raw.chars().filter(|character| !character.is_control()).take(120).collect();
        let place = Place::file(file).item(shown);
        let problem = if let Some(why) = leads_out(&name) {
            Some(Diagnostic::warning(place.clone(), why).hint("the file is left out"))
        } else if data.unix_mode().is_some_and(|mode| mode & 0o170_000 == 0o120_000) {
            let message = "a symbolic link, which points at a file outside of the archive";
            Some(Diagnostic::warning(place.clone(), message).hint("it is not followed"))
        } else if data.encrypted() {
            let message = "the file is encrypted";
            Some(Diagnostic::error(place.clone(), message).hint("unpack the archive with its password first"))
        } else {
            None
        };
        if let Some(problem) = problem {
            diagnostics.push(problem);
            continue;
        }
        backslashes += usize::from(raw.contains('\\'));
        let ending = files::ending_of(Path::new(&name));
        if matches!(ending.as_str(), "zip" | "7z" | "rar" | "tar" | "tgz") {
            diagnostics.push(
                Diagnostic::note(place.clone(), "an archive inside the archive")
                    .hint("it is not opened; unpack it first if the layer is in there"),
            );
            continue;
        }
        if let Some(first) = spellings.insert(name.to_lowercase(), name.clone()) {
            let message = format!("its name differs from \"{first}\" in capitals alone");
            diagnostics.push(Diagnostic::warning(place, message).hint("the first of the two is taken"));
            spellings.insert(name.to_lowercase(), first);
            continue;
        }
        entries.push(Entry { name, index });
    }
    if backslashes > 0 {
        let message = format!("{} written with backslashes", super::count_of(backslashes, "name"));
        diagnostics.push(Diagnostic::note(Place::file(file), message).hint("they are taken as folders"));
    }
    Ok(entries)
}

/// Why a name is none that a file in an archive may have. Nothing is ever written under these names; but one who writes them has
/// something else in mind than a layer.
fn leads_out(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.split('/').any(|part| part == "..") {
        Some("the name leads out of the archive (\"..\")")
    } else if name.starts_with('/') || drive {
        Some("the name is a place on a disk instead of one in the archive")
    } else if name.is_empty() || name.len() > 1024 || name.chars().any(char::is_control) {
        Some("the name is none that a file can have")
    } else {
        None
    }
}

fn too_many_entries(file: &str, limits: Limits) -> UserError {
    UserError::new(format!("Could not read {file}"))
        .because(format!("the archive has more than {} files", super::grouped(limits.entries)))
        .hint("unpack it and choose the file that you need")
}

fn refused(file: &str, error: &ZipError) -> UserError {
    let failed = UserError::new(format!("Could not read {file}"));
    match error {
        ZipError::CompressionMethodNotSupported(_) => failed
            .because("it is packed in a way that is not supported")
            .hint("pack it again as an ordinary ZIP archive (Deflate)"),
        ZipError::UnsupportedArchive(why) => failed.because(why).hint("unpack it and choose the file inside"),
        ZipError::Io(error)
            if !matches!(error.kind(), std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData) =>
        {
            failed.because(error)
        }
        error => {
            failed.because(format!("it is no ZIP archive, or damaged ({error})")).hint("copy or download it again")
        }
    }
}

/// Counts what is read while the list of entries is read.
struct Metered<'a> {
    source: Box<dyn ReadAndSeek + 'a>,
    left: Arc<AtomicU64>,
}

trait ReadAndSeek: Read + Seek + Send {}

impl ReadAndSeek for BufReader<File> {}
impl ReadAndSeek for Cursor<&[u8]> {}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(std::io::Error::other("the list of files in the archive is too long"));
        }
        let count = self.source.read(buffer)?;
        if left != u64::MAX {
            self.left.store(left.saturating_sub(count as u64), Ordering::Relaxed);
        }
        Ok(count)
    }
}

impl Seek for Metered<'_> {
    fn seek(&mut self, position: SeekFrom) -> std::io::Result<u64> {
        self.source.seek(position)
    }
}
