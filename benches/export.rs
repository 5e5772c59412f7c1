//! Writing 300 territories with all their units, as many and as fine as the ZIP areas of the United States, in every format.
//! `cargo bench --bench export -- [LAYER]` takes the units of a layer of your own instead.

#[path = "reference.rs"]
mod reference;

use std::path::PathBuf;
use std::time::Instant;

use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::io::export::{Format, What, Wish};
use bailiwick::work::columns::UnitColumns;
use bailiwick::work::export::export;
use bailiwick::work::import::import_units;
use reference::{give_territories, grid};

fn main() -> anyhow::Result<()> {
    let silent = Progress::new();
    let layer = std::env::args().skip(1).find(|word| !word.starts_with('-')).map(PathBuf::from);
    let mut project = match layer {
        Some(layer) => import_units(&Project::default(), &layer, &UnitColumns::default(), &silent)?.value.project,
        None => grid(&silent)?,
    };
    give_territories(&mut project)?;
    let arrays = project.units.topology.arrays();
    println!(
        "{} units, {} territories, {} arcs with {} vertices",
        project.units.len(),
        project.plan.territory_count(),
        project.units.topology.arc_count(),
        arrays.points.len()
    );
    let folder = tempfile::tempdir()?;
    for format in Format::ALL {
        let path = folder.path().join(format!("plan.{}", format.ending()));
        let wish = Wish { what: vec![What::Territories, What::Units], ..Wish::default() };
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let report = export(&project, &wish, &path, &silent)?;
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let mut bytes = 0;
        for file in &report.files {
            bytes += std::fs::metadata(file)?.len();
            std::fs::remove_file(file)?;
        }
        let name = format.words();
        println!("{name:<11} {seconds:6.2} s, {cpu:6.2} s of processor, {:7.1} MB", bytes as f64 / 1e6);
    }
    Ok(())
}

/// Processor time of this process in user mode, where the system says; 0 elsewhere.
fn cpu_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().nth(11).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0) / TICKS
}
