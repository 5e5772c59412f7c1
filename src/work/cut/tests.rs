use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Aggregate, Measure, TextColumn};
use crate::domain::fixture;
use crate::domain::ids::MeasureId;
use crate::domain::metrics::{LoadTable, Totals};
use crate::domain::plan::Adjacency;
use crate::domain::plans::PlanInfo;
use crate::domain::project::Goal;
use crate::domain::random::Random;
use crate::domain::spatial::UnitIndex;
use crate::domain::sphere::LonLat;
use crate::domain::units::Units;
use crate::store::{self, Existing, PlanId, Wanted};

/// The north-west corner of the fixture is at −90, 40; a cell is a tenth of a degree.
fn at(column: f64, row: f64) -> LonLat {
    LonLat::new(-90.0 + column * 0.1, 40.0 - row * 0.1)
}

/// A project drawn as text with people and their median income by unit, and accounts with a revenue at these places.
fn project(text: &str, accounts: &[(f64, f64, f64)]) -> Project {
    let mut project = fixture::project(text);
    let count = project.units.len();
    let people = Measure::sum("People", "people", Subject::Units, vec![1001.0; count]);
    let income = Measure {
        aggregate: Aggregate::Mean { weight: Some(MeasureId(1)) },
        ..Measure::sum("Median income", "$", Subject::Units, (0..count).map(|unit| unit as f64).collect())
    };
    let rain = Measure::sum("Rain", "", Subject::Units, vec![f64::NAN; count]);
    let revenue = Measure::sum("Revenue", "$", Subject::Accounts, accounts.iter().map(|account| account.2).collect());
    let load = project.measures[0].clone();
    project.measures = Arc::new(vec![load, people, income, rain, revenue]);
    project.goals = vec![Goal { measure: MeasureId(4), tolerance: 0.1, weight: 1.0 }];
    let mut units = Units::clone(&project.units);
    let states: Vec<String> = (0..count).map(|unit| format!("state {}", unit % 3)).collect();
    units.attributes = vec![TextColumn::new("State", &states)];
    project.units = Arc::new(units);
    let codes: Vec<String> = (0..accounts.len()).map(|account| format!("c{account}")).collect();
    let mut table = Accounts {
        names: codes.clone(),
        codes,
        places: accounts.iter().map(|account| at(account.0, account.1)).collect(),
        placements: vec![Placement::Coordinates; accounts.len()],
        precisions_km: Vec::new(),
        ..Accounts::default()
    };
    let index = UnitIndex::new(&project.units);
    table.locate(|place| index.unit_at(place));
    project.accounts = Arc::new(table);
    project
}

fn order(corners: &[(f64, f64)], closed: bool, to: Option<u16>) -> CutOrder {
    CutOrder {
        drawn: Drawn { lines: vec![corners.iter().map(|&(column, row)| at(column, row)).collect()], closed },
        to: to.map(TerritoryId),
        only: None,
        smallest: Smallest::default(),
        split_by: SplitBy::Accounts,
    }
}

fn made(project: &Project, order: &CutOrder) -> CutDone {
    cut(project, order, &Progress::new()).unwrap_or_else(|why| panic!("{why:?}"))
}

fn code(project: &Project, code: &str) -> UnitId {
    project.units.find(code).unwrap_or_else(|| panic!("no unit {code} among {:?}", project.units.codes))
}

#[test]
fn figures_are_divided_by_the_accounts_inside_and_the_territory_ends_at_the_line() {
    // Unit 0 has three accounts, 300 of their 400 inside; unit 1 has none.
    let accounts = [(0.2, 0.5, 100.0), (0.7, 0.5, 250.0), (0.8, 0.2, 50.0)];
    let project = project("AAC\nBBC", &accounts);
    let done = made(&project, &order(&[(0.5, -0.5), (1.25, -0.5), (1.25, 1.0), (0.5, 1.0)], true, Some(2)));
    let after = &done.project;
    assert_eq!(done.edit.label, "Cut 2 cells and assigned the parts inside to B");
    let value = |measure: usize, unit: &str| after.measures[measure].values[code(after, unit).index()];
    // Revenue is the goal: by it 1001 people are divided, and stay whole.
    assert_eq!((value(1, "0-a"), value(1, "0-b")), (250.0, 751.0));
    assert_eq!((value(1, "1-a") + value(1, "1-b"), value(1, "1-b")), (1001.0, 250.0));
    assert_eq!((value(2, "1-a"), value(2, "1-b")), (1.0, 1.0));
    assert!(value(3, "1-a").is_nan() && value(3, "1-b").is_nan());
    assert_eq!(after.units.attributes[0].get(code(after, "1-b").index()), "state 1");
    let owner = |unit: &str| after.plan.territory_name(after.plan.territory_of(code(after, unit))).to_owned();
    assert_eq!(["0-a", "0-b", "1-a", "1-b"].map(owner), ["A", "B", "A", "B"]);
    let homes: Vec<&str> =
        after.accounts.units.iter().map(|unit| &*after.units.codes[unit.expect("inside").index()]).collect();
    assert_eq!(homes, ["0-a", "0-b", "0-b"]);
    assert_eq!(done.report.cuts[0].measures[1].how, "by the Revenue of 3 accounts");
    assert_eq!(done.report.cuts[1].measures[1].how, "by area");
    assert_eq!(done.report.cuts[1].measures[2].how, "copied: it is a mean");
    let notes = &done.edit.units_patch().expect("units are cut").notes;
    assert_eq!(notes[0][0], "0");
    assert!(notes[0][1].contains("0-a (50.0 % of the area, 1 account; A)"), "{notes:?}");
    assert!(notes[0][1].contains("by the Revenue of 3 accounts, 25.0 % : 75.0 %"), "{notes:?}");
}

#[test]
fn area_can_be_asked_for() {
    let project = project("AB", &[(0.2, 0.5, 100.0)]);
    let order = CutOrder { split_by: SplitBy::Area, ..order(&[(0.25, -0.5), (0.25, 1.5)], false, None) };
    let done = made(&project, &order);
    let people = |unit: &str| done.project.measures[1].values[code(&done.project, unit).index()];
    assert_eq!((people("0-a"), people("0-b")), (751.0, 250.0));
    assert!(done.report.cuts[0].measures.iter().all(|measure| !measure.how.contains("account")));
}

#[test]
fn whole_units_inside_go_to_the_territory_and_locked_ones_stay() {
    let mut project = project("AAA\nAAA\nAAB", &[]);
    let lock = Change::LockUnit { unit: UnitId(3), old: false, new: true };
    let edit = Edit { label: String::new(), changes: vec![lock] };
    apply(Arc::make_mut(&mut project.plan), &edit, Locks::Obey).expect("not locked");
    let done = made(&project, &order(&[(-0.5, 0.5), (3.5, 0.5), (3.5, 3.5), (-0.5, 3.5)], true, Some(2)));
    assert_eq!(done.edit.label, "Cut 3 cells and assigned 4 cells and the parts inside to B");
    assert_eq!(done.report.locked_inside, 1);
    assert_eq!(done.project.plan.territory_of(UnitId(3)), TerritoryId(1));
    assert_eq!(done.project.plan.territory_of(UnitId(4)), TerritoryId(2));
    let whole = made(&project, &order(&[(0.95, 0.95), (3.5, 0.9), (3.5, 3.5), (-0.5, 3.5)], true, Some(2)));
    // Unit 3 is crossed but locked.
    assert!(whole.report.whole.iter().any(|whole| whole.unit == "3" && whole.why == WhyWhole::Kept));
}

#[test]
fn what_cannot_be_done_is_said() {
    let project = project("AB", &[]);
    let refused = |order: &CutOrder| match cut(&project, order, &Progress::new()) {
        Err(Refused::Because(why)) => why,
        other => panic!("{:?}", other.map(|done| done.edit.label)),
    };
    assert_eq!(refused(&order(&[(0.2, 0.5), (0.8, 0.5)], false, None)), "The line crosses no cell from side to side");
    assert_eq!(refused(&order(&[(0.2, 0.5)], false, None)), "What was drawn is too small to cut along");
    assert_eq!(refused(&order(&[(0.0, 0.5), (2.0, 0.5)], false, Some(9))), "Choose a territory first");
    let along = order(&[(0.0, 0.00005), (2.0, 0.00005)], false, None);
    assert_eq!(refused(&along), "Nothing was cut: the line runs along the borders of every cell it touches");
    let progress = Progress::new();
    progress.cancel();
    let cancelled = cut(&project, &order(&[(0.0, 0.5), (2.0, 0.5)], false, None), &progress);
    assert_eq!(cancelled.map(|done| done.edit.label), Err(Refused::Cancelled));
}

#[test]
fn barriers_and_bridges_go_to_the_pieces() {
    let mut project = project("AAA", &[]);
    let say =
        |a: u32, b: u32, new: Adjacency| Change::Adjacency { units: [UnitId(a), UnitId(b)], old: None, new: Some(new) };
    let changes = vec![say(0, 1, Adjacency::Barrier), say(0, 2, Adjacency::Bridge)];
    let edit = Edit { label: String::new(), changes };
    apply(Arc::make_mut(&mut project.plan), &edit, Locks::Obey).expect("they are as drawn");
    // Unit 0 into a west and an east part; both touch unit 1 only in the east.
    let done = made(&project, &order(&[(0.5, -0.5), (0.5, 1.5)], false, None));
    let east = if done.project.units.centres[0].lon > -89.95 { UnitId(0) } else { UnitId(3) };
    let pair = |other: u32| [east.min(UnitId(other)), east.max(UnitId(other))];
    let expected = BTreeMap::from([(pair(1), Adjacency::Barrier), (pair(2), Adjacency::Bridge)]);
    assert_eq!(done.project.plan.adjacency(), &expected);
}

/// Cells of five territories and gaps, with accounts anywhere, one in four of them named.
pub(super) fn random_project(random: &mut Random) -> Project {
    let cell = |random: &mut Random| match random.below(12) {
        0 => '.',
        1 => '-',
        letter => (b'A' + (letter % 5) as u8) as char,
    };
    let text: Vec<String> = (0..6).map(|_| (0..6).map(|_| cell(random)).collect()).collect();
    let place = |random: &mut Random| random.below(1 << 20) as f64 / (1 << 20) as f64 * 7.0 - 0.5;
    let accounts: Vec<(f64, f64, f64)> =
        (0..60).map(|_| (place(random), place(random), random.below(1000) as f64 / 7.0)).collect();
    let mut project = project(&text.join("\n"), &accounts);
    let plan = Arc::make_mut(&mut project.plan);
    let mut edit = Edit::default();
    let slots = plan.territory_slots();
    for account in (0..60).step_by(4).map(AccountId) {
        let new = TerritoryId(random.below(slots) as u16);
        if new.is_unassigned() || plan.territory(new).is_some() {
            edit.changes.push(Change::Override { account, old: None, new: Some(new) });
        }
    }
    for unit in (0..plan.assignment().len() as u32).filter(|unit| unit % 9 == 3).map(UnitId) {
        edit.changes.push(Change::LockUnit { unit, old: false, new: true });
    }
    let _ = apply(plan, &edit, Locks::Obey);
    project
}

pub(super) fn random_order(project: &Project, random: &mut Random) -> CutOrder {
    let corner = |random: &mut Random| {
        let place = |random: &mut Random| random.below(1 << 20) as f64 / (1 << 20) as f64 * 7.0 - 0.5;
        (place(random), place(random))
    };
    let corners: Vec<(f64, f64)> = (0..3 + random.below(5)).map(|_| corner(random)).collect();
    let to: Vec<u16> = project.plan.territories().map(|(id, _)| id.0).collect();
    let closed = random.below(3) > 0;
    let to = (closed && !to.is_empty() && random.below(3) > 0).then(|| to[random.below(to.len())]);
    order(&corners, closed, to)
}

fn totals(project: &Project) -> Totals {
    Totals::count(Arc::new(LoadTable::new(project)), &project.plan)
}

/// Everything in a project that a cut may change, as text: numbers to the last bit.
pub(super) fn picture(project: &Project) -> String {
    let units = &*project.units;
    let bits = |values: &[f64]| values.iter().map(|value| format!("{:x} ", value.to_bits())).collect::<String>();
    let measures: Vec<String> =
        project.measures.iter().map(|measure| format!("{} {}", measure.name, bits(&measure.values))).collect();
    format!(
        "{:?} {:?} {:?} {} {:?} {:?} {:?} {measures:?} {:?} {:?}",
        units.codes,
        units.names,
        units.centres,
        bits(&units.areas_km2),
        units.bounds,
        units.attributes,
        units.topology.arrays(),
        project.accounts.units,
        project.plan,
    )
}

/// Every row of the file that is not the journal's, as text.
pub(in crate::work) fn rows(path: &Path) -> String {
    let connection = Connection::open(path).expect("the file is there");
    let mut text = String::new();
    for table in [
        "unit",
        "topology",
        "unit_data",
        "account",
        "account_data",
        "assignment",
        "override",
        "locked_unit",
        "adjacency",
        "territory",
        "measure",
        "attribute",
    ] {
        let mut query =
            connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).expect("the table is there");
        let columns = query.column_count();
        let mut found = query.query([]).expect("it can be read");
        while let Some(row) = found.next().expect("it can be read") {
            let values: Vec<String> =
                (0..columns).map(|at| format!("{:?}", row.get_ref(at).expect("a value"))).collect();
            text += &format!("{table} {}\n", values.join(" "));
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Nothing is lost or gained, accounts are where they lie, and undo brings every bit back.
    #[test]
    fn a_cut_loses_nothing_and_can_be_taken_back(seed: u64) {
        let mut random = Random::new(seed);
        let before = random_project(&mut random);
        let order = random_order(&before, &mut random);
        let Ok(done) = cut(&before, &order, &Progress::new()) else { return Ok(()) };
        let after = &done.project;
        let codes: std::collections::BTreeSet<&String> = after.units.codes.iter().collect();
        prop_assert_eq!(codes.len(), after.units.len());
        let (old, new) = (totals(&before), totals(after));
        for measure in (0..before.measures.len()).map(MeasureId::from_index).filter(|id| id.0 != 2) {
            let slots = || (0..before.plan.territory_slots()).map(TerritoryId::from_index);
            let sum = |totals: &Totals| totals.load_of(measure, slots());
            prop_assert_eq!(sum(&old).to_bits(), sum(&new).to_bits());
        }
        let index = UnitIndex::new(&after.units);
        for account in after.accounts.ids() {
            let place = after.accounts.places[account.index()];
            prop_assert_eq!(after.accounts.units[account.index()], index.unit_at(place));
        }
        // Outside everything belongs to whom it belonged; inside to the territory, unless it is locked.
        let was = UnitIndex::new(&before.units);
        for _ in 0..100 {
            let place = at(random.below(1 << 20) as f64 / (1 << 20) as f64 * 6.0, random.below(1 << 20) as f64 / (1 << 20) as f64 * 6.0);
            let (Some(a), Some(b)) = (was.unit_at(place), index.unit_at(place)) else { continue };
            let given = order.to.filter(|_| order.drawn.contains(place) && !before.plan.is_locked(a));
            let expected = given.unwrap_or(before.plan.territory_of(a));
            let sliver = done.report.whole.iter().any(|whole| whole.unit == before.units.codes[a.index()]);
            let near_sliver = done.report.cuts.iter().any(|cut| cut.unit == before.units.codes[a.index()] && cut.sliver > 0.0);
            prop_assert!(sliver || near_sliver || after.plan.territory_of(b) == expected);
        }
        let back = match data_after(after, &done.edit, true) {
            Some(data) => data.expect("the data can be taken back"),
            None => after.clone(),
        };
        let mut plan = after.plan.clone();
        apply(Arc::make_mut(&mut plan), &done.edit.inverse(), Locks::Pass).expect("the plan can be taken back");
        prop_assert!(picture(&Project { plan, ..back }) == picture(&before), "every bit is back");
    }

    /// The same in the file: made, closed, opened, taken back, closed, opened, made again; with another plan beside it.
    #[test]
    fn a_cut_and_its_undo_are_in_the_file(seed: u64) {
        let mut random = Random::new(seed);
        let before = random_project(&mut random);
        let order = random_order(&before, &mut random);
        let Ok(done) = cut(&before, &order, &Progress::new()) else { return Ok(()) };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.bwk");
        let mut store = store::create(&path, &before, Existing::Refuse).expect("it can be made");
        let other = store.create_plan(&before.plan, PlanInfo::default());
        store.flush().expect("written");
        let untouched = rows(&path);
        store.apply(&done.edit);
        store.flush().expect("written");
        drop(store);
        let (store, opened) = store::open(&path, Wanted::ReadWrite).expect("it can be opened");
        prop_assert!(picture(&opened.project) == picture(&done.project), "the file has the pieces");
        prop_assert!(opened.history.undo_step() == Some(&done.edit), "the journal has the step");
        prop_assert_eq!(&opened.notes, &Vec::<String>::new());
        let cut_rows = rows(&path);
        let step = opened.history.undo_step().expect("just compared").clone();
        store.undo(&step);
        store.flush().expect("written");
        drop(store);
        prop_assert!(rows(&path) == untouched, "the file is as it was");
        let (mut store, opened) = store::open(&path, Wanted::ReadWrite).expect("it can be opened");
        prop_assert!(picture(&opened.project) == picture(&before), "the project is as it was");
        let step = opened.history.redo_step().expect("one step was taken back").clone();
        store.redo(&step);
        store.flush().expect("written");
        prop_assert!(rows(&path) == cut_rows, "the file has the pieces again");
        // In the other plan the pieces belong to whom the unit belongs, and its history begins anew.
        let beside = store.switch_plan(other).expect("it is there");
        prop_assert_eq!(beside.plan.assignment().len(), done.project.units.len());
        if let Some(patch) = done.edit.units_patch() {
            for [piece, of] in &patch.origins {
                prop_assert_eq!(beside.plan.territory_of(*piece), before.plan.territory_of(*of));
            }
        }
        prop_assert_eq!(store.switch_plan(PlanId::FIRST).expect("it is there").history.applied(), 1);
    }
}

/// The ZIP areas that come with the program, with one territory.
fn zip_areas() -> Project {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/zip_areas.shp");
    let (units, measures) = zip_units(&path);
    let count = units.len();
    let mut plan = crate::domain::plan::Plan::empty("sample", count);
    let mut edit = Edit::default();
    let named = crate::domain::plan::Territory { name: "East".into(), ..Default::default() };
    edit.changes.push(Change::Territory { id: TerritoryId(1), old: None, new: Some(Box::new(named)) });
    apply(&mut plan, &edit, Locks::Obey).expect("a new territory");
    Project { units: Arc::new(units), measures: Arc::new(measures), plan: Arc::new(plan), ..Project::default() }
}

fn zip_units(path: &Path) -> (Units, Vec<Measure>) {
    let options = crate::work::columns::UnitColumns::default();
    let change = crate::work::import::import_units(&Project::default(), path, &options, &Progress::new());
    let change = change.expect("the sample can be read").value;
    (Units::clone(&change.project.units), Vec::clone(&change.project.measures))
}

#[test]
fn shipped_zip_areas_are_cut_without_gap_or_overlap() {
    let before = zip_areas();
    let bounds = before.units.bounds.iter().copied().reduce(|a, b| a.union(b)).expect("there are units");
    let around = |project: &Project| {
        let everything = vec![TerritoryId(1); project.units.len()];
        project.units.topology.perimeters_km(&everything, 2)[1]
    };
    let outside_km = around(&before);
    let mut cuts = 0;
    for seed in 0..24 {
        let mut random = Random::new(seed);
        let share = |random: &mut Random| random.below(1 << 30) as f64 / (1 << 30) as f64;
        let centre = LonLat::new(
            bounds.min.lon + share(&mut random) * (bounds.max.lon - bounds.min.lon),
            bounds.min.lat + share(&mut random) * (bounds.max.lat - bounds.min.lat),
        );
        let reach = 0.05 + share(&mut random);
        let places = (0..4 + random.below(60)).map(|_| {
            LonLat::new(
                centre.lon + (share(&mut random) - 0.5) * reach,
                centre.lat + (share(&mut random) - 0.5) * reach,
            )
        });
        let closed = seed % 3 > 0;
        let order = CutOrder {
            drawn: Drawn { lines: vec![places.collect()], closed },
            to: closed.then_some(TerritoryId(1)),
            only: None,
            smallest: Smallest::default(),
            split_by: SplitBy::Accounts,
        };
        let Ok(done) = cut(&before, &order, &Progress::new()) else { continue };
        cuts += done.report.cuts.len();
        let after = &done.project;
        assert!(
            done.report.whole.iter().all(|whole| whole.why != WhyWhole::Tangled),
            "{seed}: {:?}",
            done.report.whole
        );
        let area = |project: &Project, unit: UnitId| {
            let ring = |ring: &Vec<LonLat>| {
                let pairs = (1..ring.len() - 1).map(|at| (ring[at], ring[at + 1]));
                let first = ring[0];
                pairs
                    .map(|(a, b)| (a.lon - first.lon) * (b.lat - first.lat) - (a.lat - first.lat) * (b.lon - first.lon))
                    .sum::<f64>()
            };
            let shape = project.units.topology.shape(unit);
            shape.polygons.iter().flat_map(|polygon| polygon.rings()).map(ring).sum::<f64>()
        };
        let patch = done.edit.units_patch().expect("units are cut");
        let mut pieces: BTreeMap<UnitId, Vec<UnitId>> = BTreeMap::new();
        for [piece, of] in &patch.origins {
            pieces.entry(*of).or_insert_with(|| vec![*of]).push(*piece);
        }
        for unit in before.units.ids() {
            let own = pieces.get(&unit).cloned().unwrap_or_else(|| vec![unit]);
            let (whole, parts) = (area(&before, unit), own.iter().map(|&piece| area(after, piece)).sum::<f64>());
            assert!(
                (parts - whole).abs() <= 1e-9 * whole,
                "{seed}: {} is {whole}, its parts {parts}",
                before.units.codes[unit.index()]
            );
        }
        assert!((around(after) / outside_km - 1.0).abs() < 1e-9, "{seed}");
        let (old, new) = (UnitIndex::new(&before.units), UnitIndex::new(&after.units));
        for _ in 0..2_000 {
            let place = LonLat::new(
                centre.lon + (share(&mut random) - 0.5) * reach,
                centre.lat + (share(&mut random) - 0.5) * reach,
            );
            let home = new
                .unit_at(place)
                .map(|unit| patch.origins.iter().find(|origin| origin[0] == unit).map_or(unit, |origin| origin[1]));
            assert_eq!(home, old.unit_at(place), "{seed}: {place:?}");
        }
        let back = data_after(after, &done.edit, true).expect("units are cut").expect("it can be taken back");
        assert_eq!(back.units.topology.arrays(), before.units.topology.arrays());
    }
    assert!(cuts > 200, "{cuts} units were cut");
}
