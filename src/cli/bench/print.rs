//! The rows of a bench as a table, medians over the seeds.

use serde::Serialize;

use super::case::{Case, on_a_plane};
use super::once::Row;
use crate::cli::output::table as text_table;
use crate::cli::search::effort_word;

/// A case over its seeds: medians, and what was to be reached.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    pub case: String,
    pub units: usize,
    pub effort: String,
    pub time_limit: Option<f64>,
    pub seeds: usize,
    /// How many of the runs were within all limits.
    pub valid: usize,
    pub mean_km: Option<f64>,
    pub deviations: Vec<f64>,
    pub extra_pieces: Option<f64>,
    pub bound_km: Option<f64>,
    pub gap: Option<f64>,
    pub seconds: Option<f64>,
    pub cpu_seconds: Option<f64>,
    pub peak_memory_mb: Option<f64>,
    pub moved: Option<f64>,
    pub least_moved: Option<f64>,
    pub over_best: Option<f64>,
    pub cut_short: usize,
    pub goal: Option<String>,
    /// Whether the medians reach the goal within the time limit, and every run is within all limits.
    pub reached: Option<bool>,
    pub error: Option<String>,
}

impl Summary {
    pub fn of(case: &Case, rows: &[Row]) -> Self {
        let measured: Vec<&Row> = rows.iter().filter(|row| row.error.is_none()).collect();
        let median = |of: &dyn Fn(&Row) -> Option<f64>| median(measured.iter().filter_map(|row| of(row)).collect());
        let measures = measured.first().map_or(0, |row| row.deviations.len());
        let mut summary = Self {
            case: case.name(),
            units: measured.first().map_or(0, |row| row.units),
            effort: effort_word(case.effort),
            time_limit: case.time.map(|time| time.as_secs_f64()),
            seeds: rows.len(),
            valid: measured.iter().filter(|row| row.valid).count(),
            mean_km: median(&|row| Some(row.mean_km)),
            deviations: (0..measures).filter_map(|at| median(&|row| row.deviations.get(at).copied())).collect(),
            extra_pieces: median(&|row| Some(row.extra_pieces as f64)),
            bound_km: median(&|row| row.bound_km),
            gap: median(&|row| row.gap),
            seconds: median(&|row| Some(row.seconds)),
            cpu_seconds: median(&|row| row.cpu_seconds),
            peak_memory_mb: median(&|row| row.peak_memory_mb),
            moved: median(&|row| row.moved),
            least_moved: median(&|row| row.least_moved),
            over_best: median(&|row| row.over_best),
            cut_short: measured.iter().filter(|row| row.cut_short).count(),
            goal: None,
            reached: None,
            error: rows.iter().find_map(|row| row.error.clone()),
        };
        let Some(goal) = case.goal else { return summary };
        let parts = [
            (goal.most_km, summary.mean_km, "km"),
            (goal.most_gap.map(|gap| 100.0 * gap), summary.gap.map(|gap| 100.0 * gap), "% gap"),
            (goal.most_memory_mb, summary.peak_memory_mb, "MB"),
            (
                goal.most_over_best.map(|over| 100.0 * over),
                summary.over_best.map(|over| 100.0 * over),
                "% over the best",
            ),
        ];
        let wanted: Vec<String> =
            parts.iter().filter_map(|(most, _, unit)| most.map(|most| format!("≤ {most} {unit}"))).collect();
        let reached =
            parts.iter().all(|(most, found, _)| most.is_none_or(|most| found.is_some_and(|found| found <= most)));
        summary.goal = Some(if wanted.is_empty() { "within all limits".to_owned() } else { wanted.join(", ") });
        let in_time = case
            .time
            .is_none_or(|limit| summary.seconds.is_some_and(|seconds| seconds <= (1.0 + LATE) * limit.as_secs_f64()));
        let done = summary.error.is_none() && summary.valid == summary.seeds;
        summary.reached = Some(reached && in_time && done);
        summary
    }
}

/// A run that ends this share of its time limit late is in time: the last step may be under way when the time is over.
const LATE: f64 = 0.05;

/// The median; the lower one of two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}

/// A finished run in one line.
pub fn line(row: &Row) -> String {
    if let Some(error) = &row.error {
        return format!("{}, seed {}: {error}", row.instance, row.seed);
    }
    let stages: Vec<String> = row.stages.iter().map(|stage| format!("{} {:.2}", stage.stage, stage.seconds)).collect();
    let said = if row.valid { "valid".to_owned() } else { format!("not valid: {}", row.broken.join(", ")) };
    format!(
        "{}, seed {}: mean travel {:.3}{}, {}, {} extra pieces, {said}, gap {}, {:.2} s, CPU {} s, {} MB ({})",
        row.instance,
        row.seed,
        row.mean_km,
        if on_a_plane(&row.instance) { "" } else { " km" },
        shares(&row.deviations),
        row.extra_pieces,
        row.gap.map_or("–".to_owned(), percent),
        row.seconds,
        figure(row.cpu_seconds, 2),
        figure(row.peak_memory_mb, 0),
        stages.join(", ")
    )
}

/// The table. `growth` adds the time per unit, and how it has grown against n log n since the first row.
pub fn table(summaries: &[Summary], growth: bool) -> String {
    let any = |of: &dyn Fn(&Summary) -> bool| summaries.iter().any(of);
    let (moves, known, goals) =
        (any(&|s| s.moved.is_some()), any(&|s| s.over_best.is_some()), any(&|s| s.goal.is_some()));
    // Lengths of a plane are in the unit of its table, which is nobody's business here.
    let planes = any(&|s| on_a_plane(&s.case));
    let mut header: Vec<&str> = vec![
        "Case",
        "Effort",
        "Valid",
        if planes { "Mean travel" } else { "Mean km" },
        "Deviation",
        "Pieces",
        "Bound",
        "Gap",
        "Seconds",
        "CPU s",
        "MB",
    ];
    let mut add = |wanted: bool, names: &[&'static str]| {
        if wanted {
            header.extend(names);
        }
    };
    add(moves, &["Moved", "Least"]);
    add(known, &["Over best"]);
    add(growth, &["CPU µs per unit", "Against n log n"]);
    add(goals, &["Limit s", "Goal", "Reached"]);
    let header: Vec<String> = header.into_iter().map(str::to_owned).collect();
    let cost =
        |summary: &Summary| summary.cpu_seconds.or(summary.seconds).map(|time| time / (summary.units.max(2) as f64));
    let per_log = |summary: &Summary| cost(summary).map(|cost| cost / (summary.units.max(2) as f64).ln());
    let first = summaries.iter().find_map(per_log);
    let rows: Vec<Vec<String>> = summaries
        .iter()
        .map(|summary| {
            let mut row = vec![
                summary.case.clone(),
                summary.effort.clone(),
                format!("{} of {}", summary.valid, summary.seeds),
                figure(summary.mean_km, 2),
                shares(&summary.deviations),
                figure(summary.extra_pieces, 0),
                figure(summary.bound_km, 2),
                summary.gap.map_or("–".to_owned(), percent),
                figure(summary.seconds, 1),
                figure(summary.cpu_seconds, 1),
                figure(summary.peak_memory_mb, 0),
            ];
            if moves {
                row.extend([summary.moved, summary.least_moved].map(|share| share.map_or("–".to_owned(), percent)));
            }
            if known {
                row.push(summary.over_best.map_or("–".to_owned(), percent));
            }
            if growth {
                row.push(figure(cost(summary).map(|cost| 1e6 * cost), 1));
                row.push(figure(per_log(summary).zip(first).map(|(now, first)| now / first), 2));
            }
            if goals {
                row.push(figure(summary.time_limit, 0));
                row.push(summary.goal.clone().unwrap_or_default());
                row.push(match summary.reached {
                    Some(true) => "yes".to_owned(),
                    Some(false) => summary.error.clone().map_or("no".to_owned(), |error| format!("no: {error}")),
                    None => String::new(),
                });
            }
            row
        })
        .collect();
    text_table(&header, &rows)
}

fn figure(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
}

fn percent(share: f64) -> String {
    // Adding 0 makes 0 of -0.
    format!("{:.2} %", (10_000.0 * share).round() / 100.0 + 0.0)
}

fn shares(shares: &[f64]) -> String {
    shares.iter().map(|&share| percent(share)).collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::bench::case::Goal;

    #[test]
    fn a_goal_that_is_reached_too_late_is_not_reached() {
        let case = Case { goal: Some(Goal::default()), time: Some(Duration::from_secs(10)), ..Case::of("x") };
        let reached = |seconds: &[f64]| {
            let row = |&seconds: &f64| Row { valid: true, units: 10, seconds, ..Row::default() };
            Summary::of(&case, &seconds.iter().map(row).collect::<Vec<_>>()).reached
        };
        assert_eq!(reached(&[9.0]), Some(true));
        assert_eq!(reached(&[10.4]), Some(true), "the last step was under way");
        assert_eq!(reached(&[11.0]), Some(false));
        assert_eq!(reached(&[12.0, 9.0, 9.5]), Some(true), "medians count");
        let without = Case { time: None, ..case.clone() };
        assert_eq!(Summary::of(&without, &[Row { valid: true, seconds: 99.0, ..Row::default() }]).reached, Some(true));
    }

    #[test]
    fn lengths_of_a_plane_are_no_kilometres() {
        let row = |instance: &str| Row { instance: instance.to_owned(), valid: true, units: 10, ..Row::default() };
        let lines = ["pmedian:p1.txt", "planted-100-4", "county50"].map(|instance| line(&row(instance)).contains("km"));
        assert_eq!(lines, [false, false, true]);
        let header = |instance: &str| table(&[Summary::of(&Case::of(instance), &[row(instance)])], false);
        assert!(header("county50").contains("Mean km") && !header("pmedian:p1.txt").contains("km"));
    }

    #[test]
    fn medians_are_compared_with_the_goal() {
        let row = |km: f64, valid: bool| Row { mean_km: km, valid, units: 10, ..Row::default() };
        let goal = Some(Goal { most_km: Some(5.0), ..Goal::default() });
        let case = Case { goal, ..Case::of("x") };
        let summary = Summary::of(&case, &[row(9.0, true), row(4.0, true), row(5.0, true)]);
        assert_eq!((summary.mean_km, summary.reached), (Some(5.0), Some(true)));
        assert_eq!(Summary::of(&case, &[row(4.0, false)]).reached, Some(false));
        let failed = Row { error: Some("not there".into()), ..Row::default() };
        let summary = Summary::of(&case, &[failed]);
        assert_eq!((summary.mean_km, summary.reached), (None, Some(false)));
        assert!(table(&[summary], true).contains("no: not there"));
    }
}
