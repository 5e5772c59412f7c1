//! What is asked: places, loads, neighbours, territories and rules, as plain arrays.

mod check;

use crate::domain::sphere::LonLat;

/// What the engine is asked to solve. All lists over units have the same length.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// Where each unit is.
    pub places: Vec<LonLat>,
    /// `[measure][unit]`: what is balanced. Finite and not negative.
    pub loads: Vec<Vec<f64>>,
    /// One per measure.
    pub goals: Vec<MeasureGoal>,
    /// Per unit its weight in the travel term and in the centres. Finite and not negative.
    pub travel_weights: Vec<f64>,
    /// What every unit weighs at least when its territory is chosen, as a share of the mean travel weight: units without load then
    /// go to the territory around them. The travel that is reported knows nothing of it.
    pub least_weight: f64,
    /// How many kilometres of travel of a mean territory's weight one kilometre of border between territories is worth. 0 for
    /// no regard.
    pub border_weight_km: f64,
    /// Neighbours; may be empty when territories need not hang together.
    pub graph: Graph,
    /// Every territory shall hang together.
    pub contiguous: bool,
    /// The territories to fill.
    pub territories: Vec<TerritoryGoal>,
    /// Per unit the territory it must be in. Empty stands for none at all.
    pub fixed: Vec<Option<u16>>,
    /// Units that shall stay out of every territory. Empty stands for none at all.
    pub excluded: Vec<bool>,
    /// The assignment in force today: what disruption is measured against.
    pub current: Option<Vec<Option<u16>>>,
    /// Balance the current assignment anew from where it is, moving little, instead of searching from nothing.
    pub start_from_current: bool,
    /// How many kilometres of travel of a unit it is worth to leave the unit where it is now. 0 for no regard.
    pub stay_worth_km: f64,
    /// No unit shall lie farther than this from its territory's centre or home.
    pub max_distance_km: Option<f64>,
    /// What the centre of a territory is where no home fixes it.
    pub centre: Centring,
    /// How much may change its owner against the current assignment, all in all.
    pub moved_limits: Vec<MovedLimit>,
    /// Units that must end in one territory, group by group.
    pub together: Vec<Vec<u32>>,
    /// Pairs of units that must end in different territories.
    pub apart: Vec<[u32; 2]>,
    /// `[unit * territories + territory]`: kilometres to use instead of great circles where every territory has a home, such as
    /// those of a table of drive times. Empty for great circles.
    pub travel_table: Vec<f32>,
}

/// Where the centre of a territory lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Centring {
    /// The weighted centroid of its units.
    #[default]
    Centroid,
    /// The one of its units that all travel to most cheaply: the median.
    Member,
}

/// A limit on what may change its owner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MovedLimit {
    /// The measure that is counted; `None` counts units.
    pub measure: Option<usize>,
    /// At most this share of what has an owner today and is free to change, in 0..=1.
    pub share: f64,
}

/// A measure that shall be balanced.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureGoal {
    pub name: String,
    /// Allowed deviation from the target as a share, 0.05 for ±5 %.
    pub tolerance: f64,
    /// How much a deviation counts against one of another measure where not all can be kept; > 0.
    pub weight: f64,
    /// How many kilometres of travel of a mean territory's weight it is worth to come closer to a target by the whole of it, within
    /// the tolerance too. 0 for no regard.
    pub closeness_km: f64,
}

impl Default for MeasureGoal {
    fn default() -> Self {
        Self { name: String::new(), tolerance: 0.1, weight: 1.0, closeness_km: 0.0 }
    }
}

/// The least and the most of a measure that a territory may have, in the measure's own figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    pub least: f64,
    /// May be infinite.
    pub most: f64,
}

/// What one territory shall be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TerritoryGoal {
    /// Wanted load per measure, in the measure's own figures. Where it is 0, nothing is asked.
    pub targets: Vec<f64>,
    /// Per measure what is allowed instead of the tolerance around the target. Empty for the tolerances.
    pub limits: Vec<Option<Limits>>,
    /// Per measure the load that it has besides its units, which counts for targets and limits. Empty for none.
    pub named: Vec<f64>,
    /// A fixed centre, such as the home of a rep.
    pub home: Option<LonLat>,
    /// Where to start looking for the centre, when it is not fixed.
    pub near: Option<LonLat>,
    /// Takes and gives no unit: it has what is fixed to it and nothing else.
    pub locked: bool,
}

/// Neighbours as compressed rows: those of unit i are `targets[starts[i]..starts[i + 1]]`. Every pair appears from both sides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// One more than there are units; empty for no graph.
    pub starts: Vec<u32>,
    pub targets: Vec<u32>,
    /// Length of the shared border per entry of `targets`; 0 for a link without one.
    pub border_km: Vec<f32>,
}

impl Graph {
    /// From pairs of neighbours with the length of their border. Pairs may come in any order and more than once (lengths add
    /// up); a unit is no neighbour of itself.
    pub fn from_pairs(units: usize, pairs: impl IntoIterator<Item = (u32, u32, f64)>) -> Self {
        let mut entries: Vec<(u32, u32, f64)> = Vec::new();
        for (a, b, km) in pairs {
            if a != b && (a as usize) < units && (b as usize) < units {
                entries.extend([(a, b, km), (b, a, km)]);
            }
        }
        entries.sort_by(|x, y| (x.0, x.1).cmp(&(y.0, y.1)).then(x.2.total_cmp(&y.2)));
        let mut graph = Self { starts: vec![0; units + 1], ..Self::default() };
        let mut last = None;
        for (a, b, km) in entries {
            if last == Some((a, b)) {
                if let Some(sum) = graph.border_km.last_mut() {
                    *sum += km as f32;
                }
                continue;
            }
            last = Some((a, b));
            graph.targets.push(b);
            graph.border_km.push(km as f32);
            graph.starts[a as usize + 1] += 1;
        }
        for unit in 0..units {
            graph.starts[unit + 1] += graph.starts[unit];
        }
        graph
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    pub fn neighbours(&self, unit: usize) -> &[u32] {
        match self.starts.get(unit..unit + 2) {
            Some(&[start, end]) => &self.targets[start as usize..end as usize],
            _ => &[],
        }
    }

    /// Neighbours with the lengths of the shared borders.
    pub fn borders(&self, unit: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let start = self.starts.get(unit).map_or(0, |&start| start as usize);
        self.neighbours(unit).iter().enumerate().map(move |(nth, &other)| (other, self.border_km[start + nth]))
    }
}

/// No more territories than this: their numbers are 16-bit, and one value means "none".
pub const MAX_TERRITORIES: usize = u16::MAX as usize - 1;
