//! Where businesses are: around town centres, around further centres of large towns, along the roads that lead to the next towns,
//! and thinly everywhere else. Streets are invented; towns and ZIP points are real.

use std::f64::consts::{PI, TAU};

use bailiwick::domain::random::Random;
use bailiwick::domain::sphere::LonLat;

use crate::locate::{Locator, direction, offset};
use crate::source::Town;
use crate::streets;

/// Share of the businesses that are placed by town; the others by the population of ZIPs, in the country and in suburbs.
const IN_TOWNS: f64 = 0.74;

/// A ZIP with more people is suburb or city rather than country.
const DENSE: f64 = 9000.0;

/// Towns that draw more visitors than their population tells, and the supplier's home.
const BUSY_TOWNS: [(&str, &str, f64); 24] = [
    ("Traverse City", "MI", 4.0),
    ("Petoskey", "MI", 3.5),
    ("Charlevoix", "MI", 3.0),
    ("Mackinaw City", "MI", 4.0),
    ("Frankenmuth", "MI", 2.5),
    ("Saugatuck", "MI", 5.0),
    ("South Haven", "MI", 3.5),
    ("Grand Haven", "MI", 2.5),
    ("Holland", "MI", 1.6),
    ("Ludington", "MI", 2.2),
    ("Marquette", "MI", 2.0),
    ("Grand Rapids", "MI", 1.6),
    ("Ann Arbor", "MI", 1.4),
    ("Kalamazoo", "MI", 1.4),
    ("Sandusky", "OH", 2.2),
    ("Port Clinton", "OH", 2.5),
    ("Put-in-Bay", "OH", 4.0),
    ("Athens", "OH", 1.5),
    ("Nashville", "IN", 4.0),
    ("Bloomington", "IN", 1.4),
    ("French Lick", "IN", 3.0),
    ("Michigan City", "IN", 1.5),
    ("Bardstown", "KY", 2.5),
    ("Covington", "KY", 1.4),
];

/// A place with its invented address.
#[derive(Debug, Clone)]
pub struct Spot {
    pub place: LonLat,
    pub street: String,
    /// Index of the ZIP area.
    pub area: usize,
    pub city: String,
    /// Population of the town, or of the ZIP in the country: larger places have larger businesses.
    pub town_population: f64,
}

/// All towns with their invented streets.
pub struct Places<'a> {
    locator: &'a Locator<'a>,
    towns: Vec<TownPlan>,
    town_weights: Weights,
    area_weights: Weights,
}

/// Cumulated weights to draw from.
struct Weights(Vec<f64>);

struct TownPlan {
    town: Town,
    radius_km: f64,
    centres: Vec<Centre>,
    centre_weights: Weights,
    roads: Vec<Road>,
}

/// A dense spot: downtown, a neighbourhood centre, a mall.
struct Centre {
    place: LonLat,
    spread_km: f64,
    /// Streets make centres longer than wide: direction and ratio.
    axis: f64,
    stretch: f64,
    streets: Vec<String>,
}

/// A street with shops: a bent line out of a centre.
struct Road {
    name: String,
    line: Vec<LonLat>,
    first_number: f64,
}

const ROAD_STEP_KM: f64 = 0.25;

impl<'a> Places<'a> {
    pub fn new(locator: &'a Locator<'a>, towns: &[Town], random: &Random) -> Self {
        let plans: Vec<TownPlan> = (0..towns.len())
            .map(|index| TownPlan::new(index, towns, locator, &mut random.fork(index as u64)))
            .collect();
        let mut luck = random.fork(1 << 40);
        let town_weights = Weights::new(plans.iter().map(|plan| {
            let busy = BUSY_TOWNS.iter().find(|(name, state, _)| *name == plan.town.name && *state == plan.town.state);
            plan.town.population.powf(0.97) * (0.28 * luck.normal()).exp() * busy.map_or(1.0, |busy| busy.2)
        }));
        let area_weights = Weights::new(locator.areas.iter().map(|area| area.zip.population));
        Self { locator, towns: plans, town_weights, area_weights }
    }

    /// Draws the place of one business.
    pub fn draw(&self, random: &mut Random) -> Spot {
        loop {
            let drawn = if random.unit() < IN_TOWNS { self.in_town(random) } else { self.in_country(random) };
            if let Some(spot) = drawn {
                return spot;
            }
        }
    }

    fn in_town(&self, random: &mut Random) -> Option<Spot> {
        let plan = &self.towns[self.town_weights.draw(random)];
        let (place, street) = match random.unit() {
            x if x < 0.40 => plan.near_centre(random),
            x if x < 0.86 => plan.on_road(random),
            _ => {
                let scatter = 0.55 * plan.radius_km;
                let place = offset(plan.town.place, scatter * random.normal(), scatter * random.normal());
                (place, format!("{} {}", streets::number(random), streets::side_street(random)))
            }
        };
        let area = self.locator.find(place)?;
        let zip = &self.locator.areas[area].zip;
        // Across a state line the town has another name.
        let city = if zip.state == plan.town.state { plan.town.name.clone() } else { zip.city.clone() };
        Some(Spot { place, street, area, city, town_population: plan.town.population })
    }

    fn in_country(&self, random: &mut Random) -> Option<Spot> {
        let drawn = self.area_weights.draw(random);
        let zip = &self.locator.areas[drawn].zip;
        let reach = self.locator.areas[drawn].area_km2().sqrt();
        // In the country most stand around the village or on a road out of it; suburbs have them everywhere.
        let near = if zip.population < DENSE { 0.55 } else { 0.15 };
        let scatter = reach * if random.unit() < near { 0.05 } else { 0.30 } * (0.4 * random.normal()).exp();
        let bent = random.fork(drawn as u64 % 4).unit() * PI;
        let (along, across) = (scatter * random.normal(), 0.45 * scatter * random.normal());
        let place =
            offset(zip.place, along * bent.cos() - across * bent.sin(), along * bent.sin() + across * bent.cos());
        let area = self.locator.find(place)?;
        let zip = &self.locator.areas[area].zip;
        let street = if zip.population < DENSE {
            streets::country_address(&zip.state, random)
        } else {
            format!("{} {}", streets::number(random), streets::side_street(random))
        };
        Some(Spot { place, street, area, city: zip.city.clone(), town_population: zip.population })
    }
}

impl TownPlan {
    fn new(index: usize, towns: &[Town], locator: &Locator, random: &mut Random) -> Self {
        let town = towns[index].clone();
        let size = town.population.sqrt();
        let radius_km = 0.35 + 0.0125 * size;
        let mut centres = vec![Centre::new(town.place, 0.10 + 0.0009 * size, random)];
        // Neighbourhood centres of larger towns stand near the ZIP points inside them.
        let wanted = ((town.population / 30_000.0).powf(0.85) as usize).min(26);
        let mut candidates: Vec<LonLat> = locator
            .areas
            .iter()
            .map(|area| area.zip.place)
            .filter(|place| (0.8..1.5 * radius_km).contains(&place.distance_km(town.place)))
            .collect();
        random.shuffle(&mut candidates);
        candidates.truncate(wanted);
        // Downtown stays the densest, however many other centres there are.
        let mut weights = vec![1.0 + 0.14 * candidates.len() as f64];
        for place in candidates {
            let near = offset(place, 0.9 * random.normal(), 0.9 * random.normal());
            centres.push(Centre::new(near, 0.12 + 0.25 * random.unit(), random));
            weights.push(0.15 + 0.5 * random.unit());
        }
        let mut roads = Vec::new();
        for (rank, centre) in centres.iter().enumerate() {
            let directions = if rank == 0 {
                main_directions(&town, towns, random)
            } else {
                let first = random.unit() * PI;
                vec![first, first + PI]
            };
            let reach = if rank == 0 { 2.1 * radius_km } else { 1.5 + 3.0 * random.unit() };
            for direction in directions {
                let name = streets::main_street(roads.len(), random);
                roads.push(Road::new(name, centre.place, direction, reach, random));
            }
        }
        Self { town, radius_km, centres, centre_weights: Weights::new(weights), roads }
    }

    fn near_centre(&self, random: &mut Random) -> (LonLat, String) {
        let centre = &self.centres[self.centre_weights.draw(random)];
        // Spreads of different width on top of each other: dense in the middle, with a long tail.
        let spread = centre.spread_km * (0.75 * random.normal()).exp();
        let (along, across) = (spread * random.normal() * centre.stretch, spread * random.normal() / centre.stretch);
        let (sin, cos) = centre.axis.sin_cos();
        let place = offset(centre.place, along * cos - across * sin, along * sin + across * cos);
        let street = &centre.streets[random.below(centre.streets.len())];
        (place, format!("{} {street}", streets::number(random)))
    }

    fn on_road(&self, random: &mut Random) -> (LonLat, String) {
        let road = &self.roads[random.below(self.roads.len())];
        // Denser near the centre, in clumps at crossings.
        let steps = (road.line.len() - 1) as f64;
        let mut along = steps * random.unit().powf(1.5);
        if random.unit() < 0.35 {
            let crossing = (along / 4.0).round() * 4.0;
            along = (crossing + 0.35 * random.normal()).clamp(0.0, steps);
        }
        let from = (along as usize).min(road.line.len() - 2);
        let t = along - from as f64;
        let (a, b) = (road.line[from], road.line[from + 1]);
        let on = LonLat::new(a.lon + t * (b.lon - a.lon), a.lat + t * (b.lat - a.lat));
        let across = direction(a, b) + PI / 2.0;
        let side = if random.unit() < 0.5 { 1.0 } else { -1.0 };
        let off = side * (0.03 + 0.05 * random.normal().abs() * (1.0 + random.normal().abs()));
        let number = road.first_number + along * ROAD_STEP_KM * 640.0 + 8.0 * random.normal();
        let number = (number.max(2.0) as u32 / 2) * 2 + u32::from(side > 0.0);
        (offset(on, off * across.cos(), off * across.sin()), format!("{number} {}", road.name))
    }
}

/// The directions of a town's main roads: to larger or near towns, at least 25 degrees apart, completed at random.
fn main_directions(town: &Town, towns: &[Town], random: &mut Random) -> Vec<f64> {
    let wanted = (1.5 + (town.population / 1000.0).max(1.0).ln()).clamp(2.0, 8.0) as usize;
    let mut others: Vec<(f64, f64)> = towns
        .iter()
        .filter(|other| (other.place.lat - town.place.lat).abs() < 0.7 && other.place != town.place)
        .map(|other| (other.place.distance_km(town.place), other))
        .filter(|&(km, _)| km > 2.0 && km < 70.0)
        // A road is likelier to a near and to a large town.
        .map(|(km, other)| (other.population.sqrt() / km.powf(1.4), direction(town.place, other.place)))
        .collect();
    others.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut directions: Vec<f64> = Vec::new();
    let guesses: Vec<f64> = (0..30).map(|_| random.unit() * TAU).collect();
    for direction in others.into_iter().map(|(_, direction)| direction).chain(guesses) {
        let apart = |other: &f64| {
            let turn = (direction - other).rem_euclid(TAU);
            turn.min(TAU - turn) > 25f64.to_radians()
        };
        if directions.len() < wanted && directions.iter().all(apart) {
            directions.push(direction);
        }
    }
    directions
}

impl Centre {
    fn new(place: LonLat, spread_km: f64, random: &mut Random) -> Self {
        let streets = (0..3 + random.below(4)).map(|rank| streets::main_street(rank, random)).collect();
        Self { place, spread_km, axis: random.unit() * PI, stretch: 1.0 + 0.9 * random.unit(), streets }
    }
}

impl Road {
    fn new(name: String, start: LonLat, direction: f64, reach_km: f64, random: &mut Random) -> Self {
        let mut line = vec![start];
        let (mut at, mut heading) = (start, direction + 0.12 * random.normal());
        for _ in 0..((reach_km / ROAD_STEP_KM) as usize).max(3) {
            // Roads bend, and come back to their direction.
            heading += 0.10 * random.normal() - 0.15 * (heading - direction);
            at = offset(at, ROAD_STEP_KM * heading.cos(), ROAD_STEP_KM * heading.sin());
            line.push(at);
        }
        Self { name, line, first_number: [2.0, 100.0, 300.0, 1000.0][random.below(4)] }
    }
}

impl Weights {
    fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Self(
            weights
                .into_iter()
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, random: &mut Random) -> usize {
        let wanted = random.unit() * self.0.last().copied().unwrap_or(0.0);
        self.0.partition_point(|&sum| sum <= wanted).min(self.0.len() - 1)
    }
}
