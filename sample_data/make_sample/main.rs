//! Makes the sample data beside it from public data: `cargo run --release --example make_sample -- SOURCE_FOLDER`.
//! The same source gives the same bytes. README.md one folder up says what is real and what is made up.

mod coverage;
mod grid;
mod layers;
mod source;
mod voronoi;
mod zip_areas;

use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("Give the folder of the source data as the argument")?;
    let source = source::Source::new(Path::new(&folder));
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");

    layers::write_counties(&source, &out.join("us_counties.shp"))?;

    let counties = source.counties()?;
    let zips = source.zips()?;
    let areas = zip_areas::make(&counties, &zips)?;
    layers::write_zip_areas(&areas, &out.join("zip_areas.shp"))?;
    let joined: usize = areas.iter().map(|area| area.includes.len()).sum();
    println!("{} ZIP areas in {} counties; {joined} ZIPs are part of another's area", areas.len(), counties.len());
    Ok(())
}
