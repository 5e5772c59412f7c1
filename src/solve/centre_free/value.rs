//! The cheapest territory around a place at given multipliers: a knapsack whose items may be cut.
//!
//! A unit costs its travel less its multiplier. Those that cost less than nothing are taken; if they are too much load, the worst
//! by cost per load are dropped, if too little, the next best are added. This is the linear relaxation, hence a lower bound of the
//! true knapsack (Dantzig 1957).

use super::sites::{Range, Sites};
use crate::domain::sphere::EARTH_RADIUS_KM;
use crate::solve::geometry::{Vector, distance_km, dot, minus};

/// A unit that may be of use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub unit: u32,
    /// Travel less multiplier, in weighted kilometres.
    pub cost: f64,
    pub load: f64,
}

/// Multipliers, with what is needed to leave out whole blocks.
#[derive(Debug, Clone)]
pub(super) struct Multipliers {
    pub of: Vec<f64>,
    /// Per block the largest multiplier and the largest load per weight: no unit is of use farther away than the first and
    /// `extension` times the second.
    reach: Vec<(f64, f64)>,
}

impl Multipliers {
    pub fn new(sites: &Sites, of: Vec<f64>) -> Self {
        let mut reach = Vec::with_capacity(sites.blocks.len());
        for block in &sites.blocks {
            let mut most = (f64::NEG_INFINITY, 0.0f64);
            for unit in block.range() {
                let weight = sites.weights[unit];
                if weight > 0.0 {
                    most.0 = most.0.max(of[unit] / weight);
                    most.1 = most.1.max(sites.loads[unit] / weight);
                }
            }
            reach.push(most);
        }
        Self { of, reach }
    }

    /// Collects the units that may be of use to places within `radius_km` of `at`, when a load may cost `extension` too much.
    pub fn near(&self, sites: &Sites, at: Vector, radius_km: f64, extension: f64, near: &mut Near) {
        near.clear();
        for (block, reach) in sites.blocks.iter().zip(&self.reach) {
            // Through the earth it is never farther than around it.
            let way = minus(at, block.centre);
            let apart = EARTH_RADIUS_KM * dot(way, way).sqrt() - block.radius_km;
            if apart - radius_km >= reach.0 + extension * reach.1 {
                continue;
            }
            for unit in block.range() {
                let weight = sites.weights[unit];
                let reach = (self.of[unit] + extension * sites.loads[unit]) / weight;
                if weight > 0.0 && apart - radius_km < reach {
                    // The angle is more than the chord, so no unit within reach is left out.
                    let chord = (reach + 1e-6) / EARTH_RADIUS_KM;
                    let [x, y, z] = sites.points[unit];
                    near.x.push(x);
                    near.y.push(y);
                    near.z.push(z);
                    near.reach.push(chord * chord);
                    near.unit.push(unit as u32);
                }
            }
        }
    }
}

/// Units near some places, in columns: the test of which are within reach of one of them is the innermost loop of all.
#[derive(Debug, Default)]
pub(super) struct Near {
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    /// The square of the chord beyond which the unit is of no use.
    reach: Vec<f64>,
    unit: Vec<u32>,
    within: Vec<bool>,
}

impl Near {
    fn clear(&mut self) {
        for column in [&mut self.x, &mut self.y, &mut self.z, &mut self.reach] {
            column.clear();
        }
        self.unit.clear();
    }
}

/// What a knapsack came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filled {
    pub value: f64,
    /// How much a load cost more than nothing at the margin; above 0 where the least load is hard to come by.
    pub margin: f64,
    /// The items did not have the least load: the value is what a farther reach could only raise.
    pub short: bool,
}

/// The items for a place. `near` must hold all units that may be of use.
pub(super) fn gather(
    sites: &Sites,
    multipliers: &Multipliers,
    near: &mut Near,
    at: Vector,
    extension: f64,
    items: &mut Vec<Item>,
) {
    items.clear();
    let Near { x, y, z, reach, unit, within } = near;
    within.clear();
    within.extend(x.iter().zip(y.iter()).zip(z.iter()).zip(reach.iter()).map(|(((x, y), z), reach)| {
        let (x, y, z) = (x - at[0], y - at[1], z - at[2]);
        x * x + y * y + z * z < *reach
    }));
    for (&unit, _) in unit.iter().zip(within.iter()).filter(|entry| *entry.1) {
        let index = unit as usize;
        let cost = sites.weights[index] * distance_km(sites.points[index], at) - multipliers.of[index];
        let load = sites.loads[index];
        if cost < extension * load || cost < 0.0 {
            items.push(Item { unit, cost, load });
        }
    }
}

/// Fills a territory. `items` are all units that cost less than `extension` per load; they are reordered so that those taken come
/// first. `loose` is load to be had for nothing. Returns the value, how many items are taken whole, and the part of the next one.
pub(super) fn fill(items: &mut [Item], range: Range, loose: f64, extension: f64) -> (Filled, usize, f64) {
    let mut taken = 0;
    let (mut value, mut load) = (0.0, 0.0);
    for at in 0..items.len() {
        let item = items[at];
        if item.cost < 0.0 {
            value += item.cost;
            load += item.load;
            items.swap(at, taken);
            taken += 1;
        }
    }
    if load > range.most {
        let (whole, part) = cut(&mut items[..taken], range.most);
        let value = items[..whole].iter().map(|item| item.cost).sum::<f64>() + part * items[whole].cost;
        return (Filled { value, margin: 0.0, short: false }, whole, part);
    }
    let missing = range.least - loose - load;
    if missing <= 0.0 {
        return (Filled { value, margin: 0.0, short: false }, taken, 0.0);
    }
    let rest = &mut items[taken..];
    let there: f64 = rest.iter().map(|item| item.load).sum();
    if there < missing {
        // Every load that is missing costs at least the extension.
        value += rest.iter().map(|item| item.cost).sum::<f64>() + extension * (missing - there);
        return (Filled { value, margin: extension, short: true }, items.len(), 0.0);
    }
    let (whole, part) = cut(rest, missing);
    value += rest[..whole].iter().map(|item| item.cost).sum::<f64>();
    let margin = rest.get(whole).map_or(extension, |item| item.cost / item.load.max(1e-12));
    if let Some(next) = rest.get(whole) {
        value += part * next.cost;
    }
    (Filled { value, margin, short: false }, taken + whole, part)
}

/// Brings the items with the least cost per load to the front until they have the load wanted: how many come in whole, and which
/// part of the next. The items must have at least that load all together.
fn cut(items: &mut [Item], wanted: f64) -> (usize, f64) {
    // Costs per load; an item without load comes first when it gains and last when it costs.
    let order = |a: &Item, b: &Item| (a.cost * b.load).total_cmp(&(b.cost * a.load)).then(a.unit.cmp(&b.unit));
    let (mut start, mut left) = (0, wanted.max(0.0));
    let mut end = items.len();
    while end - start > 1 {
        let half = (end - start) / 2;
        items[start..end].select_nth_unstable_by(half, order);
        let load: f64 = items[start..start + half].iter().map(|item| item.load).sum();
        if load <= left {
            left -= load;
            start += half;
        } else {
            end = start + half;
        }
    }
    match items.get(start) {
        Some(item) if item.load > 0.0 => (start, (left / item.load).clamp(0.0, 1.0)),
        Some(_) => (start, 1.0),
        None => (start, 0.0),
    }
}
