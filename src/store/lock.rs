//! One window at a time may write a project. The lock is the operating system's lock on a small file beside the project: it ends
//! with the process however that ends, so nothing stale is ever left to be cleaned up by hand.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Held while a project is open for writing.
#[derive(Debug)]
pub struct ProjectLock {
    path: PathBuf,
    file: File,
}

/// Why a project cannot be locked.
#[derive(Debug, PartialEq, Eq)]
pub enum LockFailure {
    /// Somebody else has it. What they wrote about themselves, may be empty.
    Held(String),
    /// The lock file cannot be made: a read-only folder, mostly.
    NotPossible(String),
}

/// The lock file of a project: `.~plan.bwk.lock` beside `plan.bwk`.
pub fn lock_path(project: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".~");
    name.push(project.file_name().unwrap_or_default());
    name.push(".lock");
    project.with_file_name(name)
}

impl ProjectLock {
    /// Takes the lock or says who has it; never waits. `holder` is what others will read.
    pub fn take(project: &Path, holder: &str) -> Result<Self, LockFailure> {
        let path = lock_path(project);
        let not_possible = |error: std::io::Error| LockFailure::NotPossible(error.to_string());
        // Another window may remove its lock file between our opening and locking it; then the lock is on a file without a name.
        for _ in 0..100 {
            // Somebody else's link would have us empty the file that it leads to.
            if path.symlink_metadata().is_ok_and(|there| !there.is_file()) {
                return Err(LockFailure::NotPossible("there is something of that name that is no file".to_owned()));
            }
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            let mut file = file.map_err(not_possible)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // On Windows a locked file cannot be read by others; then the holder stays unknown.
                    let _ = file.take(200).read_to_string(&mut holder);
                    return Err(LockFailure::Held(holder.trim().to_owned()));
                }
                Err(TryLockError::Error(error)) => return Err(not_possible(error)),
            }
            if is_the_file_at(&file, &path) {
                // For people to read; the lock holds without it.
                let _ = file.set_len(0).and_then(|()| file.write_all(holder.as_bytes()));
                return Ok(Self { path, file });
            }
        }
        Err(LockFailure::NotPossible("the lock file keeps changing".into()))
    }
}

impl Drop for ProjectLock {
    fn drop(&mut self) {
        // Removed while still locked, so that nobody's lock but ours goes. Elsewhere than on Unix we could not tell a removed
        // file from the present one, and the empty file stays.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

#[cfg(unix)]
fn is_the_file_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(ours), Ok(there)) = (file.metadata(), std::fs::symlink_metadata(path)) else { return false };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_the_file_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_window_learns_who_has_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("plan.bwk");
        let first = ProjectLock::take(&project, "anna").unwrap();
        assert_eq!(ProjectLock::take(&project, "ben").unwrap_err(), LockFailure::Held("anna".into()));
        drop(first);
        assert!(!lock_path(&project).exists());
        ProjectLock::take(&project, "ben").unwrap();
    }

    #[test]
    fn a_lock_file_left_by_a_crash_does_not_lock() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("plan.bwk");
        std::fs::write(lock_path(&project), "somebody long gone").unwrap();
        ProjectLock::take(&project, "anna").unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_place_of_the_lock_file_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("plan.bwk");
        let precious = folder.path().join("precious");
        std::fs::write(&precious, "the user's own").unwrap();
        for leads_to in [&precious, &folder.path().join("nowhere")] {
            let _ = std::fs::remove_file(lock_path(&project));
            std::os::unix::fs::symlink(leads_to, lock_path(&project)).unwrap();
            assert!(matches!(ProjectLock::take(&project, "anna").unwrap_err(), LockFailure::NotPossible(_)));
        }
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "the user's own");
        assert!(!folder.path().join("nowhere").exists());
    }

    #[test]
    fn where_no_lock_file_can_be_made_the_reason_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("plan.bwk");
        std::fs::create_dir(lock_path(&project)).unwrap();
        assert!(matches!(ProjectLock::take(&project, "anna").unwrap_err(), LockFailure::NotPossible(_)));
    }
}
