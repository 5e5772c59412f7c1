//! Functions of words. Each different word is worked on once, however many rows have it.

use std::collections::HashMap;
use std::sync::Arc;

use super::MAX_TEXT;
use super::dates::iso_date;
use super::error::Fault;
use super::operators::{Trouble, Worked, number};
use super::values::{Data, Texts, Values, at, faults_of, length, map1};

/// How words are compared: whatever their capitals, and without blanks around them.
pub fn fold(word: &str) -> String {
    word.trim().to_lowercase()
}

/// The words of a value, for what only works with words.
pub fn text<'a>(what: &str, value: &'a Values) -> Result<&'a Arc<Texts>, Trouble> {
    match &value.data {
        Data::Texts(texts) => Ok(texts),
        _ => Err(Trouble::new(format!("{what} works with words, found {}", value.kind().words()))
            .hint("text(x) makes words of anything")),
    }
}

/// Anything as words: numbers in their shortest form, dates as 2026-12-31, yes and no.
pub fn as_text(value: &Values) -> Values {
    let faults = value.faults.to_vec();
    match &value.data {
        Data::Texts(_) => value.clone(),
        Data::Flags(flags) => {
            let words = ["", "no", "yes"].map(str::to_owned).to_vec();
            Values::texts(words, map1(flags, |flag| flag.map_or(0, |flag| 1 + u32::from(flag)))).with_faults(faults)
        }
        Data::Dates(days) => each_number(days, |day| iso_date(day).unwrap_or_default()).with_faults(faults),
        Data::Numbers(numbers) => each_number(numbers, |number| number.to_string()).with_faults(faults),
    }
}

fn each_number(numbers: &[f64], word: impl Fn(f64) -> String) -> Values {
    let mut known: HashMap<u64, u32> = HashMap::new();
    let mut words = vec![String::new()];
    let codes = numbers.iter().map(|&number| {
        if number.is_nan() {
            return 0;
        }
        *known.entry(number.to_bits()).or_insert_with(|| {
            words.push(word(number));
            words.len() as u32 - 1
        })
    });
    let codes = codes.collect();
    Values::texts(words, codes)
}

/// One text behind the other, whatever they were.
pub fn join(a: &Values, b: &Values) -> Values {
    let (a, b) = (as_text(a), as_text(b));
    let (Data::Texts(x), Data::Texts(y)) = (&a.data, &b.data) else { return a };
    let rows = length([x.codes.len(), y.codes.len()]);
    let mut known: HashMap<(u32, u32), u32> = HashMap::new();
    let mut words = vec![String::new()];
    let mut codes = Vec::with_capacity(rows);
    let mut faults = faults_of(&[&a, &b], rows);
    for row in 0..rows {
        let (Some(left), Some(right)) = (at(&x.codes, row), at(&y.codes, row)) else { continue };
        let code = *known.entry((left, right)).or_insert_with(|| {
            let (left, right) = (&x.words[left as usize], &y.words[right as usize]);
            if left.len() + right.len() > MAX_TEXT {
                return u32::MAX;
            }
            words.push(format!("{left}{right}"));
            words.len() as u32 - 1
        });
        if code == u32::MAX {
            faults.push((row as u32, Fault::TooLong));
        }
        codes.push(if code == u32::MAX { 0 } else { code });
    }
    faults.sort_unstable();
    faults.dedup_by_key(|entry| entry.0);
    Values::texts(words, codes).with_faults(faults)
}

/// Another text for every different one.
fn each(what: &str, value: &Values, change: impl Fn(&str) -> String) -> Worked {
    let texts = text(what, value)?;
    let words = texts.words.iter().map(|word| change(word)).collect();
    Ok(Values::texts(words, texts.codes.clone()).with_faults(value.faults.to_vec()))
}

pub fn upper(_: usize, values: &[Values]) -> Worked {
    each("upper", &values[0], str::to_uppercase)
}

pub fn lower(_: usize, values: &[Values]) -> Worked {
    each("lower", &values[0], str::to_lowercase)
}

pub fn trim(_: usize, values: &[Values]) -> Worked {
    each("trim", &values[0], |word| word.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub fn replace(_: usize, values: &[Values]) -> Worked {
    let (old, new) = (constant("replace", &values[1])?, constant("replace", &values[2])?);
    if old.is_empty() {
        return Err(Trouble::new("replace looks for empty words"));
    }
    let changed = each("replace", &values[0], |word| word.replace(&old, &new))?;
    let Data::Texts(texts) = &changed.data else { return Ok(changed) };
    if texts.words.iter().any(|word| word.len() > MAX_TEXT) {
        return Err(Trouble::new(Fault::TooLong.words()));
    }
    Ok(changed)
}

/// A text that is the same for every row.
fn constant(what: &str, value: &Values) -> Result<String, Trouble> {
    let texts = text(what, value)?;
    if texts.codes.len() == 1 {
        return Ok(texts.get(0).to_owned());
    }
    if texts.codes.is_empty() {
        return Ok("x".to_owned());
    }
    Err(Trouble::new(format!("{what} works with words that are the same for every row here")))
}

fn whole(what: &str, value: &Values) -> Result<usize, Trouble> {
    let values = number(what, value)?;
    match values {
        &[count] if (0.0..=1e6).contains(&count) => Ok(count as usize),
        [] => Ok(0),
        _ => Err(Trouble::new(format!("{what} takes a count that is the same for every row, 0 or more"))),
    }
}

pub fn left(_: usize, values: &[Values]) -> Worked {
    let count = whole("left", &values[1])?;
    each("left", &values[0], |word| word.chars().take(count).collect())
}

pub fn right(_: usize, values: &[Values]) -> Worked {
    let count = whole("right", &values[1])?;
    each("right", &values[0], |word| word.chars().skip(word.chars().count().saturating_sub(count)).collect())
}

/// From the letter with that number, counted from 1, so many letters.
pub fn mid(_: usize, values: &[Values]) -> Worked {
    let (first, count) = (whole("mid", &values[1])?, whole("mid", &values[2])?);
    each("mid", &values[0], |word| word.chars().skip(first.saturating_sub(1)).take(count).collect())
}

pub fn len(_: usize, values: &[Values]) -> Worked {
    let texts = text("len", &values[0])?;
    let lengths: Vec<f64> = texts.words.iter().map(|word| word.chars().count() as f64).collect();
    Ok(Values::numbers(map1(&texts.codes, |code| lengths[code as usize])).with_faults(values[0].faults.to_vec()))
}

/// Asks something of two texts, of each different pair once.
fn ask(what: &str, values: &[Values], holds: impl Fn(&str, &str) -> bool) -> Worked {
    let (a, b) = (text(what, &values[0])?, text(what, &values[1])?);
    let rows = length([a.codes.len(), b.codes.len()]);
    let fold_all = |texts: &Texts| texts.words.iter().map(|word| fold(word)).collect::<Vec<String>>();
    let (left, right) = (fold_all(a), fold_all(b));
    let mut known: HashMap<(u32, u32), bool> = HashMap::new();
    let flags = (0..rows).filter_map(|row| {
        let (x, y) = (at(&a.codes, row)?, at(&b.codes, row)?);
        Some(Some(*known.entry((x, y)).or_insert_with(|| holds(&left[x as usize], &right[y as usize]))))
    });
    let flags = flags.collect();
    Ok(Values::flags(flags).with_faults(faults_of(&[&values[0], &values[1]], rows)))
}

pub fn contains(_: usize, values: &[Values]) -> Worked {
    ask("contains", values, |word, part| word.contains(part))
}

pub fn begins(_: usize, values: &[Values]) -> Worked {
    ask("begins_with", values, |word, part| word.starts_with(part))
}

pub fn ends(_: usize, values: &[Values]) -> Worked {
    ask("ends_with", values, |word, part| word.ends_with(part))
}

/// Words as numbers: "1,250.50" and "$ 12" are numbers too, "n/a" is an error of its row, an empty text is missing.
pub fn to_number(_: usize, values: &[Values]) -> Worked {
    let texts = match &values[0].data {
        Data::Numbers(_) => return Ok(values[0].clone()),
        Data::Flags(flags) => {
            let numbers = map1(flags, |flag| flag.map_or(f64::NAN, |flag| f64::from(u8::from(flag))));
            return Ok(Values::numbers(numbers).with_faults(values[0].faults.to_vec()));
        }
        Data::Dates(_) => return Err(Trouble::new("number works with words, found a date")),
        Data::Texts(texts) => texts,
    };
    let parsed: Vec<Result<f64, Fault>> = texts.words.iter().map(|word| parse(word)).collect();
    Ok(from_words(&values[0], texts, &parsed, Values::numbers))
}

fn parse(word: &str) -> Result<f64, Fault> {
    let plain: String =
        word.chars().filter(|letter| !matches!(letter, ',' | '$' | '€' | '£') && !letter.is_whitespace()).collect();
    if plain.is_empty() {
        return Ok(f64::NAN);
    }
    let looks = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    match plain.parse::<f64>() {
        Ok(number) if looks && number.abs() <= crate::domain::columns::MAX_VALUE => Ok(number + 0.0),
        Ok(_) if looks => Err(Fault::TooLarge),
        _ => Err(Fault::NoNumber),
    }
}

/// A number for every different word, errors by row.
pub fn from_words(
    value: &Values,
    texts: &Texts,
    parsed: &[Result<f64, Fault>],
    make: impl Fn(Vec<f64>) -> Values,
) -> Values {
    let numbers: Vec<f64> = parsed.iter().map(|parsed| parsed.unwrap_or(f64::NAN)).collect();
    let mut faults = value.faults.to_vec();
    if parsed.iter().any(Result::is_err) {
        let wrong = texts.codes.iter().zip(0..).filter_map(|(&code, row)| Some((row, parsed[code as usize].err()?)));
        faults.extend(wrong);
        faults.sort_unstable();
        faults.dedup_by_key(|entry| entry.0);
    }
    make(map1(&texts.codes, |code| numbers[code as usize])).with_faults(faults)
}
