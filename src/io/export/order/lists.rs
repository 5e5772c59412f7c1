//! Lists that others act upon, as both front ends ask for them: what a CRM loads, what reps hand over; and what is known of them before
//! they are written.

use std::path::PathBuf;

/// What a plan is held against, to find what changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// Another plan of the same project file, by its name.
    Plan(String),
    /// The plan of another project file, or a table that says who has what: an earlier export, an alignment, the CRM's own report.
    File(PathBuf),
    /// A column of the accounts that names their owner today.
    Column(String),
}

/// What list is wanted, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListWish {
    pub list: List,
    /// `None`: everything, not changes alone. A hand-over list needs one.
    pub against: Option<Against>,
    /// The column with the CRM's Ids of accounts; `None`: guess.
    pub id_column: Option<String>,
    /// Exports of the CRM that say which Ids what is there has.
    pub known: Vec<PathBuf>,
}

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// Which account goes from whom to whom. Measures by name; none: those that are balanced.
    Handover {
        measures: Vec<String>,
    },
    Salesforce(Salesforce),
    HubSpot(HubSpot),
}

/// What only the user can know of his Salesforce. Everything may be left empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Salesforce {
    /// The Id of the territory model.
    pub model: String,
    /// The Id of the territory type.
    pub territory_type: String,
    /// Read, Edit or All; empty: as the model says.
    pub account_access: String,
    /// The role that a rep has in a territory.
    pub role: String,
    /// The external-Id field of Territory2 that holds its DeveloperName: `Key__c`. With it territories are named by it, not by their Ids.
    pub key: String,
    /// Write Ids of 15 characters with 18.
    pub long_ids: bool,
}

/// What only the user can know of his HubSpot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubSpot {
    /// The property of companies that holds the territory.
    pub property: String,
}

impl Default for HubSpot {
    fn default() -> Self {
        Self { property: "Territory".into() }
    }
}

impl Default for List {
    fn default() -> Self {
        Self::Handover { measures: Vec::new() }
    }
}

impl List {
    /// The list is a folder of files, not one file.
    pub fn is_folder(&self) -> bool {
        !matches!(self, Self::Handover { .. })
    }
}

/// What lists hold, known before they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    pub files: Vec<ListedFile>,
    pub missing: Vec<Missing>,
    /// What else to know, a sentence each.
    pub notes: Vec<String>,
}

/// A file of a list, in the order in which files are to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    pub name: String,
    /// "insert", "update" or "delete"; empty for a list that only people read.
    pub operation: &'static str,
    /// What its rows are: "Territory2".
    pub object: &'static str,
    pub rows: usize,
}

/// Something that is in no file because it cannot be said in the CRM's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// "account", "rep", "territory".
    pub what: &'static str,
    pub code: String,
    pub name: String,
    pub why: String,
}
