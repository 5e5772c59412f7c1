//! The project file at the size it is made for: 33,000 units with 1.3 million border places, 100,000 accounts with 40 columns.
//! Everything is made here, in a temporary folder: `cargo bench --bench store`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::columns::{Measure, Subject, TextColumn};
use bailiwick::domain::edit::{Change, Edit, Locks, apply};
use bailiwick::domain::ids::{TerritoryId, UnitId};
use bailiwick::domain::plan::{Plan, Territory};
use bailiwick::domain::polygon::{Polygon, Shape};
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::domain::random::Random;
use bailiwick::domain::sphere::LonLat;
use bailiwick::domain::topology;
use bailiwick::domain::units::Units;
use bailiwick::store::{self, Existing, Wanted};

const COLUMNS: usize = 220;
const ROWS: usize = 150;
const ACCOUNTS: usize = 100_000;
const TERRITORIES: usize = 300;

fn main() -> anyhow::Result<()> {
    let start = Instant::now();
    let units = grid();
    say("topology of 33,000 units", start.elapsed());
    let project = project(units);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("plan.bwk");

    let start = Instant::now();
    let store = store::create(&path, &project, Existing::Refuse)?;
    say("create the file", start.elapsed());
    println!("{:32} {:9.1} MB", "size of the file", std::fs::metadata(&path)?.len() as f64 / 1e6);
    drop(store);

    for wanted in [Wanted::ReadWrite, Wanted::ReadWrite, Wanted::ReadOnly] {
        let start = Instant::now();
        let opened = store::open(&path, wanted)?;
        say(if wanted == Wanted::ReadOnly { "open for reading" } else { "open" }, start.elapsed());
        anyhow::ensure!(opened.1.project.units.len() == project.units.len(), "the file lost units");
        anyhow::ensure!(opened.1.project.accounts.len() == project.accounts.len(), "the file lost accounts");
    }

    let (store, opened) = store::open(&path, Wanted::ReadWrite)?;
    let mut plan = (*opened.project.plan).clone();
    let edit = first_edit(&plan);
    apply(&mut plan, &edit, Locks::Obey)?;
    let start = Instant::now();
    store.apply(&edit);
    say("queue an edit of all units", start.elapsed());
    store.flush()?;
    say("  and have it on disk", start.elapsed());
    for size in [1, 100, 1_000] {
        let mut passed = Duration::ZERO;
        for round in 0..10 {
            let units = (0..size).map(|at| UnitId((round * 1_500 + at) % 33_000));
            let edit = Edit::assign(&plan, units, TerritoryId(300 - round as u16));
            apply(&mut plan, &edit, Locks::Obey)?;
            let start = Instant::now();
            store.apply(&edit);
            store.flush()?;
            passed += start.elapsed();
        }
        say(&format!("edit of {size} units on disk"), passed / 10);
    }

    let start = Instant::now();
    store.put_accounts(&project, "Imported")?;
    store.flush()?;
    say("replace the accounts", start.elapsed());
    let start = Instant::now();
    store.put_units(&project, "Imported")?;
    store.flush()?;
    say("replace the units", start.elapsed());
    let start = Instant::now();
    store.save_as(&folder.path().join("copy.bwk"))?;
    say("save as", start.elapsed());
    Ok(())
}

fn say(what: &str, time: Duration) {
    println!("{what:32} {:9.1} ms", time.as_secs_f64() * 1e3);
}

/// Squares of a tenth of a degree, each side with twenty places.
fn grid() -> Units {
    const PLACES: usize = 20;
    let side = |from: (usize, usize), to: (usize, usize)| {
        (0..PLACES).map(move |step| {
            // Whole numbers of 1/200 degree, so that both neighbours have the very same places.
            let along = |a: usize, b: usize| (a * (PLACES - step) + b * step) as f64 / (PLACES * 10) as f64;
            LonLat::new(along(from.0, to.0) - 90.0, along(from.1, to.1) + 30.0)
        })
    };
    let cells = || (0..ROWS).flat_map(|y| (0..COLUMNS).map(move |x| (x, y)));
    let shapes: Vec<Shape> = cells()
        .map(|(x, y)| {
            let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
            let outer = (0..4).flat_map(|at| side(corners[at], corners[(at + 1) % 4])).collect();
            Shape { polygons: vec![Polygon { outer, holes: vec![] }] }
        })
        .collect();
    let codes: Vec<String> = cells().map(|(x, y)| format!("{:05}", y * COLUMNS + x)).collect();
    let names = codes.iter().map(|code| format!("Unit {code}")).collect();
    let (topology, _) = topology::build(&shapes, &Progress::new()).expect("nobody cancels");
    Units::new("ZIP area", codes, names, topology).expect("one code per unit")
}

/// 30 columns of numbers and 10 of words, from 1 to 100,000 different ones.
fn project(units: Units) -> Project {
    let mut random = Random::new(3);
    let mut accounts = Accounts::default();
    for index in 0..ACCOUNTS {
        let unit = UnitId::from_index(random.below(units.len()));
        accounts.codes.push(format!("C-{index:06}"));
        accounts.names.push(format!("Account {index}"));
        accounts.places.push(units.centres[unit.index()]);
        accounts.placements.push(Placement::Coordinates);
        accounts.units.push(Some(unit));
    }
    let mut measures = vec![Measure::sum("Population", "people", Subject::Units, vec![1_234.0; units.len()])];
    for month in 0..30 {
        let values = (0..ACCOUNTS).map(|_| (random.unit() * 1e6).round() / 100.0).collect();
        measures.push(Measure::sum(format!("Revenue {month}"), "$", Subject::Accounts, values));
    }
    for (column, different) in [3, 10, 50, 50, 500, 5_000, 40_000, 100_000, 100_000, 1].into_iter().enumerate() {
        let values: Vec<_> = (0..ACCOUNTS).map(|_| format!("Words {}", random.below(different))).collect();
        accounts.attributes.push(TextColumn::new(format!("Attribute {column}"), &values));
    }
    Project {
        name: "Large".to_owned(),
        plan: Arc::new(Plan::empty("Baseline", units.len())),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        ..Project::default()
    }
}

/// Makes all territories and gives every unit to one.
fn first_edit(plan: &Plan) -> Edit {
    let mut edit = Edit::new("Added territories");
    for id in 1..=TERRITORIES {
        let territory = Territory { name: format!("Territory {id}"), ..Territory::default() };
        let id = TerritoryId(id as u16);
        edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
    }
    let units = plan.assignment().len();
    for unit in 0..units {
        let new = TerritoryId((1 + unit * TERRITORIES / units) as u16);
        edit.changes.push(Change::Assign { unit: UnitId::from_index(unit), old: TerritoryId::UNASSIGNED, new });
    }
    edit
}
