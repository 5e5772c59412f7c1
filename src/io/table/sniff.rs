//! Finding out what a text file is made of: encoding, delimiter, header row.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::UserError;
use crate::io::count_of;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::numbers::{self, Cell, DecimalMark};

/// A text with every line ended by one `\n`, the last one included.
pub(super) struct Decoded {
    pub text: String,
    pub encoding: &'static str,
}

/// Decodes a text file, or says what the file is instead.
pub(super) fn decode(
    file: &str,
    bytes: &[u8],
    complete: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Decoded, UserError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => {
            refuse_binary(file, bytes)?;
            (guess_encoding(bytes, complete), bytes)
        }
    };
    // The start of a file may end inside a character.
    let bytes = if complete { bytes } else { &bytes[..bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1)] };
    let bytes = if encoding == UTF_16LE || encoding == UTF_16BE { &bytes[..bytes.len() & !1] } else { bytes };
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    if damaged {
        let count = text.matches('\u{fffd}').count();
        diagnostics.push(
            Diagnostic::warning(
                Place::file(file),
                format!("{} could not be read as {}", count_of(count, "character"), encoding.name()),
            )
            .hint("they are shown as \u{fffd}; export the file as UTF-8"),
        );
    }
    let zeros = text.matches('\0').count();
    if zeros > 0 {
        diagnostics.push(
            Diagnostic::warning(Place::file(file), format!("{} found in the text", count_of(zeros, "zero byte")))
                .hint("they are left out"),
        );
    }
    let mut text: String = if text.contains(['\r', '\0']) {
        text.replace('\0', "").replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.into_owned()
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Decoded { text, encoding: encoding.name() })
}

/// The delimiter, and the text without a line `sep=;` that Excel puts before the header.
pub(super) fn delimiter(text: &str) -> (u8, &str) {
    if let Some((first, rest)) = text.split_once('\n')
        && let Some(mark) = first.trim_end().strip_prefix("sep=")
        && let [mark] = mark.as_bytes()
    {
        return (*mark, rest);
    }
    let mut best = (b',', 0.0);
    for candidate in [b',', b';', b'\t', b'|'] {
        let counts: Vec<usize> = reader(start_of(text), candidate)
            .records()
            .take(60)
            .filter_map(|record| Some(record.ok()?.len()))
            .collect();
        let Some(&columns) = counts.first().filter(|&&columns| columns > 1) else { continue };
        // The delimiter that gives most rows as many fields as the header has; of several the one that gives more.
        let agree = counts.iter().filter(|&&count| count == columns).count() as f64 / counts.len() as f64;
        let score = agree * (columns as f64).ln();
        if score > best.1 {
            best = (candidate, score);
        }
    }
    (best.0, text)
}

/// Whether the first row is a header: its cells differ in kind from the cells below them.
pub(super) fn has_header(text: &str, delimiter: u8) -> bool {
    let rows: Vec<csv::StringRecord> =
        reader(start_of(text), delimiter).records().take(40).filter_map(Result::ok).collect();
    let Some((first, rest)) = rows.split_first() else { return true };
    let is_number = |cell: &str| {
        matches!(numbers::read(cell, DecimalMark::Point), Cell::Number(_))
            || matches!(numbers::read(cell, DecimalMark::Comma), Cell::Number(_))
    };
    let (mut header, mut data) = (0, 0);
    // A year may well be the name of a column.
    let is_year = |cell: &str| cell.trim().parse::<u16>().is_ok_and(|year| (1900..2100).contains(&year));
    for (column, cell) in first.iter().enumerate() {
        let below = rest.iter().filter_map(|row| row.get(column)).filter(|cell| !numbers::is_missing(cell));
        let (mut filled, mut numeric) = (0, 0);
        for value in below {
            filled += 1;
            numeric += usize::from(is_number(value));
        }
        if filled > 0 && numeric * 2 > filled && !cell.trim().is_empty() && !is_year(cell) {
            if is_number(cell) { data += 1 } else { header += 1 }
        }
    }
    if header + data == 0 {
        // Only texts: names are short, differ from each other and do not come again below.
        let cells: Vec<&str> = first.iter().map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let mut distinct = cells.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let numeric = cells.iter().any(|cell| is_number(cell) && !is_year(cell));
        return distinct.len() == cells.len() && !numeric;
    }
    header >= data
}

/// A reader that takes rows of any length.
pub(super) fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text.as_bytes())
}

/// Enough of a text to judge it by, cut at a line.
fn start_of(text: &str) -> &str {
    const ENOUGH: usize = 1 << 16;
    if text.len() <= ENOUGH {
        return text;
    }
    match text.as_bytes()[..ENOUGH].iter().rposition(|&byte| byte == b'\n') {
        Some(at) => &text[..=at],
        None => text,
    }
}

fn guess_encoding(bytes: &[u8], complete: bool) -> &'static Encoding {
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding;
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => return UTF_8,
        // The start of a file may end inside a character.
        Err(error) if !complete && error.error_len().is_none() => return UTF_8,
        Err(_) => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // The first megabytes tell; feeding all of a large file takes seconds.
    detector.feed(&bytes[..bytes.len().min(4 << 20)], true);
    detector.guess(None, Utf8Detection::Allow)
}

/// UTF-16 without a byte order mark: in western text every second byte is 0.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), start.len() / 2);
    if half < 2 {
        return None;
    }
    if odd * 10 > half * 7 && even * 20 < half {
        return Some(UTF_16LE);
    }
    (even * 10 > half * 7 && odd * 20 < half).then_some(UTF_16BE)
}

fn refuse_binary(file: &str, bytes: &[u8]) -> Result<(), UserError> {
    const KNOWN: [(&[u8], &str, &str); 7] = [
        (b"PK\x03\x04", "it is a ZIP archive or an Excel workbook", "save the sheet as CSV, or unpack the archive"),
        (b"\xD0\xCF\x11\xE0", "it is an old Excel workbook", "save the sheet as CSV"),
        (b"SQLite format 3\0", "it is a database, perhaps a project", "open it instead of importing it"),
        (b"%PDF", "it is a PDF document", "export the table as CSV"),
        (b"\x1F\x8B", "it is packed with gzip", "unpack it, or let its name end in .gz"),
        (b"\x00\x00\x27\x0A", "it is a shapefile", "import it as a layer of units"),
        (b"\x89PNG", "it is a picture", "choose a table"),
    ];
    let refusal = |why: &str, hint: &str| Err(UserError::new(format!("Could not read {file}")).because(why).hint(hint));
    if let Some((_, why, hint)) = KNOWN.iter().find(|(start, ..)| bytes.starts_with(start)) {
        return refusal(why, hint);
    }
    if utf16_without_mark(bytes).is_some() {
        return Ok(());
    }
    let start = &bytes[..bytes.len().min(1 << 16)];
    let control = start.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A)).count();
    if control * 50 > start.len() {
        return refusal("it is not a text file", "export the table as CSV");
    }
    Ok(())
}
