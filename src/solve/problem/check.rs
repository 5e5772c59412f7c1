//! What cannot be worked on is refused, in words that say what was found and what was expected.

use std::collections::{BTreeMap, BTreeSet};

use super::{Limits, MAX_TERRITORIES, Problem};
use crate::domain::topology::DisjointSets;
use crate::solve::SolveError;

impl Problem {
    /// Refuses what cannot be worked on, saying what was found and what was expected.
    pub fn check(&self) -> Result<(), SolveError> {
        let units = self.places.len();
        let lengths = [
            ("travel weights", self.travel_weights.len(), true),
            ("fixed territories", self.fixed.len(), false),
            ("exclusions", self.excluded.len(), false),
            ("current territories", self.current.as_ref().map_or(0, Vec::len), self.current.is_some()),
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
            if !territory.named.is_empty() && territory.named.len() != self.goals.len() {
                let (expected, found) = (self.goals.len(), territory.named.len());
                return unusable(format!("Territory {number}: expected {expected} named loads, found {found}"));
            }
            if let Some(&load) = territory.named.iter().find(|&&load| !is_amount(load)) {
                return unusable(format!("Territory {number}: expected named loads of 0 or more, found {load}"));
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
        self.check_groups()?;
        if let Some(pair) = self.apart.iter().find(|pair| pair[0] == pair[1]) {
            return unusable(format!("Unit {} cannot be apart from itself", pair[0]));
        }
        self.check_table()
    }

    /// Groups that share a unit are one group.
    fn check_groups(&self) -> Result<(), SolveError> {
        if self.together.is_empty() {
            return Ok(());
        }
        let fixed = |unit: u32| self.fixed.get(unit as usize).copied().flatten();
        let is_in = |unit: &u32| self.excluded.get(*unit as usize) != Some(&true);
        let mut sets = DisjointSets::new(self.places.len());
        for group in &self.together {
            let mut units = group.iter().copied().filter(is_in);
            let Some(first) = units.next() else { continue };
            units.for_each(|unit| {
                sets.join(first as usize, unit as usize);
            });
        }
        let mut groups: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
        for &unit in self.together.iter().flatten().filter(|unit| is_in(unit)) {
            groups.entry(sets.root(unit as usize)).or_default().insert(unit);
        }
        for group in groups.values() {
            let mut owners = group.iter().filter_map(|&unit| Some((unit, fixed(unit)?)));
            let Some((first, owner)) = owners.next() else { continue };
            if let Some((other, _)) = owners.find(|entry| entry.1 != owner) {
                return unusable(format!(
                    "Units {first} and {other} must be together, but they are fixed to different territories"
                ));
            }
            let locked = self.territories.get(owner as usize).is_some_and(|territory| territory.locked);
            let free = group.iter().find(|&&unit| fixed(unit).is_none());
            if let (true, Some(free)) = (locked, free) {
                return unusable(format!(
                    "Units {first} and {free} must be together, but unit {first} is in a locked territory"
                ));
            }
        }
        let mut same_group = |pair: &&[u32; 2]| {
            pair[0] != pair[1] && pair.iter().all(is_in) && sets.root(pair[0] as usize) == sets.root(pair[1] as usize)
        };
        if let Some([a, b]) = self.apart.iter().find(|pair| same_group(pair)) {
            return unusable(format!("Units {a} and {b} must be both together and apart"));
        }
        Ok(())
    }

    fn check_table(&self) -> Result<(), SolveError> {
        let units = self.places.len();
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
        if let Some(km) = graph.border_km.iter().find(|km| !is_amount(f64::from(**km))) {
            return unusable(format!("Expected borders of 0 km or more, found {km} km"));
        }
        let pairs = |turned: bool| {
            let rows =
                (0..units).flat_map(|unit| graph.neighbours(unit).iter().map(move |&other| (unit as u32, other)));
            let mut pairs: Vec<(u32, u32)> = rows.map(|(a, b)| if turned { (b, a) } else { (a, b) }).collect();
            pairs.sort_unstable();
            pairs
        };
        let there = pairs(false);
        if let Some((unit, _)) = there.iter().find(|(unit, other)| unit == other) {
            return unusable(format!("Unit {unit} is given as its own neighbour"));
        }
        if let Some(&[(unit, other), _]) = there.array_windows().find(|[one, next]| one == next) {
            return unusable(format!("Unit {unit} has unit {other} as neighbour more than once"));
        }
        if let Some((&(unit, other), _)) = there.iter().zip(&pairs(true)).find(|(there, back)| there != back) {
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
