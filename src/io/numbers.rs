//! Numbers as spreadsheets write them: `$1,234.50`, `1 234,5`, `(120)`, `120-`, `12 %`.

use crate::domain::columns::MAX_VALUE;

/// Which sign stands before the decimals. It cannot be known from one value ("1,234"), so it is guessed per column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    #[default]
    Point,
    Comma,
}

/// What a cell of a number column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// Empty, or a word for it.
    Missing,
    /// Percentages keep the number that is written: `12 %` is 12.
    Number(f64),
    /// Anything else.
    Text,
    /// A number beyond [`MAX_VALUE`].
    TooLarge,
}

/// Reads a cell of a number column.
pub fn read(text: &str, mark: DecimalMark) -> Cell {
    let text = text.trim();
    if is_missing(text) {
        return Cell::Missing;
    }
    let bytes = text.as_bytes();
    // Most cells of most files are plain digits.
    if bytes.len() <= 15 && bytes.iter().all(u8::is_ascii_digit) {
        return Cell::Number(bytes.iter().fold(0.0, |number, digit| number * 10.0 + f64::from(digit - b'0')));
    }
    match plain(text, mark).and_then(|plain| plain.parse::<f64>().ok()) {
        Some(number) if number.abs() <= MAX_VALUE => Cell::Number(number),
        Some(_) => Cell::TooLarge,
        None => Cell::Text,
    }
}

/// Whether a cell says that there is no value.
pub fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        "-", "--", "–", "—", ".", "?", "n/a", "#n/a", "na", "n.a.", "null", "none", "nil", "nan", "(blank)", "(null)",
        "\\n",
    ];
    let text = text.trim();
    text.is_empty() || (text.len() <= 7 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// Guesses a column's decimal mark from its values. `default` where nothing speaks for either.
pub fn guess_mark<'a>(values: impl Iterator<Item = &'a str>, default: DecimalMark) -> DecimalMark {
    let (mut point, mut comma) = (0_usize, 0_usize);
    for value in values {
        match (value.rfind('.'), value.rfind(',')) {
            (Some(p), Some(c)) if p > c => point += 1,
            (Some(_), Some(_)) => comma += 1,
            (Some(p), None) if decimals(value, p) => point += 1,
            (None, Some(c)) if decimals(value, c) => comma += 1,
            _ => {}
        }
    }
    match point.cmp(&comma) {
        std::cmp::Ordering::Greater => DecimalMark::Point,
        std::cmp::Ordering::Less => DecimalMark::Comma,
        std::cmp::Ordering::Equal => default,
    }
}

/// Whether the only mark of a value must be a decimal one: it is not followed by a group of three digits, or follows a lone 0.
fn decimals(value: &str, at: usize) -> bool {
    let bytes = value.as_bytes();
    let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let before = bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let single = bytes.iter().filter(|&&byte| byte == bytes[at]).count() == 1;
    single && digits > 0 && (digits != 3 || before == 0 || before > 3 || (before == 1 && bytes[at - 1] == b'0'))
}

/// The number in the form that Rust reads, or `None` when it is not one.
fn plain(text: &str, mark: DecimalMark) -> Option<String> {
    let mut rest = text;
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (negative, rest) = (true, inner.trim());
    }
    // Signs and currencies come in any order: "-$5", "$-5", "5 € -".
    for _ in 0..3 {
        if let Some(after) = rest.strip_prefix(['-', '\u{2212}']).or_else(|| rest.strip_suffix(['-', '\u{2212}'])) {
            if negative {
                return None;
            }
            (negative, rest) = (true, after.trim());
        }
        rest = rest.strip_prefix('+').unwrap_or(rest);
        rest = strip_currency(rest);
    }
    rest = rest.strip_suffix('%').unwrap_or(rest).trim_end();
    let (decimal, group) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once(decimal) {
        Some((whole, fraction)) => (whole, fraction),
        None => (mantissa, ""),
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut number = String::with_capacity(rest.len() + 1);
    if negative {
        number.push('-');
    }
    number.push_str(&ungrouped(whole, group)?);
    number.push('.');
    number.push_str(if fraction.is_empty() { "0" } else { fraction });
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number.push('e');
        number.push_str(exponent);
    }
    Some(number)
}

/// The digits of `1,234,567`, checked: the last group has three digits, those between two (India) or three.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let is_separator = |c: char| c == group || c == '\'' || c == '\u{2019}' || c.is_whitespace();
    let parts: Vec<&str> = whole.split(is_separator).collect();
    if parts.iter().any(|part| !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    if let [first, middle @ .., last] = parts.as_slice() {
        let fits = (1..=3).contains(&first.len())
            && last.len() == 3
            && middle.iter().all(|part| part.len() == 2 || part.len() == 3);
        if !fits {
            return None;
        }
    } else if parts.first().is_some_and(|only| only.is_empty()) {
        return Some("0".into());
    }
    Some(parts.concat())
}

/// The text without a currency sign or code at either end.
fn strip_currency(text: &str) -> &str {
    const MARKS: [&str; 16] =
        ["US$", "C$", "A$", "R$", "$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF", "CAD", "AUD", "kr"];
    for mark in MARKS {
        if let Some(rest) = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)) {
            return rest.trim();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, mark: DecimalMark, expected: f64) {
        assert_eq!(read(text, mark), Cell::Number(expected), "{text}");
    }

    #[test]
    fn numbers_as_spreadsheets_write_them() {
        let (point, comma) = (DecimalMark::Point, DecimalMark::Comma);
        check("1234", point, 1234.0);
        check("$1,234.50", point, 1234.5);
        check("1 234,5", comma, 1234.5);
        check("1\u{a0}234,5", comma, 1234.5);
        check("1'234.50", point, 1234.5);
        check("(120)", point, -120.0);
        check("($1,200.25)", point, -1200.25);
        check("120-", point, -120.0);
        check("-5", point, -5.0);
        check("$-5", point, -5.0);
        check("12 %", point, 12.0);
        check("12,5%", comma, 12.5);
        check("1.234.567,89 €", comma, 1_234_567.89);
        check("12,34,567", point, 1_234_567.0);
        check("1.2E+05", point, 120_000.0);
        check(".5", point, 0.5);
        check("USD 40", point, 40.0);
        check("−3", point, -3.0);
    }

    #[test]
    fn what_is_no_number_stays_text() {
        for text in [
            "abc",
            "12a",
            "1,23",
            "1,2345",
            "--5",
            "5 to 7",
            "2024-01-31",
            "1.2.3",
            "$",
            "inf",
            "1e",
            "(",
            "()",
            "0x1F",
        ] {
            assert_eq!(read(text, DecimalMark::Point), Cell::Text, "{text}");
        }
        assert_eq!(read("1e300", DecimalMark::Point), Cell::TooLarge);
        assert_eq!(read("99999999999999999999", DecimalMark::Point), Cell::TooLarge);
    }

    #[test]
    fn words_for_nothing_are_missing() {
        for text in ["", "  ", "-", "N/A", "#N/A", "null", "—", "NaN"] {
            assert_eq!(read(text, DecimalMark::Point), Cell::Missing, "{text}");
        }
    }

    #[test]
    fn the_decimal_mark_is_guessed_from_the_column() {
        let guess = |values: &[&str]| guess_mark(values.iter().copied(), DecimalMark::Point);
        assert_eq!(guess(&["1,234", "2,5"]), DecimalMark::Comma);
        assert_eq!(guess(&["1,234", "2,345"]), DecimalMark::Point);
        assert_eq!(guess(&["1.234,5", "7"]), DecimalMark::Comma);
        assert_eq!(guess(&["0,125"]), DecimalMark::Comma);
        assert_eq!(guess(&["1,234.5", "12,5"]), DecimalMark::Point, "one against one is the default");
    }
}
