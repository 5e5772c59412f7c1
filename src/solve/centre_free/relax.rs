//! The relaxed problem at given multipliers: as many of the cheapest territories as there shall be, each around the best place for
//! it, whether or not they take every unit once.

use rayon::prelude::*;

use super::sites::{Block, Range, Sites};
use super::value::{Filled, Item, Multipliers, Near, fill, gather};
use crate::domain::progress::{Cancelled, Progress};
use crate::solve::geometry::Vector;

/// Places near each other at which a centre may be, all within `block`.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub block: Block,
    pub places: Vec<(u32, Vector)>,
    /// How much more than nothing a load may cost when units are gathered; follows what was needed.
    pub extension: f64,
}

/// A place and the least that a territory around it costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opened {
    pub value: f64,
    pub place: u32,
    pub at: Vector,
    pub extension: f64,
}

/// What the relaxed problem came to.
#[derive(Debug)]
pub(super) struct Relaxation {
    /// Weighted kilometres; a lower bound of the travel if every place was among those looked at.
    pub value: f64,
    /// The part of it that territories with homes are.
    pub homes: f64,
    /// Per unit how much of it no territory took; negative where several did. A direction in which the multipliers may rise.
    pub untaken: Vec<f64>,
    /// All values, in no order that counts.
    pub opened: Vec<Opened>,
}

/// The least cost of a territory around every place.
pub(super) fn open(
    sites: &Sites,
    multipliers: &Multipliers,
    groups: &mut [Group],
    progress: &Progress,
) -> Result<Vec<Opened>, Cancelled> {
    let opened: Vec<Vec<Opened>> = groups
        .par_iter_mut()
        .with_min_len(4)
        .map_init(
            || (Near::default(), Vec::new()),
            |(near, items), group| {
                let mut found = Vec::with_capacity(group.places.len());
                if group.places.is_empty() || progress.is_cancelled() {
                    return found;
                }
                let extension = group.extension;
                multipliers.near(sites, group.block.centre, group.block.radius_km, extension, near);
                let (mut margin, mut short) = (0.0f64, false);
                for &(place, at) in &group.places {
                    let filled = value_at(sites, multipliers, near, at, sites.limits, extension, items);
                    margin = margin.max(filled.margin);
                    short |= filled.short;
                    found.push(Opened { value: filled.value, place, at, extension });
                }
                let least = LEAST_EXTENSION * sites.per_load;
                group.extension = if short { 1.5 * extension + least } else { extension.min(1.2 * margin + least) };
                found
            },
        )
        .collect();
    progress.check()?;
    Ok(opened.into_iter().flatten().collect())
}

/// The value of a place; `near` must hold every unit that is of use.
pub(super) fn value_at(
    sites: &Sites,
    multipliers: &Multipliers,
    near: &mut Near,
    at: Vector,
    range: Range,
    extension: f64,
    items: &mut Vec<Item>,
) -> Filled {
    gather(sites, multipliers, near, at, extension, items);
    fill(items, range, sites.loose_load, extension).0
}

/// Relaxes: the `spread` cheapest of the places together stand for all territories with free centres, and every home for its own.
/// With as many as there are territories this is right where no two share a place; with one it is right anywhere.
pub(super) fn relax(
    sites: &Sites,
    multipliers: &Multipliers,
    groups: &mut [Group],
    spread: usize,
    progress: &Progress,
) -> Result<Relaxation, Cancelled> {
    let mut opened = open(sites, multipliers, groups, progress)?;
    let chosen = spread.min(opened.len());
    if chosen > 0 && chosen < opened.len() {
        let order = |a: &Opened, b: &Opened| a.value.total_cmp(&b.value).then(a.place.cmp(&b.place));
        opened.select_nth_unstable_by(chosen - 1, order);
    }
    opened[..chosen].sort_unstable_by_key(|opened| opened.place);
    let share = if chosen > 0 { sites.free as f64 / chosen as f64 } else { 0.0 };
    let homes = sites.homes.iter().map(|&(at, range)| (at, range, sites.widest_extension(), 1.0));
    let wanted: Vec<(Vector, Range, f64, f64)> =
        opened[..chosen].iter().map(|place| (place.at, sites.limits, place.extension, share)).chain(homes).collect();
    let taken: Vec<(f64, Vec<Item>, usize, f64)> = wanted
        .par_iter()
        .map(|&(at, range, extension, _)| {
            let (mut near, mut items) = (Near::default(), Vec::new());
            multipliers.near(sites, at, 0.0, extension, &mut near);
            gather(sites, multipliers, &mut near, at, extension, &mut items);
            let (filled, whole, part) = fill(&mut items, range, sites.loose_load, extension);
            items.truncate(whole + 1);
            (filled.value, items, whole, part)
        })
        .collect();
    let mut untaken: Vec<f64> = sites.weights.iter().map(|&weight| if weight > 0.0 { 1.0 } else { 0.0 }).collect();
    let mut value: f64 = multipliers.of.iter().sum();
    for ((filled, items, whole, part), &(.., share)) in taken.iter().zip(&wanted) {
        value += share * filled;
        for (nth, item) in items.iter().enumerate() {
            untaken[item.unit as usize] -= share * if nth < *whole { 1.0 } else { *part };
        }
    }
    let homes = taken[chosen..].iter().map(|taken| taken.0).sum();
    Ok(Relaxation { value, homes, untaken, opened })
}

/// What a load may cost at least when units are gathered, in kilometres of a mean load's travel.
const LEAST_EXTENSION: f64 = 1.0;
