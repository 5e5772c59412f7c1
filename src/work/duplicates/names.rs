//! Names made comparable: small letters without accents, without punctuation and legal forms, as words. Words are numbers, each with a
//! weight: what many names have ("brewing", "store") says little.

use std::collections::HashMap;

use strsim::jaro_winkler;

/// Words that two names must spell this much alike to be the same (Jaro–Winkler).
const ALIKE: f64 = 0.9;

/// Legal forms and words that are often left out, after folding.
const LEFT_OUT: [&str; 56] = [
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bv",
    "bvba",
    "cie",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "de",
    "eg",
    "ek",
    "esp",
    "eurl",
    "gbr",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "lc",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "mbh",
    "nv",
    "ohg",
    "ohj",
    "oy",
    "oyj",
    "plc",
    "pllc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
    "sasu",
    "se",
    "sl",
    "slu",
    "snc",
    "spa",
    "srl",
    "srls",
    "the",
    "ug",
    "und",
    "and",
];

/// The words of all names.
#[derive(Debug, Default)]
pub struct Dictionary {
    words: Vec<String>,
    /// The rarer, the more.
    weights: Vec<f64>,
    ids: HashMap<String, u32>,
}

/// A name as sorted numbers of words, each once.
pub type Words = Vec<u32>;

impl Dictionary {
    /// The names as words.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> (Self, Vec<Words>) {
        let mut dictionary = Self::default();
        let mut counts: Vec<u32> = Vec::new();
        let all: Vec<Words> = names
            .map(|name| {
                let mut ids: Words = words_of(name)
                    .into_iter()
                    .map(|word| match dictionary.ids.get(&word) {
                        Some(&id) => id,
                        None => {
                            let id = dictionary.words.len() as u32;
                            dictionary.words.push(word.clone());
                            dictionary.ids.insert(word, id);
                            counts.push(0);
                            id
                        }
                    })
                    .collect();
                ids.sort_unstable();
                ids.dedup();
                ids.iter().for_each(|&id| counts[id as usize] += 1);
                ids
            })
            .collect();
        let total = all.len() as f64;
        dictionary.weights = counts.iter().map(|&count| (1.0 + total / f64::from(count)).ln()).collect();
        (dictionary, all)
    }

    /// How alike two names are, from 0 to 1: the weight of the words that both have, or spell nearly alike, in that of all (soft TF-IDF:
    /// Cohen, Ravikumar & Fienberg 2003, as a Dice coefficient).
    pub fn likeness(&self, a: &[u32], b: &[u32]) -> f64 {
        let weight = |id: u32| self.weights[id as usize];
        let total: f64 = a.iter().chain(b).map(|&id| weight(id)).sum();
        if total <= 0.0 {
            return 0.0;
        }
        let (mut shared, mut left, mut right) = (0.0, Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        while i < a.len() || j < b.len() {
            match (a.get(i), b.get(j)) {
                (Some(x), Some(y)) if x == y => {
                    shared += 2.0 * weight(*x);
                    (i, j) = (i + 1, j + 1);
                }
                (Some(x), y) if y.is_none_or(|y| x < y) => {
                    left.push(*x);
                    i += 1;
                }
                (_, Some(y)) => {
                    right.push(*y);
                    j += 1;
                }
                _ => break,
            }
        }
        for x in left {
            let word = &self.words[x as usize];
            let best = right
                .iter()
                .enumerate()
                .filter(|(_, y)| !self.is_number(x) && !self.is_number(**y))
                .map(|(at, &y)| (at, y, jaro_winkler(word, &self.words[y as usize])))
                .filter(|found| found.2 >= ALIKE)
                .max_by(|a, b| a.2.total_cmp(&b.2));
            if let Some((at, y, alike)) = best {
                shared += alike * (weight(x) + weight(y));
                right.swap_remove(at);
            }
        }
        // "Brew house" and "Brewhouse" are one name.
        let joined = |ids: &[u32]| {
            let mut words: Vec<&str> = ids.iter().map(|&id| self.words[id as usize].as_str()).collect();
            words.sort_unstable();
            words.concat()
        };
        let score = (shared / total).min(1.0);
        if score < 0.99 && a.len() != b.len() && letters(&joined(a)) == letters(&joined(b)) { 1.0 } else { score }
    }

    /// Whether one name has a number that the other has not: "Shop 12" is not "Shop 14".
    pub fn numbers_differ(&self, a: &[u32], b: &[u32]) -> bool {
        let only = |x: &[u32], y: &[u32]| x.iter().any(|id| self.is_number(*id) && y.binary_search(id).is_err());
        only(a, b) || only(b, a)
    }

    fn is_number(&self, id: u32) -> bool {
        self.words[id as usize].bytes().all(|letter| letter.is_ascii_digit())
    }

    /// The rarest word of a name.
    pub fn rarest(&self, words: &[u32]) -> Option<u32> {
        words
            .iter()
            .copied()
            .max_by(|a, b| self.weights[*a as usize].total_cmp(&self.weights[*b as usize]).then(b.cmp(a)))
    }
}

/// The letters of a text in order, to compare names whose words are parted in another way.
fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
}

/// The words of a name that say something. If nothing else is left, legal forms stay.
pub fn words_of(name: &str) -> Vec<String> {
    let folded = fold(name);
    let all = || folded.split(' ').filter(|word| !word.is_empty());
    let telling: Vec<String> = all().filter(|word| !LEFT_OUT.contains(word)).map(str::to_owned).collect();
    if telling.is_empty() { all().map(str::to_owned).collect() } else { telling }
}

/// Small letters without accents; apostrophes and dots fall away (S.A. is SA), other signs part words.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            '\'' | '’' | '‘' | '`' | '´' | '.' => {}
            // Accents that stand by themselves after their letter.
            '\u{300}'..='\u{36f}' => {}
            letter if letter.is_ascii_alphanumeric() => out.push(letter),
            letter => match plain(letter) {
                Some(text) => out.push_str(text),
                None if letter.is_alphanumeric() => out.push(letter),
                None if out.ends_with(' ') => {}
                None => out.push(' '),
            },
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Latin letters with marks, as they are written without. German umlauts lose their dots too: "Muller" is more common for "Müller" than
/// "Mueller" is, and Jaro–Winkler bridges the other.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'þ' => "th",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_accents_case_and_signs_do_not_count() {
        for (a, b) in [
            ("Brauerei Söhne GmbH & Co. KG", "brauerei sohne"),
            ("The Crown Inc.", "CROWN, LLC"),
            ("L'Étoile S.A.R.L.", "Letoile"),
            ("Smith and Sons Ltd", "Smith & Sons"),
            ("O’Brien’s Pub", "OBriens Pub"),
        ] {
            assert_eq!(words_of(a), words_of(b));
        }
        assert_eq!(words_of("AG"), ["ag"]);
        assert_eq!(words_of(" – "), Vec::<String>::new());
        assert_eq!(fold("Łódź  ĳ 東京"), "lodz ĳ 東京");
    }

    #[test]
    fn rare_words_decide_and_typing_errors_are_bridged() {
        let names = ["Cedar Creek Brewing", "Cedar Crek Brewing", "Cedar Ridge Brewing", "Oak Brewing", "Elm Brewing"];
        let (dictionary, words) = Dictionary::new(names.into_iter().chain(["Brew House Nine", "Brewhouse Nine"]));
        let alike = |a: usize, b: usize| dictionary.likeness(&words[a], &words[b]);
        assert!(alike(0, 1) > 0.95 && alike(0, 2) < 0.7 && alike(3, 4) < 0.5);
        assert_eq!((alike(0, 0), alike(5, 6)), (1.0, 1.0));
        assert_eq!(alike(0, 1), alike(1, 0));
        let (shops, words) = Dictionary::new(["Shop 12", "Shop 14", "Shop #12"].into_iter());
        assert!(shops.numbers_differ(&words[0], &words[1]) && !shops.numbers_differ(&words[0], &words[2]));
    }
}
