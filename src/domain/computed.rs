//! Computed columns: measures and attributes whose values a formula gives. They are columns like any other, beside which the project
//! keeps the formula; what they are made of may change, and they follow by [`followed`]. A column without a formula, from a file, comes
//! and goes by the same change.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cells::{CellColumn, CellValues, Cells, apply_to_project};
use super::columns::{Aggregate, Measure, Subject, TextColumn};
use super::edit::{Change, Edit, EditError, Locks};
use super::formula::{Columns, Data, Fault, Formula, FormulaError, Kind, Source, Values, iso_date};
use super::ids::MeasureId;
use super::project::{Goal, Project};

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
pub struct ComputedChange {
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

    /// Where a computed column stands.
    pub fn place_of(&self, column: &Computed) -> Option<CellColumn> {
        if column.number {
            let is_it = |measure: &Measure| measure.subject == column.subject && measure.name == column.name;
            return self.measures.iter().position(is_it).map(|at| CellColumn::Measure(MeasureId::from_index(at)));
        }
        let at = self.attributes(column.subject).iter().position(|known| known.name == column.name)?;
        u16::try_from(at).ok().map(CellColumn::Attribute)
    }

    fn rows_of(&self, subject: Subject) -> usize {
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

/// The edit with what follows from it: computed columns whose sources it changes, in the order in which they build on each other.
///
/// # Errors
/// It changes values of a computed column by hand, or does not fit the project.
pub fn followed(project: &Project, mut edit: Edit) -> Result<Edit, EditError> {
    let by_hand = edit.cells().find_map(|cells| project.formula_of(cells.subject, cells.column));
    if let Some(column) = by_hand {
        return Err(EditError::Computed(column.name.clone()));
    }
    let mut touched = BTreeSet::new();
    for change in &edit.changes {
        match change {
            Change::Cells(cells) => touched.insert((cells.subject, Source::Cell(cells.column))),
            Change::Computed(change) if change.new.is_some() => {
                touched.insert((change.subject, Source::Cell(change.at)))
            }
            _ => false,
        };
    }
    // Other units bring their values with them.
    if touched.is_empty() || edit.units_patch().is_some() {
        return Ok(edit);
    }
    let mut after = project.clone();
    apply_to_project(&mut after, &edit, Locks::Pass)?;
    if after.computed.is_empty() {
        return Ok(edit);
    }
    let (cells, _) = recomputed(&after, &Touched::Columns(touched));
    edit.changes.extend(cells.into_iter().map(Change::Cells));
    Ok(edit)
}

/// The cells that computed columns get anew because of what was touched, each column after those it builds on; and the columns that
/// cannot be worked out.
pub fn recomputed(project: &Project, touched: &Touched) -> (Vec<Arc<Cells>>, Vec<Failed>) {
    let mut after = project.clone();
    let mut touched = touched.clone();
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for (column, circular) in in_order(project) {
        let Some(at) = project.place_of(column) else { continue };
        let columns = Columns::of(&after, column.subject);
        let as_of = (!column.as_of.is_empty()).then_some(column.as_of.as_str());
        let parsed = Formula::parse(&column.formula, &columns, as_of);
        let concerned = match (&parsed, &touched) {
            (Ok(formula), Touched::Columns(touched)) => {
                formula.columns().iter().any(|used| touched.contains(&(column.subject, used.source)))
            }
            _ => true,
        };
        if !concerned {
            continue;
        }
        let values = match parsed.and_then(|formula| formula.evaluate(&columns)) {
            _ if circular => Err(FormulaError::new(0..0, "the column is computed from itself")),
            Ok(values) if (values.kind() == Kind::Number) != column.number => Err(FormulaError::new(
                0..0,
                format!("the column was made for other values than {}", values.kind().words()),
            )),
            other => other,
        };
        let values = values.unwrap_or_else(|error| {
            failed.push(Failed { subject: column.subject, name: column.name.clone(), error });
            let rows = columns.rows();
            if column.number { Values::numbers(vec![f64::NAN; rows]) } else { Values::text("").spread(rows) }
        });
        if let Some(cells) = difference(&after, column.subject, at, &values) {
            let cells = Arc::new(cells);
            if cells.apply(&mut after).is_ok() {
                all.push(cells);
                if let Touched::Columns(touched) = &mut touched {
                    touched.insert((column.subject, Source::Cell(at)));
                }
            }
        }
    }
    (all, failed)
}

/// The rows in which a column has other values than these.
fn difference(project: &Project, subject: Subject, at: CellColumn, values: &Values) -> Option<Cells> {
    let mut rows = Vec::new();
    let new = Column::of_values(values, "", subject);
    let values = match (new, at) {
        (Column::Number(new), CellColumn::Measure(id)) => {
            let old = &project.measure(id)?.values;
            let known = |value: f64| Some(value).filter(|value| !value.is_nan());
            let (mut before, mut after) = (Vec::new(), Vec::new());
            for (row, (&old, &new)) in old.iter().zip(&new.values).enumerate() {
                if known(old) != known(new) {
                    rows.push(row as u32);
                    before.push(known(old));
                    after.push(known(new));
                }
            }
            CellValues::Numbers { old: before, new: after }
        }
        (Column::Text(new), CellColumn::Attribute(nth)) => {
            let old = project.attributes(subject).get(usize::from(nth))?;
            rows.extend((0..new.len() as u32).filter(|&row| old.get(row as usize) != new.get(row as usize)));
            let texts = |column: &TextColumn| rows.iter().map(|&row| column.get(row as usize).to_owned()).collect();
            CellValues::Texts { old: texts(old), new: texts(&new) }
        }
        _ => return None,
    };
    (!rows.is_empty()).then_some(Cells { subject, column: at, rows, values })
}

/// The computed columns, each after those it builds on; with those that build on themselves, which only a damaged file has.
pub fn in_order(project: &Project) -> Vec<(&Computed, bool)> {
    let all: Vec<&Computed> = project.computed.iter().collect();
    let needs: Vec<BTreeSet<usize>> = all
        .iter()
        .map(|column| {
            let used = sources(project, column.subject, &column.formula, &column.as_of);
            let builds_on = |other: &&Computed| {
                other.subject == column.subject
                    && project.place_of(other).is_some_and(|at| used.contains(&Source::Cell(at)))
            };
            (0..all.len()).filter(|&other| builds_on(&all[other])).collect()
        })
        .collect();
    let mut order: Vec<(&Computed, bool)> = Vec::new();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    while order.len() < all.len() {
        let ready: Vec<usize> = (0..all.len()).filter(|at| !done.contains(at) && needs[*at].is_subset(&done)).collect();
        if ready.is_empty() {
            order.extend((0..all.len()).filter(|at| !done.contains(at)).map(|at| (all[at], true)));
            break;
        }
        order.extend(ready.iter().map(|&at| (all[at], false)));
        done.extend(ready);
    }
    order
}

/// The columns that a formula names; none of a wrong one.
pub fn sources(project: &Project, subject: Subject, formula: &str, as_of: &str) -> BTreeSet<Source> {
    let as_of = (!as_of.is_empty()).then_some(as_of);
    let parsed = Formula::parse(formula, &Columns::of(project, subject), as_of);
    parsed.map_or_else(|_| BTreeSet::new(), |formula| formula.columns().iter().map(|used| used.source).collect())
}

/// The rows with an error in a formula, with what is wrong; empty for a formula that cannot be worked out at all.
pub fn faults(project: &Project, column: &Computed) -> Vec<(u32, Fault)> {
    let worked = work_out(project, column.subject, &column.formula, &column.as_of);
    worked.map_or_else(|_| Vec::new(), |worked| worked.values.faults.to_vec())
}

impl ComputedChange {
    #[must_use]
    pub fn inverse(&self) -> Self {
        let Self { subject, at, old, new, goal } = self.clone();
        Self { subject, at, old: new, new: old, goal }
    }

    /// The measure that comes, with its place.
    pub(super) fn added_measure(&self) -> Option<MeasureId> {
        match self.at {
            CellColumn::Measure(id) if self.old.is_none() => Some(id),
            _ => None,
        }
    }

    pub(super) fn removed_measure(&self) -> Option<MeasureId> {
        match self.at {
            CellColumn::Measure(id) if self.new.is_none() => Some(id),
            _ => None,
        }
    }

    /// The goals after the change, under the new numbers of their measures.
    pub fn follow_goals(&self, goals: &mut Vec<Goal>) {
        if let Some(id) = self.removed_measure() {
            goals.retain(|goal| goal.measure != id);
        }
        for goal in goals.iter_mut() {
            goal.measure = self.moved(goal.measure);
        }
        if let (Some(_), Some((place, goal))) = (self.added_measure(), self.goal) {
            goals.insert(usize::from(place).min(goals.len()), goal);
        }
    }

    /// The number of another measure after the change.
    pub fn moved(&self, id: MeasureId) -> MeasureId {
        if self.added_measure().is_some_and(|added| id >= added) {
            MeasureId(id.0.saturating_add(1))
        } else if self.removed_measure().is_some_and(|removed| id > removed) {
            MeasureId(id.0 - 1)
        } else {
            id
        }
    }

    /// Makes the change of the project's data, or leaves everything as it is. Targets in the plan follow by [`super::edit::apply`].
    pub(super) fn apply(&self, project: &mut Project) -> Result<(), EditError> {
        let rows = project.rows_of(self.subject);
        if self.new.as_ref().is_some_and(|new| new.column.len() != rows) {
            return Err(EditError::Stale);
        }
        match self.at {
            CellColumn::Measure(id) => self.apply_to_measures(project, id)?,
            CellColumn::Attribute(at) => self.apply_to_attributes(project, usize::from(at))?,
            CellColumn::Name => return Err(EditError::Unknown),
        }
        let computed = Arc::make_mut(&mut project.computed);
        if let Some(old) = &self.old {
            computed.retain(|column| column.subject != self.subject || column.name != old.column.name());
        }
        if let Some(new) = self.new.as_ref().filter(|new| !new.formula.is_empty()) {
            computed.push(new.definition(self.subject));
            computed.sort();
        }
        self.follow_goals(&mut project.goals);
        Ok(())
    }

    fn apply_to_measures(&self, project: &mut Project, id: MeasureId) -> Result<(), EditError> {
        let at = id.index();
        let is_known = |known: &Measure, old: &ComputedColumn| matches!(&old.column, Column::Number(measure) if Column::Number(known.clone()) == Column::Number(measure.clone()));
        let new = match self.new.as_deref().map(|new| &new.column) {
            Some(Column::Number(measure)) if measure.subject == self.subject => Some(measure.clone()),
            None => None,
            _ => return Err(EditError::Unknown),
        };
        match &self.old {
            Some(old) if project.measures.get(at).is_none_or(|known| !is_known(known, old)) => {
                return Err(EditError::Stale);
            }
            None if at > project.measures.len() || project.measures.len() >= usize::from(u16::MAX) => {
                return Err(EditError::Stale);
            }
            _ => {}
        }
        let weighs = |measure: &Measure| measure.aggregate == Aggregate::Mean { weight: Some(id) };
        if new.is_none()
            && let Some(other) = project.measures.iter().find(|measure| weighs(measure))
        {
            return Err(EditError::InUse(other.name.clone()));
        }
        let measures = Arc::make_mut(&mut project.measures);
        if self.old.is_some() {
            measures.remove(at);
        }
        for measure in measures.iter_mut() {
            if let Aggregate::Mean { weight: Some(weight) } = &mut measure.aggregate {
                *weight = self.moved(*weight);
            }
        }
        if let Some(new) = new {
            measures.insert(at, new);
        }
        Ok(())
    }

    fn apply_to_attributes(&self, project: &mut Project, at: usize) -> Result<(), EditError> {
        let known = project.attributes(self.subject);
        let new = match self.new.as_deref().map(|new| &new.column) {
            Some(Column::Text(column)) => Some(column.clone()),
            None => None,
            _ => return Err(EditError::Unknown),
        };
        let fits = match self.old.as_deref().map(|old| &old.column) {
            Some(Column::Text(old)) => known.get(at) == Some(old),
            Some(_) => false,
            None => at <= known.len() && known.len() < usize::from(u16::MAX),
        };
        if !fits {
            return Err(EditError::Stale);
        }
        let attributes = match self.subject {
            Subject::Units => &mut Arc::make_mut(&mut project.units).attributes,
            Subject::Accounts => &mut Arc::make_mut(&mut project.accounts).attributes,
        };
        if self.old.is_some() {
            attributes.remove(at);
        }
        if let Some(new) = new {
            attributes.insert(at, new);
        }
        Ok(())
    }
}

impl ComputedColumn {
    pub fn definition(&self, subject: Subject) -> Computed {
        Computed {
            subject,
            number: matches!(self.column, Column::Number(_)),
            name: self.column.name().to_owned(),
            formula: self.formula.clone(),
            as_of: self.as_of.clone(),
        }
    }
}
