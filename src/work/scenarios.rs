//! The plans of a project by their names, and two of them held against each other.

use std::sync::Arc;

use crate::domain::comparison::{Comparison, Side, compare};
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::plans::{PlanId, Plans};
use crate::domain::progress::{Cancelled, Progress};
use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::io::table::list_of;
use crate::store::Store;

/// The plan of that name.
///
/// # Errors
/// There is none; the message lists those that there are.
pub fn found(plans: &Plans, name: &str) -> Result<PlanId, UserError> {
    plans.find(name).map(|plan| plan.id).ok_or_else(|| {
        let names: Vec<&str> = plans.all.iter().map(|plan| plan.name.as_str()).collect();
        UserError::new(format!("There is no scenario \"{}\"", name.trim()))
            .hint(format!("the scenarios are {}", list_of(&names)))
    })
}

/// The content of a plan of an open project; that of the open one is at hand.
///
/// # Errors
/// It cannot be read.
pub fn content(store: &Store, project: &Project, plans: &Plans, id: PlanId) -> Result<Arc<Plan>, UserError> {
    if id == plans.active {
        return Ok(Arc::clone(&project.plan));
    }
    let plan = store.read_plan(id)?.plan;
    if plan.assignment().len() != project.units.len() {
        return Err(UserError::new(format!("Could not read the scenario {}", plans.name(id)))
            .because("it is about other units than the project has"));
    }
    Ok(Arc::new(plan))
}

/// Holds one plan against another, with the slow figures of both.
pub fn comparison(
    project: &Project,
    before: &Arc<Plan>,
    after: &Arc<Plan>,
    progress: &Progress,
) -> Result<Comparison, Cancelled> {
    let table = Arc::new(LoadTable::new(project));
    let measured = |plan: &Arc<Plan>| {
        let project = Project { plan: Arc::clone(plan), ..project.clone() };
        let totals = Totals::count(Arc::clone(&table), plan);
        let metrics = PlanMetrics::measure(&project, &totals, progress)?;
        Ok((totals, metrics))
    };
    let (first, second) = (measured(before)?, measured(after)?);
    let side = |plan, of| {
        let (totals, metrics): &(Totals, PlanMetrics) = of;
        Side { plan, totals, metrics: Some(metrics) }
    };
    Ok(compare(project, side(before, &first), side(after, &second)))
}
