//! Everything a person can do is one [`Action`]. What needs no further data is a [`Command`]: one table has its words, icon and key, and
//! menus, toolbar, command search and shortcuts all read that table.

mod other_words;

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};
use egui_material_icons::{MaterialIcon, icons};

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

macro_rules! commands {
    ($($name:ident, $group:ident, $words:literal, $icon:ident, $shortcut:expr, $about:literal;)*) => {
        /// What can be done without further data.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command { $($name,)* }

        impl Command {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The words of menus and buttons; they end in "…" when a dialog follows.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// What it does, for tooltips and the command search.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }

            pub fn icon(self) -> MaterialIcon {
                match self { $(Self::$name => icons::$icon,)* }
            }

            pub fn shortcut(self) -> Option<KeyboardShortcut> {
                match self { $(Self::$name => $shortcut,)* }
            }

            pub fn menu(self) -> Menu {
                match self { $(Self::$name => Menu::$group,)* }
            }
        }
    };
}

/// Where a command stands in the menu bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    File,
    Edit,
    View,
    Territory,
    Plan,
    Tools,
    Help,
}

const fn key(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn ctrl_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

commands! {
    NewProject, File, "New project…", ICON_NOTE_ADD, ctrl(Key::N), "Start an empty project file";
    OpenProject, File, "Open…", ICON_FOLDER_OPEN, ctrl(Key::O), "Open a project file";
    OpenSample, File, "Open the sample", ICON_MAP, None, "Open your own copy of the shipped sample project";
    SaveAs, File, "Save a copy as…", ICON_SAVE, ctrl_shift(Key::S), "Everything is saved as you work; this makes a second file and goes on in it";
    ImportUnits, File, "Import units…", ICON_UPLOAD, None, "Read ZIP areas, counties or other areas from a shapefile, GeoPackage, GeoJSON, TopoJSON or KML";
    ImportAccounts, File, "Import accounts…", ICON_STORE, ctrl(Key::I), "Read customers and prospects from a CSV file, a workbook or a layer of points (GeoJSON, GeoPackage, shapefile, KML)";
    ImportAlignment, File, "Import territories…", ICON_GROUP, None, "Read which unit belongs to which territory from a CSV file or a workbook";
    ImportReps, File, "Import reps…", ICON_BADGE, None, "Read the roster with homes and capacities from a CSV file or a workbook";
    ImportColumns, File, "Import columns of units…", ICON_ADD_COLUMN_RIGHT, None, "Read population, income or other columns from a table with one row per unit";
    AddLayer, File, "Add a layer…", ICON_LAYERS, None, "Read areas beside the units, counties or states say, from a shapefile, GeoPackage, GeoJSON, TopoJSON or KML";
    PasteTable, File, "Paste a table…", ICON_CONTENT_PASTE, None, "Import accounts from cells that were copied in a spreadsheet";
    PlaceAccounts, File, "Place accounts…", ICON_PIN_DROP, ctrl_shift(Key::P), "List the accounts without a good place, and put them on the map by hand";
    LookUpOnline, File, "Look up addresses online…", ICON_TRAVEL_EXPLORE, None, "Place accounts by their street with a service on the network; off until it is switched on";
    RefreshAccounts, File, "Refresh accounts…", ICON_SYNC, None, "Hold a newer file against the accounts: see what is new, changed and gone before it is taken";
    UpdateBoundaries, File, "Update boundaries…", ICON_LAYERS, None, "Hold a newer vintage of units against the units: see what changes before they are swapped";
    FindDoubles, File, "Find double accounts…", ICON_CONTENT_COPY, None, "Look for accounts that are the same customer twice, and merge them by choice";
    Export, File, "Export…", ICON_DOWNLOAD, ctrl(Key::E), "Write territories, units, accounts or figures as GeoPackage, shapefile, GeoJSON, KML, Excel or CSV";
    Quit, File, "Quit", ICON_CLOSE, ctrl(Key::Q), "Close the window; nothing is lost";

    Undo, Edit, "Undo", ICON_UNDO, ctrl(Key::Z), "Take back the last change";
    Redo, Edit, "Redo", ICON_REDO, ctrl_shift(Key::Z), "Make the change again that was taken back";
    SelectAll, Edit, "Select everything", ICON_SELECT_ALL, ctrl(Key::A), "Select all units";
    ClearSelection, Edit, "Clear selection", ICON_DESELECT, None, "Select nothing";
    AssignSelection, Edit, "Assign to the active territory", ICON_FORMAT_PAINT, key(Key::A), "Give the selected units to the active territory";
    UnassignSelection, Edit, "Unassign", ICON_FORMAT_COLOR_RESET, key(Key::Delete), "Take the selected units out of their territories";
    GrowSelection, Edit, "Grow the selection", ICON_OPEN_IN_FULL, key(Key::Period), "Select the neighbours of what is selected, too";
    ShrinkSelection, Edit, "Shrink the selection", ICON_CLOSE_FULLSCREEN, key(Key::Comma), "Leave out what lies at the edge of the selection";
    SelectAlike, Edit, "Select all units of this area", ICON_SELECT_ALL, None, "All units of the county, state or other area in which the selected ones lie, of the first layer that is shown";
    SelectByFilter, Edit, "Select by filter…", ICON_FILTER_ALT, ctrl(Key::F), "Select units by one of their columns, or the accounts of a segment";
    Columns, Edit, "Columns…", ICON_FUNCTIONS, None, "Columns that a formula computes: scores, tiers, dates; used like any other column";
    Segments, Edit, "Segments…", ICON_GROUPS, None, "Named sets of accounts: filter, colour, count and export them";
    OnlyTerritory, Edit, "Only from this territory", ICON_FILTER_CENTER_FOCUS, None, "All tools take units of the active territory alone, until it is switched off";
    OnlyUnassigned, Edit, "Only unassigned", ICON_FILTER_NONE, None, "All tools take units without a territory alone, until it is switched off";
    JoinNeighbours, Edit, "Join as neighbours", ICON_ADD_LINK, None, "The two selected units count as neighbours: a bridge, a ferry";
    PartNeighbours, Edit, "Part as neighbours", ICON_LINK_OFF, None, "The two selected units do not count as neighbours: a motorway, a river";
    LockAccounts, Edit, "Lock or unlock accounts", ICON_LOCK_PERSON, None, "Keep the selected account, or the accounts in the selected units, with their territory";
    LockUnits, Edit, "Lock or unlock units", ICON_LOCK, ctrl(Key::L), "Keep the selected units where they are, whoever draws or builds";

    NewTerritory, Territory, "New territory", ICON_ADD, ctrl(Key::T), "Make a territory; the selected units go into it";
    NewGroup, Territory, "New district", ICON_CREATE_NEW_FOLDER, ctrl_shift(Key::T), "Make a group of territories on the level above the active one";
    MoveToGroup, Territory, "Move to…", ICON_DRIVE_FILE_MOVE, ctrl_shift(Key::M), "Put the active territory or group into a district, region or other group";
    RenameTerritory, Territory, "Rename", ICON_EDIT, key(Key::F2), "Change the name of the active territory or group";
    RemoveTerritory, Territory, "Remove", ICON_DELETE, None, "Remove the active territory, its units become unassigned; or the active group, what it holds goes to the one above";
    LockTerritory, Territory, "Lock or unlock", ICON_LOCK, None, "Keep the active territory or group as it is, whoever draws or builds";
    SplitTerritory, Territory, "Split", ICON_CALL_SPLIT, None, "Divide the active territory into balanced parts that hang together";
    MergeTerritories, Territory, "Merge", ICON_CALL_MERGE, None, "Put the territories of the selected units into the active one";
    DissolveTerritory, Territory, "Dissolve into neighbours", ICON_GROUP_REMOVE, None, "Divide the active territory among its neighbours, the emptiest first";
    AbsorbEnclaves, Territory, "Absorb enclaves", ICON_JOIN_INNER, None, "Take in the cut-off pieces of other territories that lie inside the active one";
    FillHoles, Territory, "Fill holes", ICON_FORMAT_COLOR_FILL, None, "Take in the unassigned units that lie inside the active territory, or inside any";
    SwapUnits, Territory, "Swap two units", ICON_SWAP_HORIZ, None, "Give each of the two selected units to the territory of the other";
    SmoothBorder, Territory, "Smooth the border", ICON_LINE_CURVE, None, "Move single units that lie more with the other side, while balance stays within its tolerance";
    RepairPieces, Territory, "Repair cut-off pieces", ICON_HEALING, ctrl(Key::R), "Join each cut-off piece to the neighbour it touches most";
    RecolourAll, Territory, "Recolour all", ICON_PALETTE, None, "Give neighbouring territories colours that differ";
    SelectUnitsOfTerritory, Territory, "Select its units", ICON_SELECT_ALL, None, "Select every unit of the active territory or group";
    FitTerritory, Territory, "Show on the map", ICON_CENTER_FOCUS_STRONG, key(Key::Z), "Move the map to the active territory or group";

    Levels, Territory, "Levels…", ICON_ACCOUNT_TREE, None, "Name the levels above territories, add one, remove an empty one";

    AutoBuild, Plan, "Build territories…", ICON_AUTO_FIX_HIGH, ctrl(Key::B), "Let the program draw balanced territories";
    AcceptProposal, Plan, "Accept the proposal", ICON_CHECK, ctrl(Key::Enter), "Make the proposed territories the plan: one undo step";
    RejectProposal, Plan, "Discard the proposal", ICON_CLOSE, None, "Keep the plan as it is";
    WhatIf, Plan, "What if…", ICON_HELP, ctrl_shift(Key::W), "A rep leaves, a rep joins, a district is divided: worked out in a scenario of its own, with what it costs";
    NewScenario, Plan, "New scenario…", ICON_FILE_COPY, ctrl_shift(Key::N), "Copy the open scenario under another name, and go on in the copy";
    Scenarios, Plan, "Scenarios", ICON_ACCOUNT_TREE, None, "List all scenarios of the project: open, describe, decide, comment";
    CompareScenarios, Plan, "Compare scenarios", ICON_COMPARE, ctrl(Key::K), "Hold the open scenario against another one: figures per territory, and what changes hands";
    Handover, Plan, "Hand-over pages…", ICON_PRINT, None, "Write what each rep gains, loses and keeps against the scenario compared with: pages to print, or a list";

    ToolSelect, Tools, "Select", ICON_ARROW_SELECTOR_TOOL, key(Key::V), "Click a unit; drag to move the map; Shift adds";
    ToolRectangle, Tools, "Select by rectangle", ICON_SELECT, key(Key::R), "Drag a rectangle over units";
    ToolLasso, Tools, "Select by lasso", ICON_LASSO_SELECT, key(Key::L), "Draw freely around units";
    ToolBrush, Tools, "Paint", ICON_BRUSH, key(Key::B), "Paint units into the active territory; Alt paints them out";
    ToolPolygon, Tools, "Draw a boundary", ICON_PENTAGON, key(Key::P), "Click corners; the units inside go to the active territory, or are cut along the line";
    ToolRadius, Tools, "Select by radius", ICON_ADJUST, key(Key::C), "Drag from a place outwards: everything within that distance";
    ToolLine, Tools, "Select along a line", ICON_GESTURE, key(Key::K), "Draw a line: selects every unit it passes through, or cuts them along it";

    FitPlan, View, "Show everything", ICON_FIT_SCREEN, key(Key::F), "Move the map so that all units can be seen";
    ZoomIn, View, "Zoom in", ICON_ZOOM_IN, key(Key::Plus), "Come closer";
    ZoomOut, View, "Zoom out", ICON_ZOOM_OUT, key(Key::Minus), "Go further away";
    ToggleAccounts, View, "Accounts", ICON_STORE, None, "Show or hide accounts on the map";
    ToggleLabels, View, "Labels", ICON_LABEL, None, "Show or hide the names of territories on the map";
    NextPaintLevel, Tools, "Draw at the next level", ICON_LAYERS, None, "Let the drawing tools take units, whole territories for a district, whole districts for a region";
    NextColourLevel, View, "Colour by the next level", ICON_PALETTE, None, "Colour the map by territory, by district, by region";
    Colours, View, "Colour areas by…", ICON_PALETTE, key(Key::Y), "Choose what the colours of areas and accounts say: measures, categories, targets, a heat map";
    ColourByTarget, View, "Over and under target", ICON_CONTRAST, None, "Colour areas by how far their territory is from its target, or by territory again";
    ToggleHeat, View, "Heat map", ICON_BLUR_ON, None, "Show or hide where accounts are dense";
    TogglePatterns, View, "Patterns for print", ICON_TEXTURE, None, "Show patterns beside colours, for print without colour";
    Layers, View, "Layers…", ICON_LAYERS, None, "Areas beside the units: counties, states, regions of somebody else; on the map, as a column, as units";
    ToggleLinks, View, "Links between neighbours", ICON_LINK, None, "Show or hide links over water, and what was joined or parted by hand";
    ToggleTheme, View, "Light or dark", ICON_DARK_MODE, None, "Change between light and dark";
    ToggleInspector, View, "Inspector", ICON_RIGHT_PANEL_OPEN, ctrl(Key::Num1), "Show or hide the panel on the right";
    ToggleTable, View, "Tables", ICON_BOTTOM_PANEL_OPEN, ctrl(Key::Num2), "Show or hide the tables below the map";
    ToggleLegend, View, "Legend", ICON_LEGEND_TOGGLE, None, "Show or hide the legend on the map";

    Search, Help, "Search or command…", ICON_SEARCH, ctrl(Key::P), "Find a unit, an account, a territory or a command";
    Shortcuts, Help, "Keys", ICON_KEYBOARD, key(Key::F1), "All keys on one page";
    About, Help, "About Bailiwick", ICON_INFO, None, "Version, sources of data, licences";
}

impl Command {
    /// The key in words: "Ctrl+Shift+Z"; empty without one.
    pub fn key_words(self) -> String {
        let Some(KeyboardShortcut { modifiers, logical_key }) = self.shortcut() else { return String::new() };
        let mut words = String::new();
        if modifiers.command {
            words.push_str("Ctrl+");
        }
        if modifiers.shift {
            words.push_str("Shift+");
        }
        words + logical_key.name()
    }
}
