//! Finding out how the characters of a text file are written.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_8859_15, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::UserError;
use crate::io::count_of;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::options::ENCODINGS;

/// A text with every line ended by one `\n`, the last one included.
pub(super) struct Decoded {
    pub text: String,
    pub encoding: &'static str,
}

/// Decodes a text file, or says what the file is instead.
pub(super) fn decode(
    file: &str,
    bytes: Vec<u8>,
    wanted: Option<&str>,
    complete: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Decoded, UserError> {
    let mut bytes = bytes;
    let marked = Encoding::for_bom(&bytes);
    let encoding = match (wanted, marked) {
        (Some(label), _) => by_name(label).ok_or_else(|| {
            let known: Vec<&str> = ENCODINGS.iter().map(|(name, _)| *name).collect();
            UserError::new(format!("Could not read {file}"))
                .because(format!("there is no encoding \"{label}\""))
                .hint(format!("those known are {}", known.join(", ")))
        })?,
        (None, Some((encoding, _))) => encoding,
        (None, None) => {
            refuse_binary(file, &bytes)?;
            guess(&bytes, complete)
        }
    };
    if let Some((of_mark, length)) = marked
        && of_mark == encoding
    {
        bytes.drain(..length);
    }
    if !complete {
        // The start of a file may end inside a character.
        bytes.truncate(bytes.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1));
    }
    if encoding == UTF_16LE || encoding == UTF_16BE {
        bytes.truncate(bytes.len() & !1);
    }
    let (text, damaged) = if encoding == UTF_8 {
        match String::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
        }
    } else {
        let (text, damaged) = encoding.decode_without_bom_handling(&bytes);
        (text.into_owned(), damaged)
    };
    if damaged {
        let count = text.matches('\u{fffd}').count();
        diagnostics.push(
            Diagnostic::warning(
                Place::file(file),
                format!("{} could not be read as {}", count_of(count, "character"), encoding.name()),
            )
            .hint("they are shown as \u{fffd}; choose another encoding, or export the file as UTF-8"),
        );
    }
    let (text, zeros) = with_plain_lines(text);
    if zeros > 0 {
        diagnostics.push(
            Diagnostic::warning(Place::file(file), format!("{} found in the text", count_of(zeros, "zero byte")))
                .hint("they are left out"),
        );
    }
    Ok(Decoded { text, encoding: encoding.name() })
}

/// An encoding by its WHATWG label or by what people call it.
fn by_name(label: &str) -> Option<&'static Encoding> {
    let plain: String =
        label.trim().to_lowercase().chars().map(|c| if c == '_' || c == ' ' { '-' } else { c }).collect();
    match plain.as_str() {
        "latin-9" | "latin9" => Some(ISO_8859_15),
        "mac-roman" | "macroman" | "mac" => Some(MACINTOSH),
        "ansi" | "windows" => Some(WINDOWS_1252),
        "shift-jis" => Encoding::for_label(b"shift_jis"),
        other => Encoding::for_label(other.as_bytes()).or_else(|| Encoding::for_label(label.trim().as_bytes())),
    }
}

/// The text with `\n` for every line end and without zero bytes, and how many there were of these. Takes no second copy of it.
fn with_plain_lines(text: String) -> (String, usize) {
    let mut bytes = text.into_bytes();
    let mut zeros = 0;
    if let Some(first) = bytes.iter().position(|&byte| byte == b'\r' || byte == 0) {
        let mut to = first;
        for from in first..bytes.len() {
            let byte = match bytes[from] {
                0 => {
                    zeros += 1;
                    continue;
                }
                b'\r' if bytes.get(from + 1) == Some(&b'\n') => continue,
                b'\r' => b'\n',
                byte => byte,
            };
            bytes[to] = byte;
            to += 1;
        }
        bytes.truncate(to);
    }
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    // Only whole characters were taken out or exchanged, so this copies nothing.
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    (text, zeros)
}

fn guess(bytes: &[u8], complete: bool) -> &'static Encoding {
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
    let start = &bytes[..bytes.len().min(4 << 20)];
    detector.feed(start, true);
    let guess = detector.guess(None, Utf8Detection::Allow);
    if guess.is_single_byte() { western(start, guess) } else { guess }
}

/// Tells two encodings from Windows' that the detector does not know: Mac Roman, whose letters with accents are Windows' quotation marks
/// and dashes, and Latin-9, which has the € where Windows has the ¤ that nobody writes.
fn western(bytes: &[u8], guess: &'static Encoding) -> &'static Encoding {
    const LETTERS: &str = "äöüßÄÖÜéèêëàâáãçñíìîïóòôõúùûåøæœÉÈÀÂÁÇÑÍÓÚÅØÆ";
    // Letters that stand between or beside ASCII letters, as they do in names of people and towns.
    let fitting = |encoding: &'static Encoding| {
        let mut fitting = 0_usize;
        for (at, &byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte >= 0x80) {
            let beside = |other: Option<&u8>| other.is_some_and(u8::is_ascii_alphabetic);
            if beside(at.checked_sub(1).and_then(|at| bytes.get(at))) || beside(bytes.get(at + 1)) {
                let (text, _) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
                fitting += usize::from(text.chars().all(|letter| LETTERS.contains(letter)));
            }
        }
        fitting
    };
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let mac = fitting(MACINTOSH);
    if mac * 10 > high * 7 && mac > 2 * fitting(guess) {
        return MACINTOSH;
    }
    let has_c1 = bytes.iter().any(|byte| (0x80..0xA0).contains(byte));
    if guess == WINDOWS_1252 && !has_c1 && bytes.contains(&0xA4) {
        return ISO_8859_15;
    }
    guess
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
        (b"PK\x03\x04", "it is a ZIP archive without a workbook in it", "unpack it, and choose the table"),
        (b"\xD0\xCF\x11\xE0", "it is an old Office document", "save the sheet as CSV"),
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
