//! Computed columns: measures and attributes whose values a formula gives. They are columns like any other, beside which the project
//! keeps the formula; what they are made of may change, and they follow by [`followed`]. A column without a formula, from a file, comes
//! and goes by the same change.

mod change;
mod dependents;
mod faults;
mod following;
mod preview;

use std::collections::BTreeSet;

use super::cells::{Cell, CellColumn};
use super::columns::{Aggregate, Measure, Subject, TextColumn};
use super::formula::{Columns, Data, Formula, FormulaError, Source, Values, iso_date};
use super::ids::MeasureId;
use super::project::{Goal, Project};

pub use dependents::{Dependents, dependents, users_of, users_of_segment};
pub use faults::{Faulty, faulty};
pub use following::{followed, in_order, recomputed, sources};
pub use preview::{Figures, Preview, PreviewRow, preview};

/// A computed column as it is wished for.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnOrder {
    pub subject: Subject,
    pub name: String,
    pub formula: String,
    /// What `today()` means, in ISO form; empty where it is not used.
    pub as_of: String,
    /// What one is, for numbers: "$". May be empty.
    pub unit: String,
    pub how: How,
}

/// How the numbers of accounts or units become one of a territory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum How {
    /// They are added up, and can be balanced.
    #[default]
    Sum,
    Mean,
    /// A mean in which a measure of that name is the weight.
    WeightedBy(String),
}

/// The formula behind a column, which is found by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Computed {
    pub subject: Subject,
    /// A column of numbers, which is a measure; else one of words.
    pub number: bool,
    /// The column's name.
    pub name: String,
    pub formula: String,
    /// What `today()` means, in ISO form; empty where nothing was said.
    pub as_of: String,
}

/// A column with its values, and with the formula that gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputedColumn {
    /// Empty where the values are from a file.
    pub formula: String,
    pub as_of: String,
    pub column: Column,
}

/// A column of either kind.
#[derive(Debug, Clone)]
pub enum Column {
    Number(Measure),
    Text(TextColumn),
}

/// Adds (`old` is none), removes (`new` is none) or alters a column as a whole, computed or not.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnChange {
    pub subject: Subject,
    /// Its place among measures or attributes. Those behind it move up or down.
    pub at: CellColumn,
    pub old: Option<Box<ComputedColumn>>,
    pub new: Option<Box<ComputedColumn>>,
    /// The goal that goes and comes with it, and its place among the goals.
    pub goal: Option<(u8, Goal)>,
}

/// What came of evaluating a formula for a column.
#[derive(Debug, Clone)]
pub struct Worked {
    pub values: Values,
    /// How many rows have no value, errors included.
    pub missing: usize,
}

/// A computed column that could not be worked out; its values are missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    pub subject: Subject,
    pub name: String,
    pub error: FormulaError,
}

/// What was edited, of the columns that formulas can name.
#[derive(Debug, Clone)]
pub enum Touched {
    Everything,
    Columns(BTreeSet<(Subject, Source)>),
}

/// Values are compared bit by bit, and a missing one is the same as another.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => {
                let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
                (&a.name, &a.unit, a.subject, a.aggregate) == (&b.name, &b.unit, b.subject, b.aggregate)
                    && a.values.len() == b.values.len()
                    && a.values.iter().zip(&b.values).all(same)
            }
            _ => false,
        }
    }
}

impl Column {
    pub fn name(&self) -> &str {
        match self {
            Self::Number(measure) => &measure.name,
            Self::Text(column) => &column.name,
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Number(measure) => measure.values.len(),
            Self::Text(column) => column.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row.
    pub fn cell(&self, row: usize) -> Cell {
        match self {
            Self::Number(measure) => Cell::Number(measure.values.get(row).copied().filter(|value| !value.is_nan())),
            Self::Text(column) => Cell::Text(column.get(row).to_owned()),
        }
    }

    /// Values as a column of numbers or of words. Yes, no and dates are words in a project: "yes", "2026-12-31".
    pub fn of_values(values: &Values, name: &str, subject: Subject) -> Self {
        match &values.data {
            Data::Numbers(numbers) => Self::Number(Measure::sum(name, "", subject, numbers.to_vec())),
            Data::Texts(texts) => Self::Text(TextColumn::from_words(name, &texts.words, &texts.codes)),
            Data::Flags(flags) => {
                let words = ["", "no", "yes"].map(str::to_owned);
                let codes: Vec<u32> = flags.iter().map(|flag| flag.map_or(0, |yes| 1 + u32::from(yes))).collect();
                Self::Text(TextColumn::from_words(name, &words, &codes))
            }
            Data::Dates(days) => {
                let words: Vec<String> = days.iter().map(|&day| iso_date(day).unwrap_or_default()).collect();
                Self::Text(TextColumn::new(name, &words))
            }
        }
    }
}

impl Project {
    /// The computed column of that name.
    pub fn computed_column(&self, subject: Subject, name: &str) -> Option<&Computed> {
        self.computed.iter().find(|column| column.subject == subject && column.name == name)
    }

    /// The formula behind a column, where it has one.
    pub fn formula_of(&self, subject: Subject, column: CellColumn) -> Option<&Computed> {
        let (name, number) = match column {
            CellColumn::Name => return None,
            CellColumn::Attribute(at) => (&self.attributes(subject).get(usize::from(at))?.name, false),
            CellColumn::Measure(id) => (&self.measure(id)?.name, true),
        };
        self.computed_column(subject, name).filter(|column| column.number == number)
    }

    pub fn attributes(&self, subject: Subject) -> &[TextColumn] {
        match subject {
            Subject::Units => &self.units.attributes,
            Subject::Accounts => &self.accounts.attributes,
        }
    }

    /// The order that a computed column was made by.
    pub fn order_of(&self, column: &Computed) -> ColumnOrder {
        let measure = match self.place_of(column) {
            Some(CellColumn::Measure(id)) => self.measure(id),
            _ => None,
        };
        let how = match measure.map(|measure| measure.aggregate) {
            Some(Aggregate::Mean { weight: None }) => How::Mean,
            Some(Aggregate::Mean { weight: Some(id) }) => {
                How::WeightedBy(self.measure(id).map_or_else(String::new, |measure| measure.name.clone()))
            }
            _ => How::Sum,
        };
        ColumnOrder {
            subject: column.subject,
            name: column.name.clone(),
            formula: column.formula.clone(),
            as_of: column.as_of.clone(),
            unit: measure.map_or_else(String::new, |measure| measure.unit.clone()),
            how,
        }
    }

    /// Where a computed column stands.
    pub fn place_of(&self, column: &Computed) -> Option<CellColumn> {
        if column.number {
            let is_it = |measure: &Measure| measure.subject == column.subject && measure.name == column.name;
            return self.measures.iter().position(is_it).map(|at| CellColumn::Measure(MeasureId::from_index(at)));
        }
        let at = self.attributes(column.subject).iter().position(|known| known.name == column.name)?;
        u16::try_from(at).ok().map(CellColumn::Attribute)
    }

    /// How many units or accounts there are.
    pub fn rows_of(&self, subject: Subject) -> usize {
        match subject {
            Subject::Units => self.units.len(),
            Subject::Accounts => self.accounts.len(),
        }
    }
}

/// Works a formula out for every row.
///
/// # Errors
/// The formula is wrong or does not fit the columns.
pub fn work_out(project: &Project, subject: Subject, formula: &str, as_of: &str) -> Result<Worked, FormulaError> {
    let columns = Columns::of(project, subject);
    let as_of = (!as_of.is_empty()).then_some(as_of);
    let values = Formula::parse(formula, &columns, as_of)?.evaluate(&columns)?;
    let missing = (0..values.len()).filter(|&row| values.is_missing(row)).count();
    Ok(Worked { values, missing })
}
