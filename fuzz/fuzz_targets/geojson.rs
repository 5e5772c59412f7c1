//! GeoJSON, as a layer of units and as lines to cut along.
#![no_main]

use bailiwick::io::lines;
use bailiwick_fuzz::{file, import_layer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file("input.geojson", bytes);
    import_layer(&path);
    let _ = lines::read_lines(&path);
    let _ = lines::read_single_boundary(&path);
});
