//! Monthly revenue with trend and season.

use bailiwick::domain::random::Random;

/// The months of the revenue columns: 2024-11 to 2026-10.
pub const MONTHS: usize = 24;
const FIRST: (u32, u32) = (2024, 11);

/// January to December, mean 1: patios in summer; gifts and parties in December.
const ON_PREMISE: [f64; 12] = [0.78, 0.80, 0.93, 0.97, 1.08, 1.17, 1.24, 1.20, 1.03, 0.95, 0.86, 0.99];
const OFF_PREMISE: [f64; 12] = [0.76, 0.79, 0.88, 0.94, 1.09, 1.15, 1.21, 1.11, 0.96, 0.92, 0.99, 1.20];

/// Year and month of a column.
pub fn month(column: usize) -> (u32, u32) {
    let months = FIRST.0 * 12 + FIRST.1 - 1 + column as u32;
    (months / 12, months % 12 + 1)
}

/// The first order and the revenue per month of a customer who buys for about so many dollars a year.
pub fn history(yearly: f64, segment: &str, random: &mut Random) -> ((u32, u32, u32), Vec<u32>) {
    let season = if segment == "On-premise" { &ON_PREMISE } else { &OFF_PREMISE };
    let trend = 0.05 + 0.17 * random.normal();
    let since = first_order(random);
    // Some customers stop ordering before the end.
    let stops = if random.unit() < 0.025 { 6 + random.below(16) } else { MONTHS };
    // Small customers do not order every month.
    let skips = if yearly < 2500.0 { 0.22 } else { 0.02 };
    let months = (0..MONTHS)
        .map(|column| {
            let (year, number) = month(column);
            let age = (year * 12 + number) as f64 - (since.0 * 12 + since.1) as f64;
            let noise = (0.17 * random.normal() - 0.015).exp();
            let skipped = random.unit() < skips;
            if age < 0.0 || column >= stops || skipped {
                return 0;
            }
            // A new customer starts small.
            let start = (0.4 + 0.15 * age).min(1.0);
            let years_to_end = (column as f64 - 17.5) / 12.0;
            let catch_up = 1.0 / (1.0 - skips);
            let dollars = yearly / 12.0 * season[number as usize - 1] * (trend * years_to_end).exp() * noise * start;
            (dollars * catch_up).round() as u32
        })
        .collect();
    (since, months)
}

/// Most customers have been there for years; about one in seven came within the months shown.
fn first_order(random: &mut Random) -> (u32, u32, u32) {
    let months_ago = if random.unit() < 0.14 {
        1 + random.below(MONTHS - 2)
    } else {
        MONTHS + (random.unit().powf(1.6) * 190.0) as usize
    } as u32;
    let months = 2026 * 12 + 9 - months_ago;
    (months / 12, months % 12 + 1, 1 + random.below(28) as u32)
}
