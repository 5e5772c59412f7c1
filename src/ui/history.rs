//! Every step that was made, newest first; a click goes back or forward to it.

use egui::{ScrollArea, Sense, Ui, vec2};

use super::widgets::{cell_text, empty_state};
use crate::action::Action;
use crate::session::Session;
use crate::theme::{ROW_HEIGHT, Tokens};

pub fn show(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    let steps = session.history.steps();
    if steps.is_empty() {
        empty_state(
            ui,
            egui_material_icons::icons::ICON_HISTORY,
            "No changes yet",
            "Every change is kept here and can be taken back, even after closing the file",
            |_| {},
        );
        return;
    }
    let tokens = Tokens::of(ui);
    let applied = session.history.applied();
    // Row 0 is the newest step; the last row is the state before the first.
    ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW_HEIGHT - 4.0, steps.len() + 1, |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in range {
            let count = steps.len() - row;
            let label = if count == 0 { "The plan as it was at first" } else { steps[count - 1].label.as_str() };
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT - 4.0), Sense::click());
            let current = count == applied;
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, current, label));
            if current {
                ui.painter().rect_filled(rect, 0.0, tokens.selected);
            } else if response.hovered() {
                ui.painter().rect_filled(rect, 0.0, tokens.hover);
            }
            let mut inner = rect.shrink2(vec2(12.0, 0.0));
            let number = egui::Rect::from_min_max(inner.min, egui::pos2(inner.min.x + 34.0, inner.max.y));
            cell_text(ui, number, &count.to_string(), tokens.weak, true, false);
            inner.min.x += 46.0;
            let colour = if count > applied { tokens.weak } else { tokens.text };
            cell_text(ui, inner, label, colour, false, current);
            let hover =
                if count > applied { "Make the changes again up to here" } else { "Take back everything after this" };
            if response.on_hover_text(hover).clicked() && session.read_only.is_none() {
                actions.push(Action::JumpTo(count));
            }
        }
    });
}
