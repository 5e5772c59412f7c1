//! `bailiwick refresh units`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::super::output::{Column, Message, Output, columns, messages, table};
use super::super::reading::LayerReading;
use super::super::{Outcome, Result, project};
use crate::domain::ids::TerritoryId;
use crate::domain::project::Project;
use crate::io::Imported;
use crate::io::export::{number, write_rows};
use crate::io::files::{data_folder, name_of};
use crate::words;
use crate::work::boundaries::{BoundaryReport, update_file};
use crate::work::columns::{Choice, UnitColumns};
use crate::work::presets::{self, Preset};
use crate::work::records;

/// Compare a newer vintage of boundaries with the units of the project, by code and by share of area
///
/// Without --apply nothing is changed: which codes came and went, which territories new units go to, and which accounts change hands is
/// told. With it the units are swapped as one undo step.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The newer file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Swap the units
    #[arg(long)]
    apply: bool,
    /// Write what becomes of units and accounts to this CSV file
    #[arg(long, value_name = "FILE.csv")]
    differences: Option<PathBuf>,
    /// The column with the unit's code
    #[arg(long, value_name = "FIELD")]
    code: Option<String>,
    /// The column with the unit's name
    #[arg(long, value_name = "FIELD")]
    name: Option<String>,
    #[command(flatten)]
    reading: LayerReading,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    file: String,
    applied: bool,
    step: Option<String>,
    by_code: usize,
    by_share: Vec<NewUnit>,
    without: Vec<String>,
    vanished: Vec<GoneUnit>,
    accounts_in_other_units: usize,
    moves: Vec<Move>,
    apportioned: Vec<String>,
    left_out: Vec<String>,
    columns: Vec<Column>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Part {
    unit: String,
    share: f64,
}

#[derive(Serialize)]
struct NewUnit {
    unit: String,
    of: Vec<Part>,
    territory: Option<String>,
    by_accounts: bool,
}

#[derive(Serialize)]
struct GoneUnit {
    unit: String,
    to: Vec<Part>,
    territory: Option<String>,
    locked: bool,
}

#[derive(Serialize)]
struct Move {
    account: String,
    from: Option<String>,
    to: Option<String>,
    value: Option<f64>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let preset = arguments.reading.preset()?;
    let base = preset.as_ref().map(Preset::unit_columns).unwrap_or_default();
    let or = |named: &Option<String>, base: Choice| named.clone().map_or(base, Choice::Column);
    let named = UnitColumns {
        code: or(&arguments.code, base.code),
        name: or(&arguments.name, base.name),
        read: arguments.reading.options(base.read),
        ..base
    };
    let (store, opened) = if arguments.apply {
        let (store, opened) = project::open_to_write(&arguments.plan)?;
        (Some(store), opened)
    } else {
        (None, project::open_to_read(&arguments.plan)?)
    };
    let project = &opened.project;
    let Imported { value: update, diagnostics } =
        output.with_progress(|progress| update_file(project, &arguments.file, &named, progress))?;
    if let Some(preset) = arguments.reading.saving(&named.read) {
        let saved = Preset::of_reasons(&preset.name, &preset.what, &update.columns, &preset.read);
        presets::save(&data_folder(), &saved)?;
    }
    if let Some(path) = &arguments.differences {
        let header = ["Kind", "Code", "Other code", "Share", "From", "To", "Value"];
        write_rows(path, &header, differences(project, &update.report))?;
    }
    if let Some(store) = &store {
        if !update.edit.is_empty() {
            store.apply(&update.edit);
        }
        let (file, setting) = (name_of(&arguments.file), "file of units");
        let previous = opened.settings.get(setting).map(String::as_str);
        store.put_problems(records::saved_problems(&opened.problems, previous, &file, &diagnostics));
        store.put_setting(setting, Some(&file));
        store.flush()?;
    }
    let step = (arguments.apply && !update.edit.is_empty()).then(|| update.edit.label.clone());
    let report = &update.report;
    let owner = |id: TerritoryId| project.plan.territory(id).map(|territory| territory.name.clone());
    let parts =
        |list: &[(String, f64)]| list.iter().map(|(unit, share)| Part { unit: unit.clone(), share: *share }).collect();
    let done = Done {
        command: "refresh units",
        plan: arguments.plan.display().to_string(),
        file: report.file.clone(),
        applied: step.is_some(),
        by_code: report.by_code,
        by_share: report
            .by_share
            .iter()
            .map(|new| NewUnit {
                unit: new.code.clone(),
                of: parts(&new.of),
                territory: owner(new.owner),
                by_accounts: new.by_accounts,
            })
            .collect(),
        without: report.without.clone(),
        vanished: report
            .vanished
            .iter()
            .map(|gone| GoneUnit {
                unit: gone.code.clone(),
                to: parts(&gone.to),
                territory: owner(gone.owner),
                locked: gone.locked,
            })
            .collect(),
        accounts_in_other_units: report.other_unit,
        moves: report
            .moves
            .iter()
            .map(|moved| Move {
                account: project.accounts.codes[moved.account.index()].clone(),
                from: owner(moved.from),
                to: owner(moved.to),
                value: moved.value.is_finite().then_some(moved.value),
            })
            .collect(),
        apportioned: report.apportioned.clone(),
        left_out: report.left_out.clone(),
        columns: columns(&update.columns),
        messages: messages(&diagnostics),
        step,
    };
    output.list(&diagnostics);
    output.print(&done, &text(project, report, done.step.as_deref(), update.edit.is_empty()))?;
    Ok(Outcome::Done)
}

/// Every unit that came or went, with its parts, and every account that changes hands.
fn differences(project: &Project, report: &BoundaryReport) -> Vec<Vec<String>> {
    let name = |id: TerritoryId| project.plan.territory_name(id).to_owned();
    let mut rows = Vec::new();
    let mut row = |kind: &str, code: &str, other: &str, share: f64, from: String, to: String, value: f64| {
        let cells = [kind.to_owned(), code.to_owned(), other.to_owned(), number(share), from, to, number(value)];
        rows.push(cells.to_vec());
    };
    for new in &report.by_share {
        new.of
            .iter()
            .for_each(|(of, share)| row("new", &new.code, of, *share, String::new(), name(new.owner), f64::NAN));
    }
    for code in &report.without {
        row("new", code, "", f64::NAN, String::new(), String::new(), f64::NAN);
    }
    for gone in &report.vanished {
        gone.to
            .iter()
            .for_each(|(to, share)| row("gone", &gone.code, to, *share, name(gone.owner), String::new(), f64::NAN));
        if gone.to.is_empty() {
            row("gone", &gone.code, "", f64::NAN, name(gone.owner), String::new(), f64::NAN);
        }
    }
    for moved in &report.moves {
        let code = &project.accounts.codes[moved.account.index()];
        row("account", code, "", f64::NAN, name(moved.from), name(moved.to), moved.value);
    }
    rows
}

/// So many are listed in the text; all are in JSON and in the file of differences.
const LISTED: usize = 12;

fn text(project: &Project, report: &BoundaryReport, step: Option<&str>, nothing: bool) -> String {
    let mut text = format!("{}: {}\n", report.file, report.words(&project.units));
    let name = |id: TerritoryId| project.plan.territory_name(id).to_owned();
    let parts = |list: &[(String, f64)]| {
        let shown = list.iter().take(4).map(|(unit, share)| format!("{unit} {}", words::percent(*share)));
        let mut shown: Vec<String> = shown.collect();
        if list.len() > 4 {
            shown.push(format!("{} more", list.len() - 4));
        }
        shown.join(", ")
    };
    let mut list = |title: &str, header: [&str; 3], rows: Vec<Vec<String>>| {
        if rows.is_empty() {
            return;
        }
        let shown = &rows[..rows.len().min(LISTED)];
        let _ = write!(text, "\n{title}\n{}", table(&header.map(str::to_owned), shown));
        if rows.len() > LISTED {
            let _ = writeln!(text, "… and {} more", words::count((rows.len() - LISTED) as i128));
        }
    };
    let rows = report.by_share.iter().map(|new| vec![new.code.clone(), parts(&new.of), name(new.owner)]);
    list("New, by share of area", ["Unit", "Made of", "Territory"], rows.collect());
    let rows = report.without.iter().map(|code| vec![code.clone(), String::new(), "Unassigned".to_owned()]);
    list("New, where there was none", ["Unit", "", "Territory"], rows.collect());
    let rows = report.vanished.iter().map(|gone| {
        let locked = if gone.locked { ", locked" } else { "" };
        vec![gone.code.clone(), parts(&gone.to), format!("{}{locked}", name(gone.owner))]
    });
    list("No longer there", ["Unit", "Now in", "Territory"], rows.collect());
    let mut pairs: BTreeMap<(TerritoryId, TerritoryId), (usize, f64)> = BTreeMap::new();
    for moved in &report.moves {
        let entry = pairs.entry((moved.from, moved.to)).or_default();
        entry.0 += 1;
        entry.1 += if moved.value.is_finite() { moved.value } else { 0.0 };
    }
    let rows = pairs.into_iter().map(|((from, to), (count, value))| {
        let count = words::counted(count as i128, "account");
        vec![format!("{} to {}", name(from), name(to)), count, words::plain((value * 100.0).round() / 100.0)]
    });
    list("Accounts that change hands", ["From and to", "Accounts", "Value"], rows.collect());
    let other = words::counted(report.other_unit as i128, "account");
    let _ =
        writeln!(text, "\n{other} in another unit, {} with another owner", words::count(report.moves.len() as i128));
    if !report.apportioned.is_empty() {
        let names = report.apportioned.join(", ");
        let _ = writeln!(text, "Not in the file: {names} (kept by code, divided by area where codes changed)");
    }
    if !report.left_out.is_empty() {
        let _ = writeln!(text, "Left out, for the project has no such columns: {}", report.left_out.join(", "));
    }
    let _ = match (step, nothing) {
        (_, true) => writeln!(text, "The units are like that already"),
        (Some(step), _) => writeln!(text, "{step}"),
        (None, _) => writeln!(text, "Nothing was changed; --apply swaps the units as one undo step"),
    };
    text
}
