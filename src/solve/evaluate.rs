//! What a plan is worth: centres, loads, travel and everything else that is minimised, counted from nothing.

use super::geometry::{distance_km, dot, minus, normalised};
use super::instance::{Centre, Instance, MovedCap, NONE};
use super::median;
use crate::domain::sphere::EARTH_RADIUS_KM;

impl Instance {
    /// Kilometres from a unit to the centre of a territory.
    pub fn km(&self, unit: usize, territory: usize, centre: &Centre) -> f64 {
        if self.table.is_empty() {
            distance_km(self.points[unit], centre.at)
        } else {
            f64::from(self.table[unit * self.territories() + territory])
        }
    }

    /// Kilometres that a unit costs in a territory with that centre, before prices and per unit of weight.
    pub fn cost_km(&self, unit: usize, territory: usize, centre: &Centre) -> f64 {
        let point = self.points[unit];
        let km = self.km(unit, territory, centre);
        let mut cost = km + dot(centre.gradient, minus(point, centre.at));
        if km > self.max_distance_km {
            // A unit of little weight may not be too far either.
            cost += TOO_FAR * (km - self.max_distance_km) / self.pulls[unit].min(1.0);
        }
        if self.stay_worth_km > 0.0 && self.current[unit] != NONE && self.current[unit] as usize != territory {
            cost += self.stay_worth_km;
        }
        if !self.prices.is_empty() {
            let prices = &self.prices[territory * self.measures..];
            let loads = self.priced_loads(unit).iter().zip(self.unit_loads(unit));
            cost += loads.zip(prices).map(|((priced, load), price)| (priced - load) * price).sum::<f64>()
                / self.pulls[unit];
        }
        cost
    }

    /// The centre of each territory: its home, else the weighted centroid or median of its units, else where it was before.
    pub fn centres(&self, owner: &[u16], before: &[Centre]) -> Vec<Centre> {
        if self.medians {
            return self.median_centres(owner, before);
        }
        let mut sums = vec![[0.0; 3]; self.territories()];
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                // Weights of nothing still have a middle; next to real weights they do not count.
                let weight = self.weights[unit].max(1e-9);
                for (sum, x) in sums[territory as usize].iter_mut().zip(self.points[unit]) {
                    *sum += weight * x;
                }
            }
        }
        let place = |territory: usize| {
            let before = before.get(territory).map(|centre| centre.at);
            self.homes[territory].or_else(|| normalised(sums[territory])).or(before).unwrap_or([1.0, 0.0, 0.0])
        };
        let mut centres: Vec<Centre> =
            (0..self.territories()).map(|territory| Centre { at: place(territory), gradient: [0.0; 3] }).collect();
        let mut totals = vec![0.0; self.territories()];
        for (unit, &territory) in owner.iter().enumerate() {
            if territory == NONE || self.homes[territory as usize].is_some() {
                continue;
            }
            let centre = &mut centres[territory as usize];
            let away = minus(centre.at, self.points[unit]);
            let chord = dot(away, away).sqrt();
            totals[territory as usize] += self.weights[unit];
            if chord > 1e-9 {
                for (sum, x) in centre.gradient.iter_mut().zip(away) {
                    *sum += self.weights[unit] * x / chord * EARTH_RADIUS_KM;
                }
            }
        }
        for (centre, &total) in centres.iter_mut().zip(&totals) {
            for x in &mut centre.gradient {
                *x = if total > 0.0 { *x / total } else { 0.0 };
            }
        }
        centres
    }

    fn median_centres(&self, owner: &[u16], before: &[Centre]) -> Vec<Centre> {
        let owned = self.units_of(owner);
        let place = |territory: usize| {
            let median = || median::median(self, &owned[territory]).map(|(unit, _)| self.points[unit as usize]);
            let before = before.get(territory).map(|centre| centre.at);
            self.homes[territory].or_else(median).or(before).unwrap_or([1.0, 0.0, 0.0])
        };
        (0..self.territories()).map(|territory| Centre { at: place(territory), gradient: [0.0; 3] }).collect()
    }

    /// The units of every territory, in their order.
    pub fn units_of(&self, owner: &[u16]) -> Vec<Vec<u32>> {
        let mut owned = vec![Vec::new(); self.territories()];
        for (unit, &territory) in owner.iter().enumerate() {
            if let Some(units) = owned.get_mut(territory as usize) {
                units.push(unit as u32);
            }
        }
        owned
    }

    /// `[territory * measures + measure]`.
    pub fn loads_of(&self, owner: &[u16]) -> Vec<f64> {
        let mut loads = vec![0.0; self.territories() * self.measures];
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                let at = territory as usize * self.measures;
                for (sum, load) in loads[at..].iter_mut().zip(self.unit_loads(unit)) {
                    *sum += load;
                }
            }
        }
        loads
    }

    /// How far the loads of one territory lie outside their limits, each deviation by the importance of its measure.
    pub fn excess(&self, territory: usize, loads: &[f64]) -> f64 {
        let at = territory * self.measures;
        let mut sum = 0.0;
        for (measure, &load) in loads.iter().enumerate() {
            let over = (load - self.high[at + measure]).max(self.low[at + measure] - load);
            if over > 0.0 {
                sum += over * self.importance[measure];
            }
        }
        sum
    }

    /// How much the loads of one territory strain it, by the importance of their measures.
    pub fn strain(&self, territory: usize, loads: &[f64]) -> f64 {
        let at = territory * self.measures;
        let limits = self.low[at..].iter().zip(&self.high[at..]).zip(&self.importance);
        let of = |(load, ((low, high), importance)): (&f64, ((&f64, &f64), &f64))| {
            importance * strain((load - high).max(low - load), high - low)
        };
        loads.iter().zip(limits).map(of).sum()
    }

    /// The sum of all excesses of an assignment.
    pub fn total_excess(&self, owner: &[u16]) -> f64 {
        if self.measures == 0 {
            return 0.0;
        }
        let loads = self.loads_of(owner);
        loads.chunks(self.measures).enumerate().map(|(territory, loads)| self.excess(territory, loads)).sum()
    }

    /// Weighted kilometres of an assignment to the centres given, by the true weights.
    pub fn travel(&self, owner: &[u16], centres: &[Centre]) -> f64 {
        let mut sum = 0.0;
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                sum += self.weights[unit] * self.km(unit, territory as usize, &centres[territory as usize]);
            }
        }
        sum
    }

    /// By how much the caps on moves are exceeded, in parts of a mean territory.
    pub fn moved_excess(&self, owner: &[u16]) -> f64 {
        self.moved.iter().map(|cap| (self.moved_amount(cap, owner) - cap.most).max(0.0)).sum()
    }

    /// What has another owner than today, as the cap counts it.
    pub fn moved_amount(&self, cap: &MovedCap, owner: &[u16]) -> f64 {
        (0..owner.len()).filter(|&unit| owner[unit] != self.current[unit]).map(|unit| cap.amounts[unit]).sum()
    }

    /// How many pairs of units that must be apart are not.
    pub fn pairs_joined(&self, owner: &[u16]) -> usize {
        let joined = |(unit, others): (usize, &Vec<u32>)| {
            others.iter().filter(|&&other| owner[other as usize] == owner[unit] && owner[unit] != NONE).count()
        };
        self.apart.iter().enumerate().map(joined).sum::<usize>() / 2
    }

    /// By how much a unit breaks the largest distance in a territory with that centre, in targets' worth of load.
    pub fn too_far(&self, unit: usize, territory: usize, centre: &Centre) -> f64 {
        if self.max_distance_km == f64::INFINITY {
            return 0.0;
        }
        let over = self.km(unit, territory, centre) / self.max_distance_km - 1.0;
        if over > 0.0 { FAR * (1.0 + over) } else { 0.0 }
    }

    /// The same for all units of every territory, to its own centre.
    pub fn too_far_by_territory(&self, owner: &[u16]) -> Vec<f64> {
        let mut sums = vec![0.0; self.territories()];
        if self.max_distance_km < f64::INFINITY {
            let centres = self.centres(owner, &[]);
            for (unit, &territory) in owner.iter().enumerate().filter(|entry| *entry.1 != NONE) {
                sums[territory as usize] += self.too_far(unit, territory as usize, &centres[territory as usize]);
            }
        }
        sums
    }

    /// Everything by which the rules are broken: load outside limits, caps on moves, pairs that must be apart, units too far off.
    pub fn broken(&self, owner: &[u16]) -> f64 {
        self.total_excess(owner)
            + self.moved_excess(owner)
            + PAIR * self.pairs_joined(owner) as f64
            + self.too_far_by_territory(owner).iter().sum::<f64>()
    }

    /// What the loads of a territory cost for being off their targets, within the limits too.
    pub fn off_target(&self, territory: usize, loads: &[f64]) -> f64 {
        let at = territory * self.measures;
        let targets = loads.iter().zip(&self.target[at..]).zip(&self.closeness);
        targets.map(|((load, target), closeness)| closeness * (load - target).abs()).sum()
    }

    /// What is minimised: travel to the assignment's own centres, its borders, what it costs to be too far off, off the target or moved,
    /// and `price` for every target's worth by which rules are broken.
    pub fn value(&self, owner: &[u16], price: f64) -> f64 {
        let mut centres = self.centres(owner, &[]);
        for centre in &mut centres {
            centre.gradient = [0.0; 3];
        }
        let mut sum = 0.0;
        for (unit, &territory) in owner.iter().enumerate() {
            if territory != NONE {
                let territory = territory as usize;
                sum += self.pulls[unit] * self.cost_km(unit, territory, &centres[territory]);
            }
        }
        if self.closeness.iter().any(|&closeness| closeness > 0.0) {
            let loads = self.loads_of(owner);
            let loads = loads.chunks(self.measures).enumerate();
            sum += loads.map(|(territory, loads)| self.off_target(territory, loads)).sum::<f64>();
        }
        sum + self.border_price * self.border_km(owner) + price * self.broken(owner)
    }

    /// Length of all borders between territories; 0 where borders do not count.
    fn border_km(&self, owner: &[u16]) -> f64 {
        if self.border_price == 0.0 || self.graph.is_empty() {
            return 0.0;
        }
        let borders = |unit: usize| {
            let cut = self.graph.borders(unit).filter(move |&(other, _)| owner[other as usize] != owner[unit]);
            cut.map(|(_, km)| f64::from(km)).sum::<f64>()
        };
        0.5 * (0..owner.len()).map(borders).sum::<f64>()
    }
}

/// What a load beyond a limit or near it strains its territory: the square of what is over where both limits are narrowed by a part of
/// the range between them. A strain that grows like this spreads over neighbours what one of them cannot hold alone.
pub(super) fn strain(over: f64, range: f64) -> f64 {
    (over + NEAR * range).max(0.0).powi(2)
}

/// The part of the range between the limits within which a load is near one.
const NEAR: f64 = 0.03;

/// How many kilometres one kilometre beyond the largest distance costs.
const TOO_FAR: f64 = 20.0;

/// How many targets' worth of load outside the limits one unit counts that is too far from its centre.
const FAR: f64 = 0.1;

/// How many targets' worth of load outside the limits one pair of units that must be apart and is not counts.
pub(super) const PAIR: f64 = 0.2;
