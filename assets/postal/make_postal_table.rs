//! Makes `assets/postal/us_zip.tsv.gz` from a table of ZIP codes with the columns zip, city, state, lat, lon and
//! land_area_sq_mi.
//! `cargo run --release --example make_postal_table -- us_zip_codes.csv assets/postal/us_zip.tsv.gz`

use std::io::Write;

use anyhow::{Context, bail};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else { bail!("usage: make_postal_table FROM.csv TO.tsv.gz") };
    let mut reader = csv::Reader::from_path(from).with_context(|| from.clone())?;
    let header = reader.headers()?.clone();
    let column = |name: &str| header.iter().position(|column| column == name).with_context(|| format!("no {name}"));
    let columns =
        [column("zip")?, column("city")?, column("state")?, column("lat")?, column("lon")?, column("land_area_sq_mi")?];
    let mut lines = Vec::new();
    let mut without_point = 0;
    for record in reader.records() {
        let record = record?;
        let cell = |index: usize| record.get(columns[index]).unwrap_or_default();
        let (Ok(lat), Ok(lon)) = (cell(3).parse::<f64>(), cell(4).parse::<f64>()) else {
            without_point += 1;
            continue;
        };
        // The radius of a circle as large as the code's land.
        let radius = cell(5).parse::<f64>().map(|miles| (miles * 2.589988 / std::f64::consts::PI).sqrt().max(0.3));
        let radius = radius.map_or(String::new(), |km| format!("{km:.1}"));
        lines.push(format!("{}\t{}\t{}\t{lat:.4}\t{lon:.4}\t{radius}\n", cell(0), cell(1), cell(2)));
    }
    lines.sort();
    let file = std::fs::File::create(to).with_context(|| to.clone())?;
    // No name and no time in the header: same input, same bytes.
    let mut packed = flate2::GzBuilder::new().write(file, flate2::Compression::best());
    packed.write_all(lines.concat().as_bytes())?;
    packed.finish()?;
    println!("{} codes written, {without_point} without a point left out", lines.len());
    Ok(())
}
