//! The place that the parts of an address give: by the postal code or by the town, whichever is more precise, else in the middle of the
//! state.

use super::{CountryId, Found, Gazetteer, NoPostal, PostalHit, RegionId, Towns};
use crate::domain::accounts::Placement;
use crate::io::accounts::shortened;
use crate::io::postal::PostalTable;

/// What is farther from the area of its postal code than this is worth a look.
pub const FAR_KM: f64 = 50.0;

/// A town's point is taken in place of a postal code's when it is so many times as precise: the letters of a British code stand for a
/// whole county.
const MORE_PRECISE: f64 = 3.0;

/// Looking for the town of every row that has a postal code as small as this would cost more than it tells.
const SMALL_CODE_KM: f64 = 15.0;

/// So many addresses are looked at to learn the country of a file that does not say it.
const LEARNED_FROM: usize = 500;

const NO_TABLE: &str = "there is no table of postal codes";

/// Parts of an address as a file has them; empty where it does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Address<'a> {
    pub postal: &'a str,
    pub town: &'a str,
    pub state: &'a str,
    pub country: &'a str,
}

/// What an address says.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressPlace {
    /// The postal code, or why it has no point; without words where there is none.
    pub postal: Result<PostalHit, String>,
    /// The place to take, or why there is none.
    pub place: Result<Found, String>,
    /// What was noticed on the way although there is a place.
    pub doubt: Option<String>,
}

impl Gazetteer {
    /// The place of an address. `usual` is the country of those that do not say one, `states` the codes of the United States.
    pub fn place_address(&self, address: &Address, usual: CountryId, states: &PostalTable) -> AddressPlace {
        let (country, region) = match self.country_and_region(address, usual) {
            Ok(found) => found,
            Err(why) => return AddressPlace { postal: Err(why.clone()), place: Err(why), doubt: None },
        };
        let town = address.town;
        let hit =
            if address.postal.is_empty() { Err(String::new()) } else { self.by_code(country, address.postal, states) };
        let precise = hit.as_ref().is_ok_and(|hit| hit.radius_km <= SMALL_CODE_KM);
        let towns = if town.is_empty() || precise { Towns::None } else { self.town(country, region, town) };
        let mut doubt = None;
        let place = match (&hit, towns) {
            (Ok(hit), Towns::One(town)) => {
                let km = hit.place.distance_km(town.place);
                if km > FAR_KM + 2.0 * hit.radius_km + town.precision_km {
                    doubt = Some(format!("the postal code lies {km:.0} km from the town {}", town.words));
                    Ok(self.of_code(hit, country))
                } else if hit.precision_km > MORE_PRECISE * town.precision_km {
                    Ok(town)
                } else {
                    Ok(self.of_code(hit, country))
                }
            }
            (Ok(hit), _) => Ok(self.of_code(hit, country)),
            (Err(why), Towns::One(town)) => {
                // The file had a code that is not known: said, since the town is less precise.
                doubt = (!why.is_empty() && !why.starts_with(NO_TABLE)).then(|| why.clone());
                Ok(town)
            }
            (Err(_), Towns::Several(several)) => {
                let names: Vec<&str> = several.iter().map(|town| town.words.as_str()).collect();
                Err(format!("the town \"{}\" may be {}", shortened(town), names.join("; ")))
            }
            (Err(why), Towns::None) => self.by_region(region, town, why),
        };
        AddressPlace { postal: hit, place, doubt }
    }

    /// The country in which most postal codes lie near the town beside them, for addresses that do not say their country.
    pub fn usual_country<'a>(&self, addresses: impl Iterator<Item = Address<'a>>) -> CountryId {
        let us = self.united_states();
        let silent: Vec<Address> = addresses.filter(|address| address.country.is_empty()).take(LEARNED_FROM).collect();
        if silent.iter().all(|address| address.postal.is_empty() || address.town.is_empty()) {
            return us;
        }
        let fits = |country: CountryId| {
            let near = |address: &&Address| {
                let Ok(hit) = self.postal(country, address.postal) else { return false };
                let near = |town: &Found| town.place.distance_km(hit.place) < FAR_KM + hit.radius_km;
                match self.town(country, None, address.town) {
                    Towns::None => false,
                    Towns::One(town) => near(&town),
                    Towns::Several(several) => several.iter().any(near),
                }
            };
            silent.iter().filter(near).count()
        };
        // Where the United States fit, nobody else is asked.
        if 2 * fits(us) >= silent.len() {
            return us;
        }
        let others = self.countries_with_codes().into_iter().map(|country| (fits(country), country));
        let best = others.max_by_key(|&(count, country)| (count, country == us));
        best.filter(|&(count, _)| count > 0).map_or(us, |(_, country)| country)
    }

    /// The country of an address, and its state as far as that is known.
    fn country_and_region(&self, address: &Address, usual: CountryId) -> Result<(CountryId, Option<RegionId>), String> {
        let state = address.state;
        if address.country.is_empty() {
            let country = self.country_of_code(address.postal).unwrap_or(usual);
            // "PR" in a column of states.
            let island = || ["PR", "GU", "VI", "AS", "MP"].contains(&state).then(|| self.country(state)).flatten();
            return Ok(match self.region(country, state) {
                Some(region) => (country, Some(region)),
                None => island().unwrap_or((country, None)),
            });
        }
        let Some((country, of_name)) = self.country(address.country) else {
            return Err(format!("the country \"{}\" is not known", shortened(address.country)));
        };
        Ok((country, self.region(country, state).or(of_name)))
    }

    /// The point of a postal code, or why there is none.
    fn by_code(&self, country: CountryId, text: &str, states: &PostalTable) -> Result<PostalHit, String> {
        self.postal_in(country, text, states).map_err(|why| match why {
            NoPostal::Unknown => format!("the postal code \"{}\" is not known", shortened(text)),
            NoPostal::NoTable => format!("{NO_TABLE} for {}", self.country_name(country)),
        })
    }

    fn of_code(&self, hit: &PostalHit, country: CountryId) -> Found {
        let words = if hit.town.is_empty() { self.country_name(country) } else { &hit.town };
        Found {
            place: hit.place,
            placement: Placement::PostalCode,
            precision_km: hit.precision_km,
            words: format!("{}, {words}", hit.code),
        }
    }

    /// What is left where neither code nor town is known.
    fn by_region(&self, region: Option<RegionId>, town: &str, why: &str) -> Result<Found, String> {
        let county = region.filter(|_| !town.is_empty()).and_then(|region| self.county(region, town));
        let middle = region.and_then(|region| self.middle_of(region));
        county.or(middle).ok_or_else(|| match (why.is_empty(), town.is_empty()) {
            (true, false) => format!("the town \"{}\" is not known", shortened(town)),
            _ => why.to_owned(),
        })
    }
}
