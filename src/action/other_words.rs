//! Words that people look for commands by, besides those that stand on them.

use super::Command;

impl Command {
    /// Other words that people look for it by.
    pub fn other_words(self) -> &'static [&'static str] {
        match self {
            Self::NewProject => &["create", "empty", "start"],
            Self::OpenProject => &["load"],
            Self::OpenSample => &["example", "demo", "tutorial"],
            Self::SaveAs => &["duplicate", "backup"],
            Self::ImportUnits => {
                &["areas", "zip codes", "postal codes", "counties", "polygons", "boundaries", "load map"]
            }
            Self::ImportAccounts => &["customers", "prospects", "clients", "points", "csv", "spreadsheet", "upload"],
            Self::ImportAlignment => &["alignment", "assignments", "who has what", "upload"],
            Self::ImportColumns => {
                &["demographics", "census", "population", "potential", "join", "figures", "unit table", "market data"]
            }
            Self::AddLayer => &["counties", "states", "regions", "overlay", "reference", "shapefile", "borders"],
            Self::PlaceAccounts => &["geocode", "address", "locate", "coordinates", "unplaced", "move account"],
            Self::LookUpOnline => &["geocode", "geocoder", "census", "nominatim", "openstreetmap", "street"],
            Self::RefreshAccounts => &["update", "newer file", "new file", "compare", "sync", "reload", "customers"],
            Self::UpdateBoundaries => &["newer file", "vintage", "new zip codes", "swap units", "refresh units"],
            Self::FindDoubles => &["duplicates", "dedupe", "merge accounts", "same customer", "twins", "clean up"],
            Self::PasteTable => &["clipboard", "excel", "cells", "customers", "insert"],
            Self::ImportReps => &["sales people", "salespeople", "roster", "team", "people", "upload"],
            Self::Export => &[
                "download",
                "write",
                "save as csv",
                "excel",
                "xlsx",
                "spreadsheet",
                "shapefile",
                "geojson",
                "geopackage",
                "google earth",
                "kml",
                "kmz",
                "topojson",
                "report",
                "send",
            ],
            Self::Quit => &["exit", "close"],
            Self::Undo => &["back", "revert", "take back"],
            Self::Redo => &["forward", "again", "repeat"],
            Self::SelectAll => &["all"],
            Self::ClearSelection => &["deselect", "nothing", "unselect"],
            Self::AssignSelection => &["give", "move", "reassign", "add to territory"],
            Self::UnassignSelection => &["take out", "remove from territory"],
            Self::GrowSelection => &["expand", "neighbours", "neighbors", "more"],
            Self::ShrinkSelection => &["contract", "less", "reduce"],
            Self::SelectByFilter => &["query", "where", "condition", "attribute", "values"],
            Self::Columns => {
                &["formula", "computed", "calculated", "calculation", "score", "tiers", "ABC", "measure", "field"]
            }
            Self::Segments => &["sets", "groups of accounts", "key accounts", "conditions", "filter accounts", "lists"],
            Self::OnlyTerritory => &["limit", "restrict", "scope"],
            Self::OnlyUnassigned => &["limit", "restrict", "scope", "free"],
            Self::JoinNeighbours => &["bridge", "ferry", "adjacent", "connect", "link"],
            Self::PartNeighbours => &["barrier", "motorway", "river", "cut", "disconnect", "separate", "unlink"],
            Self::LockAccounts => &["named account", "customers", "keep"],
            Self::LockUnits => &["freeze", "pin", "fix", "protect"],
            Self::NewTerritory => &["create", "add"],
            Self::RenameTerritory => &["name", "call"],
            Self::NewGroup => &["new region", "new group", "create district", "add region", "hierarchy", "area"],
            Self::MoveToGroup => &["district", "region", "group", "parent", "hierarchy", "reorganise", "reorganize"],
            Self::Levels => &["hierarchy", "districts", "regions", "tree", "organisation", "organization", "roll up"],
            Self::NextPaintLevel => &["paint districts", "paint regions", "hierarchy", "level"],
            Self::NextColourLevel => &["color", "district colours", "region colours", "hierarchy", "level"],
            Self::RemoveTerritory => &["delete"],
            Self::SplitTerritory => &["divide", "cut", "parts", "halves"],
            Self::MergeTerritories => &["join", "combine", "unite", "consolidate"],
            Self::DissolveTerritory => &["leaver", "give up", "distribute", "close", "vacancy"],
            Self::AbsorbEnclaves => &["islands", "inside", "exclave"],
            Self::FillHoles => &["gaps", "inside", "unassigned"],
            Self::SwapUnits => &["exchange", "trade"],
            Self::SmoothBorder => &["straighten", "tidy", "clean up", "compact"],
            Self::RepairPieces => &["contiguity", "contiguous", "fix", "pieces", "cut off", "rejoin"],
            Self::RecolourAll => &["recolor", "colours", "colors", "palette"],
            Self::LockTerritory => &["freeze", "pin", "fix", "protect"],
            Self::SelectUnitsOfTerritory => &["members"],
            Self::FitTerritory => &["zoom to", "go to", "centre", "center", "find"],
            Self::WhatIf => &[
                "rep leaves",
                "resigns",
                "retires",
                "rep joins",
                "hire",
                "part-time",
                "vacancy",
                "split region",
                "merge regions",
                "headcount",
                "more territories",
            ],
            Self::NewScenario => {
                &["what if", "copy the plan", "duplicate", "branch", "alternative", "version", "draft"]
            }
            Self::Scenarios => {
                &["plans", "versions", "approve", "propose", "status", "baseline", "family tree", "comment"]
            }
            Self::CompareScenarios => {
                &["difference", "before and after", "disruption", "who moves", "side by side", "old borders"]
            }
            Self::Handover => &["handoff", "transition", "who gets what", "print", "account list", "per rep", "html"],
            Self::AutoBuild => &[
                "auto build",
                "autobuild",
                "optimise",
                "optimize",
                "balance",
                "rebalance",
                "realign",
                "solve",
                "create territories",
                "generate",
                "improve",
                "design",
            ],
            Self::AcceptProposal => &["apply", "take", "keep", "use"],
            Self::RejectProposal => &["reject", "cancel", "drop", "refuse"],
            Self::ToolSelect => &["pointer", "arrow", "pick", "cursor"],
            Self::ToolRectangle => &["box", "marquee"],
            Self::ToolLasso => &["freehand", "free"],
            Self::ToolBrush => &["brush", "draw", "colour", "color"],
            Self::ToolPolygon => &["polygon", "outline", "border", "shape", "cut units"],
            Self::ToolRadius => &["circle", "distance", "around", "km", "miles"],
            Self::ToolLine => &["route", "road", "corridor", "path", "knife", "cut units", "split units"],
            Self::FitPlan => &["zoom to everything", "whole map", "overview", "home", "reset view"],
            Self::ZoomIn => &["closer", "larger", "magnify"],
            Self::ZoomOut => &["further", "farther", "smaller"],
            Self::ToggleAccounts => &["customers", "points", "dots", "show accounts", "hide accounts"],
            Self::ToggleLabels => &["names", "text", "show labels", "hide labels"],
            Self::Colours => &[
                "thematic",
                "thematic map",
                "choropleth",
                "color by",
                "classes",
                "segment",
                "heat map",
                "density",
                "legend",
            ],
            Self::ColourByTarget => &["deviation", "diverging", "balance map", "color by target"],
            Self::ToggleHeat => &["density", "hot spots", "kernel", "heatmap"],
            Self::TogglePatterns => &["hatching", "greyscale", "grayscale", "black and white", "print"],
            Self::Layers => {
                &["reference", "overlay", "counties", "states", "boundaries", "borders", "second layer", "units in"]
            }
            Self::SelectAlike => &["county", "state", "same area", "whole county"],
            Self::ToggleLinks => &["adjacency", "bridges", "barriers", "ferries"],
            Self::ToggleTheme => &["theme", "night", "appearance", "mode"],
            Self::ToggleInspector => &["right panel", "details", "properties", "sidebar"],
            Self::ToggleTable => &["bottom panel", "list", "rows", "grid"],
            Self::ToggleLegend => &["key", "colours", "colors"],
            Self::Search => &["find"],
            Self::Shortcuts => &["keyboard", "shortcuts", "hotkeys", "help"],
            Self::About => &["version", "licence", "license", "help"],
        }
    }
}
