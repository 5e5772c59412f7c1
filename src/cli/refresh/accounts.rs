//! `bailiwick refresh accounts`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::super::output::{Column, Message, Output, columns, messages, table};
use super::super::reading::AccountArguments;
use super::super::{Outcome, Result, project};
use crate::domain::effect::{Effect, effect};
use crate::domain::ids::AccountId;
use crate::domain::project::Project;
use crate::io::Imported;
use crate::io::export::write_rows;
use crate::io::files::data_folder;
use crate::words;
use crate::work::formulas::with_faults;
use crate::work::presets::{self, Preset};
use crate::work::records;
use crate::work::refresh::{
    Comparison, DIFFERENCE_COLUMNS, OnVanished, RefreshDone, RefreshOrder, compare_file, differences,
};

/// Compare a newer file of accounts with those of the project, by their codes
///
/// Without --apply nothing is changed: what is new, changed and no longer in the file is told. With it, new accounts and changed values
/// are taken as one undo step; territories, named accounts, locks and notes stay.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The newer file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take what the file says
    #[arg(long)]
    apply: bool,
    /// Take the changes of this column alone; may be given several times
    #[arg(long, value_name = "COL")]
    column: Vec<String>,
    /// Leave accounts out that the project does not have
    #[arg(long)]
    no_new: bool,
    /// What becomes of accounts that are no longer in the file
    #[arg(long, value_name = "WHAT", default_value = "keep")]
    vanished: OnVanishedWord,
    /// A value stays where the file has none
    #[arg(long)]
    keep_where_empty: bool,
    /// Remove columns that the file does not have
    #[arg(long)]
    remove_columns: bool,
    /// Write every difference to this CSV file
    #[arg(long, value_name = "FILE.csv")]
    differences: Option<PathBuf>,
    #[command(flatten)]
    columns: AccountArguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnVanishedWord {
    /// They stay
    Keep,
    /// Those with an owner of their own or a lock stay, the others go
    KeepNamed,
    /// They go
    Remove,
}

#[derive(Serialize)]
struct Done {
    command: &'static str,
    plan: String,
    file: String,
    applied: bool,
    /// The undo step; null where nothing was changed.
    step: Option<String>,
    new: Vec<New>,
    changed: Vec<Changed>,
    vanished: Vec<Gone>,
    unchanged: usize,
    compared: Vec<Compared>,
    /// What the choices do, or would do.
    effect: Effected,
    columns: Vec<Column>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct New {
    account: String,
    name: String,
    /// Null when nobody would own it.
    territory: Option<String>,
}

#[derive(Serialize)]
struct Changed {
    account: String,
    columns: Vec<String>,
}

#[derive(Serialize)]
struct Gone {
    account: String,
    name: String,
    territory: Option<String>,
    named: bool,
    locked: bool,
    /// Of the measure that is balanced first.
    value: Option<f64>,
    removed: bool,
}

#[derive(Serialize)]
struct Compared {
    column: String,
    /// "both", "file" or "project": who has it.
    r#in: &'static str,
    changed: usize,
    /// Of a measure, the sums over all accounts of the project and of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<f64>,
}

#[derive(Serialize)]
struct Effected {
    accounts_before: usize,
    accounts_after: usize,
    /// The measure that is balanced first; null where there is none.
    measure: Option<String>,
    before: f64,
    after: f64,
    /// Those whose accounts or value change, the largest change first; a null name stands for nobody.
    territories: Vec<TerritoryChange>,
}

#[derive(Serialize)]
struct TerritoryChange {
    territory: Option<String>,
    accounts_before: u32,
    accounts_after: u32,
    before: f64,
    after: f64,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let (columns, saving) = arguments.columns.columns()?;
    let (store, opened) = if arguments.apply {
        let (store, opened) = project::open_to_write(&arguments.plan)?;
        (Some(store), opened)
    } else {
        (None, project::open_to_read(&arguments.plan)?)
    };
    let project = &opened.project;
    let Imported { value: comparison, mut diagnostics } =
        output.with_progress(|progress| compare_file(project, &arguments.file, &columns, progress))?;
    if let Some(path) = &arguments.differences {
        write_rows(path, &DIFFERENCE_COLUMNS, differences(&comparison, project))?;
    }
    let order = RefreshOrder {
        take_new: !arguments.no_new,
        columns: (!arguments.column.is_empty()).then(|| arguments.column.clone()),
        keep_where_empty: arguments.keep_where_empty,
        vanished: match arguments.vanished {
            OnVanishedWord::Keep => OnVanished::Keep,
            OnVanishedWord::KeepNamed => OnVanished::KeepNamed,
            OnVanishedWord::Remove => OnVanished::Remove,
        },
        remove_columns: arguments.remove_columns,
    };
    let mut refreshed = comparison.refresh(project, &order)?;
    diagnostics.append(&mut refreshed.notes);
    if let Some(preset) = saving {
        let saved = Preset::of_reasons(&preset.name, &preset.what, &comparison.reasons, &preset.read);
        presets::save(&data_folder(), &saved)?;
    }
    if let Some(store) = &store {
        if !refreshed.edit.is_empty() {
            store.apply_to_data(&refreshed.project, &refreshed.edit)?;
        }
        let setting = "file of accounts";
        let previous = opened.settings.get(setting).map(String::as_str);
        let problems = records::saved_problems(&opened.problems, previous, &comparison.file, &diagnostics);
        store.put_problems(with_faults(problems, &refreshed.project));
        store.put_setting(setting, Some(&comparison.file));
        store.flush()?;
    }
    let step = (arguments.apply && !refreshed.edit.is_empty()).then(|| refreshed.edit.label.clone());
    let effect = effect(project, &refreshed.project);
    let text = text(&comparison, project, &order, &refreshed, &effect, arguments.apply);
    let done = Done {
        command: "refresh accounts",
        plan: arguments.plan.display().to_string(),
        file: comparison.file.clone(),
        applied: step.is_some(),
        step,
        new: new(&comparison, project),
        changed: changed(&comparison, project),
        vanished: gone(&comparison, project, &order),
        unchanged: comparison.unchanged_count(),
        compared: compared(&comparison),
        effect: effected(project, &effect),
        columns: self::columns(&comparison.reasons),
        messages: messages(&diagnostics),
    };
    output.list(&diagnostics);
    output.print(&done, &text)?;
    Ok(Outcome::Done)
}

fn effected(project: &Project, effect: &Effect) -> Effected {
    let measure = effect.measure.and_then(|[before, _]| project.measure(before));
    let [before, after] = effect.total;
    let changes = effect.territories.iter().map(|change| TerritoryChange {
        territory: territory(project, change.territory),
        accounts_before: change.accounts[0],
        accounts_after: change.accounts[1],
        before: change.value[0],
        after: change.value[1],
    });
    Effected {
        accounts_before: effect.accounts[0],
        accounts_after: effect.accounts[1],
        measure: measure.map(|measure| measure.name.clone()),
        before,
        after,
        territories: changes.collect(),
    }
}

fn territory(project: &Project, id: crate::domain::ids::TerritoryId) -> Option<String> {
    project.plan.territory(id).map(|territory| territory.name.clone())
}

fn new(comparison: &Comparison, project: &Project) -> Vec<New> {
    let accounts = &comparison.found.accounts;
    let owner = |row: usize| territory(project, project.plan.territory_of(accounts.units[row]?));
    let new = |row: usize| New {
        account: accounts.codes[row].clone(),
        name: accounts.names[row].clone(),
        territory: owner(row),
    };
    comparison.new_rows().map(new).collect()
}

fn changed(comparison: &Comparison, project: &Project) -> Vec<Changed> {
    let columns = |account: &AccountId| {
        let of = comparison.columns.iter().filter(|column| column.changed.binary_search(account).is_ok());
        of.map(|column| column.name.clone()).collect()
    };
    let code = |account: &AccountId| project.accounts.codes[account.index()].clone();
    comparison.changed.iter().map(|account| Changed { account: code(account), columns: columns(account) }).collect()
}

fn gone(comparison: &Comparison, project: &Project, order: &RefreshOrder) -> Vec<Gone> {
    let gone = |vanished: &crate::work::refresh::Vanished| Gone {
        account: project.accounts.codes[vanished.account.index()].clone(),
        name: project.accounts.names[vanished.account.index()].clone(),
        territory: territory(project, vanished.owner),
        named: vanished.named,
        locked: vanished.locked,
        value: vanished.value.is_finite().then_some(vanished.value),
        removed: comparison.removes(order, vanished),
    };
    comparison.vanished.iter().map(gone).collect()
}

fn compared(comparison: &Comparison) -> Vec<Compared> {
    let compared = |column: &crate::work::refresh::ColumnComparison| Compared {
        column: column.name.clone(),
        r#in: match (column.is_new(), column.is_missing()) {
            (true, _) => "file",
            (_, true) => "project",
            _ => "both",
        },
        changed: column.changed.len(),
        before: column.sums.map(|[before, _]| before).filter(|_| !column.is_new()),
        after: column.sums.map(|[_, after]| after).filter(|_| !column.is_missing()),
    };
    comparison.columns.iter().map(compared).collect()
}

/// So many accounts are listed in the text; all are in JSON and in the file of differences.
const LISTED: usize = 10;

fn text(
    comparison: &Comparison,
    project: &Project,
    order: &RefreshOrder,
    refreshed: &RefreshDone,
    effect: &Effect,
    applied: bool,
) -> String {
    let mut text = format!("{}: {}\n", comparison.file, comparison.words());
    let figure = |value: f64| words::plain((value * 100.0).round() / 100.0);
    let differing = comparison.columns.iter().filter(|column| !column.changed.is_empty());
    let rows: Vec<Vec<String>> = differing
        .map(|column| {
            let sum = |at: usize| column.sums.map_or_else(String::new, |sums| figure(sums[at]));
            vec![column.name.clone(), words::count(column.changed.len() as i128), sum(0), sum(1)]
        })
        .collect();
    if !rows.is_empty() {
        let header = ["Column", "Changed", "Sum before", "Sum in the file"].map(str::to_owned);
        let _ = write!(text, "\n{}", table(&header, &rows));
    }
    let names = |wanted: fn(&crate::work::refresh::ColumnComparison) -> bool| {
        let names = comparison.columns.iter().filter(|column| wanted(column)).map(|column| column.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let (added, missing) = (names(|column| column.is_new()), names(|column| column.is_missing()));
    if !added.is_empty() {
        let _ = writeln!(text, "\nNew columns: {added}");
    }
    if !missing.is_empty() {
        let stay = if order.remove_columns { "removed" } else { "they stay as they are" };
        let _ = writeln!(text, "\nNot in the file: {missing} ({stay})");
    }
    let mut list = |title: &str, header: &[&str], rows: Vec<Vec<String>>| {
        if rows.is_empty() {
            return;
        }
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let shown = &rows[..rows.len().min(LISTED)];
        let _ = write!(text, "\n{title}\n{}", table(&header, shown));
        if rows.len() > LISTED {
            let _ = writeln!(text, "… and {} more", words::count((rows.len() - LISTED) as i128));
        }
    };
    let nobody = || "Unassigned".to_owned();
    let rows = new(comparison, project).into_iter();
    list(
        "New accounts",
        &["Account", "Name", "Territory"],
        rows.map(|new| vec![new.account, words::cut(&new.name, 40), new.territory.unwrap_or_else(nobody)]).collect(),
    );
    let measure = project.main_goal().and_then(|goal| project.measure(goal.measure));
    let value_name = measure.map_or("Value", |measure| measure.name.as_str());
    let rows = gone(comparison, project, order).into_iter().map(|gone| {
        let hangs = match (gone.named, gone.locked) {
            (true, true) => "named, locked",
            (true, false) => "named",
            (false, true) => "locked",
            (false, false) => "",
        };
        let value = gone.value.map_or("–".to_owned(), figure);
        let stays = if gone.removed { "removed" } else { "stays" };
        let owner = gone.territory.unwrap_or_else(nobody);
        vec![gone.account, words::cut(&gone.name, 40), owner, hangs.to_owned(), value, stays.to_owned()]
    });
    let header = ["Account", "Name", "Territory", "Own", value_name, "Choice"];
    list("No longer in the file", &header, rows.collect());
    let rows = effect.territories.iter().map(|change| {
        let name = project.plan.territory_name(change.territory).to_owned();
        let [before, after] = change.accounts.map(words::count);
        vec![name, before, after, figure(change.value[0]), figure(change.value[1])]
    });
    let header = ["Territory", "Accounts", "Afterwards", value_name, "Afterwards"];
    list("What changes for territories", &header, rows.collect());
    text.push('\n');
    let _ = match (applied, refreshed.edit.is_empty()) {
        (_, true) => writeln!(text, "With these choices nothing changes"),
        (true, false) => writeln!(text, "{}", refreshed.edit.label),
        (false, false) => writeln!(
            text,
            "Nothing was changed. With --apply: {} new, {} changed, {} removed",
            words::count(refreshed.added as i128),
            words::count(refreshed.changed as i128),
            words::count(refreshed.removed as i128)
        ),
    };
    text
}
