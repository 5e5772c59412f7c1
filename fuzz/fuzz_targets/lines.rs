//! Lines to cut along, and cutting along them.
#![no_main]

use bailiwick::domain::cutting::{Drawn, Smallest};
use bailiwick::domain::progress::Progress;
use bailiwick::io::lines;
use bailiwick::work::cut::{self, CutOrder, SplitBy};
use bailiwick_fuzz::{file, project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file("lines.geojson", bytes);
    let drawn = [
        lines::read_lines(&path).ok().map(|lines| Drawn { lines, closed: false }),
        lines::read_single_boundary(&path).ok().flatten().map(|lines| Drawn { lines, closed: true }),
    ];
    for drawn in drawn.into_iter().flatten() {
        let order = CutOrder { drawn, to: None, only: None, smallest: Smallest::default(), split_by: SplitBy::Accounts };
        if let Ok(done) = cut::cut(project(), &order, &Progress::new()) {
            // It can be taken back.
            let back = cut::data_after(&done.project, &done.edit, true);
            assert!(back.is_some_and(|back| back.is_ok_and(|back| back.units.len() == project().units.len())));
        }
    }
});
