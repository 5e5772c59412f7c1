//! Places of postal codes and towns in the United States, embedded, so that placing accounts needs no network.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::OnceLock;

use flate2::read::GzDecoder;

use crate::domain::sphere::{LonLat, centroid};

/// Made by `assets/postal/make_postal_table.rs`.
const TABLE: &[u8] = include_bytes!("../../assets/postal/us_zip.tsv.gz");

/// A postal code's point.
#[derive(Debug, Clone, PartialEq)]
pub struct PostalPlace {
    pub code: String,
    pub town: String,
    /// Two letters.
    pub state: String,
    pub place: LonLat,
    /// The radius in kilometres of a circle as large as the code's land; `None` for post office boxes and the like.
    pub radius_km: Option<f32>,
}

/// Postal codes with their points, and towns.
#[derive(Debug, Default)]
pub struct PostalTable {
    /// Sorted by code.
    places: Vec<PostalPlace>,
    /// `town|state` in small letters to the mean point of its codes.
    towns: HashMap<String, LonLat>,
}

/// A postal code brought into the form of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalCode {
    /// Five digits.
    pub code: String,
    /// A spreadsheet had dropped the leading zeros.
    pub zeros_restored: bool,
}

impl PostalTable {
    /// The table that comes with the program: 41,700 codes. Unpacked at the first call.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<PostalTable> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            let mut text = String::new();
            // The asset is part of the program; a test reads it. Without it every account would be unplaced and listed.
            let _ = GzDecoder::new(TABLE).read_to_string(&mut text);
            Self::from_lines(&text)
        })
    }

    /// From lines of code, town, state, latitude, longitude, radius in kilometres, separated by tabs. Lines that are not like that are left out.
    pub fn from_lines(text: &str) -> Self {
        let mut places: Vec<PostalPlace> = text.lines().filter_map(read_line).collect();
        places.sort_by(|a, b| a.code.cmp(&b.code));
        places.dedup_by(|later, first| later.code == first.code);
        let mut of_town: HashMap<String, Vec<LonLat>> = HashMap::new();
        for place in &places {
            of_town.entry(town_key(&place.town, &place.state)).or_default().push(place.place);
        }
        let mean = |points: Vec<LonLat>| centroid(points.into_iter().map(|point| (point, 1.0)));
        let towns = of_town.into_iter().filter_map(|(key, points)| Some((key, mean(points)?))).collect();
        Self { places, towns }
    }

    /// All postal codes, sorted.
    pub fn places(&self) -> &[PostalPlace] {
        &self.places
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The point of a code of five digits.
    pub fn find(&self, code: &str) -> Option<&PostalPlace> {
        let index = self.places.binary_search_by(|place| place.code.as_str().cmp(code)).ok()?;
        self.places.get(index)
    }

    /// The towns with their state, the mean point of their codes, and a radius in kilometres as for all their land together.
    pub fn towns(&self) -> Vec<((&str, &str), LonLat, f32)> {
        let mut codes_of: BTreeMap<(&str, &str), Vec<&PostalPlace>> = BTreeMap::new();
        for place in &self.places {
            codes_of.entry((&place.town, &place.state)).or_default().push(place);
        }
        let town = |(name, codes): ((_, _), Vec<&PostalPlace>)| {
            let centre = centroid(codes.iter().map(|code| (code.place, 1.0)))?;
            let area: f32 = codes.iter().filter_map(|code| code.radius_km).map(|km| km * km).sum();
            Some((name, centre, area.sqrt().max(4.0)))
        };
        codes_of.into_iter().filter_map(town).collect()
    }

    /// The point of a town, by its name and the two letters or the full name of its state.
    pub fn find_town(&self, town: &str, state: &str) -> Option<LonLat> {
        self.towns.get(&town_key(town, &state_letters(state)?)).copied()
    }
}

/// Reads a United States postal code as exports write it: `43081`, `43081-1234`, `430811234`, `2139` (a spreadsheet dropped the
/// zero), `43081.0`. `None` for anything else.
pub fn read_code(text: &str) -> Option<PostalCode> {
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let (digits, plus) = match text.split_once(['-', ' ', '+']) {
        Some((digits, plus)) => (digits.trim(), plus.trim()),
        None => (text, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !all_digits(digits) || !all_digits(plus) || plus.len() > 4 {
        return None;
    }
    let code = match digits.len() {
        3..=5 => format!("{digits:0>5}"),
        8 | 9 if plus.is_empty() => format!("{digits:0>9}")[..5].to_owned(),
        _ => return None,
    };
    Some(PostalCode { code, zeros_restored: digits.len() < 5 || digits.len() == 8 })
}

fn read_line(line: &str) -> Option<PostalPlace> {
    let mut fields = line.split('\t');
    let (code, town, state) = (fields.next()?, fields.next()?, fields.next()?);
    let (lat, lon) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let radius_km = fields.next().and_then(|km| km.parse().ok());
    let place = LonLat::new(lon, lat);
    place.is_valid().then(|| PostalPlace {
        code: code.into(),
        town: town.into(),
        state: state.into(),
        place,
        radius_km,
    })
}

fn town_key(town: &str, state: &str) -> String {
    let town = town.trim().to_lowercase();
    let town = match town.strip_prefix("saint ") {
        Some(rest) => format!("st {rest}"),
        None => town.replace("st. ", "st "),
    };
    format!("{town}|{}", state.trim().to_lowercase())
}

/// The two letters of a state.
fn state_letters(state: &str) -> Option<String> {
    let state = state.trim();
    if state.len() == 2 {
        return Some(state.to_uppercase());
    }
    let found = STATES.iter().find(|(name, _)| name.eq_ignore_ascii_case(state))?;
    Some(found.1.to_owned())
}

const STATES: [(&str, &str); 52] = [
    ("Alabama", "AL"),
    ("Alaska", "AK"),
    ("Arizona", "AZ"),
    ("Arkansas", "AR"),
    ("California", "CA"),
    ("Colorado", "CO"),
    ("Connecticut", "CT"),
    ("Delaware", "DE"),
    ("District of Columbia", "DC"),
    ("Florida", "FL"),
    ("Georgia", "GA"),
    ("Hawaii", "HI"),
    ("Idaho", "ID"),
    ("Illinois", "IL"),
    ("Indiana", "IN"),
    ("Iowa", "IA"),
    ("Kansas", "KS"),
    ("Kentucky", "KY"),
    ("Louisiana", "LA"),
    ("Maine", "ME"),
    ("Maryland", "MD"),
    ("Massachusetts", "MA"),
    ("Michigan", "MI"),
    ("Minnesota", "MN"),
    ("Mississippi", "MS"),
    ("Missouri", "MO"),
    ("Montana", "MT"),
    ("Nebraska", "NE"),
    ("Nevada", "NV"),
    ("New Hampshire", "NH"),
    ("New Jersey", "NJ"),
    ("New Mexico", "NM"),
    ("New York", "NY"),
    ("North Carolina", "NC"),
    ("North Dakota", "ND"),
    ("Ohio", "OH"),
    ("Oklahoma", "OK"),
    ("Oregon", "OR"),
    ("Pennsylvania", "PA"),
    ("Puerto Rico", "PR"),
    ("Rhode Island", "RI"),
    ("South Carolina", "SC"),
    ("South Dakota", "SD"),
    ("Tennessee", "TN"),
    ("Texas", "TX"),
    ("Utah", "UT"),
    ("Vermont", "VT"),
    ("Virginia", "VA"),
    ("Washington", "WA"),
    ("West Virginia", "WV"),
    ("Wisconsin", "WI"),
    ("Wyoming", "WY"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_places_zips_and_towns() {
        let table = PostalTable::embedded();
        assert!(table.len() > 41_000, "{}", table.len());
        let boston = table.find("02139").map(|place| (place.town.as_str(), place.state.as_str()));
        assert_eq!(boston, Some(("Cambridge", "MA")));
        let columbus = table.find_town("columbus", "Ohio").expect("Columbus is known");
        assert!(columbus.distance_km(LonLat::new(-83.0, 39.96)) < 15.0);
        assert_eq!(table.find_town("Saint Louis", "MO"), table.find_town("St. Louis", "mo"));
        assert!(table.find_town("Saint Louis", "MO").is_some());
        assert_eq!(table.find("99999"), None);
    }

    #[test]
    fn codes_as_exports_write_them() {
        let check = |text: &str, expected: Option<(&str, bool)>| {
            let expected = expected.map(|(code, zeros_restored)| PostalCode { code: code.into(), zeros_restored });
            assert_eq!(read_code(text), expected, "{text}");
        };
        check("43081", Some(("43081", false)));
        check("43081-1234", Some(("43081", false)));
        check("430811234", Some(("43081", false)));
        check("2139", Some(("02139", true)));
        check("2139.0", Some(("02139", true)));
        check("501", Some(("00501", true)));
        check("21391234", Some(("02139", true)));
        check("02139 ", Some(("02139", false)));
        for text in ["", "K1A 0B1", "SW1A", "12", "1234567", "43081-12345", "−4308"] {
            check(text, None);
        }
    }
}
