//! How a file shall be read where what is found out from its contents is not what is wanted.

use super::numbers::DecimalMark;

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
