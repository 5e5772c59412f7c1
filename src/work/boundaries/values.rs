//! The columns of a newer vintage: from the file, by code from before, or divided by area.

use super::overlay::Overlay;
use crate::domain::columns::{MAX_VALUE, Measure, Subject, TextColumn};
use crate::domain::ids::UnitId;
use crate::domain::project::Project;
use crate::domain::units::Units;
use crate::domain::units_patch::UnitRow;

pub struct Columns<'a> {
    project: &'a Project,
    units: &'a Units,
    /// Per measure of units of the project, its values of the new units; and whether they were made of those of before.
    values: Vec<(Vec<f64>, bool)>,
    measures: &'a [Measure],
    overlay: &'a Overlay,
    /// Per new unit the old one that words come from.
    likeness: Vec<Option<UnitId>>,
}

impl<'a> Columns<'a> {
    pub fn new(project: &'a Project, units: &'a Units, measures: &'a [Measure], overlay: &'a Overlay) -> Self {
        let old = &*project.units;
        let likeness = |unit: UnitId| {
            let kept = overlay.before(unit);
            kept.or_else(|| overlay.of_new(unit).first().map(|share| share.unit))
        };
        let parts = parts(old, overlay);
        let values = project.measures_of(Subject::Units).map(|(_, measure)| {
            match measures.iter().find(|new| new.name == measure.name) {
                Some(new) => (new.values.clone(), false),
                None => (divided(measure, old, units.len(), &parts), true),
            }
        });
        let likeness = units.ids().map(likeness).collect();
        Self { project, units, values: values.collect(), measures, overlay, likeness }
    }

    /// The row of a new unit.
    pub fn row(&self, unit: UnitId) -> UnitRow {
        let (units, row) = (self.units, unit.index());
        let old = &*self.project.units;
        let kept = self.overlay.before(unit);
        // A file without names has codes in their place.
        let name = match kept {
            Some(kept) if units.names[row] == units.codes[row] => old.names[kept.index()].clone(),
            _ => units.names[row].clone(),
        };
        let word = |column: &TextColumn| match units.attributes.iter().find(|new| new.name == column.name) {
            Some(new) => new.get(row).to_owned(),
            None => self.likeness[row].map_or(String::new(), |unit| column.get(unit.index()).to_owned()),
        };
        UnitRow {
            code: units.codes[row].clone(),
            name,
            centre: units.centres[row],
            area_km2: units.areas_km2[row],
            bounds: units.bounds[row],
            values: self.values.iter().map(|(values, _)| values.get(row).copied().unwrap_or(f64::NAN) + 0.0).collect(),
            words: old.attributes.iter().map(word).collect(),
        }
    }

    /// Columns that the file does not have. Computed ones follow from the others.
    pub fn apportioned(&self) -> Vec<String> {
        let measures = self.project.measures_of(Subject::Units).zip(&self.values);
        let of_numbers = measures.filter(|(_, (_, made))| *made).map(|((_, measure), _)| measure.name.clone());
        let in_file = |column: &&TextColumn| self.units.attributes.iter().any(|new| new.name == column.name);
        let of_words = self.project.units.attributes.iter().filter(|column| !in_file(column));
        let given = |name: &String| self.project.computed_column(Subject::Units, name).is_none();
        of_numbers.chain(of_words.map(|column| column.name.clone())).filter(given).collect()
    }

    /// Columns that the project does not have.
    pub fn left_out(&self) -> Vec<String> {
        let known = |new: &&Measure| !self.project.measures_of(Subject::Units).any(|(_, m)| m.name == new.name);
        let numbers = self.measures.iter().filter(known).map(|measure| measure.name.clone());
        let unknown = |new: &&TextColumn| !self.project.units.attributes.iter().any(|column| column.name == new.name);
        numbers.chain(self.units.attributes.iter().filter(unknown).map(|column| column.name.clone())).collect()
    }
}

/// Per old unit, which new ones have how much of it; the shares of one add up to one.
fn parts(old: &Units, overlay: &Overlay) -> Vec<Vec<(UnitId, f64)>> {
    let part = |unit: UnitId| match overlay.after(unit) {
        Some(kept) => {
            let carved = overlay.carved_of(unit);
            let taken: f64 = carved.iter().map(|share| share.share).sum::<f64>().min(1.0);
            let mut parts = vec![(kept, 1.0 - taken)];
            let scale = if taken < 1.0 { 1.0 } else { taken / carved.iter().map(|share| share.share).sum::<f64>() };
            parts.extend(carved.iter().map(|share| (share.unit, share.share * scale)));
            parts
        }
        None => {
            let shares = overlay.of_old(unit);
            let total: f64 = shares.iter().map(|share| share.share).sum();
            shares.iter().map(|share| (share.unit, share.share / total)).collect()
        }
    };
    old.ids().map(part).collect()
}

/// Sums are divided by area; means are those of the parts, weighted by their area.
fn divided(measure: &Measure, old: &Units, count: usize, parts: &[Vec<(UnitId, f64)>]) -> Vec<f64> {
    let mut sums = vec![0.0; count];
    let mut weights = vec![0.0; count];
    // The mean of one part is that part, to the last bit.
    let mut lowest = vec![f64::INFINITY; count];
    let mut highest = vec![f64::NEG_INFINITY; count];
    for (unit, parts) in old.ids().zip(parts) {
        let value = measure.values.get(unit.index()).copied().unwrap_or(f64::NAN);
        for &(to, share) in parts.iter().filter(|(_, share)| value.is_finite() && *share > 0.0) {
            let weight = if measure.is_summed() { share } else { share * old.areas_km2[unit.index()] };
            sums[to.index()] += value * weight;
            weights[to.index()] += weight;
            lowest[to.index()] = value.min(lowest[to.index()]);
            highest[to.index()] = value.max(highest[to.index()]);
        }
    }
    let value = |unit: usize| match weights[unit] > 0.0 {
        false => f64::NAN,
        true if measure.is_summed() => sums[unit].clamp(-MAX_VALUE, MAX_VALUE),
        true => (sums[unit] / weights[unit]).clamp(lowest[unit], highest[unit]),
    };
    (0..count).map(value).collect()
}
