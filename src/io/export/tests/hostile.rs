//! Names and texts that mean harm to the next program.

use super::readers::rows;
use super::round_trip::with_levels;
use super::*;
use crate::domain::hierarchy::Hierarchy;
use crate::domain::plan::PlanParts;

const MARKUP: &str = "<b>&amp;</b>]]><script>alert(1)</script>\"'";
const SQL: &str = "x\"); DROP TABLE units; --";
const CONTROL: &str = "a\u{1}b\u{1b}c\0d\u{ffff}e";

/// A plan in which everything that has a name has a bad one.
fn hostile() -> Project {
    let mut project = with_levels();
    let plan = &project.plan;
    let mut territories: std::collections::BTreeMap<TerritoryId, Territory> =
        plan.territories().map(|(id, territory)| (id, territory.clone())).collect();
    for (id, name) in [(1, MARKUP), (2, SQL), (3, "=HYPERLINK(\"http://x\")")] {
        territories.get_mut(&TerritoryId(id)).unwrap().name = name.into();
    }
    let groups = plan.hierarchy().iter().map(|(id, group)| (id, group.clone()));
    let levels = vec![format!("sqlite_{SQL}"), "../../etc/[passwd]:*?".into()];
    let parts = PlanParts {
        assignment: plan.assignment().to_vec(),
        territories,
        hierarchy: Hierarchy::from_parts(levels, groups.collect::<Vec<_>>()).unwrap(),
        ..PlanParts::default()
    };
    project.plan = Arc::new(Plan::from_parts(parts).unwrap());
    let units = Arc::make_mut(&mut project.units);
    units.names = vec![MARKUP.into(), SQL.into(), CONTROL.into()];
    let column = |name: &str| TextColumn::new(name, &["-1+1", "@SUM(A1)", "\t=1"]);
    units.attributes =
        ["fid", "geom", "GEOM", SQL, MARKUP, CONTROL, "", "code", "rtree_units_geom"].map(column).to_vec();
    project
}

fn all(format: Format) -> Wish {
    let all = [What::Units, What::Territories, What::Groups(0), What::Groups(1), What::Accounts, What::Metrics];
    Wish { what: all.into_iter().filter(|&what| format.takes(what)).collect(), ..Wish::default() }
}

#[test]
fn nothing_breaks_out_of_its_file() {
    let project = hostile();
    for format in Format::ALL {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("out");
        std::fs::create_dir(&inside).unwrap();
        let report = write_wish(&project, &all(format), &inside.join(format!("x.{}", format.ending()))).unwrap();
        for file in &report.files {
            assert_eq!(file.parent(), Some(inside.as_path()), "{format:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{format:?}");
        assert_eq!(std::fs::read_dir(&inside).unwrap().count(), report.files.len(), "{format:?}: no file more");
    }
}

#[test]
fn names_come_back_as_they_were_where_the_format_can_hold_them() {
    let project = hostile();
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::GeoPackage, Format::Kml, Format::Kmz, Format::GeoJson, Format::TopoJson] {
        let path = folder.path().join(format!("units.{}", format.ending()));
        let report = write(&project, What::Units, &path).unwrap();
        let read = rows(&path, "units");
        let of = |code: &str| read.iter().find(|row| row.get("code") == code).unwrap();
        assert_eq!((of("001").get("name"), of("001").get("territory")), (MARKUP, MARKUP), "{format:?}");
        assert_eq!((of("002").get("name"), of("002").get("territory")), (SQL, SQL), "{format:?}");
        let kept = match format {
            Format::GeoPackage => "a\u{1}b\u{1b}cd\u{ffff}e",
            Format::Kml | Format::Kmz => "abcde",
            _ => CONTROL,
        };
        assert_eq!(of("003").get("name"), kept, "{format:?}");
        let told = lost(&report).iter().any(|line| line.starts_with("1 text in \"name\" without characters"));
        assert_eq!(told, kept != CONTROL, "{format:?}: {:?}", report.losses);
    }
}

#[test]
fn a_geopackage_has_the_tables_that_were_written_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.gpkg");
    let report = write_wish(&hostile(), &all(Format::GeoPackage), &path).unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    let tables: Vec<String> = file
        .prepare("SELECT table_name FROM gpkg_contents ORDER BY rowid")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(tables.len(), 6, "{tables:?}");
    assert!(tables[2].starts_with("layer sqlite_"), "{tables:?}");
    let integrity: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    assert_eq!(file.query_row("PRAGMA application_id", [], |row| row.get::<_, i32>(0)).unwrap(), 0x4750_4b47);
    assert_eq!(file.query_row("PRAGMA user_version", [], |row| row.get::<_, i32>(0)).unwrap(), 10_300);
    assert!(file.prepare("PRAGMA foreign_key_check").unwrap().query([]).unwrap().next().unwrap().is_none());
    let in_tree: i64 = file.query_row("SELECT count(*) FROM rtree_units_geom", [], |row| row.get(0)).unwrap();
    assert_eq!(in_tree, 3);
    let renamed = lost(&report).iter().filter(|line| line.contains("the column \"")).count();
    assert!(renamed >= 4, "fid, geom, the one without a name, the one with control characters: {:?}", report.losses);
}

#[test]
fn cells_that_look_like_formulas_are_texts() {
    let folder = tempfile::tempdir().unwrap();
    let project = hostile();
    let table = folder.path().join("units.csv");
    write(&project, What::Units, &table).unwrap();
    let mut reader = ::csv::Reader::from_path(&table).unwrap();
    for record in reader.records() {
        for cell in record.unwrap().iter().filter(|cell| cell.parse::<f64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
    let book = folder.path().join("all.xlsx");
    write_wish(&project, &all(Format::Xlsx), &book).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&book).unwrap();
    use calamine::Reader;
    for sheet in book.sheet_names() {
        assert!(sheet.chars().count() <= 31 && !sheet.contains(['[', ']', ':', '*', '?', '/', '\\']), "{sheet}");
        assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet}");
    }
    let territories = book.worksheet_range("Territories").unwrap();
    assert_eq!(territories.get((3, 0)).map(ToString::to_string), Some("=HYPERLINK(\"http://x\")".into()));
}

#[cfg(unix)]
#[test]
fn a_link_is_replaced_and_what_it_points_to_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (kept, link) = (folder.path().join("kept.txt"), folder.path().join("units.gpkg"));
    std::fs::write(&kept, "mine").unwrap();
    std::os::unix::fs::symlink(&kept, &link).unwrap();
    let report = write(&project(), What::Units, &link).unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "mine");
    assert!(!link.is_symlink() && rows(&link, "units").len() == 3);
    assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
    // Nor is anything written through one that waits where the unfinished file would be.
    let part = folder.path().join(format!(".u.csv.{}.part", std::process::id()));
    std::os::unix::fs::symlink(&kept, &part).unwrap();
    write(&project(), What::Units, &folder.path().join("u.csv")).unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "mine");
    assert!(!part.is_symlink());
}
