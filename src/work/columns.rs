//! Which columns of a file the user named; what is not named is guessed.

use crate::error::UserError;
use crate::io::accounts::AccountMapping;
use crate::io::alignment::{AlignmentMapping, Choices};
use crate::io::guess::Reason;
use crate::io::layers::{Dissolve, Layer, LayerMapping};
use crate::io::options::ReadOptions;
use crate::io::reps::RepMapping;
use crate::io::table::Table;
use crate::io::unit_columns::{OnRepeat, UnitColumnsMapping};

/// One column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    #[default]
    Guess,
    /// By its name; capitals do not matter.
    Column(String),
    /// There is no such column.
    None,
}

/// Columns of a layer of units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitColumns {
    pub code: Choice,
    pub name: Choice,
    /// All measures; `None`: guess.
    pub measures: Option<Vec<String>>,
    /// All attributes; `None`: guess.
    pub attributes: Option<Vec<String>>,
    /// What one unit is called, in the singular; `None`: guess.
    pub kind: Option<String>,
    /// Where the shapes come from, for the map's attribution.
    pub attribution: String,
    /// The shapes are approximations, whatever the file says of itself.
    pub approximate: bool,
    /// How the file shall be read: which of its layers, in what coordinate system, and by what its areas are dissolved.
    pub read: ReadOptions,
}

/// Columns of a table of accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountColumns {
    pub id: Choice,
    pub name: Choice,
    pub lon: Choice,
    pub lat: Choice,
    pub postal: Choice,
    pub town: Choice,
    pub state: Choice,
    pub country: Choice,
    pub street: Choice,
    /// All measures; `None`: guess.
    pub measures: Option<Vec<String>>,
    /// All attributes; `None`: guess.
    pub attributes: Option<Vec<String>>,
    /// How the file shall be read.
    pub read: ReadOptions,
}

/// Columns of an alignment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlignmentColumns {
    pub unit: Choice,
    pub account: Choice,
    pub territory: Choice,
    pub rep: Choice,
    /// The groups above territories, from the lowest level up; `None`: guess.
    pub levels: Option<Vec<String>>,
    /// What shall become of what the file does not say clearly.
    pub choices: Choices,
    /// How the file shall be read.
    pub read: ReadOptions,
}

/// Columns of a roster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepColumns {
    pub code: Choice,
    pub name: Choice,
    pub lon: Choice,
    pub lat: Choice,
    pub postal: Choice,
    pub town: Choice,
    pub capacity_hours: Choice,
    pub skills: Choice,
    /// How the file shall be read.
    pub read: ReadOptions,
}

/// Columns of a table with a row per unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitTableColumns {
    pub code: Choice,
    /// All measures; `None`: guess.
    pub measures: Option<Vec<String>>,
    /// All attributes; `None`: guess.
    pub attributes: Option<Vec<String>>,
    pub on_repeat: OnRepeat,
    /// How the file shall be read.
    pub read: ReadOptions,
}

const NAMED: &str = "you named it";

impl UnitColumns {
    /// What each column of the layer is taken as: what the user named, else what is guessed.
    ///
    /// # Errors
    /// A named column that the layer does not have.
    pub fn mapping(&self, layer: &Layer) -> Result<LayerMapping, UserError> {
        let mut mapping = LayerMapping::guess(layer);
        let find = |name: &str| layer.require(name).map(|column| column.name.clone());
        let mut roles = Roles::new(&mut mapping.reasons, &find);
        roles.single(&self.code, &mut mapping.code, "unit code")?;
        roles.single(&self.name, &mut mapping.name, "unit name")?;
        roles.many(&self.measures, &mut mapping.measures, &mut mapping.attributes, "measure", "attribute")?;
        roles.many(&self.attributes, &mut mapping.attributes, &mut mapping.measures, "attribute", "")?;
        let single = [&mapping.code, &mapping.name].map(Option::clone);
        remove(&mut mapping.measures, &single);
        remove(&mut mapping.attributes, &single);
        if let Some(kind) = &self.kind {
            mapping.kind.clone_from(kind);
        }
        mapping.approximate |= self.approximate;
        mapping.dissolve = self.dissolve(layer, &mapping)?;
        Ok(mapping)
    }

    /// By what areas are dissolved. The first characters are those of the code where no column is named.
    fn dissolve(&self, layer: &Layer, mapping: &LayerMapping) -> Result<Option<Dissolve>, UserError> {
        let characters = self.read.dissolve_prefix.filter(|&characters| characters > 0);
        let column = match (&self.read.dissolve, characters) {
            (Some(name), _) => layer.require(name)?.name.clone(),
            (None, None) => return Ok(None),
            (None, Some(_)) => mapping.code.clone().ok_or_else(|| {
                UserError::new(format!("Could not dissolve the areas of {}", layer.file))
                    .because("no column has codes whose first characters could count")
                    .hint("choose the column to dissolve by")
            })?,
        };
        Ok(Some(Dissolve { column, characters }))
    }
}

impl AccountColumns {
    pub(super) fn mapping(&self, table: &Table) -> Result<AccountMapping, UserError> {
        let mut mapping = AccountMapping::guess(table);
        let find = finder(table);
        let mut roles = Roles::new(&mut mapping.reasons, &find);
        roles.single(&self.id, &mut mapping.id, "account code")?;
        roles.single(&self.name, &mut mapping.name, "account name")?;
        roles.single(&self.lon, &mut mapping.lon, "longitude")?;
        roles.single(&self.lat, &mut mapping.lat, "latitude")?;
        roles.single(&self.postal, &mut mapping.postal, "postal code")?;
        roles.single(&self.town, &mut mapping.town, "town")?;
        roles.single(&self.state, &mut mapping.state, "state")?;
        roles.single(&self.country, &mut mapping.country, "country")?;
        roles.single(&self.street, &mut mapping.street, "street")?;
        roles.many(&self.measures, &mut mapping.measures, &mut mapping.attributes, "measure", "attribute")?;
        roles.many(&self.attributes, &mut mapping.attributes, &mut mapping.measures, "attribute", "")?;
        let single = [&mapping.id, &mapping.name, &mapping.lon, &mapping.lat].map(Option::clone);
        remove(&mut mapping.measures, &single);
        remove(&mut mapping.attributes, &single);
        // Where an account is stays readable beside its place.
        let places =
            [&mapping.postal, &mapping.town, &mapping.state, &mapping.country, &mapping.street].map(Option::clone);
        remove(&mut mapping.measures, &places);
        Ok(mapping)
    }
}

impl AlignmentColumns {
    /// The mapping and why each column is what.
    pub(super) fn mapping(
        &self,
        table: &Table,
        guess: AlignmentMapping,
    ) -> Result<(AlignmentMapping, Vec<Reason>), UserError> {
        let mut mapping = guess;
        let mut reasons = Vec::new();
        let guessed = |column: &Option<String>, role: &str, why: &str| {
            column.iter().map(|column| Reason::new(column, role, why)).collect::<Vec<_>>()
        };
        reasons.extend(guessed(&mapping.unit, "unit code", "its values are codes of units"));
        reasons.extend(guessed(&mapping.account, "account code", "its values are codes of accounts"));
        let mut territory = Some(mapping.territory).filter(|name| !name.is_empty());
        reasons.extend(guessed(&territory, "territory", "its name says so"));
        reasons.extend(guessed(&mapping.rep, "rep", "its name says so"));
        const LEVEL: &str = "level above territories";
        reasons.extend(mapping.levels.iter().map(|column| Reason::new(column, LEVEL, "its name says so")));
        let find = finder(table);
        let mut roles = Roles::new(&mut reasons, &find);
        roles.single(&self.unit, &mut mapping.unit, "unit code")?;
        roles.single(&self.account, &mut mapping.account, "account code")?;
        // Who names one of the two and not the other means that one alone.
        match (&self.unit, &self.account) {
            (Choice::Column(_), Choice::Guess) => roles.single(&Choice::None, &mut mapping.account, "account code")?,
            (Choice::Guess, Choice::Column(_)) => roles.single(&Choice::None, &mut mapping.unit, "unit code")?,
            _ => {}
        }
        roles.single(&self.territory, &mut territory, "territory")?;
        roles.single(&self.rep, &mut mapping.rep, "rep")?;
        mapping.territory = territory.unwrap_or_default();
        roles.many(&self.levels, &mut mapping.levels, &mut Vec::new(), LEVEL, "")?;
        let single =
            [&mapping.unit, &mapping.account, &mapping.rep, &Some(mapping.territory.clone())].map(Option::clone);
        remove(&mut mapping.levels, &single);
        Ok((mapping, reasons))
    }
}

impl RepColumns {
    pub(super) fn mapping(&self, table: &Table) -> Result<RepMapping, UserError> {
        let mut mapping = RepMapping::guess(table);
        let find = finder(table);
        let mut roles = Roles::new(&mut mapping.reasons, &find);
        roles.single(&self.code, &mut mapping.code, "rep code")?;
        let before = mapping.name.clone();
        roles.single(&self.name, &mut mapping.name, "rep name")?;
        if mapping.name != before {
            mapping.last_name = None;
        }
        roles.single(&self.lon, &mut mapping.lon, "longitude of the home")?;
        roles.single(&self.lat, &mut mapping.lat, "latitude of the home")?;
        roles.single(&self.postal, &mut mapping.postal, "postal code of the home")?;
        roles.single(&self.town, &mut mapping.town, "town of the home")?;
        roles.single(&self.capacity_hours, &mut mapping.capacity_hours, "capacity in hours per year")?;
        roles.single(&self.skills, &mut mapping.skills, "skills")?;
        Ok(mapping)
    }
}

impl UnitTableColumns {
    pub(super) fn mapping(&self, table: &Table, guess: UnitColumnsMapping) -> Result<UnitColumnsMapping, UserError> {
        let mut mapping = guess;
        let find = finder(table);
        let mut roles = Roles::new(&mut mapping.reasons, &find);
        roles.single(&self.code, &mut mapping.code, "unit code")?;
        roles.many(&self.measures, &mut mapping.measures, &mut mapping.attributes, "measure", "")?;
        roles.many(&self.attributes, &mut mapping.attributes, &mut mapping.measures, "attribute", "")?;
        if self.measures.is_some() && self.attributes.is_none() {
            mapping.attributes.clear();
        } else if self.attributes.is_some() && self.measures.is_none() {
            mapping.measures.clear();
        }
        let single = [mapping.code.clone()];
        remove(&mut mapping.measures, &single);
        remove(&mut mapping.attributes, &single);
        let taken: Vec<&String> = mapping.code.iter().chain(&mapping.measures).chain(&mapping.attributes).collect();
        mapping.reasons.retain(|reason| taken.contains(&&reason.column));
        Ok(mapping)
    }
}

/// Puts choices in the place of guesses, and keeps the reasons true.
struct Roles<'a> {
    reasons: &'a mut Vec<Reason>,
    /// A column's name as the file writes it.
    find: &'a dyn Fn(&str) -> Result<String, UserError>,
}

impl<'a> Roles<'a> {
    fn new(reasons: &'a mut Vec<Reason>, find: &'a dyn Fn(&str) -> Result<String, UserError>) -> Self {
        Self { reasons, find }
    }

    fn single(&mut self, choice: &Choice, slot: &mut Option<String>, role: &str) -> Result<(), UserError> {
        let new = match choice {
            Choice::Guess => return Ok(()),
            Choice::Column(name) => Some((self.find)(name)?),
            Choice::None => None,
        };
        self.reasons.retain(|reason| reason.taken_as != role && new.as_ref() != Some(&reason.column));
        self.reasons.extend(new.iter().map(|column| Reason::new(column, role, NAMED)));
        *slot = new;
        Ok(())
    }

    /// Columns that were guessed for the list and are not in the choice go to the list `others`, as `demoted`.
    fn many(
        &mut self,
        choice: &Option<Vec<String>>,
        list: &mut Vec<String>,
        others: &mut Vec<String>,
        role: &str,
        demoted: &str,
    ) -> Result<(), UserError> {
        let Some(names) = choice else { return Ok(()) };
        let mut chosen: Vec<String> = Vec::with_capacity(names.len());
        for name in names {
            let column = (self.find)(name)?;
            if !chosen.contains(&column) {
                chosen.push(column);
            }
        }
        others.retain(|column| !chosen.contains(column));
        for column in list.iter().filter(|column| !chosen.contains(column)) {
            self.reasons.retain(|reason| reason.column != *column);
            if !demoted.is_empty() {
                others.push(column.clone());
                self.reasons.push(Reason::new(column, demoted, format!("you named other columns as {role}")));
            }
        }
        for column in &chosen {
            self.reasons.retain(|reason| reason.column != *column);
            self.reasons.push(Reason::new(column, role, NAMED));
        }
        *list = chosen;
        Ok(())
    }
}

fn finder(table: &Table) -> impl Fn(&str) -> Result<String, UserError> {
    |name| Ok(table.columns[table.require(name)?].clone())
}

fn remove(list: &mut Vec<String>, columns: &[Option<String>]) {
    list.retain(|name| !columns.iter().flatten().any(|column| column == name));
}
