//! `bailiwick log`: who changed what, and when.

use std::path::PathBuf;

use serde::Serialize;

use super::output::{Output, table};
use super::{Outcome, Result};
use crate::io::export::write_rows;
use crate::store::{self, LogLine};
use crate::words;

/// Print who changed what, and when, in every scenario: the audit trail, which only grows
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Only what was done in this scenario
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Only the newest so many
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Write all of it to this file too: CSV, replaced when it is there
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Printed {
    command: &'static str,
    plan: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: i64,
    scenario: String,
    /// UTC.
    at: String,
    who: String,
    kind: String,
    label: String,
    /// Of undo and redo, the line that they are about.
    of: Option<i64>,
    can_be_undone_or_redone: bool,
    in_force: bool,
}

const COLUMNS: [&str; 8] = ["id", "at", "who", "scenario", "kind", "label", "of", "in_force"];

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let mut lines = store::log(&arguments.plan)?;
    if let Some(name) = &arguments.scenario {
        let wanted = name.trim().to_lowercase();
        lines.retain(|line| line.plan.to_lowercase() == wanted);
    }
    if let Some(last) = arguments.last {
        lines.drain(..lines.len().saturating_sub(last));
    }
    if let Some(path) = &arguments.out {
        write_rows(path, &COLUMNS, lines.iter().map(row))?;
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let at = line.at.get(..16).unwrap_or(&line.at).replace('T', " ");
            vec![at, line.who.clone(), line.plan.clone(), line.kind.clone(), words::cut(&line.label, 90)]
        })
        .collect();
    let mut text = match rows.is_empty() {
        true => "Nothing was changed yet\n".to_owned(),
        false => table(&["UTC", "Who", "Scenario", "Kind", "What"].map(str::to_owned), &rows),
    };
    if let Some(path) = &arguments.out {
        text.push_str(&format!("\nWrote {} to {}\n", words::counted(lines.len() as i128, "line"), path.display()));
    }
    let printed = Printed {
        command: "log",
        plan: arguments.plan.display().to_string(),
        lines: lines.into_iter().map(printed).collect(),
    };
    output.print(&printed, &text)?;
    Ok(Outcome::Done)
}

fn printed(line: LogLine) -> Line {
    Line {
        id: line.id,
        scenario: line.plan,
        at: line.at,
        who: line.who,
        kind: line.kind,
        label: line.label,
        of: line.of,
        can_be_undone_or_redone: line.in_history,
        in_force: line.in_force,
    }
}

fn row(line: &LogLine) -> Vec<String> {
    vec![
        line.id.to_string(),
        line.at.clone(),
        line.who.clone(),
        line.plan.clone(),
        line.kind.clone(),
        line.label.clone(),
        line.of.map_or(String::new(), |of| of.to_string()),
        if line.in_force { "yes" } else { "no" }.to_owned(),
    ]
}
