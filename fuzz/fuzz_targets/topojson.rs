//! TopoJSON as a layer of units.
#![no_main]

use bailiwick_fuzz::{file, import_layer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| import_layer(&file("input.topojson", bytes)));
