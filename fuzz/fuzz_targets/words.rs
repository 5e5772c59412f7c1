//! Numbers, postal codes and headings: what stands in a cell.
#![no_main]

use bailiwick::io::guess::{self, Profile};
use bailiwick::io::numbers::{self, Cell, DecimalMark};
use bailiwick::io::postal::{self, PostalTable};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for mark in [DecimalMark::Point, DecimalMark::Comma] {
        if let Cell::Number(number) = numbers::read(text, mark) {
            assert!(number.is_finite());
        }
        let profile = Profile::of(text.lines(), numbers::guess_mark(text.lines(), mark));
        let _ = (guess::not_a_measure(text, &profile), guess::unit_of(text, &profile));
    }
    let _ = (guess::words_of(text), guess::fit(text, &["postal code", "zip"]), postal::read_code(text));
    let (town, state) = text.split_once(',').unwrap_or((text, ""));
    let _ = PostalTable::embedded().find_town(town, state);
});
