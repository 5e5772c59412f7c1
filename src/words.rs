//! Figures as people read them: 12,431 · $1.24 M · +4.1 %. Full precision is for hovering and exports.

use crate::domain::accounts::{Accounts, Placement};
use crate::domain::columns::Measure;
use crate::domain::project::Project;
use crate::domain::topology::CutOff;

/// A count with thousands separated: "12,431".
pub fn count(value: impl Into<i128>) -> String {
    let value: i128 = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        out.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with what is counted: "1 account", "12,431 accounts".
pub fn counted(value: impl Into<i128>, noun: &str) -> String {
    match value.into() {
        1 => format!("1 {noun}"),
        value => format!("{} {noun}s", count(value)),
    }
}

/// The same with a capital first letter: "Counties".
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// "1 territory", "12 territories".
pub fn counted_territories(count: usize) -> String {
    if count == 1 { "1 territory".to_owned() } else { format!("{} territories", self::count(count as i128)) }
}

/// A name inside a sentence: "District" becomes "district", "FSA" stays.
pub fn inside(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(name.chars().skip(1)).collect()
        }
        _ => name.to_owned(),
    }
}

/// How an account got its place: "by postal code".
pub fn placed(placement: Placement) -> &'static str {
    match placement {
        Placement::Coordinates => "by its coordinates",
        Placement::PostalCode => "by postal code",
        Placement::Town => "by town",
        Placement::Region => "in the middle of its state",
        Placement::Online => "online",
        Placement::ByHand => "by hand",
        Placement::Unplaced => "not placed",
    }
}

/// The same with how far the true place may be: "by postal code, within 4 km".
pub fn placed_within(accounts: &Accounts, row: usize) -> String {
    let placement = accounts.placements.get(row).copied().unwrap_or(Placement::Unplaced);
    let words = placed(placement);
    match accounts.precision_km(row) {
        Some(km) if km > 0.0 => format!("{words}, {}", within(km)),
        _ => words.to_owned(),
    }
}

/// "within 4 km", "within 100 m".
pub fn within(km: f64) -> String {
    if km < 0.95 {
        format!("within {} m", ((km * 20.0 - 0.001).ceil() * 50.0).max(50.0))
    } else {
        format!("within {} km", count(km.round() as i64))
    }
}

/// "West is in 2 pieces: ZIP area 43210 and 3 others are cut off".
pub fn cut_off(project: &Project, found: &CutOff) -> String {
    let verb = if found.units.len() == 1 { "is" } else { "are" };
    let units = project.units.call(&found.units);
    let name = project.plan.territory_name(found.territory);
    format!("{name} is in {} pieces: {units} {verb} cut off", found.pieces)
}

/// A figure of a measure, short: "$1.24 M", "8,120 h", "12.3".
pub fn figure(measure: &Measure, value: f64) -> String {
    with_unit(&measure.unit, &short(value))
}

/// A figure of a measure in full: "$1,240,113.50".
pub fn full_figure(measure: &Measure, value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let rounded = (value.abs() * 100.0).round() / 100.0;
    let whole = count(rounded.trunc() as i128);
    let cents = ((rounded - rounded.trunc()) * 100.0).round() as u32;
    let sign = if value < 0.0 { "−" } else { "" };
    let digits = if cents == 0 { whole } else { format!("{whole}.{cents:02}") };
    format!("{sign}{}", with_unit(&measure.unit, &digits))
}

/// A figure of an unnamed measure in full, with as many decimals as it needs, up to six: "1,240,113.5".
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{:.6}", value.abs());
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let (whole, decimals) = (count(whole.parse::<i128>().unwrap_or(0)), decimals.trim_end_matches('0'));
    let sign = if value < 0.0 { "−" } else { "" };
    if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

/// A difference of mean travel with its sign: a single unit of many often changes it by metres. "+2.44 km", "−12 m", "±0 m".
pub fn signed_length(km: f64) -> String {
    if !km.is_finite() {
        return "–".to_owned();
    }
    let sign = if km < 0.0 { '−' } else { '+' };
    match km.abs() {
        size if size >= 0.9995 => format!("{sign}{size:.2} km"),
        size if size >= 0.00995 => format!("{sign}{:.0} m", 1000.0 * size),
        size if size >= 0.000_095 => format!("{sign}{:.1} m", 1000.0 * size),
        size if size >= 0.000_005 => format!("{sign}{:.2} m", 1000.0 * size),
        _ => "±0 m".to_owned(),
    }
}

/// Three significant digits with a word for the magnitude; "–" for what is not known.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    let sign = if value < 0.0 && size >= 0.005 { "−" } else { "" };
    let (scaled, suffix) = match size {
        s if s >= 999.5e6 => (s / 1e9, " B"),
        s if s >= 999_500.0 => (s / 1e6, " M"),
        s if s >= 99_950.0 => (s / 1e3, " k"),
        s => (s, ""),
    };
    let digits = match scaled {
        s if suffix.is_empty() && s >= 99.95 => count(s.round() as i128),
        s if s >= 99.95 => format!("{s:.0}"),
        s if suffix.is_empty() && (s - s.round()).abs() < 0.005 => format!("{s:.0}"),
        s if s >= 9.995 => format!("{s:.1}"),
        s => format!("{s:.2}"),
    };
    format!("{sign}{digits}{suffix}")
}

/// A figure of a cell: thousands separated, two decimals at most. Its unit stands above the column.
pub fn in_cell(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let text = format!("{:.2}", value.abs());
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if value < 0.0 && text != "0.00" { "−" } else { "" };
    let whole = whole.parse::<i128>().map_or_else(|_| whole.to_owned(), count);
    if decimals == "00" { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

/// A number that somebody typed: "1,234.5", "$ 12", "−3". `None` where it is none: a comma that parts no thousands is refused,
/// for it may have been meant as a point.
pub fn read_number(text: &str) -> Option<f64> {
    let kept: String = text.chars().filter(|letter| !letter.is_whitespace() && !"$€£".contains(*letter)).collect();
    let kept = kept.replace('−', "-");
    let unsigned = kept.trim_start_matches(['-', '+']);
    let whole = unsigned.split(['.', 'e', 'E']).next().unwrap_or("");
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("").len();
    let rest: Vec<usize> = groups.map(str::len).collect();
    let apart = rest.is_empty() || ((1..=3).contains(&first) && rest.iter().all(|&group| group == 3));
    if !apart
        || unsigned[whole.len()..].contains(',')
        || !unsigned.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.')
    {
        return None;
    }
    kept.replace(',', "").parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A text cut to so many letters, with "…" where something is missing.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A signed share: "+4.1 %".
pub fn signed_percent(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let percent = (share * 1000.0).round() / 10.0;
    let sign = match percent {
        p if p > 0.0 => "+",
        p if p < 0.0 => "−",
        _ => "±",
    };
    let size = percent.abs();
    if size >= 100.0 { format!("{sign}{size:.0} %") } else { format!("{sign}{size:.1} %") }
}

/// An unsigned share: "4.1 %".
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1} %", share * 100.0) } else { "–".to_owned() }
}

pub fn kilometres(km: f64) -> String {
    if km.is_finite() { format!("{} km", short(km)) } else { "–".to_owned() }
}

/// A time: "4.2 s", "1 min 5 s".
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() => "–".to_owned(),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 59.5 => format!("{s:.0} s"),
        s => {
            let whole = s.round() as i64;
            format!("{} min {} s", whole / 60, whole % 60)
        }
    }
}

fn with_unit(unit: &str, digits: &str) -> String {
    match unit {
        "" => digits.to_owned(),
        "$" | "€" | "£" => format!("{unit}{digits}"),
        _ => format!("{digits} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_from_many() {
        assert_eq!([1, 1_200].map(counted_territories), ["1 territory", "1,200 territories"]);
        assert_eq!([0, 1, 2, 1_200].map(|value| counted(value, "rep")), ["0 reps", "1 rep", "2 reps", "1,200 reps"]);
    }

    #[test]
    fn figures_are_short_and_have_their_unit() {
        for (value, expected) in [
            (0.0, "0"),
            (7.0, "7"),
            (0.123, "0.12"),
            (12.34, "12.3"),
            (999.0, "999"),
            (12_431.0, "12,431"),
            (214_000.0, "214 k"),
            (1_240_113.5, "1.24 M"),
            (-35_600_000.0, "−35.6 M"),
            (2.5e9, "2.50 B"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(short(value), expected);
        }
        assert_eq!(with_unit("$", "1.24 M"), "$1.24 M");
        assert_eq!(with_unit("h", "12"), "12 h");
    }

    #[test]
    fn percentages_carry_their_sign() {
        assert_eq!(signed_percent(0.041), "+4.1 %");
        assert_eq!(signed_percent(-0.12345), "−12.3 %");
        assert_eq!(signed_percent(0.0001), "±0.0 %");
        assert_eq!(signed_percent(1.5), "+150 %");
    }

    #[test]
    fn times_are_short() {
        let words = [0.04, 9.97, 59.4, 59.7, 125.0].map(duration);
        assert_eq!(words, ["0.0 s", "10 s", "59 s", "1 min 0 s", "2 min 5 s"]);
    }

    #[test]
    fn differences_of_travel_are_told_in_metres_where_they_are_small() {
        let told = [2.44, 0.9996, 0.5, -0.0123, 0.004_21, 0.000_04, 0.0, -1e-9, f64::NAN].map(signed_length);
        assert_eq!(told, ["+2.44 km", "+1.00 km", "+500 m", "−12 m", "+4.2 m", "+0.04 m", "±0 m", "±0 m", "–"]);
    }

    #[test]
    fn plain_figures_have_the_decimals_they_need() {
        let told = [1_240_113.5, 60.0, 26.25, -0.125, 1.0 / 3.0, 0.0].map(plain);
        assert_eq!(told, ["1,240,113.5", "60", "26.25", "−0.125", "0.333333", "0"]);
    }

    #[test]
    fn typed_numbers_are_read_and_doubtful_ones_refused() {
        for (typed, number) in
            [("1,234.5", 1234.5), ("$ 12", 12.0), (" −3 ", -3.0), ("1e3", 1000.0), (".5", 0.5), ("1,000,000", 1e6)]
        {
            assert_eq!(read_number(typed), Some(number), "{typed}");
        }
        for typed in ["", "1,5", "12,34", "a", "1.5,000", "nan", "inf", "--", "1 000,5", ",5"] {
            assert_eq!(read_number(typed), None, "{typed}");
        }
        assert_eq!([1234.5, 3.0, -0.001, f64::NAN].map(in_cell), ["1,234.50", "3", "0", ""]);
        assert_eq!([cut("abcdef", 4), cut("abcd", 4)], ["abc…", "abcd"]);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(12), "12");
        assert_eq!(count(-1_000), "−1,000");
    }
}
