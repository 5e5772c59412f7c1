//! What shall be written, of what, in which format: plain values that both front ends fill in.

mod lists;

use std::path::Path;

pub use lists::{Against, HubSpot, List, ListWish, Listed, ListedFile, Missing, Salesforce};

use crate::domain::ids::{AccountId, TerritoryId, UnitId};

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// One row per territory with its rep, loads, targets and shape.
    Territories,
    /// One row per unit with its territory and rep.
    Units,
    /// One row per account with its unit, territory and rep.
    Accounts,
    /// One row per territory with all its figures, and one for what is unassigned.
    Metrics,
    /// One row per group of this level (0 is the one next to territories), with what its territories carry together and their
    /// outline as one.
    Groups(u8),
    /// One row per area of this layer beside the units (0 is the first), with its own columns.
    Layer(u8),
}

/// The formats that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Shapefile,
    GeoJson,
    GeoPackage,
    Kml,
    Kmz,
    TopoJson,
    Csv,
    Xlsx,
}

/// Which rows are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    #[default]
    Everything,
    /// These territories, their units and accounts, and the groups that hold one of them. Layers beside the units are written whole.
    Territories(Vec<TerritoryId>),
    /// These units in this order, the accounts in them, the territories that own one of them.
    Units(Vec<UnitId>),
    /// These accounts in this order, the units they lie in, the territories that own one of them.
    Accounts(Vec<AccountId>),
}

/// What is wanted of an export, besides its file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    /// At least one.
    pub what: Vec<What>,
    pub scope: Scope,
    /// Columns by name, as far as a table has them; empty: all.
    pub columns: Vec<String>,
    /// How many decimals coordinates in degrees have in JSON and KML; `None`: as many as they need to be read back as they are.
    pub decimals: Option<u8>,
    /// A column per segment in the table of accounts, yes or no.
    pub segments: bool,
    /// Begin a CSV with a byte order mark, by which Excel knows that it is UTF-8.
    pub byte_order_mark: bool,
}

impl What {
    /// "territories", as on the command line; the level of groups has a name of its own.
    pub fn words(self) -> &'static str {
        match self {
            Self::Territories => "territories",
            Self::Units => "units",
            Self::Accounts => "accounts",
            Self::Metrics => "metrics",
            Self::Groups(_) => "groups",
            Self::Layer(_) => "layers",
        }
    }
}

impl Format {
    pub const ALL: [Self; 8] =
        [Self::Shapefile, Self::GeoJson, Self::GeoPackage, Self::Kml, Self::Kmz, Self::TopoJson, Self::Csv, Self::Xlsx];

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Shapefile => "Shapefile",
            Self::GeoJson => "GeoJSON",
            Self::GeoPackage => "GeoPackage",
            Self::Kml => "KML",
            Self::Kmz => "KMZ",
            Self::TopoJson => "TopoJSON",
            Self::Csv => "CSV",
            Self::Xlsx => "Excel",
        }
    }

    pub fn ending(self) -> &'static str {
        match self {
            Self::Shapefile => "shp",
            Self::GeoJson => "geojson",
            Self::GeoPackage => "gpkg",
            Self::Kml => "kml",
            Self::Kmz => "kmz",
            Self::TopoJson => "topojson",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The format that a file's ending names.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = crate::io::files::ending_of(path);
        match ending.as_str() {
            "json" => Some(Self::GeoJson),
            _ => Self::ALL.into_iter().find(|format| format.ending() == ending),
        }
    }

    /// Several tables fit into one file: layers, folders, objects, sheets. Of the other formats each gets a file of its own.
    pub fn holds_several(self) -> bool {
        !matches!(self, Self::Shapefile | Self::GeoJson | Self::Csv)
    }

    /// It has shapes and places, not only rows and columns.
    pub fn is_map(self) -> bool {
        !matches!(self, Self::Csv | Self::Xlsx)
    }

    /// Coordinates are written as decimal numbers, so that one can say how many decimals they shall have.
    pub fn has_decimals(self) -> bool {
        matches!(self, Self::GeoJson | Self::TopoJson | Self::Kml | Self::Kmz)
    }

    /// Figures have no place on a map, and only some formats take rows without one.
    pub fn takes(self, what: What) -> bool {
        what != What::Metrics || matches!(self, Self::Csv | Self::Xlsx | Self::GeoPackage)
    }
}

/// The bounds of [`Wish::decimals`]: five are about a metre, fifteen more than a number holds.
pub const DECIMALS: std::ops::RangeInclusive<u8> = 5..=15;
