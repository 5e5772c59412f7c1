//! Computed columns follow what they are made of, each after those it builds on.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Column, Computed, Failed, Touched};
use crate::domain::cells::{CellColumn, CellValues, Cells, apply_to_project};
use crate::domain::columns::{Subject, TextColumn};
use crate::domain::edit::{Change, Edit, EditError, Locks};
use crate::domain::formula::{Columns, Formula, FormulaError, Kind, Source, Values};
use crate::domain::project::Project;
use crate::domain::segments;

/// The edit with what follows from it: computed columns whose sources it changes, in the order in which they build on each other.
///
/// # Errors
/// It changes values of a computed column by hand, or does not fit the project.
pub fn followed(project: &Project, mut edit: Edit) -> Result<Edit, EditError> {
    let by_hand = edit.cells().find_map(|cells| project.formula_of(cells.subject, cells.column));
    if let Some(column) = by_hand {
        return Err(EditError::Computed(column.name.clone()));
    }
    // What an edit adds has its values already, and other units bring theirs with them.
    if project.computed.is_empty() || edit.units_patch().is_some() {
        return Ok(edit);
    }
    let mut touched = BTreeSet::new();
    for change in &edit.changes {
        match change {
            Change::Cells(cells) => drop(touched.insert((cells.subject, Source::Cell(cells.column)))),
            Change::Column(change) if change.new.is_some() => {
                touched.insert((change.subject, Source::Cell(change.at)));
            }
            Change::Segments { old, new } => {
                let others = new.iter().zip(0..).filter(|(segment, _)| !old.contains(segment));
                touched.extend(others.map(|(_, at)| (Subject::Accounts, Source::Segment(at))));
            }
            _ => {}
        };
    }
    if touched.is_empty() {
        return Ok(edit);
    }
    let mut after = project.clone();
    apply_to_project(&mut after, &edit, Locks::Pass)?;
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
                with_segments(&after, formula).iter().any(|&source| touched.contains(&(column.subject, source)))
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

/// The columns that a formula names, and the segments with the columns that those name; none of a wrong one.
pub fn sources(project: &Project, subject: Subject, formula: &str, as_of: &str) -> BTreeSet<Source> {
    let as_of = (!as_of.is_empty()).then_some(as_of);
    let parsed = Formula::parse(formula, &Columns::of(project, subject), as_of);
    parsed.map_or_else(|_| BTreeSet::new(), |formula| with_segments(project, &formula))
}

/// A segment is made of columns alone, so this ends.
fn with_segments(project: &Project, formula: &Formula) -> BTreeSet<Source> {
    let named: BTreeSet<Source> = formula.columns().iter().map(|used| used.source).collect();
    let of_segments = named.iter().filter_map(|source| match source {
        Source::Segment(at) => project.segments.get(usize::from(*at)),
        _ => None,
    });
    let mut all: BTreeSet<Source> = of_segments.flat_map(|segment| segments::sources(project, segment)).collect();
    all.extend(named);
    all
}
