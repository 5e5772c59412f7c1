//! What was written is read back as it was: assignments, groups, shapes to the last bit.

use calamine::{Data, Reader};

use super::readers::rows;
use super::*;
use crate::domain::hierarchy::{Group, Hierarchy};
use crate::domain::ids::GroupId;
use crate::domain::plan::PlanParts;

pub const POLYGON_FORMATS: [Format; 6] =
    [Format::Shapefile, Format::GeoJson, Format::GeoPackage, Format::Kml, Format::Kmz, Format::TopoJson];

/// The project with East in the district North of the region All, West in All alone.
pub fn with_levels() -> Project {
    let mut project = project();
    let group =
        |name: &str, level, parent| Group { name: name.into(), level, parent, colour: [1, 2, 3], ..Group::default() };
    let groups = [(GroupId(1), group("North", 0, Some(GroupId(2)))), (GroupId(2), group("All", 1, None))];
    let hierarchy = Hierarchy::from_parts(vec!["District".into(), "Region".into()], groups).unwrap();
    let plan = &project.plan;
    let mut territories: std::collections::BTreeMap<TerritoryId, Territory> =
        plan.territories().map(|(id, territory)| (id, territory.clone())).collect();
    territories.get_mut(&TerritoryId(1)).unwrap().parent = Some(GroupId(1));
    territories.get_mut(&TerritoryId(2)).unwrap().parent = Some(GroupId(2));
    let parts = PlanParts {
        name: plan.name.clone(),
        assignment: plan.assignment().to_vec(),
        territories,
        hierarchy,
        ..PlanParts::default()
    };
    project.plan = Arc::new(Plan::from_parts(parts).unwrap());
    project
}

/// Rings may begin elsewhere in another format; polygons keep their order.
pub fn turned(mut shape: Shape) -> Shape {
    for polygon in &mut shape.polygons {
        for ring in std::iter::once(&mut polygon.outer).chain(&mut polygon.holes) {
            let key = |place: &LonLat| (place.lon.to_bits(), place.lat.to_bits());
            let first = (0..ring.len()).min_by_key(|&at| key(&ring[at])).unwrap_or(0);
            ring.rotate_left(first);
        }
    }
    shape
}

#[test]
fn every_polygon_format_gives_assignments_groups_and_shapes_back() {
    let project = with_levels();
    let folder = tempfile::tempdir().unwrap();
    for format in POLYGON_FORMATS {
        let path = folder.path().join(format!("units.{}", format.ending()));
        write(&project, What::Units, &path).unwrap();
        let mut read = rows(&path, "units");
        read.sort_by(|a, b| a.get("code").cmp(b.get("code")));
        assert_eq!(read.len(), 3, "{format:?}");
        let column = |name: &str| read.iter().map(|row| row.get(name)).collect::<Vec<_>>();
        assert_eq!(column("code"), ["001", "002", "003"], "{format:?}");
        assert_eq!(column("name"), ["Zoë", "=cmd()", "C"], "{format:?}");
        assert_eq!(column("territory"), ["East", "West", ""], "{format:?}");
        assert_eq!(column("rep_code"), ["R1", "", ""], "{format:?}");
        assert_eq!(column("District"), ["North", "", ""], "{format:?}");
        assert_eq!(column("Region"), ["All", "All", ""], "{format:?}");
        let income = if format == Format::Shapefile { "Median_hou" } else { "Median household income" };
        assert_eq!(column(income), ["50000.5", "60000.25", ""], "{format:?}");
        for (row, unit) in read.iter().zip(project.units.ids()) {
            assert_eq!(turned(row.shape.clone()), turned(project.units.topology.shape(unit)), "{format:?}");
        }
    }
}

#[test]
fn groups_are_one_outline_with_what_their_territories_carry() {
    let project = with_levels();
    let folder = tempfile::tempdir().unwrap();
    let assigned: f64 = project.units.areas_km2[..2].iter().sum();
    for format in POLYGON_FORMATS {
        let path = folder.path().join(format!("region.{}", format.ending()));
        let report = write(&project, What::Groups(1), &path).unwrap();
        let note = "1 county in no region left out";
        assert!(lost(&report).iter().any(|line| line == note), "{:?}", report.losses);
        let read = rows(&path, "Region");
        let value = |name: &str| read[0].get(name).to_owned();
        assert_eq!(read.len(), 1, "{format:?}");
        assert_eq!((value("Region"), value("units"), value("accounts")), ("All".into(), "2".into(), "1".into()));
        assert_eq!(value("Households"), "400", "{format:?}");
        let target = value(if format == Format::Shapefile { "Househo_TG" } else { "Households target" });
        assert!(target.starts_with("266.66666"), "{target}");
        assert!((read[0].shape.area_km2() - assigned).abs() < 1e-6 * assigned, "{format:?}");
        // The hole is filled by the other territory of the region.
        assert!(read[0].shape.polygons.iter().all(|polygon| polygon.holes.is_empty()), "{format:?}");
    }
    let table = folder.path().join("region.csv");
    write(&project, What::Groups(0), &table).unwrap();
    let table = read_table(&table);
    assert_eq!((cells(&table, "District"), cells(&table, "Region")), (vec!["North"], vec!["All"]));
    assert_eq!(cells(&table, "territories"), ["1"]);
}

#[test]
fn accounts_are_places_and_those_without_one_stay_where_they_can() {
    let project = project();
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::GeoPackage, Format::Kml, Format::Kmz] {
        let path = folder.path().join(format!("accounts.{}", format.ending()));
        write(&project, What::Accounts, &path).unwrap();
        let mut read = rows(&path, "accounts");
        read.sort_by(|a, b| a.get("code").cmp(b.get("code")));
        assert_eq!(read.iter().map(|row| row.get("code")).collect::<Vec<_>>(), ["-2", "A-1"], "{format:?}");
        assert_eq!((read[0].place, read[1].place), (None, Some(LonLat::new(-82.9, 40.1))), "{format:?}");
        assert_eq!((read[1].get("territory"), read[1].get("Phone")), ("East", "+1 614"));
    }
    let path = folder.path().join("accounts.shp");
    let report = write(&project, What::Accounts, &path).unwrap();
    assert!(lost(&report).contains(&"1 account without a place left out".to_owned()), "{:?}", report.losses);
    let mut reader = ::shapefile::Reader::from_path(&path).unwrap();
    let points: Vec<_> =
        reader.iter_shapes_and_records_as::<::shapefile::Point, ::shapefile::dbase::Record>().collect();
    assert_eq!(points.len(), 1);
    let (point, _) = points[0].as_ref().unwrap();
    assert_eq!((point.x, point.y), (-82.9, 40.1));
    for file in ["accounts.geojson", "accounts.topojson"] {
        let path = folder.path().join(file);
        write(&project, What::Accounts, &path).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let (first, second) = match file {
            "accounts.geojson" => ("/features/0/geometry", "/features/1/geometry"),
            _ => ("/objects/accounts/geometries/0", "/objects/accounts/geometries/1"),
        };
        assert_eq!(json.pointer(&format!("{first}/coordinates")), Some(&serde_json::json!([-82.9, 40.1])), "{file}");
        assert!(json.pointer(&format!("{second}/coordinates")).is_none(), "{file}");
    }
}

#[test]
fn several_tables_go_into_one_file_where_it_holds_them() {
    let project = with_levels();
    let folder = tempfile::tempdir().unwrap();
    let what = vec![What::Territories, What::Groups(0), What::Groups(1), What::Units, What::Accounts];
    let wish = Wish { what, ..Wish::default() };
    for format in [Format::GeoPackage, Format::Kml, Format::TopoJson] {
        let path = folder.path().join(format!("all.{}", format.ending()));
        let report = write_wish(&project, &wish, &path).unwrap();
        assert_eq!(report.files, std::slice::from_ref(&path));
        if format == Format::TopoJson {
            let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let objects: Vec<&String> = json["objects"].as_object().unwrap().keys().collect();
            assert_eq!(objects.len(), 5, "{objects:?}");
            continue;
        }
        let count = |layer: &str| rows(&path, layer).len();
        assert_eq!(
            ["territories", "District", "Region", "units", "accounts"].map(count),
            [2, 1, 1, 3, 2],
            "{format:?}"
        );
        if format == Format::Kml {
            let unit = &rows(&path, "units")[0];
            assert_eq!(unit.folders, ["units", "All", "North", "East"], "a folder per region, district, territory");
        }
    }
    let report = write_wish(&project, &wish, &folder.path().join("all.csv")).unwrap();
    let names: Vec<String> = report.files.iter().map(|file| files::name_of(file)).collect();
    assert_eq!(
        names,
        ["all_territories.csv", "all_district.csv", "all_region.csv", "all_units.csv", "all_accounts.csv"]
    );
}

#[test]
fn a_workbook_has_codes_as_text_numbers_as_numbers_and_dates() {
    let mut project = project();
    let accounts = Arc::make_mut(&mut project.accounts);
    accounts.attributes.push(TextColumn::new("Since", &["2024-02-29", ""]));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.xlsx");
    let what = vec![What::Territories, What::Units, What::Accounts, What::Metrics];
    write_wish(&project, &Wish { what, ..Wish::default() }, &path).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    assert_eq!(book.sheet_names(), ["Territories", "Units", "Accounts", "Metrics"]);
    for sheet in book.sheet_names() {
        assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet}: no formula");
    }
    let units = book.worksheet_range("Units").unwrap();
    assert_eq!(units.get((1, 0)), Some(&Data::String("001".into())), "the zeros are kept");
    assert_eq!(units.get((2, 1)), Some(&Data::String("=cmd()".into())), "a text");
    let header: Vec<String> = units.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let income = header.iter().position(|name| name == "Median household income").unwrap() as u32;
    assert_eq!(units.get((1, income as usize)), Some(&Data::Float(50_000.5)));
    let accounts = book.worksheet_range("Accounts").unwrap();
    let since = accounts.rows().next().unwrap().iter().position(|name| *name == Data::String("Since".into())).unwrap();
    let date = accounts.get((1, since)).unwrap();
    assert!(matches!(date, Data::DateTime(date) if date.as_f64() == 45_351.0), "29 February 2024: {date:?}");
}

#[test]
fn only_the_columns_and_rows_that_are_wanted() {
    let project = with_levels();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.csv");
    let mut wish = Wish {
        what: vec![What::Units],
        columns: vec!["code".into(), " Territory".into()],
        scope: Scope::Territories(vec![TerritoryId(2)]),
        ..Wish::default()
    };
    write_wish(&project, &wish, &path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "code,territory\r\n002,West\r\n");
    wish.byte_order_mark = true;
    wish.scope = Scope::Units(vec![UnitId(2), UnitId(0)]);
    write_wish(&project, &wish, &path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "\u{feff}code,territory\r\n003,\r\n001,East\r\n");
    assert_eq!(cells(&read_table(&path), "code"), ["003", "001"], "the mark is no part of the first name");
    wish.what = vec![What::Accounts];
    wish.scope = Scope::Units(vec![UnitId(0)]);
    wish.byte_order_mark = false;
    write_wish(&project, &wish, &path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "code,territory\r\nA-1,East\r\n");
    wish.columns = vec!["Sales".into()];
    let error = write_wish(&project, &wish, &path).unwrap_err();
    assert!(error.why.contains("\"Sales\"") && error.hint.contains("Phone"), "{error}");
}

#[test]
fn rounded_coordinates_are_what_was_asked_for() {
    let project = project();
    let folder = tempfile::tempdir().unwrap();
    let wish = Wish { what: vec![What::Units], decimals: Some(5), ..Wish::default() };
    for format in [Format::GeoJson, Format::TopoJson, Format::Kml] {
        let path = folder.path().join(format!("units.{}", format.ending()));
        let report = write_wish(&project, &wish, &path).unwrap();
        assert!(lost(&report).iter().any(|line| line.contains("rounded to 5 decimals")), "{:?}", report.losses);
        for row in rows(&path, "units") {
            let unit = project.units.find(row.get("code")).unwrap();
            let exact = project.units.topology.shape(unit);
            let places =
                |shape: &Shape| shape.polygons.iter().flat_map(Polygon::rings).flatten().copied().collect::<Vec<_>>();
            let (read, exact) = (places(&turned(row.shape)), places(&turned(exact)));
            assert_eq!(read.len(), exact.len());
            for (read, exact) in read.iter().zip(&exact) {
                for (read, exact) in [(read.lon, exact.lon), (read.lat, exact.lat)] {
                    assert!((read - exact).abs() <= 0.500_001e-5, "{format:?}: {read} for {exact}");
                    assert!(((read * 1e5).round() / 1e5 - read).abs() < 1e-12, "{format:?}: {read}");
                }
            }
        }
    }
}
