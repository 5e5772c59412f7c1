//! Broken and hostile files: what is said of each stands beside it in tests/broken. Set UPDATE_BROKEN to write it anew, and read what changed.

use std::path::{Path, PathBuf};

use super::{Folder, grid};

/// How a file of a folder is given to the program.
const COMMANDS: [(&str, &str); 5] = [
    ("units", "import units plan.bwk FILE --all-messages"),
    ("accounts", "import accounts plan.bwk FILE --all-messages"),
    ("alignment", "import alignment plan.bwk FILE --all-messages"),
    ("reps", "import reps plan.bwk FILE --all-messages"),
    ("projects", "info FILE --all-messages"),
];

/// Parts that lie beside a shapefile.
const BESIDE: [&str; 4] = ["dbf", "prj", "shx", "cpg"];

/// No message needs more; a file can have one in every row.
const MOST_LINES: usize = 60;

fn broken() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// What the program says of a file, with its exit code.
fn said_of(path: &Path, command: &str, whole: &Folder) -> String {
    let folder = Folder::new();
    folder.write("plan.bwk", whole.read("plan.bwk"));
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    // Projects are packed here, and unpacked before they are opened.
    let name = match name.strip_suffix(".bwk.gz") {
        Some(stem) => {
            let packed = std::fs::File::open(path).expect("the file is there");
            let mut unpacked = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut unpacked)
                .expect("it can be unpacked");
            folder.write(&format!("{stem}.bwk"), unpacked);
            format!("{stem}.bwk")
        }
        None => {
            std::fs::copy(path, folder.path(name)).expect("the file is there");
            name.to_owned()
        }
    };
    for ending in BESIDE.iter().map(|ending| path.with_extension(ending)).filter(|path| path.exists()) {
        let name = ending.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        std::fs::copy(&ending, folder.path(&name)).expect("the file is there");
    }
    let ran = folder.run(&command.replace("FILE", &name));
    // Whatever was in the file: an answer, and a project that still opens.
    assert!((0..=2).contains(&ran.code), "{name}: {}\n{}{}", ran.code, ran.stdout, ran.stderr);
    if command.contains("plan.bwk") {
        folder.ok("info plan.bwk");
    }
    let mut said = format!("exit code {}\n", ran.code);
    for (stream, text) in [("", ran.stdout), ("! ", ran.stderr)] {
        let lines = text.lines().count();
        for line in text.lines().take(MOST_LINES) {
            let line: String = line.chars().take(400).collect();
            said.push_str(&format!("{stream}{}\n", line.trim_end()));
        }
        if lines > MOST_LINES {
            said.push_str(&format!("{stream}… and {} lines more\n", lines - MOST_LINES));
        }
    }
    said
}

#[test]
fn every_broken_file_gets_its_answer() {
    let whole = Folder::new();
    whole.write("grid.geojson", grid(3));
    whole.ok("new plan.bwk");
    whole.ok("import units plan.bwk grid.geojson");
    let update = std::env::var_os("UPDATE_BROKEN").is_some();
    let (mut wrong, mut read) = (Vec::new(), 0);
    for (kind, command) in COMMANDS {
        for path in files_in(&broken().join(kind)) {
            let size = path.metadata().expect("the file is there").len();
            assert!(size <= 20_000, "{} has {size} bytes", path.display());
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if ending == "said" || BESIDE.contains(&ending) {
                continue;
            }
            let said = said_of(&path, command, &whole);
            let mut golden = path.clone().into_os_string();
            golden.push(".said");
            if update {
                std::fs::write(&golden, &said).expect("the text can be written");
            }
            let expected = std::fs::read_to_string(&golden).unwrap_or_default();
            if said != expected {
                wrong.push(format!("{kind}/{}\n--- expected\n{expected}--- said\n{said}", path.display()));
            }
            read += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {read} files\n\n{}", wrong.len(), wrong.join("\n"));
    assert!(read > 100, "{read}");
}

/// No name in an archive leads out of the folder, and no link is followed: nothing but the project is written.
#[test]
fn archives_write_nothing_beside_the_project() {
    for name in ["traversal.zip", "symbolic_link.zip"] {
        let folder = Folder::with_grid();
        std::fs::copy(broken().join("units").join(name), folder.path(name)).expect("the file is there");
        let before = files_in(&folder.path(""));
        folder.run(&format!("import units plan.bwk {name}"));
        assert_eq!(files_in(&folder.path("")), before, "{name}");
        assert!(!folder.path("../../outside.geojson").exists());
    }
}

#[cfg(unix)]
#[test]
fn symbolic_links_lead_to_the_file_and_are_kept() {
    use std::os::unix::fs::symlink;
    let folder = Folder::with_grid();
    std::fs::create_dir(folder.path("real")).expect("a folder can be made");
    std::fs::rename(folder.path("plan.bwk"), folder.path("real/plan.bwk")).expect("it can be moved");
    symlink("real/plan.bwk", folder.path("link.bwk")).expect("a link can be made");
    symlink("grid.geojson", folder.path("link.geojson")).expect("a link can be made");
    symlink("loop.geojson", folder.path("loop.geojson")).expect("a link can be made");
    symlink("nowhere.bwk", folder.path("nowhere_link.bwk")).expect("a link can be made");
    // The lock is that of the file, whichever way leads to it.
    let (_store, _) =
        bailiwick::store::open(&folder.path("link.bwk"), bailiwick::store::Wanted::ReadWrite).expect("it opens");
    folder.refused("import units real/plan.bwk link.geojson", &["open in another window"]);
    drop(_store);
    folder.ok("import units link.bwk link.geojson");
    assert!(folder.path("link.bwk").symlink_metadata().expect("the link is there").is_symlink());
    folder.refused("import units link.bwk loop.geojson", &["loop.geojson"]);
    folder.refused("info nowhere_link.bwk", &["no such file"]);
    folder.refused("new nowhere_link.bwk", &["already"]);
    // A file that is written takes the place of a link, not of what the link leads to.
    std::fs::write(folder.path("precious.csv"), "the user's own").expect("a file can be written");
    symlink("precious.csv", folder.path("out.csv")).expect("a link can be made");
    folder.ok("export link.bwk out.csv --what units");
    assert_eq!(folder.read("precious.csv"), b"the user's own");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_at_once() {
    let folder = Folder::with_grid();
    let made = std::process::Command::new("mkfifo").arg(folder.path("pipe.csv")).status();
    if made.is_ok_and(|status| status.success()) {
        folder.refused("import accounts plan.bwk pipe.csv", &["not an ordinary file"]);
    }
    folder.refused("import accounts plan.bwk /dev/zero", &["not an ordinary file"]);
    folder.refused("info /dev/zero", &["not an ordinary file"]);
}

#[test]
fn a_damaged_project_is_described_and_rescued() {
    let folder = Folder::with_grid();
    // Data after the list of tables, as in every project but the smallest.
    let rows: String = (0..3000).map(|n| format!("A{n},Account number {n},-82.95,40.05,{n}\n")).collect();
    folder.write("accounts.csv", format!("id,name,lon,lat,revenue\n{rows}"));
    folder.ok("import accounts plan.bwk accounts.csv");
    let whole = folder.read("plan.bwk");
    folder.write("damaged.bwk", &whole[..whole.len() * 9 / 10]);
    let (info, code) = folder.json("info damaged.bwk");
    assert_eq!((code, info["units"].as_u64()), (1, Some(36)));
    assert!(info["damage"].is_string(), "{info}");
    assert!(!super::messages(&info, "bytes of the file are missing").is_empty(), "{info}");
    for command in ["validate damaged.bwk", "metrics damaged.bwk", "export damaged.bwk units.csv --what units"] {
        folder.refused(command, &["damaged.bwk", "is damaged", "bailiwick rescue"]);
    }
    let (rescued, code) = folder.json("rescue damaged.bwk new.bwk");
    assert_eq!((code, rescued["units"].as_u64()), (0, Some(36)));
    assert!(!super::messages(&rescued, "bytes of the file are missing").is_empty(), "{rescued}");
    assert_eq!(folder.json("info new.bwk").0["units"], 36);
    folder.refused("rescue damaged.bwk new.bwk", &["already"]);
    folder.refused("rescue plan.bwk other.bwk", &["not damaged"]);
    folder.write("text.bwk", "Dear Sir or Madam");
    folder.refused("rescue text.bwk other.bwk", &["not a Bailiwick project"]);
    assert!(!folder.path("other.bwk").exists());
}
