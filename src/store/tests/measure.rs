//! Figures for docs/performance.md, by hand: cargo test --release --lib store::tests::measure -- --ignored --nocapture

use std::sync::Arc;
use std::time::Instant;

use super::fixture::{accounts, assert_same, grid, place};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::ids::{TerritoryId, UnitId};
use crate::domain::plan::{Plan, Territory};
use crate::domain::project::Project;
use crate::domain::random::Random;
use crate::store::{Existing, Wanted, create, open};

/// 33,000 units with 1.3 million places, 100,000 accounts with 30 measures and 10 columns of words.
fn large_project() -> Project {
    let mut random = Random::new(3);
    let units = grid(220, 150, 20);
    let mut accounts = accounts(&units, 100_000, &mut random);
    let mut measures = vec![Measure::sum("Population", "people", Subject::Units, vec![1_234.0; units.len()])];
    for month in 0..30 {
        let cents = |_| (random.unit() * 1e6).round() / 100.0;
        let values = (0..accounts.len()).map(cents).collect();
        measures.push(Measure::sum(format!("Revenue {month}"), "$", Subject::Accounts, values));
    }
    for (column, different) in [3, 10, 50, 50, 500, 5_000, 40_000, 100_000, 100_000, 1].into_iter().enumerate() {
        let values: Vec<_> = (0..accounts.len()).map(|_| format!("Words {}", random.below(different))).collect();
        accounts.attributes.push(TextColumn::new(format!("Attribute {column}"), &values));
    }
    let plan = Plan::empty("Baseline", units.len());
    Project {
        name: "Large".into(),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        plan: Arc::new(plan),
        ..Project::default()
    }
}

#[test]
#[ignore = "takes measurements, for people"]
fn large_project_figures() {
    let project = large_project();
    let (_folder, path) = place();
    let start = Instant::now();
    let store = create(&path, &project, Existing::Refuse).unwrap();
    println!("create              {:?}", start.elapsed());
    println!("file                {} MB", std::fs::metadata(&path).unwrap().len() / 1_000_000);
    drop(store);

    for wanted in [Wanted::ReadWrite, Wanted::ReadWrite, Wanted::ReadOnly] {
        let start = Instant::now();
        let opened = open(&path, wanted).unwrap().1;
        println!("open {wanted:?}      {:?}", start.elapsed());
        assert_same(&opened.project, &project);
    }
    let start = Instant::now();
    let connection = crate::store::connection::open_writable(&path).unwrap();
    crate::store::connection::check_health(&connection, &path).unwrap();
    println!("  of it quick_check {:?}", start.elapsed());
    compare_layouts(connection, &project);

    let (store, opened) = open(&path, Wanted::ReadWrite).unwrap();
    let mut plan = (*opened.project.plan).clone();
    let mut edit = Edit::new("Added territories");
    for id in 1..=300 {
        let territory = Territory { name: format!("Territory {id}"), ..Territory::default() };
        edit.changes.push(Change::Territory { id: TerritoryId(id), old: None, new: Some(Box::new(territory)) });
    }
    for unit in 0..33_000 {
        let new = TerritoryId(1 + (unit / 110) as u16);
        edit.changes.push(Change::Assign { unit: UnitId(unit), old: TerritoryId::UNASSIGNED, new });
    }
    apply(&mut plan, &edit, Locks::Obey).unwrap();
    let start = Instant::now();
    store.apply(&edit);
    println!("queue 33,300 changes {:?}", start.elapsed());
    store.flush().unwrap();
    println!("write 33,300 changes {:?}", start.elapsed());
    for size in [1, 100, 1_000] {
        let start = Instant::now();
        for round in 0..10 {
            let units = (0..size).map(|at| UnitId((round * 1_500 + at) % 33_000));
            let edit = Edit::assign(&plan, units, TerritoryId(300 - round as u16));
            apply(&mut plan, &edit, Locks::Obey).unwrap();
            store.apply(&edit);
            store.flush().unwrap();
        }
        println!("edit of {size:5} units {:?}", start.elapsed() / 10);
    }
    let start = Instant::now();
    store.put_accounts(&project, "Imported").unwrap();
    store.flush().unwrap();
    println!("import of accounts  {:?}", start.elapsed());
    let start = Instant::now();
    store.put_units(&project, "Imported").unwrap();
    store.flush().unwrap();
    println!("import of units     {:?}", start.elapsed());
    let start = Instant::now();
    store.save_as(&path.with_file_name("copy.bwk")).unwrap();
    println!("save as             {:?}", start.elapsed());
}

/// The imported columns as a wide table, as they are kept, and as one blob per column of numbers, for comparison.
fn compare_layouts(connection: rusqlite::Connection, project: &Project) {
    let transaction = connection.unchecked_transaction().unwrap();
    let start = Instant::now();
    crate::store::tables::put_columns(&transaction, project).unwrap();
    println!("wide table: write   {:?}", start.elapsed());
    let start = Instant::now();
    let (mut measures, mut notes) = (crate::store::read_columns::measures(&transaction).unwrap(), Vec::new());
    let count = project.accounts.len();
    crate::store::read_columns::columns(&transaction, Subject::Accounts, count, &mut measures, &mut notes).unwrap();
    println!("wide table: read    {:?}", start.elapsed());
    transaction.execute_batch("CREATE TABLE columns (id INTEGER PRIMARY KEY, value BLOB)").unwrap();
    let start = Instant::now();
    for (id, measure) in project.measures.iter().enumerate() {
        let blob: Vec<u8> = measure.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        transaction.execute("INSERT INTO columns VALUES (?1, ?2)", rusqlite::params![id as i64, blob]).unwrap();
    }
    println!("number blobs: write {:?}", start.elapsed());
    let start = Instant::now();
    let mut query = transaction.prepare("SELECT value FROM columns ORDER BY id").unwrap();
    let blobs = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let numbers = |blob: Vec<u8>| blob.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect::<Vec<_>>();
    let columns: Vec<Vec<f64>> = blobs.map(|blob| numbers(blob.unwrap())).collect();
    println!("number blobs: read  {:?}", start.elapsed());
    assert_eq!(columns[5], project.measures[5].values);
}
