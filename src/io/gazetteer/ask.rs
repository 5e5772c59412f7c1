//! What a person types to say where something is: "Dayton, OH", "45402", "D-80331 München", "39.76, -84.19".

use super::towns::{MOST_CANDIDATES, Towns};
use super::{CountryId, Found, Gazetteer, RegionId};
use crate::domain::accounts::Placement;
use crate::domain::sphere::LonLat;

/// A latitude and a longitude in degrees: "39.76, -84.19", "39.76 -84.19", "39.76° N, 84.19° W". `None` for anything else, and for values
/// that are no place.
pub fn coordinates(text: &str) -> Option<LonLat> {
    let text = text.trim();
    let parted = if text.contains(';') {
        ';'
    } else if text.contains(',') {
        ','
    } else {
        ' '
    };
    // "39.76 N 84.19 W" is parted by spaces, too.
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(parted).map(str::trim).filter(|part| !part.is_empty()) {
        match (part.trim_end_matches('.').len(), parts.last_mut()) {
            (1, Some(last)) if part.chars().all(|letter| letter.is_ascii_alphabetic()) => last.push_str(part),
            _ => parts.push(part.to_owned()),
        }
    }
    let [lat, lon] = parts.as_slice() else { return None };
    let place = LonLat::new(degrees(lon, ['E', 'W'])?, degrees(lat, ['N', 'S'])?);
    place.is_valid().then_some(place)
}

/// A number of degrees, with or without its direction.
fn degrees(text: &str, [plus, minus]: [char; 2]) -> Option<f64> {
    let text = text.trim().replace('°', "").replace('−', "-").to_uppercase();
    let (number, sign) = match (text.strip_suffix(plus), text.strip_suffix(minus)) {
        (Some(number), _) => (number.to_owned(), 1.0),
        (_, Some(number)) => (number.to_owned(), -1.0),
        (None, None) => (text.clone(), 1.0),
    };
    let degrees: f64 = number.trim().parse().ok()?;
    degrees.is_finite().then_some(sign * degrees)
}

impl Gazetteer {
    /// The places that a text can mean, the likeliest first; at most eight.
    pub fn ask(&self, text: &str) -> Vec<Found> {
        let text = text.trim();
        if let Some(place) = coordinates(text) {
            let words = format!("{:.5}, {:.5}", place.lat, place.lon);
            return vec![Found { place, placement: Placement::ByHand, precision_km: 0.0, words }];
        }
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        let (country, region, parts) = self.end_of(&parts);
        let mut found = Vec::new();
        for part in &parts {
            self.add_postal(part, country, &mut found);
        }
        if let (true, Some(&town)) = (found.is_empty(), parts.first()) {
            // "45402 Dayton": what is left of the town without a code.
            let town = town.trim_start_matches(|first: char| first.is_ascii_digit() || first == '-' || first == ' ');
            match (country, region) {
                (Some(country), region) => match self.town(country, region, town) {
                    Towns::One(one) => found.push(one),
                    Towns::Several(several) => found.extend(several),
                    Towns::None => {}
                },
                (None, _) => found.extend(self.town_anywhere(town)),
            }
            if let (true, Some(region)) = (found.is_empty(), region) {
                found.extend(self.county(region, town));
            }
        }
        if let (true, Some(region)) = (found.is_empty() && parts.is_empty(), region) {
            found.extend(self.middle_of(region));
        }
        found.truncate(MOST_CANDIDATES);
        found
    }

    /// Country and region from the last parts of what was typed, and the parts before them.
    fn end_of<'a>(&self, parts: &[&'a str]) -> (Option<CountryId>, Option<RegionId>, Vec<&'a str>) {
        let mut parts = parts.to_vec();
        let (mut country, mut region) = (None, None);
        let Some(&last) = parts.last() else { return (None, None, parts) };
        let us = self.united_states();
        // "Dayton, OH 45402": the code stands with the state.
        let words: Vec<&str> = last.split_whitespace().collect();
        if let [state, code] = words.as_slice()
            && parts.len() > 1
            && let Some(state) = self.region(us, state)
            && self.postal(us, code).is_ok()
        {
            parts.pop();
            parts.insert(0, code);
            return (Some(us), Some(state), parts);
        }
        // A state of the United States before a country of the same letters: "Dover, DE".
        if parts.len() > 1
            && let Some(state) = self.region(us, last)
        {
            parts.pop();
            return (Some(us), Some(state), parts);
        }
        if parts.len() > 1
            && let Some((found, of_name)) = self.country(last)
        {
            (country, region) = (Some(found), of_name);
            parts.pop();
        }
        if let Some(&last) = parts.last() {
            let found = match country {
                Some(country) => self.region(country, last).map(|region| (country, region)),
                None => self.region(us, last).map(|region| (us, region)).or_else(|| self.region_anywhere(last)),
            };
            // One word alone is a town before it is a state: "Washington", "New York".
            let alone = parts.len() == 1;
            if let Some((of, found)) = found
                && (!alone || self.town_anywhere(last).is_empty())
            {
                (country, region) = (Some(of), Some(found));
                parts.pop();
            }
        }
        (country, region, parts)
    }

    fn add_postal(&self, text: &str, country: Option<CountryId>, found: &mut Vec<Found>) {
        let candidates = std::iter::once(text).chain(text.split_whitespace().next());
        for text in candidates {
            if !text.contains(|letter: char| letter.is_ascii_digit()) {
                continue;
            }
            let countries = match country.or_else(|| self.country_of_code(text)) {
                Some(country) => vec![country],
                None => {
                    let mut all = self.countries_with_codes();
                    let us = self.united_states();
                    all.retain(|&country| country != us);
                    all.insert(0, us);
                    all
                }
            };
            for country in countries {
                let Ok(hit) = self.postal(country, text) else { continue };
                let words = [hit.code.as_str(), hit.town.as_str(), self.country_name(country)];
                let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
                found.push(Found {
                    place: hit.place,
                    placement: Placement::PostalCode,
                    precision_km: hit.precision_km,
                    words: words.join(", "),
                });
            }
            if !found.is_empty() {
                return;
            }
        }
    }
}
