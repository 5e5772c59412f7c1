//! The question before accounts are placed by their address again: how many would move.

use egui::{Key, Ui};

use crate::action::Action;
use crate::session::Session;
use crate::session::placing::PlacesAction;
use crate::theme;
use crate::ui::widgets::{dialog, primary_button};
use crate::words;

/// Returns whether it is open.
pub fn show(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) -> bool {
    let Some(again) = &session.placing.again else { return false };
    let response = dialog(ui, "place again dialog").show(ui.ctx(), |ui| {
        ui.set_width(420.0);
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme::strong("Place by address again").size(theme::TITLE));
        ui.label(&again.words);
        let note = "Accounts with coordinates, and those placed by hand or online, stay where they are. One step that can be undone";
        ui.add(egui::Label::new(theme::note(ui, note)).wrap());
        ui.horizontal(|ui| {
            let words = format!("Place {}", words::counted(again.edit.size() as i128, "account"));
            let enter = ui.input(|input| input.key_pressed(Key::Enter));
            if primary_button(ui, true, &words).clicked() || enter {
                actions.push(Action::Places(PlacesAction::TakeAgain));
            }
            if ui.button("Cancel").clicked() {
                actions.push(Action::Places(PlacesAction::DropAgain));
            }
        });
    });
    if response.should_close() {
        actions.push(Action::Places(PlacesAction::DropAgain));
    }
    true
}
