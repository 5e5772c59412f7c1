//! `bailiwick build`: the engine draws territories, as one undo step.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{ArgGroup, ValueEnum};
use serde::Serialize;

use super::metrics::{Figures, figures, text as figures_text};
use super::output::{Output, print_error};
use super::validate::{Broken, GoalChecked, broken, goals_checked};
use super::{Outcome, Result, goals, project};
use crate::domain::shape::PlanMetrics;
use crate::error::UserError;
use crate::io::cancelled;
use crate::solve::{self, BuildRequest, Options, Wanted};
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
    /// The same project, seed and effort give the same plan
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How much to search
    #[arg(long, value_enum, default_value_t = Effort::Normal)]
    effort: Effort,
    /// Cut the search off after this time; the plan may then differ from run to run
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time: Option<Duration>,
    /// Threads to use; changes the time, never the plan
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Effort {
    Quick,
    Normal,
    Thorough,
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
    effort: &'static str,
    seconds: f64,
    cut_short: bool,
    mean_travel_km: f64,
    border_km: f64,
    bound_km: Option<f64>,
    gap: Option<f64>,
    moved_share: Option<f64>,
    findings: Vec<String>,
    violations: Vec<Broken>,
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
        max_distance_km: None,
        moved_limits: Vec::new(),
    };
    let start = Instant::now();
    let building = output.with_progress(|progress| build(&opened.project, &request, &options(arguments), progress));
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
        seed: arguments.seed,
        effort: arguments.effort.word(),
        seconds,
        cut_short: proposal.cut_short,
        mean_travel_km: proposal.terms.travel_km,
        border_km: proposal.terms.border_km,
        bound_km: proposal.bound.map(|bound| bound.travel_km),
        gap: proposal.bound.map(|bound| bound.gap),
        moved_share: proposal.terms.disruption,
        findings: building.built.findings.clone(),
        violations: broken(project, &building.violations),
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
    }
    output.print(&done, &text)?;
    Ok(if done.valid { Outcome::Done } else { Outcome::Violated })
}

fn options(arguments: &Arguments) -> Options {
    let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Options {
        seed: arguments.seed,
        effort: match arguments.effort {
            Effort::Quick => solve::Effort::Quick,
            Effort::Normal => solve::Effort::Normal,
            Effort::Thorough => solve::Effort::Thorough,
        },
        threads: arguments.threads.map_or_else(cores, NonZeroUsize::get),
        time_limit: arguments.time,
    }
}

impl Effort {
    fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Normal => "normal",
            Self::Thorough => "thorough",
        }
    }
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("expected more than 0 seconds".to_owned()),
    }
}
