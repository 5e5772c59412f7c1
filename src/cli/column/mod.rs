//! `bailiwick column`: columns that a formula computes.

mod check;

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::output::{self, Message, Output, table};
use super::{Outcome, Result, project};
use crate::domain::columns::Subject;
use crate::domain::computed::{self, Computed};
use crate::domain::formula::FormulaError;
use crate::domain::project::Project;
use crate::io::diagnostic::Diagnostic;
use crate::store::{Opened, Store};
use crate::words;
use crate::work::formulas::{self, ColumnOrder, How};

/// Columns of accounts or units that a formula computes; each change is one undo step
///
/// Formulas are written as in a spreadsheet: 0.6*[Annual Revenue] + 0.4*potential. `bailiwick column PLAN check` tries one,
/// `bailiwick column PLAN functions` lists what there is.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    #[command(subcommand)]
    action: ColumnAction,
}

#[derive(Debug, Subcommand)]
enum ColumnAction {
    /// Add a computed column
    Add {
        /// What it is called
        #[arg(long)]
        name: String,
        /// How its values are computed
        #[arg(long)]
        formula: String,
        #[command(flatten)]
        details: Details,
    },
    /// List the computed columns
    List,
    /// Change a computed column; what is not named stays
    Set {
        /// The column
        #[arg(long)]
        name: String,
        /// What it is called from now on; formulas and segments that name it follow
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        #[arg(long)]
        formula: Option<String>,
        #[command(flatten)]
        details: Details,
    },
    /// Remove a computed column
    Remove {
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value_t = Of::Accounts)]
        subject: Of,
    },
    /// Try a formula without keeping it: its first values, and the rows with an error
    Check {
        #[arg(long)]
        formula: String,
        #[command(flatten)]
        details: Details,
    },
    /// List the functions of formulas
    Functions,
}

#[derive(Debug, Clone, clap::Args)]
struct Details {
    /// Whose column it is
    #[arg(long, value_enum, default_value_t = Of::Accounts)]
    subject: Of,
    /// What one is: "$", "h"
    #[arg(long, value_name = "WORD")]
    unit: Option<String>,
    /// The date that today() means, as 2026-12-31
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// A territory shows the sum of the values or their mean; a sum can be balanced
    #[arg(long, value_enum)]
    total: Option<Total>,
    /// The measure that weights the mean
    #[arg(long, value_name = "NAME", requires = "total")]
    weight: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Of {
    Accounts,
    Units,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Total {
    Sum,
    Mean,
}

#[derive(Serialize)]
struct Changed {
    command: &'static str,
    plan: String,
    /// Null when nothing had to be done.
    step: Option<String>,
    column: Option<ColumnInfo>,
    /// What went with a removed column.
    lost: Vec<String>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Listed {
    command: &'static str,
    plan: String,
    columns: Vec<ColumnInfo>,
}

#[derive(Serialize)]
struct ColumnInfo {
    name: String,
    subject: &'static str,
    /// "number" or "text".
    kind: &'static str,
    formula: String,
    as_of: Option<String>,
    rows: usize,
    /// Rows without a value, errors included.
    missing: usize,
    errors: usize,
    /// Why the formula cannot be worked out at all.
    error: Option<WrongFormula>,
}

#[derive(Serialize)]
struct WrongFormula {
    /// The letter at which it is wrong, counted from 1.
    position: usize,
    message: String,
    hint: String,
}

impl Of {
    fn subject(self) -> Subject {
        match self {
            Self::Accounts => Subject::Accounts,
            Self::Units => Subject::Units,
        }
    }
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    match &arguments.action {
        ColumnAction::Add { name, formula, details } => {
            let (store, opened) = project::open_to_write(&arguments.plan)?;
            let order = ColumnOrder {
                subject: details.subject.subject(),
                name: name.clone(),
                formula: formula.clone(),
                as_of: details.as_of.clone().unwrap_or_default(),
                unit: details.unit.clone().unwrap_or_default(),
                how: how(details).unwrap_or_default(),
            };
            let edit = formulas::add(&opened.project, &order)?;
            change(arguments, output, &store, opened, edit, (order.subject, name.trim()))
        }
        ColumnAction::Set { name, rename, formula, details } => {
            let (store, opened) = project::open_to_write(&arguments.plan)?;
            let subject = details.subject.subject();
            let before = opened.project.order_of(formulas::find(&opened.project, subject, name)?);
            let order = ColumnOrder {
                subject,
                name: rename.clone().unwrap_or_else(|| before.name.clone()),
                formula: formula.clone().unwrap_or_else(|| before.formula.clone()),
                as_of: details.as_of.clone().unwrap_or_else(|| before.as_of.clone()),
                unit: details.unit.clone().unwrap_or_else(|| before.unit.clone()),
                how: how(details).unwrap_or_else(|| before.how.clone()),
            };
            let edit = formulas::alter(&opened.project, subject, name, &order)?;
            change(arguments, output, &store, opened, edit, (subject, order.name.trim()))
        }
        ColumnAction::Remove { name, subject } => {
            let (store, opened) = project::open_to_write(&arguments.plan)?;
            let edit = formulas::remove(&opened.project, subject.subject(), name)?;
            change(arguments, output, &store, opened, edit, (subject.subject(), name.trim()))
        }
        ColumnAction::List => list(arguments, output),
        ColumnAction::Check { formula, details } => check::run(&arguments.plan, output, formula, details),
        ColumnAction::Functions => check::functions(output),
    }
}

fn how(details: &Details) -> Option<How> {
    match (details.total?, &details.weight) {
        (Total::Sum, _) => Some(How::Sum),
        (Total::Mean, None) => Some(How::Mean),
        (Total::Mean, Some(name)) => Some(How::WeightedBy(name.clone())),
    }
}

fn change(
    arguments: &Arguments,
    output: &Output,
    store: &Store,
    opened: Opened,
    edit: crate::domain::edit::Edit,
    (subject, name): (Subject, &str),
) -> Result<Outcome> {
    let lost = formulas::lost_with(&edit);
    let label = edit.label.clone();
    let mut messages: Vec<Diagnostic> = Vec::new();
    let mut column = None;
    let step = if edit.is_empty() {
        None
    } else {
        let (after, edit) = formulas::commit(&opened.project, edit)?;
        store.apply(&edit);
        let folded = name.to_lowercase();
        if let Some(now) = after.computed.iter().find(|now| now.subject == subject && now.name.to_lowercase() == folded)
        {
            messages = formulas::diagnostics(&after, now);
            column = Some(info(&after, now));
        }
        store.put_problems(formulas::with_faults(opened.problems, &after));
        store.flush()?;
        Some(label)
    };
    output.list(&messages);
    let mut text = String::new();
    let _ = writeln!(text, "{}", step.as_deref().unwrap_or("Nothing had to be changed"));
    for lost in &lost {
        let _ = writeln!(text, "note: {lost}");
    }
    if let Some(column) = &column {
        let _ = writeln!(text, "{}", column.words());
    }
    let changed = Changed {
        command: "column",
        plan: arguments.plan.display().to_string(),
        step,
        column,
        lost,
        messages: output::messages(&messages),
    };
    output.print(&changed, &text)?;
    Ok(Outcome::Done)
}

fn info(project: &Project, column: &Computed) -> ColumnInfo {
    let worked = computed::work_out(project, column.subject, &column.formula, &column.as_of);
    let rows = if column.subject == Subject::Units { project.units.len() } else { project.accounts.len() };
    let (missing, errors, error) = match &worked {
        Ok(worked) => (worked.missing, worked.values.faults.len(), None),
        Err(error) => (rows, 0, Some(wrong(&column.formula, error))),
    };
    ColumnInfo {
        name: column.name.clone(),
        subject: if column.subject == Subject::Units { "units" } else { "accounts" },
        kind: if column.number { "number" } else { "text" },
        formula: column.formula.clone(),
        as_of: Some(column.as_of.clone()).filter(|as_of| !as_of.is_empty()),
        rows,
        missing,
        errors,
        error,
    }
}

impl ColumnInfo {
    /// "100 of 120 accounts have a value, 4 have an error".
    fn words(&self) -> String {
        if let Some(error) = &self.error {
            return format!("no values: {}", error.message);
        }
        let count = |count: usize| words::count(count as i128);
        let mut text =
            format!("{} of {} {} have a value", count(self.rows - self.missing), count(self.rows), self.subject);
        if self.errors > 0 {
            let _ = write!(text, ", {} have an error", count(self.errors));
        }
        text
    }
}

fn wrong(formula: &str, error: &FormulaError) -> WrongFormula {
    WrongFormula { position: error.position(formula), message: error.message.clone(), hint: error.hint.clone() }
}

fn list(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let opened = project::open_to_read(&arguments.plan)?;
    let columns: Vec<ColumnInfo> = opened.project.computed.iter().map(|column| info(&opened.project, column)).collect();
    let header = ["Column", "Of", "Missing", "Errors", "Formula"].map(str::to_owned);
    let row = |column: &ColumnInfo| {
        let as_of = column.as_of.iter().map(|date| format!(" (as of {date})")).collect::<String>();
        vec![
            column.name.clone(),
            column.subject.to_owned(),
            words::count(column.missing as i128),
            column.error.as_ref().map_or_else(|| words::count(column.errors as i128), |_| "all".to_owned()),
            format!("{}{as_of}", column.formula),
        ]
    };
    let text = match columns.as_slice() {
        [] => "The project has no computed columns\n".to_owned(),
        columns => table(&header, &columns.iter().map(row).collect::<Vec<_>>()),
    };
    output.print(&Listed { command: "column", plan: arguments.plan.display().to_string(), columns }, &text)?;
    Ok(Outcome::Done)
}
