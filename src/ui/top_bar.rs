//! Menus, the names of project and plan, search, and the buttons for what one does most.

use std::path::PathBuf;

use egui::{Align, Button, Layout, MenuBar, RichText, Ui, vec2};

use super::widgets::{command_button, command_hover, primary_button};
use crate::action::{Action, Command, Menu};
use crate::session::colouring::{Areas, Heat};
use crate::session::scenarios::{APPROVED, ScenarioAction};
use crate::session::view::{BasemapChoice, Scope};
use crate::session::{PROPOSAL_WAITS, Session};
use crate::theme::{self, Tokens};
use crate::words;

pub fn show(ui: &mut Ui, session: Option<&Session>, recent: &[PathBuf], actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(30.0);
        ui.spacing_mut().item_spacing.x = 4.0;
        logo(ui);
        ui.add_space(4.0);
        MenuBar::new().ui(ui, |ui| menus(ui, session, recent, actions));
        // The menu bar takes the whole width; the rest is laid over its free part.
    });
    let rect = ui.min_rect();
    let mut ui = ui.new_child(
        egui::UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)).id_salt("bar right"),
    );
    let ui = &mut ui;
    ui.spacing_mut().item_spacing.x = 6.0;
    if let Some(session) = session {
        if !session.shows_trial() {
            let why = session.read_only_words();
            let response = primary_button(ui, why.is_none(), "Build…").on_hover_text(command_hover(Command::AutoBuild));
            if response.on_disabled_hover_text(why.unwrap_or_default()).clicked() {
                actions.push(Action::Run(Command::AutoBuild));
            }
        }
        let export = ui.add(Button::new("Export…")).on_hover_text(command_hover(Command::Export));
        if export.clicked() {
            actions.push(Action::Run(Command::Export));
        }
        ui.add_space(6.0);
        command_button(ui, Command::Redo, disabled_reason(Some(session), Command::Redo), actions);
        command_button(ui, Command::Undo, disabled_reason(Some(session), Command::Undo), actions);
        ui.add_space(6.0);
    }
    search_field(ui, tokens, actions);
    if let Some(session) = session {
        let free = ui.available_rect_before_wrap();
        // Names stand in the middle between menus and search when there is room for them.
        if free.width() > 620.0 {
            let mut middle = ui.new_child(
                egui::UiBuilder::new()
                    .max_rect(egui::Rect::from_x_y_ranges((free.left() + 340.0)..=(free.right() - 8.0), free.y_range()))
                    .layout(Layout::left_to_right(Align::Center))
                    .id_salt("names"),
            );
            middle.spacing_mut().item_spacing.x = 6.0;
            let plan = &session.plan().name;
            middle.add(egui::Label::new(theme::strong(session.project.name.clone())).truncate());
            scenario_menu(&mut middle, session, plan, actions);
            if let Some(why) = session.read_only_words() {
                middle.label(theme::small("Read only").color(tokens.warning)).on_hover_text(why);
            }
        }
    }
}

/// The open scenario, and the others to choose from.
fn scenario_menu(ui: &mut Ui, session: &Session, name: &str, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let plans = &session.scenarios.plans;
    let words = words::cut(name, 40);
    let arrow = egui_material_icons::icons::ICON_ARROW_DROP_DOWN.rich_text().size(16.0).color(tokens.weak);
    let menu = ui.menu_button((RichText::new(words).color(tokens.weak), arrow), |ui| {
        ui.set_width(250.0);
        for branch in plans.family() {
            let Some(plan) = plans.get(branch.id) else { continue };
            let label = format!("{}{}", "    ".repeat(branch.depth.min(6)), plan.name);
            let button = Button::new(label)
                .selected(plan.id == plans.active)
                .frame_when_inactive(plan.id == plans.active)
                .shortcut_text(theme::small(plan.status.words()).color(tokens.weak))
                .min_size(vec2(ui.available_width(), 26.0))
                .truncate();
            if ui.add(button).clicked() {
                actions.push(Action::Scenarios(ScenarioAction::Open(plan.id)));
                ui.close();
            }
        }
        ui.separator();
        item(ui, Some(session), Command::NewScenario, actions);
        item(ui, Some(session), Command::Scenarios, actions);
    });
    menu.response.on_hover_text("The open scenario: click to open another, or to make a new one");
}

fn logo(ui: &mut Ui) {
    // Four fitted pieces of map: the mark of the program.
    let (rect, _) = ui.allocate_exact_size(vec2(22.0, 22.0), egui::Sense::hover());
    let painter = ui.painter();
    let at = |x: f32, y: f32| rect.min + vec2(x, y);
    let piece = |points: &[(f32, f32)], colour: (u8, u8, u8)| {
        let points = points.iter().map(|&(x, y)| at(x, y)).collect();
        painter.add(egui::Shape::convex_polygon(
            points,
            egui::Color32::from_rgb(colour.0, colour.1, colour.2),
            egui::Stroke::NONE,
        ));
    };
    piece(&[(1.0, 1.0), (12.0, 1.0), (9.0, 10.0), (1.0, 10.0)], (29, 91, 214));
    piece(&[(13.5, 1.0), (21.0, 1.0), (21.0, 13.0), (10.5, 10.0)], (230, 145, 56));
    piece(&[(1.0, 11.5), (9.0, 11.5), (11.0, 21.0), (1.0, 21.0)], (46, 160, 122));
    piece(&[(10.5, 11.6), (21.0, 14.6), (21.0, 21.0), (12.5, 21.0)], (150, 90, 190));
}

fn search_field(ui: &mut Ui, tokens: Tokens, actions: &mut Vec<Action>) {
    let width = (ui.available_width() - 360.0).clamp(28.0, 240.0);
    let words = if width > 120.0 { "Search or command" } else { "" };
    let icon = Command::Search.icon().rich_text().size(16.0).color(tokens.weak);
    let mut button = Button::new((icon, RichText::new(words).color(tokens.weak))).min_size(vec2(width, 26.0));
    if width > 120.0 {
        button = button.shortcut_text(theme::small(Command::Search.key_words()).color(tokens.weak));
    }
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Search or command"));
    if response.on_hover_text(command_hover(Command::Search)).clicked() {
        actions.push(Action::Run(Command::Search));
    }
}

fn menus(ui: &mut Ui, session: Option<&Session>, recent: &[PathBuf], actions: &mut Vec<Action>) {
    let menus = [
        (Menu::File, "File"),
        (Menu::Edit, "Edit"),
        (Menu::View, "View"),
        (Menu::Territory, "Territory"),
        (Menu::Plan, "Plan"),
        (Menu::Help, "Help"),
    ];
    for (menu, words) in menus {
        ui.menu_button(words, |ui| {
            ui.set_width(250.0);
            for &command in Command::ALL.iter().filter(|command| command.menu() == menu) {
                item(ui, session, command, actions);
                if command == Command::OpenSample {
                    recent_menu(ui, recent, actions);
                }
                let last_of_group = matches!(
                    command,
                    Command::OpenSample
                        | Command::SaveAs
                        | Command::PasteTable
                        | Command::LookUpOnline
                        | Command::FindDoubles
                        | Command::Export
                        | Command::Redo
                        | Command::ClearSelection
                        | Command::OnlyUnassigned
                        | Command::PartNeighbours
                        | Command::LockTerritory
                        | Command::RecolourAll
                        | Command::ZoomOut
                        | Command::ToggleLegend
                        | Command::FitTerritory
                );
                if last_of_group {
                    ui.separator();
                }
                if command == Command::ToggleLegend {
                    basemaps(ui, session, actions);
                    colour_levels(ui, session, actions);
                }
            }
            if menu == Menu::Edit {
                ui.separator();
                for &command in Command::ALL.iter().filter(|command| command.menu() == Menu::Tools) {
                    item(ui, session, command, actions);
                }
            }
        });
    }
}

/// A command as a line of a menu.
pub fn item(ui: &mut Ui, session: Option<&Session>, command: Command, actions: &mut Vec<Action>) {
    let disabled = disabled_reason(session, command);
    let words = match (command, session) {
        (Command::Undo, Some(session)) => {
            session.history.undo_step().map_or("Undo".to_owned(), |step| format!("Undo: {}", step.label))
        }
        (Command::Redo, Some(session)) => {
            session.history.redo_step().map_or("Redo".to_owned(), |step| format!("Redo: {}", step.label))
        }
        (Command::NewGroup, Some(session)) => format!("New {}", session.level_words(Some(new_group_level(session)))),
        _ => command.words().to_owned(),
    };
    let checked = session.and_then(|session| match command {
        Command::ToggleAccounts => Some(session.view.show_accounts),
        Command::ToggleLabels => Some(session.view.show_labels),
        Command::ToggleInspector => Some(session.view.show_inspector),
        Command::ToggleTable => Some(session.view.show_table),
        Command::ToggleLegend => Some(session.view.show_legend),
        Command::ToggleLinks => Some(session.view.show_links),
        Command::ColourByTarget => Some(session.view.colouring.areas == Areas::Target),
        Command::ToggleHeat => Some(session.view.colouring.heat != Heat::Off),
        Command::TogglePatterns => Some(session.view.colouring.patterns),
        Command::OnlyTerritory => Some(matches!(session.scope(), Scope::Only(_))),
        Command::OnlyUnassigned => Some(session.scope() == Scope::Unassigned),
        _ => None,
    });
    let icon = if checked == Some(true) { egui_material_icons::icons::ICON_CHECK } else { command.icon() };
    let weak = Tokens::of(ui).weak;
    let button = Button::new((icon.rich_text().size(16.0).color(weak), words))
        .shortcut_text(theme::small(command.key_words()).color(weak))
        .frame_when_inactive(false)
        .min_size(vec2(ui.available_width(), 26.0));
    let response = ui.add_enabled(disabled.is_none(), button).on_hover_text(command.about());
    let response = match disabled {
        Some(reason) => response.on_disabled_hover_text(reason),
        None => response,
    };
    if response.clicked() {
        actions.push(Action::Run(command));
        ui.close();
    }
}

/// Why a command cannot be done now; `None` when it can.
pub fn disabled_reason(session: Option<&Session>, command: Command) -> Option<&'static str> {
    let Some(session) = session else {
        let works = matches!(command.menu(), Menu::Help)
            || matches!(
                command,
                Command::NewProject | Command::OpenProject | Command::OpenSample | Command::Quit | Command::ToggleTheme
            );
        return (!works).then_some("Open a project first");
    };
    let changes = matches!(command.menu(), Menu::Territory | Menu::Plan)
        && !matches!(
            command,
            Command::SelectUnitsOfTerritory
                | Command::FitTerritory
                | Command::NewScenario
                | Command::WhatIf
                | Command::Scenarios
                | Command::CompareScenarios
                | Command::Handover
        )
        || matches!(
            command,
            Command::Undo
                | Command::Redo
                | Command::AssignSelection
                | Command::UnassignSelection
                | Command::LockUnits
                | Command::LockAccounts
                | Command::JoinNeighbours
                | Command::PartNeighbours
                | Command::ImportUnits
                | Command::ImportAccounts
                | Command::ImportAlignment
                | Command::ImportReps
                | Command::ImportColumns
                | Command::AddLayer
                | Command::PasteTable
                | Command::LookUpOnline
                | Command::RefreshAccounts
                | Command::UpdateBoundaries
        );
    if changes && session.read_only.is_some() {
        return Some("The project is open for reading only");
    }
    if changes && session.read_only_words().is_some() {
        return Some(APPROVED);
    }
    let decides = matches!(command, Command::AutoBuild | Command::AcceptProposal | Command::RejectProposal);
    if changes && !decides && (session.proposal.is_some() || session.suggestion.is_some()) {
        return Some(PROPOSAL_WAITS);
    }
    match command {
        Command::NewScenario | Command::WhatIf if session.read_only.is_some() => {
            Some("The project is open for reading only")
        }
        Command::WhatIf if session.plan().territory_count() == 0 => Some("Make territories first"),
        Command::WhatIf if session.shows_trial() => Some(PROPOSAL_WAITS),
        Command::Handover if session.project.accounts.is_empty() => Some("Import accounts first"),
        Command::CompareScenarios | Command::Handover if session.scenarios.plans.all.len() < 2 => {
            Some("Make a second scenario first")
        }
        Command::PlaceAccounts | Command::LookUpOnline if session.project.accounts.is_empty() => {
            Some("Import accounts first")
        }
        Command::Undo if session.history.undo_step().is_none() => Some("Nothing to take back"),
        Command::Redo if session.history.redo_step().is_none() => Some("Nothing to make again"),
        Command::AssignSelection
        | Command::UnassignSelection
        | Command::LockUnits
        | Command::ClearSelection
        | Command::GrowSelection
        | Command::ShrinkSelection
            if session.selection.units.is_empty() =>
        {
            Some("Select units first")
        }
        Command::SelectAlike if session.selection.units.is_empty() => Some("Select a unit first"),
        Command::SelectAlike if session.first_layer().is_none() => Some("No layer is shown: add one in View, Layers"),
        Command::AssignSelection if session.active.is_unassigned() => Some("Choose a territory first"),
        Command::RenameTerritory
        | Command::RemoveTerritory
        | Command::LockTerritory
        | Command::SelectUnitsOfTerritory
        | Command::FitTerritory
        | Command::MoveToGroup
            if session.active.is_unassigned() && session.active_group.is_none() =>
        {
            Some("Choose a territory first")
        }
        Command::MoveToGroup if session.plan().hierarchy().iter().next().is_none() => {
            Some("There is nothing to move it to: make a district first")
        }
        Command::NextPaintLevel | Command::NextColourLevel if session.plan().hierarchy().levels().is_empty() => {
            Some("There is no level above territories: make a district first")
        }
        Command::NewGroup | Command::MoveToGroup | Command::Levels if session.live.is_some() => {
            Some("Wait for the build, or cancel it")
        }
        Command::SplitTerritory
        | Command::MergeTerritories
        | Command::DissolveTerritory
        | Command::AbsorbEnclaves
        | Command::SmoothBorder
            if session.active.is_unassigned() =>
        {
            Some("Choose a territory first")
        }
        Command::AcceptProposal | Command::RejectProposal
            if session.proposal.is_none() && session.suggestion.is_none() =>
        {
            Some("There is no proposal")
        }
        Command::SplitTerritory
        | Command::MergeTerritories
        | Command::DissolveTerritory
        | Command::AbsorbEnclaves
        | Command::FillHoles
        | Command::SwapUnits
        | Command::SmoothBorder
        | Command::RepairPieces
        | Command::RecolourAll
            if session.live.is_some() =>
        {
            Some("Cancel the build first")
        }
        Command::MergeTerritories if session.selected_territories().iter().all(|&id| id == session.active) => {
            Some("Select units of the territories to merge")
        }
        Command::SwapUnits | Command::JoinNeighbours | Command::PartNeighbours if session.selected_pair().is_none() => {
            Some("Select two units first")
        }
        Command::LockAccounts if session.selection.account.is_none() && session.selection.units.is_empty() => {
            Some("Select an account or units first")
        }
        Command::OnlyTerritory if session.active.is_unassigned() && session.scope() == Scope::Everything => {
            Some("Choose a territory first")
        }
        Command::RefreshAccounts | Command::FindDoubles if session.project.accounts.is_empty() => {
            Some("Import accounts first")
        }
        Command::UpdateBoundaries if session.project.units.is_empty() => Some("Import units first"),
        Command::AutoBuild if session.project.units.is_empty() => Some("Import units first"),
        Command::ImportAlignment | Command::ImportColumns if session.project.units.is_empty() => {
            Some("Import units first")
        }
        _ => None,
    }
}

/// The level on which the command makes a group.
fn new_group_level(session: &Session) -> usize {
    let group = session.active_group.and_then(|id| session.plan().hierarchy().group(id));
    group.map_or(0, |group| usize::from(group.level).saturating_sub(1))
}

/// Whether the map has the colours of territories, or of the groups of a level.
fn colour_levels(ui: &mut Ui, session: Option<&Session>, actions: &mut Vec<Action>) {
    let Some(session) = session else { return };
    let levels = session.plan().hierarchy().levels();
    if levels.is_empty() {
        return;
    }
    ui.separator();
    for level in std::iter::once(None).chain((0..levels.len()).map(Some)) {
        let words = format!("Colour by {}", session.level_words(level));
        if ui.radio(session.colour_level() == level, words).clicked() {
            actions.push(Action::SetColourLevel(level.map(|level| level as u8)));
            ui.close();
        }
    }
}

fn recent_menu(ui: &mut Ui, recent: &[PathBuf], actions: &mut Vec<Action>) {
    if recent.is_empty() {
        return;
    }
    ui.menu_button("Open recent", |ui| {
        for path in recent {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let response = ui.add(Button::new(name).frame_when_inactive(false).min_size(vec2(220.0, 26.0)));
            if response.on_hover_text(path.display().to_string()).clicked() {
                actions.push(Action::Open(path.clone()));
                ui.close();
            }
        }
    });
}

fn basemaps(ui: &mut Ui, session: Option<&Session>, actions: &mut Vec<Action>) {
    let Some(session) = session else { return };
    for (choice, words) in [
        (BasemapChoice::Quiet, "Quiet basemap (no network needed)"),
        (BasemapChoice::OpenStreetMap, "OpenStreetMap (online)"),
        (BasemapChoice::None, "No basemap"),
    ] {
        if ui.radio(session.view.basemap == choice, words).clicked() {
            actions.push(Action::SetBasemap(choice));
            ui.close();
        }
    }
}
