//! A table that is read as the user says: the first bytes are what is said, the rest is the table. And dates by themselves.
#![no_main]

use bailiwick::domain::progress::Progress;
use bailiwick::io::dates;
use bailiwick::io::options::{DateOrder, DecimalMark, ENCODINGS, ReadOptions};
use bailiwick::work::columns::AccountColumns;
use bailiwick::work::import;
use bailiwick_fuzz::{file, project};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[header, delimiter, encoding, marks], text)) = bytes.split_first_chunk::<4>() else { return };
    let said = |byte: u8, count: usize| (usize::from(byte) < count).then_some(usize::from(byte));
    let read = ReadOptions {
        header_row: (header < 32).then_some(u64::from(header)),
        delimiter: (delimiter != 0 && delimiter < 128).then_some(delimiter),
        encoding: said(encoding, ENCODINGS.len()).map(|at| ENCODINGS[at].0.to_owned()),
        decimal_mark: said(marks & 3, 2).map(|at| [DecimalMark::Point, DecimalMark::Comma][at]),
        date_order: said(marks >> 6, 3).map(|at| DateOrder::ALL[at]),
        ..ReadOptions::default()
    };
    let path = file("input.csv", text);
    let _ = import::import_accounts(project(), &path, &AccountColumns { read, ..AccountColumns::default() }, &Progress::new());
    let text = String::from_utf8_lossy(text);
    for order in DateOrder::ALL {
        for line in text.lines().take(20) {
            // What is read once is read again as the same.
            if let Some(date) = dates::read(line, order) {
                assert_eq!(dates::read(&date, order).as_ref(), Some(&date), "{line}");
            }
        }
        let _ = dates::guess(text.lines(), order);
    }
});
