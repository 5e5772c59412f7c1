//! A table of points with loads, for the engine alone: no project, no units.

mod columns;
mod lists;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

pub use columns::{PointColumns, Position};
pub use lists::{Centre, NeighbourPair, read_centres, read_neighbours};

use super::accounts::shortened;
use super::diagnostic::Diagnostic;
use super::guess::Reason;
use super::numbers::{self, Cell, DecimalMark};
use super::table::{self, Table};
use super::{Imported, cancelled};
use crate::domain::progress::{Phase, Progress};
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use columns::Found;

/// Points of a table.
#[derive(Debug, Clone, Default)]
pub struct Points {
    pub ids: Vec<String>,
    /// Longitude and latitude in degrees, or x and y.
    pub positions: Vec<[f64; 2]>,
    /// The positions are x and y of a plane.
    pub planar: bool,
    /// One per column that was named: finite and not negative.
    pub loads: Vec<Column>,
    /// Travel weights, where a column was named for them.
    pub weights: Option<Column>,
    /// The names of the two columns of the position.
    pub axes: [String; 2],
    /// What columns were taken for that nobody named.
    pub guessed: Vec<Reason>,
    /// Rows that were left out.
    pub left_out: usize,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    pub name: String,
    pub values: Vec<f64>,
}

/// Reads points. Every row that is left out is listed with its reason.
///
/// # Errors
/// A file that cannot be read as a table, a column that it does not have, positions that no column holds, no usable row.
pub fn read_points(path: &Path, wanted: &PointColumns, progress: &Progress) -> Result<Imported<Points>, UserError> {
    let preview = table::preview(path, &wanted.read, columns::GUESSED_FROM, progress)?.value;
    let Imported { value: table, mut diagnostics } = table::read(path, &wanted.read, progress)?;
    let found = wanted.find(&table, &preview)?;
    let points = from_table(&table, found, progress, &mut diagnostics)?;
    Ok(Imported::new(points, diagnostics))
}

fn from_table(
    table: &Table,
    found: Found,
    progress: &Progress,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Points, UserError> {
    progress.begin(Phase::PlacingAccounts, table.len() as u64).map_err(cancelled)?;
    let mut numeric: Vec<usize> = found.axes.to_vec();
    numeric.extend(&found.loads);
    numeric.extend(found.weight);
    let marks: Vec<DecimalMark> = numeric.par_iter().map(|&column| table.decimal_mark(column)).collect();
    let mut points = Points {
        planar: found.planar,
        axes: found.axes.map(|axis| table.columns[axis].clone()),
        guessed: found.guessed,
        ..Points::default()
    };
    let empty = |&column: &usize| Column { name: table.columns[column].clone(), values: Vec::new() };
    points.loads = found.loads.iter().map(empty).collect();
    points.weights = found.weight.as_ref().map(empty);
    let mut first_rows: HashMap<&str, usize> = HashMap::with_capacity(if found.id.is_some() { table.len() } else { 0 });
    let mut values = vec![0.0; numeric.len()];
    for row in 0..table.len() {
        if row % 1024 == 0 {
            progress.tick(if row == 0 { 0 } else { 1024 }).map_err(cancelled)?;
        }
        let said = diagnostics.len();
        let id = match found.id {
            Some(column) => {
                let id = table.cell(row, column);
                if let Err(problem) = usable_id(table, row, column, &first_rows) {
                    let place = table.cell_place(row, column);
                    diagnostics.push(Diagnostic::error(place, problem).hint("the row is left out"));
                    points.left_out += 1;
                    continue;
                }
                id.to_owned()
            }
            None => table.row_number(row).to_string(),
        };
        let reader = Reader { table, row, id: &id, planar: found.planar };
        let usable = numeric.iter().zip(&marks).enumerate().all(|(nth, (&column, &mark))| {
            let value = match nth {
                0 | 1 => reader.axis(nth, column, mark, diagnostics),
                _ => reader.amount(column, mark, diagnostics),
            };
            values[nth] = value.unwrap_or(f64::NAN);
            value.is_some()
        });
        if !usable {
            // Of what was said of a row that is left out, the reason is enough.
            diagnostics.drain(said..diagnostics.len().saturating_sub(1).max(said));
            points.left_out += 1;
            continue;
        }
        if let Some(column) = found.id {
            first_rows.insert(table.cell(row, column), row);
        }
        points.ids.push(id);
        points.positions.push([values[0], values[1]]);
        for (column, &value) in points.loads.iter_mut().chain(&mut points.weights).zip(&values[2..]) {
            column.values.push(value);
        }
    }
    if points.ids.is_empty() {
        let why = match diagnostics.iter().find(|said| said.severity == super::diagnostic::Severity::Error) {
            Some(first) => format!("none of its {} rows can be used; the first problem: {first}", table.len()),
            None => "it has no rows".to_owned(),
        };
        return Err(UserError::new(format!("Could not read points from {}", table.file))
            .because(why)
            .hint("name the columns that hold the position and the loads"));
    }
    Ok(points)
}

fn usable_id(table: &Table, row: usize, column: usize, first_rows: &HashMap<&str, usize>) -> Result<(), String> {
    let id = table.cell(row, column);
    if id.is_empty() {
        return Err("the point has no ID".to_owned());
    }
    match first_rows.get(id) {
        Some(&first) => Err(format!("the ID \"{}\" is that of row {} already", shortened(id), table.row_number(first))),
        None => Ok(()),
    }
}

/// Reads the numbers of one row; `None` when the row has to be left out, which is said.
struct Reader<'a> {
    table: &'a Table,
    row: usize,
    id: &'a str,
    planar: bool,
}

impl Reader<'_> {
    /// A longitude or x (0), a latitude or y (1).
    fn axis(&self, nth: usize, column: usize, mark: DecimalMark, diagnostics: &mut Vec<Diagnostic>) -> Option<f64> {
        let text = self.table.cell(self.row, column);
        let (what, limit) = match (self.planar, nth) {
            (true, _) => ("a number", f64::INFINITY),
            (false, 0) => ("a longitude from -180 to 180", 180.0),
            (false, _) => ("a latitude from -90 to 90", 90.0),
        };
        match numbers::read(text, mark) {
            Cell::Number(value) if value.abs() <= limit => Some(value),
            Cell::Missing => self.left_out(column, &format!("expected {what}, found nothing"), diagnostics),
            _ => self.left_out(column, &format!("expected {what}, found \"{}\"", shortened(text)), diagnostics),
        }
    }

    /// A load or weight. Nothing counts as 0.
    fn amount(&self, column: usize, mark: DecimalMark, diagnostics: &mut Vec<Diagnostic>) -> Option<f64> {
        let text = self.table.cell(self.row, column);
        match numbers::read(text, mark) {
            Cell::Number(value) if value >= 0.0 => Some(value),
            Cell::Missing => {
                let place = self.table.cell_place(self.row, column).item(self.id);
                diagnostics.push(Diagnostic::warning(place, "expected a number, found nothing").hint("taken as 0"));
                Some(0.0)
            }
            Cell::Number(_) => {
                let message = format!("expected a number of 0 or more, found \"{}\"", shortened(text));
                self.left_out(column, &message, diagnostics)
            }
            Cell::Text | Cell::TooLarge => {
                let message = format!("expected a number, found \"{}\"", shortened(text));
                self.left_out(column, &message, diagnostics)
            }
        }
    }

    fn left_out(&self, column: usize, message: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<f64> {
        let place = self.table.cell_place(self.row, column).item(self.id);
        diagnostics.push(Diagnostic::error(place, message).hint("the row is left out; correct the value"));
        None
    }
}

impl Points {
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The positions as places on the globe; for positions that are not planar.
    pub fn places(&self) -> Vec<LonLat> {
        self.positions.iter().map(|&[lon, lat]| LonLat::new(lon, lat)).collect()
    }
}
