//! Functions of numbers and of whether there is one.

use super::error::Fault;
use super::operators::{Trouble, Worked, arithmetic, choose, coalesce, divided, flag, number};
use super::values::{Data, Values, calculate, faults_of, map1, spread_numbers};
use crate::domain::sphere::LonLat;

fn single(what: &str, value: &Values, f: impl Fn(f64) -> Result<f64, Fault> + Sync) -> Worked {
    let values = number(what, value)?;
    Ok(calculate([(value, values), (value, values)], |x, _| f(x)))
}

/// With a condition: the second value where it holds, else the third, else missing.
pub fn if_(_: usize, values: &[Values]) -> Worked {
    let nothing = Values::numbers(vec![f64::NAN]);
    choose(&values[0], &values[1], values.get(2).unwrap_or(&nothing))
}

pub fn coalesce_(_: usize, values: &[Values]) -> Worked {
    let (last, rest) = values.split_last().ok_or_else(|| Trouble::new("coalesce takes a value"))?;
    rest.iter().rev().try_fold(last.clone(), |later, value| coalesce(value, &later))
}

pub fn isempty(_: usize, values: &[Values]) -> Worked {
    let flags = match &values[0].data {
        Data::Numbers(values) | Data::Dates(values) => map1(values, |value| Some(value.is_nan())),
        Data::Flags(values) => map1(values, |value| Some(value.is_none())),
        Data::Texts(texts) => {
            let empty: Vec<bool> = texts.words.iter().map(|word| word.trim().is_empty()).collect();
            map1(&texts.codes, |code| Some(empty[code as usize]))
        }
    };
    Ok(Values::flags(flags))
}

pub fn missing(_: usize, _: &[Values]) -> Worked {
    Ok(Values::numbers(vec![f64::NAN]))
}

pub fn not(_: usize, values: &[Values]) -> Worked {
    let flags = map1(flag("not", &values[0])?, |flag| flag.map(|flag| !flag));
    Ok(Values::flags(flags).with_faults(values[0].faults.to_vec()))
}

pub fn abs(_: usize, values: &[Values]) -> Worked {
    single("abs", &values[0], |x| Ok(x.abs()))
}

pub fn sqrt(_: usize, values: &[Values]) -> Worked {
    single("sqrt", &values[0], |x| if x < 0.0 { Err(Fault::Undefined) } else { Ok(x.sqrt()) })
}

pub fn ln(_: usize, values: &[Values]) -> Worked {
    single("ln", &values[0], |x| if x <= 0.0 { Err(Fault::Undefined) } else { Ok(x.ln()) })
}

pub fn log10(_: usize, values: &[Values]) -> Worked {
    single("log10", &values[0], |x| if x <= 0.0 { Err(Fault::Undefined) } else { Ok(x.log10()) })
}

pub fn exp(_: usize, values: &[Values]) -> Worked {
    single("exp", &values[0], |x| Ok(x.exp()))
}

pub fn floor(_: usize, values: &[Values]) -> Worked {
    single("floor", &values[0], |x| Ok(x.floor()))
}

pub fn ceil(_: usize, values: &[Values]) -> Worked {
    single("ceil", &values[0], |x| Ok(x.ceil()))
}

/// To so many decimals, 0 where nothing is said; halves go away from zero.
pub fn round(_: usize, values: &[Values]) -> Worked {
    let Some(decimals) = values.get(1) else { return single("round", &values[0], |x| Ok(x.round())) };
    arithmetic("round", &values[0], decimals, |x, decimals| {
        let decimals = decimals.trunc().clamp(-15.0, 15.0) as i32;
        let scale = 10_f64.powi(decimals.abs());
        let rounded = if decimals < 0 { (x / scale).round() * scale } else { (x * scale).round() / scale };
        // Beyond what a number can hold there is nothing to round.
        Ok(if rounded.is_finite() { rounded } else { x })
    })
}

pub fn mod_(_: usize, values: &[Values]) -> Worked {
    arithmetic("mod", &values[0], &values[1], |x, y| divided(x, y).map(|_| x - y * (x / y).floor()))
}

pub fn power(_: usize, values: &[Values]) -> Worked {
    arithmetic("power", &values[0], &values[1], |x, y| Ok(x.powf(y)))
}

/// Of one column the smallest of all rows; of several values the smallest in each row.
pub fn min(rows: usize, values: &[Values]) -> Worked {
    extreme("min", rows, values, f64::min)
}

pub fn max(rows: usize, values: &[Values]) -> Worked {
    extreme("max", rows, values, f64::max)
}

fn extreme(what: &str, rows: usize, values: &[Values], best: fn(f64, f64) -> f64) -> Worked {
    match values {
        [column] => over(what, rows, column, |present| present.reduce(best)),
        [first, rest @ ..] => {
            number(what, first)?;
            rest.iter().try_fold(first.clone(), |so_far, next| arithmetic(what, &so_far, next, |x, y| Ok(best(x, y))))
        }
        [] => Err(Trouble::new(format!("{what} takes a value"))),
    }
}

/// Of one column the sum of all rows; of several values their sum in each row.
pub fn sum(rows: usize, values: &[Values]) -> Worked {
    match values {
        [column] => over("sum", rows, column, |present| Some(present.sum())),
        [first, rest @ ..] => {
            number("sum", first)?;
            rest.iter().try_fold(first.clone(), |so_far, next| arithmetic("sum", &so_far, next, |x, y| Ok(x + y)))
        }
        [] => Err(Trouble::new("sum takes a value")),
    }
}

pub fn mean(rows: usize, values: &[Values]) -> Worked {
    if let [column] = values {
        return over("mean", rows, column, |present| {
            let (count, sum) = present.fold((0_u64, 0.0), |(count, sum), value| (count + 1, sum + value));
            (count > 0).then(|| sum / count as f64)
        });
    }
    let total = sum(rows, values)?;
    let count = values.len() as f64;
    single("mean", &total, |x| Ok(x / count))
}

pub fn median(rows: usize, values: &[Values]) -> Worked {
    over("median", rows, &values[0], |present| {
        let mut sorted: Vec<f64> = present.collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            count if count % 2 == 1 => Some(sorted[middle]),
            _ => Some(sorted[middle - 1] / 2.0 + sorted[middle] / 2.0),
        }
    })
}

/// In how many rows there is a value.
pub fn count(rows: usize, values: &[Values]) -> Worked {
    let column = &values[0];
    let present = (0..rows).filter(|&row| !column.is_missing(row)).count();
    Ok(Values::numbers(vec![present as f64]))
}

/// One figure of all rows that have a value. Errors of single rows do not spread to the others.
fn over(
    what: &str,
    rows: usize,
    column: &Values,
    figure: impl Fn(&mut dyn Iterator<Item = f64>) -> Option<f64>,
) -> Worked {
    let values = number(what, column)?;
    let values = spread_numbers(values, rows);
    let mut present = values.iter().copied().filter(|value| !value.is_nan());
    let value = figure(&mut present).unwrap_or(f64::NAN);
    if value.abs() > crate::domain::columns::MAX_VALUE {
        return Err(Trouble::new(format!("{what} of the column: {}", Fault::TooLarge.words())));
    }
    Ok(Values::numbers(vec![value + 0.0]))
}

/// Kilometres between two places on the sphere (great circle), given as longitude and latitude in degrees.
pub fn distance_km(rows: usize, values: &[Values]) -> Worked {
    let [a, b, c, d] = values else { return Err(Trouble::new("distance_km takes four values")) };
    let side = |value| Ok(spread_numbers(number("distance_km", value)?, rows));
    let sides = [side(a)?, side(b)?, side(c)?, side(d)?];
    let mut faults = faults_of(&[a, b, c, d], rows);
    let mut kilometres = Vec::with_capacity(rows);
    for row in 0..rows {
        let [lon, lat, lon2, lat2] = sides.each_ref().map(|side| side[row]);
        let missing = [lon, lat, lon2, lat2].iter().any(|value| value.is_nan());
        let on_globe = |lon: f64, lat: f64| lon.abs() <= 180.0 && lat.abs() <= 90.0;
        kilometres.push(match () {
            () if missing => f64::NAN,
            () if on_globe(lon, lat) && on_globe(lon2, lat2) => {
                LonLat::new(lon, lat).distance_km(LonLat::new(lon2, lat2))
            }
            () => {
                faults.push((row as u32, Fault::NoPlace));
                f64::NAN
            }
        });
    }
    faults.sort_unstable();
    faults.dedup_by_key(|entry| entry.0);
    Ok(Values::numbers(kilometres).with_faults(faults))
}

/// Reached only where no segment is named; see the reading of formulas.
pub fn in_segment(_: usize, _: &[Values]) -> Worked {
    Err(Trouble::new("in_segment takes the name of a segment in quotation marks")
        .hint("for example: in_segment(\"Key accounts\")"))
}
