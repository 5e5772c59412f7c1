//! Units that are put together to larger ones: those with the same value in a column, or the same first characters of it.

use std::collections::HashMap;

use super::Layer;
use crate::domain::columns::{Aggregate, MAX_VALUE, Measure, TextColumn};
use crate::domain::progress::Progress;
use crate::domain::topology::{self, BuildReport};
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{cancelled, count_of, guess};

/// By what units are put together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dissolve {
    pub column: String,
    /// Of the value the first characters alone count: 3 makes 3-digit areas of postal codes.
    pub characters: Option<usize>,
}

/// Units and their measures after they were put together.
pub(super) struct Dissolved {
    pub units: Units,
    pub measures: Vec<Measure>,
}

impl Dissolve {
    /// Per row the code of the unit that it becomes a part of; empty where it has none.
    pub fn keys<'a>(&self, layer: &'a Layer, rows: &[usize]) -> Vec<&'a str> {
        let column = layer.find(&self.column);
        let value = |&row: &usize| column.and_then(|column| column.values.get(row)).map_or("", |value| value.trim());
        rows.iter().map(|row| self.key(value(row))).collect()
    }

    /// How many units there will be.
    pub fn count(&self, layer: &Layer) -> usize {
        let rows: Vec<usize> = (0..layer.len()).filter(|&row| !layer.shapes[row].is_empty()).collect();
        let mut keys = self.keys(layer, &rows);
        keys.sort_unstable();
        keys.dedup();
        keys.iter().filter(|key| !key.is_empty()).count()
    }

    /// What one is called: "3-digit ZIP area", "state", or else just "area".
    pub fn kind(&self, of: &str) -> String {
        if let Some(characters) = self.characters {
            return format!("{characters}-digit {of}");
        }
        const KINDS: [(&[&str], &str); 6] = [
            (&["state", "stusps", "statefp", "bundesland"], "state"),
            (&["county", "counties", "countyfp"], "county"),
            (&["cbsa", "msa", "metro"], "metro area"),
            (&["district", "bezirk"], "district"),
            (&["region", "gebiet"], "region"),
            (&["country", "nation"], "country"),
        ];
        let known = KINDS.iter().find(|(words, _)| guess::has_word(&self.column, words));
        known.map_or("area", |(_, kind)| kind).to_owned()
    }

    /// What was put together, what was left out, and what the parts do not agree in.
    pub(super) fn report(
        &self,
        layer: &Layer,
        parts: &Units,
        measures: &[Measure],
        keys: &[&str],
        dissolved: &Dissolved,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let place = || Place::file(&layer.file).column(&self.column);
        for (code, _) in parts.codes.iter().zip(keys).filter(|(_, key)| key.is_empty()) {
            let problem = Diagnostic::error(place().item(code), "there is no value to dissolve it by");
            diagnostics.push(problem.hint("it is left out"));
        }
        let taken = keys.iter().filter(|key| !key.is_empty()).count();
        let message = format!("{} dissolved into {}", count_of(taken, "area"), super::grouped(dissolved.units.len()));
        diagnostics.push(Diagnostic::note(place(), message).hint("numbers are added up, means are weighted"));
        for measure in measures {
            let missing = measure.values.iter().zip(keys).filter(|(value, key)| value.is_nan() && !key.is_empty());
            let missing = missing.count();
            if missing > 0 && missing < taken {
                let message = format!("{} without a number among those dissolved", count_of(missing, "area"));
                let place = Place::file(&layer.file).column(&measure.name);
                diagnostics.push(Diagnostic::note(place, message).hint("the figures are those of the others"));
            }
        }
        let codes = index_of(&dissolved.units.codes);
        for (column, merged) in parts.attributes.iter().zip(&dissolved.units.attributes) {
            let mut differs = vec![false; dissolved.units.len()];
            for (row, key) in keys.iter().enumerate() {
                if let Some(&unit) = codes.get(key) {
                    differs[unit] |= column.get(row) != merged.get(unit);
                }
            }
            let count = differs.iter().filter(|&&differs| differs).count();
            if count > 0 {
                let message = format!("its values differ within {}", count_of(count, "dissolved area"));
                let place = Place::file(&layer.file).column(&column.name);
                diagnostics.push(Diagnostic::note(place, message).hint("left empty there"));
            }
        }
    }

    fn key<'a>(&self, value: &'a str) -> &'a str {
        let end = self.characters.and_then(|count| value.char_indices().nth(count)).map(|(end, _)| end);
        end.map_or(value, |end| value[..end].trim_end())
    }
}

/// Puts the units of the same key together, in the order of the keys; those with an empty key are left out. Borders between parts of one
/// unit go, the others stay vertex for vertex. Sums are added up, means weighted as they are; names and attributes stay where the parts
/// agree.
pub(super) fn merge(
    units: &Units,
    measures: &[Measure],
    keys: &[&str],
    progress: &Progress,
) -> Result<(Dissolved, BuildReport), UserError> {
    let mut codes: Vec<String> = keys.iter().filter(|key| !key.is_empty()).map(|&key| key.to_owned()).collect();
    codes.sort_unstable();
    codes.dedup();
    let by_code = index_of(&codes);
    let unit_of: Vec<Option<usize>> = keys.iter().map(|key| by_code.get(key).copied()).collect();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); codes.len()];
    for (row, unit) in unit_of.iter().enumerate() {
        if let Some(unit) = unit {
            members[*unit].push(row);
        }
    }
    let groups: Vec<u32> = unit_of.iter().map(|unit| unit.map_or(u32::MAX, |unit| unit as u32)).collect();
    let shapes = units.topology.merged(&groups, codes.len());
    let (topology, report) = topology::build(&shapes, progress).map_err(cancelled)?;
    drop(shapes);
    let agreed = |members: &[usize], text: &dyn Fn(usize) -> String| {
        let first = members.first().map(|&row| text(row)).unwrap_or_default();
        if members.iter().all(|&row| text(row) == first) { first } else { String::new() }
    };
    let names = members.iter().zip(&codes).map(|(members, code)| {
        let name = agreed(members, &|row| units.names[row].clone());
        // Where parts have no names their codes stand in their place.
        if name.is_empty() || members.iter().any(|&row| name == units.codes[row]) { code.clone() } else { name }
    });
    let names = names.collect();
    let mut merged = Units::new(&units.kind, codes, names, topology)
        .map_err(|why| UserError::new("Could not dissolve the units").because(why))?;
    merged.approximate = units.approximate;
    merged.attributes = units
        .attributes
        .iter()
        .map(|column| {
            let values: Vec<String> =
                members.iter().map(|members| agreed(members, &|row| column.get(row).to_owned())).collect();
            TextColumn::new(&column.name, &values)
        })
        .collect();
    let measures = measures
        .iter()
        .map(|measure| {
            let weight = |row: usize| match measure.aggregate {
                Aggregate::Mean { weight: Some(id) } => measures.get(id.index()).map_or(f64::NAN, |of| of.values[row]),
                _ => 1.0,
            };
            let figure = |members: &Vec<usize>| {
                let known = members.iter().filter(|&&row| measure.values[row].is_finite() && weight(row) > 0.0);
                let (mut sum, mut weights) = (0.0, 0.0);
                for &row in known {
                    sum += measure.values[row] * weight(row);
                    weights += weight(row);
                }
                let figure = if measure.is_summed() { sum } else { sum / weights };
                if weights > 0.0 && figure.abs() <= MAX_VALUE { figure } else { f64::NAN }
            };
            Measure { values: members.iter().map(figure).collect(), ..measure.clone() }
        })
        .collect();
    Ok((Dissolved { units: merged, measures }, report))
}

fn index_of(codes: &[String]) -> HashMap<&str, usize> {
    codes.iter().enumerate().map(|(index, code)| (code.as_str(), index)).collect()
}
