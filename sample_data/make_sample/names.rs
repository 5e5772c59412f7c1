//! Invented names of businesses. Chains are invented too.

use std::collections::{HashMap, HashSet};

use bailiwick::domain::random::Random;

use crate::kinds::Kind;

const FAMILIES: [&str; 72] = [
    "Abernathy",
    "Baumgartner",
    "Beckett",
    "Brandt",
    "Calloway",
    "Castellano",
    "Cermak",
    "Dąbrowski",
    "DeVries",
    "Dombrowski",
    "Eastman",
    "Eberhardt",
    "Fenwick",
    "Ferraro",
    "Gallagher",
    "Gentry",
    "Gutiérrez",
    "Haas",
    "Halloran",
    "Hartwell",
    "Hoekstra",
    "Holloway",
    "Ivanov",
    "Jankowski",
    "Kaminski",
    "Keller",
    "Kilgore",
    "Kowalczyk",
    "LaRue",
    "Lindqvist",
    "Lombardi",
    "Lüdke",
    "Maddox",
    "Marchetti",
    "McAllister",
    "McCready",
    "Mendoza",
    "Moravec",
    "Muñoz",
    "Nakamura",
    "Novak",
    "O'Dell",
    "O'Rourke",
    "Okafor",
    "Ortega",
    "Pappas",
    "Peltier",
    "Petrov",
    "Pickett",
    "Quinlan",
    "Rademacher",
    "Ramírez",
    "Reinholt",
    "Rossi",
    "Rourke",
    "Schaefer",
    "Schröder",
    "Sizemore",
    "Stavros",
    "Stoltz",
    "Sundberg",
    "Tackett",
    "Thibodeaux",
    "Tran",
    "Van Dyk",
    "Vance",
    "Vandermeer",
    "Wexler",
    "Whitaker",
    "Yoder",
    "Zeller",
    "Zielinski",
];

const COLOURS: [&str; 34] = [
    "Amber",
    "Blue",
    "Brass",
    "Broken",
    "Copper",
    "Crooked",
    "Drunken",
    "Dusty",
    "Flying",
    "Gilded",
    "Golden",
    "Green",
    "Happy",
    "Hidden",
    "Howling",
    "Iron",
    "Laughing",
    "Lazy",
    "Little",
    "Lost",
    "Lucky",
    "Old",
    "Painted",
    "Quiet",
    "Red",
    "Rusty",
    "Salty",
    "Silver",
    "Thirsty",
    "Twisted",
    "Wandering",
    "White",
    "Wild",
    "Wooden",
];

const THINGS: [&str; 56] = [
    "Acorn", "Anchor", "Anvil", "Badger", "Barrel", "Bear", "Bell", "Boar", "Buck", "Bullfrog", "Canoe", "Cardinal",
    "Cask", "Compass", "Cooper", "Crane", "Crow", "Duck", "Elk", "Fiddle", "Fox", "Goat", "Goose", "Griffin", "Hammer",
    "Hare", "Heron", "Hound", "Kettle", "Lantern", "Loon", "Moose", "Mule", "Oar", "Otter", "Owl", "Pheasant", "Pike",
    "Plow", "Pony", "Raven", "Rooster", "Saddle", "Schooner", "Sparrow", "Spoke", "Stag", "Sturgeon", "Tinker",
    "Trout", "Turtle", "Walleye", "Wheel", "Wolf", "Wren", "Yard",
];

const LAND: [&str; 28] = [
    "Bayshore",
    "Birchwood",
    "Cedar Bend",
    "Clearwater",
    "Copper Ridge",
    "Crossroads",
    "Eagle Creek",
    "Fox Run",
    "Glen Oaks",
    "Harbor",
    "Hickory Hill",
    "Lakeside",
    "Maple Grove",
    "Meadowbrook",
    "Millrace",
    "Mohawk Trail",
    "North Shore",
    "Oak Hollow",
    "Orchard Hill",
    "Pine Hollow",
    "Prairie View",
    "Riverbend",
    "Rolling Hills",
    "Sandy Pines",
    "Stony Creek",
    "Sugar Grove",
    "Twin Lakes",
    "Willow Bend",
];

const SPANISH: [&str; 12] = [
    "El Jardín",
    "La Esquina",
    "Los Hermanos",
    "Doña Elena",
    "El Rincón",
    "La Niña Bonita",
    "Don Ramón",
    "Las Cazuelas",
    "El Corazón",
    "Tía Lupe",
    "Casa Peña",
    "Los Girasoles",
];

const CAFES: [&str; 8] = [
    "Café Allée",
    "Café Lumière",
    "Brasserie Étoile",
    "Crêperie Noémie",
    "Café Müller",
    "Bistro René",
    "Pâtisserie Élise",
    "Café Zoë",
];

/// Groceries and shops with many branches.
const GROCERY_CHAINS: [&str; 5] =
    ["Oakhaven Foods", "Harvest Lane Market", "Brightwater Grocers", "Tillman & Daughters", "Three Rivers Fare"];
const CORNER_CHAINS: [&str; 4] = ["Pantry Post", "Lantern Mart", "Dashwell Fuel & Food", "Blue Gable Express"];
const LIQUOR_CHAINS: [&str; 3] = ["Cork Harbor Wine & Spirits", "Bottleneck Depot", "Tall Pines Beverage"];
const GRILL_CHAINS: [&str; 3] = ["Smokestack Pete's", "Union Yard Grill", "Gridline Sports Bar"];

/// Gives every business another name.
#[derive(Default)]
pub struct Names {
    taken: HashSet<String>,
    /// Per chain the number of its last branch.
    branches: HashMap<String, u32>,
}

impl Names {
    pub fn draw(&mut self, kind: Kind, city: &str, random: &mut Random) -> String {
        for _ in 0..8 {
            let name = self.invent(kind, city, random);
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
        // Two businesses of one name in different towns; the town tells them apart.
        let name = format!("{} of {city}", self.invent(kind, city, random));
        self.taken.insert(name.clone());
        name
    }

    fn branch(&mut self, chains: &[&str], random: &mut Random) -> String {
        let chain = pick(chains, random);
        let number = self.branches.entry(chain.to_owned()).or_insert(100);
        *number += 1 + random.below(4) as u32;
        format!("{chain} #{number}")
    }

    fn invent(&mut self, kind: Kind, city: &str, random: &mut Random) -> String {
        let family = pick(&FAMILIES, random);
        let colour = pick(&COLOURS, random);
        let thing = pick(&THINGS, random);
        let other = pick(&THINGS, random);
        let land = pick(&LAND, random);
        let which = random.below(8);
        match kind {
            Kind::Bar => match which {
                0 | 1 => format!("The {colour} {thing}"),
                2 => format!("{family}'s Tavern"),
                3 => format!("{city} {}", pick(&["Tap Room", "Ale House", "Pub", "Public House"], random)),
                4 => format!("{thing} & {other} {}", pick(&["Pub", "Taproom", "Bar"], random)),
                5 => format!("{family}'s {}", pick(&["Bar & Grill", "Pub", "Saloon", "Corner Bar"], random)),
                6 => format!("{colour} {thing} {}", pick(&["Tavern", "Saloon", "Taphouse", "Lounge"], random)),
                _ => format!("{land} {}", pick(&["Inn", "Tavern", "Tap"], random)),
            },
            Kind::Restaurant => match which {
                0 => format!("{family}'s {}", pick(&["Kitchen", "Grill", "Diner", "Chophouse", "Smokehouse"], random)),
                1 => format!("{thing} & {other}"),
                2 => format!(
                    "{} {}",
                    pick(&SPANISH, random),
                    pick(&["Cantina", "Taquería", "Mexican Grill", "Cocina"], random)
                ),
                3 => format!("{colour} {thing} {}", pick(&["Bistro", "Kitchen", "Supper Club", "Eatery"], random)),
                4 => format!("{family} & Sons Pizzeria"),
                5 if random.unit() < 0.5 => self.branch(&GRILL_CHAINS, random),
                5 => format!("{} {city}", pick(&CAFES, random)),
                6 => format!("{land} {}", pick(&["Grill", "Table", "Steakhouse", "Fish House"], random)),
                _ => format!("{city} {}", pick(&["Noodle House", "Brick Oven", "Barbecue Co.", "Curry House"], random)),
            },
            Kind::Hotel => match which {
                0..3 => format!("The {family} House"),
                3..6 => format!("{land} {}", pick(&["Lodge", "Inn & Suites", "Resort", "Hotel"], random)),
                _ => format!("Hotel {city}"),
            },
            Kind::Venue => match which {
                0..3 => format!("The {colour} {thing} Music Hall"),
                3..6 => format!("{city} {}", pick(&["Theater", "Opera House", "Pavilion", "Social Hall"], random)),
                _ => format!("{family} {}", pick(&["Ballroom", "Event Barn", "Auditorium"], random)),
            },
            Kind::Stadium => {
                format!("{city} {}", pick(&["Arena", "Ballpark", "Stadium", "Speedway", "Fieldhouse"], random))
            }
            Kind::Golf => format!("{land} {}", pick(&["Golf Club", "Country Club", "Golf Links"], random)),
            Kind::Bowling => format!(
                "{} {}",
                if which < 4 { land } else { family },
                pick(&["Lanes", "Bowl", "Family Bowling"], random)
            ),
            Kind::BottleShop => match which {
                0..3 => format!("{thing} & {other} Bottle Shop"),
                3..6 => {
                    format!("The {colour} {} Bottle Shop", pick(&["Cork", "Cap", "Crate", "Growler", "Cellar"], random))
                }
                _ => format!("{family}'s Beer & Wine"),
            },
            Kind::Liquor => match which {
                0..3 => format!("{family}'s {}", pick(&["Party Store", "Liquor", "Spirits", "Package Store"], random)),
                3..5 => self.branch(&LIQUOR_CHAINS, random),
                _ => format!("{land} {}", pick(&["Liquor", "Wine & Spirits", "Party Store"], random)),
            },
            Kind::Grocery => match which {
                0..5 => self.branch(&GROCERY_CHAINS, random),
                5 => format!("{family} Family Market"),
                6 => format!("{city} Food Co-op"),
                _ => format!("{land} Foods"),
            },
            Kind::Convenience => match which {
                0..5 => self.branch(&CORNER_CHAINS, random),
                5 => format!("{family}'s Corner Store"),
                _ => format!("{land} {}", pick(&["Mini Mart", "Fuel Stop", "Quick Shop"], random)),
            },
            Kind::FarmMarket => {
                format!("{family} {}", pick(&["Orchards", "Farm Market", "Cider Mill", "Farms"], random))
            }
            Kind::Distributor => {
                format!("{family} {}", pick(&["Beverage Distributing", "Wholesale", "Beer & Wine Wholesale"], random))
            }
        }
    }
}

fn pick<'a>(words: &[&'a str], random: &mut Random) -> &'a str {
    words[random.below(words.len())]
}
