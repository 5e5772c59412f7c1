//! KML, as a layer of units and as points.
#![no_main]

use bailiwick_fuzz::{file, read_layer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_layer(&file("input.kml", bytes)));
