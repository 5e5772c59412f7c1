//! From a layer to units over one shared topology.

use std::collections::HashMap;

use super::{Layer, LayerMapping};
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::ids::{MeasureId, UnitId};
use crate::domain::polygon::Shape;
use crate::domain::progress::Progress;
use crate::domain::topology::{self, BuildReport, Reason};
use crate::domain::units::Units;
use crate::error::UserError;
use crate::io::accounts::shortened;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::guess::{self, Profile};
use crate::io::numbers::{self, Cell, DecimalMark};
use crate::io::{Imported, cancelled, count_of};

/// Makes units of a layer, and measures of its numeric columns. Rows of one code become one unit of several parts.
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
    Ok(Imported::new((units, measures), diagnostics))
}

/// The rows of one unit.
struct Group {
    code: String,
    rows: Vec<usize>,
}

fn group(layer: &Layer, mapping: &LayerMapping, diagnostics: &mut Vec<Diagnostic>) -> Vec<Group> {
    let code_column = mapping.code.as_deref().and_then(|name| layer.find(name));
    let mut groups: Vec<Group> = Vec::with_capacity(layer.len());
    let mut by_code: HashMap<String, usize> = HashMap::with_capacity(layer.len());
    for (row, shape) in layer.shapes.iter().enumerate() {
        let place = Place::file(&layer.file).item(format!("feature {}", row + 1));
        let code = match code_column {
            Some(column) => column.values.get(row).cloned().unwrap_or_default(),
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

/// What the building of the topology found, in words.
fn report_topology(layer: &Layer, codes: &[String], report: &BuildReport, diagnostics: &mut Vec<Diagnostic>) {
    let code = |unit: UnitId| codes.get(unit.index()).map_or("", String::as_str);
    let file = || Place::file(&layer.file);
    for finding in &report.findings {
        let place = file().item(code(finding.unit));
        let diagnostic = match finding.reason {
            Reason::Empty | Reason::NothingUsable => {
                Diagnostic::error(place, "no part of the shape can be used").hint("the unit is kept without a shape")
            }
            Reason::DroppedPart => {
                Diagnostic::note(place, "a part of the shape has no area").hint("the part is left out")
            }
            Reason::SelfCrossing => {
                Diagnostic::warning(place, "the border crosses itself").hint("kept as it is; its area may be wrong")
            }
            Reason::Overlap => Diagnostic::warning(place, "the unit lies upon a neighbour along its border")
                .hint("both are kept; areas there count twice"),
        };
        diagnostics.push(diagnostic);
    }
    if report.unusable_vertices > 0 {
        let message = format!("{} not on the globe", count_of(report.unusable_vertices, "vertex coordinate"));
        diagnostics.push(Diagnostic::warning(file(), message).hint("left out"));
    }
    if report.inserted_vertices > 0 {
        let message = format!("{} missing on a neighbour's border", count_of(report.inserted_vertices, "corner"));
        diagnostics.push(Diagnostic::note(file(), message).hint("added, so that neighbours share their border"));
    }
    if report.parts > 1 {
        let message = format!("the units form {} that do not touch each other", count_of(report.parts, "group"));
        let hint =
            format!("{} over water or gaps join them to their nearest units", count_of(report.links.len(), "link"));
        diagnostics.push(Diagnostic::note(file(), message).hint(hint));
    }
}
