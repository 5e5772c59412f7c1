//! Names that Salesforce takes as a DeveloperName, made of names that people chose.

use std::collections::HashSet;

use crate::io::guess::words_of;

/// The longest Name and DeveloperName, in characters.
pub const LONGEST: usize = 80;

/// Hands out names of which each is used once, whatever its capitals.
#[derive(Debug, Default)]
pub struct DeveloperNames {
    taken: HashSet<String>,
}

impl DeveloperNames {
    /// A name that is there already.
    pub fn take(&mut self, name: &str) {
        self.taken.insert(name.to_ascii_lowercase());
    }

    /// Letters, digits and single underscores; it begins with a letter and does not end in an underscore; nobody has it yet.
    pub fn make(&mut self, name: &str) -> String {
        let plain = plain(name);
        let mut free = plain.clone();
        let mut number = 2;
        while !self.taken.insert(free.to_ascii_lowercase()) {
            let ending = format!("_{number}");
            let stem = plain[..plain.len().min(LONGEST - ending.len())].trim_end_matches('_');
            free = format!("{stem}{ending}");
            number += 1;
        }
        free
    }
}

/// Always ASCII, at most [`LONGEST`] long, never empty.
fn plain(name: &str) -> String {
    let mut letters = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            letters.push(letter);
            continue;
        }
        // "Ö" is "O", "ß" is "ss".
        let folded = words_of(&letter.to_string()).concat();
        match folded.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !folded.is_empty() {
            true if letter.is_uppercase() => letters.push_str(&folded.to_ascii_uppercase()),
            true => letters.push_str(&folded),
            false => letters.push('_'),
        }
    }
    let words: Vec<&str> = letters.split('_').filter(|word| !word.is_empty()).collect();
    let mut plain = words.join("_");
    if !plain.starts_with(|first: char| first.is_ascii_alphabetic()) {
        plain = if plain.is_empty() { "Territory".into() } else { format!("T_{plain}") };
    }
    plain.truncate(LONGEST);
    plain.truncate(plain.trim_end_matches('_').len());
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_what_salesforce_takes() {
        let mut names = DeveloperNames::default();
        names.take("OHIO_NORTH");
        let made: Vec<String> = ["Ohio North", "ohio--north", "Süd/West", "Öst", "4 corners", "🍺", "", "a\"b'c\n=d"]
            .iter()
            .map(|name| names.make(name))
            .collect();
        let expected =
            ["Ohio_North_2", "ohio_north_3", "Sud_West", "Ost", "T_4_corners", "Territory", "Territory_2", "a_b_c_d"];
        assert_eq!(made, expected);
    }

    proptest! {
        #[test]
        fn every_name_is_valid_and_its_own(list in prop::collection::vec("\\PC{0,100}", 0..20)) {
            let mut names = DeveloperNames::default();
            let mut seen = HashSet::new();
            for name in list {
                let made = names.make(&name);
                prop_assert!(made.len() <= LONGEST && made.starts_with(|first: char| first.is_ascii_alphabetic()), "{}", made);
                prop_assert!(made.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{}", made);
                prop_assert!(!made.ends_with('_') && !made.contains("__"), "{}", made);
                prop_assert!(seen.insert(made.to_lowercase()));
            }
        }
    }
}
