//! `bailiwick places` and `bailiwick place`: how accounts were placed, and putting them right.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::output::{Message, Output, messages};
use super::{Outcome, Result, project};
use crate::domain::accounts::Placement;
use crate::domain::edit::Edit;
use crate::domain::ids::AccountId;
use crate::domain::spatial::UnitIndex;
use crate::error::UserError;
use crate::io::Imported;
use crate::work::places::{self, AddressColumns};

/// List the accounts with how each was placed on the map, and how precisely
#[derive(Debug, clap::Args)]
pub struct List {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Only accounts placed like this; may be given several times: coordinates, by-hand, online, postal-code, town, state, unplaced
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Only accounts that somebody should look at: without a place, in the middle of their state, or outside every unit
    #[arg(long)]
    doubtful: bool,
}

/// Put an account at another place, as one step that can be undone
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("where").required(true).args(["at", "town", "postal", "from", "again"])))]
pub struct Place {
    /// The project file
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The account's code
    #[arg(long, value_name = "CODE", required_unless_present_any = ["from", "again"])]
    account: Option<String>,
    /// Latitude and longitude in degrees: 39.76,-84.19
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    at: Option<String>,
    /// A town: "Dayton, OH", "Graz, Austria"
    #[arg(long, value_name = "TOWN")]
    town: Option<String>,
    /// A postal code: 45402, D-80331, "K1A, Canada"
    #[arg(long, value_name = "CODE")]
    postal: Option<String>,
    /// A CSV file with the columns account, and lat and lon, or place, or postal, town, state and country
    #[arg(long, value_name = "FILE", conflicts_with = "account")]
    from: Option<PathBuf>,
    /// Place all accounts again that were placed by postal code, town or state, or not at all, by their columns as they are now
    #[arg(long, conflicts_with = "account")]
    again: bool,
    /// Say what would be placed, and change nothing
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Listed {
    command: &'static str,
    plan: String,
    counts: Vec<Count>,
    accounts: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Count {
    placed_by: &'static str,
    accounts: usize,
}

#[derive(Serialize)]
struct Row {
    account: String,
    name: String,
    placed_by: &'static str,
    precision_km: Option<f64>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    unit: Option<String>,
    address: String,
    /// Why somebody should look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'static str>,
}

#[derive(Serialize)]
struct Placed {
    command: &'static str,
    plan: String,
    label: String,
    placed: usize,
    written: bool,
    messages: Vec<Message>,
}

/// How many accounts were placed how.
pub(super) fn counts(accounts: &crate::domain::accounts::Accounts) -> Vec<Count> {
    let count = |(placement, accounts): (Placement, usize)| Count { placed_by: placement.word(), accounts };
    accounts.placement_counts().into_iter().map(count).collect()
}

pub fn list(arguments: &List, output: &Output) -> Result<Outcome> {
    let mut kinds = Vec::new();
    for word in &arguments.kind {
        let kind = Placement::from_word(&word.replace('-', " ")).ok_or_else(|| {
            let known: Vec<String> = Placement::ALL.iter().map(|kind| kind.word().replace(' ', "-")).collect();
            UserError::new(format!("There is no way of placing called \"{word}\""))
                .hint(format!("Known are {}", known.join(", ")))
        })?;
        kinds.push(kind);
    }
    let opened = project::open_to_read(&arguments.plan)?;
    let project = &opened.project;
    let accounts = &project.accounts;
    let doubtful: std::collections::BTreeMap<_, _> = places::doubtful(project).into_iter().collect();
    let columns = AddressColumns::of(accounts);
    let wanted = |account: &AccountId| {
        let kind = accounts.placements.get(account.index()).copied().unwrap_or(Placement::Unplaced);
        (kinds.is_empty() || kinds.contains(&kind)) && (!arguments.doubtful || doubtful.contains_key(account))
    };
    let row = |account: AccountId| {
        let at = account.index();
        let place = accounts.places.get(at).copied().filter(|place| place.is_valid());
        let unit = accounts.units.get(at).copied().flatten().and_then(|unit| project.units.codes.get(unit.index()));
        Row {
            account: accounts.codes[at].clone(),
            name: accounts.names[at].clone(),
            placed_by: accounts.placements.get(at).copied().unwrap_or(Placement::Unplaced).word(),
            precision_km: accounts.precision_km(at).map(|km| (km * 10.0).round() / 10.0),
            longitude: place.map(|place| place.lon),
            latitude: place.map(|place| place.lat),
            unit: unit.cloned(),
            address: columns.line(accounts, account),
            doubt: doubtful.get(&account).map(|doubt| doubt.words()),
        }
    };
    let rows: Vec<Row> = accounts.ids().filter(wanted).map(row).collect();
    let mut text = String::new();
    if !output.json {
        text = csv_text(&rows)?;
    }
    let plan = arguments.plan.display().to_string();
    output.print(&Listed { command: "places", plan, counts: counts(accounts), accounts: rows }, &text)?;
    Ok(Outcome::Done)
}

/// As CSV, for a spreadsheet or for `place --from`.
fn csv_text(rows: &[Row]) -> Result<String> {
    let failed = |error: &dyn std::fmt::Display| UserError::new("Could not write the list").because(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["account", "name", "placed_by", "precision_km", "lat", "lon", "unit", "address", "doubt"];
    writer.write_record(header).map_err(|error| failed(&error))?;
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    for row in rows {
        let fields = [
            inert(&row.account),
            inert(&row.name),
            row.placed_by.to_owned(),
            number(row.precision_km),
            number(row.latitude),
            number(row.longitude),
            row.unit.clone().unwrap_or_default(),
            inert(&row.address),
            row.doubt.unwrap_or_default().to_owned(),
        ];
        writer.write_record(&fields).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// A text that a spreadsheet does not take for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

pub fn place(arguments: &Place, output: &Output) -> Result<Outcome> {
    let (store, opened) = project::open_to_write(&arguments.plan)?;
    let project = &opened.project;
    let index = UnitIndex::new(&project.units);
    let (edit, diagnostics) = match (&arguments.from, &arguments.account) {
        _ if arguments.again => {
            let again = output.with_progress(|progress| places::address::again(project, &index, progress));
            let cancelled = |_| UserError::new("The accounts were not placed again").because("it was cancelled");
            (again.map_err(cancelled)?.edit, Vec::new())
        }
        (Some(path), _) => {
            let Imported { value, diagnostics } =
                output.with_progress(|progress| places::from_file(project, &index, path, progress))?;
            (value, diagnostics)
        }
        (None, Some(code)) => {
            let accounts = &project.accounts;
            let account = accounts.by_code().get(code.as_str()).copied();
            let account = account.ok_or_else(|| {
                UserError::new(format!("There is no account \"{code}\"")).hint("bailiwick places PLAN lists the codes")
            })?;
            (one(project, &index, account, arguments)?, Vec::new())
        }
        (None, None) => return Err(UserError::new("No account is named").hint("Add --account CODE or --from FILE")),
    };
    if !arguments.check {
        save(&store, project, &edit)?;
    }
    let placed = Placed {
        command: "place",
        plan: arguments.plan.display().to_string(),
        placed: edit.size(),
        written: !arguments.check && !edit.is_empty(),
        label: edit.label,
        messages: messages(&diagnostics),
    };
    output.list(&diagnostics);
    let mut text = String::new();
    let _ = match placed.placed {
        0 => writeln!(text, "Nothing was changed"),
        count if arguments.check => writeln!(text, "{count} would be placed: {}", placed.label),
        _ => writeln!(text, "{}", placed.label),
    };
    output.print(&placed, &text)?;
    Ok(Outcome::Done)
}

fn one(
    project: &crate::domain::project::Project,
    index: &UnitIndex,
    account: AccountId,
    arguments: &Place,
) -> Result<Edit> {
    if let Some(text) = &arguments.at {
        let place = places::coordinates(text).ok_or_else(|| {
            UserError::new(format!("Could not read \"{text}\" as a place"))
                .because("expected latitude and longitude in degrees")
                .hint("Write --at 39.76,-84.19")
        })?;
        let words = format!("{}, {}", place.lat, place.lon);
        return Ok(places::by_hand(project, index, &[account], (place, 0.0), &words));
    }
    let text = arguments.town.as_ref().or(arguments.postal.as_ref()).map_or("", String::as_str);
    let found = places::the_place(index, text)?;
    Ok(places::by_hand(project, index, &[account], (found.place, found.precision_km), &found.words))
}

/// Queues a step and waits until it is in the file.
pub(super) fn save(store: &crate::store::Store, project: &crate::domain::project::Project, edit: &Edit) -> Result<()> {
    if edit.is_empty() {
        return Ok(());
    }
    // What cannot be applied must not be written either.
    let mut after = project.clone();
    crate::domain::cells::apply_to_project(&mut after, edit, crate::domain::edit::Locks::Pass)
        .map_err(|error| UserError::new(format!("Could not make the step \"{}\"", edit.label)).because(error))?;
    store.apply(edit);
    store.flush()
}
