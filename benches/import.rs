//! Reading and joining, from a file to a project.
//!
//! `cargo bench --bench import -- [ROWS]` writes the shipped accounts over and over under new IDs and imports them into the shipped ZIP
//! areas; then finds the units of a million places. `-- one accounts LAYER FILE`, `-- one layer FILE` and `-- one join LAYER POINTS` measure one thing
//! on any file, alone in a process, for `benches/peers/reading.py`.

use std::path::Path;
use std::time::Instant;

use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::domain::random::Random;
use bailiwick::domain::spatial::UnitIndex;
use bailiwick::domain::sphere::LonLat;
use bailiwick::io::diagnostic::Severity;
use bailiwick::work::columns::{AccountColumns, UnitColumns};
use bailiwick::work::import::{import_accounts, import_units};

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["one", "accounts", layer, file] => {
            let project = if layer.is_empty() { Project::default() } else { units(Path::new(layer))? };
            let measured = Measured::begin();
            let imported = import_accounts(&project, Path::new(file), &AccountColumns::default(), &Progress::new())?;
            measured.print(imported.value.taken);
        }
        ["one", "layer", file] => {
            let measured = Measured::begin();
            let project = units(Path::new(file))?;
            measured.print(project.units.len());
        }
        ["one", "join", layer, points] => {
            let project = units(Path::new(layer))?;
            let mut reader = csv::Reader::from_path(points)?;
            let read = reader.deserialize::<(f64, f64)>().map(|row| row.map(|(lon, lat)| LonLat::new(lon, lat)));
            let places = read.collect::<Result<Vec<_>, _>>()?;
            let measured = Measured::begin();
            let found = join(&project, places);
            measured.print(found);
        }
        _ => shipped(words.first().and_then(|word| word.parse().ok()).unwrap_or(100_000))?,
    }
    Ok(())
}

fn shipped(rows: usize) -> anyhow::Result<()> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    let folder = tempfile::tempdir()?;
    let table = folder.path().join("accounts.csv");
    write_rows(&sample.join("accounts.csv"), &table, rows)?;
    let megabytes = std::fs::metadata(&table)?.len() as f64 / 1e6;

    let start = Instant::now();
    let project = units(&sample.join("zip_areas.shp"))?;
    println!("{} units from a shapefile: {:.2} s", project.units.len(), start.elapsed().as_secs_f64());

    let silent = Progress::new();
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

    // Around the middles of units, so that most places lie in one.
    let mut random = Random::new(1);
    let centres = &project.units.centres;
    let places = (0..1_000_000).map(|_| {
        let near = centres[random.below(centres.len())];
        LonLat::new(near.lon + 0.2 * (random.unit() - 0.5), near.lat + 0.2 * (random.unit() - 0.5))
    });
    let places: Vec<LonLat> = places.collect();
    let start = Instant::now();
    let found = join(&project, places);
    println!("the units of 1,000,000 places ({found} in one): {:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn units(layer: &Path) -> anyhow::Result<Project> {
    Ok(import_units(&Project::default(), layer, &UnitColumns::default(), &Progress::new())?.value.project)
}

/// How many of the places lie in a unit, the index of units included.
fn join(project: &Project, places: Vec<LonLat>) -> usize {
    let index = UnitIndex::new(&project.units);
    let mut accounts = bailiwick::domain::accounts::Accounts { places, ..Default::default() };
    accounts.locate(|place| index.unit_at(place));
    accounts.units.iter().flatten().count()
}

/// Time by the clock and of the processor, from its beginning to [`Measured::print`].
struct Measured {
    start: Instant,
    processor: f64,
}

impl Measured {
    fn begin() -> Self {
        Self { start: Instant::now(), processor: processor_seconds() }
    }

    /// `rows seconds processor-seconds megabytes`; the memory is the most that the process ever held.
    fn print(self, rows: usize) {
        let (seconds, processor) = (self.start.elapsed().as_secs_f64(), processor_seconds() - self.processor);
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let most = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
        println!("{rows} {seconds:.2} {processor:.2} {:.0}", most.unwrap_or(0.0_f64) / 1024.0);
    }
}

/// Of all threads, as Linux counts them: in hundredths. 0 where there is no such file.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
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
