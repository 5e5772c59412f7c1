//! The job that lets the engine draw territories: its best plans go to the window as they are found, the end is a proposal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rayon::prelude::*;

use super::JobOutput;
use super::spec::{BuildOrder, Effort, Territories};
use crate::domain::progress::{Cancelled, Phase, Progress};
use crate::domain::project::Project;
use crate::domain::shape::PlanMetrics;
use crate::session::explanation::Clash;
use crate::session::proposal::{Balance, Before, BestPlan, BoundWords, Broken, Choice, Figures, Proposal};
use crate::solve::{self, BoundKind, BuildRequest, MeasureGoal, MovedAtMost, Options, Terms, Wanted};
use crate::words;
use crate::work::build::{BuildError, Building, build_shown};
use crate::work::explain::Reasons;
use crate::work::live::BestSoFar;
use crate::work::{ChangeKind, check};

/// Where the job leaves its best plan and the window takes it. Only the newest is kept.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Mutex<Option<BestPlan>>>);

impl Inbox {
    /// The newest plan that was not taken yet. Never waits for the one who works.
    pub fn take(&self) -> Option<BestPlan> {
        self.0.try_lock().ok()?.take()
    }

    fn put(&self, best: BestPlan) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(best);
    }
}

/// Builds. `wake` is called, from another thread, when there is a plan in the inbox.
pub fn build(
    project: &Project,
    generation: u64,
    order: &BuildOrder,
    inbox: &Inbox,
    wake: &(dyn Fn() + Sync),
    progress: &Progress,
) -> JobOutput {
    let begun = Instant::now();
    let show = |best: BestSoFar| {
        let figures = figures(&best.terms, &best.goals, best.terms.disruption, best.violations);
        let seconds = begun.elapsed().as_secs_f64();
        inbox.put(BestPlan { plan: best.plan, totals: best.totals, figures, seconds });
        wake();
    };
    match build_shown(project, &request(order), &options(order), progress, show) {
        Ok(building) => match proposal(building, begun, progress) {
            Ok((proposal, reasons)) => JobOutput::Built { generation, proposal: Box::new(proposal), reasons },
            Err(Cancelled) => JobOutput::Cancelled,
        },
        Err(BuildError::Cancelled) => JobOutput::Cancelled,
        Err(BuildError::Refused(error) | BuildError::Infeasible(error)) => JobOutput::Failed(error),
    }
}

fn request(order: &BuildOrder) -> BuildRequest {
    BuildRequest {
        territories: match order.territories {
            Territories::Count(count) => Wanted::Count(count),
            Territories::PerRep => Wanted::PerRepHome,
            Territories::Current => Wanted::Current,
        },
        goals: order.goals.clone(),
        mix: order.mix,
        contiguous: order.contiguous,
        by_capacity: order.by_capacity,
        max_distance_km: order.max_distance_km,
        moved_limits: order.moved_limit.map(|(measure, share)| MovedAtMost { measure, share }).into_iter().collect(),
        frozen: Vec::new(),
    }
}

fn options(order: &BuildOrder) -> Options {
    Options {
        seed: order.seed,
        effort: match order.effort {
            Effort::Quick => solve::Effort::Quick,
            Effort::Normal => solve::Effort::Normal,
            Effort::Thorough => solve::Effort::Thorough,
        },
        threads: std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1)),
        time_limit: None,
    }
}

/// What is shown, and per plan of it what explains it.
fn proposal(building: Building, begun: Instant, progress: &Progress) -> Result<(Proposal, Vec<Reasons>), Cancelled> {
    progress.begin(Phase::Measuring, 0)?;
    let before = building.before.map(|before| Before { travel_km: before.travel_km, border_km: before.border_km });
    let bound = building.built.proposal.bound.as_ref().map(bound_words);
    let cut_short = building.built.proposal.cut_short;
    let clash = if building.built.proposal.violations.is_empty() { Clash::NotAsked } else { Clash::Wanted };
    let mut all = vec![building];
    let alternatives = std::mem::take(&mut all[0].alternatives);
    all.extend(alternatives);
    let goals = all[0].change.project.goals.clone();
    let reasons = all.iter().map(|building| building.reasons.clone()).collect();
    let choices: Result<Vec<Choice>, Cancelled> =
        all.into_par_iter().map(|building| choice(building, progress)).collect();
    let mut choices = choices?.into_iter();
    let Some(best) = choices.next() else { return Err(Cancelled) };
    let mut proposal = Proposal::new(best, choices.collect(), goals);
    (proposal.before, proposal.bound, proposal.cut_short) = (before, bound, cut_short);
    proposal.seconds = begun.elapsed().as_secs_f64();
    proposal.clash = clash;
    Ok((proposal, reasons))
}

fn choice(building: Building, progress: &Progress) -> Result<Choice, Cancelled> {
    let metrics = PlanMetrics::measure(&building.change.project, &building.totals, progress)?;
    let terms = &building.built.proposal.terms;
    let edit = match building.change.kind {
        ChangeKind::Plan(edit) | ChangeKind::Columns(edit) => edit,
        ChangeKind::Units | ChangeKind::Accounts | ChangeKind::ReplacedAccounts(_) | ChangeKind::Reps => {
            Default::default()
        }
    };
    Ok(Choice {
        edit,
        plan: Arc::clone(&building.change.project.plan),
        totals: building.totals,
        metrics: Arc::new(metrics),
        figures: figures(terms, &building.goals, building.moved, building.violations.len()),
        broken: building.violations.into_iter().map(broken).collect(),
    })
}

fn figures(terms: &Terms, goals: &[MeasureGoal], moved: Option<f64>, broken: usize) -> Figures {
    let balances = goals.iter().zip(&terms.imbalance).map(|(goal, &deviation)| Balance {
        measure: goal.name.clone(),
        deviation,
        tolerance: goal.tolerance,
    });
    Figures { travel_km: terms.travel_km, balances: balances.collect(), border_km: terms.border_km, moved, broken }
}

fn broken(violation: check::Violation) -> Broken {
    Broken { words: capitalised(violation.words), territory: violation.territory, units: violation.units }
}

/// "East is in 2 pieces" as it is, "the plan has no territories" with a capital.
fn capitalised(words: String) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

fn bound_words(bound: &solve::Bound) -> BoundWords {
    let least = words::kilometres(bound.travel_km);
    let long = match bound.kind {
        BoundKind::FixedCentres => format!(
            "Proven: with the centres of the territories where they are, no plan within the limits has less mean travel \
             than {least}. Other centres might"
        ),
        BoundKind::CentresAtUnits => format!(
            "Proven: no plan within the limits whose centres are at units of theirs has less mean travel than {least}"
        ),
        BoundKind::CentresAnywhere => {
            format!("Proven: no plan within the limits has less mean travel than {least}, wherever its centres are")
        }
    };
    let which = bound.kind.words();
    let short = match bound.gap {
        Some(gap) => format!("At most {} more travel than the least possible {which}", words::percent(gap.max(0.0))),
        None => format!("Plans within the limits travel at least {least} {which}"),
    };
    BoundWords { gap: bound.gap, short, long }
}
