//! Towns by their name.

use super::{CountryId, Found, Gazetteer, RegionId, Town, names};
use crate::domain::accounts::Placement;

/// Two entries of one name as near as this are the same town.
const SAME_TOWN_KM: f64 = 15.0;

/// A town of that many people, and as many times as large as the next one of its name, is the one that is meant.
const LARGE: u32 = 100_000;
const TIMES_LARGER: u32 = 20;

/// So many candidates are told.
pub const MOST_CANDIDATES: usize = 8;

/// What a name of a town stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Towns {
    None,
    One(Found),
    /// Several places, the largest first. Nobody chooses among them but the user.
    Several(Vec<Found>),
}

impl Gazetteer {
    /// The town of that name in a country, and in a state of it where that is known.
    pub fn town(&self, country: CountryId, region: Option<RegionId>, name: &str) -> Towns {
        for name in names::shorter(name) {
            let found = self.distinct(self.towns_named(country, region, name));
            match found.as_slice() {
                [] => {}
                [one] => return Towns::One(self.found(one)),
                [first, second, ..]
                    if first.population >= LARGE && first.population / TIMES_LARGER >= second.population.max(1) =>
                {
                    return Towns::One(self.found(first));
                }
                several => {
                    return Towns::Several(several.iter().take(MOST_CANDIDATES).map(|town| self.found(town)).collect());
                }
            }
        }
        Towns::None
    }

    /// Every town with that name, and where there is none, those whose name goes on after it ("Frankfurt" am Main).
    fn towns_named(&self, country: CountryId, region: Option<RegionId>, name: &str) -> Vec<&Town> {
        let key = names::key(name);
        if key.is_empty() {
            return Vec::new();
        }
        let begins = |key: &str| self.town_keys.partition_point(|entry| (entry.0, &*entry.1) < (country, key));
        let in_region = |town: &&Town| region.is_none() || town.region == region;
        let of = |entry: &(CountryId, Box<str>, u32)| self.towns.get(entry.2 as usize);
        let from = begins(&key);
        let exact = self.town_keys[from..].iter().take_while(|entry| entry.0 == country && *entry.1 == *key);
        let mut found: Vec<&Town> = exact.filter_map(of).filter(in_region).collect();
        if found.is_empty() {
            let longer = format!("{key} ");
            let from = begins(&longer);
            let more =
                self.town_keys[from..].iter().take_while(|entry| entry.0 == country && entry.1.starts_with(&longer));
            found = more.filter_map(of).filter(in_region).take(1000).collect();
        }
        // "Moers" and "Mors" have one key. Where one of them is written like this, the other is not meant.
        let written = names::plain(name);
        if found.iter().any(|town| names::plain(&town.name) == written) {
            found.retain(|town| names::plain(&town.name) == written || names::key(&town.name) != key);
        }
        found
    }

    /// One of each place, the largest first.
    pub(super) fn distinct<'a>(&self, mut towns: Vec<&'a Town>) -> Vec<&'a Town> {
        towns.sort_by(|a, b| b.population.cmp(&a.population).then_with(|| a.name.cmp(&b.name)));
        let mut kept: Vec<&Town> = Vec::new();
        for town in towns {
            let same = |other: &&Town| {
                other.region == town.region
                    && other.place.distance_km(town.place) < SAME_TOWN_KM.max(f64::from(other.radius_km))
            };
            if town.place.is_valid() && !kept.iter().any(same) {
                kept.push(town);
            }
        }
        kept
    }

    /// Towns of that name in every country, the largest first.
    pub(super) fn town_anywhere(&self, name: &str) -> Vec<Found> {
        let mut all: Vec<&Town> = Vec::new();
        for name in names::shorter(name) {
            let exact = |country| {
                let key = names::key(name);
                let mut towns = self.towns_named(country, None, name);
                // Names that only begin like this would be too many over the whole world.
                towns.retain(|town| names::key(&town.name).split(' ').count() <= key.split(' ').count() + 1);
                towns
            };
            all.extend(self.country_ids().flat_map(exact));
            if !all.is_empty() {
                break;
            }
        }
        self.distinct(all).into_iter().take(MOST_CANDIDATES).map(|town| self.found(town)).collect()
    }

    pub(super) fn found(&self, town: &Town) -> Found {
        let region = town.region.and_then(|region| self.regions.get(usize::from(region.0)));
        let region = region.and_then(|region| region.names.first()).map_or(String::new(), |name| format!(", {name}"));
        Found {
            place: town.place,
            placement: Placement::Town,
            precision_km: f64::from(town.radius_km),
            words: format!("{}{region}, {}", town.name, self.country_name(town.country)),
        }
    }
}
