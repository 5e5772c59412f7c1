//! An import takes seconds, and the plan may be changed meanwhile: what was read is joined to the plan as it is by now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::ids::{AccountId, TerritoryId, UnitId};
use crate::domain::plan::{Plan, Territory};
use crate::domain::project::{Goal, Project};
use crate::error::UserError;

/// The data of `imported`, which was made of `began`, with plan and goals of `present`: the same project as `began` in all but
/// these. Units and named accounts are found again by their codes, targets and goals by their measures' names.
pub fn rejoin(began: &Project, present: &Project, imported: Project) -> Result<Project, UserError> {
    let project = Project { name: present.name.clone(), ..imported };
    let goals = if present.goals == began.goals { project.goals.clone() } else { goals(present, &project) };
    if present.plan == began.plan {
        return Ok(Project { goals, ..project });
    }
    let plan = plan(present, &project)
        .map_err(|why| UserError::new("Could not carry the plan over").because(why).hint("Import the file again"))?;
    Ok(Project { goals, plan: Arc::new(plan), ..project })
}

fn plan(present: &Project, project: &Project) -> Result<Plan, String> {
    let old = &*present.plan;
    let (owners, locked): (Vec<TerritoryId>, BTreeSet<UnitId>) = if Arc::ptr_eq(&present.units, &project.units) {
        (old.assignment().to_vec(), old.locked_units().clone())
    } else {
        let before = |unit: UnitId| present.units.find(&project.units.codes[unit.index()]);
        let owner = |unit| before(unit).map_or(TerritoryId::UNASSIGNED, |unit| old.territory_of(unit));
        let is_locked = |unit: &UnitId| before(*unit).is_some_and(|unit| old.locked_units().contains(&unit));
        (project.units.ids().map(owner).collect(), project.units.ids().filter(is_locked).collect())
    };
    let overrides: BTreeMap<AccountId, TerritoryId> = if present.accounts.codes == project.accounts.codes {
        old.overrides().clone()
    } else {
        let by_code = project.accounts.by_code();
        let named = old.overrides().iter().filter_map(|(account, &owner)| {
            let code = present.accounts.codes.get(account.index())?;
            Some((*by_code.get(code.as_str())?, owner))
        });
        named.collect()
    };
    let territories = old.territories().map(|(id, territory)| {
        let targets = territory
            .targets
            .iter()
            .filter_map(|(&measure, &target)| Some((project.measure_like(present.measure(measure)?)?, target)));
        (id, Territory { targets: targets.collect(), ..territory.clone() })
    });
    Plan::from_parts(old.name.clone(), owners, territories.collect(), overrides, locked)
}

/// Goals chosen while the file was read; those of the import where none of them is left.
fn goals(present: &Project, project: &Project) -> Vec<Goal> {
    let chosen = present.goals.iter().filter_map(|goal| {
        let measure = project.measure_like(present.measure(goal.measure)?)?;
        let summed = project.measure(measure).is_some_and(|measure| measure.is_summed());
        summed.then_some(Goal { measure, ..*goal })
    });
    let chosen: Vec<Goal> = chosen.collect();
    if chosen.is_empty() { project.goals.clone() } else { chosen }
}
