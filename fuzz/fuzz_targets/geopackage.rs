//! A GeoPackage of arbitrary bytes; or, where it begins with "SQL", the statements that make one: a file from outside can have any schema.
#![no_main]

use bailiwick_fuzz::{file, folder, read_layer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = match bytes.strip_prefix(b"SQL") {
        None => file("input.gpkg", bytes),
        Some(statements) => {
            let path = folder().join("input.gpkg");
            let _ = std::fs::remove_file(&path);
            let Ok(mut database) = rusqlite::Connection::open(&path) else { return };
            let _ = database.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_ATTACHED, 0);
            // Statements that work without end are no finding: it is not the program that runs them.
            let mut looks = 0;
            let _ = database.progress_handler(1000, Some(move || { looks += 1; looks > 1000 }));
            let _ = database.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
            let _ = database.execute_batch(&String::from_utf8_lossy(statements));
            path
        }
    };
    read_layer(&path);
});
