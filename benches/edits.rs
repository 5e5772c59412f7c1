//! From an edit to updated totals, on 33,124 square units with 100,000 accounts and thirty measures: `cargo bench --bench edits`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::columns::{Measure, Subject};
use bailiwick::domain::edit::{Change, Edit, Locks, apply};
use bailiwick::domain::ids::{TerritoryId, UnitId};
use bailiwick::domain::metrics::{LoadTable, Totals};
use bailiwick::domain::plan::{Plan, Territory};
use bailiwick::domain::polygon::{Polygon, Shape};
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::domain::random::Random;
use bailiwick::domain::shape::PlanMetrics;
use bailiwick::domain::sphere::LonLat;
use bailiwick::domain::topology;
use bailiwick::domain::units::Units;

const SIDE: usize = 182;
const ACCOUNTS: usize = 100_000;
const MEASURES: usize = 30;
const TERRITORIES: usize = 300;

fn main() {
    let project = project();
    let table = Arc::new(LoadTable::new(&project));
    let plan = (*project.plan).clone();
    let totals = Totals::count(Arc::clone(&table), &plan);
    let mut rng = Random::new(7);
    println!(
        "{} units, {ACCOUNTS} accounts, {MEASURES} measures, {TERRITORIES} territories; median of 200 edits",
        SIDE * SIDE
    );
    for size in [1, 100, 1_000, 5_000, SIDE * SIDE] {
        let (mut plan, mut totals) = (plan.clone(), totals.clone());
        let mut seconds: Vec<f64> = (0..200)
            .map(|_| {
                let first = rng.below(SIDE * SIDE - size + 1);
                let to = TerritoryId::from_index(1 + rng.below(TERRITORIES));
                let units = (first..first + size).map(UnitId::from_index);
                let start = Instant::now();
                let edit = Edit::assign(&plan, units, to);
                if apply(&mut plan, &edit, Locks::Obey).is_ok() {
                    totals.follow(&plan, &edit);
                }
                black_box(&totals);
                start.elapsed().as_secs_f64()
            })
            .collect();
        seconds.sort_by(f64::total_cmp);
        println!("edit of {size:>6} units to updated totals: {:>9.4} ms", seconds[100] * 1000.0);
    }
    let start = Instant::now();
    black_box(Totals::count(table, &plan));
    println!("full recount: {:.2} ms", start.elapsed().as_secs_f64() * 1000.0);
    let start = Instant::now();
    let metrics = PlanMetrics::measure(&project, &totals, &Progress::new());
    println!("slow figures of all territories: {:.0} ms", start.elapsed().as_secs_f64() * 1000.0);
    drop(metrics);
}

fn project() -> Project {
    let step = 0.05;
    let corner = |x: usize, y: usize| LonLat::new(-100.0 + x as f64 * step, 32.0 + y as f64 * step);
    let shapes: Vec<Shape> = (0..SIDE * SIDE)
        .map(|unit| {
            let (x, y) = (unit % SIDE, unit / SIDE);
            let outer = vec![corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)];
            Shape { polygons: vec![Polygon { outer, holes: Vec::new() }] }
        })
        .collect();
    let codes: Vec<String> = (0..shapes.len()).map(|unit| format!("{unit:05}")).collect();
    let Ok((topology, _)) = topology::build(&shapes, &Progress::new()) else { unreachable!("nobody cancels") };
    let units = Units::new("cell", codes.clone(), codes, topology).expect("codes are unique");
    let mut rng = Random::new(1);
    let mut accounts = Accounts::default();
    for index in 0..ACCOUNTS {
        accounts.codes.push(format!("{index:07}"));
        accounts.names.push(format!("Account {index}"));
        let unit = rng.below(units.len());
        accounts.places.push(units.centres[unit]);
        accounts.placements.push(Placement::Coordinates);
        accounts.units.push(Some(UnitId::from_index(unit)));
    }
    let measures = (0..MEASURES)
        .map(|index| {
            let values = (0..ACCOUNTS).map(|_| rng.normal().exp() * 1000.0).collect();
            Measure::sum(format!("Measure {index}"), "$", Subject::Accounts, values)
        })
        .collect();
    let mut plan = Plan::empty("Bench", units.len());
    let mut edit = Edit::new("Bench");
    for id in (1..=TERRITORIES).map(TerritoryId::from_index) {
        let territory = Territory { name: format!("Territory {}", id.0), ..Territory::default() };
        edit.changes.push(Change::Territory { id, old: None, new: Some(Box::new(territory)) });
    }
    for unit in units.ids() {
        let new = TerritoryId::from_index(1 + unit.index() * TERRITORIES / units.len());
        edit.changes.push(Change::Assign { unit, old: TerritoryId::UNASSIGNED, new });
    }
    apply(&mut plan, &edit, Locks::Obey).expect("the edit fits the plan");
    Project {
        name: "Bench".to_owned(),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        plan: Arc::new(plan),
        ..Project::default()
    }
}
