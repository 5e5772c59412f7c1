//! The engine on two instances of the size it is made for: counties of the United States to 50 territories, ZIP points to 200.
//!
//! Reads `county50.txt.gz` and `zip200.txt.gz` from the folder in `BAILIWICK_BENCH_DATA`, which is not part of the project, and says so
//! when they are not there. Format: `n m K e`, then n lines `lat lon w1 … wm`, then e lines `a b`.
//!
//! `cargo bench --bench engine -- [county50|zip200] [--seeds N] [--effort quick|normal|thorough|STEPS] [--measures M] [--tolerance T]…`

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bailiwick::domain::progress::Progress;
use bailiwick::domain::sphere::LonLat;
use bailiwick::solve::{Effort, Graph, MeasureGoal, Options, Problem, Proposal, Rule, TerritoryGoal, run};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let option = |name: &str| arguments.iter().position(|word| word == name).and_then(|at| arguments.get(at + 1));
    let seeds: u64 = option("--seeds").and_then(|word| word.parse().ok()).unwrap_or(1);
    let measures: usize = option("--measures").and_then(|word| word.parse().ok()).unwrap_or(1);
    let threads: usize = option("--threads").and_then(|word| word.parse().ok()).unwrap_or(2);
    let tolerances: Vec<f64> = option("--tolerance")
        .map_or(vec![0.05, 0.10, 0.25], |list| list.split(',').filter_map(|word| word.parse().ok()).collect());
    let effort = match option("--effort").map(String::as_str) {
        Some("quick") => Effort::Quick,
        Some("thorough") => Effort::Thorough,
        Some(steps) if steps != "normal" => Effort::Steps(steps.parse().unwrap_or(1_000)),
        _ => Effort::Normal,
    };
    let Some(folder) = std::env::var_os("BAILIWICK_BENCH_DATA").map(PathBuf::from) else {
        println!("skipped: BAILIWICK_BENCH_DATA does not name the folder with the instances");
        return;
    };
    for name in ["county50", "zip200"] {
        let chosen =
            arguments.iter().filter(|word| ["county50", "zip200"].contains(&word.as_str())).collect::<Vec<_>>();
        if !chosen.is_empty() && !chosen.contains(&&name.to_owned()) {
            continue;
        }
        let path = folder.join(format!("{name}.txt.gz"));
        let Some(problem) = read(&path, measures, &tolerances) else {
            println!("{name}: skipped, {} is not there", path.display());
            continue;
        };
        for seed in 1..=seeds {
            let options = Options { seed, effort, threads, time_limit: None };
            let start = Instant::now();
            match run(&problem, &options, &Progress::new()) {
                Ok(proposal) => print(name, seed, start.elapsed().as_secs_f64(), &proposal),
                Err(error) => println!("{name}, seed {seed}: {error}"),
            }
        }
    }
}

fn print(name: &str, seed: u64, seconds: f64, proposal: &Proposal) {
    let pieces: f64 = proposal.violations.iter().filter(|v| v.rule == Rule::Pieces).map(|v| v.found - 1.0).sum();
    let deviations: Vec<String> =
        proposal.terms.imbalance.iter().map(|share| format!("{:.2} %", 100.0 * share)).collect();
    let bound = proposal.bound.map_or("no bound".to_owned(), |bound| {
        format!("bound {:.2} km, gap {:.2} %", bound.travel_km, 100.0 * bound.gap)
    });
    let stages: Vec<String> =
        proposal.stages.iter().map(|(name, time)| format!("{name} {:.2}", time.as_secs_f64())).collect();
    println!(
        "{name}, seed {seed}: {:.2} km, deviation {}, {pieces} extra pieces, {} rules violated, {bound}, {seconds:.2} s ({})",
        proposal.terms.travel_km,
        deviations.join(" / "),
        proposal.violations.len(),
        stages.join(", ")
    );
}

pub fn read(path: &Path, measures: usize, tolerances: &[f64]) -> Option<Problem> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).ok()?).read_to_string(&mut text).ok()?;
    let mut numbers = text.split_whitespace().map(|word| word.parse::<f64>().unwrap_or(f64::NAN));
    let mut next = move || numbers.next().unwrap_or(f64::NAN);
    let (units, columns, territories, pairs) = (next() as usize, next() as usize, next() as usize, next() as usize);
    let mut problem = Problem { contiguous: true, loads: vec![Vec::new(); measures], ..Problem::default() };
    for _ in 0..units {
        let lat = next();
        problem.places.push(LonLat::new(next(), lat));
        for column in 0..columns {
            let load = next();
            if column == 0 {
                problem.travel_weights.push(load);
            }
            if let Some(loads) = problem.loads.get_mut(column) {
                loads.push(load);
            }
        }
    }
    problem.graph = Graph::from_pairs(units, (0..pairs).map(|_| (next() as u32, next() as u32, 1.0)));
    let mut targets = Vec::new();
    for (measure, loads) in problem.loads.iter().enumerate() {
        let tolerance = tolerances.get(measure).copied().unwrap_or(0.1);
        problem.goals.push(MeasureGoal {
            name: format!("w{}", measure + 1),
            tolerance,
            weight: 1.0,
            ..MeasureGoal::default()
        });
        targets.push(loads.iter().sum::<f64>() / territories as f64);
    }
    problem.territories = vec![TerritoryGoal { targets, ..TerritoryGoal::default() }; territories];
    Some(problem)
}
