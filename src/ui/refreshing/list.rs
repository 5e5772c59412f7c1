//! The list of a report: virtual rows, by kind, to be copied or saved.

use egui::{Rect, ScrollArea, Sense, Stroke, Ui, pos2, vec2};

use crate::action::Action;
use crate::session::refreshing::List;
use crate::theme::{self, ROW_HEIGHT, Tokens};
use crate::ui::widgets::{cell_text, tab};
use crate::words;

#[derive(Default)]
pub(super) struct State {
    /// Which of the list's parts is shown.
    part: usize,
    /// The widths of the columns, made of the first rows of a part.
    widths: Option<(usize, Vec<f32>)>,
}

/// So many rows decide how wide a column is.
const LOOKED_AT: usize = 80;
/// What is copied at most: more than that no spreadsheet takes from a clipboard with patience.
const MOST_COPIED: usize = 100_000;
const LEAST_HEIGHT: f32 = 96.0;

pub(super) fn show(ui: &mut Ui, list: &List, state: &mut State, browse: &mut bool, actions: &mut Vec<Action>) {
    if list.is_empty() {
        ui.label(theme::note(ui, "No difference to list"));
        return;
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let filled = |(at, (_, rows)): &(usize, &(String, std::ops::Range<usize>))| *at == 0 || !rows.is_empty();
        for (at, (words, _)) in list.parts.iter().enumerate().filter(filled) {
            if tab(ui, state.part == at, words).clicked() {
                state.part = at;
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            if ui.button("Save as CSV…").on_hover_text("All rows, whichever are shown").clicked() {
                *browse = true;
            }
            if ui.button("Copy").on_hover_text("The rows that are shown, for a spreadsheet").clicked() {
                copy(list, state.part, actions);
            }
        });
    });
    let rows = list.parts.get(state.part).map_or(0..0, |(_, rows)| rows.clone());
    let widths = widths(list, state, rows.clone());
    let total: f32 = widths.iter().sum();
    let stretch = (ui.available_width() - total - 14.0).max(0.0) / widths.len().max(1) as f32;
    let widths: Vec<f32> = widths.iter().map(|width| width + stretch).collect();
    let total: f32 = widths.iter().sum();
    let tokens = Tokens::of(ui);
    let height = (ui.ctx().content_rect().height() - 610.0).clamp(LEAST_HEIGHT, 420.0);
    ScrollArea::horizontal().id_salt("differences").auto_shrink([false, true]).show(ui, |ui| {
        ui.set_min_width(total);
        ui.spacing_mut().item_spacing.y = 0.0;
        let (rect, _) = ui.allocate_exact_size(vec2(total, 24.0), Sense::hover());
        ui.painter().rect_filled(rect, 0.0, tokens.subtle);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.separator));
        for (cell, name) in cells(rect, &widths).zip(&list.columns) {
            cell_text(ui, cell, name, tokens.weak, false, false);
        }
        ScrollArea::vertical().id_salt(("rows", state.part)).max_height(height).min_scrolled_height(height).show_rows(
            ui,
            ROW_HEIGHT - 4.0,
            rows.len(),
            |ui, shown| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for row in shown {
                    let texts = list.row(rows.start + row);
                    let (rect, response) = ui.allocate_exact_size(vec2(total, ROW_HEIGHT - 4.0), Sense::hover());
                    let filled =
                        || texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(", ");
                    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, filled()));
                    if response.hovered() {
                        ui.painter().rect_filled(rect, 0.0, tokens.hover);
                    }
                    let mut cut = false;
                    for (at, (cell, text)) in cells(rect, &widths).zip(&texts).enumerate() {
                        let colour = if at == 0 { tokens.weak } else { tokens.text };
                        cut |= cell_text(ui, cell, text, colour, false, false);
                    }
                    if cut {
                        response.on_hover_text(filled());
                    }
                }
            },
        );
    });
}

/// The cells of a row, with room between them.
fn cells(row: Rect, widths: &[f32]) -> impl Iterator<Item = Rect> {
    let mut left = row.left();
    widths.iter().map(move |width| {
        let cell = Rect::from_min_max(pos2(left + 6.0, row.top()), pos2(left + width - 6.0, row.bottom()));
        left += width;
        cell
    })
}

fn widths(list: &List, state: &mut State, rows: std::ops::Range<usize>) -> Vec<f32> {
    if let Some((_, widths)) = state.widths.as_ref().filter(|(part, _)| *part == state.part) {
        return widths.clone();
    }
    let mut letters: Vec<usize> = list.columns.iter().map(|name| name.chars().count()).collect();
    for row in rows.take(LOOKED_AT) {
        for (most, text) in letters.iter_mut().zip(list.row(row)) {
            *most = (*most).max(text.chars().count());
        }
    }
    let widths: Vec<f32> = letters.iter().map(|&letters| (letters as f32 * 7.0 + 16.0).clamp(56.0, 230.0)).collect();
    state.widths = Some((state.part, widths.clone()));
    widths
}

fn copy(list: &List, part: usize, actions: &mut Vec<Action>) {
    let Some((_, rows)) = list.parts.get(part) else { return };
    if rows.len() > MOST_COPIED {
        let most = words::count(MOST_COPIED as i128);
        actions.push(Action::Refuse(format!("More than {most} rows: save them as a CSV file")));
        return;
    }
    let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ");
    let mut text = list.columns.join("\t");
    for row in rows.clone() {
        text.push('\n');
        let cells: Vec<String> = list.row(row).iter().map(|cell| plain(cell)).collect();
        text.push_str(&cells.join("\t"));
    }
    actions.push(Action::Copy(text));
}
