//! Dates. In columns they are words in ISO form, 2026-12-31; here they are days since 1970-01-01.

use jiff::civil::Date;

use super::error::Fault;
use super::operators::{Trouble, Worked};
use super::texts::{from_words, text};
use super::values::{Data, Values, calculate};

/// The number of the day in an ISO date: days since 1970-01-01. Whatever follows the date (a time of day) is passed over.
pub fn day_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let parted = rest.is_empty() || rest.starts_with(['T', ' ']);
    let bytes = date.as_bytes();
    if !parted || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let part = |range: std::ops::Range<usize>| {
        let digits = date.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i16>().ok())?
    };
    let date = Date::new(part(0..4)?, i8::try_from(part(5..7)?).ok()?, i8::try_from(part(8..10)?).ok()?).ok()?;
    Some(f64::from((date - epoch()).get_days()))
}

/// A day as an ISO date; `None` beyond the years 1 to 9999.
pub fn iso_date(day: f64) -> Option<String> {
    let date = date_of(day)?;
    (1..=9999).contains(&date.year()).then(|| format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
}

fn epoch() -> Date {
    jiff::civil::date(1970, 1, 1)
}

fn date_of(day: f64) -> Option<Date> {
    if !(-4_000_000.0..=4_000_000.0).contains(&day) {
        return None;
    }
    epoch().checked_add(jiff::Span::new().try_days(day.floor() as i64).ok()?).ok()
}

/// Dates out of words, or as they are.
pub fn days_of(value: &Values) -> Worked {
    match &value.data {
        Data::Dates(_) => Ok(value.clone()),
        Data::Texts(texts) => {
            let parsed = texts.words.iter().map(|word| match word.trim() {
                "" => Ok(f64::NAN),
                word => day_number(word).ok_or(Fault::NoDate),
            });
            let parsed: Vec<Result<f64, Fault>> = parsed.collect();
            if let ([_], [Err(fault)]) = (texts.codes.as_slice(), parsed.as_slice()) {
                return Err(Trouble::new(format!("{}, found \"{}\"", fault.words(), texts.get(0))));
            }
            Ok(from_words(value, texts, &parsed, Values::dates))
        }
        _ => Err(Trouble::new(format!("expected a date, found {}", value.kind().words()))
            .hint("a date is written date(\"2026-12-31\")")),
    }
}

pub fn date(_: usize, values: &[Values]) -> Worked {
    if let Data::Texts(_) | Data::Dates(_) = values[0].data {
        return days_of(&values[0]);
    }
    text("date", &values[0]).map(|_| values[0].clone())
}

fn days(values: &Values) -> Result<(Values, std::sync::Arc<Vec<f64>>), Trouble> {
    let dates = days_of(values)?;
    match &dates.data {
        Data::Dates(days) => {
            let days = std::sync::Arc::clone(days);
            Ok((dates, days))
        }
        _ => Err(Trouble::new("expected a date")),
    }
}

fn part(value: &Values, part: impl Fn(Date) -> f64 + Sync) -> Worked {
    let (dates, days) = days(value)?;
    Ok(calculate([(&dates, &days), (&dates, &days)], |day, _| date_of(day).map(&part).ok_or(Fault::NoDate)))
}

pub fn year(_: usize, values: &[Values]) -> Worked {
    part(&values[0], |date| f64::from(date.year()))
}

pub fn month(_: usize, values: &[Values]) -> Worked {
    part(&values[0], |date| f64::from(date.month()))
}

pub fn day(_: usize, values: &[Values]) -> Worked {
    part(&values[0], |date| f64::from(date.day()))
}

/// From the first date to the second; negative when that is the earlier one.
pub fn days_between(_: usize, values: &[Values]) -> Worked {
    let ((a, from), (b, to)) = (days(&values[0])?, days(&values[1])?);
    Ok(calculate([(&a, &from), (&b, &to)], |from, to| Ok(to - from)))
}

/// Full years from the first date to the second, as birthdays are counted.
pub fn age_years(_: usize, values: &[Values]) -> Worked {
    let ((a, from), (b, to)) = (days(&values[0])?, days(&values[1])?);
    let age = |from: f64, to: f64| {
        let (from, to) = (date_of(from).ok_or(Fault::NoDate)?, date_of(to).ok_or(Fault::NoDate)?);
        let before = (to.month(), to.day()) < (from.month(), from.day());
        Ok(f64::from(to.year()) - f64::from(from.year()) - f64::from(u8::from(before)))
    };
    Ok(calculate([(&a, &from), (&b, &to)], age))
}

/// Reached only where no as-of date is given; see the reading of formulas.
pub fn today(_: usize, _: &[Values]) -> Worked {
    Err(Trouble::new("today() needs a date that stays the same"))
}
