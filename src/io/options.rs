//! How a file shall be read where what is found out from its contents is not what is wanted.

pub use super::numbers::DecimalMark;

/// What the user says about a file. `None` everywhere means: find it out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// A sheet of a workbook, a layer of a GeoPackage, a folder of a KML file, a file in an archive: by its name.
    pub part: Option<String>,
    /// The row that holds the names of the columns, as a spreadsheet counts; 0: there is none.
    pub header_row: Option<u64>,
    /// Of delimited text: comma, semicolon, tab, bar.
    pub delimiter: Option<u8>,
    /// Of text, as the WHATWG calls it: "windows-1252", "utf-16le".
    pub encoding: Option<String>,
    pub decimal_mark: Option<DecimalMark>,
    pub date_order: Option<DateOrder>,
    /// Of a layer: the number of its coordinate system in the EPSG registry, whatever the file says.
    pub epsg: Option<u32>,
    /// Shapes with the same value in this column become one.
    pub dissolve: Option<String>,
    /// Of that value the first characters alone count: 3 makes 3-digit areas of postal codes.
    pub dissolve_prefix: Option<usize>,
}

/// The encodings that are worth a choice, by their WHATWG names, and what people know them as.
pub const ENCODINGS: [(&str, &str); 12] = [
    ("UTF-8", "UTF-8"),
    ("UTF-16LE", "UTF-16 (Excel's \"Unicode text\")"),
    ("UTF-16BE", "UTF-16, big end first"),
    ("windows-1252", "Windows, western"),
    ("windows-1250", "Windows, central European"),
    ("windows-1251", "Windows, Cyrillic"),
    ("windows-1254", "Windows, Turkish"),
    ("ISO-8859-15", "Latin-9, western with €"),
    ("macintosh", "Mac Roman"),
    ("Shift_JIS", "Shift-JIS, Japanese"),
    ("GBK", "GBK, Chinese"),
    ("EUC-KR", "EUC-KR, Korean"),
];

/// In what order a date of numbers alone is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// 31.12.2026
    DayMonthYear,
    /// 12/31/2026
    MonthDayYear,
    /// 2026-12-31
    YearMonthDay,
}

impl DateOrder {
    pub const ALL: [Self; 3] = [Self::DayMonthYear, Self::MonthDayYear, Self::YearMonthDay];

    /// What commands and presets call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::DayMonthYear => "dmy",
            Self::MonthDayYear => "mdy",
            Self::YearMonthDay => "ymd",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// Of columns of units: what becomes of rows that have the code of a row before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRepeat {
    /// All rows of that code are left out, and listed.
    #[default]
    LeaveOut,
    First,
    Last,
    /// Numbers that can be added up are; of means the mean is taken, of words the first.
    AddUp,
}

impl OnRepeat {
    pub const ALL: [Self; 4] = [Self::LeaveOut, Self::First, Self::Last, Self::AddUp];

    /// What commands call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::LeaveOut => "leave-out",
            Self::First => "first",
            Self::Last => "last",
            Self::AddUp => "add-up",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.word().eq_ignore_ascii_case(word.trim()))
    }
}

impl DecimalMark {
    /// What commands and presets call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }

    pub fn of_word(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "point" | "." => Some(Self::Point),
            "comma" | "," => Some(Self::Comma),
            _ => None,
        }
    }
}

/// A delimiter by its name or sign: "tab", "semicolon", ";".
pub fn delimiter_of_word(word: &str) -> Option<u8> {
    match word.to_lowercase().as_str() {
        "tab" | "\\t" => Some(b'\t'),
        "comma" => Some(b','),
        "semicolon" => Some(b';'),
        "bar" | "pipe" => Some(b'|'),
        "space" => Some(b' '),
        _ => match word.as_bytes() {
            [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && !matches!(one, b'"' | b'\n' | b'\r') => {
                Some(*one)
            }
            _ => None,
        },
    }
}
