//! Descriptions of coordinate systems: the text of a .prj file over a layer whose places are what the first bytes say; and numbers of the
//! EPSG registry.
#![no_main]

use bailiwick::domain::progress::Progress;
use bailiwick::io::layers;
use bailiwick::io::options::ReadOptions;
use bailiwick_fuzz::{file, import_layer};
use libfuzzer_sys::fuzz_target;

/// A shapefile with one polygon, and the table beside it with one row.
fn square(corners: [f64; 2], size: f64) {
    let [x, y] = corners;
    let ring = [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]];
    let mut shape = Vec::new();
    shape.extend(5_i32.to_le_bytes());
    shape.extend([x, y, x + size, y + size].iter().flat_map(|number| number.to_le_bytes()));
    shape.extend([1_i32, 5, 0].iter().flat_map(|number| number.to_le_bytes()));
    shape.extend(ring.iter().flatten().flat_map(|number| number.to_le_bytes()));
    let words = |bytes: usize| ((bytes / 2) as i32).to_be_bytes();
    let mut shp = vec![0; 100];
    shp[..4].copy_from_slice(&9994_i32.to_be_bytes());
    shp[24..28].copy_from_slice(&words(108 + shape.len()));
    shp[28..32].copy_from_slice(&1000_i32.to_le_bytes());
    shp[32..36].copy_from_slice(&5_i32.to_le_bytes());
    shp.extend(1_i32.to_be_bytes());
    shp.extend(words(shape.len()));
    shp.extend(shape);
    file("input.shp", &shp);
    let mut dbf = vec![3, 126, 1, 1, 1, 0, 0, 0, 65, 0, 4, 0];
    dbf.resize(32, 0);
    dbf.extend(b"CODE\0\0\0\0\0\0\0C\0\0\0\0\x03\0");
    dbf.resize(64, 0);
    dbf.extend(b"\r A1 \x1a");
    file("input.dbf", &dbf);
}

fuzz_target!(|bytes: &[u8]| {
    let Some((head, text)) = bytes.split_first_chunk::<8>() else { return };
    let number = |at: usize| f64::from(i16::from_le_bytes([head[at], head[at + 1]]));
    square([number(0) * 100.0, number(2) * 1000.0], f64::from(head[4]) + 1.0);
    let path = file("input.prj", text).with_extension("shp");
    import_layer(&path);
    let options = ReadOptions { epsg: Some(u32::from(u16::from_le_bytes([head[6], head[7]]))), ..ReadOptions::default() };
    let _ = layers::read_layer_with(&path, &options, &Progress::new());
});
