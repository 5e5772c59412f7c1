//! Invented street addresses.

use bailiwick::domain::random::Random;

const STREETS: [&str; 44] = [
    "Washington",
    "Jefferson",
    "Lincoln",
    "Jackson",
    "Franklin",
    "Monroe",
    "Madison",
    "Adams",
    "Church",
    "Mill",
    "Water",
    "Front",
    "River",
    "Lake",
    "Park",
    "College",
    "Union",
    "Liberty",
    "Market",
    "High",
    "Broad",
    "Walnut",
    "Chestnut",
    "Maple",
    "Elm",
    "Oak",
    "Cherry",
    "Pine",
    "Cedar",
    "Spruce",
    "Sycamore",
    "Locust",
    "Court",
    "Depot",
    "Railroad",
    "Division",
    "Bridge",
    "Center",
    "Clay",
    "Vine",
    "Race",
    "Plum",
    "Short",
    "Grand",
];

const AVENUES: [&str; 26] = [
    "Michigan Ave",
    "Woodland Dr",
    "Orchard Ave",
    "Lakeview Blvd",
    "Harrison Ave",
    "Cleveland Ave",
    "Garfield Rd",
    "Sheridan Dr",
    "Fairview Ave",
    "Highland Ave",
    "Hillcrest Rd",
    "Meadow Ln",
    "Riverside Dr",
    "Sunset Blvd",
    "Northfield Rd",
    "Airport Rd",
    "Industrial Pkwy",
    "Commerce Dr",
    "Plaza Dr",
    "Springfield Pike",
    "Old Mill Rd",
    "Stone Rd",
    "Fairgrounds Rd",
    "Centennial Dr",
    "Memorial Dr",
    "Grandview Ave",
];

/// The name of a street with shops; rank 0 is the town's first.
pub fn main_street(rank: usize, random: &mut Random) -> String {
    let side = ["", "", "N ", "S ", "E ", "W "][random.below(6)];
    match rank {
        0 => format!("{side}Main St"),
        _ if random.unit() < 0.15 => format!("{side}{} St", numbered(1 + random.below(14))),
        _ if random.unit() < 0.55 => format!("{side}{} {}", STREETS[random.below(STREETS.len())], ending(random)),
        _ => format!("{side}{}", AVENUES[random.below(AVENUES.len())]),
    }
}

/// Any other street of a town.
pub fn side_street(random: &mut Random) -> String {
    main_street(1, random)
}

/// An address in the country, as they are written in the state.
pub fn country_address(state: &str, random: &mut Random) -> String {
    let number = 1000 + random.below(9000);
    let name = STREETS[random.below(STREETS.len())];
    match (state, random.below(3)) {
        ("IN", 0) => format!("{number} E County Road {} N", 50 * (1 + random.below(24))),
        ("IN", 1) => format!("{number} State Road {}", 1 + random.below(70)),
        ("MI", 0) => format!("{number} M-{}", 20 + random.below(100)),
        ("MI", 1) => format!("{number} {} Mile Rd", 2 + random.below(20)),
        ("OH", 0) => format!("{number} State Route {}", 2 + random.below(700)),
        ("OH", 1) => format!("{number} Township Road {}", 1 + random.below(300)),
        ("KY", 0) => format!("{number} KY-{}", 10 + random.below(1500)),
        ("KY", 1) => format!("{number} {name} Creek Rd"),
        _ => format!("{number} {name} Rd"),
    }
}

/// A house number.
pub fn number(random: &mut Random) -> u32 {
    let reach = [120, 900, 2400, 6000][random.below(4)];
    1 + random.below(reach) as u32
}

fn ending(random: &mut Random) -> &'static str {
    ["St", "St", "St", "Ave", "Rd"][random.below(5)]
}

fn numbered(n: usize) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
