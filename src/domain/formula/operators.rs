//! What the signs between values do, and the helpers that functions share with them.

use super::dates::{days_of, iso_date};
use super::error::Fault;
use super::texts::{fold, join};
use super::values::{Data, Kind, Texts, Values, at, calculate, faults_of, length, map1, map2};

/// Why an operator or a function cannot work with its values at all.
#[derive(Debug, Clone)]
pub struct Trouble {
    pub message: String,
    pub hint: String,
}

impl Trouble {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: String::new() }
    }

    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

pub type Worked = Result<Values, Trouble>;

/// The values in brackets behind `in`.
#[derive(Debug, Clone)]
pub struct List(Vec<Values>);

/// What an operator does with all rows of both its sides.
pub type Operator = fn(&Values, &Values) -> Worked;

/// By the name under which the library knows them.
pub const OPERATORS: &[(&str, Operator)] = &[
    ("+", add),
    ("-", subtract),
    ("*", |a, b| arithmetic("*", a, b, |x, y| Ok(x * y))),
    ("/", |a, b| arithmetic("/", a, b, divided)),
    ("**", |a, b| arithmetic("^", a, b, |x, y| Ok(x.powf(y)))),
    ("join", |a, b| Ok(join(a, b))),
    ("&", |a, b| logic("and", a, b, both)),
    ("|", |a, b| logic("or", a, b, either)),
    ("==", |a, b| compare("=", a, b, |order| order.is_eq())),
    ("!=", |a, b| compare("<>", a, b, |order| order.is_ne())),
    ("<", |a, b| compare("<", a, b, |order| order.is_lt())),
    ("<=", |a, b| compare("<=", a, b, |order| order.is_le())),
    (">", |a, b| compare(">", a, b, |order| order.is_gt())),
    (">=", |a, b| compare(">=", a, b, |order| order.is_ge())),
];

pub fn divided(x: f64, y: f64) -> Result<f64, Fault> {
    if y == 0.0 { Err(Fault::DivisionByZero) } else { Ok(x / y) }
}

pub fn negative(value: &Values) -> Worked {
    let values = number("-", value)?;
    Ok(calculate([(value, values), (value, values)], |x, _| Ok(-x)))
}

pub fn list(values: &[Values]) -> List {
    List(values.to_vec())
}

/// Whether a value is one of a list.
pub fn is_in(value: &Values, list: &List) -> Worked {
    let mut found: Option<Values> = None;
    for candidate in &list.0 {
        let same = compare("in", value, candidate, |order| order.is_eq())?;
        found = Some(match found {
            Some(before) => logic("or", &before, &same, either)?,
            None => same,
        });
    }
    found.ok_or_else(|| Trouble::new("the list behind \"in\" is empty"))
}

/// The numbers of a value, for what only works with numbers.
pub fn number<'a>(what: &str, value: &'a Values) -> Result<&'a [f64], Trouble> {
    match &value.data {
        Data::Numbers(values) => Ok(values),
        _ => Err(Trouble::new(format!("{what} works with numbers, found {}", value.kind().words())).hint(match value
            .kind()
        {
            Kind::Text => "number(x) makes numbers of words",
            Kind::Flag => "if(x, 1, 0) makes a number of yes or no",
            _ => "",
        })),
    }
}

pub fn flag<'a>(what: &str, value: &'a Values) -> Result<&'a [Option<bool>], Trouble> {
    match &value.data {
        Data::Flags(values) => Ok(values),
        _ => Err(Trouble::new(format!("{what} works with yes or no, found {}", value.kind().words()))
            .hint("for example: [Revenue] > 1000")),
    }
}

pub fn arithmetic(what: &str, a: &Values, b: &Values, f: impl Fn(f64, f64) -> Result<f64, Fault> + Sync) -> Worked {
    Ok(calculate([(a, number(what, a)?), (b, number(what, b)?)], f))
}

fn add(a: &Values, b: &Values) -> Worked {
    match (&a.data, &b.data) {
        (Data::Texts(_), Data::Texts(_)) => Ok(join(a, b)),
        (Data::Dates(days), Data::Numbers(more)) | (Data::Numbers(more), Data::Dates(days)) => {
            let sum = calculate([(a, days.as_slice()), (b, more.as_slice())], |day, more| Ok((day + more).floor()));
            Ok(as_dates(sum))
        }
        (Data::Texts(_), _) | (_, Data::Texts(_)) => {
            Err(Trouble::new("+ adds numbers or joins words, not one to the other")
                .hint("& joins anything; number(x) makes numbers of words"))
        }
        _ => arithmetic("+", a, b, |x, y| Ok(x + y)),
    }
}

fn subtract(a: &Values, b: &Values) -> Worked {
    match (&a.data, &b.data) {
        (Data::Dates(from), Data::Dates(days)) => {
            Ok(calculate([(a, from.as_slice()), (b, days.as_slice())], |x, y| Ok(x - y)))
        }
        (Data::Dates(from), Data::Numbers(less)) => {
            let sum = calculate([(a, from.as_slice()), (b, less.as_slice())], |day, less| Ok((day - less).floor()));
            Ok(as_dates(sum))
        }
        _ => arithmetic("-", a, b, |x, y| Ok(x - y)),
    }
}

/// Numbers of days as dates, within the years that can be written.
fn as_dates(days: Values) -> Values {
    let Data::Numbers(values) = &days.data else { return days };
    let mut faults = faults_of(&[&days], values.len());
    let known = |day: f64| if iso_date(day).is_some() { day } else { f64::NAN };
    let new: Vec<f64> = map1(values, known);
    for (row, (&before, &after)) in values.iter().zip(&new).enumerate() {
        if !before.is_nan() && after.is_nan() {
            faults.push((row as u32, Fault::NoDate));
        }
    }
    faults.sort_unstable();
    Values::dates(new).with_faults(faults)
}

type Flags = fn(Option<bool>, Option<bool>) -> Option<bool>;

/// As in logic and in SQL: what is not known matters only where it could change the outcome.
fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn logic(what: &str, a: &Values, b: &Values, f: Flags) -> Worked {
    let values = map2(flag(what, a)?, flag(what, b)?, f);
    let mut faults = faults_of(&[a, b], values.len());
    faults.retain(|&(row, _)| values[row as usize].is_none());
    Ok(Values::flags(values).with_faults(faults))
}

/// Compares two values of a kind. Words are compared whatever their capitals; words beside a date are read as one.
pub fn compare(what: &str, a: &Values, b: &Values, holds: impl Fn(std::cmp::Ordering) -> bool + Sync) -> Worked {
    let of_numbers = |x: f64, y: f64| x.partial_cmp(&y).map(&holds);
    let (flags, faults) = match (&a.data, &b.data) {
        (Data::Numbers(x), Data::Numbers(y)) | (Data::Dates(x), Data::Dates(y)) => {
            let flags = map2(x, y, of_numbers);
            let faults = faults_of(&[a, b], flags.len());
            (flags, faults)
        }
        (Data::Dates(_), Data::Texts(_)) => return compare(what, a, &days_of(b)?, holds),
        (Data::Texts(_), Data::Dates(_)) => return compare(what, &days_of(a)?, b, holds),
        (Data::Flags(x), Data::Flags(y)) => {
            let flags = map2(x, y, |x, y| Some(holds(x?.cmp(&y?))));
            let faults = faults_of(&[a, b], flags.len());
            (flags, faults)
        }
        (Data::Texts(x), Data::Texts(y)) => {
            let flags = compare_texts(x, y, &holds);
            let faults = faults_of(&[a, b], flags.len());
            (flags, faults)
        }
        _ => {
            let (left, right) = (a.kind().words(), b.kind().words());
            return Err(Trouble::new(format!("\"{what}\" compares {left} with {right}"))
                .hint("number(x) makes numbers of words, text(x) words of numbers"));
        }
    };
    Ok(Values::flags(flags).with_faults(faults))
}

fn compare_texts(x: &Texts, y: &Texts, holds: &(impl Fn(std::cmp::Ordering) -> bool + Sync)) -> Vec<Option<bool>> {
    let fold_all = |texts: &Texts| texts.words.iter().map(|word| fold(word)).collect::<Vec<String>>();
    let (left, right) = (fold_all(x), fold_all(y));
    // Against a constant every different word is compared once.
    match (x.codes.as_slice(), y.codes.as_slice()) {
        (codes, &[one]) => {
            let verdicts: Vec<bool> =
                left.iter().map(|word| holds(word.as_str().cmp(right[one as usize].as_str()))).collect();
            map1(codes, |code| Some(verdicts[code as usize]))
        }
        (&[one], codes) => {
            let verdicts: Vec<bool> =
                right.iter().map(|word| holds(left[one as usize].as_str().cmp(word.as_str()))).collect();
            map1(codes, |code| Some(verdicts[code as usize]))
        }
        (a, b) => map2(a, b, |a, b| Some(holds(left[a as usize].cmp(&right[b as usize])))),
    }
}

/// Row by row the first value where the condition holds, else the second; missing where it is not known.
pub fn choose(condition: &Values, a: &Values, b: &Values) -> Worked {
    let flags = flag("if", condition)?;
    let (a, b) = alike(a, b, "if")?;
    let rows = length([flags.len(), a.len(), b.len()]);
    let side = |row: usize| at(flags, row).flatten().map(|yes| if yes { &a } else { &b });
    let mut faults: Vec<(u32, Fault)> = Vec::new();
    if !(condition.faults.is_empty() && a.faults.is_empty() && b.faults.is_empty()) {
        for row in 0..rows {
            let fault = side(row).map_or_else(|| condition.fault(row), |side| side.fault(row));
            faults.extend(fault.map(|fault| (row as u32, fault)));
        }
    }
    Ok(pick(rows, &a, &b, |row| at(flags, row).flatten()).with_faults(faults))
}

/// The first of two values that is not missing; an error counts as missing.
pub fn coalesce(a: &Values, b: &Values) -> Worked {
    let (a, b) = alike(a, b, "coalesce")?;
    let rows = length([a.len(), b.len()]);
    let mut faults: Vec<(u32, Fault)> = Vec::new();
    if !b.faults.is_empty() {
        let missing = (0..rows).filter(|&row| a.is_missing(row));
        faults.extend(missing.filter_map(|row| b.fault(row).map(|fault| (row as u32, fault))));
    }
    Ok(pick(rows, &a, &b, |row| Some(!a.is_missing(row))).with_faults(faults))
}

/// Both of one kind; a missing number fits every kind.
fn alike(a: &Values, b: &Values, what: &str) -> Result<(Values, Values), Trouble> {
    let nothing = |value: &Values| {
        value.len() == 1 && value.faults.is_empty() && value.is_missing(0) && value.kind() == Kind::Number
    };
    let missing = |kind: Kind| match kind {
        Kind::Number => Values::numbers(vec![f64::NAN]),
        Kind::Date => Values::dates(vec![f64::NAN]),
        Kind::Flag => Values::flags(vec![None]),
        Kind::Text => Values::text(""),
    };
    match (a.kind(), b.kind()) {
        (x, y) if x == y => Ok((a.clone(), b.clone())),
        (kind, _) if nothing(b) => Ok((a.clone(), missing(kind))),
        (_, kind) if nothing(a) => Ok((missing(kind), b.clone())),
        (Kind::Date, Kind::Text) => Ok((a.clone(), days_of(b)?)),
        (Kind::Text, Kind::Date) => Ok((days_of(a)?, b.clone())),
        (x, y) => Err(Trouble::new(format!("{what} gives {} in one case and {} in the other", x.words(), y.words()))
            .hint("number(x) makes numbers of words, text(x) words of numbers")),
    }
}

/// Values of two columns of a kind, row by row from the first (`Some(true)`), the second, or neither.
fn pick(rows: usize, a: &Values, b: &Values, first: impl Fn(usize) -> Option<bool> + Sync) -> Values {
    use rayon::prelude::*;
    fn each<T: Copy + Send + Sync>(
        rows: usize,
        [a, b]: [&[T]; 2],
        none: T,
        first: impl Fn(usize) -> Option<bool> + Sync,
    ) -> Vec<T> {
        let value = |row: usize| match first(row) {
            Some(true) => at(a, row).unwrap_or(none),
            Some(false) => at(b, row).unwrap_or(none),
            None => none,
        };
        (0..rows).into_par_iter().with_min_len(8_192).map(value).collect()
    }
    match (&a.data, &b.data) {
        (Data::Numbers(a), Data::Numbers(b)) => Values::numbers(each(rows, [a, b], f64::NAN, first)),
        (Data::Dates(a), Data::Dates(b)) => Values::dates(each(rows, [a, b], f64::NAN, first)),
        (Data::Flags(a), Data::Flags(b)) => Values::flags(each(rows, [a, b], None, first)),
        (Data::Texts(a), Data::Texts(b)) => {
            let shift = a.words.len() as u32;
            let moved: Vec<u32> = b.codes.iter().map(|code| code + shift).collect();
            let words: Vec<String> = a.words.iter().chain(&b.words).cloned().chain([String::new()]).collect();
            let none = words.len() as u32 - 1;
            Values::texts(words, each(rows, [&a.codes, &moved], none, first))
        }
        // They are alike, see above.
        _ => Values::numbers(vec![f64::NAN; rows]),
    }
}
