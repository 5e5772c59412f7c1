//! Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983) of some territories and their units: single units over a border, and
//! pairs (a unit goes over a border and another one back, or on to a third territory). Where territories shall hang together they
//! do so at every step. By numbers of steps alone.

use super::border::Border;
use super::connect::Connectivity;
use super::contested::Contested;
use super::evaluate::{PAIR, strain};
use super::instance::{Centre, Instance, NONE};
use super::medians::Medians;
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::random::Random;

/// How hot, and how dear it is to break a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quench {
    /// In weighted kilometres.
    pub temperature: f64,
    /// Of load outside the limits, in weighted kilometres per mean target.
    pub price: f64,
    /// Steps per unit that can move.
    pub steps_per_unit: f64,
    /// What the strain of loads outside their limits or near them ([`Instance::strain`]) costs, in prices of excess; 0 for nothing.
    pub strain: f64,
}

/// Anneals all units of the instance and returns their owners. `multipliers` has per territory and measure what a load costs beyond
/// its travel.
pub(super) fn anneal(
    instance: &Instance,
    owner: Vec<u16>,
    multipliers: Vec<f64>,
    quench: Quench,
    random: &mut Random,
    progress: &Progress,
) -> Result<Vec<u16>, Cancelled> {
    let mut search = Search::new(instance, owner, multipliers, quench);
    let steps = (quench.steps_per_unit * search.movable() as f64) as usize;
    search.run(steps, random, progress)?;
    Ok(search.owner)
}

/// The state of a run.
struct Search<'a> {
    instance: &'a Instance,
    quench: Quench,
    multipliers: Vec<f64>,
    owner: Vec<u16>,
    sizes: Vec<u32>,
    loads: Vec<f64>,
    /// Per territory what its loads cost for being outside the limits or off the target.
    strain: Vec<f64>,
    /// Per cap what has moved.
    moved: Vec<f64>,
    centres: Vec<Centre>,
    ways: Ways,
    /// The medians with their members, where centres are medians.
    medians: Option<Medians>,
    connectivity: Connectivity,
}

/// Where units can go.
enum Ways {
    /// Over a border to the territory of a neighbour.
    Borders(Border),
    /// To one of the territories that are near, with no regard to neighbours.
    Near(Contested),
}

/// The centres follow so often before what is near is looked at again.
const NEAR_LASTS: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Move {
    unit: usize,
    from: usize,
    to: usize,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, owner: Vec<u16>, multipliers: Vec<f64>, quench: Quench) -> Self {
        let centres = instance.centres(&owner, &[]);
        let ways = if instance.contiguous {
            Ways::Borders(Border::new(instance, &owner))
        } else {
            Ways::Near(Contested::new(instance, &owner, &centres, &multipliers, quench.temperature))
        };
        let mut sizes = vec![0; instance.territories()];
        for &territory in &owner {
            sizes[territory as usize] += 1;
        }
        let mut search = Self {
            quench,
            multipliers,
            sizes,
            loads: instance.loads_of(&owner),
            strain: vec![0.0; instance.territories()],
            moved: instance.moved.iter().map(|cap| instance.moved_amount(cap, &owner)).collect(),
            centres,
            ways,
            medians: instance.medians.then(|| Medians::new(instance, &owner)),
            connectivity: Connectivity::default(),
            instance,
            owner,
        };
        for territory in 0..instance.territories() {
            search.strain[territory] = search.strain_with(territory, &[], 0.0, &[], 0.0);
        }
        search
    }

    fn movable(&self) -> usize {
        match &self.ways {
            Ways::Borders(_) => self.owner.len(),
            Ways::Near(contested) => contested.len(),
        }
    }

    fn run(&mut self, steps: usize, random: &mut Random, progress: &Progress) -> Result<(), Cancelled> {
        let refresh = self.movable().max(64);
        for step in 0..steps {
            if step % 4096 == 0 {
                progress.check()?;
            }
            if step % refresh == refresh - 1 {
                self.refresh(step / refresh);
            }
            let Some(first) = self.propose(random) else { continue };
            if random.below(4) == 0 {
                self.try_pair(first, random);
            } else {
                self.try_single(first, random);
            }
        }
        Ok(())
    }

    /// Centres follow their units now and then; which territories are near changes more slowly still.
    fn refresh(&mut self, nth: usize) {
        if let Some(medians) = &mut self.medians {
            medians.refresh(self.instance);
            medians.write(self.instance, &mut self.centres);
        } else {
            self.centres = self.instance.centres(&self.owner, &self.centres);
        }
        if nth % NEAR_LASTS == NEAR_LASTS - 1
            && let Ways::Near(contested) = &mut self.ways
        {
            *contested =
                Contested::new(self.instance, &self.owner, &self.centres, &self.multipliers, self.quench.temperature);
        }
    }

    /// A unit and where it could go. Territories have the same chance each, whatever their size.
    fn propose(&self, random: &mut Random) -> Option<Move> {
        let from = random.below(self.sizes.len());
        self.propose_from(from, random)
    }

    fn propose_from(&self, from: usize, random: &mut Random) -> Option<Move> {
        let list = match &self.ways {
            Ways::Borders(border) => &border.units[from],
            Ways::Near(contested) => contested.units(from),
        };
        if list.is_empty() || self.sizes[from] <= 1 {
            return None;
        }
        let unit = list[random.below(list.len())] as usize;
        if self.instance.fixed[unit] != NONE {
            return None;
        }
        match &self.ways {
            Ways::Borders(_) => {
                let neighbours = self.instance.graph.neighbours(unit);
                let start = random.below(neighbours.len());
                let (before, after) = neighbours.split_at(start);
                let foreign = |&&other: &&u32| self.owner[other as usize] as usize != from;
                let other = after.iter().chain(before).find(foreign)?;
                Some(Move { unit, from, to: self.owner[*other as usize] as usize })
            }
            Ways::Near(contested) => {
                let near = contested.near(unit);
                let to = near[random.below(near.len())] as usize;
                (to != from).then_some(Move { unit, from, to })
            }
        }
    }

    fn travel_change(&mut self, m: Move) -> f64 {
        let mut dual = 0.0;
        let measures = self.instance.measures;
        for (measure, load) in self.instance.unit_loads(m.unit).iter().enumerate() {
            dual +=
                load * (self.multipliers[m.to * measures + measure] - self.multipliers[m.from * measures + measure]);
        }
        if let Some(medians) = &mut self.medians {
            return dual + medians.change(self.instance, m.unit, m.from, m.to);
        }
        let there = self.instance.cost_km(m.unit, m.to, &self.centres[m.to]);
        let here = self.instance.cost_km(m.unit, m.from, &self.centres[m.from]);
        self.instance.pulls[m.unit] * (there - here) + dual
    }

    /// What the borders cost more after a move, which comes after another one or none.
    fn border_change(&self, m: Move, after: Option<Move>) -> f64 {
        if self.instance.border_price == 0.0 {
            return 0.0;
        }
        let mut change = 0.0;
        for (other, km) in self.instance.graph.borders(m.unit) {
            let owner = match after {
                Some(before) if before.unit == other as usize => before.to,
                _ => self.owner[other as usize] as usize,
            };
            if owner == m.from {
                change += f64::from(km);
            } else if owner == m.to {
                change -= f64::from(km);
            }
        }
        self.instance.border_price * change
    }

    /// What the caps on moves, the pairs that must be apart and the largest distance cost more after some moves.
    fn rule_change(&self, moves: &[Move]) -> f64 {
        let mut change = 0.0;
        for (cap, &moved) in self.instance.moved.iter().zip(&self.moved) {
            let more: f64 = moves.iter().map(|m| self.moved_by(*m) * cap.amounts[m.unit]).sum();
            change += (moved + more - cap.most).max(0.0) - (moved - cap.most).max(0.0);
        }
        if !self.instance.apart.is_empty() {
            for (nth, m) in moves.iter().enumerate() {
                for &other in &self.instance.apart[m.unit] {
                    let moved_too = moves.iter().position(|move_| move_.unit == other as usize);
                    if moved_too.is_some_and(|other| other < nth) {
                        continue; // The pair has been counted with the other one.
                    }
                    let before = self.owner[other as usize] as usize;
                    let after = moved_too.map_or(before, |nth| moves[nth].to);
                    change += PAIR * (f64::from(u8::from(after == m.to)) - f64::from(u8::from(before == m.from)));
                }
            }
        }
        if self.instance.max_distance_km < f64::INFINITY {
            for m in moves {
                let far = |territory: usize| self.instance.too_far(m.unit, territory, &self.centres[territory]);
                change += far(m.to) - far(m.from);
            }
        }
        self.quench.price * change
    }

    /// 1 for a unit that leaves its place of today, -1 for one that comes back to it.
    fn moved_by(&self, m: Move) -> f64 {
        let today = self.instance.current[m.unit] as usize;
        f64::from(u8::from(m.from == today)) - f64::from(u8::from(m.to == today))
    }

    fn accepts(&self, change: f64, random: &mut Random) -> bool {
        change <= 0.0 && (change < 0.0 || random.below(2) == 0)
            || self.quench.temperature > 0.0 && random.unit() < (-change / self.quench.temperature).exp()
    }

    fn try_single(&mut self, m: Move, random: &mut Random) {
        let loads = self.instance.unit_loads(m.unit);
        let strain = self.strain_with(m.from, loads, -1.0, &[], 0.0) + self.strain_with(m.to, loads, 1.0, &[], 0.0)
            - self.strain[m.from]
            - self.strain[m.to];
        let change = self.travel_change(m) + self.border_change(m, None) + self.rule_change(&[m]) + strain;
        if self.accepts(change, random) && self.may_leave(m.unit) {
            self.make(m);
        }
    }

    /// The move, and one of another unit out of the territory that it goes to.
    fn try_pair(&mut self, first: Move, random: &mut Random) {
        let second = self.propose_from(first.to, random);
        let Some(second) = second.filter(|second| second.unit != first.unit) else {
            return;
        };
        let (a, b) = (self.instance.unit_loads(first.unit), self.instance.unit_loads(second.unit));
        let mut strain = self.strain_with(first.to, a, 1.0, b, -1.0) - self.strain[first.to];
        if second.to == first.from {
            strain += self.strain_with(first.from, a, -1.0, b, 1.0) - self.strain[first.from];
        } else {
            strain += self.strain_with(first.from, a, -1.0, &[], 0.0) - self.strain[first.from];
            strain += self.strain_with(second.to, b, 1.0, &[], 0.0) - self.strain[second.to];
        }
        let borders = self.border_change(first, None) + self.border_change(second, Some(first));
        let travel = self.travel_change(first) + self.travel_change(second);
        let change = travel + borders + self.rule_change(&[first, second]) + strain;
        if !self.accepts(change, random) || !self.may_leave(first.unit) {
            return;
        }
        self.make(first);
        let still = !self.instance.contiguous || self.touches(second.unit, second.to);
        if still && self.may_leave(second.unit) {
            self.make(second);
        } else {
            self.make(Move { unit: first.unit, from: first.to, to: first.from });
        }
    }

    /// What the loads of a territory cost for being outside the limits or off the target, with one unit's loads added `times` and
    /// another's `more` times.
    fn strain_with(&self, territory: usize, loads: &[f64], times: f64, others: &[f64], more: f64) -> f64 {
        let at = territory * self.instance.measures;
        let (mut excess, mut off) = (0.0, 0.0);
        for measure in 0..self.instance.measures {
            let one = if loads.is_empty() { 0.0 } else { loads[measure] * times };
            let other = if others.is_empty() { 0.0 } else { others[measure] * more };
            let load = self.loads[at + measure] + one + other;
            let over = (load - self.instance.high[at + measure]).max(self.instance.low[at + measure] - load);
            if over > 0.0 {
                excess += over * self.instance.importance[measure];
            }
            if self.quench.strain > 0.0 {
                let range = self.instance.high[at + measure] - self.instance.low[at + measure];
                excess += self.quench.strain * strain(over, range) * self.instance.importance[measure];
            }
            off += self.instance.closeness[measure] * (load - self.instance.target[at + measure]).abs();
        }
        self.quench.price * excess + off
    }

    fn may_leave(&mut self, unit: usize) -> bool {
        !self.instance.contiguous || self.connectivity.may_leave(&self.instance.graph, &self.owner, unit)
    }

    fn touches(&self, unit: usize, territory: usize) -> bool {
        self.instance.graph.neighbours(unit).iter().any(|&other| self.owner[other as usize] as usize == territory)
    }

    fn make(&mut self, m: Move) {
        let measures = self.instance.measures;
        for measure in 0..measures {
            let load = self.instance.loads[m.unit * measures + measure];
            self.loads[m.from * measures + measure] -= load;
            self.loads[m.to * measures + measure] += load;
        }
        for (at, cap) in self.instance.moved.iter().enumerate() {
            self.moved[at] += self.moved_by(m) * cap.amounts[m.unit];
        }
        self.sizes[m.from] -= 1;
        self.sizes[m.to] += 1;
        self.strain[m.from] = self.strain_with(m.from, &[], 0.0, &[], 0.0);
        self.strain[m.to] = self.strain_with(m.to, &[], 0.0, &[], 0.0);
        self.owner[m.unit] = m.to as u16;
        match &mut self.ways {
            Ways::Borders(border) => border.follow(self.instance, &self.owner, m.unit, m.from, m.to),
            Ways::Near(contested) => contested.follow(m.unit, m.from, m.to),
        }
        if let Some(medians) = &mut self.medians {
            medians.follow(self.instance, m.unit, m.from, m.to);
        }
    }
}

#[cfg(test)]
#[path = "anneal_tests.rs"]
mod tests;
