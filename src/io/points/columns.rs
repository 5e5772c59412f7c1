//! Which columns of a table of points hold what.

use crate::error::UserError;
use crate::io::accounts::AccountMapping;
use crate::io::guess::Reason;
use crate::io::options::ReadOptions;
use crate::io::table::{Table, list_of};

/// So many rows decide what a column is that nobody named.
pub(super) const GUESSED_FROM: usize = 1_000;

/// The columns by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PointColumns {
    /// Without it a column is guessed; where none looks like it, the row's number is the ID.
    pub id: Option<String>,
    pub position: Position,
    /// Columns of loads, in the order in which they are wanted.
    pub loads: Vec<String>,
    pub weight: Option<String>,
    /// How the file shall be read.
    pub read: ReadOptions,
}

/// Where the points are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Position {
    /// In columns that are guessed: longitude and latitude, or columns named x and y, which are planar.
    #[default]
    Guessed,
    LonLat(String, String),
    Plane(String, String),
}

/// The columns as positions in one table.
pub(super) struct Found {
    pub id: Option<usize>,
    pub axes: [usize; 2],
    pub planar: bool,
    pub loads: Vec<usize>,
    pub weight: Option<usize>,
    pub guessed: Vec<Reason>,
}

impl PointColumns {
    /// Finds the columns; those that are not named by the rows of a preview of the table.
    pub(super) fn find(&self, table: &Table, preview: &Table) -> Result<Found, UserError> {
        let guess = AccountMapping::guess(preview);
        let mut guessed = Vec::new();
        let mut take = |name: &Option<String>| {
            let column = table.find(name.as_deref()?)?;
            guessed.extend(guess.reasons.iter().find(|reason| table.find(&reason.column) == Some(column)).cloned());
            Some(column)
        };
        let (axes, planar) = match &self.position {
            Position::LonLat(lon, lat) => ([table.require(lon)?, table.require(lat)?], false),
            Position::Plane(x, y) => ([table.require(x)?, table.require(y)?], true),
            Position::Guessed => match (table.find("x"), table.find("y")) {
                (Some(x), Some(y)) => {
                    let reason =
                        |column: usize| Reason::new(&table.columns[column], "planar coordinate", "its name says so");
                    guessed.extend([reason(x), reason(y)]);
                    ([x, y], true)
                }
                _ => match (take(&guess.lon), take(&guess.lat)) {
                    (Some(lon), Some(lat)) => ([lon, lat], false),
                    _ => {
                        return Err(UserError::new(format!("Could not read points from {}", table.file))
                            .because(format!(
                                "no columns look like longitude and latitude; its columns are {}",
                                list_of(&table.columns)
                            ))
                            .hint("name them: --lon COL --lat COL, or --x COL --y COL for a plane"));
                    }
                },
            },
        };
        let id = match &self.id {
            Some(name) => Some(table.require(name)?),
            None => {
                let id = guess.id.as_deref().and_then(|name| table.find(name));
                // A number that grows from row to row may be a coordinate too.
                let id = id.filter(|id| !axes.contains(id));
                guessed.extend(
                    guess.reasons.iter().find(|reason| id.is_some() && table.find(&reason.column) == id).cloned(),
                );
                id
            }
        };
        Ok(Found {
            id,
            axes,
            planar,
            loads: self.loads.iter().map(|name| table.require(name)).collect::<Result<_, _>>()?,
            weight: table.require_if_named(self.weight.as_deref())?,
            guessed,
        })
    }
}
