//! The tools, left of the map.

use egui::{Button, ScrollArea, Slider, Stroke, Ui};

use crate::action::{Action, Command};
use crate::session::Session;
use crate::session::view::Tool;
use crate::theme::{self, Tokens};

use super::top_bar::disabled_reason;
use super::widgets::{command_button, command_hover};

pub fn show(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    // In a low window the last tools are reached by scrolling.
    let hidden = egui::scroll_area::ScrollBarVisibility::AlwaysHidden;
    ScrollArea::vertical().scroll_bar_visibility(hidden).show(ui, |ui| tools(ui, session, actions));
}

fn tools(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    let read_only = session.read_only_words().is_some();
    let tools = [
        (Tool::Select, Command::ToolSelect),
        (Tool::Rectangle, Command::ToolRectangle),
        (Tool::Lasso, Command::ToolLasso),
        (Tool::Radius, Command::ToolRadius),
        (Tool::Line, Command::ToolLine),
        (Tool::Brush, Command::ToolBrush),
        (Tool::Polygon, Command::ToolPolygon),
    ];
    for (tool, command) in tools {
        let selected = session.view.tool == tool;
        let draws = tool.assigns();
        let colour = if selected { tokens.accent } else { tokens.text };
        let button = Button::new(command.icon().rich_text().size(20.0).color(colour))
            .frame_when_inactive(selected)
            .fill(if selected { tokens.selected } else { tokens.panel })
            .stroke(Stroke::NONE)
            .min_size(theme::TOOL_BUTTON);
        let response = ui.add_enabled(!(draws && read_only), button);
        response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, command.words()));
        let response = response
            .on_hover_text(format!("{}\n{}", command.words(), command_hover(command)))
            .on_disabled_hover_text("The project is open for reading only");
        if response.clicked() {
            actions.push(Action::Run(command));
        }
        if tool == Tool::Line || tool == Tool::Polygon {
            ui.separator();
        }
    }
    if session.view.tool == Tool::Brush {
        let mut radius = session.view.brush_radius;
        let slider = Slider::new(&mut radius, 4.0..=120.0).vertical().show_value(false).logarithmic(true);
        ui.spacing_mut().slider_width = 90.0;
        let response = ui.add(slider).accessible_name("Size of the brush").on_hover_text("Size of the brush ([ and ])");
        if response.changed() {
            actions.push(Action::SetBrushRadius(radius));
        }
        ui.separator();
    }
    paint_level(ui, session, actions);
    for command in [Command::NewTerritory, Command::LockUnits, Command::UnassignSelection] {
        command_button(ui, command, disabled_reason(Some(session), command), actions);
    }
}

/// The level at which the tools draw: units into territories, territories into districts, districts into regions.
fn paint_level(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let levels = session.plan().hierarchy().levels().len();
    if levels == 0 {
        return;
    }
    let tokens = Tokens::of(ui);
    let level = session.paint_level();
    let colour = if level.is_some() { tokens.accent } else { tokens.text };
    let button = Button::new(Command::NextPaintLevel.icon().rich_text().size(20.0).color(colour))
        .frame_when_inactive(level.is_some())
        .fill(if level.is_some() { tokens.selected } else { tokens.panel })
        .stroke(Stroke::NONE)
        .min_size(theme::TOOL_BUTTON);
    let names = session.plan().hierarchy().levels();
    let name = |level: usize| names.get(level).map_or("", String::as_str);
    let words = |level: Option<usize>| match level {
        None => "Territory: tools give units to it".to_owned(),
        Some(0) => format!("{}: tools put whole territories into it", name(0)),
        Some(level) => format!("{}: tools put whole groups below it into it", name(level)),
    };
    let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(260.0);
        for choice in std::iter::once(None).chain((0..levels).map(Some)) {
            if ui.radio(choice == level, words(choice)).clicked() {
                actions.push(Action::SetPaintLevel(choice.map(|level| level as u8)));
                ui.close();
            }
        }
    });
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Level to draw at"));
    response.on_hover_text(words(level));
    ui.separator();
}
