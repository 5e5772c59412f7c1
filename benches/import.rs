//! Importing 100,000 accounts: the shipped accounts, written over and over under new IDs, into the shipped ZIP areas.
//! `cargo bench --bench import -- [ROWS]`

use std::path::Path;
use std::time::Instant;

use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::io::diagnostic::Severity;
use bailiwick::work::columns::{AccountColumns, UnitColumns};
use bailiwick::work::import::{import_accounts, import_units};

fn main() -> anyhow::Result<()> {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    let folder = tempfile::tempdir()?;
    let table = folder.path().join("accounts.csv");
    write_rows(&sample.join("accounts.csv"), &table, rows)?;
    let megabytes = std::fs::metadata(&table)?.len() as f64 / 1e6;

    let silent = Progress::new();
    let start = Instant::now();
    let units = import_units(&Project::default(), &sample.join("zip_areas.shp"), &UnitColumns::default(), &silent)?;
    let project = units.value.project;
    println!("{} units from a shapefile: {:.2} s", project.units.len(), start.elapsed().as_secs_f64());

    for _ in 0..3 {
        let start = Instant::now();
        let imported = import_accounts(&project, &table, &AccountColumns::default(), &silent)?;
        let seconds = start.elapsed().as_secs_f64();
        let taken = imported.value.taken;
        let left_out = imported.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        println!(
            "{taken} accounts of {rows} rows ({megabytes:.0} MB, {left_out} left out): {seconds:.2} s, {:.2} s per 100,000",
            seconds * 1e5 / taken.max(1) as f64
        );
    }
    Ok(())
}

/// Rows of `source` until there are `count`; each time round its first column gets other values, so that no ID comes twice.
fn write_rows(source: &Path, target: &Path, count: usize) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(source)?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(target)?;
    writer.write_record(reader.headers()?)?;
    let records = reader.records().collect::<Result<Vec<_>, _>>()?;
    for (index, record) in records.iter().cycle().take(count).enumerate() {
        let round = index / records.len();
        let id = format!("{round}{}", record.get(0).unwrap_or_default());
        writer.write_record(std::iter::once(id.as_str()).chain(record.iter().skip(1)))?;
    }
    writer.flush()?;
    Ok(())
}
