//! From a project and the user's wishes to a problem: what may change, what shall be balanced, what each territory shall carry.

mod column;
mod slots;

use std::collections::BTreeMap;

use super::into_edit::TerritoryPlan;
use super::problem::{Graph, MeasureGoal, MovedLimit, Problem, TerritoryGoal};
use crate::domain::columns::Subject;
use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::project::{Goal, Project};
use crate::domain::sphere::{LonLat, centroid};
use crate::domain::topology::Neighbours;
use crate::error::UserError;
use column::Column;
use slots::slots;

/// How many territories, and around what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// So many in all, locked ones included.
    Count(usize),
    /// One for each rep with a home, which is its centre.
    PerRepHome,
    /// Those of the plan, balanced anew from where they are.
    Current,
}

/// The wishes of a build. Locked units and territories stay as they are in any case.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildRequest {
    pub territories: Wanted,
    /// What to balance; at least one.
    pub goals: Vec<Goal>,
    /// Balance one weighted sum of the measures, each as a share of its total, instead of each by itself.
    pub mix: bool,
    /// Territories shall hang together.
    pub contiguous: bool,
    /// Targets in proportion to the reps' hours instead of equal ones.
    pub by_capacity: bool,
    /// No unit shall lie farther than this from its territory's centre.
    pub max_distance_km: Option<f64>,
    /// How much may change its territory; only with the territories of the plan.
    pub moved_limits: Vec<MovedAtMost>,
    /// Units that stay as they are, as if they were locked, besides those that are.
    pub frozen: Vec<UnitId>,
}

/// A limit on what may change its territory against the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MovedAtMost {
    /// One of the goals' measures; `None` counts units.
    pub measure: Option<MeasureId>,
    /// In 0..=1, of what is in territories that are free to change.
    pub share: f64,
}

fn refusal() -> UserError {
    UserError::new("Could not build territories")
}

impl Problem {
    /// The problem of a request, and what its territories are in the plan. `totals` are those of the project's plan.
    ///
    /// Named accounts do not move with their unit: their loads are taken out of it, and their owner has them besides its units.
    pub fn from_project(
        project: &Project,
        totals: &Totals,
        request: &BuildRequest,
    ) -> Result<(Self, TerritoryPlan), UserError> {
        check(project, request)?;
        let moved_limits = moved_limits(project, request)?;
        let plan = &*project.plan;
        let units = &*project.units;
        let mut held = vec![false; units.len()];
        for unit in plan.locked_units().iter().chain(&request.frozen) {
            if let Some(held) = held.get_mut(unit.index()) {
                *held = true;
            }
        }
        let is_out = |unit: UnitId| {
            let owner = plan.territory_of(unit);
            plan.is_territory_locked(owner)
                || (owner.is_unassigned() && held[unit.index()])
                || !units.centres[unit.index()].is_valid()
                || !units.topology.has_shape(unit)
        };
        let excluded: Vec<bool> = units.ids().map(is_out).collect();
        if excluded.iter().all(|&out| out) {
            let error = refusal().because("every unit is locked or has no shape");
            return Err(error.hint("Unlock what may change"));
        }
        let slots = slots(project, request)?;
        let mut measures: Vec<Column> =
            request.goals.iter().map(|goal| Column::new(project, totals, goal, &slots, request)).collect();
        for column in &measures {
            if let Some(unit) = column.loads.iter().position(|load| *load < 0.0) {
                return Err(refusal()
                    .because(format!(
                        "{} is {} in {} {}, and only what is 0 or more can be balanced",
                        column.name, column.loads[unit], units.kind, units.codes[unit]
                    ))
                    .hint("Correct the figure, or balance another measure"));
            }
        }
        if request.mix && measures.len() > 1 {
            measures = vec![Column::mixed(&measures, &request.goals)];
        }
        let free_load = |column: &Column| -> f64 {
            column.loads.iter().zip(&excluded).filter(|(_, out)| !**out).map(|(load, _)| load).sum()
        };
        let mut territories: Vec<TerritoryGoal> = slots
            .iter()
            .map(|slot| TerritoryGoal { home: slot.home, near: slot.near, ..TerritoryGoal::default() })
            .collect();
        for column in &mut measures {
            column.fit_targets(free_load(column));
            for (territory, (&target, &named)) in territories.iter_mut().zip(column.targets.iter().zip(&column.named)) {
                territory.targets.push(target);
                territory.named.push(named);
            }
        }
        let slot_of: BTreeMap<TerritoryId, u16> =
            slots.iter().enumerate().filter_map(|(index, slot)| Some((slot.id?, index as u16))).collect();
        let fixed = |unit: UnitId| {
            let stays = held[unit.index()] && !excluded[unit.index()];
            if stays { slot_of.get(&plan.territory_of(unit)).copied() } else { None }
        };
        let keeps = request.territories == Wanted::Current;
        // What the engine may not assign stays where it is, so that it has nothing to do with what moves.
        let current = |unit: UnitId| {
            let owner = slot_of.get(&plan.territory_of(unit)).copied();
            owner.filter(|_| !excluded[unit.index()])
        };
        let problem = Self {
            places: places(project, request),
            goals: measures
                .iter()
                .map(|column| MeasureGoal {
                    name: column.name.clone(),
                    tolerance: column.tolerance,
                    weight: 1.0,
                    ..MeasureGoal::default()
                })
                .collect(),
            travel_weights: measures.first().map(|column| column.loads.clone()).unwrap_or_default(),
            least_weight: LEAST_WEIGHT,
            border_weight_km: BORDER_WEIGHT_KM,
            graph: graph(project),
            contiguous: request.contiguous,
            territories,
            fixed: units.ids().map(fixed).collect(),
            current: keeps.then(|| units.ids().map(current).collect()),
            start_from_current: keeps,
            max_distance_km: request.max_distance_km,
            moved_limits,
            excluded,
            loads: measures.iter().map(|column| column.loads.clone()).collect(),
            ..Self::default()
        };
        let problem = Self { stay_worth_km: if keeps { STAY * problem.present_travel_km() } else { 0.0 }, ..problem };
        let targets = request.by_capacity.then(|| {
            let of = |slot: usize| {
                measures.iter().filter_map(|column| Some((column.measure?, column.targets[slot]))).collect()
            };
            (0..slots.len()).map(of).collect()
        });
        let territory_plan = TerritoryPlan {
            ids: slots.iter().map(|slot| slot.id).collect(),
            reps: slots.iter().map(|slot| slot.rep).collect(),
            targets,
            goals: request.goals.iter().map(|goal| goal.measure).collect(),
        };
        Ok((problem, territory_plan))
    }
}

/// What a unit without load weighs in the choice of its territory, as a share of the mean: so little that it never outweighs
/// customers, so much that empty regions are divided sensibly.
const LEAST_WEIGHT: f64 = 0.05;

/// What a kilometre of border is worth. For round territories of radius r, travel is 2 r / 3 and the shared border π r each: borders
/// then count about a seventh of what travel does, which straightens them and costs some 1 % of travel.
const BORDER_WEIGHT_KM: f64 = 0.03;

/// What it is worth to leave a unit where it is, in parts of the mean distance travelled today.
const STAY: f64 = 0.5;

impl Problem {
    /// Mean distance of the current assignment to its own centroids, per unit of travel weight.
    fn present_travel_km(&self) -> f64 {
        self.current.as_ref().map_or(0.0, |current| self.travel_km(current.iter().copied()))
    }

    /// Mean distance of any assignment of the units to the weighted centroids of its territories, per unit of travel weight. Units
    /// that are `None` or excluded do not count.
    pub fn travel_km(&self, owners: impl Iterator<Item = Option<u16>>) -> f64 {
        let mut members: BTreeMap<u16, Vec<(LonLat, f64)>> = BTreeMap::new();
        for (unit, owner) in owners.enumerate().take(self.places.len()) {
            if let Some(owner) = owner.filter(|_| !self.excluded.get(unit).copied().unwrap_or(false)) {
                members.entry(owner).or_default().push((self.places[unit], self.travel_weights[unit]));
            }
        }
        let (mut km, mut weight) = (0.0, 0.0);
        for members in members.into_values() {
            let Some(centre) = centroid(members.iter().copied()) else { continue };
            km += members.iter().map(|(place, weight)| weight * place.distance_km(centre)).sum::<f64>();
            weight += members.iter().map(|(_, weight)| weight).sum::<f64>();
        }
        if weight > 0.0 { km / weight } else { 0.0 }
    }
}

fn check(project: &Project, request: &BuildRequest) -> Result<(), UserError> {
    if project.units.is_empty() {
        return Err(refusal().because("the project has no units").hint("Import units first"));
    }
    if request.goals.is_empty() {
        return Err(refusal().because("nothing was chosen to be balanced").hint("Choose a measure"));
    }
    for goal in &request.goals {
        let Some(measure) = project.measure(goal.measure) else {
            return Err(refusal().because("the measure to balance does not exist").hint("Choose one of the project's"));
        };
        let name = &measure.name;
        if !measure.is_summed() {
            let why = format!("{name} is a mean and cannot be added up over a territory");
            return Err(refusal().because(why).hint("Balance a measure that is summed"));
        }
        if !(goal.tolerance.is_finite() && goal.tolerance >= 0.0) {
            return Err(refusal()
                .because(format!("the tolerance of {name} is {}", percent(goal.tolerance)))
                .hint("Write 5 for ±5 %"));
        }
        if !(goal.weight.is_finite() && goal.weight > 0.0) {
            let why = format!("the weight of {name} is {}, expected more than 0", goal.weight);
            return Err(refusal().because(why).hint("Write 1 where all count the same"));
        }
    }
    if let Some(km) = request.max_distance_km.filter(|km| !(km.is_finite() && *km > 0.0)) {
        let why = format!("the largest distance is {km} km, expected more than 0");
        return Err(refusal().because(why).hint("Leave it out where any distance will do"));
    }
    Ok(())
}

/// The limits on what may change, by the numbers of the measures in the problem.
fn moved_limits(project: &Project, request: &BuildRequest) -> Result<Vec<MovedLimit>, UserError> {
    if !request.moved_limits.is_empty() && request.territories != Wanted::Current {
        return Err(refusal()
            .because("a limit on what may move needs the territories of the plan to compare with")
            .hint("Balance the territories there are, or leave the limit out"));
    }
    let limit = |limit: &MovedAtMost| {
        if !(0.0..=1.0).contains(&limit.share) {
            let why = format!("{} was given as the most that may move", percent(limit.share));
            return Err(refusal().because(why).hint("Give a percentage from 0 to 100"));
        }
        let Some(id) = limit.measure else { return Ok(MovedLimit { measure: None, share: limit.share }) };
        let mixed = request.mix && request.goals.len() > 1;
        match request.goals.iter().position(|goal| goal.measure == id) {
            Some(measure) if !mixed => Ok(MovedLimit { measure: Some(measure), share: limit.share }),
            _ => {
                let name = project.measure(id).map_or("", |measure| measure.name.as_str());
                Err(refusal()
                    .because(format!("{name} is not balanced by itself, so that what moves of it cannot be limited"))
                    .hint("Balance it too, or limit the units that move"))
            }
        }
    };
    request.moved_limits.iter().map(limit).collect()
}

/// A share as the percentage that was typed.
fn percent(share: f64) -> String {
    format!("{} %", (1e7 * share).round() / 1e5).replace('-', "−")
}

/// Where each unit is: the weighted middle of its accounts when the first goal is a measure of accounts, else its centre.
fn places(project: &Project, request: &BuildRequest) -> Vec<LonLat> {
    let valid = |place: &LonLat| if place.is_valid() { *place } else { LonLat::default() };
    let mut places: Vec<LonLat> = project.units.centres.iter().map(valid).collect();
    let measure = request.goals.first().and_then(|goal| project.measure(goal.measure));
    let Some(measure) = measure.filter(|measure| measure.subject == Subject::Accounts) else { return places };
    let mut members: Vec<Vec<(LonLat, f64)>> = vec![Vec::new(); places.len()];
    for (account, unit) in project.accounts.units.iter().enumerate() {
        let place = project.accounts.places.get(account).copied().filter(|place| place.is_valid());
        let weight = measure.values.get(account).copied().filter(|value| value.is_finite() && *value > 0.0);
        if let (Some(unit), Some(place), Some(weight)) = (unit, place, weight) {
            members[unit.index()].push((place, weight));
        }
    }
    for (place, members) in places.iter_mut().zip(members) {
        *place = centroid(members).unwrap_or(*place);
    }
    places
}

fn graph(project: &Project) -> Graph {
    let neighbours = Neighbours::of_plan(&project.units.topology, &project.plan);
    let pairs = project.units.ids().flat_map(|unit| {
        let later = neighbours.of(unit).iter().filter(move |neighbour| neighbour.unit > unit);
        later.map(move |neighbour| (unit.0, neighbour.unit.0, neighbour.border_km))
    });
    Graph::from_pairs(project.units.len(), pairs)
}
