//! Columns that are computed and segments of accounts as the window sees them: what their formulas come to, and what is done with them.

use std::sync::Arc;

use super::Session;
use super::colouring::{Areas, Colouring, DotSizes, Dots, Heat};
use super::tables::Tables;
use crate::domain::cells::CellColumn;
use crate::domain::columns::Subject;
use crate::domain::computed::{ColumnChange, ColumnOrder, Faulty, Preview};
use crate::domain::edit::{Change, Edit};
use crate::domain::formula::{FormulaError, iso_date};
use crate::domain::ids::{MeasureId, TerritoryId};
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::segments::{Members, Segment};

/// What the formulas of a project come to. A job works it out after each change of values; until it is done these are those before.
#[derive(Debug, Clone, Default)]
pub struct Formulas {
    /// The state of data and cells that it was made of.
    pub made_of: Option<(u64, u64)>,
    /// Rows with an error, by column and kind of error.
    pub faulty: Arc<Vec<Faulty>>,
    /// Per segment its accounts; what is wrong with one that cannot be counted.
    pub segments: Vec<Result<Arc<Members>, String>>,
}

/// A formula that somebody wants to look at while it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaDraft {
    pub subject: Subject,
    pub formula: String,
    pub as_of: String,
}

/// What it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct FormulaLook {
    pub of: FormulaDraft,
    pub found: Result<Preview, FormulaError>,
}

/// A segment that somebody wants to look at, and the measure that is summed over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentDraft {
    pub segment: Segment,
    pub measure: Option<MeasureId>,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentLook {
    pub of: SegmentDraft,
    pub found: Result<SegmentFigures, FormulaError>,
    /// How many accounts each condition holds for by itself, in the order of [`crate::domain::segments::Group::all`].
    pub conditions: Vec<Option<usize>>,
}

/// How large a segment is, in all and per territory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SegmentFigures {
    pub accounts: usize,
    /// Accounts of which an error keeps the rule from saying whether they belong.
    pub errors: usize,
    pub value: f64,
    pub territories: Vec<SegmentPart>,
}

/// The part of a segment in a territory.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentPart {
    pub territory: TerritoryId,
    pub accounts: usize,
    /// Of all its accounts.
    pub of: usize,
    pub value: f64,
    /// Of all that it has of the measure.
    pub of_value: f64,
}

/// What is done with computed columns.
#[derive(Debug, Clone)]
pub enum ColumnAction {
    /// Opens the list.
    Show,
    /// Opens the editor for a new column.
    New(Subject),
    /// Opens the editor for a column.
    Edit(Subject, String),
    /// Asks before a column is removed.
    AskRemove(Subject, String),
    /// Adds a column, or puts it in the place of the one of that name.
    Put {
        instead_of: Option<String>,
        order: Box<ColumnOrder>,
    },
    Remove(Subject, String),
    /// Shows rows of a table: selected, the first one on the map.
    ShowRows(Subject, Vec<u32>),
}

/// What is done with segments.
#[derive(Debug, Clone)]
pub enum SegmentAction {
    /// Opens the list.
    Show,
    /// Adds a segment, or puts it in the place of the one of that name.
    Put {
        instead_of: Option<String>,
        segment: Box<Segment>,
    },
    Remove(String),
    /// Puts a segment in another place of the list, counted from 0.
    Move(String, usize),
    /// Selects its accounts.
    Select(String),
}

/// Today's date in ISO form, for the as-of date of a column.
pub fn today() -> String {
    iso_date((super::now() / 86_400) as f64).unwrap_or_default()
}

impl Session {
    /// Data and cells as they are now, as far as formulas depend on them.
    pub fn formulas_of(&self) -> (u64, u64) {
        (self.data_generation, self.cells_generation + self.places_generation)
    }

    /// The accounts of a segment, by its place in the list; `None` until they are known.
    pub fn members(&self, segment: usize) -> Option<&Arc<Members>> {
        self.formulas.segments.get(segment)?.as_ref().ok()
    }

    /// Columns were added, removed or altered: totals, the measure in view and the colours follow.
    pub(super) fn follow_columns(&mut self, edit: &Edit) {
        self.totals = Totals::count(Arc::new(LoadTable::new(&self.project)), &self.project.plan);
        for change in edit.changes.iter().filter_map(computed) {
            self.view.measure = self.view.measure.and_then(|id| moved(change, id));
            rename_in_colours(&mut self.view.colouring, change);
        }
        self.view.measure = self.view.measure.or_else(|| self.project.main_goal().map(|goal| goal.measure));
        if edit.changes.iter().filter_map(computed).any(|change| self.moves_others(change)) {
            // Wishes for rows, filters and the wishes of a build name measures and columns by their numbers.
            self.tables = Tables::default();
            self.columns_generation += 1;
        }
    }

    /// Whether other columns have other numbers after a change. One that is added at the end leaves them alone.
    fn moves_others(&self, change: &ColumnChange) -> bool {
        let last = match change.at {
            CellColumn::Measure(id) => id.index() + 1 == self.project.measures.len(),
            CellColumn::Attribute(at) => usize::from(at) + 1 == self.project.attributes(change.subject).len(),
            CellColumn::Name => true,
        };
        change.new.is_none() || (change.old.is_none() && !last)
    }
}

fn computed(change: &Change) -> Option<&ColumnChange> {
    match change {
        Change::Column(change) => Some(change),
        _ => None,
    }
}

/// The number of a measure after the change; `None` where it is gone.
fn moved(change: &ColumnChange, id: MeasureId) -> Option<MeasureId> {
    let removed = change.new.is_none() && change.at == CellColumn::Measure(id);
    (!removed).then(|| change.moved(id))
}

/// Colours are by the names of columns.
fn rename_in_colours(colouring: &mut Colouring, change: &ColumnChange) {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return };
    let (old, new) = (old.column.name(), new.column.name());
    if old == new {
        return;
    }
    let follow = |name: &mut String| {
        if name == old {
            new.clone_into(name);
        }
    };
    let accounts = change.subject == Subject::Accounts;
    match &mut colouring.areas {
        Areas::Measure(name) => follow(name),
        Areas::Words(name) if !accounts => follow(name),
        _ => {}
    }
    match &mut colouring.dots {
        Dots::Measure(name) | Dots::Words(name) if accounts => follow(name),
        _ => {}
    }
    if let DotSizes::Measure(name) = &mut colouring.dot_sizes {
        follow(name);
    }
    if let Heat::Measure(name) = &mut colouring.heat {
        follow(name);
    }
}
