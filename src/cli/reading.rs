//! How a table from outside is read, and which columns of accounts are what: the options that several commands share.

use clap::Args;

use super::Result;
use crate::error::UserError;
use crate::io::files::data_folder;
use crate::io::options::{DateOrder, DecimalMark, ReadOptions, delimiter_of_word};
use crate::work::columns::{AccountColumns, Choice};
use crate::work::presets::{self, Preset};

/// How a table is read; what is not said is found out from its contents
#[derive(Debug, Args)]
pub struct Reading {
    /// The sheet of a workbook, or the layer of a file that holds several
    #[arg(long, visible_alias = "layer", value_name = "NAME")]
    sheet: Option<String>,
    /// The row with the names of the columns, as a spreadsheet counts; 0: there is none
    #[arg(long, value_name = "ROW")]
    header_row: Option<u64>,
    /// What separates the fields of a text: comma, semicolon, tab, bar, or any sign
    #[arg(long, value_name = "SIGN", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// The encoding of a text: utf-8, utf-16le, windows-1252, windows-1250, iso-8859-15, macintosh, shift_jis, gbk, …
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// What stands before the decimals: point or comma
    #[arg(long, value_name = "MARK", value_parser = decimal_mark)]
    decimal: Option<DecimalMark>,
    /// In what order dates of numbers are written: dmy, mdy or ymd
    #[arg(long, value_name = "ORDER", value_parser = date_order)]
    dates: Option<DateOrder>,
    /// Of a layer of points: the number of its coordinate system in the EPSG registry, whatever the file says
    #[arg(long, value_name = "NUMBER")]
    epsg: Option<u32>,
    /// Columns and options of a preset, by its name or its .json file; what is given besides takes precedence
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Keep what the columns were taken for, and these options, as a preset
    #[arg(long, value_name = "NAME")]
    save_preset: Option<String>,
}

/// How a layer of areas is read; what is not said is found out from its contents
#[derive(Debug, Args)]
pub struct LayerReading {
    /// The layer of a file that holds several: of a GeoPackage, a shapefile in an archive, a folder of KML, an object of TopoJSON
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// The number of the coordinate system in the EPSG registry, whatever the file says
    #[arg(long, value_name = "NUMBER")]
    epsg: Option<u32>,
    /// The encoding of the table beside a shapefile, whatever its .cpg file says
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Areas with the same value in this column become one unit: numbers are added up, means weighted
    #[arg(long, value_name = "FIELD")]
    dissolve: Option<String>,
    /// Of that value, or of the code, the first characters alone count: 3 makes 3-digit ZIP areas
    #[arg(long, value_name = "CHARACTERS", value_parser = clap::value_parser!(u8).range(1..=40))]
    dissolve_prefix: Option<u8>,
    /// Columns and options of a preset, by its name or its .json file; what is given besides takes precedence
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Keep what the columns were taken for, and these options, as a preset
    #[arg(long, value_name = "NAME")]
    save_preset: Option<String>,
}

/// Columns of a table of accounts
#[derive(Debug, Args)]
pub struct AccountArguments {
    /// The column with the account's code
    #[arg(long, value_name = "COL")]
    id: Option<String>,
    /// The column with the account's name
    #[arg(long, value_name = "COL")]
    name: Option<String>,
    /// The column with the longitude, in degrees
    #[arg(long, value_name = "COL", requires = "lat")]
    lon: Option<String>,
    /// The column with the latitude, in degrees
    #[arg(long, value_name = "COL", requires = "lon")]
    lat: Option<String>,
    /// The column with the postal code
    #[arg(long, value_name = "COL")]
    postal: Option<String>,
    /// The column with the town
    #[arg(long, value_name = "COL")]
    town: Option<String>,
    /// The column with the state or province
    #[arg(long, value_name = "COL")]
    state: Option<String>,
    /// The column with the country
    #[arg(long, value_name = "COL")]
    country: Option<String>,
    /// The column with street and house number
    #[arg(long, value_name = "COL")]
    street: Option<String>,
    /// A column of numbers; may be given several times, and then no other column is a measure
    #[arg(long, value_name = "COL")]
    measure: Vec<String>,
    #[command(flatten)]
    reading: Reading,
}

impl AccountArguments {
    /// What was named, else what the preset says; and the preset to be saved when the columns are known.
    pub fn columns(&self) -> Result<(AccountColumns, Option<Preset>)> {
        let preset = self.reading.preset("accounts")?;
        let base = preset.as_ref().map(Preset::account_columns).unwrap_or_default();
        let columns = AccountColumns {
            id: or(&self.id, base.id),
            name: or(&self.name, base.name),
            lon: or(&self.lon, base.lon),
            lat: or(&self.lat, base.lat),
            postal: or(&self.postal, base.postal),
            town: or(&self.town, base.town),
            state: or(&self.state, base.state),
            country: or(&self.country, base.country),
            street: or(&self.street, base.street),
            measures: named(&self.measure).or(base.measures),
            attributes: base.attributes,
            read: self.reading.options(base.read),
        };
        let saving = self.reading.saving("accounts", &columns.read);
        Ok((columns, saving))
    }
}

impl Reading {
    pub fn preset(&self, what: &str) -> Result<Option<Preset>> {
        preset(self.preset.as_deref(), what)
    }

    pub fn options(&self, base: ReadOptions) -> ReadOptions {
        ReadOptions {
            part: self.sheet.clone().or(base.part),
            header_row: self.header_row.or(base.header_row),
            delimiter: self.delimiter.or(base.delimiter),
            encoding: self.encoding.clone().or(base.encoding),
            decimal_mark: self.decimal.or(base.decimal_mark),
            date_order: self.dates.or(base.date_order),
            epsg: self.epsg.or(base.epsg),
            ..base
        }
    }

    /// The preset to be saved when the columns are known.
    pub fn saving(&self, what: &str, read: &ReadOptions) -> Option<Preset> {
        saving(self.save_preset.as_deref(), what, read)
    }
}

impl LayerReading {
    pub fn preset(&self) -> Result<Option<Preset>> {
        preset(self.preset.as_deref(), "units")
    }

    pub fn options(&self, base: ReadOptions) -> ReadOptions {
        ReadOptions {
            part: self.layer.clone().or(base.part),
            encoding: self.encoding.clone().or(base.encoding),
            epsg: self.epsg.or(base.epsg),
            dissolve: self.dissolve.clone().or(base.dissolve),
            dissolve_prefix: self.dissolve_prefix.map(usize::from).or(base.dissolve_prefix),
            ..base
        }
    }

    pub fn saving(&self, read: &ReadOptions) -> Option<Preset> {
        saving(self.save_preset.as_deref(), "units", read)
    }
}

fn preset(name: Option<&str>, what: &str) -> Result<Option<Preset>> {
    let Some(name) = name else { return Ok(None) };
    let preset = presets::find(&data_folder(), name)?;
    if preset.what != what {
        return Err(UserError::new(format!("The preset \"{}\" is for {}, not for {what}", preset.name, preset.what))
            .hint("choose another preset"));
    }
    Ok(Some(preset))
}

fn saving(name: Option<&str>, what: &str, read: &ReadOptions) -> Option<Preset> {
    Some(Preset { name: name?.to_owned(), what: what.to_owned(), read: read.clone(), ..Preset::default() })
}

fn delimiter(word: &str) -> std::result::Result<u8, String> {
    delimiter_of_word(word).ok_or_else(|| "expected comma, semicolon, tab, bar or a single sign".to_owned())
}

fn decimal_mark(word: &str) -> std::result::Result<DecimalMark, String> {
    DecimalMark::of_word(word).ok_or_else(|| "expected point or comma".to_owned())
}

fn date_order(word: &str) -> std::result::Result<DateOrder, String> {
    DateOrder::of_word(word).ok_or_else(|| "expected dmy, mdy or ymd".to_owned())
}

/// What is named, else what the preset says.
pub fn or(named: &Option<String>, base: Choice) -> Choice {
    named.clone().map_or(base, Choice::Column)
}

pub fn named(columns: &[String]) -> Option<Vec<String>> {
    (!columns.is_empty()).then(|| columns.to_vec())
}
