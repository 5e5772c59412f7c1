//! Kinds of business, with what is typical of each.

use bailiwick::domain::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bar,
    Restaurant,
    Hotel,
    Venue,
    Stadium,
    Golf,
    Bowling,
    BottleShop,
    Liquor,
    Grocery,
    Convenience,
    FarmMarket,
    Distributor,
}

/// What is typical of a kind.
pub struct Profile {
    pub kind: Kind,
    pub segment: &'static str,
    pub industry: &'static str,
    /// How frequent the kind is, of 1000.
    frequency: usize,
    /// Median yearly potential in dollars; the deviation of its logarithm.
    pub median: f64,
    pub deviation: f64,
    /// Smallest town that has one.
    smallest_town: f64,
}

const fn profile(
    kind: Kind,
    segment: &'static str,
    industry: &'static str,
    frequency: usize,
    (median, deviation): (f64, f64),
    smallest_town: f64,
) -> Profile {
    Profile { kind, segment, industry, frequency, median, deviation, smallest_town }
}

const ON: &str = "On-premise";
const OFF: &str = "Off-premise";

const PROFILES: [Profile; 13] = [
    profile(Kind::Bar, ON, "Bar & Tavern", 245, (5200.0, 0.85), 0.0),
    profile(Kind::Restaurant, ON, "Restaurant", 285, (3900.0, 0.9), 0.0),
    profile(Kind::Hotel, ON, "Hotel & Resort", 38, (5600.0, 1.0), 2000.0),
    profile(Kind::Venue, ON, "Music & Event Venue", 22, (8200.0, 1.0), 3000.0),
    profile(Kind::Stadium, ON, "Stadium & Arena", 3, (42_000.0, 0.9), 30_000.0),
    profile(Kind::Golf, ON, "Golf & Country Club", 27, (4300.0, 0.8), 0.0),
    profile(Kind::Bowling, ON, "Bowling & Games", 15, (3600.0, 0.7), 2000.0),
    profile(Kind::BottleShop, OFF, "Bottle Shop", 72, (9400.0, 0.85), 4000.0),
    profile(Kind::Liquor, OFF, "Liquor Store", 98, (7200.0, 0.85), 0.0),
    profile(Kind::Grocery, OFF, "Grocery", 88, (11_500.0, 0.95), 1500.0),
    profile(Kind::Convenience, OFF, "Convenience Store", 84, (2900.0, 0.7), 0.0),
    profile(Kind::FarmMarket, OFF, "Farm Market", 17, (2400.0, 0.8), 0.0),
    profile(Kind::Distributor, "Distributor", "Beverage Wholesale", 6, (110_000.0, 0.8), 8000.0),
];

/// Draws a kind that a town of this population can have.
pub fn draw(town_population: f64, random: &mut Random) -> &'static Profile {
    loop {
        let mut wanted = random.below(PROFILES.iter().map(|profile| profile.frequency).sum());
        for profile in &PROFILES {
            if wanted < profile.frequency {
                if town_population >= profile.smallest_town {
                    return profile;
                }
                break;
            }
            wanted -= profile.frequency;
        }
    }
}
