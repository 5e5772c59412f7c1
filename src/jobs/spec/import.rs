//! What an import is asked for, and what a look at its file finds.

use std::path::PathBuf;

use super::OnRepeat;
use crate::io::alignment::choices::Choices;
use crate::io::options::{DateOrder, DecimalMark, ReadOptions};

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportWhat {
    Units,
    Accounts,
    Alignment,
    Reps,
    /// Columns of the units there are.
    Columns,
    /// Areas beside the units.
    Layer,
}

impl ImportWhat {
    /// What a saved preset calls it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Accounts => "accounts",
            Self::Alignment => "alignment",
            Self::Reps => "reps",
            Self::Columns => "columns",
            Self::Layer => "layer",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Accounts => "accounts",
            Self::Alignment => "territories",
            Self::Reps => "reps",
            Self::Columns => "columns of units",
            Self::Layer => "a layer",
        }
    }

    /// It is read from shapes, which say what one is called and where they are from.
    pub fn is_of_areas(self) -> bool {
        matches!(self, Self::Units | Self::Layer)
    }

    /// What a column can be taken as.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Units | Self::Layer => &[Role::Skip, Role::Code, Role::Name, Role::Measure, Role::Attribute],
            Self::Accounts => &[
                Role::Skip,
                Role::Code,
                Role::Name,
                Role::Longitude,
                Role::Latitude,
                Role::PostalCode,
                Role::Town,
                Role::State,
                Role::Country,
                Role::Street,
                Role::Measure,
                Role::Attribute,
            ],
            Self::Alignment => {
                const ROLES: [Role; 13] = {
                    let [a, b, c, d, e, f, g, h] = Role::LEVELS;
                    [Role::Skip, Role::Unit, Role::Account, Role::Territory, Role::Rep, a, b, c, d, e, f, g, h]
                };
                &ROLES
            }
            Self::Columns => &[Role::Skip, Role::Unit, Role::Measure, Role::Attribute],
            Self::Reps => &[
                Role::Skip,
                Role::Code,
                Role::Name,
                Role::Longitude,
                Role::Latitude,
                Role::PostalCode,
                Role::Town,
                Role::Capacity,
                Role::Skills,
            ],
        }
    }
}

/// What a column is taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Skip,
    Code,
    Name,
    Longitude,
    Latitude,
    PostalCode,
    Town,
    State,
    Country,
    Street,
    Measure,
    Attribute,
    Unit,
    Account,
    Territory,
    Rep,
    /// The group above a territory, 0, the group above that, 1, and so on, whatever the levels are called.
    Level(u8),
    Capacity,
    Skills,
}

impl Role {
    /// From the lowest level above territories up; as many as a plan can have.
    pub const LEVELS: [Self; 8] = [
        Self::Level(0),
        Self::Level(1),
        Self::Level(2),
        Self::Level(3),
        Self::Level(4),
        Self::Level(5),
        Self::Level(6),
        Self::Level(7),
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::Skip => "leave out",
            Self::Code => "ID",
            Self::Name => "name",
            Self::Longitude => "longitude",
            Self::Latitude => "latitude",
            Self::PostalCode => "postal code",
            Self::Town => "town",
            Self::State => "state or province",
            Self::Country => "country",
            Self::Street => "street",
            Self::Measure => "measure (number)",
            Self::Attribute => "attribute (text)",
            Self::Unit => "unit",
            Self::Territory => "territory",
            Self::Rep => "rep",
            Self::Account => "account",
            Self::Level(0) => "district (above territory)",
            Self::Level(1) => "region (above district)",
            Self::Level(2) => "level 3 (above region)",
            Self::Level(3) => "level 4",
            Self::Level(4) => "level 5",
            Self::Level(5) => "level 6",
            Self::Level(6) => "level 7",
            Self::Level(_) => "level 8",
            Self::Capacity => "hours per year",
            Self::Skills => "skills",
        }
    }

    /// What a saved preset calls it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Skip => "leave out",
            Self::Code => "id",
            Self::State => "state",
            Self::Measure => "measure",
            Self::Attribute => "attribute",
            Self::Level(_) => "level",
            other => other.words(),
        }
    }

    /// Where an account is, in words that are kept beside its place.
    pub fn is_place(self) -> bool {
        matches!(self, Self::PostalCode | Self::Town | Self::State | Self::Country | Self::Street)
    }

    /// Only one column can have it.
    pub fn is_single(self) -> bool {
        !matches!(self, Self::Skip | Self::Measure | Self::Attribute)
    }
}

/// A file as it was found, before anything is taken from it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportPreview {
    pub path: PathBuf,
    pub what: ImportWhat,
    pub columns: Vec<PreviewColumn>,
    /// Encoding, delimiter and other findings, in words.
    pub notes: Vec<String>,
    /// How it was asked to be read.
    pub read: ReadOptions,
    pub found: Found,
    /// What would be left out or is doubtful among the first rows.
    pub problems: Vec<String>,
    /// The names of the presets for this kind of data.
    pub presets: Vec<String>,
    /// The preset that the roles are from.
    pub preset: Option<String>,
}

/// What was found out about how a file is written. `None`: it does not apply.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The sheets of a workbook or the layers of a file, where there are several.
    pub parts: Vec<String>,
    /// The one that is read.
    pub part: String,
    /// As a spreadsheet counts; 0: there is none.
    pub header_row: Option<u64>,
    pub delimiter: Option<u8>,
    pub encoding: Option<String>,
    pub decimal_mark: Option<DecimalMark>,
    pub date_order: Option<DateOrder>,
    /// Of a layer: its coordinate system, in words.
    pub system: Option<String>,
    /// Of areas: what one would be called.
    pub kind: String,
}

/// A look at a file before it is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeekOrder {
    pub path: PathBuf,
    pub what: ImportWhat,
    pub read: ReadOptions,
    pub preset: PresetWish,
    /// Whether it holds units or accounts is for the file itself to say.
    pub any: bool,
}

/// Whose roles the columns shall have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PresetWish {
    /// The preset's that was made for the same columns, else guessed ones.
    #[default]
    Fitting,
    /// Guessed ones.
    Guess,
    /// Guessed ones, and what the project has is taken as what it is there: for a newer file.
    Project,
    Named(String),
}

/// What the columns of a file are taken for, to be kept under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetOrder {
    pub name: String,
    pub what: ImportWhat,
    pub roles: Vec<(String, Role)>,
    pub read: ReadOptions,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PreviewColumn {
    pub name: String,
    /// The guess, which the user may change.
    pub role: Role,
    /// Why it was guessed; may be empty.
    pub why: String,
    /// The first values.
    pub samples: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ImportOrder {
    pub path: PathBuf,
    pub what: ImportWhat,
    /// Columns and what they are taken as; empty: guess.
    pub roles: Vec<(String, Role)>,
    pub read: ReadOptions,
    /// Of columns of units: what becomes of codes that stand in several rows.
    pub on_repeat: OnRepeat,
    /// The file holds what was pasted, and is not needed any more afterwards.
    pub pasted: bool,
    /// Of territories: what shall become of what the file does not say clearly.
    pub choices: Choices,
    pub areas: AreaWords,
}

/// Of areas, what somebody said of them. What is empty is guessed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AreaWords {
    /// The name of the layer.
    pub name: String,
    /// What one is called, in the singular.
    pub kind: String,
    /// Where the shapes come from.
    pub attribution: String,
}

impl ImportOrder {
    /// An import of a file that is read as it is found to be written.
    pub fn new(path: PathBuf, what: ImportWhat, roles: Vec<(String, Role)>) -> Self {
        Self {
            path,
            what,
            roles,
            read: ReadOptions::default(),
            on_repeat: OnRepeat::default(),
            pasted: false,
            choices: Choices::default(),
            areas: AreaWords::default(),
        }
    }
}
