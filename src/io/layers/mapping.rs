//! Which column of a layer is what, guessed from names as the Census Bureau and other makers write them, and from the values.

use super::{Dissolve, Layer, RawColumn};
use crate::domain::columns::Subject;
use crate::error::UserError;
use crate::io::files;
use crate::io::guess::{self, Profile, Reason};
use crate::io::numbers::DecimalMark;
use crate::io::own;

/// Which column holds what, by name. Guess one, change what is wrong, and hand it to [`super::build_units`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayerMapping {
    /// The unit's code. Without it the position in the file is the code.
    pub code: Option<String>,
    pub name: Option<String>,
    pub measures: Vec<String>,
    pub attributes: Vec<String>,
    /// What one unit is called, in the singular: "ZIP area", "county", "unit".
    pub kind: String,
    /// The shapes are approximations and must be called that wherever they are shown.
    pub approximate: bool,
    /// Units are put together to larger ones.
    pub dissolve: Option<Dissolve>,
    /// Why each column was taken as what, for columns that were guessed.
    pub reasons: Vec<Reason>,
}

const CODE: [&str; 24] = [
    "geoid",
    "geoid20",
    "geoid10",
    "zcta5ce20",
    "zcta5ce10",
    "zcta5",
    "zcta",
    "zip code",
    "zipcode",
    "zip",
    "zip5",
    "postal code",
    "postcode",
    "plz",
    "fips",
    "fips code",
    "countyfips",
    "geo id",
    "nuts id",
    "unit code",
    "unit id",
    "code",
    "unit!",
    "id!",
];
const NAME: [&str; 12] = [
    "namelsad",
    "namelsad20",
    "name",
    "county name",
    "zip name",
    "unit name",
    "po name",
    "city",
    "town",
    "label",
    "title",
    "nam",
];
/// Names of numbers that describe people or business: what can be balanced.
const MEASURE_WORDS: [&str; 30] = [
    "population",
    "pop",
    "pop10",
    "pop20",
    "people",
    "persons",
    "households",
    "hh",
    "housing",
    "income",
    "revenue",
    "sales",
    "customers",
    "accounts",
    "potential",
    "businesses",
    "establishments",
    "employees",
    "jobs",
    "workers",
    "spend",
    "demand",
    "visits",
    "calls",
    "count",
    "total",
    "median",
    "average",
    "density",
    "value",
];
/// Names of numbers that describe the shape.
const SHAPE_WORDS: [&str; 23] = [
    "area",
    "aland",
    "awater",
    "aland10",
    "awater10",
    "aland20",
    "awater20",
    "shape",
    "length",
    "perimeter",
    "lat",
    "lon",
    "long",
    "intptlat",
    "intptlon",
    "x",
    "y",
    "latitude",
    "longitude",
    "scalerank",
    "acres",
    "sqmi",
    "sqkm",
];

impl LayerMapping {
    pub fn guess(layer: &Layer) -> Self {
        let profiles: Vec<Profile> = layer
            .columns
            .iter()
            .map(|column| Profile::of(column.values.iter().map(String::as_str), DecimalMark::Point))
            .collect();
        let code = best_column(layer, &profiles, &CODE, |profile| profile.is_unique())
            // Parts of one unit may be separate rows, so a code need not be unique where its name is clear.
            .or_else(|| best_column(layer, &profiles, &CODE[..17], |profile| profile.filled > 0))
            .or_else(|| best_column(layer, &profiles, &CODE, Profile::names_rows));
        let name = best_column(layer, &profiles, &NAME, |profile| !profile.is_numeric());
        // "Franklin County" is better on screen than "Franklin", but both are there to choose from.
        let mut mapping = Self {
            code: code.map(|index| layer.columns[index].name.clone()),
            name: name.filter(|&index| Some(index) != code).map(|index| layer.columns[index].name.clone()),
            kind: guess_kind(layer, code.map(|index| &layer.columns[index])).to_owned(),
            approximate: layer.columns.iter().any(is_approximate_mark) || says_approximate(&layer.file),
            ..Self::default()
        };
        let names: Vec<&str> = layer.columns.iter().map(|column| column.name.as_str()).collect();
        let of_the_plan = own::of_the_plan(&names, Subject::Units);
        for (index, column) in layer.columns.iter().enumerate() {
            let title = column.name.as_str();
            let profile = &profiles[index];
            let reason = if of_the_plan[index] {
                Reason::new(title, "nothing", own::WHY)
            } else if Some(index) == code {
                let why =
                    if profile.is_unique() { "its name says so and all values differ" } else { "its name says so" };
                Reason::new(title, "unit code", why)
            } else if mapping.name.as_deref() == Some(title) {
                Reason::new(title, "unit name", "its name says so")
            } else if let Some(why) = why_no_measure(title, profile) {
                mapping.attributes.push(title.to_owned());
                Reason::new(title, "attribute", why)
            } else {
                mapping.measures.push(title.to_owned());
                Reason::new(title, "measure", "its values are numbers and its name says what they count")
            };
            mapping.reasons.push(reason);
        }
        if mapping.code.is_none() {
            mapping.reasons.push(Reason::new("", "unit code", "no column has codes, so units are numbered"));
        }
        mapping
    }

    /// Measures the user names are no attributes: takes a column as a measure.
    pub fn take_measure(&mut self, column: &str) {
        self.attributes.retain(|name| name != column);
        if !self.measures.iter().any(|name| name == column) {
            self.measures.push(column.to_owned());
        }
    }

    /// What was guessed, one line per column.
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![format!("a unit is called \"{}\"", self.kind)];
        words.extend(self.reasons.iter().map(ToString::to_string));
        words
    }

    /// Whether whole values of the column are the codes of dissolved units: each row is then a part with figures of its own.
    pub(super) fn is_dissolved_by(&self, column: &str) -> bool {
        self.dissolve.as_ref().is_some_and(|dissolve| dissolve.characters.is_none() && dissolve.column == column)
    }

    /// The measures' names that the layer has, or an error that lists what it has.
    pub(super) fn check(&self, layer: &Layer) -> Result<(), UserError> {
        let dissolve = self.dissolve.iter().map(|dissolve| &dissolve.column);
        let named = self.code.iter().chain(&self.name).chain(&self.measures).chain(&self.attributes).chain(dissolve);
        for name in named {
            layer.require(name)?;
        }
        Ok(())
    }
}

fn best_column(
    layer: &Layer,
    profiles: &[Profile],
    patterns: &[&str],
    fits: impl Fn(&Profile) -> bool,
) -> Option<usize> {
    let scored = layer.columns.iter().zip(profiles).enumerate();
    let scored = scored
        .map(|(index, (column, profile))| (if fits(profile) { guess::fit(&column.name, patterns) } else { 0 }, index));
    let best = scored.filter(|(score, _)| *score > 0).max_by_key(|&(score, index)| (score, std::cmp::Reverse(index)));
    best.map(|(_, index)| index)
}

fn why_no_measure(name: &str, profile: &Profile) -> Option<String> {
    if let Some(why) = guess::not_a_measure(name, profile) {
        return Some(why);
    }
    if guess::has_word(name, &SHAPE_WORDS) {
        return Some("its numbers describe the shape".into());
    }
    if !guess::has_word(name, &MEASURE_WORDS) {
        return Some("its name does not say that the numbers can be added up; it can be chosen as a measure".into());
    }
    None
}

fn guess_kind(layer: &Layer, code: Option<&RawColumn>) -> &'static str {
    let file = guess::words_of(&layer.file).join(" ");
    let title = code.map(|column| column.name.to_lowercase()).unwrap_or_default();
    let values = || code.into_iter().flat_map(|column| &column.values).filter(|value| !value.is_empty()).take(500);
    let digits = |count: usize| {
        values().next().is_some()
            && values().all(|value| value.len() == count && value.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let any = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    let zip = ["zcta", "zip", "postal", "plz", "postcode"];
    if any(&zip, &title) || (any(&zip, &file) && !any(&["county", "counties"], &file)) {
        return "ZIP area";
    }
    if any(&["county", "counties"], &file) || any(&["county", "fips"], &title) {
        return if digits(2) { "state" } else { "county" };
    }
    if any(&["tract"], &file) || digits(11) {
        return "census tract";
    }
    if any(&["state"], &file) && digits(2) {
        return "state";
    }
    let lsad =
        layer.find("NAMELSAD").map(|column| column.values.iter().take(200).filter(|name| name.contains("County")));
    if lsad.is_some_and(|counties| counties.count() > 20) && digits(5) {
        return "county";
    }
    "unit"
}

/// A column APPROX whose values are not all no.
fn is_approximate_mark(column: &RawColumn) -> bool {
    const NO: [&str; 6] = ["", "0", "n", "no", "f", "false"];
    let named = matches!(column.name.to_lowercase().as_str(), "approx" | "approximate" | "is_approx");
    named && column.values.iter().any(|value| !NO.contains(&value.to_lowercase().as_str()))
}

fn says_approximate(file: &str) -> bool {
    let stem = file.strip_suffix(&format!(".{}", files::ending_of(file.as_ref()))).unwrap_or(file);
    guess::has_word(stem, &["approx", "approximate"])
}
