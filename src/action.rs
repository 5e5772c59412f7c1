//! Everything a person can do is one [`Action`]. What needs no further data is a [`Command`]: one table has its words, icon and key, and
//! menus, toolbar, command search and shortcuts all read that table.

mod command;
mod other_words;

use std::path::PathBuf;

pub use self::command::{Command, Menu};
use crate::domain::cutting::Drawn;
use crate::domain::edit::Edit;
use crate::domain::hierarchy::Member;
use crate::domain::ids::{AccountId, GroupId, MeasureId, TerritoryId, UnitId};
use crate::domain::plan::Adjacency;
use crate::domain::spatial::Inside;
use crate::domain::sphere::LonLat;
use crate::jobs::spec::{BuildOrder, ExportOrder, ImportOrder, JobKind, ListOrder, TerritoryOrder, WhatIfOrder};
use crate::session::colouring::Colouring;
use crate::session::columns::{ColumnAction, SegmentAction};
use crate::session::comparing::CompareAction;
use crate::session::doubles::DoublesAction;
use crate::session::placing::PlacesAction;
use crate::session::reference::LayerAction;
use crate::session::refreshing::RefreshAction;
use crate::session::scenarios::ScenarioAction;
use crate::session::tables::TableAction;
use crate::session::view::{BasemapChoice, BottomTab, Scope, Tool};

/// One thing to do. Panels and the map push them; `app::dispatch` carries them out before the next frame.
#[derive(Debug, Clone)]
pub enum Action {
    Run(Command),
    /// A change of the plan: one undo step.
    Edit(Edit),
    /// What a drawing gesture would assign if it ended now; an empty list ends the preview.
    Preview {
        units: Vec<UnitId>,
        to: TerritoryId,
    },
    /// Gives units to a territory (or to nobody); locked ones are left out and counted.
    Assign {
        units: Vec<UnitId>,
        to: TerritoryId,
    },
    SelectUnits {
        units: Vec<UnitId>,
        how: SelectHow,
    },
    SelectTerritory(Option<TerritoryId>),
    SelectAccount(Option<AccountId>),
    /// Makes a district, region or other group the active one, in place of a territory.
    SelectGroup(Option<GroupId>),
    /// Makes a group on a level, in a group above it or in none, with these members.
    NewGroup {
        level: u8,
        parent: Option<GroupId>,
        members: Vec<Member>,
    },
    RenameGroup {
        id: GroupId,
        name: String,
    },
    /// Puts territories and groups into a group, or out of every group; what is locked is left out and counted.
    MoveInto {
        members: Vec<Member>,
        to: Option<GroupId>,
    },
    /// What a drawing gesture above the level of territories would move if it ended now.
    PreviewInto {
        members: Vec<Member>,
        to: Option<GroupId>,
    },
    /// Folds a group of the table of territories, or unfolds it; group 0 stands for what is in no group.
    Fold {
        group: GroupId,
        folded: bool,
    },
    SetPaintLevel(Option<u8>),
    SetColourLevel(Option<u8>),
    SetColouring(Box<Colouring>),
    FitGroup(GroupId),
    /// Writes the list that is looked at to a CSV file.
    SaveList(PathBuf),
    /// Says why something was not done.
    Refuse(String),
    /// Puts the cut of the history after this many steps.
    JumpTo(usize),
    RenameTerritory {
        id: TerritoryId,
        name: String,
    },
    RecolourTerritory {
        id: TerritoryId,
        colour: [u8; 3],
    },
    LockTerritory {
        id: TerritoryId,
        locked: bool,
    },
    /// Works out what a command on territories would do, and shows it.
    Suggest(TerritoryOrder),
    /// Works out how units would be cut, and shows it.
    Cut {
        drawn: Drawn,
        /// Where what lies inside goes; `None`: it is selected.
        to: Option<TerritoryId>,
        /// What is narrower than this is a slip of the hand.
        narrowest_km: f64,
    },
    /// Joins the cut-off pieces of a territory (of all: `None`) to their neighbours.
    Repair(Option<TerritoryId>),
    /// What the user says about two units; `None` takes it back.
    SetAdjacency {
        units: [UnitId; 2],
        adjacency: Option<Adjacency>,
    },
    /// Which units a drawn boundary takes.
    SetInside(Inside),
    /// Units are cut along what is drawn, or (`false`) taken as a whole.
    SetCut(bool),
    SetScope(Scope),
    SetTool(Tool),
    SetBrushRadius(f32),
    SetBasemap(BasemapChoice),
    SetMeasure(MeasureId),
    SetTolerance(f64),
    SetTab(BottomTab),
    /// Moves the map by points on the screen.
    Pan {
        dx: f32,
        dy: f32,
    },
    /// Changes the zoom around a point that lies (`dx`, `dy`) points off the middle of the map.
    ZoomAt {
        delta: f64,
        dx: f32,
        dy: f32,
    },
    /// The size of the map in points, told when a wish to show a box waits for it.
    MapSize {
        width: f32,
        height: f32,
    },
    /// Shows the plan as it is instead of the proposal, for as long as a button is held.
    ShowCurrent(bool),
    /// Shows another of the proposal's plans, by its position.
    ChooseAlternative(usize),
    ShowPlace {
        place: LonLat,
        zoom: f64,
    },
    FitUnits(Vec<UnitId>),
    FitTerritory(TerritoryId),
    Open(PathBuf),
    Create(PathBuf),
    SaveAs(PathBuf),
    /// A file was dropped on the window or named somewhere: find out what it is and open or import it.
    Take(PathBuf),
    Import(Box<ImportOrder>),
    Build(BuildOrder),
    Export(ExportOrder),
    /// Write a hand-over list, or a CRM's files.
    WriteList(ListOrder),
    Cancel(JobKind),
    /// Finds out which rules cannot hold together, after that was stopped.
    LookForConflict,
    /// The answer where leaving a project would lose something: leave it all the same, or stay.
    Leave {
        anyway: bool,
    },
    RetrySaving,
    /// The hint of the first run was read.
    DismissHint,
    Copy(String),
    /// Something in the tables of units and accounts.
    Table(TableAction),
    /// Something about where accounts are.
    Places(PlacesAction),
    /// Something with computed columns.
    Columns(ColumnAction),
    /// Something with segments of accounts.
    Segments(SegmentAction),
    /// Something with a newer file.
    Refresh(RefreshAction),
    /// Something with double accounts.
    Doubles(DoublesAction),
    /// Something with the layers beside the units.
    Layers(LayerAction),
    /// Something with the project's scenarios.
    Scenarios(ScenarioAction),
    /// Writes what each rep gains and loses against the scenario that the open one is held against.
    WriteHandover(PathBuf),
    /// Works out what would be if, in a scenario of its own.
    AskWhatIf(Box<WhatIfOrder>),
    /// Something with two scenarios held against each other.
    Compare(CompareAction),
}

/// What becomes of the selection there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectHow {
    Replace,
    Add,
    Toggle,
}
