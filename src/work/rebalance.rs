//! Balancing a plan anew while disturbing little: accounts that keep their rep, parts of the map that stay, limits on what moves, and
//! several answers to choose from.

use std::sync::Arc;

use super::ChangeKind;
use super::build::{BuildError, Building, build};
use super::check::{self, Rule, Violation};
use crate::domain::columns::{Measure, Subject};
use crate::domain::comparison::disruption;
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::{AccountId, GroupId, MeasureId, TerritoryId, UnitId};
use crate::domain::metrics::{LoadTable, Totals, balance};
use crate::domain::plan::Plan;
use crate::domain::progress::Progress;
use crate::domain::project::{Goal, Project};
use crate::domain::segments::members;
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::solve::{BuildRequest, MovedAtMost, Options, Wanted};

/// What may move.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Scope {
    #[default]
    Everything,
    /// The territories in a district or another group, among each other.
    Group(GroupId),
    /// These units; all others stay.
    Units(Vec<UnitId>),
}

/// What a limit on moving counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    Units,
    Accounts,
    /// One of the goals.
    Measure(MeasureId),
}

/// How a plan shall be balanced anew.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wish {
    /// At least one.
    pub goals: Vec<Goal>,
    /// At most this share may change hands, 0..=1, each.
    pub limits: Vec<(Counted, f64)>,
    /// Accounts for which any of these formulas says yes keep their territory, whatever becomes of their unit.
    pub keep: Vec<String>,
    pub scope: Scope,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// One undo step of the plan that was asked about; empty where nothing better was found.
    pub edit: Edit,
    /// Largest absolute deviation of the first goal, before and after.
    pub balance: [Option<f64>; 2],
    /// Mean travel, km, before and after.
    pub travel_km: [f64; 2],
    pub units_moved: f64,
    pub accounts_moved: f64,
    /// Share of the first goal that has another territory, as the engine counts it.
    pub moved: Option<f64>,
    /// How far travel is at most above the best for the same centres, where that is known.
    pub gap: Option<f64>,
    /// The rules that do not hold in it.
    pub violations: Vec<Violation>,
    /// The limit that this one was made with, as a part of what was asked for; 1 for the whole.
    pub of_limit: f64,
}

/// All answers, the least disturbing first. None is worse in balance than the plan as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rebalanced {
    pub candidates: Vec<Candidate>,
    /// How many accounts keep their territory by rule.
    pub kept: usize,
}

/// The parts of the limits that answers are made with.
const PARTS: [f64; 3] = [0.25, 0.5, 1.0];

/// Works out answers. The same wish, plan and options give the same ones.
///
/// # Errors
/// A formula or a limit that cannot be used, a scope in which nothing is free, cancelled.
pub fn rebalance(
    project: &Project,
    wish: &Wish,
    options: &Options,
    progress: &Progress,
) -> Result<Rebalanced, BuildError> {
    let keeping = Keeping::new(project, &wish.keep)?;
    let frozen = frozen(project, &wish.scope);
    if frozen.len() == project.units.len() {
        return Err(refused("no unit is free to move within what was chosen").into());
    }
    let (held, goals, limits) = with_accounts(keeping.named(project), wish)?;
    let parts: &[f64] = if limits.is_empty() { &PARTS[2..] } else { &PARTS };
    let mut found = Rebalanced { kept: keeping.kept.len(), ..Rebalanced::default() };
    let before = Before::of(project, wish, progress)?;
    for &part in parts {
        let asked =
            Asked { held: &held, goals: &goals, limits: &limits, part, frozen: &frozen, balance: before.balance };
        let Some(building) = asked.building(options, progress)? else { continue };
        let candidate = before.candidate(project, wish, &keeping, building, part, progress)?;
        let same = |known: &Candidate| known.edit == candidate.edit;
        if !found.candidates.iter().any(same) {
            found.candidates.push(candidate);
        }
    }
    Ok(found)
}

/// How far tolerances are widened towards what the plan is now, where the limits leave no plan within them.
pub const EASED: [f64; 4] = [0.0, 0.5, 0.75, 0.9];

/// What the engine is asked for one answer.
struct Asked<'a> {
    held: &'a Project,
    goals: &'a [Goal],
    limits: &'a [MovedAtMost],
    part: f64,
    frozen: &'a [UnitId],
    balance: Option<f64>,
}

impl Asked<'_> {
    /// Limits on what moves come before tolerances: where both cannot be kept, the engine would move more. So it is asked for less balance
    /// until the limits hold; `None` where they do not even then.
    fn building(&self, options: &Options, progress: &Progress) -> Result<Option<Building>, BuildError> {
        for eased in EASED {
            let wider = |goal: &Goal| {
                let room = self.balance.map_or(0.0, |balance| (balance - goal.tolerance).max(0.0));
                Goal { tolerance: goal.tolerance + eased * room, ..*goal }
            };
            let limits = self.limits.iter().map(|limit| MovedAtMost { share: limit.share * self.part, ..*limit });
            let request = BuildRequest {
                territories: Wanted::Current,
                goals: self.goals.iter().map(wider).collect(),
                mix: false,
                contiguous: true,
                by_capacity: false,
                max_distance_km: None,
                moved_limits: limits.collect(),
                frozen: self.frozen.to_vec(),
            };
            let building = build(self.held, &request, options, progress)?;
            if !building.violations.iter().any(|violation| violation.rule == Rule::MovedTooMuch) {
                return Ok(Some(building));
            }
        }
        Ok(None)
    }
}

/// Accounts that stay with their territory.
struct Keeping {
    kept: Vec<(AccountId, TerritoryId)>,
}

impl Keeping {
    fn new(project: &Project, formulas: &[String]) -> Result<Self, BuildError> {
        let accounts = &project.accounts;
        let mut belongs = vec![false; accounts.len()];
        for formula in formulas {
            let found = members(project, formula, "")
                .map_err(|error| refused(format!("\"{formula}\" cannot be used: {error}")))?;
            for (known, also) in belongs.iter_mut().zip(&found.belongs) {
                *known |= also;
            }
        }
        let plan = &*project.plan;
        let owner = |account: AccountId| plan.owner_of(account, accounts.units.get(account.index()).copied().flatten());
        let kept = accounts.ids().filter(|account| belongs[account.index()]).map(|account| (account, owner(account)));
        Ok(Self { kept: kept.filter(|(_, owner)| !owner.is_unassigned()).collect() })
    }

    /// The project in which they are named accounts, so that the engine counts them with their territory.
    fn named(&self, project: &Project) -> Project {
        let mut plan = Plan::clone(&project.plan);
        let edit = self.edit(&plan, |_| true);
        if !edit.is_empty() && apply(&mut plan, &edit, Locks::Pass).is_err() {
            return project.clone();
        }
        Project { plan: Arc::new(plan), ..project.clone() }
    }

    /// What is to be said by name: the accounts that `needs` it.
    fn edit(&self, plan: &Plan, needs: impl Fn(AccountId) -> bool) -> Edit {
        let mut edit = Edit::new(String::new());
        for &(account, owner) in &self.kept {
            let old = plan.overrides().get(&account).copied();
            if old != Some(owner) && plan.territory(owner).is_some() && needs(account) {
                edit.changes.push(Change::Override { account, old, new: Some(owner) });
            }
        }
        edit
    }
}

/// The plan as it is, to be held against.
struct Before {
    balance: Option<f64>,
    travel_km: f64,
    table: Arc<LoadTable>,
}

impl Before {
    fn of(project: &Project, wish: &Wish, progress: &Progress) -> Result<Self, BuildError> {
        let table = Arc::new(LoadTable::new(project));
        let totals = Totals::count(Arc::clone(&table), &project.plan);
        let travel_km = PlanMetrics::measure(project, &totals, progress)?.travel_mean_km;
        let goal = wish.goals.first().map(|goal| goal.measure);
        Ok(Self { balance: goal.and_then(|goal| balance(&project.plan, &totals, goal)), travel_km, table })
    }

    fn candidate(
        &self,
        project: &Project,
        wish: &Wish,
        keeping: &Keeping,
        building: Building,
        of_limit: f64,
        progress: &Progress,
    ) -> Result<Candidate, BuildError> {
        let gap = building.built.proposal.bound.as_ref().and_then(|bound| bound.gap);
        let moved = building.moved;
        let mut edit = match building.change.kind {
            ChangeKind::Plan(edit) | ChangeKind::Columns(edit) => edit,
            _ => Edit::default(),
        };
        let mut plan = Plan::clone(&project.plan);
        if !edit.is_empty() {
            apply(&mut plan, &edit, Locks::Pass).map_err(|error| refused(error.to_string()))?;
        }
        // Only those who would change hands are named; the others stay with their unit.
        let units = &project.accounts.units;
        let stays = |account: AccountId| {
            let unit = units.get(account.index()).copied().flatten();
            plan.owner_of(account, unit) == project.plan.owner_of(account, unit)
        };
        let named = keeping.edit(&plan, |account| !stays(account));
        if !named.is_empty() {
            apply(&mut plan, &named, Locks::Pass).map_err(|error| refused(error.to_string()))?;
            edit.changes.extend(named.changes);
        }
        let goal = wish.goals.first().map(|goal| goal.measure);
        let after = Project { plan: Arc::new(plan), ..project.clone() };
        let totals = Totals::count(Arc::clone(&self.table), &after.plan);
        let balanced = goal.and_then(|goal| balance(&after.plan, &totals, goal));
        let tolerance = wish.goals.first().map_or(0.0, |goal| goal.tolerance);
        // What lies within the tolerance is as good; beyond it nothing worse is offered.
        let worse = balanced.zip(self.balance).is_some_and(|(after, before)| after > before.max(tolerance) + 1e-9);
        if worse {
            edit = Edit::default();
        }
        let (after, totals) = match worse {
            true => (project.clone(), Totals::count(Arc::clone(&self.table), &project.plan)),
            false => (after, totals),
        };
        let travel_km = PlanMetrics::measure(&after, &totals, progress)?.travel_mean_km;
        let disruption = disruption(project, &project.plan, &after.plan);
        edit.label = "Rebalanced the territories".to_owned();
        if edit.changes.is_empty() {
            edit = Edit::default();
        }
        Ok(Candidate {
            edit,
            balance: [self.balance, if worse { self.balance } else { balanced }],
            travel_km: [self.travel_km, travel_km],
            units_moved: disruption.unit_share(),
            accounts_moved: disruption.account_share(),
            moved: if worse { Some(0.0) } else { moved },
            gap,
            violations: check::violations(&after, &totals, &wish.goals),
            of_limit,
        })
    }
}

/// Units that stay because of the scope.
fn frozen(project: &Project, scope: &Scope) -> Vec<UnitId> {
    let plan = &*project.plan;
    match scope {
        Scope::Everything => plan.units_of(TerritoryId::UNASSIGNED).collect(),
        Scope::Group(group) => {
            let mut inside = vec![false; plan.territory_slots()];
            plan.territories_in(*group).for_each(|id| inside[id.index()] = true);
            project.units.ids().filter(|&unit| !inside[plan.territory_of(unit).index()]).collect()
        }
        Scope::Units(units) => {
            let mut free = vec![false; project.units.len()];
            for unit in units {
                if let Some(free) = free.get_mut(unit.index()) {
                    *free = true;
                }
            }
            project.units.ids().filter(|unit| !free[unit.index()] || plan.territory_of(*unit).is_unassigned()).collect()
        }
    }
}

/// Goals and limits as the engine takes them. Where accounts are counted they are a measure of their own, which is not balanced.
fn with_accounts(project: Project, wish: &Wish) -> Result<(Project, Vec<Goal>, Vec<MovedAtMost>), BuildError> {
    /// Wider than any deviation that can be.
    const NOT_BALANCED: f64 = 1e6;
    let mut goals = wish.goals.clone();
    let mut limits = Vec::new();
    let mut project = project;
    for &(counted, share) in &wish.limits {
        let measure = match counted {
            Counted::Units => None,
            Counted::Measure(measure) => Some(measure),
            Counted::Accounts if project.accounts.is_empty() => {
                return Err(refused("there are no accounts to count").into());
            }
            Counted::Accounts => {
                let id = MeasureId::from_index(project.measures.len());
                let ones = Measure::sum("accounts", "", Subject::Accounts, vec![1.0; project.accounts.len()]);
                Arc::make_mut(&mut project.measures).push(ones);
                goals.push(Goal { measure: id, tolerance: NOT_BALANCED, weight: 1e-6 });
                Some(id)
            }
        };
        limits.push(MovedAtMost { measure, share });
    }
    Ok((project, goals, limits))
}

fn refused(why: impl Into<String>) -> UserError {
    UserError::new("Could not rebalance the territories").because(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::hierarchy::Group;

    /// A has three times what B has, C and D are even; an account in every unit.
    const PICTURE: &str = "AAAAAAABCCCDDD\nAAAAAAABCCCDDD\nAAAAAAABCCCDDD\n";

    fn project() -> Project {
        let mut project = fixture::project_with_accounts(PICTURE);
        project.goals = vec![Goal { measure: MeasureId(0), tolerance: 0.1, weight: 1.0 }];
        project
    }

    fn run(project: &Project, wish: Wish) -> Rebalanced {
        let wish = Wish { goals: project.goals.clone(), ..wish };
        rebalance(project, &wish, &Options::default(), &Progress::new()).unwrap()
    }

    fn after(project: &Project, candidate: &Candidate) -> Project {
        let mut plan = Plan::clone(&project.plan);
        if !candidate.edit.is_empty() {
            apply(&mut plan, &candidate.edit, Locks::Obey).unwrap();
        }
        Project { plan: Arc::new(plan), ..project.clone() }
    }

    #[test]
    fn no_answer_is_worse_and_limits_are_kept() {
        let project = project();
        for counted in [Counted::Units, Counted::Accounts, Counted::Measure(MeasureId(0))] {
            let limit = 0.3;
            let found = run(&project, Wish { limits: vec![(counted, limit)], ..Wish::default() });
            assert!(!found.candidates.is_empty());
            for candidate in &found.candidates {
                let [before, after] = candidate.balance.map(|balance| balance.unwrap());
                assert!(after <= before, "{after} {before}");
                let most = limit * candidate.of_limit + 1e-9;
                assert!(candidate.units_moved <= most && candidate.accounts_moved <= most, "{candidate:?}");
            }
            let best = found.candidates.last().unwrap();
            assert!(best.balance[1].unwrap() < best.balance[0].unwrap(), "{counted:?}");
        }
    }

    #[test]
    fn kept_accounts_stay_where_they_are_and_others_are_not_named() {
        let project = project();
        let wish = Wish { keep: vec!["[revenue] >= 5 and [revenue] < 8".into()], ..Wish::default() };
        let found = run(&project, wish);
        assert_eq!(found.kept, 3);
        let after = after(&project, found.candidates.last().unwrap());
        for account in [5, 6, 7].map(AccountId) {
            let unit = project.accounts.units[account.index()];
            assert_eq!(after.plan.owner_of(account, unit), project.plan.owner_of(account, unit));
        }
        let moved = |account: &AccountId| {
            let unit = project.accounts.units[account.index()].unwrap();
            after.plan.territory_of(unit) != project.plan.territory_of(unit)
        };
        assert!(after.plan.overrides().keys().all(moved), "only those whose unit moves are named");
    }

    #[test]
    fn what_is_out_of_scope_stays() {
        let mut project = project();
        let mut plan = Plan::clone(&project.plan);
        let edit = Edit::set_levels(&plan, &[(None, "District".into())]);
        apply(&mut plan, &edit, Locks::Pass).unwrap();
        let (edit, group) = Edit::add_group(&plan, "", Group { name: "West".into(), ..Group::default() });
        apply(&mut plan, &edit, Locks::Pass).unwrap();
        let edit = Edit::move_to_group(&plan, [1, 2].map(TerritoryId), Some(group));
        apply(&mut plan, &edit, Locks::Pass).unwrap();
        project.plan = Arc::new(plan);
        let found = run(&project, Wish { scope: Scope::Group(group), ..Wish::default() });
        let after = after(&project, found.candidates.last().unwrap());
        let outside = |unit: &UnitId| project.plan.territory_of(*unit).0 > 2;
        assert!(
            project
                .units
                .ids()
                .filter(outside)
                .all(|unit| after.plan.territory_of(unit) == project.plan.territory_of(unit))
        );
        assert!(found.candidates.last().unwrap().units_moved > 0.0);
        let nothing = Wish { goals: project.goals.clone(), scope: Scope::Units(Vec::new()), ..Wish::default() };
        assert!(rebalance(&project, &nothing, &Options::default(), &Progress::new()).is_err());
    }

    #[test]
    fn a_formula_that_cannot_be_used_is_named() {
        let project = project();
        let wish = Wish { goals: project.goals.clone(), keep: vec!["[nothing] > 1".into()], ..Wish::default() };
        match rebalance(&project, &wish, &Options::default(), &Progress::new()) {
            Err(BuildError::Refused(error)) => assert!(error.to_string().contains("[nothing]"), "{error}"),
            other => panic!("{other:?}"),
        }
    }
}
