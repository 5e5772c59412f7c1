//! The engine alone, on a table of points.

use super::{Folder, messages, sample};

/// Four towns of six points each on a plane, far from each other; the points of a town carry 10 together.
fn towns() -> String {
    let mut rows = "name,east,north,load\n".to_owned();
    for (town, (x, y)) in [(0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0), (1000.0, 1000.0)].into_iter().enumerate() {
        for (nth, (dx, dy, load)) in
            [(0, 0, 1), (3, 0, 2), (0, 4, 3), (-3, 0, 2), (0, -4, 1), (3, 4, 1)].into_iter().enumerate()
        {
            rows += &format!("T{town}-{nth},{},{},{load}\n", x + f64::from(dx), y + f64::from(dy));
        }
    }
    rows
}

fn rows(folder: &Folder, name: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(std::io::Cursor::new(folder.read(name)));
    let records = reader.records().map(|record| record.expect("it can be read").iter().map(str::to_owned).collect());
    records.collect()
}

const TOWNS: &str = "solve towns.csv --x east --y north --load load:5% --territories 4";

#[test]
fn towns_on_a_plane_are_found_and_measured_in_the_planes_own_unit() {
    let folder = Folder::new();
    folder.write("towns.csv", towns());
    let (result, code) = folder.json(&format!("{TOWNS} --neighbours none --out out.csv"));
    assert_eq!(code, 0, "{result:#}");
    assert_eq!((result["valid"].as_bool(), result["lengths"].as_str()), (Some(true), Some("plane")));
    let rows = rows(&folder, "out.csv");
    assert_eq!(rows.len(), 24);
    let territory_of_town = |town: usize| {
        let of_town: Vec<&str> =
            rows.iter().filter(|row| row[0].starts_with(&format!("T{town}-"))).map(|row| row[1].as_str()).collect();
        assert!(of_town.windows(2).all(|pair| pair[0] == pair[1]), "town {town}: {of_town:?}");
        of_town[0].to_owned()
    };
    let mut found: Vec<String> = (0..4).map(territory_of_town).collect();
    found.sort();
    assert_eq!(found, ["1", "2", "3", "4"]);
    // The centroid of a town lies at (0.3, 1.2) from its first point.
    let points =
        [(0.0, 0.0, 1.0), (3.0, 0.0, 2.0), (0.0, 4.0, 3.0), (-3.0, 0.0, 2.0), (0.0, -4.0, 1.0), (3.0, 4.0, 1.0)];
    let expected = points.iter().map(|(x, y, w)| w * f64::hypot(x - 0.3, y - 1.2)).sum::<f64>() / 10.0;
    let travel = result["mean_travel"].as_f64().expect("a number");
    assert!((travel - expected).abs() < 1e-4, "{travel} {expected}");
    for territory in result["territories"].as_array().expect("a list") {
        assert_eq!((territory["points"].as_u64(), territory["loads"][0].as_f64()), (Some(6), Some(10.0)));
        let centre = [0, 1].map(|axis| territory["centre"][axis].as_f64().expect("a number").rem_euclid(1000.0));
        assert!((centre[0] - 0.3).abs() < 1e-3 && (centre[1] - 1.2).abs() < 1e-3, "{centre:?}");
    }
}

#[test]
fn every_field_of_the_result_is_there() {
    let folder = Folder::new();
    folder.write("towns.csv", towns());
    let (result, _) = folder.json(TOWNS);
    for field in [
        "command",
        "file",
        "points",
        "rows_left_out",
        "territory_count",
        "lengths",
        "centre",
        "neighbours",
        "neighbour_pairs",
        "seed",
        "effort",
        "seconds",
        "cut_short",
        "valid",
        "mean_travel",
        "border",
        "bound",
        "gap",
        "measures",
        "territories",
        "stages",
        "violations",
        "alternatives",
        "out",
        "columns",
        "messages",
    ] {
        assert!(result.get(field).is_some(), "{field} in {result:#}");
    }
    assert_eq!(result["measures"][0]["total"].as_f64(), Some(40.0));
    assert_eq!(result["measures"][0]["tolerance"].as_f64(), Some(0.05));
    let stages: Vec<&str> =
        result["stages"].as_array().expect("a list").iter().filter_map(|stage| stage["stage"].as_str()).collect();
    assert_eq!(stages[..2], ["read", "neighbours"]);
    assert!(stages.contains(&"improve"), "{stages:?}");
    assert!(result["neighbour_pairs"].as_u64().is_some_and(|pairs| pairs > 23));
}

#[test]
fn what_is_wrong_with_a_load_is_told_of_the_load() {
    let folder = Folder::new();
    folder.write("towns.csv", towns());
    let line = |loads: &str| format!("solve towns.csv --x east --y north {loads} --territories 4");
    folder.refused(&line("--load load:0"), &["\"0\" is not a tolerance", "more than 0"]);
    folder.refused(&line("--load load:5o%"), &["\"5o%\" is not a tolerance", "expected a number"]);
    folder.refused(&line("--load lode:5o%"), &["no column \"lode:5o%\""]);
    folder.refused(&line("--load load --load LOAD:5%"), &["\"LOAD\" is named twice"]);
}

#[test]
fn figures_are_told_in_plain_words() {
    let folder = Folder::new();
    folder.write("towns.csv", towns());
    let said = folder.ok(TOWNS);
    assert!(said.contains("Off target") && !said.contains("Gap"), "{said}");
    assert!(said.contains("24 points in 4 territories"), "{said}");
    folder.write("one.csv", "name,east,north,load\nA,1,1,1\n");
    let said = folder.ok("solve one.csv --x east --y north --load load --territories 1");
    assert!(said.contains("1 point in 1 territory"), "{said}");
    let (result, code) = folder.json("solve towns.csv --x east --y north --load load:0.1% --territories 5");
    assert_eq!(code, 1);
    let rules: Vec<_> = result["violations"].as_array().expect("a list").iter().map(|it| it["rule"].clone()).collect();
    assert!(rules.iter().any(|rule| rule == "too-much") && rules.iter().any(|rule| rule == "too-little"), "{rules:?}");
}

#[test]
fn the_same_points_give_the_same_bytes_with_any_number_of_threads() {
    let folder = Folder::new();
    let rows: String = (0..600)
        .map(|i| {
            let (a, b) = (f64::from(i * 7919 % 601) / 100.0, f64::from(i * 104_729 % 599) / 100.0);
            format!("{i},{},{},{}\n", -90.0 + a, 38.0 + b, 1 + i % 7)
        })
        .collect();
    folder.write("points.csv", format!("id,lon,lat,w\n{rows}"));
    let solve = |more: &str, out: &str| {
        folder.ok(&format!("solve points.csv --load w:10% --territories 7 {more} --out {out}"));
        folder.read(out)
    };
    let one = solve("--threads 1 --effort quick", "one.csv");
    assert_eq!(one, solve("--threads 2 --effort quick", "two.csv"));
    assert_eq!(one, solve("--threads 1 --effort quick", "again.csv"));
    let (quick, steps) = (solve("--effort 200", "quick.csv"), solve("--effort 1", "steps.csv"));
    assert_eq!(one, quick);
    assert_eq!(rows.lines().count(), String::from_utf8(steps).expect("a text").lines().count() - 1);
}

#[test]
fn bad_rows_are_listed_and_the_others_are_divided() {
    let folder = Folder::new();
    let mut table = towns();
    table += "bad,here,0,1\nT0-0,5,5,1\nless,6,6,-4\n=SUM(A1),7,7,1\n";
    folder.write("towns.csv", table);
    let (result, code) = folder.json(&format!("{TOWNS} --id name --out out.csv"));
    assert_eq!((result["points"].as_u64(), result["rows_left_out"].as_u64()), (Some(25), Some(3)), "{code} {result:#}");
    for (text, row, column) in [
        ("expected a number, found \"here\"", 26, "east"),
        ("the ID \"T0-0\" is that of row 2 already", 27, "name"),
        ("expected a number of 0 or more, found \"-4\"", 28, "load"),
    ] {
        let found = messages(&result, text);
        assert_eq!(found.len(), 1, "{text} in {:#}", result["messages"]);
        assert_eq!((found[0]["row"].as_u64(), found[0]["column"].as_str()), (Some(row), Some(column)));
        assert!(found[0]["hint"].as_str().is_some_and(|hint| hint.contains("left out")), "{text}");
    }
    let written = String::from_utf8(folder.read("out.csv")).expect("a text");
    assert!(written.contains("'=SUM(A1)"), "a spreadsheet must not take an ID for a formula");
}

#[test]
fn few_points_and_odd_ones_end_with_words() {
    let folder = Folder::new();
    folder.write("none.csv", "id,lon,lat,w\n");
    folder.write("one.csv", "id,lon,lat,w\na,1,2,3\n");
    folder.write("two.csv", "id,lon,lat,w\na,1,2,3\nb,1,2,3\n");
    folder.write("row.csv", "id,x,y,w\na,1,1,1\nb,2,2,1\nc,3,3,1\nd,4,4,1\n");
    folder.write("zero.csv", "id,lon,lat,w\na,1,2,0\nb,1,3,0\n");
    folder.refused("solve none.csv --territories 1", &["none.csv", "hint: "]);
    for line in [
        "solve one.csv --territories 1 --load w",
        "solve two.csv --territories 2 --load w:5%",
        "solve row.csv --territories 2 --load w:5%",
        "solve two.csv --territories 1",
    ] {
        let (result, code) = folder.json(line);
        assert_eq!(code, 0, "{line}: {result:#}");
    }
    let too_many = folder.run("solve two.csv --territories 3 --load w");
    assert_eq!(too_many.code, 1, "{}", too_many.stderr);
    assert!(too_many.stderr.contains("3 territories cannot be made of 2 free units"), "{}", too_many.stderr);
    folder.refused("solve zero.csv --territories 1 --load w", &["zero.csv", "nothing to balance"]);
    folder.refused("solve two.csv --load w", &["--territories"]);
    folder
        .refused("solve two.csv --territories 1 --load v", &["no column \"v\"", "\"id\", \"lon\", \"lat\" and \"w\""]);
    folder.refused("solve two.csv --territories 1 --centre middle", &["--centre", "\"middle\"", "fixed:FILE"]);
    folder.refused("solve two.csv --territories 1 --load w:5% --max-load 9", &["tolerance and a most"]);
    folder.refused("solve two.csv --territories 1 --load w --out out.xlsx", &["out.xlsx", ".csv"]);
    folder.refused("solve two.csv --territories 1 --neighbours pairs.csv", &["pairs.csv", "no such file"]);
    folder.refused("solve two.csv --territories 1 --effort much", &["quick, normal, thorough"]);
}

#[test]
fn centres_and_neighbours_come_from_files() {
    let folder = Folder::new();
    folder.write("towns.csv", towns());
    folder.write("reps.csv", "rep,east,north\nWest,0,500\nEast,1000,500\n");
    let line = "solve towns.csv --id name --x east --y north --load load:5% --neighbours none --centre fixed:reps.csv";
    folder.ok(&format!("{line} --out out.csv"));
    for row in rows(&folder, "out.csv") {
        let west = row[0].starts_with("T0") || row[0].starts_with("T2");
        assert_eq!(row[1], if west { "West" } else { "East" }, "{row:?}");
    }
    folder.refused(&format!("{line} --territories 3"), &["3 territories", "2 centres"]);
    // A chain through the towns in the order 0, 1, 2, 3: neighbours say what hangs together, not distances.
    let ids: Vec<String> = (0..4).flat_map(|town| (0..6).map(move |nth| format!("T{town}-{nth}"))).collect();
    let chain: String = ids.windows(2).map(|pair| format!("{},{}\n", pair[0], pair[1])).collect();
    folder.write("pairs.csv", format!("a,b\n{chain}nobody,T0-0\n"));
    let (result, code) = folder
        .json("solve towns.csv --id name --x east --y north --load load:5% --territories 2 --neighbours pairs.csv");
    assert_eq!((code, result["neighbour_pairs"].as_u64()), (0, Some(23)), "{result:#}");
    assert_eq!(messages(&result, "found \"nobody\"").len(), 1);
    let pieces = result["territories"].as_array().expect("a list").iter().map(|territory| &territory["pieces"]);
    assert!(pieces.into_iter().all(|pieces| pieces.as_u64() == Some(1)), "{result:#}");
}

#[test]
fn the_sample_accounts_are_divided_with_guessed_columns() {
    let folder = Folder::new();
    let line = format!(
        "solve {} --territories 8 --load Annual~Revenue:10% --effort quick --out out.csv",
        sample("accounts.csv")
    );
    let (result, code) = folder.json(&line);
    assert_eq!(code, 0, "{:#}", result["violations"]);
    let taken: Vec<&str> =
        result["columns"].as_array().expect("a list").iter().filter_map(|column| column["taken_as"].as_str()).collect();
    assert_eq!(taken, ["longitude", "latitude", "account code"]);
    assert_eq!(rows(&folder, "out.csv").len() as u64, result["points"].as_u64().expect("a number"));
}
