mod awkward;
mod foreseen;
mod gdal;
mod hostile;
mod nasty;
mod readers;
mod round_trip;
mod topology_kept;

use std::collections::HashMap;
use std::sync::Arc;

use super::*;
use crate::domain::accounts::Accounts;
use crate::domain::accounts::Placement;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::{MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::metrics::LoadTable;
use crate::domain::plan::{Plan, Territory};
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::reps::Rep;
use crate::domain::sphere::{LonLat, signed_ring_area_km2};
use crate::domain::topology;
use crate::domain::units::Units;
use crate::io::layers::{Layer, LayerMapping, build_units, read_layer};
use crate::io::options::ReadOptions;
use crate::io::table::{self, Table};

fn ring(places: &[(f64, f64)]) -> Vec<LonLat> {
    places.iter().map(|&(lon, lat)| LonLat::new(lon, lat)).collect()
}

fn square(lon: f64, lat: f64, side: f64) -> Vec<LonLat> {
    ring(&[(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)])
}

/// A square with a hole, a unit of two parts of which one fills the hole, and a square that stays unassigned.
fn project() -> Project {
    let hole = |lon: f64, lat: f64, side: f64| square(lon, lat, side).into_iter().rev().collect();
    let shapes = [
        Shape { polygons: vec![Polygon { outer: square(-83.0, 40.0, 1.0), holes: vec![hole(-82.6, 40.3, 0.2)] }] },
        Shape {
            polygons: vec![
                Polygon { outer: square(-82.0, 40.0, 1.0), holes: Vec::new() },
                Polygon { outer: square(-82.6, 40.3, 0.2), holes: Vec::new() },
            ],
        },
        Shape { polygons: vec![Polygon { outer: square(-81.0, 40.0, 0.123_456_7), holes: Vec::new() }] },
    ];
    let (topology, _) = topology::build(&shapes, &Progress::new()).unwrap();
    let codes = ["001", "002", "003"].map(str::to_owned).to_vec();
    let names = ["Zoë", "=cmd()", "C"].map(str::to_owned).to_vec();
    let mut units = Units::new("county", codes, names, topology).unwrap();
    let long = "ü".repeat(300);
    units.attributes = vec![TextColumn::new("State", &["OH", "", "WV"]), TextColumn::new("Remarks", &[&long, "", ""])];
    let accounts = Accounts {
        codes: vec!["A-1".into(), "-2".into()],
        names: vec!["Ale, \"Best\"".into(), "@home".into()],
        places: vec![LonLat::new(-82.9, 40.1), LonLat::new(f64::NAN, f64::NAN)],
        placements: vec![Placement::Coordinates, Placement::Unplaced],
        precisions_km: Vec::new(),
        units: vec![Some(UnitId(0)), None],
        attributes: vec![TextColumn::new("Phone", &["+1 614", "5"])],
    };
    let mut income = Measure::sum("Median household income", "$", Subject::Units, vec![50_000.5, 60_000.25, f64::NAN]);
    income.aggregate = Aggregate::Mean { weight: Some(MeasureId(0)) };
    let measures = vec![
        Measure::sum("Households", "", Subject::Units, vec![100.0, 300.0, f64::NAN]),
        income,
        Measure::sum("Annual revenue", "$", Subject::Accounts, vec![0.1, 1e12]),
    ];
    let mut plan = Plan::empty("Plan", 3);
    let territory = |name: &str, rep| {
        Some(Box::new(Territory { name: name.into(), colour: [255, 0, 16], rep, ..Territory::default() }))
    };
    let edit = Edit {
        label: String::new(),
        changes: vec![
            Change::Territory { id: TerritoryId(1), old: None, new: territory("East", Some(RepId(0))) },
            Change::Territory { id: TerritoryId(2), old: None, new: territory("West", None) },
            Change::Territory { id: TerritoryId(3), old: None, new: territory("Nobody home", None) },
            Change::Assign { unit: UnitId(0), old: TerritoryId(0), new: TerritoryId(1) },
            Change::Assign { unit: UnitId(1), old: TerritoryId(0), new: TerritoryId(2) },
        ],
    };
    apply(&mut plan, &edit, Locks::Obey).unwrap();
    Project {
        plan: Arc::new(plan),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        reps: Arc::new(vec![Rep { code: "R1".into(), name: "Ann".into(), ..Rep::default() }]),
        ..Project::default()
    }
}

fn write(project: &Project, what: What, path: &Path) -> Result<ExportReport, UserError> {
    write_wish(project, &Wish { what: vec![what], ..Wish::default() }, path)
}

fn write_wish(project: &Project, wish: &Wish, path: &Path) -> Result<ExportReport, UserError> {
    let progress = Progress::new();
    let totals = Totals::count(Arc::new(LoadTable::new(project)), &project.plan);
    let metrics = PlanMetrics::measure(project, &totals, &progress).unwrap();
    export(wish, Source { project, totals: &totals, metrics: &metrics }, path, &progress)
}

/// What was lost, in words.
fn lost(report: &ExportReport) -> Vec<String> {
    report.losses.iter().map(Loss::to_string).collect()
}

fn column<'a>(layer: &'a Layer, name: &str) -> Vec<&'a str> {
    layer.require(name).unwrap().values.iter().map(String::as_str).collect()
}

fn read_table(path: &Path) -> Table {
    table::read(path, &ReadOptions::default(), &Progress::new()).unwrap().value
}

fn cells<'a>(table: &'a Table, column: &str) -> Vec<&'a str> {
    table.column(table.require(column).unwrap()).collect()
}

#[test]
fn units_come_back_from_shapefile_and_geojson_as_they_were() {
    let project = project();
    let folder = tempfile::tempdir().unwrap();
    for file in ["units.shp", "units.geojson"] {
        let path = folder.path().join(file);
        let report = write(&project, What::Units, &path).unwrap();
        assert_eq!(report.files[0], path);
        let read = read_layer(&path, &Progress::new()).unwrap();
        assert!(read.diagnostics.is_empty(), "{file}: {:?}", read.diagnostics);
        assert_eq!(column(&read.value, "code"), ["001", "002", "003"], "{file}");
        assert_eq!(column(&read.value, "name"), ["Zoë", "=cmd()", "C"], "{file}");
        assert_eq!(column(&read.value, "territory"), ["East", "West", ""], "{file}");
        assert_eq!(column(&read.value, "rep"), ["Ann", "", ""], "{file}");
        let income = if file == "units.shp" { "Median_hou" } else { "Median household income" };
        assert_eq!(column(&read.value, income), ["50000.5", "60000.25", ""], "{file}");
        let (units, _) = build_units(&read.value, &LayerMapping::guess(&read.value), &Progress::new()).unwrap().value;
        for unit in project.units.ids() {
            // To the last bit, the hole and the second part included.
            assert_eq!(units.topology.shape(unit), project.units.topology.shape(unit), "{file}");
        }
    }
}

#[test]
fn a_shapefile_is_complete_and_its_short_names_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let report = write(&project(), What::Units, &folder.path().join("u.shp")).unwrap();
    let endings: Vec<String> = report.files.iter().map(|file| files::ending_of(file)).collect();
    assert_eq!(endings, ["shp", "shx", "dbf", "prj", "cpg", "csv"]);
    assert_eq!(
        lost(&report),
        [
            "Shapefile holds no styles; colours of territories are left out",
            "1 text in \"Remarks\" cut to 254 bytes (row 1)",
            "field names have ten letters at most: Median_hou is \"Median household income\", Annual_rev is \"Annual revenue\"",
        ]
    );
    let names = read_table(&folder.path().join("u.fields.csv"));
    let position = cells(&names, "field").iter().position(|field| *field == "Annual_rev").unwrap();
    assert_eq!(cells(&names, "column")[position], "Annual revenue");
    let layer = read_layer(&folder.path().join("u.shp"), &Progress::new()).unwrap().value;
    assert_eq!(column(&layer, "Remarks")[0], "ü".repeat(127), "cut between letters");
}

#[test]
fn territories_carry_their_figures_and_leave_out_what_has_no_shape() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["t.geojson", "t.shp"] {
        let path = folder.path().join(file);
        let report = write(&project(), What::Territories, &path).unwrap();
        let layer = read_layer(&path, &Progress::new()).unwrap().value;
        assert_eq!(column(&layer, "territory"), ["East", "West"]);
        assert_eq!(column(&layer, "colour"), ["#ff0010", "#ff0010"]);
        assert_eq!(column(&layer, "Households"), ["100", "300"]);
        let long = file == "t.geojson";
        let target = column(&layer, if long { "Households target" } else { "Househo_TG" });
        assert!(target[0].starts_with("133.333333"), "{target:?}");
        assert_eq!(column(&layer, if long { "Households deviation %" } else { "Househo_DV" }), ["-25", "125"]);
        for note in ["1 territory without a shape left out", "1 county in no territory left out"] {
            assert!(lost(&report).iter().any(|line| line == note), "{:?}", report.losses);
        }
    }
}

#[test]
fn geojson_turns_right_and_has_no_crs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.geojson");
    write(&project(), What::Territories, &path).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert!(json.get("crs").is_none());
    let rings = json.pointer("/features/0/geometry/coordinates").and_then(|rings| rings.as_array()).unwrap();
    let area = |ring: &serde_json::Value| {
        let places: Vec<LonLat> = ring
            .as_array()
            .unwrap()
            .iter()
            .map(|place| LonLat::new(place[0].as_f64().unwrap(), place[1].as_f64().unwrap()))
            .collect();
        assert_eq!(places.first(), places.last());
        signed_ring_area_km2(&places)
    };
    assert!(area(&rings[0]) > 0.0 && area(&rings[1]) < 0.0);
}

#[test]
fn neighbouring_territories_share_every_vertex_of_their_border() {
    let mut project = project();
    let mut plan = (*project.plan).clone();
    let rest = Edit {
        label: String::new(),
        changes: vec![Change::Assign { unit: UnitId(2), old: TerritoryId(0), new: TerritoryId(3) }],
    };
    apply(&mut plan, &rest, Locks::Obey).unwrap();
    project.plan = Arc::new(plan);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.shp");
    write(&project, What::Territories, &path).unwrap();
    let layer = read_layer(&path, &Progress::new()).unwrap().value;
    let mut edges: HashMap<[u64; 4], i32> = HashMap::new();
    let mut area = 0.0;
    for shape in &layer.shapes {
        area += shape.area_km2();
        for ring in shape.polygons.iter().flat_map(Polygon::rings) {
            for (i, a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                let key = [a.lon, a.lat, b.lon, b.lat].map(f64::to_bits);
                *edges.entry(key).or_default() += 1;
            }
        }
    }
    assert!(edges.values().all(|&count| count == 1), "no edge twice in one direction: nothing overlaps");
    let shared = edges.keys().filter(|key| edges.contains_key(&[key[2], key[3], key[0], key[1]])).count();
    // The border between the squares, and the four sides of the hole, each in both directions.
    assert!(shared >= 10, "{shared}");
    let units: f64 = project.units.areas_km2.iter().sum();
    assert!((area - units).abs() < 1e-6 * units);
}

#[test]
fn accounts_as_csv_are_harmless_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.csv");
    write(&project(), What::Accounts, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    for cell in ["'-2", "'@home", "'+1 614", "\"Ale, \"\"Best\"\"\"", "1000000000000", "-82.9"] {
        assert!(text.contains(cell), "{cell} in {text}");
    }
    assert!(!text.contains("'-82"), "numbers stay numbers");
    let table = read_table(&path);
    assert_eq!(cells(&table, "code"), ["A-1", "-2"]);
    assert_eq!(cells(&table, "Phone"), ["+1 614", "5"]);
    assert_eq!(cells(&table, "territory"), ["East", ""]);
    assert_eq!(cells(&table, "rep"), ["Ann", ""]);
    assert_eq!(cells(&table, "placed_by"), ["coordinates", "not placed"]);
    assert_eq!(cells(&table, "Annual revenue"), ["0.1", "1000000000000"]);
}

#[test]
fn metrics_have_a_row_for_what_is_unassigned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.csv");
    write(&project(), What::Metrics, &path).unwrap();
    let table = read_table(&path);
    assert_eq!(cells(&table, "territory"), ["East", "West", "Nobody home", "Unassigned"]);
    assert_eq!(cells(&table, "units"), ["1", "1", "0", "1"]);
    assert_eq!(cells(&table, "accounts"), ["1", "0", "0", "1"]);
    assert_eq!(cells(&table, "Annual revenue"), ["0.1", "0", "0", "1000000000000"]);
    assert_eq!(cells(&table, "Median household income"), ["50000.5", "60000.25", "", ""]);
    assert_ne!(cells(&table, "compactness_polsby_popper")[0], "");
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let what = [What::Territories, What::Units, What::Accounts, What::Metrics];
        let what = what.into_iter().filter(|&what| format.takes(what)).collect();
        let wish = Wish { what, ..Wish::default() };
        let path = folder.path().join(format!("a.{}", format.ending()));
        let files = write_wish(&project(), &wish, &path).unwrap().files;
        let first: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        if format == Format::Shapefile {
            assert_eq!(first[2][1..4], [100, 1, 1], "no date of today");
        }
        // Times in files are of two seconds' grain at the coarsest.
        std::thread::sleep(std::time::Duration::from_millis(if format.holds_several() { 2_100 } else { 0 }));
        write_wish(&project(), &wish, &path).unwrap();
        let second: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        assert!(first == second, "{format:?}");
    }
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let project = project();
    let folder = tempfile::tempdir().unwrap();
    let error = write(&project, What::Metrics, &folder.path().join("no/such/m.csv")).unwrap_err();
    assert_eq!(
        (error.why.as_str(), error.hint.as_str()),
        ("its folder does not exist", "create the folder or choose another one")
    );
    assert!(error.what.contains("m.csv in "), "{error}");
    // One of the five files cannot be written: none of them appears.
    std::fs::create_dir(folder.path().join("t.cpg")).unwrap();
    let error = write(&project, What::Territories, &folder.path().join("t.shp")).unwrap_err();
    assert!(error.why.contains("a folder of that name"), "{error}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["t.cpg"]);
    let error = write(&project, What::Metrics, &folder.path().join("a.shp")).unwrap_err();
    assert_eq!(error.hint, "let the name end in .gpkg or .csv or .xlsx");
    let progress = Progress::new();
    let totals = Totals::count(Arc::new(LoadTable::new(&project)), &project.plan);
    let metrics = PlanMetrics::measure(&project, &totals, &progress).unwrap();
    progress.cancel();
    let source = Source { project: &project, totals: &totals, metrics: &metrics };
    assert!(
        export(&Wish { what: vec![What::Units], ..Wish::default() }, source, &folder.path().join("u.csv"), &progress)
            .is_err()
    );
    assert!(!folder.path().join("u.csv").exists());
}

/// `EXPORT_TO=folder` keeps the files, to look at them with other programs.
#[test]
fn counties_joined_to_states_are_written_and_read_back_whole() {
    let Some(folder) = crate::io::outside_data("ship/us/counties_5m_shp") else { return };
    let progress = Progress::new();
    let layer = read_layer(&folder.join("us_counties_2023_5m.shp"), &progress).unwrap().value;
    let (units, measures) = build_units(&layer, &LayerMapping::guess(&layer), &progress).unwrap().value;
    let states = units.attributes.iter().find(|attribute| attribute.name == "STUSPS").unwrap();
    let mut edit = Edit::default();
    for (index, state) in states.words().iter().enumerate() {
        let territory = Territory { name: state.clone(), ..Territory::default() };
        let id = TerritoryId::from_index(index + 1);
        edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
    }
    for unit in units.ids() {
        let new = TerritoryId::from_index(states.codes()[unit.index()] as usize + 1);
        edit.changes.push(Change::Assign { unit, old: TerritoryId(0), new });
    }
    let mut plan = Plan::empty("States", units.len());
    apply(&mut plan, &edit, Locks::Obey).unwrap();
    let area: f64 = units.areas_km2.iter().sum();
    let count = states.words().len();
    let project =
        Project { plan: Arc::new(plan), units: Arc::new(units), measures: Arc::new(measures), ..Project::default() };
    let temporary = tempfile::tempdir().unwrap();
    let out = std::env::var_os("EXPORT_TO").map_or_else(|| temporary.path().to_owned(), std::path::PathBuf::from);
    for file in ["states.shp", "states.geojson"] {
        let report = write(&project, What::Territories, &out.join(file)).unwrap();
        println!("{file}: {:?}", report.losses);
        let read = read_layer(&out.join(file), &progress).unwrap();
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        assert_eq!(read.value.len(), count);
        let written: f64 = read.value.shapes.iter().map(Shape::area_km2).sum();
        assert!((written - area).abs() < 1e-6 * area, "{written} {area}");
        let (joined, _) = build_units(&read.value, &LayerMapping::guess(&read.value), &progress).unwrap().value;
        assert_eq!(joined.len(), count);
    }
    write(&project, What::Units, &out.join("counties.shp")).unwrap();
    write(&project, What::Metrics, &out.join("metrics.csv")).unwrap();
}
