//! Figures and problems in the form in which the project file keeps them.

use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::io::diagnostic::{Diagnostic, Severity};
use crate::store::{SavedMetrics, SavedProblem};

/// The slow figures under the names that a reader of the file finds in `v_territory_metrics`. Units of measurement stand in the
/// names; shares are 0.05 for 5 %.
pub fn saved_metrics(project: &Project, metrics: &PlanMetrics) -> SavedMetrics {
    let mut saved = SavedMetrics::default();
    let name = |measure| project.measure(measure).map_or("", |measure| measure.name.as_str());
    let mut whole = |name: String, value: f64| saved.plan.push((name, value));
    whole("unassigned units".into(), f64::from(metrics.unassigned_units));
    whole("unassigned accounts".into(), f64::from(metrics.unassigned_accounts));
    whole("total travel, weight × km".into(), metrics.total_travel);
    whole("mean travel, km".into(), metrics.mean_travel_km);
    for entry in &metrics.measures {
        let measure = name(entry.measure);
        whole(format!("balance of {measure}"), entry.balance.unwrap_or(f64::NAN));
        whole(format!("Gini of {measure}"), entry.gini.unwrap_or(f64::NAN));
        whole(format!("unassigned {measure}"), entry.unassigned);
    }
    for of in &metrics.territories {
        let mut put = |name: String, value: f64| saved.territories.push((of.territory, name, value));
        put("units".into(), f64::from(of.units));
        put("accounts".into(), f64::from(of.accounts));
        put("area, km²".into(), of.area_km2);
        put("perimeter, km".into(), of.perimeter_km);
        put("pieces".into(), f64::from(of.pieces));
        put("compactness, Polsby–Popper".into(), of.compactness.polsby_popper);
        put("compactness, convex hull".into(), of.compactness.convex_hull);
        put("compactness, Reock".into(), of.compactness.reock);
        put("compactness, inertia".into(), of.compactness.inertia);
        put("mean travel to centre, km".into(), of.mean_travel_km);
        put("greatest distance to centre, km".into(), of.max_distance_km);
        put("mean travel to home, km".into(), of.mean_home_km.unwrap_or(f64::NAN));
        put("greatest distance to home, km".into(), of.max_home_km.unwrap_or(f64::NAN));
        for load in &of.loads {
            let measure = name(load.measure);
            put(format!("{measure}"), load.load);
            put(format!("target of {measure}"), load.target);
            put(format!("deviation of {measure}"), load.deviation.unwrap_or(f64::NAN));
        }
    }
    saved.plan.retain(|(_, value)| value.is_finite());
    saved.territories.retain(|(_, _, value)| value.is_finite());
    saved
}

/// The list of problems after an import: those of the file are replaced, those of other files stay.
pub fn saved_problems(before: &[SavedProblem], file: &str, diagnostics: &[Diagnostic]) -> Vec<SavedProblem> {
    let others = before.iter().filter(|problem| problem.file != file).cloned();
    others.chain(diagnostics.iter().map(saved_problem)).collect()
}

/// A diagnostic as the file keeps it.
pub fn saved_problem(diagnostic: &Diagnostic) -> SavedProblem {
    SavedProblem {
        severity: severity_word(diagnostic.severity).to_owned(),
        file: diagnostic.place.file.clone(),
        row: diagnostic.place.row,
        column: diagnostic.place.column.clone(),
        item: diagnostic.place.item.clone(),
        message: diagnostic.message.clone(),
        hint: diagnostic.hint.clone(),
    }
}

/// The diagnostic that was saved.
pub fn diagnostic(problem: &SavedProblem) -> Diagnostic {
    let mut place = crate::io::diagnostic::Place::file(&problem.file).column(&problem.column).item(&problem.item);
    place.row = problem.row;
    let diagnostic = match problem.severity.as_str() {
        "error" => Diagnostic::error(place, &problem.message),
        "warning" => Diagnostic::warning(place, &problem.message),
        _ => Diagnostic::note(place, &problem.message),
    };
    diagnostic.hint(&problem.hint)
}

/// "error", "warning" or "note".
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
