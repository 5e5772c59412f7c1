//! `bailiwick build`: the engine draws territories, as one undo step.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use clap::ArgGroup;
use serde::Serialize;

use super::metrics::{Figures, figures, text as figures_text};
use super::output::{Output, print_error};
use super::search::{Search, effort_word, positive};
use super::validate::{Broken, GoalChecked, broken, goals_checked};
use super::{Outcome, Result, explain, goals, project};
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::io::cancelled;
use crate::io::export::check_moves_file;
use crate::solve::{BOUND_STEPS, Bound, BuildRequest, Wanted, centre_free_bound};
use crate::words;
use crate::work::build::{BuildError, Building, build};
use crate::work::records::saved_metrics;

/// Draw balanced, compact territories that hang together; locked units and territories stay as they are
///
/// The best plan found becomes the plan, as one step that `bailiwick undo` takes back. Exit code 1 when a rule does not hold in it.
#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("wanted").required(true).args(["territories", "per_rep", "current"])))]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// So many territories in all, locked ones included
    #[arg(long, value_name = "K")]
    territories: Option<NonZeroUsize>,
    /// One territory around the home of each rep
    #[arg(long)]
    per_rep: bool,
    /// The territories the plan has, balanced anew from where they are
    #[arg(long)]
    current: bool,
    #[arg(long, value_name = "NAME[:TOLERANCE]", help = goals::HELP)]
    measure: Vec<String>,
    /// Balance one sum of the measures, each as a share of its total, instead of each by itself
    #[arg(long)]
    mix: bool,
    /// Targets in proportion to the reps' hours instead of equal ones
    #[arg(long)]
    by_capacity: bool,
    /// No unit lies farther than this from its territory's centre
    #[arg(long, value_name = "KM", value_parser = positive)]
    max_distance: Option<f64>,
    /// With --current: at most so much changes its territory, of a measure that is balanced, or of the units without a name
    #[arg(long, value_name = "[MEASURE:]PERCENT", requires = "current")]
    max_moved: Vec<String>,
    #[command(flatten)]
    search: Search,
    /// Prove how far every plan is from the best there can be, wherever its centres are; takes seconds to minutes
    #[arg(long)]
    prove: bool,
    /// Write why each unit changes its territory to this file: CSV, replaced when it is there
    #[arg(long, value_name = "FILE")]
    explain: Option<PathBuf>,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    label: String,
    written: bool,
    valid: bool,
    goals: Vec<GoalChecked>,
    seed: u64,
    effort: String,
    seconds: f64,
    cut_short: bool,
    /// Mean travel as the engine counts it: to its own centres, weighted with what is balanced. The bound is of this.
    proposal_travel_km: f64,
    border_km: f64,
    bound_km: Option<f64>,
    gap: Option<f64>,
    /// Every bound that is proven, with what it holds for.
    bounds: Vec<Proven>,
    moved_share: Option<f64>,
    findings: Vec<String>,
    violations: Vec<Broken>,
    /// Rules that provably cannot hold together, and what each would have to give; empty when every rule holds.
    conflict: Vec<String>,
    /// The file that says why units moved, and what it says; null when it was not asked for.
    explain: Option<String>,
    moves: Option<Vec<explain::Explained>>,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Serialize)]
struct Proven {
    /// What the bound holds for, in words.
    holds: &'static str,
    bound_km: f64,
    /// `null` for a plan outside its limits.
    gap: Option<f64>,
}

/// What was asked for besides the plan.
struct Answers {
    bounds: Vec<Bound>,
    conflict: Vec<String>,
    moves: Option<Vec<explain::Explained>>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    if let Some(path) = &arguments.explain {
        check_moves_file(path)?;
    }
    let (store, opened) = project::open_to_write(&arguments.plan)?;
    let goals = goals::read(&arguments.measure, &opened.project)?;
    let request = BuildRequest {
        territories: match arguments.territories {
            Some(count) => Wanted::Count(count.get()),
            None if arguments.per_rep => Wanted::PerRepHome,
            None => Wanted::Current,
        },
        goals,
        mix: arguments.mix,
        contiguous: true,
        by_capacity: arguments.by_capacity,
        max_distance_km: arguments.max_distance,
        moved_limits: goals::moved(&arguments.max_moved, &opened.project)?,
        frozen: Vec::new(),
    };
    let start = Instant::now();
    let building =
        output.with_progress(|progress| build(&opened.project, &request, &arguments.search.options(), progress));
    let building = match building {
        Ok(building) => building,
        Err(BuildError::Cancelled) => return Err(UserError::new("Cancelled")),
        Err(BuildError::Refused(error)) => return Err(error),
        Err(BuildError::Infeasible(error)) => {
            print_error(&error, output.json);
            return Ok(Outcome::Violated);
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let project = &building.change.project;
    let metrics = output
        .with_progress(|progress| PlanMetrics::measure(project, &building.totals, progress))
        .map_err(cancelled)?;
    let answers = answers(arguments, output, &building)?;
    let written = building.change.save(&store)?.is_some();
    if project.goals != opened.project.goals {
        store.put_goals(&project.goals);
    }
    store.put_metrics(opened.generation + u64::from(written), saved_metrics(project, &metrics));
    store.flush()?;
    report(arguments, output, &building, &metrics, answers, written, seconds)
}

/// Proves and explains, and writes the file that was asked for: before anything is changed in the project.
fn answers(arguments: &Arguments, output: &Output, building: &Building) -> Result<Answers> {
    let proposal = &building.built.proposal;
    let mut bounds = Vec::from_iter(proposal.bound);
    if arguments.prove {
        let threads = arguments.search.options().threads;
        let prove =
            |progress: &_| centre_free_bound(&building.problem, proposal, BOUND_STEPS, threads, progress, &mut |_| {});
        let failed = |error| UserError::new("Could not prove a bound").because(error);
        let proven = output.with_progress(prove).map_err(failed)?;
        bounds.extend(proven.into_iter().flat_map(|proven| [proven.at_units, proven.anywhere]).flatten());
    }
    let moves = match &arguments.explain {
        None => None,
        Some(path) => {
            let moves = output.with_progress(|progress| building.reasons.moves(progress)).map_err(cancelled)?;
            explain::write(building, &moves, path)?;
            Some(explain::explained(building, &moves))
        }
    };
    let broken = !building.violations.is_empty();
    let conflict = if broken {
        let found = output.with_progress(|progress| building.reasons.conflict(progress)).map_err(cancelled)?;
        explain::conflict_lines(found.as_ref())
    } else {
        Vec::new()
    };
    Ok(Answers { bounds, conflict, moves })
}

fn report(
    arguments: &Arguments,
    output: &Output,
    building: &Building,
    metrics: &PlanMetrics,
    answers: Answers,
    written: bool,
    seconds: f64,
) -> Result<Outcome> {
    let project = &building.change.project;
    let proposal = &building.built.proposal;
    let done = Done {
        command: "build",
        plan: arguments.plan.display().to_string(),
        label: building.change.label.clone(),
        written,
        valid: building.violations.is_empty(),
        goals: goals_checked(project, &project.goals),
        seed: arguments.search.seed,
        effort: effort_word(arguments.search.effort),
        seconds,
        cut_short: proposal.cut_short,
        proposal_travel_km: proposal.terms.travel_km,
        border_km: proposal.terms.border_km,
        bound_km: proposal.bound.map(|bound| bound.travel_km),
        gap: proposal.bound.and_then(|bound| bound.gap),
        bounds: answers
            .bounds
            .iter()
            .map(|bound| Proven { holds: bound.kind.words(), bound_km: bound.travel_km, gap: bound.gap })
            .collect(),
        moved_share: proposal.terms.disruption,
        findings: building.built.findings.clone(),
        violations: broken(project, &building.violations),
        conflict: answers.conflict,
        explain: arguments.explain.as_ref().map(|path| path.display().to_string()),
        moves: answers.moves,
        figures: figures(project, &project.goals, metrics, |measure| building.totals.total(measure)),
    };
    let mut text = format!("{} in {seconds:.1} s\n\n", building.change.label);
    text.push_str(&figures_text(project, &project.goals, metrics));
    for finding in &done.findings {
        let _ = writeln!(text, "{finding}");
    }
    // The first one, at the centres the plan has, is among the findings.
    for bound in answers.bounds.iter().filter(|bound| Some(**bound) != proposal.bound) {
        let _ = writeln!(text, "{}", bound.words(&words::kilometres(bound.travel_km)));
    }
    if let (Some(path), Some(moves)) = (&done.explain, &done.moves) {
        let count = project.units.count_words(moves.len());
        let _ = writeln!(text, "Wrote {path}: why {count} changed territory");
    }
    if !written {
        text.push_str("The plan was like that already: nothing was changed\n");
    }
    if !done.valid {
        // Where nothing was written, undo would take back what was done before.
        let undo = if written { " (bailiwick undo takes the step back)" } else { "" };
        let _ = writeln!(text, "\nRules that do not hold{undo}:");
        for violation in &building.violations {
            let _ = writeln!(text, "  {}", violation.words);
        }
        for line in &done.conflict {
            let _ = writeln!(text, "{line}");
        }
    }
    output.print(&done, &text)?;
    Ok(if done.valid { Outcome::Done } else { Outcome::Violated })
}
