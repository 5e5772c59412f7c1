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
use super::{Outcome, Result, goals, project};
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::io::cancelled;
use crate::solve::{BuildRequest, Wanted};
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
    mean_travel_km: f64,
    border_km: f64,
    bound_km: Option<f64>,
    gap: Option<f64>,
    moved_share: Option<f64>,
    findings: Vec<String>,
    violations: Vec<Broken>,
    /// Rules that provably cannot hold together, and what each would have to give; empty when every rule holds.
    conflict: Vec<String>,
    #[serde(flatten)]
    figures: Figures,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
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
    let written = building.change.save(&store)?.is_some();
    if project.goals != opened.project.goals {
        store.put_goals(&project.goals);
    }
    store.put_metrics(opened.generation + u64::from(written), saved_metrics(project, &metrics));
    store.flush()?;
    report(arguments, output, &building, &metrics, written, seconds)
}

fn report(
    arguments: &Arguments,
    output: &Output,
    building: &Building,
    metrics: &PlanMetrics,
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
        mean_travel_km: proposal.terms.travel_km,
        border_km: proposal.terms.border_km,
        bound_km: proposal.bound.map(|bound| bound.travel_km),
        gap: proposal.bound.map(|bound| bound.gap),
        moved_share: proposal.terms.disruption,
        findings: building.built.findings.clone(),
        violations: broken(project, &building.violations),
        conflict: building.conflict.clone(),
        figures: figures(project, &project.goals, metrics, |measure| building.totals.total(measure)),
    };
    let mut text = format!("{} in {seconds:.1} s\n\n", building.change.label);
    text.push_str(&figures_text(project, &project.goals, metrics));
    for finding in &done.findings {
        let _ = writeln!(text, "{finding}");
    }
    if !written {
        text.push_str("The plan was like that already: nothing was changed\n");
    }
    if !done.valid {
        text.push_str("\nRules that do not hold (bailiwick undo takes the step back):\n");
        for violation in &building.violations {
            let _ = writeln!(text, "  {}", violation.words);
        }
        for line in &building.conflict {
            let _ = writeln!(text, "{line}");
        }
    }
    output.print(&done, &text)?;
    Ok(if done.valid { Outcome::Done } else { Outcome::Violated })
}
