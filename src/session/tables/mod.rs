//! The tables of units and accounts below the map: what their columns are, which rows they show and in what order. The order of many
//! rows takes longer than a frame, so a job works it out of a snapshot; until it is done the rows before are shown.

pub mod field;
pub mod order;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Selection, Session};
use crate::domain::cells::{Cell, CellColumn};
use crate::domain::columns::Subject;
use crate::domain::ids::{AccountId, TerritoryId};
use field::Field;
use order::Test;

/// The rows of both tables.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    units: Rows,
    accounts: Rows,
    /// What a job is at work on.
    wanted: Option<Wish>,
}

/// The rows of a table, and what they were made of.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub of: Option<Wish>,
    pub rows: Arc<Vec<u32>>,
}

/// Which rows are wanted, and how they are sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    pub subject: Subject,
    /// Words that all have to be somewhere in the row, in lower case.
    pub words: Vec<String>,
    pub tests: Vec<(Field, Test)>,
    pub unassigned: bool,
    /// Named accounts alone.
    pub named: bool,
    pub locked: bool,
    /// The accounts of the segment of this name alone.
    pub segment: Option<String>,
    /// What is selected alone, with the accounts in selected units.
    pub only: Option<Arc<Selection>>,
    /// The column, and whether the largest comes first.
    pub sort: Option<(Field, bool)>,
    pub made_of: MadeOf,
}

/// The state of the project that rows were made of, as far as they depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MadeOf {
    data: u64,
    cells: u64,
    plan: u64,
}

/// What is done in a table.
#[derive(Debug, Clone)]
pub enum TableAction {
    /// Works out the rows.
    Order(Box<Wish>),
    SelectAccounts {
        accounts: Vec<AccountId>,
        how: How,
        /// The one that is looked at from now on.
        lead: Option<AccountId>,
    },
    /// Puts a value into a column of rows: one step.
    SetCells {
        subject: Subject,
        column: CellColumn,
        rows: Vec<u32>,
        value: Cell,
    },
    /// Makes accounts named accounts of a territory; `None` gives them back to their units.
    Give {
        accounts: Vec<AccountId>,
        to: Option<TerritoryId>,
    },
    Lock {
        subject: Subject,
        rows: Vec<u32>,
        locked: bool,
    },
    /// Rows as text for a spreadsheet.
    Copy {
        subject: Subject,
        rows: Vec<u32>,
        fields: Vec<Field>,
    },
    /// Shows a column that is hidden at first, or hides one that is not; or takes that back.
    ToggleColumn {
        subject: Subject,
        key: String,
    },
}

/// What becomes of the selection there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Replace,
    Add,
    Toggle,
}

impl Tables {
    pub fn of(&self, subject: Subject) -> &Rows {
        if subject == Subject::Units { &self.units } else { &self.accounts }
    }

    /// Whether the rows have to be worked out.
    pub fn lacks(&self, wish: &Wish) -> bool {
        self.of(wish.subject).of.as_ref() != Some(wish) && self.wanted.as_ref() != Some(wish)
    }

    pub fn begin(&mut self, wish: Wish) {
        self.wanted = Some(wish);
    }

    pub fn is_wanted(&self, wish: &Wish) -> bool {
        self.wanted.as_ref() == Some(wish)
    }

    pub fn set(&mut self, wish: Wish, rows: Vec<u32>) {
        self.wanted = None;
        let subject = wish.subject;
        let slot = if subject == Subject::Units { &mut self.units } else { &mut self.accounts };
        *slot = Rows { of: Some(wish), rows: Arc::new(rows) };
    }
}

impl Wish {
    /// Everything, in the order of the file.
    pub fn all(subject: Subject) -> Self {
        Self {
            subject,
            words: Vec::new(),
            tests: Vec::new(),
            unassigned: false,
            named: false,
            locked: false,
            segment: None,
            only: None,
            sort: None,
            made_of: MadeOf::default(),
        }
    }

    /// The same wish of the project as it is now.
    #[must_use]
    pub fn now(mut self, session: &Session) -> Self {
        let fields = || self.tests.iter().map(|test| test.0).chain(self.sort.map(|sort| sort.0));
        let plan =
            self.unassigned || self.named || self.locked || !self.words.is_empty() || fields().any(Field::is_of_plan);
        let cells = !self.words.is_empty() || self.sort.is_some() || !self.tests.is_empty() || self.segment.is_some();
        self.made_of = MadeOf {
            data: session.data_generation,
            cells: if cells { session.cells_generation } else { 0 },
            plan: if plan { session.generation } else { 0 },
        };
        self
    }

    /// Some rows may be left out.
    pub fn filters(&self) -> bool {
        !self.words.is_empty()
            || !self.tests.is_empty()
            || self.unassigned
            || self.named
            || self.locked
            || self.segment.is_some()
            || self.only.is_some()
    }
}

/// How many rows a table has without any filter.
pub fn row_count(session: &Session, subject: Subject) -> usize {
    if subject == Subject::Units { session.project.units.len() } else { session.project.accounts.len() }
}
