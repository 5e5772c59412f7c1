//! What shall become of what is not clear in an alignment: by default nothing is resolved, and all of it is listed.

use super::claims::Claims;
use crate::domain::project::Project;
use crate::io::table::Table;

/// The choices, one for each kind of question that a file leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices {
    pub conflict: OnConflict,
    pub unknown: OnUnknown,
    pub new_territory: OnNewTerritory,
    pub unnamed_units: UnnamedUnits,
    /// Where a file names accounts and no units: a unit goes to the territory of most of the accounts in it.
    pub units_by_accounts: bool,
}

/// A code that the file gives to two territories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OnConflict {
    /// It stays with whom it is today.
    #[default]
    Leave,
    FirstRow,
    LastRow,
    /// It goes to the territory that most of its rows name.
    MostRows,
    /// It goes to the territory whose rows have most in this column.
    MostOf(String),
}

/// A code that the project does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnknown {
    #[default]
    LeaveOut,
    /// Nothing is imported.
    Stop,
}

/// A territory that the plan does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnNewTerritory {
    #[default]
    Make,
    /// Its rows are left out.
    LeaveOut,
}

/// Units with a territory that the file does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnnamedUnits {
    #[default]
    Keep,
    Unassign,
}

impl OnConflict {
    /// What commands call it.
    pub fn word(&self) -> String {
        match self {
            Self::Leave => "leave".to_owned(),
            Self::FirstRow => "first".to_owned(),
            Self::LastRow => "last".to_owned(),
            Self::MostRows => "most-rows".to_owned(),
            Self::MostOf(column) => format!("most:{column}"),
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        match word.split_once(':') {
            Some(("most", column)) if !column.trim().is_empty() => Some(Self::MostOf(column.trim().to_owned())),
            Some(_) => None,
            None => [Self::Leave, Self::FirstRow, Self::LastRow, Self::MostRows]
                .into_iter()
                .find(|choice| choice.word().eq_ignore_ascii_case(word.trim())),
        }
    }

    /// What becomes of one, for the message about it.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Leave => "neither is taken; it stays as it is",
            Self::FirstRow => "the first row is taken",
            Self::LastRow => "the last row is taken",
            Self::MostRows => "the territory with most rows is taken",
            Self::MostOf(_) => "the territory with the largest sum is taken",
        }
    }
}

/// What a file leaves open, before anything is decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unclear {
    /// Codes that are given to several territories.
    pub conflicts: Vec<Conflict>,
    /// How many of those would have another territory than today, per way to decide.
    pub conflict_moves: Vec<(OnConflict, usize)>,
    /// Codes that the project does not have, with their rows as a spreadsheet counts.
    pub unknown: Vec<(String, u64)>,
    /// Territories that the plan does not have, and how many rows name each.
    pub new_territories: Vec<(String, usize)>,
    /// The plan has territories, so that new ones are worth a question.
    pub has_territories: bool,
    /// Codes of units with a territory that the file does not name.
    pub unnamed_units: Vec<String>,
    /// Units and accounts that it says clearly where they belong.
    pub clear: usize,
    /// Units of which several rows tell, and which go to the territory of most of them.
    pub by_majority: usize,
}

/// A code that is given to several territories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub code: String,
    pub is_account: bool,
    /// In the order of the file, with how many rows name each.
    pub territories: Vec<(String, usize)>,
}

impl Unclear {
    pub(super) fn of(claims: &Claims<'_>, table: &Table, project: &Project) -> Self {
        let columns = (0..table.columns.len()).filter(|&column| claims.is_measure(column));
        let mut ways = vec![OnConflict::Leave, OnConflict::FirstRow, OnConflict::LastRow, OnConflict::MostRows];
        ways.extend(columns.map(|column| OnConflict::MostOf(table.columns[column].clone())));
        let conflicts = claims.conflicts();
        let moves = |way: OnConflict| {
            let count = if conflicts.is_empty() { 0 } else { claims.moves(&way, project) };
            (way, count)
        };
        Self {
            conflict_moves: ways.into_iter().map(moves).collect(),
            unknown: claims.unknown_codes(),
            new_territories: claims.new_territories(project),
            has_territories: project.plan.territory_count() > 0,
            unnamed_units: claims
                .unnamed_units(project)
                .map(|unit| project.units.codes[unit.index()].clone())
                .collect(),
            clear: claims.clear_count(),
            by_majority: claims.by_majority_count(),
            conflicts,
        }
    }

    /// Whether there is something to decide.
    pub fn asks(&self) -> bool {
        !self.conflicts.is_empty()
            || !self.unknown.is_empty()
            || !self.unnamed_units.is_empty()
            || (self.has_territories && !self.new_territories.is_empty())
    }
}
