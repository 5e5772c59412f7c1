//! `bailiwick segment`: named sets of accounts.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::output::{Output, table};
use super::{Outcome, Result, project};
use crate::domain::edit::Edit;
use crate::domain::project::Project;
use crate::domain::segments::{Combine, Group, Rule, Segment};
use crate::error::UserError;
use crate::store::{Opened, Store};
use crate::words;
use crate::work::{formulas, segments};

/// Named sets of accounts, by conditions or by a formula; each change is one undo step
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    #[command(subcommand)]
    action: SegmentAction,
}

#[derive(Debug, Subcommand)]
enum SegmentAction {
    /// Add a segment
    Add {
        #[arg(long)]
        name: String,
        #[command(flatten)]
        rule: RuleArguments,
        /// Take the place of the segment of that name, if there is one
        #[arg(long)]
        replace: bool,
    },
    /// List the segments with their counts
    List,
    /// Count the accounts of a segment, or of a rule that is not kept
    Count {
        #[arg(long, conflicts_with_all = ["formula", "conditions"])]
        name: Option<String>,
        #[command(flatten)]
        rule: RuleArguments,
    },
    /// Remove a segment
    Remove {
        #[arg(long)]
        name: String,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct RuleArguments {
    /// A formula that says yes or no
    #[arg(long, conflicts_with = "conditions")]
    formula: Option<String>,
    /// A condition: "Annual Revenue at-least 100000", "State one-of OH, IN", "Last visit empty"; may be given several times
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,
    /// How many of the conditions must hold
    #[arg(long = "match", value_enum, default_value_t = Match::All)]
    combine: Match,
    /// The date that today() means and at which "within-days" ends, as 2026-12-31
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Match {
    All,
    Any,
    None,
}

#[derive(Serialize)]
struct Changed {
    command: &'static str,
    plan: String,
    step: Option<String>,
    segment: Option<SegmentInfo>,
}

#[derive(Serialize)]
struct Listed {
    command: &'static str,
    plan: String,
    segments: Vec<SegmentInfo>,
}

#[derive(Serialize)]
struct SegmentInfo {
    name: Option<String>,
    /// The rule as a formula, also where it was made of conditions.
    formula: Option<String>,
    accounts: Option<usize>,
    of: usize,
    /// Accounts of which an error keeps the formula from saying it.
    errors: usize,
    sums: Vec<Sum>,
    /// How many accounts each condition holds for by itself.
    conditions: Vec<Option<usize>>,
    error: Option<String>,
}

#[derive(Serialize)]
struct Sum {
    measure: String,
    value: f64,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    match &arguments.action {
        SegmentAction::Add { name, rule, replace } => {
            let (store, opened) = project::open_to_write(&arguments.plan)?;
            let project = &opened.project;
            let rule = rule.read(project, name)?.ok_or_else(|| {
                UserError::new("The segment has no rule").hint("Give it a --formula, or conditions with --where")
            })?;
            let known = segments::find(project, name).ok().filter(|_| *replace).map(|segment| segment.name.clone());
            let edit = segments::put(project, &rule, known.as_deref())?;
            change(arguments, output, &store, &opened, edit, Some(name))
        }
        SegmentAction::Remove { name } => {
            let (store, opened) = project::open_to_write(&arguments.plan)?;
            let edit = segments::remove(&opened.project, name)?;
            change(arguments, output, &store, &opened, edit, None)
        }
        SegmentAction::List => {
            let opened = project::open_to_read(&arguments.plan)?;
            let project = &opened.project;
            let all: Vec<SegmentInfo> = project.segments.iter().map(|segment| info(project, segment)).collect();
            let header = ["Segment", "Accounts", "Rule"].map(str::to_owned);
            let row = |segment: &SegmentInfo| {
                let count = segment.accounts.map_or_else(|| "–".to_owned(), |count| words::count(count as i128));
                let rule = segment.error.clone().or_else(|| segment.formula.clone()).unwrap_or_default();
                vec![segment.name.clone().unwrap_or_default(), count, rule]
            };
            let text = match all.as_slice() {
                [] => "The project has no segments\n".to_owned(),
                all => table(&header, &all.iter().map(row).collect::<Vec<_>>()),
            };
            let listed = Listed { command: "segment", plan: arguments.plan.display().to_string(), segments: all };
            output.print(&listed, &text)?;
            Ok(Outcome::Done)
        }
        SegmentAction::Count { name, rule } => {
            let opened = project::open_to_read(&arguments.plan)?;
            let project = &opened.project;
            let segment = match (name, rule.read(project, "")?) {
                (Some(name), _) => segments::find(project, name)?.clone(),
                (None, Some(segment)) => segment,
                (None, None) => return Err(UserError::new("Name a segment, or give a rule to count")),
            };
            segments::members_of(project, &segment)?;
            let info = info(project, &segment);
            let text = info.words();
            let listed =
                Listed { command: "segment", plan: arguments.plan.display().to_string(), segments: vec![info] };
            output.print(&listed, &text)?;
            Ok(Outcome::Done)
        }
    }
}

impl RuleArguments {
    fn read(&self, project: &Project, name: &str) -> Result<Option<Segment>> {
        let rule = match (&self.formula, self.conditions.as_slice()) {
            (Some(formula), _) => Rule::Formula(formula.trim().to_owned()),
            (None, []) => return Ok(None),
            (None, conditions) => {
                let conditions: Result<Vec<_>> =
                    conditions.iter().map(|text| segments::read_condition(project, text)).collect();
                let combine = match self.combine {
                    Match::All => Combine::All,
                    Match::Any => Combine::Any,
                    Match::None => Combine::None,
                };
                Rule::Conditions(Group { combine, conditions: conditions?, groups: Vec::new() })
            }
        };
        Ok(Some(Segment { name: name.trim().to_owned(), rule, as_of: self.as_of.clone().unwrap_or_default() }))
    }
}

fn change(
    arguments: &Arguments,
    output: &Output,
    store: &Store,
    opened: &Opened,
    edit: Edit,
    name: Option<&String>,
) -> Result<Outcome> {
    let mut step = None;
    let mut after = opened.project.clone();
    if !edit.is_empty() {
        step = Some(edit.label.clone());
        let (changed, edit) = formulas::commit(&opened.project, edit)?;
        after = changed;
        store.apply(&edit);
        store.flush()?;
    }
    let segment = name.and_then(|name| segments::find(&after, name).ok()).map(|segment| info(&after, segment));
    let mut text = format!("{}\n", step.as_deref().unwrap_or("Nothing had to be changed"));
    if let Some(segment) = &segment {
        text.push_str(&segment.words());
    }
    let changed = Changed { command: "segment", plan: arguments.plan.display().to_string(), step, segment };
    output.print(&changed, &text)?;
    Ok(Outcome::Done)
}

fn info(project: &Project, segment: &Segment) -> SegmentInfo {
    let members = segments::members_of(project, segment);
    let (accounts, errors, sums, error) = match &members {
        Ok(members) => {
            let sum = |(id, measure): (_, &crate::domain::columns::Measure)| Sum {
                measure: measure.name.clone(),
                value: segments::sum(project, members, id),
            };
            (Some(members.count), members.faults, segments::summed(project).map(sum).collect(), None)
        }
        Err(error) => (None, 0, Vec::new(), Some(error.why.clone())),
    };
    SegmentInfo {
        name: Some(segment.name.clone()).filter(|name| !name.is_empty()),
        formula: segment.formula(project).ok(),
        accounts,
        of: project.accounts.len(),
        errors,
        sums,
        conditions: segments::counts(project, segment),
        error,
    }
}

impl SegmentInfo {
    fn words(&self) -> String {
        let count = |count: usize| words::count(count as i128);
        let mut text = match self.accounts {
            Some(accounts) => format!("{} of {} accounts\n", count(accounts), count(self.of)),
            None => format!("cannot be counted: {}\n", self.error.as_deref().unwrap_or_default()),
        };
        if self.errors > 0 {
            let _ = writeln!(
                text,
                "  {} left out because of an error in their values",
                words::counted(self.errors as i128, "account")
            );
        }
        for sum in &self.sums {
            let _ = writeln!(text, "  {}: {}", sum.measure, words::plain(sum.value));
        }
        text
    }
}
