//! Files that a CRM loads, made of what a plan says: tables in, rows out.
//!
//! Field names and rules are those of the makers' own pages, read in 2026:
//! - Salesforce, Object Reference: Territory2 (DeveloperName: letters, digits and underscores, begins with a letter, no underscore at the
//!   end nor two in a row, 80 characters; Name 80, Description 1,000), ObjectTerritory2Association (create and delete, no update;
//!   AssociationCause is Territory2Manual where a rule does not make it), UserTerritory2Association (create and delete; RoleInTerritory2),
//!   Account (OwnerId). <https://developer.salesforce.com/docs/platform/object-reference/>
//! - Salesforce, Bulk API 2.0: "Relationship Fields in a Header Row" (`ParentTerritory2.Key__c` names the parent by an external Id). Data
//!   Loader calls the same field `ParentTerritory2:Key__c`. <https://developer.salesforce.com/docs/platform/api-asynch/>
//! - HubSpot, Knowledge Base: "Set up import files" (one sheet, a header, UTF-8; 1,048,576 rows and 512 MB per file, 20 MB without a
//!   subscription; owners by the user's email address under "Company owner"; companies are found by "Record ID").
//!   <https://knowledge.hubspot.com/import-and-export/set-up-your-import-file>

mod developer_names;
mod hubspot;
pub mod ids;
mod known;
mod salesforce;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::Path;

pub use hubspot::hubspot;
pub use known::Known;
pub use salesforce::salesforce;

use super::csv;
use super::order::{Listed, ListedFile, Missing};
use super::sheet::Sheet;
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::cancelled;
use crate::io::files::Writing;

/// What a plan says, in the terms of any CRM.
#[derive(Debug, Default)]
pub struct Alignment<'a> {
    /// Groups from the highest level down, then the territories: a parent comes before what stands in it.
    pub nodes: Vec<Node<'a>>,
    pub people: Vec<Person<'a>>,
    pub accounts: Vec<Account<'a>>,
    /// Only what changes is wanted.
    pub only_changes: bool,
}

/// A territory, or a group of them.
#[derive(Debug, Default)]
pub struct Node<'a> {
    pub name: &'a str,
    /// What its level is called; `None` for a territory.
    pub level: Option<&'a str>,
    pub parent: Option<usize>,
    pub person: Option<usize>,
    pub note: &'a str,
    /// The reference has one of that name.
    pub was_there: bool,
    /// Whom the reference names as its reps; [`None`] where it says nothing about it.
    pub before: Option<Vec<Person<'a>>>,
}

/// A rep.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Person<'a> {
    pub code: &'a str,
    pub name: &'a str,
}

#[derive(Debug, Default)]
pub struct Account<'a> {
    pub code: &'a str,
    pub name: &'a str,
    /// The CRM's Id; empty where there is none.
    pub id: &'a str,
    /// The Id of its owner today; empty where nothing is known.
    pub owner_id: &'a str,
    /// The territory that has it.
    pub node: Option<usize>,
    /// It has another territory than in the reference, or there is none to compare with.
    pub moves: bool,
    /// The same for its rep.
    pub changes_rep: bool,
    /// The territory that had it, where that is known; empty for none.
    pub before: Option<&'a str>,
}

/// A file to be loaded.
#[derive(Debug)]
pub struct LoadFile {
    pub name: String,
    pub operation: &'static str,
    pub object: &'static str,
    pub sheet: Sheet<'static>,
}

/// All files, in the order in which they are to be loaded, and what is in none of them.
#[derive(Debug, Default)]
pub struct Loader {
    pub files: Vec<LoadFile>,
    pub missing: Vec<Missing>,
    pub notes: Vec<String>,
}

/// The file that lists what is in no other.
const MISSING: &str = "missing.csv";

impl Loader {
    /// What there is, for whoever wants to look before anything is written.
    pub fn listed(&self) -> Listed {
        let file = |file: &LoadFile| ListedFile {
            name: file.name.clone(),
            operation: file.operation,
            object: file.object,
            rows: file.sheet.rows,
        };
        let mut files: Vec<ListedFile> = self.files.iter().map(file).collect();
        if !self.missing.is_empty() {
            files.push(ListedFile { name: MISSING.into(), operation: "", object: "", rows: self.missing.len() });
        }
        Listed { files, missing: self.missing.clone(), notes: self.notes.clone() }
    }

    /// Writes all files into a folder, which is made where it is not there: UTF-8, lines end in CR LF, texts that a spreadsheet would take
    /// for formulas are made harmless. All files appear or none.
    ///
    /// # Errors
    /// A place that cannot be written to, a full disk.
    pub fn write(&self, folder: &Path, progress: &Progress) -> Result<Vec<std::path::PathBuf>, UserError> {
        if !folder.is_dir() {
            std::fs::create_dir(folder).map_err(|error| {
                UserError::new(format!("Could not make the folder {}", folder.display()))
                    .because(error)
                    .hint("choose a folder, or a new one in a folder that is there")
            })?;
        }
        let mut writing = Writing::new();
        for file in &self.files {
            progress.check().map_err(cancelled)?;
            let path = folder.join(&file.name);
            writing.add(&path, &csv::write(&file.sheet, &path)?)?;
        }
        if !self.missing.is_empty() {
            let path = folder.join(MISSING);
            writing.add(&path, &csv::write(&missing_sheet(&self.missing), &path)?)?;
        }
        writing.finish()
    }

    /// Files of earlier loaders that lie in the folder and are not replaced: loaded by mistake they would undo this one.
    pub fn left_behind(&self, folder: &Path) -> Vec<String> {
        let ours = |name: &str| {
            let numbered = name.split_once('_').is_some_and(|(number, rest)| {
                let operation = ["insert_", "update_", "delete_", "find_"].iter().any(|word| rest.starts_with(word));
                operation && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            });
            (numbered && name.ends_with(".csv"))
                || name.starts_with("companies") && name.ends_with(".csv")
                || name == MISSING
        };
        let written = self.listed();
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut left: Vec<String> =
            names.filter(|name| ours(name) && !written.files.iter().any(|file| file.name == *name)).collect();
        left.sort();
        left
    }

    fn missing(&mut self, what: &'static str, code: &str, name: &str, why: impl Into<String>) {
        let missing = Missing { what, code: code.into(), name: name.into(), why: why.into() };
        self.missing.push(missing);
    }
}

fn missing_sheet(missing: &[Missing]) -> Sheet<'_> {
    let mut sheet = Sheet::of(missing.len());
    sheet.texts("what", missing.iter().map(|missing| missing.what));
    sheet.texts("code", missing.iter().map(|missing| missing.code.as_str()));
    sheet.texts("name", missing.iter().map(|missing| missing.name.as_str()));
    sheet.texts("why", missing.iter().map(|missing| missing.why.as_str()));
    sheet
}

/// Rows as they are found, to become the columns of a file.
#[derive(Debug)]
struct Rows {
    header: Vec<Cow<'static, str>>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    fn new<T: Into<Cow<'static, str>>>(header: impl IntoIterator<Item = T>) -> Self {
        Self { header: header.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    fn push<T: Into<String>>(&mut self, row: impl IntoIterator<Item = T>) {
        self.rows.push(row.into_iter().map(Into::into).collect());
    }

    fn into_sheet(self) -> Sheet<'static> {
        let mut sheet = Sheet::of(self.rows.len());
        let mut columns: Vec<Vec<String>> = self.header.iter().map(|_| Vec::with_capacity(self.rows.len())).collect();
        for row in self.rows {
            for (column, cell) in columns.iter_mut().zip(row) {
                column.push(cell);
            }
        }
        for (name, column) in self.header.iter().zip(columns) {
            sheet.texts(name, column);
        }
        sheet
    }
}
