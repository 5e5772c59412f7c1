//! Saved mappings: a preset's file, used for a table.
#![no_main]

use bailiwick::domain::progress::Progress;
use bailiwick::work::{import, presets};
use bailiwick_fuzz::{file, folder, project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file("input.json", bytes);
    let Ok(preset) = presets::find(folder(), &path.to_string_lossy()) else { return };
    let table = file("preset.csv", b"Account ID,Name,Latitude,Longitude,Revenue,Segment\nC1,Ann's,40.05,-82.95,10,A\n");
    let (project, progress) = (project(), Progress::new());
    let _ = import::import_accounts(project, &table, &preset.account_columns(), &progress);
    let _ = import::import_alignment(project, &table, &preset.alignment_columns(), &progress);
    let _ = import::import_reps(project, &table, &preset.rep_columns(), &progress);
    // What was read can be saved, and is the same when it is read again.
    if let Ok(saved) = presets::save(folder(), &preset) {
        let again = presets::find(folder(), &saved.to_string_lossy());
        assert_eq!(again.ok().map(|again| again.columns), Some(preset.columns));
        let _ = std::fs::remove_file(saved);
    }
});
