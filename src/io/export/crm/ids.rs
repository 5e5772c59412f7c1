//! Ids of Salesforce: 15 characters whose capitals matter, or 18 of which the last three say which of the first are capitals, so that
//! programs that do not tell them apart cannot mix two records up.

use std::borrow::Cow;

/// How long an Id is without the three characters that guard its capitals.
const SHORT: usize = 15;
const LONG: usize = 18;
const GUARDS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// The first three characters of an Id say what it is of.
pub const ACCOUNT: &str = "001";
pub const USER: &str = "005";

/// Whether the text is an Id. One of 18 characters whose guards do not fit lost its capitals on the way and is none.
pub fn is_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain && (text.len() == SHORT || (text.len() == LONG && guards(&text[..SHORT]) == text[SHORT..]))
}

/// Whether the text is an Id of such records.
pub fn is_id_of(prefix: &str, text: &str) -> bool {
    text.starts_with(prefix) && is_id(text)
}

/// Whether the text has the form of an Id of 18 characters whose capitals were lost: a spreadsheet or a database changed them.
pub fn is_spoiled(text: &str) -> bool {
    text.len() == LONG && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !is_id(text)
}

/// The Id with 18 characters.
pub fn long(id: &str) -> Cow<'_, str> {
    if id.len() == SHORT && is_id(id) { Cow::Owned(format!("{id}{}", guards(id))) } else { Cow::Borrowed(id) }
}

/// What is the same for both forms of an Id.
pub fn key(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

pub fn is_short(id: &str) -> bool {
    id.len() == SHORT
}

/// One character per five, a bit per character: whether it is a capital.
fn guards(short: &str) -> String {
    let guard = |five: &[u8]| {
        let bits = five.iter().enumerate().map(|(at, byte)| usize::from(byte.is_ascii_uppercase()) << at);
        char::from(GUARDS[bits.sum::<usize>() % GUARDS.len()])
    };
    short.as_bytes().chunks(5).map(guard).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_say_which_letters_are_capitals() {
        assert_eq!(long("0015e00002AbCdE"), "0015e00002AbCdEAAV");
        assert_eq!(long("00570000001ZwTi"), "00570000001ZwTiAAK");
        assert!(is_id("0015e00002AbCdEAAV") && is_id("0015e00002AbCdE"));
        assert!(!is_id("0015E00002ABCDEAAV") && is_spoiled("0015E00002ABCDEAAV"));
        assert!(!is_id("0015e00002AbC") && !is_id("0015e00002AbC-E") && !is_id("ÄÄÄÄÄÄÄÄÄ"));
        assert_eq!(key("0015e00002AbCdEAAV"), "0015e00002AbCdE");
        assert_eq!(key("ÄÖÜÄÖÜÄÖÜ"), "ÄÖÜÄÖÜÄÖÜ", "never cut within a letter");
        assert!(is_id_of(USER, "00570000001ZwTi") && !is_id_of(ACCOUNT, "00570000001ZwTi"));
    }
}
