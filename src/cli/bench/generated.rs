//! Instances that are made up, the same on every machine.

use super::instances::Instance;
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;
use crate::io::postal::PostalTable;
use crate::solve::Centring;
use crate::solve::neighbours::delaunay;
use crate::solve::plane::Plane;

/// Accounts lie so far around the point of their postal code, in degrees of latitude (standard deviation): 5 km.
const SCATTER: f64 = 0.045;

/// Spread of the accounts per postal code and of the loads, as deviations of their logarithms.
const SPREAD_OF_CODES: f64 = 1.2;
const SPREAD_OF_LOADS: f64 = 0.8;

/// The contiguous United States.
const WEST_EAST: [f64; 2] = [-125.0, -66.5];
const SOUTH_NORTH: [f64; 2] = [24.4, 49.5];

/// Invented accounts around real postal codes: how many a code has is log-normal, so that there are thick and thin regions, and so is
/// what each is worth. A second load is the first with noise, a third half the first and half the same for all. Neighbours are those
/// of the points' cells.
pub fn accounts(count: usize, territories: Option<usize>) -> Instance {
    let random = &mut Random::new(0x5EED).fork(count as u64);
    let within = |place: &LonLat| {
        (WEST_EAST[0]..WEST_EAST[1]).contains(&place.lon) && (SOUTH_NORTH[0]..SOUTH_NORTH[1]).contains(&place.lat)
    };
    let codes: Vec<LonLat> = PostalTable::embedded().places().iter().map(|code| code.place).filter(within).collect();
    let mut sums = Vec::with_capacity(codes.len());
    let mut sum = 0.0;
    for _ in &codes {
        sum += (SPREAD_OF_CODES * random.normal()).exp();
        sums.push(sum);
    }
    let mut instance = Instance {
        // Half the root, so that both the territories and what is in each of them grow with the number of accounts.
        territories: territories.unwrap_or(((count as f64).sqrt() / 2.0).round().max(1.0) as usize),
        loads: vec![Vec::new(); 3],
        ..Instance::default()
    };
    for _ in 0..count {
        let wanted = sum * random.unit();
        let code = codes[sums.partition_point(|&sum| sum <= wanted).min(codes.len().saturating_sub(1))];
        let lat = code.lat + SCATTER * random.normal();
        let lon = code.lon + SCATTER * random.normal() / lat.to_radians().cos().max(0.1);
        instance.places.push(LonLat::new(lon, lat));
        let load = (SPREAD_OF_LOADS * random.normal()).exp();
        let noisy = load * (0.6 * random.normal()).exp();
        for (loads, load) in instance.loads.iter_mut().zip([load, noisy, 0.5 * load + 0.5]) {
            loads.push(load);
        }
    }
    instance.graph = delaunay(&instance.places, None);
    instance
}

/// A capacitated p-median problem whose best plan is known: clusters that lie so far apart that a point served from another cluster
/// costs more than all that could be gained by it. Within a cluster the best centre is found by trying all. Demands are uneven, and
/// the capacity is that of the heaviest cluster.
pub fn planted(clusters: usize, points: usize) -> Instance {
    let random = &mut Random::new(0xB0A7).fork((clusters * 1_000_003 + points) as u64);
    let side = (clusters as f64).sqrt().ceil() as usize;
    // All points of a cluster are within 1 of its middle. A point that goes astray travels at least this less 2; what it can save is at
    // most 2 for itself and 2 for each of the others of two clusters.
    let apart = 4.0 * points as f64 + 10.0;
    let mut positions: Vec<[f64; 2]> = Vec::with_capacity(clusters * points);
    let mut demands: Vec<f64> = Vec::with_capacity(clusters * points);
    let (mut best, mut capacity) = (0.0, 0.0f64);
    for cluster in 0..clusters {
        let middle = [(cluster % side) as f64 * apart, (cluster / side) as f64 * apart];
        let first = positions.len();
        for _ in 0..points {
            let (angle, radius) = (std::f64::consts::TAU * random.unit(), random.unit().sqrt());
            positions.push([middle[0] + radius * angle.cos(), middle[1] + radius * angle.sin()]);
            demands.push(1.0 + random.below(20) as f64);
        }
        let members = &positions[first..];
        let total = |centre: &[f64; 2]| members.iter().map(|p| (p[0] - centre[0]).hypot(p[1] - centre[1])).sum::<f64>();
        best += members.iter().map(total).fold(f64::INFINITY, f64::min);
        capacity = capacity.max(demands[first..].iter().sum());
    }
    // In the order of a file nobody has sorted.
    let mut order: Vec<usize> = (0..positions.len()).collect();
    random.shuffle(&mut order);
    let plane = Plane::around(positions.iter().copied());
    Instance {
        territories: clusters,
        places: order.iter().map(|&at| plane.place(positions[at])).collect(),
        loads: vec![order.iter().map(|&at| demands[at]).collect()],
        centre: Centring::Member,
        capacity: Some(capacity),
        plane: Some(plane),
        best: Some(best),
        ..Instance::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_instances_are_the_same_every_time_and_hang_together() {
        let accounts = accounts(2_000, None);
        assert_eq!((accounts.places.len(), accounts.territories, accounts.loads.len()), (2_000, 22, 3));
        assert!(accounts.places.iter().all(|place| place.is_valid()));
        assert_eq!(accounts.places, super::accounts(2_000, Some(7)).places);
        assert!((0..2_000).all(|unit| !accounts.graph.neighbours(unit).is_empty()));
    }

    #[test]
    fn the_planted_plan_costs_what_it_is_said_to() {
        let instance = planted(4, 6);
        let plane = instance.plane.expect("it is planar");
        let points: Vec<[f64; 2]> = instance.places.iter().map(|&place| plane.point(place)).collect();
        let apart = 4.0 * 6.0 + 10.0;
        let cluster = |point: &[f64; 2]| ((point[0] / apart).round() as i32, (point[1] / apart).round() as i32);
        let km = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        let mut total = 0.0;
        for wanted in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let members: Vec<&[f64; 2]> = points.iter().filter(|point| cluster(point) == wanted).collect();
            assert_eq!(members.len(), 6);
            let costs = members.iter().map(|centre| members.iter().map(|member| km(centre, member)).sum::<f64>());
            total += costs.fold(f64::INFINITY, f64::min);
        }
        let best = instance.best.expect("it is known");
        assert!((total - best).abs() < 1e-6 * best, "{total} {best}");
    }
}
