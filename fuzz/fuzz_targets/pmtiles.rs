//! An archive of map tiles, and the tiles in it.
#![no_main]
#![allow(dead_code)]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/map/basemap/pmtiles.rs"]
mod archive;

fuzz_target!(|bytes: &[u8]| {
    let Ok(archive) = archive::PmTiles::open(bytes) else { return };
    for (zoom, x, y) in [(0, 0, 0), (1, 1, 0), (3, 2, 5), (archive.max_zoom, 0, 0), (26, 1 << 20, 77), (255, u32::MAX, 0)] {
        let _ = archive.tile(zoom, x, y);
    }
});
