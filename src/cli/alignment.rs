//! `bailiwick import alignment`: today's territories, and what shall become of what a file does not say clearly.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::import::{Files, into_project_telling};
use super::output::Output;
use super::reading::{Reading, named, or};
use super::{Outcome, Result};
use crate::error::UserError;
use crate::io::alignment::{Choices, OnConflict, OnNewTerritory, OnUnknown, Unclear, UnnamedUnits};
use crate::io::files::name_of;
use crate::words;
use crate::work::columns::AlignmentColumns;
use crate::work::import::read_alignment;
use crate::work::presets::Preset;

/// Take today's territories from a table (CSV, XLSX, ODS, …): which unit, or which account, belongs to which territory
///
/// What is not clear is listed and left as it is, unless an option says what shall become of it. Where the file has codes of units and of
/// accounts, a unit goes to the territory of most of its rows, and accounts that belong to another one become named accounts.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    files: Files,
    /// The column with the codes of units
    #[arg(long, value_name = "COL")]
    unit: Option<String>,
    /// The column with the codes of accounts, in place of units, or beside them with --unit
    #[arg(long, value_name = "COL")]
    account: Option<String>,
    /// The column with the territory's name
    #[arg(long, value_name = "COL")]
    territory: Option<String>,
    /// The column with the rep's name or code
    #[arg(long, value_name = "COL")]
    rep: Option<String>,
    /// The column with the district that a territory stands in; again for the region above it, and so on
    #[arg(long, value_name = "COL")]
    level: Vec<String>,
    /// Of a code given to several territories: leave it as it is, or take the first row, the last, the territory with most rows
    /// (most-rows), or with the largest sum of a column (most:COLUMN)
    #[arg(long, value_name = "CHOICE", default_value = "leave", value_parser = on_conflict)]
    on_conflict: OnConflict,
    /// Of a code that the project does not have: leave out its row, or import nothing
    #[arg(long, value_name = "CHOICE", default_value = "leave-out")]
    on_unknown: Unknown,
    /// Of a territory that the plan does not have: make it, or leave out its rows
    #[arg(long, value_name = "CHOICE", default_value = "make")]
    on_new_territory: NewTerritory,
    /// Of units with a territory that the file does not name: keep them with it, or unassign them
    #[arg(long, value_name = "CHOICE", default_value = "keep")]
    unnamed_units: Unnamed,
    /// Where the file names accounts and no units, give each unit to the territory of most of its accounts
    #[arg(long)]
    units_by_accounts: bool,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unknown {
    LeaveOut,
    Stop,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum NewTerritory {
    Make,
    LeaveOut,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unnamed {
    Keep,
    Unassign,
}

/// What a file left open, and what was chosen.
#[derive(Serialize)]
pub(super) struct Told {
    choices: ToldChoices,
    unclear: ToldUnclear,
}

#[derive(Serialize)]
struct ToldChoices {
    on_conflict: String,
    on_unknown: &'static str,
    on_new_territory: &'static str,
    unnamed_units: &'static str,
    units_by_accounts: bool,
}

#[derive(Serialize)]
struct ToldUnclear {
    conflicts: Vec<ToldConflict>,
    unknown: Vec<ToldCode>,
    new_territories: Vec<ToldTerritory>,
    unnamed_units: Vec<String>,
    units_by_majority: usize,
}

#[derive(Serialize)]
struct ToldConflict {
    code: String,
    /// "unit" or "account".
    of: &'static str,
    territories: Vec<ToldTerritory>,
}

#[derive(Serialize)]
struct ToldTerritory {
    territory: String,
    rows: usize,
}

#[derive(Serialize)]
struct ToldCode {
    code: String,
    row: u64,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let preset = arguments.reading.preset("alignment")?;
    let base = preset.as_ref().map(Preset::alignment_columns).unwrap_or_default();
    let columns = AlignmentColumns {
        unit: or(&arguments.unit, base.unit),
        account: or(&arguments.account, base.account),
        territory: or(&arguments.territory, base.territory),
        rep: or(&arguments.rep, base.rep),
        levels: named(&arguments.level).or(base.levels),
        choices: arguments.choices(),
        read: arguments.reading.options(base.read),
    };
    let saving = arguments.reading.saving("alignment", &columns.read);
    into_project_telling("import alignment", &arguments.files, saving, output, |project, path, progress| {
        if project.units.is_empty() && project.accounts.is_empty() {
            return Err(UserError::new(format!("Could not import the alignment from {}", name_of(path)))
                .because("the project has no units yet")
                .hint("Import them first: bailiwick import units PLAN FILE"));
        }
        let table = read_alignment(project, path, &columns, progress)?;
        let unclear = table.unclear(project, &columns.choices, progress)?;
        let change = table.into_change(project, &columns, progress)?;
        Ok((change, Some(Told::of(&columns.choices, unclear))))
    })
}

impl Arguments {
    fn choices(&self) -> Choices {
        Choices {
            conflict: self.on_conflict.clone(),
            unknown: match self.on_unknown {
                Unknown::LeaveOut => OnUnknown::LeaveOut,
                Unknown::Stop => OnUnknown::Stop,
            },
            new_territory: match self.on_new_territory {
                NewTerritory::Make => OnNewTerritory::Make,
                NewTerritory::LeaveOut => OnNewTerritory::LeaveOut,
            },
            unnamed_units: match self.unnamed_units {
                Unnamed::Keep => UnnamedUnits::Keep,
                Unnamed::Unassign => UnnamedUnits::Unassign,
            },
            units_by_accounts: self.units_by_accounts,
        }
    }
}

fn on_conflict(word: &str) -> std::result::Result<OnConflict, String> {
    OnConflict::of_word(word).ok_or_else(|| "expected leave, first, last, most-rows or most:COLUMN".to_owned())
}

impl Told {
    fn of(choices: &Choices, unclear: Unclear) -> Self {
        let territory = |(territory, rows): (String, usize)| ToldTerritory { territory, rows };
        let conflict = |conflict: crate::io::alignment::Conflict| ToldConflict {
            code: conflict.code,
            of: if conflict.is_account { "account" } else { "unit" },
            territories: conflict.territories.into_iter().map(territory).collect(),
        };
        Self {
            choices: ToldChoices {
                on_conflict: choices.conflict.word(),
                on_unknown: if choices.unknown == OnUnknown::Stop { "stop" } else { "leave-out" },
                on_new_territory: if choices.new_territory == OnNewTerritory::Make { "make" } else { "leave-out" },
                unnamed_units: if choices.unnamed_units == UnnamedUnits::Keep { "keep" } else { "unassign" },
                units_by_accounts: choices.units_by_accounts,
            },
            unclear: ToldUnclear {
                conflicts: unclear.conflicts.into_iter().map(conflict).collect(),
                unknown: unclear.unknown.into_iter().map(|(code, row)| ToldCode { code, row }).collect(),
                new_territories: unclear.new_territories.into_iter().map(territory).collect(),
                unnamed_units: unclear.unnamed_units,
                units_by_majority: unclear.by_majority,
            },
        }
    }

    /// A line for each kind of question that there was.
    pub(super) fn text(&self) -> String {
        let Self { choices, unclear } = self;
        let mut text = String::new();
        let mut line = |count: usize, counted: String, what: &str, option: &str, choice: &str| {
            if count > 0 {
                let _ = writeln!(text, "  {counted} {what} (--{option} {choice})");
            }
        };
        let counted = |count: usize, noun: &str| words::counted(count as i128, noun);
        let count = unclear.conflicts.len();
        line(count, counted(count, "code"), "given to several territories", "on-conflict", &choices.on_conflict);
        let (count, what) = (unclear.unknown.len(), "with a code that the project does not have");
        line(count, counted(count, "row"), what, "on-unknown", choices.on_unknown);
        let count = unclear.new_territories.len();
        let new = words::counted_territories(count);
        line(count, new, "that the plan did not have", "on-new-territory", choices.on_new_territory);
        let (count, what) = (unclear.unnamed_units.len(), "with a territory that the file does not name");
        line(count, counted(count, "unit"), what, "unnamed-units", choices.unnamed_units);
        text
    }
}
