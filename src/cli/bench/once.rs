//! Runs a case once, in this process, and measures it from outside: nothing is taken from the engine that can be counted here.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::case::{Case, Folders};
use super::instances::{self, Instance};
use crate::cli::Result;
use crate::cli::search::effort_word;
use crate::domain::progress::Progress;
use crate::domain::random::Random;
use crate::error::UserError;
use crate::solve::figures::{TerritoryFigures, figures};
use crate::solve::{
    Centring, Effort, Limits, MeasureGoal, MovedLimit, Options, Problem, Proposal, TerritoryGoal, run as run_engine,
};

/// What one run gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Row {
    pub instance: String,
    pub units: usize,
    pub territories: usize,
    pub seed: u64,
    pub effort: String,
    pub threads: usize,
    /// Everything is within its limits and in one piece, counted from the plan.
    pub valid: bool,
    /// What is not.
    pub broken: Vec<String>,
    /// Mean distance per unit of weight to the centre: kilometres, or the plane's unit.
    pub mean_km: f64,
    /// Per measure the largest deviation from the target, as a share.
    pub deviations: Vec<f64>,
    /// Pieces beyond one per territory.
    pub extra_pieces: usize,
    /// Rules that do not hold, as the engine counts them.
    pub violations: BTreeMap<String, usize>,
    pub bound_km: Option<f64>,
    pub gap: Option<f64>,
    /// Of the engine alone: by the clock, and of all processors.
    pub seconds: f64,
    pub cpu_seconds: Option<f64>,
    /// To read or make the instance, neighbours included.
    pub prepare_seconds: f64,
    /// The most memory the process had at once, with the instance.
    pub peak_memory_mb: Option<f64>,
    pub cut_short: bool,
    pub stages: Vec<Stage>,
    /// Share of the first measure that changed its territory, and a bound below which no balanced plan comes.
    pub moved: Option<f64>,
    pub least_moved: Option<f64>,
    /// Sum of the distances where centres are members, the least known, and the share above it.
    pub total: Option<f64>,
    pub best: Option<f64>,
    pub over_best: Option<f64>,
    /// Why there are no figures.
    pub error: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stage {
    pub stage: String,
    pub seconds: f64,
}

/// Runs a case with one seed.
pub fn run(case: &Case, seed: u64, threads: usize, folders: &Folders) -> Result<Row> {
    let start = Instant::now();
    let instance = instances::make(&case.instance, folders)?;
    let mut problem = problem(&instance, case)?;
    if let Some(share) = case.max_moved {
        unbalance(&mut problem, threads)?;
        problem.moved_limits = vec![MovedLimit { measure: Some(0), share }];
    }
    let prepare_seconds = start.elapsed().as_secs_f64();
    let options = Options { seed, effort: case.effort, threads, time_limit: case.time };
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let found = run_engine(&problem, &options, &Progress::new());
    let seconds = start.elapsed().as_secs_f64();
    let row = Row {
        instance: case.name(),
        units: problem.places.len(),
        territories: problem.territories.len(),
        seed,
        effort: effort_word(case.effort),
        threads,
        seconds,
        cpu_seconds: cpu_seconds().zip(cpu).map(|(after, before)| after - before),
        prepare_seconds,
        peak_memory_mb: peak_memory_mb(),
        ..Row::default()
    };
    Ok(match found {
        Ok(proposal) => measured(row, &instance, &problem, &proposal, case),
        Err(error) => Row { error: Some(error.to_string()), ..row },
    })
}

/// The problem of an instance, as closely as the case wants it.
fn problem(instance: &Instance, case: &Case) -> Result<Problem> {
    let measures = case.measures.min(instance.loads.len());
    if measures < case.measures {
        let (found, wanted) = (instance.loads.len(), case.measures);
        return Err(UserError::new(format!("{} has {found} measures, and {wanted} were asked for", case.instance)));
    }
    let count = case.territories.unwrap_or(instance.territories);
    let mut problem = Problem {
        places: instance.places.clone(),
        loads: instance.loads[..measures].to_vec(),
        travel_weights: match instance.centre {
            Centring::Centroid => instance.loads[0].clone(),
            Centring::Member => vec![1.0; instance.places.len()],
        },
        contiguous: !instance.graph.is_empty(),
        graph: instance.graph.clone(),
        centre: instance.centre,
        ..Problem::default()
    };
    let mut goal = TerritoryGoal::default();
    for (measure, loads) in problem.loads.iter().enumerate() {
        let target = loads.iter().sum::<f64>() / count as f64;
        let capacity = instance.capacity.filter(|_| measure == 0);
        goal.targets.push(target);
        goal.limits.push(capacity.map(|most| Limits { least: 0.0, most }));
        let tolerance = capacity.map_or(case.tolerance(measure), |most| (most / target - 1.0).max(0.0));
        problem.goals.push(MeasureGoal { name: format!("w{}", measure + 1), tolerance, ..MeasureGoal::default() });
    }
    problem.territories = vec![goal; count];
    Ok(problem)
}

/// Gives the problem a plan of today whose territories are up to about 30 % off their targets: the engine's own, for targets that are
/// drawn from 0.7 to 1.3 of the mean.
fn unbalance(problem: &mut Problem, threads: usize) -> Result<()> {
    let mut uneven = problem.clone();
    let random = &mut Random::new(30);
    let parts: Vec<f64> = uneven.territories.iter().map(|_| 0.7 + 0.6 * random.unit()).collect();
    let mean = parts.iter().sum::<f64>() / parts.len().max(1) as f64;
    for (territory, part) in uneven.territories.iter_mut().zip(parts) {
        for target in &mut territory.targets {
            *target *= part / mean;
        }
    }
    for goal in &mut uneven.goals {
        goal.tolerance = 0.03;
    }
    let options = Options { seed: 1, effort: Effort::Quick, threads, time_limit: None };
    let proposal = run_engine(&uneven, &options, &Progress::new())
        .map_err(|error| UserError::new("Could not make a plan to start from").because(error))?;
    problem.current = Some(proposal.assignment);
    problem.start_from_current = true;
    // As a build of the territories there are: half the mean distance.
    problem.stay_worth_km = 0.5 * proposal.terms.travel_km;
    Ok(())
}

fn measured(row: Row, instance: &Instance, problem: &Problem, proposal: &Proposal, case: &Case) -> Row {
    let found = figures(problem, &proposal.assignment);
    let weight: f64 = found.iter().map(|territory| territory.weight).sum();
    let km: f64 = found.iter().map(|territory| territory.weighted_km).sum();
    let length = |km: f64| instance.plane.map_or(km, |plane| plane.length(km));
    let deviations: Vec<f64> = (0..problem.goals.len()).map(|measure| deviation(problem, &found, measure)).collect();
    let extra_pieces = found.iter().map(|territory| territory.pieces.saturating_sub(1)).sum();
    let (moved, least_moved) = moved(problem, &found, &proposal.assignment);
    let broken = broken(instance, problem, &found, &deviations, case.max_moved.zip(moved));
    let total = (instance.centre == Centring::Member).then(|| match instance.whole_distances {
        true => whole_total(instance, &proposal.assignment),
        false => length(km),
    });
    let mut violations = BTreeMap::new();
    for violation in &proposal.violations {
        *violations.entry(format!("{:?}", violation.rule)).or_default() += 1;
    }
    Row {
        valid: broken.is_empty(),
        broken,
        mean_km: length(if weight > 0.0 { km / weight } else { 0.0 }),
        deviations,
        extra_pieces,
        violations,
        bound_km: proposal.bound.map(|bound| length(bound.travel_km)),
        gap: proposal.bound.and_then(|bound| bound.gap),
        cut_short: proposal.cut_short,
        stages: proposal
            .stages
            .iter()
            .map(|(stage, time)| Stage { stage: (*stage).to_owned(), seconds: time.as_secs_f64() })
            .collect(),
        moved,
        least_moved,
        total,
        best: instance.best,
        over_best: total.zip(instance.best).map(|(total, best)| total / best - 1.0),
        ..row
    }
}

/// What is not as it was asked for, in words. `moved` is the most that may move, and what does.
fn broken(
    instance: &Instance,
    problem: &Problem,
    found: &[TerritoryFigures],
    deviations: &[f64],
    moved: Option<(f64, f64)>,
) -> Vec<String> {
    let mut broken = Vec::new();
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    for (measure, (&deviation, goal)) in deviations.iter().zip(&problem.goals).enumerate() {
        if let Some(most) = instance.capacity.filter(|_| measure == 0) {
            let over = found.iter().filter(|territory| territory.loads[0] > most * (1.0 + 1e-9)).count();
            if over > 0 {
                broken.push(format!("{over} above the capacity"));
            }
        } else if deviation > goal.tolerance + 1e-9 {
            broken.push(format!("{} deviates {}", goal.name, percent(deviation)));
        }
    }
    let pieces: usize = found.iter().map(|territory| territory.pieces.saturating_sub(1)).sum();
    if pieces > 0 {
        broken.push(format!("{pieces} extra pieces"));
    }
    let empty = found.iter().filter(|territory| territory.units == 0).count();
    if empty > 0 {
        broken.push(format!("{empty} empty"));
    }
    let assigned: usize = found.iter().map(|territory| territory.units).sum();
    if assigned < problem.places.len() {
        broken.push(format!("{} units in no territory", problem.places.len() - assigned));
    }
    if let Some((most, moved)) = moved.filter(|(most, moved)| *moved > most + 1e-9) {
        broken.push(format!("{} moved, {} is allowed", percent(moved), percent(most)));
    }
    broken
}

fn deviation(problem: &Problem, found: &[TerritoryFigures], measure: usize) -> f64 {
    let of = |(territory, goal): (&TerritoryFigures, &TerritoryGoal)| {
        let target = goal.targets[measure];
        if target > 0.0 { ((territory.loads[measure] - target) / target).abs() } else { 0.0 }
    };
    found.iter().zip(&problem.territories).map(of).fold(0.0, f64::max)
}

/// The share of the first measure that moved, and what has to move at least: all excess of some territories, or all want of others.
fn moved(problem: &Problem, found: &[TerritoryFigures], assignment: &[Option<u16>]) -> (Option<f64>, Option<f64>) {
    let (Some(current), Some(loads), Some(goal)) = (&problem.current, problem.loads.first(), problem.goals.first())
    else {
        return (None, None);
    };
    let total: f64 = loads.iter().sum();
    let share = |amount: f64| if total > 0.0 { amount / total } else { 0.0 };
    let movers = (0..loads.len()).filter(|&unit| current[unit] != assignment[unit]);
    let moved = movers.map(|unit| loads[unit]).sum::<f64>();
    let mut today = vec![0.0; found.len()];
    for (owner, load) in current.iter().zip(loads) {
        if let Some(owner) = owner {
            today[usize::from(*owner)] += load;
        }
    }
    let (mut excess, mut want) = (0.0, 0.0);
    for (load, territory) in today.iter().zip(&problem.territories) {
        let target = territory.targets[0];
        excess += (load - target * (1.0 + goal.tolerance)).max(0.0);
        want += (target * (1.0 - goal.tolerance) - load).max(0.0);
    }
    (Some(share(moved)), Some(share(f64::max(excess, want))))
}

/// The sum of distances rounded down, each to the best member of its territory by such distances.
fn whole_total(instance: &Instance, assignment: &[Option<u16>]) -> f64 {
    let point = |unit: usize| {
        let place = instance.places[unit];
        // Coordinates of the file are whole numbers or short decimals; what the way to the globe and back has added goes.
        instance.plane.map_or([place.lon, place.lat], |plane| plane.point(place)).map(|x| (x * 1e6).round() / 1e6)
    };
    let mut members: BTreeMap<u16, Vec<[f64; 2]>> = BTreeMap::new();
    for (unit, owner) in assignment.iter().enumerate() {
        if let Some(owner) = owner {
            members.entry(*owner).or_default().push(point(unit));
        }
    }
    let km = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]).floor();
    let least = |members: &Vec<[f64; 2]>| {
        let totals = members.iter().map(|centre| members.iter().map(|member| km(centre, member)).sum::<f64>());
        totals.fold(f64::INFINITY, f64::min)
    };
    members.values().map(least).sum()
}

/// Processor seconds of this process so far, where the system tells (Linux: hundredths).
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// The most memory this process had so far, where the system tells (Linux).
pub(super) fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1024.0)
}
