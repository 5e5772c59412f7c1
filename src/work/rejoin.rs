//! An import takes seconds, and the plan may be changed meanwhile: what was read is joined to the plan as it is by now.

use std::sync::Arc;

use super::carry;
use crate::domain::plan::Plan;
use crate::domain::project::{Goal, Project};
use crate::error::UserError;

/// The data of `imported`, which was made of `began`, with plan and goals of `present`: the same project as `began` in all but
/// these. Units and named accounts are found again by their codes, targets and goals by their measures' names.
pub fn rejoin(began: &Project, present: &Project, imported: Project) -> Result<Project, UserError> {
    let project = Project { name: present.name.clone(), layers: Arc::clone(&present.layers), ..imported };
    let goals = if present.goals == began.goals { project.goals.clone() } else { goals(present, &project) };
    if present.plan == began.plan {
        return Ok(Project { goals, ..project });
    }
    let plan = plan(present, &project)
        .map_err(|why| UserError::new("Could not carry the plan over").because(why).hint("Import the file again"))?;
    Ok(Project { goals, plan: Arc::new(plan), ..project })
}

fn plan(present: &Project, project: &Project) -> Result<Plan, String> {
    let moved = |measure| project.measure_like(present.measure(measure)?);
    Plan::from_parts(carry::carried(present, &project.units, &project.accounts, moved))
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
