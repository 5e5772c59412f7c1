//! Scenarios at full scale: ten plans over 33,124 units, 300 territories and 100,000 accounts with thirty measures.
//! `cargo bench --bench scenarios`

#[path = "reference.rs"]
mod reference;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bailiwick::domain::accounts::{Accounts, Placement};
use bailiwick::domain::columns::{Measure, Subject};
use bailiwick::domain::edit::{Edit, Locks, apply};
use bailiwick::domain::history::History;
use bailiwick::domain::ids::{MeasureId, RepId, TerritoryId, UnitId};
use bailiwick::domain::plan::Plan;
use bailiwick::domain::plans::PlanInfo;
use bailiwick::domain::progress::Progress;
use bailiwick::domain::project::{Goal, Project};
use bailiwick::domain::random::Random;
use bailiwick::domain::reps::Rep;
use bailiwick::session::scenarios::{KeptPlan, Scenarios};
use bailiwick::session::{Indices, Session};
use bailiwick::solve::{Effort, Options};
use bailiwick::store::{self, Existing, Wanted};
use bailiwick::work::compare::pages::pages;
use bailiwick::work::compare::{of_plan_at_hand, write_handover};
use bailiwick::work::rebalance::{Counted, Wish, rebalance};
use bailiwick::work::scenarios::comparison;

const ACCOUNTS: usize = 100_000;
const MEASURES: usize = 30;
const PLANS: usize = 10;

fn main() -> anyhow::Result<()> {
    let silent = Progress::new();
    let project = project(&silent)?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("plan.bwk");
    let mut store = store::create(&path, &project, Existing::Refuse)?;
    let one = std::fs::metadata(&path)?.len();
    let time = |what: &str, start: Instant| println!("{what:<60} {:8.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let ids: Vec<_> = (2..=PLANS)
        .map(|number| {
            let name = format!("Plan {number}");
            let plan = Arc::new(changed(&project.plan, number as u64)?.renamed(&name));
            Ok((store.create_plan(&plan, PlanInfo { name, ..PlanInfo::default() }), plan))
        })
        .collect::<anyhow::Result<_>>()?;
    store.flush()?;
    time("nine more plans made and on disk", start);
    let all = std::fs::metadata(&path)?.len();
    println!("the file: {:.1} MB with one plan, {:.1} MB with ten", one as f64 / 1e6, all as f64 / 1e6);
    drop(store);
    let (store, opened) = store::open(&path, Wanted::ReadWrite)?;
    let start = Instant::now();
    let read = store.read_plan(ids[0].0)?;
    time("one of them read from the file", start);
    assert_eq!(read.plan.assignment(), ids[0].1.assignment());

    let indices = Indices::new(&opened.project);
    let mut session = Session::new(opened.project, opened.history, indices, opened.generation);
    session.scenarios = Scenarios::new(opened.plans);
    let first = session.scenarios.plans.active;
    session.scenarios.keep(ids[0].0, KeptPlan::new(Arc::new(read.plan), History::default(), 0));
    let start = Instant::now();
    assert!(session.switch_plan(ids[0].0));
    time("switch to it", start);
    let start = Instant::now();
    assert!(session.switch_plan(first));
    time("and back", start);

    let (before, after) = (&project.plan, &ids[0].1);
    let start = Instant::now();
    let found = comparison(&project, before, after, &silent)?;
    time("two plans compared, travel and compactness included", start);
    println!("{} units and {} accounts move", found.disruption.units, found.disruption.accounts);

    let now = Project { plan: Arc::clone(after), ..project.clone() };
    let start = Instant::now();
    let reference = of_plan_at_hand(&now, before)?;
    let measures = [MeasureId::from_index(3)];
    let made = pages(&now, &reference, &measures);
    time("the hand-over of 100,000 accounts worked out", start);
    println!("{} pages", made.pages.len());
    for ending in ["csv", "xlsx", "html"] {
        let start = Instant::now();
        let file = folder.path().join(format!("handover.{ending}"));
        write_handover(&now, &reference, &measures, &file, &silent)?;
        time(&format!("written as {ending} ({:.1} MB)", std::fs::metadata(&file)?.len() as f64 / 1e6), start);
    }

    let goals = vec![Goal { measure: measures[0], tolerance: 0.1, weight: 1.0 }];
    let wish = Wish { goals, limits: vec![(Counted::Units, 0.1)], ..Wish::default() };
    // Every run of the engine is cut off after this; the plan is a raster, far from balanced, and cannot be mended within the limits.
    let options =
        Options { effort: Effort::Quick, threads: 2, time_limit: Some(Duration::from_secs(5)), ..Options::default() };
    let start = Instant::now();
    let found = rebalance(&project, &wish, &options, &silent).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    time("rebalanced, at most 10 % of the units moved, three answers", start);
    for candidate in &found.candidates {
        println!(
            "  of the limit {:3.0} %: balance {:.3} → {:.3}, units moved {:.1} %, {} rules broken",
            100.0 * candidate.of_limit,
            candidate.balance[0].unwrap_or(f64::NAN),
            candidate.balance[1].unwrap_or(f64::NAN),
            100.0 * candidate.units_moved,
            candidate.violations.len()
        );
    }
    Ok(())
}

/// The reference project with accounts, a rep per territory.
fn project(progress: &Progress) -> anyhow::Result<Project> {
    let mut project = reference::grid(progress)?;
    reference::give_territories(&mut project)?;
    let mut random = Random::new(1);
    let units = Arc::clone(&project.units);
    let homes: Vec<UnitId> = (0..ACCOUNTS).map(|_| UnitId::from_index(random.below(units.len()))).collect();
    project.accounts = Arc::new(Accounts {
        codes: (0..ACCOUNTS).map(|row| format!("A{row:06}")).collect(),
        names: (0..ACCOUNTS).map(|row| format!("Account {row}")).collect(),
        places: homes.iter().map(|unit| units.centres[unit.index()]).collect(),
        placements: vec![Placement::Coordinates; ACCOUNTS],
        precisions_km: vec![0.0; ACCOUNTS],
        units: homes.into_iter().map(Some).collect(),
        ..Accounts::default()
    });
    for number in 0..MEASURES {
        let values = (0..ACCOUNTS).map(|_| (random.below(100_000) as f64 / 7.0).round()).collect();
        let measure = Measure::sum(format!("Measure {number}"), "", Subject::Accounts, values);
        Arc::make_mut(&mut project.measures).push(measure);
    }
    let territories: Vec<TerritoryId> = project.plan.territories().map(|(id, _)| id).collect();
    project.reps = Arc::new(
        territories
            .iter()
            .map(|id| Rep { code: format!("R{}", id.0), name: format!("Rep {}", id.0), ..Rep::default() })
            .collect(),
    );
    let mut plan = Plan::clone(&project.plan);
    for (at, id) in territories.into_iter().enumerate() {
        let edit = Edit::alter(&plan, id, "", |territory| territory.rep = Some(RepId::from_index(at)));
        apply(&mut plan, &edit, Locks::Pass).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    }
    project.plan = Arc::new(plan);
    Ok(project)
}

/// One unit of twenty goes to another territory.
fn changed(plan: &Plan, seed: u64) -> anyhow::Result<Plan> {
    let mut random = Random::new(seed);
    let territories: Vec<TerritoryId> = plan.territories().map(|(id, _)| id).collect();
    let mut changed = plan.clone();
    let mut edit = Edit::default();
    for index in (0..plan.assignment().len()).filter(|_| random.below(20) == 0).collect::<Vec<_>>() {
        let to = territories[random.below(territories.len())];
        edit.changes.extend(Edit::assign(plan, [UnitId::from_index(index)], to).changes);
    }
    apply(&mut changed, &edit, Locks::Pass).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(changed)
}
