//! The columns of the tables of units and accounts, and what stands in them.

use crate::domain::accounts::Placement;
use crate::domain::cells::CellColumn;
use crate::domain::columns::{Subject, TextColumn};
use crate::domain::computed::Computed;
use crate::domain::ids::{AccountId, MeasureId, TerritoryId, UnitId};
use crate::domain::metrics::LoadTable;
use crate::domain::plan::Plan;
use crate::domain::project::Project;
use crate::words;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Code,
    Name,
    /// Who owns the row.
    Territory,
    /// Of an account: the territory of the unit it lies in, which a named account does not follow.
    UnitTerritory,
    Rep,
    /// Of an account: the unit it lies in.
    Unit,
    /// Of an account: "named" where it belongs to a territory by name.
    Named,
    Locked,
    /// Of a unit: its accounts.
    Accounts,
    Area,
    Placed,
    /// Of an account: how far its true place may be.
    Precision,
    Longitude,
    Latitude,
    Attribute(usize),
    Measure(MeasureId),
}

/// What the columns are read from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub project: &'a Project,
    pub plan: &'a Plan,
    pub loads: &'a LoadTable,
    pub subject: Subject,
}

impl Field {
    /// Numbers are right-aligned, sorted by size and filtered by range.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Accounts | Self::Area | Self::Precision | Self::Longitude | Self::Latitude | Self::Measure(_)
        )
    }

    /// It changes with the plan.
    pub fn is_of_plan(self) -> bool {
        matches!(self, Self::Territory | Self::UnitTerritory | Self::Rep | Self::Named | Self::Locked)
    }

    /// It is there until somebody hides it.
    pub fn is_shown_at_first(self) -> bool {
        use Field::{Latitude, Locked, Longitude, Named, Placed, Precision, UnitTerritory};
        !matches!(self, UnitTerritory | Named | Locked | Placed | Precision | Longitude | Latitude)
    }

    /// The columns there are, in their order.
    pub fn all(project: &Project, subject: Subject) -> Vec<Self> {
        let attributes = match subject {
            Subject::Units => project.units.attributes.len(),
            Subject::Accounts => project.accounts.attributes.len(),
        };
        let mut fields = match subject {
            Subject::Units => {
                vec![Self::Code, Self::Name, Self::Territory, Self::Rep, Self::Locked, Self::Accounts, Self::Area]
            }
            Subject::Accounts => {
                vec![
                    Self::Code,
                    Self::Name,
                    Self::Territory,
                    Self::UnitTerritory,
                    Self::Rep,
                    Self::Unit,
                    Self::Named,
                    Self::Locked,
                ]
            }
        };
        fields.extend((0..attributes).map(Self::Attribute));
        // A unit's figure of a measure of accounts is the sum over them.
        let shown = |index: &usize| subject == Subject::Units || project.measures[*index].subject == subject;
        fields
            .extend((0..project.measures.len()).filter(shown).map(|index| Self::Measure(MeasureId::from_index(index))));
        if subject == Subject::Accounts {
            fields.extend([Self::Placed, Self::Precision]);
        }
        fields.extend([Self::Longitude, Self::Latitude]);
        fields
    }
}

impl<'a> Source<'a> {
    fn attributes(&self) -> &'a [TextColumn] {
        match self.subject {
            Subject::Units => &self.project.units.attributes,
            Subject::Accounts => &self.project.accounts.attributes,
        }
    }

    pub fn attribute(&self, at: usize) -> Option<&'a TextColumn> {
        self.attributes().get(at)
    }

    pub fn codes(&self) -> &'a [String] {
        if self.subject == Subject::Units { &self.project.units.codes } else { &self.project.accounts.codes }
    }

    pub fn names(&self) -> &'a [String] {
        if self.subject == Subject::Units { &self.project.units.names } else { &self.project.accounts.names }
    }

    /// What stands above the column, without its unit.
    pub fn title(&self, field: Field) -> String {
        let unit = words::capital(self.project.units.kind_of_one());
        match field {
            Field::Code if self.subject == Subject::Units => unit,
            Field::Code => "ID".to_owned(),
            Field::Name if self.subject == Subject::Accounts => "Account".to_owned(),
            Field::Name => "Name".to_owned(),
            Field::Territory => "Territory".to_owned(),
            Field::UnitTerritory => format!("Territory of the {}", self.project.units.kind_of_one()),
            Field::Rep => "Rep".to_owned(),
            Field::Unit => unit,
            Field::Named => "Named".to_owned(),
            Field::Locked => "Locked".to_owned(),
            Field::Accounts => "Accounts".to_owned(),
            Field::Area => "Area".to_owned(),
            Field::Placed => "Placed by".to_owned(),
            Field::Precision => "Precision".to_owned(),
            Field::Longitude => "Longitude".to_owned(),
            Field::Latitude => "Latitude".to_owned(),
            Field::Attribute(at) => self.attribute(at).map_or(String::new(), |column| column.name.clone()),
            Field::Measure(id) => self.project.measure(id).map_or(String::new(), |measure| measure.name.clone()),
        }
    }

    /// The unit of a column of numbers; mostly empty.
    pub fn unit(&self, field: Field) -> &'a str {
        match field {
            Field::Area => "km²",
            Field::Precision => "km",
            Field::Longitude | Field::Latitude => "°",
            Field::Measure(id) => self.project.measure(id).map_or("", |measure| measure.unit.as_str()),
            _ => "",
        }
    }

    /// The name under which it is remembered whether the column is shown.
    pub fn key(&self, field: Field) -> String {
        match field {
            Field::Attribute(_) => format!("attribute {}", self.title(field)),
            Field::Measure(_) => format!("measure {}", self.title(field)),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// The column as it can be edited, or why it cannot.
    pub fn editable(&self, field: Field) -> Result<CellColumn, &'static str> {
        let column = self.imported(field)?;
        match self.project.formula_of(self.subject, column) {
            Some(_) => Err("This column is computed; edit its formula under Columns"),
            None => Ok(column),
        }
    }

    /// The computed column behind a field.
    pub fn computed(&self, field: Field) -> Option<&'a Computed> {
        self.project.formula_of(self.subject, self.imported(field).ok()?)
    }

    fn imported(&self, field: Field) -> Result<CellColumn, &'static str> {
        match field {
            Field::Name => Ok(CellColumn::Name),
            Field::Attribute(at) => {
                u16::try_from(at).map(CellColumn::Attribute).map_err(|_| "There are too many columns")
            }
            Field::Measure(id) if self.project.measure(id).is_some_and(|measure| measure.subject == self.subject) => {
                Ok(CellColumn::Measure(id))
            }
            Field::Measure(_) => Err("This is the sum over the accounts; change it there"),
            Field::Code => Err("The code joins files to the project and cannot be edited; import again to change it"),
            Field::Longitude | Field::Latitude | Field::Placed | Field::Precision | Field::Unit => {
                Err("Places are not typed into cells; use Move this account… in the inspector")
            }
            Field::Territory | Field::UnitTerritory | Field::Named | Field::Locked => {
                Err("Use Change to assign, release or lock rows")
            }
            Field::Rep => Err("Reps belong to territories; choose one in the inspector"),
            Field::Accounts | Field::Area => Err("This figure is counted and cannot be edited"),
        }
    }

    pub fn owner(&self, row: usize) -> TerritoryId {
        match self.subject {
            Subject::Units => self.plan.territory_of(UnitId::from_index(row)),
            Subject::Accounts => {
                let home = self.project.accounts.units.get(row).copied().flatten();
                self.plan.owner_of(AccountId::from_index(row), home)
            }
        }
    }

    /// The territory of the unit, whatever an account's owner is.
    pub fn home(&self, row: usize) -> TerritoryId {
        match self.subject {
            Subject::Units => self.owner(row),
            Subject::Accounts => {
                let home = self.project.accounts.units.get(row).copied().flatten();
                home.map_or(TerritoryId::UNASSIGNED, |unit| self.plan.territory_of(unit))
            }
        }
    }

    pub fn rep_name(&self, territory: TerritoryId) -> &'a str {
        let rep = self.plan.territory(territory).and_then(|territory| territory.rep);
        rep.and_then(|rep| self.project.reps.get(rep.index())).map_or("", |rep| rep.name.as_str())
    }

    pub fn is_named(&self, row: usize) -> bool {
        self.subject == Subject::Accounts && self.plan.overrides().contains_key(&AccountId::from_index(row))
    }

    pub fn is_locked(&self, row: usize) -> bool {
        match self.subject {
            Subject::Units => self.plan.locked_units().contains(&UnitId::from_index(row)),
            Subject::Accounts => self.plan.locked_accounts().contains(&AccountId::from_index(row)),
        }
    }

    /// A figure; NaN where it is missing, and for columns of words.
    pub fn number(&self, field: Field, row: usize) -> f64 {
        let places = || {
            let places = if self.subject == Subject::Units {
                &self.project.units.centres
            } else {
                &self.project.accounts.places
            };
            places.get(row).copied().filter(|place| place.is_valid())
        };
        match field {
            Field::Accounts => f64::from(self.loads.accounts_in(UnitId::from_index(row))),
            Field::Area => self.project.units.areas_km2.get(row).copied().unwrap_or(f64::NAN),
            Field::Precision => {
                // A figure that was kept in four bytes has no more than seven digits.
                let km = self.project.accounts.precision_km(row);
                km.map_or(f64::NAN, |km| (km * 1000.0).round() / 1000.0)
            }
            Field::Longitude => places().map_or(f64::NAN, |place| place.lon),
            Field::Latitude => places().map_or(f64::NAN, |place| place.lat),
            Field::Measure(id) => match self.project.measure(id) {
                Some(measure) if measure.subject == self.subject => {
                    measure.values.get(row).copied().unwrap_or(f64::NAN)
                }
                Some(_) if self.subject == Subject::Units => self.loads.unit_load(id, UnitId::from_index(row)),
                _ => f64::NAN,
            },
            _ => f64::NAN,
        }
    }

    /// The words of a column of words; empty for numbers.
    pub fn text(&self, field: Field, row: usize) -> &'a str {
        let plan: &'a Plan = self.plan;
        match field {
            Field::Code => self.codes().get(row).map_or("", String::as_str),
            Field::Name => self.names().get(row).map_or("", String::as_str),
            Field::Territory => plan.territory_name(self.owner(row)),
            Field::UnitTerritory => plan.territory_name(self.home(row)),
            Field::Rep => self.rep_name(self.owner(row)),
            Field::Unit => {
                let home = self.project.accounts.units.get(row).copied().flatten();
                home.and_then(|unit| self.project.units.codes.get(unit.index())).map_or("", String::as_str)
            }
            Field::Named => {
                if self.is_named(row) {
                    "named"
                } else {
                    ""
                }
            }
            Field::Locked => {
                if self.is_locked(row) {
                    "locked"
                } else {
                    ""
                }
            }
            Field::Placed => match self.project.accounts.placements.get(row) {
                Some(Placement::Unplaced) => "not placed",
                Some(Placement::ByHand) => "hand",
                Some(placement) => placement.word(),
                None => "",
            },
            Field::Attribute(at) => self.attribute(at).map_or("", |column| column.get(row)),
            Field::Accounts
            | Field::Area
            | Field::Precision
            | Field::Longitude
            | Field::Latitude
            | Field::Measure(_) => "",
        }
    }
}
