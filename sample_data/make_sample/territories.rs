//! Today's territories: grown over years along county lines, uneven, with the leftovers of history in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bailiwick::domain::random::Random;
use bailiwick::domain::sphere::LonLat;

use crate::accounts::Account;
use crate::coverage::{Edge, edges_of};
use crate::reps::{REPS, Rep};
use crate::zip_areas::ZipArea;

/// Counties whose rep has left: nobody owns them now.
const LEFT: (LonLat, f64) = (LonLat::new(-87.35, 38.05), 62.0);

/// Counties around Dayton, which the Louisville rep kept when she moved: a second piece.
const KEPT: (LonLat, f64) = (LonLat::new(-84.15, 39.78), 30.0);
const KEEPER: usize = 8;

/// ZIPs south of Detroit that the Toledo rep took over from a neighbour who had too much to do.
const TAKEN_OVER: (LonLat, f64) = (LonLat::new(-83.23, 42.10), 17.0);
const TAKEN_FROM: usize = 1;
const TAKEN_BY: usize = 3;

/// Counties on the two sides of the Straits of Mackinac, which a bridge joins.
const BRIDGE: (&str, &str) = ("26031", "26097");

/// Rounds of the search for weights.
const ROUNDS: usize = 500;

/// Places where ZIPs just over a county line belong to the neighbour's rep, and how many.
const EXCEPTIONS: usize = 7;

/// Per ZIP area the rep (index in [`REPS`]) who has it, or none.
pub fn make(areas: &[ZipArea], accounts: &[Account], random: &mut Random) -> Vec<Option<usize>> {
    let counties = Counties::new(areas, accounts);
    let kept = counties.around(KEPT);
    let left = counties.around(LEFT);
    let held: BTreeSet<usize> = kept.iter().chain(&left).copied().collect();
    let targets = targets(&counties, &kept, &left);
    let mut owners = share_out(&counties, &held, &targets);
    for &county in &kept {
        owners[county] = Some(KEEPER);
    }
    let mut by_zip: Vec<Option<usize>> = counties.of_area.iter().map(|&county| owners[county]).collect();
    for (area, owner) in areas.iter().zip(&mut by_zip) {
        if *owner == Some(TAKEN_FROM) && area.zip.place.distance_km(TAKEN_OVER.0) < TAKEN_OVER.1 {
            *owner = Some(TAKEN_BY);
        }
    }
    exceptions(areas, &counties.area_neighbours, &mut by_zip, random);
    by_zip
}

/// Counties with their load and neighbours.
struct Counties {
    /// Per ZIP area its county.
    of_area: Vec<usize>,
    /// Share of all revenue and hours, in equal parts.
    load: Vec<f64>,
    centre: Vec<LonLat>,
    neighbours: Vec<BTreeSet<usize>>,
    area_neighbours: Vec<BTreeSet<usize>>,
}

impl Counties {
    fn new(areas: &[ZipArea], accounts: &[Account]) -> Self {
        let codes: BTreeSet<&str> = areas.iter().map(|area| area.zip.county.as_str()).collect();
        let index: BTreeMap<&str, usize> = codes.iter().enumerate().map(|(index, &code)| (code, index)).collect();
        let of_area: Vec<usize> = areas.iter().map(|area| index[area.zip.county.as_str()]).collect();
        let revenue: f64 = accounts.iter().map(|account| f64::from(account.annual_revenue())).sum();
        let hours: f64 = accounts.iter().map(Account::hours).sum();
        let mut load = vec![0.0; codes.len()];
        for account in accounts {
            load[of_area[account.spot.area]] +=
                0.5 * f64::from(account.annual_revenue()) / revenue + 0.5 * account.hours() / hours;
        }
        let centre = (0..codes.len())
            .map(|county| {
                let members: Vec<LonLat> =
                    areas.iter().zip(&of_area).filter(|pair| *pair.1 == county).map(|pair| pair.0.zip.place).collect();
                let mean = |value: fn(&LonLat) -> f64| members.iter().map(value).sum::<f64>() / members.len() as f64;
                LonLat::new(mean(|p| p.lon), mean(|p| p.lat))
            })
            .collect();
        let area_neighbours = area_neighbours(areas);
        let mut neighbours = vec![BTreeSet::new(); codes.len()];
        for (area, others) in area_neighbours.iter().enumerate() {
            neighbours[of_area[area]].extend(others.iter().map(|&other| of_area[other]));
        }
        let (a, b) = (index[BRIDGE.0], index[BRIDGE.1]);
        neighbours[a].insert(b);
        neighbours[b].insert(a);
        for (county, others) in neighbours.iter_mut().enumerate() {
            others.remove(&county);
        }
        Self { of_area, load, centre, neighbours, area_neighbours }
    }

    fn around(&self, (place, km): (LonLat, f64)) -> Vec<usize> {
        (0..self.centre.len()).filter(|&county| self.centre[county].distance_km(place) < km).collect()
    }
}

fn area_neighbours(areas: &[ZipArea]) -> Vec<BTreeSet<usize>> {
    let mut of_edge = HashMap::<Edge, usize>::new();
    for (index, area) in areas.iter().enumerate() {
        of_edge.extend(area.shape.iter().flatten().flat_map(edges_of).map(|edge| (edge, index)));
    }
    let mut neighbours = vec![BTreeSet::new(); areas.len()];
    for (&(a, b), &index) in &of_edge {
        if let Some(&other) = of_edge.get(&(b, a)) {
            neighbours[index].insert(other);
        }
    }
    neighbours
}

/// What each rep shall come to, without the counties held for others.
fn targets(counties: &Counties, kept: &[usize], left: &[usize]) -> Vec<f64> {
    let sum = |members: &[usize]| members.iter().map(|&county| counties.load[county]).sum::<f64>();
    let shares: f64 = REPS.iter().map(|rep| rep.share).sum();
    let owned = 1.0 - sum(left);
    let mut targets: Vec<f64> = REPS.iter().map(|rep| owned * rep.share / shares).collect();
    targets[KEEPER] -= sum(kept);
    targets
}

/// Every county goes to the nearest rep, where distances are shortened for reps who shall have more (a power diagram). The weights
/// are found by trial: whoever is behind gets more, and of all rounds the one nearest to the targets counts.
fn share_out(counties: &Counties, held: &BTreeSet<usize>, targets: &[f64]) -> Vec<Option<usize>> {
    let mut weights = vec![0.0; REPS.len()];
    let mut best = (f64::INFINITY, Vec::new());
    for round in 0..ROUNDS {
        let mut owners: Vec<Option<usize>> = (0..counties.load.len())
            .map(|county| {
                let km2 = |rep: usize| counties.centre[county].distance_km(REPS[rep].home).powi(2) - weights[rep];
                let nearest = (0..REPS.len()).min_by(|&a, &b| km2(a).total_cmp(&km2(b)));
                nearest.filter(|_| !held.contains(&county))
            })
            .collect();
        join_strays(counties, held, &mut owners);
        let mut loads = vec![0.0; REPS.len()];
        for (county, owner) in owners.iter().enumerate() {
            if let Some(rep) = owner {
                loads[*rep] += counties.load[county];
            }
        }
        let step = 600.0 * (1.0 - round as f64 / ROUNDS as f64);
        let mut error = 0.0;
        for rep in 0..REPS.len() {
            let behind = 1.0 - loads[rep] / targets[rep];
            error += behind * behind;
            weights[rep] += step * behind;
        }
        if error < best.0 {
            best = (error, owners);
        }
    }
    best.1
}

/// Counties cut off from their rep's home go to the neighbour with most counties beside them.
fn join_strays(counties: &Counties, held: &BTreeSet<usize>, owners: &mut [Option<usize>]) {
    let mut main = BTreeSet::new();
    for (rep, Rep { home, .. }) in REPS.iter().enumerate() {
        let km = |county: &usize| counties.centre[*county].distance_km(*home);
        let mine = (0..owners.len()).filter(|&county| owners[county] == Some(rep));
        let mut open: Vec<usize> = mine.min_by(|a, b| km(a).total_cmp(&km(b))).into_iter().collect();
        while let Some(county) = open.pop() {
            if main.insert(county) {
                open.extend(counties.neighbours[county].iter().filter(|&&other| owners[other] == Some(rep)));
            }
        }
    }
    let mut strays: Vec<usize> =
        (0..owners.len()).filter(|county| !main.contains(county) && !held.contains(county)).collect();
    while let Some(position) =
        strays.iter().position(|&stray| counties.neighbours[stray].iter().any(|c| main.contains(c)))
    {
        let stray = strays.remove(position);
        let mut beside = vec![0; REPS.len()];
        for other in counties.neighbours[stray].iter().filter(|other| main.contains(other)) {
            if let Some(rep) = owners[*other] {
                beside[rep] += 1;
            }
        }
        owners[stray] = (0..REPS.len()).max_by_key(|&rep| beside[rep]);
        main.insert(stray);
    }
}

/// A few ZIPs over the county line that went to the neighbour at some time.
fn exceptions(areas: &[ZipArea], neighbours: &[BTreeSet<usize>], owners: &mut [Option<usize>], random: &mut Random) {
    let mut made = 0;
    for _ in 0..2000 {
        if made == EXCEPTIONS {
            return;
        }
        let start = random.below(areas.len());
        let taker =
            neighbours[start].iter().find_map(|&other| owners[other].filter(|_| owners[other] != owners[start]));
        let (Some(giver), Some(taker)) = (owners[start], taker) else { continue };
        let mut taken = vec![start];
        let wanted = 3 + random.below(5);
        for position in 0..wanted {
            let Some(&area) = taken.get(position) else { break };
            for &other in &neighbours[area] {
                if taken.len() < wanted && owners[other] == Some(giver) && !taken.contains(&other) {
                    taken.push(other);
                }
            }
        }
        let before = pieces(neighbours, owners, giver) + pieces(neighbours, owners, taker);
        for &area in &taken {
            owners[area] = Some(taker);
        }
        if pieces(neighbours, owners, giver) + pieces(neighbours, owners, taker) > before {
            for &area in &taken {
                owners[area] = Some(giver);
            }
            continue;
        }
        made += 1;
    }
}

/// The number of pieces that a rep's ZIP areas form.
fn pieces(neighbours: &[BTreeSet<usize>], owners: &[Option<usize>], rep: usize) -> usize {
    let mut unseen: BTreeSet<usize> = (0..owners.len()).filter(|&area| owners[area] == Some(rep)).collect();
    let mut pieces = 0;
    while let Some(first) = unseen.pop_first() {
        pieces += 1;
        let mut open = vec![first];
        while let Some(area) = open.pop() {
            open.extend(neighbours[area].iter().filter(|other| unseen.remove(other)));
        }
    }
    pieces
}
