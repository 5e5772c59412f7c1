//! Reading files within limits, and writing them so that no half file is ever left behind.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::error::UserError;

/// The largest table that is read: about three million rows of a customer list.
pub const MAX_TABLE_BYTES: u64 = 512 << 20;

/// The largest layer that is read, also after unpacking: what a shapefile can hold.
pub const MAX_LAYER_BYTES: u64 = 2 << 30;

/// How many times larger than packed a file may become, unless it stays small.
const MOST_UNPACKED: u64 = 400;
const SMALL_BYTES: u64 = 16 << 20;

/// The user's data folder for Bailiwick; `BAILIWICK_DATA` overrides it.
pub fn data_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("BAILIWICK_DATA") {
        return folder;
    }
    let base = if cfg!(target_os = "windows") {
        variable("APPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    base.unwrap_or_else(std::env::temp_dir).join("bailiwick")
}

/// The file's name without its folders: messages are shared.
pub fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The ending in lower case, without the dot.
pub fn ending_of(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// All of what the program is given on standard input.
pub fn read_standard_input(limit: u64) -> Result<Vec<u8>, UserError> {
    let failed = || UserError::new("Could not read standard input");
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).map_err(|error| failed().because(error))?;
    if bytes.len() as u64 > limit {
        return Err(failed()
            .because(format!("it is larger than {} MB", limit >> 20))
            .hint("split it into smaller pieces"));
    }
    if bytes.is_empty() {
        return Err(failed()
            .because("there is nothing in it")
            .hint("give the table there: bailiwick import accounts PLAN - < FILE"));
    }
    Ok(bytes)
}

/// The whole file; gzip is unpacked when the name ends in `.gz`. Refuses files larger than `limit` without reading them.
pub fn read_all(path: &Path, limit: u64) -> Result<Vec<u8>, UserError> {
    let (file, size) = open(path)?;
    if size > limit {
        return Err(too_large(path, limit));
    }
    let mut bytes = Vec::new();
    let is_packed = ending_of(path) == "gz";
    let plausible = if is_packed { (size * MOST_UNPACKED).max(SMALL_BYTES) } else { limit };
    let enough = limit.min(plausible) + 1;
    let result = if is_packed {
        MultiGzDecoder::new(file).take(enough).read_to_end(&mut bytes)
    } else {
        file.take(enough).read_to_end(&mut bytes)
    };
    result.map_err(|error| cannot_read(path, &error))?;
    if bytes.len() as u64 > plausible {
        return Err(UserError::new(format!("Could not read {}", name_of(path)))
            .because(format!(
                "it becomes more than {MOST_UNPACKED} times larger when it is unpacked; files made to do harm are like that"
            ))
            .hint("do not use the file unless you know where it comes from"));
    }
    if bytes.len() as u64 > limit {
        return Err(too_large(path, limit));
    }
    if bytes.is_empty() {
        return Err(UserError::new(format!("Could not read {}", name_of(path)))
            .because("the file is empty")
            .hint("export it again"));
    }
    Ok(bytes)
}

/// The first `limit` bytes, and whether that is all there is.
pub fn read_start(path: &Path, limit: u64) -> Result<(Vec<u8>, bool), UserError> {
    let (file, size) = open(path)?;
    if size <= limit || ending_of(path) == "gz" {
        return Ok((read_all(path, MAX_TABLE_BYTES)?, true));
    }
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(|error| cannot_read(path, &error))?;
    Ok((bytes, false))
}

/// The file of the same name with another ending, in whatever case it is written: `COUNTIES.SHP` has a `COUNTIES.DBF`.
pub fn sibling(path: &Path, ending: &str) -> Option<PathBuf> {
    let exact = [path.with_extension(ending), path.with_extension(ending.to_uppercase())];
    if let Some(found) = exact.into_iter().find(|candidate| candidate.is_file()) {
        return Some(found);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.with_extension(ending);
    let wanted = wanted.file_name()?.to_string_lossy().to_lowercase();
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|entry| entry.file_name().is_some_and(|name| name.to_string_lossy().to_lowercase() == wanted))
        .collect();
    found.sort();
    found.into_iter().next()
}

/// Files that appear together or not at all: each is written beside its target, and renamed when all of them are complete.
#[derive(Debug, Default)]
pub struct Writing {
    files: Vec<(PathBuf, PathBuf)>,
    done: bool,
}

impl Writing {
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a file's contents beside `target`.
    pub fn add(&mut self, target: &Path, contents: &[u8]) -> Result<(), UserError> {
        let temporary = self.reserve(target)?;
        let write = || -> std::io::Result<()> {
            let mut file = File::options().write(true).open(&temporary)?;
            file.write_all(contents)?;
            file.sync_all()
        };
        write().map_err(|error| write_error(target, &error))
    }

    /// Makes an empty file beside `target`, for somebody else to write into, and says where it is.
    pub fn reserve(&mut self, target: &Path) -> Result<PathBuf, UserError> {
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().ok_or_else(|| cannot_write(target, "the path has no file name"))?);
        name.push(format!(".{}.part", std::process::id()));
        let temporary = target.with_file_name(name);
        if target.is_dir() {
            return Err(cannot_write(target, "there is a folder of that name"));
        }
        // A pipe or a device waits for somebody who reads it, and would not be there any more.
        if std::fs::symlink_metadata(target).is_ok_and(|there| !there.is_file() && !there.is_symlink()) {
            return Err(cannot_write(target, "there is something of that name that is not an ordinary file")
                .hint("choose another name"));
        }
        // The part beside it would be that of the first, and only one of the two could take the place.
        if self.files.iter().any(|(_, known)| known == target) {
            return Err(cannot_write(target, "two files of that name are to be written"));
        }
        // One that a killed run left behind. A new file is never written through a link that somebody put in its place.
        let _ = std::fs::remove_file(&temporary);
        File::create_new(&temporary).map_err(|error| write_error(target, &error))?;
        self.files.push((temporary.clone(), target.to_owned()));
        Ok(temporary)
    }

    /// The targets that are symbolic links by now. Finishing replaces the links themselves.
    pub fn links(&self) -> Vec<PathBuf> {
        let targets = self.files.iter().map(|(_, target)| target);
        targets.filter(|target| target.is_symlink()).cloned().collect()
    }

    /// Puts all files in their places and returns these.
    pub fn finish(mut self) -> Result<Vec<PathBuf>, UserError> {
        for (temporary, target) in &self.files {
            // What others have written into a reserved file is on disk before it gets its name.
            let flushed = File::open(temporary).and_then(|file| file.sync_all());
            flushed.map_err(|error| write_error(target, &error))?;
        }
        for (temporary, target) in &self.files {
            std::fs::rename(temporary, target).map_err(|error| write_error(target, &error))?;
        }
        self.done = true;
        Ok(self.files.iter().map(|(_, target)| target.clone()).collect())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.done {
            for (temporary, _) in &self.files {
                // It may never have been created; there is nobody to tell here.
                let _ = std::fs::remove_file(temporary);
            }
        }
    }
}

pub(super) fn open(path: &Path) -> Result<(File, u64), UserError> {
    // A pipe or a device would be waited for, or never end. Asked before it is opened, for opening a pipe waits too.
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return Err(UserError::new(format!("Could not read {}", name_of(path)))
            .because("it is not an ordinary file")
            .hint("save what it gives as a file first"));
    }
    let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    let metadata = file.metadata().map_err(|error| cannot_read(path, &error))?;
    if metadata.is_dir() {
        return Err(UserError::new(format!("Could not read {}", name_of(path)))
            .because("it is a folder")
            .hint("choose a file in it"));
    }
    Ok((file, metadata.len()))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> UserError {
    let failed = UserError::new(format!("Could not read {}", name_of(path)));
    match error.kind() {
        ErrorKind::NotFound => {
            failed.because("there is no such file").hint(format!("check the path {}", path.display()))
        }
        ErrorKind::PermissionDenied => failed.because("you may not read it").hint("ask its owner for the permission"),
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            failed.because(format!("the file is damaged or cut off ({error})")).hint("copy or download it again")
        }
        _ => failed.because(error),
    }
}

pub(super) fn too_large(path: &Path, limit: u64) -> UserError {
    UserError::new(format!("Could not read {}", name_of(path)))
        .because(format!("it is larger than {} MB", limit >> 20))
        .hint("split it into smaller files")
}

fn write_error(target: &Path, error: &std::io::Error) -> UserError {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            cannot_write(target, "you may not write there").hint("choose another folder")
        }
        ErrorKind::NotFound => {
            cannot_write(target, "its folder does not exist").hint("create the folder or choose another one")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            cannot_write(target, "the disk is full").hint("free some space or choose another disk")
        }
        _ => cannot_write(target, &error.to_string()),
    }
}

fn cannot_write(target: &Path, why: &str) -> UserError {
    let folder = target.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let place = if folder.is_empty() { String::new() } else { format!(" in {folder}") };
    UserError::new(format!("Could not write {}{place}", name_of(target))).because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.txt");
        let mut writing = Writing::new();
        writing.add(&target, b"one").unwrap();
        assert!(writing.add(&target, b"two").unwrap_err().why.contains("two files"));
        assert_eq!(writing.finish().unwrap().len(), 1);
        assert_eq!(std::fs::read(&target).unwrap(), b"one");
    }
}
