//! What users of the sample rely on: that the files beside this program fit together, and that a cut stays a coverage.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use bailiwick::domain::columns::{Aggregate, Measure};
use bailiwick::domain::project::Project;
use bailiwick::domain::sphere::LonLat;
use bailiwick::store;

use crate::coverage::{self, edges_of};
use crate::grid::{GridPoint, GridRing, part_contains, twice_area};
use crate::project;
use crate::reps::REPS;
use crate::tables::column;
use crate::voronoi;

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name)
}

fn rows(name: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(sample(name)).unwrap();
    reader.records().map(Result::unwrap).collect()
}

/// ZIP and rings of every area in the shapefile.
fn zip_areas() -> Vec<(String, Vec<GridRing>)> {
    let areas = shapefile::read(sample("zip_areas.shp")).unwrap();
    areas
        .into_iter()
        .map(|(shape, record)| {
            let shapefile::Shape::Polygon(polygon) = shape else { panic!("not a polygon") };
            let Some(shapefile::dbase::FieldValue::Character(Some(zip))) = record.get("ZIP") else { panic!("no ZIP") };
            let ring = |ring: &shapefile::PolygonRing<shapefile::Point>| {
                let mut points: GridRing =
                    ring.points().iter().map(|p| GridPoint::from_place(LonLat::new(p.x, p.y))).collect();
                points.pop();
                points
            };
            (zip.clone(), polygon.rings().iter().map(ring).collect())
        })
        .collect()
}

#[test]
fn zip_areas_overlap_nowhere_and_leave_no_gap() {
    let areas = zip_areas();
    assert!(areas.len() > 3000);
    let mut edges = HashSet::new();
    for edge in areas.iter().flat_map(|(_, rings)| rings).flat_map(edges_of) {
        assert!(edges.insert(edge), "two areas lie on the same side of {edge:?}");
    }
    // The border of all areas together has no hole: every ring of it runs the way of an outer ring.
    let border = coverage::outline(areas.iter().flat_map(|(_, rings)| rings));
    let outside: Vec<_> = border.iter().map(|&(a, b)| (b, a)).collect();
    let mainland_and_islands = coverage::polygons(&outside);
    assert!(mainland_and_islands.len() > 10 && mainland_and_islands.iter().all(|polygon| polygon.len() == 1));
}

#[test]
fn every_zip_of_todays_territories_has_an_area_and_every_territory_a_rep() {
    let areas: HashSet<String> = zip_areas().into_iter().map(|(zip, _)| zip).collect();
    let reps: HashSet<String> = rows("reps.csv").iter().map(|row| row[1].to_owned()).collect();
    let territories = rows("todays_territories.csv");
    assert_eq!(territories.len(), areas.len());
    let mut rep_of_territory = HashMap::new();
    for row in &territories {
        assert!(areas.contains(&row[0]), "{}", &row[0]);
        assert_eq!(row[1].is_empty(), row[2].is_empty());
        if !row[1].is_empty() {
            assert!(reps.contains(&row[2]), "{}", &row[2]);
            assert_eq!(rep_of_territory.entry(row[1].to_owned()).or_insert(row[2].to_owned()), &row[2]);
        }
    }
    assert_eq!(rep_of_territory.len(), REPS.len());
}

#[test]
fn nearly_all_accounts_are_whole_and_lie_in_the_zip_area_they_name() {
    let areas: HashMap<String, Vec<GridRing>> = zip_areas().into_iter().collect();
    let accounts = rows("accounts.csv");
    assert!(accounts.len() > 11_000);
    let (mut inside, mut placed, mut sums) = (0, 0, 0);
    for row in &accounts {
        let number = |index: usize| row.get(index).and_then(|text| text.parse::<f64>().ok());
        assert!(row[0].starts_with('0'), "IDs keep their leading zeros: {}", &row[0]);
        let year: f64 = (row.len() - 12..row.len()).filter_map(number).sum();
        sums += usize::from(number(column("Annual Revenue")) == Some(year));
        if let (Some(lat), Some(lon)) = (number(column("Latitude")), number(column("Longitude"))) {
            placed += 1;
            let point = GridPoint::from_place(LonLat::new(lon, lat));
            inside += usize::from(areas.get(&row[column("ZIP")]).is_some_and(|rings| part_contains(rings, point)));
        }
    }
    let share = |part: usize, of: usize| part as f64 / of as f64;
    assert!(share(inside, placed) > 0.99 && inside < placed, "{inside} of {placed}");
    assert!(share(sums, accounts.len()) > 0.99 && sums < accounts.len());
    assert!((0.92..0.96).contains(&share(placed, accounts.len())));
}

#[test]
fn cells_cut_on_two_sides_of_a_line_share_their_vertices_after_noding() {
    let square = |x: i64| -> GridRing {
        [(x, 0), (x + 900_000, 0), (x + 900_000, 900_001), (x, 900_001)].map(|(x, y)| GridPoint { x, y }).to_vec()
    };
    let site = |x: i64, y: i64| GridPoint { x, y };
    let left = voronoi::cut(&[square(0)], &[site(100_000, 123_457), site(500_000, 654_321), site(801_234, 55_555)]);
    let right = voronoi::cut(&[square(900_000)], &[site(1_000_000, 700_123), site(1_500_000, 301_000)]);
    let mut rings: Vec<GridRing> = left.into_iter().chain(right).flatten().flatten().collect();
    assert_eq!(rings.len(), 5);
    let mut whole = vec![square(0), square(900_000)];
    let corners: Vec<GridPoint> = whole.iter().flatten().copied().collect();
    assert_ne!(coverage::outline(rings.iter()).len(), 0);
    coverage::node(rings.iter_mut().chain(&mut whole), corners.into_iter());
    let shapes: Vec<_> = rings.iter().map(|ring| vec![vec![ring.clone()]]).collect();
    coverage::check(&shapes, &coverage::outline(whole.iter())).unwrap();
    // A missing cell is found.
    assert!(coverage::check(&shapes[1..], &coverage::outline(whole.iter())).is_err());
}

#[test]
fn a_hole_and_an_island_come_back_as_such() {
    let ring = |x0: i64, x1: i64| -> GridRing {
        [(x0, x0), (x1, x0), (x1, x1), (x0, x1)].map(|(x, y)| GridPoint { x, y }).to_vec()
    };
    let mut hole = ring(30, 60);
    hole.reverse();
    let edges = coverage::outline([ring(0, 90), hole, ring(40, 50)].iter());
    let polygons = coverage::polygons(&edges);
    assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(polygons.iter().flatten().map(|ring| twice_area(ring)).sum::<i128>(), 2 * (8100 - 900 + 100));
}

#[test]
fn the_project_is_what_the_files_beside_it_hold() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.bwk");
    let packed = std::fs::File::open(sample("sample.bwk.gz")).unwrap();
    std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut std::fs::File::create(&path).unwrap()).unwrap();
    let (_store, shipped) = store::open(&path, store::Wanted::ReadWrite).unwrap();
    assert_eq!(shipped.notes, Vec::<String>::new());
    let (shipped, (made, _)) = (shipped.project, project::make(&sample("")).unwrap());

    assert_eq!((shipped.name.as_str(), shipped.plan.name.as_str()), ("Copperlark Great Lakes", "Today"));
    assert!(shipped.units.approximate);
    assert_eq!(shipped.units.codes, made.units.codes);
    assert_eq!(shipped.accounts.codes, made.accounts.codes);
    assert_eq!(shipped.reps, made.reps);
    assert_eq!(shipped.plan, made.plan);
    let described = |project: &Project| -> Vec<_> {
        let of = |measure: &Measure| (measure.name.clone(), measure.unit.clone(), measure.aggregate);
        project.measures.iter().map(of).collect()
    };
    assert_eq!(described(&shipped), described(&made));

    let goals: Vec<_> = shipped.goals.iter().map(|goal| (goal.measure, goal.tolerance)).collect();
    assert_eq!(goals, [(shipped.find_measure("Annual Revenue").unwrap(), 0.10)]);
    // Incomes of areas are no sum, and count by households.
    let income = shipped.measure(shipped.find_measure("MED_INCOME").unwrap()).unwrap();
    assert_eq!(income.aggregate, Aggregate::Mean { weight: shipped.find_measure("HOUSEHOLDS") });
}
