//! Guessing what a column is from its name and its values.

use super::dates;
use super::numbers::{self, Cell, DecimalMark};
use super::options::DateOrder;

/// What a column was taken for, and why: what is shown to the user, who may decide otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub column: String,
    /// "account code", "measure", "attribute", …
    pub taken_as: String,
    pub why: String,
}

impl Reason {
    pub fn new(column: &str, taken_as: &str, why: impl Into<String>) -> Self {
        Self { column: column.to_owned(), taken_as: taken_as.to_owned(), why: why.into() }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\" is taken as {}: {}", self.column, self.taken_as, self.why)
    }
}

/// The words of a column's name without accents: "BillingPostalCode" and "Billing Postal Code" are both `billing postal code`, "Straße" is
/// `strasse`.
pub fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() {
            let upper_after_lower = character.is_uppercase() && previous.is_lowercase();
            let last_capital = character.is_uppercase()
                && previous.is_uppercase()
                && characters.peek().is_some_and(|next| next.is_lowercase());
            if !previous.is_alphanumeric() || upper_after_lower || last_capital {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                character.to_lowercase().for_each(|letter| push_plain(word, letter));
            }
        }
        previous = character;
    }
    words
}

/// Appends a small letter without its accents.
fn push_plain(word: &mut String, letter: char) {
    match letter {
        'ß' => word.push_str("ss"),
        'æ' => word.push_str("ae"),
        'œ' => word.push_str("oe"),
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => word.push('a'),
        'ç' | 'ć' | 'č' => word.push('c'),
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => word.push('e'),
        'ì' | 'í' | 'î' | 'ï' => word.push('i'),
        'ñ' | 'ń' => word.push('n'),
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => word.push('o'),
        'ù' | 'ú' | 'û' | 'ü' | 'ů' => word.push('u'),
        'ś' | 'š' => word.push('s'),
        'ź' | 'ż' | 'ž' => word.push('z'),
        'ł' => word.push('l'),
        // The small o of "nº".
        'º' => {}
        other => word.push(other),
    }
}

/// How well a name fits one of several patterns of words; 0 when it fits none. Patterns stand best first. Names that are the
/// pattern and nothing more fit better than names that contain it; a pattern that ends in `!` must be all of the name.
pub fn fit(name: &str, patterns: &[&str]) -> u32 {
    let words = words_of(name);
    let joined = words.concat();
    let mut best = 0;
    for (rank, pattern) in patterns.iter().enumerate() {
        let whole = pattern.ends_with('!');
        let pattern_words: Vec<&str> = pattern.trim_end_matches('!').split(' ').collect();
        let base = 100 - (rank as u32).min(60);
        let score = if joined == pattern_words.concat() {
            base + 100
        } else if !whole && words.windows(pattern_words.len()).any(|window| window.iter().eq(&pattern_words)) {
            base - (4 * (words.len() - pattern_words.len()) as u32).min(30)
        } else {
            0
        };
        best = best.max(score);
    }
    best
}

/// Whether a name contains one of some words.
pub fn has_word(name: &str, wanted: &[&str]) -> bool {
    words_of(name).iter().any(|word| wanted.contains(&word.as_str()))
}

/// What the values of a column look like.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub rows: usize,
    pub filled: usize,
    pub numbers: usize,
    /// Values like "00123": codes, never numbers.
    pub leading_zeros: usize,
    pub integers: usize,
    pub percents: usize,
    pub dollars: usize,
    pub euros: usize,
    /// Years from 1900 to 2099.
    pub years: usize,
    pub min: f64,
    pub max: f64,
    pub distinct: usize,
    /// The shortest and longest value in characters.
    pub lengths: (usize, usize),
    pub mark: DecimalMark,
    /// Nearly all values are dates.
    pub is_dates: bool,
}

impl Profile {
    pub fn of<'a>(values: impl Iterator<Item = &'a str> + Clone, default: DecimalMark) -> Self {
        let mark = numbers::guess_mark(values.clone(), default);
        let values_again = values.clone();
        let mut profile =
            Self { mark, min: f64::INFINITY, max: f64::NEG_INFINITY, lengths: (usize::MAX, 0), ..Self::default() };
        let mut seen = std::collections::HashSet::new();
        for value in values {
            profile.rows += 1;
            let value = value.trim();
            if numbers::is_missing(value) {
                continue;
            }
            profile.filled += 1;
            seen.insert(value);
            let length = value.chars().count();
            profile.lengths = (profile.lengths.0.min(length), profile.lengths.1.max(length));
            if let Cell::Number(number) = numbers::read(value, mark) {
                profile.numbers += 1;
                profile.min = profile.min.min(number);
                profile.max = profile.max.max(number);
                let digits = value.bytes().all(|byte| byte.is_ascii_digit());
                profile.integers += usize::from(number.fract() == 0.0);
                profile.leading_zeros += usize::from(digits && length > 1 && value.starts_with('0'));
                profile.years += usize::from(digits && length == 4 && (1900.0..2100.0).contains(&number));
                profile.percents += usize::from(value.ends_with('%'));
                profile.dollars += usize::from(value.contains('$'));
                profile.euros += usize::from(value.contains('€'));
            }
        }
        profile.distinct = seen.len();
        profile.is_dates = dates::guess(values_again, DateOrder::MonthDayYear).is_some();
        profile
    }

    /// Whether nearly all values are numbers.
    pub fn is_numeric(&self) -> bool {
        self.filled > 0 && self.numbers * 5 >= self.filled * 4
    }

    /// Whether the values could identify rows.
    pub fn is_unique(&self) -> bool {
        self.filled > 0 && self.filled * 10 >= self.rows * 9 && self.distinct * 100 >= self.filled * 95
    }

    /// Whether the values name rows, with the empty and repeated ones that real files have: for columns whose name says so too.
    pub fn names_rows(&self) -> bool {
        self.filled * 10 >= self.rows * 7 && self.distinct * 2 >= self.filled
    }

    pub fn lies_in(&self, low: f64, high: f64) -> bool {
        self.numbers > 0 && self.min >= low && self.max <= high
    }
}

/// Words in the names of columns whose numbers are labels and not quantities.
const LABEL_WORDS: [&str; 62] = [
    "id",
    "ids",
    "code",
    "key",
    "number",
    "no",
    "nr",
    "num",
    "zip",
    "zip5",
    "zipcode",
    "postal",
    "postcode",
    "plz",
    "phone",
    "telephone",
    "mobile",
    "fax",
    "tel",
    "fips",
    "statefp",
    "countyfp",
    "geoid",
    "duns",
    "sic",
    "naics",
    "npi",
    "ein",
    "extension",
    "kunnr",
    "lifnr",
    "telf1",
    "pstlz",
    "objectid",
    "fid",
    "oid",
    "lat",
    "lon",
    "latitude",
    "longitude",
    "mandt",
    "mandant",
    "debitor",
    "adrnr",
    "kundennr",
    "kundennummer",
    "postleitzahl",
    "telefon",
    "telefono",
    "siret",
    "siren",
    "cif",
    "nif",
    "cp",
    "office",
    "verkaufsburo",
    "vkorg",
    "vkbur",
    "vkgrp",
    "kdgrp",
    "spart",
    "kukla",
];

/// Why the numbers of a column are no measure, `None` when they are one.
pub fn not_a_measure(name: &str, profile: &Profile) -> Option<String> {
    if profile.filled == 0 {
        return Some("it is empty".into());
    }
    if profile.is_dates {
        return Some("its values are dates".into());
    }
    if !profile.is_numeric() {
        return Some("its values are words".into());
    }
    if profile.leading_zeros > 0 {
        return Some("some values begin with 0, so they are codes".into());
    }
    // The client of an SAP system is the system's part, the same in every row.
    let is_client = words_of(name) == ["client"] && profile.distinct == 1 && profile.filled > 1;
    if is_client || (has_word(name, &LABEL_WORDS) && !is_count(name)) {
        return Some("its name says that the numbers are labels".into());
    }
    if profile.years * 10 >= profile.filled * 9 {
        return Some("its values are years".into());
    }
    let (shortest, longest) = profile.lengths;
    if profile.integers == profile.filled && shortest == longest && longest >= 9 {
        return Some("all values have the same number of digits, as phone numbers and codes do".into());
    }
    None
}

/// "Number of employees": the number in the name is a count.
fn is_count(name: &str) -> bool {
    let words = words_of(name);
    let of_a_house = words.iter().any(|word| word == "house");
    !of_a_house
        && words
            .windows(2)
            .any(|pair| matches!([pair[0].as_str(), pair[1].as_str()], ["number" | "no" | "num" | "nr", "of"]))
}

/// What one of a measure is: "$", "min", … from its name and values.
pub fn unit_of(name: &str, profile: &Profile) -> &'static str {
    if profile.percents * 2 > profile.filled || has_word(name, &["percent", "pct"]) {
        return "%";
    }
    if profile.euros * 2 > profile.filled || has_word(name, &["eur", "euro", "euros"]) {
        return "€";
    }
    const MONEY: [&str; 18] = [
        "revenue",
        "sales",
        "amount",
        "income",
        "turnover",
        "spend",
        "arr",
        "mrr",
        "acv",
        "tcv",
        "usd",
        "dollars",
        "price",
        "cost",
        "margin",
        "profit",
        "potential",
        "bookings",
    ];
    if profile.dollars * 2 > profile.filled || has_word(name, &MONEY) {
        return "$";
    }
    if has_word(name, &["minutes", "minute", "min", "mins"]) {
        return "min";
    }
    if has_word(name, &["hours", "hour", "hrs"]) {
        return "h";
    }
    if has_word(name, &["population", "people", "pop", "inhabitants"]) {
        return "people";
    }
    ""
}

/// Whether a measure is one that cannot be summed: a mean, a median, a rate.
pub fn is_mean(name: &str, unit: &str) -> bool {
    const MEANS: [&str; 13] = [
        "median", "med", "mean", "average", "avg", "rate", "ratio", "percent", "pct", "share", "density", "index",
        "age",
    ];
    let per_head = words_of(name).windows(2).any(|pair| pair[0] == "per" && pair[1] != "year" && pair[1] != "month");
    unit == "%" || has_word(name, &MEANS) || per_head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words_of("BillingPostalCode"), ["billing", "postal", "code"]);
        assert_eq!(words_of("Account ID"), ["account", "id"]);
        assert_eq!(words_of("ZCTA5CE20"), ["zcta5ce20"]);
        assert_eq!(words_of("median_household_income"), ["median", "household", "income"]);
        assert_eq!(words_of("POP_EST"), ["pop", "est"]);
        assert_eq!(words_of("Address 1: ZIP/Postal Code"), ["address", "1", "zip", "postal", "code"]);
        assert_eq!(words_of("SAPNumber"), ["sap", "number"]);
    }

    #[test]
    fn exact_names_fit_better_than_longer_ones() {
        let patterns = ["account id", "id"];
        assert!(fit("Account ID", &patterns) > fit("Parent Account ID", &patterns));
        assert!(fit("AccountId", &patterns) > fit("id", &patterns));
        assert!(fit("id", &patterns) > fit("owner id", &patterns));
        assert_eq!(fit("Valid until", &patterns), 0);
    }

    #[test]
    fn codes_years_and_phones_are_no_measures() {
        let profile = |values: &[&'static str]| Profile::of(values.iter().copied(), DecimalMark::Point);
        assert!(not_a_measure("Branch", &profile(&["007", "012", "100"])).is_some());
        assert!(not_a_measure("Customer since", &profile(&["1999", "2004", "2010"])).is_some());
        assert!(not_a_measure("Contact", &profile(&["6145551234", "6145559999"])).is_some());
        assert!(not_a_measure("ZIP", &profile(&["43081", "43082"])).is_some());
        assert_eq!(not_a_measure("Revenue", &profile(&["$1,200", "900", "n/a"])), None);
    }
}
