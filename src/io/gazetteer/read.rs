//! The embedded tables, unpacked.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::GzDecoder;

use super::{Country, CountryId, County, Gazetteer, Region, RegionId, Town, names};
use crate::domain::sphere::LonLat;
use crate::io::postal::PostalTable;

/// Made by `assets/postal/make_place_tables.py`.
const REGIONS: &[u8] = include_bytes!("../../../assets/postal/regions.tsv.gz");
const TOWNS: &[u8] = include_bytes!("../../../assets/postal/towns.tsv.gz");
const COUNTIES: &[u8] = include_bytes!("../../../assets/postal/us_counties.tsv.gz");
/// Under another licence than the rest, see the folder.
const POSTAL_CODES: &[u8] = include_bytes!("../../../assets/postal/odbl/world_postal_codes.tsv.gz");

pub(super) fn embedded() -> Gazetteer {
    let mut gazetteer = Gazetteer::default();
    gazetteer.read_regions(&unpacked(REGIONS));
    gazetteer.read_towns(&unpacked(TOWNS));
    gazetteer.add_post_towns(PostalTable::embedded());
    gazetteer.town_keys.sort_unstable();
    gazetteer.town_keys.dedup();
    gazetteer.read_counties(&unpacked(COUNTIES));
    gazetteer.read_postal_codes(&unpacked(POSTAL_CODES));
    gazetteer
}

fn unpacked(table: &[u8]) -> String {
    let mut text = String::new();
    // The asset is part of the program; a test reads it. Without it accounts would be unplaced and listed.
    let _ = GzDecoder::new(table).read_to_string(&mut text);
    text
}

/// How far from its point nine of ten addresses of a town lie, in kilometres: from the number of its people, 4 km for a village and 17 for a
/// million. Measured, see docs/performance.md.
pub(super) fn town_radius_km(population: u32) -> f32 {
    (3.0 + (f64::from(population) / 1000.0).powf(0.38)).min(30.0) as f32
}

fn place(lat: Option<&str>, lon: Option<&str>) -> Option<LonLat> {
    let place = LonLat::new(lon?.parse().ok()?, lat?.parse().ok()?);
    place.is_valid().then_some(place)
}

impl Gazetteer {
    fn read_regions(&mut self, text: &str) {
        for line in text.lines() {
            let mut fields = line.split('\t');
            match (fields.next(), fields.next(), fields.next()) {
                (Some("C"), Some(code), Some(all)) => {
                    let id = CountryId(self.countries.len() as u16);
                    for name in all.split('|') {
                        let short = name.strip_prefix("The ").unwrap_or(name);
                        for name in [name, short] {
                            self.country_names.entry(names::country_key(name)).or_insert((id, None));
                        }
                    }
                    let name = all.split('|').nth(2).unwrap_or(code).to_owned();
                    self.countries.push(Country { code: code.to_owned(), name });
                }
                (Some("R"), Some(code), Some(all)) => {
                    let Some(centre) = place(fields.next(), fields.next()) else { continue };
                    let radius_km = fields.next().and_then(|km| km.parse().ok()).unwrap_or(100.0);
                    let Some(country) = self.countries.len().checked_sub(1).map(|last| CountryId(last as u16)) else {
                        continue;
                    };
                    let id = RegionId(self.regions.len() as u16);
                    for name in all.split('|').filter(|name| !name.is_empty()) {
                        self.region_names.entry((country, names::key(name))).or_insert(id);
                    }
                    let names = all.split('|').map(str::to_owned).collect();
                    self.regions.push(Region { country, code: code.to_owned(), names, centre, radius_km });
                }
                _ => {}
            }
        }
        // England and the like are written in columns of countries.
        if let Some((kingdom, _)) = self.country("GB") {
            for name in ["England", "Scotland", "Wales", "Northern Ireland"] {
                if let Some(region) = self.region(kingdom, name) {
                    self.country_names.entry(names::country_key(name)).or_insert((kingdom, Some(region)));
                }
            }
        }
    }

    /// Columns below each other: where each region begins, names, latitudes, longitudes, people, other names.
    fn read_towns(&mut self, text: &str) {
        let mut blocks: Vec<Vec<&str>> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("= "), blocks.last_mut()) {
                (Some(_), _) => blocks.push(Vec::new()),
                (None, Some(block)) => block.push(line),
                (None, None) => {}
            }
        }
        let [regions, names, lats, lons, people, others] = blocks.as_slice() else { return };
        let by_code: HashMap<(CountryId, &str), RegionId> = self
            .regions
            .iter()
            .enumerate()
            .map(|(nth, region)| ((region.country, region.code.as_str()), RegionId(nth as u16)))
            .collect();
        let mut beginnings = Vec::new();
        for line in regions {
            let mut fields = line.split('\t');
            let (Some(from), Some(country), region) = (
                fields.next().and_then(|nth| nth.parse::<usize>().ok()),
                fields.next(),
                fields.next().unwrap_or_default(),
            ) else {
                continue;
            };
            let Some(country) = self.countries.iter().position(|known| known.code == country) else { continue };
            let country = CountryId(country as u16);
            beginnings.push((from, country, by_code.get(&(country, region)).copied()));
        }
        let mut at = 0;
        let mut towns = Vec::with_capacity(names.len());
        for (nth, name) in names.iter().enumerate() {
            while beginnings.get(at + 1).is_some_and(|next: &(usize, _, _)| next.0 <= nth) {
                at += 1;
            }
            let Some(&(_, country, region)) = beginnings.get(at) else { break };
            let place =
                place(lats.get(nth).copied(), lons.get(nth).copied()).unwrap_or(LonLat::new(f64::NAN, f64::NAN));
            let population = people.get(nth).and_then(|count| count.parse().ok()).unwrap_or(0);
            let radius_km = town_radius_km(population);
            towns.push(Town { name: (*name).into(), country, region, place, population, radius_km });
        }
        self.town_keys = towns
            .iter()
            .enumerate()
            .map(|(nth, town)| (town.country, names::key(&town.name).into_boxed_str(), nth as u32))
            .collect();
        for line in others {
            let Some((nth, more)) = line.split_once('\t') else { continue };
            let Some((nth, town)) = nth.parse::<u32>().ok().and_then(|nth| Some((nth, towns.get(nth as usize)?)))
            else {
                continue;
            };
            self.town_keys.extend(more.split('|').map(|name| (town.country, names::key(name).into_boxed_str(), nth)));
        }
        self.towns = towns;
    }

    /// Towns of the post that the gazetteer does not have: the mean point of their codes.
    fn add_post_towns(&mut self, postal: &PostalTable) {
        let country = self.united_states();
        let mut known: std::collections::HashSet<(Option<RegionId>, &str)> = std::collections::HashSet::new();
        for (of, key, nth) in &self.town_keys {
            if *of == country {
                known.insert((self.towns[*nth as usize].region, key));
            }
        }
        let mut more = Vec::new();
        for ((name, state), place, radius_km) in postal.towns() {
            let Some(region) = self.region(country, state) else { continue };
            let key = names::key(name);
            if !known.contains(&(Some(region), key.as_str())) {
                more.push((
                    key,
                    Town { name: name.into(), country, region: Some(region), place, population: 0, radius_km },
                ));
            }
        }
        for (key, town) in more {
            self.town_keys.push((country, key.into_boxed_str(), self.towns.len() as u32));
            self.towns.push(town);
        }
    }

    fn read_counties(&mut self, text: &str) {
        let country = self.united_states();
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [state, name, full, lat, lon, radius] = fields.as_slice() else { continue };
            let (Some(state), Some(place)) = (self.region(country, state), place(Some(lat), Some(lon))) else {
                continue;
            };
            let radius_km = radius.parse().unwrap_or(50.0);
            for name in [name, full] {
                let county = County { name: (*full).to_owned(), place, radius_km };
                self.counties.entry((state, names::key(name))).or_insert(county);
            }
        }
    }

    fn read_postal_codes(&mut self, text: &str) {
        let mut country = None;
        for line in text.lines() {
            if let Some(code) = line.strip_prefix('#') {
                country = self.country(code).map(|(country, _)| country);
                continue;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let ([code, lat, lon, radius], Some(country)) = (fields.as_slice(), country) else { continue };
            let Some(place) = place(Some(lat), Some(lon)) else { continue };
            let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
            let radius_km = radius.parse().unwrap_or(20.0);
            self.codes.entry(country).or_default().push((code.into_boxed_str(), place, radius_km));
        }
        for codes in self.codes.values_mut() {
            codes.sort_by(|a, b| a.0.cmp(&b.0));
            codes.dedup_by(|later, first| later.0 == first.0);
        }
    }
}
