//! A long list in a dialog: virtual rows, by kind and by words, to be copied or saved.

use std::ops::Range;

use egui::{Layout, Rect, ScrollArea, Sense, Stroke, TextEdit, Ui, pos2, vec2};
use egui_material_icons::icons::ICON_CLOSE;

use super::widgets::{cell_text, icon_button, tab};
use crate::action::Action;
use crate::session::list::List;
use crate::theme::{self, ROW_HEIGHT, Tokens};
use crate::words;

#[derive(Default)]
pub struct State {
    /// Which of the list's parts is shown.
    part: usize,
    /// Rows are shown that have these words in one of their cells.
    words: String,
    found: Found,
    /// The widths of the columns, made of the first rows of a part.
    widths: Option<(usize, Vec<f32>)>,
}

/// The rows of a part that have words in them, as far as it was gone through.
#[derive(Default)]
struct Found {
    of: Option<(usize, String)>,
    rows: Vec<usize>,
    /// Up to here rows have been looked at.
    next: usize,
}

/// So many rows decide how wide a column is.
const LOOKED_AT: usize = 80;
/// So many rows are gone through in a frame: a long list takes a few frames, and the window goes on meanwhile.
const AT_ONCE: usize = 4_000;
/// What is copied at most: more than that no spreadsheet takes from a clipboard with patience.
const MOST_COPIED: usize = 100_000;
const LEAST_HEIGHT: f32 = 96.0;
const LINE_HEIGHT: f32 = ROW_HEIGHT - 4.0;
const LEAST_COLUMN: f32 = 56.0;

/// `beside`: what the dialog holds besides the list, in points of height. `save`: set when the list shall be saved to a file.
pub fn show(
    ui: &mut Ui,
    list: &List,
    state: &mut State,
    beside: f32,
    save: &mut Option<List>,
    actions: &mut Vec<Action>,
) {
    if list.is_empty() {
        ui.label(theme::note(ui, "Nothing to list"));
        return;
    }
    let part = list.parts.get(state.part).map_or(0..0, |(_, rows)| rows.clone());
    state.found.follow(ui, list, state.part, &part, &state.words);
    head(ui, list, state, &part, save, actions);
    let all = state.words.trim().is_empty();
    let count = if all { part.len() } else { state.found.rows.len() };
    let nth = |nth: usize| if all { part.start + nth } else { state.found.rows[nth] };

    let widths = match state.widths.as_ref().filter(|(of, _)| *of == state.part) {
        Some((_, widths)) => widths.clone(),
        None => {
            let widths = widths(list, part.clone());
            state.widths = Some((state.part, widths.clone()));
            widths
        }
    };
    let total: f32 = widths.iter().sum();
    let stretch = (ui.available_width() - total - 14.0).max(0.0) / widths.len().max(1) as f32;
    let widths: Vec<f32> = widths.iter().map(|width| width + stretch).collect();
    let total: f32 = widths.iter().sum();
    let tokens = Tokens::of(ui);
    let height = (ui.ctx().content_rect().height() - beside).clamp(LEAST_HEIGHT, 420.0);
    // As high as the whole part wants, so that nothing jumps while words are typed.
    let height = height.min(part.len() as f32 * LINE_HEIGHT);
    ScrollArea::horizontal().id_salt("list").auto_shrink([false, true]).show(ui, |ui| {
        ui.set_min_width(total);
        ui.spacing_mut().item_spacing.y = 0.0;
        let (rect, response) = ui.allocate_exact_size(vec2(total, 24.0), Sense::hover());
        ui.painter().rect_filled(rect, 0.0, tokens.subtle);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.separator));
        for (at, (cell, name)) in cells(rect, &widths).zip(&list.columns).enumerate() {
            let cut = cell_text(ui, cell, name, tokens.weak, at >= list.figures_from, false);
            if cut && ui.rect_contains_pointer(cell) {
                response.clone().on_hover_text(name);
            }
        }
        let area = ScrollArea::vertical().id_salt(("rows", state.part)).auto_shrink(false);
        area.max_height(height).min_scrolled_height(height).show_rows(ui, LINE_HEIGHT, count.max(1), |ui, shown| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if count == 0 {
                ui.label(theme::note(ui, "No row has these words"));
            }
            for row in shown.filter(|row| *row < count) {
                line(ui, list, nth(row), total, &widths);
            }
        });
    });
}

/// The kinds of rows, the box for words, what is done with the rows that are shown.
fn head(
    ui: &mut Ui,
    list: &List,
    state: &mut State,
    part: &Range<usize>,
    save: &mut Option<List>,
    actions: &mut Vec<Action>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let filled = |(at, (_, rows)): &(usize, &(String, Range<usize>))| *at == 0 || !rows.is_empty();
        for (at, (words, _)) in list.parts.iter().enumerate().filter(filled) {
            if tab(ui, state.part == at, words).clicked() {
                state.part = at;
            }
        }
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let edit = TextEdit::singleline(&mut state.words).hint_text("Find in the list").desired_width(200.0);
        ui.add(edit.char_limit(200)).accessible_name("Find in the list");
        if !state.words.is_empty() {
            if icon_button(ui, ICON_CLOSE, "Show all rows", 14.0).clicked() {
                state.words.clear();
            }
            let (found, all) = (words::count(state.found.rows.len() as i128), words::count(part.len() as i128));
            let more = if state.found.next < part.end { "…" } else { "" };
            ui.label(theme::note(ui, format!("{found} of {all}{more}")));
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Save as CSV…").on_hover_text("All rows, whichever are shown").clicked() {
                *save = Some(list.clone());
            }
            if ui.button("Copy").on_hover_text("The rows that are shown, for a spreadsheet").clicked() {
                match state.words.trim().is_empty() {
                    true => copy(list, part.clone(), actions),
                    false => copy(list, state.found.rows.iter().copied(), actions),
                }
            }
        });
    });
}

impl Found {
    /// Goes on through the rows of a part, or begins anew for other words.
    fn follow(&mut self, ui: &Ui, list: &List, at: usize, part: &Range<usize>, words: &str) {
        let words = words.trim().to_lowercase();
        if words.is_empty() {
            *self = Self::default();
            return;
        }
        let of = Some((at, words));
        if self.of != of {
            *self = Self { of, rows: Vec::new(), next: part.start };
        }
        let Some((_, words)) = &self.of else { return };
        let until = (self.next + AT_ONCE).min(part.end);
        let has = |row: &usize| list.row(*row).iter().any(|cell| cell.to_lowercase().contains(words.as_str()));
        self.rows.extend((self.next..until).filter(has));
        self.next = until;
        if until < part.end {
            ui.ctx().request_repaint();
        }
    }
}

fn line(ui: &mut Ui, list: &List, row: usize, total: f32, widths: &[f32]) {
    let tokens = Tokens::of(ui);
    let texts = list.row(row);
    let (rect, response) = ui.allocate_exact_size(vec2(total, LINE_HEIGHT), Sense::hover());
    let filled = || texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(", ");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, filled()));
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, tokens.hover);
    }
    let mut cut = false;
    for (at, (cell, text)) in cells(rect, widths).zip(&texts).enumerate() {
        let colour = if at == 0 { tokens.weak } else { tokens.text };
        cut |= cell_text(ui, cell, text, colour, at >= list.figures_from, false);
    }
    if cut {
        response.on_hover_text(filled());
    }
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

fn widths(list: &List, rows: Range<usize>) -> Vec<f32> {
    let mut letters: Vec<usize> = list.columns.iter().map(|name| name.chars().count()).collect();
    for row in rows.take(LOOKED_AT) {
        for (most, text) in letters.iter_mut().zip(list.row(row)) {
            *most = (*most).max(text.chars().count());
        }
    }
    letters.iter().map(|&letters| (letters as f32 * 7.4 + 16.0).clamp(LEAST_COLUMN, 230.0)).collect()
}

fn copy(list: &List, rows: impl ExactSizeIterator<Item = usize>, actions: &mut Vec<Action>) {
    if rows.len() > MOST_COPIED {
        let most = words::count(MOST_COPIED as i128);
        actions.push(Action::Refuse(format!("More than {most} rows: save them as a CSV file")));
        return;
    }
    let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ");
    let mut text = list.columns.join("\t");
    for row in rows {
        text.push('\n');
        let cells: Vec<String> = list.plain_row(row).iter().map(|cell| plain(cell)).collect();
        text.push_str(&cells.join("\t"));
    }
    actions.push(Action::Copy(text));
}
