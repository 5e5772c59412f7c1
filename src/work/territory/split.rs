//! One territory becomes several, balanced and whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Answer, Board, Done, Refused, refused};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::{MeasureId, TerritoryId, UnitId};
use crate::domain::metrics::Totals;
use crate::domain::palette;
use crate::domain::plan::{Plan, Territory};
use crate::domain::progress::Progress;
use crate::domain::project::{Goal, Project};
use crate::solve::{self, BuildRequest, Effort, Options, Problem, Proposal, SolveError, Wanted};
use crate::words;

/// Parts are expected to be equal, even where the plan's tolerance is wide.
const MOST_OFF: f64 = 0.05;

/// Divides a territory into `parts` with the engine, everything else held still. The part with most of it keeps name, rep and named
/// accounts; the others are called after it, with a number, and lie in the same group. A target of its own is divided too.
pub fn split(board: &Board, id: TerritoryId, parts: usize, progress: &Progress) -> Answer {
    board.demand_free(id)?;
    let plan = board.plan();
    let name = board.name(id);
    let goal = board.goal.ok_or_else(|| refused("Choose a measure first: the parts are balanced by it"))?;
    let units = plan.units_of(id).count();
    if parts < 2 {
        return Err(refused("A territory is split into at least 2 parts"));
    }
    if units < parts {
        return Err(refused(format!("{name} has {}, too few for {parts} parts", board.count(units))));
    }
    if plan.next_territory_id().index() + parts > usize::from(u16::MAX) {
        return Err(refused("A plan can hold 65,535 territories, no more"));
    }
    let (held, totals) = held_still(board, id)?;
    let locked = plan.territory_count() - 1;
    let request = BuildRequest {
        territories: Wanted::Count(locked + parts),
        goals: vec![Goal { tolerance: goal.tolerance.min(MOST_OFF), ..goal }],
        mix: false,
        contiguous: true,
        by_capacity: false,
        max_distance_km: None,
        moved_limits: Vec::new(),
        frozen: Vec::new(),
    };
    // Somebody waits for it, and the parts are few.
    let options = Options { threads: 1, effort: Effort::Steps(300), ..Options::default() };
    let failed = |why: &dyn std::fmt::Display| refused(format!("{name} could not be split: {why}"));
    let (problem, territories) = Problem::from_project(&held, &totals, &request).map_err(|error| failed(&error.why))?;
    let built = match solve::run(&problem, &options, progress) {
        Ok(proposal) => {
            // Other plans of the engine are not asked for.
            let proposal = Proposal { alternatives: Vec::new(), ..proposal };
            let (built, _) =
                territories.into_built(&held, &problem, proposal, progress).map_err(|_| Refused::Cancelled)?;
            built
        }
        Err(SolveError::Cancelled) => return Err(Refused::Cancelled),
        Err(error) => return Err(failed(&error)),
    };
    let mut after = (*held.plan).clone();
    apply(&mut after, &built.edit, Locks::Pass).map_err(|error| failed(&error))?;
    let mut groups: BTreeMap<TerritoryId, Vec<UnitId>> = BTreeMap::new();
    for unit in plan.units_of(id) {
        // What has no shape cannot be placed, and stays.
        let owner = after.territory_of(unit);
        groups.entry(if owner.is_unassigned() { id } else { owner }).or_default().push(unit);
    }
    // Where something is locked that part is the old territory, else the one with most units.
    let holds_locked = |units: &[UnitId]| units.iter().any(|unit| plan.locked_units().contains(unit));
    let named = plan.overrides().values().any(|&owner| owner == id);
    let kept = groups.iter().max_by_key(|&(&owner, units)| {
        (holds_locked(units), named && owner == id, units.len(), std::cmp::Reverse(owner))
    });
    let Some(kept) = kept.map(|(&owner, _)| owner) else { return Err(refused(format!("{name} has no units"))) };
    if groups.len() < parts {
        return Err(refused(format!("{name} could only be split into {} parts", groups.len())));
    }
    let mut done = Done { edit: Edit::new(format!("Split {name} into {parts} territories")), notes: Vec::new() };
    let mut makers = Makers::new(board, id, parts);
    let mut made = vec![id];
    for (_, units) in groups.into_iter().filter(|(owner, _)| *owner != kept) {
        let (new, territory) = makers.next();
        made.push(new);
        done.edit.changes.push(Change::Territory { id: new, old: None, new: Some(Box::new(territory)) });
        done.edit.changes.extend(units.into_iter().map(|unit| Change::Assign { unit, old: id, new }));
    }
    done.edit.changes.extend(makers.shrink_targets());
    // What does not hold is said of the territories as they will be called.
    let mut after = plan.clone();
    apply(&mut after, &done.edit, Locks::Pass).map_err(|error| failed(&error))?;
    let mut totals = board.totals.clone();
    totals.follow(&after, &done.edit);
    done.notes.extend(unequal(&after, &totals, goal, &made));
    let cut_off = board.neighbours.cut_off(&after);
    let in_pieces = cut_off.iter().filter(|found| made.contains(&found.territory));
    done.notes.extend(in_pieces.map(|found| format!("{} is in several pieces", after.territory_name(found.territory))));
    Ok(done)
}

/// Names the part that is farthest from an equal share, where that is too far.
fn unequal(plan: &Plan, totals: &Totals, goal: Goal, parts: &[TerritoryId]) -> Option<String> {
    let load = |id: &TerritoryId| totals.load(goal.measure, *id);
    let share = parts.iter().map(load).sum::<f64>() / parts.len() as f64;
    let off = |id: &TerritoryId| (load(id) - share) / share;
    let worst = parts.iter().max_by(|a, b| off(a).abs().total_cmp(&off(b).abs()))?;
    let tolerance = goal.tolerance.min(MOST_OFF);
    (off(worst).abs() > tolerance + 1e-9).then(|| {
        let (name, found) = (plan.territory_name(*worst), words::signed_percent(off(worst)));
        let allowed = words::percent(tolerance);
        format!("{name} is {found} off an equal part: no split within {allowed} was found that keeps every part in one piece")
    })
}

/// The project with everything locked but the territory.
fn held_still(board: &Board, id: TerritoryId) -> Result<(Project, Totals), Refused> {
    let plan = board.plan();
    let mut hold = Edit::default();
    for (other, territory) in plan.territories().filter(|&(other, territory)| other != id && !territory.locked) {
        hold.changes.extend(Edit::alter(plan, other, "", |territory| territory.locked = true).changes);
        debug_assert!(!territory.locked);
    }
    for unit in plan.units_of(TerritoryId::UNASSIGNED).filter(|unit| !plan.locked_units().contains(unit)) {
        hold.changes.push(Change::LockUnit { unit, old: false, new: true });
    }
    let mut held = board.project.clone();
    if !hold.is_empty() {
        apply(Arc::make_mut(&mut held.plan), &hold, Locks::Pass).map_err(|error| refused(error.to_string()))?;
    }
    Ok((held, board.totals.clone()))
}

/// Makes the new territories.
struct Makers<'a> {
    board: &'a Board<'a>,
    id: TerritoryId,
    like: Territory,
    /// A part's share of each target of the territory's own.
    targets: BTreeMap<MeasureId, f64>,
    next_id: usize,
    names: Vec<String>,
    colours: Vec<[u8; 3]>,
}

impl<'a> Makers<'a> {
    fn new(board: &'a Board<'a>, id: TerritoryId, parts: usize) -> Self {
        let plan = board.plan();
        let like = plan.territory(id).cloned().unwrap_or_default();
        Self {
            targets: like.targets.iter().map(|(&measure, target)| (measure, target / parts as f64)).collect(),
            next_id: plan.next_territory_id().index(),
            names: plan.territories().map(|(_, territory)| territory.name.to_lowercase()).collect(),
            colours: plan.territories().map(|(_, territory)| territory.colour).collect(),
            board,
            id,
            like,
        }
    }

    fn next(&mut self) -> (TerritoryId, Territory) {
        let candidates = (2..).map(|number| format!("{} {number}", self.like.name));
        let name = candidates.into_iter().find(|name| !self.names.contains(&name.to_lowercase())).unwrap_or_default();
        self.names.push(name.to_lowercase());
        let colour = palette::least_used(&self.colours);
        self.colours.push(colour);
        let new = TerritoryId::from_index(self.next_id);
        self.next_id += 1;
        let targets = self.targets.clone();
        (new, Territory { name, colour, parent: self.like.parent, targets, ..Territory::default() })
    }

    /// Targets of the old territory's own are divided equally.
    fn shrink_targets(&self) -> Vec<Change> {
        Edit::alter(self.board.plan(), self.id, "", |territory| territory.targets = self.targets.clone()).changes
    }
}
