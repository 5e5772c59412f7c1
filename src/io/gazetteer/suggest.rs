//! What is meant by a text that is not typed to its end, or has a slip in it.

use std::collections::BTreeMap;

use super::towns::MOST_CANDIDATES;
use super::{CountryId, Found, Gazetteer, RegionId, Town, names};

/// Shorter beginnings of a name say nothing.
const LEAST_LETTERS: usize = 2;

impl Gazetteer {
    /// The places that a text can mean while it is being typed, the likeliest first, at most eight. `home` is a state or country as the
    /// address at hand has it ("OH, United States"): what lies there comes first.
    pub fn suggest(&self, text: &str, home: &str) -> Vec<Found> {
        let mut found = Vec::new();
        let is_whole = text.contains(',') || text.contains(|letter: char| letter.is_ascii_digit());
        if !is_whole && !home.is_empty() {
            add(&mut found, self.ask(&format!("{text}, {home}")));
            add(&mut found, self.beginning(text, home));
        }
        add(&mut found, self.ask(text));
        let (name, rest) = text.split_once(',').unwrap_or((text, ""));
        add(&mut found, self.beginning(name, rest));
        if found.is_empty() {
            add(&mut found, self.similar(name, if rest.trim().is_empty() { home } else { rest }));
        }
        found.truncate(MOST_CANDIDATES);
        found
    }

    /// The largest towns whose name begins like this. `within` is what was typed of a state or country, perhaps not to its end.
    fn beginning(&self, name: &str, within: &str) -> Vec<Found> {
        let key = names::key(name);
        if key.chars().count() < LEAST_LETTERS {
            return Vec::new();
        }
        let of = self.within(within);
        let mut towns: Vec<&Town> = Vec::new();
        for country in self.country_ids().filter(|country| of.is_none_or(|(of, _)| of == *country)) {
            let from = self.town_keys.partition_point(|entry| (entry.0, &*entry.1) < (country, key.as_str()));
            let here = self.town_keys[from..].iter();
            let here = here.take_while(|entry| entry.0 == country && entry.1.starts_with(&key));
            towns.extend(here.filter_map(|entry| self.towns.get(entry.2 as usize)));
        }
        if let Some((_, Some(region))) = of {
            towns.retain(|town| town.region == Some(region));
        }
        self.largest(towns)
    }

    /// Towns whose name differs by a slip or two from this one: "Colombus" for Columbus. Where nothing is known of state or country there
    /// would be too many.
    pub fn similar(&self, name: &str, within: &str) -> Vec<Found> {
        let key = names::key(name);
        let most = match key.chars().count() {
            0..=3 => return Vec::new(),
            4..=7 => 1,
            _ => 2,
        };
        let Some((country, region)) = self.within(within) else { return Vec::new() };
        let from = self.town_keys.partition_point(|entry| entry.0 < country);
        let here = self.town_keys[from..].iter().take_while(|entry| entry.0 == country);
        let mut by_slips: BTreeMap<usize, Vec<&Town>> = BTreeMap::new();
        for (_, other, nth) in here.filter(|entry| entry.1.len().abs_diff(key.len()) <= most) {
            let Some(town) = self.towns.get(*nth as usize) else { continue };
            if region.is_some() && town.region != region {
                continue;
            }
            let slips = strsim::osa_distance(&key, other);
            if slips <= most {
                by_slips.entry(slips).or_default().push(town);
            }
        }
        by_slips.into_values().next().map_or(Vec::new(), |towns| self.largest(towns))
    }

    /// A country and perhaps a state, from their words: "OH", "Ohio, United States", "Bayern".
    fn within(&self, words: &str) -> Option<(CountryId, Option<RegionId>)> {
        let parts: Vec<&str> = words.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        let us = self.united_states();
        match parts.as_slice() {
            [] => None,
            [one] => {
                let state = self.region(us, one).map(|region| (us, Some(region)));
                let region = || self.region_anywhere(one).map(|(country, region)| (country, Some(region)));
                state.or_else(|| self.country(one)).or_else(region)
            }
            [state, .., country] => {
                let (country, of_name) = self.country(country)?;
                Some((country, self.region(country, state).or(of_name)))
            }
        }
    }

    fn largest(&self, mut towns: Vec<&Town>) -> Vec<Found> {
        towns.sort_by(|a, b| b.population.cmp(&a.population).then_with(|| a.name.cmp(&b.name)));
        // Comparing each with each is for a few.
        towns.truncate(8 * MOST_CANDIDATES);
        self.distinct(towns).into_iter().take(MOST_CANDIDATES).map(|town| self.found(town)).collect()
    }
}

fn add(found: &mut Vec<Found>, more: Vec<Found>) {
    for one in more {
        if !found.iter().any(|known| known.words == one.words) {
            found.push(one);
        }
    }
}
