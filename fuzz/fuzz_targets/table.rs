//! A delimited table, read as accounts, alignment, roster, points and lists of the engine.
#![no_main]

use bailiwick::domain::progress::Progress;
use bailiwick::io::points::{self, PointColumns};
use bailiwick::work::columns::{AccountColumns, AlignmentColumns, RepColumns};
use bailiwick::work::import;
use bailiwick_fuzz::{file, project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file("input.csv", bytes);
    let (project, progress) = (project(), Progress::new());
    let _ = import::import_accounts(project, &path, &AccountColumns::default(), &progress);
    let _ = import::import_alignment(project, &path, &AlignmentColumns::default(), &progress);
    let _ = import::import_reps(project, &path, &RepColumns::default(), &progress);
    if let Ok(read) = points::read_points(&path, &PointColumns::default(), &progress) {
        let _ = points::read_neighbours(&path, &read.value, &progress);
        let _ = points::read_centres(&path, &PointColumns::default(), &read.value, &progress);
    }
});
