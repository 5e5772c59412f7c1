//! `bailiwick bench`: measurements that anybody can repeat.

mod case;
mod drawing;
mod engine;
mod generated;
mod instances;
mod once;
mod placing;
mod pmedian;
mod print;
mod shipped;
mod suites;
mod text;

use std::path::{Path, PathBuf};

use super::output::Output;
use super::{Outcome, Result};

/// Measure the program on this machine
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    Engine(Box<engine::Arguments>),
    Drawing(drawing::Arguments),
    Placing(placing::Arguments),
}

pub fn run(bench: &Bench, output: &Output) -> Result<Outcome> {
    match bench {
        Bench::Engine(arguments) => engine::run(arguments, output),
        Bench::Drawing(arguments) => drawing::run(arguments, output),
        Bench::Placing(arguments) => placing::run(arguments, output),
    }
}

/// The folder of the sample files: the one named, else `sample_data` here or above the program.
fn sample_folder(named: Option<&Path>) -> Option<PathBuf> {
    let program = std::env::current_exe().unwrap_or_default();
    let above = || {
        let folders = std::iter::once(Path::new("")).chain(program.ancestors().skip(1));
        folders.map(|folder| folder.join("sample_data")).find(|folder| folder.join("us_counties.shp").is_file())
    };
    named.map(Path::to_path_buf).or_else(above)
}
