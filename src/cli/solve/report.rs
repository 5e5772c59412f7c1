//! What `bailiwick solve` prints and writes.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::Arguments;
use super::task::Task;
use crate::cli::output::{Column, Message, Output, columns, messages, table};
use crate::cli::search::effort_word;
use crate::cli::{Outcome, Result, explain};
use crate::io::cancelled;
use crate::io::export::{Assigned, write_assignment};
use crate::solve::figures::{TerritoryFigures, figures};
use crate::solve::{CentreFree, Lengths, Names, Proposal, Rule, Violation, conflict};
use crate::words;

#[derive(Serialize)]
struct Solved {
    command: &'static str,
    file: String,
    points: usize,
    rows_left_out: usize,
    territory_count: usize,
    /// "km" or "plane": what lengths are in.
    lengths: &'static str,
    centre: String,
    neighbours: &'static str,
    neighbour_pairs: usize,
    seed: u64,
    effort: String,
    seconds: f64,
    cut_short: bool,
    valid: bool,
    mean_travel: f64,
    border: f64,
    bound: Option<f64>,
    gap: Option<f64>,
    /// Every bound that is proven, with what it holds for.
    bounds: Vec<Proven>,
    measures: Vec<Measure>,
    territories: Vec<Territory>,
    stages: Vec<Stage>,
    violations: Vec<Broken>,
    /// Rules that provably cannot hold together, and what each would have to give; empty when every rule holds.
    conflict: Vec<String>,
    alternatives: Vec<Other>,
    out: Option<String>,
    columns: Vec<Column>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Proven {
    /// What the bound holds for, in words.
    holds: &'static str,
    bound: f64,
    /// `null` for a plan outside its limits.
    gap: Option<f64>,
    #[serde(skip)]
    words: String,
}

#[derive(Serialize)]
struct Measure {
    measure: String,
    total: f64,
    target: f64,
    /// `None` where the most was given instead.
    tolerance: Option<f64>,
    most: Option<f64>,
    balance: f64,
}

#[derive(Serialize)]
struct Territory {
    territory: String,
    points: usize,
    pieces: usize,
    loads: Vec<f64>,
    deviations: Vec<f64>,
    centre: Option<[f64; 2]>,
    centre_id: Option<String>,
    mean_travel: f64,
    max_travel: f64,
}

#[derive(Serialize)]
struct Stage {
    stage: &'static str,
    seconds: f64,
}

#[derive(Serialize)]
struct Broken {
    rule: &'static str,
    territory: String,
    measure: Option<String>,
    point: Option<String>,
    found: f64,
    allowed: f64,
    message: String,
}

/// Another plan that was met on the way.
#[derive(Serialize)]
struct Other {
    mean_travel: f64,
    border: f64,
    imbalance: Vec<f64>,
    disruption: Option<f64>,
    violations: usize,
}

pub(super) fn report(
    arguments: &Arguments,
    output: &Output,
    task: &Task,
    proposal: &Proposal,
    proven: Option<CentreFree>,
    seconds: Duration,
) -> Result<Outcome> {
    let more = proven.map_or([None, None], |proven| [proven.at_units, proven.anywhere]);
    let bounds = proposal.bound.into_iter().chain(more.into_iter().flatten());
    let found = figures(&task.problem, &proposal.assignment);
    let out =
        arguments.out.as_ref().map(|path| write_assignment(assigned(task, proposal, &found), path)).transpose()?;
    let stages = task.stages.iter().chain(&proposal.stages);
    let solved = Solved {
        command: "solve",
        file: arguments.points.display().to_string(),
        points: task.points.len(),
        rows_left_out: task.points.left_out,
        territory_count: task.names.len(),
        lengths: if task.plane.is_some() { "plane" } else { "km" },
        centre: arguments.centre.clone(),
        neighbours: task.neighbours,
        neighbour_pairs: task.problem.graph.targets.len() / 2,
        seed: arguments.search.seed,
        effort: effort_word(arguments.search.effort),
        seconds: seconds.as_secs_f64(),
        cut_short: proposal.cut_short,
        valid: proposal.violations.is_empty(),
        mean_travel: task.length(proposal.terms.travel_km),
        border: task.length(proposal.terms.border_km),
        bound: proposal.bound.map(|bound| task.length(bound.travel_km)),
        gap: proposal.bound.and_then(|bound| bound.gap),
        bounds: bounds
            .map(|bound| {
                let length = task.length(bound.travel_km);
                let words = bound.words(&format!("{}{}", words::short(length), task.unit()));
                Proven { holds: bound.kind.words(), bound: length, gap: bound.gap, words }
            })
            .collect(),
        measures: measures(task, &found),
        territories: found.iter().enumerate().map(|(at, figures)| territory(task, at, figures)).collect(),
        stages: stages.map(|&(stage, time)| Stage { stage, seconds: time.as_secs_f64() }).collect(),
        violations: proposal.violations.iter().map(|violation| broken(task, violation)).collect(),
        conflict: if proposal.violations.is_empty() { Vec::new() } else { conflict_lines(task, output)? },
        alternatives: proposal
            .alternatives
            .iter()
            .map(|other| Other {
                mean_travel: task.length(other.terms.travel_km),
                border: task.length(other.terms.border_km),
                imbalance: other.terms.imbalance.clone(),
                disruption: other.terms.disruption,
                violations: other.violations.len(),
            })
            .collect(),
        out: out.map(|path| path.display().to_string()),
        columns: columns(&task.points.guessed),
        messages: messages(&task.diagnostics),
    };
    output.print(&solved, &text(task, &solved))?;
    Ok(if solved.valid { Outcome::Done } else { Outcome::Violated })
}

/// Which rules cannot hold together, in lines.
pub(super) fn conflict_lines(task: &Task, output: &Output) -> Result<Vec<String>> {
    let found = output.with_progress(|progress| conflict(&task.problem, progress)).map_err(cancelled)?;
    let words = found.map(|conflict| with_names(task, "territory", |names| conflict.words(&task.problem, names)));
    Ok(explain::conflict_lines(words.as_ref()))
}

/// Names for the engine's words; `territory` goes before the name of one.
fn with_names<T>(task: &Task, territory: &str, tell: impl FnOnce(&Names) -> T) -> T {
    tell(&Names {
        unit: &|unit| task.points.ids.get(unit as usize).cloned().unwrap_or_default(),
        territory: &|index| {
            let name = task.names.get(usize::from(index));
            format!("{territory} {}", name.map_or("", String::as_str))
        },
        measure: &|measure| task.problem.goals.get(measure).map_or(String::new(), |goal| goal.name.clone()),
        lengths: Lengths { per_km: task.length(1.0), unit: task.unit().trim_start() },
        amount: &|_, amount| words::plain(amount),
        kind: ["point", "points"],
    })
}

fn measures(task: &Task, found: &[TerritoryFigures]) -> Vec<Measure> {
    let goals = task.problem.goals.iter().enumerate();
    goals
        .map(|(nth, goal)| {
            let target = task.problem.territories.first().map_or(0.0, |territory| territory.targets[nth]);
            let deviation = |territory: &TerritoryFigures| deviation(territory.loads[nth], target).abs();
            Measure {
                measure: goal.name.clone(),
                total: task.problem.loads[nth].iter().sum(),
                target,
                tolerance: task.most[nth].is_none().then_some(goal.tolerance),
                most: task.most[nth],
                balance: found.iter().map(deviation).fold(0.0, f64::max),
            }
        })
        .collect()
}

fn territory(task: &Task, at: usize, figures: &TerritoryFigures) -> Territory {
    let targets = &task.problem.territories[at].targets;
    let centre = figures.centre.map(|centre| match &task.plane {
        Some(plane) => plane.point(centre),
        None => [centre.lon, centre.lat],
    });
    let centre_id = figures.centre_unit.map(|unit| task.points.ids[unit as usize].clone());
    Territory {
        territory: task.names[at].clone(),
        points: figures.units,
        pieces: figures.pieces,
        deviations: figures.loads.iter().zip(targets).map(|(&load, &target)| deviation(load, target)).collect(),
        loads: figures.loads.clone(),
        centre,
        centre_id,
        mean_travel: if figures.weight > 0.0 { task.length(figures.weighted_km / figures.weight) } else { 0.0 },
        max_travel: task.length(figures.farthest_km),
    }
}

fn deviation(load: f64, target: f64) -> f64 {
    if target > 0.0 { (load - target) / target } else { 0.0 }
}

/// One word for programs that read the result: those of `validate` and `build` where they have the rule.
fn rule_word(rule: Rule) -> &'static str {
    match rule {
        Rule::Empty => "empty-territory",
        Rule::TooMuch => "too-much",
        Rule::TooLittle => "too-little",
        Rule::Pieces => "pieces",
        Rule::TooFar => "too-far",
        Rule::Moved => "moved-too-much",
        Rule::Apart => "apart",
    }
}

fn broken(task: &Task, violation: &Violation) -> Broken {
    let territory = task.names.get(usize::from(violation.territory)).cloned().unwrap_or_default();
    let measure = violation.measure.and_then(|measure| task.problem.goals.get(measure)).map(|goal| goal.name.clone());
    let point = violation.unit.and_then(|unit| task.points.ids.get(unit as usize)).cloned();
    let is_length = violation.rule == Rule::TooFar;
    let scaled = |value: f64| if is_length { task.length(value) } else { value };
    let (found, allowed) = (scaled(violation.found), scaled(violation.allowed));
    let message = with_names(task, "Territory", |names| violation.words(names));
    Broken { rule: rule_word(violation.rule), territory, measure, point, found, allowed, message }
}

/// One row per point: ID, territory, position, distance to the centre, loads.
fn assigned<'a>(task: &'a Task, proposal: &Proposal, found: &[TerritoryFigures]) -> Assigned<'a> {
    let points = &task.points;
    let owner = |owner: &Option<u16>| owner.and_then(|owner| task.names.get(usize::from(owner)));
    let distance = |(unit, owner): (usize, &Option<u16>)| {
        let centre = owner.and_then(|owner| found.get(usize::from(owner))?.centre);
        centre.map_or(f64::NAN, |centre| task.length(task.problem.places[unit].distance_km(centre)))
    };
    let [x, y] = &points.axes;
    let mut numbers = vec![
        (x.clone(), points.positions.iter().map(|position| position[0]).collect()),
        (y.clone(), points.positions.iter().map(|position| position[1]).collect()),
        ("distance".to_owned(), proposal.assignment.iter().enumerate().map(distance).collect()),
    ];
    numbers.extend(points.loads.iter().map(|column| (column.name.clone(), column.values.clone())));
    let territories = proposal.assignment.iter().map(|it| owner(it).cloned().unwrap_or_default()).collect();
    Assigned { ids: &points.ids, territories, numbers }
}

/// The territories that are listed for people; a program gets all of them.
const LISTED: usize = 60;

fn text(task: &Task, solved: &Solved) -> String {
    let unit = task.unit();
    let mut header = vec!["Territory".to_owned(), "Points".to_owned()];
    for goal in &task.problem.goals {
        header.extend([goal.name.clone(), "Off target".to_owned()]);
    }
    header.extend(["Travel".to_owned(), "Farthest".to_owned()]);
    let rows: Vec<Vec<String>> = solved
        .territories
        .iter()
        .take(LISTED)
        .map(|territory| {
            let mut row = vec![territory.territory.clone(), words::count(territory.points as u64)];
            for (&load, &deviation) in territory.loads.iter().zip(&territory.deviations) {
                row.extend([words::short(load), words::signed_percent(deviation)]);
            }
            row.extend([
                format!("{}{unit}", words::short(territory.mean_travel)),
                format!("{}{unit}", words::short(territory.max_travel)),
            ]);
            row
        })
        .collect();
    let mut text: String = task.points.guessed.iter().map(|reason| format!("{reason}\n")).collect();
    text.push_str(&table(&header, &rows));
    if solved.territories.len() > LISTED {
        let _ = writeln!(text, "… and {} more (--json lists them all)", solved.territories.len() - LISTED);
    }
    let cut = if solved.cut_short { ", cut off by the time limit" } else { "" };
    let _ = write!(
        text,
        "\n{} in {} in {:.1} s{cut}\nMean travel {}{unit}",
        words::counted(solved.points as u64, "point"),
        words::counted_territories(solved.territory_count),
        solved.seconds,
        words::short(solved.mean_travel)
    );
    text.push('\n');
    for bound in &solved.bounds {
        let _ = writeln!(text, "{}", bound.words);
    }
    if let Some(out) = &solved.out {
        let _ = writeln!(text, "Wrote {out}");
    }
    if !solved.valid {
        text.push_str("\nRules that do not hold:\n");
        for violation in &solved.violations {
            let _ = writeln!(text, "  {}", violation.message);
        }
        for line in &solved.conflict {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}
