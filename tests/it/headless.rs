//! Runs the real binary in a temporary folder: the main job on the sample files, and what happens with bad input.

mod alignment;
mod bad_input;
mod bench;
mod broken;
mod columns;
mod cutting;
mod doubles;
mod explaining;
mod exporting;
mod json;
mod layers;
mod layers_in;
mod levels;
mod lists;
mod main_job;
mod placing;
mod rebalance;
mod refreshing;
mod replacing;
mod round_trips;
mod scenarios;
mod segments;
mod solving;
mod unit_columns;
mod what_if;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A temporary folder to run commands in.
pub struct Folder {
    folder: tempfile::TempDir,
}

/// How a command ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// A folder with a project `plan.bwk` whose units are a grid of 6 × 6 squares with the codes 43000 to 43035, row by row from
    /// the south-west corner at 83° W 40° N, each 0.1° wide, with a column POP of 100 each.
    pub fn with_grid() -> Self {
        let folder = Self::new();
        folder.write("grid.geojson", grid(6));
        folder.ok("new plan.bwk");
        folder.ok("import units plan.bwk grid.geojson");
        folder
    }

    /// Imports an alignment of the 36 units of the grid: what stands behind the code in the columns of the header.
    pub fn align(&self, header: &str, row: impl Fn(usize) -> String) {
        let rows: String = (0..36).map(|unit| format!("{},{}\n", 43000 + unit, row(unit))).collect();
        self.write("today.csv", format!("ZIP,{header}\n{rows}"));
        self.ok("import alignment plan.bwk today.csv");
    }

    /// Imports an account for the middle of every unit of the grid: `A00` to `A35` with a Revenue of 10 to 45, row by row.
    pub fn add_accounts(&self) {
        let rows: String = (0..36)
            .map(|at| {
                let (lon, lat) = (-82.95 + 0.1 * (at % 6) as f64, 40.05 + 0.1 * (at / 6) as f64);
                format!("A{at:02},\"Account & {at}\",{lon:.2},{lat:.2},{}\n", 10 + at)
            })
            .collect();
        self.write("accounts.csv", format!("Account ID,Name,Longitude,Latitude,Revenue\n{rows}"));
        self.ok("import accounts plan.bwk accounts.csv");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), contents).expect("a file can be written");
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("the file is there")
    }

    /// Runs a command line; words are separated by blanks, `~` in a word stands for a blank.
    pub fn run(&self, line: &str) -> Ran {
        let words = line.split_whitespace().map(|word| word.replace('~', " "));
        let output = Command::new(env!("CARGO_BIN_EXE_bailiwick"))
            .args(words)
            .current_dir(self.folder.path())
            .env("BAILIWICK_DATA", self.folder.path())
            .output()
            .expect("the program can be started");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub fn ok(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "{line}\n{}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs a command with `--json`, and gives the one object it printed and the exit code.
    pub fn json(&self, line: &str) -> (Value, i32) {
        let ran = self.run(&format!("{line} --json"));
        let object: Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{line}: {error}\n{}{}", ran.stdout, ran.stderr));
        assert!(object.is_object(), "{line}");
        assert_eq!(json::has_no_key_twice(&ran.stdout), Ok(()), "{line}");
        (object, ran.code)
    }

    /// Runs a command that must fail for bad usage or input; each of the words must be in its message.
    pub fn refused(&self, line: &str, words: &[&str]) {
        let ran = self.run(line);
        assert_eq!(ran.code, 2, "{line}\n{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.starts_with("error: "), "{line}\n{}", ran.stderr);
        for word in words {
            assert!(ran.stderr.contains(word), "{line}: expected \"{word}\" in\n{}", ran.stderr);
        }
    }
}

/// A grid of `size` × `size` squares as GeoJSON.
fn grid(size: usize) -> String {
    let mut features = Vec::new();
    for index in 0..size * size {
        let corner = |dx: usize, dy: usize| {
            let (column, row) = (index % size + dx, index / size + dy);
            format!("[{:.1},{:.1}]", -83.0 + column as f64 / 10.0, 40.0 + row as f64 / 10.0)
        };
        let ring = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1), corner(0, 0)].join(",");
        features.push(format!(
            r#"{{"type":"Feature","properties":{{"ZIP":"{}","POP":100}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#,
            43000 + index
        ));
    }
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// A file that comes with the program.
fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name);
    let path = path.to_str().expect("the path is a text").to_owned();
    assert!(!path.contains(char::is_whitespace), "the test's command lines are split at blanks");
    path
}

/// The messages of a result that contain a text.
fn messages<'a>(result: &'a Value, text: &str) -> Vec<&'a Value> {
    let all = result["messages"].as_array().expect("there is a list of messages");
    all.iter().filter(|message| message["message"].as_str().is_some_and(|words| words.contains(text))).collect()
}
