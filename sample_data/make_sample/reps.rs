//! The twelve invented reps.

use bailiwick::domain::sphere::LonLat;

pub struct Rep {
    pub code: &'static str,
    pub name: &'static str,
    pub territory: &'static str,
    pub town: &'static str,
    pub state: &'static str,
    pub zip: &'static str,
    pub home: LonLat,
    pub capacity_hours: u32,
    pub skills: &'static str,
    pub hired: &'static str,
    /// How much further than others the rep drives: taken off the squared distance to a county.
    pub reach_km2: f64,
}

/// The owner of accounts in the patch of a rep who left.
pub const VACANT: &str = "Vacant";

const fn home(lon: f64, lat: f64) -> LonLat {
    LonLat::new(lon, lat)
}

#[rustfmt::skip]
pub const REPS: [Rep; 12] = [
    Rep { code: "R01", name: "Marisol Vandermeer", territory: "West Michigan", town: "Grand Rapids", state: "MI", zip: "49506", home: home(-85.6186, 42.9436), capacity_hours: 1700, skills: "Key accounts;Off-premise", hired: "2012-03-05", reach_km2: -3000.0 },
    Rep { code: "R02", name: "Devon Kowalczyk", territory: "Detroit", town: "Royal Oak", state: "MI", zip: "48067", home: home(-83.1446, 42.4895), capacity_hours: 1700, skills: "On-premise;Venues", hired: "2013-09-16", reach_km2: -4_610.0 },
    Rep { code: "R03", name: "Annika Lindqvist", territory: "Northern Michigan", town: "Midland", state: "MI", zip: "48640", home: home(-84.2472, 43.6156), capacity_hours: 1100, skills: "On-premise;Resorts", hired: "2017-05-02", reach_km2: 3000.0 },
    Rep { code: "R04", name: "Terrence Okafor", territory: "Toledo", town: "Toledo", state: "OH", zip: "43606", home: home(-83.6059, 41.6732), capacity_hours: 1600, skills: "Off-premise;Grocery", hired: "2018-08-13", reach_km2: 640.0 },
    Rep { code: "R05", name: "Bridget Halloran", territory: "Cleveland", town: "Lakewood", state: "OH", zip: "44107", home: home(-81.7982, 41.4820), capacity_hours: 1650, skills: "On-premise;Key accounts", hired: "2015-02-23", reach_km2: 1_530.0 },
    Rep { code: "R06", name: "Luis Ramírez", territory: "Akron-Canton", town: "Akron", state: "OH", zip: "44313", home: home(-81.5690, 41.1230), capacity_hours: 1600, skills: "Off-premise", hired: "2021-06-07", reach_km2: -540.0 },
    Rep { code: "R07", name: "Priya Nair", territory: "Columbus", town: "Columbus", state: "OH", zip: "43202", home: home(-83.0137, 40.0203), capacity_hours: 1700, skills: "On-premise;Off-premise;Spanish", hired: "2016-11-14", reach_km2: 4_620.0 },
    Rep { code: "R08", name: "Caleb Stoltz", territory: "Cincinnati", town: "Cincinnati", state: "OH", zip: "45208", home: home(-84.4333, 39.1361), capacity_hours: 1650, skills: "Distributors;Key accounts", hired: "2014-04-28", reach_km2: 3_640.0 },
    Rep { code: "R09", name: "Renée Thibodeaux", territory: "Louisville", town: "Louisville", state: "KY", zip: "40205", home: home(-85.6848, 38.2235), capacity_hours: 1600, skills: "Spirits;On-premise", hired: "2011-10-03", reach_km2: -560.0 },
    Rep { code: "R10", name: "Wade Sizemore", territory: "Bluegrass", town: "Lexington", state: "KY", zip: "40502", home: home(-84.4850, 38.0170), capacity_hours: 1600, skills: "Spirits;Off-premise", hired: "2022-01-17", reach_km2: 10_550.0 },
    Rep { code: "R11", name: "Jolene Eberhardt", territory: "Indianapolis", town: "Indianapolis", state: "IN", zip: "46205", home: home(-86.1378, 39.8294), capacity_hours: 1700, skills: "On-premise;Stadiums", hired: "2013-01-21", reach_km2: -4500.0 },
    Rep { code: "R12", name: "Samir Haddad", territory: "Northern Indiana", town: "Fort Wayne", state: "IN", zip: "46805", home: home(-85.1190, 41.0970), capacity_hours: 1600, skills: "Off-premise;Convenience", hired: "2023-03-27", reach_km2: -9720.0 },
];
