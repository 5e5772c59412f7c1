//! What the format will lose of what is chosen.

use egui::{RichText, ScrollArea, Ui};

use super::State;
use crate::jobs::spec::{ExportWish, Loss};
use crate::theme::{self, Tokens};
use crate::words;

const HEIGHT: f32 = 118.0;
/// Longer words are shown on hovering.
const MOST_LETTERS: usize = 160;

pub fn show(ui: &mut Ui, state: &State, wish: &ExportWish) {
    let tokens = Tokens::of(ui);
    ui.allocate_ui(egui::vec2(ui.available_width(), HEIGHT), |ui| {
        ui.set_min_height(HEIGHT);
        ui.spacing_mut().item_spacing.y = 4.0;
        let known = state.foreseen.as_ref().filter(|(of, format, _)| of == wish && *format == state.format);
        match known.map(|(_, _, foreseen)| foreseen) {
            _ if wish.what.is_empty() => {
                ui.label(RichText::new("Choose what to write").color(tokens.weak));
            }
            None => {
                ui.label(RichText::new("Looking at what the format holds…").color(tokens.weak));
            }
            Some(Err(why)) => {
                ui.label(RichText::new(why).color(tokens.error));
            }
            Some(Ok(foreseen)) => list(ui, &foreseen.losses),
        }
    });
}

fn list(ui: &mut Ui, losses: &[Loss]) {
    let tokens = Tokens::of(ui);
    let lost: Vec<&Loss> = losses.iter().filter(|loss| !loss.by_nature).collect();
    let by_nature: Vec<&Loss> = losses.iter().filter(|loss| loss.by_nature).collect();
    match lost.len() {
        0 => ui.label(RichText::new("Nothing this format can hold is lost").color(tokens.good)),
        1 => ui.label(RichText::new("Not in the file as it is in the project").color(tokens.warning)),
        count => {
            let title = format!("{count} things are not in the file as they are in the project");
            ui.label(RichText::new(title).color(tokens.warning))
        }
    };
    ScrollArea::vertical().id_salt("losses").auto_shrink([false, true]).show(ui, |ui| {
        for (loss, colour) in lost.iter().map(|l| (l, tokens.text)).chain(by_nature.iter().map(|l| (l, tokens.weak))) {
            let all = words::capital(&loss.to_string());
            let text = RichText::new(words::cut(&all, MOST_LETTERS)).size(theme::BODY).color(colour);
            let label = ui.label(text);
            if all.chars().count() > MOST_LETTERS {
                label.on_hover_text(all);
            }
        }
    });
}
