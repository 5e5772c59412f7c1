//! The tables at the size they are made for: 100,000 accounts with 40 columns, a third of their words different in every row.
//! Sorting, filtering, editing: `cargo bench --bench tables`. Times are medians; processor time is of all threads together.

use std::sync::Arc;
use std::time::Instant;

use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::cells::{Cell, CellColumn, apply_to_project};
use bailiwick::domain::columns::{Measure, Subject, TextColumn};
use bailiwick::domain::edit::{Edit, Locks};
use bailiwick::domain::fixture;
use bailiwick::domain::ids::{MeasureId, UnitId};
use bailiwick::domain::metrics::{LoadTable, Totals};
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::Project;
use bailiwick::domain::random::Random;
use bailiwick::session::tables::Wish;
use bailiwick::session::tables::field::{Field, Source};
use bailiwick::session::tables::order::{Test, order};

const ACCOUNTS: usize = 100_000;
const MEASURES: usize = 30;
const WORDS: usize = 10;
const TIMES: usize = 20;

fn main() -> anyhow::Result<()> {
    let mut project = project();
    let loads = Arc::new(LoadTable::new(&project));
    let wish = || Wish::all(Subject::Accounts);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let sort = |field| Wish { sort: Some((field, true)), ..wish() };
    let wishes = [
        ("sort by a figure", sort(Field::Measure(MeasureId(1)))),
        ("sort by a segment (12 words)", sort(Field::Attribute(1))),
        ("sort by words that all differ", sort(Field::Attribute(0))),
        ("sort by name", sort(Field::Name)),
        ("sort by territory", sort(Field::Territory)),
        ("one word in all columns of words", Wish { words: words(&["row 77"]), ..wish() }),
        ("two words, sorted by name", Wish { words: words(&["seg", "12"]), ..sort(Field::Name) }),
        (
            "a range and a segment",
            Wish {
                tests: vec![
                    (Field::Measure(MeasureId(2)), Test::Between(Some(10.0), Some(400_000.0))),
                    (Field::Attribute(1), Test::Is("segment 3".to_owned())),
                ],
                ..wish()
            },
        ),
        ("only unassigned", Wish { unassigned: true, ..wish() }),
    ];
    for (what, wish) in wishes {
        let source = Source { project: &project, plan: &project.plan, loads: &loads, subject: Subject::Accounts };
        let mut rows = 0;
        measure(what, || rows = order(source, &wish, &Progress::new()).map_or(0, |rows| rows.len()));
        anyhow::ensure!(rows > 0, "{what} found nothing");
    }
    let mut totals = Totals::count(loads, &project.plan);
    let every: Vec<u32> = (0..ACCOUNTS as u32).collect();
    for (what, column, rows) in [
        ("edit one figure, totals included", CellColumn::Measure(MeasureId(1)), &every[..1]),
        ("edit one segment", CellColumn::Attribute(1), &every[..1]),
        ("set a figure of 100,000", CellColumn::Measure(MeasureId(1)), &every[..]),
        ("set a segment of 100,000", CellColumn::Attribute(1), &every[..]),
    ] {
        let mut value = 0.0;
        measure(what, || {
            value += 1.0;
            let new = match column {
                CellColumn::Measure(_) => Cell::Number(Some(value)),
                _ => Cell::Text(format!("fresh {value}")),
            };
            let edit = Edit::set_cells(&project, Subject::Accounts, column, rows, &new);
            if apply_to_project(&mut project, &edit, Locks::Obey).is_ok() {
                totals.follow(&project.plan, &edit);
                totals.follow_cells(&project, &edit);
            }
        });
    }
    Ok(())
}

fn measure(what: &str, mut work: impl FnMut()) {
    work();
    let mut times = Vec::new();
    let before = processor_seconds();
    for _ in 0..TIMES {
        let start = Instant::now();
        work();
        times.push(start.elapsed().as_secs_f64());
    }
    let processor = (processor_seconds() - before) / TIMES as f64;
    times.sort_by(f64::total_cmp);
    println!("{what:36} {:7.1} ms, {:7.1} ms of processor time", times[TIMES / 2] * 1e3, processor * 1e3);
}

/// Of this process so far; 0 where the system does not say it as Linux does.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or("").split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
    fields.get(11..13).map_or(0.0, |ticks| ticks.iter().sum::<f64>() / 100.0)
}

fn project() -> Project {
    let mut random = Random::new(3);
    let row: String = (0..100).map(|at| if at % 10 == 9 { '-' } else { (b'A' + (at % 20) as u8) as char }).collect();
    let mut project = fixture::project(&[row.as_str(); 30].join("\n"));
    let units = project.units.len();
    let homes: Vec<UnitId> = (0..ACCOUNTS).map(|_| UnitId::from_index(random.below(units))).collect();
    let columns = (0..WORDS).map(|at| {
        let word = |row: usize, random: &mut Random| match at % 3 {
            0 => format!("row {} {at}", (row * 7_919) % ACCOUNTS),
            1 => format!("segment {}", random.below(12)),
            _ => format!("Town {}", random.below(4_000)),
        };
        let values: Vec<String> = (0..ACCOUNTS).map(|row| word(row, &mut random)).collect();
        TextColumn::new(format!("Words {at}"), &values)
    });
    let attributes = columns.collect();
    project.accounts = Arc::new(Accounts {
        codes: (0..ACCOUNTS).map(|row| format!("C-{row:06}")).collect(),
        names: (0..ACCOUNTS).map(|row| format!("Customer {} Ltd", (row * 7_907) % ACCOUNTS)).collect(),
        places: homes.iter().map(|unit| project.units.centres[unit.index()]).collect(),
        placements: vec![Placement::Coordinates; ACCOUNTS],
        precisions_km: Vec::new(),
        units: homes.into_iter().map(Some).collect(),
        attributes,
    });
    let mut random = Random::new(4);
    let measures = Arc::make_mut(&mut project.measures);
    for at in 0..MEASURES {
        let values = (0..ACCOUNTS).map(|row| if row % 50 == 0 { f64::NAN } else { random.unit() * 1e6 }).collect();
        measures.push(Measure::sum(format!("Measure {at}"), "$", Subject::Accounts, values));
    }
    project
}
