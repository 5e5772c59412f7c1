//! `bailiwick rebalance`: the plan balanced anew while disturbing little, with several answers to choose from.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::output::{Output, table};
use super::search::Search;
use super::{Outcome, Result, goals, project};
use crate::domain::ids::UnitId;
use crate::domain::plans::PlanInfo;
use crate::domain::project::Project;
use crate::error::UserError;
use crate::io::table::list_of;
use crate::store::{now, user_name};
use crate::words;
use crate::work::build::BuildError;
use crate::work::rebalance::{Candidate, Counted, Scope, Wish, rebalance};

/// Balance the territories anew from where they are, disturbing little; nothing is changed without --choose
///
/// With limits several answers are worked out, for a quarter, half and the whole of what may move. None is worse in balance than the plan
/// as it is.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    #[arg(long, value_name = "NAME[:TOLERANCE]", help = goals::HELP)]
    measure: Vec<String>,
    /// At most so much changes its territory, of a measure that is balanced, or of the units without a name; several limits hold together
    #[arg(long, value_name = "[MEASURE:]PERCENT")]
    max_moved: Vec<String>,
    /// At most this share of the accounts changes its territory
    #[arg(long, value_name = "PERCENT", value_parser = super::what_if::percent)]
    max_accounts: Option<f64>,
    /// Accounts for which this formula says yes keep their territory; may be given several times: 'percentile([Revenue]) >= 90'
    #[arg(long, value_name = "FORMULA")]
    keep: Vec<String>,
    /// Only the territories of this district, region or other group may change, among each other
    #[arg(long, value_name = "NAME", conflicts_with = "only_units")]
    only_group: Option<String>,
    /// Only units whose codes stand in this file, one a line, may change
    #[arg(long, value_name = "FILE")]
    only_units: Option<PathBuf>,
    /// Make this answer the plan, by its number: one step, which `bailiwick undo` takes back
    #[arg(long, value_name = "N")]
    choose: Option<usize>,
    /// With --choose: in a new scenario of this name, which is opened
    #[arg(long, value_name = "NAME", requires = "choose")]
    scenario: Option<String>,
    #[command(flatten)]
    search: Search,
}

#[derive(Serialize)]
struct Printed {
    command: &'static str,
    plan: String,
    kept_accounts: usize,
    candidates: Vec<CandidatePrinted>,
    /// The number of the one that was made the plan.
    chosen: Option<usize>,
    scenario: String,
}

/// Shares are shares: 0.05 is 5 %.
#[derive(Serialize)]
struct CandidatePrinted {
    number: usize,
    balance: [Option<f64>; 2],
    mean_travel_km: [f64; 2],
    unit_share: f64,
    account_share: f64,
    moved_share: Option<f64>,
    gap: Option<f64>,
    of_limit: f64,
    violations: Vec<String>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (mut store, mut opened) = match arguments.choose {
        Some(_) if arguments.scenario.is_none() => project::open_to_write(&arguments.plan)?,
        Some(_) => project::open_whatever_status(&arguments.plan)?,
        None => project::open_beside(&arguments.plan)?,
    };
    let project = &opened.project;
    let wish = wish(arguments, project)?;
    let options = arguments.search.options();
    let found = output.with_progress(|progress| rebalance(project, &wish, &options, progress));
    let found = match found {
        Ok(found) => found,
        Err(BuildError::Cancelled) => return Err(UserError::new("Cancelled")),
        Err(BuildError::Refused(error) | BuildError::Infeasible(error)) => return Err(error),
    };
    let chosen = match arguments.choose {
        None => None,
        Some(number) => {
            let candidate = number.checked_sub(1).and_then(|at| found.candidates.get(at));
            Some((
                number,
                candidate.ok_or_else(|| {
                    UserError::new(format!("There is no answer {number}"))
                        .hint(format!("there are {}", found.candidates.len()))
                })?,
            ))
        }
    };
    let mut scenario = opened.plans.name(opened.plans.active).to_owned();
    if let Some((_, candidate)) = &chosen {
        if let Some(name) = &arguments.scenario {
            let name = opened
                .plans
                .checked_name(None, name)
                .map_err(|why| UserError::new("Could not make the scenario").because(why))?;
            let info = PlanInfo::of_copy(opened.plans.active, &name, "Rebalanced", now(), &user_name());
            let id = store.create_plan(&Arc::new(project.plan.renamed(&name)), info);
            store.activate_plan(id);
            opened.plans.active = id;
            scenario = name;
        }
        if !candidate.edit.is_empty() {
            store.apply(&candidate.edit);
        }
        store.flush()?;
    }
    let printed = Printed {
        command: "rebalance",
        plan: arguments.plan.display().to_string(),
        kept_accounts: found.kept,
        candidates: found.candidates.iter().zip(1..).map(|(candidate, number)| printed(candidate, number)).collect(),
        chosen: chosen.as_ref().map(|(number, _)| *number),
        scenario,
    };
    let text = text(&found.candidates, &printed);
    output.print(&printed, &text)?;
    let broken = |candidate: &Candidate| !candidate.violations.is_empty();
    let judged = chosen.map_or_else(|| found.candidates.iter().all(broken), |(_, candidate)| broken(candidate));
    Ok(if judged { Outcome::Violated } else { Outcome::Done })
}

fn printed(candidate: &Candidate, number: usize) -> CandidatePrinted {
    CandidatePrinted {
        number,
        balance: candidate.balance,
        mean_travel_km: candidate.travel_km,
        unit_share: candidate.units_moved,
        account_share: candidate.accounts_moved,
        moved_share: candidate.moved,
        gap: candidate.gap,
        of_limit: candidate.of_limit,
        violations: candidate.violations.iter().map(|violation| violation.words.clone()).collect(),
    }
}

fn wish(arguments: &Arguments, project: &Project) -> Result<Wish> {
    let mut limits: Vec<(Counted, f64)> = goals::moved(&arguments.max_moved, project)?
        .into_iter()
        .map(|limit| (limit.measure.map_or(Counted::Units, Counted::Measure), limit.share))
        .collect();
    limits.extend(arguments.max_accounts.map(|share| (Counted::Accounts, share)));
    let scope = match (&arguments.only_group, &arguments.only_units) {
        (Some(name), _) => Scope::Group(super::what_if::group(project, name)?),
        (None, Some(path)) => Scope::Units(units_of(path, project)?),
        (None, None) => Scope::Everything,
    };
    Ok(Wish { goals: goals::read(&arguments.measure, project)?, limits, keep: arguments.keep.clone(), scope })
}

/// The units whose codes stand in a file.
fn units_of(path: &std::path::Path, project: &Project) -> Result<Vec<UnitId>> {
    let bytes = crate::io::files::read_all(path, crate::io::files::MAX_TABLE_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let codes = crate::io::unit_codes::UnitCodes::of(project);
    let (mut units, mut unknown) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match codes.find(line) {
            Some((unit, _)) => units.push(unit),
            None => unknown.push(line),
        }
    }
    if !unknown.is_empty() {
        return Err(UserError::new(format!("Could not use {}", crate::io::files::name_of(path)))
            .because(format!("the project has no units {}", list_of(&unknown)))
            .hint("give a file with one code a line"));
    }
    Ok(units)
}

fn text(candidates: &[Candidate], printed: &Printed) -> String {
    let mut text = String::new();
    if printed.kept_accounts > 0 {
        let accounts = words::counted(printed.kept_accounts as i128, "account");
        let _ = writeln!(text, "{accounts} keep their territory by rule\n");
    }
    let share = |share: Option<f64>| share.map_or("–".to_owned(), words::percent);
    let rows: Vec<Vec<String>> = candidates
        .iter()
        .zip(1..)
        .map(|(candidate, number): (&Candidate, usize)| {
            vec![
                number.to_string(),
                candidate.balance.map(share).join(" → "),
                candidate.travel_km.map(words::kilometres).join(" → "),
                words::percent(candidate.units_moved),
                words::percent(candidate.accounts_moved),
                share(candidate.gap),
                words::count(candidate.violations.len() as i128),
            ]
        })
        .collect();
    let head = ["Answer", "Balance", "Mean travel", "Units moved", "Accounts moved", "Gap", "Rules broken"];
    text.push_str(&table(&head.map(str::to_owned), &rows));
    match printed.chosen {
        Some(number) => {
            let _ = writeln!(text, "\nAnswer {number} is the plan of {} now", printed.scenario);
        }
        None => text.push_str("\nNothing was changed; --choose N makes one of them the plan\n"),
    }
    text
}
