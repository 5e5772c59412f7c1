//! Postal codes as files write them, and their points.

use super::{CountryId, Gazetteer};
use crate::domain::sphere::LonLat;
use crate::io::postal::{self, PostalTable};

/// What is assumed of a code whose area nobody has measured: a post office box lies in the town.
const UNKNOWN_RADIUS_KM: f32 = 8.0;

/// How far from a code's point nine of ten addresses lie, as a multiple of its radius and kilometres more: measured, see docs/performance.md.
/// Radii of the United States are those of areas; of other countries they are known from the points of neighbouring codes alone.
const SPREAD_OF_AREAS: (f64, f64) = (1.4, 0.2);
const SPREAD_OF_POINTS: (f64, f64) = (2.0, 1.0);
const SPREAD_IN_GERMANY: (f64, f64) = (1.0, 1.0);

/// A postal code with its point.
#[derive(Debug, Clone, PartialEq)]
pub struct PostalHit {
    /// In the form of the table.
    pub code: String,
    pub place: LonLat,
    /// The radius of a circle as large as the code's area.
    pub radius_km: f64,
    /// Nine of ten addresses lie as near to the point.
    pub precision_km: f64,
    /// A spreadsheet had dropped the leading zeros.
    pub zeros_restored: bool,
    /// The town, where the table has it.
    pub town: String,
}

/// Why a postal code has no point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPostal {
    /// There is no table for the country.
    NoTable,
    Unknown,
}

impl Gazetteer {
    /// The point of a postal code of a country: `45402-1234`, `2139` (the zero is restored), `D-80331`, `K1A 0B1` (by its first half),
    /// `SW1A 1AA` (by its letters), `00-950`.
    ///
    /// # Errors
    /// No table for the country; a code that is not in it.
    pub fn postal(&self, country: CountryId, text: &str) -> Result<PostalHit, NoPostal> {
        self.postal_in(country, text, PostalTable::embedded())
    }

    /// As [`Self::postal`], with a table of the United States that is given.
    ///
    /// # Errors
    /// No table for the country; a code that is not in it.
    pub fn postal_in(&self, country: CountryId, text: &str, states: &PostalTable) -> Result<PostalHit, NoPostal> {
        let (text, _) = without_prefix(text);
        let code = self.country_code(country);
        if matches!(code, "US" | "PR" | "GU" | "VI" | "AS" | "MP") {
            let read = postal::read_code(text).ok_or(NoPostal::Unknown)?;
            let found = states.find(&read.code).ok_or(NoPostal::Unknown)?;
            let radius_km = f64::from(found.radius_km.unwrap_or(UNKNOWN_RADIUS_KM));
            return Ok(PostalHit {
                place: found.place,
                radius_km,
                precision_km: spread(SPREAD_OF_AREAS, radius_km),
                zeros_restored: read.zeros_restored,
                town: format!("{}, {}", found.town, found.state),
                code: read.code,
            });
        }
        let codes = self.codes.get(&country).ok_or(NoPostal::NoTable)?;
        let text = text.strip_suffix(".0").unwrap_or(text);
        let written: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        let find = |code: &str| codes.binary_search_by(|entry| (*entry.0).cmp(code)).ok().map(|at| &codes[at]);
        let length = codes.first().map_or(0, |(code, ..)| code.len());
        let is_digits = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
        let (wanted, zeros_restored) = match code {
            "CA" => (written.get(..3).unwrap_or_default().to_owned(), false),
            "GB" => (written.chars().take_while(char::is_ascii_alphabetic).collect(), false),
            // One or two zeros are lost, not more.
            _ if is_digits && written.len() < length && written.len() + 2 >= length => {
                (format!("{written:0>length$}"), true)
            }
            _ => (written, false),
        };
        // A code of a street in Brazil lies near the one of its district.
        let wider = || (code == "BR").then(|| wanted.get(..5).map(|five| format!("{five}000"))).flatten();
        let found = find(&wanted).or_else(|| wider().and_then(|code| find(&code))).ok_or(NoPostal::Unknown)?;
        let radius_km = f64::from(found.2);
        Ok(PostalHit {
            code: found.0.to_string(),
            place: found.1,
            radius_km,
            precision_km: spread(if code == "DE" { SPREAD_IN_GERMANY } else { SPREAD_OF_POINTS }, radius_km),
            zeros_restored,
            town: String::new(),
        })
    }

    /// The country whose codes look like this one and no other's: `K1A 0B1`, `SW1A 1AA`, `D-80331`, `00-950`.
    pub fn country_of_code(&self, text: &str) -> Option<CountryId> {
        let (rest, prefix) = without_prefix(text);
        let named = |name: &str| self.country(name).map(|(country, _)| country);
        if let Some(prefix) = prefix {
            return named(prefix);
        }
        let shape: String = rest
            .trim()
            .chars()
            .map(|letter| match letter {
                '0'..='9' => '9',
                letter if letter.is_ascii_alphabetic() => 'A',
                _ => ' ',
            })
            .collect();
        match shape.as_str() {
            "A9A 9A9" | "A9A9A9" | "A9A" => named("CA"),
            "A9 9AA" | "A99 9AA" | "AA9 9AA" | "AA99 9AA" | "A9A 9AA" | "AA9A 9AA" => named("GB"),
            "99 999" if rest.contains('-') => named("PL"),
            "99999 999" if rest.contains('-') => named("BR"),
            _ => None,
        }
    }

    /// The countries that have a table of postal codes.
    pub fn countries_with_codes(&self) -> Vec<CountryId> {
        let mut countries: Vec<CountryId> = self.codes.keys().copied().collect();
        countries.push(self.united_states());
        countries.sort_unstable();
        countries
    }
}

fn spread((times, more): (f64, f64), radius_km: f64) -> f64 {
    times * radius_km + more
}

/// "D-80331" without its country, and the country's letters.
fn without_prefix(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    match text.split_once('-') {
        Some((letters, rest))
            if (1..=3).contains(&letters.len())
                && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
                && rest.starts_with(|first: char| first.is_ascii_digit()) =>
        {
            (rest, Some(letters))
        }
        _ => (text, None),
    }
}
