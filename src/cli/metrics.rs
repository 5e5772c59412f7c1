//! `bailiwick metrics`: the figures of the plan, computed from nothing.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::output::{Output, table};
use super::{Outcome, Result, goals, levels, project};
use crate::domain::ids::MeasureId;
use crate::domain::project::{Goal, Project};
use crate::domain::shape::{PlanMetrics, TerritoryMetrics};
use crate::words;
use crate::work::export::measure;

/// Print the figures of the plan: loads, deviations, compactness, travel, per territory and as a whole
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Add up the figures of a level above territories, by its name or its number: 1 is the one next to territories
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
}

/// Figures of a plan as JSON. Deviations, balances and tolerances are shares: 0.05 is 5 %. What is not known is null.
#[derive(Serialize)]
pub struct Figures {
    pub territory_count: usize,
    pub unassigned_units: u32,
    pub unassigned_accounts: u32,
    pub mean_travel_km: f64,
    pub travel_measure: Option<String>,
    pub measures: Vec<MeasureFigures>,
    pub territories: Vec<TerritoryFigures>,
}

#[derive(Serialize)]
pub struct MeasureFigures {
    measure: String,
    unit: String,
    total: f64,
    unassigned: f64,
    balance: Option<f64>,
    gini: Option<f64>,
    tolerance: Option<f64>,
}

#[derive(Serialize)]
pub struct TerritoryFigures {
    id: u16,
    name: String,
    rep: Option<String>,
    units: u32,
    accounts: u32,
    pieces: u32,
    area_km2: f64,
    perimeter_km: f64,
    polsby_popper: f64,
    hull_ratio: f64,
    reock: f64,
    inertia: f64,
    centre_lon: Option<f64>,
    centre_lat: Option<f64>,
    mean_travel_km: f64,
    max_travel_km: f64,
    mean_home_km: Option<f64>,
    max_home_km: Option<f64>,
    loads: Vec<LoadFigures>,
}

#[derive(Serialize)]
pub struct LoadFigures {
    pub measure: String,
    pub load: f64,
    pub target: f64,
    pub deviation: Option<f64>,
}

#[derive(Serialize)]
struct Printed {
    command: &'static str,
    plan: String,
    #[serde(flatten)]
    figures: Figures,
    #[serde(flatten)]
    groups: Option<levels::LevelFigures>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let opened = project::open_to_read(&arguments.plan)?;
    let project = &opened.project;
    let (totals, metrics) = output.with_progress(|progress| measure(project, progress))?;
    let goals = goals::read(&[], project)?;
    let figures = figures(project, &goals, &metrics, |measure| totals.total(measure));
    let groups = match &arguments.level {
        Some(level) => Some(levels::figures(project, &totals, levels::find(project, level)?)),
        None => None,
    };
    let text = match &groups {
        Some(groups) => levels::text(project, &goals, groups),
        None => text(project, &goals, &metrics),
    };
    let plan = arguments.plan.display().to_string();
    let printed = Printed { command: "metrics", plan, figures, groups };
    output.print(&printed, &text)?;
    Ok(Outcome::Done)
}

/// The figures as JSON.
pub fn figures(project: &Project, goals: &[Goal], metrics: &PlanMetrics, total: impl Fn(MeasureId) -> f64) -> Figures {
    let name = |measure: MeasureId| project.measure(measure).map(|measure| measure.name.clone()).unwrap_or_default();
    let measures = metrics.measures.iter().map(|entry| MeasureFigures {
        measure: name(entry.measure),
        unit: project.measure(entry.measure).map(|measure| measure.unit.clone()).unwrap_or_default(),
        total: total(entry.measure),
        unassigned: entry.unassigned,
        balance: entry.balance,
        gini: entry.gini,
        tolerance: goals.iter().find(|goal| goal.measure == entry.measure).map(|goal| goal.tolerance),
    });
    let territories = metrics.territories.iter().map(|of| TerritoryFigures {
        id: of.territory.0,
        name: project.plan.territory_name(of.territory).to_owned(),
        rep: rep_name(project, of),
        units: of.units,
        accounts: of.accounts,
        pieces: of.pieces,
        area_km2: of.area_km2,
        perimeter_km: of.perimeter_km,
        polsby_popper: of.polsby_popper,
        hull_ratio: of.hull_ratio,
        reock: of.reock,
        inertia: of.inertia,
        centre_lon: of.centre.map(|centre| centre.lon),
        centre_lat: of.centre.map(|centre| centre.lat),
        mean_travel_km: of.travel_mean_km,
        max_travel_km: of.travel_max_km,
        mean_home_km: of.home_mean_km,
        max_home_km: of.home_max_km,
        loads: of
            .loads
            .iter()
            .map(|load| LoadFigures {
                measure: name(load.measure),
                load: load.load,
                target: load.target,
                deviation: load.deviation,
            })
            .collect(),
    });
    Figures {
        territory_count: metrics.territories.len(),
        unassigned_units: metrics.unassigned_units,
        unassigned_accounts: metrics.unassigned_accounts,
        mean_travel_km: metrics.travel_mean_km,
        travel_measure: metrics.travel_measure.map(name),
        measures: measures.collect(),
        territories: territories.collect(),
    }
}

/// The figures as a table: what is balanced, and the shape.
pub fn text(project: &Project, goals: &[Goal], metrics: &PlanMetrics) -> String {
    let mut header: Vec<String> = ["Territory", "Rep", "Units", "Accounts"].map(str::to_owned).to_vec();
    for goal in goals {
        header.push(project.measure(goal.measure).map_or_else(String::new, |measure| measure.name.clone()));
        header.push("off target".to_owned());
    }
    header.extend(["Pieces", "Area km²", "Compactness", "Mean km"].map(str::to_owned));
    let rows: Vec<Vec<String>> = metrics
        .territories
        .iter()
        .map(|of| {
            let mut row = vec![
                project.plan.territory_name(of.territory).to_owned(),
                rep_name(project, of).unwrap_or_else(|| "–".to_owned()),
                words::count(of.units),
                words::count(of.accounts),
            ];
            for goal in goals {
                let load = of.loads.iter().find(|load| load.measure == goal.measure);
                let measure = project.measure(goal.measure);
                row.push(measure.zip(load).map_or("–".to_owned(), |(measure, load)| words::figure(measure, load.load)));
                row.push(load.and_then(|load| load.deviation).map_or("–".to_owned(), words::signed_percent));
            }
            row.push(of.pieces.to_string());
            row.push(words::short(of.area_km2));
            row.push(words::short(of.polsby_popper));
            row.push(words::short(of.travel_mean_km));
            row
        })
        .collect();
    let mut text = if rows.is_empty() { "The plan has no territories\n".to_owned() } else { table(&header, &rows) };
    text.push('\n');
    for goal in goals {
        let Some(measure) = project.measure(goal.measure) else { continue };
        let entry = metrics.measures.iter().find(|entry| entry.measure == goal.measure);
        let balance = entry.and_then(|entry| entry.balance).map_or("–".to_owned(), words::percent);
        let gini = entry.and_then(|entry| entry.gini).map_or("–".to_owned(), |gini| format!("{gini:.3}"));
        let tolerance = words::percent(goal.tolerance);
        let _ = writeln!(text, "{}: at most {balance} off target (±{tolerance} allowed), Gini {gini}", measure.name);
    }
    let _ = writeln!(text, "Mean travel to the territory's centre: {}", words::kilometres(metrics.travel_mean_km));
    let _ = writeln!(
        text,
        "Unassigned: {}, {} accounts",
        project.units.count_words(metrics.unassigned_units as usize),
        words::count(metrics.unassigned_accounts)
    );
    text.push_str("Compactness is Polsby–Popper; 1 is a disc\n");
    text
}

fn rep_name(project: &Project, of: &TerritoryMetrics) -> Option<String> {
    let rep = project.plan.territory(of.territory)?.rep?;
    project.reps.get(rep.index()).map(|rep| rep.name.clone())
}
