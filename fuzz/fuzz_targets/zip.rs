//! Archives with layers in them, KMZ and gzip: the first byte says whether the rest is a whole file or names and contents of some.
#![no_main]

use std::io::Write as _;

use bailiwick_fuzz::{archive, file, part, read_layer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, mut rest)) = bytes.split_first() else { return };
    let path = match kind % 4 {
        0 => file("input.zip", rest),
        1 => file("input.kmz", rest),
        2 => file("input.geojson.gz", rest),
        _ => {
            let mut files = Vec::new();
            while !rest.is_empty() && files.len() < 8 {
                files.push((String::from_utf8_lossy(part(&mut rest)).into_owned(), part(&mut rest)));
            }
            file("input.zip", &archive(files.iter().map(|(name, bytes)| (name.as_str(), *bytes))))
        }
    };
    read_layer(&path);
    if kind % 4 == 3 {
        // The same contents, packed as a single stream.
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let _ = packed.write_all(bytes);
        read_layer(&file("input.geojson.gz", &packed.finish().unwrap_or_default()));
    }
});
