//! What is asked: places, loads, neighbours, territories and rules, as plain arrays.

use super::SolveError;
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
    /// Start from the centres of the current assignment instead of new ones.
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
    /// At most this share of what has an owner today, in 0..=1.
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
    /// Wanted load per measure, in the measure's own figures.
    pub targets: Vec<f64>,
    /// Per measure what is allowed instead of the tolerance around the target. Empty for the tolerances.
    pub limits: Vec<Option<Limits>>,
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

impl Problem {
    /// Refuses what cannot be worked on, saying what was found and what was expected.
    pub fn check(&self) -> Result<(), SolveError> {
        let units = self.places.len();
        let lengths = [
            ("travel weights", self.travel_weights.len(), true),
            ("fixed territories", self.fixed.len(), false),
            ("exclusions", self.excluded.len(), false),
            ("current territories", self.current.as_ref().map_or(0, Vec::len), false),
        ];
        for (what, found, required) in lengths {
            if found != units && (required || found != 0) {
                return unusable(format!("Expected {units} {what}, one per unit, found {found}"));
            }
        }
        if units > u32::MAX as usize / 2 {
            return unusable(format!("{units} units are more than the engine can number"));
        }
        self.check_places()?;
        self.check_loads()?;
        self.check_territories()?;
        self.check_rules()?;
        self.check_graph()
    }

    fn check_places(&self) -> Result<(), SolveError> {
        if let Some(unit) = self.places.iter().position(|place| !place.is_valid()) {
            let place = self.places[unit];
            return unusable(format!(
                "Unit {unit} has no usable place: expected a longitude and latitude in degrees, found {}, {}",
                place.lon, place.lat
            ));
        }
        if let Some(unit) = self.travel_weights.iter().position(|&weight| !is_amount(weight)) {
            let weight = self.travel_weights[unit];
            return unusable(format!("Unit {unit}: expected a travel weight of 0 or more, found {weight}"));
        }
        for (what, amount) in [("least weight", self.least_weight), ("weight of borders", self.border_weight_km)] {
            if !is_amount(amount) {
                return unusable(format!("Expected a {what} of 0 or more, found {amount}"));
            }
        }
        if self.max_distance_km.is_some_and(|km| km.is_nan() || km <= 0.0) {
            return unusable("The largest distance must be more than 0 km".into());
        }
        if !is_amount(self.stay_worth_km) {
            return unusable(format!("The worth of staying must be 0 km or more, found {}", self.stay_worth_km));
        }
        Ok(())
    }

    fn check_loads(&self) -> Result<(), SolveError> {
        if self.loads.len() != self.goals.len() {
            return unusable(format!("{} measures have loads but {} have goals", self.loads.len(), self.goals.len()));
        }
        for (goal, loads) in self.goals.iter().zip(&self.loads) {
            let name = &goal.name;
            if loads.len() != self.places.len() {
                let (expected, found) = (self.places.len(), loads.len());
                return unusable(format!("{name}: expected {expected} values, one per unit, found {found}"));
            }
            if let Some(unit) = loads.iter().position(|&load| !is_amount(load)) {
                return unusable(format!("{name}: expected loads of 0 or more, found {} at unit {unit}", loads[unit]));
            }
            if !is_amount(goal.tolerance) {
                return unusable(format!("{name}: expected a tolerance of 0 or more, found {}", goal.tolerance));
            }
            if !is_amount(goal.closeness_km) {
                return unusable(format!("{name}: expected a worth of 0 km or more, found {}", goal.closeness_km));
            }
            if !(goal.weight > 0.0 && goal.weight.is_finite()) {
                return unusable(format!("{name}: expected a weight of more than 0, found {}", goal.weight));
            }
        }
        Ok(())
    }

    fn check_territories(&self) -> Result<(), SolveError> {
        let count = self.territories.len();
        if count == 0 {
            return unusable("The number of territories must be at least 1".into());
        }
        if count > MAX_TERRITORIES {
            return unusable(format!("{count} territories were asked for; {MAX_TERRITORIES} is the most"));
        }
        for (index, territory) in self.territories.iter().enumerate() {
            let number = index + 1;
            if territory.targets.len() != self.goals.len() {
                let (expected, found) = (self.goals.len(), territory.targets.len());
                return unusable(format!("Territory {number}: expected {expected} targets, found {found}"));
            }
            if let Some(&target) = territory.targets.iter().find(|&&target| !is_amount(target)) {
                return unusable(format!("Territory {number}: expected targets of 0 or more, found {target}"));
            }
            if !territory.limits.is_empty() && territory.limits.len() != self.goals.len() {
                let (expected, found) = (self.goals.len(), territory.limits.len());
                return unusable(format!("Territory {number}: expected {expected} limits, found {found}"));
            }
            let wrong =
                |limits: &&Limits| !is_amount(limits.least) || limits.most.is_nan() || limits.most < limits.least;
            if let Some(Limits { least, most }) = territory.limits.iter().flatten().find(wrong) {
                return unusable(format!(
                    "Territory {number}: expected limits of 0 or more, the upper one not below the lower, found {least} to {most}"
                ));
            }
            if [territory.home, territory.near].into_iter().flatten().any(|place| !place.is_valid()) {
                return unusable(format!("Territory {number} has a home without a usable longitude and latitude"));
            }
        }
        let known = |owner: &Option<u16>| owner.is_none_or(|owner| (owner as usize) < count);
        if let Some(unit) = self.fixed.iter().position(|owner| !known(owner)) {
            return unusable(format!("Unit {unit} is fixed to a territory that does not exist"));
        }
        if self.current.iter().flatten().any(|owner| !known(owner)) {
            return unusable("The current assignment names a territory that does not exist".into());
        }
        let contradiction = self.fixed.iter().zip(&self.excluded).position(|(owner, &out)| owner.is_some() && out);
        if let Some(unit) = contradiction {
            return unusable(format!("Unit {unit} is both fixed to a territory and kept out of every territory"));
        }
        Ok(())
    }

    fn check_rules(&self) -> Result<(), SolveError> {
        let units = self.places.len();
        for limit in &self.moved_limits {
            if !(0.0..=1.0).contains(&limit.share) {
                return unusable(format!("Expected a share from 0 to 1 that may move, found {}", limit.share));
            }
            if limit.measure.is_some_and(|measure| measure >= self.goals.len()) {
                return unusable("The limit on moves counts a measure that does not exist".into());
            }
            if self.current.is_none() {
                return unusable("There is a limit on moves, but no plan of today to move from".into());
            }
        }
        if self.together.iter().flatten().chain(self.apart.iter().flatten()).any(|&unit| unit as usize >= units) {
            return unusable("Units that must be together or apart are not all there".into());
        }
        for group in &self.together {
            let mut owners = group.iter().filter_map(|&unit| Some((unit, self.fixed.get(unit as usize).copied()??)));
            let Some((first, owner)) = owners.next() else { continue };
            if let Some((other, _)) = owners.find(|entry| entry.1 != owner) {
                return unusable(format!(
                    "Units {first} and {other} must be together, but they are fixed to different territories"
                ));
            }
            let locked = self.territories.get(owner as usize).is_some_and(|territory| territory.locked);
            let free = group.iter().find(|&&unit| self.fixed.get(unit as usize).copied().flatten().is_none());
            if let (true, Some(free)) = (locked, free) {
                return unusable(format!(
                    "Units {first} and {free} must be together, but unit {first} is in a locked territory"
                ));
            }
        }
        let group_of: std::collections::BTreeMap<u32, usize> = self
            .together
            .iter()
            .enumerate()
            .flat_map(|(nth, group)| group.iter().map(move |&unit| (unit, nth)))
            .collect();
        let same_group =
            |pair: &&[u32; 2]| group_of.contains_key(&pair[0]) && group_of.get(&pair[0]) == group_of.get(&pair[1]);
        if let Some([a, b]) = self.apart.iter().find(same_group) {
            return unusable(format!("Units {a} and {b} must be both together and apart"));
        }
        if let Some(pair) = self.apart.iter().find(|pair| pair[0] == pair[1]) {
            return unusable(format!("Unit {} cannot be apart from itself", pair[0]));
        }
        if !self.travel_table.is_empty() {
            let (expected, found) = (units * self.territories.len(), self.travel_table.len());
            if found != expected {
                return unusable(format!("Expected {expected} travel distances, found {found}"));
            }
            if self.territories.iter().any(|territory| territory.home.is_none()) {
                return unusable("A table of travel distances needs a home for every territory".into());
            }
            if let Some(km) = self.travel_table.iter().find(|km| !km.is_finite() || **km < 0.0) {
                return unusable(format!("Expected travel distances of 0 or more, found {km}"));
            }
        }
        Ok(())
    }

    fn check_graph(&self) -> Result<(), SolveError> {
        let units = self.places.len();
        let graph = &self.graph;
        if graph.starts.is_empty() && graph.targets.is_empty() {
            if self.contiguous && units > 1 {
                return unusable("Territories shall hang together, but no unit has a neighbour".into());
            }
            return Ok(());
        }
        let rows = graph.starts.len() == units + 1
            && graph.starts.first() == Some(&0)
            && graph.starts.is_sorted()
            && graph.starts.last().copied() == Some(graph.targets.len() as u32)
            && graph.border_km.len() == graph.targets.len()
            && graph.targets.iter().all(|&other| (other as usize) < units);
        if !rows {
            return unusable("The list of neighbours does not fit the units".into());
        }
        let pairs = |turned: bool| {
            let rows =
                (0..units).flat_map(|unit| graph.neighbours(unit).iter().map(move |&other| (unit as u32, other)));
            let mut pairs: Vec<(u32, u32)> = rows.map(|(a, b)| if turned { (b, a) } else { (a, b) }).collect();
            pairs.sort_unstable();
            pairs
        };
        if let Some((&(unit, other), _)) = pairs(false).iter().zip(&pairs(true)).find(|(there, back)| there != back) {
            return unusable(format!("Of unit {unit} and unit {other}, one is a neighbour of the other but not both"));
        }
        Ok(())
    }
}

fn is_amount(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

fn unusable(words: String) -> Result<(), SolveError> {
    Err(SolveError::Unusable(words))
}
