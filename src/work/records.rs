//! Figures and problems in the form in which the project file keeps them.

use super::ChangeKind;
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
    whole("travel total weight km".into(), metrics.travel_total);
    whole("travel mean km".into(), metrics.travel_mean_km);
    for entry in &metrics.measures {
        let measure = name(entry.measure);
        whole(format!("{measure}: balance"), entry.balance.unwrap_or(f64::NAN));
        whole(format!("{measure}: gini"), entry.gini.unwrap_or(f64::NAN));
        whole(format!("{measure}: unassigned"), entry.unassigned);
    }
    for of in &metrics.territories {
        let mut put = |name: String, value: f64| saved.territories.push((of.territory, name, value));
        put("units".into(), f64::from(of.units));
        put("accounts".into(), f64::from(of.accounts));
        put("area km2".into(), of.area_km2);
        put("perimeter km".into(), of.perimeter_km);
        put("pieces".into(), f64::from(of.pieces));
        put("polsby popper".into(), of.polsby_popper);
        put("hull ratio".into(), of.hull_ratio);
        put("reock".into(), of.reock);
        put("inertia".into(), of.inertia);
        put("travel mean km".into(), of.travel_mean_km);
        put("travel max km".into(), of.travel_max_km);
        put("home mean km".into(), of.home_mean_km.unwrap_or(f64::NAN));
        put("home max km".into(), of.home_max_km.unwrap_or(f64::NAN));
        for load in &of.loads {
            let measure = name(load.measure);
            put(format!("{measure}: load"), load.load);
            put(format!("{measure}: target"), load.target);
            put(format!("{measure}: deviation"), load.deviation.unwrap_or(f64::NAN));
        }
    }
    saved.plan.retain(|(_, value)| value.is_finite());
    saved.territories.retain(|(_, _, value)| value.is_finite());
    saved
}

/// The list of problems after an import: those of the file are replaced, and those of the file whose data it replaces; others stay.
/// `previous` is the setting [`file_setting`] from before.
pub fn saved_problems(
    before: &[SavedProblem],
    previous: Option<&str>,
    file: &str,
    diagnostics: &[Diagnostic],
) -> Vec<SavedProblem> {
    let others = before.iter().filter(|problem| problem.file != file && Some(problem.file.as_str()) != previous);
    others.cloned().chain(diagnostics.iter().map(saved_problem)).collect()
}

/// The setting of the project that holds the name of the file which its units, accounts, … came from.
pub fn file_setting(kind: &ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Units => "file of units",
        ChangeKind::Accounts | ChangeKind::ReplacedAccounts(_) => "file of accounts",
        ChangeKind::Reps => "file of reps",
        ChangeKind::Columns(_) => "file of unit columns",
        ChangeKind::Plan(_) => "file of the alignment",
    }
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
