//! Makes the sample data beside it from public data: `cargo run --release --example make_sample -- SOURCE_FOLDER`.
//! Without a folder only the sample project is made anew, from the files that are there. The same source gives the same bytes.
//! README.md one folder up says what is real and what is made up.

mod accounts;
mod coverage;
mod faults;
mod grid;
mod kinds;
mod layers;
mod locate;
mod names;
mod places;
mod project;
mod reps;
mod revenue;
mod source;
mod streets;
mod tables;
mod territories;
mod voronoi;
mod zip_areas;

#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::Result;
use bailiwick::domain::random::Random;

/// Another seed gives other accounts.
const SEED: u64 = 2026_1101;

fn main() -> Result<()> {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    if let Some(folder) = std::env::args().nth(1) {
        make_files(&source::Source::new(Path::new(&folder)), &out)?;
    }
    project::write(&out)
}

fn make_files(source: &source::Source, out: &Path) -> Result<()> {
    let random = Random::new(SEED);

    layers::write_counties(source, &out.join("us_counties.shp"))?;

    let counties = source.counties()?;
    let zips = source.zips()?;
    let areas = zip_areas::make(&counties, &zips)?;
    layers::write_zip_areas(&areas, &out.join("zip_areas.shp"))?;
    println!("{} approximate ZIP areas in {} counties", areas.len(), counties.len());

    let locator = locate::Locator::new(&areas);
    let places = places::Places::new(&locator, &source.towns(&zips)?, &random.fork(1));
    let accounts = accounts::make(&places, &areas, &mut random.fork(2));
    let territories = territories::make(&areas, &mut random.fork(3));
    tables::write_accounts(&out.join("accounts.csv"), &accounts, &areas, &territories, &mut random.fork(4))?;
    tables::write_reps(&out.join("reps.csv"))?;
    tables::write_territories(&out.join("todays_territories.csv"), &areas, &territories)?;
    report(&accounts, &territories);
    Ok(())
}

/// Prints the balance of today's territories.
fn report(accounts: &[accounts::Account], territories: &[Option<usize>]) {
    let load = |rep: Option<usize>| {
        let mine = accounts.iter().filter(|account| territories[account.spot.area] == rep);
        mine.fold((0, 0.0, 0.0), |(count, revenue, hours), account| {
            (count + 1, revenue + f64::from(account.annual_revenue()), hours + account.hours())
        })
    };
    let (revenue, hours) =
        (0..reps::REPS.len()).map(|rep| load(Some(rep))).fold((0.0, 0.0), |a, b| (a.0 + b.1, a.1 + b.2));
    let share = |value: f64, sum: f64| 100.0 * (value * reps::REPS.len() as f64 / sum - 1.0);
    for (index, rep) in reps::REPS.iter().enumerate() {
        let (count, r, h) = load(Some(index));
        let (r_off, h_off) = (share(r, revenue), share(h, hours));
        println!("{:20} {count:5} accounts  ${r:10.0} ({r_off:+.0} %)  {h:5.0} h ({h_off:+.0} %)", rep.territory);
    }
    let (count, r, h) = load(None);
    println!("Unassigned           {count:5} accounts  ${r:10.0}  {h:5.0} h; all ${revenue:.0}, {hours:.0} h");
}
