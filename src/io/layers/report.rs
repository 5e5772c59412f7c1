//! What the building of the topology found, in words.

use super::Layer;
use crate::domain::ids::UnitId;
use crate::domain::topology::{BuildReport, Reason, Repair};
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{count_of, grouped};

/// Per unit what is wrong with its shape, and what was done with the borders of the whole layer.
pub(super) fn report_topology(
    layer: &Layer,
    codes: &[String],
    report: &BuildReport,
    diagnostics: &mut Vec<Diagnostic>,
) {
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
            Reason::SelfCrossing => Diagnostic::warning(
                place,
                "the border crosses itself in too many places, or over too large an area, to be repaired",
            )
            .hint("kept as it is; its area may be wrong"),
            Reason::Overlap => Diagnostic::warning(place, "the unit lies upon a neighbour along its border")
                .hint("both are kept; areas there count twice"),
        };
        diagnostics.push(diagnostic);
    }
    diagnostics.extend(report.repairs.iter().map(|repair| repaired(repair, file().item(code(repair.unit)))));
    if !report.repairs.is_empty() {
        let message = format!("{} repaired", count_of(report.repairs.len(), "shape"));
        diagnostics.push(Diagnostic::note(file(), message).hint("what was wrong with each, and where, is listed"));
    }
    if report.unusable_vertices > 0 {
        let message = format!("{} not on the globe", count_of(report.unusable_vertices, "vertex coordinate"));
        diagnostics.push(Diagnostic::warning(file(), message).hint("left out"));
    }
    if report.inserted_vertices > 0 {
        let message = format!("{} missing on a neighbour's border", count_of(report.inserted_vertices, "corner"));
        diagnostics.push(Diagnostic::note(file(), message).hint("added, so that neighbours share their border"));
    }
}

/// What was wrong with a shape, where, and what was done.
fn repaired(repair: &Repair, place: Place) -> Diagnostic {
    let faults = &repair.faults;
    let all = [
        (faults.crossing, "the border crosses itself"),
        (faults.nested, "a part lies in another part"),
        (faults.hole, "a hole lies outside of its part or in another hole"),
        (faults.doubled, "the border runs along the same line twice"),
    ];
    let mut wrong: Vec<&str> = all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect();
    if wrong.is_empty() {
        wrong.push("the border comes by the same place again and turns over");
    }
    let message = format!("{}, near {:.5}, {:.5}", wrong.join("; "), faults.place.lon, faults.place.lat);
    let after = count_of(repair.parts_after, "part");
    let is_same = repair.parts_before == repair.parts_after;
    let parts = if is_same { after } else { format!("{after} instead of {}", grouped(repair.parts_before)) };
    let (old, new) = (square_km(repair.km2_before), square_km(repair.km2_after));
    let area = if old == new { format!("{new} km² as before") } else { format!("{new} km² instead of {old}") };
    // Parts side by side that are put together are no damage.
    let is_harmless = faults.doubled && !faults.crossing && !faults.nested && !faults.hole && old == new;
    let diagnostic = if is_harmless { Diagnostic::note(place, message) } else { Diagnostic::warning(place, message) };
    diagnostic.hint(format!("repaired: {parts}, {area}"))
}

/// "12,431", "3.14", "0.000012".
fn square_km(area: f64) -> String {
    match area {
        area if area < 5e-7 => "0".to_owned(),
        area if area >= 1000.0 => grouped(area.round() as usize),
        area if area >= 1.0 => format!("{area:.2}"),
        area => format!("{area:.6}"),
    }
}

/// That parts of the layer touch nowhere, and are joined all the same.
pub(super) fn report_parts(layer: &Layer, report: &BuildReport, diagnostics: &mut Vec<Diagnostic>) {
    if report.parts > 1 {
        let message = format!("the units form {} that do not touch each other", count_of(report.parts, "group"));
        let hint =
            format!("{} over water or gaps join them to their nearest units", count_of(report.links.len(), "link"));
        diagnostics.push(Diagnostic::note(Place::file(&layer.file), message).hint(hint));
    }
}
