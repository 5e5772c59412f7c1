//! What a computed column may be called and made of.

use std::collections::BTreeSet;

use super::{ColumnOrder, How};
use crate::domain::columns::{Aggregate, Subject};
use crate::domain::computed::{self, Column, Computed, ComputedColumn};
use crate::domain::formula::{Columns, Formula, FormulaError, Source, day_number, iso_date};
use crate::domain::project::Project;
use crate::error::UserError;
use crate::words;

/// The longest name of a column, in letters.
const LONGEST_NAME: usize = 80;

/// Why an order cannot be carried out.
pub(super) enum Refused {
    Name(String),
    Formula(String, FormulaError),
}

impl Refused {
    pub fn into_error(self, error: UserError) -> UserError {
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
pub(super) fn check_name(
    project: &Project,
    subject: Subject,
    name: &str,
    own: Option<&str>,
) -> Result<String, Refused> {
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

pub(super) fn make(project: &Project, order: &ColumnOrder, name: &str) -> Result<ComputedColumn, Refused> {
    make_instead_of(project, order, name, None)
}

pub(super) fn make_instead_of(
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
    let parsed = Formula::parse(formula, &columns, as_of)?;
    for used in parsed.columns() {
        let mut waiting = vec![used.source];
        let mut seen: BTreeSet<Source> = BTreeSet::new();
        while let Some(source) = waiting.pop() {
            if let Source::Segment(segment) = source
                && let Some(segment) = project.segments.get(usize::from(segment))
            {
                waiting.extend(crate::domain::segments::sources(project, segment));
            }
            if source == Source::Cell(at) {
                let place = used.at.first().cloned().unwrap_or(0..0);
                let what = match used.source {
                    Source::Segment(_) => format!("the segment \"{}\", which is made of it", used.name),
                    direct if direct == source => "itself".to_owned(),
                    _ => format!("\"{}\", which is computed from it", used.name),
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
