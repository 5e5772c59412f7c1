//! Columns of units from a table: population by ZIP code, income by county. One row per code; the units themselves stay.

mod mapping;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use mapping::UnitColumnsMapping;

use super::accounts::shortened;
use super::diagnostic::{Diagnostic, Place};
pub use super::options::OnRepeat;
use super::table::{self, Table, values};
use super::unit_codes::UnitCodes;
use super::{cancelled, count_of};
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::ids::UnitId;
use crate::domain::progress::{Phase, Progress};
use crate::domain::project::Project;
use crate::error::UserError;

/// The columns of a table, a value for each unit of the project.
#[derive(Debug, Clone, Default)]
pub struct UnitColumnsTable {
    /// Whether the table has a row for the unit, by unit.
    pub has_row: Vec<bool>,
    /// NaN where there is no row or no value.
    pub measures: Vec<Measure>,
    /// Empty where there is no row.
    pub attributes: Vec<TextColumn>,
}

impl UnitColumnsTable {
    /// How many units have a row.
    pub fn matched(&self) -> usize {
        self.has_row.iter().filter(|&&has| has).count()
    }
}

/// Takes columns of the project's units from a table. Rows of unknown codes are listed and left out.
///
/// # Errors
/// No column has the codes, a mapped column that the table does not have, no row with the code of a unit.
pub fn from_table(
    table: &Table,
    mapping: &UnitColumnsMapping,
    project: &Project,
    on_repeat: OnRepeat,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<UnitColumnsTable, UserError> {
    let failed = || UserError::new(format!("Could not import columns from {}", table.file));
    let kinds = project.units.kind_of_many();
    let Some(code) = table.require_if_named(mapping.code.as_deref())? else {
        return Err(failed()
            .because(format!("no column holds codes of the project's {kinds}"))
            .hint(format!("its columns are {}", table::list_of(&table.columns))));
    };
    let find = |names: &[String]| names.iter().map(|name| table.require(name)).collect::<Result<Vec<usize>, _>>();
    let (measures, attributes) = (find(&mapping.measures)?, find(&mapping.attributes)?);
    if measures.is_empty() && attributes.is_empty() {
        return Err(failed()
            .because("no column besides the codes is to be taken")
            .hint("name a column as a measure or an attribute"));
    }
    progress.begin(Phase::Reading, table.len() as u64).map_err(cancelled)?;
    let rows = matched_rows(table, code, project, on_repeat, progress, diagnostics)?;
    if rows.is_empty() {
        return Err(failed()
            .because(format!("no code in \"{}\" is that of one of the project's {kinds}", table.columns[code]))
            .hint("choose another column for the code"));
    }
    let joined = Joined::new(&rows, project.units.len());
    let without = joined.has_row.iter().filter(|&&has| !has).count();
    if without > 0 {
        let message = format!("no row for {}", project.units.count_words(without));
        diagnostics.push(Diagnostic::note(Place::file(&table.file), message).hint("they keep what they have"));
    }
    let read_measure = |&column: &usize| {
        let mut said = Vec::new();
        let read = values::numbers(table, column, &joined.rows, Subject::Units, &mut said);
        (joined.numbers(read), said)
    };
    let read: Vec<(Measure, Vec<Diagnostic>)> = measures.par_iter().map(read_measure).collect();
    let orders = values::date_orders(table, &attributes, &joined.rows);
    let mut found = UnitColumnsTable { has_row: joined.has_row.clone(), ..UnitColumnsTable::default() };
    for (measure, mut said) in read {
        found.measures.push(measure);
        diagnostics.append(&mut said);
    }
    for (&column, order) in attributes.iter().zip(orders) {
        progress.check().map_err(cancelled)?;
        let read = values::words(table, column, &joined.rows, order, diagnostics);
        found.attributes.push(joined.words(&read));
    }
    Ok(found)
}

/// The rows that count, each with its unit.
fn matched_rows(
    table: &Table,
    code: usize,
    project: &Project,
    on_repeat: OnRepeat,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<(usize, UnitId)>, UserError> {
    let codes = UnitCodes::of(project);
    let kind = project.units.kind_of_one();
    let mut by_unit: BTreeMap<UnitId, Vec<usize>> = BTreeMap::new();
    let mut zeros_restored = 0;
    for row in 0..table.len() {
        progress.tick(1).map_err(cancelled)?;
        let text = table.cell(row, code);
        let place = || table.cell_place(row, code);
        if text.is_empty() {
            diagnostics.push(Diagnostic::error(place(), "the row has no code").hint("the row is left out"));
            continue;
        }
        match codes.find(text) {
            Some((unit, restored)) => {
                zeros_restored += usize::from(restored);
                by_unit.entry(unit).or_default().push(row);
            }
            None => {
                let message = format!("no {kind} has the code \"{}\"", shortened(text));
                diagnostics.push(Diagnostic::warning(place(), message).hint("the row is left out"));
            }
        }
    }
    if zeros_restored > 0 {
        let message = format!("{} had lost leading zeros", count_of(zeros_restored, "code"));
        let place = Place::file(&table.file).column(&table.columns[code]);
        diagnostics.push(Diagnostic::note(place, message).hint("they are read with them"));
    }
    let mut rows = Vec::with_capacity(by_unit.len());
    let mut added_up = 0;
    for (unit, of_unit) in by_unit {
        let (Some(&first), Some(&last)) = (of_unit.first(), of_unit.last()) else { continue };
        match on_repeat {
            _ if of_unit.len() == 1 => rows.push((first, unit)),
            OnRepeat::First => rows.push((first, unit)),
            OnRepeat::Last => rows.push((last, unit)),
            OnRepeat::AddUp => {
                added_up += 1;
                rows.extend(of_unit.iter().map(|&row| (row, unit)));
                continue;
            }
            OnRepeat::LeaveOut => {}
        }
        for &row in &of_unit[1..] {
            let message =
                format!("the code \"{}\" is that of row {} already", table.cell(row, code), table.row_number(first));
            let diagnostic = match on_repeat {
                OnRepeat::First => Diagnostic::warning(table.cell_place(row, code), message).hint("the first counts"),
                OnRepeat::Last => Diagnostic::warning(table.cell_place(row, code), message).hint("the last counts"),
                _ => Diagnostic::error(table.cell_place(row, code), message)
                    .hint("none of these rows is taken; choose the first, the last or their sum"),
            };
            diagnostics.push(diagnostic);
        }
    }
    if added_up > 0 {
        let message = format!("{} stand in several rows", count_of(added_up, "code"));
        diagnostics.push(Diagnostic::note(Place::file(&table.file), message).hint("their rows are added up"));
    }
    rows.sort_unstable();
    Ok(rows)
}

/// From values by row to values by unit.
struct Joined {
    rows: Vec<usize>,
    units: Vec<usize>,
    has_row: Vec<bool>,
}

impl Joined {
    fn new(rows: &[(usize, UnitId)], count: usize) -> Self {
        let units: Vec<usize> = rows.iter().map(|(_, unit)| unit.index()).collect();
        let mut has_row = vec![false; count];
        units.iter().for_each(|&unit| has_row[unit] = true);
        Self { rows: rows.iter().map(|(row, _)| *row).collect(), units, has_row }
    }

    /// Several rows of a unit are added up, or their mean is taken where the column is one of means.
    fn numbers(&self, read: Measure) -> Measure {
        let mut sums = vec![f64::NAN; self.has_row.len()];
        let mut counts = vec![0_u32; self.has_row.len()];
        for (&unit, &value) in self.units.iter().zip(&read.values) {
            if !value.is_nan() {
                sums[unit] = if counts[unit] == 0 { value } else { sums[unit] + value };
                counts[unit] += 1;
            }
        }
        if matches!(read.aggregate, Aggregate::Mean { .. }) {
            sums.iter_mut().zip(&counts).filter(|(_, count)| **count > 1).for_each(|(sum, &count)| {
                *sum /= f64::from(count);
            });
        }
        Measure { values: sums, ..read }
    }

    /// Of several rows of a unit the first with a word.
    fn words(&self, read: &TextColumn) -> TextColumn {
        let mut words: Vec<&str> = vec![""; self.has_row.len()];
        for (at, &unit) in self.units.iter().enumerate() {
            if words[unit].is_empty() {
                words[unit] = read.get(at);
            }
        }
        TextColumn::new(read.name.clone(), &words)
    }
}
