//! `bailiwick column PLAN check` and `functions`: what a formula gives, and what formulas can be made of.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::super::output::Output;
use super::super::{Outcome, Result, project};
use super::{Details, WrongFormula, wrong};
use crate::domain::cells::Cell;
use crate::domain::computed::{Figures, Preview, preview};
use crate::domain::formula::{FUNCTIONS, FormulaError};
use crate::words;

#[derive(Serialize)]
struct Checked {
    command: &'static str,
    plan: String,
    formula: String,
    ok: bool,
    kind: Option<&'static str>,
    rows: usize,
    /// Rows without a value, errors included.
    missing: usize,
    errors: usize,
    /// The columns that it names.
    inputs: Vec<String>,
    first: Vec<FirstRow>,
    worst: Vec<WrongRow>,
    numbers: Option<Numbers>,
    commonest: Vec<WordCount>,
    error: Option<WrongFormula>,
}

#[derive(Serialize)]
struct FirstRow {
    code: String,
    /// One per column that the formula names; null where it is missing.
    inputs: Vec<Option<String>>,
    value: String,
}

#[derive(Serialize)]
struct WrongRow {
    code: String,
    error: &'static str,
}

#[derive(Serialize)]
struct Numbers {
    min: f64,
    mean: f64,
    max: f64,
    sum: f64,
}

#[derive(Serialize)]
struct WordCount {
    word: String,
    rows: usize,
}

#[derive(Serialize)]
struct Functions {
    command: &'static str,
    functions: Vec<FunctionInfo>,
}

#[derive(Serialize)]
struct FunctionInfo {
    name: &'static str,
    example: &'static str,
    help: &'static str,
}

/// A wrong formula is what was asked about, so it is part of the answer and ends with exit code 1.
pub(super) fn run(plan: &Path, output: &Output, formula: &str, details: &Details) -> Result<Outcome> {
    let opened = project::open_to_read(plan)?;
    let as_of = details.as_of.as_deref().unwrap_or_default();
    let found = preview(&opened.project, details.subject.subject(), formula, as_of);
    let (text, outcome) = match &found {
        Ok(preview) => (shown(preview), Outcome::Done),
        Err(error) => (complaint(formula, error), Outcome::Violated),
    };
    output.print(&checked(plan, formula, found), &text)?;
    Ok(outcome)
}

/// The formula with a mark below the place where it is wrong.
fn complaint(formula: &str, error: &FormulaError) -> String {
    let place = error.position(formula) - 1;
    let before: String = formula.chars().take(place).collect();
    // Of a formula of several lines the one that is wrong.
    let line = formula.lines().nth(before.matches('\n').count()).unwrap_or(formula);
    let within = before.rsplit('\n').next().map_or(0, |part| part.chars().count());
    format!("{line}\n{}^\nletter {}: {error}\n", " ".repeat(within), place + 1)
}

fn shown(preview: &Preview) -> String {
    let count = |count: usize| words::count(count as i128);
    let mut text = format!(
        "The formula gives {}\n{} rows, {} without a value, {} with an error\n",
        preview.kind.words(),
        count(preview.rows),
        count(preview.missing),
        count(preview.errors)
    );
    match &preview.figures {
        Figures::Nothing => {}
        Figures::Numbers { min, mean, max, sum } => {
            let [min, mean, max, sum] = [*min, *mean, *max, *sum].map(words::plain);
            let _ = writeln!(text, "from {min} to {max}, mean {mean}, sum {sum}");
        }
        Figures::Words { commonest, others } => {
            let mut list: Vec<String> =
                commonest.iter().map(|(word, rows)| format!("{word} ({})", count(*rows))).collect();
            if *others > 0 {
                list.push(format!("{} more", count(*others)));
            }
            let _ = writeln!(text, "{}", list.join(", "));
        }
    }
    for row in &preview.first {
        let inputs: Vec<String> = preview
            .inputs
            .iter()
            .zip(&row.inputs)
            .map(|(name, cell)| format!("{name} {}", of_cell(cell).unwrap_or_else(|| "missing".to_owned())))
            .collect();
        let inputs = if inputs.is_empty() { String::new() } else { format!("   ({})", inputs.join(", ")) };
        let _ = writeln!(text, "  {}: {}{inputs}", row.code, of_cell(&row.value).unwrap_or_default());
    }
    for (_, code, fault) in &preview.worst {
        let _ = writeln!(text, "  {code}: error: {}", fault.words());
    }
    if preview.errors > preview.worst.len() {
        let _ = writeln!(text, "  and {} more with an error", count(preview.errors - preview.worst.len()));
    }
    text
}

fn of_cell(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Number(number) => number.map(words::plain),
        Cell::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
    }
}

fn checked(plan: &Path, formula: &str, found: std::result::Result<Preview, FormulaError>) -> Checked {
    let mut checked = Checked {
        command: "column",
        plan: plan.display().to_string(),
        formula: formula.to_owned(),
        ok: found.is_ok(),
        kind: None,
        rows: 0,
        missing: 0,
        errors: 0,
        inputs: Vec::new(),
        first: Vec::new(),
        worst: Vec::new(),
        numbers: None,
        commonest: Vec::new(),
        error: None,
    };
    let preview = match found {
        Ok(preview) => preview,
        Err(error) => {
            checked.error = Some(wrong(formula, &error));
            return checked;
        }
    };
    checked.kind = Some(preview.kind.words());
    (checked.rows, checked.missing, checked.errors) = (preview.rows, preview.missing, preview.errors);
    checked.inputs = preview.inputs;
    let first = preview.first.into_iter().map(|row| FirstRow {
        inputs: row.inputs.iter().map(of_cell).collect(),
        value: of_cell(&row.value).unwrap_or_default(),
        code: row.code,
    });
    checked.first = first.collect();
    let worst = preview.worst.into_iter();
    checked.worst = worst.map(|(_, code, fault)| WrongRow { code, error: fault.words() }).collect();
    match preview.figures {
        Figures::Nothing => {}
        Figures::Numbers { min, mean, max, sum } => checked.numbers = Some(Numbers { min, mean, max, sum }),
        Figures::Words { commonest, .. } => {
            checked.commonest = commonest.into_iter().map(|(word, rows)| WordCount { word, rows }).collect();
        }
    }
    checked
}

pub(super) fn functions(output: &Output) -> Result<Outcome> {
    let all: Vec<FunctionInfo> = FUNCTIONS
        .iter()
        .map(|function| FunctionInfo { name: function.name, example: function.usage, help: function.help })
        .collect();
    let mut text = String::new();
    for function in &all {
        let _ = writeln!(text, "{:<52}  {}", function.example, function.help);
    }
    output.print(&Functions { command: "column", functions: all }, &text)?;
    Ok(Outcome::Done)
}
