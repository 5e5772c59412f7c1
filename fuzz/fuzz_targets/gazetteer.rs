//! What a person types to say where something is.
#![no_main]

use bailiwick::io::gazetteer::{Gazetteer, ask, names};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let gazetteer = Gazetteer::embedded();
    for found in gazetteer.ask(text) {
        assert!(found.place.is_valid(), "{found:?}");
    }
    let _ = (ask::coordinates(text), names::key(text));
    if let Some((country, _)) = gazetteer.country(text.split(',').next_back().unwrap_or_default()) {
        let mut parts = text.split(',');
        let (code, town) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let _ = (gazetteer.postal(country, code), gazetteer.town(country, gazetteer.region(country, town), town));
    }
});
