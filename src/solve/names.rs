//! Which territory of the plan each one of a problem is, and what it is called and coloured: those that stay keep what they have, and
//! plans that are shown one after the other call the same place the same.

use std::collections::{BTreeMap, BTreeSet};

use super::into_edit::TerritoryPlan;
use super::labels::best_pairs;
use super::problem::Problem;
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::palette::PALETTE;
use crate::domain::plan::{Plan, Territory};
use crate::domain::project::Project;

/// Up to so many territories are paired so that all together share most; more by the largest pairs first.
const MOST_TO_PAIR_BEST: usize = 500;
/// The same where there is no time for more.
const MOST_TO_PAIR_QUICKLY: usize = 100;

/// The territories of one assignment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// Per territory of the problem its id in the plan.
    pub ids: Vec<TerritoryId>,
    /// What it is like there.
    pub territories: Vec<Territory>,
}

/// An assignment that has names already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub assignment: &'a [Option<u16>],
    pub names: &'a Names,
}

impl TerritoryPlan {
    /// Names for an assignment: those decided beforehand, then by the load that is shared with the territories of the plan of today.
    pub(super) fn names(&self, project: &Project, problem: &Problem, assignment: &[Option<u16>]) -> Names {
        let plan = &*project.plan;
        let taken: BTreeSet<TerritoryId> = self.ids.iter().flatten().copied().collect();
        let free = plan.territories().filter(|(id, _)| !plan.is_territory_locked(*id) && !taken.contains(id));
        let free: Vec<TerritoryId> = free.map(|(id, _)| id).collect();
        let mut shared = self.shared(problem, assignment, &self.ids, &free, |unit| plan.territory_of(unit));
        // A territory per rep is the rep's: another rep's territory is not turned into it.
        shared.retain(|&(owner, old), _| {
            self.reps[owner].is_none() || plan.territory(old).is_some_and(|territory| territory.rep.is_none())
        });
        let ids = with_new_ids(plan, paired(self.ids.clone(), &free, shared, MOST_TO_PAIR_BEST), &[], &free);
        let territories = self.territories(project, problem, assignment, &ids, &Names::default());
        Names { ids, territories }
    }

    /// Names for another assignment of the same problem, so that what lies in the same place is called and coloured the same.
    /// A plan on the way shall also look as much as can be like the one it may end as, whose names are from the plan of today.
    pub(super) fn names_like(
        &self,
        project: &Project,
        problem: &Problem,
        assignment: &[Option<u16>],
        like: Named,
        on_the_way: bool,
    ) -> Names {
        let known = like.names;
        let decided: Vec<Option<TerritoryId>> = (0..self.ids.len())
            .map(|slot| self.ids[slot].or(self.reps[slot].and_then(|_| known.ids.get(slot).copied())))
            .collect();
        let taken: BTreeSet<TerritoryId> = decided.iter().flatten().copied().collect();
        let free: Vec<TerritoryId> = known.ids.iter().copied().filter(|id| !taken.contains(id)).collect();
        let owner = |unit: UnitId| {
            let owner = like.assignment.get(unit.index()).copied().flatten();
            owner.and_then(|owner| known.ids.get(usize::from(owner)).copied()).unwrap_or_default()
        };
        let mut shared = self.shared(problem, assignment, &decided, &free, owner);
        let mut best = MOST_TO_PAIR_BEST;
        if on_the_way {
            let today = |unit: UnitId| project.plan.territory_of(unit);
            for (pair, load) in self.shared(problem, assignment, &decided, &free, today) {
                *shared.entry(pair).or_default() += 2.0 * load;
            }
            best = MOST_TO_PAIR_QUICKLY;
        }
        let ids = with_new_ids(&project.plan, paired(decided, &free, shared, best), &free, &[]);
        let territories = self.territories(project, problem, assignment, &ids, known);
        Names { ids, territories }
    }

    /// Per undecided territory and free id the load that is in both.
    fn shared(
        &self,
        problem: &Problem,
        assignment: &[Option<u16>],
        decided: &[Option<TerritoryId>],
        free: &[TerritoryId],
        before: impl Fn(UnitId) -> TerritoryId,
    ) -> BTreeMap<(usize, TerritoryId), f64> {
        let slots = free.iter().map(|id| id.index() + 1).max().unwrap_or(0);
        let mut is_free = vec![false; slots];
        free.iter().for_each(|id| is_free[id.index()] = true);
        let mut shared: BTreeMap<(usize, TerritoryId), f64> = BTreeMap::new();
        for (index, owner) in assignment.iter().enumerate() {
            let (Some(owner), old) = (owner.map(usize::from), before(UnitId::from_index(index))) else { continue };
            if decided[owner].is_none() && is_free.get(old.index()).copied().unwrap_or(false) {
                // Units without load count a little, so that empty regions find their owner too.
                let load = problem.travel_weights.get(index).copied().unwrap_or(0.0);
                *shared.entry((owner, old)).or_default() += load + 1e-9;
            }
        }
        shared
    }

    /// The territories as they shall be. Those of `known` are as they are there.
    fn territories(
        &self,
        project: &Project,
        problem: &Problem,
        assignment: &[Option<u16>],
        ids: &[TerritoryId],
        known: &Names,
    ) -> Vec<Territory> {
        let plan = &*project.plan;
        let known: BTreeMap<TerritoryId, &Territory> = known.ids.iter().copied().zip(&known.territories).collect();
        let before = |id: TerritoryId| plan.territory(id).or_else(|| known.get(&id).copied());
        let mut names: BTreeSet<String> =
            plan.territories().map(|(_, territory)| territory.name.to_lowercase()).collect();
        names.extend(known.values().map(|territory| territory.name.to_lowercase()));
        let given = ids.iter().map(|&id| before(id).map(|territory| territory.colour)).collect();
        let mut colours = Colours::new(plan, problem, assignment, given);
        let mut number = 1;
        ids.iter()
            .enumerate()
            .map(|(index, &id)| {
                let rep = self.reps[index];
                let mut territory = before(id).cloned().unwrap_or_else(|| {
                    let person = rep.and_then(|rep| project.reps.get(rep.index())).map(|rep| rep.name.trim());
                    let name = person.filter(|name| !name.is_empty() && !names.contains(&name.to_lowercase()));
                    let name = name.map_or_else(|| next_name(&names, &mut number), str::to_owned);
                    names.insert(name.to_lowercase());
                    Territory { name, colour: colours.choose(index), ..Territory::default() }
                });
                // What was new in another assignment may have got a neighbour of its own colour here.
                if plan.territory(id).is_none() && colours.is_near(index, territory.colour) {
                    territory.colour = colours.choose(index);
                }
                territory.rep = rep.or(territory.rep);
                match &self.targets {
                    Some(targets) => {
                        territory.targets.extend(targets[index].iter().map(|(&measure, &target)| (measure, target)))
                    }
                    // What is shared out equally has no target of its own; what was kept has kept its own.
                    None if self.ids[index].is_none() => {
                        territory.targets.retain(|measure, _| !self.goals.contains(measure))
                    }
                    None => {}
                }
                territory
            })
            .collect()
    }
}

/// Gives free ids to those who share most with them.
fn paired(
    mut ids: Vec<Option<TerritoryId>>,
    free: &[TerritoryId],
    shared: BTreeMap<(usize, TerritoryId), f64>,
    best: usize,
) -> Vec<Option<TerritoryId>> {
    if ids.len().max(free.len()) <= best {
        let at: BTreeMap<TerritoryId, usize> = free.iter().copied().zip(0..).collect();
        let mut values = vec![vec![0.0; free.len()]; ids.len()];
        for (&(owner, old), &load) in &shared {
            if let Some(&at) = at.get(&old) {
                values[owner][at] = load;
            }
        }
        for (id, pair) in ids.iter_mut().zip(best_pairs(&values)) {
            *id = id.or(pair.map(|at| free[at]));
        }
    }
    let mut taken: BTreeSet<TerritoryId> = ids.iter().flatten().copied().collect();
    let mut pairs: Vec<((usize, TerritoryId), f64)> = shared.into_iter().collect();
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    for ((owner, old), _) in pairs {
        if ids[owner].is_none() && taken.insert(old) {
            ids[owner] = Some(old);
        }
    }
    ids
}

/// Gives the rest what is left of `reserve`, then ids that the plan never had. When these run out, those of `last`: territories that
/// would be removed otherwise ([`ids_left`]).
fn with_new_ids(
    plan: &Plan,
    ids: Vec<Option<TerritoryId>>,
    reserve: &[TerritoryId],
    last: &[TerritoryId],
) -> Vec<TerritoryId> {
    let taken: BTreeSet<TerritoryId> = ids.iter().flatten().copied().collect();
    let highest = taken.iter().chain(reserve).map(|id| id.index() + 1).max().unwrap_or(0);
    let mut next = plan.next_territory_id().index().max(highest);
    let mut left = reserve.iter().copied().filter(|id| !taken.contains(id));
    let mut last = last.iter().copied().filter(|id| !taken.contains(id));
    ids.into_iter()
        .map(|id| {
            id.or_else(|| left.next()).unwrap_or_else(|| {
                if next > HIGHEST_ID {
                    return last.next().unwrap_or_default();
                }
                next += 1;
                TerritoryId::from_index(next - 1)
            })
        })
        .collect()
}

/// The highest number that a territory can have.
const HIGHEST_ID: usize = u16::MAX as usize - 1;

/// How many territories without an id of their own can get one: what the plan never had, and what is free in it.
pub(super) fn ids_left(plan: &Plan, free: usize) -> usize {
    (HIGHEST_ID + 1).saturating_sub(plan.next_territory_id().index()) + free
}

fn next_name(names: &BTreeSet<String>, number: &mut usize) -> String {
    loop {
        let name = format!("Territory {number}");
        *number += 1;
        if !names.contains(&name.to_lowercase()) {
            return name;
        }
    }
}

/// Colours for new territories, so that neighbours differ.
struct Colours {
    adjacent: Vec<BTreeSet<usize>>,
    /// Per territory of the problem its colour, once it has one.
    given: Vec<Option<[u8; 3]>>,
    /// Of locked territories, which are not part of the problem.
    others: Vec<[u8; 3]>,
}

impl Colours {
    fn new(plan: &Plan, problem: &Problem, assignment: &[Option<u16>], given: Vec<Option<[u8; 3]>>) -> Self {
        let mut adjacent = vec![BTreeSet::new(); given.len()];
        for (unit, owner) in assignment.iter().enumerate() {
            let Some(owner) = *owner else { continue };
            for &other in problem.graph.neighbours(unit) {
                if let Some(other) = assignment[other as usize].filter(|&other| other != owner) {
                    adjacent[owner as usize].insert(other as usize);
                }
            }
        }
        let others =
            plan.territories().filter(|&(id, _)| plan.is_territory_locked(id)).map(|(_, t)| t.colour).collect();
        Self { adjacent, given, others }
    }

    /// Whether a neighbour has the colour.
    fn is_near(&self, territory: usize, colour: [u8; 3]) -> bool {
        self.adjacent[territory].iter().any(|&other| self.given[other] == Some(colour))
    }

    /// The colour that fewest neighbours have, and of those the one that is rarest on the map.
    fn choose(&mut self, territory: usize) -> [u8; 3] {
        self.given[territory] = None;
        let near = |colour: &[u8; 3]| {
            self.adjacent[territory].iter().filter(|&&other| self.given[other] == Some(*colour)).count()
        };
        let all =
            |colour: &[u8; 3]| self.given.iter().flatten().chain(&self.others).filter(|other| *other == colour).count();
        let colour = PALETTE.into_iter().min_by_key(|colour| (near(colour), all(colour))).unwrap_or(PALETTE[0]);
        self.given[territory] = Some(colour);
        colour
    }
}
