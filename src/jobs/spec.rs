//! What background work is asked for: plain values that actions and dialogs can hold.

mod build;
mod import;
pub mod places;
mod replacing;

use std::path::PathBuf;

pub use self::build::{BuildOrder, CutWish, Effort, Territories, TerritoryOrder};
pub use self::import::{
    AreaWords, Found, ImportOrder, ImportPreview, ImportWhat, PeekOrder, PresetOrder, PresetWish, PreviewColumn, Role,
};
pub use self::replacing::{MergeRule, MergeWish, RefreshWish, Vanished};
pub use crate::domain::what_if::Question;
pub use crate::io::alignment::choices::{Choices, OnConflict, OnNewTerritory, OnUnknown, Unclear, UnnamedUnits};
pub use crate::io::export::loss::{Foreseen, Loss};
pub use crate::io::export::order::{
    Against, Format, HubSpot, List, ListWish, Listed, ListedFile, Missing, Salesforce, Scope, What, Wish as ExportWish,
};
pub use crate::io::options::OnRepeat;

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
    /// Reading a scenario that is not the open one.
    ReadPlan,
    CompareScenarios,
    /// What would be if.
    WhatIf,
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
            Self::ReadPlan => "Reading a scenario",
            Self::CompareScenarios => "Comparing scenarios",
            Self::WhatIf => "Working out what would be",
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
            CheckExport, CompareScenarios, Conflict, DescribePlaces, Explain, Formulas, LayerLines, LookAtFormula,
            LookUpPlace, Measure, Order, Peek, PreviewGeocode, ReadPlan,
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
                | ReadPlan
                | CompareScenarios
        )
    }
}

/// A manager's question, to be answered in a scenario of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIfOrder {
    pub question: Question,
    /// At most this share of the first goal may change hands besides what has to; 0: nothing.
    pub others_move: f64,
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
