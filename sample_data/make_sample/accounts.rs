//! Invented customers and prospects.

use bailiwick::domain::random::Random;
use bailiwick::domain::sphere::LonLat;

use crate::kinds::{self, Profile};
use crate::names::Names;
use crate::places::{Places, Spot};
use crate::revenue;
use crate::zip_areas::ZipArea;

/// How many are made.
pub const COUNT: usize = 12_000;

/// The supplier's home, Grand Rapids: the nearer, the more of the market it has won.
const HOME: LonLat = LonLat::new(-85.668, 42.963);

pub struct Account {
    pub id: u32,
    pub name: String,
    pub spot: Spot,
    pub profile: &'static Profile,
    pub size: Size,
    pub is_customer: bool,
    /// Dollars per year that could be sold.
    pub potential: u32,
    pub visits: u32,
    pub minutes: u32,
    /// Year, month, day of the first order.
    pub since: Option<(u32, u32, u32)>,
    /// Dollars per month, see [`revenue::MONTHS`].
    pub months: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    Small,
    Medium,
    Large,
    Key,
}

impl Account {
    /// Revenue of the last twelve months in dollars.
    pub fn annual_revenue(&self) -> u32 {
        self.months[self.months.len() - 12..].iter().sum()
    }

    /// Hours per year spent at the account.
    pub fn hours(&self) -> f64 {
        f64::from(self.visits * self.minutes) / 60.0
    }
}

/// Makes all accounts, by ID.
pub fn make(places: &Places, areas: &[ZipArea], random: &mut Random) -> Vec<Account> {
    let mut names = Names::default();
    let mut id = 411;
    (0..COUNT)
        .map(|_| {
            id += 1 + random.below(6) as u32;
            account(id, places.draw(random), areas, &mut names, random)
        })
        .collect()
}

fn account(id: u32, spot: Spot, areas: &[ZipArea], names: &mut Names, random: &mut Random) -> Account {
    let profile = kinds::draw(spot.town_population, random);
    let name = names.draw(profile.kind, &spot.city, random);
    // Larger towns and richer areas drink more craft beverages.
    let z = random.normal();
    let wealth = areas[spot.area].zip.income.map_or(1.0, |income| (income / 65_000.0).clamp(0.5, 2.0).powf(0.35));
    let town = (spot.town_population / 20_000.0).clamp(0.05, 20.0).powf(0.06);
    let potential = profile.median * (profile.deviation * z).exp() * wealth * town;
    let potential = ((potential / 100.0).round() as u32).max(3) * 100;
    let size = match z {
        z if z < -0.3 => Size::Small,
        z if z < 0.9 => Size::Medium,
        z if z < 1.9 => Size::Large,
        _ => Size::Key,
    };
    let won = 0.46 + 0.28 * (-spot.place.distance_km(HOME) / 220.0).exp() + 0.05 * z;
    let is_customer = random.unit() < won;
    let (visits, minutes) = workload(profile, size, is_customer, random);
    let (since, months) = if is_customer {
        let share = (0.55 + 0.22 * random.normal()).clamp(0.08, 0.98);
        let (since, months) = revenue::history(f64::from(potential) * share, profile.segment, random);
        (Some(since), months)
    } else {
        (None, vec![0; revenue::MONTHS])
    };
    Account { id, name, spot, profile, size, is_customer, potential, visits, minutes, since, months }
}

/// Visits per year and minutes per visit.
fn workload(profile: &Profile, size: Size, is_customer: bool, random: &mut Random) -> (u32, u32) {
    let visits = match (size, is_customer) {
        (Size::Small, true) => 2,
        (Size::Medium, true) => 3,
        (Size::Large, true) => 7,
        (Size::Key, true) => 15,
        (Size::Small | Size::Medium, false) => 1,
        (Size::Large, false) => 2,
        (Size::Key, false) => 4,
    };
    let minutes = match size {
        Size::Small => 20,
        Size::Medium => 25,
        Size::Large => 35,
        Size::Key => 45,
    };
    let more = usize::from(is_customer && random.unit() < 0.3);
    let visits = if profile.segment == "Distributor" { 24 } else { visits + more as u32 };
    (visits, minutes + 5 * random.below(3) as u32)
}
