//! The table of commands: their menu, words, icon, key and what they do.

use egui::{Key, KeyboardShortcut, Modifiers};
use egui_material_icons::{MaterialIcon, icons};

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
