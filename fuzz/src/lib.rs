//! What the fuzz targets share: a folder in memory for the file under test, and a small project to import into.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bailiwick::domain::plan::Plan;
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::io::layers;
use bailiwick::io::options::ReadOptions;
use bailiwick::work::columns::{AccountColumns, AlignmentColumns, RepColumns, UnitColumns};
use bailiwick::work::import;

/// A folder of this process, in memory where the system has such a place.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let above = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = above.join(format!("bailiwick-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    })
}

/// The input as a file of that name.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    std::fs::write(&path, bytes).expect("a file can be written");
    path
}

/// Splits off a part whose length stands before it in two bytes, little-endian. Lengths beyond the end are cut.
pub fn part<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return std::mem::take(bytes) };
    let (taken, rest) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    *bytes = rest;
    taken
}

/// A ZIP archive of files; none is compressed, so that what the fuzzer changes in them stays what it is.
pub fn archive<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        // Two files of one name are refused by the writer.
        if archive.start_file(name, stored).is_ok() {
            let _ = std::io::Write::write_all(&mut archive, bytes);
        }
    }
    archive.finish().map(std::io::Cursor::into_inner).unwrap_or_default()
}

/// A project with sixteen units, a dozen accounts, two territories and two reps.
pub fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let progress = Progress::new();
        let empty = Project { plan: Arc::new(Plan::empty("Plan", 0)), ..Project::default() };
        let units = file("grid.geojson", grid().as_bytes());
        let units = import::import_units(&empty, &units, &UnitColumns::default(), &progress);
        let accounts = file("fixture.csv", ACCOUNTS.as_bytes());
        let project = units.expect("the grid is sound").value.project;
        let accounts = import::import_accounts(&project, &accounts, &AccountColumns::default(), &progress);
        let reps = file("reps.csv", b"Rep,Name,Town,State\n1,Anna,Columbus,OH\n2,Ben,Dayton,OH\n");
        let project = accounts.expect("the accounts are sound").value.project;
        let reps = import::import_reps(&project, &reps, &RepColumns::default(), &progress);
        let alignment = file("alignment.csv", b"ZIP,Territory,Rep\n43000,North,1\n43001,North,1\n43005,South,2\n");
        let project = reps.expect("the reps are sound").value.project;
        let aligned = import::import_alignment(&project, &alignment, &AlignmentColumns::default(), &progress);
        aligned.expect("the alignment is sound").value.project
    })
}

const ACCOUNTS: &str = "Account ID,Name,Latitude,Longitude,Revenue,Segment\n\
    C1,Ann's,40.05,-82.95,10,A\nC2,Bar,40.15,-82.85,20,B\nC3,Cafe,40.25,-82.75,30,A\nC4,Deli,40.35,-82.65,40,C\n";

fn grid() -> String {
    let square = |index: usize| {
        let corner = |dx: usize, dy: usize| {
            format!("[{:.1},{:.1}]", -83.0 + (index % 4 + dx) as f64 / 10.0, 40.0 + (index / 4 + dy) as f64 / 10.0)
        };
        let ring = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1), corner(0, 0)].join(",");
        format!(
            r#"{{"type":"Feature","properties":{{"ZIP":"{}","POP":100}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#,
            43000 + index
        )
    };
    let features: Vec<String> = (0..16).map(square).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// Reads a layer as both front ends do, into the project.
pub fn import_layer(path: &Path) {
    let _ = import::import_units(project(), path, &UnitColumns::default(), &Progress::new());
}

/// As [`import_layer`], and everything else that is done with a layer: a list of its parts, and its points as a table.
pub fn read_layer(path: &Path) {
    import_layer(path);
    let (options, progress) = (ReadOptions::default(), Progress::new());
    let _ = layers::points_table(path, &options, &progress);
    for part in layers::parts_of(path, &progress).unwrap_or_default().into_iter().take(3) {
        let options = ReadOptions { part: Some(part.name), ..ReadOptions::default() };
        let _ = layers::read_layer_with(path, &options, &progress);
    }
}
