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
    let read_only = session.read_only.is_some();
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
    for command in [Command::NewTerritory, Command::LockUnits, Command::UnassignSelection] {
        command_button(ui, command, disabled_reason(Some(session), command), actions);
    }
}
