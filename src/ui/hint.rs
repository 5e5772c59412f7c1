//! The hint of the first run: three steps to try, over the map. Dismissed once, it never comes back.

use egui::{Align2, Area, Frame, Id, Margin, Order, Stroke, Ui, vec2};

use super::UiState;
use super::widgets::primary_button;
use crate::action::{Action, Command};
use crate::session::Session;
use crate::theme::{self, Tokens};

pub fn show(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    if !state.show_hint || session.proposal.is_some() {
        return;
    }
    let tokens = Tokens::of(ui);
    let rect = ui.available_rect_before_wrap();
    let area = Area::new(Id::unique("first steps")).order(Order::Middle).constrain_to(rect);
    area.pivot(Align2::CENTER_BOTTOM).fixed_pos(rect.center_bottom() - vec2(0.0, 28.0)).show(ui.ctx(), |ui| {
        Frame::new()
            .fill(tokens.panel)
            .stroke(Stroke::new(1.0, tokens.border))
            .corner_radius(8.0)
            .shadow(egui::Shadow { offset: [0, 4], blur: 16, spread: 0, color: tokens.shadow })
            .inner_margin(Margin::symmetric(16, 12))
            .show(ui, |ui| {
                ui.set_max_width(620.0);
                ui.label(theme::strong("Today's territories are uneven: three things to try").size(theme::HEADING));
                ui.add_space(2.0);
                ui.horizontal(|ui| {
                    step(ui, "1", "Paint", "take the brush, begin in one territory and drag into the next");
                    if ui.button("Take the brush").clicked() {
                        actions.push(Action::Run(Command::ToolBrush));
                    }
                });
                ui.horizontal(|ui| {
                    step(ui, "2", "Build", "let the program propose balanced territories and compare");
                    if ui.button("Build…").clicked() {
                        actions.push(Action::Run(Command::AutoBuild));
                    }
                });
                ui.horizontal(|ui| {
                    step(ui, "3", "Export", "take the result away as a shapefile or CSV");
                    if ui.button("Export…").clicked() {
                        actions.push(Action::Run(Command::Export));
                    }
                });
                ui.add_space(4.0);
                ui.horizontal(|ui| {
                    if primary_button(ui, true, "Got it").clicked() {
                        state.show_hint = false;
                        actions.push(Action::DismissHint);
                    }
                    ui.label(theme::note(ui, "This is your own copy of the sample; nothing you do to it can be lost"));
                });
            });
    });
}

fn step(ui: &mut Ui, number: &str, verb: &str, how: &str) {
    let tokens = Tokens::of(ui);
    ui.label(theme::strong(number).color(tokens.accent));
    ui.label(theme::strong(verb));
    ui.label(how);
}
