//! Faults that real exports have, in about one row of a hundred.

use bailiwick::domain::random::Random;

use crate::tables::column;

/// How many rows get each fault.
const EACH: usize = 9;

/// A fault: what it does to a row.
type Fault = fn(&mut [String], &mut Random);

const FAULTS: [Fault; 11] = [
    zip_plus_four,
    lower_case_state,
    revenue_not_available,
    revenue_with_dollar_sign,
    impossible_latitude,
    swapped_coordinates,
    empty_name,
    outside_the_area,
    unknown_zip,
    misspelled_town,
    padded_text,
];

/// Puts every fault into some rows, and repeats some rows with a blank behind the ID, as a second system writes it.
pub fn put_in(rows: &mut Vec<Vec<String>>, random: &mut Random) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    random.shuffle(&mut order);
    let mut victims = order.into_iter();
    for fault in FAULTS {
        for row in victims.by_ref().take(EACH) {
            fault(&mut rows[row], random);
        }
    }
    // A field is missing in the middle, so that all behind it move up.
    for row in victims.by_ref().take(EACH) {
        rows[row].remove(column("Street"));
    }
    let mut repeated: Vec<usize> = victims.take(EACH).collect();
    repeated.sort_unstable();
    for (already, row) in repeated.into_iter().enumerate() {
        let mut copy = rows[row + already].clone();
        copy[column("Account ID")].push(' ');
        rows.insert(row + already + 1, copy);
    }
}

fn zip_plus_four(row: &mut [String], random: &mut Random) {
    row[column("ZIP")] += &format!("-{:04}", 1001 + random.below(8000));
}

fn lower_case_state(row: &mut [String], _: &mut Random) {
    row[column("State")] = row[column("State")].to_lowercase();
}

fn revenue_not_available(row: &mut [String], _: &mut Random) {
    row[column("Annual Revenue")] = "n/a".to_owned();
}

fn revenue_with_dollar_sign(row: &mut [String], _: &mut Random) {
    let digits = row[column("Annual Revenue")].clone();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    row[column("Annual Revenue")] = format!("${grouped}.00");
}

fn impossible_latitude(row: &mut [String], random: &mut Random) {
    row[column("Latitude")] = format!("123.{:04}", random.below(10_000));
    if row[column("Longitude")].is_empty() {
        row[column("Longitude")] = "-84.5".to_owned();
    }
}

fn swapped_coordinates(row: &mut [String], _: &mut Random) {
    row.swap(column("Latitude"), column("Longitude"));
}

fn empty_name(row: &mut [String], _: &mut Random) {
    row[column("Account Name")].clear();
}

fn outside_the_area(row: &mut [String], random: &mut Random) {
    let (city, state, zip, lat, lon) = [
        ("Chicago", "IL", "60614", 41.9227, -87.6533),
        ("Pittsburgh", "PA", "15222", 40.4487, -79.9930),
        ("Nashville", "TN", "37203", 36.1490, -86.7893),
        ("Milwaukee", "WI", "53202", 43.0456, -87.8998),
        ("Evanston", "IL", "60201", 42.0546, -87.6943),
    ][random.below(5)];
    for (name, value) in [("City", city), ("State", state), ("ZIP", zip)] {
        row[column(name)] = value.to_owned();
    }
    row[column("Latitude")] = format!("{:.6}", lat + 0.01 * random.normal());
    row[column("Longitude")] = format!("{:.6}", lon + 0.01 * random.normal());
}

/// Without coordinates this row cannot be placed at all.
fn unknown_zip(row: &mut [String], random: &mut Random) {
    row[column("ZIP")] = ["48000", "00000", "4381", "49999"][random.below(4)].to_owned();
    row[column("Latitude")].clear();
    row[column("Longitude")].clear();
}

fn misspelled_town(row: &mut [String], random: &mut Random) {
    let mut letters: Vec<char> = row[column("City")].chars().collect();
    let at = 1 + random.below(letters.len().saturating_sub(3).max(1));
    if at + 1 < letters.len() {
        letters.swap(at, at + 1);
    }
    row[column("City")] = letters.into_iter().collect();
}

fn padded_text(row: &mut [String], _: &mut Random) {
    row[column("Account Name")] = format!("  {} ", row[column("Account Name")].to_uppercase());
}
