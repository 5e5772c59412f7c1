//! Countries, states, towns and postal codes of the world, embedded, so that placing accounts needs no network. `assets/postal`
//! says where the tables are from.

pub mod address;
pub mod ask;
pub mod names;
mod postal_codes;
mod read;
mod suggest;
#[cfg(test)]
mod tests;
mod towns;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::domain::accounts::Placement;
use crate::domain::sphere::LonLat;
pub use postal_codes::{NoPostal, PostalHit};
pub use towns::Towns;

/// Where a town is not in the table it lies farther out than others: as a multiple of the radius of its state, measured.
const SPREAD_OF_REGIONS: f64 = 1.2;

/// A country, by its position in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryId(u16);

/// A state, province or Land, by its position in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(u16);

#[derive(Debug)]
struct Country {
    /// Two letters.
    code: String,
    name: String,
}

#[derive(Debug)]
struct Region {
    country: CountryId,
    code: String,
    /// The short form first where there is one ("OH", "BY"), the longest last.
    names: Vec<String>,
    centre: LonLat,
    /// Nine of ten of its towns lie as near.
    radius_km: f32,
}

#[derive(Debug)]
struct Town {
    name: Box<str>,
    country: CountryId,
    region: Option<RegionId>,
    place: LonLat,
    population: u32,
    radius_km: f32,
}

#[derive(Debug)]
struct County {
    name: String,
    place: LonLat,
    radius_km: f32,
}

/// A place that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub place: LonLat,
    pub placement: Placement,
    /// How far the true place may be from this one.
    pub precision_km: f64,
    /// What it is: "Dayton, OH, United States".
    pub words: String,
}

/// Every table there is.
#[derive(Debug, Default)]
pub struct Gazetteer {
    countries: Vec<Country>,
    /// By key of the name; England, Scotland, … are names of a country that say the region too.
    country_names: HashMap<String, (CountryId, Option<RegionId>)>,
    regions: Vec<Region>,
    region_names: HashMap<(CountryId, String), RegionId>,
    towns: Vec<Town>,
    /// Keys of the names of towns, sorted by country and key.
    town_keys: Vec<(CountryId, Box<str>, u32)>,
    /// By state and key of the name.
    counties: HashMap<(RegionId, String), County>,
    /// By country: the code in capital letters and digits alone, its point and radius; sorted.
    codes: HashMap<CountryId, Vec<(Box<str>, LonLat, f32)>>,
}

impl Gazetteer {
    /// The tables that come with the program: 170,000 towns, 4,000 regions, 250 countries, postal codes of twelve. Unpacked at the first call.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<Gazetteer> = OnceLock::new();
        EMBEDDED.get_or_init(read::embedded)
    }

    /// A country by its name in several languages, or its code of two or three letters; with the region where the name says that too
    /// ("Scotland").
    pub fn country(&self, name: &str) -> Option<(CountryId, Option<RegionId>)> {
        self.country_names.get(&names::country_key(name)).copied()
    }

    /// The United States, where nothing else is known.
    pub fn united_states(&self) -> CountryId {
        self.country("US").map_or(CountryId(0), |(country, _)| country)
    }

    /// A state, province or Land of a country, by its name or short form.
    pub fn region(&self, country: CountryId, name: &str) -> Option<RegionId> {
        self.region_names.get(&(country, names::key(name))).copied()
    }

    /// The region of that name wherever it is, when there is only one country that has it.
    fn region_anywhere(&self, name: &str) -> Option<(CountryId, RegionId)> {
        let key = names::key(name);
        let has = |country| self.region_names.get(&(country, key.clone())).map(|&region| (country, region));
        let mut found = self.country_ids().filter_map(has);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The middle of a region: a last resort, and called that.
    pub fn middle_of(&self, region: RegionId) -> Option<Found> {
        let found = self.regions.get(usize::from(region.0))?;
        Some(Found {
            place: found.centre,
            placement: Placement::Region,
            precision_km: SPREAD_OF_REGIONS * f64::from(found.radius_km),
            words: format!("the middle of {}", self.region_words(region)),
        })
    }

    /// A county of the United States: "Franklin", "Franklin County", "Orleans Parish".
    pub fn county(&self, state: RegionId, name: &str) -> Option<Found> {
        let key = names::key(name);
        let short = key.trim_end_matches(" county").trim_end_matches(" parish");
        let county =
            self.counties.get(&(state, key.clone())).or_else(|| self.counties.get(&(state, short.to_owned())))?;
        Some(Found {
            place: county.place,
            placement: Placement::Region,
            precision_km: SPREAD_OF_REGIONS * f64::from(county.radius_km),
            words: format!("the middle of {}, {}", county.name, self.region_words(state)),
        })
    }

    pub fn country_name(&self, country: CountryId) -> &str {
        self.countries.get(usize::from(country.0)).map_or("", |country| &country.name)
    }

    /// Two letters.
    fn country_code(&self, country: CountryId) -> &str {
        self.countries.get(usize::from(country.0)).map_or("", |country| &country.code)
    }

    fn country_ids(&self) -> impl Iterator<Item = CountryId> + use<> {
        (0..self.countries.len() as u16).map(CountryId)
    }

    /// "Ohio, United States".
    fn region_words(&self, region: RegionId) -> String {
        let Some(found) = self.regions.get(usize::from(region.0)) else { return String::new() };
        let name = found.names.last().unwrap_or(&found.code);
        format!("{name}, {}", self.country_name(found.country))
    }
}
