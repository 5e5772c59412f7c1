//! The climb to good multipliers: the volume algorithm of Barahona & Anbil (2000), a subgradient method whose direction is a running
//! mean, so that it nears what a bundle method does at the price of a sum.
//!
//! Most steps look at the promising places alone. Now and then all are looked at: only then is the value a bound, and then it is
//! decided which places are promising.

use super::relax::{Group, Opened, Relaxation, relax};
use super::settle::settle;
use super::sites::{Block, Sites};
use super::value::Multipliers;
use crate::domain::progress::{Cancelled, Progress};
use crate::solve::geometry::Vector;

/// Where the climb stands.
pub(super) struct Ascent<'a> {
    pub sites: &'a Sites,
    /// All places at which a centre may be.
    pub everywhere: Vec<Group>,
    /// How many of the cheapest places stand for all territories.
    pub spread: usize,
    /// A value that the climb shall not hope to pass: the travel of a plan.
    pub ceiling: f64,
    /// The best multipliers, and their value over all places.
    pub multipliers: Vec<f64>,
    pub value: f64,
    /// What part of the value is the homes'.
    pub homes: f64,
    pub boldness: f64,
    /// Which part of the places is promising: more when steps over them hoped in vain.
    pub part: f64,
    /// One more than the largest number of a place.
    pub count: usize,
}

/// The least part of the places that stay promising.
const LEAST_PROMISING: f64 = 0.04;
/// Whatever the part, so many per territory and per group stay.
const PROMISING_PER_TERRITORY: usize = 6;
const PROMISING_PER_GROUP: usize = 1;

/// Steps between two looks at all places.
const BETWEEN: usize = 20;

impl<'a> Ascent<'a> {
    /// Before the first step, without places.
    pub fn new(sites: &'a Sites, multipliers: Vec<f64>, ceiling: f64) -> Self {
        Self {
            sites,
            everywhere: Vec::new(),
            spread: sites.free,
            ceiling,
            multipliers,
            value: f64::NEG_INFINITY,
            homes: 0.0,
            boldness: FIRST_BOLDNESS,
            part: 1.0,
            count: sites.len(),
        }
    }

    /// The places or their number have changed: the value says nothing any more.
    pub fn forget(&mut self) {
        self.value = f64::NEG_INFINITY;
        self.homes = 0.0;
        self.boldness = self.boldness.max(AGAIN);
    }

    /// One more place at which a centre may be.
    pub fn add_place(&mut self, at: Vector, extension: f64) {
        let block = Block { start: 0, end: 0, centre: at, radius_km: 0.0 };
        self.everywhere.push(Group { block, places: vec![(self.count as u32, at)], extension });
        self.count += 1;
    }

    /// Climbs for so many steps; `found` hears of every better value over all places.
    pub fn climb(
        &mut self,
        steps: usize,
        progress: &Progress,
        found: &mut dyn FnMut(f64, &[f64]),
    ) -> Result<(), Cancelled> {
        let mut here = self.multipliers.clone();
        let mut mean: Vec<f64> = Vec::new();
        let (mut done, mut hoped, mut before) = (0, f64::NEG_INFINITY, self.value);
        loop {
            let all = self.look(&here, None, progress)?;
            let gain = hoped - before.max(f64::MIN);
            if hoped - all.value > 0.3 * gain {
                self.part = (2.0 * self.part).min(1.0);
            } else if hoped - all.value < 0.1 * gain {
                self.part = (0.7 * self.part).max(LEAST_PROMISING);
            }
            if all.value > self.value {
                self.value = all.value;
                self.homes = all.homes;
                self.multipliers.clone_from(&here);
                found(all.value, &here);
            }
            if done >= steps {
                return Ok(());
            }
            before = all.value;
            let mut near = self.promising(all.opened);
            if mean.is_empty() {
                mean = all.untaken;
            }
            let between = BETWEEN.min(steps - done);
            hoped = self.stride(&mut here, all.value, &mut mean, &mut near, between, progress)?;
            done += between;
        }
    }

    /// Adds the places between units to which the best units lead.
    pub fn add_settled(&mut self, progress: &Progress) -> Result<(), Cancelled> {
        let multipliers = Multipliers::new(self.sites, self.multipliers.clone());
        let all = relax(self.sites, &multipliers, &mut self.everywhere, self.spread, progress)?;
        let mut value = vec![f64::INFINITY; self.count];
        for opened in &all.opened {
            value[opened.place as usize] = opened.value;
        }
        let best = |group: &Group| {
            let units = group.places.iter().filter(|place| (place.0 as usize) < self.sites.len());
            units.min_by(|a, b| value[a.0 as usize].total_cmp(&value[b.0 as usize])).map(|place| place.1)
        };
        let best: Vec<Option<Vector>> = self.everywhere.iter().map(best).collect();
        let settled = settle(self.sites, &multipliers, &self.everywhere, &best, progress)?;
        let extension = self.widest();
        for at in settled {
            self.add_place(at, extension);
        }
        Ok(())
    }

    /// The largest extension that any group needs.
    pub fn widest(&self) -> f64 {
        self.everywhere.iter().map(|group| group.extension).fold(0.0, f64::max)
    }

    fn look(
        &mut self,
        at: &[f64],
        near: Option<&mut Vec<Group>>,
        progress: &Progress,
    ) -> Result<Relaxation, Cancelled> {
        let multipliers = Multipliers::new(self.sites, at.to_vec());
        relax(self.sites, &multipliers, near.unwrap_or(&mut self.everywhere), self.spread, progress)
    }

    /// Steps over promising places alone, from `here` with that value.
    fn stride(
        &mut self,
        here: &mut Vec<f64>,
        mut value: f64,
        mean: &mut [f64],
        near: &mut Vec<Group>,
        steps: usize,
        progress: &Progress,
    ) -> Result<f64, Cancelled> {
        let sites = self.sites;
        let mut falls = 0;
        for _ in 0..steps {
            progress.tick(1)?;
            let product = |a: &[f64], b: &[f64]| -> f64 {
                a.iter().zip(b).zip(&sites.weights).map(|((a, b), weight)| weight * a * b).sum()
            };
            let norm = product(mean, mean);
            if norm <= 1e-12 {
                break;
            }
            let length = self.boldness * (self.ceiling - value).max(1e-4 * self.ceiling) / norm;
            let next: Vec<f64> =
                here.iter().zip(mean.iter()).zip(&sites.weights).map(|((x, v), w)| x + length * w * v).collect();
            let found = self.look(&next, Some(near), progress)?;
            let (own, cross) = (product(&found.untaken, &found.untaken), product(&found.untaken, mean));
            // The part of the new direction that makes the mean shortest, within limits.
            let best = (norm - cross) / (own - 2.0 * cross + norm).max(1e-12);
            let part = if best.is_finite() { best.clamp(LEAST_PART, MOST_PART) } else { MOST_PART };
            if found.value > value {
                (*here, value, falls) = (next, found.value, 0);
                if cross > 0.0 {
                    self.boldness = (self.boldness * 1.1).min(2.0);
                }
            } else {
                falls += 1;
                if falls >= PATIENCE {
                    falls = 0;
                    self.boldness = (self.boldness * 0.66).max(1e-4);
                }
            }
            for (mean, new) in mean.iter_mut().zip(&found.untaken) {
                *mean += part * (new - *mean);
            }
        }
        Ok(value)
    }

    /// The groups with their promising places alone.
    fn promising(&self, mut opened: Vec<Opened>) -> Vec<Group> {
        let count = ((opened.len() as f64 * self.part) as usize)
            .max(PROMISING_PER_TERRITORY * self.sites.free)
            .min(opened.len());
        let order = |a: &Opened, b: &Opened| a.value.total_cmp(&b.value).then(a.place.cmp(&b.place));
        if count > 0 && count < opened.len() {
            opened.select_nth_unstable_by(count - 1, order);
        }
        let mut value = vec![f64::INFINITY; self.count];
        let mut chosen = vec![false; self.count];
        for (nth, opened) in opened.iter().enumerate() {
            value[opened.place as usize] = opened.value;
            chosen[opened.place as usize] = nth < count;
        }
        let groups = self.everywhere.iter().map(|group| {
            let mut places = group.places.clone();
            places.sort_by(|a, b| value[a.0 as usize].total_cmp(&value[b.0 as usize]).then(a.0.cmp(&b.0)));
            let mut nth = 0;
            places.retain(|&(place, _)| {
                nth += 1;
                nth <= PROMISING_PER_GROUP || chosen[place as usize]
            });
            Group { places, ..*group }
        });
        groups.collect()
    }
}

/// Part of the way to the ceiling that a step dares at first, and when the places have changed.
const FIRST_BOLDNESS: f64 = 0.05;
const AGAIN: f64 = 0.002;

/// How much a new direction counts in the mean.
const LEAST_PART: f64 = 0.02;
const MOST_PART: f64 = 0.2;

/// Steps without gain before the stride is shortened.
const PATIENCE: usize = 3;
