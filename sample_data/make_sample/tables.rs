//! Writes the CSV tables.

use std::path::Path;

use anyhow::Result;
use bailiwick::domain::random::Random;

use crate::accounts::{Account, Size};
use crate::faults;
use crate::reps::{REPS, VACANT};
use crate::revenue;
use crate::zip_areas::ZipArea;

/// Columns of accounts.csv before the months.
pub const COLUMNS: [&str; 18] = [
    "Account ID",
    "Account Name",
    "Street",
    "City",
    "State",
    "ZIP",
    "Latitude",
    "Longitude",
    "Segment",
    "Industry",
    "Size",
    "Status",
    "Annual Revenue",
    "Potential",
    "Visits per Year",
    "Minutes per Visit",
    "Owner",
    "Customer Since",
];

/// The position of a column of [`COLUMNS`].
pub fn column(name: &str) -> usize {
    COLUMNS.iter().position(|column| *column == name).unwrap_or_default()
}

/// Rows with a ZIP only, instead of coordinates.
const ONLY_ZIP: f64 = 0.06;

/// Accounts whose owner is not the rep of their territory, for reasons of history.
const OTHER_OWNER: f64 = 0.07;

pub fn write_accounts(
    path: &Path,
    accounts: &[Account],
    areas: &[ZipArea],
    territories: &[Option<usize>],
    random: &mut Random,
) -> Result<()> {
    let mut rows: Vec<Vec<String>> =
        accounts.iter().map(|account| row(account, areas, territories[account.spot.area], random)).collect();
    faults::put_in(&mut rows, random);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path)?;
    let months = (0..revenue::MONTHS).map(revenue::month).map(|(year, month)| format!("Revenue {year}-{month:02}"));
    writer.write_record(COLUMNS.iter().map(|column| (*column).to_owned()).chain(months))?;
    for row in &rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(())
}

pub fn write_reps(path: &Path) -> Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record([
        "Rep Code",
        "Name",
        "Home Town",
        "State",
        "ZIP",
        "Latitude",
        "Longitude",
        "Capacity Hours",
        "Skills",
        "Hired",
    ])?;
    for rep in &REPS {
        let capacity = rep.capacity_hours.to_string();
        let (lat, lon) = (format!("{:.4}", rep.home.lat), format!("{:.4}", rep.home.lon));
        writer.write_record([
            rep.code, rep.name, rep.town, rep.state, rep.zip, &lat, &lon, &capacity, rep.skills, rep.hired,
        ])?;
    }
    writer.flush()?;
    Ok(())
}

pub fn write_territories(path: &Path, areas: &[ZipArea], territories: &[Option<usize>]) -> Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(["ZIP", "Territory", "Rep"])?;
    for (area, rep) in areas.iter().zip(territories) {
        let (territory, name) = rep.map_or(("", ""), |rep| (REPS[rep].territory, REPS[rep].name));
        writer.write_record([&area.zip.code, territory, name])?;
    }
    writer.flush()?;
    Ok(())
}

fn row(account: &Account, areas: &[ZipArea], rep: Option<usize>, random: &mut Random) -> Vec<String> {
    let zip = &areas[account.spot.area].zip;
    let only_zip = random.unit() < ONLY_ZIP;
    let place = account.spot.place;
    let degrees = |value: f64| if only_zip { String::new() } else { format!("{value:.6}") };
    let mut row = vec![
        format!("{:07}", account.id),
        account.name.clone(),
        if only_zip && random.unit() < 0.5 { String::new() } else { account.spot.street.clone() },
        account.spot.city.clone(),
        zip.state.clone(),
        zip.code.clone(),
        degrees(place.lat),
        degrees(place.lon),
        account.profile.segment.to_owned(),
        account.profile.industry.to_owned(),
        match account.size {
            Size::Small => "Small",
            Size::Medium => "Medium",
            Size::Large => "Large",
            Size::Key => "Key",
        }
        .to_owned(),
        if account.is_customer { "Customer" } else { "Prospect" }.to_owned(),
        account.annual_revenue().to_string(),
        account.potential.to_string(),
        account.visits.to_string(),
        account.minutes.to_string(),
        owner(account, rep, random),
        account.since.map_or_else(String::new, |(year, month, day)| format!("{year}-{month:02}-{day:02}")),
    ];
    row.extend(account.months.iter().map(u32::to_string));
    row
}

/// The rep of the territory, or, where an account has stayed with somebody, one of the next nearest.
fn owner(account: &Account, rep: Option<usize>, random: &mut Random) -> String {
    let other = random.unit() < OTHER_OWNER;
    let rank = random.below(3);
    if !other {
        return rep.map_or(VACANT, |rep| REPS[rep].name).to_owned();
    }
    let mut others: Vec<usize> = (0..REPS.len()).filter(|&other| Some(other) != rep).collect();
    let km = |rep: usize| REPS[rep].home.distance_km(account.spot.place);
    others.sort_by(|&a, &b| km(a).total_cmp(&km(b)));
    REPS[others[rank]].name.to_owned()
}
