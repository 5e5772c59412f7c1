//! Stage 8: which rules cannot hold together. A small set that provably cannot, the proof with its figures, and what giving way at
//! each of them would buy.
//!
//! Only proofs count: sums of loads against limits, parts of the map against the number of territories, units out of reach, flows of
//! load to the territories that may take it, what has to move against what may; and for tiny problems all plans one by one. Each
//! proof names the rules it rests on, and every rule that it can do without is dropped (the deletion filter of Chinneck & Dravnieks
//! 1991). So a conflict is irreducible as far as these proofs can see. That none is found does not mean that a plan exists.

mod flow;
mod moved;
mod parts;
mod reach;
mod relief;
mod sums;
mod tiny;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::geometry::Vector;
use super::problem::{Limits, Problem};
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::sphere::LonLat;
pub use relief::Relief;
use tiny::Trial;
pub use words::ConflictWords;

/// A rule that may take part in a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictRule {
    /// There are so many territories, and none is without units.
    Count,
    /// No territory has more of a measure than it may.
    Most { measure: usize },
    /// No territory has less of a measure than it must.
    Least { measure: usize },
    /// Territories hang together.
    Contiguous,
    /// No unit is too far from its territory's centre or home.
    MaxDistance,
    /// Centres are the homes given.
    Homes,
    /// A unit is fixed to a territory.
    Fixed { unit: u32 },
    /// The units of a group are in one territory; the number of the group.
    Together { group: usize },
    /// Two units are in different territories; the number of the pair.
    Apart { pair: usize },
    /// No more than a share may move; the number of the limit.
    Moved { limit: usize },
}

/// Why the rules cannot hold together. Loads are in the measure's own figures.
#[derive(Debug, Clone, PartialEq)]
pub enum Proof {
    TooFewUnits {
        units: usize,
        territories: usize,
    },
    /// All load there is against all that territories may or must have.
    Total {
        measure: usize,
        total: f64,
        limit: f64,
        territories: usize,
    },
    /// Units that go to one territory are more than any, or this one, may have.
    Heavy {
        units: Vec<u32>,
        territory: Option<u16>,
        measure: usize,
        load: f64,
        most: f64,
    },
    /// Units that must be together are fixed to different territories.
    Torn {
        units: [u32; 2],
    },
    /// Units that must be apart come to be in one territory.
    Joined {
        units: [u32; 2],
    },
    /// More parts of the map than territories.
    Parts {
        parts: usize,
        territories: usize,
    },
    /// A part of the map, with one of its units: it takes at least and at most so many territories.
    Part {
        unit: u32,
        units: usize,
        at_least: usize,
        at_most: usize,
    },
    /// All parts together take at least or at most so many territories.
    AllParts {
        at_least: usize,
        at_most: usize,
        territories: usize,
    },
    /// Two units of a territory that cannot be joined but through units of others.
    Cut {
        territory: u16,
        units: [u32; 2],
    },
    /// A unit is farther from every home, or from that of its territory.
    OutOfReach {
        unit: u32,
        km: f64,
    },
    /// No unit is near enough to the home of a territory.
    Deserted {
        territory: u16,
        km: f64,
    },
    /// Two units of one territory are too far from each other for any centre.
    FarApart {
        units: [u32; 2],
        km: f64,
    },
    /// So many units are so far from each other that each needs a centre of its own.
    Scattered {
        units: Vec<u32>,
    },
    /// However load is shared out among the territories that may take it, the limits of a measure do not hold.
    NoFlow {
        measure: usize,
        missing: f64,
    },
    /// The least that must move, and what may.
    MustMove {
        limit: usize,
        least: f64,
        most: f64,
    },
    /// All plans were tried.
    Tried {
        plans: usize,
    },
}

/// Rules that cannot hold together.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// In the order of their kinds. None can be left out as far as the proofs see; of more than 60, it was not tried.
    pub rules: Vec<ConflictRule>,
    pub proof: Proof,
    /// Per rule what giving way there would buy.
    pub relief: Vec<Relief>,
    /// Proven: no smaller set of rules is in conflict, the number of territories being given.
    pub smallest: bool,
}

type Rules = BTreeSet<ConflictRule>;

/// A proof and the rules it rests on.
type Found = (Proof, Rules);

/// No more rules than this are tried one by one.
const TRIED: usize = 60;

/// Rules of a problem that provably cannot hold together, as few as the proofs find. `None` when no proof was found, and for problems
/// that are refused anyway; then it is not known whether a plan exists.
///
/// # Errors
/// Cancellation.
pub fn conflict(problem: &Problem, progress: &Progress) -> Result<Option<Conflict>, Cancelled> {
    progress.begin(Phase::Clashing, 0)?;
    // Groups and pairs that contradict each other are refused by the check, but here they are what is looked for.
    let units = problem.places.len() as u32;
    let mut named = problem.together.iter().flatten().chain(problem.apart.iter().flatten());
    let is_refused = Problem { together: Vec::new(), apart: Vec::new(), ..problem.clone() }.check().is_err();
    if is_refused || named.any(|&unit| unit >= units) || problem.apart.iter().any(|pair| pair[0] == pair[1]) {
        return Ok(None);
    }
    let case = Case::new(problem, progress);
    let all = case.rules();
    let by_trial = match tiny::prove(&case, &all)? {
        // A plan that keeps every rule leaves nothing to prove.
        Trial::Possible => return Ok(None),
        Trial::Proven(found) => Some(found),
        Trial::TooMany => None,
    };
    let by_proof = match prove(&case, &all)? {
        Some(found) => Some(filter(&case, found)?),
        None => None,
    };
    // The number of territories is given, and counts only between sets that are alike otherwise.
    let size = |found: &Found| {
        let others = found.1.iter().filter(|rule| **rule != ConflictRule::Count).count();
        (others, found.1.len())
    };
    let least = by_trial.as_ref().map(|found| size(found).0);
    let Some((proof, rules)) = by_proof.into_iter().chain(by_trial).min_by_key(size) else { return Ok(None) };
    let others = rules.iter().filter(|rule| **rule != ConflictRule::Count).count();
    let smallest = others <= 1 || least == Some(others);
    let relief = relief::of(problem, &rules, progress)?;
    Ok(Some(Conflict { rules: rules.into_iter().collect(), proof, relief, smallest }))
}

/// Tries all plans of a problem where they are few, and returns the one with the least travel that keeps every rule.
pub(super) fn best_of_all_plans(problem: &Problem, progress: &Progress) -> Result<Option<Vec<Option<u16>>>, Cancelled> {
    tiny::best(&Case::new(problem, progress))
}

/// The proof with the fewest rules, the first of several.
fn prove(case: &Case, rules: &Rules) -> Result<Option<Found>, Cancelled> {
    let mut found: Vec<Found> = Vec::new();
    for prove in [sums::prove, parts::prove, reach::prove, moved::prove] {
        prove(case, rules, &mut found);
        case.progress.check()?;
    }
    if found.iter().all(|found| found.1.len() > 1) {
        flow::prove(case, rules, &mut found);
    }
    // What was found while the work was cancelled may be half of a proof.
    case.progress.check()?;
    Ok(found.into_iter().min_by_key(|found| found.1.len()))
}

/// Drops every rule that a proof can do without.
fn filter(case: &Case, mut found: Found) -> Result<Found, Cancelled> {
    if found.1.len() > TRIED {
        return Ok(found);
    }
    for rule in found.1.clone() {
        let mut fewer = found.1.clone();
        if fewer.remove(&rule)
            && let Some(smaller) = prove(case, &fewer)?
        {
            found = smaller;
        }
    }
    Ok(found)
}

/// A problem with what all proofs need.
struct Case<'a> {
    problem: &'a Problem,
    /// Units that are to be given to the territories that are open.
    free: Vec<u32>,
    open: Vec<u16>,
    /// Where the free units are, and the homes of the open territories.
    points: Vec<Vector>,
    homes: Vec<Option<Vector>>,
    /// `[measure][nth of open]`.
    limits: Vec<Vec<Limits>>,
    /// Per measure the load of all free units.
    totals: Vec<f64>,
    /// Long loops end when it is cancelled, with whatever they have; [`prove`] looks after each of them.
    progress: &'a Progress,
}

/// What sums may be off by, as a part of them.
const SLACK: f64 = 1e-9;

impl<'a> Case<'a> {
    fn new(problem: &'a Problem, progress: &'a Progress) -> Self {
        let free: Vec<u32> =
            (0..problem.places.len()).filter(|&unit| problem.is_free(unit)).map(|unit| unit as u32).collect();
        let open: Vec<u16> = (0..problem.territories.len() as u16).filter(|&t| problem.is_open(t)).collect();
        let any = Limits { least: 0.0, most: f64::INFINITY };
        let limits_of = |measure: usize| {
            open.iter().map(|&territory| problem.allowed(territory as usize, measure).unwrap_or(any)).collect()
        };
        let total = |loads: &Vec<f64>| free.iter().map(|&unit| loads[unit as usize]).sum();
        let limits = (0..problem.goals.len()).map(limits_of).collect();
        let totals = problem.loads.iter().map(total).collect();
        let points = free.iter().map(|&unit| problem.places[unit as usize].to_unit_vector()).collect();
        let home = |&territory: &u16| problem.territories[territory as usize].home.map(LonLat::to_unit_vector);
        let homes = open.iter().map(home).collect();
        Self { problem, limits, totals, points, homes, free, open, progress }
    }

    /// Every rule that the problem has.
    fn rules(&self) -> Rules {
        let problem = self.problem;
        let mut rules = Rules::from([ConflictRule::Count]);
        for measure in 0..problem.goals.len() {
            rules.extend([ConflictRule::Most { measure }, ConflictRule::Least { measure }]);
        }
        if problem.contiguous {
            rules.insert(ConflictRule::Contiguous);
        }
        if problem.max_distance_km.is_some() {
            rules.insert(ConflictRule::MaxDistance);
        }
        if self.open.iter().any(|&territory| problem.territories[territory as usize].home.is_some()) {
            rules.insert(ConflictRule::Homes);
        }
        let fixed = self.free.iter().filter(|&&unit| self.fixed_to(unit).is_some());
        rules.extend(fixed.map(|&unit| ConflictRule::Fixed { unit }));
        rules.extend((0..problem.together.len()).map(|group| ConflictRule::Together { group }));
        rules.extend((0..problem.apart.len()).map(|pair| ConflictRule::Apart { pair }));
        rules.extend((0..problem.moved_limits.len()).map(|limit| ConflictRule::Moved { limit }));
        rules
    }

    fn fixed_to(&self, unit: u32) -> Option<u16> {
        self.problem.fixed.get(unit as usize).copied().flatten()
    }

    /// Where a unit is fixed under these rules.
    fn fixed_in(&self, unit: u32, rules: &Rules) -> Option<u16> {
        self.fixed_to(unit).filter(|_| rules.contains(&ConflictRule::Fixed { unit }))
    }

    fn load(&self, unit: u32, measure: usize) -> f64 {
        self.problem.loads[measure][unit as usize]
    }

    /// The number of a territory among those that are open.
    fn nth(&self, territory: u16) -> Option<usize> {
        self.open.binary_search(&territory).ok()
    }

    fn slack(&self, measure: usize) -> f64 {
        SLACK * self.totals[measure]
    }

    /// Whether all territories have the same limits, so that what is proven of them does not depend on their number.
    fn are_alike(&self, measure: usize) -> bool {
        self.limits[measure].windows(2).all(|pair| pair[0] == pair[1])
    }
}
