//! Figures of a whole column: shares, ranks, sums. They change when any row does.

use super::operators::{Trouble, Worked, number};
use super::values::{Values, spread_numbers};

/// The rows that have a value, from the largest to the smallest, equal ones by row.
fn ordered(values: &[f64]) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..values.len() as u32).filter(|&row| !values[row as usize].is_nan()).collect();
    rows.sort_by(|&a, &b| values[b as usize].total_cmp(&values[a as usize]).then(a.cmp(&b)));
    rows
}

/// A, B, C by cumulative share: A are the largest that together make up the first share of the total, in percent; B those up to the
/// second, C the rest. Equal values are in the same tier; what is not above zero is C.
pub fn tier(rows: usize, values: &[Values]) -> Worked {
    let column = spread_numbers(number("tier", &values[0])?, rows);
    let share =
        |value: &Values| match number("tier", value)? {
            &[share] if (0.0..=100.0).contains(&share) => Ok(share / 100.0),
            _ => Err(Trouble::new("tier takes shares in percent, from 0 to 100")
                .hint("for example: tier([Revenue], 80, 95)")),
        };
    let (first, second) = (share(&values[1])?, share(&values[2])?);
    if first > second {
        return Err(Trouble::new("the second share of tier is less than the first")
            .hint("for example: tier([Revenue], 80, 95)"));
    }
    let order = ordered(&column);
    let total: f64 = order.iter().map(|&row| column[row as usize].max(0.0)).sum();
    let mut codes = vec![0; column.len()];
    // The share of what is larger: so the largest is always A, and equal ones are alike.
    let (mut before, mut larger, mut last) = (0.0, 0.0, f64::NAN);
    for row in order {
        let value = column[row as usize];
        if value != last {
            larger = before;
            last = value;
        }
        codes[row as usize] = match larger {
            _ if value <= 0.0 => 3,
            larger if larger < first * total => 1,
            larger if larger < second * total => 2,
            _ => 3,
        };
        before += value.max(0.0);
    }
    Ok(Values::texts(["", "A", "B", "C"].map(str::to_owned).to_vec(), codes).with_faults(values[0].faults.to_vec()))
}

/// 1 for the largest; equal values share the better rank.
pub fn rank(rows: usize, values: &[Values]) -> Worked {
    let column = spread_numbers(number("rank", &values[0])?, rows);
    let mut ranks = vec![f64::NAN; column.len()];
    let (mut rank, mut last) = (0, f64::NAN);
    for (place, row) in ordered(&column).into_iter().enumerate() {
        let value = column[row as usize];
        if value != last {
            (rank, last) = (place + 1, value);
        }
        ranks[row as usize] = rank as f64;
    }
    Ok(Values::numbers(ranks).with_faults(values[0].faults.to_vec()))
}

/// How many percent of the other rows have a smaller value: 0 for the smallest, 100 for the largest.
pub fn percentile(rows: usize, values: &[Values]) -> Worked {
    let column = spread_numbers(number("percentile", &values[0])?, rows);
    let order = ordered(&column);
    let others = order.len().saturating_sub(1);
    let mut shares = vec![f64::NAN; column.len()];
    let (mut below, mut last) = (0, f64::NAN);
    for (place, &row) in order.iter().rev().enumerate() {
        let value = column[row as usize];
        if value != last {
            (below, last) = (place, value);
        }
        shares[row as usize] = if others == 0 { 100.0 } else { 100.0 * below as f64 / others as f64 };
    }
    Ok(Values::numbers(shares).with_faults(values[0].faults.to_vec()))
}
