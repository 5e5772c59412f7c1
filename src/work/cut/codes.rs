//! What pieces are called: the code of their unit with a letter, "10001-a" and "10001-b". The pieces of a piece get numbers, then letters
//! again, as in an outline: "10001-a1", "10001-a2".

use std::collections::HashSet;

use crate::domain::units::Units;

/// The codes that are taken.
pub struct Codes(HashSet<String>);

impl Codes {
    pub fn new(units: &Units) -> Self {
        Self(units.codes.iter().cloned().collect())
    }

    /// Codes and names of so many pieces.
    pub fn pieces(&mut self, code: &str, name: &str, count: usize) -> Vec<(String, String)> {
        let own = suffix(code);
        let joint = if own.is_empty() { "-" } else { "" };
        let mut next = 0;
        let mut pieces = Vec::with_capacity(count);
        while pieces.len() < count {
            let mark = if own.ends_with(|last: char| last.is_ascii_lowercase()) {
                (next + 1).to_string()
            } else {
                letters(next)
            };
            next += 1;
            let new = format!("{code}{joint}{mark}");
            if self.0.insert(new.clone()) {
                // A unit without a name of its own is called by its code.
                let stem = name.strip_suffix(&format!(" ({own})")).filter(|_| !own.is_empty()).unwrap_or(name);
                let called = if name == code { new.clone() } else { format!("{stem} ({own}{mark})") };
                pieces.push((new, called));
            }
        }
        pieces
    }
}

/// The letters and numbers that an earlier cut put behind a code; empty for a whole unit.
fn suffix(code: &str) -> &str {
    const LONGEST: usize = 12;
    let Some((_, suffix)) = code.rsplit_once('-') else { return "" };
    let marks = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let made = suffix.starts_with(|first: char| first.is_ascii_lowercase()) && suffix.chars().all(marks);
    if made && suffix.len() <= LONGEST { suffix } else { "" }
}

/// a, b, … z, aa, ab, …
fn letters(number: usize) -> String {
    let last = char::from(b'a' + (number % 26) as u8);
    match number / 26 {
        0 => last.to_string(),
        more => letters(more - 1) + last.to_string().as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(taken: &[&str], code: &str, name: &str, count: usize) -> Vec<(String, String)> {
        Codes(taken.iter().map(|&code| code.to_owned()).collect()).pieces(code, name, count)
    }

    #[test]
    fn pieces_are_called_by_letters_then_numbers() {
        let codes = |code: &str| pieces(&[], code, code, 2).into_iter().map(|piece| piece.0).collect::<Vec<_>>();
        assert_eq!(codes("10001"), ["10001-a", "10001-b"]);
        assert_eq!(codes("10001-b"), ["10001-b1", "10001-b2"]);
        assert_eq!(codes("10001-b2"), ["10001-b2a", "10001-b2b"]);
        assert_eq!(codes("US-OH"), ["US-OH-a", "US-OH-b"]);
        assert_eq!(letters(27), "ab");
    }

    #[test]
    fn a_code_that_is_taken_is_passed_over() {
        let found = pieces(&["7-a"], "7", "Delaware", 2);
        assert_eq!(found[0], ("7-b".into(), "Delaware (b)".into()));
        assert_eq!(found[1], ("7-c".into(), "Delaware (c)".into()));
        assert_eq!(pieces(&[], "7-b", "Delaware (b)", 1)[0].1, "Delaware (b1)");
    }
}
