//! Stage 7b: a proof of how good a plan is, wherever its centres are.
//!
//! The rule that every unit is in exactly one territory is given up and priced instead: a unit that is left out costs its multiplier,
//! one that is taken twice gains it twice. What is left falls apart into single territories, each around its centre, and the
//! cheapest there is stands for all of them. Whatever the multipliers, that is no more than the travel of any plan within the
//! limits (Geoffrion 1974; for medians Beasley 1993, Lorena & Senne 2004). Contiguity, locks, groups, largest distances and what may
//! move are left out, which can only lower the bound; so are all measures but the one with the narrowest limits.
//!
//! Two bounds come out: for plans whose centres are at their own units ([`relax`] looks at every unit), and for plans whose centres are
//! anywhere, hence for centroids too ([`anywhere`] searches the globe).

mod anywhere;
mod ascent;
mod relax;
mod settle;
mod sites;
mod value;

#[cfg(test)]
mod tests;

use rayon::prelude::*;

use super::SolveError;
use super::geometry::{Vector, distance_km, normalised};
use super::instance::{Instance, NONE};
use super::problem::{Centring, Problem};
use super::report::{Bound, BoundKind, Proposal};
use super::violations::Violation;
use crate::domain::progress::{Cancelled, Phase, Progress};
use anywhere::Globe;
use ascent::Ascent;
use relax::Group;
use sites::{Block, Sites};

/// Enough steps for a bound within about 0.1 % of what can be had.
pub const BOUND_STEPS: usize = 1000;

/// Bounds that do not depend on where the plan's centres are.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CentreFree {
    /// For plans whose centres are at units of theirs. Its gap is that of the plan's travel to the best unit of every territory.
    pub at_units: Option<Bound>,
    /// For all plans. Its gap is that of the plan's travel as it is reported.
    pub anywhere: Option<Bound>,
    centring: Centring,
}

impl CentreFree {
    /// The better one of those that hold for the kind of centres the problem asks for.
    pub fn for_plan(&self) -> Option<Bound> {
        let at_units = self.at_units.filter(|_| self.centring == Centring::Member);
        match (at_units, self.anywhere) {
            (Some(a), Some(b)) if b.travel_km > a.travel_km => Some(b),
            (a, b) => a.or(b),
        }
    }
}

/// Bounds the travel of all plans for a problem, centres wherever they may be. `plan` tells where to start and what the gaps are.
///
/// Works for so many steps ([`BOUND_STEPS`] are enough); `found` hears of every better bound at once, so that a cancelled search
/// has not been in vain. The same steps give the same bounds, whatever the number of threads. `None` where there is nothing to
/// bound: no travel, or a home in every territory, for then the bound at fixed centres says all.
///
/// # Errors
/// What [`super::run`] refuses, and cancellation.
pub fn centre_free_bound(
    problem: &Problem,
    plan: &Proposal,
    steps: usize,
    threads: usize,
    progress: &Progress,
    found: &mut (dyn FnMut(CentreFree) + Send),
) -> Result<Option<CentreFree>, SolveError> {
    let instance = Instance::new(problem)?;
    let name_to_index = |name: u16| instance.territory_names.iter().position(|&other| other == name);
    let owner_of = |unit: &u32| plan.assignment.get(*unit as usize).copied().flatten().and_then(name_to_index);
    let owner: Vec<u16> =
        instance.unit_names.iter().map(|unit| owner_of(unit).map_or(NONE, |index| index as u16)).collect();
    let sites = Sites::new(problem, &instance, &owner);
    if sites.free == 0 || sites.total <= 0.0 || !problem.travel_table.is_empty() {
        return Ok(None);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.clamp(1, 64))
        .build()
        .map_err(|error| SolveError::Unusable(format!("Could not start the engine's threads: {error}")))?;
    pool.install(|| {
        progress.begin(Phase::Measuring, 0)?;
        let start = Start::new(&sites, instance.territories());
        let plan_km = [plan.terms.travel_km, start.member_km(&sites, progress)?];
        let mut proven = Proven {
            bounds: CentreFree { centring: problem.centre, ..CentreFree::default() },
            plan_km: if problem.centre == Centring::Member { [plan_km[0]; 2] } else { plan_km },
            violations: &plan.violations,
            found,
        };
        prove(&sites, &start, steps, progress, &mut proven)?;
        let bounds = proven.bounds;
        Ok((bounds.at_units.is_some() || bounds.anywhere.is_some()).then_some(bounds))
    })
}

/// Parts of the steps: with few places at first, with all, and each of a dozen times with places between the units or fewer for all.
const COARSE: f64 = 0.15;
const ALL: f64 = 0.3;
const AGAIN: f64 = 0.05;
/// Places per territory that are few.
const FEW: usize = 20;
/// How far below the best place found the proof may stay, in parts of the plan's travel, one for each search of the globe.
const MARGINS: [f64; 6] = [0.002, 0.001, 0.0005, 0.0005, 0.0004, 0.0003];

/// The search of the globe ends when what it proves is so close to what the places known promise.
const CLOSE: f64 = 0.0015;

fn prove(
    sites: &Sites,
    start: &Start,
    steps: usize,
    progress: &Progress,
    proven: &mut Proven,
) -> Result<(), SolveError> {
    let count = |part: f64| (steps as f64 * part) as usize;
    let multipliers = start.multipliers(sites, progress)?;
    progress.begin(Phase::Measuring, steps as u64)?;
    let mut ascent = Ascent::new(sites, multipliers, start.travel);
    let every_nth = sites.len() / (FEW * sites.free).max(1);
    if every_nth > 1 {
        ascent.everywhere = groups(sites, every_nth, start);
        ascent.climb(count(COARSE), progress, &mut |_, _| ())?;
    }
    ascent.everywhere = groups(sites, 1, start);
    ascent.forget();
    ascent.climb(count(ALL), progress, &mut |value, multipliers| proven.at_units(sites, value, multipliers))?;
    // Ever fewer places stand for all, until it makes no difference that two territories may share one.
    for part in [4, 8, 16] {
        ascent.spread = (sites.free / part).max(2).min(sites.free);
        ascent.forget();
        ascent.climb(count(AGAIN), progress, &mut |value, multipliers| proven.at_units(sites, value, multipliers))?;
    }
    for _ in 0..3 {
        ascent.add_settled(progress)?;
        ascent.spread = (sites.free / 8).max(2).min(sites.free);
        ascent.forget();
        ascent.climb(count(AGAIN), progress, &mut |_, _| ())?;
    }
    for margin in MARGINS {
        ascent.spread = 1;
        ascent.forget();
        ascent.climb(0, progress, &mut |_, _| ())?;
        let sum: f64 = ascent.multipliers.iter().sum();
        let homes = ascent.homes;
        let per_territory = |value: f64| (value - sum - homes) / sites.free as f64;
        let margin = margin * start.travel / sites.free as f64;
        let extension = ascent.widest();
        let best = per_territory(ascent.value);
        let globe = Globe { sites, multipliers: &ascent.multipliers, extension, best, margin };
        let least = globe.least(progress)?;
        let value = sum + homes + sites.free as f64 * least.value;
        proven.anywhere(sites, value, &ascent.multipliers);
        if value >= (1.0 - CLOSE) * ascent.value {
            break;
        }
        for at in least.places {
            ascent.add_place(at, extension);
        }
        ascent.spread = (sites.free / 8).max(2).min(sites.free);
        ascent.forget();
        ascent.climb(count(AGAIN), progress, &mut |_, _| ())?;
    }
    Ok(())
}

/// All units, or every nth, as places of centres.
fn groups(sites: &Sites, every_nth: usize, start: &Start) -> Vec<Group> {
    let place = |unit: usize| (unit as u32, sites.points[unit]);
    let group = |block: &Block| Group {
        block: *block,
        places: block.range().filter(|unit| unit % every_nth == 0).map(place).collect(),
        extension: start.mean_km * sites.per_load,
    };
    sites.blocks.iter().map(group).collect()
}

/// What has been proven so far.
struct Proven<'a> {
    bounds: CentreFree,
    /// The plan's travel as reported, and to the best unit of every territory.
    plan_km: [f64; 2],
    violations: &'a [Violation],
    found: &'a mut (dyn FnMut(CentreFree) + Send),
}

/// Part of the sum of the multipliers that is taken off a bound for rounding: distances are exact to 1e-9 of themselves.
const ROUNDING: f64 = 1e-7;

impl Proven<'_> {
    fn bound(&self, kind: BoundKind, sites: &Sites, value: f64, multipliers: &[f64], plan_km: f64) -> Option<Bound> {
        let size: f64 = multipliers.iter().map(|multiplier| multiplier.abs()).sum();
        let travel_km = (value - ROUNDING * (size + value.abs())) / sites.total;
        (travel_km > 0.0 && travel_km.is_finite()).then(|| Bound::new(kind, travel_km, plan_km, self.violations))
    }

    fn at_units(&mut self, sites: &Sites, value: f64, multipliers: &[f64]) {
        let bound = self.bound(BoundKind::CentresAtUnits, sites, value, multipliers, self.plan_km[1]);
        if better(bound, self.bounds.at_units) {
            self.bounds.at_units = bound;
            (self.found)(self.bounds);
        }
    }

    fn anywhere(&mut self, sites: &Sites, value: f64, multipliers: &[f64]) {
        let bound = self.bound(BoundKind::CentresAnywhere, sites, value, multipliers, self.plan_km[0]);
        if better(bound, self.bounds.anywhere) {
            self.bounds.anywhere = bound;
            (self.found)(self.bounds);
        }
    }
}

fn better(new: Option<Bound>, old: Option<Bound>) -> bool {
    new.is_some_and(|new| old.is_none_or(|old| new.travel_km > old.travel_km))
}

/// What the plan tells about where to start.
struct Start {
    centres: Vec<Vector>,
    /// Mean distance to each of them.
    radii: Vec<f64>,
    mean_km: f64,
    /// The plan's travel in weighted kilometres.
    travel: f64,
}

impl Start {
    fn new(sites: &Sites, territories: usize) -> Self {
        let mut sums = vec![([0.0; 3], 0.0); territories];
        for (unit, &owner) in sites.owner.iter().enumerate() {
            if let Some((sum, weight)) = sums.get_mut(owner as usize) {
                for (sum, x) in sum.iter_mut().zip(sites.points[unit]) {
                    *sum += sites.weights[unit] * x;
                }
                *weight += sites.weights[unit];
            }
        }
        let at = |(sum, _): &([f64; 3], f64)| normalised(*sum).unwrap_or([1.0, 0.0, 0.0]);
        let centres: Vec<Vector> = sums.iter().map(at).collect();
        let mut kms = vec![0.0; territories];
        for (unit, &owner) in sites.owner.iter().enumerate() {
            if let Some(km) = kms.get_mut(owner as usize) {
                *km += sites.weights[unit] * distance_km(sites.points[unit], centres[owner as usize]);
            }
        }
        let travel: f64 = kms.iter().sum();
        let mean_km = travel / sites.total;
        let radius = |(km, (_, weight)): (&f64, &([f64; 3], f64))| (km / weight.max(1e-12)).max(0.01 * mean_km + 1e-9);
        let radii = kms.iter().zip(&sums).map(radius).collect();
        Self { centres, radii, mean_km, travel }
    }

    /// A unit costs about its distance to the rim of its territory: the wider the territories around, the more.
    fn multipliers(&self, sites: &Sites, progress: &Progress) -> Result<Vec<f64>, Cancelled> {
        let of = |unit: usize| {
            progress.check()?;
            let (mut radius, mut sum) = (0.0, 0.0);
            for (&centre, around) in self.centres.iter().zip(&self.radii) {
                let near = (-(distance_km(sites.points[unit], centre) / around).powi(2)).exp() + 1e-300;
                radius += near * around;
                sum += near;
            }
            Ok(0.7 * sites.weights[unit] * radius / sum + 0.3 * self.mean_km * sites.per_load * sites.loads[unit])
        };
        (0..sites.len()).into_par_iter().with_min_len(256).map(of).collect()
    }

    /// Mean distance of the plan when every centre is at the best unit of its territory, or at home.
    fn member_km(&self, sites: &Sites, progress: &Progress) -> Result<f64, Cancelled> {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.centres.len()];
        for (unit, &owner) in sites.owner.iter().enumerate() {
            if let Some(members) = members.get_mut(owner as usize) {
                members.push(unit);
            }
        }
        let travel = |members: &[usize], at: Vector| -> f64 {
            members.iter().map(|&unit| sites.weights[unit] * distance_km(sites.points[unit], at)).sum()
        };
        let least = |(members, home): (&Vec<usize>, &Option<Vector>)| match home {
            Some(home) => Ok(travel(members, *home)),
            None => {
                let all = members.par_iter().map(|&unit| {
                    progress.check()?;
                    Ok(travel(members, sites.points[unit]))
                });
                // The least of several does not depend on their order.
                let least = all.try_reduce(|| f64::INFINITY, |a: f64, b: f64| Ok(a.min(b)))?;
                Ok(if least.is_finite() { least } else { 0.0 })
            }
        };
        let kms: Result<Vec<f64>, Cancelled> = members.iter().zip(&sites.home_of).map(least).collect();
        Ok(kms?.into_iter().sum::<f64>() / sites.total)
    }
}
