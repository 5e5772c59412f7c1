//! What background work is asked for: plain values that actions and dialogs can hold.

pub mod places;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::cutting::Drawn;
use crate::domain::ids::{AccountId, MeasureId, TerritoryId, UnitId};
use crate::domain::project::Goal;
pub use crate::io::alignment::choices::{Choices, OnConflict, OnNewTerritory, OnUnknown, Unclear, UnnamedUnits};
pub use crate::io::export::loss::{Foreseen, Loss};
pub use crate::io::export::order::{
    Against, Format, HubSpot, List, ListWish, Listed, ListedFile, Missing, Salesforce, Scope, What, Wish as ExportWish,
};
pub use crate::io::options::OnRepeat;
use crate::io::options::{DateOrder, DecimalMark, ReadOptions};

/// The kinds of background work. One of each kind runs at a time; a newer order of the same kind replaces the older, or waits until
/// it is done: see [`JobKind::waits_its_turn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    Open,
    Peek,
    Import,
    Build,
    Explain,
    Conflict,
    Suggest,
    /// Taking back, or making again, a step that replaces units or accounts.
    Step,
    /// Holding a newer file against the project.
    Compare,
    /// Looking for accounts that are one.
    Duplicates,
    /// Working out a step that replaces units or accounts.
    Replace,
    Export,
    /// What an export would lose.
    CheckExport,
    SaveAs,
    Geometry,
    Measure,
    Order,
    CopyRows,
    /// Addresses and suggestions for rows of the list of doubtful accounts.
    DescribePlaces,
    /// What a typed place may mean.
    LookUpPlace,
    /// Which accounts would be placed by their columns again.
    PlaceAgain,
    /// What an online geocoder would be asked.
    PreviewGeocode,
    Geocode,
    /// What the formulas of columns and segments come to.
    Formulas,
    /// A formula or a segment that is being typed.
    LookAtFormula,
    /// Making a computed column or a segment.
    MakeColumn,
    /// Reading a layer beside the units, or holding one against them.
    Layer,
    /// What is drawn of layers.
    LayerLines,
}

/// The state of a project that something was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Of the plan; every project counts by itself.
    pub generation: u64,
    /// Of units and accounts; no two projects share one.
    pub data_generation: u64,
}

impl JobKind {
    /// What the status bar calls it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "Opening",
            Self::Peek => "Looking at the file",
            Self::Import => "Importing",
            Self::Build => "Building territories",
            Self::Explain => "Explaining the moves",
            Self::Conflict => "Looking for rules that cannot hold together",
            Self::Suggest => "Working it out",
            Self::Step => "Changing the data",
            Self::Compare => "Comparing",
            Self::Duplicates => "Looking for double accounts",
            Self::Replace => "Working out the change",
            Self::Export => "Exporting",
            Self::CheckExport => "Looking at what the format holds",
            Self::SaveAs => "Saving a copy",
            Self::Geometry => "Preparing the map",
            Self::Measure => "Measuring",
            Self::Order => "Sorting",
            Self::CopyRows => "Copying",
            Self::DescribePlaces => "Reading addresses",
            Self::LookUpPlace => "Looking for places",
            Self::PlaceAgain => "Placing accounts",
            Self::PreviewGeocode => "Counting addresses",
            Self::Geocode => "Looking up addresses online",
            Self::Formulas => "Working out formulas",
            Self::LookAtFormula => "Looking at the formula",
            Self::MakeColumn => "Working out the column",
            Self::Layer => "Working on the layer",
            Self::LayerLines => "Preparing layers",
        }
    }

    /// What writes files for others to find: the older order is as good as the newer, so both are done, in their order.
    pub fn waits_its_turn(self) -> bool {
        matches!(self, Self::Export | Self::SaveAs)
    }

    /// Stopping it half way would leave it unclear which file is the project's.
    pub fn can_be_cancelled(self) -> bool {
        self != Self::SaveAs
    }

    /// Work nobody asked for by hand, and that takes a moment or is told of elsewhere: not worth a line in the status bar.
    pub fn is_quiet(self) -> bool {
        use JobKind::{
            CheckExport, Conflict, DescribePlaces, Explain, Formulas, LayerLines, LookAtFormula, LookUpPlace, Measure,
            Order, Peek, PreviewGeocode,
        };
        matches!(
            self,
            Measure
                | Peek
                | Explain
                | Conflict
                | Order
                | CheckExport
                | DescribePlaces
                | LayerLines
                | LookUpPlace
                | PreviewGeocode
                | Formulas
                | LookAtFormula
        )
    }
}

/// How many territories, and around what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Territories {
    /// This many new ones.
    Count(usize),
    /// One around the home of each rep who has one.
    PerRep,
    /// The plan's own, made better.
    Current,
}

/// A command on territories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerritoryOrder {
    Split {
        territory: TerritoryId,
        parts: usize,
    },
    Merge {
        into: TerritoryId,
        others: Vec<TerritoryId>,
    },
    Dissolve(TerritoryId),
    AbsorbEnclaves(TerritoryId),
    /// `None`: of all territories.
    FillHoles(Option<TerritoryId>),
    Swap(UnitId, UnitId),
    Smooth(TerritoryId),
    Recolour,
}

/// Units to be cut along what was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct CutWish {
    pub drawn: Drawn,
    /// Where what lies inside goes; `None`: it is selected.
    pub to: Option<TerritoryId>,
    /// What is narrower than this is a slip of the hand.
    pub narrowest_km: f64,
}

/// How long the engine shall look for something better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    Quick,
    Normal,
    Thorough,
}

impl Effort {
    pub const ALL: [Self; 3] = [Self::Quick, Self::Normal, Self::Thorough];

    pub fn words(self) -> &'static str {
        match self {
            Self::Quick => "Quick",
            Self::Normal => "Normal",
            Self::Thorough => "Thorough",
        }
    }

    /// What it means.
    pub fn about(self) -> &'static str {
        match self {
            Self::Quick => "A first look: balanced, borders not yet at their best",
            Self::Normal => "Good territories, for most purposes good enough to decide on",
            Self::Thorough => "Ten times the search of Normal, often only a little better: for the final plan",
        }
    }
}

/// The wishes of Auto-build.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildOrder {
    pub territories: Territories,
    /// What to balance, each with its tolerance; at least one.
    pub goals: Vec<Goal>,
    /// Balance one weighted sum of the measures instead of each by itself.
    pub mix: bool,
    pub contiguous: bool,
    /// Targets in proportion to the reps' hours instead of equal ones.
    pub by_capacity: bool,
    /// No unit farther than this from its territory's centre.
    pub max_distance_km: Option<f64>,
    /// At most this share of a balanced measure, or of the units, may change owner.
    pub moved_limit: Option<(Option<MeasureId>, f64)>,
    pub effort: Effort,
    pub seed: u64,
}

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportWhat {
    Units,
    Accounts,
    Alignment,
    Reps,
    /// Columns of the units there are.
    Columns,
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
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Accounts => "accounts",
            Self::Alignment => "territories",
            Self::Reps => "reps",
            Self::Columns => "columns of units",
        }
    }

    /// What a column can be taken as.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Units => &[Role::Skip, Role::Code, Role::Name, Role::Measure, Role::Attribute],
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
        }
    }
}

/// What of a newer file of accounts is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct RefreshWish {
    pub take_new: bool,
    /// Columns whose changes are taken; `None`: all.
    pub columns: Option<Vec<String>>,
    /// A value stays where the file has none.
    pub keep_where_empty: bool,
    pub vanished: Vanished,
    /// Columns that the file does not have are removed; else they stay.
    pub remove_columns: bool,
}

impl Default for RefreshWish {
    fn default() -> Self {
        Self { take_new: true, columns: None, keep_where_empty: false, vanished: Vanished::Keep, remove_columns: false }
    }
}

/// What is done with accounts that a newer file no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vanished {
    Keep,
    /// Those with an owner of their own or a lock stay.
    KeepNamed,
    Remove,
}

/// What becomes of the values of a measure when accounts are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeRule {
    Sum,
    Largest,
    /// That of the account that stays.
    Keep,
}

impl MergeRule {
    pub const ALL: [Self; 3] = [Self::Sum, Self::Largest, Self::Keep];

    pub fn words(self) -> &'static str {
        match self {
            Self::Sum => "added up",
            Self::Largest => "the largest",
            Self::Keep => "that of the kept one",
        }
    }
}

/// Accounts to be merged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MergeWish {
    /// The account that stays, and those that go into it.
    pub groups: Vec<(AccountId, Vec<AccountId>)>,
    /// By the measure's name; others are added up where that makes sense, else kept.
    pub rules: BTreeMap<String, MergeRule>,
}

/// Files to be written, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOrder {
    pub wish: ExportWish,
    /// The format is that of its ending.
    pub path: PathBuf,
}

impl ExportOrder {
    /// Everything of one kind.
    pub fn new(what: What, path: PathBuf) -> Self {
        Self { wish: ExportWish { what: vec![what], ..ExportWish::default() }, path }
    }
}

/// A list that others act upon, and where it shall be: a file, or a folder of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListOrder {
    pub wish: ListWish,
    pub path: PathBuf,
}
