//! What a table was found to be made of.

use crate::io::numbers::DecimalMark;
use crate::io::options::{DateOrder, ReadOptions};

/// What was found out about a file, and what was said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFormat {
    pub source: Source,
    /// The row with the names of the columns, as a spreadsheet counts; 0: there is none.
    pub header_row: u64,
    /// What was said of the whole file; otherwise every column tells for itself.
    pub decimal_mark: Option<DecimalMark>,
    pub date_order: Option<DateOrder>,
}

/// What a table comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Text {
        /// As the WHATWG calls it: "UTF-8", "windows-1252".
        encoding: &'static str,
        /// Comma, semicolon, tab or bar.
        delimiter: u8,
    },
    Workbook {
        sheet: String,
        /// All sheets that can be read, in their order.
        sheets: Vec<String>,
    },
    /// The features of a layer.
    Layer {
        /// Of a file with several layers the one that was read.
        part: String,
        /// Its coordinate system, in words.
        system: String,
    },
}

impl TableFormat {
    pub(super) fn of(source: Source, header_row: u64) -> Self {
        Self { source, header_row, decimal_mark: None, date_order: None }
    }

    pub(super) fn with(mut self, options: &ReadOptions) -> Self {
        self.decimal_mark = options.decimal_mark;
        self.date_order = options.date_order;
        self
    }

    pub fn has_header(&self) -> bool {
        self.header_row > 0 || matches!(self.source, Source::Layer { .. })
    }

    /// The separator of a text.
    pub fn delimiter(&self) -> Option<u8> {
        match self.source {
            Source::Text { delimiter, .. } => Some(delimiter),
            Source::Workbook { .. } | Source::Layer { .. } => None,
        }
    }

    /// "UTF-8, separated by semicolons, first row is the header".
    pub fn words(&self) -> String {
        let source = match &self.source {
            Source::Text { encoding, delimiter } => format!("{encoding}, separated by {}", delimiter_words(*delimiter)),
            Source::Workbook { sheet, sheets } if sheets.len() > 1 => {
                format!("Sheet \"{sheet}\", one of {}", sheets.len())
            }
            Source::Workbook { sheet, .. } => format!("Sheet \"{sheet}\""),
            Source::Layer { system, .. } => return format!("Coordinates: {system}"),
        };
        let header = match self.header_row {
            0 => "no header row".to_owned(),
            1 => "first row is the header".to_owned(),
            row => format!("row {row} is the header"),
        };
        format!("{source}, {header}")
    }
}

/// "semicolons".
pub fn delimiter_words(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tabs".to_owned(),
        b';' => "semicolons".to_owned(),
        b'|' => "bars".to_owned(),
        b',' => "commas".to_owned(),
        b' ' => "spaces".to_owned(),
        other => format!("\"{}\"", char::from(other)),
    }
}
