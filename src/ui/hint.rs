//! The hint of the first run: three steps to try, over the map. Dismissed once, it never comes back.

use egui::{Align2, Area, Frame, Id, Margin, Order, Stroke, Ui, vec2};

use super::UiState;
use super::widgets::primary_button;
use crate::action::{Action, Command};
use crate::session::Session;
use crate::theme::{self, Tokens};

pub fn show(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    if !state.show_hint || session.shows_trial() {
        return;
    }
    let tokens = Tokens::of(ui);
    let rect = ui.available_rect_before_wrap();
    let area = Area::new(Id::unique("first steps")).order(Order::Middle).constrain_to(rect);
    area.pivot(Align2::LEFT_BOTTOM).fixed_pos(rect.left_bottom() + vec2(12.0, -12.0)).show(ui.ctx(), |ui| {
        Frame::new()
            .fill(tokens.panel)
            .stroke(Stroke::new(1.0, tokens.border))
            .corner_radius(8.0)
            .shadow(egui::Shadow { offset: [0, 4], blur: 16, spread: 0, color: tokens.shadow })
            .inner_margin(Margin::symmetric(16, 12))
            .show(ui, |ui| {
                ui.set_max_width(300.0);
                ui.label(theme::strong("Three things to try").size(theme::HEADING));
                ui.add_space(2.0);
                for (number, command, verb, how) in [
                    ("1", Command::ToolBrush, "Paint", "begin in one territory, drag into the next"),
                    ("2", Command::AutoBuild, "Build", "let the program balance them"),
                    ("3", Command::Export, "Export", "take the result away"),
                ] {
                    ui.horizontal(|ui| {
                        ui.label(theme::strong(number).color(tokens.accent));
                        if ui.link(theme::strong(verb)).on_hover_text(command.about()).clicked() {
                            actions.push(Action::Run(command));
                        }
                        ui.label(how);
                    });
                }
                ui.add_space(4.0);
                ui.horizontal(|ui| {
                    if primary_button(ui, true, "Got it").clicked() {
                        state.show_hint = false;
                        actions.push(Action::DismissHint);
                    }
                    ui.label(theme::note(ui, "This is your own copy of the sample"));
                });
            });
    });
}
