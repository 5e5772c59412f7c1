//! A start for several measures whose ratio differs from place to place: recursive bisection whose every cut divides all measures
//! at once, as far as a straight line can (two measures always: the ham sandwich theorem, Stone & Tukey 1942).
//!
//! Prices cannot do this. They shift borders; but where a whole region has too little of one measure for its territories, as a
//! city has few postal codes for its people, territories have to be laid out anew, so that each reaches from where there is much of
//! the one to where there is much of the other.

use std::f64::consts::TAU;

use super::geometry::{dot, normalised, plane_at};
use super::instance::{Instance, NONE};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::random::Random;

/// An owner for every unit. Territories are cells between straight cuts and, where that can be had, whole.
pub(super) fn divide(instance: &Instance, random: &mut Random, progress: &Progress) -> Result<Vec<u16>, Cancelled> {
    let mut owner = vec![NONE; instance.units()];
    let mut territories: Vec<u16> = (0..instance.territories() as u16).collect();
    random.shuffle(&mut territories);
    let mut division = Division {
        instance,
        tolerance: tolerances(instance),
        local: vec![u32::MAX; instance.units()],
        owner: &mut owner,
        progress,
    };
    division.split((0..instance.units() as u32).collect(), &territories, random)?;
    for (unit, owner) in owner.iter_mut().enumerate() {
        if instance.fixed[unit] != NONE {
            *owner = instance.fixed[unit];
        }
    }
    Ok(owner)
}

/// Per measure half the range between the limits of all territories together, in parts of their targets.
fn tolerances(instance: &Instance) -> Vec<f64> {
    let m = instance.measures;
    let sum = |list: &[f64], measure: usize| list.iter().skip(measure).step_by(m).sum::<f64>();
    let tolerance = |measure: usize| {
        let range = sum(&instance.high, measure) - sum(&instance.low, measure);
        (0.5 * range / sum(&instance.target, measure).max(1e-12)).clamp(1e-3, 1.0)
    };
    (0..m).map(tolerance).collect()
}

/// Directions that are tried at first, how many of them are looked at closer, and how often.
const DIRECTIONS: usize = 36;
const KEPT: usize = 6;
const REFINEMENTS: usize = 4;
/// A side of `n` territories may be off by its tolerance times `n` to the power of this: the more still has to be divided, the
/// closer it must be.
const CLOSER: f64 = -0.3;

struct Division<'a> {
    instance: &'a Instance,
    tolerance: Vec<f64>,
    /// Per unit its place in the region that is cut, `u32::MAX` outside.
    local: Vec<u32>,
    owner: &'a mut [u16],
    progress: &'a Progress,
}

/// A cut along a direction after so many units.
#[derive(Debug, Clone, Copy)]
struct Cut {
    angle: f64,
    at: usize,
    /// By how much load the two sides are off beyond what is allowed, in mean targets.
    over: f64,
    /// The part of the spread that is left within the two sides: the less, the more compact they are.
    spread: f64,
}

impl Cut {
    fn is_better(&self, other: &Self) -> bool {
        self.over.total_cmp(&other.over).then(self.spread.total_cmp(&other.spread)).is_lt()
    }
}

impl Division<'_> {
    fn split(&mut self, units: Vec<u32>, territories: &[u16], random: &mut Random) -> Result<(), Cancelled> {
        self.progress.check()?;
        if territories.len() <= 1 || units.len() <= territories.len() {
            for (&unit, &territory) in units.iter().zip(territories.iter().cycle()) {
                self.owner[unit as usize] = territory;
            }
            return Ok(());
        }
        for (at, &unit) in units.iter().enumerate() {
            self.local[unit as usize] = at as u32;
        }
        let (count, sides) = self.best_sides(&units, territories, random)?;
        for &unit in &units {
            self.local[unit as usize] = u32::MAX;
        }
        let on = |side: bool| units.iter().zip(&sides).filter(|unit| *unit.1 == side).map(|unit| *unit.0).collect();
        let (left, right) = territories.split_at(count);
        self.split(on(false), left, random)?;
        self.split(on(true), right, random)
    }

    /// How many territories are on the left of the best cut that was found, half of them or some more or fewer where halves cannot
    /// be had, and per unit whether it is on the right.
    fn best_sides(
        &self,
        units: &[u32],
        territories: &[u16],
        random: &mut Random,
    ) -> Result<(usize, Vec<bool>), Cancelled> {
        let half = territories.len() / 2 + if territories.len() % 2 == 1 { random.below(2) } else { 0 };
        let others = (1..=territories.len() / 4).flat_map(|more| [half - more.min(half), half + more]);
        let counts = std::iter::once(half).chain(others).filter(|count| (1..territories.len()).contains(count));
        let mut best: Option<(Cut, usize)> = None;
        for count in counts {
            self.progress.check()?;
            let cut = Region::new(self, units, territories.split_at(count)).best_cut(random.unit());
            if best.is_none_or(|(best, _)| cut.over < best.over) {
                best = Some((cut, count));
            }
            if cut.over == 0.0 {
                break;
            }
        }
        let (cut, count) = best.unwrap_or((Cut { angle: 0.0, at: half, over: 0.0, spread: 0.0 }, half));
        Ok((count, Region::new(self, units, territories.split_at(count)).sides(cut)))
    }
}

/// Units to be cut in two, in a plane.
struct Region<'a> {
    division: &'a Division<'a>,
    units: &'a [u32],
    flat: Vec<[f64; 2]>,
    /// Per side and measure the load it shall have, and how far it may be off.
    targets: [Vec<f64>; 2],
    allowed: [Vec<f64>; 2],
    totals: Vec<f64>,
    moments: Moments,
    /// Enough units on both sides for one in each territory.
    least: usize,
    most: usize,
}

impl<'a> Region<'a> {
    fn new(division: &'a Division<'a>, units: &'a [u32], (left, right): (&[u16], &[u16])) -> Self {
        let instance = division.instance;
        let m = instance.measures;
        let mut sum = [0.0; 3];
        let mut totals = vec![0.0; m];
        for &unit in units {
            let weight = instance.pulls[unit as usize];
            for (sum, x) in sum.iter_mut().zip(instance.points[unit as usize]) {
                *sum += weight * x;
            }
            for (total, load) in totals.iter_mut().zip(instance.unit_loads(unit as usize)) {
                *total += load;
            }
        }
        let [east, north] = plane_at(normalised(sum).unwrap_or([1.0, 0.0, 0.0]));
        let in_plane =
            |&unit: &u32| [dot(instance.points[unit as usize], east), dot(instance.points[unit as usize], north)];
        let target = |side: &[u16]| -> Vec<f64> {
            let of = |measure: usize| side.iter().map(|&t| instance.target[t as usize * m + measure]).sum();
            (0..m).map(of).collect()
        };
        let targets = [target(left), target(right)];
        let allowed = |targets: &Vec<f64>, territories: usize| -> Vec<f64> {
            let closer = (territories as f64).powf(CLOSER);
            targets.iter().zip(&division.tolerance).map(|(target, tolerance)| closer * tolerance * target).collect()
        };
        let mut region = Self {
            division,
            units,
            flat: units.iter().map(in_plane).collect(),
            allowed: [allowed(&targets[0], left.len()), allowed(&targets[1], right.len())],
            targets,
            totals,
            moments: Moments::default(),
            least: left.len().min(units.len()),
            most: units.len().saturating_sub(right.len()),
        };
        for at in 0..units.len() {
            region.moments.add(region.weight(at), region.flat[at]);
        }
        region
    }

    /// The best of some directions, looked at closer and closer, with both sides made whole. `turn` in 0..1 says where to begin.
    fn best_cut(&self, turn: f64) -> Cut {
        let along = |angle: f64| {
            let cut = self.best_along(angle);
            self.valued(cut, &self.sides(cut))
        };
        let mut step = TAU / DIRECTIONS as f64;
        let mut cuts: Vec<Cut> = (0..DIRECTIONS).map(|nth| along((nth as f64 + turn) * step)).collect();
        for _ in 0..REFINEMENTS {
            cuts.sort_by(|a, b| a.over.total_cmp(&b.over).then(a.spread.total_cmp(&b.spread)));
            cuts.truncate(KEPT);
            step *= 0.5;
            let closer: Vec<Cut> =
                cuts.iter().flat_map(|cut| [along(cut.angle - step), along(cut.angle + step)]).collect();
            cuts.extend(closer);
        }
        let first = cuts[0];
        cuts.into_iter().fold(first, |best, cut| if cut.is_better(&best) { cut } else { best })
    }

    /// The best place along a direction, with no regard to pieces.
    fn best_along(&self, angle: f64) -> Cut {
        let mut best = Cut { angle, at: self.least, over: f64::INFINITY, spread: f64::INFINITY };
        let mut loads = vec![0.0; self.totals.len()];
        let mut moments = Moments::default();
        let whole = self.moments.spread().max(1e-300);
        for (at, unit) in self.order(angle).into_iter().enumerate() {
            if at >= self.least && at <= self.most {
                let over = self.over(&loads);
                if over <= best.over {
                    let cut = Cut {
                        angle,
                        at,
                        over,
                        spread: (moments.spread() + self.moments.less(&moments).spread()) / whole,
                    };
                    if cut.is_better(&best) {
                        best = cut;
                    }
                }
            }
            moments.add(self.weight(unit as usize), self.flat[unit as usize]);
            for (sum, load) in loads.iter_mut().zip(self.loads(unit as usize)) {
                *sum += load;
            }
        }
        best
    }

    /// What a cut is worth with its sides as they are.
    fn valued(&self, cut: Cut, sides: &[bool]) -> Cut {
        let mut loads = vec![0.0; self.totals.len()];
        let mut moments = Moments::default();
        for at in (0..self.units.len()).filter(|&at| !sides[at]) {
            moments.add(self.weight(at), self.flat[at]);
            for (sum, load) in loads.iter_mut().zip(self.loads(at)) {
                *sum += load;
            }
        }
        let spread = moments.spread() + self.moments.less(&moments).spread();
        Cut { over: self.over(&loads), spread: spread / self.moments.spread().max(1e-300), ..cut }
    }

    /// Beyond what is allowed, with these loads on the left.
    fn over(&self, loads: &[f64]) -> f64 {
        let mut over = 0.0;
        for (measure, &load) in loads.iter().enumerate() {
            for (side, load) in [load, self.totals[measure] - load].into_iter().enumerate() {
                over += ((load - self.targets[side][measure]).abs() - self.allowed[side][measure]).max(0.0);
            }
        }
        over
    }

    /// Per unit whether it is on the right of a cut, where units must hang together after pieces were given to the other side.
    fn sides(&self, cut: Cut) -> Vec<bool> {
        let mut right = vec![true; self.units.len()];
        for &at in &self.order(cut.angle)[..cut.at] {
            right[at as usize] = false;
        }
        if self.division.instance.contiguous {
            // What one side gives away may part the other, so the first one is looked at again.
            for side in [false, true, false] {
                self.give_pieces_away(&mut right, side);
            }
        }
        right
    }

    /// All but the largest piece of one side go to the other.
    fn give_pieces_away(&self, right: &mut [bool], side: bool) {
        let mut piece_of = vec![u32::MAX; self.units.len()];
        let mut sizes: Vec<usize> = Vec::new();
        let mut stack = Vec::new();
        for first in 0..self.units.len() {
            if right[first] != side || piece_of[first] != u32::MAX {
                continue;
            }
            let piece = sizes.len();
            sizes.push(0);
            piece_of[first] = piece as u32;
            stack.push(first);
            while let Some(at) = stack.pop() {
                sizes[piece] += 1;
                for &neighbour in self.division.instance.graph.neighbours(self.units[at] as usize) {
                    let other = self.division.local[neighbour as usize] as usize;
                    if other < self.units.len() && right[other] == side && piece_of[other] == u32::MAX {
                        piece_of[other] = piece as u32;
                        stack.push(other);
                    }
                }
            }
        }
        let largest = (0..sizes.len()).max_by_key(|&piece| (sizes[piece], std::cmp::Reverse(piece)));
        for (right, &piece) in right.iter_mut().zip(&piece_of) {
            if piece != u32::MAX && Some(piece as usize) != largest {
                *right = !side;
            }
        }
    }

    /// The units of the region in the order in which they lie along a direction.
    fn order(&self, angle: f64) -> Vec<u32> {
        let (sin, cos) = angle.sin_cos();
        let mut keyed: Vec<(f64, u32)> =
            self.flat.iter().enumerate().map(|(at, [x, y])| (cos * x + sin * y, at as u32)).collect();
        keyed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        keyed.into_iter().map(|entry| entry.1).collect()
    }

    fn weight(&self, at: usize) -> f64 {
        self.division.instance.pulls[self.units[at] as usize]
    }

    fn loads(&self, at: usize) -> &[f64] {
        self.division.instance.unit_loads(self.units[at] as usize)
    }
}

/// Sums from which the squared distances from a common middle follow.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    weight: f64,
    x: f64,
    y: f64,
    squares: f64,
}

impl Moments {
    pub fn add(&mut self, weight: f64, [x, y]: [f64; 2]) {
        self.weight += weight;
        self.x += weight * x;
        self.y += weight * y;
        self.squares += weight * (x * x + y * y);
    }

    pub fn less(&self, other: &Self) -> Self {
        Self {
            weight: self.weight - other.weight,
            x: self.x - other.x,
            y: self.y - other.y,
            squares: self.squares - other.squares,
        }
    }

    pub fn join(&mut self, other: &Self) {
        self.weight += other.weight;
        self.x += other.x;
        self.y += other.y;
        self.squares += other.squares;
    }

    pub fn weight(&self) -> f64 {
        self.weight
    }

    pub fn spread(&self) -> f64 {
        if self.weight > 0.0 {
            (self.squares - (self.x * self.x + self.y * self.y) / self.weight).max(0.0)
        } else {
            0.0
        }
    }
}
