//! A project file of arbitrary bytes: opened, edited, and read back.
#![no_main]

use bailiwick::domain::edit::{Edit, Locks, apply};
use bailiwick::domain::ids::{TerritoryId, UnitId};
use bailiwick::store::{Wanted, open_or_rescue};
use bailiwick_fuzz::file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = file("input.bwk", bytes);
    if let Ok((store, opened)) = open_or_rescue(&path, Wanted::ReadWrite) {
        let mut plan = (*opened.project.plan).clone();
        if !opened.project.units.is_empty() {
            let edit = Edit::assign(&plan, [UnitId(0)], TerritoryId::UNASSIGNED);
            if apply(&mut plan, &edit, Locks::Pass).is_ok() {
                store.apply(&edit);
            }
        }
        let _ = store.flush();
        drop(store);
        let _ = open_or_rescue(&path, Wanted::ReadOnly);
    }
});
