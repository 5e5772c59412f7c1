//! What a change of the units themselves replaces: rows of single units, their shapes, and the units that accounts lie in. Old and new
//! are both in it, so that it is made and taken back the same way, to the last bit.

use std::sync::Arc;

use super::columns::{Subject, TextColumn};
use super::ids::{AccountId, UnitId};
use super::project::Project;
use super::sphere::{Bounds, LonLat};
use super::topology::{Swap, TopologyPatch};
use super::units::Units;

/// Everything about one unit but its shape.
#[derive(Debug, Clone)]
pub struct UnitRow {
    pub code: String,
    pub name: String,
    pub centre: LonLat,
    pub area_km2: f64,
    pub bounds: Bounds,
    /// Its values of the measures of units, in the order of the project's list; NaN where missing.
    pub values: Vec<f64>,
    /// Its words in the attributes of units.
    pub words: Vec<String>,
}

/// Values are compared bit by bit. As in the project file, a missing one is the same as another, and there is one zero.
impl PartialEq for UnitRow {
    fn eq(&self, other: &Self) -> bool {
        let numbers = |row: &Self| {
            let Bounds { min, max } = row.bounds;
            let fixed = [row.centre.lon, row.centre.lat, row.area_km2, min.lon, min.lat, max.lon, max.lat];
            let kept = |value: f64| if value.is_finite() { value + 0.0 } else { f64::NAN };
            fixed.into_iter().chain(row.values.iter().copied()).map(|value| kept(value).to_bits()).collect::<Vec<u64>>()
        };
        self.code == other.code
            && self.name == other.name
            && self.words == other.words
            && self.values.len() == other.values.len()
            && numbers(self) == numbers(other)
    }
}

/// What the units of a project are, all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitsAbout {
    pub kind: String,
    pub approximate: bool,
    pub attribution: String,
}

impl UnitsAbout {
    pub fn of(units: &Units) -> Self {
        Self { kind: units.kind.clone(), approximate: units.approximate, attribution: units.attribution.clone() }
    }
}

/// Units replaced by others. What is added stands at the end of the table; all others keep their numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnitsPatch {
    /// How many units there are before and after.
    pub counts: [u32; 2],
    /// By unit.
    pub rows: Vec<Swap<UnitRow>>,
    pub topology: TopologyPatch,
    /// Units of the larger table that the smaller one does not have, each with the unit of both that it is a part of.
    pub origins: Vec<[UnitId; 2]>,
    /// Accounts that come to lie in another unit, with the units before and after; by account.
    pub homes: Vec<(AccountId, [Option<UnitId>; 2])>,
    /// Of a new vintage of units, per direction: for each number that stands for another unit afterwards, the number before whose owner
    /// it takes in other plans; nobody's where there is none. Empty for cuts.
    pub owners: [Vec<(UnitId, Option<UnitId>)>; 2],
    /// Of units of another kind: what they are called and where they come from, before and after.
    pub about: Option<Box<[UnitsAbout; 2]>>,
    /// What was done to each unit and what was not, as a heading ("10001", "Left whole") and a sentence each.
    pub notes: Vec<[String; 2]>,
}

const STALE: &str = "the units have changed in between";

impl UnitsPatch {
    /// The patch that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let Self { counts: [before, after], rows, topology, origins, homes, owners, about, notes } = self.clone();
        let [forward, backward] = owners;
        Self {
            counts: [after, before],
            rows: rows.into_iter().map(Swap::inverse).collect(),
            topology: topology.inverse(),
            origins,
            owners: [backward, forward],
            about: about.map(|about| Box::new([about[1].clone(), about[0].clone()])),
            homes: homes.into_iter().map(|(account, [old, new])| (account, [new, old])).collect(),
            notes,
        }
    }

    /// The project with the other units. Its plan is left as it is: that follows by [`super::edit::apply`].
    ///
    /// # Errors
    /// The project is not the one that the patch was made for.
    pub fn apply(&self, project: &Project) -> Result<Project, String> {
        let units = &*project.units;
        if units.len() != self.counts[0] as usize {
            return Err(STALE.into());
        }
        let columns: Vec<usize> = project.measures_of(Subject::Units).map(|(id, _)| id.index()).collect();
        for swap in &self.rows {
            let before = ((swap.at as usize) < units.len()).then(|| UnitRow::of(project, UnitId(swap.at)));
            let fits = swap
                .new
                .as_ref()
                .is_none_or(|row| row.values.len() == columns.len() && row.words.len() == units.attributes.len());
            if before != swap.old || !fits {
                return Err(STALE.into());
            }
        }
        let mut new = Units::default();
        let mut about = UnitsAbout::of(units);
        if let Some(change) = &self.about {
            if change[0] != about {
                return Err(STALE.into());
            }
            about = change[1].clone();
        }
        (new.kind, new.approximate, new.attribution) = (about.kind, about.approximate, about.attribution);
        new.codes = self.swapped(&units.codes, |row| row.code.clone());
        new.names = self.swapped(&units.names, |row| row.name.clone());
        new.centres = self.swapped(&units.centres, |row| row.centre);
        new.areas_km2 = self.swapped(&units.areas_km2, |row| row.area_km2);
        new.bounds = self.swapped(&units.bounds, |row| row.bounds);
        for (nth, column) in units.attributes.iter().enumerate() {
            let words: Vec<String> = (0..units.len()).map(|row| column.get(row).to_owned()).collect();
            let words = self.swapped(&words, |row| row.words[nth].clone());
            new.attributes.push(TextColumn::new(column.name.clone(), &words));
        }
        let mut measures = Vec::clone(&project.measures);
        for (nth, &column) in columns.iter().enumerate() {
            let mut values = measures[column].values.clone();
            values.resize(units.len(), f64::NAN);
            measures[column].values = self.swapped(&values, |row| row.values[nth]);
        }
        let mut accounts = (*project.accounts).clone();
        for &(account, [old, new]) in &self.homes {
            let home = accounts.units.get_mut(account.index()).filter(|home| **home == old).ok_or(STALE)?;
            *home = new;
        }
        if new.codes.len() != self.counts[1] as usize {
            return Err(STALE.into());
        }
        let units = new.with_topology(self.topology.apply(&units.topology)?)?;
        Ok(Project {
            units: Arc::new(units),
            accounts: if self.homes.is_empty() { Arc::clone(&project.accounts) } else { Arc::new(accounts) },
            measures: Arc::new(measures),
            ..project.clone()
        })
    }

    /// A column with the rows of the patch in it.
    fn swapped<T: Clone>(&self, column: &[T], value: impl Fn(&UnitRow) -> T) -> Vec<T> {
        let mut new = column.to_vec();
        for swap in &self.rows {
            match (&swap.new, new.get_mut(swap.at as usize)) {
                (Some(row), Some(entry)) => *entry = value(row),
                (Some(row), None) => new.push(value(row)),
                (None, _) => {}
            }
        }
        new.truncate(self.counts[1] as usize);
        new
    }

    /// Whether numbers of units stand for others afterwards, as in a new vintage; a cut keeps them.
    pub fn renumbers(&self) -> bool {
        self.about.is_some() || self.owners.iter().any(|side| !side.is_empty())
    }

    /// The units that are replaced or added.
    pub fn touched(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.rows.iter().filter(|swap| swap.new.is_some()).map(|swap| UnitId(swap.at))
    }
}

impl UnitRow {
    /// The row of a unit as it is.
    pub fn of(project: &Project, unit: UnitId) -> Self {
        let (units, row) = (&*project.units, unit.index());
        let value = |values: &[f64]| values.get(row).copied().unwrap_or(f64::NAN);
        Self {
            code: units.codes[row].clone(),
            name: units.names[row].clone(),
            centre: units.centres[row],
            area_km2: units.areas_km2[row],
            bounds: units.bounds[row],
            values: project.measures_of(Subject::Units).map(|(_, measure)| value(&measure.values)).collect(),
            words: units.attributes.iter().map(|column| column.get(row).to_owned()).collect(),
        }
    }
}
