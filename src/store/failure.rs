//! From what SQLite and the operating system report to words that help.

use std::path::Path;

use crate::error::UserError;

/// What can go wrong while rows are read.
#[derive(Debug)]
pub enum Trouble {
    Sql(rusqlite::Error),
    /// The rows can be read but do not fit together.
    Damaged(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<String> for Trouble {
    fn from(why: String) -> Self {
        Self::Damaged(why)
    }
}

impl Trouble {
    pub fn into_user_error(self, what: String) -> UserError {
        match self {
            Self::Sql(error) => explain(what, &error),
            Self::Damaged(why) => damaged(what, &why),
        }
    }
}

/// The file's name without its folders: messages are shared.
pub fn short_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

pub fn damaged(what: String, why: &str) -> UserError {
    UserError::new(what)
        .because(format!("{DAMAGED}{why}"))
        .hint("Restore it from a backup, or save what can be read with: bailiwick rescue FILE NEW.bwk")
}

/// How the reason begins where a file is damaged.
const DAMAGED: &str = "the file is damaged: ";

/// What the damage is.
pub fn reason_of(error: &UserError) -> &str {
    error.why.strip_prefix(DAMAGED).unwrap_or(&error.why)
}

/// Whether a file could not be opened because it is damaged.
pub fn is_damage(error: &UserError) -> bool {
    error.why.starts_with(DAMAGED)
}

/// Why SQLite could not do it, and what to do.
pub fn explain(what: String, error: &rusqlite::Error) -> UserError {
    use rusqlite::ErrorCode as Code;
    // What is asked of the file is always the same, so one that cannot answer has other tables than it should.
    let asked = match error {
        rusqlite::Error::SqlInputError { msg, .. } => Some(msg),
        rusqlite::Error::SqliteFailure(_, Some(message)) if message.starts_with("no such ") => Some(message),
        _ => None,
    };
    if let Some(why) = asked {
        return damaged(what, why);
    }
    let (why, hint) = match error.sqlite_error_code() {
        Some(Code::DiskFull) => (
            "the disk is full".to_owned(),
            "Free some space and retry, or save the project on another disk with Save a copy as",
        ),
        Some(Code::ReadOnly | Code::PermissionDenied) => (
            "the file or its folder cannot be written".to_owned(),
            "Give yourself the right to write there, or save the project elsewhere with Save a copy as",
        ),
        Some(Code::CannotOpen) => (
            "the file or its folder cannot be opened for writing".to_owned(),
            "Check that the folder still exists and may be written, or save the project elsewhere with Save a copy as",
        ),
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
            ("another program is using the file".to_owned(), "Close the file there and retry")
        }
        Some(Code::SystemIoFailure) => (
            format!("the disk reports an error ({error})"),
            "Check that the drive is still connected and retry, or save the project elsewhere with Save a copy as",
        ),
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => return damaged(what, &error.to_string()),
        _ => (error.to_string(), "Save the project under another name with Save a copy as, and report this message"),
    };
    UserError::new(what).because(why).hint(hint)
}

/// Why the operating system could not do it, and what to do.
pub fn explain_io(what: String, error: &std::io::Error) -> UserError {
    use std::io::ErrorKind as Kind;
    let (why, hint) = match error.kind() {
        Kind::NotFound => ("there is no such file or folder".to_owned(), "Check the path"),
        Kind::PermissionDenied => (
            "you do not have the right to".to_owned(),
            "Ask for access to the file and its folder, or choose another place",
        ),
        Kind::StorageFull | Kind::QuotaExceeded => {
            ("the disk is full".to_owned(), "Free some space, or choose another place")
        }
        Kind::ReadOnlyFilesystem => ("the disk cannot be written".to_owned(), "Choose another place"),
        _ => (error.to_string(), "Check the path and the drive, or choose another place"),
    };
    UserError::new(what).because(why).hint(hint)
}
