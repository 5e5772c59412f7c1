//! Rows as SQLite writes them: numbers of variable length, how much of a row is on its page, and the values of a record.

use rusqlite::types::Value;

/// SQLite keeps no larger row.
const MOST_BYTES: u64 = 1_000_000_000;

/// How long a row is, and how much of it is on its page; the rest follows on pages of its own.
pub struct Payload {
    pub length: usize,
    pub here: usize,
}

impl Payload {
    /// By the rules of SQLite's file format, for pages of this size.
    pub fn of(length: u64, page: usize, is_row: bool) -> Option<Self> {
        let length = usize::try_from(length).ok().filter(|_| length <= MOST_BYTES)?;
        let least = (page - 12) * 32 / 255 - 23;
        let most = if is_row { page - 35 } else { (page - 12) * 64 / 255 - 23 };
        let here = if length <= most {
            length
        } else {
            let fitting = least + (length - least) % (page - 4);
            if fitting <= most { fitting } else { least }
        };
        Some(Self { length, here })
    }
}

/// The number that begins there, and where what follows it begins.
pub fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for nth in 0..8 {
        let byte = *bytes.get(at + nth)?;
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + nth + 1));
        }
    }
    Some((number << 8 | u64::from(*bytes.get(at + 8)?), at + 9))
}

/// The values of a record; `None` where it is none.
pub fn values(record: &[u8]) -> Option<Vec<Value>> {
    let (header, mut at) = varint(record, 0)?;
    let header = usize::try_from(header).ok().filter(|&header| header <= record.len())?;
    let mut content = header;
    let mut values = Vec::new();
    while at < header {
        let (kind, behind) = varint(record, at)?;
        at = behind;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let bytes = record.get(content..content.checked_add(length)?)?;
        content += length;
        values.push(match kind {
            0 => Value::Null,
            1..=6 => Value::Integer(whole(bytes)),
            7 => Value::Real(f64::from_bits(whole(bytes) as u64)),
            8 | 9 => Value::Integer(kind as i64 - 8),
            // A text that is no text any more is kept as far as it is one.
            _ if kind % 2 == 1 => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            _ => Value::Blob(bytes.to_vec()),
        });
    }
    (content == record.len() && at == header).then_some(values)
}

/// A whole number with its sign, the largest byte first.
fn whole(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|&byte| byte >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, &byte| number << 8 | i64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_to_nine_bytes_are_read() {
        for (bytes, number) in [
            (vec![0x05], 5),
            (vec![0x81, 0x00], 128),
            (vec![0x82, 0x80, 0x01], 32_769),
            (vec![0xff; 9], u64::MAX),
            (vec![0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x07], 7),
        ] {
            assert_eq!(varint(&bytes, 0), Some((number, bytes.len())));
            assert_eq!(varint(&bytes[..bytes.len() - 1], 0), None);
        }
    }

    #[test]
    fn a_record_is_its_values_or_nothing() {
        let record = [7, 0, 1, 8, 7, 15, 14, 0xfe, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, b'a', 9];
        let expected = [
            Value::Null,
            Value::Integer(-2),
            Value::Integer(0),
            Value::Real(1.0),
            Value::Text("a".into()),
            Value::Blob(vec![9]),
        ];
        assert_eq!(values(&record).unwrap(), expected);
        assert_eq!(values(&record[..record.len() - 1]), None);
        assert_eq!(values(&[2, 10]), None);
        assert_eq!(values(&[200, 1]), None);
    }
}
