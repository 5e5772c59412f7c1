//! The units as a bound sees them: places, weights and one load each, in blocks of near ones so that far ones are never looked at.

use crate::domain::sphere::{EARTH_RADIUS_KM, LonLat};
use crate::solve::geometry::{Vector, distance_km, normalised};
use crate::solve::instance::{Instance, NONE};
use crate::solve::problem::Problem;

/// Units in the order of their blocks.
#[derive(Debug, Default)]
pub(super) struct Sites {
    pub points: Vec<Vector>,
    /// Travel weight, divided by the mean weight.
    pub weights: Vec<f64>,
    /// The load that is held against the limits, divided by the mean target; 0 for units without travel weight, whose load is in
    /// `loose_load`.
    pub loads: Vec<f64>,
    pub blocks: Vec<Block>,
    /// Load of units without travel weight: it may serve any territory at no cost.
    pub loose_load: f64,
    /// Travel weight per load: what a kilometre of a mean load's travel is in weighted kilometres.
    pub per_load: f64,
    /// Sum of the travel weights.
    pub total: f64,
    /// Per unit the territory of the plan it was made for, in the instance's numbering.
    pub owner: Vec<u16>,
    /// Territories whose centre is free: how many, and what one may carry.
    pub free: usize,
    pub limits: Range,
    /// Homes with the limits of their territories.
    pub homes: Vec<(Vector, Range)>,
    /// Per territory its home.
    pub home_of: Vec<Option<Vector>>,
}

/// The least and the most load.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Range {
    pub least: f64,
    pub most: f64,
}

/// Units that lie close together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub start: u32,
    pub end: u32,
    pub centre: Vector,
    pub radius_km: f64,
}

impl Block {
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Units in a block, at most.
const BLOCK: usize = 16;

/// Slack on limits, so that a plan that fits to within rounding is a plan the bound speaks of.
const SLACK: f64 = 1e-9;

impl Sites {
    /// The units of an instance that are free to change, with an assignment of them. Of several measures, the one with the
    /// narrowest limits is kept: to leave out the others can only lower the bound.
    pub fn new(problem: &Problem, instance: &Instance, owner: &[u16]) -> Self {
        let mut sites = Self::default();
        let territories = &instance.territory_names;
        let allowed = |territory: usize, measure: usize| {
            problem
                .allowed(territory, measure)
                .map_or((0.0, f64::INFINITY), |limits| (limits.least, limits.most.max(0.0)))
        };
        let total_load = |measure: usize| -> f64 {
            instance.unit_names.iter().map(|&unit| problem.loads[measure][unit as usize]).sum()
        };
        let width = |measure: usize| -> f64 {
            let widths = territories.iter().map(|&territory| {
                let (least, most) = allowed(territory as usize, measure);
                most - least
            });
            widths.sum::<f64>() / total_load(measure)
        };
        let measure = (0..problem.goals.len())
            .filter(|&measure| total_load(measure) > 0.0)
            .min_by(|&a, &b| width(a).total_cmp(&width(b)));
        let weight_of = |unit: u32| problem.travel_weights[unit as usize];
        let sum: f64 = instance.unit_names.iter().map(|&unit| weight_of(unit)).sum();
        let mean = sum / instance.units().max(1) as f64;
        let scale = measure.map_or(1.0, |measure| total_load(measure) / territories.len().max(1) as f64);
        let range = |territory: u16| {
            let Some(measure) = measure else { return Range { least: 0.0, most: f64::INFINITY } };
            let (least, most) = allowed(territory as usize, measure);
            Range { least: least / scale * (1.0 - SLACK) - SLACK, most: most / scale * (1.0 + SLACK) + SLACK }
        };
        sites.limits = Range { least: f64::INFINITY, most: 0.0 };
        for &territory in territories {
            let range = range(territory);
            let home = problem.territories[territory as usize].home.map(LonLat::to_unit_vector);
            sites.home_of.push(home);
            match home {
                Some(home) => sites.homes.push((home, range)),
                None => {
                    sites.free += 1;
                    // Where limits differ, the widest range holds all of them.
                    sites.limits.least = sites.limits.least.min(range.least);
                    sites.limits.most = sites.limits.most.max(range.most);
                }
            }
        }
        let mut order: Vec<u32> = (0..instance.units() as u32).collect();
        let points: Vec<Vector> =
            instance.unit_names.iter().map(|&unit| LonLat::to_unit_vector(problem.places[unit as usize])).collect();
        sites.split(&points, &mut order, 0);
        for &index in &order {
            let unit = instance.unit_names[index as usize];
            let weight = if mean > 0.0 { weight_of(unit) / mean } else { 0.0 };
            let load = measure.map_or(0.0, |measure| problem.loads[measure][unit as usize] / scale);
            sites.points.push(points[index as usize]);
            sites.weights.push(weight);
            sites.loads.push(if weight > 0.0 { load } else { 0.0 });
            sites.loose_load += if weight > 0.0 { 0.0 } else { load };
            sites.owner.push(owner.get(index as usize).copied().unwrap_or(NONE));
        }
        sites.total = sites.weights.iter().sum();
        sites.per_load = sites.total / territories.len().max(1) as f64;
        sites
    }

    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// What a load may cost where nothing limits the search for it.
    pub fn widest_extension(&self) -> f64 {
        4.0 * EARTH_RADIUS_KM * self.per_load
    }

    /// Halves the units across their widest axis until they fit a block.
    fn split(&mut self, points: &[Vector], order: &mut [u32], start: usize) {
        if order.len() > BLOCK {
            let extent = |axis: usize| {
                let along = order.iter().map(|&unit| points[unit as usize][axis]);
                along.clone().fold(f64::NEG_INFINITY, f64::max) - along.fold(f64::INFINITY, f64::min)
            };
            let axis = (0..3).max_by(|&a, &b| extent(a).total_cmp(&extent(b))).unwrap_or(0);
            let half = order.len() / 2;
            order.select_nth_unstable_by(half, |&a, &b| {
                points[a as usize][axis].total_cmp(&points[b as usize][axis]).then(a.cmp(&b))
            });
            let (left, right) = order.split_at_mut(half);
            self.split(points, left, start);
            self.split(points, right, start + half);
        } else if !order.is_empty() {
            order.sort_unstable();
            let mut sum = [0.0; 3];
            for &unit in order.iter() {
                for (sum, x) in sum.iter_mut().zip(points[unit as usize]) {
                    *sum += x;
                }
            }
            let centre = normalised(sum).unwrap_or(points[order[0] as usize]);
            let far = order.iter().map(|&unit| distance_km(points[unit as usize], centre)).fold(0.0, f64::max);
            let (start, end) = (start as u32, (start + order.len()) as u32);
            self.blocks.push(Block { start, end, centre, radius_km: far * (1.0 + 1e-9) + 1e-6 });
        }
    }
}
