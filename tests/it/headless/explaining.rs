//! Why a build is as it is: the moves as a table and as JSON, proofs, and rules that cannot hold together.

use serde_json::Value;

use super::Folder;

/// The grid with four of its six columns in West and two in East; names and territories a spreadsheet would take for formulas.
fn uneven() -> Folder {
    let folder = Folder::with_grid();
    let side = |index: usize| if index % 6 < 4 { "West" } else { "=East()" };
    let rows: String = (0..36).map(|index| format!("{},{}\n", 43000 + index, side(index))).collect();
    folder.write("uneven.csv", format!("ZIP,Territory\n{rows}"));
    folder.ok("import alignment plan.bwk uneven.csv");
    folder
}

/// A table as rows of (column, cell).
fn rows(folder: &Folder, file: &str) -> Vec<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_path(folder.path(file)).expect("the table can be read");
    let header = reader.headers().expect("there is a header").clone();
    let row = |record: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    reader.records().map(|record| row(record.expect("a row can be read"))).collect()
}

fn cell<'a>(row: &'a [(String, String)], column: &str) -> &'a str {
    let found = row.iter().find(|(name, _)| name == column);
    found.map(|(_, cell)| cell.as_str()).unwrap_or_else(|| panic!("no column {column} in {row:?}"))
}

fn list<'a>(value: &'a Value, field: &str) -> &'a Vec<Value> {
    value[field].as_array().unwrap_or_else(|| panic!("{field} is no list in {value:#}"))
}

#[test]
fn every_unit_that_moves_is_explained_by_the_same_figures_in_the_table_and_in_json() {
    let folder = uneven();
    let (built, code) = folder.json("build plan.bwk --current --measure POP:10% --explain moves.csv");
    assert_eq!(code, 0, "{:#}", built["violations"]);
    assert_eq!(built["explain"], "moves.csv");
    let moves = list(&built, "moves");
    let table = rows(&folder, "moves.csv");
    // 24 against 12 within ±10 %: five, six or seven ZIP areas go to the east.
    assert!((5..=7).contains(&moves.len()), "{}", moves.len());
    assert_eq!(table.len(), moves.len());
    for (row, of) in table.iter().zip(moves) {
        assert_eq!(cell(row, "code"), of["unit"].as_str().unwrap());
        assert_eq!((cell(row, "from"), of["from"].as_str()), ("West", Some("West")));
        for (column, field) in [
            ("worth_km", "worth_km"),
            ("mean_travel_change_km", "mean_travel_change_km"),
            ("border_change_km", "border_change_km"),
        ] {
            let (written, exact) = (cell(row, column).parse::<f64>().unwrap(), of[field].as_f64().unwrap());
            assert!((written - exact).abs() < 1e-8, "{column}: {written} is {exact}");
        }
        let measure = &of["measures"][0];
        assert_eq!(measure["measure"], "POP");
        for (side, field) in [("worst", "worst"), ("of from", "from"), ("of to", "to")] {
            for (at, when) in ["before", "after"].into_iter().enumerate() {
                let written: f64 = cell(row, &format!("POP deviation {side} {when} %")).parse().unwrap();
                let exact = measure[field][at].as_f64().unwrap();
                assert!((written - 100.0 * exact).abs() < 1e-6, "{side} {when}: {written} is {exact}");
            }
        }
        assert_eq!(cell(row, "rule"), of["rule"].as_str().unwrap_or(""));
        assert_eq!(cell(row, "why"), of["why"].as_str().unwrap());
        // One of 36 equal squares.
        assert!((of["share_moved"].as_f64().unwrap() - 1.0 / 36.0).abs() < 1e-9);
    }
    // What moved in the table is what moved in the plan.
    folder.ok("export plan.bwk units.csv --what units");
    let owners = rows(&folder, "units.csv");
    let moved: Vec<&str> = table.iter().map(|row| cell(row, "code")).collect();
    let expected: Vec<&str> = owners
        .iter()
        .filter(|row| {
            let index: usize = cell(row, "code").parse::<usize>().unwrap() - 43000;
            (index % 6 < 4) != (cell(row, "territory") == "West")
        })
        .map(|row| cell(row, "code"))
        .collect();
    assert_eq!(moved, expected);
}

#[test]
fn cells_of_the_table_cannot_be_taken_for_formulas() {
    let folder = uneven();
    let (built, _) = folder.json("build plan.bwk --current --measure POP:10% --explain moves.csv");
    assert!(list(&built, "moves").iter().all(|of| of["to"] == "=East()"), "programs get the name as it is");
    let table = rows(&folder, "moves.csv");
    assert!(!table.is_empty() && table.iter().all(|row| cell(row, "to") == "'=East()"));
}

#[test]
fn new_territories_are_explained_too_where_they_go_on_from_old_ones() {
    let folder = uneven();
    let (built, code) = folder.json("build plan.bwk --territories 2 --measure POP:10% --explain moves.csv");
    assert_eq!(code, 0, "{:#}", built["violations"]);
    let moves = list(&built, "moves");
    assert!(!moves.is_empty() && moves.iter().all(|of| of["worth_km"].is_f64()), "{moves:#?}");
    // Of a territory that is given up nothing can be put back, and that is said.
    folder.ok("undo plan.bwk");
    let (built, _) = folder.json("build plan.bwk --territories 1 --measure POP:10% --explain one.csv");
    let moves = list(&built, "moves");
    assert!(!moves.is_empty(), "{built:#}");
    for of in moves {
        assert!(of["worth_km"].is_null() && of["measures"].as_array().is_some_and(Vec::is_empty));
        assert!(of["why"].as_str().unwrap().ends_with("is not in the new plan"), "{of}");
    }
    assert!(rows(&folder, "one.csv").iter().all(|row| cell(row, "worth_km").is_empty()));
}

#[test]
fn without_asking_there_are_no_moves_and_a_file_that_cannot_be_written_changes_nothing() {
    let folder = uneven();
    let before = folder.ok("info plan.bwk");
    folder.refused("build plan.bwk --current --measure POP:10% --explain moves.txt", &["moves.txt", ".csv"]);
    folder.refused("build plan.bwk --current --measure POP:10% --explain nowhere/moves.csv", &["moves.csv"]);
    assert_eq!(folder.ok("info plan.bwk"), before);
    let (built, _) = folder.json("build plan.bwk --current --measure POP:10%");
    assert!(built["explain"].is_null() && built["moves"].is_null());
}

#[test]
fn a_build_can_be_proven_wherever_its_centres_are() {
    let folder = uneven();
    let (built, _) = folder.json("build plan.bwk --current --measure POP:10% --prove");
    let bounds = list(&built, "bounds");
    let held: Vec<&str> = bounds.iter().map(|bound| bound["holds"].as_str().unwrap()).collect();
    assert_eq!(held, ["for these centres", "with centres at any units", "with centres anywhere"]);
    assert_eq!(bounds[0]["bound_km"], built["bound_km"]);
    let travel = built["mean_travel_km"].as_f64().unwrap();
    let anywhere = bounds[2]["bound_km"].as_f64().unwrap();
    assert!(anywhere > 0.5 * travel && anywhere <= travel, "{anywhere} of {travel}");
    folder.ok("undo plan.bwk");
    let (built, _) = folder.json("build plan.bwk --current --measure POP:10%");
    assert_eq!(list(&built, "bounds").len(), 1);
    folder.ok("undo plan.bwk");
    let told = folder.ok("build plan.bwk --current --measure POP:10% --prove --explain moves.csv");
    assert!(told.contains("above the least possible with centres anywhere"), "{told}");
    assert!(told.contains("Wrote moves.csv: why "), "{told}");
}

#[test]
fn rules_that_cannot_hold_together_are_named_in_the_words_of_the_project() {
    let folder = Folder::with_grid();
    let (built, code) = folder.json("build plan.bwk --territories 2 --measure POP:10% --max-distance 5");
    assert_eq!(code, 1);
    let lines: Vec<&str> = list(&built, "conflict").iter().filter_map(Value::as_str).collect();
    assert!(lines[0].starts_with("These rules cannot hold together: "), "{lines:?}");
    assert!(lines[0].contains("No ZIP area is farther than 5 km from the centre of its territory"), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("The largest distance would have to be at least")), "{lines:?}");
    assert!(!lines.join("").contains("unit"), "{lines:?}");
    let told = folder.run("build plan.bwk --territories 2 --measure POP:10% --max-distance 5");
    assert!(lines.iter().all(|line| told.stdout.contains(line)), "{}", told.stdout);
}
