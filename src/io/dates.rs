//! Dates as people and programs write them, and the order of day, month and year that a column of them follows.

use jiff::civil::Date;

use super::numbers::is_missing;
use super::options::DateOrder;

/// Reads a date, with or without a time, and gives it in ISO form: `2026-12-31`, or `2026-12-31T14:05:00` where a time of day is said
/// that is not midnight. Years of two digits lie between 1970 and 2069. `None`: it is no date in this order.
///
/// Where the year stands first, or the month is a word, the order does not matter.
pub fn read(text: &str, order: DateOrder) -> Option<String> {
    let found = split(text.trim())?;
    let (year, month, day) = match found.parts {
        Parts::Sure { year, month, day } => (year, month, day),
        Parts::Numbers([a, b, c]) => match order {
            DateOrder::DayMonthYear => (c, b, a),
            DateOrder::MonthDayYear => (c, a, b),
            DateOrder::YearMonthDay => (a, b, c),
        },
    };
    let year = if year < 70 {
        year + 2000
    } else if year < 100 {
        year + 1900
    } else {
        year
    };
    let year = i16::try_from(year).ok().filter(|year| (1000..=9999).contains(year))?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(match time_of(found.rest)? {
        None => date.to_string(),
        Some(time) => format!("{date}T{time}"),
    })
}

/// Dates that mean "none" to the program that wrote them: `00.00.0000`.
pub fn is_zero(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6 && text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-' | b'/' | b' ' | b':'))
}

/// What a column of dates follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    pub order: DateOrder,
    /// No value tells day and month apart.
    pub ambiguous: bool,
}

/// Whether most values of a column are dates, and in which order. Where the values do not tell, `default` is taken, and said so.
pub fn guess<'a>(values: impl Iterator<Item = &'a str>, default: DateOrder) -> Option<Guess> {
    let (mut filled, mut dates) = (0_usize, 0_usize);
    // Values that can only be read one way round, and values that can be read both.
    let (mut day_first, mut month_first, mut either, mut plain_digits) = (0_usize, 0_usize, 0_usize, 0_usize);
    for value in values {
        let value = value.trim();
        if is_missing(value) || is_zero(value) {
            continue;
        }
        filled += 1;
        // Most columns are no dates, and a few values tell that.
        if filled == 20 && dates == 0 {
            return None;
        }
        let as_day = read(value, DateOrder::DayMonthYear).is_some();
        let as_month = read(value, DateOrder::MonthDayYear).is_some();
        dates += usize::from(as_day || as_month);
        plain_digits += usize::from(value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit()));
        let is_open = matches!(split(value).map(|found| found.parts), Some(Parts::Numbers(_)));
        match (as_day, as_month) {
            _ if !is_open => {}
            (true, true) => either += usize::from(!same_both_ways(value)),
            (true, false) => day_first += 1,
            (false, true) => month_first += 1,
            (false, false) => {}
        }
        // Nobody puts points between month, day and year.
        day_first += usize::from(as_day && is_open && value.contains('.') && !value.contains('/'));
    }
    if filled == 0 || dates * 5 < filled * 4 {
        return None;
    }
    // A handful of numbers of eight digits may be anything.
    if plain_digits == filled && filled < 2 {
        return None;
    }
    let order = match day_first.cmp(&month_first) {
        std::cmp::Ordering::Greater => DateOrder::DayMonthYear,
        std::cmp::Ordering::Less => DateOrder::MonthDayYear,
        std::cmp::Ordering::Equal if either + day_first == 0 => DateOrder::YearMonthDay,
        std::cmp::Ordering::Equal => default,
    };
    Some(Guess { order, ambiguous: day_first == month_first && either > 0 })
}

/// "day, month, year".
pub fn order_words(order: DateOrder) -> &'static str {
    match order {
        DateOrder::DayMonthYear => "day, month, year",
        DateOrder::MonthDayYear => "month, day, year",
        DateOrder::YearMonthDay => "year, month, day",
    }
}

fn same_both_ways(value: &str) -> bool {
    read(value, DateOrder::DayMonthYear) == read(value, DateOrder::MonthDayYear)
}

struct Found<'a> {
    parts: Parts,
    /// What follows the date.
    rest: &'a str,
}

enum Parts {
    Sure { year: u32, month: u32, day: u32 },
    Numbers([u32; 3]),
}

/// The three parts of a date at the beginning of a text.
fn split(text: &str) -> Option<Found<'_>> {
    // The longest date in words: "31 de diciembre de 2026"; a text that is longer than that and a time is none.
    if text.len() < 6 || text.len() > 48 {
        return None;
    }
    let bytes = text.as_bytes();
    if bytes.len() == 8 && bytes.iter().all(u8::is_ascii_digit) {
        let (year, month, day) = (number(&text[..4])?, number(&text[4..6])?, number(&text[6..])?);
        let plausible = (1900..2100).contains(&year);
        return plausible.then_some(Found { parts: Parts::Sure { year, month, day }, rest: "" });
    }
    let mut tokens: Vec<(&str, bool)> = Vec::with_capacity(3);
    let mut rest = text;
    let mut separator = '\0';
    while tokens.len() < 3 {
        let is_digit = rest.bytes().next()?.is_ascii_digit();
        let end = rest.find(|c: char| if is_digit { !c.is_ascii_digit() } else { !c.is_alphabetic() });
        let end = end.unwrap_or(rest.len());
        if end == 0 || end > 10 {
            return None;
        }
        let (token, after) = rest.split_at(end);
        let filler =
            !is_digit && ["de", "of", "st", "nd", "rd", "th"].iter().any(|word| token.eq_ignore_ascii_case(word));
        if !filler {
            tokens.push((token, is_digit));
        }
        if tokens.len() == 3 {
            rest = after;
            break;
        }
        // Between the parts: one mark, spaces, or a mark and spaces; the same mark where all parts are numbers.
        let gap = after.find(|c: char| !matches!(c, '.' | '/' | '-' | ',' | ' ' | '\u{a0}')).unwrap_or(after.len());
        let (marks, after) = after.split_at(gap);
        if marks.is_empty() && !is_digit || marks.chars().count() > 2 {
            return None;
        }
        let mark = marks.chars().next().unwrap_or(' ');
        if separator != '\0'
            && mark != separator
            && tokens.iter().all(|&(_, digits)| digits)
            && !after.starts_with(|c: char| c.is_alphabetic())
        {
            return None;
        }
        separator = mark;
        rest = after;
    }
    let parts = match tokens.as_slice() {
        [(a, true), (b, true), (c, true)] => {
            let numbers = [number(a)?, number(b)?, number(c)?];
            if separator == ' ' || separator == ',' {
                return None;
            }
            match (a.len(), b.len(), c.len()) {
                (4, 1..=2, 1..=2) => Parts::Sure { year: numbers[0], month: numbers[1], day: numbers[2] },
                (1..=2, 1..=2, 2 | 4) => Parts::Numbers(numbers),
                _ => return None,
            }
        }
        [(day, true), (month, false), (year, true)] | [(month, false), (day, true), (year, true)]
            if day.len() <= 2 && matches!(year.len(), 2 | 4) =>
        {
            Parts::Sure { year: number(year)?, month: month_of(month)?, day: number(day)? }
        }
        _ => return None,
    };
    Some(Found { parts, rest })
}

fn number(digits: &str) -> Option<u32> {
    digits.parse().ok()
}

/// A month by its name, in English, German, French and Spanish, whole or the first three letters or more.
fn month_of(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "januar", "jänner", "janvier", "enero"],
        &["february", "februar", "février", "fevrier", "febrero"],
        &["march", "märz", "maerz", "mars", "marzo", "mrz"],
        &["april", "avril", "abril"],
        &["may", "mai", "mayo"],
        &["june", "juni", "juin", "junio"],
        &["july", "juli", "juillet", "julio"],
        &["august", "août", "aout", "agosto"],
        &["september", "septembre", "septiembre", "setiembre"],
        &["october", "oktober", "octobre", "octubre"],
        &["november", "novembre", "noviembre"],
        &["december", "dezember", "décembre", "decembre", "diciembre"],
    ];
    let word = word.to_lowercase();
    if word.chars().count() < 3 {
        return None;
    }
    // "jui" could be two of them.
    let mut fitting = (1..).zip(MONTHS).filter(|(_, names)| names.iter().any(|name| name.starts_with(&word)));
    let (month, _) = fitting.next()?;
    fitting.next().is_none().then_some(month)
}

/// The time after a date in ISO form; `Some(None)` where there is none or it is midnight, `None` where something else stands there.
#[expect(clippy::option_option, reason = "no time and no such time are different answers")]
fn time_of(rest: &str) -> Option<Option<String>> {
    let rest = rest.trim_start_matches([',', ' ', '\u{a0}', '\u{202f}', 'T', 't']).trim();
    if rest.is_empty() {
        return Some(None);
    }
    let lower = rest.to_lowercase();
    let (clock, zone) = match lower.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))) {
        Some(at) => (&lower[..at], lower[at..].trim()),
        None => (lower.as_str(), ""),
    };
    let mut parts = clock.split(':');
    let mut hour: u32 = parts.next().filter(|text| (1..=2).contains(&text.len()))?.parse().ok()?;
    let minute: u32 = parts.next().filter(|text| text.len() == 2)?.parse().ok()?;
    let second: f64 = parts.next().map_or(Some(0.0), |text| text.parse().ok())?;
    let half = zone.trim_start_matches(['a', 'p']).trim_start_matches('.').trim_start();
    let (afternoon, zone) = match (zone.chars().next(), half.strip_prefix('m')) {
        (Some(half @ ('a' | 'p')), Some(after)) => (Some(half == 'p'), after.trim_start_matches('.').trim()),
        _ => (None, zone),
    };
    match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    if parts.next().is_some() || hour > 23 || minute > 59 || !(0.0..60.0).contains(&second) {
        return None;
    }
    let zone = match zone {
        "" => String::new(),
        "z" | "utc" | "gmt" | "+00:00" | "+0000" | "+00" => "Z".to_owned(),
        offset if offset.starts_with(['+', '-']) && offset.len() <= 6 => {
            let digits: String = offset[1..].chars().filter(char::is_ascii_digit).collect();
            match digits.len() {
                2 => format!("{}{digits}:00", &offset[..1]),
                4 => format!("{}{}:{}", &offset[..1], &digits[..2], &digits[2..]),
                _ => return None,
            }
        }
        _ => return None,
    };
    let midnight = hour == 0 && minute == 0 && second == 0.0;
    Some((!midnight).then(|| format!("{hour:02}:{minute:02}:{:02}{zone}", second as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: DateOrder = DateOrder::DayMonthYear;
    const MONTH: DateOrder = DateOrder::MonthDayYear;

    fn check(text: &str, order: DateOrder, expected: &str) {
        assert_eq!(read(text, order).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn dates_as_people_write_them() {
        for text in ["31.12.2026", "31/12/2026", "31-12-2026", "31.12.26", "31. 12. 2026"] {
            check(text, DAY, "2026-12-31");
        }
        for text in ["12/31/2026", "12-31-2026", "12/31/26"] {
            check(text, MONTH, "2026-12-31");
        }
        for text in [
            "2026-12-31",
            "2026/12/31",
            "20261231",
            "31 Dec 2026",
            "31-Dec-26",
            "Dec 31, 2026",
            "December 31, 2026",
            "31. Dezember 2026",
            "31 décembre 2026",
            "31 de diciembre de 2026",
            "2026-12-31T00:00:00",
            "2026-12-31 00:00",
            "31st of December 2026",
        ] {
            check(text, DAY, "2026-12-31");
            check(text, MONTH, "2026-12-31");
        }
        check("1/2/1999", MONTH, "1999-01-02");
        check("1/2/71", DAY, "1971-02-01");
    }

    #[test]
    fn times_of_day_are_kept() {
        check("2026-12-31T14:05:09Z", DAY, "2026-12-31T14:05:09Z");
        check("2026-12-31 14:05:09.123", DAY, "2026-12-31T14:05:09");
        check("12/31/2026 2:05 PM", MONTH, "2026-12-31T14:05:00");
        check("12/31/2026, 12:05 a.m.", MONTH, "2026-12-31T00:05:00");
        check("31.12.2026 14:05", DAY, "2026-12-31T14:05:00");
        check("2026-12-31T14:05:00.000+0100", DAY, "2026-12-31T14:05:00+01:00");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "12",
            "2026",
            "32.12.2026",
            "30.02.2026",
            "1.2.3",
            "192.168.1.1",
            "12/31/2026 25:00",
            "99999999",
            "1,234.56",
            "555-12-3456",
            "5 5 2026",
            "12-31",
            "Jan",
            "12 Main 26",
            "12/31/2026 x",
            "2026-12-31-01",
            "1/2-2026",
        ] {
            assert_eq!(read(text, DAY), None, "{text}");
        }
    }

    #[test]
    fn the_order_is_guessed_from_the_column() {
        let guess_of =
            |values: &[&'static str]| guess(values.iter().copied(), MONTH).map(|found| (found.order, found.ambiguous));
        assert_eq!(guess_of(&["1/2/2026", "13/2/2026"]), Some((DAY, false)));
        assert_eq!(guess_of(&["1/2/2026", "2/13/2026", "n/a"]), Some((MONTH, false)));
        assert_eq!(guess_of(&["1/2/2026", "3/4/2026"]), Some((MONTH, true)));
        assert_eq!(guess_of(&["1.2.2026", "3.4.2026", "00.00.0000"]), Some((DAY, false)));
        assert_eq!(guess_of(&["2026-01-02", "2026-02-03"]), Some((DateOrder::YearMonthDay, false)));
        assert_eq!(guess_of(&["20260102", "20260203"]), Some((DateOrder::YearMonthDay, false)));
        assert_eq!(guess_of(&["43215001", "12345678"]), None);
        assert_eq!(guess_of(&["Main St 5", "1/2/2026"]), None);
        assert_eq!(guess_of(&["", "-"]), None);
    }
}
