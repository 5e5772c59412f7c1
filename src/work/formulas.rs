//! Computed columns: added, altered, removed, each as one edit; and what is to be said of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::cells::{CellColumn, apply_to_project};
use crate::domain::columns::{Aggregate, Measure, Subject};
use crate::domain::computed::{self, Column, Computed, ComputedChange, ComputedColumn};
use crate::domain::edit::{Change, Edit, Locks};
use crate::domain::formula::{Columns, FormulaError, Kind, Source, day_number, iso_date, renamed};
use crate::domain::ids::MeasureId;
use crate::domain::plan::Territory;
use crate::domain::project::Project;
use crate::domain::segments::{Rule, Segment};
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::words;

/// The longest name of a column, in letters.
pub const LONGEST_NAME: usize = 80;

/// So many rows with an error are listed; the rest is counted.
pub const MOST_LISTED: usize = 1_000;

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

/// What a formula gives, to look at before it is taken.
#[derive(Debug, Clone)]
pub struct Preview {
    pub kind: Kind,
    pub rows: usize,
    /// Rows without a value, errors included.
    pub missing: usize,
    pub errors: usize,
    /// Codes and values of the first rows that have one.
    pub first: Vec<(String, String)>,
    /// Codes of the first rows with an error, and what is wrong.
    pub worst: Vec<(String, &'static str)>,
}

/// Adds a computed column.
///
/// # Errors
/// The name is taken or the formula is wrong.
pub fn add(project: &Project, order: &ColumnOrder) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not add the column \"{}\"", order.name.trim()));
    let name = check_name(project, order.subject, &order.name, None).map_err(|why| why.into_error(failed()))?;
    let made = make(project, order, &name).map_err(|why| why.into_error(failed()))?;
    let at = new_place(project, order.subject, &made.column);
    let change = ComputedChange { subject: order.subject, at, old: None, new: Some(Box::new(made)), goal: None };
    let mut edit = Edit::new(format!("Added the computed column {name}"));
    edit.changes.push(Change::Computed(Arc::new(change)));
    Ok(edit)
}

/// Gives a computed column another formula, name, or way of adding up. Formulas and segments that name it follow a new name. An edit
/// without changes says that nothing had to be done.
///
/// # Errors
/// There is no such column, the name is taken, the formula is wrong, or others need the column as it was.
pub fn alter(project: &Project, subject: Subject, name: &str, order: &ColumnOrder) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not change the column \"{name}\""));
    let column = find(project, subject, name)?;
    let place = place(project, column)?;
    let new_name =
        check_name(project, subject, &order.name, Some(&column.name)).map_err(|why| why.into_error(failed()))?;
    let old = state(project, column, place).ok_or_else(failed)?;
    let order = ColumnOrder { subject, ..order.clone() };
    let made = make_instead_of(project, &order, &new_name, Some(column)).map_err(|why| why.into_error(failed()))?;
    let mut edit = Edit::new(if new_name == column.name {
        format!("Changed the computed column {}", column.name)
    } else {
        format!("Renamed the computed column {} to {new_name}", column.name)
    });
    if made == old {
        return Ok(edit);
    }
    let same_kind = matches!(
        (&made.column, &old.column),
        (Column::Number(_), Column::Number(_)) | (Column::Text(_), Column::Text(_))
    );
    if same_kind {
        let change =
            ComputedChange { subject, at: place, old: Some(Box::new(old)), new: Some(Box::new(made)), goal: None };
        edit.changes.push(Change::Computed(Arc::new(change)));
        if new_name != column.name {
            rename_in_others(project, column, &new_name, &mut edit);
        }
        return Ok(edit);
    }
    // Numbers and words stand in different places.
    let removal = remove(project, subject, name)?;
    edit.changes.extend(removal.changes);
    let mut without = project.clone();
    apply_to_project(&mut without, &edit, Locks::Pass).map_err(|error| failed().because(error))?;
    let at = new_place(&without, subject, &made.column);
    let change = ComputedChange { subject, at, old: None, new: Some(Box::new(made)), goal: None };
    edit.changes.push(Change::Computed(Arc::new(change)));
    Ok(edit)
}

/// Removes a computed column. Targets and the goal of a measure go with it, and come back with undo.
///
/// # Errors
/// There is no such column, or others need it.
pub fn remove(project: &Project, subject: Subject, name: &str) -> Result<Edit, UserError> {
    let failed = || UserError::new(format!("Could not remove the column \"{name}\""));
    let column = find(project, subject, name)?;
    let at = place(project, column)?;
    let needed_by = needed_by(project, column, at);
    if !needed_by.is_empty() {
        return Err(failed()
            .because(format!("{} {} it", needed_by.join(", "), if needed_by.len() == 1 { "needs" } else { "need" }))
            .hint("Change or remove that first"));
    }
    let old = state(project, column, at).ok_or_else(failed)?;
    let mut edit = Edit::new(format!("Removed the computed column {}", column.name));
    let mut goal = None;
    if let CellColumn::Measure(id) = at {
        for (territory, properties) in project.plan.territories() {
            if properties.targets.contains_key(&id) {
                let mut targets = properties.targets.clone();
                targets.remove(&id);
                edit.changes.push(Change::Territory {
                    id: territory,
                    old: Some(Box::new(properties.clone())),
                    new: Some(Box::new(Territory { targets, ..properties.clone() })),
                });
            }
        }
        let goals = project.goals.iter().zip(0_u8..);
        goal = goals.clone().find(|(goal, _)| goal.measure == id).map(|(goal, place)| (place, *goal));
    }
    let change = ComputedChange { subject, at, old: Some(Box::new(old)), new: None, goal };
    edit.changes.push(Change::Computed(Arc::new(change)));
    Ok(edit)
}

/// What goes with a column that is removed, in words; empty where nothing does.
pub fn lost_with(edit: &Edit) -> Vec<String> {
    let mut lost = Vec::new();
    let removed = edit.changes.iter().find_map(|change| match change {
        Change::Computed(change) if change.new.is_none() => Some(change),
        _ => None,
    });
    let Some(change) = removed else { return lost };
    let name = change.old.as_ref().map_or("", |old| old.column.name());
    if change.goal.is_some() {
        lost.push(format!("{name} is no longer balanced"));
    }
    let targets = edit.changes.iter().filter(|change| matches!(change, Change::Territory { .. })).count();
    if targets > 0 {
        lost.push(format!("{} lost their target of {name}", words::counted_territories(targets)));
    }
    lost
}

/// The edit with what follows from it, and the project after it: what a command does with an edit of data.
///
/// # Errors
/// The edit does not fit the project.
pub fn commit(project: &Project, edit: Edit) -> Result<(Project, Edit), UserError> {
    let failed = || UserError::new(format!("{}: not done", edit.label));
    let edit = computed::followed(project, edit.clone()).map_err(|error| failed().because(error))?;
    let mut after = project.clone();
    apply_to_project(&mut after, &edit, Locks::Obey).map_err(|error| failed().because(error))?;
    Ok((after, edit))
}

/// What a formula gives.
///
/// # Errors
/// It is wrong.
pub fn preview(project: &Project, subject: Subject, formula: &str, as_of: &str) -> Result<Preview, FormulaError> {
    let worked = computed::work_out(project, subject, formula, as_of)?;
    let columns = Columns::of(project, subject);
    let values = &worked.values;
    let shown = Column::of_values(values, "", subject);
    let code = |row: usize| columns.code(row).to_owned();
    let present = (0..values.len()).filter(|&row| !values.is_missing(row)).take(8);
    let first = present.map(|row| (code(row), cell_words(&shown, row))).collect();
    let worst = values.faults.iter().take(8).map(|&(row, fault)| (code(row as usize), fault.words())).collect();
    Ok(Preview {
        kind: values.kind(),
        rows: values.len(),
        missing: worked.missing,
        errors: values.faults.len(),
        first,
        worst,
    })
}

fn cell_words(column: &Column, row: usize) -> String {
    match column {
        Column::Number(measure) => words::plain(measure.values.get(row).copied().unwrap_or(f64::NAN)),
        Column::Text(words) => words.get(row).to_owned(),
    }
}

/// What is wrong in single rows of a computed column, or with all of it.
pub fn diagnostics(project: &Project, column: &Computed) -> Vec<Diagnostic> {
    let file = problem_file(column.subject, &column.name);
    let place = || Place::file(&file).column(&column.name);
    let worked = match computed::work_out(project, column.subject, &column.formula, &column.as_of) {
        Ok(worked) => worked,
        Err(error) => return vec![failed_column(&place(), &column.formula, &error)],
    };
    let columns = Columns::of(project, column.subject);
    let faults = &worked.values.faults;
    let mut all: Vec<Diagnostic> = faults
        .iter()
        .take(MOST_LISTED)
        .map(|&(row, fault)| {
            Diagnostic::warning(place().row(u64::from(row) + 2).item(columns.code(row as usize)), fault.words())
                .hint("the value is missing")
        })
        .collect();
    if faults.len() > MOST_LISTED {
        let more = words::count((faults.len() - MOST_LISTED) as i128);
        all.push(
            Diagnostic::warning(place(), format!("{more} more rows have an error")).hint("their values are missing"),
        );
    }
    all
}

/// Under which name problems of a computed column are kept.
pub fn problem_file(subject: Subject, name: &str) -> String {
    let subject = if subject == Subject::Units { "units" } else { "accounts" };
    format!("computed column {name} of {subject}")
}

fn failed_column(place: &Place, formula: &str, error: &FormulaError) -> Diagnostic {
    Diagnostic::error(place.clone(), format!("letter {}: {}", error.position(formula), error.message))
        .hint(if error.hint.is_empty() { "all its values are missing" } else { &error.hint })
}

/// The project with its computed columns worked out anew, after its data were replaced; and what is to be said of them.
pub fn refreshed(mut project: Project) -> (Project, Vec<Diagnostic>) {
    let (cells, failed) = computed::recomputed(&project, &computed::Touched::Everything);
    let edit = Edit { label: String::new(), changes: cells.into_iter().map(Change::Cells).collect() };
    // What was worked out of the project fits it.
    let _ = edit.is_empty() || apply_to_project(&mut project, &edit, Locks::Pass).is_ok();
    let mut said: Vec<Diagnostic> = Vec::new();
    for failed in failed {
        let place = Place::file(problem_file(failed.subject, &failed.name)).column(&failed.name);
        let formula = project.computed_column(failed.subject, &failed.name).map_or("", |column| &column.formula);
        said.push(failed_column(&place, formula, &failed.error));
    }
    (project, said)
}

/// Why an order cannot be carried out.
enum Refused {
    Name(String),
    Formula(String, FormulaError),
}

impl Refused {
    fn into_error(self, error: UserError) -> UserError {
        match self {
            Self::Name(why) => error.because(why),
            Self::Formula(formula, wrong) => {
                let place = wrong.position(&formula);
                let error = error.because(format!("formula, letter {place}: {}", wrong.message));
                if wrong.hint.is_empty() { error } else { error.hint(words::capital(&wrong.hint)) }
            }
        }
    }
}

/// The name as it will be.
///
/// # Errors
/// Why it cannot be taken, in words.
pub fn usable_name(project: &Project, subject: Subject, name: &str, own: Option<&str>) -> Result<String, String> {
    check_name(project, subject, name, own).map_err(|refused| match refused {
        Refused::Name(why) => why,
        Refused::Formula(_, error) => error.to_string(),
    })
}

fn check_name(project: &Project, subject: Subject, name: &str, own: Option<&str>) -> Result<String, Refused> {
    let name = name.trim();
    let refuse = |why: &str| Err(Refused::Name(why.to_owned()));
    if name.is_empty() {
        return refuse("it has no name");
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return refuse("its name is longer than 80 letters or has signs that cannot be seen");
    }
    let folded = name.to_lowercase();
    let columns = Columns::of(project, subject);
    let measures = project.measures.iter().map(|measure| measure.name.as_str());
    let mut taken = columns.names().map(|(name, _)| name).chain(measures).filter(|known| Some(*known) != own);
    match taken.find(|known| known.to_lowercase() == folded) {
        Some(known) => Err(Refused::Name(format!("there is a column \"{known}\" already"))),
        None => Ok(name.to_owned()),
    }
}

fn make(project: &Project, order: &ColumnOrder, name: &str) -> Result<ComputedColumn, Refused> {
    make_instead_of(project, order, name, None)
}

fn make_instead_of(
    project: &Project,
    order: &ColumnOrder,
    name: &str,
    own: Option<&Computed>,
) -> Result<ComputedColumn, Refused> {
    let formula = order.formula.trim();
    let refuse = |error: FormulaError| Refused::Formula(formula.to_owned(), error);
    let as_of = order.as_of.trim();
    if !as_of.is_empty() && day_number(as_of).and_then(iso_date).as_deref() != Some(as_of) {
        return Err(Refused::Name(format!("expected an as-of date like 2026-12-31, found \"{as_of}\"")));
    }
    if let Some(own) = own {
        refuse_circle(project, order.subject, formula, as_of, own).map_err(refuse)?;
    }
    let worked = computed::work_out(project, order.subject, formula, as_of).map_err(refuse)?;
    let mut column = Column::of_values(&worked.values, name, order.subject);
    if let Column::Number(measure) = &mut column {
        measure.unit = order.unit.trim().to_owned();
        measure.aggregate = aggregate(project, order, own)?;
    }
    Ok(ComputedColumn { formula: formula.to_owned(), as_of: as_of.to_owned(), column })
}

fn aggregate(project: &Project, order: &ColumnOrder, own: Option<&Computed>) -> Result<Aggregate, Refused> {
    let weight = match &order.how {
        How::Sum => return Ok(Aggregate::Sum),
        How::Mean => None,
        How::WeightedBy(name) => {
            let folded = name.trim().to_lowercase();
            let mut measures = project.measures_of(order.subject);
            let found = measures.find(|(_, measure)| measure.name.to_lowercase() == folded && measure.is_summed());
            let found = found.filter(|(_, measure)| own.is_none_or(|own| own.name != measure.name));
            let missing =
                || Refused::Name(format!("there is no measure \"{}\" that can be the weight of a mean", name.trim()));
            Some(found.ok_or_else(missing)?.0)
        }
    };
    Ok(Aggregate::Mean { weight })
}

/// A column cannot be computed from itself, nor from what is computed from it.
fn refuse_circle(
    project: &Project,
    subject: Subject,
    formula: &str,
    as_of: &str,
    own: &Computed,
) -> Result<(), FormulaError> {
    let Some(at) = project.place_of(own) else { return Ok(()) };
    let columns = Columns::of(project, subject);
    let as_of = (!as_of.is_empty()).then_some(as_of);
    let parsed = crate::domain::formula::Formula::parse(formula, &columns, as_of)?;
    for used in parsed.columns() {
        let mut waiting = vec![used.source];
        let mut seen: BTreeSet<Source> = BTreeSet::new();
        while let Some(source) = waiting.pop() {
            if source == Source::Cell(at) {
                let place = used.at.first().cloned().unwrap_or(0..0);
                let what = if used.source == source {
                    "itself".to_owned()
                } else {
                    format!("\"{}\", which is computed from it", used.name)
                };
                return Err(FormulaError::new(place, format!("\"{}\" cannot be computed from {what}", own.name)));
            }
            if let (true, Source::Cell(cell)) = (seen.insert(source), source)
                && let Some(other) = project.formula_of(subject, cell)
            {
                waiting.extend(computed::sources(project, subject, &other.formula, &other.as_of));
            }
        }
    }
    Ok(())
}

/// The computed column of that name, whatever its capitals.
///
/// # Errors
/// There is none.
pub fn find<'a>(project: &'a Project, subject: Subject, name: &str) -> Result<&'a Computed, UserError> {
    let folded = name.trim().to_lowercase();
    let mut all = project.computed.iter().filter(|column| column.subject == subject);
    all.find(|column| column.name.to_lowercase() == folded).ok_or_else(|| {
        let error = UserError::new(format!("There is no computed column \"{}\"", name.trim()));
        let names: Vec<&str> = project
            .computed
            .iter()
            .filter(|column| column.subject == subject)
            .map(|column| column.name.as_str())
            .collect();
        match crate::domain::formula::near(name, names.iter().copied()) {
            Some(near) => error.hint(format!("Did you mean \"{near}\"?")),
            None if names.is_empty() => error.because("none has been added yet"),
            None => error.hint(format!("There are {}", names.join(", "))),
        }
    })
}

fn place(project: &Project, column: &Computed) -> Result<CellColumn, UserError> {
    let gone = || UserError::new(format!("The column \"{}\" is not there any more", column.name));
    project.place_of(column).ok_or_else(gone)
}

fn new_place(project: &Project, subject: Subject, column: &Column) -> CellColumn {
    match column {
        Column::Number(_) => CellColumn::Measure(MeasureId::from_index(project.measures.len())),
        Column::Text(_) => CellColumn::Attribute(u16::try_from(project.attributes(subject).len()).unwrap_or(u16::MAX)),
    }
}

/// A computed column as it is.
pub fn state(project: &Project, column: &Computed, at: CellColumn) -> Option<ComputedColumn> {
    let values = match at {
        CellColumn::Measure(id) => Column::Number(project.measure(id)?.clone()),
        CellColumn::Attribute(at) => Column::Text(project.attributes(column.subject).get(usize::from(at))?.clone()),
        CellColumn::Name => return None,
    };
    Some(ComputedColumn { formula: column.formula.clone(), as_of: column.as_of.clone(), column: values })
}

/// The order that a computed column was made by.
pub fn order_of(project: &Project, column: &Computed) -> ColumnOrder {
    let measure = match project.place_of(column) {
        Some(CellColumn::Measure(id)) => project.measure(id),
        _ => None,
    };
    let weight_name =
        |id: MeasureId| project.measure(id).map_or_else(String::new, |measure: &Measure| measure.name.clone());
    let how = match measure.map(|measure| measure.aggregate) {
        Some(Aggregate::Mean { weight: None }) => How::Mean,
        Some(Aggregate::Mean { weight: Some(id) }) => How::WeightedBy(weight_name(id)),
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

/// The columns and segments that would be wrong without a column, by name.
fn needed_by(project: &Project, column: &Computed, at: CellColumn) -> Vec<String> {
    let source = Source::Cell(at);
    let mut all: Vec<String> = Vec::new();
    for other in project.computed.iter().filter(|other| other.subject == column.subject && *other != column) {
        if computed::sources(project, other.subject, &other.formula, &other.as_of).contains(&source) {
            all.push(format!("the column \"{}\"", other.name));
        }
    }
    if column.subject == Subject::Accounts {
        let needing = project
            .segments
            .iter()
            .filter(|segment| crate::domain::segments::sources(project, segment).contains(&source));
        all.extend(needing.map(|segment| format!("the segment \"{}\"", segment.name)));
    }
    if let CellColumn::Measure(id) = at {
        let weighed =
            project.measures.iter().filter(|measure| measure.aggregate == Aggregate::Mean { weight: Some(id) });
        all.extend(weighed.map(|measure| format!("the mean \"{}\"", measure.name)));
    }
    all
}

/// Formulas and segments that name a column get its new name.
fn rename_in_others(project: &Project, column: &Computed, new_name: &str, edit: &mut Edit) {
    let columns = Columns::of(project, column.subject);
    let replaced = |formula: &str, as_of: &str| {
        let as_of = (!as_of.is_empty()).then_some(as_of);
        renamed(formula, &columns, as_of, &column.name, new_name).ok().filter(|new| new != formula)
    };
    for other in project.computed.iter().filter(|other| other.subject == column.subject && *other != column) {
        if let Some(formula) = replaced(&other.formula, &other.as_of)
            && let Some(at) = project.place_of(other)
            && let Some(old) = state(project, other, at)
        {
            let new = ComputedColumn { formula, ..old.clone() };
            let change = ComputedChange {
                subject: other.subject,
                at,
                old: Some(Box::new(old)),
                new: Some(Box::new(new)),
                goal: None,
            };
            edit.changes.push(Change::Computed(Arc::new(change)));
        }
    }
    if column.subject != Subject::Accounts {
        return;
    }
    let follow = |segment: &Segment| {
        let rule = match &segment.rule {
            Rule::Formula(formula) => {
                Rule::Formula(replaced(formula, &segment.as_of).unwrap_or_else(|| formula.clone()))
            }
            Rule::Conditions(group) => {
                let mut group = group.clone();
                for condition in group.all_mut() {
                    if columns.find(&condition.column).is_some_and(|(name, _)| name == column.name) {
                        new_name.clone_into(&mut condition.column);
                    }
                }
                Rule::Conditions(group)
            }
        };
        Segment { rule, ..segment.clone() }
    };
    let new: Vec<Segment> = project.segments.iter().map(follow).collect();
    if new != *project.segments {
        edit.changes.push(Change::Segments { old: Arc::clone(&project.segments), new: Arc::new(new) });
    }
}
