//! `bailiwick crm` and `bailiwick handover`: lists that others act upon.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::output::{Message, Output, messages, table};
use super::{Outcome, Result, project};
use crate::io::Imported;
use crate::io::diagnostic::Diagnostic;
use crate::io::export::order::{Against, HubSpot, List, ListWish, Listed, Salesforce};
use crate::io::files::ending_of;
use crate::words;
use crate::work::lists::{look, write};

/// Write the files that a CRM loads: who owns which account, which territories there are
#[derive(Debug, Subcommand)]
pub enum Crm {
    Salesforce(SalesforceArguments),
    Hubspot(HubSpotArguments),
}

/// Files for Salesforce's Data Loader: Territory2, its associations with accounts and users, owners of accounts
///
/// The files are numbered in the order in which they are loaded. What needs an Id that is not known yet is listed in missing.csv; load the
/// first files, then run again with --ids and the file of successes that Data Loader wrote.
#[derive(Debug, Args)]
pub struct SalesforceArguments {
    #[command(flatten)]
    list: CrmArguments,
    /// The Id of the territory model (0MA…)
    #[arg(long, value_name = "ID", default_value = "")]
    model: String,
    /// The Id of the territory type (0M5…)
    #[arg(long = "type", value_name = "ID", default_value = "")]
    territory_type: String,
    /// What members of a new territory may do with its accounts: Read, Edit or All
    #[arg(long, value_name = "ACCESS", default_value = "")]
    account_access: String,
    /// The role that reps get in their territories, as it is called in your Salesforce
    #[arg(long, value_name = "ROLE", default_value = "")]
    role: String,
    /// A field of Territory2 that is an external Id and holds the DeveloperName: territories are then named by it instead of their Ids
    #[arg(long, value_name = "FIELD__c", default_value = "")]
    key: String,
    /// Write Ids of 15 characters with 18
    #[arg(long)]
    long_ids: bool,
}

/// A file for HubSpot's import: Record ID, Company owner, and a property that holds the territory
#[derive(Debug, Args)]
pub struct HubSpotArguments {
    #[command(flatten)]
    list: CrmArguments,
    /// The property of companies that holds the territory
    #[arg(long, value_name = "NAME", default_value = "Territory")]
    property: String,
}

#[derive(Debug, Args)]
struct CrmArguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The folder to write into; it is made where it is not there
    #[arg(value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    against: AgainstArguments,
    /// The column of accounts with the CRM's Ids; "code" for the codes themselves; without it it is guessed
    #[arg(long, value_name = "COL")]
    account_id: Option<String>,
    /// An export of the CRM that says which Ids there are: territories, users, associations; may be given several times
    #[arg(long = "ids", value_name = "FILE")]
    known: Vec<PathBuf>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    check: bool,
    /// Write nothing when something is missing
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Args)]
struct AgainstArguments {
    /// Only what changes against this: another plan of the project by its name, another project file, or a table of who has what today
    #[arg(long, value_name = "PLAN or FILE", conflicts_with = "against_column")]
    against: Option<String>,
    /// Only what changes against a column of the accounts that names their owner
    #[arg(long, value_name = "COL")]
    against_column: Option<String>,
}

/// Write the list of accounts that change hands: from whom, to whom, what they are worth, and why
///
/// OUT ends in .csv or .xlsx; a workbook has a second sheet with what each territory loses and gains.
#[derive(Debug, Args)]
pub struct Handover {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The file to write
    #[arg(value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    against: AgainstArguments,
    /// A measure of accounts to tell; may be given several times; without it those that are balanced
    #[arg(long, value_name = "NAME")]
    measure: Vec<String>,
    /// Say how many rows there would be, and write nothing
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    against: Option<String>,
    written: bool,
    out: String,
    files: Vec<File>,
    missing: Vec<Missing>,
    notes: Vec<String>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct File {
    file: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    operation: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    object: &'static str,
    rows: usize,
}

#[derive(Serialize)]
struct Missing {
    what: &'static str,
    code: String,
    name: String,
    why: String,
}

impl AgainstArguments {
    fn against(&self) -> Option<Against> {
        let named = self.against.as_ref().map(|word| {
            let path = PathBuf::from(word);
            // A plan may be called anything; what is a file, or has the ending of one, is meant as one.
            const ENDINGS: [&str; 11] = ["bwk", "csv", "tsv", "tab", "txt", "gz", "xlsx", "xlsm", "xlsb", "xls", "ods"];
            if path.is_file() || ENDINGS.contains(&ending_of(&path).as_str()) {
                Against::File(path)
            } else {
                Against::Plan(word.clone())
            }
        });
        named.or_else(|| self.against_column.clone().map(Against::Column))
    }
}

pub fn crm(crm: &Crm, output: &Output) -> Result<Outcome> {
    let (arguments, list, command) = match crm {
        Crm::Salesforce(arguments) => {
            let list = List::Salesforce(Salesforce {
                model: arguments.model.clone(),
                territory_type: arguments.territory_type.clone(),
                account_access: arguments.account_access.clone(),
                role: arguments.role.clone(),
                key: arguments.key.clone(),
                long_ids: arguments.long_ids,
            });
            (&arguments.list, list, "crm salesforce")
        }
        Crm::Hubspot(arguments) => {
            (&arguments.list, List::HubSpot(HubSpot { property: arguments.property.clone() }), "crm hubspot")
        }
    };
    let wish = ListWish {
        list,
        against: arguments.against.against(),
        id_column: arguments.account_id.clone(),
        known: arguments.known.clone(),
    };
    let place = Place { command, plan: &arguments.plan, out: &arguments.out };
    run(&place, &wish, arguments.check, arguments.strict, output)
}

pub fn handover(arguments: &Handover, output: &Output) -> Result<Outcome> {
    let wish = ListWish {
        list: List::Handover { measures: arguments.measure.clone() },
        against: arguments.against.against(),
        ..ListWish::default()
    };
    let place = Place { command: "handover", plan: &arguments.plan, out: &arguments.out };
    run(&place, &wish, arguments.check, false, output)
}

struct Place<'a> {
    command: &'static str,
    plan: &'a PathBuf,
    out: &'a PathBuf,
}

fn run(place: &Place, wish: &ListWish, check: bool, strict: bool, output: &Output) -> Result<Outcome> {
    let opened = project::open_to_read(place.plan)?;
    let path = Some(place.plan.as_path());
    let seen = output.with_progress(|progress| look(&opened.project, path, wish, progress))?;
    let refused = strict && !seen.value.missing.is_empty();
    if check || refused {
        let outcome = if refused { Outcome::Violated } else { Outcome::Done };
        say(place, wish, seen, None, output)?;
        return Ok(outcome);
    }
    let Imported { value: written, diagnostics } =
        output.with_progress(|progress| write(&opened.project, path, wish, place.out, progress))?;
    say(place, wish, Imported::new(written.listed, diagnostics), Some(&written.files), output)?;
    Ok(Outcome::Done)
}

fn say(
    place: &Place,
    wish: &ListWish,
    Imported { value: listed, diagnostics }: Imported<Listed>,
    written: Option<&[PathBuf]>,
    output: &Output,
) -> Result<()> {
    let text = text(place, wish, &listed, written);
    output.list(&diagnostics);
    output.print(&done(place, wish, listed, &diagnostics, written.is_some()), &text)
}

fn done(place: &Place, wish: &ListWish, listed: Listed, diagnostics: &[Diagnostic], written: bool) -> Done {
    let out = place.out.display().to_string();
    Done {
        command: place.command,
        plan: place.plan.display().to_string(),
        against: wish.against.as_ref().map(words_of),
        written,
        files: listed
            .files
            .into_iter()
            .map(|file| File {
                file: if file.name.is_empty() { out.clone() } else { place.out.join(&file.name).display().to_string() },
                operation: file.operation,
                object: file.object,
                rows: file.rows,
            })
            .collect(),
        out,
        missing: listed
            .missing
            .into_iter()
            .map(|missing| Missing { what: missing.what, code: missing.code, name: missing.name, why: missing.why })
            .collect(),
        notes: listed.notes,
        messages: messages(diagnostics),
    }
}

fn words_of(against: &Against) -> String {
    match against {
        Against::Plan(name) | Against::Column(name) => name.clone(),
        Against::File(path) => path.display().to_string(),
    }
}

/// So many things that are missing are listed in the text; all are in JSON and in missing.csv.
const LISTED: usize = 10;

fn text(place: &Place, wish: &ListWish, listed: &Listed, written: Option<&[PathBuf]>) -> String {
    let mut text = String::new();
    if let Some(against) = &wish.against {
        let _ = writeln!(text, "Only what changes against {}", words_of(against));
    }
    let files: Vec<Vec<String>> = listed
        .files
        .iter()
        .filter(|file| !file.name.is_empty())
        .map(|file| vec![file.name.clone(), words::count(file.rows as i128)])
        .collect();
    match listed.files.as_slice() {
        [] => text.push_str("There is nothing to write\n"),
        [only] if only.name.is_empty() => {
            let _ = writeln!(text, "{}", accounts_change(only.rows));
        }
        _ => text.push_str(&table(&["File", "Rows"].map(str::to_owned), &files)),
    }
    if !listed.missing.is_empty() {
        let _ = writeln!(text, "\nMissing");
        for missing in listed.missing.iter().take(LISTED) {
            let name = if missing.code.is_empty() {
                missing.name.clone()
            } else {
                format!("{} {}", missing.code, missing.name)
            };
            let _ = writeln!(text, "  {} {}: {}", missing.what, words::cut(name.trim(), 60), missing.why);
        }
        if listed.missing.len() > LISTED {
            let _ = writeln!(text, "  … and {} more", words::count((listed.missing.len() - LISTED) as i128));
        }
    }
    for note in &listed.notes {
        let _ = writeln!(text, "note: {note}");
    }
    match written {
        None => text.push_str("Nothing was written\n"),
        Some([]) => {}
        Some([only]) => {
            let _ = writeln!(text, "Wrote {}", only.display());
        }
        Some(files) => {
            let _ = writeln!(text, "Wrote {} files into {}", files.len(), place.out.display());
        }
    }
    text
}

fn accounts_change(count: usize) -> String {
    let verb = if count == 1 { "changes" } else { "change" };
    format!("{} {verb} hands", words::counted(count as i128, "account"))
}
