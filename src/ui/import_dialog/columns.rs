//! The columns of a file: what each is taken as, and its first values.

use egui::{ComboBox, Frame, ScrollArea, Ui, vec2};

use crate::jobs::spec::{ImportPreview, Role};
use crate::theme::{self, Tokens};
use crate::ui::widgets::cell_text;

/// A list of the columns with a choice for each.
pub(super) fn show(ui: &mut Ui, preview: &mut ImportPreview, tokens: Tokens) {
    let roles = preview.what.roles();
    // Beside two gaps and a scroll bar.
    let samples_width = (ui.available_width() - NAME_WIDTH - ROLE_WIDTH - 46.0).max(80.0);
    let height = (ui.ctx().content_rect().height() - 430.0).clamp(120.0, 420.0);
    Frame::new().stroke(egui::Stroke::new(1.0, tokens.separator)).corner_radius(4.0).show(ui, |ui| {
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).auto_shrink([false, true]).show(
            ui,
            |ui| {
                egui::Grid::new("columns")
                    .num_columns(3)
                    .striped(true)
                    .spacing(vec2(16.0, 4.0))
                    .min_row_height(26.0)
                    .show(ui, |ui| {
                        ui.label(theme::note(ui, "   Column"));
                        ui.label(theme::note(ui, "Taken as"));
                        ui.label(theme::note(ui, "First values"));
                        ui.end_row();
                        let mut chosen = None;
                        for (index, column) in preview.columns.iter_mut().enumerate() {
                            let colour = if column.role == Role::Skip { tokens.weak } else { tokens.text };
                            text_cell(ui, NAME_WIDTH, &column.name, colour);
                            let response = ComboBox::from_id_salt(("role", index))
                                .selected_text(column.role.words())
                                .width(ROLE_WIDTH)
                                .show_ui(ui, |ui| {
                                    for &role in roles {
                                        if ui.selectable_value(&mut column.role, role, role.words()).changed() {
                                            chosen = Some((index, role));
                                        }
                                    }
                                })
                                .response
                                .accessible_name(format!("{} is taken as", column.name));
                            if !column.why.is_empty() {
                                response.on_hover_text(&column.why);
                            }
                            let samples = column.samples.join("  ·  ");
                            text_cell(ui, samples_width, &samples, tokens.weak);
                            ui.end_row();
                        }
                        // A role that only one column can have leaves the column that had it.
                        if let Some((index, role)) = chosen
                            && role.is_single()
                        {
                            for (other, column) in preview.columns.iter_mut().enumerate() {
                                if other != index && column.role == role {
                                    column.role = Role::Skip;
                                }
                            }
                        }
                    });
            },
        );
    });
}

/// What a column's name has room for.
const NAME_WIDTH: f32 = 190.0;
/// What the longest role takes.
const ROLE_WIDTH: f32 = 152.0;

fn text_cell(ui: &mut Ui, width: f32, text: &str, colour: egui::Color32) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), egui::Sense::hover());
    if cell_text(ui, rect.shrink2(vec2(6.0, 0.0)), text, colour, false, false) {
        response.on_hover_text(text);
    }
}
