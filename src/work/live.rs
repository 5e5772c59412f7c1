//! The engine at work, for whoever looks on: its best plan so far with names, colours and totals, as often as an eye wants it.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::domain::edit::{self, Locks};
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Plan;
use crate::domain::progress::Progress;
use crate::domain::project::Project;
use crate::solve::{self, MeasureGoal, Options, Problem, Proposal, Sketch, SolveError, Terms, TerritoryPlan, Watch};

/// How often a plan is wanted.
const SHOW_EVERY: Duration = Duration::from_millis(150);
/// How often is looked whether there is one.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The best plan so far.
#[derive(Debug, Clone)]
pub struct BestSoFar {
    pub plan: Arc<Plan>,
    pub totals: Totals,
    pub terms: Terms,
    /// The measures that `terms` speaks of.
    pub goals: Vec<MeasureGoal>,
    /// How many rules do not hold in it yet.
    pub violations: usize,
}

/// What is solved, and what it is made of.
pub(super) struct Task<'a> {
    pub project: &'a Project,
    pub loads: &'a Arc<LoadTable>,
    pub problem: &'a Problem,
    pub names: &'a TerritoryPlan,
}

/// Runs the engine, and calls `show` from another thread with every plan that is better than the one shown before. What is shown
/// depends on the clock, the proposal does not.
pub(super) fn run(
    task: &Task,
    options: &Options,
    progress: &Progress,
    mut show: impl FnMut(BestSoFar) + Send,
) -> Result<Proposal, SolveError> {
    let watch = Watch::every(SHOW_EVERY);
    std::thread::scope(|scope| {
        let (engine, ended) = channel::<()>();
        let watch_here = watch.clone();
        scope.spawn(move || {
            let mut drawing = Drawing { task, before: None };
            while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                if progress.is_cancelled() {
                    break;
                }
                if let Some(best) = watch_here.take().and_then(|snapshot| drawing.follow(snapshot)) {
                    show(best);
                }
            }
        });
        let result = solve::run_watched(task.problem, options, progress, &watch);
        drop(engine);
        result
    })
}

/// Names plans one after the other.
struct Drawing<'a> {
    task: &'a Task<'a>,
    before: Option<(Sketch, usize, f64)>,
}

impl Drawing<'_> {
    /// The snapshot as a plan, unless the one before was better: several threads search, each from a plan of its own.
    fn follow(&mut self, snapshot: solve::Snapshot) -> Option<BestSoFar> {
        let Task { project, loads, problem, names } = *self.task;
        let (violations, terms) = (snapshot.violations, snapshot.terms);
        let before = self.before.as_ref().map(|(_, violations, travel)| (*violations, *travel));
        if before.is_some_and(|before| !is_progress(before, (violations, terms.travel_km))) {
            return None;
        }
        let before = self.before.as_ref().map(|before| &before.0);
        let sketch = names.sketch(project, problem, snapshot.assignment, before);
        let mut plan = Plan::clone(&project.plan);
        if !sketch.edit.is_empty() {
            edit::apply(&mut plan, &sketch.edit, Locks::Pass).ok()?;
        }
        let totals = Totals::count(Arc::clone(loads), &plan);
        self.before = Some((sketch, violations, terms.travel_km));
        Some(BestSoFar { plan: Arc::new(plan), totals, terms, goals: problem.goals.clone(), violations })
    }
}

/// Whether a plan is worth showing after another, by their broken rules and their travel. On the way to the first plan that keeps
/// every rule either may get better at the cost of the other; after it, only less travel within the rules is better.
fn is_progress(before: (usize, f64), now: (usize, f64)) -> bool {
    if before.0 == 0 { now.0 == 0 && now.1 < before.1 } else { now.0 < before.0 || now.1 < before.1 }
}

#[cfg(test)]
mod tests {
    use super::is_progress;

    #[test]
    fn a_plan_that_keeps_the_rules_only_gives_way_to_a_better_one_that_does() {
        assert!(is_progress((4, 50.0), (6, 45.0)), "balanced, not whole yet");
        assert!(is_progress((6, 45.0), (0, 47.0)));
        assert!(!is_progress((6, 45.0), (6, 45.0)), "the same again");
        assert!(!is_progress((0, 47.0), (1, 30.0)));
        assert!(!is_progress((0, 47.0), (0, 47.5)));
        assert!(is_progress((0, 47.0), (0, 46.9)));
    }
}
