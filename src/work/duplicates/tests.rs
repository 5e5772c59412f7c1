//! Planted doubles are found, branches of chains are not; merging adds up and can be taken back.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::{Measure, Subject, TextColumn};
use crate::domain::edit::{Change, Edit, Locks, apply};
use crate::domain::fixture;
use crate::domain::ids::TerritoryId;
use crate::domain::progress::Progress;
use crate::domain::random::Random;
use crate::domain::sphere::LonLat;

const FIRST: [&str; 24] = [
    "Anchor", "Badger", "Cedar", "Duke", "Eagle", "Falcon", "Granite", "Harbor", "Iron", "Juniper", "Kestrel",
    "Lantern", "Maple", "Nickel", "Otter", "Pioneer", "Quarry", "Raven", "Saddle", "Timber", "Umber", "Valley",
    "Willow", "Yonder",
];
const SECOND: [&str; 16] = [
    "Creek", "Ridge", "Point", "Hollow", "Bend", "Grove", "Hill", "Lake", "Mill", "Rock", "Fork", "Pine", "Gate",
    "Field", "Bridge", "Harvest",
];
const THIRD: [&str; 5] = ["Brewing Company", "Tavern", "Market", "Liquors", "Grill"];

struct Plant {
    project: Project,
    truth: BTreeSet<[AccountId; 2]>,
}

/// So many accounts in cities and the country, every tenth of a chain, and doubles of some as people make them.
fn planted(count: usize, doubles: usize, seed: u64) -> Plant {
    let mut random = Random::new(seed);
    let mut accounts = Accounts::default();
    let (mut phones, mut streets): (Vec<String>, Vec<String>) = Default::default();
    let cities: Vec<LonLat> =
        (0..count / 150 + 1).map(|_| LonLat::new(-100.0 + 20.0 * random.unit(), 32.0 + 12.0 * random.unit())).collect();
    let pick = |list: &[&str], random: &mut Random| list[random.below(list.len())].to_owned();
    for row in 0..count {
        let name = match row % 10 {
            0 => format!("{} {} Store {}", FIRST[row / 10 % 3], "Express", 100 + row),
            1 => format!("{} Express", FIRST[3 + row / 10 % 3]),
            _ => format!("{} {} {}", pick(&FIRST, &mut random), pick(&SECOND, &mut random), pick(&THIRD, &mut random)),
        };
        let city = cities[random.below(cities.len())];
        let spread = 0.06;
        accounts.codes.push(format!("{row:06}"));
        accounts.names.push(name);
        accounts.places.push(LonLat::new(city.lon + spread * random.normal(), city.lat + spread * random.normal()));
        accounts.placements.push(Placement::Coordinates);
        phones.push(format!("555{:07}", random.below(10_000_000)));
        streets.push(format!("{} {} Street", 1 + random.below(2_000), pick(&SECOND, &mut random)));
    }
    let mut truth = BTreeSet::new();
    for nth in 0..doubles {
        let of = (nth * (count / doubles) + 2).min(count - 1);
        let name = accounts.names[of].clone();
        let mut letters: Vec<char> = name.chars().collect();
        let name = match nth % 6 {
            0 => name.to_uppercase(),
            1 => format!("The {name}, Inc."),
            2 => {
                letters.remove(2 + random.below(3));
                letters.into_iter().collect()
            }
            3 => name.replace(" Company", " Co"),
            4 => name.split(' ').rev().collect::<Vec<_>>().join(" "),
            _ => name.replace(' ', "-"),
        };
        let place = accounts.places[of];
        let shift = 0.0008 * (random.unit() - 0.5);
        accounts.codes.push(format!("D{nth:05}"));
        accounts.names.push(name);
        accounts.places.push(if nth % 9 == 8 {
            LonLat::new(f64::NAN, f64::NAN)
        } else {
            LonLat::new(place.lon + shift, place.lat - shift)
        });
        accounts.placements.push(if nth % 9 == 8 { Placement::Unplaced } else { Placement::Coordinates });
        phones.push(if nth % 3 == 0 { String::new() } else { format!("({}) {}", &phones[of][..3], &phones[of][3..]) });
        streets.push(if nth % 2 == 0 { streets[of].replace("Street", "St.") } else { String::new() });
        truth.insert([AccountId::from_index(of), AccountId::from_index(count + nth)]);
    }
    let total = accounts.codes.len();
    accounts.units = vec![None; total];
    accounts.attributes = vec![TextColumn::new("Phone", &phones), TextColumn::new("Street", &streets)];
    let revenue = Measure::sum("Revenue", "$", Subject::Accounts, (0..total).map(|row| row as f64).collect());
    let project = Project { accounts: Arc::new(accounts), measures: Arc::new(vec![revenue]), ..Project::default() };
    Plant { project, truth }
}

fn pairs(groups: &[Group]) -> BTreeSet<[AccountId; 2]> {
    groups.iter().flat_map(|group| &group.pairs).map(|pair| pair.accounts).collect()
}

#[test]
fn planted_doubles_are_found_and_branches_of_chains_are_not() {
    let Plant { project, truth } = planted(20_000, 600, 5);
    let groups = find(&project, &DuplicatesWish::default(), &Progress::new()).expect("not cancelled");
    let found = pairs(&groups);
    let hits = found.intersection(&truth).count();
    let (precision, recall) = (hits as f64 / found.len() as f64, hits as f64 / truth.len() as f64);
    println!("{} found, {hits} of {} planted: precision {precision:.3}, recall {recall:.3}", found.len(), truth.len());
    assert!(precision > 0.95 && recall > 0.85, "precision {precision:.3}, recall {recall:.3}");
    // What was dismissed does not come again.
    let dismissed: BTreeSet<CodePair> = groups[0].pairs.iter().map(|pair| code_pair(&project, pair.accounts)).collect();
    let setting = dismissed_setting(&dismissed);
    let wish = DuplicatesWish { dismissed: super::dismissed(setting.as_deref()), ..DuplicatesWish::default() };
    let rest = find(&project, &wish, &Progress::new()).expect("not cancelled");
    assert_eq!(pairs(&rest).len(), found.len() - dismissed.len());
}

#[test]
fn a_crowded_place_does_not_make_it_slow_or_everything_a_double() {
    let Plant { mut project, .. } = planted(3_000, 3, 9);
    let accounts = Arc::make_mut(&mut project.accounts);
    accounts.places.fill(LonLat::new(-90.0, 40.0));
    accounts.placements.fill(Placement::PostalCode);
    let groups = find(&project, &DuplicatesWish::default(), &Progress::new()).expect("not cancelled");
    assert!(groups.iter().all(|group| group.pairs.iter().all(|pair| pair.parts.name > 0.6)));
    assert!(pairs(&groups).len() < 400, "{}", pairs(&groups).len());
    let cancelled = Progress::new();
    cancelled.cancel();
    assert!(find(&project, &DuplicatesWish::default(), &cancelled).is_err());
}

/// Two territories, four accounts; the last is a named and locked account of B.
fn small() -> Project {
    let mut project = fixture::project("AB");
    let place = |lon: f64| LonLat::new(lon, 39.95);
    let accounts = Accounts {
        codes: ["1", "2", "3", "4"].map(str::to_owned).to_vec(),
        names: ["Crown", "The Crown", "Bell", "CROWN"].map(str::to_owned).to_vec(),
        places: vec![place(-89.95), place(-89.95), place(-89.85), LonLat::new(f64::NAN, f64::NAN)],
        placements: vec![Placement::Coordinates, Placement::Coordinates, Placement::Coordinates, Placement::Unplaced],
        precisions_km: vec![f32::NAN; 4],
        units: vec![Some(crate::domain::ids::UnitId(0)), Some(crate::domain::ids::UnitId(0)), None, None],
        attributes: vec![TextColumn::new("Segment", &["", "pub", "shop", "hotel"])],
    };
    let values = vec![1.0, 2.0, 4.0, f64::NAN];
    let mut mean = Measure::sum("Median age", "", Subject::Accounts, vec![f64::NAN, 30.0, 40.0, 50.0]);
    mean.aggregate = crate::domain::columns::Aggregate::Mean { weight: None };
    let measures = Arc::make_mut(&mut project.measures);
    measures.extend([Measure::sum("Revenue", "$", Subject::Accounts, values), mean]);
    project.accounts = Arc::new(accounts);
    let (account, new) = (AccountId(3), Some(TerritoryId(2)));
    let changes =
        vec![Change::Override { account, old: None, new }, Change::LockAccount { account, old: false, new: true }];
    apply(Arc::make_mut(&mut project.plan), &Edit { changes, ..Edit::default() }, Locks::Obey).expect("it can be made");
    project
}

#[test]
fn merging_adds_up_fills_gaps_keeps_the_named_owner_and_is_one_step() {
    let project = small();
    let order = MergeOrder { groups: vec![(AccountId(0), vec![AccountId(1), AccountId(3)])], ..MergeOrder::default() };
    let done = merge(&project, &order).expect("it can be made");
    let after = &done.project;
    assert_eq!(after.accounts.codes, ["1", "3"]);
    assert_eq!((after.measures[1].values[0], after.measures[2].values[0]), (3.0, 30.0));
    assert_eq!(after.accounts.attributes[0].get(0), "pub");
    assert_eq!(after.plan.overrides().get(&AccountId(0)), Some(&TerritoryId(2)));
    assert!(after.plan.locked_accounts().contains(&AccountId(0)));
    assert_eq!(done.notes, ["1 takes over the owner of 4: B"]);
    assert_eq!(done.edit.label, "Merged 2 accounts into 1");
    let mut back = done.edit.data_after(after, true).expect("accounts change").expect("it fits");
    back.plan = Arc::clone(&after.plan);
    apply(Arc::make_mut(&mut back.plan), &done.edit.inverse(), Locks::Pass).expect("it can be taken back");
    let picture = |project: &Project| format!("{:?}", (&project.accounts, &project.measures, &project.plan));
    assert_eq!(picture(&back), picture(&project));

    let measures = [("Revenue".to_owned(), OnMerge::Largest)].into();
    let order = MergeOrder { groups: vec![(AccountId(3), vec![AccountId(1)])], measures };
    let done = merge(&project, &order).expect("it can be made");
    let row = done.project.accounts.codes.iter().position(|code| code == "4").expect("it stays");
    assert_eq!(done.project.measures[1].values[row], 2.0);
    assert!(done.project.accounts.places[row].is_valid());
    for groups in [vec![(AccountId(0), vec![AccountId(0)])], vec![(AccountId(9), vec![])]] {
        assert!(merge(&project, &MergeOrder { groups, ..MergeOrder::default() }).is_err());
    }
}
