//! Tiny problems out of a hat, for tests that hold the engine against the exhaustive solver.

use super::problem::{Centring, Graph, Limits, MeasureGoal, MovedLimit, Problem, TerritoryGoal};
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;

/// What a generated problem may have besides places, loads, tolerances, locks and a graph.
#[derive(Debug, Clone, Copy, Default)]
pub struct Features {
    pub limits: bool,
    pub moved_limits: bool,
    pub together: bool,
    pub apart: bool,
    pub member: bool,
    pub travel_table: bool,
    pub max_distance: bool,
    pub homes: bool,
    pub locked: bool,
    pub excluded: bool,
    /// Targets that differ from territory to territory.
    pub capacities: bool,
    /// A graph in several parts.
    pub parts: bool,
    /// Units without travel weight, units at one place.
    pub degenerate: bool,
}

impl Features {
    pub const ALL: Self = Self {
        limits: true,
        moved_limits: true,
        together: true,
        apart: true,
        member: true,
        travel_table: true,
        max_distance: true,
        homes: true,
        locked: true,
        excluded: true,
        capacities: true,
        parts: true,
        degenerate: true,
    };
}

/// A problem of at most `most_units` units (at least 4) and 1 to 3 territories. The same seed gives the same problem.
pub fn tiny(seed: u64, most_units: usize, with: Features) -> Problem {
    let random = &mut Random::new(seed);
    random.next_u64();
    let units = 4 + random.below(most_units - 3);
    let territories = 1 + random.below(3);
    let measures = [1, 1, 1, 2, 0][random.below(5)];
    let chance = |on: bool, share: f64, random: &mut Random| random.unit() < share && on;
    let at = |random: &mut Random| LonLat::new(-84.0 + 2.0 * random.unit(), 33.0 + 1.5 * random.unit());
    let mut problem = Problem { places: (0..units).map(|_| at(random)).collect(), ..Problem::default() };
    if chance(with.degenerate, 0.1, random) {
        problem.places = vec![problem.places[0]; units];
    }
    let whole_numbers = random.unit() < 0.5;
    for measure in 0..measures {
        let load = |random: &mut Random| {
            let load = 0.2 + 3.0 * random.unit();
            if whole_numbers { load.ceil() } else { load }
        };
        problem.loads.push((0..units).map(|_| load(random)).collect());
        let tolerance = [0.05, 0.15, 0.3, 0.6][random.below(4)];
        let name = format!("Measure {}", measure + 1);
        problem.goals.push(MeasureGoal { name, tolerance, ..MeasureGoal::default() });
    }
    problem.travel_weights = match random.below(3) {
        0 if measures > 0 => problem.loads[0].clone(),
        1 => vec![1.0; units],
        _ => (0..units).map(|_| 0.1 + 4.0 * random.unit()).collect(),
    };
    if chance(with.degenerate, 0.2, random) {
        problem.travel_weights[random.below(units)] = 0.0;
    }
    problem.contiguous = random.unit() < 0.7;
    problem.graph = graph(units, chance(with.parts, 0.2, random), random);
    for _ in 0..territories {
        problem.territories.push(TerritoryGoal { targets: vec![0.0; measures], ..TerritoryGoal::default() });
    }
    problem.fixed = vec![None; units];
    problem.excluded = vec![false; units];
    if chance(with.locked, 0.15, random) && territories > 1 {
        problem.territories[territories - 1].locked = true;
        problem.fixed[0] = Some(territories as u16 - 1);
    }
    for _ in 0..random.below(3) {
        problem.fixed[1 + random.below(units - 1)] = Some(random.below(territories) as u16);
    }
    if chance(with.excluded, 0.15, random) {
        let unit = random.below(units);
        problem.excluded[unit] = problem.fixed[unit].is_none();
    }
    let capacities = chance(with.capacities, 0.3, random);
    share_out(&mut problem, capacities, random);
    if chance(with.limits, 0.2, random) {
        let territory = random.below(territories);
        let own = |(measure, &target): (usize, &f64)| {
            let most = if random.unit() < 0.3 { f64::INFINITY } else { target * (1.0 + random.unit()) };
            (measure == 0).then_some(Limits { least: target * 0.7 * random.unit(), most })
        };
        let limits = problem.territories[territory].targets.iter().enumerate().map(own).collect();
        problem.territories[territory].limits = limits;
    }
    if chance(with.homes, 0.3, random) {
        let all = random.unit() < 0.7;
        for goal in problem.territories.iter_mut() {
            goal.home = (all || random.unit() < 0.5).then(|| at(random));
        }
        if all && chance(with.travel_table, 0.4, random) {
            problem.travel_table = (0..units * territories).map(|_| (20.0 + 150.0 * random.unit()) as f32).collect();
        }
    }
    problem.max_distance_km = chance(with.max_distance, 0.25, random).then(|| 30.0 + 120.0 * random.unit());
    if chance(with.member, 0.3, random) {
        problem.centre = Centring::Member;
    }
    if chance(with.together, 0.2, random) {
        problem.together.push((0..2 + random.below(2)).map(|nth| ((nth * 3 + 1) % units) as u32).collect());
    }
    if chance(with.apart, 0.2, random) {
        let a = random.below(units);
        problem.apart.push([a as u32, ((a + 1 + random.below(units - 1)) % units) as u32]);
    }
    if chance(with.moved_limits, 0.3, random) {
        problem.current = Some((0..units).map(|_| Some(random.below(territories) as u16)).collect());
        let measure = (measures > 0 && random.unit() < 0.5).then_some(0);
        problem.moved_limits.push(MovedLimit { measure, share: 0.7 * random.unit() });
    }
    problem
}

/// A path through all units, or two, with some more links.
fn graph(units: usize, in_parts: bool, random: &mut Random) -> Graph {
    let cut = if in_parts { 1 + random.below(units - 1) } else { 0 };
    let path = (1..units as u32).filter(|&unit| unit as usize != cut).map(|unit| (unit - 1, unit, 1.0));
    let more: Vec<(u32, u32, f64)> = (0..units / 2)
        .map(|_| (random.below(units) as u32, random.below(units) as u32, 1.0 + random.unit()))
        .filter(|&(a, b, _)| ((a as usize) < cut) == ((b as usize) < cut))
        .collect();
    Graph::from_pairs(units, path.chain(more))
}

/// Targets that add up to what is free.
fn share_out(problem: &mut Problem, capacities: bool, random: &mut Random) {
    let open: Vec<usize> = (0..problem.territories.len()).filter(|&t| !problem.territories[t].locked).collect();
    let shares: Vec<f64> = open.iter().map(|_| if capacities { 0.5 + random.unit() } else { 1.0 }).collect();
    for (measure, loads) in problem.loads.iter().enumerate() {
        let is_free = |unit: &usize| {
            let locked = problem.fixed[*unit].is_some_and(|t| problem.territories[t as usize].locked);
            !problem.excluded[*unit] && !locked
        };
        let total: f64 = (0..loads.len()).filter(is_free).map(|unit| loads[unit]).sum();
        for (&territory, share) in open.iter().zip(&shares) {
            problem.territories[territory].targets[measure] = total * share / shares.iter().sum::<f64>();
        }
    }
}
