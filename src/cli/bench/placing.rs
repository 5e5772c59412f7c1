//! `bailiwick bench placing`: how near the gazetteer puts accounts to where they are, on tables that have their coordinates.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::output::Output;
use crate::cli::{Outcome, Result};
use crate::domain::accounts::Placement;
use crate::domain::progress::Progress;
use crate::domain::sphere::LonLat;
use crate::error::UserError;
use crate::io::accounts::{self, AccountMapping, AccountTable};
use crate::io::options::ReadOptions;
use crate::io::postal::PostalTable;
use crate::io::table;

/// Measure placing by postal code, town and state: accounts with coordinates are placed without them, and compared
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Tables of accounts with coordinates and addresses
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Leave these columns out, too: postal, town, state or country
    #[arg(long, value_name = "PART", value_parser = ["postal", "town", "state", "country"])]
    without: Vec<String>,
    /// List every account: how it was placed, how precisely, and how far off
    #[arg(long)]
    rows: bool,
}

#[derive(Serialize)]
struct Measured {
    command: &'static str,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    file: String,
    without: Vec<String>,
    /// Accounts with coordinates.
    accounts: usize,
    kinds: Vec<Kind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Row>,
}

/// The accounts that were placed in one way.
#[derive(Serialize)]
struct Kind {
    placed_by: &'static str,
    accounts: usize,
    share: f64,
    /// From the true place, in kilometres.
    median_km: Option<f64>,
    p90_km: Option<f64>,
    /// The median of what was said of the precision, and the share of true places within what was said.
    stated_km: Option<f64>,
    within_stated: Option<f64>,
}

#[derive(Serialize)]
struct Row {
    account: String,
    placed_by: &'static str,
    stated_km: Option<f64>,
    error_km: Option<f64>,
}

/// One account: how it was placed, the precision that was stated, and how far that is from the truth.
struct Placed {
    code: String,
    placement: Placement,
    stated_km: Option<f64>,
    error_km: Option<f64>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Outcome> {
    let mut files = Vec::new();
    for path in &arguments.files {
        let found = output.with_progress(|progress| place(path, &arguments.without, progress))?;
        let kinds = Placement::ALL.into_iter().filter_map(|kind| kind_of(kind, &found)).collect();
        let row = |placed: &Placed| Row {
            account: placed.code.clone(),
            placed_by: placed.placement.word(),
            stated_km: placed.stated_km,
            error_km: placed.error_km,
        };
        let rows = if arguments.rows { found.iter().map(row).collect() } else { Vec::new() };
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(File { file, without: arguments.without.clone(), accounts: found.len(), kinds, rows });
    }
    let text = files.iter().map(text).collect::<Vec<_>>().join("\n");
    output.print(&Measured { command: "bench placing", files }, &text)?;
    Ok(Outcome::Done)
}

/// Places the accounts of a table by their words alone.
fn place(path: &std::path::Path, without: &[String], progress: &Progress) -> Result<Vec<Placed>> {
    let table = table::read(path, &ReadOptions::default(), progress)?.value;
    let mut mapping = AccountMapping::guess(&table);
    let (Some(_), Some(_)) = (&mapping.lon, &mapping.lat) else {
        return Err(UserError::new(format!("Could not measure with {}", table.file))
            .because("it has no coordinates to compare with")
            .hint("Give a table with columns such as latitude and longitude"));
    };
    (mapping.measures, mapping.attributes) = (Vec::new(), Vec::new());
    let read = |mapping: &AccountMapping| {
        accounts::from_table(&table, mapping, PostalTable::embedded(), progress, &mut Vec::new())
    };
    let truth = read(&mapping)?.accounts;
    (mapping.lon, mapping.lat) = (None, None);
    for part in without {
        match part.as_str() {
            "postal" => mapping.postal = None,
            "town" => mapping.town = None,
            "state" => mapping.state = None,
            _ => mapping.country = None,
        }
    }
    let AccountTable { accounts: placed, .. } = read(&mapping)?;
    let known = |row: &usize| truth.placements[*row] == Placement::Coordinates;
    let one = |row: usize| {
        let place: LonLat = placed.places[row];
        Placed {
            code: placed.codes[row].clone(),
            placement: placed.placements[row],
            stated_km: placed.precision_km(row),
            error_km: place.is_valid().then(|| place.distance_km(truth.places[row])),
        }
    };
    Ok((0..truth.len().min(placed.len())).filter(known).map(one).collect())
}

fn kind_of(kind: Placement, all: &[Placed]) -> Option<Kind> {
    let these: Vec<&Placed> = all.iter().filter(|placed| placed.placement == kind).collect();
    if these.is_empty() {
        return None;
    }
    let errors = sorted(these.iter().filter_map(|placed| placed.error_km));
    let stated = sorted(these.iter().filter_map(|placed| placed.stated_km));
    let within = these.iter().filter(|placed| placed.error_km.zip(placed.stated_km).is_some_and(|(of, km)| of <= km));
    let within = (!errors.is_empty()).then(|| rounded(within.count() as f64 / errors.len() as f64));
    Some(Kind {
        placed_by: kind.word(),
        accounts: these.len(),
        share: rounded(these.len() as f64 / all.len() as f64),
        median_km: at_share(&errors, 0.5),
        p90_km: at_share(&errors, 0.9),
        stated_km: at_share(&stated, 0.5),
        within_stated: within,
    })
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn at_share(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied().map(rounded)
}

/// To three digits after the point.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn text(file: &File) -> String {
    let mut text = format!("{}, {} accounts with coordinates", file.file, file.accounts);
    if !file.without.is_empty() {
        text.push_str(&format!(", without {}", file.without.join(", ")));
    }
    text.push_str("\n  placed by     accounts   share   median      p90   stated  within stated\n");
    let km = |value: Option<f64>| value.map_or(String::new(), |km| format!("{km:.1} km"));
    for kind in &file.kinds {
        let within = kind.within_stated.map_or(String::new(), |share| format!("{:.1} %", share * 100.0));
        text.push_str(&format!(
            "  {:<12} {:>9} {:>5.1} % {:>8} {:>8} {:>8} {:>14}\n",
            kind.placed_by,
            kind.accounts,
            kind.share * 100.0,
            km(kind.median_km),
            km(kind.p90_km),
            km(kind.stated_km),
            within
        ));
    }
    text
}
