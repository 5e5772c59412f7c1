//! The figures of the plan by area of a layer.

use egui::{ComboBox, Ui};

use crate::action::Action;
use crate::session::list::List;
use crate::session::reference::{LayerAction, LayerTotals, TotalsBy};
use crate::theme;
use crate::ui::list_view;
use crate::ui::widgets::{dialog, outline_marks, primary_button};

/// A table that is looked at.
pub(super) struct Totals {
    pub found: LayerTotals,
    list: list_view::State,
}

/// What the dialog holds besides its list, in points of height.
const BESIDE_LIST: f32 = 330.0;

impl Totals {
    pub fn new(found: LayerTotals) -> Self {
        Self { found, list: list_view::State::default() }
    }
}

/// Returns whether it is done with.
pub(super) fn show(ui: &Ui, totals: &mut Totals, save: &mut Option<List>, actions: &mut Vec<Action>) -> bool {
    let mut done = false;
    let response = dialog(ui, "totals by area").show(ui.ctx(), |ui| {
        ui.set_width((ui.ctx().content_rect().width() - 96.0).clamp(420.0, 940.0));
        ui.spacing_mut().item_spacing.y = 8.0;
        outline_marks(ui);
        let found = &totals.found;
        ui.label(theme::strong(format!("Figures of the plan by {}", found.kind)).size(theme::TITLE));
        let words = |by: TotalsBy| match by {
            TotalsBy::Share => "Units by share of their surface, accounts by where they are",
            TotalsBy::Main => "A unit and its accounts whole, where most of the unit lies",
        };
        let mut by = found.by;
        let combo = ComboBox::from_id_salt("how figures come to an area").selected_text(words(by)).width(360.0);
        let combo = combo.show_ui(ui, |ui| {
            for other in [TotalsBy::Share, TotalsBy::Main] {
                ui.selectable_value(&mut by, other, words(other));
            }
        });
        combo.response.accessible_name("How figures come to an area");
        if by != found.by {
            actions.push(Action::Layers(LayerAction::Total(found.at, by)));
        }
        list_view::show(ui, &totals.found.list, &mut totals.list, BESIDE_LIST, save, actions);
        done = primary_button(ui, true, "Done").clicked();
    });
    done || response.should_close()
}
