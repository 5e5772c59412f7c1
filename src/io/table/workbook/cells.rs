//! The values of cells as texts.

use std::fmt::Write as _;

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime};

use crate::domain::progress::Progress;
use crate::error::UserError;
use crate::io::archive::{Archive, Limits};

/// What a cell's number format says about its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    /// `00000`, `00000-0000`: a code, with its leading zeros.
    Digits(String),
    /// 0.125 is 12.5 %.
    Percent,
}

impl Style {
    pub fn of(style: &calamine::Style) -> Self {
        style.number_format.as_ref().map_or(Self::Plain, |format| Self::of_code(&format.format_code))
    }

    fn of_code(code: &str) -> Self {
        let code = code.split(';').next().unwrap_or_default();
        let plain: String = code.chars().filter(|character| !matches!(character, '\\' | '"')).collect();
        let zeros = plain.matches('0').count();
        if zeros > 1
            && plain.starts_with('0')
            && plain.ends_with('0')
            && plain.chars().all(|c| matches!(c, '0' | '-' | ' ' | '/'))
        {
            return Self::Digits(plain);
        }
        let percent = plain.ends_with('%') && plain.chars().all(|c| matches!(c, '0' | '#' | '.' | ',' | '%' | ' '));
        if percent { Self::Percent } else { Self::Plain }
    }
}

/// Writes the value of a cell. An error in it is empty, and named.
pub(super) fn write(value: &DataRef<'_>, style: &Style, text: &mut String, error: &mut Option<&'static str>) {
    match value {
        DataRef::Empty => {}
        DataRef::String(string) => text.push_str(string),
        DataRef::SharedString(string) => text.push_str(string),
        DataRef::Int(number) => write_number(*number as f64, style, text),
        DataRef::Float(number) => write_number(*number, style, text),
        DataRef::Bool(true) => text.push_str("TRUE"),
        DataRef::Bool(false) => text.push_str("FALSE"),
        DataRef::DateTime(date) => write_date(date, text),
        DataRef::DateTimeIso(date) => text.push_str(date.strip_suffix("T00:00:00").unwrap_or(date)),
        DataRef::DurationIso(duration) => text.push_str(duration),
        DataRef::Error(found) => *error = Some(error_words(found)),
    }
}

/// A value that is owned as one that is borrowed.
pub(super) fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(string) => DataRef::SharedString(string),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::DateTimeIso(date) => DataRef::DateTimeIso(date.clone()),
        Data::DurationIso(duration) => DataRef::DurationIso(duration.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
        // Rich text is its text.
        #[expect(unreachable_patterns, reason = "the library may learn other kinds of values")]
        _ => DataRef::Empty,
    }
}

/// A number with all its digits: 1234567890123 and 0.1, never 1.23e12.
fn write_number(number: f64, style: &Style, text: &mut String) {
    // Writing into a text cannot fail.
    let _ = match style {
        Style::Digits(pattern) if number >= 0.0 && number.fract() == 0.0 && number < 1e15 => {
            return write_digits(number as u64, pattern, text);
        }
        // A hundred times 0.07 is 7.000000000000001.
        Style::Percent if number.abs() < 1e9 => {
            let percent = (number * 1e14).round() / 1e12;
            write!(text, "{percent}%")
        }
        _ if number.is_finite() => write!(text, "{number}"),
        _ => Ok(()),
    };
}

/// Digits put into a pattern of zeros from the right: 21391234 in `00000-0000` is 02139-1234.
fn write_digits(number: u64, pattern: &str, text: &mut String) {
    let zeros = pattern.matches('0').count();
    let digits = format!("{number:0zeros$}");
    // What is too long stands before the first place.
    let (front, rest) = digits.split_at(digits.len() - zeros);
    text.push_str(front);
    let mut rest = rest.chars();
    for place in pattern.chars() {
        match place {
            '0' => text.extend(rest.next()),
            other => text.push(other),
        }
    }
}

/// A date as 2026-12-31, with a time where it is not midnight; a time of day as 14:05:00; a duration as hours, minutes and seconds.
fn write_date(date: &ExcelDateTime, text: &mut String) {
    let value = date.as_f64();
    let written = if !value.is_finite() {
        Ok(())
    } else if date.is_duration() {
        let seconds = (value * 86_400.0).round();
        let sign = if seconds < 0.0 { "-" } else { "" };
        let seconds = seconds.abs() as u64;
        write!(text, "{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else if !(0.0..2_958_466.0).contains(&value) {
        // Beyond the calendar of a spreadsheet, which shows ##### there.
        write!(text, "{value}")
    } else {
        let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
        if value < 1.0 {
            write!(text, "{hour:02}:{minute:02}:{second:02}")
        } else if (hour, minute, second) == (0, 0, 0) {
            write!(text, "{year:04}-{month:02}-{day:02}")
        } else {
            write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
        }
    };
    // Writing into a text cannot fail.
    let _ = written;
}

fn error_words(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#DATA!",
    }
}

/// Makes sure that the number of strings that an XLSX file announces can be true: the library makes room for it at once.
pub(super) fn check_string_count(file: &str, bytes: &[u8], progress: &Progress) -> Result<(), UserError> {
    let mut unsaid = Vec::new();
    let mut archive = Archive::from_bytes(file, bytes, Limits::WORKBOOK, &mut unsaid)?;
    let is_strings = |name: &str| name.to_lowercase().ends_with("sharedstrings.xml");
    let strings: Vec<_> = archive.entries().iter().filter(|entry| is_strings(&entry.name)).cloned().collect();
    for entry in strings {
        let content = archive.read(&entry, progress)?;
        let start = String::from_utf8_lossy(&content[..content.len().min(4096)]);
        let announced = start.split("uniqueCount=").nth(1).map(|rest| {
            let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
            digits.parse::<u64>().unwrap_or(if digits.is_empty() { 0 } else { u64::MAX })
        });
        // `<si/>` is the shortest string.
        if announced.is_some_and(|count| count > content.len() as u64 / 5 + 1) {
            return Err(UserError::new(format!("Could not read {file}"))
                .because(format!("{} announces more strings than it has", entry.name))
                .hint("open it in a spreadsheet program and save it again"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: f64, format: &str) -> String {
        let mut text = String::new();
        write_number(number, &Style::of_code(format), &mut text);
        text
    }

    #[test]
    fn numbers_keep_their_digits_and_codes_their_zeros() {
        assert_eq!(number(1_234_567_890_123.0, "General"), "1234567890123");
        assert_eq!(number(0.1, "General"), "0.1");
        assert_eq!(number(2139.0, "00000"), "02139");
        assert_eq!(number(21_391_234.0, "00000\\-0000"), "02139-1234");
        assert_eq!(number(123_456.0, "00000"), "123456");
        assert_eq!(number(2139.5, "00000"), "2139.5");
        assert_eq!(number(-7.0, "00000"), "-7");
        assert_eq!(number(0.07, "0%"), "7%");
        assert_eq!(number(0.125, "0.00%"), "12.5%");
        assert_eq!(number(1234.5, "#,##0.00"), "1234.5");
        assert_eq!(number(5.0, "0"), "5");
        assert_eq!(number(f64::NAN, "General"), "");
    }
}
