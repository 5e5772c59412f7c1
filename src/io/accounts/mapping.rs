//! Which column of a table of accounts is what.

use super::guess::Guess;
use crate::error::UserError;
use crate::io::guess::Reason;
use crate::io::table::Table;

/// Which column holds what, by name. Guess one, change what is wrong, and hand it to the import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountMapping {
    /// The account's code. Without it the row's number is the code.
    pub id: Option<String>,
    pub name: Option<String>,
    pub lon: Option<String>,
    pub lat: Option<String>,
    pub postal: Option<String>,
    pub town: Option<String>,
    pub state: Option<String>,
    /// Street and house number.
    pub street: Option<String>,
    /// Rows of other countries are not placed by postal code: the codes of most countries look like those of the United States.
    pub country: Option<String>,
    /// Numeric columns.
    pub measures: Vec<String>,
    /// Columns kept as words: address, segment, owner today, …
    pub attributes: Vec<String>,
    /// Why each column was taken as what, for columns that were guessed.
    pub reasons: Vec<Reason>,
}

/// The mapping as positions in one table.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub id: Option<usize>,
    pub name: Option<usize>,
    pub lon: Option<usize>,
    pub lat: Option<usize>,
    pub postal: Option<usize>,
    pub town: Option<usize>,
    pub state: Option<usize>,
    pub country: Option<usize>,
    pub measures: Vec<usize>,
    pub attributes: Vec<usize>,
}

impl AccountMapping {
    /// Guesses from the header and the rows of a table or a preview of it.
    pub fn guess(table: &Table) -> Self {
        Guess::new(table).run()
    }

    /// Measures the user names are no attributes, and the other way round: takes a column as a measure.
    pub fn take_measure(&mut self, column: &str) {
        self.attributes.retain(|name| name != column);
        if !self.measures.iter().any(|name| name == column) {
            self.measures.push(column.to_owned());
        }
    }

    /// Whether a column is taken for something.
    pub fn uses(&self, column: &str) -> bool {
        let single = [
            &self.id,
            &self.name,
            &self.lon,
            &self.lat,
            &self.postal,
            &self.town,
            &self.state,
            &self.country,
            &self.street,
        ];
        single.into_iter().flatten().chain(&self.measures).chain(&self.attributes).any(|used| used == column)
    }

    /// What was guessed, one line per column.
    pub fn words(&self) -> Vec<String> {
        self.reasons.iter().map(ToString::to_string).collect()
    }

    pub(super) fn resolve(&self, table: &Table) -> Result<Columns, UserError> {
        let one = |name: &Option<String>| table.require_if_named(name.as_deref());
        let many = |names: &[String]| names.iter().map(|name| table.require(name)).collect::<Result<Vec<_>, _>>();
        let columns = Columns {
            id: one(&self.id)?,
            name: one(&self.name)?,
            lon: one(&self.lon)?,
            lat: one(&self.lat)?,
            postal: one(&self.postal)?,
            town: one(&self.town)?,
            state: one(&self.state)?,
            country: one(&self.country)?,
            measures: many(&self.measures)?,
            attributes: many(&self.attributes)?,
        };
        if columns.lon.is_some() != columns.lat.is_some() {
            return Err(UserError::new(format!("Could not import accounts from {}", table.file))
                .because("only one of longitude and latitude has a column")
                .hint("name both, or neither to place the accounts by postal code"));
        }
        Ok(columns)
    }
}
