//! A shapefile: the parts .shp and .dbf with their lengths before them, then .prj.
#![no_main]

use bailiwick_fuzz::{file, import_layer, part};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes;
    let path = file("input.shp", part(&mut bytes));
    file("input.dbf", part(&mut bytes));
    file("input.prj", bytes);
    import_layer(&path);
});
