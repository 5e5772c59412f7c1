//! Texts that a format or its reader may change on the way: each comes back as it was, or it was told before that it would not.

use super::nasty::read;
use super::*;

const TEXTS: [&str; 24] = [
    "_x0041_",
    "a\rb",
    "a\r\nb",
    "a\nb",
    "tab\tin",
    "nul\0in",
    "'=x",
    "''",
    "'-5",
    "TRUE",
    "1e5",
    "00.50",
    "2024-02-30",
    "1899-12-31",
    "#N/A",
    "NULL",
    "nan",
    "1,234.50",
    "\u{feff}mark",
    "soft\u{ad}hyphen",
    "e\u{301}",
    "שלום",
    "\u{1f469}\u{200d}\u{1f680}",
    "a;b|c,\"d\"",
];

#[test]
fn awkward_texts_come_back_or_are_told() {
    let mut project = project();
    let count = TEXTS.len();
    let shapes: Vec<Shape> = (0..count)
        .map(|at| Shape { polygons: vec![Polygon { outer: square(at as f64, 40.0, 1.0), holes: Vec::new() }] })
        .collect();
    let (topology, _) = topology::build(&shapes, &Progress::new()).unwrap();
    let codes: Vec<String> = (0..count).map(|at| format!("{at:03}")).collect();
    let mut units = Units::new("county", codes.clone(), codes, topology).unwrap();
    units.attributes = vec![TextColumn::new("Text", &TEXTS)];
    project.units = Arc::new(units);
    project.accounts = Arc::default();
    project.measures = Arc::default();
    project.plan = Arc::new(Plan::empty("Plan", count));
    let folder = tempfile::tempdir().unwrap();
    let mut lost_in_silence = Vec::new();
    for format in Format::ALL {
        let path = folder.path().join(format!("units.{}", format.ending()));
        let report = write(&project, What::Units, &path).unwrap();
        let told = lost(&report);
        let table = read(&path, format, What::Units);
        let column = table.require("Text").unwrap();
        for (row, text) in TEXTS.iter().enumerate() {
            let rows = format!("{} ", row + 1);
            let is_told =
                told.iter().any(|line| line.contains("\"Text\"") && line.replace([',', ')'], " ").contains(&rows));
            // A line break is one, whatever a system calls it.
            let unbroken =
                if format == Format::Csv { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_string() };
            if table.cell(row, column) != unbroken && !is_told {
                lost_in_silence.push((format, *text, table.cell(row, column).to_owned()));
            }
        }
    }
    assert_eq!(lost_in_silence, []);
}
