//! What goes with a table of points: who is whose neighbour, and centres that are fixed.

use std::collections::HashMap;
use std::path::Path;

use super::{PointColumns, Points, Position, read_points};
use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::Imported;
use crate::io::accounts::shortened;
use crate::io::diagnostic::Diagnostic;
use crate::io::numbers::{self, Cell, DecimalMark};
use crate::io::options::ReadOptions;
use crate::io::table::{self, Table};

/// Two neighbours by their numbers, and the length of their border in the table's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeighbourPair {
    pub a: u32,
    pub b: u32,
    pub border: f64,
}

/// A centre that is fixed.
#[derive(Debug, Clone, PartialEq)]
pub struct Centre {
    pub id: String,
    /// Longitude and latitude in degrees, or x and y.
    pub position: [f64; 2],
}

/// Reads pairs of neighbours: the IDs of two points, and in a third column, where there is one, how long their border is (1 without).
/// Each pair needs to be there once. Rows that cannot be used are listed.
///
/// # Errors
/// A file that cannot be read as a table, or has fewer than two columns.
pub fn read_neighbours(
    path: &Path,
    points: &Points,
    progress: &Progress,
) -> Result<Imported<Vec<NeighbourPair>>, UserError> {
    let Imported { value: table, mut diagnostics } = table::read(path, &ReadOptions::default(), progress)?;
    if table.columns.len() < 2 {
        return Err(UserError::new(format!("Could not read neighbours from {}", table.file))
            .because("it has one column")
            .hint("each row names two points by their IDs, and if you like the length of their border"));
    }
    let numbers_of: HashMap<&str, u32> =
        points.ids.iter().enumerate().map(|(at, id)| (id.as_str(), at as u32)).collect();
    let mark = table.decimal_mark(2);
    let mut pairs = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        match pair(&table, row, mark, &numbers_of) {
            Ok(pair) => pairs.push(pair),
            Err(problem) => diagnostics.push(*problem),
        }
    }
    Ok(Imported::new(pairs, diagnostics))
}

fn pair(
    table: &Table,
    row: usize,
    mark: DecimalMark,
    numbers_of: &HashMap<&str, u32>,
) -> Result<NeighbourPair, Box<Diagnostic>> {
    let left_out = |column: usize, message: String| {
        Box::new(Diagnostic::error(table.cell_place(row, column), message).hint("the pair is left out"))
    };
    let point = |column: usize| {
        let id = table.cell(row, column);
        let known = numbers_of.get(id).copied();
        known.ok_or_else(|| left_out(column, format!("expected the ID of a point, found \"{}\"", shortened(id))))
    };
    let (a, b) = (point(0)?, point(1)?);
    if a == b {
        return Err(left_out(1, "a point is no neighbour of itself".to_owned()));
    }
    let border = match (table.columns.len() > 2).then(|| numbers::read(table.cell(row, 2), mark)) {
        None | Some(Cell::Missing) => 1.0,
        Some(Cell::Number(length)) if length >= 0.0 => length,
        Some(_) => {
            let text = shortened(table.cell(row, 2));
            return Err(left_out(2, format!("expected a length of 0 or more, found \"{text}\"")));
        }
    };
    Ok(NeighbourPair { a, b, border })
}

/// Reads centres: their IDs and positions, in the columns that the points have them in or else in columns that are guessed.
///
/// # Errors
/// As [`read_points`].
pub fn read_centres(
    path: &Path,
    like: &PointColumns,
    points: &Points,
    progress: &Progress,
) -> Result<Imported<Vec<Centre>>, UserError> {
    let preview = table::preview(path, &like.read, 1, progress)?.value;
    let [x, y] = &points.axes;
    let same = preview.find(x).is_some() && preview.find(y).is_some();
    let position = match (same, points.planar) {
        (true, false) => Position::LonLat(x.clone(), y.clone()),
        (true, true) => Position::Plane(x.clone(), y.clone()),
        (false, false) => Position::Guessed,
        (false, true) => {
            return Err(UserError::new(format!("Could not read centres from {}", preview.file))
                .because(format!("it has no columns \"{x}\" and \"{y}\""))
                .hint("call the columns of the centres as those of the points"));
        }
    };
    let id = like.id.clone().filter(|id| preview.find(id).is_some());
    let wanted = PointColumns { id, position, read: like.read.clone(), ..PointColumns::default() };
    let Imported { value: read, diagnostics } = read_points(path, &wanted, progress)?;
    if read.planar != points.planar {
        return Err(UserError::new(format!("Could not read centres from {}", preview.file))
            .because("points have longitude and latitude, centres x and y")
            .hint("give both in the same way"));
    }
    let centres = read.ids.into_iter().zip(read.positions).map(|(id, position)| Centre { id, position }).collect();
    Ok(Imported::new(centres, diagnostics))
}
