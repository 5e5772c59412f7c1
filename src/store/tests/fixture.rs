//! Projects to save: a grid of square units with accounts in them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::accounts::{Accounts, Placement};
use crate::domain::cells::apply_to_project;
use crate::domain::columns::{Aggregate, Measure, Subject, TextColumn};
use crate::domain::computed::Computed;
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::hierarchy::Group;
use crate::domain::ids::{AccountId, GroupId, MeasureId, RepId, TerritoryId, UnitId};
use crate::domain::plan::{Adjacency, Plan, Territory};
use crate::domain::polygon::{Polygon, Shape};
use crate::domain::progress::Progress;
use crate::domain::project::{Goal, Project};
use crate::domain::random::Random;
use crate::domain::reference::{LayerColour, LayerLook, LayerWidth, ReferenceLayer};
use crate::domain::reps::Rep;
use crate::domain::segments::{self, Combine, Condition, Operator, Rule, Segment};
use crate::domain::sphere::LonLat;
use crate::domain::topology;
use crate::domain::units::Units;

/// A temporary folder and the path of a project in it.
pub fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.bwk");
    (folder, path)
}

/// Squares of a tenth of a degree; each side has `points` places.
pub fn grid(columns: usize, rows: usize, points: usize) -> Units {
    let mut shapes = Vec::new();
    let mut codes = Vec::new();
    for y in 0..rows {
        for x in 0..columns {
            let corner = |dx: usize, dy: usize| ((x + dx) as f64 * 0.1, (y + dy) as f64 * 0.1);
            let corners = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
            let mut outer = Vec::new();
            for side in 0..4 {
                let ((ax, ay), (bx, by)) = (corners[side], corners[(side + 1) % 4]);
                // Both neighbours must compute the same places for their common side.
                let (low, high, forward) =
                    if (ax, ay) < (bx, by) { ((ax, ay), (bx, by), true) } else { ((bx, by), (ax, ay), false) };
                for step in 0..points {
                    let share = if forward { step } else { points - step } as f64 / points as f64;
                    let along = |from: f64, to: f64| from + (to - from) * share;
                    outer.push(LonLat::new(along(low.0, high.0) - 90.0, along(low.1, high.1) + 30.0));
                }
            }
            shapes.push(Shape { polygons: vec![Polygon { outer, holes: vec![] }] });
            codes.push(format!("{:05}", y * columns + x));
        }
    }
    let (topology, _) = topology::build(&shapes, &Progress::default()).unwrap();
    let names = codes.iter().map(|code| format!("Unit {code}")).collect();
    let mut units = Units::new("ZIP area", codes, names, topology).unwrap();
    units.approximate = true;
    units.attribution = "Made for tests".into();
    units
}

/// Accounts at random places of the grid; every tenth one is unplaced.
pub fn accounts(units: &Units, count: usize, random: &mut Random) -> Accounts {
    let mut accounts = Accounts::default();
    for index in 0..count {
        let unit = UnitId::from_index(random.below(units.len()));
        let placed = index % 10 != 9;
        accounts.codes.push(format!("C-{index:06}"));
        accounts.names.push(format!("Côte & \"Söhne\" {index}"));
        accounts.places.push(if placed { units.centres[unit.index()] } else { LonLat::new(f64::NAN, f64::NAN) });
        accounts.placements.push(match index % 10 {
            9 => Placement::Unplaced,
            kind @ 3..=8 => Placement::ALL[kind - 3],
            _ => Placement::Coordinates,
        });
        accounts.precisions_km.push(if placed && index % 4 != 0 { index as f32 / 8.0 } else { f32::NAN });
        accounts.units.push(placed.then_some(unit));
    }
    accounts
}

/// A small project that uses every feature of the file.
pub fn project() -> Project {
    let mut random = Random::new(7);
    let mut units = grid(5, 4, 2);
    let states: Vec<_> = (0..units.len()).map(|index| if index % 2 == 0 { "Ohio" } else { "Iowa" }).collect();
    units.attributes.push(TextColumn::new("State", &states));
    let mut accounts = accounts(&units, 60, &mut random);
    let words: Vec<_> = (0..60).map(|_| ["pub", "shop", "", "hôtel"][random.below(4)]).collect();
    accounts.attributes.push(TextColumn::new("Segment", &words));
    // Names that SQL would take for the same, or for a fixed column.
    accounts.attributes.push(TextColumn::new("segment", &words));
    accounts.attributes.push(TextColumn::new("Code", &words));
    accounts.attributes.push(TextColumn::new("a \"quoted\"; DROP TABLE plan; --", &words));
    let numbers = |random: &mut Random, count: usize| -> Vec<f64> {
        (0..count).map(|index| if index % 7 == 6 { f64::NAN } else { random.unit() * 1e6 }).collect()
    };
    let mut income = Measure::sum("Income", "$", Subject::Units, numbers(&mut random, units.len()));
    income.aggregate = Aggregate::Mean { weight: Some(MeasureId(0)) };
    let measures = vec![
        Measure::sum("Households", "", Subject::Units, vec![12.0; units.len()]),
        Measure::sum("Revenue", "$", Subject::Accounts, numbers(&mut random, 60)),
        income,
        Measure::sum("Per head", "", Subject::Units, vec![1.0; units.len()]),
    ];
    let computed = Computed {
        subject: Subject::Units,
        number: true,
        name: "Per head".into(),
        formula: "12 / Households".into(),
        as_of: "2026-01-31".into(),
    };
    let condition = |column: &str, operator: Operator| Condition {
        column: column.into(),
        operator,
        value: "a \"b\", ß".into(),
        until: "5".into(),
    };
    let within = |combine: Combine| segments::Group {
        combine,
        conditions: vec![condition("Code", Operator::OneOf)],
        groups: vec![],
    };
    let whole = segments::Group {
        combine: Combine::Any,
        conditions: vec![condition("Revenue", Operator::Between), condition("Segment", Operator::IsEmpty)],
        groups: vec![within(Combine::None), within(Combine::All)],
    };
    let rule_of = |name: &str, rule: Rule| Segment { name: name.into(), rule, as_of: "2026-02-28".into() };
    let segments = vec![
        rule_of("Zulu", Rule::Formula("Revenue > 5".into())),
        rule_of("'; DROP TABLE plan; --", Rule::Conditions(whole)),
        rule_of("Empty", Rule::Conditions(segments::Group::default())),
    ];
    let rep = |code: &str, name: &str| Rep { code: code.into(), name: name.into(), ..Rep::default() };
    let mut reps = vec![rep("007", "Anna Árnadóttir"), rep("8", "Ben")];
    reps[0].home = Some(LonLat::new(-89.7, 30.2));
    reps[0].home_town = "Gulfport".into();
    reps[0].capacity_hours = 1_600.0;
    reps[0].skills = vec!["beer".into(), "German".into()];
    reps[1].capacity_hours = 900.5;
    let mut plan = Plan::empty("Baseline", units.len());
    let mut edit = Edit::new("Began");
    edit.changes.push(Change::Levels { old: vec![], new: vec!["District".into(), "Région".into()] });
    let above = Group { name: "North & West".into(), level: 1, rep: Some(RepId(1)), ..Group::default() };
    let below = Group { name: "Lakes".into(), parent: Some(GroupId(1)), colour: [9, 8, 7], ..Group::default() };
    let empty = Group { name: "Coast".into(), locked: true, note: "a\nb".into(), ..Group::default() };
    for (id, group) in [(1, above), (2, below), (4, empty)] {
        edit.changes.push(Change::Group { id: GroupId(id), old: None, new: Some(Box::new(group)) });
    }
    edit.changes.push(Change::LockAccount { account: AccountId(5), old: false, new: true });
    for (units, new) in [([0, 7], Adjacency::Bridge), ([1, 2], Adjacency::Barrier)] {
        edit.changes.push(Change::Adjacency { units: units.map(UnitId), old: None, new: Some(new) });
    }
    for (id, name) in [(1, "North"), (3, "South")] {
        let territory = Territory {
            name: name.into(),
            colour: [id as u8, 200, 17],
            rep: Some(RepId(id / 2)),
            parent: (id == 1).then_some(GroupId(2)),
            targets: [(MeasureId(1), 1234.5)].into(),
            locked: id == 3,
            note: "Two\nlines".into(),
        };
        edit.changes.push(Change::Territory { id: TerritoryId(id), old: None, new: Some(Box::new(territory)) });
    }
    for unit in 0..12 {
        let new = TerritoryId(if unit < 6 { 1 } else { 3 });
        edit.changes.push(Change::Assign { unit: UnitId(unit), old: TerritoryId::UNASSIGNED, new });
    }
    for (account, new) in [(4, TerritoryId(3)), (5, TerritoryId::UNASSIGNED)] {
        edit.changes.push(Change::Override { account: AccountId(account), old: None, new: Some(new) });
    }
    edit.changes.push(Change::LockUnit { unit: UnitId(2), old: false, new: true });
    apply(&mut plan, &edit, Locks::Pass).unwrap();
    Project {
        name: "Craft & Co".into(),
        units: Arc::new(units),
        accounts: Arc::new(accounts),
        measures: Arc::new(measures),
        reps: Arc::new(reps),
        goals: vec![Goal { measure: MeasureId(1), tolerance: 0.05, weight: 2.0 }],
        plan: Arc::new(plan),
        computed: Arc::new(vec![computed]),
        segments: Arc::new(segments),
        layers: Arc::new(vec![layer("Counties", 3), layer("'; DROP TABLE layer; --", 1)]),
    }
}

/// Areas that lie over the units of [`project`].
pub fn layer(name: &str, columns: usize) -> ReferenceLayer {
    let mut areas = grid(columns, 2, 1);
    areas.kind = "county".into();
    let words: Vec<_> = (0..areas.len()).map(|area| ["", "Ohio", "ß \"x\""][area % 3]).collect();
    areas.attributes.push(TextColumn::new("State", &words));
    let mut mean = Measure::sum("Income", "$", Subject::Units, vec![0.1; areas.len()]);
    mean.aggregate = Aggregate::Mean { weight: Some(MeasureId(0)) };
    mean.values[0] = f64::NAN;
    let people = Measure::sum("People", "", Subject::Units, vec![1e15; areas.len()]);
    let look = LayerLook { visible: false, colour: LayerColour::Brown, width: LayerWidth::Thick };
    ReferenceLayer { name: name.into(), areas: areas.into(), measures: vec![people, mean].into(), look }
}

/// An edit that can be applied to the plan: territories come and go, units and accounts move, locks change.
pub fn random_edit(plan: &Plan, account_count: usize, random: &mut Random) -> Edit {
    let existing: Vec<_> = plan.territories().map(|(id, _)| id).collect();
    let any = |random: &mut Random| match random.below(existing.len() + 1) {
        0 => TerritoryId::UNASSIGNED,
        at => existing[at - 1],
    };
    let units = plan.assignment().len();
    let groups: Vec<_> = plan.hierarchy().iter().map(|(id, _)| id).collect();
    let mut edit = match random.below(15) {
        0..5 => {
            let chosen: Vec<_> = (0..1 + random.below(8)).map(|_| UnitId::from_index(random.below(units))).collect();
            let chosen: std::collections::BTreeSet<_> = chosen.into_iter().collect();
            let to = any(random);
            Edit::assign(plan, chosen, to)
        }
        5 if existing.len() < 6 => {
            let id = plan.next_territory_id();
            let territory =
                Territory { name: format!("Territory {}", id.0), colour: [1, 2, 3], ..Territory::default() };
            Edit {
                changes: vec![Change::Territory { id, old: None, new: Some(Box::new(territory)) }],
                ..Edit::default()
            }
        }
        6 if !existing.is_empty() => Edit::remove(plan, existing[random.below(existing.len())]),
        7 if !existing.is_empty() => {
            let (target, rep) = (random.unit() * 1e6, RepId(random.below(2) as u16));
            Edit::alter(plan, existing[random.below(existing.len())], "", |territory| {
                territory.note = format!("Aim for {target}");
                territory.rep = Some(rep);
                territory.targets = [(MeasureId(0), target)].into();
            })
        }
        8 => {
            let account = AccountId::from_index(random.below(account_count));
            let old = plan.overrides().get(&account).copied();
            let new = if old.is_some() { None } else { Some(any(random)) };
            Edit { changes: vec![Change::Override { account, old, new }], ..Edit::default() }
        }
        9 => {
            let account = AccountId::from_index(random.below(account_count));
            let old = plan.locked_accounts().contains(&account);
            Edit { changes: vec![Change::LockAccount { account, old, new: !old }], ..Edit::default() }
        }
        10 if groups.len() < 9 => {
            let level = random.below(plan.hierarchy().levels().len().max(1)) as u8;
            let parents: Vec<_> =
                plan.hierarchy().iter().filter(|entry| entry.1.level > level).map(|entry| entry.0).collect();
            let parent = (!parents.is_empty()).then(|| parents[random.below(parents.len())]);
            Edit::add_group(plan, "", Group { name: "Group".into(), level, parent, ..Group::default() }).0
        }
        11 if !groups.is_empty() && !existing.is_empty() => {
            let to = (random.below(4) > 0).then(|| groups[random.below(groups.len())]);
            Edit::move_to_group(plan, [existing[random.below(existing.len())]], to)
        }
        12 if !groups.is_empty() => Edit::remove_group(plan, groups[random.below(groups.len())]),
        13 => {
            let pair = [random.below(units), random.below(units)].map(UnitId::from_index);
            let new = [None, Some(Adjacency::Bridge), Some(Adjacency::Barrier)][random.below(3)];
            Edit::set_adjacency(plan, pair[0], pair[1], new)
        }
        14 => {
            let mut new = plan.hierarchy().levels().to_vec();
            let name = new.len();
            new.push(format!("Level {name}"));
            Edit { changes: vec![Change::Levels { old: plan.hierarchy().levels().to_vec(), new }], ..Edit::default() }
        }
        _ => {
            let unit = UnitId::from_index(random.below(units));
            let old = plan.locked_units().contains(&unit);
            Edit { changes: vec![Change::LockUnit { unit, old, new: !old }], ..Edit::default() }
        }
    };
    edit.label = format!("Step {}", random.below(1_000));
    edit
}

fn layers_in_words(project: &Project) -> String {
    let words = |layer: &ReferenceLayer| {
        let areas = &*layer.areas;
        let fixed = (&areas.kind, areas.approximate, &areas.attribution, &areas.codes, &areas.names, &areas.attributes);
        let places = (&areas.centres, &areas.areas_km2, &areas.bounds, areas.topology.arrays());
        format!("{:?}", (&layer.name, layer.look, fixed, places, &layer.measures))
    };
    project.layers.iter().map(words).collect()
}

/// Whether two projects hold the same, missing values included.
#[track_caller]
pub fn assert_same(found: &Project, expected: &Project) {
    let words = |project: &Project| {
        let (units, accounts) = (&project.units, &project.accounts);
        // Debug text shows NaN as NaN, and the shortest form of a number that is read back as the same one.
        [
            format!("{:?}", (&project.name, &units.kind, units.approximate, &units.attribution, &project.goals)),
            format!("{:?}", (&units.codes, &units.names, &units.centres, &units.areas_km2, &units.bounds)),
            format!("{:?}", (&units.attributes, units.topology.arrays())),
            format!(
                "{:?}",
                (&accounts.codes, &accounts.names, &accounts.places, &accounts.placements, &accounts.units)
            ),
            format!("{:?}", (0..accounts.len()).map(|row| accounts.precision_km(row)).collect::<Vec<_>>()),
            format!("{:?}", &accounts.attributes),
            format!("{:?}", project.measures),
            format!("{:?}", project.reps),
            format!("{:?}", project.plan),
            format!("{:?}", (&project.computed, &project.segments)),
            layers_in_words(project),
        ]
    };
    for (found, expected) in words(found).into_iter().zip(words(expected)) {
        assert_eq!(found, expected);
    }
}

/// The project after an edit is made (`back`: taken back): the data that it leads to, and the plan. `None` where it does not fit.
pub fn stepped(project: &Project, edit: &Edit, back: bool) -> Option<Project> {
    let wanted = if back { edit.inverse() } else { edit.clone() };
    let mut next = project.clone();
    apply_to_project(&mut next, &wanted, Locks::Pass).ok()?;
    let data = edit.data_after(project, back).map(|data| data.expect("the accounts are as they were"));
    Some(match data {
        Some(data) => Project { plan: next.plan, ..data },
        None => next,
    })
}
