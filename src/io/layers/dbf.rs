//! The table beside a shapefile. Read here and not by a library because every text must be kept as it is written ("00123"), a
//! broken value or header date must not lose the row, and deleted rows must stay in step with the shapes.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::RawColumn;
use super::found::MAX_CELLS;
use crate::error::UserError;
use crate::io::diagnostic::{Diagnostic, Place};
use crate::io::{count_of, numbers};

/// The columns, and per row whether it is marked as deleted.
pub(super) struct DbfTable {
    pub columns: Vec<RawColumn>,
    pub deleted: Vec<bool>,
}

struct Field {
    name: Vec<u8>,
    kind: u8,
    start: usize,
    length: usize,
}

/// Reads a dBASE table. `code_page` is the text of the .cpg file, if there is one.
pub(super) fn read(
    file: &str,
    bytes: &[u8],
    code_page: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<DbfTable, UserError> {
    let damaged = |why: &str| {
        UserError::new(format!("Could not read {file}")).because(why).hint("copy or download the file again")
    };
    if bytes.len() < 33 {
        return Err(damaged("the file is too short for a dBASE table"));
    }
    let header_length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let row_length = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    let promised = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    if header_length < 33 || header_length > bytes.len() || row_length < 1 {
        return Err(damaged("its header does not fit its size"));
    }
    let fields = read_fields(&bytes[..header_length], row_length);
    if fields.is_empty() {
        return Err(damaged("it has no columns"));
    }
    let body = &bytes[header_length..];
    // What is there counts, not what the header promises.
    let count = (body.len() / row_length).min(promised);
    if count < promised {
        let message = format!("the header promises {}, there are {count}", count_of(promised, "row"));
        diagnostics.push(Diagnostic::warning(Place::file(file), message).hint("the file is cut off"));
    }
    // Columns of no width and rows of one byte would make many values of few bytes.
    if count.saturating_mul(fields.len()) > MAX_CELLS {
        return Err(damaged(&format!("it has more than {}", count_of(MAX_CELLS, "value"))));
    }
    let rows = || body.chunks_exact(row_length).take(count);
    let encoding = choose_encoding(code_page, bytes[29], rows(), &fields);
    let mut undecodable = 0;
    let columns = fields
        .iter()
        .map(|field| {
            let values = rows().map(|row| {
                let (text, bad) = value(&row[field.start..field.start + field.length], field.kind, encoding);
                undecodable += usize::from(bad);
                text
            });
            RawColumn { name: encoding.decode(&field.name).0.trim().to_owned(), values: values.collect() }
        })
        .collect();
    if undecodable > 0 {
        let message = format!("{} could not be read as {}", count_of(undecodable, "text"), encoding.name());
        diagnostics.push(
            Diagnostic::warning(Place::file(file), message).hint("put the name of the right encoding into a .cpg file"),
        );
    }
    Ok(DbfTable { columns, deleted: rows().map(|row| row[0] == b'*').collect() })
}

fn read_fields(header: &[u8], row_length: usize) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut start = 1;
    for entry in header[32..].chunks_exact(32) {
        if entry[0] == 0x0D {
            break;
        }
        let name = entry[..11].split(|&byte| byte == 0).next().unwrap_or_default().to_vec();
        let kind = entry[11];
        // Character fields longer than 255 bytes keep the high byte where numbers have their decimals.
        let high = if kind == b'C' { usize::from(entry[17]) << 8 } else { 0 };
        let length = usize::from(entry[16]) + high;
        if start + length > row_length {
            break;
        }
        fields.push(Field { name, kind, start, length });
        start += length;
    }
    fields
}

/// The value as text, and whether it had bytes that the encoding does not know.
fn value(bytes: &[u8], kind: u8, encoding: &'static Encoding) -> (String, bool) {
    match (kind, bytes) {
        (b'I', &[a, b, c, d]) => (i32::from_le_bytes([a, b, c, d]).to_string(), false),
        (b'B' | b'O', &[a, b, c, d, e, f, g, h]) => (f64::from_le_bytes([a, b, c, d, e, f, g, h]).to_string(), false),
        // Memos are positions in another file.
        (b'M' | b'G' | b'P', _) => (String::new(), false),
        (b'N' | b'F', _) => {
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim_matches([' ', '\0']);
            // Asterisks stand for a number that did not fit.
            let missing = text.starts_with('*') || numbers::is_missing(text);
            (if missing { String::new() } else { plain_number(text) }, false)
        }
        _ => {
            let (text, bad) = encoding.decode_without_bom_handling(bytes);
            (text.trim_end_matches([' ', '\0']).trim_start().to_owned(), bad)
        }
    }
}

/// `57307.000` is 57307: the decimals belong to the column's width, not to the value.
fn plain_number(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, decimals)) if !whole.is_empty() && !text.contains(['e', 'E']) => {
            let decimals = decimals.trim_end_matches('0');
            if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") }
        }
        _ => text.to_owned(),
    }
}

/// The encoding: by the .cpg file, else by the code page in the header, else UTF-8 if all texts are that, else Windows-1252.
fn choose_encoding<'a>(
    code_page: Option<&str>,
    mark: u8,
    rows: impl Iterator<Item = &'a [u8]>,
    fields: &[Field],
) -> &'static Encoding {
    if let Some(encoding) = code_page.and_then(encoding_by_name) {
        return encoding;
    }
    let by_mark: Option<&[u8]> = match mark {
        0x03 | 0x58 | 0x59 => Some(b"windows-1252"),
        0x65 | 0x26 => Some(b"ibm866"),
        0xC8 => Some(b"windows-1250"),
        0xC9 => Some(b"windows-1251"),
        0xCA => Some(b"windows-1254"),
        0xCB => Some(b"windows-1253"),
        0x7B | 0x13 => Some(b"shift_jis"),
        0x4D | 0x7A => Some(b"gbk"),
        0x78 | 0x4F => Some(b"big5"),
        0x79 | 0x4E => Some(b"euc-kr"),
        _ => None,
    };
    let texts: Vec<&Field> = fields.iter().filter(|field| field.kind == b'C').collect();
    let mut rows = rows;
    // Many programs write UTF-8 under the mark of the Windows code page; text that is valid UTF-8 by chance hardly exists.
    let utf8 = rows.all(|row| {
        texts.iter().all(|field| std::str::from_utf8(&row[field.start..field.start + field.length]).is_ok())
    });
    if utf8 {
        return UTF_8;
    }
    by_mark.and_then(Encoding::for_label).unwrap_or(WINDOWS_1252)
}

/// What .cpg files contain: "UTF-8", "1252", "ANSI 1252", "ISO 88591", "CP1251".
fn encoding_by_name(name: &str) -> Option<&'static Encoding> {
    let name = name.trim().trim_start_matches('\u{feff}').to_lowercase();
    if let Some(encoding) = Encoding::for_label(name.as_bytes()) {
        return Some(encoding);
    }
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    let label = match digits.as_str() {
        "8" | "65001" => "utf-8".to_owned(),
        "936" => "gbk".to_owned(),
        "932" => "shift_jis".to_owned(),
        "949" => "euc-kr".to_owned(),
        "950" => "big5".to_owned(),
        "866" => "ibm866".to_owned(),
        latin if latin.starts_with("8859") && latin.len() > 4 => format!("iso-8859-{}", &latin[4..]),
        windows => format!("windows-{windows}"),
    };
    Encoding::for_label(label.as_bytes())
}
