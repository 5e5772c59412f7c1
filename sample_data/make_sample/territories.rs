//! Today's territories: grown over years along county lines, uneven, with the leftovers of history in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bailiwick::domain::random::Random;
use bailiwick::domain::sphere::LonLat;

use crate::coverage::{Edge, edges_of};
use crate::reps::REPS;
use crate::zip_areas::ZipArea;

/// Counties whose rep has left: nobody owns them now.
const LEFT: (LonLat, f64) = (LonLat::new(-87.35, 38.05), 62.0);

/// Counties around Dayton, which the Louisville rep kept when she moved: a second piece.
const KEPT: (LonLat, f64) = (LonLat::new(-84.15, 39.78), 30.0);
const KEEPER: usize = 8;

/// Latitude of the Straits of Mackinac; the Upper Peninsula behind them belongs to the north.
const STRAITS: f64 = 45.78;
const NORTHERN: usize = 2;

/// ZIPs south of Detroit that the Toledo rep took over from a neighbour who had too much to do.
const TAKEN_OVER: (LonLat, f64) = (LonLat::new(-83.23, 42.10), 17.0);
const TAKEN_FROM: usize = 1;
const TAKEN_BY: usize = 3;

/// Places where ZIPs just over a county line belong to the neighbour's rep, and how many.
const EXCEPTIONS: usize = 7;

/// Per ZIP area the rep (index in [`REPS`]) who has it, or none.
pub fn make(areas: &[ZipArea], random: &mut Random) -> Vec<Option<usize>> {
    let owner_of_county: BTreeMap<&str, Option<usize>> =
        county_centres(areas).into_iter().map(|(county, centre)| (county, owner(centre))).collect();
    let mut owners: Vec<Option<usize>> = areas
        .iter()
        .map(|area| match owner_of_county[area.zip.county.as_str()] {
            Some(TAKEN_FROM) if is_near(area.zip.place, TAKEN_OVER) => Some(TAKEN_BY),
            owner => owner,
        })
        .collect();
    exceptions(&neighbours(areas), &mut owners, random);
    owners
}

/// The mean of the ZIP points of every county.
fn county_centres(areas: &[ZipArea]) -> BTreeMap<&str, LonLat> {
    let mut sums = BTreeMap::<&str, (f64, f64, f64)>::new();
    for area in areas {
        let sum = sums.entry(&area.zip.county).or_default();
        *sum = (sum.0 + area.zip.place.lon, sum.1 + area.zip.place.lat, sum.2 + 1.0);
    }
    sums.into_iter().map(|(county, (lon, lat, count))| (county, LonLat::new(lon / count, lat / count))).collect()
}

/// Who has a county: the nearest rep, where some reach further than others (a power diagram).
fn owner(county: LonLat) -> Option<usize> {
    if is_near(county, LEFT) {
        return None;
    }
    if is_near(county, KEPT) {
        return Some(KEEPER);
    }
    // Menominee lies south of the straits, west of the lake.
    if county.lat > STRAITS || county.lat > 45.0 && county.lon < -87.0 {
        return Some(NORTHERN);
    }
    let far = |rep: usize| county.distance_km(REPS[rep].home).powi(2) - REPS[rep].reach_km2;
    (0..REPS.len()).min_by(|&a, &b| far(a).total_cmp(&far(b)))
}

fn is_near(place: LonLat, (centre, km): (LonLat, f64)) -> bool {
    place.distance_km(centre) < km
}

/// Per area those that share a border with it.
fn neighbours(areas: &[ZipArea]) -> Vec<BTreeSet<usize>> {
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

/// A few ZIPs over the county line that went to the neighbour at some time.
fn exceptions(neighbours: &[BTreeSet<usize>], owners: &mut [Option<usize>], random: &mut Random) {
    let mut made = 0;
    for _ in 0..2000 {
        if made == EXCEPTIONS {
            return;
        }
        let start = random.below(owners.len());
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
