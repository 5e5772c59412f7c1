//! From a layer to units over one shared topology.

use std::collections::HashMap;

use super::report::{report_parts, report_topology};
use super::{Layer, LayerMapping, dissolve};
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::ids::MeasureId;
use crate::domain::polygon::Shape;
use crate::domain::progress::Progress;
use crate::domain::topology;
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::accounts::shortened;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::{self, Profile};
use crate::io::numbers::{self, Cell, DecimalMark};
use crate::io::{Imported, cancelled};

/// What was made of a layer.
#[derive(Debug, Clone)]
pub struct Built {
    pub units: Units,
    pub measures: Vec<Measure>,
    /// Shapes that had to be put right.
    pub repaired: usize,
}

/// Makes units of a layer, and measures of its numeric columns. Rows of one code become one unit of several parts; where the mapping
/// says so, units are then dissolved into larger ones.
///
/// Means (median income) are weighted with the households or the population of the layer. The weight is a position in the returned
/// list: whoever appends the list to other measures adds their number to it.
///
/// # Errors
/// A mapped column that the layer does not have, no usable unit.
pub fn build_units(
    layer: &Layer,
    mapping: &LayerMapping,
    progress: &Progress,
) -> Result<Imported<(Units, Vec<Measure>)>, UserError> {
    let built = build(layer, mapping, progress)?;
    Ok(Imported::new((built.value.units, built.value.measures), built.diagnostics))
}

/// As [`build_units`], with what else there is to tell.
///
/// # Errors
/// As [`build_units`].
pub fn build(layer: &Layer, mapping: &LayerMapping, progress: &Progress) -> Result<Imported<Built>, UserError> {
    mapping.check(layer)?;
    let mut diagnostics = Vec::new();
    let groups = group(layer, mapping, &mut diagnostics);
    if groups.is_empty() {
        return Err(UserError::new(format!("Could not import units from {}", layer.file))
            .because("no shape has both a code and a polygon")
            .hint("choose another column for the code"));
    }
    let shapes: Vec<Shape> = groups
        .iter()
        .map(|group| Shape {
            polygons: group.rows.iter().flat_map(|&row| layer.shapes[row].polygons.iter().cloned()).collect(),
        })
        .collect();
    let (topology, report) = topology::build(&shapes, progress).map_err(cancelled)?;
    drop(shapes);
    let codes: Vec<String> = groups.iter().map(|group| group.code.clone()).collect();
    report_topology(layer, &codes, &report, &mut diagnostics);
    let repaired = report.repairs.len();
    let first_rows: Vec<usize> = groups.iter().map(|group| group.rows[0]).collect();
    let name_column = mapping.name.as_deref().and_then(|name| layer.find(name));
    let names = groups
        .iter()
        .map(|group| match name_column.and_then(|column| column.values.get(group.rows[0])) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => group.code.clone(),
        })
        .collect();
    let mut units = Units::new(&mapping.kind, codes, names, topology)
        .map_err(|why| UserError::new(format!("Could not import units from {}", layer.file)).because(why))?;
    units.approximate = mapping.approximate;
    for name in &mapping.attributes {
        let Some(column) = layer.find(name) else { continue };
        let values: Vec<&str> = first_rows.iter().map(|&row| column.values[row].as_str()).collect();
        units.attributes.push(TextColumn::new(&column.name, &values));
    }
    let mut measures: Vec<Measure> =
        mapping.measures.iter().filter_map(|name| measure(layer, name, &groups, &mut diagnostics)).collect();
    weigh_means(&mut measures);
    let Some(dissolve) = &mapping.dissolve else {
        report_parts(layer, &report, &mut diagnostics);
        return Ok(Imported::new(Built { units, measures, repaired }, diagnostics));
    };
    let keys = dissolve.keys(layer, &first_rows);
    if keys.iter().all(|key| key.is_empty()) {
        return Err(UserError::new(format!("Could not import units from {}", layer.file))
            .because(format!("no shape has a value in \"{}\" to dissolve it by", dissolve.column))
            .hint("choose another column"));
    }
    let (dissolved, report) = dissolve::merge(&units, &measures, &keys, progress)?;
    report_parts(layer, &report, &mut diagnostics);
    dissolve.report(layer, &units, &measures, &keys, &dissolved, &mut diagnostics);
    let dissolve::Dissolved { mut units, measures } = dissolved;
    units.kind = dissolve.kind(&mapping.kind);
    Ok(Imported::new(Built { units, measures, repaired }, diagnostics))
}

/// The rows of one unit.
struct Group {
    code: String,
    rows: Vec<usize>,
}

fn group(layer: &Layer, mapping: &LayerMapping, diagnostics: &mut Vec<Diagnostic>) -> Vec<Group> {
    let code_column = mapping.code.as_deref().filter(|code| !mapping.is_dissolved_by(code));
    let code_column = code_column.and_then(|name| layer.find(name));
    let mut groups: Vec<Group> = Vec::with_capacity(layer.len());
    let mut by_code: HashMap<String, usize> = HashMap::with_capacity(layer.len());
    for (row, shape) in layer.shapes.iter().enumerate() {
        let place = Place::file(&layer.file).item(format!("feature {}", row + 1));
        let code = match code_column.map(|column| column.values.get(row).cloned().unwrap_or_default()) {
            // What it becomes a part of has a code.
            Some(code) if code.is_empty() && mapping.dissolve.is_some() => format!("feature {}", row + 1),
            Some(code) => code,
            None => (row + 1).to_string(),
        };
        if code.is_empty() {
            diagnostics.push(Diagnostic::error(place, "the unit has no code").hint("it is left out"));
            continue;
        }
        if shape.is_empty() {
            let place = Place::file(&layer.file).item(code);
            diagnostics.push(Diagnostic::error(place, "the unit has no usable polygon").hint("it is left out"));
            continue;
        }
        match by_code.get(&code) {
            Some(&index) => groups[index].rows.push(row),
            None => {
                by_code.insert(code.clone(), groups.len());
                groups.push(Group { code, rows: vec![row] });
            }
        }
    }
    for group in groups.iter().filter(|group| group.rows.len() > 1) {
        diagnostics.push(
            Diagnostic::note(
                Place::file(&layer.file).item(&group.code),
                format!("{} shapes have this code", group.rows.len()),
            )
            .hint("they are parts of one unit; its figures are those of the first"),
        );
    }
    groups
}

fn measure(layer: &Layer, name: &str, groups: &[Group], diagnostics: &mut Vec<Diagnostic>) -> Option<Measure> {
    let column = layer.find(name)?;
    let mark = numbers::guess_mark(column.values.iter().map(String::as_str), DecimalMark::Point);
    let values = groups
        .iter()
        .map(|group| {
            let text = column.values[group.rows[0]].as_str();
            let problem = match numbers::read(text, mark) {
                Cell::Number(number) => return number,
                Cell::Missing => return f64::NAN,
                Cell::Text => format!("expected a number, found \"{}\"", shortened(text)),
                Cell::TooLarge => format!("the number \"{}\" is too large", shortened(text)),
            };
            let place = Place::file(&layer.file).column(&column.name).item(&group.code);
            diagnostics.push(Diagnostic::warning(place, problem).hint(format!("unit kept without {}", column.name)));
            f64::NAN
        })
        .collect();
    let profile = Profile::of(column.values.iter().map(String::as_str).take(1000), mark);
    let unit = guess::unit_of(name, &profile);
    let aggregate = if guess::is_mean(name, unit) { Aggregate::Mean { weight: None } } else { Aggregate::Sum };
    Some(Measure { name: column.name.clone(), unit: unit.into(), subject: Subject::Units, aggregate, values })
}

/// Medians and means are weighted with what they are a mean of: incomes by households, the rest by people.
fn weigh_means(measures: &mut [Measure]) {
    let find = |words: &[&str]| {
        let position = measures.iter().position(|measure| measure.is_summed() && guess::has_word(&measure.name, words));
        position.map(MeasureId::from_index)
    };
    let households = find(&["households", "household", "hh"]);
    let people = find(&["population", "pop", "people", "persons"]);
    for measure in measures.iter_mut() {
        let by_household = guess::has_word(&measure.name, &["household", "households", "income", "hh"]);
        if let Aggregate::Mean { weight } = &mut measure.aggregate {
            *weight = if by_household { households.or(people) } else { people.or(households) };
        }
    }
}
