//! Figures of an assignment, measured from the problem alone: what every engine's plan can be compared by.

use rayon::prelude::*;

use super::connect::pieces;
use super::geometry::{Vector, distance_km};
use super::instance::NONE;
use super::problem::{Centring, Problem};
use crate::domain::sphere::{LonLat, centroid};

/// What one territory has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TerritoryFigures {
    pub units: usize,
    /// Per measure, in its own figures.
    pub loads: Vec<f64>,
    pub weight: f64,
    /// The home, the weighted centroid, or the member that all travel to most cheaply. `None` for an empty territory without home.
    pub centre: Option<LonLat>,
    /// The unit at the centre, when members are centres.
    pub centre_unit: Option<u32>,
    /// Sum over the units of travel weight times kilometres to the centre.
    pub weighted_km: f64,
    /// Kilometres to the unit farthest from the centre.
    pub farthest_km: f64,
    /// Connected parts; 1 for a territory that hangs together, 0 for an empty one. Without a graph every territory counts as one.
    pub pieces: usize,
}

/// Figures of every territory. Units with a territory that does not exist count as unassigned.
pub fn figures(problem: &Problem, assignment: &[Option<u16>]) -> Vec<TerritoryFigures> {
    let count = problem.territories.len();
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (unit, owner) in assignment.iter().enumerate().take(problem.places.len()) {
        if let Some(members) = owner.and_then(|owner| members.get_mut(owner as usize)) {
            members.push(unit as u32);
        }
    }
    let mut figures: Vec<TerritoryFigures> =
        members.into_par_iter().enumerate().map(|(territory, members)| of_one(problem, territory, &members)).collect();
    if problem.graph.starts.is_empty() {
        for territory in &mut figures {
            territory.pieces = territory.units.min(1);
        }
        return figures;
    }
    let mut owners: Vec<u16> =
        assignment.iter().map(|owner| owner.filter(|&o| (o as usize) < count).unwrap_or(NONE)).collect();
    owners.resize(problem.places.len(), NONE);
    let (piece, piece_count) = pieces(&problem.graph, &owners);
    let mut seen = vec![false; piece_count];
    for (&piece, &owner) in piece.iter().zip(&owners).filter(|(_, owner)| **owner != NONE) {
        if !std::mem::replace(&mut seen[piece as usize], true) {
            figures[owner as usize].pieces += 1;
        }
    }
    figures
}

fn of_one(problem: &Problem, territory: usize, members: &[u32]) -> TerritoryFigures {
    let loads = problem.loads.iter().map(|loads| members.iter().map(|&unit| loads[unit as usize]).sum()).collect();
    let weight_of = |unit: u32| problem.travel_weights.get(unit as usize).copied().unwrap_or(0.0);
    let weight = members.iter().map(|&unit| weight_of(unit)).sum();
    let place = |unit: u32| problem.places[unit as usize];
    let home = problem.territories[territory].home;
    let mut centre_unit = None;
    let centre = home.or_else(|| match problem.centre {
        Centring::Centroid if weight > 0.0 => centroid(members.iter().map(|&unit| (place(unit), weight_of(unit)))),
        Centring::Centroid => centroid(members.iter().map(|&unit| (place(unit), 1.0))),
        Centring::Member => {
            centre_unit = median(members, |unit| place(unit).to_unit_vector(), weight_of);
            centre_unit.map(place)
        }
    });
    let (mut weighted_km, mut farthest_km) = (0.0, 0.0f64);
    if let Some(at) = centre.map(LonLat::to_unit_vector) {
        for &unit in members {
            let from_table = problem.travel_table.get(unit as usize * problem.territories.len() + territory);
            let km = match from_table {
                Some(&km) if home.is_some() => f64::from(km),
                _ => distance_km(place(unit).to_unit_vector(), at),
            };
            weighted_km += weight_of(unit) * km;
            farthest_km = farthest_km.max(km);
        }
    }
    TerritoryFigures { units: members.len(), loads, weight, centre, centre_unit, weighted_km, farthest_km, pieces: 0 }
}

/// In territories up to this size every member is tried as the centre, in larger ones a quarter of so many, those nearest to the
/// centroid: the sum of distances is nearly flat around its least value there.
const TRIED: usize = 2_000;

/// The member that all others travel to most cheaply; of several the first.
fn median(members: &[u32], vector: impl Fn(u32) -> Vector + Sync, weight: impl Fn(u32) -> f64 + Sync) -> Option<u32> {
    let points: Vec<(Vector, f64)> = members.iter().map(|&unit| (vector(unit), weight(unit))).collect();
    let mut candidates: Vec<usize> = (0..points.len()).collect();
    if points.len() > TRIED {
        let mut middle = [0.0; 3];
        for (point, weight) in &points {
            (0..3).for_each(|axis| middle[axis] += weight * point[axis]);
        }
        let middle = super::geometry::normalised(middle).unwrap_or(points[0].0);
        candidates.sort_by(|&a, &b| distance_km(points[a].0, middle).total_cmp(&distance_km(points[b].0, middle)));
        candidates.truncate(TRIED / 4);
        candidates.sort_unstable();
    }
    // Sums that have grown beyond the best one are given up.
    let best = candidates.into_iter().fold((f64::INFINITY, None), |best, candidate| {
        let mut sum = 0.0;
        for block in points.chunks(64) {
            sum += block.iter().map(|&(point, weight)| weight * distance_km(points[candidate].0, point)).sum::<f64>();
            if sum >= best.0 {
                return best;
            }
        }
        (sum, Some(members[candidate]))
    });
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::problem::{Graph, MeasureGoal, TerritoryGoal};

    fn problem(centre: Centring) -> Problem {
        let goal = TerritoryGoal { targets: vec![3.0], ..TerritoryGoal::default() };
        Problem {
            places: [0.0, 0.1, 0.3, 1.0, 1.1].map(|lon| LonLat::new(lon, 0.0)).to_vec(),
            loads: vec![vec![1.0, 2.0, 3.0, 4.0, 5.0]],
            goals: vec![MeasureGoal::default()],
            travel_weights: vec![1.0; 5],
            territories: vec![goal.clone(), goal],
            graph: Graph::from_pairs(5, [(0, 1, 1.0), (2, 3, 1.0), (3, 4, 1.0)]),
            centre,
            ..Problem::default()
        }
    }

    #[test]
    fn loads_distances_and_pieces_are_counted() {
        let degree = LonLat::new(0.0, 0.0).distance_km(LonLat::new(1.0, 0.0));
        let assignment = [Some(0), Some(0), Some(0), Some(1), None];
        let found = figures(&problem(Centring::Member), &assignment);
        assert_eq!((found[0].units, found[0].pieces, found[0].loads[0]), (3, 2, 6.0));
        assert_eq!(found[0].centre_unit, Some(1));
        assert!(
            (found[0].weighted_km - 0.3 * degree).abs() < 1e-9 && (found[0].farthest_km - 0.2 * degree).abs() < 1e-9
        );
        assert_eq!((found[1].units, found[1].pieces, found[1].weighted_km), (1, 1, 0.0));
        let centroids = figures(&problem(Centring::Centroid), &assignment);
        let middle = centroids[0].centre.expect("it has units");
        assert!((middle.lon - 0.4 / 3.0).abs() < 1e-6, "{middle:?}");
        let empty = figures(&problem(Centring::Member), &[None; 5]);
        assert!(empty.iter().all(|territory| territory.units == 0 && territory.centre.is_none()));
    }
}
