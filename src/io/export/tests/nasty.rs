//! A project of everything that has ever been lost between two programs, out in every format and in again through the readers that
//! users have: what comes back is what went out, but for what was told before.

use super::round_trip::turned;
use super::*;
use crate::domain::hierarchy::{Group, Hierarchy};
use crate::domain::ids::{AccountId, GroupId};
use crate::domain::plan::PlanParts;
use crate::io::accounts::{AccountMapping, from_table};
use crate::io::alignment::{self, AlignmentMapping};
use crate::io::layers::points_table;
use crate::io::postal::PostalTable;

const CODES: [&str; 4] = ["00501", "1e5", "0000A", "000000000000000000012"];
const NAMES: [&str; 4] = ["Zoë \"the\" <b>&amp;", "two\nlines", "🍺 ale, 'best'", "=1+1"];
const SINCE: [&str; 4] = ["2024-02-29", "", "1999-12-31", "2000-01-01"];
const NUMBERS: [f64; 4] = [0.1, f64::NAN, -3.5, 1e12];
const THIRDS: [f64; 4] = [1.0 / 3.0, 2e-9, 123_456_789.123_456_79, f64::NAN];

fn long() -> String {
    "ü".repeat(300)
}

/// A unit with a hole, one of two parts of which one fills the hole, one that is unassigned, one on both sides of the antimeridian;
/// a territory without units; a district, a region; accounts on the edge of the world and nowhere.
fn nasty() -> Project {
    let hole = square(-82.6, 40.3, 0.2).into_iter().rev().collect();
    let whole = |outer| Polygon { outer, holes: Vec::new() };
    let shapes = [
        Shape { polygons: vec![Polygon { outer: square(-83.0, 40.0, 1.0), holes: vec![hole] }] },
        Shape { polygons: vec![whole(square(-82.0, 40.0, 1.0)), whole(square(-82.6, 40.3, 0.2))] },
        Shape { polygons: vec![whole(square(-81.0, 40.0, 0.123_456_7))] },
        Shape { polygons: vec![whole(square(179.0, -17.0, 1.0)), whole(square(-180.0, -17.0, 1.0))] },
    ];
    let (topology, _) = topology::build(&shapes, &Progress::new()).unwrap();
    let list = |texts: [&str; 4]| texts.map(str::to_owned).to_vec();
    let mut units = Units::new("county", list(CODES), list(NAMES), topology).unwrap();
    let long = long();
    let notes = [long.as_str(), "", "a,b;c\td|e", "-1"];
    units.attributes = vec![TextColumn::new("Since", &SINCE), TextColumn::new("Notes", &notes)];
    let nowhere = LonLat::new(f64::NAN, f64::NAN);
    let places = vec![
        LonLat::new(-82.9, 40.1),
        nowhere,
        LonLat::new(179.999_999_9, -16.5),
        LonLat::new(-81.95, 40.123_456_789_012),
    ];
    let place = |place: &LonLat| if place.is_valid() { Placement::Coordinates } else { Placement::Unplaced };
    let accounts = Accounts {
        codes: list(CODES),
        names: list(NAMES),
        placements: places.iter().map(place).collect(),
        places,
        precisions_km: vec![0.0, f32::NAN, 0.0, 0.0],
        units: vec![Some(UnitId(0)), None, Some(UnitId(3)), Some(UnitId(1))],
        attributes: vec![TextColumn::new("Since", &SINCE), TextColumn::new("Notes", &notes)],
    };
    let territory = |name: &str, rep, parent| Territory {
        name: name.into(),
        colour: [1, 2, 3],
        rep,
        parent,
        ..Territory::default()
    };
    let group = |name: &str, level, parent| Group { name: name.into(), level, parent, ..Group::default() };
    let groups =
        [(GroupId(1), group("Nord & Süd", 0, Some(GroupId(2)))), (GroupId(2), group("All \"of\" it", 1, None))];
    let parts = PlanParts {
        name: "Plan".into(),
        assignment: [1, 2, 0, 1].map(TerritoryId).to_vec(),
        territories: [
            (TerritoryId(1), territory("Ost 🍺 \"A\"", Some(RepId(0)), Some(GroupId(1)))),
            (TerritoryId(2), territory("@West, side", Some(RepId(1)), None)),
            (TerritoryId(3), territory("Empty", None, None)),
        ]
        .into(),
        overrides: [(AccountId(1), TerritoryId(2))].into(),
        hierarchy: Hierarchy::from_parts(vec!["District".into(), "Region".into()], groups).unwrap(),
        ..PlanParts::default()
    };
    let rep = |code: &str, name: &str| Rep { code: code.into(), name: name.into(), ..Rep::default() };
    let measure = |name: &str, subject, values: [f64; 4]| Measure::sum(name, "", subject, values.to_vec());
    Project {
        plan: Arc::new(Plan::from_parts(parts).unwrap()),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(vec![
            measure("Households", Subject::Units, NUMBERS),
            measure("Thirds", Subject::Units, THIRDS),
            measure("Revenue", Subject::Accounts, NUMBERS),
            measure("Share", Subject::Accounts, THIRDS),
        ]),
        reps: Arc::new(vec![rep("007", "Ann \"X\" Ö"), rep("8", "Bo, Jr.")]),
        ..Project::default()
    }
}

/// A layer's columns as a table, as the window makes one of a layer that is an alignment.
fn as_table(layer: &Layer) -> Table {
    let names = layer.columns.iter().map(|column| column.name.clone()).collect();
    let rows = (0..layer.len()).map(|row| layer.columns.iter().map(move |column| column.values[row].clone()));
    Table::from_rows(&layer.file, names, rows).unwrap()
}

/// The rows of a file in whatever format, by the codes in it.
pub fn read(path: &Path, format: Format, what: What) -> Table {
    let progress = Progress::new();
    if !format.is_map() {
        return read_table(path);
    }
    if what == What::Accounts {
        return points_table(path, &ReadOptions::default(), &progress).unwrap().value;
    }
    as_table(&read_layer(path, &progress).unwrap().value)
}

/// The row of a code.
fn row(table: &Table, code: &str) -> Option<usize> {
    let column = table.require("code").unwrap();
    (0..table.len()).find(|&row| table.cell(row, column) == code)
}

#[track_caller]
fn same_text(table: &Table, format: Format, row: usize, column: &str, expected: &str) {
    let found = table.cell(row, table.require(column).unwrap());
    // A field of a shapefile holds 254 bytes, which is told.
    let expected = if format == Format::Shapefile && expected.len() > 254 { &expected[..254] } else { expected };
    assert_eq!(found, expected, "{format:?}, {column}");
}

#[track_caller]
fn same_number(table: &Table, format: Format, row: usize, column: &str, expected: f64) {
    let found = table.cell(row, table.require(column).unwrap());
    if expected.is_nan() {
        assert_eq!(found, "", "{format:?}, {column}");
        return;
    }
    let number: f64 = found.parse().unwrap_or_else(|error| panic!("{format:?}, {column}, {found}: {error}"));
    match format {
        // A field of a shapefile has 15 decimals, which is told.
        Format::Shapefile => assert!(
            (number - expected).abs() <= 1e-15_f64.max(expected.abs() * 1e-15),
            "{column}: {number} for {expected}"
        ),
        _ => assert_eq!(number.to_bits(), expected.to_bits(), "{format:?}, {column}: {number} for {expected}"),
    }
}

#[test]
fn units_come_back_in_every_format() {
    let project = nasty();
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let path = folder.path().join(format!("units.{}", format.ending()));
        write(&project, What::Units, &path).unwrap();
        let table = read(&path, format, What::Units);
        assert_eq!(table.len(), 4, "{format:?}");
        for unit in project.units.ids() {
            let at = unit.index();
            let row = row(&table, CODES[at]).unwrap_or_else(|| panic!("{format:?}: {} is lost", CODES[at]));
            let territory = project.plan.territory(project.plan.territory_of(unit));
            let rep = territory.and_then(|territory| territory.rep).map(|rep| &project.reps[rep.index()]);
            let group = |level| project.plan.group_name(project.plan.group_of(project.plan.territory_of(unit), level));
            for (column, expected) in [
                ("name", NAMES[at]),
                ("Since", SINCE[at]),
                ("Notes", project.units.attributes[1].get(at)),
                ("territory", territory.map_or("", |territory| &territory.name)),
                ("rep", rep.map_or("", |rep| &rep.name)),
                ("rep_code", rep.map_or("", |rep| &rep.code)),
                ("District", group(0)),
                ("Region", group(1)),
            ] {
                same_text(&table, format, row, column, expected);
            }
            same_number(&table, format, row, "Households", NUMBERS[at]);
            same_number(&table, format, row, "Thirds", THIRDS[at]);
        }
        if format.is_map() {
            let layer = read_layer(&path, &Progress::new()).unwrap();
            assert!(layer.diagnostics.is_empty(), "{format:?}: {:?}", layer.diagnostics);
            let mapping = LayerMapping::guess(&layer.value);
            let (units, _) = build_units(&layer.value, &mapping, &Progress::new()).unwrap().value;
            for unit in project.units.ids() {
                let found = units.find(CODES[unit.index()]).unwrap_or_else(|| panic!("{format:?}"));
                let shapes = [&units, &project.units]
                    .map(|units| units.topology.shape(if std::ptr::eq(units, &*project.units) { unit } else { found }));
                let [found, expected] = shapes.map(sorted);
                assert_eq!(found, expected, "{format:?}: {}", CODES[unit.index()]);
            }
        }
    }
}

/// The same shape, whatever the order of its parts and wherever its rings begin.
fn sorted(shape: Shape) -> Shape {
    let mut shape = turned(shape);
    shape
        .polygons
        .sort_by(|a, b| a.outer[0].lon.total_cmp(&b.outer[0].lon).then(a.outer[0].lat.total_cmp(&b.outer[0].lat)));
    shape
}

#[test]
fn the_alignment_comes_back_in_every_format() {
    let project = nasty();
    let folder = tempfile::tempdir().unwrap();
    // Without the accounts, whose codes are those of units here.
    let plan = Arc::new(Plan::empty("Plan", project.units.len()));
    let bare = Project { plan, accounts: Arc::default(), ..project.clone() };
    for format in Format::ALL {
        let path = folder.path().join(format!("units.{}", format.ending()));
        write(&project, What::Units, &path).unwrap();
        let table = read(&path, format, What::Units);
        let mapping = AlignmentMapping::guess(&table, &bare);
        let mut said = Vec::new();
        let edit =
            alignment::from_table(&table, &mapping, &Default::default(), &bare, &Progress::new(), &mut said).unwrap();
        assert!(said.iter().all(|said| said.message.contains("no territory is named")), "{format:?}: {said:?}");
        let mut plan = (*bare.plan).clone();
        apply(&mut plan, &edit, Locks::Obey).unwrap();
        assert_eq!(owners(&plan, &project), owners(&project.plan, &project), "{format:?}");
    }
}

/// Per unit its territory, rep and groups.
fn owners(plan: &Plan, project: &Project) -> Vec<[String; 4]> {
    let owner = |unit| {
        let id = plan.territory_of(unit);
        let rep = plan.territory(id).and_then(|territory| territory.rep);
        [
            plan.territory_name(id).to_owned(),
            rep.map_or(String::new(), |rep| project.reps[rep.index()].code.clone()),
            plan.group_name(plan.group_of(id, 0)).to_owned(),
            plan.group_name(plan.group_of(id, 1)).to_owned(),
        ]
    };
    project.units.ids().map(owner).collect()
}

#[test]
fn accounts_come_back_in_every_format_that_is_read() {
    let project = nasty();
    let folder = tempfile::tempdir().unwrap();
    // Points of TopoJSON are written, but no import reads them.
    for format in Format::ALL.into_iter().filter(|format| *format != Format::TopoJson) {
        let path = folder.path().join(format!("accounts.{}", format.ending()));
        let report = write(&project, What::Accounts, &path).unwrap();
        let table = read(&path, format, What::Accounts);
        for account in project.accounts.ids() {
            let at = account.index();
            let place = project.accounts.places[at];
            let Some(row) = row(&table, CODES[at]) else {
                assert!(format == Format::Shapefile && !place.is_valid(), "{format:?}: {} is lost", CODES[at]);
                assert!(lost(&report).iter().any(|line| line.contains("1 account without a place left out")));
                continue;
            };
            let owner = project.plan.owner_of(account, project.accounts.units[at]);
            for (column, expected) in [
                ("name", NAMES[at]),
                ("Since", SINCE[at]),
                ("Notes", project.accounts.attributes[1].get(at)),
                ("territory", project.plan.territory(owner).map_or("", |territory| &territory.name)),
            ] {
                same_text(&table, format, row, column, expected);
            }
            same_number(&table, format, row, "Revenue", NUMBERS[at]);
            same_number(&table, format, row, "Share", THIRDS[at]);
        }
        // And as an import takes them: named by their codes, where they were.
        let mut said = Vec::new();
        let mapping = AccountMapping::guess(&table);
        let found =
            from_table(&table, &mapping, PostalTable::embedded(), &Progress::new(), &mut said).unwrap().accounts;
        let by_code = found.by_code();
        for (at, place) in project.accounts.places.iter().enumerate().filter(|(_, place)| place.is_valid()) {
            let found = found.places[by_code[CODES[at]].index()];
            assert_eq!(
                (found.lon.to_bits(), found.lat.to_bits()),
                (place.lon.to_bits(), place.lat.to_bits()),
                "{format:?}: {found:?}"
            );
        }
    }
}
